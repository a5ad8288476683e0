//! `letterboxd_export`: a list as of a day. What it lacks is gone, unless that came later.

use jiff::{SignedDuration, Timestamp};

use super::{DAY, HOUR, MINUTE, sync};
use crate::common::export::{archive, save, watchlist_csv};
use crate::common::{COLLECTION, World};

const BY_EXPORT: &str = "letterboxd_export = \"export.zip\"\nletterboxd_username = \"ada\"";
const BY_PAGES: &str = "letterboxd_username = \"ada\"";

/// Ada's export of so many minutes ago, newest first.
fn export(world: &World, films: &[&str], minutes: i64) {
    let at = Timestamp::now() - SignedDuration::from_mins(minutes);
    let addresses = films.iter().rev().map(|slug| format!("https://letterboxd.com/film/{slug}/"));
    let bytes = archive(&[("watchlist.csv", &watchlist_csv(addresses))], at);
    let saved = at.as_second().unsigned_abs();
    save(&world.folder.path().join("export.zip"), &bytes, std::time::Duration::from_secs(saved));
}

fn members(world: &World, slugs: &[&str]) -> bool {
    let ids = |slugs: &[&str]| slugs.iter().map(|slug| world.letterboxd.tmdb_id(slug)).collect::<Vec<_>>();
    let (mut found, mut expected) = (world.jellyfin.members(COLLECTION), ids(slugs));
    found.sort_unstable();
    expected.sort_unstable();
    found == expected
}

#[test]
fn an_export_takes_out_what_it_lacks_but_nothing_that_came_after_its_day() {
    let mut world = World::settled(["heat", "alien", "ran"]);
    world.pass_time(2 * HOUR);
    world.letterboxd.push("ada", "jaws");
    world.download("jaws");
    world.sync();
    assert!(members(&world, &["heat", "alien", "ran", "jaws"]));
    // Refused since, say. The export was made after the last whole reading, and before `jaws` was added.
    world.pass_time(HOUR);
    world.change(BY_PAGES, BY_EXPORT);
    export(&world, &["alien", "ran"], 120);
    sync(&world, &[]).exits(lbjf::exit::Exit::Success);
    assert!(members(&world, &["alien", "ran", "jaws"]), "{:?}", world.jellyfin.collections());
    // A newer one knows better.
    export(&world, &["alien", "ran"], 10);
    sync(&world, &[]).exits(lbjf::exit::Exit::Success);
    assert!(members(&world, &["alien", "ran"]));
    // An older one only adds.
    export(&world, &["heat"], 300);
    sync(&world, &[]).exits(lbjf::exit::Exit::Success);
    assert!(members(&world, &["heat", "alien", "ran"]));
    world.idle();
    assert_eq!(world.letterboxd.pages_asked(), [""; 0]);
}

#[test]
fn an_export_is_believed_after_the_clock_was_wrong() {
    let mut world = World::settled(["heat", "alien", "ran"]);
    world.change(BY_PAGES, BY_EXPORT);
    world.turn_back(400 * DAY);
    export(&world, &["alien", "ran"], 10);
    sync(&world, &[]).exits(lbjf::exit::Exit::Success);
    assert!(members(&world, &["alien", "ran"]));
}

#[test]
fn of_two_exports_the_newer_one_counts_even_if_both_are_older_than_the_first_run() {
    let mut world = World::new().watchlist(&["heat", "alien", "ran"]);
    world.change(BY_PAGES, BY_EXPORT);
    for slug in ["heat", "alien", "ran"] {
        world.download(slug);
    }
    export(&world, &["heat", "alien", "ran"], 200);
    world.sync();
    world.pass_time(MINUTE);
    export(&world, &["alien", "ran"], 100);
    world.sync();
    assert!(members(&world, &["alien", "ran"]));
}
