//! One film to Radarr, and what its answers mean.

use std::time::Instant;

use super::executor::Executor;
use crate::clients::api::ApiError;
use crate::clients::radarr::{AddError, AddedFilm, NewFilm, Radarr, trim_folder};
use crate::domain::ids::TmdbId;
use crate::domain::request::RadarrFilm;
use crate::domain::step::{AddToRadarr, RootFolder};

/// What became of a film.
pub(super) struct Sent {
    pub(super) end: Added,
    /// An id that TMDB merged, and the one it became, if that came out.
    pub(super) merged: Option<(TmdbId, TmdbId)>,
}

/// How sending a film ended.
pub(super) enum Added {
    /// It was added, to this root folder, as this film of Radarr's; a dry run adds none.
    To(String, Option<AddedFilm>),
    /// It was there.
    WasThere,
    /// Somebody excluded it.
    Excluded,
}

impl From<Added> for Sent {
    fn from(end: Added) -> Self {
        Self { end, merged: None }
    }
}

impl Executor<'_, '_> {
    /// Sends one film, unless somebody excluded it meanwhile.
    pub(super) fn send(&mut self, add: &AddToRadarr) -> Result<Sent, AddError> {
        let (setup, tmdb) = (&self.requests.setup, add.requested.tmdb);
        if self.snapshot.read_at.elapsed() >= setup.fresh {
            self.snapshot.view.excluded = setup.radarr.exclusions().map_err(AddError::Failed)?;
            self.snapshot.read_at = Instant::now();
        }
        let excluded = self.snapshot.view.exclusions(self.aliases);
        let is_excluded = |id| excluded.contains(&self.aliases.canonical(id));
        if is_excluded(tmdb) {
            return Ok(Added::Excluded.into());
        }
        let (folder, answered) = self.destination(add)?;
        if is_excluded(answered) {
            return Ok(Sent { end: Added::Excluded, merged: (answered != tmdb).then_some((tmdb, answered)) });
        }
        if setup.is_dry { Ok(Added::To(folder, None).into()) } else { self.post(add, &folder) }
    }

    /// Where a film goes, which may depend on its genres, and the id by which Radarr's metadata calls it, if that had
    /// to be asked.
    fn destination(&self, add: &AddToRadarr) -> Result<(String, TmdbId), AddError> {
        let tmdb = add.requested.tmdb;
        Ok(match &add.root_folder {
            RootFolder::Fixed(folder) => (folder.clone(), tmdb),
            RootFolder::ByGenre { animated, other } => {
                let facts = self.requests.setup.radarr.look_up(tmdb)?;
                (if facts.is_animated { animated } else { other }.clone(), facts.tmdb)
            }
        })
    }

    /// Sends one film. What is refused may be there under this or another id.
    fn post(&mut self, add: &AddToRadarr, folder: &str) -> Result<Sent, AddError> {
        let radarr = self.requests.setup.radarr;
        let tags = add.tags.iter().map(|label| self.tag_id(label)).collect::<Result<Vec<_>, _>>();
        let tags = tags.map_err(AddError::Failed)?;
        let (adding, tmdb) = (self.requests.setup.adding, add.requested.tmdb);
        let film = NewFilm {
            tmdb,
            title: &add.requested.film.name,
            year: add.requested.film.year.unwrap_or(0),
            quality_profile_id: add.quality_profile_id,
            root_folder: folder,
            path: None,
            is_monitored: adding.is_monitored,
            minimum_availability: adding.minimum_availability.as_str(),
            tags: &tags,
            search: adding.search_on_add,
        };
        let added = |answered: AddedFilm| Sent {
            end: Added::To(folder.to_owned(), Some(answered)),
            merged: (answered.tmdb != tmdb).then_some((tmdb, answered.tmdb)),
        };
        match add_or_find(radarr, &film) {
            Err(AddError::FolderTaken { folder: taken }) => {
                if radarr.film(tmdb).map_err(AddError::Failed)?.is_some() {
                    return Ok(Added::WasThere.into());
                }
                if taken.is_empty() {
                    return Err(AddError::FolderTaken { folder: taken });
                }
                if let Some(old) = self.owner(&taken)
                    && became(radarr, old)? == Some(tmdb)
                {
                    return Ok(Sent { end: Added::WasThere, merged: Some((old, tmdb)) });
                }
                // Two films of one title and year: this one gets a folder of its own (docs/radarr.md#folder-clashes).
                let path = format!("{taken} {{tmdb-{tmdb}}}");
                match add_or_find(radarr, &NewFilm { path: Some(&path), ..film }) {
                    Ok(answered) => Ok(added(answered)),
                    Err(AddError::AlreadyThere) => Ok(Added::WasThere.into()),
                    // The same data under another id: TMDB merged this one.
                    Err(AddError::Conflict) => there_after_all(radarr, tmdb),
                    Err(AddError::FolderTaken { .. }) => there_as_another(radarr, tmdb),
                    // A conflict with PostgreSQL is a 500 (docs/radarr.md#errors).
                    Err(AddError::Failed(error)) if error.is_internal() => {
                        there_as_another(radarr, tmdb).map_err(|_| AddError::Failed(error))
                    }
                    Err(error) => Err(error),
                }
            }
            Err(AddError::Conflict) => there_after_all(radarr, tmdb),
            Err(AddError::AlreadyThere) => Ok(Added::WasThere.into()),
            other => other.map(added),
        }
    }

    /// The film that this folder belonged to when Radarr was looked at.
    fn owner(&self, folder: &str) -> Option<TmdbId> {
        let is_it = |film: &RadarrFilm| trim_folder(&film.path) == trim_folder(folder);
        self.snapshot.view.films.iter().find(|(_, film)| is_it(film)).map(|(id, _)| *id)
    }
}

/// Adds one film; what may have arrived without an answer is asked for.
fn add_or_find(radarr: &Radarr, film: &NewFilm<'_>) -> Result<AddedFilm, AddError> {
    match radarr.add(film) {
        Err(AddError::Failed(error)) if may_have_arrived(&error) => match radarr.film(film.tmdb) {
            // It was not there when this run looked.
            Ok(Some(there)) => Ok(AddedFilm { tmdb: film.tmdb, id: Some(there.id) }),
            _ => Err(AddError::Failed(error)),
        },
        done => done,
    }
}

/// What an id became, as far as Radarr's metadata knows.
pub(super) fn became(radarr: &Radarr, tmdb: TmdbId) -> Result<Option<TmdbId>, AddError> {
    match radarr.look_up(tmdb) {
        Ok(facts) => Ok(Some(facts.tmdb)),
        Err(AddError::Unknown(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A conflict means that the film is there only if Radarr then has it: any rule of its database may have been broken.
fn there_after_all(radarr: &Radarr, tmdb: TmdbId) -> Result<Sent, AddError> {
    match radarr.film(tmdb).map_err(AddError::Failed)? {
        Some(_) => Ok(Added::WasThere.into()),
        None => there_as_another(radarr, tmdb),
    }
}

/// A film that TMDB merged into another, which Radarr has.
fn there_as_another(radarr: &Radarr, tmdb: TmdbId) -> Result<Sent, AddError> {
    let facts = radarr.look_up(tmdb)?;
    let is_there = facts.tmdb != tmdb && radarr.film(facts.tmdb).map_err(AddError::Failed)?.is_some();
    if !is_there {
        return Err(AddError::Conflict);
    }
    Ok(Sent { end: Added::WasThere, merged: Some((tmdb, facts.tmdb)) })
}

/// A status is an answer, unless it comes from a proxy that grew tired of waiting, or is the 406 that Radarr gives
/// after the work is done (docs/radarr.md#answers-that-never-came); silence, or success with an unreadable body, is
/// none.
fn may_have_arrived(error: &ApiError) -> bool {
    !error.never_arrived() && error.answered().is_none_or(|(status, _)| matches!(status, 406 | 502 | 504))
}
