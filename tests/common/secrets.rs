//! Looks for secrets where none may be: in what a run printed, and in every file it left.

use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;

/// The forms in which a secret could come out: as it is, and encoded for an address, for JSON, for HTML, or with
/// whatever stands around it in base64, as a login does.
pub fn forms(secret: &str) -> Vec<String> {
    let each = |form: fn(char) -> String| secret.chars().map(form).collect::<String>();
    let json = serde_json::to_string(secret).expect("text is JSON");
    let mut forms = vec![
        secret.to_owned(),
        encoded(secret),
        json.trim_matches('"').to_owned(),
        each(|letter| match letter {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\'' => "&#39;".to_owned(),
            other => other.to_string(),
        }),
    ];
    forms.extend((0..3).map(|before| base64_within(secret, before)));
    forms.sort();
    forms.dedup();
    forms
}

/// As it stands in an address.
pub fn encoded(secret: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    secret.bytes().map(byte).collect()
}

/// What base64 makes of a secret, without the letters at both ends that also hold bits of what stands around it.
/// `before`: so many bytes, or three or six more, stand in front of it.
fn base64_within(secret: &str, before: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> =
        secret.bytes().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    // The first whole letter begins where a multiple of six bits does.
    let skipped = (6 - before * 8 % 6) % 6;
    let letter =
        |bits: &[u8]| char::from(LETTERS[bits.iter().fold(0, |letter, bit| letter << 1 | usize::from(*bit))]);
    bits[skipped..].chunks_exact(6).map(letter).collect()
}

/// Fails when a secret stands in a text.
pub fn search(place: &str, text: &[u8], secrets: &[String]) {
    for secret in secrets {
        let Some(at) = memmem::find(text, secret.as_bytes()) else { continue };
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
        // A link is what it leads to: a state folder may lie elsewhere. One that leads up would be searched for ever.
        let kind = match kind {
            Ok(kind) if kind.is_symlink() => fs::metadata(&path).map(|about| about.file_type()),
            kind => kind,
        };
        let is_above = || path.canonicalize().is_ok_and(|target| folder.starts_with(target));
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
            if !is_above() {
                search_folder(&path, declared, secrets);
            }
        } else if kind.is_ok_and(|kind| kind.is_file()) {
            // A file may vanish meanwhile, or be closed to us on purpose.
            let bytes = fs::read(&path).unwrap_or_default();
            search(&format!("`{}`", path.display()), &bytes, secrets);
        }
    }
}
