//! The store.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use lbjf::exit::Exit;

use crate::check::{check, fine, tells};

#[test]
fn status_check_tells_a_store_that_cannot_be_used_and_asks_everybody_all_the_same() {
    let world = fine();
    world.sync();
    let good = fs::read(world.database()).expect("a run made the store");
    let newer = {
        let db = rusqlite::Connection::open(world.database()).expect("it is a database");
        db.pragma_update(None, "user_version", 99).expect("it can be written to");
        drop(db);
        fs::read(world.database()).expect("it is there")
    };
    for (bytes, told, hint) in [
        (Vec::new(), "it is empty, which an lbjf database never is", "if it was in use, restore a backup"),
        (good[..good.len() / 2].to_vec(), "it is damaged: ", "restore a backup"),
        (
            b"a text of some person, and not a short one".to_vec(),
            "it is not an lbjf database",
            "`system.database`",
        ),
        (newer, "it was written by a newer lbjf (schema 99, ", "use that version of lbjf"),
    ] {
        fs::write(world.database(), bytes).expect("it can be written to");
        let ran = check(&world, &[]).exits(Exit::Failure);
        let line = format!("WRONG  store file: `{}`: {told}", world.database().display());
        assert!(ran.stdout.contains(&line), "{}", ran.stdout);
        assert!(ran.stdout.contains(&format!("\n       hint: {hint}")), "{}", ran.stdout);
        tells(&ran, &["ok     ada watchlist: public, 2 entries", "ok     jellyfin key: accepted"]);
        assert_eq!(ran.stderr, "check: 1 problem\n");
    }
}

#[test]
fn status_check_tells_a_store_that_may_not_be_written_or_made() {
    let set_mode = |path: &std::path::Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    let world = fine();
    world.sync();
    let (file, state) = (world.database(), world.folder.path().join("state"));
    let before = fs::read(&file).expect("a run made the store");
    set_mode(world.folder.path(), 0o755);
    set_mode(&state, 0o777);
    set_mode(&state.join("lbjf.db.lock"), 0o666);
    set_mode(&file, 0o444);
    let (at, folder) = (file.display(), state.display());
    if let Some(ran) = world.as_nobody(&["status", "--check"]) {
        let ran = ran.exits(Exit::Failure);
        tells(&ran, &[&format!("WRONG  store file: `{at}`: it can be read but not written")]);
        tells(&ran, &["       hint: check the owner and the mount of the file and its folder"]);
    }
    // No journal can be made, nor the lock be taken.
    set_mode(&file, 0o666);
    set_mode(&state, 0o555);
    set_mode(&state.join("lbjf.db.lock"), 0o444);
    if let Some(ran) = world.as_nobody(&["status", "--check"]) {
        let ran = ran.exits(Exit::Failure);
        let text = format!("`{at}`: cannot use `{folder}`: Permission denied (os error 13)");
        tells(&ran, &[&format!("WRONG  store file: {text}")]);
        let text = format!("cannot lock `{at}.lock`: Permission denied (os error 13)");
        tells(&ran, &[&format!("WRONG  store lock: {text}")]);
    }
    set_mode(&state, 0o755);
    assert_eq!(fs::read(&file).expect("it is there"), before);
    // None yet, and none can be made.
    fs::remove_dir_all(&state).expect("it is ours");
    set_mode(world.folder.path(), 0o555);
    if let Some(ran) = world.as_nobody(&["status", "--check"]) {
        let text = format!("`{at}`: cannot make the folder `{folder}`: Permission denied (os error 13)");
        tells(&ran.exits(Exit::Failure), &[&format!("WRONG  store file: {text}")]);
    }
    set_mode(world.folder.path(), 0o755);
}
