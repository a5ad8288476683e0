//! A member's own data export: all of a list, as of its day. An older one than what was read last only adds.

use std::collections::HashSet;
use std::path::Path;

use super::accept::{self, Terms, Verdict, Whole};
use super::outcome::{ListOutcome, Trouble};
use crate::clients::export::{self, Export};
use crate::domain::clock::{DAY, Timestamp};
use crate::domain::film::ListEntry;
use crate::domain::ids::{ListId, Uid};
use crate::domain::list::Cursor;
use crate::journal::Journal;
use crate::store::StoreError;

/// From this age on an export is worth a word.
const OLD: Timestamp = 45 * DAY;

/// Reads the export at `path`, unless it is the file that was accepted last.
pub(super) fn read(
    journal: &mut Journal,
    list: ListId,
    path: &Path,
    member: Option<&str>,
    terms: Terms,
) -> Result<ListOutcome, StoreError> {
    let failed = |error| ListOutcome::read("unreadable", None, Some(Trouble::Export(error)));
    let stamp = match export::stamp(path, member) {
        Ok(stamp) => stamp,
        Err(error) => return Ok(failed(error)),
    };
    let (seen, declared) = journal.store().last_seen(list)?;
    if seen.as_ref() == Some(&stamp) && !terms.full {
        return Ok(ListOutcome::read("unchanged", declared, None));
    }
    match export::read(path, member, terms.now) {
        Ok(export) => store(journal, list, &export, &stamp, terms),
        Err(error) => Ok(failed(error)),
    }
}

/// Is an export of that day so old that it is worth a word?
pub fn is_old(as_of: Timestamp, now: Timestamp) -> bool {
    now - as_of >= OLD
}

fn store(
    journal: &mut Journal,
    list: ListId,
    export: &Export,
    stamp: &str,
    terms: Terms,
) -> Result<ListOutcome, StoreError> {
    let cursor = journal.store().cursor(list)?;
    let known = journal.store().known(list)?;
    let entries = entries(export);
    let shown = journal.films_seen(&entries)?;
    let declared = Some(count(shown.len()));
    // Behind what is known, which may be newer; an accepted reading gives each its place.
    let first = i64::from(count(known.len()));
    let placed: Vec<(Uid, i64)> = shown.iter().cloned().zip(first..).collect();
    let new = journal.entries_exported(list, &placed, export.as_of)?;
    let read = |word, trouble| ListOutcome { new, ..ListOutcome::read(word, declared, trouble) };
    if !export.bad_rows.is_empty() {
        return Ok(read("incomplete", Some(Trouble::BadRows { rows: bad_rows(export) })));
    }
    // A date in the future, from a clock that was wrong, makes nothing old.
    let is_older =
        |as_of: Timestamp| cursor.accepted_at.is_some_and(|then| (as_of + 1..=terms.now).contains(&then));
    let Some(as_of) = export.as_of.filter(|as_of| !is_older(*as_of)) else {
        journal.list_seen(list, Some(stamp))?;
        return Ok(read(if export.as_of.is_some() { "older" } else { "undated" }, None));
    };
    // What pages showed since its day is nothing that it could know of.
    let since = journal.store().first_seen_in(list, as_of + 1..=terms.now)?;
    let mut all: HashSet<&Uid> = shown.iter().collect();
    let newer: Vec<&Uid> = since.iter().filter(|uid| all.insert(uid)).collect();
    let is_shown = |uid: &Uid| all.contains(uid);
    let gone: Vec<Uid> = known.iter().filter(|uid| !is_shown(uid)).cloned().collect();
    let missing = journal.store().missing(list)?;
    let whole = Whole {
        declared,
        declared_first: count(shown.len()),
        unique: count(shown.len()),
        known: count(known.len()),
        gone: count(gone.len()),
        missing: count(missing.len()),
        still_missing: count(missing.iter().filter(|uid| !is_shown(uid)).count()),
    };
    let after = Cursor { whole_at: Some(terms.now), incomplete: None, mismatch: None, ..cursor };
    match accept::judge(&cursor, terms, whole) {
        Verdict::Accepted { shortfall } => {
            let after = Cursor { accepted_at: Some(as_of), shortfall, pending_at: None, ..after };
            let stays: Vec<Uid> = shown.iter().chain(newer).cloned().collect();
            let gone = journal.reading_accepted(list, &stays, false, &after)?;
            journal.list_seen(list, Some(stamp))?;
            let word = if shown.is_empty() { "empty" } else { "complete" };
            Ok(ListOutcome { gone, ..read(word, None) })
        }
        // All that it declares is what it shows.
        Verdict::Mismatch(_) => Ok(read("total_moved", None)),
        Verdict::Pending { since } => {
            journal.reading_pending(list, &gone, &Cursor { pending_at: Some(since), ..after })?;
            Ok(read("pending", Some(Trouble::Pending { gone: whole.gone, known: whole.known })))
        }
    }
}

/// Its films as entries of a list.
pub fn entries(export: &Export) -> Vec<ListEntry> {
    let films = export.films.iter().cloned();
    films.map(|film| ListEntry::named(film.film, film.title, film.year)).collect()
}

/// Its rows that name no film, as messages name them.
pub fn bad_rows(export: &Export) -> Vec<String> {
    export.bad_rows.iter().map(|row| format!("line {} (`{}`)", row.line, row.title)).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
