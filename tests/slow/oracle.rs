//! The promises (docs/design.md), held against random people, edits, troubles and kills, run after run.
//!
//! The oracle sees what a person in the house could see: the lists, the servers before and after a run, what lbjf wrote
//! to them, its exit code and what it said. It knows nothing of how lbjf decides or remembers. [`house`] is what is
//! truly so, [`known`] what lbjf may and must know of it, [`promises`] what it may and must do then. A chapter of a
//! case ends when all troubles are over and enough time has passed; then nothing may be missing.
//!
//! A case is made of a number, its seed. First those run that failed once, then the same ones every time.
//! `PROPTEST_CASES=2000` adds so many new ones, whose first seed is printed; `LBJF_SEED=7` begins with that one.

mod cases;
mod edits;
mod house;
mod known;
mod learn;
mod promises;
mod runs;
mod troubles;

use std::env;
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use cases::Case;
use runs::{Oracle, Tally};

fn play((start, chapters): &Case, tally: &Mutex<Tally>) -> Result<(), TestCaseError> {
    let mut oracle = Oracle::new(start);
    for (number, chapter) in chapters.iter().enumerate() {
        oracle.chapter(chapter).map_err(|fault| {
            TestCaseError::fail(format!("chapter {number}, {fault}\n{}", oracle.last_words))
        })?;
    }
    let mut tally = tally.lock().expect("no thread panics with it");
    for (what, times) in oracle.tally {
        *tally.entry(what).or_default() += times;
    }
    Ok(())
}

/// Plays the case of a seed; if it fails, says with what the smallest one fails that was found.
fn play_seed(seed: u64, strategy: &impl Strategy<Value = Case>, tally: &Mutex<Tally>) -> Result<(), String> {
    let config = Config {
        cases: 1,
        failure_persistence: None,
        max_shrink_iters: Config::default().max_shrink_iters.min(10_000),
        max_shrink_time: 30_000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    match runner.run(strategy, |case| play(&case, tally)) {
        Err(TestError::Fail(reason, (start, chapters))) => {
            Err(format!("LBJF_SEED={seed}: {reason}\n{start:?}\n{chapters:#?}"))
        }
        _ => Ok(()),
    }
}

/// A number from the environment.
fn from_env<N: FromStr>(name: &str) -> Option<N> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Seeds that failed once, the same ones as ever, among which all of `reached` must happen, and new ones on demand.
fn hold<S: Strategy<Value = Case>>(failed: &[u64], usual: u64, cases: fn() -> S, reached: &[&str]) {
    let tally = Mutex::new(Tally::new());
    play_all(&failed.iter().copied().chain(0..usual).collect::<Vec<_>>(), cases, &tally);
    let tally = tally.into_inner().expect("no thread panics with it");
    tell(&format!("{} cases: {tally:?}", failed.len() as u64 + usual));
    let missing: Vec<_> = reached.iter().filter(|what| !tally.contains_key(**what)).collect();
    assert!(missing.is_empty(), "never reached: {missing:?}");
    let seed = from_env("LBJF_SEED");
    let new = from_env("PROPTEST_CASES").unwrap_or(u64::from(seed.is_some()));
    if new > 0 {
        let first = seed.unwrap_or_else(|| fastrand::u64(usual..u64::MAX / 2));
        tell(&format!("LBJF_SEED={first} and the {new} from there on"));
        play_all(&(first..first + new).collect::<Vec<_>>(), cases, &Mutex::default());
    }
}

/// Several at a time, since some wait until lbjf asks again; until one fails.
fn play_all<S: Strategy<Value = Case>>(seeds: &[u64], cases: fn() -> S, tally: &Mutex<Tally>) {
    let next = AtomicUsize::new(0);
    let play_some = || {
        let strategy = cases();
        while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::SeqCst)) {
            if let Err(fault) = play_seed(*seed, &strategy, tally) {
                next.store(seeds.len(), Ordering::SeqCst);
                return Some(fault);
            }
        }
        None
    };
    thread::scope(|scope| {
        let players: Vec<_> = (0..3).map(|_| scope.spawn(play_some)).collect();
        for player in players {
            let fault = player.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            assert!(fault.is_none(), "{}", fault.unwrap_or_default());
        }
    });
}

#[expect(clippy::print_stdout, reason = "figures for whoever asks with `--nocapture`")]
fn tell(text: &str) {
    println!("{text}");
}

#[test]
fn what_people_do_in_any_order_ends_as_promised() {
    let reached = [
        "added to Radarr",
        "put into a collection",
        "taken out of a collection",
        "a film that stays deleted",
        "a second run",
        "a reading in doubt",
        "a list",
        "an export",
        "a dry run",
        "a second Radarr that gets its own",
    ];
    hold(&[], 12, cases::quiet, &reached);
}

#[test]
fn troubles_take_nothing_out_and_nothing_away() {
    let reached = [
        "Letterboxd failed",
        "Radarr failed",
        "Jellyfin failed",
        "Letterboxd refused",
        "a trouble that was told",
        "the same while the first one fails",
        "put into a collection",
        "taken out of a collection",
    ];
    hold(&[], 14, cases::troubled, &reached);
}

#[test]
fn killed_runs_lose_nothing_and_add_nothing_twice() {
    hold(&[], 8, cases::killed, &["a kill", "added to Radarr", "put into a collection"]);
}

#[test]
fn what_changes_during_a_run_takes_nothing_away() {
    let reached = ["a change during a run", "put into a collection", "taken out of a collection"];
    hold(&[], 10, cases::busy, &reached);
}

#[test]
fn lists_in_doubt_lose_nothing_before_an_hour_is_over() {
    hold(&[], 10, cases::doubtful, &["a reading in doubt", "taken out of a collection"]);
}

#[test]
fn a_library_in_doubt_takes_nothing_out() {
    hold(&[], 12, cases::blind, &["Jellyfin failed", "taken out of a collection"]);
}
