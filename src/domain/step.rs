//! What a run will do: pure functions from what is wanted, what is there and what is remembered to a list of steps.
//! No I/O, no clock. `--dry-run` prints the steps and stops.

use std::collections::HashMap;
use std::fmt;

use crate::domain::film::Film;
use crate::domain::ids::{JellyfinId, TmdbId, Uid};
use crate::domain::radarr::RadarrName;
use crate::domain::shelf::Shelf;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Give Radarr a film.
    AddToRadarr(AddToRadarr),
    /// Put a label on a film that is in Radarr already; that answers the request.
    TagInRadarr(TagInRadarr),
    /// Nothing to send: Radarr has it. The request is answered.
    AlreadyPresent(RequestedFilm),
    /// Nothing to send: Radarr had it when it was to be labelled, and has it no more. The request is answered.
    GoneFromRadarr(RequestedFilm),
    /// Nothing to send, for a reason that is looked at again.
    Skip(Skip),
    /// Make a collection or playlist.
    CreateShelf(CreateShelf),
    /// Put a film into one.
    AddToShelf(AddToShelf),
    /// Take a film out of one.
    RemoveFromShelf(RemoveFromShelf),
}

/// A film and the people whose request it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedFilm {
    /// Of which Radarr.
    pub radarr: RadarrName,
    /// Which film.
    pub film: Film,
    /// Its TMDB id, as Letterboxd has it.
    pub tmdb: TmdbId,
    /// Each request: the person, and the entry on their list.
    pub requests: Vec<(String, Uid)>,
}

/// See [`Step::AddToRadarr`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddToRadarr {
    /// Which film, and whose request.
    pub requested: RequestedFilm,
    /// Where it goes.
    pub root_folder: RootFolder,
    /// Radarr's number of the quality profile.
    pub quality_profile_id: u32,
    /// Labels, sorted.
    pub tags: Vec<String>,
    /// Was it sent in vain before?
    pub was_tried: bool,
}

/// Where a film goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootFolder {
    /// Here.
    Fixed(String),
    /// That depends on its genres, which Radarr knows.
    ByGenre {
        /// For animated films.
        animated: String,
        /// For all others.
        other: String,
    },
}

/// See [`Step::TagInRadarr`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagInRadarr {
    /// Which film, and whose request.
    pub requested: RequestedFilm,
    /// Radarr's number of the film.
    pub movie_id: u32,
    /// The labels it lacks.
    pub labels: Vec<String>,
}

/// See [`Step::Skip`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// Which film, and whose request.
    pub requested: RequestedFilm,
    /// Why.
    pub why: SkipReason,
}

/// Why a film is not sent to Radarr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// It is on the exclusion list.
    Excluded,
    /// It was, before Radarr lost most of what it had: that list may be lost as well.
    WasExcluded,
    /// Jellyfin has it already.
    InLibrary,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Excluded => "it is on Radarr's exclusion list",
            Self::WasExcluded => "it was on Radarr's exclusion list",
            Self::InLibrary => "it is in Jellyfin's library",
        })
    }
}

/// See [`Step::CreateShelf`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateShelf {
    /// Which.
    pub shelf: Shelf,
}

/// See [`Step::AddToShelf`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddToShelf {
    /// Where to.
    pub shelf: Shelf,
    /// Which film.
    pub film: Film,
    /// Its TMDB id.
    pub tmdb: TmdbId,
    /// The copy in the library.
    pub item_id: JellyfinId,
    /// Of its file.
    pub path: Option<String>,
    /// Who holds it, first in the config.
    pub person: String,
}

/// See [`Step::RemoveFromShelf`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveFromShelf {
    /// Where from.
    pub shelf: Shelf,
    /// The film's name as Jellyfin shows it.
    pub name: String,
    /// Its year, where Jellyfin does not show one and Letterboxd told it.
    pub year: Option<u16>,
    /// Its TMDB id.
    pub tmdb: TmdbId,
    /// Every member that is this film.
    pub item_ids: Vec<JellyfinId>,
    /// Why.
    pub why: RemoveReason,
}

/// Why a film leaves a collection or playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveReason {
    /// It was watched by whom it is for.
    Watched,
    /// Nobody lists it any more.
    Unlisted,
    /// It stands there more than once, and is put in again.
    Doubled,
}

impl fmt::Display for RemoveReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Watched => "watched",
            Self::Unlisted => "no longer wanted",
            Self::Doubled => "listed twice",
        })
    }
}

impl RequestedFilm {
    /// The people, for messages: `ada, ben`.
    pub fn people(&self) -> String {
        let mut people: Vec<&str> = self.requests.iter().map(|(person, _)| person.as_str()).collect();
        // Two entries of one list may be one film to TMDB.
        people.dedup();
        people.join(", ")
    }
}

/// TMDB ids that were merged into others.
#[derive(Clone, Debug, Default)]
pub struct Aliases {
    answers: HashMap<TmdbId, TmdbId>,
    /// By the id that stands for them.
    merged: HashMap<TmdbId, Vec<TmdbId>>,
}

impl Aliases {
    /// From pairs of asked and answered ids.
    pub fn new(pairs: impl IntoIterator<Item = (TmdbId, TmdbId)>) -> Self {
        let mut aliases = Self { answers: pairs.into_iter().collect(), merged: HashMap::new() };
        let asked: Vec<TmdbId> = aliases.answers.keys().copied().collect();
        for id in asked {
            let canonical = aliases.canonical(id);
            if canonical != id {
                aliases.merged.entry(canonical).or_default().push(id);
            }
        }
        aliases
    }

    /// Every id that a film may have of which this one is the canonical.
    pub fn ids_of(&self, canonical: TmdbId) -> impl Iterator<Item = TmdbId> {
        let others = self.merged.get(&canonical).into_iter().flatten().copied();
        std::iter::once(canonical).chain(others)
    }

    /// The id that stands for this one wherever films are compared.
    pub fn canonical(&self, id: TmdbId) -> TmdbId {
        let mut id = id;
        // Merges of merges are followed, a circle is not.
        for _ in 0..8 {
            let Some(next) = self.answers.get(&id) else { break };
            id = *next;
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::film_name::FilmName;

    #[test]
    fn merges_of_merges_are_followed_and_circles_end() {
        let aliases = Aliases::new(
            [(1, 2), (2, 3), (4, 4), (5, 6), (6, 5)]
                .map(|(a, b)| (TmdbId::new(a).unwrap(), TmdbId::new(b).unwrap())),
        );
        for (asked, expected) in [(1, 3), (2, 3), (3, 3), (4, 4), (7, 7)] {
            assert_eq!(
                aliases.canonical(TmdbId::new(asked).unwrap()),
                TmdbId::new(expected).unwrap(),
                "{asked}"
            );
        }
        assert!([5, 6].contains(&aliases.canonical(TmdbId::new(5).unwrap()).get()));
        let mut ids: Vec<_> = aliases.ids_of(TmdbId::new(3).unwrap()).map(TmdbId::get).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2, 3]);
        assert_eq!(aliases.ids_of(TmdbId::new(7).unwrap()).collect::<Vec<_>>(), [TmdbId::new(7).unwrap()]);
    }

    #[test]
    fn people_are_named_once_and_reasons_in_words() {
        let uid = || Uid::parse("film:1").unwrap();
        let film = Film {
            uid: uid(),
            address: FilmName::parse("heat").unwrap(),
            name: "Heat".to_owned(),
            year: Some(1995),
        };
        let requests = ["ada", "ada", "ben"].map(|person| (person.to_owned(), uid())).to_vec();
        let radarr = RadarrName::default();
        let tmdb = TmdbId::new(949).unwrap();
        assert_eq!(RequestedFilm { radarr, film, tmdb, requests }.people(), "ada, ben");
        assert_eq!(RemoveReason::Watched.to_string(), "watched");
        assert_eq!(RemoveReason::Unlisted.to_string(), "no longer wanted");
        assert_eq!(RemoveReason::Doubled.to_string(), "listed twice");
        assert_eq!(SkipReason::Excluded.to_string(), "it is on Radarr's exclusion list");
        assert_eq!(SkipReason::WasExcluded.to_string(), "it was on Radarr's exclusion list");
        assert_eq!(SkipReason::InLibrary.to_string(), "it is in Jellyfin's library");
    }
}
