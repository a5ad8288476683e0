//! `POST /api/v3/movie`: the checks in Radarr's order, then the film.

use serde_json::{Value, json};

use super::wire::{self, Body, Form};
use super::{Metadata, PROFILES, Row, Service, State, Version};
use crate::server::{Reply, Request};

/// What `minimumAvailability` may be.
pub(super) const AVAILABILITIES: &[&str] = &["released", "inCinemas", "announced", "tba", "deleted"];
/// Radarr's name of their type, which is in its error message.
pub(super) const AVAILABILITY: &str = "NzbDrone.Core.Movies.MovieStatusType";

/// A film as it was posted.
struct Posted<'a> {
    tmdb_id: i32,
    title: Option<&'a str>,
    year: u32,
    profile: i32,
    root_folder: Option<&'a str>,
    path: Option<&'a str>,
}

/// Answers `POST /api/v3/movie`.
pub(super) fn add(state: &mut State, request: &Request) -> Result<Reply, Reply> {
    let body = Body::read(state, request)?;
    let posted = Posted {
        tmdb_id: body.number("tmdbId")?,
        title: body.text("title")?,
        year: body.count("year")?,
        profile: body.number("qualityProfileId")?,
        root_folder: body.text("rootFolderPath")?.filter(|path| !path.trim().is_empty()),
        path: body.text("path")?.filter(|path| !path.trim().is_empty()),
    };
    let availability = body.word("minimumAvailability", AVAILABILITIES, AVAILABILITY)?;
    let monitored = body.flag("monitored")?.unwrap_or(true);
    let tags = body.ids("tags")?.unwrap_or_default();
    let search = body.object("addOptions")?.flag("searchForMovie")?.unwrap_or(false);

    let tmdb_id = u32::try_from(posted.tmdb_id).unwrap_or(0);
    let stored_id = state.merged.get(&tmdb_id).copied().unwrap_or(tmdb_id);
    if [tmdb_id, stored_id].iter().any(|id| state.film(*id).is_some()) {
        state.sent_again.push(tmdb_id);
    }

    let mut failures = shared_checks(state, &posted);
    failures.extend(post_checks(state, &posted)?);
    refuse(failures)?;

    let Some(metadata) = fetch(state, tmdb_id)? else {
        let message =
            format!("A movie with this ID was not found. Path: {}", posted.path.unwrap_or_default());
        let failure = wire::unnamed_failure("Tmdb Id", &message, &posted.tmdb_id.into());
        return Err(wire::bare(400, &json!([failure])));
    };
    let path = if let Some(path) = posted.path {
        path.trim_end_matches('/').to_owned()
    } else {
        let root = posted.root_folder.unwrap_or_default().trim_end_matches('/');
        format!("{root}/{}", folder(&metadata.title, metadata.year))
    };
    refuse(path_checks(state, &path))?;
    if state.locked {
        return Err(wire::locked());
    }
    if state.film(metadata.tmdb_id).is_some() {
        return Err(wire::conflict("Movies.MovieMetadataId"));
    }

    let row = Row {
        metadata,
        path,
        profile: u32::try_from(posted.profile).unwrap_or(0),
        monitored,
        availability: availability.unwrap_or("released").to_owned(),
        tags,
        search,
    };
    let id = state.films.insert(row.clone());
    state.commands += 1; // the refresh that each new film gets
    let mut film = wire::movie(state, id, &row, Form::Library);
    film["addOptions"] = wire::add_options(&row);
    Ok(super::api::created(state, request, "movie", id, &film))
}

/// A 400 with these failures, if there are any.
pub(super) fn refuse(failures: Vec<Value>) -> Result<(), Reply> {
    if failures.is_empty() { Ok(()) } else { Err(wire::bare(400, &Value::Array(failures))) }
}

/// What the metadata service answers; the error is Radarr's 500 when it fails.
pub(super) fn fetch(state: &State, tmdb_id: u32) -> Result<Option<Metadata>, Reply> {
    match service_failure(state, tmdb_id) {
        Some(message) => Err(wire::exception(500, &message)),
        None => Ok(state.metadata(tmdb_id)),
    }
}

/// Radarr's words for what is wrong with the metadata service.
pub(super) fn service_failure(state: &State, tmdb_id: u32) -> Option<String> {
    let url = format!("http://metadata.invalid/v1/movie/{tmdb_id}");
    match state.service {
        Service::Up => None,
        Service::Down => Some(format!(
            "Site responded with browser content instead of api data. \
             This disruption may be temporary, please try again later. [{url}]"
        )),
        Service::Limited => Some(format!("HTTP request failed: [429:TooManyRequests] [GET] at [{url}]")),
    }
}

/// The name of a film's folder, after Radarr's default format.
pub(super) fn folder(title: &str, year: u32) -> String {
    let mut name = String::new();
    for letter in title.chars() {
        match letter {
            '/' | '\\' => name.push('+'),
            '?' => name.push('!'),
            '*' => name.push('-'),
            '<' | '>' | '|' | '"' | ':' => {}
            other => name.push(other),
        }
    }
    if year > 0 { format!("{} ({year})", name.trim()) } else { name.trim().to_owned() }
}

/// The checks that come first, of the posted path and the profile.
fn shared_checks(state: &State, posted: &Posted) -> Vec<Value> {
    let mut failures = posted.path.map_or_else(Vec::new, |path| path_checks(state, path));
    failures.extend(profile_checks(state, posted.profile));
    failures
}

/// The checks of a profile's id. 4.7 goes on after the first failure.
pub(super) fn profile_checks(state: &State, id: i32) -> Vec<Value> {
    let name = "Quality Profile Id";
    let is_old = state.version == Version::V4_7;
    let mut failures = Vec::new();
    if id <= 0 {
        let message = format!("'{name}' must be greater than '0'.");
        let extra = json!({"comparisonValue": 0, "comparisonProperty": ""});
        failures.push(wire::failure("GreaterThanValidator", name, &message, &id.into(), &extra));
        if !is_old {
            return failures;
        }
    }
    let exists = usize::try_from(id).is_ok_and(|id| (1..=PROFILES.len()).contains(&id));
    if !exists {
        let (code, message) = if is_old {
            ("ProfileExistsValidator", "QualityProfile does not exist")
        } else {
            ("QualityProfileExistsValidator", "Quality Profile does not exist")
        };
        failures.push(wire::failure(code, name, message, &id.into(), &Value::Null));
    }
    failures
}

/// The checks of a film's folder; the first failure ends them.
fn path_checks(state: &State, path: &str) -> Vec<Value> {
    let same = |other: &str| other.trim_end_matches('/') == path.trim_end_matches('/');
    let (code, message) = if !path.starts_with('/') {
        ("PathValidator", format!("Invalid Path: '{path}'"))
    } else if state.root_folders.find(|root| same(&root.path)).is_some() {
        ("RootFolderValidator", format!("Path '{path}' is already configured as a root folder"))
    } else if state.films.find(|row| same(&row.path)).is_some() {
        ("MoviePathValidator", format!("Path '{path}' is already configured for an existing movie"))
    } else {
        return Vec::new();
    };
    vec![wire::failure(code, "Path", &message, &path.into(), &json!({"path": path}))]
}

/// The checks that only adding makes. The error is the 500 of 4.7 for a missing title.
fn post_checks(state: &State, posted: &Posted) -> Result<Vec<Value>, Reply> {
    let mut failures = Vec::new();
    if posted.root_folder.is_none() {
        match posted.path {
            Some(path) if path.starts_with('/') => {}
            path => failures.push(missing_path(state, "Path", path)),
        }
    }
    if posted.path.is_none() {
        failures.extend(root_folder_checks(state, posted)?);
    }
    if posted.tmdb_id <= 0 && posted.title.is_none_or(str::is_empty) {
        failures.push(wire::empty_failure("Title", &json!(posted.title)));
    }
    if posted.tmdb_id == 0 {
        failures.push(wire::empty_failure("Tmdb Id", &0.into()));
    }
    if u32::try_from(posted.tmdb_id).is_ok_and(|id| state.film(id).is_some()) {
        let message = "This movie has already been added";
        let id = posted.tmdb_id.into();
        failures.push(wire::failure("MovieExistsValidator", "Tmdb Id", message, &id, &Value::Null));
    }
    Ok(failures)
}

/// A path that is absent or not absolute. 4.7 has no check for an empty one and shows its unfilled message.
fn missing_path(state: &State, name: &str, path: Option<&str>) -> Value {
    if path.is_none() && state.version != Version::V4_7 {
        return wire::empty_failure(name, &Value::Null);
    }
    let message = format!("Invalid Path: '{}'", path.unwrap_or("{path}"));
    wire::failure("PathValidator", name, &message, &json!(path), &Value::Null)
}

fn root_folder_checks(state: &State, posted: &Posted) -> Result<Option<Value>, Reply> {
    let name = "Root Folder Path";
    let is_old = state.version == Version::V4_7;
    let Some(root) = posted.root_folder.filter(|root| root.starts_with('/')) else {
        return Ok(Some(missing_path(state, name, posted.root_folder)));
    };
    if is_old && posted.title.is_none() {
        return Err(wire::exception(500, "Object reference not set to an instance of an object."));
    }
    let trimmed = root.trim_end_matches('/');
    let is_known = state.root_folders.find(|known| known.path.trim_end_matches('/') == trimmed).is_some();
    if !is_known && !is_old {
        let message = format!("Root folder '{root}' does not exist");
        let extra = json!({"path": root});
        let code = "RootFolderExistsValidator";
        return Ok(Some(wire::failure(code, name, &message, &root.into(), &extra)));
    }
    let folder = folder(posted.title.unwrap_or_default(), posted.year);
    let last = trimmed.rsplit('/').next().unwrap_or_default();
    let is_alike = distance(&folder, last) * 5 < folder.chars().count();
    if is_alike || folder == last {
        let message = format!("Root folder path '{root}' contains movie folder '{folder}'");
        let extra = json!({"rootFolderPath": root, "movieFolder": folder});
        let code = "MovieFolderAsRootFolderValidator";
        return Ok(Some(wire::failure(code, name, &message, &root.into(), &extra)));
    }
    Ok(None)
}

/// The Levenshtein distance.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (above, one) in left.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (column, other) in right.chars().enumerate() {
            let change = diagonal + usize::from(one != other);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
