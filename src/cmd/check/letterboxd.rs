//! Letterboxd: the ways there, and one watchlist page and one film page for each person.

use std::collections::{HashMap, HashSet};

use super::checks::Checks;
use crate::clients::letterboxd::page::{self, Page};
use crate::clients::letterboxd::{Letterboxd, PageError, Trial};
use crate::config::{Config, User};
use crate::domain::clock::Timestamp;
use crate::domain::film::{Film, Link, ListEntry, Look};
use crate::domain::film_name::FilmName;
use crate::domain::list::ListKey;
use crate::domain::list_address::PageAddress;
use crate::domain::problem::Problem;
use crate::domain::span::left;
use crate::films::{self, Answer, MARKUP_HINT, Resolver, Tally};
use crate::lists::{other_member, reading, tiles_text};
use crate::run::doors::{left_alone_until, note_routes};
use crate::store::{Store, StoreError};

/// What was read for one person.
struct Person<'a> {
    name: &'a str,
    watchlist: Result<Page, PageError>,
    film: Option<FirstFilm>,
}

/// The film whose page was asked for; of several people who begin with it, the first has it.
struct FirstFilm {
    entry: ListEntry,
    /// `None` when it was not asked for after all.
    answer: Option<Answer>,
}

/// Tries every proxy, then reads a watchlist page and a film page for each person. `store` is told of cool-downs that
/// begin or end. `unused_proxy` is a variable of the environment that names a proxy, for other programs. Returns
/// whether Letterboxd refuses us.
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
    let names: Vec<_> = users.iter().map(|user| user.name.clone()).collect();
    let proxies = if door.is_stopped() { Vec::new() } else { door.validate_proxies() };
    let people = if door.is_stopped() { None } else { Some(read(door, users, store, now)?) };
    // A proxy that was refused while this was read is left alone as well.
    let refused: HashMap<String, Timestamp> =
        store.cool_downs()?.into_iter().map(|cool_down| (cool_down.route, cool_down.until)).collect();
    for (name, trial) in proxies {
        proxy(&name, trial, refused.get(&name).copied(), now, checks);
    }
    let Some((people, resolver)) = people else {
        let left = left(now, left_alone_until(door, store, now)?);
        let text = format!("left alone for another {left}, since it refused us");
        checks.problem("letterboxd", "access", &text, Some("`--ignore-cool-down` asks anyway"));
        for user in users {
            checks.skipped(&user.name, "watchlist", "not asked, since Letterboxd refuses us");
        }
        return Ok(true);
    };
    let base = config.letterboxd.base_url.as_str().trim_end_matches('/');
    let access = access(base, &people, checks);
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
    let pages = people.iter().filter_map(|person| person.watchlist.as_ref().ok());
    let shown: HashSet<FilmName> = pages.flat_map(|page| &page.entries).flat_map(ListEntry::names).collect();
    for person in people {
        match known_as_another(&person, store)? {
            Some(Problem { message, hint }) => checks.problem(person.name, "watchlist", &message, Some(hint)),
            None => tell_watchlist(&person, access, checks),
        }
        if let Some(film) = person.film {
            let is_changed = resolver.as_ref().is_some_and(Resolver::has_found_change);
            film_page(person.name, film, is_changed, checks);
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
    for name in store.unlisted(&config.films, &names)? {
        // It may have been put on since the last run.
        if !shown.contains(&name) {
            let text = format!("nobody lists `{name}`");
            let hint = "use the name in the address of the film's page, or remove the line";
            checks.note("config", "films", &text, Some(hint));
        }
    }
    Ok(access == Access::Refused)
}

/// Reads page 1 of each watchlist, then the page of the first film on each. Where most of these name no TMDB id, more
/// are read, and whether Letterboxd changed its pages is part of what is found.
fn read<'a>(
    door: &'a Letterboxd,
    users: &'a [User],
    store: &mut Store,
    now: Timestamp,
) -> Result<(Vec<Person<'a>>, Option<Resolver<'a>>), StoreError> {
    let names: Vec<_> = users.iter().map(|user| user.name.as_str()).collect();
    let mut people: Vec<_> =
        names.iter().map(|name| Person { name, watchlist: Err(PageError::Stopped), film: None }).collect();
    let addresses: Vec<_> = names.iter().map(|name| PageAddress::Watchlist((*name).to_owned())).collect();
    reading::first_pages(door, &addresses.iter().collect::<Vec<_>>(), |index, page| {
        people[index].watchlist = page;
    });
    note_routes(door, store, now)?;

    let mut firsts: Vec<(usize, ListEntry)> = Vec::new();
    for (index, person) in people.iter().enumerate() {
        let Ok(page) = &person.watchlist else { continue };
        // Anything that is no film has a page of another kind.
        let first = page.entries.iter().find(|entry| entry.other_kind.is_none());
        if let Some(first) =
            first.filter(|first| firsts.iter().all(|(_, known)| known.address != first.address))
        {
            firsts.push((index, first.clone()));
        }
    }
    let films = films::unread(store, firsts.iter().map(|(_, entry)| entry.film(entry.own_uid())).collect())?;
    let evidence = store.page_evidence(&HashSet::new())?;
    let mut resolver = Resolver::new(door);
    let mut answers: Vec<_> = films.iter().map(|_| None).collect();
    resolver.read(&films, evidence.clone(), |came| {
        for answer in came {
            let index = answer.index;
            answers[index] = Some(answer);
        }
        note_routes(door, store, now)
    })?;
    let lacks_id = |answer: &Option<Answer>| answer.as_ref().is_some_and(|answer| answer.look.lacks_id());
    let is_sampled = answers.iter().any(lacks_id) && !resolver.has_seen_id();
    if is_sampled {
        let shown = people.iter().filter_map(|person| person.watchlist.as_ref().ok());
        let mut more: Vec<Film> = Vec::new();
        for entry in shown.flat_map(|page| &page.entries).filter(|entry| entry.other_kind.is_none()) {
            let mut asked = films.iter().map(|unread| &unread.film).chain(&more);
            if asked.all(|film| film.address != entry.address) {
                more.push(entry.film(entry.own_uid()));
            }
        }
        let mut more = films::unread(store, more)?;
        more.retain(|unread| !unread.is_known_without_id);
        more.truncate(Tally::ENOUGH.saturating_sub(films.len()));
        resolver.read(&more, evidence, |_| note_routes(door, store, now))?;
        if resolver.tally().is_odd() || !resolver.has_seen_id() {
            resolver.look_closer();
        }
        note_routes(door, store, now)?;
    }
    for ((index, entry), answer) in firsts.into_iter().zip(answers) {
        people[index].film = Some(FirstFilm { entry, answer });
    }
    Ok((people, is_sampled.then_some(resolver)))
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
enum Access {
    /// It answered, whatever it said about the people.
    Open,
    /// It refuses us.
    Refused,
    /// Nobody knows who answered, if anybody.
    Unknown,
}

/// Does it let us in at all? Otherwise what kept us out is told here, once for all people.
fn access(base: &str, people: &[Person<'_>], checks: &mut Checks) -> Access {
    let errors = || people.iter().filter_map(|person| person.watchlist.as_ref().err());
    let films = people.iter().filter_map(|person| person.film.as_ref()?.answer.as_ref()?.error.as_ref());
    let is_refusal = |error: &&PageError| error.is_block() && error.is_answer();
    let refusal = errors().chain(films).find(is_refusal);
    let is_known =
        people.iter().any(|person| person.watchlist.as_ref().map_or_else(PageError::is_own_answer, |_| true));
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

/// Somebody else may have the name by now; a run takes nothing of theirs.
fn known_as_another(person: &Person<'_>, store: &Store) -> Result<Option<Problem>, StoreError> {
    let Some(found) = person.watchlist.as_ref().ok().and_then(Page::number) else { return Ok(None) };
    let list = store.find_list(&ListKey::watchlist(person.name))?;
    let known = list.map_or(Ok(None), |list| store.number(list))?;
    Ok(known.filter(|known| *known != found).map(|known| other_member(known, found)))
}

fn tell_watchlist(person: &Person<'_>, access: Access, checks: &mut Checks) {
    let name = person.name;
    match &person.watchlist {
        Ok(page) if page.declared == Some(0) && page.entries.is_empty() && page.other_tiles == 0 => {
            checks.ok(name, "watchlist", "public, empty");
        }
        Ok(page) => {
            let declared = page.declared.unwrap_or(0);
            let count = match declared {
                1 => "1 entry".to_owned(),
                count => format!("{count} entries"),
            };
            let shown = u32::try_from(page.entries.len()).unwrap_or(u32::MAX);
            let pages = std::slice::from_ref(page);
            match page::films_in_other_tiles(pages, shown, 0) {
                Some((error, _)) if page.pages == 1 => {
                    let error = PageError::from(error);
                    checks.problem(name, "watchlist", &error.to_string(), error.hint());
                }
                _ if shown > declared => {
                    let text = format!("public, declares {count} but shows {shown}");
                    checks.note(name, "watchlist", &text, None);
                }
                None if page.other_tiles > 0 => {
                    let text = format!("public, {count}; {}", tiles_text("watchlist", page.other_tiles));
                    checks.note(name, "watchlist", &text, None);
                }
                Some(_) => {
                    let text = format!("public, {count}; a tile of page 1 names no film");
                    checks.note(name, "watchlist", &text, None);
                }
                _ => checks.ok(name, "watchlist", &format!("public, {count}")),
            }
        }
        Err(error) if !error.is_answer() => checks.skipped(name, "watchlist", "not asked"),
        Err(error) if error.is_block() || access == Access::Unknown => {
            checks.skipped(name, "watchlist", "not read");
        }
        Err(error) => checks.problem(name, "watchlist", &error.to_string(), error.hint()),
    }
}

/// `is_changed`: Letterboxd changed its pages, so what a page lacks says nothing of the film.
fn film_page(name: &str, film: FirstFilm, is_changed: bool, checks: &mut Checks) {
    let FirstFilm { entry, answer } = film;
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
