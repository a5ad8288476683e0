//! The exclusion list, behind the door that the version has (docs/radarr.md#exclusions).

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use super::{Radarr, wire};
use crate::clients::api::ApiError;
use crate::domain::ids::TmdbId;

/// The first version that gives the list page by page. It still gives it as a whole, too, with a warning in its log
/// each time.
pub(super) const PAGED_LIST: (u32, u32) = (5, 9);

/// Entries in one answer: about 100 KB.
const PAGE_SIZE: &str = "1000";

/// More pages than anybody has.
const MOST_PAGES: u32 = 1000;

/// A list that changes while it is read is read so often.
const READINGS: usize = 3;

const WHOLE: &str = "api/v3/exclusions";
const PAGED: &str = "api/v3/exclusions/paged";

/// What one reading brought.
#[derive(Default)]
struct Reading {
    /// Each with its own number, where it has one.
    entries: HashSet<(Option<u32>, Option<TmdbId>)>,
    /// How many there were, doubles included.
    count: usize,
    /// How many there should be.
    total: u32,
    /// Did the list change meanwhile?
    is_moved: bool,
    /// Did a page come a second time? What is behind it stays unknown.
    is_stuck: bool,
}

impl Reading {
    fn has_reached_its_total(&self) -> bool {
        !self.is_stuck && self.count >= self.total as usize
    }

    fn is_whole(&self) -> bool {
        !self.is_moved && !self.is_stuck && self.entries.len() >= self.total as usize
    }
}

impl Radarr {
    /// What a person never wants to see again. Radarr itself does not look at it when a film is added.
    ///
    /// # Errors
    ///
    /// When it cannot be read as a whole: nothing may be added then.
    pub fn exclusions(&self) -> Result<HashSet<TmdbId>, ApiError> {
        let is_whole = self.has_whole_list.load(Ordering::Relaxed);
        let error = match self.exclusions_behind(is_whole) {
            Err(error) if error.no_door().is_some() => error,
            done => return done,
        };
        match self.exclusions_behind(!is_whole) {
            Err(other) => match (error.no_door(), other.no_door()) {
                (Some(first), Some(second)) => {
                    Err(ApiError::NoDoor { server: "Radarr", doors: vec![first, second] })
                }
                _ => Err(other),
            },
            Ok(films) => {
                self.has_whole_list.store(!is_whole, Ordering::Relaxed);
                Ok(films)
            }
        }
    }

    fn exclusions_behind(&self, is_whole: bool) -> Result<HashSet<TmdbId>, ApiError> {
        if is_whole {
            let exclusions: Vec<wire::Exclusion> = self.api.get_library(WHOLE, &[])?;
            return Ok(exclusions.iter().filter_map(|exclusion| TmdbId::new(exclusion.tmdb_id.0)).collect());
        }
        let mut films = HashSet::new();
        for turn in 1.. {
            let reading = self.read_exclusions()?;
            films.extend(reading.entries.iter().filter_map(|(_, film)| *film));
            if reading.is_whole() {
                break;
            }
            if turn < READINGS {
                continue;
            }
            // As often as it was read, each time to the end: what one reading missed the others have.
            if reading.has_reached_its_total() {
                break;
            }
            let Reading { entries, total, .. } = reading;
            let why = format!("it counts {total} exclusions and shows {}", entries.len());
            return Err(self.api.shape(&format!("GET {PAGED}"), &why));
        }
        Ok(films)
    }

    /// Reads page after page, until there are as many entries as there should be, or no new ones come.
    fn read_exclusions(&self) -> Result<Reading, ApiError> {
        let mut reading = Reading::default();
        for page in 1..=MOST_PAGES {
            // Whoever excludes a film meanwhile puts it at the end.
            let query = [
                ("page", &*page.to_string()),
                ("pageSize", PAGE_SIZE),
                ("sortKey", "id"),
                ("sortDirection", "ascending"),
            ];
            let answer: wire::Exclusions = self.api.get_library(PAGED, &query)?;
            let total = answer.total_records.0;
            reading.is_moved |= page > 1 && total != reading.total;
            reading.total = total;
            reading.count += answer.records.len();
            let (known, is_empty) = (reading.entries.len(), answer.records.is_empty());
            let entry = |row: wire::Exclusion| (row.id.map(|id| id.0), TmdbId::new(row.tmdb_id.0));
            reading.entries.extend(answer.records.into_iter().map(entry));
            let is_new = reading.entries.len() > known;
            reading.is_stuck = !is_new && !is_empty;
            if reading.has_reached_its_total() || !is_new {
                return Ok(reading);
            }
        }
        Ok(reading)
    }
}
