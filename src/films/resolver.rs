//! Reads film pages, and judges what they say taken together. It knows no person and no store: films and what is known
//! of them come in, what each page said goes out.

use std::collections::HashSet;

use super::doubt::{Tally, lacks_id, names_id};
use super::{NOBODY_SEES_IT, PAGE_IS_GONE};
use crate::clients::letterboxd::page::{FilmPage, Unreadable};
use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::domain::film::{Film, Look, PageEvidence};

/// A film whose page is to be read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Which film.
    pub film: Film,
    /// Is it known that its page names no TMDB id? Then it says nothing new if it does not.
    pub is_known_without_id: bool,
}

/// What came of asking for a film's page.
#[derive(Debug)]
pub struct Answer {
    /// The film's place among those that were to be read.
    pub index: usize,
    /// What the page said.
    pub look: Look,
    /// Why it could not be read.
    pub error: Option<PageError>,
    /// It may be changed markup: it is not to be kept before [`Resolver::end`] says so.
    pub is_held: bool,
}

/// Reads film pages.
#[derive(Debug)]
pub struct Resolver<'a> {
    letterboxd: &'a Letterboxd,
    tally: Tally,
    evidence: PageEvidence,
    /// What is not to be kept yet.
    held: Vec<(Film, Look)>,
    /// Did Letterboxd change its pages, as far as that was found out?
    is_changed: Option<bool>,
    /// Pages of films that had an id, and still name it.
    kept: usize,
}

impl<'a> Resolver<'a> {
    /// One that read nothing yet.
    pub fn new(letterboxd: &'a Letterboxd) -> Self {
        let (tally, evidence, held) = (Tally::default(), PageEvidence::default(), Vec::new());
        Self { letterboxd, tally, evidence, held, is_changed: None, kept: 0 }
    }

    /// Reads the pages of these films. `each` gets the answers as they come: one, those that came while it was busy, or
    /// none if a film was not asked for. `evidence` is what is known of others.
    ///
    /// It ends early when Letterboxd seems to have changed its pages: see [`Resolver::has_found_change`].
    ///
    /// # Errors
    ///
    /// The first that `each` gave.
    pub fn read<E>(
        &mut self,
        films: &[Unread],
        evidence: PageEvidence,
        mut each: impl FnMut(Vec<Answer>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.evidence = evidence;
        let mut todo: Vec<usize> = (0..films.len()).collect();
        while !todo.is_empty() {
            let names: Vec<_> = todo.iter().map(|index| &films[*index].film.address).collect();
            let (tally, held, is_open) = (&self.tally, &mut self.held, self.is_changed.is_none());
            let is_enough = |at: usize, page: &Result<_, _>| {
                tally.note(page, films[todo[at]].is_known_without_id);
                is_open && tally.is_strong()
            };
            let mut answered = HashSet::new();
            let mut done = Ok(());
            self.letterboxd.film_pages(&names, is_enough, |came| {
                let answers = came.into_iter().filter_map(|(at, page)| {
                    let index = todo[at];
                    let Unread { film, is_known_without_id } = &films[index];
                    let is_held = is_open && lacks_id(&page, *is_known_without_id);
                    let look = look_at(&page)?;
                    answered.insert(index);
                    if is_held {
                        held.push((film.clone(), look.clone()));
                    }
                    Some(Answer { index, look, error: page.err(), is_held })
                });
                let answers: Vec<_> = answers.collect();
                if done.is_ok() {
                    done = each(answers);
                }
            });
            done?;
            // Too few of them name an id to ask for more, unless there is proof that they are what they seem to be.
            if self.is_changed.is_some() || !self.tally.is_strong() || self.is_markup_changed() {
                break;
            }
            self.letterboxd.resume_film_pages();
            todo.retain(|index| !answered.contains(index));
        }
        Ok(())
    }

    /// Was it found that Letterboxd changed its pages?
    pub fn has_found_change(&self) -> bool {
        self.is_changed == Some(true)
    }

    /// Did Letterboxd change its pages? Only where there is reason to ask that, pages of films that had an id are read.
    pub fn is_markup_changed(&mut self) -> bool {
        match self.is_changed {
            None if !self.tally.is_reason_enough(&self.evidence) => false,
            _ => self.look_closer(),
        }
    }

    /// The same, where a person asks and few pages are reason enough.
    pub fn look_closer(&mut self) -> bool {
        if let Some(is_changed) = self.is_changed {
            return is_changed;
        }
        let names: Vec<_> = self.evidence.with_id.iter().map(|film| &film.address).collect();
        let (mut kept, mut lost) = (0, 0);
        self.letterboxd.film_pages_apart(&names, |_, page| {
            kept += usize::from(names_id(&page));
            lost += usize::from(lacks_id(&page, false));
        });
        let is_changed = lost > 0 || (kept == 0 && self.tally.is_enough());
        (self.is_changed, self.kept) = (Some(is_changed), kept);
        is_changed
    }

    /// Does any page name an id?
    pub fn has_seen_id(&self) -> bool {
        self.kept > 0 || self.tally.has_linked()
    }

    /// How many pages say what.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What was held back and is to be kept now; `None` if Letterboxd changed its pages, so that it says nothing.
    pub fn end(&mut self) -> Option<Vec<(Film, Look)>> {
        (!self.is_markup_changed()).then(|| std::mem::take(&mut self.held))
    }
}

/// What a film page means; `None` when it was not asked.
fn look_at(page: &Result<FilmPage, PageError>) -> Option<Look> {
    let failed = |why: String, is_passing| Look::Failed { why, is_passing };
    Some(match page {
        Ok(FilmPage { uid, lid, slug, link }) => {
            Look::Read { uid: uid.clone(), lid: lid.clone(), slug: slug.clone(), link: *link }
        }
        Err(error) if !error.is_answer() => return None,
        Err(
            error @ (PageError::NoFilm
            | PageError::Unreadable(Unreadable::Contradiction { .. } | Unreadable::OtherFilm { .. })),
        ) => Look::Useless(error.to_string()),
        Err(PageError::Private) => failed(NOBODY_SEES_IT.to_owned(), false),
        // For good, as far as a program can tell; still on the list, so it is looked at again some day.
        Err(PageError::NotFound) => Look::Useless(PAGE_IS_GONE.to_owned()),
        Err(error) => failed(error.to_string(), error.is_passing()),
    })
}
