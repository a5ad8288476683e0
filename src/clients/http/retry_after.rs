//! `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. Whatever it says, no more than a day is believed.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The longest pause that anybody is believed to mean.
const LONGEST: Duration = Duration::from_hours(24);

/// The pause that a header asks for; `None` where it says nothing that makes sense. A date counts from `date`, the
/// other side's own clock, where that is told, else from `now`.
pub(super) fn parse(text: &str, date: Option<&str>, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Also `005`, and numbers that no integer holds.
        let seconds = text.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let until = http_date(text)?;
    let now = date.and_then(http_date).unwrap_or_else(|| TimeZone::UTC.to_datetime(now));
    // A date that is over asks for no pause.
    let pause = Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO);
    Some(pause.min(LONGEST))
}

/// A date as HTTP writes it, always in GMT, in any of the three forms that RFC 9110 (5.6.7) wants to be understood.
fn http_date(text: &str) -> Option<DateTime> {
    const FORMS: [&str; 3] =
        ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    let text = text.trim();
    let date = FORMS.iter().find_map(|form| DateTime::strptime(form, text).ok());
    // Mail's form, which some write.
    date.or_else(|| Some(TimeZone::UTC.to_datetime(jiff::fmt::rfc2822::parse(text).ok()?.timestamp())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn now() -> Timestamp {
        TimeZone::UTC.to_timestamp(http_date(NOW).unwrap()).unwrap()
    }

    fn seconds(text: &str) -> Option<u64> {
        parse(text, None, now()).map(|pause| pause.as_secs())
    }

    #[test]
    fn seconds_are_believed_up_to_a_day() {
        for (text, expected) in [
            ("0", 0),
            ("5", 5),
            (" 005 ", 5),
            ("86400", 86_400),
            ("86401", 86_400),
            ("18446744073709551615", 86_400),
            ("18446744073709551616", 86_400),
            ("99999999999999999999999999999999999999999", 86_400),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn dates_in_every_form_are_believed_up_to_a_day() {
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
            ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
            ("Sun Nov  6 08:50:37 1994", 60),
            ("Sun, 06 Nov 1994 08:50:37 +0000", 60),
            ("Wed, 21 Oct 2037 07:28:00 GMT", 86_400),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
            (NOW, 0),
            ("Sun, 06 Nov 1994 08:49:36 GMT", 0),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_date_counts_from_the_clock_of_whoever_wrote_it() {
        let pause = parse("Sun, 06 Nov 1994 09:49:37 GMT", Some(NOW), Timestamp::UNIX_EPOCH);
        assert_eq!(pause, Some(Duration::from_hours(1)), "ours stands at 1970");
        let pause = parse("Sun, 06 Nov 1994 09:49:37 GMT", Some("garbage"), now());
        assert_eq!(pause, Some(Duration::from_hours(1)));
    }

    #[test]
    fn what_makes_no_sense_says_nothing() {
        for text in
            ["", " ", "-1", "-99999999999999999999", "+5", "1e3", "0x10", "soon", "5 s", "Sun", "\u{661}"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
