//! Members that stand for a film although they are not the film's item and have no TMDB id.
//!
//! Jellyfin 10.11 may keep an old entry of a file under its path. It is listed nowhere, but when the film is put into a
//! collection, that entry becomes the member (docs/jellyfin.md). Only the path tells which film it is, and paths are
//! known when a library is read; so what was found out is remembered.

use std::collections::HashMap;

use crate::domain::film::TmdbId;
use crate::domain::ids::JellyfinId;
use crate::domain::library::Member;
use crate::journal::Journal;
use crate::store::{Store, StoreError};

/// What is known of such members of one collection.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    known: HashMap<JellyfinId, TmdbId>,
    /// Not written down yet, with the names of the members.
    new: Vec<(JellyfinId, TmdbId, String)>,
}

impl Leftovers {
    /// What the store remembers of a collection.
    pub(super) fn load(store: &Store, collection_id: &JellyfinId) -> Result<Self, StoreError> {
        Ok(Self { known: store.leftovers(collection_id)?.into_iter().collect(), new: Vec::new() })
    }

    /// Tells the members which film they are. `film_at` knows the film, and its item, of a path.
    pub(super) fn name<'f>(
        &mut self,
        members: &mut [Member],
        film_at: impl Fn(&str) -> Option<(TmdbId, &'f JellyfinId)>,
    ) {
        for member in members.iter_mut().filter(|member| member.tmdb.is_none() || member.is_leftover) {
            let found = member.path.as_deref().and_then(&film_at);
            // The film's own item, whose TMDB id came a moment ago, is no leftover.
            let found = found.filter(|(_, item_id)| **item_id != member.item_id).map(|(tmdb, _)| tmdb);
            let known = self.known.get(&member.item_id).copied();
            let Some(tmdb) = found.or(known) else { continue };
            if known != Some(tmdb) {
                self.known.insert(member.item_id.clone(), tmdb);
                self.new.push((member.item_id.clone(), tmdb, member.name.clone()));
            }
            member.tmdb = Some(tmdb);
            member.is_leftover = true;
        }
    }

    /// Writes down what is new, and says it once.
    pub(super) fn record(
        &mut self,
        collection_id: &JellyfinId,
        about: &str,
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        for (item_id, tmdb, name) in self.new.drain(..) {
            journal.store.record_leftover(collection_id, &item_id, tmdb)?;
            if journal
                .store
                .mark_once(("leftover", collection_id.as_str(), item_id.as_str()), journal.now())?
            {
                let text =
                    format!("Jellyfin keeps a leftover of {name} in it, which people may not see there");
                let hint = "Jellyfin 10.11 can keep an old entry of a file that was replaced; lbjf takes it for the film";
                journal.say(about, &text, Some(hint));
            }
        }
        Ok(())
    }
}
