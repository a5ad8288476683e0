//! Whether all is well: the first line of `lbjf status`, `--healthy`, and what neither counts.

use std::time::Duration;

use super::page::page;
use super::{now, status};
use crate::common::World;
use lbjf::exit::Exit;
use standins::{Fault, Reply};

#[test]
fn status_begins_with_whether_all_is_well() {
    let world = World::new().watchlist(&["heat"]);
    let first_line = |world: &World| status(world).stdout.lines().next().expect("a line").to_owned();
    world.sync();
    world.pass_time(Duration::from_mins(5));
    assert_eq!(first_line(&world), "healthy: the last run succeeded, 5 min ago");
    world.pass_time(Duration::from_hours(72));
    assert_eq!(
        first_line(&world),
        "no run since 3 days ago: does the timer, or cron, still run `lbjf sync`?"
    );
    world.letterboxd.set_private("ada", true);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(now(&first_line(&world)), "healthy but for somebody's list: the last run ended NOW");
    let page = page(&world);
    let line = page.lines().find(|line| line.contains("class=\"pulse")).expect("the page's first line");
    assert!(line.starts_with("<p class=\"pulse warn\">Healthy but for somebody"), "{line}");
    world.letterboxd.set_private("ada", false);
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(500)));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(now(&first_line(&world)), "the last run ended with 4, NOW: see below");
}

#[test]
fn status_healthy_is_no_answer_about_a_film_or_a_check() {
    let world = World::settled(["heat"]);
    for args in [
        &["status", "heat", "--healthy", "45"][..],
        &["status", "--healthy", "45", "heat"],
        &["status", "--healthy", "45", "--check"],
        &["status", "--healthy", "45", "--json"],
    ] {
        let ran = world.lbjf(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}: {}", ran.stderr);
        ran.mentions("--healthy");
    }
}

#[test]
fn status_healthy_tells_a_good_run_of_late_from_any_other() {
    let mut world = World::new().watchlist(&["heat-1995"]);
    let ran = world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Partial);
    assert_eq!(ran.stdout, "not healthy: no run has finished yet\n");
    world.sync();
    let ran = world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Success);
    assert!(now(&ran.stdout).starts_with("healthy: NOW: sync: 1 user, 1 added to Radarr"), "{}", ran.stdout);
    world.pass_time(Duration::from_mins(31));
    let ran = world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Partial);
    assert_eq!(ran.stdout, "not healthy: the last run ended 31 min ago, more than 30 min: sync\n");
    world.change("/movies", "/elsewhere");
    world.letterboxd.push("ada", "alien");
    world.lbjf(&["sync"]).exits(Exit::Partial);
    let ran = world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Partial);
    assert!(now(&ran.stdout).starts_with("not healthy: ended with 4, NOW: sync: 1 user"), "{}", ran.stdout);
}

/// Runs for a day, each an hour after the one before, and tells how each ended.
fn codes_of_a_day(world: &World) -> Vec<i32> {
    let run = |_| {
        let ran = world.lbjf(&["sync"]);
        world.pass_time(Duration::from_hours(1));
        ran.code
    };
    (0..24).map(run).collect()
}

#[test]
fn status_healthy_says_nothing_of_a_list_that_only_its_owner_can_mend_and_a_run_ends_with_4_once_in_23_hours()
{
    type Trouble = fn(&World);
    let troubles: [(&str, Trouble); 3] = [
        ("private", |world| world.letterboxd.set_private("ben", true)),
        ("gone", |world| {
            let reply = Reply::html(404, standins::letterboxd::pages::not_found_page());
            world.fail_page(usize::MAX, "/ben/watchlist/", Fault::Instead(reply));
        }),
        ("another's", |world| {
            let page = world.page("/ada/watchlist/");
            world.fail_page(usize::MAX, "/ben/watchlist/", Fault::Instead(Reply::html(200, page)));
        }),
    ];
    for (what, begin) in troubles {
        let world = World::new().user("ben", "").watchlist(&["heat-1995"]);
        world.sync();
        begin(&world);
        let codes = codes_of_a_day(&world);
        let expected: Vec<i32> = (0..24).map(|hour| if hour % 23 == 0 { 4 } else { 0 }).collect();
        assert_eq!(codes, expected, "{what}");
        // Once as the run that tells it, once as another.
        for day in [true, false] {
            let ran = world.lbjf(&["sync"]);
            let ran = if day { ran } else { ran.mentions("sync: 2 users, 1 list not read, in ") };
            assert_eq!(ran.code, 0, "{what}");
            world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Success);
            if day {
                world.pass_time(Duration::from_hours(23));
                world
                    .lbjf(&["sync"])
                    .exits(Exit::Partial)
                    .mentions("lbjf: error: ben: ")
                    .mentions("1 user failed");
                let ran = world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Success);
                assert!(
                    now(&ran.stdout).starts_with("healthy: NOW: sync: 2 users, 1 user failed"),
                    "{}",
                    ran.stdout
                );
            }
        }
        // Beside a trouble of another kind it heals nothing.
        world.letterboxd.push("ada", "alien");
        world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(401)));
        for _ in 0..2 {
            world.lbjf(&["sync"]).exits(Exit::Partial).mentions("1 server failed");
            world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Partial);
        }
        world.radarr.server.behave();
        world.sync();
    }
}

#[test]
fn a_list_that_is_private_again_is_told_again_at_once() {
    let world = World::new().watchlist(&["heat-1995"]);
    for _ in 0..2 {
        world.letterboxd.set_private("ada", true);
        world.lbjf(&["sync"]).exits(Exit::Partial);
        world.lbjf(&["sync"]).exits(Exit::Success);
        world.letterboxd.set_private("ada", false);
        world.sync();
    }
}
