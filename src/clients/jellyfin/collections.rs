//! Collections: which there are, what is in them, and what is put in and taken out.

use serde::Deserialize;

use super::{Jellyfin, MAX_IDS, tmdb_of, wire};
use crate::clients::api::ApiError;
use crate::clients::http::Method;
use crate::domain::collection::{folder_key, folder_of};
use crate::domain::ids::JellyfinId;
use crate::domain::library::Member;
use crate::domain::text::{name_key, one_line, same_name};

/// A collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxSet {
    /// Jellyfin's id, which follows from the folder.
    pub id: JellyfinId,
    /// As it is shown, in one line.
    pub name: String,
    /// The last part of its path, as in `Ada's watchlist [boxset]`.
    pub folder: String,
    /// Left behind by a deletion: it has members and takes films, but nobody sees it (docs/jellyfin.md#ghosts).
    pub is_ghost: bool,
    /// Changes whenever something is put in or taken out, and not when the film of a member goes away or comes back.
    pub etag: Option<String>,
}

impl BoxSet {
    /// Is this its name? The same letters may be written down in other bytes.
    pub fn is_named(&self, name: &str) -> bool {
        same_name(&self.name, &one_line(name))
    }

    /// Was it made under this name? A person may have renamed it since, which keeps the folder.
    pub fn lies_in_folder_of(&self, name: &str) -> bool {
        same_name(&self.folder, &folder_of(name))
    }

    /// Is its name, or its folder, this one when no case is told apart? Where the disk, or Jellyfin's ids, tell none,
    /// the two are one collection.
    pub fn is_nearly(&self, name: &str) -> bool {
        name_key(&self.name) == name_key(&one_line(name)) || name_key(&self.folder) == folder_key(name)
    }
}

impl Jellyfin {
    /// Every collection, also those that some people cannot see.
    pub fn collections(&self) -> Result<Vec<BoxSet>, ApiError> {
        let query = [
            ("includeItemTypes", "BoxSet"),
            ("recursive", "true"),
            ("collapseBoxSetItems", "false"),
            ("enableImages", "false"),
            ("enableUserData", "false"),
            ("fields", "Path,ParentId,Etag"),
        ];
        let items: wire::Items<wire::BoxSet> = self.api.get_library("Items", &query)?;
        let sets = items.items.into_iter().filter(|item| item.kind == "BoxSet");
        Ok(sets.map(box_set).collect())
    }

    /// What is in a collection: asked without a user and without a type, which would hide members
    /// (docs/jellyfin.md#members).
    pub fn members(&self, collection_id: &JellyfinId) -> Result<Vec<Member>, ApiError> {
        let query = [
            ("parentId", collection_id.as_str()),
            ("recursive", "true"),
            ("fields", "ProviderIds,Path"),
            ("enableImages", "false"),
            ("enableUserData", "false"),
        ];
        let items: wire::Items<MemberRow> = self.api.get_library("Items", &query)?;
        Ok(items.items.into_iter().map(|row| row.0).collect())
    }

    /// Makes a collection, locked and empty; returns its id.
    ///
    /// A name whose folder exists is emptied by this (docs/jellyfin.md#creating-a-collection): look first. Locked,
    /// since an unlocked one is renamed and refilled by metadata refreshes.
    pub fn create(&self, name: &str) -> Result<JellyfinId, ApiError> {
        let created: wire::Created =
            self.api.post_once("Collections", &[("name", name), ("isLocked", "true")], None)?;
        Ok(created.id)
    }

    /// Puts items into a collection; those that are in it stay. The ids must differ and be [`MAX_IDS`] at the most.
    pub fn add(&self, collection_id: &JellyfinId, item_ids: &[&JellyfinId]) -> Result<(), ApiError> {
        self.change(&Method::POST, collection_id, item_ids)
    }

    /// Takes items out of a collection, by the ids its members have; those that are not in it are ignored.
    pub fn remove(&self, collection_id: &JellyfinId, item_ids: &[&JellyfinId]) -> Result<(), ApiError> {
        self.change(&Method::DELETE, collection_id, item_ids)
    }

    fn change(
        &self,
        method: &Method,
        collection_id: &JellyfinId,
        item_ids: &[&JellyfinId],
    ) -> Result<(), ApiError> {
        debug_assert!(item_ids.len() <= MAX_IDS, "too long for a request line");
        // An empty list is no list to Jellyfin.
        if item_ids.is_empty() {
            return Ok(());
        }
        let path = format!("Collections/{collection_id}/Items");
        let ids: Vec<&str> = item_ids.iter().map(|id| id.as_str()).collect();
        self.api.write(method, &path, &[("ids", &ids.join(","))], None)
    }
}

/// A member, cut down to what is kept of it as soon as it is decoded. One without an id could not be taken out again,
/// so nothing is made of such a list.
#[derive(Deserialize)]
#[serde(try_from = "wire::Item")]
pub(super) struct MemberRow(pub(super) Member);

impl TryFrom<wire::Item> for MemberRow {
    type Error = &'static str;

    fn try_from(item: wire::Item) -> Result<Self, Self::Error> {
        let tmdb = tmdb_of(&item);
        let name = one_line(&item.name.unwrap_or_default()).into_owned();
        let name = item.production_year.map_or(name.clone(), |year| format!("{name} ({})", year.0));
        let item_id = item.id.as_deref().and_then(JellyfinId::parse).ok_or("a member has no id")?;
        Ok(Self(Member { item_id, name, tmdb, path: item.path, is_leftover: false, is_doubled: false }))
    }
}

pub(super) fn box_set(set: wire::BoxSet) -> BoxSet {
    let path = set.path.unwrap_or_default();
    let folder = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let parent = set.parent_id.filter(|id| id.bytes().any(|byte| byte != b'0' && byte != b'-'));
    let [name, folder] = [&set.name, &folder].map(|text| one_line(text).into_owned());
    let etag = set.etag.filter(|etag| !etag.is_empty());
    BoxSet { id: set.id, name, folder, is_ghost: parent.is_none(), etag }
}
