//! `[[notify]]`: who is told about runs. Addresses and tokens are secrets, so no problem repeats one.

use url::Url;

use super::external::{Place, SecretPlaces, checked_key, secret};
use super::strings;
use super::table::Table;
use crate::domain::receiver::{Occasions, Receiver, Service};
use crate::domain::secret::{ApiKey, SecretUrl};

/// A kind of receiver, and which keys it has.
struct Kind {
    name: &'static str,
    url_variable: &'static str,
    token_variable: &'static str,
    /// Beside `kind`, `url` and `url_file`.
    keys: &'static [&'static str],
    /// What may be wrong with its address.
    check: fn(&Url) -> Result<(), &'static str>,
}

const KINDS: [Kind; 6] = [
    Kind {
        name: "ntfy",
        url_variable: "LBJF_NOTIFY_NTFY_URL",
        token_variable: "LBJF_NOTIFY_NTFY_TOKEN",
        keys: &["topic", "token", "token_file", "priority", "tag", "on"],
        check: |url| match url.path() {
            "/" => Ok(()),
            _ => Err("must be the address of the ntfy server alone; the topic belongs in `topic`"),
        },
    },
    Kind {
        name: "gotify",
        url_variable: "LBJF_NOTIFY_GOTIFY_URL",
        token_variable: "LBJF_NOTIFY_GOTIFY_TOKEN",
        keys: &["token", "token_file", "priority", "on"],
        check: |url| match url.query() {
            None => Ok(()),
            Some(_) => Err("must be the address of the Gotify server alone; the token belongs in `token`"),
        },
    },
    Kind {
        name: "discord",
        url_variable: "LBJF_NOTIFY_DISCORD_URL",
        token_variable: "",
        keys: &["on"],
        check: |url| {
            has_part(url, "webhooks", "must be the address of a webhook, with `/api/webhooks/` in it")
        },
    },
    Kind {
        name: "apprise",
        url_variable: "LBJF_NOTIFY_APPRISE_URL",
        token_variable: "",
        keys: &["tag", "on"],
        check: |url| has_part(url, "notify", "must end with `/notify/` and the key that has the addresses"),
    },
    Kind {
        name: "webhook",
        url_variable: "LBJF_NOTIFY_WEBHOOK_URL",
        token_variable: "LBJF_NOTIFY_WEBHOOK_TOKEN",
        keys: &["token", "token_file", "on"],
        check: |_| Ok(()),
    },
    Kind {
        name: "healthchecks",
        url_variable: "LBJF_NOTIFY_HEALTHCHECKS_URL",
        token_variable: "",
        keys: &[],
        check: |url| match url.path() {
            "/" => Err("must be the ping address of a check"),
            _ => Ok(()),
        },
    },
];

/// Services that everybody reaches at the same host: a message to them must not travel in the clear.
const HOSTED: [&str; 4] = ["discord.com", "discordapp.com", "hc-ping.com", "ntfy.sh"];

/// Reads all blocks. The second of a kind gets a number.
pub(super) fn receivers(tables: Vec<Table<'_, '_>>, place: Place<'_>) -> Vec<Receiver> {
    let mut kinds: Vec<&str> = Vec::new();
    let mut receivers = Vec::new();
    for mut table in tables {
        let Some(kind) = kind(&mut table) else { continue };
        kinds.push(kind.name);
        let count = kinds.iter().filter(|name| **name == kind.name).count();
        for variable in [kind.url_variable, kind.token_variable] {
            if count == 2 && !variable.is_empty() && (place.env)(variable).is_some() {
                table.missing(
                    "kind",
                    format!("${variable} says nothing where several receivers are of this kind"),
                );
            }
        }
        let name = if count == 1 { kind.name.to_owned() } else { format!("{} {count}", kind.name) };
        receivers.extend(receiver(table, kind, name, place));
    }
    receivers
}

fn kind(table: &mut Table<'_, '_>) -> Option<&'static Kind> {
    let given = table.required("kind")?;
    let found = KINDS.iter().find(|kind| kind.name == given.value.trim().to_lowercase());
    if found.is_none() {
        let names: Vec<_> = KINDS.iter().map(|kind| format!("`{}`", kind.name)).collect();
        table.problem(
            &given,
            format!(
                "must be one of {}, found `{}`; Apprise passes messages on to other services",
                names.join(", "),
                given.value
            ),
        );
    }
    found
}

fn receiver(mut table: Table<'_, '_>, kind: &Kind, name: String, place: Place<'_>) -> Option<Receiver> {
    for key in ["topic", "token", "token_file", "priority", "tag", "on"] {
        if table.has(key) && !kind.keys.contains(&key) {
            table.foreign(key, kind.name);
        }
    }
    let places = SecretPlaces { key: "url", file: "url_file", variable: kind.url_variable, is_needed: true };
    let url =
        secret(&mut table, place, &places, |text| address(text, kind).map(|url| ApiKey::new(url.as_str())));
    let url = url.and_then(|text| Url::parse(text.reveal()).ok()).map(SecretUrl::new);
    let token = kind.keys.contains(&"token").then(|| {
        let is_needed = kind.name == "gotify";
        let variable = kind.token_variable;
        let places = SecretPlaces { key: "token", file: "token_file", variable, is_needed };
        secret(&mut table, place, &places, checked_key)
    });
    let token = token.flatten();
    let tag = table.take::<String>("tag").map(|given| given.value.trim().to_owned());
    let tag = tag.filter(|tag| !tag.is_empty());
    let (least, most) = if kind.name == "ntfy" { (1, 5) } else { (0, 10) };
    let priority = table.has("priority").then(|| table.number("priority", least, least, most));
    let service = match kind.name {
        "ntfy" => topic(&mut table).map(|topic| Service::Ntfy { topic, token, priority, tag }),
        "gotify" => token.map(|token| Service::Gotify { token, priority }),
        "discord" => Some(Service::Discord),
        "apprise" => Some(Service::Apprise { tag }),
        "webhook" => Some(Service::Webhook { token }),
        _ => Some(Service::Healthchecks),
    };
    let on = occasions(&mut table);
    table.finish();
    Some(Receiver { name, url: url?, service: service?, on })
}

/// An address, as people paste it.
fn address(text: &str, kind: &Kind) -> Result<Url, &'static str> {
    let text = text.trim();
    if strings::is_example(text) {
        return Err("still has the example's value: set your own");
    }
    let url = Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let mut url = url.ok_or("must begin with `http://` or `https://` and a host")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user name or password");
    }
    let host = url.host_str().unwrap_or_default();
    let is_hosted = HOSTED.iter().any(|hosted| host == *hosted || host.ends_with(&format!(".{hosted}")));
    if is_hosted && url.scheme() == "http" {
        return Err("must begin with `https://`");
    }
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    // People paste what is called for a run, too.
    let ends: &[&str] = if kind.name == "healthchecks" { &["/start", "/fail", "/log"] } else { &[] };
    let path = ends.iter().fold(path, |path, end| path.strip_suffix(end).unwrap_or(path)).to_owned();
    url.set_path(&path);
    (kind.check)(&url)?;
    Ok(url)
}

fn has_part(url: &Url, part: &str, problem: &'static str) -> Result<(), &'static str> {
    let mut parts = url.path().split('/').skip_while(|known| *known != part);
    let is_there = parts.next().is_some() && parts.next().is_some_and(|next| !next.is_empty());
    if is_there { Ok(()) } else { Err(problem) }
}

/// ntfy's rule for its topics.
fn topic(table: &mut Table<'_, '_>) -> Option<ApiKey> {
    let given = table.required("topic")?;
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_topic = given.value.len() <= 64 && given.value.bytes().all(is_sign);
    if !is_topic && !strings::is_example(&given.value) {
        table.problem(&given, "must have up to 64 letters, digits, `_` and `-`");
    }
    is_topic.then(|| ApiKey::new(&given.value))
}

fn occasions(table: &mut Table<'_, '_>) -> Occasions {
    let Some(given) = table.take::<Vec<String>>("on") else { return Occasions::default() };
    let mut on = Occasions { changed: false, failed: false, recovered: false, always: false };
    if given.value.is_empty() {
        table.problem(&given, "must not be empty; take the line out to hear of changes and failures");
    }
    for word in &given.value {
        match word.trim().to_lowercase().as_str() {
            "changed" => on.changed = true,
            "failed" => on.failed = true,
            "recovered" => on.recovered = true,
            "always" => on.always = true,
            _ => table.problem(
                &given,
                format!("must have `changed`, `failed`, `recovered` or `always`, found `{word}`"),
            ),
        }
    }
    on
}
