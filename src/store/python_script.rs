//! The database of the Python script letterboxd-jellyfin (`sync_state.db`, schemas 1 to 3), which is only read.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::StoreError;

/// How many films of a person are in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Films {
    /// The Letterboxd name.
    pub username: String,
    /// `completed`, `pending_radarr`, `retry_jellyfin`, …
    pub status: String,
    /// Why it is completed: `jellyfin_added`, `radarr_no_file`, …
    pub completion_reason: Option<String>,
    /// How many.
    pub films: u64,
}

/// Counts everybody's films.
///
/// # Errors
///
/// When it is not such a database.
pub fn films(path: &Path) -> Result<Vec<Films>, StoreError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "SELECT username, status, completion_reason, count(*) FROM movies GROUP BY 1, 2, 3";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Films {
            username: row.get(0)?,
            status: row.get(1)?,
            completion_reason: row.get(2)?,
            films: row.get::<_, i64>(3)?.unsigned_abs(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn films_are_counted_by_person_and_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sync_state.db");
        assert!(matches!(films(&path), Err(StoreError::CannotOpen)));
        let db = Connection::open(&path).unwrap();
        db.execute_batch(
            "CREATE TABLE movies (username TEXT, endpoint TEXT, status TEXT, completion_reason TEXT);
             INSERT INTO movies VALUES ('Ada', 'film/a/', 'completed', 'jellyfin_added'),
                ('Ada', 'film/b/', 'completed', 'jellyfin_added'), ('Ada', 'film/c/', 'pending_radarr', NULL);",
        )
        .unwrap();
        let of = |status: &str, reason: Option<&str>, films| Films {
            username: "Ada".to_owned(),
            status: status.to_owned(),
            completion_reason: reason.map(str::to_owned),
            films,
        };
        assert_eq!(
            films(&path).unwrap(),
            [of("completed", Some("jellyfin_added"), 2), of("pending_radarr", None, 1)]
        );
    }
}
