use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::collections::{MemberRow, box_set};
use super::library::SavedRow;
use super::playlists::{EntryRow, entries};
use super::*;
use crate::clients::api::Secret;
use crate::clients::http::{Http, Options, RetryPolicy};
use crate::domain::ids::JellyfinId;
use crate::domain::library::SavedItem;

#[test]
fn tmdb_ids_are_read_in_any_case_and_only_of_films() {
    let item = |kind: &str, key: &str, value: &str| -> wire::Item {
        let text = format!("{{\"Id\":\"1\",\"Type\":\"{kind}\",\"ProviderIds\":{{\"{key}\":{value}}}}}");
        serde_json::from_str(&text).unwrap()
    };
    for (kind, key, value, expected) in [
        ("Movie", "Tmdb", "\"603\"", Some(603)),
        ("Movie", "tmdb", "\" 2009 \"", Some(2009)),
        ("Movie", "TMDB", "\"002010\"", Some(2010)),
        ("Video", "Tmdb", "\"603\"", Some(603)),
        ("Movie", "Tmdb", "\"0\"", None),
        ("Movie", "Tmdb", "\"abc-2008\"", None),
        ("Movie", "Tmdb", "603", Some(603)),
        ("Movie", "Tmdb", "-603", None),
        ("Movie", "Tmdb", "null", None),
        ("Movie", "Tmdb", "[]", None),
        ("Movie", "TmdbCollection", "\"603\"", None),
        ("Series", "Tmdb", "\"603\"", None),
        ("BoxSet", "Tmdb", "\"603\"", None),
    ] {
        assert_eq!(tmdb_of(&item(kind, key, value)), expected.and_then(TmdbId::new), "{kind} {key} {value}");
    }
}

#[test]
fn a_collection_without_a_parent_is_a_ghost() {
    let set = |parent: &str| -> BoxSet {
        let text = format!(
            "{{\"Id\":\"1\",\"Name\":\"X\",\"Type\":\"BoxSet\",\"Path\":\"/d/X [boxset]\",\"ParentId\":{parent}}}"
        );
        box_set(serde_json::from_str(&text).unwrap())
    };
    assert_eq!(set("\"8679d105\"").folder, "X [boxset]");
    assert!(!set("\"8679d105\"").is_ghost);
    assert!(set("null").is_ghost);
}

#[test]
fn what_is_only_shown_makes_no_answer_unreadable() {
    let text = r#"{"Items":[
        {"Id":"1","Type":"Movie","Name":"Heat","ProductionYear":-1,"ProviderIds":{"Tmdb":"949"}},
        {"Id":"2","Type":"Movie","Name":7,"ProductionYear":[1995],"ProviderIds":{"Tmdb":"348"}},
        {"Id":"3","Type":"Movie","Name":null,"ProductionYear":19950000000,"ProviderIds":{"Tmdb":"11"}},
        {"Id":"4","Type":"Movie","Name":"Ran","ProductionYear":"1985","ProviderIds":null}]}"#;
    let members: wire::Items<MemberRow> = serde_json::from_str(text).unwrap();
    let shown: Vec<_> = members.items.iter().map(|row| (row.0.name.as_str(), row.0.tmdb)).collect();
    let id = |id| TmdbId::new(id);
    assert_eq!(shown, [("Heat", id(949)), ("", id(348)), ("", id(11)), ("Ran (1985)", None)]);
    let info = r#"{"Id":"1","Version":"12.0.0","ServerName":["home"]}"#;
    assert_eq!(serde_json::from_str::<wire::SystemInfo>(info).unwrap().server_name, None);
}

/// Decodes what lbjf would read of one recorded exchange; returns the kind of it, `None` where lbjf reads no body.
fn decode(exchange: &Value) -> Option<&'static str> {
    fn read<T: DeserializeOwned>(body: &Value) -> T {
        serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{error} in {body}"))
    }
    let (request, response) = (&exchange["request"], &exchange["response"]);
    let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
    let body = &response["json"];
    match (method, path.split('?').next().unwrap(), response["status"].as_u64().unwrap()) {
        ("GET", "/System/Info", 200) => {
            let info: wire::SystemInfo = read(body);
            assert!(!info.id.is_empty() && info.version.contains('.'), "{info:?}");
            Some("info")
        }
        ("GET", "/Users", 200) => {
            let users: Vec<wire::User> = read(body);
            assert!(users.iter().all(|user| !user.id.is_empty() && user.policy.is_some()), "{users:?}");
            Some("users")
        }
        ("GET", "/Items", 200) => {
            if path.contains("includeItemTypes=BoxSet") {
                for set in read::<wire::Items<wire::BoxSet>>(body).items.into_iter().map(box_set) {
                    assert!(set.folder.ends_with(" [boxset]") && !set.is_ghost, "{set:?}");
                }
                return Some("collections");
            }
            let items = read::<wire::Items<wire::Item>>(body).items;
            let kind = if path.contains("parentId=") { "members" } else { "library" };
            for item in items {
                let shown = format!("{item:?}");
                if path.contains("fields=ProviderIds") {
                    assert!(tmdb_of(&item).is_some(), "{shown}");
                }
                if path.contains("userId=") && kind == "library" {
                    assert!(item.user_data.is_some(), "{shown}");
                }
            }
            Some(kind)
        }
        ("POST", "/Collections", 200) => {
            assert_eq!(read::<wire::Created>(body).id.len(), 32);
            Some("created")
        }
        _ => None,
    }
}

#[test]
fn every_recorded_body_that_lbjf_reads_decodes() {
    let Some(folder) = standins::shared("recordings") else { return };
    for file in ["jellyfin-10.11.11.json", "jellyfin-12.0.0.json"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let exchanges: Vec<Value> = serde_json::from_str(&text).unwrap();
        let kinds: BTreeSet<_> = exchanges.iter().filter_map(decode).collect();
        let expected = ["collections", "created", "info", "library", "members", "users"];
        assert_eq!(kinds, BTreeSet::from(expected), "{file}");
    }
}

/// What lbjf asks of a library, as both versions answered it.
#[test]
fn every_recorded_answer_about_the_library_decodes() {
    let Some(folder) = standins::shared("recordings") else { return };
    for file in ["jellyfin-10.11.11-next.json", "jellyfin-12.0.0-next.json"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let exchanges: Vec<Value> = serde_json::from_str(&text).unwrap();
        let body = |note: &str| {
            let mut noted = exchanges.iter().filter(|one| one["note"].as_str().unwrap().starts_with(note));
            noted.next().unwrap_or_else(|| panic!("{file}: {note}"))["response"]["json"].clone()
        };
        let saved = |note: &str| -> Vec<SavedItem> {
            let items: wire::Items<SavedRow> = serde_json::from_value(body(note)).unwrap();
            items.items.into_iter().filter_map(|row| row.0).collect()
        };
        let total = |note: &str| -> u32 {
            serde_json::from_value::<wire::Total>(body(note)).unwrap().total_record_count.0
        };
        let films = saved("library without a user, with paths");
        assert!(!films.is_empty(), "{file}");
        assert!(films.iter().all(|film| film.has_tmdb_id && film.item.path.is_some()), "{films:?}");
        assert_eq!(total("total without a user"), 397, "{file}");
        assert_eq!(saved("delta, nothing"), [], "{file}");
        let arrived = saved("delta, one film arrived");
        assert_eq!(arrived.len(), 1, "{file}");
        assert_eq!(arrived[0].item.tmdb, TmdbId::new(543_001), "{file}");
        let unnamed = saved("the same without hasTmdbId");
        assert!(unnamed.iter().any(|film| !film.has_tmdb_id), "{file}: {unnamed:?}");
        let users: Vec<wire::User> = serde_json::from_value(body("users")).unwrap();
        assert!(users.iter().all(|user| user.server_id.is_some()), "{file}");
        let watched: wire::Items<wire::Item> =
            serde_json::from_value(body("watched of anna among four ids")).unwrap();
        assert!(!watched.items.is_empty(), "{file}");
    }
}

fn door(jellyfin: &standins::jellyfin::Jellyfin) -> Jellyfin {
    let http = Http::new(&Options::json("test", Duration::from_secs(20)));
    Jellyfin::new(Api {
        server: "Jellyfin",
        base: jellyfin.url().parse().unwrap(),
        http: http.unwrap(),
        auth: ("Authorization", Secret(format!("MediaBrowser Token=\"{}\"", standins::jellyfin::KEY))),
        retry_policy: RetryPolicy { tries: 1, first_pause: Duration::ZERO },
    })
}

#[test]
fn every_version_tells_what_its_library_has_what_was_saved_and_what_was_watched() {
    use standins::jellyfin::{Item, Version};
    for version in [Version::V10_8, Version::V10_9, Version::V10_10, Version::V10_11, Version::V12_0] {
        let jellyfin = standins::jellyfin::Jellyfin::start_version(version);
        jellyfin.add_user("ada");
        let heat = jellyfin.add_film(949, "Heat");
        jellyfin.add_film(348, "Alien");
        let odd = ("Tmdb".to_owned(), "0".to_owned());
        jellyfin.add_item(Item { provider_ids: vec![odd], path: "/odd".into(), ..Item::default() });
        jellyfin.add_item(Item { path: "/none".into(), ..Item::default() });
        let set = jellyfin.add_collection("A");
        jellyfin.put(&set, &heat);
        let door = door(&jellyfin);

        let users = door.users().unwrap();
        let info = door.info().unwrap();
        assert_eq!(users.users[0].server_id.as_deref(), Some(info.id.as_str()));
        let asked_at = users.asked_at.expect("a date");
        // Whoever sees it: also what is in a collection, and what has an id that is of no use.
        jellyfin.hide_library("ada", true);
        let mut found: Vec<_> = door.items().unwrap().into_iter().map(|item| item.tmdb).collect();
        found.sort_unstable();
        assert_eq!(found, [None, TmdbId::new(348), TmdbId::new(949)], "{version:?}");
        assert_eq!(door.item_count().unwrap(), 3, "{version:?}");

        let saved = door.saved_since(asked_at - 600, &info.version).unwrap();
        assert_eq!(saved.len(), 4, "{version:?}");
        assert_eq!(saved.iter().filter(|film| !film.has_tmdb_id).count(), 1, "{version:?}");
        assert_eq!(door.saved_since(asked_at + 3600, &info.version).unwrap(), [], "{version:?}");

        let (ada, items) = (&users.users[0].id, [JellyfinId::parse(&heat).unwrap()]);
        assert_eq!(door.watched_among(ada, &items).unwrap(), [], "{version:?}");
        jellyfin.watch("ada", &heat, true);
        assert_eq!(door.watched_among(ada, &items).unwrap(), [TmdbId::new(949).unwrap()], "{version:?}");
        jellyfin.hide_library("ada", false);
        assert_eq!(door.watched_of_all(ada).unwrap(), [TmdbId::new(949).unwrap()], "{version:?}");
        let asked = jellyfin.server.requests().len();
        assert_eq!(door.watched_among(ada, &[]).unwrap(), []);
        assert_eq!(jellyfin.server.requests().len(), asked, "no ids, no request");

        let etag = || door.collections().unwrap().remove(0).etag.expect("an etag");
        let before = etag();
        jellyfin.watch("ada", &heat, false);
        assert_eq!(etag(), before, "{version:?}");
        jellyfin.take(&set, &heat);
        assert_ne!(etag(), before, "{version:?}");
    }
}

/// What lbjf asks of playlists, as both versions answered it.
#[test]
fn every_recorded_answer_about_playlists_decodes() {
    let Some(folder) = standins::shared("recordings") else { return };
    for (file, doubles) in [("jellyfin-10.11.11-next.json", 0), ("jellyfin-12.0.0-next.json", 1)] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let exchanges: Vec<Value> = serde_json::from_str(&text).unwrap();
        let body = |note: &str| {
            let noted = exchanges.iter().find(|one| one["note"].as_str().unwrap().starts_with(note));
            noted.unwrap_or_else(|| panic!("{file}: {note}"))["response"]["json"].clone()
        };
        let lists: wire::Items<wire::Playlist> =
            serde_json::from_value(body("playlists without a user")).unwrap();
        assert_eq!(lists.items[0].name, "Recorded - anna", "{file}");
        let made: wire::Created = serde_json::from_value(body("create a playlist")).unwrap();
        assert_eq!(made.id, lists.items[0].id, "{file}");
        let read = |note: &str| {
            let items: wire::Items<EntryRow> = serde_json::from_value(body(note)).unwrap();
            entries(items.items)
        };
        assert_eq!(read("entries, none"), Entries::default());
        let found = read("entries: 10.11 drops the double, 12 keeps it");
        assert_eq!(found.members.len(), 4, "{file}");
        assert_eq!(found.members.iter().filter(|member| member.is_doubled).count(), doubles, "{file}");
        assert!(found.members.iter().all(|member| found.ids[&member.item_id] == [member.item_id.clone()]));
        for (note, expected) in [("is it anna's", true), ("the public one as ben", false)] {
            let owned: wire::Owned = serde_json::from_value(body(note)).unwrap();
            assert_eq!(owned.can_delete, Some(expected), "{file}: {note}");
        }
    }
}

#[test]
fn each_version_can_do_its_own_with_playlists() {
    for (version, can_remove, can_prepend, forgets_hidden) in [
        ("10.8.13", true, false, true),
        ("10.9.0", false, false, true),
        ("10.10.7", false, false, true),
        ("10.11.0", true, false, true),
        ("12.0.0", true, true, false),
        ("13.1", true, true, false),
    ] {
        assert_eq!(
            Abilities::of(version),
            Abilities { can_remove, can_prepend, forgets_hidden },
            "{version}"
        );
    }
}

#[test]
fn every_version_tells_whose_a_playlist_is_and_removes_by_its_last_listing() {
    use standins::jellyfin::Version;
    for version in [Version::V10_8, Version::V10_9, Version::V10_10, Version::V10_11, Version::V12_0] {
        let jellyfin = standins::jellyfin::Jellyfin::start_version(version);
        for name in ["ada", "ben"] {
            jellyfin.add_user(name);
        }
        let films = [jellyfin.add_film(949, "Heat"), jellyfin.add_film(348, "Alien")];
        let films = films.map(|id| JellyfinId::parse(&id).unwrap());
        let door = door(&jellyfin);
        let users = door.users().unwrap().users;
        let id_of = |name: &str| &users.iter().find(|user| user.name == name).unwrap().id;
        let (ada, ben, text) = (id_of("ada"), id_of("ben"), door.info().unwrap().version);

        let id = door.create_playlist("Films: mine", ada).unwrap();
        let lists = door.playlists().unwrap();
        assert!(lists.len() == 1 && lists[0].is_named("Films: mine") && lists[0].id == id, "{lists:?}");
        assert_eq!(door.whose_playlist(&id, ada, &text).unwrap(), Whose::Theirs, "{version:?}");
        assert_eq!(door.whose_playlist(&id, ben, &text).unwrap(), Whose::Hidden, "{version:?}");
        jellyfin.publish_playlist(&id);
        assert_ne!(door.whose_playlist(&id, ben, &text).unwrap(), Whose::Hidden, "{version:?}");

        door.add_entries(&id, ada, &[&films[0], &films[1]], false).unwrap();
        let found = door.entries(&id, ada).unwrap();
        let tmdb: Vec<_> = found.members.iter().filter_map(|member| member.tmdb).collect();
        assert_eq!(tmdb, [949, 348].map(|id| TmdbId::new(id).unwrap()), "{version:?}");
        let entry = &found.ids[&films[0]][0];
        let removed = door.remove_entries(&id, &[entry]);
        assert_eq!(removed.is_ok(), Abilities::of(&text).can_remove, "{version:?}");
        let left = if removed.is_ok() { 1 } else { 2 };
        assert_eq!(door.entries(&id, ada).unwrap().members.len(), left, "{version:?}");
        let asked = jellyfin.server.requests().len();
        door.add_entries(&id, ada, &[], true).unwrap();
        door.remove_entries(&id, &[]).unwrap();
        assert_eq!(jellyfin.server.requests().len(), asked, "no ids, no request");
    }
}
