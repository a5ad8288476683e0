//! Tells receivers about a run: a check hears when it begins and how it ends, everybody else what is worth a message.
//!
//! A receiver that fails is a warning, and changes nothing else: not the exit code, and not what others hear.

use crate::clients::http::RetryPolicy;
use crate::clients::notify::{Notifier, NotifyError, Ping, RunId};
use crate::config::Config;
use crate::domain::receiver::Receiver;
use crate::exit::Exit;
use crate::journal::{Journal, StoreError};

/// Who is told about one run.
#[derive(Debug)]
pub struct Teller<'a> {
    receivers: &'a [Receiver],
    /// Is nobody told this time?
    is_silent: bool,
    /// Do checks hear of this run? They watch the runs of a timer.
    has_pings: bool,
    run: RunId,
}

impl<'a> Teller<'a> {
    /// For a run of this command.
    pub fn new(command: &str, config: &'a Config, is_dry: bool, is_silent: bool) -> Self {
        let receivers = if is_dry { &[] } else { config.receivers.as_slice() };
        Self { receivers, is_silent, has_pings: command == "sync" && !is_silent, run: RunId::new() }
    }

    /// The run begins. Whether that could be told is seen again at its end.
    pub fn begin(&self) {
        for (name, answer) in self.ping(Ping::Start, "") {
            if let Err(error) = answer {
                log::debug!("{name}: not told that the run begins: {error:#}");
            }
        }
    }

    /// The run could not begin.
    pub fn not_begun(&self, error: &anyhow::Error) {
        for (name, answer) in self.ping(Ping::End(Exit::Failure.code()), &format!("{error:#}\n")) {
            if let Err(error) = answer {
                log::debug!("{name}: not told that the run did not begin: {error:#}");
            }
        }
    }

    /// The run is over, and ends as its journal says. `summary` is its closing line.
    pub fn end(&self, journal: &mut Journal, summary: &str) -> Result<(), StoreError> {
        if self.receivers.is_empty() {
            return Ok(());
        }
        journal.note_troubles(self.receivers, None)?;
        let exit = journal.exit();
        let ping = match exit {
            // Whoever watches runs need not wake up for what passes by itself.
            Exit::Blocked if !journal.is_refusal_due() => Ping::Log,
            Exit::Interrupted | Exit::Terminated => Ping::Log,
            exit => Ping::End(exit.code()),
        };
        self.tell(journal, exit, ping, summary)
    }

    /// The run could not go on because of this error.
    pub fn cut_off(&self, journal: &mut Journal, error: &anyhow::Error, summary: &str) {
        if self.receivers.is_empty() {
            return;
        }
        let exit = Exit::Failure;
        let noted = journal.note_troubles(self.receivers, Some(error));
        // It may be the store itself that fails. Then nobody knows what was told before; a check need not know.
        if noted.and_then(|()| self.tell(journal, exit, Ping::End(exit.code()), summary)).is_err() {
            self.not_begun(error);
        }
    }

    fn tell(&self, journal: &mut Journal, exit: Exit, ping: Ping, summary: &str) -> Result<(), StoreError> {
        let body = journal.problems().iter().fold(format!("{summary}\n"), |text, line| text + line + "\n");
        for (name, answer) in self.ping(ping, &body) {
            note(journal, name, answer)?;
        }
        if self.is_silent {
            return Ok(());
        }
        for due in journal.due(self.receivers, exit, summary) {
            let answer = notifier(due.receiver).and_then(|notifier| Ok(notifier.send(&due.message)?));
            if answer.is_ok() {
                journal.told(&due.receiver.name, &due.told)?;
            }
            note(journal, &due.receiver.name, answer)?;
        }
        Ok(())
    }

    /// Tells every check, and returns what each answered.
    fn ping(&self, ping: Ping, body: &str) -> Vec<(&'a str, anyhow::Result<String>)> {
        let checks = self.receivers.iter().filter(|receiver| receiver.is_check() && self.has_pings);
        let tell = |check: &'a Receiver| {
            let answer = notifier(check).and_then(|notifier| Ok(notifier.ping(ping, &self.run, body)?));
            (check.name.as_str(), answer)
        };
        checks.map(tell).collect()
    }
}

/// The client for one receiver.
pub fn notifier(receiver: &Receiver) -> anyhow::Result<Notifier<'_>> {
    Ok(Notifier::new(receiver, RetryPolicy::default())?)
}

/// Says whether a receiver could be told, once a day.
fn note(journal: &mut Journal, name: &str, answer: anyhow::Result<String>) -> Result<(), StoreError> {
    match answer {
        Ok(answer) => {
            log::debug!("{name}: told: {answer}");
            journal.trouble_over_for("notify", name)
        }
        Err(error) => {
            let hint = error.downcast_ref::<NotifyError>().and_then(NotifyError::hint);
            journal.warning(("notify", name), name, &format!("not told: {error:#}"), hint)
        }
    }
}
