//! SIGTERM and SIGINT: a run stops at once, wherever it waits, and says so.

use std::thread;
use std::time::{Duration, Instant};

use lbjf::exit::Exit;
use standins::{Deaf, Fault, Gate, Reply, Request, Server};

use crate::common::{Ran, Signal, World, signal, wait_until};

/// Sends a signal when `is_time`, and waits for the end; returns how long that took.
fn stop(world: &World, which: Signal, args: &[&str], is_time: impl Fn(&World) -> bool) -> (Ran, Duration) {
    let run = world.begin(args);
    wait_until(|| is_time(world));
    // It shall be in the midst of it.
    thread::sleep(Duration::from_millis(50));
    let sent = Instant::now();
    signal(&run, which);
    let ran = world.end(run);
    (ran, sent.elapsed())
}

const SIGNALS: [(Signal, Exit); 2] =
    [(Signal::SIGTERM, Exit::Terminated), (Signal::SIGINT, Exit::Interrupted)];

type Door = fn(&World) -> &Server;

const LETTERBOXD: Door = |world| &world.letterboxd.server;
const RADARR: Door = |world| &world.radarr.server;
const JELLYFIN: Door = |world| &world.jellyfin.server;

/// What is waited for takes longer than this, or it would not be what ended the run; and a machine that is busy may
/// take that long to end one.
const LONG: Duration = Duration::from_mins(2);

/// Every answer may take ten minutes.
fn patient(world: World) -> World {
    ["[letterboxd]", "[radarr]", "[jellyfin]"]
        .into_iter()
        .fold(world, |world, table| world.set(table, "timeout_seconds = 600"))
}

/// A run that is stopped while it waits for this answer ends, says nothing of a failure, and the next run does what it
/// left.
fn stops_at_once(server: Door, path: &'static str, fault: &Fault) {
    stops_within(LONG, server, path, fault);
}

fn stops_within(most: Duration, server: Door, path: &'static str, fault: &Fault) {
    for (signal, exit) in SIGNALS {
        let world = patient(World::new().watchlist(&["heat-1995", "alien"]));
        world.download("alien");
        server(&world).fail(usize::MAX, move |request| request.path == path, fault.clone());
        let (ran, took) =
            stop(&world, signal, &["sync"], |world| !server(world).asked("GET", path).is_empty());
        let ran =
            ran.exits(exit).omits("warning").omits("error").omits("hint").omits("failed").omits("refuse");
        assert!(took < most, "{path}: {took:?} after {signal:?}");
        let last = ran.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("sync: 1 user, "), "{}", ran.stderr);
        let status = world.lbjf(&["status"]).exits(Exit::Success).stdout;
        assert!(status.contains(&format!("exit {}  sync: ", exit.code())), "{status}");
        server(&world).behave();
        world.sync();
        assert_eq!(world.radarr.films().len(), 2);
        assert_eq!(world.collected(), world.tmdb(&["alien"]));
    }
}

#[test]
fn a_run_that_waits_for_letterboxd_stops_at_once() {
    stops_at_once(LETTERBOXD, "/ada/watchlist/", &Fault::Hang);
    stops_at_once(LETTERBOXD, "/film/alien/", &Fault::Hang);
}

#[test]
fn a_run_that_waits_for_radarr_stops_at_once() {
    stops_at_once(RADARR, "/api/v3/movie", &Fault::Hang);
}

#[test]
fn a_run_that_waits_for_jellyfin_stops_at_once() {
    stops_at_once(JELLYFIN, "/Users", &Fault::Hang);
    stops_at_once(JELLYFIN, "/Items", &Fault::Hang);
}

/// A connection that nobody takes cannot be given up: it has its time-out.
#[test]
fn a_run_that_waits_for_a_connection_stops_when_that_has_failed_and_says_nothing_of_it() {
    for (signal, exit) in SIGNALS {
        let mut world =
            World::new().watchlist(&["heat-1995", "alien"]).set("[radarr]", "timeout_seconds = 3");
        world.download("alien");
        let (deaf, url) = (Deaf::start(), world.radarr.url());
        world.change(&url, &deaf.url());
        let is_time = |world: &World| world.letterboxd.film_pages_asked().len() == 2;
        let (ran, _) = stop(&world, signal, &["sync", "-v"], is_time);
        let ran =
            ran.exits(exit).omits("warning").omits("error:").omits("hint").omits("1 failed").omits("refuse");
        let tries = ran.stderr.matches("radarr: GET ").count();
        assert!(tries <= 1, "it tried again:\n{}", ran.stderr);
        let last = ran.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("sync: 1 user, "), "{}", ran.stderr);
        world.change(&deaf.url(), &url);
        world.sync();
        assert_eq!(world.radarr.films().len(), 2);
        assert_eq!(world.collected(), world.tmdb(&["alien"]));
    }
}

#[test]
fn a_run_that_gets_an_answer_byte_by_byte_stops_at_once() {
    let slow = Fault::Drip(Duration::from_millis(50));
    stops_at_once(LETTERBOXD, "/ada/watchlist/", &slow);
    stops_at_once(RADARR, "/api/v3/qualityprofile", &slow);
    stops_at_once(JELLYFIN, "/Users", &slow);
}

#[test]
fn a_run_in_a_pause_before_it_tries_again_stops_at_once() {
    let later = Reply::empty(503).with_header("Retry-After", "10");
    // The pause is ten seconds long.
    let most = Duration::from_secs(8);
    stops_within(most, RADARR, "/api/v3/system/status", &Fault::Instead(later.clone()));
    stops_within(most, JELLYFIN, "/System/Info", &Fault::Instead(later));
}

#[test]
fn a_run_in_a_pause_between_two_pages_stops_at_once() {
    let mut world = World::new().watchlist(&["heat-1995", "alien"]);
    world.change("requests_per_second = 0", "requests_per_second = 0.002");
    for (signal, exit) in SIGNALS {
        world.forget_requests();
        let (ran, took) = stop(&world, signal, &["sync"], |world| !LETTERBOXD(world).requests().is_empty());
        ran.exits(exit).omits("warning").omits("error").omits("refuse");
        // The pause is longer than eight minutes.
        assert!(took < LONG, "{took:?} after {signal:?}");
    }
}

#[test]
fn a_write_that_is_under_way_is_waited_for_and_recorded() {
    let is_write = |request: &Request| request.method == "POST";
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    world.download("alien");
    // The answer comes a second and a half after the signal: when reads are given up already.
    let stopped_in_a_write = |server: &Server, which, is_time: &dyn Fn() -> bool| {
        let gate = Gate::default();
        server.fail(1, is_write, Fault::Held(gate.clone()));
        let run = world.begin(&["sync"]);
        wait_until(is_time);
        signal(&run, which);
        thread::sleep(Duration::from_millis(1500));
        gate.open();
        world.end(run)
    };
    let is_posted = || !world.radarr.posted().is_empty();
    let ran = stopped_in_a_write(&world.radarr.server, Signal::SIGTERM, &is_posted);
    ran.exits(Exit::Terminated).mentions("ada: added to Radarr: ").omits("warning").omits("error");
    assert_eq!(world.radarr.posted().len(), 1);
    let is_made = || !world.jellyfin.server.writes().is_empty();
    let ran = stopped_in_a_write(&world.jellyfin.server, Signal::SIGINT, &is_made);
    ran.exits(Exit::Interrupted).mentions("ada: added to Radarr: ").omits("warning").omits("error");
    world.sync();
    assert_eq!(
        world.radarr.posted(),
        world.radarr.films().iter().map(|film| film.tmdb_id).collect::<Vec<_>>()
    );
    assert_eq!(world.told_jellyfin(), ["make Ada's watchlist", "put 1"]);
    world.idle();
}
