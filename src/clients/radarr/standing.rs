//! Where the films in Radarr stand (docs/radarr.md#what-a-film-waits-for).

use std::collections::HashMap;

use super::{Radarr, RadarrError, wire};
use crate::clients::api::ApiError;
use crate::domain::clock::{DAY, Timestamp};
use crate::domain::ids::TmdbId;
use crate::domain::poster::Poster;
use crate::domain::waiting::InRadarr;

/// For so long after its start Radarr's queue may be empty although it downloads; twice what was seen.
const WARMING_UP: Timestamp = 120;

/// What Radarr adds to a date in cinemas where no other is known.
const AFTER_CINEMAS: Timestamp = 90 * DAY;

impl Radarr {
    /// Its films, with what is known of each.
    ///
    /// # Errors
    ///
    /// When it cannot be asked.
    pub fn standings(&self) -> Result<HashMap<TmdbId, InRadarr>, ApiError> {
        let movies: Vec<wire::Standing> =
            self.api.get_library("api/v3/movie", &[("excludeLocalCovers", "true")])?;
        let film = |movie: wire::Standing| Some((TmdbId::new(movie.tmdb_id.0)?, in_radarr(&movie)));
        Ok(movies.into_iter().filter_map(film).collect())
    }

    /// Is it Radarr and new enough, as [`Radarr::check`]; and why it may download more than its queue tells. `None`
    /// when it tells all.
    ///
    /// # Errors
    ///
    /// As [`Radarr::check`].
    pub fn untold(&self) -> Result<Option<String>, RadarrError> {
        let (status, asked_at) = self.status()?;
        let started = status.start_time.as_deref().and_then(time);
        if let (Some(started), Some(asked_at)) = (started, asked_at)
            && (0..WARMING_UP).contains(&(asked_at - started))
        {
            return Ok(Some("Radarr has just started and does not know its downloads yet".to_owned()));
        }
        // Only a help: whoever cannot be asked has no trouble.
        let health: Vec<wire::Health> = self.api.get("api/v3/health", &[]).unwrap_or_else(|error| {
            log::debug!("radarr: {error}");
            Vec::new()
        });
        let is_away = health.iter().any(wire::Health::is_about_clients);
        Ok(is_away.then(|| "Radarr cannot reach a download client, whose downloads it leaves out".to_owned()))
    }

    /// So many days after its release a film counts as available, may be negative; none where that cannot be read.
    pub fn availability_delay(&self) -> i64 {
        let config: Result<wire::IndexerConfig, _> = self.api.get("api/v3/config/indexer", &[]);
        match config {
            Ok(config) => config.availability_delay.unwrap_or(0).clamp(-3650, 3650),
            Err(error) => {
                log::debug!("radarr: {error}");
                0
            }
        }
    }
}

fn in_radarr(movie: &wire::Standing) -> InRadarr {
    let mut posters =
        movie.images.iter().flatten().filter(|image| {
            image.cover_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("poster"))
        });
    InRadarr {
        id: movie.id.0,
        has_file: movie.has_file.unwrap_or(false),
        is_monitored: movie.monitored.unwrap_or(true),
        is_available: movie.is_available.unwrap_or(true),
        release: release(movie),
        searched_at: movie.last_search_time.as_deref().and_then(time),
        poster: posters.find_map(|image| Poster::parse(image.remote_url.as_deref()?)),
    }
}

/// The date that counts: as Radarr tells it from 5.10 on, before by its own rule.
fn release(movie: &wire::Standing) -> Option<Timestamp> {
    let date = |text: &Option<String>| text.as_deref().and_then(time);
    let home = || [date(&movie.digital_release), date(&movie.physical_release)].into_iter().flatten().min();
    let cinemas = || date(&movie.in_cinemas);
    let released = || home().or_else(|| Some(cinemas()? + AFTER_CINEMAS));
    date(&movie.release_date).or_else(|| match movie.minimum_availability.as_deref() {
        Some("inCinemas") => cinemas().or_else(released),
        _ => released(),
    })
}

fn time(text: &str) -> Option<Timestamp> {
    Some(text.parse::<jiff::Timestamp>().ok()?.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::span::day;

    fn film(more: &str) -> InRadarr {
        let text = format!(r#"{{"id": 7, "tmdbId": 949{}{more}}}"#, if more.is_empty() { "" } else { ", " });
        in_radarr(&serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn the_date_that_counts_is_radarrs_or_found_by_its_rule() {
        let digital =
            r#""digitalRelease": "2027-02-27T00:00:00Z", "physicalRelease": "2027-01-29T00:00:00Z""#;
        let cinemas = r#""inCinemas": "2026-12-29T00:00:00Z""#;
        for (more, expected) in [
            (String::new(), None),
            (format!(r#""releaseDate": "2027-03-01T00:00:00Z", {digital}"#), Some("2027-03-01")),
            (digital.to_owned(), Some("2027-01-29")),
            (cinemas.to_owned(), Some("2027-03-29")),
            (format!(r#""minimumAvailability": "inCinemas", {cinemas}, {digital}"#), Some("2026-12-29")),
            (format!(r#""minimumAvailability": "inCinemas", {digital}"#), Some("2027-01-29")),
            (r#""releaseDate": "soon""#.to_owned(), None),
        ] {
            assert_eq!(film(&more).release.map(day).as_deref(), expected, "{more}");
        }
    }

    #[test]
    fn what_radarr_does_not_say_keeps_nothing_waiting() {
        let bare = film("");
        assert!(!bare.has_file && bare.is_monitored && bare.is_available && bare.poster.is_none());
        let images = r#""images": [{"coverType": "fanart", "remoteUrl": "https://image.tmdb.org/t/p/original/f.jpg"},
            {"coverType": "poster", "url": "/MediaCover/1/poster.jpg"}, {"coverType": null},
            {"coverType": "poster", "remoteUrl": "https://image.tmdb.org/t/p/original/p.jpg"}]"#;
        let poster = film(images).poster.map(|poster| poster.address());
        assert_eq!(poster.as_deref(), Some("https://image.tmdb.org/t/p/w342/p.jpg"));
        assert_eq!(film(r#""images": null, "lastSearchTime": null, "hasFile": null"#), bare);
    }
}
