//! `lbjf status --waiting`: what everybody's films wait for, as each Radarr says now.

use std::fmt::Write as _;

use serde::Serialize;

use crate::config::{Config, ConfigError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::TmdbId;
use crate::domain::span::show_time;
use crate::domain::text::plural;
use crate::exit::Exit;
use crate::run::standing::{Patience, Person, Standing, Waiting};
use crate::store::Store;
use crate::system::layout::{columns, wrap};
use crate::system::stdout::print;

/// Asks, and prints what comes out. A Radarr that cannot be asked keeps nothing of the others back.
///
/// # Errors
///
/// When the config names no Radarr, and when the store cannot be read.
pub(super) fn run(
    names: &[String],
    store: Option<&Store>,
    config: &Config,
    as_json: bool,
    now: Timestamp,
) -> anyhow::Result<Exit> {
    if config.radarrs.is_empty() {
        return Err(ConfigError::NoRadarr.into());
    }
    let standing = Standing::ask(store, config, names, Patience::Usual, now)?;
    print(&if as_json { json(&standing, now)? } else { screen(&standing, now) })?;
    Ok(tell_troubles(&standing))
}

/// Says what went wrong, and how that ends.
pub(super) fn tell_troubles(standing: &Standing<'_>) -> Exit {
    let mut exit = Exit::Success;
    for (server, (message, hint)) in standing.troubles() {
        let hint = hint.as_ref().map(|hint| format!("\nhint: {}", hint.replace('\n', "\n      ")));
        log::error!("{}: {message}{}", server.config.name.about(), hint.unwrap_or_default());
        exit = Exit::Partial;
    }
    exit
}

fn screen(standing: &Standing<'_>, now: Timestamp) -> String {
    let (mut text, columns) = (String::new(), columns());
    for server in &standing.servers {
        if let Some(why) = server.now.as_ref().and_then(|now| now.untold.as_ref()) {
            let _ = writeln!(text, "{}\n", wrap(&format!("note: {why}"), 2, columns));
        }
    }
    for person in &standing.people {
        let waiting = standing.waiting(person);
        let _ = writeln!(text, "{}", heading(person, &waiting));
        for Waiting { film, server, wait } in &waiting {
            let at = server.of_several().map_or_else(String::new, |name| format!("at `{name}`: "));
            let line = format!("  {} `{}`: {at}{}", film.film, film.film.address, wait.text(now));
            let _ = writeln!(text, "{}", wrap(&line, 4, columns));
        }
    }
    text
}

/// How many films there are; one that waits at two servers is one.
fn heading(person: &Person, waiting: &[Waiting<'_>]) -> String {
    let mut films: Vec<_> = waiting.iter().map(|waiting| &waiting.film.film.uid).collect();
    films.sort_unstable();
    films.dedup();
    match films.len() {
        0 => format!("{} waits for nothing", person.name),
        count => format!("{} waits for {}", person.name, plural(count, "film")),
    }
}

/// Described in docs/json.md.
#[derive(Serialize)]
struct Json {
    version: u32,
    users: Vec<UserJson>,
    problems: Vec<String>,
    exit_code: u8,
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
    radarr: String,
    reason: Option<&'static str>,
    percent: Option<u8>,
    until: Option<String>,
    text: String,
}

fn json(standing: &Standing<'_>, now: Timestamp) -> anyhow::Result<String> {
    let film = |Waiting { film, server, wait }: &Waiting<'_>| FilmJson {
        slug: film.film.address.to_string(),
        film: film.film.to_string(),
        tmdb_id: film.tmdb.map(TmdbId::get),
        radarr: server.name().to_owned(),
        reason: wait.reason.word(),
        percent: wait.percent,
        until: wait.until.map(show_time),
        text: wait.text(now),
    };
    let users = standing.people.iter().map(|person| UserJson {
        user: person.name.clone(),
        films: standing.waiting(person).iter().map(film).collect(),
    });
    let problems = standing
        .troubles()
        .map(|(server, (message, _))| format!("{}: {message}", server.config.name.about()));
    let problems: Vec<String> = problems.collect();
    let exit = if problems.is_empty() { Exit::Success } else { Exit::Partial };
    let json = Json { version: 1, users: users.collect(), problems, exit_code: exit.code() };
    Ok(serde_json::to_string(&json)? + "\n")
}
