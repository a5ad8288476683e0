//! What was put into a collection, what was taken out, and what lbjf may remember of it.

use std::collections::BTreeMap;

use crate::oracle::belief::{Collection, Met};
use crate::oracle::films::{COLLECTIONS, FILMS, Film, Who};
use crate::oracle::oracle::{Before, Oracle, Ran};
use crate::oracle::troubles::Place;

/// What a run could do to a collection.
#[derive(Clone, Copy)]
struct Scope {
    /// Somebody mapped to it was chosen.
    is_touched: bool,
    /// A library or the members could not be read, or not believed: nothing may leave.
    read_failed: bool,
    /// Everything went well: what must be done must be done.
    is_clean: bool,
}

/// What the rules say of each film, for one collection.
struct Rules {
    may_leave: Vec<bool>,
    must_leave: Vec<bool>,
}

impl Oracle {
    /// May, and must, lbjf know that someone watched a film?
    fn watched(&self, who: Who, film: Film) -> (bool, bool) {
        let mut watched = (false, false);
        let viewer = self.people[who].viewer;
        for copy in self.copies.iter().filter(|copy| copy.film == film && copy.watched.contains(&viewer)) {
            watched.0 = true;
            watched.1 |= self.sees(who, copy).1;
        }
        watched
    }

    /// May, and must, lbjf see this copy in someone's library?
    fn sees(&self, who: Who, copy: &crate::oracle::oracle::Copy) -> (bool, bool) {
        let viewer = self.people[who].viewer;
        let facts = [copy.identified, copy.shown[viewer], self.people[viewer].library];
        let knows = if copy.is_merged {
            (self.aliases.perhaps.contains(&copy.film), self.aliases.surely.contains(&copy.film))
        } else {
            (true, true)
        };
        let all = |so: &dyn Fn(crate::oracle::belief::Fact) -> bool| facts.into_iter().all(so);
        let is_sure = knows.1 && !self.unsure.contains(&copy.film);
        (knows.0 && all(&|fact| fact.perhaps(self.now)), is_sure && all(&|fact| fact.surely(self.now)))
    }

    /// May, and must, a film be in someone's library?
    pub fn has(&self, who: Who, film: Film) -> (bool, bool) {
        let copies = self.copies.iter().filter(|copy| copy.film == film);
        copies
            .map(|copy| self.sees(who, copy))
            .fold((false, false), |all, one| (all.0 | one.0, all.1 | one.1))
    }

    /// Is it open whether lbjf can tell which film a copy is?
    pub fn is_blurred(&self, film: Film) -> bool {
        if self.unsure.contains(&film) {
            return true;
        }
        self.copies.iter().filter(|copy| copy.film == film).any(|copy| {
            let is_clear = copy.identified.perhaps(self.now) == copy.identified.surely(self.now);
            !is_clear || (copy.is_merged && !self.aliases.surely.contains(&film))
        })
    }

    /// May, and must, somebody's library show nothing although it showed films before?
    pub fn saw_and_lacks(&self, who: Who) -> (bool, bool) {
        let viewer = self.people[who].viewer;
        let person = &self.people[viewer];
        let shows = |so: &dyn Fn(crate::oracle::belief::Fact) -> bool| {
            self.copies
                .iter()
                .any(|copy| [copy.identified, copy.shown[viewer], person.library].into_iter().all(so))
        };
        let (may_show, must_show) =
            (shows(&|fact| fact.perhaps(self.now)), shows(&|fact| fact.surely(self.now)));
        (person.saw_films.0 && !must_show, person.saw_films.1 && !may_show)
    }

    /// Is there a collection to be kept, or made?
    pub fn is_usable(&self, which: usize) -> bool {
        let is_made_at_need = which != 1 || self.by_id.is_none();
        !self.ghosts.contains(&which) && (is_made_at_need || self.set(which).is_some())
    }

    fn mapped(&self, which: usize) -> Vec<Who> {
        let is_mapped = |who: &Who| self.people[*who].in_config && self.people[*who].collection == which;
        (0..3).filter(is_mapped).collect()
    }

    fn scope(&self, which: usize, ran: &Ran, before: &Before) -> Scope {
        use Place::{Collections, EmptyLibrary, Libraries, Library, Make, Members, Puts, Takes, Users};
        let mapped = self.mapped(which);
        let is_touched = ran.chosen.iter().any(|who| mapped.contains(who));
        let sees = |viewer| mapped.iter().any(|who| self.people[*who].viewer == viewer);
        let (mut read_failed, mut is_disturbed) = match ran.place() {
            Some((Users | Libraries | Collections, is_always)) => (is_always, true),
            // Those of one that is only made now are read when they are in it.
            Some((Members, is_always)) => {
                (is_always && before.folders.contains(&format!("{} [boxset]", COLLECTIONS[which])), true)
            }
            Some((Library(viewer), is_always)) => (is_always && sees(viewer), sees(viewer)),
            Some((EmptyLibrary(viewer), _)) => {
                (sees(viewer) && self.people[viewer].saw_films.1, sees(viewer))
            }
            Some((Make | Puts | Takes, _)) => (false, true),
            _ => (false, ran.is_chaos()),
        };
        for who in mapped.iter().copied() {
            let (may_lack, must_lack) = self.saw_and_lacks(who);
            read_failed |= must_lack;
            is_disturbed |= may_lack;
        }
        Scope { is_touched, read_failed, is_clean: is_touched && !is_disturbed && !read_failed }
    }

    /// Was it so before, or after, somebody did something in the midst of the run?
    pub fn is_at_some_time(&mut self, before: &Before, is: impl Fn(&Self) -> bool) -> bool {
        if is(self) {
            return true;
        }
        let after = std::mem::replace(&mut self.copies, before.copies.clone());
        let was = is(self);
        self.copies = after;
        was
    }

    /// A collection is only made for a film, and never where one is or may be.
    pub fn check_made(&mut self, ran: &Ran, before: &Before) -> Result<(), String> {
        if let Some(name) = self.world.jellyfin.made_again().first() {
            return Err(format!("the collection {name} was made although its folder is there"));
        }
        for request in self.world.jellyfin.server.writes() {
            if request.path != "/Collections" {
                continue;
            }
            let name = request.param("name").unwrap_or_default();
            let Some(which) = COLLECTIONS.iter().position(|known| *known == name) else {
                return Err(format!("a collection {name} was made"));
            };
            let is_wanted = |oracle: &Self| {
                let wanted = |who: Who| {
                    let may = |film| {
                        oracle.people[who].may_hold(film, oracle.watched(who, film).1)
                            && oracle.has(who, film).0
                    };
                    (0..FILMS).any(may)
                };
                oracle.mapped(which).into_iter().any(wanted)
            };
            if ran.run.cleanup || (which == 1 && self.by_id.is_some()) {
                return Err(format!("the collection {name} was made although it must not"));
            }
            // A new one has no members that had to be read first.
            let is_about_members = matches!(ran.place(), Some((Place::Members, _)));
            let is_doubtful = self.scope(which, ran, before).read_failed && !is_about_members;
            if is_doubtful || !self.is_at_some_time(before, is_wanted) {
                return Err(format!("the collection {name} was made on doubt, or for nothing"));
            }
        }
        Ok(())
    }

    pub fn check_collection(&mut self, which: usize, ran: &Ran, before: &Before) -> Result<(), String> {
        // Collections come before Radarr with this option, so a merged id was not yet known.
        let learned = self.skip_if_in_library.then(|| {
            let later = self.aliases.clone();
            self.aliases.surely.clone_from(&before.aliases.surely);
            later
        });
        let done = self.check_members(which, ran, before);
        if let Some(later) = learned {
            self.aliases = later;
        }
        done
    }

    fn check_members(&mut self, which: usize, ran: &Ran, before: &Before) -> Result<(), String> {
        let name = COLLECTIONS[which];
        let scope = self.scope(which, ran, before);
        let (was, is) = (&before.members[which], self.members(which));
        let is_same = was.films == is.films && was.strangers == is.strangers;
        if let Some(item) = was.strangers.difference(&is.strangers).next() {
            return Err(format!("{item}, which is no film, was taken out of {name}"));
        }
        if !self.is_usable(which) {
            if !is_same {
                return Err(format!("{name} was changed although it is a ghost, or gone"));
            }
            if self.set(which).is_none() && scope.is_clean {
                // lbjf saw that it is gone: what comes into the next one is not its own.
                self.collections[which] = Collection::default();
            }
            return Ok(());
        }
        let mut collection = self.met(which, scope, ran, &was.films);
        let rules = self.rules(which, &collection);

        for (film, items) in &was.films {
            let now = is.films.get(film);
            if items.iter().all(|item| now.is_some_and(|now| now.contains(item))) {
                continue;
            }
            if scope.read_failed || !scope.is_touched {
                return Err(format!("film-{film} was taken out of {name} on doubt"));
            }
            let may_leave = |oracle: &Self| oracle.rules(which, &collection).may_leave[usize::from(*film)];
            if !self.is_at_some_time(before, may_leave) {
                let owned = (collection.owned.surely.contains(film), collection.owned.perhaps.contains(film));
                let met = collection.met.get(film);
                return Err(format!(
                    "film-{film} was taken out of {name} by no rule: owned (surely, perhaps) {owned:?}, {met:?}"
                ));
            }
        }
        for (film, items) in &is.films {
            let old = was.films.get(film);
            let new: Vec<&String> =
                items.iter().filter(|item| old.is_none_or(|old| !old.contains(*item))).collect();
            if new.is_empty() {
                continue;
            }
            if !scope.is_touched || ran.run.cleanup {
                return Err(format!("film-{film} was added to {name}, which is not to be added to"));
            }
            let is_second = old.is_some() || new.len() > 1;
            let may_add = |oracle: &Self| new.iter().any(|item| oracle.may_add(which, item));
            let may_be_new = self.is_at_some_time(before, may_add);
            if (is_second && !self.is_blurred(*film)) || !may_be_new {
                return Err(format!("{new:?} of film-{film} was added to {name}, next to {old:?}"));
            }
            collection.owned.add(film, true);
        }
        if scope.is_clean {
            let is_clear = |film: &Film| !self.is_blurred(*film);
            let stays = |film: &&Film| rules.must_leave[usize::from(**film)] && is_clear(film);
            if let Some(film) = is.films.keys().find(stays) {
                return Err(format!("film-{film} is still in {name}"));
            }
            let lacks = |film: &Film| self.must_be_in(which, *film) && is_clear(film);
            let missing = (0..FILMS).filter(|film| !is.films.contains_key(film)).find(lacks);
            if let Some(film) = missing.filter(|_| !ran.run.cleanup) {
                return Err(format!("film-{film} is not in {name}"));
            }
        }
        for film in 0..FILMS {
            if self.is_blurred(film) {
                collection.owned.drop(&film, false);
                collection.met.insert(film, Met::Unclear);
            } else if !is.films.contains_key(&film) {
                // What left and was seen to have left is nobody's.
                collection.owned.drop(&film, scope.is_clean);
                if scope.is_clean {
                    collection.met.remove(&film);
                } else if let Some(met) = collection.met.get_mut(&film) {
                    *met = Met::Unclear;
                }
            }
        }
        // A write without an answer may have been done, or not.
        if !scope.is_clean && scope.is_touched {
            collection.owned.surely.retain(|film| was.films.contains_key(film));
        }
        self.collections[which] = collection;
        self.note_libraries(which, scope, before);
        Ok(())
    }

    /// What lbjf met in this run.
    fn met(
        &self,
        which: usize,
        scope: Scope,
        ran: &Ran,
        members: &BTreeMap<Film, std::collections::BTreeSet<String>>,
    ) -> Collection {
        let mapped = self.mapped(which);
        let rw: Vec<Who> = mapped.iter().copied().filter(|who| self.people[*who].remove_watched).collect();
        // Where watched films leave for nobody, everybody is asked.
        let asked = if rw.is_empty() { &mapped } else { &rw };
        let mut collection = self.collections[which].clone();
        for film in members.keys().filter(|_| scope.is_touched) {
            let met = *collection.met.entry(*film).or_insert_with(|| {
                if !scope.is_clean || ran.run.cleanup || self.is_blurred(*film) {
                    Met::Unclear
                } else if asked.iter().all(|who| self.watched(*who, *film).1) {
                    Met::Watched
                } else if !asked.iter().any(|who| self.watched(*who, *film).0) {
                    Met::Unwatched
                } else {
                    Met::Unclear
                }
            });
            if met != Met::Watched && mapped.iter().any(|who| self.people[*who].may_list(*film)) {
                let must = mapped.iter().any(|who| self.people[*who].must_list(*film));
                let is_sure = must
                    && met == Met::Unwatched
                    && scope.is_clean
                    && !ran.run.cleanup
                    && self.resolved.contains(film)
                    && !self.is_blurred(*film);
                collection.owned.add(film, is_sure);
            }
        }
        collection
    }

    /// "Remove an owned member when nobody holds it and everyone mapped has had an accepted crawl. A member it does
    /// not own leaves when everyone with `remove_watched` has watched it, save one that was watched when first met." What
    /// was watched then is never owned by being listed.
    fn rules(&self, which: usize, collection: &Collection) -> Rules {
        let mapped = self.mapped(which);
        let rw: Vec<Who> = mapped.iter().copied().filter(|who| self.people[*who].remove_watched).collect();
        let may_leave = |film: Film| {
            let is_owned = collection.owned.perhaps.contains(&film) || self.is_blurred(film);
            let let_go = |who: &Who| self.people[*who].may_let_go(film, self.watched(*who, film).0);
            let by_everyone = !rw.is_empty() && rw.iter().all(|who| self.watched(*who, film).0);
            let was_watched = collection.met.get(&film) == Some(&Met::Watched);
            (is_owned && mapped.iter().all(let_go))
                || (!collection.owned.surely.contains(&film) && by_everyone && !was_watched)
        };
        let must_leave = |film: Film| {
            let is_owned = collection.owned.surely.contains(&film);
            let let_go = |who: &Who| self.people[*who].must_let_go(film, self.watched(*who, film).1);
            let by_everyone = !rw.is_empty() && rw.iter().all(|who| self.watched(*who, film).1);
            let was_unwatched = collection.met.get(&film) == Some(&Met::Unwatched);
            (is_owned && !mapped.is_empty() && mapped.iter().all(let_go))
                || (!collection.owned.perhaps.contains(&film) && by_everyone && was_unwatched)
        };
        Rules {
            may_leave: (0..FILMS).map(may_leave).collect(),
            must_leave: (0..FILMS).map(must_leave).collect(),
        }
    }

    /// "Someone holds it, it is in that person's library answer; of several copies the one with the smallest id."
    fn may_add(&self, which: usize, item: &str) -> bool {
        let Some(copy) = self.copies.iter().find(|copy| copy.id == item) else { return false };
        self.mapped(which).into_iter().any(|who| {
            let is_held = self.people[who].may_hold(copy.film, self.watched(who, copy.film).1);
            let is_smaller =
                |other: &&crate::oracle::oracle::Copy| other.film == copy.film && other.id < copy.id;
            let has_smaller = self.copies.iter().filter(is_smaller).any(|other| self.sees(who, other).1);
            is_held && self.sees(who, copy).0 && !has_smaller
        })
    }

    fn must_be_in(&self, which: usize, film: Film) -> bool {
        let must = |who: &Who| {
            self.people[*who].must_hold(film, self.watched(*who, film).0) && self.has(*who, film).1
        };
        self.resolved.contains(&film) && self.mapped(which).iter().any(must)
    }

    fn note_libraries(&mut self, which: usize, scope: Scope, before: &Before) {
        for who in self.mapped(which) {
            let viewer = self.people[who].viewer;
            let shows = |oracle: &Self, so: &dyn Fn(crate::oracle::belief::Fact) -> bool| {
                let library = oracle.people[viewer].library;
                let facts = |copy: &crate::oracle::oracle::Copy| {
                    [copy.identified, copy.shown[viewer], library].into_iter().all(so)
                };
                oracle.copies.iter().any(facts)
            };
            let may = self.is_at_some_time(before, |oracle| shows(oracle, &|fact| fact.perhaps(oracle.now)));
            let must = shows(self, &|fact| fact.surely(self.now));
            let saw = &mut self.people[viewer].saw_films;
            saw.0 |= may;
            saw.1 |= must && scope.is_clean;
        }
    }
}
