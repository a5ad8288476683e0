//! Entries of a playlist that are not shown. Up to Jellyfin 10.11 an entry is hidden while the library lacks its film, and
//! is back in its place when the film is; but whatever is taken out of the playlist meanwhile makes Jellyfin forget it
//! (docs/jellyfin.md#playlists). An own film is put in again then; what a person put in is not. So nothing is taken out
//! while such an entry may be hidden, for a day at most: it looks like one that the person took out.

use std::collections::HashSet;

use super::Facts;
use crate::domain::clock::DAILY;
use crate::domain::ids::TmdbId;
use crate::domain::library::KnownMember;

/// What is known of such entries.
#[derive(Default)]
pub(super) struct Hidden {
    /// Films that may be hidden, and so are not gone.
    pub(super) rows: HashSet<TmdbId>,
    /// To be written down: those that hide now, and those that are back.
    pub(super) changed: Vec<KnownMember>,
    /// Is one among them that a person put in?
    pub(super) is_somebodys: bool,
}

impl Facts<'_> {
    pub(super) fn hidden(&self) -> Hidden {
        let mut hidden = Hidden::default();
        if !self.view.rules.forgets_hidden || self.view.members.is_none() {
            return hidden;
        }
        for row in self.view.rows {
            let id = self.canonical(row.tmdb);
            let is_away = !self.members.contains_key(&id) && !self.view.copies.contains_key(&id);
            let since = row.hidden_since.unwrap_or(self.view.now);
            // One of a clock that was ahead is none.
            let is_fresh = (0..DAILY).contains(&(self.view.now - since));
            if is_away && (row.is_own || is_fresh) {
                hidden.rows.insert(row.tmdb);
                hidden.is_somebodys |= !row.is_own;
            }
            let known = is_away.then_some(since);
            if known != row.hidden_since {
                hidden.changed.push(KnownMember { hidden_since: known, ..*row });
            }
        }
        hidden
    }
}
