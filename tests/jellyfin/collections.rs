//! Which collection is meant, and when one is made. Making one that exists would empty it.

use lbjf::exit::Exit;
use standins::{Fault, Reply, Request};

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
    world.sync().says(&format!("collection `{COLLECTION}`: made"));
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
    let text = format!("warning: ada: Jellyfin has no collection `{unknown}`; it has `Anything` ({set})");
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
    let line = "ada: collection `Ada's watchlist` is left as it is; `Later` is kept from now on";
    world.change(COLLECTION, "Later");
    world.sync().says(line);
    assert_eq!(world.jellyfin.members("Later"), world.tmdb(&["heat", "alien"]));
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    world.idle().omits("left as it is");
}

#[test]
fn another_name_for_the_same_collection_is_no_change() {
    let mut world = fresh();
    world.sync();
    let id = world.jellyfin.collections()[0].id.clone();
    world.jellyfin.rename_collection(&id, "Later");
    world.change(COLLECTION, "Later");
    world.idle().omits("left as it is");
    world.change("jellyfin_collection = \"Later\"", &format!("jellyfin_collection_id = \"{id}\""));
    world.idle().omits("left as it is");
}

#[test]
fn a_ghost_is_named_and_left() {
    let world = fresh();
    let set = world.jellyfin.add_collection(COLLECTION);
    world.put(&set, "ran");
    world.jellyfin.make_ghost(&set);
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions(
        "warning: ada: collection `Ada's watchlist` is a leftover of a deleted one that nobody can see",
    );
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
fn any_name_that_jellyfin_keeps_is_found_again() {
    for name in ["Größe, Ångström & Ähnliches", "O'Hara's 100 % #1 + [x]", "映画", "a.b. c"] {
        let mut world = fresh();
        world.change(COLLECTION, name);
        world.sync();
        assert_eq!(world.jellyfin.members(name), world.tmdb(&["heat", "alien"]));
        world.idle();
    }
}

#[test]
fn a_collection_that_cannot_be_made_is_reported_and_others_are() {
    let world = fresh().user("ben", "jellyfin_collection = \"Ben's\"");
    world.letterboxd.set_watchlist("ben", &["alien"]);
    let is_adas = |request: &Request| request.param("name").as_deref() == Some(COLLECTION);
    let refusal = Reply::new(500, "text/plain", "Error processing request.");
    world.jellyfin.server.fail(usize::MAX, is_adas, Fault::Instead(refusal));
    world.lbjf(&["sync"]).exits(Exit::Partial).says(&format!(
        "warning: collection `{COLLECTION}`: not made: Jellyfin answered POST Collections with HTTP 500"
    ));
    assert_eq!(world.told_jellyfin(), [&format!("make {COLLECTION}"), "make Ben's", "put 1"]);
    world.jellyfin.server.behave();
    world.sync();
    assert_eq!(world.collected().len(), 2);
}
