//! Which collections a run may change, and who is mapped to each.

use std::collections::HashSet;

use super::target::{Target, find};
use super::{Collect, Look};
use crate::config::{Collection, User};
use crate::jellyfin::BoxSet;
use crate::report::Report;
use crate::store::{Store, StoreError};

/// One collection and the people mapped to it.
pub(super) struct Group<'a> {
    /// As the first of them names it.
    pub(super) name: String,
    /// `None`: it is made when there is a film to put in.
    pub(super) id: Option<String>,
    pub(super) users: Vec<&'a User>,
}

impl Collect<'_> {
    /// The collections that this run may change, with everybody who is mapped to them.
    pub(super) fn groups(
        &self,
        look: &Look,
        store: &mut Store,
        report: &mut Report,
    ) -> Result<Vec<Group<'_>>, StoreError> {
        let mut found: Vec<(Target, Group<'_>)> = Vec::new();
        let mut failed = HashSet::new();
        for (index, user) in self.users.iter().enumerate() {
            let Some(collection) = &user.collection else { continue };
            let is_chosen = self.chosen.contains(&index);
            let remembered = match collection {
                Collection::Name(name) => store.collection_id(name)?,
                Collection::Id(_) => None,
            };
            let target = match find(collection, &look.sets, remembered.as_deref()) {
                Ok(target) => target,
                Err(text) => {
                    if is_chosen && failed.insert(text.clone()) {
                        let key = format!("collection/{}/{text}", user.name);
                        report.failure(store, &key, &user.name, &text, None)?;
                    }
                    continue;
                }
            };
            store.forget_notices(&format!("collection/{}/", user.name))?;
            if let (Collection::Name(name), Target::Set(id)) = (collection, &target) {
                store.record_collection(name, id)?;
            }
            if let (Some(id), Target::New(_)) = (&remembered, &target) {
                // It was deleted. Made again it may have the same id, but what is in it then is not lbjf's.
                let gone: Vec<_> = store.members(id)?.iter().map(|row| row.tmdb).collect();
                store.forget_members(id, &gone)?;
            }
            if is_chosen && !self.only_take {
                tell_mapping(user, collection, target.set(&look.sets), store)?;
            }
            if let Some((_, group)) = found.iter_mut().find(|(known, _)| *known == target) {
                group.users.push(user);
                continue;
            }
            let (Collection::Id(text) | Collection::Name(text)) = collection;
            let set = target.set(&look.sets);
            let name = set.map_or(text, |set| &set.name).clone();
            let id = set.map(|set| set.id.clone());
            found.push((target, Group { name, id, users: vec![user] }));
        }
        let is_chosen = |user: &&User| self.chosen.iter().any(|index| self.users[*index].name == user.name);
        let groups = found.into_iter().map(|(_, group)| group);
        Ok(groups.filter(|group| group.users.iter().any(is_chosen)).collect())
    }
}

/// A collection that the config no longer names is left as it is; that is said once. Another name for the same one,
/// or its id, is no change.
fn tell_mapping(
    user: &User,
    collection: &Collection,
    set: Option<&BoxSet>,
    store: &mut Store,
) -> Result<(), StoreError> {
    let before = store.record_mapping(&user.name, &collection.to_string())?;
    let is_same = |before: &String| {
        let before = before.trim_matches('`');
        set.is_some_and(|set| {
            set.id == before || set.name == before || set.folder == format!("{before} [boxset]")
        })
    };
    if let Some(before) = before.filter(|before| !is_same(before)) {
        log::info!("{}: collection {before} is left as it is; {collection} is kept from now on", user.name);
    }
    Ok(())
}
