//! What became of lists and films: written down, then told.

use super::Journal;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, ListReading};
use crate::domain::film::{Film, ListEntry, Look};
use crate::domain::ids::{ListId, Number, TmdbId, Uid};
use crate::domain::list::{Cursor, ListKey};
use crate::store::StoreError;

impl Journal {
    /// This person wants what is on this list.
    pub fn want_list(&mut self, person: &str, key: &ListKey) -> Result<ListId, StoreError> {
        self.store.want_list(person, key, self.run.now)
    }

    /// This person wants these lists and no others.
    pub fn want_only(&mut self, person: &str, lists: &[ListId]) -> Result<(), StoreError> {
        for address in self.store.want_only(person, lists)? {
            self.note(person, &format!("`{address}` is no longer among the lists in the config; what only it had is no longer wanted"));
        }
        Ok(())
    }

    /// The list, or the member behind a watchlist, has this number.
    pub fn number_known(&mut self, list: ListId, number: Number) -> Result<(), StoreError> {
        self.store.record_number(list, number)
    }

    /// A list's short link led to this page.
    pub fn list_landed(&mut self, list: ListId, page: &str) -> Result<(), StoreError> {
        self.store.record_landed(list, page)
    }

    /// All of a list was read while it said this of its state: a reading that says the same changes nothing.
    pub fn list_seen(&mut self, list: ListId, state: Option<&str>) -> Result<(), StoreError> {
        self.store.record_seen(list, state)
    }

    /// A member has a new name at Letterboxd. What is known of their watchlist goes on, unless something is known of
    /// that of the new name already; does it?
    pub fn watchlist_renamed(&mut self, from: &str, to: &str) -> Result<bool, StoreError> {
        let is_done = self.store.rename_watchlist(from, to)?;
        if is_done {
            self.note(to, &format!("is the new name of `{from}`; what lbjf knows of them is kept"));
        }
        Ok(is_done)
    }

    /// A person has another name in the config. What is known of them goes on.
    pub fn person_renamed(&mut self, from: &str, to: &str) -> Result<(), StoreError> {
        self.telling.renamed(from, to);
        self.store.rename_person(from, to)
    }

    /// Films stand on a page. Says who each is.
    pub fn films_seen<'a>(
        &mut self,
        entries: impl IntoIterator<Item = &'a ListEntry>,
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

    /// The same of entries that an export shows, which is of that day: since then they are known to be there.
    pub fn entries_exported(
        &mut self,
        list: ListId,
        entries: &[(Uid, i64)],
        as_of: Option<Timestamp>,
    ) -> Result<usize, StoreError> {
        self.store.add_entries(list, entries, false, as_of.unwrap_or(self.run.now))
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

    /// A reading is accepted: the list is what it showed, in its order. `is_placed`: does that say which entries are
    /// newer? Returns how many left.
    pub fn reading_accepted(
        &mut self,
        list: ListId,
        shown: &[Uid],
        is_placed: bool,
        cursor: &Cursor,
    ) -> Result<usize, StoreError> {
        let gone = self.store.accept_reading(list, shown, is_placed)?;
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

    /// How the reading of a list went, for everybody who wants it, and what is the matter with it.
    pub fn list_read(
        &mut self,
        list: ListId,
        readings: &[ListReading],
        problem: Option<&str>,
        is_read: bool,
    ) -> Result<(), StoreError> {
        let Some(reading) = readings.first() else { return Ok(()) };
        let declared = reading.declared.filter(|_| is_read);
        self.store.record_reading(list, reading.outcome, problem, declared, is_read, self.run.now)?;
        for reading in readings {
            self.tell(Event::ListRead(reading));
        }
        Ok(())
    }

    /// What the pages of these films said.
    pub fn film_pages_read(&mut self, looks: &[(&Film, &Look)]) -> Result<(), StoreError> {
        if looks.is_empty() { Ok(()) } else { self.store.record_looks(looks, self.run.now).map(drop) }
    }

    /// What a film is by its title and year, if that is one film.
    pub fn film_matched(&mut self, film: &Film, tmdb: Option<TmdbId>) -> Result<(), StoreError> {
        self.store.record_match(&film.uid, tmdb, self.run.now)
    }

    /// The pages of the films that came last named no id because Letterboxd changed its pages: they are read again.
    pub fn latest_ids_doubted(&mut self) -> Result<(), StoreError> {
        self.store.forget_latest_without_id()
    }
}
