//! What lbjf asks Radarr and Jellyfin, checked against their own descriptions: every `World` does that when it is
//! dropped (`common/openapi.rs`); here is shown that it notices, and each version is asked everything once.

use std::time::Duration;

use crate::common::World;
use crate::common::openapi::{self, Description};
use crate::common::watch::is_allowed;
use standins::{Jellyfin, Radarr, Request, jellyfin, radarr};

/// Are there descriptions? Says so loudly if not.
fn is_checked() -> bool {
    openapi::folder().is_some()
}

fn request(call: &str, body: &str) -> Request {
    let (method, target) = call.split_once(' ').expect("a method and a target");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let [method, path, query, body] = [method, path, query, body].map(str::to_owned);
    Request { method, path, query, headers, body }
}

#[test]
fn what_a_server_does_not_know_is_noticed() {
    if !is_checked() {
        return;
    }
    let id = "0123456789abcdef0123456789abcdef";
    let items = format!("POST /Collections/{id}/Items");
    for (server, call, body, expected) in [
        ("Radarr", "GET /api/v3/movie?tmdbId=949", "", None),
        ("Radarr", "GET /base/api/v3/movie?TMDBID=949", "", None),
        ("Radarr", "GET /other/api/v3/movie", "", Some("there is no such path")),
        ("Radarr", "GET /api/v3/movies", "", Some("there is no such path")),
        ("Radarr", "PATCH /api/v3/movie", "", Some("the path has no such method")),
        ("Radarr", "GET /api/v3/movie?tmdb=949", "", Some("the query has no `tmdb`")),
        ("Radarr", "GET /api/v3/movie?tmdbId=heat", "", Some("`tmdbId`: `heat` is no integer (int32)")),
        ("Radarr", "GET /api/v3/movie?tmdbId=9999999999", "", Some("`tmdbId`: `9999999999` is no integer")),
        ("Radarr", "GET /api/v3/movie?tmdbId=1&tmdbId=2", "", Some("stands in the query 2 times")),
        ("Radarr", "POST /api/v3/movie", r#"{"tmdbId":949,"monitored":true,"tags":[1]}"#, None),
        ("Radarr", "POST /api/v3/movie", r#"{"tmdbID":949}"#, Some("there is no body.tmdbID")),
        ("Radarr", "POST /api/v3/movie", r#"{"tmdbId":"949"}"#, Some("body.tmdbId: \"949\" is no integer")),
        ("Radarr", "POST /api/v3/movie", r#"{"tags":["a"]}"#, Some("body.tags[0]: \"a\" is no integer")),
        (
            "Radarr",
            "POST /api/v3/movie",
            r#"{"addOptions":{"search":true}}"#,
            Some("no body.addOptions.search"),
        ),
        ("Radarr", "POST /api/v3/movie", r#"{"minimumAvailability":"soon"}"#, Some("none of its values")),
        ("Radarr", "POST /api/v3/movie", "{", Some("the body is no JSON")),
        ("Radarr", "GET /api/v3/movie", "{}", Some("it takes no JSON body")),
        ("Jellyfin", &format!("{items}?ids={id},{id}"), "", None),
        ("Jellyfin", &format!("{items}?ids={id},x"), "", Some("`ids`: `x` is no string (uuid)")),
        ("Jellyfin", &format!("{items}?ids="), "", Some("`ids`: `` is no string (uuid)")),
        ("Jellyfin", &items, "", Some("the query lacks `ids`")),
        ("Jellyfin", "GET /Items?includeItemTypes=Movie&recursive=true", "", None),
        ("Jellyfin", "GET /Items?includeItemTypes=Film", "", Some("`Film` is none of its values")),
        ("Jellyfin", "GET /Items?recursive=yes", "", Some("`yes` is no boolean")),
    ] {
        let description = Description::nearest(server, "").expect("there are descriptions");
        let found = description.violations(&request(call, body), &["/base".to_owned()]);
        match expected {
            None => assert!(found.is_empty(), "{call}: {found:?}"),
            Some(expected) => assert!(found.len() == 1 && found[0].contains(expected), "{call}: {found:?}"),
        }
    }
}

#[test]
fn the_nearest_description_is_taken() {
    if !is_checked() {
        return;
    }
    for (server, version, expected) in [
        ("Radarr", "4.7.5.7809", "4.7.5"),
        ("Radarr", "5.28.0.10274", "6.0"),
        ("Radarr", "6.0.3.10276", "6.0"),
        ("Jellyfin", "10.8.13", "10.8.11"),
        ("Jellyfin", "10.9.11", "10.10.0"),
        ("Jellyfin", "10.10.7", "10.10.0"),
        ("Jellyfin", "10.11.11", "10.11.4"),
        ("Jellyfin", "12.0.0", "12.0.0"),
        ("Jellyfin", "", "12.0.0"),
    ] {
        assert_eq!(Description::nearest(server, version).expect("it is there").version(), expected);
    }
}

#[test]
#[should_panic(expected = "knows no GET /api/v3/made-up: there is no such path")]
fn a_world_that_saw_a_request_of_lbjf_that_no_server_knows_fails_its_test() {
    let world = World::new();
    let url = format!("{}/api/v3/made-up", world.radarr.url());
    // Nobody's business: this one was made by a test.
    drop(ureq::get(&url).call());
    world.forget_requests();
    drop(ureq::get(&url).header("User-Agent", lbjf::clients::http::USER_AGENT).call());
    drop(world);
    assert!(
        openapi::folder().is_some(),
        "knows no GET /api/v3/made-up: there is no such path, nor a description"
    );
}

#[test]
fn each_version_of_both_servers_is_asked_only_what_it_knows_and_ends_with_the_same_films() {
    let radarrs = [radarr::Version::V4_7, radarr::Version::V5_28, radarr::Version::V6_0];
    let jellyfins = [
        jellyfin::Version::V10_8,
        jellyfin::Version::V10_9,
        jellyfin::Version::V10_10,
        jellyfin::Version::V10_11,
        jellyfin::Version::V12_0,
    ];
    for (index, jellyfin) in jellyfins.into_iter().enumerate() {
        let radarr = Radarr::start_version(radarrs[index % radarrs.len()]);
        let world =
            World::with(radarr, Jellyfin::start_version(jellyfin)).watchlist(&["heat", "alien", "ran"]);
        let mut world = world.user("ben", "jellyfin_collection = \"Ben's\"\ntags = [\"ben\"]");
        world.change("[radarr]", "[radarr]\nuser_tags = true\ntags = [\"lbjf\"]\nsearch_on_add = true");
        world.change(
            "[jellyfin]",
            "[radarr.animated_movies]\nenabled = true\nroot_folder_path = \"/movies-animated\"\n\n[jellyfin]",
        );
        let id = world.letterboxd.tmdb_id("ran");
        world.radarr.exclude(id);
        world.radarr.merge(world.letterboxd.tmdb_id("alien"), 77);
        let [heat, _] = world.settle(["heat", "alien"]);
        world.letterboxd.set_watchlist("ben", &["heat", "jaws"]);
        world.jellyfin.watch("ada", &heat, true);
        world.sync();
        world.letterboxd.drop_entry("ada", "alien");
        world.pass_time(Duration::from_hours(30));
        world.jellyfin.pass_time(Duration::from_hours(30));
        world.sync();
        world.lbjf(&["cleanup"]);
        world.lbjf(&["sync", "--full", "--add-again"]);
        assert_eq!(world.collected(), [0; 0], "{jellyfin:?}");
        assert_eq!(world.jellyfin.members("Ben's"), world.tmdb(&["heat"]), "{jellyfin:?}");
        world.idle();
    }
}

#[test]
fn a_write_that_lbjf_never_makes_is_noticed() {
    for (server, method, target, is) in [
        ("radarr", "POST", "/api/v3/movie", true),
        ("radarr", "POST", "/base/api/v3/tag", true),
        ("radarr", "PUT", "/api/v3/movie/editor", true),
        ("radarr", "POST", "/api/v3/movie/import", false),
        ("radarr", "DELETE", "/api/v3/movie/editor", false),
        ("radarr", "DELETE", "/api/v3/movie/1", false),
        ("radarr", "POST", "/api/v3/command", false),
        ("jellyfin", "POST", "/Collections?name=X&isLocked=true", true),
        ("jellyfin", "DELETE", "/Collections/1/Items?ids=2", true),
        ("jellyfin", "DELETE", "/Collections/1/Items?ids=", false),
        ("jellyfin", "DELETE", "/Collections/1/Items", false),
        ("jellyfin", "POST", "/Collections//Items?ids=2", false),
        ("jellyfin", "DELETE", "/Items/1", false),
        ("jellyfin", "POST", "/Items/1", false),
        ("letterboxd", "POST", "/api/v3/movie", false),
    ] {
        let request = request(&format!("{method} {target}"), "");
        assert_eq!(is_allowed(server, &request, &["/base".to_owned()]), is, "{server} {method} {target}");
    }
}
