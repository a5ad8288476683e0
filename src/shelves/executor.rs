//! Carries out the plan of one collection or playlist, one write at a time. How one is made and how films are put into it
//! differs: see `collection` and `playlist`.

use std::collections::HashSet;

use super::CREATE_A_KEY;
use super::groups::Place;
use super::members;
use crate::clients::api::{ApiError, chain};
use crate::clients::jellyfin::{Jellyfin, KeyOwner, MAX_IDS};
use crate::domain::event::Failed;
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::library::Member;
use crate::domain::shelf::Shelf;
use crate::domain::step::{AddToShelf, Aliases, RemoveFromShelf, Step};
use crate::journal::{Journal, There};
use crate::store::StoreError;
use crate::system::interrupt;

/// So often a film that stays is removed once more: links that were added twice leave one a call
/// (docs/jellyfin.md#removing-members).
const REMOVE_AGAIN: usize = 4;

/// What came of a plan.
#[derive(Default)]
pub(super) struct Done {
    /// Of the collection or playlist; `None` where there is none.
    pub(super) id: Option<JellyfinId>,
    /// Jellyfin does not know an item of its library any more: the rest is to be planned anew.
    pub(super) is_refused: bool,
}

/// Carrying out one plan.
pub(super) struct Executor<'a> {
    pub(super) jellyfin: &'a Jellyfin,
    pub(super) place: &'a Place,
    /// As messages name it.
    pub(super) named: &'a Shelf,
    /// `None`: it has to be made.
    pub(super) id: Option<&'a JellyfinId>,
    pub(super) aliases: &'a Aliases,
    /// The library was read again, since Jellyfin did not know an item of it: what it refuses now is looked for.
    pub(super) is_second: bool,
    pub(super) journal: &'a mut Journal,
}

impl Executor<'_> {
    /// Does all steps.
    pub(super) fn run(&mut self, steps: &[Step]) -> Result<Done, StoreError> {
        let Some(first) = steps.first() else { return Ok(Done::default()) };
        let id = match (self.id, first) {
            (Some(id), _) => id.clone(),
            (None, Step::CreateShelf(_)) => {
                let made = match self.place {
                    Place::Collection => self.create_collection(first)?,
                    Place::Playlist(owner) => self.create_playlist(owner, first)?,
                };
                let Some(id) = made else { return Ok(Done::default()) };
                id
            }
            (None, _) => return Ok(Done::default()),
        };
        let (mut additions, mut removals) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::AddToShelf(add) => additions.push(add),
                Step::RemoveFromShelf(remove) => removals.push(remove),
                _ => {}
            }
        }
        let (added, is_refused) = match self.place {
            Place::Collection => self.add_to_collection(&id, &additions)?,
            Place::Playlist(owner) => (self.add_to_playlist(&id, owner, &additions)?, false),
        };
        // What is to go is planned once more, too.
        let removed = if is_refused { Vec::new() } else { self.remove(&id, &removals)? };
        let mut is_missed = false;
        if !(added.is_empty() && removed.is_empty()) {
            is_missed = self.verify(&id, &added, &removed)?;
        }
        Ok(Done { id: Some(id), is_refused: is_refused || is_missed })
    }

    /// A person's token lists what that person may see, so that the name may be there all the same
    /// (docs/jellyfin.md#keys): nothing is made.
    pub(super) fn refuse_owner(&mut self, owner: &KeyOwner) -> Result<(), StoreError> {
        let text = format!(
            "not created: the key is a personal token of `{}`, who may not see every {}",
            owner.name, self.named.kind
        );
        self.not_created(&text, Some(CREATE_A_KEY))
    }

    /// It was not made, for a reason of lbjf's own.
    pub(super) fn not_created(&mut self, text: &str, hint: Option<&str>) -> Result<(), StoreError> {
        let about = self.named.to_string();
        let failed = Failed::Shelf(self.named.kind);
        self.journal.failure(failed, ("apply", about.as_str(), "not created"), &about, text, hint)
    }

    /// Takes items out: of a playlist by the ids that its entries have now.
    fn take(&self, id: &JellyfinId, items: &[&JellyfinId]) -> Result<(), ApiError> {
        let Place::Playlist(owner) = self.place else { return self.jellyfin.remove(id, items) };
        let entries = self.jellyfin.entries(id, &owner.user_id)?;
        let ids: Vec<_> = items.iter().filter_map(|item| entries.ids.get(*item)).flatten().collect();
        ids.chunks(MAX_IDS).try_for_each(|ids| self.jellyfin.remove_entries(id, ids))
    }

    /// Removes films. Returns those that the server removed.
    fn remove<'s>(
        &mut self,
        id: &JellyfinId,
        removals: &[&'s RemoveFromShelf],
    ) -> Result<Vec<&'s RemoveFromShelf>, StoreError> {
        let mut done = Vec::new();
        // A film's members stay in one call; few films have more than one.
        for batch in removals.chunks(MAX_IDS / 2) {
            let items: Vec<_> = batch.iter().flat_map(|remove| &remove.item_ids).collect();
            for items in items.chunks(MAX_IDS) {
                if interrupt::requested().is_some() {
                    return Ok(done);
                }
                if let Err(error) = self.take(id, items) {
                    self.fail("films not removed", &error)?;
                    for remove in &removals[done.len()..] {
                        self.journal.not_removed_from_shelf(remove);
                    }
                    return Ok(done);
                }
            }
            done.extend(batch);
        }
        Ok(done)
    }

    /// Looks once more: Jellyfin answers with success to films that never show up
    /// (docs/jellyfin.md#films-that-do-not-stay). To a playlist that goes for items that it does not know any more: are
    /// there such, for which the library is to be read again?
    fn verify(
        &mut self,
        id: &JellyfinId,
        added: &[&AddToShelf],
        removed: &[&RemoveFromShelf],
    ) -> Result<bool, StoreError> {
        let (members, is_answered) = self.remove_again(id, removed)?;
        let is_inside = |tmdb: TmdbId, items: &[JellyfinId]| {
            let tmdb = self.aliases.canonical(tmdb);
            members.as_ref().map_or(true, |members| {
                members.iter().any(|member| {
                    items.contains(&member.item_id)
                        || member.tmdb.is_some_and(|id| self.aliases.canonical(id) == tmdb)
                })
            })
        };
        let (stayed, ineffective): (Vec<&AddToShelf>, Vec<&AddToShelf>) =
            added.iter().partition(|add| is_inside(add.tmdb, std::slice::from_ref(&add.item_id)));
        let is_out = |remove: &RemoveFromShelf| members.is_err() || !is_inside(remove.tmdb, &[]);
        let (out, staying): (Vec<&RemoveFromShelf>, Vec<&RemoveFromShelf>) =
            removed.iter().partition(|remove| is_out(remove));
        for add in stayed {
            self.journal.added_to_shelf(add);
        }
        for remove in out {
            self.journal.removed_from_shelf(id, remove, members.is_ok())?;
        }
        let there = There { id, shelf: self.named };
        for remove in staying {
            if is_answered {
                let members = self.staying(members.as_deref().unwrap_or_default(), &[remove]);
                let items: Vec<_> = members.iter().map(|member| member.item_id.clone()).collect();
                self.journal.did_not_go(there, remove, &items)?;
            }
            if interrupt::requested().is_none() {
                self.journal.not_removed_from_shelf(remove);
            }
        }
        if matches!(self.place, Place::Playlist(_)) && !self.is_second && !ineffective.is_empty() {
            return Ok(true);
        }
        for add in ineffective {
            self.journal.did_not_stay(there, add, self.aliases.canonical(add.tmdb))?;
        }
        Ok(false)
    }

    /// Looks at what is there, and removes once more what stays. Returns the members as they are then, and
    /// whether Jellyfin said each time that it removed them.
    fn remove_again(
        &mut self,
        id: &JellyfinId,
        removed: &[&RemoveFromShelf],
    ) -> Result<(Result<Vec<Member>, ApiError>, bool), StoreError> {
        let mut members = self.members(id)?;
        for _ in 0..REMOVE_AGAIN {
            let staying = self.staying(members.as_deref().unwrap_or_default(), removed);
            let items: Vec<_> = staying.iter().take(MAX_IDS).map(|member| &member.item_id).collect();
            if items.is_empty() {
                break;
            }
            if interrupt::requested().is_some() {
                return Ok((members, false));
            }
            if let Err(error) = self.take(id, &items) {
                self.fail("films not removed", &error)?;
                return Ok((members, false));
            }
            members = self.members(id)?;
        }
        Ok((members, true))
    }

    /// What is in it now. The etag that it has for that is not known.
    pub(super) fn members(&mut self, id: &JellyfinId) -> Result<Result<Vec<Member>, ApiError>, StoreError> {
        match self.place.read(self.jellyfin, id) {
            Ok(found) => members::record(id, self.named, None, found, self.journal).map(Ok),
            Err(error) => Ok(Err(error)),
        }
    }

    /// The members that are films which were removed.
    fn staying<'m>(&self, members: &'m [Member], removed: &[&RemoveFromShelf]) -> Vec<&'m Member> {
        let removed: HashSet<TmdbId> =
            removed.iter().map(|remove| self.aliases.canonical(remove.tmdb)).collect();
        let stays =
            |member: &&Member| member.tmdb.is_some_and(|id| removed.contains(&self.aliases.canonical(id)));
        members.iter().filter(stays).collect()
    }

    pub(super) fn fail(&mut self, what: &str, error: &ApiError) -> Result<(), StoreError> {
        if error.is_interrupt() {
            return Ok(());
        }
        let (about, text) = (self.named.to_string(), format!("{what}: {}", chain(error)));
        let (notice, hint) = (("apply", about.as_str(), what), error.hint());
        self.journal.failure(Failed::Shelf(self.named.kind), notice, &about, &text, hint.as_deref())
    }
}
