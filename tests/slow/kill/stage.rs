//! The world that is killed, and what must be true of it afterwards.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::types::Value;
use standins::letterboxd::Film;
use standins::{Radarr, Request, Server};

use crate::common::export::{archive, watchlist_csv};
use crate::common::{COLLECTION, World};

/// Films that ada lists, newest first: more than a page. Those in the middle are somebody else's, too.
const ADA: usize = 30;

/// Cleo's playlist.
const PLAYLIST: &str = "Cleo's own";

/// The TMDB ids of `twin-1` and `twin-2`, two films of one title and year.
const TWINS: [u32; 2] = [700_001, 700_002];

/// `merged` has the first id on Letterboxd and the second one everywhere else.
const MERGED: [u32; 2] = [700_003, 700_004];

/// What stands before a run that is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// The very first run, on servers that have been used for years.
    First,
    /// A run after people changed their minds, watched and downloaded films.
    Later,
}

/// A world that is to be killed, and what persons put into the collection, which has to stay.
pub struct Stage {
    pub world: World,
    by_hand: Vec<String>,
}

impl Stage {
    /// Ada and ben share a collection that they made and filled by hand; cleo's is to be made, and so is her playlist, of
    /// whose name ben has one of his own. Ben has a list beside his watchlist, and cleo's watchlist is read from her
    /// export.
    pub fn new(scene: Scene, workers: usize) -> Self {
        let world = World::new()
            .user(
                "ben",
                &format!("letterboxd_lists = [\"dave/best\"]\njellyfin_collection = \"{COLLECTION}\""),
            )
            .user(
                "cleo",
                &format!(
                    "letterboxd_export = \"export.zip\"\njellyfin_collection = \"Cleo's films\"\n\
                     jellyfin_playlist = \"{PLAYLIST}\""
                ),
            )
            .set("[letterboxd]", &format!("max_concurrent_requests = {workers}"))
            .set("[radarr]", "user_tags = true");
        let world = if scene == Scene::Later { world.another_radarr("uhd") } else { world };
        for (number, id) in TWINS.into_iter().enumerate() {
            let slug = format!("twin-{}", number + 1);
            world.letterboxd.add_film(Film::movie(&slug, "Twin", 2001, id));
            world.radarr.know(id, "Twin", 2001, &[]);
        }
        world.letterboxd.add_film(Film::movie("merged", "Merged", 2002, MERGED[0]));
        world.letterboxd.add_film(Film::tv("series", "Series", 2003, 5));
        world.letterboxd.add_film(Film::without_id("nameless", "Nameless", 2004));
        world.radarr.merge(MERGED[0], MERGED[1]);
        let films = |numbers: std::ops::RangeInclusive<usize>| {
            numbers.map(|number| format!("film-{number}")).collect::<Vec<_>>()
        };
        let list = |member: &str, films: &[String], others: &[&str]| {
            let slugs: Vec<_> = others.iter().copied().chain(films.iter().map(String::as_str)).collect();
            world.letterboxd.set_watchlist(member, &slugs);
        };
        list("ada", &films(1..=ADA - 4), &["merged", "twin-1", "series", "twin-2"]);
        list("ben", &films(24..=28), &["nameless"]);
        list("cleo", &films(27..=30), &["film-1"]);
        world.letterboxd.set_list("dave", "best", &["film-28", "film-4", "film-29"]);
        export(&world);
        let merged = world.jellyfin.add_film(MERGED[1], "merged");
        let mut items = BTreeMap::from([("merged".to_owned(), merged)]);
        for number in [1, 2, 3, 5, 8, 13, 24, 25, 26, 27, 29] {
            items.insert(format!("film-{number}"), world.download(&format!("film-{number}")));
        }
        // Radarr has some, was told to leave one alone, and film-26 is in cleo's way twice.
        for slug in ["film-5", "film-24", "film-29"] {
            world.radarr.has(world.letterboxd.tmdb_id(slug));
        }
        world.radarr.exclude(world.letterboxd.tmdb_id("film-9"));
        let shared = world.jellyfin.add_collection(COLLECTION);
        for slug in ["film-2", "film-3"] {
            world.jellyfin.put(&shared, &items[slug]);
        }
        let by_hand = ["unwatched", "seen"].map(|slug| world.put(&shared, slug));
        for user in ["ada", "ben"] {
            // A film that nobody holds any more, and one that was put there although it was watched.
            world.jellyfin.watch(user, &items["film-2"], true);
            world.jellyfin.watch(user, &by_hand[1], true);
        }
        world.jellyfin.watch("ada", &items["film-8"], true);
        world.jellyfin.add_playlist("ben", PLAYLIST);
        let mut stage = Self { world, by_hand: by_hand.to_vec() };
        if scene == Scene::Later {
            stage.live_on(&items);
        }
        stage.world.forget_requests();
        stage
    }

    /// A copy of it, to be killed.
    pub fn twin(&self) -> Self {
        Self { world: self.world.twin(), by_hand: self.by_hand.clone() }
    }

    /// A first run, and what people do until the next one. Cleo's films are to go to a second Radarr, too, which gets
    /// everything on her list.
    fn live_on(&mut self, items: &BTreeMap<String, String>) {
        self.world.sync();
        let line = "letterboxd_export = \"export.zip\"\n";
        self.world.change(line, &format!("{line}radarr = [\"uhd\", \"main\"]\n"));
        let world = &self.world;
        for slug in ["film-4", "film-13", "film-17"] {
            world.letterboxd.drop_entry("ada", slug);
        }
        for slug in ["new-1", "film-25", "new-2"] {
            world.letterboxd.push("ada", slug);
        }
        world.letterboxd.drop_entry("cleo", "film-29");
        // What she puts in herself stays.
        let lists = world.jellyfin.playlists();
        let cleos = lists.iter().find(|list| list.owner.as_deref() == Some("cleo")).expect("it was made");
        world.jellyfin.enlist(&cleos.id, &self.by_hand[0]);
        world.letterboxd.push("cleo", "new-1");
        export(world);
        // Film-28 stays on ben's watchlist, and film-29 on nobody's list.
        world.letterboxd.set_list("dave", "best", &["new-2", "film-28"]);
        world.letterboxd.push("ben", "new-3");
        for slug in ["film-6", "film-30", "new-1", "twin-1"] {
            world.download(slug);
        }
        for user in ["ada", "ben"] {
            world.jellyfin.watch(user, &items["film-24"], true);
        }
        world.jellyfin.watch("ada", &items["film-1"], true);
        world.radarr.remove(world.letterboxd.tmdb_id("film-3"));
    }

    /// Is this the request for [`MERGED`], which Radarr stores under its other id?
    pub fn is_for_merged(request: &Request) -> bool {
        let id = format!("\"tmdbId\":{},", MERGED[0]);
        request.method == "POST" && request.path == "/api/v3/movie" && request.body.contains(&id)
    }

    pub fn servers(&self) -> Vec<&Server> {
        self.world.servers().into_iter().map(|(_, server)| server).collect()
    }

    /// Both Radarrs, or the one.
    fn radarrs(&self) -> impl Iterator<Item = &Radarr> {
        let more = self.world.more_radarrs.iter().map(|(_, radarr)| radarr);
        std::iter::once(&self.world.radarr).chain(more)
    }

    /// Lets the next run finish the work, which must come to the expected end. With `once_more` the run after that
    /// may finish it.
    pub fn finish(&self, expected: &[String], once_more: bool) {
        for server in self.servers() {
            server.behave();
        }
        self.world.sync();
        let mut difference = difference(expected, &self.end());
        if once_more && !difference.is_empty() {
            self.world.sync();
            difference = self::difference(expected, &self.end());
        }
        assert!(difference.is_empty(), "{difference}");
    }

    /// What the servers have and what the store remembers, without times and without the history of runs.
    pub fn end(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for radarr in self.radarrs() {
            let mut films: Vec<_> = radarr.films().iter().map(radarr_film).collect();
            films.sort();
            lines.extend(films);
            let mut tags = radarr.tags();
            tags.sort();
            lines.push(format!("radarr tags {tags:?}"));
        }
        for mut collection in self.world.jellyfin.collections() {
            collection.members.sort();
            lines.push(format!("{collection:?}"));
        }
        for mut playlist in self.world.jellyfin.playlists() {
            playlist.entries.sort();
            lines.push(format!("{playlist:?}"));
        }
        lines.extend(store(&self.world));
        lines
    }

    /// What must not happen on the way, whatever the end. `may_meet_merged`: a run was killed that could not write down
    /// under which id Radarr has [`MERGED`], so the next one has to learn it by asking for the film again. Nothing else
    /// is asked for again: every run looks at what is there first.
    pub fn check_requests(&self, may_meet_merged: bool) {
        let mut again: Vec<_> = self.radarrs().flat_map(Radarr::sent_again).collect();
        again.retain(|id| !(may_meet_merged && *id == MERGED[0]));
        assert!(again.is_empty(), "sent to Radarr, which had them: {again:?}");
        let again = self.world.jellyfin.put_again();
        assert!(again.is_empty(), "put into a collection, which had them: {again:?}");
        let again = self.world.jellyfin.listed_again();
        assert!(again.is_empty(), "put into a playlist, which had them: {again:?}");
        let again = self.world.jellyfin.made_again();
        assert!(again.is_empty(), "made collections that were there: {again:?}");
        for request in self.world.jellyfin.server.writes() {
            let ids = request.param("ids").or_else(|| request.param("entryIds")).unwrap_or_default();
            if request.method == "DELETE" {
                for item in &self.by_hand {
                    assert!(!ids.contains(item.as_str()), "took out what a person put in");
                }
            }
        }
    }
}

/// Cleo gets an export, in which the first film is known by its short id only.
fn export(world: &World) {
    let films = world.letterboxd.watchlist("cleo");
    let (first, others) = films.split_first().expect("she lists films");
    let short = format!("https://boxd.it/{}", world.letterboxd.lid(first));
    let others = others.iter().map(|slug| format!("https://letterboxd.com/film/{slug}/"));
    let table = watchlist_csv(others.rev().chain([short]));
    let bytes = archive(&[("watchlist.csv", &table)], jiff::Timestamp::now());
    std::fs::write(world.folder.path().join("export.zip"), bytes).expect("the folder can be written to");
}

fn radarr_film(film: &standins::radarr::Film) -> String {
    let mut tags = film.tags.clone();
    tags.sort();
    format!(
        "radarr {} {} {} {} {} {} {tags:?}",
        film.tmdb_id, film.title, film.path, film.quality_profile_id, film.monitored, film.search
    )
}

/// Every row but those of runs, notices and what is remembered of Radarr's numbers; of a time only whether there is one.
fn store(world: &World) -> Vec<String> {
    let db = Connection::open(world.database()).expect("a run made the store");
    let mut lines = Vec::new();
    // Which numbers Radarr gave its films is known of those that it had when it was asked last.
    let sql = "SELECT name FROM sqlite_schema
        WHERE type = 'table' AND name NOT IN ('run', 'notice', 'radarr_film')";
    let mut tables = db.prepare(sql).expect("every database has a schema");
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).expect("it can be read");
    for table in tables.map(|table| table.expect("names are text")) {
        let mut all = db.prepare(&format!("SELECT * FROM {table}")).expect("it is there");
        let columns: Vec<String> = all.column_names().map(str::to_owned).collect();
        let row = |row: &rusqlite::Row<'_>| {
            let mut line = vec![table.clone()];
            for (index, column) in columns.iter().enumerate() {
                let value: Value = row.get(index)?;
                let is_time = column.ends_with("_at") || ["until", "watermark"].contains(&column.as_str());
                match value {
                    // How the last scrape went, how often something was looked at and what is looked at anew is
                    // history. Of an export it is the file, which has another time in each world.
                    value if table == "list" && column == "state" => {
                        line.push(format!("{column}={}", value != Value::Null));
                    }
                    // Radarr is known by its address.
                    _ if table == "server" && column == "identity" => {}
                    _ if ["outcome", "tries", "etag"].contains(&column.as_str()) => {}
                    // Each world has ports of its own.
                    Value::Text(address) if address.starts_with("http://") => {}
                    // Radarr counts its films as they come.
                    _ if table == "radarr_film" && column == "id" => {}
                    Value::Integer(time) if is_time => line.push(format!("{column}={}", time > 0)),
                    value => line.push(format!("{column}={value:?}")),
                }
            }
            Ok(line.join(" "))
        };
        lines.extend(all.query_map([], row).expect("any row will do").map(|line| line.expect("any value")));
    }
    lines.sort();
    lines
}

/// What differs between two ends, where the same line may stand more than once.
pub fn difference(expected: &[String], found: &[String]) -> String {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for (lines, sign) in [(expected, -1), (found, 1)] {
        for line in lines {
            *counts.entry(line).or_default() += sign;
        }
    }
    let line = |(line, count): (&str, i64)| {
        let sign = if count < 0 { "-" } else { "+" };
        format!("\n  {sign} {line}").repeat(usize::try_from(count.abs()).expect("a few"))
    };
    counts.into_iter().map(line).collect()
}
