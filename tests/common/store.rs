//! What a test does to the store from outside: it lets time pass, and reads what is there.

use std::time::Duration;

use super::World;

impl World {
    /// Makes everything that the store remembers older.
    pub fn pass_time(&self, time: Duration) {
        self.move_times(i64::try_from(time.as_secs()).expect("a few days"));
    }

    /// Sets the clock back: everything that the store remembers is so much younger, most of it in the future.
    pub fn turn_back(&self, time: Duration) {
        self.move_times(-i64::try_from(time.as_secs()).expect("a few years"));
    }

    fn move_times(&self, seconds: i64) {
        let db = rusqlite::Connection::open(self.database()).expect("a run made the store");
        for (table, columns) in [
            (
                "list",
                &[
                    "accepted_at",
                    "whole_at",
                    "mismatch_at",
                    "pending_at",
                    "read_at",
                    "good_at",
                    "incomplete_at",
                ][..],
            ),
            ("list_entry", &["first_seen_at"]),
            ("presence", &["changed_at"]),
            ("request", &["requested_at", "answered_at", "next_try_at"]),
            ("film", &["next_look_at"]),
            ("notice", &["told_at"]),
            ("told", &["told_at"]),
            ("trouble", &["began_at", "seen_at", "ended_at"]),
            ("ineffective", &["tried_at"]),
            ("member", &["hidden_since"]),
            ("library", &["watermark", "whole_at", "doubtful_since"]),
            ("cool_down", &["until"]),
            ("run", &["started_at", "ended_at"]),
        ] {
            for column in columns {
                db.execute(&format!("UPDATE {table} SET {column} = {column} - ({seconds})"), [])
                    .expect(column);
            }
        }
    }

    /// Everything the store remembers, as text, but for what films are.
    pub fn remembered(&self) -> Vec<String> {
        let db = rusqlite::Connection::open(self.database()).expect("a run made the store");
        let sql =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('film', 'slug', 'library')";
        let mut tables = db.prepare(sql).expect("every database has a schema");
        let tables = tables.query_map([], |row| row.get(0)).expect("it can be read");
        let mut rows = Vec::new();
        for table in tables.collect::<Result<Vec<String>, _>>().expect("names are text") {
            let mut all =
                db.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).expect("the table is there");
            let columns = all.column_count();
            let row = |row: &rusqlite::Row<'_>| {
                let value = |column| row.get::<_, rusqlite::types::Value>(column);
                Ok(format!("{table}: {:?}", (0..columns).map(value).collect::<Result<Vec<_>, _>>()?))
            };
            rows.extend(all.query_map([], row).expect(&table).map(|row| row.expect("any value will do")));
        }
        rows
    }
}
