//! Failures that time heals, twins and merged ids: nothing is lost and nothing is added twice.

use lbjf::exit::Exit;
use serde_json::json;
use standins::letterboxd::Film;
use standins::radarr::Version;
use standins::{Fault, Gate, Reply, Request};

use super::{A_DAY, UNKNOWN, is_add, labels, path, requests, watchlist_of, world_of};
use crate::common::{World, wait_until};

#[test]
fn failed_film_is_tried_in_the_next_three_runs_then_daily_and_with_full_at_once() {
    for (is_locked, said) in [
        (true, "HTTP 500: database is locked"),
        (false, "HTTP 500: Site responded with browser content instead of api data."),
    ] {
        let world = World::new().watchlist(&["heat-1995"]);
        if is_locked {
            world.radarr.set_locked(true);
        } else {
            world.radarr.metadata_down(true);
        }
        let text = format!("ada: `heat-1995` not added: Radarr answered POST api/v3/movie with {said}");
        world.lbjf(&["sync"]).exits(Exit::Partial).mentions(&format!("warning: {text}"));
        for _ in 0..3 {
            // A warning is a warning once a day.
            world.lbjf(&["sync"]).exits(Exit::Partial).mentions(&text).omits("warning");
        }
        assert_eq!(world.radarr.posted().len(), 4);
        world.forget_requests();
        world.sync();
        assert_eq!(requests(&world), 0);
        world.pass_time(A_DAY);
        world.lbjf(&["sync"]).exits(Exit::Partial).mentions(&format!("warning: {text}"));
        world.lbjf(&["sync", "--full"]).exits(Exit::Partial);
        assert_eq!(world.radarr.posted().len(), 2);
        world.radarr.set_locked(false);
        world.radarr.metadata_down(false);
        world.lbjf(&["sync", "--full"]).exits(Exit::Success);
        assert_eq!(world.radarr.films().len(), 1);
    }
}

#[test]
fn five_failures_in_a_row_end_the_adding_and_the_next_run_starts_with_films_never_tried() {
    let (world, ids) = watchlist_of(World::new(), 8);
    world.radarr.metadata_limited(true);
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
    ran.says("warning: radarr: 5 failures in a row; 3 films left for the next run");
    assert_eq!(world.radarr.posted(), ids[..5]);
    world.forget_requests();
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .says("radarr: 5 failures in a row; 3 films left for the next run");
    assert_eq!(world.radarr.posted(), [&ids[5..], &ids[..2]].concat());
    world.radarr.metadata_limited(false);
    world.sync();
    assert_eq!(world.radarr.films().len(), 8);
}

#[test]
fn films_that_always_fail_do_not_keep_an_older_one_from_its_turn() {
    let (world, ids) = watchlist_of(World::new(), 6);
    let no = || Fault::Instead(Reply::json(500, &json!({"message": "no"})));
    world.radarr.server.fail(usize::MAX, is_add, no());
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.radarr.server.behave();
    let last = ids[5];
    let is_bad = move |request: &Request| is_add(request) && !request.body.contains(&format!(":{last},"));
    world.radarr.server.fail(usize::MAX, is_bad, no());
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("1 added to Radarr");
    assert!(world.radarr.film(last).is_some());
}

#[test]
fn film_that_failed_before_is_sent_after_all_whose_pages_are_still_to_be_read() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.radarr.server.fail(1, is_add, Fault::Instead(Reply::json(500, &json!({"message": "no"}))));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.forget_requests();
    for number in 0..60 {
        world.letterboxd.push("ada", &format!("film-{number}"));
    }
    world.sync();
    let posted = world.radarr.posted();
    assert_eq!((posted.len(), posted.last()), (61, Some(&world.letterboxd.tmdb_id("heat-1995"))));
}

#[test]
fn failures_with_a_success_between_are_no_row() {
    let (world, ids) = watchlist_of(World::new(), 9);
    let good = ids[4];
    let is_bad = move |request: &Request| is_add(request) && !request.body.contains(&format!(":{good},"));
    world.radarr.server.fail(usize::MAX, is_bad, Fault::Instead(Reply::json(500, &json!({"message": "no"}))));
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("1 added to Radarr, 8 films failed");
    assert_eq!(world.radarr.posted(), ids);
}

#[test]
fn add_without_an_answer_is_asked_for_and_not_sent_twice() {
    for fault in [
        Fault::DropAfter,
        Fault::After(Reply::empty(200)),
        Fault::After(Reply::html(200, "<html>")),
        Fault::After(Reply::html(504, "<html>")),
        Fault::Truncate(10),
    ] {
        let world = World::new().watchlist(&["heat-1995"]);
        let heat = world.letterboxd.tmdb_id("heat-1995");
        world.radarr.server.fail(1, is_add, fault.clone());
        world.sync().mentions("ada: added to Radarr: ").mentions("1 added to Radarr, in ");
        let asked = world.radarr.server.asked("GET", "/api/v3/movie");
        assert_eq!(asked.last().map(|request| request.query.clone()), Some(format!("tmdbId={heat}")));
        world.forget_requests();
        world.sync();
        assert_eq!((requests(&world), world.radarr.films().len()), (0, 1), "{fault:?}");
    }
}

#[test]
fn film_that_came_to_radarr_meanwhile_is_there() {
    let exists = json!([{"propertyName": "TmdbId", "errorMessage": "This movie has already been added",
        "errorCode": "MovieExistsValidator", "severity": "error"}]);
    let conflict = json!({"message": "constraint failed\nUNIQUE constraint failed: Movies.MovieMetadataId"});
    for reply in [Reply::json(400, &exists), Reply::json(409, &conflict)] {
        let world = World::new().watchlist(&["heat-1995"]);
        world.radarr.server.fail(1, is_add, Fault::After(reply));
        world.sync().mentions("sync: 1 user, nothing to do, in ");
        world.forget_requests();
        world.sync();
        assert_eq!(requests(&world), 0);
    }
}

#[test]
fn conflict_with_nothing_there_is_tried_again_in_the_next_run() {
    let world = World::new().watchlist(&["heat-1995"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    let conflict = json!({"message": "constraint failed\nUNIQUE constraint failed: MovieMetadata.TmdbId"});
    world.radarr.server.fail(1, is_add, Fault::Instead(Reply::json(409, &conflict)));
    let text = "warning: ada: `heat-1995` not added: Radarr has a film with the same data";
    world.lbjf(&["sync"]).exits(Exit::Partial).says(text);
    world.sync();
    assert_eq!((world.radarr.posted(), world.radarr.films().len()), (vec![heat, heat], 1));
}

#[test]
fn conflict_is_success_only_if_radarr_then_has_the_film() {
    let broken = json!({"message": "constraint failed\nNOT NULL constraint failed: Movies.Title"});
    for (fault, is_there) in [
        (Fault::After(Reply::json(409, &broken)), true),
        (Fault::Instead(Reply::json(409, &broken)), false),
        (Fault::Instead(Reply::empty(409)), false),
    ] {
        // A film of its own, and one whose folder is taken, so that it is sent a second time with another.
        for has_twin in [false, true] {
            let world = World::new();
            world.letterboxd.add_film(Film::movie("twin-2020", "Twin", 2020, 4520));
            world.radarr.know(4520, "Twin", 2020, &[]);
            if has_twin {
                world.radarr.know(4519, "Twin", 2020, &[]);
                world.radarr.has(4519);
            }
            let world = world.watchlist(&["twin-2020"]);
            let is_last =
                move |request: &Request| is_add(request) && request.body.contains("{tmdb-") == has_twin;
            world.radarr.server.fail(1, is_last, fault.clone());
            let ran = world.lbjf(&["sync"]);
            assert_eq!(
                (ran.code == 0, world.radarr.film(4520).is_some()),
                (is_there, is_there),
                "{}",
                ran.stderr
            );
            let films = world.radarr.films().len();
            world.sync();
            assert_eq!(world.radarr.films().len(), films + usize::from(!is_there));
        }
    }
}

/// Radarr got heat after its films were listed, and before it was sent; it has no label of ada's yet.
fn came_meanwhile() -> (World, u32) {
    let world = World::new().set("[radarr]", "user_tags = true").watchlist(&["heat-1995"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    world.radarr.has(heat);
    let is_list = |request: &Request| request.path == "/api/v3/movie" && request.method == "GET";
    world.radarr.server.fail(1, is_list, Fault::Instead(Reply::json(200, &json!([]))));
    world.sync();
    (world, heat)
}

#[test]
fn film_that_came_to_radarr_meanwhile_gets_its_user_tags_in_the_next_run() {
    let (world, heat) = came_meanwhile();
    assert_eq!(labels(&world, heat), [""; 0]);
    world.sync().mentions("1 tagged in Radarr");
    assert_eq!(labels(&world, heat), ["lbjf-ada"]);
}

#[test]
fn film_that_came_to_radarr_meanwhile_and_is_deleted_before_it_gets_its_user_tags_stays_deleted() {
    let (world, heat) = came_meanwhile();
    world.radarr.remove(heat);
    world.forget_requests();
    world.sync();
    assert_eq!((world.radarr.posted(), world.radarr.film(heat)), (vec![], None));
}

#[test]
fn add_that_never_arrived_is_sent_by_the_next_run() {
    let world = World::new().watchlist(&["heat-1995"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    world.radarr.server.fail(1, is_add, Fault::Drop);
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("warning: ada: `heat-1995` not added: ");
    assert_eq!(world.radarr.server.asked("GET", "/api/v3/movie").len(), 2);
    world.sync();
    assert_eq!((world.radarr.posted(), world.radarr.films().len()), (vec![heat, heat], 1));
}

#[test]
fn add_that_takes_longer_than_timeout_seconds_is_found_by_the_next_run() {
    let world = World::new().set("[radarr]", "timeout_seconds = 2").watchlist(&["heat-1995"]);
    let gate = Gate::default();
    world.radarr.server.fail(1, is_add, Fault::Held(gate.clone()));
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("no complete answer within 2 s");
    assert_eq!(world.radarr.films(), []);
    gate.open();
    world.radarr.server.settle();
    world.sync();
    assert_eq!((world.radarr.posted().len(), world.radarr.films().len()), (1, 1));
}

#[test]
fn sync_killed_while_it_adds_is_finished_by_the_next_run() {
    let (world, ids) = watchlist_of(World::new(), 4);
    let is_second = {
        let second = format!(":{},", ids[1]);
        move |request: &Request| is_add(request) && request.body.contains(&second)
    };
    let gate = Gate::default();
    world.radarr.server.fail(1, is_second, Fault::Held(gate.clone()));
    let mut run = world.spawn(&["sync"]);
    wait_until(|| world.radarr.posted().len() >= 2);
    run.kill().and_then(|()| run.wait()).expect("it was running");
    gate.open();
    world.radarr.server.settle();
    assert_eq!(world.radarr.films().len(), 2);
    world.sync();
    assert_eq!((world.radarr.posted(), world.radarr.films().len()), (ids, 4));
}

#[test]
fn radarr_with_a_locked_database_can_still_be_read() {
    let world = World::new().watchlist(&["heat-1995"]);
    let locked = Reply::json(500, &json!({"message": "database is locked\ndatabase is locked"}));
    world.radarr.server.fail(1, |request| request.method == "GET", Fault::Instead(locked));
    world.sync();
    assert_eq!(world.radarr.films().len(), 1);
}

#[test]
fn two_films_of_one_title_and_year_get_a_folder_each() {
    for version in [Version::V4_7, Version::V5_28, Version::V6_0] {
        let world = world_of(version);
        for (slug, id) in [("twin", 4519), ("twin-2020", 4520)] {
            world.letterboxd.add_film(Film::movie(slug, "Twin", 2020, id));
            world.radarr.know(id, "Twin", 2020, &[]);
        }
        let world = world.watchlist(&["twin", "twin-2020"]);
        world.sync();
        assert_eq!(path(&world, 4519), "/movies/Twin (2020)");
        assert_eq!(path(&world, 4520), "/movies/Twin (2020) {tmdb-4520}");
        assert_eq!(world.radarr.film(4520).map(|film| film.root_folder), Some("/movies".to_owned()));
        world.forget_requests();
        world.sync();
        assert_eq!(requests(&world), 0);
    }
}

#[test]
fn merged_tmdb_id_is_remembered_and_matched_in_jellyfin() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("merged", "Merged", 2000, 888_001));
    world.radarr.merge(888_001, 888_002);
    let world = world.watchlist(&["merged"]);
    world.jellyfin.add_film(888_002, "Merged");
    world.sync();
    assert_eq!(world.radarr.posted(), [888_001]);
    assert_eq!(world.collected(), [888_002]);
    world.forget_requests();
    world.lbjf(&["sync", "--full"]).exits(Exit::Success);
    assert_eq!((requests(&world), world.writes().len()), (0, 0));
    // Another person's request for it finds it.
    let world = world.user("ben", "");
    world.letterboxd.push("ben", "merged");
    world.sync();
    assert_eq!(world.radarr.posted(), [0; 0]);
}

#[test]
fn merged_tmdb_id_of_a_film_that_is_there_is_answered() {
    for version in [Version::V4_7, Version::V5_28, Version::V6_0] {
        let world = world_of(version);
        world.letterboxd.add_film(Film::movie("merged", "Merged", 2000, 888_001));
        world.radarr.merge(888_001, 888_002);
        world.radarr.has(888_002);
        let world = world.watchlist(&["merged"]);
        world.jellyfin.add_film(888_002, "Merged");
        world.sync();
        assert_eq!((world.radarr.films().len(), world.collected()), (1, vec![888_002]));
        world.forget_requests();
        world.lbjf(&["sync", "--full"]).exits(Exit::Success);
        assert_eq!(requests(&world), 0);
    }
}

#[test]
fn film_that_radarr_has_under_the_id_from_before_a_merge_is_not_added_twice() {
    for version in [Version::V4_7, Version::V5_28, Version::V6_0] {
        let world = world_of(version);
        for id in [888_001, 888_002] {
            world.radarr.know(id, "Merged", 2000, &[]);
        }
        world.radarr.has(888_001);
        world.radarr.merge(888_001, 888_002);
        world.letterboxd.add_film(Film::movie("merged", "Merged", 2000, 888_002));
        let world = world.watchlist(&["merged"]);
        world.jellyfin.add_film(888_001, "Merged");
        world.sync();
        assert_eq!((world.radarr.posted(), world.radarr.films().len()), (vec![888_002], 1));
        assert_eq!(world.collected(), [888_001]);
        world.forget_requests();
        world.lbjf(&["sync", "--full"]).exits(Exit::Success);
        assert_eq!(requests(&world), 0);
    }
}

#[test]
fn film_whose_folder_belongs_to_a_film_that_is_gone_from_tmdb_gets_a_folder_of_its_own() {
    let world = World::new();
    world.radarr.know(UNKNOWN, "Twin", 2020, &[]);
    world.radarr.has(UNKNOWN);
    world.radarr.forget(UNKNOWN);
    world.radarr.know(4520, "Twin", 2020, &[]);
    world.letterboxd.add_film(Film::movie("twin", "Twin", 2020, 4520));
    let world = world.watchlist(&["twin"]);
    world.sync();
    assert_eq!(path(&world, 4520), "/movies/Twin (2020) {tmdb-4520}");
}

#[test]
fn merged_tmdb_id_of_a_film_that_is_there_is_answered_when_the_database_is_postgresql() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("merged", "Merged", 2000, 888_001));
    world.radarr.merge(888_001, 888_002);
    world.radarr.has(888_002);
    let world = world.watchlist(&["merged"]);
    // What is a 409 with SQLite (docs/radarr.md#errors).
    let duplicate = json!({"message": "23505: duplicate key value violates unique constraint"});
    let is_second = |request: &Request| is_add(request) && request.body.contains("{tmdb-");
    world.radarr.server.fail(1, is_second, Fault::After(Reply::json(500, &duplicate)));
    world.sync();
    world.forget_requests();
    world.sync();
    assert_eq!((requests(&world), world.radarr.films().len()), (0, 1));
}

#[test]
fn merged_tmdb_id_whose_answer_was_lost_is_answered_by_the_next_run() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("merged", "Merged", 2000, 888_001));
    world.radarr.merge(888_001, 888_002);
    let world = world.watchlist(&["merged"]);
    world.radarr.server.fail(1, is_add, Fault::DropAfter);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.sync();
    world.forget_requests();
    world.sync();
    assert_eq!((requests(&world), world.radarr.films().len()), (0, 1));
}

/// Half of a refusal says nothing of what is refused.
#[test]
fn a_refusal_that_breaks_off_is_no_refusal_and_the_next_run_tries_again() {
    let world = World::new().watchlist(&["heat-1995"]);
    let half =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 300\r\n\r\n[{\"prop";
    world.radarr.server.fail(1, is_add, Fault::Raw(half.into()));
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("the connection was closed before");
    world.sync();
    assert_eq!(world.radarr.films().len(), 1);
}
