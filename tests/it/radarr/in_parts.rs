//! Films go to Radarr in parts while pages are still read, and people do things meanwhile.

use std::path::Path;
use std::time::Duration;

use lbjf::clients::api::{Api, Secret};
use lbjf::clients::http::{Http, Options, RetryPolicy};
use lbjf::clients::radarr::Radarr;
use lbjf::config::Config;
use lbjf::domain::film::{Link, ListEntry, Look};
use lbjf::domain::film_name::FilmName;
use lbjf::domain::ids::{TmdbId, Uid};
use lbjf::domain::list::ListKey;
use lbjf::domain::request::InLibrary;
use lbjf::journal::Journal;
use lbjf::journal::RunInfo;
use lbjf::requests::{Person, Requests, Setup};
use lbjf::store::{Store, StoreError};
use standins::radarr::KEY;
use standins::{Fault, Request};

use super::{during, requests};
use crate::common::World;

/// Puts a film on ada's list, as if its page had just been read.
fn list(journal: &mut Journal, number: u32) -> Result<(), StoreError> {
    let entry = ListEntry {
        uid: Uid::parse(&format!("film:{number}")),
        lid: None,
        address: FilmName::parse(&format!("film-{number}")).expect("a name"),
        name: format!("Film {number}"),
        year: Some(2000),
        other_kind: None,
    };
    let uids = journal.films_seen([&entry])?;
    let ada = journal.want_list("ada", &ListKey::watchlist("ada"))?;
    journal.entries_added(ada, &[(uids[0].clone(), 0)], true)?;
    let look = Look::Read {
        uid: None,
        lid: None,
        slug: None,
        link: Link::Movie(TmdbId::new(number).expect("an id")),
    };
    journal.film_pages_read(&[(&entry.film(uids[0].clone()), &look)])
}

/// Sends the film 1 in a first part, lets something happen, and sends the film 2 in the last part.
fn in_two_parts(world: &World, fresh: Duration, meanwhile: impl FnOnce()) {
    let config = Config::parse(world.config(), Path::new("/config.toml"), &|_| Some("/".to_owned()));
    let config = config.expect("the config is right");
    let radarr_config = &config.radarrs[0];
    let http = Http::new(&Options::json("radarr", Duration::from_secs(20)));
    let radarr = Radarr::new(Api {
        server: "Radarr",
        base: radarr_config.url.clone(),
        http: http.expect("a client"),
        auth: ("X-Api-Key", Secret(KEY.to_owned())),
        retry_policy: RetryPolicy::default(),
    });
    let setup = Setup {
        radarr: &radarr,
        name: &radarr_config.name,
        same_key: Vec::new(),
        adding: &radarr_config.adding,
        people: vec![Person { name: "ada", adding: &config.users[0].adding, is_chosen: true }],
        full: false,
        is_dry: false,
        fresh,
    };
    let store = Store::in_memory().expect("some memory");
    let journal = Journal::begin(
        store,
        RunInfo { command: "sync", now: 100, is_dry: false, people: 1, lists: Vec::new() },
    );
    let mut journal = journal.expect("a store in memory");
    journal.films_go_to("ada", &config.users[0].radarrs).expect("a store in memory");
    let mut requests = Requests::new(setup);
    list(&mut journal, 1).expect("a store in memory");
    requests.send_early(&mut journal, 1).expect("a store in memory");
    meanwhile();
    list(&mut journal, 2).expect("a store in memory");
    requests.finish(&mut journal, &InLibrary::Ignored).expect("a store in memory");
}

#[test]
fn film_that_is_excluded_during_a_run_is_not_added() {
    let world = World::new();
    in_two_parts(&world, Duration::ZERO, || world.radarr.exclude(2));
    assert_eq!(world.radarr.posted(), [1]);
}

#[test]
fn exclusions_are_read_once_as_long_as_they_are_fresh() {
    let world = World::new();
    in_two_parts(&world, Duration::from_hours(1), || ());
    assert_eq!(world.radarr.posted(), [1, 2]);
    assert_eq!(world.radarr.server.asked("GET", "/api/v3/exclusions").len(), 1);
}

#[test]
fn film_that_is_deleted_and_excluded_during_the_look_is_not_added_again() {
    let world = World::new().watchlist(&["heat-1995"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    world.radarr.has(heat);
    let delete = during(world.radarr.deletion(heat, true));
    let is_either =
        |request: &Request| ["/api/v3/movie", "/api/v3/exclusions/paged"].contains(&&*request.path);
    world.radarr.server.fail(1, is_either, Fault::Changed(delete));
    world.sync();
    assert_eq!((world.radarr.posted(), world.radarr.film(heat)), (vec![], None));
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
}
