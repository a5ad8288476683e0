//! What leaves a list, and lists that are in doubt: shrunk, with a total that disagrees, with a page missing.

use lbjf::exit::Exit;
use standins::Fault;
use standins::letterboxd::{Markup, pages};

use crate::common::World;
use crate::letterboxd::{
    ALWAYS, DAY, HOUR, MINUTE, NOTHING, PAGE_1, PAGE_2, PAGE_3, asked, in_radarr, instead, sync,
};

// What leaves a list.

#[test]
fn a_film_that_left_the_watchlist_leaves_the_collection_and_is_a_new_request_when_it_comes_back() {
    let world = World::new().watchlist(&["heat-1995", "alien", "ran"]);
    world.download("alien");
    world.sync();
    world.letterboxd.drop_entry("ada", "alien");
    world.letterboxd.push("ada", "tampopo");
    sync(&world, &[])
        .exits(Exit::Success)
        .says("ada: 1 new of 3 on the watchlist")
        .says("ada: 1 left the watchlist");
    assert_eq!(world.collected(), NOTHING);
    assert_eq!(in_radarr(&world), 4, "a film is never taken out of Radarr");

    world.radarr.remove(world.letterboxd.tmdb_id("alien"));
    world.letterboxd.push("ada", "alien");
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world), (vec![PAGE_1.to_owned()], 0));
    assert_eq!(world.radarr.posted(), world.tmdb(&["alien"]));
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
}

#[test]
fn a_removal_that_the_sum_hides_is_found_by_the_daily_reading() {
    let world = World::new().watchlist(&["heat-1995", "alien", "ran"]);
    world.download("alien");
    world.sync();
    world.letterboxd.drop_entry("ada", "alien");
    world.letterboxd.push("ada", "tampopo");
    world.letterboxd.set_declared_offset("ada", 1);
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).0, [PAGE_1]);
    assert_eq!(world.collected(), world.tmdb(&["alien"]));

    world.pass_time(DAY);
    sync(&world, &[]).exits(Exit::Success).mentions("declares 4 films but shows 3");
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    world.pass_time(HOUR);
    sync(&world, &["--full"]).exits(Exit::Success).says("ada: 1 left the watchlist");
    assert_eq!(world.collected(), NOTHING);
}

#[test]
fn a_removal_that_the_sum_hides_is_believed_a_day_later_whatever_runs_in_between() {
    let world = World::new().watchlist(&["heat-1995", "alien", "ran"]);
    world.download("alien");
    world.sync();
    world.letterboxd.drop_entry("ada", "alien");
    world.letterboxd.set_declared_offset("ada", 1);
    world.pass_time(DAY);
    sync(&world, &[]).exits(Exit::Success).mentions("declares 3 films but shows 2");
    world.pass_time(HOUR);
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(world.collected(), world.tmdb(&["alien"]));

    world.pass_time(DAY);
    sync(&world, &[]).exits(Exit::Success).says("ada: 1 left the watchlist");
    assert_eq!(world.collected(), NOTHING);
}

#[test]
fn a_small_shrink_is_believed_at_once() {
    let world = World::new().watchlist_of(8);
    world.download("film-1");
    world.sync();
    for number in 1..=5 {
        world.letterboxd.drop_entry("ada", &format!("film-{number}"));
    }
    sync(&world, &[]).exits(Exit::Success).says("ada: 5 left the watchlist");
    assert_eq!(world.collected(), NOTHING);
}

// Lists that shrank too much.

const SHRUNK: &str = "warning: ada: 55 of 60 films are gone from the watchlist at once; \
    nothing is removed until a reading an hour or more later confirms it";

/// Ada's 60 entries with `film-1` and `film-60` in the collection.
fn sixty() -> World {
    let world = World::new().watchlist_of(60);
    world.download("film-1");
    world.download("film-60");
    world.sync();
    world
}

fn collected_of_sixty(world: &World) -> Vec<u32> {
    world.tmdb(&["film-1", "film-60"])
}

#[test]
fn a_list_that_lost_most_of_its_films_waits_an_hour_for_a_second_reading() {
    let world = sixty();
    world.set_watchlist("ada", 5);
    sync(&world, &[])
        .exits(Exit::Success)
        .says(SHRUNK)
        .says("hint: `lbjf sync --allow-shrink` accepts it now");
    for _ in 0..2 {
        world.pass_time(20 * MINUTE);
        let ran = sync(&world, &["-q"]).exits(Exit::Success);
        assert_eq!(ran.stderr, "");
        assert_eq!(asked(&world).0, [PAGE_1]);
        assert_eq!(world.collected(), collected_of_sixty(&world));
    }
    world.pass_time(20 * MINUTE);
    sync(&world, &[]).exits(Exit::Success).says("ada: 55 left the watchlist");
    assert_eq!(world.collected(), world.tmdb(&["film-1"]));
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).0, [PAGE_1]);
}

#[test]
fn a_list_that_waits_to_be_believed_still_takes_new_films() {
    let world = sixty();
    world.set_watchlist("ada", 5);
    world.sync();
    world.letterboxd.push("ada", "ran");
    sync(&world, &[]).exits(Exit::Success).says("ada: 1 new of 6 on the watchlist");
    assert_eq!(world.radarr.posted(), world.tmdb(&["ran"]));
    assert_eq!(world.collected(), collected_of_sixty(&world));
    world.pass_time(HOUR);
    sync(&world, &[]).exits(Exit::Success).says("ada: 55 left the watchlist");
}

#[test]
fn a_list_that_waits_to_be_believed_says_so_in_json_and_status() {
    let world = sixty();
    world.set_watchlist("ada", 5);
    for _ in 0..2 {
        let ran = sync(&world, &["--json"]).exits(Exit::Success);
        assert_eq!(ran.json()["users"][0]["outcome"], "pending");
        let status = world.lbjf(&["status"]).exits(Exit::Success);
        assert!(status.stdout.contains("55 of 60 films are gone"), "{}", status.stdout);
    }
}

#[test]
fn allow_shrink_believes_it_at_once() {
    let world = sixty();
    world.set_watchlist("ada", 5);
    sync(&world, &["--allow-shrink"]).exits(Exit::Success).says("ada: 55 left the watchlist");
    assert_eq!(world.collected(), world.tmdb(&["film-1"]));
}

#[test]
fn allow_shrink_believes_a_list_that_already_waits() {
    let world = sixty();
    world.set_watchlist("ada", 5);
    world.sync();
    sync(&world, &["--allow-shrink"]).exits(Exit::Success).says("ada: 55 left the watchlist");
    assert_eq!(world.collected(), world.tmdb(&["film-1"]));
}

#[test]
fn an_emptied_list_waits_an_hour_too() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    world.download("alien");
    world.sync();
    world.letterboxd.set_watchlist("ada", &[]);
    let text = "ada: 2 of 2 films are gone from the watchlist at once";
    sync(&world, &[]).exits(Exit::Success).mentions(text);
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    world.pass_time(HOUR);
    sync(&world, &[]).exits(Exit::Success).says("ada: 2 left the watchlist");
    assert_eq!(world.collected(), NOTHING);
}

#[test]
fn a_shrink_that_was_undone_in_between_starts_its_hour_anew() {
    let world = sixty();
    world.set_watchlist("ada", 5);
    world.sync();
    world.set_watchlist("ada", 60);
    world.sync();
    world.pass_time(2 * HOUR);
    world.set_watchlist("ada", 5);
    sync(&world, &[]).exits(Exit::Success).says(SHRUNK);
    assert_eq!(world.collected(), collected_of_sixty(&world));
}

#[test]
fn a_shrink_that_goes_on_shrinking_waits_again() {
    let world = sixty();
    world.set_watchlist("ada", 29);
    world.sync();
    world.pass_time(HOUR);
    let other: Vec<_> = (31..=60).map(|number| format!("film-{number}")).collect();
    world.letterboxd.set_watchlist("ada", &other.iter().map(String::as_str).collect::<Vec<_>>());
    world.letterboxd.drop_entry("ada", "film-31");
    sync(&world, &[]).exits(Exit::Success).mentions("31 of 60 films are gone");
    assert_eq!(world.collected(), collected_of_sixty(&world));
}

#[test]
fn a_first_reading_that_is_empty_is_believed() {
    let world = World::new().watchlist(&[]);
    let ran = sync(&world, &["--json"]).exits(Exit::Success);
    assert_eq!(ran.json()["users"][0]["outcome"], "empty");
    world.letterboxd.push("ada", "alien");
    sync(&world, &[]).exits(Exit::Success).says("ada: 1 new of 1 on the watchlist");
    assert_eq!(asked(&world), (vec![PAGE_1.to_owned()], 1));
}

// Totals that disagree.

const SHORT: &str = "warning: ada: the watchlist declares 5 films but shows 3; \
    nothing is removed until that is clear";

#[test]
fn a_shortfall_is_believed_when_a_reading_an_hour_later_has_it_too() {
    let world = World::new().watchlist(&["heat-1995", "alien", "ran"]);
    world.letterboxd.set_declared_offset("ada", 2);
    sync(&world, &[]).exits(Exit::Success).says(SHORT);
    assert_eq!(in_radarr(&world), 3);
    world.pass_time(HOUR);
    sync(&world, &[]).exits(Exit::Success).omits("declares");
    let ran = sync(&world, &["-q"]).exits(Exit::Success);
    assert_eq!(ran.stderr, "");
    assert_eq!(world.letterboxd.server.requests().len(), 1);
}

#[test]
fn a_shortfall_takes_nothing_off_within_the_hour() {
    let world = World::new().watchlist(&["heat-1995", "alien", "ran"]);
    world.download("alien");
    world.sync();
    world.letterboxd.drop_entry("ada", "alien");
    world.letterboxd.set_declared_offset("ada", 2);
    for _ in 0..3 {
        world.pass_time(10 * MINUTE);
        sync(&world, &[]).exits(Exit::Success).mentions("declares 4 films but shows 2");
        assert_eq!(world.collected(), world.tmdb(&["alien"]));
    }
    world.pass_time(HOUR);
    sync(&world, &[]).exits(Exit::Success).says("ada: 1 left the watchlist");
    assert_eq!(world.collected(), NOTHING);
}

#[test]
fn a_shortfall_that_went_away_in_between_starts_its_hour_anew() {
    let world = World::new().watchlist(&["heat-1995", "alien", "ran"]);
    world.download("alien");
    world.sync();
    let hide = || {
        world.letterboxd.drop_entry("ada", "alien");
        world.letterboxd.set_declared_offset("ada", 1);
    };
    hide();
    sync(&world, &["--full"]).exits(Exit::Success).mentions("declares 3 films but shows 2");
    world.letterboxd.set_watchlist("ada", &["heat-1995", "alien", "ran"]);
    world.letterboxd.set_declared_offset("ada", 0);
    world.sync();
    world.pass_time(2 * HOUR);
    hide();
    sync(&world, &["--full"]).exits(Exit::Success).mentions("declares 3 films but shows 2");
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
}

#[test]
fn a_total_that_differs_between_pages_takes_nothing_off() {
    let world = sixty();
    world.letterboxd.drop_entry("ada", "film-1");
    for declared in ["60", "61"] {
        let moved = world
            .page(PAGE_2)
            .replace("data-num-entries=\"59\"", &format!("data-num-entries=\"{declared}\""));
        world.fail_page(1, PAGE_2, instead(200, moved));
        sync(&world, &["--full"])
            .exits(Exit::Success)
            .mentions("ada: the pages of the watchlist do not agree on its total; nothing is removed until that is clear");
        assert_eq!(world.collected(), collected_of_sixty(&world));
        world.pass_time(2 * HOUR);
    }
    sync(&world, &["--full"]).exits(Exit::Success).says("ada: 1 left the watchlist");
}

#[test]
fn a_total_that_disagrees_is_looked_at_once_more_and_then_when_it_moves() {
    let world = World::new().watchlist_of(30);
    world.letterboxd.set_declared_offset("ada", 2);
    let pages = || {
        world.pass_time(10 * MINUTE);
        sync(&world, &[]).exits(Exit::Success);
        asked(&world).0.len()
    };
    world.sync();
    assert_eq!(pages(), 2, "once more in the next run");
    assert_eq!(pages(), 1);
    assert_eq!(pages(), 1);
    world.letterboxd.set_declared_offset("ada", 3);
    assert_eq!(pages(), 2, "the total moved");
}

#[test]
fn a_list_that_grows_while_it_is_read_is_whole_in_the_next_run() {
    let world = World::new().watchlist_of(30);
    let film = world.download("film-1");
    world.letterboxd.push("ada", "ran");
    let shifted = world.page(PAGE_2);
    world.letterboxd.drop_entry("ada", "ran");
    world.fail_page(1, PAGE_2, instead(200, shifted));
    sync(&world, &[]).exits(Exit::Success).mentions("do not agree on its total");
    assert_eq!(in_radarr(&world), 30);

    world.letterboxd.push("ada", "ran");
    world.jellyfin.watch("ada", &film, true);
    sync(&world, &[]).exits(Exit::Success).says("ada: 1 new of 31 on the watchlist");
    assert_eq!(in_radarr(&world), 31);
    assert_eq!(world.collected(), NOTHING, "no list is in doubt any more, so what was watched leaves");
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).0, [PAGE_1]);
}

// Readings with a page missing.

#[test]
fn a_reading_without_its_second_page_adds_what_it_has_and_the_next_run_finishes() {
    let world = World::new().watchlist_of(60);
    world.fail_page(3, PAGE_2, instead(500, ""));
    sync(&world, &[])
        .exits(Exit::Partial)
        .says("lbjf: error: ada: watchlist page 2: Letterboxd answered with HTTP 500")
        .says("ada: 32 new of 60 on the watchlist");
    assert_eq!(in_radarr(&world), 32);

    sync(&world, &[]).exits(Exit::Success).says("ada: 28 new of 60 on the watchlist");
    assert_eq!(asked(&world), (vec![PAGE_1.to_owned(), PAGE_2.to_owned(), PAGE_3.to_owned()], 28));
    assert_eq!(in_radarr(&world), 60);
}

#[test]
fn a_reading_without_its_second_page_takes_nothing_off() {
    let world = sixty();
    world.letterboxd.drop_entry("ada", "film-1");
    world.letterboxd.drop_entry("ada", "film-60");
    world.fail_page(3, PAGE_2, Fault::Drop);
    sync(&world, &[]).exits(Exit::Partial).mentions("watchlist page 2: Letterboxd cannot be reached");
    assert_eq!(world.collected(), collected_of_sixty(&world));
    sync(&world, &[]).exits(Exit::Success).says("ada: 2 left the watchlist");
    assert_eq!(world.collected(), NOTHING);
}

#[test]
fn a_second_page_without_a_film_is_no_shorter_list() {
    let world = sixty();
    let empty = pages::watchlist_page(Markup::May2026, "ada", 2, 3, 60, &[]);
    world.fail_page(ALWAYS, PAGE_2, instead(200, empty));
    sync(&world, &["--full"]).exits(Exit::Partial).says(
        "lbjf: error: ada: watchlist page 2: the page has no li.griditem in the watchlist, \
         found 0 posters elsewhere, of 60 declared",
    );
    assert_eq!(world.collected(), collected_of_sixty(&world));
}

#[test]
fn a_page_that_stays_unreadable_is_asked_for_twice_and_then_once_an_hour() {
    let world = World::new().watchlist_of(300);
    world.download("film-1");
    world.sync();
    world.letterboxd.drop_entry("ada", "film-1");
    world.fail_page(ALWAYS, "/ada/watchlist/page/5/", instead(403, pages::refused_page()));
    let pages = |args: &[&str]| {
        let ran = sync(&world, args)
            .exits(Exit::Partial)
            .mentions("ada: watchlist page 5: Letterboxd refused the page (HTTP 403) without a reason");
        assert_eq!(world.collected(), world.tmdb(&["film-1"]));
        (asked(&world).0.len(), ran)
    };
    // 11 pages, and the bad one once more.
    assert_eq!([pages(&[]).0, pages(&[]).0], [12, 12]);
    for _ in 0..3 {
        world.pass_time(15 * MINUTE);
        let (asked, ran) = pages(&[]);
        assert_eq!(asked, 1);
        ran.mentions("; all pages are read again within an hour");
    }
    world.letterboxd.push("ada", "ran");
    assert_eq!(pages(&[]).0, 1);
    assert_eq!(world.radarr.posted(), world.tmdb(&["ran"]), "page 1 is read in every run");
    world.pass_time(15 * MINUTE);
    assert_eq!([pages(&[]).0, pages(&[]).0], [12, 1], "once an hour");
    assert_eq!(pages(&["--full"]).0, 12);
    let status = world.lbjf(&["status", "--json"]).json();
    assert_eq!(status["users"][0]["outcome"], "incomplete");

    world.letterboxd.server.behave();
    world.pass_time(HOUR);
    sync(&world, &[]).exits(Exit::Success).says("ada: 1 left the watchlist");
    assert_eq!(world.collected(), NOTHING);
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).0, [PAGE_1]);
}

#[test]
fn a_list_in_which_one_film_stands_on_two_pages_moved_and_is_not_whole() {
    let world = sixty();
    // Page 1 was read before a film was put on, the others behind it; and the total is right by chance.
    world.letterboxd.drop_entry("ada", "film-60");
    world.letterboxd.set_declared_offset("ada", 0);
    let first = world.page(PAGE_1);
    world.letterboxd.push("ada", "ran");
    world.letterboxd.set_declared_offset("ada", -1);
    for _ in 0..2 {
        world.fail_page(1, PAGE_1, instead(200, first.clone()));
        sync(&world, &["--full", "--allow-shrink"]).exits(Exit::Success).mentions(
            "ada: the watchlist changed while it was read: one film stands on two of its pages; \
             nothing is removed until that is clear",
        );
        assert_eq!(world.collected(), collected_of_sixty(&world));
        world.pass_time(2 * HOUR);
    }
    world.fail_page(1, PAGE_1, instead(200, first));
    let scraped = world.lbjf(&["scrape", "ada", "--no-resolve", "--json"]).json();
    assert_eq!(scraped["outcome"], "total_moved");
    world.letterboxd.set_declared_offset("ada", 0);
    sync(&world, &[]).exits(Exit::Success).says("ada: 1 left the watchlist");
    assert_eq!((in_radarr(&world), world.collected()), (61, world.tmdb(&["film-1"])));
}
