//! The one wall between text and HTML.

use std::fmt;

use crate::domain::text::one_line;

/// A text in HTML, between tags or in an attribute's quotes.
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = one_line(self.0);
        let mut rest = &*line;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'', '`']) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                b'\'' => "&#39;",
                _ => "&#96;",
            })?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

/// A text of lbjf's own, in which names and lines to paste stand between backticks.
pub(super) struct Message<'a>(pub(super) &'a str);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<&str> = self.0.split('`').collect();
        // An odd one out is no pair.
        let pairs = if parts.len() % 2 == 1 { parts.len() } else { parts.len() - 1 };
        for (index, part) in parts.iter().enumerate() {
            match index {
                index if index >= pairs => write!(f, "{}{}", Text("`"), Text(part))?,
                index if index % 2 == 1 => write!(f, "<code>{}</code>", Text(part))?,
                _ => write!(f, "{}", Text(part))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_opens_a_tag_or_leaves_an_attribute() {
        for (given, expected) in [
            ("Heat", "Heat"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\" onload=\"x", "&quot; onload=&quot;x"),
            ("' `x` &amp;", "&#39; &#96;x&#96; &amp;amp;"),
            ("a\nb\u{202e}c", "a bc"),
            ("Amélie 千", "Amélie 千"),
            ("", ""),
        ] {
            assert_eq!(Text(given).to_string(), expected);
        }
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        for (given, expected) in [
            ("see `a<b`", "see <code>a&lt;b</code>"),
            ("`a` and `b`", "<code>a</code> and <code>b</code>"),
            ("a ` b", "a &#96; b"),
            ("`a` ` b", "<code>a</code> &#96; b"),
        ] {
            assert_eq!(Message(given).to_string(), expected);
        }
    }
}
