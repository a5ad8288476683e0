//! The fault table: each door with each way of failing, and what comes of it.
//!
//! Every row of [`table::TABLE`] is a world of its own, settled, in which people then changed things. A pass goes
//! through it while one door misbehaves; it ends with the row's code and message after so many questions, does the
//! rest, and takes nothing out on doubt. The next pass, after the time the row gives, leaves the servers as if nothing
//! had happened, and the one after that writes nothing. What a pass asks again is also tried with a fault that passes:
//! nobody notices that one.
//!
//! The passes run in process, with pauses that are a wink; [`binary`] has some of the rows on the program itself.

mod binary;
mod door;
mod expected;
mod fault;
mod lists;
mod memory;
mod pass;
mod several;
mod table;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use standins::Request;

use door::{Door, End};
use expected::{Case, case, is_left_out, rows, undone};
use fault::{Kind, When};
use pass::{Scene, Setting, State};
use table::{Asked, TABLE};

/// Rows under way at the same time: most of them wait most of their time.
const AT_ONCE: usize = 10;

#[test]
fn each_row_of_the_table_is_true() {
    check_all(&all_cases(Kind::tried));
}

#[test]
#[ignore = "takes minutes: each row at every question behind its door"]
fn each_row_of_the_table_is_true_everywhere() {
    check_all(&all_cases(|kind, door, _| kind.ends(door)));
}

/// Each door with each fault, at these questions.
fn all_cases(ends: impl Fn(Kind, Door, usize) -> Vec<End>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (turn, (door, kind, when)) in combinations().enumerate() {
        let ends = ends(kind, door, turn).into_iter().filter(|end| !is_left_out(*end, kind));
        for (number, end) in ends.enumerate() {
            let case = case(door, end, kind, when).expect("the table is whole");
            cases.push(Case { is_tried_once: number == 0, ..case });
        }
    }
    cases
}

fn combinations() -> impl Iterator<Item = (Door, Kind, When)> {
    let kinds = |door| Kind::ALL.iter().map(move |kind| (door, *kind));
    let both = |(door, kind)| [When::Before, When::Done].map(|when| (door, kind, when));
    let all = Door::ALL.into_iter().flat_map(kinds).flat_map(both);
    all.filter(|(door, kind, when)| kind.concerns(*door, *when))
}

/// A pass that nothing disturbed.
struct Calm {
    /// What stood before it; each case begins with a copy.
    ready: Scene,
    state: State,
    /// What each of the servers was asked.
    requests: HashMap<String, Vec<Request>>,
}

impl Calm {
    fn live(setting: Setting) -> Self {
        let ready = Scene::new(setting);
        let scene = ready.begin();
        let ran = scene.pass();
        let says = if setting == Setting::Lost { 0 } else { ran.said.len() };
        assert_eq!((ran.exit, says), (0, 0), "{setting:?}: {}", ran.said);
        let servers =
            [&scene.world.letterboxd.server, &scene.world.radarr.server, &scene.world.jellyfin.server];
        let names = ["letterboxd", "radarr", "jellyfin"].map(str::to_owned);
        let requests = names.into_iter().zip(servers.map(standins::Server::requests)).collect();
        Self { ready, state: scene.state(), requests }
    }

    /// How often the same question is asked.
    fn asks(&self, end: End) -> usize {
        end.times(&self.requests[end.server_name()])
    }

    /// How much a server answers before it comes to this question.
    fn reads(&self, end: End) -> usize {
        let requests = &self.requests[end.server_name()];
        requests
            .iter()
            .position(|request| end.is(request))
            .unwrap_or_else(|| panic!("{end:?} is never asked"))
    }
}

fn check_all(cases: &[Case]) {
    let calm: HashMap<Setting, Calm> =
        Setting::ALL.into_iter().map(|setting| (setting, Calm::live(setting))).collect();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(text) = check(case, &calm[&case.end.setting()]) {
                        let mut wrong = wrong.lock().expect("no thread panics while it holds this");
                        wrong.push(format!("{case:?}:\n    {text}"));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("no thread panicked while it held this");
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    tell(cases.len());
}

#[expect(clippy::print_stdout, reason = "figures for whoever asks with `--nocapture`")]
fn tell(cases: usize) {
    println!(
        "{} rows, {} combinations of door and fault, {cases} tried",
        TABLE.len(),
        combinations().count()
    );
}

/// Plays one row at one end of its door.
fn check(case: &Case, calm: &Calm) -> Result<(), String> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        play(case, calm, usize::MAX)?;
        // Once is never, where a pass asks again.
        if case.is_tried_once && matches!(case.asked, Asked::Times(2..)) {
            play(case, calm, 1)
        } else {
            Ok(())
        }
    }));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.unwrap_or_else(|| "it panicked".to_owned()))
    })
}

fn play(case: &Case, calm: &Calm, times: usize) -> Result<(), String> {
    let mut scene = calm.ready.begin();
    let before = scene.state();
    case.kind.begin(&mut scene, case.end, case.when, times, calm.reads(case.end));
    let ran = scene.pass();
    let asked = case.end.times(&case.end.server(&scene).requests());
    let after = scene.state();
    let is_for_good = times > 1;
    let goes_wrong = is_for_good && !(case.says.is_empty() && undone(case).is_empty());
    let exit = if goes_wrong { case.exit } else { 0 };
    if ran.exit != exit {
        return Err(format!("exit {} ({times} times): {}", ran.exit, ran.said));
    }
    let expected = match case.asked {
        Asked::AsEver => calm.asks(case.end),
        Asked::Times(times) => times,
        Asked::Any => asked,
    };
    if is_for_good && asked != expected {
        return Err(format!("{asked} questions; it said {:?}", ran.said));
    }
    if goes_wrong {
        if !ran.said.contains(case.says) {
            return Err(format!("it said {:?}", ran.said));
        }
        let lost = before.lost(&after, &scene.world);
        if !lost.is_empty() {
            return Err(format!("it took out {lost:?}"));
        }
        let mut expected = calm.state.done(&calm.state, &scene.world);
        expected.retain(|work| !undone(case).contains(work));
        let done = after.done(&calm.state, &scene.world);
        if done != expected {
            return Err(format!("it did {done:?} instead of {expected:?}, {:?}", ran.said));
        }
    } else {
        if !ran.said.is_empty() {
            return Err(format!("a fault that passes is told: {:?}", ran.said));
        }
        if after != calm.state {
            return Err(format!("{after:?} instead of {:?}", calm.state));
        }
    }
    scene.behave();
    if goes_wrong {
        scene.world.pass_time(case.heals);
    }
    let ran = scene.pass();
    if (ran.exit, ran.said.as_str()) != (0, "") {
        return Err(format!("afterwards: exit {}, {}", ran.exit, ran.said));
    }
    if scene.state() != calm.state {
        return Err(format!("afterwards {:?} instead of {:?}", scene.state(), calm.state));
    }
    if case.when == When::Done && case.end.is_once() {
        let all = case.end.times(&case.end.server(&scene).requests());
        if all != asked {
            return Err(format!("it was done, and the next pass asked for it again: {asked} and then {all}"));
        }
    }
    let again = scene.world.radarr.sent_again();
    if !again.is_empty() && (case.end, case.kind) != (End::Radarr("movie"), Kind::EmptyList) {
        return Err(format!("sent to Radarr, which had them: {again:?}"));
    }
    let again = scene.world.jellyfin.made_again();
    if !again.is_empty() {
        return Err(format!("made collections that were there: {again:?}"));
    }
    scene.world.forget_requests();
    let ran = scene.pass();
    if (ran.exit, scene.world.writes().len()) != (0, 0) {
        return Err(format!("at last: exit {}, {:?}", ran.exit, scene.world.writes()));
    }
    Ok(())
}

#[test]
fn the_table_has_every_door_with_every_fault_once() {
    for (door, kind, when) in combinations() {
        for end in kind.ends(door).into_iter().filter(|end| !is_left_out(*end, kind)) {
            let rows = rows(door, end, kind, when).count();
            let is_derived = door == Door::RadarrAsk && rows == 0 && case(door, end, kind, when).is_some();
            assert!(rows == 1 || is_derived, "{door:?} at {end:?} × {kind:?} {when:?}: {rows} rows");
        }
    }
    for row in TABLE {
        let is_used = |door: &&Door| row.fault.concerns(**door, row.when);
        assert!(row.doors.iter().all(|door| is_used(&door)), "{row:?}");
    }
}
