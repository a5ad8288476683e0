//! Jellyfin's JSON in Jellyfin's words, as far as lbjf reads it (docs/jellyfin.md#json). What may be missing may also
//! be null.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::clients::api::Number;
use crate::domain::ids::JellyfinId;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SystemInfo {
    pub id: String,
    pub version: String,
    #[serde(default, deserialize_with = "shown")]
    pub server_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct User {
    pub id: JellyfinId,
    pub name: String,
    pub server_id: Option<String>,
    pub policy: Option<Policy>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    pub is_disabled: Option<bool>,
    pub is_administrator: Option<bool>,
    pub enable_all_folders: Option<bool>,
    #[serde(default, deserialize_with = "shown")]
    pub enabled_folders: Option<Vec<IgnoredAny>>,
}

impl Policy {
    /// Does it open no library? What lies between all and none it does not tell (docs/jellyfin.md#access).
    pub fn opens_nothing(&self) -> bool {
        let is_empty = self.enabled_folders.as_ref().is_some_and(Vec::is_empty);
        self.enable_all_folders == Some(false) && is_empty
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Items<T> {
    /// Never null: an empty list has consequences.
    pub items: Vec<T>,
}

/// How many there are in all, of a page.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Total {
    pub total_record_count: Number,
}

/// A collection. Its id, name and kind are required: one that goes unnoticed would be made again, and so emptied
/// (docs/jellyfin.md#creating-a-collection).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BoxSet {
    pub id: JellyfinId,
    pub name: String,
    #[serde(rename = "Type")]
    pub kind: String,
    pub path: Option<String>,
    /// Null, where it was asked for, marks a ghost (docs/jellyfin.md#ghosts).
    pub parent_id: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    pub etag: Option<String>,
}

/// A playlist. What has no id or name cannot be told from others, and a second one would be made of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Playlist {
    pub id: JellyfinId,
    pub name: String,
    #[serde(rename = "Type")]
    pub kind: String,
    #[serde(default, deserialize_with = "shown")]
    pub etag: Option<String>,
}

/// What an item is to the user who asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Owned {
    pub can_delete: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Item {
    pub id: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    pub name: Option<String>,
    #[serde(rename = "Type")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    pub production_year: Option<Number>,
    pub provider_ids: Option<ProviderIds>,
    #[serde(default, deserialize_with = "shown")]
    pub path: Option<String>,
    pub user_data: Option<UserData>,
    /// Of an entry of a playlist.
    pub playlist_item_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserData {
    pub played: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    pub id: JellyfinId,
}

/// For what is only shown: what cannot be read is as good as not there, and makes no answer unreadable.
fn shown<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(deserializer)?).ok())
}

/// The ids that other databases have for an item, as far as they are read.
#[derive(Debug, Default)]
pub struct ProviderIds {
    /// Text as a rule; null when it is not there.
    pub tmdb: Value,
}

impl<'de> Deserialize<'de> for ProviderIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ids;

        impl<'de> Visitor<'de> for Ids {
            type Value = ProviderIds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of ids")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut ids: A) -> Result<ProviderIds, A::Error> {
                let mut found = ProviderIds::default();
                while let Some(key) = ids.next_key::<Key>()? {
                    match key {
                        Key::Tmdb if found.tmdb.is_null() => found.tmdb = ids.next_value()?,
                        _ => drop(ids.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(found)
            }
        }

        deserializer.deserialize_map(Ids)
    }
}

/// Keys come in any case (docs/jellyfin.md#tmdb-ids).
enum Key {
    Tmdb,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
                Ok(if name.eq_ignore_ascii_case("tmdb") { Key::Tmdb } else { Key::Other })
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}
