//! Time, as the store and the plans count it. Nothing here reads a clock: the program makes a [`Clock`] once, and hands
//! it to whoever has to ask.

/// Seconds since the Unix epoch.
pub type Timestamp = i64;

/// Tells the time. What a run decides by is the time at which it began.
#[derive(Clone, Copy, Debug)]
pub struct Clock(fn() -> Timestamp);

impl Clock {
    /// One that reads the time from this function.
    pub const fn new(read: fn() -> Timestamp) -> Self {
        Self(read)
    }

    /// The time now.
    pub fn now(self) -> Timestamp {
        (self.0)()
    }
}

/// One day in seconds.
pub const DAY: Timestamp = 24 * 3600;

/// After so long something daily is due again: a timer that runs once a day may be a little early.
pub const DAILY: Timestamp = DAY - 3600;

/// "Once a week", likewise.
pub const WEEKLY: Timestamp = 7 * DAY - 3600;
