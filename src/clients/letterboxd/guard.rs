//! Stands before the HTML parser, which ends the whole process on deep pages and is quadratic in the attributes of
//! one tag (docs/design.md#the-html-parser). One linear look at the text; real pages are at depth 20 and 22 attributes.
//!
//! The parser knows more states than this look does, and a page may hide tags where this sees a comment or a script.
//! Hence `MAX_TAGS` counts whatever could begin a tag: with so few the parser's stack is large enough for any page.

/// Deepest nesting that is let through. Unclosed `<p>` and `<li>` count too much here, which does no harm.
const MAX_DEPTH: usize = 256;
/// Most attributes in one tag.
const MAX_ATTRIBUTES: usize = 256;
/// Most `<` in a page, wherever they stand: the film page with the most had 4,201, and nearly as many `</`, which nest
/// nothing and count apart. Each may become about a kilobyte. Nested they end the process at 34,000 (8 MiB of stack), and `<table><td>` counts for four.
const MAX_TAGS: usize = 15_000;

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
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(open) = find(bytes, at, b"<") {
        at = open + 1;
        match bytes.get(at) {
            Some(b'!') if bytes[at..].starts_with(b"!--") => at = end_of_comment(bytes, at),
            Some(b'!' | b'?') => at = find(bytes, at, b">").unwrap_or(bytes.len()),
            Some(b'/') => {
                depth = depth.saturating_sub(1);
                at = find(bytes, at, b">").unwrap_or(bytes.len());
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
    }
    let is_end = |open: &usize| bytes.get(open + 1) == Some(&b'/');
    let (all, ends) =
        (memchr::memchr_iter(b'<', bytes).count(), memchr::memchr_iter(b'<', bytes).filter(is_end).count());
    if (all - ends).max(ends) > MAX_TAGS { Err(Hostile::Tags) } else { Ok(()) }
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

/// Where the parser is in a start tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Between,
    Name,
    AfterName,
    /// Behind `=`: a quote begins a quoted value only here.
    BeforeValue,
    Value,
}

/// Reads a start tag whose name begins at `at`; a `>` inside quotes does not end it.
fn read_tag(bytes: &[u8], at: usize) -> Result<Tag<'_>, Hostile> {
    let is_name = |byte: &u8| !byte.is_ascii_whitespace() && *byte != b'>' && *byte != b'/';
    let name_end = at + bytes[at..].iter().take_while(|byte| is_name(byte)).count();
    let name = &bytes[at..name_end];
    let (mut position, mut attributes, mut place) = (name_end, 0, Place::Between);
    while let Some(byte) = bytes.get(position) {
        position += 1;
        place = match (place, byte) {
            (_, b'>') => {
                let closes_itself = bytes[position - 2] == b'/';
                return Ok(Tag { name, closes_itself, end: position });
            }
            (Place::BeforeValue, b'"' | b'\'') => {
                position = find(bytes, position, &[*byte]).map_or(bytes.len(), |end| end + 1);
                Place::Between
            }
            (Place::BeforeValue, byte) if byte.is_ascii_whitespace() => place,
            (Place::BeforeValue, _) => Place::Value,
            (Place::Name | Place::AfterName, b'=') => Place::BeforeValue,
            (Place::Name | Place::AfterName, byte) if byte.is_ascii_whitespace() => Place::AfterName,
            (_, byte) if byte.is_ascii_whitespace() => Place::Between,
            (Place::Name | Place::AfterName | Place::Between, b'/') => Place::Between,
            (Place::Between | Place::AfterName, _) => {
                attributes += 1;
                if attributes > MAX_ATTRIBUTES {
                    return Err(Hostile::Attributes);
                }
                Place::Name
            }
            _ => place,
        };
    }
    Ok(Tag { name, closes_itself: true, end: bytes.len() })
}

/// Where a comment ends that begins with the `!` at `from`. `<!-->` is a whole one, and `--!>` ends one, too.
fn end_of_comment(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(dashes) = find(bytes, at, b"--") {
        if bytes[dashes..].starts_with(b"-->") || bytes[dashes..].starts_with(b"--!>") {
            return dashes;
        }
        at = dashes + 1;
    }
    bytes.len()
}

/// Where the end tag `</name>` is.
fn end_of_raw_text(bytes: &[u8], from: usize, name: &[u8]) -> usize {
    let mut at = from;
    while let Some(close) = find(bytes, at, b"</") {
        at = close + 2;
        let candidate = bytes.get(at..at + name.len());
        if candidate.is_some_and(|text| text.eq_ignore_ascii_case(name)) {
            return at;
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

    /// More nested tags than any page may have.
    fn deep() -> String {
        "<div>".repeat(MAX_DEPTH + 1)
    }

    #[test]
    fn ordinary_pages_pass() {
        for page in [
            "",
            "<p>no end",
            "<!DOCTYPE html><html><body><br><img src=x></body></html>",
            "<script>if (a < b && '<div>'.repeat(9) > c) {}</script><p>x</p>",
            "<!-- <div><div> --><a title='1 > 0' href=\"x\">y</a>",
            &"a < b ".repeat(300),
            &"<!x <div>".repeat(300),
            &"<? <div>".repeat(300),
            "<",
            "<a",
        ] {
            assert_eq!(check(page), Ok(()), "{page}");
        }
        assert_eq!(check(&"<p>x</p>".repeat(10_000)), Ok(()), "end tags count apart");
    }

    #[test]
    fn each_bound_is_reached_and_not_passed() {
        assert_eq!(check(&"<div>".repeat(MAX_DEPTH)), Ok(()));
        assert_eq!(check(&deep()), Err(Hostile::Depth));
        assert_eq!(check(&"<a><br><br/><i/></a>".repeat(MAX_DEPTH)), Ok(()), "none of these stays open");
        assert_eq!(check(&"<br>".repeat(MAX_TAGS)), Ok(()));
        assert_eq!(check(&"<br>".repeat(MAX_TAGS + 1)), Err(Hostile::Tags));
        for attribute in [" a", " a=1", " a='>'", " a = \"b\"", "/a", " a= x=y"] {
            let with = |count: usize| check(&format!("<p{}>", attribute.repeat(count)));
            assert_eq!(with(MAX_ATTRIBUTES), Ok(()), "{attribute}");
            assert_eq!(with(MAX_ATTRIBUTES + 1), Err(Hostile::Attributes), "{attribute}");
        }
    }

    #[test]
    fn what_is_text_to_the_parser_counts_as_text() {
        for (before, after) in [
            ("<!--", "-->"),
            ("<!-- -- > ->", "-->"),
            ("<a title=\"", "\">"),
            ("<a title= '", "'>"),
            ("<a b title\n=\n\"", "\">"),
            ("<script>", "</script>"),
            ("<SCRIPT async>", "</Script >"),
            ("<title>a</b>", "</title>"),
            ("<textarea>", "</textarea>"),
        ] {
            let page = format!("{before}{}{after}", deep());
            assert_eq!(check(&page), Ok(()), "{before}");
            assert_eq!(check(&format!("{page}{}", deep())), Err(Hostile::Depth), "behind {after}");
        }
    }

    #[test]
    fn what_is_a_tag_to_the_parser_is_never_taken_for_text() {
        for before in [
            "<!-->",
            "<!--->",
            "<!---->",
            "<!-- --!>",
            "<!x>",
            "<?x>",
            "</ x>",
            "<p a=b=\">",
            "<p a = b=\">",
            "<p =\">",
            "<p a\">",
            "<p a='b'\">",
            "<p a/=\">",
            "<p a=b c\">",
            "<script></script>",
            "<script src=x></script>",
            "<p/x>",
        ] {
            assert_eq!(check(&format!("{before}{}", deep())), Err(Hostile::Depth), "{before}");
        }
    }

    #[test]
    fn hidden_tags_are_counted_all_the_same() {
        // In a picture a title holds markup, and in a menu `<xmp>` is nothing at all.
        for before in ["<svg><title>", "<select><xmp></select>", "<svg><script>"] {
            assert_eq!(
                check(&format!("{before}{}", "<div>".repeat(MAX_TAGS))),
                Err(Hostile::Tags),
                "{before}"
            );
        }
    }

    #[test]
    fn hostile_pages_are_refused_before_they_are_parsed() {
        assert_eq!(check(&"<div>".repeat(100_000)), Err(Hostile::Depth));
        assert_eq!(check(&format!("<p{}>", " a=1".repeat(60_000))), Err(Hostile::Attributes));
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
