//! The address of a Letterboxd list, in every form that people paste (docs/letterboxd.md#lists). Pure.

use std::fmt;

use super::film::member_name;
use super::ids::{Lid, Slug};
use super::secret::ApiKey;
use super::text::excerpt;

/// What has pages: a watchlist, or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageAddress {
    /// The watchlist of this member, by name in lower case.
    Watchlist(String),
    /// This list.
    List(ListPage),
}

impl PageAddress {
    /// What it is called in messages.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Watchlist(_) => "watchlist",
            Self::List(_) => "list",
        }
    }
}

/// Where a list is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListAddress {
    /// `letterboxd.com/<owner>/list/<slug>/`
    Page(ListPage),
    /// `boxd.it/<lid>`: it leads to the page, and is followed once.
    Short {
        /// The list's short id.
        lid: Lid,
        /// Of a list that is shared by a link only.
        token: Option<ApiKey>,
    },
}

/// The page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPage {
    /// The member whose list it is, as addresses have it.
    pub owner: String,
    /// The list's name in addresses.
    pub slug: Slug,
    /// Of a list that is shared by a link only; its pages hang on it.
    pub token: Option<ApiKey>,
}

/// Why an address is none of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoListAddress {
    /// Some other text.
    #[error("is not the address of a Letterboxd list")]
    Other,
    /// A member's watchlist.
    #[error("is a watchlist, not a list")]
    Watchlist,
    /// Part of a list: Letterboxd's `robots.txt` keeps programs out of them.
    #[error("shows a part of a list only")]
    Filtered,
}

impl NoListAddress {
    /// What to write instead.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Other => "write `dave/official-top-250`, or paste the address of the list's page",
            Self::Watchlist => "a watchlist is set by `letterboxd_username`",
            Self::Filtered => "give the address of the whole list, without what follows its name",
        }
    }
}

/// Views of a list that have all of its films, in whatever order.
const VIEWS: &[&str] = &["detail", "page", "by"];

impl ListAddress {
    /// Reads `dave/official-top-250`, the address of the page with whatever view, page or order follows it, a short
    /// link (`boxd.it/…`), or a share link of either form.
    ///
    /// # Errors
    ///
    /// If it is no address of a whole list.
    pub fn parse(text: &str) -> Result<Self, NoListAddress> {
        let text = text.trim();
        let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
        let text = text.strip_prefix("www.").unwrap_or(text);
        let text = text.split(['?', '#']).next().unwrap_or_default();
        let mut parts = text.split('/').filter(|part| !part.is_empty());
        let first = parts.next().ok_or(NoListAddress::Other)?;
        if first.eq_ignore_ascii_case("boxd.it") {
            let short = parts.next().filter(|_| parts.next().is_none()).ok_or(NoListAddress::Other)?;
            return short_link(short).ok_or(NoListAddress::Other);
        }
        let is_host = first.eq_ignore_ascii_case("letterboxd.com");
        let owner = if is_host { parts.next().ok_or(NoListAddress::Other)? } else { first };
        let owner = member_name(owner).ok_or(NoListAddress::Other)?;
        let slug = match parts.next() {
            Some("list") => parts.next().ok_or(NoListAddress::Other)?,
            Some("watchlist") => return Err(NoListAddress::Watchlist),
            Some(slug) if !is_host => slug,
            _ => return Err(NoListAddress::Other),
        };
        let slug = Slug::parse(slug).ok_or(NoListAddress::Other)?;
        let token = match parts.next() {
            None => None,
            Some("share") => Some(token(parts.next().unwrap_or_default()).ok_or(NoListAddress::Other)?),
            Some(view) if VIEWS.contains(&view) => None,
            Some(_) => return Err(NoListAddress::Filtered),
        };
        // Behind a view or a token there may be more: `/detail/page/2/`, but also `/by/rating/genre/drama/`.
        let is_part =
            parts.any(|part| matches!(part, "genre" | "decade" | "year" | "on" | "country" | "language"));
        if is_part { Err(NoListAddress::Filtered) } else { Ok(Self::Page(ListPage { owner, slug, token })) }
    }
}

/// `IWJq`, and `IWJq$token` of a share link; chat programs encode the `$`.
fn short_link(text: &str) -> Option<ListAddress> {
    let text = text.replace("%24", "$");
    let (lid, shared) = match text.split_once('$') {
        Some((lid, shared)) => (lid, Some(token(shared)?)),
        None => (text.as_str(), None),
    };
    Some(ListAddress::Short { lid: Lid::parse(lid)?, token: shared })
}

/// What may be shown of a text that was meant to be an address: a share link has a token.
pub fn without_token(text: &str) -> String {
    let ends = ["$", "%24", "/share/"].iter().filter_map(|mark| text.find(mark).map(|at| at + mark.len()));
    match ends.min() {
        Some(end) => format!("{}…", excerpt(&text[..end], 100)),
        None => excerpt(text, 100),
    }
}

/// A token goes into addresses as it is.
fn token(text: &str) -> Option<ApiKey> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let is_token = (1..=200).contains(&text.len()) && text.bytes().all(is_letter) && !text.starts_with('.');
    is_token.then(|| ApiKey::new(text))
}

/// Without the token.
impl fmt::Display for ListAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(page) => page.fmt(f),
            Self::Short { lid, .. } => write!(f, "boxd.it/{}", lid.as_str()),
        }
    }
}

/// Without the token.
impl fmt::Display for ListPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(token: Option<&str>) -> ListAddress {
        let (owner, slug) = ("dave".to_owned(), Slug::parse("official-top-250").unwrap());
        ListAddress::Page(ListPage { owner, slug, token: token.map(ApiKey::new) })
    }

    fn short(token: Option<&str>) -> ListAddress {
        ListAddress::Short { lid: Lid::parse("IWJq").unwrap(), token: token.map(ApiKey::new) }
    }

    #[test]
    fn a_list_is_found_in_every_form_that_people_paste() {
        for text in [
            "dave/official-top-250",
            " Dave/Official-Top-250/ ",
            "dave/list/official-top-250",
            "letterboxd.com/dave/list/official-top-250",
            "https://letterboxd.com/dave/list/official-top-250/",
            "http://www.letterboxd.com/dave/list/official-top-250/detail/",
            "https://letterboxd.com/dave/list/official-top-250/page/3/",
            "https://letterboxd.com/dave/list/official-top-250/detail/page/3/",
            "https://letterboxd.com/dave/list/official-top-250/by/added/",
            "https://letterboxd.com/dave/list/official-top-250/?utm=x#comments",
        ] {
            assert_eq!(ListAddress::parse(text), Ok(page(None)), "{text}");
        }
        for text in ["boxd.it/IWJq", "https://boxd.it/IWJq/", "https://BOXD.it/IWJq?x"] {
            assert_eq!(ListAddress::parse(text), Ok(short(None)), "{text}");
        }
    }

    #[test]
    fn a_share_link_has_a_token_that_is_never_shown() {
        let shared = "https://letterboxd.com/dave/list/official-top-250/share/s3cr3t/";
        assert_eq!(ListAddress::parse(shared), Ok(page(Some("s3cr3t"))));
        assert_eq!(ListAddress::parse(&format!("{shared}page/2/")), Ok(page(Some("s3cr3t"))));
        assert_eq!(ListAddress::parse("https://boxd.it/IWJq$s3cr3t"), Ok(short(Some("s3cr3t"))));
        assert_eq!(ListAddress::parse("https://boxd.it/IWJq%24s3cr3t"), Ok(short(Some("s3cr3t"))));
        for text in [shared, "https://boxd.it/IWJq$s3cr3t"] {
            let address = ListAddress::parse(text).unwrap();
            assert!(!format!("{address} {address:?}").contains("s3cr3t"));
        }
    }

    #[test]
    fn what_is_no_whole_list_is_told_by_what_it_is() {
        let list = "https://letterboxd.com/dave/list/official-top-250";
        for (text, expected) in [
            (format!("{list}/decade/1990s/"), NoListAddress::Filtered),
            (format!("{list}/genre/drama/"), NoListAddress::Filtered),
            (format!("{list}/by/rating/genre/drama/"), NoListAddress::Filtered),
            (format!("{list}/likes/"), NoListAddress::Filtered),
            (format!("{list}/share/"), NoListAddress::Other),
            (format!("{list}/share/../"), NoListAddress::Other),
            ("https://letterboxd.com/dave/watchlist/".to_owned(), NoListAddress::Watchlist),
            ("https://letterboxd.com/dave/likes/films/".to_owned(), NoListAddress::Other),
            ("https://letterboxd.com/film/heat-1995/".to_owned(), NoListAddress::Other),
            ("https://letterboxd.com/".to_owned(), NoListAddress::Other),
            ("https://example.org/dave/list/best/".to_owned(), NoListAddress::Other),
            ("https://boxd.it/".to_owned(), NoListAddress::Other),
            ("https://boxd.it/a/b".to_owned(), NoListAddress::Other),
            ("https://boxd.it/IWJq$a/b".to_owned(), NoListAddress::Other),
            ("dave".to_owned(), NoListAddress::Other),
            ("da ve/best".to_owned(), NoListAddress::Other),
            (String::new(), NoListAddress::Other),
        ] {
            assert_eq!(ListAddress::parse(&text), Err(expected), "{text}");
        }
    }
}
