//! `lbjf scrape USER`: prints somebody's watchlist with TMDB ids, to see what is going on. It needs no config, and
//! stores nothing but what films are.

mod print;
mod shared;

use std::collections::HashMap;

use anyhow::anyhow;

use crate::cli::ScrapeArgs;
use crate::clients::http::RetryPolicy;
use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::config::Config;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::film::{Film, Link, ListEntry, Look, Overrides, member_name};
use crate::domain::ids::Uid;
use crate::domain::list_address::PageAddress;
use crate::domain::span::left;
use crate::domain::text;
use crate::domain::text::plural;
use crate::exit::Exit;
use crate::films::{Known, MARKUP_HINT, Resolver, Unread, look_up};
use crate::lists::reading::{Failure, Reading};
use crate::lists::tiles_text;
use crate::run::doors::{left_alone_until, letterboxd, note_routes};
use crate::run::session::keep;
use crate::system::interrupt;
use crate::system::layout::columns;
use crate::system::stdout::print;
use print::{Row, csv, json, table};
use shared::Shared;

/// Prints the watchlist.
///
/// # Errors
///
/// When page 1 cannot be read.
pub fn run(args: &ScrapeArgs, config: &Config, no_store: bool, clock: Clock) -> anyhow::Result<Exit> {
    let Some(user) = member_name(&args.user) else {
        let given = text::excerpt(&args.user, 100);
        return Err(anyhow!("`{given}` is not a valid Letterboxd user name; use letters, digits and `_`"));
    };
    let database = config.system.database.as_path();
    let opened = if no_store {
        Shared::nowhere(database, clock)
    } else {
        Shared::open(database, args.no_resolve, clock)
    };
    let (mut shared, start) = (opened?, clock.now());
    let (retry_policy, save_to) = (RetryPolicy::default(), args.save_pages.as_deref());
    let letterboxd =
        letterboxd(&config.letterboxd, &shared.store, start, retry_policy, args.ignore_cool_down, save_to)?;
    if letterboxd.is_stopped() {
        let left = left(start, left_alone_until(&letterboxd, &shared.store, start)?);
        log::error!(
            "Letterboxd is left alone for another {left}, since it refused us\nhint: `--ignore-cool-down` asks anyway"
        );
        return Ok(Exit::Blocked);
    }
    let before = shared.store.cool_downs()?;
    let list = read(&letterboxd, &user, args.limit);
    shared.write(|store| note_routes(&letterboxd, store, start))?;
    if args.no_resolve && !no_store && shared.store.cool_downs()? != before {
        keep("scrape", database, clock.now(), |kept| kept.adopt_cool_downs(&shared.store, &before))?;
    }
    let mut list = match list {
        Ok(list) => list,
        Err(PageError::Stopped) if let Some(signal) = interrupt::requested() => return Ok(signal.into()),
        Err(error) => {
            let hint = match &error {
                // There may be no config to look into, and nothing to lose.
                PageError::NotFound => Some("check the name; if the member was renamed, use the new name"),
                PageError::Private => {
                    Some("only its owner can make it visible to anyone, at letterboxd.com/settings/")
                }
                other => other.hint(),
            };
            let hint = hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            log::error!("{user}: {error}{hint}");
            return Ok(if error.is_block() { Exit::Blocked } else { Exit::Failure });
        }
    };
    let rows = resolve(&letterboxd, &mut shared, &mut list, &config.films, args.no_resolve, start)?;
    print(&match (args.json, args.csv) {
        (true, _) => json(&user, &list, &rows)?,
        (_, true) => csv(&rows)?,
        _ => table(&rows, columns()),
    })?;
    for text in list.failures.iter().chain(&list.skips) {
        log::warn!("{user}: {text}");
    }
    let declared = plural(list.declared as usize, "film");
    log::info!("{user}: {} of {declared} on the watchlist ({})", rows.len(), list.outcome);
    if let Some(signal) = interrupt::requested() {
        return Ok(signal.into());
    }
    Ok(match () {
        () if letterboxd.is_stopped() => Exit::Blocked,
        () if !list.failures.is_empty() => Exit::Partial,
        () => Exit::Success,
    })
}

/// A watchlist as far as it was read.
struct List {
    declared: u32,
    outcome: &'static str,
    entries: Vec<ListEntry>,
    failures: Vec<String>,
    /// Film pages that were read and say nothing of use, and tiles that are no films.
    skips: Vec<String>,
}

/// Reads the pages that are needed for `limit` entries, or all.
fn read(letterboxd: &Letterboxd, user: &str, limit: Option<u32>) -> Result<List, PageError> {
    let address = PageAddress::Watchlist(user.to_owned());
    let mut reading = Reading::begin(letterboxd, &address)?;
    let per_page = u32::try_from(reading.entries().len().max(1)).unwrap_or(1);
    reading.read_all(limit.map_or(u32::MAX, |limit| limit.div_ceil(per_page).max(1)), |_| ());
    let (answers, unasked): (Vec<_>, Vec<_>) =
        reading.failures().iter().partition(|failure| failure.error.is_answer());
    let text = |failure: &Failure| format!("{} page {}: {}", failure.noun, failure.number, failure.error);
    let mut failures: Vec<String> = answers.into_iter().map(text).collect();
    // Told by what ended the asking.
    if !unasked.is_empty() {
        failures.push(format!("{} not asked", plural(unasked.len(), "more page")));
    }
    let mut skips = Vec::new();
    let is_cut = !reading.is_at_end();
    if failures.is_empty() && !is_cut {
        match reading.hidden_films(0) {
            Some(failure) => failures.push(text(&failure)),
            None if reading.other_tiles() > 0 => {
                skips.push(tiles_text(address.noun(), reading.other_tiles()));
            }
            None => {}
        }
    }
    let mut entries: Vec<_> = reading.entries().into_iter().cloned().collect();
    let limit = limit.map_or(usize::MAX, |limit| limit as usize);
    let outcome = match entries.len() {
        _ if !failures.is_empty() => "incomplete",
        count if is_cut || count > limit => "limited",
        count if reading.has_moved() || count != reading.declared().unwrap_or(0) as usize => "total_moved",
        0 => "empty",
        _ => "complete",
    };
    entries.truncate(limit);
    Ok(List { declared: reading.declared().unwrap_or(0), outcome, entries, failures, skips })
}

/// Asks the film pages that the store knows nothing of, and stores what they say.
fn resolve(
    letterboxd: &Letterboxd,
    shared: &mut Shared<'_>,
    list: &mut List,
    overrides: &Overrides,
    no_resolve: bool,
    start: Timestamp,
) -> anyhow::Result<Vec<Row>> {
    let mut uids = shared.write(|store| store.identify(&list.entries))?;
    let overridden = shared.store.overridden(overrides)?;
    let (mut places, mut films) = (Vec::new(), Vec::new());
    for (place, (entry, uid)) in list.entries.iter().zip(&uids).enumerate() {
        if !no_resolve && look_up(&shared.store, &overridden, entry, uid)? == Known::Unread {
            places.push(place);
            films.push(Unread { film: entry.film(uid.clone()), is_known_without_id: false });
        }
    }
    let asked = films.iter().map(|unread| unread.film.uid.clone()).collect();
    let evidence = shared.store.page_evidence(&asked)?;
    let mut resolver = Resolver::new(letterboxd);
    let mut named = HashMap::new();
    resolver.read(&films, evidence, |answers| {
        for answer in &answers {
            note_look(list, places[answer.index], &answer.look);
        }
        let looks = answers.iter().filter(|answer| !answer.is_held);
        let looks: Vec<_> = looks.map(|answer| (&films[answer.index].film, &answer.look)).collect();
        keep_looks(shared, &looks, start, &mut named)
    })?;
    let held = resolver.end();
    match &held {
        None => list.failures.push(format!("{}\nhint: {MARKUP_HINT}", resolver.tally().text())),
        Some(held) => {
            let looks: Vec<_> = held.iter().map(|(film, look)| (film, look)).collect();
            keep_looks(shared, &looks, start, &mut named)?;
        }
    }
    for uid in &mut uids {
        if let Some(name) = named.remove(uid) {
            *uid = name;
        }
    }
    shared.write(|store| note_routes(letterboxd, store, start))?;
    if letterboxd.unasked() > 0 {
        let films = plural(letterboxd.unasked(), "film page");
        let why = if held.is_none() { "because of that" } else { "since 5 requests in a row failed" };
        list.failures.push(format!("{films} not asked, {why}"));
    }
    // By the names that the pages told.
    let overridden = shared.store.overridden(overrides)?;
    let row = |(entry, uid): (&ListEntry, &Uid)| -> anyhow::Result<Row> {
        let (kind, tmdb_id) = match look_up(&shared.store, &overridden, entry, uid)? {
            Known::Link(Link::Movie(id)) => (Some("movie"), Some(id.get())),
            Known::Link(Link::Tv(id)) => (Some("tv"), Some(id)),
            Known::Link(Link::Missing) => (Some("none"), None),
            Known::NoFilm => (Some("other"), None),
            Known::Unread => (None, None),
        };
        Ok(Row {
            slug: entry.address.to_string(),
            uid: entry.uid.as_ref().map(ToString::to_string),
            name: entry.name.clone(),
            year: entry.year,
            kind,
            tmdb_id,
        })
    };
    list.entries.iter().zip(&uids).map(row).collect()
}

/// Stores what these pages said; `named` is who each film is from now on.
fn keep_looks(
    shared: &mut Shared<'_>,
    looks: &[(&Film, &Look)],
    now: Timestamp,
    named: &mut HashMap<Uid, Uid>,
) -> anyhow::Result<()> {
    if !looks.is_empty() {
        let uids = shared.write(|store| store.record_looks(looks, now))?;
        named.extend(looks.iter().map(|(film, _)| film.uid.clone()).zip(uids));
    }
    Ok(())
}

/// What is said of one film page.
fn note_look(list: &mut List, place: usize, look: &Look) {
    let entry = &list.entries[place];
    match look {
        Look::Failed { why, .. } => list.failures.push(format!("`{}`: {why}", entry.address)),
        Look::Useless(why) => list.skips.push(format!("`{}`: {why}", entry.address)),
        Look::Read { uid: Some(uid), .. } if entry.uid.as_ref().is_some_and(|own| own != uid) => {
            list.skips.push(format!("`{}`: its film page is about another film, `{uid}`", entry.address));
        }
        Look::Read { .. } => {}
    }
}
