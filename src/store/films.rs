//! Films: which pages are to be read, and what is known.

mod looks;
mod matches;
mod names;

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Row, params};

use super::{Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::film::{Film, Link, ListEntry, Overrides, PageEvidence};
use crate::domain::film_name::FilmName;
use crate::domain::ids::{TmdbId, Uid};
use crate::domain::text::one_line;
pub(super) use names::find;
use names::identify;

/// Who looks.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `film.origin` while the config says what the film is.
const OVERRIDDEN: u8 = 1;

/// `film.origin` while its title and year say it.
pub(super) const MATCHED: u8 = 3;

/// A film on a list that no server can take.
#[derive(Clone, Debug)]
pub struct Skip {
    /// Which film.
    pub film: Film,
    /// Why, in words.
    pub why: String,
    /// Is that what the config says, so that nobody has to be told?
    pub is_overridden: bool,
}

/// From the person's entries, since most of the films that are unresolved may be other people's. What another lbjf
/// found no id of is looked at now.
pub(super) const UNRESOLVED: &str = "
    SELECT film.*
    FROM person_list
        CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
        CROSS JOIN film ON film.uid = list_entry.uid
    WHERE person_list.person = ?3 AND list_entry.is_listed = 1
      AND (film.next_look_at <= ?1 OR (film.kind = 'none' AND film.looked_by IS NOT ?2))
      AND (film.kind IS NULL OR film.kind IN ('none', 'tv') OR film.origin >= 2)
    GROUP BY film.uid
    ORDER BY film.kind IS NULL AND film.tries = 0 DESC, film.tries, min(list_entry.position), film.uid";

/// From the films that are unresolved, which are few as a rule.
pub(super) const UNREAD: &str = "
    SELECT film.rowid AS rowid, person_list.person AS person
    FROM film
        CROSS JOIN list_entry ON list_entry.uid = film.uid
        CROSS JOIN person_list ON person_list.list_id = list_entry.list_id
    WHERE (film.kind IS NULL OR film.kind IN ('none', 'tv') OR film.origin >= 2)
      AND (film.next_look_at <= ?1 OR (film.kind = 'none' AND film.looked_by IS NOT ?2))
      AND list_entry.is_listed = 1";

/// Films that somebody lists, whose own page named what they are; those that were found last come first.
pub(super) const WITH_ID: &str = "
    SELECT * FROM film
    WHERE kind IN ('movie', 'tv') AND origin = 0
      AND EXISTS (SELECT 1 FROM list_entry WHERE list_entry.uid = film.uid AND list_entry.is_listed = 1)
    ORDER BY film.rowid DESC";

/// Likewise; the index needs the first condition in these words.
pub(super) const SKIPS: &str = "
    SELECT film.*, person_list.person AS person
    FROM film
        CROSS JOIN list_entry ON list_entry.uid = film.uid
        CROSS JOIN person_list ON person_list.list_id = list_entry.list_id
    WHERE film.kind IS NOT 'movie' AND film.kind IS NOT NULL AND list_entry.is_listed = 1
    GROUP BY person_list.person, film.uid
    ORDER BY person_list.person, min(list_entry.position), film.uid";

/// Why no server can take a film.
pub(super) fn why_skipped(kind: &str, problem: Option<String>) -> String {
    if kind == "tv" { "it is a TV show on TMDB".to_owned() } else { problem.unwrap_or_default() }
}

/// A text that an early version may have stored as it came.
pub(super) fn clean(text: Option<String>) -> Option<String> {
    text.map(|text| one_line(&text).into_owned())
}

/// The film of a row that begins with the columns of `film`. Looking for them by name would take longer than all else.
pub(super) fn film_from(row: &Row<'_>) -> rusqlite::Result<Film> {
    // One that an early version stored may be as its page had it.
    let name = one_line(row.get_ref(2)?.as_str()?).into_owned();
    Ok(Film { uid: row.get(0)?, address: row.get(1)?, name, year: row.get(3)? })
}

impl Store {
    /// The year of the movie with this TMDB id, as far as Letterboxd told.
    pub fn film_year(&self, tmdb: TmdbId) -> Result<Option<u16>, StoreError> {
        let sql = "SELECT year FROM film WHERE tmdb_id = ?1 AND kind = 'movie' AND year IS NOT NULL";
        Ok(self.db.prepare_cached(sql)?.query_row([tmdb], |row| row.get(0)).optional()?)
    }

    /// Makes the films of these entries known and says who each one is. An entry without a uid is the film that has its
    /// short id or had its slug before, or a provisional one that its own page will name.
    pub fn identify<'a>(
        &mut self,
        entries: impl IntoIterator<Item = &'a ListEntry>,
    ) -> Result<Vec<Uid>, StoreError> {
        self.transact(|db| entries.into_iter().map(|entry| identify(db, entry)).collect())
    }

    /// The films on the list of this person whose page has to be asked: the newest entries first, but behind them those
    /// that failed before, which might fail again and end the asking, and those that are looked at again. All of them
    /// are due at the end of all time.
    pub fn unresolved(&self, person: &str, now: Timestamp) -> Result<Vec<Film>, StoreError> {
        let mut statement = self.db.prepare_cached(UNRESOLVED)?;
        let films =
            statement.query_map(params![now, VERSION, person], film_from)?.collect::<Result<_, _>>()?;
        Ok(films)
    }

    /// How many films on the lists of these people have a page that has to be asked, and who lists any.
    pub fn unread(&self, people: &[String], now: Timestamp) -> Result<(usize, HashSet<String>), StoreError> {
        let chosen: HashSet<&str> = people.iter().map(String::as_str).collect();
        let (mut films, mut listers) = (HashSet::new(), HashSet::new());
        let mut statement = self.db.prepare_cached(UNREAD)?;
        let mut rows = statement.query(params![now, VERSION])?;
        while let Some(row) = rows.next()? {
            let person = row.get_ref("person")?.as_str().unwrap_or_default();
            if chosen.contains(person) {
                films.insert(row.get::<_, i64>("rowid")?);
                if !listers.contains(person) {
                    listers.insert(person.to_owned());
                }
            }
        }
        Ok((films.len(), listers))
    }

    /// Did this lbjf see before that the film's page names no id?
    pub fn is_known_without_id(&self, uid: &Uid) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM film WHERE uid = ?1 AND kind = 'none' AND looked_by IS ?2";
        Ok(self.db.prepare_cached(sql)?.exists(params![uid, VERSION])?)
    }

    /// What is known of film pages that were read, but for these films.
    pub fn page_evidence(&self, but: &HashSet<Uid>) -> Result<PageEvidence, StoreError> {
        let sql = "SELECT kind FROM film WHERE kind IN ('movie', 'tv', 'none') AND origin = 0
            ORDER BY rowid DESC LIMIT ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let kinds = statement.query_map([PageEvidence::LATEST], |row| row.get::<_, String>(0))?;
        let kinds = kinds.collect::<Result<Vec<_>, _>>()?;
        let latest_without_id = kinds.iter().take_while(|kind| *kind == "none").count();
        let mut statement = self.db.prepare_cached(WITH_ID)?;
        let mut rows = statement.query([])?;
        let mut with_id = Vec::new();
        while with_id.len() < PageEvidence::PROBES
            && let Some(row) = rows.next()?
        {
            let film = film_from(row)?;
            if !but.contains(&film.uid) {
                with_id.push(film);
            }
        }
        Ok(PageEvidence { with_id, latest_without_id })
    }

    /// What `[films]` names and none of these people lists, once the list of each was read as a whole.
    pub fn unlisted(&self, overrides: &Overrides, people: &[String]) -> Result<Vec<FilmName>, StoreError> {
        for person in people {
            if !self.has_accepted_reading(person)? {
                return Ok(Vec::new());
            }
        }
        let people = serde_json::to_string(people).expect("strings are JSON");
        let sql = "SELECT 1 FROM list_entry JOIN person_list ON person_list.list_id = list_entry.list_id
            WHERE list_entry.uid = ?1 AND list_entry.is_listed = 1
                AND person_list.person IN (SELECT value FROM json_each(?2))";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut unlisted = Vec::new();
        for name in overrides.keys() {
            let uid = find(&self.db, name)?;
            if !statement.exists(params![uid, people])? {
                unlisted.push(name.clone());
            }
        }
        Ok(unlisted)
    }

    /// What is known of a film's place on TMDB; `None` when its page was never read.
    pub fn link(&self, uid: &Uid) -> Result<Option<Link>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT kind, tmdb_id FROM film WHERE uid = ?1")?;
        let found = statement.query_row([uid], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (kind, id): (Option<String>, Option<u32>) = found.unwrap_or_default();
        Ok(match (kind.as_deref(), id) {
            (Some("movie"), Some(id)) => TmdbId::new(id).map(Link::Movie),
            (Some("tv"), Some(id)) => Some(Link::Tv(id)),
            (Some(_), _) => Some(Link::Missing),
            (None, _) => None,
        })
    }

    /// The films on anybody's list that no server can take, by person and place on the list.
    pub fn skips(&self) -> Result<Vec<(String, Skip)>, StoreError> {
        let mut statement = self.db.prepare_cached(SKIPS)?;
        let skip = |row: &Row<'_>| {
            let (kind, problem): (String, Option<String>) = (row.get("kind")?, row.get("problem")?);
            let is_overridden = row.get::<_, u8>("origin")? == OVERRIDDEN;
            Ok((
                row.get("person")?,
                Skip { film: film_from(row)?, why: why_skipped(&kind, problem), is_overridden },
            ))
        };
        let skips = statement.query_map([], skip)?.collect::<Result<_, _>>()?;
        Ok(skips)
    }

    /// Remembers that TMDB merged one id into another.
    pub fn record_alias(&mut self, asked: TmdbId, answered: TmdbId) -> Result<(), StoreError> {
        self.transact(|db| {
            let sql = "INSERT INTO tmdb_alias (asked, answered) VALUES (?1, ?2)
                ON CONFLICT (asked) DO UPDATE SET answered = excluded.answered";
            db.execute(sql, params![asked, answered])?;
            // Jellyfin may have had it under the other id all along, or under one that was merged before.
            let sql = "WITH RECURSIVE same (id) AS (
                    VALUES (?1), (?2)
                    UNION SELECT tmdb_alias.asked FROM tmdb_alias JOIN same ON tmdb_alias.answered = same.id
                )
                UPDATE presence SET state = NULL WHERE (person, uid) IN
                    (SELECT person_list.person, film.uid
                    FROM film JOIN list_entry USING (uid) JOIN person_list USING (list_id)
                    WHERE film.kind = 'movie' AND film.tmdb_id IN (SELECT id FROM same))";
            db.execute(sql, params![asked, answered])?;
            Ok(())
        })
    }

    /// Every id that was merged, with the one it became.
    pub fn aliases(&self) -> Result<Vec<(TmdbId, TmdbId)>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT asked, answered FROM tmdb_alias")?;
        let aliases = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(aliases.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests;
