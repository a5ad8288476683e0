//! A Letterboxd with one member whose pages are all made beforehand, of the size that real ones have.

#![allow(dead_code, reason = "each bench uses its part")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use lbjf::clients::letterboxd::page;
use standins::letterboxd::{Film, Markup, pages};
use standins::{Reply, Server};

/// The film of the page that is kept with the project's captures.
const CAPTURED: (&str, u32, u32) = ("mulholland-drive", 51171, 1018);

/// A real film page, or one of the stand-in blown up to its size: 314 KB, 4,200 tags.
pub fn film_page() -> String {
    let made = || {
        let (slug, uid, tmdb) = CAPTURED;
        grown(
            &pages::film_page(&Film::movie(slug, "Mulholland Drive", 2001, tmdb).with_uid(uid)),
            314_000,
            1500,
        )
    };
    capture("film/film_movie_mulholland-drive_2026-01-08.raw.html").unwrap_or_else(made)
}

/// A real watchlist page, or one of the stand-in blown up to its size: 129 KB.
pub fn watchlist_page() -> (String, &'static str) {
    let made = || watchlist(1, 415, true);
    match capture("watchlist/watchlist_page1_spazznolo_2026-01-21.rendered.html") {
        Some(html) => (html, "spazznolo"),
        None => (made(), "ada"),
    }
}

/// Pages that are too real to be in the repository; `None` where they are not at hand.
fn capture(name: &str) -> Option<String> {
    std::fs::read_to_string(standins::shared("captures")?.join(name)).ok()
}

/// A page with so many reviews more that it has this size.
fn grown(html: &str, bytes: usize, items: usize) -> String {
    let mut filler = String::with_capacity(bytes);
    let text = bytes.saturating_sub(html.len()) / items;
    for item in 0..items {
        let _ = write!(filler, "<div class=\"review js-{item}\"><span>");
        let mut seed = item as u64;
        while filler.len() < (item + 1) * text {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let _ = write!(filler, "word{:x} ", seed >> 52);
        }
        filler.push_str("</span></div>\n");
    }
    html.replacen("</body>", &(filler + "</body>"), 1)
}

fn film(number: u32) -> Film {
    Film::movie(&format!("film-{number}"), &format!("Film {number}"), 1990, 1000 + number)
        .with_uid(1_000_000 + number)
}

fn watchlist(number: u32, films: u32, real: bool) -> String {
    let last = films.div_ceil(page::ENTRIES_PER_PAGE);
    let first = (number - 1) * page::ENTRIES_PER_PAGE + 1;
    let shown: Vec<_> = (first..=films.min(first + page::ENTRIES_PER_PAGE - 1)).map(film).collect();
    let html = pages::watchlist_page(Markup::May2026, "ada", number, last, films, &shown);
    if real { grown(&html, 129_000, 350) } else { html }
}

/// Every page of `ada`'s watchlist and of its films, by path.
pub struct Site {
    pages: HashMap<String, Reply>,
    sample: (String, String),
    films: u32,
}

impl Site {
    /// Makes the pages.
    pub fn new(films: u32, real: bool) -> Self {
        let template = film_page();
        let film_page = |number: u32| {
            let film = film(number);
            if !real {
                return pages::film_page(&film);
            }
            let (_, uid, tmdb) = CAPTURED;
            template
                .replace(&format!("film:{uid}"), &format!("film:{}", film.uid))
                .replace(&format!("data-tmdb-id=\"{tmdb}\""), &format!("data-tmdb-id=\"{}\"", 1000 + number))
                .replace(&format!("/movie/{tmdb}"), &format!("/movie/{}", 1000 + number))
        };
        let mut made = HashMap::new();
        for number in 1..=films.div_ceil(page::ENTRIES_PER_PAGE) {
            let path = match number {
                1 => "/ada/watchlist/".to_owned(),
                _ => format!("/ada/watchlist/page/{number}/"),
            };
            made.insert(path, packed(&watchlist(number, films, real)));
        }
        made.extend((1..=films).map(|number| (format!("/film/film-{number}/"), packed(&film_page(number)))));
        Self { pages: made, sample: (watchlist(1, films, real), film_page(1)), films }
    }

    /// Answers each page after this time.
    pub fn serve(&self, pause: Duration) -> Server {
        let pages = self.pages.clone();
        Server::start(move |request| {
            thread::sleep(pause);
            pages.get(&request.path).cloned().unwrap_or_else(|| Reply::empty(404))
        })
    }

    /// How long reading all pages takes on one core, nothing else being done.
    pub fn parse_time(&self) -> Duration {
        let (list, film) = &self.sample;
        best(|| page::watchlist(list, "ada", 1).is_ok()) * self.films.div_ceil(page::ENTRIES_PER_PAGE)
            + best(|| page::film(film).is_ok()) * self.films
    }
}

fn best(work: impl Fn() -> bool) -> Duration {
    let once = || {
        let started = Instant::now();
        assert!(work(), "the page can be read");
        started.elapsed()
    };
    (0..20).map(|_| once()).min().expect("twenty times")
}

fn packed(html: &str) -> Reply {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(html.as_bytes()).expect("memory takes everything");
    let body = encoder.finish().expect("memory takes everything");
    Reply::html(200, body).with_header("Content-Encoding", "gzip")
}
