//! The rules of a collection, a line a case. How a case is written stands in `cases.rs`.

mod cases;

use super::*;
use cases::{Person, ada, ben, case, check};

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
fn where_anyone_decides_the_first_who_watched_a_film_is_enough() {
    let anyone = |listed, library| ada(listed, library).by_anyone();
    check([
        ("watched by neither", case([anyone("1", "1a"), ben("1", "1a")], "1a", "1=own"), ""),
        ("watched by one", case([anyone("1", "1a*"), ben("1", "1a")], "1a", "1=own"), "out 1a watched"),
        ("by the other", case([anyone("1", "1a"), ben("1", "1a*")], "1a", "1=own"), "out 1a watched"),
        ("who does not list it", case([anyone("1", "1a"), ben("", "1a*")], "1a", "1=own"), "out 1a watched"),
        (
            "by one whose watched films stay",
            case([anyone("1", "1a"), ben("1", "1a*").keeps_watched()], "1a", "1=own"),
            "",
        ),
        (
            "of a list that was never read",
            case([anyone("1", "1a*"), ben("1", "1a").never_accepted()], "1a", "1=own"),
            "out 1a watched",
        ),
        ("nor does it come back", case([anyone("1", "1a"), ben("1", "1a*")], "", ""), ""),
        (
            "what one of them watched is not known",
            case([anyone("1", "1a"), ben("1", "").unread()], "", ""),
            "",
        ),
        (
            "of one whose watched films stay, that does not matter",
            case([anyone("1", "1a"), ben("1", "").unread().keeps_watched()], "", ""),
            "put 1a",
        ),
        ("a hand-picked one", case([anyone("", "1a"), ben("", "1a*")], "1a", "1=met"), "out 1a watched"),
        (
            "that one had watched when it was met",
            case([anyone("", "1a"), ben("", "1a*")], "1a", ""),
            "met 1=seen",
        ),
        ("that neither had", case([anyone("", "1a"), ben("", "1a")], "1a", ""), "met 1=met"),
        (
            "a listed one that one had watched",
            case([anyone("1", "1a"), ben("1", "1a*")], "1a", ""),
            "met 1=seen",
        ),
        (
            "met, and what one watched is not known",
            case([anyone("1", "1a*"), ben("", "").unread()], "1a", ""),
            "",
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
fn nothing_is_taken_out_while_an_entry_that_a_person_put_in_may_be_hidden() {
    const DAY: &str = "82800";
    let day: &'static str = Box::leak(format!("2=met-{DAY} 1=own").into_boxed_str());
    check([
        ("it is not shown", case([ada("", "1a")], "1a", "2=met 1=own").hides(), "met 2=met-0, waiting 1"),
        ("nor was it", case([ada("", "1a")], "1a", "2=met-60 1=own").hides(), "waiting 1"),
        ("for a day", case([ada("", "1a")], "1a", day).hides(), "out 1a unlisted, gone 2"),
        (
            "by a clock that was ahead",
            case([ada("", "1a")], "1a", "2=met--60 1=own").hides(),
            "out 1a unlisted, gone 2",
        ),
        ("nothing has to leave", case([ada("1", "1a")], "1a", "2=met 1=own").hides(), "met 2=met-0"),
        (
            "it is back",
            case([ada("", "1a 2a")], "1a 2a", "2=met-60 1=own").hides(),
            "out 1a unlisted, met 2=met",
        ),
        (
            "the library has it, so a person took it out",
            case([ada("", "1a 2a")], "1a", "2=met 1=own").hides(),
            "out 1a unlisted, gone 2",
        ),
        (
            "an own one may be put in again",
            case([ada("", "1a")], "1a", "2=own 1=own").hides(),
            "out 1a unlisted, met 2=own-0",
        ),
        (
            "and stays own",
            case([ada("", "1a 2a")], "1a 2a", "2=own-99 1=own").hides(),
            "out 1a unlisted, out 2a unlisted, met 2=own",
        ),
        ("films are put in all the same", case([ada("3", "3a")], "", "2=met").hides(), "put 3a, met 2=met-0"),
        ("where nothing hides", case([ada("", "1a")], "1a", "2=met 1=own"), "out 1a unlisted, gone 2"),
    ]);
}

#[test]
fn where_nothing_can_be_taken_out_it_is_counted() {
    check([
        ("watched and unlisted", case([ada("2", "1a 2a*")], "1a 2a", "1=own 2=own").only_adds(), "stuck 2"),
        ("films are put in", case([ada("1", "1a")], "", "").only_adds(), "put 1a"),
        ("doubled ones stay", case([ada("1", "1a")], "1a!", "1=own").only_adds(), ""),
    ]);
}

#[test]
fn an_own_film_that_stands_there_twice_is_taken_out_to_be_put_in_once() {
    check([
        ("own", case([ada("1", "1a")], "1a!", "1=own"), "out 1a doubled"),
        ("met, and listed", case([ada("1", "1a")], "1a!", "1=met"), "met 1=own"),
        ("a person's", case([ada("", "1a")], "1a!", "1=met"), ""),
        ("to leave anyway", case([ada("1", "1a*")], "1a!", "1=own"), "out 1a watched"),
        ("not to be put in again", case([ada("1", "")], "1a!", "1=own"), ""),
        ("`cleanup` puts nothing in", case([ada("1", "1a")], "1a!", "1=own").cleanup(), ""),
        ("in doubt", case([ada("1", "1a")], "1a!", "1=own").doubtful(), ""),
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
        let seen = case.with(|viewers, view| presence(viewers, view, &case.aliases_known()).remove(0));
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
    let both = case([ada("1", "1a*").by_anyone(), ben("1", "")], "", "");
    let seen = both.with(|viewers, view| presence(viewers, view, &both.aliases_known()).remove(1));
    assert_eq!((seen[0].presence, seen[0].is_watched), (Some(Presence::Watched), false), "by the other");
}
