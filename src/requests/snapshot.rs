//! A snapshot of Radarr: who it is, whether it has what the config names, and its films.

use std::collections::BTreeMap;
use std::time::Instant;

use super::Setup;
use super::restored::{Restored, restored};
use crate::clients::api::{chain, plain};
use crate::clients::radarr::{Identity, Radarr, RadarrError, trim_folder};
use crate::domain::adding::QualityProfile;
use crate::domain::event::Failed;
use crate::domain::problem::Problem;
use crate::domain::radarr::RadarrName;
use crate::domain::step::Aliases;
use crate::domain::text;
use crate::journal::{Journal, StoreError};
use crate::requests::plan::{RadarrTerms, RadarrView, Requester};

/// What Radarr is and has.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) terms: RadarrTerms,
    pub(super) view: RadarrView,
    /// When the exclusions were read.
    pub(super) read_at: Instant,
}

impl Setup<'_> {
    /// Asks Radarr who it is and what it has; `None` when that failed, which is told.
    pub(super) fn take_snapshot(
        &self,
        journal: &mut Journal,
        aliases: &Aliases,
    ) -> Result<Option<Snapshot>, StoreError> {
        let ask = || -> Result<_, RadarrError> {
            let identity = self.radarr.check()?;
            log::debug!("{}: version {}", self.name.about(), identity.version);
            if let Some(problem) = same_server(&identity, &self.same_key) {
                return Ok(Err(problem));
            }
            let settings =
                Settings { profiles: self.radarr.quality_profiles()?, folders: self.radarr.root_folders()? };
            let view = RadarrView {
                tags: self.radarr.tags()?,
                // Before the exclusions: a film that is deleted and excluded in between is in one of them.
                films: self.radarr.films()?,
                excluded: self.radarr.exclusions()?,
                ..RadarrView::default()
            };
            Ok(Ok((settings, view)))
        };
        match ask() {
            Ok(Err(Problem { message, hint })) => {
                let (notice, about) = (("same_radarr", self.name.name()), self.name.about());
                journal.failure(Failed::Server, notice, &about, &message, Some(hint))?;
                Ok(None)
            }
            Ok(Ok((settings, mut view))) => {
                let terms = self.terms(&settings, journal)?;
                for kind in ["radarr", "same_radarr"] {
                    journal.trouble_over_for(kind, self.name.name())?;
                }
                view.is_restored = self.warn_if_restored(journal, &view, aliases)?;
                Ok(Some(Snapshot { terms, view, read_at: Instant::now() }))
            }
            Err(RadarrError::Api(error)) if error.is_interrupt() => Ok(None),
            Err(error) => {
                let text = chain(&error);
                let (notice, about) = (("radarr", self.name.name()), self.name.about());
                journal.failure(Failed::Server, notice, &about, &text, error.hint().as_deref())?;
                Ok(None)
            }
        }
    }

    /// Checks the settings against what Radarr has. People whose settings are wrong are left out, and it is told
    /// once for each wrong setting.
    fn terms(&self, settings: &Settings, journal: &mut Journal) -> Result<RadarrTerms, StoreError> {
        let mut wrong: BTreeMap<Problem, Vec<&str>> = BTreeMap::new();
        let mut people = Vec::new();
        for person in &self.people {
            let own = person.adding;
            let folder = settings.folder(own.root_folder.as_ref().unwrap_or(&self.adding.root_folder));
            let profile =
                settings.profile(own.quality_profile.as_ref().unwrap_or(&self.adding.quality_profile));
            match (folder, profile) {
                (Ok(root_folder), Ok(quality_profile_id)) => people.push(Requester {
                    name: person.name.to_owned(),
                    root_folder,
                    is_own_folder: own.root_folder.is_some(),
                    quality_profile_id,
                    tags: own.tags.clone(),
                    user_tag: self.adding.user_tags.then(|| user_tag(person.name)),
                }),
                (folder, profile) => {
                    for problem in [folder.err(), profile.err()].into_iter().flatten() {
                        wrong.entry(problem).or_default().push(person.name);
                    }
                }
            }
        }
        let animated = self.adding.animated_root_folder.as_ref().map(|folder| settings.folder(folder));
        let animated_root_folder = match animated {
            Some(Err(problem)) => {
                wrong.insert(problem, self.people.iter().map(|person| person.name).collect());
                // Where animated films would go is not known, nor which ones they are.
                people.retain(|person| person.is_own_folder);
                None
            }
            other => other.and_then(Result::ok),
        };
        if wrong.is_empty() {
            journal.trouble_over_for("settings", self.name.name())?;
        }
        for (Problem { message, hint }, names) in wrong {
            let (failed, about) = if names.len() == self.people.len() {
                (Failed::Server, self.name.about())
            } else {
                (Failed::Users(&names), names.join(", "))
            };
            journal.failure(
                failed,
                ("settings", self.name.name(), message.as_str()),
                &about,
                &message,
                Some(hint),
            )?;
        }
        let radarr = self.name.clone();
        Ok(RadarrTerms { radarr, people, animated_root_folder, tags: self.adding.tags.clone() })
    }

    /// A new or a restored Radarr gets nothing again by itself.
    fn warn_if_restored(
        &self,
        journal: &mut Journal,
        view: &RadarrView,
        aliases: &Aliases,
    ) -> Result<bool, StoreError> {
        const KIND: &str = "restored";
        let name = self.name.name();
        let (answered, numbers) = (journal.store().answered(name)?, journal.store().radarr_films(name)?);
        let Restored { problem, merged } =
            restored((self.name, self.radarr), &answered, &numbers, &view.films, aliases);
        for (old, new) in merged {
            journal.merged(old, new)?;
        }
        let Some(Problem { message, hint }) = problem else {
            journal.trouble_over_for(KIND, name)?;
            return Ok(false);
        };
        if journal.mark_once((KIND, name))? {
            journal.say(&self.name.about(), &message, Some(hint));
        }
        Ok(true)
    }
}

/// What there is to choose from.
pub(crate) struct Settings {
    pub(crate) profiles: Vec<(u32, String)>,
    pub(crate) folders: Vec<crate::clients::radarr::RootFolder>,
}

impl Settings {
    pub(crate) fn profile(&self, wanted: &QualityProfile) -> Result<u32, Problem> {
        let mut profiles = self.profiles.iter();
        let found = match wanted {
            QualityProfile::Id(wanted) => profiles.find(|(id, _)| id == wanted),
            // A blank at the end is not seen in Radarr, and the config has none either.
            QualityProfile::Name(wanted) => profiles
                .find(|(_, name)| name == wanted)
                .or_else(|| self.profiles.iter().find(|(_, name)| text::same_name(name.trim(), wanted)))
                .or_else(|| {
                    let key = text::name_key(wanted);
                    self.profiles.iter().find(|(_, name)| text::name_key(name.trim()) == key)
                }),
        };
        found.map(|(id, _)| *id).ok_or_else(|| {
            let there = self.profiles.iter().map(|(id, name)| format!("`{name}` ({id})"));
            let message = format!("Radarr has no quality profile `{wanted}`; it has {}", list(there));
            Problem { message, hint: "check `quality_profile`" }
        })
    }

    pub(crate) fn folder(&self, wanted: &str) -> Result<String, Problem> {
        let wanted = trim_folder(wanted);
        let shown = plain(wanted);
        let is_it = |path: &str| text::same_name(trim_folder(path), wanted);
        // Of two folders whose names differ in how their letters are written down, the very one.
        let same = self.folders.iter().find(|folder| trim_folder(&folder.path) == wanted);
        let found = same.or_else(|| self.folders.iter().find(|folder| is_it(&folder.path)));
        match found {
            Some(folder) if folder.is_accessible => Ok(folder.path.clone()),
            // Radarr would take the film all the same, and never find a place for it
            // (docs/radarr.md#profiles-and-root-folders).
            Some(_) => Err(Problem {
                message: format!("Radarr cannot reach its root folder `{shown}`; is the disk mounted?"),
                hint: "nothing is sent there until Radarr > Settings > Media Management shows it without an error",
            }),
            None => {
                let there = self.folders.iter().map(|folder| format!("`{}`", folder.shown));
                Err(Problem {
                    message: format!("Radarr has no root folder `{shown}`; it has {}", list(there)),
                    hint: "check `root_folder_path`; folders are added in Radarr under Settings > Media Management",
                })
            }
        }
    }
}

/// What there is, in a message.
fn list(there: impl Iterator<Item = String>) -> String {
    let there = there.collect::<Vec<_>>().join(", ");
    if there.is_empty() { "none".to_owned() } else { there }
}

/// Is this one of the servers that take the same key? Then it has two names, and each film would be sent twice. A server
/// that has just been copied has its key as well; it was started at another time (docs/radarr.md#several-servers).
pub(crate) fn same_server(identity: &Identity, same_key: &[(&RadarrName, &Radarr)]) -> Option<Problem> {
    let started_at = identity.started_at.as_ref()?;
    let is_it = |(_, other): &&(&RadarrName, &Radarr)| {
        other.check().is_ok_and(|other| other.started_at.as_ref() == Some(started_at))
    };
    let (name, other) = same_key.iter().find(is_it)?;
    Some(Problem {
        message: format!(
            "it is the same Radarr as `{}` at `{}`: it takes the same key and started at the same moment",
            name.name(),
            other.base()
        ),
        hint: "give each Radarr one `[[radarr]]` block only",
    })
}

/// The label of a person's films. Radarr 6 takes letters, digits and `-` (docs/radarr.md#tags).
pub(crate) fn user_tag(name: &str) -> String {
    format!("lbjf-{}", name.to_lowercase().replace('_', "-"))
}
