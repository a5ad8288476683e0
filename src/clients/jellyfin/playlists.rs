//! Playlists: which there are, whose they are, what is in them, and what is put in and taken out
//! (docs/jellyfin.md#playlists).

use std::collections::HashMap;

use serde::Deserialize;

use super::collections::MemberRow;
use super::{Jellyfin, MAX_IDS, numbers, wire};
use crate::clients::api::ApiError;
use crate::clients::http::Method;
use crate::domain::ids::JellyfinId;
use crate::domain::library::Member;
use crate::domain::text::{one_line, same_name};

/// A playlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playlist {
    /// Jellyfin's id.
    pub id: JellyfinId,
    /// As it is shown, in one line. Several may have the same.
    pub name: String,
    /// Changes whenever something is put in or taken out.
    pub etag: Option<String>,
}

impl Playlist {
    /// Is this its name? The same letters may be written down in other bytes.
    pub fn is_named(&self, name: &str) -> bool {
        same_name(&self.name, &one_line(name))
    }
}

/// What a playlist is to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The user's own.
    Theirs,
    /// Somebody else's, who shows it to them.
    Shown,
    /// They do not see it.
    Hidden,
}

/// What is in a playlist, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// Each item once.
    pub members: Vec<Member>,
    /// Under which ids each item is taken out. Before 10.10 they hold until the playlist is loaded again.
    pub ids: HashMap<JellyfinId, Vec<JellyfinId>>,
}

/// What a version can do with a playlist, asked with an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Does it let a key take something out?
    pub can_remove: bool,
    /// Can films be put in front?
    pub can_prepend: bool,
    /// Is an entry hidden while its film is away, and forgotten by any removal meanwhile?
    pub forgets_hidden: bool,
}

impl Abilities {
    /// Those of this version.
    pub fn of(version: &str) -> Self {
        let version = numbers(version);
        Self {
            can_remove: !((10, 9)..(10, 11)).contains(&version),
            can_prepend: version >= (12, 0),
            forgets_hidden: version < (12, 0),
        }
    }
}

/// What lists them.
const EVERY_PLAYLIST: [(&str, &str); 4] = [
    ("includeItemTypes", "Playlist"),
    ("recursive", "true"),
    ("enableImages", "false"),
    ("enableUserData", "false"),
];

impl Jellyfin {
    /// Everybody's playlists.
    pub fn playlists(&self) -> Result<Vec<Playlist>, ApiError> {
        self.playlists_by(&[("fields", "Etag")])
    }

    fn playlists_by(&self, more: &[(&str, &str)]) -> Result<Vec<Playlist>, ApiError> {
        let query = [&EVERY_PLAYLIST[..], more].concat();
        let items: wire::Items<wire::Playlist> = self.api.get_library("Items", &query)?;
        let lists = items.items.into_iter().filter(|item| item.kind == "Playlist");
        let list = |list: wire::Playlist| Playlist {
            id: list.id,
            name: one_line(&list.name).into_owned(),
            etag: list.etag.filter(|etag| !etag.is_empty()),
        };
        Ok(lists.map(list).collect())
    }

    /// Whose is it, as far as this user is concerned? A listing does not tell, but the playlist itself says whether they
    /// may delete it. 10.8 has no such question, and lists only what is theirs or was given to them.
    pub fn whose_playlist(
        &self,
        playlist_id: &JellyfinId,
        user_id: &JellyfinId,
        version: &str,
    ) -> Result<Whose, ApiError> {
        if numbers(version) < (10, 9) {
            let seen = self.playlists_by(&[("userId", user_id.as_str())])?;
            let is_seen = seen.iter().any(|list| list.id == *playlist_id);
            return Ok(if is_seen { Whose::Theirs } else { Whose::Hidden });
        }
        let path = format!("Items/{playlist_id}");
        let item: Result<wire::Owned, _> = self.api.get(&path, &[("userId", user_id.as_str())]);
        match item {
            Ok(item) if item.can_delete == Some(true) => Ok(Whose::Theirs),
            Ok(_) => Ok(Whose::Shown),
            Err(ApiError::Status { status: 404, .. }) => Ok(Whose::Hidden),
            Err(error) => Err(error),
        }
    }

    /// What is in a playlist of this user: asked here, since the items below it are sorted, and on 12.0 replaced by their
    /// collections. 404: there is no such playlist, or it is not theirs.
    pub fn entries(&self, playlist_id: &JellyfinId, user_id: &JellyfinId) -> Result<Entries, ApiError> {
        let query = [
            ("userId", user_id.as_str()),
            ("fields", "ProviderIds,Path"),
            ("enableImages", "false"),
            ("enableUserData", "false"),
        ];
        let items: wire::Items<EntryRow> =
            self.api.get_library(&format!("Playlists/{playlist_id}/Items"), &query)?;
        Ok(entries(items.items))
    }

    /// Makes an empty, private playlist for films; returns its id. It is never looked whether there is one of this name,
    /// nor whether there is such a user. The form with a body would be public.
    pub fn create_playlist(&self, name: &str, user_id: &JellyfinId) -> Result<JellyfinId, ApiError> {
        let query = [("name", name), ("userId", user_id.as_str()), ("mediaType", "Video")];
        let created: wire::Created = self.api.post_once("Playlists", &query, None)?;
        Ok(created.id)
    }

    /// Puts items into a playlist of this user, in this order, at its end or in front. The ids must differ and be
    /// [`MAX_IDS`] at the most. Sent once: 12.0 would keep both of two.
    pub fn add_entries(
        &self,
        playlist_id: &JellyfinId,
        user_id: &JellyfinId,
        item_ids: &[&JellyfinId],
        in_front: bool,
    ) -> Result<(), ApiError> {
        debug_assert!(item_ids.len() <= MAX_IDS, "too long for a request line");
        if item_ids.is_empty() {
            return Ok(());
        }
        let ids = joined(item_ids);
        let mut query = vec![("ids", ids.as_str()), ("userId", user_id.as_str())];
        if in_front {
            query.push(("position", "0"));
        }
        self.api.write_once(&Method::POST, &format!("Playlists/{playlist_id}/Items"), &query)
    }

    /// Takes entries out of a playlist, by the ids of its last listing; others are ignored. Each takes every double of
    /// its item with it.
    pub fn remove_entries(
        &self,
        playlist_id: &JellyfinId,
        entry_ids: &[&JellyfinId],
    ) -> Result<(), ApiError> {
        debug_assert!(entry_ids.len() <= MAX_IDS, "too long for a request line");
        if entry_ids.is_empty() {
            return Ok(());
        }
        let path = format!("Playlists/{playlist_id}/Items");
        self.api.write(&Method::DELETE, &path, &[("entryIds", &joined(entry_ids))], None)
    }
}

fn joined(ids: &[&JellyfinId]) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(",")
}

/// An entry, cut down to what is kept of it as soon as it is decoded.
#[derive(Deserialize)]
#[serde(try_from = "wire::Item")]
pub(super) struct EntryRow {
    member: Member,
    entry_id: JellyfinId,
}

impl TryFrom<wire::Item> for EntryRow {
    type Error = &'static str;

    fn try_from(item: wire::Item) -> Result<Self, Self::Error> {
        let entry_id = item.playlist_item_id.as_deref().and_then(JellyfinId::parse);
        let entry_id = entry_id.ok_or("an entry has no id of its own")?;
        Ok(Self { member: MemberRow::try_from(item)?.0, entry_id })
    }
}

/// Each item once, with every id under which it is taken out.
pub(super) fn entries(rows: Vec<EntryRow>) -> Entries {
    let mut entries = Entries::default();
    for EntryRow { member, entry_id } in rows {
        let ids = entries.ids.entry(member.item_id.clone()).or_default();
        if ids.is_empty() {
            entries.members.push(member);
        } else if let Some(first) = entries.members.iter_mut().find(|known| known.item_id == member.item_id) {
            first.is_doubled = true;
        }
        if !ids.contains(&entry_id) {
            ids.push(entry_id);
        }
    }
    entries
}
