//! Where a person finds their films in Jellyfin: a collection, which several may share, or a playlist, which is one
//! user's own.

use std::fmt;

/// One or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ShelfKind {
    /// Shared, and robust.
    Collection,
    /// Private, and ordered.
    Playlist,
}

impl ShelfKind {
    /// As messages call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Playlist => "playlist",
        }
    }
}

impl fmt::Display for ShelfKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A collection or a playlist, as messages name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shelf {
    /// Which of the two.
    pub kind: ShelfKind,
    /// As a person names it.
    pub name: String,
    /// Whose playlist it is: names say little, since everybody has their own.
    pub person: Option<String>,
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.person {
            Some(person) => write!(f, "{person}'s {} `{}`", self.kind, self.name),
            None => write!(f, "{} `{}`", self.kind, self.name),
        }
    }
}

/// Whose having watched a film lets it leave, of those whose watched films leave at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WatchedBy {
    /// Everybody's who is mapped to it.
    #[default]
    Everybody,
    /// The first one's, as for a couple that watches together.
    Anyone,
}

/// Which collection or playlist the config means.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Named {
    /// By Jellyfin's id, dashless and in lower case; it must exist.
    Id(String),
    /// By name; made when missing.
    Name(String),
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(text) | Self::Name(text) => write!(f, "`{text}`"),
        }
    }
}
