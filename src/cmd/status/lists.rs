//! The lists of a person: as the config names them, with what the store knows of each.

use crate::domain::clock::Timestamp;
use crate::domain::list::ListSource;
use crate::domain::span::{ago, show_day};
use crate::domain::text::plural;
use crate::store::ListStatus;

/// A list that a person wants.
pub(super) struct PersonList {
    /// `watchlist`, `list` or `export`.
    pub(super) kind: &'static str,
    /// `None` for an export.
    pub(super) address: Option<String>,
    /// What is known of it.
    pub(super) status: ListStatus,
}

/// The lists that the config names, then those that the next run lets go of, which still count. `named` is empty where
/// there is no config.
pub(super) fn lists(named: &[ListSource], stored: &[ListStatus]) -> Vec<PersonList> {
    let is = |source: &ListSource, list: &ListStatus| {
        let key = source.key();
        key.kind == list.kind && key.address == list.address
    };
    let named_list = |source: &ListSource| {
        let (kind, address) = match source {
            ListSource::Watchlist { member } => ("watchlist", Some(member.clone())),
            ListSource::List(address) => ("list", Some(address.to_string())),
            ListSource::Export { .. } => ("export", None),
        };
        let status = stored.iter().find(|list| is(source, list)).cloned().unwrap_or_default();
        PersonList { kind, address, status }
    };
    let other = |list: &ListStatus| {
        let (kind, address) = match list.kind.as_str() {
            "list" => ("list", Some(list.address.clone())),
            "export" => ("export", None),
            _ => ("watchlist", Some(list.address.clone())),
        };
        PersonList { kind, address, status: list.clone() }
    };
    let others = stored.iter().filter(|list| !named.iter().any(|source| is(source, list)));
    named.iter().map(named_list).chain(others.map(other)).collect()
}

impl PersonList {
    /// What was read of it, and when, as a row shows it.
    pub(super) fn text(&self, now: Timestamp) -> String {
        let ListStatus { read_at, good_at, accepted_at, declared, listed, .. } = self.status;
        let name = match (self.kind, &self.address) {
            ("list", Some(address)) => format!("`{address}`: "),
            _ => String::new(),
        };
        let Some(read_at) = read_at else { return format!("{name}never read") };
        let films = films(listed, declared);
        let when = match (self.kind, accepted_at, good_at) {
            ("export", Some(day), _) => format!("of {}", show_day(now, day)),
            (_, _, Some(good_at)) => format!("read {}", ago(now, good_at)),
            _ => format!("not read yet, last try {}", ago(now, read_at)),
        };
        format!("{name}{films}, {when}")
    }
}

/// How many films there are, and how many the list says it has.
pub(super) fn films(listed: u32, declared: Option<u32>) -> String {
    let declared = declared.map_or_else(String::new, |declared| format!(" of {declared} declared"));
    format!("{}{declared}", plural(listed as usize, "film"))
}
