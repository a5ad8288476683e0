//! The Jellyfin half of `lbjf sync` from outside: films, people, collections, servers that fail.

mod collections;
mod films;
mod library;
mod people;
mod playlists;
mod servers;
mod writes;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::{Ran, World, wait_until, wait_until_heard};
use standins::{Change, Fault, Request};

/// Runs `lbjf sync` and sends it a SIGTERM at Jellyfin's first such request, before that is answered.
fn stopped_at(world: &World, is_it: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Ran {
    let pid = Arc::new(AtomicU32::new(0));
    let child = Arc::clone(&pid);
    let stop = Change::new(move |reply| {
        // It may ask before its number is written down.
        wait_until(|| child.load(Ordering::SeqCst) > 0);
        let pid = child.load(Ordering::SeqCst);
        assert!(Command::new("kill").arg(pid.to_string()).status().expect("kill is there").success());
        // It is heard by a thread of its own.
        wait_until_heard(pid);
        reply
    });
    world.jellyfin.server.fail(1, is_it, Fault::Changed(stop));
    let run = world.command(&["sync"]).stderr(Stdio::piped()).spawn().expect("lbjf was built");
    pid.store(run.id(), Ordering::SeqCst);
    world.ran(run.wait_with_output().expect("it ends"))
}
