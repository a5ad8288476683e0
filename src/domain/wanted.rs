//! A film that somebody wants, and where it stands as far as the store knows.

use super::clock::Timestamp;
use super::film::Film;
use super::ids::{JellyfinId, TmdbId};
use super::presence::Presence;
use super::request::RequestProblem;

/// A film on one of a person's lists.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which film.
    pub film: Film,
    /// Its TMDB id, if it is a movie.
    pub tmdb: Option<TmdbId>,
    /// Was its page not read yet? Then nobody knows what it is.
    pub is_unread: bool,
    /// When it was first seen on the list.
    pub seen_at: Timestamp,
    /// What each Radarr that was asked for it answered.
    pub asked: Vec<Asked>,
    /// Where it stood at the last look at Jellyfin.
    pub presence: Option<Presence>,
    /// Since when; `None` when it was so at the first look.
    pub since: Option<Timestamp>,
    /// Had this person watched it by then?
    pub is_watched: bool,
    /// The item that Jellyfin's library has of it; of several the smallest id.
    pub item: Option<JellyfinId>,
}

impl Asked {
    /// Why it does not have it, without the film's name in front, which whoever asks knows.
    pub fn why(&self) -> Option<&str> {
        let detail = self.detail.as_deref()?;
        Some(detail.split_once("` not added: ").map_or(detail, |(_, why)| why))
    }
}

/// What one Radarr was asked for a film, and answered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its name in the store.
    pub server: String,
    /// When it was first seen to have the film.
    pub answered_at: Option<Timestamp>,
    /// Why it does not have it.
    pub problem: Option<RequestProblem>,
    /// The same in words.
    pub detail: Option<String>,
}

impl Wanted {
    /// Is it a film that this person could watch some day, and cannot yet? `has_shelf`: do they have a collection, in
    /// which it is looked for?
    pub fn is_waiting(&self, has_shelf: bool) -> bool {
        let is_film = self.tmdb.is_some() || self.is_unread;
        let is_there = match self.presence {
            Some(Presence::Collection | Presence::Watched | Presence::Ineffective) if has_shelf => true,
            _ => self.item.is_some(),
        };
        is_film && !is_there && !(has_shelf && self.is_watched)
    }

    /// What this Radarr answered, if it was asked.
    pub fn asked(&self, server: &str) -> Option<&Asked> {
        self.asked.iter().find(|asked| asked.server == server)
    }
}
