//! Every recorded exchange is replayed, in order. What is compared of each: the status, whether there is a content
//! type, and every field that lbjf reads: there or not there, and its value or at least its type ([`read`]).
//!
//! | exchange | compared less closely | because |
//! | --- | --- | --- |
//! | notes that say "N kept" | only the first N items, but the full count | the recording is cut there |
//! | "films of the library without a user" | types, not values | no order is asked for; each server has its own |

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use standins::jellyfin::{Item, Jellyfin, KEY, Version};

use super::common::{recording, send};
use super::{AUTH, ask, has_json_as_recorded};

const LIBRARY: &str =
    "recursive=true&includeItemTypes=Movie&hasTmdbId=true&collapseBoxSetItems=false&fields=ProviderIds";

fn get(jellyfin: &Jellyfin, target: &str) -> Value {
    let answer = ask(jellyfin, "GET", target);
    assert_eq!(answer.status, 200, "{target}");
    answer.json()
}

/// The names of a listing's items.
fn names(list: &Value) -> Vec<&str> {
    list["Items"].as_array().unwrap().iter().map(|item| item["Name"].as_str().unwrap()).collect()
}

#[test]
fn answers_as_jellyfin_12_0_was_recorded() {
    replay("jellyfin-12.0.0.json", Version::V12_0);
}

#[test]
fn answers_as_jellyfin_10_11_was_recorded() {
    replay("jellyfin-10.11.11.json", Version::V10_11);
}

fn replay(file: &str, version: Version) {
    let Some(exchanges) = recording(file) else { return };
    let (jellyfin, ids) = world(&exchanges, version);
    let ours =
        |text: &str| ids.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours));
    for (number, exchange) in exchanges.iter().enumerate() {
        let (request, response) = (&exchange["request"], &exchange["response"]);
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        let headers = request["headers"].as_object().unwrap().iter();
        let headers: Vec<_> =
            headers.map(|(name, value)| (name, value.as_str().unwrap().replace("KEY", KEY))).collect();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer =
            send(&jellyfin.server.url(), text("method"), &ours(text("path")), &headers, text("body"));

        let note = exchange["note"].as_str().unwrap();
        let what = format!("{file}, exchange {number} ({note})");
        if !has_json_as_recorded(&answer, response, &what) {
            continue;
        }
        let shape_only = note == "films of the library without a user";
        let recorded: Value = serde_json::from_str(&ours(&response["json"].to_string())).unwrap();
        let mut actual = answer.json();
        if note.contains(" kept)") || shape_only {
            let kept = recorded["Items"].as_array().unwrap().len();
            actual["Items"].as_array_mut().unwrap().truncate(kept);
        }
        assert_eq!(read(&actual, shape_only), read(&recorded, shape_only), "{what}");
    }
}

/// What lbjf reads of a body. Of fields that lbjf only shows, and of all when `shape_only`, the type alone is kept.
fn read(value: &Value, shape_only: bool) -> Value {
    const READ: [&str; 15] = [
        "Id",
        "IsDisabled",
        "Items",
        "Name",
        "Path",
        "Played",
        "Policy",
        "ProductName",
        "ProductionYear",
        "ProviderIds",
        "Tmdb",
        "TotalRecordCount",
        "Type",
        "UserData",
        "Version",
    ];
    const READ_AS_TYPE: [&str; 2] = ["ParentId", "ServerName"];
    match value {
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let name_only = READ_AS_TYPE.contains(&name.as_str());
                let known = name_only || READ.contains(&name.as_str());
                known.then(|| (name.clone(), read(value, shape_only || name_only)))
            };
            fields.iter().filter_map(field).collect()
        }
        Value::Array(items) => items.iter().map(|item| read(item, shape_only)).collect(),
        Value::String(_) if shape_only => json!("a string"),
        Value::Number(_) if shape_only => json!("a number"),
        Value::Bool(_) if shape_only => json!("true or false"),
        other => other.clone(),
    }
}

/// A stand-in with the recorded users and films and as many more as were counted; and which of its ids stands for
/// which recorded one.
fn world(exchanges: &[Value], version: Version) -> (Jellyfin, BTreeMap<String, String>) {
    let body = |note: &str| {
        let mut found =
            exchanges.iter().filter(|exchange| exchange["note"].as_str().unwrap().starts_with(note));
        found.next().map(|exchange| &exchange["response"]["json"]).unwrap()
    };
    let jellyfin = Jellyfin::start_version(version);
    jellyfin.set_server_id(body("info")["Id"].as_str().unwrap());

    let mut ids = BTreeMap::new();
    for user in body("users").as_array().unwrap() {
        let name = user["Name"].as_str().unwrap();
        ids.insert(user["Id"].as_str().unwrap().to_owned(), jellyfin.add_user(name));
        jellyfin.hide_library(name, user["Policy"]["EnableAllFolders"] == false);
        if user["Policy"]["IsDisabled"] == true {
            jellyfin.disable_user(name);
        }
    }

    let lists = exchanges.iter().filter_map(|exchange| exchange["response"]["json"]["Items"].as_array());
    let films: BTreeMap<&str, &Value> = lists
        .flatten()
        .filter(|item| item["Type"] != "BoxSet")
        .map(|item| (item["Id"].as_str().unwrap(), item))
        .collect();
    for (id, film) in &films {
        jellyfin.add_item(item(id, film));
    }
    let watched = &body("watched of a user");
    for film in watched["Items"].as_array().unwrap() {
        jellyfin.watch("anna", film["Id"].as_str().unwrap(), true);
    }

    // The rest of the library, which the recordings only count; the names sort behind all others.
    let count = |list: &Value| list["TotalRecordCount"].as_u64().unwrap();
    let with_tmdb_id = count(body("library of a user ("));
    let unseen_watched = count(watched) - watched["Items"].as_array().unwrap().len() as u64;
    for number in films.len() as u64..count(body("films of the library without a user")) {
        let mut item = Item::film(5_000_000 + u32::try_from(number).unwrap(), &format!("Zz {number}"));
        if number >= with_tmdb_id {
            item.provider_ids.clear();
        }
        let id = jellyfin.add_item(item);
        jellyfin.watch("anna", &id, number < films.len() as u64 + unseen_watched);
    }

    // The collection's id comes from its folder: make it once to know it.
    let id = jellyfin.add_collection("Recorded");
    jellyfin.delete_collection(&id);
    ids.insert(body("create a collection")["Id"].as_str().unwrap().to_owned(), id);
    (jellyfin, ids)
}

fn item(id: &str, recorded: &Value) -> Item {
    let provider_ids = recorded["ProviderIds"].as_object().unwrap().iter();
    Item {
        id: Some(id.to_owned()),
        name: recorded["Name"].as_str().unwrap().to_owned(),
        kind: recorded["Type"].as_str().unwrap().to_owned(),
        provider_ids: provider_ids
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect(),
        year: recorded["ProductionYear"].as_u64().map(|year| u32::try_from(year).unwrap()),
        ..Item::default()
    }
}

#[test]
fn creating_a_name_again_empties_the_collection_even_after_a_rename() {
    let jellyfin = Jellyfin::start();
    let film = jellyfin.add_film(603, "The Matrix");
    let id = jellyfin.add_collection("Letterboxd: anna");
    jellyfin.put(&id, &film);
    jellyfin.rename_collection(&id, "Mine");

    let answer = ask(&jellyfin, "POST", "/Collections?name=Letterboxd%2F+anna&isLocked=true");

    assert_eq!(answer.json(), json!({ "Id": id }), "the two names have one folder");
    let [collection] = &jellyfin.collections()[..] else { panic!("one collection") };
    assert_eq!(collection.name, "Letterboxd/ anna");
    assert_eq!(collection.folder, "Letterboxd  anna [boxset]");
    assert!(collection.locked && collection.members.is_empty());
}

#[test]
fn a_collection_is_there_even_if_the_ids_it_was_to_have_are_unknown() {
    for (ids, status) in [("abababababababababababababababab", 400), ("nonsense", 500)] {
        let jellyfin = Jellyfin::start();
        assert_eq!(ask(&jellyfin, "POST", &format!("/Collections?name=A&ids={ids}")).status, status);
        assert_eq!(jellyfin.members("A"), [0; 0]);
    }
    assert_eq!(ask(&Jellyfin::start(), "POST", "/Collections?name=+").status, 500);
}

#[test]
fn an_item_added_twice_in_one_request_takes_two_removals() {
    let jellyfin = Jellyfin::start();
    let film = jellyfin.add_film(603, "The Matrix");
    let id = jellyfin.add_collection("A");
    assert_eq!(ask(&jellyfin, "POST", &format!("/Collections/{id}/Items?ids={film}%2C{film}")).status, 204);
    assert_eq!(jellyfin.collections()[0].members.len(), 2);
    assert_eq!(jellyfin.members("A"), [603]);

    for left in [1, 0] {
        assert_eq!(ask(&jellyfin, "DELETE", &format!("/Collections/{id}/Items?ids={film}")).status, 204);
        assert_eq!(jellyfin.collections()[0].members.len(), left);
    }
}

#[test]
fn a_rejected_item_is_answered_and_not_added() {
    let jellyfin = Jellyfin::start();
    let film = jellyfin.add_film(603, "The Matrix");
    let id = jellyfin.add_collection("A");
    jellyfin.reject_silently(&film);
    assert_eq!(ask(&jellyfin, "POST", &format!("/Collections/{id}/Items?ids={film}")).status, 204);
    assert_eq!(jellyfin.members("A"), [0; 0]);
}

#[test]
fn a_ghost_is_listed_without_a_user_only_and_has_no_parent() {
    let jellyfin = Jellyfin::start();
    let anna = jellyfin.add_user("anna");
    let id = jellyfin.add_collection("A");
    jellyfin.make_ghost(&id);
    let query = "/Items?includeItemTypes=BoxSet&recursive=true&collapseBoxSetItems=false&fields=ParentId";
    let list = get(&jellyfin, query);
    assert_eq!(list["Items"][0].get("ParentId"), Some(&Value::Null));
    assert_eq!(names(&get(&jellyfin, &format!("{query}&userId={anna}"))), [""; 0]);
}

#[test]
fn a_replaced_file_has_a_new_id_and_is_watched_still() {
    let jellyfin = Jellyfin::start();
    let anna = jellyfin.add_user("anna");
    let film = jellyfin.add_film(603, "The Matrix");
    let id = jellyfin.add_collection("A");
    jellyfin.put(&id, &film);
    jellyfin.watch("anna", &film, true);

    let new = jellyfin.replace_file(&film);

    assert_ne!(film, new);
    assert_eq!(jellyfin.members("A"), [0; 0]);
    let list = get(&jellyfin, &format!("/Items?userId={anna}&isPlayed=true&{LIBRARY}"));
    assert_eq!(list["Items"][0]["Id"], new.as_str());
    assert_eq!(list["TotalRecordCount"], 1);
}

#[test]
fn a_request_without_the_base_url_is_sent_to_the_web_client() {
    let jellyfin = Jellyfin::start();
    assert_eq!(ask(&jellyfin, "GET", "/jellyfin/System/Info").status, 404);
    jellyfin.set_base_url("/jellyfin");
    for target in ["/System/Info", "/other/System/Info", "/jellyfinish/System/Info"] {
        let answer = ask(&jellyfin, "GET", target);
        assert_eq!((answer.status, answer.header("location")), (302, Some("/jellyfin/web/")), "{target}");
    }
    let page = ask(&jellyfin, "GET", "/jellyfin/web/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(get(&jellyfin, "/jellyfin/System/Info")["Version"], "12.0.0");
    assert!(jellyfin.url().ends_with("/jellyfin"));
}

#[test]
fn an_unknown_user_is_no_user_on_10_8_and_an_unknown_parent_has_nothing() {
    let unknown = "abababababababababababababababab";
    for (version, status) in [(Version::V10_8, 200), (Version::V10_9, 404)] {
        let jellyfin = Jellyfin::start_version(version);
        jellyfin.add_film(603, "The Matrix");
        let answer = ask(&jellyfin, "GET", &format!("/Items?userId={unknown}&{LIBRARY}"));
        assert_eq!(answer.status, status);
        assert_eq!(answer.json()["Items"].as_array().map(Vec::len), (status == 200).then_some(1));
        let answer = ask(&jellyfin, "GET", &format!("/Items?parentId={unknown}&recursive=true"));
        assert_eq!(answer.status, if status == 200 { 200 } else { 400 });
        let answer = ask(&jellyfin, "GET", "/Items?recursive=true&isPlayed=true");
        assert_eq!(answer.status, 200, "10.11 and later answer 500");
        assert_eq!(ask(&jellyfin, "GET", "/Items?userId=anna").status, 400);
    }
}

/// Headers, query, the status on 12.0, and before.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, u16, u16);

#[test]
fn the_key_is_taken_by_the_ways_of_each_version() {
    let bare = AUTH.replace('"', "");
    let full = format!(r#"mediabrowser Client="a, b", {}"#, AUTH.strip_prefix("MediaBrowser ").unwrap());
    let lower = AUTH.replace("Token", "token");
    let emby = AUTH.replace("MediaBrowser", "Emby");
    let wrong = r#"MediaBrowser Token="wrong""#;
    let spaced = format!(r#"MediaBrowser Token="{KEY} ""#);
    let query = format!("?ApiKey={KEY}");
    let legacy = format!("?api_key={KEY}");
    let cases: [Case<'_>; 15] = [
        (&[("Authorization", AUTH)], "", 200, 200),
        (&[("Authorization", &bare)], "", 200, 200),
        (&[("Authorization", &full)], "", 200, 200),
        (&[("Authorization", &lower)], "", 401, 401),
        (&[("Authorization", &spaced)], "", 401, 401),
        (&[("Authorization", AUTH), ("Authorization", AUTH)], "", 401, 401),
        (&[("Authorization", &format!("Bearer {KEY}"))], "", 401, 401),
        (&[("Authorization", wrong)], &query, 401, 401),
        (&[("Authorization", "Basic YTpi")], &query, 200, 200),
        (&[], &query, 200, 200),
        (&[("Authorization", &emby)], "", 401, 200),
        (&[("X-Emby-Authorization", AUTH)], "", 401, 200),
        (&[("X-Emby-Token", KEY)], "", 401, 200),
        (&[("X-MediaBrowser-Token", KEY)], "", 401, 200),
        (&[], &legacy, 401, 200),
    ];
    for (version, is_new) in [(Version::V12_0, true), (Version::V10_11, false), (Version::V10_8, false)] {
        let jellyfin = Jellyfin::start_version(version);
        for (headers, query, new, old) in &cases {
            let url = jellyfin.server.url();
            let answer = send(&url, "GET", &format!("/System/Info{query}"), headers, "");
            assert_eq!(answer.status, if is_new { *new } else { *old }, "{version:?} {headers:?} {query}");
            assert_eq!(answer.status == 401, answer.body.is_empty());
        }
        assert_eq!(send(&jellyfin.server.url(), "GET", "/System/Info/Public", &[], "").status, 200);
        assert_eq!(send(&jellyfin.server.url(), "GET", "/nothing", &[], "").status, 404);
        let answer = ask(&jellyfin, "GET", "/emby/System/Info");
        assert_eq!(answer.status, if is_new { 404 } else { 200 });
    }
}

#[test]
fn a_starting_server_says_503() {
    let new = Jellyfin::start();
    new.starting_up(true);
    let answer = send(&new.server.url(), "GET", "/System/Info", &[], "");
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("005")));
    assert_eq!(ask(&new, "GET", "/System/Info/Public").json()["version"], "12.0.0");
    assert_eq!(ask(&new, "GET", "/health").body, "Degraded");
    new.starting_up(false);
    assert_eq!(ask(&new, "GET", "/System/Info").status, 200);

    let old = Jellyfin::start_version(Version::V10_10);
    old.starting_up(true);
    assert_eq!(send(&old.server.url(), "GET", "/System/Info", &[], "").status, 401);
    let answer = ask(&old, "GET", "/System/Info");
    assert_eq!((answer.status, answer.header("retry-after")), (503, None));
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
}

#[test]
fn films_hide_behind_their_collection_from_careless_queries() {
    let films = "/Items?recursive=true&includeItemTypes=Movie";
    for (version, without_user) in
        [(Version::V12_0, ["A", "Heat"]), (Version::V10_11, ["Heat", "The Matrix"])]
    {
        let jellyfin = Jellyfin::start_version(version);
        let anna = jellyfin.add_user("anna");
        jellyfin.add_film(949, "Heat");
        let film = jellyfin.add_film(603, "The Matrix");
        jellyfin.put(&jellyfin.add_collection("A"), &film);
        assert_eq!(names(&get(&jellyfin, films)), without_user);
        assert_eq!(names(&get(&jellyfin, &format!("{films}&userId={anna}"))), ["A", "Heat"]);
        for careful in ["collapseBoxSetItems=false", "hasTmdbId=true"] {
            assert_eq!(names(&get(&jellyfin, &format!("{films}&{careful}"))), ["Heat", "The Matrix"]);
            let as_anna = get(&jellyfin, &format!("{films}&{careful}&userId={anna}"));
            assert_eq!(names(&as_anna), ["Heat", "The Matrix"]);
        }
    }
}

#[test]
fn empty_and_unknown_values_mean_everything() {
    let jellyfin = Jellyfin::start();
    let film = jellyfin.add_film(603, "The Matrix");
    jellyfin.add_collection("A");
    assert_eq!(names(&get(&jellyfin, "/Items?ids=")), ["Collections", "Films"]);
    assert_eq!(names(&get(&jellyfin, &format!("/Items?ids=nonsense,{film}"))), ["The Matrix"]);
    assert_eq!(names(&get(&jellyfin, "/Items?recursive=true&includeItemTypes=Film")), ["A", "The Matrix"]);
    let list = get(&jellyfin, &format!("/Items?userId=&{LIBRARY}"));
    assert_eq!((names(&list), list["Items"][0].get("UserData")), (vec!["The Matrix"], None));
    assert_eq!(
        names(&get(&jellyfin, &format!("/Items?userId={}&{LIBRARY}", "0".repeat(32)))),
        ["The Matrix"]
    );
}

#[test]
fn what_a_user_may_not_see_is_dropped_after_counting_on_10_9_to_10_11() {
    for (version, total) in
        [(Version::V10_8, 1), (Version::V10_9, 2), (Version::V10_11, 2), (Version::V12_0, 1)]
    {
        let jellyfin = Jellyfin::start_version(version);
        let ben = jellyfin.add_user("ben");
        jellyfin.add_film(603, "The Matrix");
        jellyfin.add_item(Item { visible_to: Some(vec!["anna".to_owned()]), ..Item::film(949, "Heat") });
        let list = get(&jellyfin, &format!("/Items?userId={ben}&{LIBRARY}"));
        assert_eq!(
            (names(&list), &list["TotalRecordCount"]),
            (vec!["The Matrix"], &json!(total)),
            "{version:?}"
        );
    }
}

#[test]
fn min_date_last_saved_leaves_out_what_is_older() {
    let jellyfin = Jellyfin::start();
    jellyfin.add_film(949, "Heat");
    let film = jellyfin.add_film(603, "The Matrix");
    assert_eq!(
        names(&get(&jellyfin, &format!("/Items?minDateLastSaved=2000-01-01T00:00:00Z&{LIBRARY}"))).len(),
        2
    );
    jellyfin.pass_time(Duration::from_hours(30 * 365 * 24));
    let answer = ask(&jellyfin, "GET", "/System/Info");
    let year: u32 = answer.header("date").and_then(|date| date.get(12..16)).unwrap().parse().unwrap();
    let since = format!("{}-06-01T00:00:00.0000000Z", year - 1);
    let changed = format!("/Items?minDateLastSaved={since}&{LIBRARY}");
    assert_eq!(names(&get(&jellyfin, &changed)), [""; 0]);
    jellyfin.replace_file(&film);
    assert_eq!(names(&get(&jellyfin, &changed)), ["The Matrix"]);
}

#[test]
fn min_date_last_saved_alone_is_of_no_use_before_10_11() {
    let since = "2000-01-01T00:00:00Z";
    for (version, status, count) in [
        (Version::V10_8, 500, None),
        (Version::V10_9, 500, None),
        (Version::V10_10, 500, None),
        (Version::V10_11, 200, Some(1)),
        (Version::V12_0, 200, Some(1)),
    ] {
        let jellyfin = Jellyfin::start_version(version);
        jellyfin.add_film(603, "The Matrix");
        let alone = format!("/Items?minDateLastSaved={since}&{LIBRARY}");
        let answer = ask(&jellyfin, "GET", &alone);
        assert_eq!(answer.status, status, "{version:?}");
        assert_eq!(count, (status == 200).then(|| names(&answer.json()).len()), "{version:?}");
        let for_user = format!("/Items?minDateLastSavedForUser={since}&{LIBRARY}");
        assert_eq!(names(&get(&jellyfin, &for_user)), ["The Matrix"], "{version:?}");
        let both = ask(&jellyfin, "GET", &format!("{alone}&minDateLastSavedForUser={since}"));
        assert_eq!(both.status, if version == Version::V10_8 { 500 } else { 200 }, "{version:?}");
    }
}

#[test]
fn deleting_an_item_deletes_collection_or_film() {
    let jellyfin = Jellyfin::start();
    let film = jellyfin.add_film(603, "The Matrix");
    let id = jellyfin.add_collection("A");
    jellyfin.put(&id, &film);
    assert_eq!(ask(&jellyfin, "DELETE", &format!("/Items/{film}")).status, 204);
    assert_eq!(jellyfin.members("A"), [0; 0]);
    assert_eq!(ask(&jellyfin, "DELETE", &format!("/Items/{id}")).status, 204);
    assert!(jellyfin.collections().is_empty());
    assert_eq!(ask(&jellyfin, "DELETE", &format!("/Items/{id}")).status, 404);
}

#[test]
fn users_tells_who_is_disabled() {
    let jellyfin = Jellyfin::start();
    jellyfin.add_user("ben");
    jellyfin.add_user("anna");
    jellyfin.disable_user("ben");
    let users = get(&jellyfin, "/Users");
    assert_eq!(users[0]["Name"], "anna");
    assert_eq!(
        (&users[0]["Policy"]["IsDisabled"], &users[1]["Policy"]["IsDisabled"]),
        (&json!(false), &json!(true))
    );
}
