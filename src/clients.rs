//! One door each to Letterboxd, Radarr and Jellyfin, over one HTTP client, one to exports, and one to whoever is told about
//! runs. They know neither the store nor the config.

pub mod api;
pub mod export;
pub mod http;
pub mod jellyfin;
pub mod letterboxd;
pub mod notify;
pub mod radarr;
