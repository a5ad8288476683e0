//! Lists and exports of the config.

use std::fs;

use lbjf::exit::Exit;
use standins::Fault;
use standins::letterboxd::{Total, challenge};

use crate::check::{check, fine, tells};
use crate::common::World;

const HEADER: &str = "Date,Name,Year,Letterboxd URI\n";

/// A person with nothing but these lines, who is called Mum.
fn mum(world: World, lines: &str) -> World {
    world.block(&format!("[[users]]\nname = \"Mum\"\n{lines}"))
}

fn write_export(world: &World, rows: &str) {
    let folder = world.folder.path().join("exports/letterboxd-mum-2026-11-20-06-21-utc");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("watchlist.csv"), format!("{HEADER}{rows}")).expect("a file");
}

#[test]
fn status_check_reads_page_1_of_each_list_once() {
    let world = fine();
    world.letterboxd.set_list("dave", "best", &["heat-1995", "ran"]);
    world.letterboxd.set_list("dave", "secret", &["jaws"]);
    world.letterboxd.change_list("dave", "secret", |list| list.is_private = true);
    let short = world.letterboxd.list("dave", "best").lid();
    let lines =
        format!("letterboxd_lists = [\"dave/best\", \"dave/secret\", \"dave/none\", \"boxd.it/{short}\"]");
    let world = mum(world, &lines)
        .block("[[lists]]\nname = \"Best\"\nletterboxd_list = \"https://letterboxd.com/dave/list/best/\"");
    let ran = check(&world, &[]).exits(Exit::Partial);
    tells(
        &ran,
        &[
            "ok     ada watchlist: public, 2 entries",
            "ok     Mum list: `dave/best`: public, 2 films",
            "WRONG  Mum list: `dave/secret`: Letterboxd has no such list (HTTP 404)",
            "WRONG  Mum list: `dave/none`: Letterboxd has no such list (HTTP 404)",
            &format!("ok     Mum list: `boxd.it/{short}` leads to `dave/best`: public, 2 films"),
            "ok     Best list: `dave/best`: public, 2 films",
        ],
    );
    let asked = world.letterboxd.list_pages_asked();
    assert_eq!(asked.iter().filter(|path| path.contains("/none/")).count(), 1, "{asked:?}");
    // A name in the config is nobody's at Letterboxd.
    assert_eq!(world.letterboxd.pages_asked(), ["/ada/watchlist/"]);
}

#[test]
fn status_check_tells_a_list_without_a_total_and_one_that_is_another_now() {
    let world = fine();
    world.letterboxd.set_list("dave", "best", &["heat-1995"]);
    let world = mum(world, "letterboxd_lists = [\"dave/best\"]");
    world.sync();
    world.letterboxd.change_list("dave", "best", |list| list.total = Total::Untold);
    tells(
        &check(&world, &[]).exits(Exit::Success),
        &[
            "note   Mum list: `dave/best`: public, but does not say how many films it has; films are added, and none is removed",
        ],
    );
    world.letterboxd.change_list("dave", "best", |list| list.number += 1);
    let ran = check(&world, &[]).exits(Exit::Partial);
    assert!(
        ran.stdout.contains("WRONG  Mum list: `dave/best`: the address shows another list now"),
        "{}",
        ran.stdout
    );
}

#[test]
fn status_check_follows_a_share_link_and_never_shows_its_token() {
    let world = fine().secret("s3cr3tT0ken");
    world.letterboxd.set_list("dave", "best", &["heat-1995"]);
    world.letterboxd.change_list("dave", "best", |list| {
        (list.is_private, list.token) = (true, Some("s3cr3tT0ken".to_owned()));
    });
    let lid = world.letterboxd.list("dave", "best").lid();
    let world = mum(world, &format!("letterboxd_lists = [\"https://boxd.it/{lid}$s3cr3tT0ken\"]"));
    let told = format!("ok     Mum list: `boxd.it/{lid}` leads to `dave/best`: shared by its link, 1 film");
    tells(&check(&world, &["-vv"]).exits(Exit::Success), &[&told]);
}

#[test]
fn status_check_reads_each_export_and_nobodys_watchlist() {
    let world = mum(fine(), "letterboxd_username = \"mum\"\nletterboxd_export = \"exports\"");
    let lid = world.letterboxd.lid("alien");
    write_export(&world, &format!("2026-11-19,Alien,1979,https://boxd.it/{lid}\n"));
    let ran = check(&world, &[]).exits(Exit::Success);
    let file = world.folder.path().join("exports/letterboxd-mum-2026-11-20-06-21-utc/watchlist.csv");
    let told = format!("ok     Mum export: `{}`: 1 film, of 2026-11-20, ", file.display());
    assert!(ran.stdout.contains(&told), "{}", ran.stdout);
    assert!(ran.stdout.contains("ok     Mum film page: Alien (1979) is tmdb="), "{}", ran.stdout);
    assert_eq!(world.letterboxd.pages_asked(), ["/ada/watchlist/"]);

    write_export(&world, "2026-11-19,Alien,1979,\n");
    let ran = check(&world, &[]).exits(Exit::Success);
    assert!(ran.stdout.contains("a row names no film: line 2 (`Alien`)"), "{}", ran.stdout);
    tells(&ran, &["       hint: download the export again"]);

    fs::remove_dir_all(world.folder.path().join("exports")).expect("it is there");
    let ran = check(&world, &[]).exits(Exit::Partial);
    let missing = format!(
        "WRONG  Mum export: there is no export at `{}`",
        world.folder.path().join("exports").display()
    );
    tells(&ran, &[&missing]);
}

#[test]
fn status_check_of_exports_alone_does_not_mind_that_letterboxd_is_left_alone() {
    let world = mum(fine(), "letterboxd_export = \"exports\"");
    write_export(&world, "2026-11-19,Alien,1979,https://letterboxd.com/film/alien/\n");
    world.letterboxd.server.fail(1, |_| true, Fault::Instead(challenge()));
    world
        .lbjf(&["sync"])
        .exits(Exit::Blocked)
        .mentions("a member's own data export can be read without it (`letterboxd_export`)");
    let ran = check(&world, &[]).exits(Exit::Blocked);
    tells(&ran, &["-      ada watchlist: not asked, since Letterboxd refuses us"]);
    assert!(ran.stdout.contains("ok     Mum export: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("a member's own data export can be read without it"), "{}", ran.stdout);
    let world = world.without("[[users]]");
    let ran = check(&world, &[]).exits(Exit::Success);
    assert!(ran.stdout.contains("; exports are read all the same"), "{}", ran.stdout);
}
