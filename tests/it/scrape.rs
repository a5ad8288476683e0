//! `lbjf scrape WHAT`: prints a watchlist, a list or an export, and leaves no trace but what films are.

mod lists;

use std::fs;
use std::process::Command;

use crate::common::{Ran, World};
use lbjf::exit::Exit;
use serde_json::json;
use standins::letterboxd::{Film, Link, challenge, pages, rate_limit};
use standins::{Fault, Reply};

const ALWAYS: usize = usize::MAX;
const PAGE_1: &str = "/ada/watchlist/";
const PAGE_2: &str = "/ada/watchlist/page/2/";

/// Ada's list of three: a movie, an undated film without a TMDB id, a TV show.
fn three() -> World {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("heat-1995", "Heat", 1995, 949).with_uid(51));
    world.letterboxd.add_film(Film::without_id("ray-gunn", "Ray, Gunn", None).with_uid(52));
    world.letterboxd.add_film(Film::tv("chernobyl", "Chernobyl", 2019, 87108).with_uid(53));
    world.watchlist(&["heat-1995", "ray-gunn", "chernobyl"])
}

fn scrape(world: &World, args: &[&str]) -> Ran {
    world.forget_requests();
    world.lbjf(&[&["scrape"], args].concat())
}

fn pages_and_films(world: &World) -> (usize, usize) {
    (world.letterboxd.pages_asked().len(), world.letterboxd.film_pages_asked().len())
}

#[test]
fn it_prints_a_table() {
    let world = three();
    let ran = scrape(&world, &["ada"]).exits(Exit::Success);
    assert_eq!(
        ran.stdout,
        "TMDB   kind   year  film       slug\n\
         949    movie  1995  Heat       heat-1995\n\
         -      none   -     Ray, Gunn  ray-gunn\n\
         87108  tv     2019  Chernobyl  chernobyl\n"
    );
    assert_eq!(ran.stderr, "ada: 3 of 3 films on the watchlist (complete)\n");
    assert_eq!(pages_and_films(&world), (1, 3));
    assert_eq!(world.letterboxd.server.requests().len(), 4);
    assert_eq!(world.radarr.server.requests().len() + world.jellyfin.server.requests().len(), 0);
}

#[test]
fn json_has_a_version_the_outcome_and_every_entry() {
    let world = three();
    let ran = scrape(&world, &["ada", "--json"]).exits(Exit::Success);
    let entry = |slug: &str, uid: &str, name: &str, year: Option<u16>, kind: &str, tmdb_id: Option<u32>| json!({ "slug": slug, "uid": uid, "name": name, "year": year, "kind": kind, "tmdb_id": tmdb_id });
    let expected = json!({
        "version": 1,
        "kind": "watchlist",
        "user": "ada",
        "address": null,
        "file": null,
        "as_of": null,
        "outcome": "complete",
        "declared": 3,
        "entries": [
            entry("heat-1995", "film:51", "Heat", Some(1995), "movie", Some(949)),
            entry("ray-gunn", "film:52", "Ray, Gunn", None, "none", None),
            entry("chernobyl", "film:53", "Chernobyl", Some(2019), "tv", Some(87108)),
        ],
    });
    assert_eq!(ran.json(), expected);
    assert_eq!(ran.stdout.lines().count(), 1);
}

#[test]
fn csv_has_a_header_and_a_line_an_entry() {
    let ran = scrape(&three(), &["ada", "--csv"]).exits(Exit::Success);
    assert_eq!(
        ran.stdout,
        "slug,uid,name,year,kind,tmdb_id\n\
         heat-1995,film:51,Heat,1995,movie,949\n\
         ray-gunn,film:52,\"Ray, Gunn\",,none,\n\
         chernobyl,film:53,Chernobyl,2019,tv,87108\n"
    );
}

#[test]
fn an_empty_list_is_a_header_or_no_entries() {
    let world = World::new().watchlist(&[]);
    let ran = scrape(&world, &["ada", "--csv"]).exits(Exit::Success);
    assert_eq!(ran.stdout, "slug,uid,name,year,kind,tmdb_id\n");
    let ran = scrape(&world, &["ada", "--json"]).exits(Exit::Success);
    let json = ran.json();
    assert_eq!(
        (&json["outcome"], &json["declared"], &json["entries"]),
        (&json!("empty"), &json!(0), &json!([]))
    );
}

#[test]
fn limit_reads_only_the_pages_and_films_it_needs() {
    let world = World::new().watchlist_of(60);
    let ran = scrape(&world, &["ada", "--limit", "2", "--json"]).exits(Exit::Success);
    assert_eq!(ran.json()["outcome"], "limited");
    assert_eq!(ran.json()["declared"], 60);
    assert_eq!(ran.json()["entries"].as_array().unwrap().len(), 2);
    assert_eq!(pages_and_films(&world), (1, 2));

    let ran = scrape(&world, &["ada", "--limit", "29", "--csv"]).exits(Exit::Success);
    assert_eq!(ran.stdout.lines().count(), 30);
    assert_eq!(pages_and_films(&world), (2, 27));
}

#[test]
fn limit_beyond_the_list_reads_it_to_its_end() {
    let world = World::new().watchlist_of(30);
    let ran = scrape(&world, &["ada", "--limit", "1000", "--json"]).exits(Exit::Success);
    assert_eq!(ran.json()["entries"].as_array().unwrap().len(), 30);
    assert_eq!(ran.json()["outcome"], "complete");
    assert_eq!(pages_and_films(&world), (2, 30));
}

#[test]
fn no_resolve_asks_no_film_page_and_makes_no_store() {
    let world = World::new().watchlist_of(30);
    let ran = scrape(&world, &["ada", "--no-resolve", "--json"]).exits(Exit::Success);
    assert_eq!(ran.json()["entries"][29]["slug"], "film-30");
    assert_eq!(ran.json()["entries"][29]["kind"], json!(null));
    assert_eq!(pages_and_films(&world), (2, 0));
    assert!(!world.database().exists());
}

#[test]
fn no_resolve_shows_what_the_store_knows() {
    let world = three();
    world.sync();
    let ran = scrape(&world, &["ada", "--no-resolve", "--json"]).exits(Exit::Success);
    assert_eq!(ran.json()["entries"][0]["tmdb_id"], 949);
}

#[test]
fn it_stores_what_films_are_and_nothing_of_the_person() {
    let world = three();
    scrape(&world, &["ada"]).exits(Exit::Success);
    let db = rusqlite::Connection::open(world.database()).unwrap();
    let count = |table: &str| -> u32 {
        db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count("film"), 3);
    for table in ["list", "list_entry", "person", "request", "notice", "run"] {
        assert_eq!(count(table), 0, "{table}");
    }
    scrape(&world, &["ada"]).exits(Exit::Success);
    assert_eq!(pages_and_films(&world), (1, 0));
}

#[test]
fn sync_after_a_scrape_asks_no_film_page_and_tells_the_skips_all_the_same() {
    let world = three();
    scrape(&world, &["ada"]).exits(Exit::Success);
    world.forget_requests();
    world
        .sync()
        .says("ada: 3 new of 3 on the watchlist")
        .says("warning: ada: skipped Chernobyl (2019) `chernobyl`: it is a TV show on TMDB");
    assert_eq!(pages_and_films(&world), (1, 0));
    assert_eq!(world.radarr.posted(), [949]);
}

#[test]
fn a_config_that_is_found_and_broken_is_a_note_and_no_failure() {
    for (from, to, told) in [
        ("root_folder_path", "root_folder", "radarr.root_folder_path: is missing"),
        ("[radarr]", "[radarr]\nroot = \"D:\\Movies\"", "'D:\\Movies'"),
        ("[radarr]", "[radarr", "line "),
        (
            "jellyfin_username = \"ada\"",
            "jellyfin_username = 5",
            "users[0].jellyfin_username: must be a string",
        ),
        ("requests_per_second = 0", "requests_per_second = -1", "letterboxd.requests_per_second: "),
        ("[letterboxd]", "[system]\nlog_file = \"no/such/folder\"\n[letterboxd]", "cannot open the log file"),
    ] {
        let mut world = three();
        world.change(from, to);
        let ran =
            scrape(&world, &["ada", "--json"]).exits(Exit::Success).mentions("warning: ").mentions(told);
        assert_eq!(ran.json()["entries"][0]["tmdb_id"], 949, "{to}");
        // Who names a config means it.
        let path = world.folder.path().join("config.toml");
        let named = scrape(&world, &["ada", "--config", path.to_str().expect("text")]);
        if told.contains("log file") {
            named.exits(Exit::Failure).mentions(told);
        } else {
            named.exits(Exit::Config).mentions(told);
        }
    }
}

#[test]
fn nobody_is_asked_without_the_proxy_that_a_broken_config_means() {
    for to in [
        "proxies = [\"nonsense\"]",
        "proxy_file = \"none.txt\"",
        "proxies = [\"http://h:1\"",
        "proxy_fiel = 5",
    ] {
        let mut world = three();
        world.change("requests_per_second = 0", to);
        scrape(&world, &["ada"]).exits(Exit::Config).mentions("config `");
        assert_eq!(pages_and_films(&world), (0, 0), "{to}");
    }
}

#[test]
fn while_a_run_holds_the_lock_nothing_is_stored_and_the_films_are_told_all_the_same() {
    let world = three();
    world.sync();
    world.letterboxd.set_watchlist("ada", &["never-seen"]);
    let before = std::fs::read(world.database()).unwrap();
    let lock = lbjf::system::lock::Lock::take(&world.database(), "lbjf sync, process 7").unwrap();
    let ran = scrape(&world, &["ada", "--json"]).exits(Exit::Success);
    assert!(ran.json()["entries"][0]["tmdb_id"].is_number());
    assert!(std::fs::read(world.database()).unwrap() == before);
    drop(lock);
    scrape(&world, &["ada"]).exits(Exit::Success);
    assert!(std::fs::read(world.database()).unwrap() != before);
}

#[test]
fn no_config_at_all_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_lbjf"))
        .env_clear()
        .env("HOME", folder.path())
        .current_dir(folder.path())
        .args(["scrape", "no such name"])
        .output();
    // It comes as far as the name.
    Ran::from(output.unwrap()).exits(Exit::Failure).mentions("is not a valid Letterboxd user name");
}

#[test]
fn a_user_name_may_be_in_upper_case_and_begin_with_an_at_sign() {
    let world = three();
    for name in ["ADA", "@Ada"] {
        let ran = scrape(&world, &[name, "--json"]).exits(Exit::Success);
        assert_eq!(ran.json()["user"], "ada");
        assert_eq!(world.letterboxd.pages_asked(), [PAGE_1]);
    }
}

#[test]
fn a_bad_user_name_is_refused_before_any_request() {
    let world = three();
    for name in ["a", "ada lovelace", "adä", "@"] {
        let ran = scrape(&world, &[name]).exits(Exit::Failure);
        assert_eq!(
            ran.stderr,
            format!(
                "lbjf: error: `{name}` is not a valid Letterboxd user name; use letters, digits and `_`\n"
            )
        );
    }
    assert_eq!(world.letterboxd.server.requests().len(), 0);
}

#[test]
fn wrong_usage_exits_2() {
    let world = three();
    for args in [&["ada", "--json", "--csv"][..], &["ada", "--limit", "0"], &[]] {
        assert_eq!(scrape(&world, args).code, 2, "{args:?}");
    }
    assert_eq!(world.letterboxd.server.requests().len(), 0);
}

#[test]
fn an_unknown_user_is_told_what_to_check() {
    let ran = scrape(&three(), &["grace"]).exits(Exit::Failure);
    assert_eq!(
        ran.stderr,
        "lbjf: error: grace: Letterboxd has no such member (HTTP 404)\n\
         hint: check the name; if the member was renamed, use the new name\n"
    );
}

#[test]
fn a_list_that_cannot_be_read_prints_nothing_and_exits_1_or_6() {
    let instead = |status, body: String| Fault::Instead(Reply::html(status, body));
    for (fault, exit, error) in [
        (instead(403, pages::private_page()), Exit::Failure, "the watchlist is private"),
        (instead(404, pages::not_found_page()), Exit::Failure, "Letterboxd has no such member (HTTP 404)"),
        (instead(200, pages::foreign_page()), Exit::Failure, "an unexpected page came instead"),
        (instead(500, String::new()), Exit::Failure, "Letterboxd answered with HTTP 500"),
        (Fault::Instead(challenge()), Exit::Blocked, "Letterboxd challenged this address"),
        (Fault::Instead(rate_limit()), Exit::Blocked, "Letterboxd limits the rate of this address"),
    ] {
        let world = three();
        world.fail_page(ALWAYS, PAGE_1, fault);
        let ran =
            scrape(&world, &["ada", "--json"]).exits(exit).mentions(&format!("lbjf: error: ada: {error}"));
        assert_eq!(ran.stdout, "");
        assert_eq!(pages_and_films(&world).1, 0);
    }
}

#[test]
fn a_page_that_fails_leaves_the_others() {
    let world = World::new().watchlist_of(60);
    world.fail_page(ALWAYS, PAGE_2, Fault::Instead(Reply::html(500, "")));
    let ran = scrape(&world, &["ada", "--json", "--no-resolve"])
        .exits(Exit::Partial)
        .says("warning: ada: watchlist page 2: Letterboxd answered with HTTP 500");
    assert_eq!(ran.json()["outcome"], "incomplete");
    assert_eq!(ran.json()["entries"].as_array().unwrap().len(), 32);
}

#[test]
fn a_challenge_on_a_film_page_leaves_what_was_read_and_exits_6() {
    let world = three().set("[letterboxd]", "max_concurrent_requests = 1");
    world.fail_page(ALWAYS, "/film/ray-gunn/", Fault::Instead(challenge()));
    let ran = scrape(&world, &["ada", "--csv"]).exits(Exit::Blocked);
    assert_eq!(
        ran.stdout,
        "slug,uid,name,year,kind,tmdb_id\n\
         heat-1995,film:51,Heat,1995,movie,949\n\
         ray-gunn,film:52,\"Ray, Gunn\",,,\n\
         chernobyl,film:53,Chernobyl,2019,,\n"
    );
    assert_eq!(pages_and_films(&world), (1, 2));
}

#[test]
fn a_film_page_that_fails_exits_4_and_is_asked_again() {
    let world = three();
    world.fail_page(3, "/film/heat-1995/", Fault::Instead(Reply::html(500, "")));
    scrape(&world, &["ada"])
        .exits(Exit::Partial)
        .says("warning: ada: `heat-1995`: Letterboxd answered with HTTP 500");
    let ran = scrape(&world, &["ada", "--json"]).exits(Exit::Success);
    assert_eq!(ran.json()["entries"][0]["tmdb_id"], 949);
    assert_eq!(pages_and_films(&world), (1, 1));
}

#[test]
fn a_film_that_no_server_can_take_is_named_and_no_failure() {
    let world = three();
    world.letterboxd.remove_film_page("heat-1995");
    let link = Link::Contradiction { button: 1, body: 2 };
    world.letterboxd.add_film(Film::new("ray-gunn", "Ray, Gunn", None, link).with_uid(52));
    scrape(&world, &["ada"])
        .exits(Exit::Success)
        .says("warning: ada: `heat-1995`: its film page is gone (HTTP 404)")
        .mentions("`ray-gunn`: the film page contradicts itself");
}

#[test]
fn a_total_that_disagrees_is_told_in_the_outcome() {
    let world = three();
    world.letterboxd.set_declared_offset("ada", 2);
    let ran = scrape(&world, &["ada", "--json"]).exits(Exit::Success);
    assert_eq!(ran.json()["outcome"], "total_moved");
    assert_eq!(ran.json()["declared"], 5);
}

#[test]
fn a_store_that_cannot_be_used_costs_only_the_memory() {
    let world = three();
    fs::create_dir(world.folder.path().join("state")).unwrap();
    fs::write(world.database(), "this is no database, but some other file of a person").unwrap();
    let ran = scrape(&world, &["ada"]).exits(Exit::Success).mentions("film ids are not kept");
    assert_eq!(ran.stdout.lines().count(), 4);
    assert!(fs::read_to_string(world.database()).unwrap().starts_with("this is no database"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let world = World::new().watchlist_of(60);
    let mut run = world.begin(&["scrape", "ada", "--no-resolve", "-q"]);
    drop(run.stdout.take());
    let ran = world.end(run).exits(Exit::Success);
    assert_eq!(ran.stderr, "");
}

#[test]
fn quiet_prints_the_list_alone() {
    let ran = scrape(&three(), &["ada", "-q"]).exits(Exit::Success);
    assert_eq!(ran.stdout.lines().count(), 4);
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_config_with_nothing_but_letterboxd_is_enough() {
    let world = three();
    let config = world.folder.path().join("only-letterboxd.toml");
    fs::write(&config, format!("[letterboxd]\nbase_url = \"{}\"\n", world.letterboxd.url())).unwrap();
    let args = ["scrape", "ada", "--no-resolve", "--config", config.to_str().unwrap()];
    let output = world.command(&args).env_remove("LBJF_CONFIG").output();
    world.ran(output.unwrap()).exits(Exit::Success).says("ada: 3 of 3 films on the watchlist (complete)");
}

#[test]
fn save_pages_keeps_what_was_received_without_cookies_and_addresses() {
    let world = three();
    let html = world.page(PAGE_1) + "<!-- from 203.0.113.7 -->";
    let reply = Reply::html(200, html.clone())
        .with_header("Set-Cookie", "id=s3cr3t")
        .with_header("x-letterboxd-type", "Member");
    world.letterboxd.server.fail(1, |request| request.path == PAGE_1, Fault::Instead(reply));
    scrape(&world, &["ada", "--save-pages", "saved"]).exits(Exit::Success);
    let read = |name: &str| fs::read_to_string(world.folder.path().join("saved").join(name)).unwrap();
    let list = read("ada-watchlist.html");
    assert!(
        list.starts_with("<!-- lbjf ")
            && list.contains("-> HTTP 200\n")
            && list.contains("x-letterboxd-type: Member\n")
    );
    assert!(list.contains(html.split_once("<!-- from").unwrap().0), "the page itself is as it was received");
    assert!(!list.contains("s3cr3t") && !list.contains("203.0.113.7"));
    assert!(read("film-heat-1995.html").contains("data-tmdb-id=\"949\""));

    world.letterboxd.server.fail(1, |_| true, Fault::Instead(challenge()));
    scrape(&world, &["ada", "--save-pages", "saved"]).exits(Exit::Blocked);
    assert!(
        read("ada-watchlist.html").contains("-> HTTP 403\n"),
        "a page that could not be read is the point of it"
    );
}
