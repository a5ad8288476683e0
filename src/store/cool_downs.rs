//! Cool-downs: exit addresses that Letterboxd refused, and until when they are left alone.

use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};
use crate::domain::clock::{DAY, Timestamp};

/// One exit address that was refused and has not worked since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoolDown {
    /// `direct`, or `HOST:PORT` of a proxy.
    pub route: String,
    /// Until when it is left alone; then one request may try.
    pub until: Timestamp,
}

impl Store {
    /// Every exit address that was refused and has not worked since, those that are over included.
    pub fn cool_downs(&self) -> Result<Vec<CoolDown>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT route, until FROM cool_down ORDER BY route")?;
        let rows = statement.query_map([], |row| Ok(CoolDown { route: row.get(0)?, until: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// An exit address was refused. The cool-down takes `first`, twice as long as the one before, or as long as
    /// Letterboxd asked for, whichever is longest; a day at the most. Returns until when.
    pub fn begin_cool_down(
        &mut self,
        route: &str,
        first: Duration,
        retry_after: Option<Duration>,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let seconds = |time: Duration| Timestamp::try_from(time.as_secs()).unwrap_or(DAY);
        let sql = "SELECT seconds FROM cool_down WHERE route = ?1";
        let before: Option<Timestamp> = self.db.query_row(sql, [route], |row| row.get(0)).optional()?;
        let own = before.map_or(seconds(first), |before| before.saturating_mul(2));
        let length = own.max(retry_after.map_or(0, seconds)).min(DAY);
        // What Letterboxd asked for once is no reason to ask it even less the next time.
        let remembered = own.min(DAY);
        let sql = "INSERT OR REPLACE INTO cool_down (route, until, seconds) VALUES (?1, ?2, ?3)";
        self.db.execute(sql, params![route, now + length, remembered])?;
        Ok(now + length)
    }

    /// Takes over what became of the cool-downs of another store, a dry run's copy, since they were `before`; what
    /// another process wrote here meanwhile stays.
    pub fn adopt_cool_downs(&mut self, copy: &Self, before: &[CoolDown]) -> Result<(), StoreError> {
        let after = copy.cool_downs()?;
        self.transact(|db| {
            for ended in before.iter().filter(|one| after.iter().all(|other| other.route != one.route)) {
                db.execute("DELETE FROM cool_down WHERE route = ?1", [&ended.route])?;
            }
            for begun in after.iter().filter(|one| !before.contains(one)) {
                let sql = "SELECT seconds FROM cool_down WHERE route = ?1";
                let seconds: Timestamp = copy.db.query_row(sql, [&begun.route], |row| row.get(0))?;
                let sql = "INSERT OR REPLACE INTO cool_down (route, until, seconds) VALUES (?1, ?2, ?3)";
                db.execute(sql, params![begun.route, begun.until, seconds])?;
            }
            Ok(())
        })
    }

    /// An exit address works again.
    pub fn end_cool_down(&mut self, route: &str) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM cool_down WHERE route = ?1", [route])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cool_down_doubles_up_to_a_day_and_ends_with_the_first_success() {
        let mut store = Store::in_memory().unwrap();
        let hour = Duration::from_hours(1);
        for hours in [1, 2, 4, 8, 16, 24, 24] {
            assert_eq!(store.begin_cool_down("direct", hour, None, 1000).unwrap(), 1000 + hours * 3600);
        }
        assert_eq!(store.cool_downs().unwrap(), [CoolDown { route: "direct".to_owned(), until: 1000 + DAY }]);
        store.end_cool_down("direct").unwrap();
        assert_eq!(store.begin_cool_down("direct", hour, None, 1000).unwrap(), 1000 + 3600);
    }

    #[test]
    fn a_longer_pause_that_was_asked_for_is_kept_up_to_a_day() {
        let mut store = Store::in_memory().unwrap();
        let ask = |secs| Some(Duration::from_secs(secs));
        let hour = Duration::from_hours(1);
        assert_eq!(store.begin_cool_down("a:1", hour, ask(60), 0).unwrap(), 3600);
        assert_eq!(store.begin_cool_down("b:1", hour, ask(7200), 0).unwrap(), 7200);
        assert_eq!(store.begin_cool_down("c:1", hour, ask(999_999), 0).unwrap(), DAY);
    }
    #[test]
    fn what_a_copy_learned_is_taken_over_and_what_others_wrote_meanwhile_stays() {
        let hour = Duration::from_hours(1);
        let routes = |store: &Store| {
            let cool_downs = store.cool_downs().unwrap().into_iter();
            cool_downs.map(|one| format!("{} {}", one.route, one.until)).collect::<Vec<_>>()
        };
        let (mut store, mut copy) = (Store::in_memory().unwrap(), Store::in_memory().unwrap());
        for one in [&mut store, &mut copy] {
            one.begin_cool_down("ended:1", hour, None, 0).unwrap();
            one.begin_cool_down("refused:1", hour, None, 0).unwrap();
        }
        let before = copy.cool_downs().unwrap();
        copy.end_cool_down("ended:1").unwrap();
        copy.begin_cool_down("refused:1", hour, None, 4000).unwrap();
        store.begin_cool_down("other:1", hour, None, 0).unwrap();
        store.adopt_cool_downs(&copy, &before).unwrap();
        assert_eq!(routes(&store), ["other:1 3600", "refused:1 11200"]);
        store.begin_cool_down("refused:1", hour, None, 0).unwrap();
        assert_eq!(routes(&store)[1], "refused:1 14400", "it doubles on");
    }
}
