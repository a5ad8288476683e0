//! Lists that cannot be read: nothing is lost, and the others are done.

use std::time::Duration;

use lbjf::exit::Exit;
use standins::letterboxd::{Markup, challenge, pages, rate_limit};
use standins::{Fault, Reply, Request};

use crate::common::World;
use crate::{ALWAYS, HOUR, MINUTE, NEARLY_A_DAY, PAGE_1, PAGE_2, asked, in_radarr, instead, sync};

/// The second run finds ada's page like this. Nothing of hers may be lost, and grace's list is read all the same,
/// unless Letterboxd refuses us altogether. Returns how often ada's page was asked.
fn unreadable(fault: impl FnOnce(&World) -> Fault, exit: Exit, warning: &str) -> (World, usize) {
    let world = World::new()
        .set("[letterboxd]", "max_concurrent_requests = 1")
        .watchlist(&["heat-1995", "alien"])
        .user("grace", "");
    world.download("alien");
    world.sync();

    let fault = fault(&world);
    world.fail_page(ALWAYS, PAGE_1, fault);
    world.download("heat-1995");
    world.letterboxd.push("grace", "ran");
    let level = if exit == Exit::Blocked { "warning" } else { "lbjf: error" };
    sync(&world, &[]).exits(exit).says(&format!("{level}: ada: {warning}"));
    assert_eq!(world.collected(), world.tmdb(&["heat-1995", "alien"]), "what is known goes on");
    let is_blocked = exit == Exit::Blocked;
    assert_eq!(world.radarr.posted(), if is_blocked { vec![] } else { world.tmdb(&["ran"]) });
    let times = world.letterboxd.pages_asked().iter().filter(|path| *path == PAGE_1).count();

    world.letterboxd.server.behave();
    (world, times)
}

#[test]
fn a_private_list_keeps_everything_and_warns_once_a_day() {
    let warning = "the watchlist is private";
    let (world, times) = unreadable(|_| instead(403, pages::private_page()), Exit::Partial, warning);
    assert_eq!(times, 1);
    world.letterboxd.set_private("ada", true);
    world.pass_time(NEARLY_A_DAY);
    let ran = sync(&world, &["-q"]).exits(Exit::Success);
    assert_eq!(ran.stderr, "");
    world.pass_time(MINUTE);
    let ran = sync(&world, &["-q"]).exits(Exit::Partial);
    assert_eq!(
        ran.stderr,
        "lbjf: error: ada: the watchlist is private\n\
         hint: ask them to make the watchlist public; nothing is removed meanwhile\n"
    );
    world.letterboxd.set_private("ada", false);
    sync(&world, &["-q"]).exits(Exit::Success);
    world.letterboxd.set_private("ada", true);
    sync(&world, &["-q"]).exits(Exit::Partial).mentions("is private");
}

#[test]
fn an_unknown_member_keeps_everything() {
    let warning = "Letterboxd has no such member (HTTP 404)";
    let (_, times) = unreadable(|_| instead(404, pages::not_found_page()), Exit::Partial, warning);
    assert_eq!(times, 1);
}

#[test]
fn a_challenge_keeps_everything_and_ends_the_asking() {
    let warning = "Letterboxd challenged this address (bot protection)";
    let (world, _) = unreadable(|_| Fault::Instead(challenge()), Exit::Blocked, warning);
    assert_eq!(world.letterboxd.server.requests().len(), 1);
    let with_200 = |_: &World| instead(200, pages::challenge_page());
    let (world, _) = unreadable(with_200, Exit::Blocked, warning);
    assert_eq!(world.letterboxd.server.requests().len(), 1);
}

#[test]
fn a_rate_limit_keeps_everything_and_ends_the_asking() {
    for fault in [Fault::Instead(rate_limit()), instead(426, "")] {
        let warning = "Letterboxd limits the rate of this address";
        let (world, _) = unreadable(|_| fault, Exit::Blocked, warning);
        assert_eq!(world.letterboxd.server.requests().len(), 1);
    }
}

#[test]
fn a_403_without_a_reason_is_asked_twice() {
    let warning = "Letterboxd refused the page (HTTP 403) without a reason";
    let (_, times) = unreadable(|_| instead(403, pages::refused_page()), Exit::Partial, warning);
    assert_eq!(times, 2);
}

#[test]
fn a_server_error_is_asked_three_times() {
    let warning = "Letterboxd answered with HTTP 500";
    let (_, times) = unreadable(|_| instead(500, ""), Exit::Partial, warning);
    assert_eq!(times, 3);
}

#[test]
fn a_server_error_that_passes_is_not_worth_a_word() {
    let world = World::new().watchlist(&["alien"]);
    world.fail_page(1, PAGE_1, instead(500, ""));
    let ran = sync(&world, &["-q"]).exits(Exit::Success);
    assert_eq!(ran.stderr, "");
    assert_eq!(in_radarr(&world), 1);
}

#[test]
fn a_dropped_connection_and_half_a_page_keep_everything() {
    let warning = "Letterboxd cannot be reached: the connection was closed before the answer was complete";
    for fault in [Fault::Drop, Fault::Truncate(3000)] {
        let (_, times) = unreadable(|_| fault, Exit::Partial, warning);
        assert_eq!(times, 3);
    }
}

#[test]
fn some_other_page_keeps_everything() {
    let (_, times) = unreadable(
        |_| instead(200, pages::foreign_page()),
        Exit::Partial,
        &format!(
            "an unexpected page came instead: title `Letterboxd • Social film discovery.`, \
             body class `screen-home logged-out`, {} bytes",
            pages::foreign_page().len()
        ),
    );
    assert_eq!(times, 1);
}

#[test]
fn another_members_list_keeps_everything() {
    unreadable(
        |world| instead(200, world.page("/grace/watchlist/")),
        Exit::Partial,
        "the watchlist of `grace` came instead of `ada`'s",
    );
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    let elsewhere = |_: &World| {
        Fault::Instead(Reply::empty(302).with_header("Location", "http://elsewhere.invalid/ada/?token=1"))
    };
    let warning = "Letterboxd redirects to `http://elsewhere.invalid/ada/`";
    let (_, times) = unreadable(elsewhere, Exit::Partial, warning);
    assert_eq!(times, 1);
}

#[test]
fn changed_markup_keeps_everything() {
    for (from, to, warning) in [
        (
            "griditem",
            "gridcell",
            "the page has no li.griditem in the watchlist, found 2 posters elsewhere, of 2 declared",
        ),
        (
            "data-num-entries",
            "data-count",
            "the page has no .js-watchlist-content[data-num-entries], found no such element",
        ),
        (
            "data-num-entries=\"2\"",
            "data-num-entries=\"two\"",
            "the page has no number in data-num-entries, found `two`",
        ),
        (
            "data-item-slug=\"alien\" data-item-link=\"/film/alien/\"",
            "",
            "the page has no slug in every grid item, found 1 of 2 grid items that name one",
        ),
        ("data-owner", "data-whose", "the page has no body[data-owner] or og:url, found neither"),
    ] {
        let change = |world: &World| {
            let page = world.page(PAGE_1);
            let page = page.replace("data-target-link=\"/film/alien/\"", "").replace("og:url", "og:x");
            assert!(page.contains(from), "{from}");
            instead(200, page.replace(from, to))
        };
        let (_, times) = unreadable(change, Exit::Partial, warning);
        assert_eq!(times, 1, "{from}");
    }
}

#[test]
fn a_page_that_would_break_the_parser_keeps_everything() {
    let deep = |world: &World| {
        let page = world.page(PAGE_1);
        instead(200, page.replace("<ul class=\"grid", &("<div>".repeat(20_000) + "<ul class=\"grid")))
    };
    unreadable(deep, Exit::Partial, "an unexpected page came instead: it has tags nested more than 256 deep");
    let large = |_: &World| instead(200, " ".repeat(5 << 20));
    let warning = "an unexpected page came instead: the answer is larger than 4 MiB";
    let (_, times) = unreadable(large, Exit::Partial, warning);
    assert_eq!(times, 1);
}

#[test]
fn a_page_that_never_ends_is_given_up_after_timeout_seconds() {
    let world = World::new().watchlist(&["alien"]).set("[letterboxd]", "timeout_seconds = 1");
    world.fail_page(ALWAYS, PAGE_1, Fault::Hang);
    sync(&world, &[])
        .exits(Exit::Partial)
        .says("lbjf: error: ada: Letterboxd cannot be reached: no complete answer within 1 s");
    assert_eq!(asked(&world).0.len(), 3);
}

#[test]
fn an_empty_list_after_films_keeps_everything_at_first() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    world.download("alien");
    world.sync();
    world.fail_page(1, PAGE_1, instead(200, pages::watchlist_page(Markup::May2026, "ada", 1, 1, 0, &[])));
    sync(&world, &[]).exits(Exit::Success).mentions("2 of 2 films are gone");
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
}

#[test]
fn a_redirect_on_the_same_site_is_followed() {
    let world = World::new().watchlist(&["alien"]);
    world.fail_page(
        1,
        "/film/alien/",
        Fault::Instead(Reply::empty(301).with_header("Location", "/film/ran/")),
    );
    world.letterboxd.rename_film("alien", "ran");
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(in_radarr(&world), 1);
}

/// Every page but this one takes its time.
fn challenge_first(world: &World, path: &'static str) {
    world.fail_page(ALWAYS, path, Fault::Instead(challenge()));
    let is_slow = move |request: &Request| request.path != path && request.path != PAGE_1;
    world.letterboxd.server.fail(ALWAYS, is_slow, Fault::Delay(Duration::from_millis(500)));
}

#[test]
fn a_challenge_among_many_pages_or_films_ends_the_asking_in_all_workers() {
    let world = World::new().watchlist_of(28 * 10).set("[letterboxd]", "max_concurrent_requests = 4");
    challenge_first(&world, PAGE_2);
    sync(&world, &[]).exits(Exit::Blocked).mentions("watchlist page 2: Letterboxd challenged this address");
    let (pages, films) = asked(&world);
    assert!(pages.len() <= 5, "page 1 and the four in flight: {pages:?}");
    assert_eq!(films, 0);

    let world = World::new().watchlist_of(28).set("[letterboxd]", "max_concurrent_requests = 4");
    challenge_first(&world, "/film/film-1/");
    sync(&world, &[]).exits(Exit::Blocked);
    assert!(asked(&world).1 <= 4, "{:?}", world.letterboxd.film_pages_asked());
    assert_eq!(in_radarr(&world), asked(&world).1 - 1);
}

#[test]
fn a_challenge_on_a_film_page_ends_the_asking_and_radarr_and_jellyfin_go_on() {
    let world = World::new()
        .watchlist(&["alien", "ran", "heat-1995"])
        .set("[letterboxd]", "max_concurrent_requests = 1");
    world.download("alien");
    world.fail_page(ALWAYS, "/film/ran/", Fault::Instead(challenge()));
    sync(&world, &[])
        .exits(Exit::Blocked)
        .mentions("1 film page not read: Letterboxd challenged this address (bot protection) (`ran`)");
    assert_eq!(world.letterboxd.film_pages_asked(), ["alien", "ran"]);
    assert_eq!(world.radarr.posted(), world.tmdb(&["alien"]));
    assert_eq!(world.collected(), world.tmdb(&["alien"]));

    world.letterboxd.server.behave();
    world.pass_time(2 * HOUR);
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(in_radarr(&world), 3);
}

#[test]
fn a_challenge_on_one_list_ends_the_asking_for_all_and_the_next_run_finishes() {
    let world = World::new()
        .set("[letterboxd]", "max_concurrent_requests = 1")
        .watchlist_of(30)
        .user("grace", "")
        .user("linus", "");
    world.set_watchlist("grace", 2);
    world.fail_page(ALWAYS, "/grace/watchlist/", Fault::Instead(challenge()));
    let ran = sync(&world, &["--json"])
        .exits(Exit::Blocked)
        .says("warning: grace: Letterboxd challenged this address (bot protection)")
        .says("ada: 28 new of 30 on the watchlist");
    assert_eq!(asked(&world), (vec![PAGE_1.to_owned(), "/grace/watchlist/".to_owned()], 0));
    let outcomes: Vec<_> = (0..3).map(|user| ran.json()["users"][user]["outcome"].clone()).collect();
    assert_eq!(outcomes, ["not_asked", "challenged", "not_asked"]);

    world.letterboxd.server.behave();
    world.pass_time(2 * HOUR);
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(in_radarr(&world), 30);
}

#[test]
fn what_keeps_everybody_from_their_list_is_one_line() {
    let world = World::new().user("grace", "").user("linus", "").user("mary", "");
    for name in ["ada", "grace", "linus"] {
        world.letterboxd.set_watchlist(name, &[name]);
    }
    world.letterboxd.server.fail(ALWAYS, |request| !request.path.starts_with("/mary/"), instead(502, ""));
    let line = "letterboxd: 3 watchlists not read: Letterboxd answered with HTTP 502 (ada, grace, linus)";
    sync(&world, &[]).exits(Exit::Partial).says(&format!("lbjf: error: {line}")).omits("mary");
    sync(&world, &["-q"]).exits(Exit::Partial).omits("not read");
    let status = world.lbjf(&["status", "--json"]).json();
    for user in 0..3 {
        assert_eq!(status["users"][user]["problem"], "Letterboxd answered with HTTP 502");
    }
    world.letterboxd.server.behave();
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(in_radarr(&world), 3);
    world.letterboxd.server.fail(ALWAYS, |request| !request.path.starts_with("/mary/"), instead(502, ""));
    sync(&world, &["-q"]).exits(Exit::Partial).says(&format!("lbjf: error: {line}"));
}
