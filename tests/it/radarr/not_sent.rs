//! What is not sent, not sent again, or sent again only when somebody asks for it.

use std::time::Duration;

use lbjf::exit::Exit;
use serde_json::json;
use standins::letterboxd::Film;
use standins::{Fault, Reply, Request};

use super::{A_DAY, LOOK, UNKNOWN, is_add, requests, watchlist_of, world_with_unknown_film};
use crate::common::World;

#[test]
fn radarr_is_looked_at_once_for_new_films_and_not_at_all_without() {
    let (world, ids) = watchlist_of(World::new(), 3);
    world.sync();
    assert_eq!(requests(&world), LOOK + ids.len());
    world.forget_requests();
    world.sync().mentions("sync: 1 user, nothing to do, in ");
    world.lbjf(&["sync", "--full"]).exits(Exit::Success);
    world.pass_time(A_DAY);
    world.sync();
    assert_eq!(requests(&world), 0);
}

#[test]
fn films_already_in_radarr_are_not_sent_and_asked_for_once() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    for slug in ["heat-1995", "alien"] {
        world.radarr.has(world.letterboxd.tmdb_id(slug));
    }
    world.sync().mentions("sync: 1 user, nothing to do, in ");
    assert_eq!((requests(&world), world.writes().len()), (LOOK, 0));
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
}

#[test]
fn film_removed_from_radarr_stays_removed() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.sync();
    let heat = world.letterboxd.tmdb_id("heat-1995");
    world.radarr.remove(heat);
    world.sync();
    world.pass_time(A_DAY);
    world.lbjf(&["sync", "--full"]).exits(Exit::Success);
    world.letterboxd.push("ada", "alien");
    world.sync();
    assert_eq!(world.radarr.posted(), [heat, world.letterboxd.tmdb_id("alien")]);
}

#[test]
fn film_removed_from_radarr_stays_removed_when_its_place_on_the_list_changes() {
    let slugs: Vec<_> = (1..=30).map(|number| format!("film-{number}")).collect();
    let world = World::new().watchlist(&slugs.iter().map(String::as_str).collect::<Vec<_>>());
    world.sync();
    let last = world.letterboxd.tmdb_id("film-30");
    world.radarr.remove(last);
    world.letterboxd.push("ada", "alien");
    world.lbjf(&["sync", "--full"]).exits(Exit::Success);
    world.sync();
    assert!(world.radarr.film(last).is_none());
}

#[test]
fn film_removed_from_radarr_is_added_when_it_comes_back_to_the_watchlist() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    world.sync();
    let heat = world.letterboxd.tmdb_id("heat-1995");
    world.radarr.remove(heat);
    world.letterboxd.drop_entry("ada", "heat-1995");
    world.sync().says("ada: 1 left the watchlist");
    assert!(world.radarr.film(heat).is_none());
    world.letterboxd.push("ada", "heat-1995");
    world.sync();
    assert!(world.radarr.film(heat).is_some());
}

#[test]
fn film_removed_from_radarr_is_added_for_another_user() {
    let world = World::new().user("ben", "").watchlist(&["heat-1995"]);
    world.sync();
    let heat = world.letterboxd.tmdb_id("heat-1995");
    world.radarr.remove(heat);
    world.sync();
    assert!(world.radarr.film(heat).is_none());
    world.letterboxd.push("ben", "heat-1995");
    world.sync().mentions("ben: added to Radarr: ");
    assert!(world.radarr.film(heat).is_some());
}

#[test]
fn excluded_film_is_told_once_and_not_added_even_when_it_comes_back() {
    let told = "warning: ada: skipped Heat 1995 (2000) `heat-1995`: it is on Radarr's exclusion list";
    let world = World::new().user("ben", "").watchlist(&["heat-1995", "alien"]);
    world.radarr.exclude(world.letterboxd.tmdb_id("heat-1995"));
    world.sync().says(told).mentions("1 added to Radarr, 1 skipped");
    world.letterboxd.drop_entry("ada", "heat-1995");
    world.sync();
    world.letterboxd.push("ada", "heat-1995");
    world.letterboxd.push("ben", "heat-1995");
    world.sync().omits(told).says(&told.replace("ada:", "ben:"));
    assert_eq!(world.radarr.posted(), world.tmdb(&["alien"]));
}

#[test]
fn excluded_film_is_looked_at_daily_and_added_when_the_exclusion_is_lifted() {
    let world = World::new().watchlist(&["heat-1995"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    world.radarr.exclude(heat);
    world.sync();
    for (wait, asked) in [(false, 0), (true, LOOK), (false, 0)] {
        if wait {
            world.pass_time(A_DAY);
        }
        world.forget_requests();
        world.sync().omits("skipped");
        assert_eq!(requests(&world), asked);
    }
    world.radarr.unexclude(heat);
    world.pass_time(A_DAY);
    world.sync();
    assert!(world.radarr.film(heat).is_some());
}

#[test]
fn excluded_film_is_looked_at_daily_by_a_timer_that_is_a_little_early() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.radarr.exclude(world.letterboxd.tmdb_id("heat-1995"));
    world.sync();
    for (hours, asked) in [(22, 0), (1, LOOK), (23, LOOK)] {
        world.pass_time(Duration::from_hours(hours));
        world.forget_requests();
        world.sync();
        assert_eq!(requests(&world), asked);
    }
}

#[test]
fn excluded_film_is_looked_at_whenever_radarr_is_read_anyway() {
    let world = World::new().watchlist(&["heat-1995"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    world.radarr.exclude(heat);
    world.sync();
    world.radarr.unexclude(heat);
    world.letterboxd.push("ada", "alien");
    world.sync();
    assert!(world.radarr.film(heat).is_some());
}

#[test]
fn excluded_film_that_is_in_radarr_is_there() {
    let world = World::new().watchlist(&["heat-1995"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    world.radarr.has(heat);
    world.radarr.exclude(heat);
    world.sync().omits("skipped");
    world.pass_time(A_DAY);
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
}

#[test]
fn film_unknown_to_radarr_is_told_once_and_tried_daily() {
    let told = "warning: ada: skipped Lost (2000) `lost`: Radarr's metadata has no film with TMDB id 5000001";
    let world = world_with_unknown_film();
    world.sync().says(told).mentions("sync: 1 user, 1 skipped, in ");
    world.sync();
    assert_eq!(world.radarr.posted(), [UNKNOWN]);
    world.pass_time(A_DAY);
    world.sync().omits("skipped");
    assert_eq!(world.radarr.posted(), [UNKNOWN, UNKNOWN]);
    world.radarr.know(UNKNOWN, "Lost", 2000, &[]);
    world.pass_time(A_DAY);
    world.sync().mentions("1 added to Radarr");
    assert!(world.radarr.film(UNKNOWN).is_some());
}

#[test]
fn refused_film_fails_alone_and_is_tried_daily() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    let heat = world.letterboxd.tmdb_id("heat-1995");
    let refusal = json!([{"propertyName": "Path", "errorMessage": "Path is a system folder",
        "errorCode": "SystemFolderValidator", "severity": "error"}]);
    let is_heat = move |request: &Request| is_add(request) && request.body.contains(&heat.to_string());
    world.radarr.server.fail(usize::MAX, is_heat, Fault::Instead(Reply::json(400, &refusal)));
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .says("warning: ada: `heat-1995` not added: Radarr refuses it: Path is a system folder")
        .mentions("1 added to Radarr, 1 film failed");
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
    world.pass_time(A_DAY);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(world.radarr.posted(), [heat]);
}

#[test]
fn film_named_like_its_root_folder_is_refused_alone() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("movies", "movies", None, 77));
    let world = world.watchlist(&["movies", "alien"]);
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .mentions("warning: ada: `movies` not added: Radarr refuses it: Root folder path '/movies'");
    assert!(world.radarr.film(world.letterboxd.tmdb_id("alien")).is_some());
}

#[test]
fn films_that_jellyfin_has_are_sent_all_the_same() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.download("heat-1995");
    world.sync();
    assert_eq!(world.radarr.films().len(), 1);
}

#[test]
fn skip_if_in_library_sends_a_film_once_it_left_the_library() {
    let world = World::new().set("[radarr]", "skip_if_in_library = true").watchlist(&["heat-1995", "alien"]);
    let heat = world.download("heat-1995");
    world.jellyfin.add_film(1, "Something else");
    world.sync();
    assert_eq!(world.radarr.posted(), world.tmdb(&["alien"]));
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
    world.jellyfin.remove_film(&heat);
    world.sync();
    assert_eq!(world.radarr.posted(), world.tmdb(&["heat-1995"]));
}

#[test]
fn skip_if_in_library_knows_a_film_that_a_person_deleted_in_radarr_and_with_its_file() {
    let world = World::new().set("[radarr]", "skip_if_in_library = true").watchlist(&["heat-1995"]);
    let (heat, file) = (world.letterboxd.tmdb_id("heat-1995"), world.download("heat-1995"));
    world.jellyfin.add_film(1, "Something else");
    world.sync();
    assert_eq!(requests(&world), LOOK);
    // Added by hand, after that look.
    world.radarr.has(heat);
    world.pass_time(A_DAY);
    world.forget_requests();
    world.sync();
    world.sync();
    assert_eq!((requests(&world), world.writes().len()), (LOOK, 0));
    world.radarr.remove(heat);
    world.jellyfin.remove_film(&file);
    world.pass_time(A_DAY);
    world.lbjf(&["sync", "--full"]).exits(Exit::Success);
    assert_eq!(world.radarr.posted(), [0; 0]);
}

#[test]
fn skip_if_in_library_asks_radarr_daily_for_films_in_the_library_and_sends_them_once_it_is_off() {
    let mut world = World::new().set("[radarr]", "skip_if_in_library = true").watchlist(&["heat-1995"]);
    world.download("heat-1995");
    for (wait, asked) in [(false, LOOK), (false, 0), (true, LOOK), (false, 0)] {
        if wait {
            world.pass_time(A_DAY);
        }
        world.forget_requests();
        world.sync();
        assert_eq!((requests(&world), world.radarr.posted()), (asked, vec![]));
    }
    let status = world.lbjf(&["status", "heat"]).exits(Exit::Success);
    assert!(
        status.stdout.contains("Radarr       not yet: it is in Jellyfin's library\n"),
        "{}",
        status.stdout
    );
    let status = world.lbjf(&["status", "--json"]).exits(Exit::Success).json();
    assert_eq!((&status["users"][0]["failed"], &status["users"][0]["skipped"]), (&json!([]), &json!([])));
    world.change("skip_if_in_library = true", "skip_if_in_library = false");
    world.sync();
    assert_eq!(world.radarr.posted(), world.tmdb(&["heat-1995"]));
}

#[test]
fn skip_if_in_library_sends_nothing_while_jellyfin_cannot_be_read() {
    let world = World::new().set("[radarr]", "skip_if_in_library = true").watchlist(&["heat-1995"]);
    world.jellyfin.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(401)));
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .says("radarr: nothing is sent, since `radarr.skip_if_in_library` needs Jellyfin's library");
    assert_eq!(requests(&world), 0);
    world.jellyfin.server.behave();
    world.jellyfin.add_film(1, "Something else");
    world.sync();
    assert_eq!(world.radarr.films().len(), 1);
}

#[test]
fn add_again_sends_every_film_that_radarr_lacks() {
    let world = World::new().user("ben", "").watchlist(&["heat-1995", "alien", "never"]);
    world.letterboxd.set_watchlist("ben", &["akira", "bambi"]);
    world.sync();
    for film in world.radarr.films() {
        world.radarr.remove(film.tmdb_id);
    }
    world.radarr.exclude(world.letterboxd.tmdb_id("never"));
    world.forget_requests();
    world
        .lbjf(&["sync", "--add-again", "--user", "ben"])
        .exits(Exit::Success)
        .says("radarr: 2 films may be sent again");
    assert_eq!(world.radarr.posted(), ["akira", "bambi"].map(|slug| world.letterboxd.tmdb_id(slug)));
    world.forget_requests();
    world.lbjf(&["sync", "--add-again"]).exits(Exit::Success).says("radarr: 5 films may be sent again");
    let ids = ["heat-1995", "alien"].map(|slug| world.letterboxd.tmdb_id(slug));
    assert_eq!(world.radarr.posted(), ids);
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
}

#[test]
fn radarr_that_lacks_most_films_is_told_once_and_gets_only_new_films() {
    let (world, ids) = watchlist_of(World::new(), 10);
    world.sync();
    for id in &ids[..6] {
        world.radarr.remove(*id);
    }
    world.forget_requests();
    world.letterboxd.push("ada", "alien");
    world.sync().mentions(
        "warning: radarr: 6 of the 10 films that Radarr had are missing; only new entries are sent\n\
         hint: if Radarr is new, `lbjf sync --add-again` sends all films again",
    );
    world.letterboxd.push("ada", "akira");
    world.sync().omits("are missing");
    assert_eq!(world.radarr.posted(), ["alien", "akira"].map(|slug| world.letterboxd.tmdb_id(slug)));
    world.lbjf(&["sync", "--add-again"]).exits(Exit::Success);
    assert_eq!(world.radarr.films().len(), 12);
}

#[test]
fn excluded_film_is_not_sent_to_a_new_radarr_that_lacks_the_exclusions_too() {
    let (world, ids) = watchlist_of(World::new(), 10);
    let never = world.letterboxd.tmdb_id("film-3");
    world.radarr.exclude(never);
    world.radarr.server.fail(
        1,
        is_add,
        Fault::Instead(Reply::json(500, &json!({"message": "database is locked"}))),
    );
    world.lbjf(&["sync"]).exits(Exit::Partial);
    for id in &ids {
        world.radarr.remove(*id);
    }
    world.radarr.unexclude(never);
    world.forget_requests();
    world.letterboxd.push("ada", "alien");
    world.sync().mentions("8 of the 8 films that Radarr had are missing; only new entries are sent");
    // What failed before was never in it, and nobody said no to it.
    assert_eq!(world.radarr.posted(), [world.letterboxd.tmdb_id("alien"), ids[0]]);
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
    world.pass_time(A_DAY);
    world.sync();
    assert_eq!((requests(&world), world.radarr.film(never)), (LOOK, None));
    world.lbjf(&["sync", "--add-again"]).exits(Exit::Success);
    assert!(world.radarr.film(never).is_some());
}

#[test]
fn radarr_that_lacks_five_films_or_half_of_them_is_not_a_new_one() {
    for (count, lacking) in [(5, 5), (12, 6)] {
        let (world, ids) = watchlist_of(World::new(), count);
        world.sync();
        for id in &ids[..lacking] {
            world.radarr.remove(*id);
        }
        world.letterboxd.push("ada", "alien");
        world.sync().omits("are missing");
    }
}
