//! One page: over which way out, along which redirects, and how often.

use std::cell::Cell;
use std::sync::atomic::Ordering;

use url::Url;

use super::route::Route;
use super::{Letterboxd, PageError, Unreadable};
use crate::clients::http::{Answer, Retry, TransportError};
use crate::domain::text::excerpt;

const MAX_REDIRECTS: usize = 5;

impl Letterboxd {
    /// Reads one page, with retries for what time or another way can heal.
    pub(super) fn read<T>(
        &self,
        path: &str,
        parse: impl Fn(&str) -> Result<T, Unreadable>,
    ) -> Result<T, PageError> {
        let tries = Tries::default();
        self.retry_policy.attempt(|| self.ask(path, &parse, &tries), |error| tries.again(error))
    }

    /// Asks for one page, over another way when one fails or is refused.
    fn ask<T>(
        &self,
        path: &str,
        parse: impl Fn(&str) -> Result<T, Unreadable>,
        tries: &Tries,
    ) -> Result<T, PageError> {
        let mut last = None;
        loop {
            let (number, route) = match self.routes.take(tries.over.get()) {
                Ok(taken) => taken,
                Err(no_way) => return Err(last.unwrap_or(no_way.into())),
            };
            let under_way = self.routes.under_way(number);
            let result =
                self.fetch(number, route, path).and_then(|answer| self.classify(answer, path, &parse));
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
                    self.routes.succeeded(number);
                    return other;
                }
            }
        }
    }

    /// One page, redirects on the same host followed.
    fn fetch(&self, number: usize, route: &Route, path: &str) -> Result<Answer, PageError> {
        let mut url = self.base_url.clone();
        url.path_segments_mut()
            .expect("the base address is http or https")
            .pop_if_empty()
            .extend(path.split('/'));
        for hop in 0..=MAX_REDIRECTS {
            if hop > 0 {
                self.routes.wait(number);
            }
            self.requests.fetch_add(1, Ordering::Relaxed);
            let answer = route.http.get(&url, &[]).map_err(PageError::Unreachable)?;
            if !matches!(answer.status(), 301..=303 | 307 | 308) {
                return Ok(answer);
            }
            let to = answer.header("location").and_then(|location| url.join(location).ok());
            match to {
                Some(to) if is_same_site(&to, &self.base_url) => url = to,
                Some(to) => return Err(PageError::Redirected(plain(to))),
                None => return Err(PageError::Status(answer.status())),
            }
        }
        Err(PageError::Redirected(plain(url)))
    }
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

fn is_same_site(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// An address without what may identify somebody, in a bearable length.
fn plain(mut url: Url) -> String {
    url.set_query(None);
    url.set_fragment(None);
    // An address that cannot have them has none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    excerpt(url.as_str(), 200)
}
