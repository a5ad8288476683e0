//! What Jellyfin has: films in its library, and members of its collections and playlists.

use super::clock::Timestamp;
use super::ids::{JellyfinId, TmdbId};

/// A film in Jellyfin's library. Two copies of a film are two items.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LibraryItem {
    /// Changes with the path of the file.
    pub item_id: JellyfinId,
    /// `None`: what stands there as its TMDB id is no number.
    pub tmdb: Option<TmdbId>,
    /// Of its file.
    pub path: Option<String>,
}

/// A film that was saved of late, as Jellyfin has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedItem {
    /// The film.
    pub item: LibraryItem,
    /// Has it a TMDB id, usable or not? Without one it is no film of the library to lbjf.
    pub has_tmdb_id: bool,
}

/// How far the library was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LibraryState {
    /// The server's version when all of it was read.
    pub version: Option<String>,
    /// By the server's clock: what was saved before was seen. `None`: all of it is to be read.
    pub watermark: Option<Timestamp>,
    /// When all of it was read last.
    pub whole_at: Option<Timestamp>,
    /// How many films it had when it was believed last.
    pub films_seen: u32,
    /// Since when it shows far fewer.
    pub doubtful_since: Option<Timestamp>,
}

/// A member of a collection or playlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The id under which it is removed; not always the library's.
    pub item_id: JellyfinId,
    /// As it is shown, with its year.
    pub name: String,
    /// `None` for members that are no films, or have no TMDB id.
    pub tmdb: Option<TmdbId>,
    /// Of its file.
    pub path: Option<String>,
    /// Does its path alone tell which film it is?
    pub is_leftover: bool,
    /// Does it stand in a playlist more than once?
    pub is_doubled: bool,
}

/// What lbjf knows of a film in a collection or playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownMember {
    /// Which film.
    pub tmdb: TmdbId,
    /// Did lbjf put it there, or meet it there while somebody listed it?
    pub is_own: bool,
    /// Had everybody watched it already when it was first met?
    pub was_watched: bool,
    /// Since when its entry is not shown, since the library lacks the film; in playlists that hide such entries.
    pub hidden_since: Option<Timestamp>,
}
