//! The one SQLite door: what was read, what was answered, what was put where.
//!
//! One connection, owned by one thread. Every outcome is written the moment it is known, in a transaction of its
//! own; readers of the same file (`status`, `scrape`) wait for it. The journal is SQLite's rollback journal: one
//! writer at a time, and a read-only mount can still be read (docs/design.md#sqlite). A file that cannot be read stops
//! the run: an empty one in its place would mean that nothing was ever synced. A new store is therefore made under
//! another name and then put in place, so that a file of no bytes is always one that lost them. Before an older file
//! is brought up to date, a copy of it is kept beside it as `lbjf.db.v<schema>.bak`.

mod cool_downs;
mod cursors;
mod films;
mod ids;
mod integrity;
mod library;
mod lists;
mod members;
mod playlists;
mod presence;
mod probe;
pub mod python_script;
mod radarrs;
mod requests;
mod runs;
mod schema;
mod status;
mod troubles;
mod wanted;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, ffi};

pub use cool_downs::CoolDown;
pub use films::Skip;
pub use playlists::KnownPlaylist;
pub use probe::Condition;
pub use runs::{Run, RunEnd};
pub use schema::SCHEMA_VERSION;
pub use status::{AnswerStatus, EntryStatus, FilmStatus, ListStatus, PersonStatus};

use crate::system::lock::{NO_LOCKS_HINT, folder_hint};
use integrity::{IntegrityCheck, count_all, examine, refuse_short};
use schema::{MIGRATIONS, Migrations};

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
    #[error("it is not an lbjf database")]
    Foreign,
    /// It has no bytes.
    #[error("it is empty, which an lbjf database never is")]
    Empty,
    /// It exists but cannot be written.
    #[error("it can be read but not written")]
    ReadOnly,
    /// It is no file, or one that we may not open.
    #[error("it cannot be opened")]
    CannotOpen,
    /// The disk is full.
    #[error("it cannot be written: the disk is full")]
    Full,
    /// The disk fails, or a quota or a limit is reached.
    #[error("it cannot be read or written: {0}")]
    Disk(String),
    /// Its folder takes no locks, as some network shares do.
    #[error("its folder does not support locks (a network share?)")]
    NoLocks,
    /// Another program has it and does not let go.
    #[error("another program keeps it locked")]
    Locked,
    /// Its pages are damaged.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Its folder cannot be made.
    #[error("cannot make the folder `{}`", crate::domain::text::path(path))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file beside it, or it itself, cannot be made or looked at.
    #[error("cannot use `{}`", crate::domain::text::path(path))]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
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
            Some(ErrorCode::CannotOpen) => Self::CannotOpen,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::SystemIoFailure) if is_lock(&error) => Self::NoLocks,
            Some(ErrorCode::SystemIoFailure) => Self::Disk(error.to_string()),
            Some(ErrorCode::DatabaseBusy) => Self::Locked,
            _ => Self::Sqlite(error),
        }
    }
}

/// Is it a lock that the disk fails at?
fn is_lock(error: &rusqlite::Error) -> bool {
    let locks = [
        ffi::SQLITE_IOERR_LOCK,
        ffi::SQLITE_IOERR_RDLOCK,
        ffi::SQLITE_IOERR_UNLOCK,
        ffi::SQLITE_IOERR_CHECKRESERVEDLOCK,
    ];
    error.sqlite_error().is_some_and(|error| locks.contains(&error.extended_code))
}

impl StoreError {
    /// A file cannot be made or looked at.
    fn file(path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::StorageFull {
            return Self::Full;
        }
        Self::File { path: path.to_owned(), source }
    }

    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoLocks => Some(NO_LOCKS_HINT),
            Self::Folder { source, .. } => Some(folder_hint(source)),
            Self::File { source, .. }
                if matches!(
                    source.kind(),
                    io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::QuotaExceeded
                ) =>
            {
                Some(folder_hint(source))
            }
            Self::Newer { .. } => Some("use that version of lbjf, or name another file in `system.database`"),
            Self::Foreign => {
                Some("`system.database` names a file that is not lbjf's; nothing was changed in it")
            }
            Self::Empty => Some(
                "if it was in use, restore a backup; otherwise remove it, and the next run creates a new one and reads everything again",
            ),
            Self::CannotOpen | Self::File { .. } => {
                Some("check that it is a file, and the owner and permissions of the file and its folder")
            }
            Self::Full => Some("free some space on its disk; the next run continues where this one stopped"),
            Self::Disk(_) => Some("check whether its disk is full, over a quota, or failing"),
            Self::Locked => Some("close the program that has it open, such as a database browser"),
            Self::ReadOnly => Some("check the owner and the mount of the file and its folder"),
            Self::Damaged(_) => Some(
                "restore a backup; without one, move the file away, and the next run reads everything again",
            ),
            Self::Sqlite(_) => None,
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
        Self::open_to_write(path).map_err(|error| explain(path, error))
    }

    /// As [`Store::open`], but leaves a file of an older schema as it is: that is for a run to bring up to date.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn open_current(path: &Path) -> Result<Option<Self>, StoreError> {
        if exists(path)? {
            let found = open_to_read(path).and_then(|db| schema::check(&db, SCHEMA_VERSION));
            if found.map_err(|error| explain(path, error))? < SCHEMA_VERSION {
                return Ok(None);
            }
        }
        Self::open(path).map(Some)
    }

    fn open_to_write(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)
                .map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        }
        if exists(path)? {
            refuse_empty(path)?;
        } else if !path.is_symlink() {
            Self::create(path)?;
        } // A link to a file that is still to be made: SQLite makes it where the link points.
        let db = Connection::open(path)?;
        // SQLite opens a file it may not write without a word.
        if db.is_readonly("main")? {
            return Err(StoreError::ReadOnly);
        }
        Self::prepare(db, Some(path), MIGRATIONS)
    }

    /// Makes a new store, whole before it gets its name: a run that is killed meanwhile leaves none.
    fn create(path: &Path) -> Result<(), StoreError> {
        let new = make_beside(path, NEW, "")?;
        let made = Connection::open(&new).map_err(StoreError::from).and_then(|db| {
            // Nobody else knows the file, so nobody is waited for.
            db.busy_timeout(Duration::ZERO)?;
            let store = Self::prepare(db, None, MIGRATIONS)?;
            // Migrations leave pages behind that nothing is on, and on which no damage would show.
            Ok(store.db.execute_batch("VACUUM")?)
        });
        let placed = made.and_then(|()| {
            let linked = match fs::hard_link(&new, path) {
                // Another process was faster; its store is as good.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                // Some disks know no links.
                Err(_) => fs::rename(&new, path),
                Ok(()) => Ok(()),
            };
            linked.map_err(|source| StoreError::file(path, source))
        });
        let _ = fs::remove_file(&new);
        placed
    }

    /// Opens an existing store for reading only; `None` when there is none.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn open_existing(path: &Path) -> Result<Option<Self>, StoreError> {
        Self::open_one(path).map_err(|error| explain(path, error))
    }

    fn open_one(path: &Path) -> Result<Option<Self>, StoreError> {
        if !exists(path)? {
            return Ok(None);
        }
        let db = open_to_read(path)?;
        if schema::check(&db, SCHEMA_VERSION)? == SCHEMA_VERSION {
            count_all(&db)?;
            return Ok(Some(Self { db }));
        }
        // An older file is read through a copy that is brought up to date.
        Self::copied(path).map(Some)
    }

    /// A copy in memory, for a dry run: what is written to it is gone with it.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn copy_of(path: &Path) -> Result<Self, StoreError> {
        Self::copied(path).map_err(|error| explain(path, error))
    }

    fn copied(path: &Path) -> Result<Self, StoreError> {
        let mut db = Connection::open_in_memory()?;
        if exists(path)? {
            let from = open_to_read(path)?;
            refuse_short(&from)?;
            copy(&from, &mut db)?;
        }
        Self::prepare(db, None, MIGRATIONS)
    }

    /// An empty store in memory.
    ///
    /// # Errors
    ///
    /// When SQLite has no memory left.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::prepare(Connection::open_in_memory()?, None, MIGRATIONS)
    }

    /// Removes what runs left that were killed while they made a store, or the copy of an older one. Only who holds the
    /// lock may do so: everybody who makes such files does.
    pub fn remove_leftovers(path: &Path) {
        let (Some(name), Some(folder)) = (path.file_name().and_then(|name| name.to_str()), path.parent())
        else {
            return;
        };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let Ok(files) = fs::read_dir(folder) else { return };
        let is_left = |found: &str| {
            let rest = found.strip_prefix(name).unwrap_or_default();
            let copied = rest.strip_prefix(".v").and_then(|rest| rest.split_once(".bak"));
            let version_is_number = |version: &str| version.bytes().all(|byte| byte.is_ascii_digit());
            let rest =
                copied.filter(|(version, _)| version_is_number(version)).map_or(rest, |(_, rest)| rest);
            rest.starts_with(NEW)
        };
        for file in files.flatten().filter(|file| file.file_name().to_str().is_some_and(is_left)) {
            let _ = fs::remove_file(file.path());
        }
    }

    /// Checks an open database and brings it up to date. `path` is where it lies, when a copy is to be kept of it.
    fn prepare(mut db: Connection, path: Option<&Path>, migrations: Migrations) -> Result<Self, StoreError> {
        keep_plans(&db)?;
        let known = schema::version_of(migrations);
        let found = schema::check(&db, known)?;
        examine(&db, IntegrityCheck::Quick)?;
        if let Some(path) = path.filter(|_| (1..known).contains(&found)) {
            back_up(&db, path, found)?;
        }
        schema::migrate(&mut db, migrations)?;
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

/// Is there a file? Not being able to look is an error: "no" would mean that nothing was ever synced.
fn exists(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(|source| StoreError::File { path: path.to_owned(), source })
}

/// To SQLite a file without bytes is a new database, and a folder a disk that fails.
fn refuse_empty(path: &Path) -> Result<(), StoreError> {
    let about = fs::metadata(path);
    match about.map_err(|source| StoreError::File { path: path.to_owned(), source })? {
        about if about.is_dir() => Err(StoreError::CannotOpen),
        about if about.len() == 0 => Err(StoreError::Empty),
        _ => Ok(()),
    }
}

/// What SQLite says of a lock that cannot be had is the same whoever is to blame; this finds out.
fn explain(path: &Path, error: StoreError) -> StoreError {
    if matches!(error, StoreError::Locked) && probe::takes_no_locks(path) {
        StoreError::NoLocks
    } else {
        error
    }
}

/// What stands behind the name of a file that is still being made.
const NEW: &str = ".new-";

/// Makes an empty file beside `path`, under a name that nobody else has: two containers on one volume may both be
/// process 1.
fn make_beside(path: &Path, kind: &str, ending: &str) -> Result<PathBuf, StoreError> {
    loop {
        let new = beside(path, &format!("{kind}{:016x}{ending}", fastrand::u64(..)));
        match fs::File::options().write(true).create_new(true).open(&new) {
            Ok(_) => return Ok(new),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(StoreError::file(path, source)),
        }
    }
}

/// `lbjf.db` with something behind it.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Makes one plan of a statement do for all values (docs/design.md#sqlite).
fn keep_plans(db: &Connection) -> Result<(), StoreError> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Opens a file that is not to be changed.
fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    refuse_empty(path)?;
    let open = |how| -> Result<Connection, StoreError> {
        let db = Connection::open_with_flags(path, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        keep_plans(&db)?;
        Ok(db)
    };
    let db = open(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match schema::check(&db, SCHEMA_VERSION) {
        // A run was killed while it wrote: what it began can be undone only by one who may write.
        Err(StoreError::ReadOnly) => {
            let db = open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            schema::check(&db, SCHEMA_VERSION)?;
            Ok(db)
        }
        checked => checked.map(|_| db),
    }
}

fn copy(from: &Connection, to: &mut Connection) -> Result<(), StoreError> {
    Ok(Backup::new(from, to)?.run_to_completion(1000, Duration::ZERO, None)?)
}

/// Keeps a copy of a file that is about to be migrated, under its own name with `.v<schema>.bak` behind it. One of
/// that name is replaced, since this one is younger: somebody went back to an older lbjf for a while.
fn back_up(db: &Connection, path: &Path, version: u32) -> Result<(), StoreError> {
    let kept = beside(path, &format!(".v{version}.bak"));
    let new = make_beside(&kept, NEW, "")?;
    let file = |source| StoreError::file(&kept, source);
    let copied = Connection::open(&new).map_err(StoreError::from).and_then(|mut to| {
        copy(db, &mut to)?;
        // Another process may have migrated it meanwhile, and kept its copy.
        Ok(schema::check(&to, u32::MAX)? == version)
    });
    let placed = copied.and_then(|is_old| {
        if is_old {
            let rights = fs::metadata(path).map(|about| about.permissions());
            rights
                .and_then(|rights| fs::set_permissions(&new, rights))
                .and_then(|()| fs::rename(&new, &kept))
                .map_err(file)?;
            log::info!("store: kept a copy of schema {version} as `{}`", crate::domain::text::path(&kept));
        }
        Ok(())
    });
    let _ = fs::remove_file(&new);
    placed
}

#[cfg(test)]
mod tests;
