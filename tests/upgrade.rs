//! Stores that released versions of lbjf wrote: each is brought up to date and used on, and none is missing.
//!
//! One file per schema lies in `tests/fixtures/stores`; its README says how each was made.

mod common;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use common::World;
use lbjf::exit::Exit;
use lbjf::store::SCHEMA_VERSION;
use standins::letterboxd::Film;

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

/// The servers as they were when the fixtures were made: what was answered then is not to be sent again.
fn servers_as_they_were(world: &World) {
    for film in FILMS.iter().filter(|film| **film != "hollow-tide") {
        world.radarr.has(world.letterboxd.tmdb_id(film));
    }
    world.letterboxd.drop_entry("ada", "velvet-hour");
    let ferry = world.download("amber-ferry");
    world.jellyfin.watch("ada", &ferry, true);
    world.download("quiet-orchard");
    world.download("salt-garden");
}

/// Writes the fixture of the present schema: `cargo test --test upgrade -- --ignored`, before a release, never after.
#[test]
#[ignore = "writes a file of the repository"]
fn write_the_fixture_of_the_present_schema() {
    let world = world();
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
    let db = rusqlite::Connection::open(world.database()).expect("a run made the store");
    db.execute("VACUUM INTO ?1", [path.to_str().expect("a plain path")]).expect("it can be written");
    assert!(fs::metadata(&path).expect("it is there").len() < 100_000);
}

#[test]
fn there_is_a_store_of_every_schema() {
    for schema in 1..=SCHEMA_VERSION {
        let path = fixture(schema);
        assert!(path.is_file(), "{} is missing: see the README beside it", path.display());
        let db = rusqlite::Connection::open(&path).expect("it is a database");
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
            assert_eq!(fs::read(kept).expect("a copy is kept").len(), before.len());
        } else {
            assert!(!kept.exists(), "nothing was migrated");
        }
    }
}

/// As contrib/README.md says under `Downgrading`: an older lbjf leaves a newer store alone, and goes on with the copy.
#[test]
fn an_older_lbjf_refuses_a_newer_store_and_goes_on_with_the_copy_of_before_the_upgrade() {
    for schema in 1..=SCHEMA_VERSION {
        let world = world();
        fs::create_dir_all(world.database().parent().expect("a folder")).expect("it can be made");
        fs::copy(fixture(schema), world.database()).expect("it is there");
        // What a newer lbjf does: it keeps a copy, and goes on in a schema that this one does not know.
        let kept = world.database().with_file_name(format!("lbjf.db.v{schema}.bak"));
        fs::copy(world.database(), &kept).expect("it is there");
        let db = rusqlite::Connection::open(world.database()).expect("it is a database");
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
