//! Letterboxd: the ways there, what the lists say, and one film page for each person.

use std::collections::{HashMap, HashSet};

use super::checks::Checks;
use super::lists::{self, Checked};
use crate::clients::letterboxd::{Letterboxd, PageError, Trial};
use crate::config::{Config, User};
use crate::domain::clock::Timestamp;
use crate::domain::film::{Link, ListEntry, Look};
use crate::domain::film_name::FilmName;
use crate::domain::span::left;
use crate::films::{self, Answer, MARKUP_HINT, Resolver, Tally};
use crate::run::doors::{left_alone_until, note_routes};
use crate::store::{Store, StoreError};

/// The film whose page was asked for; of several people who begin with it, the first has it.
struct FirstFilm {
    /// Whose it is, by their place in the config.
    user: usize,
    entry: ListEntry,
    /// `None` when it was not asked for after all.
    answer: Option<Answer>,
}

/// Tries every proxy, then reads page 1 of each list, each export, and a film page for each person. `store` is told of
/// cool-downs that begin or end. `unused_proxy` is a variable of the environment that names a proxy, for other
/// programs. Returns whether Letterboxd refuses us.
///
/// # Errors
///
/// When the store fails.
pub fn letterboxd(
    door: &Letterboxd,
    config: &Config,
    store: &mut Store,
    now: Timestamp,
    unused_proxy: Option<&str>,
    checks: &mut Checks,
) -> Result<bool, StoreError> {
    let users = &config.users;
    let is_left_alone = door.is_stopped();
    let proxies = if is_left_alone { Vec::new() } else { door.validate_proxies() };
    let lists = lists::read(door, users, store, now)?;
    let (films, resolver) =
        if is_left_alone { (Vec::new(), None) } else { first_films(door, users, &lists, store, now)? };
    // A proxy that was refused while this was read is left alone as well.
    let refused: HashMap<String, Timestamp> =
        store.cool_downs()?.into_iter().map(|cool_down| (cool_down.route, cool_down.until)).collect();
    for (name, trial) in proxies {
        proxy(&name, trial, refused.get(&name).copied(), now, checks);
    }
    let has_pages = lists.iter().any(|list| list.page().is_some());
    let access = if is_left_alone {
        let left = left(now, left_alone_until(door, store, now)?);
        let text = format!("left alone for another {left}, since it refused us");
        if has_pages {
            let hint = "`--ignore-cool-down` asks anyway; a member's own data export can be read without it (`letterboxd_export`)";
            checks.problem("letterboxd", "access", &text, Some(hint));
        } else {
            checks.note("letterboxd", "access", &format!("{text}; exports are read all the same"), None);
        }
        Access::LeftAlone
    } else {
        let base = config.letterboxd.base_url.as_str().trim_end_matches('/');
        access(base, &lists, &films, checks)
    };
    if let Some(variable) =
        unused_proxy.filter(|_| access != Access::Open && config.letterboxd.proxies.is_empty())
    {
        let hint = "to use it for Letterboxd, put its address into `letterboxd.proxies`";
        checks.note(
            "letterboxd",
            "proxy",
            &format!("${variable} is set, but lbjf does not use it"),
            Some(hint),
        );
    }
    let entries = lists.iter().flat_map(Checked::entries);
    let shown: HashSet<FilmName> = entries.flat_map(|entry| entry.names().collect::<Vec<_>>()).collect();
    let mut films = films.into_iter().peekable();
    for (index, user) in users.iter().enumerate() {
        for source in &user.wants.lists {
            if let Some(list) = lists.iter().find(|list| list.is(source)) {
                list.tell(&user.name, access, store, now, checks)?;
            }
        }
        if let Some(film) = films.next_if(|film| film.user == index) {
            let is_changed = resolver.as_ref().is_some_and(Resolver::has_found_change);
            film_page(&user.name, film, is_changed, checks);
        }
    }
    if let Some(resolver) = resolver {
        let said = resolver.tally().text();
        if resolver.has_found_change() {
            checks.problem("letterboxd", "film pages", &said, Some(MARKUP_HINT));
        } else if resolver.has_seen_id() {
            checks.ok("letterboxd", "film pages", "others name their TMDB id");
        } else if resolver.tally().is_odd() {
            let hint = "if themoviedb.org has these films, look for a newer lbjf";
            checks.note("letterboxd", "film pages", &said, Some(hint));
        }
    }
    if !is_left_alone {
        let names: Vec<_> = users.iter().map(|user| user.name.clone()).collect();
        for name in store.unlisted(&config.films, &names)? {
            // It may have been put on since the last run.
            if !shown.contains(&name) {
                let text = format!("nobody lists `{name}`");
                let hint = "use the name in the address of the film's page, or remove the line";
                checks.note("config", "films", &text, Some(hint));
            }
        }
    }
    Ok(access == Access::Refused || (is_left_alone && has_pages))
}

/// Reads the page of the first film of each person. Where most of these name no TMDB id, more are read, and whether
/// Letterboxd changed its pages is part of what is found.
fn first_films<'a>(
    door: &'a Letterboxd,
    users: &[User],
    lists: &[Checked<'_>],
    store: &mut Store,
    now: Timestamp,
) -> Result<(Vec<FirstFilm>, Option<Resolver<'a>>), StoreError> {
    let mut firsts: Vec<FirstFilm> = Vec::new();
    for (user, User { wants, .. }) in users.iter().enumerate() {
        let own = wants.lists.iter().filter_map(|source| lists.iter().find(|list| list.is(source)));
        // Anything that is no film has a page of another kind.
        let first = |list: &Checked<'_>| list.entries().into_iter().find(|entry| entry.other_kind.is_none());
        let mut own = own.filter_map(first);
        if let Some(entry) = own.find(|first| firsts.iter().all(|known| known.entry.address != first.address))
        {
            firsts.push(FirstFilm { user, entry, answer: None });
        }
    }
    let own_film = |entry: &ListEntry| entry.film(entry.own_uid());
    let films = films::unread(store, firsts.iter().map(|first| own_film(&first.entry)).collect())?;
    let evidence = store.page_evidence(&HashSet::new())?;
    let mut resolver = Resolver::new(door);
    resolver.read(&films, evidence.clone(), |came| {
        for answer in came {
            let index = answer.index;
            firsts[index].answer = Some(answer);
        }
        note_routes(door, store, now)
    })?;
    let lacks_id = |first: &FirstFilm| first.answer.as_ref().is_some_and(|answer| answer.look.lacks_id());
    let is_sampled = firsts.iter().any(lacks_id) && !resolver.has_seen_id();
    if is_sampled {
        let mut asked: HashSet<FilmName> = films.iter().map(|unread| unread.film.address.clone()).collect();
        let others = lists.iter().flat_map(Checked::entries).filter(|entry| entry.other_kind.is_none());
        let more = others.filter(|entry| asked.insert(entry.address.clone())).map(|entry| own_film(&entry));
        let mut more = films::unread(store, more.collect())?;
        more.retain(|unread| !unread.is_known_without_id);
        more.truncate(Tally::ENOUGH.saturating_sub(films.len()));
        resolver.read(&more, evidence, |_| note_routes(door, store, now))?;
        if resolver.tally().is_odd() || !resolver.has_seen_id() {
            resolver.look_closer();
        }
        note_routes(door, store, now)?;
    }
    Ok((firsts, is_sampled.then_some(resolver)))
}

/// `refused` is when the cool-down ends of a proxy that Letterboxd refused and that has not worked since.
fn proxy(name: &str, trial: Trial, refused: Option<Timestamp>, now: Timestamp, checks: &mut Checks) {
    let hint = Some("fix or remove it; runs will skip it");
    match (refused, trial) {
        (Some(until), _) if until > now => {
            let left = left(now, until);
            let text = format!("`{name}` is left alone for another {left}, since Letterboxd refused it");
            checks.note("letterboxd", "proxy", &text, None);
        }
        (Some(_), _) => {
            let text = format!("`{name}` was refused by Letterboxd; the next page asked over it decides");
            checks.note("letterboxd", "proxy", &text, None);
        }
        // A page was read over it meanwhile.
        (None, Trial::LeftAlone) => checks.ok("letterboxd", "proxy", &format!("`{name}` lets us through")),
        (None, Trial::Answered(200..=299 | 404)) => {
            checks.ok("letterboxd", "proxy", &format!("`{name}` lets us through"));
        }
        (None, Trial::Answered(status)) => {
            let text = format!("over `{name}` the answer to a trial is HTTP {status}");
            checks.note("letterboxd", "proxy", &text, hint);
        }
        (None, Trial::Failed(error)) => {
            let hint = error.hint().or(hint);
            checks.note("letterboxd", "proxy", &format!("`{name}` fails: {error}"), hint);
        }
        (None, Trial::Silent(error)) => {
            let hint = Some("if the others work, fix or remove it; runs use it last");
            checks.note("letterboxd", "proxy", &format!("nothing answers over `{name}`: {error}"), hint);
        }
    }
}

/// What asking for a page says about Letterboxd itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It answered, whatever it said about the people.
    Open,
    /// It refuses us.
    Refused,
    /// It refused us before, and is left alone.
    LeftAlone,
    /// Nobody knows who answered, if anybody.
    Unknown,
}

/// Does it let us in at all? Otherwise what kept us out is told here, once for all lists.
fn access(base: &str, lists: &[Checked<'_>], films: &[FirstFilm], checks: &mut Checks) -> Access {
    let answers: Vec<_> = films.iter().filter_map(|film| film.answer.as_ref()).collect();
    let pages = || lists.iter().filter_map(Checked::page);
    if pages().next().is_none() && answers.is_empty() {
        checks.skipped("letterboxd", "access", "not asked: no list is read there");
        return Access::Open;
    }
    let films = || answers.iter().map(|answer| answer.error.as_ref().map_or(Ok(()), Err));
    let said = || pages().map(|page| page.map(drop)).chain(films());
    let errors = || said().filter_map(Result::err);
    let refusal = errors().find(|error| error.is_block() && error.is_answer());
    let is_known = said().any(|said| said.map_or_else(PageError::is_own_answer, |()| true));
    let (error, access) = match (refusal, errors().next()) {
        (Some(error), _) => (error, Access::Refused),
        (None, Some(error)) if !is_known => (error, Access::Unknown),
        _ => {
            checks.ok("letterboxd", "access", &format!("`{base}` lets us in"));
            return Access::Open;
        }
    };
    checks.problem("letterboxd", "access", &format!("`{base}`: {error}"), error.hint());
    access
}

/// `is_changed`: Letterboxd changed its pages, so what a page lacks says nothing of the film.
fn film_page(name: &str, film: FirstFilm, is_changed: bool, checks: &mut Checks) {
    let FirstFilm { entry, answer, .. } = film;
    let shown = entry.year.map_or(entry.name.clone(), |year| format!("{} ({year})", entry.name));
    let address = &entry.address;
    let Some(Answer { look, error, .. }) = answer else {
        return checks.skipped(name, "film page", "not asked");
    };
    match look {
        Look::Failed { .. } if error.as_ref().is_some_and(PageError::is_block) => {
            checks.skipped(name, "film page", "not read");
        }
        Look::Failed { why, .. } => {
            // Some hints are about people.
            let error = error.filter(|error| !matches!(error, PageError::Private | PageError::NotFound));
            let hint = error.as_ref().and_then(PageError::hint);
            checks.problem(name, "film page", &format!("`{address}`: {why}"), hint);
        }
        // A run skips it, and so it says nothing about the others.
        Look::Useless(why) => checks.note(name, "film page", &format!("`{address}`: {why}"), None),
        Look::Read { link: Link::Missing, .. } if is_changed => {
            checks.note(name, "film page", &format!("no TMDB id was found of {shown}"), None);
        }
        Look::Read { link, .. } => {
            let text = match link {
                Link::Movie(id) => format!("{shown} is tmdb={id}"),
                Link::Tv(_) => format!("{shown} is a TV show on TMDB, which a run skips"),
                Link::Missing => format!("{shown} has no TMDB id, so a run skips it"),
            };
            checks.ok(name, "film page", &text);
        }
    }
}
