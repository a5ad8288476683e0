//! The house: three people, their lists, three collections, some films, the stand-ins, and what is truly so there. It
//! knows nothing of what lbjf knows.

mod edit;
mod lists;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use standins::jellyfin;
use standins::letterboxd::Film as Page;
use standins::{Jellyfin, Radarr, radarr};

use crate::common::{COLLECTION, World};
use crate::oracle::cases::Start;
use crate::oracle::edits::Edit;

/// A film by its number; `film-7` is 7.
pub type Film = u8;
/// Some films.
pub type Films = BTreeSet<Film>;

/// Films that exist. The edits like the first eight best; only those have pages that are read.
pub const FILMS: Film = 36;
/// A show. Its TMDB id is also the id of the film 1.
pub const SHOW: Film = 34;
/// Letterboxd names no TMDB id.
pub const WITHOUT_ID: Film = 35;
/// Two films of one title and year: their folders in Radarr clash.
pub const TWINS: [Film; 2] = [3, 4];
/// TMDB may merge it into another: Letterboxd keeps the old id, everybody else has the new one.
pub const MERGED: Film = 5;
const MERGED_INTO: u32 = 4_900_000;

/// 0 is ada, 1 ben (who shares her collection), 2 cleo.
pub type Who = usize;
/// Whose films may go to a second Radarr, where nobody deletes or excludes anything, and nothing fails.
pub const CLEO: Who = 2;
/// What they are called at Letterboxd and in the config.
pub const NAMES: [&str; 3] = ["ada", "ben", "cleo"];
/// What their users in Jellyfin are called.
/// Cleo's playlist.
pub const PLAYLIST: &str = "Cleo's own";
pub const VIEWERS: [&str; 3] = ["Ada at home", "Ben at home", "Cleo at home"];
/// The collection of ada and ben, that of cleo, and one that the config names only later.
pub const COLLECTIONS: [&str; 3] = [COLLECTION, "Cleo's", "Another"];

/// A list, as the config may name it: `0..3` are the watchlists of the three, the others are dave's.
pub type ListNo = usize;
/// Lists that the config may name.
pub const LISTS: usize = 7;
/// What messages call them. Each of dave's two may get another name, and then has another address.
pub const LIST_NAMES: [&str; LISTS] =
    ["ada", "ben", "cleo", "dave/best", "dave/odd", "dave/finest", "dave/oddest"];

/// Minutes.
pub const HOUR: u32 = 60;
/// Minutes.
pub const DAY: u32 = 24 * HOUR;
/// Entries on a page of a watchlist.
pub const PAGE: usize = 28;

const RADARRS: [radarr::Version; 3] = [radarr::Version::V4_7, radarr::Version::V5_28, radarr::Version::V6_0];
const JELLYFINS: [jellyfin::Version; 5] = [
    jellyfin::Version::V10_8,
    jellyfin::Version::V10_9,
    jellyfin::Version::V10_10,
    jellyfin::Version::V10_11,
    jellyfin::Version::V12_0,
];

pub use lists::{Export, List};

/// A person, as the config and the stand-ins have them.
#[derive(Clone, Debug)]
pub struct Person {
    /// Which collection.
    pub collection: usize,
    /// Whose Jellyfin user.
    pub viewer: Who,
    pub remove_watched: bool,
    pub remove_unlisted: bool,
    pub in_config: bool,
    /// Which of dave's two lists they want, too.
    pub wants: [bool; 2],
    /// Is their watchlist read from their export?
    pub by_export: bool,
    /// Their exports, oldest first.
    pub exports: Vec<Export>,
    /// Which of them is the file that lbjf reads; one that is not there is a broken file.
    pub export: Option<usize>,
}

/// One copy of a film in the library.
#[derive(Clone, Debug)]
pub struct Copy {
    pub film: Film,
    pub id: String,
    /// The id before the last replacement, which lbjf may still know.
    pub former: Option<String>,
    /// Does Jellyfin know its TMDB id?
    pub identified: bool,
    /// When lbjf must have noticed what changed last: a change that does not touch the time at which the film was
    /// saved may go unseen for a day.
    pub known_from: u32,
    pub watched: Vec<Who>,
}

/// What is truly so at a moment.
#[derive(Clone, Debug)]
pub struct Truth {
    pub people: Vec<Person>,
    /// The three watchlists, and dave's two lists.
    pub lists: Vec<List>,
    /// Does the config name dave's lists by their other names?
    pub follows: [bool; 2],
    pub copies: Vec<Copy>,
    pub excluded: Films,
    pub is_merged: bool,
    pub in_radarr: Films,
    /// In the second one.
    pub in_second: Films,
    pub sets: Vec<jellyfin::Collection>,
}

impl Truth {
    /// Whose films the collection is for.
    pub fn mapped(&self, which: usize) -> Vec<Who> {
        let is_mapped = |who: &Who| self.people[*who].in_config && self.people[*who].collection == which;
        (0..3).filter(is_mapped).collect()
    }

    /// The collection in this one's folder, whatever its name.
    pub fn set(&self, which: usize) -> Option<&jellyfin::Collection> {
        let folder = format!("{} [boxset]", COLLECTIONS[which]);
        self.sets.iter().find(|set| set.folder == folder)
    }

    /// The films in a collection, with all their copies that are in it.
    pub fn members(&self, which: usize) -> BTreeMap<Film, Vec<&str>> {
        let mut members: BTreeMap<Film, Vec<&str>> = BTreeMap::new();
        for item in self.set(which).into_iter().flat_map(|set| &set.members) {
            if let Some(film) = self.film_of(item) {
                members.entry(film).or_default().push(item);
            }
        }
        members
    }

    /// Which film is this item a copy of?
    pub fn film_of(&self, item: &str) -> Option<Film> {
        let is_it = |copy: &&Copy| copy.id == item || copy.former.as_deref() == Some(item);
        self.copies.iter().find(is_it).map(|copy| copy.film)
    }

    /// All copies of a film.
    pub fn copies_of(&self, film: Film) -> impl Iterator<Item = &Copy> {
        self.copies.iter().filter(move |copy| copy.film == film)
    }

    /// Did this person watch any copy?
    pub fn watched(&self, who: Who, film: Film) -> bool {
        self.copies_of(film).any(|copy| copy.watched.contains(&self.people[who].viewer))
    }

    /// The library shows no films: where it showed some, that is not believed.
    pub fn is_bare(&self) -> bool {
        !self.copies.iter().any(|copy| copy.identified)
    }

    /// Can lbjf tell, by this minute, which films the copies of this one are?
    pub fn is_clear(&self, film: Film, now: u32) -> bool {
        !(film == MERGED && self.is_merged)
            && self.copies_of(film).all(|copy| copy.identified && copy.known_from <= now)
    }
}

pub struct House {
    pub world: World,
    /// Minutes since the beginning.
    pub now: u32,
    pub truth: Truth,
    /// `max_adds_per_run`
    pub max_adds: Option<usize>,
    /// `skip_if_in_library`
    pub skips: bool,
    /// The ids of the users in Jellyfin.
    pub user_ids: Vec<String>,
    tmdb: BTreeMap<Film, u32>,
    /// The text of the config about users.
    users: String,
}

impl House {
    pub fn new(start: &Start) -> Self {
        let mut world = World::with(
            Radarr::start_version(RADARRS[start.versions.0]),
            Jellyfin::start_version(JELLYFINS[start.versions.1]),
        );
        world = world.set("[radarr]", &format!("skip_if_in_library = {}", start.skip_if_in_library));
        if let Some(most) = start.max_adds {
            world = world.set("[radarr]", &format!("max_adds_per_run = {most}"));
        }
        if start.has_second {
            world = world.another_radarr("uhd");
        }
        let tmdb = films(&world);
        // Each page costs time, and one is like the other.
        let told = (8..SHOW).fold("[films]\n".to_owned(), |text, film| {
            text + &format!("\"{}\" = {}\n", slug(film), tmdb[&film])
        });
        world.change("[jellyfin]", &format!("{told}\n[jellyfin]"));
        let users = world.config()[world.config().find("\n[[users]]").expect("ada")..].to_owned();
        let user_ids = VIEWERS.iter().map(|name| world.jellyfin.add_user(name)).collect();
        let person = |who| Person {
            collection: usize::from(who == 2),
            viewer: if who == 1 && start.is_shared { 0 } else { who },
            remove_watched: start.remove_watched[who],
            remove_unlisted: start.remove_unlisted[who],
            in_config: true,
            wants: start.wants[who],
            by_export: start.by_export[who],
            exports: Vec::new(),
            export: None,
        };
        let truth = Truth {
            people: (0..3).map(person).collect(),
            lists: vec![List::default(); 5],
            follows: [false; 2],
            copies: Vec::new(),
            excluded: Films::new(),
            is_merged: false,
            in_radarr: Films::new(),
            in_second: Films::new(),
            sets: Vec::new(),
        };
        let mut house = Self {
            world,
            now: 0,
            truth,
            max_adds: start.max_adds,
            skips: start.skip_if_in_library,
            user_ids,
            tmdb,
            users,
        };
        if start.merged {
            house.edit(&Edit::Merge);
        }
        for (list, (first, count)) in start.lists.into_iter().enumerate() {
            house.edit(&Edit::Rewrite(list, first, count));
        }
        if let Some(list) = start.private {
            house.edit(&Edit::Private(list, true));
        }
        (0..3).for_each(|who| house.edit(&Edit::Export(who)));
        (0..start.library).for_each(|film| house.edit(&Edit::Download { film, quiet: false }));
        house.look();
        house
    }
}

impl House {
    /// Looks at what the servers have now.
    pub fn look(&mut self) {
        self.truth.in_radarr = self.films_in(&self.world.radarr);
        self.truth.in_second = self.second().map(|radarr| self.films_in(radarr)).unwrap_or_default();
        self.truth.sets = self.world.jellyfin.collections();
    }

    fn films_in(&self, radarr: &Radarr) -> Films {
        let there: BTreeSet<u32> = radarr.films().iter().map(|film| film.tmdb_id).collect();
        (0..FILMS).filter(|film| self.ids(*film).iter().any(|id| there.contains(id))).collect()
    }

    /// The second Radarr, if there is one.
    pub fn second(&self) -> Option<&Radarr> {
        self.world.more_radarrs.first().map(|(_, radarr)| radarr)
    }

    /// Time passes.
    pub fn pass(&mut self, minutes: u32) {
        self.now += minutes;
        let time = Duration::from_secs(u64::from(minutes) * 60);
        self.world.jellyfin.pass_time(time);
        if self.world.database().exists() {
            self.world.pass_time(time);
        }
        self.save_exports();
    }

    /// Writes who stands in the config now.
    pub fn configure(&mut self) {
        let mut users = String::new();
        for (who, person) in self.truth.people.iter().enumerate().filter(|(_, person)| person.in_config) {
            let name = NAMES[who];
            let lists = self.truth.lists_of(who).into_iter().filter(|list| *list > 2);
            let lists: Vec<_> = lists.map(|list| format!("\"{}\"", LIST_NAMES[list])).collect();
            let playlist =
                if who == CLEO { format!("jellyfin_playlist = \"{PLAYLIST}\"\n") } else { String::new() };
            let has_second = who == CLEO && self.second().is_some();
            let radarrs = if has_second { "radarr = [\"main\", \"uhd\"]\n" } else { "" };
            let export = if person.by_export {
                format!("letterboxd_export = \"{}\"\n", Self::export_path(who))
            } else {
                String::new()
            };
            let _ = write!(
                users,
                "\n[[users]]\nletterboxd_username = \"{name}\"\njellyfin_username = \"{}\"\n\
                 jellyfin_collection = \"{}\"\nremove_watched = {}\nremove_unlisted = {}\n\
                 letterboxd_lists = [{}]\n{export}{radarrs}{playlist}",
                VIEWERS[person.viewer],
                COLLECTIONS[person.collection],
                person.remove_watched,
                person.remove_unlisted,
                lists.join(", "),
            );
        }
        self.world.change(&self.users, &users);
        self.users = users;
    }

    /// Can Radarr and Jellyfin have it?
    pub fn is_movie(film: Film) -> bool {
        film != SHOW && film != WITHOUT_ID
    }

    /// Would Radarr take it?
    pub fn is_to_be_had(&self, film: Film) -> bool {
        Self::is_movie(film) && !self.truth.excluded.contains(&film)
    }

    /// The ids under which a film may be known.
    pub fn ids(&self, film: Film) -> Vec<u32> {
        let merged = (film == MERGED).then_some(MERGED_INTO);
        self.tmdb.get(&film).copied().into_iter().chain(merged).collect()
    }

    /// The film with this id.
    pub fn film_with(&self, id: u32) -> Option<Film> {
        (0..FILMS).filter(|film| Self::is_movie(*film)).find(|film| self.ids(*film).contains(&id))
    }
}

/// The slug that a film has at first.
pub fn slug(film: Film) -> String {
    format!("film-{film}")
}

/// Makes all films known to Letterboxd and Radarr; their TMDB ids.
fn films(world: &World) -> BTreeMap<Film, u32> {
    let all: Vec<String> = (0..SHOW).map(slug).collect();
    world.letterboxd.set_watchlist("somebody", &all.iter().map(String::as_str).collect::<Vec<_>>());
    for film in TWINS {
        let id = world.letterboxd.tmdb_id(&slug(film));
        world.letterboxd.add_film(Page::movie(&slug(film), "Twin", 2001, id));
        let more = world.more_radarrs.iter().map(|(_, radarr)| radarr);
        more.chain([&world.radarr]).for_each(|radarr| radarr.know(id, "Twin", 2001, &[]));
    }
    let tmdb: BTreeMap<Film, u32> =
        (0..SHOW).map(|film| (film, world.letterboxd.tmdb_id(&slug(film)))).collect();
    world.letterboxd.add_film(Page::tv(&slug(SHOW), "Show", 2000, tmdb[&1]));
    world.letterboxd.add_film(Page::without_id(&slug(WITHOUT_ID), "Short", 2000));
    tmdb
}
