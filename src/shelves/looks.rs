//! How far somebody's library has to be looked at, given the last look at it.

use super::Collect;
use super::groups::Group;
use crate::clients::jellyfin::JellyfinUser;
use crate::config::User;
use crate::domain::clock::{DAILY, Timestamp};
use crate::domain::ids::JellyfinId;
use crate::domain::text::name_key;
use crate::journal::Journal;
use crate::store::{LastLook, OpenPlaces, Store, StoreError};

/// A look that is younger is not written down anew, or every idle run would write.
const LOOK_AGE: Timestamp = 3600;

/// How much of a library is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Whole,
    /// What was saved since.
    Since(Timestamp),
    /// Nothing: nobody waits for a film, or none is put in. What was watched is asked for all the same.
    Nothing,
}

/// Whose library such a look was at, by id.
pub(super) fn viewer_of(look: &LastLook) -> Option<JellyfinId> {
    JellyfinId::parse(look.terms.split(' ').next()?)
}

impl Scope {
    /// Enough for both.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole, _) | (_, Self::Whole) => Self::Whole,
            (Self::Since(one), Self::Since(two)) => Self::Since(one.min(two)),
            (Self::Since(since), Self::Nothing) | (Self::Nothing, Self::Since(since)) => Self::Since(since),
            (Self::Nothing, Self::Nothing) => Self::Nothing,
        }
    }
}

/// A look at a library that was taken.
pub(super) struct Taken {
    pub(super) viewer_id: JellyfinId,
    pub(super) is_whole: bool,
    /// By the server's clock.
    pub(super) until: Option<Timestamp>,
}

/// The last look at this person's library, if it was of late; a clock that was set back makes it none.
pub(super) fn fresh_look(user: &User, store: &Store, now: Timestamp) -> Result<Option<LastLook>, StoreError> {
    Ok(store.last_look(&user.name)?.filter(|look| (0..DAILY).contains(&(now - look.whole_at))))
}

/// On other terms, what was seen before says nothing.
fn terms(user: &User, viewer_id: &JellyfinId) -> String {
    let collection = user.collection.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{viewer_id} {collection} {} {}", user.remove_watched, user.remove_unlisted)
}

impl Taken {
    /// The look, as it is written down: everything that it showed was done, or will be by the next one. `None`: the last
    /// one still says enough.
    pub(super) fn to_record(
        &self,
        user: &User,
        store: &Store,
        now: Timestamp,
    ) -> Result<Option<LastLook>, StoreError> {
        let Some(until) = self.until else { return Ok(None) };
        let last = store.last_look(&user.name)?;
        let whole_at = match &last {
            _ if self.is_whole => now,
            Some(last) if until - last.since > LOOK_AGE => last.whole_at,
            _ => return Ok(None),
        };
        Ok(Some(LastLook { terms: terms(user, &self.viewer_id), whole_at, since: until }))
    }
}

impl Collect<'_> {
    /// How much of this library has to be read to begin with.
    pub(super) fn scope(
        &self,
        viewer: &JellyfinUser,
        name: &str,
        groups: &[Group<'_>],
        journal: &Journal,
    ) -> Result<Scope, StoreError> {
        if self.only_take {
            // Once all of it, to know that there were films when there are none.
            return Ok(if journal.store.films_seen(&viewer.id)? > 0 { Scope::Nothing } else { Scope::Whole });
        }
        if self.needs_libraries || self.full {
            return Ok(Scope::Whole);
        }
        let mut scope = Scope::Nothing;
        for user in mapped(groups, name).map(|(_, user)| user) {
            scope = scope.and(scope_for(user, &viewer.id, &journal.store, journal.now())?);
        }
        Ok(scope)
    }
}

/// How much of a library has to be read for one of those who see it.
pub(super) fn scope_for(
    user: &User,
    viewer_id: &JellyfinId,
    store: &Store,
    now: Timestamp,
) -> Result<Scope, StoreError> {
    let Some(last) = fresh_look(user, store, now)?.filter(|last| last.terms == terms(user, viewer_id)) else {
        return Ok(Scope::Whole);
    };
    Ok(match store.open_places(&user.name, !user.remove_unlisted)? {
        OpenPlaces { any_unknown: true, .. } => Scope::Whole,
        OpenPlaces { any_waiting: true, .. } => Scope::Since(last.since),
        OpenPlaces { .. } => Scope::Nothing,
    })
}

/// Everybody with this Jellyfin user and a collection, and the place of their group.
pub(super) fn mapped<'a>(groups: &'a [Group<'a>], name: &str) -> impl Iterator<Item = (usize, &'a User)> {
    let name = name_key(name);
    let users = groups
        .iter()
        .enumerate()
        .flat_map(|(index, group)| group.users.iter().map(move |user| (index, *user)));
    users.filter(move |(_, user)| user.jellyfin_username.as_ref().is_some_and(|own| name_key(own) == name))
}
