//! Radarr's JSON: bodies as they are read and as they are written.

use serde_json::{Map, Value, json};

use super::{RootFolder, Row, State, Version};
use crate::jellyfin::clock;
use crate::server::{Reply, Request};

/// The day on which everything happens.
const NOW: &str = "2026-11-23T01:29:33Z";

/// An answer of Radarr's own error handler: JSON without a charset. It drops the version header.
pub(super) fn bare(status: u16, body: &Value) -> Reply {
    Reply::new(status, "application/json", body.to_string())
}

/// What Radarr makes of an exception.
pub(super) fn exception(status: u16, message: &str) -> Reply {
    bare(status, &json!({"message": message, "description": "NzbDrone.Core.Exception: at …"}))
}

/// What a write answers while the database is locked.
pub(super) fn locked() -> Reply {
    exception(500, "database is locked\ndatabase is locked")
}

/// What a row that is there already answers (SQLite).
pub(super) fn conflict(column: &str) -> Reply {
    exception(409, &format!("constraint failed\nUNIQUE constraint failed: {column}"))
}

/// ASP.NET's error body.
fn problem(status: u16, title: &str, errors: Option<Value>) -> Value {
    let section = match status {
        404 => "5",
        415 => "16",
        _ => "1",
    };
    let kind = format!("https://tools.ietf.org/html/rfc9110#section-15.5.{section}");
    let mut body = json!({"type": kind, "title": title, "status": status, "traceId": "00-0-0-00"});
    if let Some(errors) = errors {
        body["errors"] = errors;
    }
    body
}

fn problem_reply(status: u16, body: &Value) -> Reply {
    Reply::new(status, "application/problem+json; charset=utf-8", body.to_string())
}

/// A 404 with a body, for a film that is not there.
pub(super) fn not_found() -> Reply {
    problem_reply(404, &problem(404, "Not Found", None))
}

/// A 400 for a query parameter of the wrong type.
pub(super) fn invalid_parameter(name: &str, value: &str) -> Reply {
    let errors = json!({name: [format!("The value '{value}' is not valid.")]});
    problem_reply(400, &problem(400, "One or more validation errors occurred.", Some(errors)))
}

/// One failed check. `name` is the property in words; `extra` are placeholders besides the usual two.
pub(super) fn failure(code: &str, name: &str, message: &str, value: &Value, extra: &Value) -> Value {
    let mut placeholders = extra.as_object().cloned().unwrap_or_default();
    placeholders.insert("propertyName".to_owned(), name.into());
    placeholders.insert("propertyValue".to_owned(), value.clone());
    let mut failure = unnamed_failure(name, message, value);
    failure["errorCode"] = code.into();
    failure["formattedMessageArguments"] = json!([]);
    failure["formattedMessagePlaceholderValues"] = Value::Object(placeholders);
    failure
}

/// A failure that Radarr builds by hand, without a code.
pub(super) fn unnamed_failure(name: &str, message: &str, value: &Value) -> Value {
    let property = name.replace(' ', "");
    let mut failure = json!({"propertyName": property, "errorMessage": message, "severity": "error"});
    if !value.is_null() {
        failure["attemptedValue"] = value.clone();
    }
    failure
}

/// The check that something is there.
pub(super) fn empty_failure(name: &str, value: &Value) -> Value {
    failure("NotEmptyValidator", name, &format!("'{name}' must not be empty."), value, &Value::Null)
}

/// The JSON body of a request. Names are read without case, as Radarr does.
pub(super) struct Body {
    version: Version,
    fields: Map<String, Value>,
}

impl Body {
    /// Reads a body; the error is what is answered when it is none.
    pub(super) fn read(state: &State, request: &Request) -> Result<Self, Reply> {
        let version = state.version;
        let kind = request.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(if version == Version::V4_7 {
                problem_reply(415, &problem(415, "Unsupported Media Type", None))
            } else {
                Reply::empty(415)
            });
        }
        let mut body = Self { version, fields: Map::new() };
        if request.body.trim().is_empty() {
            return Err(body.refuse("", "A non-empty request body is required."));
        }
        match serde_json::from_str(&request.body) {
            Ok(Value::Object(fields)) => body.fields = fields,
            Ok(Value::Null) => return Err(body.refuse("", "A non-empty request body is required.")),
            Ok(_) => return Err(body.wrong_type("$", "Radarr.Api.V3.Resource")),
            Err(error) => return Err(body.refuse("$", &format!("{error}. Path: $"))),
        }
        Ok(body)
    }

    /// The 400 for a body that cannot be read. 4.7 gives it another content type than later ones.
    fn refuse(&self, path: &str, message: &str) -> Reply {
        let errors = json!({path: [message]});
        let body = problem(400, "One or more validation errors occurred.", Some(errors));
        if self.version == Version::V4_7 { problem_reply(400, &body) } else { Reply::json(400, &body) }
    }

    fn wrong_type(&self, path: &str, kind: &str) -> Reply {
        let place = format!("Path: {path} | LineNumber: 0 | BytePositionInLine: 1.");
        self.refuse(path, &format!("The JSON value could not be converted to {kind}. {place}"))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// A text; `None` when it is absent or null.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Reply> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong_type(&format!("$.{name}"), "System.String")),
        }
    }

    /// A number, or a text that is one; 0 when it is absent.
    pub(super) fn number(&self, name: &str) -> Result<i32, Reply> {
        let number = |value: &Value| match value {
            Value::String(text) => text.parse().ok(),
            _ => value.as_i64().and_then(|number| i32::try_from(number).ok()),
        };
        let Some(value) = self.get(name) else { return Ok(0) };
        number(value).ok_or_else(|| self.wrong_type(&format!("$.{name}"), "System.Int32"))
    }

    /// A number that counts; 0 when it is absent or negative.
    pub(super) fn count(&self, name: &str) -> Result<u32, Reply> {
        Ok(u32::try_from(self.number(name)?).unwrap_or(0))
    }

    /// A truth value, if there is one.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Reply> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.wrong_type(&format!("$.{name}"), "System.Boolean")),
        }
    }

    /// A list of ids; `None` when it is absent or null.
    pub(super) fn ids(&self, name: &str) -> Result<Option<Vec<u32>>, Reply> {
        let Some(value) = self.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
        let id = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
        let ids = value.as_array().and_then(|values| values.iter().map(id).collect());
        ids.map(Some).ok_or_else(|| self.wrong_type(&format!("$.{name}"), "System.Int32"))
    }

    /// One of several words, in its own case; `None` when it is absent.
    pub(super) fn word(
        &self,
        name: &str,
        words: &[&'static str],
        kind: &str,
    ) -> Result<Option<&'static str>, Reply> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let word = value.as_str().and_then(|text| words.iter().find(|word| word.eq_ignore_ascii_case(text)));
        word.map(|word| Some(*word)).ok_or_else(|| self.wrong_type(&format!("$.{name}"), kind))
    }

    /// An object within; an empty one when it is absent or null.
    pub(super) fn object(&self, name: &str) -> Result<Self, Reply> {
        let fields = match self.get(name) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(fields)) => fields.clone(),
            Some(_) => return Err(self.wrong_type(&format!("$.{name}"), "Radarr.Api.V3.Resource")),
        };
        Ok(Self { version: self.version, fields })
    }
}

/// The TMDB id in the body of a `POST /api/v3/movie`.
pub(super) fn posted_id(body: &str) -> Option<u32> {
    let body: Value = serde_json::from_str(body).ok()?;
    u32::try_from(body.get("tmdbId")?.as_u64()?).ok()
}

/// Which answer a film stands in; they differ in what they leave out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In the list, by id, and when added.
    Library,
    /// In the editor's answer and in a lookup: no root folder, and since 5.3.3 no `hasFile`.
    Short,
}

/// A film of the library.
pub(super) fn movie(state: &State, id: u32, row: &Row, form: Form) -> Value {
    let mut film = metadata(state, row, form);
    film["path"] = row.path.as_str().into();
    film["folderName"] = row.path.as_str().into();
    film["qualityProfileId"] = row.profile.into();
    film["monitored"] = row.monitored.into();
    film["minimumAvailability"] = row.availability.as_str().into();
    film["tags"] = row.tags.clone().into();
    film["added"] = NOW.into();
    film["id"] = id.into();
    if form == Form::Library {
        film["rootFolderPath"] = state.root_folder_of(&row.path).into();
        let standing = state.standings.get(&row.metadata.tmdb_id).cloned().unwrap_or_default();
        standing.fill(&mut film, super::queue::is_old(state));
    }
    film
}

/// A film that is in no library: what a lookup shows of it.
pub(super) fn stranger(state: &State, film: super::Metadata) -> Value {
    let row = Row {
        metadata: film,
        path: String::new(),
        profile: 0,
        monitored: false,
        availability: "tba".to_owned(),
        tags: Vec::new(),
        search: false,
    };
    metadata(state, &row, Form::Short)
}

fn metadata(state: &State, row: &Row, form: Form) -> Value {
    let film = &row.metadata;
    let clean: String = film.title.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
    let mut body = json!({
        "title": film.title, "originalTitle": film.title,
        "originalLanguage": {"id": 1, "name": "English"},
        "alternateTitles": [], "secondaryYearSourceId": 0, "sortTitle": film.title.to_lowercase(),
        "status": "released", "overview": "A film.", "inCinemas": format!("{}-03-01T00:00:00Z", film.year),
        "images": [{"coverType": "poster", "remoteUrl": "http://metadata.invalid/img/Poster.jpg"}],
        "website": "", "year": film.year, "youTubeTrailerId": "", "studio": "Studio",
        "qualityProfileId": 0, "monitored": false, "minimumAvailability": "tba", "isAvailable": true,
        "folderName": "", "runtime": 120, "cleanTitle": clean, "tmdbId": film.tmdb_id,
        "titleSlug": film.tmdb_id.to_string(), "genres": film.genres, "tags": [],
        "added": "0001-01-01T00:00:00Z", "popularity": 12.3,
        "ratings": {"tmdb": {"votes": 1000, "value": 7.5, "type": "user"}},
    });
    let is_old = state.version == Version::V4_7;
    if !is_old {
        body["movieFileId"] = 0.into();
        body["keywords"] = json!([]);
    }
    if is_old || form == Form::Library {
        body["hasFile"] = false.into();
        body["sizeOnDisk"] = 0.into();
    }
    if !is_old && form == Form::Library {
        body["statistics"] = json!({"movieFileCount": 0, "sizeOnDisk": 0, "releaseGroups": []});
    }
    body
}

/// The options a film was added with, as its 201 repeats them.
pub(super) fn add_options(row: &Row) -> Value {
    json!({
        "searchForMovie": row.search, "addMethod": "manual", "monitor": "movieOnly",
        "ignoreEpisodesWithFiles": false, "ignoreEpisodesWithoutFiles": false,
    })
}

pub(super) fn root_folder(id: u32, root: &RootFolder) -> Value {
    let mut body = json!({"path": root.path, "accessible": root.accessible, "unmappedFolders": [], "id": id});
    if root.accessible {
        body["freeSpace"] = 82_836_582_400_u64.into();
    }
    body
}

pub(super) fn exclusion((id, exclusion): (&u32, &super::Exclusion)) -> Value {
    json!({
        "tmdbId": exclusion.tmdb_id, "movieTitle": exclusion.title, "movieYear": exclusion.year, "id": id,
    })
}

pub(super) fn profiles() -> Value {
    let profile = |(id, name): (u32, &&str)| {
        json!({
            "name": name, "upgradeAllowed": false, "cutoff": 20, "items": [], "minFormatScore": 0,
            "cutoffFormatScore": 0, "formatItems": [], "language": {"id": 1, "name": "English"}, "id": id,
        })
    };
    (1..).zip(super::PROFILES).map(profile).collect()
}

pub(super) fn command(id: u32, name: &str, movies: &[u32]) -> Value {
    json!({
        "name": name, "commandName": name, "body": {"movieIds": movies, "name": name, "trigger": "manual"},
        "priority": "normal", "status": "started", "result": "unknown", "queued": NOW, "started": NOW,
        "trigger": "manual", "stateChangeTime": NOW, "sendUpdatesToClient": true,
        "updateScheduledTask": true, "id": id,
    })
}

pub(super) fn status(state: &State) -> Value {
    let started = clock::iso(state.started);
    let started = format!("{}Z", started.split('.').next().unwrap_or_default());
    json!({
        "appName": state.app_name, "instanceName": state.app_name, "version": state.version_text,
        "buildTime": NOW, "isDebug": false, "isProduction": true, "isAdmin": false,
        "isUserInteractive": true, "startupPath": "/app", "appData": "/config", "osName": "debian",
        "osVersion": "12", "isNetCore": true, "isLinux": true, "isOsx": false, "isWindows": false,
        "isDocker": true, "mode": "console", "branch": "master", "databaseType": "sqLite",
        "databaseVersion": "3.50.4", "authentication": "external", "migrationVersion": 242,
        "urlBase": state.url_base, "runtimeVersion": "10.0.12", "runtimeName": "netcore",
        "startTime": started, "packageUpdateMechanism": "builtIn",
    })
}
