//! Each film on a list gets its TMDB id: from `[films]` in the config, else from the store, else from its own page,
//! which is read once for everybody.
//!
//! Pages are many, and each costs a request. [`Resolver`] reads them, for whoever asks, and judges whether Letterboxd
//! changed them; [`resolve`] does it for a run.

mod doubt;
mod resolver;
mod titles;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::domain::clock::Timestamp;
use crate::domain::event::Failed;
use crate::domain::film::{Film, Link, ListEntry, Look};
use crate::domain::ids::{TmdbId, Uid};
use crate::domain::text::plural;
use crate::journal::{Journal, PageFailures};
use crate::store::{Store, StoreError};
pub use doubt::{MARKUP_HINT, Tally};
pub use resolver::{Answer, Resolver, Unread};
pub use titles::match_titles;

/// Why a film's page says nothing: it is not there.
const PAGE_IS_GONE: &str = "its film page is gone (HTTP 404)";

/// Why a film's page was refused.
const NOBODY_SEES_IT: &str = "Letterboxd shows it to nobody (HTTP 403)";

/// After so many pages, what they brought is passed on: a first run reads hundreds at a polite pace.
const BATCH: usize = 50;

/// What a film on a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Its page, or the config, says what it is on TMDB, or that TMDB lacks it.
    Link(Link),
    /// It is no film, or the config says never.
    NoFilm,
    /// Only its page can tell.
    Unread,
}

/// What is known of a film without its page: what a person says of it ([`Store::overridden`]) wins over what a page
/// said.
pub fn look_up(
    store: &Store,
    overridden: &BTreeMap<Uid, Option<TmdbId>>,
    entry: &ListEntry,
    uid: &Uid,
) -> Result<Known, StoreError> {
    Ok(match overridden.get(uid) {
        Some(Some(id)) => Known::Link(Link::Movie(*id)),
        Some(None) => Known::NoFilm,
        None if entry.other_kind.is_some() => Known::NoFilm,
        None => store.link(uid)?.map_or(Known::Unread, Known::Link),
    })
}

/// Reads the pages of the films on these people's lists that have no TMDB id yet, each once, and says which films no
/// server can take. `full` asks at once for all of them, and for shows, however lately they were looked at.
///
/// `pass_on` is called now and then while more pages are under way, and gets how many films are still to be read.
pub fn resolve(
    letterboxd: &Letterboxd,
    journal: &mut Journal,
    people: &[String],
    full: bool,
    mut pass_on: impl FnMut(&mut Journal, usize) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let due = if full { Timestamp::MAX } else { journal.now() };
    let (mut unread, listers) = journal.store().unread(people, due)?;
    let mut asked: HashSet<Uid> = HashSet::new();
    let mut failures = PageFailures::default();
    let mut resolver = Resolver::new(letterboxd);
    let (mut place, mut is_refused) = (0, false);
    for person in people.iter().filter(|person| listers.contains(*person)) {
        let mut films = journal.store().unresolved(person, due)?;
        films.retain(|film| asked.insert(film.uid.clone()));
        if films.is_empty() {
            continue;
        }
        let films = self::unread(journal.store(), films)?;
        let evidence = journal.store().page_evidence(&asked)?;
        let (mut read, mut since) = (0, 0);
        resolver.read(&films, evidence, |answers| {
            let mut answers = &answers[..];
            journal.routes_changed(letterboxd.take_changes(), letterboxd.cool_down())?;
            while !answers.is_empty() {
                let (now, later) = answers.split_at(answers.len().min(BATCH - since));
                keep(journal, &films, now)?;
                for Answer { index, look, error, .. } in now {
                    is_refused |= error.as_ref().is_some_and(PageError::is_block);
                    if let Look::Failed { why, .. } = look {
                        let hint = error.as_ref().and_then(PageError::hint);
                        let name = format!("`{}`", films[*index].film.address);
                        failures.note(why, hint, (place + index, &name), &[]);
                    }
                }
                unread = unread.saturating_sub(now.len());
                (read, since, answers) = (read + now.len(), since + now.len(), later);
                if since == BATCH {
                    since = 0;
                    pass_on(journal, unread)?;
                }
            }
            Ok::<_, StoreError>(())
        })?;
        place += films.len();
        if unread > 0 && read > 0 {
            pass_on(journal, unread)?;
        }
        if resolver.has_found_change() {
            break;
        }
    }
    let is_changed = match resolver.end() {
        None => {
            tell_change(journal, &resolver, letterboxd.unasked())?;
            true
        }
        Some(held) => {
            journal.film_pages_read(&held.iter().map(|(film, look)| (film, look)).collect::<Vec<_>>())?;
            journal.trouble_over("no_ids")?;
            false
        }
    };
    if is_refused {
        journal.block();
    } else if failures.is_empty() {
        journal.trouble_over("films")?;
    }
    journal.film_pages_failed(&failures)?;
    if letterboxd.unasked() > 0 && !is_changed {
        let pages = plural(letterboxd.unasked(), "page");
        let text = format!("gave up after 5 failed requests in a row; {pages} left for the next run");
        journal.failure(Failed::Server, "given_up", "letterboxd", &text, None)?;
    } else {
        journal.trouble_over("given_up")?;
    }
    tell_skips(journal, people)
}

/// Do these people list films that nothing is known of, which wait for Letterboxd?
pub fn are_held_up(journal: &Journal, people: &[String]) -> Result<bool, StoreError> {
    for person in people {
        if journal.store().lists_unknown_films(person)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Films whose pages are to be read, with what the store knows of them.
pub fn unread(store: &Store, films: Vec<Film>) -> Result<Vec<Unread>, StoreError> {
    let films = films.into_iter().map(|film| {
        let is_known_without_id = store.is_known_without_id(&film.uid)?;
        Ok(Unread { film, is_known_without_id })
    });
    films.collect()
}

/// Writes down what these pages said, but for what is held back.
fn keep(journal: &mut Journal, films: &[Unread], answers: &[Answer]) -> Result<(), StoreError> {
    let looks = answers.iter().filter(|answer| !answer.is_held);
    let looks: Vec<_> = looks.map(|answer| (&films[answer.index].film, &answer.look)).collect();
    journal.film_pages_read(&looks)
}

/// Tells that Letterboxd changed its pages; so many were not asked because of it.
fn tell_change(journal: &mut Journal, resolver: &Resolver<'_>, unasked: usize) -> Result<(), StoreError> {
    journal.latest_ids_doubted()?;
    let left = match unasked {
        0 => String::new(),
        unasked => format!(" and for {} more", plural(unasked, "page")),
    };
    let said = resolver.tally().text();
    let text = format!("{said}; nothing of that was kept, the next run asks again{left}");
    journal.failure(Failed::Server, "no_ids", "letterboxd", &text, Some(MARKUP_HINT))
}

/// Says which films of these people no server can take.
fn tell_skips(journal: &mut Journal, people: &[String]) -> Result<(), StoreError> {
    let order: HashMap<&String, usize> =
        people.iter().enumerate().map(|(index, person)| (person, index)).collect();
    let mut skips = journal.store().skips()?;
    skips.retain(|(person, skip)| !skip.is_overridden && order.contains_key(person));
    skips.sort_by_key(|(person, _)| order[person]);
    for (person, skip) in skips {
        journal.skip(&person, &skip.film, &skip.why)?;
    }
    Ok(())
}
