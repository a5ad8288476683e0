//! Lists and exports.

use std::fs;

use lbjf::exit::Exit;
use serde_json::json;
use standins::letterboxd::{Total, challenge};
use standins::{Fault, Reply};

use super::{pages_and_films, scrape, three};
use crate::common::World;

const TOKEN: &str = "s3cr3tT0ken";

/// Dave's list of the three films.
fn list() -> World {
    let world = three();
    world.letterboxd.set_list("Dave", "best", &["heat-1995", "ray-gunn", "chernobyl"]);
    world
}

/// An export of two of the films, by short id, in the folder `exports`.
fn export(world: &World) -> String {
    let name = "letterboxd-ada-2026-11-20-06-21-utc";
    let folder = world.folder.path().join("exports").join(name);
    fs::create_dir_all(&folder).expect("a folder");
    let row =
        |slug: &str| format!("2026-11-19,Film {slug},1995,https://boxd.it/{}\n", world.letterboxd.lid(slug));
    let rows = row("chernobyl") + &row("heat-1995");
    fs::write(folder.join("watchlist.csv"), format!("Date,Name,Year,Letterboxd URI\n{rows}"))
        .expect("a file");
    format!("exports/{name}/")
}

#[test]
fn a_list_is_printed_from_every_form_of_its_address() {
    let world = list();
    let table = "TMDB   kind   year  film       slug\n\
                 949    movie  1995  Heat       heat-1995\n\
                 -      none   -     Ray, Gunn  ray-gunn\n\
                 87108  tv     2019  Chernobyl  chernobyl\n";
    let short = format!("https://boxd.it/{}", world.letterboxd.list("dave", "best").lid());
    for address in ["dave/best", "https://letterboxd.com/Dave/list/best/detail/page/2/?x", &short] {
        let ran = scrape(&world, &[address]).exits(Exit::Success);
        assert_eq!(ran.stdout, table, "{address}");
        assert_eq!(ran.stderr, "dave/best: 3 of 3 films on the list (complete)\n", "{address}");
    }
    let db = rusqlite::Connection::open(world.database()).expect("a store");
    for table in ["list", "list_entry", "person", "request"] {
        let count: u32 =
            db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("it");
        assert_eq!(count, 0, "{table}");
    }
}

#[test]
fn a_list_in_json_has_its_address_and_no_user() {
    let world = list();
    let ran = scrape(&world, &["dave/best", "--json", "--limit", "1", "--no-resolve"]).exits(Exit::Success);
    let expected = json!({
        "version": 1, "kind": "list", "user": null, "address": "dave/best", "file": null, "as_of": null,
        "outcome": "limited", "declared": 3,
        "entries": [
            { "slug": "heat-1995", "uid": "film:51", "name": "Heat", "year": 1995, "kind": null, "tmdb_id": null },
        ],
    });
    assert_eq!(ran.json(), expected);
    assert_eq!(pages_and_films(&world).1, 0);
    world.letterboxd.change_list("dave", "best", |list| list.total = Total::Untold);
    let ran = scrape(&world, &["dave/best", "--json"]).exits(Exit::Success);
    assert_eq!((&ran.json()["outcome"], &ran.json()["declared"]), (&json!("untold"), &json!(null)));
    ran.says("dave/best: 3 films on the list (untold)");
}

#[test]
fn a_share_link_is_followed_and_its_token_is_never_shown() {
    let world = list().secret(TOKEN);
    world.letterboxd.change_list("dave", "best", |list| {
        (list.is_private, list.token) = (true, Some(TOKEN.to_owned()));
    });
    let lid = world.letterboxd.list("dave", "best").lid();
    for link in [
        format!("https://boxd.it/{lid}${TOKEN}"),
        format!("boxd.it/{lid}%24{TOKEN}"),
        format!("https://letterboxd.com/dave/list/best/share/{TOKEN}/"),
    ] {
        let args = [link.as_str(), "-vv", "--json", "--save-pages", "saved"];
        let ran = scrape(&world, &args).exits(Exit::Success);
        assert_eq!(ran.json()["address"], "dave/best");
    }
    // Without it the list is nobody's business.
    scrape(&world, &["dave/best"])
        .exits(Exit::Failure)
        .says("lbjf: error: dave/best: Letterboxd has no such list (HTTP 404)");
    scrape(&world, &[&format!("https://boxd.it/{lid}${TOKEN}/x")])
        .exits(Exit::Failure)
        .mentions("is not the address of a Letterboxd list");
}

#[test]
fn a_list_that_is_not_there_is_told_with_what_else_may_be_meant() {
    scrape(&list(), &["dave/worst"]).exits(Exit::Failure).mentions(
        "lbjf: error: dave/worst: Letterboxd has no such list (HTTP 404)\n\
         hint: check its address in the browser, its owner may have renamed, hidden or deleted it; \
         for a folder of that name, write `./` in front",
    );
    scrape(&list(), &["https://letterboxd.com/dave/list/best/genre/drama/"])
        .exits(Exit::Failure)
        .mentions("shows a part of a list only");
}

#[test]
fn an_export_is_printed_with_its_day_and_its_films_come_from_the_store_else_from_their_pages() {
    let world = list();
    let path = export(&world);
    let ran = scrape(&world, &[&path, "--csv"]).exits(Exit::Success);
    let lid = |slug: &str| world.letterboxd.lid(slug);
    let expected = format!(
        "slug,uid,name,year,kind,tmdb_id\n\
         boxd.it/{},film:51,Film heat-1995,1995,movie,949\n\
         boxd.it/{},film:53,Film chernobyl,1995,tv,87108\n",
        lid("heat-1995"),
        lid("chernobyl"),
    );
    assert_eq!(ran.stdout, expected);
    assert!(ran.stderr.starts_with("exports/letterboxd-ada-2026-11-20-06-21-utc/watchlist.csv: 2 of 2 films in the export of 2026-11-20, "), "{}", ran.stderr);
    assert_eq!(pages_and_films(&world), (0, 2));
    let ran = scrape(&world, &[&path, "--json"]).exits(Exit::Success);
    assert_eq!((ran.json()["kind"].as_str(), ran.json()["user"].as_str()), (Some("export"), None));
    assert_eq!(
        (ran.json()["file"].as_str(), ran.json()["as_of"].as_str()),
        (Some("exports/letterboxd-ada-2026-11-20-06-21-utc/watchlist.csv"), Some("2026-11-20T06:21:00Z"))
    );
    assert_eq!(world.letterboxd.server.requests().len(), 0, "the store knows them");
}

#[test]
fn an_export_needs_no_letterboxd_that_refuses_us_unless_a_film_is_unknown() {
    let world = list();
    let path = export(&world);
    world.letterboxd.server.fail(1, |_| true, Fault::Instead(challenge()));
    scrape(&world, &["ada"]).exits(Exit::Blocked);
    let ran = scrape(&world, &[&path]).exits(Exit::Blocked);
    assert_eq!(ran.stdout.lines().count(), 3, "{}", ran.stdout);
    ran.mentions("lbjf: error: Letterboxd is left alone for another ");
    scrape(&world, &[&path, "--no-resolve"]).exits(Exit::Success);
    assert_eq!(world.letterboxd.server.requests().len(), 0);
    scrape(&world, &[&path, "--ignore-cool-down"]).exits(Exit::Success);
    world.letterboxd.server.fail(1, |_| true, Fault::Instead(Reply::html(429, "")));
    scrape(&world, &["ada"]);
    scrape(&world, &[&path]).exits(Exit::Success).omits("left alone");
}

#[test]
fn an_export_that_is_none_is_told_with_what_to_do() {
    let world = list();
    scrape(&world, &["none.zip"]).exits(Exit::Failure).mentions(
        "lbjf: error: there is no export at `none.zip`\n\
         hint: get an export at Letterboxd under Settings > Data > Export your data, and save it there",
    );
    fs::write(
        world.folder.path().join("films.csv"),
        "Date,Name,Year,Letterboxd URI\n2026-11-19,Heat,1995,\n",
    )
    .expect("a file");
    scrape(&world, &["films.csv"])
        .exits(Exit::Partial)
        .says("warning: films.csv: a row names no film: line 2 (`Heat`)")
        .mentions("films.csv: 0 of 0 films in the export");
    // A plain name is a member's, also where a folder has it.
    fs::create_dir(world.folder.path().join("ada")).expect("a folder");
    scrape(&world, &["ada"]).exits(Exit::Success);
    scrape(&world, &["./ada"]).exits(Exit::Failure).mentions("holds no export");
    assert_eq!(world.letterboxd.server.requests().len(), 0);
}
