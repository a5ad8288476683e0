//! The config of the Python script letterboxd-jellyfin becomes ours: every key that the script knows (its README and
//! `src/config.py`, as of August 2026) is carried over, or a note says what to do instead.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::script_state::{State, forecast};
use super::yaml::Yaml;
use crate::domain::text;

/// What became of a config.
#[derive(Debug)]
pub(super) struct Converted {
    /// The text of the new config. It holds the keys.
    pub(super) toml: String,
    /// What a person should know, a sentence or two each. No note shows a value that may be a secret.
    pub(super) notes: Vec<String>,
    /// The Letterboxd names in it, in lower case.
    pub(super) people: Vec<String>,
}

/// Every key that the script reads.
const KNOWN: &[&str] = &[
    "system.sync_interval",
    "system.log_level",
    "observability.host",
    "observability.port",
    "jellyfin.url",
    "jellyfin.api_key",
    "radarr.url",
    "radarr.api_key",
    "radarr.root_folder_path",
    "radarr.quality_profile_id",
    "radarr.timeout",
    "radarr.animated_movies.enabled",
    "radarr.animated_movies.root_folder_path",
    "sonarr.url",
    "sonarr.api_key",
    "sonarr.root_folder_path",
    "sonarr.quality_profile_id",
    "sonarr.timeout",
    "sonarr.animated_tv.enabled",
    "sonarr.animated_tv.root_folder_path",
    "letterboxd.max_concurrent_requests",
    "letterboxd.proxy_file",
    "letterboxd.proxy_type",
    "letterboxd.proxies[]",
    "letterboxd.validate_proxies_on_startup",
    "letterboxd.allow_direct_fallback",
    "users[].letterboxd_username",
    "users[].jellyfin_username",
    "users[].jellyfin_collection_id",
    "users[].root_folder_path",
    "users[].quality_profile_id",
];

/// Converts what is in the script's folder: its config, and what its state says about the first run.
///
/// # Errors
///
/// When there is no config, or when config or state are none of the script's.
pub(super) fn convert_folder(folder: &Path) -> anyhow::Result<Converted> {
    let path = folder.join("config.yaml");
    let shown = || format!("`{}`", text::path(&path));
    let yaml = fs::read_to_string(&path).with_context(|| format!("cannot read {}", shown()))?;
    let mut converted = convert(&yaml).with_context(shown)?;
    if let Some(state) = State::find(folder)? {
        converted.notes.extend(forecast(&state, &converted.people));
    }
    Ok(converted)
}

/// Converts the text of a `config.yaml`.
///
/// # Errors
///
/// When it is not YAML, or not of the shape that the script reads. The message quotes nothing of it, since that may be
/// a key.
pub(super) fn convert(yaml: &str) -> anyhow::Result<Converted> {
    let script =
        Yaml::parse(yaml).map_err(|place| anyhow::anyhow!("not a config of the script ({place})"))?;
    if !matches!(script, Yaml::Map(_)) {
        anyhow::bail!("not a config of the script (it has no keys)");
    }
    let unknown = unknown_keys(&script)?;
    let mut new = Writer::default();

    new.table("system");
    let level = script.text("system.log_level").map(|level| match level.to_lowercase().as_str() {
        "warning" => "warn".to_owned(),
        "critical" | "fatal" => "error".to_owned(),
        level => level.to_owned(),
    });
    new.text("log_level", level.as_deref());
    let minutes = script.text("system.sync_interval").unwrap_or("10");
    let (cron, calendar) = match minutes.parse::<u32>().unwrap_or(10).max(1) {
        minutes @ ..60 => (format!("*/{minutes} * * * *"), format!("*:0/{minutes}")),
        minutes => (format!("7 */{} * * *", minutes / 60), format!("0/{}:07", minutes / 60)),
    };
    new.note(format!(
        "system.sync_interval ({minutes} min): lbjf does one pass and exits. Let cron run it (`{cron} lbjf sync \
         --quiet`), or a systemd timer (`OnCalendar={calendar}`), or the container; docs/install.md shows each"
    ));
    if script.at("observability").is_some_and(|section| !section.paths().is_empty()) {
        new.note(
            "observability: lbjf opens no port. `lbjf status` shows where everything stands, `status --json` is for \
             programs, and `status --healthy MINUTES` is the health check",
        );
    }
    letterboxd(&script, &mut new);
    if script.at("radarr").is_some() {
        radarr(&script, &mut new);
    }
    if script.at("sonarr").is_some() {
        new.note(
            "sonarr: lbjf handles films only, and names each series on a watchlist once. To keep series in Sonarr, leave \
             the script running without its `radarr` section and with an empty `jellyfin_collection_id`",
        );
    }
    if script.at("jellyfin").is_some() {
        new.table("jellyfin");
        new.text("url", script.text("jellyfin.url"));
        new.text("api_key", script.text("jellyfin.api_key"));
    }
    let people = script.list("users").iter().map(|user| person(user, &mut new)).collect();
    for key in unknown {
        new.note(format!("{key}: left out; the script does not know this key either"));
    }
    Ok(Converted { toml: new.toml, notes: new.notes, people })
}

fn letterboxd(script: &Yaml, new: &mut Writer) {
    new.table("letterboxd");
    let workers = script.text("letterboxd.max_concurrent_requests");
    new.number("max_concurrent_requests", workers, 1, 64);
    if workers.is_some() {
        new.note(
            "letterboxd.max_concurrent_requests: carried over, but `requests_per_second` sets the pace: one request a \
             second for each exit address, unless you change it",
        );
    }
    let file = script.text("letterboxd.proxy_file");
    let proxies = script.list("letterboxd.proxies");
    new.text("proxy_file", file);
    new.text("proxy_type", script.text("letterboxd.proxy_type"));
    if file.is_some() {
        new.note(
            "letterboxd.proxy_file: a relative path starts from the folder of config.toml, so move the file there",
        );
        if !proxies.is_empty() {
            new.note("letterboxd.proxies: left out, since the script ignores it when `proxy_file` is set; lbjf uses both");
        }
    } else if !proxies.is_empty() {
        let proxies: Vec<_> = proxies
            .iter()
            .filter_map(|proxy| if let Yaml::Text(text) = proxy { Some(quoted(text)) } else { None })
            .collect();
        new.line("proxies", &format!("[{}]", proxies.join(", ")));
    }
    new.flag("validate_proxies_on_startup", script.text("letterboxd.validate_proxies_on_startup"));
    new.flag("allow_direct_fallback", script.text("letterboxd.allow_direct_fallback"));
    if file.is_some() || !proxies.is_empty() {
        new.note(
            "letterboxd.allow_direct_fallback: when no proxy was left, the script always went without; lbjf does so only \
             with `true`",
        );
    }
}

fn radarr(script: &Yaml, new: &mut Writer) {
    new.table("radarr");
    new.text("url", script.text("radarr.url"));
    new.text("api_key", script.text("radarr.api_key"));
    new.text("root_folder_path", script.text("radarr.root_folder_path"));
    new.number("quality_profile_id", script.text("radarr.quality_profile_id"), 0, u32::MAX);
    new.number("timeout_seconds", script.text("radarr.timeout"), 1, 3600);
    if script.at("radarr.animated_movies").is_some_and(|section| !section.paths().is_empty()) {
        new.table("radarr.animated_movies");
        new.flag("enabled", script.text("radarr.animated_movies.enabled"));
        new.text("root_folder_path", script.text("radarr.animated_movies.root_folder_path"));
    }
}

fn person(user: &Yaml, new: &mut Writer) -> String {
    let name = user.text("letterboxd_username").unwrap_or_default().to_lowercase();
    new.toml.push_str("\n[[users]]\n");
    new.text("letterboxd_username", Some(&name));
    new.text("jellyfin_username", user.text("jellyfin_username"));
    new.text("jellyfin_collection_id", user.text("jellyfin_collection_id"));
    new.text("root_folder_path", user.text("root_folder_path"));
    new.number("quality_profile_id", user.text("quality_profile_id"), 0, u32::MAX);
    if user.text("jellyfin_collection_id").is_none() {
        new.note(format!(
            "{name}: has no jellyfin_collection_id, so films only go to Radarr, as before; with `jellyfin_collection = \"A \
             name\"`, lbjf creates a collection"
        ));
    }
    name
}

/// The keys that the script does not read, as they are written.
///
/// # Errors
///
/// When one that it does read has another shape: a list, say, where a word belongs.
fn unknown_keys(script: &Yaml) -> anyhow::Result<Vec<String>> {
    let mut unknown = Vec::new();
    for path in script.paths() {
        let bare = path.trim_end_matches("[]");
        let is_below = |one: &str, other: &str| {
            one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        if KNOWN.contains(&&*path) || unknown.contains(&path) {
            continue;
        }
        if let Some(known) = KNOWN.iter().find(|known| is_below(&path, known) || is_below(known, bare)) {
            anyhow::bail!("not a config of the script (`{known}` has another form there)");
        }
        unknown.push(path);
    }
    Ok(unknown)
}

/// A string as TOML writes it: as JSON does, which lets one more control character stand as it is.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
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
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.line(key, &quoted(value));
        }
    }

    fn number(&mut self, key: &str, value: Option<&str>, least: u32, most: u32) {
        let Some(text) = value else { return };
        match text.parse::<u32>() {
            Ok(number) => {
                let within = number.clamp(least, most);
                self.line(key, &within.to_string());
                if within != number {
                    self.note(format!(
                        "{}.{key}: {number} is out of range here; changed to {within}",
                        self.table
                    ));
                }
            }
            Err(_) => self.note(format!("{}.{key}: left out; it is not a number", self.table)),
        }
    }

    /// YAML 1.1, which the script reads, has more words for yes and no.
    fn flag(&mut self, key: &str, value: Option<&str>) {
        let Some(text) = value else { return };
        match text.to_lowercase().as_str() {
            "true" | "yes" | "on" => self.line(key, "true"),
            "false" | "no" | "off" => self.line(key, "false"),
            _ => self.note(format!("{}.{key}: left out; it is neither true nor false", self.table)),
        }
    }
}

#[cfg(test)]
mod tests;
