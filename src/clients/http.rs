//! The one HTTP client: time-outs, retries with growing pauses, bounded bodies, one debug line a call.
//!
//! ureq stays in this folder. Every status is an [`Answer`], since both servers explain themselves in the body of
//! a 4xx; only what never became an answer is a [`TransportError`]. Redirects are never followed here: a followed
//! redirect of a POST becomes a GET and looks like success, and Radarr's key would travel to the new host
//! (docs/radarr.md#redirects, docs/design.md#the-http-client).

mod answer;
mod error;
mod line;
mod proxy;
mod retry;
mod retry_after;
mod tls;
mod tls_error;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::Agent;
pub use ureq::http::Method;
use ureq::http::Request;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    ConnectProxyConnector, Connector as _, RustlsConnector, SocksConnector, TcpConnector,
};
use url::Url;

pub use crate::domain::connection::USER_AGENT;
use crate::domain::connection::{Certificates, Proxy};
use crate::domain::secret::ApiKey;
use crate::domain::text::one_line;
use crate::system::interrupt;
pub use answer::{Answer, JsonError};
pub use error::TransportError;
pub use line::give_up_reads;
use line::{Line, Write};
use proxy::Leg;
pub use proxy::ProxyError;
pub use retry::{Retry, RetryPolicy};
pub use tls_error::TlsError;

/// The longest text body that is read, after decompression. Real pages have about 300 KB.
pub const TEXT_LIMIT: u64 = 4 << 20;

/// The longest JSON body of an answer about one thing, or a few. A Jellyfin with a thousand users sends 2 MB of them.
pub const JSON_LIMIT: u64 = 16 << 20;

/// The longest JSON body of a whole library, read as a stream: 50,000 films of Radarr are about 500 MB.
pub const LIBRARY_LIMIT: u64 = 1 << 30;

/// How a client is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whom it talks to, as the log names it: `radarr`.
    pub name: &'static str,
    /// The whole call, from the name look-up to the last byte of the body.
    pub timeout: Duration,
    /// What the client calls itself.
    pub user_agent: String,
    /// The value of `Accept`.
    pub accept: &'static str,
    /// Connections kept open between two calls.
    pub max_idle: usize,
    /// Certificates that are trusted beside the system's.
    pub ca_file: Option<Certificates>,
    /// The way there; `None` is straight.
    pub proxy: Option<Proxy>,
    /// What is taken out of every text that comes back; the first is the key.
    pub secrets: Vec<ApiKey>,
    /// Does it send what there is to send after somebody stopped the run, too?
    pub has_last_words: bool,
}

impl Options {
    /// A client for JSON, straight to a server and with nothing of its own. One call lasts up to `timeout`.
    pub fn json(name: &'static str, timeout: Duration) -> Self {
        Self {
            name,
            timeout,
            user_agent: USER_AGENT.to_owned(),
            accept: "application/json",
            max_idle: 1,
            ca_file: None,
            proxy: None,
            secrets: Vec::new(),
            has_last_words: false,
        }
    }
}

/// Settings that no client can be made of.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A proxy whose address makes no sense.
    #[error("the proxy `{0}` cannot be used")]
    Proxy(Proxy),
    /// Certificates of which the TLS library makes nothing.
    #[error("the certificates of the `ca_file` cannot be used: {0}")]
    Certificates(rustls::Error),
}

/// A client for one service.
#[derive(Clone, Debug)]
pub struct Http {
    name: &'static str,
    line: Arc<Line>,
    timeout: Duration,
    secrets: Vec<ApiKey>,
    has_last_words: bool,
    /// Does its proxy get a user and a password?
    has_login: bool,
}

impl Http {
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// Makes the client; connects to nobody yet.
    ///
    /// # Errors
    ///
    /// When the proxy or the certificates cannot be used.
    pub fn new(options: &Options) -> Result<Self, SetupError> {
        let proxy = match &options.proxy {
            Some(proxy) => Some(proxy::build(proxy).map_err(|_| SetupError::Proxy(proxy.clone()))?),
            None => None,
        };
        let config = Agent::config_builder()
            // Set in any case: the default takes a proxy from the environment.
            .proxy(proxy)
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(&options.user_agent)
            .accept(options.accept)
            // With brotli on offer both servers take it, and it is twice as large as their gzip
            // (docs/radarr.md#body-sizes, docs/jellyfin.md#body-sizes).
            .accept_encoding("gzip")
            .timeout_global(Some(options.timeout))
            // Less than the whole time, or nobody could tell in which of the two it ended.
            .timeout_connect(Some(Self::CONNECT_TIMEOUT.min(options.timeout * 9 / 10)))
            .max_idle_connections(options.max_idle)
            .max_idle_connections_per_host(options.max_idle)
            .input_buffer_size(32 << 10)
            .output_buffer_size(8 << 10)
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
            .build();
        // As ureq's own chain, but what fails on the way to a proxy is told from what fails behind it.
        let way = ().chain(SocksConnector::default()).chain(ConnectProxyConnector::default());
        let way = Leg(way.chain(TcpConnector::default()));
        let agent = if let Some(own) = &options.ca_file {
            let tls = tls::connector(own).map_err(SetupError::Certificates)?;
            Agent::with_parts(config, way.chain(tls), DefaultResolver::default())
        } else {
            Agent::with_parts(config, way.chain(RustlsConnector::default()), DefaultResolver::default())
        };
        let has_login = options.proxy.as_ref().is_some_and(|proxy| proxy.credentials.is_some());
        let (line, timeout, secrets) = (Line::new(agent), options.timeout, options.secrets.clone());
        let (name, has_last_words) = (options.name, options.has_last_words);
        Ok(Self { name, line, timeout, secrets, has_last_words, has_login })
    }

    /// Sends a GET.
    ///
    /// # Errors
    ///
    /// Only when there is no answer; every status is an answer.
    pub fn get(&self, url: &Url, headers: &[(&str, &str)]) -> Result<Answer, TransportError> {
        self.send(Method::GET, url, headers, None)
    }

    /// Sends any request; a body is JSON unless the headers say otherwise.
    ///
    /// # Errors
    ///
    /// As [`Http::get`].
    pub fn send(
        &self,
        method: Method,
        url: &Url,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<Answer, TransportError> {
        if interrupt::requested().is_some() && !self.has_last_words {
            return Err(TransportError::Interrupted);
        }
        let started = Instant::now();
        let call = self.redact(format!("{method} {}", path_and_query(url)));
        let result = self.run(method, url, headers, body);
        let took = started.elapsed().as_millis();
        match &result {
            Ok(answer) => log::debug!("{}: {call} -> {} in {took} ms", self.name, answer.status()),
            Err(error) => log::debug!("{}: {call} -> {error} after {took} ms", self.name),
        }
        if let Some(body) = body {
            log::trace!("{}: sent {}", self.name, one_line(&self.redact(body.to_owned())));
        }
        result
    }

    fn run(
        &self,
        method: Method,
        url: &Url,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<Answer, TransportError> {
        let has_body = method != Method::GET;
        let write = has_body.then(|| Write::begin(&self.line));
        let mut request = Request::builder().method(method).uri(url.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let invalid = |error: ureq::http::Error| TransportError::Other(self.redact(error.to_string()));
        let response = if has_body {
            if body.is_some() && !headers.iter().any(|(name, _)| *name == "Content-Type") {
                request = request.header("Content-Type", "application/json");
            }
            let request = request.body(body.unwrap_or_default()).map_err(invalid)?;
            let configured =
                self.line.agent.configure_request(request).allow_non_standard_methods(true).build();
            self.line.agent.run(configured)
        } else {
            self.line.agent.run(request.body(()).map_err(invalid)?)
        };
        let response = response.map_err(|error| self.explain(&error))?;
        Ok(Answer { response, http: self.clone(), _write: write })
    }

    /// The same client for an address that holds a secret, which is taken out of every text as well.
    pub(crate) fn hiding(&self, secret: Option<ApiKey>) -> Self {
        let secrets = self.secrets.iter().cloned().chain(secret).collect();
        Self { secrets, ..self.clone() }
    }

    /// What reading brought counts only if we did not cut it off ourselves.
    fn unless_given_up(&self) -> Result<(), TransportError> {
        if self.line.is_given_up() { Err(TransportError::Interrupted) } else { Ok(()) }
    }

    /// A text of the other side without the key.
    pub(crate) fn redact(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| secret.mask_in(text))
    }

    /// The key that is taken out of every text.
    pub(crate) fn secret(&self) -> Option<&ApiKey> {
        self.secrets.first()
    }

    /// Waits because the other side limits the rate, unless that comes to more than `most` with all waiting so far.
    pub(crate) fn wait_for_the_limit(&self, pause: Duration, most: Duration) -> bool {
        let may_wait = self.line.may_wait(pause, most);
        if may_wait {
            log::debug!("{}: waits {} s for the rate limit", self.name, pause.as_secs_f64().round());
            interrupt::sleep(pause);
        }
        may_wait
    }
}

/// What the log shows of an address. No key ever stands in one, but for the token of a share link.
fn path_and_query(url: &Url) -> String {
    let mut text = url.path().to_owned();
    if let Some(query) = url.query() {
        // A hundred ids would fill the screen.
        let shown: String = query.chars().take(160).collect();
        let _ = write!(text, "?{shown}{}", if shown.len() < query.len() { "…" } else { "" });
    }
    text
}
