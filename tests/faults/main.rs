//! The fault table: each door with each way of failing, and what comes of it.
//!
//! Every row of [`table::TABLE`] is a world of its own, settled, in which people then changed things. A pass goes
//! through it while one door misbehaves; it ends with the row's code and message after so many questions, and takes
//! nothing out on doubt. The next pass, after the time the row gives, leaves the servers as if nothing had happened,
//! and the one after that writes nothing. What a pass asks again is also tried with a fault that passes: nobody
//! notices that one.
//!
//! The passes run in process, with pauses that are a wink; [`binary`] has some of the rows on the program itself.

#[path = "../common/mod.rs"]
mod common;

mod binary;
mod door;
mod fault;
mod memory;
mod pass;
mod table;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use door::{Door, End};
use fault::Kind;
use pass::{Scene, State};
use table::{Row, TABLE};

/// Rows under way at the same time: most of them wait most of their time.
const AT_ONCE: usize = 10;

#[test]
fn each_row_of_the_table_is_true() {
    // A row that holds for every question behind its door is tried on one; neighbours in the table on different ones.
    let ends = |(index, row): (usize, &'static Row)| {
        let ends = row.kind.ends(row.door);
        let ends = if row.kind.is_about_content() { ends } else { &ends[index % ends.len()..][..1] };
        ends.iter().map(move |end| (row, *end))
    };
    check_all(&TABLE.iter().enumerate().flat_map(ends).collect::<Vec<_>>());
}

#[test]
#[ignore = "takes minutes: each row at every question behind its door"]
fn each_row_of_the_table_is_true_everywhere() {
    let ends = |row: &'static Row| row.kind.ends(row.door).iter().map(move |end| (row, *end));
    check_all(&TABLE.iter().flat_map(ends).collect::<Vec<_>>());
}

fn check_all(cases: &[(&Row, End)]) {
    let undisturbed = [false, true].map(|is_long| {
        let scene = Scene::new(is_long);
        let ran = scene.pass();
        assert_eq!((ran.exit, ran.said.as_str()), (0, ""));
        scene.state()
    });
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((row, end)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let undisturbed = &undisturbed[usize::from(end.is_long())];
                    if let Err(text) = check(row, *end, undisturbed) {
                        let mut wrong = wrong.lock().expect("no thread panics while it holds this");
                        wrong.push(format!("{:?} × {:?} at {end:?}: {text}", row.door, row.kind));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("no thread panicked while it held this");
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Plays one row at one end of its door.
fn check(row: &Row, end: End, undisturbed: &State) -> Result<(), String> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        play(row, end, undisturbed, usize::MAX)?;
        // Once is never, where a pass asks again.
        if row.asks > 1 { play(row, end, undisturbed, 1) } else { Ok(()) }
    }));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.unwrap_or_else(|| "it panicked".to_owned()))
    })
}

fn play(row: &Row, end: End, undisturbed: &State, times: usize) -> Result<(), String> {
    let mut scene = Scene::new(end.is_long());
    let before = scene.state();
    row.kind.begin(&mut scene, end, times);
    let ran = scene.pass();
    let asked = end.asked(&scene);
    let after = scene.state();
    let goes_wrong = times > 1 && !row.says.is_empty();
    let exit = if goes_wrong { row.exit } else { 0 };
    if ran.exit != exit {
        return Err(format!("exit {} ({times} times): {}", ran.exit, ran.said));
    }
    if goes_wrong {
        if !ran.said.contains(row.says) {
            return Err(format!("it said {:?}", ran.said));
        }
        if row.asks > 0 && asked != row.asks {
            return Err(format!("{asked} questions; it said {:?}", ran.said));
        }
        let heat = scene.world.letterboxd.tmdb_id("heat");
        let mut lost = before.lost(&after);
        if row.door.casts_no_doubt() {
            // It left the list, and every answer that says so is sound.
            lost.retain(|id| *id != heat);
        }
        if !lost.is_empty() {
            return Err(format!("it took out {lost:?}"));
        }
    } else {
        if !ran.said.is_empty() {
            return Err(format!("a fault that passes is told: {:?}", ran.said));
        }
        if after != *undisturbed {
            return Err(format!("{after:?} instead of {undisturbed:?}"));
        }
    }
    scene.behave();
    if goes_wrong {
        scene.world.pass_time(row.heals);
    }
    let ran = scene.pass();
    if (ran.exit, ran.said.as_str()) != (0, "") {
        return Err(format!("afterwards: exit {}, {}", ran.exit, ran.said));
    }
    if scene.state() != *undisturbed {
        return Err(format!("afterwards {:?} instead of {undisturbed:?}", scene.state()));
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
    for door in Door::ALL {
        for kind in Kind::ALL.iter().filter(|kind| kind.concerns(door)) {
            let rows = TABLE.iter().filter(|row| row.door == door && row.kind == *kind).count();
            assert_eq!(rows, 1, "{door:?} × {kind:?}");
        }
    }
}
