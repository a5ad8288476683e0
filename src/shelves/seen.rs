//! Where everybody's films are, over all that they have: somebody may have a collection and a playlist.

use std::collections::HashMap;

use super::Person;
use crate::domain::presence::{Presence, SeenFilm};
use crate::journal::Journal;
use crate::store::StoreError;

/// What was seen of people who have both, in the first of them.
#[derive(Default)]
pub(super) struct Seen {
    first: HashMap<String, Vec<SeenFilm>>,
}

impl Seen {
    /// This was seen in one of them. It is written down when all of them were looked at: otherwise what was known stays.
    pub(super) fn add(
        &mut self,
        person: &Person<'_>,
        films: Vec<SeenFilm>,
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        if person.collection.is_none() || person.playlist.is_none() {
            return journal.presence(person.name, &films);
        }
        match self.first.remove(person.name) {
            None => drop(self.first.insert(person.name.to_owned(), films)),
            Some(first) => journal.presence(person.name, &over_both(&first, &films))?,
        }
        Ok(())
    }
}

/// A film is where it is in both, and else where there is still something to do.
fn over_both(first: &[SeenFilm], second: &[SeenFilm]) -> Vec<SeenFilm> {
    // Least first: what is to be found out, what cannot be put in, what is in one of them.
    let rank = |presence: Option<Presence>| match presence {
        None => 0,
        Some(Presence::Ineffective) => 1,
        Some(Presence::Collection) => 2,
        Some(Presence::Waiting) => 3,
        Some(Presence::Watched) => 4,
    };
    let both = |(one, other): (&SeenFilm, &SeenFilm)| {
        let presence = if rank(one.presence) <= rank(other.presence) { one.presence } else { other.presence };
        SeenFilm { uid: one.uid.clone(), presence, is_watched: one.is_watched }
    };
    first.iter().zip(second).map(both).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Uid;

    #[test]
    fn what_is_still_to_be_done_in_one_of_both_counts() {
        use Presence::{Collection, Ineffective, Waiting, Watched};
        let film =
            |presence| vec![SeenFilm { uid: Uid::parse("film:1").unwrap(), presence, is_watched: false }];
        for (one, other, expected) in [
            (Some(Collection), Some(Collection), Some(Collection)),
            (Some(Collection), None, None),
            (Some(Collection), Some(Ineffective), Some(Ineffective)),
            (Some(Collection), Some(Watched), Some(Collection)),
            (Some(Waiting), Some(Waiting), Some(Waiting)),
            (Some(Collection), Some(Waiting), Some(Collection)),
        ] {
            for (first, second) in [(one, other), (other, one)] {
                assert_eq!(
                    over_both(&film(first), &film(second))[0].presence,
                    expected,
                    "{first:?} {second:?}"
                );
            }
        }
        assert_eq!(over_both(&film(None), &[]), [], "what is not known of one of them stays as it was");
    }
}
