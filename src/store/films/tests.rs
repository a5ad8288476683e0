use super::*;
use crate::domain::film::Look;
use crate::domain::ids::Lid;
use crate::domain::list::ListKey;
use crate::domain::presence::{Presence, SeenFilm};

const FILM: &str = "film:1";

fn uid() -> Uid {
    Uid::parse(FILM).unwrap()
}

/// A store in which ada lists one film, which is this one on TMDB and which her library lacks.
fn waiting_for(tmdb: u32) -> Store {
    let mut store = Store::in_memory().unwrap();
    let address = FilmName::parse("heat-1995").unwrap();
    let entry = ListEntry {
        uid: Some(uid()),
        lid: None,
        address,
        name: "Heat".to_owned(),
        year: None,
        other_kind: None,
    };
    store.identify(&[entry]).unwrap();
    store.send_to("ada", &["radarr".to_owned()], 100).unwrap();
    let ada = store.want_list("ada", &ListKey::watchlist("ada"), 100).unwrap();
    store.add_entries(ada, &[(uid(), 0)], true, 100).unwrap();
    look(&mut store, Link::Movie(TmdbId::new(tmdb).unwrap()));
    wait(&mut store);
    store
}

fn look(store: &mut Store, link: Link) {
    let film = Film {
        uid: uid(),
        address: FilmName::parse("heat-1995").unwrap(),
        name: "Heat".to_owned(),
        year: None,
    };
    store.record_look(&film, &Look::Read { uid: None, lid: None, slug: None, link }, 100).unwrap();
}

fn wait(store: &mut Store) {
    let seen = SeenFilm { uid: uid(), presence: Some(Presence::Waiting), is_watched: false };
    store.record_presence("ada", &[seen], 0).unwrap();
    assert_eq!(presence(store), Some(Presence::Waiting));
}

fn presence(store: &Store) -> Option<Presence> {
    let sql = "SELECT state FROM presence WHERE person = 'ada' AND uid = ?1";
    let state: Option<String> = store.db.query_row(sql, [FILM], |row| row.get(0)).unwrap();
    state.as_deref().and_then(Presence::from_word)
}

#[test]
fn where_a_film_stands_is_not_known_when_its_page_names_an_id_again() {
    for other in [Link::Missing, Link::Tv(949)] {
        let mut store = waiting_for(949);
        look(&mut store, Link::Movie(TmdbId::new(949).unwrap()));
        assert_eq!(presence(&store), Some(Presence::Waiting), "nothing changed");
        look(&mut store, other);
        look(&mut store, Link::Movie(TmdbId::new(949).unwrap()));
        assert_eq!(presence(&store), None, "{other:?}");
    }
}

#[test]
fn what_a_dry_run_learned_of_a_film_counts_as_if_its_page_was_read() {
    let copy = waiting_for(949);
    let mut store = waiting_for(949);
    store.adopt_films(&copy).unwrap();
    assert_eq!(presence(&store), Some(Presence::Waiting), "nothing new");

    look(&mut store, Link::Missing);
    store.adopt_films(&copy).unwrap();
    assert_eq!(presence(&store), None);

    let mut store = waiting_for(700);
    store.answer("radarr", &[("ada".to_owned(), uid())], 100).unwrap();
    store.adopt_films(&copy).unwrap();
    assert_eq!(store.link(&uid()).unwrap(), Some(Link::Movie(TmdbId::new(949).unwrap())));
    assert_eq!(
        (presence(&store), store.requests("radarr").unwrap().len()),
        (None, 1),
        "another film to Radarr, too"
    );

    let mut store = waiting_for(700);
    store
        .apply_overrides(&Overrides::from([(FilmName::parse("heat-1995").unwrap(), TmdbId::new(700))]))
        .unwrap();
    store.adopt_films(&copy).unwrap();
    assert_eq!(
        store.link(&uid()).unwrap(),
        Some(Link::Movie(TmdbId::new(700).unwrap())),
        "the config knows better"
    );
}

#[test]
fn where_a_film_stands_is_not_known_when_its_id_is_merged_however_often() {
    let mut store = waiting_for(1);
    for (asked, answered) in [(1, 2), (2, 3), (3, 1)] {
        store.record_alias(TmdbId::new(asked).unwrap(), TmdbId::new(answered).unwrap()).unwrap();
        assert_eq!(presence(&store), None, "{asked} -> {answered}");
        wait(&mut store);
    }
    store.record_alias(TmdbId::new(8).unwrap(), TmdbId::new(9).unwrap()).unwrap();
    assert_eq!(presence(&store), Some(Presence::Waiting));
}

/// The lids of all films, by uid.
fn lids(store: &Store) -> Vec<(String, Option<String>)> {
    let mut statement = store.db.prepare("SELECT uid, lid FROM film ORDER BY uid").unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_short_id_is_kept_until_another_page_names_another_and_is_never_two_films() {
    let entry = |uid: &str, lid: &str| ListEntry {
        uid: Uid::parse(uid),
        lid: Lid::parse(lid),
        address: FilmName::parse(&uid.replace(':', "-")).unwrap(),
        name: "Heat".to_owned(),
        year: None,
        other_kind: None,
    };
    let expect = |store: &Store, expected: &[(&str, Option<&str>)], what: &str| {
        let owned = |(uid, lid): &(&str, Option<&str>)| ((*uid).to_owned(), lid.map(str::to_owned));
        assert_eq!(lids(store), expected.iter().map(owned).collect::<Vec<_>>(), "{what}");
    };
    let mut store = Store::in_memory().unwrap();
    store.identify(&[entry(FILM, ""), entry("film:2", "IWJq")]).unwrap();
    expect(&store, &[(FILM, None), ("film:2", Some("IWJq"))], "a poster without it");
    store.identify(&[entry(FILM, "iwjq"), entry("film:2", "")]).unwrap();
    expect(
        &store,
        &[(FILM, Some("iwjq")), ("film:2", Some("IWJq"))],
        "capitals matter, and nothing is overwritten by nothing",
    );

    let film =
        Film { uid: uid(), address: FilmName::parse("film-1").unwrap(), name: "Heat".to_owned(), year: None };
    let look = |store: &mut Store, of: &str, lid: &str| {
        let of = Uid::parse(of).unwrap();
        let look = Look::Read {
            uid: Some(of),
            lid: Lid::parse(lid),
            slug: None,
            link: Link::Movie(TmdbId::new(949).unwrap()),
        };
        store.record_look(&film, &look, 100).unwrap();
    };
    look(&mut store, FILM, "");
    expect(&store, &[(FILM, Some("iwjq")), ("film:2", Some("IWJq"))], "a film page without it");
    look(&mut store, "film:3", "TbK4");
    expect(&store, &[(FILM, Some("iwjq")), ("film:2", Some("IWJq"))], "a page about another film");
    look(&mut store, FILM, "IWJq");
    expect(&store, &[(FILM, Some("IWJq")), ("film:2", None)], "the page that was read last is right");

    let mut other = Store::in_memory().unwrap();
    other.identify(&[entry("film:4", "IWJq")]).unwrap();
    other.adopt_films(&store).unwrap();
    expect(&other, &[(FILM, Some("IWJq")), ("film:4", None)], "what a dry run learned");
}
