//! What was told when: a trouble is due again after a day, or never.

use super::Journal;
use crate::domain::clock::DAILY;
use crate::domain::event::{Event, Severity};
use crate::domain::notice::Notice;
use crate::store::StoreError;

impl Journal {
    /// This loud when it is due again, else info. Remembers that it is told now.
    pub(super) fn once_a_day<'a>(
        &mut self,
        severity: Severity,
        notice: impl Into<Notice<'a>>,
    ) -> Result<Severity, StoreError> {
        let is_due = self.store.is_due_again(notice, DAILY, self.run.now)?;
        Ok(if is_due { severity } else { Severity::Info })
    }

    /// Was this never told before? Remembers that it is told now, for good.
    pub fn mark_once<'a>(&mut self, notice: impl Into<Notice<'a>>) -> Result<bool, StoreError> {
        self.store.mark_once(notice, self.run.now)
    }

    /// This kind of trouble is over: if it happens again, it is told at once.
    pub fn trouble_over(&mut self, kind: &'static str) -> Result<(), StoreError> {
        self.tell(Event::Over { kind, about: None });
        self.store.forget_notices(kind)
    }

    /// This kind of trouble with one person or thing is over.
    pub fn trouble_over_for(&mut self, kind: &'static str, about: &str) -> Result<(), StoreError> {
        self.tell(Event::Over { kind, about: Some(about) });
        self.store.forget_notices_about(kind, about)
    }
}
