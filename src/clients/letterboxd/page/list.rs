//! A page of a member's list (docs/letterboxd.md#lists).
//!
//! Unlike a watchlist it need not tell how many films it has: only the sentence at the beginning of its description
//! does, and what follows is the owner's own text. A page without the sentence has an unknown total, never none.

use select::document::Document;
use select::node::Node;
use select::predicate::{Attr, Class, Name, Predicate};
use url::Url;

use super::grid::entries;
use super::{
    Identifier, Page, Shows, Unreadable, body_of, changed, foreign, has_class, last_page, shorten,
    shown_class,
};
use crate::clients::letterboxd::html_limits;
use crate::domain::ids::{Number, Slug};
use crate::domain::text::one_line;

/// Films on a full page.
pub const FILMS_PER_PAGE: u32 = 100;

/// Longer lists are refused by name.
pub const MAX_PAGES: u32 = 100;

/// Reads page number `page` of a list. Whether it is the list that was meant its owner, name and number tell.
///
/// # Errors
///
/// When it is no page of a list, or not all of it can be read.
pub fn list(html: &str, page: u32) -> Result<Page, Unreadable> {
    html_limits::check(html)?;
    let document = Document::from(html);
    let body = body_of(&document)?;
    let is_list = meta(&document, "property", "og:type").is_some_and(|kind| kind == "letterboxd:list");
    if !has_class(body.attr("class"), "list-page") {
        return Err(if is_list {
            changed("body.list-page", shown_class(body.attr("class")))
        } else {
            foreign(html, body.attr("class"))
        });
    }
    let (owner, slug) = names(&document, &body)?;
    let declared = meta(&document, "name", "description").and_then(total);
    let may_be_empty = declared.is_none_or(|declared| (page - 1).saturating_mul(FILMS_PER_PAGE) >= declared);
    let column = document.find(Name("section").and(Class("col-main"))).next();
    let column = column.ok_or_else(|| changed("section.col-main", "no such element"))?;
    let (entries, other_tiles) = entries(&column, declared.unwrap_or(0), may_be_empty)?;
    check_ranks(&column)?;
    let shown = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    // One whose total is unknown leads on as long as its pages are full.
    let most = declared.unwrap_or(MAX_PAGES * FILMS_PER_PAGE);
    let pages = last_page(&document, page, (most, FILMS_PER_PAGE), shown);
    if pages > MAX_PAGES {
        return Err(Unreadable::TooLong { pages });
    }
    Ok(Page {
        shows: Shows::List { owner, slug, number: number(&document) },
        declared,
        updated: updated(&document),
        pages,
        entries,
        other_tiles,
    })
}

/// Owner and name, as the page's own address has them; the owner stands on the body as well.
fn names(document: &Document, body: &Node<'_>) -> Result<(String, Slug), Unreadable> {
    let address = meta(document, "property", "og:url").and_then(|url| Url::parse(url).ok());
    let mut segments = address.as_ref().and_then(Url::path_segments).into_iter().flatten();
    let (owner, word, slug) = (segments.next(), segments.next(), segments.next());
    let slug = slug.filter(|_| word == Some("list")).and_then(Slug::parse);
    let owner = body.attr("data-owner").filter(|owner| !owner.is_empty()).or(owner);
    match (owner, slug) {
        (Some(owner), Some(slug)) => Ok((one_line(owner).to_lowercase(), slug)),
        _ => Err(changed("list's address in og:url", shorten(address.as_ref().map_or("none", Url::as_str)))),
    }
}

/// The number in `A list of 1,250 films compiled on Letterboxd, including …`. Only the beginning counts; the rest may
/// be the owner's text and hold any number.
fn total(description: &str) -> Option<u32> {
    let rest = description.trim_start().strip_prefix("A list of ")?;
    let (number, rest) = rest.split_once(" film")?;
    let is_sentence = rest.trim_start_matches('s').starts_with(" compiled on Letterboxd");
    let digits: String = number.chars().filter(|letter| !",. \u{a0}\u{202f}".contains(*letter)).collect();
    let is_number = is_sentence && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // A number beyond all is no number of films.
    digits.parse().ok().filter(|total: &u32| is_number && *total < 100_000_000)
}

/// `filmlist:1234567`, of the list itself: others may be linked to.
fn number(document: &Document) -> Option<Number> {
    let identifiers = document.find(Attr("data-likeable-identifier", ()));
    let mut numbers = identifiers.filter_map(|node| {
        let identifier: Identifier = serde_json::from_str(node.attr("data-likeable-identifier")?).ok()?;
        identifier.uid?.strip_prefix("filmlist:")?.parse().ok().and_then(Number::new)
    });
    numbers.next()
}

/// The last of the times under the title: published, then updated.
fn updated(document: &Document) -> Option<String> {
    let times = document.find(Class("list-date").descendant(Name("time")));
    times.filter_map(|time| time.attr("datetime")).last().map(shorten)
}

/// In a ranked list each film has its number; a gap is a film that was not read.
fn check_ranks(column: &Node<'_>) -> Result<(), Unreadable> {
    let ranks: Vec<u32> = column
        .find(Class("posteritem").descendant(Class("list-number")))
        .filter_map(|rank| rank.text().trim().parse().ok())
        .collect();
    match ranks.windows(2).find(|pair| pair[1] != pair[0] + 1) {
        Some(pair) => Err(changed("film for every rank", format!("{} behind {}", pair[1], pair[0]))),
        None => Ok(()),
    }
}

fn meta<'a>(document: &'a Document, attribute: &'static str, name: &'static str) -> Option<&'a str> {
    document.find(Name("meta").and(Attr(attribute, name))).next()?.attr("content")
}

#[cfg(test)]
mod tests;
