//! What talking to Radarr and to Jellyfin has in common: JSON behind a key, or an explanation why there is none.
//!
//! A body is believed only when it says it is JSON and decodes; a login page, a redirect or an empty answer is told
//! as what it is, and whatever stands in front of a server as something else than the server.

mod error;
mod explain;
mod message;
mod number;
mod signs;
mod who;

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use url::Url;

use crate::clients::http::{
    Answer, Http, JSON_LIMIT, JsonError, LIBRARY_LIMIT, Method, Retry, RetryPolicy, TransportError,
};
use crate::domain::clock::Timestamp;
use crate::domain::text;
use crate::system::interrupt;
pub use error::ApiError;
pub use message::{chain, message, plain};
pub use number::Number;
use signs::Signs;

/// One server's API.
#[derive(Clone, Debug)]
pub struct Api {
    /// `Radarr` or `Jellyfin`, as messages name it.
    pub server: &'static str,
    /// The checked base address, base path included.
    pub base: Url,
    /// How calls travel.
    pub http: Http,
    /// The header that carries the key, complete; never logged.
    pub auth: (&'static str, Secret),
    /// How often a call that may be repeated is tried.
    pub retry_policy: RetryPolicy,
}

/// A header value that `Debug` does not show.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(redacted)")
    }
}

/// A call that a rate limit keeps back is tried so often; the pauses come to a good minute.
const TRIES_AT_A_LIMIT: u32 = 7;

/// Whoever asks for a longer pause is left to the next run.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);

/// For so long a run waits for one server's rate limit, all calls together.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// For what must not be sent twice.
fn again_if_it_never_arrived(error: &ApiError) -> Retry {
    if error.never_arrived() { error.again() } else { Retry::Never }
}

/// The seconds since the epoch of a `Date` header.
fn http_date(text: &str) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_second())
}

impl Api {
    /// The address of `path` (without a slash in front) below the base path.
    pub fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("the config takes only http and https addresses")
            .pop_if_empty()
            .extend(path.split('/'));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Reads; tried again where a short time may heal.
    pub fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, ApiError> {
        Ok(self.get_up_to(JSON_LIMIT, path, query)?.0)
    }

    /// Reads a library, which may be very long: `T` should keep little of each film.
    pub fn get_library<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ApiError> {
        Ok(self.get_dated(path, query)?.0)
    }

    /// As [`Api::get_library`]. Also tells the time on the server's clock before which it was asked: what was saved
    /// earlier is in the answer.
    pub fn get_dated<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<(T, Option<Timestamp>), ApiError> {
        self.get_up_to(LIBRARY_LIMIT, path, query)
    }

    fn get_up_to<T: DeserializeOwned>(
        &self,
        limit: u64,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<(T, Option<Timestamp>), ApiError> {
        let call = format!("GET {path}");
        let url = self.url(path, query);
        self.retrying(
            || {
                let started = Instant::now();
                let answer = self.ask(&Method::GET, &call, &url, None)?;
                let date = answer.header("date").and_then(http_date);
                let took = i64::try_from(started.elapsed().as_secs()).unwrap_or(0);
                Ok((self.decode(answer, &call, limit)?, date.map(|date| date - took)))
            },
            ApiError::again,
        )
    }

    /// Writes something that may be sent twice without harm, and is tried again; the answer's body is not read.
    pub fn write(
        &self,
        method: &Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<(), ApiError> {
        self.retrying(|| self.write_now(method, path, query, body), ApiError::again)
    }

    /// As [`Api::write`], but must not be sent twice: tried again only when it certainly never arrived.
    pub fn write_once(&self, method: &Method, path: &str, query: &[(&str, &str)]) -> Result<(), ApiError> {
        self.retrying(|| self.write_now(method, path, query, None), again_if_it_never_arrived)
    }

    fn write_now(
        &self,
        method: &Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<(), ApiError> {
        let call = format!("{method} {path}");
        let answer = self.ask(method, &call, &self.url(path, query), body)?;
        if answer.status() != 204 && !answer.is_json() {
            return Err(self.not_the_api(answer, &call));
        }
        Ok(())
    }

    /// Writes something that must not be sent twice: tried again only when it certainly never arrived.
    pub fn post_once<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<T, ApiError> {
        let call = format!("POST {path}");
        let url = self.url(path, query);
        let attempt = || {
            let answer = self.ask(&Method::POST, &call, &url, body)?;
            self.decode(answer, &call, JSON_LIMIT)
        };
        self.retrying(attempt, again_if_it_never_arrived)
    }

    /// Tries again what a short time may heal, and what a rate limit keeps back: the latter more often, since it is
    /// certain to pass, but not for longer than [`LONGEST_WAIT`] in all.
    fn retrying<T>(
        &self,
        mut attempt: impl FnMut() -> Result<T, ApiError>,
        again: impl Fn(&ApiError) -> Retry,
    ) -> Result<T, ApiError> {
        let mut pause = self.retry_policy.first_pause;
        let tries = if self.retry_policy.tries > 1 { TRIES_AT_A_LIMIT } else { 1 };
        for turn in 1..=tries {
            match self.retry_policy.attempt(&mut attempt, &again) {
                Err(error @ ApiError::Limited { retry_after, .. }) => {
                    let with_jitter = pause + pause.mul_f64(fastrand::f64() * 0.25);
                    // Whoever rounds down what is left of a second asks for none.
                    let pause = match retry_after {
                        Some(asked) if turn == 1 => asked,
                        Some(asked) => asked.max(with_jitter),
                        None => with_jitter,
                    };
                    let may_wait = turn < tries && pause <= LONGEST_PAUSE && interrupt::requested().is_none();
                    if !may_wait || !self.http.wait_for_the_limit(pause, LONGEST_WAIT) {
                        return Err(error);
                    }
                }
                done => return done,
            }
            pause *= 2;
        }
        unreachable!("the last turn returns")
    }

    /// Sends one request; anything but a 2xx becomes an error.
    fn ask(&self, method: &Method, call: &str, url: &Url, body: Option<&str>) -> Result<Answer, ApiError> {
        let (server, base) = (self.server, self.base_text());
        let headers = [(self.auth.0, self.auth.1.0.as_str())];
        let answer = self
            .http
            .send(method.clone(), url, &headers, body)
            .map_err(|source| ApiError::Unreachable { server, base: base.clone(), source })?;
        let status = answer.status();
        if matches!(status, 200..=299) {
            return Ok(answer);
        }
        let signs = Signs::of(&answer, &self.http);
        match status {
            300..=399 => return Err(self.redirected(status, call, url, &signs)),
            429 => {
                let (call, by) = (call.to_owned(), signs.sender(""));
                return Err(ApiError::Limited { server, call, by, retry_after: answer.retry_after() });
            }
            503 => return Err(ApiError::NotReady { server, base, retry_after: answer.retry_after() }),
            _ => {}
        }
        let body = match answer.text() {
            Ok(body) => body,
            // A page of that size explains nothing.
            Err(TransportError::TooLarge(_)) => String::new(),
            // Half a reason is none, nor is a refusal without the half that tells what is refused.
            Err(source) => return Err(ApiError::Unreachable { server, base, source }),
        };
        Err(self.refused(status, call, &signs, body))
    }

    fn decode<T: DeserializeOwned>(&self, answer: Answer, call: &str, limit: u64) -> Result<T, ApiError> {
        if !answer.is_json() {
            return Err(self.not_the_api(answer, call));
        }
        answer.json(limit).map_err(|error| match error {
            JsonError::Transport(source) => {
                ApiError::Unreachable { server: self.server, base: self.base_text(), source }
            }
            JsonError::Shape(why) => self.shape(call, &why),
        })
    }

    /// A text of the server as a message may show it: without the key, and on one line.
    pub fn shown(&self, text: &str) -> String {
        text::one_line(&self.http.redact(text.to_owned())).into_owned()
    }

    /// The address as a person wrote it: without the slash the URL library puts behind it.
    pub fn base_text(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }
}
