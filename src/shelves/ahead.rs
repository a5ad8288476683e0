//! Questions to Jellyfin that depend on no watchlist, asked while Letterboxd still is: who it is, who is there, which
//! collections; and in a run among many also what was watched, what changed, and what the collections hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Collect;
use super::looks::{Scope, scope_for, viewer_of};
use crate::clients::api::ApiError;
use crate::clients::jellyfin::{BoxSet, Films, Info, Jellyfin, JellyfinError, JellyfinUser};
use crate::domain::clock::Timestamp;
use crate::domain::collection::Collection;
use crate::domain::film::TmdbId;
use crate::domain::ids::JellyfinId;
use crate::domain::library::Member;
use crate::store::{Store, StoreError};

/// What was asked is asked again when it is older: a first run takes its time, and people do things meanwhile.
const FRESH: Duration = Duration::from_secs(30);

/// One kind of question, and the answers that were had ahead, each for the first who wants it.
pub(super) struct Ask<'a, K, V> {
    ask: Box<dyn Fn(&K) -> V + Send + Sync + 'a>,
    had: Mutex<HashMap<K, (Instant, V)>>,
}

impl<'a, K: Eq + Hash, V> Ask<'a, K, V> {
    fn new(ask: impl Fn(&K) -> V + Send + Sync + 'a) -> Self {
        Self { ask: Box::new(ask), had: Mutex::default() }
    }

    /// Asks for somebody who will want the answer.
    fn ahead(&self, key: K) {
        let at = Instant::now();
        let answer = (self.ask)(&key);
        self.had.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (at, answer));
    }

    /// The answer that was had, or else the one that is given now.
    pub(super) fn get(&self, key: &K) -> V {
        let had = self.had.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        match had {
            Some((at, answer)) if at.elapsed() < FRESH => answer,
            _ => (self.ask)(key),
        }
    }
}

/// Everything that may be asked ahead.
pub struct Asked<'a> {
    pub(super) info: Ask<'a, (), Result<Info, JellyfinError>>,
    pub(super) users: Ask<'a, (), Result<Vec<JellyfinUser>, ApiError>>,
    pub(super) sets: Ask<'a, (), Result<Vec<BoxSet>, ApiError>>,
    /// By a viewer.
    pub(super) watched: Ask<'a, JellyfinId, Result<Vec<TmdbId>, ApiError>>,
    /// In a viewer's library, since when.
    pub(super) changed: Ask<'a, (JellyfinId, Timestamp), Result<Films, ApiError>>,
    /// Of a collection.
    pub(super) members: Ask<'a, JellyfinId, Result<Vec<Member>, ApiError>>,
}

impl fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").finish_non_exhaustive()
    }
}

/// What to ask ahead.
#[derive(Debug, Default)]
pub struct Questions {
    is_info_needed: bool,
    /// Viewers, and since when to ask for what changed, where somebody waits for a film.
    viewers: BTreeMap<JellyfinId, Option<Timestamp>>,
    collections: BTreeSet<JellyfinId>,
}

impl<'a> Asked<'a> {
    /// Nothing was asked so far.
    pub fn new(jellyfin: &'a Jellyfin) -> Self {
        Self {
            info: Ask::new(|()| jellyfin.info()),
            users: Ask::new(|()| jellyfin.users().map(|users| users.users)),
            sets: Ask::new(|()| jellyfin.collections()),
            watched: Ask::new(|viewer: &JellyfinId| jellyfin.watched(viewer)),
            changed: Ask::new(|(viewer, since): &(JellyfinId, Timestamp)| jellyfin.changed(viewer, *since)),
            members: Ask::new(|collection: &JellyfinId| jellyfin.members(collection)),
        }
    }
}

impl Collect<'_> {
    /// What can be asked while Letterboxd is, which takes so long.
    ///
    /// In a run among many that is everything that is needed when no list changed: the store knows the ids that viewers
    /// and collections had last. Others are found out and asked for later.
    pub fn questions(&self, store: &Store, now: Timestamp, takes: Duration) -> Result<Questions, StoreError> {
        let is_info_needed = !self.is_known(store, now)?;
        let mut questions = Questions { is_info_needed, ..Questions::default() };
        let is_everybody = self.chosen.len() == self.users.len();
        if is_info_needed || !is_everybody || takes > FRESH / 2 {
            return Ok(questions);
        }
        let mut scopes: BTreeMap<JellyfinId, Scope> = BTreeMap::new();
        for user in self.users {
            let Some(collection) = &user.collection else { continue };
            let Some(look) = store.last_look(&user.name)? else { continue };
            let Some(viewer) = viewer_of(&look) else { continue };
            let scope = scope_for(user, &viewer, store, now)?;
            scopes.entry(viewer).and_modify(|known| *known = known.and(scope)).or_insert(scope);
            questions.collections.extend(match collection {
                Collection::Id(id) => JellyfinId::parse(id),
                Collection::Name(name) => store.collection_id(name)?,
            });
        }
        let since = |scope| if let Scope::Since(since) = scope { Some(since) } else { None };
        questions.viewers = scopes.into_iter().map(|(viewer, scope)| (viewer, since(scope))).collect();
        Ok(questions)
    }

    /// Asks them all, side by side.
    pub fn ask_ahead(&self, asked: &Asked<'_>, questions: Questions) {
        let mut jobs: Vec<Box<dyn Fn() + Send + Sync + '_>> =
            vec![Box::new(|| asked.users.ahead(())), Box::new(|| asked.sets.ahead(()))];
        if questions.is_info_needed {
            jobs.push(Box::new(|| asked.info.ahead(())));
        }
        for (viewer, since) in questions.viewers {
            if let Some(since) = since {
                let key = (viewer.clone(), since);
                jobs.push(Box::new(move || asked.changed.ahead(key.clone())));
            }
            jobs.push(Box::new(move || asked.watched.ahead(viewer.clone())));
        }
        for id in questions.collections {
            jobs.push(Box::new(move || asked.members.ahead(id.clone())));
        }
        self.pool.map(jobs.len(), |index| jobs[index]());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn an_answer_that_was_had_is_given_once_and_only_while_it_is_fresh() {
        let count = AtomicU32::new(0);
        let ask = Ask::new(|key: &u32| key * 100 + count.fetch_add(1, Ordering::Relaxed));
        ask.ahead(1);
        assert_eq!((ask.get(&2), ask.get(&1), ask.get(&1)), (201, 100, 102));
        ask.ahead(3);
        for (at, _) in ask.had.lock().unwrap().values_mut() {
            *at = at.checked_sub(FRESH).expect("a clock that began long ago");
        }
        assert_eq!(ask.get(&3), 304);
    }
}
