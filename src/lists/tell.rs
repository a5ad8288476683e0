//! What is said of a list that was read, or could not be.

use super::outcome::{ListOutcome, Trouble};
use super::reading::Failure;
use super::{Wanted, export};
use crate::clients::letterboxd::PageError;
use crate::clients::letterboxd::page::{Page, Unreadable};
use crate::domain::clock::{DAY, Timestamp};
use crate::domain::event::{Failed, ListReading};
use crate::domain::ids::{ListId, Number};
use crate::domain::list::ListSource;
use crate::domain::problem::Problem;
use crate::domain::text::plural;
use crate::journal::{Journal, PageFailures};
use crate::store::StoreError;

/// Writes down how the reading of a list went, and says what a person should know about it. What is told of several
/// lists at once is `common`.
pub(super) fn tell(
    journal: &mut Journal,
    wanted: &Wanted<'_>,
    list: ListId,
    read: &ListOutcome,
    common: &PageFailures,
) -> Result<(), StoreError> {
    let (about, noun) = (wanted.about.as_str(), wanted.source.noun());
    match &read.namesake {
        Some(name) => {
            let text = format!("is the same member as `{name}`, who is also in the config");
            let hint = "remove the old name from the config; lbjf then keeps what it knows under the new one, unless that already has a list";
            journal.warning(("member", about), about, &text, Some(hint))?;
        }
        None if read.trouble.is_none() => journal.trouble_over_for("member", about)?,
        None => {}
    }
    let mut problem = None;
    match &read.trouble {
        None => {
            journal.trouble_over_for("list", about)?;
            if matches!(wanted.source, ListSource::Export { .. }) {
                tell_age(journal, &wanted.about, list)?;
            } else {
                journal.trouble_over("block")?;
            }
            if read.other_tiles == 0 {
                journal.trouble_over_for("tiles", about)?;
            } else {
                journal.warning(("tiles", about, ""), about, &tiles_text(noun, read.other_tiles), None)?;
            }
        }
        Some(Trouble::Page(Failure { error: PageError::Stopped, .. })) => journal.block(),
        // Told once for all.
        Some(Trouble::Page(Failure { error: PageError::GivenUp, .. })) => {}
        Some(trouble) => {
            let Said { failed, detail, text, hint } = say(trouble, wanted, read.word);
            match (trouble, failed) {
                // Told once for all.
                (Trouble::Page(_), _) if common.has(&text) => {}
                (Trouble::Page(failure), _) if failure.error.is_block() => {
                    journal.block();
                    journal.warning("block", about, &text, hint)?;
                }
                (_, Some(failed)) => journal.failure(failed, ("list", about, detail), about, &text, hint)?,
                (_, None) => journal.warning(("list", about, detail), about, &text, hint)?,
            }
            problem = Some(text);
        }
    }
    let reading = |person: &&str| ListReading {
        user: (*person).to_owned(),
        list: wanted.source.name(),
        outcome: read.word,
        declared: read.declared,
        new: read.new,
        gone: read.gone,
    };
    let readings: Vec<_> = wanted.people.iter().map(reading).collect();
    let is_read = !read.trouble.as_ref().is_some_and(Trouble::is_unread);
    journal.list_read(list, &readings, problem.as_deref(), is_read)
}

/// What is said of a trouble.
struct Said<'a> {
    /// What failed; `None` for a warning.
    failed: Option<Failed<'a>>,
    /// Which trouble it is, so that it is told once a day.
    detail: &'a str,
    text: String,
    hint: Option<&'static str>,
}

fn say<'a>(trouble: &'a Trouble, wanted: &'a Wanted<'_>, word: &'a str) -> Said<'a> {
    let (noun, people) = (wanted.source.noun(), wanted.people.as_slice());
    let warning = |detail, text| Said { failed: None, detail, text, hint: None };
    match trouble {
        Trouble::OtherMember { known, found } => {
            let Problem { message: text, hint } = other_member(*known, *found);
            Said { failed: Some(Failed::List(people)), detail: "member", text, hint: Some(hint) }
        }
        Trouble::OtherList { found } => {
            let Problem { message: text, hint } = other_list(found);
            Said { failed: Some(Failed::List(people)), detail: "member", text, hint: Some(hint) }
        }
        Trouble::Export(error) => Said {
            failed: Some(Failed::Users(people)),
            detail: word,
            text: error.to_string(),
            hint: error.hint(),
        },
        Trouble::BadRows { rows } => {
            let Problem { message, hint } = bad_rows(rows);
            Said { hint: Some(hint), ..warning("rows", message) }
        }
        Trouble::TotalMoved { declared, shown } => {
            let what = match shown {
                Some(shown) => {
                    let declared = plural(*declared as usize, "film");
                    format!("the {noun} declares {declared} but shows {shown}")
                }
                None => format!("the pages of the {noun} do not agree on its total"),
            };
            warning("total", format!("{what}; nothing is removed until that is clear"))
        }
        Trouble::Untold => warning(
            "untold",
            format!("the {noun} does not say how many films it has; films are added, and none is removed"),
        ),
        Trouble::Moved => warning(
            "total",
            format!(
                "the {noun} changed while it was read: one film stands on two of its pages; \
                 nothing is removed until that is clear"
            ),
        ),
        Trouble::Waits { why } => Said {
            failed: Some(Failed::Users(people)),
            detail: word,
            text: format!("{why}; all pages are read again within an hour"),
            hint: None,
        },
        Trouble::Pending { gone, known } => {
            let text = format!(
                "{gone} of {known} films are gone from the {noun} at once; \
                 nothing is removed until a reading an hour or more later confirms it"
            );
            Said { hint: Some("`lbjf sync --allow-shrink` accepts it now"), ..warning("pending", text) }
        }
        Trouble::Page(failure) => {
            let is_own = is_own_trouble(failure);
            let failed = Some(if is_own { Failed::List(people) } else { Failed::Users(people) });
            Said { failed, detail: word, text: failure.to_string(), hint: failure.hint() }
        }
    }
}

/// An export knows nothing of what came after its day.
fn tell_age(journal: &mut Journal, about: &str, list: ListId) -> Result<(), StoreError> {
    let now = journal.now();
    match journal.store().cursor(list)?.accepted_at {
        Some(as_of) if export::is_old(as_of, now) => {
            let Problem { message, hint } = old_export(as_of, now);
            journal.warning_each_week(("export", about), about, &message, Some(hint))
        }
        _ => journal.trouble_over_for("export", about),
    }
}

/// Can only the person whose list it is mend this, or whoever wrote their name into the config? It is no fault of a
/// server, so it is told once a day and makes nobody sick.
fn is_own_trouble(failure: &Failure) -> bool {
    match failure.error {
        PageError::Private | PageError::Unreadable(Unreadable::TooLong { .. }) => true,
        PageError::NotFound | PageError::Unreadable(Unreadable::OtherOwner { .. }) => failure.number == 1,
        _ => false,
    }
}

/// What is said where a name is another member's now.
pub fn other_member(known: Number, found: Number) -> Problem {
    Problem {
        message: format!(
            "the name is another member's now (number {found}; it was {known}'s); nothing of theirs is taken, and nothing is removed"
        ),
        hint: "put the member's new name into `letterboxd_username`; if it is the same person with a new account, `lbjf sync --allow-shrink` once",
    }
}

/// What is said where an address shows another list, by its address.
pub fn other_list(found: &str) -> Problem {
    Problem {
        message: format!(
            "the address shows another list now, {found}; nothing of it is taken, and nothing is removed"
        ),
        hint: "put the list's new address into the config; if this is the list you mean, `lbjf sync --allow-shrink` once",
    }
}

/// Rows of an export that name no film, each as [`export::bad_rows`] names it.
pub fn bad_rows_text(rows: &[String]) -> String {
    let (first, more) = (&rows[..rows.len().min(3)], rows.len().saturating_sub(3));
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let first = first.join(", ");
    if rows.len() == 1 {
        format!("a row names no film: {first}")
    } else {
        format!("rows name no film: {first}{more}")
    }
}

/// What is said of them where the export is somebody's list.
pub fn bad_rows(rows: &[String]) -> Problem {
    Problem {
        message: format!("{}; nothing is removed because of this export", bad_rows_text(rows)),
        hint: "download the export again",
    }
}

/// What is said of an export that is of an old day.
pub fn old_export(as_of: Timestamp, now: Timestamp) -> Problem {
    let age = plural(usize::try_from((now - as_of) / DAY).unwrap_or(0), "day");
    Problem {
        message: format!("the export is {age} old; lbjf does not know what was added or removed since"),
        hint: "get a new one at Letterboxd under Settings > Data > Export your data",
    }
}

/// What is said of tiles that are no films.
pub fn tiles_text(noun: &str, tiles: u32) -> String {
    let (tiles, are) = (plural(tiles as usize, "tile"), if tiles == 1 { "is" } else { "are" });
    format!("the {noun} shows {tiles} that {are} no film; without them the numbers are right")
}

/// What keeps several lists from being read in the same way, such as no network, is told once for all.
pub(super) fn common_failures<'a>(
    pages: impl IntoIterator<Item = (&'a Wanted<'a>, &'a Result<Page, PageError>)>,
) -> PageFailures {
    let mut failures = PageFailures::default();
    for (place, (wanted, page)) in pages.into_iter().enumerate() {
        match page {
            Err(error) if error.is_answer() && error.is_passing() && !error.is_block() => {
                failures.note(&error.to_string(), error.hint(), (place, &wanted.about), &wanted.people);
            }
            _ => {}
        }
    }
    failures.retain_common();
    failures
}
