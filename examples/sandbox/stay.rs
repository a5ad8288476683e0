//! After the tour: the servers stay, and on a terminal keys let things happen.

use std::env;
use std::error::Error;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use lbjf::system::interrupt;

use super::command::AS_LBJF;
use super::terminal::Keys;
use super::world::World;
use super::{keys, say, step};

impl World {
    /// Waits for Ctrl-C, or on a terminal for keys.
    pub fn stay(&mut self) -> Result<(), Box<dyn Error>> {
        step("The servers stay up until Ctrl-C. In another terminal:");
        say(&format!(
            "  alias lbjf='env {AS_LBJF}=1 LBJF_CONFIG={} {}'",
            self.config_path().display(),
            env::current_exe()?.display()
        ));
        for command in ["status", "sync", "cleanup --dry-run", "scrape grace --csv", "--help"] {
            say(&format!("  lbjf {command}"));
        }
        say(&format!(
            "Letterboxd is {}/ada/watchlist/ here; the config names the others.",
            self.letterboxd.url()
        ));
        let stdin = io::stdin();
        if stdin.is_terminal() && io::stdout().is_terminal() {
            keys::list();
            self.obey(Keys::of(stdin)?)?;
        } else {
            while interrupt::requested().is_none() {
                interrupt::sleep(Duration::from_hours(1));
            }
        }
        say("\nThe servers and the folder are gone now.");
        Ok(())
    }
}
