//! What `status --check` finds out: everything that a run needs, looked at without changing anything.
//!
//! One file for each side: the store, Letterboxd, Radarr, Jellyfin. Each adds its checks in the order in which a
//! person would mend what is wrong; a check that failed hides no other, save those that cannot be made without it.
//! What decides is what decides in a run: the same doors, the same settings, the same way to a collection.

use serde::Serialize;

use crate::domain::text;

use crate::domain::text::one_line;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As a run needs it.
    Ok,
    /// A person may want to know; a run works all the same.
    Note,
    /// A run would fail, or a part of it.
    Problem,
    /// Left out on purpose, or not asked because of something else.
    Skipped,
}

impl State {
    /// The word for it on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            // To be found at a glance.
            Self::Problem => "WRONG",
            Self::Skipped => "-",
        }
    }
}

/// One thing that was looked at. In JSON it is described in docs/json.md.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it belongs to: `config`, `store`, `letterboxd`, `radarr`, `jellyfin`, `notify`, or a person's name at Letterboxd.
    pub about: String,
    /// What was looked at, as in `root folder`.
    pub check: &'static str,
    /// How it stands.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do about it, when that is known.
    pub hint: Option<String>,
}

/// Everything that was looked at, in order.
#[derive(Debug, Default)]
pub struct Checks(Vec<Check>);

impl Checks {
    /// It is as a run needs it.
    pub fn ok(&mut self, about: &str, check: &'static str, found: &str) {
        self.add(State::Ok, about, check, found, None);
    }

    /// It works, but a person may want to know something.
    pub fn note(&mut self, about: &str, check: &'static str, found: &str, hint: Option<&str>) {
        self.add(State::Note, about, check, found, hint);
    }

    /// A run would fail, or a part of it.
    pub fn problem(&mut self, about: &str, check: &'static str, found: &str, hint: Option<&str>) {
        self.add(State::Problem, about, check, found, hint);
    }

    /// It was not looked at.
    pub fn skipped(&mut self, about: &str, check: &'static str, found: &str) {
        self.add(State::Skipped, about, check, found, None);
    }

    /// It was found like this. Names come from servers and may hold anything; a check is one line.
    pub fn add(&mut self, state: State, about: &str, check: &'static str, found: &str, hint: Option<&str>) {
        // A hint of several lines is ours.
        let hint = hint
            .map(|hint| hint.lines().map(|line| text::one_line(line.trim())).collect::<Vec<_>>().join("\n"));
        self.0.push(Check {
            about: one_line(about).into_owned(),
            check,
            state,
            found: text::one_line(found).into_owned(),
            hint,
        });
    }

    /// Each of them.
    pub fn all(&self) -> &[Check] {
        &self.0
    }

    /// How many of them stand like this?
    pub fn count(&self, state: State) -> usize {
        self.0.iter().filter(|check| check.state == state).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_calls_something_cannot_break_the_line() {
        let mut checks = Checks::default();
        checks.problem("radarr", "root folder", "it has `a\nb\u{1b}[31m`", Some("x\ty"));
        assert_eq!(checks.all()[0].found, "it has `a b [31m`");
        assert_eq!(checks.all()[0].hint.as_deref(), Some("x y"));
        assert_eq!((checks.count(State::Problem), checks.count(State::Ok)), (1, 0));
    }
}
