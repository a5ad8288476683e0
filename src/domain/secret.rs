//! Values that must never be seen in a log, an error or a backtrace.

use std::fmt;
use std::iter;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use url::Url;

/// An API key, and where it was found. Its `Debug` shows nothing and it has no `Display`, so it can only leave through
/// [`ApiKey::reveal`].
#[derive(Clone)]
pub struct ApiKey {
    text: String,
    origin: KeyOrigin,
}

/// Where a key was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeyOrigin {
    /// `api_key`
    #[default]
    Config,
    /// The file that `api_key_file` names.
    File(PathBuf),
    /// As before, in the folder that systemd's `LoadCredential` fills.
    Credential(PathBuf),
    /// This variable of the environment.
    Environment(String),
}

impl ApiKey {
    /// Wraps a key; spaces and newlines around it are dropped, since keys come out of files.
    pub fn new(text: &str) -> Self {
        Self { text: text.trim().to_owned(), origin: KeyOrigin::default() }
    }

    /// The same key, found there.
    pub fn found_in(self, origin: KeyOrigin) -> Self {
        Self { origin, ..self }
    }

    /// Where it was found.
    pub fn origin(&self) -> &KeyOrigin {
        &self.origin
    }

    /// The key itself, for a request header and nothing else.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// A text without the key: also where it stands in capitals, or encoded for an address, for JSON or for HTML.
    pub fn mask_in(&self, text: String) -> String {
        let mut found = (0..text.len())
            .filter(|at| text.is_char_boundary(*at))
            .filter_map(|at| Some((at, self.end_at_the_beginning_of(&text[at..])?)));
        let Some(mut next) = found.next() else { return text };
        let mut masked = String::with_capacity(text.len());
        let mut from = 0;
        loop {
            let (at, length) = next;
            masked.push_str(&text[from..at]);
            masked.push_str("(redacted)");
            from = at + length;
            match found.find(|(at, _)| *at >= from) {
                Some(other) => next = other,
                None => break,
            }
        }
        masked.push_str(&text[from..]);
        masked
    }

    /// Where the key ends that a text begins with.
    fn end_at_the_beginning_of(&self, text: &str) -> Option<usize> {
        let mut rest = text;
        for wanted in self.text.chars() {
            let (_, behind) = letters(rest).find(|(letter, _)| letter.eq_ignore_ascii_case(&wanted))?;
            rest = behind;
        }
        (rest.len() < text.len()).then_some(text.len() - rest.len())
    }
}

/// What the beginning of a text may stand for, and what comes behind it: a letter in disguise, or as it is.
fn letters(text: &str) -> impl Iterator<Item = (char, &str)> {
    let disguised = match text.as_bytes().first() {
        Some(b'%') => in_an_address(text),
        Some(b'\\') => in_json(text),
        Some(b'&') => in_html(text),
        _ => None,
    };
    let mut all = text.chars();
    let plain = all.next().map(|letter| (letter, all.as_str()));
    disguised.into_iter().chain(plain)
}

/// `%2F`, and `%252F` where it was encoded twice.
fn in_an_address(text: &str) -> Option<(char, &str)> {
    let rest = iter::successors(text.strip_prefix('%'), |rest| rest.strip_prefix("25")).last()?;
    number(rest, 2, 16)
}

/// `\/` and `\u002f`
fn in_json(text: &str) -> Option<(char, &str)> {
    let rest = text.strip_prefix('\\')?;
    if let Some(digits) = rest.strip_prefix('u') {
        return number(digits, 4, 16);
    }
    let mut letters = rest.chars();
    Some((letters.next()?, letters.as_str()))
}

/// `&amp;`, `&#47;` and `&#x2f;`
fn in_html(text: &str) -> Option<(char, &str)> {
    // None of the names is long, and a page may be full of `&`.
    let end = text.bytes().take("&#x10ffff;".len()).position(|byte| byte == b';')?;
    let (name, rest) = (&text[1..end], &text[end + 1..]);
    let code = match name {
        "amp" => u32::from('&'),
        "lt" => u32::from('<'),
        "gt" => u32::from('>'),
        "quot" => u32::from('"'),
        "apos" => u32::from('\''),
        _ => match name.strip_prefix("#x").or(name.strip_prefix("#X")) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => name.strip_prefix('#')?.parse().ok()?,
        },
    };
    Some((char::from_u32(code)?, rest))
}

/// The letter whose number takes so many digits.
fn number(text: &str, digits: usize, radix: u32) -> Option<(char, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    Some((char::from_u32(u32::from_str_radix(number, radix).ok()?)?, rest))
}

impl PartialEq for ApiKey {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ApiKey {}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
    }
}

/// An address that is a secret, since whoever knows it may use it. Shown as `https://host/…`; all of it can only leave
/// through [`SecretUrl::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Url);

/// Parts of addresses that are the same for everybody.
const COMMON: [&str; 5] = ["message", "notify", "services", "webhook", "webhooks"];

impl SecretUrl {
    /// Wraps an address.
    pub fn new(url: Url) -> Self {
        Self(url)
    }

    /// The address itself, for a request and nothing else.
    pub fn reveal(&self) -> &Url {
        &self.0
    }

    /// What of it may be in no output: path and query as a whole, and each part that is not short or everybody's; as it
    /// stands in the address, and decoded.
    pub fn secrets(&self) -> Vec<ApiKey> {
        let path = self.0.path().trim_matches('/');
        let query = self.0.query();
        let parts = path.split('/').chain(query.into_iter().flat_map(|query| query.split(['&', '='])));
        let parts = parts.filter(|part| part.len() >= 6 && !COMMON.contains(part));
        let whole = Some(path).into_iter().chain(query).filter(|part| part.len() >= 4);
        let mut secrets = Vec::new();
        for part in whole.chain(parts) {
            let decoded = percent_decode_str(part).decode_utf8_lossy();
            secrets.extend((decoded != part).then(|| ApiKey::new(&decoded)));
            secrets.push(ApiKey::new(part));
        }
        secrets
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = if self.0.path() == "/" && self.0.query().is_none() { "" } else { "/…" };
        write!(f, "{}{rest}", self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_key() {
        assert_eq!(format!("{:?}", ApiKey::new("s3cr3t\n")), "(redacted)");
        assert_eq!(ApiKey::new("s3cr3t\n").reveal(), "s3cr3t");
    }

    #[test]
    fn a_secret_address_shows_its_host_and_hides_each_part_that_tells_more() {
        let url = |text: &str| SecretUrl::new(text.parse().unwrap());
        let discord = url("https://discord.com/api/webhooks/123456789/t0ken-x?thread_id=42424242");
        assert_eq!(format!("{discord} {discord:?}"), "https://discord.com/… https://discord.com/…");
        assert_eq!(url("http://ntfy:8080/").to_string(), "http://ntfy:8080");
        for (said, shown) in [
            ("no route /api/webhooks/123456789/t0ken-x", "no route /(redacted)"),
            ("webhook 123456789 is unknown", "webhook (redacted) is unknown"),
            ("T0KEN-X or t0ken%2Dx in 42424242", "(redacted) or (redacted) in (redacted)"),
        ] {
            let masked = discord.secrets().iter().fold(said.to_owned(), |text, secret| secret.mask_in(text));
            assert_eq!(masked, shown);
        }
        assert_eq!(url("https://ntfy.sh").secrets(), []);
    }

    #[test]
    fn a_key_is_masked_in_whatever_form_it_comes_back() {
        let key = ApiKey::new("k3y-/&Ab");
        for form in [
            "k3y-/&Ab",
            "K3Y-/&AB",
            "k3y-%2F%26Ab",
            "k3y%2d%2f%26%41b",
            "k3y-%252F%2526Ab",
            "k3y-\\/&Ab",
            "k3y-\\u002f\\u0026Ab",
            "k3y-/&amp;Ab",
            "k3y-&#47;&#x26;Ab",
        ] {
            for (before, behind) in
                [("", ""), ("/login/", ""), ("", "/next"), ("ä%", "%zz\\"), ("k3y-", "k3y")]
            {
                let masked = key.mask_in(format!("{before}{form}{behind}"));
                assert_eq!(masked, format!("{before}(redacted){behind}"), "{form}");
            }
            assert_eq!(key.mask_in(format!("{form}{form} {form}")), "(redacted)(redacted) (redacted)");
        }
        for other in ["", "k3y-", "k3y", "%", "%2", "\\u00", "&#;", "&#1114112;", "\u{202e}é&"] {
            assert_eq!(key.mask_in(other.to_owned()), other);
        }
        assert_eq!(ApiKey::new("").mask_in("any text".to_owned()), "any text");
    }
}
