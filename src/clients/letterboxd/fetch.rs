//! One page: over which way out, along which redirects, and how often.

use std::cell::Cell;
use std::sync::atomic::Ordering;

use url::Url;

use super::route::{Route, Routes};
use super::token::token_in;
use super::{Letterboxd, PageError, Unreadable};
use crate::clients::http::{Answer, Retry, TransportError};
use crate::domain::secret::ApiKey;
use crate::domain::text::excerpt;

pub(super) const MAX_REDIRECTS: usize = 5;

impl Letterboxd {
    /// Reads one page, with retries for what time or another way can heal. Redirects are followed on the same host, to
    /// paths that `may_lead_to` lets through.
    pub(super) fn read<T>(
        &self,
        path: &str,
        may_lead_to: impl Fn(&str) -> bool,
        parse: impl Fn(&str) -> Result<T, Unreadable>,
    ) -> Result<T, PageError> {
        self.attempt(Routes::succeeded, |number, route| {
            let answer = self.fetch(number, route, path, &may_lead_to)?;
            self.classify(answer, path, &parse)
        })
    }

    /// Asks over one way out after the other, with retries for what time or another way can heal. `settle` says what it
    /// means for a way that Letterboxd answered over it.
    pub(super) fn attempt<T>(
        &self,
        settle: fn(&Routes, usize),
        get: impl Fn(usize, &Route) -> Result<T, PageError>,
    ) -> Result<T, PageError> {
        let tries = Tries::default();
        self.retry_policy.attempt(|| self.ask(settle, &get, &tries), |error| tries.again(error))
    }

    /// Asks once, over another way when one fails or is refused.
    fn ask<T>(
        &self,
        settle: fn(&Routes, usize),
        get: impl Fn(usize, &Route) -> Result<T, PageError>,
        tries: &Tries,
    ) -> Result<T, PageError> {
        let mut last = None;
        loop {
            let (number, route) = match self.routes.take(tries.over.get()) {
                Ok(taken) => taken,
                Err(no_way) => return Err(last.unwrap_or(no_way.into())),
            };
            let under_way = self.routes.under_way(number);
            let result = get(number, route);
            drop(under_way);
            match result {
                Err(PageError::Challenged) => {
                    self.routes.refused(number, None);
                    last = Some(PageError::Challenged);
                }
                Err(PageError::RateLimited { retry_after }) => {
                    self.routes.refused(number, retry_after);
                    last = Some(PageError::RateLimited { retry_after });
                }
                Err(PageError::Unreachable(TransportError::Interrupted)) => return Err(PageError::Stopped),
                Err(PageError::Unreachable(TransportError::Proxy(error))) => {
                    self.routes.failed(number, &error);
                }
                Err(error) if !error.is_own_answer() => {
                    self.routes.missed(number);
                    tries.failed(number, route, &error);
                    return Err(error);
                }
                other => {
                    settle(&self.routes, number);
                    return other;
                }
            }
        }
    }

    fn fetch(
        &self,
        number: usize,
        route: &Route,
        path: &str,
        may_lead_to: impl Fn(&str) -> bool,
    ) -> Result<Answer, PageError> {
        let mut url = below(&self.base_url, path);
        let token = token_in(path);
        for hop in 0..=MAX_REDIRECTS {
            if hop > 0 {
                self.routes.wait(number);
            }
            let answer = self.get(route, &url)?;
            let Some(to) = redirect(&answer, &url)? else { return Ok(answer) };
            if !path_at(&self.base_url, &to).is_some_and(&may_lead_to) {
                return Err(PageError::Redirected(plain(to, token.as_ref())));
            }
            url = to;
        }
        Err(PageError::Redirected(plain(url, token.as_ref())))
    }

    /// Sends one request.
    pub(super) fn get(&self, route: &Route, url: &Url) -> Result<Answer, PageError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        route.http.hiding(token_in(url.path())).get(url, &[]).map_err(PageError::Unreachable)
    }
}

/// Where an answer leads; `None` for one that leads nowhere.
pub(super) fn redirect(answer: &Answer, from: &Url) -> Result<Option<Url>, PageError> {
    if !matches!(answer.status(), 301..=303 | 307 | 308) {
        return Ok(None);
    }
    let to = answer.header("location").and_then(|location| from.join(location).ok());
    to.map(Some).ok_or(PageError::Status(answer.status()))
}

/// The address of a path below the base address.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.path_segments_mut()
        .expect("the base address is http or https")
        .pop_if_empty()
        .extend(path.split('/'));
    url
}

/// The path of an address at this site, without a slash in front; `None` for another site.
pub(super) fn path_at<'u>(base: &Url, url: &'u Url) -> Option<&'u str> {
    let path = is_same_site(url, base).then(|| url.path().strip_prefix(base.path().trim_end_matches('/')));
    path.flatten().map(|path| path.trim_start_matches('/'))
}

/// What became of one page so far.
#[derive(Debug, Default)]
struct Tries {
    /// How often it failed.
    failed: Cell<usize>,
    /// How often it was refused without a reason.
    refused: Cell<usize>,
    /// The proxy over which it failed last; `None` without one.
    over: Cell<Option<usize>>,
}

impl Tries {
    fn failed(&self, number: usize, route: &Route, error: &PageError) {
        self.failed.update(|count| count + 1);
        self.refused.update(|count| count + usize::from(matches!(error, PageError::Refused)));
        self.over.set(route.is_proxy().then_some(number));
    }

    /// Once more over a proxy, where the page or the way may be what is wrong: another way tells. What fails twice is
    /// the page's own trouble.
    fn again(&self, error: &PageError) -> Retry {
        match error {
            PageError::NoProxyLeft | PageError::Panicked => Retry::Never,
            _ if error.is_block() || error.is_own_answer() || !error.is_answer() => Retry::Never,
            _ if self.over.get().is_some() => {
                if self.failed.get() > 1 {
                    Retry::Never
                } else {
                    Retry::Soon
                }
            }
            // A 403 without a reason is asked once more and not twice.
            PageError::Refused if self.refused.get() > 1 => Retry::Never,
            other => other.again(),
        }
    }
}

pub(super) fn is_same_site(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// An address without what may identify somebody, without a token and without the one that led to it, in a bearable
/// length.
pub(super) fn plain(mut url: Url, asked_with: Option<&ApiKey>) -> String {
    url.set_query(None);
    url.set_fragment(None);
    // An address that cannot have them has none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let own = token_in(url.path());
    let text = own.iter().chain(asked_with).fold(url.to_string(), |text, token| token.mask_in(text));
    excerpt(&text, 200)
}
