//! Labels films that Radarr has, many in one call.

use std::collections::BTreeMap;

use super::executor::{Executor, MAX_FAILURES_IN_A_ROW};
use crate::clients::api::{ApiError, chain};
use crate::domain::step::TagInRadarr;
use crate::journal::{Journal, StoreError};
use crate::system::interrupt;

/// So many films are tagged in one call.
const BATCH: usize = 100;

impl Executor<'_, '_> {
    /// Labels these films. Their requests are recorded as untagged already.
    pub(super) fn tag(&mut self, tags: &[&TagInRadarr], journal: &mut Journal) -> Result<(), StoreError> {
        let mut batches: BTreeMap<&[String], Vec<&TagInRadarr>> = BTreeMap::new();
        for tag in tags {
            batches.entry(&tag.labels).or_default().push(tag);
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
        films: &[&TagInRadarr],
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        let error = match self.put_labels(labels, films) {
            Ok(()) => {
                let name = self.requests.setup.name;
                journal.trouble_over_for("tagging", name.name())?;
                return journal.tagged(name, films);
            }
            Err(error) => error,
        };
        // One film that is gone refuses the whole call, and the answer does not say which
        // (docs/radarr.md#tagging-many-films).
        if error.is_internal() && !error.is_locked() && films.len() > 1 {
            return self.tag_singly(labels, films, journal);
        }
        self.not_tagged(labels, films, &error, journal)
    }

    /// A call for each film; when too many fail in a row, the rest is left.
    fn tag_singly(
        &mut self,
        labels: &[String],
        films: &[&TagInRadarr],
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
                    journal.tagged(self.requests.setup.name, &[*film])?;
                }
                Err(error) => {
                    failures_in_a_row += 1;
                    failed.push(*film);
                    last = Some(error);
                }
            }
        }
        last.map_or(Ok(()), |error| self.not_tagged(labels, &failed, &error, journal))
    }

    fn put_labels(&mut self, labels: &[String], films: &[&TagInRadarr]) -> Result<(), ApiError> {
        if self.requests.setup.is_dry {
            return Ok(());
        }
        let movie_ids: Vec<u32> = films.iter().map(|tag| tag.movie_id).collect();
        for label in labels {
            let id = self.tag_id(label)?;
            self.requests.setup.radarr.tag(&movie_ids, id)?;
        }
        Ok(())
    }

    /// Radarr's number of a label; the label is made when it is missing.
    pub(super) fn tag_id(&mut self, label: &str) -> Result<u32, ApiError> {
        if let Some(id) = self.snapshot.view.tags.get(label) {
            return Ok(*id);
        }
        let id = self.requests.setup.radarr.create_tag(label)?;
        self.snapshot.view.tags.insert(label.to_owned(), id);
        Ok(id)
    }

    fn not_tagged(
        &self,
        labels: &[String],
        films: &[&TagInRadarr],
        error: &ApiError,
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        if error.is_interrupt() {
            return Ok(());
        }
        let name = self.requests.setup.name;
        journal.not_tagged(name, films, labels, &chain(error), error.hint().as_deref())
    }
}
