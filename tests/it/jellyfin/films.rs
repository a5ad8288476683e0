//! Which films are in a collection, run after run.

use std::time::Duration;

use lbjf::exit::Exit;
use standins::jellyfin::{Item, Jellyfin, Version};
use standins::letterboxd::challenge;
use standins::{Fault, Radarr};

use crate::common::{COLLECTION, World};

#[test]
fn a_film_downloaded_three_runs_later_gets_in() {
    let world = World::new().watchlist(&["heat", "alien"]);
    for _ in 0..3 {
        world.sync();
        assert_eq!(world.jellyfin.collections(), []);
    }
    world.download("heat");
    let tmdb = world.tmdb(&["heat"]);
    let line = format!("ada: added to collection `{COLLECTION}`: Heat (2000) tmdb={}", tmdb[0]);
    world
        .sync()
        .says(&format!("collection `{COLLECTION}`: created"))
        .says(&line)
        .mentions("1 added to a collection");
    assert_eq!(world.collected(), tmdb);
    world.idle();
}

#[test]
fn a_film_that_stood_in_the_library_before_it_was_listed_gets_in() {
    let world = World::settled(["heat"]);
    world.letterboxd.set_watchlist("ben", &["alien"]);
    world.download("alien");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
    world.letterboxd.push("ada", "alien");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}

#[test]
fn a_film_whose_file_was_replaced_gets_back_in() {
    let world = World::new().watchlist(&["heat", "alien"]);
    let heat = world.download("heat");
    world.settle(["alien"]);
    let new = world.jellyfin.replace_file(&heat);
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    assert!(world.jellyfin.collections()[0].members.contains(&new));
    world.idle();
}

#[test]
fn a_watched_film_leaves_and_comes_back_when_it_is_unmarked() {
    let world = World::new().watchlist(&["heat", "alien"]);
    let heat = world.download("heat");
    world.settle(["alien"]);
    let tmdb = world.letterboxd.tmdb_id("heat");

    world.jellyfin.watch("ada", &heat, true);
    world.sync().says(&format!("collection `{COLLECTION}`: removed: heat (2000) tmdb={tmdb} (watched)"));
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    world.idle();

    world.jellyfin.watch("ada", &heat, false);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}

#[test]
fn a_film_that_left_the_watchlist_leaves() {
    let world = World::settled(["heat", "alien", "ran"]);
    world.letterboxd.drop_entry("ada", "heat");
    let tmdb = world.letterboxd.tmdb_id("heat");
    world
        .sync()
        .says("ada: 1 left the watchlist")
        .says(&format!("collection `{COLLECTION}`: removed: heat (2000) tmdb={tmdb} (no longer wanted)"))
        .mentions("1 removed from a collection");
    assert_eq!(world.collected(), world.tmdb(&["alien", "ran"]));
    world.idle();
    world.letterboxd.push("ada", "heat");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran"]));
}

#[test]
fn a_watchlist_that_shrank_too_much_takes_nothing_out_until_it_is_believed() {
    let world = World::new().watchlist_of(10);
    let items: Vec<_> = (1..=10).map(|number| world.download(&format!("film-{number}"))).collect();
    world.sync();
    world.set_watchlist("ada", 2);
    world.jellyfin.watch("ada", &items[9], true);
    world.sync().mentions("8 of 10 films are gone").mentions("1 removed from a collection");
    assert_eq!(world.collected().len(), 9, "watched films leave all the same");
    world.pass_time(Duration::from_mins(61));
    world.sync().mentions("7 removed from a collection");
    assert_eq!(world.collected(), world.tmdb(&["film-1", "film-2"]));
}

#[test]
fn a_letterboxd_that_refuses_keeps_what_is_listed_and_watched_films_leave() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    let [_, alien, _] = world.settle(["heat", "alien", "ran"]);
    world.letterboxd.drop_entry("ada", "heat");
    world.jellyfin.watch("ada", &alien, true);
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(challenge()));
    world.lbjf(&["sync"]).exits(Exit::Blocked).mentions("removed: alien").omits("removed: heat");
    assert_eq!(world.collected(), world.tmdb(&["heat", "ran"]));
}

#[test]
fn remove_watched_false_keeps_and_adds_watched_films() {
    let world = World::new().set("[[users]]", "remove_watched = false").watchlist(&["heat", "alien"]);
    let (heat, alien) = (world.download("heat"), world.download("alien"));
    world.jellyfin.watch("ada", &heat, true);
    world.sync();
    world.jellyfin.watch("ada", &alien, true);
    world.idle();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}

#[test]
fn remove_unlisted_false_keeps_films_until_they_are_watched() {
    let world = World::new().set("[[users]]", "remove_unlisted = false").watchlist(&["heat", "alien", "ran"]);
    let heat = world.download("heat");
    world.settle(["alien"]);
    world.letterboxd.drop_entry("ada", "heat");
    world.letterboxd.drop_entry("ada", "ran");
    world.sync().says("ada: 2 left the watchlist");
    assert_eq!(world.told_jellyfin(), [""; 0]);
    // It was once listed, so it still gets in.
    world.download("ran");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran"]));
    world.jellyfin.watch("ada", &heat, true);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["alien", "ran"]));
}

#[test]
fn what_a_person_put_in_stays_until_it_becomes_watched() {
    let world = World::settled(["heat", "alien"]);
    world.letterboxd.set_watchlist("nobody", &["ran", "tron"]);
    let set = world.jellyfin.collections()[0].id.clone();
    let ran = world.put(&set, "ran");
    let tron = world.download("tron");
    world.jellyfin.watch("ada", &tron, true);
    world.jellyfin.put(&set, &tron);
    world.idle();
    world.jellyfin.watch("ada", &ran, true);
    world.sync().mentions("removed: ran");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "tron"]));
    // It was watched when it was first met: it stays for ever.
    world.jellyfin.watch("ada", &tron, false);
    world.idle();
    world.jellyfin.watch("ada", &tron, true);
    world.idle();
}

#[test]
fn what_a_person_put_in_watched_stays_when_somebody_lists_it_to_watch_it_again() {
    // Listed after it was met, and met while it is listed.
    for is_listed_first in [false, true] {
        let world = World::settled(["heat", "alien"]);
        world.letterboxd.set_watchlist("nobody", &["ran"]);
        let set = world.jellyfin.collections()[0].id.clone();
        let ran = world.download("ran");
        world.jellyfin.watch("ada", &ran, true);
        if is_listed_first {
            world.letterboxd.push("ada", "ran");
            world.sync();
        }
        world.jellyfin.put(&set, &ran);
        world.sync();
        if !is_listed_first {
            world.letterboxd.push("ada", "ran");
        }
        let stays = || {
            world.sync();
            assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran"]), "{is_listed_first}");
            assert_eq!(world.told_jellyfin(), [""; 0]);
        };
        stays();
        world.idle();
        world.pass_time(Duration::from_hours(25));
        stays();
        world.jellyfin.watch("ada", &ran, false);
        stays();
        world.jellyfin.watch("ada", &ran, true);
        stays();
        world.letterboxd.drop_entry("ada", "ran");
        stays();
    }
}

#[test]
fn a_film_met_in_the_collection_while_it_is_listed_is_own() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    let set = world.jellyfin.add_collection(COLLECTION);
    world.jellyfin.put(&set, &world.download("heat"));
    world.sync();
    assert_eq!(world.told_jellyfin(), [""; 0]);
    world.letterboxd.drop_entry("ada", "heat");
    world.sync().mentions("removed: heat");
    assert_eq!(world.collected(), [0; 0]);
}

#[test]
fn of_two_copies_the_one_with_the_smallest_id_gets_in() {
    let world = World::new().watchlist(&["heat"]);
    let tmdb = world.letterboxd.tmdb_id("heat");
    for id in ["c", "a", "b"] {
        let id = Some(id.repeat(32));
        world.jellyfin.add_item(Item { path: format!("/{id:?}"), id, ..Item::film(tmdb, "heat") });
    }
    world.sync();
    assert_eq!(world.jellyfin.collections()[0].members, ["a".repeat(32)]);
    world.idle();
    world.jellyfin.watch("ada", &"c".repeat(32), true);
    world.sync();
    assert_eq!(world.collected(), [0; 0], "one copy watched counts as watched");
}

#[test]
fn a_show_with_the_same_tmdb_number_never_matches() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    let tmdb = world.letterboxd.tmdb_id("heat");
    let series = |path: &str| Item { kind: "Series".into(), path: path.into(), ..Item::film(tmdb, "heat") };
    let set = world.jellyfin.add_collection(COLLECTION);
    let member = world.jellyfin.add_item(series("/shows/1"));
    world.jellyfin.put(&set, &member);
    world.jellyfin.add_item(series("/shows/2"));
    world.settle(["alien"]);
    // Not put in from the library, and no reason to leave the film out.
    assert_eq!(world.jellyfin.collections()[0].members.len(), 2);
    let film = world.jellyfin.add_film(tmdb, "heat");
    world.sync();
    assert!(world.jellyfin.collections()[0].members.contains(&film));
    world.letterboxd.drop_entry("ada", "heat");
    world.sync();
    let members = world.jellyfin.collections()[0].members.clone();
    assert!(members.contains(&member) && !members.contains(&film), "{members:?}");
}

#[test]
fn every_version_of_jellyfin_is_kept_in_step() {
    use Version::{V10_8, V10_9, V10_10, V10_11, V12_0};
    for version in [V10_8, V10_9, V10_10, V10_11, V12_0] {
        let world = World::with(Radarr::start(), Jellyfin::start_version(version));
        let world = world.watchlist(&["heat", "alien", "ran"]);
        let heat = world.download("heat");
        world.settle(["alien", "ran"]);
        assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran"]), "{version:?}");
        world.idle();
        world.jellyfin.watch("ada", &heat, true);
        world.letterboxd.drop_entry("ada", "alien");
        world.sync();
        assert_eq!(world.collected(), world.tmdb(&["ran"]), "{version:?}");
        world.idle();
    }
}

#[test]
fn a_member_that_became_a_video_is_the_film_and_leaves_by_its_own_id() {
    let world = World::with(Radarr::start(), Jellyfin::start_version(Version::V10_11));
    let world = world.watchlist(&["heat", "alien"]);
    let tmdb = world.letterboxd.tmdb_id("heat");
    let set = world.jellyfin.add_collection(COLLECTION);
    let video = Item { kind: "Video".into(), path: "/films/heat-4k.mkv".into(), ..Item::film(tmdb, "heat") };
    world.jellyfin.put(&set, &world.jellyfin.add_item(video));
    let [heat, alien] = world.settle(["heat", "alien"]);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]), "it is not put in twice");
    world.jellyfin.watch("ada", &heat, true);
    world.sync();
    assert_eq!(world.jellyfin.collections()[0].members, [alien]);
    world.idle();
}

/// A world of this version in which the file of `heat` was replaced between two scans; the film's id and that of the
/// old entry of its file.
fn replaced_between_scans(version: Version) -> (World, String, String) {
    let world = World::with(Radarr::start(), Jellyfin::start_version(version));
    let world = world.watchlist(&["heat", "alien"]);
    let [heat, _] = world.settle(["heat", "alien"]);
    let (film, leftover) = world.jellyfin.replace_file_between_scans(&heat);
    (world, film, leftover)
}

#[test]
fn an_old_entry_of_a_films_file_is_the_film_and_is_said_once() {
    for version in [Version::V10_10, Version::V10_11] {
        let (world, film, leftover) = replaced_between_scans(version);
        let text =
            format!("warning: collection `{COLLECTION}`: it has an old entry of heat instead of the film");
        world.sync().mentions(&text).omits("does not show it").mentions("1 added to a collection");
        assert!(world.jellyfin.collections()[0].members.contains(&leftover));
        for hours in [0, 25, 25] {
            world.pass_time(Duration::from_hours(hours));
            world.idle().omits("old entry").omits("does not show it");
        }
        world.lbjf(&["sync", "--full"]).exits(Exit::Success).omits("old entry");
        let status = world.lbjf(&["status", "heat"]).stdout;
        assert!(status.contains(": in it"), "{status}");
        // It leaves by its own id.
        world.jellyfin.watch("ada", &film, true);
        world.sync().mentions("removed: heat").omits("old entry");
        assert_eq!(world.collected(), world.tmdb(&["alien"]));
        assert_eq!(world.jellyfin.collections()[0].members.len(), 1);
        world.idle();
        world.jellyfin.watch("ada", &film, false);
        world.sync().omits("old entry");
        assert!(world.jellyfin.collections()[0].members.contains(&leftover));
        // Likewise when nobody lists it any more, so that its path is not looked at.
        world.letterboxd.drop_entry("ada", "heat");
        world.sync().mentions("removed: heat");
        assert_eq!(world.jellyfin.collections()[0].members.len(), 1);
        world.idle();
        assert_eq!(world.jellyfin.put_again(), [""; 0]);
    }
    let (world, film, _) = replaced_between_scans(Version::V12_0);
    world.sync().omits("old entry");
    assert!(world.jellyfin.collections()[0].members.contains(&film));
    world.idle();
}

#[test]
fn an_old_entry_that_is_a_member_already_is_the_film() {
    // As a person put it in, or as lbjf 0.1 left it.
    let (world, _, leftover) = replaced_between_scans(Version::V10_11);
    world.jellyfin.put(&world.jellyfin.collections()[0].id, &leftover);
    world.forget_requests();
    world.sync().mentions("it has an old entry of heat instead of the film");
    assert_eq!(world.told_jellyfin(), [""; 0]);
    world.idle();
    world.letterboxd.drop_entry("ada", "heat");
    world.sync().mentions("removed: heat");
    world.idle();
}

#[test]
fn a_member_without_an_id_that_is_another_file_is_left_alone() {
    let (world, _, leftover) = replaced_between_scans(Version::V10_11);
    let set = world.jellyfin.collections()[0].id.clone();
    let other = Item { kind: "Video".into(), path: "/films/home video.mkv".into(), ..Item::default() };
    let other = world.jellyfin.add_item(other);
    world.jellyfin.put(&set, &other);
    world.sync();
    world.letterboxd.set_watchlist("ada", &[]);
    world.lbjf(&["sync", "--allow-shrink"]).exits(Exit::Success);
    let members = world.jellyfin.collections()[0].members.clone();
    assert!(members.contains(&other) && !members.contains(&leftover), "{members:?}");
}

#[test]
fn a_film_whose_tmdb_id_was_merged_gets_in_under_the_new_one() {
    let world = World::new().watchlist(&["heat", "alien"]);
    let (old, new) = (world.letterboxd.tmdb_id("heat"), 4_000_123);
    world.radarr.merge(old, new);
    let heat = world.jellyfin.add_film(new, "heat");
    world.sync();
    assert_eq!(world.collected(), [new]);
    world.idle();
    world.jellyfin.watch("ada", &heat, true);
    world.sync();
    assert_eq!(world.collected(), [0; 0]);
    world.idle();
}

#[test]
fn tmdb_ids_are_read_however_they_are_written() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    let provided = |slug: &str, key: &str, value: String| Item {
        provider_ids: vec![(key.into(), value)],
        path: format!("/films/{slug}"),
        name: slug.into(),
        ..Item::default()
    };
    let tmdb = |slug| world.letterboxd.tmdb_id(slug);
    for item in [
        provided("heat", "tmdb", format!(" 00{} ", tmdb("heat"))),
        provided("alien", "TMDB", tmdb("alien").to_string()),
        provided("ran", "Tmdb", format!("{}-ran", tmdb("ran"))),
    ] {
        world.jellyfin.add_item(item);
    }
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    world.idle();
}
