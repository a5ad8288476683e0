//! `[radarr]`, also several, and `[jellyfin]`: where the servers are, and how films are added.

use std::time::Duration;

use super::address::server_url;
use super::external::{Place, api_key, ca_file};
use super::table::{Given, Report, Table};
use super::{Jellyfin, Radarr, strings};
use crate::domain::adding::{AddSettings, MinimumAvailability, QualityProfile};
use crate::domain::radarr::{RadarrName, key_variable, name_key};

/// A checked `[radarr]`, or one of several, and the keys that other tables have to agree with.
pub(super) struct RadarrParts {
    /// Its table: `radarr`, or `radarr[0]`.
    pub(super) path: String,
    pub(super) line: usize,
    /// What it goes by; `None` where there are several and it has no name.
    pub(super) name: Option<Given<String>>,
    pub(super) radarr: Option<Radarr>,
    pub(super) skip_if_in_library: Option<Given<bool>>,
}

/// `is_only`: is it the only one? Then it needs no name.
pub(super) fn radarr(mut table: Table<'_, '_>, place: Place<'_>, is_only: bool) -> RadarrParts {
    let (path, line) = (table.path.clone(), table.line);
    let had_name = table.has("name");
    let name = radarr_name(&mut table);
    let url = server_url(&mut table);
    let variable = key_variable(name.as_ref().map(|name| name.value.as_str()));
    let api_key = api_key(&mut table, place, &variable);
    let unnamed = key_variable(None);
    if let Some(name) = name.as_ref().filter(|_| place.is_set(&unnamed)) {
        let text = format!("`{unnamed}` in the environment is for a Radarr without a name; use `{variable}`");
        table.problem(name, text);
    }
    if !had_name && !is_only {
        table.missing("name", "is missing; where there are several, each needs one");
    }
    let unnamed = || Given { line, key: path.clone(), value: RadarrName::UNNAMED.to_owned() };
    let name = name.or_else(|| (is_only && !had_name).then(unnamed));
    let root_folder = table.required("root_folder_path");
    let names_profile = table.has("quality_profile") || table.has("quality_profile_id");
    let quality_profile = quality_profile(&mut table);
    if !names_profile {
        table.missing("quality_profile", "is missing; set the name of a quality profile in Radarr");
    }
    let minimum_availability = minimum_availability(&mut table);
    let is_monitored = table.value("monitored", true);
    let search_on_add = table.value("search_on_add", true);
    let tags = labels(&mut table, "tags");
    let user_tags = table.value("user_tags", false);
    let max_adds = table.number("max_adds_per_run", 0, 0, 1_000_000);
    let skip_if_in_library = table.take::<bool>("skip_if_in_library");
    let timeout = timeout(&mut table, 180);
    let ca_file = ca_file(&mut table, place);
    let animated_root_folder = table.table("animated_movies").and_then(animated);
    table.finish();
    let skips = skip_if_in_library.as_ref().is_some_and(|given| given.value);
    let radarr = || {
        Some(Radarr {
            name: RadarrName::new(&name.as_ref()?.value, is_only),
            url: url?,
            api_key: api_key?,
            adding: AddSettings {
                root_folder: root_folder?.value,
                quality_profile: quality_profile?,
                minimum_availability,
                is_monitored,
                search_on_add,
                tags,
                user_tags,
                max_adds_per_run: (max_adds > 0).then_some(max_adds as usize),
                skip_if_in_library: skips,
                animated_root_folder,
            },
            timeout,
            ca_file,
        })
    };
    let radarr = radarr();
    RadarrParts { path, line, name, radarr, skip_if_in_library }
}

/// What it is called in the config, for a variable of the environment, too.
fn radarr_name(table: &mut Table<'_, '_>) -> Option<Given<String>> {
    let given = table.take::<String>("name").filter(|given| !strings::is_example(&given.value))?;
    let name = Given { value: given.value.trim().to_owned(), ..given };
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if (1..=50).contains(&name.value.len()) && name.value.chars().all(is_name) {
        return Some(name);
    }
    table.problem(&name, "must be 1 to 50 letters, digits, `-` or `_`");
    None
}

/// Each Radarr has a name and an address of its own. Two names for one would send each film twice.
pub(super) fn check_radarrs(radarrs: &[RadarrParts], report: &Report<'_>) {
    for (index, parts) in radarrs.iter().enumerate() {
        let before = &radarrs[..index];
        let Some(name) = &parts.name else { continue };
        if before
            .iter()
            .filter_map(|other| other.name.as_ref())
            .any(|other| name_key(&other.value) == name_key(&name.value))
        {
            report.add(name.line, &name.key, format!("duplicate Radarr `{}`", name.value));
        }
        let Some(radarr) = &parts.radarr else { continue };
        let same =
            before.iter().filter_map(|other| other.radarr.as_ref()).find(|other| other.url == radarr.url);
        if let Some(other) = same {
            let text =
                format!("is also the address of `{}`; each Radarr needs one block only", other.name.name());
            report.add(parts.line, format!("{}.url", parts.path), text);
        }
    }
}

fn animated(mut table: Table<'_, '_>) -> Option<String> {
    let enabled = table.value("enabled", false);
    let folder = if enabled { table.required("root_folder_path") } else { table.take("root_folder_path") };
    table.finish();
    folder.filter(|_| enabled).map(|given| given.value)
}

pub(super) fn jellyfin(mut table: Table<'_, '_>, place: Place<'_>) -> Option<Jellyfin> {
    let url = server_url(&mut table);
    let api_key = api_key(&mut table, place, "LBJF_JELLYFIN_API_KEY");
    let timeout = timeout(&mut table, 120);
    let ca_file = ca_file(&mut table, place);
    table.finish();
    Some(Jellyfin { url: url?, api_key: api_key?, timeout, ca_file })
}

fn timeout(table: &mut Table<'_, '_>, default: u32) -> Duration {
    Duration::from_secs(table.number("timeout_seconds", default, 1, 3600).into())
}

pub(super) fn quality_profile(table: &mut Table<'_, '_>) -> Option<QualityProfile> {
    let name = table.take::<String>("quality_profile");
    let id = table.take::<u32>("quality_profile_id");
    match (name, id) {
        (Some(_), Some(id)) => {
            table.problem(&id, "cannot be combined with `quality_profile`; set one of them");
            None
        }
        (Some(name), None) if name.value.trim().is_empty() => {
            table.problem(&name, "must not be empty");
            None
        }
        (Some(name), None) => Some(QualityProfile::Name(name.value.trim().to_owned())),
        (None, Some(id)) => Some(QualityProfile::Id(id.value)),
        (None, None) => None,
    }
}

fn minimum_availability(table: &mut Table<'_, '_>) -> MinimumAvailability {
    let default = MinimumAvailability::Released;
    let Some(given) = table.take::<String>("minimum_availability") else { return default };
    match given.value.to_lowercase().replace('_', "").as_str() {
        "announced" => MinimumAvailability::Announced,
        "incinemas" => MinimumAvailability::InCinemas,
        "released" => MinimumAvailability::Released,
        _ => {
            let text = "must be `announced`, `in_cinemas` or `released`";
            table.problem(&given, format!("{text}, found `{}`", given.value));
            default
        }
    }
}

/// Labels in lower case: Radarr stores them so, and refuses the same label in capitals (docs/radarr.md#tags).
pub(super) fn labels(table: &mut Table<'_, '_>, key: &'static str) -> Vec<String> {
    let Some(given) = table.take::<Vec<String>>(key) else { return Vec::new() };
    let labels: Vec<String> = given.value.iter().map(|label| label.trim().to_lowercase()).collect();
    let is_label = |label: &String| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    for wrong in labels.iter().filter(|label| !is_label(label)) {
        table.problem(&given, format!("`{wrong}` is not a valid Radarr tag; use letters, digits and `-`"));
    }
    labels
}

#[cfg(test)]
mod tests;
