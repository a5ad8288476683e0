//! `lbjf status FILM`: where a film stands for each person, and what comes next.

use std::time::Duration;

use super::{json_of, mixed};
use crate::common::{COLLECTION, World};
use lbjf::exit::Exit;
use serde_json::json;
use standins::letterboxd::{Film, Link};
use standins::{Fault, Reply};

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
        "no film that is or was on a watchlist matches `zardoz`; use its slug, its TMDB id, its short link or a part of its title\n"
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
