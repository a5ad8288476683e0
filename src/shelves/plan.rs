//! What becomes of a collection. The rules and their reasons are in docs/design.md#what-belongs-in-a-collection:
//!
//! * a person *holds* a film that is on their list and that they have not watched;
//! * a held film that is in that person's library is put in;
//! * lbjf *owns* a member that it put in, or met while somebody listed it, unless everybody had watched it by then;
//! * a member that it owns is taken out when nobody holds it and everybody's list was fully read once;
//! * any other member is taken out when everybody has watched it, unless they had when it was first met;
//! * doubt about any library takes nothing out.

use std::collections::{HashMap, HashSet};

use crate::clients::jellyfin::LibraryFilm;
use crate::domain::film::TmdbId;
use crate::domain::ids::JellyfinId;
use crate::domain::library::{KnownMember, Member};
use crate::domain::step::{
    AddToCollection, Aliases, CreateCollection, RemoveFromCollection, RemoveReason, Step,
};
use crate::store::{Listed, Place, Placed};

/// One person mapped to the collection.
#[derive(Debug)]
pub struct Viewer<'a> {
    /// At Letterboxd.
    pub name: &'a str,
    /// Do watched films leave?
    pub remove_watched: bool,
    /// Was their list ever read in full and accepted?
    pub has_accepted: bool,
    /// The films on their list, and with `remove_unlisted = false` those that once were; newest first.
    pub listed: &'a [Listed],
    /// What they can see in Jellyfin; `None` when it could not be read, or cannot be believed.
    pub library: Option<&'a Library>,
}

/// A person's library, by canonical TMDB id. Many of them are in memory at once, so each keeps little: what was watched,
/// and the copies of what the person may want.
#[derive(Debug, Default)]
pub struct Library {
    /// Films of which any copy was watched, sorted.
    watched: Vec<TmdbId>,
    /// The copies of what is wanted, smallest id first.
    copies: HashMap<TmdbId, Vec<Copy>>,
    /// Are the films only those that changed of late?
    is_partial: bool,
}

/// One copy of a film.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Copy {
    item_id: JellyfinId,
    path: Option<String>,
}

impl Library {
    /// From the films that Jellyfin listed, all of which may be wanted.
    pub fn new(films: Vec<LibraryFilm>, aliases: &Aliases) -> Self {
        Self::of(films, aliases, |_| true)
    }

    /// From the films that Jellyfin listed; `is_wanted` gets canonical ids.
    pub fn of(films: Vec<LibraryFilm>, aliases: &Aliases, is_wanted: impl Fn(TmdbId) -> bool) -> Self {
        let mut library = Self::default();
        for film in films {
            let id = aliases.canonical(film.tmdb);
            if film.is_watched {
                library.watched.push(id);
            }
            if let Some(item_id) = film.item_id.filter(|_| is_wanted(id)) {
                library.copies.entry(id).or_default().push(Copy { item_id, path: film.path });
            }
        }
        library.watched.sort_unstable();
        library.watched.dedup();
        library.watched.shrink_to_fit();
        for copies in library.copies.values_mut() {
            copies.sort_unstable();
            copies.dedup();
        }
        library
    }

    /// The same as films that changed of late: it says nothing of others.
    #[must_use]
    pub fn partial(self) -> Self {
        Self { is_partial: true, ..self }
    }

    /// With all that were watched, also of films that did not change.
    #[must_use]
    pub fn with_watched(mut self, watched: &[TmdbId], aliases: &Aliases) -> Self {
        self.watched.extend(watched.iter().map(|id| aliases.canonical(*id)));
        self.watched.sort_unstable();
        self.watched.dedup();
        self
    }

    /// Where the copies of what is wanted lie, and which items they are.
    pub fn paths(&self) -> impl Iterator<Item = (&str, TmdbId, &JellyfinId)> {
        let copies = self.copies.iter().flat_map(|(id, copies)| copies.iter().map(|copy| (*id, copy)));
        copies.filter_map(|(id, copy)| Some((copy.path.as_deref()?, id, &copy.item_id)))
    }

    /// Was any copy of this film watched?
    pub fn is_watched(&self, canonical: TmdbId) -> bool {
        self.watched.binary_search(&canonical).is_ok()
    }
}

/// The collection as it is.
#[derive(Debug)]
pub struct CollectionView<'a> {
    /// As a person names it.
    pub name: &'a str,
    /// Its members; `None` when there is no such collection yet.
    pub members: Option<&'a [Member]>,
    /// What is remembered of its members.
    pub rows: &'a [KnownMember],
    /// Items that did not come, or did not go, although Jellyfin said so lately.
    pub unstuck: &'a [JellyfinId],
}

/// What to do, and what to write down before it is done.
#[derive(Debug, Default)]
pub struct CollectionPlan {
    /// In the order of doing.
    pub steps: Vec<Step>,
    /// Members met for the first time, or become lbjf's own.
    pub met: Vec<KnownMember>,
    /// Members that are gone.
    pub gone: Vec<TmdbId>,
}

/// Plans one collection. With `only_take` nothing is put in or made (`cleanup`).
pub fn collection(
    viewers: &[Viewer<'_>],
    view: &CollectionView<'_>,
    aliases: &Aliases,
    only_take: bool,
) -> CollectionPlan {
    let facts = Facts::new(viewers, view, aliases);
    let mut plan = CollectionPlan::default();
    if !only_take {
        plan.steps = facts.puts();
    }
    let (met, takes) = facts.takes();
    plan.met = met;
    plan.steps.extend(takes);
    let put = |id: TmdbId| {
        plan.steps
            .iter()
            .any(|step| matches!(step, Step::AddToCollection(put) if facts.canonical(put.tmdb) == id))
    };
    let is_gone = |row: &&KnownMember| {
        let id = facts.canonical(row.tmdb);
        view.members.is_some() && !facts.members.contains_key(&id) && !put(id)
    };
    plan.gone = view.rows.iter().filter(is_gone).map(|row| row.tmdb).collect();
    plan
}

/// Where this person's films stand, given what is in the collection now, and which they have watched. A film that is not named here stays where it
/// was: what changed of late says nothing of it.
pub fn places(
    viewer: &Viewer<'_>,
    members: &[Member],
    unstuck: &[JellyfinId],
    aliases: &Aliases,
) -> Vec<Placed> {
    let Some(library) = viewer.library else { return Vec::new() };
    let inside = inside(members, aliases);
    let has_no_use = |copy: &Copy| {
        unstuck.contains(&copy.item_id) || members.iter().any(|member| is_same_item(member, copy))
    };
    let place = |listed: &Listed| {
        let id = aliases.canonical(listed.tmdb);
        let place = if inside.contains(&id) {
            Some(Place::Collection)
        } else if has_watched(viewer, id) {
            Some(Place::Watched)
        } else if let Some(copies) = library.copies.get(&id) {
            // In the library, and yet not in: either it cannot be, or what was to be done was not.
            copies.iter().all(has_no_use).then_some(Place::Ineffective)
        } else if library.is_partial {
            return None;
        } else {
            Some(Place::Waiting)
        };
        Some(Placed { uid: listed.film.uid.clone(), place, is_watched: library.is_watched(id) })
    };
    viewer.listed.iter().filter_map(place).collect()
}

/// Does what changed of late not tell what to do for this person? So it is when a film is newly wanted, is no longer
/// watched, or is out of the collection although nobody watched it.
pub fn is_whole_library_needed(viewer: &Viewer<'_>, members: &[Member], aliases: &Aliases) -> bool {
    let inside = inside(members, aliases);
    viewer.listed.iter().any(|listed| {
        let id = aliases.canonical(listed.tmdb);
        match listed.place {
            None => true,
            Some(Place::Watched) => !has_watched(viewer, id),
            Some(Place::Collection) => !inside.contains(&id) && !has_watched(viewer, id),
            Some(Place::Waiting | Place::Ineffective) => false,
        }
    })
}

/// Is the member this copy, or another entry of its file?
fn is_same_item(member: &Member, copy: &Copy) -> bool {
    member.item_id == copy.item_id || (copy.path.is_some() && member.path == copy.path)
}

/// The films in a collection, by canonical TMDB id.
fn inside(members: &[Member], aliases: &Aliases) -> HashSet<TmdbId> {
    members.iter().filter_map(|member| member.tmdb).map(|id| aliases.canonical(id)).collect()
}

/// What the rules ask about, looked up once.
struct Facts<'a> {
    viewers: &'a [Viewer<'a>],
    view: &'a CollectionView<'a>,
    aliases: &'a Aliases,
    members: HashMap<TmdbId, Vec<&'a Member>>,
    rows: HashMap<TmdbId, KnownMember>,
    held: HashSet<TmdbId>,
    listed: HashSet<TmdbId>,
    wanted: HashSet<TmdbId>,
    is_sure: bool,
}

impl<'a> Facts<'a> {
    fn new(viewers: &'a [Viewer<'a>], view: &'a CollectionView<'a>, aliases: &'a Aliases) -> Self {
        let mut members: HashMap<TmdbId, Vec<&Member>> = HashMap::new();
        for member in view.members.unwrap_or_default() {
            if let Some(id) = member.tmdb {
                members.entry(aliases.canonical(id)).or_default().push(member);
            }
        }
        // What is remembered under two ids that were merged since is one film.
        let mut rows: HashMap<TmdbId, KnownMember> = HashMap::new();
        for row in view.rows {
            let merged = rows.entry(aliases.canonical(row.tmdb)).or_insert(*row);
            merged.is_own |= row.is_own;
            merged.was_watched |= row.was_watched;
        }
        let mut facts = Self {
            viewers,
            view,
            aliases,
            members,
            rows,
            held: HashSet::new(),
            listed: HashSet::new(),
            wanted: HashSet::new(),
            is_sure: viewers.iter().all(|viewer| viewer.library.is_some()),
        };
        for viewer in viewers {
            for listed in viewer.listed {
                let id = aliases.canonical(listed.tmdb);
                facts.wanted.insert(id);
                if listed.is_listed {
                    facts.listed.insert(id);
                }
                if !has_watched(viewer, id) {
                    facts.held.insert(id);
                }
            }
        }
        facts
    }

    fn canonical(&self, id: TmdbId) -> TmdbId {
        self.aliases.canonical(id)
    }

    /// Films to put in, the newest of each person first; a collection to put them into, where there is none.
    fn puts(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut inside: HashSet<TmdbId> = self.members.keys().copied().collect();
        let members = self.view.members.unwrap_or_default();
        let items: HashSet<&JellyfinId> = members.iter().map(|member| &member.item_id).collect();
        let paths: HashSet<&str> = members.iter().filter_map(|member| member.path.as_deref()).collect();
        let is_member = |copy: &Copy| {
            items.contains(&copy.item_id) || copy.path.as_deref().is_some_and(|path| paths.contains(path))
        };
        let is_free = |copy: &&Copy| !is_member(copy) && !self.view.unstuck.contains(&copy.item_id);
        for viewer in self.viewers {
            let Some(library) = viewer.library else { continue };
            for listed in viewer.listed {
                let id = self.canonical(listed.tmdb);
                let Some(copies) = library.copies.get(&id) else { continue };
                // A copy that is a member under another TMDB id is the film all the same.
                if has_watched(viewer, id) || copies.iter().any(is_member) || inside.contains(&id) {
                    continue;
                }
                let Some(copy) = copies.iter().find(is_free) else { continue };
                inside.insert(id);
                steps.push(Step::AddToCollection(AddToCollection {
                    collection: self.view.name.to_owned(),
                    film: listed.film.clone(),
                    tmdb: listed.tmdb,
                    item_id: copy.item_id.clone(),
                    path: copy.path.clone(),
                    person: viewer.name.to_owned(),
                }));
            }
        }
        match (self.view.members, self.is_sure) {
            (None, false) => Vec::new(),
            (None, true) if !steps.is_empty() => {
                steps.insert(
                    0,
                    Step::CreateCollection(CreateCollection { collection: self.view.name.to_owned() }),
                );
                steps
            }
            _ => steps,
        }
    }

    /// Films to take out, and members to remember.
    fn takes(&self) -> (Vec<KnownMember>, Vec<Step>) {
        let (mut met, mut steps) = (Vec::new(), Vec::new());
        let mut members: Vec<_> = self.members.iter().collect();
        members.sort_by_key(|(id, _)| **id);
        for (id, copies) in members {
            let row = self.rows.get(id).copied();
            let first = row.is_none().then(|| self.was_watched(*id));
            // What everybody had watched when it was first met is a person's: somebody put it there to see it again.
            let was_watched = row.map_or(first.flatten(), |row| Some(row.was_watched));
            let is_met_listed = self.listed.contains(id) && was_watched == Some(false);
            let is_own = row.is_some_and(|row| row.is_own) || is_met_listed;
            let watched = self.everybody_watched(*id);
            match (row, first.flatten()) {
                (Some(row), _) if is_own && !row.is_own => {
                    met.push(KnownMember { tmdb: *id, is_own, was_watched: false });
                }
                (None, Some(was_watched)) if is_own || self.is_sure => {
                    met.push(KnownMember { tmdb: *id, is_own, was_watched });
                }
                _ => {}
            }
            let leaves = match row {
                _ if !self.is_sure => false,
                _ if is_own => {
                    !self.held.contains(id) && self.viewers.iter().all(|viewer| viewer.has_accepted)
                }
                Some(row) => watched && !row.was_watched,
                None => false,
            };
            // Jellyfin took it out and shows it all the same: once a day is often enough.
            let is_stubborn = copies.iter().all(|member| self.view.unstuck.contains(&member.item_id));
            if leaves && !is_stubborn {
                let why = if is_own && !self.wanted.contains(id) {
                    RemoveReason::Unlisted
                } else {
                    RemoveReason::Watched
                };
                steps.push(Step::RemoveFromCollection(RemoveFromCollection {
                    collection: self.view.name.to_owned(),
                    name: copies[0].name.clone(),
                    year: None,
                    tmdb: *id,
                    item_ids: copies.iter().map(|member| member.item_id.clone()).collect(),
                    why,
                }));
            }
        }
        (met, steps)
    }

    /// Has everybody watched it, now that it is first met? `None`: a library could not be read, so nobody knows. Where
    /// watched films leave for nobody, everybody is asked: that may change, and what a person put there although it was
    /// watched stays.
    fn was_watched(&self, id: TmdbId) -> Option<bool> {
        let matters = self.viewers.iter().any(|viewer| viewer.remove_watched);
        let asked = || self.viewers.iter().filter(|viewer| viewer.remove_watched == matters);
        if asked().any(|viewer| viewer.library.is_some_and(|library| !library.is_watched(id))) {
            return Some(false);
        }
        asked().all(|viewer| viewer.library.is_some()).then_some(true)
    }

    /// Has everybody watched it whose watched films leave? Nobody is not everybody.
    fn everybody_watched(&self, id: TmdbId) -> bool {
        let mut asked = self.viewers.iter().filter(|viewer| viewer.remove_watched).peekable();
        asked.peek().is_some() && asked.all(|viewer| has_watched(viewer, id))
    }
}

/// Has this person watched any copy, and does it matter for them?
fn has_watched(viewer: &Viewer<'_>, id: TmdbId) -> bool {
    viewer.remove_watched && has_seen(viewer, id)
}

/// Has this person watched any copy?
fn has_seen(viewer: &Viewer<'_>, id: TmdbId) -> bool {
    viewer.library.is_some_and(|library| library.is_watched(id))
}

#[cfg(test)]
mod tests;
