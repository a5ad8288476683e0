//! `lbjf status --healthy MINUTES`: one line and an exit code, for whoever watches programs: a container's health
//! check, a monitoring script.

use crate::domain::clock::Timestamp;
use crate::domain::span::ago;
use crate::exit::Exit;
use crate::store::{Run, Store};
use crate::system::stdout::print;

/// Runs that were killed say nothing; the one that ended before them does.
const LOOKED_AT: u32 = 20;

/// Says how the last run that ended went.
///
/// # Errors
///
/// When the store cannot be read.
pub(super) fn run(store: Option<&Store>, minutes: u32, now: Timestamp) -> anyhow::Result<Exit> {
    let runs = store.map(|store| store.runs(LOOKED_AT)).transpose()?.unwrap_or_default();
    let (is_healthy, line) = judge(runs.iter().find(|run| run.ended_at.is_some()), minutes, now);
    print(&format!("{}: {line}\n", if is_healthy { "healthy" } else { "not healthy" }))?;
    Ok(if is_healthy { Exit::Success } else { Exit::Partial })
}

/// A run that ended with anything but 0 wants a look, unless it is somebody's list that only they can mend; and so does
/// one after which none came: nothing starts lbjf any more, or each run is stopped. A run that found another one still
/// going is not written down.
fn judge(last: Option<&Run>, minutes: u32, now: Timestamp) -> (bool, String) {
    let Some((run, ended_at)) = last.and_then(|run| Some((run, run.ended_at?))) else {
        return (false, "no run has finished yet".to_owned());
    };
    let (command, when) = (&run.command, ago(now, ended_at));
    if now - ended_at > 60 * Timestamp::from(minutes) {
        return (false, format!("the last run ended {when}, more than {minutes} min: {command}"));
    }
    let summary = run.summary.as_deref().unwrap_or(command);
    match run.exit_code {
        _ if run.is_well => (true, format!("{when}: {summary}")),
        code => (false, format!("ended with {}, {when}: {summary}", code.unwrap_or(Exit::Failure.code()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_good_run_of_late_is_healthy() {
        let ended = |exit_code, ended_at| Run {
            id: 1,
            command: "sync".to_owned(),
            started_at: ended_at,
            ended_at: Some(ended_at),
            exit_code: Some(exit_code),
            is_well: exit_code == 0,
            summary: Some("sync: 1 user, nothing to do, in 1 s".to_owned()),
            problems: Vec::new(),
        };
        let now = 100_000;
        for (run, expected) in [
            (Some(ended(0, now - 1800)), "true: 30 min ago: sync: 1 user, nothing to do, in 1 s"),
            (Some(ended(0, now - 1801)), "false: the last run ended 30 min ago, more than 30 min: sync"),
            (Some(ended(4, now - 60)), "false: ended with 4, 1 min ago: sync: 1 user, nothing to do, in 1 s"),
            (Some(ended(6, now)), "false: ended with 6, 0 s ago: sync: 1 user, nothing to do, in 1 s"),
            (
                Some(Run { is_well: true, ..ended(4, now - 60) }),
                "true: 1 min ago: sync: 1 user, nothing to do, in 1 s",
            ),
            // The clock was set back: what is written down went well.
            (Some(ended(0, now + 900)), "true: in the future: sync: 1 user, nothing to do, in 1 s"),
            (None, "false: no run has finished yet"),
        ] {
            let (is_healthy, line) = judge(run.as_ref(), 30, now);
            assert_eq!(format!("{is_healthy}: {line}"), expected);
        }
    }
}
