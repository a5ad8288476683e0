//! What films wait for: the queue, release dates, files, what is wrong with the server itself.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{Radarr, State, Version, wire};
use crate::server::{Reply, Request};

/// When a film is released.
#[derive(Clone, Default)]
pub(super) enum Release {
    #[default]
    Long,
    /// On a day such as `2027-03-12`.
    On(String),
    /// Nobody knows when.
    Unknown,
}

/// What a test said of a film's standing.
#[derive(Clone, Default)]
pub(super) struct Standing {
    pub(super) has_file: bool,
    pub(super) release: Release,
    pub(super) searched_at: Option<String>,
    pub(super) poster: Option<String>,
}

impl Standing {
    /// Puts it into the JSON of a film.
    pub(super) fn fill(&self, film: &mut Value, is_old: bool) {
        film["hasFile"] = self.has_file.into();
        if !matches!(self.release, Release::Long) {
            film["isAvailable"] = false.into();
            film["status"] = "announced".into();
        }
        if let (Release::Unknown, Some(film)) = (&self.release, film.as_object_mut()) {
            film.remove("inCinemas");
        }
        if let Release::On(day) = &self.release {
            let date: Value = format!("{day}T00:00:00Z").into();
            film["digitalRelease"] = date.clone();
            if !is_old {
                film["releaseDate"] = date;
            }
        }
        if let Some(at) = self.searched_at.as_ref().filter(|_| !is_old) {
            film["lastSearchTime"] = at.as_str().into();
        }
        if let Some(poster) = &self.poster {
            film["images"][0]["remoteUrl"] = poster.as_str().into();
        }
    }
}

impl Radarr {
    /// The film's file is there, or not.
    pub fn set_file(&self, tmdb_id: u32, has_file: bool) {
        self.state().standings.entry(tmdb_id).or_default().has_file = has_file;
    }

    /// The film is not released before this day; without one nobody knows when.
    pub fn set_release(&self, tmdb_id: u32, day: Option<&str>) {
        let release = day.map_or(Release::Unknown, |day| Release::On(day.to_owned()));
        self.state().standings.entry(tmdb_id).or_default().release = release;
    }

    /// The film was searched for at this time, such as `2026-11-20T07:07:12Z`.
    pub fn set_searched(&self, tmdb_id: u32, at: &str) {
        self.state().standings.entry(tmdb_id).or_default().searched_at = Some(at.to_owned());
    }

    /// The address of the film's poster.
    pub fn set_poster(&self, tmdb_id: u32, address: &str) {
        self.state().standings.entry(tmdb_id).or_default().poster = Some(address.to_owned());
    }

    /// Lets Radarr look for a film, or not.
    pub fn set_monitored(&self, tmdb_id: u32, monitored: bool) {
        let mut state = self.state();
        let rows = state.films.rows.values_mut();
        rows.filter(|row| row.metadata.tmdb_id == tmdb_id).for_each(|row| row.monitored = monitored);
    }

    /// Puts a download of a film into the queue: the fields that differ from one that is half done.
    ///
    /// # Panics
    ///
    /// When the film is not in the library.
    pub fn download(&self, tmdb_id: u32, fields: &Value) {
        let mut state = self.state();
        let (id, row) = state.film(tmdb_id).expect("a film of the library");
        let title =
            format!("{}.{}.1080p.WEB.x264-GRP", row.metadata.title.replace(' ', "."), row.metadata.year);
        let number = state.queue.len() + 1;
        let mut download = json!({
            "movieId": id, "languages": [], "quality": {}, "customFormats": [], "customFormatScore": 0,
            "size": 8_589_934_592_u64, "sizeleft": 4_294_967_296_u64, "timeleft": "01:00:00", "title": title,
            "status": "downloading", "trackedDownloadStatus": "ok", "trackedDownloadState": "downloading",
            "statusMessages": [], "downloadId": format!("{number:040}"), "protocol": "torrent",
            "downloadClient": "qBittorrent", "id": 1_000_000 + number,
        });
        for (name, value) in fields.as_object().into_iter().flatten() {
            // What is null here is not there at all.
            match (value, download.as_object_mut()) {
                (Value::Null, Some(all)) => drop(all.remove(name)),
                _ => download[name] = value.clone(),
            }
        }
        state.queue.push(download);
    }

    /// Empties the queue.
    pub fn finish_downloads(&self) {
        self.state().queue.clear();
    }

    /// A download client is away, with all of its downloads; or it is back.
    pub fn set_client_away(&self, away: bool) {
        self.state().is_client_away = away;
    }

    /// So many days after its release a film counts as available.
    pub fn set_availability_delay(&self, days: i32) {
        self.state().availability_delay = days;
    }

    /// It was started so long ago.
    pub fn set_uptime(&self, uptime: Duration) {
        self.state().started = SystemTime::now() - uptime;
    }
}

/// `GET /queue`. Behind its end one of its last pages comes again, and in the first minute it is empty.
pub(super) fn page(state: &State, page: Option<u32>, size: Option<u32>) -> Reply {
    let is_empty =
        state.is_client_away || state.started.elapsed().unwrap_or_default() < Duration::from_mins(1);
    let rows = if is_empty { &[][..] } else { &state.queue };
    let (page, size) = (page.unwrap_or(1).max(1) as usize, size.unwrap_or(10) as usize);
    let last = rows.len().checked_div(size).unwrap_or(1).max(1);
    let page = if (page - 1) * size >= rows.len() { page.min(last) } else { page };
    let records: Vec<&Value> = rows.iter().skip((page - 1) * size).take(size).collect();
    let body = json!({
        "page": page, "pageSize": size, "sortKey": "timeleft", "sortDirection": "descending",
        "totalRecords": rows.len(), "records": records,
    });
    Reply::json(200, &body)
}

/// `GET /health`
pub(super) fn health(state: &State) -> Reply {
    let away = json!({
        "source": "DownloadClientCheck", "type": "error",
        "message": "Unable to communicate with qBittorrent. Connection refused (qbittorrent:8080)",
        "wikiUrl": "https://wiki.servarr.com/radarr/system#unable-to-communicate-with-download-client",
    });
    let other = json!({"source": "UpdateCheck", "type": "warning", "message": "New update is available"});
    let all = [Some(other), Some(away).filter(|_| state.is_client_away)];
    Reply::json(200, &all.into_iter().flatten().collect())
}

/// `GET /config/indexer`
pub(super) fn indexer_config(state: &State) -> Reply {
    let body = json!({
        "minimumAge": 0, "maximumSize": 0, "retention": 0, "rssSyncInterval": 30, "preferIndexerFlags": false,
        "availabilityDelay": state.availability_delay, "allowHardcodedSubs": false, "whitelistedHardcodedSubs": "",
        "id": 1,
    });
    Reply::json(200, &body)
}

/// What a question for the queue asks for; the error is Radarr's own.
pub(super) fn answer(state: &State, request: &Request) -> Result<Reply, Reply> {
    let number = |name: &str| {
        let Some(text) = request.param(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| wire::invalid_parameter(name, &text))
    };
    Ok(page(state, number("page")?, number("pageSize")?))
}

/// Which version leaves out what later ones tell?
pub(super) fn is_old(state: &State) -> bool {
    state.version == Version::V4_7
}
