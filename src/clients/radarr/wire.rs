//! Radarr's JSON in Radarr's words, as far as lbjf reads and writes it.
//!
//! Everything that any version leaves out is optional and may be null (docs/radarr.md#json); recorded bodies of
//! 4.7.5 and 6.0.3 decode in the tests.

use serde::{Deserialize, Serialize};

use crate::clients::api::Number;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemStatus {
    /// Since 4.3; Sonarr answers on the same path.
    pub app_name: Option<String>,
    pub version: String,
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

/// The answer to `POST /movie`, and to a lookup, which has no `id`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MovieFacts {
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
