//! `lbjf status --check` from outside: everything that can be wrong is told at once, and nothing is changed.

mod front;
mod jellyfin;
mod letterboxd;
mod lists;
mod radarr;
mod store;
mod tls;

use std::fs;

use crate::common::{COLLECTION, Ran, Signal, World, signal, wait_until};
use lbjf::exit::Exit;
use serde_json::{Value, json};
use standins::letterboxd::Film;
use standins::{Fault, Jellyfin, Radarr};

const FINE: &str = "check: everything is fine: lbjf sync will work\n";

/// Runs the check, which must write nowhere: to no server, and not a byte of the store.
fn check(world: &World, args: &[&str]) -> Ran {
    let before = fs::read(world.database());
    let is_state_there = world.folder.path().join("state").exists();
    world.forget_requests();
    let ran = world.lbjf(&[&["status", "--check"], args].concat());
    assert_eq!(world.writes(), [""; 0]);
    assert!(before.ok() == fs::read(world.database()).ok(), "the store was changed:\n{}", ran.stdout);
    assert_eq!(world.folder.path().join("state").exists(), is_state_there);
    ran
}

/// Checks that these lines are among those on stdout.
#[track_caller]
fn tells(ran: &Ran, lines: &[&str]) {
    for line in lines {
        assert!(ran.stdout.lines().any(|known| known == *line), "no {line:?} in\n{}", ran.stdout);
    }
}

/// Everything that is wrong, as `radarr key`.
fn wrong(ran: &Ran) -> Vec<String> {
    let lines = ran.stdout.lines().filter_map(|line| line.strip_prefix("WRONG  "));
    lines.map(|line| line.split(": ").next().unwrap_or_default().to_owned()).collect()
}

/// A world where everything is fine, and both servers have something.
fn fine() -> World {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("heat-1995", "Heat", 1995, 949));
    let world = world.watchlist(&["heat-1995", "alien"]);
    world.download("alien");
    world
}

#[test]
fn status_check_where_all_is_fine_says_so_word_for_word_and_makes_nothing() {
    let world = fine();
    let ran = check(&world, &[]).exits(Exit::Success);
    let (letterboxd, radarr, jellyfin) = (world.letterboxd.url(), world.radarr.url(), world.jellyfin.url());
    let expected = format!(
        "\
ok     config file: `{config}`, 1 user
ok     store file: none yet; the first `lbjf sync` creates `{store}`
ok     letterboxd access: `{letterboxd}` lets us in
ok     ada watchlist: public, 2 entries
ok     ada film page: Heat (1995) is tmdb=949
ok     radarr address: Radarr answers at `{radarr}`
ok     radarr key: accepted
ok     radarr version: 6.0.3.10276
ok     radarr quality profile: `HD-1080p` (4)
ok     radarr root folder: `/movies`, 77 GiB free
ok     radarr films: 0 films, 0 on the exclusion list
ok     jellyfin address: Jellyfin `stand-in` answers at `{jellyfin}`
ok     jellyfin key: accepted
ok     jellyfin version: 12.0.0
ok     jellyfin library: 1 film
ok     ada jellyfin user: `ada`
ok     ada collection: `{COLLECTION}` will be created when the first film goes in
",
        config = world.folder.path().join("config.toml").display(),
        store = world.database().display(),
    );
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (expected.as_str(), FINE));
    // It keeps its word, and finds what the run made.
    world.sync();
    let ran = check(&world, &[]).exits(Exit::Success);
    let store = format!("ok     store file: `{}` is intact and writable", world.database().display());
    tells(
        &ran,
        &[
            &store,
            "ok     radarr films: 2 films, 0 on the exclusion list",
            &format!("ok     ada collection: `{COLLECTION}`"),
        ],
    );
    assert_eq!(ran.stderr, FINE);
}

#[test]
fn status_check_costs_a_few_reads_a_page_and_a_film_page_for_each_person() {
    let world = fine().user("ben", "").user("cleo", "").user("dora", "");
    world.letterboxd.set_watchlist("ben", &["heat-1995", "jaws"]);
    world.letterboxd.set_watchlist("cleo", &["ran"]);
    check(&world, &[]).exits(Exit::Success);
    let mut pages = world.letterboxd.pages_asked();
    pages.sort();
    assert_eq!(pages, ["/ada/watchlist/", "/ben/watchlist/", "/cleo/watchlist/", "/dora/watchlist/"]);
    let mut films = world.letterboxd.film_pages_asked();
    films.sort();
    assert_eq!(films, ["heat-1995", "ran"], "a film that two list first is asked for once");
    assert_eq!(world.letterboxd.server.requests().len(), 6);
    assert_eq!(world.radarr.server.requests().len(), 6);
    // Who it is, whose key, how many films, people, collections.
    assert_eq!(world.jellyfin.server.requests().len(), 5);
}

#[test]
fn status_check_works_with_letterboxd_and_users_alone() {
    let mut world = fine().without("[radarr]").without("[jellyfin]");
    let left_out = "settings: skipped: the config has no `[jellyfin]`, so no collections are kept";
    tells(
        &check(&world, &[]).exits(Exit::Success),
        &[&format!("note   jellyfin {left_out}, but a user names one")],
    );
    world.change(&format!("jellyfin_collection = \"{COLLECTION}\"\n"), "");
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(
        &ran,
        &[
            "ok     ada watchlist: public, 2 entries",
            "-      radarr settings: skipped: the config has no `[radarr]`, so no films are sent",
            "-      jellyfin settings: skipped: the config has no `[jellyfin]`, so no collections are kept",
        ],
    );
    assert_eq!(ran.stderr, FINE);
    assert_eq!(world.radarr.server.requests().len() + world.jellyfin.server.requests().len(), 0);
}

#[test]
fn status_check_without_a_config_asks_nobody() {
    let world = fine();
    let ran = world.ran(
        world
            .command(&["status", "--check"])
            .env_remove("LBJF_CONFIG")
            .current_dir("/")
            .output()
            .expect("ran"),
    );
    ran.exits(Exit::Config).mentions("lbjf: error: no config found; looked for `./config.toml`");
    let servers = [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server];
    assert!(servers.iter().all(|server| server.requests().is_empty()));
}

const NOT_RELIED_ON: &str = "settings: skipped: its part of the config has problems";

/// Who was asked: Letterboxd, Radarr, Jellyfin.
fn asked(world: &World) -> [bool; 3] {
    [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server]
        .map(|server| !server.requests().is_empty())
}

#[test]
fn status_check_goes_on_with_what_is_right_of_a_config_that_is_wrong_elsewhere() {
    for (from, to, told, expected) in [
        ("root_folder_path", "root_folder", "radarr.root_folder_path: is missing", [true, false, true]),
        (
            "root_folder_path = \"/movies\"",
            "root_folder_path = \"D:\\Movies\"",
            "'D:\\Movies'",
            [true, false, true],
        ),
        ("quality_profile = \"HD-1080p\"", "quality_profile = HD-1080p", "line ", [true, false, true]),
        ("[jellyfin]\nurl = \"http", "[jellyfin]\nurl = \"", "jellyfin.url: must begin", [true, true, false]),
        ("[jellyfin]", "[jelyfin]", "did you mean `jellyfin`?", [true, true, false]),
        (
            "[jellyfin]",
            "[jellyfin]\ntimeout_seconds = 0",
            "jellyfin.timeout_seconds: must be from",
            [true; 3],
        ),
        ("requests_per_second = 0", "proxy_file = \"none\"", "letterboxd.proxy_file: ", [false, true, true]),
        (
            "requests_per_second = 0",
            "requests_per_second = 0\ncool_down_minutes = 0",
            "cool_down_minutes",
            [true; 3],
        ),
        (
            "username = \"ada\"",
            "username = \"a d a\"",
            "is not a valid Letterboxd user name",
            [false, true, true],
        ),
        ("[letterboxd]", "[films]\nheat = \"x\"\n[letterboxd]", "films.heat: ", [true; 3]),
        (
            "[letterboxd]",
            "[system]\nlog_file = \"no/such/folder\"\n[letterboxd]",
            "cannot open the log file",
            [true; 3],
        ),
    ] {
        let mut world = fine();
        world.change(from, to);
        let ran = check(&world, &[]).exits(Exit::Config);
        let path = world.folder.path().join("config.toml");
        let line = ran.stdout.lines().find(|line| line.contains(told)).unwrap_or_default();
        assert!(
            line.starts_with(&format!("WRONG  config file: `{}`: ", path.display())),
            "{to}: {}",
            ran.stdout
        );
        assert_eq!(asked(&world), expected, "{to}: {}", ran.stdout);
        let names = ["letterboxd", "radarr", "jellyfin"];
        for (name, was_asked) in names.iter().zip(expected) {
            let is_told = ran.stdout.contains(&format!("-      {name} settings: skipped"));
            assert_eq!(is_told, !was_asked, "{to}: {name}: {}", ran.stdout);
        }
        let count = wrong(&ran).len();
        assert!(
            ran.stderr.ends_with(&format!("check: {count} problem{}\n", if count == 1 { "" } else { "s" }))
        );
    }
}

#[test]
fn status_check_tells_every_problem_of_the_config_as_a_line_also_as_json() {
    let mut world = fine().user("ben", "jellyfin_colection = \"x\"");
    world.change("requests_per_second = 0", "requests_per_second = -1\nmax_concurrent_requests = 0");
    world.change("root_folder_path", "root_folder");
    let ran = check(&world, &[]).exits(Exit::Config);
    assert_eq!(wrong(&ran), ["config file"; 5], "{}", ran.stdout);
    tells(&ran, &[&format!("-      radarr {NOT_RELIED_ON}"), "ok     ada watchlist: public, 2 entries"]);
    assert!(!ran.stdout.contains("ben watchlist"), "{}", ran.stdout);
    let json = check(&world, &["--json"]).exits(Exit::Config).json();
    assert_eq!((&json["ok"], &json["exit_code"]), (&json!(false), &json!(3)));
    let checks = json["checks"].as_array().expect("checks");
    let problems = checks.iter().filter(|check| check["about"] == "config" && check["state"] == "problem");
    assert_eq!(problems.count(), 5);
}

#[test]
fn status_check_tells_several_problems_at_once() {
    let mut world =
        fine().user("ben", "quality_profile = \"Best\"\njellyfin_collection = \"Ben\"").user("cleo", "");
    world.letterboxd.set_private("ben", true);
    world.change("\"/movies\"", "\"/films\"");
    world.change(standins::jellyfin::KEY, "mistyped-key-0123456789");
    world.change("letterboxd_username = \"cleo\"", "letterboxd_username = \"cleoo\"");
    let ran = check(&world, &[]).exits(Exit::Partial);
    assert_eq!(
        wrong(&ran),
        ["ben watchlist", "cleoo watchlist", "ben quality profile", "radarr root folder", "jellyfin key"]
    );
    tells(
        &ran,
        &[
            "WRONG  ben watchlist: the watchlist is private",
            "       hint: ask its owner to make it visible to anyone, at letterboxd.com/settings/; nothing is removed until then",
            "WRONG  cleoo watchlist: Letterboxd has no such member (HTTP 404)",
            "       hint: check `letterboxd_username`; if the member was renamed, use the new name, and lbjf keeps what it knows of them",
            "WRONG  ben quality profile: Radarr has no quality profile `Best`; it has `Any` (1), `SD` (2), \
             `HD-720p` (3), `HD-1080p` (4), `Ultra-HD` (5), `HD - 720p/1080p` (6)",
            "WRONG  radarr root folder: Radarr has no root folder `/films`; it has `/movies`, `/movies-animated`",
            "       hint: check `root_folder_path`; folders are added in Radarr under Settings > Media Management",
            "       hint: check `jellyfin.api_key`; make one under Dashboard > API Keys",
            "-      jellyfin settings: users and collections were not asked for",
            "ok     ada film page: Heat (1995) is tmdb=949",
        ],
    );
    assert_eq!(ran.stderr, "check: 5 problems\n");
}

/// Whatever is spoiled, this is told, and nothing else is wrong.
fn spoiled(spoil: impl FnOnce(&mut World), expected: &[&str]) {
    let mut world = fine();
    spoil(&mut world);
    let urls = [world.radarr.url(), world.jellyfin.url()];
    let ran = check(&world, &[]).exits(Exit::Partial);
    let expected: Vec<_> =
        expected.iter().map(|line| line.replace("RADARR", &urls[0]).replace("JELLYFIN", &urls[1])).collect();
    tells(&ran, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((wrong(&ran).len(), ran.stderr.as_str()), (1, "check: 1 problem\n"), "{}", ran.stdout);
}

const NOT_ASKED: &str = "-      radarr settings: profiles, root folders and films were not checked";

#[test]
fn status_check_says_that_a_run_is_under_way() {
    let world = fine();
    world.sync();
    let lock = lbjf::system::lock::Lock::take(&world.database(), "lbjf sync, process 7, since today")
        .expect("it is free");
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(&ran, &["note   store lock: a run is in progress (lbjf sync, process 7, since today)"]);
    drop(lock);
    check(&world, &[]).exits(Exit::Success).says(FINE.trim_end());
}

#[test]
fn status_check_json_tells_the_same() {
    let mut world = fine();
    world.change("\"/movies\"", "\"/films\"");
    let ran = check(&world, &["--json"]).exits(Exit::Partial);
    let json = ran.json();
    assert_eq!((&json["version"], &json["ok"], &json["exit_code"]), (&json!(1), &json!(false), &json!(4)));
    let checks = json["checks"].as_array().expect("checks");
    assert_eq!(checks.len(), 17);
    let of = |check: &str| -> &Value {
        checks.iter().find(|known| known["check"] == check).expect("it is looked at")
    };
    assert_eq!(
        of("root folder"),
        &json!({
            "about": "radarr", "check": "root folder", "state": "problem",
            "found": "Radarr has no root folder `/films`; it has `/movies`, `/movies-animated`",
            "hint": "check `root_folder_path`; folders are added in Radarr under Settings > Media Management",
        })
    );
    let watchlist = json!({
        "about": "ada", "check": "watchlist", "state": "ok", "found": "public, 2 entries", "hint": null,
    });
    assert_eq!(of("watchlist"), &watchlist);
    world.change("\"/films\"", "\"/movies\"");
    let json = check(&world, &["--json"]).exits(Exit::Success).json();
    assert_eq!((&json["ok"], &json["exit_code"]), (&json!(true), &json!(0)));
}

#[test]
fn status_check_understands_every_version_of_the_servers() {
    use standins::jellyfin::Version as J;
    use standins::radarr::Version as R;
    for (radarr, jellyfin) in [
        (R::V4_7, J::V10_8),
        (R::V4_7, J::V10_9),
        (R::V5_28, J::V10_10),
        (R::V6_0, J::V10_11),
        (R::V6_0, J::V12_0),
    ] {
        let world = World::with(Radarr::start_version(radarr), Jellyfin::start_version(jellyfin));
        let world = world.watchlist(&["heat"]);
        world.settle(["heat"]);
        let ran = check(&world, &[]).exits(Exit::Success);
        tells(&ran, &["ok     jellyfin library: 1 film", &format!("ok     ada collection: `{COLLECTION}`")]);
        assert_eq!(ran.stderr, FINE);
    }
}

#[test]
fn status_check_that_is_stopped_says_so() {
    let world = fine();
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Hang);
    let run = world.begin(&["status", "--check"]);
    wait_until(|| !world.letterboxd.server.requests().is_empty());
    signal(&run, Signal::SIGINT);
    world.end(run).exits(Exit::Interrupted).says("check: stopped");
}
