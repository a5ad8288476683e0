//! `lbjf status` from outside: what the store says, without asking anybody.

mod film;
mod health;
mod list;
mod lists;
mod page;
mod waiting;

use std::time::Duration;

use crate::common::{Ran, World, wait_until};
use lbjf::exit::Exit;
use serde_json::{Value, json};
use standins::letterboxd::{Film, Link};
use standins::{Fault, Reply};

fn status(world: &World) -> Ran {
    world.forget_requests();
    let ran = world.lbjf(&["status"]).exits(Exit::Success);
    assert_eq!(ran.stderr, "");
    let asked = [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server];
    assert!(asked.iter().all(|server| server.requests().is_empty()));
    ran
}

/// A text with how long ago something was that was just now: on a busy machine that takes its time.
fn now(text: &str) -> String {
    let ages = (0..60)
        .rev()
        .map(|secs| format!("{secs} s ago"))
        .chain((1..10).map(|mins| format!("{mins} min ago")));
    ages.fold(text.to_owned(), |text, age| text.replace(&age, "NOW"))
}

fn json_of(world: &World) -> Value {
    world.lbjf(&["status", "--json"]).exits(Exit::Success).json()
}

#[track_caller]
fn has_lines(ran: &Ran, lines: &[&str]) {
    for line in lines {
        assert!(ran.stdout.lines().any(|known| known == *line), "no {line:?} in\n{}", ran.stdout);
    }
}

#[test]
fn status_without_a_store_says_so_and_makes_nothing() {
    let world = World::new();
    let expected = format!("no store yet; the first `lbjf sync` creates `{}`\n", world.database().display());
    assert_eq!(status(&world).stdout, expected);
    let json = json_of(&world);
    assert_eq!((&json["exists"], &json["users"], &json["runs"]), (&json!(false), &json!([]), &json!([])));
    assert!(!world.folder.path().join("state").exists());
}

/// One film of every kind: collected, watched, waiting, a show, without a TMDB id, unreadable, refused by Radarr.
fn mixed() -> World {
    let world = World::new();
    world.letterboxd.add_film(Film { link: Link::Tv(7), ..Film::movie("a-show", "A Show", 2001, 1) });
    world.letterboxd.add_film(Film { link: Link::None, ..Film::movie("a-short", "A Short", 2002, 2) });
    let world = world.watchlist(&["heat", "seen", "waits", "a-show", "a-short", "unread", "failing"]);
    world.download("heat");
    let seen = world.download("seen");
    world.jellyfin.watch("ada", &seen, true);
    let error = || Fault::Instead(Reply::empty(500));
    world.letterboxd.server.fail(usize::MAX, |request| request.path == "/film/unread/", error());
    let failing = format!("\"tmdbId\":{}", world.letterboxd.tmdb_id("failing"));
    world.radarr.server.fail(usize::MAX, move |request| request.body.contains(&failing), error());
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world
}

#[test]
fn status_counts_where_everybodys_films_stand() {
    let world = mixed();
    world.pass_time(Duration::from_mins(3));
    let ran = status(&world);
    has_lines(
        &ran,
        &[
            "ada: last read 3 min ago",
            "  watchlist        7 films of 7 declared",
            "  with a TMDB id   4, 1 not read yet",
            "  in Radarr        3",
            "  in collection    1",
            "  waiting for file 2",
            "  watched          1",
            "  skipped          2",
            "                   A Show (2001) `a-show`: it is a TV show on TMDB",
            "                   A Short (2002) `a-short`: its film page names no TMDB id",
            "  failed           2",
            "last runs",
        ],
    );
    let json = json_of(&world);
    let user = &json["users"][0];
    for (key, expected) in [
        ("declared", 7),
        ("listed", 7),
        ("resolved", 4),
        ("unresolved", 1),
        ("in_radarr", 3),
        ("waiting_for_file", 2),
        ("in_collection", 1),
        ("watched", 1),
    ] {
        assert_eq!(user[key], expected, "{key}");
    }
    let slugs = |what: &str| -> Vec<String> {
        let films = user[what].as_array().expect("films");
        assert!(films.iter().all(|film| !film["why"].as_str().expect("a reason").is_empty()), "{films:?}");
        films.iter().map(|film| film["slug"].as_str().expect("a slug").to_owned()).collect()
    };
    assert_eq!(slugs("skipped"), ["a-show", "a-short"]);
    assert_eq!(slugs("failed"), ["unread", "failing"]);
}

#[test]
fn status_follows_the_films() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    let [heat, ..] = world.settle(["heat", "alien"]);
    let counts = || {
        let user = &json_of(&world)["users"][0];
        ["in_collection", "waiting_for_file", "watched"].map(|key| user[key].as_u64().expect("a number"))
    };
    assert_eq!(counts(), [2, 1, 0]);
    world.jellyfin.watch("ada", &heat, true);
    world.download("ran");
    world.sync();
    assert_eq!(counts(), [2, 0, 1]);
    // Nothing is forgotten because Jellyfin cannot be asked.
    world.jellyfin.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(500)));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(counts(), [2, 0, 1]);
}

#[test]
fn status_tells_the_age_of_the_last_good_reading_and_what_is_wrong_since() {
    let world = World::settled(["heat"]).user("ben", "");
    world.pass_time(Duration::from_hours(5));
    world.letterboxd.set_private("ada", true);
    world.lbjf(&["sync", "--user", "ada"]).exits(Exit::Partial);
    let ran = status(&world);
    has_lines(
        &ran,
        &["ada: last read 5 h ago", "  watchlist        1 film of 1 declared", "ben: never read"],
    );
    assert!(ran.stdout.contains("\n  problem          "), "{}", ran.stdout);
    let json = json_of(&world);
    let (ada, ben) = (&json["users"][0], &json["users"][1]);
    assert_eq!(ada["outcome"], "private");
    assert!(ada["last_reading"].as_str() > ada["last_good_reading"].as_str(), "{ada}");
    assert_eq!((&ben["outcome"], &ben["last_reading"]), (&Value::Null, &Value::Null));
}

#[test]
fn status_of_a_list_that_was_never_readable_says_so() {
    let world = World::new();
    world.letterboxd.set_private("ada", true);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    let ran = status(&world);
    assert!(ran.stdout.contains("\n\nada: not read yet, last try "), "{}", ran.stdout);
}

#[test]
fn status_shows_the_last_runs_newest_first_and_one_that_did_not_finish() {
    let world = World::settled(["heat"]);
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    world.letterboxd.server.fail(1, |_| true, Fault::Hang);
    let mut killed = world.spawn(&["sync"]);
    wait_until(|| !world.letterboxd.server.requests().is_empty());
    killed.kill().expect("it runs");
    killed.wait().expect("it was killed");
    world.pass_time(Duration::from_hours(2));

    let ran = status(&world);
    let lines = ran.stdout.lines().skip_while(|line| *line != "last runs").skip(1);
    let runs: Vec<_> = lines.map(|line| line.split(", in ").next().unwrap_or_default()).collect();
    assert_eq!(
        runs,
        [
            "     2 h ago  sync has not finished: it is running, or was killed",
            "     2 h ago  exit 0  cleanup: 1 user, nothing to do",
            "     2 h ago  exit 0  sync: 1 user, 1 added to Radarr, 1 added to a collection",
        ]
    );
    let json = json_of(&world);
    let runs = json["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 3);
    assert_eq!(
        (&runs[0]["command"], &runs[0]["ended"], &runs[0]["exit_code"]),
        (&json!("sync"), &Value::Null, &Value::Null)
    );
    assert_eq!((&runs[1]["command"], &runs[1]["exit_code"]), (&json!("cleanup"), &json!(0)));
    // A dry run leaves no trace.
    world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success);
    assert_eq!(json_of(&world)["runs"].as_array().map(Vec::len), Some(3));
}

#[test]
fn status_names_five_skipped_films_and_json_all() {
    let world = World::new();
    let slugs: Vec<String> = (1..=7).map(|number| format!("show-{number}")).collect();
    for (number, slug) in (1..).zip(&slugs) {
        world.letterboxd.add_film(Film { link: Link::Tv(number), ..Film::movie(slug, slug, 2000, number) });
    }
    let world = world.watchlist(&slugs.iter().map(String::as_str).collect::<Vec<_>>());
    world.sync();
    let ran = status(&world);
    has_lines(
        &ran,
        &[
            "  skipped          7",
            "                   show-5 (2000) `show-5`: it is a TV show on TMDB",
            "                   and 2 more (`lbjf status --list skipped` names all)",
        ],
    );
    assert!(!ran.stdout.contains("show-6"));
    assert_eq!(json_of(&world)["users"][0]["skipped"].as_array().map(Vec::len), Some(7));
}

#[test]
fn status_works_without_a_config() {
    let world = World::settled(["heat"]);
    world.pass_time(Duration::from_mins(3));
    let mut command = world.command(&["status"]);
    let ran = world.ran(command.env_remove("LBJF_CONFIG").current_dir("/").output().expect("lbjf was built"));
    has_lines(&ran.exits(Exit::Success), &["ada: last read 3 min ago", "  in collection    1"]);
}

#[test]
fn status_json_has_the_same_keys_whatever_happened() {
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<_> = value.as_object().expect("an object").keys().cloned().collect();
        keys.sort();
        keys
    };
    let [fresh, used] = [World::new(), World::settled(["heat"]).user("ben", "")].map(|world| json_of(&world));
    assert_eq!(keys(&fresh), ["cool_downs", "database", "exists", "runs", "users", "version"]);
    assert_eq!(keys(&used), keys(&fresh));
    assert_eq!(used["version"], 1);
    let users = &used["users"];
    assert_eq!(keys(&users[0]), keys(&users[1]));
    assert_eq!(
        keys(&used["runs"][0]),
        ["command", "ended", "exit_code", "id", "problems", "started", "summary"]
    );
    for time in [&users[0]["last_good_reading"], &used["runs"][0]["started"]] {
        let time = time.as_str().expect("a time");
        assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
    }
}

#[test]
fn who_is_called_like_a_word_of_lbjfs_own_is_told_about_once_like_anybody() {
    let names = ["block", "blockbuster", "films", "watchlists", "letterboxd", "scrape", "ad"];
    let mut world = World::new().watchlist(&["heat-1995"]);
    for name in names {
        world = world.user(name, "");
        world.letterboxd.set_private(name, true);
    }
    let first = world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(first.stderr.matches("error: ").count(), names.len(), "{}", first.stderr);
    for _ in 0..2 {
        world.lbjf(&["sync", "--quiet"]).exits(Exit::Success).omits("error").omits("warning");
    }
}
