//! Texts as each receiver wants them: cut by its own measure, and without what it would take for markup. Pure.

/// What stands where a text was cut.
const CUT: char = '…';

/// Cut to so many bytes.
pub(super) fn cut_bytes(text: &str, most: usize) -> String {
    cut(text, most, char::len_utf8)
}

/// Cut to so many units of UTF-16, as Discord's own programs count.
pub(super) fn cut_utf16(text: &str, most: usize) -> String {
    cut(text, most, char::len_utf16)
}

fn cut(text: &str, most: usize, size: fn(char) -> usize) -> String {
    let room = most - size(CUT);
    let (mut used, mut end) = (0, 0);
    for (at, letter) in text.char_indices() {
        used += size(letter);
        if used <= room {
            end = at + letter.len_utf8();
        }
        if used > most {
            return format!("{}{CUT}", &text[..end]);
        }
    }
    text.to_owned()
}

/// What Discord shows as it is: no bold title, no heading, nobody mentioned.
pub(super) fn for_discord(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '*' | '_' | '~' | '|' | '`' | '<' | '>' | '#' | '[' | ']' | '@') {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}

/// What Slack shows as it is: `<!channel>` in a title calls nobody.
pub(super) fn for_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_the_measure_of_its_receiver_and_never_within_a_letter() {
        for (text, most, bytes, units) in [
            ("Heat", 4, "Heat", "Heat"),
            ("Heat1", 4, "H…", "Hea…"),
            ("ää", 4, "ää", "ää"),
            ("äää", 5, "ä…", "äää"),
            ("🎬🎬", 4, "…", "🎬🎬"),
            ("🎬🎬🎬", 5, "…", "🎬🎬…"),
            ("", 4, "", ""),
        ] {
            assert_eq!((&*cut_bytes(text, most), &*cut_utf16(text, most)), (bytes, units), "{text}");
            assert!(cut_bytes(text, most).len() <= most);
            assert!(cut_utf16(text, most).encode_utf16().count() <= most);
        }
    }

    #[test]
    fn what_a_receiver_takes_for_markup_is_escaped() {
        assert_eq!(for_discord("*batteries_ <@1> # @here"), "\\*batteries\\_ \\<\\@1\\> \\# \\@here");
        assert_eq!(for_slack("Tom & <!channel>"), "Tom &amp; &lt;!channel&gt;");
    }
}
