//! `lbjf status`: where everybody's films stand, from the store alone.

use std::fmt::Write as _;

use anyhow::Context;
use serde::Serialize;

use super::{now, print};
use crate::cli::StatusArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::film::Film;
use crate::report::{plural, show_time};
use crate::store::{CoolDown, PersonStatus, Run, Store, Timestamp};

/// So many runs are shown.
const RUNS: u32 = 10;

/// So many films of a kind are named on the screen; JSON has all.
const NAMED: usize = 5;

/// Prints the status.
///
/// # Errors
///
/// When there is a store that cannot be read. No store is no failure: nothing was synced yet.
pub fn run(args: &StatusArgs, config: &Config) -> anyhow::Result<Exit> {
    let database = &config.system.database;
    let at = || format!("store `{}`", database.display());
    let store = Store::open_existing(database).with_context(at)?;
    if let Some(minutes) = args.healthy {
        return super::health::run(store.as_ref(), minutes, now());
    }
    let mut people = Vec::new();
    let mut runs = Vec::new();
    let mut cool_downs = Vec::new();
    if let Some(store) = &store {
        let mut names: Vec<String> = config.users.iter().map(|user| user.name.clone()).collect();
        if names.is_empty() {
            names = store.people()?;
        }
        for name in &names {
            people.push(store.person_status(name).with_context(at)?);
        }
        runs = store.runs(RUNS)?;
        cool_downs = store.cool_downs()?;
    }
    if args.json {
        let json = Json {
            version: 1,
            database: database.display().to_string(),
            exists: store.is_some(),
            users: people.iter().map(UserJson::from).collect(),
            cool_downs: cool_downs.iter().map(CoolDownJson::from).collect(),
            runs: runs.iter().map(RunJson::from).collect(),
        };
        print(&(serde_json::to_string(&json)? + "\n"))?;
    } else if store.is_some() {
        let (people, cool_downs, runs) = (&people, &cool_downs, &runs);
        print(&screen(&Status { people, config, cool_downs, runs, now: now() }))?;
    } else {
        print(&format!("no store yet at `{}`: the first `lbjf sync` makes it\n", database.display()))?;
    }
    Ok(Exit::Success)
}

/// The JSON of `status --json`; described in contrib/json.md. Times are RFC 3339 in UTC.
#[derive(Serialize)]
struct Json {
    version: u32,
    database: String,
    exists: bool,
    users: Vec<UserJson>,
    cool_downs: Vec<CoolDownJson>,
    runs: Vec<RunJson>,
}

/// An exit address that Letterboxd refused and that has not worked since.
#[derive(Serialize)]
struct CoolDownJson {
    route: String,
    blocked_until: String,
}

impl From<&CoolDown> for CoolDownJson {
    fn from(cool_down: &CoolDown) -> Self {
        Self { route: cool_down.route.clone(), blocked_until: show_time(cool_down.until) }
    }
}

#[derive(Serialize)]
struct UserJson {
    user: String,
    outcome: Option<String>,
    problem: Option<String>,
    last_scrape: Option<String>,
    last_good_scrape: Option<String>,
    last_accepted_crawl: Option<String>,
    pending_since: Option<String>,
    declared: Option<u32>,
    listed: u32,
    resolved: u32,
    unresolved: u32,
    in_radarr: u32,
    waiting_for_file: u32,
    in_collection: u32,
    watched: u32,
    skipped: Vec<FilmJson>,
    failed: Vec<FilmJson>,
}

#[derive(Serialize)]
struct FilmJson {
    slug: String,
    film: String,
    why: String,
}

#[derive(Serialize)]
struct RunJson {
    id: i64,
    command: String,
    started: String,
    ended: Option<String>,
    exit_code: Option<u8>,
    summary: Option<String>,
    problems: Vec<String>,
}

impl From<&PersonStatus> for UserJson {
    fn from(person: &PersonStatus) -> Self {
        let time = |time: Option<Timestamp>| time.map(show_time);
        let films = |films: &[(Film, String)]| {
            let film = |(film, why): &(Film, String)| FilmJson {
                slug: film.slug.to_string(),
                film: film.to_string(),
                why: why.clone(),
            };
            films.iter().map(film).collect()
        };
        Self {
            user: person.name.clone(),
            outcome: person.outcome.clone(),
            problem: person.problem.clone(),
            last_scrape: time(person.scraped_at),
            last_good_scrape: time(person.good_at),
            last_accepted_crawl: time(person.accepted_at),
            pending_since: time(person.pending_at),
            declared: person.declared,
            listed: person.listed,
            resolved: person.resolved,
            unresolved: person.unresolved,
            in_radarr: person.in_radarr,
            waiting_for_file: person.waiting,
            in_collection: person.in_collection,
            watched: person.watched,
            skipped: films(&person.skipped),
            failed: films(&person.failed),
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

/// What the screen shows.
struct Status<'a> {
    people: &'a [PersonStatus],
    config: &'a Config,
    cool_downs: &'a [CoolDown],
    runs: &'a [Run],
    now: Timestamp,
}

fn screen(status: &Status<'_>) -> String {
    let mut text = String::new();
    for CoolDown { route, until } in status.cool_downs {
        let state = if *until > status.now {
            format!("refuses us ({route}): blocked until {}", show_time(*until))
        } else {
            format!("refused us ({route}): the next run tries one request")
        };
        let _ = writeln!(text, "Letterboxd {state}\n");
    }
    for person in status.people {
        let user = status.config.users.iter().find(|user| user.name == person.name);
        let has_collection = user.is_none_or(|user| user.collection.is_some());
        person_lines(&mut text, person, has_collection, status.now);
        text.push('\n');
    }
    text.push_str("last runs\n");
    for (index, run) in status.runs.iter().enumerate() {
        let ended = match (&run.summary, run.exit_code) {
            (Some(summary), Some(code)) => format!("exit {code}  {summary}"),
            _ if index == 0 => format!("{} has not finished: it is running, or was killed", run.command),
            _ => format!("{} did not finish", run.command),
        };
        let _ = writeln!(text, "  {:>10}  {ended}", ago(status.now, run.started_at));
        // Of the last run only: what was wrong before may be mended.
        for problem in run.problems.iter().filter(|_| index == 0).take(NAMED) {
            let _ = writeln!(text, "  {:>10}  {problem}", "");
        }
    }
    if status.runs.is_empty() {
        text.push_str("  none yet\n");
    }
    text
}

fn person_lines(text: &mut String, person: &PersonStatus, has_collection: bool, now: Timestamp) {
    let Some(scraped_at) = person.scraped_at else {
        let _ = writeln!(text, "{}: never scraped", person.name);
        return;
    };
    let _ = match person.good_at {
        Some(good_at) => writeln!(text, "{}: last good scrape {}", person.name, ago(now, good_at)),
        None => writeln!(text, "{}: no good scrape yet, last try {}", person.name, ago(now, scraped_at)),
    };
    let mut row = |label: &str, value: String| {
        let _ = writeln!(text, "  {label:<16} {value}");
    };
    if let Some(problem) = &person.problem {
        row("problem", problem.clone());
    }
    let declared = person.declared.map_or_else(String::new, |declared| format!(" of {declared} declared"));
    row("watchlist", format!("{}{declared}", plural(person.listed as usize, "film")));
    let unresolved = match person.unresolved {
        0 => String::new(),
        count => format!(", {count} not read yet"),
    };
    row("with a TMDB id", format!("{}{unresolved}", person.resolved));
    row("in Radarr", person.in_radarr.to_string());
    if has_collection {
        row("in collection", person.in_collection.to_string());
        row("waiting for file", person.waiting.to_string());
        row("watched", person.watched.to_string());
    }
    for (label, films) in [("skipped", &person.skipped), ("failed", &person.failed)] {
        if films.is_empty() {
            continue;
        }
        row(label, films.len().to_string());
        for (film, why) in films.iter().take(NAMED) {
            row("", format!("`{}`: {why}", film.slug));
        }
        if films.len() > NAMED {
            row("", format!("and {} more (`lbjf status --json` names all)", films.len() - NAMED));
        }
    }
}

/// `3 min ago`
pub(super) fn ago(now: Timestamp, then: Timestamp) -> String {
    match now - then {
        ..=-1 => "in the future".to_owned(),
        secs @ 0..60 => format!("{secs} s ago"),
        secs @ 60..3600 => format!("{} min ago", secs / 60),
        secs @ 3600..172_800 => format!("{} h ago", secs / 3600),
        secs => format!("{} days ago", secs / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_the_largest_unit_that_fits() {
        for (secs, expected) in [
            (0, "0 s ago"),
            (59, "59 s ago"),
            (60, "1 min ago"),
            (3600, "1 h ago"),
            (47 * 3600, "47 h ago"),
            (48 * 3600, "2 days ago"),
            (-5, "in the future"),
        ] {
            assert_eq!(ago(1_000_000, 1_000_000 - secs), expected);
        }
    }
}
