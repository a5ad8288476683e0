//! `lbjf sync` from outside: the whole pass, on the real binary.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use crate::common::{Ran, Signal, World, signal, wait_until};
use lbjf::exit::Exit;
use standins::{Fault, Gate};

#[test]
fn a_film_goes_from_the_watchlist_to_radarr_and_when_it_is_downloaded_to_the_collection() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    world.download("alien");
    world
        .sync()
        .says("ada: 2 new of 2 on the watchlist")
        .mentions("ada: added to Radarr: Alien (2000) tmdb=")
        .mentions("ada: added to collection `Ada's watchlist`: Alien (2000) tmdb=")
        .mentions("sync: 1 user, 2 added to Radarr, 1 added to a collection, in ");
    assert_eq!(world.radarr.posted().len(), 2);
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    for _ in 0..2 {
        world.forget_requests();
        let ran = world.sync().mentions("sync: 1 user, nothing to do, in ");
        assert_eq!(ran.stderr.lines().count(), 1);
        assert_eq!(world.writes(), [""; 0]);
        assert_eq!(world.letterboxd.server.requests().len(), 1);
        assert_eq!(world.radarr.server.requests().len(), 0);
        // One more than in an idle run: the film was saved in the last ten minutes, so its collection is looked into.
        assert_eq!(world.jellyfin.server.requests().len(), 6);
    }
    world.download("heat-1995");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["alien", "heat-1995"]));
}

/// Sends the signal once Letterboxd was asked; the pace of the run would take minutes.
fn stopped_by(which: Signal) -> (World, Ran) {
    let slugs: Vec<_> = (1..=100).map(|number| format!("film-{number}")).collect();
    let world = World::new().watchlist(&slugs.iter().map(String::as_str).collect::<Vec<_>>());
    let mut world = world.set("[letterboxd]", "max_concurrent_requests = 1");
    world.change("requests_per_second = 0", "requests_per_second = 2");
    let run = world.begin(&["sync"]);
    wait_until(|| !world.letterboxd.server.requests().is_empty());
    signal(&run, which);
    let ran = world.end(run);
    (world, ran)
}

#[test]
fn a_stopped_run_records_what_it_did_says_so_by_its_code_and_the_next_one_goes_on() {
    for (signal, exit) in [(Signal::SIGTERM, Exit::Terminated), (Signal::SIGINT, Exit::Interrupted)] {
        let (mut world, ran) = stopped_by(signal);
        let ran = ran.exits(exit).omits("warning").omits("refuse");
        assert!(
            ran.stderr.lines().last().is_some_and(|line| line.starts_with("sync: 1 user, ")),
            "{}",
            ran.stderr
        );
        assert!(world.letterboxd.server.requests().len() < 20);
        assert!(world.lbjf(&["status"]).stdout.contains(&format!("exit {}  sync: ", exit.code())));
        world.change("requests_per_second = 2", "requests_per_second = 0");
        world.sync();
        assert_eq!(world.radarr.posted().len(), 100);
    }
}

#[test]
fn a_run_that_cannot_go_on_has_ended() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.sync();
    let db = rusqlite::Connection::open(world.database()).expect("a run made the store");
    db.execute_batch("CREATE TRIGGER no BEFORE INSERT ON list_entry BEGIN SELECT RAISE(ABORT, 'no'); END")
        .expect("any database takes a trigger");
    world.letterboxd.push("ada", "alien");
    world.letterboxd.push("ada", "akira");
    let ran = world.lbjf(&["sync"]).exits(Exit::Failure);
    db.execute_batch("DROP TRIGGER no").expect("it is there");
    let last = &world.lbjf(&["status", "--json"]).exits(Exit::Success).json()["runs"][0];
    assert_eq!((&last["exit_code"], last["ended"].is_string()), (&1.into(), true));
    let why = last["problems"][0].as_str().expect("a reason");
    assert!(!why.is_empty() && ran.stderr.trim_end().ends_with(why), "{why}\n{}", ran.stderr);
    assert_eq!(last["summary"], format!("sync: {why}"));
    world.sync().mentions("2 added to Radarr");
}

#[test]
fn a_second_sync_while_one_holds_the_lock_exits_5_and_names_the_holder() {
    let world = World::new().watchlist(&["heat-1995"]);
    let gate = Gate::default();
    world.letterboxd.server.fail(1, |_| true, Fault::Held(gate.clone()));
    let first = world.begin(&["sync"]);
    wait_until(|| !world.letterboxd.server.requests().is_empty());
    let lock = format!("{}.lock", world.database().display());
    let text = format!(
        "lbjf: error: another run holds the lock `{lock}` (lbjf sync, process {}, since ",
        first.id()
    );
    for args in [&["sync"][..], &["sync", "--dry-run"], &["cleanup"], &["cleanup", "--dry-run"]] {
        let ran = world.lbjf(args).exits(Exit::Busy).mentions(&text);
        assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{args:?}");
    }
    let quiet = world.lbjf(&["sync", "--quiet"]).exits(Exit::Busy);
    assert_eq!(quiet.stderr, "", "cron would mail it");
    assert_eq!(world.letterboxd.server.requests().len(), 1, "nothing is asked before the lock is taken");
    // These only look.
    world.lbjf(&["status"]).exits(Exit::Success);
    world.lbjf(&["scrape", "ada"]).exits(Exit::Success);
    gate.open();
    world.end(first).exits(Exit::Success);
    world.sync();
}

#[test]
fn two_names_of_one_store_are_one_store() {
    let world = World::new().watchlist(&["heat-1995"]).declare("own.toml");
    world.sync();
    let state = world.database().with_file_name("");
    let other = world.folder.path().join("other");
    fs::create_dir(&other).expect("the folder is new");
    // A link to the file, a link to that, and a folder that is one.
    symlink(world.database(), other.join("linked.db")).expect("it is new");
    symlink("linked.db", other.join("again.db")).expect("it is new");
    symlink(&state, world.folder.path().join("also")).expect("it is new");
    let names = ["state/lbjf.db", "other/linked.db", "other/again.db", "also/lbjf.db"];
    for first in names {
        let gate = Gate::default();
        world.letterboxd.server.fail(1, |_| true, Fault::Held(gate.clone()));
        world.forget_requests();
        let run = |name: &str| {
            let config = format!("[system]\ndatabase = \"{name}\"\n{}", world.config());
            let path = world.folder.path().join("own.toml");
            fs::write(&path, config).expect("it can be written to");
            let mut command = world.command(&["sync"]);
            command.env("LBJF_CONFIG", path).stdout(Stdio::piped()).stderr(Stdio::piped());
            command
        };
        let holder = run(first).spawn().expect("lbjf was built");
        wait_until(|| !world.letterboxd.server.requests().is_empty());
        for second in names {
            world.ran(run(second).output().expect("lbjf was built")).exits(Exit::Busy);
        }
        assert_eq!(world.letterboxd.server.requests().len(), 1);
        gate.open();
        world.end(holder).exits(Exit::Success);
    }
}
