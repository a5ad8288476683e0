//! Carries out what Radarr is asked, one film at a time, each outcome written down before the next. A dry run goes
//! the same way and leaves out the writes.

use super::Feed;
use super::add::{End, Sent};
use super::snapshot::Look;
use crate::clients::api::chain;
use crate::clients::radarr::AddError;
use crate::domain::request::RequestProblem;
use crate::domain::step::{AddToRadarr, Aliases, RequestedFilm, Skip, SkipReason, Step};
use crate::journal::Journal;
use crate::journal::report::{Failed, Outcome, plural};
use crate::store::StoreError;
use crate::system::interrupt;
use crate::system::progress;

/// So many failures in a row end the adding of a run.
pub(super) const MAX_FAILURES_IN_A_ROW: usize = 5;

/// What is written down of films that are not sent.
const LEFT: [(SkipReason, RequestProblem); 3] = [
    (SkipReason::Excluded, RequestProblem::Excluded),
    (SkipReason::WasExcluded, RequestProblem::Excluded),
    (SkipReason::InLibrary, RequestProblem::InLibrary),
];

/// What is written down of a film that is there and whose label is still to come.
const UNTAGGED: &str = "it is in Radarr, but not tagged yet";

/// Carrying out one plan.
pub(super) struct Send<'a, 'b> {
    pub(super) feed: &'a mut Feed<'b>,
    pub(super) look: &'a mut Look,
    pub(super) aliases: &'a Aliases,
    /// Does no other plan follow in this run?
    pub(super) is_last: bool,
}

impl Send<'_, '_> {
    /// Does all steps, as far as they make sense.
    pub(super) fn apply(&mut self, steps: &[Step], journal: &mut Journal) -> Result<(), StoreError> {
        let now = journal.now();
        let mut tags = Vec::new();
        let mut adds = Vec::new();
        // What the look at Radarr told of all films is written at once.
        let requests_of = |pick: &dyn Fn(&Step) -> Option<&RequestedFilm>| -> Vec<_> {
            steps.iter().filter_map(pick).flat_map(|requested| requested.requests.iter().cloned()).collect()
        };
        let answered = requests_of(&|step| match step {
            Step::AlreadyPresent(requested) | Step::GoneFromRadarr(requested) => Some(requested),
            _ => None,
        });
        if !answered.is_empty() {
            journal.store.answer(&answered, now)?;
        }
        let untagged =
            requests_of(&|step| if let Step::TagInRadarr(tag) = step { Some(&tag.requested) } else { None });
        if !untagged.is_empty() {
            // Before the first request: what a person deletes from now on was there.
            journal.store.record_problem(&untagged, RequestProblem::Untagged, UNTAGGED, now)?;
        }
        for (why, problem) in LEFT {
            let left = requests_of(&|step| match step {
                Step::Skip(leave) if leave.why == why => Some(&leave.requested),
                _ => None,
            });
            if !left.is_empty() {
                journal.store.record_problem(&left, problem, &why.to_string(), now)?;
            }
        }
        for step in steps {
            match step {
                Step::AlreadyPresent(_) | Step::GoneFromRadarr(_) => journal.step(step, Outcome::Done, None),
                Step::Skip(leave) => tell_why(leave, journal)?,
                Step::TagInRadarr(tag) => tags.push((step, tag)),
                // What was tried before comes after all that is still to be read.
                Step::AddToRadarr(add) if add.was_tried && !self.is_last => {
                    self.leave(&[(step, add)], journal)
                }
                Step::AddToRadarr(add) => adds.push((step, add)),
                Step::CreateCollection(_) | Step::AddToCollection(_) | Step::RemoveFromCollection(_) => {}
            }
        }
        self.tag(&tags, journal)?;
        self.add_all(&adds, journal)
    }

    /// How a step ends that went well.
    pub(super) fn done(&self) -> Outcome {
        if self.feed.setup.is_dry { Outcome::Planned } else { Outcome::Done }
    }

    fn add_all(&mut self, adds: &[(&Step, &AddToRadarr)], journal: &mut Journal) -> Result<(), StoreError> {
        let most = self.feed.setup.config.max_adds_per_run.unwrap_or(usize::MAX);
        let bar = progress::bar("films to Radarr", adds.len().min(most), None);
        for (index, (step, add)) in adds.iter().enumerate() {
            let rest = &adds[index..];
            let films = plural(rest.len(), "film");
            if interrupt::requested().is_some() {
                return Ok(());
            }
            if self.feed.added >= most && self.is_last {
                log::info!("radarr: {films} left for later runs, since `radarr.max_adds_per_run` is {most}");
            }
            if self.feed.is_over || self.feed.added >= most {
                self.leave(rest, journal);
                return Ok(());
            }
            if self.feed.failures_in_a_row >= MAX_FAILURES_IN_A_ROW {
                self.feed.is_over = true;
                self.leave(rest, journal);
                let rest = if self.is_last { films } else { "the rest is".to_owned() };
                let text = format!("{MAX_FAILURES_IN_A_ROW} failures in a row; {rest} left for the next run");
                return journal.warning(("adding", "", "row"), "radarr", &text, None);
            }
            let goes_on = self.add(step, add, journal)?;
            bar.step();
            if !goes_on {
                self.feed.is_over = true;
                self.leave(rest, journal);
                return Ok(());
            }
        }
        if self.feed.added > 0 { journal.store.forget_notices("adding") } else { Ok(()) }
    }

    /// These wait for a later run, or for the next plan of this one.
    fn leave(&mut self, adds: &[(&Step, &AddToRadarr)], journal: &mut Journal) {
        for (step, add) in adds {
            if self.is_last {
                journal.step(step, Outcome::Later, None);
            } else {
                for request in &add.requested.requests {
                    self.feed.done.remove(request);
                }
            }
        }
    }

    /// Sends one film and records how it ended. Returns whether sending others makes sense.
    fn add(&mut self, step: &Step, add: &AddToRadarr, journal: &mut Journal) -> Result<bool, StoreError> {
        let (requested, now) = (&add.requested, journal.now());
        let error = match self.send(add) {
            Ok(Sent { end, merged }) => {
                self.feed.failures_in_a_row = 0;
                if let Some((asked, answered)) = merged {
                    journal.store.record_alias(asked, answered)?;
                }
                self.ended(end, step, requested, journal)?;
                return Ok(true);
            }
            Err(error) => error,
        };
        let text = format!("`{}` not added: {}", requested.film.slug, chain(&error));
        match error {
            AddError::Failed(error) if error.is_interrupt() => return Ok(false),
            // Nothing is wrong with the film, and the next one would fare no better.
            AddError::Failed(error) if error.is_limited() => {
                let text = format!("{}; the rest is left for the next run", chain(&error));
                let (notice, hint) = (("adding", "", "limit"), error.hint());
                journal.failure(Failed::Server, notice, "radarr", &text, hint.as_deref())?;
                return Ok(false);
            }
            AddError::Failed(_) | AddError::Conflict => {
                self.feed.failures_in_a_row += 1;
                journal.store.record_problem(&requested.requests, RequestProblem::Failed, &text, now)?;
                let hint = if let AddError::Failed(error) = &error { error.hint() } else { None };
                let (one, notice) = (Failed::Films(1), ("add", requested.film.uid.0.as_str()));
                journal.failure(one, notice, &requested.people(), &text, hint.as_deref())?;
            }
            AddError::Settings(why) => {
                let text = format!("Radarr refuses the settings, so nothing more is sent: {why}");
                journal.failure(Failed::Server, ("adding", "", "settings"), "radarr", &text, None)?;
                return Ok(false);
            }
            AddError::Unknown(_) => {
                self.feed.failures_in_a_row = 0;
                journal.store.record_problem(
                    &requested.requests,
                    RequestProblem::Unknown,
                    &error.to_string(),
                    now,
                )?;
                for (person, _) in &requested.requests {
                    journal.skip(person, &requested.film, &error.to_string())?;
                }
                journal.step(step, Outcome::Skipped, None);
                return Ok(true);
            }
            AddError::AlreadyThere | AddError::FolderTaken { .. } | AddError::Refused(_) => {
                self.feed.failures_in_a_row = 0;
                journal.store.record_problem(
                    &requested.requests,
                    RequestProblem::Refused,
                    &error.to_string(),
                    now,
                )?;
                let (one, notice) = (Failed::Films(1), ("add", requested.film.uid.0.as_str()));
                journal.failure(one, notice, &requested.people(), &text, None)?;
            }
        }
        journal.step(step, Outcome::Failed, None);
        Ok(true)
    }

    /// Records how sending ended that did not fail.
    fn ended(
        &mut self,
        end: End,
        step: &Step,
        requested: &RequestedFilm,
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        let now = journal.now();
        match end {
            End::Added(folder) => {
                self.feed.added += 1;
                journal.store.answer(&requested.requests, now)?;
                journal.step(step, self.done(), Some(&folder));
            }
            End::There => {
                if self.feed.setup.config.user_tags {
                    journal.store.record_problem(
                        &requested.requests,
                        RequestProblem::Untagged,
                        UNTAGGED,
                        now,
                    )?;
                } else {
                    journal.store.answer(&requested.requests, now)?;
                }
                journal.step(&Step::AlreadyPresent(requested.clone()), Outcome::Done, None);
            }
            End::Excluded => {
                let why = SkipReason::Excluded;
                journal.store.record_problem(
                    &requested.requests,
                    RequestProblem::Excluded,
                    &why.to_string(),
                    now,
                )?;
                tell_why(&Skip { requested: requested.clone(), why }, journal)?;
            }
        }
        Ok(())
    }
}

/// Says why a film is not sent, once for each person.
fn tell_why(leave: &Skip, journal: &mut Journal) -> Result<(), StoreError> {
    if leave.why == SkipReason::Excluded {
        for (person, _) in &leave.requested.requests {
            journal.skip(person, &leave.requested.film, &leave.why.to_string())?;
        }
    }
    journal.step(&Step::Skip(leave.clone()), Outcome::Skipped, None);
    Ok(())
}
