//! Where a person's films are in Jellyfin.

use super::film::Film;
use super::ids::{TmdbId, Uid};

/// A movie that stands, or once stood, on a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which film.
    pub film: Film,
    /// Its TMDB id.
    pub tmdb: TmdbId,
    /// Does it stand there now, as far as known?
    pub is_listed: bool,
    /// Is it only its title that says which film on TMDB it is?
    pub is_matched: bool,
}

/// Where a listed film was when Jellyfin was asked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// In the person's collection.
    Collection,
    /// Not in the library yet.
    Waiting,
    /// Watched, and not in the collection.
    Watched,
    /// In the library, but Jellyfin did not put it into the collection although it said so.
    Ineffective,
}

impl Presence {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Collection, "collection"),
        (Self::Waiting, "waiting"),
        (Self::Watched, "watched"),
        (Self::Ineffective, "ineffective"),
    ];

    /// The word for it in the store and in JSON.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("", |(_, word)| word)
    }

    /// The presence of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(one, _)| *one)
    }
}

/// A listed film as Jellyfin showed it last. The collection is everybody's who is mapped to it, and what was watched
/// each person's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenFilm {
    /// The entry.
    pub uid: Uid,
    /// Where it is; `None`: it is to be put into the collection.
    pub presence: Option<Presence>,
    /// Has the person watched any copy?
    pub is_watched: bool,
}
