//! Where the readings of each list stand, and how the last one went.

use rusqlite::{Row, params};

use super::{Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::ListId;
use crate::domain::list::{Cursor, Incomplete, Mismatch};

impl Store {
    /// Where the readings of a list stand.
    pub fn cursor(&self, list: ListId) -> Result<Cursor, StoreError> {
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
                whole_at: row.get("whole_at")?,
                shortfall: row.get("shortfall")?,
                mismatch,
                pending_at: row.get("pending_at")?,
                incomplete,
            })
        };
        let mut statement = self.db.prepare_cached("SELECT * FROM list WHERE id = ?1")?;
        Ok(statement.query_row([list], read)?)
    }

    /// Moves the cursor.
    pub fn save_cursor(&mut self, list: ListId, cursor: &Cursor) -> Result<(), StoreError> {
        let mismatch = cursor.mismatch.as_ref();
        let sql = "UPDATE list SET accepted_at = ?2, whole_at = ?3, shortfall = ?4, mismatch_at = ?5,
                mismatch_count = ?6, mismatch_declared = ?7, mismatch_shortfall = ?8, pending_at = ?9,
                incomplete_at = ?10, incomplete_count = ?11
            WHERE id = ?1";
        let values = params![
            list,
            cursor.accepted_at,
            cursor.whole_at,
            cursor.shortfall,
            mismatch.map(|mismatch| mismatch.first_at),
            mismatch.map_or(0, |mismatch| mismatch.count),
            mismatch.map(|mismatch| mismatch.declared),
            mismatch.and_then(|mismatch| mismatch.shortfall),
            cursor.pending_at,
            cursor.incomplete.map(|incomplete| incomplete.last_at),
            cursor.incomplete.map_or(0, |incomplete| incomplete.count),
        ];
        self.db.execute(sql, values)?;
        Ok(())
    }

    /// Keeps why a page of a list could not be read, for the runs that do not ask for it.
    pub fn keep_reason(&mut self, list: ListId, why: &str) -> Result<(), StoreError> {
        self.db.execute("UPDATE list SET incomplete_why = ?2 WHERE id = ?1", params![list, why])?;
        Ok(())
    }

    /// What [`Store::keep_reason`] kept last.
    pub fn kept_reason(&self, list: ListId) -> Result<Option<String>, StoreError> {
        Ok(self.db.query_row("SELECT incomplete_why FROM list WHERE id = ?1", [list], |row| row.get(0))?)
    }

    /// Writes down how a reading went.
    pub fn record_reading(
        &mut self,
        list: ListId,
        outcome: &str,
        problem: Option<&str>,
        declared: Option<u32>,
        is_read: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE list SET outcome = ?2, problem = ?3, declared = coalesce(?4, declared), read_at = ?6,
                good_at = iif(?5, ?6, good_at)
            WHERE id = ?1";
        self.db.execute(sql, params![list, outcome, problem, declared, is_read, now])?;
        Ok(())
    }
}
