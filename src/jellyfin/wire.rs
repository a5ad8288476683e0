//! Jellyfin's JSON in Jellyfin's words, as far as lbjf reads it (facts/servers.md J3-J7). What may be missing may also
//! be null.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use crate::api::Number;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SystemInfo {
    pub id: String,
    pub version: String,
    pub server_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct User {
    pub id: String,
    pub name: String,
    pub server_id: Option<String>,
    pub policy: Option<Policy>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    pub is_disabled: Option<bool>,
    pub is_administrator: Option<bool>,
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

/// A collection. Its name and kind are required: one that goes unnoticed would be made again, and so emptied (J7).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BoxSet {
    pub id: String,
    pub name: String,
    #[serde(rename = "Type")]
    pub kind: String,
    pub path: Option<String>,
    /// Null, where it was asked for, marks a ghost (J8).
    pub parent_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Item {
    pub id: String,
    pub name: Option<String>,
    #[serde(rename = "Type")]
    pub kind: Option<String>,
    pub production_year: Option<Number>,
    /// Text as a rule.
    pub provider_ids: Option<HashMap<String, Value>>,
    pub user_data: Option<UserData>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserData {
    pub played: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    pub id: String,
}
