//! Which file is meant: the path of the config may name a file, an unpacked export, or a folder in which exports
//! arrive.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::ExportError;
use crate::domain::clock::Timestamp;
use crate::domain::text::one_line;

/// The table of a watchlist, in an archive and in a folder.
pub(super) const WATCHLIST: &str = "watchlist.csv";

/// Other tables of an export: what was seen, and said.
const OTHER_TABLES: &[&str] =
    &["watched.csv", "diary.csv", "ratings.csv", "reviews.csv", "comments.csv", "profile.csv"];

/// A file to read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A ZIP.
    Archive(PathBuf),
    /// A CSV file.
    Table(PathBuf),
}

/// A file, and the time in its name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Located {
    pub(super) file: Found,
    pub(super) as_of: Option<Timestamp>,
}

/// Finds the file. Of several exports in a folder the one with the newest time in its *name* counts: copying changes a
/// file's own time.
pub(super) fn locate(path: &Path, member: Option<&str>) -> Result<Located, ExportError> {
    let io = |error| ExportError::io(path, error);
    if !fs::metadata(path).map_err(io)?.is_dir() {
        return file(path);
    }
    if let Some(unpacked) = unpacked(path) {
        return Ok(unpacked);
    }
    let (mut named, mut others, mut unnamed) = (Vec::new(), BTreeSet::new(), Vec::new());
    for entry in fs::read_dir(path).map_err(io)? {
        let child = entry.map_err(io)?.path();
        if !is_candidate(&child) {
            continue;
        }
        match export_name(&child) {
            Some(name) if member.is_none_or(|member| member.eq_ignore_ascii_case(&name.member)) => {
                named.push((name, child));
            }
            Some(name) => {
                others.insert(name.member);
            }
            None => unnamed.push(child),
        }
    }
    named.sort_by_key(|(name, _)| name.as_of);
    let first_member = named.first().map(|(name, _)| name.member.clone());
    if let Some((_, other)) = named.iter().find(|(name, _)| Some(&name.member) != first_member.as_ref()) {
        return Err(ambiguous(path, &named[0].1, other));
    }
    unnamed.sort();
    match (named.pop(), &unnamed[..]) {
        (Some((_, newest)), _) => open(&newest),
        (None, [only]) => open(only),
        (None, [one, other, ..]) => Err(ambiguous(path, one, other)),
        (None, []) => Err(match member {
            Some(member) if !others.is_empty() => ExportError::OnlyOfOthers {
                folder: path.to_owned(),
                member: member.to_owned(),
                others: others.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            },
            _ => ExportError::NoneInFolder(path.to_owned()),
        }),
    }
}

/// A ZIP, or a folder with a watchlist in it. What is hidden is another system's, or a download that goes on.
fn is_candidate(path: &Path) -> bool {
    let name = file_name(path);
    let is_zip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    !name.starts_with('.')
        && name != "__MACOSX"
        && if is_zip { path.is_file() } else { path.join(WATCHLIST).is_file() }
}

fn open(path: &Path) -> Result<Located, ExportError> {
    match unpacked(path) {
        Some(unpacked) => Ok(unpacked),
        None => file(path),
    }
}

/// The watchlist of an unpacked export.
fn unpacked(folder: &Path) -> Option<Located> {
    let table = folder.join(WATCHLIST);
    let as_of = export_name(folder).map(|name| name.as_of);
    table.is_file().then_some(Located { file: Found::Table(table), as_of })
}

fn file(path: &Path) -> Result<Located, ExportError> {
    let mut magic = [0; 4];
    let read = fs::File::open(path).and_then(|mut file| file.read(&mut magic));
    let read = read.map_err(|error| ExportError::io(path, error))?;
    let is_zip = magic[..read].starts_with(b"PK");
    let name = file_name(path).to_ascii_lowercase();
    if OTHER_TABLES.contains(&name.as_str()) {
        return Err(ExportError::OtherTable(path.to_owned()));
    }
    let is_named_zip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    let (file, named) = if is_zip || is_named_zip {
        (Found::Archive(path.to_owned()), Some(path))
    } else {
        // A table alone says of which day it is by its rows, unless it still lies in the folder of its export.
        (Found::Table(path.to_owned()), path.parent().filter(|_| name == WATCHLIST))
    };
    Ok(Located { file, as_of: named.and_then(export_name).map(|name| name.as_of) })
}

fn ambiguous(within: &Path, one: &Path, other: &Path) -> ExportError {
    ExportError::Ambiguous { within: within.to_owned(), one: file_name(one), other: file_name(other) }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| one_line(&name.to_string_lossy()).into_owned()).unwrap_or_default()
}

/// What the name of an export says.
#[derive(Debug, PartialEq, Eq)]
struct ExportName {
    member: String,
    as_of: Timestamp,
}

/// Reads `letterboxd-ada-2026-02-27-18-05-utc`, with whatever a browser puts behind it (` (1)`, `.zip`).
fn export_name(path: &Path) -> Option<ExportName> {
    let name = file_name(path).to_ascii_lowercase();
    let rest = name.strip_prefix("letterboxd-")?;
    let (named, _) = rest.split_once("-utc")?;
    // The time is of one length; a member's name may have dashes.
    let (member, time) = named.split_at_checked(named.len().checked_sub("-2026-02-27-18-05".len())?)?;
    let time = DateTime::strptime("-%Y-%m-%d-%H-%M", time).ok()?;
    let as_of = time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    (!member.is_empty()).then(|| ExportName { member: member.to_owned(), as_of })
}
