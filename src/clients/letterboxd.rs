//! The Letterboxd door: fetches pages politely and tells every kind of answer apart.
//!
//! Pages are fetched by a pool of its own, started in order, and each result is handed to the caller's thread as it
//! arrives. Every request takes one of the [`route`]s, at its pace. A challenge or a rate limit closes that route at
//! once, in all workers; with none left, what is still waiting is answered with [`PageError::Stopped`] and never
//! sent.

mod error;
pub mod html_limits;
pub mod page;
pub mod route;
pub mod save;

use std::cell::Cell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use url::Url;

use crate::clients::http::{Answer, Http, Options, ProxyError, Retry, RetryPolicy, TransportError};
use crate::domain::connection::Proxy;
use crate::domain::film::Slug;
use crate::domain::route::{DIRECT, RouteChange};
use crate::domain::text::excerpt;
use crate::system::pool::{Pool, Semaphore};
use crate::system::progress;
pub use error::PageError;
use page::{FilmPage, Unreadable, WatchlistPage};
use route::{Route, Routes, Standing};

/// How the door is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where Letterboxd is.
    pub base_url: Url,
    /// What lbjf calls itself.
    pub user_agent: String,
    /// Pages fetched at a time.
    pub workers: usize,
    /// The whole of one page.
    pub timeout: Duration,
    /// What is tried again, and when.
    pub retry_policy: RetryPolicy,
    /// Requests a second over each exit address; 0 is no limit.
    pub per_second: f64,
    /// The ways out; empty: straight.
    pub proxies: Vec<Proxy>,
    /// When every proxy fails: go without?
    pub direct_fallback: bool,
    /// How long a route is left alone after a refusal, the first time.
    pub cool_down: Duration,
    /// Routes that Letterboxd refused lately, by name, and whether they are still closed.
    pub refused: HashMap<String, Standing>,
    /// Where to keep what was received, for a bug report.
    pub save_to: Option<PathBuf>,
}

/// The door.
#[derive(Debug)]
pub struct Letterboxd {
    routes: Routes,
    base_url: Url,
    retry_policy: RetryPolicy,
    pool: Pool,
    /// Many pages may be under way, but parsing more than there are processors takes memory and no less time.
    parsing: Semaphore,
    cool_down: Duration,
    save_to: Option<PathBuf>,
    requests: AtomicUsize,
    /// Of first pages and film pages, which are many, and of which one fares like the other.
    streak: FailureLimit,
}

/// Pages in a row that were not to be had.
#[derive(Debug, Default)]
struct FailureLimit {
    failures: AtomicUsize,
    is_over: AtomicBool,
    unasked: AtomicUsize,
}

impl FailureLimit {
    /// So many end the asking: whatever is wrong, hundreds of pages more would not mend it.
    const MOST: usize = 5;

    /// Gets a page unless too many were not to be had before.
    fn ask<T>(&self, page: impl FnOnce() -> Result<T, PageError>) -> Result<T, PageError> {
        if self.is_over.load(Ordering::Relaxed) {
            self.unasked.fetch_add(1, Ordering::Relaxed);
            return Err(PageError::GivenUp);
        }
        let page = page();
        match &page {
            Err(error) if error.is_failure() => {
                if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= Self::MOST {
                    self.is_over.store(true, Ordering::Relaxed);
                }
            }
            Err(error) if !error.is_own_answer() => {}
            _ => self.failures.store(0, Ordering::Relaxed),
        }
        page
    }
}

/// How a proxy did when it was tried.
#[derive(Debug)]
pub enum Trial {
    /// Something at Letterboxd's address answered over it, with this status.
    Answered(u16),
    /// It failed itself; it is set aside.
    Failed(ProxyError),
    /// It connected, but nothing answered over it.
    Silent(TransportError),
    /// It was not tried, since Letterboxd refuses it.
    LeftAlone,
}

/// Texts that only a challenge has. `/cdn-cgi/challenge-platform/` is none: it is on every page
/// (docs/letterboxd.md#what-comes-instead-of-a-page).
const CHALLENGE_MARKERS: &[&str] = &[
    "_cf_chl_opt",
    "<title>Just a moment...</title>",
    "challenges.cloudflare.com",
    "Enable JavaScript and cookies to continue",
    "<title>Attention Required",
];

const MAX_REDIRECTS: usize = 5;

impl Letterboxd {
    /// Opens the door; asks nothing yet.
    ///
    /// # Errors
    ///
    /// When the system gives no threads.
    pub fn new(setup: &Setup) -> anyhow::Result<Self> {
        let route = |proxy: Option<&Proxy>, is_fallback: bool| -> anyhow::Result<_> {
            let name = proxy.map_or_else(|| DIRECT.to_owned(), ToString::to_string);
            let options = Options {
                name: "letterboxd",
                timeout: setup.timeout,
                user_agent: setup.user_agent.clone(),
                accept: "text/html",
                max_idle: setup.workers,
                ca_file: None,
                proxy: proxy.cloned(),
                secret: None,
            };
            let standing = setup.refused.get(&name).copied().unwrap_or(Standing::Open);
            Ok((Route { name, http: Http::new(&options)?, is_fallback }, standing))
        };
        let mut routes =
            setup.proxies.iter().map(|proxy| route(Some(proxy), false)).collect::<Result<Vec<_>, _>>()?;
        if routes.is_empty() || setup.direct_fallback {
            routes.push(route(None, !routes.is_empty())?);
        }
        Ok(Self {
            routes: Routes::new(routes, setup.per_second),
            base_url: setup.base_url.clone(),
            retry_policy: setup.retry_policy,
            pool: Pool::new("letterboxd", setup.workers)?,
            parsing: Semaphore::of_processors(),
            cool_down: setup.cool_down,
            save_to: setup.save_to.clone(),
            requests: AtomicUsize::new(0),
            streak: FailureLimit::default(),
        })
    }

    /// Tries each proxy with one request; those that fail are set aside and named, those over which nothing answers
    /// are named and asked last. One that was refused has its first request decide, which is none of these. Returns
    /// how each did, by name.
    pub fn validate_proxies(&self) -> Vec<(String, Trial)> {
        let (proxies, closed): (Vec<_>, Vec<_>) = self
            .routes
            .all()
            .filter(|(_, route)| route.is_proxy())
            .partition(|(number, _)| self.routes.is_open(*number));
        let mut trials: Vec<_> =
            closed.into_iter().map(|(_, route)| (route.name.clone(), Trial::LeftAlone)).collect();
        let mut url = self.base_url.clone();
        // Small, and meant for programs.
        url.set_path("/robots.txt");
        self.pool.run(
            proxies.len(),
            |index| {
                self.routes.wait(proxies[index].0);
                self.requests.fetch_add(1, Ordering::Relaxed);
                let answer = proxies[index].1.http.get(&url, &[])?;
                let status = answer.status();
                answer.text().map(|_| status)
            },
            |tried| {
                for (index, result) in tried {
                    let (number, route) = proxies[index];
                    let trial = match result {
                        Ok(Ok(status)) => Trial::Answered(status),
                        Ok(Err(TransportError::Proxy(error))) => {
                            self.routes.failed(number, &error);
                            Trial::Failed(error)
                        }
                        Ok(Err(error)) => {
                            if !matches!(error, TransportError::Interrupted) {
                                self.routes.silent(number, &error);
                            }
                            Trial::Silent(error)
                        }
                        Err(_) => {
                            Trial::Silent(TransportError::Other("trying it failed unexpectedly".to_owned()))
                        }
                    };
                    trials.push((route.name.clone(), trial));
                }
            },
        );
        trials
    }

    /// How long a route is left alone after a refusal, the first time.
    pub fn cool_down(&self) -> Duration {
        self.cool_down
    }

    /// What the store has to know about the routes since this was last called.
    pub fn take_changes(&self) -> Vec<RouteChange> {
        self.routes.take_changes()
    }

    /// How many requests were sent so far.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// How long so many pages take at the pace; how long each answer takes comes on top.
    #[expect(clippy::cast_precision_loss, reason = "nobody reads that many pages")]
    pub fn takes(&self, pages: usize) -> Duration {
        self.routes.pace().map_or(Duration::ZERO, |pace| {
            Duration::try_from_secs_f64(pages as f64 / pace).unwrap_or(Duration::MAX)
        })
    }

    /// How many first pages and film pages were not asked, since one after the other was not to be had.
    pub fn unasked(&self) -> usize {
        self.streak.unasked.load(Ordering::Relaxed)
    }

    /// Is this the name of one of the ways out?
    pub fn has_route(&self, name: &str) -> bool {
        self.routes.all().any(|(_, route)| route.name == name)
    }

    /// Does Letterboxd refuse us on every way that is left?
    pub fn is_stopped(&self) -> bool {
        self.routes.is_closed()
    }

    /// Reads pages of watchlists, as `(member in lower case, page from 1)`; `each` gets every result with its index
    /// as it arrives.
    ///
    /// Page 1 has an address of its own, since `/page/1/` is refused, and so is an address without the slash at its
    /// end (docs/letterboxd.md#addresses).
    pub fn watchlist_pages(
        &self,
        pages: &[(&str, u32)],
        mut each: impl FnMut(usize, Result<WatchlistPage, PageError>),
    ) {
        let read = |index: usize| {
            let (member, number) = pages[index];
            let path = match number {
                1 => format!("{member}/watchlist/"),
                _ => format!("{member}/watchlist/page/{number}/"),
            };
            self.read(&path, |html| page::watchlist(html, member, number)).map_err(|error| match error {
                PageError::NotFound if number > 1 => PageError::PageGone,
                error => error,
            })
        };
        // What is wrong with one list says nothing of others.
        let own = FailureLimit::default();
        let streak = if pages.iter().all(|(_, number)| *number == 1) { &self.streak } else { &own };
        self.fan_out(
            "watchlist pages",
            pages.len(),
            |index| streak.ask(|| read(index)),
            |came| {
                for (index, page) in came {
                    each(index, page);
                }
            },
        );
    }

    /// Reads film pages; `each` gets the results with their indices as they arrive: one, or those that came while it was
    /// busy. Before that `is_enough` sees each, in whichever thread: when it says so, no more are asked.
    pub fn film_pages(
        &self,
        slugs: &[&Slug],
        is_enough: impl Fn(usize, &Result<FilmPage, PageError>) -> bool + Sync,
        each: impl FnMut(Vec<(usize, Result<FilmPage, PageError>)>),
    ) {
        let read = |index: usize| {
            let page = self.read(&format!("film/{}/", slugs[index]), page::film);
            if is_enough(index, &page) {
                self.streak.is_over.store(true, Ordering::Relaxed);
            }
            page
        };
        self.fan_out("film pages", slugs.len(), |index| self.streak.ask(|| read(index)), each);
    }

    /// Reads film pages that tell something of other pages, however those fared.
    pub fn film_pages_apart(
        &self,
        slugs: &[&Slug],
        mut each: impl FnMut(usize, Result<FilmPage, PageError>),
    ) {
        let read = |index: usize| self.read(&format!("film/{}/", slugs[index]), page::film);
        self.fan_out("film pages", slugs.len(), read, |came| {
            for (index, page) in came {
                each(index, page);
            }
        });
    }

    /// Asks for film pages again after there were enough.
    pub fn resume_film_pages(&self) {
        self.streak.is_over.store(false, Ordering::Relaxed);
        self.streak.failures.store(0, Ordering::Relaxed);
        self.streak.unasked.store(0, Ordering::Relaxed);
    }

    fn fan_out<T: Send>(
        &self,
        what: &'static str,
        count: usize,
        job: impl Fn(usize) -> Result<T, PageError> + Sync,
        mut each: impl FnMut(Vec<(usize, Result<T, PageError>)>),
    ) {
        let bar = progress::bar(what, count, self.routes.pace());
        let job = |index| {
            let result = job(index);
            bar.step();
            result
        };
        self.pool.run(count, job, |came| {
            let page =
                |(index, result): (usize, Result<_, _>)| (index, result.unwrap_or(Err(PageError::Panicked)));
            each(came.into_iter().map(page).collect());
        });
    }

    /// Reads one page, with retries for what time or another way can heal.
    fn read<T>(&self, path: &str, parse: impl Fn(&str) -> Result<T, Unreadable>) -> Result<T, PageError> {
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

    fn in_turn<T>(&self, parse: impl FnOnce() -> T) -> T {
        let _permit = self.parsing.take();
        parse()
    }

    /// Which kind of answer is this? First match wins (docs/letterboxd.md#what-comes-instead-of-a-page).
    fn classify<T>(
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
            save::page(folder, path, status, &headers, &html);
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
            200 => match self.in_turn(|| parse(&html)) {
                Ok(page) => return Ok(page),
                Err(unreadable) => Some(unreadable),
            },
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
