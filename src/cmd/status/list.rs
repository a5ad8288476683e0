//! `lbjf status --list STATE`: everybody's films in one state, from the store alone.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::has_shelf;
use crate::cli::FilmState;
use crate::config::{Config, User};
use crate::domain::clock::Timestamp;
use crate::domain::film::Film;
use crate::domain::ids::{TmdbId, Uid};
use crate::domain::presence::Presence;
use crate::domain::radarr::RadarrName;
use crate::domain::span::{ago, show_time};
use crate::domain::text::plural;
use crate::domain::wanted::{Asked, Wanted};
use crate::store::{PersonStatus, Store};
use crate::system::layout::{columns, wrap};

/// The films of these people in this state.
///
/// # Errors
///
/// When the store cannot be read.
pub(super) fn answer(
    state: FilmState,
    names: &[String],
    store: Option<&Store>,
    config: &Config,
    as_json: bool,
    now: Timestamp,
) -> anyhow::Result<String> {
    let mut people = Vec::new();
    if let Some(store) = store {
        for (status, wanted) in store.people_status(names)?.iter().zip(store.wanted(names)?) {
            let user = config.users.iter().find(|user| user.name == status.name);
            let view = View { now, has_shelf: has_shelf(config, &status.name), config, user };
            people.push((status.name.clone(), view.label(state), view.rows(state, status, &wanted)));
        }
    }
    if as_json {
        let users = people.iter().map(|(name, _, rows)| UserJson {
            user: name.clone(),
            films: rows.iter().map(FilmJson::from).collect(),
        });
        let json = Json { version: 1, state: word(state), users: users.collect() };
        return Ok(serde_json::to_string(&json)? + "\n");
    }
    let columns = columns();
    let mut text = String::new();
    for (name, label, rows) in &people {
        let count = if rows.is_empty() { "none".to_owned() } else { plural(rows.len(), "film") };
        let _ = writeln!(text, "{name}: {count} {label}");
        for row in rows {
            let why = if row.why.is_empty() { String::new() } else { format!(": {}", row.why) };
            let line = format!("  {} `{}`{why}", row.film, row.film.address);
            let _ = writeln!(text, "{}", wrap(&line, 4, columns));
        }
    }
    Ok(text)
}

/// The word for a state, as `--list` takes it.
fn word(state: FilmState) -> &'static str {
    match state {
        FilmState::Waiting => "waiting",
        FilmState::Collection => "collection",
        FilmState::Watched => "watched",
        FilmState::Skipped => "skipped",
        FilmState::Failed => "failed",
        FilmState::Unclear => "unclear",
    }
}

/// A film in the state that was asked for.
struct Row {
    film: Film,
    tmdb_id: Option<u32>,
    since: Option<Timestamp>,
    why: String,
}

/// What the reasons depend on beside the film.
struct View<'a> {
    now: Timestamp,
    has_shelf: bool,
    config: &'a Config,
    user: Option<&'a User>,
}

impl View<'_> {
    /// The word for a state behind a number of films.
    fn label(&self, state: FilmState) -> &'static str {
        match state {
            FilmState::Collection if self.has_only_a_playlist() => "in the playlist",
            FilmState::Collection => "in the collection",
            other => word(other),
        }
    }

    fn has_only_a_playlist(&self) -> bool {
        self.user.is_some_and(|user| user.collection.is_none() && user.playlist.is_some())
    }

    fn rows(&self, state: FilmState, status: &PersonStatus, wanted: &[Wanted]) -> Vec<Row> {
        let told = match state {
            FilmState::Skipped => &status.skipped,
            FilmState::Failed => &status.failed,
            FilmState::Unclear => &status.unclear,
            FilmState::Waiting => return self.waiting(status, wanted),
            FilmState::Collection => {
                let is_in = |film: &&Wanted| film.presence == Some(Presence::Collection);
                return wanted.iter().filter(is_in).map(|film| self.there(film)).collect();
            }
            FilmState::Watched => {
                let is_watched = |film: &&Wanted| film.is_watched;
                return wanted.iter().filter(is_watched).map(|film| self.watched(film)).collect();
            }
        };
        let known: HashMap<&Uid, &Wanted> = wanted.iter().map(|film| (&film.film.uid, film)).collect();
        let row = |(film, why): &(Film, String)| {
            let wanted = known.get(&film.uid);
            Row {
                film: film.clone(),
                tmdb_id: wanted.and_then(|film| film.tmdb).map(TmdbId::get),
                since: wanted.map(|film| film.seen_at),
                why: why.clone(),
            }
        };
        told.iter().map(row).collect()
    }

    /// What nothing is known to keep away, and is not there yet.
    fn waiting(&self, status: &PersonStatus, wanted: &[Wanted]) -> Vec<Row> {
        let is_skipped = |film: &Wanted| status.skipped.iter().any(|(skipped, _)| *skipped == film.film);
        let waiting = wanted.iter().filter(|film| film.is_waiting(self.has_shelf) && !is_skipped(film));
        waiting.map(|film| row(film, Some(film.seen_at), self.in_radarr(film))).collect()
    }

    fn there(&self, film: &Wanted) -> Row {
        let since = film.since.map(|since| format!("since {}", ago(self.now, since)));
        row(film, film.since, since.unwrap_or_default())
    }

    fn watched(&self, film: &Wanted) -> Row {
        let is_in = film.presence == Some(Presence::Collection);
        let why = match is_in {
            true if self.has_only_a_playlist() => "still in the playlist",
            true => "still in the collection",
            false => "",
        };
        row(film, film.since.filter(|_| !is_in), why.to_owned())
    }

    fn in_radarr(&self, film: &Wanted) -> String {
        if film.is_unread {
            return "its film page was not read yet".to_owned();
        }
        let answer = |asked: &Asked| {
            let mut radarrs = self.config.radarrs.iter().map(|radarr| &radarr.name);
            let name = radarrs.find(|radarr| radarr.name() == asked.server);
            let name = name.map_or_else(|| RadarrName::new(&asked.server, false).title(), RadarrName::title);
            match (asked.answered_at, asked.why()) {
                (Some(answered_at), _) => format!("{name} has it, first seen {}", ago(self.now, answered_at)),
                (None, Some(detail)) => format!("not in {name}: {detail}"),
                (None, None) => format!("not in {name} yet"),
            }
        };
        // What one said that their films do not go to any more is none of theirs.
        let is_theirs = |asked: &&Asked| self.user.is_none_or(|user| user.radarrs.contains(&asked.server));
        film.asked.iter().filter(is_theirs).map(answer).collect::<Vec<_>>().join("; ")
    }
}

fn row(film: &Wanted, since: Option<Timestamp>, why: String) -> Row {
    Row { film: film.film.clone(), tmdb_id: film.tmdb.map(TmdbId::get), since, why }
}

/// Described in docs/json.md.
#[derive(Serialize)]
struct Json {
    version: u32,
    state: &'static str,
    users: Vec<UserJson>,
}

#[derive(Serialize)]
struct UserJson {
    user: String,
    films: Vec<FilmJson>,
}

#[derive(Serialize)]
struct FilmJson {
    slug: String,
    film: String,
    tmdb_id: Option<u32>,
    since: Option<String>,
    why: String,
}

impl From<&Row> for FilmJson {
    fn from(row: &Row) -> Self {
        Self {
            slug: row.film.address.to_string(),
            film: row.film.to_string(),
            tmdb_id: row.tmdb_id,
            since: row.since.map(show_time),
            why: row.why.clone(),
        }
    }
}
