//! A request: a film that a person wants and Radarr has not been seen to have.

use std::collections::HashSet;

use super::clock::Timestamp;
use super::film::Film;
use super::ids::TmdbId;

/// A listed film that Radarr has not been seen to have.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whose list.
    pub person: String,
    /// Which film.
    pub film: Film,
    /// Its TMDB id.
    pub tmdb: TmdbId,
    /// Its place on the list: smaller is newer.
    pub position: i64,
    /// What happened last time; `None` when it was never tried.
    pub problem: Option<RequestProblem>,
    /// How often that happened in a row.
    pub tries: u32,
    /// Not tried before, unless somebody asks for it.
    pub next_try_at: Timestamp,
}

impl Request {
    /// How often it was sent in vain: what was never sent, for whatever reason, comes before what was.
    pub fn attempts(&self) -> u32 {
        match self.problem {
            Some(RequestProblem::Unknown | RequestProblem::Refused | RequestProblem::Failed) => self.tries,
            _ => 0,
        }
    }
}

/// Why a request is not answered although it was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestProblem {
    /// It is on Radarr's exclusion list.
    Excluded,
    /// Radarr's metadata does not know the TMDB id.
    Unknown,
    /// Radarr says no to this film.
    Refused,
    /// Jellyfin has it, which keeps it from Radarr (`skip_if_in_library`).
    InLibrary,
    /// Radarr had it, without the labels of the people who list it. Should it be gone, it is not sent again.
    Untagged,
    /// Something that time may heal.
    Failed,
}

impl RequestProblem {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Excluded, "excluded"),
        (Self::Unknown, "unknown"),
        (Self::Refused, "refused"),
        (Self::InLibrary, "in_library"),
        (Self::Untagged, "untagged"),
        (Self::Failed, "failed"),
    ];

    /// The word for it in the store and in JSON.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("", |(_, word)| word)
    }

    /// The problem of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(one, _)| *one)
    }

    /// Is this an answer that only a change elsewhere can turn? It is looked at daily and whenever Radarr is read
    /// anyway; failures are tried again by themselves.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Failed | Self::Untagged)
    }
}

/// What Jellyfin has, where that keeps films from Radarr. Radarr is asked about them all the same, or a film that a
/// person deletes in both would be a new one.
#[derive(Debug)]
pub enum InLibrary {
    /// It makes no difference.
    Ignored,
    /// These films, by canonical TMDB id.
    Known(HashSet<TmdbId>),
    /// It could not be read: nothing is sent, or a film might come twice.
    Unknown,
}

/// A film in Radarr.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RadarrFilm {
    /// Radarr's own number.
    pub id: u32,
    /// Where its files go.
    pub path: String,
    /// The numbers of its tags.
    pub tags: Vec<u32>,
}
