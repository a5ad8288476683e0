//! Which collection is meant, and when one is made. Making one that exists would empty it.

use std::time::Duration;

use lbjf::exit::Exit;
use serde_json::json;
use standins::jellyfin::{Jellyfin, Version};
use standins::{Fault, Radarr, Reply, Request};

use crate::common::{COLLECTION, World};

const LINE: &str = "jellyfin_collection = \"Ada's watchlist\"";

/// A world with heat and alien on the list and in the library, and no run yet.
fn fresh() -> World {
    let world = World::new().watchlist(&["heat", "alien"]);
    world.download("heat");
    world.download("alien");
    world
}

#[track_caller]
fn makes_none(world: &World) {
    let told = world.told_jellyfin();
    assert!(!told.iter().any(|what| what.starts_with("make")), "{told:?}");
}

#[test]
fn a_collection_is_made_locked_and_without_ids_once_there_is_a_film_to_put_in() {
    let world = World::new().watchlist(&["heat"]);
    world.sync();
    assert_eq!(world.jellyfin.collections(), []);
    world.download("heat");
    world.sync();
    assert!(world.jellyfin.collections()[0].locked);
    let made = &world.jellyfin.server.writes()[0];
    assert_eq!((made.path.as_str(), made.param("ids")), ("/Collections", None));
}

#[test]
fn a_collection_that_exists_by_name_is_used() {
    let world = fresh();
    let set = world.jellyfin.add_collection(COLLECTION);
    world.put(&set, "heat-2");
    world.sync();
    makes_none(&world);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "heat-2"]));
}

#[test]
fn a_collection_that_a_person_renamed_is_adopted() {
    // Known to lbjf, and met for the first time.
    for is_known in [true, false] {
        let world = fresh();
        let set = if is_known {
            world.sync();
            world.jellyfin.collections()[0].id.clone()
        } else {
            world.jellyfin.add_collection(COLLECTION)
        };
        world.put(&set, "ran");
        world.jellyfin.rename_collection(&set, "Films for Ada");
        world.letterboxd.push("ada", "jaws");
        world.download("jaws");
        world.forget_requests();
        world.sync().mentions("ada: added to collection `Films for Ada`: Jaws (2000)");
        makes_none(&world);
        assert_eq!(world.jellyfin.members("Films for Ada"), world.tmdb(&["heat", "alien", "ran", "jaws"]));
        world.idle();
    }
}

#[test]
fn a_collection_that_a_person_deleted_is_made_again_when_there_is_a_film_to_put_in() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    let [heat] = world.settle(["heat"]);
    world.jellyfin.delete_collection(&world.jellyfin.collections()[0].id);
    world.jellyfin.watch("ada", &heat, true);
    world.idle();
    world.jellyfin.watch("ada", &heat, false);
    world.sync().says(&format!("collection `{COLLECTION}`: created"));
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
    world.idle();
}

#[test]
fn a_collection_that_was_deleted_and_made_again_by_a_person_is_theirs() {
    let world = World::new().watchlist(&["heat", "alien"]);
    let [heat, _] = world.settle(["heat", "alien"]);
    world.jellyfin.delete_collection(&world.jellyfin.collections()[0].id);
    world.letterboxd.set_watchlist("ada", &[]);
    world.lbjf(&["sync", "--allow-shrink"]).exits(Exit::Success);
    assert!(world.jellyfin.collections().is_empty());
    let id = world.jellyfin.add_collection(COLLECTION);
    world.jellyfin.put(&id, &heat);
    world.idle();
    assert_eq!(world.collected(), world.tmdb(&["heat"]), "a person put it there");
}

#[test]
fn an_empty_collection_stays() {
    let world = World::new().watchlist(&["heat"]);
    let [heat] = world.settle(["heat"]);
    world.jellyfin.watch("ada", &heat, true);
    world.sync();
    assert_eq!(world.jellyfin.collections()[0].members, [""; 0]);
    world.idle();
    makes_none(&world);
}

#[test]
fn a_collection_by_id_is_used_and_one_that_does_not_exist_is_an_error() {
    let mut world = fresh();
    let set = world.jellyfin.add_collection("Anything");
    world.change(LINE, &format!("jellyfin_collection_id = \"{set}\""));
    world.sync();
    assert_eq!(world.jellyfin.members("Anything"), world.tmdb(&["heat", "alien"]));
    world.idle();

    let unknown = "0123456789abcdef0123456789abcdef";
    world.change(&set, unknown);
    world.forget_requests();
    let text = format!("lbjf: error: ada: Jellyfin has no collection `{unknown}`; it has `Anything` ({set})");
    world.lbjf(&["sync"]).exits(Exit::Partial).says(&text);
    assert_eq!(world.writes(), [""; 0]);
}

#[test]
fn a_collection_by_id_that_was_deleted_is_never_made() {
    let mut world = fresh();
    let set = world.jellyfin.add_collection("Anything");
    world.change(LINE, &format!("jellyfin_collection_id = \"{set}\""));
    world.sync();
    world.jellyfin.delete_collection(&set);
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("; it has none");
    makes_none(&world);
}

#[test]
fn a_changed_name_makes_a_new_collection_and_leaves_the_old_one() {
    let mut world = fresh();
    world.sync();
    let line = "ada: now uses collection `Later`; `Ada's watchlist` stays as it is";
    world.change(COLLECTION, "Later");
    world.sync().says(line);
    assert_eq!(world.jellyfin.members("Later"), world.tmdb(&["heat", "alien"]));
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    world.idle().omits("stays as it is");
}

#[test]
fn another_name_for_the_same_collection_is_no_change() {
    let mut world = fresh();
    world.sync();
    let id = world.jellyfin.collections()[0].id.clone();
    world.jellyfin.rename_collection(&id, "Later");
    world.change(COLLECTION, "Later");
    world.idle().omits("stays as it is");
    world.change("jellyfin_collection = \"Later\"", &format!("jellyfin_collection_id = \"{id}\""));
    world.idle().omits("stays as it is");
}

#[test]
fn a_ghost_is_named_and_left() {
    let world = fresh();
    let set = world.jellyfin.add_collection(COLLECTION);
    world.put(&set, "ran");
    world.jellyfin.make_ghost(&set);
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .mentions("lbjf: error: ada: collection `Ada's watchlist` is an invisible leftover of a deleted one");
    assert_eq!(world.told_jellyfin(), [""; 0]);
    assert_eq!(world.radarr.posted().len(), 2);
}

#[test]
fn of_several_collections_of_one_name_the_one_with_the_smallest_id_is_used() {
    let world = fresh();
    let (one, two) = (world.jellyfin.add_collection("One"), world.jellyfin.add_collection("Two"));
    for id in [&one, &two] {
        world.jellyfin.rename_collection(id, COLLECTION);
    }
    world.sync();
    let sets = world.jellyfin.collections();
    let used = sets.iter().find(|set| !set.members.is_empty()).expect("one is used");
    assert_eq!(&used.id, one.min(two).as_str());
    makes_none(&world);
    world.idle();
}

#[test]
fn of_several_collections_of_one_name_both_ids_are_said_once_a_day() {
    let world = fresh();
    let (one, two) = (world.jellyfin.add_collection("One"), world.jellyfin.add_collection("Two"));
    for id in [&one, &two] {
        world.jellyfin.rename_collection(id, COLLECTION);
    }
    let (first, other) = (one.clone().min(two.clone()), one.max(two));
    let text = format!(
        "warning: ada: Jellyfin has 2 collections named `{COLLECTION}`: lbjf uses {first} and leaves {other} alone"
    );
    world.sync().says(&text);
    world.idle().omits(&text);
    world.pass_time(Duration::from_hours(24));
    world.idle().says(&text);
    world.jellyfin.rename_collection(&other, "Other");
    world.idle().omits("collections named");
    world.jellyfin.rename_collection(&other, COLLECTION);
    world.idle().says(&text);
    let check = world.lbjf(&["status", "--check"]).exits(Exit::Success);
    let note = text.replace("warning: ada:", "note   ada collection:");
    assert!(check.stdout.lines().any(|line| line == note), "{}", check.stdout);
}

#[test]
fn any_name_is_found_again_by_itself_and_by_its_folder() {
    for name in [
        "Größe, Ångström & Ähnliches",
        "O'Hara's 100 % #1 + [x]",
        "映画",
        "a.b. c",
        "Ada: to see",
        "AC/DC",
        "What? *Now* <3 | soon...",
        "..",
        "Ame\u{301}lie \u{200e}x",
    ] {
        let mut world = fresh();
        world.change(COLLECTION, name);
        world.sync();
        world.idle();
        let set = world.jellyfin.collections()[0].clone();
        assert_eq!(set.members.len(), 2, "{name}");
        // Another name, and a store that does not remember its id.
        world.jellyfin.rename_collection(&set.id, "Renamed");
        let db = rusqlite::Connection::open(world.database()).expect("a run made the store");
        db.execute("DELETE FROM collection", []).expect("it can be written");
        drop(db);
        world.idle();
        assert_eq!(world.jellyfin.collections().len(), 1, "{name}");
        assert_eq!(world.jellyfin.made_again(), [""; 0], "{name}");
    }
}

#[test]
fn a_collection_whose_name_differs_in_case_only_is_named_and_not_made_over() {
    for (config, server) in [
        ("Letterboxd - anna", "Letterboxd - ANNA"),
        ("ÉLODIE", "élodie"),
        ("ÉLODIE", "e\u{301}lodie"),
        ("Ada: TO SEE", "Ada: to see"),
    ] {
        let mut world = fresh();
        world.change(COLLECTION, config);
        let set = world.jellyfin.add_collection(server);
        world.put(&set, "ran");
        for args in [&["sync"][..], &["cleanup"], &["sync", "--full"]] {
            world.lbjf(args).exits(Exit::Partial).mentions(&format!(
                "ada: collection `{config}` not created: Jellyfin has `{server}` ({set}), which differs only in case"
            ));
        }
        world.lbjf(&["status", "--check"]).exits(Exit::Partial);
        assert_eq!(world.told_jellyfin(), [""; 0]);
        assert_eq!(world.jellyfin.members(server), world.tmdb(&["ran"]));
        assert_eq!(world.radarr.posted().len(), 2, "Radarr is fed");
        // As the hint says.
        world.change(config, server);
        world.sync();
        assert_eq!(world.jellyfin.members(server), world.tmdb(&["heat", "alien", "ran"]));
        world.idle();
    }
}

#[test]
fn a_collection_that_differs_in_case_only_and_came_while_libraries_were_read_is_not_made_over() {
    let world = fresh();
    let set = world.jellyfin.add_collection(&COLLECTION.to_uppercase());
    world.put(&set, "ran");
    lists_nothing(1, &world);
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("which differs only in case");
    makes_none(&world);
}

#[test]
fn a_collection_and_a_user_written_down_in_other_bytes_are_found() {
    let (apart, composed) = ("Ame\u{301}lie", "Amélie");
    for (config, server) in [(apart, composed), (composed, apart)] {
        let mut world = fresh();
        let set = world.jellyfin.add_collection(server);
        world.jellyfin.add_user(server);
        world.change(COLLECTION, config);
        world.change("jellyfin_username = \"ada\"", &format!("jellyfin_username = \"{config}\""));
        world.sync();
        makes_none(&world);
        assert_eq!(world.jellyfin.collections().len(), 1);
        assert_eq!(world.jellyfin.collections()[0].id, set);
        assert_eq!(world.jellyfin.members(server), world.tmdb(&["heat", "alien"]));
        world.idle();
    }
}

#[test]
fn two_names_that_may_be_one_folder_are_a_problem_of_the_config() {
    let mut world = World::new().user("ben", "jellyfin_collection = \"WATCHLIST\"");
    world.change(COLLECTION, "Watchlist");
    world
        .lbjf(&["sync"])
        .exits(Exit::Config)
        .mentions("users[1].jellyfin_collection: `WATCHLIST` may be one folder in Jellyfin with `Watchlist`");
    assert_eq!(world.jellyfin.server.requests().len(), 0);
}

#[test]
fn a_collection_that_cannot_be_made_is_reported_and_others_are() {
    let world = fresh().user("ben", "jellyfin_collection = \"Ben's\"");
    world.letterboxd.set_watchlist("ben", &["alien"]);
    let is_adas = |request: &Request| request.param("name").as_deref() == Some(COLLECTION);
    let refusal = Reply::new(500, "text/plain", "Error processing request.");
    world.jellyfin.server.fail(usize::MAX, is_adas, Fault::Instead(refusal));
    world.lbjf(&["sync"]).exits(Exit::Partial).says(&format!(
        "lbjf: error: collection `{COLLECTION}`: not created: Jellyfin answered POST Collections with HTTP 500"
    ));
    assert_eq!(world.told_jellyfin(), [&format!("make {COLLECTION}"), "make Ben's", "put 1"]);
    world.jellyfin.server.behave();
    world.sync();
    assert_eq!(world.collected().len(), 2);
}

/// What Jellyfin answers when it lists no collections.
fn lists_nothing(times: usize, world: &World) {
    let is_listing = |request: &Request| request.param("includeItemTypes").as_deref() == Some("BoxSet");
    let nothing = Reply::json(200, &json!({ "Items": [], "TotalRecordCount": 0, "StartIndex": 0 }));
    world.jellyfin.server.fail(times, is_listing, Fault::Instead(nothing));
}

#[test]
fn a_collection_that_is_not_listed_but_has_members_is_left_alone() {
    use Version::{V10_8, V10_9, V12_0};
    for (version, times) in [(V10_8, usize::MAX), (V10_9, 1), (V12_0, 1), (V12_0, usize::MAX)] {
        let world = World::with(Radarr::start(), Jellyfin::start_version(version));
        let world = world.watchlist(&["heat", "alien", "ran"]);
        let [heat, ..] = world.settle(["heat", "alien", "ran"]);
        world.letterboxd.push("ada", "jaws");
        world.download("jaws");
        world.jellyfin.watch("ada", &heat, true);
        let runs = [&["sync"][..], &["cleanup"], &["sync", "--full"]];
        for args in if times == 1 { &runs[..1] } else { &runs } {
            lists_nothing(times, &world);
            world.lbjf(args).exits(Exit::Partial).says(&format!(
                "lbjf: error: ada: Jellyfin does not list collection `{COLLECTION}`, but still shows films in it; lbjf leaves it alone"
            ));
            assert_eq!(world.told_jellyfin(), [""; 0], "{version:?}");
            world.pass_time(Duration::from_hours(25));
        }
        world.jellyfin.server.behave();
        // Nothing was forgotten: what left the list, and what was watched, is its own and leaves.
        world.letterboxd.drop_entry("ada", "alien");
        world.sync();
        assert_eq!(world.collected(), world.tmdb(&["ran", "jaws"]), "{version:?}");
        world.idle();
    }
}

#[test]
fn a_collection_that_is_not_listed_and_cannot_be_asked_about_is_left_alone() {
    let world = fresh();
    world.sync();
    lists_nothing(usize::MAX, &world);
    let is_members = |request: &Request| request.param("parentId").is_some();
    world.jellyfin.server.fail(usize::MAX, is_members, Fault::Instead(Reply::empty(500)));
    world.forget_requests();
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .says("lbjf: error: ada: Jellyfin answered GET Items with HTTP 500");
    makes_none(&world);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}

#[test]
fn a_collection_that_is_gone_is_asked_about_once() {
    use Version::{V10_8, V10_9, V10_10, V10_11, V12_0};
    for version in [V10_8, V10_9, V10_10, V10_11, V12_0] {
        let world = World::with(Radarr::start(), Jellyfin::start_version(version)).watchlist(&["heat"]);
        let [heat] = world.settle(["heat"]);
        world.jellyfin.delete_collection(&world.jellyfin.collections()[0].id);
        world.jellyfin.watch("ada", &heat, true);
        // Once, since it is not listed.
        for asks in [1, 0, 0] {
            world.idle();
            let requests = world.jellyfin.server.requests();
            let asked = requests.iter().filter(|request| request.param("parentId").is_some()).count();
            assert_eq!(asked, asks, "{version:?}");
        }
        world.jellyfin.watch("ada", &heat, false);
        world.sync();
        assert_eq!(world.collected(), world.tmdb(&["heat"]), "{version:?}");
    }
}

#[test]
fn with_the_token_of_a_person_no_collection_is_made() {
    // The listing hides what they may not see.
    let world = fresh();
    let set = world.jellyfin.add_collection(COLLECTION);
    let ran = world.put(&set, "ran");
    world.jellyfin.add_user("root");
    world.jellyfin.show_to(&ran, Some(vec!["ada".to_owned()]));
    world.jellyfin.set_key_owner(Some("root"));
    for _ in 0..2 {
        world
            .lbjf(&["sync"])
            .exits(Exit::Partial)
            .mentions(&format!(
                "collection `{COLLECTION}`: not created: the key is a personal token of `root`, who may not see every"
            ))
            .omits("added to collection");
        assert_eq!(world.told_jellyfin(), [""; 0]);
    }
    assert_eq!(world.collected(), world.tmdb(&["ran"]));
    world.jellyfin.set_key_owner(None);
    world.sync();
    makes_none(&world);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran"]));
}

#[test]
fn whose_key_it_is_must_be_known_before_a_collection_is_made() {
    let world = fresh();
    let is_me = |request: &Request| request.path == "/Users/Me";
    world.jellyfin.server.fail(1, is_me, Fault::Instead(Reply::empty(500)));
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .mentions("not created: Jellyfin answered GET Users/Me with HTTP 500");
    makes_none(&world);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}
