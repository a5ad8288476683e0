//! What a run costs, in counts and in memory; how long it takes is measured by `cargo bench`.

#[path = "../common/scale.rs"]
mod scale;

use crate::common::{World, peak_mb};
use lbjf::exit::Exit;
use standins::{Fault, Reply};

/// Runs `lbjf` to its end, which must be a good one; gives its peak memory in MB.
fn peak_of(world: &World, args: &[&str]) -> u64 {
    let mut child = world.spawn(args);
    let peak = peak_mb(&mut child);
    assert!(child.wait().expect("it has ended").success());
    peak
}

#[test]
fn a_cold_scrape_of_1000_films_with_32_workers_keeps_its_connections_and_its_memory() {
    let world = World::new().watchlist_of(1000).set("[letterboxd]", "max_concurrent_requests = 32");
    let peak = peak_of(&world, &["scrape", "ada", "--csv"]);
    let requests = world.letterboxd.server.requests().len();
    assert_eq!(requests, 36 + 1000, "each page once");
    let connections = world.letterboxd.server.connections();
    assert!(connections <= 34, "{connections} connections");
    assert!(world.letterboxd.server.most_at_once() <= 32);
    assert!(peak < 60, "{peak} MB");
}

#[test]
fn an_idle_run_asks_once_for_each_person_and_memory_does_not_grow_with_people_times_films() {
    let world = scale::settled(20, 300, 4000);
    let bytes = world.jellyfin.server.bytes_sent();
    let peak = peak_of(&world, &["sync"]);
    let bytes = world.jellyfin.server.bytes_sent() - bytes;
    assert_eq!(world.letterboxd.server.requests().len(), 20, "page 1 of each");
    assert!(world.radarr.server.requests().is_empty());
    // Who is there, what changed, how many films and which collections there are; and of 150 films what each watched.
    assert_eq!(world.jellyfin.server.requests().len(), 4 + 2 * 20);
    assert!(bytes < 200_000, "{bytes} bytes; the library alone would be more");
    assert_eq!(world.writes(), [""; 0]);
    // The films that each of them lists, with their copies and everything that is told of them, would be more.
    assert!(peak < 40, "{peak} MB");
    world.forget_requests();
}

#[test]
fn from_500_films_on_a_person_costs_one_question_about_all_that_they_watched() {
    let world = scale::settled(1, 1200, 700);
    world.lbjf(&["sync"]).exits(Exit::Success);
    let requests = world.jellyfin.server.requests();
    let watched: Vec<_> = requests.iter().filter(|request| request.param("isPlayed").is_some()).collect();
    assert_eq!((requests.len(), watched.len()), (4 + 1, 1));
    assert!(watched[0].param("userId").is_some() && watched[0].param("ids").is_none());
    let item = &world.jellyfin.collections()[0].members[0];
    world.jellyfin.watch("user-0", item, true);
    world.lbjf(&["sync"]).exits(Exit::Success).mentions("1 removed from a collection");
    world.forget_requests();
}

#[test]
fn a_radarr_of_5000_films_is_read_as_a_stream() {
    let world = scale::settled(1, 100, 5000);
    world.letterboxd.push("user-0", "brand-new");
    let peak = peak_of(&world, &["sync"]);
    assert_eq!(world.radarr.server.asked("GET", "/api/v3/movie").len(), 1);
    assert_eq!(world.radarr.posted(), [world.letterboxd.tmdb_id("brand-new")]);
    // What it sends has 45 MB.
    assert!(peak < 40, "{peak} MB");
    world.forget_requests();
}

#[test]
fn an_answer_about_one_thing_may_not_be_as_long_as_a_library() {
    let world = World::new().watchlist(&["heat-1995"]);
    let profiles = format!("[{}\"\"]", "{\"id\":1,\"name\":\"x\"},".repeat(1 << 20));
    let endless = Reply::new(200, "application/json", profiles);
    let is_profiles = |request: &standins::Request| request.path == "/api/v3/qualityprofile";
    world.radarr.server.fail(usize::MAX, is_profiles, Fault::Instead(endless));
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("the answer is larger than 16 MiB");
}
