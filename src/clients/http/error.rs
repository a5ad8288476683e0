//! Requests that never became an answer, told from one another.

use std::io;
use std::time::Duration;

use super::Http;
use super::proxy::{Failed, ProxyError};
use super::tls_error::TlsError;

/// A request that never became an answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Nothing listens there, or it is only starting.
    #[error("connection refused")]
    Refused,
    /// The name is unknown.
    #[error("no such host")]
    NoSuchHost,
    /// Connecting took too long: the request was not sent.
    #[error("no connection within {} s", .0.as_secs())]
    ConnectTimeout(Duration),
    /// The answer took too long.
    #[error("no complete answer within {} s", .0.as_secs())]
    Timeout(Duration),
    /// The other side hung up.
    #[error("the connection was closed before the answer was complete")]
    Cut,
    /// The encrypted connection could not be made.
    #[error(transparent)]
    Tls(TlsError),
    /// The proxy is to blame: nobody else.
    #[error(transparent)]
    Proxy(ProxyError),
    /// The body is longer than anything expected here.
    #[error("the answer is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// Somebody stopped this run.
    #[error("interrupted")]
    Interrupted,
    /// Anything else, in the words of the HTTP library.
    #[error("{0}")]
    Other(String),
}

impl TransportError {
    /// May a short time heal it?
    pub fn is_passing(&self) -> bool {
        !matches!(
            self,
            Self::Tls(_) | Self::Proxy(_) | Self::TooLarge(_) | Self::Interrupted | Self::Other(_)
        )
    }

    /// Is it certain that the other side never saw the request?
    pub fn never_arrived(&self) -> bool {
        matches!(self, Self::Refused | Self::NoSuchHost | Self::ConnectTimeout(_) | Self::Tls(_))
    }
}

impl Http {
    pub(super) fn explain(&self, error: &ureq::Error) -> TransportError {
        if let Err(interrupted) = self.unless_given_up() {
            return interrupted;
        }
        match error {
            ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
                TransportError::ConnectTimeout(Self::CONNECT_TIMEOUT.min(self.timeout))
            }
            ureq::Error::Timeout(_) => TransportError::Timeout(self.timeout),
            ureq::Error::HostNotFound => TransportError::NoSuchHost,
            ureq::Error::BodyExceedsLimit(limit) => TransportError::TooLarge(*limit),
            // A compressed body that ends early is an unexpected end, too.
            ureq::Error::Io(error) | ureq::Error::Decompress(_, error) => explain_io(error),
            ureq::Error::Rustls(error) => TransportError::Tls(error.into()),
            ureq::Error::Tls(error) => TransportError::Tls(TlsError::Other((*error).to_owned())),
            // Half a status line, or a chunked body that ends early.
            ureq::Error::Protocol(_) => TransportError::Cut,
            ureq::Error::Other(inner) => match inner.downcast_ref::<Failed>() {
                Some(Failed(error)) => {
                    let explain = |error: &ureq::Error| self.explain(error);
                    TransportError::Proxy(ProxyError::explain(error, self.has_login, explain))
                }
                None => TransportError::Other(self.redact(error.to_string())),
            },
            other => TransportError::Other(self.redact(other.to_string())),
        }
    }
}

fn explain_io(error: &io::Error) -> TransportError {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return TransportError::Tls(error.into());
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => TransportError::Refused,
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => TransportError::Cut,
        _ if innermost(error).contains("lookup address") => TransportError::NoSuchHost,
        _ => TransportError::Other(innermost(error)),
    }
}

fn innermost(error: &io::Error) -> String {
    match error.get_ref() {
        Some(inner) => inner.source().map_or_else(|| inner.to_string(), ToString::to_string),
        None => error.to_string(),
    }
}
