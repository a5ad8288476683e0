use super::*;
use crate::store::Place;
use crate::store::Placed;

const FILM: &str = "film:1";

fn uid() -> Uid {
    Uid(FILM.to_owned())
}

/// A store in which ada lists one film, which is this one on TMDB and which her library lacks.
fn waiting_for(tmdb: u32) -> Store {
    let mut store = Store::in_memory().unwrap();
    let slug = Slug("heat-1995".to_owned());
    let entry =
        WatchlistEntry { uid: Some(uid()), slug, name: "Heat".to_owned(), year: None, other_kind: None };
    store.identify(&[entry]).unwrap();
    store.add_entries("ada", &[(uid(), 0)], true, 100).unwrap();
    look(&mut store, Link::Movie(TmdbId(tmdb)));
    wait(&mut store);
    store
}

fn look(store: &mut Store, link: Link) {
    let film = Film { uid: uid(), slug: Slug("heat-1995".to_owned()), name: "Heat".to_owned(), year: None };
    store.record_look(&film, &Look::Read { uid: None, link }, 100).unwrap();
}

fn wait(store: &mut Store) {
    store
        .record_places("ada", &[Placed { uid: uid(), place: Some(Place::Waiting), is_watched: false }], None)
        .unwrap();
    assert_eq!(place(store), Some(Place::Waiting));
}

fn place(store: &Store) -> Option<Place> {
    store.listed("ada", false).unwrap()[0].place
}

#[test]
fn where_a_film_stands_is_not_known_when_its_page_names_an_id_again() {
    for other in [Link::Missing, Link::Tv(949)] {
        let mut store = waiting_for(949);
        look(&mut store, Link::Movie(TmdbId(949)));
        assert_eq!(place(&store), Some(Place::Waiting), "nothing changed");
        look(&mut store, other);
        look(&mut store, Link::Movie(TmdbId(949)));
        assert_eq!(place(&store), None, "{other:?}");
    }
}

#[test]
fn what_a_dry_run_learned_of_a_film_counts_as_if_its_page_was_read() {
    let copy = waiting_for(949);
    let mut store = waiting_for(949);
    store.adopt_films(&copy).unwrap();
    assert_eq!(place(&store), Some(Place::Waiting), "nothing new");

    look(&mut store, Link::Missing);
    store.adopt_films(&copy).unwrap();
    assert_eq!(place(&store), None);

    let mut store = waiting_for(700);
    store.answer(&[("ada".to_owned(), uid())], 100).unwrap();
    store.adopt_films(&copy).unwrap();
    assert_eq!(store.link(&uid()).unwrap(), Some(Link::Movie(TmdbId(949))));
    assert_eq!((place(&store), store.requests().unwrap().len()), (None, 1), "another film to Radarr, too");

    let mut store = waiting_for(700);
    store.apply_overrides(&Overrides::from([(Slug("heat-1995".to_owned()), Some(TmdbId(700)))])).unwrap();
    store.adopt_films(&copy).unwrap();
    assert_eq!(store.link(&uid()).unwrap(), Some(Link::Movie(TmdbId(700))), "the config knows better");
}

#[test]
fn where_a_film_stands_is_not_known_when_its_id_is_merged_however_often() {
    let mut store = waiting_for(1);
    for (asked, answered) in [(1, 2), (2, 3), (3, 1)] {
        store.record_alias(TmdbId(asked), TmdbId(answered)).unwrap();
        assert_eq!(place(&store), None, "{asked} -> {answered}");
        wait(&mut store);
    }
    store.record_alias(TmdbId(8), TmdbId(9)).unwrap();
    assert_eq!(place(&store), Some(Place::Waiting));
}
