//! `watchlist.csv` out of a ZIP, by the central directory: Letterboxd's own have no sizes in front of the entries
//! (docs/letterboxd.md#exports).

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use zip::ZipArchive;
use zip::result::ZipError;

use super::locate::WATCHLIST;
use super::{ExportError, LONGEST, too_long};
use crate::domain::clock::Timestamp;
use crate::domain::text::one_line;

/// No export has more files: a member may have hundreds of lists.
const MOST_ENTRIES: usize = 10_000;

/// Text shrinks to a third; what shrinks to less than this part was made to fill a memory.
const MOST_RATIO: u64 = 100;

/// Folders of an export that hold other tables.
const OTHER_FOLDERS: &[&str] = &["deleted", "orphaned", "likes", "lists", "__macosx"];

/// A table of an archive.
pub(super) struct Entry {
    pub(super) bytes: Vec<u8>,
    /// By the clock of whoever packed it.
    pub(super) saved_at: Option<Timestamp>,
}

/// Reads the watchlist of an export.
pub(super) fn watchlist(path: &Path) -> Result<Entry, ExportError> {
    let damaged =
        |why: String| ExportError::Damaged { path: path.to_owned(), why: one_line(&why).into_owned() };
    let explain = |error: ZipError| match error {
        ZipError::Io(error) if error.raw_os_error().is_some() => ExportError::io(path, error),
        error => damaged(error.to_string()),
    };
    let too_large = |what: String| ExportError::TooLarge { path: path.to_owned(), what };
    let file = File::open(path).map_err(|error| ExportError::io(path, error))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(explain)?;
    if archive.len() > MOST_ENTRIES {
        return Err(too_large(format!("{} files", archive.len())));
    }
    let mut tables = Vec::new();
    for (index, name) in archive.file_names().enumerate() {
        let name = name.map_err(explain)?;
        if is_watchlist(&name) {
            tables.push((index, one_line(&name).into_owned()));
        }
    }
    let index = match &tables[..] {
        [] => return Err(ExportError::NotAnExport(path.to_owned())),
        [(index, _)] => *index,
        [(_, one), (_, other), ..] => {
            let (within, one, other) = (path.to_owned(), one.clone(), other.clone());
            return Err(ExportError::Ambiguous { within, one, other });
        }
    };
    let entry = archive.by_index_raw(index).map_err(explain)?;
    if entry.encrypted() {
        return Err(ExportError::Encrypted(path.to_owned()));
    }
    if entry.size() > LONGEST {
        return Err(too_long(path));
    }
    if entry.size() / MOST_RATIO > entry.compressed_size() {
        return Err(too_large(format!("{} bytes packed into {}", entry.size(), entry.compressed_size())));
    }
    let saved_at = entry.last_modified().and_then(|time| {
        let date = DateTime::new(
            time.year().try_into().ok()?,
            time.month().try_into().ok()?,
            time.day().try_into().ok()?,
            time.hour().try_into().ok()?,
            time.minute().try_into().ok()?,
            time.second().min(59).try_into().ok()?,
            0,
        );
        // Archives without a time say 1980.
        let date = date.ok().filter(|date| date.year() > 2010)?;
        Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
    });
    drop(entry);
    let entry = archive.by_index(index).map_err(explain)?;
    let mut bytes = Vec::new();
    // The sizes in the directory need not be true.
    entry.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| damaged(error.to_string()))?;
    if bytes.len() as u64 > LONGEST { Err(too_long(path)) } else { Ok(Entry { bytes, saved_at }) }
}

/// `watchlist.csv`, or that in the one folder that members pack around it.
fn is_watchlist(name: &str) -> bool {
    match name.split_once(['/', '\\']) {
        None => name == WATCHLIST,
        Some((folder, file)) => {
            let is_other = OTHER_FOLDERS.iter().any(|other| folder.eq_ignore_ascii_case(other));
            file == WATCHLIST && !is_other && !folder.is_empty() && !folder.starts_with('.')
        }
    }
}
