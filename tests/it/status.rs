//! `lbjf status` from outside: what the store says, without asking anybody.

use std::time::Duration;

use crate::common::{COLLECTION, Ran, World, wait_until};
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
            "                   and 2 more (`lbjf status --json` names all)",
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

fn ask(world: &World, film: &str) -> String {
    world.forget_requests();
    let ran = world.lbjf(&["status", film]).exits(Exit::Success);
    assert!(world.letterboxd.server.requests().is_empty());
    ran.stdout
}

#[test]
fn status_of_a_film_says_where_it_stands_and_what_comes_next() {
    let mut world = mixed().user("ben", "");
    world.letterboxd.set_watchlist("ben", &["heat", "waits"]);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.pass_time(Duration::from_hours(3));
    let heat = world.letterboxd.tmdb_id("heat");
    assert_eq!(
        ask(&world, "heat"),
        format!(
            "Heat (2000) `heat` tmdb={heat}
  ada
    watchlist    listed, first seen 3 h ago
    Radarr       has it, first seen 3 h ago
    collection   `Ada's watchlist`: in it
    next         it leaves the collection once ada has watched it
  ben
    watchlist    listed, first seen 3 h ago
    Radarr       has it, first seen 3 h ago
    next         nothing; all is done
"
        )
    );
    for (film, next) in [
        (
            "waits",
            "the first run that sees it in Jellyfin's library, under this TMDB id, puts it into the collection",
        ),
        ("seen", "nothing; all is done"),
        ("a-show", "nothing: it is a TV show on TMDB, and Radarr takes films only"),
        ("unread", "the next run reads its film page; the last time: Letterboxd answered with HTTP 500"),
        ("failing", "it is sent to Radarr again in the next run"),
    ] {
        let answer = ask(&world, film);
        assert!(answer.contains(&format!("    next         {next}")), "{film}:\n{answer}");
    }
    let short = ask(&world, "a short");
    assert!(
        short.contains("`a-short`\n  ada\n") && short.contains("`\"a-short\" = ID` under `[films]`"),
        "{short}"
    );

    world.letterboxd.drop_entry("ada", "waits");
    world.lbjf(&["sync"]).exits(Exit::Partial);
    let waits = ask(&world, "waits");
    assert!(
        waits.contains(
            "  ada\n    watchlist    left it\n    next         nothing: no longer on this watchlist\n"
        ),
        "{waits}"
    );
    world.change("letterboxd_username = \"ben\"", "letterboxd_username = \"bob\"");
    assert!(ask(&world, "heat").contains("nothing: the config does not name this person"));
}

#[test]
fn status_of_a_film_in_a_shared_collection_says_what_is_so_of_each_person() {
    let shared = format!("jellyfin_collection = \"{COLLECTION}\"");
    let world = World::new().watchlist(&["heat", "alien"]).user("ben", &shared);
    world.letterboxd.set_watchlist("ben", &["heat"]);
    let [heat, alien] = world.settle(["heat", "alien"]);
    let rows = |film: &str| -> Vec<String> {
        let answer = ask(&world, film);
        let rows = answer.lines().filter_map(|line| {
            let row = line.trim();
            let row = row.strip_prefix("collection ").or(row.strip_prefix("next "))?;
            Some(row.trim().replace(&format!("`{COLLECTION}`: "), ""))
        });
        rows.collect()
    };
    let counts = || {
        let status = json_of(&world);
        [0, 1].map(|user| {
            ["in_collection", "watched"].map(|key| status["users"][user][key].as_u64().expect("a number"))
        })
    };
    let both = "it leaves the collection once ada and ben have watched it";
    assert_eq!(rows("heat"), ["in it", both, "in it", both.replace("ada and ben", "ben and ada").as_str()]);
    assert_eq!(counts(), [[2, 0], [1, 0]]);

    world.jellyfin.watch("ada", &heat, true);
    world.idle();
    let ben = "it leaves the collection once ben has watched it";
    assert_eq!(
        rows("heat"),
        [
            "in it; ada has watched it, ben has not",
            format!("{ben}, too").as_str(),
            "in it; ada has watched it, ben has not",
            ben,
        ]
    );
    assert_eq!(counts(), [[2, 1], [1, 0]]);
    let json = world.lbjf(&["status", "heat", "--json"]).json();
    let users = &json["films"][0]["users"];
    assert_eq!((&users[0]["place"], &users[0]["watched"]), (&json!("collection"), &json!(true)));
    assert_eq!((&users[1]["place"], &users[1]["watched"]), (&json!("collection"), &json!(false)));
    // One of them may have seen it again before the other did once.
    world.jellyfin.watch("ada", &heat, false);
    world.idle();
    assert_eq!(rows("heat")[0], "in it");
    world.jellyfin.watch("ada", &heat, true);
    world.jellyfin.watch("ben", &heat, true);
    world.sync();
    let out = "not in it; ada and ben have watched it";
    assert_eq!(
        rows("heat"),
        [out, "nothing; all is done", &out.replace("ada and ben", "ben and ada"), "nothing; all is done"]
    );
    assert_eq!(counts(), [[1, 1], [0, 1]]);

    // Of a film that one lists, the other's eyes do not count.
    assert_eq!(rows("alien"), ["in it", "it leaves the collection once ada has watched it"]);
    world.jellyfin.watch("ada", &alien, true);
    world.sync();
    assert_eq!(rows("alien"), ["not in it, since it was watched", "nothing; all is done"]);
    // Somebody puts it back, to see it again.
    world.jellyfin.put(&world.jellyfin.collections()[0].id, &alien);
    world.jellyfin.watch("ben", &alien, true);
    world.sync();
    let stays = "it stays in the collection, since it had been watched when lbjf first saw it there";
    assert_eq!(rows("alien"), ["in it; ada has watched it", stays]);
}

#[test]
fn status_of_a_part_of_a_title_finds_every_such_film_and_says_when_there_is_none() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("amelie", "Amélie", 2001, 194));
    world.letterboxd.add_film(Film::movie("amelie-2", "AMÉLIE again", 2020, 195));
    let world = world.watchlist(&["heat", "amelie", "amelie-2"]);
    world.sync();
    for part in ["amélie", "Amelie ", "MÉLIE"] {
        let answer = ask(&world, part);
        // The slug of one of them is a part of the other's: an exact one wins.
        let both = answer.contains("`amelie`") && (part == "Amelie " || answer.contains("`amelie-2`"));
        assert!(both && !answer.contains("heat"), "{part}:\n{answer}");
    }
    assert_eq!(
        ask(&world, "https://letterboxd.com/film/amelie-2/").lines().next(),
        Some("AMÉLIE again (2020) `amelie-2` tmdb=195")
    );
    assert_eq!(
        ask(&world, "zardoz"),
        "no film that is or was on a watchlist matches `zardoz`; use its slug, its TMDB id or a part of its title\n"
    );
    let json = world.lbjf(&["status", "zardoz", "--json"]).json();
    assert_eq!(json, json!({"version": 1, "films": []}));
}

#[test]
fn status_of_a_tmdb_id_finds_the_film_also_where_a_title_is_a_number() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("heat-1995", "Heat", 1995, 949));
    world.letterboxd.add_film(Film::movie("1917", "1917", 2019, 530_915));
    world.letterboxd.add_film(Film::movie("other", "Other", 2001, 1917));
    world
        .letterboxd
        .add_film(Film { link: Link::Tv(87108), ..Film::movie("chernobyl", "Chernobyl", 2019, 1) });
    world.letterboxd.add_film(Film::movie("blade-runner-2049", "Blade Runner 2049", 2017, 335_984));
    let world = world.watchlist(&["heat-1995", "1917", "other", "chernobyl", "blade-runner-2049"]);
    world.sync();
    let found = |text: &str| -> Vec<String> {
        let answer = ask(&world, text);
        answer.lines().filter(|line| line.contains("tmdb")).map(str::to_owned).collect()
    };
    for text in
        ["949", " 949 ", "tmdb=949", "https://www.themoviedb.org/movie/949-heat", "themoviedb.org/movie/949/"]
    {
        assert_eq!(found(text), ["Heat (1995) `heat-1995` tmdb=949"], "{text}");
    }
    assert_eq!(found("87108"), ["Chernobyl (2019) `chernobyl` tmdb_tv=87108"]);
    assert_eq!(found("1917"), ["1917 (2019) `1917` tmdb=530915", "Other (2001) `other` tmdb=1917"]);
    assert_eq!(found("2049"), ["Blade Runner 2049 (2017) `blade-runner-2049` tmdb=335984"]);
    for text in ["94", "99999999999999"] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn status_of_a_film_while_letterboxd_refuses_us_says_until_when() {
    let world = World::new().watchlist(&["heat"]);
    let refuse = Fault::Instead(Reply::empty(429));
    world.letterboxd.server.fail(usize::MAX, |request| request.path.starts_with("/film/"), refuse);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    let answer = ask(&world, "heat");
    assert!(
        answer.contains("next         the first run after the cool-down, in ")
            && answer.contains(" min, reads its film page"),
        "{answer}"
    );
    // A program may keep what it reads.
    let json = world.lbjf(&["status", "heat", "--json"]).json();
    let next = json["films"][0]["users"][0]["next"].as_str().expect("a text");
    assert!(next.starts_with("the first run after 20") && next.contains("Z reads its film page"), "{next}");
}

#[test]
fn status_begins_with_whether_all_is_well() {
    let world = World::new().watchlist(&["heat"]);
    let first_line = |world: &World| status(world).stdout.lines().next().expect("a line").to_owned();
    world.sync();
    world.pass_time(Duration::from_mins(5));
    assert_eq!(first_line(&world), "healthy: the last run succeeded, 5 min ago");
    world.pass_time(Duration::from_hours(72));
    assert_eq!(
        first_line(&world),
        "no run since 3 days ago: does the timer, or cron, still run `lbjf sync`?"
    );
    world.letterboxd.set_private("ada", true);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(now(&first_line(&world)), "healthy but for somebody's list: the last run ended NOW");
    world.letterboxd.set_private("ada", false);
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(500)));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(now(&first_line(&world)), "the last run ended with 4, NOW: see below");
}

#[test]
fn status_healthy_is_no_answer_about_a_film_or_a_check() {
    let world = World::settled(["heat"]);
    for args in [
        &["status", "heat", "--healthy", "45"][..],
        &["status", "--healthy", "45", "heat"],
        &["status", "--healthy", "45", "--check"],
        &["status", "--healthy", "45", "--json"],
    ] {
        let ran = world.lbjf(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}: {}", ran.stderr);
        ran.mentions("--healthy");
    }
}

#[test]
fn status_healthy_tells_a_good_run_of_late_from_any_other() {
    let mut world = World::new().watchlist(&["heat-1995"]);
    let ran = world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Partial);
    assert_eq!(ran.stdout, "not healthy: no run has finished yet\n");
    world.sync();
    let ran = world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Success);
    assert!(now(&ran.stdout).starts_with("healthy: NOW: sync: 1 user, 1 added to Radarr"), "{}", ran.stdout);
    world.pass_time(Duration::from_mins(31));
    let ran = world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Partial);
    assert_eq!(ran.stdout, "not healthy: the last run ended 31 min ago, more than 30 min: sync\n");
    world.change("/movies", "/elsewhere");
    world.letterboxd.push("ada", "alien");
    world.lbjf(&["sync"]).exits(Exit::Partial);
    let ran = world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Partial);
    assert!(now(&ran.stdout).starts_with("not healthy: ended with 4, NOW: sync: 1 user"), "{}", ran.stdout);
}

/// Runs for a day, each an hour after the one before, and tells how each ended.
fn codes_of_a_day(world: &World) -> Vec<i32> {
    let run = |_| {
        let ran = world.lbjf(&["sync"]);
        world.pass_time(Duration::from_hours(1));
        ran.code
    };
    (0..24).map(run).collect()
}

#[test]
fn status_healthy_says_nothing_of_a_list_that_only_its_owner_can_mend_and_a_run_ends_with_4_once_in_23_hours()
{
    type Trouble = fn(&World);
    let troubles: [(&str, Trouble); 3] = [
        ("private", |world| world.letterboxd.set_private("ben", true)),
        ("gone", |world| {
            let reply = Reply::html(404, standins::letterboxd::pages::not_found_page());
            world.fail_page(usize::MAX, "/ben/watchlist/", Fault::Instead(reply));
        }),
        ("another's", |world| {
            let page = world.page("/ada/watchlist/");
            world.fail_page(usize::MAX, "/ben/watchlist/", Fault::Instead(Reply::html(200, page)));
        }),
    ];
    for (what, begin) in troubles {
        let world = World::new().user("ben", "").watchlist(&["heat-1995"]);
        world.sync();
        begin(&world);
        let codes = codes_of_a_day(&world);
        let expected: Vec<i32> = (0..24).map(|hour| if hour % 23 == 0 { 4 } else { 0 }).collect();
        assert_eq!(codes, expected, "{what}");
        // Once as the run that tells it, once as another.
        for day in [true, false] {
            let ran = world.lbjf(&["sync"]);
            let ran = if day { ran } else { ran.mentions("sync: 2 users, 1 list not read, in ") };
            assert_eq!(ran.code, 0, "{what}");
            world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Success);
            if day {
                world.pass_time(Duration::from_hours(23));
                world
                    .lbjf(&["sync"])
                    .exits(Exit::Partial)
                    .mentions("lbjf: error: ben: ")
                    .mentions("1 user failed");
                let ran = world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Success);
                assert!(
                    now(&ran.stdout).starts_with("healthy: NOW: sync: 2 users, 1 user failed"),
                    "{}",
                    ran.stdout
                );
            }
        }
        // Beside a trouble of another kind it heals nothing.
        world.letterboxd.push("ada", "alien");
        world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(401)));
        for _ in 0..2 {
            world.lbjf(&["sync"]).exits(Exit::Partial).mentions("1 server failed");
            world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Partial);
        }
        world.radarr.server.behave();
        world.sync();
    }
}

#[test]
fn a_list_that_is_private_again_is_told_again_at_once() {
    let world = World::new().watchlist(&["heat-1995"]);
    for _ in 0..2 {
        world.letterboxd.set_private("ada", true);
        world.lbjf(&["sync"]).exits(Exit::Partial);
        world.lbjf(&["sync"]).exits(Exit::Success);
        world.letterboxd.set_private("ada", false);
        world.sync();
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
