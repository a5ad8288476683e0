//! Stands before the HTML parser, which ends the whole process on deep pages and is quadratic in the attributes of
//! one tag (facts/crates.md §1.3). One linear look at the text; real pages are at depth 20 and 22 attributes.

/// Deepest nesting that is let through. Unclosed `<p>` and `<li>` count too much here, which does no harm.
const MAX_DEPTH: usize = 256;
/// Most attributes in one tag.
const MAX_ATTRIBUTES: usize = 256;
/// Most tags and comments in a page: the film page with the most had 4,201. Each becomes about a kilobyte.
const MAX_TAGS: usize = 20_000;

/// Why a page is not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Hostile {
    /// Too deep.
    #[error("it has tags nested more than {MAX_DEPTH} deep")]
    Depth,
    /// Too many attributes.
    #[error("it has a tag with more than {MAX_ATTRIBUTES} attributes")]
    Attributes,
    /// Too many tags and comments.
    #[error("it has more than {MAX_TAGS} tags")]
    Tags,
}

/// Elements that never have an end tag.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

/// Elements whose content is text up to their own end tag.
const RAW_TEXT: &[&str] = &["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];

/// May the parser have this page?
///
/// # Errors
///
/// With the first bound that it breaks.
pub fn check(html: &str) -> Result<(), Hostile> {
    let bytes = html.as_bytes();
    let (mut at, mut depth, mut tags) = (0, 0_usize, 0);
    while let Some(open) = find(bytes, at, b"<") {
        at = open + 1;
        tags += 1;
        match bytes.get(at) {
            Some(b'!') if bytes[at..].starts_with(b"!--") => {
                // From the first dash: `<!-->` is a whole comment.
                at = find(bytes, at + 1, b"-->").map_or(bytes.len(), |end| end + 3);
            }
            Some(b'!' | b'?') => at = find(bytes, at, b">").map_or(bytes.len(), |end| end + 1),
            Some(b'/') => {
                depth = depth.saturating_sub(1);
                at = find(bytes, at, b">").map_or(bytes.len(), |end| end + 1);
            }
            Some(letter) if letter.is_ascii_alphabetic() => {
                let tag = read_tag(bytes, at)?;
                at = tag.end;
                if is_one_of(tag.name, RAW_TEXT) && !tag.closes_itself {
                    at = end_of_raw_text(bytes, at, tag.name);
                } else if !tag.closes_itself && !is_one_of(tag.name, VOID) {
                    depth += 1;
                }
            }
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(Hostile::Depth);
        }
        if tags > MAX_TAGS {
            return Err(Hostile::Tags);
        }
    }
    Ok(())
}

fn is_one_of(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

struct Tag<'a> {
    name: &'a [u8],
    closes_itself: bool,
    /// Where the text goes on behind it.
    end: usize,
}

/// Reads a start tag whose name begins at `at`; a `>` inside quotes does not end it.
fn read_tag(bytes: &[u8], at: usize) -> Result<Tag<'_>, Hostile> {
    let is_name = |byte: &u8| !byte.is_ascii_whitespace() && *byte != b'>' && *byte != b'/';
    let name_end = at + bytes[at..].iter().take_while(|byte| is_name(byte)).count();
    let name = &bytes[at..name_end];
    let (mut position, mut attributes, mut in_attribute) = (name_end, 0, false);
    while let Some(byte) = bytes.get(position) {
        position += 1;
        match byte {
            b'>' => {
                let closes_itself = bytes[position - 2] == b'/';
                return Ok(Tag { name, closes_itself, end: position });
            }
            b'"' | b'\'' if bytes[position - 2] == b'=' => {
                position = find(bytes, position, &[*byte]).map_or(bytes.len(), |end| end + 1);
                in_attribute = false;
            }
            b'/' => in_attribute = false,
            byte if byte.is_ascii_whitespace() => in_attribute = false,
            _ if !in_attribute => {
                in_attribute = true;
                attributes += 1;
                if attributes > MAX_ATTRIBUTES {
                    return Err(Hostile::Attributes);
                }
            }
            _ => {}
        }
    }
    Ok(Tag { name, closes_itself: true, end: bytes.len() })
}

/// Where the text goes on behind `</name>`.
fn end_of_raw_text(bytes: &[u8], from: usize, name: &[u8]) -> usize {
    let mut at = from;
    while let Some(close) = find(bytes, at, b"</") {
        at = close + 2;
        let candidate = bytes.get(at..at + name.len());
        if candidate.is_some_and(|text| text.eq_ignore_ascii_case(name)) {
            return find(bytes, at, b">").map_or(bytes.len(), |end| end + 1);
        }
    }
    bytes.len()
}

fn find(bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let (first, more) = needle.split_first()?;
    let is_hit = |at: &usize| rest[at + 1..].starts_with(more);
    memchr::memchr_iter(*first, rest).find(is_hit).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_pages_pass() {
        for page in [
            "",
            "<p>no end",
            "<!DOCTYPE html><html><body><br><img src=x></body></html>",
            "<script>if (a < b && '<div>'.repeat(9) > c) {}</script><p>x</p>",
            "<!-- <div><div> --><a title='1 > 0' href=\"x\">y</a>",
            "text < text",
            "<",
            "<a",
        ] {
            assert_eq!(check(page), Ok(()), "{page}");
        }
        assert_eq!(check(&"<p>x</p>".repeat(9_000)), Ok(()));
    }

    #[test]
    fn hostile_pages_are_refused_before_they_are_parsed() {
        assert_eq!(check(&"<div>".repeat(100_000)), Err(Hostile::Depth));
        assert_eq!(check(&format!("<p{}>", " a=1".repeat(60_000))), Err(Hostile::Attributes));
        assert_eq!(check(&format!("<p{}>", " a='x'".repeat(300))), Err(Hostile::Attributes));
        assert_eq!(check(&"</p>".repeat(200_000)), Err(Hostile::Tags));
        assert_eq!(check(&"<!>".repeat(200_000)), Err(Hostile::Tags));
        for comment in ["<!-->", "<!--->", "<!-- -->"] {
            assert_eq!(check(&format!("{comment}{}-->", "<div>".repeat(1000))), Err(Hostile::Depth));
        }
    }

    #[test]
    fn a_megabyte_in_one_attribute_is_one_attribute() {
        assert_eq!(check(&format!("<p title=\"{}\">", "x y=1 ".repeat(200_000))), Ok(()));
    }
}
