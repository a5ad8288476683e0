//! What a proxy is blamed for, and what not: a page that is cut, slow or odd is that page's trouble.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use lbjf::exit::Exit;
use standins::{Fault, Hook, Manner, Proxy, Reply};

use super::{any, behind, is_film};
use crate::common::World;

/// Proxies over which alone Letterboxd can be reached, in both kinds, in turn.
fn through(proxies: &[&Proxy], lines: &str) -> World {
    let address = |(index, proxy): (usize, &&Proxy)| {
        let scheme = if index % 2 == 0 { "http" } else { "socks5h" };
        format!("{scheme}://{}", proxy.address())
    };
    let addresses: Vec<_> = proxies.iter().enumerate().map(address).collect();
    behind(proxies, &addresses, lines)
}

fn tunnels(proxies: &[&Proxy]) -> usize {
    proxies.iter().map(|proxy| proxy.requests_tunnelled()).sum()
}

/// Everything that came, came over one of them.
fn nothing_went_directly(world: &World, proxies: &[&Proxy]) {
    assert_eq!(world.letterboxd.server.connections(), tunnels(proxies));
}

const LIMITS: &str = "timeout_seconds = 2\nallow_direct_fallback = true";

/// A page that never comes as it should, and how a run tells of it.
fn faults() -> Vec<(&'static str, Fault, &'static str)> {
    vec![
        (
            "cut in the body",
            Fault::Truncate(2000),
            "the connection was closed before the answer was complete",
        ),
        (
            "cut before its end",
            Fault::Instead(Reply::html(200, "<!doctype html><html><body class=\"film\"><p>")),
            "the connection was closed before the answer was complete",
        ),
        ("dropped", Fault::Drop, "the connection was closed before the answer was complete"),
        ("reset", Fault::Reset, "the connection was closed before the answer was complete"),
        ("half a status line", Fault::Raw(b"HTTP/1.1 20".to_vec()), "the connection was closed before"),
        ("too slow", Fault::Hang, "no complete answer within 2 s"),
        ("an error", Fault::Instead(Reply::html(502, "bad gateway")), "Letterboxd answered with HTTP 502"),
        ("another page", Fault::Instead(Reply::html(200, "<html><title>Hm</title></html>")), "title `Hm`"),
        ("a status", Fault::Instead(Reply::html(418, "tea")), "Letterboxd answered with HTTP 418"),
    ]
}

/// One that is cut, one that is slow, one that is odd.
fn few_faults() -> Vec<(&'static str, Fault, &'static str)> {
    faults().into_iter().filter(|(name, ..)| ["dropped", "too slow", "another page"].contains(name)).collect()
}

#[test]
fn one_bad_page_behind_three_proxies_costs_one_page_and_no_proxy() {
    for (name, fault, says) in faults() {
        let proxies = [Proxy::start(), Proxy::start(), Proxy::start()];
        let proxies: Vec<_> = proxies.iter().collect();
        let world = through(&proxies, LIMITS);
        world.fail_page(usize::MAX, "/film/film-7/", fault);
        let ran = world.lbjf(&["sync"]).exits(Exit::Partial).mentions(says);
        let ran = ran.omits("set aside").omits("no proxy is left").omits("asked first");
        assert_eq!(world.radarr.posted().len(), 39, "{name}:\n{}", ran.stderr);
        let asked = world.letterboxd.server.requests();
        let times = asked.iter().filter(|request| request.path == "/film/film-7/").count();
        assert_eq!(times, 2, "{name}: once more, and then it is the page's trouble");
        nothing_went_directly(&world, &proxies);
    }
}

#[test]
fn a_page_that_is_bad_once_is_read_over_another_proxy() {
    for (name, fault, _) in few_faults() {
        let proxies = [Proxy::start(), Proxy::start()];
        let proxies: Vec<_> = proxies.iter().collect();
        let world = through(&proxies, &format!("{LIMITS}\nmax_concurrent_requests = 1"));
        world.fail_page(1, "/ada/watchlist/", fault);
        let ran = world.sync().omits("warning");
        assert_eq!(world.radarr.posted().len(), 40, "{name}:\n{}", ran.stderr);
        nothing_went_directly(&world, &proxies);
    }
}

#[test]
fn one_proxy_alone_is_asked_once_more_and_kept() {
    for (name, fault, says) in few_faults() {
        let proxy = Proxy::start();
        let world = through(&[&proxy], LIMITS);
        world.fail_page(usize::MAX, "/film/film-7/", fault);
        world.lbjf(&["sync"]).exits(Exit::Partial).mentions(says).omits("set aside");
        assert_eq!(world.radarr.posted().len(), 39, "{name}");
        nothing_went_directly(&world, &[&proxy]);
    }
}

#[test]
fn a_letterboxd_that_never_answers_makes_nobody_go_without_proxies() {
    for manner in [None, Some(Manner::CutTunnel)] {
        let proxies = [Proxy::start(), Proxy::start()];
        let proxies: Vec<_> = proxies.iter().collect();
        let world = through(&proxies, &format!("{LIMITS}\nmax_concurrent_requests = 1"));
        match manner {
            Some(manner) => proxies.iter().for_each(|proxy| proxy.behave(manner)),
            None => world.letterboxd.server.fail(usize::MAX, any, Fault::Hang),
        }
        let world = world.user("ben", "").user("cleo", "").user("dora", "").user("eve", "").user("fay", "");
        let ran = world.lbjf(&["sync"]).exits(Exit::Partial).omits("set aside");
        assert!(ran.stderr.contains("Letterboxd cannot be reached"), "{manner:?}:\n{}", ran.stderr);
        assert!(ran.stderr.contains("left for the next run"), "{manner:?}:\n{}", ran.stderr);
        if manner.is_some() {
            assert!(world.letterboxd.server.requests().is_empty(), "{manner:?}");
        } else {
            nothing_went_directly(&world, &proxies);
        }
    }
}

#[test]
fn a_proxy_that_connects_and_then_brings_nothing_is_asked_last() {
    for manner in [Manner::Empty, Manner::CutTunnel] {
        let (good, bad) = (Proxy::start(), Proxy::start());
        let world = through(&[&good, &bad], &format!("{LIMITS}\nmax_concurrent_requests = 1"));
        bad.behave(manner);
        let ran = world.sync().omits("set aside");
        let told =
            format!("proxy `{}` brought no page 3 times in a row; the others are asked first", bad.address());
        assert_eq!(ran.stderr.matches(&told).count(), 1, "{}", ran.stderr);
        assert_eq!(world.radarr.posted().len(), 40, "nothing is lost by it");
        assert!(bad.asked().len() <= 4, "{} requests over it", bad.asked().len());
    }
}

#[test]
fn what_only_a_proxy_does_sets_it_aside_and_the_others_do_the_work() {
    let said = [
        ("http 407", "it wants a user and a password (HTTP 407)\nhint: add its user and password: "),
        ("http 502", "it did not connect: HTTP 502"),
        ("http 503", "it did not connect: HTTP 503"),
        ("http 504", "it did not connect: HTTP 504"),
        ("http 403", "it did not connect: HTTP 403"),
        ("http hang up", "it closed the connection before it answered"),
        ("http mute", "no connection within 2 s"),
        ("socks5h 502", "it did not connect: host unreachable"),
        ("socks5h hang up", "it closed the connection before it answered"),
        ("socks5h mute", "no connection within 2 s"),
    ];
    for (case, says) in said {
        let (scheme, how) = case.split_once(' ').expect("two words");
        let (good, bad) = (Proxy::start(), Proxy::start());
        bad.behave(match how {
            "hang up" => Manner::HangUp,
            "mute" => Manner::Mute,
            status => Manner::Status(status.parse().expect("a status")),
        });
        let addresses = [format!("{scheme}://{}", bad.address()), format!("http://{}", good.address())];
        let world = behind(&[&good, &bad], &addresses, LIMITS);
        let ran = world.sync();
        let told =
            format!("warning: letterboxd: proxy `{}` is set aside for this run: {says}", bad.address());
        assert!(ran.stderr.contains(&told), "{case}: no {told:?} in\n{}", ran.stderr);
        assert_eq!(world.radarr.posted().len(), 40, "{case}: nothing is lost by it");
    }
}

/// Listens, and answers whatever comes with this; returns its `HOST:PORT`.
fn answers(with: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let address = listener.local_addr().expect("a bound socket has an address").to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let _ = stream.read(&mut [0; 512]).and_then(|_| stream.write_all(with));
        }
    });
    address
}

#[test]
fn what_is_no_proxy_of_its_kind_is_named_with_a_hint() {
    for (scheme, with) in [
        ("socks5h", &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..]),
        ("socks5h", b""),
        ("http", b"\x05\xff\r\n\r\n"),
        ("http", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        ("http", b""),
    ] {
        let (host, good) = (answers(with), Proxy::start());
        let addresses = [format!("{scheme}://{host}"), format!("http://{}", good.address())];
        let world = behind(&[&good], &addresses, LIMITS);
        world
            .sync()
            .mentions(&format!("proxy `{host}` is set aside for this run: "))
            .mentions("hint: is it http, https, socks5 or socks5h?");
        assert_eq!(world.radarr.posted().len(), 40);
    }
}

#[test]
fn a_wrong_password_is_said_so_and_not_shown() {
    for (scheme, says) in [
        ("http", "it refused the user and password (HTTP 407)"),
        ("socks5h", "it refused the user and password"),
    ] {
        let proxy = Proxy::with_credentials("ada", "right");
        let world = behind(&[&proxy], &[format!("{scheme}://ada:wr0ngs3cr3t@{}", proxy.address())], "");
        let world = world.secret("wr0ngs3cr3t");
        world.lbjf(&["sync", "-vv"]).exits(Exit::Partial).mentions(&format!(
            "proxy `{}` is set aside for this run: {says}\nhint: check the user and password of this proxy",
            proxy.address()
        ));
        let check = world.lbjf(&["status", "--check"]);
        assert!(check.stdout.contains(&format!("`{}` fails: {says}", proxy.address())), "{}", check.stdout);
        assert!(check.stdout.contains("hint: check the user and password of this proxy"), "{}", check.stdout);
    }
}

#[test]
fn a_slow_letterboxd_sets_no_proxy_aside_when_they_are_tried() {
    let proxies = [Proxy::start(), Proxy::start()];
    let proxies: Vec<_> = proxies.iter().collect();
    let world = through(&proxies, &format!("{LIMITS}\nvalidate_proxies_on_startup = true"));
    world.fail_page(2, "/robots.txt", Fault::Hang);
    world
        .sync()
        .omits("set aside")
        .mentions("was tried, and nothing answered over it: no complete answer within 2 s");
    assert_eq!(world.radarr.posted().len(), 40);
    nothing_went_directly(&world, &proxies);
}

#[test]
fn all_proxies_that_die_in_the_midst_of_a_run_let_it_go_on_straight_only_when_that_is_allowed() {
    for is_allowed in [false, true] {
        let (one, two) = (Proxy::start(), Proxy::start());
        let addresses = [&one, &two].map(|proxy| format!("http://{}", proxy.address()));
        let world = World::new().watchlist_of(40);
        let list = addresses.map(|address| format!("\"{address}\"")).join(", ");
        let lines =
            format!("proxies = [{list}]\nmax_concurrent_requests = 1\nallow_direct_fallback = {is_allowed}");
        let world = world.set("[letterboxd]", &lines);
        world.letterboxd.server.fail(5, is_film, Fault::Delay(Duration::ZERO));
        // The sixth closes its connection, and no other is made.
        world.letterboxd.server.fail(
            usize::MAX,
            is_film,
            Fault::Close(Hook::new(move || {
                one.behave(Manner::HangUp);
                two.behave(Manner::HangUp);
            })),
        );
        let ran = world.lbjf(&["sync"]);
        if is_allowed {
            assert_eq!(world.radarr.posted().len(), 40, "{}", ran.stderr);
        } else {
            ran.exits(Exit::Partial).mentions("no proxy is left: each one failed");
            assert!(world.radarr.posted().len() < 40);
        }
    }
}

#[test]
fn a_proxy_file_that_names_no_proxy_stops_everything_before_a_request() {
    let proxy = Proxy::start();
    for beside in [String::new(), format!("proxies = [\"http://{}\"]\n", proxy.address())] {
        for text in ["", "# none\n\n", "\u{feff}"] {
            let lines = format!("{beside}proxy_file = \"proxies.txt\"\nallow_direct_fallback = true");
            let world = World::new().watchlist_of(3).set("[letterboxd]", &lines);
            std::fs::write(world.folder.path().join("proxies.txt"), text).expect("it can be written to");
            for args in [&["sync"][..], &["status", "--check"], &["scrape", "ada"], &["cleanup"]] {
                let ran = world.lbjf(args);
                let said = format!("{}{}", ran.stdout, ran.stderr);
                assert!(said.contains("proxies.txt` contains no proxy"), "{args:?}: {said}");
                ran.exits(Exit::Config);
            }
            assert_eq!(world.letterboxd.server.connections(), 0);
        }
    }
    assert_eq!(proxy.asked(), []);
}

#[test]
fn list_and_file_both_count_and_a_file_may_come_from_windows() {
    let (listed, plain, address) = (Proxy::start(), Proxy::start(), Proxy::with_credentials("ada", "p#ss"));
    let lines = "proxy_file = \"proxies.txt\"\nmax_concurrent_requests = 1";
    let proxies = [&listed, &plain, &address];
    let world = behind(&proxies, &[format!("socks5h://{}", listed.address())], lines).declare("proxies.txt");
    let text = format!(
        "\u{feff}{}  # home\r\n\r\nsocks5h://ada:p%23ss@{}\t# away\r\n",
        plain.address(),
        address.address()
    );
    std::fs::write(world.folder.path().join("proxies.txt"), text).expect("it can be written to");
    world.sync().omits("warning");
    for proxy in proxies {
        assert!(!proxy.asked().is_empty(), "{}", proxy.address());
    }
}
