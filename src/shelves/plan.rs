//! What becomes of a collection or playlist. The rules and their reasons are in docs/design.md#what-belongs-in-a-collection:
//!
//! * a person *holds* a film that is on their list and that they have not watched;
//! * a held film that the library has is put in;
//! * lbjf *owns* a member that it put in, or met while somebody listed it, unless everybody had watched it by then;
//! * a member that it owns is taken out when nobody holds it, and everybody's list was fully read once or everybody has
//!   watched it;
//! * any other member is taken out when everybody has watched it, unless they had when it was first met;
//! * with `watched_by = "anyone"` the first of them who watched it counts for all;
//! * doubt about the library, or about what anybody watched, takes nothing out.
//!
//! Playlists have some rules of their own (docs/design.md#playlists), which are in `hidden` and at the end of [`shelf`].

mod hidden;

use std::collections::{HashMap, HashSet};

use crate::domain::clock::Timestamp;
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::library::{KnownMember, LibraryItem, Member};
use crate::domain::presence::{Listed, Presence, SeenFilm};
use crate::domain::shelf::{Shelf, WatchedBy};
use crate::domain::step::{AddToShelf, Aliases, CreateShelf, RemoveFromShelf, RemoveReason, Step};

/// The copies of films in the library by canonical TMDB id, smallest item id first.
pub type Copies = HashMap<TmdbId, Vec<LibraryItem>>;

/// One person mapped to it.
#[derive(Debug)]
pub struct Viewer<'a> {
    /// At Letterboxd.
    pub name: &'a str,
    /// Do watched films leave?
    pub remove_watched: bool,
    /// Who has to have watched a film?
    pub watched_by: WatchedBy,
    /// Was their list ever read in full and accepted?
    pub has_accepted: bool,
    /// The films on their list, and with `remove_unlisted = false` those that once were; newest first.
    pub listed: &'a [Listed],
    /// What they have watched, by canonical TMDB id; `None` when that could not be asked.
    pub watched: Option<&'a HashSet<TmdbId>>,
}

/// The collection or playlist as it is.
#[derive(Debug)]
pub struct ShelfView<'a> {
    /// As messages name it.
    pub shelf: &'a Shelf,
    /// Its members; `None` when it is still to be made.
    pub members: Option<&'a [Member]>,
    /// What is remembered of its members.
    pub rows: &'a [KnownMember],
    /// Items that did not come, or did not go, although Jellyfin said so lately.
    pub ineffective: &'a [JellyfinId],
    /// What the library has of what its people list.
    pub copies: &'a Copies,
    /// Is the library believed? It may show fewer films than it did.
    pub is_library_sure: bool,
    /// What can be done there.
    pub rules: Rules,
    /// The time.
    pub now: Timestamp,
}

/// What can be done with a collection or playlist.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Can anything be taken out?
    pub can_remove: bool,
    /// Are entries hidden while the library lacks their films, and forgotten by whatever is taken out meanwhile?
    pub forgets_hidden: bool,
}

impl Default for Rules {
    /// Those of a collection.
    fn default() -> Self {
        Self { can_remove: true, forgets_hidden: false }
    }
}

/// What to do, and what to write down before it is done.
#[derive(Debug, Default)]
pub struct ShelfPlan {
    /// In the order of doing.
    pub steps: Vec<Step>,
    /// Members met for the first time, or become lbjf's own.
    pub met: Vec<KnownMember>,
    /// Members that are gone.
    pub gone: Vec<TmdbId>,
    /// So many films should leave, and cannot.
    pub stuck: usize,
    /// So many wait, since taking them out would forget entries that a person put in.
    pub waiting: usize,
}

/// Plans one. With `only_remove` nothing is put in or made (`cleanup`).
pub fn shelf(
    viewers: &[Viewer<'_>],
    view: &ShelfView<'_>,
    aliases: &Aliases,
    only_remove: bool,
) -> ShelfPlan {
    let facts = Facts::new(viewers, view, aliases);
    let mut plan = ShelfPlan::default();
    if !only_remove {
        plan.steps = facts.additions();
    }
    let (met, removals) = facts.removals();
    let hidden = facts.hidden();
    plan.met = met;
    plan.met.extend(hidden.changed);
    if !view.rules.can_remove {
        plan.stuck = removals.len();
    } else if hidden.is_somebodys {
        plan.waiting = removals.len();
    } else {
        plan.steps.extend(removals);
        if !only_remove {
            plan.steps.extend(facts.doubled());
        }
    }
    let is_added = |id: TmdbId| {
        plan.steps.iter().any(|step| matches!(step, Step::AddToShelf(add) if facts.canonical(add.tmdb) == id))
    };
    let is_gone = |row: &&KnownMember| {
        let id = facts.canonical(row.tmdb);
        view.members.is_some()
            && !facts.members.contains_key(&id)
            && !is_added(id)
            && !hidden.rows.contains(&row.tmdb)
    };
    plan.gone = view.rows.iter().filter(is_gone).map(|row| row.tmdb).collect();
    plan
}

/// Where each person's films are, given what is there now, and which they have watched. Empty for somebody of whom that
/// is not known: what was known stays.
pub fn presence(viewers: &[Viewer<'_>], view: &ShelfView<'_>, aliases: &Aliases) -> Vec<Vec<SeenFilm>> {
    let members = view.members.unwrap_or_default();
    let inside: HashSet<TmdbId> =
        members.iter().filter_map(|member| member.tmdb).map(|id| aliases.canonical(id)).collect();
    let has_no_use = |copy: &LibraryItem| {
        view.ineffective.contains(&copy.item_id) || members.iter().any(|member| is_same_item(member, copy))
    };
    let seen = |viewer: &Viewer<'_>, watched: &HashSet<TmdbId>, listed: &Listed| {
        let id = aliases.canonical(listed.tmdb);
        let presence = if inside.contains(&id) {
            Some(Presence::Collection)
        } else if is_watched_for(viewer, viewers, id) {
            Some(Presence::Watched)
        } else if let Some(copies) = view.copies.get(&id) {
            // In the library, and yet not in: either it cannot be, or what was to be done was not.
            copies.iter().all(has_no_use).then_some(Presence::Ineffective)
        } else {
            Some(Presence::Waiting)
        };
        SeenFilm { uid: listed.film.uid.clone(), presence, is_watched: watched.contains(&id) }
    };
    let films = |viewer: &Viewer<'_>| {
        let Some(watched) = viewer.watched else { return Vec::new() };
        viewer.listed.iter().map(|listed| seen(viewer, watched, listed)).collect()
    };
    viewers.iter().map(films).collect()
}

/// Is the member this copy, or another entry of its file?
fn is_same_item(member: &Member, copy: &LibraryItem) -> bool {
    member.item_id == copy.item_id || (copy.path.is_some() && member.path == copy.path)
}

/// What the rules ask about, looked up once.
struct Facts<'a> {
    viewers: &'a [Viewer<'a>],
    view: &'a ShelfView<'a>,
    aliases: &'a Aliases,
    members: HashMap<TmdbId, Vec<&'a Member>>,
    rows: HashMap<TmdbId, KnownMember>,
    held: HashSet<TmdbId>,
    listed: HashSet<TmdbId>,
    wanted: HashSet<TmdbId>,
    is_sure: bool,
}

impl<'a> Facts<'a> {
    fn new(viewers: &'a [Viewer<'a>], view: &'a ShelfView<'a>, aliases: &'a Aliases) -> Self {
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
            merged.hidden_since = merged.hidden_since.or(row.hidden_since);
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
            is_sure: view.is_library_sure && viewers.iter().all(|viewer| viewer.watched.is_some()),
        };
        for viewer in viewers {
            for listed in viewer.listed {
                let id = aliases.canonical(listed.tmdb);
                facts.wanted.insert(id);
                // A title may mean another film: what a person put there does not become lbjf's by it.
                if listed.is_listed && !listed.is_matched {
                    facts.listed.insert(id);
                }
                if !is_watched_for(viewer, viewers, id) {
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
    fn additions(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut inside: HashSet<TmdbId> = self.members.keys().copied().collect();
        let members = self.view.members.unwrap_or_default();
        let items: HashSet<&JellyfinId> = members.iter().map(|member| &member.item_id).collect();
        let paths: HashSet<&str> = members.iter().filter_map(|member| member.path.as_deref()).collect();
        let is_member = |copy: &LibraryItem| {
            items.contains(&copy.item_id) || copy.path.as_deref().is_some_and(|path| paths.contains(path))
        };
        let is_free =
            |copy: &&LibraryItem| !is_member(copy) && !self.view.ineffective.contains(&copy.item_id);
        for viewer in self.viewers {
            // Where anyone's counts, a film that somebody may have watched would leave again.
            let matters = |other: &&Viewer<'_>| is_by_anyone(self.viewers) && other.remove_watched;
            let mut asked = self.viewers.iter().filter(matters).chain([viewer]);
            if asked.any(|viewer| viewer.watched.is_none()) {
                continue;
            }
            for listed in viewer.listed {
                let id = self.canonical(listed.tmdb);
                let Some(copies) = self.view.copies.get(&id) else { continue };
                // A copy that is a member under another TMDB id is the film all the same.
                if is_watched_for(viewer, self.viewers, id)
                    || copies.iter().any(is_member)
                    || inside.contains(&id)
                {
                    continue;
                }
                let Some(copy) = copies.iter().find(is_free) else { continue };
                inside.insert(id);
                steps.push(Step::AddToShelf(AddToShelf {
                    shelf: self.view.shelf.clone(),
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
                steps.insert(0, Step::CreateShelf(CreateShelf { shelf: self.view.shelf.clone() }));
                steps
            }
            _ => steps,
        }
    }

    /// Films to take out, and members to remember.
    fn removals(&self) -> (Vec<KnownMember>, Vec<Step>) {
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
            let watched = self.is_watched(*id);
            match (row, first.flatten()) {
                (Some(row), _) if is_own && !row.is_own => {
                    met.push(KnownMember { tmdb: *id, is_own, was_watched: false, hidden_since: None });
                }
                (None, Some(was_watched)) if is_own || self.is_sure => {
                    met.push(KnownMember { tmdb: *id, is_own, was_watched, hidden_since: None });
                }
                _ => {}
            }
            let leaves = match row {
                _ if !self.is_sure => false,
                _ if is_own => {
                    let is_read = self.viewers.iter().all(|viewer| viewer.has_accepted);
                    !self.held.contains(id) && (is_read || watched)
                }
                Some(row) => watched && !row.was_watched,
                None => false,
            };
            // Jellyfin took it out and shows it all the same: once a day is often enough.
            let is_stubborn = copies.iter().all(|member| self.view.ineffective.contains(&member.item_id));
            if leaves && !is_stubborn {
                let why = if is_own && !self.wanted.contains(id) {
                    RemoveReason::Unlisted
                } else {
                    RemoveReason::Watched
                };
                steps.push(self.removal(*id, copies, why));
            }
        }
        (met, steps)
    }

    fn removal(&self, tmdb: TmdbId, members: &[&Member], why: RemoveReason) -> Step {
        Step::RemoveFromShelf(RemoveFromShelf {
            shelf: self.view.shelf.clone(),
            name: members[0].name.clone(),
            year: None,
            tmdb,
            item_ids: members.iter().map(|member| member.item_id.clone()).collect(),
            why,
        })
    }

    /// Own films that stand there more than once. One removal takes all of them, and the plan that follows puts the film
    /// in once.
    fn doubled(&self) -> Vec<Step> {
        let is_there = |id: &TmdbId| self.view.copies.contains_key(id);
        let is_own = |id: &TmdbId| self.rows.get(id).is_some_and(|row| row.is_own);
        let mut found: Vec<_> = self
            .members
            .iter()
            .filter(|(id, _)| self.is_sure && is_own(id) && self.held.contains(id) && is_there(id))
            .filter(|(_, members)| members.iter().any(|member| member.is_doubled))
            .collect();
        found.sort_by_key(|(id, _)| **id);
        found.into_iter().map(|(id, members)| self.removal(*id, members, RemoveReason::Doubled)).collect()
    }

    /// Was it watched, now that it is first met? `None`: somebody could not be asked, so nobody knows. Where watched
    /// films leave for nobody, everybody is asked: that may change, and what a person put there although it was watched
    /// stays.
    fn was_watched(&self, id: TmdbId) -> Option<bool> {
        let matters = self.viewers.iter().any(|viewer| viewer.remove_watched);
        let asked = || self.viewers.iter().filter(|viewer| viewer.remove_watched == matters);
        // One answer of this kind decides, whatever the others say.
        let decides = is_by_anyone(self.viewers);
        if asked().any(|viewer| viewer.watched.is_some_and(|watched| watched.contains(&id) == decides)) {
            return Some(decides);
        }
        asked().all(|viewer| viewer.watched.is_some()).then_some(!decides)
    }

    /// Has everybody watched it whose watched films leave, or one of them where that is enough? Nobody is not everybody.
    fn is_watched(&self, id: TmdbId) -> bool {
        let mut asked = self.viewers.iter().filter(|viewer| viewer.remove_watched).peekable();
        if is_by_anyone(self.viewers) {
            return asked.any(|viewer| has_watched(viewer, id));
        }
        asked.peek().is_some() && asked.all(|viewer| has_watched(viewer, id))
    }
}

/// Does the first of them who watched a film decide? One who says so is enough.
fn is_by_anyone(viewers: &[Viewer<'_>]) -> bool {
    viewers.iter().any(|viewer| viewer.watched_by == WatchedBy::Anyone)
}

/// Is it watched, as far as this person holds it?
fn is_watched_for(viewer: &Viewer<'_>, viewers: &[Viewer<'_>], id: TmdbId) -> bool {
    if is_by_anyone(viewers) {
        viewers.iter().any(|viewer| has_watched(viewer, id))
    } else {
        has_watched(viewer, id)
    }
}

/// Has this person watched any copy, and does it matter for them?
fn has_watched(viewer: &Viewer<'_>, id: TmdbId) -> bool {
    viewer.remove_watched && viewer.watched.is_some_and(|watched| watched.contains(&id))
}

#[cfg(test)]
mod tests;
