//! Posters at TMDB, as far as their address is one.

/// Where TMDB's pictures are; the page lets a browser load from there and nowhere else.
pub const TMDB_IMAGES: &str = "https://image.tmdb.org";

/// A poster at TMDB: the name of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poster(String);

impl Poster {
    /// From an address as Radarr gives it, `https://image.tmdb.org/t/p/original/NAME.jpg`. `None` for any other: it
    /// would be a stranger's server, or text that is no address.
    pub fn parse(address: &str) -> Option<Self> {
        let path = address.strip_prefix(TMDB_IMAGES)?.strip_prefix("/t/p/")?;
        let (size, name) = path.split_once('/')?;
        let is_plain =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        let (stem, kind) = name.rsplit_once('.')?;
        let is_name = (1..=100).contains(&stem.len()) && is_plain(stem) && is_plain(kind) && is_plain(size);
        (is_name && !kind.is_empty()).then(|| Self(name.to_owned()))
    }

    /// Its address, in a size for a card.
    pub fn address(&self) -> String {
        format!("{TMDB_IMAGES}/t/p/w342/{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_picture_at_tmdb_is_a_poster() {
        let poster = Poster::parse("https://image.tmdb.org/t/p/original/aB-_9.jpg").expect("a poster");
        assert_eq!(poster.address(), "https://image.tmdb.org/t/p/w342/aB-_9.jpg");
        for other in [
            "",
            "http://image.tmdb.org/t/p/original/a.jpg",
            "https://image.tmdb.org.example/t/p/original/a.jpg",
            "https://image.tmdb.org@example.org/t/p/original/a.jpg",
            "https://image.tmdb.org/t/p/original/../a.jpg",
            "https://image.tmdb.org/t/p/original/a.jpg?x=\"><script>",
            "https://image.tmdb.org/t/p/original/a b.jpg",
            "https://image.tmdb.org/t/p/original/.jpg",
            "https://image.tmdb.org/t/p/original/a",
            "/MediaCover/1/poster.jpg",
        ] {
            assert_eq!(Poster::parse(other), None, "{other}");
        }
    }
}
