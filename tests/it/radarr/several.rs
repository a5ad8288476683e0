//! Several Radarrs: each has its own requests, answers, limits and troubles.

use lbjf::exit::Exit;
use serde_json::json;
use standins::{Fault, Reply, radarr};

use super::{LOOK, requests};
use crate::common::World;

/// Ada's films go to `main` and `uhd`, ben's to `main` alone.
fn house() -> World {
    let mut world = World::new().another_radarr("uhd").user("ben", "");
    world.change(
        "jellyfin_username = \"ada\"\n",
        "jellyfin_username = \"ada\"\nradarr = [\"main\", \"uhd\"]\n",
    );
    world.letterboxd.set_watchlist("ada", &["heat", "alien"]);
    world.letterboxd.set_watchlist("ben", &["jaws"]);
    world
}

/// The TMDB ids in a Radarr, sorted.
fn films(radarr: &radarr::Radarr) -> Vec<u32> {
    let mut ids: Vec<_> = radarr.films().iter().map(|film| film.tmdb_id).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn films_go_where_each_person_sends_them_with_the_settings_of_each_server() {
    let world = house();
    let [heat, jaws] = ["heat", "jaws"].map(|slug| world.letterboxd.tmdb_id(slug));
    let ran = world.sync();
    assert_eq!(films(&world.radarr), world.tmdb(&["heat", "alien", "jaws"]));
    let uhd = world.radarr_called("uhd");
    assert_eq!(films(uhd), world.tmdb(&["heat", "alien"]));
    assert_eq!(uhd.film(heat).expect("it was added").root_folder, "/movies-uhd");
    assert_eq!(uhd.film(heat).expect("it was added").quality_profile_id, 5);
    ran.mentions(&format!("ada: added to Radarr `main`: Heat (2000) tmdb={heat} root_folder=/movies\n"))
        .mentions(&format!("ada: added to Radarr `uhd`: Heat (2000) tmdb={heat} root_folder=/movies-uhd\n"))
        .mentions(&format!("ben: added to Radarr `main`: Jaws (2000) tmdb={jaws} root_folder=/movies\n"))
        .mentions("sync: 2 users, 3 added to Radarr `main`, 2 added to Radarr `uhd`, in ");
    world.sync();
    world.idle();
    assert_eq!((requests(&world), uhd.server.requests().len()), (0, 0), "nothing is due at any of them");
}

#[test]
fn a_server_that_is_down_keeps_nothing_from_the_others_and_is_told_by_its_name() {
    for (down, name) in [(0, "main"), (1, "uhd")] {
        let world = house();
        let servers = [&world.radarr, world.radarr_called("uhd")];
        servers[down].server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(500)));
        let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
        let ran = ran
            .mentions(&format!("error: radarr `{name}`: Radarr answered "))
            .mentions(", 1 server failed, ");
        assert_eq!(films(servers[1 - down]).len(), if down == 0 { 2 } else { 3 }, "{}", ran.stderr);
        assert!(servers[down].films().is_empty());
        // The trouble is told once a day, whatever becomes of the other one.
        world
            .lbjf(&["sync"])
            .exits(Exit::Partial)
            .omits("error: ")
            .mentions(&format!("radarr `{name}`: Radarr"));
        servers[down].server.behave();
        world.sync();
        assert_eq!(films(servers[down]).len(), if down == 0 { 3 } else { 2 });
    }
}

#[test]
fn what_was_deleted_or_excluded_at_one_server_says_nothing_of_another() {
    let world = house();
    let heat = world.letterboxd.tmdb_id("heat");
    let uhd = world.radarr_called("uhd");
    uhd.exclude(heat);
    world
        .sync()
        .says("warning: ada: skipped Heat (2000) `heat`: Radarr `uhd`: it is on Radarr's exclusion list");
    assert!(world.radarr.film(heat).is_some() && uhd.film(heat).is_none());
    world.radarr.remove(heat);
    uhd.unexclude(heat);
    world.lbjf(&["sync", "--full"]).exits(Exit::Success);
    assert!(world.radarr.film(heat).is_none(), "deleted stays deleted");
    assert!(uhd.film(heat).is_some(), "and the other one gets it as soon as nothing is in the way");
}

#[test]
fn limits_and_labels_are_each_servers_own() {
    let mut world = house().set("name = \"main\"", "max_adds_per_run = 1\nuser_tags = true");
    world.change("name = \"uhd\"\n", "name = \"uhd\"\ntags = [\"four-k\"]\n");
    world.sync().mentions("radarr `main`: 2 films left for later runs").omits("radarr `uhd`:");
    assert_eq!(world.radarr.tags().len(), 1);
    let uhd = world.radarr_called("uhd");
    assert_eq!(
        (world.radarr.films().len(), uhd.films().len(), uhd.tags()),
        (1, 2, vec!["four-k".to_owned()])
    );
}

#[test]
fn a_server_that_is_new_to_a_person_gets_all_their_films_and_one_that_is_taken_away_is_left_alone() {
    let mut world = house();
    let list = "radarr = [\"main\", \"uhd\"]\n";
    world.change(list, "");
    world.sync();
    assert!(world.radarr_called("uhd").server.requests().is_empty(), "nobody uses it, so it is not asked");
    world.change("jellyfin_username = \"ada\"\n", &format!("jellyfin_username = \"ada\"\n{list}"));
    world.sync().mentions("2 added to Radarr `uhd`, ").omits("added to Radarr `main`");
    world.change(list, "radarr = \"UHD\"\n");
    world.letterboxd.push("ada", "solaris");
    world.sync().mentions(", 1 added to Radarr `uhd`, ").omits("added to Radarr `main`");
    // Its answers survive: what was deleted there meanwhile stays deleted.
    world.radarr.remove(world.letterboxd.tmdb_id("alien"));
    world.change("radarr = \"UHD\"\n", list);
    world.sync().mentions(", 1 added to Radarr `main`, ").omits("Alien");
    world.change(list, "radarr = []\n");
    world.letterboxd.push("ada", "stalker");
    world.download("stalker");
    world.sync().omits("added to Radarr").mentions("1 added to a collection");
}

#[test]
fn a_single_radarr_that_becomes_one_of_several_keeps_its_answers() {
    let world = World::new().watchlist(&["heat", "alien"]);
    world.sync();
    world.radarr.remove(world.letterboxd.tmdb_id("alien"));
    let mut world = world.another_radarr("uhd");
    world.change(
        "jellyfin_username = \"ada\"\n",
        "jellyfin_username = \"ada\"\nradarr = [\"uhd\", \"main\"]\n",
    );
    world.sync().mentions("sync: 1 user, 2 added to Radarr `uhd`, in ");
    world.change("name = \"main\"", "name = \"hd\"");
    world.change("\"main\"", "\"hd\"");
    world.sync().mentions("nothing to do");
    assert_eq!(films(&world.radarr), world.tmdb(&["heat"]));
}

#[test]
fn add_again_is_for_one_radarr_or_for_all() {
    let world = house();
    world.sync();
    let uhd = world.radarr_called("uhd");
    let heat = world.letterboxd.tmdb_id("heat");
    for radarr in [&world.radarr, uhd] {
        radarr.remove(heat);
    }
    let ran = world.lbjf(&["sync", "--add-again", "--radarr", "uhd"]).exits(Exit::Success);
    ran.says("radarr `uhd`: 2 films may be sent again").omits("radarr `main`");
    assert_eq!((world.radarr.film(heat).is_some(), uhd.film(heat).is_some()), (false, true));
    world.lbjf(&["sync", "--add-again", "--radarr", "Main", "--radarr", "uhd"]).exits(Exit::Success);
    assert!(world.radarr.film(heat).is_some());
    let unknown = world.lbjf(&["sync", "--add-again", "--radarr", "hd"]).exits(Exit::Config);
    unknown.says("lbjf: error: `--radarr hd`: the config has no such Radarr; it has `main`, `uhd`");
    assert_eq!(world.lbjf(&["sync", "--radarr", "uhd"]).code, 2);
}

/// The second Radarr is the first one, under another address.
fn one_under_two_names() -> World {
    let mut world = house();
    let (uhd, key) = (world.radarr_called("uhd").url(), "radarr-stand-in-key-of-uhd-0123456789");
    world.change(&uhd, &world.radarr.url().replace("127.0.0.1", "localhost"));
    world.change(key, radarr::KEY);
    world.radarr.add_root_folder("/movies-uhd");
    world
}

#[test]
fn two_names_of_one_server_are_found() {
    let world = one_under_two_names();
    let error = format!(
        "it is the same Radarr as `main` at `{}`: it takes the same key and started at the same moment",
        world.radarr.url()
    );
    let check = world.lbjf(&["status", "--check"]).exits(Exit::Partial);
    assert!(check.stdout.contains(&format!("WRONG  radarr `uhd` address: {error}")), "{}", check.stdout);
    for told in ["lbjf: error: ", ""] {
        let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
        ran.says(&format!("{told}radarr `uhd`: {error}")).mentions("1 server failed");
    }
    assert_eq!(films(&world.radarr), world.tmdb(&["heat", "alien", "jaws"]));
    assert!(world.radarr.sent_again().is_empty());

    let mut world = house();
    let (main, uhd) = (world.radarr.url(), world.radarr_called("uhd").url());
    world.change(&uhd, &(main + "/"));
    world.lbjf(&["sync"]).exits(Exit::Config).mentions("radarr[1].url: is also the address of `main`");
}

#[test]
fn two_servers_with_one_key_are_two() {
    let mut world = house();
    let uhd = radarr::Radarr::start_empty(radarr::Version::V6_0, radarr::KEY);
    uhd.add_root_folder("/movies-uhd");
    uhd.set_uptime(std::time::Duration::from_hours(2));
    world.change(&world.radarr_called("uhd").url(), &uhd.url());
    world.change("radarr-stand-in-key-of-uhd-0123456789", radarr::KEY);
    world.sync();
    assert_eq!(films(&uhd), world.tmdb(&["heat", "alien"]));
}

#[test]
fn a_database_that_was_restored_is_told_by_the_numbers_of_its_films() {
    let world = World::new().watchlist_of(20).another_radarr("uhd");
    world.sync();
    world.sync();
    let backup = world.radarr.back_up();
    for slug in ["excluded", "new-1", "new-2"] {
        world.letterboxd.push("ada", slug);
    }
    world.radarr.exclude(world.letterboxd.tmdb_id("excluded"));
    world.sync();
    // Two of 22 films are gone, and somebody adds others, which get their numbers.
    world.radarr.restore(backup);
    for id in [4_900_001, 4_900_002] {
        world.radarr.has(id);
    }
    world.letterboxd.push("ada", "new-3");
    let told = "radarr `main`: its database was restored or replaced, and 2 of the 22 films that Radarr had are \
                missing; only new entries are sent";
    let ran = world.sync().says(&format!("warning: {told}"));
    ran.says(
        "hint: if this Radarr is new, `lbjf sync --add-again --radarr NAME` sends all of its films again",
    );
    let [new_1, new_3, excluded] = ["new-1", "new-3", "excluded"].map(|slug| world.letterboxd.tmdb_id(slug));
    let there = |id| world.radarr.film(id).is_some();
    assert!(there(new_3) && !there(new_1) && !there(excluded), "a lost exclusion list excludes all the same");
    world.letterboxd.push("ada", "new-4");
    world.sync().omits(told);
    assert!(!there(new_1) && !there(excluded));
    let check = world.lbjf(&["status", "--check"]).exits(Exit::Success).stdout;
    assert!(
        check.contains("radarr `main` films: 24 films, 0 on the exclusion list; its database was"),
        "{check}"
    );
    world.lbjf(&["sync", "--add-again"]).exits(Exit::Success).omits("its database");
    assert!(there(new_1) && there(excluded));
    world.letterboxd.push("ada", "new-5");
    world.sync().omits("its database");
}

#[test]
fn a_film_that_tmdb_merged_is_no_restored_database() {
    let world = World::new().watchlist(&["film-1", "film-2"]);
    world.sync();
    world.sync();
    let (old, new) = (world.letterboxd.tmdb_id("film-1"), 4_900_001);
    // Radarr looks at its films anew, and one of them has another id.
    let backup = world.radarr.back_up();
    world.radarr.restore(backup.with_other_id(old, new));
    world.radarr.merge(old, new);
    world.letterboxd.push("ada", "film-3");
    world.sync().omits("restored");
    world.letterboxd.push("ada", "film-4");
    world.sync().omits("restored");
    assert_eq!(world.radarr.films().len(), 4);
}

#[test]
fn status_tells_each_server_apart() {
    let world = house();
    let heat = world.letterboxd.tmdb_id("heat");
    world.radarr_called("uhd").exclude(heat);
    world.sync();
    let all = world.lbjf(&["status"]).stdout;
    assert!(all.contains("  in Radarr `main` 2\n  in Radarr `uhd`  1\n"), "{all}");
    assert!(all.contains("Heat (2000) `heat`: Radarr `uhd`: it is on Radarr's exclusion list"), "{all}");
    let json = world.lbjf(&["status", "--json"]).json();
    assert_eq!(
        json["users"][0]["radarrs"],
        json!([{"radarr": "main", "in_radarr": 2}, {"radarr": "uhd", "in_radarr": 1}])
    );
    assert_eq!(json["users"][1]["radarrs"], json!([{"radarr": "main", "in_radarr": 1}]));
    let film = world.lbjf(&["status", "heat"]).stdout;
    assert!(film.contains("    Radarr       `main`: has it, first seen "), "{film}");
    assert!(film.contains("    Radarr       `uhd`: not yet: it is on Radarr's exclusion list\n"), "{film}");
    assert!(film.contains("the exclusion list of Radarr `uhd` is looked at again in "), "{film}");
    let json = world.lbjf(&["status", "heat", "--json"]).json();
    let radarrs = &json["films"][0]["users"][0]["radarrs"];
    assert_eq!((&radarrs[0]["radarr"], &radarrs[1]["radarr"]), (&json!("main"), &json!("uhd")));
    assert_eq!(radarrs[1]["radarr_problem"], "it is on Radarr's exclusion list");
    let check = world.lbjf(&["status", "--check"]).exits(Exit::Success).stdout;
    for line in
        ["ok     radarr `main` root folder: `/movies`", "ok     radarr `uhd` root folder: `/movies-uhd`"]
    {
        assert!(check.contains(line), "{check}");
    }
    let steps = world.lbjf(&["sync", "--json", "--add-again"]).json();
    let servers: Vec<_> =
        steps["steps"].as_array().expect("steps").iter().map(|step| &step["radarr"]).collect();
    assert!(servers.contains(&&json!("main")) && servers.contains(&&json!("uhd")), "{servers:?}");
}

/// The world searches all that it says, and all that it leaves, for the keys.
#[test]
fn the_key_of_each_server_stays_secret_where_the_server_repeats_it() {
    let mut world = house();
    let key = "radarr-stand-in-key-of-uhd-0123456789";
    world.change(&format!("api_key = \"{key}\"\n"), "");
    let told = json!({"message": format!("no entry for {key} in {}", key.to_uppercase())});
    let uhd = &world.radarr_called("uhd").server;
    for status in [400, 401, 500] {
        uhd.fail(usize::MAX, |_| true, Fault::Instead(Reply::json(status, &told)));
        for args in [&["sync", "-vv"][..], &["sync", "--json"], &["status", "--check"], &["status", "heat"]] {
            let mut command = world.command(args);
            let output = command.env("LBJF_RADARR_UHD_API_KEY", key).output().expect("lbjf was built");
            let ran = world.ran(output);
            assert_eq!(ran.code == 0, args == ["status", "heat"], "{status} {args:?}: {}", ran.stderr);
        }
    }
    uhd.behave();
    let mut command = world.command(&["sync"]);
    let output = command.env("LBJF_RADARR_UHD_API_KEY", key).output().expect("lbjf was built");
    world.ran(output).exits(Exit::Success);
    assert_eq!(world.radarr_called("uhd").films().len(), 2);
}

#[test]
fn what_jellyfin_has_is_kept_only_from_servers_that_say_so() {
    let mut world = house();
    world.change("name = \"main\"\n", "name = \"main\"\nskip_if_in_library = true\n");
    world.download("alien");
    world.sync();
    assert_eq!(films(&world.radarr), world.tmdb(&["heat", "jaws"]));
    assert_eq!(films(world.radarr_called("uhd")), world.tmdb(&["heat", "alien"]));
}

#[test]
fn with_match_titles_only_the_first_server_is_asked() {
    let world = house().set("[letterboxd]", "match_titles = true");
    world.letterboxd.remove_film_page("alien");
    let _ = world.lbjf(&["sync"]);
    let asks = |radarr: &radarr::Radarr| {
        let requests = radarr.server.requests();
        requests.iter().filter(|request| request.path.ends_with("/movie/lookup")).count()
    };
    assert_eq!((asks(&world.radarr), asks(world.radarr_called("uhd"))), (1, 0));
}

#[test]
fn a_config_with_one_radarr_that_is_wrong_still_checks_the_other() {
    let mut world = house();
    world.change("quality_profile = \"Ultra-HD\"", "quality_profil = \"Ultra-HD\"");
    world.change("name = \"uhd\"", "name = \"uhd\"\nquality_profile_id = 5");
    let check = world.lbjf(&["status", "--check"]).exits(Exit::Config).stdout;
    assert!(
        check.contains("-      radarr `uhd` settings: skipped: its part of the config has problems"),
        "{check}"
    );
    assert!(check.contains("ok     radarr `main` films: 0 films"), "{check}");
    let asked = world.radarr.server.requests().len();
    assert!(asked >= LOOK && world.radarr_called("uhd").server.requests().is_empty());
}
