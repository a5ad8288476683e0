//! What is expected of a run at one question: its row of the table, and what such a run leaves undone.

use std::time::Duration;

use crate::faults::door::Door;
use crate::faults::door::End;
use crate::faults::fault::Kind::{self, *};
use crate::faults::fault::When::{self, Done};
use crate::faults::pass::Work::{self, Add, Enlist, Label, Make, MakeList, Remove, Send, Unlist};
use crate::faults::table::{Asked, CUT, Row, TABLE};

/// A row at one question.
#[derive(Debug)]
pub struct Case {
    pub end: End,
    pub kind: Kind,
    pub when: When,
    pub exit: u8,
    pub asked: Asked,
    pub says: &'static str,
    pub heals: Duration,
    /// Is it also tried with a fault that passes? One question of those that come to the same is enough.
    pub is_tried_once: bool,
}

/// Not tried: a listing that lacks what is there is believed. Of a collection without members lbjf concludes that its
/// films were taken out, so that none of them is its own any more and `heat` stays, which is the safe side.
pub fn is_left_out(end: End, kind: Kind) -> bool {
    kind == EmptyList && matches!(end, End::Sets | End::Members | End::Lists | End::Entries)
}

/// The rows for a question.
pub fn rows(door: Door, end: End, kind: Kind, when: When) -> impl Iterator<Item = &'static Row> {
    let own = move |row: &&Row| row.only_at.map_or(row.doors.contains(&door), |own| own == end);
    TABLE.iter().filter(move |row| (row.fault, row.when) == (kind, when)).filter(own)
}

/// What the table says of a question. Whoever asks for a film after a `POST` without an answer learns nothing where a
/// question to Radarr fails, and tells what went wrong in the first place.
pub fn case(door: Door, end: End, kind: Kind, when: When) -> Option<Case> {
    let of = if door == Door::RadarrAsk && kind != EmptyList { Door::RadarrLookup } else { door };
    let Row { exit, asked, says, heals, .. } = *rows(of, end, kind, when).next()?;
    if end == End::Changed && is_error(kind) {
        // A server that has no answer to this question is asked for everything instead.
        return Some(Case {
            end,
            kind,
            when,
            exit: 0,
            asked,
            says: "",
            heals: Duration::ZERO,
            is_tried_once: true,
        });
    }
    let says = if door == Door::RadarrAsk && !says.is_empty() { CUT } else { says };
    Some(Case { end, kind, when, exit, asked, says, heals, is_tried_once: true })
}

/// Is it a status of the server's own that says no more than that something is wrong?
fn is_error(kind: Kind) -> bool {
    match kind {
        BadList | BadProblem | Locked => true,
        Status(status) => !matches!(status, 401 | 403 | 429 | 503),
        _ => false,
    }
}

/// What a run leaves undone when this question fails; it does all the rest.
pub fn undone(case: &Case) -> &'static [Work] {
    let is_blocked = case.exit == 6;
    match (case.end, case.kind) {
        _ if case.says.is_empty() => &[],
        // Nobody asks Letterboxd anything more.
        (End::FirstPage | End::ListPage | End::Short, _) if is_blocked => &[Send, Add, Remove, Make],
        (End::FirstPage | End::ListPage | End::Short, Refused | Unconnected) => &[Send, Add, Remove, Make],
        (End::SecondPage, _) if is_blocked => &[Send, Add, Remove],
        // The server is gone.
        (End::Tag | End::Label, Refused) => &[Send, Label],
        (End::Put, Refused) => &[Add, Remove, Make],
        // Carried out, unless something else was to follow.
        (End::Make, _) => &[Make],
        (End::MakeList, _) => &[MakeList],
        (End::Enlist, Refused) => &[Enlist, Unlist, MakeList],
        (End::Tag, _) => &[Label],
        (End::Label, TwoLengths) => &[],
        _ if case.when == Done => &[],
        (End::FirstPage, _) => &[Send, Add, Remove],
        (End::ListPage | End::Short, _) => &[Send, Remove],
        (End::SecondPage | End::Take, _) => &[Remove],
        (End::Film, _) => &[Send, Add],
        (End::Ask, _) => &[],
        (End::Radarr(_) | End::Add, _) => &[Send],
        (End::Label, _) => &[Label],
        (End::Members, _) => &[Add, Remove],
        (End::Lists, _) => &[Enlist, Unlist, MakeList],
        (End::Entries, _) => &[Enlist, Unlist],
        (End::Enlist, _) => &[Enlist, MakeList],
        (End::Unlist, _) => &[Unlist],
        (End::Put, _) => &[Add, Make],
        (End::Jellyfin(_) | End::Sets | End::Library | End::Watched | End::Changed | End::Count, _) => {
            &[Add, Remove, Make]
        }
    }
}
