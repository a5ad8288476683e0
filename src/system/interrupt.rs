//! SIGINT and SIGTERM: the step in hand is finished and recorded, then the run ends. What only reads is given up if it
//! takes long; a write is waited for.

use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// What asks a run to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// What is being read when the signal comes gets so long to arrive.
const GRACE: Duration = Duration::from_secs(1);

/// What the thread that waits so long is called: who looks from outside sees that the signal was heard.
pub const STOPPING: &str = "lbjf-stopping";

/// Starts to listen. After a signal and a short while, `give_up` is called to end what hangs. A second signal ends
/// the process at once.
///
/// # Errors
///
/// When the system refuses a signal handler.
pub fn listen(give_up: fn()) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if SIGNAL.swap(signal, Ordering::SeqCst) != 0 {
                std::process::exit(128 + signal);
            }
            let grace = thread::Builder::new().name(STOPPING.to_owned()).spawn(move || {
                thread::sleep(GRACE);
                give_up();
            });
            if grace.is_err() {
                give_up();
            }
        }
    });
    Ok(())
}

/// The signal that asked the run to end, if one did.
pub fn requested() -> Option<Signal> {
    match SIGNAL.load(Ordering::SeqCst) {
        0 => None,
        SIGTERM => Some(Signal::Terminate),
        _ => Some(Signal::Interrupt),
    }
}

/// Sleeps, but not past a signal.
pub fn sleep(pause: Duration) {
    let end = Instant::now() + pause;
    while requested().is_none() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        thread::sleep(left.min(Duration::from_millis(50)));
    }
}
