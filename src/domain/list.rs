//! A list: where its last reading stopped.

use super::clock::Timestamp;

/// What is remembered of a person's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The last accepted crawl.
    pub accepted_at: Option<Timestamp>,
    /// The last crawl in which every page was read, accepted or not.
    pub crawled_at: Option<Timestamp>,
    /// Entries that are counted but never shown, as far as accepted.
    pub shortfall: u32,
    /// The crawls whose total disagrees.
    pub mismatch: Option<Mismatch>,
    /// Since when a crawl waits that lacks so much that it is not believed.
    pub pending_at: Option<Timestamp>,
    /// The crawls that lacked a page, when the last ones did.
    pub incomplete: Option<Incomplete>,
}

/// Crawls in a row in which a page could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// The last of them.
    pub last_at: Timestamp,
    /// How many.
    pub count: u32,
}

impl Incomplete {
    /// One more now.
    pub fn next(before: Option<Self>, now: Timestamp) -> Self {
        Self { last_at: now, count: before.map_or(1, |before| before.count.saturating_add(1)) }
    }
}

/// Crawls in which every page was read, but the total is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The first crawl with this shortfall.
    pub first_at: Timestamp,
    /// How many crawls in a row disagreed while the total stayed the same.
    pub count: u32,
    /// The total that was declared.
    pub declared: u32,
    /// Declared and not shown; `None` when the pages disagreed among themselves or showed too many.
    pub shortfall: Option<u32>,
}

impl Cursor {
    /// Was all of the list known after the last scrape, with nothing in doubt and nothing hidden?
    pub fn is_whole(&self) -> bool {
        self.accepted_at.is_some()
            && self.crawled_at.is_some()
            && self.shortfall == 0
            && self.mismatch.is_none()
            && self.pending_at.is_none()
            && self.incomplete.is_none()
    }
}
