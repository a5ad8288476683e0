//! Where messages go: stderr, and a file when the config names one.
//!
//! No timestamps on stderr, since cron and the journal have theirs; in the file each line has one. Under systemd each
//! line begins with its priority in the journal, as `<4>` for a warning (sd-daemon(3)), and the journal takes that
//! off again.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;
use env_logger::Target;
use log::{Level, LevelFilter};

use crate::domain::text;
use crate::system::progress;

/// How much is said, and in which colours.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Warnings and errors only, and no progress bars.
    pub quiet: bool,
    /// How often somebody asked for more.
    pub verbose: u8,
    /// Are the words coloured that say how bad a message is? `None`: on a terminal, unless `NO_COLOR` is set.
    pub color: Option<bool>,
}

/// Starts logging, and progress bars unless `-q` wants none. `level` and `log_file` come from the config; flags and
/// `RUST_LOG` beat the level.
///
/// # Errors
///
/// When the log file cannot be opened.
pub fn start(options: Options, level: LevelFilter, log_file: Option<&Path>) -> anyhow::Result<()> {
    let level = match (options.quiet, options.verbose) {
        (true, _) => LevelFilter::Warn,
        (false, 0) => level,
        (false, 1) => LevelFilter::Debug,
        (false, _) => LevelFilter::Trace,
    };
    let file = log_file.map(open).transpose()?.map(Mutex::new);
    let form = Form::of_stderr(options.color);
    if !options.quiet {
        progress::start();
    }
    let mut builder = env_logger::Builder::new();
    builder
        .filter_level(LevelFilter::Warn)
        .filter_module("lbjf", level)
        .parse_default_env()
        // At trace ureq prints requests with their keys (docs/design.md#the-http-client): no RUST_LOG reaches that.
        .filter_module("ureq", LevelFilter::Off)
        .filter_module("ureq_proto", LevelFilter::Off)
        .filter_module("rustls", LevelFilter::Off)
        .target(Target::Pipe(Box::new(progress::Stderr)))
        .format(move |buffer, record| {
            let text = tidy(&record.args().to_string());
            if let Some(file) = &file {
                write_to_file(file, &Form::Plain.line(record.level(), &text));
            }
            writeln!(buffer, "{}", form.line(record.level(), &text))
        });
    builder.try_init().context("cannot start logging")
}

/// Says what ends a run, also when the config is what is wrong, so that logging has not started.
pub fn last_words(options: Options, text: &str) {
    if log::log_enabled!(Level::Error) {
        log::error!("{text}");
    } else {
        // Nobody may be there to read it any more; the exit code tells it all the same.
        let _ = writeln!(io::stderr(), "{}", Form::of_stderr(options.color).line(Level::Error, &tidy(text)));
    }
}

/// The last wall: a message with nothing in it that a terminal obeys, and whose further lines cannot be taken for
/// messages of their own.
fn tidy(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    for (number, line) in message.split('\n').enumerate() {
        let line = text::one_line(line.trim_end());
        match number {
            0 => {}
            _ if line.starts_with("hint: ") || line.starts_with("  ") => text.push('\n'),
            _ => text.push_str("\n  "),
        }
        text.push_str(&line);
    }
    text
}

/// What a line looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Colored,
    Journal,
}

impl Form {
    fn of_stderr(color: Option<bool>) -> Self {
        let is_colored = color.unwrap_or_else(|| {
            io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        });
        match (is_journal(), is_colored) {
            (true, _) => Self::Journal,
            (false, true) => Self::Colored,
            (false, false) => Self::Plain,
        }
    }

    /// The whole message: its level as the beginning, where it is one to look at.
    fn line(self, level: Level, text: &str) -> String {
        let prefix = match (self, level) {
            (Self::Plain, Level::Error) => "lbjf: error: ",
            (Self::Colored, Level::Error) => "lbjf: \u{1b}[1;31merror:\u{1b}[0m ",
            // The journal names the program itself.
            (Self::Journal, Level::Error) => "error: ",
            (Self::Colored, Level::Warn) => "\u{1b}[1;33mwarning:\u{1b}[0m ",
            (_, Level::Warn) => "warning: ",
            _ => "",
        };
        let message = format!("{prefix}{text}");
        if self != Self::Journal {
            return message;
        }
        let priority = match level {
            Level::Error => 3,
            Level::Warn => 4,
            Level::Info => 6,
            Level::Debug | Level::Trace => 7,
        };
        // To the journal each line is a message.
        message.lines().map(|line| format!("<{priority}>{line}")).collect::<Vec<_>>().join("\n")
    }
}

/// Is stderr connected to the journal? systemd says which stream it gave, and a child may have another
/// (systemd.exec(5), `$JOURNAL_STREAM`).
fn is_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let stderr = io::stderr().as_fd().try_clone_to_owned().and_then(|fd| File::from(fd).metadata());
    stderr.is_ok_and(|stderr| stream == format!("{}:{}", stderr.dev(), stderr.ino()))
}

fn open(path: &Path) -> anyhow::Result<File> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.with_context(|| format!("cannot open the log file `{}`", text::path(path)))
}

fn write_to_file(file: &Mutex<File>, line: &str) {
    // A full disk must not end a run; stderr still has the line.
    if let Ok(mut file) = file.lock() {
        let _ = writeln!(file, "{} {line}", jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_line_of_a_message_is_never_taken_for_a_message() {
        for (message, expected) in [
            ("no disk\nhint: buy one", "no disk\nhint: buy one"),
            ("2 problems\n  line 1: a\n  line 2: b", "2 problems\n  line 1: a\n  line 2: b"),
            ("Nice\r\nlbjf: error: no store", "Nice\n  lbjf: error: no store"),
            ("\u{1b}[2JNice\nwarning: \u{7}x", " [2JNice\n  warning:  x"),
        ] {
            assert_eq!(tidy(message), expected);
        }
    }

    #[test]
    fn every_line_for_the_journal_has_its_priority() {
        for (level, expected) in [
            (Level::Error, "<3>error: no disk\n<3>hint: buy one"),
            (Level::Warn, "<4>warning: no disk\n<4>hint: buy one"),
            (Level::Info, "<6>no disk\n<6>hint: buy one"),
            (Level::Trace, "<7>no disk\n<7>hint: buy one"),
        ] {
            assert_eq!(Form::Journal.line(level, "no disk\nhint: buy one"), expected);
        }
    }
}
