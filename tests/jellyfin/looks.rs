//! How much of a library is read: all of it once, then what changed.

use std::time::Duration;

use lbjf::exit::Exit;
use standins::{Fault, Request};

use crate::common::{Signal, World, signal, wait_until};

/// What Jellyfin was asked since the last time, sorted.
fn asked(world: &World) -> Vec<&'static str> {
    let kind = |request: &Request| match (request.path.as_str(), request.param("parentId")) {
        ("/System/Info", _) => "info",
        ("/Users", _) => "users",
        (_, Some(_)) => "members",
        _ if request.param("includeItemTypes").as_deref() == Some("BoxSet") => "sets",
        _ if request.param("minDateLastSaved").is_some() => "changed",
        _ if request.param("isPlayed").is_some() => "watched",
        _ if request.param("limit").is_some() => "count",
        _ => "whole",
    };
    let mut kinds: Vec<_> =
        world.jellyfin.server.requests().iter().filter(|one| one.method == "GET").map(kind).collect();
    kinds.sort_unstable();
    world.forget_requests();
    kinds
}

#[test]
fn after_one_look_at_a_library_only_what_changed_is_asked_for() {
    let world = World::settled(["heat", "alien"]);
    world.idle();
    let least = ["count", "members", "sets", "users", "watched"];
    assert_eq!(
        asked(&world),
        least,
        "nobody waits for a film, and nothing watched proves that there are any"
    );
    world.letterboxd.push("ada", "jaws");
    world.sync();
    assert!(asked(&world).contains(&"whole"), "a film is newly wanted");
    world.idle();
    assert_eq!(asked(&world), ["changed", "members", "sets", "users", "watched"], "one waits for a film");
    world.download("jaws");
    world.sync().mentions("ada: added to collection `Ada's watchlist`: Jaws (2000)");
    assert!(!asked(&world).contains(&"whole"));
    world.idle();
    assert_eq!(asked(&world), least);
}

#[test]
fn all_of_a_library_is_read_again_after_a_day_with_full_and_when_a_film_is_missing_or_unwatched() {
    let world = World::new().watchlist(&["heat", "alien", "waits"]);
    let [heat, alien] = world.settle(["heat", "alien"]);
    let reads_all = |args: &[&str]| {
        world.lbjf(args).exits(Exit::Success);
        asked(&world).contains(&"whole")
    };
    assert!(!reads_all(&["sync"]));
    world.pass_time(Duration::from_hours(23));
    assert!(!reads_all(&["sync"]));
    world.pass_time(Duration::from_hours(2));
    assert!(reads_all(&["sync"]));
    assert!(!reads_all(&["sync"]));
    assert!(reads_all(&["sync", "--full"]));

    world.jellyfin.watch("ada", &heat, true);
    assert!(!reads_all(&["sync"]), "what was watched is asked for each time");
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    world.jellyfin.watch("ada", &heat, false);
    assert!(reads_all(&["sync"]));
    assert_eq!(world.collected(), world.tmdb(&["alien", "heat"]));

    let collection = world.jellyfin.collections().remove(0);
    world.jellyfin.take(&collection.id, &alien);
    assert!(reads_all(&["sync"]));
    assert_eq!(world.collected(), world.tmdb(&["alien", "heat"]));
    assert!(!reads_all(&["sync"]));
}

#[test]
fn a_film_that_came_while_the_run_failed_to_put_it_in_is_put_in_by_the_next() {
    let world = World::new().watchlist(&["heat", "jaws"]);
    world.settle(["heat"]);
    world.idle();
    world.download("jaws");
    let is_put = |request: &Request| request.method == "POST" && request.path.ends_with("/Items");
    world.jellyfin.server.fail(1, is_put, Fault::Instead(standins::Reply::empty(500)));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
    // However long that takes.
    world.jellyfin.pass_time(Duration::from_hours(5));
    world.sync().mentions("Jaws (2000)");
    assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]));
}

#[test]
fn cleanup_and_runs_for_others_do_not_make_a_film_that_came_look_old() {
    let world =
        World::new().user("ben", "jellyfin_collection = \"Ben's watchlist\"").watchlist(&["heat", "jaws"]);
    world.letterboxd.set_watchlist("ben", &["heat"]);
    world.settle(["heat"]);
    world.idle();
    world.download("jaws");
    world.jellyfin.pass_time(Duration::from_hours(5));
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    world.lbjf(&["sync", "--user", "ben"]).exits(Exit::Success);
    world.jellyfin.pass_time(Duration::from_hours(5));
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    world.sync().mentions("ada: added to collection `Ada's watchlist`: Jaws (2000)");
}

#[test]
fn jellyfin_is_asked_who_it_is_while_letterboxd_is_still_asked() {
    let world = World::new().watchlist(&["heat"]);
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Hang);
    let run = world.begin(&["sync"]);
    wait_until(|| world.jellyfin.server.requests().len() >= 3);
    assert_eq!(asked(&world), ["info", "sets", "users"]);
    signal(&run, Signal::SIGTERM);
    world.end(run).exits(Exit::Terminated);
}
