//! What follows for lbjf from what a run could read and did.

use crate::oracle::house::{DAY, Film, Films, House, LISTS, ListNo, MERGED, Who};
use crate::oracle::known::{Access, Own};
use crate::oracle::runs::{Oracle, Ran};
use crate::oracle::troubles::{Place, Trouble};

impl Oracle {
    /// What lbjf may and must know after it has looked.
    pub fn learn(&mut self, ran: &Ran) {
        let now = self.house.now;
        let before: [Films; LISTS] = std::array::from_fn(|list| self.lists[list].sure.clone());
        for (list, sure_before) in before.iter().enumerate() {
            let (access, allow_shrink) = (ran.access[list], ran.run.allow_shrink);
            let known = &mut self.lists[list];
            let is_doubtful = match ran.is.export(list) {
                Some(export) if access != Access::None => {
                    known.read_export(export, access, now, allow_shrink)
                }
                _ => known.read(ran.was.list(list), ran.is.list(list), access, now, allow_shrink),
            };
            let word = match () {
                () if access == Access::None => continue,
                () if is_doubtful => "a reading in doubt",
                () if ran.is.is_by_export(list) => "an export",
                () if list > 2 => "a list",
                () => "a watchlist",
            };
            let is_less = sure_before.difference(&self.lists[list].sure).next().is_some();
            self.note(word, usize::from(is_doubtful || is_less || list > 2));
        }
        for who in 0..3 {
            let named = ran.is.lists_of(who);
            let held = self.wanted[who].sure.clone();
            if ran.chosen.contains(&who) && !ran.run.cleanup {
                let wanted = &mut self.wanted[who];
                wanted.perhaps.extend(&named);
                if ran.is_killed() {
                    wanted.sure.retain(|list| named.contains(list));
                } else {
                    wanted.sure = named.iter().copied().collect();
                }
            }
            self.known[who] = self.wanted[who].wishes(&self.lists, &named);
            // On one of their lists all the time.
            let sure = &self.wanted[who].sure;
            let stayed = |film: &Film| {
                let has_stayed =
                    |list: &ListNo| before[*list].contains(film) && self.lists[*list].sure.contains(film);
                sure.iter().filter(|list| held.contains(*list)).any(has_stayed)
            };
            self.requests.answered.retain(|(other, film)| *other != who || stayed(film));
            if ran.is_read(who) {
                let failing = match ran.place() {
                    Some((Place::FilmPage(film), _)) => Some(film),
                    _ => None,
                };
                let sure = self.known[who].sure.iter().copied().filter(|film| Some(*film) != failing);
                self.requests.resolved.extend(sure);
            }
            if ran.run.add_again && ran.chosen.contains(&who) {
                self.requests.answered.retain(|(other, _)| *other != who);
            }
        }
        if matches!(ran.trouble, Some(Trouble::Refuses { .. })) {
            self.refused_at = Some(now);
        }
        let all = self.lists.iter().flat_map(|known| &known.perhaps).copied();
        let waits = |film: &Film| match ran.place() {
            Some((Place::FilmPage(other) | Place::RadarrRefuses(other), _)) => other == *film,
            Some((place, _)) => place.is_radarr(),
            _ => matches!(ran.trouble, Some(Trouble::Refuses { .. })),
        };
        let waiting = all.filter(|film| waits(film) || !self.house.is_to_be_had(*film));
        self.requests.waiting.extend(waiting);
        for which in (0..3).filter(|which| ran.touches(*which)) {
            self.meet(which, ran);
        }
    }

    /// lbjf sees who put what into a collection.
    fn meet(&mut self, which: usize, ran: &Ran) {
        let mapped = ran.is.mapped(which);
        let asked = mapped.iter().copied().filter(|who| ran.is.people[*who].remove_watched);
        let asked: Vec<Who> = asked.collect();
        // Where watched films leave for nobody, everybody is asked.
        let asked = if asked.is_empty() { &mapped } else { &asked };
        for (film, own) in &mut self.shelves[which] {
            let is_clear = !ran.is_disturbed(which)
                && !ran.run.cleanup
                && ran.is.is_clear(*film, self.house.now)
                && self.house.now >= self.unseen_until;
            if *own == Own::New {
                *own = match () {
                    () if !is_clear => Own::Perhaps,
                    () if asked.iter().all(|who| ran.is.watched(*who, *film)) => Own::Watched,
                    () if !asked.iter().any(|who| ran.is.watched(*who, *film)) => Own::Unwatched,
                    () => Own::Person,
                };
            }
            let is_listed = mapped.iter().any(|who| self.known[*who].ever_perhaps.contains(film));
            if is_listed && matches!(own, Own::Person | Own::Unwatched) {
                *own = Own::Perhaps;
            }
        }
    }

    /// What follows from what was done.
    pub fn learn_done(&mut self, ran: &Ran) {
        for which in 0..3 {
            let (was, is) = (ran.was.members(which), ran.is.members(which));
            let asked_for = self.puts(which);
            let is_seen = ran.touches(which) && !ran.is_disturbed(which);
            let owners = &mut self.shelves[which];
            owners.retain(|film, _| is.contains_key(film) || !is_seen);
            for film in is.keys().filter(|film| !was.contains_key(film)) {
                if ran.is.copies_of(*film).any(|copy| asked_for.contains(&copy.id)) {
                    owners.insert(*film, if ran.is_changed() { Own::Perhaps } else { Own::Lbjf });
                }
            }
            let new = is.keys().filter(|film| !was.contains_key(film)).count();
            let gone = was.keys().filter(|film| !is.contains_key(film)).count();
            self.note("put into a collection", new);
            self.note("taken out of a collection", gone);
        }
        let added: Vec<Film> = ran.is.in_radarr.difference(&ran.was.in_radarr).copied().collect();
        self.note("added to Radarr", added.len());
        let is_told =
            !ran.is_killed() && !ran.is_changed() && !ran.place().is_some_and(|(place, _)| place.is_radarr());
        for who in ran.chosen.iter().copied().filter(|_| is_told) {
            let known = added.iter().copied().filter(|film| self.known[who].sure.contains(film));
            self.requests.answered.extend(known.filter(|film| *film != MERGED).map(|film| (who, film)));
        }
        for list in 0..LISTS {
            let is_asked = !ran.run.cleanup && !ran.is.is_by_export(list) && self.pages_asked(list) > 0;
            self.seen_private[list] |= ran.is.is_hidden(list) && is_asked;
            self.seen_private[list] &= ran.access[list] != Access::All;
        }
        let shows = ran.is.copies.iter().any(|copy| copy.identified && copy.known_from <= self.house.now);
        if matches!(ran.place(), Some((Place::EmptyLibrary, _))) {
            self.unseen_until = self.house.now + DAY + 1;
        } else if ran.trouble.is_none()
            && shows
            && ran.chosen.len() == ran.is.people.iter().filter(|person| person.in_config).count()
        {
            self.has_shown = true;
        }
        match &ran.trouble {
            Some(Trouble::Kill { .. }) => self.note("a kill", 1),
            Some(Trouble::Refuses { .. }) => self.note("Letterboxd refused", 1),
            Some(Trouble::Meanwhile { .. }) => self.note("a change during a run", 1),
            Some(Trouble::Fails { place, .. }) if place.is_radarr() => self.note("Radarr failed", 1),
            Some(Trouble::Fails { place, .. }) if place.is_jellyfin() => self.note("Jellyfin failed", 1),
            Some(Trouble::Fails { .. }) => self.note("Letterboxd failed", 1),
            None => {}
        }
    }

    /// Now lbjf knows all lists as they are, and has done what it can.
    pub fn learn_settled(&mut self) {
        let truth = &self.house.truth;
        self.requests.waiting.clear();
        for (who, _) in truth.people.iter().enumerate().filter(|(_, person)| person.in_config) {
            let named = truth.lists_of(who);
            for list in &named {
                self.lists[*list].settle(truth.list(*list));
            }
            let wanted = &mut self.wanted[who];
            wanted.sure = named.iter().copied().collect();
            wanted.perhaps.clone_from(&wanted.sure);
        }
        for (who, _) in truth.people.iter().enumerate().filter(|(_, person)| person.in_config) {
            self.known[who] = self.wanted[who].wishes(&self.lists, &truth.lists_of(who));
            let listed = self.known[who].sure.clone();
            let there = listed.intersection(&truth.in_radarr).copied();
            let there = there.filter(|film| House::is_movie(*film) && *film != MERGED);
            self.requests.answered.extend(there.map(|film| (who, film)));
            self.requests.excused.retain(|(other, film)| *other != who || listed.contains(film));
            self.requests.resolved.extend(listed);
        }
        self.has_shown |= truth.copies.iter().any(|copy| copy.identified);
    }
}
