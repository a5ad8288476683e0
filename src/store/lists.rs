//! Lists: the known entries of each, and its cursor. What comes onto a list begins a request of everybody who wants the
//! list; what leaves it ends theirs, unless another list of theirs has it.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::film::Uid;
use crate::domain::list::{Cursor, Incomplete, Mismatch};

pub(super) const KNOWN: &str = "
    SELECT uid FROM list_entry
    WHERE list_id = (SELECT id FROM list WHERE kind = 'watchlist' AND address = ?1) AND is_listed = 1";

/// The people on whose lists the film `?1` is or was.
pub(super) const PEOPLE_OF_FILM: &str =
    "(SELECT person_list.person FROM list_entry JOIN person_list USING (list_id)
    WHERE list_entry.uid = ?1)";

/// The id of somebody's watchlist. Of one that is new nothing is known, and its owner is who wants it.
fn watchlist(db: &Connection, name: &str) -> Result<i64, StoreError> {
    let sql = "SELECT id FROM list WHERE kind = 'watchlist' AND address = ?1";
    if let Some(id) = db.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    db.execute("INSERT INTO list (kind, address) VALUES ('watchlist', ?1)", [name])?;
    let id = db.last_insert_rowid();
    db.execute("INSERT OR IGNORE INTO person (name) VALUES (?1)", [name])?;
    db.execute("INSERT INTO person_list (person, list_id) VALUES (?1, ?2)", params![name, id])?;
    Ok(id)
}

impl Store {
    /// Who is on this person's known list.
    pub fn known(&self, person: &str) -> Result<HashSet<Uid>, StoreError> {
        self.uids(KNOWN, person)
    }

    /// Who the pending crawl of this person lacked.
    pub fn missing(&self, person: &str) -> Result<HashSet<Uid>, StoreError> {
        self.uids(&format!("{KNOWN} AND is_missing = 1"), person)
    }

    fn uids(&self, sql: &str, person: &str) -> Result<HashSet<Uid>, StoreError> {
        let mut statement = self.db.prepare_cached(sql)?;
        let uids = statement.query_map([person], |row| row.get(0).map(Uid))?.collect::<Result<_, _>>()?;
        Ok(uids)
    }

    /// Where the entries of this known list stood; `None` for one of which that is not known.
    pub fn places(&self, person: &str) -> Result<HashMap<Uid, Option<i64>>, StoreError> {
        let sql = "SELECT uid, iif(is_placed = 1, position, NULL) FROM list_entry
            WHERE list_id = (SELECT id FROM list WHERE kind = 'watchlist' AND address = ?1) AND is_listed = 1";
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
        self.transact(|db| {
            let list = watchlist(db, person)?;
            let mut insert = db.prepare_cached(
                "INSERT INTO list_entry (list_id, uid, position, is_placed, first_seen_at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (list_id, uid) DO UPDATE SET position = excluded.position,
                    is_placed = excluded.is_placed, first_seen_at = excluded.first_seen_at,
                    is_listed = 1, is_missing = 0
                WHERE is_listed = 0",
            )?;
            let mut request = db.prepare_cached(
                "INSERT INTO request (person, uid, server, requested_at, first_reading)
                SELECT person.name, ?2, 'radarr', ?3, person.readings
                FROM person_list JOIN person ON person.name = person_list.person WHERE person_list.list_id = ?1
                ON CONFLICT (person, uid, server) DO UPDATE SET requested_at = excluded.requested_at,
                    first_reading = excluded.first_reading, is_wanted = 1, last_reading = NULL,
                    answered_at = NULL, tries = 0, next_try_at = 0, problem = NULL, detail = NULL
                WHERE is_wanted = 0",
            )?;
            let mut new = 0;
            for (uid, position) in entries {
                if insert.execute(params![list, uid.0, position, is_placed, now])? == 1 {
                    request.execute(params![list, uid.0, now])?;
                    new += 1;
                }
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
        self.transact(|db| {
            let list = watchlist(db, person)?;
            let mut entry = db.prepare_cached(
                "UPDATE list_entry SET position = ?3, is_placed = 1, first_seen_at = ?4
                WHERE list_id = ?1 AND uid = ?2",
            )?;
            let mut request = db.prepare_cached(
                "UPDATE request SET requested_at = ?3,
                    first_reading = (SELECT readings FROM person WHERE name = request.person),
                    answered_at = NULL, tries = 0, next_try_at = 0,
                    problem = iif(problem = 'excluded', problem, NULL),
                    detail = iif(problem = 'excluded', detail, NULL)
                WHERE uid = ?2 AND person IN (SELECT person FROM person_list WHERE list_id = ?1)",
            )?;
            for (uid, position) in entries {
                entry.execute(params![list, uid.0, position, now])?;
                request.execute(params![list, uid.0, now])?;
            }
            Ok(())
        })
    }

    /// The position in front of everything on a known list.
    pub fn newest_position(&self, person: &str) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(min(position), 0) FROM list_entry
            WHERE list_id = (SELECT id FROM list WHERE kind = 'watchlist' AND address = ?1)";
        Ok(self.db.query_row(sql, [person], |row| row.get(0))?)
    }

    /// Makes an accepted crawl the known list: `crawl` in its order, everything else comes off. Returns how many
    /// came off.
    pub fn accept_crawl(&mut self, person: &str, crawl: &[Uid]) -> Result<usize, StoreError> {
        let shown: HashSet<&Uid> = crawl.iter().collect();
        let known = self.known(person)?;
        let gone: Vec<&Uid> = known.iter().filter(|uid| !shown.contains(uid)).collect();
        self.transact(|db| {
            let list = watchlist(db, person)?;
            clear_missing(db, list)?;
            for uid in &gone {
                take_off(db, list, uid)?;
            }
            let mut place = db.prepare_cached(
                "UPDATE list_entry SET position = ?3, is_placed = 1
                WHERE list_id = ?1 AND uid = ?2 AND (position <> ?3 OR is_placed = 0)",
            )?;
            for (position, uid) in (0_i64..).zip(crawl) {
                place.execute(params![list, uid.0, position])?;
            }
            let sql = "UPDATE person SET readings = readings + 1
                WHERE name IN (SELECT person FROM person_list WHERE list_id = ?1)";
            db.execute(sql, [list])?;
            Ok(gone.len())
        })
    }

    /// Marks what a pending crawl lacked; marks of an earlier one go.
    pub fn mark_missing(&mut self, person: &str, missing: &[Uid]) -> Result<(), StoreError> {
        self.transact(|db| {
            let list = watchlist(db, person)?;
            clear_missing(db, list)?;
            let mut mark =
                db.prepare_cached("UPDATE list_entry SET is_missing = 1 WHERE list_id = ?1 AND uid = ?2")?;
            for uid in missing {
                mark.execute(params![list, uid.0])?;
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
        let mut statement =
            self.db.prepare_cached("SELECT * FROM list WHERE kind = 'watchlist' AND address = ?1")?;
        Ok(statement.query_row([person], read).optional()?.unwrap_or_default())
    }

    /// Moves the cursor.
    pub fn save_cursor(&mut self, person: &str, cursor: &Cursor) -> Result<(), StoreError> {
        let mismatch = cursor.mismatch.as_ref();
        let sql = "UPDATE list SET accepted_at = ?2, crawled_at = ?3, shortfall = ?4, mismatch_at = ?5,
                mismatch_count = ?6, mismatch_declared = ?7, mismatch_shortfall = ?8, pending_at = ?9,
                incomplete_at = ?10, incomplete_count = ?11
            WHERE id = ?1";
        self.transact(|db| {
            let values = params![
                watchlist(db, person)?,
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
            ];
            db.execute(sql, values)?;
            Ok(())
        })
    }

    /// Keeps why a page of this person's list could not be read, for the runs that do not ask for it.
    pub fn keep_reason(&mut self, person: &str, why: &str) -> Result<(), StoreError> {
        let sql = "UPDATE list SET incomplete_why = ?2 WHERE kind = 'watchlist' AND address = ?1";
        self.db.execute(sql, [person, why])?;
        Ok(())
    }

    /// What [`Store::keep_reason`] kept last.
    pub fn kept_reason(&self, person: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT incomplete_why FROM list WHERE kind = 'watchlist' AND address = ?1";
        Ok(self.db.query_row(sql, [person], |row| row.get(0)).optional()?.flatten())
    }

    /// Who lists each of these films, in no order.
    pub fn listers(&self, films: &[Uid]) -> Result<HashMap<Uid, Vec<String>>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT DISTINCT person_list.person FROM list_entry JOIN person_list USING (list_id)
            WHERE list_entry.uid = ?1 AND list_entry.is_listed = 1",
        )?;
        let mut listers = HashMap::new();
        for uid in films {
            let people =
                statement.query_map([&uid.0], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            listers.insert(uid.clone(), people);
        }
        Ok(listers)
    }

    /// People whose list could not be read last time, although it was asked for.
    pub fn failing_people(&self) -> Result<HashSet<String>, StoreError> {
        let sql =
            "SELECT DISTINCT person_list.person FROM list JOIN person_list ON person_list.list_id = list.id
            WHERE outcome <> 'not_asked' AND (good_at IS NULL OR good_at < read_at)";
        let mut statement = self.db.prepare_cached(sql)?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Letterboxd's number of this member, as far as a page of theirs told it.
    pub fn member(&self, person: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT member FROM list WHERE kind = 'watchlist' AND address = ?1";
        Ok(self.db.query_row(sql, [person], |row| row.get(0)).optional()?.flatten())
    }

    /// Everybody else who is, or was, the member of this number.
    pub fn names_of_member(&self, member: i64, but: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT address FROM list WHERE kind = 'watchlist' AND member = ?1 AND address <> ?2
            ORDER BY read_at DESC, address";
        let mut statement = self.db.prepare_cached(sql)?;
        let names = statement.query_map(params![member, but], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Remembers the number of a member.
    pub fn record_member(&mut self, person: &str, member: i64) -> Result<(), StoreError> {
        self.transact(|db| {
            let sql = "UPDATE list SET member = ?2 WHERE id = ?1 AND member IS NOT ?2";
            db.execute(sql, params![watchlist(db, person)?, member])?;
            Ok(())
        })
    }

    /// A member changed names: whatever is known of them under the old one is theirs under the new one, of which
    /// nothing may be known yet. Returns whether that is so.
    pub fn rename_person(&mut self, from: &str, to: &str) -> Result<bool, StoreError> {
        self.transact(|db| {
            if db
                .prepare_cached(
                    "SELECT 1 FROM list_entry
                    WHERE list_id = (SELECT id FROM list WHERE kind = 'watchlist' AND address = ?1)",
                )?
                .exists([to])?
            {
                return Ok(false);
            }
            for sql in [
                "DELETE FROM person_list WHERE person = ?2 AND ?1 <> ?2",
                "DELETE FROM person WHERE name = ?2 AND ?1 <> ?2",
                "DELETE FROM list WHERE kind = 'watchlist' AND address = ?2 AND ?1 <> ?2",
                "UPDATE list SET address = ?2 WHERE kind = 'watchlist' AND address = ?1",
                "UPDATE person SET name = ?2 WHERE name = ?1",
                "UPDATE person_list SET person = ?2 WHERE person = ?1",
                "UPDATE OR REPLACE request SET person = ?2 WHERE person = ?1",
                "UPDATE OR REPLACE presence SET person = ?2 WHERE person = ?1",
                "UPDATE OR REPLACE look SET person = ?2 WHERE person = ?1",
                "UPDATE OR REPLACE notice SET about = ?2
                    WHERE about = ?1 AND kind IN ('skip', 'scrape', 'collection', 'tiles', 'member')",
            ] {
                db.execute(sql, [from, to])?;
            }
            Ok(true)
        })
    }

    /// Writes down how a scrape went. `declared` is `None` when the list could not be read.
    pub fn record_scrape(
        &mut self,
        person: &str,
        outcome: &str,
        problem: Option<&str>,
        declared: Option<u32>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE list SET outcome = ?2, problem = ?3, declared = coalesce(?4, declared), read_at = ?5,
                good_at = iif(?4 IS NULL, good_at, ?5)
            WHERE id = ?1";
        self.transact(|db| {
            db.execute(sql, params![watchlist(db, person)?, outcome, problem, declared, now])?;
            Ok(())
        })
    }
}

fn clear_missing(db: &Connection, list: i64) -> Result<(), StoreError> {
    db.execute("UPDATE list_entry SET is_missing = 0 WHERE list_id = ?1 AND is_missing = 1", [list])?;
    Ok(())
}

/// Takes an entry off a list. The requests for it end, but those of people who have it on another list.
fn take_off(db: &Connection, list: i64, uid: &Uid) -> Result<(), StoreError> {
    let sql = "UPDATE list_entry SET is_listed = 0 WHERE list_id = ?1 AND uid = ?2";
    db.prepare_cached(sql)?.execute(params![list, uid.0])?;
    let sql = "SELECT person FROM person_list AS wants WHERE list_id = ?1 AND NOT EXISTS
        (SELECT 1 FROM person_list JOIN list_entry USING (list_id)
        WHERE person_list.person = wants.person AND list_entry.uid = ?2 AND list_entry.is_listed = 1)";
    let mut statement = db.prepare_cached(sql)?;
    let people = statement.query_map(params![list, uid.0], |row| row.get::<_, String>(0))?;
    for person in people.collect::<Result<Vec<_>, _>>()? {
        let sql = "UPDATE request SET is_wanted = 0,
                last_reading = (SELECT readings FROM person WHERE name = request.person)
            WHERE person = ?1 AND uid = ?2 AND is_wanted = 1";
        db.prepare_cached(sql)?.execute([&person, &uid.0])?;
        let sql = "UPDATE presence SET state = NULL WHERE person = ?1 AND uid = ?2";
        db.prepare_cached(sql)?.execute([&person, &uid.0])?;
    }
    Ok(())
}
