//! What a film waits for, in a word or two.

use super::Tone;
use super::top::long_day;
use crate::domain::clock::Timestamp;
use crate::domain::span::{ago, left};
use crate::domain::waiting::{Reason, Wait};

/// The word, and how it looks.
pub(super) fn chip(wait: &Wait) -> (Tone, String) {
    let (tone, word) = match wait.reason {
        Reason::Importing => (Tone::Good, "Any minute"),
        Reason::Downloading => match wait.percent {
            Some(percent) => return (Tone::Good, format!("Downloading {percent} %")),
            None => (Tone::Good, "Downloading"),
        },
        Reason::Delayed => (Tone::Good, "Found"),
        Reason::NotInJellyfin => (Tone::Warn, "Not in Jellyfin"),
        Reason::ImportBlocked => (Tone::Bad, "Import stuck"),
        Reason::Stalled => (Tone::Bad, "Download stuck"),
        Reason::Paused => (Tone::Warn, "Paused"),
        Reason::NotSent => (Tone::None, "Not in Radarr"),
        Reason::NotFound => (Tone::None, "Searching"),
        Reason::Unknown => (Tone::None, "Not known"),
        Reason::NotReleased => match wait.until {
            Some(until) => return (Tone::None, long_day(until)),
            None => (Tone::None, "Not released"),
        },
        Reason::NotMonitored => (Tone::Warn, "Not monitored"),
        Reason::Excluded => (Tone::Warn, "Excluded"),
    };
    (tone, word.to_owned())
}

/// What there is to say beside the word.
pub(super) fn about(wait: &Wait, now: Timestamp) -> String {
    let detail = || wait.detail.clone();
    let percent = wait.percent.map(|percent| format!("at {percent} %"));
    let parts = match wait.reason {
        Reason::Importing => [Some("downloaded; Radarr imports it".to_owned()), None],
        Reason::Downloading => [wait.until.map(|until| format!("{} left", left(now, until))), detail()],
        Reason::Delayed => {
            let left = wait.until.map(|until| format!("for another {}", left(now, until)));
            [Some("held by a delay profile".to_owned()), left]
        }
        Reason::NotInJellyfin => [Some("Radarr has its file".to_owned()), detail()],
        Reason::Stalled | Reason::Paused => [percent, detail()],
        Reason::NotSent => [detail().or_else(|| Some("one of the next runs sends it".to_owned())), None],
        Reason::NotFound => match wait.searched_at {
            Some(at) => [Some(format!("last searched {}", ago(now, at.min(now)))), None],
            None => [Some("Radarr waits for it in its feeds".to_owned()), None],
        },
        Reason::ImportBlocked | Reason::Unknown | Reason::Excluded => [detail(), None],
        Reason::NotReleased => match wait.until {
            Some(until) if until > now => [Some(format!("release, in {}", left(now, until))), None],
            Some(_) => [Some("Radarr does not count it as released yet".to_owned()), None],
            None => [Some("no date is known".to_owned()), None],
        },
        Reason::NotMonitored => [Some("Radarr does not look for it".to_owned()), None],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chip_says_it_in_a_word_or_two() {
        let loading = Wait { percent: Some(43), ..Wait::new(Reason::Downloading) };
        assert_eq!(chip(&loading), (Tone::Good, "Downloading 43 %".to_owned()));
        let dated = Wait { until: Some(1_804_809_600), ..Wait::new(Reason::NotReleased) };
        assert_eq!(chip(&dated), (Tone::None, "12 Mar 2027".to_owned()));
        assert_eq!(chip(&Wait::new(Reason::NotReleased)).1, "Not released");
    }
}
