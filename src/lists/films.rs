//! Each film on a list gets its TMDB id: its page is read once, for all people.
//!
//! A first run reads hundreds of pages at a polite pace, so what is known already goes on to Radarr meanwhile, person
//! by person.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use super::doubt::{Doubt, lacks_id};
use super::{keep, note_routes};
use crate::clients::letterboxd::page::{FilmPage, Unreadable};
use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::domain::clock::Timestamp;
use crate::domain::event::Failed;
use crate::domain::film::{Film, Uid};
use crate::domain::text::plural;
use crate::journal::{Journal, PageFailures};
use crate::store::{Look, Store, StoreError};

/// After so many pages, what they brought is passed on.
const BATCH: usize = 50;

/// Reads the pages of the films on these people's lists that have no TMDB id yet, each once, and says which films no
/// server can take. `full` asks at once for all of them, and for shows, however lately they were looked at.
///
/// `pass_on` is called now and then while more pages are under way, and gets how many films are still to be read.
pub fn films(
    letterboxd: &Letterboxd,
    journal: &mut Journal,
    people: &[String],
    full: bool,
    mut pass_on: impl FnMut(&mut Journal, usize) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let now = journal.now();
    let due = if full { Timestamp::MAX } else { now };
    let (mut unread, listers) = journal.store.unread(people, due)?;
    let mut asked: HashSet<Uid> = HashSet::new();
    let mut failures = PageFailures::default();
    let mut doubt = Doubt::default();
    let mut place = 0;
    'people: for person in people.iter().filter(|person| listers.contains(*person)) {
        let mut films = journal.store.unresolved(person, due)?;
        films.retain(|film| asked.insert(film.uid.clone()));
        while !films.is_empty() {
            let known = films.iter().map(|film| journal.store.is_known_without_id(&film.uid));
            let known = known.collect::<Result<Vec<_>, _>>()?;
            let slugs: Vec<_> = films.iter().map(|film| &film.slug).collect();
            let mut answered = vec![false; films.len()];
            let mut done = Ok(());
            let mut fresh = 0;
            let mut looks = Looks::default();
            let (tally, is_open) = (&doubt.tally, doubt.answer.is_none());
            let is_enough = |index: usize, page: &Result<_, _>| {
                tally.note(page, known[index]);
                is_open && tally.is_strong()
            };
            letterboxd.film_pages(&slugs, is_enough, |came| {
                for (index, page) in came {
                    keep(&mut done, note_routes(letterboxd, journal));
                    let hint = page.as_ref().err().and_then(PageError::hint);
                    let is_held = is_open && lacks_id(&page, known[index]);
                    let Some(look) = look_at(page) else { continue };
                    (answered[index], unread) = (true, unread.saturating_sub(1));
                    if let Look::Failed { why, .. } = &look {
                        failures.note(why, hint, place + index, &format!("`{}`", films[index].slug));
                    }
                    fresh += 1;
                    if is_held {
                        doubt.held.push((index, films[index].clone(), look));
                    } else if looks.add(index, look) {
                        keep(
                            &mut done,
                            looks.store(|index| &films[index], &mut journal.store, now).map(drop),
                        );
                    }
                    if fresh % BATCH == 0 && done.is_ok() {
                        let stored = looks.store(|index| &films[index], &mut journal.store, now);
                        done = stored.and_then(|_| pass_on(journal, unread));
                    }
                }
            });
            done?;
            looks.store(|index| &films[index], &mut journal.store, now)?;
            if unread > 0 && fresh > 0 {
                pass_on(journal, unread)?;
            }
            place += films.len();
            if !doubt.is_open_and_strong() {
                break;
            }
            // Too few of them name an id to ask for more, unless there is proof that they are what they seem to be.
            if doubt.is_justified(letterboxd, &journal.store, &asked)? {
                break 'people;
            }
            letterboxd.resume_film_pages();
            let mut answered = answered.into_iter();
            films.retain(|_| answered.next() == Some(false));
        }
    }
    let is_changed = doubt.is_justified(letterboxd, &journal.store, &asked)?;
    if is_changed {
        journal.store.forget_latest_without_id()?;
        doubt.tell(letterboxd.unasked(), journal)?;
    } else {
        let looks: Vec<_> = doubt.held.iter().map(|(_, film, look)| (film, look)).collect();
        if !looks.is_empty() {
            journal.store.record_looks(&looks, journal.now())?;
        }
        journal.store.forget_notices("no_ids")?;
    }
    if letterboxd.is_stopped() {
        journal.block();
    } else if failures.is_empty() {
        journal.store.forget_notices("films")?;
    }
    journal.film_pages_failed(&failures)?;
    if letterboxd.unasked() > 0 && !is_changed {
        let pages = plural(letterboxd.unasked(), "page");
        let text = format!("gave up after 5 failed requests in a row; {pages} left for the next run");
        journal.failure(Failed::Server, "given_up", "letterboxd", &text, None)?;
    } else {
        journal.store.forget_notices("given_up")?;
    }
    let order: HashMap<&String, usize> =
        people.iter().enumerate().map(|(index, person)| (person, index)).collect();
    let mut skips = journal.store.skips()?;
    skips.retain(|(person, skip)| !skip.is_overridden && order.contains_key(person));
    skips.sort_by_key(|(person, _)| order[person]);
    for (person, skip) in skips {
        journal.skip(&person, &skip.film, &skip.why)?;
    }
    Ok(())
}

/// Looks that are to be written down. Each transaction waits for the disk, and at a fast pace that would take longer
/// than the pages: what comes within `WAIT` is written at once. A run that is killed meanwhile reads those
/// few pages again.
#[derive(Debug, Default)]
pub struct Looks {
    waiting: Vec<(usize, Look)>,
    stored_at: Option<Instant>,
}

impl Looks {
    const WAIT: Duration = Duration::from_millis(200);

    /// Takes the look at the film of this number. Is it time to store?
    pub fn add(&mut self, number: usize, look: Look) -> bool {
        self.waiting.push((number, look));
        // The first one waits for nobody: at a slow pace each is the first.
        self.stored_at.is_none_or(|stored_at| stored_at.elapsed() >= Self::WAIT)
    }

    /// Writes them down; gives the number of each film and who it is from now on.
    pub fn store<'a>(
        &mut self,
        film: impl Fn(usize) -> &'a Film,
        store: &mut Store,
        now: Timestamp,
    ) -> Result<Vec<(usize, Uid)>, StoreError> {
        let looks: Vec<_> = self.waiting.iter().map(|(number, look)| (film(*number), look)).collect();
        let uids = if looks.is_empty() { Vec::new() } else { store.record_looks(&looks, now)? };
        self.stored_at = Some(Instant::now());
        Ok(self.waiting.drain(..).map(|(number, _)| number).zip(uids).collect())
    }
}

/// What a film page means; `None` when it was not asked.
pub fn look_at(page: Result<FilmPage, PageError>) -> Option<Look> {
    let failed = |why: String, is_passing| Some(Look::Failed { why, is_passing });
    match page {
        Ok(FilmPage { uid, lid, link }) => Some(Look::Read { uid, lid, link }),
        Err(error) if !error.is_answer() => None,
        Err(error @ PageError::Unreadable(Unreadable::Contradiction { .. })) => {
            Some(Look::Useless(error.to_string()))
        }
        Err(PageError::Private) => failed("Letterboxd shows it to nobody (HTTP 403)".to_owned(), false),
        // For good, as far as a program can tell; still on the list, so it is looked at again some day.
        Err(PageError::NotFound) => Some(Look::Useless("its film page is gone (HTTP 404)".to_owned())),
        Err(error) => failed(error.to_string(), error.is_passing()),
    }
}
