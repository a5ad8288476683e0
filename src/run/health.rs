//! Is all well? In one line.

use crate::domain::clock::{DAY, Timestamp};
use crate::domain::span::ago;
use crate::store::Run;

/// Runs come every few minutes; without one for so long, something is switched off.
const OVERDUE: Timestamp = 2 * DAY;

/// How well it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nobody can say yet.
    Unknown,
    /// All is well.
    Well,
    /// Somebody may want to look; or it passes by itself.
    Notable,
    /// The last run was stopped, and the next one goes on.
    Stopped,
    /// Somebody must look.
    Bad,
}

/// What the last runs say, the latest first.
pub fn health(runs: &[Run], now: Timestamp) -> (Health, String) {
    let Some(last) = runs.first() else { return (Health::Unknown, "no run yet".to_owned()) };
    let when = ago(now, last.ended_at.unwrap_or(last.started_at));
    let is_overdue = now - last.started_at > OVERDUE;
    match last.exit_code {
        None => {
            let health = if is_overdue { Health::Bad } else { Health::Unknown };
            (health, format!("a run began {when} and has not finished: it is running, or was killed"))
        }
        Some(_) if is_overdue => {
            (Health::Bad, format!("no run since {when}: does the timer, or cron, still run `lbjf sync`?"))
        }
        Some(0) => (Health::Well, format!("healthy: the last run succeeded, {when}")),
        Some(_) if last.is_well => {
            (Health::Notable, format!("healthy but for somebody's list: the last run ended {when}"))
        }
        Some(130 | 143) => {
            (Health::Stopped, format!("the last run was stopped, {when}; the next one continues"))
        }
        Some(code) => {
            // Letterboxd lets us in again.
            let health = if code == 6 { Health::Notable } else { Health::Bad };
            (health, format!("the last run ended with {code}, {when}: see below"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_run_says_how_well_it_is() {
        let run = |exit_code: Option<u8>, is_well, began| Run {
            id: 1,
            command: "sync".to_owned(),
            started_at: began,
            ended_at: exit_code.map(|_| began),
            exit_code,
            is_well,
            summary: None,
            problems: Vec::new(),
        };
        let now = 10 * DAY;
        assert_eq!(health(&[], now).0, Health::Unknown);
        for (exit_code, is_well, of_late, long_ago) in [
            (Some(0), true, Health::Well, Health::Bad),
            (Some(4), true, Health::Notable, Health::Bad),
            (Some(4), false, Health::Bad, Health::Bad),
            (Some(6), false, Health::Notable, Health::Bad),
            (Some(130), false, Health::Stopped, Health::Bad),
            (Some(143), false, Health::Stopped, Health::Bad),
            (None, false, Health::Unknown, Health::Bad),
        ] {
            let after = |ago| health(&[run(exit_code, is_well, now - ago)], now).0;
            assert_eq!((after(OVERDUE), after(OVERDUE + 1)), (of_late, long_ago), "{exit_code:?} {is_well}");
        }
    }
}
