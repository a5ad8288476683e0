//! What may come instead of a page, in words, and what to do about it.

use std::time::Duration;

use super::page::Unreadable;
use super::route::NoWay;
use crate::clients::http::{Retry, TransportError};

/// Why a page was not to be had.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// No complete answer.
    #[error("Letterboxd cannot be reached: {0}")]
    Unreachable(TransportError),
    /// Cloudflare wants a browser.
    #[error("Letterboxd challenged this address (bot protection)")]
    Challenged,
    /// Too many requests, in Letterboxd's opinion.
    #[error("Letterboxd limits the rate of this address")]
    RateLimited {
        /// The pause it asks for.
        retry_after: Option<Duration>,
    },
    /// The member shows it to friends or to nobody.
    #[error("the watchlist is private")]
    Private,
    /// There is no such member, or no such film.
    #[error("Letterboxd has no such member (HTTP 404)")]
    NotFound,
    /// A short id of something else: a member, a list, a viewing.
    #[error("its short link leads to no film")]
    NoFilm,
    /// Page 1 of the list was there a moment ago, this one is not.
    #[error("the page is not there (HTTP 404); the list may have become shorter while it was read")]
    PageGone,
    /// 403 without a reason.
    #[error("Letterboxd refused the page (HTTP 403) without a reason")]
    Refused,
    /// Any other status.
    #[error("Letterboxd answered with HTTP {0}")]
    Status(u16),
    /// A redirect that is not followed: to another host, or too many.
    #[error("Letterboxd redirects to `{0}`")]
    Redirected(String),
    /// More than any page has.
    #[error("an unexpected page came instead: {0}")]
    TooLarge(TransportError),
    /// Status 200, but not the page.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Not asked, since Letterboxd refuses us, or somebody stopped this run.
    #[error("not asked, since Letterboxd refuses us")]
    Stopped,
    /// Not asked, since too many pages in a row were not to be had.
    #[error("skipped: gave up after 5 failed requests in a row")]
    GivenUp,
    /// Every proxy failed.
    #[error("no proxy is left: each one failed")]
    NoProxyLeft,
    /// A bug of ours that hit this page only.
    #[error("reading the page failed unexpectedly; please report it")]
    Panicked,
}

impl PageError {
    /// Does it end all asking?
    pub fn is_block(&self) -> bool {
        matches!(self, Self::Challenged | Self::RateLimited { .. } | Self::Stopped)
    }

    /// Did anybody answer, or fail to? Not where nobody was asked.
    pub fn is_answer(&self) -> bool {
        !matches!(self, Self::Stopped | Self::GivenUp)
    }

    /// Can only Letterboxd itself give it? Then it let us in.
    pub fn is_own_answer(&self) -> bool {
        match self {
            Self::Private | Self::NotFound | Self::NoFilm | Self::PageGone => true,
            Self::Unreadable(why) => !matches!(why, Unreadable::Foreign(_) | Unreadable::LimitExceeded(_)),
            _ => false,
        }
    }

    /// Would the next page fare the same, as far as this one tells? Not where it says something of its own.
    pub(super) fn is_failure(&self) -> bool {
        !self.is_block()
            && !matches!(
                self,
                Self::Private | Self::NotFound | Self::NoFilm | Self::GivenUp | Self::NoProxyLeft
            )
            && !matches!(
                self,
                Self::Unreadable(Unreadable::Contradiction { .. } | Unreadable::OtherFilm { .. })
            )
    }

    /// May time heal it? Not where the page itself is what is wrong.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_) | Self::Status(500..) | Self::Refused | Self::NoProxyLeft | Self::GivenUp
        ) || self.is_block()
    }

    /// One word for the store and for JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unreachable(_) | Self::Status(_) | Self::Refused | Self::NoProxyLeft => "unreachable",
            Self::Challenged => "challenged",
            Self::RateLimited { .. } => "rate_limited",
            Self::Private => "private",
            Self::NotFound | Self::NoFilm | Self::PageGone => "not_found",
            Self::Unreadable(Unreadable::MarkupChanged { .. }) => "markup_changed",
            Self::Unreadable(_) | Self::TooLarge(_) | Self::Redirected(_) | Self::Panicked => {
                "unexpected_page"
            }
            Self::Stopped | Self::GivenUp => "not_asked",
        }
    }

    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Challenged | Self::RateLimited { .. } => Some(
                "nothing was removed; the next runs leave Letterboxd alone until the cool-down ends; a member's own data export \
                 can be read without it (`letterboxd_export`)",
            ),
            Self::NoProxyLeft => Some(
                "check the proxies; with `letterboxd.allow_direct_fallback = true`, lbjf goes without them",
            ),
            Self::Unreachable(TransportError::Tls(error)) => Some(error.hint_at_large()),
            Self::Unreachable(TransportError::NoSuchHost) => Some(
                "check this machine's network and DNS; with a `socks5` proxy this machine looks names up, with `socks5h` \
                 the proxy does",
            ),
            Self::Unreachable(_) | Self::Status(500..) => Some("check the network; the next run tries again"),
            Self::Private => Some(
                "ask its owner to make it visible to anyone, at letterboxd.com/settings/; nothing is removed until then",
            ),
            Self::NotFound => Some(
                "check `letterboxd_username`; if the member was renamed, use the new name, and lbjf keeps what it knows of them",
            ),
            Self::Unreadable(Unreadable::MarkupChanged { .. }) => {
                Some("Letterboxd may have changed its pages: look for a newer lbjf; nothing was removed")
            }
            _ => None,
        }
    }

    /// May the same page come a little later?
    pub(super) fn again(&self) -> Retry {
        match self {
            Self::Unreachable(error) if error.is_passing() => Retry::Soon,
            Self::Refused | Self::Status(500..) => Retry::Soon,
            _ => Retry::Never,
        }
    }
}

impl From<NoWay> for PageError {
    fn from(no_way: NoWay) -> Self {
        match no_way {
            NoWay::Closed | NoWay::Interrupted => Self::Stopped,
            NoWay::NoProxyLeft => Self::NoProxyLeft,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_found_may_be_a_matter_of_the_proxy() {
        let hint = |error| PageError::Unreachable(error).hint().unwrap();
        assert!(hint(TransportError::NoSuchHost).contains("`socks5h`"));
        assert!(!hint(TransportError::Refused).contains("socks5"));
    }
}
