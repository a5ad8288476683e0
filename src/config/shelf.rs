//! `jellyfin_collection` and `jellyfin_playlist`: what the collection and the playlist of a person or of a list are called.

use super::table::{Given, Table};
use crate::domain::collection::folder_of;
use crate::domain::ids::JellyfinId;
use crate::domain::shelf::{Named, ShelfKind};
use crate::domain::text::composed;

/// A person's collection or playlist, as far as it is right.
#[derive(Default)]
pub(super) struct ShelfPart {
    pub(super) is_named: bool,
    pub(super) named: Option<Named>,
    /// As it was written, when it can be one.
    pub(super) name: Option<Given<String>>,
}

/// Reads `jellyfin_collection` or `jellyfin_collection_id`. `default` is the name where neither is set.
pub(super) fn collection(table: &mut Table<'_, '_>, default: Option<&Given<String>>) -> ShelfPart {
    let id = given(table, "jellyfin_collection_id");
    let name = given(table, "jellyfin_collection");
    let is_named = id.is_some() || name.is_some();
    let name = name.or_else(|| default.filter(|_| id.is_none()).cloned());
    let (named, name) = named(table, ShelfKind::Collection, id, name);
    ShelfPart { is_named, named, name }
}

/// Reads `jellyfin_playlist` or `jellyfin_playlist_id`.
pub(super) fn playlist(table: &mut Table<'_, '_>) -> ShelfPart {
    let id = given(table, "jellyfin_playlist_id");
    let name = given(table, "jellyfin_playlist");
    let is_named = id.is_some() || name.is_some();
    let (named, name) = named(table, ShelfKind::Playlist, id, name);
    ShelfPart { is_named, named, name }
}

fn given(table: &mut Table<'_, '_>, key: &'static str) -> Option<Given<String>> {
    table.take::<String>(key).filter(|given| !given.value.trim().is_empty())
}

fn named(
    table: &Table<'_, '_>,
    kind: ShelfKind,
    id: Option<Given<String>>,
    name: Option<Given<String>>,
) -> (Option<Named>, Option<Given<String>>) {
    match (id, name) {
        (Some(_), Some(name)) => {
            table.problem(&name, format!("cannot be combined with `jellyfin_{kind}_id`; set one of them"));
            (None, None)
        }
        (Some(id), None) => (by_id(table, kind, &id), None),
        (None, Some(name)) => {
            let name = by_name(table, kind, name);
            (name.as_ref().map(|name| Named::Name(composed(&name.value).into_owned())), name)
        }
        (None, None) => (None, None),
    }
}

fn by_id(table: &Table<'_, '_>, kind: ShelfKind, id: &Given<String>) -> Option<Named> {
    let plain = id.value.trim().replace('-', "").to_lowercase();
    let is_id = plain.len() == 32 && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_id = is_id && JellyfinId::parse(&plain).is_some();
    if !is_id {
        let text =
            format!("must be 32 hexadecimal digits, as in the address of the {kind}'s page in Jellyfin");
        table.problem(id, format!("{text}, found `{}`", id.value));
    }
    is_id.then_some(Named::Id(plain))
}

fn by_name(table: &Table<'_, '_>, kind: ShelfKind, given: Given<String>) -> Option<Given<String>> {
    let name = Given { value: given.value.trim().to_owned(), ..given };
    let complaint = name_problem(kind, &name.value);
    if let Some(text) = complaint {
        table.problem(&name, text);
    }
    complaint.is_none().then_some(name)
}

/// Jellyfin keeps every name, and puts blanks for what no disk takes into the name of the folder only.
fn name_problem(kind: ShelfKind, name: &str) -> Option<&'static str> {
    if name.len() > 200 {
        Some("is too long; the limit is 200 bytes")
    } else if name.contains(char::is_control) {
        Some("must be one line, without control characters")
    } else if kind == ShelfKind::Collection && name.to_lowercase().contains("[boxset]") {
        Some("must not contain `[boxset]`, which Jellyfin adds to the folder's name")
    } else if folder_of(name).trim() == "[boxset]" {
        Some(
            "must contain a letter or a digit, since Jellyfin replaces everything else in the folder's name with blanks",
        )
    } else {
        None
    }
}
