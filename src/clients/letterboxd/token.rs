//! The token of a share link is a secret that stands in addresses (docs/letterboxd.md#share-links).

use crate::domain::secret::ApiKey;

/// The token in the path of a list's page, or of a short link; `None` for most paths.
pub(super) fn token_in(path: &str) -> Option<ApiKey> {
    parts(path).map(|(_, token, _)| ApiKey::new(token))
}

/// A path for the name of a file, and for its first line.
pub(super) fn without_token(path: &str) -> String {
    parts(path).map_or_else(|| path.to_owned(), |(before, _, behind)| before + &behind)
}

/// What stands before a token, the token, and what comes behind it.
fn parts(path: &str) -> Option<(String, &str, String)> {
    // Neither a film nor a member has a `$` in its name.
    if let Some((lid, token)) = path.split_once('$').or_else(|| path.split_once("%24")) {
        return Some((lid.to_owned(), token, String::new()));
    }
    let segments: Vec<&str> = path.split('/').collect();
    let at = segments.windows(4).position(|part| part[0] == "list" && part[2] == "share")?;
    let token = segments[at + 3];
    let (before, behind) = (segments[..at + 2].join("/") + "/", segments[at + 4..].join("/"));
    (!token.is_empty()).then_some((before, token, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_where_share_links_have_it_and_nowhere_else() {
        for (path, token, without) in [
            ("/dave/list/best/share/s3cr3t/", Some("s3cr3t"), "/dave/list/best/"),
            ("dave/list/best/share/s3cr3t/page/2/", Some("s3cr3t"), "dave/list/best/page/2/"),
            ("/mirror/dave/list/best/share/s3cr3t/", Some("s3cr3t"), "/mirror/dave/list/best/"),
            ("dave/list/share/share/share/", Some("share"), "dave/list/share/"),
            ("/IWJq$s3cr3t", Some("s3cr3t"), "/IWJq"),
            ("/IWJq%24s3cr3t", Some("s3cr3t"), "/IWJq"),
            ("/dave/list/share/page/2/", None, "/dave/list/share/page/2/"),
            ("/dave/list/best/share/", None, "/dave/list/best/share/"),
            ("/film/share/", None, "/film/share/"),
            ("/IWJq", None, "/IWJq"),
        ] {
            assert_eq!(token_in(path), token.map(ApiKey::new), "{path}");
            assert_eq!(without_token(path), without, "{path}");
        }
    }
}
