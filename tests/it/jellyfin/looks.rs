//! How much of a library is read: all of it once, then what changed.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimePrinter;
use lbjf::exit::Exit;
use standins::jellyfin::{Jellyfin, Version};
use standins::{Change, Fault, Radarr, Reply, Request};

use crate::common::World;
use crate::jellyfin::stopped_at;

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
fn a_film_that_arrives_is_seen_among_what_changed_on_every_version_of_jellyfin() {
    use Version::{V10_8, V10_9, V10_10, V10_11, V12_0};
    for version in [V10_8, V10_9, V10_10, V10_11, V12_0] {
        let world = World::with(Radarr::start(), Jellyfin::start_version(version));
        let world = world.watchlist(&["heat", "jaws"]);
        world.settle(["heat"]);
        world.idle();
        world.download("jaws");
        world.sync();
        assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]), "{version:?}");
        assert!(!asked(&world).contains(&"whole"), "{version:?}");
    }
}

#[test]
fn a_jellyfin_that_cannot_tell_what_changed_is_asked_for_all_of_a_library() {
    let world = World::new().watchlist(&["heat", "jaws"]);
    world.settle(["heat"]);
    let asks_for_changes = |request: &Request| request.param("minDateLastSaved").is_some();
    let error = Reply::new(500, "text/plain", "Error processing request.");
    world.jellyfin.server.fail(usize::MAX, asks_for_changes, Fault::Instead(error));
    world.idle();
    world.download("jaws");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]));
}

#[test]
fn a_proxy_whose_clock_is_ahead_hides_no_film_that_arrives() {
    let world = World::new().watchlist(&["heat", "jaws"]);
    let ahead = Change::new(|mut reply: Reply| {
        reply.headers.retain(|(name, _)| name != "Date");
        let date = jiff::Timestamp::now() + Duration::from_mins(55);
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&date).expect("it is past 1970");
        reply.with_header("Date", &date)
    });
    world.jellyfin.server.fail(usize::MAX, |_| true, Fault::Changed(ahead));
    world.settle(["heat"]);
    world.idle();
    world.download("jaws");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]));
    assert!(!asked(&world).contains(&"whole"));
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
    world.pass_time(Duration::from_hours(22));
    assert!(!reads_all(&["sync"]));
    world.pass_time(Duration::from_hours(1));
    assert!(reads_all(&["sync"]), "a daily timer may be early");
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
fn a_library_that_never_showed_a_film_is_read_by_every_run() {
    let world = World::new().watchlist(&["heat"]);
    let heat = world.download("heat");
    world.jellyfin.save_long_ago(&heat);
    world.jellyfin.hide_library("ada", true);
    world.sync();
    world.idle();
    // Mounted, at last; nothing is saved by that.
    world.jellyfin.hide_library("ada", false);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
}

#[test]
fn a_film_that_came_while_the_run_failed_to_put_it_in_is_put_in_by_the_next() {
    let world = World::new().watchlist(&["heat", "jaws"]);
    world.settle(["heat"]);
    world.idle();
    world.download("jaws");
    let is_put = |request: &Request| request.method == "POST" && request.path.ends_with("/Items");
    world.jellyfin.server.fail(1, is_put, Fault::Instead(Reply::empty(500)));
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
fn a_run_for_another_jellyfin_user_that_is_stopped_does_not_change_what_is_known_of_the_first() {
    let mut world = World::new().watchlist(&["heat", "alien", "ran"]);
    let [heat, ..] = world.settle(["heat", "alien", "ran"]);
    world.jellyfin.show_to(&heat, Some(vec!["ada".to_owned()]));
    world.jellyfin.save_long_ago(&heat);
    world.jellyfin.watch("ada", &heat, true);
    world.sync();
    world.jellyfin.add_user("ben");
    let (adas, bens) = ("jellyfin_username = \"ada\"", "jellyfin_username = \"ben\"");
    world.change(adas, bens);
    world.letterboxd.drop_entry("ada", "ran");
    let ran = stopped_at(&world, |request| request.method == "DELETE");
    ran.exits(Exit::Terminated);
    world.jellyfin.watch("ada", &heat, false);
    world.change(bens, adas);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}
