//! The first part of a pass: what people want. Each person's watchlist becomes their known list.
//!
//! An idle person costs one page. Whatever is read is stored as it arrives, so a run that is cut off loses nothing;
//! the cursor moves last. Entries only ever come off a known list through an accepted reading ([`accept`]).

pub mod accept;
mod members;
mod order;
mod outcome;
mod tell;
mod update;
pub mod watchlist;

use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::domain::list::ListSource;
use crate::journal::Journal;
use crate::store::StoreError;
use accept::Terms;
use members::Met;
use outcome::ListOutcome;
use tell::{common_failures, tell};
use update::Update;
use watchlist::{Failure, Reading};

pub use tell::{other_member, tiles_text};

/// Reads the watchlists of these people into the store. `everybody` is whom the config names.
pub fn watchlists(
    letterboxd: &Letterboxd,
    journal: &mut Journal,
    people: &[String],
    everybody: &[String],
    terms: Terms,
) -> Result<(), StoreError> {
    // Those who failed last go last: should they fail again, nobody else goes without.
    let failing = journal.store().failing_people()?;
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by_key(|index| failing.contains(&people[*index]));
    let members: Vec<_> = order.iter().map(|index| people[*index].as_str()).collect();
    let mut pages: Vec<_> = members.iter().map(|_| None).collect();
    let mut noted = Ok(());
    watchlist::first_pages(letterboxd, &members, |index, page| {
        pages[order[index]] = Some(page);
        keep(&mut noted, note_routes(letterboxd, journal));
    });
    noted?;
    let pages: Vec<_> = pages.into_iter().map(|page| page.unwrap_or(Err(PageError::Stopped))).collect();
    let common = common_failures(&pages, people);
    let met = members::meet(journal, people, &pages, everybody, terms)?;
    for ((person, page), met) in people.iter().zip(pages).zip(met) {
        let list = journal.want_list(person, &ListSource::watchlist(person))?;
        let read = match (page, met) {
            (Ok(_), Met::Other { known, found }) => ListOutcome::other_member(known, found),
            (Ok(page), met) => {
                let reading = Reading::new(letterboxd, person, page);
                let read = Update { letterboxd, journal, person, list, terms }.run(reading)?;
                let namesake = if let Met::Namesake(name) = met { Some(name) } else { None };
                ListOutcome { namesake, ..read }
            }
            (Err(error), _) => ListOutcome::failed(Failure { number: 1, error }, None),
        };
        tell(journal, person, list, &read, &common)?;
    }
    if common.is_empty() {
        journal.trouble_over("watchlists")?;
    }
    journal.watchlists_failed(&common)
}

/// Writes down what was learned of the ways out, as soon as that is known.
fn note_routes(letterboxd: &Letterboxd, journal: &mut Journal) -> Result<(), StoreError> {
    journal.routes_changed(letterboxd.take_changes(), letterboxd.cool_down())
}

/// Keeps the first error of many results.
fn keep(kept: &mut Result<(), StoreError>, result: Result<(), StoreError>) {
    if kept.is_ok() {
        *kept = result;
    }
}
