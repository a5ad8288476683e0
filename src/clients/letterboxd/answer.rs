//! Which kind of answer came (docs/letterboxd.md#what-comes-instead-of-a-page).

use super::page::{self, Unreadable};
use super::token::without_token;
use super::{Letterboxd, PageError, save};
use crate::clients::http::{Answer, TransportError};

/// Texts that only a challenge has. `/cdn-cgi/challenge-platform/` is none: it is on every page
/// (docs/letterboxd.md#what-comes-instead-of-a-page).
const CHALLENGE_MARKERS: &[&str] = &[
    "_cf_chl_opt",
    "<title>Just a moment...</title>",
    "challenges.cloudflare.com",
    "Enable JavaScript and cookies to continue",
    "<title>Attention Required",
];

impl Letterboxd {
    /// Which kind of answer is this? First match wins (docs/letterboxd.md#what-comes-instead-of-a-page).
    pub(super) fn classify<T>(
        &self,
        answer: Answer,
        path: &str,
        parse: impl Fn(&str) -> Result<T, Unreadable>,
    ) -> Result<T, PageError> {
        let status = answer.status();
        let is_challenge = answer.header("cf-mitigated").is_some_and(|value| value.contains("challenge"));
        let retry_after = answer.retry_after();
        let headers = self.save_to.as_ref().map(|_| answer.headers());
        let html = answer.text().map_err(|error| match error {
            TransportError::TooLarge(_) => PageError::TooLarge(error),
            error => PageError::Unreachable(error),
        })?;
        if let (Some(folder), Some(headers)) = (&self.save_to, headers) {
            save::page(folder, &without_token(path), status, &headers, &html);
        }
        if is_challenge {
            return Err(PageError::Challenged);
        }
        // A page that proves to be the right one is it, whatever else it says: a member may write of challenges.
        let unreadable = match status {
            // The connection ended properly, but the page did not.
            200 if html.contains("<html") && html.rfind("</html>").is_none() => {
                return Err(PageError::Unreachable(TransportError::Cut));
            }
            200 => {
                let turn = self.parsing.take();
                let page = parse(&html);
                drop(turn);
                match page {
                    Ok(page) => return Ok(page),
                    Err(unreadable) => Some(unreadable),
                }
            }
            _ => None,
        };
        let title = page::title(&html).unwrap_or_default();
        Err(match (status, unreadable) {
            // Its own error pages may carry scripts of the bot protection, too.
            _ if title == "Letterboxd - Forbidden" => PageError::Private,
            _ if title == "Letterboxd - Not Found" => PageError::NotFound,
            _ if CHALLENGE_MARKERS.iter().any(|marker| html.contains(marker)) => PageError::Challenged,
            (404 | 410, _) => PageError::NotFound,
            (429 | 426, _) => PageError::RateLimited { retry_after },
            _ if title.starts_with("Access denied") => PageError::RateLimited { retry_after },
            (_, Some(unreadable)) => unreadable.into(),
            (403, _) => PageError::Refused,
            (status, _) => PageError::Status(status),
        })
    }
}
