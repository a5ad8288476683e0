//! `lbjf status --check` from outside: everything that can be wrong is told at once, and nothing is changed.

mod common;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use common::{COLLECTION, Ran, Signal, World, signal, wait_until};
use lbjf::exit::Exit;
use serde_json::{Value, json};
use standins::letterboxd::{Film, challenge, rate_limit};
use standins::{Fault, Jellyfin, Proxy, Radarr, Reply, Request, jellyfin, radarr};

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
ok     store file: there is none yet; the first `lbjf sync` makes it at `{store}`
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
ok     ada jellyfin user: `ada`
ok     ada library: 1 film
ok     ada collection: `{COLLECTION}` will be made when there is a film to put in
",
        config = world.folder.path().join("config.toml").display(),
        store = world.database().display(),
    );
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (expected.as_str(), FINE));
    // It keeps its word, and finds what the run made.
    world.sync();
    let ran = check(&world, &[]).exits(Exit::Success);
    let store = format!("ok     store file: `{}` is whole and can be written", world.database().display());
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
    // Who it is, whose key, people, collections; each person's library.
    assert_eq!(world.jellyfin.server.requests().len(), 4 + 4);
}

#[test]
fn status_check_works_with_letterboxd_and_users_alone() {
    let mut world = fine().without("[radarr]").without("[jellyfin]");
    let left_out = "settings: left out: the config has no `[jellyfin]`, so no collection is kept";
    tells(
        &check(&world, &[]).exits(Exit::Success),
        &[&format!("note   jellyfin {left_out}, though some user names one")],
    );
    world.change(&format!("jellyfin_collection = \"{COLLECTION}\"\n"), "");
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(
        &ran,
        &[
            "ok     ada watchlist: public, 2 entries",
            "-      radarr settings: left out: the config has no `[radarr]`, so nothing is sent to one",
            "-      jellyfin settings: left out: the config has no `[jellyfin]`, so no collection is kept",
        ],
    );
    assert_eq!(ran.stderr, FINE);
    assert_eq!(world.radarr.server.requests().len() + world.jellyfin.server.requests().len(), 0);
}

#[test]
fn status_check_without_a_config_or_with_a_wrong_one_asks_nobody() {
    let mut world = fine();
    let ran = world.ran(
        world
            .command(&["status", "--check"])
            .env_remove("LBJF_CONFIG")
            .current_dir("/")
            .output()
            .expect("ran"),
    );
    ran.exits(Exit::Config).mentions("lbjf: error: no config found; looked for `./config.toml`");
    world.change("requests_per_second = 0", "requests_per_second = -1\nmax_concurrent_requests = 0");
    world.change("root_folder_path", "root_folder");
    let ran = check(&world, &["--json"]).exits(Exit::Config).mentions("has 4 problems");
    assert_eq!(ran.stdout, "");
    let servers = [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server];
    assert!(servers.iter().all(|server| server.requests().is_empty()));
}

#[test]
fn status_check_tells_several_problems_at_once() {
    let mut world =
        fine().user("ben", "quality_profile = \"Best\"\njellyfin_collection = \"Ben\"").user("cleo", "");
    world.letterboxd.set_private("ben", true);
    world.change("\"/movies\"", "\"/films\"");
    world.change(jellyfin::KEY, "mistyped-key-0123456789");
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
            "       hint: ask them to make the watchlist public; nothing is removed meanwhile",
            "WRONG  cleoo watchlist: Letterboxd has no such member (HTTP 404)",
            "       hint: check `letterboxd_username`; a member who changed names needs the new one",
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

const NOT_ASKED: &str = "-      radarr settings: profiles, root folders and films were not asked for";

#[test]
fn status_check_tells_every_mistake_in_the_url_of_radarr() {
    spoiled(
        |world| world.radarr.set_app_name("Sonarr"),
        &[
            "WRONG  radarr address: `RADARR` is Sonarr, not Radarr",
            "       hint: check `radarr.url`",
            NOT_ASKED,
        ],
    );
    spoiled(
        |world| world.change(&world.radarr.url(), &(world.radarr.url() + "/films")),
        &[
            "WRONG  radarr address: `RADARR/films` answered GET api/v3/system/status with an HTML page instead of \
             Radarr's JSON",
            "       hint: check the path of `radarr.url`; a login page or a proxy in front of it also answers like this",
        ],
    );
    spoiled(
        |world| world.radarr.set_url_base("/radarr"),
        &[
            "       hint: put the address it redirects to, as far as it is the server's base, into `radarr.url`",
        ],
    );
    let url = |world: &World| format!("url = \"{}\"", world.radarr.url());
    spoiled(
        |world| world.change(&url(world), &url(world).replace("http://", "https://")),
        &["       hint: is it still running, and is `http://` or `https://` right in `radarr.url`?"],
    );
    let page = "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>";
    spoiled(
        |world| world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::html(400, page))),
        &[
            "WRONG  radarr address: Radarr answered GET api/v3/system/status with HTTP 400",
            "       hint: it wants `https://` in `radarr.url`",
        ],
    );
    let moved = Reply::empty(301).with_header("Location", "https://radarr.example/api/v3/system/status?x=1");
    spoiled(
        |world| world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(moved)),
        &[
            "WRONG  radarr address: Radarr at `RADARR` redirects to `https://radarr.example/api/v3/system/status`",
        ],
    );
}

#[test]
fn status_check_tells_a_radarr_that_starts_that_is_down_that_is_old_or_has_another_key() {
    let starting =
        Reply::json(503, &json!({"errorMessage": "Radarr is starting up, please try again later"}));
    spoiled(
        |world| world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(starting)),
        &[
            "WRONG  radarr address: Radarr at `RADARR` is not ready (HTTP 503)",
            "       hint: it is starting or migrating, or does not admit this machine; the next run tries again",
        ],
    );
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let dead = format!("http://{}", port.expect("a free port on loopback"));
    spoiled(
        |world| world.change(&world.radarr.url(), &dead),
        &[
            &format!("WRONG  radarr address: Radarr at `{dead}` cannot be reached: connection refused"),
            "       hint: is it running? check `radarr.url`",
        ],
    );
    spoiled(
        |world| world.radarr.set_version("3.2.2.5080"),
        &[
            "ok     radarr key: accepted",
            "WRONG  radarr version: Radarr at `RADARR` is version 3.2.2.5080; lbjf needs 4 or newer",
        ],
    );
    spoiled(
        |world| world.change(radarr::KEY, "another-key-of-radarr-0123456789"),
        &[
            "WRONG  radarr key: Radarr at `RADARR` refused the API key (HTTP 401)",
            "       hint: check `radarr.api_key`; Radarr shows its key under Settings > General",
            NOT_ASKED,
        ],
    );
}

#[test]
fn status_check_looks_at_every_profile_folder_and_label_of_the_config() {
    let world = fine()
        .user("ben", "root_folder_path = \"/movies/\"\ntags = [\"kids\"]")
        .user("cleo_x", "root_folder_path = \"/kids\"\nquality_profile_id = 44");
    let mut world = world.set("[radarr]", "tags = [\"letterboxd\"]\nuser_tags = true");
    world.change(
        "[jellyfin]",
        "[radarr.animated_movies]\nenabled = true\nroot_folder_path = \"/anime\"\n\n[jellyfin]",
    );
    world.radarr.set_accessible("/movies", false);
    let ran = check(&world, &[]).exits(Exit::Partial);
    tells(
        &ran,
        &[
            "WRONG  cleo_x quality profile: Radarr has no quality profile `44`; it has `Any` (1), `SD` (2), `HD-720p` \
             (3), `HD-1080p` (4), `Ultra-HD` (5), `HD - 720p/1080p` (6)",
            "WRONG  radarr root folder: Radarr cannot reach its root folder `/movies`; is the disk mounted?",
            "WRONG  ben root folder: Radarr cannot reach its root folder `/movies`; is the disk mounted?",
            "WRONG  cleo_x root folder: Radarr has no root folder `/kids`; it has `/movies`, `/movies-animated`",
            "WRONG  radarr animated root folder: Radarr has no root folder `/anime`; it has `/movies`, \
             `/movies-animated`",
            "ok     radarr tags: `letterboxd` (will be made), `kids` (will be made), `lbjf-ada` (will be made), \
             `lbjf-ben` (will be made), `lbjf-cleo-x` (will be made)",
        ],
    );
    assert_eq!(wrong(&ran).len(), 5);
}

#[test]
fn status_check_a_wrong_default_that_nobody_uses_is_a_note() {
    let mut world = fine();
    world.change("[[users]]\n", "[[users]]\nroot_folder_path = \"/movies-animated\"\n");
    world.change("\"/movies\"", "\"/films\"");
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(
        &ran,
        &[
            "note   radarr root folder: Radarr has no root folder `/films`; it has `/movies`, `/movies-animated`",
            "ok     ada root folder: `/movies-animated`, 77 GiB free",
        ],
    );
    assert_eq!(ran.stderr, "check: no problems, 1 note: lbjf sync will work\n");
    world.sync();
}

#[test]
fn status_check_one_answer_that_fails_hides_none_of_the_others() {
    let world = fine();
    for path in ["/qualityprofile", "/exclusions", "/tag"] {
        let error = Reply::json(500, &json!({"message": "something broke", "description": "at System.Data"}));
        let is_it = move |request: &Request| request.path.ends_with(path);
        world.radarr.server.fail(usize::MAX, is_it, Fault::Instead(error));
    }
    let is_users = |request: &Request| request.path == "/Users";
    world.jellyfin.server.fail(usize::MAX, is_users, Fault::Instead(Reply::empty(500)));
    let ran = check(&world, &[]).exits(Exit::Partial);
    assert_eq!(
        wrong(&ran),
        ["radarr quality profile", "radarr tags", "radarr exclusion list", "jellyfin users"]
    );
    tells(
        &ran,
        &[
            "WRONG  radarr quality profile: Radarr answered GET api/v3/qualityprofile with HTTP 500: something broke",
            "ok     radarr root folder: `/movies`, 77 GiB free",
            "ok     radarr films: 0 films",
            "WRONG  jellyfin users: Jellyfin answered GET Users with HTTP 500",
            &format!("ok     ada collection: `{COLLECTION}` will be made when there is a film to put in"),
        ],
    );
}

#[test]
fn status_check_tells_a_radarr_that_lacks_what_it_had() {
    let world = World::new().watchlist_of(7);
    world.sync();
    for film in world.radarr.films() {
        world.radarr.remove(film.tmdb_id);
    }
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(
        &ran,
        &[
            "note   radarr films: 0 films, 0 on the exclusion list; it lacks 7 of the 7 films that it had; only new \
             entries are sent to it",
            "       hint: if it is a new Radarr, `lbjf sync --add-again` sends them all",
        ],
    );
}

#[test]
fn status_check_tells_every_mistake_about_jellyfin() {
    spoiled(
        |world| world.change(&world.jellyfin.url(), &(world.jellyfin.url() + "/nope")),
        &[
            "WRONG  jellyfin address: Jellyfin answered GET System/Info with HTTP 404",
            "       hint: check the path of `jellyfin.url`",
        ],
    );
    spoiled(
        |world| world.jellyfin.set_base_url("/jellyfin"),
        &[
            "       hint: put the address it redirects to, as far as it is the server's base, into `jellyfin.url`",
        ],
    );
    let old = Reply::json(200, &json!({ "Id": "1", "Version": "10.7.7", "ServerName": "old" }));
    spoiled(
        |world| {
            let is_info = |request: &Request| request.path == "/System/Info";
            world.jellyfin.server.fail(usize::MAX, is_info, Fault::Instead(old));
        },
        &["WRONG  jellyfin version: Jellyfin at `JELLYFIN` is version 10.7.7; lbjf needs 10.8 or newer"],
    );
    spoiled(
        |world| {
            world.jellyfin.add_user("Grace");
            world.change("jellyfin_username = \"ada\"", "jellyfin_username = \"adda\"");
        },
        &[
            "WRONG  ada jellyfin user: Jellyfin has no user `adda`; it has `Grace`, `ada`",
            "       hint: check `jellyfin_username`",
        ],
    );
    spoiled(
        |world| world.jellyfin.disable_user("ada"),
        &["WRONG  ada jellyfin user: Jellyfin's user `ada` is disabled"],
    );
    spoiled(
        |world| {
            world.sync();
            world.jellyfin.hide_library("ada", true);
        },
        &[
            "WRONG  ada library: the library shows no films where it showed 1; nothing is made or taken out",
            "       hint: is the disk mounted, and may they still see the library?",
        ],
    );
    spoiled(
        |world| {
            world.sync();
            world.jellyfin.set_server_id("another");
        },
        &[
            "WRONG  store jellyfin: `stand-in` is another Jellyfin than the one this store belongs to",
            "       hint: give each Jellyfin a `system.database` of its own",
        ],
    );
}

#[test]
fn status_check_tells_a_jellyfin_that_starts() {
    spoiled(
        |world| world.jellyfin.starting_up(true),
        &["WRONG  jellyfin address: Jellyfin at `JELLYFIN` is not ready (HTTP 503)"],
    );
}

#[test]
fn status_check_tells_a_token_of_a_person_from_an_api_key() {
    let is_me = |request: &Request| request.path == "/Users/Me";
    let owner = |is_administrator: bool| {
        let policy = json!({ "IsAdministrator": is_administrator, "IsDisabled": false });
        Fault::Instead(Reply::json(200, &json!({ "Id": "1", "Name": "root", "Policy": policy })))
    };
    spoiled(
        |world| world.jellyfin.server.fail(1, is_me, owner(false)),
        &[
            "WRONG  jellyfin key: it is a token of `root`, who is no administrator",
            "       hint: make an API key under Dashboard > API Keys",
        ],
    );
    let world = fine();
    world.jellyfin.server.fail(1, is_me, owner(true));
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(
        &ran,
        &[
            "note   jellyfin key: accepted, but it is a token of the administrator `root`: what they cannot see, \
           lbjf does not see, and it makes no collection",
        ],
    );
}

#[test]
fn status_check_tells_what_becomes_of_each_collection() {
    let id = "0123456789abcdef0123456789abcdef";
    let world = fine()
        .user("ben", "jellyfin_collection = \"Ben\"")
        .user("cleo", "jellyfin_collection = \"Cleo\"")
        .user("dora", &format!("jellyfin_collection_id = \"{id}\""));
    let ben = world.jellyfin.add_collection("Ben");
    world.jellyfin.rename_collection(&ben, "Ben's films");
    let cleo = world.jellyfin.add_collection("Cleo");
    world.jellyfin.make_ghost(&cleo);
    let ran = check(&world, &[]).exits(Exit::Partial);
    tells(
        &ran,
        &[
            &format!("ok     ada collection: `{COLLECTION}` will be made when there is a film to put in"),
            "ok     ben collection: `Ben` is now called `Ben's films`; it is kept, whatever its name",
            "WRONG  cleo collection: collection `Cleo` is a leftover of a deleted one that nobody can see; a library \
             scan in Jellyfin makes it real, or choose another name",
            &format!(
                "WRONG  dora collection: Jellyfin has no collection `{id}`; it has `Ben's films` ({ben})"
            ),
            "       hint: check `jellyfin_collection_id`",
        ],
    );
    assert_eq!(wrong(&ran).len(), 2);
}

#[test]
fn status_check_follows_a_collection_by_the_id_it_had() {
    let mut world = fine();
    world.change(&format!("jellyfin_collection = \"{COLLECTION}\""), "jellyfin_collection = \"Mine\"");
    world.sync();
    let id = world.jellyfin.collections()[0].id.clone();
    // In the store of an older config the name stands for a collection with another folder.
    let db = rusqlite::Connection::open(world.database()).expect("a run made the store");
    db.execute("INSERT INTO collection (name, id) VALUES ('Other', ?1)", [&id]).expect("it can be written");
    drop(db);
    world.change("jellyfin_collection = \"Mine\"", "jellyfin_collection = \"Other\"");
    tells(
        &check(&world, &[]).exits(Exit::Success),
        &["ok     ada collection: `Other` is now called `Mine`, known by its id"],
    );
    world.change("jellyfin_collection = \"Other\"", &format!("jellyfin_collection_id = \"{id}\""));
    tells(&check(&world, &[]).exits(Exit::Success), &[&format!("ok     ada collection: `Mine` ({id})")]);
}

#[test]
fn status_check_tells_what_letterboxd_said_of_each_person() {
    let world = fine().user("ben", "").user("cleo", "").user("dora", "").user("eve", "");
    world.letterboxd.add_film(Film::tv("series", "Series", 2020, 7));
    world.letterboxd.set_watchlist("ben", &["series"]);
    world.letterboxd.set_watchlist("dora", &["gone"]);
    world.letterboxd.remove_film_page("gone");
    let changed = world.page("/cleo/watchlist/").replace("data-num-entries", "data-count");
    world.fail_page(9, "/cleo/watchlist/", Fault::Instead(Reply::html(200, changed)));
    let error = Fault::Instead(Reply::empty(502));
    world.fail_page(9, "/eve/watchlist/", error);
    let ran = check(&world, &[]).exits(Exit::Partial);
    tells(
        &ran,
        &[
            &format!("ok     letterboxd access: `{}` lets us in", world.letterboxd.url()),
            "ok     ben watchlist: public, 1 entry",
            "ok     ben film page: Series (2020) is a TV show on TMDB, which a run skips",
            "WRONG  cleo watchlist: the page has no .js-watchlist-content[data-num-entries], found no such element",
            "       hint: Letterboxd may have changed its pages: look for a newer lbjf; nothing was removed",
            "note   dora film page: `gone`: its film page is gone (HTTP 404)",
            "WRONG  eve watchlist: Letterboxd answered with HTTP 502",
        ],
    );
    assert_eq!(ran.stderr, "check: 2 problems\n");
    world.letterboxd.set_watchlist("ada", &[]);
    tells(&check(&world, &[]), &["ok     ada watchlist: public, empty"]);
}

#[test]
fn status_check_an_address_that_is_not_letterboxd_is_told_once() {
    for (reply, told) in [
        (
            Reply::html(200, "<html><title>Log in</title></html>"),
            "an unexpected page came instead: title `Log in`",
        ),
        (Reply::empty(403), "Letterboxd refused the page (HTTP 403) without a reason"),
    ] {
        let world = fine().user("ben", "");
        world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(reply));
        let ran = check(&world, &[]).exits(Exit::Partial);
        let url = world.letterboxd.url();
        assert!(ran.stdout.contains(&format!("WRONG  letterboxd access: `{url}`: {told}")), "{}", ran.stdout);
        tells(&ran, &["-      ada watchlist: not read", "-      ben watchlist: not read"]);
        assert_eq!(ran.stderr, "check: 1 problem\n");
    }
}

#[test]
fn status_check_that_is_refused_ends_with_6_and_starts_the_cool_down() {
    for (reply, told) in [
        (challenge(), "Letterboxd challenged this address (bot protection)"),
        (rate_limit(), "Letterboxd limits the rate of this address"),
    ] {
        let world = fine().user("ben", "").set("[letterboxd]", "max_concurrent_requests = 1");
        world.sync();
        world.forget_requests();
        world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(reply));
        let ran = world.lbjf(&["status", "--check"]).exits(Exit::Blocked);
        let access = format!("WRONG  letterboxd access: `{}`: {told}", world.letterboxd.url());
        tells(&ran, &[&access, "-      ada watchlist: not read", "-      ben watchlist: not asked"]);
        tells(&ran, &["ok     radarr key: accepted", "ok     jellyfin key: accepted"]);
        ran.mentions("letterboxd: left alone until ").says("check: 1 problem, refused by Letterboxd");
        assert_eq!((world.letterboxd.server.requests().len(), world.writes()), (1, vec![]));
        assert!(world.lbjf(&["status"]).stdout.starts_with("Letterboxd refuses us (direct): blocked until "));

        // As long as that lasts nothing is asked, unless a person says so; then the store knows what came of it.
        let ran = check(&world, &[]).exits(Exit::Blocked);
        assert!(ran.stdout.contains("WRONG  letterboxd access: left alone until "), "{}", ran.stdout);
        tells(
            &ran,
            &[
                "       hint: `--ignore-cool-down` asks all the same",
                "-      ada watchlist: not asked, since Letterboxd refuses us",
            ],
        );
        assert_eq!(world.letterboxd.server.requests().len(), 0);
        world.letterboxd.server.behave();
        let ran = world.lbjf(&["status", "--check", "--ignore-cool-down"]).exits(Exit::Success);
        ran.says("letterboxd: lets us in again (direct)").mentions(FINE);
        world.sync();
    }
}

#[test]
fn status_check_that_is_refused_makes_no_store() {
    let world = fine();
    world.fail_page(9, "/film/heat-1995/", Fault::Instead(challenge()));
    let ran = check(&world, &[]).exits(Exit::Blocked);
    tells(&ran, &["ok     ada watchlist: public, 2 entries", "-      ada film page: not read"]);
    assert_eq!(wrong(&ran), ["letterboxd access"]);
    world.lbjf(&["status", "--ignore-cool-down"]).mentions("--check");
}

/// Letterboxd under a name that only proxies can look up.
fn behind(proxies: &[&Proxy], addresses: &[String]) -> World {
    let mut world = fine();
    let address = world.letterboxd.url();
    for proxy in proxies {
        proxy.map("letterboxd.test", address.trim_start_matches("http://"));
    }
    world.change(&format!("base_url = \"{address}\""), "base_url = \"http://letterboxd.test\"");
    let list: Vec<_> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
    world.set("[letterboxd]", &format!("proxies = [{}]", list.join(", ")))
}

#[test]
fn status_check_tries_each_proxy_and_shows_no_password() {
    let (good, bad) = (Proxy::with_credentials("ada", "s3cr3t"), Proxy::start());
    bad.refuse(true);
    let addresses =
        [format!("socks5h://ada:s3cr3t@{}", good.address()), format!("http://ada:s3cr3t@{}", bad.address())];
    let world = behind(&[&good, &bad], &addresses).secret("s3cr3t");
    let ran = check(&world, &[]).exits(Exit::Success);
    let works = format!("ok     letterboxd proxy: `{}` lets us through", good.address());
    tells(&ran, &[&works, "ok     letterboxd access: `http://letterboxd.test` lets us in"]);
    assert!(
        ran.stdout.contains(&format!("note   letterboxd proxy: `{}` fails: ", bad.address())),
        "{}",
        ran.stdout
    );
    tells(&ran, &["       hint: mend it, or take it out; a run sets it aside"]);
    ran.says("check: no problems, 1 note: lbjf sync will work");
    assert_eq!(bad.asked().len(), 1);

    good.refuse(true);
    let ran = check(&world, &[]).exits(Exit::Partial);
    tells(
        &ran,
        &[
            "WRONG  letterboxd access: `http://letterboxd.test`: no proxy is left: each one failed",
            "       hint: check the proxies; `letterboxd.allow_direct_fallback = true` would go without them",
            "-      ada watchlist: not read",
        ],
    );
}

#[test]
fn status_check_leaves_a_refused_proxy_alone() {
    let (one, two) = (Proxy::start(), Proxy::start());
    let addresses = [&one, &two].map(|proxy| format!("socks5h://{}", proxy.address()));
    let world = behind(&[&one, &two], &addresses).set("[letterboxd]", "max_concurrent_requests = 1");
    world.letterboxd.server.fail(1, |_| true, Fault::Instead(challenge()));
    world.sync();
    let asked = one.asked().len();
    let ran = check(&world, &[]).exits(Exit::Success);
    let left = format!("note   letterboxd proxy: `{}` is left alone until ", one.address());
    assert!(ran.stdout.contains(&left), "{}", ran.stdout);
    tells(&ran, &[&format!("ok     letterboxd proxy: `{}` lets us through", two.address())]);
    assert_eq!(one.asked().len(), asked);
}

#[test]
fn status_check_tells_a_store_that_cannot_be_used_and_asks_everybody_all_the_same() {
    let world = fine();
    world.sync();
    let good = fs::read(world.database()).expect("a run made the store");
    let newer = {
        let db = rusqlite::Connection::open(world.database()).expect("it is a database");
        db.pragma_update(None, "user_version", 99).expect("it can be written to");
        drop(db);
        fs::read(world.database()).expect("it is there")
    };
    for (bytes, told, hint) in [
        (Vec::new(), "it is empty, which an lbjf database never is", "if it was in use, put a backup"),
        (good[..good.len() / 2].to_vec(), "it is damaged: ", "put a backup in its place"),
        (
            b"a text of some person, and not a short one".to_vec(),
            "it is no lbjf database",
            "`system.database`",
        ),
        (newer, "it was written by a newer lbjf (schema 99, ", "use that lbjf"),
    ] {
        fs::write(world.database(), bytes).expect("it can be written to");
        let ran = check(&world, &[]).exits(Exit::Failure);
        let line = format!("WRONG  store file: `{}`: {told}", world.database().display());
        assert!(ran.stdout.contains(&line), "{}", ran.stdout);
        assert!(ran.stdout.contains(&format!("\n       hint: {hint}")), "{}", ran.stdout);
        tells(&ran, &["ok     ada watchlist: public, 2 entries", "ok     jellyfin key: accepted"]);
        assert_eq!(ran.stderr, "check: 1 problem\n");
    }
}

#[test]
fn status_check_tells_a_store_that_may_not_be_written_or_made() {
    let set_mode = |path: &std::path::Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    let world = fine();
    world.sync();
    let (file, state) = (world.database(), world.folder.path().join("state"));
    let before = fs::read(&file).expect("a run made the store");
    set_mode(world.folder.path(), 0o755);
    set_mode(&state, 0o777);
    set_mode(&state.join("lbjf.db.lock"), 0o666);
    set_mode(&file, 0o444);
    let (at, folder) = (file.display(), state.display());
    if let Some(ran) = world.as_nobody(&["status", "--check"]) {
        let ran = ran.exits(Exit::Failure);
        tells(&ran, &[&format!("WRONG  store file: `{at}`: it can be read but not written")]);
        tells(&ran, &["       hint: check the owner and the mount of the file and its folder"]);
    }
    // No journal can be made, nor the lock be taken.
    set_mode(&file, 0o666);
    set_mode(&state, 0o555);
    set_mode(&state.join("lbjf.db.lock"), 0o444);
    if let Some(ran) = world.as_nobody(&["status", "--check"]) {
        let ran = ran.exits(Exit::Failure);
        let text = format!("`{at}`: cannot use `{folder}`: Permission denied (os error 13)");
        tells(&ran, &[&format!("WRONG  store file: {text}")]);
        let text = format!("cannot lock `{at}.lock`: Permission denied (os error 13)");
        tells(&ran, &[&format!("WRONG  store lock: {text}")]);
    }
    set_mode(&state, 0o755);
    assert_eq!(fs::read(&file).expect("it is there"), before);
    // None yet, and none can be made.
    fs::remove_dir_all(&state).expect("it is ours");
    set_mode(world.folder.path(), 0o555);
    if let Some(ran) = world.as_nobody(&["status", "--check"]) {
        let text = format!("`{at}`: cannot make the folder `{folder}`: Permission denied (os error 13)");
        tells(&ran.exits(Exit::Failure), &[&format!("WRONG  store file: {text}")]);
    }
    set_mode(world.folder.path(), 0o755);
}

#[test]
fn status_check_says_that_a_run_is_under_way() {
    let world = fine();
    world.sync();
    let lock =
        lbjf::lock::Lock::take(&world.database(), "lbjf sync, process 7, since today").expect("it is free");
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(
        &ran,
        &["note   store lock: a run is under way at this moment (lbjf sync, process 7, since today)"],
    );
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
        tells(&ran, &["ok     ada library: 1 film", &format!("ok     ada collection: `{COLLECTION}`")]);
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
