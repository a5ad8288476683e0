//! Text from outside, made fit for one line of a terminal, a log or a page. Pure.
//!
//! Whoever writes a title, an error body or a file name may put terminal commands, line feeds or marks that turn the
//! reading direction into it, and a log line that looks genuine along with them. Each text is cleaned once, where it
//! enters: by the page reader, by the readers of both servers' JSON, and where a redirect, a file name or a value of
//! the config is repeated.

use std::borrow::Cow;
use std::path::Path;

use icu_normalizer::ComposingNormalizerBorrowed;

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

/// A text of our own in several lines, each of them as [`one_line`] leaves it: the last wall before a terminal.
pub fn lines(text: &str) -> Cow<'_, str> {
    if text.split('\n').all(is_clean) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(one_line).collect::<Vec<_>>().join("\n"))
}

/// A path as a message shows it; a file may have any name.
pub fn path(path: &Path) -> String {
    one_line(&path.to_string_lossy()).into_owned()
}

/// As [`one_line`], cut after `limit` characters.
pub fn excerpt(text: &str, limit: usize) -> String {
    one_line(text).chars().take(limit).collect()
}

/// Does a text hold anything that [`one_line`] would change?
pub fn is_clean(text: &str) -> bool {
    matches!(one_line(text), Cow::Borrowed(_))
}

/// The same text with each letter and its accents as one character where there is one (NFC). Text from macOS has them
/// apart as a rule, and servers keep what they were given.
pub fn composed(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Are these the same letters in the same case, however they are written down?
pub fn same_name(one: &str, other: &str) -> bool {
    one == other || composed(one) == composed(other)
}

/// Equal for names that differ at most in case and in how their letters are written down. For comparing only. Each
/// letter becomes one other, as with the disks that do not tell cases apart: `ß` is not `ss`.
pub fn name_key(name: &str) -> String {
    let folded: String = composed(name).chars().map(|letter| lower(upper(letter))).collect();
    composed(&folded).into_owned()
}

fn upper(letter: char) -> char {
    only(letter.to_uppercase()).unwrap_or(letter)
}

fn lower(letter: char) -> char {
    only(letter.to_lowercase()).unwrap_or(letter)
}

/// The one letter, if it is one.
fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    letters.next().filter(|_| letters.next().is_none())
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

/// `2 users, 1 list`: people, and `[[lists]]` without one. A config of lists alone has no users to speak of.
pub fn users_and_lists(users: usize, lists: usize) -> String {
    match (users, lists) {
        (_, 0) => plural(users, "user"),
        (0, _) => plural(lists, "list"),
        _ => format!("{}, {}", plural(users, "user"), plural(lists, "list")),
    }
}

/// `1 user`, `2 users`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
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
    fn lines_of_our_own_stay_apart_and_each_is_clean() {
        assert_eq!(lines("a\nb\n"), "a\nb\n");
        assert_eq!(lines("a\r\n\u{1b}[2Jb\u{202e}\n"), "a \n [2Jb\n");
        assert_eq!(path(Path::new("/tmp/a\nlbjf: error: b")), "/tmp/a lbjf: error: b");
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

    #[test]
    fn letters_are_the_same_however_they_are_written_down() {
        for (one, other, is_same, is_same_but_for_case) in [
            ("Amélie", "Ame\u{301}lie", true, true),
            ("Amélie", "AME\u{301}LIE", false, true),
            ("Ada", "Ada", true, true),
            ("Ada", "ADA", false, true),
            ("Ada", "Ada ", false, false),
            ("Amelie", "Amélie", false, false),
            ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", true, true),
            ("Å", "\u{212b}", true, true),
            ("ΣΊΣΥΦΟΣ", "Σίσυφος", false, true),
            ("ЁЖ", "е\u{308}ж", false, true),
            ("Straße", "STRASSE", false, false),
            ("Straße", "STRAẞE", false, true),
            ("ﬁlm", "film", false, false),
        ] {
            assert_eq!(same_name(one, other), is_same, "{one} {other}");
            assert_eq!(name_key(one) == name_key(other), is_same_but_for_case, "{one} {other}");
        }
    }
}
