//! The stand-in Jellyfin against recordings of the real one, and what the recordings do not show.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod playlists;
mod recordings;

use common::{Answer, send};
use serde_json::Value;
use standins::Jellyfin;

const AUTH: &str = r#"MediaBrowser Token="jellyfin-stand-in-key-fedcba9876543210""#;

fn ask(jellyfin: &Jellyfin, method: &str, target: &str) -> Answer {
    send(&jellyfin.server.url(), method, target, &[("Authorization", AUTH)], "")
}

/// Holds status and content type against what was recorded, and the text where it is one. Is JSON left to compare?
fn has_json_as_recorded(answer: &Answer, recorded: &Value, what: &str) -> bool {
    assert_eq!(answer.status, recorded["status"], "{what}: {}", answer.body);
    let recorded_type = recorded["headers"].get("content-type").and_then(Value::as_str);
    assert_eq!(answer.header("content-type"), recorded_type, "{what}");
    if let Some(text) = recorded["text"].as_str() {
        assert_eq!(answer.body, text, "{what}");
    }
    recorded["text"].is_null()
}
