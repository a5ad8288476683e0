//! What each person wants of each Radarr, and what it answered.

use std::collections::{HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{Row, params};

use super::films::film_from;
use super::{Store, StoreError};
use crate::domain::clock::{DAILY, Timestamp};
use crate::domain::ids::{TmdbId, Uid};
use crate::domain::request::{Request, RequestProblem};

/// Failures that are tried again in the very next run; after that daily.
const QUICK_RETRIES: u32 = 3;

/// What the Radarr `?1` said of one request, for another of the same person that is the same film to it: one that is wanted, or
/// that ended in a reading before which the other was seen already. An answer before any other.
pub(super) const ANSWERS_OF_TWINS: &str = "
    SELECT new.person AS person, new.uid AS uid, old.answered_at AS answered_at, old.problem AS problem,
        old.detail AS detail, old.tries AS tries, old.next_try_at AS next_try_at
    FROM request AS new INDEXED BY request_unanswered
        CROSS JOIN film AS new_film ON new_film.uid = new.uid
        CROSS JOIN film AS old_film INDEXED BY film_by_tmdb_id ON old_film.kind = 'movie' AND old_film.tmdb_id IN (
            WITH RECURSIVE same (id) AS (
                VALUES (new_film.tmdb_id)
                UNION SELECT tmdb_alias.answered FROM tmdb_alias JOIN same ON tmdb_alias.asked = same.id
                UNION SELECT tmdb_alias.asked FROM tmdb_alias JOIN same ON tmdb_alias.answered = same.id
            ) SELECT id FROM same)
        CROSS JOIN request AS old
            ON old.person = new.person AND old.uid = old_film.uid AND old.server = new.server
    WHERE new.server = ?1 AND new.is_wanted = 1 AND new.answered_at IS NULL AND new_film.kind = 'movie' AND old.uid <> new.uid
        AND (old.is_wanted = 1 OR old.last_reading >= new.first_reading)
        AND (old.answered_at IS NOT NULL OR (new.problem IS NULL AND old.problem IS NOT NULL))
    ORDER BY old.answered_at IS NULL, old.uid";

/// From the requests without an answer of the server `?1`, which have an index of their own and are few as a rule.
pub(super) const REQUESTS: &str = "
    SELECT film.*, request.person AS person, request.problem AS request_problem,
        request.tries AS request_tries, request.next_try_at AS next_try_at,
        (SELECT min(list_entry.position) FROM person_list CROSS JOIN list_entry USING (list_id)
            WHERE person_list.person = request.person AND list_entry.uid = request.uid
                AND list_entry.is_listed = 1) AS position
    FROM request INDEXED BY request_unanswered CROSS JOIN film ON film.uid = request.uid
    WHERE request.server = ?1 AND request.is_wanted = 1 AND request.answered_at IS NULL AND film.kind = 'movie'
    ORDER BY request.person, position, request.uid";

/// Every film that anybody wants of the server `?1`: looks at all of them, only when Radarr is read as a whole.
const ANSWERED: &str = "
    SELECT DISTINCT film.tmdb_id FROM film JOIN request ON request.uid = film.uid
    WHERE request.server = ?1 AND request.is_wanted = 1 AND request.answered_at IS NOT NULL AND film.kind = 'movie'";

impl Store {
    /// What this Radarr answered for a film and a person holds for every entry that is this film: also for one that
    /// Letterboxd put in the place of another.
    pub fn share_answers(&mut self, server: &str) -> Result<(), StoreError> {
        self.transact(|db| {
            let mut twins = db.prepare_cached(ANSWERS_OF_TWINS)?;
            let mut rows = twins.query([server])?;
            let mut found: HashMap<(String, String), [Value; 5]> = HashMap::new();
            while let Some(row) = rows.next()? {
                let answer = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?];
                found.entry((row.get(0)?, row.get(1)?)).or_insert(answer);
            }
            let sql =
                "UPDATE request SET answered_at = ?3, problem = ?4, detail = ?5, tries = ?6, next_try_at = ?7
                WHERE person = ?1 AND uid = ?2 AND server = ?8";
            for ((person, uid), [answered_at, problem, detail, tries, next_try_at]) in found {
                log::debug!("{person}: `{uid}` is a film that was asked for already");
                db.prepare_cached(sql)?.execute(params![
                    person,
                    uid,
                    answered_at,
                    problem,
                    detail,
                    tries,
                    next_try_at,
                    server
                ])?;
            }
            Ok(())
        })
    }

    /// Every request that this server has not answered, of whoever sends films there.
    pub fn requests(&self, server: &str) -> Result<Vec<Request>, StoreError> {
        let mut statement = self.db.prepare_cached(REQUESTS)?;
        let request = |row: &Row<'_>| {
            // What left one of their lists, while another one was never read: nobody knows yet whether it is wanted.
            let Some(position) = row.get("position")? else { return Ok(None) };
            let problem: Option<String> = row.get("request_problem")?;
            Ok(Some(Request {
                person: row.get("person")?,
                film: film_from(row)?,
                tmdb: row.get("tmdb_id")?,
                position,
                problem: problem.as_deref().and_then(RequestProblem::from_word),
                tries: row.get("request_tries")?,
                next_try_at: row.get("next_try_at")?,
            }))
        };
        let requests = statement.query_map([server], request)?;
        Ok(requests.filter_map(Result::transpose).collect::<Result<_, _>>()?)
    }

    /// The TMDB ids of all requests that this server answered.
    pub fn answered(&self, server: &str) -> Result<HashSet<TmdbId>, StoreError> {
        let mut statement = self.db.prepare_cached(ANSWERED)?;
        let ids = statement.query_map([server], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(ids)
    }

    /// This server has these films: the requests are answered for good.
    pub fn answer(
        &mut self,
        server: &str,
        requests: &[(String, Uid)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE request SET answered_at = ?3, problem = NULL, detail = NULL, tries = 0, next_try_at = 0
            WHERE person = ?1 AND uid = ?2 AND server = ?4";
        self.transact(|db| {
            let mut statement = db.prepare_cached(sql)?;
            for (person, uid) in requests {
                statement.execute(params![person, uid, now, server])?;
            }
            Ok(())
        })
    }

    /// These requests were tried in vain at this server.
    pub fn record_problem(
        &mut self,
        server: &str,
        requests: &[(String, Uid)],
        problem: RequestProblem,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Tries of another kind do not count: what was excluded for years still gets its quick retries.
        let sql = "UPDATE request SET tries = iif(problem IS ?3, tries, 0) + 1, problem = ?3, detail = ?4,
            next_try_at = iif(?7 AND iif(problem IS ?3, tries, 0) < ?5, 0, ?6)
            WHERE person = ?1 AND uid = ?2 AND server = ?8";
        self.transact(|db| {
            let mut statement = db.prepare_cached(sql)?;
            for (person, uid) in requests {
                statement.execute(params![
                    person,
                    uid,
                    problem.word(),
                    detail,
                    QUICK_RETRIES,
                    now + DAILY,
                    !problem.is_settled(),
                    server
                ])?;
            }
            Ok(())
        })
    }

    /// Forgets that this server answered these people's requests (`--add-again`), as far as their films go there, and
    /// which numbers it gave to films. Returns how many requests are open again.
    pub fn forget_answers(&mut self, people: &[String], server: &str) -> Result<usize, StoreError> {
        let people = serde_json::to_string(people).expect("strings are JSON");
        let sql =
            "UPDATE request SET answered_at = NULL, tries = 0, next_try_at = 0, problem = NULL, detail = NULL
            WHERE is_wanted = ?3 AND answered_at IS NOT NULL AND server = ?2
                AND person IN (SELECT value FROM json_each(?1)
                    INTERSECT SELECT person FROM person_server WHERE person_server.server = ?2)";
        self.transact(|db| {
            db.execute("DELETE FROM radarr_film WHERE server = ?1", [server])?;
            // Nor may one that left answer for another.
            db.execute(sql, params![people, server, false])?;
            Ok(db.execute(sql, params![people, server, true])?)
        })
    }
}
