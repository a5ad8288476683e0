//! A run that is going on: signals, waiting for it, and its memory.

use std::fs;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

pub use nix::sys::signal::Signal;

/// Sends a signal to a run.
pub fn signal(run: &Child, signal: Signal) {
    let id = i32::try_from(run.id()).expect("a process id");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), signal).expect("it is ours, and runs");
}

/// Waits until a run has heard a signal, where it can be seen (Linux).
pub fn wait_until_heard(run: u32) {
    let end = Instant::now() + Duration::from_secs(10);
    let is_heard = || {
        let threads = fs::read_dir(format!("/proc/{run}/task")).into_iter().flatten().flatten();
        let mut names = threads.flat_map(|thread| fs::read_to_string(thread.path().join("comm")));
        names.any(|name| name.trim() == lbjf::system::interrupt::STOPPING)
    };
    while !is_heard() && Instant::now() < end {
        thread::sleep(Duration::from_millis(2));
    }
}

/// Waits for something that a run does.
pub fn wait_until(is_so: impl Fn() -> bool) {
    while !is_so() {
        thread::sleep(Duration::from_millis(2));
    }
}

/// Waits for the end of a run; gives its peak memory in MB, as far as the system tells (Linux), else 0.
pub fn peak_mb(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kb = 0;
    while child.try_wait().expect("a child can be waited for").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak_kb = peak_kb.max(kb.unwrap_or(0));
        thread::sleep(Duration::from_millis(1));
    }
    peak_kb / 1024
}
