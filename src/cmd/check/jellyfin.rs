//! Jellyfin: what it is, and whether it has the people, collections and playlists that the config names.

use super::checks::Checks;
use crate::clients::api::{ApiError, chain, plain};
use crate::clients::jellyfin::{
    Abilities, BoxSet, Info, Jellyfin, JellyfinError, JellyfinUser, KeyOwner, Playlist,
};
use crate::config::User;
use crate::domain::problem::Problem;
use crate::domain::shelf::Named;
use crate::domain::text::plural;
use crate::library::{lost_library, other_server};
use crate::shelves::groups::playlists::{CHOOSE, Meaning, Search, Unclear, taken};
use crate::shelves::target::{find, twins};
use crate::shelves::{CREATE_A_KEY, viewer};
use crate::store::{Store, StoreError};

const ABOUT: &str = "jellyfin";

/// Asks what a run asks before it changes anything. `store` is a copy: it is told what a run would tell the store.
///
/// # Errors
///
/// When the store fails.
pub fn jellyfin(
    door: &Jellyfin,
    users: &[User],
    store: &mut Store,
    checks: &mut Checks,
) -> Result<(), StoreError> {
    let Some(info) = info(door, checks) else {
        checks.skipped(ABOUT, "settings", "users and collections were not asked for");
        return Ok(());
    };
    key(door, checks);
    checks.ok(ABOUT, "version", &plain(&info.version));
    if let Some(Problem { message, hint }) =
        other_server(&info, &store.server_identity("jellyfin", &info.id)?)
    {
        checks.problem("store", "jellyfin", &message, Some(hint));
    }
    library(door, store, checks)?;
    let known = match door.users() {
        Ok(known) => known.users,
        Err(error) => {
            failed("users", &error, checks);
            Vec::new()
        }
    };
    if !known.is_empty() {
        people(users, &known, checks);
    }
    if users.iter().any(|user| user.collection.is_some()) {
        match door.collections() {
            Ok(sets) => collections(users, &sets, store, checks)?,
            Err(error) => failed("collections", &error, checks),
        }
    }
    if users.iter().any(|user| user.playlist.is_some()) {
        match door.playlists() {
            Ok(lists) => {
                let search = Search::new(door, store, &info.version, &lists)?;
                playlists(users, &known, &lists, &search, checks)?;
            }
            Err(error) => failed("playlists", &error, checks),
        }
        if !Abilities::of(&info.version).can_remove {
            let text = "this version lets an API key only add to playlists: films that should leave stay";
            checks.note(ABOUT, "playlists", text, Some("update Jellyfin to 10.11 or newer"));
        }
    }
    Ok(())
}

fn failed(check: &'static str, error: &ApiError, checks: &mut Checks) {
    checks.problem(ABOUT, check, &chain(error), error.hint().as_deref());
}

/// Is it Jellyfin, does it take the key, and is it new enough? `None` when it is of no use.
fn info(door: &Jellyfin, checks: &mut Checks) -> Option<Info> {
    let (check, error) = match door.info() {
        Ok(info) => {
            let name = plain(&info.name);
            checks.ok(ABOUT, "address", &format!("Jellyfin `{name}` answers at `{}`", door.base()));
            return Some(info);
        }
        Err(error @ JellyfinError::Api(ApiError::Key { .. })) => ("key", error),
        Err(error @ JellyfinError::TooOld { .. }) => {
            checks.ok(ABOUT, "address", &format!("Jellyfin answers at `{}`", door.base()));
            ("version", error)
        }
        Err(error) => ("address", error),
    };
    checks.problem(ABOUT, check, &chain(&error), error.hint().as_deref());
    None
}

/// It is accepted; is it a key to which nothing is closed?
fn key(door: &Jellyfin, checks: &mut Checks) {
    match door.key_owner() {
        Ok(Some(KeyOwner { name, is_administrator: true })) => {
            let text = format!(
                "accepted, but it is a personal token of the administrator `{name}`: lbjf sees only what they see, and creates no collection or playlist"
            );
            checks.note(ABOUT, "key", &text, Some(CREATE_A_KEY));
        }
        Ok(Some(KeyOwner { name, .. })) => {
            let text = format!("it is a personal token of `{name}`, who is not an administrator");
            checks.problem(ABOUT, "key", &text, Some(CREATE_A_KEY));
        }
        // Whoever cannot say whose it is took it all the same.
        Ok(None) | Err(_) => checks.ok(ABOUT, "key", "accepted"),
    }
}

/// Is everybody there, and is any library open to them?
fn people(users: &[User], known: &[JellyfinUser], checks: &mut Checks) {
    for user in users {
        let Some(wanted) = &user.jellyfin_username else { continue };
        match viewer(wanted, known) {
            Ok(found) if found.sees_nothing => {
                let text = format!("`{}` may see no library", found.name);
                let hint =
                    "give that user one in the Dashboard, or the collection or playlist shows them nothing";
                checks.note(&user.name, "jellyfin user", &text, Some(hint));
            }
            Ok(found) => checks.ok(&user.name, "jellyfin user", &format!("`{}`", found.name)),
            Err(Problem { message, hint }) => {
                checks.problem(&user.name, "jellyfin user", &message, Some(hint));
            }
        }
    }
}

/// Are there films, where there were some?
fn library(door: &Jellyfin, store: &Store, checks: &mut Checks) -> Result<(), StoreError> {
    let seen = store.library_state()?.map_or(0, |state| state.films_seen);
    match door.item_count() {
        Ok(0) if seen > 0 => {
            let Problem { message, hint } = lost_library(seen);
            checks.problem(ABOUT, "library", &message, Some(hint));
        }
        Ok(0) => checks.note(ABOUT, "library", "shows no films with a TMDB id", None),
        Ok(count) => checks.ok(ABOUT, "library", &plural(count as usize, "film")),
        Err(error) => failed("library", &error, checks),
    }
    Ok(())
}

/// What is each collection of the config on the server?
fn collections(
    users: &[User],
    sets: &[BoxSet],
    store: &Store,
    checks: &mut Checks,
) -> Result<(), StoreError> {
    for user in users {
        let Some(collection) = &user.collection else { continue };
        let remembered = match collection {
            Named::Name(name) => store.collection_id(name)?,
            Named::Id(_) => None,
        };
        match find(collection, sets, remembered.as_ref()) {
            Ok(target) => {
                let text = match target.set(sets) {
                    Some(set) => describe(collection, set),
                    None => format!("{collection} will be created when the first film goes in"),
                };
                checks.ok(&user.name, "collection", &text);
                if let Some((text, hint)) = twins(collection, sets) {
                    checks.note(&user.name, "collection", &text, Some(hint));
                }
            }
            Err((text, hint)) => checks.problem(&user.name, "collection", &text, hint),
        }
    }
    Ok(())
}

/// What is each playlist of the config on the server? Who is not there was told.
fn playlists(
    users: &[User],
    known: &[JellyfinUser],
    lists: &[Playlist],
    search: &Search<'_>,
    checks: &mut Checks,
) -> Result<(), StoreError> {
    for user in users {
        let Some((named, wanted)) = user.playlist.as_ref().zip(user.jellyfin_username.as_ref()) else {
            continue;
        };
        let Ok(owner) = viewer(wanted, known) else { continue };
        let check = "playlist";
        match search.find(named, &owner.id)? {
            Ok(Meaning::Is(id)) => {
                let name = lists.iter().find(|list| list.id == id).map_or("", |list| &list.name);
                let text = match named {
                    Named::Name(wanted) if wanted != name => {
                        format!("`{wanted}` is now called `{name}`, known by its id")
                    }
                    _ => format!("`{name}` ({id})"),
                };
                checks.ok(&user.name, check, &text);
            }
            Ok(Meaning::New(_)) => {
                let text = format!("{named} will be created when the first film goes in");
                checks.ok(&user.name, check, &text);
            }
            Ok(Meaning::Taken(id)) => {
                checks.note(&user.name, check, &taken(named, &id, &owner.name), Some(CHOOSE));
            }
            Err(Unclear { text, hint }) => {
                checks.problem(&user.name, check, &text, hint.as_deref());
            }
        }
    }
    Ok(())
}

/// By what it was found.
fn describe(collection: &Named, set: &BoxSet) -> String {
    let (id, name) = (&set.id, &set.name);
    match collection {
        Named::Id(_) => format!("`{name}` ({id})"),
        Named::Name(wanted) if set.is_named(wanted) => format!("`{name}`"),
        Named::Name(wanted) if set.lies_in_folder_of(wanted) => {
            format!("`{wanted}` is now called `{name}`; lbjf goes on using it")
        }
        Named::Name(wanted) => format!("`{wanted}` is now called `{name}`, known by its id"),
    }
}
