//! `[[users]]` and `[[lists]]`: who wants which lists, and where their films go.

use std::collections::{HashMap, HashSet};

use super::external::Place;
use super::servers::{RadarrParts, labels, quality_profile};
use super::shelf::{ShelfPart, collection, playlist};
use super::table::{Given, OneOrMore, Report, Table};
use super::{User, strings};
use crate::domain::adding::OwnAddSettings;
use crate::domain::collection::folder_key;
use crate::domain::film::member_name;
use crate::domain::list::{ListSource, Wants};
use crate::domain::list_address::{ListAddress, without_token};
use crate::domain::radarr::name_key;
use crate::domain::shelf::WatchedBy;
use crate::domain::text::excerpt;

/// A checked block and the keys that other blocks have to agree with.
pub(super) struct UserParts {
    /// Its table: `users[0]`.
    pub(super) path: String,
    pub(super) user: Option<User>,
    name: Option<Given<String>>,
    collection_name: Option<Given<String>>,
    /// The Radarrs that it names.
    pub(super) radarrs: Option<Given<OneOrMore>>,
    /// Where it says what it would have for each Radarr.
    for_one_radarr: Vec<Given<()>>,
    pub(super) has_jellyfin_username: bool,
}

/// A block of `[[users]]`.
pub(super) fn user(mut table: Table<'_, '_>, place: Place<'_>) -> UserParts {
    let has_other_list = table.has("letterboxd_lists") || table.has("letterboxd_export");
    let has_member = table.has("letterboxd_username") || !has_other_list;
    let name = name(&mut table);
    let member = if has_member { member(&mut table) } else { table.take("letterboxd_username") };
    let lists = table.take::<Vec<String>>("letterboxd_lists").map(|given| addresses(&table, &given));
    let export = text(&mut table, "letterboxd_export").map(|text| place.path(&text));
    if !has_member && name.is_none() {
        table.missing("name", "is missing; without `letterboxd_username`, give this person a name");
    }
    let name = name.or_else(|| member.clone());
    let person = name.as_ref().map(|name| name.value.clone()).unwrap_or_default();
    let member = member.map(|member| member.value);
    let own = match export {
        Some(path) => Some(ListSource::Export { path, member, person: person.clone() }),
        None => member.map(|member| ListSource::Watchlist { member }),
    };
    let mut all: Vec<_> = own.into_iter().collect();
    for address in lists.into_iter().flatten() {
        if !all.contains(&ListSource::List(address.clone())) {
            all.push(ListSource::List(address));
        }
    }
    let jellyfin_username = text(&mut table, "jellyfin_username");
    let shelves = Shelves { collection: collection(&mut table, None), playlist: playlist(&mut table) };
    shelves.check_owner(&table, jellyfin_username.as_ref());
    if shelves.collection.is_named && !shelves.playlist.is_named && jellyfin_username.is_none() {
        table
            .missing("jellyfin_username", "is missing; a collection needs to know whose watched films count");
    }
    let remove_watched = table.value("remove_watched", true);
    rest(table, name, shelves, |name| {
        let wants = Wants { person: name.clone(), lists: all };
        User::new(wants, true, jellyfin_username, remove_watched)
    })
}

/// A block of `[[lists]]`: a list without a person.
pub(super) fn list(mut table: Table<'_, '_>) -> UserParts {
    if !table.has("name") {
        table.missing("name", "is missing; give this list a name");
    }
    let name = name(&mut table);
    let address = table.required("letterboxd_list").and_then(|given| {
        let given = Given { value: vec![given.value.clone()], line: given.line, key: given.key };
        addresses(&table, &given).pop()
    });
    let jellyfin_username = text(&mut table, "jellyfin_username");
    let playlist = playlist(&mut table);
    // A playlist may take the place of the collection.
    let default = name.as_ref().filter(|_| !playlist.is_named);
    let shelves = Shelves { collection: collection(&mut table, default), playlist };
    shelves.check_owner(&table, jellyfin_username.as_ref());
    let remove_watched = table.value("remove_watched", false);
    if remove_watched && !shelves.playlist.is_named && jellyfin_username.is_none() {
        table.missing(
            "jellyfin_username",
            "is missing; `remove_watched` needs to know whose watched films count",
        );
    }
    rest(table, name, shelves, |name| {
        let lists = address.into_iter().map(ListSource::List).collect();
        User::new(Wants { person: name.clone(), lists }, false, jellyfin_username, remove_watched)
    })
}

/// Where the films of a person or of a list go in Jellyfin.
struct Shelves {
    collection: ShelfPart,
    playlist: ShelfPart,
}

impl Shelves {
    fn check_owner(&self, table: &Table<'_, '_>, jellyfin_username: Option<&String>) {
        if self.playlist.is_named && jellyfin_username.is_none() {
            table.missing("jellyfin_username", "is missing; a playlist belongs to one Jellyfin user");
        }
    }
}

/// What both have, and the end of the table.
fn rest(
    mut table: Table<'_, '_>,
    name: Option<Given<String>>,
    shelves: Shelves,
    user: impl FnOnce(&String) -> User,
) -> UserParts {
    let watched_by = watched_by(&mut table);
    let remove_unlisted = table.value("remove_unlisted", true);
    let radarrs = table.take("radarr");
    let for_one_radarr = ["root_folder_path", "quality_profile", "quality_profile_id"];
    let for_one_radarr = for_one_radarr.iter().filter_map(|key| table.place_of(key)).collect();
    let root_folder = text(&mut table, "root_folder_path");
    let quality_profile = quality_profile(&mut table);
    let tags = labels(&mut table, "tags");
    let path = table.path.clone();
    table.finish();
    let ShelfPart { named: collection, name: collection_name, .. } = shelves.collection;
    let playlist = shelves.playlist.named;
    let adding = OwnAddSettings { root_folder, quality_profile, tags };
    let user = name.as_ref().map(|name| User {
        collection,
        playlist,
        watched_by,
        remove_unlisted,
        adding,
        ..user(&name.value)
    });
    let has_jellyfin_username = user.as_ref().is_some_and(|user| user.jellyfin_username.is_some());
    UserParts { path, user, name, collection_name, radarrs, for_one_radarr, has_jellyfin_username }
}

/// Whose having watched a film counts in a collection of several people.
fn watched_by(table: &mut Table<'_, '_>) -> WatchedBy {
    let Some(given) = table.take::<String>("watched_by") else { return WatchedBy::default() };
    match given.value.trim() {
        "everybody" => WatchedBy::Everybody,
        "anyone" => WatchedBy::Anyone,
        _ => {
            table.problem(&given, format!("must be `everybody` or `anyone`, found `{}`", given.value));
            WatchedBy::default()
        }
    }
}

/// What a person or a list is called here.
fn name(table: &mut Table<'_, '_>) -> Option<Given<String>> {
    let given = table.take::<String>("name").filter(|given| !strings::is_example(&given.value))?;
    let name = Given { value: given.value.trim().to_owned(), ..given };
    let complaint = match &name.value {
        value if value.is_empty() => "must not be empty",
        value if value.len() > 100 => "is too long; the limit is 100 bytes",
        value if value.contains(char::is_control) => "must be one line, without control characters",
        _ => return Some(name),
    };
    table.problem(&name, complaint);
    None
}

fn member(table: &mut Table<'_, '_>) -> Option<Given<String>> {
    let given = table.required("letterboxd_username")?;
    let value = member_name(&given.value);
    if value.is_none() && !strings::is_example(&given.value) {
        let text = "is not a valid Letterboxd user name; use letters, digits and `_`";
        table.problem(&given, format!("{text}, found `{}`", given.value));
    }
    value.map(|value| Given { value, ..given })
}

/// Addresses of lists; each that is none is a problem.
fn addresses(table: &Table<'_, '_>, given: &Given<Vec<String>>) -> Vec<ListAddress> {
    let texts = given.value.iter().filter(|text| !strings::is_example(text));
    let addresses = texts.filter_map(|text| match ListAddress::parse(text) {
        Ok(address) => Some(address),
        Err(error) => {
            table.problem(given, format!("`{}` {error}; {}", without_token(text), error.hint()));
            None
        }
    });
    addresses.collect()
}

/// Where the films of each go: to the first Radarr, unless the block names others.
pub(super) fn choose_radarrs(users: &mut [UserParts], radarrs: &[RadarrParts], report: &Report<'_>) {
    let names: Vec<&str> =
        radarrs.iter().filter_map(|radarr| radarr.name.as_ref()).map(|name| name.value.as_str()).collect();
    for UserParts { user, radarrs: given, for_one_radarr, .. } in users {
        let mut chosen: Vec<String> = Vec::new();
        match given {
            None => chosen.extend(names.first().map(|name| (*name).to_owned())),
            Some(Given { line, key, value: OneOrMore(wanted) }) => {
                for wanted in wanted {
                    let is_it = |name: &&&str| name_key(name) == name_key(wanted.trim());
                    match names.iter().find(is_it) {
                        Some(name) if chosen.iter().any(|known| known == name) => {}
                        Some(name) => chosen.push((*name).to_owned()),
                        None => report.add(*line, &*key, no_such_radarr(wanted, &names)),
                    }
                }
            }
        }
        if chosen.len() > 1 {
            for place in for_one_radarr {
                let text =
                    "cannot be set where films go to several Radarrs; each has its own under `[[radarr]]`";
                report.add(place.line, &place.key, text);
            }
        }
        if let Some(user) = user {
            user.radarrs = chosen;
        }
    }
}

fn no_such_radarr(wanted: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return "names a Radarr, but the config has no `[radarr]`".to_owned();
    }
    let there: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("there is no Radarr `{}`; there is {}", excerpt(wanted, 50), there.join(", "))
}

/// Names are told apart whatever their case, since people type them.
pub(super) fn check_names(users: &[UserParts], report: &Report<'_>) {
    let mut seen = HashSet::new();
    for name in users.iter().filter_map(|user| user.name.as_ref()) {
        if !seen.insert(name.value.to_lowercase()) {
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

/// A string that counts as missing when it is empty.
fn text(table: &mut Table<'_, '_>, key: &'static str) -> Option<String> {
    table.take::<String>(key).map(|given| given.value.trim().to_owned()).filter(|value| !value.is_empty())
}
