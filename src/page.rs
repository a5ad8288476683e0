//! The page: where everybody's films stand, for a browser in the house. One file without scripts, made from values
//! and nothing else.
//!
//! Whatever a text holds, it goes through `html`, and the page's own policy lets a browser load pictures from
//! Jellyfin and TMDB, and nothing from anywhere else. No key is among the values.

mod card;
mod chip;
mod html;
mod link;
mod person;
mod runs;
mod style;
mod top;

use std::fmt::Write as _;

use url::Url;

use crate::domain::clock::{DAY, Timestamp};
use crate::domain::film::Film;
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::poster::Poster;
use crate::domain::waiting::Wait;
use html::Text;
pub use link::Links;

/// So many cards of a part are shown, and the others counted: a list of thousands makes no page of megabytes.
pub const MOST_NEW: usize = 12;
/// Likewise of films that are ready to watch.
pub const MOST_READY: usize = 60;
/// Likewise of films that wait.
pub const MOST_WAITING: usize = 60;
/// Likewise of films that were skipped or failed.
pub const MOST_SKIPPED: usize = 60;
/// Likewise of problems.
pub const MOST_PROBLEMS: usize = 20;

/// For so long a film that came is new.
pub const NEW: Timestamp = 14 * DAY;

/// All that the page shows.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// When it is made.
    pub now: Timestamp,
    /// Of lbjf.
    pub version: &'a str,
    /// Where links lead.
    pub links: Links<'a>,
    /// Is all well? In one line.
    pub health: (Tone, String),
    /// What somebody should look at, the worst first.
    pub problems: Vec<Problem>,
    /// The last runs, newest first.
    pub runs: Vec<Run>,
    /// People, then lists without a person.
    pub people: Vec<Person<'a>>,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// It failed.
    Bad,
    /// Somebody should look.
    Warn,
    /// It is well.
    Good,
    /// Nobody can say.
    None,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Good => "good",
            Self::None => "none",
        }
    }
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub tone: Tone,
    /// What it is.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A run, as the chart shows it.
#[derive(Clone, Debug)]
pub struct Run {
    /// When it began.
    pub started_at: Timestamp,
    /// How many seconds it took; `None` when it has not finished.
    pub took: Option<Timestamp>,
    /// How it went.
    pub tone: Tone,
    /// Its closing line.
    pub summary: String,
}

/// A person, or a block of `[[lists]]`.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    /// What they are called.
    pub name: String,
    /// Is it a person?
    pub is_person: bool,
    /// When their lists were read last; `None` when they never were.
    pub read_at: Option<Timestamp>,
    /// How many films are on their lists.
    pub listed: usize,
    /// How many of them they watched; `None` where nobody looks.
    pub watched: Option<usize>,
    /// Films that came of late, the last first.
    pub new: Vec<Card<'a>>,
    /// Films that can be watched.
    pub ready: Vec<Card<'a>>,
    /// Films that are not there yet, by what comes next.
    pub waiting: Vec<Card<'a>>,
    /// Films that no server takes, or that failed.
    pub skipped: Vec<Skipped>,
}

/// A film with a poster.
#[derive(Clone, Debug)]
pub struct Card<'a> {
    /// Which film.
    pub film: &'a Film,
    /// Its TMDB id.
    pub tmdb: Option<TmdbId>,
    /// What Jellyfin has of it.
    pub item: Option<&'a JellyfinId>,
    /// Its poster at TMDB.
    pub poster: Option<&'a Poster>,
    /// The Radarr that has it.
    pub radarr: Option<&'a Url>,
    /// Since when it is where it is.
    pub since: Option<Timestamp>,
    /// What it waits for, with the name of the Radarr where there are several; what comes first stands first.
    pub waits: Vec<(Option<&'a str>, Wait)>,
}

/// A film that did not come through.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// Which film.
    pub film: Film,
    /// Why.
    pub why: String,
    /// Can a line under `[films]` settle it?
    pub is_unclear: bool,
}

/// The whole page.
pub fn render(page: &Page<'_>) -> String {
    let mut out = String::with_capacity(64 * 1024);
    top::head(&mut out, page);
    top::header(&mut out, page);
    out.push_str("<main class=\"wrap\">\n");
    top::problems(&mut out, page);
    for (index, person) in page.people.iter().enumerate() {
        person::section(&mut out, index, person, page);
    }
    if page.people.is_empty() {
        out.push_str("<p class=\"empty\">Nothing is known yet. The first run fills this page.</p>\n");
    }
    out.push_str("</main>\n");
    runs::footer(&mut out, page);
    out.push_str("</body>\n</html>\n");
    out
}

/// `and 12 more`, with the command that names all.
fn more(out: &mut String, shown: usize, all: usize, command: &str) {
    if all > shown {
        let _ = writeln!(
            out,
            "<p class=\"more\">and {} more: <code>{}</code> names all</p>",
            all - shown,
            Text(command)
        );
    }
}

#[cfg(test)]
mod tests;
