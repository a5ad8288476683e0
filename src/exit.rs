//! The exit codes: part of the interface, since units and scripts test for them.

use crate::system::interrupt::Signal;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything asked for was done, or there was nothing to do; also with skips that have a reason.
    Success = 0,
    /// The run could not start or go on at all.
    Failure = 1,
    // 2 is clap's own code for wrong usage; it has no second meaning.
    /// The config is missing or wrong. Nothing was sent anywhere.
    Config = 3,
    /// Some user, film or server failed, or all did; the rest is done and recorded. A list that only its owner can mend
    /// counts in the run that tells it: the first, then one a day.
    Partial = 4,
    /// Another run holds the lock.
    Busy = 5,
    /// Letterboxd refuses us; the rest is done. Wins over 4.
    Blocked = 6,
    /// Stopped by SIGINT; what was done is recorded.
    Interrupted = 130,
    /// Stopped by SIGTERM; what was done is recorded.
    Terminated = 143,
}

impl Exit {
    /// Every code with its meaning, as `--help` and the README show them.
    pub const TABLE: &[(u8, &str)] = &[
        (0, "success, also when there was nothing to do or films were skipped for a reason"),
        (1, "could not start or continue (store, internal error; scrape: private, not found, unreadable)"),
        (2, "wrong usage"),
        (3, "config missing or wrong; nothing was sent"),
        (
            4,
            "some user, film or server failed; the rest is done (a list that is private or gone: once a day)",
        ),
        (5, "another run holds the lock"),
        (6, "Letterboxd refuses us (challenge or rate limit); the rest is done"),
        (130, "stopped by SIGINT"),
        (143, "stopped by SIGTERM"),
    ];

    /// The number the process ends with.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Signal> for Exit {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::Interrupted,
            Signal::Terminate => Self::Terminated,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_code_once() {
        use Exit::{Blocked, Busy, Config, Failure, Interrupted, Partial, Success, Terminated};
        let codes: Vec<u8> = Exit::TABLE.iter().map(|(code, _)| *code).collect();
        let mut own: Vec<u8> = [Success, Failure, Config, Partial, Busy, Blocked, Interrupted, Terminated]
            .map(Exit::code)
            .to_vec();
        own.insert(2, 2);
        assert_eq!(codes, own);
    }
}
