//! Caps, dry runs, JSON, and what is never printed.

use lbjf::exit::Exit;
use serde_json::json;
use standins::letterboxd::Film;
use standins::radarr::KEY;
use standins::{Fault, Reply};

use super::{UNKNOWN, path, with_animated_folder};
use crate::common::World;

#[test]
fn max_adds_per_run_counts_only_films_that_were_added() {
    let world = World::new().set("[radarr]", "max_adds_per_run = 2");
    world.letterboxd.add_film(Film::movie("lost", "Lost", 2000, UNKNOWN));
    let world = world.watchlist(&["lost", "one", "two", "three", "four", "five"]);
    let ids = ["one", "two", "three", "four", "five"].map(|slug| world.letterboxd.tmdb_id(slug));
    world.sync().says("radarr: 3 films left for later runs, since `radarr.max_adds_per_run` is 2");
    assert_eq!(world.radarr.posted(), [UNKNOWN, ids[0], ids[1]]);
    world.sync().says("radarr: 2 films left for later runs, since `radarr.max_adds_per_run` is 2");
    world.sync().omits("left for later runs");
    assert_eq!(world.radarr.films().len(), 5);
}

#[test]
fn dry_run_prints_what_the_run_then_does_and_writes_nowhere() {
    let world = World::new()
        .set("[radarr]", "max_adds_per_run = 3\nuser_tags = true")
        .user("ben", "root_folder_path = \"/movies\"");
    let world = with_animated_folder(world).watchlist(&["bambi", "heat-1995", "there", "excluded"]);
    world.letterboxd.set_watchlist("ben", &["akira", "there", "later"]);
    let id = |slug| world.letterboxd.tmdb_id(slug);
    world.radarr.has(id("there"));
    world.radarr.exclude(id("excluded"));
    world.radarr.know(id("bambi"), "Bambi", 1942, &["Animation", "Family"]);
    world.radarr.know(id("akira"), "Akira", 1988, &["animation"]);

    let dry = world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success);
    assert_eq!(world.writes(), [""; 0]);
    let told = "warning: ada: skipped Excluded (2000) `excluded`: it is on Radarr's exclusion list";
    let dry =
        dry.says(told).mentions("sync --dry-run: 2 users, 4 steps planned, 1 left for later, 1 skipped, in ");
    let later = format!(
        "ben: would add to Radarr in a later run: Later (2000) tmdb={} root_folder=/movies tags=lbjf-ben",
        id("later")
    );
    let (later_lines, planned): (Vec<_>, Vec<_>) = dry.stdout.lines().partition(|line| *line == later);
    assert_eq!(later_lines.len(), 1, "{}", dry.stdout);
    let planned: Vec<_> = planned
        .iter()
        .map(|line| line.replace("would add", "added").replace("would tag", "tagged"))
        .collect();

    let ran = world.sync().says(told);
    let is_change = |line: &&str| line.contains(" in Radarr: ") || line.contains(" to Radarr: ");
    let done: Vec<_> = ran.stderr.lines().filter(is_change).collect();
    assert_eq!(planned, done);
    assert!(path(&world, id("bambi")).starts_with("/movies-animated/"));
    assert!(path(&world, id("akira")).starts_with("/movies/"));
}

#[test]
fn dry_run_leaves_the_store_as_it_is_except_for_film_ids() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.sync();
    let before = world.remembered();
    world.letterboxd.push("ada", "alien");
    world.letterboxd.add_film(Film::movie("lost", "Lost", 2000, UNKNOWN));
    world.letterboxd.push("ada", "lost");
    world.radarr.exclude(world.letterboxd.tmdb_id("alien"));
    world.forget_requests();
    world.lbjf(&["sync", "--dry-run", "--full", "--add-again"]).exits(Exit::Success);
    assert_eq!(world.remembered(), before);
    assert_eq!(world.letterboxd.film_pages_asked().len(), 2);
    world.forget_requests();
    world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success);
    assert_eq!(world.letterboxd.film_pages_asked(), [""; 0]);
}

#[test]
fn dry_run_with_json_prints_json_alone() {
    let world = World::new().set("[radarr]", "max_adds_per_run = 1").watchlist(&["heat-1995", "alien"]);
    let json = world.lbjf(&["sync", "--dry-run", "--json"]).exits(Exit::Success).json();
    assert_eq!((&json["dry_run"], &json["exit_code"]), (&json!(true), &json!(0)));
    let results: Vec<_> =
        json["steps"].as_array().expect("a list").iter().map(|step| &step["result"]).collect();
    assert_eq!(results, ["planned", "later"]);
    assert_eq!(world.writes(), [""; 0]);
}

#[test]
fn dry_run_of_nothing_to_do_plans_no_step() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.radarr.has(world.letterboxd.tmdb_id("heat-1995"));
    let ran = world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success);
    ran.mentions("sync --dry-run: 1 user, nothing to do, in ");
}

#[test]
fn api_key_is_in_no_output() {
    let world = with_animated_folder(World::new()).watchlist(&["heat-1995"]);
    let mut texts = Vec::new();
    let mut run = |args: &[&str]| {
        let ran = world.lbjf(args);
        texts.push(ran.stdout + &ran.stderr);
    };
    run(&["sync", "-vv", "--dry-run"]);
    run(&["sync", "-vv", "--json"]);
    world.radarr.set_url_base("/radarr");
    world.letterboxd.push("ada", "alien");
    run(&["sync", "-vv"]);
    world.radarr.server.fail(
        usize::MAX,
        |_| true,
        Fault::Instead(Reply::json(401, &json!({"message": KEY}))),
    );
    run(&["sync", "-vv"]);
    run(&["status", "-vv"]);
    for text in texts {
        assert!(!text.contains(KEY), "{text}");
    }
}

#[test]
fn sync_json_holds_the_whole_run() {
    let world = World::new().user("ben", "root_folder_path = \"/films\"").watchlist(&["heat-1995", "there"]);
    world.letterboxd.add_film(Film::movie("lost", "Lost", 2000, UNKNOWN));
    world.letterboxd.push("ada", "lost");
    let id = |slug| world.letterboxd.tmdb_id(slug);
    world.radarr.has(id("there"));
    let ran = world.lbjf(&["sync", "--json"]).exits(Exit::Partial);
    let json = ran.json();
    assert_eq!((&json["version"], &json["command"]), (&json!(1), &json!("sync")));
    assert_eq!((&json["dry_run"], &json["exit_code"]), (&json!(false), &json!(4)));
    let users = json!([
        {"user": "ada", "list": null, "outcome": "complete", "declared": 3, "new": 3, "gone": 0},
        {"user": "ben", "list": null, "outcome": "empty", "declared": 0, "new": 0, "gone": 0},
    ]);
    assert_eq!(json["users"], users);
    let steps = json!([
        {"do": "in_radarr_already", "result": "done", "film": "There (2000)", "slug": "there",
         "tmdb_id": id("there"), "users": ["ada"]},
        {"do": "add_to_radarr", "result": "skipped", "film": "Lost (2000)", "slug": "lost",
         "tmdb_id": UNKNOWN, "users": ["ada"], "root_folder": "/movies"},
        {"do": "add_to_radarr", "result": "done", "film": "Heat 1995 (2000)", "slug": "heat-1995",
         "tmdb_id": id("heat-1995"), "users": ["ada"], "root_folder": "/movies"},
    ]);
    assert_eq!(json["steps"], steps);
    let about: Vec<_> =
        json["problems"].as_array().expect("a list").iter().map(|one| &one["about"]).collect();
    assert_eq!(about, ["ben", "ada"]);
    let summary = json["summary"].as_str().expect("a line");
    assert!(
        summary.starts_with("sync: 2 users, 1 added to Radarr, 1 skipped, 1 user failed, in "),
        "{summary}"
    );
    assert!(ran.stderr.lines().any(|line| line == summary));
}
