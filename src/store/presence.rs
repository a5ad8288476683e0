//! Where the films of each person were when Jellyfin was read last.

use std::collections::HashMap;

use rusqlite::{Row, params};

use super::films::film_from;
use super::{Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::TmdbId;
use crate::domain::presence::{Listed, Presence, SeenFilm};

pub(super) const LISTED: &str = "
    SELECT film.uid, film.address, film.name, film.year, film.tmdb_id, max(list_entry.is_listed),
        film.origin = 3
    FROM person_list
        CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
        CROSS JOIN film ON film.uid = list_entry.uid
    WHERE person_list.person = ?1 AND film.kind = 'movie' AND (list_entry.is_listed = 1 OR ?2)
    GROUP BY list_entry.uid ORDER BY min(list_entry.position), list_entry.uid";

pub(super) const LISTED_IDS: &str = "
    SELECT DISTINCT film.tmdb_id
    FROM person_list
        CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
        CROSS JOIN film ON film.uid = list_entry.uid
    WHERE person_list.person = ?1 AND film.kind = 'movie' AND (list_entry.is_listed = 1 OR ?2)";

impl Store {
    /// The TMDB ids of [`Store::listed`], in no order.
    pub fn listed_ids(&self, person: &str, once_listed: bool) -> Result<Vec<TmdbId>, StoreError> {
        let mut statement = self.db.prepare_cached(LISTED_IDS)?;
        let ids = statement.query_map(params![person, once_listed], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// The movies on this person's known list, newest first; with `once_listed` also those that came off it.
    pub fn listed(&self, person: &str, once_listed: bool) -> Result<Vec<Listed>, StoreError> {
        let mut statement = self.db.prepare_cached(LISTED)?;
        let listed = |row: &Row<'_>| {
            let (tmdb, is_listed, is_matched) = (row.get(4)?, row.get(5)?, row.get(6)?);
            Ok(Listed { film: film_from(row)?, tmdb, is_listed, is_matched })
        };
        let films = statement.query_map(params![person, once_listed], listed)?.collect::<Result<_, _>>()?;
        Ok(films)
    }

    /// Writes down where this person's films are, and since when; only what changed is written. What the first look
    /// finds may have been so for years.
    pub fn record_presence(
        &mut self,
        person: &str,
        films: &[SeenFilm],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Few change as a rule, and reading all takes a third of the time of trying to write all.
        let mut changed: HashMap<&str, &SeenFilm> =
            films.iter().map(|film| (film.uid.as_str(), film)).collect();
        let sql = "SELECT uid, state, is_watched FROM presence WHERE person = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([person])?;
        let mut is_first = true;
        while let Some(row) = rows.next()? {
            is_first = false;
            let uid = row.get_ref(0)?.as_str().unwrap_or_default();
            let known = (row.get_ref(1)?.as_str().ok(), row.get(2)?);
            let seen = changed.get(uid).map(|film| (film.presence.map(Presence::word), film.is_watched));
            if seen == Some(known) {
                changed.remove(uid);
            }
        }
        drop(rows);
        drop(statement);
        if changed.is_empty() {
            return Ok(());
        }
        self.transact(|db| {
            let sql = "INSERT INTO presence (person, uid, state, is_watched, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (person, uid) DO UPDATE SET
                    changed_at = iif(state IS ?3, changed_at, ?5), state = ?3, is_watched = ?4";
            let mut statement = db.prepare_cached(sql)?;
            let changed_at = Some(now).filter(|_| !is_first);
            for (uid, film) in changed {
                let state = film.presence.map(Presence::word);
                statement.execute(params![person, uid, state, film.is_watched, changed_at])?;
            }
            Ok(())
        })
    }
}
