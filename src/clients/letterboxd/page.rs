//! HTML text in, entries and TMDB links out. Pure.
//!
//! A page is believed only when it proves to be the one that was asked for; every grid item must then give a slug.
//! What is looked for and did not turn up is a [`Unreadable::MarkupChanged`], never a shorter list. Markup of 2023,
//! 2024, August 2025, January 2026 and May 2026 is understood (docs/letterboxd.md#posters).

mod film;
mod grid;
mod list;
mod watchlist;
mod whole;

use std::borrow::Cow;

use select::document::Document;
use select::node::Node;
use select::predicate::{Class, Name, Predicate};
use serde::Deserialize;

use super::html_limits::LimitExceeded;
use super::html_tags::Tags;
use crate::domain::film::ListEntry;
use crate::domain::ids::{Lid, Number, Slug};
use crate::domain::text::{excerpt, one_line};
pub use film::{FilmPage, film};
pub use list::{FILMS_PER_PAGE, list};
pub use watchlist::{ENTRIES_PER_PAGE, MAX_PAGES, watchlist};
pub use whole::{films_in_other_tiles, prove_end};

/// One page of a watchlist or of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What it shows.
    pub shows: Shows,
    /// How many entries there are in all, as the page declares it; `None` where a list does not say. A watchlist does.
    pub declared: Option<u32>,
    /// When a list was changed last, in the page's own words, for comparing only; `None` where the page does not say.
    pub updated: Option<String>,
    /// How many pages there are, as far as this one tells.
    pub pages: u32,
    /// The entries of this page in their order: of a watchlist newest first.
    pub entries: Vec<ListEntry>,
    /// Tiles in the grid that look like no film at all, such as a banner. Only the numbers of the whole list tell
    /// whether they are none.
    pub other_tiles: u32,
}

/// What a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shows {
    /// The watchlist that was asked for, of the member with this number, which stays when they change names; `None`
    /// where the page does not say.
    Watchlist(Option<Number>),
    /// This list.
    List {
        /// The member whose list it is, in lower case.
        owner: String,
        /// The list's name in addresses.
        slug: Slug,
        /// Letterboxd's own number of the list, which outlives its name; `None` where the page does not say.
        number: Option<Number>,
    },
}

impl Page {
    /// Entries on a full page of this kind.
    pub fn full(&self) -> u32 {
        match self.shows {
            Shows::Watchlist(_) => ENTRIES_PER_PAGE,
            Shows::List { .. } => FILMS_PER_PAGE,
        }
    }

    /// The number that tells whether it is the same list as before, whatever its name is now.
    pub fn number(&self) -> Option<Number> {
        match self.shows {
            Shows::Watchlist(number) | Shows::List { number, .. } => number,
        }
    }
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
    /// A list of more films than lbjf reads.
    #[error("the list has {pages} pages; lbjf reads lists of up to 100 pages")]
    TooLong {
        /// As many as it leads to.
        pages: u32,
    },
    /// A short link led to a film that has another short id.
    #[error("the film page is about another film, `boxd.it/{found}`")]
    OtherFilm {
        /// The short id that the page tells.
        found: Lid,
    },
    /// The two places that name the TMDB id contradict each other.
    #[error("the film page contradicts itself: its button says TMDB {button}, its body says {body}")]
    Contradiction {
        /// What the button says, as `movie/949`.
        button: String,
        /// What the body's attributes say.
        body: String,
    },
}

/// The page's title, for messages; also of pages that are no watchlist and no film.
pub fn title(html: &str) -> Option<String> {
    let mut tags = Tags::of(html);
    let title = loop {
        let tag = tags.read()?;
        if tag.starts("title") {
            break tag.text;
        }
    };
    // Titles begin with a left-to-right mark, which goes like all of its kind.
    let title = decoded(title);
    let title = one_line(&title);
    let title = title.trim();
    (!title.is_empty()).then(|| shorten(title))
}

/// A text of a page as it reads, with `&` where `&amp;` is written, and its like.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let document = Document::from(format!("<title>{}</title>", text.replace('<', "&lt;")).as_str());
    Cow::Owned(document.find(Name("title")).next().map(|title| title.text()).unwrap_or_default())
}

fn changed(looked_for: &str, found: impl Into<String>) -> Unreadable {
    Unreadable::MarkupChanged { looked_for: looked_for.to_owned(), found: found.into() }
}

/// Some other page than one that can be read.
pub(super) fn foreign(html: &str, class: Option<&str>) -> Unreadable {
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

fn has_class(classes: Option<&str>, class: &str) -> bool {
    classes.is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == class))
}

fn body_of(document: &Document) -> Result<Node<'_>, Unreadable> {
    document.find(Name("body")).next().ok_or_else(|| Unreadable::Foreign("it has no body".to_owned()))
}

/// How many pages there are, of which a full one has `full` entries: the last number of the pagination. Without
/// numbers, but with a link to the next page, the declared total decides. Never more than the total can fill, with one
/// to spare; pages that hold fewer lead on from one to the next, as long as they show anything.
fn last_page(document: &Document, page: u32, (declared, full): (u32, u32), shown: u32) -> u32 {
    let numbers = document.find(Class("paginate-page")).filter_map(|node| page_number(&node.text()));
    let last = numbers.max().unwrap_or(1).max(page);
    let has_next = document.find(Name("a").and(Class("next"))).next().is_some();
    let per_page = if has_next && shown > 0 { shown } else { full };
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

/// `data-postered-identifier` and `production:identifier`, as far as it is used.
#[derive(Default, Deserialize)]
struct Identifier {
    uid: Option<String>,
    lid: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
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

#[cfg(test)]
mod tests;
