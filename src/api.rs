//! What talking to Radarr and to Jellyfin has in common: JSON behind a key, or an explanation why there is none.
//!
//! A body is believed only when it says it is JSON and decodes; a login page, a redirect or an empty answer is told
//! as what it is (facts/servers.md R1, J2).

use std::time::{Duration, Instant};

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use url::Url;

use crate::http::{
    Again, Answer, Http, JSON_LIMIT, JsonError, LIBRARY_LIMIT, Method, Patience, TransportError,
};
use crate::store::Timestamp;

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
    pub patience: Patience,
}

/// A header value that `Debug` does not show.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(redacted)")
    }
}

/// A number on the wire, which may also come as text: `604` or `"604"` (facts/servers.md R12.12).
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
    /// 401 or 403.
    #[error("{server} at `{base}` refused the API key (HTTP {status})")]
    Key {
        /// Which server.
        server: &'static str,
        /// Its address.
        base: String,
        /// 401 or 403.
        status: u16,
    },
    /// Any 3xx.
    #[error("{server} at `{base}` redirects to `{to}`")]
    Redirect {
        /// Which server.
        server: &'static str,
        /// Its address.
        base: String,
        /// Where to, without a query: that may hold a key.
        to: String,
    },
    /// Success, but no JSON.
    #[error("`{base}` answered {call} with {what} instead of {server}'s JSON")]
    NotTheApi {
        /// Which server was expected.
        server: &'static str,
        /// The address.
        base: String,
        /// Method and path.
        call: String,
        /// What came: `an HTML page`, `an empty body`, ...
        what: String,
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
    /// Any other status, with the body for those who can read more out of it.
    #[error("{server} answered {call} with HTTP {status}{}", said(body))]
    Status {
        /// Which server.
        server: &'static str,
        /// Method and path.
        call: String,
        /// The HTTP status.
        status: u16,
        /// The whole body.
        body: String,
    },
}

impl ApiError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<String> {
        let key = |server: &str| server.to_lowercase();
        match self {
            Self::Unreachable { server, source, .. } => Some(match source {
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
                _ => format!("is it running? check `{}.url`", key(server)),
            }),
            Self::Key { server: server @ "Radarr", .. } => Some(format!(
                "check `{}.api_key`; Radarr shows its key under Settings > General",
                key(server)
            )),
            Self::Key { server, .. } => {
                Some(format!("check `{}.api_key`; make one under Dashboard > API Keys", key(server)))
            }
            Self::Redirect { server, .. } => Some(format!(
                "put the address it redirects to, as far as it is the server's base, into `{}.url`",
                key(server)
            )),
            Self::NotTheApi { server, .. } => Some(format!(
                "check the path of `{}.url`; a login page or a proxy in front of it also answers like this",
                key(server)
            )),
            Self::NotReady { .. } => Some(
                "it is starting or migrating, or does not admit this machine; the next run tries again"
                    .to_owned(),
            ),
            // nginx, Go's servers, Apache: plain HTTP at a port that speaks TLS.
            Self::Status { server, status: 400, body, .. }
                if body.contains("HTTPS port")
                    || body.contains("HTTPS server")
                    || body.contains("SSL-enabled") =>
            {
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

    /// Did somebody stop this run while the call was under way?
    pub fn is_interrupt(&self) -> bool {
        matches!(self, Self::Unreachable { source: TransportError::Interrupted, .. })
    }

    /// Is it a 500, the server's own trouble?
    pub fn is_internal(&self) -> bool {
        self.answered().is_some_and(|(status, _)| status == 500)
    }

    /// Is it SQLite's of a busy Radarr (facts/servers.md R3)?
    pub fn is_locked(&self) -> bool {
        self.is_internal() && self.answered().is_some_and(|(_, body)| body.contains("database is locked"))
    }

    /// Is it certain that a write did not happen?
    pub fn never_arrived(&self) -> bool {
        match self {
            Self::Unreachable { source, .. } => source.never_arrived(),
            Self::NotReady { .. } | Self::Key { .. } | Self::Redirect { .. } => true,
            Self::NotTheApi { .. } | Self::Shape { .. } | Self::Status { .. } => false,
        }
    }

    /// May the same call work a little later?
    fn again(&self) -> Again {
        match self {
            // Whoever took minutes once takes them again.
            Self::Unreachable { source: TransportError::Timeout(_), .. } => Again::Never,
            Self::Unreachable { source, .. } if source.is_passing() => Again::Soon,
            Self::NotReady { retry_after, .. } => retry_after.map_or(Again::Soon, Again::After),
            Self::Status { status: 502 | 504, .. } => Again::Soon,
            error if error.is_locked() => Again::Soon,
            _ => Again::Never,
        }
    }
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
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(300).collect()
}

/// What an error body says, in any of the shapes the two servers have; never `description`, which holds stack
/// traces and paths (facts/servers.md R1).
pub fn message(body: &str) -> Option<String> {
    use serde_json::Value;
    let text = match serde_json::from_str(body).ok()? {
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
        self.patience.attempt(
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
        self.patience.attempt(attempt, ApiError::again)
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
        self.patience
            .attempt(attempt, |error| if error.never_arrived() { error.again() } else { Again::Never })
    }

    /// Sends one request; anything but a 2xx becomes an error.
    fn ask(&self, method: &Method, call: &str, url: &Url, body: Option<&str>) -> Result<Answer, ApiError> {
        let (server, base) = (self.server, self.base_text());
        let headers = [(self.auth.0, self.auth.1.0.as_str())];
        let answer = self
            .http
            .send(method.clone(), url, &headers, body)
            .map_err(|source| ApiError::Unreachable { server, base: base.clone(), source })?;
        match answer.status() {
            200..=299 => Ok(answer),
            300..=399 => {
                let to = answer.header("location").unwrap_or("nowhere");
                let to = plain(to.split(['?', '#']).next().unwrap_or_default());
                Err(ApiError::Redirect { server, base, to })
            }
            status @ (401 | 403) => Err(ApiError::Key { server, base, status }),
            503 => Err(ApiError::NotReady { server, base, retry_after: answer.retry_after() }),
            status => {
                let body = match answer.text() {
                    Ok(body) => body,
                    // A page of that size explains nothing.
                    Err(TransportError::TooLarge(_)) => String::new(),
                    // Half a reason is none, nor is a refusal without the half that tells what is refused.
                    Err(source) => return Err(ApiError::Unreachable { server, base, source }),
                };
                Err(ApiError::Status { server, call: call.to_owned(), status, body })
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
            JsonError::Shape(why) => ApiError::Shape {
                server: self.server,
                base: self.base_text(),
                call: call.to_owned(),
                why: plain(&why),
            },
        })
    }

    fn not_the_api(&self, answer: Answer, call: &str) -> ApiError {
        let is_html = answer.header("content-type").is_some_and(|value| value.contains("html"));
        let what = match answer.text() {
            Err(error) => format!("something unreadable ({error})"),
            Ok(text) if text.is_empty() => "an empty body".to_owned(),
            Ok(_) if is_html => "an HTML page".to_owned(),
            Ok(_) => "something else".to_owned(),
        };
        ApiError::NotTheApi { server: self.server, base: self.base_text(), call: call.to_owned(), what }
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
