//! The Jellyfin half of a pass: collections become what their people hold.
//!
//! One look at the server (who it is, its people, its collections, each person's library, each collection's
//! members), a plan for each collection, and then one write at a time. What lbjf puts into a collection is written
//! down before it is sent, so a run that is killed never takes its own film for somebody else's.

mod ahead;
mod executor;
mod groups;
mod leftovers;
mod looks;
pub mod plan;
mod read;
pub(crate) mod target;

use std::collections::{HashMap, HashSet};
use std::mem;

use crate::clients::api::chain;
use crate::clients::jellyfin::{BoxSet, Info, Jellyfin, JellyfinError, JellyfinUser};
use crate::config::User;
use crate::domain::clock::{DAILY, Timestamp};
use crate::domain::event::{Failed, Outcome};
use crate::domain::film::{TmdbId, split_year};
use crate::domain::library::Member;
use crate::domain::request::InLibrary;
use crate::domain::step::{Aliases, Step};
use crate::domain::text::{name_key, one_line, same_name};
use crate::journal::Journal;
use crate::shelves::plan::{CollectionView, Library, Viewer};
use crate::store::{Listed, Store, StoreError};
use crate::system::interrupt;
use crate::system::pool::Pool;
pub use ahead::{Asked, Questions};
use executor::Apply;
use groups::Group;
use leftovers::Leftovers;
use looks::fresh_look;
use read::Read;

/// What is wrong, and what to do about it.
type Complaint = (String, &'static str);

/// What to do about a person's token.
pub(crate) const MAKE_A_KEY: &str = "make an API key under Dashboard > API Keys";

/// What to do about a server that is another one.
const OTHER_JELLYFIN: &str = "if it is that of the same house, newly installed, run `lbjf sync --same-jellyfin` once; else give each Jellyfin a `system.database` of its own";

/// Reads that are under way at the same time.
pub const READS_AT_ONCE: usize = 6;

/// What this half of the pass works with.
#[derive(Debug)]
pub struct Collect<'a> {
    /// The door.
    pub jellyfin: &'a Jellyfin,
    /// Threads for reading.
    pub pool: &'a Pool,
    /// Everybody in the config.
    pub users: &'a [User],
    /// Those whose collections this run may change.
    pub chosen: &'a [usize],
    /// Only take films out (`cleanup`).
    pub only_take: bool,
    /// Only say what would be done.
    pub is_dry: bool,
    /// Read all of every library (`--full`).
    pub full: bool,
    /// Are libraries of people without a collection needed too (`skip_if_in_library`)?
    pub needs_libraries: bool,
    /// Is another server that of the same house, newly installed (`--same-jellyfin`)?
    pub same_jellyfin: bool,
}

/// What the server has, read at the beginning.
struct Look {
    users: Vec<JellyfinUser>,
    sets: Vec<BoxSet>,
}

/// `None`: there is no such collection yet.
type Members = Option<Vec<Member>>;

impl Collect<'_> {
    /// Is there anything to ask Jellyfin for?
    pub fn is_needed(&self) -> bool {
        self.needs_libraries || self.chosen.iter().any(|index| self.users[*index].collection.is_some())
    }

    /// Does this half of the pass; returns what the libraries hold. `asked` has what was asked already.
    pub fn run(&self, asked: &Asked<'_>, journal: &mut Journal) -> Result<InLibrary, StoreError> {
        if !self.is_needed() {
            return Ok(InLibrary::Ignored);
        }
        let Some(look) = self.look(asked, journal)? else { return Ok(InLibrary::Unknown) };
        // What did not stick is tried once a day.
        journal.store.forget_unstuck(journal.now() - DAILY)?;
        let aliases = Aliases::new(journal.store.aliases()?);
        let groups = self.groups(&look, journal)?;
        let mut read = self.read(asked, &look, &groups, &aliases, journal)?;
        for (group, members) in groups.iter().zip(mem::take(&mut read.members)) {
            if interrupt::requested().is_some() {
                break;
            }
            if let Some(members) = members {
                self.group(group, members, &read, &aliases, journal)?;
            }
        }
        // What keeps films from Radarr: everything in anybody's library, once all of them could be read.
        let mut viewers = self.users.iter().filter_map(|user| user.jellyfin_username.as_ref());
        let is_known = viewers.all(|name| read.libraries.contains_key(&name_key(name)));
        Ok(if is_known { InLibrary::Known(read.films) } else { InLibrary::Unknown })
    }

    /// Who is it, who is there, and which collections are there? `None` when that failed, which is told.
    fn look(&self, asked: &Asked<'_>, journal: &mut Journal) -> Result<Option<Look>, StoreError> {
        let known = journal.store.server("jellyfin")?;
        let is_known = self.is_known(&journal.store, journal.now())?;
        let find = || -> Result<_, JellyfinError> {
            let info = (!is_known).then(|| asked.info.get(&())).transpose()?;
            let (users, sets) = (asked.users.get(&())?, asked.sets.get(&())?);
            // Whose users are these?
            let is_other = info.is_none() && users.iter().all(|user| user.server_id != known);
            let info = if is_other { Some(asked.info.get(&())?) } else { info };
            Ok((info, users, sets))
        };
        let (info, users, sets) = match find() {
            Ok(found) => found,
            Err(JellyfinError::Api(error)) if error.is_interrupt() => return Ok(None),
            Err(error) => {
                let hint = error.hint();
                let (notice, text) = (("jellyfin", "", "look"), chain(&error));
                journal.failure(Failed::Server, notice, "jellyfin", &text, hint.as_deref())?;
                return Ok(None);
            }
        };
        if let Some(info) = info {
            log::debug!("jellyfin: `{}`, version {}", info.name, info.version);
            if self.same_jellyfin && journal.store.forget_other_jellyfin(&info.id)? {
                log::info!("jellyfin: `{}` is accepted; its collections are learned anew", info.name);
            }
            if let Some((text, hint)) = other_server(&info, &mut journal.store)? {
                let notice = ("jellyfin", "", "other");
                journal.failure(Failed::Server, notice, "jellyfin", &text, Some(hint))?;
                return Ok(None);
            }
        }
        journal.store.forget_notices("jellyfin")?;
        Ok(Some(Look { users, sets }))
    }

    /// Was everything that this run looks at looked at of late? Then it need not say again what server it is: its
    /// users tell whether it is the same.
    pub fn is_known(&self, store: &Store, now: Timestamp) -> Result<bool, StoreError> {
        if self.full || self.needs_libraries || store.server("jellyfin")?.is_none() {
            return Ok(false);
        }
        for user in
            self.chosen.iter().map(|index| &self.users[*index]).filter(|user| user.collection.is_some())
        {
            if fresh_look(user, store, now)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What each viewer may want to see in a collection, by canonical id: what they list, or once did.
    fn wanted(
        &self,
        aliases: &Aliases,
        store: &Store,
    ) -> Result<HashMap<String, HashSet<TmdbId>>, StoreError> {
        let mut wanted: HashMap<String, HashSet<TmdbId>> = HashMap::new();
        for user in self.users.iter().filter(|user| user.collection.is_some()) {
            let Some(viewer) = &user.jellyfin_username else { continue };
            let ids = store.listed_ids(&user.name, !user.remove_unlisted)?;
            wanted
                .entry(name_key(viewer))
                .or_default()
                .extend(ids.into_iter().map(|id| aliases.canonical(id)));
        }
        Ok(wanted)
    }

    /// Plans one collection and carries that out.
    fn group(
        &self,
        group: &Group<'_>,
        mut members: Members,
        read: &Read,
        aliases: &Aliases,
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        let id = group.id.as_ref();
        let mut lists: Vec<Vec<Listed>> = Vec::new();
        let mut accepted = Vec::new();
        for user in &group.users {
            lists.push(journal.store.listed(&user.name, !user.remove_unlisted)?);
            accepted.push(journal.store.has_accepted_reading(&user.name)?);
        }
        let viewers: Vec<Viewer<'_>> = group
            .users
            .iter()
            .zip(&lists)
            .zip(&accepted)
            .map(|((user, listed), has_accepted)| Viewer {
                name: &user.name,
                remove_watched: user.remove_watched,
                has_accepted: *has_accepted,
                listed,
                library: user.jellyfin_username.as_ref().and_then(|name| read.libraries.get(&name_key(name))),
            })
            .collect();
        let rows = id.map_or(Ok(Vec::new()), |id| journal.store.members(id))?;
        let unstuck = id.map_or(Ok(Vec::new()), |id| journal.store.unstuck(id))?;
        let mut leftovers = id.map_or(Ok(Leftovers::default()), |id| Leftovers::load(&journal.store, id))?;
        let libraries = viewers.iter().filter_map(|viewer| viewer.library);
        let paths: HashMap<&str, _> =
            libraries.flat_map(Library::paths).map(|(path, tmdb, item_id)| (path, (tmdb, item_id))).collect();
        leftovers.name(members.as_deref_mut().unwrap_or_default(), |path| paths.get(path).copied());
        let members = members.as_deref();
        let view = CollectionView { name: &group.name, members, rows: &rows, unstuck: &unstuck };
        let mut plan = plan::collection(&viewers, &view, aliases, self.only_take);
        for step in &mut plan.steps {
            if let Step::RemoveFromCollection(take) = step {
                // Jellyfin may have none.
                take.year = match split_year(&take.name) {
                    (_, None) => journal.store.film_year(take.tmdb)?,
                    _ => None,
                };
            }
        }
        if self.is_dry {
            for step in &plan.steps {
                journal.step(step, Outcome::Planned, None);
            }
            return Ok(());
        }
        if let Some(id) = id {
            journal.store.record_members(id, &plan.met)?;
            journal.store.forget_members(id, &plan.gone)?;
            leftovers.record(id, &format!("collection `{}`", group.name), journal)?;
        }
        let mut apply = Apply { jellyfin: self.jellyfin, name: &group.name, id, leftovers, aliases, journal };
        let after = apply.run(&plan.steps)?;
        // Without a collection there are no members, unless it should have been made.
        let nothing: Option<&[Member]> = plan.steps.is_empty().then_some(&[]);
        let Some(members) = after.as_deref().or(members).or(nothing) else { return Ok(()) };
        if interrupt::requested().is_some() {
            // What is known of everybody's films stays as it was, and so does when it was seen.
            return Ok(());
        }
        let unstuck = id.map_or(Ok(Vec::new()), |id| journal.store.unstuck(id))?;
        for (viewer, user) in viewers.iter().zip(&group.users) {
            let name = name_key(user.jellyfin_username.as_deref().unwrap_or_default());
            let placed = plan::places(viewer, members, &unstuck, aliases);
            // Whatever of the look is still to be done is written down as not seen yet.
            let look = match read.looks.get(&name).filter(|_| !self.only_take) {
                Some(taken) => taken.to_record(user, &journal.store, journal.now())?,
                None => None,
            };
            journal.store.record_places(viewer.name, &placed, look.as_ref())?;
        }
        Ok(())
    }
}

/// A store belongs to one Jellyfin: is this another one?
pub(crate) fn other_server(info: &Info, store: &mut Store) -> Result<Option<Complaint>, StoreError> {
    let is_other = store.server_identity("jellyfin", &info.id)? != info.id;
    Ok(is_other.then(|| {
        let text = format!("`{}` is another Jellyfin than the one this store belongs to", info.name);
        (text, OTHER_JELLYFIN)
    }))
}

/// The person of this name, in any case, or why there is none of use.
pub(crate) fn viewer<'a>(name: &str, users: &'a [JellyfinUser]) -> Result<&'a JellyfinUser, Complaint> {
    let name = &one_line(name);
    let exact = users.iter().find(|known| same_name(&known.name, name));
    match exact.or_else(|| users.iter().find(|known| name_key(&known.name) == name_key(name))) {
        Some(known) if known.is_disabled => Err((
            format!("Jellyfin's user `{name}` is disabled"),
            "enable them in the Dashboard, or change `jellyfin_username`",
        )),
        Some(known) => Ok(known),
        None => {
            let there: Vec<_> = users.iter().map(|user| format!("`{}`", user.name)).collect();
            let text = format!("Jellyfin has no user `{name}`; it has {}", there.join(", "));
            Err((text, "check `jellyfin_username`"))
        }
    }
}

/// What is said of a library that shows nothing where it showed films.
pub(crate) fn lost_library(seen: u32) -> Complaint {
    (
        format!("the library shows no films where it showed {seen}; nothing is made or taken out"),
        "is the disk mounted, and may they still see the library?",
    )
}
