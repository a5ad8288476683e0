//! The first part of a pass: what people want. Each list that somebody wants is read, as few pages of it as may be, and
//! becomes a known list.
//!
//! An idle list costs one page, an export nothing. Whatever is read is stored as it arrives, so a run that is cut off
//! loses nothing; the cursor moves last. Entries only ever come off a known list through an accepted reading
//! ([`accept`]).

pub mod accept;
pub mod address;
pub mod export;
mod members;
mod order;
mod outcome;
pub mod reading;
mod tell;
mod update;

use crate::clients::letterboxd::page::{Page, Shows};
use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::domain::ids::ListId;
use crate::domain::list::{ListKey, ListSource, Wants};
use crate::domain::list_address::PageAddress;
use crate::journal::{Journal, PageFailures};
use crate::store::StoreError;
use accept::Terms;
use members::{Met, Shown};
use outcome::ListOutcome;
use reading::{Failure, Reading};
use tell::{common_failures, tell};
use update::Update;

pub use tell::{bad_rows, bad_rows_text, old_export, other_list, other_member, tiles_text};

/// A list that somebody wants, once for everybody who does.
struct Wanted<'a> {
    source: &'a ListSource,
    key: ListKey,
    /// In the order of the config.
    people: Vec<&'a str>,
    /// What messages call it: a list by its address, anything else by its first person.
    about: String,
}

/// A list of which the first page was asked for.
struct Asked<'a> {
    wanted: &'a Wanted<'a>,
    /// `None`: it is behind a link that could not be followed.
    address: Option<PageAddress>,
    page: Result<Page, PageError>,
}

/// Reads the lists of these people into the store. `everybody` is whom the config names.
pub fn read(
    letterboxd: &Letterboxd,
    journal: &mut Journal,
    people: &[Wants],
    everybody: &[Wants],
    terms: Terms,
) -> Result<(), StoreError> {
    members::rename_people(journal, everybody)?;
    let wanted = wanted(people);
    for wanted in &wanted {
        if let ListSource::Export { path, member, .. } = wanted.source {
            let list = want(journal, wanted)?;
            let read = export::read(journal, list, path, member.as_deref(), terms)?;
            tell(journal, wanted, list, &read, &PageFailures::default())?;
        }
    }
    let asked = first_pages(letterboxd, journal, &wanted)?;
    let common = common_failures(asked.iter().map(|asked| (asked.wanted, &asked.page)));
    let has_lists = asked.iter().any(|asked| matches!(asked.wanted.source, ListSource::List(_)));
    let mut met = meet(journal, &asked, everybody, terms)?.into_iter();
    for Asked { wanted, address, page } in asked {
        let met = match &address {
            Some(PageAddress::Watchlist(_)) => met.next().unwrap_or(Met::Themselves),
            _ => Met::Themselves,
        };
        let list = want(journal, wanted)?;
        let read = match (page, address, met) {
            (Ok(_), _, Met::Other { known, found }) => ListOutcome::other_member(known, found),
            (Ok(page), Some(address), met) => {
                if let Some(found) = address::other_list(journal, list, &address, &page, terms)? {
                    ListOutcome::other_list(found)
                } else {
                    let reading = Reading::new(letterboxd, &address, page);
                    let about = wanted.about.as_str();
                    let read = Update { letterboxd, journal, about, list, terms }.run(reading)?;
                    let namesake = if let Met::Namesake(name) = met { Some(name) } else { None };
                    ListOutcome { namesake, ..read }
                }
            }
            (page, ..) => {
                let error = page.err().unwrap_or(PageError::Stopped);
                ListOutcome::failed(Failure { noun: wanted.source.noun(), number: 1, error }, None)
            }
        };
        tell(journal, wanted, list, &read, &common)?;
    }
    for wants in people {
        let mut lists = Vec::new();
        for source in &wants.lists {
            lists.push(journal.want_list(&wants.person, &source.key())?);
        }
        journal.want_only(&wants.person, &lists)?;
    }
    if common.is_empty() {
        journal.trouble_over("watchlists")?;
    }
    journal.lists_failed(if has_lists { "list" } else { "watchlist" }, &common)
}

/// Is any page asked for what these people want?
pub fn has_pages(people: &[Wants]) -> bool {
    people.iter().flat_map(|wants| &wants.lists).any(|list| !matches!(list, ListSource::Export { .. }))
}

/// What these people want, each list once.
fn wanted(people: &[Wants]) -> Vec<Wanted<'_>> {
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for Wants { person, lists } in people {
        for source in lists {
            let key = source.key();
            if let Some(known) = wanted.iter_mut().find(|wanted| wanted.source.is_read_as(source)) {
                known.people.push(person);
            } else {
                let about = source.name().unwrap_or_else(|| person.clone());
                wanted.push(Wanted { source, key, people: vec![person], about });
            }
        }
    }
    wanted
}

/// The list, which these people want from now on.
fn want(journal: &mut Journal, wanted: &Wanted<'_>) -> Result<ListId, StoreError> {
    let mut list = journal.want_list(wanted.people[0], &wanted.key)?;
    for person in &wanted.people[1..] {
        list = journal.want_list(person, &wanted.key)?;
    }
    Ok(list)
}

/// Asks for the first page of everything that has pages.
fn first_pages<'a>(
    letterboxd: &Letterboxd,
    journal: &mut Journal,
    wanted: &'a [Wanted<'a>],
) -> Result<Vec<Asked<'a>>, StoreError> {
    // Those who failed last go last: should they fail again, nobody else goes without.
    let failing = journal.store().failing_people()?;
    let is_failing = |wanted: &Wanted<'_>| wanted.people.iter().any(|person| failing.contains(*person));
    let mut asked = Vec::new();
    for wanted in wanted {
        if let Some(address) = address::of(letterboxd, journal, wanted)? {
            let (address, error) = match address {
                Ok(address) => (Some(address), PageError::Stopped),
                Err(error) => (None, error),
            };
            asked.push(Asked { wanted, address, page: Err(error) });
        }
    }
    let mut order: Vec<usize> = (0..asked.len()).filter(|index| asked[*index].address.is_some()).collect();
    order.sort_by_key(|index| is_failing(asked[*index].wanted));
    let addresses: Vec<PageAddress> =
        order.iter().filter_map(|index| asked[*index].address.clone()).collect();
    let mut noted = Ok(());
    reading::first_pages(letterboxd, &addresses.iter().collect::<Vec<_>>(), |index, page| {
        asked[order[index]].page = page;
        keep(&mut noted, note_routes(letterboxd, journal));
    });
    noted?;
    for index in order {
        let asked = &mut asked[index];
        if matches!(asked.page, Err(PageError::NotFound))
            && let Some(before) = &asked.address
            && let Some(address) = address::again(letterboxd, journal, asked.wanted, before)?
        {
            reading::first_pages(letterboxd, &[&address], |_, page| asked.page = page);
            asked.address = Some(address);
            note_routes(letterboxd, journal)?;
        }
    }
    Ok(asked)
}

/// Whose watchlists these pages show, in their order.
fn meet(
    journal: &mut Journal,
    asked: &[Asked<'_>],
    everybody: &[Wants],
    terms: Terms,
) -> Result<Vec<Met>, StoreError> {
    let number = |page: &Page| match page.shows {
        Shows::Watchlist(number) => number,
        Shows::List { .. } => None,
    };
    let watchlists: Vec<Shown<'_>> = asked
        .iter()
        .filter_map(|asked| match &asked.address {
            Some(PageAddress::Watchlist(member)) => Some(Shown {
                person: asked.wanted.people[0],
                member,
                number: asked.page.as_ref().ok().and_then(number),
            }),
            _ => None,
        })
        .collect();
    members::meet(journal, &watchlists, everybody, terms)
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
