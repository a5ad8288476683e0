//! A film page cut down to the tags that are read: the body's own, the buttons, and who says which film it is.
//!
//! A real film page has four thousand tags, of which five are read; the parser makes a tree of all of them. [`film`]
//! looks at the text once and copies those five, as they stand. It takes only tags that every reader of HTML takes
//! for the same: where a parser might see something else than this file (templates, tables, scripts in comments, a
//! quote in an odd place) it gives nothing, and the whole page is parsed.

/// The tags of a film page that are read, as a page of their own.
#[derive(Debug)]
pub struct Part {
    /// The page of these tags.
    pub html: String,
    /// How many of them have `data-track-action`.
    pub buttons: usize,
    /// How many of them say which film it is: `data-production-uid`, or an element that has uid and lid.
    pub names: usize,
}

/// The `name` of the element that has uid and lid in JSON.
pub const META_NAME: &str = "production:identifier";

/// How the `id` begins of the field that has the film's short address; the number of the uid follows.
pub const FIELD_ID: &str = "url-field-film-";

/// Elements that may be copied out of the page: they mean the same wherever they stand.
const MOVABLE: &[&str] = &["a", "article", "button", "div", "input", "li", "meta", "section", "span"];

/// Elements whose content is text up to their own end tag.
const RAW_TEXT: &[&str] = &["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];

/// Elements that make a parser move, drop or hide what follows.
const STRANGE: &[&str] = &["desc", "foreignobject", "frameset", "math", "noscript", "plaintext", "table"];

/// The few tags of a film page that are read; `None` when only the whole page can tell.
pub fn film(html: &str) -> Option<Part> {
    let (mut copied, mut body) = (String::new(), None);
    let (mut buttons, mut names) = (0, 0);
    // How deep in a drawing, in a template, whose content is no part of the tree, and in a menu, which takes few elements.
    let (mut drawings, mut templates, mut menus) = (0_usize, 0_usize, 0_usize);
    let mut at = 0;
    while let Some(open) = find(html, at, "<") {
        at = open + 1;
        let tag = match html.as_bytes().get(at)? {
            b'!' => {
                at = end_of_comment(html, at)?;
                continue;
            }
            b'?' => {
                at = find(html, at, ">")?;
                continue;
            }
            b'/' => {
                let (name, end) = end_tag(html, at + 1)?;
                at = end;
                if name.eq_ignore_ascii_case("svg") {
                    drawings = drawings.saturating_sub(1);
                } else if name.eq_ignore_ascii_case("template") {
                    templates = templates.saturating_sub(1);
                } else if name.eq_ignore_ascii_case("select") {
                    menus = menus.saturating_sub(1);
                }
                continue;
            }
            letter if letter.is_ascii_alphabetic() => start_tag(html, at)?,
            _ => continue,
        };
        at = tag.end;
        let text = &html[open..at];
        let is_hidden = templates + menus > 0;
        if tag.is_button || tag.is_name {
            let movable = MOVABLE.iter().find(|name| tag.name.eq_ignore_ascii_case(name))?;
            if drawings > 0 || is_hidden {
                return None;
            }
            buttons += usize::from(tag.is_button);
            names += usize::from(tag.is_name);
            copied.push_str(text);
            if !["input", "meta"].contains(movable) {
                copied.extend(["</", movable, ">"]);
            }
        } else if tag.name.eq_ignore_ascii_case("body") {
            if drawings > 0 || is_hidden || body.replace(text).is_some() {
                return None;
            }
        } else if tag.name.eq_ignore_ascii_case("svg") {
            drawings += usize::from(!tag.closes_itself);
        } else if tag.name.eq_ignore_ascii_case("template") {
            templates += 1;
            // One in the other, and an end tag may be none.
            if menus > 0 {
                return None;
            }
        } else if tag.name.eq_ignore_ascii_case("select") {
            menus += 1;
            if templates > 0 {
                return None;
            }
        } else if is_one_of(tag.name, STRANGE) {
            return None;
        } else if is_one_of(tag.name, RAW_TEXT) && !(tag.closes_itself && drawings > 0) {
            let (text, end) = raw_text(html, &tag)?;
            let is_odd = tag.closes_itself || is_hidden && !tag.name.eq_ignore_ascii_case("script");
            if is_odd || text.contains(if drawings > 0 { "<" } else { "<!--" }) {
                return None;
            }
            at = end;
        }
    }
    let html = format!("<!DOCTYPE html><html><head></head>{}{copied}</body></html>", body?);
    Some(Part { html, buttons, names })
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

struct Tag<'a> {
    name: &'a str,
    is_button: bool,
    is_name: bool,
    closes_itself: bool,
    /// Where the text goes on behind it.
    end: usize,
}

/// Reads a start tag whose name begins at `at`; `None` when it is written in an unusual way.
fn start_tag(html: &str, at: usize) -> Option<Tag<'_>> {
    let bytes = html.as_bytes();
    let until = |from: usize, is_end: fn(u8) -> bool| {
        let length = bytes.get(from..)?.iter().position(|byte| is_end(*byte))?;
        Some(from + length)
    };
    let is_end_of_name = |at: usize| {
        bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
    };
    let past_space = |from: usize| until(from, |byte| !byte.is_ascii_whitespace());
    let mut at_name = at;
    let mut at = until(at, |byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))?;
    let mut tag =
        Tag { name: &html[at_name..at], is_button: false, is_name: false, closes_itself: false, end: 0 };
    loop {
        at = past_space(at)?;
        match bytes[at] {
            b'>' => break,
            b'/' => {
                at += 1;
                tag.closes_itself = bytes.get(at) == Some(&b'>');
                continue;
            }
            // Real pages have `class="a"">`: to every reader a quote more is an attribute of that name.
            b'"' | b'\'' if is_end_of_name(at + 1) => {
                at += 1;
                continue;
            }
            _ => {}
        }
        at_name = at;
        at = until(at, |byte| byte.is_ascii_whitespace() || b">/=\"'<".contains(&byte))?;
        let name = &html[at_name..at];
        tag.is_button |= name.eq_ignore_ascii_case("data-track-action");
        tag.is_name |= name.eq_ignore_ascii_case("data-production-uid");
        let is_namer = is_one_of(name, &["id", "name"]);
        let next = past_space(at)?;
        if bytes[next] != b'=' {
            if name.is_empty() || b"\"'<".contains(&bytes[at]) {
                return None;
            }
            continue;
        }
        at = past_space(next + 1)?;
        let is_quoted = matches!(bytes[at], b'"' | b'\'');
        let at_value = at;
        at = match bytes[at] {
            b'"' => find(html, at + 1, "\"")? + 1,
            b'\'' => find(html, at + 1, "'")? + 1,
            b'>' => return None,
            _ => until(at, |byte| byte.is_ascii_whitespace() || b">\"'<=`".contains(&byte))?,
        };
        if is_namer {
            let value = html[at_value..at].trim_matches(['"', '\'']);
            // It may be written in another way.
            if value.contains('&') {
                return None;
            }
            tag.is_name |= value == META_NAME || value.starts_with(FIELD_ID);
        }
        let is_quote_more =
            is_quoted && matches!(bytes.get(at), Some(b'"' | b'\'')) && is_end_of_name(at + 1);
        let is_odd = bytes.get(at).is_none_or(|byte| b"\"'<=`".contains(byte));
        if name.is_empty() || (is_odd && !is_quote_more) {
            return None;
        }
    }
    tag.end = at + 1;
    Some(tag)
}

/// The name of an end tag that begins at `at`, and where the text goes on; `None` when it has more than a name.
fn end_tag(html: &str, at: usize) -> Option<(&str, usize)> {
    let end = find(html, at, ">")?;
    let name = html[at..end].trim_ascii_end();
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-').then_some((name, end))
}

/// Where the text goes on behind a comment or a document type that begins with the `!` at `at`.
fn end_of_comment(html: &str, at: usize) -> Option<usize> {
    if !html[at..].starts_with("!--") {
        // `<![CDATA[` ends elsewhere in a drawing.
        return if html[at..].starts_with("![") { None } else { find(html, at, ">") };
    }
    let text = &html[at + 3..find(html, at + 3, "-->")?];
    let is_odd = text.starts_with('>') || text.starts_with("->") || text.contains("--!>");
    (!is_odd).then_some(at + text.len())
}

/// The text in an element that holds nothing else, and where it goes on behind its end tag.
fn raw_text<'a>(html: &'a str, tag: &Tag<'_>) -> Option<(&'a str, usize)> {
    let mut at = tag.end;
    loop {
        let close = find(html, at, "</")?;
        at = close + 2;
        let name = html.as_bytes().get(at..at + tag.name.len())?;
        if name.eq_ignore_ascii_case(tag.name.as_bytes()) {
            // `</scripts>` would be text, and is odd enough.
            let (name, end) = end_tag(html, at)?;
            return (name.len() == tag.name.len()).then_some((&html[tag.end..close], end));
        }
    }
}

/// Where `text` stands next.
fn find(html: &str, from: usize, text: &str) -> Option<usize> {
    let (rest, text) = (html.as_bytes().get(from..)?, text.as_bytes());
    let (first, more) = text.split_first()?;
    let is_hit = |at: &usize| rest[at + 1..].starts_with(more);
    memchr::memchr_iter(*first, rest).find(is_hit).map(|at| from + at)
}

#[cfg(test)]
mod tests;
