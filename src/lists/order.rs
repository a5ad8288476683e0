//! What the order of a watchlist tells. Pure.
//!
//! A watchlist is shown newest first, so a known entry that stands in front of what it used to stand behind was taken
//! off and put on again since. Entries never move down.

use std::collections::HashMap;

use crate::domain::ids::Uid;

/// More entries than this do not come in front of one that is put on again: it is another order, whatever the reason.
const HANDFUL: usize = 5;

/// One shown entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// Nobody knew it. It is newer than all that are known, unless the list was not whole.
    New,
    /// It was known in this place: smaller is newer.
    Known(i64),
    /// It was known, but not where it stood among the others.
    Somewhere,
}

/// The entries that were put on again, in the order in which they are shown.
///
/// `shown` are the newest entries of the list, each once; `places` says where the known ones stood, `None` where that
/// is not known. `is_whole`: is everything that is not known new, since all of the list was known?
pub(super) fn put_on_again(shown: &[Uid], places: &HashMap<Uid, Option<i64>>, is_whole: bool) -> Vec<Uid> {
    let entries: Vec<Shown> = shown
        .iter()
        .map(|uid| match places.get(uid) {
            None => Shown::New,
            Some(None) => Shown::Somewhere,
            Some(Some(place)) => Shown::Known(*place),
        })
        .collect();
    // From below: who stands in front of something that stood in front of it?
    let mut newest = i64::MAX;
    let mut has_moved = vec![false; entries.len()];
    for (index, entry) in entries.iter().enumerate().rev() {
        if let Shown::Known(place) = *entry {
            has_moved[index] = place > newest;
            newest = newest.min(place);
        }
    }
    // What stands in front of a new one, or of one that was put on again, was put on after it.
    let stays = |index: &usize| matches!(entries[*index], Shown::Known(_)) && !has_moved[*index];
    let is_young = |index: &usize| has_moved[*index] || (is_whole && matches!(entries[*index], Shown::New));
    let in_front = |index: usize| (0..index).filter(stays).count();
    let Some(last) = (0..entries.len()).rev().filter(is_young).find(|index| in_front(*index) <= HANDFUL)
    else {
        return Vec::new();
    };
    let again: Vec<usize> =
        (0..=last).filter(|index| has_moved[*index] || (*index < last && stays(index))).collect();
    let known = entries.iter().filter(|entry| matches!(entry, Shown::Known(_))).count();
    if again.len() > HANDFUL && again.len() * 2 > known {
        return Vec::new();
    }
    again.into_iter().map(|index| shown[index].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uids(names: &str) -> Vec<Uid> {
        names.split_whitespace().map(|name| Uid::parse(name).unwrap()).collect()
    }

    /// `before` are the entries as they stood, `-` before a name is one whose place is not known.
    fn again(before: &str, shown: &str, is_whole: bool) -> String {
        let places = before.split_whitespace().zip(0..).map(|(name, place)| match name.strip_prefix('-') {
            Some(name) => (Uid::parse(name).unwrap(), None),
            None => (Uid::parse(name).unwrap(), Some(place)),
        });
        let again = put_on_again(&uids(shown), &places.collect(), is_whole);
        again.iter().map(Uid::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_stands_in_front_of_what_it_stood_behind_was_put_on_again() {
        for (before, shown, expected) in [
            ("a b c d", "a b c d", ""),
            ("a b c d", "d a b c", "d"),
            ("a b", "b a", "b"),
            ("a b c d", "c a b d", "c"),
            // Several, in whatever order.
            ("a b c d", "c d a b", "c d"),
            ("a b c d", "d c a b", "d c"),
            ("a b c", "b c a", "b c"),
            // Newer ones left, others came, deeper ones are not shown.
            ("a b c d", "b d", ""),
            ("a b c d", "d b", "d"),
            ("a b c d", "n a b c d", ""),
            ("a b c d", "n d m a b c", "d"),
            ("a b c d e f", "f a", "f"),
            ("", "a b", ""),
            ("a b", "", ""),
            // One whose place is not known says nothing, and nothing is said of it.
            ("a b -c d", "c a b d", ""),
            ("-a b c", "b c a", ""),
            ("-a b c", "c a b", "c"),
        ] {
            assert_eq!(again(before, shown, false), expected, "{before} is shown as {shown}");
        }
    }

    #[test]
    fn what_stands_in_front_of_one_that_was_put_on_again_was_put_on_again_after_it() {
        assert_eq!(again("a b c d e", "a e b c d", false), "a e");
        assert_eq!(again("a b c d e", "a b e c d", false), "a b e");
        // Not when it is many: then it is no request of anybody's, but another order.
        assert_eq!(again("a b c d e f g h", "a b c d e f h g", false), "");
    }

    #[test]
    fn what_stands_in_front_of_a_new_one_was_put_on_again_where_all_that_is_not_known_is_new() {
        assert_eq!(again("a b c", "a n b c", true), "a");
        assert_eq!(again("a b c", "a n b c", false), "");
        assert_eq!(again("a b c", "n a b c", true), "");
        assert_eq!(again("a b c", "n m a b c", true), "");
        // A film that was hidden so far comes to light far down.
        assert_eq!(again("a b c d e f g h", "a b c d e f n g h", true), "");
    }

    #[test]
    fn another_order_of_most_entries_is_nobodys_request() {
        assert_eq!(again("a b c d e f g h", "h g f e d c b a", false), "");
        assert_eq!(again("a b c d e f g h", "b c d e f g h a", false), "");
        assert_eq!(again("a b c d e f", "f e d c b a", false), "f e d c b");
    }
}
