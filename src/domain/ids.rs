//! Ids that are never empty.

use std::fmt;
use std::num::NonZero;
use std::ops::Deref;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error};

use super::film_name::FilmName;

/// An id in Jellyfin. Never empty, and never the one of all zeros that stands for "none": to Jellyfin either means
/// "everything" wherever an id is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JellyfinId(String);

impl JellyfinId {
    /// `None` for what is no id. Letters, digits and dashes only: ids are put into paths and lists.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_something = text.bytes().any(|byte| byte != b'0' && byte != b'-');
        (is_plain && is_something).then(|| Self(text.to_owned()))
    }
}

impl Deref for JellyfinId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for JellyfinId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("no id: {text:?}")))
    }
}

/// A list in the store. Only the store makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListId(pub(crate) i64);

impl ListId {
    /// As it stands in the store.
    pub fn get(&self) -> i64 {
        self.0
    }
}

/// Letterboxd's short id of a film, as in `boxd.it/IWJq` and in exports. Capitals matter, and it never changes
/// (docs/letterboxd.md#film-names).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lid(String);

impl Lid {
    /// Longer than any: the longest known ones have six letters.
    const MAX: usize = 20;

    /// `None` for what is no lid. Letters and digits only; a link that shares a list has a secret behind a `$`.
    pub fn parse(text: &str) -> Option<Self> {
        let is_lid =
            (1..=Self::MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_lid.then(|| Self(text.to_owned()))
    }
}

/// Letterboxd's own name of a film or other work, as in `film:1071220`. It never changes.
///
/// Pages of 2023 and 2024 carry the bare number (`data-film-id`); it is written in the same form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Uid(String);

impl Uid {
    const PROVISIONAL: [&str; 2] = ["slug:", "lid:"];

    /// Longer than any.
    const MAX: usize = 250;

    /// `None` for what is none: nothing, or anything with a blank in it.
    pub fn parse(text: &str) -> Option<Self> {
        let is_uid =
            (1..=Self::MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_uid.then(|| Self(text.to_owned()))
    }

    /// Stands for a film that is known by this name until a page tells its uid.
    pub fn provisional(name: &FilmName) -> Self {
        match name {
            FilmName::Uid(uid) => uid.clone(),
            FilmName::Slug(slug) => Self(format!("slug:{slug}")),
            FilmName::Lid(lid) => Self(format!("lid:{lid}")),
        }
    }

    /// Is it one that only stands for a film?
    pub fn is_provisional(&self) -> bool {
        Self::PROVISIONAL.iter().any(|kind| self.0.starts_with(kind))
    }
}

/// A film's name in Letterboxd addresses, as in `heat-1995`. It may change (docs/letterboxd.md#film-names).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// Longer than any.
    const MAX: usize = 200;

    /// Reads a slug, bare or in an address of the film's page; a member's name may stand in front of `/film/`.
    /// Letterboxd writes them in lower case, people who copy them do not always.
    pub fn parse(text: &str) -> Option<Self> {
        let mut segments = text.trim().trim_matches('/').split('/');
        let slug = if text.contains('/') {
            segments.find(|segment| *segment == "film")?;
            segments.next()?
        } else {
            segments.next()?
        };
        // It goes into an address, a file's name and a line of a log. `.` and `..` would be another address.
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:~+".contains(&byte);
        let is_slug = slug.len() <= Self::MAX
            && slug.bytes().all(is_letter)
            && slug.bytes().any(|byte| byte.is_ascii_alphanumeric());
        is_slug.then(|| Self(slug.to_ascii_lowercase()))
    }
}

/// TMDB's number of a *movie*: what Radarr and Jellyfin agree on. TV shows have a number space of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct TmdbId(NonZero<u32>);

/// Letterboxd's own number of a member, which stays when they change names (docs/letterboxd.md#members).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number(NonZero<u32>);

/// What ids that are numbers have in common.
macro_rules! number_ids {
    ($($name:ident),*) => {
        $(impl $name {
            /// `None` for 0, which stands for "none" wherever a number has to stand.
            pub const fn new(number: u32) -> Option<Self> {
                match NonZero::new(number) {
                    Some(number) => Some(Self(number)),
                    None => None,
                }
            }

            /// The number.
            pub const fn get(self) -> u32 {
                self.0.get()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        })*
    };
}
number_ids!(Number, TmdbId);

/// What ids that are text have in common.
macro_rules! text_ids {
    ($($name:ident),*) => {
        $(impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        })*
    };
}
text_ids!(JellyfinId, Lid, Slug, Uid);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_jellyfin_takes_for_no_id_is_none() {
        let zeros = "0".repeat(32);
        for text in
            ["", " ", "-", &zeros, "00000000-0000-0000-0000-000000000000", "a,b", "a/b", "a b", "ä", "a&b="]
        {
            assert_eq!(JellyfinId::parse(text), None, "{text:?}");
        }
        for text in ["c1e548b9bfc98bdf8bbae2909eeeca94", "C1E548B9-BFC9-8BDF-8BBA-E2909EEECA94", "1"] {
            assert_eq!(&*JellyfinId::parse(text).expect(text), text);
        }
    }

    #[test]
    fn a_lid_is_never_empty_and_never_a_link_that_shares_a_list() {
        for text in ["", " ", "IWJq$secret", "a/b", "a-b", "ä", &"a".repeat(21)] {
            assert_eq!(Lid::parse(text), None, "{text:?}");
        }
        for text in ["IWJq", "iwjq", "P", "2aNHcj"] {
            assert_eq!(Lid::parse(text).expect(text).as_str(), text);
        }
    }
}
