//! Proxies, as a person gives them.

use std::fmt;

use ureq::ProxyProtocol;

/// A proxy, as a person gave it. Shown as `HOST:PORT`, never with its credentials.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Proxy {
    /// How it is talked to.
    pub kind: ProxyKind,
    /// A name or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User and password, as they are, not encoded.
    pub credentials: Option<(String, String)>,
}

/// How a proxy is talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProxyKind {
    /// `CONNECT`.
    Http,
    /// `CONNECT`, encrypted on the way to the proxy.
    Https,
    /// SOCKS5; names are looked up here.
    Socks5,
    /// SOCKS5; names are looked up by the proxy.
    Socks5h,
}

impl ProxyKind {
    /// The scheme of an address: `socks5h`.
    pub fn from_scheme(scheme: &str) -> Option<Self> {
        match scheme {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            "socks5" => Some(Self::Socks5),
            "socks5h" => Some(Self::Socks5h),
            _ => None,
        }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} proxy {self}", self.kind)
    }
}

impl Proxy {
    /// ureq's form of it.
    pub(super) fn build(&self) -> Result<ureq::Proxy, ureq::Error> {
        // `resolve_target` is left alone: with HTTP proxies it is broken, and the two kinds of SOCKS say it
        // themselves (facts/crates.md 2.3).
        let builder = ureq::Proxy::builder(match self.kind {
            ProxyKind::Http => ProxyProtocol::Http,
            ProxyKind::Https => ProxyProtocol::Https,
            ProxyKind::Socks5 => ProxyProtocol::Socks5,
            ProxyKind::Socks5h => ProxyProtocol::Socks5h,
        });
        let builder = builder.host(&self.host).port(self.port);
        match &self.credentials {
            Some((user, password)) => builder.username(user).password(password).build(),
            None => builder.build(),
        }
    }
}
