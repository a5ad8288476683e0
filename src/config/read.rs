//! What each table of the config may hold, and what is checked about it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::{DeTable, DeValue};
use url::Url;

use super::address::{base_url, server_url};
use super::draft::{Draft, Findings};
use super::elsewhere::{Place, api_key, ca_file};
use super::table::{FromToml, Given, Problem, Report, Table};
use super::{
    Collection, Config, Env, Jellyfin, Letterboxd, MinimumAvailability, QualityProfile, Radarr, System, User,
};
use super::{proxies, strings};
use crate::clients::http::USER_AGENT;
use crate::clients::jellyfin::{folder_key, folder_of};
use crate::domain::film::{Overrides, Slug, TmdbId, member_name};
use crate::domain::ids::JellyfinId;
use crate::domain::text::composed;

/// Reads and checks the whole file; without `needs_users` a file may do without any.
pub(super) fn draft(text: &str, path: &Path, env: Env<'_>, needs_users: bool) -> Draft {
    let report = Report::new(text);
    let (tree, errors) = DeTable::parse_recoverable(text);
    let (torn, torn_problems) = not_toml(text, &errors);
    let place = Place { folder: path.parent().unwrap_or(Path::new("")), env };
    let none = DeTable::new();
    let mut root = Table::new(String::new(), 0, tree.get_ref(), &report);
    let default = |key: &str| Table::new(key.to_owned(), 0, &none, &report);
    let mut or_default = |key| root.table(key).unwrap_or_else(|| default(key));

    let system = system(or_default("system"), place);
    let letterboxd_there = letterboxd(or_default("letterboxd"), place);
    let radarr = root.table("radarr").map(|table| radarr(table, place));
    let jellyfin = root.table("jellyfin").map(|table| jellyfin(table, place));
    let tables = root.tables("users");
    if tables.is_empty() && needs_users {
        report.add(0, "users", "is missing: name at least one person in a `[[users]]` table");
    }
    let users: Vec<_> = tables.into_iter().map(user).collect();
    let films = root.table("films").map(|table| films(table)).unwrap_or_default();
    root.finish();
    strings::check("", tree.get_ref(), &report);
    check_names(&users, &report);
    check_collections(&users, &report);
    check_skipping(radarr.as_ref(), jellyfin.is_some(), &users, &report);

    let is_right = |index: &usize| !report.has_in(&format!("users[{index}]"));
    let config = Config {
        path: Some(path.to_owned()),
        system: system.unwrap_or_else(|| System {
            log_level: log::LevelFilter::Info,
            log_file: None,
            database: PathBuf::from("lbjf.db"),
        }),
        letterboxd: letterboxd_there
            .or_else(|| letterboxd(default("letterboxd"), place))
            .expect("the defaults are right"),
        radarr: radarr.and_then(|parts| parts.radarr),
        jellyfin: jellyfin.flatten(),
        users: (0..)
            .zip(users)
            .filter(|(index, _)| is_right(index))
            .filter_map(|(_, parts)| parts.user)
            .collect(),
        films,
    };
    let problems = report.finish();
    let tables: Vec<&str> = tree.get_ref().keys().map(|key| &**key.get_ref()).collect();
    let findings = Findings { text, torn: &torn, problems: &problems, tables: &tables };
    // Where lines are missing, what is said of the others may be wrong.
    Draft::new(config, if torn.is_empty() { problems.clone() } else { torn_problems }, &findings)
}

/// Where the text is no TOML: the lines, and what is told of them.
fn not_toml(text: &str, errors: &[toml::de::Error]) -> (Vec<usize>, Vec<Problem>) {
    let report = Report::new(text);
    let lines = errors.iter().map(|error| error.span().map_or(0, |span| report.line(span.start)));
    let lines: Vec<usize> = lines.collect();
    for (error, line) in errors.iter().zip(&lines) {
        let written = text.lines().nth(line.wrapping_sub(1)).unwrap_or_default();
        match strings::backslash_problem(written) {
            // Each backslash is an error of its own.
            Some(_) if report.has_line(*line) => {}
            Some(problem) => report.add(*line, "", problem),
            // Only the message: the source line it would quote may hold a key.
            None => report.add(*line, "", error.message().lines().next().unwrap_or("this is not TOML")),
        }
    }
    (lines, report.finish())
}

fn system(mut table: Table<'_, '_>, place: Place<'_>) -> Option<System> {
    let log_level = match table.take::<String>("log_level") {
        None => log::LevelFilter::Info,
        Some(given) => given.value.parse().unwrap_or_else(|_| {
            let text = "must be `error`, `warn`, `info`, `debug` or `trace`";
            table.problem(&given, format!("{text}, found `{}`", given.value));
            log::LevelFilter::Info
        }),
    };
    let log_file = table.take::<String>("log_file").map(|given| place.path(&given.value));
    let database = match table.take::<String>("database") {
        Some(given) => Some(place.path(&given.value)),
        None => default_database(place.env),
    };
    if database.is_none() {
        table.missing("database", "must be set: neither $STATE_DIRECTORY nor a home folder is known");
    }
    table.finish();
    Some(System { log_level, log_file, database: database? })
}

/// systemd's `StateDirectory`, else the state folder of this person (XDG).
fn default_database(env: Env<'_>) -> Option<PathBuf> {
    // systemd joins several with a colon.
    let systemd = env("STATE_DIRECTORY").and_then(|list| list.split(':').next().map(PathBuf::from));
    let own = || {
        let state = env("XDG_STATE_HOME").map(PathBuf::from);
        Some(state.or_else(|| Some(PathBuf::from(env("HOME")?).join(".local/state")))?.join("lbjf"))
    };
    Some(systemd.or_else(own)?.join("lbjf.db"))
}

fn letterboxd(mut table: Table<'_, '_>, place: Place<'_>) -> Option<Letterboxd> {
    let max_concurrent_requests = table.number("max_concurrent_requests", 4, 1, 64);
    let requests_per_second = requests_per_second(&mut table);
    let timeout = table.number("timeout_seconds", 20, 1, 600);
    let full_scan_hours = table.number("full_scan_hours", 24, 0, 24 * 365);
    let cool_down = table.number("cool_down_minutes", 60, 1, 24 * 60);
    let user_agent = user_agent(&mut table);
    let base_url = match table.take::<String>("base_url") {
        Some(given) => base_url(&table, &given, &[]),
        None => Url::parse("https://letterboxd.com").ok(),
    };
    let proxies = proxies::read(&mut table, |text| place.path(text));
    let validate_proxies = table.value("validate_proxies_on_startup", false);
    let allow_direct_fallback = table.value("allow_direct_fallback", false);
    table.finish();
    Some(Letterboxd {
        max_concurrent_requests: max_concurrent_requests as usize,
        requests_per_second,
        timeout: Duration::from_secs(timeout.into()),
        user_agent,
        full_scan: (full_scan_hours > 0).then(|| Duration::from_hours(full_scan_hours.into())),
        cool_down: Duration::from_mins(cool_down.into()),
        proxies,
        validate_proxies,
        allow_direct_fallback,
        base_url: base_url?,
    })
}

fn requests_per_second(table: &mut Table<'_, '_>) -> f64 {
    const LEAST: f64 = 0.001;
    match table.take::<f64>("requests_per_second") {
        Some(given) if given.value > 0.0 && given.value < LEAST => {
            table.problem(&given, format!("must be 0 or at least {LEAST}, found `{}`", given.value));
            1.0
        }
        given => given.map_or(1.0, |given| given.value),
    }
}

fn user_agent(table: &mut Table<'_, '_>) -> String {
    let Some(given) = table.take::<String>("user_agent") else { return USER_AGENT.to_owned() };
    let is_header_value = given.value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if !is_header_value || given.value.trim().is_empty() {
        table.problem(&given, "must be one line of plain ASCII text, and not empty");
    }
    given.value
}

/// A checked `[radarr]` and the keys that other tables have to agree with.
struct RadarrParts {
    radarr: Option<Radarr>,
    skip_if_in_library: Option<Given<bool>>,
}

fn radarr(mut table: Table<'_, '_>, place: Place<'_>) -> RadarrParts {
    let url = server_url(&mut table);
    let api_key = api_key(&mut table, place, "LBJF_RADARR_API_KEY");
    let root_folder = table.required("root_folder_path");
    let names_profile = table.has("quality_profile") || table.has("quality_profile_id");
    let quality_profile = quality_profile(&mut table);
    if !names_profile {
        table.missing("quality_profile", "is missing: the name of a quality profile in Radarr");
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
            url: url?,
            api_key: api_key?,
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
            timeout,
            ca_file,
        })
    };
    RadarrParts { radarr: radarr(), skip_if_in_library }
}

fn animated(mut table: Table<'_, '_>) -> Option<String> {
    let enabled = table.value("enabled", false);
    let folder = if enabled { table.required("root_folder_path") } else { table.take("root_folder_path") };
    table.finish();
    folder.filter(|_| enabled).map(|given| given.value)
}

fn jellyfin(mut table: Table<'_, '_>, place: Place<'_>) -> Option<Jellyfin> {
    let url = server_url(&mut table);
    let api_key = api_key(&mut table, place, "LBJF_JELLYFIN_API_KEY");
    let timeout = timeout(&mut table, 120);
    let ca_file = ca_file(&mut table, place);
    table.finish();
    Some(Jellyfin { url: url?, api_key: api_key?, timeout, ca_file })
}

/// A checked user and the keys that other users have to agree with.
struct UserParts {
    user: Option<User>,
    name: Option<Given<String>>,
    collection_name: Option<Given<String>>,
    has_jellyfin_username: bool,
}

fn user(mut table: Table<'_, '_>) -> UserParts {
    let name = table.required("letterboxd_username").and_then(|given| {
        let value = member_name(&given.value);
        if value.is_none() && !strings::is_example(&given.value) {
            let text = "is not a valid Letterboxd user name: letters, digits and `_`";
            table.problem(&given, format!("{text}, found `{}`", given.value));
        }
        value.map(|value| Given { value, ..given })
    });
    let jellyfin_username = text(&mut table, "jellyfin_username");
    let CollectionPart { is_named, collection, name: collection_name } = collection(&mut table);
    if is_named && jellyfin_username.is_none() {
        table
            .missing("jellyfin_username", "is missing: a collection needs to know whose watched films count");
    }
    let remove_watched = table.value("remove_watched", true);
    let remove_unlisted = table.value("remove_unlisted", true);
    let root_folder = text(&mut table, "root_folder_path");
    let quality_profile = quality_profile(&mut table);
    let tags = labels(&mut table, "tags");
    table.finish();
    let has_jellyfin_username = jellyfin_username.is_some();
    let user = name.as_ref().map(|name| User {
        name: name.value.clone(),
        jellyfin_username,
        collection,
        remove_watched,
        remove_unlisted,
        root_folder,
        quality_profile,
        tags,
    });
    UserParts { user, name, collection_name, has_jellyfin_username }
}

fn check_names(users: &[UserParts], report: &Report<'_>) {
    let mut seen = HashSet::new();
    for name in users.iter().filter_map(|user| user.name.as_ref()) {
        if !seen.insert(&name.value) {
            report.add(name.line, name.key.clone(), format!("duplicate user `{}`", name.value));
        }
    }
}

/// People share a collection by writing its name alike. Names that look alike, or become one folder, would be one
/// collection in one Jellyfin and two in another.
fn check_collections(users: &[UserParts], report: &Report<'_>) {
    let mut seen: HashMap<String, &Given<String>> = HashMap::new();
    for name in users.iter().filter_map(|user| user.collection_name.as_ref()) {
        let first = *seen.entry(folder_key(&name.value)).or_insert(name);
        if first.value != name.value {
            let text = format!(
                "`{}` may be one folder in Jellyfin with `{}` (line {}): write both alike to share a collection, or choose another name",
                name.value, first.value, first.line
            );
            report.add(name.line, name.key.clone(), text);
        }
    }
}

fn check_skipping(
    radarr: Option<&RadarrParts>,
    has_jellyfin: bool,
    users: &[UserParts],
    report: &Report<'_>,
) {
    let Some(given) = radarr.and_then(|parts| parts.skip_if_in_library.as_ref()).filter(|given| given.value)
    else {
        return;
    };
    if !has_jellyfin || !users.iter().any(|user| user.has_jellyfin_username) {
        let text = "needs `[jellyfin]` and a user with `jellyfin_username`, whose library is looked at";
        report.add(given.line, given.key.clone(), text);
    }
}

/// Slugs, or addresses of film pages, and what a person says that each film is.
fn films(mut table: Table<'_, '_>) -> Overrides {
    let mut films = Overrides::new();
    for (key, value) in table.take_all::<FilmIs>() {
        let Some(slug) = Slug::parse(&key.value) else {
            table.problem(
                &key,
                "is no film of Letterboxd: take the name in its address, as in `/film/heat-1995/`",
            );
            continue;
        };
        let Some(value) = value else { continue };
        if films.insert(slug, value.value.0).is_some() {
            table.problem(&key, "is set twice");
        }
    }
    table.finish();
    films
}

/// A value of `[films]`.
struct FilmIs(Option<TmdbId>);

impl FromToml for FilmIs {
    const WHAT: &'static str = "a TMDB id, or `false` for never";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        match (bool::from_toml(value), u32::from_toml(value)) {
            (Some(false), _) => Some(Self(None)),
            (_, Some(id)) if id > 0 => Some(Self(Some(TmdbId(id)))),
            _ => None,
        }
    }
}

/// A string that counts as missing when it is empty.
fn text(table: &mut Table<'_, '_>, key: &'static str) -> Option<String> {
    table.take::<String>(key).map(|given| given.value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn timeout(table: &mut Table<'_, '_>, default: u32) -> Duration {
    Duration::from_secs(table.number("timeout_seconds", default, 1, 3600).into())
}

fn quality_profile(table: &mut Table<'_, '_>) -> Option<QualityProfile> {
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
fn labels(table: &mut Table<'_, '_>, key: &'static str) -> Vec<String> {
    let Some(given) = table.take::<Vec<String>>(key) else { return Vec::new() };
    let labels: Vec<String> = given.value.iter().map(|label| label.trim().to_lowercase()).collect();
    let is_label = |label: &String| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    for wrong in labels.iter().filter(|label| !is_label(label)) {
        table.problem(&given, format!("`{wrong}` is no label for Radarr: letters, digits and `-`"));
    }
    labels
}

/// A person's collection, as far as it is right.
struct CollectionPart {
    is_named: bool,
    collection: Option<Collection>,
    /// As it was written, when it can be one.
    name: Option<Given<String>>,
}

fn collection(table: &mut Table<'_, '_>) -> CollectionPart {
    let id = table.take::<String>("jellyfin_collection_id").filter(|given| !given.value.trim().is_empty());
    let name = table.take::<String>("jellyfin_collection").filter(|given| !given.value.trim().is_empty());
    let is_named = id.is_some() || name.is_some();
    let (collection, name) = match (id, name) {
        (Some(_), Some(name)) => {
            table.problem(&name, "cannot be combined with `jellyfin_collection_id`; set one of them");
            (None, None)
        }
        (Some(id), None) => (collection_by_id(table, &id), None),
        (None, Some(name)) => {
            let name = collection_name(table, name);
            (name.as_ref().map(|name| Collection::Name(composed(&name.value).into_owned())), name)
        }
        (None, None) => (None, None),
    };
    CollectionPart { is_named, collection, name }
}

fn collection_by_id(table: &Table<'_, '_>, id: &Given<String>) -> Option<Collection> {
    let plain = id.value.trim().replace('-', "").to_lowercase();
    let is_id = plain.len() == 32 && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_id = is_id && JellyfinId::parse(&plain).is_some();
    if !is_id {
        let text = "must be 32 hexadecimal digits, as in the address of the collection's page in Jellyfin";
        table.problem(id, format!("{text}, found `{}`", id.value));
    }
    is_id.then_some(Collection::Id(plain))
}

fn collection_name(table: &Table<'_, '_>, given: Given<String>) -> Option<Given<String>> {
    let name = Given { value: given.value.trim().to_owned(), ..given };
    let complaint = collection_name_problem(&name.value);
    if let Some(text) = complaint {
        table.problem(&name, text);
    }
    complaint.is_none().then_some(name)
}

/// Jellyfin keeps every name, and puts blanks for what no disk takes into the name of the folder only.
fn collection_name_problem(name: &str) -> Option<&'static str> {
    if name.len() > 200 {
        Some("is too long: 200 bytes at the most")
    } else if name.contains(char::is_control) {
        Some("must be one line, without control characters")
    } else if name.to_lowercase().contains("[boxset]") {
        Some("must not contain `[boxset]`, which Jellyfin adds to the folder's name")
    } else if folder_of(name).trim() == "[boxset]" {
        Some(
            "must have a letter or a digit, since Jellyfin has only blanks for the rest in the folder's name",
        )
    } else {
        None
    }
}
