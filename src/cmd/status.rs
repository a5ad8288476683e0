//! `lbjf status`: where everybody's films stand, from the store alone; only `--waiting` and `--html` ask Radarr.

mod film;
mod health;
mod html;
mod json;
mod list;
mod lists;
mod waiting;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Context;

use crate::cli::StatusArgs;
use crate::config::{Config, User, chosen};
use crate::domain::clock::Timestamp;
use crate::domain::film::Film;
use crate::domain::film_name::FilmName;
use crate::domain::radarr::RadarrName;
use crate::domain::span::{ago, left};
use crate::domain::text;
use crate::domain::text::plural;
use crate::exit::Exit;
use crate::run::health::{Health, health};
use crate::store::{CoolDown, PersonStatus, Run, Store};
use crate::system::layout::{columns, cut, pad, width, wrap};
use crate::system::paint::{Tone, paint, paint_up_to};
use crate::system::stdout::print;
use json::{CoolDownJson, Json, RunJson, UserJson};
use lists::{PersonList, films, lists};

/// So many runs are shown.
const RUNS: u32 = 10;

/// So many films of a kind are named on the screen; JSON has all.
const NAMED: usize = 5;

/// Prints the status.
///
/// # Errors
///
/// When there is a store that cannot be read. No store is no failure: nothing was synced yet.
pub fn run(args: &StatusArgs, config: &Config, now: Timestamp) -> anyhow::Result<Exit> {
    let database = &config.system.database;
    let at = || format!("store `{}`", text::path(database));
    let store = Store::open_existing(database).with_context(at)?;
    if let Some(minutes) = args.healthy {
        return health::run(store.as_ref(), minutes, now).with_context(at);
    }
    let (store, names) = (store.as_ref(), names(&args.user, config, store.as_ref())?);
    if let Some(path) = &args.html {
        return html::run(path, &names, store, config, now);
    }
    // What is wrong with the config is told before that there is no store.
    if args.waiting && (store.is_some() || args.json || config.radarrs.is_empty()) {
        return waiting::run(&names, store, config, args.json, now);
    }
    let answer = match (&args.film, args.list) {
        _ if store.is_none() && !args.json => {
            format!("no store yet; the first `lbjf sync` creates `{}`\n", text::path(database))
        }
        (Some(text), _) => {
            let shown = Some(names.as_slice()).filter(|_| !args.user.is_empty());
            film::answer(text, shown, store, config, args.json, now).with_context(at)?
        }
        (_, Some(state)) => list::answer(state, &names, store, config, args.json, now).with_context(at)?,
        _ => everybody(&names, store, config, args.json, now).with_context(at)?,
    };
    print(&answer)?;
    Ok(Exit::Success)
}

/// Whom it is about: those of the config, or without one those that the store knows; of these those that `--user`
/// names.
fn names(given: &[String], config: &Config, store: Option<&Store>) -> anyhow::Result<Vec<String>> {
    if !config.users.is_empty() {
        let name = |index: usize| config.users[index].name.clone();
        return Ok(config.chosen_users(given)?.into_iter().map(name).collect());
    }
    let known = store.map_or(Ok(Vec::new()), Store::people)?;
    let indices = chosen(&known.iter().map(String::as_str).collect::<Vec<_>>(), given)?;
    Ok(indices.into_iter().map(|index| known[index].clone()).collect())
}

/// Has this person a collection or playlist? Without a config nobody knows, so it counts.
fn has_shelf(config: &Config, name: &str) -> bool {
    let user = config.users.iter().find(|user| user.name == name);
    user.is_none_or(User::has_shelf)
}

/// Where everybody's films stand.
fn everybody(
    names: &[String],
    store: Option<&Store>,
    config: &Config,
    as_json: bool,
    now: Timestamp,
) -> anyhow::Result<String> {
    let mut people = Vec::new();
    let mut unlisted = Vec::new();
    let mut runs = Vec::new();
    let mut cool_downs = Vec::new();
    if let Some(store) = store {
        people = store.people_status(names)?;
        unlisted = store.unlisted(&config.films, &listers(config, names))?;
        runs = store.runs(RUNS)?;
        cool_downs = store.cool_downs()?;
    }
    let people: Vec<_> = people.iter().map(|person| Person::new(person, config)).collect();
    if !as_json {
        return Ok(screen(&Status {
            people: &people,
            unlisted: &unlisted,
            config,
            cool_downs: &cool_downs,
            runs: &runs,
            now,
            columns: columns(),
        }));
    }
    let json = Json {
        version: 1,
        database: config.system.database.display().to_string(),
        exists: store.is_some(),
        users: people.iter().map(|person| UserJson::new(person)).collect(),
        cool_downs: cool_downs.iter().map(CoolDownJson::from).collect(),
        runs: runs.iter().map(RunJson::from).collect(),
    };
    Ok(serde_json::to_string(&json)? + "\n")
}

/// Whose lists may name a film: everybody's, whoever is shown.
fn listers(config: &Config, names: &[String]) -> Vec<String> {
    if config.users.is_empty() {
        return names.to_vec();
    }
    config.users.iter().map(|user| user.name.clone()).collect()
}

/// A person, or a block of `[[lists]]`.
struct Person<'a> {
    status: &'a PersonStatus,
    /// Their own first.
    lists: Vec<PersonList>,
    /// Where their films go, and how many each has.
    radarrs: Vec<(RadarrName, u32)>,
}

impl<'a> Person<'a> {
    fn new(status: &'a PersonStatus, config: &Config) -> Self {
        let user = config.users.iter().find(|user| user.name == status.name);
        let named = user.map_or(&[][..], |user| &user.wants.lists);
        Self { status, lists: lists(named, &status.lists), radarrs: radarrs(status, user, config) }
    }
}

/// The Radarrs that a person's films go to by the config, and how many each has; of somebody whom the config does not
/// have, by the store.
fn radarrs(status: &PersonStatus, user: Option<&User>, config: &Config) -> Vec<(RadarrName, u32)> {
    let known = status.in_radarr.iter();
    let Some(user) = user else {
        let is_only = status.in_radarr.len() == 1;
        return known.map(|(name, count)| (RadarrName::new(name, is_only), *count)).collect();
    };
    let count = |name: &RadarrName| known.clone().find(|(known, _)| known == name.name());
    let all = config.radarrs.iter().map(|radarr| &radarr.name);
    let theirs = all.filter(|name| user.sends_to(name));
    theirs.map(|name| (name.clone(), count(name).map_or(0, |(_, count)| *count))).collect()
}

/// What the screen shows.
struct Status<'a> {
    people: &'a [Person<'a>],
    /// What `[films]` names and nobody lists.
    unlisted: &'a [FilmName],
    config: &'a Config,
    cool_downs: &'a [CoolDown],
    runs: &'a [Run],
    now: Timestamp,
    /// Of the terminal, if it is one.
    columns: Option<usize>,
}

fn screen(status: &Status<'_>) -> String {
    let mut text = String::new();
    for CoolDown { route, until } in status.cool_downs {
        let state = if *until > status.now {
            format!("Letterboxd refuses us ({route}): blocked for another {}", left(status.now, *until))
        } else {
            format!("Letterboxd refused us ({route}): the next run tries one request")
        };
        let state = paint_up_to(Tone::Notable, &[':'], &state);
        let _ = writeln!(text, "{}\n", wrap(&state, 2, status.columns));
    }
    let (health, line) = health(status.runs, status.now);
    let tone = match health {
        Health::Unknown => Tone::Plain,
        Health::Well => Tone::Good,
        Health::Notable | Health::Stopped => Tone::Notable,
        Health::Bad => Tone::Bad,
    };
    let line = paint_up_to(tone, &[':', ','], &line);
    let _ = writeln!(text, "{}\n", wrap(&line, 2, status.columns));
    for person in status.people {
        let user = status.config.users.iter().find(|user| user.name == person.status.name);
        person_lines(&mut text, person, user, status);
        text.push('\n');
    }
    unclear_lines(&mut text, status);
    if !status.unlisted.is_empty() {
        let names: Vec<_> = status.unlisted.iter().map(|name| format!("`{name}`")).collect();
        let line = format!("`[films]` in the config names films that nobody lists: {}", names.join(", "));
        let _ = writeln!(text, "{}\n", wrap(&line, 2, status.columns));
    }
    let _ = writeln!(text, "{}", paint(Tone::Heading, "last runs"));
    for (index, run) in status.runs.iter().enumerate() {
        let ended = match (&run.summary, run.exit_code) {
            (Some(summary), Some(code)) => {
                format!("{}  {summary}", paint(tone_of(code), &format!("exit {code}")))
            }
            _ if index == 0 => format!("{} has not finished: it is running, or was killed", run.command),
            _ => format!("{} did not finish", run.command),
        };
        let mut row = |when: &str, what: &str| {
            let _ = writeln!(text, "{}", wrap(&format!("  {when:>10}  {what}"), 14, status.columns));
        };
        row(&ago(status.now, run.started_at), &ended);
        // Of the last run only: what was wrong before may be mended.
        for problem in run.problems.iter().filter(|_| index == 0).take(NAMED) {
            row("", problem);
        }
    }
    if status.runs.is_empty() {
        text.push_str("  none yet\n");
    }
    text
}

/// How bad an exit code is: Letterboxd lets us in again, and a run that was stopped goes on.
fn tone_of(exit_code: u8) -> Tone {
    match exit_code {
        0 => Tone::Good,
        5 | 6 | 130 | 143 => Tone::Notable,
        _ => Tone::Bad,
    }
}

/// What a person may know better, with the lines to paste.
fn unclear_lines(text: &mut String, status: &Status<'_>) {
    let films: BTreeMap<_, _> = status
        .people
        .iter()
        .flat_map(|person| &person.status.unclear)
        .map(|(film, why)| (&film.address, (film, why)))
        .collect();
    if films.is_empty() {
        return;
    }
    let ask = "to correct these, put the TMDB id, or `false` for never, into the config:";
    let _ = writeln!(text, "{}\n\n  [films]", wrap(ask, 2, status.columns));
    for (name, (film, why)) in films {
        let line = format!("  \"{name}\" = false");
        // To be pasted as it stands, so a comment may be cut and never broken.
        let room = status.columns.map_or(usize::MAX, |columns| columns.saturating_sub(width(&line)));
        let comment = cut(&format!("  # {film}: {why}"), room);
        let _ = writeln!(text, "{line}{}", if width(&comment) > 4 { &comment } else { "" });
    }
    text.push('\n');
}

fn with_reason(film: &Film, why: &str) -> String {
    format!("{film} `{}`: {why}", film.address)
}

/// With the line that corrects it.
fn with_line(film: &Film, why: &str) -> String {
    format!("{film} {why}; if not: `\"{}\" = ID` under `[films]`", film.address)
}

fn person_lines(text: &mut String, person: &Person<'_>, user: Option<&User>, status: &Status<'_>) {
    let (Person { status: person, lists, radarrs }, now) = (person, status.now);
    let name = paint(Tone::Heading, &person.name);
    let all = || lists.iter().map(|list| &list.status);
    let Some(read_at) = all().filter_map(|list| list.read_at).max() else {
        let _ = writeln!(text, "{name}: never read");
        return;
    };
    let _ = match all().filter_map(|list| list.good_at).max() {
        Some(good_at) => writeln!(text, "{name}: last read {}", ago(now, good_at)),
        None => writeln!(text, "{name}: not read yet, last try {}", ago(now, read_at)),
    };
    let mut row = |label: &str, value: String| {
        let tone = match label {
            "problem" | "failed" => Tone::Bad,
            "skipped" => Tone::Notable,
            _ => Tone::Plain,
        };
        let label = paint(tone, &pad(label, 16));
        let _ = writeln!(text, "{}", wrap(&format!("  {label} {value}"), 19, status.columns));
    };
    match &lists[..] {
        [PersonList { kind: "watchlist", status: list, .. }] => {
            if let Some(problem) = &list.problem {
                row("problem", problem.clone());
            }
            row("watchlist", films(person.listed, list.declared));
        }
        lists => {
            for list in lists {
                row(list.kind, list.text(now));
                if let Some(problem) = &list.status.problem {
                    row("", format!("{}: {problem}", paint(Tone::Bad, "problem")));
                }
            }
            if lists.len() > 1 {
                row("in all", plural(person.listed as usize, "film"));
            }
        }
    }
    let unresolved = match person.unresolved {
        0 => String::new(),
        count => format!(", {count} not read yet"),
    };
    row("with a TMDB id", format!("{}{unresolved}", person.resolved));
    for (radarr, count) in radarrs {
        row(&format!("in {}", radarr.title()), count.to_string());
    }
    if user.is_none_or(User::has_shelf) {
        let has_collection = user.is_none_or(|user| user.collection.is_some());
        row(if has_collection { "in collection" } else { "in playlist" }, person.in_collection.to_string());
        row("waiting for file", person.waiting.to_string());
        row("watched", person.watched.to_string());
    }
    for (label, films, say) in [
        ("skipped", &person.skipped, with_reason as fn(&Film, &str) -> String),
        ("failed", &person.failed, with_reason),
        ("by their titles", &person.matched, with_line),
    ] {
        if films.is_empty() {
            continue;
        }
        row(label, films.len().to_string());
        for (film, why) in films.iter().take(NAMED) {
            row("", say(film, why));
        }
        if films.len() > NAMED {
            let more = films.len() - NAMED;
            row(
                "",
                match label {
                    "by their titles" => format!("and {more} more (`lbjf status --json` names all)"),
                    state => format!("and {more} more (`lbjf status --list {state}` names all)"),
                },
            );
        }
    }
}
