//! What is told to whom: pure functions from what a run brought and what is remembered.
//!
//! A trouble is known by its kind and by whom it is about. It begins when it is seen, lasts as long as nobody says that
//! it is over, and ends then; a run that does not look says neither. A receiver hears when it begins, once a day while
//! it is seen, and when it is over, the last only if it was told of it. The reasons are in
//! docs/design.md#what-receivers-are-told.

use super::news::{News, Over, REFUSED, Seen};
use crate::domain::clock::{DAILY, DAY, Timestamp};
use crate::domain::message::{Ongoing, Told, TroubleKey};
use crate::domain::receiver::Occasions;

/// What passes by itself as a rule is told in the third run that sees it, or after a day.
const PATIENCE_RUNS: u32 = 3;

/// A trouble that was not seen for so long, nor said to be over, is a new one when it comes again.
const FORGOTTEN: Timestamp = 7 * DAY;

/// The end of a trouble is told for so long, to receivers that could not be reached.
const OLD_NEWS: Timestamp = DAY;

/// What is remembered after a run: the troubles that last, and those whose end somebody is still to hear of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Remembered {
    pub(super) ongoing: Vec<Ongoing>,
    pub(super) told: Vec<Told>,
}

/// What becomes of the troubles that were remembered. `receivers` are those that there are.
pub(super) fn advance(
    before: Remembered,
    seen: &[Seen],
    overs: &[Over],
    receivers: &[&str],
    now: Timestamp,
) -> Remembered {
    let Remembered { ongoing: before, mut told } = before;
    told.retain(|told| receivers.contains(&told.receiver.as_str()));
    let mut ongoing = Vec::new();
    for old in before {
        // Dates in the future come from a clock that was wrong.
        let age = |time: Timestamp| (now - time).max(0);
        if let Some(seen) = seen.iter().find(|seen| seen.key == old.key) {
            if seen.word == old.word && age(old.seen_at) < FORGOTTEN {
                ongoing.push(lasting(&old, seen, now));
            } else {
                told.retain(|told| told.key != old.key);
                ongoing.push(begun(seen, now));
            }
            continue;
        }
        let is_over = old.ended_at.is_some() || overs.iter().any(|over| over.covers(&old.key));
        let ended_at = if is_over { Some(old.ended_at.unwrap_or(now)) } else { None };
        let is_awaited = told.iter().any(|told| told.key == old.key);
        let is_kept = match ended_at {
            Some(ended_at) => is_awaited && age(ended_at) < OLD_NEWS,
            None => age(old.seen_at) < FORGOTTEN,
        };
        if is_kept {
            ongoing.push(Ongoing { ended_at, ..old });
        } else {
            told.retain(|told| told.key != old.key);
        }
    }
    let is_new = |seen: &&Seen| !ongoing.iter().any(|known| known.key == seen.key);
    let new: Vec<_> = seen.iter().filter(is_new).map(|seen| begun(seen, now)).collect();
    ongoing.extend(new);
    Remembered { ongoing, told }
}

fn begun(seen: &Seen, now: Timestamp) -> Ongoing {
    Ongoing {
        key: seen.key.clone(),
        word: seen.word.clone(),
        about: seen.about.clone(),
        text: seen.texts[0].0.clone(),
        began_at: now,
        seen_at: now,
        runs: 1,
        ended_at: None,
    }
}

fn lasting(old: &Ongoing, seen: &Seen, now: Timestamp) -> Ongoing {
    let began_at = old.began_at.min(now);
    Ongoing { began_at, runs: old.runs.saturating_add(1), ..begun(seen, now) }
}

/// Has this trouble lasted long enough for somebody to hear of it?
fn has_lasted(trouble: &Ongoing, is_patient: bool, now: Timestamp) -> bool {
    !is_patient || trouble.runs >= PATIENCE_RUNS || now - trouble.began_at >= DAILY
}

/// Has Letterboxd refused us for so long that somebody should hear of it?
pub(super) fn is_refusal_due(remembered: &Remembered, seen: &[Seen], now: Timestamp) -> bool {
    let is_seen = seen.iter().any(|seen| seen.key.kind == REFUSED);
    let refusal = remembered.ongoing.iter().find(|known| known.key.kind == REFUSED);
    is_seen && refusal.is_some_and(|known| has_lasted(known, true, now))
}

/// What one receiver is told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// Troubles that begin or last.
    pub(super) troubles: Vec<TroubleKey>,
    /// Troubles that are over.
    pub(super) overs: Vec<TroubleKey>,
    /// Of films, too?
    pub(super) films: bool,
    /// Of the run, whatever came of it?
    pub(super) run: bool,
}

impl Due {
    /// Is there anything to tell?
    pub(super) fn is_any(&self) -> bool {
        self.films || self.run || !self.troubles.is_empty() || !self.overs.is_empty()
    }
}

/// What there is to tell this receiver.
pub(super) fn due(
    receiver: &str,
    on: Occasions,
    news: &News,
    remembered: &Remembered,
    now: Timestamp,
) -> Due {
    let told_at = |key: &TroubleKey| {
        let is_it = |told: &&Told| told.receiver == receiver && told.key == *key;
        remembered.told.iter().find(is_it).map(|told| told.told_at)
    };
    let is_due = |known: &&Ongoing| {
        let Some(seen) = news.troubles.iter().find(|seen| seen.key == known.key) else { return false };
        let is_time = told_at(&known.key).is_none_or(|told_at| now - told_at >= DAILY || told_at > now);
        is_time && has_lasted(known, seen.is_patient, now)
    };
    let keys = |wanted: bool, is_due: &dyn Fn(&&Ongoing) -> bool| {
        let due = remembered.ongoing.iter().filter(|known| wanted && is_due(known));
        due.map(|known| known.key.clone()).collect()
    };
    Due {
        troubles: keys(on.failed || on.always, &is_due),
        overs: keys(on.recovered || on.always, &|known| {
            known.ended_at.is_some() && told_at(&known.key).is_some()
        }),
        films: (on.changed || on.always) && !(news.films.is_empty() && news.first.is_empty()),
        run: on.always,
    }
}

#[cfg(test)]
mod tests;
