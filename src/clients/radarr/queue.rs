//! What Radarr downloads (docs/radarr.md#queue).

use std::collections::{HashMap, HashSet};

use super::{Radarr, wire};
use crate::clients::api::ApiError;
use crate::domain::clock::Timestamp;
use crate::domain::waiting::{Download, Stage};

/// Rows in one answer: about a kilobyte each.
const PAGE_SIZE: &str = "1000";

/// More pages than anybody has.
const MOST_PAGES: u32 = 20;

impl Radarr {
    /// Its downloads, by its own number of the film. That there is none says nothing while [`Radarr::untold`] says why.
    ///
    /// # Errors
    ///
    /// When it cannot be asked.
    pub fn downloads(&self) -> Result<HashMap<u32, Vec<Download>>, ApiError> {
        let mut downloads: HashMap<u32, Vec<Download>> = HashMap::new();
        let mut seen = HashSet::new();
        for page in 1..=MOST_PAGES {
            let query = [("page", &*page.to_string()), ("pageSize", PAGE_SIZE)];
            let queue: wire::Queue = self.api.get_library("api/v3/queue", &query)?;
            let known = seen.len();
            for row in queue.records {
                // Behind its end the queue gives one of its last pages again.
                let is_new =
                    seen.insert((row.id, row.movie_id, row.timeleft.clone().filter(|_| row.id.is_none())));
                if let Some(movie) = row.movie_id.filter(|_| is_new)
                    && let Some(download) = self.download(&row)
                {
                    downloads.entry(movie).or_default().push(download);
                }
            }
            if seen.len() >= queue.total_records.0 as usize || seen.len() == known {
                break;
            }
        }
        Ok(downloads)
    }

    /// One row of the queue; `None` for what Radarr passes over.
    fn download(&self, row: &wire::QueueRow) -> Option<Download> {
        let stage = stage(row)?;
        let message = match stage {
            Stage::Downloading | Stage::Stalled | Stage::Paused => row.error_message.as_deref(),
            Stage::Blocked => row.message(),
            Stage::Delayed | Stage::Importing => None,
        };
        let message =
            message.filter(|text| !text.trim().is_empty()).map(|text| without_paths(&self.api.shown(text)));
        let (size, left) = row.sizes();
        let is_unpacked = stage == Stage::Downloading && row.is("downloading") && size > 0.0 && left <= 0.0;
        Some(Download {
            stage,
            percent: percent(row)
                .filter(|_| matches!(stage, Stage::Downloading | Stage::Paused | Stage::Stalled)),
            left_secs: row.timeleft.as_deref().and_then(seconds).filter(|secs| *secs > 0),
            message: if is_unpacked { Some("it is being unpacked".to_owned()) } else { message },
        })
    }
}

/// How far a row is (docs/radarr.md#queue). A word that nobody knew is a download like any other.
fn stage(row: &wire::QueueRow) -> Option<Stage> {
    let word = |text: &Option<String>| text.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_fine =
        word(&row.tracked_download_status) != "warning" && word(&row.tracked_download_status) != "error";
    match word(&row.tracked_download_state).as_str() {
        "ignored" => return None,
        "importing" | "imported" => return Some(Stage::Importing),
        "importblocked" => return Some(Stage::Blocked),
        "importpending" => return Some(if is_fine { Stage::Importing } else { Stage::Blocked }),
        "failed" | "failedpending" => return Some(Stage::Stalled),
        _ => {}
    }
    Some(match word(&row.status).as_str() {
        "delay" | "fallback" => Stage::Delayed,
        "paused" => Stage::Paused,
        "warning" | "failed" | "downloadclientunavailable" => Stage::Stalled,
        "completed" => Stage::Importing,
        _ => Stage::Downloading,
    })
}

/// How much of it is there. Where a size is 0, nobody knows; and what is not started has none.
fn percent(row: &wire::QueueRow) -> Option<u8> {
    let (size, left) = row.sizes();
    if row.is("queued") || size <= 0.0 || left <= 0.0 || left > size {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 99")]
    let percent = ((size - left) / size * 100.0).floor().clamp(0.0, 99.0) as u8;
    Some(percent)
}

/// The seconds of `[d.]hh:mm:ss[.f]`.
fn seconds(text: &str) -> Option<Timestamp> {
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) if clock.contains(':') => (days.parse().ok()?, clock),
        _ => (0, text),
    };
    let mut parts =
        clock.split('.').next()?.split(':').map(|part| part.parse::<u32>().ok().map(Timestamp::from));
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    // Nobody waits for more than a year.
    (parts.next().is_none() && (0..=366).contains(&days))
        .then(|| ((days * 24 + hours) * 60 + minutes) * 60 + seconds)
}

/// A message without paths, which are nobody's business: what stands behind ` in /` goes, and any other word with a
/// slash in it.
fn without_paths(text: &str) -> String {
    let is_path = |word: &str| word.contains(['/', '\\']);
    let words: Vec<&str> = text.split_whitespace().collect();
    let end = words.windows(2).position(|pair| pair[0] == "in" && is_path(pair[1])).unwrap_or(words.len());
    let words = words[..end].iter().map(|word| if is_path(word) { "…" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &str) -> wire::QueueRow {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_row_tells_how_far_a_download_is() {
        use Stage::{Blocked, Delayed, Downloading, Importing, Paused, Stalled};
        let half = r#""size": 8589934592, "sizeleft": 4896220774"#;
        let done = r#""size": 8589934592, "sizeleft": 0"#;
        for (words, sizes, expected) in [
            (["downloading", "ok", "downloading"], half, Some((Downloading, Some(43)))),
            (["paused", "ok", "downloading"], half, Some((Paused, Some(43)))),
            (["warning", "ok", "downloading"], half, Some((Stalled, Some(43)))),
            (["queued", "ok", "downloading"], r#""size": 8, "sizeleft": 8"#, Some((Downloading, None))),
            (["queued", "ok", "downloading"], r#""size": 0, "sizeleft": 0"#, Some((Downloading, None))),
            (["downloading", "ok", "downloading"], done, Some((Downloading, None))),
            (["failed", "warning", "downloading"], done, Some((Stalled, None))),
            (["failed", "error", "failedPending"], done, Some((Stalled, None))),
            (["completed", "warning", "importPending"], done, Some((Blocked, None))),
            (["completed", "ok", "importPending"], done, Some((Importing, None))),
            (["completed", "warning", "importBlocked"], done, Some((Blocked, None))),
            (["completed", "ok", "importing"], done, Some((Importing, None))),
            (["completed", "ok", "ignored"], done, None),
            (["delay", "", ""], r#""size": 0, "sizeleft": 0"#, Some((Delayed, None))),
            (["downloadClientUnavailable", "", ""], half, Some((Stalled, Some(43)))),
            (
                ["somethingNew", "ok", "somethingElse"],
                r#""size": 5, "sizeleft": 9"#,
                Some((Downloading, None)),
            ),
        ] {
            let [status, tracked, state] = words;
            let text = format!(
                r#"{{"status": "{status}", "trackedDownloadStatus": "{tracked}", "trackedDownloadState": "{state}", {sizes}}}"#
            );
            let row = row(&text);
            let found = stage(&row).map(|stage| {
                let shows = matches!(stage, Downloading | Paused | Stalled);
                (stage, percent(&row).filter(|_| shows))
            });
            assert_eq!(found, expected, "{words:?}");
        }
    }

    #[test]
    fn whatever_is_missing_or_null_is_a_download_all_the_same() {
        for text in
            ["{}", r#"{"status": null, "size": null, "timeleft": null, "statusMessages": null, "id": null}"#]
        {
            assert_eq!(stage(&row(text)), Some(Stage::Downloading), "{text}");
            assert_eq!(percent(&row(text)), None);
        }
    }

    #[test]
    fn what_is_left_is_read_in_every_form() {
        for (text, expected) in [
            ("01:00:00", Some(3600)),
            ("2.07:33:20", Some(200_000)),
            ("00:14:47.6367362", Some(887)),
            ("29.23:56:00.0894635", Some(29 * 86_400 + 86_160)),
            ("00:00:00", Some(0)),
            ("", None),
            ("soon", None),
            ("10675199.02:48:05.4775807", None),
            ("-00:01:00", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn no_message_shows_a_path() {
        for (text, expected) in [
            (
                "No files found are eligible for import in /downloads/Heat.1995",
                "No files found are eligible for import",
            ),
            (
                "No files found are eligible for import in C:\\downloads\\Heat",
                "No files found are eligible for import",
            ),
            ("Not an upgrade for /movies/Heat (1995)/heat.mkv, skipped", "Not an upgrade for … … skipped"),
            ("The download is stalled with no connections", "The download is stalled with no connections"),
            ("see http://indexer/api?apikey=secret", "see …"),
        ] {
            assert_eq!(without_paths(text), expected);
        }
    }
}
