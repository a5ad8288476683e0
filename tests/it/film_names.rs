//! Films that are known by something else than their slug: a short id, as exports have it, or a uid.

use lbjf::clients::letterboxd::Letterboxd;
use lbjf::domain::film::{Link as Known, ListEntry, Overrides};
use lbjf::domain::film_name::FilmName;
use lbjf::domain::ids::{Lid, TmdbId, Uid};
use lbjf::domain::list::ListKey;
use lbjf::exit::Exit;
use lbjf::films::resolve;
use lbjf::journal::{Journal, RunInfo};
use lbjf::store::Store;
use standins::letterboxd::{self, Film, challenge};
use standins::{Fault, Reply};

use crate::common::World;
use crate::letterboxd::door::door;

/// A run in parts, for lists that have rows of any kind.
struct Run {
    site: letterboxd::Letterboxd,
    door: Letterboxd,
    journal: Journal,
}

fn by(name: &str) -> ListEntry {
    let film = FilmName::parse(name).expect("a name");
    ListEntry::named(film, format!("Film {name}"), Some(2000))
}

impl Run {
    fn new(films: &[Film]) -> Self {
        let site = letterboxd::Letterboxd::start();
        films.iter().cloned().for_each(|film| site.add_film(film));
        let store = Store::in_memory().expect("some memory");
        let run = RunInfo { command: "sync", now: 100, is_dry: false, people: 1, lists: Vec::new() };
        let journal = Journal::begin(store, run).expect("a store in memory");
        Self { door: door(&site, None), site, journal }
    }

    /// The film of this slug by its short id.
    fn by_lid(&self, slug: &str) -> ListEntry {
        by(&format!("boxd.it/{}", self.site.lid(slug)))
    }

    fn poster(&self, slug: &str) -> ListEntry {
        let (uid, lid) =
            (Uid::parse(&format!("film:{}", self.site.film_ids(slug).0)), Lid::parse(&self.site.lid(slug)));
        ListEntry { uid, lid, ..by(slug) }
    }

    /// Puts these on ada's list and reads the pages that are needed. Returns who each film is, and what was asked.
    fn read(&mut self, entries: &[ListEntry]) -> (Vec<String>, Vec<String>) {
        let journal = &mut self.journal;
        let uids = journal.films_seen(entries).expect("a store in memory");
        journal.films_go_to("ada", &["radarr".to_owned()]).expect("a store in memory");
        let ada = journal.want_list("ada", &ListKey::watchlist("ada")).expect("a store in memory");
        let placed: Vec<_> = uids.into_iter().zip(0..).collect();
        journal.entries_added(ada, &placed, true).expect("a store in memory");
        resolve(&self.door, journal, &["ada".to_owned()], false, |_, _| Ok(())).expect("a store in memory");
        let mut asked: Vec<_> = self.site.server.requests().into_iter().map(|request| request.path).collect();
        asked.sort();
        self.site.server.forget_requests();
        let uids = self.journal.films_seen(entries).expect("a store in memory");
        (uids.iter().map(ToString::to_string).collect(), asked)
    }

    fn link(&self, uid: &str) -> Option<Known> {
        self.journal.store().link(&Uid::parse(uid).expect("a uid")).expect("a store in memory")
    }

    fn skips(&self) -> Vec<String> {
        let skips = self.journal.store().skips().expect("a store in memory");
        skips.into_iter().map(|(_, skip)| format!("{}: {}", skip.film.address, skip.why)).collect()
    }
}

fn movie(id: u32) -> Known {
    Known::Movie(TmdbId::new(id).expect("an id"))
}

fn heat() -> Film {
    Film { uid: 51_994, ..Film::movie("heat-1995", "Heat", 1995, 949) }
}

#[test]
fn a_film_first_met_by_its_short_id_and_later_by_its_poster_is_one_film_with_one_page() {
    let mut run = Run::new(&[heat()]);
    let lid = run.site.lid("heat-1995");
    let (uids, asked) = run.read(&[run.by_lid("heat-1995")]);
    assert_eq!(asked, [format!("/{lid}"), "/film/heat-1995/".to_owned()]);
    assert_eq!((uids, run.link("film:51994")), (vec!["film:51994".to_owned()], Some(movie(949))));
    for entry in [run.poster("heat-1995"), by("heat-1995"), by("film:51994"), run.by_lid("heat-1995")] {
        assert_eq!(run.read(&[entry]), (vec!["film:51994".to_owned()], vec![]));
    }
    assert_eq!(run.journal.store().requests("radarr").expect("a store").len(), 1);

    let mut run = Run::new(&[heat()]);
    run.read(&[run.poster("heat-1995")]);
    assert_eq!(
        run.read(&[run.by_lid("heat-1995")]),
        (vec!["film:51994".to_owned()], vec![]),
        "the poster told it"
    );
}

#[test]
fn a_film_is_read_by_its_uid_where_an_old_export_has_nothing_else() {
    let mut run = Run::new(&[heat(), Film { uid: 19_619, ..Film::movie("film:19619", "Old", 1990, 7) }]);
    let (uids, asked) = run.read(&[by("film:19619")]);
    assert_eq!((uids, asked), (vec!["film:19619".to_owned()], vec!["/film/film:19619/".to_owned()]));
    assert_eq!(run.link("film:19619"), Some(movie(7)));
}

#[test]
fn short_ids_that_differ_in_case_only_are_two_films() {
    // As numbers of base 62.
    let (small, large) = (10 * 62 + 11, 10 * 62 + 37);
    let mut run = Run::new(&[
        Film { uid: small, ..Film::movie("small", "Small", 2000, 1) },
        Film { uid: large, ..Film::movie("large", "Large", 2000, 2) },
    ]);
    let lids = [run.site.lid("small"), run.site.lid("large")];
    assert!(lids[0] != lids[1] && lids[0].eq_ignore_ascii_case(&lids[1]), "{lids:?}");
    let (uids, asked) = run.read(&[run.by_lid("small"), run.by_lid("large")]);
    assert_eq!((uids, asked.len()), (vec![format!("film:{small}"), format!("film:{large}")], 4));
    let links = [small, large].map(|number| run.link(&format!("film:{number}")));
    assert_eq!(links, [Some(movie(1)), Some(movie(2))]);
}

#[test]
fn a_short_id_of_something_else_is_a_named_skip_and_is_not_asked_again_at_once() {
    let mut run = Run::new(&[heat()]);
    let other = run.by_lid("heat-1995");
    run.site.set_watchlist("ada", &[]);
    for (lid, to) in [("aaa", "/ada/"), ("bbb", "/ada/film/heat-1995/"), ("ccc", "/film/heat-1995/")] {
        let redirect = Fault::Instead(Reply::empty(302).with_header("Location", to));
        run.site.server.fail(1, move |request| request.path == format!("/{lid}"), redirect);
    }
    let entries = ["boxd.it/aaa", "boxd.it/bbb", "boxd.it/ccc", "boxd.it/ddd"].map(by);
    let (uids, asked) = run.read(&entries);
    assert_eq!(uids, ["lid:aaa", "lid:bbb", "lid:ccc", "lid:ddd"]);
    assert_eq!(asked, ["/aaa", "/bbb", "/ccc", "/ddd", "/film/heat-1995/"]);
    assert_eq!(
        run.skips(),
        [
            "boxd.it/aaa: its short link leads to no film".to_owned(),
            "boxd.it/bbb: its short link leads to no film".to_owned(),
            format!("boxd.it/ccc: the film page is about another film, `{}`", other.address),
            "boxd.it/ddd: its film page is gone (HTTP 404)".to_owned(),
        ]
    );
    assert_eq!(run.link("film:51994"), None, "nothing of a contradiction is stored");
    assert!(run.read(&entries).1.is_empty());
}

#[test]
fn a_challenge_at_a_short_link_ends_the_asking() {
    let mut run = Run::new(&[heat()]);
    run.site.server.fail(1, |_| true, Fault::Instead(challenge()));
    let (_, asked) = run.read(&[run.by_lid("heat-1995")]);
    assert_eq!(asked.len(), 1);
    assert!(run.door.is_stopped() && run.skips().is_empty());
}

#[test]
fn a_line_under_films_wins_for_a_film_that_is_known_by_its_short_id_only_and_nothing_is_asked() {
    let mut run = Run::new(&[heat()]);
    let entry = run.by_lid("heat-1995");
    run.journal.films_seen([&entry]).expect("a store in memory");
    let said = Overrides::from([(entry.address.clone(), TmdbId::new(700))]);
    run.journal.apply_overrides(&said).expect("a store in memory");
    let (uids, asked) = run.read(&[entry]);
    assert!(asked.is_empty());
    assert_eq!(run.link(&uids[0]), Some(movie(700)));
}

#[test]
fn films_and_status_take_any_name_of_a_film() {
    for name in ["heat-1995", "film:51994", "boxd.it/LID", "https://boxd.it/LID"] {
        let world = World::new();
        world.letterboxd.add_film(heat());
        let mut world = world.watchlist(&["heat-1995"]);
        let name = name.replace("LID", &world.letterboxd.lid("heat-1995"));
        world.change("[[users]]", &format!("[films]\n\"{name}\" = 700\n\n[[users]]"));
        world.sync().says("ada: added to Radarr: Heat (1995) tmdb=700 root_folder=/movies");
        assert!(world.letterboxd.film_pages_asked().is_empty(), "{name}");
        let ran = world.lbjf(&["status", &name]).exits(Exit::Success);
        assert!(ran.stdout.starts_with("Heat (1995) `heat-1995` tmdb=700\n"), "{}", ran.stdout);
        world.idle();
    }
}
