//! `lbjf status --json`; described in docs/json.md. Times are RFC 3339 in UTC.

use serde::Serialize;

use super::Person;
use super::lists::PersonList;
use crate::domain::clock::Timestamp;
use crate::domain::film::Film;
use crate::domain::radarr::RadarrName;
use crate::domain::span::show_time;
use crate::store::{CoolDown, ListStatus, Run};

/// All of it.
#[derive(Serialize)]
pub(super) struct Json {
    pub(super) version: u32,
    pub(super) database: String,
    pub(super) exists: bool,
    pub(super) users: Vec<UserJson>,
    pub(super) cool_downs: Vec<CoolDownJson>,
    pub(super) runs: Vec<RunJson>,
}

/// An exit address that Letterboxd refused and that has not worked since.
#[derive(Serialize)]
pub(super) struct CoolDownJson {
    route: String,
    blocked_until: String,
}

impl From<&CoolDown> for CoolDownJson {
    fn from(cool_down: &CoolDown) -> Self {
        Self { route: cool_down.route.clone(), blocked_until: show_time(cool_down.until) }
    }
}

#[derive(Serialize)]
pub(super) struct UserJson {
    user: String,
    outcome: Option<String>,
    problem: Option<String>,
    last_reading: Option<String>,
    last_good_reading: Option<String>,
    last_accepted_reading: Option<String>,
    pending_since: Option<String>,
    declared: Option<u32>,
    lists: Vec<ListJson>,
    listed: u32,
    resolved: u32,
    unresolved: u32,
    in_radarr: u32,
    radarrs: Vec<RadarrJson>,
    waiting_for_file: u32,
    in_collection: u32,
    watched: u32,
    skipped: Vec<FilmJson>,
    failed: Vec<FilmJson>,
    unclear: Vec<FilmJson>,
    matched_by_title: Vec<FilmJson>,
}

/// One Radarr that a person's films go to.
#[derive(Serialize)]
struct RadarrJson {
    radarr: String,
    in_radarr: u32,
}

/// One list of a person.
#[derive(Serialize)]
struct ListJson {
    kind: &'static str,
    /// `None` for an export.
    address: Option<String>,
    outcome: Option<String>,
    problem: Option<String>,
    last_reading: Option<String>,
    last_good_reading: Option<String>,
    last_accepted_reading: Option<String>,
    pending_since: Option<String>,
    declared: Option<u32>,
    listed: u32,
}

#[derive(Serialize)]
struct FilmJson {
    slug: String,
    film: String,
    why: String,
}

#[derive(Serialize)]
pub(super) struct RunJson {
    id: i64,
    command: String,
    started: String,
    ended: Option<String>,
    exit_code: Option<u8>,
    summary: Option<String>,
    problems: Vec<String>,
}

impl UserJson {
    /// A person, with their lists as the config has them.
    pub(super) fn new(Person { status: person, lists, radarrs }: &Person<'_>) -> Self {
        let time = |time: Option<Timestamp>| time.map(show_time);
        let none = ListStatus::default();
        let own = lists.first().map_or(&none, |list| &list.status);
        let films = |films: &[(Film, String)]| {
            let film = |(film, why): &(Film, String)| FilmJson {
                slug: film.address.to_string(),
                film: film.to_string(),
                why: why.clone(),
            };
            films.iter().map(film).collect()
        };
        Self {
            user: person.name.clone(),
            outcome: own.outcome.clone(),
            problem: own.problem.clone(),
            last_reading: time(own.read_at),
            last_good_reading: time(own.good_at),
            last_accepted_reading: time(own.accepted_at),
            pending_since: time(own.pending_at),
            declared: own.declared,
            lists: lists.iter().map(ListJson::from).collect(),
            listed: person.listed,
            resolved: person.resolved,
            unresolved: person.unresolved,
            in_radarr: radarrs.first().map_or(0, |(_, count)| *count),
            radarrs: radarrs.iter().map(RadarrJson::from).collect(),
            waiting_for_file: person.waiting,
            in_collection: person.in_collection,
            watched: person.watched,
            skipped: films(&person.skipped),
            failed: films(&person.failed),
            unclear: films(&person.unclear),
            matched_by_title: films(&person.matched),
        }
    }
}

impl From<&(RadarrName, u32)> for RadarrJson {
    fn from((name, in_radarr): &(RadarrName, u32)) -> Self {
        Self { radarr: name.name().to_owned(), in_radarr: *in_radarr }
    }
}

impl From<&PersonList> for ListJson {
    fn from(PersonList { kind, address, status }: &PersonList) -> Self {
        let time = |time: Option<Timestamp>| time.map(show_time);
        Self {
            kind,
            address: address.clone(),
            outcome: status.outcome.clone(),
            problem: status.problem.clone(),
            last_reading: time(status.read_at),
            last_good_reading: time(status.good_at),
            last_accepted_reading: time(status.accepted_at),
            pending_since: time(status.pending_at),
            declared: status.declared,
            listed: status.listed,
        }
    }
}

impl From<&Run> for RunJson {
    fn from(run: &Run) -> Self {
        Self {
            id: run.id,
            command: run.command.clone(),
            started: show_time(run.started_at),
            ended: run.ended_at.map(show_time),
            exit_code: run.exit_code,
            summary: run.summary.clone(),
            problems: run.problems.clone(),
        }
    }
}
