//! Labels films that Radarr has, many in one call.

use std::collections::BTreeMap;

use super::executor::{MAX_FAILURES_IN_A_ROW, Send};
use crate::clients::api::{ApiError, chain};
use crate::domain::step::{Step, TagInRadarr};
use crate::journal::Journal;
use crate::journal::report::{Failed, Outcome, plural};
use crate::store::StoreError;
use crate::system::interrupt;

/// So many films are tagged in one call.
const BATCH: usize = 100;

/// A film to be labelled.
type Film<'s> = (&'s Step, &'s TagInRadarr);

impl Send<'_, '_> {
    /// Labels these films. Their requests are written down as untagged already.
    pub(super) fn tag(&mut self, tags: &[Film<'_>], journal: &mut Journal) -> Result<(), StoreError> {
        let mut batches: BTreeMap<&[String], Vec<Film<'_>>> = BTreeMap::new();
        for (step, tag) in tags {
            batches.entry(&tag.labels).or_default().push((step, tag));
        }
        for (labels, films) in batches {
            for batch in films.chunks(BATCH) {
                if interrupt::requested().is_some() {
                    return Ok(());
                }
                self.tag_batch(labels, batch, journal)?;
            }
        }
        Ok(())
    }

    fn tag_batch(
        &mut self,
        labels: &[String],
        films: &[Film<'_>],
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        let error = match self.put_labels(labels, films) {
            Ok(()) => {
                journal.store.forget_notices("tagging")?;
                return self.tagged(films, journal);
            }
            Err(error) => error,
        };
        // One film that is gone refuses the whole call, and the answer does not say which
        // (docs/radarr.md#tagging-many-films).
        if error.is_internal() && !error.is_locked() && films.len() > 1 {
            return self.tag_singly(labels, films, journal);
        }
        not_tagged(labels, films, &error, journal)
    }

    /// A call for each film; when too many fail in a row, the rest is left.
    fn tag_singly(
        &mut self,
        labels: &[String],
        films: &[Film<'_>],
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        let mut failed = Vec::new();
        let (mut failures_in_a_row, mut last) = (0, None);
        for film in films {
            if failures_in_a_row == MAX_FAILURES_IN_A_ROW || interrupt::requested().is_some() {
                failed.push(*film);
                continue;
            }
            match self.put_labels(labels, &[*film]) {
                Ok(()) => {
                    failures_in_a_row = 0;
                    self.tagged(&[*film], journal)?;
                }
                Err(error) => {
                    failures_in_a_row += 1;
                    failed.push(*film);
                    last = Some(error);
                }
            }
        }
        last.map_or(Ok(()), |error| not_tagged(labels, &failed, &error, journal))
    }

    fn put_labels(&mut self, labels: &[String], films: &[Film<'_>]) -> Result<(), ApiError> {
        if self.feed.setup.is_dry {
            return Ok(());
        }
        let movie_ids: Vec<u32> = films.iter().map(|(_, tag)| tag.movie_id).collect();
        for label in labels {
            let id = self.tag_id(label)?;
            self.feed.setup.radarr.tag(&movie_ids, id)?;
        }
        Ok(())
    }

    fn tagged(&self, films: &[Film<'_>], journal: &mut Journal) -> Result<(), StoreError> {
        let requests: Vec<_> =
            films.iter().flat_map(|(_, tag)| tag.requested.requests.iter().cloned()).collect();
        journal.store.answer(&requests, journal.now())?;
        for (step, _) in films {
            journal.step(step, self.done(), None);
        }
        Ok(())
    }

    /// Radarr's number of a label; the label is made when it is missing.
    pub(super) fn tag_id(&mut self, label: &str) -> Result<u32, ApiError> {
        if let Some(id) = self.look.view.tags.get(label) {
            return Ok(*id);
        }
        let id = self.feed.setup.radarr.create_tag(label)?;
        self.look.view.tags.insert(label.to_owned(), id);
        Ok(id)
    }
}

fn not_tagged(
    labels: &[String],
    films: &[Film<'_>],
    error: &ApiError,
    journal: &mut Journal,
) -> Result<(), StoreError> {
    if error.is_interrupt() {
        return Ok(());
    }
    for (step, _) in films {
        journal.step(step, Outcome::Failed, None);
    }
    let (count, labels) = (films.len(), labels.join("`, `"));
    let films = plural(count, "film");
    let text = format!("{films} not tagged `{labels}`: {}", chain(error));
    journal.failure(Failed::Films(count), "tagging", "radarr", &text, error.hint().as_deref())
}
