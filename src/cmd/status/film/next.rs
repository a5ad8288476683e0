//! What comes next for somebody's film, and when.

use super::{PersonShelf, View, and};
use crate::config::{Radarr, User};
use crate::domain::clock::Timestamp;
use crate::domain::ids::TmdbId;
use crate::domain::presence::Presence;
use crate::domain::request::RequestProblem;
use crate::domain::shelf::WatchedBy;
use crate::domain::span::{left, show_time};
use crate::store::{AnswerStatus, EntryStatus, FilmStatus};

impl View<'_> {
    /// What comes next, and when.
    pub(super) fn next(&self, film: &FilmStatus, entry: &EntryStatus) -> String {
        if self.user(entry).is_none() {
            return "nothing: the config does not name this person".to_owned();
        }
        if !entry.is_listed {
            return "nothing: no longer on this watchlist".to_owned();
        }
        let name = &film.film.address;
        match film.kind.as_deref() {
            None => {
                let when = match self.blocked_until {
                    Some(until) if self.has_spans => {
                        format!("the first run after the cool-down, in {},", left(self.now, until))
                    }
                    Some(until) => format!("the first run after {}", show_time(until)),
                    None => "the next run".to_owned(),
                };
                let last = film.problem.as_ref().map(|why| format!("; the last time: {why}"));
                format!("{when} reads its film page{}", last.unwrap_or_default())
            }
            Some("movie") => {
                let sent = self.answers(entry);
                let sent =
                    sent.iter().filter_map(|(radarr, answer)| self.next_in_radarr(radarr, entry, answer));
                let mut steps: Vec<_> = sent.collect();
                if self.config.jellyfin.is_some() {
                    let shelves = self.shelves_of(entry).iter();
                    steps.extend(shelves.filter_map(|shelf| self.next_in_jellyfin(shelf, film, entry)));
                }
                // Of both they may be the same.
                steps.dedup();
                if steps.is_empty() { "nothing; all is done".to_owned() } else { steps.join("; ") }
            }
            Some("none") => format!(
                "{}; its page is read again {}, or say which film it is: `\"{name}\" = ID` under `[films]` in the config",
                film.problem.as_deref().unwrap_or("it has no TMDB id"),
                self.from(film.next_look_at),
            ),
            Some("tv") => format!(
                "nothing: it is a TV show on TMDB, and Radarr takes films only; its page is read again {}, \
                 or say which film it is: `\"{name}\" = ID` under `[films]` in the config",
                self.from(film.next_look_at),
            ),
            Some(_) => format!("nothing: {}", film.problem.as_deref().unwrap_or("it is not a film")),
        }
    }

    fn next_in_radarr(&self, radarr: &Radarr, entry: &EntryStatus, answer: &AnswerStatus) -> Option<String> {
        let is_in_library = matches!(entry.place, Some(Presence::Collection | Presence::Watched))
            || answer.problem == Some(RequestProblem::InLibrary);
        if answer.answered_at.is_some() || (radarr.adding.skip_if_in_library && is_in_library) {
            return None;
        }
        let (again, title) = (self.from(answer.next_try_at), radarr.name.title());
        Some(match answer.problem {
            None if radarr.adding.max_adds_per_run.is_some() => {
                format!("one of the next runs sends it to {title} (`radarr.max_adds_per_run` at a time)")
            }
            None | Some(RequestProblem::InLibrary) => format!("the next run sends it to {title}"),
            Some(RequestProblem::Excluded) => match radarr.name.of_several() {
                None => format!("Radarr's exclusion list is looked at again {again}"),
                Some(_) => format!("the exclusion list of {title} is looked at again {again}"),
            },
            Some(RequestProblem::Untagged) => match radarr.name.of_several() {
                None => format!("it is tagged {again}"),
                Some(_) => format!("it is tagged in {title} {again}"),
            },
            Some(_) => format!("it is sent to {title} again {again}"),
        })
    }

    /// When does it leave the collection or playlist that it is in? `None`: when it leaves the watchlist.
    fn leaves(&self, at: &PersonShelf<'_>, film: &FilmStatus, entry: &EntryStatus) -> Option<String> {
        let kind = at.kind;
        if film.tmdb_id.and_then(TmdbId::new).is_some_and(|id| at.stays.contains(&id)) {
            let text =
                format!("it stays in the {kind}, since it had been watched when lbjf first saw it there");
            return Some(text);
        }
        let next_run = || format!("the next run takes it out of the {kind}");
        let (sharers, mapped) = (self.sharers(at, film, entry), self.mapped(at));
        let viewers: Vec<&User> = mapped.iter().filter(|user| user.remove_watched).copied().collect();
        if mapped.iter().any(|user| user.watched_by == WatchedBy::Anyone) && !viewers.is_empty() {
            let has_watched = |(user, entry): &(&User, &EntryStatus)| user.remove_watched && entry.is_watched;
            if sharers.iter().any(has_watched) {
                return Some(next_run());
            }
            let names = viewers.iter().map(|user| user.name.as_str()).collect::<Vec<_>>().join(" or ");
            return Some(format!("it leaves the {kind} once {names} has watched it"));
        }
        let lists = |user: &User, entry: &EntryStatus| entry.is_listed || !user.remove_unlisted;
        let listing = sharers.iter().filter(|(user, entry)| lists(user, entry));
        let holders: Vec<&User> = listing
            .filter(|(user, entry)| !user.remove_watched || !entry.is_watched)
            .map(|(user, _)| *user)
            .collect();
        if holders.iter().any(|user| !user.remove_watched) {
            return None;
        }
        let names: Vec<&str> = holders.iter().map(|user| user.name.as_str()).collect();
        Some(match and(&names) {
            Some(names) => {
                let have = if holders.len() == 1 { "has" } else { "have" };
                let too = if entry.is_watched { ", too" } else { "" };
                format!("it leaves the {kind} once {names} {have} watched it{too}")
            }
            None => next_run(),
        })
    }

    fn next_in_jellyfin(
        &self,
        at: &PersonShelf<'_>,
        film: &FilmStatus,
        entry: &EntryStatus,
    ) -> Option<String> {
        let kind = at.kind;
        match self.presence(at, film, entry) {
            Some(Presence::Collection) => self.leaves(at, film, entry),
            Some(Presence::Watched) => None,
            Some(Presence::Waiting) => Some(format!(
                "the first run that sees it in Jellyfin's library, under this TMDB id, puts it into the {kind}"
            )),
            Some(Presence::Ineffective) => Some(format!("it is put into the {kind} again within a day")),
            None => Some("the next run looks for it in Jellyfin's library".to_owned()),
        }
    }

    fn from(&self, time: Timestamp) -> String {
        match time {
            time if time <= self.now => "in the next run".to_owned(),
            time if self.has_spans => format!("in {}", left(self.now, time)),
            time => format!("after {}", show_time(time)),
        }
    }
}
