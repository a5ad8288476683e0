//! `GET /Items`: which rows a query means, and what is told of each (docs/jellyfin.md#the-library).

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::Version;
use super::http::{error, guid, guids, problem, user, user_data, values};
use super::playlists::PLAYLISTS_PATH;
use super::state::{COLLECTIONS_PATH, Film, Playlist, Set, State, User, hash};
use crate::server::{Reply, Request};

/// The types that Jellyfin knows; a query's other words count as not said.
const KINDS: [&str; 12] = [
    "Audio",
    "BoxSet",
    "CollectionFolder",
    "Episode",
    "Folder",
    "Movie",
    "MusicAlbum",
    "Playlist",
    "Season",
    "Series",
    "Trailer",
    "Video",
];

#[derive(Clone, Copy)]
enum Row<'a> {
    Film(&'a Film),
    Set(&'a Set),
    Playlist(&'a Playlist),
    /// A library, by name.
    Library(&'static str),
}

/// Answers a query, or refuses it.
pub(super) fn list(state: &State, request: &Request) -> Result<Value, Reply> {
    let user = user(state, request)?;
    let played = flag(request, "isPlayed");
    if played.is_some() && user.is_none() && state.version >= Version::V10_11 {
        return Err(error(500));
    }
    let mut kinds = values(request, "includeItemTypes");
    kinds.retain(|kind| KINDS.iter().any(|known| known.eq_ignore_ascii_case(kind)));
    let has_tmdb_id = flag(request, "hasTmdbId");
    let since = since(state, request)?;
    let parent = parent(state, request, &kinds)?;

    let mut rows = scope(state, request, parent, user.is_some());
    // Items are shown by their ids to users without access to the library, and by 12.0 so are members of a collection.
    let ignores_access = match parent {
        Some(_) => state.version >= Version::V12_0,
        None => !guids(request, "ids").is_empty(),
    };
    rows.retain(|row| {
        (kinds.is_empty() || kinds.iter().any(|kind| kind.eq_ignore_ascii_case(row.kind())))
            && has_tmdb_id.is_none_or(|wanted| row.has_tmdb_id() == wanted)
            && since.iter().all(|since| row.saved() >= since.as_str())
            && user.is_none_or(|user| {
                (ignores_access || row.is_reachable(state, user))
                    && (drops_late(state.version) || row.is_visible(user))
                    && played.is_none_or(|wanted| row.is_played(user) == wanted)
            })
    });
    if parent.is_none() && collapses(state, request, &kinds, user) {
        collapse(state, &mut rows);
    }
    sort(state, request, parent.is_some(), &mut rows);

    let total = rows.len();
    let start = number(request, "startIndex")?.unwrap_or(0);
    let page = rows.iter().skip(start).take(number(request, "limit")?.unwrap_or(usize::MAX));
    let page = page.filter(|row| user.is_none_or(|user| row.is_visible(user)));
    Ok(json!({
        "Items": page.map(|row| row.json(state, request, user)).collect::<Vec<_>>(),
        "TotalRecordCount": if flag(request, "enableTotalRecordCount") == Some(false) { 0 } else { total },
        "StartIndex": start,
    }))
}

/// The times of saving that an item must not be older than; an empty one is none. Up to 10.10 the condition on the one
/// is written with the name of the other: alone it is an error, and on 10.8 both together are (jellyfin#17542).
fn since(state: &State, request: &Request) -> Result<Vec<String>, Reply> {
    let time = |name| request.param(name).map(|time| time.trim_end_matches('Z').to_owned());
    let time = |name| time(name).filter(|time| !time.is_empty());
    let (saved, for_user) = (time("minDateLastSaved"), time("minDateLastSavedForUser"));
    match (&saved, &for_user, state.version) {
        (Some(_), None, Version::V10_9 | Version::V10_10) | (Some(_), _, Version::V10_8) => Err(error(500)),
        _ => Ok([saved, for_user].into_iter().flatten().collect()),
    }
}

/// A film as a listing shows it.
pub(super) fn film_json(film: &Film, state: &State, request: &Request, user: Option<&User>) -> Value {
    Row::Film(film).json(state, request, user)
}

/// A parameter that is `true` or `false`.
pub(super) fn flag(request: &Request, name: &str) -> Option<bool> {
    request.param(name)?.to_ascii_lowercase().parse().ok()
}

fn number(request: &Request, name: &str) -> Result<Option<usize>, Reply> {
    let text = request.param(name).filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(|_| problem(400))).transpose()
}

/// These versions count and page first and look at parental rating afterwards.
fn drops_late(version: Version) -> bool {
    (Version::V10_9..=Version::V10_11).contains(&version)
}

/// What `parentId` names.
#[derive(Clone, Copy)]
enum Parent<'a> {
    Set(&'a Set),
    Unknown,
}

/// Up to 10.11 a question for collections ignores `parentId`; 10.8 takes an unknown one for empty.
fn parent<'a>(state: &'a State, request: &Request, kinds: &[String]) -> Result<Option<Parent<'a>>, Reply> {
    let Some(text) = request.param("parentId").filter(|text| !text.is_empty()) else { return Ok(None) };
    let id = guid(&text).ok_or_else(|| problem(400))?;
    let wants_sets = kinds.iter().any(|kind| kind.eq_ignore_ascii_case("BoxSet"));
    match state.set(&id) {
        _ if wants_sets && state.version < Version::V12_0 => Ok(None),
        Some(set) => Ok(Some(Parent::Set(set))),
        None if state.version >= Version::V10_9 => Err(error(400)),
        None => Ok(Some(Parent::Unknown)),
    }
}

/// The rows before any filter. A collection has no members for who asks neither as a user nor recursively; whoever
/// asks for nothing gets the libraries.
fn scope<'a>(state: &'a State, request: &Request, parent: Option<Parent<'a>>, as_user: bool) -> Vec<Row<'a>> {
    let recursive = flag(request, "recursive") == Some(true);
    let ids = guids(request, "ids");
    let row = |id: &str| state.film(id).map(Row::Film).or_else(|| state.set(id).map(Row::Set));
    match parent {
        Some(Parent::Set(set)) if recursive || as_user => {
            set.distinct_links().into_iter().filter_map(row).collect()
        }
        Some(_) => Vec::new(),
        None if !ids.is_empty() => ids.iter().filter_map(|id| row(id)).collect(),
        None if recursive => {
            let films = state.films.values().filter(|_| !state.libraries_gone);
            let sets = state.sets.iter().map(Row::Set);
            films.map(Row::Film).chain(sets).chain(state.playlists.iter().map(Row::Playlist)).collect()
        }
        // Not even the libraries, for who asks for items of a type (seen on 10.10, 10.11 and 12.0).
        None if !as_user && request.param("includeItemTypes").is_some() && request.param("ids").is_none() => {
            Vec::new()
        }
        None => vec![Row::Library("Collections"), Row::Library("Films")],
    }
}

/// Whether films hide behind the collections they sit in.
fn collapses(state: &State, request: &Request, kinds: &[String], user: Option<&User>) -> bool {
    let asked = flag(request, "collapseBoxSetItems")
        .unwrap_or_else(|| kinds.is_empty() || kinds.iter().any(|kind| kind.eq_ignore_ascii_case("Movie")));
    let switched_off = ["hasTmdbId", "isPlayed"].iter().any(|name| flag(request, name).is_some());
    asked && !switched_off && (user.is_some() || state.version >= Version::V12_0)
}

/// Puts a collection in the place of its members, once.
fn collapse<'a>(state: &'a State, rows: &mut Vec<Row<'a>>) {
    let links = |set: &'a Set| set.links.iter().map(move |link| (link.as_str(), set));
    let sets: HashMap<&str, &Set> = state.sets.iter().flat_map(links).collect();
    for row in &mut *rows {
        *row = sets.get(row.id()).map_or(*row, |set| Row::Set(set));
    }
    let mut seen = HashSet::new();
    rows.retain(|row| seen.insert(row.id()));
}

/// By name when asked to. By itself 12.0 sorts everything so, 10.11 everything but members, older ones nothing.
fn sort(state: &State, request: &Request, members: bool, rows: &mut [Row<'_>]) {
    let by_itself = state.version >= if members { Version::V12_0 } else { Version::V10_11 };
    if by_itself || request.param("sortBy").is_some_and(|by| !by.is_empty()) {
        rows.sort_by_cached_key(|row| sort_name(row.name()));
        if request.param("sortOrder").is_some_and(|order| order.eq_ignore_ascii_case("Descending")) {
            rows.reverse();
        }
    }
}

/// Roughly Jellyfin's `SortName`: lower case, without the commonest accents and English articles.
fn sort_name(name: &str) -> String {
    let plain = |c| match c {
        'à'..='å' => 'a',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        other => other,
    };
    let name: String = name.to_lowercase().chars().map(plain).collect();
    let article = ["the ", "a ", "an "].iter().find(|article| name.starts_with(**article));
    name[article.map_or(0, |article| article.len())..].to_owned()
}

impl<'a> Row<'a> {
    fn id(self) -> &'a str {
        match self {
            Row::Film(film) => &film.id,
            Row::Set(set) => &set.id,
            Row::Playlist(list) => &list.id,
            Row::Library(name) => name,
        }
    }

    fn name(self) -> &'a str {
        match self {
            Row::Film(film) => &film.item.name,
            Row::Set(set) => &set.name,
            Row::Playlist(list) => &list.name,
            Row::Library(name) => name,
        }
    }

    fn kind(self) -> &'a str {
        match self {
            Row::Film(film) => &film.item.kind,
            Row::Set(_) => "BoxSet",
            Row::Playlist(_) => "Playlist",
            Row::Library(_) => "CollectionFolder",
        }
    }

    /// Any value will do for Jellyfin.
    fn has_tmdb_id(self) -> bool {
        matches!(self, Row::Film(film) if film.tmdb().is_some())
    }

    /// Times in UTC and of one form can be compared as text.
    fn saved(self) -> &'a str {
        match self {
            Row::Film(film) => film.saved.trim_end_matches('Z'),
            Row::Set(set) => set.saved.trim_end_matches('Z'),
            Row::Playlist(list) => list.saved.trim_end_matches('Z'),
            Row::Library(_) => "",
        }
    }

    fn is_played(self, user: &User) -> bool {
        matches!(self, Row::Film(film) if film.is_played(&user.id))
    }

    /// Whether the user has access to the library. A collection can be reached by who can reach one of its films,
    /// a ghost by nobody.
    fn is_reachable(self, state: &State, user: &User) -> bool {
        match self {
            Row::Film(_) | Row::Library(_) => !user.library_hidden,
            Row::Playlist(_) => true,
            Row::Set(set) => {
                let mut films = set.links.iter().filter_map(|id| state.film(id));
                let any = films.any(|film| !user.library_hidden && Row::Film(film).is_visible(user));
                !set.ghost && (set.links.is_empty() || any)
            }
        }
    }

    /// Whether nothing but access to the library can hide it from the user.
    fn is_visible(self, user: &User) -> bool {
        match self {
            Row::Film(film) => film.item.visible_to.as_ref().is_none_or(|names| names.contains(&user.name)),
            Row::Playlist(list) => list.is_seen_by(user),
            Row::Set(_) | Row::Library(_) => true,
        }
    }

    fn json(self, state: &State, request: &Request, user: Option<&User>) -> Value {
        let is_folder = !matches!(self, Row::Film(film) if film.item.kind != "Series");
        let mut row = json!({
            "Name": self.name(),
            "ServerId": state.server_id,
            "Id": self.id(),
            // An empty id is written as null, while what is null is left out.
            "ChannelId": null,
            "IsFolder": is_folder,
            "Type": self.kind(),
            "ImageBlurHashes": {},
            "LocationType": "FileSystem",
            "MediaType": if is_folder && !matches!(self, Row::Playlist(_)) { "Unknown" } else { "Video" },
        });
        if let Row::Film(Film { item, .. }) = self {
            row["RunTimeTicks"] = json!(10_000_000);
            if let Some(year) = item.year {
                row["ProductionYear"] = json!(year);
            }
        }
        for field in values(request, "fields") {
            match field.to_ascii_lowercase().as_str() {
                "providerids" => row["ProviderIds"] = self.provider_ids(),
                "path" => row["Path"] = json!(self.path()),
                "parentid" => row["ParentId"] = self.parent_id(),
                "etag" => row["Etag"] = json!(self.etag()),
                _ => {}
            }
        }
        if flag(request, "enableImages") != Some(false) {
            row["ImageTags"] = json!({});
            row["BackdropImageTags"] = json!([]);
        }
        if let (Some(user), true) = (user, flag(request, "enableUserData") != Some(false)) {
            row["UserData"] = self.user_data(user);
        }
        row
    }

    fn provider_ids(self) -> Value {
        let Row::Film(film) = self else { return json!({}) };
        film.item.provider_ids.iter().map(|(name, value)| (name.clone(), json!(value))).collect()
    }

    fn path(self) -> String {
        match self {
            Row::Film(film) => film.item.path.clone(),
            Row::Set(set) => format!("{COLLECTIONS_PATH}/{}", set.folder),
            Row::Playlist(list) => format!("{PLAYLISTS_PATH}/{}", list.folder),
            Row::Library(name) => format!("/config/root/default/{name}"),
        }
    }

    /// Of a collection it changes whenever it is written, and not when a member's film goes away or comes back.
    fn etag(self) -> String {
        match self {
            Row::Film(film) => hash(&format!("{} {}", film.id, film.saved)),
            Row::Set(set) => hash(&format!("{} {}", set.id, set.revision)),
            Row::Playlist(list) => hash(&format!("{} {}", list.id, list.revision)),
            Row::Library(name) => hash(name),
        }
    }

    fn parent_id(self) -> Value {
        match self {
            Row::Set(set) if set.ghost => Value::Null,
            Row::Set(_) => json!(hash(COLLECTIONS_PATH)),
            Row::Playlist(_) => json!(hash(PLAYLISTS_PATH)),
            Row::Film(_) => json!(hash("/media/films")),
            Row::Library(_) => json!(hash("/config/root")),
        }
    }

    fn user_data(self, user: &User) -> Value {
        match self {
            Row::Film(film) => user_data(film, &user.id),
            _ => json!({
                "PlaybackPositionTicks": 0, "PlayCount": 0, "IsFavorite": false, "Played": false,
                "Key": self.id(), "ItemId": self.id(), "UnplayedItemCount": 0,
            }),
        }
    }
}
