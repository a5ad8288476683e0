//! How a collection is made, and how films are put into it.

use super::executor::Executor;
use super::target::{Target, find};
use crate::clients::jellyfin::MAX_IDS;
use crate::domain::event::Failed;
use crate::domain::ids::JellyfinId;
use crate::domain::shelf::Named;
use crate::domain::step::{AddToShelf, Step};
use crate::journal::There;
use crate::store::StoreError;
use crate::system::interrupt;

impl Executor<'_> {
    pub(super) fn create_collection(&mut self, step: &Step) -> Result<Option<JellyfinId>, StoreError> {
        // Making a name again empties it (docs/jellyfin.md#creating-a-collection), and the libraries took their time
        // since the first look.
        let jellyfin = self.jellyfin;
        let sets = jellyfin.collections();
        let name = Named::Name(self.named.name.clone());
        let made = match sets.and_then(|sets| Ok((find(&name, &sets, None), jellyfin.key_owner()?))) {
            Ok((Ok(Target::Set(_)), _)) => {
                self.journal
                    .note(&self.named.to_string(), "somebody has just created it; the next run fills it");
                return Ok(None);
            }
            Ok((Err((text, hint)), _)) => {
                self.not_created(&text, hint)?;
                return Ok(None);
            }
            Ok((_, Some(owner))) => {
                self.refuse_owner(&owner)?;
                return Ok(None);
            }
            Ok((Ok(Target::New(_)), None)) => jellyfin.create(&self.named.name),
            Err(error) => Err(error),
        };
        match made {
            Ok(id) => {
                self.journal.collection_made(There { id: &id, shelf: self.named }, step)?;
                Ok(Some(id))
            }
            Err(error) => {
                self.fail("not created", &error)?;
                Ok(None)
            }
        }
    }

    /// Adds films, as many as fit in a call. Returns those that the server took, and whether it refused others since
    /// it does not know an item.
    pub(super) fn add_to_collection<'s>(
        &mut self,
        id: &JellyfinId,
        additions: &[&'s AddToShelf],
    ) -> Result<(Vec<&'s AddToShelf>, bool), StoreError> {
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        let mut waiting: Vec<Vec<&AddToShelf>> = additions.chunks(MAX_IDS).rev().map(<[_]>::to_vec).collect();
        let mut was_checked = false;
        while let Some(batch) = waiting.pop() {
            if interrupt::requested().is_some() {
                break;
            }
            self.journal.adding(id, batch.iter().map(|add| self.aliases.canonical(add.tmdb)))?;
            let items: Vec<_> = batch.iter().map(|add| &add.item_id).collect();
            match self.jellyfin.add(id, &items) {
                Ok(()) => done.extend(batch),
                // One id that vanished refuses the whole call, and the answer does not say which
                // (docs/jellyfin.md#adding-members).
                Err(error) if error.answered().is_some_and(|(status, _)| status == 400) => {
                    if !was_checked && !self.is_listed(id) {
                        self.fail("films not added", &error)?;
                        failed.extend(batch);
                        break;
                    }
                    if !self.is_second {
                        return Ok((done, true));
                    }
                    was_checked = true;
                    if let [add] = batch.as_slice() {
                        let text =
                            format!("{} not added: it has just vanished from Jellyfin's library", add.film);
                        let about = self.named.to_string();
                        self.journal.failure(
                            Failed::Films(1),
                            ("put", add.item_id.as_str()),
                            &about,
                            &text,
                            None,
                        )?;
                        failed.push(*add);
                    } else {
                        let (front, back) = batch.split_at(batch.len() / 2);
                        waiting.extend([back.to_vec(), front.to_vec()]);
                    }
                }
                Err(error) => {
                    self.fail("films not added", &error)?;
                    failed.extend(batch);
                    break;
                }
            }
        }
        if interrupt::requested().is_none() {
            // What was to follow a call that failed fails with it.
            for add in failed.into_iter().chain(waiting.into_iter().rev().flatten()) {
                self.journal.not_added_to_shelf(add);
            }
        }
        Ok((done, false))
    }

    /// Is the collection still there? Its members do not tell: 10.8 has none of what it does not know
    /// (docs/jellyfin.md#members).
    fn is_listed(&self, id: &JellyfinId) -> bool {
        self.jellyfin.collections().is_ok_and(|sets| sets.iter().any(|set| set.id == *id))
    }
}
