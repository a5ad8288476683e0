//! The one owner of the store during a run, and of what the run tells.

pub mod report;

use crate::domain::film::Film;
use crate::domain::step::Step;
use crate::store::{Notice, Store, StoreError, Timestamp};
use report::{Failed, Outcome, Report, UserReport};

/// What a run writes down and tells: each outcome goes through it once.
#[derive(Debug)]
pub struct Journal {
    /// What is remembered.
    pub store: Store,
    report: Report,
}

impl Journal {
    /// A journal of one run over a store.
    pub fn new(store: Store, report: Report) -> Self {
        Self { store, report }
    }

    /// When the run began.
    pub fn now(&self) -> Timestamp {
        self.report.now()
    }

    /// What was told so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Takes it apart when the run is over.
    pub fn into_parts(self) -> (Store, Report) {
        (self.store, self.report)
    }

    /// See [`Report::failure`].
    pub fn failure<'a>(
        &mut self,
        failed: Failed<'_>,
        notice: impl Into<Notice<'a>>,
        about: &str,
        text: &str,
        hint: Option<&str>,
    ) -> Result<(), StoreError> {
        self.report.failure(&mut self.store, failed, notice, about, text, hint)
    }

    /// See [`Report::warning`].
    pub fn warning<'a>(
        &mut self,
        notice: impl Into<Notice<'a>>,
        about: &str,
        text: &str,
        hint: Option<&str>,
    ) -> Result<(), StoreError> {
        self.report.warning(&mut self.store, notice, about, text, hint)
    }

    /// See [`Report::skip`].
    pub fn skip(&mut self, person: &str, film: &Film, why: &str) -> Result<(), StoreError> {
        self.report.skip(&mut self.store, person, film, why)
    }

    /// See [`Report::say`].
    pub fn say(&mut self, about: &str, text: &str, hint: Option<&str>) {
        self.report.say(about, text, hint);
    }

    /// See [`Report::block`].
    pub fn block(&mut self) {
        self.report.block();
    }

    /// See [`Report::user`].
    pub fn user(&mut self, user: UserReport) {
        self.report.user(user);
    }

    /// See [`Report::step`].
    pub fn step(&mut self, step: &Step, ended: Outcome, root_folder: Option<&str>) {
        self.report.step(step, ended, root_folder);
    }
}
