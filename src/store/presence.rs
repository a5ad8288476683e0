//! Where the films of each person were when Jellyfin was read last.

use rusqlite::{Row, params};

use super::films::film_from;
use super::{LastLook, Store, StoreError};
use crate::domain::film::{Film, TmdbId, Uid};

/// A movie that stands, or once stood, on a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which film.
    pub film: Film,
    /// Its TMDB id.
    pub tmdb: TmdbId,
    /// Does it stand there now, as far as known?
    pub is_listed: bool,
    /// Where it stood at the last look at Jellyfin; `None` when there was none, or what it showed was not done.
    pub place: Option<Place>,
}

/// What is open about the places of [`Store::listed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenPlaces {
    /// Is there a film without one?
    pub any_unknown: bool,
    /// Is there one that is not in the collection, and not watched?
    pub any_waiting: bool,
}

/// Where a listed film stood at the last look at Jellyfin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the person's collection.
    Collection,
    /// Not in the library yet.
    Waiting,
    /// Watched, and not in the collection.
    Watched,
    /// In the library, but Jellyfin did not put it into the collection although it said so.
    Ineffective,
}

impl Place {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Collection, "collection"),
        (Self::Waiting, "waiting"),
        (Self::Watched, "watched"),
        (Self::Ineffective, "ineffective"),
    ];

    /// The word for it in the store and in JSON.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("", |(_, word)| word)
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(one, _)| *one)
    }
}

/// A listed film as the last look at Jellyfin showed it. The collection is everybody's who is mapped to it, and what was
/// watched each person's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The entry.
    pub uid: Uid,
    /// Where it stands; `None`: that is to be found out.
    pub place: Option<Place>,
    /// Has the person watched any copy?
    pub is_watched: bool,
}

pub(super) const LISTED: &str = "
    SELECT film.*, max(list_entry.is_listed) AS is_listed, presence.state AS state
    FROM person_list
        CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
        CROSS JOIN film ON film.uid = list_entry.uid
        LEFT JOIN presence ON presence.person = person_list.person AND presence.uid = list_entry.uid
    WHERE person_list.person = ?1 AND film.kind = 'movie' AND (list_entry.is_listed = 1 OR ?2)
    GROUP BY list_entry.uid ORDER BY min(list_entry.position), list_entry.uid";

pub(super) const LISTED_IDS: &str = "
    SELECT DISTINCT film.tmdb_id
    FROM person_list
        CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
        CROSS JOIN film ON film.uid = list_entry.uid
    WHERE person_list.person = ?1 AND film.kind = 'movie' AND (list_entry.is_listed = 1 OR ?2)";

pub(super) const OPEN_PLACES: &str = "
    SELECT coalesce(max(presence.state IS NULL), 0), coalesce(max(presence.state IN ('waiting', 'ineffective')), 0)
    FROM person_list
        CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
        CROSS JOIN film ON film.uid = list_entry.uid
        LEFT JOIN presence ON presence.person = person_list.person AND presence.uid = list_entry.uid
    WHERE person_list.person = ?1 AND film.kind = 'movie' AND (list_entry.is_listed = 1 OR ?2)";

impl Store {
    /// The TMDB ids of [`Store::listed`], in no order.
    pub fn listed_ids(&self, person: &str, once_listed: bool) -> Result<Vec<TmdbId>, StoreError> {
        let mut statement = self.db.prepare_cached(LISTED_IDS)?;
        let ids = statement.query_map(params![person, once_listed], |row| row.get(0).map(TmdbId))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// What is open about the places of [`Store::listed`].
    pub fn open_places(&self, person: &str, once_listed: bool) -> Result<OpenPlaces, StoreError> {
        let mut statement = self.db.prepare_cached(OPEN_PLACES)?;
        let open = |row: &Row<'_>| Ok(OpenPlaces { any_unknown: row.get(0)?, any_waiting: row.get(1)? });
        Ok(statement.query_row(params![person, once_listed], open)?)
    }

    /// The movies on this person's known list, newest first; with `once_listed` also those that came off it.
    pub fn listed(&self, person: &str, once_listed: bool) -> Result<Vec<Listed>, StoreError> {
        let mut statement = self.db.prepare_cached(LISTED)?;
        let listed = |row: &Row<'_>| {
            Ok(Listed {
                film: film_from(row)?,
                tmdb: TmdbId(row.get("tmdb_id")?),
                is_listed: row.get("is_listed")?,
                place: row.get::<_, Option<String>>("state")?.as_deref().and_then(Place::from_word),
            })
        };
        let films = statement.query_map(params![person, once_listed], listed)?.collect::<Result<_, _>>()?;
        Ok(films)
    }

    /// Writes down where this person's films stand, and the look that showed it, if it is to count; only what changed
    /// is written.
    pub fn record_places(
        &mut self,
        person: &str,
        placed: &[Placed],
        look: Option<&LastLook>,
    ) -> Result<(), StoreError> {
        self.transact(|db| {
            let sql = "INSERT INTO presence (person, uid, state, is_watched) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (person, uid) DO UPDATE SET state = ?3, is_watched = ?4
                WHERE state IS NOT ?3 OR is_watched <> ?4";
            let mut statement = db.prepare_cached(sql)?;
            for Placed { uid, place, is_watched } in placed {
                statement.execute(params![person, uid.0, place.map(Place::word), is_watched])?;
            }
            if let Some(look) = look {
                let sql = "INSERT INTO look (person, terms, whole_at, since) VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (person) DO UPDATE SET terms = ?2, whole_at = ?3, since = ?4";
                db.execute(sql, params![person, look.terms, look.whole_at, look.since])?;
            }
            Ok(())
        })
    }
}
