//! The two forms in which Jellyfin writes a time.

use std::time::{SystemTime, UNIX_EPOCH};

const MONTHS: [(&str, u64); 12] = [
    ("Jan", 31),
    ("Feb", 28),
    ("Mar", 31),
    ("Apr", 30),
    ("May", 31),
    ("Jun", 30),
    ("Jul", 31),
    ("Aug", 31),
    ("Sep", 30),
    ("Oct", 31),
    ("Nov", 30),
    ("Dec", 31),
];

/// As in JSON: `2026-11-23T01:48:03.8555415Z`.
pub(crate) fn iso(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    let (year, month, day) = date(since.as_secs() / 86_400);
    let clock = clock(since.as_secs());
    format!("{year}-{:02}-{day:02}T{clock}.{:07}Z", month + 1, since.subsec_nanos() / 100)
}

/// As in the `Date` header: `Mon, 23 Nov 2026 01:48:03 GMT`.
pub(crate) fn http_date(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).expect("the clock is past 1970").as_secs();
    let days = seconds / 86_400;
    let (year, month, day) = date(days);
    // 1970 began on a Thursday.
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        .iter()
        .cycle()
        .nth(usize::try_from(days % 7).expect("less than 7"))
        .expect("a cycle has no end");
    format!("{weekday}, {day:02} {} {year} {} GMT", MONTHS[month].0, clock(seconds))
}

fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// Year, month from 0 and day from 1 of a day since 1970-01-01.
fn date(mut days: u64) -> (u64, usize, u64) {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    for (month, (name, length)) in MONTHS.iter().enumerate() {
        let length = length + u64::from(*name == "Feb" && leap(year));
        if days < length {
            return (year, month, days + 1);
        }
        days -= length;
    }
    unreachable!("the months of a year hold all its days")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_read_as_jellyfin_writes_them() {
        let time = UNIX_EPOCH + Duration::new(1_709_210_096, 123_456_700);
        assert_eq!(iso(time), "2024-02-29T12:34:56.1234567Z");
        assert_eq!(http_date(time), "Thu, 29 Feb 2024 12:34:56 GMT");
        let time = UNIX_EPOCH + Duration::from_secs(1_767_225_599);
        assert_eq!(iso(time), "2025-12-31T23:59:59.0000000Z");
        assert_eq!(http_date(time), "Wed, 31 Dec 2025 23:59:59 GMT");
    }
}
