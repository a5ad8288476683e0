//! Steps in words, for the log and for a dry run's plan.

use std::fmt::Write as _;

use crate::domain::event::Outcome;
use crate::domain::step::{RequestedFilm, RootFolder, Skip, Step};

/// A step as a line: who, what, which film, then ids.
pub(super) fn describe(step: &Step, outcome: Outcome, root_folder: Option<&str>) -> String {
    let is_done = outcome == Outcome::Done;
    let say = |done: &'static str, would: &'static str| if is_done { done } else { would };
    match step {
        Step::AddToRadarr(add) => {
            let requested = &add.requested;
            let radarr = requested.radarr.title();
            let verb = match outcome {
                Outcome::Later => format!("would add to {radarr} in a later run"),
                _ => format!("{} {radarr}", say("added to", "would add to")),
            };
            let mut line =
                format!("{}: {verb}: {} tmdb={}", requested.people(), requested.film, requested.tmdb);
            let folder = root_folder.unwrap_or(match &add.root_folder {
                RootFolder::Fixed(folder) => folder,
                RootFolder::ByGenre { other, .. } => other,
            });
            let _ = write!(line, " root_folder={folder}");
            if !add.tags.is_empty() {
                let _ = write!(line, " tags={}", add.tags.join(","));
            }
            line
        }
        Step::TagInRadarr(tag) => format!(
            "{}: {} {}: {} tmdb={} tags={}",
            tag.requested.people(),
            say("tagged in", "would tag in"),
            tag.requested.radarr.title(),
            tag.requested.film,
            tag.requested.tmdb,
            tag.labels.join(",")
        ),
        Step::AlreadyPresent(requested) => {
            let RequestedFilm { radarr, film, tmdb, .. } = requested;
            format!("{}: already in {}: {film} tmdb={tmdb}", requested.people(), radarr.title())
        }
        Step::GoneFromRadarr(requested) => {
            let RequestedFilm { radarr, film, tmdb, .. } = requested;
            format!("{}: no longer in {}: {film} tmdb={tmdb}", requested.people(), radarr.title())
        }
        Step::Skip(Skip { requested, why }) => {
            format!(
                "{}: not sent to {}, since {why}: {} tmdb={}",
                requested.people(),
                requested.radarr.title(),
                requested.film,
                requested.tmdb
            )
        }
        Step::CreateShelf(create) => {
            format!("{}: {}", create.shelf, say("created", "would be created"))
        }
        Step::AddToShelf(put) => format!(
            "{}: {} {} `{}`: {} tmdb={}",
            put.person,
            say("added to", "would add to"),
            put.shelf.kind,
            put.shelf.name,
            put.film,
            put.tmdb
        ),
        Step::RemoveFromShelf(take) => format!(
            "{}: {}: {}{} tmdb={} ({})",
            take.shelf,
            say("removed", "would remove"),
            take.name,
            take.year.map(|year| format!(" ({year})")).unwrap_or_default(),
            take.tmdb,
            take.why
        ),
    }
}
