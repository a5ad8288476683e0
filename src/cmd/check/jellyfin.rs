//! Jellyfin: what it is, and whether it has the people and the collections that the config names.

use super::checks::Checks;
use crate::clients::api::{ApiError, chain, plain};
use crate::clients::jellyfin::{BoxSet, Info, Jellyfin, JellyfinError, JellyfinUser, KeyOwner};
use crate::config::User;
use crate::domain::problem::Problem;
use crate::domain::shelf::Named;
use crate::domain::text::plural;
use crate::library::{lost_library, other_server};
use crate::shelves::target::{find, twins};
use crate::shelves::{CREATE_A_KEY, viewer};
use crate::store::{Store, StoreError};

const ABOUT: &str = "jellyfin";

/// Asks what a run asks before it changes a collection. `store` is a copy: it is told what a run would tell the store.
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
    match door.users() {
        Ok(known) => people(users, &known.users, checks),
        Err(error) => failed("users", &error, checks),
    }
    if users.iter().any(|user| user.collection.is_some()) {
        match door.collections() {
            Ok(sets) => collections(users, &sets, store, checks)?,
            Err(error) => failed("collections", &error, checks),
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
                "accepted, but it is a personal token of the administrator `{name}`: lbjf sees only what they see, and creates no collection"
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
                let hint = "give that user one in the Dashboard, or the collection shows them nothing";
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
