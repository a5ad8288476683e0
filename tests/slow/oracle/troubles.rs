//! What goes wrong during a run, and how the stand-ins are told to.

use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use proptest::prelude::*;
use serde_json::json;
use standins::letterboxd::{challenge, pages, rate_limit};
use standins::{Change, Fault, Hook, Reply, Request, Server};

use crate::common::World;
use crate::oracle::edits::{Between, between};
use crate::oracle::films::{Film, MERGED, NAMES, Who, film_of_slug};

/// Where it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Page 1 of a watchlist.
    PageOne(Who),
    /// Page 2.
    PageTwo(Who),
    /// A film's page.
    FilmPage(Film),
    /// Every question to Radarr.
    RadarrReads,
    /// The list of Radarr's films.
    RadarrList,
    /// `POST /movie`.
    RadarrAdds,
    /// Radarr says no to one film.
    RadarrRefuses(Film),
    /// `GET /Users`.
    Users,
    /// Everybody's library.
    Libraries,
    /// One person's.
    Library(Who),
    /// It answers, but with nothing.
    EmptyLibrary(Who),
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
    pub fn is_radarr(self) -> bool {
        use Place::{RadarrAdds, RadarrList, RadarrReads, RadarrRefuses};
        matches!(self, RadarrReads | RadarrList | RadarrAdds | RadarrRefuses(_))
    }

    pub fn is_jellyfin(self) -> bool {
        use Place::{FilmPage, PageOne, PageTwo};
        !self.is_radarr() && !matches!(self, PageOne(_) | PageTwo(_) | FilmPage(_))
    }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It fails at this place, once or during the whole run.
    Fails { place: Place, how: How, once: bool },
    /// Letterboxd wants no more questions: a challenge, or a rate limit.
    Refuses { who: Who, is_rate: bool },
    /// There is no answer at this place.
    Hangs(Place),
    /// The run is killed at a server's request of this number, before or after that is carried out.
    Kill { server: usize, request: usize, is_done: bool },
    /// Someone does something just before a server answers the request of this number.
    Meanwhile { server: usize, request: usize, what: Between },
}

impl Trouble {
    /// Anything may have been done, or not.
    pub fn is_chaos(self) -> bool {
        matches!(self, Self::Hangs(_) | Self::Kill { .. } | Self::Meanwhile { .. })
    }

    /// Must it be told when it is met? Not what passes; not where a run asks what became of a lost answer, or only
    /// looks once more at what was done; and an answer that is short enough cannot be cut.
    pub fn is_told(self) -> bool {
        use Place::{EmptyLibrary, Members, RadarrAdds};
        match self {
            Self::Fails { once: true, .. }
            | Self::Fails { place: EmptyLibrary(_) | Members, .. }
            | Self::Fails { place: RadarrAdds, how: How::Lost, .. } => false,
            Self::Fails { place, how: How::Cut, .. } => !place.is_radarr() && !place.is_jellyfin(),
            Self::Fails { .. } => true,
            _ => false,
        }
    }

    /// Where it fails; with `true`, all the time.
    pub fn place(self) -> Option<(Place, bool)> {
        match self {
            Self::Fails { place, once, .. } => Some((place, !once)),
            _ => None,
        }
    }
}

/// A trouble that was told to the stand-ins.
#[derive(Clone, Default)]
pub struct Trap {
    /// How often it was met.
    pub fired: Arc<AtomicUsize>,
    /// The process that is to be killed.
    pub child: Arc<Mutex<Option<Child>>>,
    /// The moment at which someone does something.
    pub moment: Moment,
}

/// A moment of a run, at which a server waits for something to be done.
#[derive(Clone, Default)]
pub struct Moment(Arc<(Mutex<Step>, Condvar)>);

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Step {
    #[default]
    NotYet,
    Reached,
    Over,
}

impl Moment {
    fn step(&self) -> MutexGuard<'_, Step> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server waits.
    fn reach(&self) {
        *self.step() = Step::Reached;
        drop(self.0.1.wait_while(self.step(), |step| *step != Step::Over));
    }

    /// Has it come?
    pub fn is_reached(&self) -> bool {
        *self.step() == Step::Reached
    }

    /// The server goes on.
    pub fn end(&self) {
        *self.step() = Step::Over;
        self.0.1.notify_all();
    }
}

impl Trap {
    pub fn has_fired(&self) -> bool {
        self.fired.load(Ordering::SeqCst) > 0
    }

    fn kill(&self) {
        if let Some(child) = &mut *self.child.lock().unwrap_or_else(PoisonError::into_inner) {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// From now on it goes wrong.
    pub fn set(&self, trouble: Trouble, world: &World, user_ids: &[String], tmdb: impl Fn(Film) -> u32) {
        match trouble {
            Trouble::Fails { place: Place::EmptyLibrary(who), .. } => {
                self.fired.fetch_add(1, Ordering::SeqCst);
                world.jellyfin.hide_library(NAMES[who], true);
            }
            Trouble::Fails { place, how, once } => {
                let fault = fault(place, how);
                self.fail(world, place, user_ids, tmdb, if once { 1 } else { usize::MAX }, fault);
            }
            Trouble::Hangs(place) => self.fail(world, place, user_ids, tmdb, usize::MAX, Fault::Hang),
            Trouble::Refuses { who, is_rate } => {
                let reply = if is_rate { rate_limit() } else { challenge() };
                let path = format!("/{}/watchlist/", NAMES[who]);
                self.rule(&world.letterboxd.server, usize::MAX, Fault::Instead(reply), move |request| {
                    request.path == path
                });
            }
            Trouble::Meanwhile { server, request, .. } => {
                self.set_moment(server_of(world, server), request);
            }
            Trouble::Kill { server, request, is_done } => {
                let server = server_of(world, server);
                let (seen, trap) = (AtomicUsize::new(0), self.clone());
                let killer = self.clone();
                // Dead before anybody looks, and what was under way is done, or is not.
                let fault = if is_done {
                    Fault::Changed(Change::new(move |reply| {
                        killer.kill();
                        reply
                    }))
                } else {
                    Fault::Drop
                };
                self.rule(server, usize::MAX, fault, move |_| {
                    let is_due = seen.fetch_add(1, Ordering::SeqCst) >= request;
                    if is_due {
                        trap.fired.fetch_add(1, Ordering::SeqCst);
                    }
                    if is_due && !is_done {
                        trap.kill();
                    }
                    is_due
                });
            }
        }
    }

    /// What is done then is done by whoever watches over the moment.
    fn set_moment(&self, server: &Server, request: usize) {
        let (seen, moment) = (AtomicUsize::new(0), self.moment.clone());
        let fault = Fault::First(Hook::new(move || moment.reach()));
        self.rule(server, 1, fault, move |_| seen.fetch_add(1, Ordering::SeqCst) == request);
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
            fired.fetch_add(usize::from(hit), Ordering::SeqCst);
            hit
        };
        server.fail(times, count, fault);
    }

    fn fail(
        &self,
        world: &World,
        place: Place,
        user_ids: &[String],
        tmdb: impl Fn(Film) -> u32,
        times: usize,
        fault: Fault,
    ) {
        let server = if place.is_radarr() {
            &world.radarr.server
        } else if place.is_jellyfin() {
            &world.jellyfin.server
        } else {
            &world.letterboxd.server
        };
        let is_write = |request: &Request, method: &str, items: bool| {
            request.method == method && request.path.ends_with("/Items") == items
        };
        let is_add = |request: &Request| request.method == "POST" && request.path == "/api/v3/movie";
        let is_library = |request: &Request| request.param("userId").is_some() && request.path == "/Items";
        match place {
            Place::PageOne(who) => {
                let path = format!("/{}/watchlist/", NAMES[who]);
                self.rule(server, times, fault, move |request| request.path == path);
            }
            Place::PageTwo(who) => {
                let path = format!("/{}/watchlist/page/2/", NAMES[who]);
                self.rule(server, times, fault, move |request| request.path == path);
            }
            Place::FilmPage(film) => self.rule(server, times, fault, move |request| {
                let slug = request.path.strip_prefix("/film/").and_then(|path| path.strip_suffix('/'));
                slug.and_then(film_of_slug) == Some(film)
            }),
            Place::RadarrReads => self.rule(server, times, fault, |request| request.method == "GET"),
            Place::RadarrList => self.rule(server, times, fault, |request| {
                request.method == "GET" && request.path == "/api/v3/movie"
            }),
            Place::RadarrAdds => self.rule(server, times, fault, is_add),
            Place::RadarrRefuses(film) => {
                let id = format!("\"tmdbId\":{}", tmdb(film));
                self.rule(server, times, fault, move |request| {
                    let body: String = request.body.split_whitespace().collect();
                    is_add(request)
                        && body.match_indices(&id).any(|(at, _)| {
                            !body[at + id.len()..].starts_with(|next: char| next.is_ascii_digit())
                        })
                });
            }
            Place::Users => self.rule(server, times, fault, |request| request.path == "/Users"),
            Place::Libraries | Place::EmptyLibrary(_) => self.rule(server, times, fault, is_library),
            Place::Library(who) => {
                let id = user_ids[who].clone();
                self.rule(server, times, fault, move |request| {
                    is_library(request)
                        && request.param("userId").is_some_and(|user| user.replace('-', "") == id)
                });
            }
            Place::Collections => self.rule(server, times, fault, |request| {
                request.param("includeItemTypes").is_some_and(|kinds| kinds.contains("BoxSet"))
            }),
            Place::Members => {
                self.rule(server, times, fault, |request| request.param("parentId").is_some());
            }
            Place::Make => self.rule(server, times, fault, move |request| is_write(request, "POST", false)),
            Place::Puts => self.rule(server, times, fault, move |request| is_write(request, "POST", true)),
            Place::Takes => self.rule(server, times, fault, move |request| is_write(request, "DELETE", true)),
        }
    }
}

fn server_of(world: &World, number: usize) -> &Server {
    [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server][number]
}

fn fault(place: Place, how: How) -> Fault {
    let is_write = matches!(place, Place::Make | Place::Puts | Place::Takes);
    match how {
        _ if matches!(place, Place::RadarrRefuses(_)) => {
            let failure = json!({"propertyName": "Path", "errorMessage": "No.", "severity": "error",
                "errorCode": "SystemFolderValidator"});
            Fault::Instead(Reply::json(400, &json!([failure])))
        }
        How::Page if is_write => Fault::Instead(Reply::new(400, "text/plain", "Error processing request.")),
        How::Page if place == Place::RadarrAdds => {
            Fault::Instead(Reply::json(500, &json!({"message": "no", "description": "no"})))
        }
        How::Page if place.is_radarr() || place.is_jellyfin() => {
            Fault::Instead(Reply::html(200, "<!DOCTYPE html><title>Sign in</title>"))
        }
        How::Page => Fault::Instead(Reply::html(200, pages::foreign_page())),
        How::Status(status) => Fault::Instead(Reply::new(status, "text/plain", "Error processing request.")),
        How::Drop => Fault::Drop,
        How::Lost => Fault::DropAfter,
        How::Cut => Fault::Truncate(20),
    }
}

fn place() -> impl Strategy<Value = Place> {
    use Place::{
        Collections, EmptyLibrary, FilmPage, Libraries, Library, Make, Members, PageOne, PageTwo, Puts,
        RadarrAdds, RadarrList, RadarrReads, RadarrRefuses, Takes, Users,
    };
    let who = || 0..3_usize;
    prop_oneof![
        3 => who().prop_map(PageOne),
        3 => who().prop_map(PageTwo),
        2 => (0..8_u8).prop_map(FilmPage),
        1 => Just(FilmPage(MERGED)),
        2 => (0..8_u8).prop_map(RadarrRefuses),
        4 => who().prop_map(Library),
        6 => who().prop_map(EmptyLibrary),
        6 => prop::sample::select(vec![RadarrReads, RadarrList, RadarrAdds, RadarrAdds]),
        12 => prop::sample::select(vec![Users, Libraries, Collections, Members, Make, Puts, Puts, Takes, Takes]),
    ]
}

/// Someone does something while lbjf runs.
pub fn meanwhile() -> impl Strategy<Value = Trouble> {
    (0..3_usize, 0..12_usize, between()).prop_map(|(server, request, what)| Trouble::Meanwhile {
        server,
        request,
        what,
    })
}

/// Anything that may go wrong.
pub fn trouble() -> impl Strategy<Value = Trouble> {
    let how = prop_oneof![
        4 => Just(How::Page),
        3 => Just(How::Lost),
        1 => prop::sample::select(vec![How::Status(500), How::Status(503), How::Drop, How::Cut]),
    ];
    let kill = (0..3_usize, 0..14_usize, any::<bool>())
        .prop_map(|(server, request, is_done)| Trouble::Kill { server, request, is_done });
    let refuses = (0..3_usize, any::<bool>()).prop_map(|(who, is_rate)| Trouble::Refuses { who, is_rate });
    prop_oneof![
        40 => (place(), how, prop::bool::weighted(0.25))
            .prop_map(|(place, how, once)| Trouble::Fails { place, how, once }),
        4 => refuses,
        5 => kill,
        1 => place().prop_map(Trouble::Hangs),
        6 => meanwhile(),
    ]
}
