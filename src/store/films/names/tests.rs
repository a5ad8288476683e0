use rusqlite::params;

use crate::domain::film::{Film, Link, ListEntry, Look, Overrides};
use crate::domain::film_name::FilmName;
use crate::domain::ids::{Lid, TmdbId, Uid};
use crate::domain::list::ListKey;
use crate::store::Store;

fn uid(text: &str) -> Uid {
    Uid::parse(text).unwrap()
}

fn name(text: &str) -> FilmName {
    FilmName::parse(text).unwrap()
}

fn by(text: &str) -> ListEntry {
    ListEntry::named(name(text), text.to_owned(), None)
}

fn poster(of: &str, lid: &str, slug: &str) -> ListEntry {
    ListEntry { uid: Some(uid(of)), lid: Lid::parse(lid), ..by(slug) }
}

fn movie(id: u32) -> Link {
    Link::Movie(TmdbId::new(id).unwrap())
}

fn identify(store: &mut Store, entry: &ListEntry) -> String {
    store.identify([entry]).unwrap()[0].to_string()
}

fn list(store: &mut Store, entries: &[ListEntry]) {
    let uids = store.identify(entries).unwrap();
    store.send_to("ada", &["radarr".to_owned()], 100).unwrap();
    let ada = store.want_list("ada", &ListKey::watchlist("ada"), 100).unwrap();
    store.add_entries(ada, &uids.into_iter().zip(0..).collect::<Vec<_>>(), true, 100).unwrap();
}

/// Uid and address of each film.
fn films(store: &Store) -> Vec<(String, String)> {
    let mut statement = store.db.prepare("SELECT uid, address FROM film ORDER BY uid").unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_film_is_known_by_any_of_its_names_and_by_its_best() {
    let mut store = Store::in_memory().unwrap();
    let heat = poster("film:1", "IWJq", "heat-1995");
    for (what, entries) in [
        ("poster first", [&heat, &by("boxd.it/IWJq"), &by("heat-1995"), &by("film:1")]),
        ("short id first", [&by("boxd.it/IWJq"), &heat, &by("film:1"), &by("heat-1995")]),
        ("old slug first", [&by("heat-1995"), &by("boxd.it/IWJq"), &heat, &by("film:1")]),
        ("all apart", [&by("film:1"), &by("heat-1995"), &by("boxd.it/IWJq"), &heat]),
    ] {
        let mut store = Store::in_memory().unwrap();
        store.identify(entries).unwrap();
        assert_eq!(films(&store), [("film:1".to_owned(), "heat-1995".to_owned())], "{what}");
        for entry in entries {
            assert_eq!(identify(&mut store, entry), "film:1", "{what}: {}", entry.address);
        }
    }
    assert_eq!(identify(&mut store, &by("boxd.it/1JzG")), "lid:1JzG");
    assert_eq!(identify(&mut store, &by("boxd.it/1jzg")), "lid:1jzg", "capitals matter");
    assert_eq!(identify(&mut store, &by("film:7")), "film:7");
}

#[test]
fn what_an_export_calls_a_film_does_not_change_what_its_poster_said() {
    let mut store = Store::in_memory().unwrap();
    let heat = ListEntry { year: Some(1995), ..poster("film:1", "IWJq", "heat-1995") };
    identify(&mut store, &heat);
    let export = ListEntry { name: "Fuego contra fuego".to_owned(), ..by("boxd.it/IWJq") };
    identify(&mut store, &export);
    let sql = "SELECT name, year FROM film";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let known: (String, Option<u16>) = store.db.query_row(sql, [], read).unwrap();
    assert_eq!(known, ("heat-1995".to_owned(), Some(1995)));
}

#[test]
fn a_page_that_tells_all_names_makes_one_film_of_those_that_had_one_each() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, &[by("boxd.it/IWJq"), by("heat-1995"), by("boxd.it/iwjq")]);
    let film = Film { uid: uid("lid:IWJq"), address: name("boxd.it/IWJq"), name: String::new(), year: None };
    let slug = match name("heat-1995") {
        FilmName::Slug(slug) => Some(slug),
        _ => None,
    };
    let look = Look::Read { uid: Some(uid("film:1")), lid: Lid::parse("IWJq"), slug, link: movie(949) };
    assert_eq!(store.record_look(&film, &look, 100).unwrap(), uid("film:1"));
    let expected = [("film:1", "heat-1995"), ("lid:iwjq", "boxd.it/iwjq")];
    assert_eq!(films(&store), expected.map(|(uid, address)| (uid.to_owned(), address.to_owned())));
    let requests: Vec<_> =
        store.requests("radarr").unwrap().into_iter().map(|request| request.film.uid).collect();
    assert_eq!(requests, [uid("film:1")]);
    assert_eq!(store.unresolved("ada", 100).unwrap().len(), 1, "the other one is still to be read");
}

#[test]
fn an_answer_and_what_a_person_said_outlive_the_name_under_which_they_were_given() {
    let mut store = Store::in_memory().unwrap();
    let said = Overrides::from([(name("boxd.it/IWJq"), TmdbId::new(949))]);
    list(&mut store, &[by("boxd.it/IWJq"), poster("film:1", "", "heat-1995")]);
    store.apply_overrides(&said).unwrap();
    assert!(store.unresolved("ada", 100).unwrap().iter().all(|film| film.uid == uid("film:1")));
    store.answer("radarr", &[("ada".to_owned(), uid("lid:IWJq"))], 100).unwrap();
    list(&mut store, &[poster("film:1", "IWJq", "heat-1995")]);
    assert_eq!(films(&store).len(), 1);
    assert_eq!(store.link(&uid("film:1")).unwrap(), Some(movie(949)));
    assert_eq!(store.answered("radarr").unwrap(), [TmdbId::new(949).unwrap()].into());
    assert!(store.requests("radarr").unwrap().is_empty() && store.unresolved("ada", 100).unwrap().is_empty());
    store.apply_overrides(&said).unwrap();
    assert_eq!(store.answered("radarr").unwrap().len(), 1, "the line still means this film");
}

#[test]
fn of_two_requests_that_are_one_the_answer_counts_unless_one_ended_before_the_other_began() {
    // Wanted, answered, first and last reading.
    type Request = (bool, bool, i64, Option<i64>);
    let cases: [(&str, Request, Request, (bool, bool)); 8] = [
        ("neither answered", (true, false, 0, None), (true, false, 0, None), (true, false)),
        ("the real one answered", (true, true, 0, None), (true, false, 0, None), (true, true)),
        ("the other one answered", (true, false, 0, None), (true, true, 0, None), (true, true)),
        ("one took the other's place", (true, false, 3, None), (false, true, 0, Some(3)), (true, true)),
        ("the same the other way round", (false, true, 0, Some(3)), (true, false, 3, None), (true, true)),
        ("wanted again later", (true, false, 4, None), (false, true, 0, Some(3)), (true, false)),
        ("the same the other way round", (false, true, 0, Some(3)), (true, false, 4, None), (true, false)),
        ("both ended", (false, false, 0, Some(3)), (false, true, 0, Some(2)), (false, true)),
    ];
    for (what, real, old, expected) in cases {
        let mut store = Store::in_memory().unwrap();
        list(&mut store, &[poster("film:1", "", "heat-1995"), by("boxd.it/IWJq")]);
        for (of, (is_wanted, is_answered, first, last)) in [("film:1", real), ("lid:IWJq", old)] {
            let sql =
                "UPDATE request SET is_wanted = ?2, answered_at = ?3, first_reading = ?4, last_reading = ?5
                WHERE uid = ?1";
            let answered_at = is_answered.then_some(100);
            store.db.execute(sql, params![of, is_wanted, answered_at, first, last]).unwrap();
        }
        identify(&mut store, &poster("film:1", "IWJq", "heat-1995"));
        let sql = "SELECT is_wanted, answered_at IS NOT NULL FROM request";
        let mut statement = store.db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(rows.map(Result::unwrap).collect::<Vec<(bool, bool)>>(), [expected], "{what}");
    }
}

#[test]
fn an_answer_for_another_film_on_tmdb_does_not_count() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, &[poster("film:1", "", "heat-1995"), by("boxd.it/IWJq")]);
    let look = |store: &mut Store, of: &str, id| {
        let film = Film { uid: uid(of), address: name("x"), name: String::new(), year: None };
        store
            .record_look(&film, &Look::Read { uid: None, lid: None, slug: None, link: movie(id) }, 100)
            .unwrap();
    };
    look(&mut store, "film:1", 949);
    look(&mut store, "lid:IWJq", 700);
    store.answer("radarr", &[("ada".to_owned(), uid("lid:IWJq"))], 100).unwrap();
    identify(&mut store, &poster("film:1", "IWJq", "heat-1995"));
    assert_eq!(store.link(&uid("film:1")).unwrap(), Some(movie(949)), "its own page was read");
    assert_eq!(store.requests("radarr").unwrap().len(), 1);
}

#[test]
fn a_film_is_listed_if_it_is_under_either_name() {
    let mut store = Store::in_memory().unwrap();
    list(&mut store, &[poster("film:1", "", "heat-1995"), by("boxd.it/IWJq")]);
    store.db.execute("UPDATE list_entry SET is_listed = 0 WHERE uid = 'film:1'", []).unwrap();
    identify(&mut store, &poster("film:1", "IWJq", "heat-1995"));
    let sql = "SELECT count(*), sum(is_listed) FROM list_entry";
    let found: (i64, i64) = store.db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(found, (1, 1));
    let said =
        Overrides::from(["boxd.it/IWJq", "heat-1995", "film:1", "boxd.it/iwjq"].map(|of| (name(of), None)));
    store.db.execute("UPDATE list SET accepted_at = 100", []).unwrap();
    assert_eq!(store.unlisted(&said, &["ada".to_owned()]).unwrap(), [name("boxd.it/iwjq")]);
}
