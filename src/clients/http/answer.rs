//! An answer of any status, and its body as text or JSON.

use std::io::{self, BufReader};
use std::string::FromUtf8Error;
use std::time::Duration;

use serde::de::DeserializeOwned;
use ureq::Body;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Response};

use super::error::TransportError;
use super::line::Write;
use super::{Http, TEXT_LIMIT, retry_after};
use crate::domain::text::excerpt;

/// An answer of any status, its body not yet read.
#[derive(Debug)]
pub struct Answer {
    pub(super) response: Response<Body>,
    pub(super) http: Http,
    /// Held until the body was read.
    pub(super) _write: Option<Write>,
}

impl Answer {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// A header's value, when it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers: &HeaderMap = self.response.headers();
        headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Every header, for a bug report. A key that the other side repeats is taken out.
    pub fn headers(&self) -> Vec<(String, String)> {
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.to_string(), self.http.redact(String::from_utf8_lossy(value.as_bytes()).into_owned()))
        };
        self.response.headers().iter().map(header).collect()
    }

    /// Is the body said to be JSON?
    pub fn is_json(&self) -> bool {
        self.header("content-type").is_some_and(|value| value.contains("json"))
    }

    /// The pause the other side asks for; a day at the most, whatever it says.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after::parse(self.header("retry-after")?, self.header("date"), jiff::Timestamp::now())
    }

    /// The body as text, whatever its encoding: what is no UTF-8 becomes `U+FFFD`. A key that the other side repeats
    /// is taken out.
    ///
    /// # Errors
    ///
    /// [`TransportError::TooLarge`] over [`TEXT_LIMIT`], and when the body breaks off.
    pub fn text(self) -> Result<String, TransportError> {
        self.text_up_to(TEXT_LIMIT)
    }

    /// As [`Answer::text`], with another limit.
    ///
    /// # Errors
    ///
    /// As [`Answer::text`].
    pub fn text_up_to(mut self, limit: u64) -> Result<String, TransportError> {
        // ureq's own way to text reads eight bytes at a time: five milliseconds for a film page.
        let bytes = self.response.body_mut().with_config().limit(limit).read_to_vec();
        let bytes = bytes.map_err(|error| self.http.explain(&error))?;
        let lossy = |error: FromUtf8Error| String::from_utf8_lossy(error.as_bytes()).into_owned();
        let mut text = String::from_utf8(bytes).unwrap_or_else(lossy);
        // A body that ends with its connection looks whole.
        self.http.unless_given_up()?;
        text = self.http.redact(text);
        log::trace!("{}: received {}", self.http.name, excerpt(&text, 2000));
        Ok(text)
    }

    /// The body as JSON, decoded as it arrives.
    ///
    /// # Errors
    ///
    /// When it breaks off, is longer than `limit`, or is not the JSON that was expected.
    pub fn json<T: DeserializeOwned>(mut self, limit: u64) -> Result<T, JsonError> {
        let reader = self.response.body_mut().with_config().limit(limit).reader();
        serde_json::from_reader(BufReader::with_capacity(64 << 10, reader)).map_err(|error| {
            if let Err(interrupted) = self.http.unless_given_up() {
                JsonError::Transport(interrupted)
            } else if error.is_io() {
                JsonError::Transport(self.http.explain(&ureq::Error::from(io::Error::from(error))))
            } else {
                // It quotes the value that does not fit, which may be anything.
                JsonError::Shape(self.http.redact(error.to_string()))
            }
        })
    }
}

/// A body that could not be decoded.
#[derive(Debug)]
pub enum JsonError {
    /// It broke off.
    Transport(TransportError),
    /// It is something else than was expected, in the decoder's words.
    Shape(String),
}
