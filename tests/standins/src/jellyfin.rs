//! The stand-in Jellyfin: users, films, collections and playlists, answered as 10.8 to 12.0 answer them.
//!
//! What differs between the versions is in docs/jellyfin.md; `tests/jellyfin/` replays what the
//! real servers were seen to say. Where an option of the real server decides, the harsher setting holds here: films
//! are grouped into collections for users (docs/jellyfin.md#the-library), and nothing but the API key [`KEY`] opens the
//! door.

pub(crate) mod clock;
mod http;
mod items;
mod playlists;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::server::{Hook, Server};
pub use playlists::Playlist;
use state::{Film, State, User, hash};

/// The one API key the stand-in takes.
pub const KEY: &str = "jellyfin-stand-in-key-fedcba9876543210";

/// Which Jellyfin is played. The order is that of the releases; there is no 10.12 and no 11.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 10.8.13.
    V10_8,
    /// 10.9.11.
    V10_9,
    /// 10.10.7.
    V10_10,
    /// 10.11.11.
    V10_11,
    /// 12.0.0: no legacy auth, and films in collections are hidden from careless queries.
    V12_0,
}

/// Something in a library, for [`Jellyfin::add_item`].
#[derive(Clone, Debug)]
pub struct Item {
    /// 32 hex digits; `None` derives it from the path, as Jellyfin does.
    pub id: Option<String>,
    /// The title.
    pub name: String,
    /// `Movie`, `Series`, `Video`, ...
    pub kind: String,
    /// Names and values as stored, such as `("Tmdb", "603")`; Jellyfin checks neither.
    pub provider_ids: Vec<(String, String)>,
    /// The file; two copies of a film differ in this.
    pub path: String,
    /// `ProductionYear`, left out of answers when `None`.
    pub year: Option<u32>,
    /// The names of the users who see it, `None` for all. It works like a parental rating: 10.9–10.11 drop what
    /// the user may not see only after counting and paging.
    pub visible_to: Option<Vec<String>>,
}

impl Item {
    /// A film with a TMDB id that everyone sees.
    pub fn film(tmdb_id: u32, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            provider_ids: vec![("Tmdb".to_owned(), tmdb_id.to_string())],
            path: format!("/media/films/{name} [tmdbid-{tmdb_id}]/{name}.mkv"),
            ..Self::default()
        }
    }
}

impl Default for Item {
    /// A film without a name, a path or provider ids.
    fn default() -> Self {
        Self {
            id: None,
            name: String::new(),
            kind: "Movie".to_owned(),
            provider_ids: Vec::new(),
            path: String::new(),
            year: None,
            visible_to: None,
        }
    }
}

/// A collection (`BoxSet`) as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// 32 hex digits, derived from the folder.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// The folder's own name, such as `Letterboxd - anna [boxset]`.
    pub folder: String,
    /// Whether its metadata are locked.
    pub locked: bool,
    /// The ids of the linked items in the order of adding. Unlike in Jellyfin's listing, an item that was added
    /// twice stands here twice.
    pub members: Vec<String>,
}

/// A running stand-in. It stops when dropped.
///
/// Methods that name a user, an item or a collection panic when there is none.
pub struct Jellyfin {
    /// The server, for faults and the request log.
    pub server: Server,
    state: Arc<Mutex<State>>,
}

impl Jellyfin {
    /// Starts a Jellyfin 12.0 without users, films or collections.
    pub fn start() -> Self {
        Self::start_version(Version::V12_0)
    }

    /// Starts an empty Jellyfin of this version.
    pub fn start_version(version: Version) -> Self {
        Self::serve(State::new(version))
    }

    /// Starts another one, which has all that this one has.
    pub fn twin(&self) -> Self {
        Self::serve(self.state().clone())
    }

    fn serve(state: State) -> Self {
        let state = Arc::new(Mutex::new(state));
        let serving = Arc::clone(&state);
        let server = Server::start(move |request| http::answer(&mut lock(&serving), request));
        Self { server, state }
    }

    /// The address a person would put into the config: with the base URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("{}{}", self.server.url(), self.state().base)
    }

    /// Sets the `Id` of `/System/Info`.
    pub fn set_server_id(&self, id: &str) {
        id.clone_into(&mut self.state().server_id);
    }

    /// Sets the base URL, such as `/jellyfin`; requests without it are redirected to the web client from then on.
    pub fn set_base_url(&self, base: &str) {
        base.clone_into(&mut self.state().base);
    }

    /// Plays a server that is still starting, until called with `false`.
    pub fn starting_up(&self, on: bool) {
        self.state().starting = on;
    }

    /// Moves the server's clock forward: what was saved before is old afterwards (`Date`, `minDateLastSaved`).
    pub fn pass_time(&self, time: Duration) {
        self.state().skipped += time;
    }

    /// Adds a user who sees everything, and returns the id.
    pub fn add_user(&self, name: &str) -> String {
        let id = hash(&format!("user {name}"));
        self.state().users.push(User {
            id: id.clone(),
            name: name.to_owned(),
            disabled: false,
            library_hidden: false,
        });
        id
    }

    /// Makes the key a token of this user, who is an administrator from then on; with `None` an API key again. What
    /// is asked without a user is then that user's own view (docs/jellyfin.md#keys).
    pub fn set_key_owner(&self, name: Option<&str>) {
        self.state().key_owner = name.map(str::to_owned);
    }

    /// Disables a user; the listing of `/Users` says so, everything else stays.
    pub fn disable_user(&self, name: &str) {
        self.state().user_named(name).disabled = true;
    }

    /// Gives a user another name; the id stays.
    pub fn rename_user(&self, from: &str, to: &str) {
        to.clone_into(&mut self.state().user_named(from).name);
    }

    /// Deletes a user, and with them their private playlists.
    pub fn remove_user(&self, name: &str) {
        let mut state = self.state();
        let id = state.user_named(name).id.clone();
        state.users.retain(|user| user.name != name);
        state.playlists.retain(|list| list.is_public || list.owner != id);
    }

    /// Takes all libraries from a user, or gives them back. Whoever asks for items by their ids sees them all the same.
    pub fn hide_library(&self, user: &str, hidden: bool) {
        self.state().user_named(user).library_hidden = hidden;
    }

    /// Takes the libraries away, or brings them back: no listing shows their films meanwhile.
    pub fn lose_libraries(&self, are_gone: bool) {
        self.state().libraries_gone = are_gone;
    }

    /// Adds a film that everyone sees, and returns its item id.
    pub fn add_film(&self, tmdb_id: u32, name: &str) -> String {
        self.add_item(Item::film(tmdb_id, name))
    }

    /// Adds an item and returns its id.
    ///
    /// # Panics
    ///
    /// When there is one with this id, so with this path, already.
    pub fn add_item(&self, item: Item) -> String {
        let mut state = self.state();
        let id = item.id.clone().unwrap_or_else(|| hash(&item.path));
        assert!(state.film(&id).is_none(), "the stand-in Jellyfin has `{}` already", item.path);
        let saved = state.now();
        state.films.insert(id.clone(), Film::new(id.clone(), item, saved));
        id
    }

    /// Removes an item whose file is gone; it leaves all collections too, and on 12.0 all playlists: before, it comes back
    /// there with its file.
    pub fn remove_film(&self, item_id: &str) {
        self.state().remove_film(item_id);
    }

    /// Puts a file of another name in the place of an item's (a Radarr upgrade) and returns the new id. The item
    /// is out of every collection; who watched it stays (docs/jellyfin.md#item-ids).
    pub fn replace_file(&self, item_id: &str) -> String {
        self.state().replace_file(item_id)
    }

    /// What does that once it is called, for a fault.
    pub fn replacing(&self, item_id: &str) -> Hook {
        let (state, item_id) = (Arc::clone(&self.state), item_id.to_owned());
        Hook::new(move || drop(lock(&state).replace_file(&item_id)))
    }

    /// As [`Jellyfin::replace_file`], with a scan after the new file came and before the old one went: the film is a
    /// new item, and 10.11 keeps an entry of its file that is in no listing and has no ids. Returns both ids.
    pub fn replace_file_between_scans(&self, item_id: &str) -> (String, String) {
        let film = self.replace_file(item_id);
        let item = self.state().film_known(&film).item.clone();
        let id = Some(hash(&format!("video {}", item.path)));
        let leftover = self.add_item(Item { id, kind: "Video".to_owned(), provider_ids: Vec::new(), ..item });
        (film, leftover)
    }

    /// Gives an item another TMDB id, or none, without saving it anew; a listing by the time of saving keeps quiet.
    pub fn identify(&self, item_id: &str, tmdb_id: Option<u32>) {
        let ids = tmdb_id.map(|id| ("Tmdb".to_owned(), id.to_string()));
        self.state().film_known(item_id).item.provider_ids = ids.into_iter().collect();
    }

    /// Shows an item to these users only, or to all with `None`, without saving it anew.
    pub fn show_to(&self, item_id: &str, users: Option<Vec<String>>) {
        self.state().film_known(item_id).item.visible_to = users;
    }

    /// Marks an item as saved just now.
    pub fn save(&self, item_id: &str) {
        let mut state = self.state();
        let now = state.now();
        state.film_known(item_id).saved = now;
    }

    /// Lets an item look as if it was saved long ago, as one that came back with its old metadata.
    pub fn save_long_ago(&self, item_id: &str) {
        "2020-01-01T00:00:00.0000000Z".clone_into(&mut self.state().film_known(item_id).saved);
    }

    /// Scans the libraries: ghosts become real (docs/jellyfin.md#ghosts).
    pub fn scan(&self) {
        self.state().sets.iter_mut().for_each(|set| set.ghost = false);
    }

    /// Marks an item as watched by a user, or as not.
    pub fn watch(&self, user: &str, item_id: &str, watched: bool) {
        let mut state = self.state();
        let user_id = state.user_named(user).id.clone();
        state.film_known(item_id).watch(&user_id, watched);
    }

    /// Lets `isPlayed` take an item for watched by a user, or not, whatever its `UserData` say. There may be several
    /// rows of those for one item: since 10.11 any of them makes it played to the filter, while one of them is told;
    /// before, the filter looks at the first key alone, and what is told at all of them.
    pub fn filter_as_watched(&self, user: &str, item_id: &str, watched: bool) {
        let mut state = self.state();
        let user_id = state.user_named(user).id.clone();
        state.film_known(item_id).filtered.insert(user_id, watched);
    }

    /// From now on adding the item is answered with 204 but changes nothing (the bug with several versions,
    /// docs/jellyfin.md#films-that-do-not-stay).
    pub fn reject_silently(&self, item_id: &str) {
        self.state().film_known(item_id).rejected = true;
    }

    /// Creates a collection as a person does in the web client, unlocked, and returns its id. As with the API, a
    /// folder that is there already is emptied and taken over.
    pub fn add_collection(&self, name: &str) -> String {
        self.state().create(name, false)
    }

    /// Gives a collection another name; folder and id stay.
    pub fn rename_collection(&self, id: &str, name: &str) {
        name.clone_into(&mut self.state().set_known(id).name);
    }

    /// Deletes a collection.
    pub fn delete_collection(&self, id: &str) {
        let mut state = self.state();
        state.set_known(id);
        state.remove_set(id);
    }

    /// What deletes a collection once it is called, for a fault.
    pub fn deletion(&self, id: &str) -> impl Fn() + Send + Sync + use<> {
        let (state, id) = (Arc::clone(&self.state), id.to_owned());
        move || lock(&state).remove_set(&id)
    }

    /// Makes a collection a ghost: listed without a user, with `ParentId` null, and seen by nobody
    /// (docs/jellyfin.md#ghosts).
    pub fn make_ghost(&self, id: &str) {
        self.state().set_known(id).ghost = true;
    }

    /// Puts an item into a collection, as a person does.
    pub fn put(&self, collection_id: &str, item_id: &str) {
        let mut state = self.state();
        state.film_known(item_id);
        let set = state.set_known(collection_id);
        set.revision += 1;
        if !set.links.iter().any(|link| link == item_id) {
            set.links.push(item_id.to_owned());
        }
    }

    /// Takes an item out of a collection, as a person does.
    pub fn take(&self, collection_id: &str, item_id: &str) {
        let mut state = self.state();
        let set = state.set_known(collection_id);
        set.links.retain(|link| link != item_id);
        set.revision += 1;
    }

    /// The name of every collection that the API was asked for although its folder was there, and which it emptied.
    pub fn made_again(&self) -> Vec<String> {
        self.state().made_again.clone()
    }

    /// Every item that was asked into a collection by the API although it was a member.
    pub fn put_again(&self) -> Vec<String> {
        self.state().put_again.clone()
    }

    /// Every collection, in the order of creation.
    pub fn collections(&self) -> Vec<Collection> {
        let state = self.state();
        let collection = |set: &state::Set| Collection {
            id: set.id.clone(),
            name: set.name.clone(),
            folder: set.folder.clone(),
            locked: set.locked,
            members: set.links.clone(),
        };
        state.sets.iter().map(collection).collect()
    }

    /// The TMDB ids of a collection's members, sorted; two copies of a film count twice, an item without a TMDB id
    /// not at all.
    ///
    /// # Panics
    ///
    /// When no collection has this name.
    pub fn members(&self, collection_name: &str) -> Vec<u32> {
        let state = self.state();
        let set = state.sets.iter().find(|set| set.name == collection_name).unwrap_or_else(|| {
            let names: Vec<_> = state.sets.iter().map(|set| &set.name).collect();
            panic!("the stand-in Jellyfin has no collection `{collection_name}`, only {names:?}")
        });
        let films = set.distinct_links().into_iter().filter_map(|id| state.film(id));
        let mut ids: Vec<u32> = films.filter_map(|film| film.tmdb()?.trim().parse().ok()).collect();
        ids.sort_unstable();
        ids
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// A test that panics for want of a collection leaves the state whole.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
