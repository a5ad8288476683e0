use super::*;
use crate::domain::message::{FilmNews, Ongoing};

const HOUR: Timestamp = 3600;
const NOW: Timestamp = 1_000 * DAY;

fn key(kind: &str, about: &str) -> TroubleKey {
    TroubleKey { kind: kind.to_owned(), about: about.to_owned() }
}

fn seen(kind: &str, about: &str, word: &str, is_patient: bool) -> Seen {
    let texts = vec![("it fails".to_owned(), None)];
    Seen { key: key(kind, about), word: word.to_owned(), about: about.to_owned(), texts, is_patient }
}

fn all() -> Occasions {
    Occasions::default()
}

/// A run at a time, some hours after the first one: what it sees, and what it finds to be over.
struct Run<'a> {
    hours: Timestamp,
    seen: &'a [(&'static str, &'static str, &'static str)],
    over: &'a [&'static str],
    /// Does the receiver take its message?
    arrives: bool,
    /// What it is told.
    told: &'a str,
}

fn run<'a>(
    hours: Timestamp,
    seen: &'a [(&'static str, &'static str, &'static str)],
    over: &'a [&'static str],
    told: &'a str,
) -> Run<'a> {
    Run { hours, seen, over, arrives: true, told }
}

/// Plays runs one after the other with one receiver, and looks at what it is told.
fn play(name: &str, on: Occasions, runs: &[Run<'_>]) {
    let mut remembered = Remembered::default();
    for (number, run) in runs.iter().enumerate() {
        let now = NOW + run.hours * HOUR;
        let is_patient = |kind: &str, word: &str| kind == REFUSED || word == "unreachable";
        let troubles: Vec<Seen> = run
            .seen
            .iter()
            .map(|(kind, about, word)| seen(kind, about, word, is_patient(kind, word)))
            .collect();
        let overs: Vec<Over> = run.over.iter().map(|kind| Over { kind, about: None }).collect();
        remembered = advance(remembered, &troubles, &overs, &["ntfy"], now);
        let news = News { troubles, ..News::default() };
        let due = due("ntfy", on, &news, &remembered, now);
        let kinds = |keys: &[TroubleKey]| {
            keys.iter().map(|key| format!("{} {}", key.kind, key.about)).collect::<Vec<_>>().join(", ")
        };
        let told = format!("{}; {}", kinds(&due.troubles), kinds(&due.overs));
        assert_eq!(told, run.told, "{name}, run {}", number + 1);
        if run.arrives {
            let is_told = |told: &Told| due.troubles.contains(&told.key) || due.overs.contains(&told.key);
            remembered.told.retain(|told| !is_told(told));
            remembered.told.extend(due.troubles.into_iter().map(|key| Told {
                receiver: "ntfy".to_owned(),
                key,
                told_at: now,
            }));
        }
    }
}

const DEAD: &[(&str, &str, &str)] = &[("radarr", "radarr", "")];
const PRIVATE: &[(&str, &str, &str)] = &[("list", "ada", "private")];
const GONE: &[(&str, &str, &str)] = &[("list", "ada", "not_found")];
const REFUSAL: &[(&str, &str, &str)] = &[(REFUSED, "", "")];
const UNREACHABLE: &[(&str, &str, &str)] = &[("list", "ada", "unreachable")];

#[test]
fn a_server_is_told_at_once_then_once_a_day_and_when_it_is_over() {
    play(
        "told",
        all(),
        &[
            run(0, DEAD, &[], "radarr radarr; "),
            run(1, DEAD, &[], "; "),
            run(22, DEAD, &[], "; "),
            run(23, DEAD, &[], "radarr radarr; "),
            run(24, &[], &[], "; "),
            run(25, &[], &["radarr"], "; radarr radarr"),
            run(26, &[], &["radarr"], "; "),
        ],
    );
    play(
        "over at once",
        all(),
        &[
            run(0, DEAD, &[], "radarr radarr; "),
            run(1, &[], &["radarr"], "; radarr radarr"),
            run(2, DEAD, &[], "radarr radarr; "),
        ],
    );
    play(
        "both in one run: it lasts",
        all(),
        &[run(0, DEAD, &[], "radarr radarr; "), run(1, DEAD, &["radarr"], "; ")],
    );
}

#[test]
fn what_passes_by_itself_is_told_in_the_third_run_or_after_a_day_and_its_end_only_then() {
    for trouble in [REFUSAL, UNREACHABLE] {
        let (told, kind) = (format!("{} {}; ", trouble[0].0, trouble[0].1), [trouble[0].0]);
        play(
            "third run",
            all(),
            &[
                run(0, trouble, &[], "; "),
                run(1, trouble, &[], "; "),
                run(2, trouble, &[], &told),
                run(3, &[], &kind, &format!("; {}", told.trim_end_matches("; "))),
            ],
        );
        play("a day", all(), &[run(0, trouble, &[], "; "), run(23, trouble, &[], &told)]);
        play(
            "soon over",
            all(),
            &[
                run(0, trouble, &[], "; "),
                run(1, trouble, &[], "; "),
                run(2, &[], &kind, "; "),
                run(3, trouble, &[], "; "),
            ],
        );
    }
}

#[test]
fn another_word_is_another_trouble_and_one_that_was_not_seen_for_a_week_is_new() {
    play(
        "word",
        all(),
        &[
            run(0, PRIVATE, &[], "list ada; "),
            run(1, GONE, &[], "list ada; "),
            run(2, &[], &["list"], "; list ada"),
        ],
    );
    play("week", all(), &[run(0, PRIVATE, &[], "list ada; "), run(24 * 8, &[], &["list"], "; list ada")]);
    play(
        "forgotten",
        all(),
        &[
            run(0, PRIVATE, &[], "list ada; "),
            run(24 * 8, &[], &[], "; "),
            run(24 * 8 + 1, &[], &["list"], "; "),
        ],
    );
}

#[test]
fn what_did_not_arrive_is_told_by_a_later_run() {
    let lost = |hours, seen, over, told| Run { arrives: false, ..run(hours, seen, over, told) };
    play(
        "failure",
        all(),
        &[
            lost(0, DEAD, &[], "radarr radarr; "),
            run(1, DEAD, &[], "radarr radarr; "),
            run(2, DEAD, &[], "; "),
            lost(3, &[], &["radarr"], "; radarr radarr"),
            run(4, &[], &[], "; radarr radarr"),
            run(5, &[], &[], "; "),
        ],
    );
    play(
        "the end is old news after a day",
        all(),
        &[
            run(0, DEAD, &[], "radarr radarr; "),
            lost(1, &[], &["radarr"], "; radarr radarr"),
            run(25, &[], &[], "; "),
        ],
    );
    play("never told", all(), &[lost(0, DEAD, &[], "radarr radarr; "), run(1, &[], &["radarr"], "; ")]);
}

#[test]
fn a_receiver_hears_only_of_what_it_wants_to() {
    let only = |changed, failed, recovered, always| Occasions { changed, failed, recovered, always };
    let runs = |failed, over| [run(0, DEAD, &[], failed), run(1, &[], &["radarr"], over)];
    play("films", only(true, false, false, false), &runs("; ", "; "));
    play("failures", only(false, true, false, false), &runs("radarr radarr; ", "; "));
    play("ends alone", only(false, false, true, false), &runs("; ", "; "));
    play("always", only(false, false, false, true), &runs("radarr radarr; ", "; radarr radarr"));
    let film = || FilmNews {
        film: crate::domain::film::Film {
            uid: crate::domain::ids::Uid::parse("film:1").unwrap(),
            address: crate::domain::film_name::FilmName::parse("heat").unwrap(),
            name: "Heat".to_owned(),
            year: None,
        },
        tmdb: crate::domain::ids::TmdbId::new(949).unwrap(),
        people: Vec::new(),
        collections: None,
    };
    for (films, on, expected) in [
        (vec![], all(), (false, false)),
        (vec![film()], all(), (true, false)),
        (vec![film()], only(false, true, true, false), (false, false)),
        (vec![], only(false, false, false, true), (false, true)),
        (vec![film()], only(false, false, false, true), (true, true)),
    ] {
        let news = News { films, ..News::default() };
        let due = due("ntfy", on, &news, &Remembered::default(), NOW);
        assert_eq!((due.films, due.run), expected);
        assert_eq!(due.is_any(), expected != (false, false));
    }
}

#[test]
fn receivers_that_are_gone_and_dates_in_the_future_do_no_harm() {
    let ongoing = Ongoing {
        began_at: NOW + DAY,
        seen_at: NOW + DAY,
        ..begun(&seen("radarr", "radarr", "", false), NOW)
    };
    let told = |receiver: &str| Told {
        receiver: receiver.to_owned(),
        key: key("radarr", "radarr"),
        told_at: NOW + DAY,
    };
    let before = Remembered { ongoing: vec![ongoing], told: vec![told("ntfy"), told("gotify")] };
    let troubles = vec![seen("radarr", "radarr", "", false)];
    let after = advance(before, &troubles, &[], &["ntfy"], NOW);
    assert_eq!(after.told, [told("ntfy")]);
    assert_eq!((after.ongoing[0].began_at, after.ongoing[0].runs), (NOW, 2));
    let news = News { troubles, ..News::default() };
    assert_eq!(due("ntfy", all(), &news, &after, NOW).troubles.len(), 1, "a date in the future says nothing");
}

#[test]
fn a_check_hears_of_a_refusal_when_it_has_lasted() {
    let refusal = [seen(REFUSED, "", "", true)];
    let mut remembered = Remembered::default();
    for expected in [false, false, true, true] {
        remembered = advance(remembered, &refusal, &[], &["ntfy"], NOW);
        assert_eq!(is_refusal_due(&remembered, &refusal, NOW), expected);
    }
    assert!(!is_refusal_due(&remembered, &[], NOW), "this run was not refused");
}
