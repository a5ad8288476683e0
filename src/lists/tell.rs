//! What is said of a list that was read, or could not be.

use super::outcome::{ListOutcome, Trouble};
use super::watchlist::Failure;
use crate::clients::letterboxd::PageError;
use crate::clients::letterboxd::page::{Unreadable, WatchlistPage};
use crate::domain::event::{Failed, ListReading};
use crate::domain::ids::{ListId, MemberId};
use crate::domain::problem::Problem;
use crate::domain::text::plural;
use crate::journal::{Journal, PageFailures};
use crate::store::StoreError;

/// Writes down how the reading of a list went, and says what a person should know about it. What is told of several
/// people at once is `common`.
pub(super) fn tell(
    journal: &mut Journal,
    person: &str,
    list: ListId,
    read: &ListOutcome,
    common: &PageFailures,
) -> Result<(), StoreError> {
    let mut problem = None;
    match &read.namesake {
        Some(name) => {
            let text = format!("is the same member as `{name}`, who is in the config, too");
            let hint = "remove the old name from the config; lbjf then keeps what it knows under the new one, unless that already has a list";
            journal.warning(("member", person), person, &text, Some(hint))?;
        }
        None if read.trouble.is_none() => journal.trouble_over_for("member", person)?,
        None => {}
    }
    match &read.trouble {
        None => {
            journal.trouble_over_for("list", person)?;
            journal.trouble_over("block")?;
            if read.other_tiles == 0 {
                journal.trouble_over_for("tiles", person)?;
            } else {
                journal.warning(("tiles", person, ""), person, &tiles_text(read.other_tiles), None)?;
            }
        }
        Some(Trouble::OtherMember { known, found }) => {
            let Problem { message: text, hint } = other_member(*known, *found);
            journal.failure(Failed::List, ("list", person, "member"), person, &text, Some(hint))?;
            problem = Some(text);
        }
        Some(Trouble::Page(Failure { error: PageError::Stopped, .. })) => journal.block(),
        // Told once for all.
        Some(Trouble::Page(Failure { error: PageError::GivenUp, .. })) => {}
        Some(Trouble::Page(failure @ Failure { error, number })) => {
            let text = failure.to_string();
            // The name is right if page 1 was there.
            let hint = error.hint().filter(|_| *number == 1 || !matches!(error, PageError::NotFound));
            if common.has(&text) {
                // Told once for all.
            } else if error.is_block() {
                journal.block();
                journal.warning("block", person, &text, hint)?;
            } else {
                let failed = if is_own_trouble(error, *number) { Failed::List } else { Failed::User };
                journal.failure(failed, ("list", person, read.word), person, &text, hint)?;
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
            let text = format!("{what}; nothing is removed until that is clear");
            journal.warning(("list", person, "total"), person, &text, None)?;
            problem = Some(text);
        }
        Some(Trouble::Moved) => {
            let text = "the watchlist changed while it was read: one film stands on two of its pages; \
                 nothing is removed until that is clear";
            journal.warning(("list", person, "total"), person, text, None)?;
            problem = Some(text.to_owned());
        }
        Some(Trouble::Waits { why }) => {
            let text = format!("{why}; all pages are read again within an hour");
            journal.failure(Failed::User, ("list", person, read.word), person, &text, None)?;
            problem = Some(text);
        }
        Some(Trouble::Pending { gone, known }) => {
            let text = format!(
                "{gone} of {known} films are gone from the watchlist at once; \
                 nothing is removed until a reading an hour or more later confirms it"
            );
            let hint = "`lbjf sync --allow-shrink` accepts it now";
            journal.warning(("list", person, "pending"), person, &text, Some(hint))?;
            problem = Some(text);
        }
    }
    let is_readable =
        !matches!(read.trouble, Some(Trouble::Page(Failure { number: 1, .. }) | Trouble::OtherMember { .. }));
    let reading = ListReading {
        user: person.to_owned(),
        outcome: read.word,
        declared: read.declared,
        new: read.new,
        gone: read.gone,
    };
    journal.list_read(list, &reading, problem.as_deref(), read.declared.filter(|_| is_readable))
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

/// What is said where a name is another member's now.
pub fn other_member(known: MemberId, found: MemberId) -> Problem {
    Problem {
        message: format!(
            "the name is another member's now (number {found}; it was {known}'s); nothing of theirs is taken, and nothing is removed"
        ),
        hint: "put the member's new name into `letterboxd_username`; if it is the same person with a new account, `lbjf sync --allow-shrink` once",
    }
}

/// What is said of tiles that are no films.
pub fn tiles_text(tiles: u32) -> String {
    let (tiles, are) = (plural(tiles as usize, "tile"), if tiles == 1 { "is" } else { "are" });
    format!("the watchlist shows {tiles} that {are} no film; without them the numbers are right")
}

/// What keeps several people from theirs in the same way, such as no network, is told once for all.
pub(super) fn common_failures(pages: &[Result<WatchlistPage, PageError>], people: &[String]) -> PageFailures {
    let mut failures = PageFailures::default();
    for (place, page) in pages.iter().enumerate() {
        match page {
            Err(error) if error.is_answer() && error.is_passing() && !error.is_block() => {
                failures.note(&error.to_string(), error.hint(), place, &people[place]);
            }
            _ => {}
        }
    }
    failures.retain_common();
    failures
}
