//! What is in each collection and playlist: asked for when it can have changed, and kept in the store.
//!
//! A member may stand for a film although it is not the film's item and has no TMDB id: Jellyfin 10.11 can keep an old
//! entry of a file under its path. It is listed nowhere, but when the film is put into a collection, that entry becomes
//! the member (docs/jellyfin.md#leftover-rows). Only the path tells which film it is.

use std::collections::{HashMap, HashSet};

use super::groups::Group;
use super::{Shelves, told};
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::library::{LibraryItem, Member};
use crate::domain::shelf::Shelf;
use crate::journal::Journal;
use crate::store::StoreError;

/// How the members of a collection or playlist are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// They were asked for in this run, or there is no collection yet.
    Now,
    /// As they were when they were asked for last, which still holds.
    Before,
    /// They could not be asked for, which was told.
    Not,
}

impl Shelves<'_> {
    /// Asks for the members of each one in which they can have changed, side by side.
    pub(super) fn members(
        &self,
        groups: &[Group<'_>],
        journal: &mut Journal,
    ) -> Result<Vec<Known>, StoreError> {
        let mut known = Vec::new();
        let mut open = Vec::new();
        for (index, group) in groups.iter().enumerate() {
            known.push(match &group.id {
                None => Known::Now,
                Some(id) if journal.store().is_listing_current(id, group.etag.as_deref())? => Known::Before,
                Some(id) => {
                    open.push((index, id, group));
                    Known::Not
                }
            });
        }
        let mut recorded = Ok(());
        self.pool.run(
            open.len(),
            |index| open[index].2.place.read(self.library.jellyfin, open[index].1),
            |answers| {
                for (index, answer) in answers {
                    let (place, id, group) = open[index];
                    if recorded.is_ok() {
                        recorded = told(answer, &group.shelf(), journal).and_then(|found| {
                            let Some(found) = found else { return Ok(()) };
                            known[place] = Known::Now;
                            record(id, &group.shelf(), group.etag.as_deref(), found, journal).map(drop)
                        });
                    }
                }
            },
        );
        recorded.map(|()| known)
    }
}

/// Writes down what is in a collection or playlist, and gives it back; leftovers say which film they are, and are told once.
pub(super) fn record(
    id: &JellyfinId,
    named: &Shelf,
    etag: Option<&str>,
    mut members: Vec<Member>,
    journal: &mut Journal,
) -> Result<Vec<Member>, StoreError> {
    let before = journal.store().listing(id, true)?.into_iter().filter(|member| member.is_leftover);
    let known: HashMap<JellyfinId, Option<TmdbId>> =
        before.map(|member| (member.item_id, member.tmdb)).collect();
    let nameless = members.iter().filter(|member| member.tmdb.is_none());
    let paths: HashSet<&str> = nameless.filter_map(|member| member.path.as_deref()).collect();
    let films = journal.store().films_at(&paths)?;
    for member in members.iter_mut().filter(|member| member.tmdb.is_none()) {
        // The film's own item, whose TMDB id came a moment ago, is no leftover.
        let is_it = |film: &&LibraryItem| film.path == member.path && film.item_id != member.item_id;
        let before = known.get(&member.item_id).copied().flatten();
        let Some(tmdb) = films.iter().find(is_it).and_then(|film| film.tmdb).or(before) else { continue };
        member.tmdb = Some(tmdb);
        member.is_leftover = true;
        if before.is_none() && journal.mark_once(("leftover", id.as_str(), member.item_id.as_str()))? {
            let text = format!(
                "it has an old entry of {} instead of the film, which people may not see there",
                member.name
            );
            let hint = "Jellyfin 10.11 can keep an old entry of a file that was replaced; lbjf treats it as the film";
            journal.say(&named.to_string(), &text, Some(hint));
        }
    }
    journal.members_read(id, etag, &members)?;
    Ok(members)
}
