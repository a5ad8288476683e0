//! Keeps what was received, for a bug report: without cookies, and without the addresses that would say where it was
//! fetched from.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::domain::text::one_line;

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
    let file = folder.join(format!("{}.html", file_name(path)));
    let written =
        fs::create_dir_all(folder).and_then(|()| fs::write(&file, text(path, status, headers, html)));
    match written {
        Ok(()) => log::info!("saved `{}`", crate::domain::text::path(&file)),
        Err(error) => log::warn!("cannot save `{}`: {error}", crate::domain::text::path(&file)),
    }
}

/// Letters and digits of the path, in a length that every file system takes.
fn file_name(path: &str) -> String {
    let is_kept = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let kept = path.trim_matches('/').chars().map(|letter| if is_kept(letter) { letter } else { '-' });
    kept.take(200).collect()
}

/// The page with its status and headers in front, as a comment.
fn text(path: &str, status: u16, headers: &[(String, String)], html: &str) -> String {
    // Nothing in a comment may end it.
    let in_comment = |text: &str| one_line(text).replace('>', "&gt;");
    let path = in_comment(path);
    let mut text = format!("<!-- lbjf {}: /{path} -> HTTP {status}\n", env!("CARGO_PKG_VERSION"));
    for (name, value) in headers {
        if !PRIVATE_HEADERS.contains(&name.as_str()) {
            let _ = writeln!(text, "{}: {}", in_comment(name), in_comment(value));
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
    fn a_header_or_a_path_cannot_end_the_comment_or_its_line_and_names_of_files_are_plain() {
        for value in ["-->", "--->", "---->", "--!>", "a\u{1b}[2J\u{202e}b", "x\r\n-->"] {
            let headers = [("server".to_owned(), value.to_owned())];
            let saved = text(&format!("film/{value}/"), 200, &headers, "<p>");
            let (comment, rest) = saved.split_once("\n-->\n").unwrap();
            assert_eq!(rest, "<p>", "{value:?}");
            assert!(!comment["<!--".len()..].replace(" -> HTTP", "").contains('>'), "{comment}");
            assert_eq!(comment.lines().count(), 2, "{comment}");
            assert!(comment.lines().all(crate::domain::text::is_clean), "{comment:?}");
        }
        for (path, name) in [
            ("ada/watchlist/page/2/", "ada-watchlist-page-2"),
            ("ada_l/watchlist/", "ada_l-watchlist"),
            ("film/../../etc\u{1b}/", "film-------etc-"),
        ] {
            assert_eq!(file_name(path), name);
        }
        assert_eq!(file_name(&"x".repeat(500)).len(), 200);
    }

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
