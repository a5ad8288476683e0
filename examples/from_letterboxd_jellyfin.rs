//! Turns the `config.yaml` of the Python script letterboxd-jellyfin into a `config.toml`, and says what is different.
//!
//! `cargo run --release --example from_letterboxd_jellyfin -- config.yaml --state sync_state.json`. Every key that the
//! script knows (`config.example.yaml` and `src/config.py`, as of August 2026) is either carried over or named with what to do
//! instead. With the script's state, in JSON or as its SQLite database, it says what the first run will do. Keys go into
//! the new file, which only its owner can read, and never to the screen.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the notes are what this program is for")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;
use lbjf::config::Config;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Turns the config of the Python script letterboxd-jellyfin into lbjf's.
#[derive(Parser)]
struct Args {
    /// The script's config
    config: PathBuf,
    /// The script's `sync_state.json` or `sync_state.db`, to be told what the first run will do
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Where the new config goes; no file may be there
    #[arg(long, value_name = "FILE", default_value = "config.toml")]
    output: PathBuf,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(exit) => exit,
        Err(error) => {
            eprintln!("from_letterboxd_jellyfin: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let read =
        |path: &Path| fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()));
    let converted = convert(&read(&args.config)?).with_context(|| format!("`{}`", args.config.display()))?;
    let forecast = args.state.as_deref().map(|path| {
        let state = State::read(path).with_context(|| format!("`{}`", path.display()))?;
        anyhow::Ok(forecast(&state, &converted.people))
    });
    let forecast = forecast.transpose()?;

    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&args.output);
    written
        .and_then(|mut file| file.write_all(converted.toml.as_bytes()))
        .with_context(|| format!("cannot make `{}`", args.output.display()))?;
    println!("Wrote `{}`, which only you can read: it holds the keys.", args.output.display());
    for note in converted.notes.iter().chain(forecast.iter().flatten()) {
        println!("* {note}");
    }
    let env = |name: &str| std::env::var(name).ok();
    match Config::parse(&converted.toml, &args.output, &env) {
        Ok(_) => {
            println!("Next: `lbjf --config {} sync --dry-run`", args.output.display());
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            println!("It still needs your hand: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The script's config. Every value is taken as the text that stands there: an id of digits alone is no number.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Script {
    #[serde(deserialize_with = "or_default")]
    system: Section,
    jellyfin: Option<Section>,
    radarr: Option<Radarr>,
    #[serde(deserialize_with = "or_default")]
    letterboxd: Letterboxd,
    #[serde(deserialize_with = "or_default")]
    users: Vec<Section>,
}

/// A heading with nothing below it is as good as none.
fn or_default<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(value: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(value)?.unwrap_or_default())
}

/// Keys and values.
type Section = BTreeMap<String, Option<String>>;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Radarr {
    url: Option<String>,
    api_key: Option<String>,
    root_folder_path: Option<String>,
    quality_profile_id: Option<String>,
    timeout: Option<String>,
    #[serde(deserialize_with = "or_default")]
    animated_movies: Section,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Letterboxd {
    max_concurrent_requests: Option<String>,
    proxy_file: Option<String>,
    proxy_type: Option<String>,
    #[serde(deserialize_with = "or_default")]
    proxies: Vec<String>,
    validate_proxies_on_startup: Option<String>,
    allow_direct_fallback: Option<String>,
}

/// What became of a config.
#[derive(Debug)]
pub struct Converted {
    /// The text of the new config.
    pub toml: String,
    /// What a person should know, a sentence or two each.
    pub notes: Vec<String>,
    /// The Letterboxd names in it, in lower case.
    pub people: Vec<String>,
}

/// Every key that the script reads.
const KNOWN: &[(&str, &[&str])] = &[
    ("system", &["sync_interval", "log_level"]),
    ("observability", &["host", "port"]),
    ("jellyfin", &["url", "api_key"]),
    (
        "radarr",
        &[
            "url",
            "api_key",
            "root_folder_path",
            "quality_profile_id",
            "timeout",
            "animated_movies.enabled",
            "animated_movies.root_folder_path",
        ],
    ),
    (
        "sonarr",
        &[
            "url",
            "api_key",
            "root_folder_path",
            "quality_profile_id",
            "timeout",
            "animated_tv.enabled",
            "animated_tv.root_folder_path",
        ],
    ),
    (
        "letterboxd",
        &[
            "max_concurrent_requests",
            "proxy_file",
            "proxy_type",
            "proxies",
            "validate_proxies_on_startup",
            "allow_direct_fallback",
        ],
    ),
    (
        "users",
        &[
            "letterboxd_username",
            "jellyfin_username",
            "jellyfin_collection_id",
            "root_folder_path",
            "quality_profile_id",
        ],
    ),
];

/// Converts the text of a `config.yaml`.
///
/// # Errors
///
/// When it is no YAML, or not of the shape that the script reads. The message quotes nothing of it, since that may be a
/// key.
pub fn convert(yaml: &str) -> anyhow::Result<Converted> {
    let all: Value = serde_saphyr::from_str(yaml).map_err(|error| unreadable(&error))?;
    let script: Script = serde_saphyr::from_str(yaml).map_err(|error| unreadable(&error))?;
    let mut new = Writer::default();

    new.table("system");
    let level = get(&script.system, "log_level").map(|level| match level.to_lowercase().as_str() {
        "warning" => "warn".to_owned(),
        "critical" | "fatal" => "error".to_owned(),
        level => level.to_owned(),
    });
    new.text("log_level", level.as_deref());
    let minutes = get(&script.system, "sync_interval").unwrap_or("10");
    let (cron, calendar) = match minutes.parse::<u32>().unwrap_or(10).max(1) {
        minutes @ ..60 => (format!("*/{minutes} * * * *"), format!("*:0/{minutes}")),
        minutes => (format!("7 */{} * * *", minutes / 60), format!("0/{}:07", minutes / 60)),
    };
    new.note(format!(
        "system.sync_interval ({minutes} min): lbjf does one pass and exits. Let cron run it (`{cron} lbjf sync \
         --quiet`), or a systemd timer (`OnCalendar={calendar}`), or the container; docs/install.md shows each"
    ));
    if !all["observability"].is_null() {
        new.note(
            "observability: there is no port to ask. `lbjf status` says where everything stands, `status --json` to \
             programs, and `status --healthy MINUTES` is the health check",
        );
    }
    letterboxd(&script.letterboxd, &mut new);
    if let Some(section) = &script.radarr {
        radarr(section, &mut new);
    }
    if !all["sonarr"].is_null() {
        new.note(
            "sonarr: lbjf takes films only, and names each series on a watchlist once. To have series in Sonarr, \
             leave the script running with its `radarr` section taken out and `jellyfin_collection_id` emptied",
        );
    }
    if let Some(section) = &script.jellyfin {
        new.table("jellyfin");
        new.text("url", get(section, "url"));
        new.text("api_key", get(section, "api_key"));
    }
    let people = script.users.iter().map(|user| person(user, &mut new)).collect();
    for key in unknown_keys(&all) {
        new.note(format!("{key}: the script does not know this key either; it is left out"));
    }
    Ok(Converted { toml: new.toml, notes: new.notes, people })
}

fn letterboxd(section: &Letterboxd, new: &mut Writer) {
    new.table("letterboxd");
    let workers = section.max_concurrent_requests.as_deref();
    new.number("max_concurrent_requests", workers, 1, 64);
    if workers.is_some() {
        new.note(
            "letterboxd.max_concurrent_requests: carried over, but what sets the pace is `requests_per_second`, one a \
             second for each exit address unless you say otherwise",
        );
    }
    new.text("proxy_file", section.proxy_file.as_deref());
    if filled(section.proxy_file.as_deref()).is_some() {
        new.note(
            "letterboxd.proxy_file: relative paths start from the folder of config.toml: put the file there",
        );
    }
    new.text("proxy_type", section.proxy_type.as_deref());
    if !section.proxies.is_empty() {
        let proxies: Vec<_> = section.proxies.iter().map(|proxy| quoted(proxy)).collect();
        new.line("proxies", &format!("[{}]", proxies.join(", ")));
    }
    new.flag("validate_proxies_on_startup", section.validate_proxies_on_startup.as_deref());
    new.flag("allow_direct_fallback", section.allow_direct_fallback.as_deref());
    if filled(section.proxy_file.as_deref()).is_some() || !section.proxies.is_empty() {
        new.note(
            "letterboxd.allow_direct_fallback: when no proxy works, the script always went without; lbjf does only with \
             `true`",
        );
    }
}

fn radarr(section: &Radarr, new: &mut Writer) {
    new.table("radarr");
    new.text("url", section.url.as_deref());
    new.text("api_key", section.api_key.as_deref());
    new.text("root_folder_path", section.root_folder_path.as_deref());
    new.number("quality_profile_id", section.quality_profile_id.as_deref(), 0, u32::MAX);
    new.number("timeout_seconds", section.timeout.as_deref(), 1, 3600);
    if !section.animated_movies.is_empty() {
        new.table("radarr.animated_movies");
        new.flag("enabled", get(&section.animated_movies, "enabled"));
        new.text("root_folder_path", get(&section.animated_movies, "root_folder_path"));
    }
}

fn person(user: &Section, new: &mut Writer) -> String {
    let name = get(user, "letterboxd_username").unwrap_or_default().to_lowercase();
    new.toml.push_str("\n[[users]]\n");
    new.text("letterboxd_username", Some(&name));
    new.text("jellyfin_username", get(user, "jellyfin_username"));
    new.text("jellyfin_collection_id", get(user, "jellyfin_collection_id"));
    new.text("root_folder_path", get(user, "root_folder_path"));
    new.number("quality_profile_id", get(user, "quality_profile_id"), 0, u32::MAX);
    if get(user, "jellyfin_collection_id").is_none() {
        new.note(format!(
            "{name}: no jellyfin_collection_id, so only Radarr is fed, as before. `jellyfin_collection = \"A name\"` would \
             make a collection"
        ));
    }
    name
}

/// Only where it is: the message of the parser would quote the line.
fn unreadable(error: &serde_saphyr::Error) -> anyhow::Error {
    let at = error
        .location()
        .map_or_else(String::new, |at| format!(" (line {}, column {})", at.line(), at.column()));
    anyhow::anyhow!("this is no config that the script would read{at}")
}

/// The keys that the script does not read, as they are written.
fn unknown_keys(all: &Value) -> Vec<String> {
    let mut unknown = Vec::new();
    for (section, value) in all.as_object().into_iter().flatten() {
        let Some((_, known)) = KNOWN.iter().find(|(name, _)| name == section) else {
            unknown.push(section.clone());
            continue;
        };
        let tables = value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
        for (key, value) in tables.into_iter().filter_map(Value::as_object).flatten() {
            let inner: Vec<_> =
                value.as_object().into_iter().flatten().map(|(inner, _)| format!("{key}.{inner}")).collect();
            let names = if inner.is_empty() { vec![key.clone()] } else { inner };
            let is_known = |name: &str| {
                known.iter().any(|known| {
                    *known == name || known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
                })
            };
            unknown
                .extend(names.iter().filter(|name| !is_known(name)).map(|name| format!("{section}.{name}")));
        }
    }
    unknown.dedup();
    unknown
}

/// What stands there, unless that is nothing.
fn filled(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

fn get<'a>(section: &'a Section, key: &str) -> Option<&'a str> {
    filled(section.get(key)?.as_deref())
}

/// A string as TOML writes it: as JSON does, which lets one control character more stand as it is.
fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// The new config as it grows, and the notes.
#[derive(Default)]
struct Writer {
    toml: String,
    notes: Vec<String>,
    table: String,
}

impl Writer {
    fn table(&mut self, name: &str) {
        name.clone_into(&mut self.table);
        let gap = if self.toml.is_empty() { "" } else { "\n" };
        let _ = writeln!(self.toml, "{gap}[{name}]");
    }

    fn line(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.toml, "{key} = {value}");
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = filled(value) {
            self.line(key, &quoted(value));
        }
    }

    fn number(&mut self, key: &str, value: Option<&str>, least: u32, most: u32) {
        let Some(text) = filled(value) else { return };
        match text.parse::<u32>() {
            Ok(number) => {
                let within = number.clamp(least, most);
                self.line(key, &within.to_string());
                if within != number {
                    self.note(format!(
                        "{}.{key}: {number} is out of range here; it is {within} now",
                        self.table
                    ));
                }
            }
            Err(_) => self.note(format!("{}.{key}: is no number; it is left out", self.table)),
        }
    }

    /// YAML 1.1, which the script reads, has more words for yes and no.
    fn flag(&mut self, key: &str, value: Option<&str>) {
        let Some(text) = filled(value) else { return };
        match text.to_lowercase().as_str() {
            "true" | "yes" | "on" => self.line(key, "true"),
            "false" | "no" | "off" => self.line(key, "false"),
            _ => self.note(format!("{}.{key}: is neither true nor false; it is left out", self.table)),
        }
    }
}

/// What the script remembers of somebody.
#[derive(Debug, Default)]
pub struct Remembered {
    /// How many films it has in which state: `completed/radarr_no_file`, `retry_radarr`, `series`.
    pub counts: BTreeMap<String, u64>,
    /// The oldest format tells only which film it read last.
    pub is_legacy: bool,
}

/// The script's state: what it remembers of whom.
#[derive(Debug, Default)]
pub struct State(pub BTreeMap<String, Remembered>);

impl State {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = fs::read(path).context("cannot be read")?;
        if bytes.starts_with(b"SQLite format 3\0") {
            return Self::from_database(path).context("is no database of the script");
        }
        Self::from_json(&String::from_utf8_lossy(&bytes))
    }

    /// `sync_state.json`: version 2, or the oldest, which is `{"name": "TMDB id"}`.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn from_json(text: &str) -> anyhow::Result<Self> {
        let Ok(Value::Object(root)) = serde_json::from_str(text) else { bail!("is no state of the script") };
        let mut state = Self::default();
        let Some(users) = root.get("users").and_then(Value::as_object) else {
            for (name, value) in &root {
                if !value.is_string() {
                    bail!("is no state of the script");
                }
                state.of(name).is_legacy = true;
            }
            return Ok(state);
        };
        for (name, user) in users {
            let remembered = state.of(name);
            for film in user["movies"].as_object().into_iter().flat_map(serde_json::Map::values) {
                remembered.count(
                    film["status"].as_str().unwrap_or_default(),
                    film["completion_reason"].as_str(),
                    1,
                );
            }
        }
        Ok(state)
    }

    /// `sync_state.db`, of any of its three schemas.
    fn from_database(path: &Path) -> Result<Self, rusqlite::Error> {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut state = Self::default();
        let sql = "SELECT username, status, completion_reason, count(*) FROM movies GROUP BY 1, 2, 3";
        let mut statement = db.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (name, status, reason): (String, String, Option<String>) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            state.of(&name).count(&status, reason.as_deref(), row.get::<_, i64>(3)?.unsigned_abs());
        }
        Ok(state)
    }

    fn of(&mut self, name: &str) -> &mut Remembered {
        self.0.entry(name.to_lowercase()).or_default()
    }
}

impl Remembered {
    fn count(&mut self, status: &str, reason: Option<&str>, films: u64) {
        let key = reason.map_or_else(|| status.to_owned(), |reason| format!("{status}/{reason}"));
        *self.counts.entry(key).or_default() += films;
    }

    fn sum(&self, is_meant: impl Fn(&str) -> bool) -> u64 {
        self.counts.iter().filter(|(key, _)| is_meant(key)).map(|(_, count)| count).sum()
    }
}

/// What the first run will do, as far as the script's state tells.
pub fn forecast(state: &State, people: &[String]) -> Vec<String> {
    let mut notes = vec![
        "The script's state is not taken over: Radarr and Jellyfin say themselves what they have. The first run reads \
         all pages of each watchlist and the page of each film once, a second each; later runs read one page a person"
            .to_owned(),
    ];
    for (name, remembered) in &state.0 {
        if !people.contains(name) {
            notes.push(format!(
                "{name}: in the script's state, but not in its config; nothing is done for them"
            ));
        } else if remembered.is_legacy {
            notes.push(format!(
                "{name}: the state tells only the last film that was read; the first run reads all"
            ));
        } else {
            notes.push(person_forecast(name, remembered));
        }
    }
    for name in people.iter().filter(|name| !state.0.contains_key(*name)) {
        notes.push(format!("{name}: not in the script's state; Radarr gets the whole watchlist"));
    }
    notes
}

fn person_forecast(name: &str, remembered: &Remembered) -> String {
    let films = remembered.sum(|_| true);
    let mut text = format!("{name}: the script knows {films} films");
    for (count, meaning) in [
        (
            remembered.sum(|key| key.starts_with("completed")),
            "are done: Radarr has them, so nothing is sent; one that you took out of Radarr since is sent again, unless it is on \
             Radarr's exclusion list or off the watchlist by then",
        ),
        (
            remembered.sum(|key| key == "completed/radarr_no_file"),
            "of these had no file, and the script would not have come back for them: those that Jellyfin has now go into the \
             collection",
        ),
        (
            remembered.sum(|key| key == "completed/jellyfin_not_found"),
            "of these it did not find in Jellyfin by title; lbjf looks by TMDB id",
        ),
        (remembered.sum(|key| key.ends_with("_radarr")), "wait for Radarr: they are sent"),
        (remembered.sum(|key| key.ends_with("_jellyfin")), "wait for Jellyfin: they go into the collection"),
        (
            remembered.sum(|key| key == "retry_letterboxd"),
            "it could not read at Letterboxd: they are read again",
        ),
    ] {
        if count > 0 {
            let _ = write!(text, "; {count} {meaning}");
        }
    }
    text
}
