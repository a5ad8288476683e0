//! How things stand now: everybody's films, as the store knows them, and what each Radarr says they wait for.

use std::time::Duration;

use super::doors;
use crate::clients::api::chain;
use crate::clients::http::RetryPolicy;
use crate::config::{self, Config, User};
use crate::domain::clock::Timestamp;
use crate::domain::radarr::RadarrName;
use crate::domain::step::Aliases;
use crate::domain::waiting::{InRadarr, RadarrNow, Wait};
use crate::domain::wanted::Wanted;
use crate::store::Store;
use crate::waiting::plan::{View, wait};

/// How things stand.
#[derive(Debug)]
pub struct Standing<'a> {
    /// The people that were asked for, in their order.
    pub people: Vec<Person>,
    /// Each Radarr that their films go to.
    pub servers: Vec<Server<'a>>,
    aliases: Aliases,
    now: Timestamp,
}

/// How long a server is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Somebody wants to know.
    Usual,
    /// It is only for the page: asked once, and not for long.
    Short,
}

/// So long at the most, where it is only for the page.
const SHORT: Duration = Duration::from_secs(30);

/// A person, or a block of `[[lists]]`.
#[derive(Debug)]
pub struct Person {
    /// As in the config.
    pub name: String,
    /// Have they a collection?
    pub has_shelf: bool,
    /// The names of the Radarrs that their films go to.
    radarrs: Vec<String>,
    /// What they want, newest first.
    pub films: Vec<Wanted>,
}

/// A Radarr.
#[derive(Debug)]
pub struct Server<'a> {
    /// As the config has it.
    pub config: &'a config::Radarr,
    /// What it says; `None` when it could not be asked.
    pub now: Option<RadarrNow>,
    /// What went wrong.
    pub troubles: Vec<Trouble>,
}

/// What went wrong, and what to do about it, if that is known.
pub type Trouble = (String, Option<String>);

/// What one film waits for at one Radarr.
#[derive(Debug)]
pub struct Waiting<'s> {
    /// Which film.
    pub film: &'s Wanted,
    /// At which Radarr.
    pub server: &'s RadarrName,
    /// For what.
    pub wait: Wait,
}

impl<'a> Standing<'a> {
    /// Reads the store, and asks each Radarr.
    ///
    /// # Errors
    ///
    /// When the store cannot be read, or no connection can be made at all.
    pub fn ask(
        store: Option<&Store>,
        config: &'a Config,
        names: &[String],
        patience: Patience,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let mut standing = Self { people: Vec::new(), servers: Vec::new(), aliases: Aliases::default(), now };
        let Some(store) = store else { return Ok(standing) };
        standing.aliases = Aliases::new(store.aliases()?);
        for (name, films) in names.iter().zip(store.wanted(names)?) {
            let user = config.users.iter().find(|user| user.name == *name);
            let has_shelf = user.is_some_and(User::has_shelf);
            let radarrs = user.map_or_else(Vec::new, |user| user.radarrs.clone());
            standing.people.push(Person { name: name.clone(), has_shelf, radarrs, films });
        }
        for radarr in &config.radarrs {
            // What nobody uses is not asked.
            if standing.people.iter().any(|person| person.sends_to(&radarr.name)) {
                standing.servers.push(standing.look(radarr, patience)?);
            }
        }
        Ok(standing)
    }

    fn look(&self, config: &'a config::Radarr, patience: Patience) -> anyhow::Result<Server<'a>> {
        let door = match patience {
            Patience::Usual => doors::radarr(config, RetryPolicy::default()),
            Patience::Short => {
                let config = config::Radarr { timeout: config.timeout.min(SHORT), ..config.clone() };
                doors::radarr(&config, RetryPolicy { tries: 1, ..RetryPolicy::default() })
            }
        }?;
        let (now, troubles) = match crate::waiting::ask(&door, &self.aliases) {
            Ok((now, troubles)) => {
                (Some(now), troubles.iter().map(|error| (chain(error), error.hint())).collect())
            }
            Err(error) => (None, vec![(chain(&error), error.hint())]),
        };
        Ok(Server { config, now, troubles })
    }

    /// What went wrong, by server.
    pub fn troubles(&self) -> impl Iterator<Item = (&Server<'a>, &Trouble)> {
        self.servers.iter().flat_map(|server| server.troubles.iter().map(move |trouble| (server, trouble)))
    }

    /// What this person's films wait for, by what comes next; at each Radarr that gets their films.
    pub fn waiting<'s>(&'s self, person: &'s Person) -> Vec<Waiting<'s>> {
        let mut waiting = Vec::new();
        for film in &person.films {
            for server in self.servers.iter().filter(|server| person.sends_to(&server.config.name)) {
                let name = &server.config.name;
                let view = View {
                    server: name.name(),
                    radarr: server.now.as_ref(),
                    has_shelf: person.has_shelf,
                    aliases: &self.aliases,
                    now: self.now,
                };
                waiting.extend(wait(film, view).map(|wait| Waiting { film, server: name, wait }));
            }
        }
        // Films that wait for the same stay in the order of the list.
        waiting.sort_by_key(|waiting| waiting.wait.order());
        waiting
    }

    /// The first Radarr that has a film, with what it knows of it.
    pub fn in_radarr(&self, film: &Wanted) -> Option<(&Server<'a>, &InRadarr)> {
        let tmdb = self.aliases.canonical(film.tmdb?);
        self.servers.iter().find_map(|server| Some((server, server.now.as_ref()?.films.get(&tmdb)?)))
    }
}

impl Person {
    /// Do their films go to this Radarr?
    fn sends_to(&self, radarr: &RadarrName) -> bool {
        self.radarrs.iter().any(|name| name == radarr.name())
    }
}
