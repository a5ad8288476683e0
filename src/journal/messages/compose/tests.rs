use super::*;
use crate::domain::film::Film;
use crate::domain::film_name::FilmName;
use crate::domain::ids::{TmdbId, Uid};
use crate::journal::messages::news::Seen;

const NOW: Timestamp = 1_000_000;

fn facts() -> Facts<'static> {
    Facts { command: "sync", now: NOW, exit_code: 0, summary: "sync: 1 user, in 1 s" }
}

fn film(number: u32, collection: Option<&str>) -> FilmNews {
    FilmNews {
        film: Film {
            uid: Uid::parse(&format!("film:{number}")).unwrap(),
            address: FilmName::parse(&format!("film-{number}")).unwrap(),
            name: format!("Film {number}"),
            year: Some(2000),
        },
        tmdb: TmdbId::new(number).unwrap(),
        people: vec!["ada".to_owned(), "ben".to_owned()],
        collections: collection.map(|name| vec![name.to_owned()]),
    }
}

fn told_of(news: &News) -> Message {
    message(facts(), &Due { films: true, ..Due::default() }, news, &Remembered::default())
}

#[test]
fn films_are_named_those_that_are_ready_first() {
    let news = News { films: vec![film(1, None), film(2, Some("Ada's")), film(3, None)], ..News::default() };
    let told = told_of(&news);
    assert_eq!(told.title, "lbjf: 1 film ready in Jellyfin, 2 sent to Radarr");
    assert_eq!(
        told.text,
        "Ready in Jellyfin:\n- Film 2 (2000): Ada's\nSent to Radarr:\n- Film 1 (2000): ada, ben\n- Film 3 (2000): ada, \
         ben\nsync: 1 user, in 1 s"
    );
    let one = News { films: vec![film(2, Some("Ada's"))], ..News::default() };
    assert_eq!(told_of(&one).title, "lbjf: Film 2 (2000) ready in Jellyfin");
}

#[test]
fn twenty_films_are_named_and_the_others_counted() {
    for (ready, sent, more) in [(0, 20, None), (0, 21, Some(1)), (25, 3, Some(8)), (19, 3, Some(2))] {
        let films = (1..=ready).map(|number| film(number, Some("Ada's")));
        let films = films.chain((ready + 1..=ready + sent).map(|number| film(number, None))).collect();
        let text = told_of(&News { films, ..News::default() }).text;
        assert_eq!(text.matches("\n- ").count(), ((ready + sent) as usize).min(20), "{text}");
        let more = more.map(|more| format!("\nand {more} more\n"));
        assert_eq!(text.contains("more"), more.is_some(), "{text}");
        assert!(more.is_none_or(|more| text.contains(&more)), "{text}");
    }
}

#[test]
fn a_first_run_is_a_count_for_each_person() {
    let first = |sent, ready| FirstRun { sent, ready };
    let first = [("ada".to_owned(), first(143, 20)), ("ben".to_owned(), first(0, 1))];
    let told = told_of(&News { first: first.into(), ..News::default() });
    assert_eq!(told.title, "lbjf: 21 films ready in Jellyfin, 143 sent to Radarr");
    assert!(told.text.starts_with(
        "ada, for the first time: 20 films ready in Jellyfin, 143 sent to Radarr\nben, for the first time: 1 film ready in \
         Jellyfin\nsync: "
    ));
}

#[test]
fn failures_come_first_with_what_to_do_and_since_when() {
    let key = |kind: &str| TroubleKey { kind: kind.to_owned(), about: String::new() };
    let ongoing = |kind: &str, began_at, ended_at| Ongoing {
        key: key(kind),
        word: String::new(),
        about: kind.to_owned(),
        text: "it failed".to_owned(),
        began_at,
        seen_at: NOW,
        runs: 4,
        ended_at,
    };
    let seen = |kind: &str| Seen {
        key: key(kind),
        word: String::new(),
        about: kind.to_owned(),
        texts: vec![("it fails".to_owned(), Some("mend it\nsoon".to_owned()))],
        is_patient: false,
    };
    let news = News { troubles: vec![seen("a"), seen("b")], films: vec![film(1, None)], ..News::default() };
    let remembered = Remembered {
        ongoing: vec![
            ongoing("a", NOW, None),
            ongoing("b", NOW - 7200, None),
            ongoing("c", NOW - 60, Some(NOW)),
        ],
        told: Vec::new(),
    };
    let due = Due { troubles: vec![key("a"), key("b")], overs: vec![key("c")], films: true, run: true };
    let told = message(facts(), &due, &news, &remembered);
    assert_eq!((told.occasion, told.title.as_str()), (Occasion::Failed, "lbjf: 2 problems: a, b"));
    assert_eq!(
        told.text,
        "a: it fails\n  mend it\n  soon\nb: it fails (for 2 h, 4 runs)\n  mend it\n  soon\nOver, after 1 min and 4 runs: c: \
         it failed\nSent to Radarr:\n- Film 1 (2000): ada, ben\nsync: 1 user, in 1 s"
    );
    let due = Due { overs: vec![key("c")], ..Due::default() };
    let told = message(facts(), &due, &news, &remembered);
    assert_eq!((told.occasion, told.title.as_str()), (Occasion::Recovered, "lbjf: 1 problem over: c"));
    let told = message(facts(), &Due { run: true, ..Due::default() }, &news, &remembered);
    assert_eq!((told.occasion, told.title.as_str()), (Occasion::Run, "lbjf: nothing new"));
    assert_eq!((told.text.as_str(), told.films.len()), ("sync: 1 user, in 1 s", 0));
}
