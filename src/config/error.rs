//! Why there is no config, and what to do about it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::table::Problem;
use crate::domain::text;

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
    /// `--radarr` names another one.
    #[error(
        "`--radarr {}`: the config has no such Radarr; it has {}",
        text::excerpt(name, 100),
        or_none(there)
    )]
    NoSuchRadarr {
        /// The name that was given.
        name: String,
        /// The names there are.
        there: String,
    },
    /// `status --waiting` has nobody to ask.
    #[error("the config has no `[radarr]`, which `--waiting` would ask")]
    NoRadarr,
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
            "start with the example and change the six marked lines; `lbjf status --check` then checks \
             everything:\n  mkdir -p {} && lbjf generate config > {}\n`lbjf scrape WHAT` needs no config and shows \
             whether Letterboxd accepts this machine",
            text::path(folder),
            text::path(own)
        ))
    }
}

fn or_none(there: &str) -> &str {
    if there.is_empty() { "none" } else { there }
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
