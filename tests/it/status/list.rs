//! `lbjf status --list STATE` and `--user NAME`.

use std::time::Duration;

use super::{has_lines, mixed, now};
use crate::common::World;
use lbjf::exit::Exit;
use serde_json::{Value, json};
use standins::{Fault, Reply};

const STATES: [&str; 6] = ["waiting", "collection", "watched", "skipped", "failed", "unclear"];

fn list(world: &World, state: &str, more: &[&str]) -> String {
    world.forget_requests();
    let args = [&["status", "--list", state], more].concat();
    let ran = world.lbjf(&args).exits(Exit::Success);
    let asked = [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server];
    assert!(asked.iter().all(|server| server.requests().is_empty()));
    ran.stdout
}

fn slugs(world: &World, state: &str, user: usize) -> Vec<String> {
    let json: Value = serde_json::from_str(&list(world, state, &["--json"])).expect("JSON");
    assert_eq!((&json["version"], &json["state"]), (&json!(1), &json!(state)));
    let films = json["users"][user]["films"].as_array().expect("films");
    films.iter().map(|film| film["slug"].as_str().expect("a slug").to_owned()).collect()
}

#[test]
fn list_names_all_films_of_a_state_with_the_reason() {
    let world = mixed();
    world.letterboxd.push("ada", "never");
    world.radarr.exclude(world.letterboxd.tmdb_id("never"));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    for (state, expected) in [
        ("waiting", &["waits", "unread", "failing"][..]),
        ("collection", &["heat"]),
        ("watched", &["seen"]),
        ("skipped", &["never", "a-show", "a-short"]),
        ("failed", &["unread", "failing"]),
        ("unclear", &["a-short"]),
    ] {
        let mut found = slugs(&world, state, 0);
        let mut expected = expected.to_vec();
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{state}");
    }
    assert_eq!(
        now(&list(&world, "waiting", &[])),
        "ada: 3 films waiting
  Waits (2000) `waits`: Radarr has it, first seen NOW
  Unread (2000) `unread`: its film page was not read yet
  Failing (2000) `failing`: not in Radarr: Radarr answered POST api/v3/movie with HTTP 500
"
    );
    assert!(list(&world, "skipped", &[]).contains("  A Show (2001) `a-show`: it is a TV show on TMDB\n"));
}

#[test]
fn list_tells_since_when_a_film_is_in_the_collection_but_for_what_was_there_at_first() {
    let world = World::settled(["heat"]);
    world.letterboxd.push("ada", "alien");
    world.sync();
    world.download("alien");
    world.pass_time(Duration::from_hours(30));
    world.sync();
    world.pass_time(Duration::from_hours(3));
    world.sync();
    assert_eq!(
        list(&world, "collection", &[]),
        "ada: 2 films in the collection
  Alien (2000) `alien`: since 3 h ago
  Heat (2000) `heat`
"
    );
}

#[test]
fn user_shows_these_people_only_and_each_state_is_told_without_a_film() {
    let world = World::settled(["heat"]).user("ben", "").user("cleo", "");
    world.sync();
    for state in STATES {
        let text = list(&world, state, &["--user", "Ben"]);
        assert!(text.starts_with("ben: none ") && text.lines().count() == 1, "{text}");
    }
    assert_eq!(list(&world, "collection", &["--user", "cleo", "--user", "ada"]).matches(": ").count(), 2);
    let status = world.lbjf(&["status", "--user", "ben"]).exits(Exit::Success);
    assert!(status.stdout.contains("\nben: ") && !status.stdout.contains("\nada: "), "{}", status.stdout);
    let film = world.lbjf(&["status", "heat", "--user", "ada"]).exits(Exit::Success);
    has_lines(&film, &["  ada"]);
    let none = world.lbjf(&["status", "heat", "--user", "ben"]).exits(Exit::Success);
    assert!(none.stdout.starts_with("no film that is or was "), "{}", none.stdout);
    world
        .lbjf(&["status", "--list", "waiting", "--user", "dora"])
        .exits(Exit::Config)
        .mentions("`ada`, `ben`");
}

#[test]
fn a_state_that_there_is_not_is_wrong_usage() {
    let world = World::new();
    let ran = world.lbjf(&["status", "--list", "lost"]);
    assert_eq!(ran.code, 2);
    for state in STATES {
        assert!(ran.stderr.contains(state), "{}", ran.stderr);
    }
    assert_eq!(world.lbjf(&["status", "--list"]).code, 2);
}

#[test]
fn without_a_collection_what_the_library_has_does_not_wait() {
    let world = World::settled(["heat"]).user("ben", "");
    world.letterboxd.set_watchlist("ben", &["heat", "alien"]);
    world.sync();
    assert_eq!(slugs(&world, "waiting", 1), ["alien"]);
    world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(500)));
    assert_eq!(slugs(&world, "waiting", 1), ["alien"]);
}
