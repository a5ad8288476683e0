use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use tempfile::TempDir;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use super::*;
use crate::domain::ids::{Lid, Slug, Uid};

const HEADER: &str = "Date,Name,Year,Letterboxd URI\r\n";
/// 2026-11-29
const NOW: Timestamp = 1_795_910_400;
/// 2026-02-27 18:05
const FEBRUARY: Timestamp = 1_772_215_500;

fn lid(text: &str) -> FilmName {
    FilmName::Lid(Lid::parse(text).unwrap())
}

fn table(bytes: impl AsRef<[u8]>) -> Result<table::Table, table::NoTable> {
    table::parse(bytes.as_ref(), true)
}

fn films(table: &table::Table) -> Vec<FilmName> {
    table.films.iter().map(|film| film.film.clone()).collect()
}

/// A file of an archive: its name and its text.
type Entry<'a> = (&'a str, &'a str);

fn zip_with(entries: &[Entry<'_>], options: SimpleFileOptions) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        archive.start_file(*name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn zip(entries: &[Entry<'_>]) -> Vec<u8> {
    zip_with(entries, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> Result<Export, ExportError> {
        read(&self.path(name), Some("ada"), NOW)
    }

    /// What is said, without the folder's own path.
    fn error(&self, name: &str) -> String {
        let error = self.read(name).unwrap_err().to_string();
        error
            .replace(&format!("{}/", self.0.path().display()), "")
            .replace(&self.0.path().display().to_string(), ".")
    }
}

fn watchlist(lids: &[&str]) -> String {
    let rows: Vec<_> = lids
        .iter()
        .map(|lid| {
            format!(
                "2026-01-05,Film,2000,https://boxd.it/{lid}
"
            )
        })
        .collect();
    format!("{HEADER}{}", rows.concat())
}

#[test]
fn a_watchlist_is_read_newest_first_and_each_film_once() {
    let text = format!(
        "{HEADER}2026-01-05,\"Goodbye, Dragon Inn\",2003,https://boxd.it/oFG\r\n\
         2026-01-05,\"Peep \"\"TV\"\" Show\",,https://boxd.it/1jzg\r\n\
         2026-02-01,Les Misérables,2012,https://boxd.it/1JzG\r\n\
         2025-12-31,1917,2019,https://boxd.it/oFG\r\n"
    );
    let table = table(text).unwrap();
    assert_eq!(films(&table), [lid("1JzG"), lid("1jzg"), lid("oFG")]);
    assert_eq!((table.films[1].title.as_str(), table.films[1].year), ("Peep \"TV\" Show", None));
    assert_eq!((table.films[2].title.as_str(), table.films[2].year), ("Goodbye, Dragon Inn", Some(2003)));
    assert_eq!(table.bad_rows, []);
    assert_eq!(table.newest, Some(1_769_904_000));
}

#[test]
fn line_ends_byte_order_marks_and_the_order_of_columns_do_not_matter() {
    let text = watchlist(&["abcd", "efgh"]);
    let expected = table(&text).unwrap();
    assert_eq!(table(text.replace("\r\n", "\n")).unwrap(), expected);
    assert_eq!(table(format!("\u{feff}{text}")).unwrap(), expected);
    let turned = "Letterboxd URI,Tags,Year,Title,Date\nhttps://boxd.it/abcd,,2000,Film,2026-01-05\n\
                  https://boxd.it/efgh,x,2000,Film,2026-01-05\n";
    assert_eq!(table(turned).unwrap(), expected);
}

#[test]
fn only_a_header_is_an_empty_list() {
    let table = table(HEADER).unwrap();
    assert_eq!((table.films.len(), table.bad_rows.len(), table.newest), (0, 0, None));
}

#[test]
fn rows_without_a_film_are_told_and_the_others_are_read() {
    let text = format!(
        "{HEADER}2026-01-05,South Park: Imaginationland,2008,\r\n\
         2026-01-05,A viewing,2008,https://letterboxd.com/ada/film/heat-1995/\r\n\
         2026-01-05,\"Two\r\nlines\",1995,https://letterboxd.com/film/heat-1995/\r\n\r\n\
         2026-01-05,Short\r\n\
         2026-01-05,Rubber,2010,https://letterboxd.com/film/film:19619/\r\n\
         2026-01-05,\"never closed,2010,https://boxd.it/abcd\r\n2026-01-06,Lost,2010,https://boxd.it/efgh\r\n"
    );
    let table = table(text).unwrap();
    let (heat, rubber) =
        (FilmName::Slug(Slug::parse("heat-1995").unwrap()), FilmName::Uid(Uid::parse("film:19619").unwrap()));
    assert_eq!(films(&table), [rubber, heat]);
    assert_eq!(table.films[1].title, "Two  lines");
    let bad: Vec<_> =
        table.bad_rows.iter().map(|row| (row.line, row.title.chars().take(12).collect())).collect();
    let expected = [(2, "South Park: "), (3, "A viewing"), (7, "Short"), (9, "never closed")];
    assert_eq!(bad, expected.map(|(line, title)| (line, title.to_owned())));
}

#[test]
fn half_a_last_line_is_no_film() {
    let text = watchlist(&["abcd", "efgh"]);
    for cut in [2, 3, 30] {
        let table = table::parse(&text.as_bytes()[..text.len() - cut], false).unwrap();
        assert_eq!((films(&table), table.bad_rows.len()), (vec![lid("abcd")], 1), "{cut}");
    }
    let whole = table::parse(text.trim_end().as_bytes(), true).unwrap();
    assert_eq!(whole.films.len(), 2, "an archive proves that it is whole");
}

#[test]
fn a_list_is_read_in_its_own_order_whatever_its_description_says() {
    for banner in ["Letterboxd list export v7\r\n", "\r\n", "Letterboxd list export v8\r\n"] {
        let text = format!(
            "{banner}Date,Name,Tags,URL,Description\r\n\
             2021-03-01,A List,\"one tag, another\",https://boxd.it/zZ9xQ,\"<b>Notes\r\n\r\n\
             Position,Name,Year,URL,Description\r\n1,Wrong,1999,https://boxd.it/wrong,\"\"quoted\"\"\r\n</b>\"\r\n\r\n\
             Position,Name,Year,URL,Description\r\n\
             1,Parasite,2019,https://boxd.it/hTha,\r\n2,Heat,1995,https://boxd.it/29rG,\"a, b\"\r\n"
        );
        let table = table(text).unwrap();
        assert_eq!(films(&table), [lid("hTha"), lid("29rG")], "{banner}");
        assert_eq!(table.newest, None);
    }
    let empty = "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n2021-03-01,A,,https://boxd.it/z,\n\n\
                 Position,Name,Year,URL,Description\n";
    assert_eq!(films(&table(empty).unwrap()), []);
}

#[test]
fn what_is_no_table_of_films_is_refused_by_what_it_is() {
    use table::NoTable::{NotCsv, OtherHeader, OtherSeparator, Viewings};
    let utf16: Vec<u8> = "\u{feff}Date".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&[u8], _); 11] = [
        (b"", NotCsv("it is empty")),
        (b"\r\n\r\n", NotCsv("it is empty")),
        (&[0; 2000], NotCsv("it has zero bytes")),
        (&utf16, NotCsv("it is UTF-16")),
        (b"\n <!DOCTYPE html><title>Sign in</title>", NotCsv("it is an HTML page")),
        (b"Date;Name;Year;Letterboxd URI\n", OtherSeparator("`;`")),
        (b"Date\tName\tYear\tLetterboxd URI\n", OtherSeparator("tabs")),
        (b"Date,Name,Year\n2026-01-05,Heat,1995\n", OtherHeader("Date,Name,Year".to_owned())),
        (b"Letterboxd list export v7\nDate,Name,Tags,URL,Description\n", NotCsv("it ends before its films")),
        (b"Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n", Viewings),
        (b"Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\n", Viewings),
    ];
    for (bytes, expected) in cases {
        assert_eq!(table(bytes), Err(expected));
    }
}

#[test]
fn a_zip_is_read_with_and_without_a_folder_around_it() {
    let (text, other) = (watchlist(&["abcd"]), watchlist(&["wrong"]));
    let plain = zip(&[
        ("profile.csv", "secret"),
        ("watched.csv", &other),
        ("watchlist.csv", &text),
        ("deleted/watchlist.csv", &other),
        ("orphaned/watchlist.csv", &other),
        ("lists/watchlist.csv", &other),
        ("__MACOSX/watchlist.csv", &other),
        ("../watchlist.csv", &other),
        ("/watchlist.csv", &other),
        ("a/b/watchlist.csv", &other),
    ]);
    let wrapped =
        zip(&[("letterboxd-ada/watchlist.csv", &text), ("letterboxd-ada/lists/watchlist.csv", &other)]);
    let folder = Folder::new().with("plain.zip", plain).with("wrapped", wrapped);
    for name in ["plain.zip", "wrapped"] {
        let export = folder.read(name).unwrap();
        assert_eq!(
            export.films.iter().map(|film| film.film.clone()).collect::<Vec<_>>(),
            [lid("abcd")],
            "{name}"
        );
    }
}

#[test]
fn a_real_export_has_no_sizes_in_front_of_its_entries() {
    let mut archive = ZipWriter::new_stream(Vec::new());
    archive
        .start_file(
            "watchlist.csv",
            SimpleFileOptions::default().compression_method(CompressionMethod::Stored),
        )
        .unwrap();
    archive.write_all(watchlist(&["abcd"]).as_bytes()).unwrap();
    let folder = Folder::new().with("a.zip", archive.finish().unwrap().into_inner());
    assert_eq!(folder.read("a.zip").unwrap().films.len(), 1);
}

#[test]
fn an_archive_that_is_none_or_too_much_is_refused() {
    let text = watchlist(&["abcd"]);
    let mut encrypted = zip(&[("watchlist.csv", &text)]);
    let entry = encrypted.windows(4).position(|part| part == b"PK\x01\x02").unwrap();
    // The first flag of an entry in the central directory.
    encrypted[entry + 8] |= 1;
    let bomb = format!("{HEADER}{}", "\r\n".repeat(5 << 20));
    let packed = zip_with(
        &[("watchlist.csv", &bomb)],
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated),
    );
    let huge = format!("{HEADER}{}", "\r\n".repeat(9 << 20));
    let cut = &zip(&[("watchlist.csv", &text)])[..60];
    let many: Vec<_> = (0..=10_000).map(|number| format!("lists/{number}.csv")).collect();
    let many: Vec<Entry<'_>> = many.iter().map(|name| (name.as_str(), "")).collect();
    let mut flipped = zip(&[("watchlist.csv", &text)]);
    let at = flipped.windows(4).position(|part| part == b"Film").unwrap();
    flipped[at] = b'f';
    let folder = Folder::new()
        .with("encrypted.zip", encrypted)
        .with("bomb.zip", packed)
        .with("huge.zip", zip(&[("watchlist.csv", &huge)]))
        .with("huge.csv", &huge)
        .with("cut.zip", cut)
        .with("empty.zip", "")
        .with("html.zip", "<html>")
        .with("other.zip", zip(&[("photo.jpg", "")]))
        .with("two.zip", zip(&[("a/watchlist.csv", &text), ("b/watchlist.csv", &text)]))
        .with("many.zip", zip(&many))
        .with("flipped.zip", flipped);
    for (name, expected) in [
        ("encrypted.zip", "`encrypted.zip` is encrypted"),
        ("bomb.zip", "`bomb.zip` is too large for an export: 10485791 bytes packed into"),
        ("huge.zip", "`huge.zip` is too large for an export: a table of more than 16 MiB"),
        ("huge.csv", "`huge.csv` is too large for an export: a table of more than 16 MiB"),
        ("cut.zip", "`cut.zip` is a damaged ZIP file: "),
        ("empty.zip", "`empty.zip` is a damaged ZIP file: "),
        ("html.zip", "`html.zip` is a damaged ZIP file: "),
        ("other.zip", "`other.zip` is not an export of Letterboxd: it holds no `watchlist.csv`"),
        ("two.zip", "`two.zip` holds both `a/watchlist.csv` and `b/watchlist.csv`"),
        ("many.zip", "`many.zip` is too large for an export: 10001 files"),
        ("flipped.zip", "`flipped.zip` is a damaged ZIP file: "),
        ("nothing.zip", "there is no export at `nothing.zip`"),
    ] {
        let error = folder.error(name);
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn of_several_exports_in_a_folder_the_newest_by_name_counts() {
    let export = |lid: &str| zip(&[("watchlist.csv", &watchlist(&[lid]))]);
    let folder = Folder::new()
        .with("letterboxd-ada-2026-02-27-18-05-utc.zip", export("new"))
        .with("letterboxd-ada-2026-01-27-18-05-utc (1).zip", export("old"))
        .with("letterboxd-ada-2025-01-27-18-05-utc/watchlist.csv", watchlist(&["older"]))
        .with("letterboxd-ben-2026-05-27-18-05-utc.zip", export("other"))
        .with("letterboxd-ada-2026-06-27-18-05-utc.zip.part", export("part"))
        .with("letterboxd-ada-2026-07-27-18-05-utc.zip.crdownload", export("part"))
        .with("._letterboxd-ada-2026-08-27-18-05-utc.zip", "mac")
        .with("holiday.zip", export("holiday"));
    let found = folder.read("").unwrap();
    assert_eq!((&found.films[0].film, found.as_of), (&lid("new"), Some(FEBRUARY)));
    assert_eq!(found.file, folder.path("letterboxd-ada-2026-02-27-18-05-utc.zip"));
    let nobody = read(&folder.path(""), None, NOW).unwrap_err();
    assert!(matches!(nobody, ExportError::Ambiguous { .. }), "{nobody}");
    let cyd = read(&folder.path(""), Some("cyd"), NOW);
    assert_eq!(cyd.unwrap().films[0].film, lid("holiday"), "the one that carries nobody's name");
}

#[test]
fn a_folder_without_an_export_says_what_it_has() {
    let export = || zip(&[("watchlist.csv", HEADER)]);
    let folder = Folder::new()
        .with("others/letterboxd-ben-2026-05-27-18-05-utc.zip", export())
        .with("none/notes.txt", "")
        .with("none/lists/best.csv", "")
        .with("two/a.zip", export())
        .with("two/b.zip", export())
        .with("watched.csv", watchlist(&["abcd"]))
        .with("diary.csv", "");
    for (name, expected) in [
        ("others", "`others` holds no export of `ada`, only of `ben`"),
        ("none", "`none` holds no export"),
        ("two", "`two` holds both `a.zip` and `b.zip`"),
        ("watched.csv", "`watched.csv` does not hold a watchlist or a list"),
        ("diary.csv", "`diary.csv` does not hold a watchlist or a list"),
    ] {
        assert_eq!(folder.error(name), expected);
    }
}

#[test]
fn an_unpacked_export_is_read_wherever_its_folder_lies() {
    let text = watchlist(&["abcd"]);
    let folder = Folder::new()
        .with("letterboxd-ada-2026-02-27-18-05-utc/watchlist.csv", &text)
        .with("letterboxd-ada-2026-02-27-18-05-utc/profile.csv", "secret")
        .with("moved/watchlist.csv", &text);
    for (name, as_of) in [
        ("", Some(FEBRUARY)),
        ("letterboxd-ada-2026-02-27-18-05-utc", Some(FEBRUARY)),
        ("letterboxd-ada-2026-02-27-18-05-utc/watchlist.csv", Some(FEBRUARY)),
        ("moved", Some(1_767_571_200)),
        ("moved/watchlist.csv", Some(1_767_571_200)),
    ] {
        assert_eq!(folder.read(name).unwrap().as_of, as_of, "{name}");
    }
}

#[test]
fn the_time_comes_from_the_name_then_the_archive_then_the_rows() {
    let text = watchlist(&["abcd"]);
    let packed = |year: u16| {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip_with(
            &[("watchlist.csv", &text)],
            options.last_modified_time(DateTime::from_date_and_time(year, 3, 1, 12, 30, 2).unwrap()),
        )
    };
    let folder = Folder::new()
        .with("letterboxd-ada-2026-02-27-18-05-utc.zip", packed(2026))
        .with("renamed.zip", packed(2026))
        .with("no-clock.zip", packed(1980))
        .with("letterboxd-ada-2031-02-27-18-05-utc.zip", packed(2032))
        .with("letterboxd-ada-2026-02-30-18-05-utc.zip", packed(2026));
    for (name, as_of) in [
        ("letterboxd-ada-2026-02-27-18-05-utc.zip", FEBRUARY),
        ("renamed.zip", 1_772_368_202),
        ("no-clock.zip", 1_767_571_200),
        ("letterboxd-ada-2031-02-27-18-05-utc.zip", 1_767_571_200),
        ("letterboxd-ada-2026-02-30-18-05-utc.zip", 1_772_368_202),
    ] {
        assert_eq!(folder.read(name).unwrap().as_of, Some(as_of), "{name}");
    }
}

#[test]
fn names_of_files_and_titles_are_one_line_without_marks() {
    let text =
        format!("{HEADER}2026-01-05,\"Nice\nlbjf: error: lost\u{202e}\",1995,https://boxd.it/abcd\r\n");
    let folder = Folder::new().with("a.csv", text).with("b\u{1b}[2J.csv", "x;y;z");
    assert_eq!(folder.read("a.csv").unwrap().films[0].title, "Nice lbjf: error: lost");
    assert!(folder.error("b\u{1b}[2J.csv").starts_with("`b [2J.csv` separates its columns with `;`"));
}

#[test]
fn every_piece_of_a_real_export_reads_as_it_was_found() {
    let Some(captures) = standins::shared("captures/export") else { return };
    let read = |name: &str| read(&captures.join(name), None, NOW);
    let table = |name: &str| read(name).map(|export| (export.films.len(), export.bad_rows.len()));
    assert!(
        matches!(table("watchlist_2026.crlf.csv"), Ok((8.., 0))),
        "{:?}",
        table("watchlist_2026.crlf.csv")
    );
    assert!(matches!(table("watched_2017.lf.csv"), Ok((_, 1))), "{:?}", table("watched_2017.lf.csv"));
    for list in ["list_v7_multiline.crlf.csv", "list_2021_no-banner.lf.csv"] {
        assert!(matches!(table(list), Ok((1.., 0))), "{list}: {:?}", table(list));
    }
    assert!(matches!(table("diary_2026.crlf.csv"), Err(ExportError::Viewings(_))));
}
