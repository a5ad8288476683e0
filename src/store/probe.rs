//! Could a run use the store? Found out without changing it: what a run does first is done with a little one beside it,
//! which is gone afterwards. Only that tells a full disk, or a network share without locks.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::integrity::{IntegrityCheck, examine};
use super::schema::{self, MIGRATIONS, SCHEMA_VERSION};
use super::{Store, StoreError, beside, exists, explain, make_beside, open_to_read};
use crate::system::lock::target_of;

/// A store that a run can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// There is none yet, and one can be made.
    Missing,
    /// It is whole and can be written.
    Ready,
    /// As [`Condition::Ready`], once the next run brought it up to date; an older lbjf wrote it.
    Old {
        /// Its schema.
        found: u32,
    },
}

impl Store {
    /// Looks at the store as far as a run would before it does anything: is it there, ours, whole and writable, and can
    /// files be made, locked and written beside it?
    ///
    /// # Errors
    ///
    /// With what would stop the run.
    pub fn probe(path: &Path) -> Result<Condition, StoreError> {
        look(path).map_err(|error| explain(path, error))
    }
}

fn look(path: &Path) -> Result<Condition, StoreError> {
    if !exists(path)? {
        can_be_made(path)?;
        return Ok(Condition::Missing);
    }
    let db = open_to_read(path)?;
    let found = schema::check(&db, SCHEMA_VERSION)?;
    examine(&db, IntegrityCheck::Full)?;
    drop(db);
    let how = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, how)?;
    // SQLite opens a file it may not write without a word.
    if db.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    // Takes the right to write and gives it back: not a byte changes.
    db.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
    drop(db);
    // The journal and the lock lie beside the file that links lead to.
    rehearse(&target_of(path)).map_err(|error| name_folder(error, folder_of(path)))?;
    Ok(if found == SCHEMA_VERSION { Condition::Ready } else { Condition::Old { found } })
}

/// Can a store be made there, with the folders that are missing on the way?
fn can_be_made(path: &Path) -> Result<(), StoreError> {
    let file = target_of(path);
    let folder = folder_of(&file);
    let mut nearest = folder;
    while !exists(nearest)? {
        nearest = folder_of(nearest);
    }
    if nearest == folder {
        return rehearse(&file).map_err(|error| name_folder(error, folder));
    }
    let there = nearest.join(file.file_name().unwrap_or("lbjf.db".as_ref()));
    rehearse(&there).map_err(|error| match error {
        StoreError::File { source, .. } => StoreError::Folder { path: folder.to_owned(), source },
        error => error,
    })
}

/// A file that cannot be made beside another is the folder's trouble.
fn name_folder(error: StoreError, folder: &Path) -> StoreError {
    match error {
        StoreError::File { source, .. } => StoreError::File { path: folder.to_owned(), source },
        error => error,
    }
}

/// The folder something lies in; that of a bare name is the one we are in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes, locks, writes and syncs a store and a lock beside this file, and removes both.
fn rehearse(path: &Path) -> Result<(), StoreError> {
    remove_leftovers(path);
    let trial = Trial::begin(path)?;
    if trial.locked.is_err() {
        return Err(StoreError::NoLocks);
    }
    trial.write()
}

/// Does the folder of this store refuse the locks that SQLite takes? Tried on a file that nobody else knows, since
/// to SQLite a lock that cannot be had is one that somebody else has.
pub(super) fn takes_no_locks(path: &Path) -> bool {
    Trial::begin(&target_of(path)).is_ok_and(|trial| matches!(trial.write(), Err(StoreError::NoLocks)))
}

const KIND: &str = ".check-";

/// A store and a lock for a moment.
struct Trial {
    path: PathBuf,
    /// Held while the trial goes on, so that another check leaves its files alone.
    lock: File,
    locked: Result<(), TryLockError>,
}

impl Trial {
    fn begin(path: &Path) -> Result<Self, StoreError> {
        let lock = make_beside(path, KIND, ".lock")?;
        let name = lock.to_string_lossy().into_owned();
        let file = |source| StoreError::file(&lock, source);
        let open = File::options().read(true).write(true).open(&lock).map_err(file)?;
        let locked = open.try_lock();
        let path = PathBuf::from(name.strip_suffix(".lock").unwrap_or(&name));
        Ok(Self { path, lock: open, locked })
    }

    /// Makes a store as a first run does.
    fn write(&self) -> Result<(), StoreError> {
        let db = Connection::open(&self.path)?;
        db.busy_timeout(Duration::ZERO)?;
        match Store::prepare(db, None, MIGRATIONS) {
            // Nobody else knows the file.
            Err(StoreError::Locked) => Err(StoreError::NoLocks),
            done => done.map(drop),
        }
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        // The lock goes last: as long as it is there, so is the mark that this is ours.
        remove(&self.path);
        let _ = self.lock.unlock();
    }
}

/// Removes what belongs to one trial.
fn remove(path: &Path) {
    for ending in ["", "-journal", ".lock"] {
        let _ = fs::remove_file(beside(path, ending));
    }
}

/// Removes what a check left that was killed.
fn remove_leftovers(path: &Path) {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy() + KIND) else { return };
    let Ok(files) = fs::read_dir(folder_of(path)) else { return };
    for file in files.flatten() {
        let found = file.file_name().to_string_lossy().into_owned();
        let Some(rest) = found.strip_prefix(&*name) else { continue };
        let number: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
        let trial = folder_of(path).join(format!("{name}{number}"));
        if is_left(&trial) {
            remove(&trial);
        }
    }
}

/// Did the process end that made this trial?
fn is_left(trial: &Path) -> bool {
    match File::options().read(true).write(true).open(beside(trial, ".lock")) {
        Ok(lock) => match lock.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            // No lock tells; a trial is a matter of a moment.
            Err(TryLockError::Error(_)) => is_old(&lock),
        },
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn is_old(file: &File) -> bool {
    let age =
        file.metadata().and_then(|about| about.modified()).map(|time| time.elapsed().unwrap_or_default());
    age.is_ok_and(|age| age > Duration::from_mins(1))
}
