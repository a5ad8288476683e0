//! What an answer tells of whoever sent it: is it the server, or something in front of it that wants a login?
//!
//! Both servers' own 401 and 403 have no body and no `WWW-Authenticate` (docs/radarr.md#keys, docs/jellyfin.md#keys).

use url::Url;

use crate::clients::http::{Answer, Http};
use crate::domain::text;

/// The head of an answer, as far as it gives its sender away; the key is taken out of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Signs {
    /// `nginx`, `Cloudflare`; never what both servers say themselves.
    pub(super) product: Option<String>,
    /// Where it sends the caller, complete.
    pub(super) location: Option<String>,
    /// The version of a program of Radarr's family.
    pub(super) app_version: Option<String>,
    pub(super) is_html: bool,
    pub(super) is_json: bool,
    /// The name of what a login is wanted for, which may be empty.
    realm: Option<String>,
    /// It challenges, or keeps a session, as no API does.
    wants_a_session: bool,
}

/// The longest name of a product, realm or page that is shown.
const LONGEST_NAME: usize = 60;

impl Signs {
    pub(super) fn of(answer: &Answer, http: &Http) -> Self {
        let mut signs = Self::default();
        for (name, value) in answer.headers() {
            let value = http.redact(value);
            match name.as_str() {
                "server" => signs.product = signs.product.or(product(&value)),
                "cf-mitigated" => {
                    signs.product = Some("Cloudflare".to_owned());
                    signs.wants_a_session = true;
                }
                "set-cookie" => signs.wants_a_session |= is_session_of_a_login(&value),
                "www-authenticate" => signs.realm = signs.realm.or(Some(realm(&value))),
                "location" => signs.location = Some(value),
                "x-application-version" => {
                    signs.app_version = Some(text::excerpt(value.trim(), LONGEST_NAME));
                }
                "content-type" => {
                    signs.is_html = value.contains("html");
                    signs.is_json = value.contains("json");
                }
                _ => {}
            }
        }
        signs
    }

    /// Does this 401 or 403 come from something in front of the server?
    pub(super) fn want_a_login(&self, body: &str) -> bool {
        // Jellyfin's own text, for a request that its rules forbid.
        let is_own = body.is_empty() || body.trim() == "Error processing request.";
        self.realm.is_some() || self.wants_a_session || self.location.is_some() || !is_own
    }

    /// Who it is, in brackets: `(nginx, "Members only")`; empty when nothing tells.
    pub(super) fn sender(&self, body: &str) -> String {
        let realm = self.realm.clone().filter(|realm| !realm.is_empty());
        let words = realm.or_else(|| title(body)).map(|words| format!("\"{words}\""));
        let known: Vec<String> = self.product.clone().into_iter().chain(words).collect();
        if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) }
    }
}

/// The first word of a `Server` header, without its version. Both servers are Kestrel to the outside.
fn product(value: &str) -> Option<String> {
    let line = text::one_line(value);
    let name = line.split(['/', ' ']).find(|word| !word.is_empty())?;
    (!name.eq_ignore_ascii_case("kestrel")).then(|| text::excerpt(name, LONGEST_NAME))
}

/// `Members only` of `Basic realm="Members only", charset="UTF-8"`.
fn realm(challenge: &str) -> String {
    let lower = challenge.to_ascii_lowercase();
    let Some(at) = lower.find("realm=") else { return String::new() };
    let value = &challenge[at + "realm=".len()..];
    let mut realm = String::new();
    match value.strip_prefix('"') {
        Some(quoted) => {
            let mut letters = quoted.chars();
            while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                realm.extend(if letter == '\\' { letters.next() } else { Some(letter) });
            }
        }
        None => realm.extend(value.chars().take_while(|letter| !matches!(letter, ',' | ' '))),
    }
    shown(&realm)
}

/// A name on one line, its blanks no more than one each.
fn shown(name: &str) -> String {
    let words: Vec<_> = text::one_line(name).split_whitespace().map(str::to_owned).collect();
    text::excerpt(&words.join(" "), LONGEST_NAME).trim_end().to_owned()
}

/// The title of a page.
pub(super) fn title(page: &str) -> Option<String> {
    // A title stands near the beginning, and its tag is plain ASCII.
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let marks =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    let title = marks.iter().fold(page[start..end].to_owned(), |title, (mark, is)| title.replace(mark, is));
    Some(shown(&title)).filter(|title| !title.is_empty())
}

/// Is it a cookie of a program that signs people in? Proxies set others, also beside the server's own answers.
fn is_session_of_a_login(cookie: &str) -> bool {
    let name = cookie.split('=').next().unwrap_or_default().to_ascii_lowercase();
    ["authelia", "authentik", "oauth2", "cf_a"].iter().any(|known| name.contains(known))
}

/// Does a title say who sent the page, more than what went wrong?
pub(super) fn is_telling(title: &str) -> bool {
    let lower = title.to_lowercase();
    let is_status = lower.trim_start_matches("http ").starts_with(|letter: char| letter.is_ascii_digit())
        && lower.chars().take_while(char::is_ascii_digit).count() <= 3;
    !is_status && !["error", "not found"].iter().any(|word| lower.starts_with(word))
}

/// Is this page there to sign in, or to prove to be human?
pub(super) fn is_login_page(page: &str) -> bool {
    let lower = page.to_ascii_lowercase();
    let has_field =
        ["type=\"password\"", "type='password'", "type=password"].iter().any(|field| lower.contains(field));
    has_field || title(page).is_some_and(|title| names_a_login(&title))
}

/// Words that stand in the titles of login pages, and in their addresses.
fn names_a_login(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "login",
        "log in",
        "logon",
        "log on",
        "signin",
        "sign in",
        "sign_in",
        "just a moment",
        "authelia",
        "authentik",
        "oauth2",
    ];
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// Where a redirect leads, seen from `asked`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leads {
    /// To the same server, as far as one can tell: another scheme, a base path, or the same call elsewhere.
    On,
    /// To a login on the same host.
    ToALogin,
    /// To another host, and there not to the same call.
    Away,
}

/// `path` is that of the call below the base address.
pub(super) fn leads(location: &str, asked: &Url, path: &str) -> Leads {
    let Ok(target) = asked.join(location) else { return Leads::On };
    let host = |url: &Url| url.host_str().map(|host| host.trim_end_matches('.').to_owned());
    if target.path().ends_with(&format!("/{path}")) {
        Leads::On
    } else if host(&target) != host(asked) {
        Leads::Away
    } else if names_a_login(target.path()) || target.path().contains("/cdn-cgi/access/") {
        Leads::ToALogin
    } else {
        Leads::On
    }
}

/// An address as a message may show it: without a query, which may hold a key, and without a password.
pub(super) fn shown_location(location: &str) -> String {
    let mut shown = location.split(['?', '#']).next().unwrap_or_default().to_owned();
    if let Some(start) = shown.find("//").map(|at| at + 2) {
        let end = shown[start..].find('/').map_or(shown.len(), |at| start + at);
        if let Some(at) = shown[start..end].rfind('@') {
            shown.replace_range(start..=start + at, "");
        }
    }
    text::excerpt(&shown, 300)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realm_is_read_in_every_form_and_cleaned() {
        for (challenge, expected) in [
            ("Basic realm=\"Members only\"", "Members only"),
            ("Basic realm=\"Members only\", charset=\"UTF-8\"", "Members only"),
            ("Digest nonce=\"x\", Realm=\"a, \\\"b\\\"\"", "a, \"b\""),
            ("basic REALM=traefik, charset=UTF-8", "traefik"),
            ("Basic realm=\"two\u{202e}\t lines\u{9b}31m\"", "two lines 31m"),
            ("Basic realm=\"no end", "no end"),
            ("Bearer", ""),
            ("", ""),
        ] {
            assert_eq!(realm(challenge), expected, "{challenge}");
        }
        assert_eq!(realm(&format!("Basic realm={}", "x".repeat(1000))).len(), LONGEST_NAME);
    }

    #[test]
    fn a_product_is_named_without_its_version_unless_it_is_the_servers_own() {
        for (value, expected) in [
            ("nginx/1.24.0", Some("nginx")),
            ("Apache/2.4.57 (Debian)", Some("Apache")),
            ("Caddy", Some("Caddy")),
            ("cloudflare", Some("cloudflare")),
            ("Kestrel", None),
            ("", None),
            ("\u{9b}31m\u{202e}evil", Some("31mevil")),
        ] {
            assert_eq!(product(value).as_deref(), expected, "{value:?}");
        }
    }

    #[test]
    fn a_title_is_one_short_line() {
        for (page, expected) in [
            ("<html><head><TITLE lang=en>Fritz!Box\n  7590</TITLE>", Some("Fritz!Box 7590")),
            ("<title>Tom &amp; Jerry&#39;s</title>", Some("Tom & Jerry's")),
            ("<title> </title>", None),
            ("<title>never ends", None),
            ("<h1>none</h1>", None),
            ("", None),
        ] {
            assert_eq!(title(page).as_deref(), expected, "{page}");
        }
        for (title, expected) in [
            ("FRITZ!Box 7590", true),
            ("Sonarr", true),
            ("404", false),
            ("404 Not Found", false),
            ("HTTP 404", false),
            ("Error 404", false),
            ("Not Found", false),
            ("1984 and other films", true),
        ] {
            assert_eq!(is_telling(title), expected, "{title}");
        }
    }

    #[test]
    fn login_pages_are_told_from_others() {
        for (page, expected) in [
            ("<title>Login - Authelia</title>", true),
            ("<title>authentik</title>", true),
            ("<title>Just a moment...</title>", true),
            ("<title>Home</title><input name=p type=\"password\">", true),
            ("<title>Radarr</title>", false),
            ("<title>Catalogue</title>", false),
            ("", false),
        ] {
            assert_eq!(is_login_page(page), expected, "{page}");
        }
    }

    #[test]
    fn a_redirect_to_another_host_is_a_login_unless_it_is_the_same_call() {
        let asked = Url::parse("http://Radarr:7878/base/api/v3/system/status?x=1").unwrap();
        for (location, expected) in [
            ("/radarr/api/v3/system/status", Leads::On),
            ("https://radarr/base/api/v3/system/status?x=1", Leads::On),
            ("https://media.example/api/v3/system/status", Leads::On),
            ("https://radarr:9443/", Leads::On),
            ("nowhere", Leads::On),
            ("http://[", Leads::On),
            ("https://auth.home.example/?rd=http://radarr/api/v3/system/status", Leads::Away),
            ("//auth.home.example", Leads::Away),
            ("https://home.cloudflareaccess.com/cdn-cgi/access/login/radarr", Leads::Away),
            ("/login?returnUrl=/api", Leads::ToALogin),
            ("/oauth2/start?rd=%2F", Leads::ToALogin),
            ("/outpost.goauthentik.io/start?rd=x", Leads::ToALogin),
            ("http://radarr:9091/authelia/", Leads::ToALogin),
            ("/jellyfin/web/", Leads::On),
        ] {
            assert_eq!(leads(location, &asked, "api/v3/system/status"), expected, "{location}");
        }
    }

    #[test]
    fn an_address_is_shown_without_query_and_password() {
        for (location, expected) in [
            ("/login?apikey=1", "/login"),
            ("https://ada:hush@auth.example/a@b#c", "https://auth.example/a@b"),
            ("//ada@auth.example", "//auth.example"),
            ("/a\u{1b}[2J\u{202e}b", "/a [2Jb"),
        ] {
            assert_eq!(shown_location(location), expected, "{location:?}");
        }
    }
}
