//! `lbjf status --check`: is everything as a run needs it? Asks each side, changes nothing, tells all at once.
//!
//! What it learns about Letterboxd's refusals is stored, as every command does: the next run would ask in vain.

pub mod checks;
mod jellyfin;
mod letterboxd;
mod lists;
mod notify;
mod radarr;
mod store;

use std::fmt::Write as _;
use std::io::{self, IsTerminal};

use serde::Serialize;

use crate::cli::StatusArgs;
use crate::clients::http::RetryPolicy;
use crate::config::{self, Draft};
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::text;
use crate::domain::text::{plural, users_and_lists};
use crate::exit::Exit;
use crate::run::doors::{self, with_the_same_key};
use crate::run::session::keep;
use crate::store::Store;
use crate::system::interrupt;
use crate::system::layout::{columns, pad, width, wrap};
use crate::system::paint::{Tone, paint};
use crate::system::stdout::print;
pub use checks::{Check, Checks, State};

/// Prints what was found.
///
/// # Errors
///
/// Only when there is no memory, or nowhere to print to.
pub fn run(args: &StatusArgs, draft: &Draft, clock: Clock) -> anyhow::Result<Exit> {
    let config = &draft.config;
    let mut checks = Checks::default();
    tell_config(draft, &mut checks);
    let before = checks.count(State::Problem);
    let mut store = if draft.is_unclear("system") {
        checks.skipped("store", "file", "skipped: the config does not say where it is");
        Store::in_memory()?
    } else {
        store::store(&config.system.database, &mut checks)?
    };
    let is_store_wrong = checks.count(State::Problem) > before;
    let is_blocked = ask_letterboxd(args, draft, &mut store, clock.now(), &mut checks)?;
    ask_radarr(draft, &store, &mut checks)?;
    ask_jellyfin(draft, &mut store, &mut checks)?;
    notify::notify(&config.receivers, args.send_test, clock.now(), &mut checks);

    let exit = match interrupt::requested() {
        Some(signal) => signal.into(),
        // As a run would end.
        None if !draft.problems.is_empty() => Exit::Config,
        None if is_store_wrong => Exit::Failure,
        None if is_blocked => Exit::Blocked,
        None if checks.count(State::Problem) > 0 => Exit::Partial,
        None => Exit::Success,
    };
    print(&match () {
        () if args.json => json(&checks, exit)?,
        () if io::stdout().is_terminal() => table(&checks, columns()),
        () => lines(&checks),
    })?;
    log::info!("{}", summary(&checks, exit));
    Ok(exit)
}

/// The config, a line for each problem.
fn tell_config(draft: &Draft, checks: &mut Checks) {
    let path = draft.config.path.as_deref().map(|path| format!("`{}`", text::path(path))).unwrap_or_default();
    if draft.problems.is_empty() {
        let users = &draft.config.users;
        let people = users.iter().filter(|user| user.is_person).count();
        let users = users_and_lists(people, users.len() - people);
        checks.ok("config", "file", &if path.is_empty() { users } else { format!("{path}, {users}") });
    }
    for problem in &draft.problems {
        checks.problem("config", "file", &format!("{path}: {problem}"), None);
    }
}

/// Somebody at a terminal may want to know what takes so long.
fn tell_progress(server: &str) {
    if io::stderr().is_terminal() {
        log::info!("check: asking {server} …");
    }
}

fn ask_letterboxd(
    args: &StatusArgs,
    draft: &Draft,
    store: &mut Store,
    now: Timestamp,
    checks: &mut Checks,
) -> anyhow::Result<bool> {
    let config = &draft.config;
    if draft.is_unclear("letterboxd") {
        checks.skipped("letterboxd", "settings", NOT_ASKED);
        return Ok(false);
    }
    if config.users.is_empty() {
        checks.skipped("letterboxd", "settings", "skipped: the config names nobody with a watchlist");
        return Ok(false);
    }
    tell_progress("Letterboxd");
    let before = store.cool_downs()?;
    // The proxies are tried in any case, and each is told.
    let config_here = config::Letterboxd { validate_proxies: false, ..config.letterboxd.clone() };
    let door = match doors::letterboxd(
        &config_here,
        store,
        now,
        RetryPolicy::default(),
        args.ignore_cool_down,
        None,
    ) {
        Ok(door) => door,
        Err(error) => {
            checks.problem("letterboxd", "settings", &format!("{error:#}"), Some("check `[letterboxd]`"));
            return Ok(false);
        }
    };
    let is_blocked = letterboxd::letterboxd(&door, config, store, now, unused_proxy(), checks)?;
    let database = &config.system.database;
    if store.cool_downs()? != before && !draft.is_unclear("system") && database.exists() {
        let kept = keep("status --check", database, now, |kept| kept.adopt_cool_downs(store, &before));
        if let Err(error) = kept {
            log::warn!("store `{}`: {error:#}; the cool-down is not kept", text::path(database));
        }
    }
    Ok(is_blocked)
}

/// A variable that makes other programs use a proxy.
fn unused_proxy() -> Option<&'static str> {
    let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    names.into_iter().find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn ask_radarr(draft: &Draft, store: &Store, checks: &mut Checks) -> anyhow::Result<()> {
    let config = &draft.config;
    if draft.is_unclear("radarr") {
        checks.skipped("radarr", "settings", NOT_ASKED);
        return Ok(());
    }
    for about in &draft.radarrs_left_out {
        checks.skipped(about, "settings", NOT_ASKED);
    }
    if config.radarrs.is_empty() {
        checks.skipped("radarr", "settings", "skipped: the config has no `[radarr]`, so no films are sent");
    }
    let door = |config_here| doors::radarr(config_here, RetryPolicy::default());
    let doors = config.radarrs.iter().map(door).collect::<Result<Vec<_>, _>>()?;
    for (index, config_here) in config.radarrs.iter().enumerate() {
        let users: Vec<_> = config.users.iter().filter(|user| user.sends_to(&config_here.name)).collect();
        if users.is_empty() && !config.users.is_empty() {
            checks.skipped(&config_here.name.about(), "settings", "skipped: nobody's films go there");
            continue;
        }
        tell_progress(&config_here.name.title());
        let same_key = with_the_same_key(&config.radarrs, &doors, index);
        radarr::Asked { door: &doors[index], same_key, config: config_here, users: &users }
            .look(store, checks)?;
    }
    Ok(())
}

fn ask_jellyfin(draft: &Draft, store: &mut Store, checks: &mut Checks) -> anyhow::Result<()> {
    let config = &draft.config;
    if draft.is_unclear("jellyfin") {
        checks.skipped("jellyfin", "settings", NOT_ASKED);
        return Ok(());
    }
    let Some(config_here) = &config.jellyfin else {
        let text = "skipped: the config has no `[jellyfin]`, so no collections are kept";
        if config.users.iter().any(|user| user.is_person && user.collection.is_some()) {
            checks.note("jellyfin", "settings", &format!("{text}, but a user names one"), None);
        } else {
            checks.skipped("jellyfin", "settings", text);
        }
        return Ok(());
    };
    tell_progress("Jellyfin");
    let door = doors::jellyfin(config_here, RetryPolicy::default())?;
    jellyfin::jellyfin(&door, &config.users, store, checks)?;
    Ok(())
}

const NOT_ASKED: &str = "skipped: its part of the config has problems";

/// The closing line.
fn summary(checks: &Checks, exit: Exit) -> String {
    let [problems, notes] = [(State::Problem, "problem"), (State::Note, "note")]
        .map(|(state, noun)| (checks.count(state), plural(checks.count(state), noun)));
    match (problems, notes) {
        _ if interrupt::requested().is_some() => "check: stopped".to_owned(),
        ((0, _), (0, _)) => "check: everything is fine: lbjf sync will work".to_owned(),
        ((0, _), (_, notes)) => format!("check: no problems, {notes}: lbjf sync will work"),
        ((_, problems), _) if exit == Exit::Blocked => format!("check: {problems}, refused by Letterboxd"),
        ((_, problems), _) => format!("check: {problems}"),
    }
}

fn what(check: &Check) -> String {
    format!("{} {}", check.about, check.check)
}

/// The widest word for a state.
const STATE: usize = 5;

/// The word for a state, in its colour and with the blanks behind it.
fn state(state: State) -> String {
    let tone = match state {
        State::Ok => Tone::Good,
        State::Note => Tone::Notable,
        State::Problem => Tone::Bad,
        State::Skipped => Tone::Faint,
    };
    paint(tone, &pad(state.word(), STATE))
}

/// For a person at a terminal of so many columns.
fn table(checks: &Checks, columns: Option<usize>) -> String {
    let first = checks.all().iter().map(|check| width(&what(check))).max().unwrap_or(0);
    let indent = first + STATE + 4;
    let mut text = paint(Tone::Heading, &format!("{}  state  found", pad("what", first))) + "\n";
    let mut row = |what: &str, state: &str, found: &str| {
        let line = format!("{}  {state}  {found}", pad(what, first));
        let _ = writeln!(text, "{}", wrap(&line, indent, columns));
    };
    for check in checks.all() {
        row(&what(check), &state(check.state), &check.found);
        let lines = check.hint.iter().flat_map(|hint| hint.lines());
        for (number, line) in lines.enumerate() {
            let start = if number == 0 { "hint: " } else { "      " };
            row("", &" ".repeat(STATE), &format!("{start}{line}"));
        }
    }
    text
}

/// For a mail or a log: a line each, the state first.
fn lines(checks: &Checks) -> String {
    let mut text = String::new();
    for check in checks.all() {
        let _ = writeln!(text, "{}  {}: {}", state(check.state), what(check), check.found);
        if let Some(hint) = &check.hint {
            let _ = writeln!(text, "       hint: {}", hint.replace('\n', "\n             "));
        }
    }
    text
}

/// Described in docs/json.md.
fn json(checks: &Checks, exit: Exit) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Json<'a> {
        version: u32,
        ok: bool,
        checks: &'a [Check],
        exit_code: u8,
    }
    let json = Json { version: 1, ok: exit == Exit::Success, checks: checks.all(), exit_code: exit.code() };
    Ok(serde_json::to_string(&json)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks() -> Checks {
        let mut checks = Checks::default();
        checks.ok("ada", "watchlist", "public, 2 entries");
        checks.problem("radarr", "root folder", "Radarr has no root folder `/films`", Some("check it twice"));
        checks.skipped("jellyfin", "settings", "left out");
        checks
    }

    #[test]
    fn the_table_has_hints_on_lines_of_their_own_and_fits_the_terminal() {
        assert_eq!(
            table(&checks(), None),
            "\
what                state  found
ada watchlist       ok     public, 2 entries
radarr root folder  WRONG  Radarr has no root folder `/films`
                           hint: check it twice
jellyfin settings   -      left out
"
        );
        let narrow = table(&checks(), Some(50));
        assert!(
            narrow.lines().count() > 5 && narrow.lines().all(|line| line.chars().count() <= 50),
            "{narrow}"
        );
        // No terminal is as narrow as this one, but some programs say so.
        assert!(!table(&checks(), Some(0)).is_empty());
    }

    #[test]
    fn lines_off_a_terminal_begin_with_the_state() {
        assert_eq!(
            lines(&checks()),
            "\
ok     ada watchlist: public, 2 entries
WRONG  radarr root folder: Radarr has no root folder `/films`
       hint: check it twice
-      jellyfin settings: left out
"
        );
    }

    #[test]
    fn the_closing_line_counts_what_is_wrong() {
        let mut checks = checks();
        assert_eq!(summary(&checks, Exit::Partial), "check: 1 problem");
        checks.problem("letterboxd", "access", "no", None);
        assert_eq!(summary(&checks, Exit::Blocked), "check: 2 problems, refused by Letterboxd");
    }
}
