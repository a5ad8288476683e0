//! A Jellyfin that cannot be asked, or not believed: nothing is removed, the rest is done, the next run mends it.

use std::time::Duration;

use lbjf::exit::Exit;
use serde_json::json;
use standins::jellyfin::{Jellyfin, KEY, Version};
use standins::{Fault, Radarr, Reply, Request};

use crate::common::{COLLECTION, Ran, World};

/// A world with something to put in, something to take out and something for Radarr.
fn busy(jellyfin: Jellyfin) -> World {
    let world = World::with(Radarr::start(), jellyfin).watchlist(&["heat", "alien", "ran"]);
    world.settle(["heat", "alien", "ran"]);
    world.letterboxd.drop_entry("ada", "heat");
    world.letterboxd.push("ada", "jaws");
    world.download("jaws");
    world
}

/// Runs into the trouble, and once more while it lasts, then after it; returns what it said the first time.
fn trouble(mut world: World, begin: impl FnOnce(&mut World), end: impl FnOnce(&mut World)) -> Ran {
    begin(&mut world);
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(world.told_jellyfin(), [""; 0]);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "ran"]));
    assert_eq!(world.radarr.posted().last(), Some(&world.letterboxd.tmdb_id("jaws")), "Radarr is fed");
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(world.told_jellyfin(), [""; 0]);
    end(&mut world);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["alien", "ran", "jaws"]));
    world.idle();
    ran
}

/// Every request for which this holds gets this answer, until the end.
fn answers(world: World, matches: fn(&Request) -> bool, reply: Reply) -> Ran {
    let begin = |world: &mut World| world.jellyfin.server.fail(usize::MAX, matches, Fault::Instead(reply));
    trouble(world, begin, |world| world.jellyfin.server.behave())
}

/// Another address in the config, until the end.
fn addressed(url: impl FnOnce(&str) -> String) -> Ran {
    let world = busy(Jellyfin::start());
    let right = format!("url = \"{}\"", world.jellyfin.url());
    let wrong = format!("url = \"{}\"", url(&world.jellyfin.url()));
    trouble(world, |world| world.change(&right, &wrong), |world| world.change(&wrong, &right))
}

/// What changed in the library, how many films it has, and all of it.
fn is_library(request: &Request) -> bool {
    request.param("includeItemTypes").as_deref() == Some("Movie") && !is_watched(request)
}

fn is_watched(request: &Request) -> bool {
    request.param("userId").is_some()
}

fn is_members(request: &Request) -> bool {
    request.param("parentId").is_some()
}

#[test]
fn a_wrong_key_is_named_and_never_shown() {
    let begin = |world: &mut World| world.change(KEY, "mistyped-key-0123456789");
    let end = |world: &mut World| world.change("mistyped-key-0123456789", KEY);
    trouble(busy(Jellyfin::start()), begin, end)
        .mentions("lbjf: error: jellyfin: Jellyfin at `http://127.0.0.1:")
        .mentions("` refused the API key (HTTP 401)")
        .says("hint: check `jellyfin.api_key`; make one under Dashboard > API Keys")
        .omits("mistyped");
}

#[test]
fn a_wrong_base_path_is_told_with_the_key_to_check() {
    addressed(|url| format!("{url}/nope"))
        .says("lbjf: error: jellyfin: Jellyfin answered GET Users with HTTP 404")
        .says("hint: check the path of `jellyfin.url`");
}

#[test]
fn a_missing_base_path_is_told_with_where_it_redirects_to() {
    let world = busy(Jellyfin::start());
    let bare = format!("url = \"{}\"", world.jellyfin.url());
    let begin = |world: &mut World| world.jellyfin.set_base_url("/jellyfin");
    let end = |world: &mut World| {
        let full = format!("url = \"{}/web/#/home\"", world.jellyfin.url());
        world.change(&bare, &full);
    };
    trouble(world, begin, end).mentions("` redirects to `/jellyfin/web/`").mentions("`jellyfin.url`");
}

#[test]
fn a_server_that_is_down_is_told() {
    addressed(|_| "http://127.0.0.1:1".to_owned())
        .says("lbjf: error: jellyfin: Jellyfin at `http://127.0.0.1:1` cannot be reached: connection refused")
        .says("hint: is it running? check `jellyfin.url`");
}

#[test]
fn a_server_that_starts_is_told_and_left_to_the_next_run() {
    let begin = |world: &mut World| world.jellyfin.starting_up(true);
    let end = |world: &mut World| world.jellyfin.starting_up(false);
    trouble(busy(Jellyfin::start_version(Version::V10_10)), begin, end)
        .mentions("` is not ready (HTTP 503)")
        .says("hint: it is starting or migrating, or blocks this machine; the next run tries again");
}

#[test]
fn a_server_that_migrates_is_given_the_pause_it_asks_for() {
    let world = World::new().watchlist(&["heat"]);
    world.jellyfin.starting_up(true);
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("` is not ready (HTTP 503)");
    assert_eq!(world.jellyfin.server.asked("GET", "/Users").len(), 3);
    world.jellyfin.starting_up(false);
    world.sync();
}

#[test]
fn a_server_that_starts_while_lbjf_asks_is_waited_for() {
    let world = World::new().watchlist(&["heat"]);
    world.download("heat");
    let loading = Reply::html(503, "Jellyfin Server is loading. Please try again shortly.");
    world.jellyfin.server.fail(2, |_| true, Fault::Instead(loading));
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
}

#[test]
fn a_page_instead_of_json_is_told_as_that() {
    answers(busy(Jellyfin::start()), |_| true, Reply::html(200, "<!DOCTYPE html><title>Sign in</title>"))
        .mentions("` answered GET Users with an HTML page instead of Jellyfin's JSON: something in front of Jellyfin")
        .says("hint: put Jellyfin's own address into `jellyfin.url`, or let requests with a key pass without a login");
    answers(busy(Jellyfin::start()), |_| true, Reply::html(200, "<!DOCTYPE html><title>Home</title>"))
        .mentions("` answered GET Users with an HTML page instead of Jellyfin's JSON, titled `Home`")
        .says("hint: check the path of `jellyfin.url`; a login page or a proxy in front of it also answers like this");
}

#[test]
fn a_server_of_an_old_version_is_told() {
    let info = json!({ "Id": "1", "Version": "10.7.7", "ServerName": "old" });
    // Asked in a first run and once a day.
    for age in [Duration::ZERO, Duration::from_hours(25)] {
        let world = if age.is_zero() { World::new().watchlist(&["heat"]) } else { World::settled(["heat"]) };
        if !age.is_zero() {
            world.pass_time(age);
        }
        let old = Fault::Instead(Reply::json(200, &info));
        world.jellyfin.server.fail(usize::MAX, |request| request.path == "/System/Info", old);
        let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
        ran.mentions("` is version 10.7.7; lbjf needs 10.8 or newer");
        assert!(world.jellyfin.server.writes().is_empty());
    }
}

#[test]
fn a_library_that_cannot_be_read_takes_nothing_out() {
    let error = Reply::new(500, "text/plain", "Error processing request.");
    answers(busy(Jellyfin::start()), is_library, error)
        .says("lbjf: error: jellyfin: Jellyfin answered GET Items with HTTP 500");
    answers(busy(Jellyfin::start()), is_library, Reply::html(200, "<!DOCTYPE html>"))
        .mentions("lbjf: error: jellyfin: `http://127.0.0.1:")
        .mentions("hint: check the path of `jellyfin.url`");
}

#[test]
fn what_was_watched_that_cannot_be_read_takes_nothing_out() {
    let error = Reply::new(500, "text/plain", "Error processing request.");
    answers(busy(Jellyfin::start()), is_watched, error)
        .says("lbjf: error: watched films of `ada`: Jellyfin answered GET Items with HTTP 500");
    answers(busy(Jellyfin::start()), is_watched, Reply::html(200, "<!DOCTYPE html>"))
        .mentions("lbjf: error: watched films of `ada`: `http://127.0.0.1:")
        .mentions("hint: check the path of `jellyfin.url`");
}

#[test]
fn members_that_cannot_be_read_change_nothing() {
    let error = Reply::new(500, "text/plain", "Error processing request.");
    answers(busy(Jellyfin::start()), is_members, error)
        .says(&format!("lbjf: error: collection `{COLLECTION}`: Jellyfin answered GET Items with HTTP 500"));
}

#[test]
fn members_that_cannot_be_read_do_not_keep_other_collections_from_being_filled() {
    let world = World::settled(["heat"]).user("ben", "jellyfin_collection = \"Ben's\"");
    world.letterboxd.set_watchlist("ben", &["heat"]);
    let adas = world.jellyfin.collections()[0].id.clone();
    let is_adas = move |request: &Request| request.param("parentId").as_ref() == Some(&adas);
    let error = Reply::new(500, "text/plain", "Error processing request.");
    world.jellyfin.server.fail(usize::MAX, is_adas, Fault::Instead(error));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(world.told_jellyfin(), ["make Ben's", "put 1"]);
}

#[test]
fn an_answer_that_breaks_off_is_no_empty_library() {
    type Is = fn(&Request) -> bool;
    let troubles: [(Is, &str); 2] = [(is_library, "jellyfin"), (is_watched, "watched films of `ada`")];
    for (is_it, about) in troubles {
        let world = busy(Jellyfin::start());
        let begin = |world: &mut World| world.jellyfin.server.fail(usize::MAX, is_it, Fault::Truncate(40));
        trouble(world, begin, |world| world.jellyfin.server.behave())
            .mentions(&format!("lbjf: error: {about}: Jellyfin at `http://127.0.0.1:"));
    }
}

#[test]
fn a_library_without_films_where_there_were_some_is_not_believed() {
    let begin = |world: &mut World| world.jellyfin.lose_libraries(true);
    let end = |world: &mut World| world.jellyfin.lose_libraries(false);
    trouble(busy(Jellyfin::start()), begin, end)
        .says(
            "lbjf: error: jellyfin: the library shows no films, but it had 3; nothing is created or removed",
        )
        .says("hint: check that its disk is mounted");
}

#[test]
fn a_library_without_films_makes_no_collection_for_others_either() {
    let shared = format!("jellyfin_collection = \"{COLLECTION}\"");
    let world = World::settled(["heat"]).user("ben", &shared);
    world.letterboxd.set_watchlist("ben", &["heat"]);
    world.jellyfin.delete_collection(&world.jellyfin.collections()[0].id);
    world.jellyfin.lose_libraries(true);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(world.jellyfin.collections(), []);
}

#[test]
fn a_library_that_never_had_a_film_is_believed() {
    let world = World::new().watchlist(&["heat"]);
    world.sync();
    world.idle();
}

#[test]
fn an_unknown_jellyfin_user_is_told_with_those_there_are() {
    let begin = |world: &mut World| {
        world.jellyfin.add_user("Grace");
        world.change("jellyfin_username = \"ada\"", "jellyfin_username = \"adda\"");
    };
    let end = |world: &mut World| world.change("adda", "ADA");
    trouble(busy(Jellyfin::start()), begin, end)
        .says("lbjf: error: ada: Jellyfin has no user `adda`; it has `Grace`, `ada`")
        .says("hint: check `jellyfin_username`");
}

#[test]
fn a_missing_jellyfin_user_is_told_once_however_often_they_are_needed() {
    let mut world = busy(Jellyfin::start()).set("[radarr]", "skip_if_in_library = true");
    world.change("jellyfin_username = \"ada\"", "jellyfin_username = \"adda\"");
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial).mentions(" 1 user failed, in ");
    assert_eq!(ran.stderr.matches("has no user `adda`").count(), 1, "{}", ran.stderr);
}

#[test]
fn a_disabled_jellyfin_user_is_told() {
    let world = busy(Jellyfin::start());
    world.jellyfin.disable_user("ada");
    world.lbjf(&["sync"]).exits(Exit::Partial).says("lbjf: error: ada: Jellyfin's user `ada` is disabled");
    assert_eq!(world.told_jellyfin(), [""; 0]);
}

#[test]
fn another_jellyfin_behind_the_same_store_is_refused() {
    let jellyfin = Jellyfin::start();
    jellyfin.set_server_id("the-first");
    let begin = |world: &mut World| world.jellyfin.set_server_id("another");
    let end = |world: &mut World| world.jellyfin.set_server_id("the-first");
    trouble(busy(jellyfin), begin, end)
        .says("lbjf: error: jellyfin: `stand-in` is not the Jellyfin that this store belongs to")
        .mentions("hint: if it is a new installation for the same household, run `lbjf sync --same-jellyfin` once; ")
        .mentions("otherwise give each Jellyfin its own `system.database`");
}

#[test]
fn same_jellyfin_accepts_a_newly_installed_one_and_learns_its_collections_anew() {
    let old = Jellyfin::start();
    old.set_server_id("the-first");
    let mut world = World::with(Radarr::start(), old).watchlist(&["heat", "alien", "ran", "jaws"]);
    let [heat, ..] = world.settle(["heat", "alien", "ran"]);
    // One is watched, and one was deleted in Radarr.
    world.jellyfin.watch("ada", &heat, true);
    world.sync();
    world.radarr.remove(world.letterboxd.tmdb_id("jaws"));
    world.sync();
    let posted = world.radarr.posted();
    // The new one has the files, a collection of a person's, and another id of everything.
    let new = Jellyfin::start();
    new.set_server_id("the-second");
    new.add_user("somebody-else");
    new.add_user("ada");
    let url = (world.jellyfin.url(), new.url());
    world.change(&url.0, &url.1);
    world.jellyfin = new;
    let set = world.jellyfin.add_collection(COLLECTION);
    world.put(&set, "tron");
    world.download("ran");
    let alien = world.download("alien");

    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("run `lbjf sync --same-jellyfin` once");
    world.lbjf(&["status", "--check"]).exits(Exit::Partial);
    let remembered = world.remembered().into_iter().filter(|row| !row.starts_with("run:"));
    let before: Vec<_> = remembered.collect();
    let plan = world.lbjf(&["sync", "--same-jellyfin", "--dry-run"]).exits(Exit::Success).stdout;
    assert!(plan.contains("Alien") && plan.contains("Ran") && !plan.contains("Jaws"), "{plan}");
    let remembered = world.remembered().into_iter().filter(|row| !row.starts_with("run:"));
    assert_eq!(remembered.collect::<Vec<_>>(), before, "a dry run stores nothing");
    assert_eq!(world.told_jellyfin(), [""; 0]);

    let said = "jellyfin: `stand-in` is accepted; its collections and playlists are looked up again";
    world.lbjf(&["sync", "--same-jellyfin"]).exits(Exit::Success).says(said);
    assert_eq!(world.collected(), world.tmdb(&["tron", "ran", "alien"]), "a person's film stays");
    assert_eq!(world.radarr.posted(), posted, "what was deleted stays deleted");
    world.idle();
    world.lbjf(&["status", "--check"]).exits(Exit::Success);
    // It is lbjf's own there, as it was before.
    world.jellyfin.watch("ada", &alien, true);
    world.lbjf(&["sync", "--same-jellyfin"]).exits(Exit::Success).omits(said);
    assert_eq!(world.collected(), world.tmdb(&["tron", "ran"]));
    world.pass_time(Duration::from_hours(25));
    world.lbjf(&["sync", "--same-jellyfin", "--full"]).exits(Exit::Success).omits(said);
    assert_eq!(world.radarr.posted(), posted);
}

#[test]
fn same_jellyfin_believes_a_new_library_without_films_and_takes_nothing_out_of_it() {
    let old = Jellyfin::start();
    old.set_server_id("the-first");
    let world = World::with(Radarr::start(), old).watchlist(&["heat"]);
    let [heat] = world.settle(["heat"]);
    // Restored with its collections, and not scanned yet.
    world.jellyfin.set_server_id("the-second");
    world.jellyfin.lose_libraries(true);
    world.lbjf(&["sync", "--same-jellyfin"]).exits(Exit::Success).mentions("is accepted");
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
    world.jellyfin.lose_libraries(false);
    world.idle();
    world.jellyfin.watch("ada", &heat, true);
    world.sync();
    assert_eq!(world.collected(), [0; 0]);
}

#[test]
fn a_failed_look_after_the_writes_undoes_nothing() {
    let world = World::new().watchlist(&["heat", "alien"]);
    world.download("heat");
    world.download("alien");
    let error = Reply::new(500, "text/plain", "Error processing request.");
    world.jellyfin.server.fail(1, is_members, Fault::Instead(error));
    world.sync().mentions("2 added to a collection");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    // What could not be seen is looked at once more.
    world.sync().mentions(" nothing to do, in ");
    world.idle();
}

#[test]
fn trouble_that_lasts_is_a_warning_once_a_day_and_again_when_it_comes_back() {
    type Break = fn(&World);
    let troubles: [(&str, Break, Break); 4] = [
        (
            "look",
            |world| world.jellyfin.set_server_id("another"),
            |world| world.jellyfin.set_server_id("first"),
        ),
        (
            "library",
            |world| world.jellyfin.lose_libraries(true),
            |world| world.jellyfin.lose_libraries(false),
        ),
        (
            "read",
            |world| {
                let error = Fault::Instead(Reply::empty(500));
                world.jellyfin.server.fail(usize::MAX, is_watched, error);
            },
            |world| world.jellyfin.server.behave(),
        ),
        (
            "collections",
            |world| {
                let is_sets =
                    |request: &Request| request.param("includeItemTypes").as_deref() == Some("BoxSet");
                world.jellyfin.server.fail(usize::MAX, is_sets, Fault::Instead(Reply::empty(500)));
            },
            |world| world.jellyfin.server.behave(),
        ),
    ];
    for (what, begin, end) in troubles {
        let jellyfin = Jellyfin::start();
        jellyfin.set_server_id("first");
        let world = busy(jellyfin);
        let tells = |expected: bool| {
            let ran = world.lbjf(&["sync", "--quiet"]).exits(Exit::Partial);
            assert_eq!(ran.stderr.starts_with("lbjf: error: "), expected, "{what}: {}", ran.stderr);
        };
        begin(&world);
        tells(true);
        tells(false);
        world.pass_time(Duration::from_hours(25));
        tells(true);
        end(&world);
        world.sync();
        begin(&world);
        tells(true);
    }
}
