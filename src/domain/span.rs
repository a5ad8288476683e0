//! Times as people say them: how long ago, and in how long. Pure; JSON and files have the times themselves.

use super::clock::Timestamp;

const MINUTE: Timestamp = 60;
const HOUR: Timestamp = 60 * MINUTE;
const DAY: Timestamp = 24 * HOUR;

/// `3 min ago`
pub fn ago(now: Timestamp, then: Timestamp) -> String {
    match now.saturating_sub(then) {
        ..=-1 => "in the future".to_owned(),
        secs @ 0..MINUTE => format!("{secs} s ago"),
        secs @ MINUTE..HOUR => format!("{} min ago", secs / MINUTE),
        secs if secs < 2 * DAY => format!("{} h ago", secs / HOUR),
        secs => format!("{} days ago", secs / DAY),
    }
}

/// `3 min`: how long something lasted, in the units of [`ago`].
pub fn lasted(secs: Timestamp) -> String {
    ago(secs.max(0), 0).trim_end_matches(" ago").to_owned()
}

/// `58 min`: how long it is until then. Rounded up, so that it is over when one has waited so long.
pub fn left(now: Timestamp, then: Timestamp) -> String {
    let up = |secs: Timestamp, unit: Timestamp| (secs + unit - 1) / unit;
    match then.saturating_sub(now).max(0) {
        secs if secs <= MINUTE => format!("{secs} s"),
        secs if secs <= 90 * MINUTE => format!("{} min", up(secs, MINUTE)),
        secs if secs <= 2 * DAY => format!("{} h", up(secs, HOUR)),
        secs => format!("{} days", up(secs.min(Timestamp::MAX - DAY), DAY)),
    }
}

/// `2026-11-23T06:18:00Z`
pub fn show_time(time: Timestamp) -> String {
    jiff::Timestamp::from_second(time).map_or_else(|_| "?".to_owned(), |time| time.to_string())
}

/// `2026-11-23`, in UTC
pub fn day(time: Timestamp) -> String {
    let time = show_time(time);
    time.split('T').next().unwrap_or(&time).to_owned()
}

/// `2026-11-23`, in UTC, and how long ago that was.
pub fn show_day(now: Timestamp, time: Timestamp) -> String {
    format!("{}, {}", day(time), ago(now, time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_the_largest_unit_that_fits() {
        for (secs, expected) in [
            (0, "0 s ago"),
            (59, "59 s ago"),
            (60, "1 min ago"),
            (3600, "1 h ago"),
            (47 * 3600, "47 h ago"),
            (48 * 3600, "2 days ago"),
            (-5, "in the future"),
        ] {
            assert_eq!(ago(1_000_000, 1_000_000 - secs), expected);
        }
        assert_eq!(ago(Timestamp::MAX, Timestamp::MIN), "106751991167300 days ago");
    }

    #[test]
    fn what_is_left_is_rounded_up() {
        for (secs, expected) in [
            (-5, "0 s"),
            (60, "60 s"),
            (61, "2 min"),
            (3467, "58 min"),
            (3600, "60 min"),
            (5401, "2 h"),
            (23 * 3600, "23 h"),
            (48 * 3600 + 1, "3 days"),
            (30 * 86_400, "30 days"),
        ] {
            assert_eq!(left(1_000_000, 1_000_000 + secs), expected);
        }
        assert_eq!(left(Timestamp::MIN, Timestamp::MAX), "106751991167300 days");
    }
}
