//! Exit addresses that Letterboxd refused, or that work again: the next run has to know.

use std::time::Duration;

use super::Journal;
use crate::domain::clock::Timestamp;
use crate::domain::route::RouteChange;
use crate::domain::span::left;
use crate::store::{Store, StoreError};

impl Journal {
    /// Some exit addresses were refused, or work again. `cool_down` is how long one is left alone the first time.
    pub fn routes_changed(
        &mut self,
        changes: Vec<RouteChange>,
        cool_down: Duration,
    ) -> Result<(), StoreError> {
        for text in note_routes(&mut self.store, changes, cool_down, self.run.now)? {
            self.note("letterboxd", &text);
        }
        Ok(())
    }
}

/// The same for a command that is no run. `start` is when the door was opened: reading may take long. Returns what
/// there is to say, a line each.
pub fn note_routes(
    store: &mut Store,
    changes: Vec<RouteChange>,
    cool_down: Duration,
    start: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let note = |change| match change {
        RouteChange::Closed { route, retry_after, after } => {
            let now = start + Timestamp::try_from(after.as_secs()).unwrap_or(0);
            let until = store.begin_cool_down(&route, cool_down, retry_after, now)?;
            Ok(format!("left alone for {} ({route})", left(now, until)))
        }
        RouteChange::Opened { route } => {
            store.end_cool_down(&route)?;
            Ok(format!("lets us in again ({route})"))
        }
    };
    changes.into_iter().map(note).collect()
}
