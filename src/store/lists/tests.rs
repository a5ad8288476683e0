use super::*;
use crate::domain::film::{Film, Link, ListEntry, Look};
use crate::domain::film_name::FilmName;
use crate::domain::ids::TmdbId;
use crate::domain::list::Cursor;

/// A store in which ada wants her own watchlist and ben's, and ben his own; each list has these films.
struct House {
    store: Store,
    ada: ListId,
    ben: ListId,
}

fn uid(number: u32) -> Uid {
    Uid::parse(&format!("film:{number}")).unwrap()
}

impl House {
    fn new(on_adas: &[u32], on_bens: &[u32]) -> Self {
        let mut store = Store::in_memory().unwrap();
        for person in ["ada", "ben", "cleo"] {
            store.send_to(person, &["radarr".to_owned()], 100).unwrap();
        }
        let ada = store.want_list("ada", &ListKey::watchlist("ada"), 100).unwrap();
        let ben = store.want_list("ada", &ListKey::watchlist("ben"), 100).unwrap();
        assert_eq!(store.want_list("ben", &ListKey::watchlist("ben"), 100).unwrap(), ben);
        let mut house = Self { store, ada, ben };
        house.add(ada, on_adas);
        house.add(ben, on_bens);
        house
    }

    fn add(&mut self, list: ListId, numbers: &[u32]) {
        for number in numbers {
            let entry = ListEntry {
                uid: Some(uid(*number)),
                lid: None,
                address: FilmName::parse(&format!("film-{number}")).unwrap(),
                name: "A film".to_owned(),
                year: None,
                other_kind: None,
            };
            let uid = self.store.identify([&entry]).unwrap().remove(0);
            let film = Film { uid: uid.clone(), address: entry.address, name: entry.name, year: None };
            let look = Look::Read {
                uid: None,
                lid: None,
                slug: None,
                link: Link::Movie(TmdbId::new(*number).unwrap()),
            };
            self.store.record_looks(&[(&film, &look)], 100).unwrap();
            self.store.add_entries(list, &[(uid, i64::from(*number))], true, 100).unwrap();
        }
    }

    /// A reading of all of a list that shows these films is accepted.
    fn accept(&mut self, list: ListId, numbers: &[u32]) {
        let shown: Vec<_> = numbers.iter().copied().map(uid).collect();
        self.store.accept_reading(list, &shown, true).unwrap();
        let cursor = Cursor { accepted_at: Some(100), ..self.store.cursor(list).unwrap() };
        self.store.save_cursor(list, &cursor).unwrap();
        self.end();
    }

    /// All lists were read.
    fn end(&mut self) {
        assert_eq!(self.store.want_only("ada", &[self.ada, self.ben]).unwrap(), [""; 0]);
        assert_eq!(self.store.want_only("ben", &[self.ben]).unwrap(), [""; 0]);
    }

    /// What is requested and not answered.
    fn requests(&self) -> Vec<String> {
        let requests = self.store.requests("radarr").unwrap().into_iter();
        let mut names: Vec<_> =
            requests.map(|request| format!("{} {}", request.person, request.film.uid)).collect();
        names.sort();
        names
    }

    fn answer(&mut self, person: &str, number: u32) {
        self.store.answer("radarr", &[(person.to_owned(), uid(number))], 100).unwrap();
    }
}

#[test]
fn a_person_wants_what_any_of_their_lists_has_and_each_film_once() {
    let house = House::new(&[1, 2], &[2, 3]);
    assert_eq!(house.requests(), ["ada film:1", "ada film:2", "ada film:3", "ben film:2", "ben film:3"]);
    assert_eq!(house.store.known(house.ben).unwrap(), [uid(2), uid(3)].into());
}

#[test]
fn a_film_is_wanted_until_none_of_the_persons_lists_has_it() {
    let mut house = House::new(&[1, 2], &[2, 3]);
    house.accept(house.ada, &[1, 2]);
    house.accept(house.ben, &[2, 3]);
    house.accept(house.ben, &[3]);
    assert_eq!(house.requests(), ["ada film:1", "ada film:2", "ada film:3", "ben film:3"]);
    house.accept(house.ada, &[1]);
    assert_eq!(house.requests(), ["ada film:1", "ada film:3", "ben film:3"]);
}

#[test]
fn what_left_one_list_is_no_new_request_when_a_list_that_was_not_read_so_far_has_it() {
    let mut house = House::new(&[1], &[]);
    house.answer("ada", 1);
    house.accept(house.ada, &[]);
    house.add(house.ben, &[1]);
    assert_eq!(house.requests(), ["ben film:1"], "ada's was answered");
    house.accept(house.ben, &[1]);
    assert_eq!(house.requests(), ["ben film:1"]);

    house.accept(house.ben, &[]);
    house.add(house.ben, &[1]);
    assert_eq!(house.requests(), ["ada film:1", "ben film:1"], "it left both, and came back");
}

#[test]
fn what_left_one_list_is_not_sent_while_nobody_knows_whether_another_one_has_it() {
    let mut house = House::new(&[1], &[2]);
    house.accept(house.ada, &[]);
    assert_eq!(house.requests(), ["ada film:2", "ben film:2"]);
    house.accept(house.ben, &[2]);
    assert_eq!(house.requests(), ["ada film:2", "ben film:2"]);
}

#[test]
fn who_wants_a_list_that_is_known_already_requests_what_stands_on_it() {
    let mut house = House::new(&[1], &[2]);
    house.answer("ada", 2);
    let source = ListKey::watchlist("ada");
    assert_eq!(house.store.want_list("cleo", &source, 200).unwrap(), house.ada);
    assert_eq!(house.store.want_list("cleo", &source, 300).unwrap(), house.ada);
    assert_eq!(house.requests(), ["ada film:1", "ben film:2", "cleo film:1"]);
}

#[test]
fn all_of_a_persons_lists_need_an_accepted_reading() {
    let mut house = House::new(&[1], &[2]);
    let accepted =
        |house: &House| ["ada", "ben", "cleo"].map(|name| house.store.has_accepted_reading(name).unwrap());
    assert_eq!(accepted(&house), [false, false, false]);
    house.accept(house.ben, &[2]);
    assert_eq!(accepted(&house), [false, true, false]);
    house.accept(house.ada, &[1]);
    assert_eq!(accepted(&house), [true, true, false]);
}
