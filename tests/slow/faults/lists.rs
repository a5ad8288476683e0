//! What may be wrong with a list or an export itself, while the servers are well: it adds at most, and takes nothing
//! out. [`table`](super::table) has what may be wrong with the way to it.

use std::fs;
use std::io;
use std::path::PathBuf;

use jiff::SignedDuration;
use jiff::Timestamp;
use standins::letterboxd::{List, Total};
use standins::{Change, Fault, Reply};

use crate::common::World;
use crate::common::export::{archive, watchlist_csv};
use crate::faults::Calm;
use crate::faults::door::End;
use crate::faults::pass::{Setting, Work};
use Work::{Add, Remove, Send};

/// Something that is wrong, and what comes of it.
struct Row {
    what: &'static str,
    begin: fn(&World),
    exit: u8,
    /// A part of what the run says.
    says: &'static str,
    undone: &'static [Work],
}

/// The list lost `heat` and has `brazil` now.
const LISTS: &[Row] = &[
    Row {
        what: "the address shows another list",
        begin: |world| change(world, |list| list.number += 1),
        exit: 4,
        says: "the address shows another list now, `dave/best`; nothing of it is taken",
        undone: &[Send, Remove],
    },
    Row {
        what: "the total is not told",
        begin: |world| change(world, |list| list.total = Total::Untold),
        exit: 0,
        says: "the list does not say how many films it has",
        undone: &[Remove],
    },
    Row {
        what: "the total is more than what is shown",
        begin: |world| change(world, |list| list.total = Total::Off(1)),
        exit: 0,
        says: "the list declares 3 films but shows 2",
        undone: &[Remove],
    },
    Row {
        what: "the total is less than what is shown",
        begin: |world| change(world, |list| list.total = Total::Off(-1)),
        exit: 0,
        says: "the list declares 1 film but shows 2",
        undone: &[Remove],
    },
    Row {
        what: "it is private, and so a page that is not there",
        begin: |world| change(world, |list| list.is_private = true),
        exit: 4,
        says: "Letterboxd has no such list (HTTP 404)",
        undone: &[Send, Remove],
    },
    Row {
        what: "its films stand beside the list",
        begin: |world| {
            rewrite(world, |page| page.replace("section class=\"section col-17 col-main", "aside class=\""));
        },
        exit: 4,
        says: "the page",
        undone: &[Send, Remove],
    },
    Row {
        what: "it shows none of the films that it counts",
        begin: |world| rewrite(world, |page| page.replace("posteritem", "item")),
        exit: 4,
        says: "the page",
        undone: &[Send, Remove],
    },
];

/// The new export lacks `heat`, and has `jaws` and `brazil`.
const EXPORTS: &[Row] = &[
    Row {
        what: "there is none",
        begin: |world| save(world, "ada", AN_HOUR, None),
        exit: 4,
        says: "holds no export",
        undone: &[Send, Add, Remove],
    },
    Row {
        what: "it is empty",
        begin: |world| save(world, "ada", AN_HOUR, Some(Vec::new())),
        exit: 4,
        says: "is a damaged ZIP file",
        undone: &[Send, Add, Remove],
    },
    Row {
        what: "half of it is there",
        begin: |world| {
            let mut half = export(NEW);
            half.truncate(half.len() / 2);
            save(world, "ada", AN_HOUR, Some(half));
        },
        exit: 4,
        says: "is a damaged ZIP file",
        undone: &[Send, Add, Remove],
    },
    Row {
        what: "it is encrypted",
        begin: |world| save(world, "ada", AN_HOUR, Some(encrypted(export(NEW)))),
        exit: 4,
        says: "is encrypted",
        undone: &[Send, Add, Remove],
    },
    Row {
        what: "it is another member's",
        begin: |world| save(world, "ben", AN_HOUR, Some(export(NEW))),
        exit: 4,
        says: "holds no export of `ada`, only of `ben`",
        undone: &[Send, Add, Remove],
    },
    Row {
        what: "a row names no film",
        begin: |world| {
            let rows = ["https://letterboxd.com/ada/"].iter().chain(NEW).copied();
            let table = watchlist_csv(rows.collect::<Vec<_>>());
            save(world, "ada", AN_HOUR, Some(archive(&[("watchlist.csv", &table)], Timestamp::now())));
        },
        exit: 0,
        says: "a row names no film: line 2 (`A film`)",
        undone: &[Remove],
    },
    Row {
        what: "it is older than what is known",
        begin: |world| save(world, "ada", SignedDuration::from_hours(3), Some(export(NEW))),
        exit: 0,
        says: "",
        undone: &[Remove],
    },
    Row {
        what: "nothing is on it",
        begin: |world| save(world, "ada", AN_HOUR, Some(export(&[]))),
        exit: 0,
        says: "3 of 3 films are gone from the export at once",
        undone: &[Send, Add, Remove],
    },
];

const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Oldest first.
const OLD: &[&str] = &[RAN, ALIEN, "https://letterboxd.com/film/heat/"];
const NEW: &[&str] =
    &[RAN, ALIEN, "https://letterboxd.com/film/brazil/", "https://letterboxd.com/film/jaws/"];
const ALIEN: &str = "https://letterboxd.com/film/alien/";
const RAN: &str = "https://letterboxd.com/film/ran/";

fn change(world: &World, change: impl FnOnce(&mut List)) {
    world.letterboxd.change_list("dave", "best", change);
}

fn rewrite(world: &World, rewrite: fn(&str) -> String) {
    let fault = Fault::Changed(Change::new(move |reply: Reply| {
        let page = String::from_utf8(reply.body).expect("pages are text");
        assert_ne!(rewrite(&page), page, "the page is another one now");
        Reply { body: rewrite(&page).into_bytes(), ..reply }
    }));
    world.letterboxd.server.fail(usize::MAX, |request| End::ListPage.is(request), fault);
}

/// The only export in the folder is this member's, of so long ago.
fn save(world: &World, member: &str, age: SignedDuration, bytes: Option<Vec<u8>>) {
    let folder = world.folder.path().join("exports");
    // There is none at first.
    let _: io::Result<()> = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).expect("the folder can be written to");
    if let Some(bytes) = bytes {
        let time = (Timestamp::now() - age).strftime("%Y-%m-%d-%H-%M");
        let path: PathBuf = folder.join(format!("letterboxd-{member}-{time}-utc.zip"));
        fs::write(path, bytes).expect("the folder can be written to");
    }
}

fn export(films: &[&str]) -> Vec<u8> {
    archive(&[("watchlist.csv", &watchlist_csv(films))], Timestamp::now())
}

/// The flag that says so stands in front of each entry, and in the directory.
fn encrypted(mut archive: Vec<u8>) -> Vec<u8> {
    for (mark, at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let start = archive.windows(4).position(|window| window == mark).expect("it is an archive");
        archive[start + at] |= 1;
    }
    archive
}

/// What ada had, two hours ago.
pub fn save_old(world: &World) {
    save(world, "ada", SignedDuration::from_hours(2), Some(export(OLD)));
}

/// What she has now.
pub fn save_new(world: &World) {
    save(world, "ada", AN_HOUR, Some(export(NEW)));
}

#[test]
fn what_is_wrong_with_a_list_takes_nothing_out() {
    check_all(LISTS, Setting::Listed);
}

#[test]
fn what_is_wrong_with_an_export_takes_nothing_out() {
    check_all(EXPORTS, Setting::Exported);
}

fn check_all(rows: &[Row], setting: Setting) {
    let calm = Calm::live(setting);
    for row in rows {
        check(row, setting, &calm);
    }
}

fn check(row: &Row, setting: Setting, calm: &Calm) {
    let mut scene = calm.ready.begin();
    let before = scene.state();
    (row.begin)(&scene.world);
    let ran = scene.pass();
    assert_eq!(ran.exit, row.exit, "{}: {}", row.what, ran.said);
    let is_told = if row.says.is_empty() { ran.said.is_empty() } else { ran.said.contains(row.says) };
    assert!(is_told, "{}: {}", row.what, ran.said);
    let lost = before.lost(&scene.state(), &scene.world);
    assert!(lost.is_empty(), "{}: it took out {lost:?}", row.what);
    let mut expected = calm.state.done(&calm.state, &scene.world);
    expected.retain(|work| !row.undone.contains(work));
    assert_eq!(scene.state().done(&calm.state, &scene.world), expected, "{}", row.what);
    scene.behave();
    match setting {
        Setting::Exported => save_new(&scene.world),
        _ => change(&scene.world, |list| {
            *list = List {
                entries: list.entries.clone(),
                updated: list.updated.clone(),
                ..List::new("Dave", "best")
            };
        }),
    }
    let ran = scene.pass();
    assert_eq!((ran.exit, ran.said.as_str()), (0, ""), "{}, afterwards", row.what);
    assert_eq!(scene.state(), calm.state, "{}, afterwards", row.what);
}
