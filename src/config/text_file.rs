//! Text that people save with editors of their own: UTF-8, with or without a byte order mark.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// No config, key or list of proxies is longer; a device that never ends is.
const LONGEST: u64 = 4 << 20;

/// Why a file gives no text.
#[derive(Debug)]
pub(super) enum TextError {
    /// It cannot be read.
    Io(io::Error),
    /// It is longer than [`LONGEST`].
    TooLong,
    /// It is text in another encoding: PowerShell 5 writes UTF-16, older editors Latin-1.
    NotUtf8 {
        /// The first line that shows it, from 1.
        line: usize,
    },
}

impl TextError {
    /// The whole message, for a problem of the config.
    pub(super) fn about(&self, path: &Path) -> String {
        let path = path.display();
        match self {
            Self::Io(error) => format!("cannot read `{path}`: {error}"),
            Self::TooLong => format!("`{path}` is longer than {} MiB", LONGEST >> 20),
            Self::NotUtf8 { line } => format!("`{path}` is not UTF-8 (line {line}); save it as UTF-8"),
        }
    }
}

/// Reads a text file.
pub(super) fn read(path: &Path) -> Result<String, TextError> {
    decode(read_bytes(path)?)
}

/// Reads a file that is no longer than any should be.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, TextError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(TextError::Io)?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(TextError::Io)?;
    if bytes.len() as u64 > LONGEST { Err(TextError::TooLong) } else { Ok(bytes) }
}

/// Takes off one byte order mark, and refuses what is not UTF-8.
///
/// A zero byte counts as wrong, too: UTF-16 of plain English is valid UTF-8 with a zero behind every letter.
fn decode(bytes: Vec<u8>) -> Result<String, TextError> {
    let valid = std::str::from_utf8(&bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let wrong = memchr::memchr(0, &bytes[..valid]).or_else(|| (valid < bytes.len()).then_some(valid));
    if let Some(wrong) = wrong {
        // The second byte may be the other half of a line feed.
        let before = if wrong == 1 { 0 } else { wrong };
        let line = 1 + memchr::memchr_iter(b'\n', &bytes[..before]).count();
        return Err(TextError::NotUtf8 { line });
    }
    let mut text = String::from_utf8(bytes).expect("it was just looked at");
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn a_file_without_an_end_is_not_read_to_its_end() {
        assert!(matches!(read(Path::new("/dev/zero")), Err(TextError::TooLong)));
    }

    #[test]
    fn one_byte_order_mark_is_skipped() {
        assert_eq!(decode("\u{feff}a = 1\r\n".into()).unwrap(), "a = 1\r\n");
        assert_eq!(decode("\u{feff}\u{feff}a".into()).unwrap(), "\u{feff}a");
        assert_eq!(decode(Vec::new()).unwrap(), "");
        assert_eq!(decode("é = 'ü'".into()).unwrap(), "é = 'ü'");
    }

    #[test]
    fn every_other_encoding_is_refused_with_the_line_that_shows_it() {
        for (bytes, expected) in [
            (utf16("a = 1\n", u16::to_le_bytes), 1),
            (utf16("a = 1\n", u16::to_be_bytes), 1),
            (utf16("\u{feff}a = 1\n", u16::to_le_bytes), 1),
            (utf16("\u{feff}a = 1\n", u16::to_be_bytes), 1),
            (utf16("\na = 1\n", u16::to_le_bytes), 1),
            (utf16("\u{feff}é", u16::to_be_bytes), 1),
            (b"a = 1\nb = 'caf\xe9'\n".to_vec(), 2),
            (b"\xef\xbb\xbfa = 1\r\n\r\nb = '\xfc'".to_vec(), 3),
            (b"a = 1\n\n\0".to_vec(), 3),
            (b"a\nb\nc \xc3".to_vec(), 3),
        ] {
            match decode(bytes.clone()) {
                Err(TextError::NotUtf8 { line }) => assert_eq!(line, expected, "{bytes:?}"),
                other => panic!("{bytes:?}: {other:?}"),
            }
        }
    }
}
