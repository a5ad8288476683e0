//! Looks at every request that reaches the stand-ins: only a few writes may be among them, and the servers' own
//! descriptions must know all that reach Radarr and Jellyfin.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use standins::{Jellyfin, Radarr, Request, Server, radarr};

use super::World;
use super::openapi::{self, Description};

/// Checks what reaches the servers.
pub struct Watch {
    radarr: Option<Description>,
    jellyfin: Option<Description>,
    found: Mutex<Found>,
}

/// What was looked at, and what was wrong with it.
#[derive(Default)]
struct Found {
    seen: HashSet<String>,
    violations: BTreeSet<String>,
}

impl Watch {
    /// Asks the servers for their versions.
    pub fn new(radarr: &Radarr, jellyfin: &Jellyfin) -> Self {
        let radarr_version = version(&radarr.server, &radarr.url(), "/api/v3/system/status");
        let jellyfin_version = version(&jellyfin.server, &jellyfin.url(), "/System/Info/Public");
        Self {
            radarr: Description::nearest("Radarr", &radarr_version),
            jellyfin: Description::nearest("Jellyfin", &jellyfin_version),
            found: Mutex::default(),
        }
    }

    /// The same for servers of the same versions, of which nothing was looked at yet.
    pub fn twin(&self) -> Self {
        Self { radarr: self.radarr, jellyfin: self.jellyfin, found: Mutex::default() }
    }

    /// Looks at the requests that were not looked at yet.
    pub fn look(&self, world: &World) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let usual = [
            ("letterboxd", &world.letterboxd.server, world.letterboxd.url(), None),
            ("radarr", &world.radarr.server, world.radarr.url(), self.radarr),
            ("jellyfin", &world.jellyfin.server, world.jellyfin.url(), self.jellyfin),
        ];
        let more = world.more_radarrs.iter();
        let more = more.map(|(_, radarr)| ("radarr", &radarr.server, radarr.url(), self.radarr));
        for (name, server, base, description) in usual.into_iter().chain(more) {
            let bases = bases(world.config(), &server.url(), &base);
            for request in server.requests() {
                let (method, target) = (&request.method, request.target());
                let agent = request.header("user-agent").unwrap_or_default();
                if !found.seen.insert(format!("{name} {agent} {method} {target} {}", request.body)) {
                    continue;
                }
                if method != "GET" && !is_allowed(name, &request, &bases) {
                    found.violations.insert(format!("{name}: {method} {target}: lbjf never writes that"));
                }
                let is_known = agent != lbjf::clients::http::USER_AGENT || asks_who_is_there(&request);
                if let Some(description) = description.filter(|_| !is_known) {
                    found.violations.extend(description.violations(&request, &bases));
                }
            }
        }
    }

    /// Fails when something was wrong.
    pub fn tell(&self) {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let violations: Vec<_> = found.violations.iter().cloned().collect();
        drop(found);
        assert!(
            violations.is_empty(),
            "requests that the servers do not know, or lbjf must not make:\n{}",
            violations.join("\n")
        );
    }
}

/// Is this one of the few writes that lbjf makes at all? None deletes anything (docs/design.md#promises), and none has
/// an empty list of items, which means all of them (docs/jellyfin.md#empty-values).
pub fn is_allowed(server: &str, request: &Request, bases: &[String]) -> bool {
    let below = |base: &String| request.path.strip_prefix(base.as_str());
    let path = bases.iter().find_map(below).unwrap_or(&request.path);
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match (server, request.method.as_str(), segments.as_slice()) {
        ("radarr", "POST", ["api", "v3", "movie" | "tag"])
        | ("radarr", "PUT", ["api", "v3", "movie", "editor"])
        | ("jellyfin", "POST", ["Collections"]) => true,
        // Private, of somebody, and for films: without a body.
        ("jellyfin", "POST", ["Playlists"]) => {
            let is_given = |name| request.param(name).is_some_and(|value| !value.is_empty());
            request.body.is_empty()
                && is_given("userId")
                && request.param("mediaType").as_deref() == Some("Video")
        }
        ("jellyfin", "POST" | "DELETE", ["Collections", id, "Items"]) => {
            !id.is_empty() && request.param("ids").is_some_and(|ids| !ids.is_empty())
        }
        ("jellyfin", method @ ("POST" | "DELETE"), ["Playlists", id, "Items"]) => {
            let name = if method == "POST" { "ids" } else { "entryIds" };
            !id.is_empty() && request.param(name).is_some_and(|ids| !ids.is_empty())
        }
        _ => false,
    }
}

/// Is this a question to whatever sends answers that are not the server's? It comes without a key.
fn asks_who_is_there(request: &Request) -> bool {
    let has_key = ["x-api-key", "authorization"].iter().any(|name| request.header(name).is_some());
    request.method == "GET"
        && !has_key
        && ["/System/Info/Public", "/login"].iter().any(|path| request.path.ends_with(path))
}

/// The base paths that a server may have been asked under: its own, and those in the config, which may be wrong.
fn bases(config: &str, server: &str, base: &str) -> Vec<String> {
    let configured = config.lines().filter_map(|line| line.strip_prefix("url = \"")?.strip_suffix('"'));
    let paths = configured.chain([base]).filter_map(|url| url.strip_prefix(server));
    let cut = |path: &str| path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned();
    // lbjf takes `/web/...` and `/api/v3` off, so each beginning may be the base.
    let mut bases: Vec<String> = Vec::new();
    for path in paths.map(cut) {
        bases.extend(path.match_indices('/').skip(1).map(|(at, _)| path[..at].to_owned()));
        bases.push(path);
    }
    bases.retain(|base| !base.is_empty());
    bases
}

/// The version that a stand-in plays, as it says itself; empty when it does not answer.
fn version(server: &Server, base: &str, path: &str) -> String {
    if openapi::folder().is_none() || !server.requests().is_empty() {
        return String::new();
    }
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(2)))
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .new_agent();
    let answer = agent.get(format!("{base}{path}")).header("X-Api-Key", radarr::KEY).call();
    server.forget_requests();
    let text = answer.and_then(|mut answer| answer.body_mut().read_to_string()).unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    ["version", "Version"].iter().find_map(|name| json[name].as_str()).unwrap_or_default().to_owned()
}
