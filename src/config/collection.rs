//! `jellyfin_collection`: what the collection of a person or of a list is called.

use super::table::{Given, Table};
use crate::domain::collection::folder_of;
use crate::domain::ids::JellyfinId;
use crate::domain::shelf::Named;
use crate::domain::text::composed;

/// A person's collection, as far as it is right.
#[derive(Default)]
pub(super) struct CollectionPart {
    pub(super) is_named: bool,
    pub(super) collection: Option<Named>,
    /// As it was written, when it can be one.
    pub(super) name: Option<Given<String>>,
}

/// Reads `jellyfin_collection` or `jellyfin_collection_id`. `default` is the name where neither is set.
pub(super) fn collection(table: &mut Table<'_, '_>, default: Option<&Given<String>>) -> CollectionPart {
    let id = table.take::<String>("jellyfin_collection_id").filter(|given| !given.value.trim().is_empty());
    let name = table.take::<String>("jellyfin_collection").filter(|given| !given.value.trim().is_empty());
    let is_named = id.is_some() || name.is_some();
    let name = name.or_else(|| default.filter(|_| id.is_none()).cloned());
    let (collection, name) = match (id, name) {
        (Some(_), Some(name)) => {
            table.problem(&name, "cannot be combined with `jellyfin_collection_id`; set one of them");
            (None, None)
        }
        (Some(id), None) => (collection_by_id(table, &id), None),
        (None, Some(name)) => {
            let name = collection_name(table, name);
            (name.as_ref().map(|name| Named::Name(composed(&name.value).into_owned())), name)
        }
        (None, None) => (None, None),
    };
    CollectionPart { is_named, collection, name }
}

fn collection_by_id(table: &Table<'_, '_>, id: &Given<String>) -> Option<Named> {
    let plain = id.value.trim().replace('-', "").to_lowercase();
    let is_id = plain.len() == 32 && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_id = is_id && JellyfinId::parse(&plain).is_some();
    if !is_id {
        let text = "must be 32 hexadecimal digits, as in the address of the collection's page in Jellyfin";
        table.problem(id, format!("{text}, found `{}`", id.value));
    }
    is_id.then_some(Named::Id(plain))
}

fn collection_name(table: &Table<'_, '_>, given: Given<String>) -> Option<Given<String>> {
    let name = Given { value: given.value.trim().to_owned(), ..given };
    let complaint = collection_name_problem(&name.value);
    if let Some(text) = complaint {
        table.problem(&name, text);
    }
    complaint.is_none().then_some(name)
}

/// Jellyfin keeps every name, and puts blanks for what no disk takes into the name of the folder only.
fn collection_name_problem(name: &str) -> Option<&'static str> {
    if name.len() > 200 {
        Some("is too long; the limit is 200 bytes")
    } else if name.contains(char::is_control) {
        Some("must be one line, without control characters")
    } else if name.to_lowercase().contains("[boxset]") {
        Some("must not contain `[boxset]`, which Jellyfin adds to the folder's name")
    } else if folder_of(name).trim() == "[boxset]" {
        Some(
            "must contain a letter or a digit, since Jellyfin replaces everything else in the folder's name with blanks",
        )
    } else {
        None
    }
}
