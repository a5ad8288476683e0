//! How many pages a run asks, in every generation of markup.

use lbjf::exit::Exit;
use standins::letterboxd::{Film, Markup};

use crate::common::World;
use crate::letterboxd::{
    DAY, MINUTE, NEARLY_A_DAY, NONE, PAGE_1, PAGE_2, PAGE_3, asked, in_radarr, instead, sync,
};

#[test]
fn an_idle_user_costs_one_request_and_two_new_films_cost_three() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    world.sync();
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(world.letterboxd.server.requests().len(), 1);

    world.letterboxd.push("ada", "ran");
    world.letterboxd.push("ada", "tampopo");
    sync(&world, &[]).exits(Exit::Success).says("ada: 2 new of 4 on the watchlist");
    assert_eq!(asked(&world), (vec![PAGE_1.to_owned()], 2));
    assert_eq!(in_radarr(&world), 4);
}

#[test]
fn a_film_that_was_resolved_once_is_never_asked_again() {
    let world = World::new().watchlist(&["heat-1995", "alien"]).user("grace", "");
    world.sync();
    world.letterboxd.set_watchlist("grace", &["alien", "heat-1995"]);
    sync(&world, &[]).exits(Exit::Success).says("grace: 2 new of 2 on the watchlist");
    assert_eq!(asked(&world).1, 0);

    world.letterboxd.rename_film("heat-1995", "heat-again");
    world.pass_time(DAY);
    sync(&world, &["--full"]).exits(Exit::Success).omits("new of");
    assert_eq!(asked(&world).1, 0);
    assert_eq!(world.writes(), NONE);
}

#[test]
fn sixty_entries_are_three_pages_at_first_then_one_then_three_after_a_day_or_with_full() {
    let world = World::new().watchlist_of(60);
    let all = vec![PAGE_1.to_owned(), PAGE_2.to_owned(), PAGE_3.to_owned()];
    let pages = |args| {
        sync(&world, args).exits(Exit::Success);
        let (mut pages, films) = asked(&world);
        pages.sort();
        (pages, films)
    };
    assert_eq!(pages(&[]), (all.clone(), 60));
    assert_eq!(in_radarr(&world), 60);
    assert_eq!(pages(&[]), (vec![PAGE_1.to_owned()], 0));
    assert_eq!(pages(&["--full"]), (all.clone(), 0));
    world.pass_time(NEARLY_A_DAY);
    assert_eq!(pages(&[]), (vec![PAGE_1.to_owned()], 0));
    world.pass_time(MINUTE);
    assert_eq!(pages(&[]), (all, 0));
    assert_eq!(world.writes(), NONE);
}

#[test]
fn full_scan_hours_zero_reads_all_pages_only_with_full() {
    let world = World::new().watchlist_of(30).set("[letterboxd]", "full_scan_hours = 0");
    world.sync();
    world.pass_time(40 * DAY);
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).0, [PAGE_1]);
    sync(&world, &["--full"]).exits(Exit::Success);
    assert_eq!(asked(&world).0, [PAGE_1, PAGE_2]);
}

#[test]
fn many_new_films_at_once_cost_as_many_pages_as_they_fill() {
    let world = World::new().watchlist_of(60);
    world.sync();
    for number in 0..30 {
        world.letterboxd.push("ada", &format!("new-{number}"));
    }
    sync(&world, &[]).exits(Exit::Success).says("ada: 30 new of 90 on the watchlist");
    assert_eq!(asked(&world), (vec![PAGE_1.to_owned(), PAGE_2.to_owned()], 30));
    assert_eq!(in_radarr(&world), 90);
}

#[test]
fn a_member_name_is_asked_in_lower_case() {
    let mut world = World::new().watchlist(&["alien"]);
    world.change("letterboxd_username = \"ada\"", "letterboxd_username = \"Ada\"");
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).0, [PAGE_1]);
    world.change("letterboxd_username = \"Ada\"", "letterboxd_username = \"ada\"");
    sync(&world, &[]).exits(Exit::Success).omits("new of");
    assert_eq!(world.writes(), NONE);
}

#[test]
fn every_generation_of_markup_is_read_and_the_next_one_changes_nothing() {
    let world = World::new().watchlist_of(30);
    world.letterboxd.add_film(Film::tv("chernobyl", "Chernobyl", 2019, 87108));
    world.letterboxd.push("ada", "chernobyl");
    for markup in Markup::ALL {
        world.letterboxd.set_markup(markup);
        let fresh = World::new().watchlist_of(30);
        fresh.letterboxd.set_markup(markup);
        sync(&fresh, &[]).exits(Exit::Success);
        assert_eq!(in_radarr(&fresh), 30, "{markup:?}");

        let ran = sync(&world, &["--full"]).exits(Exit::Success);
        if markup != Markup::Y2023 {
            let films = world.letterboxd.film_pages_asked();
            assert_eq!(films, ["chernobyl"], "{markup:?}: only a show may have become something else");
            assert_eq!(world.writes(), NONE, "{markup:?}");
            ran.omits("new of").omits("left");
        }
    }
    assert_eq!(in_radarr(&world), 30);
}

#[test]
fn entries_without_a_uid_are_the_same_films_when_they_have_one_again() {
    let world = World::new().watchlist_of(8);
    world.download("film-1");
    let bare = world.page(PAGE_1).replace("data-postered-identifier", "data-postered-nothing");
    // A film whose page fails is not known by its uid yet.
    world.letterboxd.server.fail(24, |request| request.path.starts_with("/film/"), instead(500, ""));
    world.fail_page(1, PAGE_1, instead(200, bare.clone()));
    sync(&world, &[]).exits(Exit::Partial);
    sync(&world, &[]).exits(Exit::Success).omits("new of").omits("left").omits("gone");
    assert_eq!(asked(&world).1, 8);
    assert_eq!(in_radarr(&world), 8);

    world.fail_page(1, PAGE_1, instead(200, bare));
    sync(&world, &["--full"]).exits(Exit::Success).omits("new of");
    assert_eq!(asked(&world).1, 0);
    assert_eq!(world.writes(), NONE);
    assert_eq!(world.collected(), world.tmdb(&["film-1"]));
}

#[test]
fn a_run_with_nothing_new_prints_nothing_with_quiet() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    world.download("alien");
    world.sync();
    let ran = sync(&world, &["-q"]).exits(Exit::Success);
    assert_eq!((ran.stdout, ran.stderr), (String::new(), String::new()));
}
