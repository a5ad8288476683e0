//! A config as far as it is right: `status --check` asks what can be asked, and `scrape` needs little of it.

use std::path::Path;

use super::table::Problem;
use super::{Config, ConfigError};

/// A config that may have problems.
#[derive(Debug)]
pub struct Draft {
    /// What is right. Where a part is wrong, a default or nothing stands in its place: see [`Draft::is_unclear`].
    pub config: Config,
    /// What is wrong; empty for a config that a run would take.
    pub problems: Vec<Problem>,
    /// Those of several Radarrs with which something is wrong, as messages call them: the config has them not.
    pub radarrs_left_out: Vec<String>,
    unclear: Vec<&'static str>,
    names_proxies: bool,
}

impl From<Config> for Draft {
    fn from(config: Config) -> Self {
        let (problems, radarrs_left_out, unclear) = (Vec::new(), Vec::new(), Vec::new());
        Self { config, problems, radarrs_left_out, unclear, names_proxies: false }
    }
}

impl Draft {
    /// Is there something wrong with this table (`system`, `letterboxd`, `radarr`, `jellyfin`), so that what the
    /// config has in its place must not be used?
    pub fn is_unclear(&self, table: &str) -> bool {
        self.unclear.contains(&table)
    }

    /// May Letterboxd be asked as this config says? Not where a proxy was meant and is not understood: who sets one
    /// does not want to be seen.
    pub fn may_ask_letterboxd(&self) -> bool {
        !(self.names_proxies && self.is_unclear("letterboxd"))
    }

    /// All problems as the one error that they are for a run.
    pub fn error(&self) -> Option<ConfigError> {
        let path = self.config.path.clone().unwrap_or_default();
        (!self.problems.is_empty()).then(|| ConfigError::Wrong { path, problems: self.problems.clone() })
    }

    /// One more thing that a run would fail for.
    pub fn add_problem(&mut self, key: &str, text: String) {
        self.problems.push(Problem { line: 0, key: key.to_owned(), text });
    }
}

/// What a file turned out to be, for [`Draft`].
pub(super) struct Findings<'a> {
    pub(super) text: &'a str,
    /// Where the file is no TOML: the line of each mistake.
    pub(super) torn: &'a [usize],
    /// What is wrong with what could be read all the same.
    pub(super) problems: &'a [Problem],
    /// The tables there are.
    pub(super) tables: &'a [&'a str],
    /// See [`Draft::radarrs_left_out`].
    pub(super) left_out: Vec<String>,
}

impl Findings<'_> {
    /// The tables that must not be relied on.
    pub(super) fn unclear(&self) -> Vec<&'static str> {
        ["system", "letterboxd", "radarr", "jellyfin", "users"]
            .into_iter()
            .filter(|table| self.is_unclear(table))
            .collect()
    }

    fn is_unclear(&self, table: &'static str) -> bool {
        // A mistake in a header moves the lines behind it into another table.
        let torn: Vec<_> = self.torn.iter().map(|line| table_at(self.text, *line)).collect();
        if torn.iter().any(|torn| torn.is_none_or(|torn| torn == table)) {
            return true;
        }
        // One that is not there may have a misspelt name, or stand where nothing could be read.
        let is_strange =
            |problem: &Problem| !problem.key.contains(['.', '[']) && !TABLES.contains(&&*problem.key);
        if !self.tables.contains(&table) && (!torn.is_empty() || self.problems.iter().any(is_strange)) {
            return true;
        }
        self.problems.iter().any(|problem| {
            let key = problem.key.strip_prefix(table).and_then(|rest| rest.strip_prefix('.'));
            match (table, key) {
                (_, None) => problem.key == table && !matches!(table, "users" | "lists"),
                // What is wrong there has a default that will do.
                ("letterboxd", Some(key)) => !HARMLESS.contains(&key),
                ("system", Some(key)) => key == "database",
                (_, Some(key)) => key == "ca_file",
            }
        })
    }

    /// Does a line that counts say anything about proxies?
    pub(super) fn names_proxies(&self) -> bool {
        names_proxies(self.text)
    }
}

const TABLES: [&str; 9] =
    ["system", "letterboxd", "radarr", "jellyfin", "users", "lists", "films", "notify", "status"];

/// Numbers and the like in `[letterboxd]`: they do not say where Letterboxd is, or over which way it is asked.
const HARMLESS: [&str; 7] = [
    "max_concurrent_requests",
    "requests_per_second",
    "timeout_seconds",
    "full_scan_hours",
    "cool_down_minutes",
    "user_agent",
    "validate_proxies_on_startup",
];

/// Does a line of a config that counts say anything about proxies?
pub(super) fn names_proxies(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    lines.any(|line| line.to_ascii_lowercase().contains("prox"))
}

/// The table that a line stands in; `None` for a header, and where none came before.
fn table_at(text: &str, line: usize) -> Option<&str> {
    let lines: Vec<&str> = text.lines().take(line).map(str::trim_start).collect();
    let is_header = |line: &&&str| line.starts_with('[');
    if lines.last().as_ref().is_some_and(is_header) {
        return None;
    }
    let header = lines.iter().rev().find(is_header)?;
    let name = header.trim_start_matches(['[', ' ']);
    Some(name.split(['.', ']', ' ']).next().unwrap_or(name))
}

impl Config {
    /// As [`Config::load`], but with what is right of a config that has problems.
    ///
    /// # Errors
    ///
    /// When there is none, or when it cannot be read at all.
    pub fn draft(given: Option<&Path>, env: super::Env<'_>) -> Result<Draft, ConfigError> {
        let path = super::find(given, env)?;
        let text = Self::text(&path)?;
        Ok(super::read::draft(&text, &path, env, true))
    }

    /// As [`Config::load_or_default`], but with what is right of a config that has problems; what is wrong with it
    /// comes beside it, unless `given` names the file: then it is an error.
    ///
    /// # Errors
    ///
    /// As [`Config::load_or_default`], and where a proxy was meant that is not understood.
    pub fn draft_or_default(
        given: Option<&Path>,
        env: super::Env<'_>,
    ) -> Result<(Draft, Option<ConfigError>), ConfigError> {
        let default = || super::read::draft("", Path::new(""), env, false);
        let nowhere = |mut draft: Draft| {
            draft.config.path = None;
            draft
        };
        let Ok(path) = super::find(given, env) else { return Ok((nowhere(default()), None)) };
        let text = match Self::text(&path) {
            Ok(text) => text,
            Err(error) if given.is_some() || !path.is_file() => return Err(error),
            Err(error @ ConfigError::NotUtf8 { .. }) => {
                let bytes = super::text_file::read_bytes(&path).unwrap_or_default();
                // UTF-16 has a zero in each letter.
                let letters: Vec<u8> = bytes.into_iter().filter(|byte| *byte != 0).collect();
                if names_proxies(&String::from_utf8_lossy(&letters)) {
                    return Err(error);
                }
                return Ok((nowhere(default()), Some(error)));
            }
            Err(error) => return Ok((nowhere(default()), Some(error))),
        };
        let draft = super::read::draft(&text, &path, env, false);
        match draft.error() {
            Some(error) if given.is_some() || !draft.may_ask_letterboxd() => Err(error),
            error => Ok((draft, error)),
        }
    }
}

impl Draft {
    /// From what was read and what is wrong with it.
    pub(super) fn new(config: Config, shown: Vec<Problem>, findings: &Findings<'_>) -> Self {
        let mut unclear = findings.unclear();
        for (table, is_right) in
            [("radarr", !config.radarrs.is_empty()), ("jellyfin", config.jellyfin.is_some())]
        {
            if findings.tables.contains(&table) && !is_right && !unclear.contains(&table) {
                unclear.push(table);
            }
        }
        let radarrs_left_out =
            if unclear.contains(&"radarr") { Vec::new() } else { findings.left_out.clone() };
        Self { config, problems: shown, radarrs_left_out, unclear, names_proxies: findings.names_proxies() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "[letterboxd]\nbase_url = \"http://l\"\n[radarr]\nurl = \"http://r\"\napi_key = \"k\"\n\
        root_folder_path = \"/m\"\nquality_profile = \"HD\"\n[jellyfin]\nurl = \"http://j\"\napi_key = \"k\"\n\
        [[users]]\nletterboxd_username = \"ada\"\n[[users]]\nletterboxd_username = \"ben\"\n";

    fn draft(text: &str) -> Draft {
        let env = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
        super::super::read::draft(text, Path::new("/etc/lbjf/config.toml"), &env, true)
    }

    #[test]
    fn what_is_right_can_be_used_whatever_else_is_wrong() {
        assert!(draft(SOUND).error().is_none());
        for (from, to, unclear) in [
            ("url = \"http://r\"", "url = \"r\"", &["radarr"][..]),
            ("url = \"http://r\"", "url = \"http://r\" x", &["radarr"]),
            ("root_folder_path = \"/m\"", "root_folder_path = \"D:\\Movies\"", &["radarr"]),
            ("[radarr]", "[radar]", &["radarr"]),
            ("[radarr]", "[radarr", &["system", "letterboxd", "radarr", "jellyfin", "users"]),
            ("[jellyfin]", "[jellyfin]\nca_file = \"none\"", &["jellyfin"]),
            ("base_url = \"http://l\"", "base_url = \"l\"", &["letterboxd"]),
            ("base_url = \"http://l\"", "base_ulr = \"http://l\"", &["letterboxd"]),
            ("base_url = \"http://l\"", "requests_per_second = -1", &[]),
            ("[letterboxd]\nbase_url = \"http://l\"", "[letterbox]", &["letterboxd"]),
            ("[letterboxd]", "x = 1\n[letterboxd]", &[]),
            ("[letterboxd]", "[system]\ndatabase = 5\n[letterboxd]", &["system"]),
            ("[letterboxd]", "[system]\nlog_level = 5\n[letterboxd]", &[]),
            ("\"ben\"", "\"b e n\"", &[]),
            ("\"ben\"", "\"ben", &["users"]),
        ] {
            let draft = draft(&SOUND.replace(from, to));
            assert!(draft.error().is_some(), "{to}");
            let mut found = draft.unclear.clone();
            // It is not in the file.
            found.retain(|table| SOUND.contains(table) || unclear.contains(table));
            assert_eq!(found, unclear, "{to}: {:?}", draft.problems);
        }
        let ada = draft(&SOUND.replace("\"ben\"", "\"ADA\""));
        assert_eq!((ada.config.users.len(), ada.problems.len()), (1, 1));
        let broken = draft(&SOUND.replace("url = \"http://r\"", "url = \"r\""));
        assert!(broken.config.radarrs.is_empty() && broken.config.jellyfin.is_some());
    }

    #[test]
    fn of_several_radarrs_those_that_are_right_can_be_used() {
        let block = |name: &str, url: &str| {
            format!(
                "[[radarr]]\nname = \"{name}\"\nurl = \"{url}\"\napi_key = \"k\"\n\
                root_folder_path = \"/m\"\nquality_profile = \"HD\"\n"
            )
        };
        let rest = "[[users]]\nletterboxd_username = \"ada\"\n";
        for (second, left_out) in [
            (block("uhd", "http://u"), &[][..]),
            (block("uhd", "u"), &["radarr `uhd`"]),
            (block("uhd", "http://u") + "ca_file = \"none\"\n", &["radarr `uhd`"]),
            (block("u h d", "http://u"), &["radarr[1]"]),
        ] {
            let draft = draft(&[&block("main", "http://m"), &second, rest].concat());
            assert_eq!(draft.radarrs_left_out, left_out, "{second}: {:?}", draft.problems);
            assert_eq!(draft.config.radarrs.len() + left_out.len(), 2);
            assert!(!draft.is_unclear("radarr") && draft.config.users.len() == 1);
        }
        let none = draft(&[block("main", "m"), rest.to_owned()].concat());
        assert!(none.is_unclear("radarr") && none.radarrs_left_out.is_empty());
    }

    #[test]
    fn nobody_goes_without_the_proxy_that_was_meant() {
        for (to, may) in [
            ("proxy_file = \"none.txt\"", false),
            ("proxies = [\"nonsense\"]", false),
            ("proxie = [\"http://h:1\"]", false),
            ("proxies = [\"http://h:1\"]\nbase_url = 5", false),
            ("proxies = [\"http://h:1\" x", false),
            ("base_url = 5", true),
            ("# proxies = []\nbase_url = 5", true),
            ("proxies = [\"http://h:1\"]\ntimeout_seconds = 0", true),
        ] {
            let draft = draft(&SOUND.replace("base_url = \"http://l\"", to));
            assert_eq!(draft.may_ask_letterboxd(), may, "{to}: {:?} {:?}", draft.unclear, draft.problems);
        }
    }
}
