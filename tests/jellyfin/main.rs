//! The Jellyfin half of `lbjf sync` from outside: films, people, collections, servers that fail.

#[path = "../common/mod.rs"]
mod common;

mod collections;
mod films;
mod looks;
mod people;
mod servers;
mod writes;
