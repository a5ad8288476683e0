//! The Jellyfin half of a pass: collections become what their people hold.
//!
//! One look at the server (who it is, its people, its collections, each person's library, each collection's
//! members), a plan for each collection, and then one write at a time. What lbjf puts into a collection is written
//! down before it is sent, so a run that is killed never takes its own film for somebody else's.

mod apply;
mod target;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::thread;

use crate::api::{ApiError, chain};
use crate::config::{Collection, User};
use crate::feed::InLibrary;
use crate::film::TmdbId;
use crate::interrupt;
use crate::jellyfin::{BoxSet, Jellyfin, JellyfinError, JellyfinUser, LibraryFilm, Member};
use crate::plan::{self, Aliases, CollectionView, Library, Viewer};
use crate::pool::Pool;
use crate::report::{Ended, Report};
use crate::store::{DAY, Listed, Store, StoreError};
use apply::Apply;
use target::{Target, find};

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
    /// Are libraries of people without a collection needed too (`skip_if_in_library`)?
    pub needs_libraries: bool,
}

/// One collection and the people mapped to it.
struct Group<'a> {
    /// As the first of them names it.
    name: String,
    /// `None`: it is made when there is a film to put in.
    id: Option<String>,
    users: Vec<&'a User>,
}

/// What the server has, read at the beginning.
struct Look {
    users: Vec<JellyfinUser>,
    sets: Vec<BoxSet>,
}

/// By the viewer's name in lower case.
type Libraries = HashMap<String, Library>;

/// `None`: there is no such collection yet.
type Members = Option<Vec<Member>>;

impl Collect<'_> {
    /// Does this half of the pass; returns what the libraries hold.
    pub fn run(&self, store: &mut Store, report: &mut Report) -> Result<InLibrary, StoreError> {
        let groups_wanted = self.chosen.iter().any(|index| self.users[*index].collection.is_some());
        if !groups_wanted && !self.needs_libraries {
            return Ok(InLibrary::Ignored);
        }
        let Some(look) = self.look(store, report)? else { return Ok(InLibrary::Unknown) };
        let aliases = Aliases::new(store.aliases()?);
        let groups = self.groups(&look, store, report)?;
        let (libraries, members) = self.read(&look, &groups, &aliases, store, report)?;
        for (group, members) in groups.iter().zip(members) {
            if interrupt::requested().is_some() {
                break;
            }
            if let Some(members) = members {
                self.group(group, members, &libraries, &aliases, store, report)?;
            }
        }
        Ok(self.in_library(&libraries))
    }

    /// What keeps films from Radarr: everything in anybody's library, once all of them could be read.
    fn in_library(&self, libraries: &Libraries) -> InLibrary {
        let mut viewers = self.users.iter().filter_map(|user| user.jellyfin_username.as_ref());
        if !viewers.all(|name| libraries.contains_key(&name.to_lowercase())) {
            return InLibrary::Unknown;
        }
        InLibrary::Known(libraries.values().flat_map(Library::films).collect())
    }

    /// Who is it, who is there, and which collections are there? `None` when that failed, which is told.
    fn look(&self, store: &mut Store, report: &mut Report) -> Result<Option<Look>, StoreError> {
        let jellyfin = self.jellyfin;
        let (info, users, sets) = thread::scope(|scope| {
            let users = scope.spawn(|| jellyfin.users());
            let sets = scope.spawn(|| jellyfin.collections());
            (jellyfin.info(), join(users), join(sets))
        });
        let found = info.and_then(|info| Ok((info, users?, sets?)));
        let (info, users, sets) = match found {
            Ok(found) => found,
            Err(JellyfinError::Api(error)) if error.is_interrupt() => return Ok(None),
            Err(error) => {
                let hint = error.hint();
                report.failure(store, "jellyfin/look", "jellyfin", &chain(&error), hint.as_deref())?;
                return Ok(None);
            }
        };
        log::debug!("jellyfin: `{}`, version {}", info.name, info.version);
        if store.server_identity("jellyfin", &info.id)? != info.id {
            let text = format!("`{}` is another Jellyfin than the one this store belongs to", info.name);
            let hint = "give each Jellyfin a `system.database` of its own";
            report.failure(store, "jellyfin/other", "jellyfin", &text, Some(hint))?;
            return Ok(None);
        }
        store.forget_notices("jellyfin/")?;
        Ok(Some(Look { users, sets }))
    }

    /// The collections that this run may change, with everybody who is mapped to them.
    fn groups(
        &self,
        look: &Look,
        store: &mut Store,
        report: &mut Report,
    ) -> Result<Vec<Group<'_>>, StoreError> {
        let mut found: Vec<(Target, Group<'_>)> = Vec::new();
        let mut failed = HashSet::new();
        for (index, user) in self.users.iter().enumerate() {
            let Some(collection) = &user.collection else { continue };
            let is_chosen = self.chosen.contains(&index);
            let remembered = match collection {
                Collection::Name(name) => store.collection_id(name)?,
                Collection::Id(_) => None,
            };
            let target = match find(collection, &look.sets, remembered.as_deref()) {
                Ok(target) => target,
                Err(text) => {
                    if is_chosen && failed.insert(text.clone()) {
                        let key = format!("collection/{}/{text}", user.name);
                        report.failure(store, &key, &user.name, &text, None)?;
                    }
                    continue;
                }
            };
            store.forget_notices(&format!("collection/{}/", user.name))?;
            if let (Collection::Name(name), Target::Set(id)) = (collection, &target) {
                store.record_collection(name, id)?;
            }
            if let (Some(id), Target::New(_)) = (&remembered, &target) {
                // It was deleted. Made again it may have the same id, but what is in it then is not lbjf's.
                let gone: Vec<_> = store.members(id)?.iter().map(|row| row.tmdb).collect();
                store.forget_members(id, &gone)?;
            }
            if is_chosen && !self.only_take {
                tell_mapping(user, collection, target.set(&look.sets), store)?;
            }
            if let Some((_, group)) = found.iter_mut().find(|(known, _)| *known == target) {
                group.users.push(user);
                continue;
            }
            let (Collection::Id(text) | Collection::Name(text)) = collection;
            let set = target.set(&look.sets);
            let name = set.map_or(text, |set| &set.name).clone();
            let id = set.map(|set| set.id.clone());
            found.push((target, Group { name, id, users: vec![user] }));
        }
        let is_chosen = |user: &&User| self.chosen.iter().any(|index| self.users[*index].name == user.name);
        let groups = found.into_iter().map(|(_, group)| group);
        Ok(groups.filter(|group| group.users.iter().any(is_chosen)).collect())
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
                .entry(viewer.to_lowercase())
                .or_default()
                .extend(ids.into_iter().map(|id| aliases.canonical(id)));
        }
        Ok(wanted)
    }

    /// Every library and every collection's members, side by side. Members are `None` for a collection that could
    /// not be read; a library that could not be read, or cannot be believed, is missing.
    fn read(
        &self,
        look: &Look,
        groups: &[Group<'_>],
        aliases: &Aliases,
        store: &mut Store,
        report: &mut Report,
    ) -> Result<(Libraries, Vec<Option<Members>>), StoreError> {
        let mut viewers: BTreeMap<String, &JellyfinUser> = BTreeMap::new();
        let everybody = self.users.iter().filter(|_| self.needs_libraries);
        let mut asked = HashSet::new();
        for user in groups.iter().flat_map(|group| group.users.iter().copied()).chain(everybody) {
            let Some(name) = &user.jellyfin_username else { continue };
            if !asked.insert(name.to_lowercase()) {
                continue;
            }
            match look.users.iter().find(|known| known.name.to_lowercase() == name.to_lowercase()) {
                Some(known) if known.is_disabled => {
                    let text = format!("Jellyfin's user `{name}` is disabled");
                    let hint = "enable them in the Dashboard, or change `jellyfin_username`";
                    report.failure(store, &format!("viewer/{name}/"), &user.name, &text, Some(hint))?;
                }
                Some(known) => {
                    store.forget_notices(&format!("viewer/{name}/"))?;
                    viewers.insert(name.to_lowercase(), known);
                }
                None => {
                    let there: Vec<_> = look.users.iter().map(|user| format!("`{}`", user.name)).collect();
                    let text = format!("Jellyfin has no user `{name}`; it has {}", there.join(", "));
                    let hint = "check `jellyfin_username`";
                    report.failure(store, &format!("viewer/{name}/"), &user.name, &text, Some(hint))?;
                }
            }
        }
        let viewers: Vec<_> = viewers.into_iter().collect();
        let wanted = self.wanted(aliases, store)?;
        let films = self.pool.map(viewers.len() + groups.len(), |index| match viewers.get(index) {
            Some((name, user)) => {
                let is_wanted = |id| wanted.get(name).is_some_and(|ids| ids.contains(&id));
                let count = |films: &[LibraryFilm]| u32::try_from(films.len()).unwrap_or(u32::MAX);
                let films = self.jellyfin.library(&user.id)?;
                Ok(Read::Library { count: count(&films), library: Library::of(films, aliases, is_wanted) })
            }
            None => match &groups[index - viewers.len()].id {
                Some(id) => self.jellyfin.members(id).map(|members| Read::Members(Some(members))),
                None => Ok(Read::Members(None)),
            },
        });
        let mut libraries = Libraries::new();
        let mut members = Vec::new();
        for (index, result) in films.into_iter().enumerate() {
            let about = match viewers.get(index) {
                Some((_, user)) => format!("library of `{}`", user.name),
                None => format!("collection `{}`", groups[index - viewers.len()].name),
            };
            let unexpected = |_| ("reading it failed unexpectedly; please report it".to_owned(), None);
            let explain = |error: ApiError| (chain(&error), error.hint());
            let result = result.map_err(unexpected).and_then(|result| result.map_err(explain));
            if result.is_ok() {
                store.forget_notices(&format!("read/{about}/"))?;
            }
            match result {
                Ok(Read::Library { count, library }) => {
                    let (name, user) = &viewers[index];
                    if is_believable(user, count, store, report)? {
                        libraries.insert(name.clone(), library);
                    }
                }
                Ok(Read::Members(found)) => members.push(Some(found)),
                Err((text, hint)) => {
                    if interrupt::requested().is_none() {
                        report.failure(store, &format!("read/{about}/"), &about, &text, hint.as_deref())?;
                    }
                    if index >= viewers.len() {
                        members.push(None);
                    }
                }
            }
        }
        Ok((libraries, members))
    }

    /// Plans one collection and carries that out.
    fn group(
        &self,
        group: &Group<'_>,
        members: Members,
        libraries: &Libraries,
        aliases: &Aliases,
        store: &mut Store,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let id = group.id.as_deref();
        let mut lists: Vec<Vec<Listed>> = Vec::new();
        let mut accepted = Vec::new();
        for user in &group.users {
            lists.push(store.listed(&user.name, !user.remove_unlisted)?);
            accepted.push(store.cursor(&user.name)?.accepted_at.is_some());
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
                library: user.jellyfin_username.as_ref().and_then(|name| libraries.get(&name.to_lowercase())),
            })
            .collect();
        let rows = id.map_or(Ok(Vec::new()), |id| store.members(id))?;
        let unstuck = id.map_or(Ok(Vec::new()), |id| store.unstuck(id, report.now() - DAY))?;
        let view =
            CollectionView { name: &group.name, members: members.as_deref(), rows: &rows, unstuck: &unstuck };
        let plan = plan::collection(&viewers, &view, aliases, self.only_take);
        if self.is_dry {
            for step in &plan.steps {
                report.step(step, Ended::Planned, None);
            }
            return Ok(());
        }
        if let Some(id) = id {
            store.record_members(id, &plan.met)?;
            store.forget_members(id, &plan.gone)?;
        }
        let mut apply = Apply { jellyfin: self.jellyfin, name: &group.name, id, aliases, store, report };
        let after = apply.run(&plan.steps)?;
        if let Some(members) = after.or(members) {
            for viewer in &viewers {
                store.record_places(viewer.name, &plan::places(viewer, &members, aliases))?;
            }
        }
        Ok(())
    }
}

enum Read {
    Library { count: u32, library: Library },
    Members(Members),
}

fn join<T>(handle: thread::ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A collection that the config no longer names is left as it is; that is said once. Another name for the same one,
/// or its id, is no change.
fn tell_mapping(
    user: &User,
    collection: &Collection,
    set: Option<&BoxSet>,
    store: &mut Store,
) -> Result<(), StoreError> {
    let before = store.record_mapping(&user.name, &collection.to_string())?;
    let is_same = |before: &String| {
        let before = before.trim_matches('`');
        set.is_some_and(|set| {
            set.id == before || set.name == before || set.folder == format!("{before} [boxset]")
        })
    };
    if let Some(before) = before.filter(|before| !is_same(before)) {
        log::info!("{}: collection {before} is left as it is; {collection} is kept from now on", user.name);
    }
    Ok(())
}

/// A library that shows nothing where it showed films is a disk that is not mounted, or a lost permission.
fn is_believable(
    user: &JellyfinUser,
    films: u32,
    store: &mut Store,
    report: &mut Report,
) -> Result<bool, StoreError> {
    let seen = store.films_seen(&user.id)?;
    if films == 0 && seen > 0 {
        let text = format!("the library shows no films where it showed {seen}; nothing is made or taken out");
        let hint = "is the disk mounted, and may they still see the library?";
        report.failure(store, &format!("library/{}", user.id), &user.name, &text, Some(hint))?;
        return Ok(false);
    }
    store.record_films_seen(&user.id, films)?;
    store.forget_notices(&format!("library/{}", user.id))?;
    Ok(true)
}
