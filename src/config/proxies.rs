//! Proxies: a list of addresses, and a file with a proxy a line. No message shows more than host and port.
//!
//! Whoever names a file does not want to be seen: one that holds no proxy is a problem, and never a reason to go
//! straight.

use std::collections::HashSet;
use std::path::PathBuf;

use url::{Host, Url};

use super::address::shown_address;
use super::table::{Given, Table};
use super::text_file;
use crate::domain::connection::{Proxy, ProxyKind};

/// Nobody has that many; each takes memory of its own before anything is asked.
const MOST: usize = 1000;

/// Reads `proxies`, `proxy_file` and `proxy_type`; list and file both count.
pub(super) fn read(table: &mut Table<'_, '_>, path: impl Fn(&str) -> PathBuf) -> Vec<Proxy> {
    let kind = kind(table);
    let list = table.take::<Vec<String>>("proxies");
    let file = table.take::<String>("proxy_file").filter(|given| !given.value.trim().is_empty());
    let mut proxies = list.map_or_else(Vec::new, |list| from_list(table, &list));
    if let Some(file) = file {
        proxies.extend(from_file(table, &file, kind, path));
    }
    // Each would have the whole pace to itself, over one address.
    let mut seen = HashSet::new();
    proxies.retain(|proxy| seen.insert(proxy.clone()));
    proxies
}

/// What the lines of the file are.
fn kind(table: &mut Table<'_, '_>) -> ProxyKind {
    let Some(given) = table.take::<String>("proxy_type") else { return ProxyKind::Http };
    ProxyKind::from_scheme(&given.value.to_lowercase()).unwrap_or_else(|| {
        let text = "must be `http`, `https`, `socks5` or `socks5h`";
        table.problem(&given, format!("{text}, found `{}`", shown_address(&given.value)));
        ProxyKind::Http
    })
}

fn from_list(table: &Table<'_, '_>, given: &Given<Vec<String>>) -> Vec<Proxy> {
    let mut proxies = Vec::new();
    if given.value.len() > MOST {
        table.problem(given, too_many(given.value.len()));
        return proxies;
    }
    for (number, text) in (1..).zip(&given.value) {
        match from_address(text) {
            Ok(proxy) => proxies.push(proxy),
            // The address itself may hold a password.
            Err(why) => table.problem(given, format!("entry {number} {why}")),
        }
    }
    proxies
}

fn too_many(count: usize) -> String {
    format!("lists {count} proxies; the limit is {MOST}")
}

const ADDRESS: &str = "is not an address like `http://HOST:PORT` or `socks5h://USER:PASSWORD@HOST:PORT`";

fn from_address(text: &str) -> Result<Proxy, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| ADDRESS)?;
    let kind =
        ProxyKind::from_scheme(url.scheme()).ok_or("must begin with http, https, socks5 or socks5h")?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(ADDRESS)?;
    let default = match kind {
        ProxyKind::Http => 80,
        ProxyKind::Https => 443,
        ProxyKind::Socks5 | ProxyKind::Socks5h => 1080,
    };
    let credentials = match (url.username(), url.password()) {
        ("", None) => None,
        (user, password) => Some((decode(user), decode(password.unwrap_or_default()))),
    };
    checked(kind, host, url.port().unwrap_or(default), credentials).map_err(|why| why.unwrap_or(ADDRESS))
}

/// A proxy that a client can be made of, or why not; `None` where the host is none.
///
/// SOCKS5 sends user and password with their lengths in one byte each, and neither may be missing (RFC 1929).
fn checked(
    kind: ProxyKind,
    host: &str,
    port: u16,
    credentials: Option<(String, String)>,
) -> Result<Proxy, Option<&'static str>> {
    // As it is looked up: a name in other letters is another one on the wire.
    let host = Host::parse(host).map_err(|_| None)?.to_string();
    let is_socks = matches!(kind, ProxyKind::Socks5 | ProxyKind::Socks5h);
    let fits = |text: &String| (1..=255).contains(&text.len());
    if credentials.as_ref().is_some_and(|(user, password)| is_socks && !(fits(user) && fits(password))) {
        return Err(Some(
            "needs a user and a password of 1 to 255 bytes each, which is what SOCKS5 can send",
        ));
    }
    Ok(Proxy { kind, host, port, credentials })
}

/// Undoes percent-encoding, which an address needs for `:`, `@` and `/` in a password.
fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn from_file(
    table: &Table<'_, '_>,
    given: &Given<String>,
    kind: ProxyKind,
    path: impl Fn(&str) -> PathBuf,
) -> Vec<Proxy> {
    let path = path(given.value.trim());
    let text = match text_file::read(&path) {
        Ok(text) => text,
        Err(error) => {
            table.problem(given, error.about(&path));
            return Vec::new();
        }
    };
    let lines: Vec<_> = entries(&text).collect();
    if lines.is_empty() {
        table.problem(given, format!("`{}` contains no proxy", path.display()));
    } else if lines.len() > MOST {
        table.problem(given, too_many(lines.len()));
        return Vec::new();
    }
    let mut proxies = Vec::new();
    let mut bad = Vec::new();
    for (number, line) in lines {
        match from_line(line, kind) {
            Ok(proxy) => proxies.push(proxy),
            Err(why) => bad.push((number, why)),
        }
    }
    for (number, why) in bad.iter().take(MOST_BAD_LINES) {
        table.problem(given, format!("line {number} of `{}` {why}", path.display()));
    }
    if bad.len() > MOST_BAD_LINES {
        let more = bad.len() - MOST_BAD_LINES;
        table.problem(given, format!("`{}` has {more} more wrong lines", path.display()));
    }
    proxies
}

/// More of them would only hide what else is wrong.
const MOST_BAD_LINES: usize = 10;

/// The lines of a file that are more than a comment, with their numbers. A `#` begins one at the start of a line or
/// after a space, so that a password may hold one.
fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter_map(|(number, line)| {
        let line = line.trim_start();
        let mut ends = line.match_indices('#').map(|(at, _)| at);
        let is_comment = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
        let entry = line[..ends.find(is_comment).unwrap_or(line.len())].trim_end();
        (!entry.is_empty()).then_some((number, entry))
    })
}

/// A proxy as a line of a file has it. Everything behind the third colon is the password, whatever it holds.
fn from_line(line: &str, kind: ProxyKind) -> Result<Proxy, &'static str> {
    const LINE: &str =
        "is not `HOST:PORT`, `HOST:PORT:USER:PASSWORD` or an address like `socks5h://HOST:PORT`";
    // No host has a slash, so this is no line with a password that looks like an address.
    if line.split_once("://").is_some_and(|(scheme, _)| !scheme.contains([':', '/'])) {
        return from_address(line);
    }
    // An IPv6 address stands in brackets, since it has colons of its own.
    let (host, rest) = match line.strip_prefix('[').and_then(|rest| rest.split_once("]:")) {
        Some((host, rest)) => (format!("[{host}]"), rest),
        None => line.split_once(':').map(|(host, rest)| (host.to_owned(), rest)).ok_or(LINE)?,
    };
    let mut parts = rest.splitn(3, ':');
    let port = parts.next().and_then(|port| port.parse().ok()).filter(|port| *port > 0).ok_or(LINE)?;
    let credentials = match (parts.next(), parts.next()) {
        (None, _) => None,
        (Some(user), Some(password)) if !user.is_empty() => Some((user.to_owned(), password.to_owned())),
        _ => return Err(LINE),
    };
    checked(kind, &host, port, credentials).map_err(|why| why.unwrap_or(LINE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(proxy: &Proxy) -> (ProxyKind, String, Option<(&str, &str)>) {
        let credentials =
            proxy.credentials.as_ref().map(|(user, password)| (user.as_str(), password.as_str()));
        (proxy.kind, proxy.to_string(), credentials)
    }

    #[test]
    fn addresses_are_read_with_their_credentials_decoded() {
        use ProxyKind::{Http, Https, Socks5, Socks5h};
        for (text, kind, place, credentials) in [
            ("http://10.0.0.1:8080", Http, "10.0.0.1:8080", None),
            ("https://proxy.example", Https, "proxy.example:443", None),
            ("socks5://h:1080", Socks5, "h:1080", None),
            ("SOCKS5H://u%40x:p%3A%2F%40%20w@h", Socks5h, "h:1080", Some(("u@x", "p:/@ w"))),
            ("http://[::1]:3128", Http, "[::1]:3128", None),
        ] {
            let proxy = from_address(text).unwrap();
            assert_eq!(shown(&proxy), (kind, place.to_owned(), credentials), "{text}");
        }
        for wrong in ["10.0.0.1:8080", "ftp://h:21", "http://", "socks4://h:1", ""] {
            assert!(from_address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lines_of_the_file_are_read_and_addresses_bring_their_own_kind() {
        use ProxyKind::{Http, Https, Socks5, Socks5h};
        for (line, kind, place, credentials) in [
            ("10.0.0.1:8080", Socks5, "10.0.0.1:8080", None),
            (
                "proxy.example:3128:ada:pa:ss@w/ rd",
                Socks5,
                "proxy.example:3128",
                Some(("ada", "pa:ss@w/ rd")),
            ),
            ("h:1:ada:http://x", Socks5, "h:1", Some(("ada", "http://x"))),
            ("[::1]:1080:u:p", Socks5, "[::1]:1080", Some(("u", "p"))),
            ("http://10.0.0.1:8080", Http, "10.0.0.1:8080", None),
            ("https://u:p%23@h", Https, "h:443", Some(("u", "p#"))),
            ("SOCKS5H://u:p@[::1]:9", Socks5h, "[::1]:9", Some(("u", "p"))),
            ("socks5://h", Socks5, "h:1080", None),
        ] {
            let proxy = from_line(line, Socks5).unwrap_or_else(|why| panic!("{line} {why}"));
            assert_eq!(shown(&proxy), (kind, place.to_owned(), credentials), "{line}");
        }
        let nobody = format!("h:1:{}:p", "u".repeat(256));
        for line in
            ["nonsense", "h:0", "h:65536", "h:1:user", "h:1:user:", "ftp://h:1", "http://", nobody.as_str()]
        {
            assert!(from_line(line, Socks5).is_err(), "{line}");
        }
        assert!(from_line("h:1:user:", Http).is_ok(), "HTTP can send an empty password");
    }

    #[test]
    fn a_client_can_be_made_of_every_proxy_that_is_taken() {
        for host in ["h", "H_1.example", "münchen.example", "10.0.0.1", "[::1]", "xn--mnchen-3ya.example"] {
            for proxy in [
                from_line(&format!("{host}:1:ü@/:p#"), ProxyKind::Http),
                from_line(&format!("{host}:1"), ProxyKind::Socks5),
                from_address(&format!("https://u:p@{host}")),
                from_address(&format!("socks5h://{host}:1")),
            ] {
                let options = crate::clients::http::Options {
                    name: "letterboxd",
                    timeout: std::time::Duration::from_secs(1),
                    user_agent: String::new(),
                    accept: "text/html",
                    max_idle: 1,
                    ca_file: None,
                    proxy: Some(proxy.unwrap()),
                    secrets: Vec::new(),
                    has_last_words: false,
                };
                assert!(crate::clients::http::Http::new(&options).is_ok(), "{options:?}");
            }
        }
        for host in ["a b", "h>", "", "\u{feff}"] {
            assert!(from_line(&format!("{host}:1"), ProxyKind::Http).is_err(), "{host}");
        }
    }

    #[test]
    fn a_comment_begins_with_a_line_or_after_a_space() {
        let text = "# mine\n  # indented\n\n \t\nh:1 # home\r\nh:2\t#\nh:3:u:p#ss\nh:4:u:p#s # x # y\nhttp://h:5  # z\n#";
        let lines: Vec<_> = entries(text).collect();
        assert_eq!(lines, [(5, "h:1"), (6, "h:2"), (7, "h:3:u:p#ss"), (8, "h:4:u:p#s"), (9, "http://h:5")]);
    }

    #[test]
    fn nothing_shows_the_credentials() {
        let proxy = from_address("http://ada:s3cr3t@h:1").unwrap();
        assert_eq!(format!("{proxy} {proxy:?}"), "h:1 Http proxy h:1");
    }
}
