//! Bringing older files up to date.

use rusqlite::fallible_iterator::FallibleIterator;

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

fn notes(path: &Path) -> Vec<String> {
    let db = Connection::open(path).unwrap();
    let mut notes = db.prepare("SELECT text FROM note ORDER BY rowid").unwrap();
    notes.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn migrate_file(path: &Path, migrations: schema::Migrations) -> Result<(), StoreError> {
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

/// A store that a release with this schema wrote, in a folder of its own.
fn released(schema: u32) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    let kept = format!("{}/tests/fixtures/stores/schema-{schema}.db", env!("CARGO_MANIFEST_DIR"));
    fs::copy(kept, &path).unwrap();
    (folder, path)
}

/// Every table, with its columns.
fn tables(path: &Path) -> Vec<(String, Vec<String>)> {
    let db = Connection::open(path).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let names: Vec<String> =
        db.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let columns = |name: &String| {
        let rows = db.prepare(&format!("SELECT * FROM {name}")).unwrap();
        rows.column_names().map(str::to_owned).collect()
    };
    names.iter().map(|name| (name.clone(), columns(name))).collect()
}

/// Rows that these queries find, in no order.
fn found<'a>(db: &Connection, queries: impl IntoIterator<Item = (&'a str, String)>) -> Vec<String> {
    let mut lines = Vec::new();
    for (what, sql) in queries {
        let mut all = db.prepare(&sql).unwrap();
        let columns = all.column_count();
        let values = |row: &rusqlite::Row<'_>| {
            (0..columns)
                .map(|index| row.get::<_, rusqlite::types::Value>(index))
                .collect::<Result<Vec<_>, _>>()
        };
        let rows = all.query_map([], values).unwrap();
        lines.extend(rows.map(|row| format!("{what} {:?}", row.unwrap())));
    }
    lines.sort();
    lines
}

/// What a store says in tables that got another form with schema 3: how one of before says it, and one of since.
const SPLIT: [(&str, &str, &str); 8] = [
    (
        "lists",
        "SELECT name, collection, declared, shortfall, accepted_at, crawled_at, mismatch_at, mismatch_count,
            mismatch_declared, mismatch_shortfall, pending_at, scraped_at, good_at, outcome, problem FROM person",
        "SELECT name, collection, declared, shortfall, accepted_at, whole_at, mismatch_at, mismatch_count,
            mismatch_declared, mismatch_shortfall, pending_at, read_at, good_at, outcome, problem
        FROM list JOIN person_list ON list_id = id JOIN person ON name = person AND name = address",
    ),
    (
        "entries",
        "SELECT person, uid, position, seen_at, is_listed, is_missing FROM entry",
        "SELECT address, uid, position, first_seen_at, is_listed, is_missing FROM list_entry JOIN list ON id = list_id",
    ),
    (
        "requests",
        "SELECT person, uid, 'radarr', seen_at, is_listed, answered_at, tries, next_try_at, problem, detail FROM entry",
        "SELECT person, uid, server, requested_at, is_wanted, answered_at, tries, next_try_at, problem, detail
        FROM request",
    ),
    (
        "presence",
        "SELECT person, uid, iif(place = 'unstuck', 'ineffective', place), place = 'watched' FROM entry
        WHERE place IS NOT NULL",
        "SELECT person, uid, state, is_watched FROM presence",
    ),
    (
        "ineffective",
        "SELECT collection_id, item_id, tried_at FROM unstuck",
        "SELECT collection_id, item_id, tried_at FROM ineffective",
    ),
    ("library", "SELECT max(films_seen) FROM viewer", "SELECT films_seen FROM library"),
    (
        "servers",
        "SELECT name, name, identity FROM server",
        "SELECT name, kind, identity FROM server WHERE kind = 'jellyfin'",
    ),
    (
        "films",
        "SELECT uid, slug, name, year, kind, tmdb_id, tries, next_look_at, problem FROM film",
        "SELECT uid, address, name, year, kind, tmdb_id, tries, next_look_at, problem FROM film",
    ),
];

/// Everything that a store which was of this schema says, whichever it is of by now. `tables` are those of that schema.
fn rows(path: &Path, schema: u32, tables: &[(String, Vec<String>)]) -> Vec<String> {
    let db = Connection::open(path).unwrap();
    let is_split = schema::check(&db, SCHEMA_VERSION).unwrap() >= 3;
    let lasting = tables.iter().filter(|(table, _)| is_lasting(table, schema));
    let lasting =
        lasting.map(|(table, columns)| (&**table, format!("SELECT {} FROM {table}", columns.join(", "))));
    let split = SPLIT.iter().filter(|_| schema < 3);
    let split =
        split.map(|(what, before, since)| (*what, (if is_split { *since } else { *before }).to_owned()));
    found(&db, lasting.chain(split))
}

/// Has the table the same form since this schema? What was said when (`notice`) has a test of its own below.
fn is_lasting(table: &str, schema: u32) -> bool {
    schema >= 3
        || !["entry", "person", "server", "film", "notice", "unstuck", "viewer", "look"].contains(&table)
}

/// Rows for what is empty in the files of releases: aliases, items that did not come, refusals, lists in doubt.
const LIVED_ON: &str = "
    INSERT INTO tmdb_alias VALUES (4000003, 4800003);
    INSERT INTO cool_down VALUES ('direct', 1700003600, 3600), ('proxy.example:8080', 1700007200, 7200);
    UPDATE film SET tries = 1, next_look_at = 1700000000, problem = 'its film page names no TMDB id'
        WHERE uid = (SELECT uid FROM slug WHERE slug = 'winter-witness');
    INSERT INTO member (collection_id, tmdb_id, is_own, was_watched) VALUES ('0123456789abcdef0123456789abcdef', 4000001, 0, 1);
    INSERT INTO run (command, started_at, ended_at, exit_code, summary, problems)
        VALUES ('sync', 1700000000, 1700000005, 4, 'sync: 2 users, 1 failed, in 5 s', 'ada: no');
";

const LIVED_ON_BEFORE_3: &str = "
    UPDATE person SET shortfall = 1, mismatch_at = 1700000000, mismatch_count = 2, mismatch_declared = 7,
        mismatch_shortfall = 1, problem = 'the pages disagree' WHERE name = 'ada';
    UPDATE person SET pending_at = 1700000000 WHERE name = 'ben';
    UPDATE entry SET is_missing = 1, tries = 2, next_try_at = 1700000000 WHERE person = 'ben';
    INSERT INTO unstuck SELECT id, 'item', 1700000000 FROM collection;
    UPDATE entry SET place = 'unstuck' WHERE person = 'ben' AND place = 'waiting';
";

const LIVED_ON_SINCE_3: &str = "
    UPDATE list SET shortfall = 1, mismatch_at = 1700000000, mismatch_count = 2, mismatch_declared = 7,
        mismatch_shortfall = 1, problem = 'the pages disagree', number = 15345230, landed = 'dave/best', state = '3 films'
        WHERE address = 'ada';
    UPDATE list SET pending_at = 1700000000, incomplete_at = 1700000000, incomplete_count = 2,
        incomplete_why = 'HTTP 500' WHERE address = 'ben';
    UPDATE list_entry SET is_missing = 1, is_placed = 1 WHERE list_id = 1;
    UPDATE request SET tries = 2, next_try_at = 1700000000, first_reading = 1, last_reading = 2 WHERE person = 'ben';
    UPDATE run SET is_well = 1;
    UPDATE film SET lid = 'IWJq', looked_by = '0.1.0', match_tries = 1, next_match_at = 1700000000 WHERE address = 'winter-witness';
    INSERT INTO ineffective SELECT id, 'item', 1700000000 FROM collection;
    UPDATE library SET doubtful_since = 1700000000;
    INSERT OR REPLACE INTO radarr_film VALUES ('radarr', 1, 4000001);
    INSERT INTO trouble VALUES ('list', 'ada', 'private', 'ada', 'the watchlist is private', 1700000000, 1700000900, 2, 1700000900);
    INSERT INTO told VALUES ('ntfy', 'list', 'ada', 1700000000);
    INSERT INTO listing_member SELECT id, 'item', 'Heat', 4000001, '/films/heat.mkv', 1, 0, 1 FROM collection;
    INSERT INTO playlist VALUES ('a', 'Films', 'b', NULL), ('a', 'Others', NULL, '[]');
    UPDATE member SET hidden_since = 1700000000 WHERE was_watched = 1;
    UPDATE person SET playlist = '`Films`', playlist_id = 'b' WHERE name = 'ada';
";

fn live_on(path: &Path, schema: u32) {
    let db = Connection::open(path).unwrap();
    db.execute_batch(LIVED_ON).unwrap();
    db.execute_batch(if schema < 3 { LIVED_ON_BEFORE_3 } else { LIVED_ON_SINCE_3 }).unwrap();
}

/// Columns that say the same of every row: what would become of another value is not tried.
fn uniform(path: &Path, tables: &[(String, Vec<String>)]) -> Vec<String> {
    let db = Connection::open(path).unwrap();
    let all = tables.iter().flat_map(|(table, columns)| columns.iter().map(move |column| (table, column)));
    let is_uniform = |(table, column): &(&String, &String)| {
        let sql =
            format!("SELECT count(*) = 0 FROM {table} WHERE {column} IS NOT NULL AND {column} IS NOT 0");
        db.query_row(&sql, [], |row| row.get::<_, bool>(0)).unwrap()
    };
    all.filter(is_uniform).map(|(table, column)| format!("{table}.{column}")).collect()
}

/// Tables and indices, as they were made.
fn definitions(path: &Path) -> Vec<(String, Option<String>)> {
    let db = Connection::open(path).unwrap();
    let mut all = db.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
    all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn an_old_store_becomes_what_a_new_one_is_and_keeps_every_row_as_the_copy_does() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("lbjf.db");
    drop(Store::open(&new).unwrap());
    for schema in 1..=SCHEMA_VERSION {
        let (_folder, path) = released(schema);
        live_on(&path, schema);
        let tables = tables(&path);
        // The config overrode no film's id; what is to be said once a day lies in a table of another form.
        let mut uniform = uniform(&path, &tables);
        uniform.retain(|column| {
            !["film.told", "film.origin"].contains(&&**column) && !column.starts_with("notice.")
        });
        assert_eq!(uniform, [""; 0], "schema {schema}");
        let before = rows(&path, schema, &tables);
        drop(Store::open(&path).unwrap());
        assert_eq!(rows(&path, schema, &tables), before, "schema {schema}");
        assert_eq!(definitions(&path), definitions(&new), "schema {schema}");
        if schema < SCHEMA_VERSION {
            let kept = beside(&path, &format!(".v{schema}.bak"));
            assert_eq!(rows(&kept, schema, &tables), before, "schema {schema}");
        }
    }
}

#[test]
fn what_the_config_overrode_before_schema_3_is_still_overridden() {
    let (_folder, path) = released(2);
    let db = Connection::open(&path).unwrap();
    db.execute_batch("UPDATE film SET told = 1 WHERE slug = 'salt-garden'").unwrap();
    drop(Store::open(&path).unwrap());
    let sql = "SELECT address FROM film WHERE origin = 1";
    assert_eq!(db.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap(), "salt-garden");
}

#[test]
fn what_was_told_for_good_before_schema_3_is_not_told_again() {
    for schema in 1..=2 {
        let (_folder, path) = released(schema);
        let db = Connection::open(&path).unwrap();
        let told = "INSERT INTO notice (key, told_at) VALUES
            ('skip/ada/film:7/it is a TV show on TMDB', 1000), ('skip/ada/slug:x/a/b: c', 1000),
            ('scrape/ada/private', 1000), ('restored/radarr', 1000), ('scrape/block', 1000), ('tagging', 1000)";
        db.execute_batch(told).unwrap();
        drop(db);
        let mut store = Store::open(&path).unwrap();
        for notice in [
            ("skip", "ada", "film:7/it is a TV show on TMDB"),
            ("skip", "ada", "slug:x/a/b: c"),
            ("restored", "radarr", ""),
        ] {
            assert!(!store.mark_once(notice, 2000).unwrap(), "{notice:?}");
        }
        assert!(!store.is_due_again(("list", "ada", "private"), DAILY, 2000).unwrap());
        assert!(["block", "tagging"].iter().all(|kind| store.is_due_again(*kind, DAILY, 2000).unwrap()));
    }
}

/// What released stores went through never changes: the same steps must lead to what they are.
#[test]
fn the_migrations_of_a_release_make_what_that_release_made() {
    for schema in 1..=SCHEMA_VERSION {
        let (folder, path) = released(schema);
        let made = folder.path().join("made.db");
        migrate_file(&made, &MIGRATIONS[..schema as usize]).unwrap();
        assert_eq!(definitions(&made), definitions(&path), "schema {schema}");
    }
}

/// The real thing: killed after so many statements of what makes a released store one of today.
#[test]
fn a_migration_that_is_killed_at_any_statement_is_undone_and_done_by_the_next_run() {
    for schema in 1..SCHEMA_VERSION {
        let (_folder, original) = released(schema);
        let tables = tables(&original);
        let before = rows(&original, schema, &tables);
        assert!(before.len() > 30, "{} rows", before.len());
        let sql = MIGRATIONS[schema as usize..].concat();
        for killed_after in 0.. {
            let (_folder, path) = released(schema);
            let mut is_last = false;
            let (left, path) = killed_while_writing(&path, |db| {
                let mut statements = rusqlite::Batch::new(db, &sql);
                for _ in 0..killed_after {
                    match statements.next().unwrap() {
                        Some(mut statement) => drop(statement.execute([]).unwrap()),
                        None => is_last = true,
                    }
                }
                write_much(db);
            });
            drop(Store::open(&path).unwrap());
            let db = Connection::open(&path).unwrap();
            assert_eq!(schema::check(&db, SCHEMA_VERSION).unwrap(), SCHEMA_VERSION);
            assert_eq!(rows(&path, schema, &tables), before, "killed after {killed_after} statements");
            let kept = beside(&path, &format!(".v{schema}.bak"));
            assert_eq!(names(left.path()), ["lbjf.db".to_owned(), format!("lbjf.db.v{schema}.bak")]);
            assert_eq!(schema::check(&Connection::open(&kept).unwrap(), SCHEMA_VERSION).unwrap(), schema);
            assert_eq!(rows(&kept, schema, &tables), before);
            if is_last {
                assert!(killed_after > 3, "{killed_after} statements");
                break;
            }
        }
    }
}

#[test]
fn a_migration_on_a_full_disk_changes_nothing_and_is_done_when_there_is_room() {
    let (folder, path) = released(1);
    let before = fs::read(&path).unwrap();
    let db = Connection::open(&path).unwrap();
    fill_disk(&db);
    let error = Store::prepare(db, Some(&path), MIGRATIONS).unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error:?}");
    assert!(fs::read(&path).unwrap() == before, "it was changed");
    assert_eq!(names(folder.path()), ["lbjf.db", "lbjf.db.v1.bak"]);
    drop(Store::open(&path).unwrap());
    assert_eq!(names(folder.path()), ["lbjf.db", "lbjf.db.v1.bak"]);
}

/// What another process left that was killed while it copied is no file of this one's.
#[test]
fn what_a_killed_copy_left_is_in_nobodys_way() {
    let (folder, path) = released(1);
    for name in ["lbjf.db.v1.bak.new-1", "lbjf.db.new-1"] {
        fs::write(folder.path().join(name), "half").unwrap();
    }
    drop(Store::open(&path).unwrap());
    assert_eq!(names(folder.path()), ["lbjf.db", "lbjf.db.new-1", "lbjf.db.v1.bak", "lbjf.db.v1.bak.new-1"]);
}
