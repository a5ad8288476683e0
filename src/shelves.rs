//! The Jellyfin half of a pass: collections and playlists become what their people hold.
//!
//! The library is brought up to date, then the server is asked for its collections and playlists, for the members of
//! those that may have changed, and for what everybody watched of the films that matter. A plan for each follows, and
//! then one write at a time. What lbjf puts in is written down before it is sent, so a run that is killed never takes its
//! own film for somebody else's.

mod collection;
mod executor;
pub(crate) mod groups;
mod members;
pub mod plan;
mod playlist;
mod seen;
pub(crate) mod target;
mod view;
mod watched;

use std::slice;

use crate::clients::api::{ApiError, chain};
use crate::clients::jellyfin::JellyfinUser;
use crate::domain::clock::DAILY;
use crate::domain::event::{Failed, Outcome};
use crate::domain::film::split_year;
use crate::domain::ids::JellyfinId;
use crate::domain::library::Member;
use crate::domain::presence::SeenFilm;
use crate::domain::problem::Problem;
use crate::domain::request::InLibrary;
use crate::domain::shelf::{Named, Shelf, WatchedBy};
use crate::domain::step::{Aliases, RemoveReason, Step};
use crate::domain::text::{name_key, one_line, plural, same_name};
use crate::journal::Journal;
use crate::library::{Belief, Found, Library};
use crate::shelves::plan::ShelfPlan;
use crate::store::{Store, StoreError};
use crate::system::interrupt;
use crate::system::pool::{Panicked, Pool};
use executor::{Done, Executor};
use groups::{Group, Place};
use members::Known;
use seen::Seen;
use view::View;
use watched::Watched;

/// What to do about a person's token.
pub(crate) const CREATE_A_KEY: &str = "create an API key under Dashboard > API Keys";

/// Reads that are under way at the same time.
pub const READS_AT_ONCE: usize = 6;

/// Somebody who has a collection or a playlist.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// Their name.
    pub name: &'a str,
    /// Whose watched films count in Jellyfin.
    pub jellyfin_username: Option<&'a str>,
    /// Their collection.
    pub collection: Option<&'a Named>,
    /// Their playlist, which needs a user.
    pub playlist: Option<&'a Named>,
    /// Do watched films leave them?
    pub remove_watched: bool,
    /// Who has to have watched them?
    pub watched_by: WatchedBy,
    /// Do films leave them that left their list?
    pub remove_unlisted: bool,
    /// May this run change them?
    pub is_chosen: bool,
}

/// What this half of the pass works with.
#[derive(Debug)]
pub struct Shelves<'a> {
    /// The library, and the door.
    pub library: Library<'a>,
    /// Threads for reading.
    pub pool: &'a Pool,
    /// Everybody who has a collection or playlist.
    pub people: Vec<Person<'a>>,
    /// Only take films out (`cleanup`).
    pub only_remove: bool,
    /// Only say what would be done.
    pub is_dry: bool,
    /// Is it needed what the library has, also without any of them (`skip_if_in_library`)?
    pub needs_library: bool,
}

impl Shelves<'_> {
    /// Does this half of the pass; returns what the library has.
    pub fn run(&self, journal: &mut Journal) -> Result<InLibrary, StoreError> {
        let has_shelf = self.people.iter().any(|person| person.is_chosen);
        if !has_shelf && !self.needs_library {
            return Ok(InLibrary::Ignored);
        }
        let Some(found) = self.library.update(journal)? else { return Ok(InLibrary::Unknown) };
        let aliases = Aliases::new(journal.store().aliases()?);
        if has_shelf {
            self.fill(&found, &aliases, journal)?;
        }
        if !self.needs_library {
            return Ok(InLibrary::Ignored);
        }
        if found.belief != Belief::Sure {
            return Ok(InLibrary::Unknown);
        }
        let ids = journal.store().library_ids()?;
        Ok(InLibrary::Known(ids.into_iter().map(|id| aliases.canonical(id)).collect()))
    }

    /// Brings all collections and playlists in step that this run may change.
    fn fill(&self, found: &Found, aliases: &Aliases, journal: &mut Journal) -> Result<(), StoreError> {
        let mut groups = self.collection_groups(journal)?;
        groups.extend(self.playlist_groups(&found.users, journal)?);
        if groups.is_empty() {
            return Ok(());
        }
        // What was in vain is tried once a day.
        journal.try_ineffective_again(journal.now() - DAILY)?;
        let known = self.members(&groups, journal)?;
        let watched = self.watched(&groups, &found.users, aliases, journal)?;
        let mut seen = Seen::default();
        for (group, known) in groups.iter().zip(known) {
            if interrupt::requested().is_some() {
                break;
            }
            if known != Known::Not {
                for (person, films) in self.group(group, known, found, &watched, aliases, journal)? {
                    seen.add(person, films, journal)?;
                }
            }
        }
        Ok(())
    }

    /// Plans one collection or playlist and carries that out. Returns where the films of each person are then, unless
    /// what was known of that has to stay.
    fn group<'g>(
        &self,
        group: &'g Group<'_>,
        known: Known,
        found: &Found,
        watched: &Watched,
        aliases: &'g Aliases,
        journal: &mut Journal,
    ) -> Result<Vec<(&'g Person<'g>, Vec<SeenFilm>)>, StoreError> {
        let is_sure = found.belief == Belief::Sure;
        let (mut known, mut asked) = (known, None);
        let mut view = View::load(group, group.id.as_ref(), is_sure, aliases, journal)?;
        let mut plan = view.plan(watched, self.only_remove);
        if known == Known::Before && !plan.steps.is_empty() {
            // Before anything is changed, what is there now counts.
            let Some(members) = self.members_now(group, journal)? else { return Ok(Vec::new()) };
            if Some(&members) != view.members.as_ref() {
                asked = Some(self.watched(slice::from_ref(group), &found.users, aliases, journal)?);
            }
            known = Known::Now;
            view = View::load(group, group.id.as_ref(), is_sure, aliases, journal)?;
            plan = view.plan(asked.as_ref().unwrap_or(watched), self.only_remove);
        }
        let watched = asked.as_ref().unwrap_or(watched);
        tell_stuck(group, &plan, journal)?;
        add_years(&mut plan, journal.store())?;
        if self.is_dry {
            for step in &plan.steps {
                journal.step(step, Outcome::Planned, None);
            }
            return Ok(Vec::new());
        }
        remember(group, known, &plan, journal)?;
        let (id, named) = (group.id.as_ref(), group.shelf());
        if plan.steps.is_empty() {
            journal.trouble_over_for("apply", &named.to_string())?;
        }
        let mut done = self.executor(group, &named, id, aliases, journal).run(&plan.steps)?;
        let is_doubled =
            |step: &Step| matches!(step, Step::RemoveFromShelf(take) if take.why == RemoveReason::Doubled);
        if done.is_refused || plan.steps.iter().any(is_doubled) {
            // Jellyfin does not know an item of the library as it was read: it is read once more, and planned with
            // that. What stood there twice is put in once.
            if done.is_refused {
                self.library.read_again(journal)?;
            }
            view = View::load(group, done.id.as_ref(), is_sure, aliases, journal)?;
            plan = view.plan(watched, self.only_remove);
            add_years(&mut plan, journal.store())?;
            let id = done.id;
            let mut executor = self.executor(group, &named, id.as_ref(), aliases, journal);
            executor.is_second = true;
            let again = executor.run(&plan.steps)?;
            done = Done { id, ..again };
        }
        // What is known of everybody's films stays as it was where nothing could be made, or the run ends.
        let is_made = done.id.is_some() || group.id.is_some() || plan.steps.is_empty();
        if interrupt::requested().is_some() || !is_made || found.belief == Belief::Lost {
            return Ok(Vec::new());
        }
        if !plan.steps.is_empty() {
            let id = done.id.as_ref().or(group.id.as_ref());
            view = View::load(group, id, is_sure, aliases, journal)?;
        }
        Ok(view.presence(watched))
    }

    fn executor<'e>(
        &'e self,
        group: &'e Group<'_>,
        named: &'e Shelf,
        id: Option<&'e JellyfinId>,
        aliases: &'e Aliases,
        journal: &'e mut Journal,
    ) -> Executor<'e> {
        let (jellyfin, place) = (self.library.jellyfin, &group.place);
        Executor { jellyfin, place, named, id, aliases, is_second: false, journal }
    }

    /// Asks what is in one now. `None` when that failed, which is told.
    fn members_now(
        &self,
        group: &Group<'_>,
        journal: &mut Journal,
    ) -> Result<Option<Vec<Member>>, StoreError> {
        let Some(id) = &group.id else { return Ok(None) };
        let (answer, named) = (Ok(group.place.read(self.library.jellyfin, id)), group.shelf());
        let Some(found) = told(answer, &named, journal)? else { return Ok(None) };
        members::record(id, &named, group.etag.as_deref(), found, journal)?;
        journal.store().listing(id, false).map(Some)
    }
}

/// Films that should leave a playlist of Jellyfin 10.9 or 10.10 stay: nobody can take them out with a key
/// (docs/jellyfin.md#playlists).
fn tell_stuck(group: &Group<'_>, plan: &ShelfPlan, journal: &mut Journal) -> Result<(), StoreError> {
    let about = group.shelf().to_string();
    match &group.place {
        Place::Playlist(owner) if plan.stuck > 0 => {
            let text = format!(
                "{} should leave, but Jellyfin {} lets an API key only add to playlists",
                plural(plan.stuck, "film"),
                owner.version
            );
            let hint = "remove them in Jellyfin, or update it to 10.11 or newer";
            journal.warning(("only adds", about.as_str()), &about, &text, Some(hint))?;
        }
        _ => journal.trouble_over_for("only adds", &about)?,
    }
    if plan.waiting > 0 {
        log::debug!(
            "{about}: {} stay for a day at most, since an entry that somebody put in may be hidden",
            plural(plan.waiting, "film")
        );
    }
    Ok(())
}

/// Writes down which members were met, and which are gone.
fn remember(
    group: &Group<'_>,
    known: Known,
    plan: &ShelfPlan,
    journal: &mut Journal,
) -> Result<(), StoreError> {
    let Some(id) = &group.id else { return Ok(()) };
    let gone = if known == Known::Now { plan.gone.as_slice() } else { &[] };
    journal.members_met(id, &plan.met, gone)
}

/// Jellyfin may show none of a film that is taken out.
fn add_years(plan: &mut ShelfPlan, store: &Store) -> Result<(), StoreError> {
    for step in &mut plan.steps {
        if let Step::RemoveFromShelf(take) = step
            && let (_, None) = split_year(&take.name)
        {
            take.year = store.film_year(take.tmdb)?;
        }
    }
    Ok(())
}

/// As [`told_of`], of a collection or playlist.
fn told<T>(
    answer: Result<Result<T, ApiError>, Panicked>,
    named: &Shelf,
    journal: &mut Journal,
) -> Result<Option<T>, StoreError> {
    told_of(answer, &named.to_string(), Failed::Shelf(named.kind), journal)
}

/// Says what could not be read; what could be read is news no more.
fn told_of<T>(
    answer: Result<Result<T, ApiError>, Panicked>,
    about: &str,
    failed: Failed<'_>,
    journal: &mut Journal,
) -> Result<Option<T>, StoreError> {
    let explain = |error: ApiError| (chain(&error), error.hint());
    let unexpected = |_| ("reading it failed unexpectedly; please report it".to_owned(), None);
    match answer.map_err(unexpected).and_then(|answer| answer.map_err(explain)) {
        Ok(answer) => {
            journal.trouble_over_for("read", about)?;
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

/// The person of this name, in any case, or why there is none of use.
pub(crate) fn viewer<'a>(name: &str, users: &'a [JellyfinUser]) -> Result<&'a JellyfinUser, Problem> {
    let name = &one_line(name);
    let exact = users.iter().find(|known| same_name(&known.name, name));
    match exact.or_else(|| users.iter().find(|known| name_key(&known.name) == name_key(name))) {
        Some(known) if known.is_disabled => Err(Problem {
            message: format!("Jellyfin's user `{name}` is disabled"),
            hint: "enable that user in the Dashboard, or change `jellyfin_username`",
        }),
        Some(known) => Ok(known),
        None => {
            let there: Vec<_> = users.iter().map(|user| format!("`{}`", user.name)).collect();
            let message = format!("Jellyfin has no user `{name}`; it has {}", there.join(", "));
            Err(Problem { message, hint: "check `jellyfin_username`" })
        }
    }
}
