//! What a run will do: pure functions from what is wanted, what is there and what is remembered to a list of steps.
//! No I/O, no clock. `--dry-run` prints the steps and stops.

use std::collections::HashMap;
use std::fmt;

use crate::domain::film::{Film, TmdbId, Uid};
use crate::domain::ids::JellyfinId;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Give Radarr a film.
    Add(Add),
    /// Put a label on a film that is in Radarr already; that answers the wish.
    Tag(Tag),
    /// Nothing to send: Radarr has it. The wish is answered.
    Have(Wished),
    /// Nothing to send: Radarr had it when it was to be labelled, and has it no more. The wish is answered.
    Gone(Wished),
    /// Nothing to send, for a reason that is looked at again.
    Leave(Leave),
    /// Make a collection.
    Create(Create),
    /// Put a film into a collection.
    Put(Put),
    /// Take a film out of a collection.
    Take(Take),
}

/// A film and the people whose wish it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wished {
    /// Which film.
    pub film: Film,
    /// Its TMDB id, as Letterboxd has it.
    pub tmdb: TmdbId,
    /// Each wish: the person, and the entry on their list.
    pub wishes: Vec<(String, Uid)>,
}

/// See [`Step::Add`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Add {
    /// Which film, and whose wish.
    pub wished: Wished,
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

/// See [`Step::Tag`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Which film, and whose wish.
    pub wished: Wished,
    /// Radarr's number of the film.
    pub movie_id: u32,
    /// The labels it lacks.
    pub labels: Vec<String>,
}

/// See [`Step::Leave`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leave {
    /// Which film, and whose wish.
    pub wished: Wished,
    /// Why.
    pub why: WhyNot,
}

/// Why a film is not sent to Radarr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// It is on the exclusion list.
    Excluded,
    /// It was, before Radarr lost most of what it had: that list may be lost as well.
    WasExcluded,
    /// Jellyfin has it already.
    InLibrary,
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Excluded => "it is on Radarr's exclusion list",
            Self::WasExcluded => "it was on Radarr's exclusion list",
            Self::InLibrary => "it is in Jellyfin's library",
        })
    }
}

/// See [`Step::Create`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// Its name.
    pub collection: String,
}

/// See [`Step::Put`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// The collection as a person names it.
    pub collection: String,
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

/// See [`Step::Take`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    /// The collection as a person names it.
    pub collection: String,
    /// The film's name as Jellyfin shows it.
    pub name: String,
    /// Its year, where Jellyfin does not show one and Letterboxd told it.
    pub year: Option<u16>,
    /// Its TMDB id.
    pub tmdb: TmdbId,
    /// Every member that is this film.
    pub item_ids: Vec<JellyfinId>,
    /// Why.
    pub why: Why,
}

/// Why a film leaves a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Everybody it is for has watched it.
    Watched,
    /// Nobody lists it any more.
    Unlisted,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Watched => "watched",
            Self::Unlisted => "no longer wanted",
        })
    }
}

impl Wished {
    /// The people, for messages: `ada, ben`.
    pub fn people(&self) -> String {
        let mut people: Vec<&str> = self.wishes.iter().map(|(person, _)| person.as_str()).collect();
        // Two entries of one list may be one film to TMDB.
        people.dedup();
        people.join(", ")
    }
}

/// TMDB ids that were merged into others.
#[derive(Clone, Debug, Default)]
pub struct Aliases(HashMap<TmdbId, TmdbId>);

impl Aliases {
    /// From pairs of asked and answered ids.
    pub fn new(pairs: impl IntoIterator<Item = (TmdbId, TmdbId)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// The id that stands for this one wherever films are compared.
    pub fn canonical(&self, id: TmdbId) -> TmdbId {
        let mut id = id;
        // Merges of merges are followed, a circle is not.
        for _ in 0..8 {
            let Some(next) = self.0.get(&id) else { break };
            id = *next;
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::film::Slug;

    #[test]
    fn merges_of_merges_are_followed_and_circles_end() {
        let aliases =
            Aliases::new([(1, 2), (2, 3), (4, 4), (5, 6), (6, 5)].map(|(a, b)| (TmdbId(a), TmdbId(b))));
        for (asked, expected) in [(1, 3), (2, 3), (3, 3), (4, 4), (7, 7)] {
            assert_eq!(aliases.canonical(TmdbId(asked)), TmdbId(expected), "{asked}");
        }
        assert!([5, 6].contains(&aliases.canonical(TmdbId(5)).0));
    }

    #[test]
    fn people_are_named_once_and_reasons_in_words() {
        let uid = || Uid("film:1".to_owned());
        let film =
            Film { uid: uid(), slug: Slug("heat".to_owned()), name: "Heat".to_owned(), year: Some(1995) };
        let wishes = ["ada", "ada", "ben"].map(|person| (person.to_owned(), uid())).to_vec();
        assert_eq!(Wished { film, tmdb: TmdbId(949), wishes }.people(), "ada, ben");
        assert_eq!(Why::Watched.to_string(), "watched");
        assert_eq!(Why::Unlisted.to_string(), "no longer wanted");
        assert_eq!(WhyNot::Excluded.to_string(), "it is on Radarr's exclusion list");
        assert_eq!(WhyNot::WasExcluded.to_string(), "it was on Radarr's exclusion list");
        assert_eq!(WhyNot::InLibrary.to_string(), "it is in Jellyfin's library");
    }
}
