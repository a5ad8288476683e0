//! How lbjf behaves towards Letterboxd: when it is refused, and over which exit address it asks.

mod proxies;
mod real;

use std::time::Duration;

use crate::common::World;
use lbjf::exit::Exit;
use standins::letterboxd::{challenge, rate_limit};
use standins::{Fault, Proxy, Reply, Request};

const MINUTE: Duration = Duration::from_mins(1);

fn any(_: &Request) -> bool {
    true
}

fn is_film(request: &Request) -> bool {
    request.path.starts_with("/film/")
}

fn slugs(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("film-{number}")).collect()
}

/// A world whose only user lists so many films.
fn listing(count: usize) -> World {
    let slugs = slugs(count);
    World::new().watchlist(&slugs.iter().map(String::as_str).collect::<Vec<_>>())
}

fn refuse(world: &World) {
    world.letterboxd.server.fail(usize::MAX, any, Fault::Instead(challenge()));
}

fn requests(world: &World) -> usize {
    let count = world.letterboxd.server.requests().len();
    world.letterboxd.server.forget_requests();
    count
}

#[test]
fn a_challenge_starts_a_cool_down_that_the_next_run_keeps() {
    let world = listing(2).user("ben", "").user("cleo", "");
    refuse(&world);
    let ran = world.lbjf(&["sync"]).exits(Exit::Blocked);
    ran.mentions("Letterboxd challenged this address (bot protection)")
        .mentions("letterboxd: left alone for ");
    requests(&world);

    let ran = world.lbjf(&["sync"]).exits(Exit::Blocked).mentions("letterboxd: left alone for ");
    assert_eq!(ran.stderr.lines().count(), 2, "one line and the closing line:\n{}", ran.stderr);
    assert_eq!(requests(&world), 0);
    assert!(
        world.lbjf(&["status"]).stdout.starts_with("Letterboxd refuses us (direct): blocked for another ")
    );
    assert_eq!(world.lbjf(&["status", "--json"]).json()["cool_downs"][0]["route"], "direct");
    world.lbjf(&["scrape", "ada"]).exits(Exit::Blocked).mentions("hint: `--ignore-cool-down` asks anyway");
    assert_eq!(requests(&world), 0);
}

#[test]
fn after_the_cool_down_one_request_goes_alone_and_a_new_refusal_doubles_it() {
    let world =
        listing(60).user("ben", "").user("cleo", "").set("[letterboxd]", "max_concurrent_requests = 8");
    refuse(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    for minutes in [60, 120, 240] {
        world.pass_time(MINUTE * (minutes - 1));
        requests(&world);
        world.lbjf(&["sync"]).exits(Exit::Blocked);
        assert_eq!(requests(&world), 0, "a minute before {minutes} minutes are over");
        world.pass_time(MINUTE);
        world.lbjf(&["sync"]).exits(Exit::Blocked);
        assert_eq!(requests(&world), 1, "after {minutes} minutes, with three users and eight workers");
    }
    world.letterboxd.server.behave();
    world.pass_time(MINUTE * 480);
    world.sync().mentions("letterboxd: lets us in again (direct)");
    refuse(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    world.pass_time(MINUTE * 60);
    requests(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    assert_eq!(requests(&world), 1, "success made the next cool-down short again");
}

#[test]
fn what_was_read_before_the_refusal_is_kept_and_the_rest_of_the_run_is_done() {
    let world = listing(3).set("[letterboxd]", "max_concurrent_requests = 1");
    world.download("film-1");
    world.letterboxd.server.fail(
        usize::MAX,
        |request| request.path == "/film/film-2/",
        Fault::Instead(challenge()),
    );
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    assert_eq!(world.radarr.posted(), world.tmdb(&["film-1"]));
    assert_eq!(world.collected(), world.tmdb(&["film-1"]));
    assert_eq!(world.letterboxd.film_pages_asked(), ["film-1", "film-2"]);

    world.letterboxd.server.behave();
    world.pass_time(MINUTE * 60);
    world.sync();
    assert_eq!(world.radarr.posted().len(), 3);
    assert_eq!(world.letterboxd.film_pages_asked(), ["film-1", "film-2", "film-3", "film-2"]);
}

#[test]
fn an_answer_that_may_be_anybodys_opens_no_door_that_a_refusal_closed() {
    let world = listing(20).set("[letterboxd]", "max_concurrent_requests = 8");
    refuse(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    world.pass_time(MINUTE * 60);
    world.letterboxd.server.behave();
    world.letterboxd.server.fail(usize::MAX, any, Fault::Instead(Reply::html(503, "maintenance")));
    world.lbjf(&["sync"]).exits(Exit::Partial).omits("lets us in again");
    world.letterboxd.server.behave();
    refuse(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    world.pass_time(MINUTE * 119);
    requests(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    assert_eq!(requests(&world), 0, "the second refusal closes it for twice as long");
    world.letterboxd.server.behave();
    world.pass_time(MINUTE);
    world.lbjf(&["sync"]).exits(Exit::Success).mentions("lets us in again");
}

#[test]
fn a_refusal_at_the_second_page_of_a_list_is_kept_although_no_film_page_is_asked_for_after_it() {
    let world = listing(60).user("ben", "");
    world.letterboxd.set_watchlist("ben", &["film-60"]);
    world.sync();
    world.set_watchlist("ben", 60);
    world.fail_page(1, "/ben/watchlist/page/2/", Fault::Instead(challenge()));
    world.lbjf(&["sync"]).exits(Exit::Blocked).mentions("letterboxd: left alone for ");
    requests(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    assert_eq!(requests(&world), 0);
}

#[test]
fn no_request_follows_a_refusal_but_those_under_way() {
    let world = listing(100).set("[letterboxd]", "max_concurrent_requests = 8");
    let films = |request: &Request| is_film(request) && request.path != "/film/film-1/";
    world.letterboxd.server.fail(usize::MAX, films, Fault::Instead(rate_limit()));
    world.lbjf(&["sync"]).exits(Exit::Blocked).mentions("Letterboxd limits the rate of this address");
    let asked = world.letterboxd.film_pages_asked().len();
    assert!(asked <= 9, "{asked} film pages with eight workers, the second refused");
    assert!(world.letterboxd.server.most_at_once() <= 8);
}

#[test]
fn a_cold_sync_cut_off_again_and_again_asks_for_every_film_once() {
    let world = listing(40).set("[letterboxd]", "max_concurrent_requests = 1");
    let mut asked = 0;
    for _ in 0..8 {
        world.letterboxd.server.behave();
        // Lets five film pages through, then refuses.
        world.letterboxd.server.fail(5, is_film, Fault::Delay(Duration::ZERO));
        world.letterboxd.server.fail(usize::MAX, is_film, Fault::Instead(challenge()));
        world.lbjf(&["sync"]);
        asked += 5;
        world.pass_time(Duration::from_hours(24));
        assert_eq!(world.radarr.posted().len(), asked);
    }
    let mut pages = world.letterboxd.film_pages_asked();
    let refused = pages.len() - 40;
    pages.sort();
    pages.dedup();
    assert_eq!((pages.len(), refused), (40, 7), "each film once, and once more those that were refused");
}

#[test]
fn a_longer_retry_after_sets_the_cool_down() {
    let world = listing(1);
    let reply = rate_limit().with_header("Retry-After", "7200");
    world.letterboxd.server.fail(1, any, Fault::Instead(reply));
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    world.pass_time(MINUTE * 119);
    requests(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    assert_eq!(requests(&world), 0);
    world.pass_time(MINUTE);
    world.sync();
}

#[test]
fn a_retry_after_in_any_form_makes_a_cool_down_of_a_day_at_most() {
    for (text, minutes) in [
        ("Wed, 21 Oct 2099 07:28:00 GMT", 24 * 60),
        ("99999999999999999999999999", 24 * 60),
        ("864000", 24 * 60),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 60),
        ("Thursday, 01-Jan-70 00:00:00 GMT", 60),
        ("-7200", 60),
        ("0", 60),
        ("in a while", 60),
    ] {
        let world = listing(1);
        world.letterboxd.server.fail(1, any, Fault::Instead(rate_limit().with_header("Retry-After", text)));
        world.lbjf(&["sync"]).exits(Exit::Blocked);
        requests(&world);
        world.pass_time(MINUTE * (minutes - 1));
        world.lbjf(&["sync"]).exits(Exit::Blocked);
        assert_eq!(requests(&world), 0, "{text}: a minute before {minutes} minutes are over");
        world.pass_time(MINUTE);
        world.sync();
    }
}

#[test]
fn ignore_cool_down_asks_and_forgets_it_only_on_success() {
    let world = listing(1).set("[letterboxd]", "cool_down_minutes = 30");
    refuse(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    world.lbjf(&["sync", "--ignore-cool-down"]).exits(Exit::Blocked);
    requests(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    assert_eq!(requests(&world), 0, "still left alone");
    world.letterboxd.server.behave();
    world.lbjf(&["scrape", "ada", "--ignore-cool-down"]).exits(Exit::Success);
    world.sync();
}

#[test]
fn a_dry_run_remembers_a_refusal_too() {
    let world = listing(1);
    refuse(&world);
    world.lbjf(&["sync", "--dry-run"]).exits(Exit::Blocked);
    requests(&world);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    assert_eq!(requests(&world), 0);
}

/// Letterboxd under a name that only proxies can look up.
fn behind(proxies: &[&Proxy], addresses: &[String], lines: &str) -> World {
    let mut world = listing(40);
    let address = world.letterboxd.url();
    for proxy in proxies {
        proxy.map("letterboxd.test", address.trim_start_matches("http://"));
    }
    world.change(&format!("base_url = \"{address}\""), "base_url = \"http://letterboxd.test\"");
    let list: Vec<_> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
    world.set("[letterboxd]", &format!("proxies = [{}]\n{lines}", list.join(", ")))
}

#[test]
fn socks5h_and_http_leave_the_name_to_the_proxy() {
    for scheme in ["socks5h", "http"] {
        let proxy = Proxy::start();
        let world = behind(&[&proxy], &[format!("{scheme}://{}", proxy.address())], "");
        world.sync();
        assert!(
            proxy.asked().iter().all(|asked| asked.is_name && asked.host == "letterboxd.test"),
            "{scheme}"
        );
        assert_eq!(world.radarr.posted().len(), 40, "{scheme}");
    }
}

#[test]
fn socks5_looks_the_name_up_itself() {
    let proxy = Proxy::start();
    let mut world = listing(1);
    let url = world.letterboxd.url();
    world.change(&url, &url.replace("127.0.0.1", "localhost"));
    let world = world.set("[letterboxd]", &format!("proxies = [\"socks5://{}\"]", proxy.address()));
    world.sync();
    let asked = &proxy.asked()[0];
    assert!(!asked.is_name, "{asked:?}");
}

#[test]
fn credentials_arrive_whatever_is_in_them_and_are_never_shown() {
    let (user, password) = ("ada:l@x", "p@ss:/#%w é");
    for scheme in ["socks5h", "http"] {
        let proxy = Proxy::with_credentials("ada", password);
        let encoded = "p%40ss%3A%2F%23%25w%20%C3%A9";
        let world = behind(&[&proxy], &[format!("{scheme}://ada:{encoded}@{}", proxy.address())], "");
        let ran = world.lbjf(&["sync", "-vv"]).exits(Exit::Success);
        assert_eq!(proxy.asked()[0].credentials, Some(("ada".to_owned(), password.to_owned())), "{scheme}");
        assert!(!ran.stderr.contains(password) && !ran.stderr.contains(encoded));
    }
    let proxy = Proxy::with_credentials(user, password);
    let world = behind(&[&proxy], &[], "proxy_file = \"proxies.txt\"\nproxy_type = \"socks5h\"");
    let host = proxy.address();
    std::fs::write(world.folder.path().join("proxies.txt"), format!("# mine\n{host}:ada:{password}\n"))
        .unwrap();
    let ran = world.lbjf(&["sync", "-vv"]).exits(Exit::Partial);
    let proxy_line = format!("warning: letterboxd: proxy `{host}` is set aside for this run: ");
    assert!(ran.stderr.contains(&proxy_line), "the wrong user is refused:\n{}", ran.stderr);
    assert!(!ran.stderr.contains(password));
}

#[test]
fn proxies_take_turns_and_one_that_fails_is_set_aside() {
    let (one, two) = (Proxy::start(), Proxy::start());
    let dead = "socks5h://ada:s3cr3t@127.0.0.1:1";
    let addresses =
        [format!("http://{}", one.address()), dead.to_owned(), format!("socks5h://{}", two.address())];
    let world = behind(&[&one, &two], &addresses, "max_concurrent_requests = 1");
    let ran = world
        .sync()
        .mentions("warning: letterboxd: proxy `127.0.0.1:1` is set aside for this run: connection refused");
    assert!(!ran.stderr.contains("s3cr3t"));
    assert_eq!(ran.stderr.matches("set aside").count(), 1);
    assert_eq!(world.radarr.posted().len(), 40, "nothing is lost by it");
    assert!(!one.asked().is_empty() && !two.asked().is_empty());
}

#[test]
fn without_a_proxy_left_only_the_config_allows_to_go_straight() {
    let mut world =
        listing(1).set("[letterboxd]", "proxies = [\"http://127.0.0.1:1\"]\nallow_direct_fallback = false");
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .mentions("lbjf: error: ada: no proxy is left: each one failed\nhint: check the proxies;");
    assert_eq!(requests(&world), 0);
    world.change("allow_direct_fallback = false", "allow_direct_fallback = true");
    world.sync();
    assert_eq!(requests(&world), 2);
}

#[test]
fn proxies_are_tried_at_the_start_when_that_is_asked_for() {
    let (good, bad) = (Proxy::start(), Proxy::start());
    bad.refuse(true);
    let addresses = [&bad, &good].map(|proxy| format!("socks5h://{}", proxy.address()));
    let world = behind(&[&good, &bad], &addresses, "validate_proxies_on_startup = true");
    world.sync().mentions(&format!("proxy `{}` is set aside", bad.address()));
    assert_eq!(bad.asked().len(), 1, "one trial, and never again in this run");
    assert_eq!(world.letterboxd.server.requests()[0].path, "/robots.txt");
}

#[test]
fn one_flagged_proxy_does_not_close_the_others() {
    let (one, two) = (Proxy::start(), Proxy::start());
    let addresses = [&one, &two].map(|proxy| format!("socks5h://{}", proxy.address()));
    let world = behind(&[&one, &two], &addresses, "max_concurrent_requests = 1");
    // The first request goes over the first proxy.
    world.letterboxd.server.fail(1, any, Fault::Instead(challenge()));
    world.sync().mentions("letterboxd: left alone for ").mentions(&one.address());
    assert_eq!(world.radarr.posted().len(), 40);
    let asked = one.asked().len();
    world.sync();
    assert_eq!(one.asked().len(), asked, "its cool-down is kept by the next run");
    assert!(world.lbjf(&["status"]).stdout.contains(&one.address()));
}

#[test]
fn no_more_requests_are_under_way_than_the_config_allows() {
    let world = listing(60).set("[letterboxd]", "max_concurrent_requests = 3");
    world.letterboxd.server.fail(usize::MAX, any, Fault::Delay(Duration::from_millis(5)));
    world.sync();
    assert_eq!(world.letterboxd.server.most_at_once(), 3);
    assert!(world.letterboxd.server.connections() <= 3, "connections are used again");
}
