//! What a new reading of a list means, where its readings stand. Pure: no I/O, no clock.
//!
//! A reading is *accepted* when it may take entries off the known list. This is the one place where doubt about a list
//! is handled; everything after it is arithmetic on known lists.

use crate::domain::clock::Timestamp;
use crate::domain::list::{Cursor, Incomplete, Mismatch};

const HOUR: Timestamp = 3600;

/// What this run was told, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Now.
    pub now: Timestamp,
    /// `--full`
    pub full: bool,
    /// `--allow-shrink`
    pub allow_shrink: bool,
    /// The age at which a whole reading is due, in seconds; `None`: never by itself.
    pub full_scan_secs: Option<Timestamp>,
}

/// Must all pages be read, or were the newest enough?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// What was read tells all: nothing was removed, and whatever was in doubt is in doubt no more.
    Head,
    /// The newest pages are enough for now: only time can settle the doubt.
    Wait,
    /// All pages.
    All,
}

/// What a whole reading means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The known list becomes what it shows.
    Accepted {
        /// Counted but not shown.
        shortfall: u32,
    },
    /// The totals disagree: nothing is taken off.
    Mismatch(Mismatch),
    /// Too much is gone at once: nothing is taken off yet.
    Pending {
        /// Since when.
        since: Timestamp,
    },
}

/// A reading in which every page was read.
#[derive(Clone, Copy, Debug)]
pub struct Whole {
    /// The total of the pages, when all of them declared the same one.
    pub declared: Option<u32>,
    /// The total of page 1.
    pub declared_first: u32,
    /// Different entries on the pages.
    pub unique: u32,
    /// Entries on the known list before.
    pub known: u32,
    /// Entries of the known list that it lacks.
    pub gone: u32,
    /// Entries that the pending reading lacked.
    pub missing: u32,
    /// Those of them that this one lacks, too.
    pub still_missing: u32,
}

/// How long ago; a clock that was set back makes nothing old.
fn age(now: Timestamp, then: Timestamp) -> Timestamp {
    (now - then).max(0)
}

/// Is it too early to ask for all pages again? One that cannot be read is tried once more in the next run, then once an
/// hour: a dozen requests in every run would not mend it.
pub fn waits_for_a_page(cursor: &Cursor, terms: Terms) -> bool {
    let is_early = |incomplete: Incomplete| {
        let since = incomplete.last_at;
        // A date in the future, from a clock that was wrong, holds nothing up.
        incomplete.count >= 2 && (since..since.saturating_add(HOUR)).contains(&terms.now)
    };
    !terms.full && !terms.allow_shrink && cursor.incomplete.is_some_and(is_early)
}

/// Must all pages be read, whatever the newest ones show? By its age, too: a date in the future, from a clock that
/// was wrong, counts as old.
pub fn is_whole_due(cursor: &Cursor, terms: Terms) -> bool {
    let is_old = match (cursor.whole_at, terms.full_scan_secs) {
        // A timer may be a little early: of a day 23 hours are enough.
        (Some(then), Some(limit)) => (terms.now - then) * 24 >= limit * 23 || then > terms.now + HOUR,
        _ => false,
    };
    terms.full || (!waits_for_a_page(cursor, terms) && (cursor.whole_at.is_none() || is_old))
}

/// Was what was read enough? `is_all_known`: does it say that, with what is known, nothing is missing? `declared` is
/// the total, as far as the list tells.
pub fn need(cursor: &Cursor, terms: Terms, declared: Option<u32>, is_all_known: bool) -> Need {
    if is_whole_due(cursor, terms) {
        return Need::All;
    }
    // Also where the sum is right: it may be so by chance, and would hide what stands on the page.
    if waits_for_a_page(cursor, terms) {
        return Need::Wait;
    }
    if is_all_known {
        // Before the first accepted reading nothing is taken out of a collection: no time to lose. One of a list
        // without a total is never accepted.
        return if cursor.accepted_at.is_some() || declared.is_none() { Need::Head } else { Need::All };
    }
    // Pages are cached for minutes on the other side: once more next time, then when something moved, or when a
    // shortfall is old enough to be accepted.
    let total_waits = cursor.mismatch.is_some_and(|mismatch| {
        let may_settle = mismatch.shortfall.is_some_and(|shortfall| !is_most(shortfall, mismatch.declared))
            && age(terms.now, mismatch.first_at) >= HOUR;
        mismatch.count >= 2 && Some(mismatch.declared) == declared && !may_settle
    });
    let shrink_waits = cursor.pending_at.is_some_and(|since| age(terms.now, since) < HOUR);
    if (total_waits || shrink_waits) && !terms.allow_shrink { Need::Wait } else { Need::All }
}

/// Do the newest pages of a watchlist tell all? `known` entries were on it before, `new` ones stand in front of them.
pub fn is_sum_right(cursor: &Cursor, known: u32, new: u32, declared: u32) -> bool {
    [known, new, cursor.shortfall].map(u64::from).iter().sum::<u64>() == u64::from(declared)
}

/// What does a whole reading mean for the known list?
pub fn judge(cursor: &Cursor, terms: Terms, whole: Whole) -> Verdict {
    let shortfall = whole.declared.and_then(|declared| declared.checked_sub(whole.unique));
    let known_shortfall = cursor.accepted_at.map(|_| cursor.shortfall);
    let shortfall = match shortfall {
        Some(shortfall) if shortfall == 0 || Some(shortfall) == known_shortfall => shortfall,
        other => match (other, cursor.mismatch) {
            (Some(shortfall), Some(before))
                if before.shortfall == other
                    && age(terms.now, before.first_at) >= HOUR
                    && !is_most(shortfall, whole.declared_first) =>
            {
                shortfall
            }
            _ => {
                return Verdict::Mismatch(next_mismatch(
                    cursor.mismatch,
                    terms.now,
                    other,
                    whole.declared_first,
                ));
            }
        },
    };
    let collapsed = is_most(whole.gone, whole.known) || (whole.unique == 0 && whole.known > 0);
    if !collapsed || terms.allow_shrink {
        return Verdict::Accepted { shortfall };
    }
    // Does it lack what the waiting one lacked? 90 % is enough: people go on using their list.
    let lacks_again =
        whole.missing > 0 && u64::from(whole.still_missing) * 10 >= u64::from(whole.missing) * 9;
    match cursor.pending_at {
        Some(since) if lacks_again && age(terms.now, since) >= HOUR => Verdict::Accepted { shortfall },
        Some(since) if lacks_again => Verdict::Pending { since },
        _ => Verdict::Pending { since: terms.now },
    }
}

/// More than half, and more than a handful: no film or two that are counted and not shown, and no tidying up.
fn is_most(part: u32, whole: u32) -> bool {
    part > 5 && part > whole / 2
}

fn next_mismatch(
    before: Option<Mismatch>,
    now: Timestamp,
    shortfall: Option<u32>,
    declared: u32,
) -> Mismatch {
    let same_total = before.filter(|before| before.declared == declared);
    let same_shortfall = before.filter(|before| shortfall.is_some() && before.shortfall == shortfall);
    Mismatch {
        first_at: same_shortfall.map_or(now, |before| before.first_at),
        count: same_total.map_or(1, |before| before.count.saturating_add(1)),
        declared,
        shortfall,
    }
}

#[cfg(test)]
mod tests;
