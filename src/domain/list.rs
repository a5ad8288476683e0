//! A list: where it is read from, and where its readings stand.

use std::path::PathBuf;

use super::clock::Timestamp;
use super::list_address::ListAddress;

/// What one person wants, as the config says it: films of these lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wants {
    /// The person, or the `[[lists]]` block, by name.
    pub person: String,
    /// Their lists.
    pub lists: Vec<ListSource>,
}

/// Where a list is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListSource {
    /// The watchlist of a Letterboxd member.
    Watchlist {
        /// Their name, in lower case as in addresses.
        member: String,
    },
    /// A list of a Letterboxd member.
    List(ListAddress),
    /// A member's own data export, or a table out of it.
    Export {
        /// A ZIP file, a folder or a CSV file.
        path: PathBuf,
        /// The member whose watchlist it is. Then it says of the same list what its pages would say.
        member: Option<String>,
        /// The person that wants it, by name.
        person: String,
    },
}

/// What a list is in the store: it stays when the way to read it changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListKey {
    /// `watchlist`, `list`, or `export` for one of an unknown member.
    pub kind: &'static str,
    /// What tells it from the others of its kind: the member, the list's address, or the person. No secret is in it.
    pub address: String,
}

impl ListKey {
    /// The watchlist of this member.
    pub fn watchlist(member: &str) -> Self {
        Self { kind: "watchlist", address: member.to_owned() }
    }
}

impl ListSource {
    /// The watchlist of this member.
    pub fn watchlist(member: &str) -> Self {
        Self::Watchlist { member: member.to_owned() }
    }

    /// Which list it is.
    pub fn key(&self) -> ListKey {
        match self {
            Self::Watchlist { member } | Self::Export { member: Some(member), .. } => {
                ListKey::watchlist(member)
            }
            Self::List(address) => ListKey { kind: "list", address: address.to_string() },
            Self::Export { person, .. } => ListKey { kind: "export", address: person.clone() },
        }
    }

    /// Does one reading serve both? Of one watchlist there may be pages and exports: each says something of its own.
    pub fn is_read_as(&self, other: &Self) -> bool {
        let path = |source: &Self| match source {
            Self::Export { path, .. } => Some(path.clone()),
            Self::Watchlist { .. } | Self::List(_) => None,
        };
        self.key() == other.key() && path(self) == path(other)
    }

    /// What messages call it.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Watchlist { .. } => "watchlist",
            Self::List(_) => "list",
            Self::Export { .. } => "export",
        }
    }

    /// The list's own name where one has it: a watchlist and an export go by the name of their person.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::List(address) => Some(address.to_string()),
            Self::Watchlist { .. } | Self::Export { .. } => None,
        }
    }
}

/// What is remembered of the readings of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The last accepted reading.
    pub accepted_at: Option<Timestamp>,
    /// The last whole reading, accepted or not.
    pub whole_at: Option<Timestamp>,
    /// Entries that are counted but never shown, as far as accepted.
    pub shortfall: u32,
    /// The readings whose total disagrees.
    pub mismatch: Option<Mismatch>,
    /// Since when a reading waits that lacks so much that it is not believed.
    pub pending_at: Option<Timestamp>,
    /// The readings that lacked a page, when the last ones did.
    pub incomplete: Option<Incomplete>,
}

/// Readings in a row in which a page could not be read.
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

/// Readings in which every page was read, but the total is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The first reading with this shortfall.
    pub first_at: Timestamp,
    /// How many readings in a row disagreed while the total stayed the same.
    pub count: u32,
    /// The total that was declared.
    pub declared: u32,
    /// Declared and not shown; `None` when the pages disagreed among themselves or showed too many.
    pub shortfall: Option<u32>,
}

impl Cursor {
    /// Was all of the list known after the last reading, with nothing in doubt and nothing hidden?
    pub fn is_settled(&self) -> bool {
        self.accepted_at.is_some()
            && self.whole_at.is_some()
            && self.shortfall == 0
            && self.mismatch.is_none()
            && self.pending_at.is_none()
            && self.incomplete.is_none()
    }
}
