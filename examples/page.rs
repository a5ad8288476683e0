//! A house in which something is going on, for the page to be looked at: films of every kind, posters, runs that went
//! well and one that did not. `contrib/screenshots` uses it.
//!
//! `cargo run --example page -- FILE` plays Letterboxd, Radarr, Jellyfin and TMDB's pictures on loopback, lets lbjf run
//! for a while (this program starts itself again as lbjf), and writes the page. The servers stay up until its input
//! ends.

#![expect(clippy::print_stdout, reason = "the addresses are what this program is for")]

use std::error::Error;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use clap::Parser;
use lbjf::cli::Cli;
use serde_json::json;
use standins::letterboxd::Film;
use standins::posters::{Pictures, file_of};
use standins::{Fault, Jellyfin, Letterboxd, Radarr, Reply, jellyfin, radarr};
use tempfile::TempDir;

/// When this is set, the program is lbjf.
const AS_LBJF: &str = "LBJF_PAGE_AS_LBJF";

/// Films that there are not: `The Amber Lighthouse`, and so on.
const TITLES: [&str; 44] = [
    "The Amber Lighthouse",
    "Quiet Orchard",
    "Winter Ferry",
    "Paper Letters",
    "Distant Station",
    "Hollow Garden",
    "Silver Hour",
    "The Second Cartographer",
    "Crooked Tide",
    "Salt Witness",
    "Last Lighthouse",
    "Velvet Orchard",
    "Ferry to Amber",
    "Letters Unsent",
    "Station Nine",
    "A Garden in March",
    "The Long Hour",
    "Cartographers",
    "Tidewater",
    "The Witness Tree",
    "Nocturne for Two",
    "The Glass Orchard",
    "Low Winter Sun",
    "Paper Moons",
    "Night Train to Basel",
    "The Cartographer’s Daughter and the Extraordinarily Long Title of Her Only Book",
    "Blue Hour",
    "Öresund",
    "千の灯台",
    "Amélie’s Sister",
    "Harbour",
    "The Understudy",
    "Small Hours",
    "Kestrel",
    "Salt",
    "Meridian",
    "The Lamplighters",
    "Overwinter",
    "Two Rivers",
    "Field Notes",
    "The Archivist",
    "Undertow",
    "Half Light",
    "Ember Road",
];

fn main() -> ExitCode {
    if env::var_os(AS_LBJF).is_some() {
        let args = std::iter::once("lbjf".into()).chain(env::args_os().skip(1));
        return lbjf::run(&Cli::parse_from(args)).into();
    }
    match show() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("page: {error}");
            ExitCode::FAILURE
        }
    }
}

fn show() -> Result<(), Box<dyn Error>> {
    let file = env::args_os().nth(1).ok_or("name the file of the page")?;
    let house = House::new()?;
    house.begin();
    house.lbjf(&["sync"])?;
    house.live()?;
    house.get_stuck();
    house.lbjf(&["sync"])?;
    let is_written = house.lbjf(&["status", "--html", &file.to_string_lossy()])?;
    println!("PAGE={}\nPICTURES={}", file.to_string_lossy(), house.pictures.server.url());
    if !is_written {
        return Err("`lbjf status --html` failed".into());
    }
    // Until whoever started this has seen enough.
    let _ = io::stdin().read_to_end(&mut Vec::new());
    Ok(())
}

/// The servers, and a folder with a config and a store.
struct House {
    folder: TempDir,
    letterboxd: Letterboxd,
    radarr: Radarr,
    jellyfin: Jellyfin,
    pictures: Pictures,
}

fn slug(number: usize) -> String {
    format!("film-{number}")
}

fn id(number: usize) -> u32 {
    910_000 + u32::try_from(number).unwrap_or(0)
}

impl House {
    fn new() -> io::Result<Self> {
        let house = Self {
            folder: tempfile::tempdir()?,
            letterboxd: Letterboxd::start(),
            radarr: Radarr::start(),
            jellyfin: Jellyfin::start(),
            pictures: Pictures::start(),
        };
        fs::write(house.config_path(), house.config())?;
        Ok(house)
    }

    fn config_path(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    fn config(&self) -> String {
        let servers = format!(
            "[letterboxd]\nrequests_per_second = 0\nbase_url = \"{}\"\n\n[radarr]\nurl = \"{}\"\napi_key = \"{}\"\n\
             root_folder_path = \"/movies\"\nquality_profile = \"HD-1080p\"\n\n[jellyfin]\nurl = \"{}\"\n\
             api_key = \"{}\"\n\n[system]\ndatabase = \"lbjf.db\"\n",
            self.letterboxd.url(),
            self.radarr.url(),
            radarr::KEY,
            self.jellyfin.url(),
            jellyfin::KEY
        );
        let user = |name: &str| {
            format!(
                "\n[[users]]\nletterboxd_username = \"{name}\"\njellyfin_username = \"{name}\"\n\
                 jellyfin_collection = \"{name}’s watchlist\"\n"
            )
        };
        ["ada", "grace", "linus"].into_iter().map(user).fold(servers, |config, user| config + &user)
    }

    /// Everybody has a list, and much of it is there already.
    fn begin(&self) {
        for (number, title) in TITLES.iter().enumerate() {
            let year = 1954 + id(number) * 37 % 73;
            self.letterboxd.add_film(Film::movie(&slug(number), title, year, id(number)));
            self.radarr.know(id(number), title, year, &["Drama"]);
            let poster = format!("https://image.tmdb.org/t/p/original/{}", file_of(title));
            self.radarr.set_poster(id(number), &poster);
        }
        self.letterboxd.add_film(Film::tv("night-train-diaries", "Night Train Diaries", 2023, 920_001));
        self.letterboxd.add_film(Film::without_id("home-movie-1974", "Home Movie", 1974));
        self.list("ada", (0..38).chain([42]), &["night-train-diaries", "home-movie-1974"]);
        self.list("grace", [3, 12, 20, 38, 39, 40, 41].into_iter(), &[]);
        self.list("linus", 0..0, &[]);
        for name in ["ada", "grace", "linus"] {
            self.jellyfin.add_user(name);
        }
        for number in (10..24).chain([38, 39]) {
            self.radarr.has(id(number));
            self.come(number);
        }
        let seen = self.come(42);
        self.jellyfin.watch("ada", &seen, true);
    }

    fn list(&self, member: &str, numbers: impl Iterator<Item = usize>, more: &[&str]) {
        let slugs: Vec<String> = numbers.map(slug).collect();
        let films: Vec<&str> = slugs.iter().map(String::as_str).chain(more.iter().copied()).collect();
        self.letterboxd.set_watchlist(member, &films);
    }

    /// A film's file arrives; returns the item.
    fn come(&self, number: usize) -> String {
        self.radarr.set_file(id(number), true);
        self.jellyfin.add_film(id(number), TITLES[number])
    }

    /// Some time passes, in which four films come and one run goes wrong.
    fn live(&self) -> io::Result<()> {
        for number in 0..4 {
            for _ in 0..5 {
                self.lbjf(&["sync", "--quiet"])?;
            }
            self.come(number);
        }
        let refusal = Fault::Instead(Reply::empty(500));
        self.letterboxd.server.fail(3, |request| request.path.starts_with("/grace/"), refusal);
        self.lbjf(&["sync"])?;
        self.lbjf(&["sync"])?;
        Ok(())
    }

    /// What is not there waits for something, each film for something else.
    fn get_stuck(&self) {
        for (number, left) in [(4, 1_500_000_000_u64), (5, 3_000_000_000)] {
            self.radarr.download(id(number), &json!({"sizeleft": left, "timeleft": "00:43:00"}));
        }
        let text = "No files found are eligible for import in /downloads/x";
        self.radarr.download(
            id(6),
            &json!({"status": "completed", "trackedDownloadStatus": "warning", "trackedDownloadState": "importPending",
                "sizeleft": 0, "timeleft": "00:00:00", "statusMessages": [{"title": "x", "messages": [text]}]}),
        );
        let text = "The download is stalled with no connections";
        self.radarr.download(id(7), &json!({"status": "warning", "errorMessage": text, "timeleft": null}));
        self.radarr.set_file(id(8), true);
        for (number, day) in [(24, Some("2027-03-12")), (25, Some("2027-06-01")), (26, None)] {
            self.radarr.set_release(id(number), day);
        }
        self.radarr.set_monitored(id(27), false);
        self.radarr.remove(id(28));
        self.radarr.exclude(id(28));
        self.radarr.set_searched(id(29), "2026-11-26T07:07:12Z");
        self.letterboxd.set_private("linus", true);
    }

    /// Runs one command to its end; did it end with 0?
    fn lbjf(&self, args: &[&str]) -> io::Result<bool> {
        let mut command = Command::new(env::current_exe()?);
        command.env_clear().env(AS_LBJF, "1").env("HOME", self.folder.path());
        command.env("LBJF_CONFIG", self.config_path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).args(args);
        Ok(command.status()?.success())
    }
}
