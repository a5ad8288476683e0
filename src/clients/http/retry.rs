//! How often something is tried again, and after what pauses.

use std::time::Duration;

use crate::system::interrupt;

/// May something that failed be tried again?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It would fail the same way.
    Never,
    /// After the usual pause.
    Soon,
    /// After the pause that the other side asked for.
    After(Duration),
}

/// How often and after what pauses something is tried again: the pause doubles each time.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Tries in all; 1 means no retry.
    pub tries: u32,
    /// The pause before the second try.
    pub first_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { tries: 3, first_pause: Duration::from_secs(1) }
    }
}

impl RetryPolicy {
    /// No longer pause than this is waited, whatever `Retry-After` asks for: cron comes again.
    const LONGEST_PAUSE: Duration = Duration::from_secs(10);

    /// Calls `attempt` until it succeeds, fails for good or was tried often enough. `again` says whether an error
    /// may heal.
    pub fn attempt<T, E>(
        self,
        mut attempt: impl FnMut() -> Result<T, E>,
        again: impl Fn(&E) -> Retry,
    ) -> Result<T, E> {
        let mut pause = self.first_pause;
        for _ in 1..self.tries {
            match attempt() {
                Err(error) if interrupt::requested().is_none() => {
                    let pause = match again(&error) {
                        Retry::Never => return Err(error),
                        Retry::Soon => pause + pause.mul_f64(fastrand::f64() * 0.25),
                        Retry::After(asked) => asked,
                    };
                    interrupt::sleep(pause.min(Self::LONGEST_PAUSE));
                }
                done => return done,
            }
            pause *= 2;
        }
        attempt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_stops_at_success_at_what_cannot_heal_and_after_the_last_try() {
        let retry_policy = RetryPolicy { tries: 3, first_pause: Duration::ZERO };
        let run = |results: &[Result<u8, u8>]| {
            let mut calls = 0;
            let next = || {
                calls += 1;
                results[calls - 1]
            };
            let end =
                retry_policy.attempt(next, |error| if *error == 9 { Retry::Never } else { Retry::Soon });
            (end, calls)
        };
        assert_eq!(run(&[Ok(1)]), (Ok(1), 1));
        assert_eq!(run(&[Err(1), Ok(2)]), (Ok(2), 2));
        assert_eq!(run(&[Err(9)]), (Err(9), 1));
        assert_eq!(run(&[Err(1), Err(2), Err(3)]), (Err(3), 3));
    }
}
