//! What lbjf may know, and must know. It is told from outside: a reading that *may* have been accepted takes away what
//! lbjf surely knew, and one that surely was read adds to it. Whatever is between the two is open.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::house::{Export, Film, Films, HOUR, List, ListNo, PAGE, Who};

/// How much of a list could a run read?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing: it was not asked, or not answered.
    None,
    /// Not all pages.
    Part,
    /// Anything from nothing to everything.
    Perhaps,
    /// Whatever it asked for.
    All,
}

/// What is known of a list.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// lbjf believes these to be on the list.
    pub sure: Films,
    /// Nothing else is on the list for lbjf.
    pub perhaps: Films,
    /// Nothing else ever was on it for lbjf.
    ever_perhaps: Films,
    /// Some reading may have been accepted.
    pub is_accepted: bool,
    /// When each number of hidden films was read first.
    hidden_since: BTreeMap<i64, u32>,
    /// Since when each reading may have lacked too much to be believed.
    pub shrunk_since: Option<u32>,
    /// When pages showed a film that was not surely known so far.
    seen_at: BTreeMap<Film, u32>,
}

impl Known {
    /// A run read the list, which may have changed meanwhile; `true` when it must not believe that anything is gone.
    pub fn read(&mut self, was: &List, is: &List, access: Access, now: u32, allow_shrink: bool) -> bool {
        if access == Access::None {
            return true;
        }
        let both: Films = was.films.iter().filter(|film| is.has(**film)).copied().collect();
        let is_steady = was.films == is.films;
        let is_doubtful = access == Access::Part
            || is.untold
            || (is_steady && self.is_miscounted(is.surplus(), now))
            || (self.has_shrunk(&both, now) && is_steady && !allow_shrink);
        if !is_doubtful {
            self.is_accepted = true;
            self.sure.retain(|film| both.contains(film));
            if !is_steady && was.surplus() < 0 && was.declared() == is.declared() {
                // When fewer are declared than shown, a list that moves between two pages may be right by chance.
                self.sure.clear();
            }
        }
        if access == Access::All && is_steady {
            // The newest are always seen.
            for film in is.films.iter().take(PAGE) {
                if self.sure.insert(*film) {
                    self.seen_at.insert(*film, now);
                }
            }
        }
        self.learn(was.films.iter().chain(&is.films).copied());
        is_doubtful
    }

    /// A run read an export of the list; `true` as above. What pages showed later than its day is nothing it knows of.
    pub fn read_export(&mut self, export: &Export, access: Access, now: u32, allow_shrink: bool) -> bool {
        let films: Films = export.films.iter().copied().collect();
        let since = self.shrunk_since;
        let is_doubtful = self.has_shrunk(&films, now) && !allow_shrink;
        // An older one does not end the doubt.
        self.shrunk_since = self.shrunk_since.or(since);
        if !is_doubtful {
            self.is_accepted = true;
            let is_newer = |film: &Film| self.seen_at.get(film).is_some_and(|at| *at > export.made_at);
            self.sure.retain(|film| films.contains(film) || is_newer(film));
        }
        if access == Access::All {
            self.sure.extend(&films);
        }
        self.learn(films.into_iter());
        is_doubtful
    }

    fn learn(&mut self, perhaps: impl Iterator<Item = Film>) {
        self.perhaps.extend(perhaps);
        self.ever_perhaps.extend(&self.perhaps);
        self.seen_at.retain(|film, _| self.sure.contains(film));
    }

    /// A total that is not the number of films is believed when the same number is hidden an hour later; one below it
    /// never is.
    fn is_miscounted(&mut self, surplus: i64, now: u32) -> bool {
        let since = *self.hidden_since.entry(surplus).or_insert(now);
        surplus < 0 || (surplus > 0 && now - since < HOUR)
    }

    /// Most of a list is not gone until a reading an hour later says so again.
    fn has_shrunk(&mut self, list: &Films, now: u32) -> bool {
        let is_most = |gone: usize, of: usize| gone > 5 && gone > of / 2;
        let gone = |known: &Films| known.difference(list).count();
        let may_be =
            is_most(gone(&self.perhaps), self.sure.len()) || (list.is_empty() && !self.perhaps.is_empty());
        let must_be =
            is_most(gone(&self.sure), self.perhaps.len()) || (list.is_empty() && !self.sure.is_empty());
        if !may_be {
            self.shrunk_since = None;
            return false;
        }
        must_be && now - *self.shrunk_since.get_or_insert(now) < HOUR
    }

    /// Everything was read and believed.
    pub fn settle(&mut self, list: &List) {
        self.sure = list.films.iter().copied().collect();
        self.perhaps = self.sure.clone();
        self.learn(std::iter::empty());
        self.is_accepted = true;
        self.hidden_since = BTreeMap::from([(list.surplus(), 0)]);
        self.shrunk_since = None;
    }
}

/// Which lists a person wants, as far as lbjf knows.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// lbjf knows that they want these.
    pub sure: BTreeSet<ListNo>,
    /// Nothing else do they want, as far as lbjf knows.
    pub perhaps: BTreeSet<ListNo>,
    /// What was on any of their lists, while lbjf knew that they want it; perhaps.
    pub ever_sure: Films,
    pub ever_perhaps: Films,
}

/// What is known of all lists of a person together.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    pub sure: Films,
    pub perhaps: Films,
    pub ever_sure: Films,
    pub ever_perhaps: Films,
    /// Some reading of each of the lists that the config names may have been accepted.
    pub is_accepted: bool,
}

impl Wanted {
    /// What follows from the lists, of which the config names these.
    pub fn wishes(&mut self, known: &[Known], named: &[ListNo]) -> Wishes {
        let films = |lists: &BTreeSet<ListNo>, of: fn(&Known) -> &Films| -> Films {
            lists.iter().flat_map(|list| of(&known[*list])).copied().collect()
        };
        let sure = films(&self.sure, |known| &known.sure);
        let perhaps = films(&self.perhaps, |known| &known.perhaps);
        self.ever_sure.extend(&sure);
        self.ever_perhaps.extend(films(&self.perhaps, |known| &known.ever_perhaps));
        let (ever_sure, ever_perhaps) = (self.ever_sure.clone(), self.ever_perhaps.clone());
        let is_accepted = named.iter().all(|list| known[*list].is_accepted);
        Wishes { sure, perhaps, ever_sure, ever_perhaps, is_accepted }
    }
}

/// Whose is a member of a collection, as lbjf may see it?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// lbjf put it in.
    Lbjf,
    /// A person put it in, and lbjf has not seen it yet.
    New,
    /// A person put it in, and when lbjf met it, everybody had watched it.
    Watched,
    /// A person put it in, and when lbjf met it, nobody had watched it.
    Unwatched,
    /// A person put it in.
    Person,
    /// It is not clear.
    Perhaps,
}

/// What is known of a collection's members.
pub type Shelf = BTreeMap<Film, Own>;

/// What is known of what Radarr was asked for.
#[derive(Debug, Default)]
pub struct Requests {
    /// Radarr surely answered that it has the film of this person, which did not leave their list since.
    pub answered: BTreeSet<(Who, Film)>,
    /// Radarr may have answered so, and somebody removed the film since.
    pub excused: BTreeSet<(Who, Film)>,
    /// Asking for these may have failed of late, so they may have to wait for a day.
    pub waiting: Films,
    /// Films that were excluded at some time: a Radarr that lost most of its films does not get these.
    pub ever_excluded: Films,
    /// Films with a TMDB id that lbjf surely knows.
    pub resolved: Films,
}
