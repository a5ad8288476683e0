//! The connections of each client, so that reads which hang can be cut off when somebody stops the run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use ureq::Agent;

/// Every client's connections, to be given up when somebody stops this run.
static LINES: Mutex<Vec<Weak<Line>>> = Mutex::new(Vec::new());

/// Cuts off what is being read anywhere, so that a server that hangs does not hold up the end of a run. A write that
/// is under way is left alone, since nobody would know whether it arrived; it has its time-out.
pub fn give_up_reads() {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    for line in lines.iter().filter_map(Weak::upgrade) {
        line.give_up();
    }
}

/// A client's connections.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) agent: Agent,
    traffic: Mutex<Traffic>,
}

/// What a line is used for.
#[derive(Debug, Default)]
struct Traffic {
    /// Calls under way that change something; nothing is read beside them.
    writes: usize,
    /// Cut off: whatever fails from now on is our own doing.
    is_given_up: bool,
    /// How long was waited so far because the other side limits the rate.
    waited: Duration,
}

impl Line {
    pub(super) fn new(agent: Agent) -> Arc<Self> {
        let line = Arc::new(Self { agent, traffic: Mutex::default() });
        let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|line| line.strong_count() > 0);
        lines.push(Arc::downgrade(&line));
        line
    }

    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Was it cut off by ourselves?
    pub(super) fn is_given_up(&self) -> bool {
        self.traffic().is_given_up
    }

    /// Counts a pause, unless it makes more than `most` with all others.
    pub(super) fn may_wait(&self, pause: Duration, most: Duration) -> bool {
        let mut traffic = self.traffic();
        let waited = traffic.waited.saturating_add(pause);
        if waited <= most {
            traffic.waited = waited;
        }
        waited <= most
    }

    fn give_up(&self) {
        let mut traffic = self.traffic();
        if traffic.writes == 0 {
            traffic.is_given_up = true;
            self.agent.clone().shutdown();
        }
    }
}

/// A write that is under way, until its answer was read.
#[derive(Debug)]
pub(super) struct Write(Arc<Line>);

impl Write {
    pub(super) fn begin(line: &Arc<Line>) -> Self {
        line.traffic().writes += 1;
        Self(Arc::clone(line))
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        self.0.traffic().writes -= 1;
    }
}
