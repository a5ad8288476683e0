//! Several people on one collection, and people who come, go or cannot be read.

use lbjf::exit::Exit;
use standins::jellyfin::{Jellyfin, KEY, Version};
use standins::{Fault, Radarr, Reply};

use crate::common::{COLLECTION, World};
use crate::jellyfin::stopped_at;

const SHARED: &str = "jellyfin_collection = \"Ada's watchlist\"";

/// Ada lists heat, alien and ran, ben alien, ran and tron; one collection holds all four.
fn shared() -> (World, [String; 4]) {
    let world = World::new().watchlist(&["heat", "alien", "ran"]).user("ben", SHARED);
    world.letterboxd.set_watchlist("ben", &["alien", "ran", "tron"]);
    let items = world.settle(["heat", "alien", "ran", "tron"]);
    assert_eq!(world.collected().len(), 4);
    (world, items)
}

#[test]
fn a_film_of_two_people_leaves_when_nobody_holds_it() {
    let (world, [_, alien, ..]) = shared();
    world.jellyfin.watch("ada", &alien, true);
    world.idle();
    world.jellyfin.watch("ben", &alien, true);
    world.sync().mentions("removed: alien");
    world.letterboxd.drop_entry("ada", "ran");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "ran", "tron"]));
    world.letterboxd.drop_entry("ben", "ran");
    world.sync().mentions("removed: ran");
    assert_eq!(world.collected(), world.tmdb(&["heat", "tron"]));
    world.idle();
}

#[test]
fn with_watched_by_anyone_the_first_who_watched_a_film_takes_it_out_for_all() {
    let (mut world, [heat, alien, ran, tron]) = shared();
    world.change("jellyfin_username = \"ben\"", "jellyfin_username = \"ben\"\nwatched_by = \"anyone\"");
    world.idle();
    let next = world.lbjf(&["status", "alien"]).stdout;
    assert!(next.contains("it leaves the collection once ada or ben has watched it"), "{next}");
    // By one of two who list it, and by somebody who does not.
    world.jellyfin.watch("ada", &alien, true);
    world.jellyfin.watch("ben", &heat, true);
    let by_hand = world.put(&world.jellyfin.collections()[0].id, "jaws");
    world.sync().mentions("removed: alien").mentions("removed: heat");
    assert_eq!(world.collected(), world.tmdb(&["ran", "tron", "jaws"]));
    world.idle();
    // It holds for what a person put there, and nothing comes back because somebody cannot be asked.
    world.jellyfin.watch("ada", &by_hand, true);
    world.sync().mentions("removed: jaws");
    let is_adas = |request: &standins::Request| request.param("isPlayed").is_some();
    world.jellyfin.server.fail(usize::MAX, is_adas, Fault::Instead(Reply::empty(500)));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(world.collected(), world.tmdb(&["ran", "tron"]));
    world.jellyfin.server.behave();
    // Back to everybody.
    world.change("watched_by = \"anyone\"", "watched_by = \"everybody\"");
    world.sync().mentions("added to collection");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran", "tron"]));
    for item in [&ran, &tron] {
        world.jellyfin.watch("ada", item, true);
    }
    world.idle();
}

#[test]
fn a_list_that_cannot_be_read_keeps_what_it_holds() {
    let (world, _) = shared();
    world.letterboxd.set_private("ben", true);
    world.letterboxd.drop_entry("ada", "heat");
    world.letterboxd.drop_entry("ada", "ran");
    world.lbjf(&["sync"]).exits(Exit::Partial);
    // Ada's own film leaves; what ben held when his list could be read stays.
    assert_eq!(world.collected(), world.tmdb(&["alien", "ran", "tron"]));
}

#[test]
fn a_list_that_was_never_read_in_full_keeps_everything() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]).user("ben", SHARED);
    world.letterboxd.set_private("ben", true);
    let heat = world.download("heat");
    world.download("alien");
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    world.jellyfin.watch("ada", &heat, true);
    world.letterboxd.drop_entry("ada", "alien");
    world.lbjf(&["sync"]).exits(Exit::Success);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    world.letterboxd.set_private("ben", false);
    world.sync().mentions("2 removed from a collection");
    assert_eq!(world.collected(), [0; 0]);
}

#[test]
fn a_library_that_cannot_be_believed_takes_nothing_out_of_a_shared_collection() {
    type Break = fn(&World);
    let read = |request: &standins::Request| request.param("userId").is_some();
    let breaks: [(&str, Break, &str); 4] = [
        ("unknown", |_| (), "lbjf: error: ben: Jellyfin has no user `bob`; it has `ada`, `ben`"),
        (
            "disabled",
            |world| world.jellyfin.disable_user("ben"),
            "lbjf: error: ben: Jellyfin's user `ben` is disabled",
        ),
        (
            "empty",
            |world| world.jellyfin.lose_libraries(true),
            "lbjf: error: jellyfin: the library shows no films, but it had 4; nothing is created or removed",
        ),
        ("failing", |_| (), "lbjf: error: watched films of `"),
    ];
    for (what, break_it, warning) in breaks {
        let (mut world, [heat, ..]) = shared();
        world.jellyfin.watch("ada", &heat, true);
        world.letterboxd.push("ada", "jaws");
        world.download("jaws");
        if what == "unknown" {
            world.change("jellyfin_username = \"ben\"", "jellyfin_username = \"bob\"");
        }
        if what == "failing" {
            world.jellyfin.server.fail(1, read, Fault::Instead(Reply::empty(500)));
        }
        break_it(&world);
        world.lbjf(&["sync"]).exits(Exit::Partial).mentions(warning).omits("removed: ");
        let inside = world.collected();
        assert!(world.tmdb(&["heat", "alien", "ran", "tron"]).iter().all(|id| inside.contains(id)), "{what}");
        assert_eq!(world.radarr.posted().last(), Some(&world.letterboxd.tmdb_id("jaws")), "{what}");
    }
}

#[test]
fn a_film_that_only_the_filter_takes_for_watched_is_not() {
    let (world, [heat, ..]) = shared();
    world.jellyfin.filter_as_watched("ada", &heat, true);
    world.idle();
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    assert_eq!(world.collected().len(), 4);
}

#[test]
fn a_user_who_is_deleted_while_lbjf_asks_takes_nothing_out() {
    for version in [Version::V10_8, Version::V10_9] {
        let world = World::with(Radarr::start(), Jellyfin::start_version(version));
        let world = world.watchlist(&["heat", "alien", "ran"]);
        world.settle(["heat", "alien", "ran"]);
        let key = format!("MediaBrowser Token=\"{KEY}\"");
        let users = ureq::get(format!("{}/Users", world.jellyfin.url())).header("Authorization", key).call();
        let users: serde_json::Value = users.expect("it is up").body_mut().read_json().expect("it is JSON");
        let still = Fault::Instead(Reply::json(200, &users));
        world.jellyfin.server.fail(usize::MAX, |request| request.path == "/Users", still);
        world.jellyfin.remove_user("ada");
        world.lbjf(&["cleanup"]);
        world.lbjf(&["sync"]);
        world.lbjf(&["sync", "--full"]);
        assert_eq!(world.told_jellyfin(), [""; 0], "{version:?}");
    }
}

#[test]
fn a_user_taken_out_of_the_config_is_unmapped_at_once() {
    let (mut world, _) = shared();
    let start = world.config().rfind("\n[[users]]").expect("ben's table");
    let table = world.config()[start..].to_owned();
    world.change(&table, "");
    world.sync().mentions("removed: tron");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran"]));
    world.idle();
    // Back again: what is known of the list is still there.
    world.change(COLLECTION_LINE, &format!("{COLLECTION_LINE}{table}"));
    world.sync();
    assert_eq!(world.collected().len(), 4);
}

const COLLECTION_LINE: &str = "jellyfin_collection = \"Ada's watchlist\"\n";

#[test]
fn two_users_of_one_jellyfin_user_are_asked_about_once() {
    let mut world = World::new().watchlist(&["heat", "alien"]).user("ben", SHARED);
    world.change("jellyfin_username = \"ben\"", "jellyfin_username = \"ADA\"");
    world.letterboxd.set_watchlist("ben", &["alien", "ran"]);
    let alien = world.download("alien");
    world.settle(["heat", "ran"]);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran"]));
    world.idle();
    let requests = world.jellyfin.server.requests();
    assert_eq!(requests.iter().filter(|request| request.param("userId").is_some()).count(), 1);
    world.jellyfin.watch("ada", &alien, true);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "ran"]));
}

#[test]
fn by_id_and_by_name_may_mean_one_collection() {
    let world = World::new().watchlist(&["heat", "alien"]);
    let id = world.jellyfin.add_collection(COLLECTION);
    let world = world.user("ben", &format!("jellyfin_collection_id = \"{}\"", id.to_uppercase()));
    world.letterboxd.set_watchlist("ben", &["alien", "ran"]);
    world.settle(["heat", "alien", "ran"]);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran"]));
    assert_eq!(world.jellyfin.collections().len(), 1);
    world.letterboxd.drop_entry("ada", "alien");
    world.sync();
    assert_eq!(world.told_jellyfin(), [""; 0], "ben holds it");
}

#[test]
fn user_changes_only_that_persons_collection_and_others_count_with_their_lists() {
    let (world, _) = shared();
    let world = world.user("cleo", "jellyfin_collection = \"Cleo's\"");
    world.letterboxd.set_watchlist("cleo", &["jaws"]);
    world.download("jaws");
    world.letterboxd.drop_entry("ada", "heat");
    world.letterboxd.drop_entry("ada", "alien");
    // Ben's list is not read again: he holds alien and ran as far as known.
    world.letterboxd.drop_entry("ben", "ran");
    world.forget_requests();
    world.lbjf(&["sync", "--user", "ada"]).exits(Exit::Success);
    assert_eq!(world.collected(), world.tmdb(&["alien", "ran", "tron"]));
    assert_eq!(world.letterboxd.pages_asked(), ["/ada/watchlist/"]);
    assert_eq!(world.jellyfin.collections().len(), 1, "cleo's is not touched");
    world.lbjf(&["sync", "--user", "cleo"]).exits(Exit::Success);
    assert_eq!(world.jellyfin.members("Cleo's"), world.tmdb(&["jaws"]));
    world.lbjf(&["sync", "--user", "dora"]).exits(Exit::Config).mentions("it has `ada`, `ben`, `cleo`");
}

#[test]
fn a_user_without_a_collection_costs_jellyfin_nothing() {
    let mut world = World::new().watchlist(&["heat"]);
    world.change(COLLECTION_LINE, "");
    world.download("heat");
    world.sync();
    assert_eq!(world.jellyfin.server.requests().len(), 0);
    assert_eq!(world.radarr.posted().len(), 1);
}

const ADAS: &str = "jellyfin_username = \"ada\"";
const BENS: &str = "jellyfin_username = \"ben\"";

/// Ada lists heat, alien and ran, and watched heat, which nobody else may see. Now the config says that she is `ben` in
/// Jellyfin.
fn as_ben() -> (World, String) {
    let mut world = World::new().watchlist(&["heat", "alien", "ran"]);
    let [heat, ..] = world.settle(["heat", "alien", "ran"]);
    world.jellyfin.show_to(&heat, Some(vec!["ada".to_owned()]));
    world.jellyfin.save_long_ago(&heat);
    world.jellyfin.watch("ada", &heat, true);
    world.sync();
    world.jellyfin.add_user("ben");
    world.change(ADAS, BENS);
    (world, heat)
}

#[test]
fn cleanup_for_another_jellyfin_user_does_not_change_what_is_known_of_the_first() {
    let (mut world, heat) = as_ben();
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    world.jellyfin.watch("ada", &heat, false);
    world.change(BENS, ADAS);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran"]));
}

#[test]
fn a_run_for_another_jellyfin_user_that_is_stopped_does_not_change_what_is_known_of_the_first() {
    let (mut world, heat) = as_ben();
    world.letterboxd.drop_entry("ada", "ran");
    let ran = stopped_at(&world, |request| request.method == "DELETE");
    ran.exits(Exit::Terminated);
    world.jellyfin.watch("ada", &heat, false);
    world.change(BENS, ADAS);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}
