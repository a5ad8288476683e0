//! What people do, what goes wrong, and how lbjf is run: plain values, so that a failing case can be read.

use proptest::prelude::*;

use crate::model::Film;

/// Films that exist: movies, then a series, then one without a TMDB id.
pub const FILMS: Film = 40;
/// The series. Its TMDB id is also the id of the movie 1.
pub const SERIES: Film = 38;
/// Letterboxd names no TMDB id.
pub const WITHOUT_ID: Film = 39;

/// 0 is ada, 1 ben (who shares her collection), 2 cleo.
pub type Who = usize;

/// Something a person does between two runs. What cannot be done is not done.
#[derive(Clone, Debug)]
pub enum Edit {
    /// A film to the top of a watchlist.
    List(Who, Film),
    /// A film off a watchlist.
    Unlist(Who, Film),
    /// A watchlist becomes `first..first + count`.
    Rewrite(Who, Film, Film),
    /// A watchlist becomes private, or public.
    Private(Who, bool),
    /// A copy of a film comes into the library; there are two at the most.
    Download(Film),
    /// The first copy gets another file.
    Replace(Film),
    /// All copies are deleted.
    Delete(Film),
    /// Someone watches the first copy, or marks it as not watched.
    Watch(Who, Film, bool),
    /// Someone puts the first copy into a collection.
    Put(usize, Film),
    /// A film that everyone has watched already comes into the library, and someone puts it into a collection.
    PutWatched(usize, Film),
    /// Someone takes all copies out of a collection.
    Take(usize, Film),
    /// A collection is made.
    Make(usize),
    /// A collection gets another name.
    Rename(usize),
    /// A collection gets its old name.
    RenameBack(usize),
    /// A collection is deleted.
    DeleteCollection(usize),
    /// A user comes into the config, or leaves it. Ada stays.
    Config(Who, bool),
    /// A person adds a film to Radarr.
    RadarrAdd(Film),
    /// A person removes a film from Radarr.
    RadarrRemove(Film),
    /// A film comes on the exclusion list.
    Exclude(Film),
    /// And off it.
    Unexclude(Film),
}

/// Something that goes wrong during the whole of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Page 1 of a watchlist is another page.
    PageOne(Who),
    /// Page 2 is.
    PageTwo(Who),
    /// Page 1 of a watchlist is a challenge.
    Challenge(Who),
    /// A film's page is another page.
    FilmPage(Film),
    /// Every question to Radarr is answered by a login page.
    RadarrReads,
    /// The list of Radarr's films is cut off.
    RadarrList,
    /// `POST /movie` is a 500.
    RadarrAdds,
    /// The answer to `POST /movie` is lost.
    RadarrAddsLost,
    /// `GET /Users` fails.
    Users,
    /// The library fails for everybody.
    Libraries,
    /// The library fails for one.
    Library(Who),
    /// The library is empty for one.
    EmptyLibrary(Who),
    /// The list of collections fails.
    Collections,
    /// The members of collections cannot be read.
    Members,
    /// No collection can be made.
    Make,
    /// A collection is made but the answer lost.
    MakeLost,
    /// Nothing can be added to collections.
    Puts,
    /// Things are added, the answer is lost.
    PutsLost,
    /// Nothing can be taken out of collections.
    Takes,
    /// Everything is taken out, the answer is lost.
    TakesLost,
}

/// How lbjf is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// `sync`
    Sync,
    /// `sync --full`
    Full,
    /// `sync --user NAME`, if that user is in the config.
    One(Who),
    /// `cleanup`
    Cleanup,
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

/// Where it begins: how users are configured, and what is on their lists.
#[derive(Clone, Debug)]
pub struct Start {
    /// `remove_watched` of each.
    pub remove_watched: [bool; 3],
    /// `remove_unlisted` of each.
    pub remove_unlisted: [bool; 3],
    /// The watchlists: first and count.
    pub lists: [(Film, Film); 3],
    /// Films `0..library` were downloaded already.
    pub library: Film,
}

fn film() -> impl Strategy<Value = Film> {
    prop_oneof![10 => 0..6_u8, 3 => 6..FILMS, 1 => SERIES..FILMS]
}

fn who() -> impl Strategy<Value = Who> {
    0..3_usize
}

fn collection() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0_usize), 1 => Just(1_usize)]
}

fn list() -> impl Strategy<Value = (Film, Film)> {
    prop_oneof![
        6 => (0..4_u8, 0..9_u8),
        2 => (0..8_u8, 6..20_u8),
        2 => (0..4_u8, 28..36_u8),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        8 => (who(), film()).prop_map(|(who, film)| Edit::List(who, film)),
        8 => (who(), film()).prop_map(|(who, film)| Edit::Unlist(who, film)),
        2 => (who(), list()).prop_map(|(who, (first, count))| Edit::Rewrite(who, first, count)),
        3 => who().prop_map(|who| Edit::Rewrite(who, 0, 0)),
        1 => who().prop_map(|who| Edit::Private(who, true)),
        2 => who().prop_map(|who| Edit::Private(who, false)),
        8 => film().prop_map(Edit::Download),
        2 => film().prop_map(Edit::Replace),
        2 => film().prop_map(Edit::Delete),
        8 => (who(), film()).prop_map(|(who, film)| Edit::Watch(who, film, true)),
        3 => (who(), film()).prop_map(|(who, film)| Edit::Watch(who, film, false)),
        6 => (collection(), film()).prop_map(|(to, film)| Edit::Put(to, film)),
        3 => (collection(), 30..SERIES).prop_map(|(to, film)| Edit::PutWatched(to, film)),
        3 => (collection(), film()).prop_map(|(of, film)| Edit::Take(of, film)),
        2 => collection().prop_map(Edit::Make),
        1 => collection().prop_map(Edit::Rename),
        1 => collection().prop_map(Edit::RenameBack),
        1 => collection().prop_map(Edit::DeleteCollection),
        2 => who().prop_map(|who| Edit::Config(who, false)),
        3 => who().prop_map(|who| Edit::Config(who, true)),
        2 => film().prop_map(Edit::RadarrAdd),
        5 => film().prop_map(Edit::RadarrRemove),
        3 => film().prop_map(Edit::Exclude),
        2 => film().prop_map(Edit::Unexclude),
    ]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    use Trouble::{
        Challenge, Collections, EmptyLibrary, FilmPage, Libraries, Library, Make, MakeLost, Members, PageOne,
        PageTwo, Puts, PutsLost, RadarrAdds, RadarrAddsLost, RadarrList, RadarrReads, Takes, TakesLost,
        Users,
    };
    prop_oneof![
        4 => who().prop_map(PageOne),
        3 => who().prop_map(PageTwo),
        3 => who().prop_map(Challenge),
        3 => film().prop_map(FilmPage),
        2 => who().prop_map(Library),
        3 => who().prop_map(EmptyLibrary),
        14 => prop::sample::select(vec![
            RadarrReads, RadarrList, RadarrAdds, RadarrAddsLost, Users, Libraries, Collections, Members, Make,
            MakeLost, Puts, PutsLost, Takes, TakesLost,
        ]),
    ]
}

/// A round; in a disturbed one something goes wrong half of the time.
fn round(disturbed: bool) -> impl Strategy<Value = Round> {
    let run = prop_oneof![
        6 => Just(Run::Sync),
        3 => Just(Run::Full),
        1 => who().prop_map(Run::One),
        1 => Just(Run::Cleanup),
    ];
    // No sum of these is exactly an hour or a day.
    let minutes = prop::sample::select(vec![0_u32, 7, 7, 67, 67, 1501]);
    let trouble =
        prop::option::weighted(0.5, trouble()).prop_map(move |trouble| trouble.filter(|_| disturbed));
    let edits = prop::collection::vec(edit(), 0..7);
    (edits, minutes, run, trouble, any::<bool>()).prop_map(|(edits, minutes, run, trouble, again)| Round {
        edits,
        minutes,
        run,
        trouble,
        again,
    })
}

/// A whole case.
pub fn case(disturbed: bool) -> impl Strategy<Value = (Start, Vec<Round>)> {
    let often = || prop::bool::weighted(0.7);
    let start =
        ([often(), often(), often()], [often(), often(), often()], [list(), list(), list()], 0..10_u8)
            .prop_map(|(remove_watched, remove_unlisted, lists, library)| Start {
                remove_watched,
                remove_unlisted,
                lists,
                library,
            });
    (start, prop::collection::vec(round(disturbed), 4..9))
}
