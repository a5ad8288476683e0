//! The nouns: films, their names on both sides, and entries of a watchlist. No I/O, no clock.

use std::collections::BTreeMap;
use std::fmt;

use super::film_name::FilmName;
use super::ids::{Lid, Slug, TmdbId, Uid};

/// What a person says that films are: a TMDB id, or `None` for "never" (`[films]`).
pub type Overrides = BTreeMap<FilmName, Option<TmdbId>>;

/// One film on a list, as far as its page or its export tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEntry {
    /// `None` where nothing tells it; the address then stands for it.
    pub uid: Option<Uid>,
    /// `None` where nothing tells it, as on pages before 2026.
    pub lid: Option<Lid>,
    /// Its best name in addresses: of a poster the slug, of a row of an export any.
    pub address: FilmName,
    /// The title without the year.
    pub name: String,
    /// `None` for undated films.
    pub year: Option<u16>,
    /// What the entry is when it is no film, in Letterboxd's word.
    pub other_kind: Option<String>,
}

impl ListEntry {
    /// A film that is known by one name only.
    pub fn named(film: FilmName, name: String, year: Option<u16>) -> Self {
        let (uid, lid) = match &film {
            FilmName::Uid(uid) => (Some(uid.clone()), None),
            FilmName::Lid(lid) => (None, Some(lid.clone())),
            FilmName::Slug(_) => (None, None),
        };
        Self { uid, lid, address: film, name, year, other_kind: None }
    }

    /// What the entry itself says which film it is.
    pub fn own_uid(&self) -> Uid {
        self.uid.clone().unwrap_or_else(|| Uid::provisional(&self.address))
    }

    /// Every name that it tells.
    pub fn names(&self) -> impl Iterator<Item = FilmName> {
        let uid = self.uid.clone().map(FilmName::Uid);
        let lid = self.lid.clone().map(FilmName::Lid);
        [uid, lid, Some(self.address.clone())].into_iter().flatten()
    }

    /// The film that it is, by this uid.
    pub fn film(&self, uid: Uid) -> Film {
        Film { uid, address: self.address.clone(), name: self.name.clone(), year: self.year }
    }
}

/// A film as everybody behind the lists sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Film {
    /// What it is known by here.
    pub uid: Uid,
    /// Its best name in addresses, and of several slugs the latest.
    pub address: FilmName,
    /// The title without the year.
    pub name: String,
    /// `None` for undated films.
    pub year: Option<u16>,
}

impl fmt::Display for Film {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{} ({year})", self.name),
            None => self.name.fmt(f),
        }
    }
}

/// What a film page says a film is on TMDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// A movie.
    Movie(TmdbId),
    /// A TV show; Radarr has no place for it.
    Tv(u32),
    /// The page names no TMDB id.
    Missing,
}

/// What one look at a film's page brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// The page was read; `uid` is what it calls itself.
    Read {
        /// `None` where the page does not say.
        uid: Option<Uid>,
        /// Its short id; `None` where the page does not say.
        lid: Option<Lid>,
        /// Its slug, where a short link led to it; else `None`.
        slug: Option<Slug>,
        /// Its place on TMDB.
        link: Link,
    },
    /// The page was read, or is gone for good, and gives no TMDB id that can be trusted.
    Useless(String),
    /// There was no page this time.
    Failed {
        /// What went wrong.
        why: String,
        /// May time heal it? A page that is itself what is wrong is not asked for in every run.
        is_passing: bool,
    },
}

impl Look {
    /// Was the page read, and names no TMDB id?
    pub fn lacks_id(&self) -> bool {
        matches!(self, Self::Read { link: Link::Missing, .. })
    }
}

/// What is known of film pages that were read before, for the case that hardly any names an id now.
#[derive(Clone, Debug, Default)]
pub struct PageEvidence {
    /// Films whose page named an id, at most [`PageEvidence::PROBES`].
    pub with_id: Vec<Film>,
    /// How many of the films that came last, at most [`PageEvidence::LATEST`], have a page without an id.
    pub latest_without_id: usize,
}

impl PageEvidence {
    /// So many films that had an id are looked at.
    pub const PROBES: usize = 2;

    /// So many of the films that came last are of interest.
    pub const LATEST: u32 = 5;
}

/// Splits `Heat (1995)` into title and year; only the last bracket counts, since a title may end in one too.
pub fn split_year(text: &str) -> (&str, Option<u16>) {
    let text = text.trim();
    let split = text.strip_suffix(')').and_then(|open| open.rsplit_once(" ("));
    match split {
        Some((name, year)) if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) => {
            (name.trim_end(), year.parse().ok())
        }
        _ => (text, None),
    }
}

/// The name of a Letterboxd member as its addresses have it: lower case; `None` when no member can have it. Letters,
/// digits and `_`, at least two of them; some clients also met `-` (docs/letterboxd.md#members), so it passes. People
/// also give `@ada`, or paste the address of their profile.
pub fn member_name(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/');
    let name = text.strip_suffix("/watchlist").unwrap_or(text);
    let name = match name.split_once("://") {
        Some((_, address)) => address.split_once('/')?.1,
        None => name.strip_prefix("letterboxd.com/").unwrap_or(name),
    };
    let name = name.trim_start_matches('@').to_lowercase();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    ((2..=40).contains(&name.len()) && name.bytes().all(is_name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_year_takes_the_last_bracket_only() {
        assert_eq!(split_year("Heat (1995)"), ("Heat", Some(1995)));
        assert_eq!(split_year("Ray Gunn"), ("Ray Gunn", None));
        assert_eq!(split_year("Death Race (2000) (1975)"), ("Death Race (2000)", Some(1975)));
        assert_eq!(split_year("Title (short)"), ("Title (short)", None));
        assert_eq!(split_year("(500) Days of Summer (2009)"), ("(500) Days of Summer", Some(2009)));
    }

    #[test]
    fn member_names_are_checked_before_any_request() {
        for given in
            ["ada_l", "Ada_L", "@ada_l", " https://letterboxd.com/Ada_L/watchlist/ ", "letterboxd.com/ada_l"]
        {
            assert_eq!(member_name(given).as_deref(), Some("ada_l"), "{given}");
        }
        for wrong in ["", "a", "ada/films", "ada lovelace", "../ada", "ädä", "https://letterboxd.com"] {
            assert_eq!(member_name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn slugs_are_read_out_of_every_form_of_address() {
        for text in ["heat-1995", "/film/heat-1995/", "/ada/film/heat-1995/", "film/heat-1995"] {
            assert_eq!(Slug::parse(text), Slug::parse("heat-1995"), "{text}");
        }
        assert_eq!(Slug::parse("/film/Heat-1995/"), Slug::parse("heat-1995"));
        assert_eq!(Slug::parse("/film/film:1071220/"), Slug::parse("film:1071220"));
        for text in
            ["", "/", "/film/", "/film//", "/list/x/", "a b", "a?b", "/film/a#b/", "a%62", "caf\u{e9}"]
        {
            assert_eq!(Slug::parse(text), None, "{text}");
        }
        let long = "x".repeat(201);
        for text in [
            "..",
            "/film/../",
            "a\u{1b}[2J",
            "a`b",
            "a\\b",
            "a\nb",
            "a'b",
            "a|b",
            "$(a)",
            "a\u{202e}b",
            &long,
        ] {
            assert_eq!(Slug::parse(text), None, "{text:?}");
        }
    }
}
