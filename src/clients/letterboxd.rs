//! The Letterboxd door: fetches pages politely and tells every kind of answer apart.
//!
//! Pages are fetched by a pool of its own, started in order, and each result is handed to the caller's thread as it
//! arrives. Every request takes one of the [`route`]s, at its pace. A challenge or a rate limit closes that route at
//! once, in all workers; with none left, what is still waiting is answered with [`PageError::Stopped`] and never
//! sent.

mod answer;
mod error;
mod failure_limit;
mod fetch;
pub mod html_limits;
mod html_tags;
pub mod page;
mod reading;
pub mod route;
pub mod save;
mod short_link;
mod token;
mod trial;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use url::Url;

use crate::clients::http::{Http, Options, RetryPolicy};
use crate::domain::connection::Proxy;
use crate::domain::route::{DIRECT, RouteChange};
use crate::system::pool::{Pool, Semaphore};
use crate::system::progress;
pub use error::PageError;
use failure_limit::FailureLimit;
use page::Unreadable;
use route::{Route, Routes, Standing};
pub use short_link::Landing;
pub use trial::Trial;

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
    /// Where short links are asked.
    short_url: Url,
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
                secrets: Vec::new(),
                has_last_words: false,
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
            short_url: short_link::short_url(&setup.base_url),
            retry_policy: setup.retry_policy,
            pool: Pool::new("letterboxd", setup.workers)?,
            parsing: Semaphore::of_processors(),
            cool_down: setup.cool_down,
            save_to: setup.save_to.clone(),
            requests: AtomicUsize::new(0),
            streak: FailureLimit::default(),
        })
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
        self.streak.unasked()
    }

    /// Is this the name of one of the ways out?
    pub fn has_route(&self, name: &str) -> bool {
        self.routes.all().any(|(_, route)| route.name == name)
    }

    /// Does Letterboxd refuse us on every way that is left?
    pub fn is_stopped(&self) -> bool {
        self.routes.is_closed()
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
}
