//! What the films that people want wait for: asks a Radarr what it has and does, and says so of each film. `plan`
//! decides.

pub mod plan;

use std::collections::{HashMap, HashSet};

use crate::clients::api::ApiError;
use crate::clients::radarr::{Radarr, RadarrError};
use crate::domain::step::Aliases;
use crate::domain::waiting::RadarrNow;

/// Asks a Radarr how things stand. What cannot be read beside its films is handed back; the rest counts all the same.
///
/// # Errors
///
/// When its films cannot be read.
pub fn ask(radarr: &Radarr, aliases: &Aliases) -> Result<(RadarrNow, Vec<ApiError>), RadarrError> {
    let mut troubles = Vec::new();
    let mut untold = radarr.untold()?;
    // Before the films: what is imported in between has a file there.
    let downloads = radarr.downloads().unwrap_or_else(|error| {
        untold = Some("Radarr's queue cannot be read".to_owned());
        troubles.push(error);
        HashMap::new()
    });
    // Before the exclusions: a film that is deleted and excluded in between is in one of them.
    let films = radarr.standings()?;
    let excluded = radarr.exclusions().unwrap_or_else(|error| {
        troubles.push(error);
        HashSet::new()
    });
    let now = RadarrNow {
        films: films.into_iter().map(|(id, film)| (aliases.canonical(id), film)).collect(),
        excluded: excluded.into_iter().map(|id| aliases.canonical(id)).collect(),
        downloads,
        untold,
        delay_days: radarr.availability_delay(),
    };
    Ok((now, troubles))
}
