//! What happened in a case: a state that is never reached is one that is never tried.

use crate::oracle::edits::Between;
use crate::oracle::films::{COLLECTIONS, FILMS, MERGED, TWINS, WITHOUT_ID, Who};
use crate::oracle::oracle::{Before, Oracle, Ran};
use crate::oracle::troubles::{Place, Trouble};

impl Oracle {
    pub fn note(&mut self, what: &'static str, times: usize) {
        if times > 0 {
            *self.tally.entry(what).or_default() += times;
        }
    }

    /// Counts what was there and what came of it.
    pub fn count(&mut self, ran: &Ran, before: &Before) {
        self.count_lists(ran, before);
        self.count_servers(ran);
        let after = self.in_radarr();
        self.note("added to Radarr", after.difference(&before.in_radarr).count());
        for (which, name) in COLLECTIONS.iter().enumerate() {
            let (was, is) = (&before.members[which].films, self.members(which).films);
            let new = is.keys().filter(|film| !was.contains_key(film)).count();
            let gone = was.keys().filter(|film| !is.contains_key(film)).count();
            self.note("put into a collection", new);
            self.note("taken out of a collection", gone);
            let is_renamed = self.set(which).is_some_and(|set| set.name != *name);
            self.note("a collection that is renamed", usize::from(is_renamed));
        }
        let writes = self.world.jellyfin.server.writes();
        self.note(
            "made a collection",
            writes.iter().filter(|request| request.path == "/Collections").count(),
        );
        self.note("a Radarr that is new", usize::from(self.is_restored(before)));
        match ran.trouble {
            Some(Trouble::Kill { .. }) => self.note("a kill", 1),
            Some(Trouble::Refuses { .. }) => self.note("Letterboxd refused", 1),
            Some(Trouble::Fails { place, .. }) => self.note(server_of(place), 1),
            Some(Trouble::Meanwhile { what, .. }) => self.note(changed_by(what), 1),
            _ => {}
        }
        self.note("a trouble that was told", usize::from(ran.trouble.is_some() && ran.code == 4));
        self.note("a cleanup", usize::from(ran.run.cleanup));
    }

    fn count_lists(&mut self, ran: &Ran, before: &Before) {
        let chosen: Vec<Who> = ran.chosen.iter().copied().filter(|_| !ran.run.cleanup).collect();
        let those = |is: &dyn Fn(Who) -> bool| chosen.iter().filter(|who| is(**who)).count();
        let knew = |who: Who| &before.people[who].states;
        let knows = |who: Who| &self.people[who].states;
        let is_emptied = |who: Who| {
            self.people[who].watchlist.entries.is_empty()
                && knew(who).iter().all(|known| !known.list.is_empty())
        };
        let lost = |who: Who| {
            let len = |known: &crate::oracle::known::Known| known.list.len();
            knew(who).iter().all(crate::oracle::known::Known::is_pending)
                && knows(who).iter().all(|known| !known.is_pending())
                && knows(who).iter().map(len).max() < knew(who).iter().map(len).min()
        };
        let lists = [
            ("a list that is private", those(&|who| self.people[who].private)),
            ("a list that was emptied", those(&is_emptied)),
            (
                "a list that waits for another crawl",
                those(&|who| knows(who).iter().all(crate::oracle::known::Known::is_pending)),
            ),
            ("a list that lost films after another crawl", those(&lost)),
            (
                "a total that disagrees",
                those(&|who| knows(who).iter().all(crate::oracle::known::Known::is_mismatched)),
            ),
        ];
        for (what, times) in lists {
            self.note(what, times);
        }
    }

    fn count_servers(&mut self, ran: &Ran) {
        let in_radarr = self.in_radarr();
        let lists = |film| ran.chosen.iter().any(|who| self.people[*who].may_list(film));
        let is_deleted = |film| {
            !in_radarr.contains(&film)
                && ran.chosen.iter().any(|who| {
                    self.people[*who].must_list(film) && self.answered.surely.contains(&(*who, film))
                })
        };
        let copies = |film| self.copies.iter().filter(|copy| copy.film == film).count();
        let is_shared = self.people[0].in_config && self.people[1].in_config && self.set(0).is_some();
        let found = [
            (
                "an excluded film that is wished",
                (0..FILMS).any(|film| self.excluded.contains(&film) && lists(film)),
            ),
            ("a film that somebody deleted from Radarr", (0..FILMS).any(is_deleted)),
            ("a film of two copies", (0..FILMS).any(|film| copies(film) == 2 && lists(film))),
            ("a collection of two people", is_shared),
            ("a ghost", !self.ghosts.is_empty()),
            ("a merged film that Radarr has", self.is_merged && in_radarr.contains(&MERGED)),
            ("both twins in Radarr", TWINS.iter().all(|twin| in_radarr.contains(twin))),
            ("a library that is taken away", self.people.iter().any(|person| !person.library.is)),
            ("ada outside the config", !self.people[0].in_config),
            (
                "two people with one Jellyfin user",
                self.people[1].viewer == 0 && self.people[0].in_config && self.people[1].in_config,
            ),
            ("a collection of another name", self.people.iter().any(|person| person.collection == 2)),
            ("a film that gained an id", in_radarr.contains(&WITHOUT_ID)),
            ("a film with another id", self.former.is_some()),
            ("somebody outside the config", self.people.iter().any(|person| !person.in_config)),
        ];
        for (what, is) in found {
            self.note(what, usize::from(is));
        }
    }

    /// A run that did nothing.
    pub fn count_dry(&mut self) {
        self.note("a dry run", 1);
    }
}

fn changed_by(what: Between) -> &'static str {
    use Between::{Exchange, Exclude, List, RadarrAdd, RadarrRemove, Shrink, Unlist};
    match what {
        List(..) | Unlist(..) | Exchange(..) | Shrink(..) => "a list that changed during a run",
        RadarrAdd(_) | RadarrRemove(_) | Exclude(_) => "Radarr changed during a run",
        _ => "Jellyfin changed during a run",
    }
}

fn server_of(place: Place) -> &'static str {
    if place.is_radarr() {
        "Radarr failed"
    } else if place.is_jellyfin() {
        "Jellyfin failed"
    } else {
        "Letterboxd failed"
    }
}
