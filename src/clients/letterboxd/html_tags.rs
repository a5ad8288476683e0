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

// What a byte is in a tag. A table, since every byte of every tag is looked up.
const SPACE: u8 = 1;
const SLASH: u8 = 2;
const CLOSE: u8 = 4;
const EQUALS: u8 = 8;
const OTHER: u8 = 16;
const END_OF_NAME: u8 = SPACE | SLASH | CLOSE;

const KINDS: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    kinds[b'\t' as usize] = SPACE;
    kinds[b'\n' as usize] = SPACE;
    kinds[b'\x0C' as usize] = SPACE;
    kinds[b'\r' as usize] = SPACE;
    kinds[b' ' as usize] = SPACE;
    kinds[b'/' as usize] = SLASH;
    kinds[b'>' as usize] = CLOSE;
    kinds[b'=' as usize] = EQUALS;
    kinds
};

/// Is it of one of these kinds?
fn is(byte: u8, kinds: u8) -> bool {
    KINDS[usize::from(byte)] & kinds != 0
}

/// One tag of a page.
#[derive(Debug)]
pub struct Tag<'a, 'p> {
    /// As it is written, in small letters or large ones.
    pub name: &'a str,
    /// Is it an end tag?
    pub is_end: bool,
    /// Does it end itself, as `<path/>` does in a drawing?
    ends_itself: bool,
    /// What is in the element when that is text only, as it is written.
    pub text: &'a str,
    /// Names and values, as they are written; a value that is not there is empty.
    pub attributes: &'p [(&'a str, &'a str)],
}

impl<'a> Tag<'a, '_> {
    /// Does an element of this name begin here?
    pub fn starts(&self, name: &str) -> bool {
        !self.is_end && is_same_name(self.name, name)
    }

    /// Is it a whole element, as `<br>` is, and `<path/>` in a drawing?
    pub fn is_whole(&self) -> bool {
        self.ends_itself || !self.is_end && is_one_of(self.name, VOID)
    }

    /// The value of the first attribute of this name, as it is written.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.attributes.iter().find(|(found, _)| is_same_name(found, name))?;
        Some(value)
    }
}

/// All tags of a page. One that the page ends in is none.
pub struct Tags<'a> {
    html: &'a str,
    /// Where what was not looked at yet begins.
    at: usize,
    /// How many elements of [`MARKUP`] are open.
    inside: usize,
    /// The attributes of the last tag: one list for all, since a page has thousands of tags.
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Tags<'a> {
    /// The page, from its first tag on.
    pub fn of(html: &'a str) -> Self {
        Self { html, at: 0, inside: 0, attributes: Vec::new() }
    }

    /// The next tag.
    pub fn read(&mut self) -> Option<Tag<'a, '_>> {
        loop {
            let bytes = self.html.as_bytes();
            let at = self.at + memchr::memchr(b'<', &bytes[self.at..])?;
            match bytes[at..] {
                [_, b'!', b'-', b'-', ..] => self.at = at + end_of_comment(&self.html[at..]),
                [_, b'/', letter, ..] if letter.is_ascii_alphabetic() => return self.tag(at + 2, true),
                [_, letter, ..] if letter.is_ascii_alphabetic() => return self.tag(at + 1, false),
                // Comments in effect.
                [_, b'!' | b'?', ..] | [_, b'/', _, ..] => self.at = self.find(at, CLOSE),
                _ => self.at = at + 1,
            }
        }
    }

    /// The tag whose name begins here.
    fn tag(&mut self, start: usize, is_end: bool) -> Option<Tag<'a, '_>> {
        self.at = self.find(start, END_OF_NAME);
        let name = &self.html[start..self.at];
        self.attributes.clear();
        while let Some(attribute) = self.attribute() {
            self.attributes.push(attribute);
        }
        let (end, rest) = self.html[self.at..].split_once('>')?;
        self.at = self.html.len() - rest.len();
        let is_markup = is_one_of(name, MARKUP);
        let ends_itself = end.ends_with('/') && (self.inside > 0 || is_markup);
        let mut text = "";
        if is_markup {
            self.inside =
                if is_end { self.inside.saturating_sub(1) } else { self.inside + usize::from(!ends_itself) };
        } else if !is_end && self.inside == 0 && is_one_of(name, TEXT) {
            text = &rest[..end_of_text(rest, name)];
            self.at += text.len();
        }
        Some(Tag { name, is_end, ends_itself, text, attributes: &self.attributes })
    }

    /// The next attribute of the tag.
    fn attribute(&mut self) -> Option<(&'a str, &'a str)> {
        let bytes = self.html.as_bytes();
        let start = self.find(self.at, !(SPACE | SLASH));
        if matches!(bytes.get(start), None | Some(b'>')) {
            return None;
        }
        // A name may begin with `=`, and have quotes in it.
        let end = self.find(start + 1, END_OF_NAME | EQUALS);
        let equals = self.find(end, !SPACE);
        self.at = end;
        let value = if bytes.get(equals) == Some(&b'=') { self.value(equals + 1) } else { "" };
        Some((&self.html[start..end], value))
    }

    /// The value of an attribute, which stands from here on.
    fn value(&mut self, from: usize) -> &'a str {
        let bytes = self.html.as_bytes();
        let start = self.find(from, !SPACE);
        let (value, behind) = if let Some(quote @ (b'"' | b'\'')) = bytes.get(start) {
            let length = memchr::memchr(*quote, &bytes[start + 1..]);
            let end = length.map_or(bytes.len(), |length| start + 1 + length);
            (start + 1..end, bytes.len().min(end + 1))
        } else {
            let end = self.find(start, SPACE | CLOSE);
            (start..end, end)
        };
        self.at = behind;
        &self.html[value]
    }

    /// Where the first byte of one of these kinds is that does not stand before `from`; the end of the page where there
    /// is none.
    fn find(&self, from: usize, kinds: u8) -> usize {
        let rest = &self.html.as_bytes()[from..];
        from + rest.iter().position(|byte| is(*byte, kinds)).unwrap_or(rest.len())
    }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| is_same_name(one, name))
}

/// Are they the same but for small letters and large ones?
#[expect(clippy::inline_always, reason = "most names differ in length, and thousands are compared in a page")]
#[inline(always)]
pub fn is_same_name(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.eq_ignore_ascii_case(other)
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
            found.eq_ignore_ascii_case(name) && rest.bytes().next().is_some_and(|byte| is(byte, END_OF_NAME))
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
