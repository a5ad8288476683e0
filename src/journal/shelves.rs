//! What became of collections and playlists, and of the library that they are filled from: written down, then told.

use super::Journal;
use crate::domain::event::Outcome;
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::library::{KnownMember, LibraryItem, LibraryState, Member, SavedItem};
use crate::domain::presence::SeenFilm;
use crate::domain::shelf::{Shelf, ShelfKind};
use crate::domain::step::{AddToShelf, RemoveFromShelf, Step};
use crate::store::{KnownPlaylist, StoreError};

/// A collection or playlist on the server.
#[derive(Clone, Copy, Debug)]
pub struct There<'a> {
    /// Its id.
    pub id: &'a JellyfinId,
    /// As messages name it.
    pub shelf: &'a Shelf,
}

impl Journal {
    /// This is the server from now on; is it another one than before? Then nothing is known of its collections.
    pub fn accept_jellyfin(&mut self, identity: &str, name: &str) -> Result<(), StoreError> {
        if self.store.forget_other_jellyfin(identity)? {
            let text = format!("`{name}` is accepted; its collections and playlists are looked up again");
            self.note("jellyfin", &text);
        }
        Ok(())
    }

    /// A Jellyfin of this identity answers. Returns that of the one which the store belongs to: of this one, if it is
    /// the first.
    pub fn jellyfin_met(&mut self, identity: &str) -> Result<String, StoreError> {
        self.store.server_identity("jellyfin", identity)
    }

    /// All of the library was read.
    pub fn library_read(&mut self, items: &[LibraryItem], state: &LibraryState) -> Result<(), StoreError> {
        self.store.replace_library(items)?;
        self.store.record_library_state(state)
    }

    /// These films were saved since it was read last.
    pub fn library_changed(&mut self, saved: &[SavedItem]) -> Result<(), StoreError> {
        self.store.update_library(saved)
    }

    /// How far it is read, and what it showed.
    pub fn library_state(&mut self, state: &LibraryState) -> Result<(), StoreError> {
        self.store.record_library_state(state)
    }

    /// The collection of this name was found, and may have another id than before.
    pub fn collection_found(&mut self, name: &str, id: &JellyfinId) -> Result<(), StoreError> {
        self.store.record_collection(name, id)
    }

    /// It is gone, with everything that was in it.
    pub fn collection_gone(&mut self, id: &JellyfinId) -> Result<(), StoreError> {
        self.store.forget_collection(id)
    }

    /// It was made.
    pub fn collection_made(&mut self, there: There<'_>, step: &Step) -> Result<(), StoreError> {
        self.store.record_collection(&there.shelf.name, there.id)?;
        self.step(step, Outcome::Done, None);
        Ok(())
    }

    /// This user's playlist of this name was found, and may be another one than before.
    pub fn playlist_found(&mut self, user_id: &str, name: &str, id: &JellyfinId) -> Result<(), StoreError> {
        if self.store.playlist(user_id, name)? == Some(KnownPlaylist::There(id.clone())) {
            return Ok(());
        }
        self.store.record_playlist(user_id, name, id)
    }

    /// There is no such playlist: what was known of one is gone, or it was not made.
    pub fn playlist_missing(&mut self, user_id: &str, name: &str) -> Result<(), StoreError> {
        match self.store.playlist(user_id, name)? {
            Some(KnownPlaylist::There(id)) => self.store.forget_collection(&id),
            Some(KnownPlaylist::AboutToBeMade { .. }) => self.store.forget_playlist_to_make(user_id, name),
            None => Ok(()),
        }
    }

    /// A playlist is about to be made, and these of its name are there. Should the run be killed before it knows the id,
    /// the new one of that name is lbjf's.
    pub fn making_playlist(
        &mut self,
        user_id: &str,
        name: &str,
        others: &[JellyfinId],
    ) -> Result<(), StoreError> {
        self.store.record_playlist_to_make(user_id, name, others)
    }

    /// It was made.
    pub fn playlist_made(
        &mut self,
        user_id: &str,
        name: &str,
        id: &JellyfinId,
        step: &Step,
    ) -> Result<(), StoreError> {
        self.store.record_playlist(user_id, name, id)?;
        self.step(step, Outcome::Done, None);
        Ok(())
    }

    /// It is this person's playlist.
    pub fn playlist_of(&mut self, person: &str, id: &JellyfinId) -> Result<(), StoreError> {
        self.store.record_playlist_of(person, id)
    }

    /// The config names this person's collection or playlist so. Returns how it named it before, if otherwise.
    pub fn shelf_named(
        &mut self,
        person: &str,
        kind: ShelfKind,
        name: &str,
    ) -> Result<Option<String>, StoreError> {
        self.store.record_mapping(person, kind, name)
    }

    /// What is in the collection, and for which etag that holds.
    pub fn members_read(
        &mut self,
        id: &JellyfinId,
        etag: Option<&str>,
        members: &[Member],
    ) -> Result<(), StoreError> {
        self.store.record_listing(id, etag, members)
    }

    /// Members that were met for the first time, or became lbjf's own; and films that are members no more.
    pub fn members_met(
        &mut self,
        id: &JellyfinId,
        met: &[KnownMember],
        gone: &[TmdbId],
    ) -> Result<(), StoreError> {
        self.store.record_members(id, met)?;
        self.store.forget_members(id, gone)
    }

    /// These films are about to be added. They are lbjf's own from now on: the run may be killed before the answer.
    pub fn adding(&mut self, id: &JellyfinId, films: impl Iterator<Item = TmdbId>) -> Result<(), StoreError> {
        let own = |tmdb| KnownMember { tmdb, is_own: true, was_watched: false, hidden_since: None };
        self.store.record_members(id, &films.map(own).collect::<Vec<_>>())
    }

    /// The film is in it.
    pub fn added_to_shelf(&mut self, add: &AddToShelf) {
        self.step(&Step::AddToShelf(add.clone()), Outcome::Done, None);
    }

    /// The film was not added, for a reason that was told.
    pub fn not_added_to_shelf(&mut self, add: &AddToShelf) {
        self.step(&Step::AddToShelf(add.clone()), Outcome::Failed, None);
    }

    /// Jellyfin said that it added the film, and does not show it. It is tried again in a day.
    pub fn did_not_stay(
        &mut self,
        there: There<'_>,
        add: &AddToShelf,
        canonical: TmdbId,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.store.record_ineffective(there.id, std::slice::from_ref(&add.item_id), now)?;
        self.store.forget_members(there.id, &[canonical])?;
        let text =
            format!("Jellyfin accepted {}, but does not show it in the {}", add.film, there.shelf.kind);
        let hint = "several versions of one film in a folder can cause this; lbjf tries again tomorrow";
        let about = there.shelf.to_string();
        self.warning(("ineffective", about.as_str(), add.item_id.as_str()), &about, &text, Some(hint))?;
        self.not_added_to_shelf(add);
        Ok(())
    }

    /// The film is out of it; `is_seen`: as a look at its members showed.
    pub fn removed_from_shelf(
        &mut self,
        id: &JellyfinId,
        remove: &RemoveFromShelf,
        is_seen: bool,
    ) -> Result<(), StoreError> {
        if is_seen {
            self.store.forget_members(id, &[remove.tmdb])?;
        }
        self.step(&Step::RemoveFromShelf(remove.clone()), Outcome::Done, None);
        Ok(())
    }

    /// The film was not removed, for a reason that was told.
    pub fn not_removed_from_shelf(&mut self, remove: &RemoveFromShelf) {
        self.step(&Step::RemoveFromShelf(remove.clone()), Outcome::Failed, None);
    }

    /// Jellyfin said that it removed the film, and shows it all the same, as these items. It is tried again in a day.
    pub fn did_not_go(
        &mut self,
        there: There<'_>,
        remove: &RemoveFromShelf,
        items: &[JellyfinId],
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.store.record_ineffective(there.id, items, now)?;
        let text = format!(
            "Jellyfin confirmed the removal of {}, but still shows it in the {}",
            remove.name, there.shelf.kind
        );
        let tmdb = remove.tmdb.to_string();
        let about = there.shelf.to_string();
        let notice = ("ineffective", about.as_str(), tmdb.as_str());
        self.warning(notice, &about, &text, Some("lbjf tries again tomorrow"))
    }

    /// What was in vain for so long is tried again.
    pub fn try_ineffective_again(&mut self, before: i64) -> Result<(), StoreError> {
        self.store.forget_ineffective(before)
    }

    /// Where a person's films are.
    pub fn presence(&mut self, person: &str, films: &[SeenFilm]) -> Result<(), StoreError> {
        let now = self.now();
        self.store.record_presence(person, films, now)
    }
}
