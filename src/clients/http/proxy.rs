//! What ureq makes of a proxy, and what goes wrong with one.

use std::io::ErrorKind;

use ureq::ProxyProtocol;
use ureq::unversioned::transport::{ConnectionDetails, Connector};

use super::TransportError;
use crate::domain::connection::{Proxy, ProxyKind};

/// ureq's form of a proxy.
pub(super) fn build(proxy: &Proxy) -> Result<ureq::Proxy, ureq::Error> {
    // `resolve_target` is left alone: with HTTP proxies it is broken, and the two kinds of SOCKS say it
    // themselves (docs/design.md#the-http-client).
    let builder = ureq::Proxy::builder(match proxy.kind {
        ProxyKind::Http => ProxyProtocol::Http,
        ProxyKind::Https => ProxyProtocol::Https,
        ProxyKind::Socks5 => ProxyProtocol::Socks5,
        ProxyKind::Socks5h => ProxyProtocol::Socks5h,
    });
    let builder = builder.host(&proxy.host).port(proxy.port);
    match &proxy.credentials {
        Some((user, password)) => builder.username(user).password(password).build(),
        None => builder.build(),
    }
}

/// What only a proxy can be blamed for: connecting to it, its handshake, and its own refusals. Whatever happens once
/// the tunnel stands is no matter of the proxy's.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// There is no connection to it.
    #[error(transparent)]
    Unreachable(Box<TransportError>),
    /// It hung up on us.
    #[error("it closed the connection before it answered")]
    Closed,
    /// It wants a user and a password, and was given none.
    #[error("it wants a user and a password{0}")]
    LoginMissing(&'static str),
    /// It does not take the ones that it was given.
    #[error("it refused the user and password{0}")]
    LoginRefused(&'static str),
    /// It speaks some other protocol.
    #[error("it does not answer as a proxy of this kind")]
    OtherKind,
    /// It would not, or could not, connect to where it should.
    #[error("it did not connect: {0}")]
    NotConnected(String),
}

impl ProxyError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::LoginMissing(_) => Some(
                "add its user and password: `http://USER:PASSWORD@HOST:PORT` in `letterboxd.proxies`, \
                 `HOST:PORT:USER:PASSWORD` in `letterboxd.proxy_file`",
            ),
            Self::LoginRefused(_) => Some(
                "check the user and password of this proxy in `letterboxd.proxies` or `letterboxd.proxy_file`",
            ),
            Self::OtherKind | Self::Closed => Some(
                "is it http, https, socks5 or socks5h? check its address in `letterboxd.proxies`, or \
                 `letterboxd.proxy_type`",
            ),
            _ => None,
        }
    }

    /// What became of a connection to a proxy, in our words; `explain` is for what any connection may suffer.
    pub(super) fn explain(
        error: &ureq::Error,
        has_login: bool,
        explain: impl Fn(&ureq::Error) -> TransportError,
    ) -> Self {
        let login = |how| if has_login { Self::LoginRefused(how) } else { Self::LoginMissing(how) };
        match error {
            // In the words of ureq 3.5: `proxy server responded 407/407`.
            ureq::Error::ConnectProxyFailed(text) => match text.rsplit('/').next().map(str::parse::<u16>) {
                Some(Ok(407)) => login(" (HTTP 407)"),
                // tinyproxy 1.11 answers wrong ones so.
                Some(Ok(401)) => login(" (HTTP 401)"),
                Some(Ok(status)) => Self::NotConnected(format!("HTTP {status}")),
                _ => Self::Closed,
            },
            ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => Self::OtherKind,
            ureq::Error::Io(io) => match (io.kind(), io.to_string().as_str()) {
                (_, "password authentication failed" | "no acceptable auth methods") => login(""),
                (_, "unknown auth method" | "invalid response version" | "invalid reserved byte") => {
                    Self::OtherKind
                }
                // The answers of SOCKS5 to a request.
                (ErrorKind::Other, text) if io.get_ref().is_some() => Self::NotConnected(text.to_owned()),
                _ => Self::unreachable(explain(error)),
            },
            other => Self::unreachable(explain(other)),
        }
    }

    fn unreachable(error: TransportError) -> Self {
        match error {
            TransportError::Cut => Self::Closed,
            other => Self::Unreachable(Box::new(other)),
        }
    }
}

/// The part of the way that ends where the tunnel begins: what fails in it is marked as [`Failed`].
#[derive(Debug)]
pub(super) struct Leg<C>(pub(super) C);

impl<C: Connector> Connector for Leg<C> {
    type Out = C::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        self.0.connect(details, chained).map_err(|error| match details.config.proxy() {
            Some(_) => ureq::Error::Other(Box::new(Failed(error))),
            None => error,
        })
    }
}

/// An error of the connection to a proxy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Failed(pub(super) ureq::Error);
