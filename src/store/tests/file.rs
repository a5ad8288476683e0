//! The file of a store: whose it is, and what damage, a kill or a full disk leave of it.

use std::fs;

use super::*;

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Foreign)));
    assert_eq!(fs::read(&path).unwrap(), before);

    fs::write(&path, "this is no database, but some text of more than a few bytes").unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Foreign)));
}

#[test]
fn a_newer_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    Store::open(&path).unwrap().db.pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(&path).unwrap_err();
    let known = SCHEMA_VERSION;
    let text = format!("it was written by a newer lbjf (schema 99, this one knows up to {known})");
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_truncated_file_is_damaged_not_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    drop(Store::open(&path).unwrap());
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Damaged(_))));
}

#[test]
fn a_file_without_bytes_is_no_new_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    fs::write(&path, "").unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Empty)));
    assert!(matches!(Store::open_existing(&path), Err(StoreError::Empty)));
    assert!(matches!(Store::copy_of(&path), Err(StoreError::Empty)));
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
}

#[test]
fn a_new_store_has_its_name_only_when_it_is_whole_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    drop(Store::open(&path).unwrap());
    assert_eq!(names(folder.path()), ["lbjf.db"]);
}

#[test]
fn names_of_temporary_files_do_not_rest_on_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    // Two containers on one volume are both process 1: none takes away what another is making.
    let [one, two] = [1, 2].map(|_| make_beside(&path, NEW, "").unwrap());
    assert_ne!(one, two);
    let own = format!("lbjf.db.new-{}", std::process::id());
    fs::write(folder.path().join(&own), "half").unwrap();
    drop(Store::open(&path).unwrap());
    assert_eq!(names(folder.path()).len(), 4, "{:?}", names(folder.path()));
    for name in
        ["lbjf.db.v1.bak", "lbjf.db.v1.bak.new-1", "lbjf.db.v1.bak.new-1-journal", "lbjf.db.vx.bak.new-1"]
    {
        fs::write(folder.path().join(name), "").unwrap();
    }
    // Who holds the lock knows that nobody is making one any more.
    Store::remove_leftovers(&path);
    assert_eq!(names(folder.path()), ["lbjf.db", "lbjf.db.v1.bak", "lbjf.db.vx.bak.new-1"]);
}

#[test]
fn a_store_may_be_a_link_to_a_file_that_is_still_to_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    std::os::unix::fs::symlink("elsewhere.db", &path).unwrap();
    drop(Store::open(&path).unwrap());
    assert_eq!(names(folder.path()), ["elsewhere.db", "lbjf.db"]);
    assert!(Store::open_existing(&path).unwrap().is_some());
}

#[test]
fn what_a_killed_run_began_is_undone_by_whoever_opens_the_store_next() {
    for reader in ["status", "a dry run", "sync"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lbjf.db");
        list(&mut Store::open(&path).unwrap(), "ada", &[entry(Some("film:1"), "heat-1995")]);
        let (_left, path) = killed_while_writing(&path, write_much);
        let store = match reader {
            "status" => Store::open_existing(&path).unwrap().unwrap(),
            "a dry run" => Store::copy_of(&path).unwrap(),
            _ => Store::open(&path).unwrap(),
        };
        assert_eq!(known(&store, "ada"), [uid("film:1")].into(), "{reader}");
        let sql = "SELECT count(*) FROM slug WHERE slug LIKE 'note %'";
        let notes: i64 = store.db.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(notes, 0, "{reader}");
    }
}

#[test]
fn a_write_on_a_full_disk_is_undone_as_a_whole_and_done_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("lbjf.db")).unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    fill_disk(&store.db);
    let names: Vec<_> =
        (0..2000).map(|number| (format!("film:{number}"), format!("film-{number}"))).collect();
    let many: Vec<_> = names.iter().map(|(uid, slug)| entry(Some(uid), slug)).collect();
    let error = store.identify(&many).unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error:?}");
    assert_eq!(error.to_string(), "it cannot be written: the disk is full");
    assert!(error.hint().unwrap().starts_with("free some space on its disk"));
    let films = |store: &Store| -> u32 {
        store.db.query_row("SELECT count(*) FROM film", [], |row| row.get(0)).unwrap()
    };
    assert_eq!((films(&store), known(&store, "ada")), (1, [uid("film:1")].into()));
    store.db.pragma_update_and_check(None, "max_page_count", 1 << 20, |_| Ok(())).unwrap();
    store.identify(&many).unwrap();
    assert_eq!(films(&store), 2000);
}

#[test]
fn an_index_that_contradicts_its_table_stops_the_first_run_of_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    let mut store = Store::open(&path).unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    store.begin_run("sync", 10 * DAY).unwrap();
    drop(store);
    // The index has the film first, and then the list, which is 1: lengths and types come before both.
    let mut bytes = fs::read(&path).unwrap();
    let at = 3 + bytes.windows(9).position(|text| text == b"\x03\x19\x09film:1").unwrap();
    bytes[at + 5] = b'3';
    fs::write(&path, &bytes).unwrap();

    let mut store = Store::open(&path).unwrap();
    store.begin_run("sync", 10 * DAY + 600).unwrap();
    for _ in 0..2 {
        let error = store.begin_run("sync", 11 * DAY).unwrap_err();
        assert!(matches!(error, StoreError::Damaged(_)), "{error}");
    }
}
