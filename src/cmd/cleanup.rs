//! `lbjf cleanup`: takes out of the collections what is watched or no longer wanted, from stored lists and what
//! Jellyfin says now. It never adds and never makes a collection.

use crate::cli::CleanupArgs;
use crate::clients::http::RetryPolicy;
use crate::config::{Config, ConfigError};
use crate::domain::clock::Clock;
use crate::exit::Exit;
use crate::run::session::{Manner, Session};

/// Does one pass over the collections.
///
/// # Errors
///
/// Only what ends the run as a whole; everything else is in the exit code.
pub fn run(args: &CleanupArgs, config: &Config, clock: Clock) -> anyhow::Result<Exit> {
    let chosen = config.chosen_users(&args.user)?;
    if config.jellyfin.is_none() {
        return Err(ConfigError::NoJellyfin.into());
    }
    let manner = Manner { command: "cleanup", is_dry: args.dry_run, is_silent: args.no_notify };
    let mut session = Session::begin(manner, config, &chosen, clock)?;
    let passed = crate::run::cleanup(args, config, RetryPolicy::default(), &mut session.journal);
    session.end(passed, args.json)
}
