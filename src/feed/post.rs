//! One film to Radarr, and what its answers mean.

use std::time::Instant;

use super::send::Send;
use crate::api::ApiError;
use crate::film::TmdbId;
use crate::plan::Add;
use crate::radarr::{AddError, NewFilm, Radarr};

/// A film that Radarr has now.
pub(super) struct Sent {
    /// The id that Radarr stored.
    pub(super) tmdb: TmdbId,
    /// Was it added by this call?
    pub(super) is_new: bool,
    /// The root folder it was sent to.
    pub(super) folder: String,
}

impl Send<'_, '_> {
    /// Sends one film, unless somebody excluded it meanwhile.
    pub(super) fn send(&mut self, add: &Add) -> Result<Option<Sent>, AddError> {
        let setup = &self.feed.setup;
        let view = &mut self.look.view;
        if self.look.read_at.elapsed() >= setup.fresh {
            view.excluded = setup.radarr.exclusions().map_err(AddError::Failed)?;
            self.look.read_at = Instant::now();
        }
        if view.exclusions(self.aliases).contains(&self.aliases.canonical(add.wished.tmdb)) {
            return Ok(None);
        }
        let folder = self.feed.destination(add)?;
        let tmdb = add.wished.tmdb;
        let (tmdb, is_new) = if self.feed.setup.is_dry { (tmdb, true) } else { self.post(add, &folder)? };
        Ok(Some(Sent { tmdb, is_new, folder }))
    }

    /// Sends one film; what may have arrived without an answer is asked for. Returns the id that Radarr has it under,
    /// and whether that is new.
    fn post(&mut self, add: &Add, folder: &str) -> Result<(TmdbId, bool), AddError> {
        let radarr = self.feed.setup.radarr;
        let tags = add.tags.iter().map(|label| self.tag_id(label)).collect::<Result<Vec<_>, _>>();
        let tags = tags.map_err(AddError::Failed)?;
        let (config, tmdb) = (self.feed.setup.config, add.wished.tmdb);
        let film = NewFilm {
            tmdb,
            title: &add.wished.film.name,
            year: add.wished.film.year.unwrap_or(0),
            quality_profile_id: add.quality_profile_id,
            root_folder: folder,
            path: None,
            is_monitored: config.is_monitored,
            minimum_availability: config.minimum_availability.as_str(),
            tags: &tags,
            search: config.search_on_add,
        };
        match radarr.add(&film) {
            Ok(tmdb) => Ok((tmdb, true)),
            Err(AddError::AlreadyThere) => Ok((tmdb, false)),
            Err(AddError::FolderTaken { folder: taken }) => {
                if radarr.film(tmdb).map_err(AddError::Failed)?.is_some() {
                    return Ok((tmdb, false));
                }
                if taken.is_empty() {
                    return Err(AddError::FolderTaken { folder: taken });
                }
                // Two films of one title and year: this one gets a folder of its own (facts/servers.md R12.8).
                let path = format!("{taken} {{tmdb-{tmdb}}}");
                match radarr.add(&NewFilm { path: Some(&path), ..film }) {
                    Ok(tmdb) => Ok((tmdb, true)),
                    Err(AddError::AlreadyThere) => Ok((tmdb, false)),
                    // The same data under another id: TMDB merged this one.
                    Err(AddError::Conflict | AddError::FolderTaken { .. }) => {
                        Ok((merged_into(radarr, tmdb)?, false))
                    }
                    Err(error) => Err(error),
                }
            }
            Err(AddError::Conflict) => match radarr.film(tmdb).map_err(AddError::Failed)? {
                Some(_) => Ok((tmdb, false)),
                None => Ok((merged_into(radarr, tmdb)?, false)),
            },
            Err(AddError::Failed(error)) if may_have_arrived(&error) => match radarr.film(tmdb) {
                // It was not there when this run looked.
                Ok(Some(_)) => Ok((tmdb, true)),
                _ => Err(AddError::Failed(error)),
            },
            Err(error) => Err(error),
        }
    }
}

/// The id under which Radarr has a film that TMDB merged into another.
fn merged_into(radarr: &Radarr, tmdb: TmdbId) -> Result<TmdbId, AddError> {
    let facts = radarr.look_up(tmdb)?;
    let is_there = facts.tmdb != tmdb && radarr.film(facts.tmdb).map_err(AddError::Failed)?.is_some();
    if is_there { Ok(facts.tmdb) } else { Err(AddError::Conflict) }
}

/// A status is an answer, unless it comes from a proxy that grew tired of waiting, or is the 406 that Radarr gives
/// after the work is done (facts/servers.md R5); silence, or success with an unreadable body, is none.
fn may_have_arrived(error: &ApiError) -> bool {
    !error.never_arrived() && error.answered().is_none_or(|(status, _)| matches!(status, 406 | 502 | 504))
}
