//! What people do: plain values, so that a failing case can be read.

use proptest::prelude::*;

use crate::oracle::house::{FILMS, Film, MERGED, SHOW, Who};

/// Something that a person does; the first `usize` is a list (one of five) or a collection. What cannot be done is not
/// done. A change in Jellyfin that is
/// *quiet* leaves the time at which the film was saved alone.
#[derive(Clone, Debug)]
pub enum Edit {
    /// A film to the top of a list.
    List(usize, Film),
    Unlist(usize, Film),
    /// A film to the top of a list, and the oldest one off.
    Exchange(usize, Film),
    /// A list becomes `first..first + count`, the last of them on top.
    Rewrite(usize, Film, Film),
    /// So many twelfths of a list go, from its end.
    Shrink(usize, usize),
    /// So many of those come back.
    Regrow(usize, usize),
    /// So many entries are counted and not shown; fewer than none: shown and not counted.
    Miscount(usize, i64),
    /// A list becomes private, or public.
    Private(usize, bool),
    /// One of dave's lists says no more how many films it has, or says it again.
    Untold(usize, bool),
    /// One of dave's lists gets its other name.
    RenameList(usize),
    /// The config names it by the name that it has.
    Follow(usize),
    /// A person wants one of dave's lists, or no more.
    Want(Who, usize, bool),
    /// A person's watchlist is read from their export, or from its pages.
    ByExport(Who, bool),
    /// A person gets a new export.
    Export(Who),
    /// The last but so many of a person's exports is read, or none where there were not so many; 0 is a broken file.
    OlderExport(Who, usize),
    /// A copy of a film comes into the library; there are two at the most.
    Download {
        film: Film,
        quiet: bool,
    },
    /// The first copy gets another file.
    Replace {
        film: Film,
        quiet: bool,
    },
    /// All copies are deleted.
    Delete(Film),
    /// The first copy loses its TMDB id, or has it again.
    Identify {
        film: Film,
        is: bool,
        quiet: bool,
    },
    /// Someone watches the first copy, or marks it as not watched.
    Watch(Who, Film, bool),
    /// Someone puts the first copy into a collection.
    Put(usize, Film),
    /// A film comes into the library that these have watched already, and someone puts it into a collection.
    PutNew(usize, Film, [bool; 3]),
    /// Someone takes all copies out of a collection.
    Take(usize, Film),
    MakeCollection(usize),
    /// A collection gets another name, or its old one.
    RenameCollection(usize, bool),
    DeleteCollection(usize),
    /// A person comes into the config, or leaves it, unless it is the last one.
    Config(Who, bool),
    /// A person's collection is another one now.
    Move(Who, usize),
    RemoveWatched(Who, bool),
    RemoveUnlisted(Who, bool),
    /// The clock was more than a year ahead, and is set back.
    ClockBack,
    RadarrAdd(Film),
    RadarrRemove(Film),
    /// Radarr is new.
    RadarrNew,
    Exclude(Film, bool),
    /// TMDB merges the film [`MERGED`] into another.
    Merge,
}

pub fn who() -> impl Strategy<Value = Who> {
    0..3_usize
}

/// A watchlist, or one of dave's two.
pub fn place() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 0..3_usize, 2 => of_dave()]
}

fn of_dave() -> impl Strategy<Value = usize> {
    3..5_usize
}

fn film() -> impl Strategy<Value = Film> {
    prop_oneof![12 => 0..8_u8, 1 => Just(MERGED), 3 => 12..20_u8, 2 => 8..FILMS, 1 => SHOW..FILMS]
}

fn set() -> impl Strategy<Value = usize> {
    prop_oneof![6 => Just(0_usize), 2 => Just(1_usize), 1 => Just(2_usize)]
}

/// The first film of a list and how many there are.
pub fn list() -> impl Strategy<Value = (Film, Film)> {
    prop_oneof![5 => (0..4_u8, 0..9_u8), 2 => (0..8_u8, 6..20_u8), 3 => (0..4_u8, 28..34_u8)]
}

/// Some part of a watchlist goes: most often half of it, a little more, nearly all, or all.
pub fn shrink() -> impl Strategy<Value = Edit> {
    (place(), prop::sample::select(vec![5_usize, 6, 7, 10, 11, 12]))
        .prop_map(|(list, part)| Edit::Shrink(list, part))
}

/// What people do to a list, also while it is read.
pub fn shift() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (place(), film()).prop_map(|(list, film)| Edit::List(list, film)),
        4 => (place(), film()).prop_map(|(list, film)| Edit::Unlist(list, film)),
        2 => (place(), film()).prop_map(|(list, film)| Edit::Exchange(list, film)),
        2 => shrink(),
    ]
}

fn of_sources() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (who(), of_dave(), prop::bool::weighted(0.6)).prop_map(|(who, list, is)| Edit::Want(who, list, is)),
        1 => of_dave().prop_map(Edit::RenameList),
        2 => of_dave().prop_map(Edit::Follow),
        2 => (of_dave(), prop::bool::weighted(0.3)).prop_map(|(list, is)| Edit::Untold(list, is)),
        2 => (who(), any::<bool>()).prop_map(|(who, is)| Edit::ByExport(who, is)),
        5 => who().prop_map(Edit::Export),
        3 => (who(), 0..4_usize).prop_map(|(who, older)| Edit::OlderExport(who, older)),
    ]
}

fn of_lists() -> impl Strategy<Value = Edit> {
    prop_oneof![
        18 => shift(),
        9 => of_sources(),
        2 => (place(), list()).prop_map(|(to, (first, count))| Edit::Rewrite(to, first, count)),
        2 => (place(), 1..10_usize).prop_map(|(list, count)| Edit::Regrow(list, count)),
        2 => (place(), -1..3_i64).prop_map(|(list, hidden)| Edit::Miscount(list, hidden)),
        3 => (place(), prop::bool::weighted(0.3)).prop_map(|(list, is)| Edit::Private(list, is)),
        2 => (who(), prop::bool::weighted(0.6)).prop_map(|(who, there)| Edit::Config(who, there)),
        1 => (who(), 0..3_usize).prop_map(|(who, to)| Edit::Move(who, to)),
        1 => (who(), any::<bool>()).prop_map(|(who, is)| Edit::RemoveWatched(who, is)),
        1 => (who(), any::<bool>()).prop_map(|(who, is)| Edit::RemoveUnlisted(who, is)),
        1 => Just(Edit::ClockBack),
    ]
}

fn of_the_library() -> impl Strategy<Value = Edit> {
    let quiet = || prop::bool::weighted(0.2);
    prop_oneof![
        10 => (film(), quiet()).prop_map(|(film, quiet)| Edit::Download { film, quiet }),
        3 => (film(), quiet()).prop_map(|(film, quiet)| Edit::Replace { film, quiet }),
        3 => film().prop_map(Edit::Delete),
        2 => (film(), any::<bool>(), quiet())
            .prop_map(|(film, is, quiet)| Edit::Identify { film, is, quiet }),
        14 => (who(), film(), prop::bool::weighted(0.7)).prop_map(|(who, film, is)| Edit::Watch(who, film, is)),
    ]
}

/// Often everybody has watched it, or nobody.
pub fn put_new() -> impl Strategy<Value = Edit> {
    let watched = prop_oneof![Just([true; 3]), Just([false; 3]), any::<[bool; 3]>()];
    (set(), 12..20_u8, watched).prop_map(|(to, film, watched)| Edit::PutNew(to, film, watched))
}

fn of_collections() -> impl Strategy<Value = Edit> {
    prop_oneof![
        6 => (set(), film()).prop_map(|(to, film)| Edit::Put(to, film)),
        6 => put_new(),
        3 => (set(), film()).prop_map(|(of, film)| Edit::Take(of, film)),
        2 => set().prop_map(Edit::MakeCollection),
        2 => (set(), any::<bool>()).prop_map(|(which, is)| Edit::RenameCollection(which, is)),
        1 => set().prop_map(Edit::DeleteCollection),
    ]
}

fn of_radarr() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => film().prop_map(Edit::RadarrAdd),
        12 => film().prop_map(Edit::RadarrRemove),
        3 => Just(Edit::RadarrNew),
        9 => (film(), any::<bool>()).prop_map(|(film, is)| Edit::Exclude(film, is)),
        3 => Just(Edit::Merge),
    ]
}

/// Anything that people do between two runs.
pub fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![26 => of_lists(), 20 => of_the_library(), 10 => of_collections(), 8 => of_radarr()]
}

/// Anything that people may do while lbjf runs.
pub fn meanwhile() -> impl Strategy<Value = Edit> {
    prop_oneof![
        14 => shift(),
        4 => film().prop_map(Edit::Delete),
        2 => film().prop_map(|film| Edit::Download { film, quiet: false }),
        4 => (who(), film(), any::<bool>()).prop_map(|(who, film, is)| Edit::Watch(who, film, is)),
        2 => (set(), film()).prop_map(|(to, film)| Edit::Put(to, film)),
        2 => (set(), film()).prop_map(|(of, film)| Edit::Take(of, film)),
        3 => set().prop_map(|which| Edit::RenameCollection(which, true)),
        3 => set().prop_map(Edit::DeleteCollection),
        3 => film().prop_map(Edit::RadarrAdd),
        3 => film().prop_map(Edit::RadarrRemove),
        3 => film().prop_map(|film| Edit::Exclude(film, true)),
    ]
}
