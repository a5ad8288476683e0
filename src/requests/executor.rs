//! Carries out what Radarr is asked, one film at a time; the journal records each outcome before the next step. A dry
//! run goes the same way and leaves out the writes.

use super::Requests;
use super::add::{Added, Sent};
use super::snapshot::Snapshot;
use crate::clients::api::chain;
use crate::clients::radarr::AddError;
use crate::domain::event::Failed;
use crate::domain::request::RequestProblem;
use crate::domain::step::{AddToRadarr, Aliases, Step};
use crate::domain::text::plural;
use crate::journal::{Journal, NotAdded, StoreError};
use crate::system::interrupt;
use crate::system::progress;

/// So many failures in a row end the adding of a run.
pub(super) const MAX_FAILURES_IN_A_ROW: usize = 5;

/// Carries out one plan.
pub(super) struct Executor<'a, 'b> {
    pub(super) requests: &'a mut Requests<'b>,
    pub(super) snapshot: &'a mut Snapshot,
    pub(super) aliases: &'a Aliases,
    /// Does no other plan follow in this run?
    pub(super) is_last: bool,
}

impl Executor<'_, '_> {
    /// Does all steps, as far as they make sense.
    pub(super) fn apply(&mut self, steps: &[Step], journal: &mut Journal) -> Result<(), StoreError> {
        journal.snapshot_answers(self.requests.setup.name, steps)?;
        let (mut tags, mut adds) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::TagInRadarr(tag) => tags.push(tag),
                // What was tried before comes after all that is still to be read.
                Step::AddToRadarr(add) if add.was_tried && !self.is_last => self.leave(&[add], journal),
                Step::AddToRadarr(add) => adds.push(add),
                _ => {}
            }
        }
        self.tag(&tags, journal)?;
        self.add_all(&adds, journal)
    }

    fn add_all(&mut self, adds: &[&AddToRadarr], journal: &mut Journal) -> Result<(), StoreError> {
        let name = self.requests.setup.name;
        let most = self.requests.setup.adding.max_adds_per_run.unwrap_or(usize::MAX);
        let bar = progress::bar(format!("films to {}", name.title()), adds.len().min(most), None);
        for (index, add) in adds.iter().enumerate() {
            let rest = &adds[index..];
            let films = plural(rest.len(), "film");
            if interrupt::requested().is_some() {
                return Ok(());
            }
            if self.requests.added >= most && self.is_last {
                let text = format!("{films} left for later runs, since `radarr.max_adds_per_run` is {most}");
                journal.note(&name.about(), &text);
            }
            if self.requests.is_over || self.requests.added >= most {
                self.leave(rest, journal);
                return Ok(());
            }
            if self.requests.failures_in_a_row >= MAX_FAILURES_IN_A_ROW {
                self.requests.is_over = true;
                self.leave(rest, journal);
                let rest = if self.is_last { films } else { "the rest is".to_owned() };
                let text = format!("{MAX_FAILURES_IN_A_ROW} failures in a row; {rest} left for the next run");
                return journal.warning(("adding", name.name(), "row"), &name.about(), &text, None);
            }
            let goes_on = self.add(add, journal)?;
            bar.step();
            if !goes_on {
                self.requests.is_over = true;
                self.leave(rest, journal);
                return Ok(());
            }
        }
        if self.requests.added > 0 { journal.trouble_over_for("adding", name.name()) } else { Ok(()) }
    }

    /// These wait for a later run, or for the next plan of this one.
    fn leave(&mut self, adds: &[&AddToRadarr], journal: &mut Journal) {
        for add in adds {
            if self.is_last {
                journal.add_later(add);
            } else {
                for request in &add.requested.requests {
                    self.requests.done.remove(request);
                }
            }
        }
    }

    /// Sends one film. Returns whether sending others makes sense.
    fn add(&mut self, add: &AddToRadarr, journal: &mut Journal) -> Result<bool, StoreError> {
        let error = match self.send(add) {
            Ok(Sent { end, merged }) => {
                self.requests.failures_in_a_row = 0;
                if let Some((asked, answered)) = merged {
                    journal.merged(asked, answered)?;
                }
                match end {
                    Added::To(folder, film) => {
                        self.requests.added += 1;
                        let number = film.and_then(|film| Some((film.id?, film.tmdb)));
                        journal.added(add, &folder, number)?;
                    }
                    Added::WasThere => {
                        journal.already_present(&add.requested, self.requests.setup.adding.user_tags)?;
                    }
                    Added::Excluded => journal.excluded(&add.requested)?,
                }
                return Ok(true);
            }
            Err(error) => error,
        };
        let why = chain(&error);
        let name = self.requests.setup.name;
        let problem = match &error {
            AddError::Failed(error) if error.is_interrupt() => return Ok(false),
            // Nothing is wrong with the film, and the next one would fare no better.
            AddError::Failed(error) if error.is_limited() => {
                let text = format!("{}; the rest is left for the next run", chain(error));
                let (notice, hint) = (("adding", name.name(), "limit"), error.hint());
                journal.failure(Failed::Server, notice, &name.about(), &text, hint.as_deref())?;
                return Ok(false);
            }
            AddError::Settings(why) => {
                let text = format!("Radarr refuses the settings, so nothing more is sent: {why}");
                let notice = ("adding", name.name(), "settings");
                journal.failure(Failed::Server, notice, &name.about(), &text, None)?;
                return Ok(false);
            }
            AddError::Failed(_) | AddError::Conflict => RequestProblem::Failed,
            AddError::Unknown(_) => RequestProblem::Unknown,
            AddError::AlreadyThere | AddError::FolderTaken { .. } | AddError::Refused(_) => {
                RequestProblem::Refused
            }
        };
        // A film that is refused says nothing about the next one.
        let is_failure = problem == RequestProblem::Failed;
        self.requests.failures_in_a_row = if is_failure { self.requests.failures_in_a_row + 1 } else { 0 };
        let hint = if let AddError::Failed(error) = &error { error.hint() } else { None };
        journal.not_added(add, &NotAdded { problem, why: &why, hint: hint.as_deref() })?;
        Ok(true)
    }
}
