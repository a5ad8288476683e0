//! Films whose page was not to be had, by title and year (docs/design.md#matching-titles).

use rusqlite::{Connection, params};

use super::looks::{set_link, wait_until};
use super::{MATCHED, film_from};
use crate::domain::clock::{DAILY, DAY, Timestamp};
use crate::domain::film::Film;
use crate::domain::ids::{TmdbId, Uid};
use crate::store::{Store, StoreError};

/// Days until a title in vain is looked up again, try by try; the last one repeats.
const NEXT_MATCH_DAYS: [Timestamp; 4] = [1, 3, 7, 30];

/// Films on a person's lists that nobody said anything of yet, and those whose page will say nothing.
const MATCHABLE: &str = "
    SELECT film.*
    FROM person_list
        CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
        CROSS JOIN film ON film.uid = list_entry.uid
    WHERE person_list.person = ?1 AND list_entry.is_listed = 1
      AND film.year IS NOT NULL AND film.next_match_at <= ?2
      AND ((film.kind IS NULL AND ?3)
        OR ((film.kind IS NULL OR film.kind = 'none') AND film.problem IN (SELECT value FROM json_each(?4))))
    GROUP BY film.uid ORDER BY min(list_entry.position), film.uid";

impl Store {
    /// The films on this person's lists that may be found by title now: dated, without a TMDB id, and with a page that
    /// was not to be had for one of these reasons; where Letterboxd refuses us, whatever the reason.
    pub fn matchable(
        &self,
        person: &str,
        is_refused: bool,
        reasons: &[String],
        due: Timestamp,
    ) -> Result<Vec<Film>, StoreError> {
        let reasons = serde_json::to_string(reasons).expect("strings are JSON");
        let mut statement = self.db.prepare_cached(MATCHABLE)?;
        let films = statement.query_map(params![person, due, is_refused, reasons], film_from)?;
        Ok(films.collect::<Result<_, _>>()?)
    }

    /// Is it only its title and year that says what this film is?
    pub fn is_matched(&self, uid: &Uid) -> Result<bool, StoreError> {
        is_matched(&self.db, uid)
    }

    /// Does this person list a film that nothing is known of yet?
    pub fn lists_unknown_films(&self, person: &str) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM person_list
                CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
                CROSS JOIN film ON film.uid = list_entry.uid
            WHERE person_list.person = ?1 AND list_entry.is_listed = 1 AND film.kind IS NULL";
        Ok(self.db.prepare_cached(sql)?.exists([person])?)
    }

    /// Writes down what a film is by its title, or that there is no such film, or more than one. Its page is still to
    /// be read, once a day at most.
    pub fn record_match(
        &mut self,
        uid: &Uid,
        tmdb: Option<TmdbId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.transact(|db| {
            if let Some(tmdb) = tmdb {
                set_link(db, uid, "movie", Some(tmdb.get()), None)?;
                db.execute(
                    "UPDATE film SET origin = ?2, match_tries = 0, next_match_at = 0 WHERE uid = ?1",
                    params![uid, MATCHED],
                )?;
                return wait_until(db, uid, now + DAILY);
            }
            let sql = "SELECT match_tries FROM film WHERE uid = ?1";
            let tries: u32 = db.query_row(sql, [uid], |row| row.get(0))?;
            let days = NEXT_MATCH_DAYS[(tries as usize).min(NEXT_MATCH_DAYS.len() - 1)];
            // A timer may be a little early.
            let next = now + (days - 1) * DAY + DAILY;
            db.execute(
                "UPDATE film SET match_tries = match_tries + 1, next_match_at = ?2 WHERE uid = ?1",
                params![uid, next],
            )?;
            Ok(())
        })
    }
}

/// Is it its title that says what this film is?
pub(super) fn is_matched(db: &Connection, uid: &Uid) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM film WHERE uid = ?1 AND origin = ?2";
    Ok(db.prepare_cached(sql)?.exists(params![uid, MATCHED])?)
}
