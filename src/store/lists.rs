//! Lists: who wants each, and its known entries. What comes onto a list begins a request of everybody who wants the
//! list; what leaves it ends theirs, unless another list of theirs has it, or may have it.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ListId, Number, Uid};
use crate::domain::list::ListKey;

pub(super) const KNOWN: &str = "SELECT uid FROM list_entry WHERE list_id = ?1 AND is_listed = 1";

/// The people on whose lists the film `?1` is or was.
pub(super) const PEOPLE_OF_FILM: &str =
    "(SELECT person_list.person FROM list_entry JOIN person_list USING (list_id)
    WHERE list_entry.uid = ?1)";

/// Begins, at `?3`, the requests for what stands on the list `?1`, for everybody who wants it, of each server that their
/// films go to. A condition is to follow, and [`OR_AGAIN`].
const BEGIN_REQUESTS: &str = "
    INSERT INTO request (person, uid, server, requested_at, first_reading)
    SELECT person.name, list_entry.uid, person_server.server, ?3, person.readings
    FROM list_entry
        CROSS JOIN person_list ON person_list.list_id = list_entry.list_id
        CROSS JOIN person ON person.name = person_list.person
        CROSS JOIN person_server ON person_server.person = person.name
    WHERE list_entry.list_id = ?1 AND list_entry.is_listed = 1";

/// A request that ended begins anew; one that is open stays as it is.
pub(super) const OR_AGAIN: &str = "
    ON CONFLICT (person, uid, server) DO UPDATE SET requested_at = excluded.requested_at,
        first_reading = excluded.first_reading, is_wanted = 1, last_reading = NULL,
        answered_at = NULL, tries = 0, next_try_at = 0, problem = NULL, detail = NULL
    WHERE is_wanted = 0";

/// Ends the requests of a person for what is on none of their lists, once each of the lists had an accepted reading,
/// but for the one that is being accepted (`?2`): until then the film may be on one of those.
const END_REQUESTS: &str = "
    UPDATE request SET is_wanted = 0,
        last_reading = (SELECT readings FROM person WHERE name = request.person)
    WHERE is_wanted = 1 AND person = ?1
      AND NOT EXISTS (SELECT 1 FROM person_list JOIN list ON list.id = person_list.list_id
        WHERE person_list.person = ?1 AND list.id IS NOT ?2 AND list.accepted_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM person_list JOIN list_entry USING (list_id)
        WHERE person_list.person = request.person AND list_entry.uid = request.uid AND list_entry.is_listed = 1)
    RETURNING uid";

impl Store {
    /// This list; `None` when nothing is known of it.
    pub fn find_list(&self, key: &ListKey) -> Result<Option<ListId>, StoreError> {
        let sql = "SELECT id FROM list WHERE kind = ?1 AND address = ?2";
        let mut statement = self.db.prepare_cached(sql)?;
        Ok(statement.query_row([key.kind, &key.address], |row| row.get(0)).optional()?)
    }

    /// The list that this person wants from now on, with all that is known to be on it.
    pub fn want_list(&mut self, person: &str, key: &ListKey, now: Timestamp) -> Result<ListId, StoreError> {
        let sql = "SELECT 1 FROM person_list WHERE person = ?1 AND list_id = ?2";
        if let Some(list) = self.find_list(key)?
            && self.db.prepare_cached(sql)?.exists(params![person, list])?
        {
            return Ok(list);
        }
        let ListKey { kind, address } = key;
        self.transact(|db| {
            db.execute("INSERT OR IGNORE INTO list (kind, address) VALUES (?1, ?2)", [*kind, address])?;
            let sql = "SELECT id FROM list WHERE kind = ?1 AND address = ?2";
            let list = db.query_row(sql, [*kind, address], |row| row.get(0))?;
            db.execute("INSERT OR IGNORE INTO person (name) VALUES (?1)", [person])?;
            db.execute("INSERT INTO person_list (person, list_id) VALUES (?1, ?2)", params![person, list])?;
            let sql = format!("{BEGIN_REQUESTS} AND person.name = ?2 {OR_AGAIN}");
            db.execute(&sql, params![list, person, now])?;
            Ok(list)
        })
    }

    /// The films on a known list.
    pub fn known(&self, list: ListId) -> Result<HashSet<Uid>, StoreError> {
        self.uids(KNOWN, list)
    }

    /// Those that the pending reading lacked.
    pub fn missing(&self, list: ListId) -> Result<HashSet<Uid>, StoreError> {
        self.uids(&format!("{KNOWN} AND is_missing = 1"), list)
    }

    /// Those that came onto it in this time.
    pub fn first_seen_in(
        &self,
        list: ListId,
        times: RangeInclusive<Timestamp>,
    ) -> Result<Vec<Uid>, StoreError> {
        let sql = format!("{KNOWN} AND first_seen_at BETWEEN ?2 AND ?3");
        let mut statement = self.db.prepare_cached(&sql)?;
        let uids = statement.query_map(params![list, times.start(), times.end()], |row| row.get(0))?;
        Ok(uids.collect::<Result<_, _>>()?)
    }

    fn uids(&self, sql: &str, list: ListId) -> Result<HashSet<Uid>, StoreError> {
        let mut statement = self.db.prepare_cached(sql)?;
        let uids = statement.query_map([list], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(uids)
    }

    /// Where the entries of a known list stood; `None` for one of which that is not known.
    pub fn places(&self, list: ListId) -> Result<HashMap<Uid, Option<i64>>, StoreError> {
        let sql = "SELECT uid, iif(is_placed = 1, position, NULL) FROM list_entry
            WHERE list_id = ?1 AND is_listed = 1";
        let mut statement = self.db.prepare_cached(sql)?;
        let places = statement.query_map([list], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(places.collect::<Result<_, _>>()?)
    }

    /// Puts entries on a known list; those that are there stay as they are. A film that comes back begins a new
    /// request. `is_placed`: do their positions say where they stand among the others? Returns how many are new.
    pub fn add_entries(
        &mut self,
        list: ListId,
        entries: &[(Uid, i64)],
        is_placed: bool,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.transact(|db| {
            let mut insert = db.prepare_cached(
                "INSERT INTO list_entry (list_id, uid, position, is_placed, first_seen_at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (list_id, uid) DO UPDATE SET position = excluded.position,
                    is_placed = excluded.is_placed, first_seen_at = excluded.first_seen_at,
                    is_listed = 1, is_missing = 0
                WHERE is_listed = 0",
            )?;
            let request = format!("{BEGIN_REQUESTS} AND list_entry.uid = ?2 {OR_AGAIN}");
            let mut request = db.prepare_cached(&request)?;
            let mut new = 0;
            for (uid, position) in entries {
                if insert.execute(params![list, uid, position, is_placed, now])? == 1 {
                    request.execute(params![list, uid, now])?;
                    new += 1;
                }
            }
            Ok(new)
        })
    }

    /// These entries were taken off and put on again: each is a new request, in a new position. An exclusion holds.
    pub fn request_again(
        &mut self,
        list: ListId,
        entries: &[(Uid, i64)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.transact(|db| {
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
                entry.execute(params![list, uid, position, now])?;
                request.execute(params![list, uid, now])?;
            }
            Ok(())
        })
    }

    /// The position in front of everything on a known list.
    pub fn newest_position(&self, list: ListId) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(min(position), 0) FROM list_entry WHERE list_id = ?1";
        Ok(self.db.query_row(sql, [list], |row| row.get(0))?)
    }

    /// Makes an accepted reading the known list: `shown` in its order, everything else comes off. `is_placed`: does the
    /// order say which entries are newer? Returns how many came off.
    pub fn accept_reading(
        &mut self,
        list: ListId,
        shown: &[Uid],
        is_placed: bool,
    ) -> Result<usize, StoreError> {
        let stays: HashSet<&Uid> = shown.iter().collect();
        let known = self.known(list)?;
        let gone: Vec<&Uid> = known.iter().filter(|uid| !stays.contains(uid)).collect();
        self.transact(|db| {
            clear_missing(db, list)?;
            let sql = "UPDATE list_entry SET is_listed = 0 WHERE list_id = ?1 AND uid = ?2";
            let mut take_off = db.prepare_cached(sql)?;
            for uid in &gone {
                take_off.execute(params![list, uid])?;
            }
            let mut place = db.prepare_cached(
                "UPDATE list_entry SET position = ?3, is_placed = ?4
                WHERE list_id = ?1 AND uid = ?2 AND (position <> ?3 OR is_placed <> ?4)",
            )?;
            for (position, uid) in (0_i64..).zip(shown) {
                place.execute(params![list, uid, position, is_placed])?;
            }
            // Of somebody with several lists the film may have moved to one that is read later in this run.
            for person in people_of(db, list)? {
                let sql = "SELECT 1 FROM person_list WHERE person = ?1 AND list_id <> ?2";
                if !db.prepare_cached(sql)?.exists(params![person, list])? {
                    end_requests(db, &person, Some(list))?;
                }
            }
            let sql = "UPDATE person SET readings = readings + 1
                WHERE name IN (SELECT person FROM person_list WHERE list_id = ?1)";
            db.execute(sql, [list])?;
            Ok(gone.len())
        })
    }

    /// Marks what a pending reading lacked; marks of an earlier one go.
    pub fn mark_missing(&mut self, list: ListId, missing: &[Uid]) -> Result<(), StoreError> {
        self.transact(|db| {
            clear_missing(db, list)?;
            let mut mark =
                db.prepare_cached("UPDATE list_entry SET is_missing = 1 WHERE list_id = ?1 AND uid = ?2")?;
            for uid in missing {
                mark.execute(params![list, uid])?;
            }
            Ok(())
        })
    }

    /// Has everything that this person wants been read? Every list of theirs has an accepted reading then, and there is
    /// one.
    pub fn has_accepted_reading(&self, person: &str) -> Result<bool, StoreError> {
        let sql = "SELECT count(*) > 0 AND count(*) = count(list.accepted_at)
            FROM person_list JOIN list ON list.id = person_list.list_id WHERE person_list.person = ?1";
        Ok(self.db.prepare_cached(sql)?.query_row([person], |row| row.get(0))?)
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
                statement.query_map([&uid], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            listers.insert(uid.clone(), people);
        }
        Ok(listers)
    }

    /// People with a list that could not be read last time, although it was asked for.
    pub fn failing_people(&self) -> Result<HashSet<String>, StoreError> {
        let sql =
            "SELECT DISTINCT person_list.person FROM list JOIN person_list ON person_list.list_id = list.id
            WHERE outcome <> 'not_asked' AND (good_at IS NULL OR good_at < read_at)";
        let mut statement = self.db.prepare_cached(sql)?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Letterboxd's number of a list, or of the member whose watchlist it is, as far as a page told it.
    pub fn number(&self, list: ListId) -> Result<Option<Number>, StoreError> {
        Ok(self.db.query_row("SELECT number FROM list WHERE id = ?1", [list], |row| row.get(0))?)
    }

    /// Remembers that number.
    pub fn record_number(&mut self, list: ListId, number: Number) -> Result<(), StoreError> {
        let sql = "UPDATE list SET number = ?2 WHERE id = ?1 AND number IS NOT ?2";
        self.db.execute(sql, params![list, number])?;
        Ok(())
    }

    /// The names under which the member of this number has, or had, a watchlist, but for this one.
    pub fn names_of_member(&self, member: Number, but: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT address FROM list WHERE kind = 'watchlist' AND number = ?1 AND address <> ?2
            ORDER BY read_at DESC, address";
        let mut statement = self.db.prepare_cached(sql)?;
        let names = statement.query_map(params![member, but], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// The page that a list's short link led to, as `OWNER/LIST`.
    pub fn landed(&self, list: ListId) -> Result<Option<String>, StoreError> {
        Ok(self.db.query_row("SELECT landed FROM list WHERE id = ?1", [list], |row| row.get(0))?)
    }

    /// Remembers that page.
    pub fn record_landed(&mut self, list: ListId, page: &str) -> Result<(), StoreError> {
        self.db.execute("UPDATE list SET landed = ?2 WHERE id = ?1", params![list, page])?;
        Ok(())
    }

    /// What the last reading that was all of a list said of its state, and the total that was declared last.
    pub fn last_seen(&self, list: ListId) -> Result<(Option<String>, Option<u32>), StoreError> {
        let sql = "SELECT state, declared FROM list WHERE id = ?1";
        Ok(self.db.query_row(sql, [list], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Remembers what it says: the next reading that says the same changes nothing.
    pub fn record_seen(&mut self, list: ListId, state: Option<&str>) -> Result<(), StoreError> {
        self.db.execute("UPDATE list SET state = ?2 WHERE id = ?1", params![list, state])?;
        Ok(())
    }

    /// A member changed names: what is known of their watchlist under the old one is that of the new one, of which
    /// nothing may be known yet. Returns whether that is so.
    pub fn rename_watchlist(&mut self, from: &str, to: &str) -> Result<bool, StoreError> {
        self.transact(|db| {
            let known = "SELECT 1 FROM list_entry
                WHERE list_id = (SELECT id FROM list WHERE kind = 'watchlist' AND address = ?1)";
            if db.prepare_cached(known)?.exists([to])? {
                return Ok(false);
            }
            for sql in [
                "DELETE FROM person_list
                    WHERE list_id = (SELECT id FROM list WHERE kind = 'watchlist' AND address = ?2) AND ?1 <> ?2",
                "DELETE FROM list WHERE kind = 'watchlist' AND address = ?2 AND ?1 <> ?2",
                "UPDATE list SET address = ?2 WHERE kind = 'watchlist' AND address = ?1",
            ] {
                db.execute(sql, [from, to])?;
            }
            Ok(true)
        })
    }

    /// Does this person want any list?
    pub fn wants_any(&self, person: &str) -> Result<bool, StoreError> {
        Ok(self.db.prepare_cached("SELECT 1 FROM person_list WHERE person = ?1")?.exists([person])?)
    }

    /// The people who want this list, by name.
    pub fn people_of_list(&self, list: ListId) -> Result<Vec<String>, StoreError> {
        people_of(&self.db, list)
    }

    /// The lists that this person wants.
    pub fn lists_of_person(&self, person: &str) -> Result<HashSet<ListId>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT list_id FROM person_list WHERE person = ?1")?;
        Ok(statement.query_map([person], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// A person goes by another name in the config: all that is known of them goes on under the new one, of which
    /// nothing may be known.
    pub fn rename_person(&mut self, from: &str, to: &str) -> Result<(), StoreError> {
        self.transact(|db| {
            for sql in [
                "DELETE FROM person_list WHERE person = ?2 AND ?1 <> ?2",
                "DELETE FROM person WHERE name = ?2 AND ?1 <> ?2",
                "UPDATE person SET name = ?2 WHERE name = ?1",
                "UPDATE person_list SET person = ?2 WHERE person = ?1",
                "UPDATE OR REPLACE list SET address = ?2 WHERE kind = 'export' AND address = ?1",
                "UPDATE OR REPLACE request SET person = ?2 WHERE person = ?1",
                // As before, until the config is looked at again: so that a server that it adds is seen.
                "DELETE FROM person_server WHERE person = ?2 AND ?1 <> ?2",
                "UPDATE person_server SET person = ?2 WHERE person = ?1",
                "UPDATE OR REPLACE presence SET person = ?2 WHERE person = ?1",
                "UPDATE OR REPLACE notice SET about = ?2
                    WHERE about = ?1 AND kind IN ('skip', 'list', 'collection', 'tiles', 'member')",
            ] {
                db.execute(sql, [from, to])?;
            }
            Ok(())
        })
    }

    /// This person, all of whose lists were read, wants these and no others. What is on none of them is wanted no more;
    /// until each of them had an accepted reading, all stays as it is. Returns the addresses of lists that went.
    pub fn want_only(&mut self, person: &str, lists: &[ListId]) -> Result<Vec<String>, StoreError> {
        let kept = serde_json::to_string(&lists.iter().map(ListId::get).collect::<Vec<_>>())
            .expect("numbers are JSON");
        let others = "SELECT address FROM person_list JOIN list ON list.id = person_list.list_id
            WHERE person = ?1 AND list_id NOT IN (SELECT value FROM json_each(?2)) ORDER BY address";
        let mut statement = self.db.prepare_cached(others)?;
        let others = statement.query_map([person, &kept], |row| row.get(0))?;
        let others = others.collect::<Result<Vec<String>, _>>()?;
        drop(statement);
        let unread =
            "SELECT 1 FROM list WHERE id IN (SELECT value FROM json_each(?1)) AND accepted_at IS NULL";
        if others.is_empty() || self.db.prepare_cached(unread)?.exists([&kept])? {
            if lists.len() > 1 {
                self.transact(|db| end_requests(db, person, None))?;
            }
            return Ok(Vec::new());
        }
        self.transact(|db| {
            let sql = "DELETE FROM person_list
                WHERE person = ?1 AND list_id NOT IN (SELECT value FROM json_each(?2))";
            db.execute(sql, [person, &kept])?;
            end_requests(db, person, None)?;
            db.execute("UPDATE person SET readings = readings + 1 WHERE name = ?1", [person])?;
            Ok(others)
        })
    }
}

fn people_of(db: &Connection, list: ListId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT person FROM person_list WHERE list_id = ?1 ORDER BY person";
    let mut statement = db.prepare_cached(sql)?;
    Ok(statement.query_map([list], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn clear_missing(db: &Connection, list: ListId) -> Result<(), StoreError> {
    db.execute("UPDATE list_entry SET is_missing = 0 WHERE list_id = ?1 AND is_missing = 1", [list])?;
    Ok(())
}

/// After entries came off a list, which is being accepted, or a list was dropped: nobody wants what is on none of their
/// lists.
fn end_requests(db: &Connection, person: &str, accepted: Option<ListId>) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(END_REQUESTS)?;
    let ended = statement.query_map(params![person, accepted], |row| row.get(0))?;
    for uid in ended.collect::<Result<HashSet<Uid>, _>>()? {
        let sql = "UPDATE presence SET state = NULL WHERE person = ?1 AND uid = ?2";
        db.prepare_cached(sql)?.execute(params![person, uid])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
