//! Radarr: what it is, and whether it has what the config names.

use std::collections::HashSet;

use super::checks::{Checks, State};
use crate::clients::api::{ApiError, chain};
use crate::clients::radarr::{Radarr, RadarrError};
use crate::config::{self, User};
use crate::domain::problem::Problem;
use crate::domain::radarr::RadarrName;
use crate::domain::step::Aliases;
use crate::domain::text::plural;
use crate::requests::{Settings, restored, same_server, user_tag};
use crate::store::{Store, StoreError};

/// A Radarr that is asked.
pub struct Asked<'a> {
    /// The server.
    pub door: &'a Radarr,
    /// Those before it in the config that take the same key.
    pub same_key: Vec<(&'a RadarrName, &'a Radarr)>,
    /// What the config says of it.
    pub config: &'a config::Radarr,
    /// Whose films go to it.
    pub users: &'a [&'a User],
}

impl Asked<'_> {
    /// Asks what a run asks before it sends anything.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn look(&self, store: &Store, checks: &mut Checks) -> Result<(), StoreError> {
        let (door, name) = (self.door, &self.config.name);
        if !self.is_usable(checks) {
            let text = "profiles, root folders and films were not checked";
            checks.skipped(&self.about(), "settings", text);
            return Ok(());
        }
        match door.quality_profiles() {
            Ok(profiles) => self.quality_profiles(&Settings { profiles, folders: Vec::new() }, checks),
            Err(error) => self.failed("quality profile", &error, checks),
        }
        match door.root_folders() {
            Ok(folders) => self.root_folders(&Settings { profiles: Vec::new(), folders }, checks),
            Err(error) => self.failed("root folder", &error, checks),
        }
        self.tags(checks);
        let excluded = match door.exclusions() {
            Ok(excluded) => Some(excluded.len()),
            Err(error) => {
                self.failed("exclusion list", &error, checks);
                None
            }
        };
        match door.films() {
            Ok(films) => {
                let excluded =
                    excluded.map_or_else(String::new, |count| format!(", {count} on the exclusion list"));
                let text = format!("{}{excluded}", plural(films.len(), "film"));
                let (answered, numbers) = (store.answered(name.name())?, store.radarr_films(name.name())?);
                let aliases = Aliases::new(store.aliases()?);
                match restored((name, door), &answered, &numbers, &films, &aliases).problem {
                    Some(Problem { message: lacking, hint }) => {
                        checks.note(&self.about(), "films", &format!("{text}; {lacking}"), Some(hint));
                    }
                    None => checks.ok(&self.about(), "films", &text),
                }
            }
            Err(error) => self.failed("films", &error, checks),
        }
        Ok(())
    }

    fn about(&self) -> String {
        self.config.name.about()
    }

    fn failed(&self, check: &'static str, error: &ApiError, checks: &mut Checks) {
        checks.problem(&self.about(), check, &chain(error), error.hint().as_deref());
    }

    /// Is it Radarr, does it take the key, and is it new enough? One request tells all three.
    fn is_usable(&self, checks: &mut Checks) -> bool {
        let (door, about) = (self.door, self.about());
        let answers = format!("Radarr answers at `{}`", door.base());
        let (check, error) = match door.check() {
            Ok(identity) => {
                if let Some(Problem { message, hint }) = same_server(&identity, &self.same_key) {
                    checks.problem(&about, "address", &message, Some(hint));
                    return false;
                }
                checks.ok(&about, "address", &answers);
                checks.ok(&about, "key", "accepted");
                checks.ok(&about, "version", &identity.version);
                return true;
            }
            Err(error @ RadarrError::Api(ApiError::Key { .. })) => ("key", error),
            Err(error @ RadarrError::TooOld { .. }) => {
                checks.ok(&about, "address", &answers);
                checks.ok(&about, "key", "accepted");
                ("version", error)
            }
            Err(error) => ("address", error),
        };
        checks.problem(&about, check, &chain(&error), error.hint().as_deref());
        false
    }

    /// A setting of everybody, then those that people have of their own: whose it is, and how bad it is if it is wrong.
    fn each<'a, T: ?Sized>(
        &'a self,
        default: &'a T,
        own: impl Fn(&'a User) -> Option<&'a T>,
    ) -> Vec<(String, &'a T, State)> {
        let is_used = self.users.iter().any(|user| own(user).is_none());
        let mut values = vec![(self.about(), default, if is_used { State::Problem } else { State::Note })];
        let own = |user: &&'a User| Some((user.name.clone(), own(user)?, State::Problem));
        values.extend(self.users.iter().filter_map(own));
        values
    }

    fn quality_profiles(&self, settings: &Settings, checks: &mut Checks) {
        let default = &self.config.adding.quality_profile;
        for (about, wanted, if_wrong) in self.each(default, |user| user.adding.quality_profile.as_ref()) {
            match settings.profile(wanted) {
                Ok(id) => {
                    let name = settings.profiles.iter().find(|(known, _)| *known == id).map(|(_, name)| name);
                    let text = format!("`{}` ({id})", name.map_or("", String::as_str));
                    checks.ok(&about, "quality profile", &text);
                }
                Err(Problem { message, hint }) => {
                    checks.add(if_wrong, &about, "quality profile", &message, Some(hint));
                }
            }
        }
    }

    fn root_folders(&self, settings: &Settings, checks: &mut Checks) {
        let adding = &self.config.adding;
        let mut folders: Vec<_> = self
            .each(adding.root_folder.as_str(), |user| user.adding.root_folder.as_deref())
            .into_iter()
            .map(|(about, wanted, if_wrong)| (about, "root folder", wanted, if_wrong))
            .collect();
        let animated = adding.animated_root_folder.as_deref();
        folders.extend(animated.map(|wanted| (self.about(), "animated root folder", wanted, State::Problem)));
        for (about, check, wanted, if_wrong) in folders {
            match settings.folder(wanted) {
                Ok(path) => {
                    let folder = settings.folders.iter().find(|folder| folder.path == path);
                    let free = folder.and_then(|folder| folder.free_bytes);
                    let free = free.map_or_else(String::new, |bytes| format!(", {} free", show_bytes(bytes)));
                    let shown = folder.map_or(path.as_str(), |folder| folder.shown.as_str());
                    checks.ok(&about, check, &format!("`{shown}`{free}"));
                }
                Err(Problem { message, hint }) => checks.add(if_wrong, &about, check, &message, Some(hint)),
            }
        }
    }

    /// Which labels are there, and which would be made?
    fn tags(&self, checks: &mut Checks) {
        let tags = match self.door.tags() {
            Ok(tags) => tags,
            Err(error) => return self.failed("tags", &error, checks),
        };
        let (adding, users) = (&self.config.adding, self.users);
        let mut labels = adding.tags.clone();
        labels.extend(users.iter().flat_map(|user| user.adding.tags.iter().cloned()));
        labels.extend(users.iter().filter(|_| adding.user_tags).map(|user| user_tag(&user.name)));
        let mut seen = HashSet::new();
        labels.retain(|label| seen.insert(label.clone()));
        let label = |label: String| {
            let what_for = if tags.contains_key(&label) { "" } else { " (will be created)" };
            format!("`{label}`{what_for}")
        };
        let labels: Vec<_> = labels.into_iter().map(label).collect();
        if !labels.is_empty() {
            checks.ok(&self.about(), "tags", &labels.join(", "));
        }
    }
}

/// `212 GiB`
fn show_bytes(bytes: u64) -> String {
    match bytes {
        0..0x4000_0000 => format!("{} MiB", bytes >> 20),
        0x4000_0000..0xa00_0000_0000 => format!("{} GiB", bytes >> 30),
        _ => format!("{} TiB", bytes >> 40),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_told_in_the_unit_a_person_would_take() {
        for (bytes, expected) in [
            (0, "0 MiB"),
            ((1 << 30) - 1, "1023 MiB"),
            (1 << 30, "1 GiB"),
            (82_836_582_400, "77 GiB"),
            (9 << 40, "9216 GiB"),
            (12 << 40, "12 TiB"),
        ] {
            assert_eq!(show_bytes(bytes), expected);
        }
    }
}
