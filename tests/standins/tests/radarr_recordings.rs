//! Replays the recorded exchanges of real Radarrs against the stand-in.
//!
//! The recordings lie in `<repo>/../shared/recordings`, or in `$LBJF_SHARED/recordings`; without them there is nothing
//! to replay and the two replays pass. What follows them are facts of `docs/radarr.md` that no recording shows.

// The helpers below are a test's too: what fails to unwrap fails it.
#![allow(clippy::unwrap_used)]

mod common;

use common::Answer;
use serde_json::{Map, Value, json};
use standins::radarr::{KEY, Version};
use standins::{Fault, Radarr, Reply};

/// The recorded exchanges that are not replayed, by their note, and why. None: all 57 of each file are.
const SKIPPED: &[(&str, &str)] = &[];

/// The fields of an answer that lbjf reads. They must be there with the same type and value, or be absent.
const READ: &[&str] = &[
    "accessible",
    "appName",
    "attemptedValue",
    "errorCode",
    "errorMessage",
    "errors",
    "freeSpace",
    "genres",
    "hasFile",
    "id",
    "label",
    "message",
    "monitored",
    "movieTitle",
    "name",
    "path",
    "propertyName",
    "records",
    "rootFolderPath",
    "tags",
    "title",
    "tmdbId",
    "totalRecords",
    "urlBase",
    "version",
    "year",
];

/// Those whose value is the disk's (`freeSpace`) or .NET's (the texts in `errors`): the type is enough.
const TYPE_ONLY: &[&str] = &["errors", "freeSpace"];

/// The `errorCode` of every failure in a 400.
fn codes(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let failures = body.as_array().expect("an array of failures");
    failures.iter().map(|failure| failure["errorCode"].as_str().unwrap_or_default().to_owned()).collect()
}

fn send(radarr: &Radarr, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    common::send(&radarr.server.url(), method, target, headers, body)
}

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn get(radarr: &Radarr, target: &str) -> Answer {
    send(radarr, "GET", target, &[("X-Api-Key", KEY)], "")
}

fn write(radarr: &Radarr, method: &str, target: &str, body: &Value) -> Answer {
    send(radarr, method, target, &[("X-Api-Key", KEY), JSON], &body.to_string())
}

/// Posts a film with everything that a film needs and `more`.
fn add(radarr: &Radarr, tmdb_id: u32, more: &Value) -> Answer {
    let mut body = json!({
        "tmdbId": tmdb_id, "title": "Any Title", "year": 2001, "qualityProfileId": 4,
        "rootFolderPath": "/movies", "monitored": true, "minimumAvailability": "released", "tags": [],
        "addOptions": {"searchForMovie": true, "monitor": "movieOnly"},
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    write(radarr, "POST", "/api/v3/movie", &body)
}

/// What the metadata service knew while the recordings were made.
fn know_what_the_recordings_knew(radarr: &Radarr) {
    radarr.know(603, "The Matrix", 1999, &["Action", "Science Fiction"]);
    radarr.know(604, "The Matrix Reloaded", 2003, &["Action", "Science Fiction"]);
    radarr.know(605, "Dark Lost Bad 605", 1955, &["Animation", "Action"]);
    radarr.know(862, "Toy Story", 1995, &["Animation", "Comedy", "Family"]);
    radarr.know(4519, "Twin", 2020, &["Drama"]);
    radarr.know(4520, "Twin", 2020, &["Drama"]);
    radarr.know(700_002, "Moon Dark City 700002", 1977, &["Romance", "Action"]);
    radarr.know(888_002, "Night Sun Light 888002", 1952, &["Drama", "Comedy"]);
    radarr.merge(888_001, 888_002);
}

fn replay(name: &str, version: Version) {
    let Some(exchanges) = common::recording(name) else { return };
    let radarr = Radarr::start_empty(version, "KEY");
    know_what_the_recordings_knew(&radarr);
    let mut wrong = Vec::new();
    for exchange in &exchanges {
        let note = exchange["note"].as_str().unwrap();
        if SKIPPED.iter().any(|(skipped, _)| *skipped == note) {
            continue;
        }
        radarr.metadata_down(note.starts_with("metadata service answers 503"));
        if note.starts_with("metadata service answers 429") {
            radarr.metadata_limited(true);
        }
        let request = &exchange["request"];
        let headers = request["headers"].as_object().unwrap().iter();
        let headers: Vec<_> = headers.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let body = match &request["body"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
        let answer = send(&radarr, method, path, &headers, &body);
        let differences = compare(&exchange["response"], &answer);
        wrong.extend(differences.into_iter().map(|line| format!("{note}: {line}")));
    }
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

/// How an answer differs from the recorded one.
fn compare(recorded: &Value, answer: &Answer) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, recorded: &Value, now: &Value| {
        if recorded != now {
            wrong.push(format!("{what} is {now}, was {recorded}"));
        }
    };
    check("status", &recorded["status"], &answer.status.into());
    for name in ["content-type", "x-application-version", "deprecation", "location"] {
        // Only the path of a location: the host of the recording is not ours.
        let path = |text: &str| text.find("/api/").map_or(text, |start| &text[start..]).to_owned();
        let now = answer.header(name).map(path);
        check(name, &json!(recorded["headers"][name].as_str().map(path)), &json!(now));
    }
    if let Some(json) = recorded.get("json") {
        compare_json("", json, &answer.json(), &mut check);
    }
    wrong
}

/// Compares what lbjf reads of two bodies.
fn compare_json(at: &str, recorded: &Value, now: &Value, check: &mut impl FnMut(&str, &Value, &Value)) {
    match (recorded, now) {
        (Value::Array(recorded), Value::Array(now)) if recorded.len() == now.len() => {
            for (index, (recorded, now)) in recorded.iter().zip(now).enumerate() {
                compare_json(&format!("{at}[{index}]"), recorded, now, check);
            }
        }
        (Value::Object(recorded), Value::Object(now)) => {
            for name in READ {
                compare_field(&format!("{at}.{name}"), name, recorded, now, check);
            }
        }
        _ => check(at, recorded, now),
    }
}

fn compare_field(
    at: &str,
    name: &str,
    recorded: &Map<String, Value>,
    now: &Map<String, Value>,
    check: &mut impl FnMut(&str, &Value, &Value),
) {
    match (recorded.get(name), now.get(name)) {
        (Some(recorded), Some(now)) if name == "records" => compare_json(at, recorded, now, check),
        (Some(recorded), Some(now)) if TYPE_ONLY.contains(&name) => {
            check(at, &shape(recorded), &shape(now));
        }
        (recorded, now) => check(at, &json!(recorded), &json!(now)),
    }
}

/// A value without its texts and numbers: types and names.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(values) => values.iter().map(shape).collect(),
        Value::String(_) => "text".into(),
        Value::Number(_) => "number".into(),
        other => other.clone(),
    }
}

#[test]
fn answers_like_radarr_6_0_3() {
    replay("radarr-6.0.3.json", Version::V6_0);
}

#[test]
fn answers_like_radarr_4_7_5() {
    replay("radarr-4.7.5.json", Version::V4_7);
}

#[test]
fn a_request_without_the_url_base_is_redirected() {
    for (version, status) in [(Version::V4_7, 302), (Version::V5_28, 307), (Version::V6_0, 307)] {
        let radarr = Radarr::start_version(version);
        radarr.set_url_base("/radarr");
        let answer = get(&radarr, "/api/v3/movie?tmdbId=1");
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("location"), Some("/radarr/api/v3/movie?tmdbId=1"));
        assert_eq!(add(&radarr, 603, &json!({})).status, status);
        assert_eq!(send(&radarr, "GET", "/api/v3/movie", &[], "").status, 401);
        assert_eq!(get(&radarr, "/foo/api/v3/movie").header("location"), Some("/radarr/foo/api/v3/movie"));

        let answer = get(&radarr, "/radarr/api/v3/system/status");
        assert_eq!((answer.status, &answer.json()["urlBase"]), (200, &json!("/radarr")));
        assert!(radarr.url().ends_with("/radarr"));
        assert_eq!(radarr.posted(), [603]);
        assert!(radarr.films().is_empty());
    }
}

#[test]
fn a_wrong_prefix_is_a_page_or_405() {
    let radarr = Radarr::start();
    assert_eq!(send(&radarr, "GET", "//api/v3/movie", &[], "").header("content-type"), Some("text/html"));
    assert_eq!(write(&radarr, "POST", "/foo/api/v3/movie", &json!({})).status, 405);
    assert_eq!(send(&radarr, "POST", "/foo/api/v3/movie", &[JSON], "{}").status, 401);
    assert_eq!(get(&radarr, "/api/v3/nothing").status, 404);
    assert_eq!(send(&radarr, "GET", "/api/v3/nothing", &[], "").status, 401);
    assert_eq!(send(&radarr, "HEAD", "/api/v3/movie", &[("X-Api-Key", KEY)], "").status, 405);
    assert_eq!(get(&radarr, "/API/v3/Movie").body, "[]");
}

#[test]
fn the_key_of_the_query_beats_the_header() {
    let radarr = Radarr::start();
    assert_eq!(get(&radarr, "/api/v3/tag?apikey=").status, 401);
    assert_eq!(get(&radarr, "/api/v3/tag?apikey=wrong").status, 401);
    assert_eq!(send(&radarr, "GET", &format!("/api/v3/tag?apikey={KEY}"), &[], "").status, 200);
    let bearer = format!("Bearer {KEY}");
    assert_eq!(send(&radarr, "GET", "/api/v3/tag", &[("Authorization", &bearer)], "").status, 200);
    let bearer = format!("bearer {KEY}");
    assert_eq!(send(&radarr, "GET", "/api/v3/tag", &[("Authorization", &bearer)], "").status, 401);
}

#[test]
fn a_wrong_accept_is_406_after_the_film_was_added() {
    let radarr = Radarr::start();
    let body = json!({"tmdbId": 603, "title": "T", "qualityProfileId": 4, "rootFolderPath": "/movies"});
    let headers = [("X-Api-Key", KEY), JSON, ("Accept", "text/html")];
    assert_eq!(send(&radarr, "POST", "/api/v3/movie", &headers, &body.to_string()).status, 406);
    let film = radarr.film(603).unwrap();
    assert!(film.monitored);
    assert_eq!(
        (film.path.as_str(), film.minimum_availability.as_str()),
        ("/movies/Film 603 (2000)", "released")
    );
}

#[test]
fn an_empty_body_is_a_problem_without_a_name() {
    let radarr = Radarr::start();
    for body in ["", "null"] {
        let answer = send(&radarr, "POST", "/api/v3/movie", &[("X-Api-Key", KEY), JSON], body);
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["errors"], json!({"": ["A non-empty request body is required."]}));
    }
}

#[test]
fn a_merged_film_with_a_path_of_its_own_is_409_when_its_target_is_there() {
    for version in [Version::V4_7, Version::V6_0] {
        let radarr = Radarr::start_version(version);
        radarr.merge(11, 12);
        radarr.has(12);
        assert_eq!(codes(&add(&radarr, 11, &json!({}))), ["MoviePathValidator"]);
        let answer = add(&radarr, 11, &json!({"path": "/movies/Film 12 (2000) {tmdb-11}"}));
        assert_eq!((answer.status, answer.header("content-type")), (409, Some("application/json")));
        assert!(answer.json()["message"].as_str().unwrap().contains("UNIQUE constraint failed"));
        assert_eq!(get(&radarr, "/api/v3/movie?tmdbId=11").body, "[]");
        assert_eq!(radarr.films().len(), 1);
        assert_eq!(radarr.posted(), [11, 11]);
    }
}

#[test]
fn an_inaccessible_root_folder_still_takes_films() {
    let radarr = Radarr::start();
    radarr.set_accessible("/movies", false);
    let folders = get(&radarr, "/api/v3/rootfolder").json();
    assert_eq!(folders[0]["accessible"], false);
    assert_eq!((folders[0].get("freeSpace"), &folders[1]["accessible"]), (None, &json!(true)));
    assert_eq!(add(&radarr, 603, &json!({})).status, 201);
    assert!(radarr.film(603).unwrap().search);
}

#[test]
fn a_foreign_root_folder_is_accepted_by_4_7_alone() {
    for (version, status) in [(Version::V4_7, 201), (Version::V5_28, 400), (Version::V6_0, 400)] {
        let radarr = Radarr::start_version(version);
        assert_eq!(add(&radarr, 603, &json!({"rootFolderPath": "/nowhere/"})).status, status);
        let path = radarr.film(603).map(|film| film.path);
        assert_eq!(path.as_deref(), (status == 201).then_some("/nowhere/Film 603 (2000)"));
    }
}

#[test]
fn a_root_folder_named_like_the_film_is_refused() {
    let radarr = Radarr::start();
    radarr.add_root_folder("/films/Any Title (2000)");
    let answer = add(&radarr, 603, &json!({"rootFolderPath": "/films/Any Title (2000)"}));
    assert_eq!(codes(&answer), ["MovieFolderAsRootFolderValidator"]);
}

#[test]
fn a_null_title_is_an_error_of_4_7_only_without_a_path() {
    let radarr = Radarr::start_version(Version::V4_7);
    assert_eq!(add(&radarr, 603, &json!({"title": null})).status, 500);
    assert_eq!(add(&radarr, 603, &json!({"title": null, "path": "/movies/x"})).status, 201);
    assert_eq!(radarr.film(603).unwrap().root_folder, "/movies");
}

#[test]
fn tags_before_6_0_may_have_any_text() {
    for (version, status) in [(Version::V4_7, 201), (Version::V5_28, 201), (Version::V6_0, 400)] {
        let radarr = Radarr::start_version(version);
        assert_eq!(write(&radarr, "POST", "/api/v3/tag", &json!({"label": "With Space"})).status, status);
        assert_eq!(radarr.tags().first().map(String::as_str), (status == 201).then_some("with space"));
    }
}

#[test]
fn the_editor_adds_tags_and_changes_nothing_when_a_film_is_gone() {
    let radarr = Radarr::start();
    write(&radarr, "POST", "/api/v3/tag", &json!({"label": "anna"}));
    write(&radarr, "POST", "/api/v3/tag", &json!({"label": "ben"}));
    radarr.has(603);
    let edit = |ids: &[u32], tags: &[u32]| {
        let body = json!({"movieIds": ids, "tags": tags, "applyTags": "add"});
        write(&radarr, "PUT", "/api/v3/movie/editor", &body).status
    };
    assert_eq!(edit(&[1], &[2]), 202);
    assert_eq!(edit(&[1, 9], &[1]), 500);
    assert_eq!(radarr.film(603).unwrap().tags, ["ben"]);
    assert_eq!(edit(&[1], &[1]), 202);
    assert_eq!(radarr.film(603).unwrap().tags, ["anna", "ben"]);
}

#[test]
fn exclusions_come_in_pages_and_do_not_hinder_adding() {
    let radarr = Radarr::start();
    for tmdb_id in 1..=12 {
        radarr.exclude(tmdb_id);
    }
    let page = get(&radarr, "/api/v3/exclusions/paged").json();
    assert_eq!((page["records"].as_array().unwrap().len(), &page["totalRecords"]), (10, &json!(12)));
    let page = get(&radarr, "/api/v3/exclusions/paged?page=2&pageSize=10").json();
    assert_eq!(page["records"][1]["tmdbId"], 1);
    assert_eq!(add(&radarr, 1, &json!({})).status, 201);
    radarr.unexclude(1);
    assert_eq!(get(&radarr, "/api/v3/exclusions").json().as_array().unwrap().len(), 11);

    let again = json!({"tmdbId": 2, "movieTitle": "Film 2", "movieYear": 2000});
    let answer = write(&radarr, "POST", "/api/v3/exclusions", &again);
    assert_eq!(codes(&answer), ["ImportListExclusionExistsValidator"]);
}

#[test]
fn deleting_a_film_can_exclude_it() {
    let radarr = Radarr::start();
    radarr.has(603);
    let delete = |target: &str| send(&radarr, "DELETE", target, &[("X-Api-Key", KEY)], "").status;
    assert_eq!(delete("/api/v3/movie/1?addImportExclusion=true"), 200);
    assert_eq!(delete("/api/v3/movie/1"), 404);
    assert_eq!(get(&radarr, "/api/v3/exclusions").json()[0]["movieTitle"], "Film 603");
    // An id is not given twice.
    assert_eq!(add(&radarr, 603, &json!({})).header("location").unwrap().rsplit('/').next(), Some("2"));
}

#[test]
fn a_locked_database_refuses_writes_and_answers_reads() {
    let radarr = Radarr::start();
    radarr.has(603);
    radarr.set_locked(true);
    let answer = add(&radarr, 604, &json!({}));
    assert_eq!(answer.status, 500);
    assert!(answer.json()["message"].as_str().unwrap().starts_with("database is locked"));
    assert_eq!(codes(&add(&radarr, 603, &json!({}))), ["MovieExistsValidator"]);
    assert_eq!(get(&radarr, "/api/v3/movie").json().as_array().unwrap().len(), 1);
    radarr.set_locked(false);
    assert_eq!(add(&radarr, 604, &json!({})).status, 201);
}

#[test]
fn an_empty_tmdb_id_lists_the_whole_library() {
    let radarr = Radarr::start();
    radarr.has(603);
    radarr.has(604);
    radarr.remove(603);
    assert_eq!(get(&radarr, "/api/v3/movie?tmdbId=").json()[0]["tmdbId"], 604);
    assert_eq!(get(&radarr, "/api/v3/movie?tmdbId=abc").status, 400);
    assert_eq!(get(&radarr, "/api/v3/movie?excludeLocalCovers=1").status, 400);
    assert_eq!(get(&radarr, "/api/v3/movie/2").json()["title"], "Film 604");
}

#[test]
fn a_fault_after_the_add_leaves_the_film_there() {
    let radarr = Radarr::start();
    radarr.server.fail(1, |request| request.method == "POST", Fault::After(Reply::empty(504)));
    assert_eq!(add(&radarr, 603, &json!({})).status, 504);
    assert_eq!(codes(&add(&radarr, 603, &json!({}))), ["MovieExistsValidator"]);
}

#[test]
fn films_from_5_000_000_do_not_exist_unless_known() {
    let radarr = Radarr::start();
    let answer = add(&radarr, 5_000_000, &json!({}));
    assert_eq!((answer.status, codes(&answer)), (400, vec![String::new()]));
    radarr.know(5_000_000, "What? Face/Off: 2", 1972, &["Animation"]);
    assert_eq!(add(&radarr, 5_000_000, &json!({})).status, 201);
    let film = radarr.film(5_000_000).unwrap();
    assert_eq!(film.path, "/movies/What! Face+Off 2 (1972)");
    assert_eq!(film.genres, ["Animation"]);
}

#[test]
fn the_status_says_what_it_is_told() {
    let radarr = Radarr::start();
    radarr.set_app_name("Sonarr");
    radarr.set_version("3.0.0.1");
    let status = get(&radarr, "/api/v3/system/status").json();
    assert_eq!((&status["appName"], &status["version"]), (&json!("Sonarr"), &json!("3.0.0.1")));
}
