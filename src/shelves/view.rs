//! What a plan for one collection or playlist is made of, as the store has it.

use std::collections::{HashMap, HashSet};

use super::Person;
use super::groups::Group;
use super::plan;
use super::plan::{Copies, Rules, ShelfPlan, ShelfView, Viewer};
use super::watched::Watched;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::library::{KnownMember, Member};
use crate::domain::presence::{Listed, SeenFilm};
use crate::domain::shelf::Shelf;
use crate::domain::step::Aliases;
use crate::domain::text::name_key;
use crate::journal::Journal;
use crate::store::StoreError;

/// A collection or playlist, its people, and the library.
pub(super) struct View<'a> {
    shelf: Shelf,
    people: Vec<Lister<'a>>,
    /// `None`: it is still to be made.
    pub(super) members: Option<Vec<Member>>,
    rows: Vec<KnownMember>,
    ineffective: Vec<JellyfinId>,
    copies: Copies,
    is_library_sure: bool,
    rules: Rules,
    now: Timestamp,
    aliases: &'a Aliases,
}

/// One of the people, and what they list.
struct Lister<'a> {
    person: &'a Person<'a>,
    listed: Vec<Listed>,
    has_accepted: bool,
    nothing: HashSet<TmdbId>,
}

impl<'a> View<'a> {
    /// Loads it. `id` is its own, which may have been made since the group was formed.
    pub(super) fn load(
        group: &'a Group<'_>,
        id: Option<&JellyfinId>,
        is_library_sure: bool,
        aliases: &'a Aliases,
        journal: &Journal,
    ) -> Result<Self, StoreError> {
        let (store, now) = (journal.store(), journal.now());
        let mut people = Vec::new();
        for person in &group.people {
            let listed = store.listed(person.name, !person.remove_unlisted)?;
            let has_accepted = store.has_accepted_reading(person.name)?;
            people.push(Lister { person, listed, has_accepted, nothing: HashSet::new() });
        }
        let wanted = people.iter().flat_map(|lister| &lister.listed);
        let mut wanted: HashSet<_> = wanted.map(|listed| aliases.canonical(listed.tmdb)).collect();
        let rows = id.map_or(Ok(Vec::new()), |id| store.members(id))?;
        let rules = group.place.rules();
        if rules.forgets_hidden {
            // Is the film of an entry that is not shown in the library?
            wanted.extend(rows.iter().map(|row| aliases.canonical(row.tmdb)));
        }
        let mut copies: Copies = HashMap::new();
        for item in store.copies(wanted.into_iter().flat_map(|film| aliases.ids_of(film)))? {
            if let Some(id) = item.tmdb {
                copies.entry(aliases.canonical(id)).or_default().push(item);
            }
        }
        // Of several the smallest id is taken.
        for copies in copies.values_mut() {
            copies.sort_unstable();
        }
        Ok(Self {
            shelf: group.shelf(),
            people,
            members: id.map(|id| store.listing(id, false)).transpose()?,
            rows,
            ineffective: id.map_or(Ok(Vec::new()), |id| store.ineffective(id))?,
            copies,
            is_library_sure,
            rules,
            now,
            aliases,
        })
    }

    pub(super) fn plan(&self, watched: &Watched, only_remove: bool) -> ShelfPlan {
        let viewers: Vec<_> = self.people.iter().map(|lister| lister.viewer(watched)).collect();
        plan::shelf(&viewers, &self.shelf(), self.aliases, only_remove)
    }

    /// Where the films of each person are.
    pub(super) fn presence(&self, watched: &Watched) -> Vec<(&'a Person<'a>, Vec<SeenFilm>)> {
        let viewers: Vec<_> = self.people.iter().map(|lister| lister.viewer(watched)).collect();
        let seen = plan::presence(&viewers, &self.shelf(), self.aliases);
        self.people.iter().map(|lister| lister.person).zip(seen).collect()
    }

    fn shelf(&self) -> ShelfView<'_> {
        ShelfView {
            shelf: &self.shelf,
            members: self.members.as_deref(),
            rows: &self.rows,
            ineffective: &self.ineffective,
            copies: &self.copies,
            is_library_sure: self.is_library_sure,
            rules: self.rules,
            now: self.now,
        }
    }
}

impl Lister<'_> {
    /// Who has no user in Jellyfin has watched nothing.
    fn viewer<'p>(&'p self, watched: &'p Watched) -> Viewer<'p> {
        Viewer {
            name: self.person.name,
            remove_watched: self.person.remove_watched,
            watched_by: self.person.watched_by,
            has_accepted: self.has_accepted,
            listed: &self.listed,
            watched: match self.person.jellyfin_username {
                Some(name) => watched.get(&name_key(name)),
                None => Some(&self.nothing),
            },
        }
    }
}
