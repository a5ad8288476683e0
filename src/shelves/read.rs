//! What is read before anything is planned: each person's library and each collection's members, side by side.
//!
//! A library of thousands of films is a megabyte, so as a rule only what changed since the last look is asked for, and
//! what was watched (docs/jellyfin.md#what-changed). That tells everything as long as no film is newly wanted, no
//! longer watched, or missing from its collection; then, and once a day, all of it is read. `cleanup` puts nothing in:
//! what was watched is enough.

use std::collections::{HashMap, HashSet};

use super::groups::Group;
use super::leftovers::Leftovers;
use super::looks::{Scope, Taken, mapped};
use super::{Asked, Collect, Look, Members, lost_library, viewer};
use crate::clients::api::{ApiError, chain};
use crate::clients::jellyfin::{Films, JellyfinUser};
use crate::domain::clock::Timestamp;
use crate::domain::event::Failed;
use crate::domain::film::TmdbId;
use crate::domain::step::Aliases;
use crate::domain::text::name_key;
use crate::journal::Journal;
use crate::shelves::plan;
use crate::shelves::plan::{Library, Viewer};
use crate::store::{Store, StoreError};
use crate::system::interrupt;
use crate::system::pool::Panicked;

/// What was read.
pub(super) struct Read {
    /// By the key of the viewer's name; one that could not be read, or cannot be believed, is missing.
    pub(super) libraries: HashMap<String, Library>,
    /// By group; `None` for a collection that could not be read.
    pub(super) members: Vec<Option<Members>>,
    /// Likewise.
    pub(super) looks: HashMap<String, Taken>,
    /// Every film in any of the libraries, by canonical TMDB id, where that matters (`skip_if_in_library`).
    pub(super) films: HashSet<TmdbId>,
}

/// One person's library, as far as it is read.
struct Reading<'a> {
    /// Its key.
    name: String,
    viewer: &'a JellyfinUser,
    scope: Scope,
    /// `None`: it could not be read, which was told.
    read: Option<Part>,
    watched: Option<Vec<TmdbId>>,
}

/// What was read of a library.
struct Part {
    library: Library,
    scope: Scope,
    /// Films in the answer.
    count: u32,
    /// Which they are, where that matters.
    films: Vec<TmdbId>,
    /// By the server's clock.
    until: Option<Timestamp>,
}

impl Reading<'_> {
    fn about(&self) -> String {
        format!("library of `{}`", self.viewer.name)
    }

    /// Nothing watched and nothing new: is there anything at all?
    fn shows_nothing(&self) -> bool {
        self.read.as_ref().is_some_and(|part| part.count == 0)
            && self.watched.as_ref().is_some_and(Vec::is_empty)
    }
}

/// The answer to one question.
enum Answer {
    Part(Part),
    Watched(Vec<TmdbId>),
    Members(Members),
    Count(u32),
}

impl Collect<'_> {
    /// Reads every library and every collection's members.
    pub(super) fn read(
        &self,
        asked: &Asked<'_>,
        look: &Look,
        groups: &[Group<'_>],
        aliases: &Aliases,
        journal: &mut Journal,
    ) -> Result<Read, StoreError> {
        let mut readings = self.readings(look, groups, journal)?;
        let wanted = self.wanted(aliases, &journal.store)?;
        let answers =
            self.pool.map(2 * readings.len() + groups.len(), |index| match readings.get(index / 2) {
                Some(reading) if index % 2 == 1 => asked.watched.get(&reading.viewer.id).map(Answer::Watched),
                Some(reading) => self.part(asked, reading, &wanted, aliases).map(Answer::Part),
                None => match &groups[index - 2 * readings.len()].id {
                    Some(id) => asked.members.get(id).map(|members| Answer::Members(Some(members))),
                    None => Ok(Answer::Members(None)),
                },
            });
        let mut members = Vec::new();
        for (index, answer) in answers.into_iter().enumerate() {
            let (about, failed) = match readings.get(index / 2) {
                Some(reading) => (reading.about(), Failed::User),
                None => {
                    (format!("collection `{}`", groups[index - 2 * readings.len()].name), Failed::Collection)
                }
            };
            match (tell(answer, &about, failed, journal)?, readings.get_mut(index / 2)) {
                (Some(Answer::Part(part)), Some(reading)) => {
                    reading.scope = part.scope;
                    reading.read = Some(part);
                }
                (Some(Answer::Watched(watched)), Some(reading)) => reading.watched = Some(watched),
                (Some(Answer::Members(mut found)), None) => {
                    let id = groups[index - 2 * readings.len()].id.as_ref();
                    if let (Some(id), Some(found)) = (id, &mut found) {
                        Leftovers::load(&journal.store, id)?.name(found, |_| None);
                    }
                    members.push(Some(found));
                }
                (_, None) => members.push(None),
                (_, Some(_)) => {}
            }
        }
        // Half an answer is none.
        readings.retain(|reading| reading.read.is_some() && reading.watched.is_some());
        self.look_closer(asked, &mut readings, groups, &members, &wanted, aliases, journal)?;
        let (mut libraries, mut looks, mut films) = (HashMap::new(), HashMap::new(), HashSet::new());
        for reading in readings {
            let Some(Part { library, count, films: own, until, .. }) = reading.read else { continue };
            films.extend(own);
            let (is_whole, viewer_id) = (reading.scope == Scope::Whole, reading.viewer.id.clone());
            let library = library.with_watched(&reading.watched.unwrap_or_default(), aliases);
            libraries.insert(reading.name.clone(), library);
            // A library without any film, perhaps not mounted yet, is soon read again.
            if !is_whole || count > 0 {
                looks.insert(reading.name, Taken { viewer_id, is_whole, until });
            }
        }
        Ok(Read { libraries, members, looks, films })
    }

    /// Reads as much of a library as its scope says, and keeps little of it.
    fn part(
        &self,
        asked: &Asked<'_>,
        reading: &Reading<'_>,
        wanted: &HashMap<String, HashSet<TmdbId>>,
        aliases: &Aliases,
    ) -> Result<Part, ApiError> {
        let id = &reading.viewer.id;
        let (scope, films) = match reading.scope {
            Scope::Nothing => (Scope::Nothing, Films::default()),
            Scope::Whole => (Scope::Whole, self.jellyfin.library(id)?),
            Scope::Since(since) => match asked.changed.get(&(id.clone(), since)) {
                Ok(films) => (Scope::Since(since), films),
                // It may be this question alone that it has no answer to.
                Err(error) if error.answered().is_some() => {
                    log::debug!("{}: all of it is read: {}", reading.about(), chain(&error));
                    (Scope::Whole, self.jellyfin.library(id)?)
                }
                Err(error) => return Err(error),
            },
        };
        let is_wanted = |id| wanted.get(&reading.name).is_some_and(|ids| ids.contains(&id));
        let count = u32::try_from(films.films.len()).unwrap_or(u32::MAX);
        let those_that_matter = films.films.iter().filter(|_| self.needs_libraries);
        let all = those_that_matter.map(|film| aliases.canonical(film.tmdb)).collect();
        let library = Library::of(films.films, aliases, is_wanted);
        // What `cleanup` sees counts for no look, so it must not say of a film that it is not there.
        let is_all = scope == Scope::Whole && !self.only_take;
        let library = if is_all { library } else { library.partial() };
        Ok(Part { library, scope, count, films: all, until: films.until })
    }

    /// Everybody whose library is looked at, each once, and how far.
    fn readings<'a>(
        &self,
        look: &'a Look,
        groups: &[Group<'_>],
        journal: &mut Journal,
    ) -> Result<Vec<Reading<'a>>, StoreError> {
        let mut readings: Vec<Reading<'a>> = Vec::new();
        let mut asked = HashSet::new();
        let everybody = self.users.iter().filter(|_| self.needs_libraries);
        for user in groups.iter().flat_map(|group| group.users.iter().copied()).chain(everybody) {
            let Some(name) = &user.jellyfin_username else { continue };
            if !asked.insert(name_key(name)) {
                continue;
            }
            match viewer(name, &look.users) {
                Ok(viewer) => {
                    journal.store.forget_notices_about("viewer", name)?;
                    let scope = self.scope(viewer, name, groups, journal)?;
                    let (read, watched) = (None, None);
                    readings.push(Reading { name: name_key(name), viewer, scope, read, watched });
                }
                Err((text, hint)) => {
                    let notice = ("viewer", name.as_str());
                    journal.failure(Failed::User, notice, &user.name, &text, Some(hint))?;
                }
            }
        }
        Ok(readings)
    }

    /// Reads all of the libraries of which the changes do not tell enough; those that are not to be believed go.
    #[expect(clippy::too_many_arguments, reason = "all of it is looked at")]
    fn look_closer(
        &self,
        asked: &Asked<'_>,
        readings: &mut Vec<Reading<'_>>,
        groups: &[Group<'_>],
        members: &[Option<Members>],
        wanted: &HashMap<String, HashSet<TmdbId>>,
        aliases: &Aliases,
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        let mut open = Vec::new();
        for (index, reading) in
            readings.iter_mut().enumerate().filter(|(_, reading)| reading.scope != Scope::Whole)
        {
            if !self.only_take && is_whole_needed(reading, groups, members, aliases, &journal.store)? {
                reading.scope = Scope::Whole;
                open.push(index);
            } else if reading.shows_nothing() {
                open.push(index);
            }
        }
        let answers = self.pool.map(open.len(), |index| {
            let reading = &readings[open[index]];
            match reading.scope {
                Scope::Whole => self.part(asked, reading, wanted, aliases).map(Answer::Part),
                _ => self.jellyfin.film_count(&reading.viewer.id).map(Answer::Count),
            }
        });
        for (index, answer) in open.into_iter().zip(answers) {
            let reading = &mut readings[index];
            match (tell(answer, &reading.about(), Failed::User, journal)?, &mut reading.read) {
                (Some(Answer::Part(part)), read) => *read = Some(part),
                (Some(Answer::Count(0)), Some(part)) => part.count = 0,
                (Some(Answer::Count(_)), Some(part)) => part.count = u32::MAX,
                (_, read) => *read = None,
            }
        }
        let mut lost = HashSet::new();
        for reading in readings.iter() {
            let is_whole = reading.scope == Scope::Whole;
            let Some(part) = reading.read.as_ref().filter(|_| is_whole || reading.shows_nothing()) else {
                continue;
            };
            if !is_believable(reading.viewer, part.count, is_whole, journal)? {
                lost.insert(reading.name.clone());
            }
        }
        readings.retain(|reading| !lost.contains(&reading.name));
        Ok(())
    }
}

/// Do the changes of a library not tell enough for somebody who sees it?
fn is_whole_needed(
    reading: &Reading<'_>,
    groups: &[Group<'_>],
    members: &[Option<Members>],
    aliases: &Aliases,
    store: &Store,
) -> Result<bool, StoreError> {
    let (Some(part), Some(watched)) = (&reading.read, &reading.watched) else { return Ok(false) };
    // A server's clock that was set back hides what was saved since.
    if matches!(reading.scope, Scope::Since(since) if part.until.is_none_or(|until| until < since)) {
        return Ok(true);
    }
    let seen = Library::default().with_watched(watched, aliases);
    for (index, user) in mapped(groups, &reading.name) {
        let Some(members) = &members[index] else { continue };
        let listed = store.listed(&user.name, !user.remove_unlisted)?;
        let viewer = Viewer {
            name: &user.name,
            remove_watched: user.remove_watched,
            has_accepted: true,
            listed: &listed,
            library: Some(&seen),
        };
        let members = members.as_deref().unwrap_or_default();
        if plan::is_whole_library_needed(&viewer, members, aliases) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Says what could not be read; what could be read is news no more.
fn tell(
    answer: Result<Result<Answer, ApiError>, Panicked>,
    about: &str,
    failed: Failed<'_>,
    journal: &mut Journal,
) -> Result<Option<Answer>, StoreError> {
    let explain = |error: ApiError| (chain(&error), error.hint());
    let unexpected = |_| ("reading it failed unexpectedly; please report it".to_owned(), None);
    match answer.map_err(unexpected).and_then(|answer| answer.map_err(explain)) {
        Ok(answer) => {
            journal.store.forget_notices_about("read", about)?;
            Ok(Some(answer))
        }
        Err((text, hint)) => {
            if interrupt::requested().is_none() {
                journal.failure(failed, ("read", about), about, &text, hint.as_deref())?;
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
    journal: &mut Journal,
) -> Result<bool, StoreError> {
    let seen = journal.store.films_seen(&viewer.id)?;
    if count == 0 && seen > 0 {
        let (text, hint) = lost_library(seen);
        let notice = ("library", viewer.id.as_str());
        journal.failure(Failed::User, notice, &viewer.name, &text, Some(hint))?;
        return Ok(false);
    }
    if is_whole {
        journal.store.record_films_seen(&viewer.id, count)?;
    }
    journal.store.forget_notices_about("library", &viewer.id)?;
    Ok(true)
}
