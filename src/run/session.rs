//! One run of `sync` or `cleanup` around its pass: the lock, the store, the journal, and the closing line.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::config::Config;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::span::show_time;
use crate::domain::text;
use crate::exit::Exit;
use crate::journal::{Journal, RunInfo};
use crate::run::metrics::{self, Ended};
use crate::run::notify::Teller;
use crate::run::page::{self, Pending};
use crate::store::{CoolDown, Store, StoreError};
use crate::system::lock::{Lock, LockError};
use crate::system::stdout::print;

/// One run of `sync` or `cleanup`, from taking the lock to the closing line.
pub struct Session<'a> {
    /// What the run writes down and tells.
    pub journal: Journal,
    database: &'a Path,
    is_dry: bool,
    clock: Clock,
    started: Instant,
    cool_downs: Vec<CoolDown>,
    teller: Teller<'a>,
    config: &'a Config,
    _lock: Lock,
}

/// What a run is to be.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// `sync` or `cleanup`.
    pub command: &'static str,
    /// Does it only say what it would do?
    pub is_dry: bool,
    /// Does no receiver hear of it?
    pub is_silent: bool,
}

impl<'a> Session<'a> {
    /// Takes the lock and opens the store: for a dry run a copy of it in memory. `chosen` is whom it is for, by their
    /// places in the config.
    pub fn begin(manner: Manner, config: &'a Config, chosen: &[usize], clock: Clock) -> anyhow::Result<Self> {
        let Manner { command, is_dry, is_silent } = manner;
        let (started, now, database) = (Instant::now(), clock.now(), config.system.database.as_path());
        // Who finds it taken tells nobody: the run that has it does.
        let lock = Lock::take(database, &holder(command, now))?;
        let teller = Teller::new(command, config, is_dry, is_silent);
        teller.begin();
        let opened = open(manner, config, chosen, now).inspect_err(|error| {
            teller.not_begun(error);
            if let Some(path) = config.status.metrics_file.as_ref().filter(|_| !is_dry) {
                let (at, took, exit) = (clock.now(), started.elapsed(), Exit::Failure);
                metrics::write_without_store(path, Ended { at, took, exit });
            }
        });
        let (journal, cool_downs) = opened?;
        Ok(Self { journal, database, is_dry, clock, started, cool_downs, teller, config, _lock: lock })
    }

    /// Tells everybody, prints what was asked for, writes down how the run ended and says so. What kept it from going
    /// on is handed on.
    pub fn end(mut self, passed: anyhow::Result<()>, as_json: bool) -> anyhow::Result<Exit> {
        let took = self.started.elapsed();
        let page = self.prepare_page();
        // Before it is written down how the run ended: that nobody got what they asked for is part of it.
        let done = passed.and_then(|()| self.keep_what_cost_requests()).and_then(|()| {
            // Before it is printed what went wrong: that somebody could not be told is part of it.
            let summary = self.journal.summary(took);
            self.teller.end(&mut self.journal, &summary)?;
            self.write_metrics(took, self.journal.exit())?;
            let lines = || self.journal.plan().iter().fold(String::new(), |text, line| text + line + "\n");
            print(&if as_json { self.journal.json(took) + "\n" } else { lines() })?;
            Ok(self.journal.end(self.clock.now(), took)?)
        });
        if let Err(error) = done {
            let summary = self.journal.cut_off(self.clock.now(), &error);
            self.teller.cut_off(&mut self.journal, &error, &summary);
            // Where the store fails, the file stays what it was: its age tells.
            let _ = self.write_metrics(took, Exit::Failure);
            self.write_page(page);
            return Err(error);
        }
        self.write_page(page);
        Ok(self.journal.exit())
    }

    /// Before it is told how the run ended, since a page that cannot be written is part of it.
    fn prepare_page(&mut self) -> Option<Pending<'a>> {
        if self.is_dry {
            return None;
        }
        page::prepare(self.config, &mut self.journal).unwrap_or_else(|error| {
            log::warn!("status: {error:#}");
            None
        })
    }

    /// After it is written down how the run ended, since the page tells it.
    fn write_page(&self, page: Option<Pending<'a>>) {
        if let Some(page) = page {
            page.write(self.journal.store(), self.clock.now());
        }
    }

    /// What the config wants to be left for Prometheus.
    fn write_metrics(&mut self, took: Duration, exit: Exit) -> Result<(), StoreError> {
        let Some(path) = self.config.status.metrics_file.as_ref().filter(|_| !self.is_dry) else {
            return Ok(());
        };
        let people: Vec<String> = self.config.users.iter().map(|user| user.name.clone()).collect();
        let ended = Ended { at: self.clock.now(), took, exit };
        metrics::write(path, &people, ended, &mut self.journal)
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

/// Opens the store and begins the journal. Also returns the cool-downs before the run.
fn open(
    manner: Manner,
    config: &Config,
    chosen: &[usize],
    now: Timestamp,
) -> anyhow::Result<(Journal, Vec<CoolDown>)> {
    let (Manner { command, is_dry, .. }, database) = (manner, config.system.database.as_path());
    if !is_dry {
        Store::remove_leftovers(database);
    }
    let store = if is_dry { Store::copy_of(database) } else { Store::open(database) };
    let store = store.with_context(|| format!("store `{}`", text::path(database)))?;
    let cool_downs = store.cool_downs()?;
    let chosen = chosen.iter().map(|index| &config.users[*index]);
    let (people, lists): (Vec<_>, Vec<_>) = chosen.partition(|user| user.is_person);
    let (people, lists) = (people.len(), lists.into_iter().map(|list| list.name.clone()).collect());
    Ok((Journal::begin(store, RunInfo { command, now, is_dry, people, lists })?, cool_downs))
}

/// What stands in the lock, for the run that finds it taken.
pub fn holder(command: &str, now: Timestamp) -> String {
    format!("lbjf {command}, process {}, since {}", std::process::id(), show_time(now))
}

/// Writes into the store what a command learned that is no run. It takes the lock for this moment; where a run has it,
/// or where the file is of an older schema, which only a run changes, nothing is kept.
pub fn keep(
    command: &str,
    database: &Path,
    now: Timestamp,
    write: impl FnOnce(&mut Store) -> Result<(), StoreError>,
) -> anyhow::Result<()> {
    let lock = match Lock::take(database, &holder(command, now)) {
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
