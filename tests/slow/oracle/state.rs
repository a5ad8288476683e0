//! What there is at a moment, and a run.

use std::collections::{BTreeMap, BTreeSet};

use standins::radarr;

use crate::oracle::belief::{Both, Fact, Person};
use crate::oracle::films::{Film, Films, Who};
use crate::oracle::rounds::Run;
use crate::oracle::troubles::{Place, Trouble};

/// One copy of a film in the library.
#[derive(Clone)]
pub struct Copy {
    pub film: Film,
    pub id: String,
    /// It has the id that the film was merged into.
    pub is_merged: bool,
    /// Jellyfin knows its TMDB id.
    pub identified: Fact,
    /// Who may see it, if they see the library.
    pub shown: [Fact; 3],
    pub watched: BTreeSet<Who>,
}

/// What is in a collection: items by film, and items that are no film to lbjf.
#[derive(Clone, Default)]
pub struct Members {
    pub films: BTreeMap<Film, BTreeSet<String>>,
    pub strangers: BTreeSet<String>,
}

impl Members {
    /// Does what was done when `old` became `new`.
    pub fn follow(&mut self, old: &Self, new: &Self) {
        for (film, items) in &old.films {
            for item in items.iter().filter(|item| !new.has(*film, item)) {
                if let Some(own) = self.films.get_mut(film) {
                    own.remove(item);
                }
            }
        }
        for (film, items) in &new.films {
            let came = items.iter().filter(|item| !old.has(*film, item)).cloned();
            self.films.entry(*film).or_default().extend(came);
        }
        self.films.retain(|_, items| !items.is_empty());
        self.strangers.retain(|item| new.strangers.contains(item) || !old.strangers.contains(item));
        self.strangers.extend(new.strangers.difference(&old.strangers).cloned());
    }

    fn has(&self, film: Film, item: &str) -> bool {
        self.films.get(&film).is_some_and(|items| items.contains(item))
    }
}

/// Everything as it was before a run.
pub struct Before {
    pub members: Vec<Members>,
    pub folders: BTreeSet<String>,
    pub in_radarr: Films,
    pub radarr: Vec<radarr::Film>,
    pub people: Vec<Person>,
    pub aliases: Both<Film>,
    pub copies: Vec<Copy>,
    pub excluded: Films,
    /// Everything that Radarr had at some time in the run.
    pub seen_in_radarr: Films,
}

/// A run, and what really went wrong in it.
#[derive(Clone)]
pub struct Ran {
    pub run: Run,
    pub chosen: Vec<Who>,
    pub trouble: Option<Trouble>,
    pub code: i32,
}

impl Ran {
    /// Killed, or worse.
    pub fn is_chaos(&self) -> bool {
        self.trouble.is_some_and(Trouble::is_chaos)
    }

    /// Where it failed, and whether it did so all the time.
    pub fn place(&self) -> Option<(Place, bool)> {
        self.trouble.and_then(Trouble::place)
    }
}
