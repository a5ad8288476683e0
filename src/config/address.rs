//! Addresses of servers, and what a message may show of one that is wrong.

use url::Url;

use super::table::{Given, Table};

/// What people paste behind the address of each server.
pub(super) const SERVER_TAILS: &[&str] = &["/api/v3", "/api", "/web/index.html", "/web"];

/// The address of a server.
pub(super) fn server_url(table: &mut Table<'_, '_>) -> Option<Url> {
    let given = table.required("url")?;
    base_url(table, &given, SERVER_TAILS)
}

/// A base address: http or https, a host, a base path; no query, no credentials.
pub(super) fn base_url(table: &Table<'_, '_>, given: &Given<String>, tails: &[&str]) -> Option<Url> {
    let url = Url::parse(given.value.trim()).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(mut url) = url else {
        let shown = shown_address(given.value.trim());
        table.problem(given, format!("must begin with `http://` or `https://` and a host, found `{shown}`"));
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        table.problem(given, "must not contain a user name or password");
        return None;
    }
    let path = url.path().trim_end_matches('/');
    let path =
        tails.iter().fold(path, |path, tail| path.strip_suffix(tail).unwrap_or(path).trim_end_matches('/'));
    let path = path.to_owned();
    url.set_path(&path);
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

/// A wrong address as far as it is no secret, which is its beginning. A key may stand in a path or a query, a password
/// before an `@`, and where a port should when the `@` was forgotten; the password may hold any of these signs.
pub(super) fn shown_address(text: &str) -> String {
    let (scheme, rest) = text.split_at(text.find("://").map_or(0, |at| at + 3));
    let (host, tail) = rest.split_at(rest.find(['/', '?', '#', '\n']).unwrap_or(rest.len()));
    let (front, shown) = match host.rsplit_once('@') {
        _ if looks_like_key(host) => ("", ""),
        Some(_) if tail.contains('@') => ("", ""),
        Some((_, host)) => ("…@", host),
        None => ("", host),
    };
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && !tail.contains('@');
    let shown = match shown.find(':') {
        Some(colon) if !is_port(&shown[colon + 1..]) => &shown[..=colon],
        _ => shown,
    };
    let is_cut = !rest.ends_with(shown) || shown.is_empty() && !rest.is_empty();
    format!("{scheme}{front}{shown}{}", if is_cut { "…" } else { "" })
}

/// Is it what both servers give for a key?
pub(super) fn looks_like_key(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
