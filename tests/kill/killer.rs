//! Runs that are killed at one of their requests.

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use standins::{Fault, Hook, Request};

use crate::common::World;
use crate::stage::Stage;

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

/// A run, and the hand that kills it at a request.
struct Killer {
    run: Mutex<Option<Child>>,
    requests: AtomicUsize,
    killed_at: Mutex<Option<Request>>,
}

impl Killer {
    fn kill(&self) {
        if let Some(run) = self.run.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            // It may just have ended by itself.
            let _ = run.kill();
            run.wait().expect("it is ours");
        }
    }

    fn has_ended(&self) -> bool {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        run.as_mut().is_none_or(|run| run.try_wait().expect("it is ours").is_some())
    }
}

/// Starts `lbjf sync` and kills it at its request number `at`, counted over all servers. Returns that request.
pub fn kill_at(stage: &Stage, at: usize, moment: Moment) -> Option<Request> {
    let killer = Arc::new(Killer {
        run: Mutex::new(None),
        requests: AtomicUsize::new(0),
        killed_at: Mutex::new(None),
    });
    for server in stage.servers() {
        let counting = Arc::clone(&killer);
        let is_it = move |request: &Request| {
            let is_it = counting.requests.fetch_add(1, Ordering::SeqCst) + 1 == at;
            if is_it {
                *counting.killed_at.lock().expect("nobody panics with it") = Some(request.clone());
                if moment != Moment::After {
                    counting.kill();
                }
            }
            is_it
        };
        let after = Arc::clone(&killer);
        let fault = match moment {
            Moment::Before => Fault::Drop,
            Moment::During => Fault::DropAfter,
            Moment::After => Fault::Then(Hook::new(move || {
                // It goes on for a moment: long enough to read the answer, or to write it down.
                thread::sleep(Duration::from_micros(at as u64 * 397 % 3000));
                after.kill();
            })),
        };
        server.fail(usize::MAX, is_it, fault);
    }
    {
        let mut run = killer.run.lock().expect("nobody panics with it");
        *run = Some(start(&stage.world));
    }
    while !killer.has_ended() {
        thread::sleep(Duration::from_millis(1));
    }
    if moment == Moment::During {
        // The server is still at it.
        thread::sleep(Duration::from_millis(5));
    }
    killer.killed_at.lock().expect("nobody panics with it").take()
}

pub fn start(world: &World) -> Child {
    let mut command = world.command(&["sync"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("lbjf was built")
}
