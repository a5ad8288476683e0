use std::collections::{HashMap, HashSet};

use super::*;
use crate::domain::film::Film;
use crate::domain::film_name::FilmName;
use crate::domain::ids::{JellyfinId, TmdbId, Uid};
use crate::domain::presence::Presence;

const NOW: Timestamp = 1_795_000_000;

fn tmdb() -> TmdbId {
    TmdbId::new(949).unwrap()
}

/// A film that is waited for, and that Radarr had.
fn heat() -> Wanted {
    let film = Film {
        uid: Uid::parse("film:1").unwrap(),
        address: FilmName::parse("heat").unwrap(),
        name: "Heat".to_owned(),
        year: Some(1995),
    };
    Wanted {
        film,
        tmdb: Some(tmdb()),
        is_unread: false,
        seen_at: NOW - 10 * DAY,
        asked: vec![asked(Some(NOW - 9 * DAY), None, None)],
        presence: Some(Presence::Waiting),
        since: None,
        is_watched: false,
        item: None,
    }
}

fn asked(answered_at: Option<Timestamp>, problem: Option<RequestProblem>, detail: Option<&str>) -> Asked {
    Asked { server: "radarr".to_owned(), answered_at, problem, detail: detail.map(str::to_owned) }
}

/// One that is monitored, released and not found.
fn there() -> InRadarr {
    InRadarr {
        id: 7,
        has_file: false,
        is_monitored: true,
        is_available: true,
        release: Some(NOW - 400 * DAY),
        searched_at: Some(NOW - 3 * DAY),
        poster: None,
    }
}

fn radarr(film: InRadarr) -> RadarrNow {
    RadarrNow { films: HashMap::from([(tmdb(), film)]), ..RadarrNow::default() }
}

type Row<'a> = (Stage, Option<u8>, Option<Timestamp>, Option<&'a str>);

fn with(downloads: &[Row<'_>]) -> RadarrNow {
    let download = |(stage, percent, left_secs, message): &Row<'_>| Download {
        stage: *stage,
        percent: *percent,
        left_secs: *left_secs,
        message: message.map(str::to_owned),
    };
    let film = InRadarr { is_monitored: false, ..there() };
    RadarrNow { downloads: HashMap::from([(7, downloads.iter().map(download).collect())]), ..radarr(film) }
}

fn waits(film: &Wanted, radarr: Option<&RadarrNow>, has_shelf: bool) -> Option<Wait> {
    let aliases = Aliases::default();
    wait(film, View { server: "radarr", radarr, has_shelf, aliases: &aliases, now: NOW })
}

#[test]
fn what_radarr_says_is_what_a_film_waits_for() {
    use Stage::{Blocked, Delayed, Downloading, Importing, Paused, Stalled};
    let later = |days: i64| InRadarr { is_available: false, release: Some(NOW + days * DAY), ..there() };
    let excluded = RadarrNow { excluded: HashSet::from([tmdb()]), ..RadarrNow::default() };
    let away = RadarrNow { untold: Some("a client is away".to_owned()), ..radarr(there()) };
    for (radarr, word, expected) in [
        (radarr(there()), "not_found", "monitored and not found yet, last searched 3 days ago"),
        (
            radarr(InRadarr { searched_at: None, ..there() }),
            "not_found",
            "monitored and not found yet; Radarr waits for it in its feeds",
        ),
        (radarr(InRadarr { is_monitored: false, ..later(3) }), "not_monitored", "Radarr does not monitor it"),
        (radarr(later(100)), "not_released", "not released before 2027-02-26"),
        (
            RadarrNow { delay_days: 10, ..radarr(later(100)) },
            "not_released",
            "not released before 2027-03-08",
        ),
        (
            radarr(InRadarr { release: None, ..later(1) }),
            "not_released",
            "not released, and no date is known",
        ),
        (radarr(later(-1)), "not_released", "Radarr does not count it as released yet"),
        (
            radarr(InRadarr { has_file: true, ..there() }),
            "not_in_jellyfin",
            "Radarr has its file, Jellyfin does not know it: it has no film with TMDB id 949",
        ),
        (excluded, "excluded", "on Radarr's exclusion list"),
        (away.clone(), "", "not known: a client is away"),
        (
            RadarrNow { untold: away.untold.clone(), ..radarr(later(100)) },
            "not_released",
            "not released before 2027-02-26",
        ),
        (
            with(&[(Downloading, Some(43), Some(3400), None)]),
            "downloading",
            "being downloaded, 43 %, 57 min left",
        ),
        (
            with(&[(Downloading, None, None, Some("it is being unpacked"))]),
            "downloading",
            "being downloaded: it is being unpacked",
        ),
        (with(&[(Paused, Some(43), Some(3400), None)]), "paused", "the download is paused at 43 %"),
        (
            with(&[(Stalled, Some(20), None, Some("no peers"))]),
            "stalled",
            "the download is stuck at 20 %: no peers",
        ),
        (
            with(&[(Delayed, None, Some(7200), None)]),
            "delayed",
            "found; a delay profile holds it for another 2 h",
        ),
        (with(&[(Importing, None, None, None)]), "importing", "downloaded; Radarr imports it"),
        (
            with(&[(Blocked, None, None, Some("No files found"))]),
            "import_blocked",
            "downloaded, but Radarr cannot import it: No files found",
        ),
        // Of several the one that is furthest.
        (
            with(&[
                (Stalled, Some(90), None, None),
                (Downloading, Some(43), None, None),
                (Downloading, Some(60), None, None),
                (Downloading, None, None, None),
            ]),
            "downloading",
            "being downloaded, 60 %",
        ),
    ] {
        let wait = waits(&heat(), Some(&radarr), true).expect(expected);
        assert_eq!(wait.text(NOW), expected);
        assert_eq!(wait.reason.word().unwrap_or_default(), word, "{expected}");
    }
}

#[test]
fn what_is_not_in_radarr_is_sent_or_says_why_not() {
    let empty = RadarrNow::default();
    let unasked = Wanted { asked: Vec::new(), ..heat() };
    let problem =
        |problem, detail| Wanted { asked: vec![asked(None, Some(problem), Some(detail))], ..heat() };
    let unread = Wanted { tmdb: None, is_unread: true, ..heat() };
    for (film, radarr, word, expected) in [
        (unasked.clone(), Some(&empty), "not_sent", "one of the next runs sends it to Radarr"),
        (unasked, None, "not_sent", "one of the next runs sends it to Radarr"),
        (unread, None, "not_sent", "not in Radarr: its film page was not read yet"),
        (
            problem(RequestProblem::Failed, "`heat` not added: HTTP 500"),
            Some(&empty),
            "not_sent",
            "not in Radarr: HTTP 500",
        ),
        (problem(RequestProblem::Failed, "HTTP 500"), None, "not_sent", "not in Radarr: HTTP 500"),
        (
            problem(RequestProblem::Excluded, "x"),
            Some(&empty),
            "not_sent",
            "one of the next runs sends it to Radarr",
        ),
        (problem(RequestProblem::Excluded, "x"), None, "excluded", "on Radarr's exclusion list"),
        (heat(), None, "", "not known: Radarr cannot be asked"),
        (
            heat(),
            Some(&empty),
            "not_sent",
            "not in Radarr: it was there and is gone, so it is not sent again; `lbjf sync --add-again` sends it",
        ),
    ] {
        let wait = waits(&film, radarr, true).expect(expected);
        assert_eq!(wait.text(NOW), expected);
        assert_eq!(wait.reason.word().unwrap_or_default(), word, "{expected}");
    }
}

#[test]
fn what_is_there_or_was_watched_waits_for_nothing() {
    let now = radarr(InRadarr { has_file: true, ..there() });
    let film = |presence| Wanted { presence: Some(presence), ..heat() };
    for film in [
        film(Presence::Collection),
        film(Presence::Watched),
        film(Presence::Ineffective),
        Wanted { item: JellyfinId::parse("a1"), ..heat() },
        Wanted { is_watched: true, ..heat() },
        Wanted { tmdb: None, ..heat() },
    ] {
        assert_eq!(waits(&film, Some(&now), true), None, "{film:?}");
    }
    // Nobody looks for the films of somebody without a collection in Jellyfin.
    assert_eq!(waits(&heat(), Some(&now), false), None);
    assert!(waits(&heat(), Some(&radarr(there())), false).is_some());
}

#[test]
fn a_merged_id_is_the_same_film() {
    let (old, new) = (tmdb(), TmdbId::new(950).unwrap());
    let aliases = Aliases::new([(old, new)]);
    let now = RadarrNow { films: HashMap::from([(new, there())]), ..RadarrNow::default() };
    let view = View { server: "radarr", radarr: Some(&now), has_shelf: true, aliases: &aliases, now: NOW };
    assert_eq!(wait(&heat(), view).unwrap().reason, Reason::NotFound);
}

#[test]
fn what_comes_next_comes_first() {
    let with = |reason, until: Option<Timestamp>, percent| Wait { percent, until, ..Wait::new(reason) };
    let sorted = [
        with(Reason::Importing, None, None),
        with(Reason::Downloading, Some(NOW + 60), Some(10)),
        with(Reason::Downloading, Some(NOW + 600), Some(90)),
        with(Reason::Downloading, None, Some(43)),
        with(Reason::Downloading, None, None),
        with(Reason::NotInJellyfin, None, None),
        with(Reason::NotSent, None, None),
        with(Reason::NotFound, None, None),
        with(Reason::NotReleased, Some(NOW + DAY), None),
        with(Reason::NotReleased, Some(NOW + 9 * DAY), None),
        with(Reason::NotReleased, None, None),
        with(Reason::NotMonitored, None, None),
        with(Reason::Excluded, None, None),
    ];
    assert!(sorted.is_sorted_by_key(Wait::order));
}
