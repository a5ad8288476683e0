//! The rows of a table of films: `watchlist.csv`, or a list's own file (docs/letterboxd.md#exports). Pure.

use std::collections::HashSet;
use std::path::Path;

use csv::{ByteRecord, Position, ReaderBuilder};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{BadRow, ExportError, ExportedFilm};
use crate::domain::clock::Timestamp;
use crate::domain::film_name::FilmName;
use crate::domain::text::{excerpt, one_line};

/// What a table says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) films: Vec<ExportedFilm>,
    pub(super) bad_rows: Vec<BadRow>,
    /// The newest day in it.
    pub(super) newest: Option<Timestamp>,
}

/// Why it is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoTable {
    NotCsv(&'static str),
    OtherSeparator(&'static str),
    OtherHeader(String),
    Viewings,
}

impl NoTable {
    pub(super) fn about(self, path: &Path) -> ExportError {
        let path = path.to_owned();
        match self {
            Self::NotCsv(why) => ExportError::NotCsv { path, why },
            Self::OtherSeparator(separator) => ExportError::OtherSeparator { path, separator },
            Self::OtherHeader(header) => ExportError::OtherHeader { path, header },
            Self::Viewings => ExportError::Viewings(path),
        }
    }
}

/// Where the columns stand.
struct Columns {
    /// Only a watchlist has it; a list has the order instead.
    date: Option<usize>,
    title: usize,
    year: usize,
    address: usize,
}

/// Reads a table. `is_checked`: did an archive prove that it is whole? Otherwise a last line without an end may be half
/// of one, since somebody may be copying the file.
pub(super) fn parse(bytes: &[u8], is_checked: bool) -> Result<Table, NoTable> {
    let bytes = text_of(bytes)?;
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut records = reader.byte_records().map_while(Result::ok);
    let columns = columns(&mut records)?;
    let (mut rows, mut bad_rows, mut newest) = (Vec::new(), Vec::new(), None::<Date>);
    let ends_open = !is_checked && !bytes.ends_with(b"\n") && !bytes.ends_with(b"\r");
    let mut records = records.peekable();
    while let Some(record) = records.next() {
        if record.iter().all(|field| field.trim_ascii().is_empty()) {
            continue;
        }
        let field =
            |index: usize| String::from_utf8_lossy(record.get(index).unwrap_or_default().trim_ascii());
        let title = one_line(&field(columns.title)).into_owned();
        let date = columns.date.and_then(|index| field(index).parse::<Date>().ok());
        newest = newest.max(date);
        let is_half = ends_open && records.peek().is_none();
        if let Some(film) = FilmName::from_address(&field(columns.address)).filter(|_| !is_half) {
            rows.push((date, ExportedFilm { film, title, year: field(columns.year).parse().ok() }));
        } else {
            let line = line_of(bytes, record.position());
            bad_rows.push(BadRow { line, title: excerpt(&title, 100) });
        }
    }
    if columns.date.is_some() {
        // Oldest first in the file; the order within a day says nothing, but it should not change from run to run.
        rows.reverse();
        rows.sort_by_key(|(date, _)| std::cmp::Reverse(*date));
    }
    let mut seen = HashSet::new();
    let films = rows.into_iter().map(|(_, film)| film).filter(|row| seen.insert(row.film.clone())).collect();
    let newest =
        newest.and_then(|date| date.to_zoned(TimeZone::UTC).ok()).map(|start| start.timestamp().as_second());
    Ok(Table { films, bad_rows, newest })
}

/// The line on which a record begins, from 1. The reader's own number depends on how lines end.
fn line_of(bytes: &[u8], position: Option<&Position>) -> usize {
    let start = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(bytes.len()));
    let breaks = bytes[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    1 + memchr::memchr_iter(b'\n', &bytes[..start + breaks]).count()
}

/// The text without a byte order mark; what is no text is told by its beginning.
fn text_of(bytes: &[u8]) -> Result<&[u8], NoTable> {
    let head = &bytes[..bytes.len().min(1024)];
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(NoTable::NotCsv("it is UTF-16"));
    }
    if head.contains(&0) {
        return Err(NoTable::NotCsv("it has zero bytes"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii_start().starts_with(b"<") {
        return Err(NoTable::NotCsv("it is an HTML page"));
    }
    Ok(bytes)
}

/// Reads up to the header. That of a list stands below a block about the list, whose description may hold anything: it
/// is found as a row, never by its text.
fn columns(records: &mut impl Iterator<Item = ByteRecord>) -> Result<Columns, NoTable> {
    let is_blank = |record: &ByteRecord| record.iter().all(|field| field.trim_ascii().is_empty());
    let Some(mut record) = records.find(|record| !is_blank(record)) else {
        return Err(NoTable::NotCsv("it is empty"));
    };
    let is_list_banner = record.len() == 1 && record[0].starts_with(b"Letterboxd list export");
    if is_list_banner || names(&record)[..].starts_with(&["date", "name", "tags", "url"].map(str::to_owned)) {
        let position = |record: &ByteRecord| names(record).first().is_some_and(|name| name == "position");
        record = records.find(position).ok_or(NoTable::NotCsv("it ends before its films"))?;
    }
    let names = names(&record);
    let find = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
    if find(&["watched date", "watcheddate", "rewatch"]).is_some() {
        return Err(NoTable::Viewings);
    }
    let address = find(&["letterboxd uri", "letterboxduri", "url"]);
    match (find(&["name", "title"]), find(&["year"]), address) {
        (Some(title), Some(year), Some(address)) => {
            Ok(Columns { date: find(&["date"]), title, year, address })
        }
        _ => Err(other_header(&record)),
    }
}

fn names(record: &ByteRecord) -> Vec<String> {
    record.iter().map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase()).collect()
}

fn other_header(record: &ByteRecord) -> NoTable {
    let fields: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
    let line = fields.join(",");
    match &fields[..] {
        [only] if only.matches(';').count() > 1 => NoTable::OtherSeparator("`;`"),
        [only] if only.matches('\t').count() > 1 => NoTable::OtherSeparator("tabs"),
        _ => NoTable::OtherHeader(excerpt(&line, 100)),
    }
}
