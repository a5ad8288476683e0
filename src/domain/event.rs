//! What happens in a run, as its log, closing line, exit code and JSON hear of it.

use serde::Serialize;

use super::film::Film;
use super::notice::Notice;
use super::shelf::ShelfKind;
use super::step::Step;

/// One thing that happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Something that a person should look at.
    Trouble(Trouble<'a>),
    /// A trouble of this kind is over: all of them, or the one with this person or thing.
    Over {
        /// As in [`Notice`].
        kind: &'static str,
        /// As in [`Notice`]; `None` for everybody.
        about: Option<&'a str>,
    },
    /// A film that no server can take; it is told once.
    FilmSkipped {
        /// Who wants it.
        person: &'a str,
        /// Which film.
        film: &'a Film,
        /// Why nobody can take it.
        why: &'a str,
    },
    /// A person's list was read, or could not be read.
    ListRead(&'a ListReading),
    /// Something worth a line.
    Note {
        /// The person, server, collection or playlist that it is about.
        about: &'a str,
        /// What happened.
        message: &'a str,
    },
    /// Letterboxd refuses this machine.
    Refused,
    /// A step ended.
    Step {
        /// Which step.
        step: &'a Step,
        /// How it ended.
        outcome: Outcome,
        /// Where an added film really went.
        root_folder: Option<&'a str>,
    },
}

/// Something that a person should look at.
#[derive(Clone, Copy, Debug)]
pub struct Trouble<'a> {
    /// By what it is known again; `None` for what is told whenever it happens.
    pub notice: Option<Notice<'a>>,
    /// How loudly it is told: a trouble that was told within a day is info.
    pub severity: Severity,
    /// The person, server, collection or playlist that it is about.
    pub about: &'a str,
    /// What is wrong.
    pub message: &'a str,
    /// What to do about it.
    pub hint: Option<&'a str>,
    /// What failed; `None` if nothing did.
    pub failed: Option<Failed<'a>>,
}

/// How loudly a trouble is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something failed.
    Error,
    /// A person should look.
    Warning,
    /// It was told within a day.
    Info,
}

/// What failed. The closing line counts these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed<'a> {
    /// So many films.
    Films(usize),
    /// The person that the message is about.
    User,
    /// These people.
    Users(&'a [&'a str]),
    /// The server that the message is about.
    Server,
    /// The collection or playlist that the message is about.
    Shelf(ShelfKind),
    /// The list that the message is about, which these people want, with what only its owner can mend: the exit code
    /// tells it when the message does.
    List(&'a [&'a str]),
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server said so.
    Done,
    /// A dry run would do it.
    Planned,
    /// There is a reason not to do it.
    Skipped,
    /// It did not work.
    Failed,
    /// It waits for a later run.
    Later,
}

impl Outcome {
    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Planned => "planned",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Later => "later",
        }
    }
}

/// How the reading of one list of a person went.
#[derive(Clone, Debug, Serialize)]
pub struct ListReading {
    /// By name in the config.
    pub user: String,
    /// The list by its address; `None` for the person's watchlist or export.
    pub list: Option<String>,
    /// One word; [the list](docs/json.md) has all of them.
    pub outcome: &'static str,
    /// Entries on the whole list, as declared.
    pub declared: Option<u32>,
    /// Entries seen for the first time.
    pub new: usize,
    /// Entries that an accepted reading lacked.
    pub gone: usize,
}
