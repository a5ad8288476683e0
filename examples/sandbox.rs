//! A guided tour of lbjf for somebody who has none of the servers.
//!
//! `cargo run --release --example sandbox` starts a stand-in Letterboxd, Radarr and Jellyfin on loopback with a small
//! world of their own, writes a config into a temporary folder and runs the real commands: this program starts itself
//! again as lbjf. Nothing leaves the machine. With `--keep` the servers stay up until Ctrl-C, for trying things out.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the tour is what this program is for")]

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Cursor, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;
use std::{env, fs};

use clap::Parser;
use jiff::Timestamp;
use lbjf::cli::Cli;
use lbjf::system::interrupt;
use standins::letterboxd::Film;
use standins::{Jellyfin, Letterboxd, Radarr, jellyfin, radarr};
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// When this is set, the program is lbjf.
const AS_LBJF: &str = "LBJF_SANDBOX_AS_LBJF";

/// So many lines of a kind are shown in a row; the others are counted.
const SHOWN: usize = 4;

const ADJECTIVES: [&str; 12] = [
    "Amber", "Quiet", "Winter", "Paper", "Distant", "Hollow", "Silver", "Second", "Crooked", "Salt", "Last",
    "Velvet",
];
const NOUNS: [&str; 10] = [
    "Lighthouse",
    "Orchard",
    "Ferry",
    "Letter",
    "Station",
    "Garden",
    "Hour",
    "Cartographer",
    "Tide",
    "Witness",
];

/// A tour of lbjf against servers that this program plays itself; nothing leaves the machine.
#[derive(Parser)]
struct Sandbox {
    /// Leave the servers up at the end, until Ctrl-C
    #[arg(long)]
    keep: bool,
}

fn main() -> ExitCode {
    if env::var_os(AS_LBJF).is_some() {
        // Its own name in the usage lines, not this program's.
        let args = std::iter::once("lbjf".into()).chain(env::args_os().skip(1));
        return lbjf::run(&Cli::parse_from(args)).into();
    }
    let sandbox = Sandbox::parse();
    match World::new().and_then(|world| world.tour(sandbox.keep)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Three servers, and a folder with a config and, from the first run on, a store.
struct World {
    folder: TempDir,
    letterboxd: Letterboxd,
    radarr: Radarr,
    jellyfin: Jellyfin,
    /// The item in Jellyfin that ada is going to watch.
    to_watch: String,
}

impl World {
    fn new() -> Result<Self, Box<dyn Error>> {
        let world = Self {
            folder: tempfile::Builder::new().prefix("lbjf-sandbox-").tempdir()?,
            letterboxd: Letterboxd::start(),
            radarr: Radarr::start(),
            jellyfin: Jellyfin::start(),
            to_watch: String::new(),
        };
        fs::write(world.config_path(), world.config())?;
        let world = world.populate();
        let exports = world.folder.path().join("exports");
        fs::create_dir(&exports)?;
        // Letterboxd names them so, by the time of the download.
        let name = Timestamp::now().strftime("letterboxd-margot-%Y-%m-%d-%H-%M-utc.zip");
        fs::write(exports.join(name.to_string()), world.export()?)?;
        Ok(world)
    }

    /// Ada has 60 entries on three pages, grace 42 on two, linus 24; they share some.
    fn populate(mut self) -> Self {
        for number in 0..113 {
            self.invent(film(number), &["Drama"]);
        }
        let fox = Film::movie("the-paper-fox", "The Paper Fox", 2024, 910_001);
        self.invent(fox.with_genre("Animation"), &["Animation", "Family"]);
        self.letterboxd.add_film(Film::tv("night-train-diaries", "Night Train Diaries", 2023, 920_001));
        self.letterboxd.add_film(Film::without_id("home-movie-1974", "Home Movie", 1974));

        let slugs = |numbers: std::ops::Range<u32>| numbers.map(|number| film(number).slug);
        let named = |slug: &str| std::iter::once(slug.to_owned());
        let ada = named("the-paper-fox").chain(slugs(0..4)).chain(named("night-train-diaries"));
        self.list("ada", ada.chain(slugs(4..58)));
        self.list("grace", slugs(50..53).chain(named("home-movie-1974")).chain(slugs(53..91)));
        self.list("linus", slugs(89..113));
        let best: Vec<String> = slugs(100..106).chain([film(2).slug, film(60).slug]).collect();
        self.letterboxd.set_list("dave", "best-of-all", &best.iter().map(String::as_str).collect::<Vec<_>>());

        self.jellyfin.add_user("ada");
        self.jellyfin.add_user("grace");
        for number in [2, 5, 7, 52, 60, 61] {
            let film = film(number);
            let item = self.download(&film);
            match number {
                2 => self.to_watch = item,
                7 => self.jellyfin.watch("ada", &item, true),
                _ => {}
            }
            self.radarr.has(self.letterboxd.tmdb_id(&film.slug));
        }
        self.radarr.has(self.letterboxd.tmdb_id(&film(30).slug));
        self.radarr.exclude(self.letterboxd.tmdb_id(&film(65).slug));
        self
    }

    /// What Letterboxd gave margot as her own data: a film that grace has, too, one that ada has, and one of her own.
    fn export(&self) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut table = "Date,Name,Year,Letterboxd URI\n".to_owned();
        for film in [film(60), film(5), film(110)] {
            let (lid, year) = (self.letterboxd.lid(&film.slug), film.year.unwrap_or(0));
            writeln!(table, "2026-01-02,{},{year},https://boxd.it/{lid}", film.name)?;
        }
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        archive.start_file("watchlist.csv", options)?;
        archive.write_all(table.as_bytes())?;
        Ok(archive.finish()?.into_inner())
    }

    /// A film that Letterboxd and the metadata behind Radarr both know.
    fn invent(&self, film: Film, genres: &[&str]) {
        let (name, year) = (film.name.clone(), film.year.unwrap_or(0));
        let slug = film.slug.clone();
        self.letterboxd.add_film(film);
        self.radarr.know(self.letterboxd.tmdb_id(&slug), &name, year, genres);
    }

    fn list(&self, person: &str, slugs: impl Iterator<Item = String>) {
        let slugs: Vec<String> = slugs.collect();
        self.letterboxd.set_watchlist(person, &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// A file appears in Jellyfin's library; returns the item.
    fn download(&self, film: &Film) -> String {
        self.jellyfin.add_film(self.letterboxd.tmdb_id(&film.slug), &film.name)
    }

    fn config_path(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    fn config(&self) -> String {
        format!(
            r#"[system]
database = "lbjf.db"               # beside this file

[letterboxd]
# Nobody is bothered here.
requests_per_second = 0
base_url = "{letterboxd}"

[radarr]
url = "{radarr}"
api_key = "{radarr_key}"
root_folder_path = "/movies"
quality_profile = "HD-1080p"
max_adds_per_run = 60              # do not let Radarr search for everything at once

[radarr.animated_movies]
enabled = true
root_folder_path = "/movies-animated"

[jellyfin]
url = "{jellyfin}"
api_key = "{jellyfin_key}"

[[users]]
letterboxd_username = "ada"
jellyfin_username = "ada"
jellyfin_collection = "Ada's watchlist"

[[users]]
letterboxd_username = "grace"
jellyfin_username = "grace"
jellyfin_collection = "Grace's watchlist"

[[users]]
letterboxd_username = "linus"      # no collection: only Radarr is fed

[[users]]
name = "margot"                    # by her own data export: no page is asked for
letterboxd_export = "exports"      # a file, or the folder in which they arrive

[[lists]]
name = "Dave's best"               # a list of anybody, as a collection of its own
letterboxd_list = "dave/best-of-all"
"#,
            letterboxd = self.letterboxd.url(),
            radarr = self.radarr.url(),
            radarr_key = radarr::KEY,
            jellyfin = self.jellyfin.url(),
            jellyfin_key = jellyfin::KEY,
        )
    }

    fn tour(&self, keep: bool) -> Result<(), Box<dyn Error>> {
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
        self.lbjf(&["scrape", "ada", "--limit", "8"])?;

        step("2. Ask what a run would do. `--dry-run` sends nothing but questions.");
        say("Radarr would get 60 films now and the rest later, as the config says. The first is animated");
        say("and has another root folder; one that several people want is sent once. What Jellyfin has");
        say("would go into the collections at once, except what its person has watched.");
        self.lbjf(&["sync", "--dry-run"])?;

        step("3. Do it.");
        say("Each line is a change that you would see in Radarr or Jellyfin. Three films are skipped,");
        say("each for a reason that is told once; none of them makes the run a failure. Margot's films");
        say("come from her own data export; dave's list is a collection of its own, of which nobody");
        say("has watched anything.");
        self.lbjf(&["sync"])?;
        self.show();

        step("4. Life goes on: a download finishes, ada watches a film, grace wants another one.");
        self.live()?;
        say("\nThe next run also sends what the limit left over. Look at the collections, at the end.");
        self.lbjf(&["sync"])?;
        self.show();

        step("5. Once more. Nothing has happened, so there is nothing to do.");
        let servers = [&self.letterboxd.server, &self.radarr.server, &self.jellyfin.server];
        for server in servers {
            server.forget_requests();
        }
        self.lbjf(&["sync"])?;
        let [letterboxd, radarr, jellyfin] = servers.map(|server| server.requests().len());
        let writes: usize = servers.map(|server| server.writes().len()).iter().sum();
        say(&format!(
            "That took {letterboxd} requests to Letterboxd (one a list, none for the export), {radarr} to Radarr,"
        ));
        say(&format!("{jellyfin} to Jellyfin, and {writes} that change anything."));

        step("6. Ask where everything stands. `status` reads the store alone and asks no server.");
        self.lbjf(&["status"])?;
        self.lbjf(&["status", "the-paper-fox"])?;
        if keep {
            return self.stay();
        }
        say("\nThat was the tour; the servers and the folder are gone now. `--keep` leaves them up.");
        Ok(())
    }

    /// What happens between two runs.
    fn live(&self) -> Result<(), Box<dyn Error>> {
        let fox = self.letterboxd.tmdb_id("the-paper-fox");
        let fox = self.radarr.film(fox).ok_or("the animated film did not reach Radarr")?;
        say(&format!("  * `{}` is downloaded. Radarr has it in {}.", fox.title, fox.root_folder));
        self.jellyfin.add_film(fox.tmdb_id, &fox.title);
        say(&format!("  * ada watches `{}`, which is in her collection.", film(2).name));
        self.jellyfin.watch("ada", &self.to_watch, true);
        let new = Film::movie("a-film-seen-yesterday", "A Film Seen Yesterday", 2026, 910_002);
        say(&format!("  * grace puts `{}` on her watchlist.", new.name));
        self.invent(new, &["Comedy"]);
        self.letterboxd.push("grace", "a-film-seen-yesterday");
        Ok(())
    }

    /// What the servers say they have now.
    fn show(&self) {
        say(&format!("\nRadarr has {} films now, and in Jellyfin there are", self.radarr.films().len()));
        for collection in self.jellyfin.collections() {
            let count = collection.members.len();
            say(&format!("  the collection `{}` with {count} films", collection.name));
        }
    }

    /// Runs one command to its end and prints what it prints, both streams in the order of writing.
    fn lbjf(&self, args: &[&str]) -> Result<(), Box<dyn Error>> {
        say(&format!("\n  $ lbjf {}", args.join(" ")));
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(env::current_exe()?);
        command
            .env_clear()
            .env(AS_LBJF, "1")
            .env("HOME", self.folder.path())
            .env("LBJF_CONFIG", self.config_path())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .args(args);
        let mut child = command.spawn()?;
        // The command holds the writing ends, without which the reading would never end.
        drop(command);
        print_folded(BufReader::new(reader).lines())?;
        let status = child.wait()?;
        if !status.success() {
            return Err(format!("`lbjf {}` ended with {status}", args.join(" ")).into());
        }
        Ok(())
    }

    /// Waits for Ctrl-C.
    fn stay(&self) -> Result<(), Box<dyn Error>> {
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
        while interrupt::requested().is_none() {
            interrupt::sleep(Duration::from_hours(1));
        }
        say("\nThe servers and the folder are gone now.");
        Ok(())
    }
}

/// One of 120 invented films.
fn film(number: u32) -> Film {
    let index = number as usize;
    let (adjective, noun) = (ADJECTIVES[index % 12], NOUNS[(index / 12 + index) % 10]);
    let name = format!("The {adjective} {noun}");
    Film::movie(&name.to_lowercase().replace(' ', "-"), &name, 1950 + number * 37 % 75, 900_001 + number)
}

fn step(title: &str) {
    println!("\n{}\n{title}", "-".repeat(90));
}

fn say(text: &str) {
    println!("{text}");
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
