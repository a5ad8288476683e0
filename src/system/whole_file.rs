//! A file that others read at any time: they see it as it was or as it is, never half of it.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Everybody may read it.
const MODE: u32 = 0o644;

/// Writes a file as a whole, for everybody to read. The text goes into another file in the same folder first, which gets
/// the name when all of it is there.
///
/// # Errors
///
/// When the folder is missing, or may not be written to. The file is then what it was.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    // Readers of the folder look at names: this one begins with a dot and ends with nothing that they know.
    let new = path.with_file_name(format!(".{name}.{:016x}.tmp", fastrand::u64(..)));
    let written = File::options().write(true).create_new(true).open(&new).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        // Whatever the mask of this process takes away.
        fs::set_permissions(&new, Permissions::from_mode(MODE))?;
        fs::rename(&new, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// Could it be written? Leaves nothing behind.
///
/// # Errors
///
/// As [`write()`].
pub fn check(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let new = path.with_file_name(format!(".{name}.{:016x}.tmp", fastrand::u64(..)));
    File::options().write(true).create_new(true).open(&new)?;
    fs::remove_file(&new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_everybody_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lbjf.prom");
        for text in ["one\n", "two\n"] {
            check(&path).unwrap();
            write(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        }
        assert!(write(&folder.path().join("none/lbjf.prom"), "x").is_err());
        fs::create_dir(folder.path().join("dir")).unwrap();
        assert!(write(&folder.path().join("dir"), "x").is_err());
        for wrong in ["none/lbjf.prom", "dir"] {
            assert!(check(&folder.path().join(wrong)).is_err());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left over");
    }
}
