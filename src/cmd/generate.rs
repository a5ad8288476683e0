//! `lbjf generate`: a config to begin with, and what packages ship beside the program, made from the same definition
//! that reads the command line.
//!
//! `contrib/generate` writes the files of the repository with it, and a test compares them.

mod script;
mod script_state;
mod yaml;

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::error::ErrorKind;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use crate::cli::{Cli, GenerateArgs, Page};
use crate::config::{Config, ConfigError, Env};
use crate::exit::Exit;
use crate::system::stdout::print_raw;

/// Prints one file.
///
/// # Errors
///
/// When it cannot be written, or when there is nothing to convert.
pub fn run(args: &GenerateArgs, env: Env<'_>) -> anyhow::Result<Exit> {
    if let Some(folder) = &args.from_letterboxd_jellyfin {
        if args.page != Page::Config {
            let text = "`--from-letterboxd-jellyfin` only goes with `lbjf generate config`\n";
            Cli::command().error(ErrorKind::ArgumentConflict, text).exit();
        }
        return convert(folder, env);
    }
    let text = match args.page {
        Page::Bash => completions(Shell::Bash),
        Page::Fish => completions(Shell::Fish),
        Page::Zsh => completions(Shell::Zsh),
        Page::Man => man()?,
        Page::Config => include_bytes!("../../config.example.toml").to_vec(),
    };
    print_raw(&text)?;
    Ok(Exit::Success)
}

/// Prints the config that the Python script's becomes. It holds the keys, so it goes to a file and never to a screen.
fn convert(folder: &Path, env: Env<'_>) -> anyhow::Result<Exit> {
    if io::stdout().is_terminal() {
        bail!("the new config holds your keys, so it is not shown on a terminal; add `> config.toml`");
    }
    let converted = script::convert_folder(folder)?;
    print_raw(converted.toml.as_bytes())?;
    for note in &converted.notes {
        log::info!("{note}");
    }
    let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?).metadata()?;
    if stdout.is_file() && stdout.permissions().mode() & 0o077 != 0 {
        log::warn!("the new config holds your keys and others can read it; run `chmod 600` on it");
    }
    // What it names by a relative path is still in the script's folder.
    match Config::parse(&converted.toml, &folder.join("config.toml"), env) {
        Ok(_) => Ok(Exit::Success),
        Err(ConfigError::Wrong { problems, .. }) => {
            let path = PathBuf::from("config.toml");
            let error = anyhow::Error::from(ConfigError::Wrong { path, problems });
            Err(error.context("the new config still needs changes"))
        }
        Err(error) => Err(error.into()),
    }
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "lbjf", &mut text);
    text
}

/// One page for all commands: who looks up a flag should not have to know which page it is on.
fn man() -> io::Result<Vec<u8>> {
    let mut command = Cli::command().override_usage("lbjf COMMAND [OPTIONS]");
    command.build();
    let page = Man::new(command.clone()).title("LBJF").date("").manual("lbjf manual");
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;

    section(&mut text, "COMMANDS", [])?;
    let every: Vec<_> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        let sub = sub.clone().mut_args(|arg| {
            let is_told_elsewhere = every.contains(arg.get_id());
            arg.hide(is_told_elsewhere)
        });
        let mut usage = format!("lbjf {} [OPTIONS]", sub.get_name());
        for arg in sub.get_positionals() {
            let name = arg.get_id().as_str().to_uppercase();
            usage =
                if arg.is_required_set() { format!("{usage} {name}") } else { format!("{usage} [{name}]") };
        }
        let mut roff = Roff::new();
        roff.control("SS", [usage.as_str()]);
        roff.text([roman(sub.get_about().map(ToString::to_string).unwrap_or_default() + ".")]);
        roff.to_writer(&mut text)?;
        text.write_all(&options(sub)?)?;
    }
    section(&mut text, "OPTIONS FOR EVERY COMMAND", [])?;
    text.write_all(&options(command)?)?;

    section(
        &mut text,
        "EXIT STATUS",
        Exit::TABLE.iter().map(|(code, meaning)| (code.to_string(), *meaning)),
    )?;
    section(
        &mut text,
        "ENVIRONMENT",
        ENVIRONMENT.iter().map(|(name, meaning)| ((*name).to_owned(), *meaning)),
    )?;
    section(&mut text, "FILES", FILES.iter().map(|(name, meaning)| ((*name).to_owned(), *meaning)))?;
    section(&mut text, "EXAMPLES", EXAMPLES.iter().map(|(line, meaning)| ((*line).to_owned(), *meaning)))?;
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([bold("crontab"), roman("(5), "), bold("systemd.timer"), roman("(5)")]);
    roff.to_writer(&mut text)?;
    Ok(text)
}

/// The options of a command, without a heading of their own.
fn options(command: Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    Man::new(command).render_options_section(&mut text)?;
    Ok(text
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| !line.starts_with(b".SH"))
        .flatten()
        .copied()
        .collect())
}

fn section<'a>(
    text: &mut Vec<u8>,
    title: &str,
    rows: impl IntoIterator<Item = (String, &'a str)>,
) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (name, meaning) in rows {
        roff.control("TP", []);
        let name: Inline =
            if name.starts_with('/') || name.starts_with('~') { italic(name) } else { bold(name) };
        roff.text([name]);
        roff.text([roman(meaning)]);
    }
    roff.to_writer(text)
}

const ENVIRONMENT: &[(&str, &str)] = &[
    ("LBJF_CONFIG", "The config file, unless --config names one."),
    (
        "LBJF_RADARR_API_KEY, LBJF_JELLYFIN_API_KEY",
        "The keys of the servers; they win over the config. For a Radarr that the config calls uhd it is LBJF_RADARR_UHD_API_KEY.",
    ),
    ("CREDENTIALS_DIRECTORY", "Where an api_key_file is looked for first; systemd's LoadCredential sets it."),
    ("STATE_DIRECTORY, XDG_STATE_HOME", "Where the store lies, unless the config says."),
    ("RUST_LOG", "What is logged, part by part; wins over -v, -q and the config."),
    ("NO_COLOR", "When set, nothing is coloured."),
];

const FILES: &[(&str, &str)] = &[
    (
        "~/.config/lbjf/config.toml, /etc/lbjf/config.toml",
        "The config, the first that exists; ./config.toml is looked for before both. config.example.toml, \
         in /usr/share/doc/lbjf or beside the source, explains every key.",
    ),
    (
        "~/.local/state/lbjf/lbjf.db",
        "The store: what lbjf remembers. Beside it lie its lock and, after an upgrade, a copy of the older one.",
    ),
];

const EXAMPLES: &[(&str, &str)] = &[
    ("lbjf scrape ada --limit 10", "The newest ten entries of a watchlist; needs no config."),
    ("lbjf sync --dry-run", "What a run would do."),
    ("lbjf sync --quiet", "A pass as cron should run it: silent unless something wants a look."),
    ("lbjf status --json | jq '.runs[0]'", "How the last run ended, for a script."),
];
