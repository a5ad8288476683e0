//! What a film that somebody wants waits for, and what a Radarr says of that.

use std::collections::{HashMap, HashSet};

use super::clock::Timestamp;
use super::ids::TmdbId;
use super::poster::Poster;
use super::span::{ago, day, left};

/// What a film waits for, in the order of what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is downloaded, and Radarr is about to import it.
    Importing,
    /// It is being downloaded, or waits for that in the download client.
    Downloading,
    /// It was found, and a delay profile holds it back.
    Delayed,
    /// Radarr has its file, and Jellyfin knows no film of this TMDB id.
    NotInJellyfin,
    /// It is downloaded, and Radarr cannot import it.
    ImportBlocked,
    /// The download makes no progress.
    Stalled,
    /// The download is paused.
    Paused,
    /// Radarr does not have it.
    NotSent,
    /// It is released and monitored, and not found yet.
    NotFound,
    /// Radarr could not be asked, or does not know itself.
    Unknown,
    /// It is not released.
    NotReleased,
    /// Radarr does not look for it.
    NotMonitored,
    /// It is on Radarr's exclusion list.
    Excluded,
}

impl Reason {
    /// The word for it in JSON.
    pub fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Importing => "importing",
            Self::Downloading => "downloading",
            Self::Delayed => "delayed",
            Self::NotInJellyfin => "not_in_jellyfin",
            Self::ImportBlocked => "import_blocked",
            Self::Stalled => "stalled",
            Self::Paused => "paused",
            Self::NotSent => "not_sent",
            Self::NotFound => "not_found",
            Self::Unknown => return None,
            Self::NotReleased => "not_released",
            Self::NotMonitored => "not_monitored",
            Self::Excluded => "excluded",
        })
    }
}

/// What one film waits for at one Radarr.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// For what.
    pub reason: Reason,
    /// How much of it is downloaded.
    pub percent: Option<u8>,
    /// Until when, as far as anybody knows.
    pub until: Option<Timestamp>,
    /// More about it, in words.
    pub detail: Option<String>,
    /// When it was searched for last.
    pub searched_at: Option<Timestamp>,
}

impl Wait {
    /// Nothing more is known than the reason.
    pub fn new(reason: Reason) -> Self {
        Self { reason, percent: None, until: None, detail: None, searched_at: None }
    }

    /// Smaller comes sooner.
    pub fn order(&self) -> (Reason, Timestamp, u8) {
        (self.reason, self.until.unwrap_or(Timestamp::MAX), 100 - self.percent.unwrap_or(0).min(100))
    }

    /// The same for a person.
    pub fn text(&self, now: Timestamp) -> String {
        let because = |text: &str| match &self.detail {
            Some(detail) => format!("{text}: {detail}"),
            None => text.to_owned(),
        };
        let percent = self.percent.map(|percent| format!("{percent} %"));
        match self.reason {
            Reason::Importing => "downloaded; Radarr imports it".to_owned(),
            Reason::Downloading => {
                let left = self.until.map(|until| format!("{} left", left(now, until)));
                let parts = [Some("being downloaded".to_owned()), percent, left];
                because(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
            }
            Reason::Delayed => match self.until {
                Some(until) => format!("found; a delay profile holds it for another {}", left(now, until)),
                None => "found; a delay profile holds it".to_owned(),
            },
            Reason::NotInJellyfin => because("Radarr has its file, Jellyfin does not know it"),
            Reason::ImportBlocked => because("downloaded, but Radarr cannot import it"),
            Reason::Stalled => because(&match percent {
                Some(percent) => format!("the download is stuck at {percent}"),
                None => "the download is stuck".to_owned(),
            }),
            Reason::Paused => because(&match percent {
                Some(percent) => format!("the download is paused at {percent}"),
                None => "the download is paused".to_owned(),
            }),
            Reason::NotSent => match &self.detail {
                Some(detail) => format!("not in Radarr: {detail}"),
                None => "one of the next runs sends it to Radarr".to_owned(),
            },
            Reason::NotFound => match self.searched_at {
                Some(at) => format!("monitored and not found yet, last searched {}", ago(now, at)),
                None => "monitored and not found yet; Radarr waits for it in its feeds".to_owned(),
            },
            Reason::Unknown => because("not known"),
            Reason::NotReleased => match self.until {
                Some(until) if until > now => format!("not released before {}", day(until)),
                Some(_) => "Radarr does not count it as released yet".to_owned(),
                None => "not released, and no date is known".to_owned(),
            },
            Reason::NotMonitored => "Radarr does not monitor it".to_owned(),
            Reason::Excluded => "on Radarr's exclusion list".to_owned(),
        }
    }
}

/// A Radarr as it is now, as far as that tells what films wait for.
#[derive(Clone, Debug, Default)]
pub struct RadarrNow {
    /// Its films, by canonical TMDB id.
    pub films: HashMap<TmdbId, InRadarr>,
    /// What must never be added, by canonical TMDB id.
    pub excluded: HashSet<TmdbId>,
    /// What it downloads, by its own number of the film.
    pub downloads: HashMap<u32, Vec<Download>>,
    /// Why it may download more than it tells; `None` when it tells all.
    pub untold: Option<String>,
    /// So many days after its release a film counts as available.
    pub delay_days: i64,
}

/// A film in Radarr, as far as that tells what it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InRadarr {
    /// Radarr's own number.
    pub id: u32,
    /// Does it have its file?
    pub has_file: bool,
    /// Does Radarr look for it?
    pub is_monitored: bool,
    /// Is it released, by what the film's minimum availability and the server's delay say?
    pub is_available: bool,
    /// When that will be, without the server's delay.
    pub release: Option<Timestamp>,
    /// When it was searched for last.
    pub searched_at: Option<Timestamp>,
    /// Its poster at TMDB.
    pub poster: Option<Poster>,
}

/// How far a download is; the last is the furthest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A delay profile holds it back.
    Delayed,
    /// It makes no progress, or failed.
    Stalled,
    /// It is paused.
    Paused,
    /// It is being downloaded, or waits for that.
    Downloading,
    /// It is there, and cannot be imported.
    Blocked,
    /// It is there, and will be imported.
    Importing,
}

/// One download of a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// How far it is.
    pub stage: Stage,
    /// How much of it is there; `None` where that means nothing.
    pub percent: Option<u8>,
    /// So many seconds are left, as far as the client knows.
    pub left_secs: Option<Timestamp>,
    /// What Radarr says about it; no path is in it.
    pub message: Option<String>,
}
