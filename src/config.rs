//! The config file: TOML text becomes a checked [`Config`], or a report of everything that is wrong with it.
//!
//! Keys and secrets may also come from the environment and from files of their own. Only a checked config leaves
//! this module; inside it addresses are addresses and durations are durations.

mod address;
mod draft;
mod error;
mod external;
mod films;
mod letterboxd;
mod notify;
mod proxies;
mod read;
mod servers;
mod shelf;
mod status;
mod strings;
mod table;
mod text_file;
mod users;

use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use crate::domain::adding::{AddSettings, OwnAddSettings};
use crate::domain::connection::{Certificates, Proxy};
use crate::domain::film::Overrides;
use crate::domain::list::Wants;
use crate::domain::radarr::{RadarrName, name_key};
use crate::domain::receiver::Receiver;
use crate::domain::secret::ApiKey;
use crate::domain::shelf::{Named, WatchedBy};
pub use draft::Draft;
pub use error::ConfigError;
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
    /// `[radarr]`, or each of several, in the order of the file; without any only collections are kept.
    pub radarrs: Vec<Radarr>,
    /// `[jellyfin]`; without it only Radarr is fed.
    pub jellyfin: Option<Jellyfin>,
    /// `[[users]]`, then `[[lists]]`, in the order of the file.
    pub users: Vec<User>,
    /// `[films]`
    pub films: Overrides,
    /// `[[notify]]`
    pub receivers: Vec<Receiver>,
    /// `[status]`
    pub status: Status,
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

/// `[status]`
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// A file with the figures of the last run, for Prometheus.
    pub metrics_file: Option<PathBuf>,
    /// The page that each run writes.
    pub html_file: Option<PathBuf>,
    /// Jellyfin's address for a browser in the house; by default the one that lbjf itself uses.
    pub jellyfin_url: Option<Url>,
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
    /// May a film whose page is not to be had be found by its title and year?
    pub match_titles: bool,
    /// Where Letterboxd is.
    pub base_url: Url,
}

/// `[radarr]`, or one of several.
#[derive(Clone, Debug)]
pub struct Radarr {
    /// What it goes by.
    pub name: RadarrName,
    /// Its address, base path included.
    pub url: Url,
    /// Its key.
    pub api_key: ApiKey,
    /// How films are added.
    pub adding: AddSettings,
    /// The whole of one call.
    pub timeout: Duration,
    /// Certificates trusted beside the system's.
    pub ca_file: Option<Certificates>,
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

/// One `[[users]]` block, or one of `[[lists]]`, which is the same without a person.
#[derive(Clone, Debug)]
pub struct User {
    /// What they are called here: by default as at Letterboxd, in lower case.
    pub name: String,
    /// What they want.
    pub wants: Wants,
    /// Is it a person?
    pub is_person: bool,
    /// Their name in Jellyfin.
    pub jellyfin_username: Option<String>,
    /// Their collection.
    pub collection: Option<Named>,
    /// Their playlist, of their user in Jellyfin.
    pub playlist: Option<Named>,
    /// Do watched films leave the collection and the playlist?
    pub remove_watched: bool,
    /// Who has to have watched them?
    pub watched_by: WatchedBy,
    /// Do films that left the lists leave them?
    pub remove_unlisted: bool,
    /// The names of the Radarrs that this person's films go to, as they have them themselves, in their order; empty:
    /// none.
    pub radarrs: Vec<String>,
    /// How this person's films are added.
    pub adding: OwnAddSettings,
}

impl User {
    /// Do their films go anywhere in Jellyfin?
    pub fn has_shelf(&self) -> bool {
        self.collection.is_some() || self.playlist.is_some()
    }

    /// Do this person's films go to this Radarr?
    pub fn sends_to(&self, radarr: &RadarrName) -> bool {
        self.radarrs.iter().any(|name| name == radarr.name())
    }

    fn new(wants: Wants, is_person: bool, jellyfin_username: Option<String>, remove_watched: bool) -> Self {
        Self {
            name: wants.person.clone(),
            wants,
            is_person,
            jellyfin_username,
            collection: None,
            playlist: None,
            remove_watched,
            watched_by: WatchedBy::Everybody,
            remove_unlisted: true,
            radarrs: Vec::new(),
            adding: OwnAddSettings::default(),
        }
    }
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
        chosen(&self.users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), names)
    }
}

impl Config {
    /// The Radarrs that `--radarr` names, or all.
    ///
    /// # Errors
    ///
    /// When a name is not among them.
    pub fn chosen_radarrs(&self, names: &[String]) -> Result<Vec<&RadarrName>, ConfigError> {
        let is_called = |radarr: &RadarrName, name: &String| name_key(radarr.name()) == name_key(name.trim());
        let all = || self.radarrs.iter().map(|radarr| &radarr.name);
        for name in names {
            if !all().any(|radarr| is_called(radarr, name)) {
                let there: Vec<_> = all().map(|radarr| format!("`{}`", radarr.name())).collect();
                return Err(ConfigError::NoSuchRadarr { name: name.clone(), there: there.join(", ") });
            }
        }
        let is_chosen =
            |radarr: &&RadarrName| names.is_empty() || names.iter().any(|name| is_called(radarr, name));
        Ok(all().filter(is_chosen).collect())
    }
}

/// Which of the people that are `there` these names mean, in their order; all of them without any name.
///
/// # Errors
///
/// When a name is not among them.
pub fn chosen(there: &[&str], names: &[String]) -> Result<Vec<usize>, ConfigError> {
    let is_called = |known: &str, name: &String| known.to_lowercase() == name.trim().to_lowercase();
    for name in names {
        if !there.iter().any(|known| is_called(known, name)) {
            let there: Vec<_> = there.iter().map(|known| format!("`{known}`")).collect();
            return Err(ConfigError::NoSuchUser { name: name.clone(), there: there.join(", ") });
        }
    }
    let is_chosen = |known: &str| names.is_empty() || names.iter().any(|name| is_called(known, name));
    Ok((0..there.len()).filter(|index| is_chosen(there[*index])).collect())
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
