//! Values that must never be seen in a log, an error or a backtrace.

use std::fmt;

/// An API key. Its `Debug` shows nothing and it has no `Display`, so it can only leave through [`ApiKey::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Wraps a key; spaces and newlines around it are dropped, since keys come out of files.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The key itself, for a request header and nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
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
}
