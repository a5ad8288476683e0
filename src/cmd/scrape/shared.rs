//! The store as `scrape` uses it, which is no run and may find one under way.

use std::path::Path;

use crate::domain::clock::Clock;
use crate::domain::text;
use crate::run::session::holder;
use crate::store::{Store, StoreError};
use crate::system::lock::{Lock, LockError};

/// The file, where it may be written, else a copy in memory. Each writing
/// takes the lock for its moment; when a run takes it meanwhile, the rest goes to a copy.
pub(super) struct Shared<'a> {
    pub(super) store: Store,
    database: &'a Path,
    is_file: bool,
    clock: Clock,
}

impl<'a> Shared<'a> {
    /// A person debugging may have no right to the store, or no disk. Where no film ids are to be kept, or the file is
    /// of an older schema, which only a run changes, it is copied.
    pub(super) fn open(database: &'a Path, as_copy: bool, clock: Clock) -> anyhow::Result<Self> {
        let open = || -> anyhow::Result<Option<Store>> {
            let _lock = match Lock::take(database, &holder("scrape", clock.now())) {
                Err(LockError::Held { .. }) => return Ok(None),
                lock => lock?,
            };
            Ok(Store::open_current(database)?)
        };
        let opened = if as_copy { Ok(None) } else { open() };
        if let Ok(Some(store)) = opened {
            return Ok(Self { store, database, is_file: true, clock });
        }
        let copied = opened.and_then(|_| Ok(Store::copy_of(database)?));
        let store = match copied {
            Ok(store) => store,
            Err(error) => {
                log::warn!("store `{}`: {error:#}; film ids are not kept", text::path(database));
                Store::copy_of(database).or_else(|_| Store::in_memory())?
            }
        };
        Ok(Self { store, database, is_file: false, clock })
    }

    /// One that remembers nothing, and keeps nothing.
    pub(super) fn nowhere(database: &'a Path, clock: Clock) -> anyhow::Result<Self> {
        Ok(Self { store: Store::in_memory()?, database, is_file: false, clock })
    }

    /// Writes, with the lock where it is a file.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Store) -> Result<T, StoreError>,
    ) -> anyhow::Result<T> {
        let holder = holder("scrape", self.clock.now());
        let lock = if self.is_file { Some(Lock::take(self.database, &holder)) } else { None };
        let lock = match lock.transpose() {
            Err(LockError::Held { .. }) => {
                self.store = Store::copy_of(self.database)?;
                self.is_file = false;
                None
            }
            lock => lock?,
        };
        let done = work(&mut self.store)?;
        drop(lock);
        Ok(done)
    }
}
