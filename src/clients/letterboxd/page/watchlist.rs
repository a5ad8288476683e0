//! A page of a watchlist: whose it is, what it declares, and what it leads to. Its entries are read in [`super::grid`].

use select::document::Document;
use select::node::Node;
use select::predicate::{Attr, Class, Predicate};
use url::Url;

use super::grid::entries;
use super::{
    Page, Shows, Unreadable, body_of, changed, foreign, has_class, last_page, prove_end, shorten, shown_class,
};
use crate::clients::letterboxd::html_limits;
use crate::domain::ids::Number;

/// Entries on a full page (docs/letterboxd.md#pagination).
pub const ENTRIES_PER_PAGE: u32 = 28;

/// No list has more pages: the longest known ones have a tenth of that. What declares more is garbled, and nothing is
/// asked, or set aside in memory, because of it.
pub const MAX_PAGES: u32 = 10_000;

/// Reads page number `page` of the watchlist of `user` (lower case).
///
/// # Errors
///
/// When it is not that page, or not all of it can be read.
pub fn watchlist(html: &str, user: &str, page: u32) -> Result<Page, Unreadable> {
    html_limits::check(html)?;
    let document = Document::from(html);
    let body = body_of(&document)?;
    if !has_class(body.attr("class"), "watchlist") {
        let is_ours = document.find(Attr("data-num-entries", ())).next().is_some();
        return Err(if is_ours {
            changed("body.watchlist", shown_class(body.attr("class")))
        } else {
            foreign(html, body.attr("class"))
        });
    }
    prove_owner(&document, &body, user)?;
    let column = content(&document)
        .ok_or_else(|| changed(".js-watchlist-content[data-num-entries]", "no such element"))?;
    let declared = column.attr("data-num-entries").unwrap_or_default().trim();
    let declared = total(declared)?;
    // A page behind the last one is no page of another shape: the list shrank since somebody counted its pages.
    let is_past_end = (page - 1).saturating_mul(ENTRIES_PER_PAGE) >= declared;
    let (entries, other_tiles) = entries(&main_part(column), declared, is_past_end)?;
    let shown = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let pages = last_page(&document, page, (declared, ENTRIES_PER_PAGE), shown);
    // One page more than the total fills may be led to.
    if pages > MAX_PAGES + 1 {
        return Err(changed("believable number of pages", format!("{pages}")));
    }
    if declared == 0 && shown == 0 && page == 1 && pages > 1 {
        return Err(changed("believable number in data-num-entries", "`0` on a page that leads to others"));
    }
    let member = column.attr("data-path").and_then(member_number);
    let found = Page {
        shows: Shows::Watchlist(member),
        declared: Some(declared),
        updated: None,
        pages,
        entries,
        other_tiles,
    };
    if found.pages == 1 {
        prove_end(std::slice::from_ref(&found))?;
    }
    Ok(found)
}

/// How many entries a list declares, of digits and nothing else.
fn total(text: &str) -> Result<u32, Unreadable> {
    let shown = || format!("`{}`", shorten(text));
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(changed("number in data-num-entries", shown()));
    }
    let number = text.parse().ok().filter(|number: &u32| number.div_ceil(ENTRIES_PER_PAGE) <= MAX_PAGES);
    number.ok_or_else(|| changed("believable number in data-num-entries", shown()))
}

/// `data-owner`, or the owner in `og:url`, must be the user that was asked for.
fn prove_owner(document: &Document, body: &Node<'_>, user: &str) -> Result<(), Unreadable> {
    let from_address = || {
        let meta = document.find(Attr("property", "og:url")).next()?;
        let url = Url::parse(meta.attr("content")?).ok()?;
        url.path_segments()?.next().map(str::to_owned)
    };
    let named = |owner: &String| !owner.is_empty();
    let owner = body.attr("data-owner").map(str::to_owned).filter(named);
    match owner.or_else(|| from_address().filter(named)) {
        None => Err(changed("body[data-owner] or og:url", "neither")),
        Some(owner) if owner.eq_ignore_ascii_case(user) => Ok(()),
        Some(found) => Err(Unreadable::OtherOwner { asked: user.to_owned(), found: shorten(&found) }),
    }
}

/// `15345230`, as in `/esi/watchlist/15345230/default/…`.
fn member_number(path: &str) -> Option<Number> {
    let mut parts = path.split('/').skip_while(|part| *part != "watchlist");
    let number = parts.nth(1)?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    Number::new(number.parse().ok().filter(|_| is_number)?)
}

/// The watchlist's own part of the page: it carries the declared total.
fn content(document: &Document) -> Option<Node<'_>> {
    let by_class = document.find(Class("js-watchlist-content").and(Attr("data-num-entries", ()))).next();
    // The attribute is what matters; the class may be renamed without harm as long as nothing else carries it.
    by_class.or_else(|| {
        let mut all = document.find(Attr("data-num-entries", ()));
        all.next().filter(|_| all.next().is_none())
    })
}

/// The part of the watchlist that holds its grid; a sidebar would stand beside it.
fn main_part(column: Node<'_>) -> Node<'_> {
    let named = ["js-watchlist-main-content", "col-main"];
    named.iter().find_map(|class| column.find(Class(*class)).next()).unwrap_or(column)
}

#[cfg(test)]
pub(super) mod tests;
