//! What comes from outside, bent and broken: pages, the config, the proxy file, the servers' JSON. Whatever they hold,
//! nothing panics, and what is said about them is fit to be read.
//!
//! What broke something once comes first (`corpus`). The same few cases run every time; `LBJF_FUZZ_SECONDS=3600 cargo
//! test --test slow fuzz::` runs new ones, each property for so long. A page that ends the whole process is left in
//! `target/tmp/fuzz-page.html`.

mod corpus;
mod json;
mod planted;

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use lbjf::clients::letterboxd::page;
use lbjf::config::{Config, ConfigError};
use lbjf::domain::ids::Uid;
use planted::{PLANTED, SECRET, is_shown};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestCaseResult, TestError, TestRng, TestRunner};
use standins::letterboxd::{Film, Link, Markup, pages};

/// Runs a property `cases` times, or with new cases until the time is over.
#[expect(clippy::print_stdout, reason = "how many cases a long run had is its result")]
fn hold<S: Strategy>(name: &str, cases: u32, strategy: &S, property: impl Fn(S::Value) -> TestCaseResult) {
    let seconds = env::var("LBJF_FUZZ_SECONDS").map(|text| text.parse().expect("a number of seconds"));
    let (start, mut executions) = (Instant::now(), 0);
    loop {
        let config = Cases { cases, failure_persistence: None, max_shrink_time: 30_000, ..Cases::default() };
        let mut runner = match seconds {
            Ok(_) => TestRunner::new(config),
            Err(_) => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
        };
        match runner.run(strategy, &property) {
            Ok(()) => executions += cases,
            Err(TestError::Fail(reason, case)) => panic!("{name}: {reason}\n{case:?}"),
            Err(aborted) => panic!("{name}: {aborted}"),
        }
        if seconds.as_ref().map_or(true, |most| start.elapsed() >= Duration::from_secs(*most)) {
            break;
        }
    }
    println!("{name}: {executions} executions");
}

/// One change to a text. Places are parts of its length.
#[derive(Clone, Debug)]
enum Edit {
    Cut(Index),
    Delete(Index, usize),
    /// So often; deeper each time when it is a start tag.
    Insert(Index, &'static str, usize),
    /// A piece of this text, or of another one, to another place.
    Splice(Index, Index, usize, Index),
    /// What stands between two quotes, or between an end and a beginning: values and names of attributes.
    Swap(Index, Index),
    Replace(Index, char),
}

/// Pieces to put in, apart by `¦`.
fn any_of(pieces: &'static str) -> impl Strategy<Value = &'static str> + Clone {
    select(pieces.split('¦').collect::<Vec<_>>())
}

fn edit(junk: &'static str) -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        1 => at().prop_map(Edit::Cut),
        8 => (at(), prop_oneof![1..12_usize, 1..2_000_usize]).prop_map(|(from, length)| Edit::Delete(from, length)),
        6 => (at(), any_of(junk)).prop_map(|(place, text)| Edit::Insert(place, text, 1)),
        1 => (at(), any_of(junk), 2..400_usize).prop_map(|(place, text, times)| Edit::Insert(place, text, times)),
        4 => (at(), at(), 1..3_000_usize, at()).prop_map(|(whose, from, length, to)| Edit::Splice(whose, from, length, to)),
        4 => (at(), at()).prop_map(|(one, other)| Edit::Swap(one, other)),
        4 => (at(), any::<char>()).prop_map(|(place, letter)| Edit::Replace(place, letter)),
    ]
}

/// A few changes; `others` is what pieces come from.
fn edited(text: &str, edits: &[Edit], others: &[String]) -> String {
    let place = |text: &str, at: &Index| text.floor_char_boundary(at.index(text.len() + 1));
    edits.iter().fold(text.to_owned(), |mut text, edit| {
        match edit {
            Edit::Cut(at) => text.truncate(place(&text, at)),
            Edit::Delete(at, length) => {
                let start = place(&text, at);
                text.replace_range(start..text.floor_char_boundary(start + length), "");
            }
            Edit::Insert(at, junk, times) => text.insert_str(place(&text, at), &junk.repeat(*times)),
            Edit::Splice(whose, from, length, to) => {
                let other = others.get(whose.index(2 * others.len() + 1)).unwrap_or(&text);
                let start = place(other, from);
                let piece = other[start..other.floor_char_boundary(start + length)].to_owned();
                text.insert_str(place(&text, to), &piece);
            }
            Edit::Swap(one, other) => {
                let mut pieces: Vec<_> = text.split('"').collect();
                let (one, other) = (one.index(pieces.len()), other.index(pieces.len()));
                pieces.swap(one, other);
                text = pieces.join("\"");
            }
            Edit::Replace(at, letter) => {
                let start = place(&text, at);
                let end = text.ceil_char_boundary((start + 1).min(text.len()));
                text.replace_range(start..end, letter.encode_utf8(&mut [0; 4]));
            }
        }
        text
    })
}

const HTML: &str = "<¦>¦\"¦'¦=¦/¦\0¦&¦&quot;¦&#0;¦&#x110000;¦&#xd800;¦&NotEqualTilde;¦\u{200e}¦<li>¦</li>¦\
    <li class=griditem>¦<li class=\"posteritem\"><p data-item-slug='a/b'>¦<div>¦</div>¦</section>¦\
    <aside>¦<table>¦<td>¦<select>¦<template>¦<svg>¦<math><mi>¦<b><p>¦<a>¦</a>¦<form>¦<p>¦</p>¦</body>¦\
    <frameset>¦<plaintext>¦<!--¦-->¦<![CDATA[¦<!DOCTYPE x>¦<?¦<script>¦</script>¦<title>¦<textarea>¦\
    <noscript>¦ data-item-slug=''¦ data-item-link='/film//'¦ data-film-id=¦\
    \x20data-num-entries=99999999999¦ data-owner='bob'¦film:¦/film/¦viewingable.uid¦../";

static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let films: Vec<_> =
        (1..=28).map(|n| Film::movie(&format!("film-{n}"), "A film & more", 1990, n)).collect();
    let links = [Link::Movie(949), Link::Tv(87), Link::None, Link::Contradiction { button: 1, body: 2 }];
    let mut all: Vec<_> = (Markup::ALL.into_iter())
        .flat_map(|markup| {
            let film =
                links.map(|link| pages::film_page_of(markup, &Film::new("heat-1995", "Heat", 1995, link)));
            let lists =
                [5, 2, 0].map(|count| pages::watchlist_page(markup, "Ada", 1, 3, 60, &films[..count]));
            film.into_iter().chain(lists)
        })
        .collect();
    all.push(pages::watchlist_page(Markup::May2026, "Ada", 2, 3, 60, &films));
    let others = [pages::private_page, pages::challenge_page, pages::rate_limit_page, pages::foreign_page];
    all.extend(others.map(|page| page()));
    all
});

fn reads(html: &str) -> TestCaseResult {
    // A stack that overflows cannot be caught.
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-page.html"), html)?;
    let is_uid = |uid: &Option<Uid>| {
        uid.as_ref().is_none_or(|uid| {
            let parts = uid.as_str().split_once(':');
            parts.is_some_and(|(kind, number)| !kind.is_empty() && number.parse::<u128>().is_ok())
        })
    };
    page::title(html);
    let film = page::film(html);
    if let Ok(film) = film {
        prop_assert!(is_uid(&film.uid), "{:?}", film.uid);
    }
    if let Ok(list) = page::watchlist(html, "ada", 1) {
        let most = html.to_ascii_lowercase().matches("<li").count();
        prop_assert!(list.entries.len() <= most, "{} entries in {most} items", list.entries.len());
        for entry in &list.entries {
            prop_assert!(!entry.address.to_string().contains('/') && is_uid(&entry.uid), "{entry:?}");
        }
    }
    Ok(())
}

#[test]
fn pages_of_any_kind_are_read_or_refused() {
    let bent = (any::<Index>(), vec(edit(HTML), 1..6));
    let bent = bent.prop_map(|(which, edits)| edited(&PAGES[which.index(PAGES.len())], &edits, &PAGES));
    let noise = vec(any::<u8>(), 0..600).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let soup = vec(any_of(HTML), 0..300).prop_map(|pieces| pieces.concat());
    let html = prop_oneof![8 => bent, 1 => noise, 1 => soup];
    // As large as in the pool.
    let thread = thread::Builder::new().stack_size(8 << 20);
    let read = move || {
        for beginning in corpus::HIDDEN {
            reads(&corpus::deep(beginning)).unwrap();
        }
        hold("pages", 600, &html, |html| reads(&html));
    };
    let done = thread.spawn(read).unwrap().join();
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

const TOML: &str = "\"¦'¦=¦[¦]¦[[¦{¦}¦#¦\\¦\n¦\r¦\0¦.¦,¦1e999¦-1¦0x¦4294967296¦nan¦1979-05-27¦true¦\"\"\"¦'''¦\\u0000¦\
    é¦\u{feff}¦[users]¦[[radarr]]¦a.b = 1¦users = []¦http://¦@¦/¦*¦[jellyfin]";

/// The example with every default written out.
static EXAMPLE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let text = include_str!("../../config.example.toml");
    let set = |line: &str| line.strip_prefix('#').unwrap_or(line).to_owned();
    text.lines().filter(|line| !line.starts_with("# ") && *line != "#").map(set).collect()
});

fn parse(text: &str, folder: &Path) -> Result<Config, ConfigError> {
    let env = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
    Config::parse(text, &folder.join("config.toml"), &env)
}

/// Messages name lines that exist, and show nothing of what must not be seen.
fn complains(text: &str, folder: &Path) -> TestCaseResult {
    let shown = match parse(text, folder) {
        Ok(config) => format!("{config:?}"),
        Err(error) => {
            let ConfigError::Wrong { problems, .. } = &error else { panic!("{error:?}") };
            let last = 1 + text.matches('\n').count();
            prop_assert!(
                !problems.is_empty() && problems.iter().all(|problem| problem.line <= last),
                "{error}"
            );
            format!("{error} {error:?} {:?}", error.hint())
        }
    };
    prop_assert!(!is_shown(text, &shown), "{text}\n{shown}");
    Ok(())
}

#[test]
fn configs_of_any_kind_are_explained_without_their_secrets() {
    // Lines that hold a secret stay whole, up to their end; all others are bent one by one.
    let line = (any::<Index>(), vec(edit(TOML), 0..3));
    let bent = (vec(line, 0..6), vec((any::<Index>(), any_of(PLANTED), any_of(TOML)), 0..3), any::<bool>());
    let bent = bent.prop_map(|(edits, planted, is_cut)| {
        let mut lines = EXAMPLE.clone();
        for (at, edits) in &edits {
            let index = at.index(lines.len());
            lines[index] = edited(&lines[index], edits, &EXAMPLE);
        }
        for (at, plant, tail) in planted {
            let tail = if is_cut { tail } else { "" };
            lines.insert(at.index(lines.len() + 1), format!("{}{tail}", plant.replace("SECRET", SECRET)));
        }
        lines.join("\n").replace("api_key = \"put-the-key-here\"", &format!("api_key = \"{SECRET}\""))
    });
    let whole = vec(edit(TOML), 1..5).prop_map(|edits| edited(&EXAMPLE.join("\n"), &edits, &[]));
    let soup = vec(prop_oneof![any_of(TOML), any_of(PLANTED)], 0..60).prop_map(|pieces| pieces.concat());
    let text = prop_oneof![8 => bent, 2 => whole, 1 => soup, 1 => any::<String>()];
    let folder = tempfile::tempdir().unwrap();
    for text in corpus::CONFIGS {
        complains(&text.replace("SECRET", SECRET), folder.path()).unwrap();
    }
    hold("config", 1_500, &text, |text| complains(&text, folder.path()));
}

#[test]
fn proxy_files_of_any_kind_are_explained_without_their_secrets() {
    const LINES: &str =
        "# mine\n10.0.0.1:8080\nproxy.example:3128:ada:SECRET\n[::1]:1080:u:SECRET:x\nh:1:\"SECRET\"\n\n";
    const JUNK: &str = ":¦[¦]¦@¦#¦\n¦\r¦\0¦%¦é¦ ¦http://¦65536¦-1¦/¦.¦xn--";
    let bent = vec(edit(JUNK), 1..6).prop_map(|edits| edited(&LINES.replace("SECRET", SECRET), &edits, &[]));
    let lines = prop_oneof![4 => bent, 1 => any::<String>()];
    let kind = select(&["http", "https", "socks5", "SOCKS5H", "none"][..]);
    let folder = tempfile::tempdir().unwrap();
    let explains = |lines: &str, kind: &str| {
        fs::write(folder.path().join("proxies.txt"), lines)?;
        let mut text = format!("[letterboxd]\nproxy_file = \"proxies.txt\"\nproxy_type = \"{kind}\"\n");
        let _ = write!(text, "[[users]]\nletterboxd_username = \"ada\"\n[system]\n");
        let Err(error) = parse(&text, folder.path()) else { return Ok(()) };
        let shown = format!("{error} {error:?}");
        let numbers = shown.split(": line ").filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok());
        prop_assert!(!shown.contains(&SECRET[..8]), "{shown}");
        prop_assert!(numbers.max().unwrap_or(0) <= lines.lines().count().max(4), "{shown}");
        Ok(())
    };
    for lines in corpus::PROXIES {
        explains(&lines.replace("SECRET", SECRET), "http").unwrap();
    }
    hold("proxies", 1_000, &(lines, kind), |(lines, kind)| explains(&lines, kind));
}
