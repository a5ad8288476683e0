//! The one SQLite door: what was read, what was answered, what was put where.
//!
//! One connection, owned by one thread. Every outcome is written the moment it is known, in a transaction of its
//! own; readers of the same file (`status`, `scrape`) wait for it. The journal is SQLite's rollback journal: one
//! writer at a time, and a read-only mount can still be read (facts/crates.md §4). A file that cannot be read stops
//! the run: an empty one in its place would mean that nothing was ever synced.

mod entries;
mod films;
mod members;
mod runs;
mod schema;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

pub use entries::{Listed, Wish, WishProblem};
pub use films::{Look, Skip};
pub use members::{MemberRow, Place};
pub use runs::{PersonStatus, Run};

/// Seconds since the Unix epoch.
pub type Timestamp = i64;

/// One day in seconds.
pub const DAY: Timestamp = 24 * 3600;

/// The store, open.
#[derive(Debug)]
pub struct Store {
    db: Connection,
}

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer lbjf wrote it.
    #[error("it was written by a newer lbjf (schema {found}, this one knows up to {known})")]
    Newer {
        /// The file's schema.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// It is some other program's.
    #[error("it is no lbjf database")]
    Foreign,
    /// It exists but cannot be written.
    #[error("it can be read but not written")]
    ReadOnly,
    /// Its pages are damaged.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Its folder cannot be made.
    #[error("cannot make the folder `{}`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Anything else that SQLite says.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged("database disk image is malformed".to_owned()),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            _ => Self::Sqlite(error),
        }
    }
}

impl StoreError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Newer { .. } => Some("use that lbjf, or name another file in `system.database`"),
            Self::Foreign => {
                Some("`system.database` names a file that is not lbjf's; nothing was changed in it")
            }
            Self::ReadOnly => Some("check the owner and the mount of the file and its folder"),
            Self::Damaged(_) => Some(
                "put a backup in its place; without one, move it away: the next run then asks for everything again",
            ),
            Self::Folder { .. } | Self::Sqlite(_) => None,
        }
    }
}

impl Store {
    /// Opens the store for writing; makes it, and its folder, when there is none.
    ///
    /// # Errors
    ///
    /// When the file is not ours, newer, damaged or cannot be written. It is then left as it is.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        }
        let db = Connection::open(path)?;
        // SQLite opens a file it may not write without a word.
        if db.is_readonly("main")? {
            return Err(StoreError::ReadOnly);
        }
        Self::prepare(db)
    }

    /// Opens an existing store for reading only; `None` when there is none.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn open_existing(path: &Path) -> Result<Option<Self>, StoreError> {
        if !path.exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)?;
        match schema::check(&db)? {
            version if version == schema::known_version() => Ok(Some(Self { db })),
            // An older file is read through a copy that is brought up to date.
            _ => Self::copy_of(path).map(Some),
        }
    }

    /// A copy in memory, for a dry run: what is written to it is gone with it.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn copy_of(path: &Path) -> Result<Self, StoreError> {
        let mut db = Connection::open_in_memory()?;
        if path.exists() {
            let original = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            schema::check(&original)?;
            rusqlite::backup::Backup::new(&original, &mut db)?.run_to_completion(1000, std::time::Duration::ZERO, None)?;
        }
        Self::prepare(db)
    }

    /// An empty store in memory.
    ///
    /// # Errors
    ///
    /// When SQLite has no memory left.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    fn prepare(mut db: Connection) -> Result<Self, StoreError> {
        schema::check(&db)?;
        // Damaged pages pass the opening; this finds them in a millisecond a megabyte.
        let verdict: String = db.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::Damaged(verdict));
        }
        schema::migrate(&mut db)?;
        Ok(Self { db })
    }

    /// Runs `work` in one transaction: all of it is stored, or none.
    ///
    /// Immediate, since a deferred one that comes to write fails at once when another process writes.
    fn transact<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests;
