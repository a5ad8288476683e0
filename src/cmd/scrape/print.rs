//! What `scrape` prints: a table, JSON or CSV.

use serde::Serialize;

use super::{List, What};
use crate::domain::span::show_time;
use crate::system::layout::{cut, pad, width};

/// An entry as it is printed.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) slug: String,
    pub(super) uid: Option<String>,
    pub(super) name: String,
    pub(super) year: Option<u16>,
    /// `movie`, `matched` (a movie, by its title and year only), `tv`, `none` (the film page names no TMDB id), `other`
    /// (no film), or nothing: not known.
    pub(super) kind: Option<&'static str>,
    pub(super) tmdb_id: Option<u32>,
}

/// A row is a line: in a terminal of so many columns titles are cut, since the slug says the same, and what has to be
/// copied is whole as long as that is possible.
pub(super) fn table(rows: &[Row], columns: Option<usize>) -> String {
    /// So much of a title is shown before a row loses its order.
    const SHORTEST_TITLE: usize = 12;
    let number = |number: Option<u32>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let heading = ["TMDB", "kind", "year", "film", "slug"].map(str::to_owned);
    let cells = |row: &Row| {
        let kind = row.kind.unwrap_or("?").to_owned();
        [number(row.tmdb_id), kind, number(row.year.map(u32::from)), row.name.clone(), row.slug.clone()]
    };
    let lines: Vec<[String; 5]> = std::iter::once(heading).chain(rows.iter().map(cells)).collect();
    let widest = |column: usize| lines.iter().map(|line| width(&line[column])).max().unwrap_or(0);
    let widths = [widest(0), widest(1), widest(2)];
    // What is left for a title, the gap behind it, and the slug.
    let room = columns.map(|columns| columns.saturating_sub(widths.iter().sum::<usize>() + 3 * GAP.len()));
    let title = match room {
        None => widest(3),
        Some(room) => {
            // A single long slug must not cost all others their titles.
            let beside = room.saturating_sub(GAP.len() + widest(4).min(room / 2));
            widest(3).min(beside.max(SHORTEST_TITLE))
        }
    };
    let mut text = String::new();
    for [tmdb, kind, year, name, slug] in &lines {
        for (cell, columns) in [tmdb, kind, year].into_iter().zip(widths) {
            text.push_str(&pad(cell, columns));
            text.push_str(GAP);
        }
        text.push_str(&titled(name, slug, title, room));
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

/// What stands between two columns.
const GAP: &str = "  ";

/// A title in its column and the slug behind it. A slug that is too long for its row moves to the left.
fn titled(name: &str, slug: &str, title: usize, room: Option<usize>) -> String {
    let Some(room) = room else { return pad(name, title) + GAP + slug };
    if title + GAP.len() + width(slug) <= room {
        return pad(&cut(name, title), title) + GAP + slug;
    }
    match room.saturating_sub(GAP.len() + width(slug)) {
        0 => cut(slug, room),
        left => cut(name, left) + GAP + slug,
    }
}

/// Described in docs/json.md.
pub(super) fn json(what: &What, list: &List, rows: &[Row]) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Json<'a> {
        version: u32,
        kind: &'a str,
        user: Option<&'a str>,
        /// Of a list, as `OWNER/NAME`.
        address: Option<&'a str>,
        /// Of an export.
        file: Option<&'a str>,
        as_of: Option<String>,
        outcome: &'a str,
        declared: Option<u32>,
        entries: &'a [Row],
    }
    let about = Some(list.about.as_str());
    let json = Json {
        version: 1,
        kind: list.kind,
        user: about.filter(|_| matches!(what, What::Watchlist(_))),
        address: about.filter(|_| matches!(what, What::List(_))),
        file: about.filter(|_| matches!(what, What::Export(_))),
        as_of: list.as_of.map(show_time),
        outcome: list.outcome,
        declared: list.declared,
        entries: rows,
    };
    Ok(serde_json::to_string(&json)? + "\n")
}

pub(super) fn csv(rows: &[Row]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // serde writes the header with the first row; without rows it has to be written here.
    if rows.is_empty() {
        writer.write_record(["slug", "uid", "name", "year", "kind", "tmdb_id"])?;
    }
    for row in rows {
        writer.serialize(row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tmdb_id: Option<u32>, name: &str, slug: &str) -> Row {
        let (slug, name) = (slug.to_owned(), name.to_owned());
        Row { slug, uid: None, name, year: Some(1995), kind: Some("movie"), tmdb_id }
    }

    #[test]
    fn a_row_of_the_table_is_a_line_however_long_a_title_is() {
        let long = "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb";
        let rows = [
            row(Some(949), "Heat", "heat-1995"),
            row(Some(935), long, "dr-strangelove"),
            row(Some(1_234_567), long, "dr-strangelove-or-how-i-learned-to-stop-worrying-and-love"),
            row(None, "千と千尋の神隠し", "spirited-away"),
        ];
        assert_eq!(
            table(&rows[..2], Some(80)),
            "\
TMDB  kind   year  film                                           slug
949   movie  1995  Heat                                           heat-1995
935   movie  1995  Dr. Strangelove or: How I Learned to Stop Wo…  dr-strangelove
"
        );
        assert_eq!(
            table(&rows, Some(80)),
            "\
TMDB     kind   year  film                         slug
949      movie  1995  Heat                         heat-1995
935      movie  1995  Dr. Strangelove or: How I…   dr-strangelove
1234567  movie  1995  dr-strangelove-or-how-i-learned-to-stop-worrying-and-love
-        movie  1995  千と千尋の神隠し             spirited-away
"
        );
        for columns in [20, 30, 40, 60, 79, 100, 200] {
            let text = table(&rows, Some(columns));
            assert_eq!(text.lines().count(), 5);
            for (line, id) in text.lines().zip(["TMDB", "949", "935", "1234567", "-"]) {
                assert!(columns < 30 || width(line) <= columns, "{columns}: {line}");
                assert!(line.starts_with(&format!("{id} ")), "{line}");
            }
        }
        // Whoever reads a file or a pipe gets it whole.
        let whole = table(&rows, None);
        assert_eq!(whole.lines().filter(|line| line.contains(long)).count(), 2, "{whole}");
        assert!(!whole.contains('…'), "{whole}");
    }
}
