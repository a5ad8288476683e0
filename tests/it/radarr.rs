//! The Radarr half of `lbjf sync` from outside: what is sent, what is never sent again, and what a person reads when
//! something is wrong.

mod again;
mod dry_run;
mod exclusions;
mod failures;
mod in_parts;
mod limits;
mod not_sent;
mod sent;
mod several;
mod wrong;

use std::time::Duration;

use crate::common::World;
use serde_json::Value;
use standins::letterboxd::Film;
use standins::radarr::Version;
use standins::{Change, Jellyfin, Radarr, Request};

/// A little more than the pause after which something is looked at again.
const A_DAY: Duration = Duration::from_hours(25);

/// What one look at everything costs: status, profiles, root folders, tags, exclusions, films.
const LOOK: usize = 6;

/// A TMDB id that Radarr's metadata does not know.
const UNKNOWN: u32 = 5_000_001;

fn is_add(request: &Request) -> bool {
    request.method == "POST" && request.path == "/api/v3/movie"
}

/// A world of this Radarr.
fn world_of(version: Version) -> World {
    World::with(Radarr::start_version(version), Jellyfin::start())
}

/// A world with `lost` on ada's watchlist, a film that Radarr's metadata does not know.
fn world_with_unknown_film() -> World {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("lost", "Lost", 2000, UNKNOWN));
    world.watchlist(&["lost"])
}

/// `film-1` and so on.
fn slugs(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("film-{number}")).collect()
}

fn watchlist_of(world: World, count: usize) -> (World, Vec<u32>) {
    let slugs = slugs(count);
    let slugs: Vec<&str> = slugs.iter().map(String::as_str).collect();
    let world = world.watchlist(&slugs);
    let ids = slugs.iter().map(|slug| world.letterboxd.tmdb_id(slug)).collect();
    (world, ids)
}

/// The bodies of every `POST /movie` so far.
fn bodies(world: &World) -> Vec<Value> {
    let requests = world.radarr.server.requests().into_iter().filter(is_add);
    requests.map(|request| serde_json::from_str(&request.body).expect("JSON is posted")).collect()
}

fn requests(world: &World) -> usize {
    world.radarr.server.requests().len()
}

/// Somebody does this after a question is answered, and before the answer arrives.
fn during(what: impl Fn() + Send + Sync + 'static) -> Change {
    Change::new(move |reply| {
        what();
        reply
    })
}

/// Animated films go to `/movies-animated`.
fn with_animated_folder(mut world: World) -> World {
    let table = "[radarr.animated_movies]\nenabled = true\nroot_folder_path = \"/movies-animated\"\n\n";
    world.change("[jellyfin]", &format!("{table}[jellyfin]"));
    world
}

/// The folder of a film in Radarr.
fn path(world: &World, tmdb: u32) -> String {
    world.radarr.film(tmdb).expect("the film is in Radarr").path
}

fn labels(world: &World, tmdb: u32) -> Vec<String> {
    world.radarr.film(tmdb).expect("the film is in Radarr").tags
}
