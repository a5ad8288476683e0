//! What the reading of a list brought.

use super::reading::Failure;
use crate::clients::export::ExportError;
use crate::domain::ids::Number;

/// How the reading of one list went.
#[derive(Debug)]
pub(super) struct ListOutcome {
    /// One word; docs/json.md has all of them.
    pub(super) word: &'static str,
    /// Entries on the whole list, as it declares them; `None` where it could not be read, or does not say.
    pub(super) declared: Option<u32>,
    /// Entries seen for the first time.
    pub(super) new: usize,
    /// Entries that an accepted reading lacked.
    pub(super) gone: usize,
    /// Tiles that are no films, as far as the numbers tell.
    pub(super) other_tiles: u32,
    /// Another name in the config that is the same member's.
    pub(super) namesake: Option<String>,
    /// What is the matter.
    pub(super) trouble: Option<Trouble>,
}

/// What is the matter with a list.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The name is another member's, by number.
    OtherMember { known: Number, found: Number },
    /// The address shows another list, by number or by name.
    OtherList { found: String },
    /// A page was not to be had.
    Page(Failure),
    /// The export could not be read.
    Export(ExportError),
    /// Rows of an export name no film.
    BadRows { rows: Vec<String> },
    /// The totals disagree; `shown` is `None` when the pages do so among themselves.
    TotalMoved { declared: u32, shown: Option<u32> },
    /// The list does not tell how many films it has.
    Untold,
    /// One film stands on two pages: the list moved while it was read.
    Moved,
    /// Too much is gone at once.
    Pending { gone: u32, known: u32 },
    /// Not all pages were asked for, since one could not be read a short time ago, for this reason.
    Waits { why: String },
}

impl Trouble {
    /// Could nothing at all be read?
    pub(super) fn is_unread(&self) -> bool {
        matches!(
            self,
            Self::Page(Failure { number: 1, .. })
                | Self::OtherMember { .. }
                | Self::OtherList { .. }
                | Self::Export(_)
        )
    }
}

impl ListOutcome {
    /// The list was read, and declares so many entries.
    pub(super) fn read(word: &'static str, declared: Option<u32>, trouble: Option<Trouble>) -> Self {
        Self { word, declared, new: 0, gone: 0, other_tiles: 0, namesake: None, trouble }
    }

    /// The name is another member's.
    pub(super) fn other_member(known: Number, found: Number) -> Self {
        Self::read("other_member", None, Some(Trouble::OtherMember { known, found }))
    }

    /// The address shows another list.
    pub(super) fn other_list(found: String) -> Self {
        Self::read("other_list", None, Some(Trouble::OtherList { found }))
    }

    /// A page was not to be had.
    pub(super) fn failed(failure: Failure, declared: Option<u32>) -> Self {
        let is_list = failure.number == 1 || failure.error.is_block();
        let word = if is_list { failure.error.word() } else { "incomplete" };
        Self::read(word, declared, Some(Trouble::Page(failure)))
    }
}
