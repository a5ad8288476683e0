//! One door to whoever is told about runs: ntfy, Gotify, Discord, Apprise, a webhook, healthchecks. Each message is a
//! single POST (docs/notifications.md#how-a-message-is-sent).
//!
//! Addresses and tokens are secrets, and receivers repeat them: whatever comes back is masked. No redirect is followed.

mod answer;
mod request;
mod text;

use std::time::Duration;

use crate::clients::http::{Http, Method, Options, RetryPolicy, SetupError};
use crate::domain::message::Message;
use crate::domain::receiver::Receiver;
use crate::system::interrupt;
pub use answer::NotifyError;
use request::Request;
pub use request::{Ping, RunId};

/// A receiver has so long for its answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Whoever asks for a longer pause is left alone in this run.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// One receiver, ready to be told.
#[derive(Debug)]
pub struct Notifier<'a> {
    receiver: &'a Receiver,
    http: Http,
    pause: Duration,
}

impl<'a> Notifier<'a> {
    /// Makes the client; connects to nobody yet. After `retry_policy.first_pause`, what may pass is tried once more.
    ///
    /// # Errors
    ///
    /// When no client can be made.
    pub fn new(receiver: &'a Receiver, retry_policy: RetryPolicy) -> Result<Self, SetupError> {
        let options = Options {
            accept: "*/*",
            secrets: receiver.secrets(),
            // Whoever stopped a run wants to hear of it where they hear of all runs.
            has_last_words: true,
            ..Options::json("notify", TIMEOUT)
        };
        Ok(Self { receiver, http: Http::new(&options)?, pause: retry_policy.first_pause })
    }

    /// Sends a message; returns what was answered, for people.
    ///
    /// # Errors
    ///
    /// When it did not arrive, or was not taken.
    pub fn send(&self, message: &Message) -> Result<String, NotifyError> {
        self.post(&request::message(self.receiver, message))
    }

    /// Tells a check how a run goes.
    ///
    /// # Errors
    ///
    /// As [`Notifier::send`].
    pub fn ping(&self, ping: Ping, run: &RunId, body: &str) -> Result<String, NotifyError> {
        self.post(&request::ping(self.receiver, ping, run, body))
    }

    /// Tries once more after a rate limit, a fault of the server, and where nothing can have arrived.
    fn post(&self, request: &Request) -> Result<String, NotifyError> {
        let error = match self.try_post(request) {
            Err(error) if interrupt::requested().is_none() => error,
            done => return done,
        };
        match error.pause(self.pause).filter(|pause| *pause <= LONGEST_PAUSE) {
            Some(pause) => {
                interrupt::sleep(pause);
                self.try_post(request)
            }
            None => Err(error),
        }
    }

    fn try_post(&self, request: &Request) -> Result<String, NotifyError> {
        let headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let at = || self.receiver.url.to_string();
        let answer = self.http.send(Method::POST, &request.url, &headers, Some(&request.body));
        answer::read(answer.map_err(|source| NotifyError::Unreachable { at: at(), source })?, self.receiver)
    }
}
