mod migrations;

use std::fs;

use super::*;
use crate::domain::clock::{DAILY, DAY, Timestamp};
use crate::domain::film::{Film, Link, Look, WatchlistEntry};
use crate::domain::ids::{JellyfinId, ListId, Slug, TmdbId, Uid};
use crate::domain::list::ListSource;
use crate::domain::request::RequestProblem;

fn entry(uid: Option<&str>, slug: &str) -> WatchlistEntry {
    WatchlistEntry {
        uid: uid.map(|uid| Uid::parse(uid).unwrap()),
        lid: None,
        slug: Slug::parse(slug).unwrap(),
        name: slug.to_owned(),
        year: Some(1995),
        other_kind: None,
    }
}

fn uid(text: &str) -> Uid {
    Uid::parse(text).unwrap()
}

fn film(store: &Store, people: &[&str]) -> Vec<Film> {
    people.iter().flat_map(|person| store.unresolved(person, 0).unwrap()).collect()
}

fn list(store: &mut Store, person: &str, entries: &[WatchlistEntry]) -> Vec<Uid> {
    let uids = store.identify(entries).unwrap();
    let placed: Vec<_> = uids.iter().cloned().zip(0..).collect();
    let list = watchlist(store, person);
    store.add_entries(list, &placed, true, 100).unwrap();
    uids
}

impl Store {
    /// Writes down one look. Returns who the film is from now on: a provisional film
    /// gets its name here.
    pub(super) fn record_look(
        &mut self,
        film: &Film,
        look: &Look,
        now: Timestamp,
    ) -> Result<Uid, StoreError> {
        Ok(self.record_looks(&[(film, look)], now)?.remove(0))
    }
}

/// This person's watchlist.
fn watchlist(store: &mut Store, person: &str) -> ListId {
    store.want_list(person, &ListSource::watchlist(person), 100).unwrap()
}

/// What is known of this person's watchlist.
fn known(store: &Store, person: &str) -> std::collections::HashSet<Uid> {
    let list = store.find_list(&ListSource::watchlist(person)).unwrap();
    store.known(list.expect("it was read")).unwrap()
}

fn resolve(store: &mut Store, person: &str, tmdb: u32) {
    let film = film(store, &[person]).remove(0);
    let look =
        Look::Read { uid: Some(film.uid.clone()), lid: None, link: Link::Movie(TmdbId::new(tmdb).unwrap()) };
    store.record_look(&film, &look, 100).unwrap();
}

fn ended(summary: &str) -> RunEnd<'_> {
    RunEnd { exit_code: 0, is_well: true, summary, problems: &[] }
}

#[test]
fn a_film_keeps_its_identity_when_its_slug_changes() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "fatherland-3")]);
    let renamed = list(&mut store, "ada", &[entry(Some("film:1"), "fatherland-2026")]);
    assert_eq!(renamed, [uid("film:1")]);
    assert_eq!(film(&store, &["ada"])[0].slug.as_str(), "fatherland-2026");
    assert_eq!(
        store.identify(&[entry(None, "fatherland-3")]).unwrap(),
        [uid("film:1")],
        "old slugs stay aliases"
    );
}

#[test]
fn an_entry_without_a_uid_gets_its_name_from_its_page_or_a_later_list() {
    let mut store = Store::in_memory().unwrap();
    assert_eq!(list(&mut store, "ada", &[entry(None, "heat-1995")]), [uid("slug:heat-1995")]);
    let heat = film(&store, &["ada"]).remove(0);
    let look =
        Look::Read { uid: Some(uid("film:5")), lid: None, link: Link::Movie(TmdbId::new(949).unwrap()) };
    assert_eq!(store.record_look(&heat, &look, 100).unwrap(), uid("film:5"));
    assert_eq!(known(&store, "ada"), [uid("film:5")].into());
    assert_eq!(store.link(&uid("film:5")).unwrap(), Some(Link::Movie(TmdbId::new(949).unwrap())));

    list(&mut store, "ben", &[entry(None, "alien")]);
    assert_eq!(list(&mut store, "ben", &[entry(Some("film:6"), "alien")]), [uid("film:6")]);
    assert_eq!(known(&store, "ben"), [uid("film:6")].into());
}

#[test]
fn a_film_page_about_another_film_resolves_nothing() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    let heat = film(&store, &["ada"]).remove(0);
    let look =
        Look::Read { uid: Some(uid("film:2")), lid: None, link: Link::Movie(TmdbId::new(949).unwrap()) };
    store.record_look(&heat, &look, 100).unwrap();
    assert_eq!(store.link(&uid("film:1")).unwrap(), Some(Link::Missing));
    assert_eq!(store.skips().unwrap()[0].1.why, "its film page is about another film, `film:2`");
}

#[test]
fn a_film_without_an_id_is_looked_at_again_after_1_3_7_and_then_every_30_days() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "short")]);
    let short = film(&store, &["ada"]).remove(0);
    let ada = "ada";
    let mut now = 0;
    for days in [1, 3, 7, 30, 30] {
        let look = Look::Read { uid: None, lid: None, link: Link::Missing };
        store.record_look(&short, &look, now).unwrap();
        assert!(store.unresolved(ada, now + days * DAY - 1).unwrap().is_empty(), "{days} days");
        now += days * DAY;
        assert_eq!(store.unresolved(ada, now).unwrap().len(), 1, "{days} days");
    }
    store.record_look(&short, &Look::Failed { why: "no answer".to_owned(), is_passing: true }, now).unwrap();
    assert_eq!(store.unresolved(ada, now).unwrap().len(), 1, "a failure is tried again at once");
    assert_eq!(store.skips().unwrap()[0].1.why, "its film page names no TMDB id", "and is no other reason");
}

#[test]
fn looks_that_fail_make_no_film_wait_longer_for_its_next_one() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "short")]);
    let short = film(&store, &["ada"]).remove(0);
    let missing = Look::Read { uid: None, lid: None, link: Link::Missing };
    store.record_look(&short, &missing, 0).unwrap();
    for _ in 0..5 {
        let look = Look::Failed { why: "no answer".to_owned(), is_passing: false };
        store.record_look(&short, &look, DAY).unwrap();
    }
    store.record_look(&short, &missing, DAY).unwrap();
    assert_eq!(
        store.unresolved("ada", 4 * DAY).unwrap().len(),
        1,
        "the second look is followed by three days"
    );
}

#[test]
fn a_film_that_was_listed_as_something_else_is_a_film_when_it_is_listed_as_one() {
    let mut store = Store::in_memory().unwrap();
    let show = WatchlistEntry { other_kind: Some("show".to_owned()), ..entry(Some("film:1"), "heat-1995") };
    list(&mut store, "ada", std::slice::from_ref(&show));
    assert_eq!(store.skips().unwrap()[0].1.why, "Letterboxd lists it as `show`, not as a film");
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    assert!(store.skips().unwrap().is_empty());
    assert_eq!(film(&store, &["ada"]).len(), 1, "its page is asked");
    resolve(&mut store, "ada", 949);
    list(&mut store, "ada", std::slice::from_ref(&show));
    assert_eq!(
        store.link(&uid("film:1")).unwrap(),
        Some(Link::Movie(TmdbId::new(949).unwrap())),
        "once known, known"
    );

    let overrides = [(Slug::parse("heat-1995").unwrap(), None)].into_iter().collect();
    store.apply_overrides(&overrides).unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    assert!(store.skips().unwrap()[0].1.is_overridden, "the config says never");
}

#[test]
fn a_film_without_an_id_is_looked_at_when_its_slug_changes() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "short-3")]);
    let short = film(&store, &["ada"]).remove(0);
    store.record_look(&short, &Look::Read { uid: None, lid: None, link: Link::Missing }, 100).unwrap();
    assert!(store.unresolved("ada", 100).unwrap().is_empty());
    list(&mut store, "ada", &[entry(Some("film:1"), "short-2026")]);
    assert_eq!(store.unresolved("ada", 100).unwrap().len(), 1);
}

#[test]
fn a_film_that_comes_back_is_a_new_request() {
    let mut store = Store::in_memory().unwrap();
    let uids = list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    resolve(&mut store, "ada", 949);
    store.answer(&[("ada".to_owned(), uids[0].clone())], 200).unwrap();
    assert!(store.requests().unwrap().is_empty());
    let ada = watchlist(&mut store, "ada");
    assert_eq!(store.accept_reading(ada, &[]).unwrap(), 1);
    assert!(store.requests().unwrap().is_empty() && known(&store, "ada").is_empty());
    assert_eq!(store.listed("ada", true).unwrap().len(), 1);
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    assert_eq!(store.requests().unwrap().len(), 1);
}

#[test]
fn a_failed_request_is_due_in_the_next_three_runs_and_then_daily() {
    let mut store = Store::in_memory().unwrap();
    let uids = list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    resolve(&mut store, "ada", 949);
    let request = [("ada".to_owned(), uids[0].clone())];
    for expected in [0, 0, 0, 1000 + DAILY, 1000 + DAILY] {
        store.record_problem(&request, RequestProblem::Failed, "HTTP 500", 1000).unwrap();
        assert_eq!(store.requests().unwrap()[0].next_try_at, expected);
    }
    store.forget_answers(&["ada".to_owned()]).unwrap();
    store.record_problem(&request, RequestProblem::Unknown, "unknown", 1000).unwrap();
    assert_eq!(store.requests().unwrap()[0].next_try_at, 1000 + DAILY);
}

#[test]
fn a_warning_is_news_once_a_day() {
    let mut store = Store::in_memory().unwrap();
    let private = ("list", "ada", "private");
    assert!(store.is_due_again(private, 1000).unwrap());
    assert!(!store.is_due_again(private, 1000 + DAILY - 1).unwrap());
    assert!(store.is_due_again(private, 1000 + DAILY).unwrap(), "a daily timer may be a little early");
    assert!(store.is_due_again(private, 500).unwrap(), "the clock was set back");
    store.forget_notices_about("list", "ada").unwrap();
    assert!(store.is_due_again(private, 501).unwrap());
    assert!(store.mark_once("x", 1).unwrap() && !store.mark_once("x", 10 * DAY).unwrap());
}

#[test]
fn forgetting_what_was_told_of_one_name_forgets_nothing_of_another_or_of_a_kind() {
    let names = ["block", "blockbuster", "ada", "ada/x", "ad", "films", "watchlists", "letterboxd", "list"];
    let kinds = ["list", "block", "films", "watchlists", "letterboxd", "collection"];
    let told = |store: &mut Store| {
        let mut told = Vec::new();
        for kind in kinds {
            let of_kind = names.iter().map(|name| (kind, *name, "private"));
            for notice in of_kind.chain([(kind, "", "private"), (kind, "", "")]) {
                if !store.is_due_again(notice, 1000).unwrap() {
                    told.push(notice);
                }
            }
        }
        told
    };
    let mut store = Store::in_memory().unwrap();
    assert_eq!(told(&mut store), []);
    let all = told(&mut store);
    assert_eq!(all.len(), kinds.len() * (names.len() + 2));
    for name in names {
        store.forget_notices_about("list", name).unwrap();
        let expected: Vec<_> =
            all.iter().copied().filter(|notice| *notice != ("list", name, "private")).collect();
        assert_eq!(told(&mut store), expected, "{name}");
    }
    store.forget_notices("block").unwrap();
    let expected: Vec<_> = all.iter().copied().filter(|(kind, _, _)| *kind != "block").collect();
    assert_eq!(told(&mut store), expected);
}

#[test]
fn a_dry_run_leaves_only_film_ids_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    let mut store = Store::open(&path).unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    let mut copy = Store::copy_of(&path).unwrap();
    list(&mut copy, "ada", &[entry(Some("film:2"), "alien")]);
    resolve(&mut copy, "ada", 949);
    store.adopt_films(&copy).unwrap();
    assert_eq!(store.link(&uid("film:1")).unwrap(), Some(Link::Movie(TmdbId::new(949).unwrap())));
    assert_eq!(known(&store, "ada"), [uid("film:1")].into());
}

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

fn names(folder: &std::path::Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

/// A file and its journal as a process leaves them that is killed while it writes, here in another folder.
fn killed_while_writing(path: &Path, begin: impl FnOnce(&Connection)) -> (tempfile::TempDir, PathBuf) {
    let db = Connection::open(path).unwrap();
    db.execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE").unwrap();
    begin(&db);
    let left = tempfile::tempdir().unwrap();
    let folder = path.parent().unwrap();
    for name in names(folder) {
        fs::copy(folder.join(&name), left.path().join(&name)).unwrap();
    }
    assert_eq!(names(left.path()), ["lbjf.db", "lbjf.db-journal"]);
    let path = left.path().join("lbjf.db");
    (left, path)
}

/// Enough to reach the file before the commit.
fn write_much(db: &Connection) {
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO slug SELECT 'note ' || i, i FROM n";
    db.execute_batch(sql).unwrap();
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

/// No page more than now: the words of SQLite are those of a full disk.
fn fill_disk(db: &Connection) {
    let pages: u32 = db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
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
fn dates_from_a_clock_that_was_ahead_are_set_right_when_a_run_begins() {
    let mut store = Store::in_memory().unwrap();
    let (now, ahead) = (1000, 1000 + 400 * DAY);
    let uids = list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995"), entry(Some("film:2"), "short")]);
    resolve(&mut store, "ada", 949);
    let request = [("ada".to_owned(), uids[0].clone())];
    store.record_problem(&request, RequestProblem::Unknown, "unknown", ahead).unwrap();
    let short = film(&store, &["ada"]).remove(0);
    store.record_look(&short, &Look::Read { uid: None, lid: None, link: Link::Missing }, ahead).unwrap();
    let pending = crate::domain::list::Cursor { pending_at: Some(ahead), ..Default::default() };
    let ada = watchlist(&mut store, "ada");
    store.save_cursor(ada, &pending).unwrap();
    store.begin_cool_down("direct", Duration::from_hours(1), None, ahead).unwrap();
    store.record_ineffective("c", &[JellyfinId::parse("item").unwrap()], ahead).unwrap();

    store.begin_run("sync", now).unwrap();
    assert_eq!(store.requests().unwrap()[0].next_try_at, 0);
    assert_eq!(store.unresolved("ada", now).unwrap().len(), 1);
    assert_eq!(store.cursor(ada).unwrap().pending_at, Some(now), "the hour begins anew");
    assert_eq!(store.cool_downs().unwrap()[0].until, now);
    assert!(store.ineffective("c").unwrap().is_empty());
}

#[test]
fn waits_that_are_no_longer_than_they_may_be_stay_when_a_run_begins() {
    let mut store = Store::in_memory().unwrap();
    let uids = list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    resolve(&mut store, "ada", 949);
    store
        .record_problem(&[("ada".to_owned(), uids[0].clone())], RequestProblem::Unknown, "unknown", 1000)
        .unwrap();
    store.begin_cool_down("direct", Duration::from_hours(24), None, 1000).unwrap();
    store.begin_run("sync", 1000).unwrap();
    assert_eq!(store.requests().unwrap()[0].next_try_at, 1000 + DAILY);
    assert_eq!(store.cool_downs().unwrap()[0].until, 1000 + DAY);
}

#[test]
fn five_years_of_runs_every_ten_minutes_stay_small() {
    const RUNS: i64 = 5 * 365 * 144;
    let mut store = Store::in_memory().unwrap();
    // Older releases kept every run; a third of them failed, each with something to look at.
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {RUNS} - 1)
        INSERT INTO run (command, started_at, ended_at, exit_code, summary, problems)
        SELECT 'sync', i * 600, i * 600 + 5, iif(i % 3 = 0, 4, 0), 'sync: 3 users, nothing to do, in 5 s',
            iif(i % 3 = 0, 'ada: `heat-1995` not added: Radarr has no root folder `/movies`', '') FROM n"
    );
    store.db.execute_batch(&sql).unwrap();
    let count = |store: &Store| -> i64 {
        store.db.query_row("SELECT count(*) FROM run", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count(&store), 262_800);

    let mut now = RUNS * 600;
    for round in 0..300 {
        let run = store.begin_run("sync", now).unwrap();
        store.end_run(run, now + 5, &ended("sync: 3 users, nothing to do, in 5 s")).unwrap();
        assert!(count(&store) <= 1000 + 365, "round {round}: {}", count(&store));
        now += 600;
    }
    // The last thousand, with nothing missing, and of the days before the first run that failed.
    let runs = store.runs(2000).unwrap();
    assert!(runs[..1000].windows(2).all(|pair| pair[0].id == pair[1].id + 1));
    assert!(runs[1000..].iter().all(|run| run.exit_code == Some(4) && run.started_at >= now - 366 * DAY));
    assert!(runs[1000..].windows(2).all(|pair| pair[0].started_at / DAY > pair[1].started_at / DAY));
    assert!(runs.len() > 1000 + 350, "{}", runs.len());
    let pragma = |name| -> i64 { store.db.pragma_query_value(None, name, |row| row.get(0)).unwrap() };
    let used = (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
    assert!(used < 400_000, "{used} bytes");
}

#[test]
fn a_year_of_good_runs_leaves_the_last_thousand() {
    let mut store = Store::in_memory().unwrap();
    for number in 0..1500 {
        let run = store.begin_run("sync", number * 21_000).unwrap();
        // One was killed.
        if number != 100 {
            store.end_run(run, number * 21_000 + 5, &ended("sync")).unwrap();
        }
    }
    let runs = store.runs(2000).unwrap();
    assert_eq!(runs.len(), 1001);
    assert_eq!((runs[1000].started_at, runs[1000].ended_at), (100 * 21_000, None));
}

/// How SQLite would find the rows of a query, a step a line.
fn query_plan(store: &Store, sql: &str) -> Vec<String> {
    let mut statement = store.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get("detail").unwrap());
    }
    steps
}

#[test]
fn no_hot_query_scans_what_an_index_can_find() {
    let store = Store::in_memory().unwrap();
    let by_uid = "SEARCH film USING INDEX sqlite_autoindex_film_1 (uid=?)";
    let by_list = "SEARCH list_entry USING PRIMARY KEY (list_id=?)";
    let by_film = "SEARCH list_entry USING INDEX list_entry_by_film (uid=?)";
    let request = "SEARCH request USING PRIMARY KEY (person=? AND uid=?) LEFT-JOIN";
    let position = "SEARCH list_entry USING PRIMARY KEY (list_id=? AND uid=?)";
    for (name, sql, expected) in [
        ("known", lists::KNOWN, &[by_list][..]),
        // These two indices hold what is open, and nothing else.
        ("requests", requests::REQUESTS, &["SCAN request USING INDEX request_unanswered", by_uid, position]),
        ("unread", films::UNREAD, &["SCAN film USING INDEX film_unresolved", by_film]),
        ("skips", films::SKIPS, &["SCAN film USING INDEX film_odd", by_film]),
        ("odd films", status::ODD_FILMS, &["SCAN film USING INDEX film_odd", by_film, request]),
        (
            "troubles",
            status::TROUBLED_REQUESTS,
            &["SCAN request USING INDEX request_trouble", by_uid, position],
        ),
        ("unresolved", films::UNRESOLVED, &[by_list, by_uid]),
        ("listed", presence::LISTED, &[by_list, by_uid]),
        ("listed ids", presence::LISTED_IDS, &[by_list, by_uid]),
        ("wanted", status::WANTED, &["SEARCH request USING PRIMARY KEY (person=?)"]),
        ("unanswered", status::UNANSWERED, &["SEARCH request USING INDEX request_unanswered (person=?)"]),
        (
            "presence",
            status::PRESENCE,
            &["SEARCH presence USING COVERING INDEX presence_by_state (person=?)"],
        ),
        (
            "presence of ended",
            status::PRESENCE_OF_ENDED,
            &[
                "SEARCH request USING COVERING INDEX request_ended (person=?)",
                "SEARCH presence USING PRIMARY KEY (person=? AND uid=?)",
            ],
        ),
    ] {
        let mut steps = query_plan(&store, sql);
        steps.retain(|step| {
            ["list_entry", "film", "request", "presence"]
                .iter()
                .any(|table| step.split(' ').nth(1) == Some(table))
        });
        assert_eq!(steps, expected, "{name}");
    }
}

#[test]
fn answers_of_twins_are_found_from_what_is_unanswered_by_tmdb_id() {
    let store = Store::in_memory().unwrap();
    let mut steps = query_plan(&store, requests::ANSWERS_OF_TWINS);
    steps.retain(|step| {
        ["new", "new_film", "old_film", "old"].iter().any(|name| step.split(' ').nth(1) == Some(name))
    });
    assert_eq!(
        steps,
        [
            "SCAN new USING INDEX request_unanswered",
            "SEARCH new_film USING INDEX sqlite_autoindex_film_1 (uid=?)",
            "SEARCH old_film USING INDEX film_by_tmdb_id (tmdb_id=?)",
            "SEARCH old USING PRIMARY KEY (person=? AND uid=? AND server=?)",
        ]
    );
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
