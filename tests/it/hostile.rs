//! Pages that want to hurt: bounded memory, a plain message, no abort.

mod text;

use std::io::Write;

use crate::common::{Ran, World, peak_mb};
use flate2::Compression;
use flate2::write::GzEncoder;
use standins::letterboxd::{Film, Markup, pages};
use standins::{Fault, Reply};

/// Peak memory of a run may be this many MB.
const MOST_MB: u64 = 150;

/// Scrapes a watchlist whose every page and film page is answered so; gives the run and its peak memory in MB.
fn scrape(world: &World, reply: Reply) -> (Ran, u64) {
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(reply));
    let mut run = world.begin(&["scrape", "ada"]);
    let peak_mb = peak_mb(&mut run);
    (world.end(run), peak_mb)
}

fn gzip(parts: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for part in parts {
        encoder.write_all(&part).expect("memory can be written to");
    }
    encoder.finish().expect("memory can be written to")
}

fn in_a_page(body: &str) -> String {
    format!("<!DOCTYPE html><html><body class=\"watchlist\" data-owner=\"ada\">{body}</body></html>")
}

#[test]
fn hostile_pages_end_with_a_plain_message_in_bounded_memory() {
    let bomb = gzip((0..200).map(|_| vec![b' '; 1 << 20]));
    let bomb = Reply::html(200, bomb).with_header("Content-Encoding", "gzip");
    let flat = in_a_page(&"<p class=\"x\">y".repeat(250_000));
    for (what, reply, message) in [
        ("nested tags", Reply::html(200, "<div>".repeat(10_000)), "it has tags nested more than 256 deep"),
        ("many nested tags", Reply::html(200, "<div>".repeat(100_000)), "more than 15000 tags"),
        (
            "attributes",
            Reply::html(200, format!("<p{}>", " a=1".repeat(60_000))),
            "it has a tag with more than 256 attributes",
        ),
        ("many tags", Reply::html(200, flat), "an unexpected page came instead"),
        ("comments", Reply::html(200, in_a_page(&"<!>".repeat(1_000_000))), "more than 15000 tags"),
        (
            "a megabyte in one attribute",
            Reply::html(200, in_a_page(&format!("<p title=\"{}\">", "x".repeat(1 << 20)))),
            "the page has no .js-watchlist-content[data-num-entries]",
        ),
        ("gzip bomb", bomb, "the answer is larger than 4 MiB"),
        ("endless text", Reply::html(200, vec![b'x'; 5 << 20]), "the answer is larger than 4 MiB"),
        ("no UTF-8", Reply::html(200, vec![0xff; 1 << 20]), "an unexpected page came instead: title `none`"),
        ("nothing", Reply::html(200, ""), "an unexpected page came instead: it is empty"),
    ] {
        let (ran, peak_mb) = scrape(&World::new(), reply);
        assert_eq!(ran.code, 1, "{what}: {}", ran.stderr);
        let ran = ran.mentions(message);
        assert!(peak_mb < MOST_MB, "{what}: {peak_mb} MB");
        assert!(ran.stderr.len() < 1000, "{what}: {}", ran.stderr);
    }
}

#[test]
fn redirects_are_followed_on_the_same_host_only_and_not_for_ever() {
    let circle = Reply::empty(302).with_header("Location", "/ada/watchlist/");
    let (ran, _) = scrape(&World::new(), circle);
    ran.mentions("lbjf: error: ada: Letterboxd redirects to `http://127.0.0.1");
    let away = Reply::empty(302).with_header("Location", "https://example.org/login?key=s3cr3t");
    let (ran, _) = scrape(&World::new(), away);
    ran.says("lbjf: error: ada: Letterboxd redirects to `https://example.org/login`");
}

#[test]
fn a_page_cut_in_the_middle_is_asked_again_and_never_a_shorter_list() {
    let world = World::new();
    let films: Vec<_> = (1..=20).map(|n| Film::movie(&format!("film-{n}"), "Film", 1990, n)).collect();
    let whole = pages::watchlist_page(Markup::May2026, "ada", 1, 1, 20, &films);
    let cut = &whole[..whole.len() / 2];
    let (ran, _) = scrape(&world, Reply::html(200, cut));
    assert_eq!(ran.code, 1);
    ran.mentions("Letterboxd cannot be reached: the connection was closed before the answer was complete");
    assert_eq!(world.letterboxd.pages_asked().len(), 3, "time may heal it");
}

#[test]
fn a_panic_or_an_abort_in_one_film_page_would_not_hide_the_others() {
    let world = World::new().watchlist(&["one", "two", "three"]);
    let page = Reply::html(200, "<div>".repeat(100_000));
    world.letterboxd.server.fail(usize::MAX, |request| request.path == "/film/two/", Fault::Instead(page));
    let ran = world.lbjf(&["sync"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert_eq!(world.radarr.posted().len(), 2);
    ran.mentions(
        "1 film page not read: an unexpected page came instead: title `none`, body class `none`, 500000 bytes (`two`)",
    );
}
