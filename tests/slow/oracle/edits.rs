//! What people do between two runs: plain values, so that a failing case can be read.

use proptest::prelude::*;

use crate::oracle::films::{FILMS, Film, MERGED, SERIES, UNKNOWN, WITHOUT_ID, Who};

/// How much of a watchlist goes at once, from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Exactly half: not suspicious.
    Half,
    /// One more than half.
    OverHalf,
    /// Five, or as many as there are.
    Five,
    /// Six.
    Six,
    /// Five of six, and of twelve ten.
    FiveSixths,
    /// All but the newest.
    AllButOne,
    /// All.
    All,
}

impl Gone {
    /// How many of so many.
    pub fn of(self, len: usize) -> usize {
        let gone = match self {
            Self::Half => len / 2,
            Self::OverHalf => len / 2 + 1,
            Self::Five => 5,
            Self::Six => 6,
            Self::FiveSixths => len * 5 / 6,
            Self::AllButOne => len.saturating_sub(1),
            Self::All => len,
        };
        gone.min(len)
    }
}

/// Something a person does between two runs. What cannot be done is not done. A change in Jellyfin that is *quiet*
/// leaves the time at which the film was saved alone.
#[derive(Clone, Debug)]
pub enum Edit {
    /// A film to the top of a watchlist.
    List(Who, Film),
    /// A film off a watchlist.
    Unlist(Who, Film),
    /// A film to the top of a watchlist, and the oldest one off.
    Exchange(Who, Film),
    /// A watchlist becomes `first..first + count`.
    Rewrite(Who, Film, Film),
    /// The oldest entries go.
    Shrink(Who, Gone),
    /// Films that lbjf knows to have been there come back, so many.
    Regrow(Who, Film),
    /// So many entries are counted and not shown; fewer than none: shown and not counted.
    Miscount(Who, i64),
    /// A watchlist becomes private, or public.
    Private(Who, bool),
    /// A film gets another slug, or its old one.
    Rename(Film),
    /// A copy of a film comes into the library; there are two at the most.
    Download { film: Film, quiet: bool },
    /// The first copy gets another file.
    Replace { film: Film, quiet: bool },
    /// The first copy is deleted, and another one comes.
    Swap { film: Film, quiet: bool },
    /// All copies are deleted.
    Delete(Film),
    /// The first copy loses its TMDB id, or has it again.
    Identify { film: Film, is: bool, quiet: bool },
    /// Someone watches the first copy, or marks it as not watched.
    Watch(Who, Film, bool),
    /// Someone may no longer see the first copy, or may again.
    Show(Who, Film, bool),
    /// The library is taken from someone, or given back.
    Library(Who, bool),
    /// Someone puts the first copy into a collection.
    Put(usize, Film),
    /// A film that everyone has watched already comes into the library, and someone puts it into a collection.
    PutWatched(usize, Film),
    /// Someone takes all copies out of a collection.
    Take(usize, Film),
    /// A collection is made.
    Make(usize),
    /// A collection gets another name.
    RenameCollection(usize),
    /// A collection gets its old name.
    RenameBack(usize),
    /// A collection is deleted.
    DeleteCollection(usize),
    /// A collection becomes a ghost.
    Ghost(usize),
    /// A library scan makes ghosts real.
    Scan,
    /// A user comes into the config, or leaves it, unless it is the last one.
    Config(Who, bool),
    /// Somebody's collection gets another name in the config.
    Move(Who, usize),
    /// Somebody's `remove_watched` in the config.
    RemoveWatched(Who, bool),
    /// Somebody's `remove_unlisted` in the config.
    RemoveUnlisted(Who, bool),
    /// The clock was more than a year ahead, and is set back.
    ClockBack,
    /// The page of the film without a TMDB id names one.
    GainId,
    /// The page of the film [`CHANGED`](crate::oracle::films::CHANGED) names another id.
    ChangeId,
    /// A person adds a film to Radarr.
    RadarrAdd(Film),
    /// A person removes a film from Radarr.
    RadarrRemove(Film),
    /// A person removes a film from Radarr with its files.
    RadarrErase(Film),
    /// Radarr is new.
    RadarrNew,
    /// A film comes on the exclusion list.
    Exclude(Film),
    /// And off it.
    Unexclude(Film),
    /// Radarr's metadata learns of the film [`UNKNOWN`].
    Know,
    /// TMDB merges the film [`MERGED`] into another.
    Merge,
}

fn film() -> impl Strategy<Value = Film> {
    prop_oneof![12 => 0..8_u8, 1 => Just(MERGED), 1 => Just(UNKNOWN), 3 => 8..FILMS, 1 => SERIES..FILMS]
}

fn who() -> impl Strategy<Value = Who> {
    0..3_usize
}

fn collection() -> impl Strategy<Value = usize> {
    prop_oneof![6 => Just(0_usize), 2 => Just(1_usize), 1 => Just(2_usize)]
}

/// The first film of a list and how many there are.
pub fn list() -> impl Strategy<Value = (Film, Film)> {
    prop_oneof![
        6 => (0..4_u8, 0..9_u8),
        2 => (0..8_u8, 6..20_u8),
        2 => (0..4_u8, 28..36_u8),
    ]
}

/// Ways of losing entries.
pub fn gone() -> impl Strategy<Value = Gone> {
    use Gone::{All, AllButOne, Five, FiveSixths, Half, OverHalf, Six};
    prop::sample::select(vec![Half, OverHalf, Five, Six, FiveSixths, AllButOne, All])
}

fn of_watchlists() -> impl Strategy<Value = Edit> {
    prop_oneof![
        8 => (who(), film()).prop_map(|(who, film)| Edit::List(who, film)),
        8 => (who(), film()).prop_map(|(who, film)| Edit::Unlist(who, film)),
        2 => (who(), list()).prop_map(|(who, (first, count))| Edit::Rewrite(who, first, count)),
        3 => (who(), gone()).prop_map(|(who, gone)| Edit::Shrink(who, gone)),
        2 => (who(), 1..10_u8).prop_map(|(who, count)| Edit::Regrow(who, count)),
        2 => (who(), -1..3_i64).prop_map(|(who, hidden)| Edit::Miscount(who, hidden)),
        1 => who().prop_map(|who| Edit::Miscount(who, 0)),
        1 => who().prop_map(|who| Edit::Private(who, true)),
        2 => who().prop_map(|who| Edit::Private(who, false)),
        1 => film().prop_map(Edit::Rename),
        2 => who().prop_map(|who| Edit::Config(who, false)),
        3 => who().prop_map(|who| Edit::Config(who, true)),
        2 => Just(Edit::GainId),
        2 => who().prop_map(|who| Edit::List(who, WITHOUT_ID)),
        1 => Just(Edit::ChangeId),
        1 => Just(Edit::ClockBack),
    ]
}

fn of_the_config() -> impl Strategy<Value = Edit> {
    prop_oneof![
        2 => (who(), 0..3_usize).prop_map(|(who, to)| Edit::Move(who, to)),
        2 => who().prop_map(|who| Edit::Move(who, usize::from(who == 2))),
        2 => (who(), any::<bool>()).prop_map(|(who, is)| Edit::RemoveWatched(who, is)),
        2 => (who(), any::<bool>()).prop_map(|(who, is)| Edit::RemoveUnlisted(who, is)),
    ]
}

fn of_the_library() -> impl Strategy<Value = Edit> {
    let quiet = || prop::bool::weighted(0.2);
    prop_oneof![
        10 => (film(), quiet()).prop_map(|(film, quiet)| Edit::Download { film, quiet }),
        2 => (film(), quiet()).prop_map(|(film, quiet)| Edit::Replace { film, quiet }),
        2 => (film(), quiet()).prop_map(|(film, quiet)| Edit::Swap { film, quiet }),
        2 => film().prop_map(Edit::Delete),
        2 => (film(), any::<bool>(), quiet())
            .prop_map(|(film, is, quiet)| Edit::Identify { film, is, quiet }),
        9 => (who(), film()).prop_map(|(who, film)| Edit::Watch(who, film, true)),
        5 => (who(), film()).prop_map(|(who, film)| Edit::Watch(who, film, false)),
        2 => (who(), film(), any::<bool>()).prop_map(|(who, film, is)| Edit::Show(who, film, is)),
        1 => (who(), prop::bool::weighted(0.3)).prop_map(|(who, is)| Edit::Library(who, !is)),
        1 => who().prop_map(|who| Edit::Library(who, true)),
    ]
}

fn of_collections() -> impl Strategy<Value = Edit> {
    prop_oneof![
        6 => (collection(), film()).prop_map(|(to, film)| Edit::Put(to, film)),
        3 => (collection(), 30..SERIES).prop_map(|(to, film)| Edit::PutWatched(to, film)),
        3 => (collection(), film()).prop_map(|(of, film)| Edit::Take(of, film)),
        2 => collection().prop_map(Edit::Make),
        1 => collection().prop_map(Edit::RenameCollection),
        1 => collection().prop_map(Edit::RenameBack),
        1 => collection().prop_map(Edit::DeleteCollection),
        1 => collection().prop_map(Edit::Ghost),
        2 => Just(Edit::Scan),
    ]
}

fn of_radarr() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => film().prop_map(Edit::RadarrAdd),
        10 => film().prop_map(Edit::RadarrRemove),
        4 => film().prop_map(Edit::RadarrErase),
        2 => Just(Edit::RadarrNew),
        5 => film().prop_map(Edit::Exclude),
        4 => film().prop_map(Edit::Unexclude),
        1 => Just(Edit::Know),
        3 => Just(Edit::Merge),
    ]
}

/// Anything that people do.
pub fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        20 => of_watchlists(),
        20 => of_the_library(),
        10 => of_collections(),
        8 => of_radarr(),
        3 => of_the_config(),
    ]
}

/// Something that people do while lbjf runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// A film to the top of a watchlist: the entries move on to the next page.
    List(Who, Film),
    /// A film off a watchlist: the entries move back.
    Unlist(Who, Film),
    /// One to the top, and the oldest off: the total stays.
    Exchange(Who, Film),
    /// A watchlist loses its oldest entries.
    Shrink(Who, Gone),
    /// All copies of a film are deleted.
    Delete(Film),
    /// A copy of a film comes.
    Download(Film),
    /// Someone watches a film, or marks it as not watched.
    Watch(Who, Film, bool),
    /// Someone puts a film into a collection.
    Put(usize, Film),
    /// Someone takes a film out of a collection.
    Take(usize, Film),
    /// A collection gets another name.
    Rename(usize),
    /// A collection is deleted.
    DeleteCollection(usize),
    /// A person adds a film to Radarr.
    RadarrAdd(Film),
    /// A person removes a film from Radarr.
    RadarrRemove(Film),
    /// A film comes on Radarr's exclusion list.
    Exclude(Film),
}

impl Between {
    /// What it is otherwise.
    pub fn edit(self) -> Edit {
        match self {
            Self::List(who, film) => Edit::List(who, film),
            Self::Unlist(who, film) => Edit::Unlist(who, film),
            Self::Exchange(who, film) => Edit::Exchange(who, film),
            Self::Shrink(who, gone) => Edit::Shrink(who, gone),
            Self::Delete(film) => Edit::Delete(film),
            Self::Download(film) => Edit::Download { film, quiet: false },
            Self::Watch(who, film, is) => Edit::Watch(who, film, is),
            Self::Put(to, film) => Edit::Put(to, film),
            Self::Take(of, film) => Edit::Take(of, film),
            Self::Rename(which) => Edit::RenameCollection(which),
            Self::DeleteCollection(which) => Edit::DeleteCollection(which),
            Self::RadarrAdd(film) => Edit::RadarrAdd(film),
            Self::RadarrRemove(film) => Edit::RadarrRemove(film),
            Self::Exclude(film) => Edit::Exclude(film),
        }
    }
}

/// Anything that people may do while lbjf runs.
pub fn between() -> impl Strategy<Value = Between> {
    prop_oneof![
        4 => (who(), film()).prop_map(|(who, film)| Between::List(who, film)),
        4 => (who(), film()).prop_map(|(who, film)| Between::Unlist(who, film)),
        4 => (who(), film()).prop_map(|(who, film)| Between::Exchange(who, film)),
        2 => (who(), gone()).prop_map(|(who, gone)| Between::Shrink(who, gone)),
        4 => film().prop_map(Between::Delete),
        2 => film().prop_map(Between::Download),
        4 => (who(), film(), any::<bool>()).prop_map(|(who, film, is)| Between::Watch(who, film, is)),
        2 => (collection(), film()).prop_map(|(to, film)| Between::Put(to, film)),
        2 => (collection(), film()).prop_map(|(of, film)| Between::Take(of, film)),
        3 => collection().prop_map(Between::Rename),
        3 => collection().prop_map(Between::DeleteCollection),
        3 => film().prop_map(Between::RadarrAdd),
        3 => film().prop_map(Between::RadarrRemove),
        3 => film().prop_map(Between::Exclude),
    ]
}
