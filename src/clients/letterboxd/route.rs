//! The ways out to Letterboxd: straight, or through proxies; with the pace of each, and what closed it.
//!
//! Letterboxd judges addresses, so pace and refusal belong to each exit address. A challenge or rate limit closes
//! one for this run, in all workers, and its cool-down outlives the run. A proxy that fails is set aside for this
//! run. The first request over an address whose cool-down ended goes alone, and only its success opens it again.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use crate::clients::http::{Http, ProxyError, TransportError};
use crate::domain::route::{DIRECT, RouteChange};
use crate::system::interrupt;

/// One way out.
#[derive(Debug)]
pub struct Route {
    /// [`DIRECT`], or `HOST:PORT` of the proxy; what the store and the log call it.
    pub name: String,
    /// The client that takes this way.
    pub http: Http,
    /// A way that is there for the case that every proxy fails.
    pub is_fallback: bool,
}

impl Route {
    /// Does it lead through a proxy?
    pub fn is_proxy(&self) -> bool {
        self.name != DIRECT
    }
}

/// What is known of a route before anything is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Usable.
    Open,
    /// Its cool-down ended: one request goes alone and decides.
    Probing,
    /// Refused by Letterboxd.
    Closed,
    /// A proxy that failed in this run.
    SetAside,
}

/// Why there is no way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoWay {
    /// Letterboxd refuses us on all that are left.
    Closed,
    /// Every proxy failed, and going without is not allowed.
    NoProxyLeft,
    /// Somebody stopped this run.
    Interrupted,
}

#[derive(Debug)]
struct State {
    standing: Standing,
    /// A request that decides is under way.
    is_tried: bool,
    /// When the next request may start.
    next_slot: Option<Instant>,
    served: usize,
    /// Requests in a row that brought no page, for which nobody knows whom to blame.
    misses: usize,
    /// Did it ever bring an answer in this run?
    has_answered: bool,
}

#[derive(Debug)]
struct Shared {
    states: Vec<State>,
    changes: Vec<RouteChange>,
}

/// All ways out.
#[derive(Debug)]
pub struct Routes {
    all: Vec<Route>,
    /// Between two requests over one route; `None` is no pace.
    interval: Option<Duration>,
    opened: Instant,
    shared: Mutex<Shared>,
    decided: Condvar,
}

/// A request over a route that may be on trial; a panic decides nothing, but others may go then.
#[derive(Debug)]
pub struct UnderWay<'a>(&'a Routes, usize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.undecided(self.1);
        }
    }
}

impl Routes {
    /// So many misses in a row make a proxy the last choice: it may be one that connects and then says nothing.
    const MOST_MISSES: usize = 3;

    /// From routes and what is known of each; `per_second` is the pace of each.
    pub fn new(routes: Vec<(Route, Standing)>, per_second: f64) -> Self {
        let state = |standing: Standing| State {
            standing,
            is_tried: false,
            next_slot: None,
            served: 0,
            misses: 0,
            has_answered: false,
        };
        let (routes, standings): (Vec<_>, Vec<_>) = routes.into_iter().unzip();
        Self {
            all: routes,
            interval: (per_second > 0.0).then(|| Duration::from_secs_f64(1.0 / per_second)),
            opened: Instant::now(),
            shared: Mutex::new(Shared {
                states: standings.into_iter().map(state).collect(),
                changes: Vec::new(),
            }),
            decided: Condvar::new(),
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().expect("nothing panics while it holds the lock")
    }

    /// Every route, with its number.
    pub fn all(&self) -> impl Iterator<Item = (usize, &Route)> {
        self.all.iter().enumerate()
    }

    /// Requests a second over all routes that can be used now; `None` when there is no limit.
    #[expect(clippy::cast_precision_loss, reason = "nobody has that many proxies")]
    pub fn pace(&self) -> Option<f64> {
        let shared = self.shared();
        let is_open = |(route, state): &(&Route, &State)| {
            !route.is_fallback && matches!(state.standing, Standing::Open | Standing::Probing)
        };
        let open = self.all.iter().zip(&shared.states).filter(is_open).count().max(1);
        self.interval.map(|interval| open as f64 / interval.as_secs_f64())
    }

    /// Is nothing known against this route?
    pub fn is_open(&self, number: usize) -> bool {
        self.shared().states[number].standing == Standing::Open
    }

    /// Watches over a request while it is under way.
    pub fn under_way(&self, number: usize) -> UnderWay<'_> {
        UnderWay(self, number)
    }

    /// Takes the next way out, in turn, and waits until its pace allows a request. `after` is the one over which the
    /// same page was just not to be had: another one is better.
    pub fn take(&self, after: Option<usize>) -> Result<(usize, &Route), NoWay> {
        loop {
            let mut shared = self.shared();
            if interrupt::requested().is_some() {
                return Err(NoWay::Interrupted);
            }
            let Some(number) = self.pick(&shared.states, after) else {
                if !shared.states.iter().any(|state| state.is_tried) {
                    return Err(no_way(&shared.states));
                }
                // Somebody's request is about to decide; look again when it has, or when the run is stopped.
                let _ = self.decided.wait_timeout(shared, Duration::from_millis(50));
                continue;
            };
            let is_trial = shared.states[number].standing == Standing::Probing;
            shared.states[number].is_tried = is_trial;
            shared.states[number].served += 1;
            let start = self.reserve(&mut shared.states[number]);
            drop(shared);
            if let Some(start) = start {
                interrupt::sleep(start.saturating_duration_since(Instant::now()));
            }
            // It may have been closed meanwhile.
            let standing = self.shared().states[number].standing;
            if standing == Standing::Open || (is_trial && standing == Standing::Probing) {
                return Ok((number, &self.all[number]));
            }
        }
    }

    /// Waits for one more request over a route that was taken (a redirect).
    pub fn wait(&self, number: usize) {
        let start = self.reserve(&mut self.shared().states[number]);
        if let Some(start) = start {
            interrupt::sleep(start.saturating_duration_since(Instant::now()));
        }
    }

    /// The route with the earliest slot; of several the one that served least, which makes them take turns. One that
    /// missed too often goes last.
    fn pick(&self, states: &[State], after: Option<usize>) -> Option<usize> {
        let proxies_left = self
            .all
            .iter()
            .zip(states)
            .any(|(route, state)| route.is_proxy() && state.standing != Standing::SetAside);
        let is_usable = |number: &usize| {
            let state = &states[*number];
            let may_go = match state.standing {
                Standing::Open => true,
                Standing::Probing => !state.is_tried,
                Standing::Closed | Standing::SetAside => false,
            };
            may_go && !(self.all[*number].is_fallback && proxies_left)
        };
        let usable = (0..states.len()).filter(is_usable);
        usable.min_by_key(|number| {
            let state = &states[*number];
            (state.misses >= Self::MOST_MISSES, after == Some(*number), state.next_slot, state.served)
        })
    }

    /// Reserves a slot; the request starts somewhere in its first half, so that the mean pace is kept and no
    /// metronome is heard.
    fn reserve(&self, state: &mut State) -> Option<Instant> {
        let interval = self.interval?;
        let now = Instant::now();
        let slot = state.next_slot.map_or(now, |slot| slot.max(now));
        let is_first = state.next_slot.is_none();
        state.next_slot = Some(slot + interval);
        let jitter = if is_first { 0.0 } else { fastrand::f64() * 0.5 };
        Some(slot + interval.mul_f64(jitter))
    }

    /// A request over this route was answered by Letterboxd itself.
    pub fn succeeded(&self, number: usize) {
        let mut shared = self.shared();
        shared.states[number].misses = 0;
        shared.states[number].has_answered = true;
        if shared.states[number].standing == Standing::Probing {
            shared.states[number].standing = Standing::Open;
            // Several exits behind one address have one name, and one cool-down.
            if !self.is_closed_by_name(&shared, number) {
                shared.changes.push(RouteChange::Opened { route: self.all[number].name.clone() });
            }
        }
        self.decide(shared, number);
    }

    /// What came says nothing about what Letterboxd thinks of this route.
    pub fn undecided(&self, number: usize) {
        self.decide(self.shared(), number);
    }

    /// Letterboxd refused us over this route: nobody uses it again in this run.
    pub fn refused(&self, number: usize, retry_after: Option<Duration>) {
        let mut shared = self.shared();
        if !self.is_closed_by_name(&shared, number) {
            let (route, after) = (self.all[number].name.clone(), self.opened.elapsed());
            shared.changes.push(RouteChange::Closed { route, retry_after, after });
        }
        shared.states[number].standing = Standing::Closed;
        self.decide(shared, number);
    }

    /// Was this route, or another one of its name, refused in this run?
    fn is_closed_by_name(&self, shared: &Shared, number: usize) -> bool {
        let is_same = |route: &Route| route.name == self.all[number].name;
        let mut states = self.all.iter().zip(&shared.states);
        states.any(|(route, state)| is_same(route) && state.standing == Standing::Closed)
    }

    /// The proxy failed, and nobody else: that is its end for this run, told here once.
    pub fn failed(&self, number: usize, why: &ProxyError) {
        let mut shared = self.shared();
        let standing = &mut shared.states[number].standing;
        if matches!(standing, Standing::Open | Standing::Probing) {
            *standing = Standing::SetAside;
            let hint = why.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            log::warn!(
                "letterboxd: proxy `{}` is set aside for this run: {why}{hint}",
                self.all[number].name
            );
        }
        self.decide(shared, number);
    }

    /// No page came over this route, and it may be the page or Letterboxd that is to blame: it stays, but others are
    /// asked first where that happens again and again.
    pub fn missed(&self, number: usize) {
        let mut shared = self.shared();
        shared.states[number].misses += 1;
        let others_work = || shared.states.iter().any(|state| state.misses == 0 && state.has_answered);
        if shared.states[number].misses == Self::MOST_MISSES && others_work() {
            log::warn!(
                "letterboxd: proxy `{}` brought no page {} times in a row; the others are asked first",
                self.all[number].name,
                Self::MOST_MISSES
            );
        }
        self.decide(shared, number);
    }

    /// Nothing answered over this proxy when it was tried: it is named, and asked last.
    pub fn silent(&self, number: usize, why: &TransportError) {
        let mut shared = self.shared();
        shared.states[number].misses = Self::MOST_MISSES;
        log::warn!(
            "letterboxd: proxy `{}` was tried, and nothing answered over it: {why}",
            self.all[number].name
        );
        self.decide(shared, number);
    }

    fn decide(&self, mut shared: MutexGuard<'_, Shared>, number: usize) {
        shared.states[number].is_tried = false;
        drop(shared);
        self.decided.notify_all();
    }

    /// Is every way closed by Letterboxd, or the last ones that were left?
    pub fn is_closed(&self) -> bool {
        let shared = self.shared();
        self.pick(&shared.states, None).is_none()
            && !shared.states.iter().any(|state| state.is_tried)
            && no_way(&shared.states) == NoWay::Closed
    }

    /// What the store has to know since this was last called.
    pub fn take_changes(&self) -> Vec<RouteChange> {
        std::mem::take(&mut self.shared().changes)
    }
}

/// Refusal explains more than failing proxies.
fn no_way(states: &[State]) -> NoWay {
    let is_closed = |state: &State| state.standing == Standing::Closed;
    if states.iter().any(is_closed) { NoWay::Closed } else { NoWay::NoProxyLeft }
}

#[cfg(test)]
mod tests;
