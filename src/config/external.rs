//! What a config refers to and does not hold: other files, certificates in them, and keys in a file or in the
//! environment.

use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::Env;
use super::address::looks_like_key;
use super::table::Table;
use super::text_file::{self, TextError};
use crate::domain::connection::Certificates;
use crate::domain::secret::{ApiKey, KeyOrigin};

/// Where relative paths start and where else values may come from.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) folder: &'a Path,
    pub(super) env: Env<'a>,
}

impl Place<'_> {
    /// A path as a person writes it: `~/` is their home, a relative one starts from the config's folder.
    pub(super) fn path(self, text: &str) -> PathBuf {
        match (text.strip_prefix("~/"), (self.env)("HOME")) {
            (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
            _ => self.folder.join(text),
        }
    }

    /// Does the environment have something under this name?
    pub(super) fn is_set(self, variable: &str) -> bool {
        (self.env)(variable).is_some_and(|value| !value.trim().is_empty())
    }

    /// The path of a secret: systemd's `LoadCredential` puts them into a folder of its own.
    fn secret_path(self, text: &str) -> (PathBuf, KeyOrigin) {
        if let Some(folder) = (self.env)("CREDENTIALS_DIRECTORY").filter(|_| !text.starts_with("~/")) {
            let path = Path::new(&folder).join(text);
            // An absolute path leads out of it.
            let origin = if path.starts_with(&folder) { KeyOrigin::Credential } else { KeyOrigin::File };
            return (path.clone(), origin(path));
        }
        let path = self.path(text);
        (path.clone(), KeyOrigin::File(path))
    }
}

/// The certificates that are trusted beside the system's.
pub(super) fn ca_file(table: &mut Table<'_, '_>, place: Place<'_>) -> Option<Certificates> {
    let given = table.take::<String>("ca_file")?;
    let path = place.path(&given.value);
    // Not as text: comments between certificates may be of any encoding.
    let pem = match text_file::read_bytes(&path) {
        Ok(pem) => pem,
        Err(error) => {
            table.problem(&given, error.about(&path));
            return None;
        }
    };
    let found = certificates(&pem);
    if found.is_none() {
        let is_utf16 = pem.starts_with(b"\xff\xfe") || pem.starts_with(b"\xfe\xff");
        let problem = match path.display() {
            _ if is_utf16 => TextError::NotUtf8 { line: 1 }.about(&path),
            path if pem.starts_with(b"\x30\x82") => format!(
                "`{path}` contains a certificate in DER form; convert it to PEM with `openssl x509 -inform der`"
            ),
            path => format!("`{path}` contains no certificate in PEM form"),
        };
        table.problem(&given, problem);
    }
    found
}

/// The certificates of a text in PEM form; `None` when it holds none. A byte order mark does no harm.
fn certificates(pem: &[u8]) -> Option<Certificates> {
    let pem = pem.strip_prefix("\u{feff}".as_bytes()).unwrap_or(pem);
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).map(|der| der.to_vec()).collect();
    (!found.is_empty()).then_some(Certificates(found))
}

/// What config.example.toml and the README have where a key belongs.
const EXAMPLE_KEY: &str = "put-the-key-here";

/// Where a secret may stand: under a key, in a file that another key names, or in the environment.
pub(super) struct SecretPlaces<'a> {
    pub(super) key: &'static str,
    pub(super) file: &'static str,
    pub(super) variable: &'a str,
    /// Is it a problem if there is none?
    pub(super) is_needed: bool,
}

/// A server's key.
pub(super) fn api_key(table: &mut Table<'_, '_>, place: Place<'_>, variable: &str) -> Option<ApiKey> {
    let places = SecretPlaces { key: "api_key", file: "api_key_file", variable, is_needed: true };
    secret(table, place, &places, checked_key)
}

/// The secret itself, a file that holds it, or the environment, which wins. `check` makes it of a text, or says why that
/// is none.
pub(super) fn secret(
    table: &mut Table<'_, '_>,
    place: Place<'_>,
    places: &SecretPlaces<'_>,
    check: impl Fn(&str) -> Result<ApiKey, &'static str>,
) -> Option<ApiKey> {
    let SecretPlaces { key, file, variable, is_needed } = *places;
    let had_key = table.has(key) || table.has(file);
    let given = table.take::<String>(key);
    let named = table.take::<String>(file);
    if let (Some(_), Some(named)) = (&given, &named) {
        table.problem(named, format!("cannot be combined with `{key}`; set one of them"));
        return None;
    }
    if let Some(text) = (place.env)(variable).filter(|text| !text.trim().is_empty()) {
        return match check(&text) {
            Ok(secret) => Some(secret.found_in(KeyOrigin::Environment(variable.to_owned()))),
            Err(why) => {
                table.missing(key, format!("${variable} {why}"));
                None
            }
        };
    }
    let (given, text, origin) = match (given, named) {
        (Some(given), _) => (given.clone(), given.value, KeyOrigin::Config),
        (None, Some(named)) => {
            let (path, origin) = place.secret_path(&named.value);
            match text_file::read(&path) {
                Ok(text) => (named, text, origin),
                Err(TextError::Io(_)) if looks_like_secret(named.value.trim()) => {
                    table.problem(
                        &named,
                        format!("is not a file but looks like the value itself; put it into `{key}`"),
                    );
                    return None;
                }
                Err(error) => {
                    table.problem(&named, error.about(&path));
                    return None;
                }
            }
        }
        (None, None) => {
            if !had_key && is_needed {
                table.missing(key, format!("is missing; set it, `{file}` or ${variable}"));
            }
            return None;
        }
    };
    check(&text).map(|secret| secret.found_in(origin)).map_err(|why| table.problem(&given, why)).ok()
}

/// Does this stand where a file should be named, and is it a key, a token or an address?
fn looks_like_secret(text: &str) -> bool {
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    looks_like_key(text) || text.contains("://") || text.len() >= 15 && is_word && has_digit
}

/// A key that a request can carry, or why this is none. What people put around a key is told apart, since the servers
/// would only say that it is wrong.
pub(super) fn checked_key(text: &str) -> Result<ApiKey, &'static str> {
    let key = ApiKey::new(text);
    let shown = key.reveal();
    let is_header_value = shown.bytes().all(|byte| byte.is_ascii_graphic());
    let has = |signs: &[char]| shown.contains(signs);
    if shown == EXAMPLE_KEY {
        Err("still has the example's value: set the key of your server")
    } else if shown.is_empty() {
        Err("must be one line of plain letters and digits, but is empty")
    } else if has(&['$', '{', '}', '%', '<', '>']) {
        Err(
            "must be one line of plain letters and digits: variables are not expanded, so put the key itself there",
        )
    } else if has(&['=']) {
        Err("must be one line of plain letters and digits: only the key itself, without a name and `=`")
    } else if has(&['"', '\'', '`']) {
        Err("must be one line of plain letters and digits: only the key itself, without quotes")
    } else if !is_header_value {
        Err("must be one line of plain letters and digits, and only the key itself")
    } else {
        Ok(key)
    }
}
