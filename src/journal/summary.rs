//! What the closing line counts, and the exit code.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::RunInfo;
use crate::domain::event::{Event, Failed, Outcome, Severity, Trouble};
use crate::domain::shelf::{Shelf, ShelfKind};
use crate::domain::step::{RequestedFilm, Step};
use crate::domain::text::{plural, users_and_lists};
use crate::exit::Exit;
use crate::system::interrupt;

/// The counters of a run.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// By Radarr, as a sentence names it.
    added: BTreeMap<String, usize>,
    tagged: BTreeMap<String, usize>,
    put_in: ByKind,
    taken_out: ByKind,
    skipped: usize,
    later: usize,
    planned: usize,
    failures: Failures,
    is_refused: bool,
}

/// Films that went into, or out of, each kind.
#[derive(Debug, Default)]
struct ByKind {
    collections: usize,
    playlists: usize,
}

impl ByKind {
    fn count(&mut self, Shelf { kind, .. }: &Shelf) {
        match kind {
            ShelfKind::Collection => self.collections += 1,
            ShelfKind::Playlist => self.playlists += 1,
        }
    }
}

fn count_one(films: &mut BTreeMap<String, usize>, requested: &RequestedFilm) {
    *films.entry(requested.radarr.title()).or_default() += 1;
}

/// What failed so far, by name.
#[derive(Debug, Default)]
struct Failures {
    films: usize,
    users: BTreeSet<String>,
    servers: BTreeSet<String>,
    collections: BTreeSet<String>,
    playlists: BTreeSet<String>,
    /// Lists that only their owners can mend.
    lists: BTreeSet<String>,
    /// Who wants those.
    without_list: BTreeSet<String>,
    /// Was any of these told in this run?
    is_list_told: bool,
}

impl Failures {
    fn note(&mut self, failed: Failed<'_>, trouble: Trouble<'_>) {
        let about = trouble.about.to_owned();
        match failed {
            Failed::Films(count) => self.films += count,
            Failed::User => drop(self.users.insert(about)),
            Failed::Users(names) => self.users.extend(names.iter().map(ToString::to_string)),
            Failed::Server => drop(self.servers.insert(about)),
            Failed::Shelf(ShelfKind::Collection) => drop(self.collections.insert(about)),
            Failed::Shelf(ShelfKind::Playlist) => drop(self.playlists.insert(about)),
            Failed::List(people) => {
                self.lists.insert(about);
                self.without_list.extend(people.iter().map(ToString::to_string));
                self.is_list_told |= trouble.severity != Severity::Info;
            }
        }
    }

    /// Failed anything that is not some person's own to mend?
    fn any(&self) -> bool {
        let shelves = self.collections.len() + self.playlists.len();
        self.films + self.users.len() + self.servers.len() + shelves > 0
    }
}

impl Summary {
    pub(super) fn see(&mut self, event: Event<'_>) {
        match event {
            Event::Trouble(trouble) => {
                if let Some(failed) = trouble.failed {
                    self.failures.note(failed, trouble);
                }
            }
            Event::FilmSkipped { .. } => self.skipped += 1,
            Event::ListRead(_) | Event::Over { .. } | Event::Note { .. } => {}
            // After a signal nothing is asked any more; that is no refusal.
            Event::Refused => self.is_refused |= interrupt::requested().is_none(),
            Event::Step { step, outcome, .. } => match (outcome, step) {
                (Outcome::Done, Step::AddToRadarr(add)) => count_one(&mut self.added, &add.requested),
                (Outcome::Done, Step::TagInRadarr(tag)) => count_one(&mut self.tagged, &tag.requested),
                (Outcome::Done, Step::AddToShelf(add)) => self.put_in.count(&add.shelf),
                (Outcome::Done, Step::RemoveFromShelf(remove)) => self.taken_out.count(&remove.shelf),
                (Outcome::Later, _) => self.later += 1,
                (Outcome::Planned, _) => self.planned += 1,
                _ => {}
            },
        }
    }

    fn has_failures(&self) -> bool {
        self.failures.any() || self.failures.is_list_told
    }

    /// Did all go well, but for lists that only their owners can mend? That is for whoever watches the program.
    pub(super) fn is_well(&self) -> bool {
        matches!(self.exit(), Exit::Success | Exit::Partial) && !self.failures.any()
    }

    /// Does Letterboxd refuse us?
    pub(super) fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// How the run ends, as it stands.
    pub(super) fn exit(&self) -> Exit {
        match interrupt::requested() {
            Some(signal) => signal.into(),
            None if self.is_refused => Exit::Blocked,
            None if self.has_failures() => Exit::Partial,
            None => Exit::Success,
        }
    }

    /// The closing line.
    pub(super) fn line(&self, run: &RunInfo, took: Duration) -> String {
        let mut parts = vec![users_and_lists(run.people, run.lists.len())];
        let mut count = |number: usize, text: &str| {
            if number > 0 {
                parts.push(format!("{number} {text}"));
            }
        };
        if run.is_dry {
            count(self.planned, if self.planned == 1 { "step planned" } else { "steps planned" });
        }
        for (radarr, number) in &self.added {
            count(*number, &format!("added to {radarr}"));
        }
        for (radarr, number) in &self.tagged {
            count(*number, &format!("tagged in {radarr}"));
        }
        count(self.put_in.collections, "added to a collection");
        count(self.put_in.playlists, "added to a playlist");
        count(self.taken_out.collections, "removed from a collection");
        count(self.taken_out.playlists, "removed from a playlist");
        count(self.later, "left for later");
        count(self.skipped, "skipped");
        let failures = &self.failures;
        // What the exit code does not tell has not failed.
        let (failed, unread): (BTreeSet<_>, _) = if failures.is_list_told {
            (failures.users.union(&failures.without_list).collect(), 0)
        } else {
            (failures.users.iter().collect(), failures.lists.difference(&failures.users).count())
        };
        let (lists, users): (Vec<_>, Vec<_>) = failed.into_iter().partition(|name| run.lists.contains(name));
        count(unread, if unread == 1 { "list not read" } else { "lists not read" });
        for (number, noun) in [
            (failures.films, "film"),
            (users.len(), "user"),
            (lists.len(), "list"),
            (failures.collections.len(), "collection"),
            (failures.playlists.len(), "playlist"),
            (failures.servers.len(), "server"),
        ] {
            if number > 0 {
                parts.push(format!("{} failed", plural(number, noun)));
            }
        }
        if self.is_refused {
            parts.push("refused by Letterboxd".to_owned());
        }
        if interrupt::requested().is_some() {
            parts.push("stopped".to_owned());
        }
        if parts.len() == 1 {
            parts.push("nothing to do".to_owned());
        }
        let dry = if run.is_dry { " --dry-run" } else { "" };
        format!("{}{dry}: {}, in {} s", run.command, parts.join(", "), took.as_secs_f64().round())
    }
}
