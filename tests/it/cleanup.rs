//! `lbjf cleanup` from outside: it takes films out of collections, and does nothing else.

use std::time::Duration;

use crate::common::{COLLECTION, World};
use lbjf::exit::Exit;
use serde_json::json;
use standins::{Fault, Reply, Request};

/// Heat is watched, alien left the list (as the store knows already), ran stays; jaws waits to be put in.
fn untidy() -> World {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    let [heat, ..] = world.settle(["heat", "alien", "ran"]);
    world.letterboxd.drop_entry("ada", "alien");
    world.letterboxd.push("ada", "jaws");
    world.jellyfin.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(500)));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.jellyfin.server.behave();
    world.jellyfin.watch("ada", &heat, true);
    world.download("jaws");
    world.forget_requests();
    world
}

fn lines(world: &World, verb: &str) -> Vec<String> {
    let line = |slug: &str, why: &str| {
        let tmdb = world.letterboxd.tmdb_id(slug);
        (tmdb, format!("collection `{COLLECTION}`: {verb}: {slug} (2000) tmdb={tmdb} ({why})"))
    };
    let mut lines = vec![line("heat", "watched"), line("alien", "no longer wanted")];
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

#[test]
fn cleanup_takes_out_what_is_watched_or_unlisted_and_adds_nothing() {
    let world = untidy();
    let ran = world
        .lbjf(&["cleanup"])
        .exits(Exit::Success)
        .mentions("cleanup: 1 user, 2 removed from a collection, in ");
    let told: Vec<_> = ran.stderr.lines().filter(|line| line.contains("removed: ")).collect();
    assert_eq!(told, lines(&world, "removed"));
    assert_eq!(world.collected(), world.tmdb(&["ran"]));
    assert_eq!(world.told_jellyfin(), ["take 2"]);
    assert_eq!(world.letterboxd.server.requests().len() + world.radarr.server.requests().len(), 0);
    world.lbjf(&["cleanup"]).exits(Exit::Success).mentions("cleanup: 1 user, nothing to do, in ");
    assert_eq!(world.told_jellyfin(), ["take 2"]);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["ran", "jaws"]));
}

#[test]
fn cleanup_dry_run_prints_the_steps_and_takes_nothing_out() {
    let world = untidy();
    let ran = world.lbjf(&["cleanup", "--dry-run"]).exits(Exit::Success);
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), lines(&world, "would remove"));
    assert_eq!(world.writes(), [""; 0]);
    assert_eq!(world.collected().len(), 3);
    world.lbjf(&["cleanup"]).exits(Exit::Success).mentions("2 removed from a collection");
}

#[test]
fn cleanup_json_names_each_step() {
    let world = untidy();
    let json = world.lbjf(&["cleanup", "--json"]).exits(Exit::Success).json();
    assert_eq!(
        (&json["command"], &json["dry_run"], &json["exit_code"]),
        (&json!("cleanup"), &json!(false), &json!(0))
    );
    let steps = json["steps"].as_array().expect("steps");
    let heat = steps.iter().find(|step| step["film"] == "heat").expect("heat is taken out");
    let tmdb = world.letterboxd.tmdb_id("heat");
    assert_eq!(
        *heat,
        json!({
            "do": "remove_from_collection", "result": "done", "film": "heat", "tmdb_id": tmdb,
            "collection": COLLECTION, "why": "watched",
        })
    );
    assert_eq!(steps.len(), 2);
}

#[test]
fn cleanup_user_takes_films_only_out_of_that_persons_collection() {
    let world = World::new().watchlist(&["heat"]).user("ben", "jellyfin_collection = \"Ben's\"");
    world.letterboxd.set_watchlist("ben", &["heat"]);
    let [heat] = world.settle(["heat"]);
    for user in ["ada", "ben"] {
        world.jellyfin.watch(user, &heat, true);
    }
    world.lbjf(&["cleanup", "--user", "Ben"]).exits(Exit::Success).mentions("cleanup: 1 user, 1 removed");
    assert_eq!(world.jellyfin.members("Ben's"), [0; 0]);
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
    world.lbjf(&["cleanup", "--user", "cleo"]).exits(Exit::Config).mentions("it has `ada`, `ben`");
}

#[test]
fn cleanup_keeps_what_another_person_holds() {
    let world =
        World::new().watchlist(&["heat"]).user("ben", &format!("jellyfin_collection = \"{COLLECTION}\""));
    world.letterboxd.set_watchlist("ben", &["heat"]);
    let [heat] = world.settle(["heat"]);
    world.jellyfin.watch("ada", &heat, true);
    for args in [&["cleanup"][..], &["cleanup", "--user", "ada"]] {
        world.lbjf(args).exits(Exit::Success);
        assert_eq!(world.collected(), world.tmdb(&["heat"]));
    }
}

#[test]
fn cleanup_before_the_first_sync_takes_nothing_out_and_makes_nothing() {
    let world = World::new().watchlist(&["heat"]);
    let set = world.jellyfin.add_collection(COLLECTION);
    let alien = world.put(&set, "alien");
    world.jellyfin.watch("ada", &alien, true);
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    assert_eq!(world.writes(), [""; 0]);
    world.jellyfin.delete_collection(&set);
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    assert_eq!(world.writes(), [""; 0]);
}

#[test]
fn cleanup_keeps_everything_when_a_library_cannot_be_believed() {
    let world = untidy();
    world.jellyfin.lose_libraries(true);
    world.lbjf(&["cleanup"]).exits(Exit::Partial).mentions("nothing is created or removed");
    assert_eq!(world.writes(), [""; 0]);
}

#[test]
fn cleanup_remembers_that_a_library_showed_films() {
    for is_watched in [false, true] {
        let world = World::new().watchlist(&["heat"]);
        let heat = world.download("heat");
        world.jellyfin.watch("ada", &heat, is_watched);
        world.lbjf(&["cleanup"]).exits(Exit::Success);
        world.jellyfin.lose_libraries(true);
        world.lbjf(&["sync"]).exits(Exit::Partial).mentions("the library shows no films, but it had 1");
    }
}

#[test]
fn cleanup_asks_what_changed_and_what_was_watched_and_reads_no_library() {
    let world = untidy();
    world.pass_time(Duration::from_hours(25));
    world.lbjf(&["cleanup"]).exits(Exit::Success).mentions("2 removed from a collection");
    let requests = world.jellyfin.server.requests();
    let is_film = |request: &&Request| request.param("includeItemTypes").as_deref() == Some("Movie");
    for request in requests.iter().filter(is_film) {
        let is_part = ["minDateLastSaved", "limit"].iter().any(|name| request.param(name).is_some());
        assert!(is_part, "{}", request.target());
    }
}

#[test]
fn cleanup_without_jellyfin_is_a_config_error() {
    let mut world = World::new().without("[jellyfin]");
    world.change("jellyfin_collection = \"Ada's watchlist\"\n", "");
    let text = "lbjf: error: the config has no `[jellyfin]`, so there are no collections to clean up";
    world.lbjf(&["cleanup"]).exits(Exit::Config).says(text);
    assert!(!world.database().exists());
}
