//! Time, as the store and the plans count it. What time it is, a run is told once, when it begins.

/// Seconds since the Unix epoch.
pub type Timestamp = i64;

/// One day in seconds.
pub const DAY: Timestamp = 24 * 3600;

/// After so long something daily is due again: a timer that runs once a day may be a little early.
pub const DAILY: Timestamp = DAY - 3600;
