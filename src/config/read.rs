//! The whole file: its tables are read one by one, then held against each other.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::draft::{Draft, Findings};
use super::external::Place;
use super::films::films;
use super::letterboxd::letterboxd;
use super::notify::receivers;
use super::servers::{RadarrParts, check_radarrs, jellyfin, radarr};
use super::status::status;
use super::table::{Problem, Report, Table};
use super::users::{UserParts, check_collections, check_names, choose_radarrs, list, user};
use super::{Config, Env, System, strings};
use crate::domain::radarr::RadarrName;

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
    let radarrs = root.table_or_tables("radarr");
    let is_only = radarrs.len() == 1;
    let radarrs: Vec<_> = radarrs.into_iter().map(|table| radarr(table, place, is_only)).collect();
    let jellyfin = root.table("jellyfin").map(|table| jellyfin(table, place));
    let (people, lists) = (root.tables("users"), root.tables("lists"));
    if people.is_empty() && lists.is_empty() && needs_users {
        report.add(0, "users", "is missing; name at least one person in a `[[users]]` table");
    }
    let people = people.into_iter().map(|table| user(table, place));
    let mut users: Vec<_> = people.chain(lists.into_iter().map(list)).collect();
    let films = root.table("films").map(|table| films(table)).unwrap_or_default();
    let receivers = receivers(root.tables("notify"), place);
    let status = root.table("status").map(|table| status(table, place)).unwrap_or_default();
    root.finish();
    strings::check("", tree.get_ref(), &report);
    check_radarrs(&radarrs, &report);
    choose_radarrs(&mut users, &radarrs, &report);
    check_names(&users, &report);
    check_collections(&users, &report);
    if letterboxd_there.as_ref().is_some_and(|there| there.match_titles) && radarrs.is_empty() {
        report.add(0, "letterboxd.match_titles", "needs `[radarr]`, which is asked for films by title");
    }
    check_skipping(&radarrs, jellyfin.is_some(), &users, &report);

    // Of a single table `Draft::is_unclear` tells.
    let is_usable = |parts: &RadarrParts| {
        parts.radarr.is_some() && (parts.path == "radarr" || !report.has_in(&parts.path))
    };
    let (radarrs, left_out): (Vec<_>, Vec<_>) = radarrs.into_iter().partition(is_usable);
    let radarrs = radarrs.into_iter().filter_map(|parts| parts.radarr).collect();
    let called = |parts: RadarrParts| match parts.name {
        Some(name) => RadarrName::new(&name.value, false).about(),
        None => parts.path,
    };
    let left_out = left_out.into_iter().map(called).collect();
    let is_right = |user: &UserParts| !report.has_in(&user.path);
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
        radarrs,
        jellyfin: jellyfin.flatten(),
        users: users.into_iter().filter(is_right).filter_map(|parts| parts.user).collect(),
        films,
        receivers,
        status,
    };
    let problems = report.finish();
    let tables: Vec<&str> = tree.get_ref().keys().map(|key| &**key.get_ref()).collect();
    let findings = Findings { text, torn: &torn, problems: &problems, tables: &tables, left_out };
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

fn check_skipping(radarrs: &[RadarrParts], has_jellyfin: bool, users: &[UserParts], report: &Report<'_>) {
    if has_jellyfin && users.iter().any(|user| user.has_jellyfin_username) {
        return;
    }
    let skipping = radarrs.iter().filter_map(|parts| parts.skip_if_in_library.as_ref());
    for given in skipping.filter(|given| given.value) {
        let text = "needs `[jellyfin]` and a user with `jellyfin_username`, whose library is checked";
        report.add(given.line, given.key.clone(), text);
    }
}
