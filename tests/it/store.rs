//! A store that cannot be used stops the run before anybody is asked, and stays as it is, byte for byte: an empty one
//! in its place would mean that nothing was ever synced.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use crate::common::disk::{on_a_disk_of, on_a_disk_that};
use crate::common::{Ran, World};
use lbjf::exit::Exit;
use standins::{Fault, Reply};

const DAY: Duration = Duration::from_hours(24);

/// A world with a store that is in use: films here and there, and one that waits.
fn used() -> World {
    let world = World::new().watchlist_of(40);
    world.settle(["film-1", "film-2", "film-3"]);
    world
}

/// Nothing can be done with this store, and every command says so in its way; then the right bytes make it good.
fn refused(world: &World, what: &str, hint: &str) {
    let path = world.database();
    let before = fs::read(&path);
    let line = format!("store `{}`: ", path.display());
    for args in [
        &["sync"][..],
        &["sync", "--dry-run"],
        &["sync", "--full", "--allow-shrink"],
        &["cleanup"],
        &["status"],
        &["status", "--json"],
    ] {
        let ran =
            world.lbjf(args).exits(Exit::Failure).mentions(&format!("lbjf: error: {line}")).mentions(what);
        assert!(ran.stderr.contains(&format!("\nhint: {hint}")), "{args:?}:\n{}", ran.stderr);
        assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 2), "{args:?}:\n{}", ran.stderr);
    }
    nobody_was_asked(world);
    // A person who looks for the fault is not stopped by it.
    let ran = world.lbjf(&["scrape", "ada", "--limit", "2"]).exits(Exit::Success).mentions(&line);
    assert!(ran.stdout.lines().count() >= 2, "{}", ran.stdout);
    world.forget_requests();
    if let Ok(before) = before {
        assert!(fs::read(&path).expect("it is still there") == before, "{what}: the file was changed");
    }
}

fn nobody_was_asked(world: &World) {
    for server in [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server] {
        assert!(server.requests().is_empty(), "a server was asked");
    }
}

#[test]
fn a_file_that_lost_its_bytes_its_end_its_middle_or_its_beginning_is_refused_and_left_as_it_is() {
    let world = used();
    let good = fs::read(world.database()).expect("a run made the store");
    let overwrite = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        let end = (at + 4096).min(bytes.len());
        bytes[at..end].fill(byte);
        bytes
    };
    let damaged = "restore a backup; without one";
    for (bytes, what, hint) in [
        (Vec::new(), "it is empty, which an lbjf database never is", "if it was in use, restore a backup"),
        (vec![0; good.len()], "it is not an lbjf database", "`system.database` names a file"),
        (good[..50].to_vec(), "it is damaged: ", damaged),
        (good[..good.len() / 2].to_vec(), "it is damaged: ", damaged),
        (good[..good.len() - 100].to_vec(), "it is damaged: ", damaged),
        (overwrite(4096, 0), "it is damaged: ", damaged),
        (overwrite(good.len() / 2 / 4096 * 4096, 0xff), "it is damaged: ", damaged),
        (overwrite(0, 0), "it is not an lbjf database", "`system.database` names a file"),
        (
            b"some text of a person, long enough to be taken for something else".to_vec(),
            "it is not an lbjf",
            "`system.",
        ),
    ] {
        fs::write(world.database(), bytes).expect("it can be written to");
        refused(&world, what, hint);
    }
    fs::write(world.database(), good).expect("it can be written to");
    world.idle();
}

#[test]
fn no_page_can_be_damaged_without_notice() {
    let world = used();
    let good = fs::read(world.database()).expect("a run made the store");
    assert!(good.len() / 4096 > 15, "{} pages", good.len() / 4096);
    for (page, byte) in (0..good.len() / 4096).flat_map(|page| [(page, 0), (page, 0xff)]) {
        let mut bytes = good.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(byte);
        fs::write(world.database(), &bytes).expect("it can be written to");
        world.lbjf(&["sync"]).exits(Exit::Failure).mentions("lbjf: error: store `").mentions("\nhint: ");
        assert!(
            fs::read(world.database()).expect("it is there") == bytes,
            "page {page} was mended behind our back"
        );
    }
    nobody_was_asked(&world);
}

#[test]
fn a_file_of_another_program_and_one_of_a_newer_lbjf_are_refused_and_left_as_they_are() {
    let world = used();
    let good = fs::read(world.database()).expect("a run made the store");
    let db = rusqlite::Connection::open(world.database()).expect("it is a database");
    db.pragma_update(None, "user_version", 99).expect("it can be written to");
    drop(db);
    let known = lbjf::store::SCHEMA_VERSION;
    let what = format!("it was written by a newer lbjf (schema 99, this one knows up to {known})");
    refused(&world, &what, "use that version of lbjf, or name another file in `system.database`");

    fs::remove_file(world.database()).expect("it is there");
    let db = rusqlite::Connection::open(world.database()).expect("a new database");
    db.execute_batch("CREATE TABLE films (title); PRAGMA user_version = 1").expect("it can be written to");
    drop(db);
    refused(&world, "it is not an lbjf database", "`system.database` names a file");

    fs::write(world.database(), good).expect("it can be written to");
    world.idle();
}

#[test]
fn a_folder_in_the_place_of_the_store_or_a_file_in_the_place_of_its_folder_is_refused() {
    let world = World::new().watchlist(&["heat"]);
    fs::create_dir_all(world.database()).expect("it can be made");
    refused(&world, "it cannot be opened", "check that it is a file, and the owner and permissions");
    assert!(world.database().is_dir());

    let world = World::new().watchlist(&["heat"]);
    fs::write(world.folder.path().join("state"), "a file of a person").expect("it can be made");
    world.lbjf(&["sync"]).exits(Exit::Failure).mentions("lbjf: error: ").mentions("state/lbjf.db");
    nobody_was_asked(&world);
    assert_eq!(fs::read(world.folder.path().join("state")).expect("it is there"), b"a file of a person");
}

fn set_mode(path: &std::path::Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn a_file_or_a_folder_that_may_not_be_written_stops_the_run_and_status_reads_it_all_the_same() {
    let world = used();
    let (file, state) = (world.database(), world.folder.path().join("state"));
    let before = fs::read(&file).expect("a run made the store");
    set_mode(world.folder.path(), 0o755);
    // The lock can be taken, the file cannot be written.
    set_mode(&state, 0o777);
    set_mode(&state.join("lbjf.db.lock"), 0o666);
    set_mode(&file, 0o444);
    if let Some(ran) = world.as_nobody(&["sync"]) {
        ran.exits(Exit::Failure)
            .mentions(&format!("store `{}`: it can be read but not written", file.display()))
            .mentions("\nhint: check the owner and the mount");
        nobody_was_asked(&world);
    }
    // A folder in which no journal and no lock can be made.
    set_mode(&state, 0o555);
    set_mode(&state.join("lbjf.db.lock"), 0o444);
    if let Some(ran) = world.as_nobody(&["sync"]) {
        ran.exits(Exit::Failure).mentions("lbjf.db").mentions("ermission denied");
        nobody_was_asked(&world);
    }
    if let Some(ran) = world.as_nobody(&["status"]) {
        assert!(ran.exits(Exit::Success).stdout.contains("40 films of 40 declared"));
    }
    // One that may not even be looked into: that is no "nothing was ever synced".
    set_mode(&state, 0o000);
    if let Some(ran) = world.as_nobody(&["status"]) {
        let ran =
            ran.exits(Exit::Failure).mentions("ermission denied").mentions("\nhint: check that it is a file");
        assert_eq!(ran.stdout, "");
    }
    set_mode(&state, 0o755);
    assert_eq!(fs::read(&file).expect("it is there"), before);
}

/// Runs lbjf with no room for a file longer than so many KiB: the system refuses the write, as a full disk does.
fn with_room(world: &World, kib: usize, args: &[&str]) -> Ran {
    let lbjf = world.command(args);
    let mut command = Command::new("sh");
    // Unless it is ignored, the signal ends the program; in POSIX the unit is half a KiB.
    let script = format!("trap '' XFSZ; ulimit -f {} || exit 99; exec \"$@\"", kib * 2);
    command.args(["-c", &script, "sh"]).arg(lbjf.get_program()).args(lbjf.get_args());
    command.env_clear().current_dir(world.folder.path());
    command.envs(lbjf.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = world.ran(command.output().expect("sh is there"));
    assert_ne!(ran.code, 99, "{}", ran.stderr);
    ran
}

#[test]
fn without_room_for_a_new_store_nobody_is_asked_and_none_is_left_half_made() {
    let world = World::new().watchlist(&["heat"]);
    with_room(&world, 8, &["sync"])
        .exits(Exit::Failure)
        .mentions("store `")
        .mentions("\nhint: check whether its disk");
    nobody_was_asked(&world);
    let names = fs::read_dir(world.folder.path().join("state")).expect("it was made");
    let names: Vec<_> = names.map(|entry| entry.expect("it can be read").file_name()).collect();
    assert_eq!(names, ["lbjf.db.lock"]);
    world.sync();
    assert_eq!(world.radarr.posted(), world.tmdb(&["heat"]));
}

const NO_LOCKS: &str = "its folder does not support locks (a network share?)";
const NO_LOCKS_HINT: &str = "hint: put `system.database` on a disk of this machine";

/// ENOLCK, EACCES, EIO, ENOSYS, EOPNOTSUPP.
const NO_LOCK_ERRORS: [i32; 5] = [37, 13, 5, 38, 95];

/// Nothing is left in the folder of the store but these.
#[track_caller]
fn left(world: &World, expected: &[&str]) {
    let names = fs::read_dir(world.folder.path().join("state")).expect("it is there");
    let mut names: Vec<_> =
        names.map(|entry| entry.expect("it can be read").file_name().into_string().expect("text")).collect();
    names.sort();
    assert_eq!(names, expected);
}

#[test]
fn a_folder_that_takes_no_locks_is_told_as_such_by_sync_and_by_status_check() {
    for refuses in ["REFUSE_FCNTL", "REFUSE_FLOCK"] {
        for error in NO_LOCK_ERRORS {
            let world = World::new().watchlist(&["heat"]);
            let Some(ran) = on_a_disk_that(refuses, error, &world, &["sync"]) else { return };
            ran.exits(Exit::Failure).mentions("lbjf: error: ").mentions(NO_LOCKS).mentions(NO_LOCKS_HINT);
            nobody_was_asked(&world);
            left(&world, &["lbjf.db.lock"]);
            let ran = on_a_disk_that(refuses, error, &world, &["status", "--check"]).expect("as before");
            let ran = ran.exits(Exit::Failure);
            let line = format!("WRONG  store file: `{}`: {NO_LOCKS}", world.database().display());
            assert!(ran.stdout.contains(&line) && ran.stdout.contains(NO_LOCKS_HINT), "{}", ran.stdout);
            assert!(ran.stdout.contains("ok     ada watchlist: "), "the others are asked: {}", ran.stdout);
            left(&world, &["lbjf.db.lock"]);
            world.lbjf(&["status", "--check"]).exits(Exit::Success);
            world.sync();
        }
    }
}

#[test]
fn a_store_in_use_that_comes_to_a_folder_without_locks_is_told_as_such_and_not_as_locked() {
    let world = used();
    // SQLite takes this number for another program that has the file, and waits for it.
    let Some(ran) = on_a_disk_that("REFUSE_FCNTL", 37, &world, &["sync"]) else { return };
    ran.exits(Exit::Failure).mentions(NO_LOCKS).mentions(NO_LOCKS_HINT).omits("another program");
    let ran = on_a_disk_that("REFUSE_FCNTL", 5, &world, &["status"]).expect("as before");
    ran.exits(Exit::Failure).mentions(NO_LOCKS).mentions(NO_LOCKS_HINT);
    for error in NO_LOCK_ERRORS {
        let ran = on_a_disk_that("REFUSE_FLOCK", error, &world, &["status", "--check"]).expect("as before");
        assert!(ran.exits(Exit::Failure).stdout.contains(NO_LOCKS));
    }
    left(&world, &["lbjf.db", "lbjf.db.lock"]);
    world.idle();
}

#[test]
fn a_store_that_another_program_has_open_is_told_as_locked_and_not_as_without_locks() {
    let world = used();
    let db = rusqlite::Connection::open(world.database()).expect("it is a database");
    db.execute_batch("BEGIN EXCLUSIVE").expect("nobody else has it");
    world
        .lbjf(&["sync"])
        .exits(Exit::Failure)
        .mentions("another program keeps it locked\nhint: close the program that has it open");
}

#[test]
fn a_disk_that_fails_to_sync_is_told_by_sync_and_by_status_check() {
    for world in [World::new().watchlist(&["heat"]), used()] {
        let Some(ran) = on_a_disk_that("REFUSE_FSYNC", 5, &world, &["sync"]) else { return };
        ran.exits(Exit::Failure)
            .mentions("it cannot be read or written: ")
            .mentions("hint: check whether its disk");
        nobody_was_asked(&world);
        let ran = on_a_disk_that("REFUSE_FSYNC", 5, &world, &["status", "--check"]).expect("as before");
        let ran = ran.exits(Exit::Failure);
        assert!(
            ran.stdout.contains("WRONG  store file: ") && ran.stdout.contains("check whether its disk"),
            "{}",
            ran.stdout
        );
        world.sync();
    }
}

#[test]
fn a_full_disk_is_told_by_sync_and_by_status_check_with_and_without_a_store() {
    const FULL: &str = "it cannot be written: the disk is full";
    for world in [World::new().watchlist(&["heat"]), used()] {
        let state = world.folder.path().join("state");
        fs::create_dir_all(&state).expect("it can be made");
        let is_cold = !world.database().exists();
        // What fills the disk, up to the last page.
        fs::write(state.join("filler"), vec![1; 64 * 1024]).expect("there is room");
        let files =
            fs::read_dir(&state).expect("it is there").map(|file| file.and_then(|file| file.metadata()));
        let pages: u64 = files.map(|about| about.expect("it is there").len().div_ceil(4096)).sum();
        for spare in [0, 1, 2] {
            let room = (pages + spare) * 4;
            let Some(ran) = on_a_disk_of(room, &world, &["status", "--check"]) else { return };
            let ran = ran.exits(Exit::Failure);
            let line = format!("WRONG  store file: `{}`: {FULL}", world.database().display());
            assert!(ran.stdout.contains(&line), "{spare}: {}", ran.stdout);
            assert!(ran.stdout.contains("hint: free some space on its disk"), "{}", ran.stdout);
            world.forget_requests();
            let ran = on_a_disk_of(room, &world, &["sync"]).expect("as before").exits(Exit::Failure);
            ran.mentions(FULL).mentions("hint: free some space on its disk");
            nobody_was_asked(&world);
        }
        fs::remove_file(state.join("filler")).expect("it is there");
        assert!(!is_cold || !world.database().exists(), "no half of a store is left");
        world.sync();
    }
}

#[test]
fn status_check_leaves_nothing_beside_the_store_and_cleans_what_a_killed_one_left() {
    let world = used();
    let state = world.folder.path().join("state");
    let number = "0123456789abcdef";
    let names = ["", "-journal", ".lock"].map(|ending| format!("lbjf.db.check-{number}{ending}"));
    for name in &names {
        fs::write(state.join(name), "half").expect("it is ours");
    }
    // One that goes on at this moment keeps its files; those of another store are not looked at.
    let going_on = fs::File::create(state.join("lbjf.db.check-fedcba9876543210.lock")).expect("it is ours");
    going_on.lock().expect("it is ours");
    fs::write(state.join("other.db.check-0123456789abcdef"), "").expect("it is ours");
    world.lbjf(&["status", "--check"]).exits(Exit::Success);
    let others =
        ["lbjf.db", "lbjf.db.check-fedcba9876543210.lock", "lbjf.db.lock", "other.db.check-0123456789abcdef"];
    left(&world, &others);
    drop(going_on);
    world.lbjf(&["status", "--check"]).exits(Exit::Success);
    left(&world, &["lbjf.db", "lbjf.db.lock", "other.db.check-0123456789abcdef"]);
}

#[test]
fn a_lock_that_cannot_be_had_comes_with_a_hint() {
    let world = used();
    let state = world.folder.path().join("state");
    set_mode(world.folder.path(), 0o755);
    set_mode(&state, 0o555);
    set_mode(&state.join("lbjf.db.lock"), 0o444);
    for args in [&["sync"][..], &["cleanup"], &["sync", "--dry-run"]] {
        let Some(ran) = world.as_nobody(args) else { return };
        ran.exits(Exit::Failure).mentions("lbjf.db.lock`: Permission denied").mentions(
            "\nhint: the file and its folder must belong to the user who runs lbjf; a Docker volume",
        );
    }
    set_mode(&state, 0o755);
}

#[test]
fn a_disk_that_fills_up_at_any_point_loses_nothing_that_was_known_and_adds_nothing_twice() {
    let world = used();
    for number in 41..=200 {
        world.letterboxd.push("ada", &format!("film-{number}"));
    }
    let size =
        usize::try_from(fs::metadata(world.database()).expect("it is there").len()).expect("small") / 1024;
    let before = fs::read(world.database()).expect("it is there");
    let mut stops = 0;
    // Too little to write a word; then enough for a part of what is new.
    for room in [4, size / 8, size / 2, size, size + 8, size + 16, size + 32, size + 64] {
        let ran = with_room(&world, room, &["sync"]);
        if ran.code == i32::from(Exit::Success.code()) {
            continue;
        }
        stops += 1;
        ran.exits(Exit::Failure).mentions("lbjf: error: ").mentions("\nhint: ");
        // Whoever opens it next undoes what the run could not undo for want of room.
        world.lbjf(&["status"]).exits(Exit::Success);
        if room <= size / 8 {
            nobody_was_asked(&world);
            assert!(fs::read(world.database()).expect("it is there") == before, "{room} KiB: it was changed");
        }
        assert_eq!(world.collected(), world.tmdb(&["film-1", "film-2", "film-3"]));
    }
    assert!(stops >= 4, "{stops} stops");
    world.sync();
    assert_eq!(world.radarr.films().len(), 200);
    let mut posted = world.radarr.posted();
    posted.sort_unstable();
    let sent = posted.len();
    posted.dedup();
    assert_eq!(posted.len(), sent, "a film was sent twice");
    world.idle();
}

#[test]
fn a_clock_that_jumps_back_removes_nothing_and_sends_nothing_again() {
    for years in [0, 1, 20] {
        let world = used();
        let back = DAY * 365 * years + DAY / 2;
        world.turn_back(back);
        world.forget_requests();
        // Everything is read once more, and nothing is written.
        world.sync().mentions(" nothing to do, in ");
        assert_eq!(world.writes(), [""; 0]);
        world.idle();
        assert_eq!(world.collected(), world.tmdb(&["film-1", "film-2", "film-3"]));
        world.letterboxd.push("ada", "film-99");
        world.sync().mentions("added to Radarr: Film 99");
        // A list that collapses is doubted as ever, and believed after the usual hour, not after the jump.
        world.letterboxd.set_watchlist("ada", &["film-1"]);
        world.sync();
        world.turn_back(back);
        world.sync();
        assert_eq!(world.collected(), world.tmdb(&["film-1", "film-2", "film-3"]));
        world.pass_time(Duration::from_hours(2));
        world.sync();
        assert_eq!(world.collected(), world.tmdb(&["film-1"]), "{years} years");
    }
}

#[test]
fn a_clock_that_jumps_back_makes_no_wait_endless() {
    let world = World::new().watchlist(&["heat", "alien"]);
    world.letterboxd.server.fail(
        1,
        |request| request.path.contains("alien"),
        Fault::Instead(Reply::html(429, "")),
    );
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    // The wait that is left is a year and an hour: too long to be true.
    world.turn_back(DAY * 365);
    world.sync();
    assert_eq!(world.radarr.posted().len(), 2);

    let world = World::new().watchlist(&["heat"]);
    world.radarr.exclude(world.letterboxd.tmdb_id("heat"));
    world.sync();
    world.radarr.unexclude(world.letterboxd.tmdb_id("heat"));
    world.turn_back(DAY * 365);
    world.sync();
    assert_eq!(world.radarr.posted(), world.tmdb(&["heat"]), "an unanswered request is looked at again");
}
