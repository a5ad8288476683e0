//! Who is told about runs: a `[[notify]]` block of the config.

use super::secret::{ApiKey, SecretUrl};

/// One receiver of messages.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Its kind, such as `ntfy`, and `ntfy 2` for the second one of a kind: nothing else of it may be shown.
    pub name: String,
    /// Where it is.
    pub url: SecretUrl,
    /// What it is, with what only such a one has.
    pub service: Service,
    /// Of what it hears.
    pub on: Occasions,
}

/// What a receiver is.
#[derive(Clone, Debug)]
pub enum Service {
    /// ntfy; the address is the server's.
    Ntfy {
        /// Whoever knows it may read along, where the server has no users.
        topic: ApiKey,
        /// An access token.
        token: Option<ApiKey>,
        /// From 1 to 5.
        priority: Option<u32>,
        /// Shown in front of the title.
        tag: Option<String>,
    },
    /// Gotify; the address is the server's.
    Gotify {
        /// Of an application.
        token: ApiKey,
        /// From 0 to 10.
        priority: Option<u32>,
    },
    /// A webhook of Discord.
    Discord,
    /// The Apprise API, with a key under which it keeps addresses.
    Apprise {
        /// Only addresses with this tag.
        tag: Option<String>,
    },
    /// Anything that takes JSON ([the keys](docs/json.md#what-a-webhook-gets)).
    Webhook {
        /// A bearer token.
        token: Option<ApiKey>,
    },
    /// A check at healthchecks.io, or at a server of one's own, which hears of each run.
    Healthchecks,
}

/// Of what a receiver hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasions {
    /// Films were sent, or are ready.
    pub changed: bool,
    /// Something failed.
    pub failed: bool,
    /// It works again.
    pub recovered: bool,
    /// Each run, whatever came of it.
    pub always: bool,
}

impl Default for Occasions {
    fn default() -> Self {
        Self { changed: true, failed: true, recovered: true, always: false }
    }
}

impl Receiver {
    /// Is it a check, which gets pings and no messages?
    pub fn is_check(&self) -> bool {
        matches!(self.service, Service::Healthchecks)
    }

    /// Everything of it that may be in no output.
    pub fn secrets(&self) -> Vec<ApiKey> {
        let own: Vec<&ApiKey> = match &self.service {
            Service::Ntfy { topic, token, .. } => token.iter().chain([topic]).collect(),
            Service::Gotify { token, .. } => vec![token],
            Service::Webhook { token } => token.iter().collect(),
            Service::Discord | Service::Apprise { .. } | Service::Healthchecks => Vec::new(),
        };
        let own = own.into_iter().filter(|secret| secret.reveal().len() >= LEAST).cloned();
        self.url.secrets().into_iter().chain(own).collect()
    }
}

/// A shorter text stands in any answer, and nobody keeps a secret with it.
const LEAST: usize = 4;
