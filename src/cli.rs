//! The command line: clap types and nothing else.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::text::{lines, one_line};
use crate::exit::Exit;
use crate::system::layout::{columns, pad, wrap};
use crate::system::logging;

/// Lines of the help are no longer, however wide the terminal is.
const MOST_COLUMNS: usize = 100;

/// Keeps Radarr and Jellyfin collections in step with Letterboxd watchlists.
///
/// One pass and exit: let cron or a systemd timer run `lbjf sync`.
#[derive(Debug, Parser)]
#[command(name = "lbjf", version, after_help = after_help(help_columns()), max_term_width = MOST_COLUMNS)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
}

/// What stands below the flags: each line goes on below its beginning, where clap would let it go on at the left.
fn after_help(columns: usize) -> String {
    let examples = [
        ("lbjf status --check", "check everything that a run needs; changes nothing"),
        ("lbjf sync --dry-run", "show what a run would do"),
    ];
    let row = |name: &str, room: usize, meaning: &str| {
        wrap(&format!("  {} {meaning}", pad(name, room)), room + 3, Some(columns)) + "\n"
    };
    let examples: String = examples.iter().map(|(line, meaning)| row(line, 23, meaning)).collect();
    let codes: String =
        Exit::TABLE.iter().map(|(code, meaning)| row(&code.to_string(), 4, meaning)).collect();
    format!("Examples:\n{examples}\nExit codes:\n{}", codes.trim_end())
}

/// As clap counts them: of the terminal, else as many as are easily read.
fn help_columns() -> usize {
    columns().map_or(MOST_COLUMNS, |columns| columns.min(MOST_COLUMNS))
}

/// Reads the command line. What clap says of a wrong one repeats it, and it may come from a script that passes on what
/// somebody else wrote.
///
/// # Errors
///
/// The exit code, when it is wrong or asks for help only: that was printed.
pub fn parse() -> Result<Cli, ExitCode> {
    let given: Vec<OsString> = std::env::args_os().collect();
    let error = match Cli::try_parse_from(&given) {
        Ok(cli) => return Ok(cli),
        Err(error) => error,
    };
    let clean: Vec<OsString> =
        given.iter().map(|arg| one_line(&arg.to_string_lossy()).into_owned().into()).collect();
    if clean == given {
        // Help, version and the usual mistakes: with colours, to the right stream.
        error.exit();
    }
    let error = Cli::try_parse_from(&clean).err().unwrap_or(error);
    // Nobody hears it where there is no stderr.
    let _ = io::stderr().write_all(lines(&error.render().to_string()).as_bytes());
    Err(ExitCode::from(2))
}

/// Flags of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "For every command")]
pub struct Global {
    /// Config file; by default the first of `$LBJF_CONFIG`, `./config.toml`, `~/.config/lbjf/config.toml` and
    /// `/etc/lbjf/config.toml`
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print each call and decision; twice: bodies too
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Print only warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

impl Global {
    /// What logging has to know of it.
    pub fn logging(&self) -> logging::Options {
        let color = match self.color {
            Color::Auto => None,
            Color::Always => Some(true),
            Color::Never => Some(false),
        };
        logging::Options { quiet: self.quiet, verbose: self.verbose, color }
    }
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Send new films to Radarr and bring everybody's collection up to date
    #[command(after_help = "Example:\n  lbjf sync --user ada --dry-run")]
    Sync(SyncArgs),
    /// Print a watchlist, a list or an export with TMDB ids; needs no config
    #[command(
        after_help = "Examples:\n  lbjf scrape ada --limit 10\n  lbjf scrape dave/official-top-250 --csv\n  lbjf scrape exports/letterboxd-ada-2026-11-20-06-21-utc.zip"
    )]
    Scrape(ScrapeArgs),
    /// Remove watched and no longer listed films from the collections
    #[command(after_help = "Example:\n  lbjf cleanup --dry-run")]
    Cleanup(CleanupArgs),
    /// Show where everybody's films stand, as of the last run
    #[command(
        after_help = "Examples:\n  lbjf status\n  lbjf status heat\n  lbjf status --list skipped --user ada\n  lbjf status --check"
    )]
    Status(StatusArgs),
    /// Print an example config, the man page, or completions for a shell
    #[command(after_help = "Example:\n  lbjf generate config > config.toml")]
    Generate(GenerateArgs),
}

/// `sync`
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// Only this person, named as in the config; repeat for more
    #[arg(long, value_name = "NAME")]
    pub user: Vec<String>,
    /// Print what a run would do, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Read all pages of every watchlist, and retry what failed and films without a TMDB id
    #[arg(long)]
    pub full: bool,
    /// Accept a watchlist that lost most of its films at once
    #[arg(long)]
    pub allow_shrink: bool,
    /// Send films again that Radarr had before, for a new or restored Radarr
    #[arg(long)]
    pub add_again: bool,
    /// With `--add-again`: only this Radarr, named as in the config; repeat for more
    #[arg(long, value_name = "NAME", requires = "add_again")]
    pub radarr: Vec<String>,
    /// Accept a newly installed Jellyfin of the same household; its collections are looked up again
    #[arg(long)]
    pub same_jellyfin: bool,
    /// Ask Letterboxd even during a cool-down
    #[arg(long)]
    pub ignore_cool_down: bool,
    /// Tell no receiver of `[[notify]]` about this run
    #[arg(long)]
    pub no_notify: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    pub json: bool,
}

/// `scrape`
#[derive(Debug, Args)]
pub struct ScrapeArgs {
    /// A Letterboxd user name, the address of a list (`OWNER/LIST`, its page, a short or share link), or an export: its
    /// ZIP file, a CSV file, or a folder (with `./` in front)
    #[arg(value_name = "WHAT")]
    pub what: String,
    /// Only the first N entries; of a watchlist the newest
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Do not read film pages for TMDB ids
    #[arg(long)]
    pub no_resolve: bool,
    /// Save every page that arrives, for a bug report; cookies and addresses are left out
    #[arg(long, value_name = "DIR")]
    pub save_pages: Option<PathBuf>,
    /// Ask Letterboxd even during a cool-down
    #[arg(long)]
    pub ignore_cool_down: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print CSV: a header and one line for each entry
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

/// `cleanup`
#[derive(Debug, Args)]
pub struct CleanupArgs {
    /// Only this person's collection; repeat for more
    #[arg(long, value_name = "NAME")]
    pub user: Vec<String>,
    /// Print what a run would do, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Tell no receiver of `[[notify]]` about this run
    #[arg(long)]
    pub no_notify: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    pub json: bool,
}

/// `status`
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Only this film (slug, short link, TMDB id or part of the title): where it stands for each person, and what comes
    /// next
    #[arg(value_name = "FILM", conflicts_with = "check")]
    pub film: Option<String>,
    /// Name all films in this state, each with the reason
    #[arg(long, value_name = "STATE", conflicts_with_all = ["film", "check"])]
    pub list: Option<FilmState>,
    /// Ask Radarr what the films that are not there yet wait for, the next one first
    #[arg(long, conflicts_with_all = ["film", "list", "check"])]
    pub waiting: bool,
    /// Write a page for a browser into this file: what is new, ready to watch, on the way and skipped
    #[arg(long, value_name = "FILE", conflicts_with_all = ["film", "list", "waiting", "json", "check"])]
    pub html: Option<PathBuf>,
    /// Only this person, named as in the config; repeat for more
    #[arg(long, value_name = "NAME", conflicts_with = "check")]
    pub user: Vec<String>,
    /// Check everything a run needs (config, store, Letterboxd, Radarr, Jellyfin), and change nothing
    #[arg(long)]
    pub check: bool,
    /// With `--check`: ask Letterboxd even during a cool-down
    #[arg(long, requires = "check")]
    pub ignore_cool_down: bool,
    /// With `--check`: send a test to each receiver of `[[notify]]`
    #[arg(long, requires = "check")]
    pub send_test: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print one line, and exit with 4 unless the last run succeeded within this many minutes
    #[arg(long, value_name = "MINUTES", conflicts_with_all = ["json", "film", "list", "waiting", "html", "user", "check"], value_parser = clap::value_parser!(u32).range(1..))]
    pub healthy: Option<u32>,
}

/// Where a film of a person's lists stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FilmState {
    /// Not in Jellyfin yet, where that is known.
    Waiting,
    /// In the collection.
    Collection,
    /// Watched by this person.
    Watched,
    /// No server can take it, or it is excluded or unknown in Radarr.
    Skipped,
    /// Radarr did not take it, or its film page could not be read.
    Failed,
    /// You may know better which film it is.
    Unclear,
}

/// `generate`
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// What to print
    pub page: Page,
    /// With `config`: convert the `config.yaml` in this folder of the Python script letterboxd-jellyfin; notes go to
    /// stderr
    #[arg(long, value_name = "DIR")]
    pub from_letterboxd_jellyfin: Option<PathBuf>,
}

/// What `generate` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// Completions for bash.
    Bash,
    /// Completions for fish.
    Fish,
    /// Completions for zsh.
    Zsh,
    /// The man page.
    Man,
    /// An example config, with every key explained.
    Config,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_names_every_exit_code_and_indents_what_goes_on() {
        let whole = after_help(1000);
        for (code, meaning) in Exit::TABLE {
            let line = format!("  {code:<4} {meaning}");
            assert!(whole.lines().any(|known| known == line), "{line}");
        }
        for columns in [40, 60, 80, 100] {
            let text = after_help(columns);
            for line in text.lines() {
                assert!(line.len() <= columns, "{columns}: {line:?}");
                let is_heading = line.is_empty() || line.ends_with(':') && !line.starts_with(' ');
                assert!(is_heading || line.starts_with("  "), "{columns}: {line:?}");
            }
        }
    }
}
