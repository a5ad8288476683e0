//! The first half of a pass: each person's watchlist becomes their known list, and each film on it gets its TMDB id.
//!
//! An idle person costs one page. Whatever is read is stored as it arrives, so a run that is cut off loses nothing;
//! the cursor moves last. Entries only ever come off a known list through an accepted crawl ([`crate::lists::accept`]).

pub mod accept;
mod doubt;
mod films;
mod members;
mod order;
mod tell;

use std::collections::HashSet;

use crate::clients::letterboxd::page::{self, ENTRIES_PER_PAGE, WatchlistPage};
use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::domain::film::Uid;
use crate::domain::list::{Cursor, Incomplete, Mismatch};
use crate::domain::text::plural;
use crate::journal::Journal;
use crate::store::StoreError;
use accept::{Crawl, Need, Terms, Verdict};
pub use doubt::{Doubt, lacks_id};
pub use films::{Looks, films, look_at};
use members::Met;
pub use tell::tiles_text;
use tell::{common_failures, tell};

/// Reads the watchlists of these people into the store. `everybody` is whom the config names.
pub fn watchlists(
    letterboxd: &Letterboxd,
    journal: &mut Journal,
    people: &[String],
    everybody: &[String],
    terms: Terms,
) -> Result<(), StoreError> {
    // Those who failed last go last: should they fail again, nobody else goes without.
    let failing = journal.store.failing_people()?;
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by_key(|index| failing.contains(&people[*index]));
    let firsts: Vec<_> = order.iter().map(|index| (people[*index].as_str(), 1)).collect();
    let mut pages: Vec<_> = firsts.iter().map(|_| None).collect();
    let mut noted = Ok(());
    letterboxd.watchlist_pages(&firsts, |index, page| {
        pages[order[index]] = Some(page);
        keep(&mut noted, note_routes(letterboxd, journal));
    });
    noted?;
    let pages: Vec<_> = pages.into_iter().map(|page| page.unwrap_or(Err(PageError::Stopped))).collect();
    let common = common_failures(&pages, people);
    let met = members::meet(&mut journal.store, people, &pages, everybody, terms)?;
    for ((person, page), met) in people.iter().zip(pages).zip(met) {
        let result = match (page, met) {
            (Ok(_), Met::Other { known, found }) => Scraped::other_member(known, found),
            (Ok(page), met) => {
                let scraped = Scrape { letterboxd, journal, person, terms }.run(page)?;
                let also = if let Met::Namesake(name) = met { Some(name) } else { None };
                Scraped { also, ..scraped }
            }
            (Err(error), _) => Scraped::failed(error, 1, None),
        };
        tell(journal, person, &result, &common)?;
    }
    if common.is_empty() {
        journal.store.forget_notices("watchlists")?;
    }
    common.tell_watchlists(journal)
}

/// What one person's scrape brought.
struct Scraped {
    outcome: &'static str,
    declared: Option<u32>,
    new: usize,
    gone: usize,
    /// Tiles that are no films, as far as the numbers tell.
    other_tiles: u32,
    /// Another name in the config that is the same member's.
    also: Option<String>,
    trouble: Option<Trouble>,
}

enum Trouble {
    /// The name is another member's, by number.
    OtherMember { known: i64, found: i64 },
    /// A page was not to be had.
    Page { error: PageError, number: u32 },
    /// The totals disagree; `shown` is `None` when the pages do so among themselves.
    TotalMoved { declared: u32, shown: Option<u32> },
    /// One film stands on two pages: the list moved while it was read.
    Moved,
    /// Too much is gone at once.
    Pending { gone: u32, known: u32 },
    /// Not all pages were asked for, since one could not be read a short time ago, for this reason.
    Waits { why: String },
}

impl Scraped {
    fn other_member(known: i64, found: i64) -> Self {
        let trouble = Some(Trouble::OtherMember { known, found });
        Self { outcome: "other_member", declared: None, new: 0, gone: 0, other_tiles: 0, also: None, trouble }
    }

    fn failed(error: PageError, number: u32, declared: Option<u32>) -> Self {
        let outcome = if number == 1 || error.is_block() { error.word() } else { "incomplete" };
        let trouble = Some(Trouble::Page { error, number });
        Self { outcome, declared, new: 0, gone: 0, other_tiles: 0, also: None, trouble }
    }
}

/// One person's scrape.
struct Scrape<'a> {
    letterboxd: &'a Letterboxd,
    journal: &'a mut Journal,
    person: &'a str,
    terms: Terms,
}

impl Scrape<'_> {
    fn run(&mut self, first: WatchlistPage) -> Result<Scraped, StoreError> {
        let cursor = self.journal.store.cursor(self.person)?;
        let declared = first.declared;
        let mut pages = vec![Some(first)];

        // The newest pages, until one holds an entry that is known.
        let mut fresh: Vec<Uid> = Vec::new();
        let mut shown: Vec<Uid> = Vec::new();
        let mut trouble = None;
        let known = loop {
            let page = pages.last().and_then(Option::as_ref).expect("pages are pushed when they are read");
            let (last, uids) = (last_page(&pages), self.journal.store.identify(&page.entries)?);
            // Only now: an entry that had no uid so far may just have got it.
            let known = self.journal.store.known(self.person)?;
            let meets_known = uids.iter().any(|uid| known.contains(uid));
            shown.extend(uids.iter().cloned());
            dedup(&mut shown);
            fresh.extend(uids.into_iter().filter(|uid| !known.contains(uid)));
            dedup(&mut fresh);
            let number = count(pages.len()).saturating_add(1);
            if meets_known || known.is_empty() || number > last || accept::is_crawl_due(&cursor, self.terms) {
                break known;
            }
            match self.page(number) {
                Ok(page) => pages.push(Some(page)),
                Err(error) => {
                    trouble = Some((error, number));
                    break known;
                }
            }
        };
        let is_whole = cursor.is_whole() && known.len() + fresh.len() == declared as usize;
        let mut new = self.put_in_front(&shown, is_whole)?;
        if let Some((error, number)) = trouble {
            return self
                .cut_short(&cursor, Scraped { new, ..Scraped::failed(error, number, Some(declared)) });
        }
        let need = accept::need(&cursor, self.terms, count(known.len()), count(fresh.len()), declared);
        // Nothing is left to ask for, so nothing is saved.
        let is_whole = last_page(&pages) == count(pages.len());
        let waits = accept::waits_for_a_page(&cursor, self.terms);
        let enough = match need {
            Need::Wait if waits && is_whole => None,
            Need::Wait if waits => {
                let why = self.journal.store.kept_reason(self.person)?.unwrap_or_default();
                Some(("incomplete", Some(Trouble::Waits { why })))
            }
            Need::Head => {
                let is_shown = is_whole && shown.len() == declared as usize;
                // The sum was as right when the doubt began: only pages that show all that they declare end it.
                let is_same = |mismatch: &Mismatch| mismatch.declared == declared && fresh.is_empty();
                let mismatch = cursor.mismatch.filter(|mismatch| is_same(mismatch) && !is_shown);
                Some(self.end_doubt(cursor, mismatch)?)
            }
            Need::Wait => Some(self.still_in_doubt(&cursor, count(known.len()), declared)?),
            Need::All => None,
        };
        if let Some((outcome, trouble)) = enough {
            let other_tiles =
                pages.iter().flatten().map(|page| page.other_tiles).fold(0, u32::saturating_add);
            return Ok(Scraped {
                outcome,
                declared: Some(declared),
                new,
                gone: 0,
                other_tiles,
                also: None,
                trouble,
            });
        }

        // All pages.
        let mut failed = None;
        // As a rule the first page knows how many there are; if not, each leads to the next.
        while failed.is_none() && last_page(&pages) > count(pages.len()) {
            failed = self.fetch_up_to(last_page(&pages), &mut pages, &mut new)?;
        }
        let read: Vec<WatchlistPage> = pages.into_iter().flatten().collect();
        let number = count(read.len());
        let failed = failed.or_else(|| page::prove_end(&read).err().map(|error| (error.into(), number)));
        match failed {
            Some((error, number)) => {
                self.cut_short(&cursor, Scraped { new, ..Scraped::failed(error, number, Some(declared)) })
            }
            None => self.settle(cursor, &read, new),
        }
    }

    /// A page was not to be had. The next run reads all of them, since a sum that is right by chance would hide what
    /// stands on it; the runs behind that leave them alone for an hour.
    fn cut_short(&mut self, cursor: &Cursor, scraped: Scraped) -> Result<Scraped, StoreError> {
        let mut cut = Cursor { crawled_at: None, ..*cursor };
        let mut reason = None;
        if let Some(Trouble::Page { error, number }) = &scraped.trouble {
            // Who refuses us altogether is left alone anyway. While all pages wait, this was a try at few of them.
            if error.is_answer() && !error.is_block() && !accept::waits_for_a_page(cursor, self.terms) {
                cut.incomplete = Some(Incomplete::next(cursor.incomplete, self.terms.now));
                reason = Some(tell::page_trouble(error, *number));
            }
        }
        if cut != *cursor {
            self.journal.store.save_cursor(self.person, &cut)?;
        }
        if let Some(reason) = reason {
            self.journal.store.keep_reason(self.person, &reason)?;
        }
        Ok(scraped)
    }

    /// The list is whole: what was in doubt before counts no more, but for this.
    fn end_doubt(
        &mut self,
        cursor: Cursor,
        mismatch: Option<Mismatch>,
    ) -> Result<(&'static str, Option<Trouble>), StoreError> {
        if cursor.pending_at.is_some() || cursor.mismatch != mismatch {
            self.journal.store.save_cursor(self.person, &Cursor { pending_at: None, mismatch, ..cursor })?;
        }
        Ok(("new_only", None))
    }

    /// The doubt of an earlier crawl goes on.
    fn still_in_doubt(
        &self,
        cursor: &Cursor,
        known: u32,
        declared: u32,
    ) -> Result<(&'static str, Option<Trouble>), StoreError> {
        if cursor.pending_at.is_some() {
            let gone = count(self.journal.store.missing(self.person)?.len());
            return Ok(("pending", Some(Trouble::Pending { gone, known })));
        }
        let shortfall = cursor.mismatch.and_then(|mismatch| mismatch.shortfall);
        let shown = shortfall.and_then(|shortfall| declared.checked_sub(shortfall));
        Ok(("total_moved", Some(Trouble::TotalMoved { declared, shown })))
    }

    fn page(&self, number: u32) -> Result<WatchlistPage, PageError> {
        let mut result = Err(PageError::Stopped);
        self.letterboxd.watchlist_pages(&[(self.person, number)], |_, page| result = page);
        result
    }

    /// New entries of the newest pages, and those that were put on again, in front of everything that is known. `shown`
    /// is what stands on these pages; `is_whole`: is everything that is not known new? Returns how many are new.
    fn put_in_front(&mut self, shown: &[Uid], is_whole: bool) -> Result<usize, StoreError> {
        let places = self.journal.store.places(self.person)?;
        let again: HashSet<Uid> = order::put_on_again(shown, &places, is_whole).into_iter().collect();
        let is_new = |uid: &&Uid| !places.contains_key(*uid);
        // The first one that stands where it stood: what is new below it came from somewhere else.
        let stays = |uid: &Uid| places.get(uid).is_some_and(Option::is_some) && !again.contains(uid);
        let end = shown.iter().position(stays).unwrap_or(shown.len());
        let (front, rest) = shown.split_at(end);
        let front: Vec<&Uid> = front.iter().filter(|uid| is_new(uid) || again.contains(uid)).collect();
        let below = rest.first().and_then(|uid| places[uid]).unwrap_or(0);
        let rest: Vec<_> = rest.iter().filter(is_new).map(|uid| (uid.clone(), below)).collect();
        if front.is_empty() && rest.is_empty() {
            return Ok(0);
        }
        let first = self.journal.store.newest_position(self.person)? - i64::from(count(front.len()));
        let in_front = front.into_iter().cloned().zip(first..);
        let (moved, fresh): (Vec<_>, Vec<_>) = in_front.partition(|(uid, _)| again.contains(uid));
        let now = self.terms.now;
        if !moved.is_empty() {
            log::info!("{}: {} put on the watchlist again", self.person, moved.len());
            self.journal.store.request_again(self.person, &moved, now)?;
        }
        Ok(self.journal.store.add_entries(self.person, &fresh, true, now)?
            + self.journal.store.add_entries(self.person, &rest, false, now)?)
    }

    /// The pages that are missing up to `last`, each stored as it arrives. Returns the worst failure.
    fn fetch_up_to(
        &mut self,
        last: u32,
        pages: &mut Vec<Option<WatchlistPage>>,
        new: &mut usize,
    ) -> Result<Option<(PageError, u32)>, StoreError> {
        let first = count(pages.len()).saturating_add(1);
        let wanted: Vec<_> = (first..=last).map(|number| (self.person, number)).collect();
        pages.resize_with(pages.len() + wanted.len(), || None);
        let mut failed: Option<(PageError, u32)> = None;
        let mut stored = Ok(());
        let (journal, person, now) = (&mut *self.journal, self.person, self.terms.now);
        let letterboxd = self.letterboxd;
        letterboxd.watchlist_pages(&wanted, |index, page| {
            let number = wanted[index].1;
            keep(&mut stored, note_routes(letterboxd, journal));
            match page {
                Ok(page) => {
                    let place = i64::from(number - 1) * i64::from(ENTRIES_PER_PAGE);
                    let added = journal.store.identify(&page.entries).and_then(|uids| {
                        let placed: Vec<_> = uids.into_iter().zip(place..).collect();
                        journal.store.add_entries(person, &placed, false, now)
                    });
                    keep(&mut stored, added.map(|added| *new += added));
                    pages[number as usize - 1] = Some(page);
                }
                Err(error) => {
                    // What ended the asking explains more than what was not asked because of it.
                    let is_worse = failed.as_ref().is_none_or(|(known, _)| {
                        !known.is_answer() || (error.is_block() && !known.is_block())
                    });
                    if is_worse {
                        failed = Some((error, number));
                    }
                }
            }
        });
        stored.map(|()| failed)
    }

    /// Every page was read: what does that mean for the known list?
    fn settle(&mut self, cursor: Cursor, pages: &[WatchlistPage], new: usize) -> Result<Scraped, StoreError> {
        let (mut crawl, mut shown) = (Vec::new(), HashSet::new());
        // A film on two pages: the list moved while it was read, and what moved past may be missing.
        let mut is_moved = false;
        for page in pages {
            let mut uids = self.journal.store.identify(&page.entries)?;
            dedup(&mut uids);
            for uid in uids {
                if shown.insert(uid.clone()) {
                    crawl.push(uid);
                } else {
                    is_moved = true;
                }
            }
        }
        let known = self.journal.store.known(self.person)?;
        let gone: Vec<Uid> = known.iter().filter(|uid| !shown.contains(*uid)).cloned().collect();
        let missing = self.journal.store.missing(self.person)?;
        let still_missing = missing.iter().filter(|uid| !shown.contains(*uid)).count();
        let declared = pages[0].declared;
        let is_agreed = pages.iter().all(|page| page.declared == declared);
        if is_agreed
            && !is_moved
            && let Some((error, number)) =
                page::films_in_other_tiles(pages, count(crawl.len()), cursor.shortfall)
        {
            let failed = Scraped::failed(error.into(), number, Some(declared));
            return self.cut_short(&cursor, Scraped { new, ..failed });
        }
        let facts = Crawl {
            declared: (is_agreed && !is_moved).then_some(declared),
            declared_first: declared,
            unique: count(crawl.len()),
            known: count(known.len().saturating_sub(new)),
            gone: count(gone.len()),
            missing: count(missing.len()),
            still_missing: count(still_missing),
        };
        let now = self.terms.now;
        let mut scraped = Scraped {
            outcome: "complete",
            declared: Some(declared),
            new,
            gone: 0,
            other_tiles: 0,
            also: None,
            trouble: None,
        };
        scraped.other_tiles = pages.iter().map(|page| page.other_tiles).fold(0, u32::saturating_add);
        let cursor = match accept::judge(&cursor, self.terms, facts) {
            Verdict::Accepted { shortfall } => {
                if shortfall > 0 && shortfall != cursor.shortfall {
                    let films = plural(shortfall as usize, "film");
                    log::info!(
                        "{}: the watchlist counts {films} that it never shows; the rest is taken for all of it",
                        self.person
                    );
                }
                scraped.gone = self.journal.store.accept_crawl(self.person, &crawl)?;
                if crawl.is_empty() {
                    scraped.outcome = "empty";
                }
                Cursor { accepted_at: Some(now), shortfall, mismatch: None, pending_at: None, ..cursor }
            }
            Verdict::Mismatch(mismatch) => {
                scraped.outcome = "total_moved";
                scraped.trouble = Some(if is_moved && is_agreed {
                    Trouble::Moved
                } else {
                    Trouble::TotalMoved { declared, shown: is_agreed.then_some(facts.unique) }
                });
                Cursor { mismatch: Some(mismatch), ..cursor }
            }
            Verdict::Pending { since } => {
                self.journal.store.mark_missing(self.person, &gone)?;
                scraped.outcome = "pending";
                scraped.trouble = Some(Trouble::Pending { gone: facts.gone, known: facts.known });
                Cursor { pending_at: Some(since), mismatch: None, ..cursor }
            }
        };
        let cursor = Cursor { crawled_at: Some(now), incomplete: None, ..cursor };
        self.journal.store.save_cursor(self.person, &cursor)?;
        Ok(scraped)
    }
}

/// How many pages a list has, as far as the last one of these tells. Behind all that the list declares, and a page more,
/// nothing leads on: it might do so for ever.
pub fn last_page(pages: &[Option<WatchlistPage>]) -> u32 {
    let Some(last) = pages.last().and_then(Option::as_ref) else { return 1 };
    let shown = pages.iter().flatten().map(|page| page.entries.len()).sum();
    let there = count(pages.len());
    let is_all = count(shown) >= last.declared && there > last.declared.div_ceil(ENTRIES_PER_PAGE);
    if is_all { there.max(1) } else { last.pages }
}

/// Writes down what a run learned of the ways out, as soon as that is known.
fn note_routes(letterboxd: &Letterboxd, journal: &mut Journal) -> Result<(), StoreError> {
    journal.routes_changed(letterboxd.take_changes(), letterboxd.cool_down())
}

/// Keeps the first error of many results.
fn keep(kept: &mut Result<(), StoreError>, result: Result<(), StoreError>) {
    if kept.is_ok() {
        *kept = result;
    }
}

/// Keeps the first of each.
fn dedup(uids: &mut Vec<Uid>) {
    let mut seen = HashSet::new();
    uids.retain(|uid| seen.insert(uid.clone()));
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
