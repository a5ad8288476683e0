//! Every warning and error of a run has a row in docs/messages.md, where a person looks it up.

use std::sync::OnceLock;

/// The rows: of each the parts that stay the same from case to case, in their order.
fn rows() -> &'static [Vec<&'static str>] {
    static ROWS: OnceLock<Vec<Vec<&str>>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let text = include_str!("../../docs/messages.md");
        let rows = text.lines().skip_while(|line| !line.contains("what you see")).skip(2);
        let cell = |line: &'static str| line.split('|').nth(1).map(|cell| cell.trim().trim_matches('`'));
        let cells = rows.take_while(|line| line.starts_with('|')).filter_map(cell);
        cells.map(|cell| cell.split('…').map(str::trim).collect()).collect()
    })
}

/// What a test plants in a store, and SQLite says.
const PLANTED: &str = "`: no: Error code 1811: constraint failed";

/// Does a row have these words, in this order?
fn is_explained(line: &str) -> bool {
    rows().iter().any(|parts| {
        let mut rest = Some(line);
        for part in parts {
            rest = rest.and_then(|rest| rest.split_once(part)).map(|(_, behind)| behind);
        }
        rest.is_some()
    })
}

/// Fails when a run said a warning or an error that nobody can look up.
pub fn check(stderr: &str) {
    let is_trouble = |line: &&str| line.starts_with("warning: ") || line.starts_with("lbjf: error: ");
    let unknown =
        stderr.lines().filter(is_trouble).find(|line| !line.ends_with(PLANTED) && !is_explained(line));
    assert_eq!(unknown, None, "docs/messages.md has no row for it");
}

#[test]
fn a_message_is_explained_by_the_words_of_a_row_in_their_order() {
    assert!(is_explained("lbjf: error: radarr: it redirects to `http://x`"));
    assert!(is_explained("warning: ada: the watchlist declares 3 films but shows 2"));
    assert!(!is_explained("warning: ada: the watchlist but shows 2 and declares 3"));
    assert!(!is_explained("warning: ada: the moon is full"));
}
