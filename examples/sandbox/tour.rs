//! The tour: the commands in their order, and what is to be seen in what they print.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fs, io};

use lbjf::system::interrupt;
use standins::letterboxd::Film;

use super::films::film;
use super::world::World;
use super::{draw, say, step};

impl World {
    /// Shows everything, and with `keep` stays.
    pub fn tour(&mut self, keep: bool) -> Result<(), Box<dyn Error>> {
        // Ctrl-C ends the run that is under way, and so the tour, with the folder gone.
        interrupt::listen(|| ())?;
        say("A tour of lbjf. Letterboxd, Radarr and Jellyfin are played by this program on this");
        say("machine; films and people are invented. The commands and their output are the real ones.");
        say(&format!("\nThe config, in {}:\n", self.folder.path().display()));
        for line in self.config().lines() {
            say(&format!("    {line}"));
        }

        step("1. Look at a watchlist. `scrape` prints it and writes to no server; it needs no config.");
        say("Look at the kinds: the series (tv) cannot go to Radarr, so it will be skipped, by name.");
        self.must(&["scrape", "ada", "--limit", "8"])?;

        step("2. Ask what a run would do. `--dry-run` sends nothing but questions.");
        say("Radarr would get 60 films now and the rest later, as the config says. The first is animated");
        say("and has another root folder; one that several people want is sent once. What Jellyfin has");
        say("would go into the collections at once, except what its person has watched.");
        self.must(&["sync", "--dry-run"])?;

        step("3. Do it.");
        say("Each line is a change that you would see in Radarr or Jellyfin. Three films are skipped,");
        say("each for a reason that is told once; none of them makes the run a failure. Margot's films");
        say("come from her own data export; dave's list is a collection of its own, of which nobody");
        say("has watched anything.");
        self.must(&["sync"])?;
        self.show();

        step("4. Life goes on: a download finishes, ada watches a film, grace wants another one.");
        self.live()?;
        say("\nThe next run also sends what the limit left over. Look at the collections, at the end.");
        self.must(&["sync"])?;
        self.show();

        step("5. Once more. Nothing has happened, so there is nothing to do.");
        let servers = [&self.letterboxd.server, &self.radarr.server, &self.jellyfin.server];
        for server in servers {
            server.forget_requests();
        }
        self.must(&["sync"])?;
        let [letterboxd, radarr, jellyfin] = servers.map(|server| server.requests().len());
        let writes: usize = servers.map(|server| server.writes().len()).iter().sum();
        say(&format!(
            "That took {letterboxd} requests to Letterboxd (one a list, none for the export), {radarr} to Radarr,"
        ));
        say(&format!("{jellyfin} to Jellyfin, and {writes} that change anything."));

        step("6. Ask where everything stands. `status` reads the store alone and asks no server.");
        self.must(&["status"])?;
        self.must(&["status", "the-paper-fox"])?;

        step("7. See it in a browser. `status --html` writes a page, and a run can do so each time.");
        let page = if keep { self.folder.path().join("films.html") } else { kept_page()? };
        let shown = page.to_str().ok_or("the folder for temporary files has an odd name")?;
        self.must(&["status", "--html", shown])?;
        say(&format!("\nIt is one file, for a browser: {shown}"));
        if keep {
            return self.stay();
        }
        say(
            "\nThat was the tour; the servers and their folder are gone now, and the page stays. `--keep` leaves",
        );
        say("them up.");
        Ok(())
    }

    /// A picture of what happens after the first run.
    pub fn draw(&mut self, file: &Path) -> Result<(), Box<dyn Error>> {
        self.must(&["sync", "--quiet"])?;
        self.must(&["sync", "--quiet"])?;
        self.live()?;
        let text =
            self.on_a_terminal(&[&["sync"], &["status", "--user", "ada"], &["status", "the-paper-fox"]])?;
        fs::write(file, draw::svg(&text))?;
        Ok(())
    }

    /// What happens between two runs.
    fn live(&mut self) -> Result<(), Box<dyn Error>> {
        let fox = self.letterboxd.tmdb_id("the-paper-fox");
        let fox = self.radarr.film(fox).ok_or("the animated film did not reach Radarr")?;
        say(&format!("  * `{}` is downloaded. Radarr has it in {}.", fox.title, fox.root_folder));
        self.download("the-paper-fox", &fox.title);
        let watched = film(2);
        say(&format!("  * ada watches `{}`, which is in her collection.", watched.name));
        let item = self.item(&watched.slug).ok_or("Jellyfin lacks it")?.to_owned();
        self.jellyfin.watch("ada", &item, true);
        self.watched.insert(item);
        let new = Film::movie("a-film-seen-yesterday", "A Film Seen Yesterday", 2026, 910_002);
        say(&format!("  * grace puts `{}` on her watchlist.", new.name));
        self.invent(new, &["Comedy"]);
        self.letterboxd.push("grace", "a-film-seen-yesterday");
        Ok(())
    }

    /// Runs a command that has to succeed.
    fn must(&self, args: &[&str]) -> Result<(), Box<dyn Error>> {
        let status = self.run(args)?;
        if !status.success() {
            return Err(format!("`lbjf {}` ended with {status}", args.join(" ")).into());
        }
        Ok(())
    }
}

/// A file that stays when the sandbox is gone.
fn kept_page() -> io::Result<PathBuf> {
    let file = tempfile::Builder::new().prefix("lbjf-sandbox-").suffix(".html").tempfile()?;
    Ok(file.keep()?.1)
}
