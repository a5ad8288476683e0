//! The stand-in Letterboxd: watchlists and film pages, answered as letterboxd.com was seen to answer.
//!
//! Tests say what is on whose watchlist; a film nobody described is invented from its slug. What is refused and
//! how is from docs/letterboxd.md. To let it misbehave, use [`Letterboxd::server`] with [`challenge`],
//! [`rate_limit`] or a page of [`pages`].

mod film;
mod lists;
pub mod pages;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::server::{Reply, Request, Server};

pub use film::{Film, Link, Markup};
pub use lists::{LIST_PAGE_SIZE, List, Total};

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
#[derive(Clone, Default)]
struct Member {
    spelled: String,
    number: u32,
    entries: Vec<String>,
    private: bool,
    declared_offset: i64,
}

#[derive(Clone)]
struct State {
    markup: Markup,
    films: HashMap<String, Film>,
    /// Films whose page is gone.
    gone: HashSet<String>,
    /// Old slugs and what they became.
    renamed: HashMap<String, String>,
    /// By name in lower case.
    members: HashMap<String, Member>,
    lists: Vec<List>,
    /// How often a list was changed: each time is later.
    changes: u32,
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
            lists: Vec::new(),
            changes: 0,
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

    /// A list, which is made if it is not there.
    fn list_mut(&mut self, owner: &str, slug: &str) -> &mut List {
        let is_it = |list: &List| list.owner.eq_ignore_ascii_case(owner) && list.slug == slug;
        let at = self.lists.iter().position(is_it).unwrap_or_else(|| {
            self.lists.push(List::new(owner, slug));
            self.lists.len() - 1
        });
        &mut self.lists[at]
    }

    fn list(&self, owner: &str, slug: &str, token: Option<&str>, page: u32) -> Reply {
        let is_it = |list: &&List| list.owner.eq_ignore_ascii_case(owner) && list.slug == slug;
        match self.lists.iter().find(is_it) {
            Some(list) => {
                let films: Vec<Film> = list.entries.iter().map(|slug| self.films[slug].clone()).collect();
                list.page(token, page, &films)
            }
            None => Reply::html(404, pages::not_found_page()),
        }
    }

    /// What `boxd.it` leads to: a film, a list, a member. The real one is a host of its own.
    fn short_link(&self, short: &str) -> Reply {
        let short = short.replace("%24", "$");
        let (lid, token) =
            short.split_once('$').map_or((short.as_str(), None), |(lid, token)| (lid, Some(token)));
        let film =
            self.films.values().find(|film| film.lid() == lid).map(|film| format!("/film/{}/", film.slug));
        let list = || self.lists.iter().find(|list| list.lid() == lid).map(|list| list.path(token));
        let member = || {
            let is_it = |name: &&String| film::lid(film::hash(name)) == lid;
            self.members.keys().find(is_it).map(|name| format!("/{name}/"))
        };
        match film.or_else(list).or_else(member) {
            Some(path) => Reply::empty(302).with_header("Location", &path),
            None => Reply::html(404, pages::not_found_page()),
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
            [user, "watchlist", "page", page, ""] if is_further(page) => {
                self.watchlist(user, page.parse().expect("it was parsed before"))
            }
            [owner, "list", slug, ""] => self.list(owner, slug, None, 1),
            [owner, "list", slug, "share", token, ""] => self.list(owner, slug, Some(token), 1),
            [owner, "list", slug, "page", page, ""] if is_further(page) => {
                self.list(owner, slug, None, page.parse().expect("it was parsed before"))
            }
            [owner, "list", slug, "share", token, "page", page, ""] if is_further(page) => {
                self.list(owner, slug, Some(token), page.parse().expect("it was parsed before"))
            }
            [short] => self.short_link(short),
            // Sorts, filters, and whatever lacks the slash at the end.
            [_, "watchlist", ..] => Reply::html(403, pages::refused_page()),
            [.., last] if !last.is_empty() => Reply::html(403, pages::refused_page()),
            _ => Reply::html(404, pages::not_found_page()),
        };
        // These are on everything and mean nothing.
        reply.with_header("Server", "cloudflare").with_header("cf-ray", "0000000000000000-AMS")
    }
}

/// `/page/1/` is refused.
fn is_further(page: &str) -> bool {
    page.parse().is_ok_and(|page: u32| page > 1)
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
        Self::serve(State::new())
    }

    /// Starts another one, which has all that this one has.
    pub fn twin(&self) -> Self {
        Self::serve(self.state().clone())
    }

    fn serve(state: State) -> Self {
        let state = Arc::new(Mutex::new(state));
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
        let state = &mut *state;
        let watched = state.members.values_mut().flat_map(|member| &mut member.entries);
        let entries = watched.chain(state.lists.iter_mut().flat_map(|list| &mut list.entries));
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

    /// Sets the films of a list, in its owner's order; a list that is not there is made. It counts as changed.
    ///
    /// # Panics
    ///
    /// When it was changed more than a few thousand times.
    pub fn set_list(&self, owner: &str, slug: &str, slugs: &[&str]) {
        let mut state = self.state();
        let entries: Vec<String> = slugs.iter().map(|slug| state.entry(slug)).collect();
        state.changes += 1;
        let (hours, minutes) = (state.changes / 60, state.changes % 60);
        let updated = format!(
            "2026-{:02}-{:02}T{:02}:{minutes:02}:00.000Z",
            1 + hours / 600,
            1 + hours / 24 % 25,
            hours % 24
        );
        let list = state.list_mut(owner, slug);
        (list.entries, list.updated) = (entries, Some(updated));
    }

    /// Changes what is so of a list, which is made if it is not there; only its time of change stays as it is.
    pub fn change_list(&self, owner: &str, slug: &str, change: impl FnOnce(&mut List)) {
        change(self.state().list_mut(owner, slug));
    }

    /// A list as it is.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn list(&self, owner: &str, slug: &str) -> List {
        let is_it = |list: &&List| list.owner.eq_ignore_ascii_case(owner) && list.slug == slug;
        self.state().lists.iter().find(is_it).expect("there is such a list").clone()
    }

    /// The HTML of a page of a list, whoever may see it.
    ///
    /// # Panics
    ///
    /// When there is no such page.
    pub fn list_page(&self, owner: &str, slug: &str, number: u32) -> String {
        let token = self.list(owner, slug).token;
        let reply = self.state().list(owner, slug, token.as_deref(), number);
        assert_eq!(reply.status, 200, "there is such a page");
        String::from_utf8(reply.body).expect("pages are text")
    }

    /// The short id of a film.
    ///
    /// # Panics
    ///
    /// When there is no such film.
    pub fn lid(&self, slug: &str) -> String {
        let state = self.state();
        state.films[state.current(slug)].lid()
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

    /// The paths of all requests for lists so far.
    pub fn list_pages_asked(&self) -> Vec<String> {
        let paths = self.server.requests().into_iter().map(|request| request.path);
        paths.filter(|path| path.split('/').nth(2) == Some("list")).collect()
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
mod tests;
