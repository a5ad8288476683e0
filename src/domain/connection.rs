//! How a server is reached: under which name, over which proxy, with which certificates of somebody's own.

use std::fmt;

/// What lbjf calls itself unless the config says otherwise.
pub const USER_AGENT: &str = concat!("lbjf/", env!("CARGO_PKG_VERSION"));

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

/// Certificates of somebody's own, each in DER form: authorities, or a server's itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificates(pub Vec<Vec<u8>>);
