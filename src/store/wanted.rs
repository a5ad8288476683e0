//! What each person wants, with all that is known of where it stands.

use std::collections::HashMap;

use rusqlite::Row;

use super::films::{clean, film_from};
use super::{Store, StoreError};
use crate::domain::ids::{JellyfinId, TmdbId, Uid};
use crate::domain::presence::Presence;
use crate::domain::request::RequestProblem;
use crate::domain::step::Aliases;
use crate::domain::wanted::{Asked, Wanted};

/// The films on a person's lists, newest first.
pub(super) const WANTED_FILMS: &str = "
    SELECT film.*, min(list_entry.first_seen_at) AS first_seen_at, presence.state AS state,
        coalesce(presence.is_watched, 0) AS is_watched, presence.changed_at AS changed_at
    FROM person_list
        CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
        CROSS JOIN film ON film.uid = list_entry.uid
        LEFT JOIN presence ON presence.person = person_list.person AND presence.uid = list_entry.uid
    WHERE person_list.person = ?1 AND list_entry.is_listed = 1
    GROUP BY list_entry.uid ORDER BY min(list_entry.position), list_entry.uid";

const ASKED: &str = "
    SELECT uid, server, answered_at, problem, detail FROM request
    WHERE person = ?1 AND is_wanted = 1 ORDER BY uid, server";

const ITEMS: &str = "
    SELECT tmdb_id, min(item_id) FROM library_item WHERE tmdb_id IS NOT NULL GROUP BY tmdb_id";

impl Store {
    /// The films that these people want, in their order; of each person those first that they listed last.
    pub fn wanted(&self, people: &[String]) -> Result<Vec<Vec<Wanted>>, StoreError> {
        let aliases = Aliases::new(self.aliases()?);
        let mut items: HashMap<TmdbId, JellyfinId> = HashMap::new();
        let mut statement = self.db.prepare_cached(ITEMS)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            // What stands there is what a server said: a number, or none that TMDB gives.
            let Some(tmdb) = row.get::<_, u32>(0).ok().and_then(TmdbId::new) else { continue };
            if let Some(item) = JellyfinId::parse(row.get_ref(1)?.as_str().unwrap_or_default()) {
                let known = items.entry(aliases.canonical(tmdb)).or_insert_with(|| item.clone());
                if item < *known {
                    *known = item;
                }
            }
        }
        let find = |tmdb: TmdbId| items.get(&aliases.canonical(tmdb)).cloned();
        people.iter().map(|person| self.wanted_by(person, &find)).collect()
    }

    fn wanted_by(
        &self,
        person: &str,
        item: &dyn Fn(TmdbId) -> Option<JellyfinId>,
    ) -> Result<Vec<Wanted>, StoreError> {
        let mut asked: HashMap<Uid, Vec<Asked>> = HashMap::new();
        let mut statement = self.db.prepare_cached(ASKED)?;
        let mut rows = statement.query([person])?;
        while let Some(row) = rows.next()? {
            asked.entry(row.get("uid")?).or_default().push(asked_from(row)?);
        }
        let mut statement = self.db.prepare_cached(WANTED_FILMS)?;
        let films = statement.query_map([person], |row| {
            let kind: Option<String> = row.get("kind")?;
            let film = film_from(row)?;
            let tmdb = match kind.as_deref() {
                Some("movie") => row.get("tmdb_id")?,
                _ => None,
            };
            let state: Option<String> = row.get("state")?;
            Ok(Wanted {
                asked: asked.remove(&film.uid).unwrap_or_default(),
                film,
                tmdb,
                is_unread: kind.is_none(),
                seen_at: row.get("first_seen_at")?,
                presence: state.as_deref().and_then(Presence::from_word),
                since: row.get("changed_at")?,
                is_watched: row.get("is_watched")?,
                item: tmdb.and_then(item),
            })
        })?;
        Ok(films.collect::<Result<_, _>>()?)
    }
}

fn asked_from(row: &Row<'_>) -> rusqlite::Result<Asked> {
    let problem: Option<String> = row.get("problem")?;
    Ok(Asked {
        server: row.get("server")?,
        answered_at: row.get("answered_at")?,
        problem: problem.as_deref().and_then(RequestProblem::from_word),
        detail: clean(row.get("detail")?),
    })
}
