//! One list is brought up to date: as few pages as may be, each stored as it arrives, and the cursor last.

use std::collections::HashSet;

use super::accept::{self, Need, Terms, Verdict, Whole};
use super::outcome::{ListOutcome, Trouble};
use super::reading::{Failure, Reading};
use super::{keep, note_routes, order};
use crate::clients::letterboxd::Letterboxd;
use crate::domain::ids::{ListId, Uid};
use crate::domain::list::{Cursor, Incomplete, Mismatch};
use crate::domain::list_address::PageAddress;
use crate::domain::text::plural;
use crate::journal::Journal;
use crate::store::StoreError;

/// A list that is being brought up to date.
pub(super) struct Update<'a> {
    pub(super) letterboxd: &'a Letterboxd,
    pub(super) journal: &'a mut Journal,
    /// What messages call it.
    pub(super) about: &'a str,
    pub(super) list: ListId,
    pub(super) terms: Terms,
}

/// What the newest pages show.
struct Head {
    /// Their films, in their order.
    shown: Vec<Uid>,
    /// Those of them that were not known.
    fresh: Vec<Uid>,
    /// What was known before.
    known: HashSet<Uid>,
}

impl Update<'_> {
    /// Reads what is needed, in a reading that has its first page.
    pub(super) fn run(&mut self, reading: Reading<'_>) -> Result<ListOutcome, StoreError> {
        let cursor = self.journal.store().cursor(self.list)?;
        match (reading.address(), reading.declared()) {
            (PageAddress::Watchlist(_), Some(declared)) => self.watchlist(reading, cursor, declared),
            (_, declared) => self.list(reading, cursor, declared),
        }
    }

    /// A watchlist is shown newest first: as a rule its head tells all.
    fn watchlist(
        &mut self,
        mut reading: Reading<'_>,
        cursor: Cursor,
        declared: u32,
    ) -> Result<ListOutcome, StoreError> {
        let head = self.read_head(&mut reading, &cursor)?;
        let (known, fresh) = (count(head.known.len()), count(head.fresh.len()));
        let is_whole = cursor.is_settled() && known.saturating_add(fresh) == declared;
        let mut new = self.prepend(&head.shown, is_whole)?;
        if let Some(failure) = reading.take_failure() {
            return self.record_incomplete(&cursor, failure, new, Some(declared));
        }
        let is_all_known = accept::is_sum_right(&cursor, known, fresh, declared);
        let enough = match accept::need(&cursor, self.terms, Some(declared), is_all_known) {
            Need::Head => {
                let is_shown = reading.is_at_end() && head.shown.len() == declared as usize;
                // The sum was as right when the doubt began: only pages that show all that they declare end it.
                let is_same = |mismatch: &Mismatch| mismatch.declared == declared && fresh == 0;
                self.clear_doubt(cursor, cursor.mismatch.filter(|mismatch| is_same(mismatch) && !is_shown))?;
                Some(("new_only", None))
            }
            Need::Wait => self.waits(&cursor, &reading, known)?,
            Need::All => None,
        };
        if let Some((word, trouble)) = enough {
            let other_tiles = reading.other_tiles();
            return Ok(ListOutcome { new, other_tiles, ..ListOutcome::read(word, Some(declared), trouble) });
        }
        new += self.read_rest(&mut reading)?;
        match reading.take_failure() {
            Some(failure) => self.record_incomplete(&cursor, failure, new, Some(declared)),
            None => self.settle(cursor, &reading, new),
        }
    }

    /// A list is in its owner's order, so only its first page's word that nothing changed saves the others.
    fn list(
        &mut self,
        mut reading: Reading<'_>,
        cursor: Cursor,
        declared: Option<u32>,
    ) -> Result<ListOutcome, StoreError> {
        let first = &reading.pages()[0];
        let state = first.updated.as_ref().map(|updated| match declared {
            Some(declared) => format!("{declared} films, {updated}"),
            None => format!("untold, {updated}"),
        });
        let (seen, _) = self.journal.store().last_seen(self.list)?;
        let shown = self.journal.films_seen(&first.entries)?;
        let known = self.journal.store().known(self.list)?;
        let is_unchanged = state.is_some() && seen == state && shown.iter().all(|uid| known.contains(uid));
        let mut new = self.journal.entries_added(self.list, &placed(shown, 0), false)?;
        let enough = match accept::need(&cursor, self.terms, declared, is_unchanged) {
            Need::Head => {
                self.clear_doubt(cursor, None)?;
                Some(("unchanged", declared.is_none().then_some(Trouble::Untold)))
            }
            Need::Wait => self.waits(&cursor, &reading, count(known.len()))?,
            Need::All => None,
        };
        if let Some((word, trouble)) = enough {
            let other_tiles = reading.other_tiles();
            return Ok(ListOutcome { new, other_tiles, ..ListOutcome::read(word, declared, trouble) });
        }
        new += self.read_rest(&mut reading)?;
        if let Some(failure) = reading.take_failure() {
            return self.record_incomplete(&cursor, failure, new, declared);
        }
        let outcome = if declared.is_some() {
            self.settle(cursor, &reading, new)?
        } else {
            let read = Cursor { whole_at: Some(self.terms.now), incomplete: None, ..cursor };
            self.journal.cursor_moved(self.list, &read)?;
            let other_tiles = reading.other_tiles();
            ListOutcome { new, other_tiles, ..ListOutcome::read("untold", None, Some(Trouble::Untold)) }
        };
        if matches!(outcome.trouble, None | Some(Trouble::Untold)) {
            self.journal.list_seen(self.list, state.as_deref())?;
        }
        Ok(outcome)
    }

    /// Why all pages wait, in a word and as a trouble. `None` if there is nothing left to ask for, so that nothing is
    /// saved by waiting.
    fn waits(
        &self,
        cursor: &Cursor,
        reading: &Reading<'_>,
        known: u32,
    ) -> Result<Option<(&'static str, Option<Trouble>)>, StoreError> {
        if !accept::waits_for_a_page(cursor, self.terms) {
            let (word, trouble) = self.open_doubt(cursor, known, reading.declared())?;
            return Ok(Some((word, Some(trouble))));
        }
        if reading.is_at_end() {
            return Ok(None);
        }
        let why = self.journal.store().kept_reason(self.list)?.unwrap_or_default();
        Ok(Some(("incomplete", Some(Trouble::Waits { why }))))
    }

    /// The newest pages, until one holds an entry that is known.
    fn read_head(&mut self, reading: &mut Reading<'_>, cursor: &Cursor) -> Result<Head, StoreError> {
        let (mut shown, mut fresh) = (Vec::new(), Vec::new());
        loop {
            let page = reading.pages().last().map_or(&[][..], |page| &page.entries);
            let uids = self.journal.films_seen(page)?;
            // Only now: an entry that had no uid so far may just have got it.
            let known = self.journal.store().known(self.list)?;
            let meets_known = uids.iter().any(|uid| known.contains(uid));
            shown.extend(uids.iter().cloned());
            dedup(&mut shown);
            fresh.extend(uids.into_iter().filter(|uid| !known.contains(uid)));
            dedup(&mut fresh);
            let is_enough = meets_known || known.is_empty() || reading.is_at_end();
            if is_enough || accept::is_whole_due(cursor, self.terms) || !reading.read_next() {
                note_routes(self.letterboxd, self.journal)?;
                return Ok(Head { shown, fresh, known });
            }
        }
    }

    /// New entries of the newest pages, and those that were put on again, come in front of everything that is known.
    /// `shown` is what stands on these pages; `is_whole`: is everything that is not known new? Returns how many are
    /// new.
    fn prepend(&mut self, shown: &[Uid], is_whole: bool) -> Result<usize, StoreError> {
        let places = self.journal.store().places(self.list)?;
        let again: HashSet<Uid> = order::put_on_again(shown, &places, is_whole).into_iter().collect();
        let is_new = |uid: &&Uid| !places.contains_key(*uid);
        // The first one that stands where it stood: what is new below it came from somewhere else.
        let stays = |uid: &Uid| places.get(uid).is_some_and(Option::is_some) && !again.contains(uid);
        let end = shown.iter().position(stays).unwrap_or(shown.len());
        let (front, rest) = shown.split_at(end);
        let front: Vec<&Uid> = front.iter().filter(|uid| is_new(uid) || again.contains(uid)).collect();
        let below = rest.first().and_then(|uid| places[uid]).unwrap_or(0);
        let rest: Vec<_> = rest.iter().filter(is_new).map(|uid| (uid.clone(), below)).collect();
        if front.is_empty() && rest.is_empty() {
            return Ok(0);
        }
        let first = self.journal.store().newest_position(self.list)? - i64::from(count(front.len()));
        let in_front = front.into_iter().cloned().zip(first..);
        let (moved, fresh): (Vec<_>, Vec<_>) = in_front.partition(|(uid, _)| again.contains(uid));
        if !moved.is_empty() {
            self.journal.entries_put_on_again(self.about, self.list, &moved)?;
        }
        Ok(self.journal.entries_added(self.list, &fresh, true)?
            + self.journal.entries_added(self.list, &rest, false)?)
    }

    /// All other pages, each stored as it arrives. Returns how many entries are new.
    fn read_rest(&mut self, reading: &mut Reading<'_>) -> Result<usize, StoreError> {
        let (letterboxd, journal, list) = (self.letterboxd, &mut *self.journal, self.list);
        let full = reading.pages()[0].full();
        let (mut new, mut stored) = (0, Ok(()));
        reading.read_all(u32::MAX, |pages| {
            keep(&mut stored, note_routes(letterboxd, journal));
            for (number, page) in pages {
                let place = i64::from(number - 1) * i64::from(full);
                let added = journal
                    .films_seen(&page.entries)
                    .and_then(|uids| journal.entries_added(list, &placed(uids, place), false));
                keep(&mut stored, added.map(|added| new += added));
            }
        });
        stored.map(|()| new)
    }

    /// A page was not to be had. The next run reads all of them, since a sum that is right by chance would hide what
    /// stands on it; the runs behind that leave them alone for an hour.
    fn record_incomplete(
        &mut self,
        cursor: &Cursor,
        failure: Failure,
        new: usize,
        declared: Option<u32>,
    ) -> Result<ListOutcome, StoreError> {
        let mut after = Cursor { whole_at: None, ..*cursor };
        let mut why = None;
        let Failure { error, .. } = &failure;
        // Who refuses us altogether is left alone anyway. While all pages wait, this was a try at few of them.
        if error.is_answer() && !error.is_block() && !accept::waits_for_a_page(cursor, self.terms) {
            after.incomplete = Some(Incomplete::next(cursor.incomplete, self.terms.now));
            why = Some(failure.to_string());
        }
        if after != *cursor {
            self.journal.reading_incomplete(self.list, why.as_deref(), &after)?;
        }
        Ok(ListOutcome { new, ..ListOutcome::failed(failure, declared) })
    }

    /// The list is whole: what was in doubt before counts no more, but for this.
    fn clear_doubt(&mut self, cursor: Cursor, mismatch: Option<Mismatch>) -> Result<(), StoreError> {
        if cursor.pending_at.is_some() || cursor.mismatch != mismatch {
            self.journal.cursor_moved(self.list, &Cursor { pending_at: None, mismatch, ..cursor })?;
        }
        Ok(())
    }

    /// The doubt of an earlier reading, which goes on.
    fn open_doubt(
        &self,
        cursor: &Cursor,
        known: u32,
        declared: Option<u32>,
    ) -> Result<(&'static str, Trouble), StoreError> {
        if cursor.pending_at.is_some() {
            let gone = count(self.journal.store().missing(self.list)?.len());
            return Ok(("pending", Trouble::Pending { gone, known }));
        }
        let declared = declared.unwrap_or(0);
        let shortfall = cursor.mismatch.and_then(|mismatch| mismatch.shortfall);
        let shown = shortfall.and_then(|shortfall| declared.checked_sub(shortfall));
        Ok(("total_moved", Trouble::TotalMoved { declared, shown }))
    }

    /// Every page was read: what does that mean for the known list?
    fn settle(
        &mut self,
        cursor: Cursor,
        reading: &Reading<'_>,
        new: usize,
    ) -> Result<ListOutcome, StoreError> {
        let total = reading.declared();
        let declared = total.unwrap_or(0);
        if let Some(failure) = reading.hidden_films(cursor.shortfall) {
            return self.record_incomplete(&cursor, failure, new, total);
        }
        let mut shown = self.journal.films_seen(reading.entries())?;
        dedup(&mut shown);
        let is_shown: HashSet<&Uid> = shown.iter().collect();
        let known = self.journal.store().known(self.list)?;
        let gone: Vec<Uid> = known.iter().filter(|uid| !is_shown.contains(uid)).cloned().collect();
        let missing = self.journal.store().missing(self.list)?;
        let whole = Whole {
            declared: (reading.is_agreed() && !reading.has_moved()).then_some(declared),
            declared_first: declared,
            unique: count(shown.len()),
            known: count(known.len().saturating_sub(new)),
            gone: count(gone.len()),
            missing: count(missing.len()),
            still_missing: count(missing.iter().filter(|uid| !is_shown.contains(uid)).count()),
        };
        let now = self.terms.now;
        let read = Cursor { whole_at: Some(now), incomplete: None, ..cursor };
        let outcome = match accept::judge(&cursor, self.terms, whole) {
            Verdict::Accepted { shortfall } => {
                if shortfall > 0 && shortfall != cursor.shortfall {
                    let films = plural(shortfall as usize, "film");
                    let text = format!(
                        "the list counts {films} that it never shows; the rest is taken for all of it"
                    );
                    self.journal.note(self.about, &text);
                }
                let accepted_at = Some(now);
                let after = Cursor { accepted_at, shortfall, mismatch: None, pending_at: None, ..read };
                let is_placed = matches!(reading.address(), PageAddress::Watchlist(_));
                let gone = self.journal.reading_accepted(self.list, &shown, is_placed, &after)?;
                let word = if shown.is_empty() { "empty" } else { "complete" };
                ListOutcome { gone, ..ListOutcome::read(word, total, None) }
            }
            Verdict::Mismatch(mismatch) => {
                self.journal.cursor_moved(self.list, &Cursor { mismatch: Some(mismatch), ..read })?;
                let trouble = if reading.is_agreed() && reading.has_moved() {
                    Trouble::Moved
                } else {
                    Trouble::TotalMoved { declared, shown: reading.is_agreed().then_some(whole.unique) }
                };
                ListOutcome::read("total_moved", total, Some(trouble))
            }
            Verdict::Pending { since } => {
                let after = Cursor { pending_at: Some(since), mismatch: None, ..read };
                self.journal.reading_pending(self.list, &gone, &after)?;
                let trouble = Trouble::Pending { gone: whole.gone, known: whole.known };
                ListOutcome::read("pending", total, Some(trouble))
            }
        };
        Ok(ListOutcome { new, other_tiles: reading.other_tiles(), ..outcome })
    }
}

/// Entries in positions one after the other.
fn placed(uids: Vec<Uid>, first: i64) -> Vec<(Uid, i64)> {
    uids.into_iter().zip(first..).collect()
}

/// Keeps the first of each.
fn dedup(uids: &mut Vec<Uid>) {
    let mut seen = HashSet::new();
    uids.retain(|uid| seen.insert(uid.clone()));
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
