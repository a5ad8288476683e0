//! The oracle: the stand-ins and what is known of them, round by round.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::symlink;
use std::time::Duration;

use standins::letterboxd::Film as Page;
use standins::{Jellyfin, Radarr, jellyfin, radarr};
use tempfile::TempDir;

use crate::common::World;
use crate::oracle::Tally;
use crate::oracle::belief::{Both, Collection, Fact, Person, Waiting};
use crate::oracle::edits::{Between, Edit};
use crate::oracle::films::{
    CHANGED, COLLECTIONS, DAY, FILMS, Film, Films, HOUR, MERGED, NAMES, SERIES, TWINS, UNKNOWN, WITHOUT_ID,
    Who, slug,
};
use crate::oracle::known::{Known, Reading, Watchlist};
use crate::oracle::rounds::{Round, Run, Start};
pub use crate::oracle::state::{Before, Copy, Members, Ran};
use crate::oracle::troubles::{Place, Trap, Trouble};

const RADARRS: [radarr::Version; 3] = [radarr::Version::V4_7, radarr::Version::V5_28, radarr::Version::V6_0];
const JELLYFINS: [jellyfin::Version; 5] = [
    jellyfin::Version::V10_8,
    jellyfin::Version::V10_9,
    jellyfin::Version::V10_10,
    jellyfin::Version::V10_11,
    jellyfin::Version::V12_0,
];
/// Everybody but Letterboxd has [`MERGED`] under this id once it is merged.
const MERGED_INTO: u32 = 4_900_000;
/// Radarr's metadata does not know this id.
const UNKNOWN_ID: u32 = 5_000_100;
/// The first cool-down; each of those that follow without a success between them takes twice as long, up to a day.
const COOL_DOWN: u32 = HOUR;

pub struct Oracle {
    pub world: World,
    pub now: u32,
    pub people: Vec<Person>,
    pub collections: Vec<Collection>,
    pub copies: Vec<Copy>,
    pub by_id: Option<String>,
    pub skip_if_in_library: bool,
    pub max_adds: Option<usize>,
    pub excluded: Films,
    pub is_known: bool,
    pub is_merged: bool,
    /// [`WITHOUT_ID`] has one now.
    pub has_gained: bool,
    /// The id that [`CHANGED`](crate::oracle::films::CHANGED) had before.
    pub former: Option<u32>,
    /// lbjf may know them under one id or another: nothing about them is sure any more.
    pub unsure: Films,
    /// The clock was set back since the last run.
    pub is_clock_back: bool,
    pub renamed: Films,
    pub ghosts: BTreeSet<usize>,
    /// lbjf knows their TMDB ids.
    pub resolved: Films,
    /// lbjf knows that they were merged.
    pub aliases: Both<Film>,
    /// (person, film): Radarr had the film while the wish was open.
    pub answered: Both<(Who, Film)>,
    pub waiting: BTreeMap<Film, Waiting>,
    pub refused_until: u32,
    pub user_ids: Vec<String>,
    pub tmdb: BTreeMap<Film, u32>,
    pub users_config: String,
    /// What happened so far.
    pub tally: Tally,
    /// What the last run said, for a failing case.
    pub last_words: String,
    /// Where the store is, when memory can be a folder.
    _memory: Option<TempDir>,
}

impl Oracle {
    pub fn new(start: &Start) -> Self {
        let mut world = World::with(
            Radarr::start_version(RADARRS[start.versions.0]),
            Jellyfin::start_version(JELLYFINS[start.versions.1]),
        );
        let memory = tempfile::tempdir_in("/dev/shm").ok();
        if let Some(memory) = &memory {
            symlink(memory.path(), world.folder.path().join("state")).expect("the folder is new");
        }
        world = world.set("[radarr]", &format!("skip_if_in_library = {}", start.skip_if_in_library));
        if let Some(most) = start.max_adds {
            world = world.set("[radarr]", &format!("max_adds_per_run = {most}"));
        }
        let tmdb = films(&world);
        for name in &NAMES[1..] {
            world.jellyfin.add_user(name);
        }
        let users_config = world.config()[world.config().find("\n[[users]]").expect("ada")..].to_owned();
        let people = (0..3).map(|who| Person {
            collection: usize::from(who == 2),
            viewer: if who == 1 && start.is_shared { 0 } else { who },
            remove_watched: start.remove_watched[who],
            remove_unlisted: start.remove_unlisted[who],
            in_config: true,
            private: false,
            watchlist: Watchlist::default(),
            states: vec![Known::default()],
            library: Fact::new(true, 0, false),
            saw_films: (false, false),
        });
        let by_id = start.by_id.then(|| world.jellyfin.add_collection(COLLECTIONS[1]));
        let mut oracle = Self {
            user_ids: user_ids(&world),
            world,
            now: 0,
            people: people.collect(),
            collections: vec![Collection::default(); COLLECTIONS.len()],
            copies: Vec::new(),
            by_id,
            skip_if_in_library: start.skip_if_in_library,
            max_adds: start.max_adds,
            excluded: Films::new(),
            is_known: false,
            is_merged: false,
            has_gained: false,
            former: None,
            unsure: Films::new(),
            is_clock_back: false,
            renamed: Films::new(),
            ghosts: BTreeSet::new(),
            resolved: Films::new(),
            aliases: Both::default(),
            answered: Both::default(),
            waiting: BTreeMap::new(),
            refused_until: 0,
            tmdb,
            users_config,
            tally: Tally::new(),
            last_words: String::new(),
            _memory: memory,
        };
        if start.merged {
            oracle.merge();
        }
        for (who, (first, count)) in start.lists.into_iter().enumerate() {
            oracle.edit(&Edit::Rewrite(who, first, count));
        }
        (0..start.library).for_each(|film| oracle.edit(&Edit::Download { film, quiet: false }));
        oracle
    }

    pub fn round(&mut self, round: &Round) -> Result<(), String> {
        round.edits.iter().for_each(|edit| self.edit(edit));
        self.now += round.minutes;
        let time = Duration::from_secs(u64::from(round.minutes) * 60);
        self.world.jellyfin.pass_time(time);
        if self.world.database().exists() {
            self.world.pass_time(time);
        }
        let knew = self.aliases.perhaps.clone();
        self.run(round.run, round.trouble)?;
        let is_whole = !round.run.cleanup && round.run.user.is_none() && !round.run.dry;
        if round.again && round.trouble.is_none() && is_whole {
            self.run(Run::default(), None)?;
            let writes = self.world.writes();
            // What comes late is allowed to come: the rest of the films, and those of a merged id.
            let is_late = self.max_adds.is_some() || knew != self.aliases.perhaps;
            if !writes.is_empty() && !is_late {
                return Err(format!("a second run wrote: {writes:?}"));
            }
        }
        Ok(())
    }

    /// Runs lbjf and holds what happened against the oracle.
    fn run(&mut self, run: Run, trouble: Option<Trouble>) -> Result<(), String> {
        let run = Run { dry: run.dry && trouble.is_none(), ..run };
        let chosen: Vec<Who> = match run.user {
            Some(who) if self.people[who].in_config => vec![who],
            _ => (0..3).filter(|who| self.people[*who].in_config).collect(),
        };
        let trap = Trap::default();
        if let Some(trouble) = trouble {
            trap.set(trouble, &self.world, &self.user_ids, |film| self.tmdb.get(&film).copied().unwrap_or(0));
        }
        if self.is_clock_back && !run.dry {
            self.set_clock_right();
        }
        let mut before = Before {
            members: (0..COLLECTIONS.len()).map(|which| self.members(which)).collect(),
            folders: self.folders(),
            in_radarr: self.in_radarr(),
            radarr: self.world.radarr.films(),
            people: self.people.clone(),
            aliases: self.aliases.clone(),
            copies: self.copies.clone(),
            excluded: self.excluded.clone(),
            seen_in_radarr: Films::new(),
        };
        self.users_into_config();
        self.world.forget_requests();
        let (code, said) = self.lbjf(run, &chosen, trouble, &trap, &mut before);
        self.last_words = format!("{:?}, exit {code}\n{said}", run.args());
        let ran = Ran { run, chosen, trouble: trouble.filter(|_| trap.has_fired()), code };
        self.behave();

        if run.dry {
            let writes = self.world.writes();
            if !writes.is_empty() {
                return Err(format!("a dry run wrote: {writes:?}"));
            }
            self.count_dry();
            return self.check_known();
        }
        if !run.cleanup {
            self.scrape(&ran, &before);
        }
        if matches!(ran.trouble, Some(Trouble::Refuses { .. })) && !self.is_refused() {
            self.refused_until = self.now + self.cool_down()?;
        }
        self.check_known()?;
        self.check_kept(&before)?;
        self.check_radarr(&ran, &before)?;
        self.check_made(&ran, &before)?;
        for which in 0..COLLECTIONS.len() {
            self.check_collection(which, &ran, &before)?;
        }
        self.check_exit(&ran)?;
        if let Some((Place::EmptyLibrary(who), _)) = ran.place() {
            // Where films were never seen, it was believed: what came back since may go unseen for a day.
            let person = &mut self.people[who];
            if !before.people[who].saw_films.1 {
                person.library = Fact::new(person.library.is, self.now, true);
            }
        }
        self.count(&ran, &before);
        Ok(())
    }

    /// What a run makes of dates that are far ahead: waits begin anew, or are over.
    fn set_clock_right(&mut self) {
        self.is_clock_back = false;
        self.refused_until = 0;
        for known in self.people.iter_mut().flat_map(|person| &mut person.states) {
            known.set_clock_right(self.now);
        }
        for waiting in self.waiting.values_mut() {
            waiting.settled = waiting.settled.map(|_| self.now);
            waiting.failed_at = self.now;
        }
    }

    /// Someone does this in the midst of a run: what was there before it is what would have been there without lbjf.
    pub fn do_meanwhile(&mut self, what: Between, before: &mut Before) {
        let members: Vec<Members> = (0..COLLECTIONS.len()).map(|which| self.members(which)).collect();
        let (folders, radarr) = (self.folders(), self.world.radarr.films());
        before.seen_in_radarr = self.in_radarr();
        self.edit(&what.edit());
        for (which, old) in members.iter().enumerate() {
            let new = self.members(which);
            before.members[which].follow(old, &new);
        }
        let new = self.folders();
        before.folders.retain(|folder| new.contains(folder) || !folders.contains(folder));
        before.folders.extend(new.difference(&folders).cloned());
        let new = self.world.radarr.films();
        before.radarr.retain(|film| new.contains(film) || !radarr.contains(film));
        before.radarr.extend(new.into_iter().filter(|film| !radarr.contains(film)));
        let ids: BTreeSet<u32> = before.radarr.iter().map(|film| film.tmdb_id).collect();
        before.in_radarr = self.films_of(&ids);
    }

    fn folders(&self) -> BTreeSet<String> {
        self.world.jellyfin.collections().into_iter().map(|set| set.folder).collect()
    }

    /// The films with these ids.
    fn films_of(&self, ids: &BTreeSet<u32>) -> Films {
        (0..FILMS).filter(|film| self.ids(*film).iter().any(|id| ids.contains(id))).collect()
    }

    fn behave(&self) {
        for server in [&self.world.letterboxd.server, &self.world.radarr.server, &self.world.jellyfin.server]
        {
            server.behave();
        }
        for (name, person) in NAMES.iter().zip(&self.people) {
            self.world.jellyfin.hide_library(name, !person.library.is);
        }
    }

    /// What lbjf may know after this run.
    fn scrape(&mut self, ran: &Ran, before: &Before) {
        if self.is_refused() {
            return;
        }
        let is_refusal = matches!(ran.trouble, Some(Trouble::Refuses { .. }));
        let is_cut = is_refusal || ran.is_chaos();
        let reading = Reading { now: self.now, full: ran.run.full, allow_shrink: ran.run.allow_shrink };
        for who in &ran.chosen {
            let person = &mut self.people[*who];
            if person.private {
                continue;
            }
            let mut states: Vec<Known> = Vec::new();
            for known in &person.states {
                let mut all = known.scraped(&person.watchlist, reading);
                let was = &before.people[*who].watchlist;
                if was.entries != person.watchlist.entries {
                    all.extend(known.scraped(was, reading));
                    all.extend(known.mixed(was, &person.watchlist, reading));
                }
                match ran.place() {
                    Some((Place::PageOne(other), is_always)) if other == *who => {
                        all.push(known.clone());
                        if is_always {
                            all = vec![known.clone()];
                        }
                    }
                    Some((Place::PageTwo(other), is_always)) if other == *who => {
                        let lacking = known.lacking_a_page(&person.watchlist, self.now);
                        all.extend([known.first_page(&person.watchlist), lacking.clone()]);
                        if is_always {
                            all = vec![known.first_page(&person.watchlist), lacking];
                        }
                    }
                    _ if is_cut => {
                        all.push(known.clone());
                        all.push(known.first_page(&person.watchlist));
                        all.push(known.seeing(person.watchlist.entries.iter().copied()));
                    }
                    _ => {}
                }
                states.extend(all);
            }
            person.states = Vec::new();
            for known in states {
                if !person.states.contains(&known) {
                    person.states.push(known);
                }
            }
        }
        if is_cut || matches!(ran.place(), Some((Place::PageOne(_) | Place::PageTwo(_), _))) {
            return;
        }
        let failing = match ran.place() {
            Some((Place::FilmPage(film), _)) => Some(film),
            _ => None,
        };
        for who in &ran.chosen {
            let person = &self.people[*who];
            let is_sure = |film: &Film| {
                Some(*film) != failing && person.must_list(*film) && !self.unsure.contains(film)
            };
            self.resolved.extend((0..FILMS).filter(is_sure));
        }
    }

    /// How long Letterboxd is left alone after a refusal in this minute.
    fn cool_down(&self) -> Result<u32, String> {
        let db = rusqlite::Connection::open(self.world.database()).expect("a run made the store");
        let until: i64 = db
            .query_row("SELECT until FROM cool_down", [], |row| row.get(0))
            .map_err(|error| error.to_string())?;
        let minutes = (until - jiff::Timestamp::now().as_second() + 59).div_euclid(60);
        let minutes = u32::try_from(minutes).unwrap_or(0);
        let is_right = (0..5).any(|doubled| minutes == COOL_DOWN << doubled) || minutes == DAY;
        if is_right { Ok(minutes) } else { Err(format!("Letterboxd is left alone for {minutes} minutes")) }
    }

    pub fn is_refused(&self) -> bool {
        self.now < self.refused_until
    }

    /// The collection with the folder, whatever its name.
    pub fn set(&self, which: usize) -> Option<jellyfin::Collection> {
        let folder = format!("{} [boxset]", COLLECTIONS[which]);
        self.world.jellyfin.collections().into_iter().find(|set| set.folder == folder)
    }

    pub fn members(&self, which: usize) -> Members {
        let mut members = Members::default();
        for id in self.set(which).into_iter().flat_map(|set| set.members) {
            match self.copies.iter().find(|copy| copy.id == id) {
                Some(copy) if copy.identified.perhaps(self.now) => {
                    members.films.entry(copy.film).or_default().insert(id);
                }
                Some(_) => drop(members.strangers.insert(id)),
                None => {}
            }
        }
        members
    }

    /// Can Radarr and Jellyfin have it?
    pub fn is_movie(&self, film: Film) -> bool {
        film != SERIES && (film != WITHOUT_ID || self.has_gained)
    }

    /// The ids under which a film may be known.
    pub fn ids(&self, film: Film) -> Vec<u32> {
        let merged = (film == MERGED).then_some(MERGED_INTO);
        let former = self.former.filter(|_| film == CHANGED);
        self.tmdb.get(&film).copied().into_iter().chain(merged).chain(former).collect()
    }

    pub fn in_radarr(&self) -> Films {
        let there: BTreeSet<u32> = self.world.radarr.films().iter().map(|film| film.tmdb_id).collect();
        self.films_of(&there)
    }

    /// The id that a copy gets when it comes now.
    pub fn id_now(&self, film: Film) -> u32 {
        if film == MERGED && self.is_merged { MERGED_INTO } else { self.tmdb[&film] }
    }

    /// Tells the servers' other halves that the film was merged.
    pub fn merge(&mut self) {
        self.is_merged = true;
        self.world.radarr.merge(self.tmdb[&MERGED], MERGED_INTO);
    }
}

/// Makes all films known to Letterboxd and Radarr; their TMDB ids.
fn films(world: &World) -> BTreeMap<Film, u32> {
    let all: Vec<String> = (0..SERIES).map(slug).collect();
    world.letterboxd.set_watchlist("somebody", &all.iter().map(String::as_str).collect::<Vec<_>>());
    for film in TWINS {
        let id = world.letterboxd.tmdb_id(&slug(film));
        world.letterboxd.add_film(Page::movie(&slug(film), "Twin", 2001, id));
        world.radarr.know(id, "Twin", 2001, &[]);
    }
    world.letterboxd.add_film(Page::movie(&slug(UNKNOWN), "Unknown", 2002, UNKNOWN_ID));
    let tmdb: BTreeMap<Film, u32> =
        (0..SERIES).map(|film| (film, world.letterboxd.tmdb_id(&slug(film)))).collect();
    world.letterboxd.add_film(Page::tv(&slug(SERIES), "Series", 2000, tmdb[&1]));
    world.letterboxd.add_film(Page::without_id(&slug(WITHOUT_ID), "Short", 2000));
    tmdb
}

/// The ids of the three users in Jellyfin.
fn user_ids(world: &World) -> Vec<String> {
    let mut answer = ureq::get(format!("{}/Users", world.jellyfin.url()))
        .header("Authorization", format!("MediaBrowser Token=\"{}\"", jellyfin::KEY))
        .call()
        .expect("the stand-in lists its users");
    let text = answer.body_mut().read_to_string().expect("JSON is text");
    let users: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let id = |name: &&str| {
        let user = users.as_array().expect("a list").iter().find(|user| user["Name"] == **name);
        user.expect("it was added")["Id"].as_str().expect("text").replace('-', "")
    };
    NAMES.iter().map(id).collect()
}
