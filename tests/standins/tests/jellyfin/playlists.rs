//! Replayed is what the recordings have about playlists, in order. What is compared of each exchange: the status, whether there is a
//! content type, and every field that lbjf reads.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use standins::jellyfin::{Item, Jellyfin, Version};

use super::common::{recording, send};
use super::{AUTH, ask, has_json_as_recorded};

/// Every version.
const ALL: [Version; 5] = [Version::V10_8, Version::V10_9, Version::V10_10, Version::V10_11, Version::V12_0];

#[test]
fn playlists_answer_as_jellyfin_12_0_was_recorded() {
    replay("jellyfin-12.0.0-next.json", Version::V12_0);
}

#[test]
fn playlists_answer_as_jellyfin_10_11_was_recorded() {
    replay("jellyfin-10.11.11-next.json", Version::V10_11);
}

fn replay(file: &str, version: Version) {
    let Some(exchanges) = recording(file) else { return };
    let note = |exchange: &Value| exchange["note"].as_str().unwrap().to_owned();
    let start = exchanges.iter().position(|exchange| note(exchange) == "playlists, none").unwrap();
    let jellyfin = Jellyfin::start_version(version);
    // Which of the recorded ids is which of the stand-in's.
    let mut ids = BTreeMap::new();
    for user in exchanges[0]["response"]["json"].as_array().unwrap() {
        let id = user["Id"].as_str().unwrap().to_owned();
        ids.insert(id, jellyfin.add_user(user["Name"].as_str().unwrap()));
    }
    let lists = exchanges[start..].iter().filter_map(|one| one["response"]["json"]["Items"].as_array());
    let films: BTreeMap<&str, &Value> = lists
        .flatten()
        .filter(|item| item["Type"] == "Movie")
        .map(|item| (item["Id"].as_str().unwrap(), item))
        .collect();
    for (id, film) in films {
        let tmdb = ("Tmdb".to_owned(), film["ProviderIds"]["Tmdb"].as_str().unwrap().to_owned());
        jellyfin.add_item(Item {
            id: Some(id.to_owned()),
            name: film["Name"].as_str().unwrap().to_owned(),
            provider_ids: vec![tmdb],
            path: format!("/films/{id}"),
            year: film["ProductionYear"].as_u64().map(|year| u32::try_from(year).unwrap()),
            ..Item::default()
        });
    }
    for exchange in &exchanges[start..] {
        let (request, response) = (&exchange["request"], &exchange["response"]);
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        let body = if request["body"].is_object() { request["body"].to_string() } else { String::new() };
        let ours = |ids: &BTreeMap<String, String>, text: &str| {
            ids.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
        };
        let (target, body) = (ours(&ids, text("path")), ours(&ids, &body));
        let headers = [("Authorization", AUTH), ("Content-Type", "application/json")];
        let answer = send(&jellyfin.server.url(), text("method"), &target, &headers, &body);

        let what = format!("{file}: {}", note(exchange));
        if !has_json_as_recorded(&answer, response, &what) {
            continue;
        }
        if let Some(made) = response["json"]["Id"].as_str().filter(|_| text("method") == "POST") {
            ids.insert(made.to_owned(), answer.json()["Id"].as_str().unwrap().to_owned());
        }
        let recorded: Value = serde_json::from_str(&ours(&ids, &response["json"].to_string())).unwrap();
        assert_eq!(read(&answer.json()), read(&recorded), "{what}");
    }
}

/// What lbjf reads of a body.
fn read(value: &Value) -> Value {
    const READ: [&str; 9] = [
        "CanDelete",
        "Id",
        "Items",
        "Name",
        "PlaylistItemId",
        "ProductionYear",
        "ProviderIds",
        "Tmdb",
        "Type",
    ];
    match value {
        Value::Object(fields) => {
            let known = fields.iter().filter(|(name, _)| READ.contains(&name.as_str()));
            known.map(|(name, value)| (name.clone(), read(value))).collect()
        }
        Value::Array(items) => items.iter().map(read).collect(),
        other => other.clone(),
    }
}

/// A server with a playlist of anna's, and three films in it: their ids, hers, and the playlist's.
fn filled(version: Version) -> (Jellyfin, String, String, [String; 3]) {
    let jellyfin = Jellyfin::start_version(version);
    let anna = jellyfin.add_user("anna");
    let films = [1, 2, 3].map(|id| jellyfin.add_film(id, &format!("Film {id}")));
    let made = ask(&jellyfin, "POST", &format!("/Playlists?name=A&userId={anna}&mediaType=Video"));
    let id = made.json()["Id"].as_str().unwrap().to_owned();
    let put = format!("/Playlists/{id}/Items?ids={}&userId={anna}", films.join(","));
    assert_eq!(ask(&jellyfin, "POST", &put).status, 204);
    assert_eq!(jellyfin.entries("anna", "A"), [1, 2, 3]);
    (jellyfin, anna, id, films)
}

fn entry_ids(jellyfin: &Jellyfin, anna: &str, id: &str) -> Vec<String> {
    let list = ask(jellyfin, "GET", &format!("/Playlists/{id}/Items?userId={anna}")).json();
    let id = |item: &Value| item["PlaylistItemId"].as_str().unwrap().to_owned();
    list["Items"].as_array().unwrap().iter().map(id).collect()
}

#[test]
fn only_the_entry_ids_of_the_last_listing_remove_anything() {
    for version in ALL {
        let (jellyfin, anna, id, films) = filled(version);
        let old = entry_ids(&jellyfin, &anna, &id);
        let new = entry_ids(&jellyfin, &anna, &id);
        let is_stable = version >= Version::V10_10;
        assert_eq!(old == new, is_stable, "{version:?}");
        assert_eq!(new[1] == films[1], is_stable, "{version:?}");
        let remove =
            |entry: &str| ask(&jellyfin, "DELETE", &format!("/Playlists/{id}/Items?entryIds={entry}"));
        if matches!(version, Version::V10_9 | Version::V10_10) {
            assert_eq!(remove(&new[1]).status, 400, "{version:?}");
            assert_eq!(jellyfin.entries("anna", "A"), [1, 2, 3]);
            jellyfin.set_key_owner(Some("anna"));
        }
        assert_eq!(remove(&new[1].to_uppercase()).status, 204, "{version:?}");
        assert_eq!(jellyfin.entries("anna", "A"), [1, 2, 3], "{version:?}");
        assert_eq!(remove(&new[1]).status, 204, "{version:?}");
        assert_eq!(jellyfin.entries("anna", "A"), [1, 3], "{version:?}");
    }
}

#[test]
fn an_entry_hides_with_its_film_until_12_0_and_any_removal_forgets_it() {
    for version in [Version::V10_8, Version::V10_11, Version::V12_0] {
        for is_removed in [false, true] {
            let (jellyfin, _, id, films) = filled(version);
            jellyfin.remove_film(&films[1]);
            assert_eq!(jellyfin.entries("anna", "A"), [1, 3], "{version:?}");
            if is_removed {
                let unknown = "abababababababababababababababab";
                let target = format!("/Playlists/{id}/Items?entryIds={unknown}");
                assert_eq!(ask(&jellyfin, "DELETE", &target).status, 204);
            }
            assert_eq!(jellyfin.add_film(2, "Film 2"), films[1], "the same path");
            let comes_back = version < Version::V12_0 && !is_removed;
            let expected: &[u32] = if comes_back { &[1, 2, 3] } else { &[1, 3] };
            assert_eq!(jellyfin.entries("anna", "A"), expected, "{version:?} {is_removed}");
        }
    }
}

#[test]
fn the_etag_of_a_playlist_changes_with_what_is_written_and_not_with_its_films() {
    for version in ALL {
        let (jellyfin, anna, id, films) = filled(version);
        let etag = || {
            let query = "/Items?includeItemTypes=Playlist&recursive=true&fields=Etag";
            ask(&jellyfin, "GET", query).json()["Items"][0]["Etag"].clone()
        };
        let before = etag();
        assert!(before.is_string());
        jellyfin.watch("anna", &films[0], true);
        jellyfin.remove_film(&films[1]);
        entry_ids(&jellyfin, &anna, &id);
        assert_eq!(etag(), before, "{version:?}");
        let more = jellyfin.add_film(4, "Film 4");
        ask(&jellyfin, "POST", &format!("/Playlists/{id}/Items?ids={more}&userId={anna}"));
        assert_ne!(etag(), before, "{version:?}");
    }
}

#[test]
fn a_private_playlist_goes_with_its_owner() {
    let (jellyfin, ..) = filled(Version::V12_0);
    let public = jellyfin.add_playlist("anna", "Public");
    jellyfin.publish_playlist(&public);
    jellyfin.remove_user("anna");
    let left = jellyfin.playlists();
    assert_eq!((left.len(), &left[0].id, &left[0].owner), (1, &public, &None));
    assert_eq!(json!(left[0].entries), json!([]));
}
