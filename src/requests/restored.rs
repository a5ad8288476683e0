//! Is this Radarr's database the one that lbjf knows?
//!
//! A new or a restored one lacks films that nobody deleted. Two signs tell: it lacks most of what it had, or a number that
//! it gave to one film is another film now, since a database never uses a number twice
//! (docs/radarr.md#several-servers).

use std::collections::{HashMap, HashSet};

use super::add::became;
use crate::clients::radarr::Radarr;
use crate::domain::ids::TmdbId;
use crate::domain::problem::Problem;
use crate::domain::radarr::RadarrName;
use crate::domain::request::RadarrFilm;
use crate::domain::step::Aliases;

/// What was found out.
#[derive(Debug, Default)]
pub(crate) struct Restored {
    /// It is another database, in words.
    pub(crate) problem: Option<Problem>,
    /// Ids that TMDB merged, and what they became: Radarr had renumbered films for that reason only.
    pub(crate) merged: Vec<(TmdbId, TmdbId)>,
}

/// Compares what this Radarr said to have, and the numbers of films as they were met, with its films now.
pub(crate) fn restored(
    (name, radarr): (&RadarrName, &Radarr),
    answered: &HashSet<TmdbId>,
    numbers: &HashMap<u32, TmdbId>,
    films: &HashMap<TmdbId, RadarrFilm>,
    aliases: &Aliases,
) -> Restored {
    let mut merged = Vec::new();
    let is_other =
        renumbered(numbers, films, aliases).into_iter().any(|(old, new)| match became(radarr, old) {
            Ok(Some(id)) if id == new => {
                merged.push((old, new));
                false
            }
            Ok(_) => true,
            // The next run asks again.
            Err(_) => false,
        });
    let message = message(answered, films, aliases, is_other);
    let hint = match name.of_several() {
        None => "if Radarr is new, `lbjf sync --add-again` sends all films again",
        Some(_) => {
            "if this Radarr is new, `lbjf sync --add-again --radarr NAME` sends all of its films again"
        }
    };
    Restored { problem: message.map(|message| Problem { message, hint }), merged }
}

/// Numbers that mean another film now: which film each meant, and which one it means.
fn renumbered(
    numbers: &HashMap<u32, TmdbId>,
    films: &HashMap<TmdbId, RadarrFilm>,
    aliases: &Aliases,
) -> Vec<(TmdbId, TmdbId)> {
    let is_same = |old: TmdbId, new: TmdbId| aliases.canonical(old) == aliases.canonical(new);
    let change = |(new, film): (&TmdbId, &RadarrFilm)| {
        numbers.get(&film.id).filter(|old| !is_same(**old, *new)).map(|old| (*old, *new))
    };
    films.iter().filter_map(change).collect()
}

fn message(
    answered: &HashSet<TmdbId>,
    films: &HashMap<TmdbId, RadarrFilm>,
    aliases: &Aliases,
    is_other: bool,
) -> Option<String> {
    let there: HashSet<TmdbId> = films.keys().map(|id| aliases.canonical(*id)).collect();
    let answered: HashSet<TmdbId> = answered.iter().map(|id| aliases.canonical(*id)).collect();
    let lacking = answered.difference(&there).count();
    let lacks = format!("{lacking} of the {} films that Radarr had are missing", answered.len());
    let what = match is_other {
        true if lacking == 0 => "its database was restored or replaced".to_owned(),
        true => format!("its database was restored or replaced, and {lacks}"),
        false if lacking > 5 && lacking * 2 > answered.len() => lacks,
        false => return None,
    };
    Some(format!("{what}; only new entries are sent"))
}
