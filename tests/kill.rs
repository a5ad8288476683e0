//! Killed anywhere, the next run finishes the work; told to stop, a run stops at once and says so.
//!
//! A world lives through the same run again and again, and is killed (SIGKILL) at another request each time: before
//! the server sees it, when the server carried it out but nobody heard the answer, and right after the answer. After
//! that it must come to the same end as a world that nobody disturbed. `LBJF_SOAK=1000` kills at random times instead
//! of at requests, as often as it says.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::{COLLECTION, Ran, World};
use lbjf::exit::Exit;
use rusqlite::Connection;
use rusqlite::types::Value;
use standins::letterboxd::Film;
use standins::{Fault, Hook, Reply, Request, Server};

/// Runs that are killed side by side.
const SIDE_BY_SIDE: usize = 3;

/// Films that ada lists, newest first: more than a page. Those in the middle are somebody else's, too.
const ADA: usize = 30;

/// The TMDB ids of `twin-1` and `twin-2`, two films of one title and year.
const TWINS: [u32; 2] = [700_001, 700_002];

/// `merged` has the first id on Letterboxd and the second one everywhere else.
const MERGED: [u32; 2] = [700_003, 700_004];

/// What stands before a run that is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    /// The very first run, on servers that have been used for years.
    First,
    /// A run after people changed their minds, watched and downloaded films.
    Later,
}

/// Where a request stands when the run that made it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The server never saw it.
    Before,
    /// The server carried it out; its answer reached nobody.
    During,
    /// It was answered.
    After,
}

const MOMENTS: [Moment; 3] = [Moment::Before, Moment::During, Moment::After];

/// A world that is to be killed, and what persons put into the collection, which has to stay.
struct Stage {
    world: World,
    by_hand: Vec<String>,
}

impl Stage {
    /// Ada and ben share a collection that they made and filled by hand; cleo's is to be made.
    fn new(scene: Scene, workers: usize) -> Self {
        let world = World::new()
            .user("ben", &format!("jellyfin_collection = \"{COLLECTION}\""))
            .user("cleo", "jellyfin_collection = \"Cleo's films\"")
            .set("[letterboxd]", &format!("max_concurrent_requests = {workers}"))
            .set("[radarr]", "user_tags = true");
        for (number, id) in TWINS.into_iter().enumerate() {
            let slug = format!("twin-{}", number + 1);
            world.letterboxd.add_film(Film::movie(&slug, "Twin", 2001, id));
            world.radarr.know(id, "Twin", 2001, &[]);
        }
        world.letterboxd.add_film(Film::movie("merged", "Merged", 2002, MERGED[0]));
        world.letterboxd.add_film(Film::tv("series", "Series", 2003, 5));
        world.letterboxd.add_film(Film::without_id("nameless", "Nameless", 2004));
        world.radarr.merge(MERGED[0], MERGED[1]);
        let films = |numbers: std::ops::RangeInclusive<usize>| {
            numbers.map(|number| format!("film-{number}")).collect::<Vec<_>>()
        };
        let list = |member: &str, films: &[String], others: &[&str]| {
            let slugs: Vec<_> = others.iter().copied().chain(films.iter().map(String::as_str)).collect();
            world.letterboxd.set_watchlist(member, &slugs);
        };
        list("ada", &films(1..=ADA - 4), &["merged", "twin-1", "series", "twin-2"]);
        list("ben", &films(24..=28), &["nameless"]);
        list("cleo", &films(27..=30), &["film-1"]);
        let merged = world.jellyfin.add_film(MERGED[1], "merged");
        let mut items = BTreeMap::from([("merged".to_owned(), merged)]);
        for number in [1, 2, 3, 5, 8, 13, 24, 25, 26, 27, 29] {
            items.insert(format!("film-{number}"), world.download(&format!("film-{number}")));
        }
        // Radarr has some, was told to leave one alone, and film-26 is in cleo's way twice.
        for slug in ["film-5", "film-24", "film-29"] {
            world.radarr.has(world.letterboxd.tmdb_id(slug));
        }
        world.radarr.exclude(world.letterboxd.tmdb_id("film-9"));
        let shared = world.jellyfin.add_collection(COLLECTION);
        for slug in ["film-2", "film-3"] {
            world.jellyfin.put(&shared, &items[slug]);
        }
        let by_hand = ["unwatched", "seen"].map(|slug| world.put(&shared, slug));
        for user in ["ada", "ben"] {
            // A film that nobody holds any more, and one that was put there although it was watched.
            world.jellyfin.watch(user, &items["film-2"], true);
            world.jellyfin.watch(user, &by_hand[1], true);
        }
        world.jellyfin.watch("ada", &items["film-8"], true);
        let stage = Self { world, by_hand: by_hand.to_vec() };
        if scene == Scene::Later {
            stage.live_on(&items);
        }
        stage.world.forget_requests();
        stage
    }

    /// A first run, and what people do until the next one.
    fn live_on(&self, items: &BTreeMap<String, String>) {
        let world = &self.world;
        world.sync();
        for slug in ["film-4", "film-13", "film-17"] {
            world.letterboxd.drop_entry("ada", slug);
        }
        for slug in ["new-1", "film-25", "new-2"] {
            world.letterboxd.push("ada", slug);
        }
        world.letterboxd.drop_entry("cleo", "film-29");
        world.letterboxd.push("cleo", "new-1");
        world.letterboxd.push("ben", "new-3");
        for slug in ["film-6", "film-30", "new-1", "twin-1"] {
            world.download(slug);
        }
        for user in ["ada", "ben"] {
            world.jellyfin.watch(user, &items["film-24"], true);
        }
        world.jellyfin.watch("ada", &items["film-1"], true);
        world.radarr.remove(world.letterboxd.tmdb_id("film-3"));
    }

    fn servers(&self) -> [&Server; 3] {
        [&self.world.letterboxd.server, &self.world.radarr.server, &self.world.jellyfin.server]
    }

    /// Lets the next run finish the work, which must come to the expected end. With `once_more` the run after that
    /// may finish it.
    fn finish(&self, expected: &[String], once_more: bool) {
        for server in self.servers() {
            server.behave();
        }
        self.world.sync();
        let mut difference = difference(expected, &self.end());
        if once_more && !difference.is_empty() {
            self.world.sync();
            difference = self::difference(expected, &self.end());
        }
        assert!(difference.is_empty(), "{difference}");
    }

    /// What the servers have and what the store remembers, without times and without the history of runs.
    fn end(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.world.radarr.films().iter().map(radarr_film).collect();
        lines.sort();
        let mut tags = self.world.radarr.tags();
        tags.sort();
        lines.push(format!("radarr tags {tags:?}"));
        for mut collection in self.world.jellyfin.collections() {
            collection.members.sort();
            lines.push(format!("{collection:?}"));
        }
        lines.extend(store(&self.world));
        lines
    }

    /// What must not happen on the way, whatever the end. `lost` is the request that no server saw.
    fn check_requests(&self, lost: Option<&Request>) {
        let mut made = BTreeSet::new();
        for request in self.world.jellyfin.server.writes() {
            let ids = request.param("ids").unwrap_or_default();
            if request.method == "DELETE" {
                for item in &self.by_hand {
                    assert!(!ids.contains(item.as_str()), "took out what a person put in");
                }
            }
            let is_lost = lost.is_some_and(|lost| lost.target() == request.target());
            if request.path == "/Collections" && !is_lost {
                let name = request.param("name").unwrap_or_default();
                assert_ne!(name, COLLECTION, "made a collection that is there");
                assert!(made.insert(name), "made a collection twice");
            }
        }
        let mut films = self.world.radarr.films();
        films.sort_by_key(|film| film.tmdb_id);
        assert!(films.windows(2).all(|two| two[0].tmdb_id != two[1].tmdb_id), "added a film twice");
    }
}

fn radarr_film(film: &standins::radarr::Film) -> String {
    let mut tags = film.tags.clone();
    tags.sort();
    format!(
        "radarr {} {} {} {} {} {} {tags:?}",
        film.tmdb_id, film.title, film.path, film.quality_profile_id, film.monitored, film.search
    )
}

/// Every row but those of runs and notices; of a time only whether there is one.
fn store(world: &World) -> Vec<String> {
    let db = Connection::open(world.database()).expect("a run made the store");
    let mut lines = Vec::new();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('run', 'notice')";
    let mut tables = db.prepare(sql).expect("every database has a schema");
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).expect("it can be read");
    for table in tables.map(|table| table.expect("names are text")) {
        let mut all = db.prepare(&format!("SELECT * FROM {table}")).expect("it is there");
        let columns: Vec<String> = all.column_names().map(str::to_owned).collect();
        let row = |row: &rusqlite::Row<'_>| {
            let mut line = vec![table.clone()];
            for (index, column) in columns.iter().enumerate() {
                let value: Value = row.get(index)?;
                let is_time = column.ends_with("_at") || ["until", "since"].contains(&column.as_str());
                match value {
                    // How the last scrape went and how often something was looked at is history.
                    _ if column == "outcome" || column == "tries" => {}
                    Value::Integer(time) if is_time => line.push(format!("{column}={}", time > 0)),
                    value => line.push(format!("{column}={value:?}")),
                }
            }
            Ok(line.join(" "))
        };
        lines.extend(all.query_map([], row).expect("any row will do").map(|line| line.expect("any value")));
    }
    lines.sort();
    lines
}

/// A run, and the hand that kills it at a request.
struct Killer {
    run: Mutex<Option<Child>>,
    requests: AtomicUsize,
    killed_at: Mutex<Option<Request>>,
}

impl Killer {
    fn kill(&self) {
        if let Some(run) = self.run.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            // It may just have ended by itself.
            let _ = run.kill();
            run.wait().expect("it is ours");
        }
    }

    fn has_ended(&self) -> bool {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        run.as_mut().is_none_or(|run| run.try_wait().expect("it is ours").is_some())
    }
}

/// Starts `lbjf sync` and kills it at its request number `at`, counted over all servers. Returns that request.
fn kill_at(stage: &Stage, at: usize, moment: Moment) -> Option<Request> {
    let killer = Arc::new(Killer {
        run: Mutex::new(None),
        requests: AtomicUsize::new(0),
        killed_at: Mutex::new(None),
    });
    for server in stage.servers() {
        let counting = Arc::clone(&killer);
        let is_it = move |request: &Request| {
            let is_it = counting.requests.fetch_add(1, Ordering::SeqCst) + 1 == at;
            if is_it {
                *counting.killed_at.lock().expect("nobody panics with it") = Some(request.clone());
                if moment != Moment::After {
                    counting.kill();
                }
            }
            is_it
        };
        let after = Arc::clone(&killer);
        let fault = match moment {
            Moment::Before => Fault::Drop,
            Moment::During => Fault::DropAfter,
            Moment::After => Fault::Then(Hook::new(move || {
                // It goes on for a moment: long enough to read the answer, or to write it down.
                thread::sleep(Duration::from_micros(at as u64 * 397 % 3000));
                after.kill();
            })),
        };
        server.fail(usize::MAX, is_it, fault);
    }
    {
        let mut run = killer.run.lock().expect("nobody panics with it");
        *run = Some(start(&stage.world));
    }
    while !killer.has_ended() {
        thread::sleep(Duration::from_millis(1));
    }
    if moment == Moment::During {
        // The server is still at it.
        thread::sleep(Duration::from_millis(5));
    }
    killer.killed_at.lock().expect("nobody panics with it").take()
}

fn start(world: &World) -> Child {
    let mut command = world.command(&["sync"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("lbjf was built")
}

/// A run that nobody disturbed.
struct Calm {
    /// What was there afterwards.
    end: Vec<String>,
    /// How many requests it made.
    requests: usize,
    /// Which of them, from 1, were for film pages, as far as that is certain.
    film_pages: BTreeSet<usize>,
    /// How long it took.
    took: Duration,
}

impl Calm {
    fn live(scene: Scene, workers: usize) -> Self {
        let stage = Stage::new(scene, workers);
        let started = Instant::now();
        stage.world.sync();
        let took = started.elapsed();
        let requests = stage.servers().iter().map(|server| server.requests().len()).sum();
        // Letterboxd comes first.
        let pages = stage.world.letterboxd.server.requests();
        let film_pages = (1..).zip(&pages).filter(|(_, request)| request.path.starts_with("/film/"));
        let film_pages = film_pages.map(|(at, _)| at).collect();
        let end = stage.end();
        stage.world.sync();
        assert_eq!(end, stage.end(), "a second run changes nothing");
        Self { end, requests, film_pages, took }
    }
}

/// What differs between two ends.
fn difference(expected: &[String], found: &[String]) -> String {
    let lacks = |one: &[String], other: &[String], sign: &str| {
        let lines = one.iter().filter(|line| !other.contains(line));
        lines.map(|line| format!("\n  {sign} {line}")).collect::<Vec<_>>()
    };
    [lacks(expected, found, "-"), lacks(found, expected, "+")].concat().concat()
}

/// Does all cases, some side by side; fails with what went wrong in the first few.
fn all<C: Sync + std::fmt::Debug>(cases: &[C], check: impl Fn(&C) + Sync) {
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(|| check(case))) {
                        let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                        failures.lock().expect("nobody panics with it").push(format!("{case:?}: {text}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("nobody panics with it");
    let shown = failures.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {} cases:\n{shown}", failures.len(), cases.len());
}

/// Kills a run at every request. Film pages are all alike and in the majority, and of several workers only the order
/// is new: there one moment does, in turn, and every second request.
fn survives(scene: Scene, workers: usize) {
    let Calm { end, requests, film_pages, .. } = Calm::live(scene, workers);
    assert!(requests >= 30, "{requests} requests are no medium world");
    let cases: Vec<_> = (1..=requests).flat_map(|at| MOMENTS.map(|moment| (at, moment))).collect();
    let is_chosen = |(at, moment): &&(usize, Moment)| {
        let is_its_turn = MOMENTS[at % 3] == *moment;
        if workers == 1 { is_its_turn || !film_pages.contains(at) } else { is_its_turn && at % 2 == 0 }
    };
    let cases: Vec<_> = cases.iter().filter(is_chosen).copied().collect();
    all(&cases, |(at, moment)| {
        let stage = Stage::new(scene, workers);
        let request = kill_at(&stage, *at, *moment);
        // A film that Radarr has under another id than the one it is asked for waits a run for its label.
        let is_add = request.as_ref().is_some_and(|request| request.path == "/api/v3/movie");
        stage.finish(&end, is_add);
        stage.check_requests(request.as_ref().filter(|_| *moment == Moment::Before));
    });
    tell(&format!("{scene:?}, {workers} at once: {requests} requests, {} kills survived", cases.len()));
}

#[expect(clippy::print_stdout, reason = "figures for whoever asks with `--nocapture`")]
fn tell(text: &str) {
    println!("{text}");
}

#[test]
fn a_first_run_that_is_killed_at_any_request_is_finished_by_the_next() {
    survives(Scene::First, 1);
}

#[test]
fn a_later_run_that_is_killed_at_any_request_is_finished_by_the_next() {
    survives(Scene::Later, 1);
}

#[test]
fn runs_with_requests_side_by_side_that_are_killed_are_finished_by_the_next() {
    survives(Scene::First, 4);
    survives(Scene::Later, 4);
}

#[test]
fn runs_that_are_killed_at_random_times_and_more_than_once_are_finished_by_the_next() {
    let kills: usize =
        env::var("LBJF_SOAK").map_or(10, |kills| kills.parse().expect("LBJF_SOAK is a number"));
    let scenes = [(Scene::First, 1), (Scene::Later, 1), (Scene::First, 4), (Scene::Later, 4)];
    let expected = scenes.map(|(scene, workers)| Calm::live(scene, workers));
    let survived = AtomicUsize::new(0);
    // A world is killed up to four times before it may go on to its end.
    let worlds: Vec<_> = (0..kills).collect();
    all(&worlds, |number| {
        if survived.load(Ordering::SeqCst) >= kills {
            return;
        }
        let (scene, workers) = scenes[number % scenes.len()];
        let Calm { end, took, .. } = &expected[number % scenes.len()];
        let stage = Stage::new(scene, workers);
        for _ in 0..=(number % 4) {
            let mut run = start(&stage.world);
            thread::sleep(took.mul_f64(fastrand::f64()));
            if run.try_wait().expect("it is ours").is_none() {
                survived.fetch_add(1, Ordering::SeqCst);
            }
            run.kill().expect("it is ours");
            run.wait().expect("it is ours");
        }
        stage.finish(end, true);
    });
    tell(&format!("{} random kills survived", survived.into_inner()));
}

/// Sends a signal when `is_time`, and waits for the end; returns how long that took.
fn stop(world: &World, signal: &str, is_time: impl Fn(&World) -> bool) -> (Ran, Duration) {
    let child = world.command(&["sync"]).stderr(Stdio::piped()).spawn().expect("lbjf was built");
    while !is_time(world) {
        thread::sleep(Duration::from_millis(5));
    }
    // It shall be in the midst of it.
    thread::sleep(Duration::from_millis(50));
    let sent = Instant::now();
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill is there");
    assert!(kill.success());
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    (ran, sent.elapsed())
}

type Door = fn(&World) -> &Server;

const LETTERBOXD: Door = |world| &world.letterboxd.server;
const RADARR: Door = |world| &world.radarr.server;
const JELLYFIN: Door = |world| &world.jellyfin.server;

/// A run that is stopped while it waits for this answer ends within two seconds, says nothing of a failure, and the
/// next run does what it left.
fn stops_at_once(server: Door, path: &'static str, fault: &Fault) {
    for (signal, exit) in [("-TERM", Exit::Terminated), ("-INT", Exit::Interrupted)] {
        let world = World::new().watchlist(&["heat-1995", "alien"]);
        world.download("alien");
        server(&world).fail(usize::MAX, move |request| request.path == path, fault.clone());
        let (ran, took) = stop(&world, signal, |world| !server(world).asked("GET", path).is_empty());
        let ran = ran.exits(exit).omits("warning").omits("hint").omits("failed").omits("refuse");
        assert!(took < Duration::from_secs(2), "{path}: {took:?} after {signal}");
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
    stops_at_once(RADARR, "/api/v3/system/status", &Fault::Instead(later.clone()));
    stops_at_once(JELLYFIN, "/System/Info", &Fault::Instead(later));
}

#[test]
fn a_run_in_a_pause_between_two_pages_stops_at_once() {
    let mut world = World::new().watchlist(&["heat-1995", "alien"]);
    world.change("requests_per_second = 0", "requests_per_second = 0.05");
    for (signal, exit) in [("-TERM", Exit::Terminated), ("-INT", Exit::Interrupted)] {
        world.forget_requests();
        let (ran, took) = stop(&world, signal, |world| !LETTERBOXD(world).requests().is_empty());
        ran.exits(exit).omits("warning").omits("refuse");
        assert!(took < Duration::from_secs(2), "{took:?} after {signal}");
    }
}

#[test]
fn a_write_that_is_under_way_is_waited_for_and_recorded() {
    let is_write = |request: &Request| request.method == "POST";
    let slow = Fault::Delay(Duration::from_millis(1500));
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    world.download("alien");
    world.radarr.server.fail(1, is_write, slow.clone());
    let (ran, _) = stop(&world, "-TERM", |world| !world.radarr.posted().is_empty());
    ran.exits(Exit::Terminated).mentions("ada: added to Radarr: ").omits("warning");
    assert_eq!(world.radarr.posted().len(), 1);
    world.jellyfin.server.fail(1, is_write, slow);
    let (ran, _) = stop(&world, "-INT", |world| !world.jellyfin.server.writes().is_empty());
    ran.exits(Exit::Interrupted).mentions("ada: added to Radarr: ").omits("warning");
    world.sync();
    assert_eq!(
        world.radarr.posted(),
        world.radarr.films().iter().map(|film| film.tmdb_id).collect::<Vec<_>>()
    );
    assert_eq!(world.told_jellyfin(), ["make Ada's watchlist", "put 1"]);
    world.idle();
}
