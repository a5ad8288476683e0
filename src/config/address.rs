//! Addresses of servers, and what a message may show of one that is wrong.

use url::Url;

use super::table::{Given, Table};

/// What people paste behind the address of each server.
pub(super) fn server_url(table: &mut Table<'_, '_>) -> Option<Url> {
    let given = table.required("url")?;
    base_url(table, &given, &["/api/v3", "/api", "/web/index.html", "/web"])
}

/// A base address: http or https, a host, a base path; no query, no credentials.
pub(super) fn base_url(table: &Table<'_, '_>, given: &Given<String>, tails: &[&str]) -> Option<Url> {
    let text = given.value.trim();
    let text = text.split(['#', '?']).next().unwrap_or_default().trim_end_matches('/');
    let text =
        tails.iter().fold(text, |text, tail| text.strip_suffix(tail).unwrap_or(text).trim_end_matches('/'));
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        let shown = shown_address(&given.value);
        table.problem(given, format!("must begin with `http://` or `https://` and a host, found `{shown}`"));
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        table.problem(given, "must not hold a user name or password");
        return None;
    }
    Some(url)
}

/// A wrong address as far as it is no secret: what stands before an `@` may be a password, and so may what stands
/// where a port should, when the `@` was forgotten.
fn shown_address(text: &str) -> String {
    let text = text.rsplit('@').next().unwrap_or_default();
    let start = text.find("://").map_or(0, |at| at + 3);
    let port = text[start..].find(':').map(|at| start + at + 1);
    match port {
        Some(port) if !text[port..].starts_with(|letter: char| letter.is_ascii_digit()) => {
            format!("{}…", &text[..port])
        }
        _ => text.lines().next().unwrap_or_default().to_owned(),
    }
}
