//! What is said of watchlists and film pages, and how each scrape is written down.

use std::collections::BTreeMap;

use super::{Scraped, Trouble};
use crate::clients::letterboxd::PageError;
use crate::clients::letterboxd::page::{Unreadable, WatchlistPage};
use crate::domain::event::{Failed, ListReading};
use crate::domain::text::plural;
use crate::journal::Journal;
use crate::store::StoreError;

/// Writes down how a scrape went and says what a person should know about it.
pub(super) fn tell(
    journal: &mut Journal,
    person: &str,
    scraped: &Scraped,
    common: &Failures,
) -> Result<(), StoreError> {
    let mut problem = None;
    match &scraped.also {
        Some(name) => {
            let text = format!("is the same member as `{name}`, who is in the config, too");
            let hint = "take the name out of the config that is no longer theirs; what is known of it then goes on under the other, unless that has a list already";
            journal.warning(("member", person), person, &text, Some(hint))?;
        }
        None if scraped.trouble.is_none() => journal.store.forget_notices_about("member", person)?,
        None => {}
    }
    match &scraped.trouble {
        None => {
            journal.store.forget_notices_about("scrape", person)?;
            journal.store.forget_notices("block")?;
            if scraped.other_tiles == 0 {
                journal.store.forget_notices_about("tiles", person)?;
            } else {
                journal.warning(("tiles", person, ""), person, &tiles_text(scraped.other_tiles), None)?;
            }
        }
        Some(Trouble::OtherMember { known, found }) => {
            let text = format!(
                "the name is another member's now (number {found}; it was {known}'s); nothing of theirs is taken, and nothing is removed"
            );
            let hint = "put the member's new name into `letterboxd_username`; if it is the same person with a new account, `lbjf sync --allow-shrink` once";
            journal.failure(Failed::List, ("scrape", person, "member"), person, &text, Some(hint))?;
            problem = Some(text);
        }
        Some(Trouble::Page { error: PageError::Stopped, .. }) => journal.block(),
        // Told once for all.
        Some(Trouble::Page { error: PageError::GivenUp, .. }) => {}
        Some(Trouble::Page { error, number }) => {
            let text = page_trouble(error, *number);
            // The name is right if page 1 was there.
            let hint = error.hint().filter(|_| *number == 1 || !matches!(error, PageError::NotFound));
            if common.0.contains_key(&text) {
                // Told once for all.
            } else if error.is_block() {
                journal.block();
                journal.warning("block", person, &text, hint)?;
            } else {
                let failed = if is_own_trouble(error, *number) { Failed::List } else { Failed::User };
                journal.failure(failed, ("scrape", person, scraped.outcome), person, &text, hint)?;
            }
            problem = Some(text);
        }
        Some(Trouble::TotalMoved { declared, shown }) => {
            let what = match shown {
                Some(shown) => {
                    let declared = plural(*declared as usize, "film");
                    format!("the watchlist declares {declared} but shows {shown}")
                }
                None => "the pages of the watchlist do not agree on its total".to_owned(),
            };
            let text = format!("{what}; nothing is taken off until that is clear");
            journal.warning(("scrape", person, "total"), person, &text, None)?;
            problem = Some(text);
        }
        Some(Trouble::Moved) => {
            let text = "the watchlist changed while it was read: one film stands on two of its pages; \
                 nothing is taken off until that is clear";
            journal.warning(("scrape", person, "total"), person, text, None)?;
            problem = Some(text.to_owned());
        }
        Some(Trouble::Waits { why }) => {
            let text = format!("{why}; all pages are read again within an hour");
            journal.failure(Failed::User, ("scrape", person, scraped.outcome), person, &text, None)?;
            problem = Some(text);
        }
        Some(Trouble::Pending { gone, known }) => {
            let text = format!(
                "{gone} of {known} films are gone from the watchlist at once; \
                 nothing is taken off until a crawl in an hour or later says the same"
            );
            let hint = "`lbjf sync --allow-shrink` accepts it now";
            journal.warning(("scrape", person, "pending"), person, &text, Some(hint))?;
            problem = Some(text);
        }
    }
    let readable =
        !matches!(scraped.trouble, Some(Trouble::Page { number: 1, .. } | Trouble::OtherMember { .. }));
    let declared = scraped.declared.filter(|_| readable);
    journal.store.record_scrape(person, scraped.outcome, problem.as_deref(), declared, journal.now())?;
    journal.list_read(&ListReading {
        user: person.to_owned(),
        outcome: scraped.outcome,
        declared: scraped.declared,
        new: scraped.new,
        gone: scraped.gone,
    });
    Ok(())
}

/// Can only the person whose list it is mend this, or whoever wrote their name into the config? It is no fault of a
/// server, so it is told once a day and makes nobody sick.
fn is_own_trouble(error: &PageError, number: u32) -> bool {
    match error {
        PageError::Private => true,
        PageError::NotFound | PageError::Unreadable(Unreadable::OtherOwner { .. }) => number == 1,
        _ => false,
    }
}

/// What is wrong with a page of a watchlist. Page 1 is the list.
pub(super) fn page_trouble(error: &PageError, number: u32) -> String {
    match number {
        1 => error.to_string(),
        _ => format!("watchlist page {number}: {error}"),
    }
}

/// What is said of tiles that are no films.
pub fn tiles_text(tiles: u32) -> String {
    let (tiles, are) = (plural(tiles as usize, "tile"), if tiles == 1 { "is" } else { "are" });
    format!("the watchlist shows {tiles} that {are} no film; without them the numbers are right")
}

/// What keeps several people from theirs in the same way, such as no network, is told once for all.
pub(super) fn common_failures(pages: &[Result<WatchlistPage, PageError>], people: &[String]) -> Failures {
    let mut failures = Failures::default();
    for (place, page) in pages.iter().enumerate() {
        match page {
            Err(error) if error.is_answer() && error.is_passing() && !error.is_block() => {
                failures.note(&error.to_string(), error.hint(), place, &people[place]);
            }
            _ => {}
        }
    }
    failures.0.retain(|_, (_, names)| names.len() > 1);
    failures
}

/// Pages that could not be read, by what was wrong.
#[derive(Default)]
pub(super) struct Failures(BTreeMap<String, (Option<&'static str>, BTreeMap<usize, String>)>);

impl Failures {
    /// `place` is the page's place among all that were asked.
    pub(super) fn note(&mut self, why: &str, hint: Option<&'static str>, place: usize, name: &str) {
        let (_, names) = self.0.entry(why.to_owned()).or_insert((hint, BTreeMap::new()));
        names.insert(place, name.to_owned());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One line for each kind of failure.
    pub(super) fn tell_films(self, journal: &mut Journal) -> Result<(), StoreError> {
        for (why, (hint, names)) in self.0 {
            let (failed, text) = (Failed::Films(names.len()), text(&why, "film page", &names));
            journal.failure(failed, ("films", "", why.as_str()), "letterboxd", &text, hint)?;
        }
        Ok(())
    }

    /// One line for each kind of failure.
    pub(super) fn tell_watchlists(self, journal: &mut Journal) -> Result<(), StoreError> {
        for (why, (hint, names)) in self.0 {
            let text = text(&why, "watchlist", &names);
            let names: Vec<String> = names.into_values().collect();
            let notice = ("watchlists", "", why.as_str());
            journal.failure(Failed::Users(&names), notice, "letterboxd", &text, hint)?;
        }
        Ok(())
    }
}

fn text(why: &str, what: &str, names: &BTreeMap<usize, String>) -> String {
    let more = if names.len() > 3 { ", …" } else { "" };
    let shown = names.values().take(3).cloned().collect::<Vec<_>>().join(", ");
    format!("{} not read: {why} ({shown}{more})", plural(names.len(), what))
}
