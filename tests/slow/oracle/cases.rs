//! Whole cases: how it begins, what people do, how lbjf is run, and what goes wrong.

use proptest::prelude::*;

use crate::oracle::edits::{Edit, edit, list, place, put_new, shift, shrink, who};
use crate::oracle::house::{Film, Who};
use crate::oracle::troubles::{How, Place, Trouble, fails, kill, trouble};

/// How lbjf is run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    /// `cleanup` instead of `sync`.
    pub cleanup: bool,
    /// `--user`, if that person is in the config.
    pub user: Option<Who>,
    pub full: bool,
    pub allow_shrink: bool,
    pub add_again: bool,
    pub dry: bool,
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

/// Edits, time, a run.
#[derive(Clone, Debug)]
pub struct Round {
    pub edits: Vec<Edit>,
    /// How many minutes pass.
    pub minutes: u32,
    pub run: Run,
    /// What goes wrong in that run.
    pub trouble: Option<Trouble>,
    /// Does a second run follow at once, in which the same goes wrong?
    pub again: bool,
}

/// Rounds, after which all troubles end and enough time passes.
#[derive(Clone, Debug)]
pub struct Chapter {
    pub rounds: Vec<Round>,
    /// Does the first run after it say `--add-again`?
    pub add_again: bool,
}

/// Where it begins: servers, config, and what is on the lists.
#[derive(Clone, Debug)]
pub struct Start {
    /// Which Radarr and which Jellyfin.
    pub versions: (usize, usize),
    pub remove_watched: [bool; 3],
    pub remove_unlisted: [bool; 3],
    /// Ben has no Jellyfin user of his own: he looks with ada's.
    pub is_shared: bool,
    pub skip_if_in_library: bool,
    pub max_adds: Option<usize>,
    /// TMDB merged [`MERGED`](crate::oracle::house::MERGED) before it all began.
    pub merged: bool,
    /// Which list is private at first.
    pub private: Option<usize>,
    /// The watchlists and dave's lists: first and count.
    pub lists: [(Film, Film); 5],
    /// Who wants which of dave's lists.
    pub wants: [[bool; 2]; 3],
    /// Whose watchlist is read from an export.
    pub by_export: [bool; 3],
    /// Films `0..library` were downloaded already.
    pub library: Film,
    /// Do cleo's films go to a second Radarr, too?
    pub has_second: bool,
}

/// A whole case.
pub type Case = (Start, Vec<Chapter>);

/// Most lists of the kind that people keep beside their watchlist are short.
fn short_list() -> impl Strategy<Value = (Film, Film)> {
    prop_oneof![3 => (0..8_u8, 0..6_u8), 1 => list()]
}

fn start() -> impl Strategy<Value = Start> {
    let often = || prop::bool::weighted(0.7);
    let seldom = || prop::bool::weighted(0.3);
    let bools = [0.2, 0.3, 0.2].map(prop::bool::weighted);
    let newest = |count: usize| prop_oneof![2 => Just(count - 1), 1 => 0..count];
    (
        (newest(3), newest(5)),
        [often(), often(), often()],
        [often(), often(), often()],
        bools,
        (prop::option::weighted(0.2, 2..6_usize), prop::option::weighted(0.35, place())),
        ([list(), list(), list()], [short_list(), short_list()]),
        (prop::array::uniform3([seldom(), seldom()]), [seldom(), seldom(), seldom()]),
        0..12_u8,
    )
        .prop_map(
            |(versions, remove_watched, remove_unlisted, bools, (max_adds, private), lists, own, library)| {
                let (wants, by_export) = own;
                let ([ada, ben, cleo], [best, odd]) = lists;
                let lists = [ada, ben, cleo, best, odd];
                let [skip_if_in_library, merged, is_shared] = bools;
                Start {
                    versions,
                    remove_watched,
                    remove_unlisted,
                    is_shared,
                    skip_if_in_library,
                    max_adds,
                    merged,
                    private,
                    lists,
                    wants,
                    by_export,
                    library,
                    has_second: library % 2 == 1,
                }
            },
        )
}

fn run() -> impl Strategy<Value = Run> {
    let sync = Run::default();
    let kind = prop_oneof![
        12 => Just(sync),
        3 => Just(Run { full: true, ..sync }),
        2 => Just(Run { allow_shrink: true, ..sync }),
        2 => Just(Run { add_again: true, ..sync }),
        2 => Just(Run { cleanup: true, ..sync }),
    ];
    (kind, prop::option::weighted(0.12, who()), prop::bool::weighted(0.05))
        .prop_map(|(kind, user, dry)| Run { user, dry, ..kind })
}

/// Right below, at, and above an hour and a day.
fn minutes() -> impl Strategy<Value = u32> {
    prop::sample::select(vec![0_u32, 1, 7, 7, 30, 59, 59, 60, 60, 67, 1379, 1380, 1439, 1440, 1501])
}

fn round(trouble: impl Strategy<Value = Option<Trouble>>) -> impl Strategy<Value = Round> {
    (prop::collection::vec(edit(), 0..8), minutes(), run(), trouble, prop::bool::weighted(0.3))
        .prop_map(|(edits, minutes, run, trouble, again)| Round { edits, minutes, run, trouble, again })
}

fn chapters(
    round: impl Strategy<Value = Round>,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<Chapter>> {
    let chapter = (prop::collection::vec(round, count), prop::bool::weighted(0.2))
        .prop_map(|(rounds, add_again)| Chapter { rounds, add_again });
    prop::collection::vec(chapter, 2)
}

/// Nothing goes wrong.
pub fn quiet() -> impl Strategy<Value = Case> {
    (start(), chapters(round(Just(None)), 2..5))
}

/// Something goes wrong in half of the runs.
pub fn troubled() -> impl Strategy<Value = Case> {
    let rounds = round(prop::option::weighted(0.6, trouble()));
    // A list of two pages is always there.
    (start(), (0..4_u8, 29..34_u8), chapters(rounds, 3..6)).prop_map(|(mut start, long, chapters)| {
        start.lists[2] = long;
        (start, chapters)
    })
}

/// Runs are killed.
pub fn killed() -> impl Strategy<Value = Case> {
    let usual = round(prop::option::weighted(0.8, kill()));
    let parting = (prop::collection::vec(partings(), 1..5), kill()).prop_map(|(edits, kill)| {
        let run = step(Run::default(), edits.concat(), 7);
        Round { trouble: Some(kill), ..run }
    });
    (start(), chapters(prop_oneof![1 => usual, 1 => parting], 3..6))
}

fn step(run: Run, edits: Vec<Edit>, minutes: u32) -> Round {
    Round { edits, minutes, run, trouble: None, again: false }
}

/// People do something in the midst of runs, often to a list of two pages that is being read.
pub fn busy() -> impl Strategy<Value = Case> {
    let hidden = prop_oneof![2 => Just(0_i64), 1 => Just(-1)];
    let crawl = (shift(), 0..6_usize, prop::sample::select(vec![1_u32, 60, 1501]), hidden).prop_map(
        |(what, request, minutes, hidden)| {
            let run = Run { full: minutes < 1501, ..Run::default() };
            let edits = (0..3).map(|list| Edit::Miscount(list, hidden)).collect();
            let trouble = Some(Trouble::Meanwhile { server: 0, request, what });
            Round { trouble, ..step(run, edits, minutes) }
        },
    );
    let meanwhile = (0..3_usize, 0..12_usize, crate::oracle::edits::meanwhile())
        .prop_map(|(server, request, what)| Some(Trouble::Meanwhile { server, request, what }));
    let list = || (0..6_u8, prop_oneof![1 => 0..9_u8, 2 => 29..34_u8]);
    let rounds = prop_oneof![1 => round(meanwhile), 1 => crawl];
    let lists = [list(), list(), list(), list(), list()];
    (start(), lists, chapters(rounds, 3..6)).prop_map(|(start, lists, chapters)| {
        (Start { versions: (2, 4), max_adds: None, lists, ..start }, chapters)
    })
}

/// Much of a list, or a total, is in doubt, and it is read again before and after an hour.
pub fn doubtful() -> impl Strategy<Value = Case> {
    let edit = prop_oneof![
        4 => shrink(),
        2 => (place(), -1..3_i64).prop_map(|(list, hidden)| Edit::Miscount(list, hidden)),
        2 => (place(), 0..12_u8).prop_map(|(list, film)| Edit::List(list, film)),
        2 => (place(), 0..12_u8).prop_map(|(list, film)| Edit::Unlist(list, film)),
        3 => (place(), 1..10_usize).prop_map(|(list, count)| Edit::Regrow(list, count)),
        2 => who().prop_map(Edit::Export),
        1 => (who(), 0..4_usize).prop_map(|(who, older)| Edit::OlderExport(who, older)),
        2 => Just(Edit::RadarrNew),
    ];
    let run = prop_oneof![
        5 => Just(Run::default()),
        3 => Just(Run { full: true, ..Run::default() }),
        1 => Just(Run { allow_shrink: true, ..Run::default() }),
    ];
    let minutes = prop::sample::select(vec![1_u32, 7, 29, 30, 58, 59, 60]);
    let round = (prop::collection::vec(edit, 0..4), minutes, run)
        .prop_map(|(edits, minutes, run)| step(run, edits, minutes));
    let long = || (0..4_u8, prop_oneof![Just(3_u8), 6..15_u8, Just(12_u8), 28..34_u8]);
    // What is to be doubted must be known first.
    let chapters = chapters(round, 3..7).prop_map(|mut chapters| {
        chapters[0].rounds.insert(0, step(Run::default(), Vec::new(), 0));
        chapters
    });
    (start(), [long(), long(), long(), long(), long()], 4..14_u8, chapters).prop_map(
        |(start, lists, library, chapters)| {
            (Start { lists, library, versions: (2, 4), max_adds: None, ..start }, chapters)
        },
    )
}

/// What makes films leave: nobody lists them any more, or somebody watched them.
fn partings() -> impl Strategy<Value = Vec<Edit>> {
    let film = || 0..8_u8;
    prop_oneof![
        3 => film().prop_map(|film| (0..5).map(|list| Edit::Unlist(list, film)).collect()),
        3 => (who(), film(), prop::bool::weighted(0.7))
            .prop_map(|(who, film, is)| vec![Edit::Watch(who, film, is)]),
        2 => (place(), film()).prop_map(|(list, film)| vec![Edit::List(list, film)]),
        1 => shrink().prop_map(|shrink| vec![shrink]),
        1 => Just((0..5).map(|list| Edit::Shrink(list, 12)).collect()),
        1 => (0..2_usize, film()).prop_map(|(to, film)| vec![Edit::Put(to, film)]),
        2 => put_new().prop_map(|put| vec![put]),
        1 => (who(), 12..20_u8).prop_map(|(who, film)| vec![Edit::Watch(who, film, true)]),
    ]
}

/// Films should leave, and just then a library, or something else in Jellyfin, cannot be read or believed.
pub fn blind() -> impl Strategy<Value = Case> {
    use Place::{Collections, EmptyLibrary, Library, LibraryOf, Members, Users};
    let edits = partings();
    let place = prop_oneof![
        4 => (0..2_usize).prop_map(LibraryOf),
        4 => Just(EmptyLibrary),
        3 => prop::sample::select(vec![Library, Members, Collections, Users]),
    ];
    let always = place.prop_map(|place| Trouble::Fails { place, how: How::Page, once: false });
    let trouble = prop_oneof![9 => always, 1 => fails(Just(Library))];
    let run = prop_oneof![4 => Just(Run::default()), 1 => Just(Run { cleanup: true, ..Run::default() })];
    let trouble = prop::option::weighted(0.75, trouble);
    let round = (prop::collection::vec(edits, 1..5), run, trouble, prop::bool::weighted(0.4)).prop_map(
        |(edits, run, trouble, again): (Vec<Vec<Edit>>, _, _, _)| Round {
            trouble,
            again,
            ..step(run, edits.concat(), 7)
        },
    );
    let chapters = chapters(round, 2..5).prop_map(|mut chapters| {
        chapters[0].rounds.insert(0, step(Run::default(), Vec::new(), 0));
        chapters
    });
    let short = || (0..4_u8, 3..9_u8);
    (start(), [short(), short(), short(), short(), short()], chapters).prop_map(|(start, lists, chapters)| {
        (Start { lists, library: 12, max_adds: None, ..start }, chapters)
    })
}
