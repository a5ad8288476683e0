//! Why a call brought nothing, and what to do about it.

use std::path::Path;
use std::time::Duration;

use url::Url;

use super::message::{plain, said};
use crate::clients::http::{Retry, TransportError};
use crate::domain::secret::KeyOrigin;

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No answer, or none that was complete.
    #[error("{server} at `{base}` cannot be reached")]
    Unreachable {
        /// Which server.
        server: &'static str,
        /// Its address.
        base: String,
        /// What happened.
        source: TransportError,
    },
    /// 401 or 403, as the server itself says it.
    #[error("{server} at `{base}` refused the API key (HTTP {status})")]
    Key {
        /// Which server.
        server: &'static str,
        /// Its address.
        base: String,
        /// 401 or 403.
        status: u16,
        /// Where the key was found.
        origin: KeyOrigin,
        /// The path of the address, where it has one.
        path: Option<String>,
    },
    /// Another program, which says so.
    #[error("`{base}` is {found}, not {server}")]
    Another {
        /// Which server was expected.
        server: &'static str,
        /// The address.
        base: String,
        /// What it is.
        found: String,
    },
    /// Not the server's words: something that lets nobody through.
    #[error("`{base}` answered HTTP {status}: something in front of {server} {wants}")]
    InFront {
        /// Which server was expected.
        server: &'static str,
        /// The address.
        base: String,
        /// Any of 3xx, 400, 401, 403.
        status: u16,
        /// What it wants, and who it is as far as that is known: `wants a login (nginx, "Members only")`
        wants: String,
    },
    /// The server is not meant to be called by this name (Radarr since 6.4.3).
    #[error("{server} does not let the host name `{host}` in (HTTP 400)")]
    HostName {
        /// Which server.
        server: &'static str,
        /// The name in its address.
        host: String,
    },
    /// Any 3xx that may be the server's own.
    #[error("{server} at `{base}` redirects to `{to}`")]
    Redirect {
        /// Which server.
        server: &'static str,
        /// Its address.
        base: String,
        /// Where to, without a query: that may hold a key.
        to: String,
        /// Is it a page to sign in?
        is_login: bool,
    },
    /// Success, but no JSON.
    #[error("`{base}` answered {call} with {what} instead of {server}'s JSON{}", .page.told)]
    NotTheApi {
        /// Which server was expected.
        server: &'static str,
        /// The address.
        base: String,
        /// Method and path.
        call: String,
        /// What came: `an HTML page`, `an empty body`, ...
        what: String,
        /// What it tells of itself.
        page: Box<Page>,
    },
    /// JSON, but not the JSON lbjf reads.
    #[error("{server} at `{base}` answered {call} with JSON that cannot be read: {why}")]
    Shape {
        /// Which server.
        server: &'static str,
        /// Its address.
        base: String,
        /// Method and path.
        call: String,
        /// Where it differs.
        why: String,
    },
    /// 503: it starts, it migrates, or (Jellyfin, with an empty body) it does not admit our address.
    #[error("{server} at `{base}` is not ready (HTTP 503)")]
    NotReady {
        /// Which server.
        server: &'static str,
        /// Its address.
        base: String,
        /// The pause it asks for.
        retry_after: Option<Duration>,
    },
    /// 429: a rate limit, of a proxy as a rule. It was not carried out.
    #[error("{server} answered {call} with HTTP 429: something limits the rate of requests{by}")]
    Limited {
        /// Which server.
        server: &'static str,
        /// Method and path.
        call: String,
        /// Who it is, as far as that is known: ` (nginx)`
        by: String,
        /// The pause it asks for.
        retry_after: Option<Duration>,
    },
    /// None of the ways to the same thing is there.
    #[error("{server} answered {}", .doors.join(" and "))]
    NoDoor {
        /// Which server.
        server: &'static str,
        /// Each way and how it failed: `GET api/v3/exclusions with HTTP 410`
        doors: Vec<String>,
    },
    /// Any other status, with the body for those who can read more out of it.
    #[error("{server} answered {call} with HTTP {status}{by}{}", said(body))]
    Status {
        /// Which server.
        server: &'static str,
        /// Method and path.
        call: String,
        /// The HTTP status.
        status: u16,
        /// The whole body.
        body: String,
        /// Who sent it, where that is not the server: ` (nginx)`
        by: String,
        /// The version of a program of Radarr's family, where one sent it.
        app_version: Option<String>,
    },
}

/// A body that is no JSON.
#[derive(Debug, Default)]
pub struct Page {
    /// Its title.
    pub(super) title: Option<String>,
    /// Is it there to sign in to something else than the server?
    pub(super) is_login: bool,
    /// What a message says of all that, at its end.
    pub(super) told: String,
}

impl ApiError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<String> {
        let key = |server: &str| server.to_lowercase();
        match self {
            Self::Unreachable { server, base, source } => Some(match source {
                TransportError::Tls(error) => error.hint(&key(server)),
                TransportError::Cut => {
                    format!(
                        "check that it is still running, and `http://` or `https://` in `{}.url`",
                        key(server)
                    )
                }
                TransportError::Timeout(_) => {
                    format!("is it busy? `{}.timeout_seconds` says how long to wait", key(server))
                }
                TransportError::Refused if is_own_container(base) => format!(
                    "is it running? check `{0}.url`\n\
                     in a container, `localhost` is the container itself: put the name of {server}'s container or the \
                     address of its machine into `{0}.url`",
                    key(server)
                ),
                _ => format!("is it running? check `{}.url`", key(server)),
            }),
            Self::Key { server, origin, path, .. } => {
                let also = path.as_ref().filter(|_| *server == "Radarr");
                let also = also.map_or_else(String::new, |path| {
                    format!(" and the path of `{}.url` (`{path}`)", key(server))
                });
                let place = match *server {
                    "Radarr" => "Radarr shows its key under Settings > General",
                    _ => "make one under Dashboard > API Keys",
                };
                Some(format!("check {}{also}; {place}", shown_origin(origin, &key(server))))
            }
            Self::Another { server, .. } => Some(format!("check `{}.url`", key(server))),
            Self::InFront { server, status: 400, .. } => Some(format!(
                "put {server}'s own address into `{}.url`, or fix what is in front of it",
                key(server)
            )),
            Self::InFront { server, .. } => Some(past_a_login(server)),
            Self::NotTheApi { server, page, .. } if page.is_login => Some(past_a_login(server)),
            Self::HostName { server: server @ "Radarr", .. } => Some(format!(
                "add it under Settings > General > Allowed Hosts (or RADARR__SERVER__ALLOWEDHOSTS), or use localhost or \
                 an allowed name in `{}.url`",
                key(server)
            )),
            Self::HostName { server, .. } => {
                Some(format!("use a name that it allows in `{}.url`", key(server)))
            }
            Self::Redirect { server, is_login: true, .. } => {
                Some(format!("check the path of `{}.url`; or {}", key(server), past_a_login(server)))
            }
            Self::Redirect { server, .. } => Some(format!(
                "put the address it redirects to, as far as it is the server's base, into `{}.url`",
                key(server)
            )),
            Self::NotTheApi { server, .. } => Some(format!(
                "check the path of `{}.url`; a login page or a proxy in front of it also answers like this",
                key(server)
            )),
            Self::Limited { server, .. } => Some(format!(
                "allow more requests in what is in front of {server}, or put its own address into `{}.url`; the next run \
                 goes on",
                key(server)
            )),
            Self::NoDoor { server, .. } => Some(format!(
                "is something in front of {server} that does not let every path of its API through?"
            )),
            Self::NotReady { .. } => Some(
                "it is starting or migrating, or blocks this machine; the next run tries again".to_owned(),
            ),
            Self::Status { server, status: 400, body, .. } if is_plain_http(body) => {
                Some(format!("it wants `https://` in `{}.url`", key(server)))
            }
            Self::Status { server, status: 404, .. } => {
                Some(format!("check the path of `{}.url`", key(server)))
            }
            Self::Shape { .. } | Self::Status { .. } => None,
        }
    }

    /// The status and body, where the server answered with a status of its own.
    pub fn answered(&self) -> Option<(u16, &str)> {
        match self {
            Self::Status { status, body, .. } => Some((*status, body)),
            _ => None,
        }
    }

    /// The version that a program of Radarr's family says beside an answer that is no success.
    pub(super) fn app_version(&self) -> Option<&str> {
        match self {
            Self::Status { app_version, .. } => app_version.as_deref(),
            _ => None,
        }
    }

    /// Did somebody stop this run while the call was under way?
    pub fn is_interrupt(&self) -> bool {
        matches!(self, Self::Unreachable { source: TransportError::Interrupted, .. })
    }

    /// Is it a 500, the server's own trouble?
    pub fn is_internal(&self) -> bool {
        self.answered().is_some_and(|(status, _)| status == 500)
    }

    /// Is it SQLite's of a busy Radarr (docs/radarr.md#a-locked-database)?
    pub fn is_locked(&self) -> bool {
        self.is_internal() && self.answered().is_some_and(|(_, body)| body.contains("database is locked"))
    }

    /// Did a rate limit keep it back, for longer than was waited?
    pub fn is_limited(&self) -> bool {
        matches!(self, Self::Limited { .. })
    }

    /// Is there no such door, rather than a failure behind it? Then its method and path, and the status.
    pub fn no_door(&self) -> Option<String> {
        match self {
            Self::Status { call, status: status @ (404 | 405 | 410), .. } => {
                Some(format!("{call} with HTTP {status}"))
            }
            _ => None,
        }
    }

    /// Is it certain that a write did not happen?
    pub fn never_arrived(&self) -> bool {
        match self {
            Self::Unreachable { source, .. } => source.never_arrived(),
            Self::NotReady { .. }
            | Self::Limited { .. }
            | Self::Key { .. }
            | Self::Another { .. }
            | Self::InFront { .. }
            | Self::HostName { .. }
            | Self::Redirect { .. } => true,
            Self::NotTheApi { .. } | Self::Shape { .. } | Self::NoDoor { .. } | Self::Status { .. } => false,
        }
    }

    /// May the same call work a little later?
    pub(super) fn again(&self) -> Retry {
        match self {
            // Whoever took minutes once takes them again.
            Self::Unreachable { source: TransportError::Timeout(_), .. } => Retry::Never,
            Self::Unreachable { source, .. } if source.is_passing() => Retry::Soon,
            Self::NotReady { retry_after, .. } => retry_after.map_or(Retry::Soon, Retry::After),
            Self::Status { status: 502 | 504, .. } => Retry::Soon,
            error if error.is_locked() => Retry::Soon,
            _ => Retry::Never,
        }
    }
}

/// Is it plain HTTP at a port that speaks TLS, in the words of nginx, Go's servers or Apache?
pub(super) fn is_plain_http(body: &str) -> bool {
    ["HTTPS port", "HTTPS server", "SSL-enabled"].iter().any(|words| body.contains(words))
}

/// Where a key was found, for somebody who looks for it.
fn shown_origin(origin: &KeyOrigin, table: &str) -> String {
    let shown = |path: &Path| plain(&path.display().to_string());
    match origin {
        KeyOrigin::Config => format!("`{table}.api_key`"),
        KeyOrigin::File(path) => format!("the key in `{}` (`{table}.api_key_file`)", shown(path)),
        KeyOrigin::Credential(path) => {
            let name = path.file_name().map_or_else(String::new, |name| plain(&name.to_string_lossy()));
            format!(
                "the file that systemd's `LoadCredential` names for `{name}` (read from `{}`)",
                shown(path)
            )
        }
        KeyOrigin::Environment(name) => {
            format!("`{name}` in the environment, which wins over the config")
        }
    }
}

/// What to do about a login in front of a server.
fn past_a_login(server: &str) -> String {
    let path = if server == "Radarr" { "`/api`" } else { "requests with a key" };
    format!(
        "put {server}'s own address into `{}.url`, or let {path} pass without a login",
        server.to_lowercase()
    )
}

/// Is it the machine itself that was called, and is that a container?
fn is_own_container(base: &str) -> bool {
    let is_own = Url::parse(base).is_ok_and(|base| match base.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    });
    // Docker, Podman, and what systemd-nspawn and Podman set.
    let is_container = || {
        let is_set = std::env::var_os("container").is_some_and(|kind| !kind.is_empty());
        is_set || ["/.dockerenv", "/run/.containerenv"].iter().any(|mark| Path::new(mark).exists())
    };
    is_own && is_container()
}
