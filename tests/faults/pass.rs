//! A world in which everybody waits for something, and a pass through it in process.

use std::os::unix::fs::symlink;
use std::time::Duration;

use lbjf::cli::SyncArgs;
use lbjf::cmd;
use lbjf::config::Config;
use lbjf::http::Patience;
use lbjf::report::Report;
use lbjf::store::Store;
use tempfile::TempDir;

use crate::common::{COLLECTION, World};

const PATIENCE: Patience = Patience { tries: 3, first_pause: Duration::from_millis(1) };

/// The second person's collection, which has to be made.
const OTHER: &str = "Grace's list";

/// The world, and how long a pass waits for an answer.
pub struct Scene {
    pub world: World,
    pub timeout: Duration,
    misdirected: Option<(String, String)>,
    /// Where the store is, when memory can be a folder.
    _memory: Option<TempDir>,
}

/// How a pass ended.
pub struct Ran {
    pub exit: u8,
    /// Problems and hints, a line each.
    pub said: String,
}

/// What the servers have.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    /// TMDB ids and paths.
    radarr: Vec<(u32, String)>,
    /// Names, and TMDB ids.
    collections: Vec<(String, Vec<u32>)>,
}

impl State {
    /// The members that are no more.
    pub fn lost(&self, after: &Self) -> Vec<u32> {
        let (before, after) = [self, after]
            .map(|state| {
                state.collections.iter().find(|(name, _)| name == COLLECTION).map(|(_, ids)| ids.clone())
            })
            .into();
        let after = after.unwrap_or_default();
        before.unwrap_or_default().into_iter().filter(|id| !after.contains(id)).collect()
    }
}

impl Scene {
    /// Settled, and then: ada takes `heat` off her list and adds `jaws`, which is downloaded, and `brazil`, which is
    /// not. Grace adds her first film, so her collection has to be made. Somebody put `stalker` into ada's.
    pub fn new(is_long: bool) -> Self {
        let mut slugs = vec!["heat", "alien", "ran"];
        if is_long {
            slugs.extend(FILLERS);
        }
        let world =
            World::new().watchlist(&slugs).user("grace", &format!("jellyfin_collection = \"{OTHER}\""));
        // Hundreds of stores on a disk take their time.
        let memory = tempfile::tempdir_in("/dev/shm").ok();
        if let Some(memory) = &memory {
            symlink(memory.path(), world.folder.path().join("state")).expect("the folder is new");
        }
        let scene = Self { world, timeout: Duration::from_secs(20), misdirected: None, _memory: memory };
        let world = &scene.world;
        for slug in ["heat", "alien", "ran"] {
            world.download(slug);
        }
        assert_eq!(scene.pass().exit, 0);
        let collection = world.jellyfin.collections().remove(0);
        world.put(&collection.id, "stalker");
        world.letterboxd.drop_entry("ada", "heat");
        for slug in ["jaws", "brazil"] {
            world.letterboxd.push("ada", slug);
        }
        world.download("jaws");
        world.letterboxd.push("grace", "ran");
        world.forget_requests();
        scene
    }

    /// Lets lbjf look for a server elsewhere.
    pub fn misdirect(&mut self, from: String, to: String) {
        self.misdirected = Some((from, to));
    }

    /// The libraries were looked at long ago: the next run asks who the server is, and for all of them.
    pub fn forget_looks(&self) {
        let db = rusqlite::Connection::open(self.world.database()).expect("a run made the store");
        db.execute("DELETE FROM look", []).expect("it has that table");
    }

    /// All is well again.
    pub fn behave(&mut self) {
        self.misdirected = None;
        self.timeout = Duration::from_secs(20);
        for server in [&self.world.letterboxd.server, &self.world.radarr.server, &self.world.jellyfin.server]
        {
            server.behave();
        }
    }

    /// `lbjf sync` without a process of its own.
    pub fn pass(&self) -> Ran {
        let folder = self.world.folder.path();
        let env =
            |name: &str| (name == "STATE_DIRECTORY").then(|| folder.join("state").display().to_string());
        let mut text = self.world.config().to_owned();
        if let Some((from, to)) = &self.misdirected {
            text = text.replacen(from, to, 1);
        }
        let mut config =
            Config::parse(&text, &folder.join("config.toml"), &env).expect("the config is right");
        config.letterboxd.timeout = self.timeout;
        config.radarr.as_mut().expect("there is a Radarr").timeout = self.timeout;
        config.jellyfin.as_mut().expect("there is a Jellyfin").timeout = self.timeout;
        let args = SyncArgs {
            user: Vec::new(),
            dry_run: false,
            full: false,
            allow_shrink: false,
            add_again: false,
            ignore_cool_down: false,
            json: false,
        };
        let mut store = Store::open(&config.system.database).expect("a store in a folder of its own");
        let mut report = Report::new("sync", jiff::Timestamp::now().as_second(), false, 2);
        cmd::sync::pass(&args, &config, PATIENCE, &mut store, &mut report).expect("no fault ends a run");
        let json: serde_json::Value =
            serde_json::from_str(&report.json(Duration::ZERO)).expect("the report is JSON");
        let mut said = String::new();
        for problem in json["problems"].as_array().expect("a list") {
            for part in ["about", "problem", "hint"] {
                let text = problem[part].as_str().unwrap_or_default();
                said.push_str(text);
                said.push_str(if part == "about" { ": " } else { "\n" });
            }
        }
        Ran { exit: report.exit().code(), said: said.trim().to_owned() }
    }

    pub fn state(&self) -> State {
        let mut radarr: Vec<_> =
            self.world.radarr.films().into_iter().map(|film| (film.tmdb_id, film.path)).collect();
        radarr.sort();
        let mut collections: Vec<_> = self
            .world
            .jellyfin
            .collections()
            .into_iter()
            .map(|set| {
                let members = self.world.jellyfin.members(&set.name);
                (set.name, members)
            })
            .collect();
        collections.sort();
        State { radarr, collections }
    }
}

/// Enough for a second page.
const FILLERS: [&str; 28] = [
    "film-1", "film-2", "film-3", "film-4", "film-5", "film-6", "film-7", "film-8", "film-9", "film-10",
    "film-11", "film-12", "film-13", "film-14", "film-15", "film-16", "film-17", "film-18", "film-19",
    "film-20", "film-21", "film-22", "film-23", "film-24", "film-25", "film-26", "film-27", "film-28",
];
