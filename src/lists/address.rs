//! Where the pages of a list are, and whether they are those of the list that is meant. A short link is followed once,
//! and the page that it led to is kept.

use super::Wanted;
use super::accept::Terms;
use crate::clients::letterboxd::page::{Page, Shows};
use crate::clients::letterboxd::{Landing, Letterboxd, PageError};
use crate::domain::ids::{Lid, ListId, Number};
use crate::domain::list::ListSource;
use crate::domain::list_address::{ListAddress, ListPage, PageAddress};
use crate::domain::secret::ApiKey;
use crate::journal::Journal;
use crate::store::StoreError;

/// Where the pages of this list are, or why that could not be found out; `None` for what has none.
pub(super) fn of(
    letterboxd: &Letterboxd,
    journal: &mut Journal,
    wanted: &Wanted<'_>,
) -> Result<Option<Result<PageAddress, PageError>>, StoreError> {
    let (lid, token) = match wanted.source {
        ListSource::Export { .. } => return Ok(None),
        ListSource::Watchlist { member } => return Ok(Some(Ok(PageAddress::Watchlist(member.clone())))),
        ListSource::List(ListAddress::Page(page)) => return Ok(Some(Ok(PageAddress::List(page.clone())))),
        ListSource::List(ListAddress::Short { lid, token }) => (lid, token),
    };
    let list = super::want(journal, wanted)?;
    if let Some(landed) = journal.store().landed(list)?
        && let Ok(ListAddress::Page(page)) = ListAddress::parse(&landed)
    {
        return Ok(Some(Ok(PageAddress::List(ListPage { token: token.clone(), ..page }))));
    }
    let landed = follow(letterboxd, journal, list, lid, token.as_ref())?;
    Ok(Some(landed.map(PageAddress::List)))
}

/// Where a short link leads now, where the page that it led to before is gone.
pub(super) fn again(
    letterboxd: &Letterboxd,
    journal: &mut Journal,
    wanted: &Wanted<'_>,
    before: &PageAddress,
) -> Result<Option<PageAddress>, StoreError> {
    let ListSource::List(ListAddress::Short { lid, token }) = wanted.source else { return Ok(None) };
    let list = super::want(journal, wanted)?;
    let landed = follow(letterboxd, journal, list, lid, token.as_ref())?;
    Ok(landed.ok().map(PageAddress::List).filter(|page| page != before))
}

/// The list that a short link leads to, which is kept.
fn follow(
    letterboxd: &Letterboxd,
    journal: &mut Journal,
    list: ListId,
    lid: &Lid,
    token: Option<&ApiKey>,
) -> Result<Result<ListPage, PageError>, StoreError> {
    let landed = landing(letterboxd, lid, token);
    super::note_routes(letterboxd, journal)?;
    if let Ok(page) = &landed
        // A token that is not the config's own is a secret that must not be stored.
        && page.token.as_ref() == token
    {
        journal.list_landed(list, &page.to_string())?;
    }
    Ok(landed)
}

/// The list that a short link leads to.
fn landing(letterboxd: &Letterboxd, lid: &Lid, token: Option<&ApiKey>) -> Result<ListPage, PageError> {
    match letterboxd.follow(lid, token)? {
        Landing::List(page) => Ok(page),
        // It leads to no list.
        Landing::Film(_) | Landing::Elsewhere => Err(PageError::NotFound),
    }
}

/// Where the pages of a list are; a short link is followed.
///
/// # Errors
///
/// When the link cannot be followed, or leads to no list.
pub fn page_of(letterboxd: &Letterboxd, address: &ListAddress) -> Result<ListPage, PageError> {
    match address {
        ListAddress::Page(page) => Ok(page.clone()),
        ListAddress::Short { lid, token } => landing(letterboxd, lid, token.as_ref()),
    }
}

/// The list that a page shows, if it is another one than the one that was meant: by its number, which outlives its name
/// and its owner's; by its name where no number is known.
pub fn other_than(asked: &ListPage, known: Option<Number>, page: &Page) -> Option<String> {
    let Shows::List { owner, slug, number } = &page.shows else { return None };
    let is_it = match (known, number) {
        (Some(known), Some(found)) => known == *found,
        _ => asked.owner == *owner && asked.slug == *slug,
    };
    (!is_it).then(|| format!("`{owner}/{slug}`"))
}

/// The same for a list of the store. Remembers the number.
pub(super) fn other_list(
    journal: &mut Journal,
    list: ListId,
    address: &PageAddress,
    page: &Page,
    terms: Terms,
) -> Result<Option<String>, StoreError> {
    let PageAddress::List(asked) = address else { return Ok(None) };
    let other = other_than(asked, journal.store().number(list)?, page);
    if other.is_some() && !terms.allow_shrink {
        return Ok(other);
    }
    if let Some(number) = page.number() {
        journal.number_known(list, number)?;
    }
    Ok(None)
}
