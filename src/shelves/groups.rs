//! Which collections a run may change, and who is mapped to each.

use std::collections::HashSet;

use super::target::{Target, Unclear, find, twins};
use super::{Collections, Person};
use crate::clients::api::{ApiError, chain};
use crate::clients::jellyfin::BoxSet;
use crate::domain::event::Failed;
use crate::domain::ids::JellyfinId;
use crate::domain::shelf::{Named, Shelf, ShelfKind};
use crate::journal::Journal;
use crate::store::StoreError;
use crate::system::interrupt;

/// One collection and the people mapped to it.
pub(super) struct Group<'a> {
    /// As the first of them names it.
    pub(super) name: String,
    /// `None`: it is made when there is a film to put in.
    pub(super) id: Option<JellyfinId>,
    /// Another one, or none, says that its members may be others.
    pub(super) etag: Option<String>,
    pub(super) people: Vec<&'a Person<'a>>,
}

impl Group<'_> {
    /// As messages name it.
    pub(super) fn shelf(&self) -> Shelf {
        Shelf { kind: ShelfKind::Collection, name: self.name.clone() }
    }
}

impl Collections<'_> {
    /// The collections that this run may change, with everybody who is mapped to them.
    pub(super) fn groups(
        &self,
        sets: &[BoxSet],
        journal: &mut Journal,
    ) -> Result<Vec<Group<'_>>, StoreError> {
        let mut found: Vec<(Target, Group<'_>)> = Vec::new();
        let mut failed = HashSet::new();
        for person in &self.people {
            let Person { name, collection, is_chosen, .. } = *person;
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
                group.people.push(person);
                continue;
            }
            let (Named::Id(text) | Named::Name(text)) = collection;
            let set = target.set(sets);
            let name = set.map_or(text, |set| &set.name).clone();
            let (id, etag) = (set.map(|set| set.id.clone()), set.and_then(|set| set.etag.clone()));
            found.push((target, Group { name, id, etag, people: vec![person] }));
        }
        let groups = found.into_iter().map(|(_, group)| group);
        Ok(groups.filter(|group| group.people.iter().any(|person| person.is_chosen)).collect())
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
    let before = journal.collection_named(person, &collection.to_string())?;
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
