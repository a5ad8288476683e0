//! `lbjf cleanup`: takes out of the collections what is watched or no longer wanted, from stored lists and what
//! Jellyfin says now. It never adds and never makes a collection.

use super::{Session, jellyfin, reading_pool};
use crate::cli::CleanupArgs;
use crate::clients::http::Patience;
use crate::config::{Config, ConfigError};
use crate::exit::Exit;
use crate::journal::Journal;
use crate::shelves::{Asked, Collect};

/// Does one pass over the collections.
///
/// # Errors
///
/// Only what ends the run as a whole; everything else is in the exit code.
pub fn run(args: &CleanupArgs, config: &Config) -> anyhow::Result<Exit> {
    let chosen = config.chosen_users(&args.user)?;
    if config.jellyfin.is_none() {
        return Err(ConfigError::NoJellyfin.into());
    }
    let mut session = Session::begin("cleanup", config, args.dry_run, chosen.len())?;
    let passed = pass(args, config, Patience::default(), &mut session.journal);
    session.end(passed, args.json)
}

/// The pass itself, with a store that is open, and with as much patience as told.
///
/// # Errors
///
/// As [`run`].
pub fn pass(
    args: &CleanupArgs,
    config: &Config,
    patience: Patience,
    journal: &mut Journal,
) -> anyhow::Result<()> {
    let chosen = config.chosen_users(&args.user)?;
    let Some(jellyfin_config) = &config.jellyfin else { return Err(ConfigError::NoJellyfin.into()) };
    let jellyfin = jellyfin(jellyfin_config, patience)?;
    let collect = Collect {
        jellyfin: &jellyfin,
        pool: &reading_pool()?,
        users: &config.users,
        chosen: &chosen,
        only_take: true,
        is_dry: args.dry_run,
        full: false,
        needs_libraries: false,
        same_jellyfin: false,
    };
    journal.store.tell_films(&config.films)?;
    collect.run(&Asked::new(&jellyfin), journal)?;
    Ok(())
}
