//! Opens the doors as the config says.

use std::path::Path;
use std::time::Duration;

use crate::clients::api::{Api, Secret};
use crate::clients::http::{Http, Options, RetryPolicy};
use crate::clients::jellyfin::Jellyfin;
use crate::clients::letterboxd::route::Standing;
use crate::clients::letterboxd::{Letterboxd, Setup};
use crate::clients::radarr::Radarr;
use crate::config;
use crate::domain::clock::{DAY, Timestamp};
use crate::domain::connection::Certificates;
use crate::domain::radarr::RadarrName;
use crate::domain::secret::ApiKey;
use crate::journal;
use crate::shelves::READS_AT_ONCE;
use crate::store::{CoolDown, Store, StoreError};
use crate::system::pool::Pool;

/// Opens the Letterboxd door with what the store remembers of refusals.
pub fn letterboxd(
    config: &config::Letterboxd,
    store: &Store,
    now: Timestamp,
    retry_policy: RetryPolicy,
    ignore_cool_down: bool,
    save_to: Option<&Path>,
) -> anyhow::Result<Letterboxd> {
    let refused = store.cool_downs()?.into_iter().map(|cool_down| {
        let (route, standing) = standing(cool_down, now);
        (route, if ignore_cool_down { Standing::Probing } else { standing })
    });
    let letterboxd = Letterboxd::new(&Setup {
        base_url: config.base_url.clone(),
        user_agent: config.user_agent.clone(),
        workers: config.max_concurrent_requests,
        timeout: config.timeout,
        retry_policy,
        per_second: config.requests_per_second,
        proxies: config.proxies.clone(),
        direct_fallback: config.allow_direct_fallback,
        cool_down: config.cool_down,
        refused: refused.collect(),
        save_to: save_to.map(Path::to_owned),
    })?;
    if config.validate_proxies {
        letterboxd.validate_proxies();
    }
    Ok(letterboxd)
}

/// Writes down which exit addresses were refused or work again, as soon as that is known, for a command that is no run.
/// `start` is when the door was opened.
pub fn note_routes(letterboxd: &Letterboxd, store: &mut Store, start: Timestamp) -> Result<(), StoreError> {
    let changes = letterboxd.take_changes();
    for text in journal::note_routes(store, changes, letterboxd.cool_down(), start)? {
        log::info!("letterboxd: {text}");
    }
    Ok(())
}

/// Until when Letterboxd is left alone over every way there is, as far as this store knows.
pub fn left_alone_until(
    letterboxd: &Letterboxd,
    store: &Store,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    let own = store.cool_downs()?.into_iter().filter(|cool_down| letterboxd.has_route(&cool_down.route));
    Ok(own.map(|cool_down| cool_down.until).filter(|until| *until > now).min().unwrap_or(now))
}

/// Is an exit address that was refused still left alone, or may one request try?
fn standing(cool_down: CoolDown, now: Timestamp) -> (String, Standing) {
    // None is longer than a day: a later end comes from a clock that was wrong.
    let is_closed = (now..=now + DAY).contains(&(cool_down.until - 1));
    (cool_down.route, if is_closed { Standing::Closed } else { Standing::Probing })
}

/// Opens the Radarr door.
pub fn radarr(config: &config::Radarr, retry_policy: RetryPolicy) -> anyhow::Result<Radarr> {
    let options = server_options("radarr", config.timeout, config.ca_file.as_ref(), &config.api_key, 2);
    let auth = ("X-Api-Key", Secret(config.api_key.reveal().to_owned()));
    let (base, http) = (config.url.clone(), Http::new(&options)?);
    Ok(Radarr::new(Api { server: "Radarr", base, http, auth, retry_policy }))
}

/// The Radarrs in front of this one in the config that take the same key.
pub fn with_the_same_key<'a>(
    radarrs: &'a [config::Radarr],
    doors: &'a [Radarr],
    index: usize,
) -> Vec<(&'a RadarrName, &'a Radarr)> {
    let key = radarrs[index].api_key.reveal();
    let before = radarrs[..index].iter().zip(doors);
    before
        .filter(|(other, _)| other.api_key.reveal() == key)
        .map(|(other, door)| (&other.name, door))
        .collect()
}

/// Opens the Jellyfin door.
pub fn jellyfin(config: &config::Jellyfin, retry_policy: RetryPolicy) -> anyhow::Result<Jellyfin> {
    let (timeout, ca_file) = (config.timeout, config.ca_file.as_ref());
    let options = server_options("jellyfin", timeout, ca_file, &config.api_key, READS_AT_ONCE);
    // The only form that works from 10.8 to 12.0 (docs/jellyfin.md#keys).
    let auth = ("Authorization", Secret(format!("MediaBrowser Token=\"{}\"", config.api_key.reveal())));
    let (base, http) = (config.url.clone(), Http::new(&options)?);
    Ok(Jellyfin::new(Api { server: "Jellyfin", base, http, auth, retry_policy }))
}

fn server_options(
    name: &'static str,
    timeout: Duration,
    ca_file: Option<&Certificates>,
    api_key: &ApiKey,
    max_idle: usize,
) -> Options {
    let (ca_file, secrets) = (ca_file.cloned(), vec![api_key.clone()]);
    Options { max_idle, ca_file, secrets, ..Options::json(name, timeout) }
}

/// Threads that read from Jellyfin.
pub fn reading_pool() -> anyhow::Result<Pool> {
    Ok(Pool::new("jellyfin", READS_AT_ONCE)?)
}
