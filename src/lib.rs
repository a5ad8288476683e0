//! Keeps a media server in step with Letterboxd watchlists: one pass, then exit.
//!
//! A run reads each person's public watchlist, resolves each film to its TMDB id, adds what is missing to Radarr,
//! puts what is in the Jellyfin library into that person's collection, and takes out what they have watched.
//!
//! From the top down, each module uses only those below it:
//!
//! * [`cmd`]: the subcommands; [`cli`] and [`config`] are what a person writes for them
//! * [`mod@run`]: one pass
//! * [`lists`], [`films`], [`requests`], [`shelves`]: its parts (what people want, what it is, Radarr, Jellyfin), which
//!   do not know each other; [`library`] is what Jellyfin has, and [`waiting`] what films wait for
//! * [`journal`]: the owner of the store, through which each outcome goes once; [`clients`]: one door for each server
//! * [`store`]: the one SQLite door; [`system`]: the process
//! * [`domain`] has the nouns that all of them share
//!
//! It is a program first; the library is there for its tests, its examples and its sandbox.

pub mod cli;
pub mod clients;
pub mod cmd;
pub mod config;
pub mod domain;
pub mod exit;
pub mod films;
pub mod journal;
pub mod library;
pub mod lists;
pub mod page;
pub mod requests;
pub mod run;
pub mod shelves;
pub mod store;
pub mod system;
pub mod waiting;

use cli::{Cli, Command};
use config::{Config, ConfigError};
use domain::clock::Clock;
use exit::Exit;
use store::StoreError;
use system::lock::LockError;

/// Runs one command; prints the one error that ends it, if any.
pub fn run(cli: &Cli) -> Exit {
    system::paint::start(cli.global.logging().color);
    match dispatch(cli) {
        Ok(exit) => exit,
        Err(error) => {
            let exit = exit_of(&error);
            // A long run is nothing that cron should mail about each time it comes by.
            if !(exit == Exit::Busy && cli.global.quiet) {
                let hint = hint(&error).map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
                system::logging::last_words(cli.global.logging(), &format!("{error:#}{hint}"));
            }
            exit
        }
    }
}

fn dispatch(cli: &Cli) -> anyhow::Result<Exit> {
    let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let given = cli.global.config.as_deref();
    let mut note = None;
    let mut draft = match &cli.command {
        Command::Sync(_) | Command::Cleanup(_) => Config::load(given, &env)?.into(),
        Command::Status(args) if args.check => Config::draft(given, &env)?,
        Command::Scrape(_) => {
            let (draft, error) = Config::draft_or_default(given, &env)?;
            note = error;
            draft
        }
        Command::Status(_) => Config::load_or_default(given, &env)?.into(),
        // Whoever builds a package has no config, or one that is none of its business.
        Command::Generate(args) => {
            system::logging::start(cli.global.logging(), log::LevelFilter::Info, None)?;
            return cmd::generate::run(args, &env);
        }
    };
    let system = draft.config.system.clone();
    // A check tells it among other things, and `scrape` takes nothing of a config but what it finds in order.
    let needs_log_file = match &cli.command {
        Command::Status(args) => !args.check,
        Command::Scrape(_) => given.is_some(),
        _ => true,
    };
    match system::logging::start(cli.global.logging(), system.log_level, system.log_file.as_deref()) {
        Err(error) if !needs_log_file => {
            draft.add_problem("system.log_file", format!("{error:#}"));
            system::logging::start(cli.global.logging(), system.log_level, None)?;
        }
        started => started?,
    }
    if let (Command::Scrape(_), Some(error)) = (&cli.command, note.or_else(|| draft.error())) {
        let hint = "`scrape` ignores what is wrong; `lbjf status --check` checks everything";
        log::warn!("{:#}\nhint: {hint}", anyhow::Error::from(error));
    }
    let config = &draft.config;
    if let Err(error) = system::interrupt::listen(clients::http::give_up_reads) {
        log::warn!("cannot catch signals, so they end this run at once: {error}");
    }
    let clock = Clock::new(|| jiff::Timestamp::now().as_second());
    let done = match &cli.command {
        Command::Sync(args) => cmd::sync::run(args, config, clock),
        Command::Scrape(args) => cmd::scrape::run(args, config, draft.is_unclear("system"), clock),
        Command::Cleanup(args) => cmd::cleanup::run(args, config, clock),
        Command::Status(args) if args.check => cmd::check::run(args, &draft, clock),
        Command::Status(args) => cmd::status::run(args, config, clock.now()),
        Command::Generate(args) => cmd::generate::run(args, &env),
    };
    done.map_err(|error| name_store(error, config))
}

/// An error of the store says which file it is about, wherever it came up.
fn name_store(error: anyhow::Error, config: &Config) -> anyhow::Error {
    let is_bare = error.chain().next().is_some_and(<dyn std::error::Error>::is::<StoreError>);
    if is_bare {
        error.context(format!("store `{}`", domain::text::path(&config.system.database)))
    } else {
        error
    }
}

fn hint(error: &anyhow::Error) -> Option<String> {
    let config = error.downcast_ref::<ConfigError>().and_then(ConfigError::hint);
    let lock = || error.downcast_ref::<LockError>().and_then(LockError::hint);
    let store = || error.downcast_ref::<StoreError>().and_then(StoreError::hint);
    config.or_else(|| lock().or_else(store).map(str::to_owned))
}

fn exit_of(error: &anyhow::Error) -> Exit {
    if error.is::<ConfigError>() {
        Exit::Config
    } else if let Some(LockError::Held { .. }) = error.downcast_ref() {
        Exit::Busy
    } else {
        Exit::Failure
    }
}
