//! What lbjf may know, and must know. It is told from outside: a reading that *may* have been accepted takes away what
//! lbjf surely knew, and one that surely was read adds to it. Whatever is between the two is open.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::house::{Film, Films, HOUR, PAGE, Person, Who};

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

/// What is known of a person's list.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// lbjf believes these to be on the list.
    pub sure: Films,
    /// Nothing else is on the list for lbjf.
    pub perhaps: Films,
    /// The same of everything that ever was on it.
    pub ever_sure: Films,
    pub ever_perhaps: Films,
    /// Some reading may have been accepted.
    pub is_accepted: bool,
    /// When each number of hidden films was read first.
    hidden_since: BTreeMap<i64, u32>,
    /// Since when each reading may have lacked too much to be believed.
    pub shrunk_since: Option<u32>,
}

impl Known {
    /// A run read the list, which may have changed meanwhile; `true` when it must not believe that anything is gone.
    pub fn read(&mut self, was: &Person, is: &Person, access: Access, now: u32, allow_shrink: bool) -> bool {
        if access == Access::None {
            return true;
        }
        let both: Films = was.list.iter().filter(|film| is.lists(**film)).copied().collect();
        let is_steady = was.list == is.list;
        let is_doubtful = access == Access::Part
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
            self.sure.extend(is.list.iter().take(PAGE));
        }
        self.perhaps.extend(was.list.iter().chain(&is.list));
        self.ever_sure.extend(&self.sure);
        self.ever_perhaps.extend(&self.perhaps);
        is_doubtful
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
    pub fn settle(&mut self, person: &Person) {
        self.sure = person.list.iter().copied().collect();
        self.perhaps = self.sure.clone();
        self.ever_sure.extend(&self.sure);
        self.ever_perhaps.extend(&self.perhaps);
        self.is_accepted = true;
        self.hidden_since = BTreeMap::from([(person.surplus(), 0)]);
        self.shrunk_since = None;
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
