//! Who and what there is: three people, two collections, forty films.

use std::collections::BTreeSet;

use crate::common::COLLECTION;

/// A film by its number; `film-7` is 7.
pub type Film = u8;
/// Some films.
pub type Films = BTreeSet<Film>;

/// Films that exist: movies, then a series, then one without a TMDB id. The edits like the first eight best.
pub const FILMS: Film = 40;
/// The series. Its TMDB id is also the id of the movie 1.
pub const SERIES: Film = 38;
/// Letterboxd names no TMDB id.
pub const WITHOUT_ID: Film = 39;
/// Two films of one title and year: their folders in Radarr clash.
pub const TWINS: [Film; 2] = [3, 4];
/// TMDB may merge it into another: Letterboxd keeps the old id, everybody else has the new one.
pub const MERGED: Film = 5;
/// Its page may come to name another TMDB id.
pub const CHANGED: Film = 7;
/// Radarr's metadata does not know it at first.
pub const UNKNOWN: Film = 6;

/// 0 is ada, 1 ben (who shares her collection), 2 cleo.
pub type Who = usize;
/// What they are called everywhere.
pub const NAMES: [&str; 3] = ["ada", "ben", "cleo"];
/// The collection of ada and ben, that of cleo, and one that the config names only later.
pub const COLLECTIONS: [&str; 3] = [COLLECTION, "Cleo's", "Another"];

/// Minutes.
pub const HOUR: u32 = 60;
/// Minutes.
pub const DAY: u32 = 24 * HOUR;
/// What is done daily is due after so many minutes: a timer may be a little early.
pub const DAILY: u32 = DAY - HOUR;

/// The slug that a film has at first.
pub fn slug(film: Film) -> String {
    format!("film-{film}")
}

/// The film with this slug, at first or renamed.
pub fn film_of_slug(slug: &str) -> Option<Film> {
    slug.strip_prefix("film-")?.split('-').next()?.parse().ok()
}
