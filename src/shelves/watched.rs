//! What everybody has watched, asked only for the films that matter: what is in their collections and playlists, and
//! what they list and the library has (docs/jellyfin.md#watched).

use std::collections::{BTreeSet, HashMap, HashSet};

use super::groups::Group;
use super::{Person, Shelves, told_of, viewer};
use crate::clients::api::ApiError;
use crate::clients::jellyfin::{JellyfinUser, MAX_IDS};
use crate::domain::event::Failed;
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::problem::Problem;
use crate::domain::shelf::WatchedBy;
use crate::domain::step::Aliases;
use crate::domain::text::name_key;
use crate::journal::Journal;
use crate::store::{Store, StoreError};

/// From so many on, one question about all of the library is cheaper.
const MANY: usize = 500;

/// The films that each Jellyfin user has watched, by canonical TMDB id; by the key of the user's name. Who could not be
/// asked is missing.
pub(super) type Watched = HashMap<String, HashSet<TmdbId>>;

/// One question.
struct Question<'a> {
    viewer: &'a JellyfinUser,
    /// `None`: about all of the library.
    items: Option<Vec<JellyfinId>>,
}

impl Shelves<'_> {
    /// Asks for everybody who is mapped to these collections, side by side.
    pub(super) fn watched(
        &self,
        groups: &[Group<'_>],
        users: &[JellyfinUser],
        aliases: &Aliases,
        journal: &mut Journal,
    ) -> Result<Watched, StoreError> {
        let (mut watched, mut questions) = (Watched::new(), Vec::new());
        let mut seen = HashSet::new();
        for person in groups.iter().flat_map(|group| &group.people) {
            let Some(name) = person.jellyfin_username else { continue };
            if !seen.insert(name_key(name)) {
                continue;
            }
            match viewer(name, users) {
                Ok(viewer) => {
                    journal.trouble_over_for("viewer", name)?;
                    watched.insert(name_key(&viewer.name), HashSet::new());
                    let items = items_that_matter(name, groups, aliases, journal.store())?;
                    let items: Vec<JellyfinId> = items.into_iter().collect();
                    if items.len() >= MANY {
                        questions.push(Question { viewer, items: None });
                    } else {
                        let chunks = items.chunks(MAX_IDS);
                        questions.extend(chunks.map(|ids| Question { viewer, items: Some(ids.to_vec()) }));
                    }
                }
                Err(Problem { message, hint }) => {
                    let notice = ("viewer", name);
                    journal.failure(Failed::User, notice, person.name, &message, Some(hint))?;
                }
            }
        }
        let answers = self.pool.map(questions.len(), |index| self.ask(&questions[index]));
        for (Question { viewer, .. }, answer) in questions.iter().zip(answers) {
            let name = name_key(&viewer.name);
            let about = format!("watched films of `{}`", viewer.name);
            // Half an answer is none, and is told once.
            let Some(known) = watched.get_mut(&name) else { continue };
            match told_of(answer, &about, Failed::User, journal)? {
                Some(ids) => known.extend(ids.into_iter().map(|id| aliases.canonical(id))),
                None => drop(watched.remove(&name)),
            }
        }
        Ok(watched)
    }

    fn ask(&self, question: &Question<'_>) -> Result<Vec<TmdbId>, ApiError> {
        let (door, id) = (self.library.jellyfin, &question.viewer.id);
        match &question.items {
            Some(items) => door.watched_among(id, items),
            None => door.watched_of_all(id),
        }
    }
}

/// Every copy of what is in the collections of this Jellyfin user, and of what those list whose films theirs decide
/// about.
fn items_that_matter(
    name: &str,
    groups: &[Group<'_>],
    aliases: &Aliases,
    store: &Store,
) -> Result<BTreeSet<JellyfinId>, StoreError> {
    let (mut films, mut items) = (HashSet::new(), BTreeSet::new());
    let key = name_key(name);
    for group in groups {
        let is_it = |person: &&Person<'_>| person.jellyfin_username.is_some_and(|name| name_key(name) == key);
        let is_theirs = group.people.iter().any(is_it);
        // Where the first who watched a film decides, so does whoever does not list it.
        let is_by_anyone = group.people.iter().any(|person| person.watched_by == WatchedBy::Anyone);
        for person in group.people.iter().filter(|person| is_it(person) || (is_theirs && is_by_anyone)) {
            let listed = store.listed_ids(person.name, !person.remove_unlisted)?;
            films.extend(listed.into_iter().map(|id| aliases.canonical(id)));
        }
        if let Some(id) = group.id.as_ref().filter(|_| is_theirs) {
            for member in store.listing(id, false)? {
                films.extend(member.tmdb.map(|id| aliases.canonical(id)));
                if member.tmdb.is_some() {
                    items.insert(member.item_id);
                }
            }
        }
    }
    items.extend(store.copy_ids(films.into_iter().flat_map(|film| aliases.ids_of(film)))?);
    Ok(items)
}
