//! Members' lists: what they hold, who may see them, and their pages (docs/letterboxd.md#lists).

use super::film::{self, Film};
use super::pages;
use crate::server::Reply;

/// Films on a page of a list.
pub const LIST_PAGE_SIZE: usize = 100;

/// What a list says of its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Total {
    /// As many as there are.
    #[default]
    Told,
    /// So many more, or fewer.
    Off(i64),
    /// The page has no such sentence.
    Untold,
}

/// A member's list. Entries are slugs, in the owner's order.
#[derive(Clone, Debug)]
pub struct List {
    /// As the owner spells their name.
    pub owner: String,
    /// Its name in addresses.
    pub slug: String,
    /// The number in `filmlist:N`; it outlives names.
    pub number: u32,
    /// Its films.
    pub entries: Vec<String>,
    /// Has each film a number in front?
    pub is_ranked: bool,
    /// Only the owner sees it, and who has the token.
    pub is_private: bool,
    /// Of its share link.
    pub token: Option<String>,
    /// What it says of its size.
    pub total: Total,
    /// When it was changed last, as the page has it; `None` for one that never was.
    pub updated: Option<String>,
    /// The owner's own words.
    pub notes: String,
}

impl List {
    /// A public list without films, never changed.
    pub fn new(owner: &str, slug: &str) -> Self {
        Self {
            owner: owner.to_owned(),
            slug: slug.to_owned(),
            number: 1 + film::hash(&format!("{}/{slug}", owner.to_lowercase())) % 90_000_000,
            entries: Vec::new(),
            is_ranked: false,
            is_private: false,
            token: None,
            total: Total::Told,
            updated: None,
            notes: "A list of 12 films that I saw with my aunt.".to_owned(),
        }
    }

    /// Its short id.
    pub fn lid(&self) -> String {
        film::lid(self.number)
    }

    /// The path of its first page, with the token where one is given.
    pub fn path(&self, token: Option<&str>) -> String {
        let path = format!("/{}/list/{}/", self.owner.to_lowercase(), self.slug);
        token.map_or(path.clone(), |token| format!("{path}share/{token}/"))
    }

    /// The page of this number, for somebody with this token.
    pub(super) fn page(&self, token: Option<&str>, page: u32, films: &[Film]) -> Reply {
        let is_shown = match token {
            Some(token) => self.token.as_deref() == Some(token),
            None => !self.is_private,
        };
        let pages = u32::try_from(films.len().div_ceil(LIST_PAGE_SIZE)).expect("few pages").max(1);
        if !is_shown || page > pages {
            return Reply::html(404, pages::not_found_page());
        }
        let first = (page as usize - 1) * LIST_PAGE_SIZE;
        let shown = &films[first..films.len().min(first + LIST_PAGE_SIZE)];
        Reply::html(200, pages::list_page(self, token, (page, pages), films, (first, shown)))
    }
}
