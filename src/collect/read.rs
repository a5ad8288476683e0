//! What is read before anything is planned: each person's library and each collection's members, side by side.
//!
//! A library of thousands of films is a megabyte, so as a rule only what changed since the last look is asked for, and
//! what was watched (facts/servers.md J5). That tells everything as long as no film is newly wanted, no longer watched,
//! or missing from its collection; then, and once a day, all of it is read.

use std::collections::{HashMap, HashSet};

use super::{Collect, Group, Look, Members, lost_library, viewer};
use crate::api::{ApiError, chain};
use crate::config::User;
use crate::film::TmdbId;
use crate::interrupt;
use crate::jellyfin::{Films, JellyfinUser};
use crate::plan::{self, Aliases, Library, Viewer};
use crate::pool::Panicked;
use crate::report::Report;
use crate::store::{DAY, LastLook, Listed, Place, Store, StoreError, Timestamp};

/// A look that is younger is not written down anew, or every idle run would write.
const LOOK_AGE: Timestamp = 3600;

/// What was read.
pub(super) struct Read {
    /// By the viewer's name in lower case; one that could not be read, or cannot be believed, is missing.
    pub(super) libraries: HashMap<String, Library>,
    /// By group; `None` for a collection that could not be read.
    pub(super) members: Vec<Option<Members>>,
    looks: HashMap<String, Taken>,
}

/// A look at a library that was taken.
struct Taken {
    viewer_id: String,
    is_whole: bool,
    until: Option<Timestamp>,
}

/// What is known of one person's library so far.
struct Shelf<'a> {
    /// In lower case.
    name: String,
    viewer: &'a JellyfinUser,
    scope: Scope,
    /// `None`: it could not be read, which was told.
    films: Option<Films>,
    watched: Option<Vec<TmdbId>>,
}

/// How much of a library is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Whole,
    /// What was saved since.
    Since(Timestamp),
    /// Nothing: nobody waits for a film.
    Nothing,
}

impl Shelf<'_> {
    fn about(&self) -> String {
        format!("library of `{}`", self.viewer.name)
    }

    fn library(&self, aliases: &Aliases) -> Option<Library> {
        let (films, watched) = (self.films.as_ref()?.films.clone(), self.watched.as_ref()?);
        Some(match self.scope {
            Scope::Whole => Library::new(films, aliases).with_watched(watched, aliases),
            Scope::Since(_) | Scope::Nothing => Library::partial(films, watched, aliases),
        })
    }

    /// Nothing watched and nothing new: is there anything at all?
    fn shows_nothing(&self) -> bool {
        self.films.as_ref().is_some_and(|films| films.films.is_empty())
            && self.watched.as_ref().is_some_and(Vec::is_empty)
    }
}

/// The answer to one question.
enum Answer {
    Films(Films),
    Watched(Vec<TmdbId>),
    Members(Members),
    Count(u32),
}

/// The last look at this person's library, if it was of late; a clock that was set back makes it none.
pub(super) fn fresh_look(user: &User, store: &Store, now: Timestamp) -> Result<Option<LastLook>, StoreError> {
    Ok(store.last_look(&user.name)?.filter(|look| (0..=DAY).contains(&(now - look.whole_at))))
}

/// On other terms, what was seen before says nothing.
fn terms(user: &User, viewer_id: &str) -> String {
    let collection = user.collection.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{viewer_id} {collection} {} {}", user.remove_watched, user.remove_unlisted)
}

impl Collect<'_> {
    /// Reads every library and every collection's members.
    pub(super) fn read(
        &self,
        look: &Look,
        groups: &[Group<'_>],
        aliases: &Aliases,
        store: &mut Store,
        report: &mut Report,
    ) -> Result<Read, StoreError> {
        let mut shelves = self.shelves(look, groups, store, report)?;
        let jellyfin = self.jellyfin;
        let answers = self.pool.map(2 * shelves.len() + groups.len(), |index| match shelves.get(index / 2) {
            Some(shelf) if index % 2 == 1 => jellyfin.watched(&shelf.viewer.id).map(Answer::Watched),
            Some(shelf) => match shelf.scope {
                Scope::Whole => jellyfin.library(&shelf.viewer.id),
                Scope::Since(since) => jellyfin.changed(&shelf.viewer.id, since),
                Scope::Nothing => Ok(Films { films: Vec::new(), until: None, is_partial: true }),
            }
            .map(Answer::Films),
            None => match &groups[index - 2 * shelves.len()].id {
                Some(id) => jellyfin.members(id).map(|members| Answer::Members(Some(members))),
                None => Ok(Answer::Members(None)),
            },
        });
        let mut members = Vec::new();
        for (index, answer) in answers.into_iter().enumerate() {
            let about = match shelves.get(index / 2) {
                Some(shelf) => shelf.about(),
                None => format!("collection `{}`", groups[index - 2 * shelves.len()].name),
            };
            match (tell(answer, &about, store, report)?, shelves.get_mut(index / 2)) {
                (Some(Answer::Films(films)), Some(shelf)) => shelf.films = Some(films),
                (Some(Answer::Watched(watched)), Some(shelf)) => shelf.watched = Some(watched),
                (Some(Answer::Members(found)), None) => members.push(Some(found)),
                (_, None) => members.push(None),
                (_, Some(_)) => {}
            }
        }
        self.look_closer(&mut shelves, groups, &members, aliases, store, report)?;
        let (mut libraries, mut looks) = (HashMap::new(), HashMap::new());
        for shelf in shelves {
            let Some(library) = shelf.library(aliases) else { continue };
            let (is_whole, viewer_id) = (shelf.scope == Scope::Whole, shelf.viewer.id.clone());
            let until = shelf.films.and_then(|films| films.until);
            libraries.insert(shelf.name.clone(), library);
            looks.insert(shelf.name, Taken { viewer_id, is_whole, until });
        }
        Ok(Read { libraries, members, looks })
    }

    /// Everybody whose library is looked at, each once, and how far.
    fn shelves<'a>(
        &self,
        look: &'a Look,
        groups: &[Group<'_>],
        store: &mut Store,
        report: &mut Report,
    ) -> Result<Vec<Shelf<'a>>, StoreError> {
        let mut shelves: Vec<Shelf<'a>> = Vec::new();
        let mut asked = HashSet::new();
        let everybody = self.users.iter().filter(|_| self.needs_libraries);
        for user in groups.iter().flat_map(|group| group.users.iter().copied()).chain(everybody) {
            let Some(name) = &user.jellyfin_username else { continue };
            if !asked.insert(name.to_lowercase()) {
                continue;
            }
            match viewer(name, &look.users) {
                Ok(viewer) => {
                    store.forget_notices(&format!("viewer/{name}/"))?;
                    let scope = self.scope(viewer, name, groups, store, report)?;
                    let (films, watched) = (None, None);
                    shelves.push(Shelf { name: name.to_lowercase(), viewer, scope, films, watched });
                }
                Err((text, hint)) => {
                    report.failure(store, &format!("viewer/{name}/"), &user.name, &text, Some(hint))?;
                }
            }
        }
        Ok(shelves)
    }

    /// How much of this library has to be read to begin with.
    fn scope(
        &self,
        viewer: &JellyfinUser,
        name: &str,
        groups: &[Group<'_>],
        store: &Store,
        report: &Report,
    ) -> Result<Scope, StoreError> {
        if self.needs_libraries || self.full {
            return Ok(Scope::Whole);
        }
        let mut scope = Scope::Nothing;
        for user in mapped(groups, name).map(|(_, user)| user) {
            let Some(last) = fresh_look(user, store, report.now())? else { return Ok(Scope::Whole) };
            let listed = store.listed(&user.name, !user.remove_unlisted)?;
            if last.terms != terms(user, &viewer.id) || listed.iter().any(|film| film.place.is_none()) {
                return Ok(Scope::Whole);
            }
            let waits = |film: &Listed| matches!(film.place, Some(Place::Waiting | Place::Unstuck));
            if listed.iter().any(waits) {
                scope = match scope {
                    Scope::Since(since) => Scope::Since(since.min(last.since)),
                    _ => Scope::Since(last.since),
                };
            }
        }
        Ok(scope)
    }

    /// Reads all of the libraries of which the changes do not tell enough; those that are not to be believed go.
    fn look_closer(
        &self,
        shelves: &mut Vec<Shelf<'_>>,
        groups: &[Group<'_>],
        members: &[Option<Members>],
        aliases: &Aliases,
        store: &mut Store,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for shelf in shelves.iter_mut() {
            let Some(library) = shelf.library(aliases).filter(|_| shelf.scope != Scope::Whole) else {
                continue;
            };
            let until = shelf.films.as_ref().and_then(|films| films.until);
            let mut is_whole_needed = match shelf.scope {
                // A server's clock that was set back hides what was saved since.
                Scope::Since(since) => until.is_none_or(|until| until < since),
                _ => false,
            };
            for (index, user) in mapped(groups, &shelf.name) {
                let Some(Some(members)) = &members[index] else { continue };
                let listed = store.listed(&user.name, !user.remove_unlisted)?;
                let viewer = Viewer {
                    name: &user.name,
                    remove_watched: user.remove_watched,
                    has_accepted: true,
                    listed: &listed,
                    library: Some(&library),
                };
                is_whole_needed |= plan::is_whole_library_needed(&viewer, members, aliases);
            }
            if is_whole_needed {
                shelf.scope = Scope::Whole;
            }
        }
        let again: Vec<usize> = (0..shelves.len())
            .filter(|index| {
                let shelf = &shelves[*index];
                let is_partial = shelf.films.as_ref().is_some_and(|films| films.is_partial);
                shelf.watched.is_some()
                    && is_partial
                    && (shelf.scope == Scope::Whole || shelf.shows_nothing())
            })
            .collect();
        let answers = self.pool.map(again.len(), |index| {
            let shelf = &shelves[again[index]];
            match shelf.scope {
                Scope::Whole => self.jellyfin.library(&shelf.viewer.id).map(Answer::Films),
                _ => self.jellyfin.film_count(&shelf.viewer.id).map(Answer::Count),
            }
        });
        let mut counts = HashMap::new();
        for (index, answer) in again.into_iter().zip(answers) {
            let about = shelves[index].about();
            match tell(answer, &about, store, report)? {
                Some(Answer::Films(films)) => shelves[index].films = Some(films),
                Some(Answer::Count(count)) => drop(counts.insert(index, count)),
                _ => shelves[index].films = None,
            }
        }
        for (index, shelf) in shelves.iter_mut().enumerate() {
            let Some(films) = &shelf.films else { continue };
            let is_whole = shelf.scope == Scope::Whole;
            let count = match counts.get(&index) {
                _ if is_whole => u32::try_from(films.films.len()).unwrap_or(u32::MAX),
                Some(count) => *count,
                None => continue,
            };
            if !is_believable(shelf.viewer, count, is_whole, store, report)? {
                shelf.films = None;
            }
        }
        Ok(())
    }
}

impl Read {
    /// Writes down that everything that this look at a person's library showed was done, or will be by the next one.
    pub(super) fn record_look(
        &self,
        user: &User,
        store: &mut Store,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let name = user.jellyfin_username.as_deref().unwrap_or_default().to_lowercase();
        let Some(Taken { viewer_id, is_whole, until: Some(until) }) = self.looks.get(&name) else {
            return Ok(());
        };
        let last = store.last_look(&user.name)?;
        let whole_at = match &last {
            _ if *is_whole => now,
            Some(last) if until - last.since > LOOK_AGE => last.whole_at,
            _ => return Ok(()),
        };
        let look = LastLook { terms: terms(user, viewer_id), whole_at, since: *until };
        store.record_look_at_library(&user.name, &look)
    }
}

/// Everybody with this Jellyfin user and a collection, and the place of their group.
fn mapped<'a>(groups: &'a [Group<'a>], name: &str) -> impl Iterator<Item = (usize, &'a User)> {
    let name = name.to_lowercase();
    let users = groups
        .iter()
        .enumerate()
        .flat_map(|(index, group)| group.users.iter().map(move |user| (index, *user)));
    users.filter(move |(_, user)| {
        user.jellyfin_username.as_ref().is_some_and(|own| own.to_lowercase() == name)
    })
}

/// Says what could not be read; what could be read is news no more.
fn tell(
    answer: Result<Result<Answer, ApiError>, Panicked>,
    about: &str,
    store: &mut Store,
    report: &mut Report,
) -> Result<Option<Answer>, StoreError> {
    let key = format!("read/{about}/");
    let explain = |error: ApiError| (chain(&error), error.hint());
    let unexpected = |_| ("reading it failed unexpectedly; please report it".to_owned(), None);
    match answer.map_err(unexpected).and_then(|answer| answer.map_err(explain)) {
        Ok(answer) => {
            store.forget_notices(&key)?;
            Ok(Some(answer))
        }
        Err((text, hint)) => {
            if interrupt::requested().is_none() {
                report.failure(store, &key, about, &text, hint.as_deref())?;
            }
            Ok(None)
        }
    }
}

/// A library that shows nothing where it showed films is a disk that is not mounted, or a lost permission.
fn is_believable(
    viewer: &JellyfinUser,
    count: u32,
    is_whole: bool,
    store: &mut Store,
    report: &mut Report,
) -> Result<bool, StoreError> {
    let seen = store.films_seen(&viewer.id)?;
    if count == 0 && seen > 0 {
        let (text, hint) = lost_library(seen);
        report.failure(store, &format!("library/{}", viewer.id), &viewer.name, &text, Some(hint))?;
        return Ok(false);
    }
    if is_whole {
        store.record_films_seen(&viewer.id, count)?;
    }
    store.forget_notices(&format!("library/{}", viewer.id))?;
    Ok(true)
}
