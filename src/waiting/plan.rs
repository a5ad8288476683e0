//! Decides what a film waits for. Pure.

use crate::domain::clock::{DAY, Timestamp};
use crate::domain::request::RequestProblem;
use crate::domain::step::Aliases;
use crate::domain::waiting::{Download, InRadarr, RadarrNow, Reason, Stage, Wait};
use crate::domain::wanted::{Asked, Wanted};

/// What the answer depends on beside the film.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The Radarr's name in the store.
    pub server: &'a str,
    /// How things stand there; `None` when it could not be asked.
    pub radarr: Option<&'a RadarrNow>,
    /// Has the person a collection, in which the film is looked for?
    pub has_shelf: bool,
    /// Ids that are one film.
    pub aliases: &'a Aliases,
    /// The time.
    pub now: Timestamp,
}

/// What this film waits for at this Radarr; `None` when it waits for nothing.
pub fn wait(film: &Wanted, view: View<'_>) -> Option<Wait> {
    if !film.is_waiting(view.has_shelf) {
        return None;
    }
    let Some(tmdb) = film.tmdb else {
        return Some(with_detail(Reason::NotSent, "its film page was not read yet"));
    };
    let asked = film.asked(view.server);
    let Some(radarr) = view.radarr else { return Some(from_the_store(asked)) };
    let tmdb = view.aliases.canonical(tmdb);
    match radarr.films.get(&tmdb) {
        Some(there) if there.has_file && view.has_shelf => {
            let detail = format!("it has no film with TMDB id {tmdb}");
            Some(with_detail(Reason::NotInJellyfin, &detail))
        }
        Some(there) if there.has_file => None,
        Some(there) => Some(in_radarr(there, radarr, view.now)),
        None if radarr.excluded.contains(&tmdb) => Some(Wait::new(Reason::Excluded)),
        None => Some(not_sent(asked)),
    }
}

/// A film that is in Radarr, without a file. A download counts for more than whether Radarr looks for another one.
fn in_radarr(film: &InRadarr, radarr: &RadarrNow, now: Timestamp) -> Wait {
    let downloads = radarr.downloads.get(&film.id).into_iter().flatten();
    if let Some(download) = downloads.max_by_key(|download| (download.stage, download.percent)) {
        return downloading(download, now);
    }
    if !film.is_monitored {
        return Wait::new(Reason::NotMonitored);
    }
    if !film.is_available {
        let until = film.release.map(|release| release + radarr.delay_days * DAY);
        return Wait { until, ..Wait::new(Reason::NotReleased) };
    }
    match &radarr.untold {
        Some(why) => with_detail(Reason::Unknown, why),
        None => Wait { searched_at: film.searched_at, ..Wait::new(Reason::NotFound) },
    }
}

fn downloading(download: &Download, now: Timestamp) -> Wait {
    let reason = match download.stage {
        Stage::Delayed => Reason::Delayed,
        Stage::Stalled => Reason::Stalled,
        Stage::Paused => Reason::Paused,
        Stage::Downloading => Reason::Downloading,
        Stage::Blocked => Reason::ImportBlocked,
        Stage::Importing => Reason::Importing,
    };
    let has_end = matches!(reason, Reason::Delayed | Reason::Downloading);
    Wait {
        percent: download.percent,
        until: download.left_secs.filter(|_| has_end).map(|secs| now + secs),
        detail: download.message.clone(),
        ..Wait::new(reason)
    }
}

/// A film that Radarr does not have.
fn not_sent(asked: Option<&Asked>) -> Wait {
    match asked {
        // What a person took out there is not sent again.
        Some(Asked { answered_at: Some(_), .. }) => with_detail(
            Reason::NotSent,
            "it was there and is gone, so it is not sent again; `lbjf sync --add-again` sends it",
        ),
        // It is not excluded any more, so the next look sends it.
        Some(Asked { problem: Some(RequestProblem::Excluded), .. }) | None => Wait::new(Reason::NotSent),
        Some(asked) => Wait { detail: asked.why().map(str::to_owned), ..Wait::new(Reason::NotSent) },
    }
}

/// What is known without asking.
fn from_the_store(asked: Option<&Asked>) -> Wait {
    match asked {
        Some(Asked { problem: Some(RequestProblem::Excluded), .. }) => Wait::new(Reason::Excluded),
        Some(asked @ Asked { answered_at: None, .. }) => {
            Wait { detail: asked.why().map(str::to_owned), ..Wait::new(Reason::NotSent) }
        }
        Some(_) => with_detail(Reason::Unknown, "Radarr cannot be asked"),
        None => Wait::new(Reason::NotSent),
    }
}

fn with_detail(reason: Reason, detail: &str) -> Wait {
    Wait { detail: Some(detail.to_owned()), ..Wait::new(reason) }
}

#[cfg(test)]
mod tests;
