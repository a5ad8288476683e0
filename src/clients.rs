//! One door each to Letterboxd, Radarr and Jellyfin, over one HTTP client. They know neither the store nor the config.

pub mod api;
pub mod http;
pub mod jellyfin;
pub mod letterboxd;
pub mod radarr;
