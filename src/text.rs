//! Text from outside, made fit for one line of a terminal, a log or a page. Pure.
//!
//! Whoever writes a title, an error body or a file name may put terminal commands, line feeds or marks that turn the
//! reading direction into it, and a log line that looks genuine along with them. Each text is cleaned once, where it
//! enters: by the page reader, by the readers of both servers' JSON, and where a redirect, a file name or a value of
//! the config is repeated.

use std::borrow::Cow;

/// A text as one line: control characters and line breaks become a space, marks that change the reading direction and
/// byte order marks go. Everything else stays, joiners of emoji and combining marks included.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter| is_break(letter) || is_invisible_mark(letter)) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !is_invisible_mark(*letter)) {
        line.push(if is_break(letter) { ' ' } else { letter });
    }
    Cow::Owned(line)
}

/// As [`one_line`], cut after `limit` characters.
pub fn excerpt(text: &str, limit: usize) -> String {
    one_line(text).chars().take(limit).collect()
}

/// Does a text hold anything that [`one_line`] would change?
pub fn is_clean(text: &str) -> bool {
    matches!(one_line(text), Cow::Borrowed(_))
}

/// Moves the cursor, rings, ends a line or begins a command: C0, DEL, C1, and the separators of lines and paragraphs.
fn is_break(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// Takes no room but changes how the rest is read: directional marks, embeddings, overrides and isolates, the byte
/// order mark.
fn is_invisible_mark(letter: char) -> bool {
    matches!(
        letter,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_write_elsewhere_on_a_terminal_becomes_a_space() {
        for (given, expected) in [
            ("Heat (1995)", "Heat (1995)"),
            ("Nice Film\nlbjf: error: store is lost", "Nice Film lbjf: error: store is lost"),
            ("a\r\nb\tc", "a  b c"),
            ("\u{1b}[2J\u{7}boo\u{9b}31m", " [2J boo 31m"),
            ("left \u{202e}tfel\u{202c} right", "left tfel right"),
            ("\u{feff}\u{200e}Ada’s Watchlist\u{2066}\u{2069}", "Ada’s Watchlist"),
            ("one\u{2028}two\u{2029}three", "one two three"),
        ] {
            assert_eq!(one_line(given), expected);
            assert!(is_clean(&one_line(given)), "{given:?}");
        }
    }

    #[test]
    fn what_people_write_stays() {
        for text in [
            "Amélie",
            "Ame\u{301}lie",
            "千と千尋の神隠し",
            "שלום",
            "👨\u{200d}👩\u{200d}👧",
            "a\u{a0}b",
            "WALL·E",
        ] {
            assert!(is_clean(text), "{text:?}");
        }
    }

    #[test]
    fn an_excerpt_counts_characters() {
        assert_eq!(excerpt("ÄÖÜ\nabc", 5), "ÄÖÜ a");
    }
}
