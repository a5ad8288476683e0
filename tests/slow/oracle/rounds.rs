//! How lbjf is run, and whole cases.

use proptest::prelude::*;

use crate::oracle::edits::{Between, Edit, edit, gone, list};
use crate::oracle::films::{FILMS, Film, Who};
use crate::oracle::troubles::{How, Place, Trouble, meanwhile, trouble};

/// How lbjf is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// `cleanup` instead of `sync`.
    pub cleanup: bool,
    /// `--user`, if that user is in the config.
    pub user: Option<Who>,
    /// `--full`
    pub full: bool,
    /// `--allow-shrink`
    pub allow_shrink: bool,
    /// `--add-again`
    pub add_again: bool,
    /// `--dry-run`, if nothing goes wrong.
    pub dry: bool,
    /// As a program of its own.
    pub binary: bool,
}

impl Run {
    /// The arguments after `lbjf`, without `--user`.
    pub fn args(&self) -> Vec<&'static str> {
        let mut args = vec![if self.cleanup { "cleanup" } else { "sync" }];
        let flags =
            [(self.full, "--full"), (self.allow_shrink, "--allow-shrink"), (self.add_again, "--add-again")];
        args.extend(flags.into_iter().filter(|(is, _)| *is && !self.cleanup).map(|(_, flag)| flag));
        if self.dry {
            args.push("--dry-run");
        }
        args
    }
}

/// One round: edits, time, a run.
#[derive(Clone, Debug)]
pub struct Round {
    /// What people do.
    pub edits: Vec<Edit>,
    /// How many minutes pass.
    pub minutes: u32,
    /// How lbjf is run then.
    pub run: Run,
    /// What goes wrong in that run.
    pub trouble: Option<Trouble>,
    /// Whether a second run follows at once.
    pub again: bool,
}

/// Where it begins: servers, config, and what is on the lists.
#[derive(Clone, Debug)]
pub struct Start {
    /// Which Radarr and which Jellyfin.
    pub versions: (usize, usize),
    /// `remove_watched` of each.
    pub remove_watched: [bool; 3],
    /// `remove_unlisted` of each.
    pub remove_unlisted: [bool; 3],
    /// Ben has no Jellyfin user of his own: he looks with ada's.
    pub is_shared: bool,
    /// Cleo's collection is named by its id.
    pub by_id: bool,
    /// `skip_if_in_library`
    pub skip_if_in_library: bool,
    /// `max_adds_per_run`
    pub max_adds: Option<usize>,
    /// TMDB merged [`MERGED`](crate::oracle::films::MERGED) before it all began.
    pub merged: bool,
    /// The watchlists: first and count.
    pub lists: [(Film, Film); 3],
    /// Films `0..library` were downloaded already.
    pub library: Film,
}

fn run() -> impl Strategy<Value = Run> {
    let sync = Run::default();
    let kind = prop_oneof![
        12 => Just(sync),
        3 => Just(Run { full: true, ..sync }),
        2 => Just(Run { allow_shrink: true, ..sync }),
        2 => Just(Run { add_again: true, ..sync }),
        1 => Just(Run { full: true, add_again: true, ..sync }),
        2 => Just(Run { cleanup: true, ..sync }),
    ];
    let rarely = |weight| prop::bool::weighted(weight);
    (kind, prop::option::weighted(0.12, 0..3_usize), rarely(0.05), rarely(0.1))
        .prop_map(|(kind, user, dry, binary)| Run { user, dry, binary: binary || dry, ..kind })
}

/// Right below, at, and above an hour and a day.
fn minutes() -> impl Strategy<Value = u32> {
    prop::sample::select(vec![0_u32, 1, 7, 7, 30, 59, 59, 60, 60, 67, 1379, 1380, 1439, 1440, 1501])
}

/// A round; in a disturbed one something goes wrong half of the time.
fn round(trouble: impl Strategy<Value = Trouble>, disturbed: bool) -> impl Strategy<Value = Round> {
    let trouble = prop::option::weighted(0.5, trouble).prop_map(move |trouble| trouble.filter(|_| disturbed));
    let edits = prop::collection::vec(edit(), 0..8);
    (edits, minutes(), run(), trouble, prop::bool::weighted(0.4))
        .prop_map(|(edits, minutes, run, trouble, again)| Round { edits, minutes, run, trouble, again })
}

fn start() -> impl Strategy<Value = Start> {
    let often = || prop::bool::weighted(0.7);
    let newest = |count: usize| prop_oneof![2 => Just(count - 1), 1 => 0..count];
    (
        (newest(3), newest(5)),
        [often(), often(), often()],
        [often(), often(), often()],
        (
            prop::bool::weighted(0.3),
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.4),
            prop::bool::weighted(0.2),
        ),
        prop::option::weighted(0.2, 1..5_usize),
        [list(), list(), list()],
        0..12_u8,
    )
        .prop_map(|(versions, remove_watched, remove_unlisted, bools, max_adds, lists, library)| Start {
            versions,
            remove_watched,
            remove_unlisted,
            by_id: bools.0,
            skip_if_in_library: bools.1,
            merged: bools.2,
            is_shared: bools.3,
            max_adds,
            lists,
            library,
        })
}

/// A whole case.
pub fn case(disturbed: bool) -> impl Strategy<Value = (Start, Vec<Round>)> {
    (start(), prop::collection::vec(round(trouble(), disturbed), 4..9))
}

/// A case in which people do something in the midst of runs, often to a list of two pages that is being read.
pub fn busy_case() -> impl Strategy<Value = (Start, Vec<Round>)> {
    let shift = prop_oneof![
        (0..3_usize, 0..FILMS).prop_map(|(who, film)| Between::List(who, film)),
        (0..3_usize, 0..FILMS).prop_map(|(who, film)| Between::Unlist(who, film)),
        (0..3_usize, 0..FILMS).prop_map(|(who, film)| Between::Exchange(who, film)),
        (0..3_usize, gone()).prop_map(|(who, gone)| Between::Shrink(who, gone)),
    ];
    let crawl = (shift, 0..6_usize, prop::sample::select(vec![1_u32, 60, 1501])).prop_map(
        |(what, request, minutes)| {
            let run = Run { full: minutes < 1501, ..Run::default() };
            let trouble = Some(Trouble::Meanwhile { server: 0, request, what });
            Round { edits: Vec::new(), minutes, run, trouble, again: false }
        },
    );
    let rounds = prop::collection::vec(prop_oneof![1 => round(meanwhile(), true), 1 => crawl], 4..9);
    let list = || (0..6_u8, prop_oneof![1 => 0..9_u8, 2 => 29..34_u8]);
    (start(), [list(), list(), list()], rounds).prop_map(|(start, lists, rounds)| {
        let start = Start { versions: (2, 4), max_adds: None, lists, ..start };
        (start, rounds)
    })
}

/// A case about one thing: much of a list, or a total, is in doubt, and it is read again before and after an hour.
pub fn doubtful_case() -> impl Strategy<Value = (Start, Vec<Round>)> {
    let loss = prop_oneof![
        6 => (0..3_usize, gone()).prop_map(|(who, gone)| Edit::Shrink(who, gone)),
        2 => (0..3_usize, -1..3_i64).prop_map(|(who, hidden)| Edit::Miscount(who, hidden)),
    ];
    let small = prop_oneof![
        3 => (0..3_usize, 0..12_u8).prop_map(|(who, film)| Edit::List(who, film)),
        2 => (0..3_usize, 0..12_u8).prop_map(|(who, film)| Edit::Unlist(who, film)),
        2 => (0..3_usize, 1..10_u8).prop_map(|(who, count)| Edit::Regrow(who, count)),
        1 => (0..3_usize, 0..2_i64).prop_map(|(who, hidden)| Edit::Miscount(who, hidden)),
        1 => (0..3_usize, gone()).prop_map(|(who, gone)| Edit::Shrink(who, gone)),
    ];
    let run = prop_oneof![
        5 => Just(Run::default()),
        3 => Just(Run { full: true, ..Run::default() }),
        1 => Just(Run { allow_shrink: true, ..Run::default() }),
    ];
    let step = |run: Run, edits, minutes| Round { edits, minutes, run, trouble: None, again: false };
    let later =
        (prop::collection::vec(small, 0..2), prop::sample::select(vec![1_u32, 29, 30, 58, 59, 60]), run)
            .prop_map(move |(edits, minutes, run)| step(run, edits, minutes));
    let after = move |losses, later: Vec<Round>| {
        let mut rounds = vec![step(Run::default(), Vec::new(), 0), step(Run::default(), losses, 7)];
        rounds.extend(later);
        rounds
    };
    let any = (prop::collection::vec(loss, 1..4), prop::collection::vec(later, 2..6))
        .prop_map(move |(losses, later)| after(losses, later));
    // Some of what is gone comes back before the guard looks again.
    let partly = ([gone(), gone(), gone()], 1..5_u8, prop::sample::select(vec![59_u32, 60])).prop_map(
        move |(gone, count, minutes)| {
            let losses = (0..3).zip(gone).map(|(who, gone)| Edit::Shrink(who, gone)).collect();
            let back = (0..3).map(|who| Edit::Regrow(who, count)).collect();
            let later = vec![step(Run::default(), back, minutes), step(Run::default(), Vec::new(), 60)];
            after(losses, later)
        },
    );
    let rounds = prop_oneof![2 => any, 1 => partly];
    let long = || (0..4_u8, prop_oneof![Just(3_u8), 6..15_u8, Just(12_u8), 28..34_u8]);
    (start(), [long(), long(), long()], 4..14_u8, rounds).prop_map(|(start, lists, library, rounds)| {
        let start = Start { lists, library, versions: (2, 4), max_adds: None, ..start };
        (start, rounds)
    })
}

/// A case about another thing: films should leave, and just then a library, or something else in Jellyfin, cannot be
/// read or believed.
pub fn blind_case() -> impl Strategy<Value = (Start, Vec<Round>)> {
    use Place::{Collections, EmptyLibrary, Libraries, Library, Members, Users};
    let who = || 0..3_usize;
    let film = || 0..8_u8;
    let edit = prop_oneof![
        6 => (who(), film()).prop_map(|(who, film)| Edit::Unlist(who, film)),
        2 => film().prop_map(|film| Edit::Unlist(2, film)),
        3 => (who(), film()).prop_map(|(who, film)| Edit::Watch(who, film, true)),
        1 => (who(), film()).prop_map(|(who, film)| Edit::Watch(who, film, false)),
        2 => (who(), film()).prop_map(|(who, film)| Edit::List(who, film)),
        1 => who().prop_map(|who| Edit::Shrink(who, crate::oracle::edits::Gone::Half)),
        1 => who().prop_map(|who| Edit::Library(who, false)),
        1 => who().prop_map(|who| Edit::Library(who, true)),
        1 => (0..2_usize, film()).prop_map(|(to, film)| Edit::Put(to, film)),
    ];
    let place = prop_oneof![
        3 => who().prop_map(Library),
        3 => who().prop_map(EmptyLibrary),
        2 => prop::sample::select(vec![Libraries, Members, Collections, Users]),
    ];
    let trouble = place.prop_map(|place| Trouble::Fails { place, how: How::Page, once: false });
    let run = prop_oneof![
        4 => Just(Run::default()),
        1 => Just(Run { cleanup: true, ..Run::default() }),
    ];
    let edits = prop::collection::vec(edit, 2..7);
    let later = (edits, run, prop::option::weighted(0.75, trouble)).prop_map(|(edits, run, trouble)| Round {
        edits,
        minutes: 7,
        run,
        trouble,
        again: false,
    });
    let first = Round { edits: Vec::new(), minutes: 0, run: Run::default(), trouble: None, again: false };
    let short = || (0..4_u8, 3..9_u8);
    (start(), [short(), short(), short()], prop::collection::vec(later, 2..6)).prop_map(
        move |(start, lists, later)| {
            let rounds = [first.clone()].into_iter().chain(later).collect();
            (Start { lists, library: 12, max_adds: None, ..start }, rounds)
        },
    )
}
