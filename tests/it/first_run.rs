//! A first run with many films: what is known goes on to Radarr while pages are still read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{Signal, World, signal, wait_until};
use lbjf::exit::Exit;
use standins::{Change, Fault};

/// How many films Radarr had when the page of this film was asked.
fn added_before(world: &World, slug: &str) -> Arc<AtomicUsize> {
    let seen = Arc::new(AtomicUsize::new(usize::MAX));
    let (radarr, note) = (world.radarr.url(), Arc::clone(&seen));
    let look = Change::new(move |reply| {
        let url = format!("{radarr}/api/v3/movie");
        let mut answer = ureq::get(url).header("X-Api-Key", standins::radarr::KEY).call().expect("it is up");
        let films: serde_json::Value = answer.body_mut().read_json().expect("it is JSON");
        note.store(films.as_array().map_or(0, Vec::len), Ordering::SeqCst);
        reply
    });
    let path = format!("/film/{slug}/");
    world.letterboxd.server.fail(1, move |request| request.path == path, Fault::Changed(look));
    seen
}

#[test]
fn films_are_sent_a_person_at_a_time_as_they_are_resolved() {
    let world = World::new().user("ben", "").watchlist(&["a1", "both", "a2"]);
    world.letterboxd.set_watchlist("ben", &["b1", "both"]);
    let seen = added_before(&world, "b1");
    world.sync();
    assert_eq!(seen.load(Ordering::SeqCst), 3);
    let order = ["a1", "both", "a2", "b1"].map(|slug| world.letterboxd.tmdb_id(slug));
    assert_eq!(world.radarr.posted(), order);
    // One look at Radarr served both.
    assert_eq!(world.radarr.server.asked("GET", "/api/v3/movie").len(), 1 + 1);
    world.idle();
}

#[test]
fn films_of_a_long_list_are_sent_before_all_its_pages_are_read() {
    let mut world = World::new().watchlist_of(120);
    world.change("requests_per_second = 0", "requests_per_second = 60");
    let seen = added_before(&world, "film-120");
    world
        .sync()
        .mentions("warning: radarr: this run sends up to 120 films, and Radarr searches for each at once");
    assert!((1..120).contains(&seen.load(Ordering::SeqCst)), "{seen:?}");
    assert_eq!(world.radarr.films().len(), 120);
    world.idle();
}

#[test]
fn a_long_first_run_that_is_stopped_goes_on_where_it_was() {
    let world = World::new().set("[letterboxd]", "max_concurrent_requests = 1").watchlist_of(70);
    world.letterboxd.server.fail(1, |request| request.path == "/film/film-60/", Fault::Hang);
    let run = world.begin(&["sync"]);
    wait_until(|| world.radarr.films().len() >= 50);
    signal(&run, Signal::SIGTERM);
    world.end(run).exits(Exit::Terminated);
    assert_eq!(world.radarr.films().len(), 50);
    world.forget_requests();
    world.sync();
    let pages = world.letterboxd.server.requests();
    assert_eq!(pages.iter().filter(|request| request.path.starts_with("/film/")).count(), 70 - 59);
    assert_eq!(world.radarr.films().len(), 70);
    assert_eq!(world.radarr.posted().len(), 70 - 50);
}

#[test]
fn a_run_that_searches_for_many_films_warns_with_the_key_that_caps_it() {
    let world = || World::new().watchlist_of(51);
    let warning = "warning: radarr: this run sends 51 films, and Radarr searches for each at once";
    let plan = world();
    // The first dry run learns the ids, so the second knows how many there will be.
    plan.lbjf(&["sync", "--dry-run"]).exits(Exit::Success);
    plan.lbjf(&["sync", "--dry-run"])
        .exits(Exit::Success)
        .mentions(warning)
        .mentions("radarr.max_adds_per_run = 20");
    for calm in ["max_adds_per_run = 50", "search_on_add = false"] {
        world().set("[radarr]", calm).sync().omits("searches for each at once");
    }
    World::new().watchlist_of(50).sync().omits("searches for each at once");
}

#[test]
fn many_films_that_radarr_has_already_are_warned_of_once_however_many_batches_they_take() {
    let world = World::new().watchlist_of(160);
    for number in 1..=160 {
        world.radarr.has(world.letterboxd.tmdb_id(&format!("film-{number}")));
    }
    let ran = world.sync();
    assert_eq!(ran.stderr.matches("Radarr searches for each at once").count(), 1, "{}", ran.stderr);
    assert!(world.radarr.posted().is_empty());
}
