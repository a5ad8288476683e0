//! The doors to both servers as fuzz tests use them: a try each, and one film that is added.

use std::time::Duration;

use lbjf::clients::api::{Api, Secret};
use lbjf::clients::http::{Http, Options, RetryPolicy};
use lbjf::clients::jellyfin::Jellyfin;
use lbjf::clients::radarr::{NewFilm, Radarr};
use lbjf::domain::ids::TmdbId;

/// A film, with everything that Radarr is told of it.
pub const FILM: NewFilm<'_> = NewFilm {
    tmdb: TmdbId::new(949).expect("an id"),
    title: "Heat",
    year: 1995,
    quality_profile_id: 4,
    root_folder: "/movies",
    path: None,
    is_monitored: true,
    minimum_availability: "released",
    tags: &[1],
    search: true,
};

/// Both doors, to one server.
pub fn doors(base: &str) -> (Radarr, Jellyfin) {
    (Radarr::new(api("Radarr", base)), Jellyfin::new(api("Jellyfin", base)))
}

fn api(server: &'static str, base: &str) -> Api {
    let http = Http::new(&Options::json("fuzz", Duration::from_secs(20))).expect("a client");
    let retry_policy = RetryPolicy { tries: 1, first_pause: Duration::ZERO };
    let auth = ("X-Api-Key", Secret("key".to_owned()));
    Api { server, base: base.parse().expect("an address"), http, auth, retry_policy }
}
