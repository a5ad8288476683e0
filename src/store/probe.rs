//! Could a run use the store? Found out without changing anything.

use std::io;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use rustix::fs::{Access, access};

use super::schema::{self, SCHEMA_VERSION};
use super::{Care, Store, StoreError, examine, exists, open_to_read};

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
    /// Looks at the store as far as a run would before it does anything: is it there, ours, whole and writable?
    ///
    /// # Errors
    ///
    /// With what would stop the run.
    pub fn probe(path: &Path) -> Result<Condition, StoreError> {
        if !exists(path)? {
            can_be_made(path)?;
            return Ok(Condition::Missing);
        }
        let db = open_to_read(path)?;
        let found = schema::check(&db, SCHEMA_VERSION)?;
        examine(&db, Care::Indices)?;
        drop(db);
        let how = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, how)?;
        // SQLite opens a file it may not write without a word.
        if db.is_readonly("main")? {
            return Err(StoreError::ReadOnly);
        }
        // Takes the right to write and gives it back: not a byte changes.
        db.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
        // The journal is made beside the file, or the file a link leads to.
        let place =
            path.canonicalize().map_err(|source| StoreError::File { path: path.to_owned(), source })?;
        may_write(folder_of(&place))
            .map_err(|source| StoreError::File { path: folder_of(path).to_owned(), source })?;
        Ok(if found == SCHEMA_VERSION { Condition::Ready } else { Condition::Old { found } })
    }
}

/// Can a store be made there, with the folders that are missing on the way?
fn can_be_made(path: &Path) -> Result<(), StoreError> {
    let folder = folder_of(path);
    let mut nearest = folder;
    while !exists(nearest)? {
        nearest = folder_of(nearest);
    }
    let path = folder.to_owned();
    may_write(nearest).map_err(|source| {
        if nearest == folder {
            StoreError::File { path, source }
        } else {
            StoreError::Folder { path, source }
        }
    })
}

/// The folder something lies in; that of a bare name is the one we are in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// May we make files in this folder? The system knows: modes and owners are not all of it (root, a read-only mount).
fn may_write(folder: &Path) -> io::Result<()> {
    if !folder.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}
