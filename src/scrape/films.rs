//! Each film on a list gets its TMDB id: its page is read once, for all people.
//!
//! A first run reads hundreds of pages at a polite pace, so what is known already goes on to Radarr meanwhile, person
//! by person.

use std::collections::{BTreeMap, HashSet};

use super::{keep, note_routes};
use crate::film::{Film, Uid};
use crate::letterboxd::page::{FilmPage, Unreadable};
use crate::letterboxd::{Letterboxd, PageError};
use crate::report::{Report, plural};
use crate::store::{Look, Store, StoreError};

/// After so many pages, what they brought is passed on.
const BATCH: usize = 50;

/// Reads the pages of the films on these people's lists that have no TMDB id yet, each once, and says which films no
/// server can take.
///
/// `pass_on` is called now and then while more pages are under way, and gets how many films are still to be read.
pub fn films(
    letterboxd: &Letterboxd,
    store: &mut Store,
    report: &mut Report,
    people: &[String],
    mut pass_on: impl FnMut(&mut Store, &mut Report, usize) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut unread = store.unresolved(people, report.now())?.len();
    let mut asked: HashSet<Uid> = HashSet::new();
    let mut failures = Failures::default();
    for person in people {
        let mut films = store.unresolved(std::slice::from_ref(person), report.now())?;
        let before = asked.len();
        films.retain(|film| asked.insert(film.uid.clone()));
        let slugs: Vec<_> = films.iter().map(|film| &film.slug).collect();
        let mut done = Ok(());
        let mut fresh = 0;
        letterboxd.film_pages(&slugs, |index, page| {
            unread = unread.saturating_sub(1);
            keep(&mut done, note_routes(letterboxd, store, report.now()));
            let hint = page.as_ref().err().and_then(PageError::hint);
            let Some(look) = look_at(page) else { return };
            if let Look::Failed(why) = &look {
                failures.note(why, hint, before + index, &films[index]);
            }
            keep(&mut done, store.record_look(&films[index], &look, report.now()).map(drop));
            fresh += 1;
            if fresh % BATCH == 0 && done.is_ok() {
                done = pass_on(store, report, unread);
            }
        });
        done?;
        if unread > 0 && fresh > 0 {
            pass_on(store, report, unread)?;
        }
    }
    failures.tell(store, report, letterboxd.is_stopped())?;
    for person in people {
        for skip in store.skips(person)?.into_iter().filter(|skip| !skip.is_told) {
            report.skip(store, person, &skip.film, &skip.why)?;
        }
    }
    Ok(())
}

/// Film pages that could not be read, by what was wrong.
#[derive(Default)]
struct Failures(BTreeMap<String, (Option<&'static str>, BTreeMap<usize, String>)>);

impl Failures {
    /// `place` is the film's place among all that were asked.
    fn note(&mut self, why: &str, hint: Option<&'static str>, place: usize, film: &Film) {
        let (_, films) = self.0.entry(why.to_owned()).or_insert((hint, BTreeMap::new()));
        films.insert(place, format!("`{}`", film.slug));
    }

    /// One line for each kind of failure.
    fn tell(self, store: &mut Store, report: &mut Report, is_stopped: bool) -> Result<(), StoreError> {
        if is_stopped {
            report.block();
        } else if self.0.is_empty() {
            store.forget_notices("films/")?;
        }
        for (why, (hint, films)) in self.0 {
            let more = if films.len() > 3 { ", …" } else { "" };
            let shown = films.values().take(3).cloned().collect::<Vec<_>>().join(", ");
            let text = format!("{} not read: {why} ({shown}{more})", plural(films.len(), "film page"));
            report.failure(store, &format!("films/{why}"), "letterboxd", &text, hint)?;
        }
        Ok(())
    }
}

/// What a film page means; `None` when it was not asked.
pub fn look_at(page: Result<FilmPage, PageError>) -> Option<Look> {
    match page {
        Ok(FilmPage { uid, link }) => Some(Look::Read { uid, link }),
        Err(PageError::Stopped) => None,
        Err(error @ PageError::Unreadable(Unreadable::Contradiction { .. })) => {
            Some(Look::Useless(error.to_string()))
        }
        Err(PageError::Private) => Some(Look::Failed("Letterboxd shows it to nobody (HTTP 403)".to_owned())),
        // For good, as far as a program can tell; still on the list, so it is looked at again some day.
        Err(PageError::NotFound) => Some(Look::Useless("its film page is gone (HTTP 404)".to_owned())),
        Err(error) => Some(Look::Failed(error.to_string())),
    }
}
