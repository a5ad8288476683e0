//! One pass: read the lists, resolve films, plan, carry out, tell.

pub mod doors;
pub mod health;
pub mod metrics;
pub mod notify;
pub mod page;
pub mod session;
pub mod standing;

use crate::cli::{CleanupArgs, SyncArgs};
use crate::clients::http::RetryPolicy;
use crate::clients::letterboxd::Letterboxd;
use crate::config::{Config, ConfigError, User};
use crate::domain::clock::Timestamp;
use crate::domain::list::Wants;
use crate::domain::radarr::RadarrName;
use crate::domain::request::InLibrary;
use crate::domain::span::left;
use crate::films;
use crate::journal::Journal;
use crate::library::Library;
use crate::lists;
use crate::lists::accept::Terms;
use crate::requests::{FRESH, Person, Requests, Setup};
use crate::shelves::{self, Shelves};

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
    let radarr = |radarr| doors::radarr(radarr, retry_policy);
    let radarrs = config.radarrs.iter().map(radarr).collect::<Result<Vec<_>, _>>()?;
    let jellyfin =
        config.jellyfin.as_ref().map(|jellyfin| doors::jellyfin(jellyfin, retry_policy)).transpose()?;
    let mut requests: Vec<_> = config
        .radarrs
        .iter()
        .enumerate()
        .map(|(index, config_there)| Setup {
            radarr: &radarrs[index],
            name: &config_there.name,
            same_key: doors::with_the_same_key(&config.radarrs, &radarrs, index),
            adding: &config_there.adding,
            people: requesters(config, chosen, &config_there.name),
            full: args.full,
            is_dry: args.dry_run,
            fresh: FRESH,
        })
        // What nobody uses is not asked.
        .filter(|setup| !setup.people.is_empty())
        .map(Requests::new)
        .collect();
    let pool = doors::reading_pool()?;
    let (full, same_jellyfin) = (args.full, args.same_jellyfin);
    let shelves = jellyfin.as_ref().map(|jellyfin| Shelves {
        library: Library { jellyfin, full, is_daily: true, same_jellyfin },
        pool: &pool,
        people: with_shelves(config, chosen),
        only_remove: false,
        is_dry: args.dry_run,
        needs_library: requests.iter().any(Requests::needs_library),
    });
    let fill_shelves = |journal: &mut Journal| match &shelves {
        Some(shelves) => shelves.run(journal),
        None => Ok(InLibrary::Ignored),
    };

    tell_where_films_go(config, journal)?;
    if args.add_again {
        journal.add_again(&people, &config.chosen_radarrs(&args.radarr)?)?;
    }
    if letterboxd.is_stopped() && lists::has_pages(&wants) {
        tell_cool_down(&letterboxd, journal)?;
    }
    let everybody: Vec<Wants> = config.users.iter().map(|user| user.wants.clone()).collect();
    lists::read(&letterboxd, journal, &wants, &everybody, terms(args, config, journal.now()))?;
    // A person that got another name has it by now.
    tell_where_films_go(config, journal)?;
    journal.apply_overrides(&config.films)?;
    films::resolve(&letterboxd, journal, &people, args.full, |journal, unread| {
        let mut open = requests.iter_mut().filter(|requests| requests.is_open_early());
        open.try_for_each(|requests| requests.send_early(journal, unread))
    })?;
    log::debug!("letterboxd: {} requests", letterboxd.requests());
    if config.letterboxd.match_titles
        && let Some(first) = config.radarrs.iter().map(|radarr| &radarr.name).zip(&radarrs).next()
    {
        films::match_titles(first, journal, &people, letterboxd.is_stopped(), args.full)?;
    }
    if letterboxd.is_stopped() && films::are_held_up(journal, &people)? {
        journal.block();
    }
    // Radarr goes first, since it tells which TMDB ids were merged; unless it has to know what Jellyfin has.
    let (after, before): (Vec<_>, Vec<_>) = requests.into_iter().partition(Requests::needs_library);
    for mut requests in before {
        requests.finish(journal, &InLibrary::Ignored)?;
    }
    let library = fill_shelves(journal)?;
    for mut requests in after {
        requests.finish(journal, &library)?;
    }
    Ok(())
}

/// `cleanup`: plans and carries out what leaves collections and playlists. It never adds and never makes one.
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
    let shelves = Shelves {
        library: Library { jellyfin: &jellyfin, full: false, is_daily: false, same_jellyfin: false },
        pool: &pool,
        people: with_shelves(config, &chosen),
        only_remove: true,
        is_dry: args.dry_run,
        needs_library: false,
    };
    journal.apply_overrides(&config.films)?;
    shelves.run(journal)?;
    Ok(())
}

/// Everybody whose films go to this Radarr.
fn requesters<'a>(config: &'a Config, chosen: &[usize], radarr: &RadarrName) -> Vec<Person<'a>> {
    let person = |(index, user): (usize, &'a User)| {
        let is_chosen = chosen.contains(&index);
        user.sends_to(radarr).then_some(Person { name: &user.name, adding: &user.adding, is_chosen })
    };
    (0..).zip(&config.users).filter_map(person).collect()
}

/// Which Radarrs there are, and whose films go to which.
fn tell_where_films_go(config: &Config, journal: &mut Journal) -> anyhow::Result<()> {
    let radarrs: Vec<_> = config.radarrs.iter().map(|radarr| (&radarr.name, radarr.url.as_str())).collect();
    journal.radarrs_are(&radarrs)?;
    for user in &config.users {
        journal.films_go_to(&user.name, &user.radarrs)?;
    }
    Ok(())
}

/// Everybody who has a collection or playlist, which need to know whose watched films count.
fn with_shelves<'a>(config: &'a Config, chosen: &[usize]) -> Vec<shelves::Person<'a>> {
    let person = |(index, user): (usize, &'a User)| {
        user.has_shelf().then(|| shelves::Person {
            name: &user.name,
            jellyfin_username: user.jellyfin_username.as_deref(),
            collection: user.collection.as_ref(),
            playlist: user.playlist.as_ref(),
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
