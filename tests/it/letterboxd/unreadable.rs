//! Lists that cannot be read: nothing is lost, and the others are done.

use std::time::Duration;

use lbjf::exit::Exit;
use standins::letterboxd::{Markup, challenge, pages, rate_limit};
use standins::{Fault, Reply, Request};

use crate::common::World;
use crate::letterboxd::{
    ALWAYS, DAY, HOUR, MINUTE, NEARLY_A_DAY, PAGE_1, PAGE_2, asked, in_radarr, instead, sync,
};

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
         hint: ask its owner to make it visible to anyone, at letterboxd.com/settings/; nothing is removed until then\n"
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
    unreadable(deep, Exit::Partial, "an unexpected page came instead: it has more than 15000 tags");
    let large = |_: &World| instead(200, " ".repeat(5 << 20));
    let warning = "an unexpected page came instead: the answer is larger than 4 MiB";
    let (_, times) = unreadable(large, Exit::Partial, warning);
    assert_eq!(times, 1);
}

#[test]
fn a_page_that_never_ends_is_given_up_after_timeout_seconds() {
    let world = World::new().watchlist(&["alien"]).set("[letterboxd]", "timeout_seconds = 2");
    world.fail_page(ALWAYS, PAGE_1, Fault::Hang);
    sync(&world, &[])
        .exits(Exit::Partial)
        .says("lbjf: error: ada: Letterboxd cannot be reached: no complete answer within 2 s");
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
    world.letterboxd.server.fail(ALWAYS, is_slow, Fault::Delay(Duration::from_secs(2)));
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

/// Totals that no list has, and what may be said of them.
const GARBLED: [&str; 9] = [
    "280001",
    "2000000000",
    "4294967294",
    "4294967295",
    "18446744073709551615",
    "18446744073709551616",
    "-2",
    "1,234",
    "",
];

#[test]
fn a_total_beyond_reason_keeps_everything_and_is_said_by_sync_scrape_and_check() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    world.download("alien");
    world.sync();
    let page = world.page(PAGE_1);
    let pagination = "<div class=\"pagination\"><div class=\"paginate-nextprev\"><a class=\"next\" href=\"/x\">Older</a>\
         </div><ul><li class=\"paginate-page\"><a>153391690</a></li></ul></div><div class=\"clear\">";
    for total in GARBLED {
        let page = page.replace("data-num-entries=\"2\"", &format!("data-num-entries=\"{total}\""));
        let page = page.replace("<div class=\"clear\">", pagination);
        world.letterboxd.server.behave();
        world.fail_page(ALWAYS, PAGE_1, instead(200, page));
        let said = format!("number in data-num-entries, found `{total}`");
        let hint = "hint: Letterboxd may have changed its pages: look for a newer lbjf; nothing was removed";
        sync(&world, &["--full", "--allow-shrink"]).exits(Exit::Partial).mentions(&said);
        assert_eq!(
            (asked(&world), world.collected()),
            ((vec![PAGE_1.to_owned()], 0), world.tmdb(&["alien"]))
        );
        world.lbjf(&["scrape", "ada"]).exits(Exit::Failure).mentions(&said).mentions(hint);
        let check = world.lbjf(&["status", "--check"]).exits(Exit::Partial);
        assert!(check.stdout.contains("WRONG  ada watchlist: the page has no "), "{}", check.stdout);
        assert!(check.stdout.contains(&said) && check.stdout.contains(hint), "{}", check.stdout);
    }
    world.letterboxd.server.behave();
    sync(&world, &[]).exits(Exit::Success).omits("new of").omits("left");
}

#[test]
fn a_total_of_nothing_beside_films_adds_them_and_removes_none() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.download("heat-1995");
    world.sync();
    world.letterboxd.set_watchlist("ada", &["alien", "ran"]);
    world.letterboxd.set_declared_offset("ada", -2);
    for _ in 0..3 {
        sync(&world, &["--full", "--allow-shrink"])
            .exits(Exit::Success)
            .mentions("the watchlist declares 0 films but shows 2; nothing is removed until that is clear");
        world.pass_time(2 * HOUR);
    }
    assert_eq!((in_radarr(&world), world.collected()), (3, world.tmdb(&["heat-1995"])));
    let check = world.lbjf(&["status", "--check"]);
    assert!(
        check.stdout.contains("note   ada watchlist: public, declares 0 entries but shows 2"),
        "{}",
        check.stdout
    );
    let scraped = world.lbjf(&["scrape", "ada", "--json"]).json();
    assert_eq!((&scraped["outcome"], &scraped["declared"]), (&"total_moved".into(), &0.into()));
}

#[test]
fn pages_that_all_lead_on_are_not_followed_for_ever() {
    let world = World::new().watchlist_of(60);
    let first = world.page(PAGE_1);
    world.letterboxd.server.fail(
        ALWAYS,
        |request| request.path.contains("/watchlist/"),
        instead(
            200,
            first
                .replace("paginate-page", "page")
                .replace("data-num-entries=\"60\"", "data-num-entries=\"28\""),
        ),
    );
    sync(&world, &[]).exits(Exit::Success);
    assert!(asked(&world).0.len() <= 3, "{:?}", asked(&world).0);
    world.forget_requests();
    world.lbjf(&["scrape", "ada", "--no-resolve"]);
    assert!(asked(&world).0.len() <= 3, "{:?}", asked(&world).0);
}

#[test]
fn a_page_that_is_not_there_is_no_missing_member() {
    for status in [404, 410] {
        let world = World::new().watchlist_of(60);
        world.fail_page(ALWAYS, PAGE_2, instead(status, pages::not_found_page()));
        let said = "watchlist page 2: the page is not there (HTTP 404); the list may have become shorter while it was read";
        sync(&world, &[]).exits(Exit::Partial).mentions(&format!("ada: {said}")).omits("no such member");
        assert_eq!(in_radarr(&world), 32);
        let scraped = world.lbjf(&["scrape", "ada", "--no-resolve"]).exits(Exit::Partial);
        scraped.mentions(said).omits("no such member");
        world.letterboxd.server.behave();
        sync(&world, &[]).exits(Exit::Success);
        assert_eq!(in_radarr(&world), 60);
    }
}

/// A tile that is no film in front of all others.
fn with_banner(html: &str) -> String {
    let banner =
        "<li class=\"griditem -promo\"><a href=\"/pro/\"><img src=\"/pro.png\" alt=\"Go Pro\"></a></li>";
    html.replacen("<li class=\"griditem\">", &format!("{banner}<li class=\"griditem\">"), 1)
}

const BANNER: &str =
    "warning: ada: the watchlist shows 1 tile that is no film; without them the numbers are right";

#[test]
fn a_tile_that_is_no_film_is_a_warning_once_a_day_when_the_numbers_are_right() {
    let world = World::new().watchlist_of(30);
    world.download("film-1");
    let page = with_banner(&world.page(PAGE_1));
    world.fail_page(ALWAYS, PAGE_1, instead(200, page));
    sync(&world, &[]).exits(Exit::Success).says(BANNER).says("ada: 30 new of 30 on the watchlist");
    assert_eq!((in_radarr(&world), world.collected()), (30, world.tmdb(&["film-1"])));
    for args in [["-q"].as_slice(), &["-q", "--full"]] {
        let ran = sync(&world, args).exits(Exit::Success);
        assert_eq!(ran.stderr, "");
    }
    world.pass_time(DAY);
    let ran = sync(&world, &["-q"]).exits(Exit::Success);
    assert_eq!(ran.stderr, format!("{BANNER}\n"));
    world.lbjf(&["scrape", "ada", "--no-resolve"]).exits(Exit::Success).mentions("1 tile that is no film");
    let check = world.lbjf(&["status", "--check"]).exits(Exit::Success);
    assert!(check.stdout.contains("note   ada watchlist: public, 30 entries; a tile"), "{}", check.stdout);
}

#[test]
fn a_tile_that_may_be_one_of_the_films_that_are_counted_is_changed_markup() {
    let world = World::new().watchlist_of(30);
    world.download("film-1");
    world.download("film-2");
    world.sync();
    // Film 1 became a tile of another make.
    let page = world.page(PAGE_1);
    let (before, rest) = page.split_once("<li class=\"griditem\">").unwrap();
    let page = with_banner(&format!("{before}{}", rest.split_once("</li>").unwrap().1));
    let changed = "the page has no slug in every grid item, found 27 of 28 grid items that name one";
    world.fail_page(ALWAYS, PAGE_1, instead(200, page));
    for hours in [0, 1, 1, 24] {
        world.pass_time(hours * HOUR);
        let ran = sync(&world, &["--full", "--allow-shrink"]).exits(Exit::Partial);
        ran.mentions(changed).mentions("look for a newer lbjf").omits("is no film");
        assert_eq!(world.collected(), world.tmdb(&["film-1", "film-2"]));
    }
    let scraped = world.lbjf(&["scrape", "ada", "--no-resolve"]).exits(Exit::Partial);
    scraped.mentions(&format!("watchlist page 1: {changed}"));
    world.letterboxd.server.behave();
    world.letterboxd.set_watchlist("ada", &["film-1", "film-2"]);
    let page = with_banner(&world.page(PAGE_1)).replace("data-num-entries=\"2\"", "data-num-entries=\"3\"");
    world.fail_page(ALWAYS, PAGE_1, instead(200, page));
    let check = world.lbjf(&["status", "--check"]).exits(Exit::Partial);
    assert!(check.stdout.contains("found 2 of 3 grid items that name one"), "{}", check.stdout);
}
