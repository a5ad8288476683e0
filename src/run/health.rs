//! Is all well? In one line.

use crate::domain::clock::{DAY, Timestamp};
use crate::domain::span::ago;
use crate::store::Run;

/// Runs come every few minutes; without one for so long, something is switched off.
const OVERDUE: Timestamp = 2 * DAY;

/// What the last runs say.
pub fn first_line(runs: &[Run], now: Timestamp) -> String {
    let Some(last) = runs.first() else { return "no run yet".to_owned() };
    let when = ago(now, last.ended_at.unwrap_or(last.started_at));
    match last.exit_code {
        None => format!("a run began {when} and has not finished: it is running, or was killed"),
        Some(_) if is_overdue(last, now) => {
            format!("no run since {when}: does the timer, or cron, still run `lbjf sync`?")
        }
        Some(0) => format!("healthy: the last run succeeded, {when}"),
        Some(_) if last.is_well => format!("healthy but for somebody's list: the last run ended {when}"),
        Some(130 | 143) => format!("the last run was stopped, {when}; the next one continues"),
        Some(code) => format!("the last run ended with {code}, {when}: see below"),
    }
}

/// Is this last one so long ago that nothing seems to start runs any more?
pub fn is_overdue(last: &Run, now: Timestamp) -> bool {
    now - last.started_at > OVERDUE
}
