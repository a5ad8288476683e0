//! How a playlist is made, and how films are put into it (docs/jellyfin.md#playlists).

use super::executor::Executor;
use super::groups::Owner;
use super::groups::playlists::{Meaning, Search, Unclear};
use crate::clients::api::chain;
use crate::clients::jellyfin::MAX_IDS;
use crate::domain::ids::JellyfinId;
use crate::domain::shelf::Named;
use crate::domain::step::{AddToShelf, Step};
use crate::store::StoreError;
use crate::system::interrupt;

impl Executor<'_> {
    /// Makes it, after one more look: a second one of its name would be another playlist. That it is about to be made is
    /// written down with those of its name that are there, so that a run which is killed before it knows the id is told
    /// apart from a person who makes one.
    pub(super) fn create_playlist(
        &mut self,
        owner: &Owner,
        step: &Step,
    ) -> Result<Option<JellyfinId>, StoreError> {
        let (jellyfin, name) = (self.jellyfin, self.named.name.as_str());
        let looked = jellyfin.playlists().and_then(|lists| Ok((lists, jellyfin.key_owner()?)));
        let lists = match looked {
            Ok((lists, None)) => lists,
            Ok((_, Some(key_owner))) => {
                self.refuse_owner(&key_owner)?;
                return Ok(None);
            }
            Err(error) => {
                self.fail("not created", &error)?;
                return Ok(None);
            }
        };
        let search = Search::new(jellyfin, self.journal.store(), &owner.version, &lists)?;
        match search.find(&Named::Name(name.to_owned()), &owner.user_id)? {
            Ok(Meaning::New(_)) => {}
            Ok(_) => {
                self.journal.note(&self.named.to_string(), "somebody has just created one of this name");
                return Ok(None);
            }
            Err(Unclear { text, hint }) => {
                self.not_created(&text, hint.as_deref())?;
                return Ok(None);
            }
        }
        let of_its_name = lists.iter().filter(|list| list.is_named(name));
        let others: Vec<_> = of_its_name.map(|list| list.id.clone()).collect();
        self.journal.making_playlist(&owner.user_id, name, &others)?;
        match jellyfin.create_playlist(name, &owner.user_id) {
            Ok(id) => {
                self.journal.playlist_made(&owner.user_id, name, &id, step)?;
                for person in &owner.people {
                    self.journal.playlist_of(person, &id)?;
                }
                Ok(Some(id))
            }
            Err(error) => {
                if error.never_arrived() {
                    self.journal.playlist_missing(&owner.user_id, name)?;
                }
                self.fail("not created", &error)?;
                Ok(None)
            }
        }
    }

    /// Adds films, as many as fit in a call. Returns those that the server took. The newest come first: where they go in
    /// front, the oldest of them are sent first.
    pub(super) fn add_to_playlist<'s>(
        &mut self,
        id: &JellyfinId,
        owner: &Owner,
        additions: &[&'s AddToShelf],
    ) -> Result<Vec<&'s AddToShelf>, StoreError> {
        let in_front = owner.abilities.can_prepend;
        let mut waiting: Vec<&[&AddToShelf]> = additions.chunks(MAX_IDS).collect();
        if !in_front {
            waiting.reverse();
        }
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        while let Some(batch) = waiting.pop() {
            if interrupt::requested().is_some() {
                return Ok(done);
            }
            self.journal.adding(id, batch.iter().map(|add| self.aliases.canonical(add.tmdb)))?;
            let items: Vec<_> = batch.iter().map(|add| &add.item_id).collect();
            let Err(error) = self.jellyfin.add_entries(id, &owner.user_id, &items, in_front) else {
                done.extend(batch);
                continue;
            };
            // It is not sent twice: what of it is there is there.
            let there = if error.never_arrived() { None } else { self.members(id)?.ok() };
            let is_there =
                |add: &AddToShelf| there.iter().flatten().any(|member| member.item_id == add.item_id);
            let (arrived, lost): (Vec<&AddToShelf>, Vec<_>) = batch.iter().partition(|add| is_there(add));
            done.extend(arrived);
            if lost.is_empty() {
                log::debug!("{}: all films arrived, although {}", self.named, chain(&error));
                continue;
            }
            self.fail("films not added", &error)?;
            failed.extend(lost);
            break;
        }
        if interrupt::requested().is_none() {
            // What was to follow a call that failed fails with it.
            for add in failed.into_iter().chain(waiting.into_iter().rev().flatten().copied()) {
                self.journal.not_added_to_shelf(add);
            }
        }
        Ok(done)
    }
}
