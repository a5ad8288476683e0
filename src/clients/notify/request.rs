//! What each kind of receiver is sent: a POST apiece (docs/notifications.md#how-a-message-is-sent).

use serde_json::{Value, json};
use url::Url;

use super::text::{cut_bytes, cut_utf16, for_discord, for_slack};
use crate::domain::connection::USER_AGENT;
use crate::domain::message::{FilmNews, Message, Occasion, ProblemNews};
use crate::domain::receiver::{Receiver, Service};
use crate::domain::secret::ApiKey;
use crate::domain::span::show_time;

/// One POST.
pub(super) struct Request {
    pub(super) url: Url,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Request {
    fn json(url: Url, token: Option<(&'static str, String)>, body: &Value) -> Self {
        Self { url, headers: token.into_iter().collect(), body: body.to_string() }
    }
}

/// Bytes of ntfy's message; a longer one becomes an attachment, which most servers refuse.
const NTFY: usize = 4000;
/// Bytes of a message of Gotify, which has no limit of its own.
const GOTIFY: usize = 8000;
/// Units of UTF-16 of a message of Discord.
const DISCORD: usize = 2000;
/// Bytes of a body of the Apprise API.
const APPRISE: usize = 30_000;
/// Bytes of a text for Slack and Mattermost.
const SLACK: usize = 4000;
/// Bytes of what a check keeps of a ping.
const PING: usize = 10_000;
/// So many films and problems go into the JSON of a webhook.
const LISTED: usize = 50;

/// What this receiver is sent for a message.
pub(super) fn message(receiver: &Receiver, message: &Message) -> Request {
    let url = receiver.url.reveal().clone();
    match &receiver.service {
        Service::Ntfy { topic, token, priority, tag } => {
            let mut body = json!({
                "topic": topic.reveal(), "title": message.title, "message": cut_bytes(&message.text, NTFY),
            });
            if let Some(priority) = priority {
                body["priority"] = json!(priority);
            }
            if let Some(tag) = tag {
                body["tags"] = json!([tag]);
            }
            Request::json(url, token.as_ref().map(bearer), &body)
        }
        Service::Gotify { token, priority } => {
            let mut body = json!({ "title": message.title, "message": cut_bytes(&message.text, GOTIFY) });
            if let Some(priority) = priority {
                body["priority"] = json!(priority);
            }
            Request::json(below(&url, "message"), Some(("X-Gotify-Key", token.reveal().to_owned())), &body)
        }
        Service::Discord => {
            let mut url = url;
            // Without it, Discord says nothing of a message that it did not keep.
            url.query_pairs_mut().append_pair("wait", "true");
            let body = json!({ "content": content(message), "allowed_mentions": { "parse": [] } });
            Request::json(url, None, &body)
        }
        Service::Apprise { tag } => {
            let kind = match message.occasion {
                Occasion::Failed => "failure",
                Occasion::Recovered => "success",
                Occasion::Changed | Occasion::Run | Occasion::Test => "info",
            };
            let text = cut_bytes(&message.text, APPRISE);
            let mut body = json!({ "title": message.title, "body": text, "type": kind, "format": "text" });
            if let Some(tag) = tag {
                body["tag"] = json!(tag);
            }
            Request::json(url, None, &body)
        }
        Service::Webhook { token } => Request::json(url, token.as_ref().map(bearer), &webhook(message)),
        // A check gets pings; this is how somebody sees that it can be reached.
        Service::Healthchecks => ping(receiver, Ping::Log, &RunId::new(), &message.text),
    }
}

fn bearer(token: &ApiKey) -> (&'static str, String) {
    ("Authorization", format!("Bearer {}", token.reveal()))
}

/// The address of `name` below this one; its query stays.
fn below(url: &Url, name: &str) -> Url {
    let mut url = url.clone();
    url.path_segments_mut()
        .expect("the config takes only http and https addresses")
        .pop_if_empty()
        .push(name);
    url
}

/// Title and text in one, for Discord.
fn content(message: &Message) -> String {
    cut_utf16(&for_discord(&format!("{}\n{}", message.title, message.text)), DISCORD)
}

/// The JSON of a webhook: docs/json.md describes it.
fn webhook(message: &Message) -> Value {
    let slack = for_slack(&format!("{}\n{}", message.title, message.text));
    json!({
        "version": 1,
        "event": message.occasion.word(),
        "program": USER_AGENT,
        "command": message.command,
        "time": show_time(message.time),
        "exit_code": message.exit_code,
        "title": message.title,
        "message": message.text,
        "summary": message.summary,
        "films": message.films.iter().take(LISTED).map(film).collect::<Vec<_>>(),
        "more_films": message.films.len().saturating_sub(LISTED),
        "problems": message.problems.iter().take(LISTED).map(problem).collect::<Vec<_>>(),
        "content": content(message),
        "text": cut_bytes(&slack, SLACK),
    })
}

fn film(news: &FilmNews) -> Value {
    json!({
        "film": news.film.to_string(),
        "slug": news.film.address.to_string(),
        "tmdb_id": news.tmdb.get(),
        "users": news.people,
        "is": if news.collections.is_some() { "ready" } else { "sent" },
        "collections": news.collections.as_deref().unwrap_or_default(),
    })
}

fn problem(news: &ProblemNews) -> Value {
    json!({
        "about": news.about,
        "problem": news.text,
        "hint": news.hint,
        "since": show_time(news.since),
        "runs": news.runs,
        "over": news.is_over,
    })
}

/// What a check is told of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ping {
    /// It begins.
    Start,
    /// It ended with this exit code.
    End(u8),
    /// It says something that is neither success nor failure.
    Log,
}

/// The number of one run at a check, which pairs its beginning and its end.
#[derive(Clone, Debug)]
pub struct RunId(String);

impl RunId {
    /// A new one: a random UUID.
    #[expect(clippy::new_without_default, reason = "each one is another")]
    pub fn new() -> Self {
        let random = fastrand::u128(..) & !(0xf << 76) & !(0x3 << 62) | 4 << 76 | 0x2 << 62;
        let hex = format!("{random:032x}");
        Self([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
    }
}

/// What a check is sent.
pub(super) fn ping(receiver: &Receiver, ping: Ping, run: &RunId, body: &str) -> Request {
    let end = match ping {
        Ping::Start => "start".to_owned(),
        Ping::End(code) => code.to_string(),
        Ping::Log => "log".to_owned(),
    };
    let mut url = below(receiver.url.reveal(), &end);
    url.query_pairs_mut().append_pair("rid", &run.0);
    let headers = vec![("Content-Type", "text/plain; charset=utf-8".to_owned())];
    Request { url, headers, body: cut_bytes(body, PING) }
}

#[cfg(test)]
mod tests;
