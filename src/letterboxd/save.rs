//! Keeps what was received, for a bug report: without cookies, and without the addresses that would say where it was
//! fetched from.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex_lite::Regex;

/// Headers that identify a visitor.
const PRIVATE_HEADERS: &[&str] = &["set-cookie", "cookie", "cf-ray", "report-to", "nel", "x-forwarded-for"];

static ADDRESSES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = [
        // IPv4
        r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
        // IPv6, also shortened
        r"(?i)\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b|(?i)\b(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{1,4}\b",
        // e-mail
        r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
        // Cloudflare's mark of one request
        r#"(?i)(cf-?ray["': =]+|Ray ID: *(?:<[^>]*>)*)[0-9a-f]{16}"#,
    ];
    patterns.map(|pattern| Regex::new(pattern).expect("the patterns are tested")).into()
});

/// Writes one answer into `folder` as `ada-watchlist-page-2.html`; a failure is told and ends nothing.
pub fn page(folder: &Path, path: &str, status: u16, headers: &[(String, String)], html: &str) {
    let name =
        path.trim_matches('/').replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-', "-");
    let file = folder.join(format!("{name}.html"));
    let written =
        fs::create_dir_all(folder).and_then(|()| fs::write(&file, text(path, status, headers, html)));
    match written {
        Ok(()) => log::info!("saved `{}`", crate::text::path(&file)),
        Err(error) => log::warn!("cannot save `{}`: {error}", crate::text::path(&file)),
    }
}

/// The page with its status and headers in front, as a comment.
fn text(path: &str, status: u16, headers: &[(String, String)], html: &str) -> String {
    let mut text = format!("<!-- lbjf {}: /{path} -> HTTP {status}\n", env!("CARGO_PKG_VERSION"));
    for (name, value) in headers {
        if !PRIVATE_HEADERS.contains(&name.as_str()) {
            let _ = writeln!(text, "{name}: {}", value.replace("--", "- -"));
        }
    }
    text.push_str("-->\n");
    text.push_str(html);
    ADDRESSES.iter().fold(text, |text, pattern| pattern.replace_all(&text, "(removed)").into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_pages_hold_no_cookie_and_no_address() {
        let headers = [("set-cookie", "id=s3cr3t"), ("cf-ray", "8d1"), ("content-type", "text/html")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let html = "<p>Your IP: 203.0.113.7 or 2001:db8:85a3::8a2e:370:7334, ada@example.org, \
            Ray ID: <code>8d1f0c2b3a495867</code> at 12:30:45, version 1.2.3</p>";
        let saved = text("ada/watchlist/", 403, &headers, html);
        for secret in ["s3cr3t", "203.0.113.7", "2001:db8", "7334", "ada@", "8d1f0c2b3a495867"] {
            assert!(!saved.contains(secret), "{secret} in {saved}");
        }
        assert!(saved.starts_with("<!-- lbjf "), "{saved}");
        for kept in ["/ada/watchlist/ -> HTTP 403", "content-type: text/html", "12:30:45", "1.2.3"] {
            assert!(saved.contains(kept), "{kept} in {saved}");
        }
    }
}
