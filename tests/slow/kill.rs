//! Killed anywhere, the next run finishes the work; told to stop, a run stops at once and says so.
//!
//! A world lives through the same run again and again, and is killed (SIGKILL) at another request each time: before
//! the server sees it, when the server carried it out but nobody heard the answer, and right after the answer. After
//! that it must come to the same end as a world that nobody disturbed. `LBJF_SOAK=1000` kills at random times instead
//! of at requests, as often as it says; `LBJF_SEED`, which such a test prints, chooses the same ones again.

mod killer;
mod stage;
mod stop;

use std::collections::BTreeSet;
use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use killer::{Killed, MOMENTS, Moment, kill_after, kill_at};
use stage::{Scene, Stage, difference};
use standins::Request;

/// Runs that are killed side by side.
const SIDE_BY_SIDE: usize = 3;

/// A run that nobody disturbed.
struct Calm {
    /// What stood before it.
    ready: Stage,
    /// What was there afterwards.
    end: Vec<String>,
    /// How many requests it made.
    requests: usize,
    /// Which of them, from 1, were for film pages, as far as that is certain.
    film_pages: BTreeSet<usize>,
    /// How long it took.
    took: Duration,
}

/// Is this the short link of a film?
fn is_short(request: &Request) -> bool {
    request.path.matches('/').count() == 1
}

impl Calm {
    fn live(scene: Scene, workers: usize) -> Self {
        let ready = Stage::new(scene, workers);
        let stage = ready.twin();
        let started = Instant::now();
        stage.world.sync();
        let took = started.elapsed();
        let requests = stage.servers().iter().map(|server| server.requests().len()).sum();
        // Letterboxd comes first.
        let pages = stage.world.letterboxd.server.requests();
        let film_pages =
            (1..).zip(&pages).filter(|(_, request)| request.path.starts_with("/film/") || is_short(request));
        let film_pages = film_pages.map(|(at, _)| at).collect();
        let end = stage.end();
        stage.world.sync();
        let difference = difference(&end, &stage.end());
        assert!(difference.is_empty(), "a second run changes nothing: {difference}");
        stage.check_requests(false);
        Self { ready, end, requests, film_pages, took }
    }
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
    let Calm { ready, end, requests, film_pages, .. } = Calm::live(scene, workers);
    assert!(requests >= 30, "{requests} requests are no medium world");
    let cases: Vec<_> = (1..=requests).flat_map(|at| MOMENTS.map(|moment| (at, moment))).collect();
    let is_chosen = |(at, moment): &&(usize, Moment)| {
        let is_its_turn = MOMENTS[at % 3] == *moment;
        if workers == 1 { is_its_turn || !film_pages.contains(at) } else { is_its_turn && at % 2 == 0 }
    };
    let cases: Vec<_> = cases.iter().filter(is_chosen).copied().collect();
    let killed = AtomicUsize::new(0);
    all(&cases, |(at, moment)| {
        let stage = ready.twin();
        // Long enough to read an answer, or to write it down.
        let pause = Duration::from_micros(*at as u64 * 397 % 3000);
        let Killed { last, is_true } = kill_at(&stage, *at, *moment, pause);
        let (request, later) = last.split_first().unwrap_or_else(|| panic!("it made no request {at}"));
        // An answered run may end before it is killed; one that waits for an answer cannot.
        assert!(is_true || *moment == Moment::After, "it ended by itself");
        killed.fetch_add(usize::from(is_true), Ordering::SeqCst);
        let is_carried_out = *moment != Moment::Before && Stage::is_for_merged(request);
        let may_meet_merged = is_carried_out || later.iter().any(Stage::is_for_merged);
        // A film that Radarr has under another id than the one it is asked for waits a run for its label.
        stage.finish(&end, may_meet_merged);
        stage.check_requests(may_meet_merged);
    });
    let killed = killed.into_inner();
    tell(&format!("{scene:?}, {workers} at once: {requests} requests, {killed} of {} killed", cases.len()));
    // All but those that were answered before, of which a busy machine lets some end by themselves.
    assert!(killed * 3 >= cases.len() * 2, "{killed} of {} were killed", cases.len());
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

/// A number from the environment.
fn from_env<N: FromStr>(name: &str) -> Option<N> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

#[test]
fn runs_that_are_killed_at_random_times_and_more_than_once_are_finished_by_the_next() {
    let kills: usize = from_env("LBJF_SOAK").unwrap_or(10);
    let seed: u64 = from_env("LBJF_SEED").unwrap_or_else(|| fastrand::u64(..));
    tell(&format!("LBJF_SEED={seed}"));
    let scenes = [(Scene::First, 1), (Scene::Later, 1), (Scene::First, 4), (Scene::Later, 4)];
    let expected = scenes.map(|(scene, workers)| Calm::live(scene, workers));
    let survived = AtomicUsize::new(0);
    // A world is killed up to four times before it may go on to its end.
    let worlds: Vec<_> = (0..kills as u64).map(|number| seed.wrapping_add(number)).collect();
    all(&worlds, |seed| {
        if survived.load(Ordering::SeqCst) >= kills {
            return;
        }
        let mut random = fastrand::Rng::with_seed(*seed);
        let which = random.usize(..scenes.len());
        let Calm { ready, end, requests, took, .. } = &expected[which];
        let stage = ready.twin();
        for _ in 0..=random.usize(..4) {
            let asked: usize = stage.servers().iter().map(|server| server.requests().len()).sum();
            // Its requests measure how far a run has come, however slow it is; before the first, only time does.
            let killed = match random.usize(..=requests.saturating_sub(asked).max(5)) {
                0 => kill_after(&stage, took.mul_f64(random.f64() / 4.0)),
                at => {
                    let pause = (*took * 2 / u32::try_from(*requests).expect("some")).mul_f64(random.f64());
                    kill_at(&stage, at, Moment::After, pause)
                }
            };
            survived.fetch_add(usize::from(killed.is_true), Ordering::SeqCst);
        }
        let may_meet_merged = stage.world.radarr.server.requests().iter().any(Stage::is_for_merged);
        stage.finish(end, may_meet_merged);
        stage.check_requests(may_meet_merged);
    });
    tell(&format!("{} random kills survived", survived.into_inner()));
}
