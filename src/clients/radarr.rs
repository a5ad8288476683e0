//! The Radarr door: the calls lbjf makes, from v4 to v6 (docs/radarr.md).
//!
//! Films are added one at a time with `POST /movie`, never with `/movie/import`, which checks nothing and can break
//! Radarr. A refused film is explained in plain words; "already there" is told by its own variant, since it is
//! success to the caller.

mod exclusions;
mod lookup;
mod queue;
mod standing;
mod wire;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::clients::api::{Api, ApiError, message, plain};
use crate::clients::http::Method;
use crate::domain::clock::Timestamp;
use crate::domain::ids::TmdbId;
use crate::domain::request::RadarrFilm;
use exclusions::PAGED_LIST;

/// The door.
#[derive(Debug)]
pub struct Radarr {
    api: Api,
    /// Does it give its exclusion list as a whole, rather than page by page?
    has_whole_list: AtomicBool,
}

/// A root folder as Radarr sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootFolder {
    /// As Radarr has it, since it is sent back: a drive without its backslash (`D:`) is refused.
    pub path: String,
    /// As a message may show it.
    pub shown: String,
    /// Can Radarr reach it at this moment?
    pub is_accessible: bool,
    /// Room on its disk; `None` where Radarr does not say.
    pub free_bytes: Option<u64>,
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its version.
    pub version: String,
    /// When it was started, as it says it: two servers with one key are told apart by it
    /// (docs/radarr.md#several-servers).
    pub started_at: Option<String>,
}

/// A film that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddedFilm {
    /// The id that Radarr stored, which differs for a merged entry (docs/radarr.md#merged-ids).
    pub tmdb: TmdbId,
    /// Radarr's own number.
    pub id: Option<u32>,
}

/// What Radarr's metadata knows of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Another id than the one asked for, when TMDB merged that into this one (docs/radarr.md#merged-ids).
    pub tmdb: TmdbId,
    /// Is it animated, as TMDB's genres say?
    pub is_animated: bool,
}

/// What is behind the address, and too bad if so.
#[derive(Debug, thiserror::Error)]
pub enum RadarrError {
    /// Another program of the family.
    #[error("`{base}` is {found}, not Radarr")]
    WrongApp {
        /// The address.
        base: String,
        /// What it calls itself.
        found: String,
    },
    /// Older than v4.
    #[error("Radarr at `{base}` is version {version}; lbjf needs 4 or newer")]
    TooOld {
        /// The address.
        base: String,
        /// Its version.
        version: String,
    },
    /// Anything that went wrong on the way.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl RadarrError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::WrongApp { .. } => Some("check `radarr.url`".to_owned()),
            Self::TooOld { .. } => None,
            Self::Api(error) => error.hint(),
        }
    }
}

/// A film to be added.
#[derive(Clone, Debug)]
pub struct NewFilm<'a> {
    /// Which film.
    pub tmdb: TmdbId,
    /// Sent since some versions fail without; Radarr stores its own.
    pub title: &'a str,
    /// Likewise; 0 for an undated film.
    pub year: u16,
    /// Radarr's number of the profile.
    pub quality_profile_id: u32,
    /// Where it goes.
    pub root_folder: &'a str,
    /// A folder of its own below the root folder, when Radarr's choice is taken.
    pub path: Option<&'a str>,
    /// Does Radarr monitor it?
    pub is_monitored: bool,
    /// Radarr's word.
    pub minimum_availability: &'static str,
    /// Radarr's numbers.
    pub tags: &'a [u32],
    /// Does Radarr search at once?
    pub search: bool,
}

/// Why a film was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// It is there already.
    #[error("it is already in Radarr")]
    AlreadyThere,
    /// Its folder belongs to another film, or to this one under another id.
    #[error("its folder `{}` belongs to another film in Radarr", plain(folder))]
    FolderTaken {
        /// The folder.
        folder: String,
    },
    /// Its row exists, under this or another id (409); as a rule, since any rule of Radarr's database may be broken.
    #[error("Radarr has a film with the same data")]
    Conflict,
    /// Radarr's metadata has no such film.
    #[error("Radarr's metadata has no film with TMDB id {0}")]
    Unknown(TmdbId),
    /// Profile or root folder are wrong: no other film will be taken either.
    #[error("Radarr refuses the settings: {0}")]
    Settings(String),
    /// Radarr does not want this film.
    #[error("Radarr refuses it: {0}")]
    Refused(String),
    /// Something that time may heal; the film may have arrived all the same.
    #[error(transparent)]
    Failed(ApiError),
}

impl Radarr {
    /// Opens the door; asks nothing yet.
    pub fn new(api: Api) -> Self {
        Self { api, has_whole_list: AtomicBool::new(false) }
    }

    /// Its address, for messages.
    pub fn base(&self) -> String {
        self.api.base_text()
    }

    /// Is it Radarr, and new enough?
    ///
    /// Only `appName` tells it from Sonarr, which answers the same path (docs/radarr.md#versions).
    ///
    /// # Errors
    ///
    /// When it is not, or cannot be asked.
    pub fn check(&self) -> Result<Identity, RadarrError> {
        let (status, _) = self.status()?;
        let version = plain(&self.api.shown(&status.version));
        Ok(Identity { version, started_at: status.start_time })
    }

    /// What it says of itself, with the time on its own clock.
    fn status(&self) -> Result<(wire::SystemStatus, Option<Timestamp>), RadarrError> {
        let status: Result<(wire::SystemStatus, _), _> = self.api.get_dated("api/v3/system/status", &[]);
        let (status, asked_at) = status.map_err(|error| self.api.who_sent(error))?;
        let base = self.api.base_text();
        if let Some(found) = status.app_name.as_deref().filter(|name| *name != "Radarr") {
            return Err(RadarrError::WrongApp { base, found: plain(&self.api.shown(found)) });
        }
        let version = plain(&self.api.shown(&status.version));
        let numbers: Vec<Option<u32>> = version.split('.').take(2).map(|part| part.parse().ok()).collect();
        if let [Some(major), ..] = numbers[..]
            && major < 4
        {
            return Err(RadarrError::TooOld { base, version });
        }
        if let [Some(major), Some(minor)] = numbers[..] {
            self.has_whole_list.store((major, minor) < PAGED_LIST, Ordering::Relaxed);
        }
        Ok((status, asked_at))
    }

    /// Every quality profile: number and name.
    pub fn quality_profiles(&self) -> Result<Vec<(u32, String)>, ApiError> {
        let profiles: Vec<wire::QualityProfile> = self.api.get("api/v3/qualityprofile", &[])?;
        Ok(profiles.into_iter().map(|profile| (profile.id.0, self.api.shown(&profile.name))).collect())
    }

    /// Every root folder.
    pub fn root_folders(&self) -> Result<Vec<RootFolder>, ApiError> {
        let folders: Vec<wire::RootFolder> = self.api.get("api/v3/rootfolder", &[])?;
        let folder = |folder: wire::RootFolder| RootFolder {
            shown: plain(&self.api.shown(&folder.path)),
            path: folder.path,
            is_accessible: folder.accessible.unwrap_or(true),
            free_bytes: folder.free_space.as_ref().and_then(serde_json::Value::as_u64),
        };
        Ok(folders.into_iter().map(folder).collect())
    }

    /// Every tag: its label in lower case, and its number.
    pub fn tags(&self) -> Result<HashMap<String, u32>, ApiError> {
        let tags: Vec<wire::Tag> = self.api.get("api/v3/tag", &[])?;
        Ok(tags.into_iter().map(|tag| (tag.label.to_lowercase(), tag.id.0)).collect())
    }

    /// Makes a tag; an existing label in lower case gives the existing number, so this may be repeated.
    pub fn create_tag(&self, label: &str) -> Result<u32, ApiError> {
        let body = json(&wire::NewTag { label });
        let tag: wire::Tag = self.api.post_once("api/v3/tag", &[], Some(&body))?;
        Ok(tag.id.0)
    }

    /// Every film in Radarr. About 5 KB each on the wire, a tenth of that compressed; read as a stream.
    pub fn films(&self) -> Result<HashMap<TmdbId, RadarrFilm>, ApiError> {
        let movies: Vec<wire::Movie> =
            self.api.get_library("api/v3/movie", &[("excludeLocalCovers", "true")])?;
        let film = |movie: wire::Movie| Some((TmdbId::new(movie.tmdb_id.0)?, radarr_film(movie)));
        Ok(movies.into_iter().filter_map(film).collect())
    }

    /// One film, if Radarr has it.
    pub fn film(&self, tmdb: TmdbId) -> Result<Option<RadarrFilm>, ApiError> {
        let movies: Vec<wire::Movie> =
            self.api.get_library("api/v3/movie", &[("tmdbId", &tmdb.to_string())])?;
        // An ignored parameter would bring the whole library (docs/radarr.md#films).
        Ok(movies.into_iter().find(|movie| movie.tmdb_id.0 == tmdb.get()).map(radarr_film))
    }

    /// What Radarr's metadata knows of a film, whether it is in Radarr or not.
    pub fn look_up(&self, tmdb: TmdbId) -> Result<Facts, AddError> {
        let found: Result<wire::MovieFacts, _> =
            self.api.get("api/v3/movie/lookup/tmdb", &[("tmdbId", &tmdb.to_string())]);
        match found {
            Ok(facts) => {
                let genres = facts.genres.unwrap_or_default();
                let is_animated = genres.iter().any(|genre| genre.eq_ignore_ascii_case("animation"));
                Ok(Facts { tmdb: TmdbId::new(facts.tmdb_id.0).unwrap_or(tmdb), is_animated })
            }
            Err(error) => Err(match error.answered().and_then(|(_, body)| message(body)) {
                Some(text) if says_unknown(&text) => AddError::Unknown(tmdb),
                _ => AddError::Failed(error),
            }),
        }
    }

    /// Adds one film.
    ///
    /// A call that brought no answer may have added the film all the same: [`Radarr::film`] tells.
    pub fn add(&self, film: &NewFilm<'_>) -> Result<AddedFilm, AddError> {
        let body = json(&wire::NewMovie {
            tmdb_id: film.tmdb.get(),
            title: film.title,
            year: film.year,
            quality_profile_id: film.quality_profile_id,
            root_folder_path: film.root_folder,
            path: film.path,
            monitored: film.is_monitored,
            minimum_availability: film.minimum_availability,
            tags: film.tags,
            add_options: wire::AddOptions { search_for_movie: film.search, monitor: "movieOnly" },
        });
        let added: Result<wire::MovieFacts, _> = self.api.post_once("api/v3/movie", &[], Some(&body));
        match added {
            Ok(facts) => Ok(AddedFilm {
                tmdb: TmdbId::new(facts.tmdb_id.0).unwrap_or(film.tmdb),
                id: facts.id.map(|id| id.0).filter(|id| *id > 0),
            }),
            Err(error) => Err(explain(error, film.tmdb)),
        }
    }

    /// Puts a tag on films; tags that are there stay.
    pub fn tag(&self, movie_ids: &[u32], tag: u32) -> Result<(), ApiError> {
        let body = json(&wire::MovieEditor { movie_ids, tags: &[tag], apply_tags: "add" });
        self.api.write(&Method::PUT, "api/v3/movie/editor", &[], Some(&body))
    }
}

/// A folder's path to compare: without the slash that some versions put behind it.
pub fn trim_folder(path: &str) -> &str {
    let trimmed = path.trim().trim_end_matches(['/', '\\']);
    if trimmed.is_empty() { path.trim() } else { trimmed }
}

fn radarr_film(movie: wire::Movie) -> RadarrFilm {
    RadarrFilm {
        id: movie.id.0,
        path: movie.path.unwrap_or_default(),
        tags: movie.tags.unwrap_or_default().into_iter().map(|tag| tag.0).collect(),
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("strings and numbers are JSON")
}

/// What a refused `POST /movie` means. The array of a 400 holds every failure at once, so "already there" may stand
/// beside others and wins (docs/radarr.md#refusals).
fn explain(error: ApiError, tmdb: TmdbId) -> AddError {
    let (status, body) = match error.answered() {
        Some((status, body)) => (status, body.to_owned()),
        None => return AddError::Failed(error),
    };
    match status {
        400 => explain_failures(&body, tmdb),
        409 => AddError::Conflict,
        _ => AddError::Failed(error),
    }
}

/// A lookup of an unknown film is a 500 like any other, but for its text (docs/radarr.md#looking-a-film-up).
fn says_unknown(message: &str) -> bool {
    message.starts_with("Movie with tmdbId")
}

fn explain_failures(body: &str, tmdb: TmdbId) -> AddError {
    let Ok(failures) = serde_json::from_str::<Vec<wire::Failure>>(body) else {
        return AddError::Refused(message(body).unwrap_or_else(|| "HTTP 400".to_owned()));
    };
    let has_code = |code: &str| failures.iter().find(|failure| failure.error_code.as_deref() == Some(code));
    let is_about = |failure: &&wire::Failure, names: &[&str]| {
        failure
            .property_name
            .as_deref()
            .is_some_and(|name| names.iter().any(|known| name.eq_ignore_ascii_case(known)))
    };
    if has_code("MovieExistsValidator").is_some() {
        return AddError::AlreadyThere;
    }
    if let Some(failure) = has_code("MoviePathValidator") {
        let folder = failure.attempted_value.as_ref().and_then(|value| value.as_str());
        return AddError::FolderTaken { folder: folder.unwrap_or_default().to_owned() };
    }
    // A film may be named like the root folder; that is about the film, not about the folder.
    let is_alike =
        |failure: &&wire::Failure| failure.error_code.as_deref() == Some("MovieFolderAsRootFolderValidator");
    let is_setting = |failure: &&wire::Failure| {
        is_about(failure, &["QualityProfileId", "RootFolderPath"]) && !is_alike(failure)
    };
    let settings = failures.iter().find(is_setting);
    if let Some(text) = settings.and_then(|failure| failure.error_message.clone()) {
        return AddError::Settings(plain(&text));
    }
    // Built by hand in Radarr, hence without a code: its metadata does not know the id.
    let unknown =
        failures.iter().any(|failure| failure.error_code.is_none() && is_about(&failure, &["TmdbId"]));
    if unknown {
        return AddError::Unknown(tmdb);
    }
    AddError::Refused(message(body).unwrap_or_else(|| "HTTP 400".to_owned()))
}

#[cfg(test)]
mod tests;
