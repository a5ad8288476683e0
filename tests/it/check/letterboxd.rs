//! Letterboxd, its members, and the proxies.

use lbjf::exit::Exit;
use standins::letterboxd::{Film, challenge, rate_limit};
use standins::{Fault, Proxy, Reply};

use crate::check::{FINE, check, fine, tells, wrong};
use crate::common::World;

#[test]
fn status_check_tells_what_letterboxd_said_of_each_person() {
    let world = fine().user("ben", "").user("cleo", "").user("dora", "").user("eve", "");
    world.letterboxd.add_film(Film::tv("series", "Series", 2020, 7));
    world.letterboxd.set_watchlist("ben", &["series"]);
    world.letterboxd.set_watchlist("dora", &["gone"]);
    world.letterboxd.remove_film_page("gone");
    let changed = world.page("/cleo/watchlist/").replace("data-num-entries", "data-count");
    world.fail_page(9, "/cleo/watchlist/", Fault::Instead(Reply::html(200, changed)));
    let error = Fault::Instead(Reply::empty(502));
    world.fail_page(9, "/eve/watchlist/", error);
    let ran = check(&world, &[]).exits(Exit::Partial);
    tells(
        &ran,
        &[
            &format!("ok     letterboxd access: `{}` lets us in", world.letterboxd.url()),
            "ok     ben watchlist: public, 1 entry",
            "ok     ben film page: Series (2020) is a TV show on TMDB, which a run skips",
            "WRONG  cleo watchlist: the page has no .js-watchlist-content[data-num-entries], found no such element",
            "       hint: Letterboxd may have changed its pages: look for a newer lbjf; nothing was removed",
            "note   dora film page: `gone`: its film page is gone (HTTP 404)",
            "WRONG  eve watchlist: Letterboxd answered with HTTP 502",
        ],
    );
    assert_eq!(ran.stderr, "check: 2 problems\n");
    world.letterboxd.set_watchlist("ada", &[]);
    tells(&check(&world, &[]), &["ok     ada watchlist: public, empty"]);
}

#[test]
fn status_check_tells_a_name_that_is_another_member_s_now() {
    let world = fine();
    world.sync().exits(Exit::Success);
    let number = standins::letterboxd::pages::member_number("ada");
    world.letterboxd.set_member_number("ada", 4711);
    let wrong =
        format!("WRONG  ada watchlist: the name is another member's now (number 4711; it was {number}'s); ");
    let ran = check(&world, &[]).exits(Exit::Partial);
    assert!(
        ran.stdout.contains(&wrong) && ran.stdout.contains("`lbjf sync --allow-shrink` once"),
        "{}",
        ran.stdout
    );
}

#[test]
fn status_check_an_address_that_is_not_letterboxd_is_told_once() {
    for (reply, told) in [
        (
            Reply::html(200, "<html><title>Log in</title></html>"),
            "an unexpected page came instead: title `Log in`",
        ),
        (Reply::empty(403), "Letterboxd refused the page (HTTP 403) without a reason"),
    ] {
        let world = fine().user("ben", "");
        world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(reply));
        let ran = check(&world, &[]).exits(Exit::Partial);
        let url = world.letterboxd.url();
        assert!(ran.stdout.contains(&format!("WRONG  letterboxd access: `{url}`: {told}")), "{}", ran.stdout);
        tells(&ran, &["-      ada watchlist: not read", "-      ben watchlist: not read"]);
        assert_eq!(ran.stderr, "check: 1 problem\n");
    }
}

#[test]
fn status_check_that_is_refused_ends_with_6_and_starts_the_cool_down() {
    for (reply, told) in [
        (challenge(), "Letterboxd challenged this address (bot protection)"),
        (rate_limit(), "Letterboxd limits the rate of this address"),
    ] {
        let world = fine().user("ben", "").set("[letterboxd]", "max_concurrent_requests = 1");
        world.sync();
        world.forget_requests();
        world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(reply));
        let ran = world.lbjf(&["status", "--check"]).exits(Exit::Blocked);
        let access = format!("WRONG  letterboxd access: `{}`: {told}", world.letterboxd.url());
        tells(&ran, &[&access, "-      ada watchlist: not read", "-      ben watchlist: not asked"]);
        tells(&ran, &["ok     radarr key: accepted", "ok     jellyfin key: accepted"]);
        ran.mentions("letterboxd: left alone for ").says("check: 1 problem, refused by Letterboxd");
        assert_eq!((world.letterboxd.server.requests().len(), world.writes()), (1, vec![]));
        assert!(
            world
                .lbjf(&["status"])
                .stdout
                .starts_with("Letterboxd refuses us (direct): blocked for another ")
        );

        // As long as that lasts nothing is asked, unless a person says so; then the store knows what came of it.
        let ran = check(&world, &[]).exits(Exit::Blocked);
        assert!(ran.stdout.contains("WRONG  letterboxd access: left alone for another "), "{}", ran.stdout);
        tells(
            &ran,
            &[
                "       hint: `--ignore-cool-down` asks anyway; a member's own data export can be read without it (`letterboxd_export`)",
                "-      ada watchlist: not asked, since Letterboxd refuses us",
            ],
        );
        assert_eq!(world.letterboxd.server.requests().len(), 0);
        world.letterboxd.server.behave();
        let ran = world.lbjf(&["status", "--check", "--ignore-cool-down"]).exits(Exit::Success);
        ran.says("letterboxd: lets us in again (direct)").mentions(FINE);
        world.sync();
    }
}

#[test]
fn status_check_names_a_proxy_of_the_environment_only_when_letterboxd_cannot_be_reached() {
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let world = fine().secret("s3cr3t");
        let check = || {
            let mut command = world.command(&["status", "--check"]);
            world.ran(command.env(name, "http://ada:s3cr3t@127.0.0.1:1").output().expect("lbjf was built"))
        };
        assert_eq!(check().exits(Exit::Success).stderr, FINE, "it is not used, and does no harm");
        world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Drop);
        let ran = check().exits(Exit::Partial);
        tells(
            &ran,
            &[
                &format!("note   letterboxd proxy: ${name} is set, but lbjf does not use it"),
                "       hint: to use it for Letterboxd, put its address into `letterboxd.proxies`",
            ],
        );
        let world = world.set("[letterboxd]", "proxies = [\"http://127.0.0.1:1\"]");
        let mut command = world.command(&["status", "--check"]);
        let ran = world.ran(command.env(name, "http://127.0.0.1:2").output().expect("lbjf was built"));
        assert!(!ran.stdout.contains(name), "there are proxies of its own:\n{}", ran.stdout);
    }
}

#[test]
fn status_check_that_is_refused_makes_no_store() {
    let world = fine();
    world.fail_page(9, "/film/heat-1995/", Fault::Instead(challenge()));
    let ran = check(&world, &[]).exits(Exit::Blocked);
    tells(&ran, &["ok     ada watchlist: public, 2 entries", "-      ada film page: not read"]);
    assert_eq!(wrong(&ran), ["letterboxd access"]);
    world.lbjf(&["status", "--ignore-cool-down"]).mentions("--check");
}

/// Letterboxd under a name that only proxies can look up.
fn behind(proxies: &[&Proxy], addresses: &[String]) -> World {
    let mut world = fine();
    let address = world.letterboxd.url();
    for proxy in proxies {
        proxy.map("letterboxd.test", address.trim_start_matches("http://"));
    }
    world.change(&format!("base_url = \"{address}\""), "base_url = \"http://letterboxd.test\"");
    let list: Vec<_> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
    world.set("[letterboxd]", &format!("proxies = [{}]", list.join(", ")))
}

#[test]
fn status_check_tries_each_proxy_and_shows_no_password() {
    let (good, bad) = (Proxy::with_credentials("ada", "s3cr3t"), Proxy::start());
    bad.refuse(true);
    let addresses =
        [format!("socks5h://ada:s3cr3t@{}", good.address()), format!("http://ada:s3cr3t@{}", bad.address())];
    let world = behind(&[&good, &bad], &addresses).secret("s3cr3t");
    let ran = check(&world, &[]).exits(Exit::Success);
    let works = format!("ok     letterboxd proxy: `{}` lets us through", good.address());
    tells(&ran, &[&works, "ok     letterboxd access: `http://letterboxd.test` lets us in"]);
    assert!(
        ran.stdout.contains(&format!("note   letterboxd proxy: `{}` fails: ", bad.address())),
        "{}",
        ran.stdout
    );
    tells(&ran, &["       hint: fix or remove it; runs will skip it"]);
    ran.says("check: no problems, 1 note: lbjf sync will work");
    assert_eq!(bad.asked().len(), 1);

    good.refuse(true);
    let ran = check(&world, &[]).exits(Exit::Partial);
    tells(
        &ran,
        &[
            "WRONG  letterboxd access: `http://letterboxd.test`: no proxy is left: each one failed",
            "       hint: check the proxies; with `letterboxd.allow_direct_fallback = true`, lbjf goes without them",
            "-      ada watchlist: not read",
        ],
    );
}

#[test]
fn status_check_leaves_a_refused_proxy_alone() {
    let (one, two) = (Proxy::start(), Proxy::start());
    let addresses = [&one, &two].map(|proxy| format!("socks5h://{}", proxy.address()));
    let world = behind(&[&one, &two], &addresses).set("[letterboxd]", "max_concurrent_requests = 1");
    world.letterboxd.server.fail(1, |_| true, Fault::Instead(challenge()));
    world.sync();
    let asked = one.asked().len();
    let ran = check(&world, &[]).exits(Exit::Success);
    let left = format!("note   letterboxd proxy: `{}` is left alone for another ", one.address());
    assert!(ran.stdout.contains(&left), "{}", ran.stdout);
    tells(&ran, &[&format!("ok     letterboxd proxy: `{}` lets us through", two.address())]);
    assert_eq!(one.asked().len(), asked);
}

#[test]
fn status_check_reads_more_film_pages_when_the_first_names_no_id() {
    let world = World::new();
    let short = |world: &World, slug: &str| {
        world.letterboxd.add_film(Film::without_id(slug, "A Short", None));
        world.letterboxd.push("ada", slug);
    };
    for slug in ["alien", "ran", "heat-1995", "tampopo", "playtime"] {
        world.letterboxd.push("ada", slug);
    }
    short(&world, "short-1");
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(
        &ran,
        &[
            "ok     ada film page: A Short has no TMDB id, so a run skips it",
            "ok     letterboxd film pages: others name their TMDB id",
        ],
    );
    assert_eq!(world.letterboxd.film_pages_asked().len(), 5);

    // Too few to tell, for a person who begins.
    let few = World::new();
    short(&few, "short-1");
    short(&few, "short-2");
    let ran = check(&few, &[]).exits(Exit::Success);
    tells(&ran, &["note   letterboxd film pages: 2 of 2 film pages name no TMDB id"]);

    // Too few, but what is known tells.
    world.sync();
    for slug in world.letterboxd.watchlist("ada") {
        world.letterboxd.add_film(Film::without_id(&slug, "Changed", 2000));
    }
    world.letterboxd.set_watchlist("ada", &["new"]);
    world.letterboxd.add_film(Film::without_id("new", "New", 2000));
    let ran = check(&world, &[]).exits(Exit::Partial);
    tells(
        &ran,
        &[
            "note   ada film page: no TMDB id was found of New (2000)",
            "WRONG  letterboxd film pages: 1 of 1 film page names no TMDB id",
        ],
    );
    // A film of which it is known that it has none is no sign by itself.
    let known = World::new().watchlist(&["alien"]);
    short(&known, "short-1");
    known.sync();
    let ran = check(&known, &[]).exits(Exit::Success);
    tells(&ran, &["ok     letterboxd film pages: others name their TMDB id"]);
    assert_eq!(known.letterboxd.film_pages_asked(), ["short-1", "alien"]);
    known.letterboxd.set_watchlist("ada", &["short-1"]);
    known.sync();
    let ran = check(&known, &[]).exits(Exit::Success);
    assert!(!ran.stdout.contains("film pages"), "there is nothing to look at:\n{}", ran.stdout);
}
