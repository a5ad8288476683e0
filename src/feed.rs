//! The Radarr half of a pass: open wishes become films in Radarr.
//!
//! Radarr is asked nothing as long as no wish is due. Otherwise one look at everything (who it is, its settings,
//! its films), a plan, and then one film at a time. A wish is answered when Radarr says that it has the film.

mod send;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::api::chain;
use crate::config::{self, QualityProfile, User};
use crate::film::{TmdbId, Uid};
use crate::interrupt;
use crate::plan::{self, Add, Aliases, RadarrTerms, RadarrView, RootFolder, Step, Wisher};
use crate::radarr::{AddError, Radarr, RadarrError, RadarrFilm, trim_folder};
use crate::report::Report;
use crate::store::{Store, StoreError, Wish, WishProblem};
use send::Send;

/// What this half of the pass works with.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The door.
    pub radarr: &'a Radarr,
    /// `[radarr]`
    pub config: &'a config::Radarr,
    /// Everybody in the config.
    pub users: &'a [User],
    /// Those whose wishes this run looks at.
    pub chosen: &'a [usize],
    /// Look at everything that is open, whenever it was tried last (`--full`).
    pub full: bool,
    /// Only say what would be done. The store is a copy then: outcomes are recorded as in any run.
    pub is_dry: bool,
}

/// What Jellyfin has, where that keeps films from Radarr.
#[derive(Debug)]
pub enum InLibrary {
    /// It makes no difference.
    Ignored,
    /// These films, by canonical TMDB id.
    Known(HashSet<TmdbId>),
    /// It could not be read: nothing is sent, or a film might come twice.
    Unknown,
}

/// This half of the pass, which may be done in parts while films are still being read.
#[derive(Debug)]
pub struct Feed<'a> {
    setup: Setup<'a>,
    looked: Looked,
    /// Wishes that had their turn in this run.
    done: HashSet<(String, Uid)>,
    failures_in_a_row: usize,
    added: usize,
    /// Nothing more is added in this run.
    is_over: bool,
    has_warned: bool,
}

/// What this run's look at Radarr brought.
#[derive(Debug)]
enum Looked {
    NotYet,
    Failed,
    Ready(Box<(RadarrTerms, RadarrView)>),
}

/// More films than this at once are worth a warning, since Radarr asks the indexers for each.
const MANY_SEARCHES: usize = 50;

impl<'a> Feed<'a> {
    /// Nothing is asked yet.
    pub fn new(setup: Setup<'a>) -> Self {
        Self {
            setup,
            looked: Looked::NotYet,
            done: HashSet::new(),
            failures_in_a_row: 0,
            added: 0,
            is_over: false,
            has_warned: false,
        }
    }

    /// Can films be sent before all are read? Not when several people share what a run may add: they take turns.
    pub fn is_open_early(&self) -> bool {
        let config = self.setup.config;
        !config.skip_if_in_library && (config.max_adds_per_run.is_none() || self.setup.chosen.len() == 1)
    }

    /// Sends what is known while so many films are still `unread`.
    pub fn begin(&mut self, store: &mut Store, report: &mut Report, unread: usize) -> Result<(), StoreError> {
        if self.is_over || matches!(self.looked, Looked::Failed) || interrupt::requested().is_some() {
            return Ok(());
        }
        self.send(store, report, &InLibrary::Ignored, unread)
    }

    /// Does the rest of this half of the pass.
    pub fn finish(
        &mut self,
        store: &mut Store,
        report: &mut Report,
        library: &InLibrary,
    ) -> Result<(), StoreError> {
        self.send(store, report, library, 0)
    }

    fn send(
        &mut self,
        store: &mut Store,
        report: &mut Report,
        library: &InLibrary,
        unread: usize,
    ) -> Result<(), StoreError> {
        let aliases = Aliases::new(store.aliases()?);
        let wishes = self.open_wishes(store, report, library, &aliases)?;
        if wishes.is_empty() {
            return Ok(());
        }
        if matches!(library, InLibrary::Unknown) {
            log::info!("radarr: nothing is sent, since `radarr.skip_if_in_library` needs Jellyfin's library");
            return Ok(());
        }
        if matches!(self.looked, Looked::NotYet) {
            let found = self.look(store, report, &aliases)?;
            self.looked = found.map_or(Looked::Failed, |found| Looked::Ready(Box::new(found)));
        }
        // It is put back below.
        let Looked::Ready(looked) = std::mem::replace(&mut self.looked, Looked::Failed) else {
            return Ok(());
        };
        let (terms, view) = *looked;
        let uids: Vec<_> = wishes.iter().map(|wish| wish.film.uid.clone()).collect();
        let steps = plan::radarr(&wishes, &store.listers(&uids)?, &terms, &view, &aliases);
        self.done.extend(wishes.into_iter().map(|wish| (wish.person, wish.film.uid)));
        self.warn_of_searches(&steps, unread, store, report)?;
        let mut send = Send { feed: self, view, is_last: unread == 0 };
        let result = send.apply(&steps, store, report);
        let view = send.view;
        self.looked = Looked::Ready(Box::new((terms, view)));
        result
    }

    /// The wishes to look at: none, as long as none is due.
    fn open_wishes(
        &self,
        store: &Store,
        report: &Report,
        library: &InLibrary,
        aliases: &Aliases,
    ) -> Result<Vec<Wish>, StoreError> {
        let setup = &self.setup;
        let names: HashSet<&str> =
            setup.chosen.iter().map(|index| setup.users[*index].name.as_str()).collect();
        let is_in_library = |wish: &Wish| match library {
            InLibrary::Known(films) => films.contains(&aliases.canonical(wish.tmdb)),
            _ => false,
        };
        let had_its_turn = |wish: &Wish| self.done.contains(&(wish.person.clone(), wish.film.uid.clone()));
        let mut wishes = store.wishes()?;
        wishes.retain(|wish| {
            names.contains(wish.person.as_str()) && !is_in_library(wish) && !had_its_turn(wish)
        });
        let is_due = |wish: &Wish| setup.full || wish.next_try_at <= report.now();
        if !wishes.iter().any(is_due) {
            return Ok(Vec::new());
        }
        wishes.retain(|wish| is_due(wish) || wish.problem.is_some_and(WishProblem::is_settled));
        Ok(wishes)
    }

    /// Some indexers ban for hundreds of searches at once. Told once a run, however many parts it is done in.
    fn warn_of_searches(
        &mut self,
        steps: &[Step],
        unread: usize,
        store: &mut Store,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let config = self.setup.config;
        let adds = steps.iter().filter(|step| matches!(step, Step::Add(_))).count() + unread;
        let adds = adds.min(config.max_adds_per_run.unwrap_or(usize::MAX));
        if adds <= MANY_SEARCHES || !config.search_on_add || self.has_warned || self.added > 0 {
            return Ok(());
        }
        self.has_warned = true;
        let up_to = if unread > 0 { "up to " } else { "" };
        let text = format!("this run sends it {up_to}{adds} films, and it searches for each at once");
        let hint = "`radarr.max_adds_per_run = 20` spreads them over many runs; `radarr.search_on_add = false` adds them without searching";
        report.warning(store, "searches/many", "radarr", &text, Some(hint))
    }

    /// Asks Radarr who it is and what it has; `None` when that failed, which is told.
    fn look(
        &self,
        store: &mut Store,
        report: &mut Report,
        aliases: &Aliases,
    ) -> Result<Option<(RadarrTerms, RadarrView)>, StoreError> {
        let ask = || -> Result<_, RadarrError> {
            let version = self.setup.radarr.check()?;
            log::debug!("radarr: version {version}");
            let settings = Settings {
                profiles: self.setup.radarr.quality_profiles()?,
                folders: self.setup.radarr.root_folders()?,
            };
            let view = RadarrView {
                tags: self.setup.radarr.tags()?,
                excluded: self.setup.radarr.exclusions()?,
                films: self.setup.radarr.films()?,
            };
            Ok((settings, view))
        };
        match ask() {
            Ok((settings, view)) => {
                let terms = self.terms(&settings, store, report)?;
                store.forget_notices("radarr/look")?;
                warn_if_restored(store, report, &view, aliases)?;
                Ok(Some((terms, view)))
            }
            Err(RadarrError::Api(error)) if error.is_interrupt() => Ok(None),
            Err(error) => {
                let text = chain(&error);
                report.failure(store, "radarr/look", "radarr", &text, error.hint().as_deref())?;
                Ok(None)
            }
        }
    }

    /// Checks the settings against what Radarr has. People whose settings are wrong are left out, and it is told
    /// once for each wrong setting.
    fn terms(
        &self,
        settings: &Settings,
        store: &mut Store,
        report: &mut Report,
    ) -> Result<RadarrTerms, StoreError> {
        let mut wrong: BTreeMap<Complaint, Vec<&str>> = BTreeMap::new();
        let mut people = Vec::new();
        for user in self.setup.users {
            let folder = settings.folder(user.root_folder.as_ref().unwrap_or(&self.setup.config.root_folder));
            let profile =
                settings.profile(user.quality_profile.as_ref().unwrap_or(&self.setup.config.quality_profile));
            match (folder, profile) {
                (Ok(root_folder), Ok(quality_profile_id)) => people.push(Wisher {
                    name: user.name.clone(),
                    root_folder,
                    is_own_folder: user.root_folder.is_some(),
                    quality_profile_id,
                    tags: user.tags.clone(),
                    user_tag: self.setup.config.user_tags.then(|| user_tag(&user.name)),
                }),
                (folder, profile) => {
                    for complaint in [folder.err(), profile.err()].into_iter().flatten() {
                        wrong.entry(complaint).or_default().push(&user.name);
                    }
                }
            }
        }
        let animated = self.setup.config.animated_root_folder.as_ref().map(|folder| settings.folder(folder));
        let animated_root_folder = match animated {
            Some(Err(complaint)) => {
                wrong.insert(complaint, self.setup.users.iter().map(|user| user.name.as_str()).collect());
                // Where animated films would go is not known, nor which ones they are.
                people.retain(|person| person.is_own_folder);
                None
            }
            other => other.and_then(Result::ok),
        };
        if wrong.is_empty() {
            store.forget_notices("settings/")?;
        }
        for ((text, hint), names) in wrong {
            let about =
                if names.len() == self.setup.users.len() { "radarr".to_owned() } else { names.join(", ") };
            report.failure(store, &format!("settings/{text}"), &about, &text, Some(hint))?;
        }
        Ok(RadarrTerms { people, animated_root_folder, tags: self.setup.config.tags.clone() })
    }

    /// Where a film goes, which may depend on its genres.
    fn destination(&self, add: &Add) -> Result<String, AddError> {
        Ok(match &add.root_folder {
            RootFolder::Fixed(folder) => folder.clone(),
            RootFolder::ByGenre { animated, other } => {
                let facts = self.setup.radarr.look_up(add.wished.tmdb)?;
                if facts.is_animated { animated.clone() } else { other.clone() }
            }
        })
    }
}

/// What is wrong with a setting, and what to do about it.
pub(crate) type Complaint = (String, &'static str);

/// What there is to choose from.
pub(crate) struct Settings {
    pub(crate) profiles: Vec<(u32, String)>,
    pub(crate) folders: Vec<crate::radarr::RootFolder>,
}

impl Settings {
    pub(crate) fn profile(&self, wanted: &QualityProfile) -> Result<u32, Complaint> {
        let mut profiles = self.profiles.iter();
        let found = match wanted {
            QualityProfile::Id(wanted) => profiles.find(|(id, _)| id == wanted),
            QualityProfile::Name(wanted) => profiles.find(|(_, name)| name == wanted).or_else(|| {
                self.profiles.iter().find(|(_, name)| name.to_lowercase() == wanted.to_lowercase())
            }),
        };
        found.map(|(id, _)| *id).ok_or_else(|| {
            let there = self.profiles.iter().map(|(id, name)| format!("`{name}` ({id})"));
            let text = format!("Radarr has no quality profile `{wanted}`; it has {}", list(there));
            (text, "check `quality_profile`")
        })
    }

    pub(crate) fn folder(&self, wanted: &str) -> Result<String, Complaint> {
        let wanted = trim_folder(wanted);
        let found = self.folders.iter().find(|folder| folder.path == wanted);
        match found {
            Some(folder) if folder.is_accessible => Ok(folder.path.clone()),
            // Radarr would take the film all the same, and never find a place for it (facts/servers.md R8).
            Some(_) => {
                let text = format!("Radarr cannot reach its root folder `{wanted}`; is the disk mounted?");
                Err((
                    text,
                    "nothing is sent there until Radarr > Settings > Media Management shows it without an error",
                ))
            }
            None => {
                let there = self.folders.iter().map(|folder| format!("`{}`", folder.path));
                let text = format!("Radarr has no root folder `{wanted}`; it has {}", list(there));
                Err((
                    text,
                    "check `root_folder_path`; folders are added in Radarr under Settings > Media Management",
                ))
            }
        }
    }
}

/// What there is, in a message.
fn list(there: impl Iterator<Item = String>) -> String {
    let there = there.collect::<Vec<_>>().join(", ");
    if there.is_empty() { "none".to_owned() } else { there }
}

/// The label of a person's films. Radarr 6 takes letters, digits and `-` (facts/servers.md R8).
pub(crate) fn user_tag(name: &str) -> String {
    format!("lbjf-{}", name.to_lowercase().replace('_', "-"))
}

/// A Radarr that lacks most of what it had is a new or a restored one: nothing is sent again by itself.
fn warn_if_restored(
    store: &mut Store,
    report: &mut Report,
    view: &RadarrView,
    aliases: &Aliases,
) -> Result<(), StoreError> {
    const KEY: &str = "restored/radarr";
    let Some((text, hint)) = restored(store, &view.films, aliases)? else {
        return store.forget_notices(KEY);
    };
    if store.is_first(KEY, report.now())? {
        report.say("radarr", &text, Some(hint));
    }
    Ok(())
}

/// Does Radarr lack most of what it had?
pub(crate) fn restored(
    store: &Store,
    films: &HashMap<TmdbId, RadarrFilm>,
    aliases: &Aliases,
) -> Result<Option<Complaint>, StoreError> {
    let there: HashSet<TmdbId> = films.keys().map(|id| aliases.canonical(*id)).collect();
    let answered: HashSet<TmdbId> = store.answered()?.into_iter().map(|id| aliases.canonical(id)).collect();
    let lacking = answered.difference(&there).count();
    if lacking <= 5 || lacking * 2 <= answered.len() {
        return Ok(None);
    }
    let text = format!(
        "it lacks {lacking} of the {} films that it had; only new entries are sent to it",
        answered.len()
    );
    Ok(Some((text, "if it is a new Radarr, `lbjf sync --add-again` sends them all")))
}
