//! Runs lbjf and shows what it prints.

use std::error::Error;
use std::io::{self, BufRead as _, BufReader};
use std::process::{Command, ExitStatus, Stdio};

use super::say;
use super::world::World;

/// When this is set, the sandbox's program is lbjf.
pub const AS_LBJF: &str = "LBJF_SANDBOX_AS_LBJF";

/// So many lines of a kind are shown in a row; the others are counted.
const SHOWN: usize = 4;

impl World {
    /// A command that runs lbjf with the world's config, and nothing of the environment of this program.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env(AS_LBJF, "1")
            .env("HOME", self.folder.path())
            .env("LBJF_CONFIG", self.config_path())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .args(args);
        command
    }

    /// Runs lbjf to its end and prints what it prints, both streams in the order of writing.
    pub fn run(&self, args: &[&str]) -> Result<ExitStatus, Box<dyn Error>> {
        say(&format!("\n  $ lbjf {}", args.join(" ")));
        let (reader, writer) = io::pipe()?;
        let mut command = self.command(args);
        command.stdout(writer.try_clone()?).stderr(writer);
        let mut child = command.spawn()?;
        // The command holds the writing ends, without which the reading would never end.
        drop(command);
        print_folded(BufReader::new(reader).lines())?;
        Ok(child.wait()?)
    }
}

/// Prints a run's output; of many lines of one kind in a row only the first few.
fn print_folded(lines: impl Iterator<Item = io::Result<String>>) -> io::Result<()> {
    let (mut kind, mut count) = (String::new(), 0);
    let tell_rest = |count: usize| {
        if count > SHOWN {
            say(&format!("    … and {} more like these", count - SHOWN));
        }
    };
    for line in lines {
        let line = line?;
        let own = kind_of(&line);
        if own.is_empty() || own != kind {
            tell_rest(count);
            own.clone_into(&mut kind);
            count = 0;
        }
        count += 1;
        if count <= SHOWN {
            say(&format!("    {line}"));
        }
    }
    tell_rest(count);
    Ok(())
}

/// `added to Radarr`, of `ada: added to Radarr: Heat (1995)`; empty for lines that stand alone.
fn kind_of(line: &str) -> &str {
    let mut parts = line.split(": ");
    match (parts.next(), parts.next(), parts.next()) {
        (Some(who), Some(what), Some(_)) if who != "warning" => what,
        _ => "",
    }
}
