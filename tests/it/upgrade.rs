//! Stores that released versions of lbjf wrote: each is brought up to date and used on, and none is missing.
//!
//! One file per schema lies in `tests/fixtures/stores`; its README says how each was made.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::World;
use crate::common::disk::on_a_disk_of;
use lbjf::exit::Exit;
use lbjf::store::SCHEMA_VERSION;
use nix::sys::signal::Signal;
use rusqlite::Connection;
use standins::letterboxd::Film;
use standins::{Fault, Hook, Reply};

const FILMS: [&str; 8] = [
    "amber-ferry",
    "quiet-orchard",
    "paper-lighthouse",
    "hollow-tide",
    "salt-garden",
    "velvet-hour",
    "last-station",
    "second-letter",
];

fn fixture(schema: u32) -> PathBuf {
    PathBuf::from(format!("{}/tests/fixtures/stores/schema-{schema}.db", env!("CARGO_MANIFEST_DIR")))
}

/// The world that the fixtures come out of: two people, a series, a film that was watched, one that waits.
fn world() -> World {
    let mut world = World::new().user("ben", "jellyfin_collection = \"Ben's watchlist\"");
    world.letterboxd.add_film(Film::tv("winter-witness", "Winter Witness", 2011, 4_000_007));
    world.change("[radarr]", "[radarr]\nuser_tags = true");
    let mut adas: Vec<_> = FILMS[..6].to_vec();
    adas.push("winter-witness");
    world.letterboxd.set_watchlist("ada", &adas);
    world.letterboxd.set_watchlist("ben", &FILMS[4..]);
    world
}

/// A Radarr gives each film a number of its own, and keeps it.
fn radarr_has_its_films(world: &World) {
    for film in FILMS.iter().filter(|film| **film != "hollow-tide") {
        world.radarr.has(world.letterboxd.tmdb_id(film));
    }
}

/// The servers as they were when the fixtures were made: what was answered then is not to be sent again.
fn servers_as_they_were(world: &World) {
    radarr_has_its_films(world);
    world.letterboxd.drop_entry("ada", "velvet-hour");
    let ferry = world.download("amber-ferry");
    world.jellyfin.watch("ada", &ferry, true);
    world.download("quiet-orchard");
    world.download("salt-garden");
}

/// Writes the fixture of the present schema: `cargo test --test it upgrade:: -- --ignored`, before a release, never
/// after.
#[test]
#[ignore = "writes a file of the repository"]
fn write_the_fixture_of_the_present_schema() {
    let world = world();
    radarr_has_its_films(&world);
    world.radarr.exclude(world.letterboxd.tmdb_id("hollow-tide"));
    let [ferry, ..] = world.settle(["amber-ferry", "quiet-orchard", "salt-garden"]);
    world.jellyfin.watch("ada", &ferry, true);
    world.letterboxd.drop_entry("ada", "velvet-hour");
    world.pass_time(Duration::from_hours(30));
    world.sync();
    let path = fixture(SCHEMA_VERSION);
    fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    // `VACUUM INTO` writes no file that exists.
    drop(fs::remove_file(&path));
    let db = Connection::open(world.database()).expect("a run made the store");
    db.execute("VACUUM INTO ?1", [path.to_str().expect("a plain path")]).expect("it can be written");
    assert!(fs::metadata(&path).expect("it is there").len() < 200_000);
}

#[test]
fn there_is_a_store_of_every_schema() {
    for schema in 1..=SCHEMA_VERSION {
        let path = fixture(schema);
        assert!(path.is_file(), "{} is missing: see the README beside it", path.display());
        let db = Connection::open(&path).expect("it is a database");
        let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("it has one");
        assert_eq!(found, schema, "{}", path.display());
    }
}

#[test]
fn a_store_of_every_schema_is_read_as_it_is_and_used_on_with_nothing_sent_again() {
    for schema in 1..=SCHEMA_VERSION {
        let world = world();
        fs::create_dir_all(world.database().parent().expect("a folder")).expect("it can be made");
        fs::copy(fixture(schema), world.database()).expect("it is there");
        let before = fs::read(world.database()).expect("it is there");

        let ran = world.lbjf(&["status"]).exits(Exit::Success);
        for line in [
            "6 films of 6 declared",
            "4 films of 4 declared",
            "in collection    1",
            "is on Radarr's exclusion list",
        ] {
            assert!(ran.stdout.contains(line), "schema {schema}, no {line:?}:\n{}", ran.stdout);
        }
        world.lbjf(&["sync", "--dry-run", "--user", "nobody"]);
        assert!(fs::read(world.database()).expect("it is there") == before, "status wrote into it");

        servers_as_they_were(&world);
        reading_commands_leave_it(&world, schema, &before);
        world.letterboxd.push("ada", "silver-cartographer");
        world.sync();
        let expected = world.tmdb(&["hollow-tide", "silver-cartographer"]);
        let mut posted = world.radarr.posted();
        posted.sort_unstable();
        assert_eq!(posted, expected, "schema {schema}: the one that is no longer excluded, and the new one");
        assert_eq!(world.collected(), world.tmdb(&["quiet-orchard", "salt-garden"]));
        assert_eq!(world.jellyfin.members("Ben's watchlist"), world.tmdb(&["salt-garden"]));
        world.idle();

        let kept = world.database().with_file_name(format!("lbjf.db.v{schema}.bak"));
        if schema < SCHEMA_VERSION {
            assert_eq!(contents(&kept), contents(&fixture(schema)), "the copy of schema {schema}");
        } else {
            assert!(!kept.exists(), "nothing was migrated");
        }
    }
}

/// Only a run brings a store up to date: these read an older one as it is, and keep no copy of it.
fn reading_commands_leave_it(world: &World, schema: u32, before: &[u8]) {
    world.letterboxd.push("ada", "last-of-all");
    world.letterboxd.set_watchlist("zoe", &["never-seen-before"]);
    for args in [
        &["sync", "--dry-run"][..],
        &["sync", "--dry-run", "--full", "--add-again"],
        &["cleanup", "--dry-run"],
        &["scrape", "ada"],
        &["scrape", "zoe"],
        &["scrape", "ada", "--no-resolve"],
        &["status", "--check"],
        &["status", "--json"],
        &["status", "salt"],
        &["status", "--healthy", "5"],
    ] {
        let ran = world.lbjf(args);
        assert!([0, 4].contains(&ran.code), "{args:?}: {}", ran.stderr);
        if schema < SCHEMA_VERSION {
            assert!(fs::read(world.database()).expect("it is there") == before, "{args:?} wrote into it");
        }
    }
    // A refusal is no reason to change it either.
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::html(429, "")));
    for args in [&["sync", "--dry-run"][..], &["scrape", "ada"], &["status", "--check"]] {
        world.lbjf(args).exits(Exit::Blocked);
        if schema < SCHEMA_VERSION {
            assert!(fs::read(world.database()).expect("it is there") == before, "{args:?} wrote into it");
        }
    }
    world.letterboxd.server.behave();
    let names = fs::read_dir(world.database().with_file_name("")).expect("it is there");
    let mut names: Vec<_> = names.map(|entry| entry.expect("it can be read").file_name()).collect();
    names.sort();
    assert_eq!(names, ["lbjf.db", "lbjf.db.lock"], "schema {schema}");
    fs::write(world.database(), before).expect("it can be written to");
    world.letterboxd.drop_entry("ada", "last-of-all");
    world.forget_requests();
}

/// Every row of every table.
fn contents(path: &Path) -> Vec<String> {
    let db = Connection::open(path).expect("it is a database");
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut tables = db.prepare(sql).expect("every database has a schema");
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).expect("it can be read");
    let mut lines = Vec::new();
    for table in tables.map(|table| table.expect("names are text")) {
        let mut all = db.prepare(&format!("SELECT * FROM {table}")).expect("it is there");
        let columns = all.column_count();
        let line = |row: &rusqlite::Row<'_>| {
            let values = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
            Ok(format!("{table} {:?}", values.collect::<Result<Vec<_>, _>>()?))
        };
        let rows = all.query_map([], line).expect("it can be read");
        lines.extend(rows.map(|row| row.expect("any value")));
    }
    lines.sort();
    lines
}

/// A world with a store of the oldest release that many people used for years.
fn large_and_old() -> World {
    let world = world();
    fs::create_dir_all(world.database().parent().expect("a folder")).expect("it can be made");
    fs::copy(fixture(1), world.database()).expect("it is there");
    let db = Connection::open(world.database()).expect("it is a database");
    db.execute_batch(
        "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
            SELECT i FROM n;
        INSERT INTO film (uid, slug, name, kind, tmdb_id)
            SELECT 'film:z' || i, 'z-' || i, 'Z ' || i, 'movie', 3000000 + i FROM n;
        INSERT INTO slug SELECT 'z-' || i, 'film:z' || i FROM n;
        INSERT INTO entry (person, uid, position, seen_at, answered_at)
            SELECT 'zoe', 'film:z' || i, i, 1700000000, 1700000000 FROM n",
    )
    .expect("it can be written to");
    servers_as_they_were(&world);
    world
}

#[test]
fn an_upgrade_that_is_killed_at_any_time_is_done_by_the_next_run() {
    const KILLS: u32 = 12;
    let world = large_and_old();
    let before = contents(&world.database());
    // When it asks somebody, its store is ready.
    let (asks, asked) = mpsc::channel();
    for server in [&world.letterboxd.server, &world.jellyfin.server] {
        let asks = asks.clone();
        server.fail(1, |_| true, Fault::Then(Hook::new(move || asks.send(()).expect("somebody waits"))));
    }
    let started = Instant::now();
    let mut run = world.spawn(&["sync"]);
    asked.recv().expect("it asks somebody");
    let took = started.elapsed();
    run.wait().expect("it is ours");
    let [mut killed, mut halves] = [0, 0];
    for number in 0..KILLS {
        let world = large_and_old();
        let mut run = world.spawn(&["sync"]);
        thread::sleep(took * number / KILLS);
        // It may have ended by itself.
        let _ = run.kill();
        killed += u32::from(run.wait().expect("it is ours").signal() == Some(Signal::SIGKILL as i32));
        let state = world.database().with_file_name("");
        let names = fs::read_dir(state).expect("it is there");
        let names = names.map(|entry| entry.expect("it can be read").file_name().into_string());
        halves += u32::from(names.flatten().any(|name| name.contains(".new-") || name.ends_with("-journal")));

        world.sync();
        let kept = world.database().with_file_name("lbjf.db.v1.bak");
        assert!(contents(&kept) == before, "the copy is not what was there");
        let db = Connection::open(world.database()).expect("it is a database");
        let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("it has one");
        assert_eq!(found, SCHEMA_VERSION);
        let sql = "SELECT count(*) FROM request JOIN list_entry USING (uid) JOIN list ON list.id = list_id
                JOIN film USING (uid) JOIN slug ON slug.slug = film.address
            WHERE person = 'zoe' AND list.address = 'zoe' AND is_listed AND is_wanted AND answered_at IS NOT NULL";
        assert_eq!(db.query_row(sql, [], |row| row.get::<_, u32>(0)).expect("it can be read"), 12_000);
        assert_eq!(world.radarr.sent_again(), [0; 0]);
        // It lacks all of zoe's, so it gets nothing that it once excluded.
        assert_eq!(world.radarr.films().len(), FILMS.len() - 1);
        assert_eq!(world.collected(), world.tmdb(&["quiet-orchard", "salt-garden"]));
    }
    #[expect(clippy::print_stdout, reason = "figures for whoever asks with `--nocapture`")]
    {
        println!("{killed} of {KILLS} upgrades killed, {halves} with a copy or a write half done");
    }
}

#[test]
fn an_upgrade_on_a_disk_that_is_full_says_so_and_is_done_when_there_is_room() {
    let mut stops = 0;
    let size = fs::metadata(fixture(1)).expect("it is there").len() / 1024;
    // No room for the copy; for a part of it; for it, and not for what is new.
    for room in
        [0, 4, size / 2, size, size + 4, size + 8, size + 16, size + 32, size + 64, size + 128, size + 256]
    {
        let world = world();
        fs::create_dir_all(world.database().with_file_name("")).expect("it can be made");
        fs::copy(fixture(1), world.database()).expect("it is there");
        servers_as_they_were(&world);
        let Some(ran) = on_a_disk_of(size + 4 + room, &world, &["sync"]) else { return };
        if ran.code != 0 {
            stops += 1;
            ran.exits(Exit::Failure).mentions(
                "it cannot be written: the disk is full\nhint: free some space on its disk; the next run",
            );
            assert_eq!(world.writes(), [""; 0], "{room} KiB");
        }
        let names = fs::read_dir(world.database().with_file_name("")).expect("it is there");
        let mut names = names.map(|entry| entry.expect("it can be read").file_name());
        assert!(
            !names.any(|name| name.to_string_lossy().contains(".new-")),
            "{room} KiB: half a copy is left"
        );
        world.sync();
        let kept = world.database().with_file_name("lbjf.db.v1.bak");
        assert_eq!(contents(&kept), contents(&fixture(1)), "{room} KiB");
        assert_eq!(world.radarr.sent_again(), [0; 0]);
        assert_eq!(world.collected(), world.tmdb(&["quiet-orchard", "salt-garden"]));
    }
    assert!((4..11).contains(&stops), "{stops} stops");
}

#[test]
fn a_refusal_that_an_old_store_remembers_is_heeded_and_a_merged_film_is_not_sent_again() {
    for schema in 1..=SCHEMA_VERSION {
        let world = world();
        fs::create_dir_all(world.database().parent().expect("a folder")).expect("it can be made");
        fs::copy(fixture(schema), world.database()).expect("it is there");
        servers_as_they_were(&world);
        let [asked, answered] = [world.letterboxd.tmdb_id("last-station"), 4_800_001];
        world.radarr.remove(asked);
        world.radarr.has(answered);
        let now = jiff::Timestamp::now().as_second();
        let db = Connection::open(world.database()).expect("it is a database");
        db.execute("INSERT INTO tmdb_alias VALUES (?1, ?2)", [asked, answered])
            .expect("it can be written to");
        db.execute("INSERT INTO cool_down VALUES ('direct', ?1, 3600)", [now + 3000])
            .expect("it can be written to");
        drop(db);
        world.lbjf(&["sync", "--add-again"]).exits(Exit::Blocked);
        assert_eq!(world.letterboxd.pages_asked(), [""; 0], "schema {schema}");
        assert_eq!(world.radarr.posted(), world.tmdb(&["hollow-tide"]), "schema {schema}");
        world.pass_time(Duration::from_hours(1));
        world.sync();
        assert_eq!(world.radarr.posted(), world.tmdb(&["hollow-tide"]), "schema {schema}");
    }
}

/// As docs/install.md#going-back says: an older lbjf leaves a newer store alone, and goes on with the copy.
#[test]
fn an_older_lbjf_refuses_a_newer_store_and_goes_on_with_the_copy_of_before_the_upgrade() {
    for schema in 1..=SCHEMA_VERSION {
        let world = world();
        fs::create_dir_all(world.database().parent().expect("a folder")).expect("it can be made");
        fs::copy(fixture(schema), world.database()).expect("it is there");
        // What a newer lbjf does: it keeps a copy, and goes on in a schema that this one does not know.
        let kept = world.database().with_file_name(format!("lbjf.db.v{schema}.bak"));
        fs::copy(world.database(), &kept).expect("it is there");
        let db = Connection::open(world.database()).expect("it is a database");
        db.execute_batch("CREATE TABLE of_a_newer_lbjf (x INTEGER) STRICT").expect("it can be written to");
        db.pragma_update(None, "user_version", SCHEMA_VERSION + 1).expect("it can be written to");
        drop(db);
        let newer = fs::read(world.database()).expect("it is there");

        for args in [&["sync"][..], &["sync", "--dry-run"], &["cleanup"], &["status"]] {
            let told = format!(
                "it was written by a newer lbjf (schema {}, this one knows up to {SCHEMA_VERSION})",
                SCHEMA_VERSION + 1
            );
            world.lbjf(args).exits(Exit::Failure).mentions(&told);
        }
        assert!(fs::read(world.database()).expect("it is there") == newer, "it was left as it is");
        let asked = [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server];
        assert!(asked.iter().all(|server| server.requests().is_empty()));

        fs::rename(world.database(), world.database().with_extension("db.newer")).expect("it is there");
        fs::copy(&kept, world.database()).expect("it is there");
        servers_as_they_were(&world);
        world.letterboxd.push("ada", "silver-cartographer");
        world.sync();
        let mut posted = world.radarr.posted();
        posted.sort_unstable();
        assert_eq!(posted, world.tmdb(&["hollow-tide", "silver-cartographer"]), "nothing is sent again");
        world.idle();
    }
}
