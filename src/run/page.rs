//! The page of how things stand: gathered from the store and from each Radarr, and written as a whole.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;

use super::health::{Health, health};
use super::standing::{Patience, Person, Standing, Waiting};
use crate::config::Config;
use crate::domain::clock::Timestamp;
use crate::domain::ids::Uid;
use crate::domain::presence::Presence;
use crate::domain::problem::split_hint;
use crate::domain::span::left;
use crate::domain::text;
use crate::domain::waiting::Reason;
use crate::domain::wanted::Wanted;
use crate::journal::Journal;
use crate::page::{self, Card, Links, NEW, Page, Problem, Skipped, Tone};
use crate::store::{PersonStatus, Run, Store, StoreError};
use crate::system::interrupt;
use crate::system::whole_file;

/// So many runs are looked at.
const RUNS: u32 = 48;

/// Could the page be written there? A folder that is missing shows before anybody is asked.
///
/// # Errors
///
/// When it could not.
pub fn check(path: &Path) -> anyhow::Result<()> {
    whole_file::check(path).with_context(|| cannot(path))
}

fn cannot(path: &Path) -> String {
    format!("cannot write the page `{}`", text::path(path))
}

/// A page that a run is going to write at its end.
pub struct Pending<'a> {
    path: &'a Path,
    config: &'a Config,
    standing: Standing<'a>,
}

/// Asks what the page needs to know, if the config wants one. That it cannot be written is a warning.
///
/// # Errors
///
/// When the store fails.
pub fn prepare<'a>(config: &'a Config, journal: &mut Journal) -> anyhow::Result<Option<Pending<'a>>> {
    let Some(path) = config.status.html_file.as_deref() else { return Ok(None) };
    // A run that is to stop asks nobody.
    if interrupt::requested().is_some() {
        return Ok(None);
    }
    if let Err(error) = check(path) {
        let hint = "make its folder, and let the user that lbjf runs as write to it";
        journal.warning("page", "status", &format!("{error:#}"), Some(hint))?;
        return Ok(None);
    }
    journal.trouble_over_for("page", "")?;
    let names: Vec<String> = config.users.iter().map(|user| user.name.clone()).collect();
    let standing = Standing::ask(Some(journal.store()), config, &names, Patience::Short, journal.now())?;
    for (server, (message, _)) in standing.troubles() {
        log::debug!("page: {}: {message}", server.config.name.about());
    }
    Ok(Some(Pending { path, config, standing }))
}

impl Pending<'_> {
    /// Writes it, as things stand after the run. That it cannot be written changes nothing else.
    pub fn write(self, store: &Store, now: Timestamp) {
        match make(Some(store), self.config, &self.standing, now) {
            Ok(html) => {
                if let Err(error) = put(self.path, &html) {
                    log::warn!("status: {error:#}");
                }
            }
            // The run has told what is wrong with it.
            Err(error) => log::debug!("page: {error}"),
        }
    }
}

/// Puts the page in its place.
///
/// # Errors
///
/// When it cannot be written; the one before it stays.
pub fn put(path: &Path, html: &str) -> anyhow::Result<()> {
    whole_file::write(path, html).with_context(|| cannot(path))
}

/// The page, of the people in `standing`.
///
/// # Errors
///
/// When the store cannot be read.
pub fn make(
    store: Option<&Store>,
    config: &Config,
    standing: &Standing<'_>,
    now: Timestamp,
) -> Result<String, StoreError> {
    let names: Vec<String> = standing.people.iter().map(|person| person.name.clone()).collect();
    let (runs, statuses) = match store {
        Some(store) => (store.runs(RUNS)?, store.people_status(&names)?),
        None => (Vec::new(), Vec::new()),
    };
    let mut problems = refusals(store, now)?;
    problems.extend(server_problems(standing));
    for problem in run_problems(&runs).into_iter().chain(statuses.iter().flat_map(list_problems)) {
        // The first to tell it knows what to do, too.
        if !problems.iter().any(|told| told.text == problem.text) {
            problems.push(problem);
        }
    }
    problems.sort_by_key(|problem| problem.tone);
    let jellyfin = config.jellyfin.as_ref().map(|jellyfin| &jellyfin.url);
    let waiting: Vec<_> = standing.people.iter().map(|person| standing.waiting(person)).collect();
    let people = standing.people.iter().zip(&statuses).zip(&waiting);
    let (health, line) = health(&runs, now);
    let tone = match health {
        Health::Unknown | Health::Stopped => Tone::None,
        Health::Well => Tone::Good,
        Health::Notable => Tone::Warn,
        Health::Bad => Tone::Bad,
    };
    let page = Page {
        now,
        version: env!("CARGO_PKG_VERSION"),
        links: Links {
            letterboxd: &config.letterboxd.base_url,
            jellyfin: config.status.jellyfin_url.as_ref().or(jellyfin),
        },
        health: (tone, line),
        problems,
        runs: runs.iter().map(run).collect(),
        people: people
            .map(|((person, status), waiting)| View { standing, config, now }.person(person, status, waiting))
            .collect(),
    };
    Ok(page::render(&page))
}

/// What the parts of the page depend on.
struct View<'a> {
    standing: &'a Standing<'a>,
    config: &'a Config,
    now: Timestamp,
}

impl<'a> View<'a> {
    fn person(
        &self,
        person: &'a Person,
        status: &PersonStatus,
        waiting: &'a [Waiting<'a>],
    ) -> page::Person<'a> {
        let user = self.config.users.iter().find(|user| user.name == person.name);
        let mut there: Vec<Card<'a>> = person
            .films
            .iter()
            .filter(|film| is_ready(film, person.has_shelf))
            .map(|film| self.card(film, film.since.filter(|_| person.has_shelf)))
            .collect();
        // What came last comes first; what was there at the first look stays in the order of the list.
        there.sort_by_key(|card| std::cmp::Reverse(card.since));
        let is_new = |card: &Card<'_>| card.since.is_some_and(|since| self.now - since <= NEW);
        let (new, ready) = there.into_iter().partition(is_new);
        page::Person {
            name: person.name.clone(),
            is_person: user.is_none_or(|user| user.is_person),
            read_at: status.lists.iter().filter_map(|list| list.good_at).max(),
            listed: person.films.len(),
            watched: person.has_shelf.then(|| person.films.iter().filter(|film| film.is_watched).count()),
            new,
            ready,
            waiting: self.waiting(waiting),
            skipped: skipped(status, waiting),
        }
    }

    /// A card a film. What is excluded stands with what was skipped.
    fn waiting(&self, waiting: &'a [Waiting<'a>]) -> Vec<Card<'a>> {
        let mut cards: Vec<Card<'a>> = Vec::new();
        let mut places: HashMap<&Uid, usize> = HashMap::new();
        for Waiting { film, server, wait } in waiting.iter().filter(|one| one.wait.reason != Reason::Excluded)
        {
            let place = *places.entry(&film.film.uid).or_insert(cards.len());
            if place == cards.len() {
                cards.push(self.card(film, None));
            }
            cards[place].waits.push((server.of_several(), wait.clone()));
        }
        cards
    }

    fn card(&self, film: &'a Wanted, since: Option<Timestamp>) -> Card<'a> {
        let there = self.standing.in_radarr(film);
        Card {
            film: &film.film,
            tmdb: film.tmdb,
            item: film.item.as_ref(),
            poster: there.and_then(|(_, there)| there.poster.as_ref()),
            radarr: there.map(|(server, _)| &server.config.url),
            since,
            waits: Vec::new(),
        }
    }
}

/// Can this person watch it, and have they not?
fn is_ready(film: &Wanted, has_shelf: bool) -> bool {
    let is_there = match film.presence {
        Some(Presence::Collection) if has_shelf => true,
        Some(Presence::Watched) => false,
        _ => film.item.is_some(),
    };
    is_there && !film.is_watched
}

/// Films that did not come through: those that no server takes, then those that failed, then those that a Radarr
/// excludes although the last run found nothing wrong with them.
fn skipped(status: &PersonStatus, waiting: &[Waiting<'_>]) -> Vec<Skipped> {
    let is_unclear = |uid| status.unclear.iter().any(|(film, _)| film.uid == uid);
    let mut skipped: Vec<Skipped> = Vec::new();
    let excluded = waiting.iter().filter(|one| one.wait.reason == Reason::Excluded);
    let excluded = excluded.map(|one| (&one.film.film, "on Radarr's exclusion list"));
    let told = status.skipped.iter().chain(&status.failed).map(|(film, why)| (film, why.as_str()));
    for (film, why) in told.chain(excluded) {
        if !skipped.iter().any(|known| known.film.uid == film.uid) {
            let is_unclear = is_unclear(film.uid.clone());
            skipped.push(Skipped { film: film.clone(), why: why.to_owned(), is_unclear });
        }
    }
    skipped
}

fn run(run: &Run) -> page::Run {
    let unfinished = || format!("{} has not finished: it is running, or was killed", run.command);
    page::Run {
        started_at: run.started_at,
        took: run.ended_at.map(|ended_at| (ended_at - run.started_at).max(0)),
        tone: tone(run),
        summary: run.summary.clone().unwrap_or_else(unfinished),
    }
}

fn tone(run: &Run) -> Tone {
    match run.exit_code {
        Some(_) if run.is_well => Tone::Good,
        None | Some(130 | 143) => Tone::None,
        Some(6) => Tone::Warn,
        Some(_) => Tone::Bad,
    }
}

/// Letterboxd refuses us.
fn refusals(store: Option<&Store>, now: Timestamp) -> Result<Vec<Problem>, StoreError> {
    let cool_downs = store.map_or(Ok(Vec::new()), Store::cool_downs)?;
    let refused = cool_downs.iter().filter(|cool_down| cool_down.until > now);
    let problem = |cool_down: &crate::store::CoolDown| Problem {
        tone: Tone::Warn,
        text: format!(
            "Letterboxd refuses us ({}): it is left alone for another {}",
            cool_down.route,
            left(now, cool_down.until)
        ),
        hint: Some("nothing has to be done; a member's own data export works meanwhile".to_owned()),
    };
    Ok(refused.map(problem).collect())
}

/// A Radarr that cannot be asked, or does not know itself.
fn server_problems(standing: &Standing<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for server in &standing.servers {
        let about = server.config.name.about();
        problems.extend(server.troubles.iter().map(|(message, hint)| Problem {
            tone: Tone::Bad,
            text: format!("{about}: {message}"),
            hint: hint.clone(),
        }));
        let untold = server.now.as_ref().and_then(|now| now.untold.clone());
        problems.extend(untold.filter(|_| server.troubles.is_empty()).map(|why| Problem {
            tone: Tone::Warn,
            text: why,
            hint: Some("films that it downloads may be shown as not known".to_owned()),
        }));
    }
    problems
}

/// A list that could not be read.
fn list_problems(person: &PersonStatus) -> Vec<Problem> {
    let problems = person.lists.iter().filter_map(|list| list.problem.as_ref());
    problems
        .map(|problem| Problem { tone: Tone::Warn, text: format!("{}: {problem}", person.name), hint: None })
        .collect()
}

/// What the last run could not do.
fn run_problems(runs: &[Run]) -> Vec<Problem> {
    let Some(last) = runs.first() else { return Vec::new() };
    let tone = if last.exit_code == Some(0) { Tone::Warn } else { tone(last).min(Tone::Warn) };
    // What was skipped stands with its person.
    let lines = last.problems.iter().filter(|line| !line.contains(": skipped "));
    let problem = |line: &String| {
        let (text, hint) = split_hint(line);
        Problem { tone, text: text.to_owned(), hint: hint.map(str::to_owned) }
    };
    lines.map(problem).collect()
}
