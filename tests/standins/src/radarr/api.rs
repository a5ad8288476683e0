//! Requests: URL base, key, and one function a route.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::wire::{self, Body, Form};
use super::{Exclusion, RootFolder, State, Version, add, queue};
use crate::jellyfin::clock;
use crate::server::{Reply, Request};

/// Commands that lbjf or a test may start, as Radarr spells them.
const COMMANDS: &[&str] = &["MoviesSearch", "RefreshMovie", "MissingMoviesSearch", "RssSync"];

/// The page behind every path that is not the API's.
const PAGE: &str = "<!doctype html><html><head><title>Radarr</title></head><body></body></html>\n";

/// Answers a request.
pub(super) fn answer(state: &mut State, request: &Request) -> Reply {
    let lower = request.path.to_ascii_lowercase();
    let stripped = lower.strip_prefix(&state.url_base.to_ascii_lowercase());
    let stripped = stripped.filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = stripped.unwrap_or(&lower);
    let is_api = path == "/api" || path.starts_with("/api/");
    let is_page = !is_api && request.method == "GET";
    if !is_page && !has_key(state, request) {
        return Reply::empty(401);
    }
    let mut reply = if stripped.is_none() {
        // Since 5.12.2 the method survives; before, a POST that follows it becomes a GET.
        let status = if state.version == Version::V4_7 { 302 } else { 307 };
        Reply::empty(status).with_header("Location", &(state.url_base.clone() + &request.target()))
    } else if is_api {
        route(state, request, path.trim_end_matches('/')).unwrap_or_else(|error| error)
    } else if !is_page {
        Reply::empty(405)
    } else if path == "/ping" {
        Reply::json(200, &json!({"status": "OK"}))
    } else {
        Reply::new(200, "text/html", PAGE)
    };
    let is_content = |kind: &str| reply.headers.iter().any(|(_, value)| value == kind);
    if is_content("application/json; charset=utf-8") && reply.status < 300 && !accepts_json(request) {
        reply = Reply::empty(406); // what was asked for is done all the same
    } else if is_content("application/json") {
        return reply; // the error handler drops the headers of before
    }
    if is_api { reply.with_header("X-Application-Version", &state.version_text) } else { reply }
}

/// Whether the key is right. The query beats the headers, even with a wrong or empty key.
fn has_key(state: &State, request: &Request) -> bool {
    let bearer = || request.header("authorization")?.strip_prefix("Bearer ").map(str::to_owned);
    let header = || request.header("x-api-key").map(str::to_owned);
    request.param("apikey").or_else(header).or_else(bearer).is_some_and(|key| key == state.key)
}

fn accepts_json(request: &Request) -> bool {
    let kind = |part: &str| part.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let accepts = |part: &str| ["application/json", "*/*"].contains(&kind(part).as_str());
    request.header("accept").is_none_or(|accept| accept.split(',').any(accepts))
}

fn route(state: &mut State, request: &Request, path: &str) -> Result<Reply, Reply> {
    let Some(path) = path.strip_prefix("/api/v3/") else {
        let info = json!({"current": "v3", "deprecated": []});
        return Ok(if path == "/api" { Reply::json(200, &info) } else { Reply::empty(404) });
    };
    let segments: Vec<&str> = path.split('/').collect();
    match (request.method.as_str(), segments.as_slice()) {
        (_, ["exclusions", "paged"]) if state.version == Version::V4_7 => Err(Reply::empty(404)),
        ("GET", ["system", "status"]) => {
            let date = clock::http_date(SystemTime::now());
            Ok(Reply::json(200, &wire::status(state)).with_header("Date", &date))
        }
        ("GET", ["queue"]) => queue::answer(state, request),
        ("GET", ["health"]) => Ok(queue::health(state)),
        ("GET", ["config", "indexer"]) => Ok(queue::indexer_config(state)),
        ("GET", ["qualityprofile"]) => Ok(Reply::json(200, &wire::profiles())),
        ("GET", ["rootfolder"]) => {
            let roots = state.root_folders.rows.iter().map(|(id, root)| wire::root_folder(*id, root));
            Ok(Reply::json(200, &roots.collect()))
        }
        ("POST", ["rootfolder"]) => new_root_folder(state, request),
        ("GET", ["tag"]) => {
            let tags = state.tags.rows.iter().map(|(id, label)| json!({"label": label, "id": id}));
            Ok(Reply::json(200, &tags.collect()))
        }
        ("POST", ["tag"]) => new_tag(state, request),
        ("GET", ["exclusions"]) => {
            let reply = Reply::json(200, &state.exclusions.rows.iter().map(wire::exclusion).collect());
            let is_old = state.version == Version::V4_7;
            Ok(if is_old { reply } else { reply.with_header("Deprecation", "true") })
        }
        ("GET", ["exclusions", "paged"]) => paged_exclusions(state, request),
        ("POST", ["exclusions"]) => new_exclusion(state, request),
        ("GET", ["movie"]) => movies(state, request),
        ("POST", ["movie"]) => add::add(state, request),
        ("PUT", ["movie", "editor"]) => edit(state, request),
        ("GET", ["movie", "lookup"]) => lookup_term(state, request),
        ("GET", ["movie", "lookup", "tmdb"]) => lookup_id(state, request),
        ("GET", ["movie", id]) => {
            let id: u32 = id.parse().map_err(|_| Reply::empty(404))?;
            let row = state.films.rows.get(&id).ok_or_else(wire::not_found)?;
            Ok(Reply::json(200, &wire::movie(state, id, row, Form::Library)))
        }
        ("DELETE", ["movie", id]) => {
            let id = id.parse().map_err(|_| Reply::empty(404))?;
            delete(state, request, id)
        }
        ("POST", ["command"]) => new_command(state, request),
        _ if is_known(&segments) => Err(Reply::empty(405)),
        _ => Err(Reply::empty(404)),
    }
}

/// Whether there is such a route, for whatever method.
fn is_known(segments: &[&str]) -> bool {
    matches!(
        segments,
        ["qualityprofile" | "rootfolder" | "tag" | "exclusions" | "movie" | "command" | "queue" | "health"]
            | ["system", "status"]
            | ["config", "indexer"]
            | ["exclusions", "paged"]
            | ["movie", _]
            | ["movie", "lookup", "tmdb"]
    )
}

/// A 201 with the address of what was made.
pub(super) fn created(state: &State, request: &Request, kind: &str, id: u32, body: &Value) -> Reply {
    let host = request.header("host").unwrap_or("localhost");
    let location = format!("http://{host}{}/api/v3/{kind}/{id}", state.url_base);
    Reply::json(201, body).with_header("Location", &location)
}

/// A query parameter that is a number; `None` when it is absent or empty.
fn number(request: &Request, name: &str) -> Result<Option<u32>, Reply> {
    let Some(text) = request.param(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| wire::invalid_parameter(name, &text))
}

fn unlocked(state: &State) -> Result<(), Reply> {
    if state.locked { Err(wire::locked()) } else { Ok(()) }
}

fn new_root_folder(state: &mut State, request: &Request) -> Result<Reply, Reply> {
    let body = Body::read(state, request)?;
    let path = body.text("path")?.unwrap_or_default().to_owned();
    let failure = |code, message: &str| {
        let extra = json!({"path": path});
        Err(wire::bare(400, &json!([wire::failure(code, "Path", message, &json!(path), &extra)])))
    };
    if !path.starts_with('/') {
        return failure("PathValidator", &format!("Invalid Path: '{path}'"));
    }
    if state.root_folders.find(|root| root.path == path).is_some() {
        let message = format!("Path '{path}' is already configured as a root folder");
        return failure("RootFolderValidator", &message);
    }
    unlocked(state)?;
    let id = state.root_folders.insert(RootFolder { path: path.clone(), accessible: true });
    let body = wire::root_folder(id, &RootFolder { path, accessible: true });
    Ok(created(state, request, "rootfolder", id, &body))
}

fn new_tag(state: &mut State, request: &Request) -> Result<Reply, Reply> {
    let body = Body::read(state, request)?;
    let label = body.text("label")?.unwrap_or_default();
    if state.version >= Version::V6_0 {
        if label.is_empty() {
            return Err(wire::bare(400, &json!([wire::empty_failure("Label", &label.into())])));
        }
        if !label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-') {
            let message = "Allowed characters a-z, 0-9 and -";
            let extra = json!({"regularExpression": "^[a-z0-9-]+$"});
            let code = "RegularExpressionValidator";
            let failure = wire::failure(code, "Label", message, &label.into(), &extra);
            return Err(wire::bare(400, &json!([failure])));
        }
    }
    // An existing label is found only as it is stored, in lower case.
    let stored = label.to_lowercase();
    let id = if let Some((id, _)) = state.tags.find(|known| known == label) {
        id
    } else if state.tags.find(|known| *known == stored).is_some() {
        return Err(wire::conflict("Tags.Label"));
    } else {
        unlocked(state)?;
        state.tags.insert(stored.clone())
    };
    Ok(created(state, request, "tag", id, &json!({"label": stored, "id": id})))
}

fn paged_exclusions(state: &State, request: &Request) -> Result<Reply, Reply> {
    let page = number(request, "page")?.unwrap_or(1).max(1);
    let size = number(request, "pageSize")?.unwrap_or(10).max(1);
    let (start, count) = ((page - 1) as usize * size as usize, size as usize);
    let newest_first = state.exclusions.rows.iter().rev();
    let records: Value = newest_first.skip(start).take(count).map(wire::exclusion).collect();
    let total = state.exclusions.rows.len();
    let body = json!({
        "page": page, "pageSize": size, "sortKey": "id", "sortDirection": "descending",
        "totalRecords": total, "records": records,
    });
    Ok(Reply::json(200, &body))
}

/// 4.7 takes anything, a second entry of a film too.
fn new_exclusion(state: &mut State, request: &Request) -> Result<Reply, Reply> {
    let body = Body::read(state, request)?;
    let tmdb_id = body.count("tmdbId")?;
    let title = body.text("movieTitle")?.unwrap_or_default().to_owned();
    let year = body.count("movieYear")?;
    if state.version != Version::V4_7 {
        let mut failures = Vec::new();
        if tmdb_id == 0 {
            failures.push(wire::empty_failure("Tmdb Id", &0.into()));
        }
        if state.is_excluded(tmdb_id) {
            let (code, message) =
                ("ImportListExclusionExistsValidator", "This exclusion has already been added.");
            failures.push(wire::failure(code, "Tmdb Id", message, &tmdb_id.into(), &Value::Null));
        }
        if title.is_empty() {
            failures.push(wire::empty_failure("Movie Title", &Value::Null));
        }
        add::refuse(failures)?;
    }
    unlocked(state)?;
    let id = state.exclusions.insert(Exclusion { tmdb_id, title, year });
    let body = wire::exclusion((&id, &state.exclusions.rows[&id]));
    Ok(created(state, request, "exclusions", id, &body))
}

/// The library or, with an id that is not empty, at most one film of it.
fn movies(state: &State, request: &Request) -> Result<Reply, Reply> {
    let tmdb_id = number(request, "tmdbId")?;
    let covers = request.param("excludeLocalCovers").unwrap_or_default();
    let is_flag = ["", "true", "false"].contains(&covers.to_ascii_lowercase().as_str());
    if !is_flag && state.version != Version::V4_7 {
        return Err(wire::invalid_parameter("excludeLocalCovers", &covers));
    }
    let rows = state.films.rows.iter();
    let rows = rows.filter(|(_, row)| tmdb_id.is_none_or(|id| row.metadata.tmdb_id == id));
    let films = rows.map(|(id, row)| wire::movie(state, *id, row, Form::Library));
    Ok(Reply::json(200, &films.collect()))
}

fn lookup_id(state: &State, request: &Request) -> Result<Reply, Reply> {
    let tmdb_id = number(request, "tmdbId")?.unwrap_or(0);
    let Some(film) = add::fetch(state, tmdb_id)? else {
        let message =
            format!("Movie with tmdbId {tmdb_id} was not found, it may have been removed from TMDb.");
        return Err(wire::exception(500, &message));
    };
    Ok(Reply::json(200, &wire::stranger(state, film)))
}

fn lookup_term(state: &State, request: &Request) -> Result<Reply, Reply> {
    let term = request.param("term").unwrap_or_default();
    let lower = term.to_lowercase();
    let id = lower.strip_prefix("tmdb:").or_else(|| lower.strip_prefix("tmdbid:"));
    let id: Option<u32> = id.and_then(|id| id.trim().parse().ok());
    if let Some(reason) = add::service_failure(state, id.unwrap_or(0)) {
        let message = if state.version == Version::V4_7 {
            format!("Search for '{term}' failed. Unable to communicate with TMDb.")
        } else {
            format!("Search for '{term}' failed. Unable to communicate with RadarrAPI. {reason}")
        };
        return Err(wire::exception(503, &message));
    }
    let found: Vec<_> = if let Some(id) = id {
        state.metadata(id).into_iter().collect()
    } else {
        // A year in brackets is taken off the title; what the metadata service does with it nobody knows.
        let title = match lower.rsplit_once(" (") {
            Some((title, year)) if year.len() == 5 && year.ends_with(')') => title,
            _ => &lower,
        };
        state.known.values().filter(|film| film.title.to_lowercase().contains(title)).cloned().collect()
    };
    let films = found.into_iter().map(|film| {
        let (tmdb_id, folder) = (film.tmdb_id, add::folder(&film.title, film.year));
        let mut body = match state.film(tmdb_id) {
            Some((id, row)) => wire::movie(state, id, row, Form::Short),
            None => wire::stranger(state, film),
        };
        body["folder"] = folder.into();
        body["remotePoster"] = "http://metadata.invalid/img/Poster.jpg".into();
        if state.is_excluded(tmdb_id) && state.version != Version::V4_7 {
            body["isExcluded"] = true.into();
        }
        body
    });
    Ok(Reply::json(200, &films.collect()))
}

/// Changes several films. Nothing is changed when one of them is gone.
fn edit(state: &mut State, request: &Request) -> Result<Reply, Reply> {
    let body = Body::read(state, request)?;
    let ids = body.ids("movieIds")?.unwrap_or_default();
    let monitored = body.flag("monitored")?;
    let availability = body.word("minimumAvailability", add::AVAILABILITIES, add::AVAILABILITY)?;
    let tags = body.ids("tags")?;
    let apply = body.word("applyTags", &["add", "remove", "replace"], "Radarr.Api.V3.Movies.ApplyTags")?;
    let profile = body.number("qualityProfileId")?;
    if profile != 0 && state.version != Version::V4_7 {
        add::refuse(add::profile_checks(state, profile))?;
    }
    let found = ids.iter().filter(|id| state.films.rows.contains_key(id)).count();
    if found != ids.len() {
        let message = format!("Expected query to return {} rows but returned {found}", ids.len());
        return Err(wire::exception(500, &message));
    }
    unlocked(state)?;
    for id in &ids {
        let Some(row) = state.films.rows.get_mut(id) else { continue };
        row.monitored = monitored.unwrap_or(row.monitored);
        availability.unwrap_or(&row.availability.clone()).clone_into(&mut row.availability);
        row.profile = u32::try_from(profile).ok().filter(|id| *id > 0).unwrap_or(row.profile);
        let Some(tags) = &tags else { continue };
        match apply {
            Some("remove") => row.tags.retain(|tag| !tags.contains(tag)),
            Some("replace") => row.tags.clone_from(tags),
            _ => {
                row.tags.extend(tags);
                row.tags.sort_unstable();
                row.tags.dedup();
            }
        }
    }
    let films = ids.iter().map(|id| wire::movie(state, *id, &state.films.rows[id], Form::Short));
    Ok(Reply::json(202, &films.collect()))
}

fn delete(state: &mut State, request: &Request, id: u32) -> Result<Reply, Reply> {
    if !state.films.rows.contains_key(&id) {
        return Err(wire::exception(404, &format!("Movie with ID {id} does not exist")));
    }
    unlocked(state)?;
    let excludes = request.param("addImportExclusion").is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    if let Some(row) = state.films.rows.remove(&id).filter(|_| excludes) {
        let film = row.metadata;
        if !state.is_excluded(film.tmdb_id) {
            state.exclusions.insert(Exclusion { tmdb_id: film.tmdb_id, title: film.title, year: film.year });
        }
    }
    Ok(Reply::empty(200))
}

fn new_command(state: &mut State, request: &Request) -> Result<Reply, Reply> {
    let body = Body::read(state, request)?;
    let name = body.text("name")?.unwrap_or_default();
    if name.is_empty() {
        return Err(wire::bare(400, &json!([wire::empty_failure("Name", &json!(name))])));
    }
    let Some(name) = COMMANDS.iter().find(|known| known.eq_ignore_ascii_case(name)) else {
        return Err(wire::exception(500, "Sequence contains no matching element"));
    };
    let movies = body.ids("movieIds")?.unwrap_or_default();
    unlocked(state)?;
    state.commands += 1;
    let command = wire::command(state.commands, name, &movies);
    Ok(created(state, request, "command", state.commands, &command))
}
