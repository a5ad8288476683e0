//! What Radarr was asked, and what it must have.

use std::collections::{BTreeMap, BTreeSet};

use standins::{Request, radarr};

use crate::oracle::films::{DAILY, FILMS, Film, Films, MERGED, NAMES, TWINS, UNKNOWN, Who};
use crate::oracle::oracle::{Before, Oracle, Ran};
use crate::oracle::troubles::Place;

impl Oracle {
    pub fn check_radarr(&mut self, ran: &Ran, before: &Before) -> Result<(), String> {
        let is_disturbed = ran.is_chaos() || ran.place().is_some_and(|(place, _)| place.is_radarr());
        self.reopen_wishes(ran, before);
        let sent = self.check_sent(ran, before, is_disturbed)?;
        let after = self.in_radarr();
        let mut added: Films = after.difference(&before.in_radarr).copied().collect();
        if is_disturbed && self.is_merged {
            // A lost answer tells nothing of another id, so this one is not counted.
            added.remove(&MERGED);
        }
        let added = added.len();
        if self.max_adds.is_some_and(|most| added > most) {
            return Err(format!("{added} films were added to Radarr, more than max_adds_per_run"));
        }
        let is_full = self.max_adds.is_some_and(|most| added >= most);
        let was_read = self.was_read();
        if !ran.run.cleanup && !is_disturbed && !is_full && !self.is_restored(before) && !self.is_unfed(ran) {
            for who in &ran.chosen {
                self.check_missing(ran, *who, &after, was_read)?;
            }
        }
        let seen = after.union(&before.seen_in_radarr).copied().collect();
        self.note_answers(ran, &seen, was_read && !is_disturbed, is_disturbed);
        self.note_waiting(ran, &after, was_read, is_disturbed);
        // Radarr answered with another id.
        if sent.contains(&MERGED) && self.is_merged && after.contains(&MERGED) {
            self.aliases.add(&MERGED, !is_disturbed && !before.in_radarr.contains(&MERGED));
        }
        Ok(())
    }

    /// Is every film that Radarr had there as it was, but for labels that were added?
    pub fn check_kept(&self, before: &Before) -> Result<(), String> {
        let after = self.world.radarr.films();
        for old in &before.radarr {
            let is_kept = |new: &radarr::Film| {
                let has_labels = old.tags.iter().all(|tag| new.tags.contains(tag));
                has_labels && radarr::Film { tags: old.tags.clone(), ..new.clone() } == *old
            };
            if !after.iter().any(is_kept) {
                return Err(format!("{old:?} is not in Radarr any more, or changed"));
            }
        }
        Ok(())
    }

    /// An entry that an accepted crawl lacked is a new wish when it comes back; `--add-again` makes all of them new.
    fn reopen_wishes(&mut self, ran: &Ran, before: &Before) {
        for who in 0..self.people.len() {
            for film in 0..FILMS {
                if !(before.people[who].must_list(film) && self.people[who].must_list(film)) {
                    let is_gone = !(before.people[who].may_list(film) && self.people[who].may_list(film));
                    self.answered.drop(&(who, film), is_gone);
                }
                if ran.run.add_again && !ran.run.cleanup && ran.chosen.contains(&who) {
                    self.answered.drop(&(who, film), !ran.is_chaos());
                }
            }
        }
    }

    /// Was everything sent for a wish that is open, and nothing twice?
    fn check_sent(&mut self, ran: &Ran, before: &Before, is_disturbed: bool) -> Result<Films, String> {
        let mut sent: BTreeMap<Film, usize> = BTreeMap::new();
        for id in self.world.radarr.posted() {
            let Some(film) = (0..FILMS).find(|film| self.ids(*film).contains(&id)) else {
                return Err(format!("{id} was sent to Radarr"));
            };
            // A folder that is taken makes it necessary to ask again with another.
            let most = if TWINS.contains(&film) || film == MERGED { 2 } else { 1 };
            let times = sent.entry(film).or_default();
            *times += 1;
            if *times > most && !is_disturbed {
                return Err(format!("film-{film} was sent to Radarr {times} times"));
            }
            if ran.run.cleanup {
                return Err(format!("cleanup sent film-{film} to Radarr"));
            }
            if self.excluded.contains(&film) && before.excluded.contains(&film) {
                return Err(format!("the excluded film-{film} was sent to Radarr"));
            }
            let wishes = |who: &&Who| {
                self.people[**who].may_list(film) && !self.answered.surely.contains(&(**who, film))
            };
            if !ran.chosen.iter().any(|who| wishes(&who)) {
                return Err(format!("film-{film} was sent to Radarr, but nobody's wish is open"));
            }
            let is_missing =
                |oracle: &Self| !(0..3).any(|who| oracle.people[who].in_config && oracle.has(who, film).1);
            let is_there = !self.is_at_some_time(before, is_missing);
            if self.skip_if_in_library && is_there && !self.is_blurred(film) {
                return Err(format!("film-{film} was sent to Radarr, but it is in the library"));
            }
        }
        Ok(sent.into_keys().collect())
    }

    fn was_read(&self) -> bool {
        let is_list = |request: &Request| request.method == "GET" && request.path == "/api/v3/movie";
        let requests = self.world.radarr.server.requests();
        requests.iter().any(|request| is_list(request) && request.param("tmdbId").is_none())
    }

    /// A new or restored Radarr gets new wishes only.
    pub fn is_restored(&self, before: &Before) -> bool {
        let answered: Films = self.answered.perhaps.iter().map(|(_, film)| *film).collect();
        let lost = answered.difference(&before.in_radarr).count();
        let surely = self.answered.surely.iter().map(|(_, film)| film).collect::<BTreeSet<_>>().len();
        lost > 5 && lost * 2 > surely
    }

    /// With `skip_if_in_library`: does doubt about a library keep everything from Radarr?
    fn is_unfed(&self, ran: &Ran) -> bool {
        let is_disturbed = ran.place().is_some_and(|(place, _)| place.is_jellyfin());
        let is_lacking = (0..3).any(|who| self.people[who].in_config && self.saw_and_lacks(who).0);
        self.skip_if_in_library && (is_disturbed || is_lacking)
    }

    /// Is everything there that somebody wishes and that is due?
    fn check_missing(&self, ran: &Ran, who: Who, after: &Films, was_read: bool) -> Result<(), String> {
        for film in (0..FILMS).filter(|film| self.is_movie(*film) && self.resolved.contains(film)) {
            let is_skipped = self.skip_if_in_library && self.copies.iter().any(|copy| copy.film == film);
            let is_open = self.people[who].must_list(film) && !self.answered.perhaps.contains(&(who, film));
            if !is_open || is_skipped || !self.is_to_be_had(film) || after.contains(&film) {
                continue;
            }
            let waiting = self.waiting.get(&film).copied().unwrap_or_default();
            let is_due = (waiting.failures <= 3 || self.now - waiting.failed_at >= DAILY)
                && waiting.settled.is_none_or(|at| was_read || self.now - at >= DAILY);
            if is_due || ran.run.full {
                return Err(format!("film-{film} of {} is not in Radarr", NAMES[who]));
            }
        }
        Ok(())
    }

    /// Would Radarr take it?
    fn is_to_be_had(&self, film: Film) -> bool {
        !self.excluded.contains(&film) && (film != UNKNOWN || self.is_known)
    }

    fn note_answers(&mut self, ran: &Ran, after: &Films, is_clean: bool, is_disturbed: bool) {
        for who in (0..self.people.len()).filter(|_| is_clean || is_disturbed) {
            for film in after.iter().filter(|film| self.people[who].may_list(**film)) {
                let waiting = self.waiting.get(film).copied().unwrap_or_default();
                // That Radarr has it under another id comes out when it is sent, which may be in a later run.
                let is_recognised = *film != MERGED
                    || !self.is_merged
                    || self.max_adds.is_none()
                    || self.aliases.surely.contains(film);
                let is_sure = is_clean
                    && is_recognised
                    && ran.chosen.contains(&who)
                    && self.people[who].must_list(*film)
                    && self.resolved.contains(film)
                    && !self.excluded.contains(film)
                    // Under another id it is found by asking for it, and that may have to wait.
                    && (*film != MERGED || !self.is_merged || self.aliases.surely.contains(film))
                    && waiting.failures <= 3
                    && waiting.settled.is_none()
                    && !(self.skip_if_in_library && self.is_unfed(ran));
                self.answered.add(&(who, *film), is_sure);
            }
        }
    }

    fn note_waiting(&mut self, ran: &Ran, after: &Films, was_read: bool, is_disturbed: bool) {
        let refused = match ran.place() {
            Some((Place::RadarrRefuses(film), _)) => Some(film),
            _ => None,
        };
        for film in 0..FILMS {
            let is_settled = !self.is_to_be_had(film) || refused == Some(film);
            let waiting = self.waiting.entry(film).or_default();
            if is_disturbed {
                waiting.failures += 1;
                waiting.failed_at = self.now;
            } else if after.contains(&film) && was_read {
                waiting.settled = None;
                waiting.failures = 0;
            }
            if is_settled && !ran.run.cleanup {
                waiting.settled = Some(self.now);
            }
        }
    }
}
