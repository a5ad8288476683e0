//! The servers' JSON, asked for through both doors.

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lbjf::api::{Api, Secret};
use lbjf::film::TmdbId;
use lbjf::http::{Http, Options, Patience};
use lbjf::radarr::NewFilm;
use lbjf::{jellyfin, radarr};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use standins::{Reply, Server};

use super::{edit, edited, hold};

type Doors = (radarr::Radarr, jellyfin::Jellyfin);
type Said = Result<(), String>;
type Question = (&'static str, fn(&Doors) -> Said);

fn said<T>(result: Result<T, impl Error>) -> Said {
    result.map(drop).map_err(|error| error.to_string())
}

const FILM: NewFilm<'_> = NewFilm {
    tmdb: TmdbId(949),
    title: "Heat",
    year: 1995,
    quality_profile_id: 4,
    root_folder: "/movies",
    path: None,
    is_monitored: true,
    minimum_availability: "released",
    tags: &[1],
    search: true,
};

const EXISTS: &str = r#"[{"propertyName":"TmdbId","errorMessage":"This movie has already been added","attemptedValue":949,"errorCode":"MovieExistsValidator"},{"propertyName":"Path","errorMessage":"Path '/movies/Heat (1995)' is already configured","attemptedValue":"/movies/Heat (1995)","errorCode":"MoviePathValidator"},{"propertyName":"RootFolderPath","errorMessage":"Root folder '/movies' does not exist"}]"#;
const ITEMS: &str = r#"{"Items":[{"Name":"Heat","Id":"a1","Type":"Movie","ProductionYear":1995,"ProviderIds":{"Tmdb":"949","Imdb":"tt0113277"},"UserData":{"Played":true}},{"Name":"Ada's watchlist","Id":"b2","Type":"BoxSet","Path":"/config/data/collections/Ada's watchlist [boxset]","ParentId":"c3"}],"TotalRecordCount":2}"#;

/// Each question, beside something like the answer it gets.
const QUESTIONS: &[Question] = &[
    (r#"{"appName":"Radarr","version":"6.0.3.10041","isDocker":true,"urlBase":""}"#, |d| said(d.0.check())),
    (r#"[{"id":4,"name":"HD-1080p","items":[]}]"#, |d| said(d.0.quality_profiles())),
    (r#"[{"id":1,"path":"/movies/","accessible":true,"freeSpace":1}]"#, |d| said(d.0.root_folders())),
    (r#"[{"id":1,"label":"lbjf-ada"}]"#, |d| said(d.0.tags())),
    (r#"{"id":1,"label":"lbjf-ada"}"#, |d| said(d.0.create_tag("lbjf-ada"))),
    (r#"[{"id":1,"tmdbId":949,"movieTitle":"Heat","movieYear":1995}]"#, |d| said(d.0.exclusions())),
    (r#"[{"id":1,"tmdbId":949,"path":"/movies/Heat (1995)","tags":[1]}]"#, |d| said(d.0.films())),
    (r#"[{"id":1,"tmdbId":949,"path":"/movies/Heat (1995)","tags":null}]"#, |d| said(d.0.film(TmdbId(949)))),
    (r#"{"tmdbId":949,"title":"Heat","genres":["Action","Animation"]}"#, |d| said(d.0.look_up(TmdbId(949)))),
    (r#"{"message":"Movie with tmdbId 949 was not found","description":"at NzbDrone"}"#, |d| {
        said(d.0.look_up(TmdbId(949)))
    }),
    (r#"{"id":1,"tmdbId":949,"title":"Heat","genres":["Action"]}"#, |d| said(d.0.add(&FILM))),
    (EXISTS, |d| said(d.0.add(&FILM))),
    (r#"{"title":"One or more","status":400,"errors":{"$.tmdbId":["no number"]}}"#, |d| said(d.0.add(&FILM))),
    ("[]", |d| said(d.0.tag(&[1], 1))),
    (r#"{"Id":"s1","Version":"10.11.0","ServerName":"home"}"#, |d| said(d.1.info())),
    (r#"[{"Id":"u1","Name":"ada","Policy":{"IsDisabled":false}}]"#, |d| said(d.1.users())),
    (ITEMS, |d| said(d.1.collections())),
    (ITEMS, |d| said(d.1.library("u1"))),
    (ITEMS, |d| said(d.1.members("b2"))),
    (r#"{"Id":"b2"}"#, |d| said(d.1.create("Ada's watchlist"))),
    (r#""Error processing request.""#, |d| said(d.1.remove("b2", &["a1"]))),
];

fn api(server: &'static str, base: &str) -> Api {
    let http = Http::new(&Options {
        name: "fuzz",
        timeout: Duration::from_secs(20),
        user_agent: "lbjf".to_owned(),
        accept: "application/json",
        max_idle: 1,
        ca_file: None,
        proxy: None,
        secret: None,
    })
    .expect("a client");
    let patience = Patience { tries: 1, first_pause: Duration::ZERO };
    let auth = ("X-Api-Key", Secret("key".to_owned()));
    Api { server, base: base.parse().expect("an address"), http, auth, patience }
}

#[test]
fn json_of_any_kind_is_read_or_explained_in_a_line() {
    const JUNK: &str = "null¦\"¦\\¦\\n¦\\u0000¦\\ud800¦{¦}¦[¦]¦:¦,¦-1¦1e999¦4294967296¦\"7\"¦true¦{\"a\":¦<html>¦\n¦\0¦é¦\
    \u{feff}¦18446744073709551616¦errorMessage¦very long ";
    let reply = Arc::new(Mutex::new(Reply::empty(200)));
    let next = Arc::clone(&reply);
    let server = Server::start(move |_| next.lock().unwrap().clone());
    let doors = (
        radarr::Radarr::new(api("Radarr", &server.url())),
        jellyfin::Jellyfin::new(api("Jellyfin", &server.url())),
    );
    let status =
        prop_oneof![6 => Just(200), 2 => Just(400), 1 => select(&[201, 302, 404, 409, 500, 503][..])];
    // A value anywhere in the body, put in the place of another.
    let values = (r#"null true -1 1.5 "" "7" [] {} [null] "two\nlines""#).split(' ');
    let values: Vec<Value> = values.map(|text| serde_json::from_str(text).unwrap()).collect();
    let swaps = vec((any::<Index>(), select(values)), 0..3);
    let case = (any::<Index>(), status, swaps, vec(edit(JUNK), 0..3));
    hold("json", 1_000, &case, |(which, status, swaps, edits)| {
        let (body, ask) = QUESTIONS[which.index(QUESTIONS.len())];
        let mut tree: Value = serde_json::from_str(body).expect("a good body");
        for (at, value) in swaps {
            put(&mut tree, 9, at, value);
        }
        let body = edited(&tree.to_string(), &edits, &[]);
        *reply.lock().unwrap() = Reply::new(status, "application/json", body.clone());
        if let Err(text) = ask(&doors) {
            let fits = text.lines().count() == 1 && text.chars().count() < 1_000;
            prop_assert!(fits, "{body}\n{text}");
        }
        Ok(())
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
