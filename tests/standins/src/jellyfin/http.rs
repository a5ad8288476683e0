//! Everything around the lists: the way to a route, the key, and the routes that answer little.

use serde_json::{Value, json};

use super::state::{Film, State, User};
use super::{KEY, Version, clock, items, playlists};
use crate::posters;
use crate::server::{Reply, Request};

/// Kestrel's limit for a request line, with its line end.
const LONGEST_REQUEST_LINE: usize = 8192;
/// Names of this many bytes make a folder's name too long for the file system.
const NAME_TOO_LONG: usize = 247;

pub(super) fn answer(state: &mut State, request: &Request) -> Reply {
    let reply = respond(state, request).unwrap_or_else(|refusal| refusal);
    reply.with_header("Date", &clock::http_date(state.clock())).with_header("Server", "Kestrel")
}

/// What an exception becomes: never the reason.
pub(super) fn error(status: u16) -> Reply {
    Reply::new(status, "text/plain", "Error processing request.")
}

/// What the framework says by itself, for values that cannot be read and for `NotFound()`.
pub(super) fn problem(status: u16) -> Reply {
    let title = if status == 404 { "Not Found" } else { "One or more validation errors occurred." };
    Reply::json(status, &json!({ "title": title, "status": status, "traceId": "00-0-0-00" }))
}

/// An `Err` is a refusal; both are answers.
fn respond(state: &mut State, request: &Request) -> Result<Reply, Reply> {
    if request.method.len() + request.target().len() + " ".len() + " HTTP/1.1\r\n".len()
        > LONGEST_REQUEST_LINE
    {
        return Err(Reply::empty(414).with_header("Connection", "close"));
    }
    if state.starting && state.version >= Version::V10_11 {
        return Ok(set_up_server(state, request));
    }
    let path = below_base(state, &request.path)?.to_ascii_lowercase();
    let path = path.strip_suffix('/').unwrap_or(&path);
    let mut segments: Vec<&str> = path.split('/').skip(1).collect();
    if state.version < Version::V12_0 && matches!(segments.first(), Some(&("emby" | "mediabrowser"))) {
        segments.remove(0);
    }
    let methods: &[&str] = match segments[..] {
        [] => return Err(Reply::empty(302).with_header("Location", "web/")),
        ["web"] | ["web", "index.html"] => {
            return Ok(Reply::html(200, "<!DOCTYPE html><title>Jellyfin</title>"));
        }
        ["health"] => return Ok(Reply::new(200, "text/plain", "Healthy")),
        // Pictures are for everybody who knows the item.
        ["items", id, "images", "primary"] => {
            let id = guid_in_path(id)?;
            let film = state.films.get(&id).ok_or_else(|| problem(404))?;
            return Ok(posters::picture(&film.item.name));
        }
        ["system", "info"] | ["system", "info", "public"] | ["users" | "items"] | ["users", "me"] => &["GET"],
        // 10.8 knows no such question.
        ["items", _] if state.version >= Version::V10_9 => &["GET", "DELETE"],
        ["items", _] => &["DELETE"],
        ["playlists", _] if state.version >= Version::V10_9 => &["GET", "POST"],
        ["playlists", _, "items"] => &["GET", "POST", "DELETE"],
        ["collections" | "playlists"] | ["playlists", _, "items", _, "move", _] => &["POST"],
        ["collections", _, "items"] | ["userplayeditems", _] => &["POST", "DELETE"],
        _ => return Err(Reply::empty(404)),
    };
    if !methods.contains(&request.method.as_str()) {
        return Err(Reply::empty(405).with_header("Allow", &methods.join(", ")));
    }
    let public = segments == ["system", "info", "public"];
    if !public && !has_key(state.version, request) {
        return Err(Reply::empty(401));
    }
    if state.starting {
        return Err(Reply::html(503, "Jellyfin Server is loading. Please try again shortly."));
    }
    let add = request.method == "POST";
    match segments[..] {
        ["system", ..] => Ok(Reply::json(200, &info(state, public))),
        ["users", "me"] => me(state),
        ["users"] => Ok(Reply::json(200, &users(state))),
        ["items"] => items::list(state, request).map(|list| Reply::json(200, &list)),
        ["items", id] if request.method == "GET" => playlists::item(state, request, &guid_in_path(id)?),
        ["items", id] => delete_item(state, &guid_in_path(id)?),
        ["playlists"] => playlists::create(state, request),
        ["playlists", id, "items"] => match request.method.as_str() {
            "GET" => playlists::entries(state, request, &guid_in_path(id)?),
            "POST" => playlists::add(state, request, &guid_in_path(id)?),
            _ => playlists::remove(state, request, &guid_in_path(id)?),
        },
        // Each of them wants to know who asks, and a key is nobody.
        ["playlists", ..] => Err(error(400)),
        ["collections"] => create(state, request),
        ["collections", id, _] => change(state, &guid_in_path(id)?, &guids(request, "ids"), add),
        ["userplayeditems", id] => mark(state, request, &guid_in_path(id)?, add),
        _ => unreachable!("every path with methods has an answer"),
    }
}

/// The server that stands in while 10.11 and later start or migrate (docs/jellyfin.md#starting-up).
fn set_up_server(state: &State, request: &Request) -> Reply {
    match request.path.as_str() {
        "/health" => Reply::new(200, "text/plain", "Degraded"),
        "/System/Info/Public" => {
            let version = version_text(state.version);
            let info = json!({ "version": version, "productName": "Jellyfin Server", "startupWizardCompleted": false });
            Reply::json(200, &info)
        }
        _ => Reply::html(503, "<!DOCTYPE html><title>Jellyfin Startup</title>")
            .with_header("Retry-After", "005"),
    }
}

/// The path without the base URL; a request without it never reaches the API.
fn below_base<'a>(state: &State, path: &'a str) -> Result<&'a str, Reply> {
    let (start, rest) = path.split_at_checked(state.base.len()).unwrap_or((path, ""));
    if start.eq_ignore_ascii_case(&state.base) && (rest.is_empty() || rest.starts_with('/')) {
        return Ok(rest);
    }
    Err(Reply::empty(302).with_header("Location", &format!("{}/web/", state.base)))
}

/// Whether a key came by a way that this version takes, in its order: the first that says anything decides
/// (docs/jellyfin.md#keys).
fn has_key(version: Version, request: &Request) -> bool {
    let legacy = version < Version::V12_0;
    if request.headers.iter().filter(|(name, _)| name == "authorization").count() > 1 {
        return false;
    }
    let standard = request.header("authorization").and_then(|value| token(value, legacy));
    let emby = request.header("x-emby-authorization").filter(|_| legacy).and_then(|value| token(value, true));
    let parts = if version < Version::V10_11 { emby.or(standard) } else { standard.or(emby) };
    let header = |name| request.header(name).filter(|_| legacy).map(str::to_owned);
    let key = parts
        .map(str::to_owned)
        .or_else(|| header("x-emby-token"))
        .or_else(|| header("x-mediabrowser-token"))
        .or_else(|| request.param("ApiKey"))
        .or_else(|| request.param("api_key").filter(|_| legacy));
    key.as_deref() == Some(KEY)
}

/// The `Token` of `MediaBrowser Client="...", Token="..."`; the scheme in any case, the name in this one alone.
fn token(value: &str, legacy: bool) -> Option<&str> {
    let (scheme, parts) = value.split_once(' ')?;
    if !(scheme.eq_ignore_ascii_case("MediaBrowser") || legacy && scheme.eq_ignore_ascii_case("Emby")) {
        return None;
    }
    let mut quoted = false;
    let parts = parts.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let token = parts.filter_map(|part| part.trim().strip_prefix("Token=")).next_back()?;
    Some(token.strip_prefix('"').and_then(|token| token.strip_suffix('"')).unwrap_or(token))
}

/// A GUID in any form, as 32 digits.
pub(super) fn guid(text: &str) -> Option<String> {
    let digits = text.trim().replace('-', "").to_ascii_lowercase();
    (digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then_some(digits)
}

fn guid_in_path(text: &str) -> Result<String, Reply> {
    guid(text).ok_or_else(|| problem(400))
}

/// The values of a list, given as one with commas or as several parameters, which are not split.
pub(super) fn values(request: &Request, name: &str) -> Vec<String> {
    let pairs = request.query.split('&').filter_map(|pair| pair.split_once('='));
    let values: Vec<_> =
        pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect();
    match values[..] {
        [one] => one.replace("%2C", ",").replace("%2c", ",").split(',').map(str::to_owned).collect(),
        _ => values.into_iter().map(str::to_owned).collect(),
    }
}

/// A list of ids without those that cannot be read: Jellyfin drops them silently.
pub(super) fn guids(request: &Request, name: &str) -> Vec<String> {
    values(request, name).iter().filter_map(|id| guid(id)).collect()
}

/// The user of `userId`. An empty or zero id is no user, and so is an unknown one on 10.8; for a person's token it is
/// that person.
pub(super) fn user<'a>(state: &'a State, request: &Request) -> Result<Option<&'a User>, Reply> {
    let Some(text) = request.param("userId").filter(|text| !text.is_empty()) else {
        return Ok(state.key_owner());
    };
    let id = guid(&text).ok_or_else(|| problem(400))?;
    match state.user(&id) {
        None if id.bytes().any(|b| b != b'0') && state.version >= Version::V10_9 => Err(error(404)),
        user => Ok(user),
    }
}

fn version_text(version: Version) -> &'static str {
    match version {
        Version::V10_8 => "10.8.13",
        Version::V10_9 => "10.9.11",
        Version::V10_10 => "10.10.7",
        Version::V10_11 => "10.11.11",
        Version::V12_0 => "12.0.0",
    }
}

fn info(state: &State, public: bool) -> Value {
    let mut info = json!({
        "LocalAddress": "http://127.0.0.1:8096",
        "ServerName": "stand-in",
        "Version": version_text(state.version),
        "ProductName": "Jellyfin Server",
        "OperatingSystem": "",
        "Id": state.server_id,
        "StartupWizardCompleted": true,
    });
    if !public {
        info["HasPendingRestart"] = json!(false);
        info["IsShuttingDown"] = json!(false);
        info["ProgramDataPath"] = json!("/config");
    }
    info
}

fn users(state: &State) -> Value {
    let mut users: Vec<&User> = state.users.iter().collect();
    users.sort_by(|a, b| a.name.cmp(&b.name));
    users.into_iter().map(|user| person(state, user)).collect()
}

fn person(state: &State, user: &User) -> Value {
    json!({
        "Name": user.name,
        "ServerId": state.server_id,
        "Id": user.id,
        "HasPassword": true,
        "HasConfiguredPassword": true,
        "Policy": {
            "IsAdministrator": state.key_owner.as_ref() == Some(&user.name),
            "IsHidden": true,
            "IsDisabled": user.disabled,
            "EnabledFolders": [],
            "EnableAllFolders": !user.library_hidden,
        },
    })
}

/// An API key is nobody (docs/jellyfin.md#keys).
fn me(state: &State) -> Result<Reply, Reply> {
    let me = state.key_owner().ok_or_else(|| error(400))?;
    Ok(Reply::json(200, &person(state, me)))
}

/// The collection is there before its `ids` are looked at.
fn create(state: &mut State, request: &Request) -> Result<Reply, Reply> {
    let name = request.param("name").unwrap_or_default();
    if name.trim().is_empty() || name.len() >= NAME_TOO_LONG {
        return Err(error(500));
    }
    let id = state.create_for_client(&name, items::flag(request, "isLocked") == Some(true));
    let mut ids = values(request, "ids");
    ids.retain(|id| !id.is_empty());
    let ids: Option<Vec<String>> = ids.iter().map(|id| guid(id)).collect();
    let added = state.add(&id, &ids.ok_or_else(|| error(500))?);
    if added { Ok(Reply::json(200, &json!({ "Id": id }))) } else { Err(error(400)) }
}

fn change(state: &mut State, set_id: &str, ids: &[String], add: bool) -> Result<Reply, Reply> {
    let done = if add { state.add(set_id, ids) } else { state.remove(set_id, ids) };
    if done { Ok(Reply::empty(204)) } else { Err(error(400)) }
}

/// Deletes a collection, or a film with its file.
fn delete_item(state: &mut State, id: &str) -> Result<Reply, Reply> {
    if state.set(id).is_some() {
        state.remove_set(id);
    } else if state.playlist(id).is_some() {
        state.playlists.retain(|list| list.id != id);
    } else if state.film(id).is_some() {
        state.remove_film(id);
    } else {
        return Err(if state.version >= Version::V10_9 { problem(404) } else { error(500) });
    }
    Ok(Reply::empty(204))
}

fn mark(state: &mut State, request: &Request, id: &str, watched: bool) -> Result<Reply, Reply> {
    let user_id = user(state, request)?.ok_or_else(|| problem(404))?.id.clone();
    let film = state.films.get_mut(id).ok_or_else(|| problem(404))?;
    film.watch(&user_id, watched);
    Ok(Reply::json(200, &user_data(film, &user_id)))
}

/// What a user did with an item.
pub(super) fn user_data(film: &Film, user_id: &str) -> Value {
    let watched_at = film.watched_at(user_id);
    let mut data = json!({
        "PlaybackPositionTicks": 0,
        "PlayCount": i32::from(watched_at.is_some()),
        "IsFavorite": false,
        "Played": watched_at.is_some(),
        "Key": film.tmdb().unwrap_or(&film.id),
        "ItemId": film.id,
    });
    if let Some(time) = watched_at {
        data["LastPlayedDate"] = json!(time);
    }
    data
}
