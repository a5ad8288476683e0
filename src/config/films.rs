//! `[films]`: what a person knows better than Letterboxd's pages.

use toml::de::DeValue;

use super::table::{FromToml, Table};
use crate::domain::film::Overrides;
use crate::domain::film_name::FilmName;
use crate::domain::ids::TmdbId;

/// Films by any of their names, or by the address of their page, and what a person says that each film is.
pub(super) fn films(mut table: Table<'_, '_>) -> Overrides {
    let mut films = Overrides::new();
    for (key, value) in table.take_all::<FilmIs>() {
        let Some(film) = FilmName::parse(&key.value) else {
            table.problem(
                &key,
                "is not a Letterboxd film; use the name in its address, as in `/film/heat-1995/`, or `boxd.it/…` from an export",
            );
            continue;
        };
        let Some(value) = value else { continue };
        if films.insert(film, value.value.0).is_some() {
            table.problem(&key, "is set twice");
        }
    }
    table.finish();
    films
}

/// A value of `[films]`.
struct FilmIs(Option<TmdbId>);

impl FromToml for FilmIs {
    const WHAT: &'static str = "a TMDB id, or `false` for never";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        match (bool::from_toml(value), u32::from_toml(value)) {
            (Some(false), _) => Some(Self(None)),
            (_, Some(id)) => TmdbId::new(id).map(|id| Self(Some(id))),
            _ => None,
        }
    }
}
