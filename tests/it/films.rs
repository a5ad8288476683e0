//! `[films]`: what a person knows better than Letterboxd's pages.

use std::time::Duration;

use crate::common::World;
use lbjf::exit::Exit;
use standins::letterboxd::{Film, Link};

const SHORT_ID: u32 = 77;

/// Ada lists a film without a TMDB id.
fn world() -> World {
    let world = World::new();
    world.letterboxd.add_film(Film { link: Link::None, ..Film::movie("a-short", "A Short", 2002, 0) });
    world.watchlist(&["heat", "a-short"])
}

fn say(world: &mut World, line: &str) {
    world.change("[[users]]", &format!("[films]\n{line}\n\n[[users]]"));
}

fn unsay(world: &mut World, line: &str) {
    world.change(&format!("[films]\n{line}\n\n"), "");
}

#[test]
fn a_film_with_an_id_in_the_config_goes_to_radarr_and_into_the_collection() {
    let mut world = world();
    world.sync().says("warning: ada: skipped A Short (2002) `a-short`: its film page names no TMDB id");
    say(&mut world, "a-short = 77");
    world.forget_requests();
    world.sync().says("ada: added to Radarr: A Short (2002) tmdb=77 root_folder=/movies");
    assert!(world.letterboxd.server.requests().iter().all(|request| !request.path.starts_with("/film/")));
    world.jellyfin.add_film(SHORT_ID, "A Short");
    world.sync().says("ada: added to collection `Ada's watchlist`: A Short (2002) tmdb=77");
    world.idle();
}

#[test]
fn an_id_in_the_config_spares_the_film_page() {
    let mut world = world();
    say(&mut world, "\"https://letterboxd.com/film/a-short/\" = 77");
    world.sync().says("ada: added to Radarr: A Short (2002) tmdb=77 root_folder=/movies");
    let asked = |path: &str| world.letterboxd.server.requests().iter().any(|request| request.path == path);
    assert!(asked("/film/heat/") && !asked("/film/a-short/"));
}

#[test]
fn a_film_that_the_config_never_wants_is_not_sent_leaves_the_collection_and_is_not_told() {
    let mut world = world();
    world.download("heat");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
    say(&mut world, "heat = false\na-short = false");
    let ran = world.sync();
    ran.says(&format!(
        "collection `Ada's watchlist`: removed: heat tmdb={} (no longer wanted)",
        world.letterboxd.tmdb_id("heat")
    ))
    .omits("warning");
    assert!(world.collected().is_empty());
    world.idle();
}

#[test]
fn a_line_taken_out_of_the_config_takes_no_film_out_while_its_page_cannot_be_read() {
    let mut world = world();
    say(&mut world, "a-short = 77");
    world.jellyfin.add_film(SHORT_ID, "A Short");
    world.sync();
    assert_eq!(world.collected(), [SHORT_ID]);
    unsay(&mut world, "a-short = 77");
    world.fail_page(usize::MAX, "/film/a-short/", standins::Fault::Instead(standins::Reply::empty(500)));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    assert_eq!(world.collected(), [SHORT_ID]);
    world.letterboxd.server.behave();
    world.sync().says("warning: ada: skipped A Short (2002) `a-short`: its film page names no TMDB id");
    assert!(world.collected().is_empty(), "its page was read: it has no TMDB id");
}

#[test]
fn another_id_in_the_config_is_another_film_to_radarr() {
    let mut world = world();
    world.sync();
    say(&mut world, "heat = 4242");
    world.sync().says("ada: added to Radarr: Heat (2000) tmdb=4242 root_folder=/movies");
    world.idle();
    unsay(&mut world, "heat = 4242");
    // Its page says what it said before, and Radarr has that film.
    world.sync().omits("added");
    world.idle();
}

#[test]
fn a_dry_run_stores_nothing_of_what_the_config_says() {
    let mut world = world();
    world.sync();
    let before = world.remembered();
    say(&mut world, "a-short = 77");
    let plan = world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success).stdout;
    assert!(plan.starts_with("ada: would add to Radarr: A Short (2002) tmdb=77"), "{plan}");
    assert_eq!(world.remembered(), before);
}

#[test]
fn scrape_prints_what_the_config_says_of_a_film() {
    let mut world = world();
    say(&mut world, "heat = false\na-short = 77");
    let json = world.lbjf(&["scrape", "ada", "--json"]).exits(Exit::Success).json();
    let kinds: Vec<_> =
        (0..2).map(|index| (&json["entries"][index]["kind"], &json["entries"][index]["tmdb_id"])).collect();
    assert_eq!(kinds, [(&"other".into(), &serde_json::Value::Null), (&"movie".into(), &77.into())]);
}

#[test]
fn status_names_the_films_that_need_a_word_with_the_line_to_paste() {
    let mut world = world();
    world.sync();
    let line = "  \"a-short\" = false  # A Short (2002): its film page names no TMDB id";
    let ran = world.lbjf(&["status"]).exits(Exit::Success);
    assert!(
        ran.stdout.contains(&format!("into the config:\n\n  [films]\n{line}\n\nlast runs")),
        "{}",
        ran.stdout
    );
    // The line is one of a config.
    say(&mut world, line.trim_start());
    world.pass_time(Duration::from_mins(10));
    world.sync().omits("a-short");
    let ran = world.lbjf(&["status"]).exits(Exit::Success);
    assert!(!ran.stdout.contains("[films]\n"), "{}", ran.stdout);
}

#[test]
fn names_in_the_config_may_be_written_in_capitals() {
    let mut world = world();
    say(&mut world, "A-Short = 77");
    world.sync().says("ada: added to Radarr: A Short (2002) tmdb=77 root_folder=/movies");
    let ran = world.lbjf(&["status"]).exits(Exit::Success);
    assert!(!ran.stdout.contains("nobody lists"), "{}", ran.stdout);
    world.change("A-Short = 77", "A-Short = 77\na-short = 78");
    world.lbjf(&["sync"]).exits(Exit::Config).mentions("films.a-short: ");
}

#[test]
fn names_in_the_config_that_nobody_lists_are_told_by_status_and_its_check() {
    let mut world = world();
    say(&mut world, "heat = 5\nnope = 5\n\"https://letterboxd.com/film/No-Such-Film/\" = false");
    let told = "note   config films: nobody lists `no-such-film`";
    let ran = world.lbjf(&["status", "--check"]).exits(Exit::Success);
    assert!(
        !ran.stdout.contains("nobody lists"),
        "what nobody has read yet may be anywhere:\n{}",
        ran.stdout
    );
    world.sync().omits("nope");
    let ran = world.lbjf(&["status", "--check"]).exits(Exit::Success);
    let notes: Vec<_> = ran.stdout.lines().filter(|line| line.contains("nobody lists")).collect();
    assert_eq!(notes, [told, "note   config films: nobody lists `nope`"]);
    let ran = world.lbjf(&["status"]).exits(Exit::Success);
    let line = "`[films]` in the config names films that nobody lists: `no-such-film`, `nope`\n";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);

    // Put on since the last run: it is on page 1.
    world.letterboxd.push("ada", "nope");
    let ran = world.lbjf(&["status", "--check"]).exits(Exit::Success);
    assert!(ran.stdout.contains(told) && !ran.stdout.contains("`nope`"), "{}", ran.stdout);
    world.letterboxd.drop_entry("ada", "heat");
    world.sync();
    let ran = world.lbjf(&["status"]).exits(Exit::Success);
    assert!(ran.stdout.contains("names films that nobody lists: `heat`, `no-such-film`\n"), "{}", ran.stdout);
}
