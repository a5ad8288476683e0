//! The servers' JSON, asked for through both doors.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::sync::{Arc, Mutex};

use lbjf::clients::{jellyfin, radarr};
use lbjf::domain::ids::{JellyfinId, TmdbId};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use standins::{Reply, Server};

use super::{corpus, edit, edited, hold};
use crate::common::doors::{FILM, doors};

type Doors = (radarr::Radarr, jellyfin::Jellyfin);
type Said = Result<usize, String>;
/// Something like the answer, the question, and how much of an answer must at least be understood.
type Question = (&'static str, fn(&Doors) -> Said, fn(&Value) -> usize);

fn said<T>(result: Result<T, impl Error>) -> Said {
    count(result, |_| 0)
}

/// So many were understood.
fn count<T>(result: Result<T, impl Error>, len: fn(&T) -> usize) -> Said {
    result.map(|found| len(&found)).map_err(|error| error.to_string())
}

// How many of a kind stand in a body, as far as it can be told from outside. What is read must not be fewer: what is
// not seen is added again, made again, or taken for gone.

fn id(text: &str) -> JellyfinId {
    JellyfinId::parse(text).expect("an id")
}

fn no_list(_: &Value) -> usize {
    0
}

fn rows(body: &Value) -> usize {
    body.as_array().map_or(0, Vec::len)
}

fn of_radarr(body: &Value) -> usize {
    let films = body.as_array().into_iter().flatten();
    films.filter_map(|film| number(&film["tmdbId"])).collect::<HashSet<_>>().len()
}

fn sets(body: &Value) -> usize {
    items(body).filter(|item| item["Type"] == "BoxSet").count()
}

fn lists(body: &Value) -> usize {
    items(body).filter(|item| item["Type"] == "Playlist").count()
}

/// Of several entries of one item one is enough.
fn entries(body: &Value) -> usize {
    items(body).map(|item| item["Id"].to_string()).collect::<HashSet<_>>().len()
}

/// An item without an id of its own cannot be put anywhere.
fn films(body: &Value) -> usize {
    let is_film = |item: &&Value| item["Type"] == "Movie" || item["Type"] == "Video";
    let has_id = |item: &&Value| number(&item["ProviderIds"]["Tmdb"]).is_some_and(|id| id > 0);
    let is_item = |item: &&Value| item["Id"].as_str().is_some_and(|id| JellyfinId::parse(id).is_some());
    items(body).filter(is_film).filter(has_id).filter(is_item).count()
}

fn all(body: &Value) -> usize {
    items(body).count()
}

fn items(body: &Value) -> impl Iterator<Item = &Value> {
    body["Items"].as_array().into_iter().flatten()
}

fn number(value: &Value) -> Option<u32> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => u32::try_from(value.as_u64()?).ok(),
    }
}

const EXISTS: &str = r#"[{"propertyName":"TmdbId","errorMessage":"This movie has already been added","attemptedValue":949,"errorCode":"MovieExistsValidator"},{"propertyName":"Path","errorMessage":"Path '/movies/Heat (1995)' is already configured","attemptedValue":"/movies/Heat (1995)","errorCode":"MoviePathValidator"},{"propertyName":"RootFolderPath","errorMessage":"Root folder '/movies' does not exist"}]"#;
const ITEMS: &str = r#"{"Items":[{"Name":"Heat","Id":"a1","Type":"Movie","ProductionYear":1995,"ProviderIds":{"Tmdb":"949","Imdb":"tt0113277"},"UserData":{"Played":true}},{"Name":"Ada's watchlist","Id":"b2","Type":"BoxSet","Path":"/config/data/collections/Ada's watchlist [boxset]","ParentId":"c3"}],"TotalRecordCount":2}"#;

const LISTS: &str =
    r#"{"Items":[{"Name":"Watchlist","Id":"d4","Type":"Playlist","Etag":"e5"}],"TotalRecordCount":1}"#;
const ENTRIES: &str = r#"{"Items":[{"Name":"Heat","Id":"a1","Type":"Movie","ProviderIds":{"Tmdb":"949"},"PlaylistItemId":"a1"},{"Name":"Heat","Id":"a1","Type":"Movie","PlaylistItemId":"f6"},{"Name":"Ran","Id":"b2","Type":"Movie","Path":"/x","PlaylistItemId":"b2"}]}"#;

const QUESTIONS: &[Question] = &[
    (
        r#"{"appName":"Radarr","version":"6.0.3.10041","isDocker":true,"urlBase":""}"#,
        |d| said(d.0.check()),
        no_list,
    ),
    (r#"[{"id":4,"name":"HD-1080p","items":[]}]"#, |d| count(d.0.quality_profiles(), Vec::len), rows),
    (
        r#"[{"id":1,"path":"/movies/","accessible":true,"freeSpace":1}]"#,
        |d| count(d.0.root_folders(), Vec::len),
        rows,
    ),
    (r#"[{"id":1,"label":"lbjf-ada"}]"#, |d| said(d.0.tags()), no_list),
    (r#"{"id":1,"label":"lbjf-ada"}"#, |d| said(d.0.create_tag("lbjf-ada")), no_list),
    (
        r#"[{"id":1,"tmdbId":949,"movieTitle":"Heat","movieYear":1995}]"#,
        |d| count(d.0.exclusions(), HashSet::len),
        of_radarr,
    ),
    (
        r#"[{"id":1,"tmdbId":949,"path":"/movies/Heat (1995)","tags":[1]}]"#,
        |d| count(d.0.films(), HashMap::len),
        of_radarr,
    ),
    (
        r#"[{"id":1,"tmdbId":949,"path":"/movies/Heat (1995)","tags":null}]"#,
        |d| said(d.0.film(TmdbId::new(949).expect("an id"))),
        no_list,
    ),
    (
        r#"{"tmdbId":949,"title":"Heat","genres":["Action","Animation"]}"#,
        |d| said(d.0.look_up(TmdbId::new(949).expect("an id"))),
        no_list,
    ),
    (
        r#"{"message":"Movie with tmdbId 949 was not found","description":"at NzbDrone"}"#,
        |d| said(d.0.look_up(TmdbId::new(949).expect("an id"))),
        no_list,
    ),
    (r#"{"id":1,"tmdbId":949,"title":"Heat","genres":["Action"]}"#, |d| said(d.0.add(&FILM)), no_list),
    (EXISTS, |d| said(d.0.add(&FILM)), no_list),
    (
        r#"{"title":"One or more","status":400,"errors":{"$.tmdbId":["no number"]}}"#,
        |d| said(d.0.add(&FILM)),
        no_list,
    ),
    ("[]", |d| said(d.0.tag(&[1], 1)), no_list),
    (r#"{"Id":"s1","Version":"10.11.0","ServerName":"home"}"#, |d| said(d.1.info()), no_list),
    (
        r#"[{"Id":"u1","Name":"ada","Policy":{"IsDisabled":false}}]"#,
        |d| count(d.1.users(), |found| found.users.len()),
        rows,
    ),
    (ITEMS, |d| count(d.1.collections(), Vec::len), sets),
    (ITEMS, |d| count(d.1.items(), Vec::len), films),
    (ITEMS, |d| count(d.1.saved_since(0, "12.0.0"), Vec::len), films),
    (ITEMS, |d| said(d.1.watched_among(&id("u1"), &[id("a1")])), no_list),
    (r#"{"TotalRecordCount":3}"#, |d| said(d.1.item_count()), no_list),
    (ITEMS, |d| count(d.1.members(&id("b2")), Vec::len), all),
    (r#"{"Id":"b2"}"#, |d| said(d.1.create("Ada's watchlist")), no_list),
    (LISTS, |d| count(d.1.playlists(), Vec::len), lists),
    (ENTRIES, |d| count(d.1.entries(&id("d4"), &id("u1")), |found| found.members.len()), entries),
    (
        r#"{"Id":"d4","CanDelete":true}"#,
        |d| said(d.1.whose_playlist(&id("d4"), &id("u1"), "12.0.0")),
        no_list,
    ),
    (r#"{"Id":"d4"}"#, |d| said(d.1.create_playlist("Watchlist", &id("u1"))), no_list),
    (r#""Playlist not found""#, |d| said(d.1.add_entries(&id("d4"), &id("u1"), &[&id("a1")], true)), no_list),
    (r#""Error processing request.""#, |d| said(d.1.remove(&id("b2"), &[&id("a1")])), no_list),
];

#[test]
fn json_of_any_kind_is_read_or_explained_in_a_line() {
    const JUNK: &str = "null¦\"¦\\¦\\n¦\\u0000¦\\ud800¦{¦}¦[¦]¦:¦,¦-1¦1e999¦4294967296¦\"7\"¦true¦{\"a\":¦<html>¦\n¦\0¦é¦\
    \u{feff}¦18446744073709551616¦errorMessage¦very long ";
    let reply = Arc::new(Mutex::new(Reply::empty(200)));
    let next = Arc::clone(&reply);
    let server = Server::start(move |_| next.lock().unwrap().clone());
    let doors = doors(&server.url());
    let explains = |status, body: &str, ask: fn(&Doors) -> Said, least: fn(&Value) -> usize| {
        *reply.lock().unwrap() = Reply::new(status, "application/json", body);
        match ask(&doors) {
            Ok(count) => {
                let least = serde_json::from_str(body).map_or(0, |body| least(&body));
                prop_assert!(count >= least, "{count} of {least} in {body}");
            }
            Err(text) => {
                let fits = text.lines().count() == 1 && text.chars().count() < 1_000;
                prop_assert!(fits, "{body}\n{text}");
            }
        }
        Ok(())
    };
    for (status, body) in corpus::answers() {
        for (_, ask, least) in QUESTIONS {
            explains(status, &body, *ask, *least).unwrap();
        }
    }
    let status =
        prop_oneof![6 => Just(200), 2 => Just(400), 1 => select(&[201, 302, 404, 409, 500, 503][..])];
    // A value anywhere in the body, put in the place of another.
    let values = (r#"null true -1 1.5 "" "7" [] {} [null] "two\nlines""#).split(' ');
    let values: Vec<Value> = values.map(|text| serde_json::from_str(text).unwrap()).collect();
    let swaps = vec((any::<Index>(), select(values)), 0..3);
    let case = (any::<Index>(), status, swaps, vec(edit(JUNK), 0..3));
    hold("json", 1_000, &case, |(which, status, swaps, edits)| {
        let (body, ask, least) = QUESTIONS[which.index(QUESTIONS.len())];
        let mut tree: Value = serde_json::from_str(body).expect("a good body");
        for (at, value) in swaps {
            put(&mut tree, 9, at, value);
        }
        let body = edited(&tree.to_string(), &edits, &[]);
        explains(status, &body, ask, least)
    });
}

/// Puts a value in the place of one in `tree`.
fn put(tree: &mut Value, depth: u8, at: Index, value: Value) {
    let mut children: Vec<_> = match tree {
        Value::Array(list) if depth > 0 => list.iter_mut().collect(),
        Value::Object(fields) if depth > 0 => fields.values_mut().collect(),
        _ => Vec::new(),
    };
    match at.index(children.len() + 1) {
        0 => *tree = value,
        child => put(children.swap_remove(child - 1), depth - 1, at, value),
    }
}
