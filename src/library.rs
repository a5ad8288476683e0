//! Jellyfin's library, kept in the store: read without a user, once for everybody, and brought up to date by what was
//! saved since and a count. The rules and their reasons are in docs/design.md#how-the-library-is-read.
//!
//! First everybody in Jellyfin is asked for. That answer carries the server's clock and its identity, so an idle run
//! asks three questions here: who is there, what changed, and how many films there are.

mod plan;

use crate::clients::api::{ApiError, chain};
use crate::clients::jellyfin::{Info, Jellyfin, JellyfinError, JellyfinUser, Users};
use crate::domain::clock::Timestamp;
use crate::domain::event::Failed;
use crate::domain::library::LibraryState;
use crate::domain::problem::Problem;
use crate::journal::Journal;
use crate::store::StoreError;
pub use plan::Belief;
use plan::{OVERLAP, believe, is_watermark_old, is_whole_due, is_whole_simpler};

/// What to do about a server that is another one.
const OTHER_JELLYFIN: &str = "if it is a new installation for the same household, run `lbjf sync --same-jellyfin` once; otherwise give each Jellyfin its own `system.database`";

/// What lbjf knows of Jellyfin's library.
#[derive(Clone, Copy, Debug)]
pub struct Library<'a> {
    /// The door.
    pub jellyfin: &'a Jellyfin,
    /// Read all of it (`--full`).
    pub full: bool,
    /// Read all of it once a day. `cleanup` adds nothing, so it leaves that to `sync`.
    pub is_daily: bool,
    /// Is another server that of the same house, newly installed (`--same-jellyfin`)?
    pub same_jellyfin: bool,
}

/// What was found when it was brought up to date.
#[derive(Debug)]
pub struct Found {
    /// Everybody in Jellyfin.
    pub users: Vec<JellyfinUser>,
    /// Is what the library shows believed?
    pub belief: Belief,
}

/// Why a reading of what changed is not enough.
enum Doubt {
    /// Jellyfin has no answer, or one that cannot be right.
    Odd(String),
    /// It could not be asked at all.
    Failed(ApiError),
}

impl Library<'_> {
    /// Brings it up to date. `None` when that failed, which is told.
    pub fn update(&self, journal: &mut Journal) -> Result<Option<Found>, StoreError> {
        let Users { users, asked_at } = match self.jellyfin.users() {
            Ok(users) => users,
            Err(error) => return failed(&error.into(), journal),
        };
        let server = journal.store().server("jellyfin")?;
        let is_known = server.is_some() && users.iter().any(|user| user.server_id == server);
        let mut info = None;
        if !is_known {
            info = self.identify(journal)?;
            if info.is_none() {
                return Ok(None);
            }
        }
        let state = journal.store().library_state()?.unwrap_or_default();
        let age_matters = self.is_daily || state.whole_at.is_none();
        if !self.full && !is_whole_due(&state, asked_at, age_matters.then_some(journal.now())) {
            match self.read_changes(&state, asked_at, journal)? {
                Ok(()) => return found(users, journal).map(Some),
                Err(Doubt::Odd(why)) => log::debug!("jellyfin: reading the whole library: {why}"),
                Err(Doubt::Failed(error)) => return failed(&error.into(), journal),
            }
        }
        if info.is_none() {
            info = self.identify(journal)?;
        }
        let Some(info) = info else { return Ok(None) };
        let read = self.read_whole(&info, asked_at, journal)?;
        read.map(|()| found(users, journal)).transpose()
    }

    /// Reads all of it once more, since Jellyfin does not know an item of it any more.
    pub fn read_again(&self, journal: &mut Journal) -> Result<(), StoreError> {
        let asked_at = match self.jellyfin.users() {
            Ok(users) => users.asked_at,
            Err(error) => return failed::<()>(&error.into(), journal).map(drop),
        };
        if let Some(info) = self.identify(journal)? {
            self.read_whole(&info, asked_at, journal)?;
        }
        Ok(())
    }

    /// What server is it? `None` when it is none of use, which is told.
    fn identify(&self, journal: &mut Journal) -> Result<Option<Info>, StoreError> {
        let info = match self.jellyfin.info() {
            Ok(info) => info,
            Err(error) => return failed(&error, journal),
        };
        log::debug!("jellyfin: `{}`, version {}", info.name, info.version);
        if self.same_jellyfin {
            journal.accept_jellyfin(&info.id, &info.name)?;
        }
        if let Some(Problem { message, hint }) = other_server(&info, &journal.jellyfin_met(&info.id)?) {
            journal.failure(Failed::Server, ("jellyfin", "", "other"), "jellyfin", &message, Some(hint))?;
            return Ok(None);
        }
        Ok(Some(info))
    }

    /// Reads what changed since the last time, and whether the number of films is right then.
    fn read_changes(
        &self,
        state: &LibraryState,
        asked_at: Option<Timestamp>,
        journal: &mut Journal,
    ) -> Result<Result<(), Doubt>, StoreError> {
        let (Some(watermark), Some(version)) = (state.watermark, &state.version) else {
            return Ok(Err(Doubt::Odd("it was not read yet".to_owned())));
        };
        let saved = match self.jellyfin.saved_since(watermark - OVERLAP, version) {
            Ok(saved) => saved,
            // It may be this question alone to which it has no answer.
            Err(error) if error.answered().is_some() => return Ok(Err(Doubt::Odd(chain(&error)))),
            Err(error) => return Ok(Err(Doubt::Failed(error))),
        };
        if is_whole_simpler(saved.len(), journal.store().library_count()?) {
            return Ok(Err(Doubt::Odd(format!("{} films changed", saved.len()))));
        }
        let count = match self.jellyfin.item_count() {
            Ok(count) => count,
            Err(error) => return Ok(Err(Doubt::Failed(error))),
        };
        journal.library_changed(&saved)?;
        let known = journal.store().library_count()?;
        if known != count {
            return Ok(Err(Doubt::Odd(format!("it has {count} films, and {known} are known"))));
        }
        if !saved.is_empty() || is_watermark_old(watermark, asked_at) {
            let state = LibraryState { watermark: asked_at, ..state.clone() };
            journal.library_state(&state)?;
        }
        Ok(Ok(()))
    }

    /// Reads all of it. `None` when that failed, which is told.
    fn read_whole(
        &self,
        info: &Info,
        asked_at: Option<Timestamp>,
        journal: &mut Journal,
    ) -> Result<Option<()>, StoreError> {
        let read = self.jellyfin.items().and_then(|items| Ok((items, self.jellyfin.item_count()?)));
        let (items, count) = match read {
            Ok(read) => read,
            Err(error) => return failed(&error.into(), journal),
        };
        let is_settled = u32::try_from(items.len()).is_ok_and(|read| read == count);
        if !is_settled {
            // A scan is under way. What was read is good enough for now.
            log::debug!("jellyfin: its library had {} films, and has {count} now", items.len());
        }
        let state = LibraryState {
            version: Some(info.version.clone()),
            watermark: asked_at.filter(|_| is_settled),
            whole_at: Some(journal.now()),
            ..journal.store().library_state()?.unwrap_or_default()
        };
        journal.library_read(&items, &state)?;
        Ok(Some(()))
    }
}

/// Is what the library shows believed? Doubt is told.
fn found(users: Vec<JellyfinUser>, journal: &mut Journal) -> Result<Found, StoreError> {
    journal.trouble_over("jellyfin")?;
    let state = journal.store().library_state()?.unwrap_or_default();
    let shown = journal.store().library_count()?;
    let (belief, next) = believe(&state, shown, journal.now());
    if next != state {
        journal.library_state(&next)?;
    }
    let seen = state.films_seen;
    match belief {
        Belief::Sure => journal.trouble_over("library")?,
        Belief::Fewer => {
            let Problem { message, hint } = shrunken_library(shown, seen);
            journal.warning(("library", "", "fewer"), "jellyfin", &message, Some(hint))?;
        }
        Belief::Lost => {
            let Problem { message, hint } = lost_library(seen);
            journal.failure(Failed::Server, ("library", "", "lost"), "jellyfin", &message, Some(hint))?;
        }
    }
    Ok(Found { users, belief })
}

/// Jellyfin could not be asked, which is told.
fn failed<T>(error: &JellyfinError, journal: &mut Journal) -> Result<Option<T>, StoreError> {
    if !matches!(error, JellyfinError::Api(error) if error.is_interrupt()) {
        let (notice, hint) = (("jellyfin", "", "look"), error.hint());
        journal.failure(Failed::Server, notice, "jellyfin", &chain(error), hint.as_deref())?;
    }
    Ok(None)
}

/// A store belongs to one Jellyfin, of which this is the identity: is this another one?
pub(crate) fn other_server(info: &Info, identity: &str) -> Option<Problem> {
    let message = || format!("`{}` is not the Jellyfin that this store belongs to", info.name);
    (info.id != identity).then(|| Problem { message: message(), hint: OTHER_JELLYFIN })
}

/// What is said of a library that shows nothing where it showed films.
pub(crate) fn lost_library(seen: u32) -> Problem {
    let message = format!("the library shows no films, but it had {seen}; nothing is created or removed");
    Problem { message, hint: "check that its disk is mounted" }
}

fn shrunken_library(shown: u32, seen: u32) -> Problem {
    let message =
        format!("the library shows {shown} films, but it had {seen}; nothing is created or removed");
    Problem {
        message,
        hint: "check that all its disks are mounted; lbjf accepts the smaller number after a day",
    }
}
