//! Bringing older files up to date.

use super::*;

/// Schemas of an lbjf that never was: each adds a note.
const NOTES: [schema::Migrations; 4] = [
    &["CREATE TABLE note (text TEXT NOT NULL) STRICT; INSERT INTO note VALUES ('one')"],
    &[
        "CREATE TABLE note (text TEXT NOT NULL) STRICT; INSERT INTO note VALUES ('one')",
        "INSERT INTO note VALUES ('two')",
    ],
    &[
        "CREATE TABLE note (text TEXT NOT NULL) STRICT; INSERT INTO note VALUES ('one')",
        "INSERT INTO note VALUES ('two')",
        "INSERT INTO note VALUES ('three')",
    ],
    &[
        "CREATE TABLE note (text TEXT NOT NULL) STRICT; INSERT INTO note VALUES ('one')",
        "INSERT INTO note VALUES ('two')",
        "INSERT INTO note VALUES ('three'); INSERT INTO nowhere VALUES (1)",
    ],
];

fn notes(path: &std::path::Path) -> Vec<String> {
    let db = Connection::open(path).unwrap();
    let mut notes = db.prepare("SELECT text FROM note ORDER BY rowid").unwrap();
    notes.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn migrate_file(path: &std::path::Path, migrations: schema::Migrations) -> Result<(), StoreError> {
    Store::prepare(Connection::open(path)?, Some(path), migrations).map(drop)
}

#[test]
fn before_a_migration_a_copy_is_kept_and_a_second_opening_keeps_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    migrate_file(&path, NOTES[0]).unwrap();
    assert_eq!(names(folder.path()), ["lbjf.db"], "a new file needs no copy");
    migrate_file(&path, NOTES[2]).unwrap();
    assert_eq!(notes(&path), ["one", "two", "three"]);
    let kept = folder.path().join("lbjf.db.v1.bak");
    assert_eq!(names(folder.path()), ["lbjf.db", "lbjf.db.v1.bak"]);
    assert_eq!(notes(&kept), ["one"]);
    let before = fs::read(&kept).unwrap();
    migrate_file(&path, NOTES[2]).unwrap();
    assert_eq!(fs::read(&kept).unwrap(), before);

    // Somebody goes back to the copy and an older lbjf, works with it, and comes again: the younger one is kept.
    fs::copy(&kept, &path).unwrap();
    Connection::open(&path).unwrap().execute("INSERT INTO note VALUES ('later')", []).unwrap();
    migrate_file(&path, NOTES[1]).unwrap();
    assert_eq!(notes(&kept), ["one", "later"]);
    assert_eq!(notes(&path), ["one", "later", "two"]);
}

#[test]
fn the_copy_of_a_closed_file_is_as_closed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    migrate_file(&path, NOTES[0]).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    migrate_file(&path, NOTES[1]).unwrap();
    let rights = fs::metadata(folder.path().join("lbjf.db.v1.bak")).unwrap().permissions();
    assert_eq!(rights.mode() & 0o777, 0o600);
}

#[test]
fn a_migration_that_breaks_off_changes_nothing_and_the_next_one_does_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    migrate_file(&path, NOTES[0]).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(migrate_file(&path, NOTES[3]), Err(StoreError::Sqlite(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(names(folder.path()), ["lbjf.db", "lbjf.db.v1.bak"]);
    migrate_file(&path, NOTES[2]).unwrap();
    assert_eq!(notes(&path), ["one", "two", "three"]);
}

#[test]
fn no_migration_without_its_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    migrate_file(&path, NOTES[0]).unwrap();
    let before = fs::read(&path).unwrap();
    // A folder in its place: the copy cannot get its name.
    fs::create_dir_all(folder.path().join("lbjf.db.v1.bak/full")).unwrap();
    let error = migrate_file(&path, NOTES[1]).unwrap_err();
    assert!(error.to_string().ends_with("lbjf.db.v1.bak`"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(names(folder.path()), ["lbjf.db", "lbjf.db.v1.bak"]);
}

#[test]
fn a_migration_that_is_killed_is_undone_and_done_by_the_next_run() {
    let (_left, path) = killed_while_writing(|db| {
        db.execute_batch("CREATE TABLE new_in_schema_2 (x TEXT) STRICT; PRAGMA user_version = 2").unwrap();
        write_much(db);
    });
    let store = Store::open(&path).unwrap();
    assert_eq!(schema::check(&store.db, SCHEMA_VERSION).unwrap(), SCHEMA_VERSION);
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'new_in_schema_2'";
    assert_eq!(store.db.query_row(tables, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}
