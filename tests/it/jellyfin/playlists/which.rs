//! Which playlist is meant: a name does not tell whose it is.

use super::*;

#[test]
fn somebodys_own_playlist_of_that_name_is_left_alone_and_no_second_one_is_made() {
    for version in [Version::V10_8, Version::V10_11, Version::V12_0] {
        let world = world(version).watchlist(&["heat"]);
        let own = world.jellyfin.add_playlist("ada", "Watchlist");
        enlist(&world, &own, "jaws");
        world.download("heat");
        let text = format!(
            "warning: ada: playlist `Watchlist` not created: `ada` has one of this name already ({own}), which lbjf leaves alone"
        );
        world.sync().says(&text);
        world.idle().omits(&text);
        world.lbjf(&["cleanup"]).exits(Exit::Success);
        assert_eq!(world.told_jellyfin(), [""; 0], "{version:?}");
        assert_eq!(entries(&world), ids(&world, &["jaws"]));
        let check = world.lbjf(&["status", "--check"]).exits(Exit::Success).stdout;
        assert!(check.contains("has one of this name already"), "{check}");
        // As the hint says: that one, by its id.
        let mut world = world;
        world.change(LINE, &format!("jellyfin_playlist_id = \"{own}\""));
        world.sync();
        assert_eq!(entries(&world).len(), 2, "{version:?}");
        world.idle();
        // Or another name.
        world.change(&format!("jellyfin_playlist_id = \"{own}\""), "jellyfin_playlist = \"Later\"");
        world
            .sync()
            .mentions(&format!("ada: now uses playlist `Later`; `{own}` stays as it is"))
            .says("ada's playlist `Later`: created");
        assert_eq!(world.jellyfin.entries("ada", "Later"), ids(&world, &["heat"]));
        assert_eq!(entries(&world).len(), 2, "it stays as it is");
        world.idle();
    }
}

#[test]
fn what_others_have_of_that_name_matters_only_where_she_sees_it() {
    for version in [Version::V10_10, Version::V12_0] {
        let world = world(version).watchlist(&["heat"]);
        world.jellyfin.add_user("ben");
        let bens = world.jellyfin.add_playlist("ben", "Watchlist");
        world.download("heat");
        world.jellyfin.publish_playlist(&bens);
        world.sync().mentions("has one of this name already");
        assert_eq!(world.told_jellyfin(), [""; 0]);
        let world = world.user("cleo", LINE);
        world.jellyfin.delete_playlist(&bens);
        world.jellyfin.add_playlist("ben", "Watchlist");
        world.letterboxd.set_watchlist("cleo", &["heat"]);
        world.sync();
        assert_eq!(world.told_jellyfin(), ["list Watchlist", "enlist 1", "list Watchlist", "enlist 1"]);
        for name in ["ada", "cleo"] {
            assert_eq!(world.jellyfin.entries(name, "Watchlist"), ids(&world, &["heat"]), "{version:?}");
        }
        assert_eq!(world.jellyfin.entries("ben", "Watchlist"), [0; 0]);
        world.idle();
    }
}

#[test]
fn a_playlist_by_id_must_be_there_and_theirs() {
    for version in [Version::V10_8, Version::V10_9, Version::V12_0] {
        let mut world = world(version).watchlist(&["heat"]);
        world.jellyfin.add_user("ben");
        let bens = world.jellyfin.add_playlist("ben", "Ben's");
        world.download("heat");
        world.change(LINE, &format!("jellyfin_playlist_id = \"{bens}\""));
        let text =
            format!("lbjf: error: ada: playlist `Ben's` ({bens}) is another user's; lbjf leaves it alone");
        world.lbjf(&["sync"]).exits(Exit::Partial).says(&text);
        world.lbjf(&["status", "--check"]).exits(Exit::Partial);
        world.jellyfin.delete_playlist(&bens);
        let text = format!("lbjf: error: ada: Jellyfin has no playlist `{bens}`");
        world.lbjf(&["sync"]).exits(Exit::Partial).says(&text);
        assert_eq!(world.told_jellyfin(), [""; 0], "{version:?}");
        let own = world.jellyfin.add_playlist("ada", "Any");
        world.change(&bens, &own);
        world.sync();
        assert_eq!(world.jellyfin.entries("ada", "Any"), ids(&world, &["heat"]));
        world.idle();
    }
}

#[test]
fn a_playlist_that_a_person_renamed_is_used_and_one_that_is_gone_is_made_again_by_sync() {
    for version in [Version::V10_8, Version::V10_11, Version::V12_0] {
        let (world, id, _) = settled(version);
        world.jellyfin.rename_playlist(&id, "Mine");
        world.letterboxd.push("ada", "jaws");
        world.download("jaws");
        world.sync().mentions("ada: added to playlist `Mine`: Jaws (2000)");
        assert_eq!(world.jellyfin.playlists().len(), 1, "{version:?}");
        world.idle();
        let check = world.lbjf(&["status", "--check"]).exits(Exit::Success).stdout;
        assert!(check.contains("`Watchlist` is now called `Mine`, known by its id"), "{check}");

        world.jellyfin.delete_playlist(&id);
        world.forget_requests();
        world.lbjf(&["cleanup"]).exits(Exit::Success).mentions(" nothing to do, in ");
        assert_eq!(world.told_jellyfin(), [""; 0], "{version:?}");
        world.sync();
        assert_eq!(world.told_jellyfin(), ["list Watchlist", "enlist 4"], "{version:?}");
        let expected = ["jaws", "heat", "alien", "ran"];
        assert_eq!(entries(&world), ids(&world, &expected), "newest first again");
        world.idle();
    }
}

#[test]
fn a_playlist_that_is_not_listed_but_shown_is_left_alone() {
    let (world, _, [heat, ..]) = settled(Version::V12_0);
    let is_listing = |request: &Request| request.param("includeItemTypes").as_deref() == Some("Playlist");
    let nothing = serde_json::json!({ "Items": [], "TotalRecordCount": 0, "StartIndex": 0 });
    world.jellyfin.server.fail(usize::MAX, is_listing, Fault::Instead(Reply::json(200, &nothing)));
    world.jellyfin.watch("ada", &heat, true);
    world.lbjf(&["sync"]).exits(Exit::Partial).says(
        "lbjf: error: ada: Jellyfin does not list playlist `Watchlist`, but still shows films in it; lbjf leaves it alone",
    );
    assert_eq!(world.told_jellyfin(), [""; 0]);
    world.jellyfin.server.behave();
    world.sync();
    assert_eq!(entries(&world), ids(&world, &["alien", "ran"]), "nothing was forgotten");
}

#[test]
fn a_playlist_whose_making_was_not_answered_is_found_and_no_other_one_is_taken_for_it() {
    for version in ALL {
        let world = world(version).watchlist(&["heat"]);
        world.jellyfin.add_user("ben");
        world.jellyfin.add_playlist("ben", "Watchlist");
        world.download("heat");
        let is_making = |request: &Request| request.method == "POST" && request.path == "/Playlists";
        world.jellyfin.server.fail(1, is_making, Fault::DropAfter);
        world.lbjf(&["sync"]).exits(Exit::Partial).mentions("ada's playlist `Watchlist`: not created: ");
        // Ben makes another one, too.
        world.jellyfin.add_playlist("ben", "Watchlist");
        world.forget_requests();
        world.sync();
        assert_eq!(world.told_jellyfin(), ["enlist 1"], "{version:?}");
        assert_eq!(entries(&world), ids(&world, &["heat"]));
        world.idle();
    }
    // It was not made, as the next run sees, and then she makes one herself.
    let world = world(Version::V12_0).watchlist(&["heat"]);
    let heat = world.download("heat");
    world.jellyfin.server.fail(1, |request| request.path == "/Playlists", Fault::Instead(Reply::empty(404)));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.jellyfin.watch("ada", &heat, true);
    world.idle();
    world.jellyfin.add_playlist("ada", "Watchlist");
    world.jellyfin.watch("ada", &heat, false);
    world.sync().mentions("has one of this name already");
    assert_eq!(entries(&world), [0; 0]);
}

#[test]
fn a_user_who_is_renamed_keeps_the_playlist_and_one_who_is_gone_gets_none() {
    let (mut world, id, _) = settled(Version::V12_0);
    world.jellyfin.rename_user("ada", "Ada L.");
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
    ran.says("lbjf: error: ada: Jellyfin has no user `ada`; it has `Ada L.`");
    assert_eq!(world.told_jellyfin(), [""; 0]);
    world.change("jellyfin_username = \"ada\"", "jellyfin_username = \"ada l.\"");
    world.idle();
    assert_eq!(world.jellyfin.playlists()[0].id, id);
    world.jellyfin.remove_user("Ada L.");
    assert_eq!(world.jellyfin.playlists(), []);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(world.jellyfin.playlists(), []);
    // Somebody new of that name.
    world.jellyfin.add_user("ada l.");
    world.sync();
    assert_eq!(world.jellyfin.entries("ada l.", "Watchlist").len(), 3);
    world.idle();
}

#[test]
fn with_a_personal_token_no_playlist_is_made() {
    let world = world(Version::V12_0).watchlist(&["heat"]);
    world.download("heat");
    world.jellyfin.add_user("root");
    world.jellyfin.set_key_owner(Some("root"));
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions(
        "ada's playlist `Watchlist`: not created: the key is a personal token of `root`, who may not see every playlist",
    );
    assert_eq!(world.told_jellyfin(), [""; 0]);
}

#[test]
fn same_jellyfin_learns_playlists_anew() {
    let old = Jellyfin::start();
    old.set_server_id("the-first");
    let mut world = World::with(Radarr::start(), old).watchlist(&["heat", "alien"]);
    world.change(&format!("jellyfin_collection = \"{COLLECTION}\""), LINE);
    world.settle(["heat", "alien"]);
    world.radarr.remove(world.letterboxd.tmdb_id("alien"));
    let posted = world.radarr.posted();
    let new = Jellyfin::start();
    new.set_server_id("the-second");
    new.add_user("somebody");
    new.add_user("ada");
    let url = (world.jellyfin.url(), new.url());
    world.change(&url.0, &url.1);
    world.jellyfin = new;
    world.download("heat");
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("run `lbjf sync --same-jellyfin` once");
    assert_eq!(world.jellyfin.playlists(), []);
    world.lbjf(&["sync", "--same-jellyfin"]).exits(Exit::Success).mentions("is accepted");
    assert_eq!(entries(&world), ids(&world, &["heat"]));
    assert_eq!(world.radarr.posted(), posted, "what was deleted stays deleted");
    world.idle();
}
