//! Playlists: what goes in and out, and what each version can do.

mod which;

use std::time::Duration;

use lbjf::exit::Exit;
use standins::jellyfin::{Jellyfin, Version};
use standins::{Fault, Radarr, Reply, Request};

use crate::common::{COLLECTION, World};

const ALL: [Version; 5] = [Version::V10_8, Version::V10_9, Version::V10_10, Version::V10_11, Version::V12_0];

/// In which films can be taken out.
const FULL: [Version; 3] = [Version::V10_8, Version::V10_11, Version::V12_0];

/// Ada's line in the config.
const LINE: &str = "jellyfin_playlist = \"Watchlist\"";

/// Ada has a playlist in place of her collection.
fn world(version: Version) -> World {
    let mut world = World::with(Radarr::start(), Jellyfin::start_version(version));
    world.change(&format!("jellyfin_collection = \"{COLLECTION}\""), LINE);
    world
}

/// In step: heat, alien and ran are in her playlist. Returns the playlist's id and the films' items.
fn settled(version: Version) -> (World, String, [String; 3]) {
    let world = world(version).watchlist(&["heat", "alien", "ran"]);
    let items = world.settle(["heat", "alien", "ran"]);
    assert_eq!(entries(&world), ids(&world, &["heat", "alien", "ran"]), "{version:?}");
    let id = world.jellyfin.playlists()[0].id.clone();
    (world, id, items)
}

/// The TMDB ids in ada's playlist, in their order.
fn entries(world: &World) -> Vec<u32> {
    world.jellyfin.entries("ada", "Watchlist")
}

/// TMDB ids in this order.
fn ids(world: &World, slugs: &[&str]) -> Vec<u32> {
    slugs.iter().map(|slug| world.letterboxd.tmdb_id(slug)).collect()
}

/// Downloads a film that nobody lists and puts it into a playlist, as a person does; returns its item id.
fn enlist(world: &World, playlist: &str, slug: &str) -> String {
    world.letterboxd.set_watchlist("somebody-else", &[slug]);
    let item = world.download(slug);
    world.jellyfin.enlist(playlist, &item);
    item
}

/// A run in which nothing is to be read again: what came of late is old by now.
fn quiet(world: &World) {
    world.jellyfin.pass_time(Duration::from_hours(2));
    world.idle();
    world.idle();
}

fn is_adding(request: &Request) -> bool {
    request.method == "POST" && request.path.starts_with("/Playlists/")
}

#[test]
fn a_playlist_is_made_private_for_its_user_and_filled_newest_first() {
    for version in ALL {
        let world = world(version).watchlist(&["heat", "alien", "ran"]);
        world.sync();
        assert_eq!(world.jellyfin.playlists(), [], "nothing to put in");
        for slug in ["ran", "heat", "alien"] {
            world.download(slug);
        }
        world.forget_requests();
        world
            .sync()
            .says("ada's playlist `Watchlist`: created")
            .mentions("ada: added to playlist `Watchlist`: Heat (2000) tmdb=")
            .mentions(" 3 added to a playlist, in ");
        assert_eq!(world.told_jellyfin(), ["list Watchlist", "enlist 3"], "{version:?}");
        assert_eq!(entries(&world), ids(&world, &["heat", "alien", "ran"]), "{version:?}");
        let list = &world.jellyfin.playlists()[0];
        assert_eq!((list.owner.as_deref(), list.is_public), (Some("ada"), false), "{version:?}");
        assert_eq!(world.jellyfin.collections(), []);
        // Who is there, what changed, how many films, which playlists, and what she watched.
        quiet(&world);
        assert_eq!(world.jellyfin.server.requests().len(), 5, "{version:?}");
        // What comes later is in front where Jellyfin can put it there.
        for slug in ["jaws", "tron"] {
            world.letterboxd.push("ada", slug);
            world.download(slug);
        }
        world.sync();
        let expected = match version {
            Version::V12_0 => ["tron", "jaws", "heat", "alien", "ran"],
            _ => ["heat", "alien", "ran", "tron", "jaws"],
        };
        assert_eq!(entries(&world), ids(&world, &expected), "{version:?}");
        world.idle();
        assert_eq!(world.jellyfin.listed_again(), [""; 0]);
    }
}

#[test]
fn many_films_are_newest_first_as_well() {
    for version in [Version::V10_11, Version::V12_0] {
        let world = world(version).watchlist_of(130);
        let slugs: Vec<_> = (1..=130).map(|number| format!("film-{number}")).collect();
        let slugs: Vec<_> = slugs.iter().map(String::as_str).collect();
        for slug in &slugs {
            world.download(slug);
        }
        world.sync();
        assert_eq!(entries(&world), ids(&world, &slugs), "{version:?}");
    }
}

#[test]
fn watched_and_unlisted_films_leave_and_what_a_person_put_in_follows_the_rules() {
    for version in FULL {
        let (world, id, [heat, ..]) = settled(version);
        let by_hand = enlist(&world, &id, "jaws");
        let seen = enlist(&world, &id, "tron");
        world.jellyfin.watch("ada", &seen, true);
        world.idle();
        world.jellyfin.watch("ada", &heat, true);
        world.letterboxd.drop_entry("ada", "alien");
        let json = world.lbjf(&["sync", "--json"]).exits(Exit::Success).json();
        let steps: Vec<_> = json["steps"].as_array().expect("steps").iter().collect();
        let step = |slug: &str| {
            let tmdb = world.letterboxd.tmdb_id(slug);
            *steps.iter().find(|step| step["tmdb_id"] == tmdb).expect("a step for it")
        };
        for (slug, why) in [("heat", "watched"), ("alien", "no longer wanted")] {
            let step = step(slug);
            assert_eq!(step["do"], "remove_from_playlist", "{version:?}");
            assert_eq!((&step["playlist"], &step["why"]), (&"Watchlist".into(), &why.into()));
            assert_eq!(step["users"][0], "ada");
        }
        assert!(json["summary"].as_str().is_some_and(|line| line.contains("2 removed from a playlist")));
        assert_eq!(entries(&world), ids(&world, &["ran", "jaws", "tron"]), "{version:?}");
        world.idle();
        world.jellyfin.watch("ada", &by_hand, true);
        let line = format!(
            "ada's playlist `Watchlist`: removed: jaws tmdb={} (watched)",
            world.letterboxd.tmdb_id("jaws")
        );
        world.lbjf(&["cleanup"]).exits(Exit::Success).says(&line);
        assert_eq!(entries(&world), ids(&world, &["ran", "tron"]), "{version:?}");
        world.idle();
    }
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let world = world(Version::V12_0).watchlist(&["heat"]);
    world.download("heat");
    let plan = world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success).stdout;
    assert!(plan.contains("ada's playlist `Watchlist`: would be created\n"), "{plan}");
    assert!(plan.contains("ada: would add to playlist `Watchlist`: Heat (2000)"), "{plan}");
    assert_eq!(world.told_jellyfin(), [""; 0]);
    world.sync();
    world.letterboxd.push("ada", "alien");
    world.letterboxd.drop_entry("ada", "heat");
    let plan = world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success).stdout;
    assert!(plan.contains("ada's playlist `Watchlist`: would remove: heat (2000)"), "{plan}");
    assert_eq!(entries(&world), ids(&world, &["heat"]));
}

#[test]
fn on_10_9_and_10_10_films_are_only_added_and_that_is_said_once_a_day() {
    for version in [Version::V10_9, Version::V10_10] {
        let (world, _, [heat, ..]) = settled(version);
        world.letterboxd.push("ada", "jaws");
        world.download("jaws");
        world.jellyfin.watch("ada", &heat, true);
        world.letterboxd.drop_entry("ada", "alien");
        let text = "lets an API key only add to playlists";
        world
            .sync()
            .mentions("warning: ada's playlist `Watchlist`: 2 films should leave, but Jellyfin 10.")
            .mentions(text);
        assert_eq!(world.told_jellyfin(), ["enlist 1"], "{version:?}");
        world.idle().omits("warning");
        world.lbjf(&["cleanup"]).exits(Exit::Success).omits("warning");
        world.pass_time(Duration::from_hours(24));
        world.idle().mentions("warning: ada's playlist");
        let check = world.lbjf(&["status", "--check"]).exits(Exit::Success).stdout;
        assert!(check.contains(text), "{check}");
        assert_eq!(entries(&world), ids(&world, &["heat", "alien", "ran", "jaws"]));
    }
}

#[test]
fn films_whose_adding_was_not_answered_are_looked_for_and_not_added_twice() {
    for version in [Version::V10_11, Version::V12_0] {
        for fault in [Fault::DropAfter, Fault::After(Reply::empty(502))] {
            let world = world(version).watchlist(&["heat", "alien"]);
            world.download("heat");
            world.download("alien");
            world.jellyfin.server.fail(1, is_adding, fault);
            world.sync().mentions(" 2 added to a playlist, in ");
            assert_eq!(entries(&world), ids(&world, &["heat", "alien"]), "{version:?}");
            world.idle();
            assert_eq!(world.jellyfin.listed_again(), [""; 0]);
        }
        let world = world(version).watchlist(&["heat", "alien"]);
        world.download("heat");
        world.download("alien");
        world.jellyfin.server.fail(1, is_adding, Fault::Drop);
        let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
        ran.mentions("ada's playlist `Watchlist`: films not added: ").mentions(" 1 playlist failed, in ");
        world.sync();
        assert_eq!(entries(&world), ids(&world, &["heat", "alien"]), "{version:?}");
    }
}

#[test]
fn films_that_jellyfin_does_not_know_any_more_are_added_as_what_they_are_now() {
    for version in [Version::V10_10, Version::V12_0] {
        let world = world(version).watchlist(&["heat", "alien"]);
        let heat = world.download("heat");
        world.download("alien");
        world.sync();
        world.letterboxd.push("ada", "jaws");
        let jaws = world.download("jaws");
        // The library is read, and then a better file comes.
        world.jellyfin.server.fail(1, is_adding, Fault::First(world.jellyfin.replacing(&jaws)));
        world.sync().mentions(" 1 added to a playlist, in ").omits("does not show it");
        assert_eq!(entries(&world).len(), 3, "{version:?}");
        world.idle();
        // One that it takes and never shows is tried again a day later.
        world.letterboxd.push("ada", "tron");
        world.jellyfin.reject_silently(&world.download("tron"));
        world.sync().mentions("but does not show it in the playlist");
        world.idle();
        let _ = heat;
    }
}

#[test]
fn entries_hide_with_their_films_and_come_back_and_removals_wait_for_a_persons_own() {
    for version in [Version::V10_8, Version::V10_11] {
        let (world, id, [heat, alien, _]) = settled(version);
        let by_hand = enlist(&world, &id, "jaws");
        world.sync();
        // Its disk is away, and heat is watched.
        world.jellyfin.remove_film(&by_hand);
        world.jellyfin.watch("ada", &heat, true);
        world.idle();
        assert_eq!(entries(&world), ids(&world, &["heat", "alien", "ran"]), "{version:?}");
        world.download("jaws");
        world.sync().mentions("removed: heat");
        assert_eq!(entries(&world), ids(&world, &["alien", "ran", "jaws"]), "in its place: {version:?}");
        // For a day at most.
        world.jellyfin.remove_film(&by_hand);
        world.jellyfin.watch("ada", &alien, true);
        world.idle();
        world.pass_time(Duration::from_hours(22));
        world.idle();
        world.pass_time(Duration::from_hours(2));
        world.sync().mentions("removed: alien");
        assert_eq!(entries(&world), ids(&world, &["ran"]), "{version:?}");
        world.idle();
    }
}

#[test]
fn an_own_film_that_went_and_came_back_is_own_still() {
    for version in [Version::V10_11, Version::V12_0] {
        let (world, _, [_, alien, _]) = settled(version);
        world.jellyfin.remove_film(&alien);
        world.sync();
        assert_eq!(entries(&world), ids(&world, &["heat", "ran"]), "{version:?}");
        world.letterboxd.drop_entry("ada", "alien");
        world.sync();
        world.download("alien");
        world.sync();
        assert_eq!(entries(&world), ids(&world, &["heat", "ran"]), "{version:?}");
        world.idle();
    }
}

#[test]
fn an_own_film_that_stands_there_twice_is_put_in_once() {
    let (world, id, [heat, ..]) = settled(Version::V12_0);
    world.jellyfin.enlist(&id, &heat);
    let by_hand = enlist(&world, &id, "jaws");
    world.jellyfin.enlist(&id, &by_hand);
    world.sync().mentions("(listed twice)").mentions("1 added to a playlist, 1 removed from a playlist");
    assert_eq!(entries(&world), ids(&world, &["heat", "alien", "ran", "jaws", "jaws"]));
    world.idle();
}

#[test]
fn a_person_may_have_a_collection_and_a_playlist() {
    let world = World::new().watchlist(&["heat", "alien"]).set("[[users]]", LINE);
    let heat = world.download("heat");
    world.sync().mentions("1 added to a collection, 1 added to a playlist");
    assert_eq!((world.collected(), entries(&world)), (ids(&world, &["heat"]), ids(&world, &["heat"])));
    quiet(&world);
    assert_eq!(world.jellyfin.server.requests().len(), 6);
    let status = world.lbjf(&["status", "heat"]).stdout;
    assert!(status.contains("collection   `Ada's watchlist`: in it\n"), "{status}");
    assert!(status.contains("playlist     `Watchlist`: in it\n"), "{status}");
    assert!(status.contains("it leaves the playlist once ada has watched it"), "{status}");
    assert!(world.lbjf(&["status"]).stdout.contains("in collection    1\n"));
    // Where one of the two cannot be filled, the other one is, and the film waits.
    world.download("alien");
    world.jellyfin.server.fail(usize::MAX, is_adding, Fault::Instead(Reply::empty(500)));
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("1 added to a collection, 1 playlist failed");
    let status = world.lbjf(&["status", "alien"]).stdout;
    assert!(status.contains("collection   `Ada's watchlist`: in it\n"), "{status}");
    assert!(status.contains("playlist     `Watchlist`: not looked at yet\n"), "{status}");
    world.jellyfin.server.behave();
    world.jellyfin.watch("ada", &heat, true);
    world.sync().mentions("1 added to a playlist, 1 removed from a collection, 1 removed from a playlist");
    world.idle();
}

#[test]
fn a_playlist_alone_is_shown_by_status() {
    let (world, ..) = settled(Version::V12_0);
    assert!(world.lbjf(&["status"]).stdout.contains("in playlist      3\n"));
    let listed = world.lbjf(&["status", "--list", "collection"]).stdout;
    assert!(listed.starts_with("ada: 3 films in the playlist\n"), "{listed}");
    let json = world.lbjf(&["status", "--json"]).json();
    assert_eq!(json["users"][0]["in_collection"], 3);
    let check = world.lbjf(&["status", "--check"]).exits(Exit::Success).stdout;
    assert!(check.contains("playlist"), "{check}");
}

#[test]
fn a_list_may_have_a_playlist_in_place_of_a_collection() {
    let world = World::new().watchlist(&[]).block(
        "[[lists]]\nname = \"Best\"\nletterboxd_list = \"dave/best\"\njellyfin_username = \"ada\"\n\
         jellyfin_playlist = \"Best\"",
    );
    world.letterboxd.set_list("dave", "best", &["heat", "alien"]);
    let heat = world.download("heat");
    world.download("alien");
    world.jellyfin.watch("ada", &heat, true);
    world.sync();
    assert_eq!(world.jellyfin.entries("ada", "Best"), ids(&world, &["heat", "alien"]), "watched films stay");
    assert_eq!(world.jellyfin.collections(), []);
    world.idle();
}

#[test]
fn playlists_that_cannot_be_listed_or_read_keep_nothing_else_from_being_done() {
    let world = World::new().watchlist(&["heat"]).set("[[users]]", LINE).user("ben", LINE);
    world.letterboxd.set_watchlist("ben", &["heat"]);
    let [heat] = world.settle(["heat"]);
    world.letterboxd.push("ada", "alien");
    world.download("alien");
    world.jellyfin.watch("ben", &heat, true);
    let is_listing = |request: &Request| request.param("includeItemTypes").as_deref() == Some("Playlist");
    world.jellyfin.server.fail(usize::MAX, is_listing, Fault::Instead(Reply::empty(500)));
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .mentions("lbjf: error: jellyfin: Jellyfin answered GET Items with HTTP 500");
    assert_eq!(world.told_jellyfin(), ["put 1"]);
    world.jellyfin.server.behave();
    world.forget_requests();
    let adas = world.jellyfin.playlists()[0].id.clone();
    let is_adas = move |request: &Request| request.method == "GET" && request.path.contains(&adas);
    world.jellyfin.server.fail(usize::MAX, is_adas, Fault::Instead(Reply::empty(500)));
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .mentions("lbjf: error: ada's playlist `Watchlist`: Jellyfin answered GET Playlists/");
    assert_eq!(world.told_jellyfin(), ["unlist 1"], "ben's");
    world.jellyfin.server.behave();
    world.sync();
    assert_eq!(entries(&world), ids(&world, &["alien", "heat"]));
}
