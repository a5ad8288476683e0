//! The subcommands; each file reads like its man page.

pub mod check;
pub mod cleanup;
pub mod generate;
mod health;
pub mod scrape;
pub mod status;
pub mod sync;

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::clients::api::{Api, Secret};
use crate::clients::http::{Certificates, Http, Options, Patience, USER_AGENT};
use crate::clients::jellyfin::Jellyfin;
use crate::clients::letterboxd::route::Standing;
use crate::clients::letterboxd::{Letterboxd, Setup};
use crate::clients::radarr::Radarr;
use crate::config::{self, Config};
use crate::domain::secret::ApiKey;
use crate::domain::span::show_time;
use crate::domain::text;
use crate::exit::Exit;
use crate::journal::Journal;
use crate::journal::RunInfo;
use crate::shelves::READS_AT_ONCE;
use crate::store::{CoolDown, DAY, Store, StoreError, Timestamp};
use crate::system::lock::{Lock, LockError};
use crate::system::pool::Pool;

/// Now, in seconds since the epoch.
fn now() -> Timestamp {
    jiff::Timestamp::now().as_second()
}

/// One run of `sync` or `cleanup`, from taking the lock to the closing line.
struct Session<'a> {
    journal: Journal,
    database: &'a Path,
    is_dry: bool,
    started: Instant,
    cool_downs: Vec<CoolDown>,
    _lock: Lock,
}

impl<'a> Session<'a> {
    /// Takes the lock and opens the store: for a dry run a copy of it in memory.
    fn begin(command: &'static str, config: &'a Config, is_dry: bool, people: usize) -> anyhow::Result<Self> {
        let (started, now, database) = (Instant::now(), now(), config.system.database.as_path());
        let lock = Lock::take(database, &holder(command, now))?;
        if !is_dry {
            Store::remove_leftovers(database);
        }
        let store = if is_dry { Store::copy_of(database) } else { Store::open(database) };
        let store = store.with_context(|| format!("store `{}`", text::path(database)))?;
        let cool_downs = store.cool_downs()?;
        let journal = Journal::begin(store, RunInfo { command, now, is_dry, people })?;
        Ok(Self { journal, database, is_dry, started, cool_downs, _lock: lock })
    }

    /// Prints what was asked for, writes down how the run ended and says so. What kept it from going on is handed on.
    fn end(mut self, passed: anyhow::Result<()>, as_json: bool) -> anyhow::Result<Exit> {
        let took = self.started.elapsed();
        // Before it is written down how the run ended: that nobody got what they asked for is part of it.
        let done = passed.and_then(|()| self.keep_what_cost_requests()).and_then(|()| {
            let lines = || self.journal.plan().iter().fold(String::new(), |text, line| text + line + "\n");
            print(&if as_json { self.journal.json(took) + "\n" } else { lines() })
        });
        if let Err(error) = done {
            self.journal.cut_off(now(), &error);
            return Err(error);
        }
        self.journal.end(now(), took)?;
        Ok(self.journal.exit())
    }

    /// Of a dry run, what films are: each costs a request. And that Letterboxd wants no more of them. A file of an
    /// older schema is left as it is.
    fn keep_what_cost_requests(&self) -> anyhow::Result<()> {
        if self.is_dry
            && let Some(mut store) = Store::open_current(self.database)?
        {
            store.adopt_films(self.journal.store())?;
            store.adopt_cool_downs(self.journal.store(), &self.cool_downs)?;
        }
        Ok(())
    }
}

/// What stands in the lock, for the run that finds it taken.
fn holder(command: &str, now: Timestamp) -> String {
    format!("lbjf {command}, process {}, since {}", std::process::id(), show_time(now))
}

/// Writes into the store what a command learned that is no run. It takes the lock for this moment; where a run has it, or
/// where the file is of an older schema, which only a run changes, nothing is kept.
fn keep(
    command: &str,
    database: &Path,
    write: impl FnOnce(&mut Store) -> Result<(), StoreError>,
) -> anyhow::Result<()> {
    let lock = match Lock::take(database, &holder(command, now())) {
        Err(error @ LockError::Held { .. }) => {
            log::debug!("{error}: what was learned is not kept");
            return Ok(());
        }
        lock => lock?,
    };
    if let Some(mut store) = Store::open_current(database)? {
        write(&mut store)?;
    }
    drop(lock);
    Ok(())
}

/// Opens the Letterboxd door with what the store remembers of refusals.
fn letterboxd(
    config: &config::Letterboxd,
    store: &Store,
    patience: Patience,
    ignore_cool_down: bool,
    save_to: Option<&Path>,
) -> anyhow::Result<Letterboxd> {
    let refused = store.cool_downs()?.into_iter().map(|cool_down| {
        let (route, standing) = standing(cool_down, now());
        (route, if ignore_cool_down { Standing::OnTrial } else { standing })
    });
    let letterboxd = Letterboxd::new(&Setup {
        base_url: config.base_url.clone(),
        user_agent: config.user_agent.clone(),
        workers: config.max_concurrent_requests,
        timeout: config.timeout,
        patience,
        per_second: config.requests_per_second,
        proxies: config.proxies.clone(),
        direct_fallback: config.allow_direct_fallback,
        cool_down: config.cool_down,
        refused: refused.collect(),
        save_to: save_to.map(Path::to_owned),
    })?;
    if config.validate_proxies {
        letterboxd.validate_proxies();
    }
    Ok(letterboxd)
}

/// Is an exit address that was refused still left alone, or may one request try?
fn standing(cool_down: CoolDown, now: Timestamp) -> (String, Standing) {
    // None is longer than a day: a later end comes from a clock that was wrong.
    let is_closed = (now..=now + DAY).contains(&(cool_down.until - 1));
    (cool_down.route, if is_closed { Standing::Closed } else { Standing::OnTrial })
}

fn radarr(config: &config::Radarr, patience: Patience) -> anyhow::Result<Radarr> {
    let options = server_options("radarr", config.timeout, config.ca_file.as_ref(), &config.api_key, 2);
    let auth = ("X-Api-Key", Secret(config.api_key.reveal().to_owned()));
    let (base, http) = (config.url.clone(), Http::new(&options)?);
    Ok(Radarr::new(Api { server: "Radarr", base, http, auth, patience }))
}

fn jellyfin(config: &config::Jellyfin, patience: Patience) -> anyhow::Result<Jellyfin> {
    let (timeout, ca_file) = (config.timeout, config.ca_file.as_ref());
    let options = server_options("jellyfin", timeout, ca_file, &config.api_key, READS_AT_ONCE);
    // The only form that works from 10.8 to 12.0 (docs/jellyfin.md#keys).
    let auth = ("Authorization", Secret(format!("MediaBrowser Token=\"{}\"", config.api_key.reveal())));
    let (base, http) = (config.url.clone(), Http::new(&options)?);
    Ok(Jellyfin::new(Api { server: "Jellyfin", base, http, auth, patience }))
}

fn server_options(
    name: &'static str,
    timeout: Duration,
    ca_file: Option<&Certificates>,
    api_key: &ApiKey,
    max_idle: usize,
) -> Options {
    Options {
        name,
        timeout,
        user_agent: USER_AGENT.to_owned(),
        accept: "application/json",
        max_idle,
        ca_file: ca_file.cloned(),
        proxy: None,
        secret: Some(api_key.clone()),
    }
}

fn reading_pool() -> anyhow::Result<Pool> {
    Ok(Pool::new("jellyfin", READS_AT_ONCE)?)
}

/// Prints what was asked for on stdout, with nothing in it that a terminal obeys. A reader that went away (`| head`) wants no more; that is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    print_raw(text::lines(text).as_bytes())
}

fn print_raw(text: &[u8]) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("cannot write to stdout"),
    }
}
