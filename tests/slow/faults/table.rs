//! The table.

use std::time::Duration;

use crate::faults::door::Door::{
    self, FilmPage, JellyfinMake, JellyfinRead, JellyfinWrite, RadarrAdd, RadarrAsk, RadarrLabel,
    RadarrLookup, RadarrRead, RadarrTag, Watchlist,
};
use crate::faults::door::End;
use crate::faults::fault::Kind::{self, *};
use crate::faults::fault::When::{self, Before, Done};

/// What comes of a fault that stays for a whole pass.
#[derive(Debug)]
pub struct Row {
    pub doors: &'static [Door],
    /// Only at this question.
    pub end: Option<End>,
    pub kind: Kind,
    pub when: When,
    /// The exit code. 0 without a word: nobody notices.
    pub exit: u8,
    /// How often the same question is asked; 0: as often as ever, or, where something is told, it does not matter.
    pub asks: usize,
    /// A part of what it says.
    pub says: &'static str,
    /// After this time the next pass mends it.
    pub heals: Duration,
}

/// A row at one question.
#[derive(Debug)]
pub struct Case {
    pub end: End,
    pub kind: Kind,
    pub when: When,
    pub exit: u8,
    pub asks: usize,
    pub says: &'static str,
    pub heals: Duration,
}

const NEXT: Duration = Duration::ZERO;
const HOUR: Duration = Duration::from_mins(61);
const DAY: Duration = Duration::from_hours(25);

/// Letterboxd.
const PAGES: &[Door] = &[Watchlist, FilmPage];
/// Questions to the servers. [`RadarrAsk`] is one, too: see [`case`].
const READS: &[Door] = &[RadarrRead, RadarrLookup, JellyfinRead];
/// What must not be sent twice.
const ONCE: &[Door] = &[RadarrAdd, RadarrTag, JellyfinMake];
/// What may be sent twice.
const AGAIN: &[Door] = &[RadarrLabel, JellyfinWrite];
const SERVERS: &[Door] =
    &[RadarrRead, RadarrLookup, RadarrAdd, RadarrTag, RadarrLabel, JellyfinRead, JellyfinMake, JellyfinWrite];
const ALL: &[Door] = &[
    Watchlist,
    FilmPage,
    RadarrRead,
    RadarrLookup,
    RadarrAdd,
    RadarrTag,
    RadarrLabel,
    JellyfinRead,
    JellyfinMake,
    JellyfinWrite,
];

const CUT: &str = "cannot be reached: the connection was closed before the answer was complete";
const LATE: &str = "cannot be reached: no complete answer within 2 s";
const REDIRECT: &str = "redirects to `http://127.0.0.1:9/elsewhere`";
const RATE: &str = "Letterboxd limits the rate of this address";
const CHALLENGE: &str = "Letterboxd challenged this address (bot protection)";
const NOT_READY: &str = "is not ready (HTTP 503)";
const UNREADABLE: &str = "with JSON that cannot be read";

/// When it is not carried out.
const fn row(
    doors: &'static [Door],
    kind: Kind,
    exit: u8,
    asks: usize,
    says: &'static str,
    heals: Duration,
) -> Row {
    Row { doors, end: None, kind, when: Before, exit, asks, says, heals }
}

/// When it was carried out before.
const fn done(
    doors: &'static [Door],
    kind: Kind,
    exit: u8,
    asks: usize,
    says: &'static str,
    heals: Duration,
) -> Row {
    Row { when: Done, ..row(doors, kind, exit, asks, says, heals) }
}

/// Nobody notices: nothing is asked more often than ever, and everything is done.
const fn harmless(doors: &'static [Door], kind: Kind) -> Row {
    row(doors, kind, 0, 0, "", NEXT)
}

/// At one question.
const fn at(end: End, kind: Kind, exit: u8, asks: usize, says: &'static str, heals: Duration) -> Row {
    Row { end: Some(end), ..row(&[], kind, exit, asks, says, heals) }
}

pub const TABLE: &[Row] = &[
    row(PAGES, Refused, 4, 0, "Letterboxd cannot be reached: connection refused", NEXT),
    row(SERVERS, Refused, 4, 0, "cannot be reached: connection refused", NEXT),
    row(
        &[Watchlist, RadarrRead, JellyfinRead],
        Unconnected,
        4,
        0,
        "cannot be reached: no connection within 2 s",
        NEXT,
    ),
    row(PAGES, Reset, 4, 3, CUT, NEXT),
    row(READS, Reset, 4, 3, CUT, NEXT),
    row(ONCE, Reset, 4, 1, CUT, NEXT),
    row(AGAIN, Reset, 4, 3, CUT, NEXT),
    row(PAGES, Dropped, 4, 3, CUT, NEXT),
    row(READS, Dropped, 4, 3, CUT, NEXT),
    row(ONCE, Dropped, 4, 1, CUT, NEXT),
    row(AGAIN, Dropped, 4, 3, CUT, NEXT),
    row(PAGES, Hangs, 4, 3, LATE, NEXT),
    row(SERVERS, Hangs, 4, 1, LATE, NEXT),
    row(PAGES, Drips, 4, 3, LATE, NEXT),
    row(READS, Drips, 4, 1, LATE, NEXT),
    harmless(&[RadarrAdd], Drips),
    row(&[RadarrTag, JellyfinMake], Drips, 4, 1, LATE, NEXT),
    harmless(&[RadarrLabel], Drips),
    row(PAGES, Truncated, 4, 3, CUT, NEXT),
    row(READS, Truncated, 4, 3, CUT, NEXT),
    harmless(&[RadarrAdd], Truncated),
    row(&[RadarrTag, JellyfinMake], Truncated, 4, 1, CUT, NEXT),
    harmless(&[RadarrLabel], Truncated),
    row(PAGES, Overlong, 4, 3, CUT, NEXT),
    row(READS, Overlong, 4, 1, UNREADABLE, NEXT),
    harmless(&[RadarrAdd], Overlong),
    row(&[RadarrTag, JellyfinMake], Overlong, 4, 1, UNREADABLE, NEXT),
    harmless(&[RadarrLabel], Overlong),
    row(PAGES, TwoLengths, 4, 3, CUT, NEXT),
    row(READS, TwoLengths, 4, 3, CUT, NEXT),
    harmless(&[RadarrAdd], TwoLengths),
    row(&[RadarrTag, JellyfinMake], TwoLengths, 4, 1, CUT, NEXT),
    row(&[RadarrLabel], TwoLengths, 4, 3, CUT, NEXT),
    harmless(PAGES, Tail),
    harmless(READS, Tail),
    harmless(ONCE, Tail),
    harmless(&[RadarrLabel], Tail),
    harmless(PAGES, Chunked),
    harmless(READS, Chunked),
    harmless(ONCE, Chunked),
    harmless(&[RadarrLabel], Chunked),
    row(PAGES, ChunkCut, 4, 3, CUT, NEXT),
    row(READS, ChunkCut, 4, 3, CUT, NEXT),
    harmless(&[RadarrAdd], ChunkCut),
    row(&[RadarrTag, JellyfinMake], ChunkCut, 4, 1, CUT, NEXT),
    harmless(&[RadarrLabel], ChunkCut),
    row(PAGES, GzipCut, 4, 3, CUT, NEXT),
    row(READS, GzipCut, 4, 3, CUT, NEXT),
    harmless(&[RadarrAdd], GzipCut),
    row(&[RadarrTag, JellyfinMake], GzipCut, 4, 1, CUT, NEXT),
    harmless(&[RadarrLabel], GzipCut),
    harmless(PAGES, UntilClose),
    harmless(READS, UntilClose),
    harmless(ONCE, UntilClose),
    harmless(&[RadarrLabel], UntilClose),
    row(ALL, Redirect(301), 4, 1, REDIRECT, NEXT),
    row(ALL, Redirect(302), 4, 1, REDIRECT, NEXT),
    row(ALL, Redirect(307), 4, 1, REDIRECT, NEXT),
    row(READS, BadList, 4, 1, "It does not please", NEXT),
    row(&[RadarrAdd], BadList, 4, 1, "It does not please", DAY),
    row(&[RadarrTag, RadarrLabel, JellyfinMake], BadList, 4, 1, "It does not please", NEXT),
    at(End::Put, BadList, 4, 1, "not added: Jellyfin does not know its item any more", NEXT),
    at(End::Take, BadList, 4, 1, "It does not please", NEXT),
    row(READS, BadProblem, 4, 1, "It does not please", NEXT),
    row(&[RadarrAdd], BadProblem, 4, 1, "It does not please", DAY),
    row(&[RadarrTag, RadarrLabel, JellyfinMake], BadProblem, 4, 1, "It does not please", NEXT),
    at(End::Put, BadProblem, 4, 1, "not added: Jellyfin does not know its item any more", NEXT),
    at(End::Take, BadProblem, 4, 1, "It does not please", NEXT),
    row(PAGES, Status(400), 4, 1, "Letterboxd answered with HTTP 400", NEXT),
    row(READS, Status(400), 4, 1, "HTTP 400", NEXT),
    row(&[RadarrAdd], Status(400), 4, 1, "HTTP 400", DAY),
    row(&[RadarrTag, RadarrLabel, JellyfinMake], Status(400), 4, 1, "HTTP 400", NEXT),
    at(End::Put, Status(400), 4, 1, "not added: Jellyfin does not know its item any more", NEXT),
    at(End::Take, Status(400), 4, 1, "HTTP 400", NEXT),
    row(PAGES, Status(401), 4, 1, "Letterboxd answered with HTTP 401", NEXT),
    row(SERVERS, Status(401), 4, 1, "refused the API key (HTTP 401)", NEXT),
    row(PAGES, Status(403), 4, 2, "Letterboxd refused the page (HTTP 403) without a reason", NEXT),
    row(SERVERS, Status(403), 4, 1, "refused the API key (HTTP 403)", NEXT),
    row(&[Watchlist], Status(404), 4, 1, "(HTTP 404)", NEXT),
    row(&[FilmPage], Status(404), 0, 1, "`jaws`: its film page is gone (HTTP 404)", DAY),
    row(SERVERS, Status(404), 4, 1, "with HTTP 404", NEXT),
    row(ALL, Status(405), 4, 1, "with HTTP 405", NEXT),
    row(ALL, Status(406), 4, 1, "with HTTP 406", NEXT),
    row(PAGES, Status(409), 4, 1, "with HTTP 409", NEXT),
    row(READS, Status(409), 4, 1, "with HTTP 409", NEXT),
    row(&[RadarrAdd], Status(409), 4, 1, "`jaws` not added: Radarr has a film with the same data", DAY),
    row(&[RadarrTag, JellyfinMake, RadarrLabel, JellyfinWrite], Status(409), 4, 1, "with HTTP 409", NEXT),
    row(ALL, Status(414), 4, 1, "with HTTP 414", NEXT),
    row(PAGES, Status(429), 6, 1, RATE, HOUR),
    row(SERVERS, Status(429), 4, 7, "with HTTP 429", NEXT),
    row(PAGES, Status(500), 4, 3, "with HTTP 500", NEXT),
    row(SERVERS, Status(500), 4, 1, "with HTTP 500", NEXT),
    row(PAGES, Status(502), 4, 3, "with HTTP 502", NEXT),
    row(READS, Status(502), 4, 3, "with HTTP 502", NEXT),
    row(ONCE, Status(502), 4, 1, "with HTTP 502", NEXT),
    row(AGAIN, Status(502), 4, 3, "with HTTP 502", NEXT),
    row(PAGES, Status(504), 4, 3, "with HTTP 504", NEXT),
    row(READS, Status(504), 4, 3, "with HTTP 504", NEXT),
    row(ONCE, Status(504), 4, 1, "with HTTP 504", NEXT),
    row(AGAIN, Status(504), 4, 3, "with HTTP 504", NEXT),
    row(&[Watchlist], Private, 4, 1, "the watchlist is private", NEXT),
    row(PAGES, Challenge, 6, 1, CHALLENGE, HOUR),
    row(PAGES, Challenge200, 6, 1, CHALLENGE, HOUR),
    row(PAGES, RateLimit, 6, 1, RATE, HOUR),
    row(READS, Locked, 4, 3, "with HTTP 500: database is locked", NEXT),
    row(ONCE, Locked, 4, 1, "with HTTP 500: database is locked", NEXT),
    row(AGAIN, Locked, 4, 3, "with HTTP 500: database is locked", NEXT),
    row(PAGES, NotAdmitted, 4, 3, "with HTTP 503", NEXT),
    row(SERVERS, NotAdmitted, 4, 3, NOT_READY, NEXT),
    row(PAGES, Loading, 4, 3, "with HTTP 503", NEXT),
    row(SERVERS, Loading, 4, 3, NOT_READY, NEXT),
    row(PAGES, Migrating, 4, 3, "with HTTP 503", NEXT),
    row(SERVERS, Migrating, 4, 3, NOT_READY, NEXT),
    row(PAGES, Html, 4, 1, "an unexpected page came instead: title `Sign in`", NEXT),
    row(SERVERS, Html, 4, 1, "with an HTML page instead of", NEXT),
    row(PAGES, Empty, 4, 1, "an unexpected page came instead: it is empty", NEXT),
    row(SERVERS, Empty, 4, 1, "with an empty body instead of", NEXT),
    at(
        End::Radarr("qualityprofile"),
        EmptyList,
        4,
        1,
        "Radarr has no quality profile `HD-1080p`; it has none",
        NEXT,
    ),
    at(End::Radarr("rootfolder"), EmptyList, 4, 1, "Radarr has no root folder `/movies`; it has none", NEXT),
    at(End::Radarr("tag"), EmptyList, 0, 0, "", NEXT),
    at(End::Radarr("exclusions/paged"), EmptyList, 0, 0, "", NEXT),
    at(End::Radarr("movie"), EmptyList, 0, 0, "", NEXT),
    at(End::Ask, EmptyList, 4, 1, CUT, NEXT),
    at(End::Jellyfin("Users"), EmptyList, 4, 1, "no user `ada`", NEXT),
    at(End::Library, EmptyList, 4, 1, "the library shows no films where it showed 3", NEXT),
    at(End::Watched, EmptyList, 0, 0, "", NEXT),
    at(End::Changed, EmptyList, 0, 0, "", NEXT),
    at(End::Count, EmptyList, 4, 1, "the library shows no films where it showed 3", NEXT),
    row(PAGES, Broken, 4, 3, CUT, NEXT),
    row(READS, Broken, 4, 1, UNREADABLE, NEXT),
    row(ONCE, Broken, 4, 1, UNREADABLE, NEXT),
    row(
        PAGES,
        Other,
        4,
        1,
        "an unexpected page came instead: title `Letterboxd • Social film discovery.`",
        NEXT,
    ),
    row(READS, Other, 4, 1, UNREADABLE, NEXT),
    row(ONCE, Other, 4, 1, UNREADABLE, NEXT),
    harmless(READS, NumbersAsText),
    harmless(&[RadarrAdd], NumbersAsText),
    harmless(READS, Nulls),
    harmless(&[RadarrAdd], Nulls),
    harmless(READS, Sparse),
    harmless(&[RadarrAdd], Sparse),
    row(&[Watchlist], Lacking, 4, 1, "the page has no .js-watchlist-content[data-num-entries]", NEXT),
    row(&[FilmPage], Lacking, 0, 1, "`jaws`: its film page names no TMDB id", DAY),
    row(READS, Lacking, 4, 1, UNREADABLE, NEXT),
    harmless(&[RadarrAdd], Lacking),
    row(&[RadarrTag, JellyfinMake], Lacking, 4, 1, UNREADABLE, NEXT),
    harmless(&[RadarrLabel], Lacking),
    row(READS, Null, 4, 1, UNREADABLE, NEXT),
    row(ONCE, Null, 4, 1, UNREADABLE, NEXT),
    row(PAGES, Huge, 4, 1, "an unexpected page came instead: the answer is larger than 4 MiB", NEXT),
    harmless(READS, Huge),
    harmless(ONCE, Huge),
    harmless(&[RadarrLabel], Huge),
    row(PAGES, Bomb, 4, 1, "an unexpected page came instead: the answer is larger than 4 MiB", NEXT),
    row(READS, Bomb, 4, 1, UNREADABLE, NEXT),
    row(ONCE, Bomb, 4, 1, UNREADABLE, NEXT),
    // The film is asked for, and there.
    done(&[RadarrAdd], Reset, 0, 1, "", NEXT),
    done(&[RadarrAdd], Dropped, 0, 1, "", NEXT),
    done(&[RadarrAdd], Hangs, 0, 1, "", NEXT),
    done(&[RadarrAdd], Html, 0, 1, "", NEXT),
    done(&[RadarrAdd], Empty, 0, 1, "", NEXT),
    done(&[RadarrAdd], Status(406), 0, 1, "", NEXT),
    done(&[RadarrAdd], Status(500), 4, 1, "with HTTP 500", NEXT),
    done(&[RadarrAdd], Status(502), 0, 1, "", NEXT),
    done(&[RadarrAdd], Status(504), 0, 1, "", NEXT),
    done(&[RadarrTag, JellyfinMake], Reset, 4, 1, CUT, NEXT),
    done(&[RadarrTag, JellyfinMake], Dropped, 4, 1, CUT, NEXT),
    done(&[RadarrTag, JellyfinMake], Hangs, 4, 1, LATE, NEXT),
    done(&[RadarrTag, JellyfinMake], Html, 4, 1, "with an HTML page instead of", NEXT),
    done(&[RadarrTag, JellyfinMake], Empty, 4, 1, "with an empty body instead of", NEXT),
    done(&[RadarrTag, JellyfinMake], Status(406), 4, 1, "with HTTP 406", NEXT),
    done(&[RadarrTag, JellyfinMake], Status(500), 4, 1, "with HTTP 500", NEXT),
    done(&[RadarrTag, JellyfinMake], Status(502), 4, 1, "with HTTP 502", NEXT),
    done(&[RadarrTag, JellyfinMake], Status(504), 4, 1, "with HTTP 504", NEXT),
    done(AGAIN, Reset, 4, 3, CUT, NEXT),
    done(AGAIN, Dropped, 4, 3, CUT, NEXT),
    done(AGAIN, Hangs, 4, 1, LATE, NEXT),
    done(AGAIN, Html, 4, 1, "with an HTML page instead of", NEXT),
    done(AGAIN, Empty, 4, 1, "with an empty body instead of", NEXT),
    done(AGAIN, Status(406), 4, 1, "with HTTP 406", NEXT),
    done(AGAIN, Status(500), 4, 1, "with HTTP 500", NEXT),
    done(AGAIN, Status(502), 4, 3, "with HTTP 502", NEXT),
    done(AGAIN, Status(504), 4, 3, "with HTTP 504", NEXT),
];

/// Not tried: a listing that lacks what is there is believed. Of a collection without members lbjf concludes that its
/// films were taken out, so that none of them is its own any more and `heat` stays, which is the safe side.
pub fn is_left_out(end: End, kind: Kind) -> bool {
    kind == EmptyList && matches!(end, End::Sets | End::Members)
}

/// The rows for a question.
pub fn rows(door: Door, end: End, kind: Kind, when: When) -> impl Iterator<Item = &'static Row> {
    let own = move |row: &&Row| row.end.map_or(row.doors.contains(&door), |own| own == end);
    TABLE.iter().filter(move |row| (row.kind, row.when) == (kind, when)).filter(own)
}

/// What the table says of a question. Whoever asks for a film after a `POST` without an answer learns nothing where a
/// question to Radarr fails, and tells what went wrong in the first place.
pub fn case(door: Door, end: End, kind: Kind, when: When) -> Option<Case> {
    let of = if door == RadarrAsk && kind != EmptyList { RadarrLookup } else { door };
    let Row { exit, asks, says, heals, .. } = *rows(of, end, kind, when).next()?;
    if end == End::Changed && is_error(kind) {
        // A server that has no answer to this question is asked for everything instead.
        return Some(Case { end, kind, when, exit: 0, asks, says: "", heals: NEXT });
    }
    let says = if door == RadarrAsk && !says.is_empty() { CUT } else { says };
    Some(Case { end, kind, when, exit, asks, says, heals })
}

/// Is it a status of the server's own that says no more than that something is wrong?
fn is_error(kind: Kind) -> bool {
    match kind {
        BadList | BadProblem | Locked => true,
        Status(status) => !matches!(status, 401 | 403 | 429 | 503),
        _ => false,
    }
}

/// What is not done when this question fails: letters of [`State::done`](crate::faults::pass::State::done).
pub fn undone(case: &Case) -> &'static str {
    let is_blocked = case.exit == 6;
    match (case.end, case.kind) {
        // A film that came and is not among what changed waits for another look.
        (End::Changed, EmptyList) => "p",
        _ if case.says.is_empty() => "",
        // Nobody asks Letterboxd anything more.
        (End::FirstPage, _) if is_blocked => "rptm",
        (End::FirstPage, Refused | Unconnected) => "rptm",
        (End::SecondPage, _) if is_blocked => "rpt",
        // The server is gone.
        (End::Tag | End::Label, Refused) => "rl",
        (End::Put, Refused) => "ptm",
        // Carried out, unless something else was to follow.
        (End::Make, _) => "m",
        (End::Tag, _) => "l",
        (End::Label, TwoLengths) => "",
        _ if case.when == Done => "",
        (End::FirstPage, _) => "rpt",
        (End::SecondPage | End::Take | End::Count, _) => "t",
        (End::Film, _) => "rp",
        (End::Ask, _) => "",
        (End::Radarr(_) | End::Add, _) => "r",
        (End::Label, _) => "l",
        (End::Changed | End::Members, _) => "pt",
        (End::Put, _) => "pm",
        (End::Jellyfin(_) | End::Sets | End::Library | End::Watched, _) => "ptm",
    }
}
