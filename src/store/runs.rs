//! The history of runs, and what was told when.

use rusqlite::{Connection, OptionalExtension, params};

use super::films::clean;
use super::integrity::{IntegrityCheck, examine};
use super::{Store, StoreError};
use crate::domain::clock::{DAY, Timestamp};
use crate::domain::notice::Notice;
use crate::domain::text::one_line;

/// So many runs are kept, a week of one every ten minutes; of those before them only what [`thin`] leaves.
const RUNS_KEPT: i64 = 1000;

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: i64,
    /// `sync` or `cleanup`.
    pub command: String,
    /// When it began.
    pub started_at: Timestamp,
    /// `None`: still running, or killed.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub exit_code: Option<u8>,
    /// Did it go well, but for lists that only their owners can mend?
    pub is_well: bool,
    /// Its closing line.
    pub summary: Option<String>,
    /// What a person should look at.
    pub problems: Vec<String>,
}

/// How a run ended, as it is written down.
#[derive(Debug)]
pub struct RunEnd<'a> {
    /// The exit code.
    pub exit_code: u8,
    /// Did it go well, but for lists that only their owners can mend?
    pub is_well: bool,
    /// Its closing line.
    pub summary: &'a str,
    /// What a person should look at.
    pub problems: &'a [String],
}

/// A clock that was ahead left dates that are far off; what waits for them would wait as long as it was ahead. Waits
/// begin anew or are over; none gets shorter for what is taken away after them. The other dates are compared where
/// they are read.
fn set_clock_right(db: &Connection, now: Timestamp) -> Result<(), StoreError> {
    // No wait is longer: failed requests are tried daily, and films without an id looked at every 30 days.
    let (day, month) = (now + DAY, now + 30 * DAY);
    db.execute("UPDATE list SET pending_at = ?1 WHERE pending_at > ?1", [now])?;
    db.execute("UPDATE list SET mismatch_at = ?1 WHERE mismatch_at > ?1", [now])?;
    db.execute("UPDATE request SET next_try_at = 0 WHERE next_try_at > ?1", [day])?;
    db.execute("UPDATE film SET next_look_at = 0 WHERE next_look_at > ?1", [month])?;
    db.execute("UPDATE cool_down SET until = ?1 WHERE until > ?2", [now, day])?;
    db.execute("DELETE FROM ineffective WHERE tried_at > ?1", [now])?;
    db.execute("UPDATE told SET told_at = ?1 WHERE told_at > ?1", [now])?;
    db.execute("UPDATE trouble SET began_at = ?1 WHERE began_at > ?1", [now])?;
    db.execute("UPDATE trouble SET seen_at = ?1 WHERE seen_at > ?1", [now])?;
    db.execute("UPDATE library SET whole_at = NULL WHERE whole_at > ?1", [now])?;
    db.execute("UPDATE library SET doubtful_since = ?1 WHERE doubtful_since > ?1", [now])?;
    Ok(())
}

/// Five years of runs are no use to anybody: of the older ones stays the first of each day that did not end well, for
/// a year; and the last good one, however long ago that was.
fn thin(db: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let sql = "DELETE FROM run WHERE id <= (SELECT max(id) FROM run) - ?1
        AND id IS NOT (SELECT max(id) FROM run WHERE exit_code = 0)
        AND (started_at < ?2 OR id NOT IN
            (SELECT min(id) FROM run WHERE coalesce(exit_code, 1) <> 0 GROUP BY started_at / ?3))";
    db.prepare_cached(sql)?.execute([RUNS_KEPT, now - 365 * DAY, DAY])?;
    Ok(())
}

impl Store {
    /// Writes down that a run begins; returns its number. The first one of a day looks at the whole store first, and
    /// as long as that finds damage no run begins.
    pub fn begin_run(&mut self, command: &str, now: Timestamp) -> Result<i64, StoreError> {
        let sql = "SELECT started_at FROM run ORDER BY id DESC LIMIT 1";
        let last: Option<Timestamp> = self.db.query_row(sql, [], |row| row.get(0)).optional()?;
        if last.is_none_or(|last| last.div_euclid(DAY) != now.div_euclid(DAY)) {
            examine(&self.db, IntegrityCheck::Full)?;
        }
        self.transact(|db| {
            set_clock_right(db, now)?;
            db.execute("INSERT INTO run (command, started_at) VALUES (?1, ?2)", params![command, now])?;
            Ok(db.last_insert_rowid())
        })
    }

    /// Writes down how it ended, and what a person should look at.
    pub fn end_run(&mut self, id: i64, now: Timestamp, end: &RunEnd<'_>) -> Result<(), StoreError> {
        let sql = "UPDATE run SET ended_at = ?2, exit_code = ?3, is_well = ?4, summary = ?5, problems = ?6
            WHERE id = ?1";
        self.transact(|db| {
            let problems = end.problems.join("\n");
            db.execute(sql, params![id, now, end.exit_code, end.is_well, end.summary, problems])?;
            thin(db, now)
        })
    }

    /// When the last run ended that went well.
    pub fn last_success(&self) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT ended_at FROM run WHERE exit_code = 0 ORDER BY id DESC LIMIT 1";
        Ok(self.db.query_row(sql, [], |row| row.get(0)).optional()?)
    }

    /// The last runs, newest first.
    pub fn runs(&self, limit: u32) -> Result<Vec<Run>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT * FROM run ORDER BY id DESC LIMIT ?1")?;
        let runs = statement.query_map([limit], |row| {
            let problems = row.get::<_, Option<String>>("problems")?.unwrap_or_default();
            let exit_code = row.get("exit_code")?;
            Ok(Run {
                id: row.get("id")?,
                command: row.get("command")?,
                started_at: row.get("started_at")?,
                ended_at: row.get("ended_at")?,
                exit_code,
                is_well: row.get::<_, Option<bool>>("is_well")?.unwrap_or(exit_code == Some(0)),
                summary: clean(row.get("summary")?),
                problems: problems.lines().map(|line| one_line(line).into_owned()).collect(),
            })
        })?;
        Ok(runs.collect::<Result<_, _>>()?)
    }

    /// Is this worth a warning, or was it told within a day? Remembers that it is told now.
    pub fn is_due_again<'a>(
        &mut self,
        notice: impl Into<Notice<'a>>,
        every: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Notice { kind, about, detail } = notice.into();
        let sql = "SELECT told_at FROM notice WHERE kind = ?1 AND about = ?2 AND detail = ?3";
        let told_at: Option<Timestamp> =
            self.db.query_row(sql, [kind, about, detail], |row| row.get(0)).optional()?;
        // A date in the future comes from a clock that was wrong.
        let is_news = told_at.is_none_or(|told_at| now - told_at >= every || told_at > now);
        if is_news {
            let sql = "INSERT OR REPLACE INTO notice (kind, about, detail, told_at) VALUES (?1, ?2, ?3, ?4)";
            self.db.execute(sql, params![kind, about, detail, now])?;
        }
        Ok(is_news)
    }

    /// Was this never told before? Remembers that it is told now, for good.
    pub fn mark_once<'a>(
        &mut self,
        notice: impl Into<Notice<'a>>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Notice { kind, about, detail } = notice.into();
        let sql = "INSERT OR IGNORE INTO notice (kind, about, detail, told_at) VALUES (?1, ?2, ?3, ?4)";
        Ok(self.db.execute(sql, params![kind, about, detail, now])? == 1)
    }

    /// Forgets what was told of this kind: if it happens again, it is news again.
    pub fn forget_notices(&mut self, kind: &'static str) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM notice WHERE kind = ?1", [kind])?;
        Ok(())
    }

    /// Forgets what was told of this kind about one name.
    pub fn forget_notices_about(&mut self, kind: &'static str, about: &str) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM notice WHERE kind = ?1 AND about = ?2", [kind, about])?;
        Ok(())
    }
}
