//! What became of lists and films: written down, then told.

use super::Journal;
use crate::domain::event::{Event, ListReading};
use crate::domain::film::{Film, Look, WatchlistEntry};
use crate::domain::ids::{ListId, MemberId, Uid};
use crate::domain::list::{Cursor, ListSource};
use crate::store::StoreError;

impl Journal {
    /// This person wants what is on this list.
    pub fn want_list(&mut self, person: &str, source: &ListSource) -> Result<ListId, StoreError> {
        self.store.want_list(person, source, self.run.now)
    }

    /// The member behind a watchlist has this number.
    pub fn member_known(&mut self, list: ListId, member: MemberId) -> Result<(), StoreError> {
        self.store.record_member(list, member)
    }

    /// A member has a new name. What is known of them goes on, unless something is known of the new name already; does
    /// it?
    pub fn member_renamed(&mut self, from: &str, to: &str) -> Result<bool, StoreError> {
        let is_done = self.store.rename_person(from, to)?;
        if is_done {
            self.note(to, &format!("is the new name of `{from}`; what lbjf knows of them is kept"));
        }
        Ok(is_done)
    }

    /// Films stand on a page. Says who each is.
    pub fn films_seen<'a>(
        &mut self,
        entries: impl IntoIterator<Item = &'a WatchlistEntry>,
    ) -> Result<Vec<Uid>, StoreError> {
        self.store.identify(entries)
    }

    /// These entries stand on a list, in these positions. `is_placed`: do the positions say where they stand among the
    /// others? Returns how many nobody knew.
    pub fn entries_added(
        &mut self,
        list: ListId,
        entries: &[(Uid, i64)],
        is_placed: bool,
    ) -> Result<usize, StoreError> {
        self.store.add_entries(list, entries, is_placed, self.run.now)
    }

    /// These entries were taken off a list and put on again since the last run.
    pub fn entries_put_on_again(
        &mut self,
        person: &str,
        list: ListId,
        entries: &[(Uid, i64)],
    ) -> Result<(), StoreError> {
        self.store.request_again(list, entries, self.run.now)?;
        self.note(person, &format!("{} put on the watchlist again", entries.len()));
        Ok(())
    }

    /// A reading is accepted: the list is what it showed, in its order. Returns how many entries left.
    pub fn reading_accepted(
        &mut self,
        list: ListId,
        shown: &[Uid],
        cursor: &Cursor,
    ) -> Result<usize, StoreError> {
        let gone = self.store.accept_reading(list, shown)?;
        self.store.save_cursor(list, cursor)?;
        Ok(gone)
    }

    /// A reading lacks so much that it waits for another one that says the same.
    pub fn reading_pending(
        &mut self,
        list: ListId,
        missing: &[Uid],
        cursor: &Cursor,
    ) -> Result<(), StoreError> {
        self.store.mark_missing(list, missing)?;
        self.store.save_cursor(list, cursor)
    }

    /// A reading lacks a page, for this reason, which is kept for the runs that do not ask for it again.
    pub fn reading_incomplete(
        &mut self,
        list: ListId,
        why: Option<&str>,
        cursor: &Cursor,
    ) -> Result<(), StoreError> {
        self.store.save_cursor(list, cursor)?;
        why.map_or(Ok(()), |why| self.store.keep_reason(list, why))
    }

    /// The readings of a list stand elsewhere now.
    pub fn cursor_moved(&mut self, list: ListId, cursor: &Cursor) -> Result<(), StoreError> {
        self.store.save_cursor(list, cursor)
    }

    /// How the reading of one person's list went, and what is the matter with it. `declared` is the total of a list that
    /// could be read.
    pub fn list_read(
        &mut self,
        list: ListId,
        reading: &ListReading,
        problem: Option<&str>,
        declared: Option<u32>,
    ) -> Result<(), StoreError> {
        self.store.record_reading(list, reading.outcome, problem, declared, self.run.now)?;
        self.tell(Event::ListRead(reading));
        Ok(())
    }

    /// What the pages of these films said.
    pub fn film_pages_read(&mut self, looks: &[(&Film, &Look)]) -> Result<(), StoreError> {
        if looks.is_empty() { Ok(()) } else { self.store.record_looks(looks, self.run.now).map(drop) }
    }

    /// The pages of the films that came last named no id because Letterboxd changed its pages: they are read again.
    pub fn latest_ids_doubted(&mut self) -> Result<(), StoreError> {
        self.store.forget_latest_without_id()
    }
}
