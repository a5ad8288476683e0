//! Runs that are killed: at one of their requests, or after a while.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use standins::{Fault, Hook, Request, Server};

use crate::kill::stage::Stage;

/// Where a request stands when the run that made it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The server never saw it.
    Before,
    /// The server carried it out; its answer reached nobody.
    During,
    /// It was answered.
    After,
}

pub const MOMENTS: [Moment; 3] = [Moment::Before, Moment::During, Moment::After];

/// A run, the hand that kills it at a request, and what came of it.
struct Killer {
    run: Mutex<Option<Child>>,
    requests: AtomicUsize,
    last: Mutex<Vec<Request>>,
}

/// A run that was to be killed.
pub struct Killed {
    /// The request at which it was to be, and those that it still made before it was; none when it did not make so
    /// many.
    pub last: Vec<Request>,
    /// It died of SIGKILL and not, a moment earlier, of its own accord.
    pub is_true: bool,
}

impl Killer {
    fn lock(&self) -> MutexGuard<'_, Option<Child>> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kill(&self) {
        if let Some(run) = self.lock().as_mut() {
            // It may just have ended by itself.
            let _ = run.kill();
            run.wait().expect("it is ours");
        }
    }

    /// Waits for the end; was it SIGKILL?
    fn has_killed(&self) -> bool {
        loop {
            if let Some(status) = self.lock().as_mut().and_then(|run| run.try_wait().expect("it is ours")) {
                return is_killed(status);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn is_killed(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::SIGKILL as i32)
}

/// Starts `lbjf sync` and kills it at its request number `at`, counted over all servers; one that was answered goes
/// on for the time of `pause`.
pub fn kill_at(stage: &Stage, at: usize, moment: Moment, pause: Duration) -> Killed {
    let killer =
        Arc::new(Killer { run: Mutex::new(None), requests: AtomicUsize::new(0), last: Mutex::default() });
    for server in stage.servers() {
        server.behave();
        let counting = Arc::clone(&killer);
        let is_it = move |request: &Request| {
            let number = counting.requests.fetch_add(1, Ordering::SeqCst) + 1;
            if number >= at {
                counting.last.lock().expect("nobody panics with it").push(request.clone());
            }
            if number == at && moment != Moment::After {
                counting.kill();
            }
            number == at
        };
        let after = Arc::clone(&killer);
        let fault = match moment {
            Moment::Before => Fault::Drop,
            Moment::During => Fault::DropAfter,
            Moment::After => Fault::Then(Hook::new(move || {
                thread::sleep(pause);
                after.kill();
            })),
        };
        server.fail(usize::MAX, is_it, fault);
    }
    {
        // Whoever wants to kill it waits until it is there.
        let mut run = killer.lock();
        *run = Some(stage.world.spawn(&["sync"]));
    }
    let is_true = killer.has_killed();
    settle(stage);
    let last = std::mem::take(&mut *killer.last.lock().expect("nobody panics with it"));
    Killed { last, is_true }
}

/// Starts `lbjf sync` and kills it after this time.
pub fn kill_after(stage: &Stage, pause: Duration) -> Killed {
    let mut run = stage.world.spawn(&["sync"]);
    thread::sleep(pause);
    // It may have ended by itself.
    let _ = run.kill();
    let is_true = is_killed(run.wait().expect("it is ours"));
    settle(stage);
    Killed { last: Vec::new(), is_true }
}

/// What a dead run asked for may still be under way.
fn settle(stage: &Stage) {
    stage.servers().into_iter().for_each(Server::settle);
}
