use std::fs;

use super::*;
use crate::film::{Film, Link, Slug, TmdbId, Uid, WatchlistEntry};

fn entry(uid: Option<&str>, slug: &str) -> WatchlistEntry {
    WatchlistEntry {
        uid: uid.map(|uid| Uid(uid.to_owned())),
        slug: Slug(slug.to_owned()),
        name: slug.to_owned(),
        year: Some(1995),
        other_kind: None,
    }
}

fn uid(text: &str) -> Uid {
    Uid(text.to_owned())
}

fn film(store: &Store, people: &[&str]) -> Vec<Film> {
    let people: Vec<String> = people.iter().map(ToString::to_string).collect();
    store.unresolved(&people, 0).unwrap()
}

fn list(store: &mut Store, person: &str, entries: &[WatchlistEntry]) -> Vec<Uid> {
    let uids = store.identify(entries).unwrap();
    let placed: Vec<_> = uids.iter().cloned().zip(0..).collect();
    store.add_entries(person, &placed, 100).unwrap();
    uids
}

fn resolve(store: &mut Store, person: &str, tmdb: u32) {
    let film = film(store, &[person]).remove(0);
    let look = Look::Read { uid: Some(film.uid.clone()), link: Link::Movie(TmdbId(tmdb)) };
    store.record_look(&film, &look, 100).unwrap();
}

#[test]
fn a_film_keeps_its_identity_when_its_slug_changes() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "fatherland-3")]);
    let renamed = list(&mut store, "ada", &[entry(Some("film:1"), "fatherland-2026")]);
    assert_eq!(renamed, [uid("film:1")]);
    assert_eq!(film(&store, &["ada"])[0].slug.0, "fatherland-2026");
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
    let look = Look::Read { uid: Some(uid("film:5")), link: Link::Movie(TmdbId(949)) };
    assert_eq!(store.record_look(&heat, &look, 100).unwrap(), uid("film:5"));
    assert_eq!(store.known("ada").unwrap(), [uid("film:5")].into());
    assert_eq!(store.link(&uid("film:5")).unwrap(), Some(Link::Movie(TmdbId(949))));

    list(&mut store, "ben", &[entry(None, "alien")]);
    assert_eq!(list(&mut store, "ben", &[entry(Some("film:6"), "alien")]), [uid("film:6")]);
    assert_eq!(store.known("ben").unwrap(), [uid("film:6")].into());
}

#[test]
fn a_film_page_about_another_film_resolves_nothing() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    let heat = film(&store, &["ada"]).remove(0);
    let look = Look::Read { uid: Some(uid("film:2")), link: Link::Movie(TmdbId(949)) };
    store.record_look(&heat, &look, 100).unwrap();
    assert_eq!(store.link(&uid("film:1")).unwrap(), Some(Link::Missing));
    assert_eq!(store.skips("ada").unwrap()[0].why, "its film page is about another film, `film:2`");
}

#[test]
fn a_film_without_an_id_is_looked_at_again_after_1_3_7_and_then_every_30_days() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, "ada", &[entry(Some("film:1"), "short")]);
    let short = film(&store, &["ada"]).remove(0);
    let ada = ["ada".to_owned()];
    let mut now = 0;
    for days in [1, 3, 7, 30, 30] {
        let look = Look::Read { uid: None, link: Link::Missing };
        store.record_look(&short, &look, now).unwrap();
        assert!(store.unresolved(&ada, now + days * DAY - 1).unwrap().is_empty(), "{days} days");
        now += days * DAY;
        assert_eq!(store.unresolved(&ada, now).unwrap().len(), 1, "{days} days");
    }
    store.record_look(&short, &Look::Failed("no answer".to_owned()), now).unwrap();
    assert_eq!(store.unresolved(&ada, now).unwrap().len(), 1, "a failure is tried again at once");
}

#[test]
fn a_film_that_comes_back_is_a_new_wish() {
    let mut store = Store::in_memory().unwrap();
    let uids = list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    resolve(&mut store, "ada", 949);
    store.answer(&[("ada".to_owned(), uids[0].clone())], 200).unwrap();
    assert!(store.wishes().unwrap().is_empty());
    assert_eq!(store.accept_crawl("ada", &[]).unwrap(), 1);
    assert!(store.wishes().unwrap().is_empty() && store.known("ada").unwrap().is_empty());
    assert_eq!(store.listed("ada", true).unwrap().len(), 1);
    list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    assert_eq!(store.wishes().unwrap().len(), 1);
}

#[test]
fn a_failed_wish_is_due_in_the_next_three_runs_and_then_daily() {
    let mut store = Store::in_memory().unwrap();
    let uids = list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    resolve(&mut store, "ada", 949);
    let wish = [("ada".to_owned(), uids[0].clone())];
    for expected in [0, 0, 0, 1000 + DAY, 1000 + DAY] {
        store.record_problem(&wish, WishProblem::Failed, "HTTP 500", 1000).unwrap();
        assert_eq!(store.wishes().unwrap()[0].next_try_at, expected);
    }
    store.forget_answers(&["ada".to_owned()]).unwrap();
    store.record_problem(&wish, WishProblem::Unknown, "unknown", 1000).unwrap();
    assert_eq!(store.wishes().unwrap()[0].next_try_at, 1000 + DAY);
}

#[test]
fn a_warning_is_news_once_a_day() {
    let mut store = Store::in_memory().unwrap();
    assert!(store.is_news("ada/private", 1000).unwrap());
    assert!(!store.is_news("ada/private", 1000 + DAY - 1).unwrap());
    assert!(store.is_news("ada/private", 1000 + DAY).unwrap());
    assert!(store.is_news("ada/private", 500).unwrap(), "the clock was set back");
    store.forget_notices("ada/").unwrap();
    assert!(store.is_news("ada/private", 501).unwrap());
    assert!(store.is_first("x", 1).unwrap() && !store.is_first("x", 10 * DAY).unwrap());
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
    assert_eq!(store.link(&uid("film:1")).unwrap(), Some(Link::Movie(TmdbId(949))));
    assert_eq!(store.known("ada").unwrap(), [uid("film:1")].into());
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
    assert_eq!(error.to_string(), "it was written by a newer lbjf (schema 99, this one knows up to 1)");
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
