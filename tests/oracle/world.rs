//! The three stand-ins, what is known of them, and what a run is held against.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use standins::jellyfin::{self, Item};
use standins::letterboxd::{Film as Page, challenge, pages};
use standins::{Fault, Reply, Request, Server};

use crate::common::{COLLECTION, Ran, World};
use crate::edits::{Edit, FILMS, Round, Run, SERIES, Start, Trouble, WITHOUT_ID, Who};
use crate::model::{Both, Collection, Film, Films, Known, Met, Person};

const COLLECTIONS: [&str; 2] = [COLLECTION, "Cleo's"];
const NAMES: [&str; 3] = ["ada", "ben", "cleo"];
const DAY: u32 = 24 * 60;
const COOL_DOWN: u32 = 60;

/// One copy of a film in the library.
struct Copy {
    film: Film,
    id: String,
    watched: BTreeSet<Who>,
}

/// What is not yet settled about a film that Radarr lacks.
#[derive(Clone, Copy, Default)]
struct Waiting {
    /// When it was seen as excluded last.
    excluded: Option<u32>,
    /// Runs in which asking for it may have failed.
    failures: u32,
}

/// The members of a collection by film, with their item ids.
type Members = BTreeMap<Film, BTreeSet<String>>;

/// Everything as it was before a run.
struct Before {
    members: Vec<Members>,
    folders: BTreeSet<String>,
    in_radarr: Films,
    people: Vec<Person>,
}

pub struct Oracle {
    world: World,
    now: u32,
    people: Vec<Person>,
    collections: Vec<Collection>,
    copies: Vec<Copy>,
    excluded: Films,
    resolved: Films,
    /// (person, film): Radarr had the film while the wish was open.
    answered: Both<(Who, Film)>,
    waiting: BTreeMap<Film, Waiting>,
    refused_at: Option<u32>,
    user_ids: Vec<String>,
    tmdb: BTreeMap<Film, u32>,
    users_config: String,
    stderr: String,
}

fn slug(film: Film) -> String {
    format!("film-{film}")
}

fn is_movie(film: Film) -> bool {
    film != SERIES && film != WITHOUT_ID
}

impl Oracle {
    pub fn new(start: &Start) -> Self {
        let world = World::new();
        let all: Vec<String> = (0..SERIES).map(slug).collect();
        world.letterboxd.set_watchlist("somebody", &all.iter().map(String::as_str).collect::<Vec<_>>());
        let tmdb: BTreeMap<Film, u32> =
            (0..SERIES).map(|film| (film, world.letterboxd.tmdb_id(&slug(film)))).collect();
        world.letterboxd.add_film(Page::tv(&slug(SERIES), "Series", 2000, tmdb[&1]));
        world.letterboxd.add_film(Page::without_id(&slug(WITHOUT_ID), "Short", 2000));
        for name in &NAMES[1..] {
            world.jellyfin.add_user(name);
        }
        let users_config = world.config()[world.config().find("\n[[users]]").expect("ada")..].to_owned();
        let people = (0..3).map(|who| Person {
            name: NAMES[who],
            collection: usize::from(who == 2),
            remove_watched: start.remove_watched[who],
            remove_unlisted: start.remove_unlisted[who],
            in_config: true,
            private: false,
            watchlist: Vec::new(),
            states: vec![Known::default()],
            saw_films: false,
        });
        let mut oracle = Self {
            user_ids: user_ids(&world),
            world,
            now: 0,
            people: people.collect(),
            collections: vec![Collection::default(), Collection::default()],
            copies: Vec::new(),
            excluded: Films::new(),
            resolved: Films::new(),
            answered: Both::default(),
            waiting: BTreeMap::new(),
            refused_at: None,
            tmdb,
            users_config,
            stderr: String::new(),
        };
        for (who, (first, count)) in start.lists.into_iter().enumerate() {
            oracle.edit(&Edit::Rewrite(who, first, count));
        }
        (0..start.library).for_each(|film| oracle.edit(&Edit::Download(film)));
        oracle
    }

    /// What the last run said, for a failing case.
    pub fn last_words(&self) -> &str {
        &self.stderr
    }

    pub fn round(&mut self, round: &Round) -> Result<(), String> {
        round.edits.iter().for_each(|edit| self.edit(edit));
        self.now += round.minutes;
        if self.world.database().exists() {
            self.world.pass_time(Duration::from_secs(u64::from(round.minutes) * 60));
        }
        self.run(round.run, round.trouble)?;
        if round.again && round.trouble.is_none() && !matches!(round.run, Run::One(_) | Run::Cleanup) {
            self.run(Run::Sync, None)?;
            let writes = self.world.writes();
            if !writes.is_empty() {
                return Err(format!("a second run wrote: {writes:?}"));
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_lines, reason = "one arm an edit")]
    fn edit(&mut self, edit: &Edit) {
        let copy_of = |copies: &[Copy], film| {
            copies
                .iter()
                .filter(|copy: &&Copy| copy.film == film)
                .map(|copy| copy.id.clone())
                .collect::<Vec<_>>()
        };
        match *edit {
            Edit::List(who, film) => {
                let list = &mut self.people[who].watchlist;
                list.retain(|other| *other != film);
                list.insert(0, film);
                self.publish(who);
            }
            Edit::Unlist(who, film) => {
                self.people[who].watchlist.retain(|other| *other != film);
                self.publish(who);
            }
            Edit::Rewrite(who, first, count) => {
                self.people[who].watchlist = (first..(first + count).min(FILMS)).collect();
                self.publish(who);
            }
            Edit::Private(who, private) => {
                self.people[who].private = private;
                self.world.letterboxd.set_private(NAMES[who], private);
            }
            Edit::Download(film) if is_movie(film) => {
                let number = copy_of(&self.copies, film).len();
                if number < 2 {
                    let mut item = Item::film(self.tmdb[&film], &slug(film));
                    let others: Vec<_> = self.copies.iter().map(|copy| copy.id.clone()).collect();
                    // A path of its own; one from before a replacement may be free again.
                    let id = loop {
                        item.path.push_str(".copy");
                        let id = format!("{:032x}", u128::from(hash(&item.path)));
                        if !others.contains(&id) {
                            break id;
                        }
                    };
                    item.id = Some(id.clone());
                    self.world.jellyfin.add_item(item);
                    self.copies.push(Copy { film, id, watched: BTreeSet::new() });
                }
            }
            Edit::Replace(film) => {
                if let Some(copy) = self.copies.iter_mut().find(|copy| copy.film == film) {
                    copy.id = self.world.jellyfin.replace_file(&copy.id);
                }
            }
            Edit::Delete(film) => {
                for id in copy_of(&self.copies, film) {
                    self.world.jellyfin.remove_film(&id);
                }
                self.copies.retain(|copy| copy.film != film);
            }
            Edit::Watch(who, film, watched) => {
                if let Some(copy) = self.copies.iter_mut().find(|copy| copy.film == film) {
                    self.world.jellyfin.watch(NAMES[who], &copy.id, watched);
                    copy.watched.remove(&who);
                    if watched {
                        copy.watched.insert(who);
                    }
                }
            }
            Edit::Put(to, film) => {
                let copy = copy_of(&self.copies, film).into_iter().next();
                if let (Some(id), Some(set)) = (copy, self.set(to)) {
                    self.world.jellyfin.put(&set.id, &id);
                }
            }
            Edit::PutWatched(to, film) => {
                self.edit(&Edit::Download(film));
                for who in 0..NAMES.len() {
                    self.edit(&Edit::Watch(who, film, true));
                }
                self.edit(&Edit::Put(to, film));
            }
            Edit::Take(of, film) => {
                if let Some(set) = self.set(of) {
                    for id in copy_of(&self.copies, film) {
                        self.world.jellyfin.take(&set.id, &id);
                    }
                }
            }
            Edit::Make(which) if self.set(which).is_none() => {
                self.world.jellyfin.add_collection(COLLECTIONS[which]);
            }
            Edit::Rename(which) => {
                if let Some(set) = self.set(which) {
                    self.world.jellyfin.rename_collection(&set.id, &format!("Films {which}"));
                }
            }
            Edit::RenameBack(which) => {
                if let Some(set) = self.set(which) {
                    self.world.jellyfin.rename_collection(&set.id, COLLECTIONS[which]);
                }
            }
            Edit::DeleteCollection(which) => {
                if let Some(set) = self.set(which) {
                    self.world.jellyfin.delete_collection(&set.id);
                }
            }
            Edit::Config(who, there) => self.people[who].in_config = there || who == 0,
            Edit::RadarrAdd(film) if is_movie(film) && self.world.radarr.film(self.tmdb[&film]).is_none() => {
                self.world.radarr.has(self.tmdb[&film]);
            }
            Edit::RadarrRemove(film) if is_movie(film) => self.world.radarr.remove(self.tmdb[&film]),
            Edit::Exclude(film) if is_movie(film) => {
                self.world.radarr.exclude(self.tmdb[&film]);
                self.excluded.insert(film);
            }
            Edit::Unexclude(film) if is_movie(film) => {
                self.world.radarr.unexclude(self.tmdb[&film]);
                self.excluded.remove(&film);
            }
            _ => {}
        }
    }

    fn publish(&self, who: Who) {
        let slugs: Vec<String> = self.people[who].watchlist.iter().copied().map(slug).collect();
        self.world
            .letterboxd
            .set_watchlist(NAMES[who], &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// The collection with the folder, whatever its name.
    fn set(&self, which: usize) -> Option<jellyfin::Collection> {
        let folder = format!("{} [boxset]", COLLECTIONS[which]);
        self.world.jellyfin.collections().into_iter().find(|set| set.folder == folder)
    }

    fn members(&self, which: usize) -> Members {
        let mut members = Members::new();
        for id in self.set(which).into_iter().flat_map(|set| set.members) {
            if let Some(copy) = self.copies.iter().find(|copy| copy.id == id) {
                members.entry(copy.film).or_default().insert(id);
            }
        }
        members
    }

    fn in_radarr(&self) -> Films {
        let ids: BTreeSet<u32> = self.world.radarr.films().iter().map(|film| film.tmdb_id).collect();
        self.tmdb.iter().filter(|(_, id)| ids.contains(id)).map(|(film, _)| *film).collect()
    }

    fn film_of(&self, tmdb_id: u32) -> Option<Film> {
        self.tmdb.iter().find(|(_, id)| **id == tmdb_id).map(|(film, _)| *film)
    }

    fn watched(&self, who: Who, film: Film) -> bool {
        self.copies.iter().any(|copy| copy.film == film && copy.watched.contains(&who))
    }

    /// Runs lbjf and holds what happened against the oracle.
    fn run(&mut self, run: Run, trouble: Option<Trouble>) -> Result<(), String> {
        let chosen: Vec<Who> = match run {
            Run::One(who) if self.people[who].in_config => vec![who],
            _ => (0..3).filter(|who| self.people[*who].in_config).collect(),
        };
        let fired = self.begin(trouble);
        let before = Before {
            members: vec![self.members(0), self.members(1)],
            folders: self.world.jellyfin.collections().into_iter().map(|set| set.folder).collect(),
            in_radarr: self.in_radarr(),
            people: self.people.clone(),
        };
        let ran = self.lbjf(run, &chosen);
        self.stderr = format!("exit {}\n{}", ran.code, ran.stderr);
        let trouble = trouble.filter(|trouble| {
            fired.load(Ordering::SeqCst) > 0 || matches!(trouble, Trouble::EmptyLibrary(_))
        });
        self.end();

        if run != Run::Cleanup {
            self.scrape(&chosen, trouble, run == Run::Full);
        }
        self.check_radarr(run, &chosen, trouble, &before)?;
        self.check_made(&before)?;
        let mut touched: Vec<usize> = chosen.iter().map(|who| self.people[*who].collection).collect();
        touched.dedup();
        for which in 0..COLLECTIONS.len() {
            self.check_collection(which, touched.contains(&which), run, trouble, &before)?;
        }
        self.check_exit(&ran, run, &chosen, trouble)?;
        if !self.copies.is_empty() && trouble.is_none() {
            for who in chosen {
                self.people[who].saw_films = true;
            }
        }
        Ok(())
    }

    fn lbjf(&mut self, run: Run, chosen: &[Who]) -> Ran {
        let mut users = String::new();
        for person in self.people.iter().filter(|person| person.in_config) {
            let _ = write!(
                users,
                "\n[[users]]\nletterboxd_username = \"{0}\"\njellyfin_username = \"{0}\"\n\
                 jellyfin_collection = \"{1}\"\nremove_watched = {2}\nremove_unlisted = {3}\n",
                person.name, COLLECTIONS[person.collection], person.remove_watched, person.remove_unlisted,
            );
        }
        self.world.change(&self.users_config, &users);
        self.users_config = users;
        self.world.forget_requests();
        match run {
            Run::One(_) if chosen.len() == 1 => self.world.lbjf(&["sync", "--user", NAMES[chosen[0]]]),
            Run::Sync | Run::One(_) => self.world.lbjf(&["sync"]),
            Run::Full => self.world.lbjf(&["sync", "--full"]),
            Run::Cleanup => self.world.lbjf(&["cleanup"]),
        }
    }

    /// Lets something go wrong; the number says how often it did.
    fn begin(&self, trouble: Option<Trouble>) -> Arc<AtomicUsize> {
        let fired = Arc::new(AtomicUsize::new(0));
        let Some(trouble) = trouble else { return fired };
        let World { letterboxd, radarr, jellyfin, .. } = &self.world;
        let fail = |server: &Server, fault, matches: Box<dyn Fn(&Request) -> bool + Send + Sync>| {
            let fired = Arc::clone(&fired);
            let count = move |request: &Request| {
                let hit = matches(request);
                fired.fetch_add(usize::from(hit), Ordering::SeqCst);
                hit
            };
            server.fail(usize::MAX, count, fault);
        };
        let page = || Fault::Instead(Reply::html(200, pages::foreign_page()));
        let login = || Fault::Instead(Reply::html(200, "<!DOCTYPE html><title>Sign in</title>"));
        let refused = || Fault::Instead(Reply::new(400, "text/plain", "Error processing request."));
        let path = |path: String| Box::new(move |request: &Request| request.path == path);
        let write = |method: &'static str, items: bool| {
            Box::new(move |request: &Request| {
                request.method == method && request.path.ends_with("/Items") == items
            })
        };
        match trouble {
            Trouble::PageOne(who) => {
                fail(&letterboxd.server, page(), path(format!("/{}/watchlist/", NAMES[who])));
            }
            Trouble::PageTwo(who) => {
                fail(&letterboxd.server, page(), path(format!("/{}/watchlist/page/2/", NAMES[who])));
            }
            Trouble::Challenge(who) => {
                let path = path(format!("/{}/watchlist/", NAMES[who]));
                fail(&letterboxd.server, Fault::Instead(challenge()), path);
            }
            Trouble::FilmPage(film) => fail(&letterboxd.server, page(), path(format!("/film/film-{film}/"))),
            Trouble::RadarrReads => {
                fail(&radarr.server, login(), Box::new(|request| request.method == "GET"));
            }
            Trouble::RadarrList => fail(&radarr.server, login(), path("/api/v3/movie".to_owned())),
            Trouble::RadarrAdds => {
                let error = Reply::json(500, &serde_json::json!({"message": "no", "description": "no"}));
                let is_add = |request: &Request| request.method == "POST" && request.path == "/api/v3/movie";
                fail(&radarr.server, Fault::Instead(error), Box::new(is_add));
            }
            Trouble::RadarrAddsLost => {
                let is_add = |request: &Request| request.method == "POST" && request.path == "/api/v3/movie";
                fail(&radarr.server, Fault::DropAfter, Box::new(is_add));
            }
            Trouble::Users => fail(&jellyfin.server, login(), path("/Users".to_owned())),
            Trouble::Libraries => {
                let is_library =
                    |request: &Request| request.param("userId").is_some() && request.path == "/Items";
                fail(&jellyfin.server, login(), Box::new(is_library));
            }
            Trouble::Library(who) => {
                let id = self.user_ids[who].clone();
                let is_library = move |request: &Request| {
                    request.path == "/Items"
                        && request.param("userId").is_some_and(|user| user.replace('-', "") == id)
                };
                fail(&jellyfin.server, login(), Box::new(is_library));
            }
            Trouble::EmptyLibrary(who) => jellyfin.hide_library(NAMES[who], true),
            Trouble::Collections => {
                let is_list = |request: &Request| {
                    request.param("includeItemTypes").is_some_and(|kinds| kinds.contains("BoxSet"))
                };
                fail(&jellyfin.server, login(), Box::new(is_list));
            }
            Trouble::Members => {
                let is_members = |request: &Request| request.param("parentId").is_some();
                fail(&jellyfin.server, login(), Box::new(is_members));
            }
            Trouble::Make => fail(&jellyfin.server, refused(), write("POST", false)),
            Trouble::MakeLost => fail(&jellyfin.server, Fault::DropAfter, write("POST", false)),
            Trouble::Puts => fail(&jellyfin.server, refused(), write("POST", true)),
            Trouble::PutsLost => fail(&jellyfin.server, Fault::DropAfter, write("POST", true)),
            Trouble::Takes => fail(&jellyfin.server, refused(), write("DELETE", true)),
            Trouble::TakesLost => fail(&jellyfin.server, Fault::DropAfter, write("DELETE", true)),
        }
        fired
    }

    fn end(&self) {
        for server in [&self.world.letterboxd.server, &self.world.radarr.server, &self.world.jellyfin.server]
        {
            server.behave();
        }
        for name in NAMES {
            self.world.jellyfin.hide_library(name, false);
        }
    }

    /// What lbjf may know after this run.
    fn scrape(&mut self, chosen: &[Who], trouble: Option<Trouble>, full: bool) {
        if self.is_refused() {
            return;
        }
        let is_challenge = matches!(trouble, Some(Trouble::Challenge(_)));
        for who in chosen {
            let person = &mut self.people[*who];
            if person.private {
                continue;
            }
            let mut states: Vec<Known> = Vec::new();
            for known in &person.states {
                let read = || known.scraped(&person.watchlist, self.now, full);
                states.extend(match trouble {
                    Some(Trouble::PageOne(other) | Trouble::Challenge(other)) if other == *who => {
                        vec![known.clone()]
                    }
                    Some(Trouble::PageTwo(other)) if other == *who => {
                        vec![known.first_page(&person.watchlist)]
                    }
                    _ if is_challenge => {
                        let mut all = read();
                        all.push(known.clone());
                        all.push(known.first_page(&person.watchlist));
                        all
                    }
                    _ => read(),
                });
            }
            person.states = Vec::new();
            for known in states {
                if !person.states.contains(&known) {
                    person.states.push(known);
                }
            }
        }
        if is_challenge {
            self.refused_at = Some(self.now);
            return;
        }
        if matches!(trouble, Some(Trouble::PageOne(_) | Trouble::PageTwo(_))) {
            return;
        }
        let failing = if let Some(Trouble::FilmPage(film)) = trouble { Some(film) } else { None };
        for who in chosen {
            let person = &self.people[*who];
            self.resolved.extend((0..FILMS).filter(|film| Some(*film) != failing && person.must_list(*film)));
        }
    }

    fn is_refused(&self) -> bool {
        self.refused_at.is_some_and(|at| self.now - at < COOL_DOWN)
    }

    fn check_radarr(
        &mut self,
        run: Run,
        chosen: &[Who],
        trouble: Option<Trouble>,
        before: &Before,
    ) -> Result<(), String> {
        use Trouble::{RadarrAdds, RadarrAddsLost, RadarrList, RadarrReads};
        let is_disturbed = matches!(trouble, Some(RadarrReads | RadarrList | RadarrAdds | RadarrAddsLost));
        // An entry that an accepted crawl lacked is a new wish when it comes back.
        for who in 0..self.people.len() {
            for film in 0..FILMS {
                if !(before.people[who].must_list(film) && self.people[who].must_list(film)) {
                    let is_gone = !(before.people[who].may_list(film) && self.people[who].may_list(film));
                    self.answered.drop(&(who, film), is_gone);
                }
            }
        }
        let after = self.in_radarr();
        let posted = self.world.radarr.posted();
        let mut sent = Films::new();
        for id in &posted {
            let Some(film) = self.film_of(*id) else { return Err(format!("{id} was sent to Radarr")) };
            if !sent.insert(film) && !is_disturbed {
                return Err(format!("film-{film} was sent to Radarr twice"));
            }
            if run == Run::Cleanup {
                return Err(format!("cleanup sent film-{film} to Radarr"));
            }
            if self.excluded.contains(&film) {
                return Err(format!("the excluded film-{film} was sent to Radarr"));
            }
            let wishes = |who: &&Who| {
                self.people[**who].may_list(film) && !self.answered.surely.contains(&(**who, film))
            };
            if !chosen.iter().any(|who| wishes(&who)) {
                return Err(format!("film-{film} was sent to Radarr, but nobody's wish is open"));
            }
        }
        let is_list = |request: &Request| request.method == "GET" && request.path == "/api/v3/movie";
        let was_read = self
            .world
            .radarr
            .server
            .requests()
            .iter()
            .any(|request| is_list(request) && request.param("tmdbId").is_none());

        // A new or restored Radarr gets new wishes only.
        let answered: Films = self.answered.perhaps.iter().map(|(_, film)| *film).collect();
        let lost = answered.difference(&before.in_radarr).count();
        let is_restored = lost > 5
            && lost * 2 > self.answered.surely.iter().map(|(_, film)| film).collect::<BTreeSet<_>>().len();
        if run != Run::Cleanup && !is_disturbed && !is_restored {
            for who in chosen {
                for film in (0..FILMS).filter(|film| is_movie(*film) && self.resolved.contains(film)) {
                    if !self.people[*who].must_list(film)
                        || self.answered.perhaps.contains(&(*who, film))
                        || self.excluded.contains(&film)
                        || after.contains(&film)
                    {
                        continue;
                    }
                    let waiting = self.waiting.get(&film).copied().unwrap_or_default();
                    let is_due = waiting.failures <= 3
                        && waiting.excluded.is_none_or(|at| was_read || self.now - at >= DAY);
                    if is_due || run == Run::Full {
                        return Err(format!("film-{film} of {} is not in Radarr", NAMES[*who]));
                    }
                }
            }
        }

        if was_read && !is_disturbed {
            for who in 0..self.people.len() {
                for film in after.iter().filter(|film| self.people[who].may_list(**film)) {
                    let is_sure = chosen.contains(&who)
                        && self.people[who].must_list(*film)
                        && self.resolved.contains(film)
                        && !self.excluded.contains(film);
                    self.answered.add(&(who, *film), is_sure);
                }
            }
        } else if is_disturbed {
            for who in 0..self.people.len() {
                for film in after.iter().filter(|film| self.people[who].may_list(**film)) {
                    self.answered.add(&(who, *film), false);
                }
            }
        }
        for film in 0..FILMS {
            let waiting = self.waiting.entry(film).or_default();
            if is_disturbed {
                waiting.failures += 1;
            } else if after.contains(&film) {
                *waiting = Waiting::default();
            }
            if self.excluded.contains(&film) && run != Run::Cleanup {
                waiting.excluded = Some(self.now);
            }
        }
        Ok(())
    }

    /// A collection whose folder exists is never made.
    fn check_made(&self, before: &Before) -> Result<(), String> {
        let mut made = before.folders.clone();
        for request in self.world.jellyfin.server.writes() {
            if request.path == "/Collections" {
                let name = request.param("name").unwrap_or_default();
                if !made.insert(format!("{name} [boxset]")) {
                    return Err(format!("the collection {name} was made although its folder is there"));
                }
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_lines, reason = "one table of rules")]
    fn check_collection(
        &mut self,
        which: usize,
        is_touched: bool,
        run: Run,
        trouble: Option<Trouble>,
        before: &Before,
    ) -> Result<(), String> {
        use Trouble::{
            Collections, EmptyLibrary, Libraries, Library, Make, MakeLost, Members, Puts, PutsLost, Takes,
            TakesLost, Users,
        };
        let name = COLLECTIONS[which];
        let mapped: Vec<Who> = (0..3)
            .filter(|who| self.people[*who].in_config && self.people[*who].collection == which)
            .collect();
        let read_failed = match trouble {
            Some(Users | Libraries | Collections | Members) => true,
            Some(Library(who)) => mapped.contains(&who),
            Some(EmptyLibrary(who)) => mapped.contains(&who) && self.people[who].saw_films,
            _ => false,
        };
        let is_disturbed = read_failed
            || match trouble {
                Some(EmptyLibrary(who)) => mapped.contains(&who),
                Some(Make | MakeLost | Puts | PutsLost | Takes | TakesLost) => true,
                _ => false,
            };
        let is_clean = is_touched && !is_disturbed;
        let was = &before.members[which];
        let is = self.members(which);

        // What lbjf met in this run, and what it put there.
        let rw: Vec<Who> = mapped.iter().copied().filter(|who| self.people[*who].remove_watched).collect();
        let mut collection = self.collections[which].clone();
        for film in was.keys() {
            if !is_touched {
                continue;
            }
            let may = mapped.iter().any(|who| self.people[*who].may_list(*film));
            let must = mapped.iter().any(|who| self.people[*who].must_list(*film));
            if may {
                let is_sure = must && is_clean && run != Run::Cleanup && self.resolved.contains(film);
                collection.owned.add(film, is_sure);
            }
            let watchers = rw.iter().filter(|who| self.watched(**who, *film)).count();
            collection.met.entry(*film).or_insert_with(|| {
                if !is_clean || rw.is_empty() || run == Run::Cleanup {
                    Met::Unclear
                } else if watchers == rw.len() {
                    Met::Watched
                } else if watchers == 0 {
                    Met::Unwatched
                } else {
                    Met::Unclear
                }
            });
        }
        let by_everyone = |film: Film| !rw.is_empty() && rw.iter().all(|who| self.watched(*who, film));
        let may_leave = |film: Film| {
            let is_owned = collection.owned.perhaps.contains(&film);
            let let_go = |who: &Who| self.people[*who].may_let_go(film, self.watched(*who, film));
            let is_its_own = is_owned && mapped.iter().all(let_go);
            let was_watched = collection.met.get(&film) == Some(&Met::Watched);
            is_its_own || (!collection.owned.surely.contains(&film) && by_everyone(film) && !was_watched)
        };
        let must_leave = |film: Film| {
            let is_owned = collection.owned.surely.contains(&film);
            let let_go = |who: &Who| self.people[*who].must_let_go(film, self.watched(*who, film));
            (is_owned && !mapped.is_empty() && mapped.iter().all(let_go))
                || (!collection.owned.perhaps.contains(&film)
                    && by_everyone(film)
                    && collection.met.get(&film) == Some(&Met::Unwatched))
        };

        let leaving: Films = (0..FILMS).filter(|film| must_leave(*film)).collect();

        for (film, items) in was {
            for item in items {
                if is.get(film).is_some_and(|now| now.contains(item)) {
                    continue;
                }
                if read_failed || !is_touched {
                    return Err(format!("film-{film} was taken out of {name} on doubt"));
                }
                if !may_leave(*film) {
                    let owned =
                        (collection.owned.surely.contains(film), collection.owned.perhaps.contains(film));
                    let met = collection.met.get(film);
                    return Err(format!(
                        "film-{film} was taken out of {name} by no rule: owned (surely, perhaps) {owned:?}, {met:?}"
                    ));
                }
            }
        }
        for (film, items) in &is {
            let old = was.get(film);
            let new: Vec<&String> =
                items.iter().filter(|item| old.is_none_or(|old| !old.contains(*item))).collect();
            if new.is_empty() {
                continue;
            }
            let smallest = self.copies.iter().filter(|copy| copy.film == *film).map(|copy| &copy.id).min();
            let is_held =
                mapped.iter().any(|who| self.people[*who].may_hold(*film, self.watched(*who, *film)));
            if old.is_some() || new.len() > 1 || Some(new[0]) != smallest {
                return Err(format!("copies of film-{film} were added to {name}: {new:?}"));
            }
            if !is_held || !is_touched || run == Run::Cleanup {
                return Err(format!("film-{film} was added to {name}, but nobody holds it"));
            }
            collection.owned.add(film, true);
        }
        if is_clean && !self.copies.is_empty() {
            if let Some(film) = is.keys().find(|film| leaving.contains(film)) {
                return Err(format!("film-{film} is still in {name}"));
            }
            for film in (0..FILMS).filter(|film| self.resolved.contains(film) && run != Run::Cleanup) {
                let is_held =
                    mapped.iter().any(|who| self.people[*who].must_hold(film, self.watched(*who, film)));
                let is_there = self.copies.iter().any(|copy| copy.film == film);
                if is_held && is_there && !is.contains_key(&film) {
                    return Err(format!("film-{film} is not in {name}"));
                }
            }
        }
        // What left and was seen to have left is nobody's.
        for film in (0..FILMS).filter(|film| !is.contains_key(film)) {
            collection.owned.drop(&film, is_clean);
            if is_clean {
                collection.met.remove(&film);
            } else if let Some(met) = collection.met.get_mut(&film) {
                *met = Met::Unclear;
            }
        }
        // A write without an answer may have been done, or not.
        if is_disturbed {
            collection.owned.surely.retain(|film| was.contains_key(film));
        }
        self.collections[which] = collection;
        Ok(())
    }

    fn check_exit(
        &self,
        ran: &Ran,
        run: Run,
        chosen: &[Who],
        trouble: Option<Trouble>,
    ) -> Result<(), String> {
        if trouble.is_some() {
            let fits = [0, 4, 6].contains(&ran.code);
            return if fits { Ok(()) } else { Err(format!("exit {}", ran.code)) };
        }
        let expected = if run == Run::Cleanup {
            0
        } else if self.is_refused() {
            6
        } else if chosen.iter().any(|who| self.people[*who].private) {
            4
        } else {
            0
        };
        if ran.code == expected || (self.copies.is_empty() && ran.code == 4) {
            Ok(())
        } else {
            Err(format!("exit {} instead of {expected}", ran.code))
        }
    }
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

/// FNV-1a: any number that depends on the text.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
