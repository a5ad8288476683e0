//! Never on doubt, nothing forgotten (design §2): random people, random edits and random troubles, run after run,
//! held against what design §3 says.
//!
//! Without `PROPTEST_CASES` the same few cases run every time; with it, so many new ones:
//! `PROPTEST_CASES=2000 cargo test --test oracle`.

mod belief;
mod check;
#[path = "../common/mod.rs"]
mod common;
mod edits;
mod films;
mod known;
mod oracle;
mod people;
mod program;
mod rounds;
mod troubles;

use std::env;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use oracle::Oracle;
use rounds::{Round, Start};

fn play(start: &Start, rounds: &[Round]) -> Result<(), TestCaseError> {
    let mut oracle = Oracle::new(start);
    for (number, round) in rounds.iter().enumerate() {
        oracle.round(round).map_err(|fault| {
            TestCaseError::fail(format!("round {number}: {fault}\n{}", oracle.last_words))
        })?;
    }
    Ok(())
}

fn hold(usual_cases: u32, strategy: &impl Strategy<Value = (Start, Vec<Round>)>) {
    let is_free = env::var_os("PROPTEST_CASES").is_some();
    let cases = if is_free { Config::default().cases } else { usual_cases };
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: Config::default().max_shrink_iters.min(10_000),
        max_shrink_time: 20_000,
        ..Config::default()
    };
    let mut runner = if is_free {
        TestRunner::new(config)
    } else {
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    };
    let result = runner.run(strategy, |(start, rounds)| play(&start, &rounds));
    if let Err(TestError::Fail(reason, (start, rounds))) = result {
        panic!("{reason}\n{start:?}\n{rounds:?}");
    }
}

#[test]
fn edits_of_people_in_any_order_end_as_design_3_says() {
    hold(28, &rounds::case(false));
}

#[test]
fn troubles_take_nothing_out_and_nothing_away() {
    hold(28, &rounds::case(true));
}

#[test]
fn lists_in_doubt_lose_nothing_before_an_hour_is_over() {
    hold(24, &rounds::doubtful_case());
}

#[test]
fn a_library_in_doubt_takes_nothing_out() {
    hold(20, &rounds::blind_case());
}
