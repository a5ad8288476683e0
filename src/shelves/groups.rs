//! Which collections and playlists a run may change, and who is mapped to each.

pub(crate) mod playlists;

use std::collections::HashSet;

use super::plan::Rules;
use super::target::{Target, Unclear, find, twins};
use super::{Person, Shelves};
use crate::clients::api::{ApiError, chain};
use crate::clients::jellyfin::{Abilities, BoxSet, Jellyfin};
use crate::domain::event::Failed;
use crate::domain::ids::JellyfinId;
use crate::domain::library::Member;
use crate::domain::shelf::{Named, Shelf, ShelfKind};
use crate::journal::Journal;
use crate::store::StoreError;
use crate::system::interrupt;

/// One collection or playlist, and the people mapped to it.
pub(super) struct Group<'a> {
    /// As the first of them names it.
    pub(super) name: String,
    /// `None`: it is made when there is a film to put in.
    pub(super) id: Option<JellyfinId>,
    /// Another one, or none, says that its members may be others.
    pub(super) etag: Option<String>,
    pub(super) people: Vec<&'a Person<'a>>,
    pub(super) place: Place,
}

/// Which of the two it is, with what that takes.
pub(super) enum Place {
    Collection,
    Playlist(Owner),
}

/// Whose playlist it is.
pub(super) struct Owner {
    /// In Jellyfin.
    pub(super) user_id: JellyfinId,
    /// Of the server.
    pub(super) version: String,
    pub(super) abilities: Abilities,
    /// By name, those whose films go there.
    pub(super) people: Vec<String>,
}

impl Place {
    /// What is in it.
    pub(super) fn read(&self, jellyfin: &Jellyfin, id: &JellyfinId) -> Result<Vec<Member>, ApiError> {
        match self {
            Self::Collection => jellyfin.members(id),
            Self::Playlist(owner) => Ok(jellyfin.entries(id, &owner.user_id)?.members),
        }
    }

    /// What can be done there.
    pub(super) fn rules(&self) -> Rules {
        match self {
            Self::Collection => Rules::default(),
            Self::Playlist(Owner { abilities, .. }) => {
                Rules { can_remove: abilities.can_remove, forgets_hidden: abilities.forgets_hidden }
            }
        }
    }
}

impl<'a> Group<'a> {
    /// As messages name it.
    pub(super) fn shelf(&self) -> Shelf {
        let (kind, person) = match &self.place {
            Place::Collection => (ShelfKind::Collection, None),
            Place::Playlist(owner) => (ShelfKind::Playlist, owner.people.first().cloned()),
        };
        Shelf { kind, name: self.name.clone(), person }
    }

    /// Somebody else's films go there, too.
    fn add(&mut self, person: &'a Person<'a>) {
        self.people.push(person);
        if let Place::Playlist(owner) = &mut self.place {
            owner.people.push(person.name.to_owned());
        }
    }

    /// May this run change it?
    fn is_chosen(&self) -> bool {
        self.people.iter().any(|person| person.is_chosen)
    }
}

impl Shelves<'_> {
    /// The collections that this run may change, with everybody who is mapped to them.
    pub(super) fn collection_groups(&self, journal: &mut Journal) -> Result<Vec<Group<'_>>, StoreError> {
        if !self.people.iter().any(|person| person.is_chosen && person.collection.is_some()) {
            return Ok(Vec::new());
        }
        let Some(sets) = self.listed(ShelfKind::Collection, journal, Jellyfin::collections)? else {
            return Ok(Vec::new());
        };
        let sets = &sets[..];
        let mut found: Vec<(Target, Group<'_>)> = Vec::new();
        let mut failed = HashSet::new();
        for person in &self.people {
            let Person { name, is_chosen, .. } = *person;
            let Some(collection) = person.collection else { continue };
            let target = match self.target(collection, sets, journal)? {
                Ok(target) => target,
                Err((text, hint)) => {
                    if is_chosen && interrupt::requested().is_none() && failed.insert(text.clone()) {
                        let notice = ("collection", name, text.as_str());
                        journal.failure(Failed::User, notice, name, &text, hint.as_deref())?;
                    }
                    continue;
                }
            };
            journal.trouble_over_for("collection", name)?;
            if is_chosen && !self.only_remove {
                tell_mapping(name, collection, target.set(sets), journal)?;
            }
            let wanted = collection.to_string();
            let notice = ("same name", wanted.as_str());
            match twins(collection, sets) {
                Some((text, hint)) if is_chosen && !found.iter().any(|(known, _)| *known == target) => {
                    journal.warning(notice, name, &text, Some(hint))?;
                }
                Some(_) => {}
                None => journal.trouble_over_for("same name", &wanted)?,
            }
            if let Some((_, group)) = found.iter_mut().find(|(known, _)| *known == target) {
                group.add(person);
                continue;
            }
            let (Named::Id(text) | Named::Name(text)) = collection;
            let set = target.set(sets);
            let name = set.map_or(text, |set| &set.name).clone();
            let (id, etag) = (set.map(|set| set.id.clone()), set.and_then(|set| set.etag.clone()));
            let place = Place::Collection;
            found.push((target, Group { name, id, etag, people: vec![person], place }));
        }
        let groups = found.into_iter().map(|(_, group)| group);
        Ok(groups.filter(Group::is_chosen).collect())
    }

    /// Every one that there is of a kind; `None` when they could not be listed, which is told.
    fn listed<T>(
        &self,
        kind: ShelfKind,
        journal: &mut Journal,
        list: impl Fn(&Jellyfin) -> Result<Vec<T>, ApiError>,
    ) -> Result<Option<Vec<T>>, StoreError> {
        let notice = match kind {
            ShelfKind::Collection => "collections",
            ShelfKind::Playlist => "playlists",
        };
        match list(self.library.jellyfin) {
            Ok(listed) => {
                journal.trouble_over(notice)?;
                Ok(Some(listed))
            }
            Err(error) if error.is_interrupt() => Ok(None),
            Err(error) => {
                let hint = error.hint();
                journal.failure(Failed::Server, notice, "jellyfin", &chain(&error), hint.as_deref())?;
                Ok(None)
            }
        }
    }

    /// Which collection is meant; or why that is not known, and what to do about it.
    fn target(
        &self,
        collection: &Named,
        sets: &[BoxSet],
        journal: &mut Journal,
    ) -> Result<Result<Target, (String, Option<String>)>, StoreError> {
        let Named::Name(name) = collection else {
            return Ok(find(collection, sets, None).map_err(owned));
        };
        let remembered = journal.store().collection_id(name)?;
        let target = match find(collection, sets, remembered.as_ref()) {
            Ok(target) => target,
            Err(unclear) => return Ok(Err(owned(unclear))),
        };
        match (&target, remembered) {
            (Target::Set(id), _) => journal.collection_found(name, id)?,
            // A listing may lack what is there, and making a name again empties it
            // (docs/jellyfin.md#creating-a-collection): is it gone?
            (Target::New(_), Some(id)) => match self.library.jellyfin.members(&id) {
                Ok(members) if !members.is_empty() => {
                    let text = format!(
                        "Jellyfin does not list collection {collection}, but still shows films in it; lbjf leaves it alone"
                    );
                    return Ok(Err((text, None)));
                }
                // Made again it may have the same id, but what is in it then is not lbjf's. (10.8 has no members of
                // what it does not know, docs/jellyfin.md#members.)
                Ok(_) | Err(ApiError::Status { status: 400 | 404, .. }) => journal.collection_gone(&id)?,
                Err(error) => return Ok(Err((chain(&error), error.hint()))),
            },
            (Target::New(_), None) => {}
        }
        Ok(Ok(target))
    }
}

fn owned((text, hint): Unclear) -> (String, Option<String>) {
    (text, hint.map(str::to_owned))
}

/// A collection that the config no longer names is left as it is; that is said once. Another name for the same one,
/// or its id, is no change.
fn tell_mapping(
    person: &str,
    collection: &Named,
    set: Option<&BoxSet>,
    journal: &mut Journal,
) -> Result<(), StoreError> {
    let before = journal.shelf_named(person, ShelfKind::Collection, &collection.to_string())?;
    let is_same = |before: &String| {
        let before = before.trim_matches('`');
        set.is_some_and(|set| {
            set.id.as_str() == before || set.is_named(before) || set.lies_in_folder_of(before)
        })
    };
    if let Some(before) = before.filter(|before| !is_same(before)) {
        let text = format!("now uses collection {collection}; {before} stays as it is");
        journal.note(person, &text);
    }
    Ok(())
}
