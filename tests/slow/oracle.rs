//! Never on doubt, nothing forgotten (design §2): random people, random edits and random troubles, run after run,
//! held against what design §3 says.
//!
//! A case is made of a number, its seed. First those run that failed once, then the same ones every time.
//! `PROPTEST_CASES=2000` adds so many new ones, whose first seed is printed; `LBJF_SEED=7` begins with that one.

mod belief;
mod check;
mod edits;
mod films;
mod known;
mod oracle;
mod people;
mod program;
mod rounds;
mod state;
mod tally;
mod troubles;

use std::collections::BTreeMap;
use std::env;
use std::str::FromStr;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use oracle::Oracle;
use rounds::{Round, Start};

/// How often something happened.
pub type Tally = BTreeMap<&'static str, usize>;

fn play(start: &Start, rounds: &[Round], tally: &mut Tally) -> Result<(), TestCaseError> {
    let mut oracle = Oracle::new(start);
    for (number, round) in rounds.iter().enumerate() {
        oracle.round(round).map_err(|fault| {
            TestCaseError::fail(format!("round {number}: {fault}\n{}", oracle.last_words))
        })?;
    }
    for (what, times) in oracle.tally {
        *tally.entry(what).or_default() += times;
    }
    Ok(())
}

/// Plays the case of a seed; if it fails, says with what the smallest one fails that was found.
fn play_seed(seed: u64, strategy: &impl Strategy<Value = (Start, Vec<Round>)>, tally: &mut Tally) {
    let config = Config {
        cases: 1,
        failure_persistence: None,
        max_shrink_iters: Config::default().max_shrink_iters.min(10_000),
        max_shrink_time: 20_000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let tally = std::cell::RefCell::new(tally);
    let result = runner.run(strategy, |(start, rounds)| play(&start, &rounds, &mut tally.borrow_mut()));
    if let Err(TestError::Fail(reason, (start, rounds))) = result {
        panic!("LBJF_SEED={seed}: {reason}\n{start:?}\n{rounds:?}");
    }
}

/// A number from the environment.
fn from_env<N: FromStr>(name: &str) -> Option<N> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Seeds that failed once, the same ones as ever, among which all of `reached` must happen, and new ones on demand.
fn hold(failed: &[u64], usual: u64, strategy: &impl Strategy<Value = (Start, Vec<Round>)>, reached: &[&str]) {
    let mut tally = Tally::new();
    for seed in failed.iter().copied().chain(0..usual) {
        play_seed(seed, strategy, &mut tally);
    }
    tell(&format!("{} cases: {tally:?}", failed.len() as u64 + usual));
    let missing: Vec<_> = reached.iter().filter(|what| !tally.contains_key(**what)).collect();
    assert!(missing.is_empty(), "never reached: {missing:?}");
    let seed = from_env("LBJF_SEED");
    let new = from_env("PROPTEST_CASES").unwrap_or(u64::from(seed.is_some()));
    if new == 0 {
        return;
    }
    let first = seed.unwrap_or_else(|| fastrand::u64(usual..u64::MAX / 2));
    tell(&format!("LBJF_SEED={first} and the {new} from there on"));
    for seed in first..first + new {
        play_seed(seed, strategy, &mut Tally::new());
    }
}

#[expect(clippy::print_stdout, reason = "figures for whoever asks with `--nocapture`")]
fn tell(text: &str) {
    println!("{text}");
}

#[test]
fn edits_of_people_in_any_order_end_as_design_3_says() {
    let reached = [
        "added to Radarr",
        "put into a collection",
        "taken out of a collection",
        "made a collection",
        "a list that is private",
        "a list that was emptied",
        "a list that waits for another crawl",
        "a Radarr that is new",
        "an excluded film that is wished",
        "a film that somebody deleted from Radarr",
        "a collection of two people",
        "a film of two copies",
        "a ghost",
        "a collection that is renamed",
        "a merged film that Radarr has",
        "both twins in Radarr",
        "a library that is taken away",
        "somebody outside the config",
        "ada outside the config",
        "two people with one Jellyfin user",
        "a collection of another name",
        "a film that gained an id",
        "a film with another id",
        "an option that changed",
        "a clock that was set back",
        "a dry run",
        "a cleanup",
    ];
    hold(&[3_186_831_535_902_123_544], 42, &rounds::case(false), &reached);
}

#[test]
fn troubles_take_nothing_out_and_nothing_away() {
    let reached = [
        "Letterboxd failed",
        "Radarr failed",
        "Jellyfin failed",
        "Letterboxd refused",
        "a kill",
        "a trouble that was told",
        "put into a collection",
        "taken out of a collection",
    ];
    let failed = [
        2_614_093_943_491_178_699,
        9_198_298_153_937_208_036,
        8_961_288_990_002_045_268,
        762_387_290_198_108_943,
        5_709_918_134_919_312_923,
        354_286_116_706_332_563,
        209_799_209_924_775_336,
        184_309_806_632_301_001,
    ];
    hold(&failed, 42, &rounds::case(true), &reached);
}

#[test]
fn what_changes_during_a_run_is_done_by_this_one_or_the_next_and_nothing_else_is() {
    let reached = [
        "a list that changed during a run",
        "Radarr changed during a run",
        "Jellyfin changed during a run",
        "added to Radarr",
        "put into a collection",
        "taken out of a collection",
    ];
    let failed = [
        3_947_910_440_120_049_594,
        8_654_444_966_003_343_090,
        7_257_433_929_283_945_879,
        5_629_694_572_046_820_930,
        1_767_556_450_100_820_140,
    ];
    hold(&failed, 42, &rounds::busy_case(), &reached);
}

#[test]
fn lists_in_doubt_lose_nothing_before_an_hour_is_over() {
    let reached = [
        "a list that waits for another crawl",
        "a list that lost films after another crawl",
        "a total that disagrees",
        "taken out of a collection",
    ];
    hold(&[], 36, &rounds::doubtful_case(), &reached);
}

#[test]
fn a_library_in_doubt_takes_nothing_out() {
    let reached =
        ["a library that is taken away", "Jellyfin failed", "taken out of a collection", "a cleanup"];
    hold(&[], 30, &rounds::blind_case(), &reached);
}
