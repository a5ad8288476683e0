//! What goes wrong during a run, and how the stand-ins are told to.

use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use standins::letterboxd::{challenge, pages, rate_limit};
use standins::{Change, Fault, Hook, Reply, Request, Server};

use crate::common::World;
use crate::oracle::edits::{Edit, meanwhile, who};
use crate::oracle::house::{Film, House, LIST_NAMES, LISTS, ListNo, NAMES, Who};

/// Where it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    PageOne(ListNo),
    PageTwo(ListNo),
    FilmPage(Film),
    /// Every question to Radarr.
    RadarrReads,
    /// The list of Radarr's films.
    RadarrList,
    RadarrAdds,
    /// Radarr says no to one film.
    RadarrRefuses(Film),
    Users,
    /// Every question about films in Jellyfin.
    Library,
    /// Those that are asked as this user.
    LibraryOf(Who),
    /// Every answer about films is one of nothing.
    EmptyLibrary,
    /// The list of collections.
    Collections,
    /// The members of collections.
    Members,
    /// Making a collection.
    Make,
    /// Adding to collections.
    Puts,
    /// Taking out of collections.
    Takes,
}

impl Place {
    pub fn is_letterboxd(self) -> bool {
        matches!(self, Self::PageOne(_) | Self::PageTwo(_) | Self::FilmPage(_))
    }

    pub fn is_radarr(self) -> bool {
        matches!(self, Self::RadarrReads | Self::RadarrList | Self::RadarrAdds | Self::RadarrRefuses(_))
    }

    pub fn is_jellyfin(self) -> bool {
        !self.is_letterboxd() && !self.is_radarr()
    }

    /// Is a request about it? They are told apart by what the servers' interfaces mean, not by how lbjf asks.
    fn matcher(self, house: &House) -> Box<dyn Fn(&Request) -> bool + Send + Sync> {
        let path = |path: String| move |request: &Request| request.path == path;
        let is = |method: &'static str, end: &'static str| {
            move |request: &Request| request.method == method && request.path.ends_with(end)
        };
        match self {
            Self::PageOne(list) => Box::new(path(first_page(list))),
            Self::PageTwo(who) => Box::new(path(format!("/{}/watchlist/page/2/", NAMES[who]))),
            Self::FilmPage(film) => Box::new(path(format!("/film/film-{film}/"))),
            Self::RadarrReads => Box::new(is("GET", "")),
            Self::RadarrList => Box::new(is("GET", "/api/v3/movie")),
            Self::RadarrAdds => Box::new(is("POST", "/api/v3/movie")),
            Self::RadarrRefuses(film) => {
                let ids: Vec<_> = house.ids(film).into_iter().map(u64::from).collect();
                Box::new(move |request| {
                    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap_or_default();
                    is("POST", "/api/v3/movie")(request)
                        && body["tmdbId"].as_u64().is_some_and(|id| ids.contains(&id))
                })
            }
            Self::Users => Box::new(is("GET", "/Users")),
            Self::Library | Self::EmptyLibrary => Box::new(is_about_films),
            Self::LibraryOf(who) => {
                let user = house.user_ids[who].clone();
                Box::new(move |request| {
                    let asked = request.param("userId").unwrap_or_default().replace('-', "");
                    is_about_films(request) && asked == user
                })
            }
            Self::Collections => Box::new(is_about_sets),
            Self::Members => {
                Box::new(|request| request.method == "GET" && request.param("parentId").is_some())
            }
            Self::Make => Box::new(is("POST", "/Collections")),
            Self::Puts => Box::new(is("POST", "/Items")),
            Self::Takes => Box::new(is("DELETE", "/Items")),
        }
    }
}

/// The path of the first page of a list.
pub fn first_page(list: ListNo) -> String {
    match LIST_NAMES[list].split_once('/') {
        Some((owner, list)) => format!("/{owner}/list/{list}/"),
        None => format!("/{}/watchlist/", LIST_NAMES[list]),
    }
}

fn is_about_sets(request: &Request) -> bool {
    request.param("includeItemTypes").is_some_and(|kinds| kinds.contains("BoxSet"))
}

fn is_about_films(request: &Request) -> bool {
    let is_list = request.method == "GET" && request.path.ends_with("/Items");
    is_list && request.param("parentId").is_none() && !is_about_sets(request)
}

/// What comes instead of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A page of something else, or a refusal: lbjf does not ask again in this run.
    Page,
    /// This status. lbjf may ask again.
    Status(u16),
    /// The connection closes before anything was done.
    Drop,
    /// The connection closes after everything was done.
    Lost,
    /// The answer ends too early, after everything was done.
    Cut,
}

/// Something that goes wrong.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// It fails at this place, once or during the whole run.
    Fails { place: Place, how: How, once: bool },
    /// Letterboxd wants no more questions: a challenge, or a rate limit.
    Refuses { list: ListNo, is_rate: bool },
    /// The run is killed at a server's request of this number, or at its write of this number, before or after that is
    /// carried out.
    Kill { server: usize, request: usize, is_write: bool, is_done: bool },
    /// Someone does something just before a server answers the request of this number.
    Meanwhile { server: usize, request: usize, what: Edit },
}

impl Trouble {
    /// Must it be told when it is met? Not what passes; not where a run asks what became of a lost answer, or only
    /// looks once more at what was done; and an answer that is short enough cannot be cut.
    pub fn is_told(&self) -> bool {
        use Place::{EmptyLibrary, Members, RadarrAdds};
        match self {
            Self::Fails { once: true, .. }
            | Self::Fails { place: EmptyLibrary | Members, .. }
            | Self::Fails { place: RadarrAdds, how: How::Lost, .. } => false,
            Self::Fails { place, how: How::Cut, .. } => place.is_letterboxd(),
            Self::Fails { .. } => true,
            _ => false,
        }
    }

    /// Where it fails; with `true`, all the time.
    pub fn place(&self) -> Option<(Place, bool)> {
        match self {
            Self::Fails { place, once, .. } => Some((*place, !*once)),
            _ => None,
        }
    }
}

/// A trouble that was told to the stand-ins.
#[derive(Clone, Default)]
pub struct Trap {
    /// How often it was met; and how often not only by a question of what somebody watched.
    fired: Arc<(AtomicUsize, AtomicUsize)>,
    /// The process, which may have to be killed.
    pub child: Arc<Mutex<Option<Child>>>,
    /// The moment at which someone does something: it has come, and it is over.
    pub moment: Arc<(AtomicBool, AtomicBool)>,
}

impl Trap {
    pub fn has_fired(&self) -> bool {
        self.fired.0.load(Ordering::SeqCst) > 0
    }

    /// Was something else asked in vain than what somebody watched?
    pub fn hit_more_than_watched(&self) -> bool {
        self.fired.1.load(Ordering::SeqCst) > 0
    }

    /// Dead before anybody looks.
    fn kill(&self) {
        if let Some(child) = &mut *self.child.lock().unwrap_or_else(PoisonError::into_inner) {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// From now on it goes wrong.
    pub fn set(&self, trouble: &Trouble, house: &House) {
        match *trouble {
            Trouble::Fails { place, how, once } => {
                let times = if once { 1 } else { usize::MAX };
                let server = server_at(&house.world, place);
                self.rule(server, times, fault(place, how), place.matcher(house));
            }
            Trouble::Refuses { list, is_rate } => {
                let reply = if is_rate { rate_limit() } else { challenge() };
                let server = &house.world.letterboxd.server;
                self.rule(server, usize::MAX, Fault::Instead(reply), Place::PageOne(list).matcher(house));
            }
            Trouble::Meanwhile { server, request, .. } => {
                let moment = Arc::clone(&self.moment);
                let fault = Fault::First(Hook::new(move || {
                    moment.0.store(true, Ordering::SeqCst);
                    while !moment.1.load(Ordering::SeqCst) {
                        thread::sleep(Duration::from_millis(1));
                    }
                }));
                self.rule(server_of(&house.world, server), 1, fault, at(request, 1));
            }
            Trouble::Kill { server, request, is_write, is_done } => {
                let killer = self.clone();
                let fault = Fault::Changed(Change::new(move |reply| {
                    killer.kill();
                    reply
                }));
                let fault = if is_done { fault } else { Fault::Drop };
                let (killer, is_due) = (self.clone(), at(request, usize::MAX));
                self.rule(server_of(&house.world, server), usize::MAX, fault, move |request| {
                    let is_due = (!is_write || request.method != "GET") && is_due(request);
                    if is_due && !is_done {
                        killer.kill();
                    }
                    is_due
                });
            }
        }
    }

    fn rule(
        &self,
        server: &Server,
        times: usize,
        fault: Fault,
        matches: impl Fn(&Request) -> bool + Send + Sync + 'static,
    ) {
        let fired = Arc::clone(&self.fired);
        let count = move |request: &Request| {
            let hit = matches(request);
            fired.0.fetch_add(usize::from(hit), Ordering::SeqCst);
            fired.1.fetch_add(usize::from(hit && request.param("isPlayed").is_none()), Ordering::SeqCst);
            hit
        };
        server.fail(times, count, fault);
    }
}

/// The requests from this number on, so many.
fn at(first: usize, times: usize) -> impl Fn(&Request) -> bool + Send + Sync {
    let seen = AtomicUsize::new(0);
    move |_| (first..first.saturating_add(times)).contains(&seen.fetch_add(1, Ordering::SeqCst))
}

fn server_of(world: &World, number: usize) -> &Server {
    [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server][number]
}

fn server_at(world: &World, place: Place) -> &Server {
    server_of(world, usize::from(place.is_radarr()) + 2 * usize::from(place.is_jellyfin()))
}

fn fault(place: Place, how: How) -> Fault {
    match how {
        _ if place == Place::EmptyLibrary => {
            let nothing = json!({"Items": [], "TotalRecordCount": 0, "StartIndex": 0});
            Fault::Changed(Change::new(move |reply| Reply { body: Reply::json(200, &nothing).body, ..reply }))
        }
        _ if matches!(place, Place::RadarrRefuses(_)) => {
            let failure = json!({"propertyName": "Path", "errorMessage": "No.", "severity": "error",
                "errorCode": "SystemFolderValidator"});
            Fault::Instead(Reply::json(400, &json!([failure])))
        }
        How::Page if matches!(place, Place::Make | Place::Puts | Place::Takes) => {
            Fault::Instead(Reply::new(400, "text/plain", "Error processing request."))
        }
        How::Page if place == Place::RadarrAdds => {
            Fault::Instead(Reply::json(500, &json!({"message": "no", "description": "no"})))
        }
        How::Page
            if matches!(
                place,
                Place::Library | Place::LibraryOf(_) | Place::Collections | Place::Members
            ) =>
        {
            Fault::Instead(Reply::json(200, &json!({"TotalRecordCount": 0, "StartIndex": 0})))
        }
        How::Page if !place.is_letterboxd() => {
            Fault::Instead(Reply::html(200, "<!DOCTYPE html><title>Sign in</title>"))
        }
        How::Page => Fault::Instead(Reply::html(200, pages::foreign_page())),
        How::Status(status) => Fault::Instead(Reply::new(status, "text/plain", "Error processing request.")),
        How::Drop => Fault::Drop,
        How::Lost => Fault::DropAfter,
        How::Cut => Fault::Truncate(20),
    }
}

/// Something at a place. What makes lbjf wait before it asks again is seldom, since the tests wait, too.
pub fn fails(place: impl Strategy<Value = Place>) -> impl Strategy<Value = Trouble> {
    let how = prop::sample::select(vec![How::Status(500), How::Status(503), How::Drop, How::Lost, How::Cut]);
    let how = prop_oneof![
        16 => Just((How::Page, false)),
        3 => Just((How::Page, true)),
        1 => Just((How::Lost, false)),
        4 => how.prop_map(|how| (how, true)),
    ];
    (place, how).prop_map(|(place, (how, once))| Trouble::Fails { place, how, once })
}

pub fn kill() -> impl Strategy<Value = Trouble> {
    let at = prop_oneof![
        1 => (0..3_usize, 0..12_usize, Just(false)),
        1 => (1..3_usize, 0..4_usize, Just(true)),
    ];
    (at, any::<bool>()).prop_map(|((server, request, is_write), is_done)| Trouble::Kill {
        server,
        request,
        is_write,
        is_done,
    })
}

/// Anything that may go wrong.
pub fn trouble() -> impl Strategy<Value = Trouble> {
    use Place::{
        Collections, EmptyLibrary, FilmPage, Library, LibraryOf, Make, Members, PageOne, PageTwo, Puts,
        RadarrAdds, RadarrList, RadarrReads, RadarrRefuses, Takes, Users,
    };
    let place = prop_oneof![
        3 => (0..LISTS).prop_map(PageOne),
        2 => who().prop_map(PageTwo),
        2 => Just(PageTwo(2)),
        2 => (0..8_u8).prop_map(FilmPage),
        2 => (0..8_u8).prop_map(RadarrRefuses),
        4 => who().prop_map(LibraryOf),
        6 => prop::sample::select(vec![RadarrReads, RadarrList, RadarrAdds, RadarrAdds]),
        15 => prop::sample::select(vec![Users, Library, EmptyLibrary, EmptyLibrary, Collections, Members, Make,
            Puts, Puts, Takes, Takes]),
    ];
    let refuses = (0..LISTS, any::<bool>()).prop_map(|(list, is_rate)| Trouble::Refuses { list, is_rate });
    let meanwhile = (0..3_usize, 0..12_usize, meanwhile())
        .prop_map(|(server, request, what)| Trouble::Meanwhile { server, request, what });
    let write = prop::sample::select(vec![RadarrAdds, RadarrAdds, Make, Puts, Takes]);
    let how = prop::sample::select(vec![How::Lost, How::Cut]);
    let unanswered = (write, how).prop_map(|(place, how)| Trouble::Fails { place, how, once: true });
    prop_oneof![36 => fails(place), 6 => unanswered, 4 => refuses, 8 => kill(), 6 => meanwhile]
}
