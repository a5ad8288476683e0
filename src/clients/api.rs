//! What talking to Radarr and to Jellyfin has in common: JSON behind a key, or an explanation why there is none.
//!
//! A body is believed only when it says it is JSON and decodes; a login page, a redirect or an empty answer is told
//! as what it is, and whatever stands in front of a server as something else than the server.

mod signs;
mod who;

use std::path::Path;
use std::time::{Duration, Instant};

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use url::Url;

use crate::clients::http::{
    Answer, Http, JSON_LIMIT, JsonError, LIBRARY_LIMIT, Method, Retry, RetryPolicy, TransportError,
};
use crate::domain::clock::Timestamp;
use crate::domain::secret::KeyOrigin;
use crate::domain::text;
use crate::system::interrupt;
use signs::{Leads, Signs, is_login_page, is_telling, leads, shown_location, title};

/// One server's API.
#[derive(Clone, Debug)]
pub struct Api {
    /// `Radarr` or `Jellyfin`, as messages name it.
    pub server: &'static str,
    /// The checked base address, base path included.
    pub base: Url,
    /// How calls travel.
    pub http: Http,
    /// The header that carries the key, complete; never logged.
    pub auth: (&'static str, Secret),
    /// How often a call that may be repeated is tried.
    pub retry_policy: RetryPolicy,
}

/// A header value that `Debug` does not show.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(redacted)")
    }
}

/// A number on the wire, which may also come as text: `604` or `"604"` (docs/radarr.md#json).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(pub u32);

impl<'de> serde::Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Number;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number")
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Number, E> {
                let too_large = |_| E::invalid_value(serde::de::Unexpected::Unsigned(number), &self);
                u32::try_from(number).map(Number).map_err(too_large)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                let no_number = |_| E::invalid_value(serde::de::Unexpected::Str(text), &self);
                text.trim().parse().map(Number).map_err(no_number)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

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
    title: Option<String>,
    /// Is it there to sign in to something else than the server?
    is_login: bool,
    /// What a message says of all that, at its end.
    told: String,
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
                        "is it still running, and is `http://` or `https://` right in `{}.url`?",
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
                "put {server}'s own address into `{}.url`, or mend what is in front of it",
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
                "it is starting or migrating, or does not admit this machine; the next run tries again"
                    .to_owned(),
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
    fn app_version(&self) -> Option<&str> {
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
    fn again(&self) -> Retry {
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

/// A call that a rate limit keeps back is tried so often; the pauses come to a good minute.
const TRIES_AT_A_LIMIT: u32 = 7;

/// Whoever asks for a longer pause is left to the next run.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);

/// For so long a run waits for one server's rate limit, all calls together.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// Is it plain HTTP at a port that speaks TLS, in the words of nginx, Go's servers or Apache?
fn is_plain_http(body: &str) -> bool {
    ["HTTPS port", "HTTPS server", "SSL-enabled"].iter().any(|words| body.contains(words))
}

/// Is it a text, where Radarr says everything in JSON?
fn is_words(signs: &Signs, body: &str) -> bool {
    !signs.is_json && !body.is_empty() && serde_json::from_str::<serde::de::IgnoredAny>(body).is_err()
}

/// The seconds since the epoch of a `Date` header.
fn http_date(text: &str) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_second())
}

/// The server's own words at the end of a message, when there are any fit to print.
fn said(body: &str) -> String {
    match message(body) {
        Some(text) => format!(": {text}"),
        None => String::new(),
    }
}

/// An error with its causes, in one line.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    std::iter::once(error).chain(causes).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A text of another program as a message may show it: one line of bearable length, no control characters.
pub fn plain(text: &str) -> String {
    text::excerpt(text, 300)
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

/// What an error body says, in any of the shapes the two servers have; never `description`, which holds stack
/// traces and paths (docs/radarr.md#errors).
pub fn message(body: &str) -> Option<String> {
    use serde_json::Value;
    let Ok(body) = serde_json::from_str(body) else {
        // A page of something in front of the server, such as a router's.
        return title(body).filter(|title| is_telling(title)).map(|title| format!("a page titled `{title}`"));
    };
    let text = match body {
        Value::String(text) => text,
        Value::Array(failures) => {
            let texts = failures.iter().filter_map(|failure| failure.get("errorMessage")?.as_str());
            texts.collect::<Vec<_>>().join("; ")
        }
        Value::Object(object) => {
            let field = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
            let details = object.get("errors").and_then(Value::as_object).map(|errors| {
                let lists = errors.values().filter_map(Value::as_array).flatten();
                lists.filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
            });
            details
                .or_else(|| field("message"))
                .or_else(|| field("errorMessage"))
                .or_else(|| field("title"))?
        }
        _ => return None,
    };
    let line = text.lines().next().unwrap_or_default().trim();
    (!line.is_empty()).then(|| plain(line))
}

impl Api {
    /// The address of `path` (without a slash in front) below the base path.
    pub fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("the config takes only http and https addresses")
            .pop_if_empty()
            .extend(path.split('/'));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Reads; tried again where a short time may heal.
    pub fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, ApiError> {
        Ok(self.get_up_to(JSON_LIMIT, path, query)?.0)
    }

    /// Reads a library, which may be very long: `T` should keep little of each film.
    pub fn get_library<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ApiError> {
        Ok(self.get_dated(path, query)?.0)
    }

    /// As [`Api::get_library`]. Also tells the time on the server's clock before which it was asked: what was saved
    /// earlier is in the answer.
    pub fn get_dated<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<(T, Option<Timestamp>), ApiError> {
        self.get_up_to(LIBRARY_LIMIT, path, query)
    }

    fn get_up_to<T: DeserializeOwned>(
        &self,
        limit: u64,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<(T, Option<Timestamp>), ApiError> {
        let call = format!("GET {path}");
        let url = self.url(path, query);
        self.retrying(
            || {
                let started = Instant::now();
                let answer = self.ask(&Method::GET, &call, &url, None)?;
                let date = answer.header("date").and_then(http_date);
                let took = i64::try_from(started.elapsed().as_secs()).unwrap_or(0);
                Ok((self.decode(answer, &call, limit)?, date.map(|date| date - took)))
            },
            ApiError::again,
        )
    }

    /// Writes something that may be sent twice without harm, and is tried again; the answer's body is not read.
    pub fn write(
        &self,
        method: &Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<(), ApiError> {
        let call = format!("{method} {path}");
        let url = self.url(path, query);
        let attempt = || {
            let answer = self.ask(method, &call, &url, body)?;
            if answer.status() != 204 && !answer.is_json() {
                return Err(self.not_the_api(answer, &call));
            }
            Ok(())
        };
        self.retrying(attempt, ApiError::again)
    }

    /// Writes something that must not be sent twice: tried again only when it certainly never arrived.
    pub fn post_once<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<T, ApiError> {
        let call = format!("POST {path}");
        let url = self.url(path, query);
        let attempt = || {
            let answer = self.ask(&Method::POST, &call, &url, body)?;
            self.decode(answer, &call, JSON_LIMIT)
        };
        self.retrying(attempt, |error| if error.never_arrived() { error.again() } else { Retry::Never })
    }

    /// Tries again what a short time may heal, and what a rate limit keeps back: the latter more often, since it is
    /// certain to pass, but not for longer than [`LONGEST_WAIT`] in all.
    fn retrying<T>(
        &self,
        mut attempt: impl FnMut() -> Result<T, ApiError>,
        again: impl Fn(&ApiError) -> Retry,
    ) -> Result<T, ApiError> {
        let mut pause = self.retry_policy.first_pause;
        let tries = if self.retry_policy.tries > 1 { TRIES_AT_A_LIMIT } else { 1 };
        for turn in 1..=tries {
            match self.retry_policy.attempt(&mut attempt, &again) {
                Err(error @ ApiError::Limited { retry_after, .. }) => {
                    let with_jitter = pause + pause.mul_f64(fastrand::f64() * 0.25);
                    // Whoever rounds down what is left of a second asks for none.
                    let pause = match retry_after {
                        Some(asked) if turn == 1 => asked,
                        Some(asked) => asked.max(with_jitter),
                        None => with_jitter,
                    };
                    let may_wait = turn < tries && pause <= LONGEST_PAUSE && interrupt::requested().is_none();
                    if !may_wait || !self.http.wait_for_the_limit(pause, LONGEST_WAIT) {
                        return Err(error);
                    }
                }
                done => return done,
            }
            pause *= 2;
        }
        unreachable!("the last turn returns")
    }

    /// Sends one request; anything but a 2xx becomes an error.
    fn ask(&self, method: &Method, call: &str, url: &Url, body: Option<&str>) -> Result<Answer, ApiError> {
        let (server, base) = (self.server, self.base_text());
        let headers = [(self.auth.0, self.auth.1.0.as_str())];
        let answer = self
            .http
            .send(method.clone(), url, &headers, body)
            .map_err(|source| ApiError::Unreachable { server, base: base.clone(), source })?;
        let status = answer.status();
        if matches!(status, 200..=299) {
            return Ok(answer);
        }
        let signs = Signs::of(&answer, &self.http);
        match status {
            300..=399 => return Err(self.redirected(status, call, url, &signs)),
            429 => {
                let (call, by) = (call.to_owned(), signs.sender(""));
                return Err(ApiError::Limited { server, call, by, retry_after: answer.retry_after() });
            }
            503 => return Err(ApiError::NotReady { server, base, retry_after: answer.retry_after() }),
            _ => {}
        }
        let body = match answer.text() {
            Ok(body) => body,
            // A page of that size explains nothing.
            Err(TransportError::TooLarge(_)) => String::new(),
            // Half a reason is none, nor is a refusal without the half that tells what is refused.
            Err(source) => return Err(ApiError::Unreachable { server, base, source }),
        };
        Err(self.refused(status, call, &signs, body))
    }

    /// What a 3xx means.
    fn redirected(&self, status: u16, call: &str, url: &Url, signs: &Signs) -> ApiError {
        let (server, base) = (self.server, self.base_text());
        let location = signs.location.as_deref().unwrap_or("nowhere");
        let path = call.split_once(' ').map_or("", |(_, path)| path);
        let (to, leads) = (shown_location(location), leads(location, url, path));
        if leads == Leads::Away {
            let wants = format!("wants a login{}, at `{to}`", signs.sender(""));
            return ApiError::InFront { server, base, status, wants };
        }
        ApiError::Redirect { server, base, to, is_login: leads == Leads::ToALogin }
    }

    /// What any other status means that is no success.
    fn refused(&self, status: u16, call: &str, signs: &Signs, body: String) -> ApiError {
        let (server, base) = (self.server, self.base_text());
        let lower = if status == 400 { body.to_ascii_lowercase() } else { String::new() };
        let in_front = |wants: &str| {
            let wants = format!("{wants}{}", signs.sender(&body));
            ApiError::InFront { server, base: base.clone(), status, wants }
        };
        match status {
            401 if signs.want_a_login(&body) => in_front("wants a login"),
            403 if signs.want_a_login(&body) => in_front("wants a login or keeps this machine out"),
            401 | 403 => {
                let origin = self.http.secret().map(|key| key.origin().clone()).unwrap_or_default();
                let path = Some(self.base.path().trim_end_matches('/').to_owned());
                ApiError::Key { server, base, status, origin, path: path.filter(|path| !path.is_empty()) }
            }
            400 if lower.contains("invalid hostname") || lower.contains("hostname is invalid") => {
                ApiError::HostName { server, host: self.base.host_str().unwrap_or_default().to_owned() }
            }
            400 if !is_plain_http(&body)
                && (signs.is_html || server == "Radarr" && is_words(signs, &body)) =>
            {
                in_front("does not take the request")
            }
            _ => {
                let is_own = signs.is_json || body.is_empty() && signs.product.is_none();
                let by = signs.product.as_ref().filter(|_| !is_own);
                let by = by.map_or_else(String::new, |product| format!(" ({product})"));
                let app_version = signs.app_version.clone();
                ApiError::Status { server, call: call.to_owned(), status, body, by, app_version }
            }
        }
    }

    fn decode<T: DeserializeOwned>(&self, answer: Answer, call: &str, limit: u64) -> Result<T, ApiError> {
        if !answer.is_json() {
            return Err(self.not_the_api(answer, call));
        }
        answer.json(limit).map_err(|error| match error {
            JsonError::Transport(source) => {
                ApiError::Unreachable { server: self.server, base: self.base_text(), source }
            }
            JsonError::Shape(why) => self.shape(call, &why),
        })
    }

    /// JSON that is not what was asked for.
    pub fn shape(&self, call: &str, why: &str) -> ApiError {
        let (server, base) = (self.server, self.base_text());
        ApiError::Shape { server, base, call: call.to_owned(), why: plain(why) }
    }

    fn not_the_api(&self, answer: Answer, call: &str) -> ApiError {
        let (server, base, call) = (self.server, self.base_text(), call.to_owned());
        let signs = Signs::of(&answer, &self.http);
        let (what, body) = match answer.text() {
            Err(error) => (format!("something unreadable ({error})"), String::new()),
            Ok(text) if text.is_empty() => ("an empty body".to_owned(), text),
            Ok(text) if signs.is_html => ("an HTML page".to_owned(), text),
            Ok(text) => ("something else".to_owned(), text),
        };
        let title = title(&body);
        // A page of the server's own means another path of it.
        let is_own = title.as_ref().is_some_and(|title| title.contains(server));
        let is_login = signs.is_html && !is_own && is_login_page(&body);
        let told = match &title {
            _ if is_login => format!(": something in front of {server} wants a login{}", signs.sender(&body)),
            Some(title) if !is_own && is_telling(title) => format!(", titled `{title}`"),
            _ => String::new(),
        };
        ApiError::NotTheApi { server, base, call, what, page: Box::new(Page { title, is_login, told }) }
    }

    /// A text of the server as a message may show it: without the key, and on one line.
    pub fn shown(&self, text: &str) -> String {
        text::one_line(&self.http.redact(text.to_owned())).into_owned()
    }

    /// The address as a person wrote it: without the slash the URL library puts behind it.
    pub fn base_text(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn message_reads_every_shape_of_error_body_and_never_the_stack_trace() {
        let cases = [
            (r#"[{"propertyName":"Path","errorMessage":"Invalid Path"}]"#, Some("Invalid Path")),
            (
                r#"{"message":"database is locked","description":"at System.Data"}"#,
                Some("database is locked"),
            ),
            (r#"{"title":"One or more","errors":{"$.tmdbId":["not a number"]}}"#, Some("not a number")),
            (r#"{"title":"Not Found","status":404}"#, Some("Not Found")),
            (r#""Playlist not found""#, Some("Playlist not found")),
            ("Error processing request.", None),
            ("", None),
        ];
        for (body, expected) in cases {
            assert_eq!(message(body).as_deref(), expected, "{body}");
        }
    }
}
