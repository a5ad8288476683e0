//! A member's data export, as Letterboxd packs one (docs/letterboxd.md#exports).

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

/// The table of a watchlist, oldest first as in the real one: each film by its address.
pub fn watchlist_csv<A: AsRef<str>>(addresses: impl IntoIterator<Item = A>) -> String {
    let header = "Date,Name,Year,Letterboxd URI\n".to_owned();
    addresses
        .into_iter()
        .fold(header, |text, address| text + &format!("2026-01-02,A film,2000,{}\n", address.as_ref()))
}

/// An archive with these files, packed at this time. Its clock has steps of two seconds.
pub fn archive(files: &[(&str, &str)], at: Timestamp) -> Vec<u8> {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let part = |number: i8| u8::try_from(number).expect("times are not negative");
    let time = DateTime::from_date_and_time(
        u16::try_from(at.year()).expect("a year of this age"),
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
    );
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(time.expect("a time of this age"));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(*name, options).expect("memory can be written to");
        archive.write_all(text.as_bytes()).expect("memory can be written to");
    }
    archive.finish().expect("memory can be written to").into_inner()
}

/// Writes a file of which the system says that it was written at that time after the epoch.
pub fn save(path: &Path, bytes: &[u8], saved: Duration) {
    fs::write(path, bytes).expect("the folder can be written to");
    let file = fs::File::options().write(true).open(path).expect("it is there");
    file.set_modified(SystemTime::UNIX_EPOCH + saved).expect("files have times");
}
