//! One door each to Letterboxd, Radarr and Jellyfin, over one HTTP client, and one to exports. They know neither the
//! store nor the config.

pub mod api;
pub mod export;
pub mod http;
pub mod jellyfin;
pub mod letterboxd;
pub mod radarr;
