//! Reads what `scrape` was asked for: the pages of a list, or an export.

use super::what::What;
use crate::clients::export;
use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::domain::clock::Timestamp;
use crate::domain::film::ListEntry;
use crate::domain::list_address::PageAddress;
use crate::domain::span::show_day;
use crate::domain::text;
use crate::domain::text::plural;
use crate::exit::Exit;
use crate::lists::address::page_of;
use crate::lists::reading::{Failure, Reading};
use crate::lists::{self, bad_rows_text, tiles_text};

/// A list as far as it was read.
pub(super) struct List {
    /// `watchlist`, `list` or `export`.
    pub(super) kind: &'static str,
    /// What messages call it: a member, a list by its address, or a file.
    pub(super) about: String,
    /// How many entries it says it has; `None` where a list does not say.
    pub(super) declared: Option<u32>,
    /// Of which day an export is, as far as it tells.
    pub(super) as_of: Option<Timestamp>,
    /// One word; docs/json.md has all of them.
    pub(super) outcome: &'static str,
    pub(super) entries: Vec<ListEntry>,
    pub(super) failures: Vec<String>,
    /// Film pages that were read and say nothing of use, and tiles that are no films.
    pub(super) skips: Vec<String>,
}

impl List {
    /// The closing line: what was read, and of when.
    pub(super) fn line(&self, now: Timestamp) -> String {
        let Self { kind, about, outcome, .. } = self;
        let shown = self.entries.len();
        let films = match self.declared {
            Some(declared) => format!("{shown} of {}", plural(declared as usize, "film")),
            None => plural(shown, "film"),
        };
        match (*kind, self.as_of) {
            ("export", Some(day)) => {
                format!("{about}: {films} in the export of {} ({outcome})", show_day(now, day))
            }
            ("export", None) => {
                format!("{about}: {films} in the export, which does not tell its day ({outcome})")
            }
            _ => format!("{about}: {films} on the {kind} ({outcome})"),
        }
    }
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// Letterboxd refuses us, or somebody stopped it.
    #[error("not asked, since Letterboxd refuses us")]
    Stopped,
    /// In words, with what to do about it, and how it ends.
    #[error("{0}")]
    Told(String, Exit),
}

impl ReadError {
    /// How it ends.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Stopped => Exit::Blocked,
            Self::Told(_, exit) => *exit,
        }
    }
}

/// Reads what is needed for `limit` entries, or all.
pub(super) fn read(
    letterboxd: &Letterboxd,
    what: &What,
    limit: Option<u32>,
    now: Timestamp,
) -> Result<List, ReadError> {
    let address = match what {
        What::Export(path) => {
            let export = export::read(path, None, now).map_err(|error| {
                let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
                ReadError::Told(format!("{error}{hint}"), Exit::Failure)
            })?;
            return Ok(exported(&export, limit));
        }
        What::Watchlist(member) => Ok(PageAddress::Watchlist(member.clone())),
        What::List(address) => page_of(letterboxd, address).map(PageAddress::List),
    };
    let about = match (&address, what) {
        (Ok(PageAddress::Watchlist(member)), _) => member.clone(),
        (Ok(PageAddress::List(list)), _) => list.to_string(),
        (Err(_), What::List(list)) => list.to_string(),
        (Err(_), _) => String::new(),
    };
    let read = address.and_then(|address| pages(letterboxd, &address, &about, limit));
    read.map_err(|error| page_error(what, &about, error))
}

fn page_error(what: &What, about: &str, error: PageError) -> ReadError {
    if matches!(error, PageError::Stopped) {
        return ReadError::Stopped;
    }
    let exit = if error.is_block() { Exit::Blocked } else { Exit::Failure };
    let failure = Failure { noun: what.noun(), number: 1, error };
    // There may be no config to look into, and nothing to lose.
    let hint = match (&failure.error, what) {
        (PageError::NotFound, What::List(_)) => Some(
            "check its address in the browser, its owner may have renamed, hidden or deleted it; for a folder of that name, write `./` in front",
        ),
        (PageError::NotFound, _) => Some("check the name; if the member was renamed, use the new name"),
        (PageError::Private, What::List(_)) => Some("ask its owner to make it public, or for a share link"),
        (PageError::Private, _) => {
            Some("only its owner can make it visible to anyone, at letterboxd.com/settings/")
        }
        (other, _) => other.hint(),
    };
    let hint = hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    ReadError::Told(format!("{about}: {failure}{hint}"), exit)
}

fn pages(
    letterboxd: &Letterboxd,
    address: &PageAddress,
    about: &str,
    limit: Option<u32>,
) -> Result<List, PageError> {
    let mut reading = Reading::begin(letterboxd, address)?;
    let per_page = u32::try_from(reading.entries().len().max(1)).unwrap_or(1);
    reading.read_all(limit.map_or(u32::MAX, |limit| limit.div_ceil(per_page).max(1)), |_| ());
    let (answers, unasked): (Vec<_>, Vec<_>) =
        reading.failures().iter().partition(|failure| failure.error.is_answer());
    let text = |failure: &Failure| format!("{} page {}: {}", failure.noun, failure.number, failure.error);
    let mut failures: Vec<String> = answers.into_iter().map(text).collect();
    // Told by what ended the asking.
    if !unasked.is_empty() {
        failures.push(format!("{} not asked", plural(unasked.len(), "more page")));
    }
    let mut skips = Vec::new();
    let is_cut = !reading.is_at_end();
    if failures.is_empty() && !is_cut {
        match reading.hidden_films(0) {
            Some(failure) => failures.push(text(&failure)),
            None if reading.other_tiles() > 0 => {
                skips.push(tiles_text(address.noun(), reading.other_tiles()));
            }
            None => {}
        }
    }
    let mut entries: Vec<_> = reading.entries().into_iter().cloned().collect();
    let limit = limit.map_or(usize::MAX, |limit| limit as usize);
    let declared = reading.declared();
    let outcome = match entries.len() {
        _ if !failures.is_empty() => "incomplete",
        count if is_cut || count > limit => "limited",
        count if reading.has_moved() || declared.is_some_and(|declared| count != declared as usize) => {
            "total_moved"
        }
        _ if declared.is_none() => "untold",
        0 => "empty",
        _ => "complete",
    };
    entries.truncate(limit);
    let (kind, about) = (address.noun(), about.to_owned());
    Ok(List { kind, about, declared, as_of: None, outcome, entries, failures, skips })
}

fn exported(export: &export::Export, limit: Option<u32>) -> List {
    let limit = limit.map_or(usize::MAX, |limit| limit as usize);
    let rows = lists::export::bad_rows(export);
    let outcome = match export.films.len() {
        _ if !rows.is_empty() => "incomplete",
        count if count > limit => "limited",
        0 => "empty",
        _ => "complete",
    };
    let mut entries = lists::export::entries(export);
    entries.truncate(limit);
    let failures = if rows.is_empty() { Vec::new() } else { vec![bad_rows_text(&rows)] };
    List {
        kind: "export",
        about: text::path(&export.file),
        declared: u32::try_from(export.films.len()).ok(),
        as_of: export.as_of,
        outcome,
        entries,
        failures,
        skips: Vec::new(),
    }
}
