//! Radarr's JSON in Radarr's words, as far as lbjf reads and writes it.
//!
//! Everything that any version leaves out is optional and may be null (docs/radarr.md#json); recorded bodies of
//! 4.7.5 and 6.0.3 decode in the tests.

use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clients::api::Number;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemStatus {
    /// Since 4.3; Sonarr answers on the same path.
    pub app_name: Option<String>,
    pub version: String,
    /// When it was started.
    #[serde(default, deserialize_with = "shown")]
    pub start_time: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct QualityProfile {
    pub id: Number,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RootFolder {
    pub path: String,
    pub accessible: Option<bool>,
    /// A number of bytes, only to be shown: whatever else stands here must not end a run.
    pub free_space: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
pub struct Tag {
    pub id: Number,
    pub label: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exclusion {
    pub id: Option<Number>,
    pub tmdb_id: Number,
}

/// A page of them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exclusions {
    /// Of all pages.
    pub total_records: Number,
    pub records: Vec<Exclusion>,
}

/// Of a movie that is in Radarr.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Movie {
    pub id: Number,
    pub tmdb_id: Number,
    pub path: Option<String>,
    /// Rows of v4 may have none.
    pub tags: Option<Vec<Number>>,
}

/// The same, as far as it tells where the film stands. All of that is only shown.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    pub id: Number,
    pub tmdb_id: Number,
    #[serde(default, deserialize_with = "shown")]
    pub has_file: Option<bool>,
    #[serde(default, deserialize_with = "shown")]
    pub monitored: Option<bool>,
    #[serde(default, deserialize_with = "shown")]
    pub is_available: Option<bool>,
    #[serde(default, deserialize_with = "shown")]
    pub minimum_availability: Option<String>,
    /// Since 5.10.
    #[serde(default, deserialize_with = "shown")]
    pub release_date: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    pub digital_release: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    pub physical_release: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    pub in_cinemas: Option<String>,
    /// Since 5.10; not there when it was never searched for.
    #[serde(default, deserialize_with = "shown")]
    pub last_search_time: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    pub images: Option<Vec<Image>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    pub cover_type: Option<String>,
    pub remote_url: Option<String>,
}

/// A page of the queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    /// Of all pages.
    pub total_records: Number,
    pub records: Vec<QueueRow>,
}

/// A download.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QueueRow {
    /// A hash, which may be negative.
    #[serde(deserialize_with = "shown")]
    pub id: Option<i64>,
    /// Not there for a download of no film.
    #[serde(deserialize_with = "shown")]
    pub movie_id: Option<u32>,
    #[serde(deserialize_with = "shown")]
    pub status: Option<String>,
    #[serde(deserialize_with = "shown")]
    pub tracked_download_status: Option<String>,
    #[serde(deserialize_with = "shown")]
    pub tracked_download_state: Option<String>,
    #[serde(deserialize_with = "shown")]
    pub size: Option<f64>,
    #[serde(deserialize_with = "shown")]
    pub sizeleft: Option<f64>,
    #[serde(deserialize_with = "shown")]
    pub timeleft: Option<String>,
    #[serde(deserialize_with = "shown")]
    pub error_message: Option<String>,
    #[serde(deserialize_with = "shown")]
    pub status_messages: Option<Vec<StatusMessage>>,
}

impl QueueRow {
    /// Has it this status?
    pub fn is(&self, status: &str) -> bool {
        self.status.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(status))
    }

    /// Its size and what is left of it; 0 for what is not known.
    pub fn sizes(&self) -> (f64, f64) {
        (self.size.unwrap_or(0.0), self.sizeleft.unwrap_or(0.0))
    }

    /// The first thing that Radarr has to say about it.
    pub fn message(&self) -> Option<&str> {
        let messages =
            self.status_messages.iter().flatten().flat_map(|about| about.messages.iter().flatten());
        messages.map(String::as_str).chain(self.error_message.as_deref()).find(|text| !text.trim().is_empty())
    }
}

#[derive(Debug, Deserialize)]
pub struct StatusMessage {
    pub messages: Option<Vec<String>>,
}

/// Something that Radarr finds wrong with itself.
#[derive(Debug, Deserialize)]
pub struct Health {
    pub source: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

impl Health {
    /// Is a download client away?
    pub fn is_about_clients(&self) -> bool {
        let is = |text: &Option<String>, words: &[&str]| {
            text.as_deref().is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
        };
        is(&self.source, &["DownloadClientCheck", "DownloadClientStatusCheck"])
            && is(&self.kind, &["warning", "error"])
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexerConfig {
    #[serde(default, deserialize_with = "shown")]
    pub availability_delay: Option<i64>,
}

/// For what is only shown: what cannot be read is as good as not there, and makes no answer unreadable.
fn shown<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(deserializer)?).ok())
}

/// The answer to `POST /movie`, and to a lookup, whose `id` is missing or 0.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MovieFacts {
    pub id: Option<Number>,
    pub tmdb_id: Number,
    pub genres: Option<Vec<String>>,
}

/// The form of `POST /movie` that works from v4 to v6 (docs/radarr.md#adding).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewMovie<'a> {
    pub tmdb_id: u32,
    pub title: &'a str,
    pub year: u16,
    pub quality_profile_id: u32,
    pub root_folder_path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<&'a str>,
    pub monitored: bool,
    pub minimum_availability: &'a str,
    pub tags: &'a [u32],
    pub add_options: AddOptions,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddOptions {
    pub search_for_movie: bool,
    pub monitor: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MovieEditor<'a> {
    pub movie_ids: &'a [u32],
    pub tags: &'a [u32],
    pub apply_tags: &'static str,
}

#[derive(Debug, Serialize)]
pub struct NewTag<'a> {
    pub label: &'a str,
}

/// One failure of a 400 array.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub property_name: Option<String>,
    pub error_message: Option<String>,
    pub error_code: Option<String>,
    pub attempted_value: Option<serde_json::Value>,
}
