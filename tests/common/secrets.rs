//! Looks for secrets where none may be: in what a run printed, and in every file it left.

use std::fs;
use std::path::{Path, PathBuf};

/// The forms in which a secret could come out: as it is, and encoded for an address.
pub fn forms(secret: &str) -> Vec<String> {
    let encoded = secret.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    let mut forms = vec![secret.to_owned(), encoded.collect()];
    forms.dedup();
    forms
}

/// Fails when a secret stands in a text.
pub fn search(place: &str, text: &[u8], secrets: &[String]) {
    for secret in secrets {
        let Some(at) = find(text, secret.as_bytes()) else { continue };
        let line_start = text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = String::from_utf8_lossy(&text[line_start..at]).into_owned();
        let shown: String = line.chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect();
        panic!("promise 8: the secret `{secret}` stands in {place}, after: {shown}");
    }
}

/// Every file below a folder, save those that may hold secrets.
pub fn search_folder(folder: &Path, declared: &[PathBuf], secrets: &[String]) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, kind) = (entry.path(), entry.file_type());
        if declared.contains(&path) {
            continue;
        }
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
            search_folder(&path, declared, secrets);
        } else if kind.is_ok_and(|kind| kind.is_file()) {
            // A file may vanish meanwhile, or be closed to us on purpose.
            let bytes = fs::read(&path).unwrap_or_default();
            search(&format!("`{}`", path.display()), &bytes, secrets);
        }
    }
}

/// Where a text stands in another. Both are short of many equal first bytes, so the plain way is fast enough once
/// the first byte is looked for by itself.
fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|byte| *byte == first) {
        if text[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}
