//! When all of the library is read, and whether what it shows is believed.

use crate::domain::clock::{DAILY, Timestamp};
use crate::domain::library::LibraryState;

/// Seconds by which two questions for what changed overlap. A film may become visible a little after it was saved, and
/// the `Date` of an answer may be that of a proxy, whose clock need not be right (docs/jellyfin.md#the-clock).
pub const OVERLAP: Timestamp = 600;

/// The watermark moves no sooner while nothing changes, or every idle run would write.
const WATERMARK_AGE: Timestamp = 3600;

/// As many changed films are taken over one by one, whatever part of the library they are.
const FEW: usize = 100;

/// Fewer films are missed without a word (docs/design.md#doubt-about-a-library).
const MOST: u32 = 5;

/// Is what a library shows believed?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belief {
    /// Yes.
    Sure,
    /// It shows far fewer films than it did.
    Fewer,
    /// It shows none where it showed some.
    Lost,
}

/// Is all of the library to be read? `asked_at` is the server's time; `now` is this machine's, where its age matters.
pub fn is_whole_due(state: &LibraryState, asked_at: Option<Timestamp>, now: Option<Timestamp>) -> bool {
    // A clock that was set back hides what was saved since.
    let is_behind = !matches!((state.watermark, asked_at), (Some(seen), Some(asked)) if seen <= asked);
    let is_fresh = |whole_at| now.is_none_or(|now| (0..DAILY).contains(&(now - whole_at)));
    is_behind || state.version.is_none() || !state.whole_at.is_some_and(is_fresh)
}

/// Did so much change that reading all of it is simpler?
pub fn is_whole_simpler(changed: usize, known: u32) -> bool {
    changed > FEW && changed.saturating_mul(10) > known as usize * 9
}

/// Is it time to move the watermark although nothing changed?
pub fn is_watermark_old(watermark: Timestamp, asked_at: Option<Timestamp>) -> bool {
    asked_at.is_some_and(|asked_at| asked_at - watermark > WATERMARK_AGE)
}

/// Is it believed, and what is to be remembered? Far fewer films are believed a day later, none at all never.
pub fn believe(state: &LibraryState, shown: u32, now: Timestamp) -> (Belief, LibraryState) {
    let seen = state.films_seen;
    let is_lost = shown == 0 && seen > 0;
    let is_far_fewer = shown < seen.div_ceil(2) && seen - shown > MOST;
    let since = state.doubtful_since.unwrap_or(now);
    if is_lost || (is_far_fewer && now - since < DAILY) {
        let belief = if is_lost { Belief::Lost } else { Belief::Fewer };
        return (belief, LibraryState { doubtful_since: Some(since), ..state.clone() });
    }
    (Belief::Sure, LibraryState { films_seen: shown, doubtful_since: None, ..state.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::DAY;

    const NOW: Timestamp = 1_700_000_000;

    fn state() -> LibraryState {
        LibraryState {
            version: Some("12.0.0".to_owned()),
            watermark: Some(500),
            whole_at: Some(NOW - 100),
            films_seen: 100,
            doubtful_since: None,
        }
    }

    #[test]
    fn all_is_read_at_first_once_a_day_and_when_a_clock_went_back() {
        let cases = [
            ("read of late", state(), Some(500), false),
            ("never read", LibraryState::default(), Some(500), true),
            ("a scan was under way", LibraryState { watermark: None, ..state() }, Some(500), true),
            ("the server's clock went back", state(), Some(499), true),
            ("the server tells no time", state(), None, true),
            ("a day ago", LibraryState { whole_at: Some(NOW - DAILY), ..state() }, Some(900), true),
            ("a little less", LibraryState { whole_at: Some(NOW - DAILY + 1), ..state() }, Some(900), false),
            (
                "by a clock that was ahead",
                LibraryState { whole_at: Some(NOW + 1), ..state() },
                Some(900),
                true,
            ),
            ("of an unknown version", LibraryState { version: None, ..state() }, Some(900), true),
        ];
        for (what, state, asked_at, expected) in cases {
            assert_eq!(is_whole_due(&state, asked_at, Some(NOW)), expected, "{what}");
        }
        let old = LibraryState { whole_at: Some(NOW - 9 * DAY), ..state() };
        assert!(!is_whole_due(&old, Some(900), None), "where age does not matter");
        assert!(is_whole_due(&LibraryState { whole_at: None, ..state() }, Some(900), None));
    }

    #[test]
    fn nearly_everything_is_read_as_a_whole() {
        for (changed, known, expected) in
            [(0, 0, false), (100, 100, false), (101, 101, true), (900, 1000, false), (901, 1000, true)]
        {
            assert_eq!(is_whole_simpler(changed, known), expected, "{changed} of {known}");
        }
    }

    #[test]
    fn the_watermark_moves_once_an_hour() {
        for (asked_at, expected) in
            [(None, false), (Some(500), false), (Some(4100), false), (Some(4101), true)]
        {
            assert_eq!(is_watermark_old(500, asked_at), expected, "{asked_at:?}");
        }
    }

    #[test]
    fn far_fewer_films_are_believed_a_day_later_and_none_never() {
        let cases = [
            (100, 100, None, Belief::Sure),
            (100, 50, None, Belief::Sure),
            (100, 49, None, Belief::Fewer),
            (100, 49, Some(NOW - DAILY + 1), Belief::Fewer),
            (100, 49, Some(NOW - DAILY), Belief::Sure),
            (100, 0, Some(NOW - 99 * DAY), Belief::Lost),
            (1, 0, None, Belief::Lost),
            (6, 1, None, Belief::Sure),
            (7, 1, None, Belief::Fewer),
            (0, 0, None, Belief::Sure),
            (0, 9, None, Belief::Sure),
        ];
        for (films_seen, shown, doubtful_since, expected) in cases {
            let before = LibraryState { films_seen, doubtful_since, ..state() };
            let (belief, after) = believe(&before, shown, NOW);
            assert_eq!(belief, expected, "{shown} of {films_seen} since {doubtful_since:?}");
            let (seen, since) = match belief {
                Belief::Sure => (shown, None),
                _ => (films_seen, doubtful_since.or(Some(NOW))),
            };
            assert_eq!((after.films_seen, after.doubtful_since), (seen, since));
        }
    }
}
