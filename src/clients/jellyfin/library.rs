//! What the library has, what changed in it, and what of it somebody watched.

use serde::Deserialize;

use super::{Jellyfin, MAX_IDS, numbers, tmdb_of, wire};
use crate::clients::api::ApiError;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::library::{LibraryItem, SavedItem};

/// The films of every library, also those in collections.
const EVERY_FILM: [(&str, &str); 3] =
    [("recursive", "true"), ("includeItemTypes", "Movie"), ("collapseBoxSetItems", "false")];

/// As little of each as is needed.
const SHORT: [(&str, &str); 3] =
    [("fields", "ProviderIds,Path"), ("enableImages", "false"), ("enableUserData", "false")];

impl Jellyfin {
    /// Every film with a TMDB id of every library, whoever may see it: asked without a user, which is cheap on every
    /// version. One unpaged request: pages are slower, and go wrong in several versions.
    pub fn items(&self) -> Result<Vec<LibraryItem>, ApiError> {
        let query = [&EVERY_FILM[..], &[("hasTmdbId", "true")], &SHORT].concat();
        let items: wire::Items<SavedRow> = self.api.get_library("Items", &query)?;
        Ok(items.items.into_iter().filter_map(|row| Some(row.0?.item)).collect())
    }

    /// How many there are.
    pub fn item_count(&self) -> Result<u32, ApiError> {
        let few =
            [("hasTmdbId", "true"), ("limit", "0"), ("enableImages", "false"), ("enableUserData", "false")];
        let total: wire::Total = self.api.get("Items", &[&EVERY_FILM[..], &few].concat())?;
        Ok(total.total_record_count.0)
    }

    /// The films that were saved since: arrivals, new files, other ids. Also those that have no TMDB id: one may have
    /// been taken away. It does not see films that went away; [`Jellyfin::item_count`] does.
    ///
    /// Up to 10.10 `minDateLastSaved` is an error, since its condition is written with the name of
    /// `minDateLastSavedForUser`; from 10.11 on both mean the same (jellyfin#17542).
    pub fn saved_since(&self, since: Timestamp, version: &str) -> Result<Vec<SavedItem>, ApiError> {
        let since = jiff::Timestamp::from_second(since).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string();
        let is_old = numbers(version) < (10, 11);
        let name = if is_old { "minDateLastSavedForUser" } else { "minDateLastSaved" };
        let query = [&EVERY_FILM[..], &[(name, since.as_str())], &SHORT].concat();
        let items: wire::Items<SavedRow> = self.api.get_library("Items", &query)?;
        Ok(items.items.into_iter().filter_map(|row| row.0).collect())
    }

    /// Which of these items, [`MAX_IDS`] at the most, this person has watched. What they may see makes no difference.
    pub fn watched_among(
        &self,
        user_id: &JellyfinId,
        item_ids: &[JellyfinId],
    ) -> Result<Vec<TmdbId>, ApiError> {
        debug_assert!(item_ids.len() <= MAX_IDS, "too long for a request line");
        // An empty list is no list to Jellyfin.
        if item_ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = item_ids.iter().map(JellyfinId::as_str).collect();
        self.watched_by(user_id, &[("ids", &ids.join(","))])
    }

    /// All that this person has watched of what they can see.
    pub fn watched_of_all(&self, user_id: &JellyfinId) -> Result<Vec<TmdbId>, ApiError> {
        self.watched_by(user_id, &[&EVERY_FILM[..], &[("hasTmdbId", "true")]].concat())
    }

    /// The filter alone is not believed: it takes any row of several that a film may have since 10.11, and a user who
    /// was deleted is no user to 10.8, which then ignores it. What a film's own data say is what people see.
    fn watched_by(&self, user_id: &JellyfinId, which: &[(&str, &str)]) -> Result<Vec<TmdbId>, ApiError> {
        let watched = [
            ("userId", user_id.as_str()),
            ("isPlayed", "true"),
            ("fields", "ProviderIds"),
            ("enableImages", "false"),
            ("enableUserData", "true"),
        ];
        let items: wire::Items<WatchedRow> = self.api.get_library("Items", &[which, &watched].concat())?;
        Ok(items.items.into_iter().filter_map(|row| row.0).collect())
    }
}

/// One item of a library, cut down to what is kept of it as soon as it is decoded.
#[derive(Deserialize)]
#[serde(from = "wire::Item")]
pub(super) struct SavedRow(pub(super) Option<SavedItem>);

impl From<wire::Item> for SavedRow {
    fn from(item: wire::Item) -> Self {
        let has_tmdb_id = item.provider_ids.as_ref().is_some_and(|ids| !ids.tmdb.is_null());
        let tmdb = tmdb_of(&item);
        let item_id = item.id.as_deref().and_then(JellyfinId::parse);
        let item = item_id.map(|item_id| LibraryItem { item_id, tmdb, path: item.path });
        Self(item.map(|item| SavedItem { item, has_tmdb_id }))
    }
}

/// Likewise one that somebody watched.
#[derive(Deserialize)]
#[serde(from = "wire::Item")]
struct WatchedRow(Option<TmdbId>);

impl From<wire::Item> for WatchedRow {
    fn from(item: wire::Item) -> Self {
        let is_watched = item.user_data.as_ref().is_some_and(|data| data.played == Some(true));
        Self(tmdb_of(&item).filter(|_| is_watched))
    }
}
