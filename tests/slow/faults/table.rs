//! The table: what a run does when a door fails for as long as the run lasts.
//!
//! A row says: if these doors fail in this way, the run ends with this exit code, asks the same question so many times
//! and says this; later, the next run makes up for it. What is left undone meanwhile depends on the question more than
//! on the fault: [`undone`](super::expected::undone) says so.

use std::time::Duration;

use crate::faults::door::Door::{
    self, FilmPage, JellyfinMake, JellyfinRead, JellyfinWrite, List, PlaylistAdd, RadarrAdd, RadarrLabel,
    RadarrLookup, RadarrRead, RadarrTag, ShortLink, Watchlist,
};
use crate::faults::door::End;
use crate::faults::fault::Kind::{self, *};
use crate::faults::fault::When;

/// What comes of one fault.
#[derive(Debug)]
pub struct Row {
    /// The doors that fail: at each question behind them it comes to the same.
    pub doors: &'static [Door],
    /// In the place of doors: only at this question.
    pub only_at: Option<End>,
    pub fault: Kind,
    /// Is the question carried out before the fault?
    pub when: When,
    /// The exit code of the run.
    pub exit: u8,
    /// How often the run asks this same question.
    pub asked: Asked,
    /// A part of what the run says; "": nobody notices.
    pub says: &'static str,
    /// After this time the next run does what was left undone.
    pub heals: Duration,
}

/// How often one and the same question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// As often as in a run without a fault.
    AsEver,
    Times(usize),
    /// That does not matter: it reaches nobody.
    Any,
}
use Asked::{Any, AsEver, Times};

const NEXT_RUN: Duration = Duration::ZERO;
const IN_AN_HOUR: Duration = Duration::from_mins(61);
const TOMORROW: Duration = Duration::from_hours(25);

/// The usual: it is told, not asked again, and over with the next run.
const FAILS: Row = Row {
    doors: &[],
    only_at: None,
    fault: Refused,
    when: When::Before,
    exit: 4,
    asked: Times(1),
    says: "",
    heals: NEXT_RUN,
};
/// The same when the question was carried out before.
const CARRIED_OUT: Row = Row { when: When::Done, ..FAILS };
/// Nobody notices: nothing is asked more often than ever, and everything is done.
const HARMLESS: Row = Row { exit: 0, asked: AsEver, ..FAILS };

/// Letterboxd.
const PAGES: &[Door] = &[Watchlist, List, FilmPage];
/// The same, and what leads to such a page.
const LETTERBOXD: &[Door] = &[Watchlist, List, ShortLink, FilmPage];
/// Questions to the servers. `RadarrAsk` is one, too: see [`case`](super::expected::case).
const READS: &[Door] = &[RadarrRead, RadarrLookup, JellyfinRead];
/// What must not be sent twice.
const NEVER_TWICE: &[Door] = &[RadarrAdd, RadarrTag, JellyfinMake, PlaylistAdd];
/// The same, where the answer has a body.
const MADE: &[Door] = &[RadarrAdd, RadarrTag, JellyfinMake];
const NEW_TAG_OR_COLLECTION: &[Door] = &[RadarrTag, JellyfinMake];
/// Of what had no answer it is asked whether it arrived.
const ASKED_AFTER: &[Door] = &[RadarrAdd, PlaylistAdd];
/// What may be sent twice.
const SAFE_TWICE: &[Door] = &[RadarrLabel, JellyfinWrite];
const SERVERS: &[Door] = &[
    RadarrRead,
    RadarrLookup,
    RadarrAdd,
    RadarrTag,
    RadarrLabel,
    JellyfinRead,
    JellyfinMake,
    JellyfinWrite,
    PlaylistAdd,
];
/// Whose answers have a body.
const WITH_BODY: &[Door] = &[
    Watchlist,
    List,
    FilmPage,
    RadarrRead,
    RadarrLookup,
    RadarrAdd,
    RadarrTag,
    RadarrLabel,
    JellyfinRead,
    JellyfinMake,
];
const ALL: &[Door] = &Door::ALL;

pub const CUT: &str = "cannot be reached: the connection was closed before the answer was complete";
const LATE: &str = "cannot be reached: no complete answer within 2 s";
const REDIRECT: &str = "redirects to `http://127.0.0.1:9/elsewhere`";
const RATE: &str = "Letterboxd limits the rate of this address";
const CHALLENGE: &str = "Letterboxd challenged this address (bot protection)";
const NOT_READY: &str = "is not ready (HTTP 503)";
const UNREADABLE: &str = "with JSON that cannot be read";

pub const TABLE: &[Row] = &[
    Row {
        doors: LETTERBOXD,
        fault: Refused,
        asked: Any,
        says: "Letterboxd cannot be reached: connection refused",
        ..FAILS
    },
    Row {
        doors: SERVERS,
        fault: Refused,
        asked: Any,
        says: "cannot be reached: connection refused",
        ..FAILS
    },
    Row {
        doors: &[Watchlist, RadarrRead, JellyfinRead],
        fault: Unconnected,
        asked: Any,
        says: "cannot be reached: no connection within 2 s",
        ..FAILS
    },
    Row { doors: LETTERBOXD, fault: Reset, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: READS, fault: Reset, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: NEVER_TWICE, fault: Reset, says: CUT, ..FAILS },
    Row { doors: SAFE_TWICE, fault: Reset, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: LETTERBOXD, fault: Dropped, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: READS, fault: Dropped, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: NEVER_TWICE, fault: Dropped, says: CUT, ..FAILS },
    Row { doors: SAFE_TWICE, fault: Dropped, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: LETTERBOXD, fault: Hangs, asked: Times(3), says: LATE, ..FAILS },
    Row { doors: SERVERS, fault: Hangs, says: LATE, ..FAILS },
    Row { doors: PAGES, fault: Drips, asked: Times(3), says: LATE, ..FAILS },
    Row { doors: READS, fault: Drips, says: LATE, ..FAILS },
    Row { doors: &[RadarrAdd], fault: Drips, ..HARMLESS },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Drips, says: LATE, ..FAILS },
    Row { doors: &[RadarrLabel], fault: Drips, ..HARMLESS },
    Row { doors: PAGES, fault: Truncated, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: READS, fault: Truncated, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: &[RadarrAdd], fault: Truncated, ..HARMLESS },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Truncated, says: CUT, ..FAILS },
    Row { doors: &[RadarrLabel], fault: Truncated, ..HARMLESS },
    Row { doors: PAGES, fault: Overlong, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: READS, fault: Overlong, says: UNREADABLE, ..FAILS },
    Row { doors: &[RadarrAdd], fault: Overlong, ..HARMLESS },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Overlong, says: UNREADABLE, ..FAILS },
    Row { doors: &[RadarrLabel], fault: Overlong, ..HARMLESS },
    Row { doors: PAGES, fault: TwoLengths, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: READS, fault: TwoLengths, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: &[RadarrAdd], fault: TwoLengths, ..HARMLESS },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: TwoLengths, says: CUT, ..FAILS },
    Row { doors: &[RadarrLabel], fault: TwoLengths, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: WITH_BODY, fault: Tail, ..HARMLESS },
    Row { doors: WITH_BODY, fault: Chunked, ..HARMLESS },
    Row { doors: PAGES, fault: ChunkCut, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: READS, fault: ChunkCut, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: &[RadarrAdd], fault: ChunkCut, ..HARMLESS },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: ChunkCut, says: CUT, ..FAILS },
    Row { doors: &[RadarrLabel], fault: ChunkCut, ..HARMLESS },
    Row { doors: PAGES, fault: GzipCut, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: READS, fault: GzipCut, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: &[RadarrAdd], fault: GzipCut, ..HARMLESS },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: GzipCut, says: CUT, ..FAILS },
    Row { doors: &[RadarrLabel], fault: GzipCut, ..HARMLESS },
    Row { doors: WITH_BODY, fault: UntilClose, ..HARMLESS },
    Row { doors: ALL, fault: Redirect(301), says: REDIRECT, ..FAILS },
    Row { doors: ALL, fault: Redirect(302), says: REDIRECT, ..FAILS },
    Row { doors: ALL, fault: Redirect(307), says: REDIRECT, ..FAILS },
    Row { doors: READS, fault: BadList, says: "It does not please", ..FAILS },
    Row { doors: &[RadarrAdd], fault: BadList, says: "It does not please", heals: TOMORROW, ..FAILS },
    Row {
        doors: &[RadarrTag, RadarrLabel, JellyfinMake, PlaylistAdd],
        fault: BadList,
        says: "It does not please",
        ..FAILS
    },
    Row {
        only_at: Some(End::Put),
        fault: BadList,
        // The library is read again in between.
        asked: Times(2),
        says: "not added: it has just vanished from Jellyfin's library",
        ..FAILS
    },
    Row { only_at: Some(End::Take), fault: BadList, says: "It does not please", ..FAILS },
    Row { only_at: Some(End::Unlist), fault: BadList, says: "It does not please", ..FAILS },
    Row { doors: READS, fault: BadProblem, says: "It does not please", ..FAILS },
    Row { doors: &[RadarrAdd], fault: BadProblem, says: "It does not please", heals: TOMORROW, ..FAILS },
    Row {
        doors: &[RadarrTag, RadarrLabel, JellyfinMake, PlaylistAdd],
        fault: BadProblem,
        says: "It does not please",
        ..FAILS
    },
    Row {
        only_at: Some(End::Put),
        fault: BadProblem,
        // The library is read again in between.
        asked: Times(2),
        says: "not added: it has just vanished from Jellyfin's library",
        ..FAILS
    },
    Row { only_at: Some(End::Take), fault: BadProblem, says: "It does not please", ..FAILS },
    Row { only_at: Some(End::Unlist), fault: BadProblem, says: "It does not please", ..FAILS },
    Row { doors: LETTERBOXD, fault: Status(400), says: "Letterboxd answered with HTTP 400", ..FAILS },
    Row { doors: READS, fault: Status(400), says: "HTTP 400", ..FAILS },
    Row { doors: &[RadarrAdd], fault: Status(400), says: "HTTP 400", heals: TOMORROW, ..FAILS },
    Row {
        doors: &[RadarrTag, RadarrLabel, JellyfinMake, PlaylistAdd],
        fault: Status(400),
        says: "HTTP 400",
        ..FAILS
    },
    Row {
        only_at: Some(End::Put),
        fault: Status(400),
        // The library is read again in between.
        asked: Times(2),
        says: "not added: it has just vanished from Jellyfin's library",
        ..FAILS
    },
    Row { only_at: Some(End::Take), fault: Status(400), says: "HTTP 400", ..FAILS },
    Row { only_at: Some(End::Unlist), fault: Status(400), says: "HTTP 400", ..FAILS },
    Row { doors: LETTERBOXD, fault: Status(401), says: "Letterboxd answered with HTTP 401", ..FAILS },
    Row { doors: SERVERS, fault: Status(401), says: "refused the API key (HTTP 401)", ..FAILS },
    Row {
        doors: LETTERBOXD,
        fault: Status(403),
        asked: Times(2),
        says: "Letterboxd refused the page (HTTP 403) without a reason",
        ..FAILS
    },
    Row { doors: SERVERS, fault: Status(403), says: "refused the API key (HTTP 403)", ..FAILS },
    Row { doors: &[Watchlist], fault: Status(404), says: "(HTTP 404)", ..FAILS },
    Row {
        doors: &[List, ShortLink],
        fault: Status(404),
        says: "Letterboxd has no such list (HTTP 404)",
        ..FAILS
    },
    Row {
        doors: &[FilmPage],
        fault: Status(404),
        exit: 0,
        says: "`jaws`: its film page is gone (HTTP 404)",
        heals: TOMORROW,
        ..FAILS
    },
    Row { doors: SERVERS, fault: Status(404), says: "with HTTP 404", ..FAILS },
    Row { doors: ALL, fault: Status(405), says: "with HTTP 405", ..FAILS },
    Row { doors: ALL, fault: Status(406), says: "with HTTP 406", ..FAILS },
    Row { doors: LETTERBOXD, fault: Status(409), says: "with HTTP 409", ..FAILS },
    Row { doors: READS, fault: Status(409), says: "with HTTP 409", ..FAILS },
    Row {
        doors: &[RadarrAdd],
        fault: Status(409),
        says: "`jaws` not added: Radarr has a film with the same data",
        heals: TOMORROW,
        ..FAILS
    },
    Row {
        doors: &[RadarrTag, JellyfinMake, RadarrLabel, JellyfinWrite, PlaylistAdd],
        fault: Status(409),
        says: "with HTTP 409",
        ..FAILS
    },
    Row { doors: ALL, fault: Status(414), says: "with HTTP 414", ..FAILS },
    Row { doors: LETTERBOXD, fault: Status(429), exit: 6, says: RATE, heals: IN_AN_HOUR, ..FAILS },
    Row { doors: SERVERS, fault: Status(429), asked: Times(7), says: "with HTTP 429", ..FAILS },
    Row { doors: LETTERBOXD, fault: Status(500), asked: Times(3), says: "with HTTP 500", ..FAILS },
    Row { doors: SERVERS, fault: Status(500), says: "with HTTP 500", ..FAILS },
    Row { doors: LETTERBOXD, fault: Status(502), asked: Times(3), says: "with HTTP 502", ..FAILS },
    Row { doors: READS, fault: Status(502), asked: Times(3), says: "with HTTP 502", ..FAILS },
    Row { doors: NEVER_TWICE, fault: Status(502), says: "with HTTP 502", ..FAILS },
    Row { doors: SAFE_TWICE, fault: Status(502), asked: Times(3), says: "with HTTP 502", ..FAILS },
    Row { doors: LETTERBOXD, fault: Status(504), asked: Times(3), says: "with HTTP 504", ..FAILS },
    Row { doors: READS, fault: Status(504), asked: Times(3), says: "with HTTP 504", ..FAILS },
    Row { doors: NEVER_TWICE, fault: Status(504), says: "with HTTP 504", ..FAILS },
    Row { doors: SAFE_TWICE, fault: Status(504), asked: Times(3), says: "with HTTP 504", ..FAILS },
    Row { doors: &[Watchlist], fault: Private, says: "the watchlist is private", ..FAILS },
    Row { doors: &[List], fault: Private, says: "the list is private", ..FAILS },
    Row { doors: LETTERBOXD, fault: Challenge, exit: 6, says: CHALLENGE, heals: IN_AN_HOUR, ..FAILS },
    Row { doors: LETTERBOXD, fault: Challenge200, exit: 6, says: CHALLENGE, heals: IN_AN_HOUR, ..FAILS },
    Row { doors: LETTERBOXD, fault: RateLimit, exit: 6, says: RATE, heals: IN_AN_HOUR, ..FAILS },
    Row { doors: READS, fault: Locked, asked: Times(3), says: "with HTTP 500: database is locked", ..FAILS },
    Row { doors: NEVER_TWICE, fault: Locked, says: "with HTTP 500: database is locked", ..FAILS },
    Row {
        doors: SAFE_TWICE,
        fault: Locked,
        asked: Times(3),
        says: "with HTTP 500: database is locked",
        ..FAILS
    },
    Row { doors: LETTERBOXD, fault: NotAdmitted, asked: Times(3), says: "with HTTP 503", ..FAILS },
    Row { doors: SERVERS, fault: NotAdmitted, asked: Times(3), says: NOT_READY, ..FAILS },
    Row { doors: LETTERBOXD, fault: Loading, asked: Times(3), says: "with HTTP 503", ..FAILS },
    Row { doors: SERVERS, fault: Loading, asked: Times(3), says: NOT_READY, ..FAILS },
    Row { doors: LETTERBOXD, fault: Migrating, asked: Times(3), says: "with HTTP 503", ..FAILS },
    Row { doors: SERVERS, fault: Migrating, asked: Times(3), says: NOT_READY, ..FAILS },
    Row { doors: LETTERBOXD, fault: Html, says: "an unexpected page came instead: title `Sign in`", ..FAILS },
    Row { doors: SERVERS, fault: Html, says: "with an HTML page instead of", ..FAILS },
    Row { doors: LETTERBOXD, fault: Empty, says: "an unexpected page came instead: it is empty", ..FAILS },
    Row { doors: SERVERS, fault: Empty, says: "with an empty body instead of", ..FAILS },
    Row {
        only_at: Some(End::Radarr("qualityprofile")),
        fault: EmptyList,
        says: "Radarr has no quality profile `HD-1080p`; it has none",
        ..FAILS
    },
    Row {
        only_at: Some(End::Radarr("rootfolder")),
        fault: EmptyList,
        says: "Radarr has no root folder `/movies`; it has none",
        ..FAILS
    },
    Row { only_at: Some(End::Radarr("tag")), fault: EmptyList, ..HARMLESS },
    Row { only_at: Some(End::Radarr("exclusions/paged")), fault: EmptyList, ..HARMLESS },
    Row { only_at: Some(End::Radarr("movie")), fault: EmptyList, ..HARMLESS },
    Row { only_at: Some(End::Ask), fault: EmptyList, says: CUT, ..FAILS },
    Row { only_at: Some(End::Jellyfin("Users")), fault: EmptyList, says: "no user `ada`", ..FAILS },
    Row {
        only_at: Some(End::Library),
        fault: EmptyList,
        says: "the library shows no films, but it had 3",
        ..FAILS
    },
    Row { only_at: Some(End::Watched), fault: EmptyList, ..HARMLESS },
    Row { only_at: Some(End::Changed), fault: EmptyList, ..HARMLESS },
    // All of it is read then, and counted once more.
    Row { only_at: Some(End::Count), fault: EmptyList, asked: Times(2), ..HARMLESS },
    Row { doors: PAGES, fault: Broken, asked: Times(3), says: CUT, ..FAILS },
    Row { doors: READS, fault: Broken, says: UNREADABLE, ..FAILS },
    Row { doors: MADE, fault: Broken, says: UNREADABLE, ..FAILS },
    Row {
        doors: PAGES,
        fault: Other,
        says: "an unexpected page came instead: title `Letterboxd • Social film discovery.`",
        ..FAILS
    },
    Row { doors: READS, fault: Other, says: UNREADABLE, ..FAILS },
    Row { doors: MADE, fault: Other, says: UNREADABLE, ..FAILS },
    Row { doors: READS, fault: NumbersAsText, ..HARMLESS },
    Row { doors: &[RadarrAdd], fault: NumbersAsText, ..HARMLESS },
    Row { doors: READS, fault: Nulls, ..HARMLESS },
    Row { doors: &[RadarrAdd], fault: Nulls, ..HARMLESS },
    Row { doors: READS, fault: Sparse, ..HARMLESS },
    Row { doors: &[RadarrAdd], fault: Sparse, ..HARMLESS },
    Row {
        doors: &[Watchlist],
        fault: Lacking,
        says: "the page has no .js-watchlist-content[data-num-entries]",
        ..FAILS
    },
    Row {
        doors: &[FilmPage],
        fault: Lacking,
        exit: 0,
        says: "`jaws`: its film page names no TMDB id",
        heals: TOMORROW,
        ..FAILS
    },
    Row { doors: READS, fault: Lacking, says: UNREADABLE, ..FAILS },
    Row { doors: &[RadarrAdd], fault: Lacking, ..HARMLESS },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Lacking, says: UNREADABLE, ..FAILS },
    Row { doors: &[RadarrLabel], fault: Lacking, ..HARMLESS },
    Row { doors: READS, fault: Null, says: UNREADABLE, ..FAILS },
    Row { doors: MADE, fault: Null, says: UNREADABLE, ..FAILS },
    Row {
        doors: PAGES,
        fault: Huge,
        says: "an unexpected page came instead: the answer is larger than 4 MiB",
        ..FAILS
    },
    Row { doors: READS, fault: Huge, ..HARMLESS },
    Row { doors: MADE, fault: Huge, ..HARMLESS },
    Row { doors: &[RadarrLabel], fault: Huge, ..HARMLESS },
    Row {
        doors: PAGES,
        fault: Bomb,
        says: "an unexpected page came instead: the answer is larger than 4 MiB",
        ..FAILS
    },
    Row { doors: READS, fault: Bomb, says: UNREADABLE, ..FAILS },
    Row { doors: MADE, fault: Bomb, says: UNREADABLE, ..FAILS },
    // Carried out, and then the answer is lost or says otherwise. A film is asked for once more, and is there; so are
    // the entries of a playlist.
    Row { doors: ASKED_AFTER, fault: Reset, exit: 0, ..CARRIED_OUT },
    Row { doors: ASKED_AFTER, fault: Dropped, exit: 0, ..CARRIED_OUT },
    Row { doors: ASKED_AFTER, fault: Hangs, exit: 0, ..CARRIED_OUT },
    Row { doors: ASKED_AFTER, fault: Html, exit: 0, ..CARRIED_OUT },
    Row { doors: ASKED_AFTER, fault: Empty, exit: 0, ..CARRIED_OUT },
    Row { doors: ASKED_AFTER, fault: Status(406), exit: 0, ..CARRIED_OUT },
    Row { doors: &[RadarrAdd], fault: Status(500), says: "with HTTP 500", ..CARRIED_OUT },
    Row { doors: &[PlaylistAdd], fault: Status(500), exit: 0, ..CARRIED_OUT },
    Row { doors: ASKED_AFTER, fault: Status(502), exit: 0, ..CARRIED_OUT },
    Row { doors: ASKED_AFTER, fault: Status(504), exit: 0, ..CARRIED_OUT },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Reset, says: CUT, ..CARRIED_OUT },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Dropped, says: CUT, ..CARRIED_OUT },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Hangs, says: LATE, ..CARRIED_OUT },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Html, says: "with an HTML page instead of", ..CARRIED_OUT },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Empty, says: "with an empty body instead of", ..CARRIED_OUT },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Status(406), says: "with HTTP 406", ..CARRIED_OUT },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Status(500), says: "with HTTP 500", ..CARRIED_OUT },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Status(502), says: "with HTTP 502", ..CARRIED_OUT },
    Row { doors: NEW_TAG_OR_COLLECTION, fault: Status(504), says: "with HTTP 504", ..CARRIED_OUT },
    Row { doors: SAFE_TWICE, fault: Reset, asked: Times(3), says: CUT, ..CARRIED_OUT },
    Row { doors: SAFE_TWICE, fault: Dropped, asked: Times(3), says: CUT, ..CARRIED_OUT },
    Row { doors: SAFE_TWICE, fault: Hangs, says: LATE, ..CARRIED_OUT },
    Row { doors: SAFE_TWICE, fault: Html, says: "with an HTML page instead of", ..CARRIED_OUT },
    Row { doors: SAFE_TWICE, fault: Empty, says: "with an empty body instead of", ..CARRIED_OUT },
    Row { doors: SAFE_TWICE, fault: Status(406), says: "with HTTP 406", ..CARRIED_OUT },
    Row { doors: SAFE_TWICE, fault: Status(500), says: "with HTTP 500", ..CARRIED_OUT },
    Row { doors: SAFE_TWICE, fault: Status(502), asked: Times(3), says: "with HTTP 502", ..CARRIED_OUT },
    Row { doors: SAFE_TWICE, fault: Status(504), asked: Times(3), says: "with HTTP 504", ..CARRIED_OUT },
];
