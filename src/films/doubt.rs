//! Film pages without a TMDB id: one is a film that TMDB lacks, hardly any with one is a page that Letterboxd changed
//! (docs/design.md#film-pages-without-an-id).

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::clients::letterboxd::PageError;
use crate::clients::letterboxd::page::{FilmPage, Unreadable};
use crate::domain::film::{Link, PageEvidence};
use crate::domain::text::plural;

/// What to do when Letterboxd changed its pages.
pub const MARKUP_HINT: &str =
    "Letterboxd may have changed its pages: look for a newer lbjf; nothing was removed";

/// Film pages, counted as they arrive.
#[derive(Debug, Default)]
pub struct Tally {
    /// Those that name an id, of a movie or of a show.
    linked: AtomicUsize,
    /// Those that name none, but for films of which that is known.
    missing: AtomicUsize,
}

/// Does a page name no TMDB id, without that being known before?
pub(super) fn lacks_id(page: &Result<FilmPage, PageError>, is_known: bool) -> bool {
    !is_known && matches!(page, Ok(FilmPage { link: Link::Missing, .. }))
}

/// Does it name one? A contradiction names two.
pub(super) fn names_id(page: &Result<FilmPage, PageError>) -> bool {
    match page {
        Ok(FilmPage { link, .. }) => *link != Link::Missing,
        Err(error) => matches!(error, PageError::Unreadable(Unreadable::Contradiction { .. })),
    }
}

impl Tally {
    /// So many pages without an id tell something by themselves.
    pub const ENOUGH: usize = 5;

    /// So many, and hardly any with one: more would say the same.
    const PLENTY: usize = 10;

    /// Counts a page; `is_known` is whether the film is known to have no id.
    pub(super) fn note(&self, page: &Result<FilmPage, PageError>, is_known: bool) {
        self.linked.fetch_add(usize::from(names_id(page)), Ordering::Relaxed);
        self.missing.fetch_add(usize::from(lacks_id(page, is_known)), Ordering::Relaxed);
    }

    fn counts(&self) -> (usize, usize) {
        (self.linked.load(Ordering::Relaxed), self.missing.load(Ordering::Relaxed))
    }

    /// Did any name an id?
    pub(super) fn has_linked(&self) -> bool {
        self.counts().0 > 0
    }

    /// Are they many enough to tell something by themselves?
    pub(super) fn is_enough(&self) -> bool {
        let (linked, missing) = self.counts();
        linked + missing >= Self::ENOUGH
    }

    /// Do most of them name none?
    pub fn is_odd(&self) -> bool {
        let (linked, missing) = self.counts();
        missing > linked
    }

    /// Is there reason to look closer? Somebody who lists a film now and then reads five pages only in many runs, so
    /// the films that came last count, too.
    pub(super) fn is_reason_enough(&self, evidence: &PageEvidence) -> bool {
        let (linked, missing) = self.counts();
        let lacking = Self::ENOUGH.saturating_sub(linked + missing);
        self.is_odd() && (lacking == 0 || (linked == 0 && evidence.latest_without_id >= lacking))
    }

    /// Is there no use in asking for more pages?
    pub(super) fn is_strong(&self) -> bool {
        let (linked, missing) = self.counts();
        missing >= Self::PLENTY && linked * 10 <= missing
    }

    /// What the pages say, in words.
    pub fn text(&self) -> String {
        let (linked, missing) = self.counts();
        let name = if missing == 1 { "names" } else { "name" };
        format!("{missing} of {} {name} no TMDB id", plural(linked + missing, "film page"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::TmdbId;

    /// The pages of so many films with and without an id.
    fn read(linked: usize, missing: usize) -> Tally {
        let tally = Tally::default();
        let page = |link| Ok(FilmPage { uid: None, lid: None, slug: None, link });
        for _ in 0..linked {
            tally.note(&page(Link::Movie(TmdbId::new(1).unwrap())), false);
        }
        for _ in 0..missing {
            tally.note(&page(Link::Missing), false);
        }
        tally
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
            let tally = read(linked, missing);
            let found = (tally.is_odd(), tally.is_strong());
            assert_eq!(found, (is_odd, is_strong), "{missing} without an id, {linked} with one");
        }
    }

    #[test]
    fn shows_contradictions_and_films_that_never_had_an_id_are_no_sign_of_anything() {
        let tally = Tally::default();
        let (button, body) = ("movie/1".to_owned(), "movie/2".to_owned());
        tally.note(&Ok(FilmPage { uid: None, lid: None, slug: None, link: Link::Tv(7) }), false);
        tally.note(&Err(Unreadable::Contradiction { button, body }.into()), false);
        tally.note(&Err(PageError::NotFound), false);
        for _ in 0..20 {
            tally.note(&Ok(FilmPage { uid: None, lid: None, slug: None, link: Link::Missing }), true);
        }
        assert_eq!(tally.counts(), (2, 0));
    }

    #[test]
    fn most_of_five_pages_are_reason_to_look_closer_in_this_run_or_over_several() {
        for (linked, missing, latest_without_id, expected) in [
            (0, 0, 5, false),
            (0, 5, 0, true),
            (0, 4, 0, false),
            (0, 4, 1, true),
            (0, 1, 4, true),
            (0, 1, 3, false),
            (1, 4, 0, true),
            (1, 3, 5, false),
            (2, 3, 0, true),
            (3, 3, 0, false),
        ] {
            let evidence = PageEvidence { latest_without_id, ..PageEvidence::default() };
            let found = read(linked, missing).is_reason_enough(&evidence);
            assert_eq!(
                found, expected,
                "{missing} without an id, {linked} with one, {latest_without_id} before"
            );
        }
    }

    #[test]
    fn the_text_counts() {
        assert_eq!(read(0, 1).text(), "1 of 1 film page names no TMDB id");
        assert_eq!(read(2, 10).text(), "10 of 12 film pages name no TMDB id");
    }
}
