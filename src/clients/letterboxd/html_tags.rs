//! The tags of a page, one after the other, without a tree: film pages are read by them, and the limits before the HTML
//! parser count them (docs/performance.md#reading-film-pages).
//!
//! What is a tag follows the tokenizer of the HTML standard (<https://html.spec.whatwg.org/#tokenization>): comments,
//! quoted values and the text of a script are none. What only a tree can tell is not known here, such as that a
//! `<section>` ends a `<p>`, or that what is in a `<template>` is no part of the page.

/// Elements whose content is text up to their own end tag. A parser that could run scripts takes `noscript` for one.
const TEXT: &[&str] =
    &["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"];

/// Elements that never have an end tag.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

/// Elements in which those of [`TEXT`] are nothing special, and `/>` ends an element.
const MARKUP: &[&str] = &["math", "select", "svg"];

/// One tag.
#[derive(Clone, Debug)]
pub struct Tag<'a> {
    /// As it is written, in small letters or large ones.
    pub name: &'a str,
    /// Is it an end tag?
    pub is_end: bool,
    /// Does it end itself, as `<path/>` does in a drawing?
    ends_itself: bool,
    /// What is in the element when that is text only, as it is written.
    pub text: &'a str,
    attributes: Attributes<'a>,
}

impl<'a> Tag<'a> {
    /// Does an element of this name begin here?
    pub fn starts(&self, name: &str) -> bool {
        !self.is_end && self.name.eq_ignore_ascii_case(name)
    }

    /// Is it a whole element, as `<br>` is, and `<path/>` in a drawing?
    pub fn is_whole(&self) -> bool {
        self.ends_itself || VOID.iter().any(|name| self.starts(name))
    }

    /// Names and values, as they are written; a value that is not there is empty.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.attributes.clone()
    }

    /// The value of the first attribute of this name, as it is written.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes().find_map(|(found, value)| found.eq_ignore_ascii_case(name).then_some(value))
    }
}

/// All tags of a page. One that the page ends in is none.
pub fn tags(html: &str) -> impl Iterator<Item = Tag<'_>> {
    Tags { rest: html, inside: 0 }
}

struct Tags<'a> {
    /// What was not looked at yet.
    rest: &'a str,
    /// How many elements of [`MARKUP`] are open.
    inside: usize,
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        loop {
            let (_, rest) = self.rest.split_at(memchr::memchr(b'<', self.rest.as_bytes())?);
            match rest.as_bytes() {
                [_, b'!', b'-', b'-', ..] => self.rest = &rest[end_of_comment(rest)..],
                [_, b'/', letter, ..] if letter.is_ascii_alphabetic() => return self.tag(&rest[2..], true),
                [_, letter, ..] if letter.is_ascii_alphabetic() => return self.tag(&rest[1..], false),
                // Comments in effect.
                [_, b'!' | b'?', ..] | [_, b'/', _, ..] => self.rest = split(rest, |byte| byte == b'>').1,
                _ => self.rest = &rest[1..],
            }
        }
    }
}

impl<'a> Tags<'a> {
    /// The tag whose name the text begins with.
    fn tag(&mut self, text: &'a str, is_end: bool) -> Option<Tag<'a>> {
        let (name, rest) = split(text, is_end_of_name);
        let attributes = Attributes { rest };
        let mut last = attributes.clone();
        last.by_ref().for_each(drop);
        let Some((end, rest)) = last.rest.split_once('>') else {
            self.rest = "";
            return None;
        };
        self.rest = rest;
        let is = |names: &[&str]| names.iter().any(|one| name.eq_ignore_ascii_case(one));
        let ends_itself = end.ends_with('/') && (self.inside > 0 || is(MARKUP));
        let mut tag = Tag { name, is_end, ends_itself, text: "", attributes };
        if is(MARKUP) {
            self.inside =
                if is_end { self.inside.saturating_sub(1) } else { self.inside + usize::from(!ends_itself) };
        } else if !is_end && self.inside == 0 && is(TEXT) {
            (tag.text, self.rest) = rest.split_at(end_of_text(rest, name));
        }
        Some(tag)
    }
}

/// The attributes of a tag, beginning behind its name or behind one of them; what follows the last one is left over.
#[derive(Clone, Debug)]
struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let is_space = |byte: u8| byte.is_ascii_whitespace();
        let past_spaces = |text| split(text, |byte| !is_space(byte)).1;
        let (_, rest) = split(self.rest, |byte| !is_space(byte) && byte != b'/');
        // A name may begin with `=`, and have quotes in it.
        let first = rest.chars().next().filter(|letter| *letter != '>')?.len_utf8();
        let (more, _) = split(&rest[first..], |byte| is_end_of_name(byte) || byte == b'=');
        let (name, rest) = rest.split_at(first + more.len());
        let (value, rest) = match past_spaces(rest).strip_prefix('=').map(past_spaces) {
            None => ("", rest),
            Some(value) => match value.as_bytes() {
                [quote @ (b'"' | b'\''), text @ ..] => match memchr::memchr(*quote, text) {
                    Some(end) => (&value[1..=end], &value[end + 2..]),
                    None => (&value[1..], ""),
                },
                _ => split(value, |byte| is_space(byte) || byte == b'>'),
            },
        };
        self.rest = rest;
        Some((name, value))
    }
}

fn is_end_of_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'/' || byte == b'>'
}

/// What stands in front of the first such byte, which is one of ASCII, and the rest.
fn split(text: &str, is_end: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(is_end).unwrap_or(text.len()))
}

/// Where a comment ends that the text begins with. `<!-->` is a whole one, and `--!>` ends one, too.
fn end_of_comment(text: &str) -> usize {
    let is_end = |at: &usize| {
        let before = &text.as_bytes()[..*at];
        before.ends_with(b"--") || before.ends_with(b"--!") && *at >= "<!----!".len()
    };
    memchr::memchr_iter(b'>', text.as_bytes()).find(is_end).map_or(text.len(), |at| at + 1)
}

/// Where the text of an element ends: at its end tag. In a script `<!-- <script>` hides the next end tag.
fn end_of_text(text: &str, name: &str) -> usize {
    let is_tag = |rest: &str, start: &str| {
        let name_behind = rest.strip_prefix(start).and_then(|rest| rest.split_at_checked(name.len()));
        name_behind.is_some_and(|(found, rest)| {
            found.eq_ignore_ascii_case(name) && rest.bytes().next().is_some_and(is_end_of_name)
        })
    };
    let is_script = name.eq_ignore_ascii_case("script");
    let (mut is_comment, mut is_hidden) = (false, false);
    for at in memchr::memchr2_iter(b'<', b'-', text.as_bytes()) {
        let rest = &text[at..];
        if is_tag(rest, "</") {
            if !is_hidden {
                return at;
            }
            is_hidden = false;
        } else if rest.starts_with("<!--") {
            is_comment = is_script;
        } else if rest.starts_with("-->") {
            (is_comment, is_hidden) = (false, false);
        } else if is_comment && is_tag(rest, "<") {
            is_hidden = true;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests;
