use super::*;
use crate::domain::film::{Film, Link, ListEntry, Look};
use crate::domain::film_name::FilmName;
use crate::domain::ids::Uid;
use crate::domain::list::ListKey;
use crate::domain::request::RequestProblem;

/// A store in which ada wants films 1 and 2.
fn store() -> Store {
    let mut store = Store::in_memory().unwrap();
    go_to(&mut store, &["main"], 100);
    let ada = store.want_list("ada", &ListKey::watchlist("ada"), 100).unwrap();
    for number in [1, 2] {
        let address = FilmName::parse(&format!("film-{number}")).unwrap();
        let (uid, name) = (Some(uid(number)), "A film".to_owned());
        let entry = ListEntry { uid, lid: None, address, name, year: None, other_kind: None };
        let uid = store.identify([&entry]).unwrap().remove(0);
        let film = Film { uid: uid.clone(), address: entry.address, name: entry.name, year: None };
        let link = Link::Movie(TmdbId::new(number).unwrap());
        let look = Look::Read { uid: None, lid: None, slug: None, link };
        store.record_looks(&[(&film, &look)], 100).unwrap();
        store.add_entries(ada, &[(uid, i64::from(number))], true, 100).unwrap();
    }
    store
}

fn uid(number: u32) -> Uid {
    Uid::parse(&format!("film:{number}")).unwrap()
}

fn go_to(store: &mut Store, servers: &[&str], now: Timestamp) {
    let servers: Vec<_> = servers.iter().map(ToString::to_string).collect();
    store.send_to("ada", &servers, now).unwrap();
}

fn answer(store: &mut Store, server: &str, number: u32) {
    store.answer(server, &[("ada".to_owned(), uid(number))], 200).unwrap();
}

/// What this server did not answer.
fn open(store: &Store, server: &str) -> Vec<u32> {
    store.requests(server).unwrap().into_iter().map(|request| request.tmdb.get()).collect()
}

#[test]
fn a_server_that_is_new_to_a_person_is_asked_for_everything_and_one_that_they_left_keeps_its_answers() {
    let mut store = store();
    answer(&mut store, "main", 1);
    assert_eq!(open(&store, "main"), [2]);
    go_to(&mut store, &["main", "uhd"], 300);
    assert_eq!((open(&store, "main"), open(&store, "uhd")), (vec![2], vec![1, 2]));
    answer(&mut store, "uhd", 2);
    go_to(&mut store, &["uhd"], 400);
    assert_eq!(open(&store, "uhd"), [1]);
    go_to(&mut store, &["main", "uhd"], 500);
    assert_eq!((open(&store, "main"), open(&store, "uhd")), (vec![2], vec![1]), "answers survive");
    assert_eq!(store.answered("main").unwrap(), [TmdbId::new(1).unwrap()].into());
}

#[test]
fn what_goes_nowhere_is_wanted_all_the_same() {
    let mut store = store();
    go_to(&mut store, &[], 300);
    let status = store.person_status("ada").unwrap();
    assert_eq!((status.listed, status.in_radarr), (2, Vec::new()));
    go_to(&mut store, &["uhd"], 400);
    assert_eq!(store.person_status("ada").unwrap().in_radarr, [("uhd".to_owned(), 0)]);
    assert_eq!(open(&store, "uhd"), [1, 2]);
}

#[test]
fn a_film_that_came_back_is_new_to_a_server_that_was_left_meanwhile() {
    let mut store = store();
    go_to(&mut store, &["main", "uhd"], 100);
    for server in ["main", "uhd"] {
        answer(&mut store, server, 1);
    }
    go_to(&mut store, &["main"], 200);
    let ada = store.find_list(&ListKey::watchlist("ada")).unwrap().unwrap();
    store.accept_reading(ada, &[uid(2)], true).unwrap();
    store.add_entries(ada, &[(uid(1), 0)], true, 300).unwrap();
    assert_eq!(open(&store, "main"), [1, 2]);
    assert_eq!(store.person_status("ada").unwrap().listed, 2);
    go_to(&mut store, &["main", "uhd"], 400);
    assert_eq!(open(&store, "uhd"), [1, 2]);
}

#[test]
fn what_one_server_says_of_a_film_says_nothing_of_another() {
    let mut store = store();
    go_to(&mut store, &["main", "uhd"], 100);
    store.record_problem("uhd", &[("ada".to_owned(), uid(1))], RequestProblem::Excluded, "no", 200).unwrap();
    let problems = |server| store.requests(server).unwrap().into_iter().map(|request| request.problem);
    assert_eq!(problems("main").collect::<Vec<_>>(), [None, None]);
    assert_eq!(problems("uhd").collect::<Vec<_>>(), [Some(RequestProblem::Excluded), None]);
    let skipped = store.person_status("ada").unwrap().skipped;
    assert_eq!(skipped[0].1, "Radarr `uhd`: no");
    for server in ["main", "uhd"] {
        answer(&mut store, server, 2);
    }
    assert_eq!(store.forget_answers(&["ada".to_owned()], "uhd").unwrap(), 1);
    assert_eq!((open(&store, "main"), open(&store, "uhd")), (vec![1], vec![1, 2]));
    go_to(&mut store, &["uhd"], 300);
    assert_eq!(
        store.forget_answers(&["ada".to_owned()], "main").unwrap(),
        0,
        "they do not go there any more"
    );
}

#[test]
fn a_new_name_at_a_known_address_is_the_same_server() {
    for (before, after, same) in [
        // `[radarr]` becomes one of several.
        (&[("radarr", "http://a/")][..], &[("main", "http://a/"), ("uhd", "http://b/")][..], Some("main")),
        (&[("radarr", "http://a/")], &[("uhd", "http://b/"), ("main", "http://a/")], Some("main")),
        // Nobody knows where it was.
        (&[("radarr", "")], &[("main", "http://a/"), ("uhd", "http://b/")], Some("main")),
        // It moved.
        (&[("radarr", "http://a/")], &[("radarr", "http://b/")], Some("radarr")),
        (&[("radarr", "http://a/")], &[("Radarr", "http://b/")], Some("Radarr")),
        // Its name is there: another one is a new server, whatever its address.
        (&[("radarr", "http://a/")], &[("radarr", "http://b/"), ("main", "http://a/")], Some("radarr")),
        (&[("radarr", "http://a/")], &[("main", "http://b/")], None),
    ] {
        let mut store = store();
        go_to(&mut store, &["radarr"], 100);
        answer(&mut store, "radarr", 1);
        store.record_radarr_films("radarr", &[(7, TmdbId::new(1).unwrap())]).unwrap();
        store.meet_radarrs(before).unwrap();
        store.meet_radarrs(after).unwrap();
        let names: Vec<_> = after.iter().map(|(name, _)| *name).collect();
        go_to(&mut store, &names, 300);
        for (name, _) in after {
            let (expected, numbers) = if same == Some(name) { (&[2][..], 1) } else { (&[1, 2][..], 0) };
            assert_eq!(open(&store, name), expected, "{before:?} {after:?} {name}");
            assert_eq!(store.radarr_films(name).unwrap().len(), numbers, "{before:?} {after:?} {name}");
        }
    }
}
