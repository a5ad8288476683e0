mod file;
mod migrations;
mod query_plans;
mod runs;

use std::fs;

use super::*;
use crate::domain::clock::{DAILY, DAY, Timestamp};
use crate::domain::film::{Film, Link, ListEntry, Look};
use crate::domain::film_name::FilmName;
use crate::domain::ids::{JellyfinId, ListId, TmdbId, Uid};
use crate::domain::list::ListKey;
use crate::domain::request::RequestProblem;

fn entry(uid: Option<&str>, slug: &str) -> ListEntry {
    ListEntry {
        uid: uid.map(|uid| Uid::parse(uid).unwrap()),
        lid: None,
        address: FilmName::parse(slug).unwrap(),
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

fn list(store: &mut Store, person: &str, entries: &[ListEntry]) -> Vec<Uid> {
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
    store.send_to(person, &["radarr".to_owned()], 100).unwrap();
    store.want_list(person, &ListKey::watchlist(person), 100).unwrap()
}

/// What is known of this person's watchlist.
fn known(store: &Store, person: &str) -> std::collections::HashSet<Uid> {
    let list = store.find_list(&ListKey::watchlist(person)).unwrap();
    store.known(list.expect("it was read")).unwrap()
}

fn resolve(store: &mut Store, person: &str, tmdb: u32) {
    let film = film(store, &[person]).remove(0);
    let look = Look::Read {
        uid: Some(film.uid.clone()),
        lid: None,
        slug: None,
        link: Link::Movie(TmdbId::new(tmdb).unwrap()),
    };
    store.record_look(&film, &look, 100).unwrap();
}

/// What is in a folder.
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

/// No page more than now: the words of SQLite are those of a full disk.
fn fill_disk(db: &Connection) {
    let pages: u32 = db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
}

#[test]
fn a_film_keeps_its_identity_when_its_slug_changes() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "fatherland-3")]);
    let renamed = list(&mut store, "ada", &[entry(Some("film:1"), "fatherland-2026")]);
    assert_eq!(renamed, [uid("film:1")]);
    assert_eq!(film(&store, &["ada"])[0].address.to_string(), "fatherland-2026");
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
    let look = Look::Read {
        uid: Some(uid("film:5")),
        lid: None,
        slug: None,
        link: Link::Movie(TmdbId::new(949).unwrap()),
    };
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
    let look = Look::Read {
        uid: Some(uid("film:2")),
        lid: None,
        slug: None,
        link: Link::Movie(TmdbId::new(949).unwrap()),
    };
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
        let look = Look::Read { uid: None, lid: None, slug: None, link: Link::Missing };
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
    let missing = Look::Read { uid: None, lid: None, slug: None, link: Link::Missing };
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
    let show = ListEntry { other_kind: Some("show".to_owned()), ..entry(Some("film:1"), "heat-1995") };
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

    let overrides = [(FilmName::parse("heat-1995").unwrap(), None)].into_iter().collect();
    store.apply_overrides(&overrides).unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    assert!(store.skips().unwrap()[0].1.is_overridden, "the config says never");
}

#[test]
fn a_film_without_an_id_is_looked_at_when_its_slug_changes() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "short-3")]);
    let short = film(&store, &["ada"]).remove(0);
    store
        .record_look(&short, &Look::Read { uid: None, lid: None, slug: None, link: Link::Missing }, 100)
        .unwrap();
    assert!(store.unresolved("ada", 100).unwrap().is_empty());
    list(&mut store, "ada", &[entry(Some("film:1"), "short-2026")]);
    assert_eq!(store.unresolved("ada", 100).unwrap().len(), 1);
}

#[test]
fn a_film_that_comes_back_is_a_new_request() {
    let mut store = Store::in_memory().unwrap();
    let uids = list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    resolve(&mut store, "ada", 949);
    store.answer("radarr", &[("ada".to_owned(), uids[0].clone())], 200).unwrap();
    assert!(store.requests("radarr").unwrap().is_empty());
    let ada = watchlist(&mut store, "ada");
    assert_eq!(store.accept_reading(ada, &[], true).unwrap(), 1);
    assert!(store.requests("radarr").unwrap().is_empty() && known(&store, "ada").is_empty());
    assert_eq!(store.listed("ada", true).unwrap().len(), 1);
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    assert_eq!(store.requests("radarr").unwrap().len(), 1);
}

#[test]
fn a_failed_request_is_due_in_the_next_three_runs_and_then_daily() {
    let mut store = Store::in_memory().unwrap();
    let uids = list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    resolve(&mut store, "ada", 949);
    let request = [("ada".to_owned(), uids[0].clone())];
    for expected in [0, 0, 0, 1000 + DAILY, 1000 + DAILY] {
        store.record_problem("radarr", &request, RequestProblem::Failed, "HTTP 500", 1000).unwrap();
        assert_eq!(store.requests("radarr").unwrap()[0].next_try_at, expected);
    }
    store.forget_answers(&["ada".to_owned()], "radarr").unwrap();
    store.record_problem("radarr", &request, RequestProblem::Unknown, "unknown", 1000).unwrap();
    assert_eq!(store.requests("radarr").unwrap()[0].next_try_at, 1000 + DAILY);
}

#[test]
fn a_warning_is_news_once_a_day() {
    let mut store = Store::in_memory().unwrap();
    let private = ("list", "ada", "private");
    assert!(store.is_due_again(private, DAILY, 1000).unwrap());
    assert!(!store.is_due_again(private, DAILY, 1000 + DAILY - 1).unwrap());
    assert!(store.is_due_again(private, DAILY, 1000 + DAILY).unwrap(), "a daily timer may be a little early");
    assert!(store.is_due_again(private, DAILY, 500).unwrap(), "the clock was set back");
    store.forget_notices_about("list", "ada").unwrap();
    assert!(store.is_due_again(private, DAILY, 501).unwrap());
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
                if !store.is_due_again(notice, DAILY, 1000).unwrap() {
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
