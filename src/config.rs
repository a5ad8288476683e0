//! The config file: TOML text becomes a checked [`Config`], or a report of everything that is wrong with it.
//!
//! Keys and secrets may also come from the environment and from files of their own. Only a checked config leaves
//! this module; inside it addresses are addresses and durations are durations.

mod address;
mod draft;
mod elsewhere;
mod proxies;
mod read;
mod strings;
mod table;
mod text_file;

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use crate::clients::http::{Certificates, Proxy};
use crate::domain::film::Overrides;
use crate::domain::secret::ApiKey;
use crate::domain::text;
pub use draft::Draft;
pub use table::Problem;
use text_file::TextError;

/// Everything that was configured, defaults filled in.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it came from; `None` when there was none and defaults serve (`scrape`).
    pub path: Option<PathBuf>,
    /// `[system]`
    pub system: System,
    /// `[letterboxd]`
    pub letterboxd: Letterboxd,
    /// `[radarr]`; without it only collections are kept.
    pub radarr: Option<Radarr>,
    /// `[jellyfin]`; without it only Radarr is fed.
    pub jellyfin: Option<Jellyfin>,
    /// `[[users]]`, in the order of the file.
    pub users: Vec<User>,
    /// `[films]`
    pub films: Overrides,
}

/// `[system]`
#[derive(Clone, Debug)]
pub struct System {
    /// What is logged unless `-v`, `-q` or `RUST_LOG` say otherwise.
    pub log_level: log::LevelFilter,
    /// A file that gets every log line too, with its time.
    pub log_file: Option<PathBuf>,
    /// The store.
    pub database: PathBuf,
}

/// `[letterboxd]`
#[derive(Clone, Debug)]
pub struct Letterboxd {
    /// How many pages are fetched at a time.
    pub max_concurrent_requests: usize,
    /// Requests a second over each exit address; 0 is no limit.
    pub requests_per_second: f64,
    /// The whole of one page, from connecting to the last byte.
    pub timeout: Duration,
    /// What lbjf calls itself.
    pub user_agent: String,
    /// How old the last whole reading of a list may become; `None`: only `--full` makes one.
    pub full_scan: Option<Duration>,
    /// How long Letterboxd is left alone after it refused us; it doubles while that repeats.
    pub cool_down: Duration,
    /// The ways out; empty: straight.
    pub proxies: Vec<Proxy>,
    /// Is each proxy tried before anything else?
    pub validate_proxies: bool,
    /// When every proxy fails: go without?
    pub allow_direct_fallback: bool,
    /// Where Letterboxd is.
    pub base_url: Url,
}

/// `[radarr]`
#[derive(Clone, Debug)]
pub struct Radarr {
    /// Its address, base path included.
    pub url: Url,
    /// Its key.
    pub api_key: ApiKey,
    /// Where films go, as Radarr sees it.
    pub root_folder: String,
    /// Which quality is asked for.
    pub quality_profile: QualityProfile,
    /// From when on Radarr looks for a film.
    pub minimum_availability: MinimumAvailability,
    /// Does Radarr monitor the films it is given?
    pub is_monitored: bool,
    /// Does Radarr search for a film as soon as it has it?
    pub search_on_add: bool,
    /// Labels for every film that is added.
    pub tags: Vec<String>,
    /// Does every person's film carry a label of that person?
    pub user_tags: bool,
    /// How many films a run adds at the most; `None` is no limit.
    pub max_adds_per_run: Option<usize>,
    /// Are films that Jellyfin has already kept from Radarr?
    pub skip_if_in_library: bool,
    /// Where animated films go, when they go elsewhere.
    pub animated_root_folder: Option<String>,
    /// The whole of one call.
    pub timeout: Duration,
    /// Certificates trusted beside the system's.
    pub ca_file: Option<Certificates>,
}

/// A quality profile as a person names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum QualityProfile {
    /// By its name in Radarr.
    Name(String),
    /// By its number in Radarr.
    Id(u32),
}

impl fmt::Display for QualityProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

/// From when on Radarr looks for a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinimumAvailability {
    /// As soon as it is announced.
    Announced,
    /// Once it is in cinemas.
    InCinemas,
    /// Once it is released.
    Released,
}

impl MinimumAvailability {
    /// Radarr's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::InCinemas => "inCinemas",
            Self::Released => "released",
        }
    }
}

/// `[jellyfin]`
#[derive(Clone, Debug)]
pub struct Jellyfin {
    /// Its address, base path included.
    pub url: Url,
    /// Its key.
    pub api_key: ApiKey,
    /// The whole of one call.
    pub timeout: Duration,
    /// Certificates trusted beside the system's.
    pub ca_file: Option<Certificates>,
}

/// One `[[users]]` block.
#[derive(Clone, Debug)]
pub struct User {
    /// Their name at Letterboxd, in lower case as in its addresses.
    pub name: String,
    /// Their name in Jellyfin.
    pub jellyfin_username: Option<String>,
    /// Their collection.
    pub collection: Option<Collection>,
    /// Do watched films leave the collection?
    pub remove_watched: bool,
    /// Do films that left the watchlist leave the collection?
    pub remove_unlisted: bool,
    /// Where this person's films go, instead of Radarr's default.
    pub root_folder: Option<String>,
    /// Which quality this person's films get.
    pub quality_profile: Option<QualityProfile>,
    /// Labels for this person's films, beside Radarr's.
    pub tags: Vec<String>,
}

/// A collection as a person names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Collection {
    /// By Jellyfin's id, dashless and in lower case; it must exist.
    Id(String),
    /// By name; made when missing.
    Name(String),
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(text) | Self::Name(text) => write!(f, "`{text}`"),
        }
    }
}

/// Why there is no config.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// None of the places holds one.
    #[error("no config found; looked for {}", places(.0))]
    Missing(Vec<PathBuf>),
    /// It cannot be read.
    #[error("cannot read the config `{}`", text::path(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is text in another encoding.
    #[error("config `{}` is not UTF-8 (line {line}); save it as UTF-8", text::path(path))]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first line that shows it.
        line: usize,
    },
    /// It has problems: all of them.
    #[error("config `{}` has {}", text::path(path), numbered(problems))]
    Wrong {
        /// The file.
        path: PathBuf,
        /// In the order of the file.
        problems: Vec<Problem>,
    },
    /// `cleanup` has nothing to do.
    #[error("the config has no `[jellyfin]`, so there are no collections to clean up")]
    NoJellyfin,
    /// `--user` names somebody else.
    #[error("`--user {}`: the config has no such user; it has {there}", text::excerpt(name, 100))]
    NoSuchUser {
        /// The name that was given.
        name: String,
        /// The names there are.
        there: String,
    },
}

impl ConfigError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<String> {
        let Self::Missing(places) = self else { return None };
        // The one of this person, beside the one of a project and the one of the machine.
        let own = places.get(1).unwrap_or(&places[0]);
        let folder = own.parent().unwrap_or(Path::new("."));
        Some(format!(
            "begin with the example, and change the six lines that it marks; then `lbjf status --check` looks at \
             everything:\n  mkdir -p {} && lbjf generate config > {}\nwithout a config, `lbjf scrape USER` shows \
             whether Letterboxd lets this machine in",
            text::path(folder),
            text::path(own)
        ))
    }
}

fn places(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", text::path(path))).collect::<Vec<_>>().join(", ")
}

fn numbered(problems: &[Problem]) -> String {
    let mut text = match problems.len() {
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    for problem in problems {
        let _ = write!(text, "\n  {problem}");
    }
    text
}

/// The environment, as a function so that tests have their own.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Config {
    /// Finds, reads and checks the config. `given` is `--config`.
    ///
    /// # Errors
    ///
    /// When there is none, and with every problem at once when it is wrong.
    pub fn load(given: Option<&Path>, env: Env<'_>) -> Result<Self, ConfigError> {
        Self::read(&find(given, env)?, env, true)
    }

    /// As [`Config::load`], but users may be missing, and without any file the defaults serve: `scrape` and
    /// `status` need no config.
    ///
    /// # Errors
    ///
    /// As [`Config::load`]; a file named by `--config` or `$LBJF_CONFIG` must exist.
    pub fn load_or_default(given: Option<&Path>, env: Env<'_>) -> Result<Self, ConfigError> {
        match find(given, env) {
            Ok(path) => Self::read(&path, env, false),
            Err(_) => Self::parse_any("", Path::new("(no config)"), env, false)
                .map(|config| Self { path: None, ..config }),
        }
    }

    fn read(path: &Path, env: Env<'_>, needs_users: bool) -> Result<Self, ConfigError> {
        Self::parse_any(&Self::text(path)?, path, env, needs_users)
    }

    fn text(path: &Path) -> Result<String, ConfigError> {
        text_file::read(path).map_err(|error| match error {
            TextError::Io(source) => ConfigError::Unreadable { path: path.to_owned(), source },
            TextError::TooLong => {
                let source = std::io::Error::from(std::io::ErrorKind::FileTooLarge);
                ConfigError::Unreadable { path: path.to_owned(), source }
            }
            TextError::NotUtf8 { line } => ConfigError::NotUtf8 { path: path.to_owned(), line },
        })
    }

    /// Checks a config's text; `path` is named in messages, and relative paths start from its folder.
    ///
    /// # Errors
    ///
    /// With every problem at once.
    pub fn parse(text: &str, path: &Path, env: Env<'_>) -> Result<Self, ConfigError> {
        Self::parse_any(text, path, env, true)
    }

    fn parse_any(text: &str, path: &Path, env: Env<'_>, needs_users: bool) -> Result<Self, ConfigError> {
        let draft = read::draft(text, path, env, needs_users);
        match draft.error() {
            Some(error) => Err(error),
            None => Ok(draft.config),
        }
    }

    /// The users that `--user` names, or all; as indices into [`Config::users`], in its order.
    ///
    /// # Errors
    ///
    /// When a name is not among them.
    pub fn chosen_users(&self, names: &[String]) -> Result<Vec<usize>, ConfigError> {
        let name_of = |user: &User| user.name.clone();
        for name in names {
            if !self.users.iter().any(|user| user.name.eq_ignore_ascii_case(name)) {
                let there: Vec<_> = self.users.iter().map(|user| format!("`{}`", name_of(user))).collect();
                return Err(ConfigError::NoSuchUser { name: name.clone(), there: there.join(", ") });
            }
        }
        let is_chosen =
            |user: &User| names.is_empty() || names.iter().any(|name| user.name.eq_ignore_ascii_case(name));
        Ok((0..self.users.len()).filter(|index| is_chosen(&self.users[*index])).collect())
    }
}

/// The first config that exists.
fn find(given: Option<&Path>, env: Env<'_>) -> Result<PathBuf, ConfigError> {
    let named = given.map(Path::to_owned).or_else(|| env("LBJF_CONFIG").map(PathBuf::from));
    if let Some(path) = named {
        // One that was named is not looked for elsewhere.
        return Ok(path);
    }
    let mut places = vec![PathBuf::from("./config.toml")];
    let own = env("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env("HOME")?).join(".config")));
    places.extend(own.map(|folder| folder.join("lbjf/config.toml")));
    places.push(PathBuf::from("/etc/lbjf/config.toml"));
    places.iter().find(|path| path.is_file()).cloned().ok_or(ConfigError::Missing(places))
}

#[cfg(test)]
mod tests;
