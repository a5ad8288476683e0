//! What is a new request and what is none: films put on a watchlist again, and entries that take the place of others.

use lbjf::exit::Exit;
use standins::Fault;
use standins::Reply;
use standins::letterboxd::Film;

use super::{A_DAY, requests, slugs};
use crate::common::World;

/// A world of so many films, all of them in Radarr once and deleted there since.
fn deleted(count: usize) -> World {
    let world = World::new().watchlist_of(count);
    world.sync();
    world.sync();
    for film in world.radarr.films() {
        world.radarr.remove(film.tmdb_id);
    }
    // A Radarr that lacks most of its films is taken for a new one, which gets new requests only.
    world.forget_requests();
    world
}

/// The slugs of what was sent since the last call, sorted.
fn sent(world: &World, count: usize) -> Vec<String> {
    let posted = world.radarr.posted();
    world.forget_requests();
    let mut all = slugs(count);
    all.extend(["new-1", "new-2", "new-3"].map(str::to_owned));
    all.retain(|slug| {
        world.letterboxd.watchlist("ada").contains(slug) && posted.contains(&world.letterboxd.tmdb_id(slug))
    });
    all
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_film_that_is_taken_off_and_put_on_again_between_two_runs_is_a_new_request_for_one_request() {
    for (count, again) in [(2, 2), (20, 8), (20, 20), (60, 29), (60, 60)] {
        let world = deleted(count);
        let slug = format!("film-{again}");
        world.letterboxd.push("ada", &slug);
        let ran = world.sync().says("ada: 1 put on the watchlist again");
        ran.mentions(&format!("ada: added to Radarr: Film {again} (2000)"));
        assert_eq!(world.letterboxd.pages_asked(), ["/ada/watchlist/"]);
        assert_eq!(sent(&world, count), [slug]);
        // Once, however the list is read from then on.
        world.radarr.remove(world.letterboxd.tmdb_id(&format!("film-{again}")));
        for args in [&["sync"][..], &["sync", "--full"], &["sync"]] {
            world.lbjf(args).exits(Exit::Success).omits("put on");
            assert_eq!(sent(&world, count), NOTHING, "{args:?}");
        }
        world.pass_time(A_DAY);
        world.sync();
        assert_eq!(sent(&world, count), NOTHING);
    }
}

#[test]
fn films_put_on_again_together_with_new_ones_are_new_requests() {
    let world = deleted(20);
    for slug in ["film-7", "new-1", "film-12", "film-3", "new-2"] {
        world.letterboxd.push("ada", slug);
    }
    world.sync().says("ada: 3 put on the watchlist again").says("ada: 2 new of 22 on the watchlist");
    assert_eq!(sent(&world, 20), ["film-3", "film-7", "film-12", "new-1", "new-2"]);
    world.lbjf(&["sync", "--full"]).exits(Exit::Success);
    assert_eq!(sent(&world, 20), NOTHING);
}

#[test]
fn the_newest_film_put_on_again_after_a_new_one_is_a_new_request() {
    let world = deleted(20);
    world.letterboxd.push("ada", "new-1");
    world.letterboxd.push("ada", "film-1");
    world.sync();
    assert_eq!(sent(&world, 20), ["film-1", "new-1"]);
    world.sync();
    assert_eq!(sent(&world, 20), NOTHING);
}

#[test]
fn a_film_put_on_again_while_others_leave_is_a_new_request() {
    let world = deleted(20);
    world.letterboxd.drop_entry("ada", "film-1");
    world.letterboxd.drop_entry("ada", "film-9");
    world.letterboxd.push("ada", "film-15");
    world.sync().says("ada: 2 left the watchlist");
    assert_eq!(sent(&world, 20), ["film-15"]);
}

#[test]
fn an_exclusion_holds_when_a_film_is_put_on_again() {
    let world = deleted(20);
    world.radarr.exclude(world.letterboxd.tmdb_id("film-8"));
    world.letterboxd.push("ada", "film-8");
    world.sync();
    assert_eq!(sent(&world, 20), NOTHING);
    world.letterboxd.push("ada", "film-9");
    world.letterboxd.push("ada", "film-8");
    world.sync();
    assert_eq!(sent(&world, 20), ["film-9"]);
}

#[test]
fn a_film_put_on_again_that_radarr_has_changes_nothing() {
    let world = World::new().watchlist_of(20);
    let items = world.settle(["film-8", "film-9"]);
    world.jellyfin.watch("ada", &items[1], true);
    world.sync();
    world.forget_requests();
    world.letterboxd.push("ada", "film-8");
    world.letterboxd.push("ada", "film-9");
    world.sync();
    assert_eq!(world.writes(), NOTHING);
    world.idle();
}

#[test]
fn a_list_that_only_loses_gains_or_is_read_anew_makes_no_request_new() {
    let world = deleted(60);
    for number in [1, 2, 30, 45] {
        world.letterboxd.drop_entry("ada", &format!("film-{number}"));
        world.sync();
        assert_eq!(sent(&world, 60), NOTHING, "film-{number} left");
    }
    for slug in ["new-1", "new-2", "new-3"] {
        world.letterboxd.push("ada", slug);
        world.lbjf(&["sync", "--full"]).exits(Exit::Success);
        assert_eq!(sent(&world, 60), [slug]);
    }
    world.pass_time(A_DAY);
    world.sync();
    // The total is wrong for a while, and right again.
    for offset in [1, 0] {
        world.letterboxd.set_declared_offset("ada", offset);
        for _ in 0..3 {
            world.sync();
            world.pass_time(A_DAY);
            assert_eq!(sent(&world, 60), NOTHING);
        }
    }
}

#[test]
fn a_film_that_comes_to_light_far_down_makes_no_request_above_it_new() {
    let world = deleted(20);
    let mut list = world.letterboxd.watchlist("ada");
    world.letterboxd.push("somebody", "new-1");
    list.insert(12, "new-1".to_owned());
    let slugs: Vec<&str> = list.iter().map(String::as_str).collect();
    world.letterboxd.set_watchlist("ada", &slugs);
    for args in [&["sync"][..], &["sync"], &["sync", "--full"], &["sync"]] {
        world.lbjf(args).exits(Exit::Success).omits("put on");
    }
    assert_eq!(sent(&world, 20), ["new-1"]);
}

#[test]
fn a_first_run_that_missed_pages_makes_no_request_new_when_they_come() {
    let world = World::new().watchlist_of(90);
    let is_page =
        |number: u32| move |request: &standins::Request| request.path.ends_with(&format!("/page/{number}/"));
    world.letterboxd.server.fail(3, is_page(2), Fault::Instead(Reply::html(500, "")));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    let first = world.radarr.films();
    for film in &first[..20] {
        world.radarr.remove(film.tmdb_id);
    }
    world.forget_requests();
    world.sync();
    assert_eq!(world.radarr.posted().len(), 90 - first.len());
    world.forget_requests();
    for args in [&["sync"][..], &["sync", "--full"], &["sync"]] {
        world.lbjf(args).exits(Exit::Success).omits("put on");
        assert_eq!(world.radarr.posted(), [0; 0]);
    }
}

/// An entry of ada's list becomes another one of the same film, in the same place.
fn replace_entry(world: &World, old: &str, new: &str) {
    let tmdb = world.letterboxd.tmdb_id(old);
    world.letterboxd.add_film(Film::movie(new, "Renamed", 2000, tmdb));
    let list = world.letterboxd.watchlist("ada");
    let list: Vec<&str> = list.iter().map(|slug| if slug == old { new } else { slug }).collect();
    world.letterboxd.set_watchlist("ada", &list);
}

#[test]
fn an_answer_holds_for_an_entry_that_takes_the_place_of_another_of_the_same_film() {
    for place in [1, 3, 8, 20] {
        let world = deleted(20);
        replace_entry(&world, &format!("film-{place}"), "renamed");
        let ran = world.sync().says("ada: 1 new of 20 on the watchlist").says("ada: 1 left the watchlist");
        ran.omits("added to Radarr").omits("put on");
        for args in [&["sync"][..], &["sync", "--full"], &["sync"]] {
            world.lbjf(args).exits(Exit::Success).omits("put on");
        }
        assert_eq!((world.radarr.posted(), requests(&world)), (vec![], 0), "film-{place}");
    }
}

#[test]
fn an_answer_holds_when_the_page_of_the_new_entry_is_read_in_a_later_run() {
    let world = deleted(20);
    replace_entry(&world, "film-8", "renamed");
    world.letterboxd.server.fail(
        3,
        |request| request.path == "/film/renamed/",
        Fault::Instead(Reply::html(500, "")),
    );
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.sync();
    world.sync();
    assert_eq!(world.radarr.posted(), [0; 0]);
}

#[test]
fn an_answer_holds_for_a_second_entry_of_the_same_film() {
    let world = deleted(20);
    let tmdb = world.letterboxd.tmdb_id("film-8");
    world.letterboxd.add_film(Film::movie("double", "Double", 2000, tmdb));
    world.letterboxd.push("ada", "double");
    world.sync();
    // Also when the first one leaves.
    world.letterboxd.drop_entry("ada", "film-8");
    world.sync();
    world.sync();
    assert_eq!(world.radarr.posted(), [0; 0]);
}

#[test]
fn an_exclusion_is_looked_at_daily_for_an_entry_that_takes_the_place_of_another() {
    let world = World::new().watchlist_of(20);
    let never = world.letterboxd.tmdb_id("film-8");
    world.radarr.exclude(never);
    world.sync().mentions("skipped Film 8 (2000) `film-8`");
    replace_entry(&world, "film-8", "renamed");
    world.forget_requests();
    world.sync().omits("skipped");
    assert_eq!(requests(&world), 0);
    world.radarr.unexclude(never);
    world.pass_time(A_DAY);
    world.sync();
    assert_eq!(world.radarr.posted(), [never]);
}

#[test]
fn a_film_that_left_in_an_earlier_run_is_a_new_request_also_as_another_entry() {
    let world = deleted(20);
    let eighth = world.letterboxd.tmdb_id("film-8");
    world.letterboxd.drop_entry("ada", "film-8");
    world.sync();
    world.letterboxd.add_film(Film::movie("renamed", "Renamed", 2000, eighth));
    world.letterboxd.push("ada", "renamed");
    world.sync();
    assert_eq!(world.radarr.posted(), [eighth]);
}

#[test]
fn an_answer_for_one_person_is_none_for_another() {
    let world = World::new().user("ben", "").watchlist_of(20);
    world.sync();
    let eighth = world.letterboxd.tmdb_id("film-8");
    world.radarr.remove(eighth);
    world.letterboxd.add_film(Film::movie("renamed", "Renamed", 2000, eighth));
    world.letterboxd.push("ben", "renamed");
    world.forget_requests();
    world.sync().mentions("ben: added to Radarr: Renamed (2000)");
    assert_eq!(world.radarr.posted(), [eighth]);
}

#[test]
fn add_again_sends_a_film_also_when_its_entry_took_the_place_of_another() {
    let world = deleted(20);
    replace_entry(&world, "film-8", "renamed");
    world.sync();
    world.lbjf(&["sync", "--add-again"]).exits(Exit::Success).says("radarr: 20 films may be sent again");
    assert_eq!(world.radarr.posted().len(), 20);
}
