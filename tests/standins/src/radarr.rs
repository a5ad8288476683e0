//! The stand-in Radarr: 4.7, 5.28 and 6.0 as `docs/radarr.md` and the recordings show them.
//!
//! `api` reads requests, `add` checks and adds a film, `queue` is what it downloads, `wire` writes bodies. Behind it
//! stands no disk: root folders are names, no film has a file until told so, and every new root folder is accessible
//! until told otherwise.

mod add;
mod api;
mod queue;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use crate::server::Server;

/// The API key of [`Radarr::start`].
pub const KEY: &str = "radarr-stand-in-key-0123456789abcdef";

/// A TMDB id that is not [known](Radarr::know) exists if it is smaller than this.
const FIRST_UNKNOWN: u32 = 5_000_000;

/// The profile called `HD-1080p`.
const DEFAULT_PROFILE: u32 = 4;

/// The quality profiles of a new installation; their ids count from 1.
const PROFILES: &[&str] = &["Any", "SD", "HD-720p", "HD-1080p", "Ultra-HD", "HD - 720p/1080p"];

/// Which Radarr it stands in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 4.7.5.7809: any root folder is accepted, a missing title is a 500, no paged exclusions.
    V4_7,
    /// 5.28.0.10274: like 6.0, but a tag may have any text.
    V5_28,
    /// 6.0.3.10276.
    V6_0,
}

impl Version {
    fn text(self) -> &'static str {
        match self {
            Self::V4_7 => "4.7.5.7809",
            Self::V5_28 => "5.28.0.10274",
            Self::V6_0 => "6.0.3.10276",
        }
    }
}

/// A film in the stand-in's library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Film {
    /// Radarr's own id.
    pub id: u32,
    /// The TMDB id that the metadata service gave, not always the one posted.
    pub tmdb_id: u32,
    /// The metadata's title.
    pub title: String,
    /// The metadata's year.
    pub year: u32,
    /// The film's folder.
    pub path: String,
    /// The root folder it lies in; its parent if that is none.
    pub root_folder: String,
    /// The id of its profile.
    pub quality_profile_id: u32,
    /// Whether Radarr looks for it.
    pub monitored: bool,
    /// `announced`, `inCinemas`, `released`, ...
    pub minimum_availability: String,
    /// The labels of its tags; `#7` for an id without a tag.
    pub tags: Vec<String>,
    /// Whether a search was asked for when it was added.
    pub search: bool,
    /// The metadata's genres.
    pub genres: Vec<String>,
}

/// What the metadata service says of a film.
#[derive(Clone)]
struct Metadata {
    tmdb_id: u32,
    title: String,
    year: u32,
    genres: Vec<String>,
}

/// How the metadata service does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    Up,
    /// Answers every request with an HTML page.
    Down,
    /// Answers every request with 429.
    Limited,
}

/// A film as it is stored.
#[derive(Clone)]
struct Row {
    metadata: Metadata,
    path: String,
    profile: u32,
    monitored: bool,
    availability: String,
    tags: Vec<u32>,
    search: bool,
}

#[derive(Clone)]
struct RootFolder {
    path: String,
    accessible: bool,
}

#[derive(Clone)]
struct Exclusion {
    tmdb_id: u32,
    title: String,
    year: u32,
}

/// Rows with their ids; an id is never given twice.
#[derive(Clone)]
struct Table<T> {
    rows: BTreeMap<u32, T>,
    last: u32,
}

impl<T> Table<T> {
    fn new() -> Self {
        Self { rows: BTreeMap::new(), last: 0 }
    }

    fn insert(&mut self, row: T) -> u32 {
        self.last += 1;
        self.rows.insert(self.last, row);
        self.last
    }

    /// The first row of which `is` holds, with its id.
    fn find(&self, is: impl Fn(&T) -> bool) -> Option<(u32, &T)> {
        self.rows.iter().find(|(_, row)| is(row)).map(|(id, row)| (*id, row))
    }
}

/// A library as it was, for [`Radarr::restore`].
pub struct Backup {
    films: Table<Row>,
    exclusions: Table<Exclusion>,
}

impl Backup {
    /// The same with another TMDB id for one film, as Radarr has it once TMDB merged the old one.
    #[must_use]
    pub fn with_other_id(mut self, old: u32, new: u32) -> Self {
        for row in self.films.rows.values_mut().filter(|row| row.metadata.tmdb_id == old) {
            row.metadata.tmdb_id = new;
        }
        self
    }
}

#[derive(Clone)]
struct State {
    version: Version,
    version_text: String,
    app_name: String,
    url_base: String,
    key: String,
    service: Service,
    locked: bool,
    known: BTreeMap<u32, Metadata>,
    merged: BTreeMap<u32, u32>,
    films: Table<Row>,
    root_folders: Table<RootFolder>,
    tags: Table<String>,
    exclusions: Table<Exclusion>,
    /// Ids that were posted although their film was there.
    sent_again: Vec<u32>,
    /// What was said of films, by TMDB id.
    standings: BTreeMap<u32, queue::Standing>,
    /// The rows of the queue.
    queue: Vec<serde_json::Value>,
    is_client_away: bool,
    availability_delay: i32,
    /// When it was started, as it says.
    started: SystemTime,
    /// How many commands there were, from within and without.
    commands: u32,
}

impl State {
    fn new(version: Version, key: &str) -> Self {
        Self {
            version,
            version_text: version.text().to_owned(),
            app_name: "Radarr".to_owned(),
            url_base: String::new(),
            key: key.to_owned(),
            service: Service::Up,
            locked: false,
            known: BTreeMap::new(),
            merged: BTreeMap::new(),
            films: Table::new(),
            root_folders: Table::new(),
            tags: Table::new(),
            exclusions: Table::new(),
            sent_again: Vec::new(),
            standings: BTreeMap::new(),
            queue: Vec::new(),
            is_client_away: false,
            availability_delay: 0,
            started: SystemTime::now() - Duration::from_hours(24),
            commands: 1,
        }
    }

    /// What the metadata service answers for an id, which may be the data of another id.
    fn metadata(&self, tmdb_id: u32) -> Option<Metadata> {
        let tmdb_id = self.merged.get(&tmdb_id).copied().unwrap_or(tmdb_id);
        let generated =
            || Metadata { tmdb_id, title: format!("Film {tmdb_id}"), year: 2000, genres: Vec::new() };
        let exists = (1..FIRST_UNKNOWN).contains(&tmdb_id);
        self.known.get(&tmdb_id).cloned().or_else(|| exists.then(generated))
    }

    fn film(&self, tmdb_id: u32) -> Option<(u32, &Row)> {
        self.films.find(|row| row.metadata.tmdb_id == tmdb_id)
    }

    fn exclude(&mut self, tmdb_id: u32) {
        if self.is_excluded(tmdb_id) {
            return;
        }
        let metadata = self.metadata(tmdb_id);
        let (title, year) = metadata.map_or_else(Default::default, |film| (film.title, film.year));
        self.exclusions.insert(Exclusion { tmdb_id, title, year });
    }

    fn is_excluded(&self, tmdb_id: u32) -> bool {
        self.exclusions.find(|exclusion| exclusion.tmdb_id == tmdb_id).is_some()
    }

    /// The longest root folder above `path`, else its parent.
    fn root_folder_of(&self, path: &str) -> String {
        let above = |root: &&str| {
            path.strip_prefix(root.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
        };
        let roots = self.root_folders.rows.values().map(|root| root.path.as_str());
        let parent = || path.rsplit_once('/').map_or("", |(parent, _)| parent);
        roots.filter(above).max_by_key(|root| root.len()).unwrap_or_else(parent).to_owned()
    }

    fn public(&self, id: u32, row: &Row) -> Film {
        let label = |id: &u32| self.tags.rows.get(id).cloned().unwrap_or_else(|| format!("#{id}"));
        Film {
            id,
            tmdb_id: row.metadata.tmdb_id,
            title: row.metadata.title.clone(),
            year: row.metadata.year,
            path: row.path.clone(),
            root_folder: self.root_folder_of(&row.path),
            quality_profile_id: row.profile,
            monitored: row.monitored,
            minimum_availability: row.availability.clone(),
            tags: row.tags.iter().map(label).collect(),
            search: row.search,
            genres: row.metadata.genres.clone(),
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no thread panics while it holds the state")
}

/// The stand-in Radarr. It stops when dropped.
pub struct Radarr {
    /// The server below it: its log and its faults.
    pub server: Server,
    state: Arc<Mutex<State>>,
}

impl Radarr {
    /// A Radarr 6.0 with the root folders `/movies` and `/movies-animated` and the API key [`KEY`].
    pub fn start() -> Self {
        Self::start_version(Version::V6_0)
    }

    /// The same in another version.
    pub fn start_version(version: Version) -> Self {
        let radarr = Self::start_empty(version, KEY);
        radarr.add_root_folder("/movies");
        radarr.add_root_folder("/movies-animated");
        radarr
    }

    /// A new installation: its quality profiles and nothing else.
    pub fn start_empty(version: Version, key: &str) -> Self {
        Self::serve(State::new(version, key))
    }

    /// Starts another one, which has all that this one has.
    pub fn twin(&self) -> Self {
        Self::serve(self.state().clone())
    }

    fn serve(state: State) -> Self {
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| api::answer(&mut lock(&shared), request));
        Self { server, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Its address with the URL base.
    pub fn url(&self) -> String {
        self.server.url() + &self.state().url_base
    }

    /// Which one it stands in for.
    pub fn version(&self) -> Version {
        self.state().version
    }

    /// Sets the URL base, such as `/radarr`; requests without it are redirected.
    pub fn set_url_base(&self, base: &str) {
        base.clone_into(&mut self.state().url_base);
    }

    /// Sets the `appName` of the status, such as `Sonarr`.
    pub fn set_app_name(&self, name: &str) {
        name.clone_into(&mut self.state().app_name);
    }

    /// Sets the version it claims to be. What it does stays the same.
    pub fn set_version(&self, version: &str) {
        version.clone_into(&mut self.state().version_text);
    }

    /// A backup of its library and exclusion list.
    pub fn back_up(&self) -> Backup {
        let state = self.state();
        Backup { films: state.films.clone(), exclusions: state.exclusions.clone() }
    }

    /// Restores a backup: what came later is gone, and its numbers are given again.
    pub fn restore(&self, backup: Backup) {
        let mut state = self.state();
        (state.films, state.exclusions) = (backup.films, backup.exclusions);
    }

    /// Adds a root folder that is accessible.
    pub fn add_root_folder(&self, path: &str) {
        self.state().root_folders.insert(RootFolder { path: path.to_owned(), accessible: true });
    }

    /// Makes a root folder (in)accessible.
    ///
    /// # Panics
    ///
    /// When there is no such root folder.
    pub fn set_accessible(&self, path: &str, accessible: bool) {
        let mut state = self.state();
        let mut roots = state.root_folders.rows.values_mut();
        roots.find(|root| root.path == path).expect("a root folder that was added").accessible = accessible;
    }

    /// Tells the metadata service of a film. Films below 5,000,000 exist without it, as `Film <id>` of 2000.
    pub fn know(&self, tmdb_id: u32, title: &str, year: u32, genres: &[&str]) {
        let genres = genres.iter().map(ToString::to_string).collect();
        let film = Metadata { tmdb_id, title: title.to_owned(), year, genres };
        self.state().known.insert(tmdb_id, film);
    }

    /// Lets the metadata service know no more what it was told of a film, which stays in the library.
    pub fn forget(&self, tmdb_id: u32) {
        self.state().known.remove(&tmdb_id);
    }

    /// Lets the metadata service answer `old` as `new`.
    pub fn merge(&self, old: u32, new: u32) {
        self.state().merged.insert(old, new);
    }

    /// Puts a film into the library without a request: monitored, without tags, in the first root folder.
    ///
    /// # Panics
    ///
    /// When the film does not exist or there is no root folder.
    pub fn has(&self, tmdb_id: u32) {
        let mut state = self.state();
        let metadata = state.metadata(tmdb_id).expect("a film that exists");
        let root = state.root_folders.rows.values().next().expect("a root folder");
        let path = format!("{}/{}", root.path, add::folder(&metadata.title, metadata.year));
        let availability = "released".to_owned();
        let row = Row {
            metadata,
            path,
            profile: DEFAULT_PROFILE,
            monitored: true,
            availability,
            tags: Vec::new(),
            search: false,
        };
        state.films.insert(row);
    }

    /// Removes a film from the library, as a person would.
    pub fn remove(&self, tmdb_id: u32) {
        self.state().films.rows.retain(|_, row| row.metadata.tmdb_id != tmdb_id);
    }

    /// What removes a film once it is called, for a fault; with `exclude` for good.
    pub fn deletion(&self, tmdb_id: u32, exclude: bool) -> impl Fn() + Send + Sync + use<> {
        let state = Arc::clone(&self.state);
        move || {
            let mut state = lock(&state);
            state.films.rows.retain(|_, row| row.metadata.tmdb_id != tmdb_id);
            if exclude {
                state.exclude(tmdb_id);
            }
        }
    }

    /// Puts a film on the exclusion list.
    pub fn exclude(&self, tmdb_id: u32) {
        self.state().exclude(tmdb_id);
    }

    /// Takes a film off the exclusion list.
    pub fn unexclude(&self, tmdb_id: u32) {
        self.state().exclusions.rows.retain(|_, exclusion| exclusion.tmdb_id != tmdb_id);
    }

    /// Lets the metadata service answer with an HTML page: adding and lookups fail.
    pub fn metadata_down(&self, down: bool) {
        self.state().service = if down { Service::Down } else { Service::Up };
    }

    /// Lets the metadata service answer 429: adding and lookups fail.
    pub fn metadata_limited(&self, limited: bool) {
        self.state().service = if limited { Service::Limited } else { Service::Up };
    }

    /// Locks the database: what would write to it answers 500, at once where the real one takes up to 30 s.
    pub fn set_locked(&self, locked: bool) {
        self.state().locked = locked;
    }

    /// The library, in the order in which the films came.
    pub fn films(&self) -> Vec<Film> {
        let state = self.state();
        state.films.rows.iter().map(|(id, row)| state.public(*id, row)).collect()
    }

    /// The film with this TMDB id, if it is in the library.
    pub fn film(&self, tmdb_id: u32) -> Option<Film> {
        let state = self.state();
        state.film(tmdb_id).map(|(id, row)| state.public(id, row))
    }

    /// The TMDB ids of every `POST /api/v3/movie` so far, in order, whatever became of it.
    pub fn posted(&self) -> Vec<u32> {
        let mut requests = self.server.requests();
        requests.retain(|request| request.method == "POST" && request.path.ends_with("/api/v3/movie"));
        requests.iter().filter_map(|request| wire::posted_id(&request.body)).collect()
    }

    /// The TMDB ids of every `POST /api/v3/movie` whose film was in the library when it came, under this id or under
    /// the one it was merged into.
    pub fn sent_again(&self) -> Vec<u32> {
        self.state().sent_again.clone()
    }

    /// The labels of all tags.
    pub fn tags(&self) -> Vec<String> {
        self.state().tags.rows.values().cloned().collect()
    }
}
