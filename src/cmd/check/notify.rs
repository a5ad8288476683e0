//! Whoever is told about runs: only a test shows whether a message arrives, so nobody gets one unasked.

use super::checks::Checks;
use crate::clients::notify::NotifyError;
use crate::domain::clock::Timestamp;
use crate::domain::message::{Message, Occasion};
use crate::domain::receiver::Receiver;
use crate::domain::text::plural;
use crate::run::notify::notifier;

/// Sends a test to each receiver, or says that none was sent.
pub(super) fn notify(receivers: &[Receiver], is_test: bool, now: Timestamp, checks: &mut Checks) {
    if !is_test && !receivers.is_empty() {
        let text =
            format!("{} not tried; `--send-test` sends each a test", plural(receivers.len(), "receiver"));
        checks.skipped("notify", "receivers", &text);
        return;
    }
    for receiver in receivers {
        let answer = notifier(receiver).and_then(|notifier| Ok(notifier.send(&test(now))?));
        match answer {
            Ok(answer) => checks.ok("notify", "receiver", &format!("{}: {answer}", receiver.name)),
            Err(error) => {
                let hint = error.downcast_ref::<NotifyError>().and_then(NotifyError::hint);
                checks.problem("notify", "receiver", &format!("{}: {error:#}", receiver.name), hint);
            }
        }
    }
}

/// What a test says.
fn test(now: Timestamp) -> Message {
    let text = "This is a test of lbjf. Runs tell you of films that were sent or are ready, and of failures; a good run \
        without news says nothing.";
    Message {
        occasion: Occasion::Test,
        command: "status --check",
        time: now,
        exit_code: 0,
        title: "lbjf: a test".to_owned(),
        text: text.to_owned(),
        summary: "test".to_owned(),
        films: Vec::new(),
        problems: Vec::new(),
    }
}
