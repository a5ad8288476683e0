//! The one owner of the store during a run. Each outcome goes through it once: it is written down, and it becomes an
//! [`Event`] that the log, the closing line with the exit code, and the JSON hear of.
//!
//! Outcomes are methods, by room: `requests` has those of Radarr, `shelves` those of Jellyfin. What is common to
//! all is here: a trouble, a list that was read, a step that ended. A trouble that repeats is told once a day, so that
//! a cron job every ten minutes does not send 144 mails; `notices` knows when it is due again.

mod describe;
mod json;
mod lists;
mod log;
mod messages;
mod notices;
mod page_failures;
mod requests;
mod routes;
mod shelves;
mod summary;

use std::time::Duration;

use crate::domain::clock::{Timestamp, WEEKLY};
use crate::domain::event::{Event, Failed, Outcome, Severity, Trouble};
use crate::domain::film::{Film, Overrides};
use crate::domain::notice::Notice;
use crate::domain::step::Step;
use crate::exit::Exit;
pub use crate::store::StoreError;
use crate::store::{RunEnd, Store};
use json::Document;
use messages::Telling;
pub use messages::{Due, Told};
pub use page_failures::PageFailures;
pub use requests::NotAdded;
pub use routes::note_routes;
pub use shelves::There;
use summary::Summary;

/// What a run is.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// `sync` or `cleanup`.
    pub command: &'static str,
    /// When it began.
    pub now: Timestamp,
    /// Does it only say what it would do? Its store is a copy then.
    pub is_dry: bool,
    /// For so many people.
    pub people: usize,
    /// And for these blocks of `[[lists]]`, by name.
    pub lists: Vec<String>,
}

/// What a run writes down and tells.
#[derive(Debug)]
pub struct Journal {
    /// What is remembered. Others read it: see [`Journal::store`].
    store: Store,
    run: RunInfo,
    /// The run's number in the store.
    number: i64,
    summary: Summary,
    document: Document,
    telling: Telling,
    plan: Vec<String>,
}

impl Journal {
    /// Writes down that a run begins.
    pub fn begin(mut store: Store, run: RunInfo) -> Result<Self, StoreError> {
        let number = store.begin_run(run.command, run.now)?;
        let telling = Telling::begin(store.people_read()?);
        let (summary, document, plan) = (Summary::default(), Document::default(), Vec::new());
        Ok(Self { store, run, number, summary, document, telling, plan })
    }

    /// What is remembered, for reading.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// When the run began.
    pub fn now(&self) -> Timestamp {
        self.run.now
    }

    /// What the config says that films are (`[films]`) counts from now on, or no longer.
    pub fn apply_overrides(&mut self, overrides: &Overrides) -> Result<(), StoreError> {
        self.store.apply_overrides(overrides)
    }

    /// Something failed that the exit code has to tell. It is told once a day: a film as a warning, all else as an
    /// error.
    pub fn failure<'a>(
        &mut self,
        failed: Failed<'_>,
        notice: impl Into<Notice<'a>>,
        about: &str,
        message: &str,
        hint: Option<&str>,
    ) -> Result<(), StoreError> {
        let severity = if matches!(failed, Failed::Films(_)) { Severity::Warning } else { Severity::Error };
        let notice = notice.into();
        let severity = self.once_a_day(severity, notice)?;
        let (notice, failed) = (Some(notice), Some(failed));
        self.tell(Event::Trouble(Trouble { notice, severity, about, message, hint, failed }));
        Ok(())
    }

    /// A person should look, but nothing failed. It is told once a day.
    pub fn warning<'a>(
        &mut self,
        notice: impl Into<Notice<'a>>,
        about: &str,
        message: &str,
        hint: Option<&str>,
    ) -> Result<(), StoreError> {
        let notice = notice.into();
        let severity = self.once_a_day(Severity::Warning, notice)?;
        let notice = Some(notice);
        self.tell(Event::Trouble(Trouble { notice, severity, about, message, hint, failed: None }));
        Ok(())
    }

    /// The same, once a week.
    pub fn warning_each_week<'a>(
        &mut self,
        notice: impl Into<Notice<'a>>,
        about: &str,
        message: &str,
        hint: Option<&str>,
    ) -> Result<(), StoreError> {
        if self.store.is_due_again(notice, WEEKLY, self.run.now)? {
            self.say(about, message, hint);
        }
        Ok(())
    }

    /// A warning that is told now, whenever it was told last.
    pub fn say(&mut self, about: &str, message: &str, hint: Option<&str>) {
        self.tell(Event::Trouble(Trouble {
            notice: None,
            severity: Severity::Warning,
            about,
            message,
            hint,
            failed: None,
        }));
    }

    /// Something worth a line in the log, and no more.
    pub fn note(&mut self, about: &str, message: &str) {
        self.tell(Event::Note { about, message });
    }

    /// A film that no server can take. It is told when it is first seen, and never again for the same reason.
    pub fn skip(&mut self, person: &str, film: &Film, why: &str) -> Result<(), StoreError> {
        let detail = format!("{}/{why}", film.uid);
        if self.mark_once(("skip", person, detail.as_str()))? {
            self.tell(Event::FilmSkipped { person, film, why });
        }
        Ok(())
    }

    /// Letterboxd was not asked, since it refuses this machine. The exit code tells that above all.
    pub fn block(&mut self) {
        self.tell(Event::Refused);
    }

    /// How a step ended. `root_folder` is where an added film really went.
    pub fn step(&mut self, step: &Step, outcome: Outcome, root_folder: Option<&str>) {
        self.tell(Event::Step { step, outcome, root_folder });
    }

    /// All who hear of events.
    fn tell(&mut self, event: Event<'_>) {
        log::print(event);
        self.summary.see(event);
        self.document.see(event);
        self.telling.see(event);
        // A dry run's plan is data that was asked for: it goes to stdout.
        if let Event::Step { step, outcome: outcome @ (Outcome::Planned | Outcome::Later), root_folder } =
            event
            && self.run.is_dry
            && !matches!(step, Step::AlreadyPresent(_) | Step::GoneFromRadarr(_) | Step::Skip(_))
        {
            self.plan.push(describe::describe(step, outcome, root_folder));
        }
    }

    /// What a person should look at, a line each.
    pub fn problems(&self) -> Vec<String> {
        self.document.problems()
    }

    /// The lines of a dry run's plan.
    pub fn plan(&self) -> &[String] {
        &self.plan
    }

    /// How the run ends, as it stands.
    pub fn exit(&self) -> Exit {
        self.summary.exit()
    }

    /// The closing line.
    pub fn summary(&self, took: Duration) -> String {
        self.summary.line(&self.run, took)
    }

    /// The whole run as JSON, in one line.
    pub fn json(&self, took: Duration) -> String {
        self.document.text(&self.run, &self.summary(took), self.exit())
    }

    /// Writes down how the run ended, and says so.
    pub fn end(&mut self, now: Timestamp, took: Duration) -> Result<(), StoreError> {
        let (summary, problems) = (self.summary(took), self.problems());
        let exit_code = self.exit().code();
        let end =
            RunEnd { exit_code, is_well: self.summary.is_well(), summary: &summary, problems: &problems };
        self.store.end_run(self.number, now, &end)?;
        ::log::info!("{summary}");
        Ok(())
    }

    /// Writes down that the run could not go on. Returns what stands in the place of its closing line.
    pub fn cut_off(&mut self, now: Timestamp, error: &anyhow::Error) -> String {
        let summary = format!("{}: {error:#}", self.run.command);
        let mut problems = self.problems();
        problems.push(format!("{error:#}"));
        let exit_code = Exit::Failure.code();
        let end = RunEnd { exit_code, is_well: false, summary: &summary, problems: &problems };
        // It may be the store itself that fails.
        let _ = self.store.end_run(self.number, now, &end);
        summary
    }
}

/// What is said of a film that no server can take.
fn skipped(film: &Film, why: &str) -> String {
    format!("skipped {film} `{}`: {why}", film.address)
}
