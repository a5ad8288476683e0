//! The store and its lock.

use std::path::Path;

use super::checks::Checks;
use crate::clients::api::chain;
use crate::domain::text;
use crate::store::{Condition, SCHEMA_VERSION, Store, StoreError};
use crate::system::lock::Lock;

/// Looks at the store. Returns what it remembers as a copy in memory, for the other checks to work with as a run
/// works with the store; an empty one where there is nothing to read.
///
/// # Errors
///
/// When there is no memory for the copy.
pub fn store(database: &Path, checks: &mut Checks) -> Result<Store, StoreError> {
    let at = text::path(database);
    match Store::probe(database) {
        Ok(Condition::Ready) => checks.ok("store", "file", &format!("`{at}` is intact and writable")),
        Ok(Condition::Missing) => {
            checks.ok("store", "file", &format!("none yet; the first `lbjf sync` creates `{at}`"));
        }
        Ok(Condition::Old { found }) => {
            let text = format!(
                "`{at}` is intact, with schema {found}; the next run keeps a copy and upgrades it to {SCHEMA_VERSION}"
            );
            checks.note("store", "file", &text, None);
        }
        Err(error) => checks.problem("store", "file", &format!("`{at}`: {}", chain(&error)), error.hint()),
    }
    match Lock::holder(database) {
        Ok(None) => {}
        Ok(Some(holder)) => {
            checks.note("store", "lock", &format!("a run is in progress ({holder})"), None);
        }
        Err(error) => {
            let hint = "check the owner and permissions of the file and its folder";
            checks.problem("store", "lock", &chain(&error), Some(hint));
        }
    }
    // A file that cannot be written may be one that can be read.
    Store::copy_of(database).or_else(|_| Store::in_memory())
}
