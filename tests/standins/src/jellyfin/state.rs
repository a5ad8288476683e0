//! What the stand-in remembers, and the changes that keep it consistent.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, SystemTime};

use super::playlists::Entry;
use super::{Item, Version, clock};

/// Where Jellyfin keeps the folders of collections.
pub(super) const COLLECTIONS_PATH: &str = "/config/data/collections";

#[derive(Clone)]
pub(super) struct State {
    pub(super) version: Version,
    pub(super) server_id: String,
    /// Empty, or with a slash in front.
    pub(super) base: String,
    pub(super) starting: bool,
    /// The administrator whose token the key is; `None`: it is an API key.
    pub(super) key_owner: Option<String>,
    /// How far the clock is ahead of the machine's.
    pub(super) skipped: Duration,
    pub(super) users: Vec<User>,
    /// By id, so in no order that means anything, as in a database.
    pub(super) films: BTreeMap<String, Film>,
    pub(super) sets: Vec<Set>,
    pub(super) playlists: Vec<Playlist>,
    /// How many entries playlists ever got.
    pub(super) links: u64,
    /// Names for which the API was to make a collection although there was one.
    pub(super) made_again: Vec<String>,
    /// Whether the libraries were taken away, and their films with them.
    pub(super) libraries_gone: bool,
    /// Items that the API was to add although they were members.
    pub(super) put_again: Vec<String>,
    /// Items that the API was to add to a playlist although they were listed.
    pub(super) listed_again: Vec<String>,
}

#[derive(Clone)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) disabled: bool,
    pub(super) library_hidden: bool,
}

/// Any item of a library.
#[derive(Clone)]
pub(super) struct Film {
    pub(super) id: String,
    pub(super) item: Item,
    /// When it was last saved, as [`clock::iso`] writes it.
    pub(super) saved: String,
    /// Whether adding it is answered but not done.
    pub(super) rejected: bool,
    /// Ids of the users who watched it, with the time of it.
    watched: BTreeMap<String, String>,
    /// What `isPlayed` takes for true, by user, where that is not what `UserData` say.
    pub(super) filtered: BTreeMap<String, bool>,
}

/// A collection.
#[derive(Clone)]
pub(super) struct Set {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) folder: String,
    pub(super) locked: bool,
    pub(super) ghost: bool,
    pub(super) links: Vec<String>,
    pub(super) saved: String,
    /// How often it was written.
    pub(super) revision: u32,
}

/// A playlist.
#[derive(Clone)]
pub(super) struct Playlist {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) folder: String,
    /// The owner's id.
    pub(super) owner: String,
    pub(super) is_public: bool,
    /// Also those whose item is away.
    pub(super) entries: Vec<Entry>,
    pub(super) saved: String,
    /// How often it was written.
    pub(super) revision: u32,
    /// How often its entries were read.
    pub(super) loaded: u32,
}

impl State {
    pub(super) fn new(version: Version) -> Self {
        Self {
            version,
            server_id: hash("server"),
            base: String::new(),
            starting: false,
            key_owner: None,
            skipped: Duration::ZERO,
            users: Vec::new(),
            films: BTreeMap::new(),
            sets: Vec::new(),
            playlists: Vec::new(),
            links: 0,
            made_again: Vec::new(),
            libraries_gone: false,
            put_again: Vec::new(),
            listed_again: Vec::new(),
        }
    }

    pub(super) fn now(&self) -> String {
        clock::iso(self.clock())
    }

    pub(super) fn clock(&self) -> SystemTime {
        SystemTime::now() + self.skipped
    }

    pub(super) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn key_owner(&self) -> Option<&User> {
        let name = self.key_owner.as_ref()?;
        self.users.iter().find(|user| user.name == *name)
    }

    pub(super) fn user_named(&mut self, name: &str) -> &mut User {
        let user = self.users.iter_mut().find(|user| user.name == name);
        user.unwrap_or_else(|| panic!("the stand-in Jellyfin has no user `{name}`"))
    }

    pub(super) fn film(&self, id: &str) -> Option<&Film> {
        self.films.get(id)
    }

    pub(super) fn film_known(&mut self, id: &str) -> &mut Film {
        self.films.get_mut(id).unwrap_or_else(|| panic!("the stand-in Jellyfin has no item `{id}`"))
    }

    pub(super) fn set(&self, id: &str) -> Option<&Set> {
        self.sets.iter().find(|set| set.id == id)
    }

    pub(super) fn set_known(&mut self, id: &str) -> &mut Set {
        let set = self.sets.iter_mut().find(|set| set.id == id);
        set.unwrap_or_else(|| panic!("the stand-in Jellyfin has no collection with the id `{id}`"))
    }

    pub(super) fn remove_film(&mut self, id: &str) -> Film {
        for set in &mut self.sets {
            set.links.retain(|link| link != id);
        }
        // Until 12.0 an entry is known by its path, and comes back with the file.
        if self.version >= Version::V12_0 {
            for list in &mut self.playlists {
                list.entries.retain(|entry| entry.item != id);
            }
        }
        self.films.remove(id).unwrap_or_else(|| panic!("the stand-in Jellyfin has no item `{id}`"))
    }

    /// Another file comes in the place of this one.
    pub(super) fn replace_file(&mut self, id: &str) -> String {
        let now = self.now();
        let mut film = self.remove_film(id);
        film.item.path.push_str(".upgrade");
        film.id = hash(&film.item.path);
        film.saved = now;
        film.rejected = false;
        let id = film.id.clone();
        self.films.insert(id.clone(), film);
        id
    }

    pub(super) fn remove_set(&mut self, id: &str) {
        self.sets.retain(|set| set.id != id);
    }

    /// Creates a collection. The folder is never looked for: one that is there is emptied, renamed and re-locked,
    /// and keeps its id (docs/jellyfin.md#creating-a-collection).
    pub(super) fn create(&mut self, name: &str, locked: bool) -> String {
        let folder = folder(name);
        let id = id_of(&folder);
        let new = Set {
            id: id.clone(),
            name: name.to_owned(),
            folder,
            locked,
            ghost: false,
            links: Vec::new(),
            saved: self.now(),
            revision: self.set(&id).map_or(0, |set| set.revision + 1),
        };
        match self.sets.iter_mut().find(|set| set.id == id) {
            Some(set) => *set = new,
            None => self.sets.push(new),
        }
        id
    }

    /// As [`State::create`], by a client that should know whether it is there.
    pub(super) fn create_for_client(&mut self, name: &str, locked: bool) -> String {
        if self.set(&id_of(&folder(name))).is_some() {
            self.made_again.push(name.to_owned());
        }
        self.create(name, locked)
    }

    /// What becomes the member when an item is put into a collection: up to 10.11 an old entry of its file, if there is
    /// one (docs/jellyfin.md).
    pub(super) fn linked(&self, id: &str) -> String {
        let path = self.film(id).map(|film| film.item.path.as_str()).filter(|path| !path.is_empty());
        let is_old = |film: &&Film| {
            self.version <= Version::V10_11
                && film.item.kind == "Video"
                && Some(film.item.path.as_str()) == path
        };
        self.films.values().find(is_old).map_or(id, |film| film.id.as_str()).to_owned()
    }

    /// Adds all of the items, or none when one is unknown. One that is a member is left out; one that stands twice
    /// in `ids` is added twice. `false` when an item or the collection is unknown.
    pub(super) fn add(&mut self, set_id: &str, ids: &[String]) -> bool {
        let Some(set) = self.set(set_id) else { return false };
        if !ids.iter().all(|id| self.film(id).is_some() || self.set(id).is_some()) {
            return false;
        }
        let ids: Vec<String> = ids.iter().map(|id| self.linked(id)).collect();
        let again: Vec<String> = ids.iter().filter(|id| set.links.contains(id)).cloned().collect();
        let rejected = |id| self.film(id).is_some_and(|film| film.rejected);
        let new = ids.iter().filter(|id| !set.links.contains(id) && !rejected(id));
        let new: Vec<String> = new.cloned().collect();
        let now = self.now();
        self.put_again.extend(again);
        let set = self.set_known(set_id);
        set.links.extend(new);
        set.saved = now;
        set.revision += 1;
        true
    }

    /// Removes the first link of each of the items; ids of others are ignored. `false` when the collection is
    /// unknown.
    pub(super) fn remove(&mut self, set_id: &str, ids: &[String]) -> bool {
        if self.set(set_id).is_none() {
            return false;
        }
        let now = self.now();
        let set = self.set_known(set_id);
        for id in ids.iter().collect::<HashSet<_>>() {
            if let Some(link) = set.links.iter().position(|link| link == id) {
                set.links.remove(link);
            }
        }
        set.saved = now;
        set.revision += 1;
        true
    }
}

/// The folder of a new collection.
fn folder(name: &str) -> String {
    let valid = |c: char| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { ' ' } else { c };
    format!("{} [boxset]", name.chars().map(valid).collect::<String>())
}

fn id_of(folder: &str) -> String {
    hash(&format!("{COLLECTIONS_PATH}/{folder}"))
}

impl Film {
    pub(super) fn new(id: String, item: Item, saved: String) -> Self {
        Self { id, item, saved, rejected: false, watched: BTreeMap::new(), filtered: BTreeMap::new() }
    }

    /// Its TMDB id as stored, which need not be a number.
    pub(super) fn tmdb(&self) -> Option<&str> {
        let tmdb = self.item.provider_ids.iter().find(|(name, _)| name.eq_ignore_ascii_case("Tmdb"));
        tmdb.map(|(_, value)| value.as_str())
    }

    /// When the user watched it, `None` for never.
    pub(super) fn watched_at(&self, user_id: &str) -> Option<&str> {
        self.watched.get(user_id).map(String::as_str)
    }

    /// Whether `isPlayed` takes it for watched by the user.
    pub(super) fn is_played(&self, user_id: &str) -> bool {
        self.filtered.get(user_id).copied().unwrap_or_else(|| self.watched.contains_key(user_id))
    }

    pub(super) fn watch(&mut self, user_id: &str, watched: bool) {
        self.watched.remove(user_id);
        if watched {
            self.watched.insert(user_id.to_owned(), clock::iso(SystemTime::now()));
        }
    }
}

impl Set {
    /// What a listing shows: an item once, however often it is linked.
    pub(super) fn distinct_links(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        self.links.iter().map(String::as_str).filter(|link| seen.insert(*link)).collect()
    }
}

/// 32 hex digits that depend on the text alone, as Jellyfin's ids on the path (FNV-1a).
pub(super) fn hash(text: &str) -> String {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
    let start: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let hash = text.bytes().fold(start, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}
