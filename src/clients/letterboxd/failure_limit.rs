//! When one page after the other is not to be had, the others are not asked.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::PageError;

/// Pages in a row that were not to be had.
#[derive(Debug, Default)]
pub struct FailureLimit {
    failures: AtomicUsize,
    is_over: AtomicBool,
    unasked: AtomicUsize,
}

impl FailureLimit {
    /// So many end the asking: whatever is wrong, hundreds of pages more would not mend it.
    const MOST: usize = 5;

    /// Gets a page unless too many were not to be had before.
    pub fn ask<T>(&self, page: impl FnOnce() -> Result<T, PageError>) -> Result<T, PageError> {
        if self.is_over.load(Ordering::Relaxed) {
            self.unasked.fetch_add(1, Ordering::Relaxed);
            return Err(PageError::GivenUp);
        }
        let page = page();
        match &page {
            Err(error) if error.is_failure() => {
                if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= Self::MOST {
                    self.is_over.store(true, Ordering::Relaxed);
                }
            }
            Err(error) if !error.is_own_answer() => {}
            _ => self.failures.store(0, Ordering::Relaxed),
        }
        page
    }

    /// No more pages: there are enough.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Begins anew.
    pub fn reset(&self) {
        self.is_over.store(false, Ordering::Relaxed);
        self.failures.store(0, Ordering::Relaxed);
        self.unasked.store(0, Ordering::Relaxed);
    }

    /// How many pages were not asked.
    pub fn unasked(&self) -> usize {
        self.unasked.load(Ordering::Relaxed)
    }
}
