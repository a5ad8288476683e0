//! The Jellyfin door: the calls lbjf makes, the subset that is safe from 10.8 to 12.0 (docs/jellyfin.md).
//!
//! Only `Authorization: MediaBrowser Token="…"` works everywhere. Every library query says
//! `collapseBoxSetItems=false&hasTmdbId=true`, or the films of lbjf's own collections would be missing from it. An
//! empty `userId` or `ids` means "everything" to Jellyfin, so none is ever sent: a
//! [`JellyfinId`](crate::domain::ids::JellyfinId) is never empty.

mod collections;
mod library;
mod playlists;
mod users;
mod wire;

use serde_json::Value;

use crate::clients::api::{Api, ApiError, plain};
use crate::domain::ids::TmdbId;
pub use collections::BoxSet;
pub use playlists::{Abilities, Entries, Playlist, Whose};
pub use users::{JellyfinUser, KeyOwner, Users};

/// The most ids in one call: the request line must stay below 8,192 bytes, and proxies cut at half of that
/// (docs/jellyfin.md#long-requests).
pub const MAX_IDS: usize = 100;

/// The door.
#[derive(Debug)]
pub struct Jellyfin {
    api: Api,
}

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Which installation it is.
    pub id: String,
    /// Three numbers.
    pub version: String,
    /// As its administrator named it.
    pub name: String,
}

/// What is behind the address, and too bad if so.
#[derive(Debug, thiserror::Error)]
pub enum JellyfinError {
    /// Older than 10.8.
    #[error("Jellyfin at `{base}` is version {version}; lbjf needs 10.8 or newer")]
    TooOld {
        /// The address.
        base: String,
        /// Its version.
        version: String,
    },
    /// Anything that went wrong on the way.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl JellyfinError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooOld { .. } => None,
            Self::Api(error) => error.hint(),
        }
    }
}

impl Jellyfin {
    /// Opens the door; asks nothing yet.
    pub fn new(api: Api) -> Self {
        Self { api }
    }

    /// Its address, for messages.
    pub fn base(&self) -> String {
        self.api.base_text()
    }

    /// What server is it? Asked with the key, so that a wrong one shows at once.
    ///
    /// # Errors
    ///
    /// When it is too old, or cannot be asked.
    pub fn info(&self) -> Result<Info, JellyfinError> {
        let info: Result<wire::SystemInfo, _> = self.api.get("System/Info", &[]);
        let info = info.map_err(|error| self.api.who_sent(error))?;
        let (base, shown) = (self.api.base_text(), plain(&self.api.shown(&info.version)));
        let version = numbers(&shown);
        if matches!(version.0, 3 | 4) {
            // Jellyfin's numbers begin with 10.
            let found = format!("Emby {shown}");
            return Err(ApiError::Another { server: "Jellyfin", base, found }.into());
        }
        if version < (10, 8) {
            return Err(JellyfinError::TooOld { base, version: shown });
        }
        let name = info.server_name.unwrap_or_default();
        Ok(Info { id: info.id, version: shown, name: self.api.shown(&name) })
    }
}

/// The first two numbers of a version.
fn numbers(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// The TMDB id of a film. Keys come in any case, values are any text (docs/jellyfin.md#tmdb-ids). A show's id is of
/// another number space, so only films have one here; on 10.11 a better version of a film is a `Video`.
fn tmdb_of(item: &wire::Item) -> Option<TmdbId> {
    if !matches!(item.kind.as_deref(), Some("Movie" | "Video")) {
        return None;
    }
    let id = match &item.provider_ids.as_ref()?.tmdb {
        Value::String(text) => text.trim().parse().ok()?,
        Value::Number(number) => u32::try_from(number.as_u64()?).ok()?,
        _ => return None,
    };
    TmdbId::new(id)
}

#[cfg(test)]
mod tests;
