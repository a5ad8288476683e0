//! A stand-in for whoever is told about runs: it takes what each kind of receiver takes, at the paths of that kind, and
//! answers as that kind does. Scripted answers are faults of its [`Server`].

use serde_json::{Value, json};

use crate::server::{Reply, Request, Server};

/// The secrets of its addresses.
pub const TOKEN: &str = "tk_0123456789-of-the-receiver";
/// The topic of ntfy, which whoever knows it may read.
pub const TOPIC: &str = "films-of-our-house-4711";

/// One server that is every kind of receiver.
pub struct Receiver {
    /// What it was asked.
    pub server: Server,
}

impl Receiver {
    /// Starts it.
    pub fn start() -> Self {
        Self { server: Server::start(answer) }
    }

    /// The lines of a `[[notify]]` block for a kind of receiver that is here.
    ///
    /// # Panics
    ///
    /// For a kind that there is not.
    pub fn block(&self, kind: &str) -> String {
        let url = self.server.url();
        let rest = match kind {
            "ntfy" => format!("url = \"{url}\"\ntopic = \"{TOPIC}\"\ntoken = \"{TOKEN}\""),
            "gotify" => format!("url = \"{url}/\"\ntoken = \"{TOKEN}\""),
            "discord" => format!("url = \"{url}/api/webhooks/4242424242/{TOKEN}\""),
            "apprise" => format!("url = \"{url}/notify/{TOKEN}\""),
            "webhook" => format!("url = \"{url}/hook/{TOKEN}\""),
            "healthchecks" => format!("url = \"{url}/ping/{TOKEN}\""),
            other => panic!("no receiver is called {other}"),
        };
        format!("[[notify]]\nkind = \"{kind}\"\n{rest}\n")
    }

    /// Messages in JSON, in the order of their arrival.
    pub fn messages(&self) -> Vec<Value> {
        let requests = self.server.requests();
        requests.iter().filter_map(|request| serde_json::from_str(&request.body).ok()).collect()
    }

    /// What checks were told: what stands behind the address, with the first line that came with it.
    pub fn pings(&self) -> Vec<String> {
        let ping = |request: Request| {
            let (_, end) = request.path.split_once(&format!("/ping/{TOKEN}/"))?;
            Some(format!("{end} {}", request.body.lines().next().unwrap_or_default()).trim().to_owned())
        };
        self.server.requests().into_iter().filter_map(ping).collect()
    }
}

fn answer(request: &Request) -> Reply {
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    let has = |key: &str| body[key].as_str().is_some_and(|text| !text.is_empty());
    let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let bearer = format!("Bearer {TOKEN}");
    if request.method != "POST" {
        return Reply::empty(405);
    }
    match path.as_slice() {
        [""] if body["topic"] != TOPIC => ntfy_error(40101, 401, "unauthorized"),
        [""] if request.header("authorization") != Some(&bearer) => ntfy_error(40301, 403, "forbidden"),
        // Longer ones become attachments, which are off.
        [""] if body["message"].as_str().is_none_or(|text| text.len() > 4096) => {
            ntfy_error(40014, 400, "invalid request: attachments not allowed")
        }
        [""] => Reply::json(200, &json!({ "id": "x1", "event": "message", "topic": TOPIC })),
        ["message"] if request.header("x-gotify-key") != Some(TOKEN) => {
            let error = "you need to provide a valid access token or user credentials to access this api";
            Reply::json(401, &json!({ "error": "Unauthorized", "errorCode": 401, "errorDescription": error }))
        }
        ["message"] if has("message") => Reply::json(200, &json!({ "id": 7, "message": body["message"] })),
        ["api", "webhooks", _, token] if *token != TOKEN => {
            Reply::json(404, &json!({ "message": "Unknown Webhook", "code": 10015 }))
        }
        ["api", "webhooks", ..] => match body["content"].as_str() {
            Some(text) if text.encode_utf16().count() <= 2000 && request.param("wait").is_some() => {
                Reply::json(200, &json!({ "id": "1", "content": text }))
            }
            _ => Reply::json(400, &json!({ "message": "Invalid Form Body", "code": 50035 })),
        },
        // Nothing is kept under that key: it is taken, and nobody is told.
        ["notify", key] if *key != TOKEN => Reply::empty(204),
        ["notify", _] if has("body") => Reply::json(200, &json!({ "error": "Sent notification(s)." })),
        ["hook", _] if has("content") && has("text") => Reply::new(200, "text/plain", "ok"),
        ["ping", token, _] if *token != TOKEN => Reply::new(404, "text/plain", "not found"),
        ["ping", ..] if !request.param("rid").is_some_and(|rid| is_uuid(&rid)) => {
            Reply::new(400, "text/plain", "invalid uuid format")
        }
        ["ping", _, _] => Reply::new(200, "text/plain", "OK"),
        _ => Reply::empty(400),
    }
}

fn ntfy_error(code: u32, status: u16, text: &str) -> Reply {
    Reply::json(status, &json!({ "code": code, "http": status, "error": text }))
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && parts.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
        && parts[2].starts_with('4')
        && parts[3].starts_with(['8', '9', 'a', 'b'])
}
