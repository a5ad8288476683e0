//! A world to run lbjf in: the three stand-ins, a config and a store in a folder of its own, an empty environment.
//!
//! Time does not pass by waiting: [`World::pass_time`] makes everything in the store older.

#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

pub mod disk;
pub mod doors;
pub mod export;
pub mod messages;
pub mod openapi;
mod process;
mod ran;
pub mod secrets;
mod store;
mod twin;
pub mod watch;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use lbjf::exit::Exit;
pub use process::{Signal, peak_mb, signal, wait_until, wait_until_heard};
pub use ran::Ran;
use standins::{Jellyfin, Letterboxd, Radarr, Receiver, jellyfin, radarr, receiver};
use tempfile::TempDir;
use watch::Watch;

/// The collection of the first user.
pub const COLLECTION: &str = "Ada's watchlist";

/// Three servers, a folder, and one user: `ada`, with the collection [`COLLECTION`].
pub struct World {
    /// Config, store, and whatever a test puts there.
    pub folder: TempDir,
    /// The stand-in Letterboxd.
    pub letterboxd: Letterboxd,
    /// The stand-in Radarr.
    pub radarr: Radarr,
    /// The others, by name, where there are several.
    pub more_radarrs: Vec<(&'static str, Radarr)>,
    /// The stand-in Jellyfin.
    pub jellyfin: Jellyfin,
    config: String,
    secrets: Vec<String>,
    /// Files that may hold secrets.
    declared: Vec<PathBuf>,
    watch: Watch,
}

/// Both servers' keys, in all forms.
pub fn keys() -> Vec<String> {
    [radarr::KEY, jellyfin::KEY].into_iter().flat_map(secrets::forms).collect()
}

/// A folder in memory, where memory can be one: a disk makes every write of a store wait, which only a machine that
/// loses its power would notice.
fn memory() -> TempDir {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    folder.expect("a folder for temporary files")
}

impl World {
    /// The usual world: the newest servers.
    pub fn new() -> Self {
        Self::with(Radarr::start(), Jellyfin::start())
    }

    /// A world with these servers.
    pub fn with(radarr: Radarr, jellyfin: Jellyfin) -> Self {
        let letterboxd = Letterboxd::start();
        jellyfin.add_user("ada");
        let config = format!(
            "[letterboxd]\nbase_url = \"{}\"\nrequests_per_second = 0\n\n\
             [radarr]\nurl = \"{}\"\napi_key = \"{}\"\nroot_folder_path = \"/movies\"\n\
             quality_profile = \"HD-1080p\"\n\n\
             [jellyfin]\nurl = \"{}\"\napi_key = \"{}\"\n\n\
             [[users]]\nletterboxd_username = \"ada\"\njellyfin_username = \"ada\"\n\
             jellyfin_collection = \"{COLLECTION}\"\n",
            letterboxd.url(),
            radarr.url(),
            radarr::KEY,
            jellyfin.url(),
            jellyfin::KEY,
        );
        let folder = memory();
        let watch = Watch::new(&radarr, &jellyfin);
        let secrets = keys();
        let declared = vec![folder.path().join("config.toml")];
        let more_radarrs = Vec::new();
        Self { folder, letterboxd, radarr, more_radarrs, jellyfin, config, secrets, declared, watch }
    }

    /// One more text that must not come out, such as the password of a proxy.
    pub fn secret(mut self, text: &str) -> Self {
        self.secrets.extend(secrets::forms(text));
        self
    }

    /// This file of the world's folder may hold secrets.
    pub fn declare(mut self, name: &str) -> Self {
        self.declared.push(self.folder.path().join(name));
        self
    }

    /// Looks for secrets in every file of the world, and in the log file wherever it is.
    fn search_files(&self) {
        secrets::search_folder(self.folder.path(), &self.declared, &self.secrets);
        let log_file =
            self.config.lines().find_map(|line| line.strip_prefix("log_file = \"")?.strip_suffix('"'));
        if let Some(log_file) = log_file {
            // A device may have no end.
            let path = Some(self.folder.path().join(log_file)).filter(|path| path.is_file());
            let bytes = path.and_then(|path| fs::read(path).ok()).unwrap_or_default();
            secrets::search("the log file", &bytes, &self.secrets);
        }
    }

    /// Looks at the requests that were not looked at yet.
    fn check_requests(&self) {
        self.watch.look(self);
    }

    /// Puts entries on ada's watchlist, newest first.
    pub fn watchlist(self, slugs: &[&str]) -> Self {
        self.letterboxd.set_watchlist("ada", slugs);
        self
    }

    /// Another user, with the same name in Jellyfin and these lines in the config.
    pub fn user(mut self, name: &str, lines: &str) -> Self {
        self.jellyfin.add_user(name);
        self.letterboxd.set_watchlist(name, &[]);
        let user = format!(
            "\n[[users]]\nletterboxd_username = \"{name}\"\njellyfin_username = \"{name}\"\n{lines}\n"
        );
        self.config.push_str(&user);
        self
    }

    /// Another Radarr of this name and of the same version, with a key and a root folder of its own. The first one is called `main` from now on.
    pub fn another_radarr(mut self, name: &'static str) -> Self {
        if self.more_radarrs.is_empty() {
            self.change("[radarr]\n", "[[radarr]]\nname = \"main\"\n");
        }
        let (key, folder) = (format!("radarr-stand-in-key-of-{name}-0123456789"), format!("/movies-{name}"));
        let radarr = Radarr::start_empty(self.radarr.version(), &key);
        radarr.add_root_folder(&folder);
        let block = format!(
            "[[radarr]]\nname = \"{name}\"\nurl = \"{}\"\napi_key = \"{key}\"\n\
             root_folder_path = \"{folder}\"\nquality_profile = \"Ultra-HD\"\n\n[jellyfin]",
            radarr.url()
        );
        self.change("[jellyfin]", &block);
        self.more_radarrs.push((name, radarr));
        self.secret(&key)
    }

    /// The Radarr of this name that [`World::another_radarr`] started.
    pub fn radarr_called(&self, name: &str) -> &Radarr {
        let found = self.more_radarrs.iter().find(|(known, _)| *known == name);
        &found.expect("it was started").1
    }

    /// Every server, by what it is called.
    pub fn servers(&self) -> Vec<(String, &standins::Server)> {
        let usual = [
            ("letterboxd", &self.letterboxd.server),
            ("radarr", &self.radarr.server),
            ("jellyfin", &self.jellyfin.server),
        ];
        let usual = usual.map(|(name, server)| (name.to_owned(), server));
        let more = self.more_radarrs.iter().map(|(name, radarr)| (format!("radarr {name}"), &radarr.server));
        usual.into_iter().chain(more).collect()
    }

    /// One more block at the end of the config.
    pub fn block(mut self, lines: &str) -> Self {
        self.config += &["\n", lines, "\n"].concat();
        self
    }

    /// A receiver of each of these kinds, all at one stand-in, whose secrets must not come out.
    pub fn receivers(self, kinds: &[&str]) -> (Self, Receiver) {
        let receiver = Receiver::start();
        let world = self.secret(receiver::TOKEN).secret(receiver::TOPIC).secret("4242424242");
        let world = kinds.iter().fold(world, |world, kind| world.block(&receiver.block(kind)));
        (world, receiver)
    }

    /// Adds lines to the first table of this name: `world.set("[radarr]", "user_tags = true")`.
    pub fn set(mut self, table: &str, lines: &str) -> Self {
        self.change(table, &format!("{table}\n{lines}"));
        self
    }

    /// Replaces a text of the config once; it must be there.
    pub fn change(&mut self, from: &str, to: &str) {
        assert!(self.config.contains(from), "the config has no {from:?}:\n{}", self.config);
        self.config = self.config.replacen(from, to, 1);
    }

    /// Takes the text of a whole table out of the config.
    pub fn without(mut self, table: &str) -> Self {
        let start = self.config.find(table).expect("the table is there");
        let rest = &self.config[start + table.len()..];
        let end = rest.find("\n[").map_or(self.config.len(), |end| start + table.len() + end + 1);
        self.config.replace_range(start..end, "");
        self
    }

    /// The config as it stands.
    pub fn config(&self) -> &str {
        &self.config
    }

    /// The store's file.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("state/lbjf.db")
    }

    /// A command that runs lbjf with the world's config, and nothing of the environment it was started from.
    pub fn command(&self, args: &[&str]) -> Command {
        let config = self.folder.path().join("config.toml");
        fs::write(&config, &self.config).expect("the folder can be written to");
        let mut command = Command::new(env!("CARGO_BIN_EXE_lbjf"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("LBJF_CONFIG", config)
            .env("STATE_DIRECTORY", self.folder.path().join("state"))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .args(args);
        command
    }

    /// Starts lbjf; [`World::end`] waits for it.
    pub fn begin(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("lbjf was built")
    }

    /// Waits for the end of a run.
    pub fn end(&self, run: Child) -> Ran {
        self.ran(run.wait_with_output().expect("it ends"))
    }

    /// Starts lbjf, for a test that looks at what it does and not at what it says: that goes into a file of the
    /// world, where it is searched for secrets in the end.
    pub fn spawn(&self, args: &[&str]) -> Child {
        let said = fs::File::options().create(true).append(true).open(self.folder.path().join("said.txt"));
        let said = said.expect("the folder can be written to");
        let also = said.try_clone().expect("a file can be shared");
        self.command(args).stdout(said).stderr(also).spawn().expect("lbjf was built")
    }

    /// Runs lbjf to its end.
    pub fn lbjf(&self, args: &[&str]) -> Ran {
        let ran = self.ran(self.command(args).output().expect("lbjf was built"));
        self.check_requests();
        ran
    }

    /// A run that ended, searched for secrets with everything it left.
    pub fn ran(&self, output: Output) -> Ran {
        let ran = Ran::from(output);
        secrets::search("stdout", ran.stdout.as_bytes(), &self.secrets);
        secrets::search("stderr", ran.stderr.as_bytes(), &self.secrets);
        messages::check(&ran.stderr);
        self.search_files();
        ran
    }

    /// Runs lbjf as somebody who is not root; `None`, loudly, where that cannot be done.
    pub fn as_nobody(&self, args: &[&str]) -> Option<Ran> {
        // Root may write whatever the mode says; only another user is refused.
        let is_root =
            fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0);
        let lbjf = self.command(args);
        if !is_root {
            return Some(self.ran({ lbjf }.output().expect("lbjf was built")));
        }
        // The program itself may lie where nobody else may look, and in memory it may not be run.
        let open = fs::Permissions::from_mode(0o755);
        let folder =
            tempfile::Builder::new().permissions(open).tempdir().expect("a folder for temporary files");
        let program = folder.path().join("lbjf");
        fs::copy(lbjf.get_program(), &program).expect("it can be copied");
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program).args(lbjf.get_args());
        command.env_clear().current_dir(self.folder.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(lbjf.get_envs().filter_map(|(name, value)| Some((name, value?))));
        match command.output() {
            Ok(output) if output.status.code() != Some(127) && output.status.code() != Some(126) => {
                Some(self.ran(output))
            }
            other => {
                standins::not_tested(&format!(
                    "root cannot be refused, and there is no working setpriv: {other:?}"
                ));
                None
            }
        }
    }

    /// Runs `lbjf sync`, which must succeed.
    pub fn sync(&self) -> Ran {
        self.lbjf(&["sync"]).exits(Exit::Success)
    }

    /// Forgets what the servers were asked so far.
    pub fn forget_requests(&self) {
        self.check_requests();
        for (_, server) in self.servers() {
            server.forget_requests();
        }
    }

    /// Every request that was no `GET`, as `radarr POST /api/v3/movie`.
    pub fn writes(&self) -> Vec<String> {
        let write = |(name, server): (String, &standins::Server)| {
            server
                .writes()
                .into_iter()
                .map(move |request| format!("{name} {} {}", request.method, request.path))
        };
        self.servers().into_iter().flat_map(write).collect()
    }

    /// A world in which ada's films are all in the library and in her collection.
    pub fn settled<const N: usize>(slugs: [&str; N]) -> Self {
        let world = Self::new().watchlist(&slugs);
        world.settle(slugs);
        world
    }

    /// Downloads films, and brings everything in step; returns their item ids.
    pub fn settle<const N: usize>(&self, slugs: [&str; N]) -> [String; N] {
        let items = slugs.map(|slug| self.download(slug));
        self.sync();
        self.forget_requests();
        items
    }

    /// Runs `lbjf sync`, which must find nothing to do: it writes nowhere. Beside what everybody watched, it asks
    /// Jellyfin four questions (three more when all of the library is due, and one for all playlists), and what is in a
    /// collection or playlist that may have changed.
    pub fn idle(&self) -> Ran {
        self.forget_requests();
        let ran = self.sync().mentions(" nothing to do, in ");
        assert_eq!(self.writes(), [""; 0]);
        let users = self.config.matches("[[users]]").count();
        let requests = self.jellyfin.server.requests();
        let is_whole = requests.iter().any(|request| request.path == "/System/Info");
        let asked = requests.iter().filter(|request| request.param("isPlayed").is_none()).count();
        let playlists = self.config.matches("jellyfin_playlist").count();
        let lists = playlists + usize::from(playlists > 0);
        let most = 4 + users + lists + 3 * usize::from(is_whole);
        assert!(asked <= most, "{asked} requests for {users} users");
        ran
    }

    /// What Jellyfin was told so far, shortly: `make NAME`, `put 3`, `take 2`; of playlists `list NAME`, `enlist 3`,
    /// `unlist 2`.
    pub fn told_jellyfin(&self) -> Vec<String> {
        let told = |request: standins::Request| {
            let is_list = request.path.contains("/Playlists");
            let ids = request.param("ids").or_else(|| request.param("entryIds"));
            let (verb, what) = match (request.method.as_str(), ids) {
                ("POST", Some(ids)) => (["put", "enlist"], ids.split(',').count().to_string()),
                ("DELETE", Some(ids)) => (["take", "unlist"], ids.split(',').count().to_string()),
                _ => (["make", "list"], request.param("name").unwrap_or_default()),
            };
            format!("{} {what}", verb[usize::from(is_list)])
        };
        self.jellyfin.server.writes().into_iter().map(told).collect()
    }

    /// Downloads a film that nobody lists and puts it into a collection, as a person does; returns its item id.
    pub fn put(&self, collection_id: &str, slug: &str) -> String {
        self.letterboxd.set_watchlist("somebody-else", &[slug]);
        let item = self.download(slug);
        self.jellyfin.put(collection_id, &item);
        item
    }

    /// The TMDB ids in ada's collection, sorted; none when there is no collection.
    pub fn collected(&self) -> Vec<u32> {
        let is_there = self.jellyfin.collections().iter().any(|collection| collection.name == COLLECTION);
        if is_there { self.jellyfin.members(COLLECTION) } else { Vec::new() }
    }

    /// The TMDB ids of films of the stand-in Letterboxd, sorted.
    pub fn tmdb(&self, slugs: &[&str]) -> Vec<u32> {
        let mut ids: Vec<_> = slugs.iter().map(|slug| self.letterboxd.tmdb_id(slug)).collect();
        ids.sort_unstable();
        ids
    }

    /// Puts so many entries on ada's watchlist: `film-1` is the newest.
    pub fn watchlist_of(self, count: usize) -> Self {
        self.set_watchlist("ada", count);
        self
    }

    /// Lets a member list `film-1`, the newest, up to `film-<count>` and nothing else.
    pub fn set_watchlist(&self, member: &str, count: usize) {
        let slugs: Vec<_> = (1..=count).map(|number| format!("film-{number}")).collect();
        self.letterboxd.set_watchlist(member, &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// Lets the stand-in Letterboxd misbehave for the next `times` requests of this path.
    pub fn fail_page(&self, times: usize, path: &'static str, fault: standins::Fault) {
        self.letterboxd.server.fail(times, move |request| request.path == path, fault);
    }

    /// A page of the stand-in Letterboxd as it is now, to be sent in a changed form.
    pub fn page(&self, path: &str) -> String {
        let url = format!("{}{path}", self.letterboxd.url());
        let mut answer = ureq::get(url).call().expect("the stand-in Letterboxd has that page");
        answer.body_mut().read_to_string().expect("a page is text")
    }

    /// Puts a film of the stand-in Letterboxd into the Jellyfin library; returns its item id.
    pub fn download(&self, slug: &str) -> String {
        self.jellyfin.add_film(self.letterboxd.tmdb_id(slug), slug)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.search_files();
        self.check_requests();
        self.watch.tell();
    }
}
