//! The rules of a collection, a line a case.
//!
//! Films are numbers, their copies in Jellyfin letters behind the number: `1a` and `1b` are two copies of film 1.
//!
//! * on a list: `1`, and `-1` for one that came off it
//! * in a library: `1a`, watched `1a*`
//! * members: `1a`, `2:1a` for an item with another film's TMDB id, `?1a` for one without
//! * `1a@x`: its file is `x`
//! * remembered: `1=own`, `1=met`, `1=seen` (watched already when it was met)
//! * the plan: `make`, `put 1a`, `out 1a+1b watched`, and what is written down: `met 1=own`, `gone 1`

use super::*;
use crate::domain::film::Film;
use crate::domain::ids::{Slug, Uid};

struct Person {
    name: &'static str,
    listed: Vec<Listed>,
    library: &'static str,
    is_watched_known: bool,
    remove_watched: bool,
    has_accepted: bool,
}

fn person(name: &'static str, listed: &'static str, library: &'static str) -> Person {
    let listed = listed.split_whitespace().map(|word| {
        let number = word.trim_start_matches('-');
        let film = Film {
            uid: Uid::parse(number).unwrap(),
            slug: Slug::parse(number).unwrap(),
            name: number.into(),
            year: None,
        };
        Listed { film, tmdb: tmdb(number), is_listed: !word.starts_with('-') }
    });
    Person {
        name,
        listed: listed.collect(),
        library,
        is_watched_known: true,
        remove_watched: true,
        has_accepted: true,
    }
}

fn ada(listed: &'static str, library: &'static str) -> Person {
    person("ada", listed, library)
}

fn ben(listed: &'static str, library: &'static str) -> Person {
    person("ben", listed, library)
}

impl Person {
    /// `remove_watched = false`
    fn keeps_watched(self) -> Self {
        Self { remove_watched: false, ..self }
    }

    /// What they watched could not be asked.
    fn unread(self) -> Self {
        Self { is_watched_known: false, ..self }
    }

    /// Their list was never read in full.
    fn never_accepted(self) -> Self {
        Self { has_accepted: false, ..self }
    }
}

fn tmdb(text: &str) -> TmdbId {
    let text = text.split('@').next().unwrap();
    TmdbId::new(text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()).unwrap()
}

fn film(word: &str) -> LibraryItem {
    let word = word.trim_end_matches('*');
    LibraryItem {
        item_id: item_id(word.split('@').next().unwrap()),
        path: path(word),
        tmdb: Some(tmdb(word)),
    }
}

fn member(word: &str) -> Member {
    let (id, item) = match (word.strip_prefix('?'), word.split_once(':')) {
        (Some(item), _) => (None, item),
        (None, Some((id, item))) => (Some(tmdb(id)), item),
        (None, None) => (Some(tmdb(word)), word),
    };
    let plain = item_id(item.split('@').next().unwrap());
    Member { item_id: plain, name: item.to_owned(), tmdb: id, path: path(item), is_leftover: false }
}

/// Of its file, behind an `@`.
fn path(word: &str) -> Option<String> {
    Some(word.split_once('@')?.1.to_owned())
}

fn item_id(text: &str) -> JellyfinId {
    JellyfinId::parse(text).unwrap()
}

fn row(word: &str) -> KnownMember {
    let (id, what) = word.split_once('=').unwrap();
    KnownMember { tmdb: tmdb(id), is_own: what == "own", was_watched: what == "seen" }
}

fn show_row(row: KnownMember) -> String {
    let what = match (row.is_own, row.was_watched) {
        (true, _) => "own",
        (false, true) => "seen",
        (false, false) => "met",
    };
    format!("met {}={what}", row.tmdb)
}

fn show_step(step: &Step) -> String {
    match step {
        Step::CreateCollection(_) => "make".to_owned(),
        Step::AddToCollection(put) => format!("put {}", put.item_id),
        Step::RemoveFromCollection(take) => {
            let why = if take.why == RemoveReason::Watched { "watched" } else { "unlisted" };
            let items: Vec<_> = take.item_ids.iter().map(ToString::to_string).collect();
            format!("out {} {why}", items.join("+"))
        }
        other => panic!("{other:?} is nothing for a collection"),
    }
}

/// A collection to plan; there is one unless [`Case::missing`].
struct Case {
    people: Vec<Person>,
    members: Option<&'static str>,
    rows: &'static str,
    ineffective: &'static str,
    aliases: &'static [(u32, u32)],
    is_library_sure: bool,
    only_remove: bool,
}

fn case<const N: usize>(people: [Person; N], members: &'static str, rows: &'static str) -> Case {
    let people = people.into();
    Case {
        people,
        members: Some(members),
        rows,
        ineffective: "",
        aliases: &[],
        is_library_sure: true,
        only_remove: false,
    }
}

impl Case {
    fn missing(self) -> Self {
        Self { members: None, ..self }
    }

    fn ineffective(self, ineffective: &'static str) -> Self {
        Self { ineffective, ..self }
    }

    fn aliases(self, aliases: &'static [(u32, u32)]) -> Self {
        Self { aliases, ..self }
    }

    fn cleanup(self) -> Self {
        Self { only_remove: true, ..self }
    }

    fn aliases_known(&self) -> Aliases {
        Aliases::new(
            self.aliases
                .iter()
                .map(|(asked, answered)| (TmdbId::new(*asked).unwrap(), TmdbId::new(*answered).unwrap())),
        )
    }

    /// The library shows far fewer films than it did.
    fn doubtful(self) -> Self {
        Self { is_library_sure: false, ..self }
    }

    fn copies(&self) -> Copies {
        let mut copies = Copies::new();
        for word in self.people.iter().flat_map(|person| person.library.split_whitespace()) {
            copies.entry(self.aliases_known().canonical(tmdb(word))).or_default().push(film(word));
        }
        for copies in copies.values_mut() {
            copies.sort_unstable();
            copies.dedup();
        }
        copies
    }

    /// What each of them watched.
    fn watched(&self) -> Vec<Option<HashSet<TmdbId>>> {
        let watched = |person: &Person| {
            let words = person.library.split_whitespace().filter(|word| word.ends_with('*'));
            words.map(|word| self.aliases_known().canonical(tmdb(word))).collect()
        };
        self.people.iter().map(|person| person.is_watched_known.then(|| watched(person))).collect()
    }

    fn with<T>(&self, look: impl FnOnce(&[Viewer<'_>], &CollectionView<'_>) -> T) -> T {
        let (watched, copies) = (self.watched(), self.copies());
        let viewers =
            self.people.iter().zip(&watched).map(|(person, watched)| viewer(person, watched.as_ref()));
        let viewers: Vec<_> = viewers.collect();
        let members: Option<Vec<Member>> =
            self.members.map(|members| members.split_whitespace().map(member).collect());
        let rows: Vec<KnownMember> = self.rows.split_whitespace().map(row).collect();
        let ineffective: Vec<_> = self.ineffective.split_whitespace().map(item_id).collect();
        let view = CollectionView {
            name: "C",
            members: members.as_deref(),
            rows: &rows,
            ineffective: &ineffective,
            copies: &copies,
            is_library_sure: self.is_library_sure,
        };
        look(&viewers, &view)
    }

    fn plan(&self) -> String {
        let plan =
            self.with(|viewers, view| collection(viewers, view, &self.aliases_known(), self.only_remove));
        let steps = plan.steps.iter().map(show_step);
        let met = plan.met.iter().copied().map(show_row);
        let gone = plan.gone.iter().map(|id| format!("gone {id}"));
        steps.chain(met).chain(gone).collect::<Vec<_>>().join(", ")
    }
}

fn viewer<'a>(person: &'a Person, watched: Option<&'a HashSet<TmdbId>>) -> Viewer<'a> {
    Viewer {
        name: person.name,
        remove_watched: person.remove_watched,
        has_accepted: person.has_accepted,
        listed: &person.listed,
        watched,
    }
}

fn check(cases: impl IntoIterator<Item = (&'static str, Case, &'static str)>) {
    for (what, case, expected) in cases {
        assert_eq!(case.plan(), expected, "{what}");
    }
}

#[test]
fn a_film_is_put_in_when_somebody_holds_it_and_has_it_in_the_library() {
    check([
        ("held and there", case([ada("1", "1a")], "", ""), "put 1a"),
        ("newest first", case([ada("2 1", "1a 2a")], "", ""), "put 2a, put 1a"),
        ("not in the library", case([ada("1", "2a")], "", ""), ""),
        ("not on the list", case([ada("", "1a")], "", ""), ""),
        ("watched", case([ada("1", "1a*")], "", ""), ""),
        ("one copy watched counts for all", case([ada("1", "1a 1b*")], "", ""), ""),
        ("watched, and that does not matter", case([ada("1", "1a*").keeps_watched()], "", ""), "put 1a"),
        ("of several copies the smallest id", case([ada("1", "1c 1a 1b")], "", ""), "put 1a"),
        ("came off the list, `remove_unlisted = false`", case([ada("-1", "1a")], "", ""), "put 1a"),
        ("what they watched is not known", case([ada("1", "").unread()], "", ""), ""),
        ("the list was never read in full", case([ada("1", "1a").never_accepted()], "", ""), "put 1a"),
        ("`cleanup` puts nothing in", case([ada("1", "1a")], "", "").cleanup(), ""),
    ]);
}

#[test]
fn a_film_that_is_a_member_by_id_or_by_tmdb_id_is_not_put_in_again() {
    check([
        ("the same item", case([ada("1", "1a")], "1a", "1=own"), ""),
        ("another copy", case([ada("1", "1a 1b")], "1b", "1=own"), ""),
        ("an item that is in nobody's library, as a `Video`", case([ada("1", "1a")], "1z", "1=own"), ""),
        ("the item under another TMDB id", case([ada("1", "1a")], "2:1a", "2=met"), ""),
        ("another copy than the one under another TMDB id", case([ada("1", "1a 1b")], "2:1a", "2=met"), ""),
        ("the item without a TMDB id", case([ada("1", "1a")], "?1a", ""), ""),
        ("another entry of its file", case([ada("1", "1a@x")], "2:9z@x", "2=met"), ""),
        ("another entry of another copy's file", case([ada("1", "1a@x 1b@y")], "2:9z@y", "2=met"), ""),
        ("an entry of another file", case([ada("1", "1a@x")], "?9z@y", ""), "put 1a"),
        ("no paths are no one file", case([ada("1", "1a")], "?9z", ""), "put 1a"),
        ("gone from the collection, so put in again", case([ada("1", "1b")], "", "1=own"), "put 1b"),
    ]);
}

#[test]
fn a_collection_is_made_only_for_a_film_and_only_without_doubt() {
    check([
        ("a film to put in", case([ada("1", "1a")], "", "").missing(), "make, put 1a"),
        ("nothing in the library", case([ada("1", "2a")], "", "").missing(), ""),
        ("everything watched", case([ada("1", "1a*")], "", "").missing(), ""),
        ("what they watched is not known", case([ada("1", "").unread()], "", "").missing(), ""),
        ("of one of two people", case([ada("1", "1a"), ben("1", "").unread()], "", "").missing(), ""),
        ("`cleanup` makes nothing", case([ada("1", "1a")], "", "").missing().cleanup(), ""),
        ("what is remembered of it stays", case([ada("", "")], "", "1=own").missing(), ""),
    ]);
}

#[test]
fn an_own_member_is_taken_out_when_nobody_holds_it() {
    check([
        ("held", case([ada("1", "1a")], "1a", "1=own"), ""),
        ("watched", case([ada("1", "1a*")], "1a", "1=own"), "out 1a watched"),
        ("another copy watched", case([ada("1", "1a 1b*")], "1a", "1=own"), "out 1a watched"),
        ("off the list", case([ada("", "1a")], "1a", "1=own"), "out 1a unlisted"),
        ("off the list and watched", case([ada("", "1a*")], "1a", "1=own"), "out 1a unlisted"),
        ("off the list, `remove_unlisted = false`", case([ada("-1", "1a")], "1a", "1=own"), ""),
        (
            "off the list, `remove_unlisted = false`, watched",
            case([ada("-1", "1a*")], "1a", "1=own"),
            "out 1a watched",
        ),
        ("watched, and that does not matter", case([ada("1", "1a*").keeps_watched()], "1a", "1=own"), ""),
        ("in no library any more", case([ada("1", "")], "1a", "1=own"), ""),
        ("in no library and off the list", case([ada("", "")], "1a", "1=own"), "out 1a unlisted"),
        ("every copy of it", case([ada("", "")], "1a 1b", "1=own"), "out 1a+1b unlisted"),
        (
            "watched, of a list never read",
            case([ada("1", "1a*").never_accepted()], "1a", "1=own"),
            "out 1a watched",
        ),
        (
            "watched by all, whosever list was never read",
            case([ada("1", "1a*"), ben("1", "1a*").never_accepted()], "1a", "1=own"),
            "out 1a watched",
        ),
        (
            "watched by one, and the other's list was never read",
            case([ada("1", "1a*"), ben("", "1a").never_accepted()], "1a", "1=own"),
            "",
        ),
        (
            "`cleanup` does it too",
            case([ada("", "1a 2a*"), ben("2", "2a*")], "1a 2a", "1=own 2=own").cleanup(),
            "out 1a unlisted, out 2a watched",
        ),
    ]);
}

#[test]
fn doubt_takes_nothing_out() {
    check([
        ("what they watched is not known", case([ada("", "").unread()], "1a", "1=own"), ""),
        ("of one of two people", case([ada("", "1a*"), ben("", "").unread()], "1a", "1=own"), ""),
        ("no list was read in full", case([ada("", "1a").never_accepted()], "1a", "1=own"), ""),
        ("one of two lists", case([ada("", "1a"), ben("", "1a").never_accepted()], "1a", "1=own"), ""),
        (
            "off two lists, one never read",
            case([ada("", "1a*"), ben("", "1a").never_accepted()], "1a", "1=own"),
            "",
        ),
        ("the library shows far fewer", case([ada("", "1a* 2a*")], "1a 2a", "1=own 2=met").doubtful(), ""),
        ("what it has is put in all the same", case([ada("1", "1a")], "", "").doubtful(), "put 1a"),
        ("but into no new one", case([ada("1", "1a")], "", "").missing().doubtful(), ""),
        ("somebody else's, what was watched not known", case([ada("", "").unread()], "1a", "1=met"), ""),
        ("then nothing is met either", case([ada("", "").unread()], "1a", ""), ""),
        ("not even what is listed", case([ada("1", "").unread()], "1a", ""), ""),
        ("nor by those who watched it", case([ada("1", "1a*"), ben("", "").unread()], "1a", ""), ""),
        (
            "but what one of them is known not to have watched",
            case([ada("1", ""), ben("", "").unread()], "1a", ""),
            "met 1=own",
        ),
    ]);
}

#[test]
fn a_member_that_somebody_put_there_stays_until_it_becomes_watched() {
    check([
        ("met", case([ada("", "1a")], "1a", ""), "met 1=met"),
        ("met when it was watched", case([ada("", "1a*")], "1a", ""), "met 1=seen"),
        ("not watched yet", case([ada("", "1a")], "1a", "1=met"), ""),
        ("becomes watched", case([ada("", "1a*")], "1a", "1=met"), "out 1a watched"),
        (
            "whatever was read of lists",
            case([ada("", "1a*").never_accepted()], "1a", "1=met"),
            "out 1a watched",
        ),
        ("was watched when it was met", case([ada("", "1a*")], "1a", "1=seen"), ""),
        ("watched, and that does not matter", case([ada("", "1a*").keeps_watched()], "1a", "1=met"), ""),
        (
            "watched when it was met, though that did not matter then",
            case([ada("", "1a*").keeps_watched()], "1a", ""),
            "met 1=seen",
        ),
        ("in no library", case([ada("", "")], "1a", "1=met"), ""),
        ("`cleanup` meets too", case([ada("", "1a")], "1a", "").cleanup(), "met 1=met"),
        ("gone again", case([ada("", "1a")], "", "1=met"), "gone 1"),
        ("without a TMDB id", case([ada("", "1a*")], "?1a", ""), ""),
    ]);
}

#[test]
fn a_member_that_is_listed_becomes_own() {
    check([
        ("at once", case([ada("1", "1a")], "1a", ""), "met 1=own"),
        ("after it was met", case([ada("1", "1a")], "1a", "1=met"), "met 1=own"),
        ("not when it was watched already", case([ada("1", "1a*")], "1a", ""), "met 1=seen"),
        ("not after it was met watched", case([ada("1", "1a*")], "1a", "1=seen"), ""),
        ("not after it was met watched, and is so no more", case([ada("1", "1a")], "1a", "1=seen"), ""),
        ("not when it left the list again", case([ada("", "1a*")], "1a", "1=seen"), ""),
        (
            "not when all watched it, though that does not matter",
            case([ada("1", "1a*").keeps_watched()], "1a", ""),
            "met 1=seen",
        ),
        (
            "by one of two who watched it",
            case([ada("1", "1a*"), ben("", "1a")], "1a", ""),
            "out 1a watched, met 1=own",
        ),
        ("not by two who watched it", case([ada("1", "1a*"), ben("1", "1a*")], "1a", ""), "met 1=seen"),
        ("not when it came off the list", case([ada("-1", "1a")], "1a", ""), "met 1=met"),
        (
            "by a list that was never read in full",
            case([ada("1", "1a").never_accepted()], "1a", ""),
            "met 1=own",
        ),
    ]);
}

#[test]
fn a_film_of_several_people_stays_as_long_as_one_holds_it() {
    check([
        ("put in once", case([ada("1", "1a"), ben("1", "1a")], "", ""), "put 1a"),
        ("whoever can see it", case([ada("1", ""), ben("1", "1a")], "", ""), "put 1a"),
        ("each one's newest first", case([ada("2", "1a 2a"), ben("1", "1a 2a")], "", ""), "put 2a, put 1a"),
        ("one watched it, the other holds it", case([ada("1", "1a*"), ben("1", "1a")], "", ""), "put 1a"),
        ("and keeps it", case([ada("1", "1a*"), ben("1", "1a")], "1a", "1=own"), ""),
        ("both watched it", case([ada("1", "1a*"), ben("1", "1a*")], "1a", "1=own"), "out 1a watched"),
        (
            "one watched it, the other has it off",
            case([ada("1", "1a*"), ben("", "1a")], "1a", "1=own"),
            "out 1a watched",
        ),
        ("only one lists it", case([ada("1", "1a"), ben("", "1a*")], "1a", "1=own"), ""),
        ("both have it off", case([ada("", "1a"), ben("", "1a")], "1a", "1=own"), "out 1a unlisted"),
        ("one keeps what came off", case([ada("", "1a"), ben("-1", "1a")], "1a", "1=own"), ""),
        ("a hand-picked one, watched by one", case([ada("", "1a*"), ben("", "1a")], "1a", "1=met"), ""),
        ("by both", case([ada("", "1a*"), ben("", "1a*")], "1a", "1=met"), "out 1a watched"),
        (
            "by the one whose watched films leave",
            case([ada("", "1a*"), ben("", "1a").keeps_watched()], "1a", "1=met"),
            "out 1a watched",
        ),
        (
            "by the one whose watched films stay",
            case([ada("", "1a"), ben("", "1a*").keeps_watched()], "1a", "1=met"),
            "",
        ),
        (
            "of one it is not known: others are put in",
            case([ada("1", "1a"), ben("", "").unread()], "", ""),
            "put 1a",
        ),
    ]);
}

#[test]
fn merged_tmdb_ids_are_one_film() {
    const MERGED: &[(u32, u32)] = &[(1, 2)];
    check([
        ("listed by the old, there by the new", case([ada("1", "2a")], "", "").aliases(MERGED), "put 2a"),
        ("listed by the new, there by the old", case([ada("2", "1a")], "", "").aliases(MERGED), "put 1a"),
        ("a member by the other", case([ada("1", "1a")], "2z", "2=own").aliases(MERGED), ""),
        ("own by the old", case([ada("", "2a")], "2a", "1=own").aliases(MERGED), "out 2a unlisted"),
        ("held by the old", case([ada("1", "2a")], "2a", "2=own").aliases(MERGED), ""),
        ("watched by the old", case([ada("2", "1a*")], "2a", "2=own").aliases(MERGED), "out 2a watched"),
        (
            "own by one of the two is own",
            case([ada("", "")], "1a", "1=own 2=met").aliases(MERGED),
            "out 1a unlisted",
        ),
        ("two entries of one film", case([ada("1 2", "1a 2a")], "", "").aliases(MERGED), "put 1a"),
    ]);
}

#[test]
fn an_item_that_did_not_stick_waits() {
    check([
        ("its only copy", case([ada("1", "1a")], "", "").ineffective("1a"), ""),
        ("its other copy may", case([ada("1", "1a 1b")], "", "").ineffective("1a"), "put 1b"),
        ("others are put in", case([ada("1 2", "1a 2a")], "", "").ineffective("1a"), "put 2a"),
        ("a member that would not go", case([ada("", "1a")], "1a", "1=own").ineffective("1a"), ""),
        (
            "one of its copies",
            case([ada("", "1a 1b")], "1a 1b", "1=own").ineffective("1a"),
            "out 1a+1b unlisted",
        ),
        (
            "another film",
            case([ada("", "1a 2a")], "1a 2a", "1=own 2=own").ineffective("1a"),
            "out 2a unlisted",
        ),
    ]);
}

#[test]
fn what_is_remembered_of_a_member_goes_with_it() {
    check([
        ("taken out by a person", case([ada("", "1a")], "", "1=own"), "gone 1"),
        ("put in again in this run", case([ada("1", "1a")], "", "1=own"), "put 1a"),
        ("waits for its file", case([ada("1", "")], "", "1=own"), "gone 1"),
    ]);
}

#[test]
fn the_presence_of_a_film_is_where_it_was_seen() {
    let presence_of = |person: Person, members: &'static str, ineffective: &'static str| {
        let case = case([person], members, "").ineffective(ineffective);
        let seen = case.with(|viewers, view| presence(&viewers[0], view, &case.aliases_known()));
        let word = |seen: SeenFilm| {
            let watched = if seen.is_watched { "*" } else { "" };
            format!("{} {}{watched}", seen.uid, seen.presence.map_or("?", Presence::word))
        };
        seen.into_iter().map(word).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        presence_of(ada("1 2 3 4 -5", "1a 2a* 4a"), "1a 2a", ""),
        "1 collection, 2 collection*, 3 waiting, 4 ?, 5 waiting",
        "2 is in it as long as somebody else holds it; 4 is there and was not put in"
    );
    assert_eq!(presence_of(ada("1 2", "1a* 2a*"), "1a", ""), "1 collection*, 2 watched*");
    assert_eq!(presence_of(ada("1", "1a"), "2", ""), "1 ?");
    assert_eq!(presence_of(ada("4", "4a"), "", "4a"), "4 ineffective");
    assert_eq!(presence_of(ada("2", "2a*").keeps_watched(), "2a", ""), "2 collection*");
    assert_eq!(presence_of(ada("1", "").unread(), "1a", ""), "", "what was known stays");
}
