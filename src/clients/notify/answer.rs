//! What a receiver answered: success is not always what looks like it.

use std::time::Duration;

use serde_json::Value;

use crate::clients::http::{Answer, TransportError};
use crate::domain::receiver::{Receiver, Service};
use crate::domain::text::excerpt;

/// So much of an answer is read: the reason for a refusal is short.
const LIMIT: u64 = 64 << 10;

/// Why a message did not reach anybody.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// No answer came.
    #[error("`{at}` cannot be reached")]
    Unreachable {
        /// Host and port.
        at: String,
        /// What went wrong.
        source: TransportError,
    },
    /// The receiver did not take it.
    #[error("`{at}` answered with HTTP {status}{said}")]
    Status {
        /// Host and port.
        at: String,
        /// The HTTP status.
        status: u16,
        /// Its own words, behind a colon; or nothing.
        said: String,
        /// What to do about it.
        hint: Option<&'static str>,
        /// After how long it may be tried again.
        retry_after: Option<Duration>,
    },
    /// It leads elsewhere.
    #[error("`{at}` redirects elsewhere (HTTP {status}), which lbjf does not follow")]
    Redirect {
        /// Host and port.
        at: String,
        /// The HTTP status.
        status: u16,
    },
}

impl NotifyError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Status { hint, .. } => *hint,
            Self::Redirect { .. } => Some("put the address that it redirects to into `url`"),
            Self::Unreachable { source: TransportError::NoSuchHost, .. } => {
                Some("check `url`, and this machine's DNS")
            }
            Self::Unreachable { source: TransportError::Tls(_), .. } => {
                Some("check its certificate, and `http://` or `https://` in `url`")
            }
            Self::Unreachable { .. } => None,
        }
    }

    /// After how long it may be tried once more; `None` where it would fail the same way, or may have arrived.
    pub(super) fn pause(&self, usual: Duration) -> Option<Duration> {
        match self {
            Self::Status { status: 429, retry_after, .. } => Some(retry_after.unwrap_or(usual)),
            Self::Status { status: 500.., retry_after, .. } => Some(retry_after.unwrap_or(usual).max(usual)),
            Self::Unreachable { source: TransportError::Refused | TransportError::NoSuchHost, .. } => {
                Some(usual)
            }
            _ => None,
        }
    }
}

/// What was answered, for people; or why that is no success.
pub(super) fn read(answer: Answer, receiver: &Receiver) -> Result<String, NotifyError> {
    let (at, status) = (receiver.url.to_string(), answer.status());
    if matches!(status, 300..=399) {
        return Err(NotifyError::Redirect { at, status });
    }
    let asked = answer.retry_after();
    let is_html = answer.header("content-type").is_some_and(|value| value.contains("html"));
    // A page explains nothing, and an answer that is cut or too long does not either.
    let body = answer.text_up_to(LIMIT).ok().filter(|_| !is_html).unwrap_or_default();
    let json: Option<Value> = serde_json::from_str(&body).ok();
    // Apprise takes a message for a key that it does not know, and tells nobody.
    let is_nobody = status == 204 && matches!(receiver.service, Service::Apprise { .. });
    if matches!(status, 200..=299) && !is_nobody {
        let words = if json.is_some() { String::new() } else { words(&body) };
        let words = if words.is_empty() { String::new() } else { format!(": {words}") };
        return Ok(format!("`{at}` took it (HTTP {status}){words}"));
    }
    let said = json.as_ref().map_or_else(|| words(&body), said);
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    let in_body = json.as_ref().and_then(|json| json.get("retry_after")?.as_f64());
    let in_body = in_body.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let retry_after = in_body.or(asked);
    Err(NotifyError::Status { at, status, said, hint: hint(&receiver.service, status), retry_after })
}

/// What an error in JSON says, wherever that stands.
fn said(json: &Value) -> String {
    let names = ["errorDescription", "message", "error", "detail", "description"];
    let found = names.iter().find_map(|name| json.get(name)?.as_str());
    found.map(words).unwrap_or_default()
}

/// The first line of a text, as a message may show it.
fn words(text: &str) -> String {
    excerpt(text.trim().lines().next().unwrap_or_default(), 200).trim().to_owned()
}

/// What to do about an answer that is no success.
fn hint(service: &Service, status: u16) -> Option<&'static str> {
    use Service::{Apprise, Discord, Gotify, Healthchecks, Ntfy, Webhook};
    Some(match (service, status) {
        (Ntfy { .. }, 401 | 403) => "check `token`, and whether it may write to this topic",
        (Ntfy { .. }, 404) => "`url` must be the address of the ntfy server alone",
        (Gotify { .. }, 401 | 403) => "`token` must be that of an application, not of a client",
        (Gotify { .. }, 404) => "check `url`: the address of the Gotify server",
        (Discord, 401 | 403 | 404) => "this webhook is gone: make a new one, and put its address into `url`",
        (Discord, 400) => "a webhook of a forum channel needs `?thread_id=…` at the end of `url`",
        (Apprise { .. }, 204) => {
            "Apprise keeps no addresses under this key, so nobody was told: check the key in `url`"
        }
        (Apprise { .. }, 424) => {
            "Apprise did not reach one of its addresses, or none of them has this `tag`: see its own log"
        }
        (Healthchecks, 404) => "there is no such check: copy its ping address again",
        (Healthchecks, 400) => "check `url`: the ping address of a check, with nothing behind it",
        (Webhook { .. }, 401 | 403) => "check `token`",
        (_, 429) => "it limits how many messages it takes; the next run goes on",
        _ => return None,
    })
}
