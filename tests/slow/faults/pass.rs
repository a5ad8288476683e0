//! A world in which everybody waits for something, and a pass through it in process.

use std::time::Duration;

use lbjf::cli::SyncArgs;
use lbjf::clients::http::RetryPolicy;
use lbjf::config::Config;
use lbjf::journal::Journal;
use lbjf::journal::RunInfo;
use lbjf::run;
use lbjf::store::Store;
use standins::{Deaf, Fault};

use crate::common::{COLLECTION, World, keys, secrets};
use crate::faults::door::End;
use crate::faults::lists;

/// No answer takes so long, however busy the machine is.
const PLENTY: Duration = Duration::from_mins(5);
const RETRY_POLICY: RetryPolicy = RetryPolicy { tries: 3, first_pause: Duration::from_millis(1) };

/// The second person's collection, which has to be made.
const OTHER: &str = "Grace's list";

/// Their playlists.
const PLAYLIST: &str = "Ada's own";
const OTHER_PLAYLIST: &str = "Grace's own";

/// What is different in a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// Nothing.
    Usual,
    /// Ada's list has two pages.
    Long,
    /// Ada has one of dave's lists, too: `heat` leaves that one, and `brazil` comes onto it.
    Listed,
    /// The same by its short link, of which it is not known where it leads.
    Linked,
    /// Ada's watchlist is read from her exports.
    Exported,
    /// The library was not read of late: the next run asks who the server is, and for all of it.
    Forgotten,
    /// Everybody's films carry a label.
    Labels,
    /// Animated films go elsewhere, and one of the new films is animated.
    Genres,
    /// No `POST /movie` is answered.
    Lost,
    /// Ada and grace have playlists, too; grace's has to be made.
    Private,
    /// Everybody's films go to two Radarrs. Only what one of them keeps from the other is tried in it.
    Several,
}

impl Setting {
    pub const ALL: [Self; 10] = [
        Self::Usual,
        Self::Long,
        Self::Listed,
        Self::Linked,
        Self::Exported,
        Self::Forgotten,
        Self::Labels,
        Self::Genres,
        Self::Lost,
        Self::Private,
    ];
}

/// The world, and how long a pass waits for an answer.
pub struct Scene {
    pub world: World,
    pub timeout: Duration,
    /// An address that nobody answers, while it is in use.
    pub deaf: Option<Deaf>,
    setting: Setting,
    misdirected: Option<(String, String)>,
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
    /// TMDB ids, paths and labels.
    radarr: Vec<(u32, String, Vec<String>)>,
    /// Names, and TMDB ids.
    collections: Vec<(String, Vec<u32>)>,
    /// The same, in their order.
    playlists: Vec<(String, Vec<u32>)>,
}

/// What there is to do in a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Send `jaws` and `brazil` to Radarr.
    Send,
    /// Give `ran` the label of the second person to list it.
    Label,
    /// Add `jaws` to ada's collection.
    Add,
    /// Remove `heat` from it.
    Remove,
    /// Make grace's collection, and add `ran`.
    Make,
    /// Add `jaws` to ada's playlist.
    Enlist,
    /// Remove `heat` from it.
    Unlist,
    /// Make grace's playlist, and add `ran`.
    MakeList,
}

impl State {
    /// What of all that was due is done.
    pub fn done(&self, all: &Self, world: &World) -> Vec<Work> {
        let id = |slug| world.letterboxd.tmdb_id(slug);
        let film = |state: &Self, slug| state.radarr.iter().find(|(tmdb, ..)| *tmdb == id(slug)).cloned();
        let members = |state: &Self, name| {
            let set = state.collections.iter().find(|(known, _)| known == name);
            set.map(|(_, ids)| ids.clone()).unwrap_or_default()
        };
        let has = |slug| members(self, COLLECTION).contains(&id(slug));
        let listed = |state: &Self, name| {
            let list = state.playlists.iter().find(|(known, _)| known == name);
            list.map(|(_, ids)| ids.clone()).unwrap_or_default()
        };
        let is_listed = |state, slug| listed(state, PLAYLIST).contains(&id(slug));
        let is_sent = ["jaws", "brazil"].iter().all(|slug| film(self, slug) == film(all, slug));
        [
            (is_sent, Work::Send),
            (film(self, "ran") == film(all, "ran"), Work::Label),
            (has("jaws") == members(all, COLLECTION).contains(&id("jaws")), Work::Add),
            (!has("heat"), Work::Remove),
            (members(self, OTHER) == members(all, OTHER), Work::Make),
            (is_listed(self, "jaws") == is_listed(all, "jaws"), Work::Enlist),
            (!is_listed(self, "heat"), Work::Unlist),
            (listed(self, OTHER_PLAYLIST) == listed(all, OTHER_PLAYLIST), Work::MakeList),
        ]
        .into_iter()
        .filter_map(|(is_done, work)| is_done.then_some(work))
        .collect()
    }

    /// The members that are no more, but for `heat`, which left the list.
    pub fn lost(&self, after: &Self, world: &World) -> Vec<u32> {
        let heat = world.letterboxd.tmdb_id("heat");
        let members = |state: &Self| {
            let all = state.collections.iter().chain(&state.playlists);
            let own = all.filter(|(name, _)| [COLLECTION, PLAYLIST].contains(&&**name));
            Some(
                own.flat_map(|(name, ids)| ids.iter().map(move |id| (name.clone(), *id))).collect::<Vec<_>>(),
            )
        };
        let after = members(after).unwrap_or_default();
        let before = members(self).unwrap_or_default().into_iter();
        let is_lost = |known: &(String, u32)| known.1 != heat && !after.contains(known);
        before.filter(is_lost).map(|(_, id)| id).collect()
    }
}

impl Scene {
    /// Settled, and then: ada takes `heat` off her list and adds `jaws`, which is downloaded, and `brazil`, which is
    /// not. Grace adds her first film, so her collection has to be made. Somebody put `stalker` into ada's.
    pub fn new(setting: Setting) -> Self {
        let mut slugs = vec!["heat", "alien", "ran"];
        if setting == Setting::Long {
            slugs.extend(FILLERS);
        }
        let graces = match setting {
            Setting::Private => format!("\njellyfin_playlist = \"{OTHER_PLAYLIST}\""),
            _ => String::new(),
        };
        // Who is asked first is the same each time.
        let mut world = World::new()
            .watchlist(&slugs)
            .user("grace", &format!("jellyfin_collection = \"{OTHER}\"{graces}"))
            .set("[letterboxd]", "max_concurrent_requests = 1");
        let is_listed = matches!(setting, Setting::Listed | Setting::Linked);
        if is_listed {
            world.letterboxd.set_watchlist("ada", &["alien", "ran"]);
            world.letterboxd.set_list("dave", "best", &["heat", "alien"]);
            let short = format!("boxd.it/{}", world.letterboxd.list("dave", "best").lid());
            let address = if setting == Setting::Listed { "dave/best" } else { &short };
            world = world.set("[[users]]", &format!("letterboxd_lists = [\"{address}\"]"));
        }
        if setting == Setting::Exported {
            world = world.set("[[users]]", "letterboxd_export = \"exports\"");
            lists::save_old(&world);
        }
        if setting == Setting::Several {
            let both = "radarr = [\"main\", \"uhd\"]";
            world = world.another_radarr("uhd").set("[[users]]", both);
        }
        if setting == Setting::Private {
            world = world.set("[[users]]", &format!("jellyfin_playlist = \"{PLAYLIST}\""));
        }
        if setting == Setting::Labels {
            world = world.set("[radarr]", "user_tags = true");
        }
        if setting == Setting::Genres {
            let table =
                "[radarr.animated_movies]\nenabled = true\nroot_folder_path = \"/movies-animated\"\n\n";
            world.change("[jellyfin]", &format!("{table}[jellyfin]"));
        }
        let scene = Self::of(world, setting);
        let world = &scene.world;
        for slug in ["heat", "alien", "ran"] {
            world.download(slug);
        }
        let ran = scene.pass();
        assert_eq!((ran.exit, ran.said.as_str()), (0, ""));
        let collection = world.jellyfin.collections().remove(0);
        let stalker = world.put(&collection.id, "stalker");
        if setting == Setting::Private {
            world.jellyfin.enlist(&world.jellyfin.playlists()[0].id, &stalker);
        }
        if setting == Setting::Forgotten {
            // All of the library is due to be read.
            scene.forget("UPDATE library SET whole_at = NULL");
        }
        world.letterboxd.drop_entry("ada", "heat");
        world.letterboxd.push("ada", "jaws");
        if is_listed {
            world.letterboxd.set_list("dave", "best", &["alien", "brazil"]);
        } else {
            world.letterboxd.push("ada", "brazil");
        }
        if setting == Setting::Exported {
            lists::save_new(world);
        }
        if setting == Setting::Linked {
            scene.forget("UPDATE list SET landed = NULL");
        }
        world.radarr.know(world.letterboxd.tmdb_id("jaws"), "Jaws", 2000, &["Animation"]);
        world.download("jaws");
        world.letterboxd.push("grace", "ran");
        world.forget_requests();
        scene
    }

    /// A copy of it to begin with, in which happens what makes the setting.
    pub fn begin(&self) -> Self {
        let scene = Self::of(self.world.twin(), self.setting);
        if scene.setting == Setting::Lost {
            scene.world.radarr.server.fail(usize::MAX, |request| End::Add.is(request), Fault::DropAfter);
        }
        scene
    }

    fn of(world: World, setting: Setting) -> Self {
        Self { world, timeout: PLENTY, deaf: None, setting, misdirected: None }
    }

    /// Lets lbjf look for a server elsewhere.
    pub fn misdirect(&mut self, from: String, to: String) {
        self.misdirected = Some((from, to));
    }

    /// Something is not known any more.
    fn forget(&self, sql: &str) {
        let db = rusqlite::Connection::open(self.world.database()).expect("a run made the store");
        db.execute(sql, []).expect("it has that table");
    }

    /// All is well again.
    pub fn behave(&mut self) {
        self.misdirected = None;
        self.deaf = None;
        self.timeout = PLENTY;
        for (_, server) in self.world.servers() {
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
        config.radarrs[0].timeout = self.timeout;
        config.jellyfin.as_mut().expect("there is a Jellyfin").timeout = self.timeout;
        let args = SyncArgs {
            user: Vec::new(),
            dry_run: false,
            full: false,
            allow_shrink: false,
            add_again: false,
            radarr: Vec::new(),
            same_jellyfin: false,
            ignore_cool_down: false,
            no_notify: true,
            json: false,
        };
        let store = Store::open(&config.system.database).expect("a store in a folder of its own");
        let now = jiff::Timestamp::now().as_second();
        let run = RunInfo { command: "sync", now, is_dry: false, people: 2, lists: Vec::new() };
        let mut journal = Journal::begin(store, run).expect("the store is whole");
        run::sync(&args, &config, RETRY_POLICY, &mut journal).expect("no fault ends a run");
        let json = journal.json(Duration::ZERO);
        secrets::search("the report", json.as_bytes(), &keys());
        let json: serde_json::Value = serde_json::from_str(&json).expect("the report is JSON");
        let mut said = String::new();
        for problem in json["problems"].as_array().expect("a list") {
            for part in ["about", "problem", "hint"] {
                let text = problem[part].as_str().unwrap_or_default();
                said.push_str(text);
                said.push_str(if part == "about" { ": " } else { "\n" });
            }
        }
        Ran { exit: journal.exit().code(), said: said.trim().to_owned() }
    }

    pub fn state(&self) -> State {
        let mut radarr: Vec<_> =
            self.world.radarr.films().into_iter().map(|film| (film.tmdb_id, film.path, film.tags)).collect();
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
        let mut playlists: Vec<_> = self
            .world
            .jellyfin
            .playlists()
            .into_iter()
            .map(|list| {
                let owner = list.owner.expect("somebody's");
                let entries = self.world.jellyfin.entries(&owner, &list.name);
                (list.name, entries)
            })
            .collect();
        playlists.sort();
        State { radarr, collections, playlists }
    }
}

/// Enough for a second page.
const FILLERS: [&str; 28] = [
    "film-1", "film-2", "film-3", "film-4", "film-5", "film-6", "film-7", "film-8", "film-9", "film-10",
    "film-11", "film-12", "film-13", "film-14", "film-15", "film-16", "film-17", "film-18", "film-19",
    "film-20", "film-21", "film-22", "film-23", "film-24", "film-25", "film-26", "film-27", "film-28",
];
