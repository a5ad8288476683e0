//! `[status] metrics_file`: a run in figures, for Prometheus's textfile collector (docs/metrics.md).
//!
//! All are gauges, and none has a time of its own: the collector skips a whole file for that. What is not known is left
//! out.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::domain::clock::Timestamp;
use crate::domain::text;
use crate::exit::Exit;
use crate::journal::{Journal, StoreError};
use crate::store::PersonStatus;
use crate::system::whole_file;

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// After how long.
    pub took: Duration,
    /// With which code.
    pub exit: Exit,
}

/// Writes the figures of a run. That it cannot is a warning, once a day.
pub fn write(path: &Path, people: &[String], ended: Ended, journal: &mut Journal) -> Result<(), StoreError> {
    let store = journal.store();
    let last_success = if ended.exit == Exit::Success { Some(ended.at) } else { store.last_success()? };
    let known = Known { people: store.people_status(people)?, refused: store.cool_downs()?.len() };
    match whole_file::write(path, &figures(ended, last_success, Some(&known))) {
        Ok(()) => journal.trouble_over_for("metrics", ""),
        Err(error) => {
            let message = format!("cannot write the metrics `{}`: {error}", text::path(path));
            let hint = "make its folder, and let the user that lbjf runs as write to it";
            journal.warning("metrics", "status", &message, Some(hint))
        }
    }
}

/// Writes the figures of a run that has no store. When the last good run was is known from the file itself.
pub fn write_without_store(path: &Path, ended: Ended) {
    let name = format!("{LAST_SUCCESS} ");
    let before = fs::read_to_string(path).unwrap_or_default();
    let before = before.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok());
    if let Err(error) = whole_file::write(path, &figures(ended, before, None)) {
        log::warn!("status: cannot write the metrics `{}`: {error}", text::path(path));
    }
}

/// What the store knows.
struct Known {
    people: Vec<PersonStatus>,
    /// So many exit addresses Letterboxd refused.
    refused: usize,
}

const LAST_SUCCESS: &str = "lbjf_last_success_timestamp_seconds";

/// The whole file.
fn figures(ended: Ended, last_success: Option<Timestamp>, known: Option<&Known>) -> String {
    let mut text = String::new();
    let Ended { at, took, exit } = ended;
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    gauge(&mut text, "lbjf_build_info", "The version of lbjf.", [(version.as_slice(), 1.into())]);
    let mut single = |name, help, value: Option<f64>| {
        gauge(&mut text, name, help, value.map(|value| ([].as_slice(), value)));
    };
    single("lbjf_last_run_timestamp_seconds", "When the last run ended.", Some(seconds(at)));
    single("lbjf_last_run_duration_seconds", "How long the last run took.", Some(took.as_secs_f64()));
    single("lbjf_last_run_exit_code", "What the last run ended with.", Some(exit.code().into()));
    single(LAST_SUCCESS, "When the last run ended that exited with 0.", last_success.map(seconds));
    let Some(Known { people, refused }) = known else { return text };
    let refused = u32::try_from(*refused).unwrap_or(u32::MAX);
    single(
        "lbjf_letterboxd_refused_addresses",
        "Exit addresses that Letterboxd refused and that have not worked since.",
        Some(refused.into()),
    );
    let states: Vec<_> = people.iter().flat_map(states).collect();
    let states = states.iter().map(|(labels, count)| (labels.as_slice(), f64::from(*count)));
    gauge(&mut text, "lbjf_films", "Films of a person, or of a list, by state.", states);
    let sent: Vec<_> = people.iter().flat_map(in_radarr).collect();
    let sent = sent.iter().map(|(labels, count)| (labels.as_slice(), f64::from(*count)));
    gauge(&mut text, "lbjf_films_in_radarr", "Films of a person, or of a list, that a Radarr has.", sent);
    text
}

/// Seconds since the epoch are exact in a float for millions of years.
#[expect(clippy::cast_precision_loss, reason = "no time is so far off")]
fn seconds(time: Timestamp) -> f64 {
    time as f64
}

type Labels<'a> = [(&'static str, &'a str); 2];

fn states(person: &PersonStatus) -> [(Labels<'_>, u32); 8] {
    let count = |films: usize| u32::try_from(films).unwrap_or(u32::MAX);
    [
        ("listed", person.listed),
        ("unresolved", person.unresolved),
        ("waiting", person.waiting),
        ("collection", person.in_collection),
        ("watched", person.watched),
        ("skipped", count(person.skipped.len())),
        ("failed", count(person.failed.len())),
        ("unclear", count(person.unclear.len())),
    ]
    .map(|(state, films)| ([("user", person.name.as_str()), ("state", state)], films))
}

fn in_radarr(person: &PersonStatus) -> Vec<(Labels<'_>, u32)> {
    let labels = |radarr| [("user", person.name.as_str()), ("radarr", radarr)];
    person.in_radarr.iter().map(|(radarr, films)| (labels(radarr.as_str()), *films)).collect()
}

/// One metric with its samples; nothing where there are none.
fn gauge<'a>(
    text: &mut String,
    name: &str,
    help: &str,
    samples: impl IntoIterator<Item = (&'a [(&'static str, &'a str)], f64)>,
) {
    let mut samples = samples.into_iter().peekable();
    if samples.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, value) in samples {
        let labels: Vec<_> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}

/// A label's value between its quotes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_left_out_and_a_name_cannot_end_its_quotes() {
        let ended = Ended { at: 1_700_000_000, took: Duration::from_millis(1500), exit: Exit::Partial };
        let person = PersonStatus {
            name: "a\"b\\c".to_owned(),
            listed: 3,
            in_radarr: vec![("uhd".to_owned(), 2)],
            ..PersonStatus::default()
        };
        let text = figures(ended, None, Some(&Known { people: vec![person], refused: 1 }));
        assert!(!text.contains(LAST_SUCCESS), "{text}");
        for line in [
            "lbjf_last_run_timestamp_seconds 1700000000",
            "lbjf_last_run_duration_seconds 1.5",
            "lbjf_last_run_exit_code 4",
            "lbjf_letterboxd_refused_addresses 1",
            "lbjf_films{user=\"a\\\"b\\\\c\",state=\"listed\"} 3",
            "lbjf_films_in_radarr{user=\"a\\\"b\\\\c\",radarr=\"uhd\"} 2",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
        let text = figures(ended, Some(7), None);
        assert!(
            text.ends_with("lbjf_last_success_timestamp_seconds 7\n") && !text.contains("films"),
            "{text}"
        );
    }
}
