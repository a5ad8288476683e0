//! What a film is called in addresses, in exports, and by people. Pure.

use std::fmt;

use super::ids::{Lid, Slug, Uid};

/// A film by one of its names at Letterboxd (docs/letterboxd.md#film-names); in the order in which they are of use to a
/// person, the best one last.
///
/// It is shown as `[films]` takes it: `boxd.it/IWJq`, `film:1071220`, `heat-1995`.
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
    /// Reads what [`FilmName`] shows, or an address of a film's page; a member's name may stand in front of `/film/`,
    /// since people paste what they see.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_address(text).or_else(|| Slug::parse(text).map(Self::of_slug))
    }

    /// A slug, or the uid that stands in its place.
    pub fn of_slug(slug: Slug) -> Self {
        let number = slug.as_str().strip_prefix("film:").filter(|number| !number.is_empty());
        match number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
            Some(_) => Uid::parse(slug.as_str()).map_or(Self::Slug(slug), Self::Uid),
            None => Self::Slug(slug),
        }
    }

    /// Is it of less use than another one?
    pub fn is_worse_than(&self, other: &Self) -> bool {
        self.rank() < other.rank()
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Lid(_) => 0,
            Self::Uid(_) => 1,
            Self::Slug(_) => 2,
        }
    }

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
                Slug::parse(slug).map(Self::of_slug)
            }
            _ => None,
        }
    }
}

impl fmt::Display for FilmName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lid(lid) => write!(f, "boxd.it/{lid}"),
            Self::Uid(uid) => uid.fmt(f),
            Self::Slug(slug) => slug.fmt(f),
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
    fn a_name_is_read_as_it_is_shown_and_in_the_forms_that_people_paste() {
        for (text, shown) in [
            ("heat-1995", "heat-1995"),
            ("Heat-1995", "heat-1995"),
            ("film:1071220", "film:1071220"),
            ("/film/film:1071220/", "film:1071220"),
            ("boxd.it/IWJq", "boxd.it/IWJq"),
            ("https://boxd.it/IWJq", "boxd.it/IWJq"),
            ("https://letterboxd.com/film/heat-1995/", "heat-1995"),
            ("https://letterboxd.com/ada/film/heat-1995/", "heat-1995"),
            ("film:x", "film:x"),
        ] {
            let name = FilmName::parse(text).expect(text);
            assert_eq!(name.to_string(), shown);
            assert_eq!(FilmName::parse(shown), Some(name), "{shown}");
        }
        assert!(matches!(FilmName::parse("film:1071220"), Some(FilmName::Uid(_))));
        for text in
            ["", "boxd.it/", "boxd.it/a$b", "https://boxd.it/a/b", "a b", "https://letterboxd.com/ada/"]
        {
            assert_eq!(FilmName::parse(text), None, "{text}");
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
