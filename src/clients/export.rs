//! The door to a member's own data export, as a person saved it: the ZIP, a folder that gets them, its unpacked folder,
//! or one CSV file (docs/letterboxd.md#exports). Nothing is unpacked to disk, and of an archive only `watchlist.csv` is
//! opened: `profile.csv` has the member's name and e-mail address.
//!
//! `locate` finds the file that is meant, `archive` takes `watchlist.csv` out of a ZIP, `table` reads the rows.

mod archive;
mod locate;
mod table;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::domain::clock::Timestamp;
use crate::domain::film_name::FilmName;
use crate::domain::text;
use locate::Found;

/// No table of films is larger: 1,600 films are 90 kB.
const LONGEST: u64 = 16 << 20;

/// What an export says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The file that was read.
    pub file: PathBuf,
    /// As of when it is complete: by the name of the file, else by the archive's clock, else the newest day in it.
    /// `None` for an empty table without either.
    pub as_of: Option<Timestamp>,
    /// A watchlist newest first, a list in its owner's order; each film once.
    pub films: Vec<ExportedFilm>,
    /// Rows that name no film. With one of them the export is not all of the list.
    pub bad_rows: Vec<BadRow>,
}

/// A film of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedFilm {
    /// What it is known by.
    pub film: FilmName,
    /// The title, which may have been another one a month ago.
    pub title: String,
    /// `None` for undated films.
    pub year: Option<u16>,
}

/// A row that names no film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// From 1.
    pub line: usize,
    /// The title, as far as there is one.
    pub title: String,
}

/// Why an export cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Nothing is there.
    #[error("there is no export at `{}`", text::path(.0))]
    Missing(PathBuf),
    /// The system refuses.
    #[error("cannot read `{}`: {error}", text::path(.path))]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A folder without an export.
    #[error("`{}` holds no export", text::path(.0))]
    NoneInFolder(PathBuf),
    /// A folder with exports of others only.
    #[error("`{}` holds no export of `{member}`, only of {others}", text::path(.folder))]
    OnlyOfOthers {
        /// Which folder.
        folder: PathBuf,
        /// Whose export is looked for.
        member: String,
        /// Whose exports are there.
        others: String,
    },
    /// Two that could be meant.
    #[error("`{}` holds both `{one}` and `{other}`", text::path(.within))]
    Ambiguous {
        /// Which folder or archive.
        within: PathBuf,
        /// A file in it.
        one: String,
        /// Another one.
        other: String,
    },
    /// A table of something else, by its name.
    #[error("`{}` does not hold a watchlist or a list", text::path(.0))]
    OtherTable(PathBuf),
    /// Not a ZIP, or a damaged one.
    #[error("`{}` is a damaged ZIP file: {why}", text::path(.path))]
    Damaged {
        /// Which archive.
        path: PathBuf,
        /// What its reader says.
        why: String,
    },
    /// A ZIP without `watchlist.csv`.
    #[error("`{}` is not an export of Letterboxd: it holds no `watchlist.csv`", text::path(.0))]
    NotAnExport(PathBuf),
    /// A ZIP with a password.
    #[error("`{}` is encrypted", text::path(.0))]
    Encrypted(PathBuf),
    /// More than any export has.
    #[error("`{}` is too large for an export: {what}", text::path(.path))]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// What there is too much of.
        what: String,
    },
    /// Not a table at all.
    #[error("`{}` is not a CSV file: {why}", text::path(.path))]
    NotCsv {
        /// Which file.
        path: PathBuf,
        /// How it shows.
        why: &'static str,
    },
    /// A spreadsheet saved it again with another separator.
    #[error("`{}` separates its columns with {separator}", text::path(.path))]
    OtherSeparator {
        /// Which file.
        path: PathBuf,
        /// By its name.
        separator: &'static str,
    },
    /// A table of other things.
    #[error("`{}` is not a table of films: its first line is `{header}`", text::path(.path))]
    OtherHeader {
        /// Which file.
        path: PathBuf,
        /// As it is.
        header: String,
    },
    /// A table of viewings.
    #[error("`{}` names viewings, not films", text::path(.0))]
    Viewings(PathBuf),
}

impl ExportError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing(_) | Self::NoneInFolder(_) | Self::OnlyOfOthers { .. } | Self::NotAnExport(_) => {
                "get an export at Letterboxd under Settings > Data > Export your data, and save it there"
            }
            Self::Ambiguous { .. } => "name the file itself, or move the other one away",
            Self::OtherTable(_) | Self::Viewings(_) | Self::OtherHeader { .. } => {
                "give the export's ZIP file, its `watchlist.csv`, or a file of its folder `lists`"
            }
            Self::Damaged { .. } | Self::NotCsv { .. } => "download the export again",
            Self::OtherSeparator { .. } => {
                "a spreadsheet saved it again; give the file as Letterboxd wrote it, or save it with commas"
            }
            Self::Encrypted(_) => "save it without a password",
            Self::Io { .. } | Self::TooLarge { .. } => return None,
        })
    }

    fn io(path: &Path, error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound {
            Self::Missing(path.to_owned())
        } else {
            Self::Io { path: path.to_owned(), error }
        }
    }
}

/// What tells whether [`read`] would read the same file again: its name, size and time.
///
/// # Errors
///
/// If there is no file to read.
pub fn stamp(path: &Path, member: Option<&str>) -> Result<String, ExportError> {
    let (Found::Archive(file) | Found::Table(file)) = locate::locate(path, member)?.file;
    let metadata = fs::metadata(&file).map_err(|error| ExportError::io(&file, error))?;
    let changed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let nanos = changed.unwrap_or_default().as_nanos();
    Ok(format!("{} {} {nanos}", text::path(&file), metadata.len()))
}

/// Reads the export at `path`. In a folder, files whose name carries another member's name than `member` do not count.
///
/// # Errors
///
/// If there is no export, or it is not one; a row that names no film is no error (see [`Export::bad_rows`]).
pub fn read(path: &Path, member: Option<&str>, now: Timestamp) -> Result<Export, ExportError> {
    let located = locate::locate(path, member)?;
    let (bytes, by_archive, is_checked) = match &located.file {
        Found::Archive(file) => {
            let entry = archive::watchlist(file)?;
            (entry.bytes, entry.saved_at, true)
        }
        Found::Table(file) => (read_table(file)?, None, false),
    };
    let (Found::Archive(file) | Found::Table(file)) = located.file;
    let table = table::parse(&bytes, is_checked).map_err(|error| error.about(&file))?;
    // A clock that was wrong, on whichever machine, must not make this export newer than all that follow.
    let is_past = |time: &Timestamp| *time <= now;
    let as_of = located.as_of.filter(is_past).or(by_archive.filter(is_past)).or(table.newest.filter(is_past));
    Ok(Export { file, as_of, films: table.films, bad_rows: table.bad_rows })
}

fn read_table(path: &Path) -> Result<Vec<u8>, ExportError> {
    let file = File::open(path).map_err(|error| ExportError::io(path, error))?;
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| ExportError::io(path, error))?;
    if bytes.len() as u64 > LONGEST { Err(too_long(path)) } else { Ok(bytes) }
}

fn too_long(path: &Path) -> ExportError {
    ExportError::TooLarge {
        path: path.to_owned(),
        what: format!("a table of more than {} MiB", LONGEST >> 20),
    }
}

#[cfg(test)]
mod tests;
