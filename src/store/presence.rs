//! Where the films of each person were when Jellyfin was read last.

use rusqlite::{Row, params};

use super::films::film_from;
use super::{Store, StoreError};
use crate::domain::ids::TmdbId;
use crate::domain::presence::{Listed, Presence, SeenFilm};

pub(super) const LISTED: &str = "
    SELECT film.*, max(list_entry.is_listed) AS is_listed
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
            Ok(Listed { film: film_from(row)?, tmdb: row.get("tmdb_id")?, is_listed: row.get("is_listed")? })
        };
        let films = statement.query_map(params![person, once_listed], listed)?.collect::<Result<_, _>>()?;
        Ok(films)
    }

    /// Writes down where this person's films are; only what changed is written.
    pub fn record_presence(&mut self, person: &str, films: &[SeenFilm]) -> Result<(), StoreError> {
        self.transact(|db| {
            let sql = "INSERT INTO presence (person, uid, state, is_watched) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (person, uid) DO UPDATE SET state = ?3, is_watched = ?4
                WHERE state IS NOT ?3 OR is_watched <> ?4";
            let mut statement = db.prepare_cached(sql)?;
            for SeenFilm { uid, presence, is_watched } in films {
                statement.execute(params![person, uid, presence.map(Presence::word), is_watched])?;
            }
            Ok(())
        })
    }
}
