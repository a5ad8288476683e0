//! One pass: read the lists, resolve films, plan, carry out, tell.

pub mod doors;
pub mod session;

use crate::cli::{CleanupArgs, SyncArgs};
use crate::clients::http::RetryPolicy;
use crate::clients::letterboxd::Letterboxd;
use crate::config::{Config, ConfigError, User};
use crate::domain::clock::Timestamp;
use crate::domain::list::Wants;
use crate::domain::request::InLibrary;
use crate::domain::span::left;
use crate::films;
use crate::journal::Journal;
use crate::library::Library;
use crate::lists;
use crate::lists::accept::Terms;
use crate::requests::{FRESH, Person, Requests, Setup};
use crate::shelves::{self, Collections};

/// `sync`: everything, for the people that it is asked for.
///
/// # Errors
///
/// Only what ends the run as a whole; everything else is in the exit code.
pub fn sync(
    args: &SyncArgs,
    config: &Config,
    retry_policy: RetryPolicy,
    journal: &mut Journal,
) -> anyhow::Result<()> {
    let chosen = &config.chosen_users(&args.user)?;
    let wants: Vec<Wants> = chosen.iter().map(|index| config.users[*index].wants.clone()).collect();
    let people: Vec<String> = wants.iter().map(|wants| wants.person.clone()).collect();
    let (now, ignore_cool_down) = (journal.now(), args.ignore_cool_down);
    let letterboxd =
        doors::letterboxd(&config.letterboxd, journal.store(), now, retry_policy, ignore_cool_down, None)?;
    let radarr = config.radarr.as_ref().map(|radarr| doors::radarr(radarr, retry_policy)).transpose()?;
    let jellyfin =
        config.jellyfin.as_ref().map(|jellyfin| doors::jellyfin(jellyfin, retry_policy)).transpose()?;
    let skips = config.radarr.as_ref().is_some_and(|radarr| radarr.adding.skip_if_in_library);
    let person = |(index, user)| requester(user, chosen.contains(&index));
    let mut requests = radarr.as_ref().zip(config.radarr.as_ref()).map(|(radarr, config_there)| {
        let people = (0..).zip(&config.users).map(person).collect();
        let (adding, full, is_dry) = (&config_there.adding, args.full, args.dry_run);
        Requests::new(Setup { radarr, adding, people, full, is_dry, fresh: FRESH })
    });
    let pool = doors::reading_pool()?;
    let (full, same_jellyfin) = (args.full, args.same_jellyfin);
    let collections = jellyfin.as_ref().map(|jellyfin| Collections {
        library: Library { jellyfin, full, is_daily: true, same_jellyfin },
        pool: &pool,
        people: with_collections(config, chosen),
        only_remove: false,
        is_dry: args.dry_run,
        needs_library: skips,
    });
    let fill_collections = |journal: &mut Journal| match &collections {
        Some(collections) => collections.run(journal),
        None => Ok(InLibrary::Ignored),
    };

    if args.add_again {
        journal.add_again(&people)?;
    }
    if letterboxd.is_stopped() && lists::has_pages(&wants) {
        tell_cool_down(&letterboxd, journal)?;
    }
    let everybody: Vec<Wants> = config.users.iter().map(|user| user.wants.clone()).collect();
    lists::read(&letterboxd, journal, &wants, &everybody, terms(args, config, journal.now()))?;
    journal.apply_overrides(&config.films)?;
    films::resolve(&letterboxd, journal, &people, args.full, |journal, unread| match &mut requests {
        Some(requests) if requests.is_open_early() => requests.send_early(journal, unread),
        _ => Ok(()),
    })?;
    log::debug!("letterboxd: {} requests", letterboxd.requests());
    if config.letterboxd.match_titles
        && let Some(radarr) = &radarr
    {
        films::match_titles(radarr, journal, &people, letterboxd.is_stopped(), args.full)?;
    }
    if letterboxd.is_stopped() && films::are_held_up(journal, &people)? {
        journal.block();
    }
    // Radarr goes first, since it tells which TMDB ids were merged; unless it has to know what Jellyfin has.
    let library = if skips { fill_collections(journal)? } else { InLibrary::Ignored };
    if let Some(requests) = &mut requests {
        requests.finish(journal, &library)?;
    }
    if !skips {
        fill_collections(journal)?;
    }
    Ok(())
}

/// `cleanup`: plans and carries out what leaves the collections. It never adds and never makes a collection.
///
/// # Errors
///
/// As [`sync`].
pub fn cleanup(
    args: &CleanupArgs,
    config: &Config,
    retry_policy: RetryPolicy,
    journal: &mut Journal,
) -> anyhow::Result<()> {
    let chosen = config.chosen_users(&args.user)?;
    let Some(jellyfin) = &config.jellyfin else { return Err(ConfigError::NoJellyfin.into()) };
    let jellyfin = doors::jellyfin(jellyfin, retry_policy)?;
    let pool = doors::reading_pool()?;
    let collections = Collections {
        library: Library { jellyfin: &jellyfin, full: false, is_daily: false, same_jellyfin: false },
        pool: &pool,
        people: with_collections(config, &chosen),
        only_remove: true,
        is_dry: args.dry_run,
        needs_library: false,
    };
    journal.apply_overrides(&config.films)?;
    collections.run(journal)?;
    Ok(())
}

fn requester(user: &User, is_chosen: bool) -> Person<'_> {
    Person { name: &user.name, adding: &user.adding, is_chosen }
}

/// Everybody who has a collection, which needs to know whose watched films count.
fn with_collections<'a>(config: &'a Config, chosen: &[usize]) -> Vec<shelves::Person<'a>> {
    let person = |(index, user): (usize, &'a User)| {
        Some(shelves::Person {
            name: &user.name,
            jellyfin_username: user.jellyfin_username.as_deref(),
            collection: user.collection.as_ref()?,
            remove_watched: user.remove_watched,
            watched_by: user.watched_by,
            remove_unlisted: user.remove_unlisted,
            is_chosen: chosen.contains(&index),
        })
    };
    (0..).zip(&config.users).filter_map(person).collect()
}

/// When a reading of a list is due, and what it may take off.
fn terms(args: &SyncArgs, config: &Config, now: Timestamp) -> Terms {
    Terms {
        now,
        full: args.full,
        allow_shrink: args.allow_shrink,
        full_scan_secs: config.letterboxd.full_scan.and_then(|age| age.as_secs().try_into().ok()),
    }
}

/// Letterboxd is left alone in this run; everything else is done.
fn tell_cool_down(letterboxd: &Letterboxd, journal: &mut Journal) -> anyhow::Result<()> {
    let left = left(journal.now(), doors::left_alone_until(letterboxd, journal.store(), journal.now())?);
    let text = format!("left alone for another {left}, since it refused us; everything else is done");
    journal.block();
    journal.warning("block", "letterboxd", &text, None)?;
    Ok(())
}
