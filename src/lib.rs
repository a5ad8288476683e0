//! lbjf
pub mod api;
pub mod config;
pub mod exit;
pub mod film;
pub mod http;
pub mod interrupt;
pub mod letterboxd;
pub mod lock;
pub mod secret;
