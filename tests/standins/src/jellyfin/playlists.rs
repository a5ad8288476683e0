//! Playlists: what the API does with them, and what people do (docs/jellyfin.md#playlists).

use std::collections::HashSet;

use serde_json::{Value, json};

use super::http::{error, guid, guids, problem, values};
use super::state::{Playlist as Known, State, User, hash};
use super::{Jellyfin, Version, items};
use crate::server::{Reply, Request};

/// Where Jellyfin keeps their folders.
pub(super) const PLAYLISTS_PATH: &str = "/config/data/playlists";

/// A playlist as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playlist {
    /// 32 hex digits, derived from the folder.
    pub id: String,
    /// The name that its owner sees.
    pub name: String,
    /// The owner's name; `None` when nobody has that id.
    pub owner: Option<String>,
    /// Does everybody see it?
    pub is_public: bool,
    /// The ids of the items that are shown, in their order; doubles stand here as often as they are shown.
    pub entries: Vec<String>,
}

/// One entry: an item, known by its path, which may be in no library for a while.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) item: String,
    /// Of this link; what older versions make their entry ids of.
    number: u64,
}

impl Known {
    /// What is shown of it: entries whose item is there.
    pub(super) fn shown<'a>(&'a self, state: &'a State) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| state.film(&entry.item).is_some())
    }

    pub(super) fn is_seen_by(&self, user: &User) -> bool {
        self.is_public || self.owner == user.id
    }

    /// The id under which an entry is removed: the item's, and before 10.10 another one for each loading.
    fn entry_id(&self, entry: &Entry, version: Version) -> String {
        match version {
            Version::V10_8 | Version::V10_9 => {
                hash(&format!("entry {} {} {}", self.id, entry.number, self.loaded))
            }
            _ => entry.item.clone(),
        }
    }
}

impl State {
    pub(super) fn playlist(&self, id: &str) -> Option<&Known> {
        self.playlists.iter().find(|list| list.id == id)
    }

    fn playlist_known(&mut self, id: &str) -> &mut Known {
        let list = self.playlists.iter_mut().find(|list| list.id == id);
        list.unwrap_or_else(|| panic!("the stand-in Jellyfin has no playlist with the id `{id}`"))
    }

    /// Makes one, whatever there is of its name: a folder that is taken gets a 1 at its end.
    fn make_playlist(&mut self, name: &str, owner: &str, is_public: bool) -> String {
        let valid = |c: char| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { ' ' } else { c };
        let mut folder: String = name.chars().map(valid).collect();
        while self.playlists.iter().any(|list| list.folder == folder) {
            folder.push('1');
        }
        let id = hash(&format!("{PLAYLISTS_PATH}/{folder}"));
        let saved = self.now();
        self.playlists.push(Known {
            id: id.clone(),
            name: name.to_owned(),
            folder,
            owner: owner.to_owned(),
            is_public,
            entries: Vec::new(),
            saved,
            revision: 0,
            loaded: 0,
        });
        id
    }

    /// Adds items that there are. Up to 10.11 those that are listed are left out; 12.0 keeps doubles, and only it has
    /// places other than the end.
    fn list_items(&mut self, id: &str, items: &[String], position: Option<usize>) {
        let is_new = self.version >= Version::V12_0;
        let known: Vec<String> =
            items.iter().filter(|item| self.film(item).is_some()).map(|item| self.linked(item)).collect();
        let rejected: HashSet<String> =
            known.iter().filter(|item| self.film(item).is_some_and(|film| film.rejected)).cloned().collect();
        let now = self.now();
        let start = self.links;
        self.links += known.len() as u64;
        let list = self.playlist_known(id);
        let mut seen: HashSet<String> = list.entries.iter().map(|entry| entry.item.clone()).collect();
        let again: Vec<String> = known.iter().filter(|item| seen.contains(*item)).cloned().collect();
        let fresh = known.into_iter().filter(|item| seen.insert(item.clone()) || is_new);
        let entries: Vec<Entry> = (start..)
            .zip(fresh)
            .filter(|(_, item)| !rejected.contains(item))
            .map(|(number, item)| Entry { item, number })
            .collect();
        let at = position.filter(|_| is_new).map_or(list.entries.len(), |at| at.min(list.entries.len()));
        list.entries.splice(at..at, entries);
        list.saved = now;
        list.revision += 1;
        self.listed_again.extend(again);
    }

    /// Removes entries. Up to 10.11 this forgets those whose item is away, whatever is asked.
    fn unlist(&mut self, id: &str, entry_ids: &[String]) {
        let version = self.version;
        let films: HashSet<String> = self.films.keys().cloned().collect();
        let now = self.now();
        let list = self.playlist_known(id);
        let kept = |entry: &Entry| {
            !entry_ids.contains(&list.entry_id(entry, version))
                && (version >= Version::V12_0 || films.contains(&entry.item))
        };
        let kept: Vec<Entry> = list.entries.iter().filter(|entry| kept(entry)).cloned().collect();
        if kept.len() != list.entries.len() {
            list.revision += 1;
            list.saved = now;
        }
        list.entries = kept;
    }
}

/// What the framework says for `NotFound("Playlist not found")`.
fn no_such_playlist() -> Reply {
    Reply::json(404, &json!("Playlist not found"))
}

/// Whose id a request gives; up to the version that trusts it blindly.
fn asker<'a>(state: &'a State, request: &Request) -> Result<&'a User, Reply> {
    let Some(text) = request.param("userId").filter(|text| !text.is_empty()) else {
        return state.key_owner().ok_or_else(|| error(400));
    };
    let id = guid(&text).ok_or_else(|| problem(400))?;
    state.user(&id).ok_or_else(|| error(500))
}

/// `POST /Playlists`: in the form with a body it is public, unless that says otherwise.
pub(super) fn create(state: &mut State, request: &Request) -> Result<Reply, Reply> {
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    let given = |query: &str, field: &str| {
        request
            .param(query)
            .or_else(|| body[field].as_str().map(str::to_owned))
            .filter(|text| !text.is_empty())
    };
    let owner = given("userId", "UserId").ok_or_else(|| error(400))?;
    let owner = guid(&owner).ok_or_else(|| problem(400))?;
    let name = given("name", "Name").ok_or_else(|| error(500))?;
    let is_public = body.is_object() && body["IsPublic"] != false;
    // Nobody looks whether there is such a user.
    let id = state.make_playlist(&name, &owner, is_public);
    state.list_items(&id, &guids(request, "ids"), None);
    Ok(Reply::json(200, &json!({ "Id": id })))
}

/// `GET /Playlists/{id}/Items`
pub(super) fn entries(state: &mut State, request: &Request, id: &str) -> Result<Reply, Reply> {
    let user = asker(state, request)?.clone();
    let is_trusted = state.version == Version::V10_8;
    if !state.playlist(id).is_some_and(|list| is_trusted || list.is_seen_by(&user)) {
        return Err(no_such_playlist());
    }
    state.playlist_known(id).loaded += 1;
    let list = state.playlist(id).ok_or_else(no_such_playlist)?;
    let row = |entry: &Entry| {
        let film = state.film(&entry.item)?;
        let mut row = items::film_json(film, state, request, Some(&user));
        row["PlaylistItemId"] = json!(list.entry_id(entry, state.version));
        Some(row)
    };
    let rows: Vec<Value> = list.shown(state).filter_map(row).collect();
    let total = rows.len();
    Ok(Reply::json(200, &json!({ "Items": rows, "TotalRecordCount": total, "StartIndex": 0 })))
}

/// `POST /Playlists/{id}/Items`
pub(super) fn add(state: &mut State, request: &Request, id: &str) -> Result<Reply, Reply> {
    let user = asker(state, request)?;
    let is_trusted = state.version == Version::V10_8;
    if !state.playlist(id).is_some_and(|list| is_trusted || list.owner == user.id) {
        return Err(no_such_playlist());
    }
    let position = request.param("position").and_then(|text| text.parse().ok());
    state.list_items(id, &guids(request, "ids"), position);
    Ok(Reply::empty(204))
}

/// `DELETE /Playlists/{id}/Items`: 10.9 and 10.10 ask who is there, and a key is nobody. Ids are compared as text.
pub(super) fn remove(state: &mut State, request: &Request, id: &str) -> Result<Reply, Reply> {
    let needs_user = matches!(state.version, Version::V10_9 | Version::V10_10);
    let owner = state.key_owner().map(|user| user.id.clone());
    if needs_user && owner.is_none() {
        return Err(error(400));
    }
    let list = state.playlist(id).ok_or_else(|| problem(404))?;
    if needs_user && owner.as_deref() != Some(list.owner.as_str()) {
        return Err(no_such_playlist());
    }
    let mut ids = values(request, "entryIds");
    ids.retain(|id| !id.is_empty());
    state.unlist(id, &ids);
    Ok(Reply::empty(204))
}

/// `GET /Items/{id}` of a playlist, for who asks whose it is.
pub(super) fn item(state: &State, request: &Request, id: &str) -> Result<Reply, Reply> {
    let user = asker(state, request)?;
    let list = state.playlist(id).filter(|list| list.is_seen_by(user)).ok_or_else(|| problem(404))?;
    let is_administrator = state.key_owner.as_ref() == Some(&user.name);
    Ok(Reply::json(
        200,
        &json!({
            "Name": list.name,
            "ServerId": state.server_id,
            "Id": list.id,
            "CanDelete": list.owner == user.id || is_administrator,
            "Path": format!("{PLAYLISTS_PATH}/{}", list.folder),
            "ParentId": hash(PLAYLISTS_PATH),
            "Type": "Playlist",
        }),
    ))
}

/// What people do with playlists.
impl Jellyfin {
    /// Makes a private playlist for a user, as they do in the web client, and returns its id.
    pub fn add_playlist(&self, owner: &str, name: &str) -> String {
        let mut state = self.state();
        let owner = state.user_named(owner).id.clone();
        state.make_playlist(name, &owner, false)
    }

    /// Shows a playlist to everybody.
    pub fn publish_playlist(&self, id: &str) {
        self.state().playlist_known(id).is_public = true;
    }

    /// Gives a playlist another name; folder and id stay.
    pub fn rename_playlist(&self, id: &str, name: &str) {
        name.clone_into(&mut self.state().playlist_known(id).name);
    }

    /// Deletes a playlist.
    pub fn delete_playlist(&self, id: &str) {
        let mut state = self.state();
        state.playlist_known(id);
        state.playlists.retain(|list| list.id != id);
    }

    /// Puts an item at the end of a playlist, as a person does; 12.0 takes it twice.
    pub fn enlist(&self, playlist_id: &str, item_id: &str) {
        let mut state = self.state();
        state.film_known(item_id);
        let again = state.listed_again.len();
        state.list_items(playlist_id, &[item_id.to_owned()], None);
        state.listed_again.truncate(again);
    }

    /// Takes an item out of a playlist, as a person does.
    pub fn unlist(&self, playlist_id: &str, item_id: &str) {
        let mut state = self.state();
        let list = state.playlist_known(playlist_id);
        list.entries.retain(|entry| entry.item != item_id);
        list.revision += 1;
    }

    /// Every playlist, in the order of creation.
    pub fn playlists(&self) -> Vec<Playlist> {
        let state = self.state();
        let playlist = |list: &Known| Playlist {
            id: list.id.clone(),
            name: list.name.clone(),
            owner: state.user(&list.owner).map(|user| user.name.clone()),
            is_public: list.is_public,
            entries: list.shown(&state).map(|entry| entry.item.clone()).collect(),
        };
        state.playlists.iter().map(playlist).collect()
    }

    /// The TMDB ids of what a playlist shows, in its order.
    ///
    /// # Panics
    ///
    /// When this user has no playlist of this name, or several.
    pub fn entries(&self, owner: &str, name: &str) -> Vec<u32> {
        let lists = self.playlists();
        let is_it = |list: &&Playlist| list.name == name && list.owner.as_deref() == Some(owner);
        let own: Vec<_> = lists.iter().filter(is_it).collect();
        let [list] = own[..] else { panic!("{owner} has no one playlist `{name}`: {lists:?}") };
        let state = self.state();
        let films = list.entries.iter().filter_map(|item| state.film(item));
        films.filter_map(|film| film.tmdb()?.trim().parse().ok()).collect()
    }

    /// Every item that the API was asked to add to a playlist which had it.
    pub fn listed_again(&self) -> Vec<String> {
        self.state().listed_again.clone()
    }
}
