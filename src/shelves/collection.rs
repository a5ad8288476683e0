//! Carries out the plan of one collection, one write at a time.

use std::collections::HashSet;

use super::CREATE_A_KEY;
use super::members;
use super::target::{Target, find};
use crate::clients::api::{ApiError, chain};
use crate::clients::jellyfin::{Jellyfin, MAX_IDS};
use crate::domain::event::Failed;
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::library::Member;
use crate::domain::shelf::{Named, Shelf, ShelfKind};
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
    /// Of the collection; `None` where there is none.
    pub(super) id: Option<JellyfinId>,
    /// Jellyfin does not know an item of its library any more: the rest is to be planned anew.
    pub(super) is_refused: bool,
}

/// Carrying out the plan of one collection.
pub(super) struct Executor<'a> {
    pub(super) jellyfin: &'a Jellyfin,
    /// As a person names the collection.
    pub(super) name: &'a str,
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
            (None, Step::CreateShelf(_)) => match self.create(first)? {
                Some(id) => id,
                None => return Ok(Done::default()),
            },
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
        let (added, is_refused) = self.add(&id, &additions)?;
        // What is to go is planned once more, too.
        let removed = if is_refused { Vec::new() } else { self.remove(&id, &removals)? };
        if !(added.is_empty() && removed.is_empty()) {
            self.verify(&id, &added, &removed)?;
        }
        Ok(Done { id: Some(id), is_refused })
    }

    fn create(&mut self, step: &Step) -> Result<Option<JellyfinId>, StoreError> {
        // Making a name again empties it (docs/jellyfin.md#creating-a-collection), and the libraries took their time
        // since the first look. A person's token lists what that person may see, so that the name may be there all the
        // same (docs/jellyfin.md#keys).
        let jellyfin = self.jellyfin;
        let sets = jellyfin.collections();
        let name = Named::Name(self.name.to_owned());
        let made = match sets.and_then(|sets| Ok((find(&name, &sets, None), jellyfin.key_owner()?))) {
            Ok((Ok(Target::Set(_)), _)) => {
                self.journal.note(&self.about(), "somebody has just created it; the next run fills it");
                return Ok(None);
            }
            Ok((Err((text, hint)), _)) => {
                let about = self.about();
                let notice = ("apply", self.name, "not created");
                self.journal.failure(Failed::Shelf(ShelfKind::Collection), notice, &about, &text, hint)?;
                return Ok(None);
            }
            Ok((_, Some(owner))) => {
                let about = self.about();
                let text = format!(
                    "not created: the key is a personal token of `{}`, who may not see every collection",
                    owner.name
                );
                self.journal.failure(
                    Failed::Shelf(ShelfKind::Collection),
                    ("apply", self.name, "not created"),
                    &about,
                    &text,
                    Some(CREATE_A_KEY),
                )?;
                return Ok(None);
            }
            Ok((Ok(Target::New(_)), None)) => jellyfin.create(self.name),
            Err(error) => Err(error),
        };
        match made {
            Ok(id) => {
                self.journal.collection_made(There { id: &id, shelf: &self.shelf() }, step)?;
                Ok(Some(id))
            }
            Err(error) => {
                self.fail("not created", &error)?;
                Ok(None)
            }
        }
    }

    /// Adds films, as many as fit in a call. Returns those that the server took, and whether it refused others since
    /// it does not know an item.
    fn add<'s>(
        &mut self,
        id: &JellyfinId,
        additions: &[&'s AddToShelf],
    ) -> Result<(Vec<&'s AddToShelf>, bool), StoreError> {
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        let mut waiting: Vec<Vec<&AddToShelf>> = additions.chunks(MAX_IDS).rev().map(<[_]>::to_vec).collect();
        let mut was_checked = false;
        while let Some(batch) = waiting.pop() {
            if interrupt::requested().is_some() {
                break;
            }
            self.journal.adding(id, batch.iter().map(|add| self.aliases.canonical(add.tmdb)))?;
            let items: Vec<_> = batch.iter().map(|add| &add.item_id).collect();
            match self.jellyfin.add(id, &items) {
                Ok(()) => done.extend(batch),
                // One id that vanished refuses the whole call, and the answer does not say which
                // (docs/jellyfin.md#adding-members).
                Err(error) if error.answered().is_some_and(|(status, _)| status == 400) => {
                    if !was_checked && !self.is_listed(id) {
                        self.fail("films not added", &error)?;
                        failed.extend(batch);
                        break;
                    }
                    if !self.is_second {
                        return Ok((done, true));
                    }
                    was_checked = true;
                    if let [add] = batch.as_slice() {
                        let text =
                            format!("{} not added: it has just vanished from Jellyfin's library", add.film);
                        let about = self.about();
                        self.journal.failure(
                            Failed::Films(1),
                            ("put", add.item_id.as_str()),
                            &about,
                            &text,
                            None,
                        )?;
                        failed.push(*add);
                    } else {
                        let (front, back) = batch.split_at(batch.len() / 2);
                        waiting.extend([back.to_vec(), front.to_vec()]);
                    }
                }
                Err(error) => {
                    self.fail("films not added", &error)?;
                    failed.extend(batch);
                    break;
                }
            }
        }
        if interrupt::requested().is_none() {
            // What was to follow a call that failed fails with it.
            for add in failed.into_iter().chain(waiting.into_iter().rev().flatten()) {
                self.journal.not_added_to_shelf(add);
            }
        }
        Ok((done, false))
    }

    /// Is the collection still there? Its members do not tell: 10.8 has none of what it does not know
    /// (docs/jellyfin.md#members).
    fn is_listed(&self, id: &JellyfinId) -> bool {
        self.jellyfin.collections().is_ok_and(|sets| sets.iter().any(|set| set.id == *id))
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
                if let Err(error) = self.jellyfin.remove(id, items) {
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
    /// (docs/jellyfin.md#films-that-do-not-stay).
    fn verify(
        &mut self,
        id: &JellyfinId,
        added: &[&AddToShelf],
        removed: &[&RemoveFromShelf],
    ) -> Result<(), StoreError> {
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
        let place = self.shelf();
        let there = There { id, shelf: &place };
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
        for add in ineffective {
            self.journal.did_not_stay(there, add, self.aliases.canonical(add.tmdb))?;
        }
        Ok(())
    }

    /// Looks at what is in the collection, and removes once more what stays. Returns the members as they are then, and
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
            if let Err(error) = self.jellyfin.remove(id, &items) {
                self.fail("films not removed", &error)?;
                return Ok((members, false));
            }
            members = self.members(id)?;
        }
        Ok((members, true))
    }

    /// What is in the collection now. The etag that it has for that is not known.
    fn members(&mut self, id: &JellyfinId) -> Result<Result<Vec<Member>, ApiError>, StoreError> {
        match self.jellyfin.members(id) {
            Ok(found) => members::record(id, self.name, None, found, self.journal).map(Ok),
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

    fn shelf(&self) -> Shelf {
        Shelf { kind: ShelfKind::Collection, name: self.name.to_owned() }
    }

    fn about(&self) -> String {
        self.shelf().to_string()
    }

    fn fail(&mut self, what: &str, error: &ApiError) -> Result<(), StoreError> {
        if error.is_interrupt() {
            return Ok(());
        }
        let about = self.about();
        let text = format!("{what}: {}", chain(error));
        let (notice, hint) = (("apply", self.name, what), error.hint());
        self.journal.failure(Failed::Shelf(ShelfKind::Collection), notice, &about, &text, hint.as_deref())
    }
}
