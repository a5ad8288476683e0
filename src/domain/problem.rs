//! What is wrong with something, and what to do about it.

/// A problem that a person can mend.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: &'static str,
}

/// Stands between a problem and what to do about it, in one line.
const HINT: &str = " (hint: ";

/// A problem in one line, with what to do about it.
pub fn with_hint(problem: &str, hint: Option<&str>) -> String {
    match hint {
        Some(hint) => format!("{problem}{HINT}{})", hint.replace('\n', " ")),
        None => problem.to_owned(),
    }
}

/// The two parts of such a line.
pub fn split_hint(line: &str) -> (&str, Option<&str>) {
    let parts = line.strip_suffix(')').and_then(|line| line.split_once(HINT));
    parts.map_or((line, None), |(problem, hint)| (problem, Some(hint)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_hint_falls_into_its_parts_again() {
        for hint in [None, Some("check `radarr.url`"), Some("see (there)")] {
            let line = with_hint("radarr: no (HTTP 500)", hint);
            assert_eq!(split_hint(&line), ("radarr: no (HTTP 500)", hint));
        }
        assert_eq!(with_hint("a", Some("b\nc")), "a (hint: b c)");
    }
}
