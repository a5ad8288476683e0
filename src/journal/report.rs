//! What a run tells: a line for each change, a warning for what a person should look at, the closing line, the exit
//! code, and the same as JSON.
//!
//! Lines appear when things happen; nothing is held back. A warning that repeats is a warning once a day and an
//! info line otherwise, so that a cron job every ten minutes does not send 144 mails.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use crate::domain::film::Film;
use crate::domain::step::{RootFolder, Skip, SkipReason, Step};
use crate::exit::Exit;
use crate::store::{Notice, Store, StoreError, Timestamp};
use crate::system::interrupt;

/// Everything a run has to tell, so far.
#[derive(Debug)]
pub struct Report {
    command: &'static str,
    now: Timestamp,
    is_dry: bool,
    people: usize,
    is_blocked: bool,
    counts: Counts,
    failures: Failures,
    users: Vec<UserReport>,
    steps: Vec<StepReport>,
    problems: Vec<ProblemReport>,
    plan: Vec<String>,
}

/// What the closing line counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    added: usize,
    tagged: usize,
    put: usize,
    taken: usize,
    skipped: usize,
    later: usize,
}

/// What failed: the closing line says one what.
#[derive(Clone, Copy, Debug)]
pub enum Failed<'a> {
    /// So many films: the rest is done.
    Films(usize),
    /// The person, the server or the collection that the message is about.
    User,
    /// These people.
    Users(&'a [String]),
    /// A server.
    Server,
    /// A collection.
    Collection,
    /// A person's list, with what only that person can mend: the exit code tells it when the message does.
    List,
}

/// What failed so far, by name.
#[derive(Debug, Default)]
struct Failures {
    films: usize,
    users: BTreeSet<String>,
    servers: BTreeSet<String>,
    collections: BTreeSet<String>,
    /// Lists that only their owners can mend.
    lists: BTreeSet<String>,
    /// Was any of these told in this run?
    is_list_told: bool,
}

impl Failures {
    fn note(&mut self, failed: Failed<'_>, about: &str) {
        let about = about.to_owned();
        match failed {
            Failed::Films(count) => self.films += count,
            Failed::User => drop(self.users.insert(about)),
            Failed::Users(names) => self.users.extend(names.iter().cloned()),
            Failed::Server => drop(self.servers.insert(about)),
            Failed::Collection => drop(self.collections.insert(about)),
            Failed::List => drop(self.lists.insert(about)),
        }
    }

    /// Failed anything that is not some person's own to mend?
    fn any(&self) -> bool {
        self.films + self.users.len() + self.servers.len() + self.collections.len() > 0
    }
}

/// How one person's scrape went, for JSON.
#[derive(Clone, Debug, Serialize)]
pub struct UserReport {
    /// At Letterboxd.
    pub user: String,
    /// One word: `complete`, `new_only`, `empty`, `pending`, `total_moved`, `incomplete`, `private`, `not_found`, `other_member`,
    /// `challenged`, `rate_limited`, `markup_changed`, `unexpected_page`, `unreachable`, `not_asked`.
    pub outcome: &'static str,
    /// Entries on the whole list, as declared.
    pub declared: Option<u32>,
    /// Entries seen for the first time.
    pub new: usize,
    /// Entries that an accepted crawl lacked.
    pub gone: usize,
}

#[derive(Clone, Debug, Serialize)]
struct StepReport {
    #[serde(rename = "do")]
    action: &'static str,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    film: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tmdb_id: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    users: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root_folder: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct ProblemReport {
    about: String,
    problem: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// The JSON of `sync --json` and `cleanup --json`; described in contrib/json.md.
#[derive(Debug, Serialize)]
struct Json<'a> {
    version: u32,
    command: &'static str,
    dry_run: bool,
    users: &'a [UserReport],
    steps: &'a [StepReport],
    problems: &'a [ProblemReport],
    summary: String,
    exit_code: u8,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server said so.
    Done,
    /// A dry run would do it.
    Planned,
    /// There is a reason not to do it.
    Skipped,
    /// It did not work.
    Failed,
    /// It waits for a later run.
    Later,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Planned => "planned",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Later => "later",
        }
    }
}

impl Report {
    /// An empty report on a run of `command` for so many people.
    pub fn new(command: &'static str, now: Timestamp, is_dry: bool, people: usize) -> Self {
        Self {
            command,
            now,
            is_dry,
            people,
            is_blocked: false,
            counts: Counts::default(),
            failures: Failures::default(),
            users: Vec::new(),
            steps: Vec::new(),
            problems: Vec::new(),
            plan: Vec::new(),
        }
    }

    /// When the run began.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Something failed that the exit code has to tell. The same notice is told once a day: a film as a warning, all
    /// else as an error.
    pub fn failure<'a>(
        &mut self,
        store: &mut Store,
        failed: Failed<'_>,
        notice: impl Into<Notice<'a>>,
        about: &str,
        text: &str,
        hint: Option<&str>,
    ) -> Result<(), StoreError> {
        self.failures.note(failed, about);
        let is_news = store.is_news(notice, self.now)?;
        self.failures.is_list_told |= is_news && matches!(failed, Failed::List);
        let level = if matches!(failed, Failed::Films(_)) { log::Level::Warn } else { log::Level::Error };
        self.tell(if is_news { level } else { log::Level::Info }, about, text, hint);
        Ok(())
    }

    /// Letterboxd was not asked. Unless somebody stopped this run, that is since it refuses us, and the exit code
    /// tells that above all.
    pub fn block(&mut self) {
        self.is_blocked |= interrupt::requested().is_none();
    }

    /// A person should look, but nothing failed.
    pub fn warning<'a>(
        &mut self,
        store: &mut Store,
        notice: impl Into<Notice<'a>>,
        about: &str,
        text: &str,
        hint: Option<&str>,
    ) -> Result<(), StoreError> {
        let is_news = store.is_news(notice, self.now)?;
        self.tell(if is_news { log::Level::Warn } else { log::Level::Info }, about, text, hint);
        Ok(())
    }

    /// A film that no server can take: told when it is first seen, and never again.
    pub fn skip(
        &mut self,
        store: &mut Store,
        person: &str,
        film: &Film,
        why: &str,
    ) -> Result<(), StoreError> {
        // The reason is part of the notice: another reason is news.
        let detail = format!("{}/{why}", film.uid);
        if store.is_first(("skip", person, detail.as_str()), self.now)? {
            self.counts.skipped += 1;
            self.tell(log::Level::Warn, person, &format!("skipped {film} `{}`: {why}", film.slug), None);
        }
        Ok(())
    }

    /// A warning that is told now, whenever it was told last.
    pub fn say(&mut self, about: &str, text: &str, hint: Option<&str>) {
        self.tell(log::Level::Warn, about, text, hint);
    }

    fn tell(&mut self, level: log::Level, about: &str, text: &str, hint: Option<&str>) {
        let line = format!("{about}: {text}");
        match hint {
            Some(hint) => log::log!(level, "{line}\nhint: {}", hint.replace('\n', "\n      ")),
            None => log::log!(level, "{line}"),
        }
        self.problems.push(ProblemReport {
            about: about.to_owned(),
            problem: text.to_owned(),
            hint: hint.map(str::to_owned),
        });
    }

    /// How one person's scrape went.
    pub fn user(&mut self, user: UserReport) {
        match (user.new, user.declared) {
            (0, _) | (_, None) => {}
            (new, Some(declared)) => log::info!("{}: {new} new of {declared} on the watchlist", user.user),
        }
        if user.gone > 0 {
            log::info!("{}: {} left the watchlist", user.user, user.gone);
        }
        self.users.push(user);
    }

    /// How a step ended. `root_folder` is where an added film really went.
    pub fn step(&mut self, step: &Step, ended: Outcome, root_folder: Option<&str>) {
        match (ended, step) {
            (Outcome::Done, Step::AddToRadarr(_)) => self.counts.added += 1,
            (Outcome::Done, Step::TagInRadarr(_)) => self.counts.tagged += 1,
            (Outcome::Done, Step::AddToCollection(_)) => self.counts.put += 1,
            (Outcome::Done, Step::RemoveFromCollection(_)) => self.counts.taken += 1,
            (Outcome::Later, _) => self.counts.later += 1,
            _ => {}
        }
        let line = describe(step, ended, root_folder);
        match (ended, step) {
            (_, Step::AlreadyPresent(_) | Step::GoneFromRadarr(_) | Step::Skip(_)) => log::debug!("{line}"),
            (Outcome::Done, _) => log::info!("{line}"),
            // A dry run's plan is data that was asked for: it goes to stdout.
            (Outcome::Planned | Outcome::Later, _) if self.is_dry => self.plan.push(line),
            _ => {}
        }
        self.steps.push(step_report(step, ended, root_folder));
    }

    /// What a person should look at, a line each.
    pub fn problems(&self) -> Vec<String> {
        self.problems.iter().map(|problem| format!("{}: {}", problem.about, problem.problem)).collect()
    }

    /// The lines of a dry run's plan.
    pub fn plan(&self) -> &[String] {
        &self.plan
    }

    /// Did anything fail so far?
    pub fn has_failures(&self) -> bool {
        self.failures.any() || self.failures.is_list_told
    }

    /// Did all go well, but for lists that only their owners can mend? That is for whoever watches the program.
    pub fn is_well(&self) -> bool {
        matches!(self.exit(), Exit::Success | Exit::Partial) && !self.failures.any()
    }

    /// How the run ends, as it stands.
    pub fn exit(&self) -> Exit {
        match interrupt::requested() {
            Some(exit) => exit,
            None if self.is_blocked => Exit::Blocked,
            None if self.has_failures() => Exit::Partial,
            None => Exit::Success,
        }
    }

    /// The closing line.
    pub fn summary(&self, took: Duration) -> String {
        let counts = self.counts;
        let mut parts = vec![plural(self.people, "user")];
        let mut count = |number: usize, text: &str| {
            if number > 0 {
                parts.push(format!("{number} {text}"));
            }
        };
        if self.is_dry {
            let planned = self.steps.iter().filter(|step| step.result == Outcome::Planned.word()).count();
            count(planned, if planned == 1 { "step planned" } else { "steps planned" });
        }
        count(counts.added, "added to Radarr");
        count(counts.tagged, "tagged in Radarr");
        count(counts.put, "to a collection");
        count(counts.taken, "out of a collection");
        count(counts.later, "left for later");
        count(counts.skipped, "skipped");
        let failures = &self.failures;
        // What the exit code does not tell has not failed.
        let (failed, unread) = if failures.is_list_told {
            (failures.users.union(&failures.lists).count(), 0)
        } else {
            (failures.users.len(), failures.lists.difference(&failures.users).count())
        };
        count(unread, if unread == 1 { "list not read" } else { "lists not read" });
        for (number, noun) in [
            (failures.films, "film"),
            (failed, "user"),
            (failures.collections.len(), "collection"),
            (failures.servers.len(), "server"),
        ] {
            if number > 0 {
                parts.push(format!("{} failed", plural(number, noun)));
            }
        }
        if self.is_blocked {
            parts.push("refused by Letterboxd".to_owned());
        }
        if interrupt::requested().is_some() {
            parts.push("stopped".to_owned());
        }
        if parts.len() == 1 {
            parts.push("nothing to do".to_owned());
        }
        let command =
            if self.is_dry { format!("{} --dry-run", self.command) } else { self.command.to_owned() };
        format!("{command}: {}, in {} s", parts.join(", "), took.as_secs_f64().round())
    }

    /// The whole report as JSON, in one line.
    pub fn json(&self, took: Duration) -> String {
        let json = Json {
            version: 1,
            command: self.command,
            dry_run: self.is_dry,
            users: &self.users,
            steps: &self.steps,
            problems: &self.problems,
            summary: self.summary(took),
            exit_code: self.exit().code(),
        };
        serde_json::to_string(&json).expect("strings and numbers are JSON")
    }
}

/// `2026-11-23T06:18:00Z`
pub fn show_time(time: Timestamp) -> String {
    jiff::Timestamp::from_second(time).map_or_else(|_| "?".to_owned(), |time| time.to_string())
}

/// `1 user`, `2 users`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A step as a line: who, what, which film, then ids.
pub fn describe(step: &Step, ended: Outcome, root_folder: Option<&str>) -> String {
    let is_done = ended == Outcome::Done;
    let say = |done: &'static str, would: &'static str| if is_done { done } else { would };
    match step {
        Step::AddToRadarr(add) => {
            let requested = &add.requested;
            let verb = match ended {
                Outcome::Later => "would add to Radarr in a later run",
                _ => say("added to Radarr", "would add to Radarr"),
            };
            let mut line =
                format!("{}: {verb}: {} tmdb={}", requested.people(), requested.film, requested.tmdb);
            let folder = root_folder.unwrap_or(match &add.root_folder {
                RootFolder::Fixed(folder) => folder,
                RootFolder::ByGenre { other, .. } => other,
            });
            let _ = write!(line, " root_folder={folder}");
            if !add.tags.is_empty() {
                let _ = write!(line, " tags={}", add.tags.join(","));
            }
            line
        }
        Step::TagInRadarr(tag) => format!(
            "{}: {}: {} tmdb={} tags={}",
            tag.requested.people(),
            say("tagged in Radarr", "would tag in Radarr"),
            tag.requested.film,
            tag.requested.tmdb,
            tag.labels.join(",")
        ),
        Step::AlreadyPresent(requested) => {
            format!("{}: in Radarr already: {} tmdb={}", requested.people(), requested.film, requested.tmdb)
        }
        Step::GoneFromRadarr(requested) => {
            format!("{}: no longer in Radarr: {} tmdb={}", requested.people(), requested.film, requested.tmdb)
        }
        Step::Skip(Skip { requested, why }) => {
            format!(
                "{}: not sent to Radarr, since {why}: {} tmdb={}",
                requested.people(),
                requested.film,
                requested.tmdb
            )
        }
        Step::CreateCollection(create) => {
            format!("collection `{}`: {}", create.collection, say("made", "would be made"))
        }
        Step::AddToCollection(put) => format!(
            "{}: {} collection `{}`: {} tmdb={}",
            put.person,
            say("added to", "would add to"),
            put.collection,
            put.film,
            put.tmdb
        ),
        Step::RemoveFromCollection(take) => format!(
            "collection `{}`: {}: {}{} tmdb={} ({})",
            take.collection,
            say("took out", "would take out"),
            take.name,
            take.year.map(|year| format!(" ({year})")).unwrap_or_default(),
            take.tmdb,
            take.why
        ),
    }
}

fn step_report(step: &Step, ended: Outcome, root_folder: Option<&str>) -> StepReport {
    let mut report = StepReport {
        action: "",
        result: ended.word(),
        film: None,
        slug: None,
        tmdb_id: None,
        users: Vec::new(),
        collection: None,
        root_folder: None,
        tags: Vec::new(),
        why: None,
    };
    let requested = match step {
        Step::AddToRadarr(add) => {
            report.action = "add_to_radarr";
            report.tags.clone_from(&add.tags);
            report.root_folder = root_folder.map(str::to_owned).or(match &add.root_folder {
                RootFolder::Fixed(folder) => Some(folder.clone()),
                RootFolder::ByGenre { .. } => None,
            });
            Some(&add.requested)
        }
        Step::TagInRadarr(tag) => {
            report.action = "tag_in_radarr";
            report.tags.clone_from(&tag.labels);
            Some(&tag.requested)
        }
        Step::AlreadyPresent(requested) => {
            report.action = "in_radarr_already";
            Some(requested)
        }
        Step::GoneFromRadarr(requested) => {
            report.action = "gone_from_radarr";
            Some(requested)
        }
        Step::Skip(leave) => {
            report.action = match leave.why {
                SkipReason::Excluded | SkipReason::WasExcluded => "excluded_in_radarr",
                SkipReason::InLibrary => "in_jellyfin_already",
            };
            Some(&leave.requested)
        }
        Step::CreateCollection(create) => {
            report.action = "create_collection";
            report.collection = Some(create.collection.clone());
            None
        }
        Step::AddToCollection(put) => {
            report.action = "add_to_collection";
            report.film = Some(put.film.to_string());
            report.slug = Some(put.film.slug.to_string());
            report.tmdb_id = Some(put.tmdb.0);
            report.users = vec![put.person.clone()];
            report.collection = Some(put.collection.clone());
            None
        }
        Step::RemoveFromCollection(take) => {
            report.action = "remove_from_collection";
            report.film = Some(take.name.clone());
            report.tmdb_id = Some(take.tmdb.0);
            report.collection = Some(take.collection.clone());
            report.why = Some(take.why.to_string());
            None
        }
    };
    if let Some(requested) = requested {
        report.film = Some(requested.film.to_string());
        report.slug = Some(requested.film.slug.to_string());
        report.tmdb_id = Some(requested.tmdb.0);
        report.users = requested.requests.iter().map(|(person, _)| person.clone()).collect();
    }
    report
}
