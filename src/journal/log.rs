//! The lines on stderr. They appear when things happen; nothing is held back.

use super::describe::describe;
use crate::domain::event::{Event, Outcome, Severity, Trouble};
use crate::domain::step::Step;

/// Prints what there is to say of an event.
pub(super) fn print(event: Event<'_>) {
    match event {
        Event::Trouble(Trouble { severity, about, message, hint, .. }) => {
            let level = match severity {
                Severity::Error => ::log::Level::Error,
                Severity::Warning => ::log::Level::Warn,
                Severity::Info => ::log::Level::Info,
            };
            match hint {
                Some(hint) => {
                    ::log::log!(level, "{about}: {message}\nhint: {}", hint.replace('\n', "\n      "));
                }
                None => ::log::log!(level, "{about}: {message}"),
            }
        }
        Event::FilmSkipped { person, film, why } => {
            ::log::warn!("{person}: {}", super::skipped(film, why));
        }
        Event::ListRead(list) => {
            let place = list.list.as_ref().map_or("the watchlist".to_owned(), |name| format!("`{name}`"));
            match (list.new, list.declared) {
                (0, _) => {}
                (new, Some(declared)) => {
                    ::log::info!("{}: {new} new of {declared} on {place}", list.user);
                }
                (new, None) => ::log::info!("{}: {new} new on {place}", list.user),
            }
            if list.gone > 0 {
                ::log::info!("{}: {} left {place}", list.user, list.gone);
            }
        }
        Event::Note { about, message } => ::log::info!("{about}: {message}"),
        Event::Refused | Event::Over { .. } => {}
        Event::Step { step, outcome, root_folder } => {
            let line = describe(step, outcome, root_folder);
            match (outcome, step) {
                (_, Step::AlreadyPresent(_) | Step::GoneFromRadarr(_) | Step::Skip(_)) => {
                    ::log::debug!("{line}");
                }
                (Outcome::Done, _) => ::log::info!("{line}"),
                _ => {}
            }
        }
    }
}
