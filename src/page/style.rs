//! The page's looks. They are the only style that its policy lets in, by their hash.

/// What stands between the tags.
pub(super) const STYLE: &str = include_str!("style.css");

/// Of [`STYLE`], as the policy names it; a test says what it has to be.
pub(super) const HASH: &str = "sha256-sv7bdfs5WfdQCmsro6R+7nuctYFZovXXBK8vKUHFuvc=";

#[cfg(test)]
mod tests {
    use super::*;

    /// As the policy writes a hash.
    fn base64(bytes: &[u8]) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for chunk in bytes.chunks(3) {
            let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
                << (8 * (3 - chunk.len()));
            for place in 0..4 {
                let digit = DIGITS[(number >> (18 - 6 * place) & 63) as usize];
                text.push(if place > chunk.len() { '=' } else { char::from(digit) });
            }
        }
        text
    }

    #[test]
    fn the_hash_is_that_of_the_style() {
        let suite = rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
        let hash = suite.tls13().unwrap().common.hash_provider.hash(STYLE.as_bytes());
        assert_eq!(HASH, format!("sha256-{}", base64(hash.as_ref())));
        assert!(
            !STYLE.contains('<') && !STYLE.contains("url("),
            "it would end its element, or load something"
        );
    }
}
