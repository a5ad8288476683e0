//! The oracle: what design §3 says of known lists, holds, owning and wishes, and nothing that the code says.
//!
//! Where §3 leaves open which of two things happens, or a fault leaves open how far a run came, both are kept: a
//! person is a set of possible [`Known`] states, and other facts are told as "surely" and "perhaps". A check fails
//! only when no possibility allows what was seen.

use std::collections::{BTreeMap, BTreeSet};

/// A film by its number; `film-7` is 7.
pub type Film = u8;
/// Some films.
pub type Films = BTreeSet<Film>;

/// Entries on a page.
const PAGE: usize = 28;
/// The guard's hour, in minutes.
const HOUR: u32 = 60;

/// What lbjf may know of a person's watchlist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The last accepted crawl plus every entry seen since.
    pub list: Films,
    /// Everything that was ever on it.
    pub ever: Films,
    /// The last accepted crawl.
    pub accepted: Option<Films>,
    /// When the guard caught a crawl, and what that lacked.
    pending: Option<(u32, Films)>,
}

impl Known {
    fn seeing(&self, seen: &Films) -> Self {
        let mut new = self.clone();
        new.list.extend(seen);
        new.ever.extend(seen);
        new
    }

    /// After a run that could read page 1 and no other.
    pub fn first_page(&self, watchlist: &[Film]) -> Self {
        self.seeing(&watchlist.iter().take(PAGE).copied().collect())
    }

    /// After a run that could read everything it wanted.
    pub fn scraped(&self, watchlist: &[Film], now: u32, full: bool) -> Vec<Self> {
        let truth: Films = watchlist.iter().copied().collect();
        let mut seen = Films::new();
        for page in watchlist.chunks(PAGE) {
            seen.extend(page);
            if page.iter().any(|film| self.list.contains(film)) {
                break;
            }
        }
        let quick = self.seeing(&seen);
        let mut outcomes = Vec::new();
        let adds_up = self.accepted.is_some() && quick.list.len() == truth.len();
        if adds_up {
            outcomes.push(Self { pending: None, ..quick.clone() });
            outcomes.push(quick.clone());
        }
        // An old crawl is repeated in full even if the numbers add up.
        if !adds_up || full || quick.list != truth {
            outcomes.extend(self.crawled(&truth, now));
        }
        if !adds_up && self.pending.as_ref().is_some_and(|(at, _)| now - at < HOUR) {
            outcomes.push(self.first_page(watchlist));
            outcomes.push(quick);
        }
        outcomes
    }

    fn crawled(&self, truth: &Films, now: u32) -> Vec<Self> {
        let shrank = |base: &Films| {
            let gone = base.difference(truth).count();
            (gone > 5 && gone * 2 > base.len()) || (truth.is_empty() && !base.is_empty())
        };
        let mut accepted = self.seeing(truth);
        accepted.list.clone_from(truth);
        accepted.accepted = Some(truth.clone());
        accepted.pending = None;
        let since = shrank(&self.list);
        let before = self.accepted.as_ref().is_some_and(shrank);
        if !since && !before {
            return vec![accepted];
        }
        let gone: Films = self.list.difference(truth).copied().collect();
        let mut outcomes = Vec::new();
        if !(since && before) {
            outcomes.push(accepted.clone());
        }
        match &self.pending {
            Some((at, old)) if now - at >= HOUR => {
                if old.difference(truth).count() * 10 >= old.len() * 9 {
                    outcomes.push(accepted);
                } else {
                    outcomes.push(Self { pending: Some((now, gone)), ..self.seeing(truth) });
                }
            }
            Some(_) => outcomes.push(self.seeing(truth)),
            None => outcomes.push(Self { pending: Some((now, gone)), ..self.seeing(truth) }),
        }
        outcomes
    }
}

/// Perhaps, and surely: the second is part of the first.
#[derive(Clone, Debug, Default)]
pub struct Both<T> {
    /// It may be so.
    pub perhaps: BTreeSet<T>,
    /// It must be so.
    pub surely: BTreeSet<T>,
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

/// A person, as the config and the stand-ins know them.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name everywhere.
    pub name: &'static str,
    /// Which collection.
    pub collection: usize,
    /// The option.
    pub remove_watched: bool,
    /// The option.
    pub remove_unlisted: bool,
    /// Stands in the config.
    pub in_config: bool,
    /// The watchlist is private.
    pub private: bool,
    /// The watchlist, newest first.
    pub watchlist: Vec<Film>,
    /// What lbjf may know.
    pub states: Vec<Known>,
    /// The library showed films once.
    pub saw_films: bool,
}

impl Person {
    /// Whether the person holds a film, if this is what lbjf knows.
    fn holds_in(&self, known: &Known, film: Film, watched: bool) -> bool {
        let listed = known.list.contains(&film) || (!self.remove_unlisted && known.ever.contains(&film));
        listed && !(self.remove_watched && watched)
    }

    /// Whether the person may hold a film.
    pub fn may_hold(&self, film: Film, watched: bool) -> bool {
        self.states.iter().any(|known| self.holds_in(known, film, watched))
    }

    /// Whether the person surely holds a film.
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
