//! Fitting text into the columns of a terminal. Off a terminal nothing is cut or broken: who reads it there looks for
//! whole lines.

use std::io::{self, IsTerminal};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns of stdout, when that is a terminal.
pub fn columns() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    // Some terminals do not know, or say 0.
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(width.0.into()).filter(|columns| *columns > 0)
}

/// How many columns a text takes; colours take none.
pub fn width(text: &str) -> usize {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().width();
    first + parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text).width()).sum::<usize>()
}

/// A text in at most so many columns; where it is cut stands `…`.
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    let mut short = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > room {
            break;
        }
        short.push(letter);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// A text filled up with blanks to so many columns.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// A line broken between words into lines of so many columns; all but the first begin with `indent` blanks. A word that
/// is longer than that stays whole, since somebody may want to copy it.
pub fn wrap(line: &str, indent: usize, columns: Option<usize>) -> String {
    let Some(columns) = columns.filter(|columns| width(line) > *columns) else { return line.to_owned() };
    // In a narrow terminal there would be no room beside the indent.
    let indent = if indent + 20 > columns { indent.min(4) } else { indent };
    let start = line.len() - line.trim_start_matches(' ').len();
    let mut text = line[..start].to_owned();
    let (mut used, mut is_empty) = (start, true);
    // Blanks that align something stay, but for those at which a line is broken.
    for word in line[start..].split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        if !is_empty && used + width(bare) > columns && !bare.is_empty() {
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            used = indent;
        }
        text.push_str(word);
        used += width(word);
        is_empty = false;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::paint::{Tone, colored};

    #[test]
    fn a_text_is_cut_by_columns_and_not_by_letters() {
        for (text, columns, expected) in [
            ("Heat", 4, "Heat"),
            ("Heat", 3, "He…"),
            ("The Winter Ferry", 11, "The Winter…"),
            ("千と千尋の神隠し", 9, "千と千尋…"),
            ("千と千尋の神隠し", 8, "千と千…"),
            ("Ame\u{301}lie", 6, "Ame\u{301}lie"),
            ("Heat", 1, "…"),
            ("Heat", 0, ""),
        ] {
            assert_eq!(cut(text, columns), expected);
            assert!(width(expected) <= columns);
        }
        assert_eq!(pad("千", 4), "千  ");
    }

    #[test]
    fn a_long_line_goes_on_below_its_beginning() {
        let line = "  skipped          Some Short (2002) `some-short`: its film page names no TMDB id";
        assert_eq!(wrap(line, 19, None), line);
        assert_eq!(wrap(line, 19, Some(200)), line);
        assert_eq!(
            wrap(line, 19, Some(60)),
            "  skipped          Some Short (2002) `some-short`: its film\n                   page names no TMDB id"
        );
        let narrow = wrap(line, 19, Some(30));
        assert!(narrow.lines().all(|line| width(line) <= 30), "{narrow}");
        let colored = line.replace("skipped ", &colored(Tone::Bad, "skipped "));
        assert_eq!(width(&colored), width(line));
        assert_eq!(wrap(&colored, 19, Some(60)).lines().last(), wrap(line, 19, Some(60)).lines().last());
        assert_eq!(wrap("a averyverylongword b", 2, Some(8)), "a\n  averyverylongword\n  b");
    }
}
