//! What may be so and what must be so: faults, and what §3 leaves open, make two things possible. A check fails only
//! when no possibility allows what was seen.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::films::{DAY, Film, Who};
use crate::oracle::known::{Known, Watchlist};

/// Perhaps, and surely: the second is part of the first.
#[derive(Clone, Debug)]
pub struct Both<T> {
    /// It may be so.
    pub perhaps: BTreeSet<T>,
    /// It must be so.
    pub surely: BTreeSet<T>,
}

impl<T> Default for Both<T> {
    fn default() -> Self {
        Self { perhaps: BTreeSet::new(), surely: BTreeSet::new() }
    }
}

impl<T: Ord + Clone> Both<T> {
    /// Now it is so.
    pub fn add(&mut self, value: &T, surely: bool) {
        self.perhaps.insert(value.clone());
        if surely {
            self.surely.insert(value.clone());
        }
    }

    /// Now it is not so, or perhaps not.
    pub fn drop(&mut self, value: &T, surely: bool) {
        self.surely.remove(value);
        if surely {
            self.perhaps.remove(value);
        }
    }
}

/// Something about a film in Jellyfin that people change. What changes without the film being saved anew may go
/// unseen for a day, until lbjf looks at everything.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// As it is.
    pub is: bool,
    at: u32,
    is_quiet: bool,
}

impl Fact {
    /// From now on it is so, or not.
    pub fn new(is: bool, now: u32, is_quiet: bool) -> Self {
        Self { is, at: now, is_quiet }
    }

    /// Must lbjf know that it is so?
    pub fn surely(self, now: u32) -> bool {
        self.is && !self.is_fresh(now)
    }

    /// May lbjf believe that it is so?
    pub fn perhaps(self, now: u32) -> bool {
        self.is || self.is_fresh(now)
    }

    fn is_fresh(self, now: u32) -> bool {
        self.is_quiet && now - self.at <= DAY
    }
}

/// How a member was when lbjf met it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// Everyone had watched it.
    Watched,
    /// Nobody had.
    Unwatched,
    /// Something between, or it is not known when it was met.
    Unclear,
}

/// What lbjf may remember of a collection.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// The films it owns in it.
    pub owned: Both<Film>,
    /// The members it met.
    pub met: BTreeMap<Film, Met>,
}

/// What is not yet settled about a film that Radarr lacks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waiting {
    /// When it was last seen to be excluded, unknown or refused.
    pub settled: Option<u32>,
    /// Runs in which asking for it may have failed, and the last one.
    pub failures: u32,
    pub failed_at: u32,
}

/// A person, as the config and the stand-ins know them.
#[derive(Clone, Debug)]
pub struct Person {
    /// Which collection.
    pub collection: usize,
    /// Whose Jellyfin user.
    pub viewer: Who,
    /// The option.
    pub remove_watched: bool,
    /// The option.
    pub remove_unlisted: bool,
    /// Stands in the config.
    pub in_config: bool,
    /// The watchlist is private.
    pub private: bool,
    /// The watchlist.
    pub watchlist: Watchlist,
    /// What lbjf may know.
    pub states: Vec<Known>,
    /// May they see Jellyfin's library at all?
    pub library: Fact,
    /// The library may have shown films once; it did.
    pub saw_films: (bool, bool),
}

impl Person {
    /// Whether the person holds a film, if this is what lbjf knows.
    fn holds_in(&self, known: &Known, film: Film, watched: bool) -> bool {
        let listed = known.list.contains(&film) || (!self.remove_unlisted && known.ever.contains(&film));
        listed && !(self.remove_watched && watched)
    }

    /// Whether the person may hold a film that they surely watched, or not.
    pub fn may_hold(&self, film: Film, watched: bool) -> bool {
        self.states.iter().any(|known| self.holds_in(known, film, watched))
    }

    /// Whether the person surely holds a film that they perhaps watched, or not.
    pub fn must_hold(&self, film: Film, watched: bool) -> bool {
        self.states.iter().all(|known| self.holds_in(known, film, watched))
    }

    /// Whether a film may be on the known list.
    pub fn may_list(&self, film: Film) -> bool {
        self.states.iter().any(|known| known.list.contains(&film))
    }

    /// Whether a film is surely on the known list.
    pub fn must_list(&self, film: Film) -> bool {
        self.states.iter().all(|known| known.list.contains(&film))
    }

    /// Whether a state without the hold, and with an accepted crawl, is possible.
    pub fn may_let_go(&self, film: Film, watched: bool) -> bool {
        self.states.iter().any(|known| known.accepted.is_some() && !self.holds_in(known, film, watched))
    }

    /// Whether every possible state is without the hold and with an accepted crawl.
    pub fn must_let_go(&self, film: Film, watched: bool) -> bool {
        self.states.iter().all(|known| known.accepted.is_some() && !self.holds_in(known, film, watched))
    }
}
