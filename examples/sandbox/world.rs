//! The world of the sandbox: three servers, what is on them, and a folder with a config.

use std::collections::HashSet;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;

use jiff::Timestamp;
use standins::letterboxd::Film;
use standins::{Jellyfin, Letterboxd, Radarr, jellyfin, radarr};
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::films::film;
use super::say;

/// The films with smaller numbers are there from the beginning.
const FIRST_NEW: u32 = 113;

/// Three servers, and a folder with a config and, from the first run on, a store.
pub struct World {
    pub folder: TempDir,
    pub letterboxd: Letterboxd,
    pub radarr: Radarr,
    pub jellyfin: Jellyfin,
    /// What runs lbjf.
    pub program: PathBuf,
    /// What Jellyfin has.
    pub downloaded: Vec<Download>,
    /// The items that ada watched.
    pub watched: HashSet<String>,
    /// What goes wrong at the moment.
    pub troubles: HashSet<Trouble>,
    /// The number of the next film to be invented.
    pub next_film: u32,
}

/// A film in Jellyfin's library.
#[derive(Clone)]
pub struct Download {
    pub slug: String,
    pub title: String,
    pub item: String,
}

/// Something that goes wrong until somebody ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Grace's watchlist is private.
    Private,
    /// Letterboxd blocks this address.
    Blocked,
    Radarr,
    Jellyfin,
}

impl World {
    pub fn new(program: PathBuf) -> Result<Self, Box<dyn Error>> {
        let mut world = Self {
            folder: tempfile::Builder::new().prefix("lbjf-sandbox-").tempdir()?,
            letterboxd: Letterboxd::start(),
            radarr: Radarr::start(),
            jellyfin: Jellyfin::start(),
            program,
            downloaded: Vec::new(),
            watched: HashSet::new(),
            troubles: HashSet::new(),
            next_film: FIRST_NEW,
        };
        fs::write(world.config_path(), world.config())?;
        world.populate();
        let exports = world.folder.path().join("exports");
        fs::create_dir(&exports)?;
        // Letterboxd names them so, by the time of the download.
        let name = Timestamp::now().strftime("letterboxd-margot-%Y-%m-%d-%H-%M-utc.zip");
        fs::write(exports.join(name.to_string()), world.export()?)?;
        Ok(world)
    }

    /// Ada has 60 entries on three pages, grace 42 on two, linus 24; they share some.
    fn populate(&mut self) {
        for number in 0..FIRST_NEW {
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
            let item = self.download(&film.slug, &film.name);
            if number == 7 {
                self.jellyfin.watch("ada", &item, true);
                self.watched.insert(item);
            }
            self.radarr.has(self.letterboxd.tmdb_id(&film.slug));
        }
        self.radarr.has(self.letterboxd.tmdb_id(&film(30).slug));
        self.radarr.exclude(self.letterboxd.tmdb_id(&film(65).slug));
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
    pub fn invent(&self, film: Film, genres: &[&str]) {
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
    pub fn download(&mut self, slug: &str, title: &str) -> String {
        let item = self.jellyfin.add_film(self.letterboxd.tmdb_id(slug), title);
        self.downloaded.push(Download { slug: slug.to_owned(), title: title.to_owned(), item: item.clone() });
        item
    }

    /// The item of a film in Jellyfin, if it has that.
    pub fn item(&self, slug: &str) -> Option<&str> {
        self.downloaded.iter().find(|film| film.slug == slug).map(|film| film.item.as_str())
    }

    /// What the servers say they have now.
    pub fn show(&self) {
        say(&format!("\nRadarr has {} films now, and in Jellyfin there are", self.radarr.films().len()));
        for collection in self.jellyfin.collections() {
            let count = collection.members.len();
            say(&format!("  the collection `{}` with {count} films", collection.name));
        }
    }

    pub fn config_path(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    pub fn config(&self) -> String {
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
}
