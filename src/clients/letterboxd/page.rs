//! HTML text in, entries and TMDB links out. Pure.
//!
//! A page is believed only when it proves to be the one that was asked for; every grid item must then give a slug.
//! What is looked for and did not turn up is a [`Unreadable::MarkupChanged`], never a shorter list. Markup of 2023,
//! 2024, August 2025, January 2026 and May 2026 is understood (docs/letterboxd.md#posters).

mod film;

use std::cell::RefCell;

use lol_html::{Settings, text};
use select::document::Document;
use select::node::Node;
use select::predicate::{Any, Attr, Class, Name, Predicate};
use serde::Deserialize;
use url::Url;

use super::html_limits::{self, LimitExceeded};
use crate::domain::film::{Slug, Uid, WatchlistEntry, split_year};
use crate::domain::ids::Lid;
use crate::domain::text::{excerpt, one_line};
pub use film::{FilmPage, film};

/// Entries on a full page (docs/letterboxd.md#pagination).
pub const ENTRIES_PER_PAGE: u32 = 28;

/// No list has more pages: the longest known ones have a tenth of that. What declares more is garbled, and nothing is
/// asked, or set aside in memory, because of it.
pub const MAX_PAGES: u32 = 10_000;

/// The longest title there is has 250 letters; what is longer is cut.
const MAX_NAME: usize = 500;

/// A few films may be counted and not shown. More than these behind a full page are on a page that is not linked.
const MAX_HIDDEN: usize = 5;

/// One page of a watchlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchlistPage {
    /// How many entries the whole list has, as the page declares it.
    pub declared: u32,
    /// How many pages there are, as far as this page tells.
    pub pages: u32,
    /// The entries of this page, newest first.
    pub entries: Vec<WatchlistEntry>,
    /// Letterboxd's own number of the member, which stays when they change names; `None` where the page does not say.
    pub member: Option<i64>,
    /// Tiles in the grid that look like no film at all, such as a banner. Only the numbers of the whole list tell
    /// whether they are none.
    pub other_tiles: u32,
}

/// Why a page of status 200 could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A Letterboxd page as asked for, but something this parser needs is not in it.
    #[error("the page has no {looked_for}, found {found}")]
    MarkupChanged {
        /// What was looked for.
        looked_for: String,
        /// What there was instead.
        found: String,
    },
    /// Some other page.
    #[error("an unexpected page came instead: {0}")]
    Foreign(String),
    /// Somebody else's watchlist.
    #[error("the watchlist of `{found}` came instead of `{asked}`'s")]
    OtherOwner {
        /// Who was asked for.
        asked: String,
        /// Who came.
        found: String,
    },
    /// Not parsed at all.
    #[error("an unexpected page came instead: {0}")]
    LimitExceeded(#[from] LimitExceeded),
    /// The two places that name the TMDB id contradict each other.
    #[error("the film page contradicts itself: its button says TMDB {button}, its body says {body}")]
    Contradiction {
        /// What the button says, as `movie/949`.
        button: String,
        /// What the body's attributes say.
        body: String,
    },
}

/// Reads page number `page` of the watchlist of `user` (lower case).
///
/// # Errors
///
/// When it is not that page, or not all of it can be read.
pub fn watchlist(html: &str, user: &str, page: u32) -> Result<WatchlistPage, Unreadable> {
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
    let pages = pages(&document, page, declared, shown);
    // One page more than the total fills may be led to.
    if pages > MAX_PAGES + 1 {
        return Err(changed("believable number of pages", format!("{pages}")));
    }
    if declared == 0 && shown == 0 && page == 1 && pages > 1 {
        return Err(changed("believable number in data-num-entries", "`0` on a page that leads to others"));
    }
    let member = column.attr("data-path").and_then(member_number);
    let found = WatchlistPage { declared, pages, entries, member, other_tiles };
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

/// Are these all pages of a list? They seem to be, since nothing on the last one leads further; but a full page with
/// most of the list still to come is none to end with.
///
/// # Errors
///
/// When it is not the end.
pub fn prove_end(pages: &[WatchlistPage]) -> Result<(), Unreadable> {
    let (Some(first), Some(last)) = (pages.first(), pages.last()) else { return Ok(()) };
    let shown: usize = pages.iter().map(|page| page.entries.len()).sum();
    let is_full = last.entries.len() >= first.entries.len().max(ENTRIES_PER_PAGE as usize);
    if !is_full || (last.declared as usize) <= shown + MAX_HIDDEN {
        return Ok(());
    }
    Err(changed("link to the next page", format!("none behind {shown} of {} films", last.declared)))
}

/// Do the tiles that look like no film hide some of the films that the list counts? Not where `shown` films, with the
/// `shortfall` that is known of this list, are all of them. Gives the first page that has such tiles.
pub fn films_in_other_tiles(
    pages: &[WatchlistPage],
    shown: u32,
    shortfall: u32,
) -> Option<(Unreadable, u32)> {
    let number = pages.iter().position(|page| page.other_tiles > 0)?;
    let page = &pages[number];
    if shown.saturating_add(shortfall) >= page.declared {
        return None;
    }
    let films = page.entries.len();
    let text = format!("{films} of {} grid items that name one", films + page.other_tiles as usize);
    Some((changed("slug in every grid item", text), u32::try_from(number + 1).unwrap_or(u32::MAX)))
}

/// The page's title, for messages; also of pages that are no watchlist and no film.
pub fn title(html: &str) -> Option<String> {
    let title = RefCell::new((String::new(), false));
    let settings = Settings::new().append_element_content_handler(text!("title", |text| {
        let (title, is_whole) = &mut *title.borrow_mut();
        if !*is_whole {
            title.push_str(text.as_str());
            *is_whole = text.last_in_text_node();
        }
        Ok(())
    }));
    html_limits::stream(html, settings).ok()?;
    // Titles begin with a left-to-right mark, which goes like all of its kind.
    let title = decoded(title.into_inner().0);
    let title = one_line(&title);
    let title = title.trim();
    (!title.is_empty()).then(|| shorten(title))
}

/// A text of a page as it reads: the streaming parser leaves `&amp;` and its like as they are.
fn decoded(text: String) -> String {
    if !text.contains('&') {
        return text;
    }
    let document = Document::from(format!("<title>{}</title>", text.replace('<', "&lt;")).as_str());
    document.find(Name("title")).next().map(|title| title.text()).unwrap_or_default()
}

fn changed(looked_for: &str, found: impl Into<String>) -> Unreadable {
    Unreadable::MarkupChanged { looked_for: looked_for.to_owned(), found: found.into() }
}

fn foreign(html: &str, class: Option<&str>) -> Unreadable {
    if html.trim().is_empty() {
        return Unreadable::Foreign("it is empty".to_owned());
    }
    let title = title(html).unwrap_or_else(|| "none".to_owned());
    Unreadable::Foreign(format!("title `{title}`, {}, {} bytes", shown_class(class), html.len()))
}

fn shown_class(class: Option<&str>) -> String {
    format!("body class `{}`", shorten(class.unwrap_or("none")))
}

fn shorten(text: &str) -> String {
    excerpt(text, 80)
}

fn body_of(document: &Document) -> Result<Node<'_>, Unreadable> {
    document.find(Name("body")).next().ok_or_else(|| Unreadable::Foreign("it has no body".to_owned()))
}

fn has_class(classes: Option<&str>, class: &str) -> bool {
    classes.is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == class))
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
fn member_number(path: &str) -> Option<i64> {
    let mut parts = path.split('/').skip_while(|part| *part != "watchlist");
    let number = parts.nth(1)?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|number| is_number && *number > 0)
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

const ITEM_CLASSES: &[&str] = &["griditem", "posteritem", "poster-container"];
/// Newest first: the order in which they are believed.
const SLUG_ATTRIBUTES: &[&str] = &["data-item-link", "data-item-slug", "data-film-slug", "data-target-link"];

/// The films of a page, and how many tiles look like no film.
fn entries(
    column: &Node<'_>,
    declared: u32,
    may_be_empty: bool,
) -> Result<(Vec<WatchlistEntry>, u32), Unreadable> {
    // A sidebar may show posters of other lists (docs/letterboxd.md#the-watchlist-page).
    let is_own = |node: &Node<'_>| !ancestors(*node, column).any(|parent| parent.name() == Some("aside"));
    let is_item = |node: &Node<'_>| ITEM_CLASSES.iter().any(|class| has_class(node.attr("class"), class));
    let items: Vec<_> = column.find(Name("li")).filter(|node| is_item(node) && is_own(node)).collect();
    let read: Vec<_> = items.iter().map(entry).collect();
    let others = items.iter().zip(&read).filter(|(item, read)| read.is_none() && !has_poster(item)).count();
    let entries: Vec<_> = read.into_iter().flatten().collect();
    let posters = column
        .find(Any)
        .filter(|node| slug_attribute(node).is_some() && is_own(node))
        .filter(|node| !ancestors(*node, column).any(|parent| slug_attribute(&parent).is_some()))
        .count();
    if items.is_empty() && !may_be_empty {
        let text = format!("{posters} posters elsewhere, of {declared} declared");
        return Err(changed("li.griditem in the watchlist", text));
    }
    let is_all_others = entries.is_empty() && others > 0 && !may_be_empty;
    if entries.len() + others < items.len() || is_all_others {
        let text = format!("{} of {} grid items that name one", entries.len(), items.len());
        return Err(changed("slug in every grid item", text));
    }
    if entries.len() != posters {
        let text = format!("{} grid items, {posters} posters", entries.len());
        return Err(changed("poster in every grid item and none outside", text));
    }
    Ok((entries, u32::try_from(others).unwrap_or(u32::MAX)))
}

/// Does anything in a tile speak of a film? Not in a banner: no name, number or picture of one, and no way to one.
fn has_poster(item: &Node<'_>) -> bool {
    const SIGNS: &[&str] =
        &["data-item-", "data-film-", "data-poster", "data-target-", "data-component-", "data-production-"];
    let is_sign = |name: &str, value: &str| match name {
        "class" => value.contains("poster") || value.contains("react-component"),
        "href" => value.contains("/film/"),
        name => SIGNS.iter().any(|sign| name.starts_with(sign)),
    };
    // The item's own class is the one of all tiles, which was called after posters for years.
    item.attrs().any(|(name, value)| name != "class" && is_sign(name, value))
        || item.find(Any).any(|node| node.attrs().any(|(name, value)| is_sign(name, value)))
}

/// The ancestors of `node` up to and without `top`.
fn ancestors<'a>(node: Node<'a>, top: &Node<'a>) -> impl Iterator<Item = Node<'a>> {
    let top = top.index();
    std::iter::successors(node.parent(), Node::parent).take_while(move |node| node.index() != top)
}

fn slug_attribute(node: &Node<'_>) -> Option<Slug> {
    SLUG_ATTRIBUTES.iter().find_map(|attribute| Slug::parse(node.attr(attribute)?))
}

/// `data-postered-identifier` and `production:identifier`, as far as it is used.
#[derive(Default, Deserialize)]
struct Identifier {
    uid: Option<String>,
    lid: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

fn entry(item: &Node<'_>) -> Option<WatchlistEntry> {
    // The item itself or what it holds: name, slug and id must come from one element.
    let poster = std::iter::once(*item).chain(item.find(Any)).find(|node| slug_attribute(node).is_some())?;
    let slug = slug_attribute(&poster)?;
    let identifier = poster.attr("data-postered-identifier").and_then(|json| serde_json::from_str(json).ok());
    let identifier: Identifier = identifier.unwrap_or_default();
    let uid = identifier
        .uid
        .or_else(|| poster.attr("data-item-uid").map(str::to_owned))
        .or_else(|| poster.attr("data-film-id").map(|number| format!("film:{number}")))
        .filter(|uid| is_uid(uid))
        .map(Uid);
    let label = ["data-item-full-display-name", "data-item-name"]
        .iter()
        .find_map(|attribute| poster.attr(attribute))
        .or_else(|| item.find(Name("img")).find_map(|image| image.attr("alt")))
        .map(|label| excerpt(label, MAX_NAME).trim().to_owned())
        .filter(|label| !label.is_empty());
    let (name, year) = label.map_or_else(
        || (slug.0.clone(), None),
        |label| {
            let (name, year) = split_year(&label);
            (name.to_owned(), year)
        },
    );
    let lid = identifier.lid.as_deref().and_then(Lid::parse);
    let other_kind = identifier.kind.map(|kind| excerpt(&kind, 40)).filter(|kind| kind != "film");
    Some(WatchlistEntry { uid, lid, slug, name, year, other_kind })
}

/// As in `film:1071220`.
fn is_uid(text: &str) -> bool {
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    text.split_once(':').is_some_and(|(kind, number)| {
        (1..=20).contains(&kind.len())
            && is_word(kind)
            && (1..=20).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// How many pages there are: the last number of the pagination. Without numbers, but with a link to the next page,
/// the declared total decides. Never more than the total can fill, with one to spare; pages that hold fewer lead on from
/// one to the next, as long as they show anything.
fn pages(document: &Document, page: u32, declared: u32, shown: u32) -> u32 {
    let numbers = document.find(Class("paginate-page")).filter_map(|node| page_number(&node.text()));
    let last = numbers.max().unwrap_or(1).max(page);
    let has_next = document.find(Name("a").and(Class("next"))).next().is_some();
    let per_page = if has_next && shown > 0 { shown } else { ENTRIES_PER_PAGE };
    let filled = declared.div_ceil(per_page);
    let seen = if shown > 0 || page == 1 { page } else { 0 };
    let most = filled.max(seen).saturating_add(1);
    let pages = match (last > page, has_next) {
        (true, _) => last.min(most),
        (false, true) => filled.max(page.saturating_add(1)).min(most),
        (false, false) => page,
    };
    pages.max(page)
}

/// `15`, or `1,234`; a number beyond all is the largest there is.
fn page_number(text: &str) -> Option<u32> {
    let digits = text.trim().replace([',', '.', '\u{a0}', '\u{202f}'], "");
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
