//! lbjf itself: in process, as a program, or as a program that is killed.

use std::fmt::Write;
use std::path::Path;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;

use lbjf::cli::{CleanupArgs, SyncArgs};
use lbjf::clients::http::Patience;
use lbjf::cmd;
use lbjf::config::Config;
use lbjf::journal::report::Report;
use lbjf::store::{RunEnd, Store};

use crate::common::{keys, secrets};
use crate::oracle::edits::Between;
use crate::oracle::films::{COLLECTIONS, NAMES, Who};
use crate::oracle::oracle::{Before, Oracle};
use crate::oracle::rounds::Run;
use crate::oracle::troubles::{How, Trap, Trouble};

const PATIENCE: Patience = Patience { tries: 3, first_pause: Duration::from_millis(1) };

impl Oracle {
    /// Who stands in the config now.
    pub fn users_into_config(&mut self) {
        let mut users = String::new();
        for (name, person) in NAMES.iter().zip(&self.people).filter(|(_, person)| person.in_config) {
            let collection = match &self.by_id {
                Some(id) if person.collection == 1 => format!("jellyfin_collection_id = \"{id}\""),
                _ => format!("jellyfin_collection = \"{}\"", COLLECTIONS[person.collection]),
            };
            let _ = write!(
                users,
                "\n[[users]]\nletterboxd_username = \"{name}\"\njellyfin_username = \"{}\"\n\
                 {collection}\nremove_watched = {}\nremove_unlisted = {}\n",
                NAMES[person.viewer], person.remove_watched, person.remove_unlisted,
            );
        }
        self.world.change(&self.users_config, &users);
        self.users_config = users;
    }

    /// Runs lbjf; the exit code (-1 when it was killed), and what it said.
    pub fn lbjf(
        &mut self,
        run: Run,
        chosen: &[Who],
        trouble: Option<Trouble>,
        trap: &Trap,
        before: &mut Before,
    ) -> (i32, String) {
        let users: Vec<String> = match run.user {
            Some(_) if chosen.len() == 1 => vec![NAMES[chosen[0]].to_owned()],
            _ => Vec::new(),
        };
        let mut args = run.args();
        args.extend(users.iter().flat_map(|user| ["--user", user]));
        // The program waits before it tries again; in process nobody does.
        let waits = match trouble {
            Some(Trouble::Fails { how, .. }) => how != How::Page,
            other => other.is_some(),
        };
        match trouble {
            Some(Trouble::Kill { .. }) => (self.killed(&args, trap), String::new()),
            Some(Trouble::Meanwhile { what, .. }) => self.meanwhile(run, users, what, trap, before),
            _ if run.binary && !waits => {
                let ran = self.world.lbjf(&args);
                (ran.code, ran.stderr)
            }
            _ => {
                let is_hasty = matches!(trouble, Some(Trouble::Hangs(_)));
                pass(self.world.config(), self.world.folder.path(), run, users, is_hasty)
            }
        }
    }

    fn killed(&self, args: &[&str], trap: &Trap) -> i32 {
        let lock = || trap.child.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut child = lock();
            *child = Some(self.world.spawn(args));
        }
        loop {
            let ended = lock().as_mut().and_then(|child| child.try_wait().expect("it is our child"));
            if let Some(status) = ended {
                return status.code().unwrap_or(-1);
            }
            thread::sleep(Duration::from_millis(3));
        }
    }

    /// In process, while this thread does what someone does meanwhile.
    fn meanwhile(
        &mut self,
        run: Run,
        users: Vec<String>,
        what: Between,
        trap: &Trap,
        before: &mut Before,
    ) -> (i32, String) {
        let (config, folder) = (self.world.config().to_owned(), self.world.folder.path().to_owned());
        let running = thread::spawn(move || pass(&config, &folder, run, users, false));
        while !running.is_finished() {
            if trap.moment.is_reached() {
                self.do_meanwhile(what, before);
                trap.moment.end();
            }
            thread::sleep(Duration::from_millis(1));
        }
        running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// `lbjf` without a process of its own.
fn pass(config: &str, folder: &Path, run: Run, user: Vec<String>, is_hasty: bool) -> (i32, String) {
    let env = |name: &str| (name == "STATE_DIRECTORY").then(|| folder.join("state").display().to_string());
    let mut config = Config::parse(config, &folder.join("config.toml"), &env).expect("the config is right");
    if is_hasty {
        let timeout = Duration::from_millis(400);
        config.letterboxd.timeout = timeout;
        config.radarr.as_mut().expect("there is a Radarr").timeout = timeout;
        config.jellyfin.as_mut().expect("there is a Jellyfin").timeout = timeout;
    }
    let database = config.system.database.clone();
    let mut store = Store::open(&database).expect("a store in a folder of its own");
    let now = jiff::Timestamp::now().as_second();
    let command = if run.cleanup { "cleanup" } else { "sync" };
    let number = store.begin_run(command, now).expect("the store is whole");
    let mut report = Report::new(command, now, false, 3);
    if run.cleanup {
        let args = CleanupArgs { user, dry_run: false, json: false };
        cmd::cleanup::pass(&args, &config, PATIENCE, &mut store, &mut report)
    } else {
        let args = SyncArgs {
            user,
            dry_run: false,
            full: run.full,
            allow_shrink: run.allow_shrink,
            add_again: run.add_again,
            same_jellyfin: false,
            ignore_cool_down: false,
            json: false,
        };
        cmd::sync::pass(&args, &config, PATIENCE, &mut store, &mut report)
    }
    .expect("no trouble ends a run");
    let (code, said) = (report.exit().code(), report.json(Duration::ZERO));
    let summary = report.summary(Duration::ZERO);
    let problems = report.problems();
    let end = RunEnd { exit_code: code, is_well: report.is_well(), summary: &summary, problems: &problems };
    store.end_run(number, now, &end).expect("the store is whole");
    secrets::search("the report", said.as_bytes(), &keys());
    (code.into(), said)
}
