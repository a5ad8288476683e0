//! Proxies: a list of addresses, or a file with a proxy a line. No message shows more than host and port.

use std::collections::HashSet;
use std::path::PathBuf;

use url::{Host, Url};

use super::address::shown_address;
use super::table::{Given, Table};
use crate::http::{Proxy, ProxyKind};

/// Reads `proxies`, `proxy_file` and `proxy_type`; the file wins.
pub(super) fn read(table: &mut Table<'_, '_>, path: impl Fn(&str) -> PathBuf) -> Vec<Proxy> {
    let kind = kind(table);
    let list = table.take::<Vec<String>>("proxies");
    let file = table.take::<String>("proxy_file").filter(|given| !given.value.trim().is_empty());
    let mut proxies = match (file, list) {
        (Some(file), _) => from_file(table, &file, kind, path),
        (None, Some(list)) => from_list(table, &list),
        (None, None) => Vec::new(),
    };
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
    for (number, text) in (1..).zip(&given.value) {
        match from_address(text) {
            Ok(proxy) => proxies.push(proxy),
            // The address itself may hold a password.
            Err(why) => table.problem(given, format!("entry {number} {why}")),
        }
    }
    proxies
}

const ADDRESS: &str = "is no address like `http://HOST:PORT` or `socks5h://USER:PASSWORD@HOST:PORT`";

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
    Ok(Proxy { kind, host: host.to_owned(), port: url.port().unwrap_or(default), credentials })
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
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            table.problem(given, format!("cannot read `{}`: {error}", path.display()));
            return Vec::new();
        }
    };
    let (proxies, bad_lines) = from_lines(&text, kind);
    for line in bad_lines {
        let text =
            format!("line {line} of `{}` is not `HOST:PORT` or `HOST:PORT:USER:PASSWORD`", path.display());
        table.problem(given, text);
    }
    proxies
}

/// The proxies of a file, and the numbers of the lines that are none. Everything behind the third colon is the
/// password, whatever it holds.
fn from_lines(text: &str, kind: ProxyKind) -> (Vec<Proxy>, Vec<usize>) {
    let (mut proxies, mut bad_lines) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match from_line(line, kind) {
            Some(proxy) => proxies.push(proxy),
            None => bad_lines.push(number),
        }
    }
    (proxies, bad_lines)
}

fn from_line(line: &str, kind: ProxyKind) -> Option<Proxy> {
    // An IPv6 address stands in brackets, since it has colons of its own.
    let (host, rest) = match line.strip_prefix('[').and_then(|rest| rest.split_once("]:")) {
        Some((host, rest)) => (format!("[{host}]"), rest),
        None => line.split_once(':').map(|(host, rest)| (host.to_owned(), rest))?,
    };
    Host::parse(&host).ok()?;
    let mut parts = rest.splitn(3, ':');
    let port = parts.next()?.parse().ok().filter(|port| *port > 0)?;
    let credentials = match (parts.next(), parts.next()) {
        (None, _) => None,
        (Some(user), Some(password)) if !user.is_empty() => Some((user.to_owned(), password.to_owned())),
        _ => return None,
    };
    Some(Proxy { kind, host, port, credentials })
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
    fn lines_of_the_file_are_read_and_bad_ones_named_by_number() {
        let text = "# mine\n10.0.0.1:8080\n\nproxy.example:3128:ada:pa:ss@w/ rd\n[::1]:1080:u:p\nnonsense\nh:0\nh:1:user\n";
        let (proxies, bad_lines) = from_lines(text, ProxyKind::Socks5);
        let shown: Vec<_> = proxies.iter().map(shown).collect();
        assert_eq!(
            shown,
            [
                (ProxyKind::Socks5, "10.0.0.1:8080".to_owned(), None),
                (ProxyKind::Socks5, "proxy.example:3128".to_owned(), Some(("ada", "pa:ss@w/ rd"))),
                (ProxyKind::Socks5, "[::1]:1080".to_owned(), Some(("u", "p"))),
            ]
        );
        assert_eq!(bad_lines, [6, 7, 8]);
    }

    #[test]
    fn nothing_shows_the_credentials() {
        let proxy = from_address("http://ada:s3cr3t@h:1").unwrap();
        assert_eq!(format!("{proxy} {proxy:?}"), "h:1 Http proxy h:1");
    }
}
