//! Short links, which lead to whatever has the short id (docs/letterboxd.md#short-links).

use url::Url;

use super::fetch::{MAX_REDIRECTS, is_same_site, path_at, plain, redirect};
use super::page;
use super::route::{Route, Routes};
use super::{Letterboxd, PageError};
use crate::domain::film_name::FilmName;
use crate::domain::ids::Lid;
use crate::domain::list_address::{ListAddress, ListPage};
use crate::domain::secret::ApiKey;

/// The site by its own name.
const SITE: &str = "letterboxd.com";

/// Where a short link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landing {
    /// To a film's page.
    Film(FilmName),
    /// To the page of a list.
    List(ListPage),
    /// To a member, a viewing, a review: nothing that lbjf reads.
    Elsewhere,
}

impl Landing {
    /// By the path of an address at the site.
    fn at(path: &str) -> Self {
        let address = format!("{SITE}/{path}");
        match (FilmName::from_address(&address), ListAddress::parse(&address)) {
            (Some(film), _) => Self::Film(film),
            (None, Ok(ListAddress::Page(list))) => Self::List(list),
            (None, _) => Self::Elsewhere,
        }
    }
}

impl Letterboxd {
    /// Asks where a short link leads; where that is, nothing is asked. A link that shares a list has a token.
    ///
    /// # Errors
    ///
    /// When it leads to another site or nowhere. A challenge or a rate limit here is one at Letterboxd.
    pub fn follow(&self, lid: &Lid, token: Option<&ApiKey>) -> Result<Landing, PageError> {
        // That the short link was answered does not say that the site lets us in.
        self.attempt(Routes::undecided, |number, route| self.landing(number, route, lid, token))
    }

    fn landing(
        &self,
        number: usize,
        route: &Route,
        lid: &Lid,
        token: Option<&ApiKey>,
    ) -> Result<Landing, PageError> {
        let mut url = self.short_url.clone();
        let short = token.map_or_else(|| lid.to_string(), |token| format!("{lid}${}", token.reveal()));
        url.path_segments_mut().expect("the base address is http or https").pop_if_empty().push(&short);
        for hop in 0..=MAX_REDIRECTS {
            if hop > 0 {
                self.routes.wait(number);
            }
            let answer = self.get(route, &url)?;
            let Some(to) = redirect(&answer, &url)? else {
                return self
                    .classify(answer, &format!("boxd.it/{lid}"), |html| Err(page::foreign(html, None)));
            };
            // Only the path is used, so it makes no difference under which of its names the site is meant.
            let host = to.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host));
            let at_site = (host == Some(SITE)).then(|| to.path().trim_start_matches('/'));
            if let Some(path) = path_at(&self.base_url, &to).or(at_site) {
                return Ok(Landing::at(path));
            }
            if !is_same_site(&to, &self.short_url) {
                return Err(PageError::Redirected(plain(to, token)));
            }
            url = to;
        }
        Err(PageError::Redirected(plain(url, token)))
    }
}

/// Where short links are asked: Letterboxd has a host for them, a mirror or a stand-in has not.
pub(super) fn short_url(base: &Url) -> Url {
    let is_letterboxd = base.host_str().is_some_and(|host| host == SITE || host == "www.letterboxd.com");
    if is_letterboxd { Url::parse("https://boxd.it/").expect("it is one") } else { base.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_links_have_a_host_of_their_own_but_for_mirrors() {
        for (base, expected) in [
            ("https://letterboxd.com", "https://boxd.it/"),
            ("https://letterboxd.com/", "https://boxd.it/"),
            ("https://www.letterboxd.com/", "https://boxd.it/"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
            ("https://mirror.example.org/letterboxd.com/", "https://mirror.example.org/letterboxd.com/"),
        ] {
            assert_eq!(short_url(&base.parse().unwrap()).as_str(), expected);
        }
    }

    #[test]
    fn a_film_and_a_list_are_told_from_whatever_else_has_a_short_id() {
        let film = |address: &str| FilmName::from_address(address).map(Landing::Film).unwrap();
        assert_eq!(Landing::at("film/heat-1995/"), film("letterboxd.com/film/heat-1995/"));
        assert_eq!(Landing::at("film/film:51171/"), film("letterboxd.com/film/film:51171/"));
        let shared = Landing::at("dave/list/best/share/s3cr3t/");
        assert!(matches!(&shared, Landing::List(list) if list.token == Some(ApiKey::new("s3cr3t"))));
        assert!(!format!("{shared:?}").contains("s3cr3t"));
        for path in ["ada/", "ada/film/heat-1995/", "ada/film/heat-1995/1/", "ada/watchlist/", "", "sign-in/"]
        {
            assert_eq!(Landing::at(path), Landing::Elsewhere, "{path}");
        }
    }
}
