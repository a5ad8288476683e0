//! What became of requests: written down, then told.

use std::collections::{HashMap, HashSet};

use super::Journal;
use crate::domain::event::{Failed, Outcome};
use crate::domain::ids::{TmdbId, Uid};
use crate::domain::radarr::RadarrName;
use crate::domain::request::{RadarrFilm, RequestProblem};
use crate::domain::step::{AddToRadarr, Aliases, RequestedFilm, Skip, SkipReason, Step, TagInRadarr};
use crate::domain::text::plural;
use crate::store::StoreError;

/// What is written down of a film that is in Radarr and whose labels are still to come.
const UNTAGGED: &str = "it is in Radarr, but not tagged yet";

/// Why a film was not added.
pub struct NotAdded<'a> {
    /// What kind of trouble it is.
    pub problem: RequestProblem,
    /// What went wrong, in words.
    pub why: &'a str,
    /// What to do about it.
    pub hint: Option<&'a str>,
}

impl Journal {
    /// What the snapshot of Radarr says of requests, before anything is sent: the film is there, or there is a reason
    /// not to send it. All of it is written at once.
    pub fn snapshot_answers(&mut self, radarr: &RadarrName, steps: &[Step]) -> Result<(), StoreError> {
        let (mut answered, mut untagged) = (Vec::new(), Vec::new());
        let mut skipped: [(SkipReason, Vec<(String, Uid)>); 3] =
            [SkipReason::Excluded, SkipReason::WasExcluded, SkipReason::InLibrary]
                .map(|why| (why, Vec::new()));
        for step in steps {
            match step {
                Step::AlreadyPresent(requested) | Step::GoneFromRadarr(requested) => {
                    answered.extend(requested.requests.iter().cloned());
                }
                // Before the first label is sent: should a person delete the film from now on, it was there.
                Step::TagInRadarr(tag) => untagged.extend(tag.requested.requests.iter().cloned()),
                Step::Skip(skip) => {
                    for (_, requests) in skipped.iter_mut().filter(|(why, _)| *why == skip.why) {
                        requests.extend(skip.requested.requests.iter().cloned());
                    }
                }
                _ => {}
            }
        }
        self.answer(radarr, &answered)?;
        self.request_problem(radarr, &untagged, RequestProblem::Untagged, UNTAGGED)?;
        for (why, requests) in &skipped {
            self.request_problem(radarr, requests, problem_of(*why), &why.to_string())?;
        }
        for step in steps {
            match step {
                Step::AlreadyPresent(_) | Step::GoneFromRadarr(_) => self.step(step, Outcome::Done, None),
                Step::Skip(skip) => self.tell_skip(skip)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// These are the Radarrs now, each with its address, and this is where the films of each person go.
    pub fn radarrs_are(&mut self, radarrs: &[(&RadarrName, &str)]) -> Result<(), StoreError> {
        let radarrs: Vec<_> = radarrs.iter().map(|(name, address)| (name.name(), *address)).collect();
        for (old, new) in self.store.meet_radarrs(&radarrs)? {
            log::debug!("radarr: `{new}` is the new name of `{old}`");
        }
        Ok(())
    }

    /// This person's films go to these Radarrs, by name. One that is new to them gets all their films.
    pub fn films_go_to(&mut self, person: &str, radarrs: &[String]) -> Result<(), StoreError> {
        self.store.send_to(person, radarrs, self.run.now)
    }

    /// This Radarr has these films under these numbers of its own. Those that it said to have for somebody are
    /// remembered.
    pub fn numbers_seen(
        &mut self,
        radarr: &RadarrName,
        films: &HashMap<TmdbId, RadarrFilm>,
    ) -> Result<(), StoreError> {
        let known = self.store.radarr_films(radarr.name())?;
        let aliases = Aliases::new(self.store.aliases()?);
        let answered = self.store.answered(radarr.name())?;
        let answered: HashSet<TmdbId> = answered.into_iter().map(|id| aliases.canonical(id)).collect();
        let is_new = |(tmdb, film): &(&TmdbId, &RadarrFilm)| {
            answered.contains(&aliases.canonical(**tmdb)) && known.get(&film.id) != Some(*tmdb)
        };
        let new: Vec<_> = films.iter().filter(is_new).map(|(tmdb, film)| (film.id, *tmdb)).collect();
        self.store.record_radarr_films(radarr.name(), &new)
    }

    /// What this Radarr answered for a film holds for each entry of a person that is this film.
    pub fn share_answers(&mut self, radarr: &RadarrName) -> Result<(), StoreError> {
        self.store.share_answers(radarr.name())
    }

    /// What these Radarrs answered these people counts no more: a new Radarr gets all their films (`--add-again`).
    pub fn add_again(&mut self, people: &[String], radarrs: &[&RadarrName]) -> Result<(), StoreError> {
        for radarr in radarrs {
            let open = self.store.forget_answers(people, radarr.name())?;
            self.note(&radarr.about(), &format!("{} may be sent again", plural(open, "film")));
        }
        Ok(())
    }

    /// Radarr took the film, and put it there, under this number of its own.
    pub fn added(
        &mut self,
        add: &AddToRadarr,
        root_folder: &str,
        number: Option<(u32, TmdbId)>,
    ) -> Result<(), StoreError> {
        self.store.record_radarr_films(add.requested.radarr.name(), number.as_slice())?;
        self.answer(&add.requested.radarr, &add.requested.requests)?;
        self.step(&Step::AddToRadarr(add.clone()), self.done(), Some(root_folder));
        Ok(())
    }

    /// Radarr had the film when it was sent. With labels still to come, the requests stay open until they are there.
    pub fn already_present(
        &mut self,
        requested: &RequestedFilm,
        needs_labels: bool,
    ) -> Result<(), StoreError> {
        if needs_labels {
            self.request_problem(&requested.radarr, &requested.requests, RequestProblem::Untagged, UNTAGGED)?;
        } else {
            self.answer(&requested.radarr, &requested.requests)?;
        }
        self.step(&Step::AlreadyPresent(requested.clone()), Outcome::Done, None);
        Ok(())
    }

    /// Somebody excluded the film since the snapshot.
    pub fn excluded(&mut self, requested: &RequestedFilm) -> Result<(), StoreError> {
        let why = SkipReason::Excluded;
        self.request_problem(&requested.radarr, &requested.requests, problem_of(why), &why.to_string())?;
        self.tell_skip(&Skip { requested: requested.clone(), why })
    }

    /// TMDB merged one id into another.
    pub fn merged(&mut self, asked: TmdbId, answered: TmdbId) -> Result<(), StoreError> {
        self.store.record_alias(asked, answered)
    }

    /// The film was not added. Radarr's metadata may not know it, which is told once a person; all else is a failure.
    pub fn not_added(&mut self, add: &AddToRadarr, trouble: &NotAdded<'_>) -> Result<(), StoreError> {
        let NotAdded { problem, why, hint } = *trouble;
        let requested = &add.requested;
        let step = Step::AddToRadarr(add.clone());
        let text = format!("`{}` not added: {why}", requested.film.address);
        let detail = if problem == RequestProblem::Failed { &text } else { why };
        self.request_problem(&requested.radarr, &requested.requests, problem, detail)?;
        if problem == RequestProblem::Unknown {
            for (person, _) in &requested.requests {
                self.skip(person, &requested.film, &of_radarr(&requested.radarr, why))?;
            }
            self.step(&step, Outcome::Skipped, None);
        } else {
            let notice = ("add", requested.radarr.name(), requested.film.uid.as_str());
            let text = of_radarr(&requested.radarr, &text);
            self.failure(Failed::Films(1), notice, &requested.people(), &text, hint)?;
            self.step(&step, Outcome::Failed, None);
        }
        Ok(())
    }

    /// The film waits for a later run.
    pub fn add_later(&mut self, add: &AddToRadarr) {
        self.step(&Step::AddToRadarr(add.clone()), Outcome::Later, None);
    }

    /// These films have their labels.
    pub fn tagged(&mut self, radarr: &RadarrName, tags: &[&TagInRadarr]) -> Result<(), StoreError> {
        let requests: Vec<_> = tags.iter().flat_map(|tag| tag.requested.requests.iter().cloned()).collect();
        self.answer(radarr, &requests)?;
        for tag in tags {
            self.step(&Step::TagInRadarr((*tag).clone()), self.done(), None);
        }
        Ok(())
    }

    /// These films did not get their labels; their requests stay open.
    pub fn not_tagged(
        &mut self,
        radarr: &RadarrName,
        tags: &[&TagInRadarr],
        labels: &[String],
        why: &str,
        hint: Option<&str>,
    ) -> Result<(), StoreError> {
        for tag in tags {
            self.step(&Step::TagInRadarr((*tag).clone()), Outcome::Failed, None);
        }
        let (films, labels) = (plural(tags.len(), "film"), labels.join("`, `"));
        let text = format!("{films} not tagged `{labels}`: {why}");
        self.failure(Failed::Films(tags.len()), ("tagging", radarr.name()), &radarr.about(), &text, hint)
    }

    /// How a step ends that a server was, or would have been, asked for.
    fn done(&self) -> Outcome {
        if self.run.is_dry { Outcome::Planned } else { Outcome::Done }
    }

    fn answer(&mut self, radarr: &RadarrName, requests: &[(String, Uid)]) -> Result<(), StoreError> {
        if requests.is_empty() { Ok(()) } else { self.store.answer(radarr.name(), requests, self.run.now) }
    }

    fn request_problem(
        &mut self,
        radarr: &RadarrName,
        requests: &[(String, Uid)],
        problem: RequestProblem,
        detail: &str,
    ) -> Result<(), StoreError> {
        if requests.is_empty() {
            return Ok(());
        }
        self.store.record_problem(radarr.name(), requests, problem, detail, self.run.now)
    }

    fn tell_skip(&mut self, skip: &Skip) -> Result<(), StoreError> {
        if skip.why == SkipReason::Excluded {
            for (person, _) in &skip.requested.requests {
                let why = of_radarr(&skip.requested.radarr, &skip.why.to_string());
                self.skip(person, &skip.requested.film, &why)?;
            }
        }
        self.step(&Step::Skip(skip.clone()), Outcome::Skipped, None);
        Ok(())
    }
}

/// What is the matter with a film, and at which Radarr, where there are several.
fn of_radarr(radarr: &RadarrName, why: &str) -> String {
    radarr.of_several().map_or_else(|| why.to_owned(), |_| format!("{}: {why}", radarr.title()))
}

fn problem_of(why: SkipReason) -> RequestProblem {
    match why {
        SkipReason::Excluded | SkipReason::WasExcluded => RequestProblem::Excluded,
        SkipReason::InLibrary => RequestProblem::InLibrary,
    }
}
