//! `lbjf scrape WHAT`: prints a watchlist, a list or an export with TMDB ids, to see what is going on. It needs no
//! config, and stores nothing but what films are.
//!
//! `what` reads the argument, `read` reads the list, `print` prints it; `shared` is the store.

mod print;
mod read;
mod shared;
mod what;

use std::collections::HashMap;
use std::path::Path;

use anyhow::anyhow;

use crate::cli::ScrapeArgs;
use crate::clients::http::RetryPolicy;
use crate::clients::letterboxd::Letterboxd;
use crate::config::Config;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::film::{Film, Link, ListEntry, Look, Overrides};
use crate::domain::ids::Uid;
use crate::domain::span::left;
use crate::domain::text::plural;
use crate::exit::Exit;
use crate::films::{Known, MARKUP_HINT, Resolver, Unread, look_up};
use crate::run::doors::{left_alone_until, letterboxd, note_routes};
use crate::run::session::keep;
use crate::system::interrupt;
use crate::system::layout::columns;
use crate::system::stdout::print;
use print::{Row, csv, json, table};
use read::{List, ReadError, read};
use shared::Shared;
use what::What;

/// Prints the list.
///
/// # Errors
///
/// When what is asked for is nothing that can be read, or the store fails.
pub fn run(args: &ScrapeArgs, config: &Config, no_store: bool, clock: Clock) -> anyhow::Result<Exit> {
    let what = What::parse(&args.what, |path| Path::new(path).is_dir()).map_err(|error| anyhow!(error))?;
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
    let is_left_alone = letterboxd.is_stopped();
    let has_pages = !matches!(what, What::Export(_));
    if is_left_alone && has_pages {
        tell_cool_down(&letterboxd, &shared, start)?;
        return Ok(Exit::Blocked);
    }
    let before = shared.store.cool_downs()?;
    let list = read(&letterboxd, &what, args.limit, start);
    shared.write(|store| note_routes(&letterboxd, store, start))?;
    if args.no_resolve && !no_store && shared.store.cool_downs()? != before {
        keep("scrape", database, clock.now(), |kept| kept.adopt_cool_downs(&shared.store, &before))?;
    }
    let mut list = match list {
        Ok(list) => list,
        Err(ReadError::Stopped) if let Some(signal) = interrupt::requested() => return Ok(signal.into()),
        Err(error) => {
            log::error!("{error}");
            return Ok(error.exit());
        }
    };
    let rows = resolve(&letterboxd, &mut shared, &mut list, &config.films, args.no_resolve, start)?;
    print(&match (args.json, args.csv) {
        (true, _) => json(&what, &list, &rows)?,
        (_, true) => csv(&rows)?,
        _ => table(&rows, columns()),
    })?;
    for text in list.failures.iter().chain(&list.skips) {
        log::warn!("{}: {text}", list.about);
    }
    log::info!("{}", list.line(start));
    if let Some(signal) = interrupt::requested() {
        return Ok(signal.into());
    }
    // What an export holds may be known without a single page.
    let is_held_up = has_pages || (!args.no_resolve && rows.iter().any(|row| row.kind.is_none()));
    if is_left_alone && is_held_up {
        tell_cool_down(&letterboxd, &shared, start)?;
    }
    Ok(match () {
        () if letterboxd.is_stopped() && is_held_up => Exit::Blocked,
        () if !list.failures.is_empty() => Exit::Partial,
        () => Exit::Success,
    })
}

fn tell_cool_down(letterboxd: &Letterboxd, shared: &Shared<'_>, start: Timestamp) -> anyhow::Result<()> {
    let left = left(start, left_alone_until(letterboxd, &shared.store, start)?);
    log::error!(
        "Letterboxd is left alone for another {left}, since it refused us\nhint: `--ignore-cool-down` asks anyway; a member's own data export can be read without it"
    );
    Ok(())
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
            Known::Link(Link::Movie(id)) if shared.store.is_matched(uid)? => {
                (Some("matched"), Some(id.get()))
            }
            Known::Link(Link::Movie(id)) => (Some("movie"), Some(id.get())),
            Known::Link(Link::Tv(id)) => (Some("tv"), Some(id)),
            Known::Link(Link::Missing) => (Some("none"), None),
            Known::NoFilm => (Some("other"), None),
            Known::Unread => (None, None),
        };
        Ok(Row {
            slug: entry.address.to_string(),
            // Of an export only its page, or the store, knows it.
            uid: Some(uid).filter(|uid| !uid.is_provisional()).map(ToString::to_string),
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
