//! Ids that are never empty.

use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error};

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

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for JellyfinId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JellyfinId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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

/// Letterboxd's short id of a film, as in `boxd.it/IWJq` and in exports. Capitals matter, and it never changes
/// (docs/letterboxd.md#film-names).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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
