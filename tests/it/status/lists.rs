//! The lists of a person, each with a row.

use std::fs;

use lbjf::exit::Exit;
use serde_json::json;

use super::{has_lines, json_of, now, status};
use crate::common::World;

const EXPORT: &str = "Date,Name,Year,Letterboxd URI\n";

fn world() -> World {
    let world = World::new().watchlist(&["heat", "alien"]);
    world.letterboxd.set_list("dave", "best", &["heat", "ran", "jaws"]);
    world.letterboxd.set_list("dave", "gone", &["up"]);
    let file = format!("{EXPORT}2026-11-19,Up,2009,https://letterboxd.com/film/up/\n");
    fs::write(world.folder.path().join("watchlist.csv"), file).expect("a file");
    world
        .set("[[users]]", "letterboxd_lists = [\"dave/best\", \"dave/gone\"]")
        .block("[[users]]\nname = \"Mum\"\nletterboxd_export = \"watchlist.csv\"")
        .block("[[lists]]\nname = \"Best\"\nletterboxd_list = \"dave/best\"")
}

#[test]
fn status_has_a_row_for_each_list_of_a_person() {
    let world = world();
    world.sync().says("ada: 2 new of 2 on the watchlist").mentions("sync: 2 users, 1 list, ");
    let ran = status(&world);
    let text = now(&ran.stdout);
    let days =
        text.split("of 2026-11-19, ").nth(1).and_then(|rest| rest.split('\n').next()).expect("its age");
    let expected = format!(
        "\
ada: last read NOW
  watchlist        2 films of 2 declared, read NOW
  list             `dave/best`: 3 films of 3 declared, read NOW
  list             `dave/gone`: 1 film of 1 declared, read NOW
  in all           5 films
  with a TMDB id   5
  in Radarr        5
  in collection    0
  waiting for file 5
  watched          0

Mum: last read NOW
  export           1 film of 1 declared, of 2026-11-19, {days}
  with a TMDB id   1
  in Radarr        1

Best: last read NOW
  list             `dave/best`: 3 films of 3 declared, read NOW
  with a TMDB id   3
"
    );
    assert!(text.contains(&expected), "{text}");
}

#[test]
fn status_tells_what_is_wrong_with_a_list_below_its_row() {
    let world = world();
    world.sync();
    world.letterboxd.change_list("dave", "gone", |list| list.is_private = true);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    let ran = status(&world);
    has_lines(
        &ran,
        &["                   problem: Letterboxd has no such list (HTTP 404)", "  in all           5 films"],
    );
    let user = &json_of(&world)["users"][0];
    assert_eq!((&user["problem"], &user["listed"]), (&json!(null), &json!(5)));
    assert_eq!(user["lists"][2]["problem"], "Letterboxd has no such list (HTTP 404)");
}

#[test]
fn status_json_has_each_list_and_the_person_s_own_in_front() {
    let world = world();
    world.sync();
    let json = json_of(&world);
    let lists = |place: usize| -> Vec<_> {
        let lists = json["users"][place]["lists"].as_array().expect("lists");
        let list = |list: &serde_json::Value| {
            (list["kind"].clone(), list["address"].clone(), list["outcome"].clone(), list["listed"].clone())
        };
        lists.iter().map(list).collect()
    };
    let row = |kind: &str, address: Option<&str>, listed: u32| {
        (json!(kind), json!(address), json!("complete"), json!(listed))
    };
    assert_eq!(
        lists(0),
        [
            row("watchlist", Some("ada"), 2),
            row("list", Some("dave/best"), 3),
            row("list", Some("dave/gone"), 1)
        ]
    );
    assert_eq!(lists(1), [row("export", None, 1)]);
    assert_eq!(lists(2), [row("list", Some("dave/best"), 3)]);
    let mum = &json["users"][1];
    assert_eq!(mum["last_accepted_reading"], mum["lists"][0]["last_accepted_reading"]);
    assert_eq!(mum["last_accepted_reading"], "2026-11-19T00:00:00Z");
}

#[test]
fn status_shows_a_list_that_no_run_read_yet() {
    let world = World::new().watchlist(&["heat"]);
    world.sync();
    let world = world.set("[[users]]", "letterboxd_lists = [\"dave/best\"]");
    has_lines(&status(&world), &["  list             `dave/best`: never read"]);
}
