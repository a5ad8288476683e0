//! Where messages go: stderr, and a file when the config names one.
//!
//! No timestamps on stderr, since cron and the journal have theirs; in the file each line has one.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;
use log::{Level, LevelFilter};

use crate::cli::{Color, Global};

/// Starts logging. `level` and `log_file` come from the config; flags and `RUST_LOG` beat the level.
///
/// # Errors
///
/// When the log file cannot be opened.
pub fn start(global: &Global, level: LevelFilter, log_file: Option<&Path>) -> anyhow::Result<()> {
    let level = match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::Warn,
        (false, 0) => level,
        (false, 1) => LevelFilter::Debug,
        (false, _) => LevelFilter::Trace,
    };
    let file = log_file.map(open).transpose()?.map(Mutex::new);
    let color = use_color(global.color);
    let mut builder = env_logger::Builder::new();
    builder
        .filter_level(LevelFilter::Warn)
        .filter_module("lbjf", level)
        .parse_default_env()
        // At trace ureq prints requests with their keys (facts/crates.md 2.5): no RUST_LOG reaches that.
        .filter_module("ureq", LevelFilter::Off)
        .filter_module("ureq_proto", LevelFilter::Off)
        .filter_module("rustls", LevelFilter::Off)
        .format(move |buffer, record| {
            let line = format!("{}{}", prefix(record.level(), false), record.args());
            if let Some(file) = &file {
                write_to_file(file, &line);
            }
            writeln!(buffer, "{}{}", prefix(record.level(), color), record.args())
        });
    builder.try_init().context("cannot start logging")
}

/// A level as the beginning of a line; ordinary lines have none.
fn prefix(level: Level, color: bool) -> &'static str {
    match (level, color) {
        (Level::Error, false) => "lbjf: error: ",
        (Level::Error, true) => "lbjf: \u{1b}[1;31merror:\u{1b}[0m ",
        (Level::Warn, false) => "warning: ",
        (Level::Warn, true) => "\u{1b}[1;33mwarning:\u{1b}[0m ",
        _ => "",
    }
}

fn use_color(when: Color) -> bool {
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}

fn open(path: &Path) -> anyhow::Result<File> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.with_context(|| format!("cannot open the log file `{}`", path.display()))
}

fn write_to_file(file: &Mutex<File>, line: &str) {
    // A full disk must not end a run; stderr still has the line.
    if let Ok(mut file) = file.lock() {
        let _ = writeln!(file, "{} {line}", jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ"));
    }
}
