//! One reading of a watchlist or a list: its pages from the front, as many as are wanted, and what they say taken
//! together.
//!
//! It knows no person and no store. Pages are asked for side by side; whoever reads gets them in order, as they arrive.

use std::collections::HashSet;
use std::{fmt, mem};

use crate::clients::letterboxd::page::{self, Page};
use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::domain::film::ListEntry;
use crate::domain::film_name::FilmName;
use crate::domain::list_address::PageAddress;

/// What was read of a list so far.
#[derive(Debug)]
pub struct Reading<'a> {
    letterboxd: &'a Letterboxd,
    address: &'a PageAddress,
    /// In order; those that could not be read are left out.
    pages: Vec<Page>,
    /// The last page that was asked for.
    asked: u32,
    failures: Vec<Failure>,
}

/// A page that could not be read.
#[derive(Debug)]
pub struct Failure {
    /// Of a watchlist, or of a list.
    pub noun: &'static str,
    /// From 1.
    pub number: u32,
    /// Why.
    pub error: PageError,
}

impl Failure {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match &self.error {
            PageError::NotFound if self.number > 1 => None,
            PageError::NotFound if self.is_list() => Some(
                "check its address in the browser; its owner may have renamed, hidden or deleted it; nothing is removed until then",
            ),
            PageError::Private if self.is_list() => {
                Some("ask its owner to make it public, or for a share link; nothing is removed until then")
            }
            error => error.hint(),
        }
    }

    fn is_list(&self) -> bool {
        self.noun == "list"
    }
}

impl fmt::Display for Failure {
    /// Page 1 is the list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.number, &self.error) {
            (1, PageError::NotFound) if self.is_list() => {
                f.write_str("Letterboxd has no such list (HTTP 404)")
            }
            (1, PageError::Private) if self.is_list() => f.write_str("the list is private"),
            (1, error) => error.fmt(f),
            (number, error) => write!(f, "{} page {number}: {error}", self.noun),
        }
    }
}

/// Reads the first page of each of these lists; `each` gets every result with its index as it arrives.
pub fn first_pages(
    letterboxd: &Letterboxd,
    addresses: &[&PageAddress],
    each: impl FnMut(usize, Result<Page, PageError>),
) {
    let firsts: Vec<_> = addresses.iter().map(|address| (*address, 1)).collect();
    letterboxd.list_pages(&firsts, each);
}

impl<'a> Reading<'a> {
    /// A reading that begins with this first page.
    pub fn new(letterboxd: &'a Letterboxd, address: &'a PageAddress, first: Page) -> Self {
        Self { letterboxd, address, pages: vec![first], asked: 1, failures: Vec::new() }
    }

    /// Reads the first page.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn begin(letterboxd: &'a Letterboxd, address: &'a PageAddress) -> Result<Self, PageError> {
        let mut first = Err(PageError::Stopped);
        first_pages(letterboxd, &[address], |_, page| first = page);
        Ok(Self::new(letterboxd, address, first?))
    }

    /// Reads the next page alone. Did it come?
    pub fn read_next(&mut self) -> bool {
        self.ask_up_to(self.asked.saturating_add(1), &mut |_| ());
        self.failures.is_empty()
    }

    /// Reads the pages that are left, but none behind page `most`. As a rule the first page knows how many there are;
    /// if not, each leads to the next. Where one cannot be read, none behind those that were asked for with it is.
    ///
    /// `each` is called with every answer, and gets the pages that are next in order: none while an earlier one is
    /// still under way.
    pub fn read_all(&mut self, most: u32, mut each: impl FnMut(&[(u32, Page)])) {
        while self.failures.is_empty() && self.asked < self.last_page().min(most) {
            self.ask_up_to(self.last_page().min(most), &mut each);
        }
        if self.failures.is_empty()
            && self.is_at_end()
            && let Err(error) = page::prove_end(&self.pages)
        {
            self.failures.push(self.failure(self.asked, error.into()));
        }
    }

    fn ask_up_to(&mut self, last: u32, each: &mut impl FnMut(&[(u32, Page)])) {
        let wanted: Vec<_> = (self.asked + 1..=last).map(|number| (self.address, number)).collect();
        let mut waiting: Vec<_> = wanted.iter().map(|_| None).collect();
        let (mut next, noun) = (0, self.address.noun());
        self.letterboxd.list_pages(&wanted, |index, page| {
            waiting[index] = Some(page);
            let mut came = Vec::new();
            while let Some(page) = waiting.get_mut(next).and_then(Option::take) {
                let number = wanted[next].1;
                match page {
                    Ok(page) => came.push((number, page)),
                    Err(error) => self.failures.push(Failure { noun, number, error }),
                }
                next += 1;
            }
            each(&came);
            self.pages.extend(came.into_iter().map(|(_, page)| page));
        });
        self.asked = last;
    }

    /// What is read.
    pub fn address(&self) -> &'a PageAddress {
        self.address
    }

    /// The pages that were read, in order. The first one always was.
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    fn failure(&self, number: u32, error: PageError) -> Failure {
        Failure { noun: self.address.noun(), number, error }
    }

    /// The pages that could not be read.
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// Of the pages that could not be read the one that explains the others, if any: a refusal ends the asking, and
    /// what was not asked for explains nothing.
    pub fn take_failure(&mut self) -> Option<Failure> {
        let weight = |failure: &Failure| (failure.error.is_answer(), failure.error.is_block());
        // Of several the first.
        mem::take(&mut self.failures).into_iter().rev().max_by_key(weight)
    }

    /// Does no page lead on behind those that were asked for?
    pub fn is_at_end(&self) -> bool {
        self.asked >= self.last_page()
    }

    /// The number of the last page, as far as the last one of these tells. Behind all that the list declares, and a
    /// page more, nothing leads on: it might do so for ever.
    fn last_page(&self) -> u32 {
        let Some(last) = self.pages.last().filter(|_| self.failures.is_empty()) else { return self.asked };
        let shown = self.pages.iter().map(|page| page.entries.len()).sum();
        let is_all = last
            .declared
            .is_some_and(|declared| count(shown) >= declared && self.asked > declared.div_ceil(last.full()));
        if is_all { self.asked } else { last.pages }
    }

    /// How many entries the list has, as its first page declares it.
    pub fn declared(&self) -> Option<u32> {
        self.pages.first().and_then(|page| page.declared)
    }

    /// Do all pages declare the same?
    pub fn is_agreed(&self) -> bool {
        self.pages.iter().all(|page| page.declared == self.declared())
    }

    /// Every film on the pages once, in their order.
    pub fn entries(&self) -> Vec<&ListEntry> {
        let mut seen = HashSet::new();
        let entries = self.pages.iter().flat_map(|page| &page.entries);
        entries.filter(|entry| !is_among(&mut seen, &[entry])).collect()
    }

    /// Does one film stand on two pages? Then the list moved while it was read, and what moved past may be missing.
    pub fn has_moved(&self) -> bool {
        let mut before = HashSet::new();
        self.pages.iter().any(|page| is_among(&mut before, &page.entries.iter().collect::<Vec<_>>()))
    }

    /// Tiles on the pages that are no films, as far as the numbers tell.
    pub fn other_tiles(&self) -> u32 {
        self.pages.iter().map(|page| page.other_tiles).fold(0, u32::saturating_add)
    }

    /// Do tiles hide some of the films that the list counts? Asked where every page was read and nothing moved: else
    /// the numbers tell nothing. `shortfall` is known of the list.
    pub fn hidden_films(&self, shortfall: u32) -> Option<Failure> {
        if !self.is_agreed() || self.has_moved() {
            return None;
        }
        let (error, number) =
            page::films_in_other_tiles(&self.pages, count(self.entries().len()), shortfall)?;
        Some(self.failure(number, error.into()))
    }
}

/// Was one of these seen before? A film is known by any of its names. Remembers them.
fn is_among(seen: &mut HashSet<FilmName>, entries: &[&ListEntry]) -> bool {
    let names: Vec<FilmName> = entries.iter().flat_map(|entry| entry.names()).collect();
    let is_among = names.iter().any(|name| seen.contains(name));
    seen.extend(names);
    is_among
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
