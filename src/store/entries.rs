//! Known lists and requests: what each person's watchlist holds and what Radarr answered for it.

use std::collections::{HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params};

use super::films::film_from;
use super::{DAILY, Place, Store, StoreError, Timestamp};
use crate::domain::film::{Film, TmdbId, Uid};
use crate::domain::request::{Request, RequestProblem};
use crate::lists::accept::{Cursor, Incomplete, Mismatch};

/// Failures that are tried again in the very next run; after that daily.
const QUICK_RETRIES: u32 = 3;

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

pub(super) const KNOWN: &str = "SELECT uid FROM entry WHERE person = ?1 AND is_listed = 1";

/// What Radarr said of one entry, for another of the same person that is the same film to it: one that is listed, or that
/// left in a crawl before which the other was seen already. An answer before any other.
pub(super) const ANSWERS_OF_TWINS: &str = "
    SELECT new.person AS person, new.uid AS uid, old.answered_at AS answered_at, old.problem AS problem,
        old.detail AS detail, old.tries AS tries, old.next_try_at AS next_try_at
    FROM entry AS new INDEXED BY entry_unanswered
        CROSS JOIN film AS new_film ON new_film.uid = new.uid
        CROSS JOIN film AS old_film INDEXED BY film_by_tmdb_id ON old_film.kind = 'movie' AND old_film.tmdb_id IN (
            WITH RECURSIVE same (id) AS (
                VALUES (new_film.tmdb_id)
                UNION SELECT tmdb_alias.answered FROM tmdb_alias JOIN same ON tmdb_alias.asked = same.id
                UNION SELECT tmdb_alias.asked FROM tmdb_alias JOIN same ON tmdb_alias.answered = same.id
            ) SELECT id FROM same)
        CROSS JOIN entry AS old ON old.person = new.person AND old.uid = old_film.uid
    WHERE new.is_listed = 1 AND new.answered_at IS NULL AND new_film.kind = 'movie' AND old.uid <> new.uid
        AND (old.is_listed = 1 OR old.left_crawl >= new.seen_crawl)
        AND (old.answered_at IS NOT NULL OR (new.problem IS NULL AND old.problem IS NOT NULL))
    ORDER BY old.answered_at IS NULL, old.uid";

/// From the entries without an answer, which have an index of their own and are few as a rule.
pub(super) const REQUESTS: &str = "
    SELECT film.*, entry.person AS person, entry.position AS position, entry.problem AS entry_problem,
        entry.tries AS entry_tries, entry.next_try_at AS next_try_at
    FROM entry INDEXED BY entry_unanswered CROSS JOIN film ON film.uid = entry.uid
    WHERE entry.is_listed = 1 AND entry.answered_at IS NULL AND film.kind = 'movie'
    ORDER BY entry.person, entry.position, entry.uid";

pub(super) const LISTED: &str = "
    SELECT film.*, entry.is_listed AS is_listed, entry.place AS place
    FROM entry CROSS JOIN film ON film.uid = entry.uid
    WHERE entry.person = ?1 AND film.kind = 'movie' AND (entry.is_listed = 1 OR ?2)
    ORDER BY entry.position, entry.uid";

pub(super) const LISTED_IDS: &str = "
    SELECT film.tmdb_id FROM entry CROSS JOIN film ON film.uid = entry.uid
    WHERE entry.person = ?1 AND film.kind = 'movie' AND (entry.is_listed = 1 OR ?2)";

pub(super) const OPEN_PLACES: &str = "
    SELECT coalesce(max(entry.place IS NULL), 0), coalesce(max(entry.place IN ('waiting', 'unstuck')), 0)
    FROM entry CROSS JOIN film ON film.uid = entry.uid
    WHERE entry.person = ?1 AND film.kind = 'movie' AND (entry.is_listed = 1 OR ?2)";

/// Every film that anybody lists: looks at all of them, only when Radarr is read as a whole.
const ANSWERED: &str = "
    SELECT DISTINCT film.tmdb_id FROM film JOIN entry ON entry.uid = film.uid
    WHERE entry.is_listed = 1 AND entry.answered_at IS NOT NULL AND film.kind = 'movie'";

impl Store {
    /// Who is on this person's known list.
    pub fn known(&self, person: &str) -> Result<HashSet<Uid>, StoreError> {
        self.uids(KNOWN, person)
    }

    /// Who the pending crawl of this person lacked.
    pub fn missing(&self, person: &str) -> Result<HashSet<Uid>, StoreError> {
        self.uids("SELECT uid FROM entry WHERE person = ?1 AND is_listed = 1 AND is_missing = 1", person)
    }

    fn uids(&self, sql: &str, person: &str) -> Result<HashSet<Uid>, StoreError> {
        let mut statement = self.db.prepare_cached(sql)?;
        let uids = statement.query_map([person], |row| row.get(0).map(Uid))?.collect::<Result<_, _>>()?;
        Ok(uids)
    }

    /// Where the entries of this known list stood; `None` for one of which that is not known.
    pub fn places(&self, person: &str) -> Result<HashMap<Uid, Option<i64>>, StoreError> {
        let sql =
            "SELECT uid, iif(is_placed = 1, position, NULL) FROM entry WHERE person = ?1 AND is_listed = 1";
        let mut statement = self.db.prepare_cached(sql)?;
        let places = statement.query_map([person], |row| Ok((Uid(row.get(0)?), row.get(1)?)))?;
        Ok(places.collect::<Result<_, _>>()?)
    }

    /// Puts entries on a known list; those that are there stay as they are. A film that comes back begins a new
    /// request. `is_placed`: do their positions say where they stand among the others? Returns how many are new.
    pub fn add_entries(
        &mut self,
        person: &str,
        entries: &[(Uid, i64)],
        is_placed: bool,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let sql = "INSERT INTO entry (person, uid, position, is_placed, seen_at, seen_crawl)
            VALUES (?1, ?2, ?3, ?4, ?5, coalesce((SELECT crawls FROM person WHERE name = ?1), 0))
            ON CONFLICT (person, uid) DO UPDATE SET position = excluded.position, is_placed = excluded.is_placed,
                seen_at = excluded.seen_at, seen_crawl = excluded.seen_crawl,
                is_listed = 1, is_missing = 0, answered_at = NULL, tries = 0, next_try_at = 0,
                problem = NULL, detail = NULL, place = NULL
            WHERE is_listed = 0";
        self.transact(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let mut new = 0;
            for (uid, position) in entries {
                new += statement.execute(params![person, uid.0, position, is_placed, now])?;
            }
            Ok(new)
        })
    }

    /// These entries were taken off and put on again: each is a new request, in a new position. An exclusion holds.
    pub fn request_again(
        &mut self,
        person: &str,
        entries: &[(Uid, i64)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE entry SET position = ?3, is_placed = 1, seen_at = ?4,
                seen_crawl = coalesce((SELECT crawls FROM person WHERE name = ?1), 0),
                answered_at = NULL, tries = 0, next_try_at = 0,
                problem = iif(problem = 'excluded', problem, NULL), detail = iif(problem = 'excluded', detail, NULL)
            WHERE person = ?1 AND uid = ?2";
        self.transact(|db| {
            let mut statement = db.prepare_cached(sql)?;
            for (uid, position) in entries {
                statement.execute(params![person, uid.0, position, now])?;
            }
            Ok(())
        })
    }

    /// What Radarr answered for a film and a person holds for every entry that is this film: also for one that
    /// Letterboxd put in the place of another.
    pub fn share_answers(&mut self) -> Result<(), StoreError> {
        self.transact(|db| {
            let mut twins = db.prepare_cached(ANSWERS_OF_TWINS)?;
            let mut rows = twins.query([])?;
            let mut found: HashMap<(String, String), [Value; 5]> = HashMap::new();
            while let Some(row) = rows.next()? {
                let answer = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?];
                found.entry((row.get(0)?, row.get(1)?)).or_insert(answer);
            }
            let sql =
                "UPDATE entry SET answered_at = ?3, problem = ?4, detail = ?5, tries = ?6, next_try_at = ?7
                WHERE person = ?1 AND uid = ?2";
            for ((person, uid), [answered_at, problem, detail, tries, next_try_at]) in found {
                log::debug!("{person}: `{uid}` is a film that was asked for already");
                db.prepare_cached(sql)?.execute(params![
                    person,
                    uid,
                    answered_at,
                    problem,
                    detail,
                    tries,
                    next_try_at
                ])?;
            }
            Ok(())
        })
    }

    /// The position in front of everything on a known list.
    pub fn newest_position(&self, person: &str) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(min(position), 0) FROM entry WHERE person = ?1";
        Ok(self.db.query_row(sql, [person], |row| row.get(0))?)
    }

    /// Makes an accepted crawl the known list: `crawl` in its order, everything else comes off. Returns how many
    /// came off.
    pub fn accept_crawl(&mut self, person: &str, crawl: &[Uid]) -> Result<usize, StoreError> {
        let shown: HashSet<&Uid> = crawl.iter().collect();
        let known = self.known(person)?;
        let gone: Vec<&Uid> = known.iter().filter(|uid| !shown.contains(uid)).collect();
        self.transact(|db| {
            db.execute("UPDATE entry SET is_missing = 0 WHERE person = ?1 AND is_missing = 1", [person])?;
            let sql = "UPDATE entry SET is_listed = 0, place = NULL,
                left_crawl = coalesce((SELECT crawls FROM person WHERE name = ?1), 0)
                WHERE person = ?1 AND uid = ?2";
            for uid in &gone {
                db.prepare_cached(sql)?.execute([person, &uid.0])?;
            }
            let sql = "UPDATE entry SET position = ?3, is_placed = 1
                WHERE person = ?1 AND uid = ?2 AND (position <> ?3 OR is_placed = 0)";
            for (position, uid) in (0_i64..).zip(crawl) {
                db.prepare_cached(sql)?.execute(params![person, uid.0, position])?;
            }
            let sql = "INSERT INTO person (name, crawls) VALUES (?1, 1)
                ON CONFLICT (name) DO UPDATE SET crawls = crawls + 1";
            db.execute(sql, [person])?;
            Ok(gone.len())
        })
    }

    /// Marks what a pending crawl lacked; marks of an earlier one go.
    pub fn mark_missing(&mut self, person: &str, missing: &[Uid]) -> Result<(), StoreError> {
        self.transact(|db| {
            db.execute("UPDATE entry SET is_missing = 0 WHERE person = ?1 AND is_missing = 1", [person])?;
            let mut statement =
                db.prepare_cached("UPDATE entry SET is_missing = 1 WHERE person = ?1 AND uid = ?2")?;
            for uid in missing {
                statement.execute([person, &uid.0])?;
            }
            Ok(())
        })
    }

    /// Where this person's last scrape stopped; the default for somebody new.
    pub fn cursor(&self, person: &str) -> Result<Cursor, StoreError> {
        let read = |row: &Row<'_>| {
            let first_at: Option<Timestamp> = row.get("mismatch_at")?;
            let mismatch = match first_at {
                Some(first_at) => Some(Mismatch {
                    first_at,
                    count: row.get("mismatch_count")?,
                    declared: row.get("mismatch_declared")?,
                    shortfall: row.get("mismatch_shortfall")?,
                }),
                None => None,
            };
            let last_at: Option<Timestamp> = row.get("incomplete_at")?;
            let incomplete = match last_at {
                Some(last_at) => Some(Incomplete { last_at, count: row.get("incomplete_count")? }),
                None => None,
            };
            Ok(Cursor {
                accepted_at: row.get("accepted_at")?,
                crawled_at: row.get("crawled_at")?,
                shortfall: row.get("shortfall")?,
                mismatch,
                pending_at: row.get("pending_at")?,
                incomplete,
            })
        };
        let mut statement = self.db.prepare_cached("SELECT * FROM person WHERE name = ?1")?;
        Ok(statement.query_row([person], read).optional()?.unwrap_or_default())
    }

    /// Moves the cursor.
    pub fn save_cursor(&mut self, person: &str, cursor: &Cursor) -> Result<(), StoreError> {
        let mismatch = cursor.mismatch.as_ref();
        let sql = "INSERT INTO person (name, accepted_at, crawled_at, shortfall, mismatch_at, mismatch_count,
                mismatch_declared, mismatch_shortfall, pending_at, incomplete_at, incomplete_count)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT (name) DO UPDATE SET accepted_at = ?2, crawled_at = ?3, shortfall = ?4, mismatch_at = ?5,
                mismatch_count = ?6, mismatch_declared = ?7, mismatch_shortfall = ?8, pending_at = ?9,
                incomplete_at = ?10, incomplete_count = ?11";
        self.db.execute(
            sql,
            params![
                person,
                cursor.accepted_at,
                cursor.crawled_at,
                cursor.shortfall,
                mismatch.map(|mismatch| mismatch.first_at),
                mismatch.map_or(0, |mismatch| mismatch.count),
                mismatch.map(|mismatch| mismatch.declared),
                mismatch.and_then(|mismatch| mismatch.shortfall),
                cursor.pending_at,
                cursor.incomplete.map(|incomplete| incomplete.last_at),
                cursor.incomplete.map_or(0, |incomplete| incomplete.count),
            ],
        )?;
        Ok(())
    }

    /// Keeps why a page of this person's list could not be read, for the runs that do not ask for it.
    pub fn keep_reason(&mut self, person: &str, why: &str) -> Result<(), StoreError> {
        self.db.execute("UPDATE person SET incomplete_why = ?2 WHERE name = ?1", [person, why])?;
        Ok(())
    }

    /// What [`Store::keep_reason`] kept last.
    pub fn kept_reason(&self, person: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT incomplete_why FROM person WHERE name = ?1";
        Ok(self.db.query_row(sql, [person], |row| row.get(0)).optional()?.flatten())
    }

    /// Every request that is not answered, of whoever.
    pub fn requests(&self) -> Result<Vec<Request>, StoreError> {
        let mut statement = self.db.prepare_cached(REQUESTS)?;
        let request = |row: &Row<'_>| {
            let problem: Option<String> = row.get("entry_problem")?;
            Ok(Request {
                person: row.get("person")?,
                film: film_from(row)?,
                tmdb: TmdbId(row.get("tmdb_id")?),
                position: row.get("position")?,
                problem: problem.as_deref().and_then(RequestProblem::from_word),
                tries: row.get("entry_tries")?,
                next_try_at: row.get("next_try_at")?,
            })
        };
        let requests = statement.query_map([], request)?.collect::<Result<_, _>>()?;
        Ok(requests)
    }

    /// Who lists each of these films, in no order.
    pub fn listers(&self, films: &[Uid]) -> Result<HashMap<Uid, Vec<String>>, StoreError> {
        let mut statement =
            self.db.prepare_cached("SELECT person FROM entry WHERE uid = ?1 AND is_listed = 1")?;
        let mut listers = HashMap::new();
        for uid in films {
            let people =
                statement.query_map([&uid.0], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            listers.insert(uid.clone(), people);
        }
        Ok(listers)
    }

    /// The TMDB ids of all requests that were answered.
    pub fn answered(&self) -> Result<HashSet<TmdbId>, StoreError> {
        let mut statement = self.db.prepare_cached(ANSWERED)?;
        let ids = statement.query_map([], |row| row.get(0).map(TmdbId))?.collect::<Result<_, _>>()?;
        Ok(ids)
    }

    /// Radarr has these films: the requests are answered for good.
    pub fn answer(&mut self, requests: &[(String, Uid)], now: Timestamp) -> Result<(), StoreError> {
        let sql =
            "UPDATE entry SET answered_at = ?3, problem = NULL, detail = NULL, tries = 0, next_try_at = 0
            WHERE person = ?1 AND uid = ?2";
        self.transact(|db| {
            let mut statement = db.prepare_cached(sql)?;
            for (person, uid) in requests {
                statement.execute(params![person, uid.0, now])?;
            }
            Ok(())
        })
    }

    /// These requests were tried in vain.
    pub fn record_problem(
        &mut self,
        requests: &[(String, Uid)],
        problem: RequestProblem,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Tries of another kind do not count: what was excluded for years still gets its quick retries.
        let sql = "UPDATE entry SET tries = iif(problem IS ?3, tries, 0) + 1, problem = ?3, detail = ?4,
            next_try_at = iif(?7 AND iif(problem IS ?3, tries, 0) < ?5, 0, ?6)
            WHERE person = ?1 AND uid = ?2";
        self.transact(|db| {
            let mut statement = db.prepare_cached(sql)?;
            for (person, uid) in requests {
                statement.execute(params![
                    person,
                    uid.0,
                    problem.word(),
                    detail,
                    QUICK_RETRIES,
                    now + DAILY,
                    !problem.is_settled()
                ])?;
            }
            Ok(())
        })
    }

    /// Forgets that Radarr answered these people's requests (`--add-again`). Returns how many are open again.
    pub fn forget_answers(&mut self, people: &[String]) -> Result<usize, StoreError> {
        let people = serde_json::to_string(people).expect("strings are JSON");
        let sql =
            "UPDATE entry SET answered_at = NULL, tries = 0, next_try_at = 0, problem = NULL, detail = NULL
            WHERE is_listed = ?2 AND answered_at IS NOT NULL AND person IN (SELECT value FROM json_each(?1))";
        self.transact(|db| {
            // Nor may one that left answer for another.
            db.execute(sql, params![people, false])?;
            Ok(db.execute(sql, params![people, true])?)
        })
    }

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
                place: row.get::<_, Option<String>>("place")?.as_deref().and_then(Place::from_word),
            })
        };
        let films = statement.query_map(params![person, once_listed], listed)?.collect::<Result<_, _>>()?;
        Ok(films)
    }
}
