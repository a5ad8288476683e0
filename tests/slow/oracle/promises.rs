//! The promises, in their order (docs/design.md), held against what a run did.

use std::collections::BTreeSet;

use standins::jellyfin::Playlist;

use crate::oracle::edits::Edit;
use crate::oracle::house::{
    CLEO, COLLECTIONS, DAY, FILMS, Film, House, LIST_NAMES, ListNo, MERGED, NAMES, PLAYLIST, Truth, VIEWERS,
    Who,
};
use crate::oracle::known::Own;
use crate::oracle::runs::{Oracle, Ran};
use crate::oracle::troubles::{How, Place, Trouble};

type Checked = Result<(), String>;

impl Oracle {
    /// After each run.
    pub fn check(&mut self, ran: &Ran) -> Checked {
        self.nothing_is_removed_on_doubt(ran)?;
        self.nothing_is_forgotten(ran)?;
        self.nothing_comes_twice(ran)?;
        self.deleted_stays_deleted(ran)?;
        self.the_second_radarr_gets_its_own(ran)?;
        self.only_its_own(ran)?;
        self.what_went_wrong_is_told(ran)
    }

    /// Promises 1 and 7: what is surely known, and meets no trouble of its own, is done in this very run, whatever else
    /// goes wrong in it.
    fn nothing_is_forgotten(&mut self, ran: &Ran) -> Checked {
        if ran.run.cleanup || ran.is_killed() || ran.is_changed() {
            return Ok(());
        }
        let is_refused = matches!(ran.trouble, Some(Trouble::Refuses { .. }));
        let is_cooling = self.refused_at.is_some_and(|at| self.house.now - at <= DAY);
        for who in ran.chosen.iter().copied() {
            let is_forgotten = |list: &ListNo| !ran.is.is_by_export(*list) && self.pages_asked(*list) == 0;
            let forgotten = ran.is.lists_of(who).into_iter().find(is_forgotten);
            if let Some(list) = forgotten.filter(|_| !is_refused && !is_cooling) {
                return Err(format!("{} of {} was not asked for", LIST_NAMES[list], NAMES[who]));
            }
            let missing = self.known[who].sure.iter().find(|film| self.is_due_in_radarr(who, **film, ran));
            if let Some(film) = missing {
                return Err(format!("film-{film} of {} is not in Radarr", NAMES[who]));
            }
        }
        for which in (0..3).filter(|which| ran.touches(*which)) {
            let members = ran.is.members(which);
            let is_due = |film: &Film| self.is_due_in_collection(which, *film, ran);
            let missing = (0..FILMS).filter(|film| !members.contains_key(film)).find(is_due);
            if let Some(film) = missing {
                return Err(format!("film-{film} is not in {}", COLLECTIONS[which]));
            }
        }
        Ok(())
    }

    /// Is it missing in Radarr, although nothing keeps it from there?
    fn is_due_in_radarr(&self, who: Who, film: Film, ran: &Ran) -> bool {
        let is_hit = match ran.place() {
            Some((Place::RadarrRefuses(_), _)) | None => false,
            Some((place, _)) => place.is_radarr(),
        };
        let limits = self.house.max_adds.is_some() || self.house.skips;
        ran.is_read(who)
            && !is_hit
            && !limits
            && !self.requests.waiting.contains(&film)
            && self.requests.resolved.contains(&film)
            && self.is_missing_in_radarr(who, film, &ran.is)
    }

    fn is_missing_in_radarr(&self, who: Who, film: Film, truth: &Truth) -> bool {
        let is_skipped = self.house.skips && (truth.copies_of(film).next().is_some() || truth.is_bare());
        let was_excluded = self.is_perhaps_restored() && self.requests.ever_excluded.contains(&film);
        let is_excused = is_skipped || was_excluded || self.requests.excused.contains(&(who, film));
        let is_missing = truth.lists(who, film) && !truth.in_radarr.contains(&film);
        is_missing && self.house.is_to_be_had(film) && !is_excused
    }

    /// Many films that Radarr may have had are gone.
    fn is_perhaps_restored(&self) -> bool {
        let films: BTreeSet<Film> = self.requests.excused.iter().map(|(_, film)| *film).collect();
        films.len() > 5
    }

    /// Does it belong into the collection, and is there nothing that keeps it from there?
    fn is_due_in_collection(&self, which: usize, film: Film, ran: &Ran) -> bool {
        !ran.is_disturbed(which)
            && self.house.now >= self.unseen_until
            && self.requests.resolved.contains(&film)
            && ran
                .is
                .mapped(which)
                .into_iter()
                .any(|who| self.known[who].sure.contains(&film) && self.waits_for(who, film, &ran.is))
    }

    /// Is it in the library, and not watched by somebody who has it on their list?
    fn waits_for(&self, who: Who, film: Film, truth: &Truth) -> bool {
        let person = &truth.people[who];
        truth.copies_of(film).next().is_some()
            && truth.is_clear(film, self.house.now)
            && !(person.remove_watched && truth.watched(who, film))
    }

    /// Promise 2.
    fn nothing_is_removed_on_doubt(&mut self, ran: &Ran) -> Checked {
        for (which, name) in COLLECTIONS.iter().enumerate() {
            for item in self.takes(which) {
                let Some(film) = ran.was.film_of(&item).or_else(|| ran.is.film_of(&item)) else {
                    return Err(format!("{item}, which is no film, was taken out of {name}"));
                };
                let may = |truth: &Truth| self.may_leave(which, film, ran, truth);
                if !ran.touches(which) || !(may(&ran.was) || may(&ran.is)) {
                    let own = self.shelves[which].get(&film);
                    return Err(format!("film-{film} ({own:?}) was taken out of {name} without a reason"));
                }
            }
        }
        Ok(())
    }

    /// May it leave, if this is so?
    fn may_leave(&self, which: usize, film: Film, ran: &Ran, truth: &Truth) -> bool {
        let mapped = ran.is.mapped(which);
        if ran.is_library_doubtful(which, self.has_shown) {
            return false;
        }
        let has_watched = |who: Who| {
            truth.people[who].remove_watched && truth.watched(who, film) && !ran.is_watched_doubtful(who)
        };
        let has_let_go = |who: Who| {
            let known = &self.known[who];
            let is_kept = !truth.people[who].remove_unlisted && known.ever_sure.contains(&film);
            !known.sure.contains(&film) && !is_kept
        };
        let all_watched = mapped.iter().all(|who| has_watched(*who));
        let all_read = mapped.iter().all(|who| self.known[*who].is_accepted);
        let nobody_holds =
            all_watched || (all_read && mapped.iter().all(|who| has_watched(*who) || has_let_go(*who)));
        let mut asked = mapped.iter().filter(|who| truth.people[**who].remove_watched).peekable();
        let is_watched = asked.peek().is_some() && asked.all(|who| has_watched(*who));
        match self.shelves[which].get(&film).copied().unwrap_or(Own::Perhaps) {
            Own::Lbjf => nobody_holds,
            Own::Perhaps => nobody_holds || is_watched,
            Own::Person | Own::Unwatched => is_watched,
            // Whoever puts in what everybody has watched wants it there; and what lbjf meets, it leaves at first.
            Own::Watched | Own::New => false,
        }
    }

    /// Promise 4: nothing is added twice, to Radarr or to a collection.
    fn nothing_comes_twice(&mut self, ran: &Ran) -> Checked {
        let again = self.house.world.radarr.sent_again();
        let is_met = |id: &&u32| {
            // That Radarr has it under another id comes out when it is sent; or somebody adds it at that moment.
            let film = self.house.film_with(**id);
            let is_added = matches!(&ran.trouble, Some(Trouble::Meanwhile { what: Edit::RadarrAdd(other), .. })
                if Some(*other) == film);
            !(is_added || film == Some(MERGED) && ran.is.is_merged)
        };
        if let Some(id) = again[self.sent_again..].iter().find(is_met) {
            return Err(format!("{id} was sent to Radarr, which had it"));
        }
        self.sent_again = again.len();
        if ran.is_changed() {
            return Ok(());
        }
        for (which, name) in COLLECTIONS.iter().enumerate() {
            let (was, is) = (ran.was.members(which), ran.is.members(which));
            for (film, items) in is.iter().filter(|(film, _)| ran.is.is_clear(**film, self.house.now)) {
                if items.len() > was.get(film).map_or(1, Vec::len) {
                    return Err(format!("film-{film} is in {name} more than once: {items:?}"));
                }
            }
        }
        Ok(())
    }

    /// Promise 5: only what somebody asks for, and Radarr did not answer yet, is sent; what is excluded, never.
    fn deleted_stays_deleted(&mut self, ran: &Ran) -> Checked {
        let mut added = BTreeSet::new();
        for id in self.house.world.radarr.posted() {
            let Some(film) = self.house.film_with(id) else {
                return Err(format!("{id} was sent to Radarr"));
            };
            let asks = |who: &&Who| {
                self.known[**who].perhaps.contains(&film) && !self.requests.answered.contains(&(**who, film))
            };
            if ran.run.cleanup || !ran.chosen.iter().any(|who| asks(&who)) {
                return Err(format!("film-{film} was sent to Radarr, but nobody asks for it"));
            }
            if ran.was.excluded.contains(&film) && ran.is.excluded.contains(&film) {
                return Err(format!("the excluded film-{film} was sent to Radarr"));
            }
            if ran.is.in_radarr.contains(&film) && !ran.was.in_radarr.contains(&film) {
                added.insert(film);
            }
        }
        let is_deleted = |(who, film): &&(Who, Film)| {
            ran.chosen.contains(who) && ran.is.lists(*who, *film) && !ran.is.in_radarr.contains(film)
        };
        let deleted = self.requests.answered.iter().filter(is_deleted).count();
        self.note("a film that stays deleted", deleted);
        if self.house.max_adds.is_some_and(|most| added.len() > most) {
            return Err(format!("{added:?} were added to Radarr, more than max_adds_per_run"));
        }
        Ok(())
    }

    /// Promises 1, 4, 5 and 7 at the second Radarr: it gets what cleo wants, and once, whatever happens at the first one.
    fn the_second_radarr_gets_its_own(&mut self, ran: &Ran) -> Checked {
        let Some(second) = self.house.second() else { return Ok(()) };
        let film = |id: u32| self.house.film_with(id).filter(|film| *film != MERGED);
        if let Some(id) = second.sent_again().into_iter().find(|id| film(*id).is_some()) {
            return Err(format!("{id} was sent to the second Radarr, which had it"));
        }
        let is_asked = ran.chosen.contains(&CLEO) && !ran.run.cleanup;
        let may = |id: &u32| {
            is_asked && self.house.film_with(*id).is_some_and(|film| self.known[CLEO].perhaps.contains(&film))
        };
        if let Some(id) = second.posted().iter().find(|id| !may(id)) {
            return Err(format!("{id} was sent to the second Radarr, but cleo does not ask for it"));
        }
        let is_free = ran.trouble.is_none() || ran.place().is_some_and(|(place, _)| !place.is_letterboxd());
        if !is_asked || !is_free || !ran.is_read(CLEO) {
            return Ok(());
        }
        let is_due = |film: &&Film| {
            House::is_movie(**film) && **film != MERGED && self.requests.resolved.contains(film)
        };
        let due = self.known[CLEO].sure.iter().filter(is_due);
        if let Some(film) = due.clone().find(|film| !ran.is.in_second.contains(film)) {
            return Err(format!("film-{film} of cleo is not in the second Radarr"));
        }
        let is_first_down = ran.place().is_some_and(|(place, _)| place.is_radarr());
        let due = due.count();
        self.note("a second Radarr that gets its own", due);
        self.note("the same while the first one fails", if is_first_down { due } else { 0 });
        Ok(())
    }

    /// Promise 6: it makes no collection where one is, or for nothing; it puts in what somebody waits for, and once; it
    /// deletes nothing.
    fn only_its_own(&mut self, ran: &Ran) -> Checked {
        let world = &self.house.world;
        for request in world.radarr.server.writes().iter().chain(&world.jellyfin.server.writes()) {
            if request.method == "DELETE" && !request.path.ends_with("/Items") {
                return Err(format!("{} {} deletes something", request.method, request.target()));
            }
            if request.path != "/Collections" {
                continue;
            }
            let name = request.param("name").unwrap_or_default();
            let which = COLLECTIONS.iter().position(|known| *known == name);
            let is_there = !ran.is_changed() && ran.was.sets.iter().any(|set| set.name == name);
            let may_be_made = which.is_some_and(|which| {
                // A new one has no members that had to be read first.
                let is_sure = !ran.is_library_doubtful(which, self.has_shown)
                    || matches!(ran.place(), Some((Place::Members, _)));
                is_sure && (0..FILMS).any(|film| self.may_come(which, film, ran))
            });
            if !may_be_made || is_there {
                return Err(format!("the collection {name} was made on doubt, or for nothing"));
            }
        }
        if let Some(name) = world.jellyfin.made_again().first() {
            return Err(format!("the collection {name} was made although its folder is there"));
        }
        for (which, name) in COLLECTIONS.iter().enumerate() {
            for item in self.puts(which) {
                let film = ran.was.film_of(&item).or_else(|| ran.is.film_of(&item));
                if !film.is_some_and(|film| self.may_come(which, film, ran)) {
                    return Err(format!("{item} of {film:?} was put into {name}, but nobody waits for it"));
                }
            }
        }
        Ok(())
    }

    /// Cleo's playlist has what she waits for, and nothing twice.
    fn check_playlist(&self) -> Checked {
        let truth = &self.house.truth;
        let cleo = &truth.people[CLEO];
        if !cleo.in_config {
            return Ok(());
        }
        let lists = self.house.world.jellyfin.playlists();
        let owner = Some(VIEWERS[cleo.viewer]);
        let is_own = |list: &&Playlist| list.name == PLAYLIST && list.owner.as_deref() == owner;
        let own: Vec<_> = lists.iter().filter(is_own).collect();
        if own.len() > 1 {
            return Err(format!("{PLAYLIST} was made {} times", own.len()));
        }
        let entries: Vec<&String> = own.iter().flat_map(|list| &list.entries).collect();
        let distinct: BTreeSet<&String> = entries.iter().copied().collect();
        if distinct.len() < entries.len() {
            return Err(format!("{PLAYLIST} has a film twice: {entries:?}"));
        }
        let films: BTreeSet<Film> = entries.into_iter().filter_map(|item| truth.film_of(item)).collect();
        let is_due = |film: &Film| truth.lists(CLEO, *film) && self.waits_for(CLEO, *film, truth);
        match (0..FILMS).filter(is_due).find(|film| !films.contains(film)) {
            Some(film) => Err(format!("film-{film} is not in {PLAYLIST}")),
            None => Ok(()),
        }
    }

    /// May it be put into a collection?
    fn may_come(&self, which: usize, film: Film, ran: &Ran) -> bool {
        let waits = |who: &Who| {
            let (known, person) = (&self.known[*who], &ran.is.people[*who]);
            let is_listed = known.perhaps.contains(&film)
                || (!person.remove_unlisted && known.ever_perhaps.contains(&film));
            let has_watched = |truth: &Truth| {
                truth.is_clear(film, self.house.now)
                    && self.house.now >= self.unseen_until
                    && !ran.is_disturbed(which)
                    && truth.watched(*who, film)
            };
            is_listed && !(person.remove_watched && has_watched(&ran.was) && has_watched(&ran.is))
        };
        !ran.run.cleanup && ran.touches(which) && ran.is.mapped(which).iter().any(waits)
    }

    /// 0 only if nothing was wrong, 4 or 6 when something was.
    fn what_went_wrong_is_told(&mut self, ran: &Ran) -> Checked {
        if ran.is_killed() {
            return Ok(());
        }
        let is_sync = !ran.run.cleanup;
        let read: BTreeSet<ListNo> = ran.chosen.iter().flat_map(|who| ran.is.lists_of(*who)).collect();
        let (exports, pages): (Vec<ListNo>, Vec<ListNo>) =
            read.iter().partition(|list| ran.is.is_by_export(**list));
        let is_refused = matches!(ran.trouble, Some(Trouble::Refuses { .. }))
            || pages.iter().any(|list| self.pages_asked(*list) == 0);
        let is_broken = exports.iter().any(|list| ran.is.export(*list).is_none());
        let is_private = |list: &&ListNo| ran.is.is_hidden(**list) || ran.was.is_hidden(**list);
        let is_news = pages.iter().filter(is_private).any(|list| !self.seen_private[*list]);
        let is_private = pages.iter().any(|list| is_private(&list));
        let is_doubtful = read
            .iter()
            .any(|list| ran.is.list(*list).surplus() != 0 || self.lists[*list].shrunk_since.is_some());
        let is_cooling = self.refused_at.is_some_and(|at| self.house.now - at <= DAY);
        // When an answer is lost, a run asks what became of the film.
        let is_found_out = matches!(
            ran.trouble,
            Some(Trouble::Fails { place: Place::RadarrAdds, how: How::Lost | How::Cut, once: true })
        );
        let expected = match () {
            () if is_sync && is_refused => &[6][..],
            () if ran.trouble.as_ref().is_some_and(Trouble::is_told) => &[4],
            // What is wanted may be held up by a refusal.
            () if is_sync && pages.is_empty() && is_cooling => &[0, 4, 6],
            () if is_sync && (is_news || is_broken) => &[4],
            () if (ran.trouble.is_some() && !is_found_out)
                || is_private
                || is_doubtful
                || ran.is.is_bare() =>
            {
                &[0, 4]
            }
            () => &[0],
        };
        if !expected.contains(&ran.code) {
            return Err(format!("exit {} instead of {expected:?}", ran.code));
        }
        let is_error = |line: &str| line.starts_with("error:") || line.starts_with("lbjf: error:");
        if ran.code == 0 && ran.said.lines().any(is_error) {
            return Err("exit 0, and an error was told".to_owned());
        }
        self.note("a trouble that was told", usize::from(ran.trouble.is_some() && ran.code != 0));
        Ok(())
    }

    /// Promise 1, when all is well again: everything that is wanted is where it belongs, and nothing else.
    pub fn check_settled(&mut self, add_again: bool) -> Checked {
        let now = self.house.now;
        self.check_playlist()?;
        if add_again {
            let is_there = |who: Who| self.house.truth.people[who].in_config;
            self.requests.excused.retain(|(who, _)| !is_there(*who));
        }
        let truth = &self.house.truth;
        for (who, _) in truth.people.iter().enumerate().filter(|(_, person)| person.in_config) {
            let is_missing = |film: &Film| self.is_missing_in_radarr(who, *film, truth);
            if let Some(film) = (0..FILMS).find(is_missing) {
                return Err(format!("film-{film} of {} is not in Radarr", NAMES[who]));
            }
        }
        let is_second_due = |film: &Film| {
            House::is_movie(*film)
                && *film != MERGED
                && truth.lists(CLEO, *film)
                && truth.people[CLEO].in_config
        };
        let missing = (0..FILMS).filter(is_second_due).find(|film| !truth.in_second.contains(film));
        if let Some(film) = missing.filter(|_| self.house.second().is_some()) {
            return Err(format!("film-{film} of cleo is not in the second Radarr"));
        }
        for (which, name) in COLLECTIONS.iter().enumerate() {
            let mapped = truth.mapped(which);
            let members = truth.members(which);
            let is_wanted = |film: &Film| {
                mapped.iter().any(|who| truth.lists(*who, *film) && self.waits_for(*who, *film, truth))
            };
            if let Some(film) = (0..FILMS).filter(|film| !members.contains_key(film)).find(is_wanted) {
                return Err(format!("film-{film} is not in {name}"));
            }
            let has_watched =
                |who: &Who, film: Film| truth.people[*who].remove_watched && truth.watched(*who, film);
            let has_let_go = |who: &Who, film: Film| {
                let (person, known) = (&truth.people[*who], &self.known[*who]);
                let was_listed = !person.remove_unlisted && known.ever_perhaps.contains(&film);
                has_watched(who, film) || !(truth.lists(*who, film) || was_listed)
            };
            let is_over = |film: &&Film| {
                let own = self.shelves[which].get(*film);
                own == Some(&Own::Lbjf)
                    && truth.is_clear(**film, now)
                    && !mapped.is_empty()
                    && mapped.iter().all(|who| has_let_go(who, **film))
            };
            if let Some(film) = members.keys().find(is_over) {
                return Err(format!("film-{film} is still in {name}"));
            }
        }
        Ok(())
    }
}
