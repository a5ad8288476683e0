//! One page after the other that is not to be had ends the asking of a run, and keeps nobody from anything for long.

use lbjf::exit::Exit;
use standins::Request;

use crate::common::World;
use crate::letterboxd::{ALWAYS, DAY, HOUR, asked, in_radarr, instead, sync};

/// A page that Letterboxd never sends, which no retry heals.
const NO_PAGE: &str = "<body class=\"film\"><p>All new!</p></body>";

fn is_film(request: &Request) -> bool {
    request.path.starts_with("/film/")
}

#[test]
fn film_pages_that_all_fail_are_not_all_asked_and_the_next_run_goes_on() {
    let world = World::new().watchlist_of(60).set("[letterboxd]", "max_concurrent_requests = 1");
    world.letterboxd.server.fail(ALWAYS, is_film, instead(200, NO_PAGE));
    for _ in 0..2 {
        sync(&world, &[])
            .exits(Exit::Partial)
            .mentions("letterboxd: 5 film pages not read: the page has no a[data-track-action]")
            .mentions("letterboxd: gave up after 5 failed requests in a row; 55 pages left for the next run");
        assert_eq!(asked(&world).1, 5);
    }
    world.letterboxd.server.behave();
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!((asked(&world).1, in_radarr(&world)), (60, 60));
}

#[test]
fn films_whose_pages_stay_bad_keep_no_other_film_waiting() {
    let world = World::new().watchlist_of(12).set("[letterboxd]", "max_concurrent_requests = 1");
    let is_bad = |request: &Request| {
        let number = request.path.strip_prefix("/film/film-").and_then(|rest| rest.strip_suffix('/'));
        number.and_then(|number| number.parse::<u32>().ok()).is_some_and(|number| number <= 6)
    };
    world.letterboxd.server.fail(ALWAYS, is_bad, instead(200, NO_PAGE));
    sync(&world, &[]).exits(Exit::Partial);
    assert_eq!((asked(&world).1, in_radarr(&world)), (5, 0), "the newest ones are bad");
    sync(&world, &[]).exits(Exit::Partial);
    assert_eq!(in_radarr(&world), 6, "those that were never asked go first");
}

#[test]
fn a_film_page_that_is_itself_what_is_wrong_is_asked_for_daily_after_a_few_runs() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    world.fail_page(ALWAYS, "/film/alien/", instead(200, NO_PAGE));
    let pages = |exit: Exit| {
        sync(&world, &[]).exits(exit);
        asked(&world).1
    };
    assert_eq!(pages(Exit::Partial), 2);
    assert_eq!([pages(Exit::Partial), pages(Exit::Partial), pages(Exit::Partial)], [1, 1, 1]);
    assert_eq!(pages(Exit::Success), 0);
    world.pass_time(23 * HOUR);
    assert_eq!([pages(Exit::Partial), pages(Exit::Success)], [1, 0]);
    world.pass_time(DAY);
    world.letterboxd.server.behave();
    assert_eq!((pages(Exit::Success), in_radarr(&world)), (1, 2));
}

#[test]
fn a_film_page_that_time_may_heal_is_asked_for_in_every_run() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.fail_page(ALWAYS, "/film/heat-1995/", instead(500, ""));
    for _ in 0..6 {
        sync(&world, &[]).exits(Exit::Partial);
        assert_eq!(asked(&world).1, 3);
    }
}

#[test]
fn people_whose_lists_stay_bad_keep_nobody_else_from_theirs() {
    let names: Vec<String> = (1..=7).map(|number| format!("user{number}")).collect();
    let mut world = World::new().without("[[users]]").set("[letterboxd]", "max_concurrent_requests = 1");
    for name in &names {
        world = world.user(name, "");
        world.letterboxd.set_watchlist(name, &[name]);
    }
    let bad = names[..6].to_vec();
    let is_bad =
        move |request: &Request| bad.iter().any(|name| request.path.starts_with(&format!("/{name}/")));
    world.letterboxd.server.fail(ALWAYS, is_bad, instead(200, NO_PAGE));
    sync(&world, &[]).exits(Exit::Partial).mentions("; 2 pages left for the next run");
    assert_eq!(asked(&world).0.len(), 5);
    let status = world.lbjf(&["status", "--json"]).json();
    assert_eq!(status["users"][6]["outcome"], "not_asked");

    sync(&world, &[]).exits(Exit::Partial).says("user7: 1 new of 1 on the watchlist");
    assert!(in_radarr(&world) <= 1);
    world.letterboxd.server.behave();
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(in_radarr(&world), 7);
}

#[test]
fn a_long_list_whose_pages_fail_does_not_end_the_asking_for_others() {
    let world =
        World::new().watchlist_of(300).user("grace", "").set("[letterboxd]", "max_concurrent_requests = 1");
    let films: Vec<String> = (1..=60).map(|number| format!("other-{number}")).collect();
    world.letterboxd.set_watchlist("grace", &films.iter().map(String::as_str).collect::<Vec<_>>());
    let is_bad = |request: &Request| request.path.starts_with("/ada/watchlist/page/");
    world.letterboxd.server.fail(ALWAYS, is_bad, instead(200, NO_PAGE));
    sync(&world, &[])
        .exits(Exit::Partial)
        .says("grace: 60 new of 60 on the watchlist")
        .omits("left for the next run");
    assert_eq!(asked(&world).0.iter().filter(|page| page.starts_with("/ada/")).count(), 1 + 5);
    assert_eq!(in_radarr(&world), 28 + 60);
}

#[test]
fn scrape_says_in_one_line_how_many_pages_it_did_not_ask() {
    let world = World::new().watchlist_of(40).set("[letterboxd]", "max_concurrent_requests = 1");
    world.letterboxd.server.fail(ALWAYS, is_film, instead(200, NO_PAGE));
    let ran = world.lbjf(&["scrape", "ada", "--csv"]).exits(Exit::Partial);
    assert_eq!(ran.stdout.lines().count(), 1 + 40);
    let ran = ran.says("warning: ada: 35 film pages not asked, since 5 requests in a row failed");
    assert_eq!(ran.stderr.lines().count(), 5 + 1 + 1, "{}", ran.stderr);
}
