//! The exclusion list is read behind the door that the version has, and as a whole; else nothing is sent.

use std::sync::atomic::{AtomicU32, Ordering};

use lbjf::exit::Exit;
use serde_json::{Value, json};
use standins::radarr::Version;
use standins::{Change, Fault, Reply, Request};

use super::{during, world_of};
use crate::common::World;

const WHOLE: &str = "/api/v3/exclusions";
const PAGED: &str = "/api/v3/exclusions/paged";

fn is_whole(request: &Request) -> bool {
    request.path == WHOLE
}

fn is_paged(request: &Request) -> bool {
    request.path == PAGED
}

/// How often each door was asked: the old one, the new one.
fn asked(world: &World) -> (usize, usize) {
    let requests = world.radarr.server.requests();
    let count = |is_it: fn(&Request) -> bool| requests.iter().filter(|request| is_it(request)).count();
    (count(is_whole), count(is_paged))
}

/// A world of this version whose only wanted film is excluded.
fn excluded_world(version: Version) -> World {
    let world = world_of(version).watchlist(&["heat-1995"]);
    world.radarr.exclude(world.letterboxd.tmdb_id("heat-1995"));
    world
}

#[test]
fn exclusions_are_read_by_pages_since_5_9_and_as_a_whole_before() {
    for (version, text, expected) in [
        (Version::V4_7, "4.7.5.7809", (1, 0)),
        (Version::V5_28, "5.8.3.8933", (1, 0)),
        (Version::V5_28, "5.9.0.9058", (0, 1)),
        (Version::V5_28, "5.28.0.10274", (0, 1)),
        (Version::V6_0, "6.4.4.10685", (0, 1)),
        (Version::V6_0, "10.0.0.1", (0, 1)),
    ] {
        let world = excluded_world(version);
        world.radarr.set_version(text);
        world.sync().mentions("1 skipped");
        assert_eq!((asked(&world), world.radarr.posted()), (expected, vec![]), "{text}");
    }
}

#[test]
fn exclusions_are_found_behind_the_other_door_when_one_is_closed() {
    for status in [404, 405, 410] {
        for (text, closed, expected) in [
            ("6.4.4.10685", is_paged as fn(&Request) -> bool, (1, 1)),
            ("5.8.3.8933", is_whole as fn(&Request) -> bool, (1, 1)),
        ] {
            let world = excluded_world(Version::V6_0);
            world.radarr.set_version(text);
            world.radarr.server.fail(usize::MAX, closed, Fault::Instead(Reply::empty(status)));
            world.sync().mentions("1 skipped");
            assert_eq!((asked(&world), world.radarr.posted()), (expected, vec![]), "{text}: {status}");
        }
    }
}

#[test]
fn nothing_is_added_when_both_doors_to_the_exclusions_are_closed() {
    let world = World::new().watchlist(&["heat-1995"]);
    let is_either = |request: &Request| request.path.starts_with(WHOLE);
    let gone = json!({"message": "NotFound"});
    world.radarr.server.fail(usize::MAX, is_either, Fault::Instead(Reply::json(404, &gone)));
    let said =
        "Radarr answered GET api/v3/exclusions/paged with HTTP 404 and GET api/v3/exclusions with HTTP 404";
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial).says(&format!("lbjf: error: radarr: {said}"));
    ran.omits("check the path").mentions("hint: is something in front of Radarr");
    assert_eq!(world.radarr.posted(), [0; 0]);
    let ran = world.lbjf(&["status", "--check"]).exits(Exit::Partial);
    assert!(ran.stdout.contains(&format!("WRONG  radarr exclusion list: {said}\n")), "{}", ran.stdout);
    world.radarr.server.behave();
    world.sync().mentions("1 added to Radarr");
}

#[test]
fn exclusions_of_many_pages_are_all_read() {
    let world = World::new().watchlist(&["heat-1995"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    // The oldest is on the last page or on the first, as the server likes.
    world.radarr.exclude(heat);
    for id in 1..=1999 {
        world.radarr.exclude(4_000_000 + id);
    }
    world.sync().mentions("1 skipped");
    assert_eq!((asked(&world), world.radarr.posted()), ((0, 2), vec![]));
    let queries = world.radarr.server.asked("GET", PAGED).into_iter().map(|request| request.query);
    let expected =
        ["1", "2"].map(|page| format!("page={page}&pageSize=1000&sortKey=id&sortDirection=ascending"));
    assert_eq!(queries.collect::<Vec<_>>(), expected);
}

#[test]
fn exclusions_that_move_from_page_to_page_while_they_are_read_are_read_again() {
    let world = World::new().watchlist(&["heat-1995"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    for id in 1..=1500 {
        world.radarr.exclude(4_000_000 + id);
    }
    // Somebody excludes the film after the first page was made: a server that shows the newest first has it on a page
    // that was read, and one entry twice.
    let exclude = during(world.radarr.deletion(heat, true));
    world.radarr.server.fail(1, is_paged, Fault::Changed(exclude));
    world.sync().mentions("1 skipped");
    assert_eq!((asked(&world), world.radarr.posted()), ((0, 4), vec![]));
}

/// A page as Radarr sends it, with these films.
fn page(total: u64, ids: impl IntoIterator<Item = u32>) -> Reply {
    let records: Value = ids
        .into_iter()
        .map(|id| json!({"id": id, "tmdbId": id, "movieTitle": "Film", "movieYear": 2000}))
        .collect();
    Reply::json(200, &json!({"page": 1, "pageSize": 1000, "totalRecords": total, "records": records}))
}

#[test]
fn exclusions_whose_total_makes_no_sense_end_and_nothing_is_added() {
    for (what, first, most) in [
        ("no entry of very many", page(u64::from(u32::MAX), []), 3),
        ("more than a number can be", page(u64::MAX, []), 1),
        ("one short", page(3, [1, 2]), 6),
        ("the same page again and again", page(2500, 1..=1000), 6),
        ("a total below nothing", Reply::json(200, &json!({"totalRecords": -1, "records": []})), 1),
        ("no total", Reply::json(200, &json!({"records": []})), 1),
        ("no records", Reply::json(200, &json!({"totalRecords": 0})), 1),
        ("the old form", Reply::json(200, &json!([])), 1),
    ] {
        let world = World::new().watchlist(&["heat-1995"]);
        world.radarr.server.fail(usize::MAX, is_paged, Fault::Instead(first));
        let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
        ran.mentions("answered GET api/v3/exclusions/paged with JSON that cannot be read: ");
        let (whole, paged) = asked(&world);
        assert!(whole == 0 && paged <= most, "{what}: {paged} requests");
        assert_eq!(world.radarr.posted(), [0; 0], "{what}");
    }
}

#[test]
fn exclusions_that_are_new_on_every_page_end_all_the_same() {
    let world = World::new().watchlist(&["heat-1995"]);
    let next = AtomicU32::new(1);
    let change = Change::new(move |_| page(u64::from(u32::MAX), [next.fetch_add(1, Ordering::SeqCst)]));
    world.radarr.server.fail(usize::MAX, is_paged, Fault::Changed(change));
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("it counts 4294967295 exclusions and shows ");
    assert_eq!(world.radarr.posted(), [0; 0]);
}

#[test]
fn exclusions_that_stand_twice_count_once() {
    let world = World::new().watchlist(&["heat-1995"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    let records =
        json!([{"id": 1, "tmdbId": heat}, {"id": 2, "tmdbId": heat}, {"tmdbId": heat}, {"tmdbId": heat}]);
    let reply = Reply::json(200, &json!({"totalRecords": 4, "records": records}));
    world.radarr.server.fail(usize::MAX, is_paged, Fault::Instead(reply));
    world.sync().mentions("1 skipped");
    assert_eq!(world.radarr.posted(), [0; 0]);
}
