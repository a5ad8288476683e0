//! Every version is understood. What is wrong is told, the rest is done, and nothing is lost.

use lbjf::exit::Exit;
use serde_json::json;
use standins::letterboxd::Film;
use standins::radarr::{KEY, Version};
use standins::{DEAD, Fault, Jellyfin, Radarr, Reply, Request};

use super::{UNKNOWN, is_add, requests, watchlist_of, world_of};
use crate::common::World;

#[test]
fn every_version_is_understood() {
    for version in [Version::V4_7, Version::V5_28, Version::V6_0] {
        let world = world_of(version).set("[radarr]", "user_tags = true");
        world.letterboxd.add_film(Film::movie("lost", "Lost", 2000, UNKNOWN));
        let world = world.watchlist(&["new", "there", "lost", "excluded"]);
        world.radarr.has(world.letterboxd.tmdb_id("there"));
        world.radarr.exclude(world.letterboxd.tmdb_id("excluded"));
        world.sync().mentions("1 added to Radarr, 1 tagged in Radarr, 2 skipped");
        world.forget_requests();
        world.sync();
        assert_eq!(requests(&world), 0, "{version:?}");
    }
}

#[test]
fn every_version_explains_a_wrong_root_folder_path_and_quality_profile() {
    for version in [Version::V4_7, Version::V5_28, Version::V6_0] {
        let mut world = world_of(version).watchlist(&["heat-1995"]);
        world.change("root_folder_path = \"/movies\"", "root_folder_path = \"/films\"");
        world.change("quality_profile = \"HD-1080p\"", "quality_profile_id = 44");
        let ran = world.lbjf(&["sync"]).exits(Exit::Partial).mentions("sync: 1 user, 1 server failed, in ");
        ran.says(NO_FOLDER).says(
            "lbjf: error: radarr: Radarr has no quality profile `44`; it has `Any` (1), `SD` (2), `HD-720p` (3), \
             `HD-1080p` (4), `Ultra-HD` (5), `HD - 720p/1080p` (6)",
        );
        assert_eq!(world.radarr.posted(), [0; 0]);
    }
}

const NO_FOLDER: &str =
    "lbjf: error: radarr: Radarr has no root folder `/films`; it has `/movies`, `/movies-animated`";

/// Breaks a world, checks what is told and that collections are kept all the same, mends it, and checks that
/// nothing was lost.
fn bad_radarr(spoil: impl FnOnce(&mut World), told: &[&str], mend: impl FnOnce(&mut World)) {
    let mut world = World::new().watchlist(&["heat-1995", "alien"]);
    world.download("alien");
    let url = world.radarr.url();
    spoil(&mut world);
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
    for text in told {
        let text = text.replace("URL", &url);
        assert!(ran.stderr.contains(&text), "no {text:?} in stderr:\n{}", ran.stderr);
    }
    let ran = ran.mentions("1 added to a collection, 1 server failed, in ");
    assert_eq!(ran.stderr.matches("error: ").count(), 1, "{}", ran.stderr);
    assert_eq!((world.radarr.posted(), world.collected()), (vec![], world.tmdb(&["alien"])));
    world.lbjf(&["sync"]).exits(Exit::Partial).omits("error: ");
    mend(&mut world);
    world.sync().mentions("2 added to Radarr");
    assert_eq!(world.radarr.films().len(), 2);
}

/// As [`bad_radarr`], with one answer that is not Radarr's.
fn bad_answer(path: &'static str, reply: Reply, told: &[&str]) {
    bad_radarr(
        |world| {
            let is_it = move |request: &Request| request.path.ends_with(path);
            world.radarr.server.fail(usize::MAX, is_it, Fault::Instead(reply));
        },
        told,
        |world| world.radarr.server.behave(),
    );
}

#[test]
fn wrong_api_key_is_told() {
    bad_radarr(
        |world| world.change(KEY, "another-key-of-radarr-0123456789"),
        &["lbjf: error: radarr: Radarr at `URL` refused the API key (HTTP 401)\n\
           hint: check `radarr.api_key`; Radarr shows its key under Settings > General\n"],
        |world| world.change("another-key-of-radarr-0123456789", KEY),
    );
}

#[test]
fn sonarr_behind_the_url_is_told() {
    bad_radarr(
        |world| world.radarr.set_app_name("Sonarr"),
        &["lbjf: error: radarr: `URL` is Sonarr, not Radarr\nhint: check `radarr.url`\n"],
        |world| world.radarr.set_app_name("Radarr"),
    );
}

#[test]
fn radarr_3_is_told() {
    bad_radarr(
        |world| world.radarr.set_version("3.2.2.5080"),
        &["lbjf: error: radarr: Radarr at `URL` is version 3.2.2.5080; lbjf needs 4 or newer\n"],
        |world| world.radarr.set_version("4.0.0.5745"),
    );
}

#[test]
fn wrong_base_path_in_url_is_told() {
    bad_radarr(
        |world| world.change(&world.radarr.url(), &(world.radarr.url() + "/films")),
        &["lbjf: error: radarr: `URL/films` answered GET api/v3/system/status with an HTML page instead of \
             Radarr's JSON\nhint: check the path of `radarr.url`"],
        |world| world.change("/films\"", "\""),
    );
}

#[test]
fn missing_base_path_in_url_is_told() {
    bad_radarr(
        |world| world.radarr.set_url_base("/radarr"),
        &["lbjf: error: radarr: Radarr at `URL` redirects to `/radarr/api/v3/system/status`\n\
             hint: put the address it redirects to, as far as it is the server's base, into `radarr.url`\n"],
        |world| world.change("\"\napi_key", "/radarr\"\napi_key"),
    );
}

#[test]
fn radarr_that_is_down_is_told() {
    bad_radarr(
        |world| world.change(&world.radarr.url(), DEAD),
        &[
            &format!("lbjf: error: radarr: Radarr at `{DEAD}` cannot be reached: connection refused\n"),
            "hint: is it running? check `radarr.url`\n",
        ],
        |world| world.change(DEAD, &world.radarr.url()),
    );
}

#[test]
fn radarr_that_starts_up_is_told() {
    let starting = json!({"errorMessage": "Radarr is starting up, please try again later"});
    bad_answer(
        "",
        Reply::json(503, &starting),
        &["lbjf: error: radarr: Radarr at `URL` is not ready (HTTP 503)\nhint: it is starting or migrating"],
    );
}

#[test]
fn login_page_is_told() {
    bad_answer(
        "/movie",
        Reply::html(200, "<!doctype html><title>Log in</title>"),
        &[
            "lbjf: error: radarr: `URL` answered GET api/v3/movie with an HTML page instead of Radarr's JSON: something in \
           front of Radarr wants a login (\"Log in\")\n\
           hint: put Radarr's own address into `radarr.url`, or let `/api` pass without a login\n",
        ],
    );
}

#[test]
fn page_not_found_is_told() {
    bad_answer(
        "/status",
        Reply::html(404, "<title>404</title>"),
        &["lbjf: error: radarr: Radarr answered GET api/v3/system/status with HTTP 404\n\
           hint: check the path of `radarr.url`\n"],
    );
}

#[test]
fn empty_answer_is_told() {
    bad_answer(
        "/qualityprofile",
        Reply::empty(200),
        &[
            "lbjf: error: radarr: `URL` answered GET api/v3/qualityprofile with an empty body instead of Radarr's JSON\n",
        ],
    );
}

#[test]
fn broken_json_is_told() {
    bad_answer(
        "/exclusions/paged",
        Reply::new(200, "application/json", "{\"totalRecords\": 1, \"records\": [{\"tmdbId\": 60"),
        &[
            "lbjf: error: radarr: Radarr at `URL` answered GET api/v3/exclusions/paged with JSON that cannot be \
             read: EOF",
        ],
    );
}

#[test]
fn json_of_another_shape_is_told() {
    bad_answer(
        "/movie",
        Reply::json(200, &json!({"page": 1, "records": []})),
        &[
            "lbjf: error: radarr: Radarr at `URL` answered GET api/v3/movie with JSON that cannot be read: invalid type: map",
        ],
    );
}

#[test]
fn wrong_quality_profile_is_told_with_those_there_are() {
    bad_radarr(
        |world| world.change("\"HD-1080p\"", "\"HD\""),
        &[
            "lbjf: error: radarr: Radarr has no quality profile `HD`; it has `Any` (1), `SD` (2), `HD-720p` (3), ",
        ],
        |world| world.change("\"HD\"", "\"HD-1080p\""),
    );
}

#[test]
fn wrong_root_folder_path_is_told_with_those_there_are() {
    bad_radarr(
        |world| world.change("\"/movies\"", "\"/films/\""),
        &[NO_FOLDER],
        |world| world.change("\"/films/\"", "\"/movies\""),
    );
}

#[test]
fn radarr_without_root_folders_is_told() {
    let world = World::with(Radarr::start_empty(Version::V6_0, KEY), Jellyfin::start());
    let world = world.watchlist(&["heat-1995"]);
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
    ran.says("lbjf: error: radarr: Radarr has no root folder `/movies`; it has none");
    world.radarr.add_root_folder("/movies/");
    world.sync();
    assert_eq!(world.radarr.films().len(), 1);
}

#[test]
fn root_folder_out_of_reach_is_told() {
    bad_radarr(
        |world| world.radarr.set_accessible("/movies", false),
        &["lbjf: error: radarr: Radarr cannot reach its root folder `/movies`; is the disk mounted?"],
        |world| world.radarr.set_accessible("/movies", true),
    );
}

#[test]
fn wrong_root_folder_path_of_animated_movies_is_told() {
    bad_radarr(
        |world| {
            let table = "[radarr.animated_movies]\nenabled = true\nroot_folder_path = \"/films\"\n\n";
            world.change("[jellyfin]", &format!("{table}[jellyfin]"));
        },
        &[NO_FOLDER],
        |world| world.change("\"/films\"", "\"/movies-animated\""),
    );
}

#[test]
fn same_wrong_folder_twice_is_told_once() {
    bad_radarr(
        |world| {
            let table = "[radarr.animated_movies]\nenabled = true\nroot_folder_path = \"/films\"\n\n";
            world.change("[jellyfin]", &format!("{table}[jellyfin]"));
            world.change("\"/movies\"", "\"/films\"");
        },
        &[NO_FOLDER],
        |world| {
            world.change("\"/films\"", "\"/movies\"");
            world.change("\"/films\"", "\"/movies-animated\"");
        },
    );
}

#[test]
fn wrong_override_of_one_user_does_not_stop_the_others() {
    let mut world = World::new()
        .user("ben", "root_folder_path = \"/films\"")
        .user("cleo", "quality_profile = \"Best\"")
        .watchlist(&["heat-1995", "alien"]);
    world.letterboxd.set_watchlist("ben", &["akira"]);
    world.letterboxd.set_watchlist("cleo", &["bambi", "alien"]);
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .says("lbjf: error: ben: Radarr has no root folder `/films`; it has `/movies`, `/movies-animated`")
        .mentions("lbjf: error: cleo: Radarr has no quality profile `Best`; it has `Any` (1), ")
        .mentions("sync: 3 users, 2 added to Radarr, 2 users failed, in ");
    world.change("\"/films\"", "\"/movies\"");
    world.change("\"Best\"", "\"SD\"");
    world.sync().mentions("2 added to Radarr");
    assert_eq!(world.radarr.films().len(), 4);
}

#[test]
fn settings_that_are_wrong_again_are_told_again() {
    let mut world = World::new().watchlist(&["heat-1995"]);
    world.change("\"/movies\"", "\"/films\"");
    world.lbjf(&["sync"]).exits(Exit::Partial).says(NO_FOLDER);
    world.change("\"/films\"", "\"/movies\"");
    world.sync();
    world.change("\"/movies\"", "\"/films\"");
    world.letterboxd.push("ada", "alien");
    world.lbjf(&["sync"]).exits(Exit::Partial).says(NO_FOLDER);
}

#[test]
fn root_folder_that_radarr_loses_in_between_ends_the_adding() {
    let (world, ids) = watchlist_of(World::new(), 3);
    let refusal = json!([{"propertyName": "RootFolderPath", "errorCode": "RootFolderExistsValidator",
        "errorMessage": "Root folder '/movies' does not exist", "severity": "error"}]);
    world.radarr.server.fail(1, is_add, Fault::Instead(Reply::json(400, &refusal)));
    world.lbjf(&["sync"]).exits(Exit::Partial).says(
        "lbjf: error: radarr: Radarr refuses the settings, so nothing more is sent: Root folder '/movies' does not \
         exist",
    );
    assert_eq!(world.radarr.posted(), ids[..1]);
    world.sync();
    assert_eq!(world.radarr.films().len(), 3);
}

/// Radarr has these quality profiles.
fn profiles(world: &World, names: &[&str]) {
    let profile = |(id, name): (usize, &&str)| json!({"id": id + 1, "name": name});
    let reply = Reply::json(200, &names.iter().enumerate().map(profile).collect());
    let is_it = |request: &Request| request.path.ends_with("/qualityprofile");
    world.radarr.server.fail(usize::MAX, is_it, Fault::Instead(reply));
}

#[test]
fn profiles_and_root_folders_are_known_by_the_same_letters_in_other_bytes() {
    for (ours, theirs) in [
        ("Am\u{e9}lie", "Ame\u{301}lie"),
        ("Ame\u{301}lie", "Am\u{e9}lie"),
        ("am\u{c9}lie", "AMe\u{301}LIE "),
    ] {
        let mut world = World::new().watchlist(&["heat-1995"]);
        world.change("\"HD-1080p\"", &format!("\"{ours}\""));
        profiles(&world, &["Any", "Amelie", theirs]);
        // Folders tell cases apart.
        let is_same_case = ours.to_lowercase() == ours;
        let folder = if is_same_case { theirs } else { ours };
        world.radarr.add_root_folder(&format!("/{folder}"));
        world.change("\"/movies\"", &format!("\"/{ours}/\""));
        world.sync();
        let film = &world.radarr.films()[0];
        assert_eq!((film.quality_profile_id, &film.root_folder), (3, &format!("/{folder}")), "{ours:?}");
    }
}

#[test]
fn profile_whose_name_has_a_blank_at_its_end_in_radarr_is_found_and_a_better_match_wins() {
    let world = World::new().watchlist(&["heat-1995"]);
    profiles(&world, &["hd-1080p", "HD-1080p ", " HD-1080p"]);
    world.sync();
    assert_eq!(world.radarr.films()[0].quality_profile_id, 2);
    let world = World::new().watchlist(&["heat-1995"]);
    profiles(&world, &["HD-1080p ", "HD-1080p"]);
    world.sync();
    assert_eq!(world.radarr.films()[0].quality_profile_id, 2);
}

#[test]
fn what_radarr_calls_something_stays_on_its_line() {
    let evil = "evil\u{1b}[2J\u{7}\nlbjf: error: store is lost\u{202e}\u{9b}31m\u{2028}";
    let shown = "evil [2J  lbjf: error: store is lost 31m ";
    let is_clean = |text: &str| {
        text.chars()
            .all(|letter| letter == '\n' || !letter.is_control() && !"\u{202e}\u{2028}".contains(letter))
    };
    let run = |world: &World| {
        for args in
            [&["sync"][..], &["status", "--check"], &["status", "--check", "--json"], &["sync", "--json"]]
        {
            let ran = world.lbjf(args).exits(Exit::Partial);
            let said = ran.stdout + &ran.stderr;
            assert!(is_clean(&said) && said.contains(shown), "{args:?}: {said:?}");
            assert!(!said.lines().any(|line| line.starts_with("lbjf: error: store")), "{said}");
        }
    };
    let world = World::new().watchlist(&["heat-1995"]);
    profiles(&world, &[evil]);
    run(&world);
    let mut world = World::new().watchlist(&["heat-1995"]);
    world.radarr.add_root_folder(&format!("/{evil}"));
    world.change("\"/movies\"", "\"/films\"");
    run(&world);
    let world = World::new().watchlist(&["heat-1995"]);
    world.radarr.set_app_name(evil);
    run(&world);
    let world = World::new().watchlist(&["heat-1995"]);
    let status = Reply::json(200, &json!({"appName": "Radarr", "version": format!("3.{evil}")}));
    let is_status = |request: &Request| request.path.ends_with("/status");
    world.radarr.server.fail(usize::MAX, is_status, Fault::Instead(status));
    run(&world);
    let world = World::new().watchlist(&["heat-1995"]);
    let error = Reply::json(500, &json!({"message": evil.replace('\n', "")}));
    world.radarr.server.fail(usize::MAX, |request| request.path.ends_with("/tag"), Fault::Instead(error));
    for args in [&["sync"][..], &["status", "--check"]] {
        let ran = world.lbjf(args).exits(Exit::Partial);
        assert!(is_clean(&(ran.stdout + &ran.stderr)));
    }
}
