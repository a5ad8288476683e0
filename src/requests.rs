//! The Radarr half of a pass: open requests become films in Radarr.
//!
//! Radarr is asked nothing as long as no request is due. Otherwise one look at everything (who it is, its settings,
//! its films), a plan, and then one film at a time. A request is answered when Radarr says that it has the film.

mod add;
mod executor;
pub mod plan;
mod restored;
mod snapshot;
mod tag;

use std::collections::HashSet;
use std::time::Duration;

use crate::clients::radarr::Radarr;
use crate::domain::adding::{AddSettings, OwnAddSettings};
use crate::domain::ids::Uid;
use crate::domain::radarr::RadarrName;
use crate::domain::request::{InLibrary, Request, RequestProblem};
use crate::domain::step::{Aliases, Step};
use crate::journal::{Journal, StoreError};
use crate::system::interrupt;
use executor::Executor;
pub(crate) use restored::restored;
use snapshot::Snapshot;
pub(crate) use snapshot::{Settings, same_server, user_tag};

/// Somebody who may have requests.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// Their name.
    pub name: &'a str,
    /// How their films are added.
    pub adding: &'a OwnAddSettings,
    /// Does this run look at their requests?
    pub is_chosen: bool,
}

/// What requests are sent with.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The server.
    pub radarr: &'a Radarr,
    /// What it goes by.
    pub name: &'a RadarrName,
    /// The Radarrs before it in the config that take the same key: one of them may be this one.
    pub same_key: Vec<(&'a RadarrName, &'a Radarr)>,
    /// How films are added to it.
    pub adding: &'a AddSettings,
    /// Everybody whose films go to it.
    pub people: Vec<Person<'a>>,
    /// Look at everything that is open, whenever it was tried last (`--full`).
    pub full: bool,
    /// Only say what would be done. The store is a copy then: outcomes are recorded as in any run.
    pub is_dry: bool,
    /// How old exclusions may be when a film is sent.
    pub fresh: Duration,
}

/// A first run takes its time, and people do things meanwhile.
pub const FRESH: Duration = Duration::from_secs(30);

/// This half of the pass, which may be done in parts while films are still being read.
#[derive(Debug)]
pub struct Requests<'a> {
    setup: Setup<'a>,
    snapshot: Known,
    /// Requests that had their turn in this run.
    done: HashSet<(String, Uid)>,
    failures_in_a_row: usize,
    added: usize,
    /// Nothing more is added in this run.
    is_over: bool,
    has_warned: bool,
}

/// What this run's look at Radarr brought.
#[derive(Debug)]
enum Known {
    NotYet,
    Failed,
    Ready(Box<Snapshot>),
}

/// More films than this at once are worth a warning, since Radarr asks the indexers for each.
const MANY_SEARCHES: usize = 50;

impl<'a> Requests<'a> {
    /// Nothing is asked yet.
    pub fn new(setup: Setup<'a>) -> Self {
        Self {
            setup,
            snapshot: Known::NotYet,
            done: HashSet::new(),
            failures_in_a_row: 0,
            added: 0,
            is_over: false,
            has_warned: false,
        }
    }

    /// Does it keep films from Radarr that Jellyfin has?
    pub fn needs_library(&self) -> bool {
        self.setup.adding.skip_if_in_library
    }

    /// Can films be sent before all are read? Not when several people share what a run may add: they take turns.
    pub fn is_open_early(&self) -> bool {
        let adding = self.setup.adding;
        let is_one = self.setup.people.iter().filter(|person| person.is_chosen).count() == 1;
        !adding.skip_if_in_library && (adding.max_adds_per_run.is_none() || is_one)
    }

    /// Sends what is known while so many films are still `unread`.
    pub fn send_early(&mut self, journal: &mut Journal, unread: usize) -> Result<(), StoreError> {
        if self.is_over || matches!(self.snapshot, Known::Failed) || interrupt::requested().is_some() {
            return Ok(());
        }
        self.send(journal, &InLibrary::Ignored, unread)
    }

    /// Does the rest of this half of the pass.
    pub fn finish(&mut self, journal: &mut Journal, library: &InLibrary) -> Result<(), StoreError> {
        self.send(journal, library, 0)
    }

    fn send(&mut self, journal: &mut Journal, library: &InLibrary, unread: usize) -> Result<(), StoreError> {
        journal.share_answers(self.setup.name)?;
        let aliases = Aliases::new(journal.store().aliases()?);
        let requests = self.due_requests(journal, library, &aliases)?;
        if requests.is_empty() {
            return Ok(());
        }
        if matches!(library, InLibrary::Unknown) {
            journal.note(
                &self.setup.name.about(),
                "nothing is sent, since `radarr.skip_if_in_library` needs Jellyfin's library",
            );
            return Ok(());
        }
        if matches!(self.snapshot, Known::NotYet) {
            let found = self.setup.take_snapshot(journal, &aliases)?;
            self.snapshot = found.map_or(Known::Failed, |found| Known::Ready(Box::new(found)));
        }
        // It is put back below.
        let Known::Ready(mut snapshot) = std::mem::replace(&mut self.snapshot, Known::Failed) else {
            return Ok(());
        };
        if let InLibrary::Known(films) = library {
            snapshot.view.in_library.clone_from(films);
        }
        let uids: Vec<_> = requests.iter().map(|request| request.film.uid.clone()).collect();
        let steps = plan::radarr(
            &requests,
            &journal.store().listers(&uids)?,
            &snapshot.terms,
            &snapshot.view,
            &aliases,
        );
        self.done.extend(requests.into_iter().map(|request| (request.person, request.film.uid)));
        self.warn_of_searches(&steps, unread, journal)?;
        let mut executor =
            Executor { requests: self, snapshot: &mut snapshot, aliases: &aliases, is_last: unread == 0 };
        let result = executor.apply(&steps, journal);
        if unread == 0 && !snapshot.view.is_restored {
            journal.numbers_seen(self.setup.name, &snapshot.view.films)?;
        }
        self.snapshot = Known::Ready(snapshot);
        result
    }

    /// The requests to look at: none, as long as none is due.
    fn due_requests(
        &self,
        journal: &Journal,
        library: &InLibrary,
        aliases: &Aliases,
    ) -> Result<Vec<Request>, StoreError> {
        let setup = &self.setup;
        let chosen = setup.people.iter().filter(|person| person.is_chosen);
        let names: HashSet<&str> = chosen.map(|person| person.name).collect();
        let is_in_library = |request: &Request| match library {
            InLibrary::Known(films) => films.contains(&aliases.canonical(request.tmdb)),
            _ => false,
        };
        let had_its_turn =
            |request: &Request| self.done.contains(&(request.person.clone(), request.film.uid.clone()));
        let mut requests = journal.store().requests(setup.name.name())?;
        requests.retain(|request| names.contains(request.person.as_str()) && !had_its_turn(request));
        let has_left =
            |request: &Request| request.problem == Some(RequestProblem::InLibrary) && !is_in_library(request);
        let is_due =
            |request: &Request| setup.full || request.next_try_at <= journal.now() || has_left(request);
        if !requests.iter().any(is_due) {
            return Ok(Vec::new());
        }
        requests.retain(|request| is_due(request) || request.problem.is_some_and(RequestProblem::is_settled));
        Ok(requests)
    }

    /// Some indexers ban for hundreds of searches at once. Told once a run, however many parts it is done in.
    fn warn_of_searches(
        &mut self,
        steps: &[Step],
        unread: usize,
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        let adding = self.setup.adding;
        let adds = steps.iter().filter(|step| matches!(step, Step::AddToRadarr(_))).count() + unread;
        let adds = adds.min(adding.max_adds_per_run.unwrap_or(usize::MAX));
        if adds <= MANY_SEARCHES || !adding.search_on_add || self.has_warned || self.added > 0 {
            return Ok(());
        }
        self.has_warned = true;
        let up_to = if unread > 0 { "up to " } else { "" };
        let text = format!("this run sends {up_to}{adds} films, and Radarr searches for each at once");
        let hint = "`radarr.max_adds_per_run = 20` spreads them over many runs; `radarr.search_on_add = false` adds them without a search";
        let name = self.setup.name;
        journal.warning(("many_searches", name.name()), &name.about(), &text, Some(hint))
    }
}
