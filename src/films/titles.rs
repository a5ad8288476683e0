//! Films whose page was not to be had, by title and year as Radarr knows them (`letterboxd.match_titles`).

use std::collections::HashSet;

use super::{NOBODY_SEES_IT, PAGE_IS_GONE};
use crate::clients::api::chain;
use crate::clients::letterboxd::PageError;
use crate::clients::radarr::Radarr;
use crate::domain::clock::Timestamp;
use crate::domain::event::Failed;
use crate::domain::film::Film;
use crate::domain::ids::TmdbId;
use crate::domain::radarr::RadarrName;
use crate::domain::text::plural;
use crate::domain::title::only_match;
use crate::journal::Journal;
use crate::store::StoreError;
use crate::system::{interrupt, progress};

/// So many films are named one by one.
const FEW: usize = 5;

/// Looks up the films on these people's lists whose page was refused or is gone, and takes a film only if exactly one
/// has this title and year. `is_refused`: does Letterboxd refuse us? `full` asks for all of them, however lately it was
/// in vain.
pub fn match_titles(
    (name, radarr): (&RadarrName, &Radarr),
    journal: &mut Journal,
    people: &[String],
    is_refused: bool,
    full: bool,
) -> Result<(), StoreError> {
    let due = if full { Timestamp::MAX } else { journal.now() };
    let reasons = [PAGE_IS_GONE.to_owned(), NOBODY_SEES_IT.to_owned(), PageError::Refused.to_string()];
    let (mut films, mut seen) = (Vec::new(), HashSet::new());
    for person in people {
        let matchable = journal.store().matchable(person, is_refused, &reasons, due)?;
        films.extend(matchable.into_iter().filter(|film| seen.insert(film.uid.clone())));
    }
    let bar = progress::bar("titles", films.len(), None);
    let mut matched = Vec::new();
    for film in films {
        let Some(year) = film.year else { continue };
        if interrupt::requested().is_some() {
            tell(journal, &matched);
            return Ok(());
        }
        match radarr.find_by_title(&film.name, year) {
            Ok(candidates) => {
                let id = only_match(&film.name, film.year, &candidates);
                journal.film_matched(&film, id)?;
                matched.extend(id.map(|id| (film, id)));
            }
            Err(error) => {
                let text = format!("cannot look up films by title: {}", chain(&error));
                let notice = ("titles", name.name());
                journal.failure(Failed::Server, notice, &name.about(), &text, error.hint().as_deref())?;
                tell(journal, &matched);
                return Ok(());
            }
        }
        bar.step();
    }
    journal.trouble_over_for("titles", name.name())?;
    tell(journal, &matched);
    Ok(())
}

/// Says which film was taken for which, with the line that corrects it.
fn tell(journal: &mut Journal, matched: &[(Film, TmdbId)]) {
    for (film, id) in matched.iter().take(if matched.len() > FEW { 0 } else { FEW }) {
        let text = format!(
            "{film} is taken for TMDB {id} by its title and year; if that is wrong, correct it under `[films]`: \"{}\" = …",
            film.address
        );
        journal.note("films", &text);
    }
    if matched.len() > FEW {
        let films = plural(matched.len(), "film");
        let text = format!(
            "{films} found by title and year; `lbjf status` names them, with the lines that correct them"
        );
        journal.note("films", &text);
    }
}
