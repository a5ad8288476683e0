//! Film pages without a TMDB id: one is a film that TMDB lacks, hardly any with one is a page that Letterboxd changed.
//!
//! What such pages say is held back until the run knows which of the two it is. If most of five or more name no id, the
//! pages of films that had one tell; where there are none to look at, five pages are enough. Somebody who lists a film now
//! and then reads five only in many runs, so those that came last count, too.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::clients::letterboxd::page::{FilmPage, Unreadable};
use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::domain::event::Failed;
use crate::domain::film::{Film, Link, Uid};
use crate::domain::text::plural;
use crate::journal::Journal;
use crate::store::{Look, Store, StoreError};

/// What the film pages of a run say of TMDB, taken together.
#[derive(Debug, Default)]
pub struct Doubt {
    /// How many say what.
    pub tally: Tally,
    /// What is not written down yet: the film's number, the film, and what its page said.
    pub held: Vec<(usize, Film, Look)>,
    /// Did Letterboxd change its pages, as far as that was found out?
    pub answer: Option<bool>,
    /// Pages of films that had an id, and still name it.
    kept: usize,
}

/// Film pages, counted as they arrive.
#[derive(Debug, Default)]
pub struct Tally {
    /// Those that name an id, of a movie or of a show.
    linked: AtomicUsize,
    /// Those that name none, but for films of which that is known.
    missing: AtomicUsize,
}

/// Does a page name no TMDB id, without that being known before?
pub fn lacks_id(page: &Result<FilmPage, PageError>, is_known: bool) -> bool {
    !is_known && matches!(page, Ok(FilmPage { link: Link::Missing, .. }))
}

fn names_id(page: &Result<FilmPage, PageError>) -> bool {
    match page {
        Ok(FilmPage { link, .. }) => *link != Link::Missing,
        Err(error) => matches!(error, PageError::Unreadable(Unreadable::Contradiction { .. })),
    }
}

impl Tally {
    /// So many pages without an id tell something by themselves.
    const ENOUGH: usize = 5;

    /// So many, and hardly any with one: more would say the same.
    const PLENTY: usize = 10;

    /// Counts a page; `is_known` is whether the film is known to have no id.
    pub fn note(&self, page: &Result<FilmPage, PageError>, is_known: bool) {
        self.linked.fetch_add(usize::from(names_id(page)), Ordering::Relaxed);
        self.missing.fetch_add(usize::from(lacks_id(page, is_known)), Ordering::Relaxed);
    }

    fn counts(&self) -> (usize, usize) {
        (self.linked.load(Ordering::Relaxed), self.missing.load(Ordering::Relaxed))
    }

    /// Do most of them name none?
    pub fn is_odd(&self) -> bool {
        let (linked, missing) = self.counts();
        missing > linked
    }

    /// Is there no use in asking for more pages?
    pub fn is_strong(&self) -> bool {
        let (linked, missing) = self.counts();
        missing >= Self::PLENTY && linked * 10 <= missing
    }
}

impl Doubt {
    /// So many films that had an id are looked at.
    const PROBES: usize = 2;

    /// Was the asking ended, and is it not known yet whether rightly?
    pub fn is_open_and_strong(&self) -> bool {
        self.answer.is_none() && self.tally.is_strong()
    }

    /// Did Letterboxd change its pages? Where there is reason to ask that, films that are none of `asked` and had an id
    /// are looked at.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn is_justified(
        &mut self,
        letterboxd: &Letterboxd,
        store: &Store,
        asked: &HashSet<Uid>,
    ) -> Result<bool, StoreError> {
        if self.answer.is_none() {
            let (linked, missing) = self.tally.counts();
            let lacking = Tally::ENOUGH.saturating_sub(linked + missing);
            let is_enough = lacking == 0 || (linked == 0 && store.latest_have_no_id(lacking)?);
            if !self.tally.is_odd() || !is_enough {
                return Ok(false);
            }
        }
        self.look_at_known(letterboxd, store, asked)
    }

    /// The same, where few pages are reason enough.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn look_at_known(
        &mut self,
        letterboxd: &Letterboxd,
        store: &Store,
        asked: &HashSet<Uid>,
    ) -> Result<bool, StoreError> {
        if let Some(answer) = self.answer {
            return Ok(answer);
        }
        let films = store.with_id(Self::PROBES, asked)?;
        let slugs: Vec<_> = films.iter().map(|film| &film.slug).collect();
        let (mut kept, mut lost) = (0, 0);
        letterboxd.film_pages_apart(&slugs, |_, page| {
            kept += usize::from(names_id(&page));
            lost += usize::from(lacks_id(&page, false));
        });
        let (linked, missing) = self.tally.counts();
        let answer = lost > 0 || (kept == 0 && linked + missing >= Tally::ENOUGH);
        (self.answer, self.kept) = (Some(answer), kept);
        Ok(answer)
    }

    /// Does any page name an id?
    pub fn has_seen_id(&self) -> bool {
        self.kept + self.tally.counts().0 > 0
    }

    /// What the pages say, in words.
    pub fn text(&self) -> String {
        let (linked, missing) = self.tally.counts();
        let name = if missing == 1 { "names" } else { "name" };
        format!("{missing} of {} {name} no TMDB id", plural(linked + missing, "film page"))
    }

    /// What to do about it.
    pub fn hint() -> &'static str {
        "Letterboxd may have changed its pages: look for a newer lbjf; nothing was removed"
    }

    /// Tells that Letterboxd changed its pages; so many were not asked because of it.
    pub(super) fn tell(&self, unasked: usize, journal: &mut Journal) -> Result<(), StoreError> {
        let left = match unasked {
            0 => String::new(),
            unasked => format!(" and for {} more", plural(unasked, "page")),
        };
        let text = format!("{}; nothing of that was kept, the next run asks again{left}", self.text());
        journal.failure(Failed::Server, "no_ids", "letterboxd", &text, Some(Self::hint()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::film::TmdbId;

    /// The pages of so many films with and without an id.
    fn read(linked: usize, missing: usize) -> Doubt {
        let doubt = Doubt::default();
        let page = |link| Ok(FilmPage { uid: None, lid: None, link });
        for _ in 0..linked {
            doubt.tally.note(&page(Link::Movie(TmdbId(1))), false);
        }
        for _ in 0..missing {
            doubt.tally.note(&page(Link::Missing), false);
        }
        doubt
    }

    #[test]
    fn most_pages_without_an_id_are_odd_and_hardly_any_with_one_ends_the_asking() {
        for (linked, missing, is_odd, is_strong) in [
            (0, 0, false, false),
            (0, 1, true, false),
            (1, 1, false, false),
            (5, 5, false, false),
            (55, 5, false, false),
            (1, 4, true, false),
            (0, 9, true, false),
            (0, 10, true, true),
            (1, 10, true, true),
            (2, 10, true, false),
            (2, 20, true, true),
        ] {
            let tally = read(linked, missing).tally;
            let found = (tally.is_odd(), tally.is_strong());
            assert_eq!(found, (is_odd, is_strong), "{missing} without an id, {linked} with one");
        }
    }

    #[test]
    fn shows_contradictions_and_films_that_never_had_an_id_are_no_sign_of_anything() {
        let tally = Tally::default();
        let (button, body) = ("movie/1".to_owned(), "movie/2".to_owned());
        tally.note(&Ok(FilmPage { uid: None, lid: None, link: Link::Tv(7) }), false);
        tally.note(&Err(Unreadable::Contradiction { button, body }.into()), false);
        tally.note(&Err(PageError::NotFound), false);
        for _ in 0..20 {
            tally.note(&Ok(FilmPage { uid: None, lid: None, link: Link::Missing }), true);
        }
        assert_eq!(tally.counts(), (2, 0));
    }

    #[test]
    fn the_text_counts() {
        assert_eq!(read(0, 1).text(), "1 of 1 film page names no TMDB id");
        assert_eq!(read(2, 10).text(), "10 of 12 film pages name no TMDB id");
    }
}
