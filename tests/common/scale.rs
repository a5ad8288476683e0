//! Worlds with many people, long lists and large servers. Half of each list is everybody's.

#![allow(dead_code, reason = "each file uses its part")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::fmt::rfc2822::DateTimePrinter;
use lbjf::store::Store;
use rusqlite::{Connection, params};
use standins::{Fault, Reply, Request};

use crate::common::World;

/// Letterboxd pages at a time.
pub const WORKERS: u32 = 32;

/// By how much Jellyfin's clock is ahead of the time at which its films were saved: they have been there for long when
/// they are first looked at.
const LATER: Duration = Duration::from_hours(2);

/// Films that Radarr lacks of those that are listed, at the least.
const NEW_TO_RADARR: u32 = 10;

/// `user-0`, `user-1`, ...
pub fn name(user: u32) -> String {
    format!("user-{user}")
}

/// The list of one person, newest first.
pub fn slugs(user: u32, films: u32) -> impl Iterator<Item = String> {
    let own = move |number| format!("film-{number}-of-{user}");
    (1..=films / 2).map(|number| format!("film-{number}")).chain((films / 2 + 1..=films).map(own))
}

/// How many films all of them list.
pub fn different(users: u32, films: u32) -> u32 {
    films / 2 + users * (films - films / 2)
}

/// How many of them Radarr lacks in a [`world`].
pub fn new_to_radarr(users: u32, films: u32, library: u32) -> u32 {
    let all = different(users, films);
    all - library.min(all.saturating_sub(NEW_TO_RADARR))
}

/// People with long lists, each with a collection. Library and Radarr hold the first `library` of what they list, and
/// other films up to that number; Radarr lacks ten of what is listed.
pub fn world(users: u32, films: u32, library: u32) -> World {
    let (world, all) = people(users, films);
    for slug in all.iter().take(library as usize) {
        world.download(slug);
    }
    for slug in all.iter().skip(NEW_TO_RADARR as usize).take(library as usize) {
        world.radarr.has(world.letterboxd.tmdb_id(slug));
    }
    for number in u32::try_from(all.len()).expect("few films")..library {
        world.jellyfin.add_film(5_000_000 + number, &format!("Other {number}"));
        world.radarr.know(5_000_000 + number, &format!("Other {number}"), 1990, &[]);
        world.radarr.has(5_000_000 + number);
    }
    world.jellyfin.pass_time(LATER);
    world
}

/// The people with their lists, and every film that is listed, the shared ones first.
pub fn people(users: u32, films: u32) -> (World, Vec<String>) {
    let mut world = World::new()
        .without("[[users]]")
        .set("[letterboxd]", &format!("max_concurrent_requests = {WORKERS}"));
    let mut all: Vec<String> = slugs(0, films).take(films as usize / 2).collect();
    for user in 0..users {
        let name = name(user);
        world = world.user(&name, &format!("jellyfin_collection = \"List of {name}\""));
        let list: Vec<String> = slugs(user, films).collect();
        world.letterboxd.set_watchlist(&name, &list.iter().map(String::as_str).collect::<Vec<_>>());
        all.extend_from_slice(&list[films as usize / 2..]);
    }
    (world, all)
}

/// Such a world after many runs: every film is known, Radarr has them all, and what stands in the library is in the
/// collections. Library and Radarr answer from memory, with bodies of real size.
pub fn settled(users: u32, films: u32, library: u32) -> World {
    let (world, all) = people(users, films);
    let mut items = Vec::new();
    for slug in all.iter().take(films as usize / 2) {
        let tmdb = world.letterboxd.tmdb_id(slug);
        items.push((world.jellyfin.add_film(tmdb, slug), tmdb));
    }
    for number in u32::try_from(items.len()).expect("few films")..library {
        let tmdb = 5_000_000 + number;
        items.push((world.jellyfin.add_film(tmdb, &format!("other-{number}")), tmdb));
    }
    let is_library = |request: &Request| {
        request.param("includeItemTypes").as_deref() == Some("Movie")
            && ["userId", "minDateLastSaved", "limit"].iter().all(|part| request.param(part).is_none())
    };
    world.jellyfin.pass_time(LATER);
    let library = library_of(&items).with_header("Date", &http_date(LATER));
    world.jellyfin.server.fail(usize::MAX, is_library, Fault::Instead(library));
    let movies = movies_of(items.iter().map(|(_, tmdb)| *tmdb));
    let is_movies = |request: &Request| {
        request.method == "GET" && request.path == "/api/v3/movie" && request.param("tmdbId").is_none()
    };
    world.radarr.server.fail(usize::MAX, is_movies, Fault::Instead(movies));
    fill_store_of(&world, users, films);
    world.sync();
    // What is in the collections is looked at once more.
    world.sync();
    world.forget_requests();
    world
}

fn http_date(later: Duration) -> String {
    let now = jiff::Timestamp::now() + later;
    DateTimePrinter::new().timestamp_to_rfc9110_string(&now).expect("it is past 1970")
}

/// A compressed answer in JSON, made piece by piece.
fn packed(write: impl FnOnce(&mut GzEncoder<Vec<u8>>)) -> Reply {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    write(&mut encoder);
    let body = encoder.finish().expect("memory takes everything");
    Reply::new(200, "application/json; charset=utf-8", body).with_header("Content-Encoding", "gzip")
}

fn library_of(items: &[(String, u32)]) -> Reply {
    packed(|body| {
        let mut start = "{\"Items\":[";
        for (index, (id, tmdb)) in items.iter().enumerate() {
            let _ = write!(
                body,
                "{start}{{\"Name\":\"Film {index}\",\"ServerId\":\"6c62272e07bb014262b821756295c58d\",\"Id\":\"{id}\",\
                 \"ChannelId\":null,\"IsFolder\":false,\"Type\":\"Movie\",\"ImageBlurHashes\":{{}},\
                 \"LocationType\":\"FileSystem\",\"MediaType\":\"Video\",\"RunTimeTicks\":72000000000,\
                 \"ProductionYear\":1995,\"ProviderIds\":{{\"Tmdb\":\"{tmdb}\",\"Imdb\":\"tt{tmdb:07}\",\
                 \"TmdbCollection\":\"{index}\"}},\"UserData\":{{\"PlaybackPositionTicks\":0,\"PlayCount\":0,\
                 \"IsFavorite\":false,\"Played\":false,\"Key\":\"{tmdb}\",\"ItemId\":\"{id}\"}}}}"
            );
            start = ",";
        }
        let _ = write!(body, "],\"TotalRecordCount\":{},\"StartIndex\":0}}", items.len());
    })
}

/// Ten kilobytes a film, as Radarr has them with their titles, ratings, images and files.
fn movies_of(ids: impl Iterator<Item = u32>) -> Reply {
    let mut middle = String::from("\"alternateTitles\":[");
    for number in 0..60 {
        let _ = write!(
            middle,
            "{}{{\"sourceType\":\"tmdb\",\"movieMetadataId\":1,\"title\":\"Another title {number}\",\"id\":{number}}}",
            if number == 0 { "" } else { "," }
        );
    }
    let _ = write!(middle, "],\"overview\":\"{}\"", "What it is about. ".repeat(40));
    let _ = write!(
        middle,
        ",\"ratings\":{{\"imdb\":{{\"votes\":1,\"value\":7.5,\"type\":\"user\"}}}},\"movieFile\":{{"
    );
    for number in 0..60 {
        let _ = write!(middle, "\"field{number}\":\"some value {number} of a file\",");
    }
    middle.push_str("\"size\":12345678901}");
    packed(|body| {
        let mut start = '[';
        for (index, tmdb) in ids.enumerate() {
            let _ = write!(
                body,
                "{start}{{\"title\":\"Film {index}\",{middle},\"path\":\"/movies/Film {index} (1995)\",\
                 \"tmdbId\":{tmdb},\"tags\":[1,2],\"id\":{}}}",
                index + 1
            );
            start = ',';
        }
        let _ = write!(body, "{}", if start == '[' { "[]" } else { "]" });
    })
}

/// The store of such a world, as if it had been read long ago.
fn fill_store_of(world: &World, users: u32, films: u32) {
    fill(&world.database(), users, films, |slug| world.letterboxd.film_ids(slug));
}

/// A store of so many people with so many films each, all of them known, and answered by Radarr.
pub fn fill_store(path: &Path, users: u32, films: u32) {
    let mut known = std::collections::HashMap::new();
    fill(path, users, films, |slug| {
        let next = u32::try_from(known.len()).expect("few films") + 1;
        let id = *known.entry(slug.to_owned()).or_insert(next);
        (id, id)
    });
}

/// `ids` gives a film's number at Letterboxd and its TMDB id.
fn fill(path: &Path, users: u32, films: u32, mut ids: impl FnMut(&str) -> (u32, u32)) {
    drop(Store::open(path).expect("a new store"));
    let mut db = Connection::open(path).expect("it was just made");
    let tx = db.transaction().expect("nobody else has it");
    let now = std::time::UNIX_EPOCH.elapsed().expect("a clock that is set").as_secs();
    let now = i64::try_from(now).expect("a sensible time");
    {
        let prepare = |sql| tx.prepare(sql).expect("the schema is known");
        let mut list = prepare(
            "INSERT INTO list (kind, address, declared, accepted_at, whole_at, read_at, good_at, outcome)
             VALUES ('watchlist', ?1, ?2, ?3, ?3, ?3, ?3, 'complete')",
        );
        let mut person = prepare("INSERT INTO person (name) VALUES (?1)");
        let mut server = prepare("INSERT INTO person_server (person, server) VALUES (?1, 'radarr')");
        let mut person_list = prepare("INSERT INTO person_list (person, list_id) VALUES (?1, ?2)");
        let mut film = prepare(
            "INSERT OR IGNORE INTO film (uid, address, name, year, kind, tmdb_id) VALUES (?1, ?2, ?3, 2000, ?4, ?5)",
        );
        let mut slug = prepare("INSERT OR IGNORE INTO slug (slug, uid) VALUES (?1, ?2)");
        let mut entry = prepare(
            "INSERT INTO list_entry (list_id, uid, position, is_placed, first_seen_at) VALUES (?1, ?2, ?3, 1, ?4)",
        );
        let mut request = prepare(
            "INSERT INTO request (person, uid, server, requested_at, answered_at) VALUES (?1, ?2, 'radarr', ?3, ?3)",
        );
        let mut presence = prepare("INSERT INTO presence (person, uid, state) VALUES (?1, ?2, 'waiting')");
        for user in 0..users {
            let name = name(user);
            list.execute(params![name, films, now]).expect("a new list");
            let list_id = tx.last_insert_rowid();
            person.execute([&name]).expect("a new person");
            server.execute([&name]).expect("a new person");
            person_list.execute(params![name, list_id]).expect("it is theirs");
            for (position, text) in slugs(user, films).enumerate() {
                let (number, tmdb) = ids(&text);
                let uid = format!("film:{number}");
                film.execute(params![uid, text, text, "movie", tmdb]).expect("a film");
                slug.execute(params![text, uid]).expect("a name");
                let position = i64::try_from(position).expect("short");
                entry.execute(params![list_id, uid, position, now]).expect("an entry");
                request.execute(params![name, uid, now]).expect("a request");
                presence.execute(params![name, uid]).expect("a film that waits");
            }
        }
    }
    tx.commit().expect("the disk has room");
}
