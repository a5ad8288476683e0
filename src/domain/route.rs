//! Exit addresses: what a run learns of the ways out to Letterboxd.

use std::time::Duration;

/// The name of the way without a proxy, also in the store.
pub const DIRECT: &str = "direct";

/// Something about an exit address that the next run has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteChange {
    /// Letterboxd refused us over this route.
    Closed {
        /// [`DIRECT`], or `HOST:PORT` of a proxy.
        route: String,
        /// The pause that was asked for.
        retry_after: Option<Duration>,
        /// How long the door had been open by then.
        after: Duration,
    },
    /// A route that was on trial works.
    Opened {
        /// [`DIRECT`], or `HOST:PORT` of a proxy.
        route: String,
    },
}
