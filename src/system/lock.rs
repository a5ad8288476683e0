//! One run at a time for each store.
//!
//! The lock is a file beside the database, where links lead to it, held by the open handle: it ends with the process,
//! however that ends. The file itself stays, since removing it would let two runs hold two files of one name.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::domain::span::ago;
use crate::domain::text;

/// The lock, held while this value lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run holds it.
    #[error("another run holds the lock `{}` ({holder})", text::path(path))]
    Held {
        /// The lock file.
        path: PathBuf,
        /// Who holds it, as that run wrote it down.
        holder: String,
    },
    /// Its folder takes no locks, as some network shares do.
    #[error("cannot lock `{}`: its folder does not support locks (a network share?)", text::path(path))]
    NoLocks {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file cannot be made or opened.
    #[error("cannot lock `{}`", text::path(path))]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl LockError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Held { .. } => None,
            Self::NoLocks { .. } => Some(NO_LOCKS_HINT),
            Self::Io { source, .. } => Some(folder_hint(source)),
        }
    }
}

/// What to do about a folder that takes no locks.
pub(crate) const NO_LOCKS_HINT: &str = "put `system.database` on a disk of this machine";

/// What to do about a folder in which no file can be made, by what the system said.
pub(crate) fn folder_hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            "the file and its folder must belong to the user who runs lbjf; a Docker volume that belongs to root \
             needs a `chown`, or another `user:`"
        }
        ErrorKind::ReadOnlyFilesystem => {
            "its disk is mounted read-only; `system.database` may name another place"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space on its disk; the next run continues where this one stopped"
        }
        _ => "check that `system.database` names a file, and the owner and permissions of its folder",
    }
}

impl Lock {
    /// Takes the lock of the store at `database`; `holder` says who we are, for the run that finds it taken.
    ///
    /// # Errors
    ///
    /// [`LockError::Held`] at once when another run holds it: there is no waiting.
    pub fn take(database: &Path, holder: &str) -> Result<Self, LockError> {
        let path = path_of(database);
        let io = |source| LockError::Io { path: path.clone(), source };
        // Not the one a link leads to: that may be on a disk that is not mounted.
        if let Some(folder) = database.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = holder_of(&mut file);
                return Err(LockError::Held { path, holder });
            }
            Err(TryLockError::Error(source)) => return Err(LockError::NoLocks { path, source }),
        }
        // The name is for people: a full disk has no room for it, and takes the lock all the same.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{holder}"));
        Ok(Self { _file: file })
    }

    /// Who holds the lock at this moment; nothing is made, and nothing is held longer than the look takes.
    ///
    /// # Errors
    ///
    /// When there is a lock file that a run could not use.
    pub fn holder(database: &Path) -> Result<Option<String>, LockError> {
        let path = path_of(database);
        let io = |source| LockError::Io { path: path.clone(), source };
        let mut file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            // A store that cannot be looked at is told by itself.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(holder_of(&mut file))),
            Err(TryLockError::Error(source)) => Err(LockError::NoLocks { path, source }),
        }
    }
}

/// The lock file of the store at `database`: one for all names that links give a file, which need not be there yet.
fn path_of(database: &Path) -> PathBuf {
    let mut path = target_of(database).into_os_string();
    path.push(".lock");
    path.into()
}

/// The file that the links of a name lead to; it need not be there.
pub(crate) fn target_of(database: &Path) -> PathBuf {
    let mut file = database.to_owned();
    // The system follows no more of them: it will say so when it opens the store.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&file) else { break };
        file = file.parent().unwrap_or(Path::new("")).join(target);
    }
    file
}

/// What the run that holds the lock wrote into it.
fn holder_of(file: &mut File) -> String {
    let mut holder = String::new();
    // It may be writing its name this moment; an empty name is no failure.
    let _ = file.read_to_string(&mut holder);
    match holder.trim() {
        "" => "not yet named".to_owned(),
        name if let Some((name, since)) = name.rsplit_once(", since ")
            && let Ok(since) = since.parse::<jiff::Timestamp>() =>
        {
            let (time, ago) =
                (since.strftime("%H:%M UTC"), ago(jiff::Timestamp::now().as_second(), since.as_second()));
            format!("{}, since {time}, {ago}", text::excerpt(name, 200))
        }
        name => text::excerpt(name, 200),
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
        assert_eq!(Lock::holder(&database).unwrap().as_deref(), Some("lbjf sync, process 7"));
        fs::write(path_of(&database), "lbjf sync, process 7, since 1970-01-02T03:04:05Z\n").unwrap();
        let holder = Lock::holder(&database).unwrap().unwrap();
        assert!(
            holder.starts_with("lbjf sync, process 7, since 03:04 UTC, ") && holder.ends_with(" days ago"),
            "{holder}"
        );
        drop(first);
        assert_eq!(Lock::holder(&database).unwrap(), None);
        Lock::take(&database, "lbjf cleanup, process 8").unwrap();
        let other = folder.path().join("other.db");
        assert_eq!(Lock::holder(&other).unwrap(), None);
        assert!(!path_of(&other).exists(), "a look makes no file");
    }

    #[test]
    fn links_to_one_file_share_its_lock_and_make_no_folder() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        symlink("two.db", at("one.db")).unwrap();
        symlink(at("three.db"), at("two.db")).unwrap();
        let _lock = Lock::take(&at("three.db"), "lbjf sync, process 7").unwrap();
        for name in ["one.db", "two.db"] {
            assert!(matches!(Lock::take(&at(name), ""), Err(LockError::Held { .. })), "{name}");
        }
        symlink("unmounted/lbjf.db", at("away.db")).unwrap();
        assert!(matches!(Lock::take(&at("away.db"), ""), Err(LockError::Io { .. })));
        assert!(!at("unmounted").exists());
        symlink("round.db", at("round.db")).unwrap();
        assert_eq!(path_of(&at("round.db")), at("round.db.lock"), "it is no endless search");
    }
}
