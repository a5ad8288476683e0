//! `lbjf sync`: one pass over everything.

use crate::cli::SyncArgs;
use crate::clients::http::RetryPolicy;
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::exit::Exit;
use crate::run::session::{Manner, Session};

/// Does one pass.
///
/// # Errors
///
/// Only what ends the run as a whole; everything else is in the exit code.
pub fn run(args: &SyncArgs, config: &Config, clock: Clock) -> anyhow::Result<Exit> {
    let chosen = config.chosen_users(&args.user)?;
    config.chosen_radarrs(&args.radarr)?;
    let manner = Manner { command: "sync", is_dry: args.dry_run, is_silent: args.no_notify };
    let mut session = Session::begin(manner, config, &chosen, clock)?;
    let passed = crate::run::sync(args, config, RetryPolicy::default(), &mut session.journal);
    session.end(passed, args.json)
}
