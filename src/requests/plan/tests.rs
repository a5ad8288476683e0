//! Each case is a line: a world in a few words, and the steps as words.

use super::{Listers, RadarrTerms, RadarrView, Requester, radarr};
use crate::domain::film::Film;
use crate::domain::film_name::FilmName;
use crate::domain::ids::{TmdbId, Uid};
use crate::domain::request::{RadarrFilm, Request, RequestProblem};
use crate::domain::step::{Aliases, RootFolder, SkipReason, Step};

/// Reads `ada:1 ada:2? ben:1!`: each person's films in the order of their list; `?` marks one that was tried, `??`
/// twice, `!` one that was excluded, `#` one that was there and not tagged.
fn requests(text: &str) -> Vec<Request> {
    let request = |(position, word): (usize, &str)| {
        let (person, film) = word.split_once(':').expect("person:film");
        let problem = match &film[film.len() - 1..] {
            "?" => Some(RequestProblem::Failed),
            "!" => Some(RequestProblem::Excluded),
            "#" => Some(RequestProblem::Untagged),
            _ => None,
        };
        let number: u32 = film.trim_end_matches(['?', '!', '#']).parse().expect("a number");
        Request {
            person: person.to_owned(),
            film: Film {
                uid: Uid::parse(&format!("film:{number}")).unwrap(),
                address: FilmName::parse(&format!("film-{number}")).unwrap(),
                name: format!("Film {number}"),
                year: None,
            },
            tmdb: TmdbId::new(number).unwrap(),
            position: i64::try_from(position).expect("few words"),
            problem,
            tries: u32::try_from(film.matches('?').count()).expect("few marks"),
            next_try_at: 0,
        }
    };
    text.split_whitespace().enumerate().map(request).collect()
}

/// What there is, in the words of a case: `1` is in Radarr, `1#7` with tag 7, `!1` is excluded, `=1` is in the library;
/// `new` if Radarr lacks most of what it had.
fn view(text: &str) -> RadarrView {
    let mut view = RadarrView { tags: [("lbjf-ada".to_owned(), 7)].into(), ..RadarrView::default() };
    for word in text.split_whitespace() {
        if word == "new" {
            view.is_restored = true;
            continue;
        }
        if let Some(id) = word.strip_prefix('=') {
            view.in_library.insert(TmdbId::new(id.parse().expect("a number")).unwrap());
            continue;
        }
        if let Some(id) = word.strip_prefix('!') {
            view.excluded.insert(TmdbId::new(id.parse().expect("a number")).unwrap());
            continue;
        }
        let (id, tag) = word.split_once('#').unwrap_or((word, ""));
        let id: u32 = id.parse().expect("a number");
        let tags = tag.parse().into_iter().collect();
        view.films.insert(TmdbId::new(id).unwrap(), RadarrFilm { id: 100 + id, path: String::new(), tags });
    }
    view
}

fn requester(name: &str) -> Requester {
    Requester {
        name: name.to_owned(),
        root_folder: "/films".to_owned(),
        is_own_folder: false,
        quality_profile_id: 4,
        tags: Vec::new(),
        user_tag: None,
    }
}

fn terms() -> RadarrTerms {
    RadarrTerms { people: vec![requester("ada"), requester("ben")], ..RadarrTerms::default() }
}

/// `add 1 ada,ben`, `again 1 ada` if that was tried before, `have 1 ada`, `tag 1 ada lbjf-ada`, `exclude 1 ada`
fn show(step: &Step) -> String {
    match step {
        Step::AddToRadarr(add) => {
            let what = if add.was_tried { "again" } else { "add" };
            format!("{what} {} {}", add.requested.tmdb, add.requested.people().replace(' ', ""))
        }
        Step::TagInRadarr(tag) => {
            let people = tag.requested.people().replace(' ', "");
            format!("tag {} {people} {}", tag.requested.tmdb, tag.labels.join(","))
        }
        Step::AlreadyPresent(requested) => {
            format!("have {} {}", requested.tmdb, requested.people().replace(' ', ""))
        }
        Step::GoneFromRadarr(requested) => {
            format!("gone {} {}", requested.tmdb, requested.people().replace(' ', ""))
        }
        Step::Skip(leave) => {
            let why = match leave.why {
                SkipReason::Excluded => "exclude",
                SkipReason::WasExcluded => "still-exclude",
                SkipReason::InLibrary => "in-library",
            };
            format!("{why} {} {}", leave.requested.tmdb, leave.requested.people().replace(' ', ""))
        }
        other => format!("{other:?}"),
    }
}

fn plan(requested: &str, there: &str, terms: &RadarrTerms, aliases: &[(u32, u32)]) -> String {
    let aliases = Aliases::new(
        aliases
            .iter()
            .map(|(asked, answered)| (TmdbId::new(*asked).unwrap(), TmdbId::new(*answered).unwrap())),
    );
    let steps = radarr(&requests(requested), &Listers::new(), terms, &view(there), &aliases);
    steps.iter().map(show).collect::<Vec<_>>().join("; ")
}

#[test]
fn requests_become_steps() {
    for (requested, there, expected) in [
        ("", "1", ""),
        ("ada:1", "", "add 1 ada"),
        ("ada:1", "1", "have 1 ada"),
        ("ada:1", "!1", "exclude 1 ada"),
        // It is there, whatever the list says.
        ("ada:1", "1 !1", "have 1 ada"),
        ("ada:1 ben:1", "", "add 1 ada,ben"),
        ("ben:1 ada:1", "", "add 1 ada,ben"),
        ("ada:1 ben:1", "1", "have 1 ada,ben"),
        ("ada:1 ben:1", "!1", "exclude 1 ada,ben"),
        // What needs no sending comes first.
        ("ada:1 ada:2 ada:3", "2 !3", "have 2 ada; exclude 3 ada; add 1 ada"),
        // Somebody who is not in the config, or whose settings are wrong.
        ("cleo:1", "", ""),
        ("cleo:1 ben:1", "", "add 1 ben"),
        ("cleo:1 ben:1", "1", "have 1 ben"),
    ] {
        assert_eq!(plan(requested, there, &terms(), &[]), expected, "{requested} | {there}");
    }
}

#[test]
fn what_was_excluded_is_not_sent_to_a_radarr_that_lost_most_films() {
    for (requested, there, expected) in [
        ("ada:1! ada:2? ada:3", "", "add 1 ada; add 3 ada; again 2 ada"),
        ("ada:1! ada:2? ada:3", "new", "still-exclude 1 ada; add 3 ada; again 2 ada"),
        ("ada:1!", "new !1", "exclude 1 ada"),
        ("ada:1!", "new 1", "have 1 ada"),
        // An exclusion holds for everybody.
        ("ada:1! ben:1", "new", "still-exclude 1 ada,ben"),
    ] {
        assert_eq!(plan(requested, there, &terms(), &[]), expected, "{requested} | {there}");
    }
}

#[test]
fn what_is_in_the_library_is_looked_for_in_radarr_but_never_added() {
    for (requested, there, aliases, expected) in [
        ("ada:1 ada:2", "=1", &[][..], "in-library 1 ada; add 2 ada"),
        ("ada:1", "1 =1", &[], "have 1 ada"),
        // Should it leave the library, nobody wants it added.
        ("ada:1", "!1 =1", &[], "exclude 1 ada"),
        ("ada:1! ada:2", "=1 new", &[], "still-exclude 1 ada; add 2 ada"),
        ("ada:1 ben:2", "=2", &[(1, 2)], "in-library 1 ada,ben"),
    ] {
        assert_eq!(
            plan(requested, there, &terms(), aliases),
            expected,
            "{requested} | {there} | {aliases:?}"
        );
    }
}

#[test]
fn newest_films_come_first_and_people_in_turn() {
    for (requested, there, expected) in [
        ("ada:3 ada:1 ada:2", "", "add 3 ada; add 1 ada; add 2 ada"),
        ("ada:1 ada:2 ada:3 ben:4 ben:5", "", "add 1 ada; add 4 ben; add 2 ada; add 5 ben; add 3 ada"),
        // A film of both costs only the first of them a turn.
        ("ada:1 ada:2 ben:1 ben:3", "", "add 1 ada,ben; add 3 ben; add 2 ada"),
        // Tried in vain: after all others.
        ("ada:1? ada:2 ada:3?", "", "add 2 ada; again 1 ada; again 3 ada"),
        ("ada:1? ada:2? ben:3? ben:4", "", "add 4 ben; again 1 ada; again 3 ben; again 2 ada"),
        // Those that failed less often come first.
        ("ada:1?? ada:2? ben:3?? ben:4?", "", "again 2 ada; again 4 ben; again 1 ada; again 3 ben"),
        // What needs no sending costs nobody a turn.
        ("ada:1 ada:2 ben:3", "1", "have 1 ada; add 2 ada; add 3 ben"),
        ("ada:1 ada:2 ben:3", "!1", "exclude 1 ada; add 2 ada; add 3 ben"),
        ("ada:1? ada:2 ada:3 ben:4 ben:5", "", "add 2 ada; add 4 ben; add 3 ada; add 5 ben; again 1 ada"),
        // New for one of them: not tried.
        ("ada:1? ada:2? ben:2", "", "add 2 ada,ben; again 1 ada"),
    ] {
        assert_eq!(plan(requested, there, &terms(), &[]), expected, "{requested} | {there}");
    }
}

#[test]
fn merged_tmdb_ids_are_one_film() {
    for (requested, there, aliases, expected) in [
        ("ada:1", "2", &[(1, 2)][..], "have 1 ada"),
        ("ada:1", "3", &[(1, 2), (2, 3)], "have 1 ada"),
        ("ada:1", "!2", &[(1, 2)], "exclude 1 ada"),
        ("ada:1", "!1", &[(1, 2)], "exclude 1 ada"),
        ("ada:2", "!1", &[(1, 2)], "exclude 2 ada"),
        ("ada:3", "!1", &[(1, 2), (3, 2)], "exclude 3 ada"),
        ("ada:1 ben:2", "", &[(1, 2)], "add 1 ada,ben"),
        ("ada:1 ada:2", "", &[(1, 2)], "add 1 ada"),
        // Radarr still has it under the old id.
        ("ada:2", "1", &[(1, 2)], "have 2 ada"),
        ("ada:1", "", &[(1, 2), (2, 1)], "add 1 ada"),
    ] {
        assert_eq!(
            plan(requested, there, &terms(), aliases),
            expected,
            "{requested} | {there} | {aliases:?}"
        );
    }
}

#[test]
fn user_tags_are_put_on_films_that_lack_them() {
    let mut terms = terms();
    terms.tags = vec!["all".to_owned()];
    for (person, label) in terms.people.iter_mut().zip(["lbjf-ada", "lbjf-ben"]) {
        person.user_tag = Some(label.to_owned());
    }
    for (requested, there, expected) in [
        ("ada:1", "1", "tag 1 ada lbjf-ada"),
        ("ada:1", "1#7", "have 1 ada"),
        ("ada:1", "1#8", "tag 1 ada lbjf-ada"),
        ("ben:1", "1#7", "tag 1 ben lbjf-ben"),
        ("ada:1 ben:1", "1", "tag 1 ada,ben lbjf-ada,lbjf-ben"),
        ("ada:1 ben:1", "1#7", "tag 1 ada,ben lbjf-ben"),
        ("ada:1#", "1", "tag 1 ada lbjf-ada"),
        ("ada:1#", "1#7", "have 1 ada"),
        // It was there: who deleted it wants it gone. Another person's request is a new one.
        ("ada:1#", "", "gone 1 ada"),
        ("ada:1# ben:1", "", "gone 1 ada; add 1 ben"),
    ] {
        assert_eq!(plan(requested, there, &terms, &[]), expected, "{requested} | {there}");
    }
}

/// The one film to be added, for these requests and listers: profile, folder and tags as words.
fn settings(requested: &str, listers: &[&str], terms: &RadarrTerms) -> String {
    let names = listers.iter().map(|name| (*name).to_owned()).collect();
    let listers = Listers::from([(Uid::parse("film:1").unwrap(), names)]);
    let steps = radarr(&requests(requested), &listers, terms, &RadarrView::default(), &Aliases::default());
    let [Step::AddToRadarr(add)] = &steps[..] else { panic!("one film is added, not {steps:?}") };
    let folder = match &add.root_folder {
        RootFolder::Fixed(folder) => folder.clone(),
        RootFolder::ByGenre { animated, other } => format!("{animated}|{other}"),
    };
    format!("{} {folder} {}", add.quality_profile_id, add.tags.join(","))
}

#[test]
fn film_takes_the_settings_of_its_first_lister_and_the_tags_of_all() {
    let ada = Requester { quality_profile_id: 1, tags: vec!["b".to_owned()], ..requester("ada") };
    let ben = Requester {
        root_folder: "/ben".to_owned(),
        is_own_folder: true,
        tags: vec!["a".to_owned(), "c".to_owned()],
        user_tag: Some("lbjf-ben".to_owned()),
        ..requester("ben")
    };
    let tags = vec!["c".to_owned()];
    let mut terms = RadarrTerms { people: vec![ada, ben], tags, ..RadarrTerms::default() };
    for (requested, listers, expected) in [
        ("ada:1", &["ada"][..], "1 /films b,c"),
        ("ben:1", &["ben"], "4 /ben a,c,lbjf-ben"),
        ("ada:1 ben:1", &["ben", "ada"], "1 /films a,b,c,lbjf-ben"),
        // Ada's request was answered before: her settings hold all the same.
        ("ben:1", &["ben", "ada"], "1 /films a,b,c,lbjf-ben"),
        ("ben:1", &["cleo", "ben"], "4 /ben a,c,lbjf-ben"),
    ] {
        assert_eq!(settings(requested, listers, &terms), expected, "{requested} | {listers:?}");
    }
    terms.animated_root_folder = Some("/animated".to_owned());
    for (requested, expected) in [
        ("ada:1", "1 /animated|/films b,c"),
        // A root folder of one's own beats the animated one.
        ("ben:1", "4 /ben a,c,lbjf-ben"),
        ("ben:1 ada:1", "1 /animated|/films a,b,c,lbjf-ben"),
    ] {
        assert_eq!(settings(requested, &[], &terms), expected, "animated: {requested}");
    }
}
