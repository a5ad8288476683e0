//! `lbjf sync`: scrape, resolve, plan, apply, report, for everybody.

use std::thread;

use super::{Session, jellyfin, letterboxd, radarr, reading_pool};
use crate::cli::SyncArgs;
use crate::clients::http::Patience;
use crate::clients::letterboxd::Letterboxd;
use crate::config::Config;
use crate::domain::request::InLibrary;
use crate::domain::span::left;
use crate::exit::Exit;
use crate::journal::Journal;
use crate::lists;
use crate::lists::accept::Terms;
use crate::requests::{FRESH, RadarrServer, Requests, Setup};
use crate::shelves::{Asked, Collect};

/// Does one pass.
///
/// # Errors
///
/// Only what ends the run as a whole; everything else is in the exit code.
pub fn run(args: &SyncArgs, config: &Config) -> anyhow::Result<Exit> {
    let chosen = config.chosen_users(&args.user)?;
    let mut session = Session::begin("sync", config, args.dry_run, chosen.len())?;
    let passed = pass(args, config, Patience::default(), &mut session.journal);
    session.end(passed, args.json)
}

/// The pass itself, with a store that is open, and with as much patience as told.
///
/// # Errors
///
/// As [`run`].
pub fn pass(
    args: &SyncArgs,
    config: &Config,
    patience: Patience,
    journal: &mut Journal,
) -> anyhow::Result<()> {
    let chosen = &config.chosen_users(&args.user)?;
    let everybody: Vec<String> = config.users.iter().map(|user| user.name.clone()).collect();
    let people: Vec<String> = chosen.iter().map(|index| config.users[*index].name.clone()).collect();
    if args.add_again {
        let open = journal.store.forget_answers(&people)?;
        log::info!("radarr: {open} films may be sent again");
    }

    let letterboxd =
        letterboxd(&config.letterboxd, &mut journal.store, patience, args.ignore_cool_down, None)?;
    if letterboxd.is_stopped() {
        tell_cool_down(&letterboxd, journal)?;
    }
    let terms = Terms {
        now: journal.now(),
        full: args.full,
        allow_shrink: args.allow_shrink,
        full_scan_secs: config.letterboxd.full_scan.and_then(|age| age.as_secs().try_into().ok()),
    };
    let skips = config.radarr.as_ref().is_some_and(|radarr| radarr.skip_if_in_library);
    let (jellyfin, pool) =
        (config.jellyfin.as_ref().map(|config| jellyfin(config, patience)).transpose()?, reading_pool()?);
    let collect = jellyfin.as_ref().map(|jellyfin| Collect {
        jellyfin,
        pool: &pool,
        users: &config.users,
        chosen,
        only_take: false,
        is_dry: args.dry_run,
        full: args.full,
        needs_libraries: skips,
        same_jellyfin: args.same_jellyfin,
    });
    let collect = collect.filter(Collect::is_needed);
    let asked = jellyfin.as_ref().map(Asked::new);
    let ahead = collect.as_ref().zip(asked.as_ref()).map(|(collect, asked)| -> anyhow::Result<_> {
        let questions = collect.questions(&journal.store, journal.now(), letterboxd.takes(people.len()))?;
        Ok(move || collect.ask_ahead(asked, questions))
    });
    let ahead = ahead.transpose()?;
    thread::scope(|scope| {
        if let Some(ahead) = ahead {
            scope.spawn(ahead);
        }
        lists::watchlists(&letterboxd, journal, &people, &everybody, terms)
    })?;
    journal.store.tell_films(&config.films)?;
    let radarr = config.radarr.as_ref().map(|config| radarr(config, patience)).transpose()?;
    let mut requests = radarr.as_ref().zip(config.radarr.as_ref()).map(|(radarr, radarr_config)| {
        Requests::new(Setup {
            server: RadarrServer { client: radarr, config: radarr_config },
            users: &config.users,
            chosen,
            full: args.full,
            is_dry: args.dry_run,
            fresh: FRESH,
        })
    });
    lists::films(&letterboxd, journal, &people, args.full, |journal, unread| match &mut requests {
        Some(requests) if requests.is_open_early() => requests.send_early(journal, unread),
        _ => Ok(()),
    })?;
    log::debug!("letterboxd: {} requests", letterboxd.requests());

    let collect = |journal: &mut Journal| match (&collect, &asked) {
        (Some(collect), Some(asked)) => collect.run(asked, journal),
        _ => Ok(InLibrary::Ignored),
    };
    // Radarr goes first, since it tells which TMDB ids were merged; unless it has to know what Jellyfin has.
    let library = if skips { collect(journal)? } else { InLibrary::Ignored };
    if let Some(requests) = &mut requests {
        requests.finish(journal, &library)?;
    }
    if !skips {
        collect(journal)?;
    }
    Ok(())
}

/// Letterboxd is left alone in this run; everything else is done.
fn tell_cool_down(letterboxd: &Letterboxd, journal: &mut Journal) -> anyhow::Result<()> {
    let left = left(journal.now(), lists::left_alone_until(letterboxd, &journal.store, journal.now())?);
    let text = format!("left alone for another {left}, since it refused us; everything else is done");
    journal.block();
    journal.warning("block", "letterboxd", &text, None)?;
    Ok(())
}
