//! `lbjf sync` from outside: the whole pass, on the real binary.

mod common;

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use common::{Ran, World};
use lbjf::exit::Exit;
use standins::Fault;

#[test]
fn a_film_goes_from_the_watchlist_to_radarr_and_when_it_is_downloaded_to_the_collection() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    let alien = world.download("alien");
    let _ = alien;
    let ran = world.sync();
    eprintln!("{}", ran.stderr);
    assert_eq!(world.radarr.posted().len(), 2);
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    for _ in 0..2 {
        world.forget_requests();
        let ran = world.sync();
        eprintln!("{}", ran.stderr);
        assert_eq!(world.writes(), [""; 0]);
        assert_eq!(world.letterboxd.server.requests().len(), 1);
        assert_eq!(world.radarr.server.requests().len(), 0);
        assert!(world.jellyfin.server.requests().len() <= 5);
    }
    world.download("heat-1995");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["alien", "heat-1995"]));
    world.lbjf(&["status"]).exits(Exit::Success);
}

#[test]
fn a_second_sync_while_one_holds_the_lock_exits_5_and_names_the_holder() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.letterboxd.server.fail(1, |_| true, Fault::Delay(Duration::from_secs(3)));
    let first = world.command(&["sync"]).stderr(Stdio::piped()).spawn().expect("lbjf was built");
    while world.letterboxd.server.requests().is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    let lock = format!("{}.lock", world.database().display());
    let text = format!(
        "lbjf: error: another run holds the lock `{lock}` (lbjf sync, process {}, since ",
        first.id()
    );
    for args in [&["sync"][..], &["sync", "--dry-run"], &["cleanup"], &["cleanup", "--dry-run"]] {
        let ran = world.lbjf(args).exits(Exit::Busy).mentions(&text);
        assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{args:?}");
    }
    assert_eq!(world.letterboxd.server.requests().len(), 1, "nothing is asked before the lock is taken");
    // These only look.
    world.lbjf(&["status"]).exits(Exit::Success);
    world.lbjf(&["scrape", "ada"]).exits(Exit::Success);
    Ran::from(first.wait_with_output().expect("it ends")).exits(Exit::Success);
    world.sync();
}
