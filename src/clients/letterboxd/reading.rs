//! The pages of each kind: how they are asked for, and by whom each is judged.

use super::failure_limit::FailureLimit;
use super::page::{self, FilmPage, Page, Unreadable};
use super::{Landing, Letterboxd, PageError};
use crate::domain::film_name::FilmName;
use crate::domain::list_address::{ListAddress, ListPage, PageAddress};

impl Letterboxd {
    /// Reads pages of watchlists and lists, as `(which, page from 1)`; `each` gets every result with its index as it
    /// arrives. The pages of a list that is shared by a link hang on its token (docs/letterboxd.md#share-links).
    ///
    /// Redirects of a list are followed to lists only. Whether it is the list that was meant, its owner, name and
    /// number tell.
    pub fn list_pages(
        &self,
        pages: &[(&PageAddress, u32)],
        mut each: impl FnMut(usize, Result<Page, PageError>),
    ) {
        let read = |index: usize| {
            let (address, number) = pages[index];
            self.list_page(address, number).map_err(|error| match error {
                PageError::NotFound if number > 1 => PageError::PageGone,
                error => error,
            })
        };
        let what = match pages.first() {
            Some((PageAddress::List(_), _)) => "list pages",
            _ => "watchlist pages",
        };
        // What is wrong with one list says nothing of others.
        let own = FailureLimit::default();
        let streak = if pages.iter().all(|(_, number)| *number == 1) { &self.streak } else { &own };
        self.fan_out(
            what,
            pages.len(),
            |index| streak.ask(|| read(index)),
            |came| {
                for (index, page) in came {
                    each(index, page);
                }
            },
        );
    }

    fn list_page(&self, address: &PageAddress, number: u32) -> Result<Page, PageError> {
        match address {
            PageAddress::Watchlist(member) => {
                let path = numbered(&format!("{member}/watchlist/"), number);
                self.read(&path, |_| true, |html| page::watchlist(html, member, number))
            }
            PageAddress::List(ListPage { owner, slug, token }) => {
                let is_list = |path: &str| {
                    matches!(ListAddress::parse(&format!("letterboxd.com/{path}")), Ok(ListAddress::Page(_)))
                };
                let shared = token.as_ref().map(|token| format!("share/{}/", token.reveal()));
                let first = format!("{owner}/list/{slug}/{}", shared.unwrap_or_default());
                self.read(&numbered(&first, number), is_list, |html| page::list(html, number))
            }
        }
    }

    /// Reads film pages; a film that is known by its short id costs one more request. `each` gets the results with
    /// their indices as they arrive: one, or those that came while it was busy. Before that `is_enough` sees each, in
    /// whichever thread: when it says so, no more are asked.
    pub fn film_pages(
        &self,
        films: &[&FilmName],
        is_enough: impl Fn(usize, &Result<FilmPage, PageError>) -> bool + Sync,
        each: impl FnMut(Vec<(usize, Result<FilmPage, PageError>)>),
    ) {
        let read = |index: usize| {
            let page = self.film_page(films[index]);
            if is_enough(index, &page) {
                self.streak.end();
            }
            page
        };
        self.fan_out("film pages", films.len(), |index| self.streak.ask(|| read(index)), each);
    }

    /// Reads film pages that tell something of other pages, however those fared.
    pub fn film_pages_apart(
        &self,
        films: &[&FilmName],
        mut each: impl FnMut(usize, Result<FilmPage, PageError>),
    ) {
        self.fan_out(
            "film pages",
            films.len(),
            |index| self.film_page(films[index]),
            |came| {
                for (index, page) in came {
                    each(index, page);
                }
            },
        );
    }

    /// A short link is followed to a film's page only, and what that page says of another film is not believed. Pages
    /// before 2026 do not tell their short id.
    fn film_page(&self, film: &FilmName) -> Result<FilmPage, PageError> {
        let FilmName::Lid(lid) = film else {
            return self.read(&format!("film/{film}/"), |_| true, page::film);
        };
        let Landing::Film(landed) = self.follow(lid, None)? else { return Err(PageError::NoFilm) };
        let page = self.read(&format!("film/{landed}/"), |_| true, page::film)?;
        match (page.lid, landed) {
            (Some(found), _) if found != *lid => Err(Unreadable::OtherFilm { found }.into()),
            (_, FilmName::Slug(slug)) => Ok(FilmPage { lid: Some(lid.clone()), slug: Some(slug), ..page }),
            _ => Ok(FilmPage { lid: Some(lid.clone()), ..page }),
        }
    }

    /// Asks for film pages again after there were enough.
    pub fn resume_film_pages(&self) {
        self.streak.reset();
    }
}

/// The path of a page by its number. Page 1 has no number, since `/page/1/` is refused, and so is an address without
/// the slash at its end (docs/letterboxd.md#addresses).
fn numbered(first: &str, number: u32) -> String {
    if number == 1 { first.to_owned() } else { format!("{first}page/{number}/") }
}
