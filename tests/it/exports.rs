//! A member's own data export, read in place of the watchlist's pages, and films that are found by their titles.

use std::fmt::Write as _;
use std::fs;

use lbjf::exit::Exit;
use standins::Fault;
use standins::letterboxd::{Film, challenge};

use crate::common::World;

/// Ada's watchlist is read from exports in a folder.
fn world() -> World {
    let world = World::new();
    for (slug, name, year, id) in [
        ("heat", "Heat", 1995, 949),
        ("alien", "Alien", 1979, 348),
        ("brazil", "Brazil", 1985, 68),
        ("ran", "Ran", 1985, 11645),
    ] {
        world.letterboxd.add_film(Film::movie(slug, name, year, id));
        world.radarr.know(id, name, year, &[]);
    }
    fs::create_dir_all(world.folder.path().join("exports")).expect("a folder");
    world.set("[[users]]", "letterboxd_export = \"exports\"")
}

/// Saves an export of this day: films by slug, oldest first, as Letterboxd writes them.
fn save(world: &World, day: &str, slugs: &[&str]) {
    let folder = world.folder.path().join(format!("exports/letterboxd-ada-{day}-10-00-utc"));
    fs::create_dir_all(&folder).expect("a folder");
    let mut text = "Date,Name,Year,Letterboxd URI\r\n".to_owned();
    for slug in slugs {
        let (name, year) = match *slug {
            "heat" => ("Heat", 1995),
            "alien" => ("Alien", 1979),
            "brazil" => ("Brazil", 1985),
            _ => ("Ran", 1985),
        };
        let lid = world.letterboxd.lid(slug);
        let _ = write!(text, "2026-01-02,{name},{year},https://boxd.it/{lid}\r\n");
    }
    fs::write(folder.join("watchlist.csv"), text).expect("a file");
}

fn asked(world: &World) -> usize {
    world.letterboxd.server.requests().len()
}

#[test]
fn an_export_is_a_watchlist_without_its_pages_and_costs_nothing_when_it_is_the_same() {
    let world = world();
    save(&world, "2026-01-05", &["heat", "alien"]);
    for slug in ["heat", "alien"] {
        world.download(slug);
    }
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    assert!(world.letterboxd.pages_asked().is_empty());
    assert_eq!(asked(&world), 4, "a short link and a page for each film");
    world.idle();
    assert_eq!(asked(&world), 0);
}

#[test]
fn a_newer_export_removes_and_an_older_one_only_adds() {
    let world = world();
    for slug in ["heat", "alien", "brazil", "ran"] {
        world.download(slug);
    }
    save(&world, "2026-01-05", &["heat", "alien", "brazil"]);
    world.sync();
    save(&world, "2026-02-05", &["heat", "brazil"]);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "brazil"]));
    fs::remove_dir_all(world.folder.path().join("exports/letterboxd-ada-2026-02-05-10-00-utc"))
        .expect("it is there");
    save(&world, "2026-01-05", &["ran"]);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "brazil", "ran"]));
}

#[test]
fn what_is_missing_empty_or_damaged_removes_nothing_and_is_4_in_every_run() {
    let world = world();
    for slug in ["heat", "alien"] {
        world.download(slug);
    }
    save(&world, "2026-01-05", &["heat", "alien"]);
    world.sync();
    let file = world.folder.path().join("exports/letterboxd-ada-2026-01-05-10-00-utc/watchlist.csv");
    for text in ["", "<html>", "\0\0\0\0", "Date;Name;Year;Letterboxd URI\r\n", "Name\r\nHeat\r\n"] {
        fs::write(&file, text).expect("a file");
        for _ in 0..2 {
            world.lbjf(&["sync"]).exits(Exit::Partial);
            assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]), "{text}");
        }
    }
    fs::remove_dir_all(world.folder.path().join("exports")).expect("it is there");
    world.lbjf(&["sync", "--full"]).exits(Exit::Partial).mentions("ada: there is no export at `");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}

#[test]
fn a_row_that_names_no_film_keeps_everything() {
    let world = world();
    for slug in ["heat", "alien"] {
        world.download(slug);
    }
    save(&world, "2026-01-05", &["heat", "alien"]);
    world.sync();
    save(&world, "2026-02-05", &["heat"]);
    let file = world.folder.path().join("exports/letterboxd-ada-2026-02-05-10-00-utc/watchlist.csv");
    let text = fs::read_to_string(&file).expect("a file") + "2026-01-02,Nowhere,2020,\r\n";
    fs::write(&file, text).expect("a file");
    world.sync().mentions("warning: ada: a row names no film: line 3 (`Nowhere`); nothing is removed");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}

#[test]
fn an_export_that_lacks_most_films_is_not_believed_at_once() {
    let world = world();
    let names: Vec<String> = (0..20).map(|number| format!("film-{number}")).collect();
    let slugs: Vec<&str> = names.iter().map(String::as_str).collect();
    world.letterboxd.set_watchlist("somebody", &slugs);
    for slug in &slugs {
        world.download(slug);
    }
    save(&world, "2026-01-05", &slugs);
    world.sync();
    save(&world, "2026-02-05", &[]);
    let ran = world.sync();
    ran.mentions("warning: ada: 20 of 20 films are gone from the export at once");
    assert_eq!(world.collected().len(), 20);
    world.lbjf(&["sync", "--allow-shrink"]).exits(Exit::Success);
    assert_eq!(world.collected(), [0; 0]);
}

#[test]
fn who_is_refused_by_letterboxd_gets_their_films_by_an_export_and_their_titles() {
    let world = world().set("[letterboxd]", "match_titles = true");
    save(&world, "2026-01-05", &["heat", "alien", "brazil"]);
    world.radarr.know(5, "Brazil", 1985, &[]);
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(challenge()));
    for slug in ["heat", "alien", "brazil"] {
        world.download(slug);
    }
    let ran = world.lbjf(&["sync"]).exits(Exit::Blocked);
    let lid = world.letterboxd.lid("heat");
    ran.mentions(&format!("films: Heat (1995) is taken for TMDB 949 by its title and year; if that is wrong, correct it under `[films]`: \"boxd.it/{lid}\" = "))
        .mentions("ada: added to Radarr: Alien (1979) tmdb=348");
    // Two films go by the name of Brazil.
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    // While nothing is held up, the cool-down is nobody's trouble.
    save(&world, "2026-02-05", &["heat", "alien"]);
    world.forget_requests();
    world.sync();
    assert_eq!(asked(&world), 0);
    let json = world.lbjf(&["status", "heat", "--json"]).exits(Exit::Success).json();
    assert_eq!(json["films"][0]["matched_by_title"], true);
    let listed = world.lbjf(&["scrape", "exports/", "--csv", "--ignore-cool-down"]).stdout;
    assert!(listed.contains(",Heat,1995,matched,949"), "{listed}");
    let all = world.lbjf(&["status"]).stdout;
    let line = format!("Heat (1995) is taken for TMDB 949; if not: `\"boxd.it/{lid}\" = ID` under `[films]`");
    assert!(all.contains("by their titles  2") && all.contains(&line), "{all}");
    let shown = world.lbjf(&["status", "heat"]).exits(Exit::Success).stdout;
    assert!(
        shown.contains("by its title and year") && shown.contains(&format!("\"boxd.it/{lid}\" = ID")),
        "{shown}"
    );
}

#[test]
fn a_page_wins_over_a_title_and_a_title_makes_nothing_lbjfs_own() {
    let world = world().set("[letterboxd]", "match_titles = true");
    world.letterboxd.set_watchlist("somebody", &["mann"]);
    let heat = world.download("heat");
    // The film that Ada means is another one of that name.
    save(&world, "2026-01-05", &["heat"]);
    world.letterboxd.add_film(Film::movie("heat", "Heat", 1995, 4711));
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(challenge()));
    let collection = world.jellyfin.add_collection("Ada's watchlist");
    world.jellyfin.put(&collection, &heat);
    world.lbjf(&["sync"]).exits(Exit::Blocked).mentions("is taken for TMDB 949");
    world.letterboxd.server.behave();
    world
        .lbjf(&["sync", "--ignore-cool-down", "--full"])
        .exits(Exit::Success)
        .says("ada: added to Radarr: Heat (1995) tmdb=4711 root_folder=/movies");
    assert_eq!(world.collected(), [949], "a person put it there");
}

#[test]
fn pages_and_an_export_of_one_member_are_both_read() {
    let mut world = world().user("zoe", "");
    world.change("letterboxd_export = \"exports\"", "name = \"Ada\"\nletterboxd_export = \"exports\"");
    world.change("letterboxd_username = \"zoe\"", "name = \"Zoe\"\nletterboxd_username = \"ada\"");
    world.letterboxd.set_watchlist("ada", &["heat", "ran"]);
    save(&world, "2026-01-05", &["heat", "alien"]);
    for slug in ["heat", "alien", "ran"] {
        world.download(slug);
    }
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "ran"]), "the pages are newer");
    world.sync().mentions("nothing to do");
}
