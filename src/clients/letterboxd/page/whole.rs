//! What the pages of one list say taken together.

use super::{Page, Unreadable, changed};

/// A few films may be counted and not shown. More than these behind a full page are on a page that is not linked.
const MAX_HIDDEN: usize = 5;

/// Are these all pages of a list? They seem to be, since nothing on the last one leads further; but a full page with
/// most of the list still to come is none to end with.
///
/// # Errors
///
/// When it is not the end.
pub fn prove_end(pages: &[Page]) -> Result<(), Unreadable> {
    let (Some(first), Some(last)) = (pages.first(), pages.last()) else { return Ok(()) };
    let shown: usize = pages.iter().map(|page| page.entries.len()).sum();
    let is_full = last.entries.len() >= first.entries.len().max(last.full() as usize);
    match last.declared {
        Some(declared) if is_full && declared as usize > shown + MAX_HIDDEN => {
            Err(changed("link to the next page", format!("none behind {shown} of {declared} films")))
        }
        _ => Ok(()),
    }
}

/// Do the tiles that look like no film hide some of the films that the list counts? Not where `shown` films, with the
/// `shortfall` that is known of this list, are all of them. Gives the first page that has such tiles.
pub fn films_in_other_tiles(pages: &[Page], shown: u32, shortfall: u32) -> Option<(Unreadable, u32)> {
    let number = pages.iter().position(|page| page.other_tiles > 0)?;
    let page = &pages[number];
    if page.declared.is_none_or(|declared| shown.saturating_add(shortfall) >= declared) {
        return None;
    }
    let films = page.entries.len();
    let text = format!("{films} of {} grid items that name one", films + page.other_tiles as usize);
    Some((changed("slug in every grid item", text), u32::try_from(number + 1).unwrap_or(u32::MAX)))
}
