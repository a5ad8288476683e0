//! What a receiver is told: a run in a few words, and the parts that a webhook gets one by one.

use super::clock::Timestamp;
use super::film::Film;
use super::ids::TmdbId;

/// Why a receiver is told something; of several reasons the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// Something failed.
    Failed,
    /// What failed works again.
    Recovered,
    /// Films were sent, or are ready.
    Changed,
    /// It hears of every run.
    Run,
    /// Somebody wants to see whether it works.
    Test,
}

impl Occasion {
    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Recovered => "recovered",
            Self::Changed => "changed",
            Self::Run => "run",
            Self::Test => "test",
        }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Why.
    pub occasion: Occasion,
    /// The command that ran.
    pub command: &'static str,
    /// When it began.
    pub time: Timestamp,
    /// What it ends with.
    pub exit_code: u8,
    /// One short line.
    pub title: String,
    /// The rest, in lines.
    pub text: String,
    /// The closing line of the run.
    pub summary: String,
    /// Films that were sent, or are ready.
    pub films: Vec<FilmNews>,
    /// What failed, and what works again.
    pub problems: Vec<ProblemNews>,
}

/// A film of which there is news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmNews {
    /// Which film.
    pub film: Film,
    /// Its TMDB id.
    pub tmdb: TmdbId,
    /// Who wants it.
    pub people: Vec<String>,
    /// Where it is ready; `None`: it was sent to Radarr.
    pub collections: Option<Vec<String>>,
}

/// Something that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemNews {
    /// The person, server or collection that it is about.
    pub about: String,
    /// What is wrong, or was.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// In so many runs.
    pub runs: u32,
    /// Does it work again?
    pub is_over: bool,
}

/// A trouble that lasts, or that has just ended, as the store remembers it between runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ongoing {
    /// By what it is known again: its kind and whom it is about.
    pub key: TroubleKey,
    /// Which of several troubles of that kind it is: another one is news.
    pub word: String,
    /// Whom it is about, for people.
    pub about: String,
    /// What is wrong, as it was said last.
    pub text: String,
    /// The run in which it was first seen.
    pub began_at: Timestamp,
    /// The last one.
    pub seen_at: Timestamp,
    /// It was seen in so many.
    pub runs: u32,
    /// When it was found to be over.
    pub ended_at: Option<Timestamp>,
}

/// By what a trouble is known again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TroubleKey {
    /// A word of lbjf's own.
    pub kind: String,
    /// The name of a person or a thing.
    pub about: String,
}

/// What a receiver was told when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The receiver's name.
    pub receiver: String,
    /// The trouble.
    pub key: TroubleKey,
    /// When, last.
    pub told_at: Timestamp,
}
