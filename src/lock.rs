//! One run at a time for each store.
//!
//! The lock is a file beside the database, held by the open handle: it ends with the process, however that ends.
//! The file itself stays, since removing it would let two runs hold two files of one name.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The lock, held while this value lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run holds it.
    #[error("another run holds the lock `{}` ({holder})", path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
        /// Who holds it, as that run wrote it down.
        holder: String,
    },
    /// The file cannot be made or locked.
    #[error("cannot lock `{}`", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Lock {
    /// Takes the lock of the store at `database`; `holder` says who we are, for the run that finds it taken.
    ///
    /// # Errors
    ///
    /// [`LockError::Held`] at once when another run holds it: there is no waiting.
    pub fn take(database: &Path, holder: &str) -> Result<Self, LockError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let io = |source| LockError::Io { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The other run may be writing its name this moment; an empty name is no failure.
                let _ = file.read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => "not yet named".to_owned(),
                    name => name.to_owned(),
                };
                return Err(LockError::Held { path, holder });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        let named = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{holder}"));
        named.map_err(io)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_to_ask_is_told_who_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("lbjf.db");
        let first = Lock::take(&database, "lbjf sync, process 7").unwrap();
        let refused = Lock::take(&database, "lbjf cleanup, process 8").unwrap_err();
        assert!(refused.to_string().ends_with("(lbjf sync, process 7)"), "{refused}");
        drop(first);
        Lock::take(&database, "lbjf cleanup, process 8").unwrap();
    }
}
