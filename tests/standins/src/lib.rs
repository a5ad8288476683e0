//! Stand-ins for the three services lbjf talks to, for whoever is told about runs, and for a proxy on the way, on
//! loopback.
//!
//! Each keeps state, logs every request and can be told to misbehave ([`server::Fault`]). Tests, the sandbox and
//! the benches share them. They answer as the real services were seen to answer, down to error bodies; where
//! recordings of the real ones are at hand, tests in this crate replay them.

mod beside;
pub mod jellyfin;
pub mod letterboxd;
pub mod posters;
pub mod proxy;
pub mod radarr;
pub mod receiver;
pub mod server;
pub mod tls;

pub use beside::{all_not_tested, not_tested, shared};
pub use jellyfin::Jellyfin;
pub use letterboxd::Letterboxd;
pub use proxy::{Manner, Proxy};
pub use radarr::Radarr;
pub use receiver::Receiver;
pub use server::{Change, Deaf, Fault, Form, Gate, Hook, Reply, Request, Server};
pub use tls::TlsFront;

/// An address where nobody listens. A port that was free a moment ago may be another test's by now.
pub const DEAD: &str = "http://127.0.0.1:1";
