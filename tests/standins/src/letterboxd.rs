//! The stand-in Letterboxd: watchlists and film pages, answered as letterboxd.com was seen to answer.
//!
//! Tests say what is on whose watchlist; a film nobody described is invented from its slug. What is refused and
//! how is from docs/letterboxd.md. To let it misbehave, use [`Letterboxd::server`] with [`challenge`],
//! [`rate_limit`] or a page of [`pages`].

mod film;
pub mod pages;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::server::{Reply, Request, Server};

pub use film::{Film, Link, Markup};

/// Entries on a page of a watchlist.
pub const PAGE_SIZE: usize = 28;

/// Invented TMDB ids are below this.
const TMDB_LIMIT: u32 = 4_000_000;

/// Cloudflare asks for a browser: to be used as a fault.
pub fn challenge() -> Reply {
    Reply::html(403, pages::challenge_page()).with_header("cf-mitigated", "challenge")
}

/// Cloudflare finds there were too many requests: to be used as a fault. There is no `Retry-After`.
pub fn rate_limit() -> Reply {
    Reply::html(429, pages::rate_limit_page())
}

/// One member. Entries are slugs, newest first.
#[derive(Default)]
struct Member {
    spelled: String,
    number: u32,
    entries: Vec<String>,
    private: bool,
    declared_offset: i64,
}

struct State {
    markup: Markup,
    films: HashMap<String, Film>,
    /// Films whose page is gone.
    gone: HashSet<String>,
    /// Old slugs and what they became.
    renamed: HashMap<String, String>,
    /// By name in lower case.
    members: HashMap<String, Member>,
    uids: HashSet<u32>,
    tmdb_ids: HashSet<u32>,
}

impl State {
    fn new() -> Self {
        Self {
            markup: Markup::May2026,
            films: HashMap::new(),
            gone: HashSet::new(),
            renamed: HashMap::new(),
            members: HashMap::new(),
            uids: HashSet::new(),
            tmdb_ids: HashSet::new(),
        }
    }

    fn add(&mut self, film: Film) {
        self.uids.insert(film.uid);
        if let Link::Movie(id) = film.link {
            self.tmdb_ids.insert(id);
        }
        self.gone.remove(&film.slug);
        self.renamed.remove(&film.slug);
        self.films.insert(film.slug.clone(), film);
    }

    /// Adds what is missing; a slug that was given up for another one becomes that one.
    fn entry(&mut self, slug: &str) -> String {
        let slug = self.current(slug).to_owned();
        if !self.films.contains_key(&slug) {
            let mut film =
                Film::movie(&slug, &name_of(&slug), 2000, 1 + film::hash(&slug) % (TMDB_LIMIT - 1));
            while self.uids.contains(&film.uid) {
                film.uid += 1;
            }
            while let Link::Movie(id) = film.link
                && self.tmdb_ids.contains(&id)
            {
                film.link = Link::Movie(1 + id % (TMDB_LIMIT - 1));
            }
            self.add(film);
        }
        slug
    }

    /// What a slug is now, after any renames.
    fn current<'a>(&'a self, mut slug: &'a str) -> &'a str {
        while let Some(new) = self.renamed.get(slug) {
            slug = new;
        }
        slug
    }

    fn member(&mut self, user: &str) -> &mut Member {
        self.members.entry(user.to_lowercase()).or_insert_with(|| Member {
            spelled: user.to_owned(),
            number: pages::member_number(user),
            ..Member::default()
        })
    }

    fn watchlist(&self, user: &str, page: u32) -> Reply {
        let Some(member) = self.members.get(&user.to_lowercase()) else {
            return Reply::html(404, pages::not_found_page());
        };
        if member.private {
            return Reply::html(403, pages::private_page());
        }
        let entries = &member.entries;
        let pages = u32::try_from(entries.len().div_ceil(PAGE_SIZE)).expect("few pages").max(1);
        if page > pages {
            return Reply::html(403, pages::refused_page());
        }
        let shown = entries.iter().skip((page as usize - 1) * PAGE_SIZE).take(PAGE_SIZE);
        let films: Vec<Film> = shown.map(|slug| self.films[slug].clone()).collect();
        let total = i64::try_from(entries.len()).expect("few entries") + member.declared_offset;
        let declared = u32::try_from(total.max(0)).expect("an offset of a sensible size");
        let owner = (member.spelled.as_str(), member.number);
        let body = pages::watchlist_page_of(self.markup, owner, page, pages, declared, &films);
        Reply::html(200, body)
            .with_header("x-letterboxd-type", "Member")
            .with_header("x-letterboxd-identifier", &film::lid(film::hash(&user.to_lowercase())))
    }

    fn film_page(&self, slug: &str) -> Reply {
        let current = self.current(slug);
        match self.films.get(current) {
            Some(_) if current != slug => {
                Reply::empty(302).with_header("Location", &format!("/film/{current}/"))
            }
            Some(film) if !self.gone.contains(slug) => {
                Reply::html(200, pages::film_page_of(self.markup, film))
                    .with_header("x-letterboxd-type", "Film")
                    .with_header("x-letterboxd-identifier", &film.lid())
            }
            _ => Reply::html(404, pages::not_found_page()),
        }
    }

    fn answer(&self, request: &Request) -> Reply {
        if request.method != "GET" {
            return Reply::html(500, "the stand-in Letterboxd was not made for this");
        }
        let parts: Vec<&str> = request.path.split('/').skip(1).collect();
        let reply = match parts[..] {
            [""] => Reply::html(200, pages::foreign_page()),
            ["robots.txt"] => Reply::new(200, "text/plain", "User-agent: *\nDisallow: /*/by/*\n"),
            ["film", slug, ""] => self.film_page(slug),
            [user, "watchlist", ""] => self.watchlist(user, 1),
            // `/page/1/` is refused.
            [user, "watchlist", "page", page, ""] if page.parse().is_ok_and(|page: u32| page > 1) => {
                self.watchlist(user, page.parse().expect("it was parsed before"))
            }
            // Sorts, filters, and whatever lacks the slash at the end.
            [_, "watchlist", ..] => Reply::html(403, pages::refused_page()),
            [.., last] if !last.is_empty() => Reply::html(403, pages::refused_page()),
            _ => Reply::html(404, pages::not_found_page()),
        };
        // These are on everything and mean nothing.
        reply.with_header("Server", "cloudflare").with_header("cf-ray", "0000000000000000-AMS")
    }
}

/// `blue-heron` is called `Blue Heron`.
fn name_of(slug: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    slug.split('-').filter_map(word).collect::<Vec<_>>().join(" ")
}

/// A running stand-in. It stops when dropped.
pub struct Letterboxd {
    /// Its server: faults, and the log of requests.
    pub server: Server,
    state: Arc<Mutex<State>>,
}

impl Letterboxd {
    /// Starts one without members or films, with today's markup.
    ///
    /// # Panics
    ///
    /// When no port can be bound.
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::new()));
        let answering = Arc::clone(&state);
        Self { server: Server::start(move |request| lock(&answering).answer(request)), state }
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Renders pages in another generation's markup from now on.
    pub fn set_markup(&self, markup: Markup) {
        self.state().markup = markup;
    }

    /// Gives a film a page at `/film/<slug>/`, or replaces the film with this slug.
    pub fn add_film(&self, film: Film) {
        self.state().add(film);
    }

    /// Changes a film's slug everywhere. Its uid stays, the old address redirects to the new one.
    ///
    /// # Panics
    ///
    /// When there is no film with the old slug.
    pub fn rename_film(&self, old_slug: &str, new_slug: &str) {
        let film = self.state().films.remove(old_slug);
        let film = film.unwrap_or_else(|| panic!("the stand-in Letterboxd has no film `{old_slug}`"));
        let mut state = self.state();
        state.add(Film { slug: new_slug.to_owned(), ..film });
        state.renamed.insert(old_slug.to_owned(), new_slug.to_owned());
        let entries = state.members.values_mut().flat_map(|member| &mut member.entries);
        for entry in entries.filter(|entry| *entry == old_slug) {
            new_slug.clone_into(entry);
        }
    }

    /// Answers 404 for a film's page; the film stays on watchlists. [`Letterboxd::add_film`] brings it back.
    pub fn remove_film_page(&self, slug: &str) {
        self.state().gone.insert(slug.to_owned());
    }

    /// Sets a member's watchlist, newest first, and makes the member known.
    ///
    /// A slug that is not known becomes a film of the year 2000 with a name, a uid and a TMDB id made from the slug;
    /// ask [`Letterboxd::tmdb_id`] for the last.
    pub fn set_watchlist(&self, user: &str, slugs: &[&str]) {
        let mut state = self.state();
        let entries = slugs.iter().map(|slug| state.entry(slug)).collect();
        state.member(user).entries = entries;
    }

    /// Both at once: [`Letterboxd::set_watchlist`] and [`Letterboxd::set_declared_offset`].
    pub fn set_watchlist_and_offset(&self, user: &str, slugs: &[&str], offset: i64) {
        let mut state = self.state();
        let entries = slugs.iter().map(|slug| state.entry(slug)).collect();
        let member = state.member(user);
        (member.entries, member.declared_offset) = (entries, offset);
    }

    /// Puts a film on top of a member's watchlist.
    pub fn push(&self, user: &str, slug: &str) {
        let mut state = self.state();
        let slug = state.entry(slug);
        let entries = &mut state.member(user).entries;
        entries.retain(|entry| *entry != slug);
        entries.insert(0, slug);
    }

    /// Takes a film off a member's watchlist.
    pub fn drop_entry(&self, user: &str, slug: &str) {
        self.state().member(user).entries.retain(|entry| entry != slug);
    }

    /// A member's watchlist, newest first; empty for an unknown one.
    pub fn watchlist(&self, user: &str) -> Vec<String> {
        let state = self.state();
        state.members.get(&user.to_lowercase()).map(|member| member.entries.clone()).unwrap_or_default()
    }

    /// Hides a member's watchlist, or shows it again.
    pub fn set_private(&self, user: &str, private: bool) {
        self.state().member(user).private = private;
    }

    /// A member changes names: the old one is nobody's from then on.
    ///
    /// # Panics
    ///
    /// When there is no such member.
    pub fn rename_member(&self, old: &str, new: &str) {
        let mut state = self.state();
        let member = state.members.remove(&old.to_lowercase()).expect("there is such a member");
        state.members.insert(new.to_lowercase(), Member { spelled: new.to_owned(), ..member });
    }

    /// Makes a name another member's, with a list of their own.
    pub fn set_member_number(&self, user: &str, number: u32) {
        self.state().member(user).number = number;
    }

    /// Lets a watchlist claim so many entries more (or fewer) than it has.
    pub fn set_declared_offset(&self, user: &str, offset: i64) {
        self.state().member(user).declared_offset = offset;
    }

    /// The number in a film's uid, and its TMDB id; 0 without one.
    ///
    /// # Panics
    ///
    /// When there is no such film.
    pub fn film_ids(&self, slug: &str) -> (u32, u32) {
        let state = self.state();
        let film = &state.films[state.current(slug)];
        (film.uid, if let Link::Movie(id) = film.link { id } else { 0 })
    }

    /// The TMDB id of a film that is a movie.
    ///
    /// # Panics
    ///
    /// When there is no such film, or its page does not lead to a movie.
    pub fn tmdb_id(&self, slug: &str) -> u32 {
        let state = self.state();
        let link = state.films.get(state.current(slug)).map(|film| film.link);
        drop(state);
        match link {
            Some(Link::Movie(id)) => id,
            Some(link) => panic!("`{slug}` is no movie with a TMDB id on the stand-in Letterboxd: {link:?}"),
            None => panic!("the stand-in Letterboxd has no film `{slug}`"),
        }
    }

    /// The paths of all requests for pages of watchlists so far.
    pub fn pages_asked(&self) -> Vec<String> {
        let paths = self.server.requests().into_iter().map(|request| request.path);
        paths.filter(|path| path.split('/').nth(2) == Some("watchlist")).collect()
    }

    /// The slugs of all requests for film pages so far.
    pub fn film_pages_asked(&self) -> Vec<String> {
        let requests = self.server.requests();
        let slug = |request: &Request| {
            let rest = request.path.strip_prefix("/film/")?;
            Some(rest.strip_suffix('/').unwrap_or(rest).to_owned())
        };
        requests.iter().filter_map(slug).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no thread panics while it holds the state")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Fault;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    /// Status, head and body of one GET.
    fn get(letterboxd: &Letterboxd, path: &str) -> (u16, String, String) {
        let address = letterboxd.url().replace("http://", "");
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
                if body.len() >= length.parse().unwrap() {
                    return (head[9..12].parse().unwrap(), head.to_owned(), body.to_owned());
                }
            }
            let count = stream.read(&mut chunk).unwrap();
            assert!(count > 0, "the connection closed early");
            bytes.extend_from_slice(&chunk[..count]);
        }
    }

    fn status(letterboxd: &Letterboxd, path: &str) -> u16 {
        get(letterboxd, path).0
    }

    fn slugs(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("film-{number}")).collect()
    }

    fn with_watchlist(count: usize) -> Letterboxd {
        let letterboxd = Letterboxd::start();
        let slugs = slugs(count);
        letterboxd.set_watchlist("Ada", &slugs.iter().map(String::as_str).collect::<Vec<_>>());
        letterboxd
    }

    #[test]
    fn watchlist_comes_28_a_page_with_slash_and_within_range_only() {
        let letterboxd = with_watchlist(30);
        let (status_one, head, first) = get(&letterboxd, "/ada/watchlist/");
        assert_eq!(status_one, 200);
        assert!(head.contains("x-letterboxd-type: Member") && head.contains("x-letterboxd-identifier: "));
        assert_eq!(first.matches("griditem").count(), 28);
        assert!(first.contains(r#"data-num-entries="30""#) && first.contains(r#"data-owner="Ada""#));
        assert!(first.contains(r#"<a class="next" href="/ada/watchlist/page/2/">"#));
        let (_, _, second) = get(&letterboxd, "/ada/watchlist/page/2/");
        assert_eq!(second.matches("griditem").count(), 2);
        assert!(second.contains(r#"data-item-slug="film-29""#) && !second.contains("film-27\""));
        for refused in ["", "/page/1/", "/page/2", "/page/3/", "/page/x/", "/by/name/"] {
            let (status, _, body) = get(&letterboxd, &format!("/ada/watchlist{refused}"));
            assert_eq!(status, 403, "{refused}");
            assert!(!body.contains("Letterboxd - Forbidden"), "{refused}");
        }
        assert_eq!(letterboxd.pages_asked()[..2], ["/ada/watchlist/", "/ada/watchlist/page/2/"]);
        assert_eq!(letterboxd.pages_asked().len(), 8);
    }

    #[test]
    fn empty_private_and_unknown_lists_are_told_apart() {
        let letterboxd = with_watchlist(0);
        let (status, _, body) = get(&letterboxd, "/ada/watchlist/");
        assert_eq!(status, 200);
        assert!(body.contains(r#"data-num-entries="0""#));
        letterboxd.set_private("ADA", true);
        let (status, _, body) = get(&letterboxd, "/ada/watchlist/");
        assert_eq!(status, 403);
        assert!(body.contains("Letterboxd - Forbidden"));
        letterboxd.set_private("ada", false);
        let (status, _, body) = get(&letterboxd, "/grace/watchlist/");
        assert_eq!(status, 404);
        assert!(body.contains("Letterboxd - Not Found"));
    }

    #[test]
    fn declared_total_can_lie() {
        let letterboxd = with_watchlist(3);
        for (offset, declared) in [(2, "5"), (-1, "2"), (-9, "0")] {
            letterboxd.set_declared_offset("ada", offset);
            let body = get(&letterboxd, "/ada/watchlist/").2;
            assert!(body.contains(&format!("data-num-entries=\"{declared}\"")), "{offset}");
            assert_eq!(body.matches("griditem").count(), 3);
        }
    }

    #[test]
    fn entries_come_and_go_at_the_top() {
        let letterboxd = Letterboxd::start();
        letterboxd.set_watchlist("ada", &["alien", "heat"]);
        letterboxd.push("ada", "ran");
        letterboxd.push("ada", "heat");
        letterboxd.drop_entry("ada", "alien");
        assert_eq!(letterboxd.watchlist("Ada"), ["heat", "ran"]);
        assert!(letterboxd.watchlist("grace").is_empty());
    }

    #[test]
    fn unknown_films_are_invented_with_ids_of_their_own() {
        let letterboxd = with_watchlist(3000);
        let ids: HashSet<u32> = slugs(3000).iter().map(|slug| letterboxd.tmdb_id(slug)).collect();
        assert_eq!(ids.len(), 3000);
        assert!(ids.iter().all(|id| (1..TMDB_LIMIT).contains(id)));
        letterboxd.push("ada", "blue-heron");
        let body = get(&letterboxd, "/ada/watchlist/").2;
        assert!(body.contains(r#"data-item-name="Blue Heron (2000)""#));
        assert_eq!(letterboxd.tmdb_id("film-7"), with_watchlist(3000).tmdb_id("film-7"));
    }

    #[test]
    fn film_page_answers_redirects_and_goes() {
        let letterboxd = Letterboxd::start();
        letterboxd.add_film(Film::movie("fatherland-3", "Fatherland", 2026, 77).with_uid(1_315_318));
        letterboxd.set_watchlist("ada", &["fatherland-3"]);
        let (status_film, head, body) = get(&letterboxd, "/film/fatherland-3/");
        assert_eq!(status_film, 200);
        assert!(head.contains("x-letterboxd-type: Film"));
        assert!(body.contains("themoviedb.org/movie/77/"));
        assert_eq!(status(&letterboxd, "/film/fatherland-3"), 403);
        assert_eq!(status(&letterboxd, "/film/nothing/"), 404);

        letterboxd.rename_film("fatherland-3", "fatherland-2026");
        let (status_old, head, _) = get(&letterboxd, "/film/fatherland-3/");
        assert_eq!(status_old, 302);
        assert!(head.contains("Location: /film/fatherland-2026/"));
        assert!(get(&letterboxd, "/film/fatherland-2026/").2.contains("film:1315318"));
        assert_eq!(letterboxd.watchlist("ada"), ["fatherland-2026"]);
        assert_eq!(letterboxd.tmdb_id("fatherland-3"), 77);

        letterboxd.remove_film_page("fatherland-2026");
        assert_eq!(status(&letterboxd, "/film/fatherland-2026/"), 404);
        assert!(get(&letterboxd, "/ada/watchlist/").2.contains("film:1315318"));
        let asked = letterboxd.film_pages_asked();
        assert_eq!(asked[..3], ["fatherland-3", "fatherland-3", "nothing"]);
        assert_eq!(asked.len(), 6);
    }

    #[test]
    fn a_film_may_get_its_old_slug_back() {
        let letterboxd = Letterboxd::start();
        letterboxd.set_watchlist("ada", &["a"]);
        letterboxd.rename_film("a", "b");
        letterboxd.rename_film("b", "a");
        assert_eq!(status(&letterboxd, "/film/a/"), 200);
        assert_eq!(status(&letterboxd, "/film/b/"), 302);
    }

    #[test]
    fn markup_changes_on_all_pages() {
        let letterboxd = with_watchlist(1);
        letterboxd.set_markup(Markup::Y2023);
        let body = get(&letterboxd, "/ada/watchlist/").2;
        assert!(body.contains(r#"data-film-slug="/film/film-0/""#));
        assert!(get(&letterboxd, "/film/film-0/").2.contains(r#"data-track-action="TMDb""#));
    }

    #[test]
    fn other_addresses_are_other_pages() {
        let letterboxd = with_watchlist(1);
        assert!(get(&letterboxd, "/").2.contains("screen-home"));
        assert_eq!(status(&letterboxd, "/ada/films/"), 404);
        letterboxd.server.fail(1, |_| true, Fault::Instead(challenge()));
        let (status_challenge, head, _) = get(&letterboxd, "/ada/watchlist/");
        assert_eq!(status_challenge, 403);
        assert!(head.contains("cf-mitigated: challenge"));
        assert_eq!(status(&letterboxd, "/ada/watchlist/"), 200);
        letterboxd.server.fail(1, |_| true, Fault::Instead(rate_limit()));
        assert_eq!(status(&letterboxd, "/ada/watchlist/"), 429);
    }

    #[test]
    #[should_panic(expected = "`chernobyl` is no movie with a TMDB id on the stand-in Letterboxd: Tv(87108)")]
    fn tmdb_id_of_a_series_panics() {
        let letterboxd = Letterboxd::start();
        letterboxd.add_film(Film::tv("chernobyl", "Chernobyl", 2019, 87108));
        letterboxd.tmdb_id("chernobyl");
    }
}
