//! `[[users]]`: the people, and what their collections are called.

use std::collections::{HashMap, HashSet};

use super::servers::{labels, quality_profile};
use super::table::{Given, Report, Table};
use super::{User, strings};
use crate::domain::adding::OwnAddSettings;
use crate::domain::collection::{Collection, folder_key, folder_of};
use crate::domain::film::member_name;
use crate::domain::ids::JellyfinId;
use crate::domain::text::composed;

/// A checked user and the keys that other users have to agree with.
pub(super) struct UserParts {
    pub(super) user: Option<User>,
    name: Option<Given<String>>,
    collection_name: Option<Given<String>>,
    pub(super) has_jellyfin_username: bool,
}

pub(super) fn user(mut table: Table<'_, '_>) -> UserParts {
    let name = table.required("letterboxd_username").and_then(|given| {
        let value = member_name(&given.value);
        if value.is_none() && !strings::is_example(&given.value) {
            let text = "is not a valid Letterboxd user name; use letters, digits and `_`";
            table.problem(&given, format!("{text}, found `{}`", given.value));
        }
        value.map(|value| Given { value, ..given })
    });
    let jellyfin_username = text(&mut table, "jellyfin_username");
    let CollectionPart { is_named, collection, name: collection_name } = collection(&mut table);
    if is_named && jellyfin_username.is_none() {
        table
            .missing("jellyfin_username", "is missing; a collection needs to know whose watched films count");
    }
    let remove_watched = table.value("remove_watched", true);
    let remove_unlisted = table.value("remove_unlisted", true);
    let root_folder = text(&mut table, "root_folder_path");
    let quality_profile = quality_profile(&mut table);
    let tags = labels(&mut table, "tags");
    table.finish();
    let has_jellyfin_username = jellyfin_username.is_some();
    let user = name.as_ref().map(|name| User {
        name: name.value.clone(),
        jellyfin_username,
        collection,
        remove_watched,
        remove_unlisted,
        adding: OwnAddSettings { root_folder, quality_profile, tags },
    });
    UserParts { user, name, collection_name, has_jellyfin_username }
}

pub(super) fn check_names(users: &[UserParts], report: &Report<'_>) {
    let mut seen = HashSet::new();
    for name in users.iter().filter_map(|user| user.name.as_ref()) {
        if !seen.insert(&name.value) {
            report.add(name.line, name.key.clone(), format!("duplicate user `{}`", name.value));
        }
    }
}

/// People share a collection by writing its name alike. Names that look alike, or become one folder, would be one
/// collection in one Jellyfin and two in another.
pub(super) fn check_collections(users: &[UserParts], report: &Report<'_>) {
    let mut seen: HashMap<String, &Given<String>> = HashMap::new();
    for name in users.iter().filter_map(|user| user.collection_name.as_ref()) {
        let first = *seen.entry(folder_key(&name.value)).or_insert(name);
        if first.value != name.value {
            let text = format!(
                "`{}` may be one folder in Jellyfin with `{}` (line {}); write both alike to share a collection, or choose another name",
                name.value, first.value, first.line
            );
            report.add(name.line, name.key.clone(), text);
        }
    }
}

/// A person's collection, as far as it is right.
struct CollectionPart {
    is_named: bool,
    collection: Option<Collection>,
    /// As it was written, when it can be one.
    name: Option<Given<String>>,
}

fn collection(table: &mut Table<'_, '_>) -> CollectionPart {
    let id = table.take::<String>("jellyfin_collection_id").filter(|given| !given.value.trim().is_empty());
    let name = table.take::<String>("jellyfin_collection").filter(|given| !given.value.trim().is_empty());
    let is_named = id.is_some() || name.is_some();
    let (collection, name) = match (id, name) {
        (Some(_), Some(name)) => {
            table.problem(&name, "cannot be combined with `jellyfin_collection_id`; set one of them");
            (None, None)
        }
        (Some(id), None) => (collection_by_id(table, &id), None),
        (None, Some(name)) => {
            let name = collection_name(table, name);
            (name.as_ref().map(|name| Collection::Name(composed(&name.value).into_owned())), name)
        }
        (None, None) => (None, None),
    };
    CollectionPart { is_named, collection, name }
}

fn collection_by_id(table: &Table<'_, '_>, id: &Given<String>) -> Option<Collection> {
    let plain = id.value.trim().replace('-', "").to_lowercase();
    let is_id = plain.len() == 32 && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_id = is_id && JellyfinId::parse(&plain).is_some();
    if !is_id {
        let text = "must be 32 hexadecimal digits, as in the address of the collection's page in Jellyfin";
        table.problem(id, format!("{text}, found `{}`", id.value));
    }
    is_id.then_some(Collection::Id(plain))
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

/// A string that counts as missing when it is empty.
fn text(table: &mut Table<'_, '_>, key: &'static str) -> Option<String> {
    table.take::<String>(key).map(|given| given.value.trim().to_owned()).filter(|value| !value.is_empty())
}
