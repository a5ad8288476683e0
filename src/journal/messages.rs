//! What receivers are told of a run: it hears of every event, and at the end it holds them against what was told before
//! (`plan`), and puts what is due into words (`compose`). Sending is somebody else's; what arrived is written down here.

mod compose;
mod news;
mod plan;

use std::collections::BTreeSet;

use super::Journal;
use crate::domain::clock::Timestamp;
use crate::domain::event::Event;
use crate::domain::message::{self, Message, TroubleKey};
use crate::domain::receiver::Receiver;
use crate::exit::Exit;
use crate::store::StoreError;
use compose::Facts;
use news::News;
use plan::Remembered;

/// What a run hears, and what was told before.
#[derive(Debug)]
pub(super) struct Telling {
    /// Everybody of whom a list was read before this run.
    known: BTreeSet<String>,
    news: News,
    remembered: Remembered,
}

impl Telling {
    pub(super) fn begin(known: BTreeSet<String>) -> Self {
        Self { known, news: News::default(), remembered: Remembered::default() }
    }

    pub(super) fn see(&mut self, event: Event<'_>) {
        let known = &self.known;
        self.news.see(event, |person| !known.contains(person));
    }

    /// A person has another name in the config.
    pub(super) fn renamed(&mut self, from: &str, to: &str) {
        if self.known.remove(from) {
            self.known.insert(to.to_owned());
        }
    }
}

/// A message that a receiver is to get.
#[derive(Debug)]
pub struct Due<'a> {
    /// Who gets it.
    pub receiver: &'a Receiver,
    /// What it says.
    pub message: Message,
    /// What is told with it.
    pub told: Told,
}

/// Of which troubles a message tells.
#[derive(Debug)]
pub struct Told {
    troubles: Vec<TroubleKey>,
    overs: Vec<TroubleKey>,
}

impl Journal {
    /// Holds what this run saw against what is remembered, and writes that down, whether anybody is told or not. `error`
    /// is what ended the run.
    pub fn note_troubles(
        &mut self,
        receivers: &[Receiver],
        error: Option<&anyhow::Error>,
    ) -> Result<(), StoreError> {
        let before = Remembered { ongoing: self.store.troubles()?, told: self.store.told()? };
        if let Some(error) = error {
            self.telling.news.cut_off(&format!("{error:#}"));
        } else {
            let is_refused = self.summary.is_refused();
            if !is_refused && self.store.cool_downs()?.is_empty() {
                self.telling.see(Event::Over { kind: news::REFUSED, about: None });
            }
            self.telling.news.went_on(is_refused);
        }
        let News { troubles, overs, .. } = &self.telling.news;
        let names: Vec<&str> = receivers.iter().map(|receiver| receiver.name.as_str()).collect();
        let after = plan::advance(before.clone(), troubles, overs, &names, self.run.now);
        if after != before {
            self.store.replace_troubles(&after.ongoing, &after.told)?;
        }
        self.telling.remembered = after;
        Ok(())
    }

    /// The messages for these receivers, as far as there is anything to tell. `summary` is the closing line.
    pub fn due<'a>(&self, receivers: &'a [Receiver], exit: Exit, summary: &str) -> Vec<Due<'a>> {
        let Telling { news, remembered, .. } = &self.telling;
        let now = self.run.now;
        let facts = Facts { command: self.run.command, now, exit_code: exit.code(), summary };
        let due = |receiver: &'a Receiver| {
            let due = plan::due(&receiver.name, receiver.on, news, remembered, now);
            due.is_any().then(|| {
                let message = compose::message(facts, &due, news, remembered);
                Due { receiver, message, told: Told { troubles: due.troubles, overs: due.overs } }
            })
        };
        receivers.iter().filter(|receiver| !receiver.is_check()).filter_map(due).collect()
    }

    /// A receiver got its message.
    pub fn told(&mut self, receiver: &str, told: &Told) -> Result<(), StoreError> {
        let now: Timestamp = self.run.now;
        let Remembered { ongoing, told: all } = &mut self.telling.remembered;
        all.retain(|known| {
            let is_told = told.troubles.contains(&known.key) || told.overs.contains(&known.key);
            !(known.receiver == receiver && is_told)
        });
        all.extend(told.troubles.iter().map(|key| {
            let (receiver, key) = (receiver.to_owned(), key.clone());
            message::Told { receiver, key, told_at: now }
        }));
        self.store.replace_troubles(ongoing, all)
    }

    /// Does Letterboxd refuse us for so long that whoever watches the runs should hear of it?
    pub fn is_refusal_due(&self) -> bool {
        let Telling { news, remembered, .. } = &self.telling;
        plan::is_refusal_due(remembered, &news.troubles, self.run.now)
    }
}
