//! Never on doubt, nothing forgotten (design §2): random people, random edits and random troubles, run after run,
//! held against what design §3 says.
//!
//! Without `PROPTEST_CASES` the same few cases run every time; with it, so many new ones:
//! `PROPTEST_CASES=2000 cargo test --test oracle`.

#[path = "../common/mod.rs"]
mod common;
mod edits;
mod model;
mod world;

use std::env;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use edits::{Round, Start};
use world::Oracle;

fn play(start: &Start, rounds: &[Round]) -> Result<(), TestCaseError> {
    let mut oracle = Oracle::new(start);
    for (number, round) in rounds.iter().enumerate() {
        oracle.round(round).map_err(|fault| {
            TestCaseError::fail(format!("round {number}: {fault}\n{}", oracle.last_words()))
        })?;
    }
    Ok(())
}

fn hold(disturbed: bool) {
    let is_free = env::var_os("PROPTEST_CASES").is_some();
    let cases = if is_free { Config::default().cases } else { 20 };
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 10_000,
        max_shrink_time: 20_000,
        ..Config::default()
    };
    let mut runner = if is_free {
        TestRunner::new(config)
    } else {
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    };
    let result = runner.run(&edits::case(disturbed), |(start, rounds)| play(&start, &rounds));
    if let Err(TestError::Fail(reason, (start, rounds))) = result {
        panic!("{reason}\n{start:?}\n{rounds:?}");
    }
}

#[test]
fn edits_of_people_in_any_order_end_as_design_3_says() {
    hold(false);
}

#[test]
fn troubles_take_nothing_out_and_nothing_away() {
    hold(true);
}
