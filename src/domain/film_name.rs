//! What a film is called outside of a poster: in an export, in a list's CSV, or by a person. Pure.

use super::ids::{Lid, Slug, Uid};

/// A film by one of its names at Letterboxd (docs/letterboxd.md#film-names).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FilmName {
    /// `boxd.it/IWJq`; case matters.
    Lid(Lid),
    /// `film:1071220`, also where an old export has it in a slug's place.
    Uid(Uid),
    /// `heat-1995`
    Slug(Slug),
}

impl FilmName {
    /// Reads the address of a film, as exports have it: `https://boxd.it/IWJq`, or the film's page. `None` for anything
    /// else; above all, a viewing (`/ada/film/heat-1995/`) is no film.
    pub fn from_address(text: &str) -> Option<Self> {
        let text = text.trim();
        let address = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
        let address = address.strip_prefix("www.").unwrap_or(address);
        let address = address.split(['?', '#']).next().unwrap_or_default();
        let (host, path) = address.split_once('/')?;
        let path = path.trim_end_matches('/');
        match host.to_ascii_lowercase().as_str() {
            "boxd.it" => Lid::parse(path).map(Self::Lid),
            "letterboxd.com" => {
                let slug = path.strip_prefix("film/").filter(|slug| !slug.contains('/'))?;
                // An old export has the uid in the slug's place.
                if slug.starts_with("film:") {
                    Uid::parse(slug).map(Self::Uid)
                } else {
                    Slug::parse(slug).map(Self::Slug)
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lid(text: &str) -> Option<FilmName> {
        Lid::parse(text).map(FilmName::Lid)
    }

    #[test]
    fn addresses_of_films_are_read_and_no_others() {
        let slug = |text: &str| Slug::parse(text).map(FilmName::Slug);
        for (address, expected) in [
            ("https://boxd.it/IWJq", lid("IWJq")),
            (" http://boxd.it/1jzg/ ", lid("1jzg")),
            ("boxd.it/10twy", lid("10twy")),
            ("https://letterboxd.com/film/heat-1995/", slug("heat-1995")),
            ("https://www.letterboxd.com/film/Heat-1995", slug("heat-1995")),
            ("https://letterboxd.com/film/film:19619/", Uid::parse("film:19619").map(FilmName::Uid)),
            ("https://letterboxd.com/ada/film/heat-1995/", None),
            ("https://letterboxd.com/ada/list/best/", None),
            ("https://letterboxd.com/film/", None),
            ("https://letterboxd.com/film/heat-1995/reviews/", None),
            ("https://boxd.it/", None),
            ("https://boxd.it/a$b", None),
            ("https://boxd.it/../x", None),
            ("https://example.org/film/heat-1995/", None),
            ("heat-1995", None),
            ("", None),
        ] {
            assert_eq!(FilmName::from_address(address), expected, "{address}");
        }
    }

    #[test]
    fn ids_that_differ_in_case_only_are_two_films() {
        assert_ne!(
            FilmName::from_address("https://boxd.it/1JzG"),
            FilmName::from_address("https://boxd.it/1jzg")
        );
    }
}
