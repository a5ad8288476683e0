//! The stand-in's films, and the generations of markup they are shown in.

/// How Letterboxd wrote its pages at a time (docs/letterboxd.md#posters).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Markup {
    /// `li.poster-container` with `data-film-id`; `data-film-slug` is a path. The film page says `TMDb`.
    Y2023,
    /// As before with a bare `data-film-slug` and `data-item-uid`.
    Y2024,
    /// `li.griditem` with `data-item-*`, still with `data-film-id`. The component is called
    /// `globals.comps.LazyPoster`. Whether `data-postered-identifier` was there is not known: it is left out, so
    /// that `data-film-id` is the only uid.
    August2025,
    /// As before with `data-postered-identifier`, JSON with bare quotes in a single-quoted attribute.
    January2026,
    /// `data-film-id` is gone, the JSON has `&quot;`. The film page has `production:identifier` (July 2026).
    May2026,
}

impl Markup {
    /// Every generation, oldest first.
    pub const ALL: [Self; 5] = [Self::Y2023, Self::Y2024, Self::August2025, Self::January2026, Self::May2026];

    /// Whether posters are those of the time before `data-item-*`.
    pub(super) fn is_old(self) -> bool {
        matches!(self, Self::Y2023 | Self::Y2024)
    }
}

/// What a film page says of TMDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// A button to `/movie/N/`, and `data-tmdb-id="N"` on the body.
    Movie(u32),
    /// A button to `/tv/N/`; the body says `movie` and an empty id.
    Tv(u32),
    /// No button, and an empty id on the body.
    None,
    /// A button to one film while the body names another.
    Contradiction {
        /// The id in the button's address.
        button: u32,
        /// The id on the body.
        body: u32,
    },
}

/// One film as Letterboxd knows it.
#[derive(Clone, Debug)]
pub struct Film {
    /// Its name in addresses.
    pub slug: String,
    /// The number in `film:N`; it outlives the slug.
    pub uid: u32,
    /// The title without the year.
    pub name: String,
    /// The year of release, `None` while a film has no date.
    pub year: Option<u32>,
    /// What its page says of TMDB.
    pub link: Link,
    /// Names as shown, `Science Fiction`.
    pub genres: Vec<String>,
}

impl Film {
    /// A film with a TMDB movie. The uid comes from the slug.
    pub fn movie(slug: &str, name: &str, year: impl Into<Option<u32>>, tmdb: u32) -> Self {
        Self::new(slug, name, year, Link::Movie(tmdb))
    }

    /// A series. The uid comes from the slug.
    pub fn tv(slug: &str, name: &str, year: impl Into<Option<u32>>, tmdb: u32) -> Self {
        Self::new(slug, name, year, Link::Tv(tmdb))
    }

    /// A film whose page names no TMDB id. The uid comes from the slug.
    pub fn without_id(slug: &str, name: &str, year: impl Into<Option<u32>>) -> Self {
        Self::new(slug, name, year, Link::None)
    }

    /// A film with any link. The uid comes from the slug.
    pub fn new(slug: &str, name: &str, year: impl Into<Option<u32>>, link: Link) -> Self {
        let uid = 1 + hash(slug) % 2_000_000_000;
        Self {
            slug: slug.to_owned(),
            uid,
            name: name.to_owned(),
            year: year.into(),
            link,
            genres: Vec::new(),
        }
    }

    /// The same film with another uid.
    pub fn with_uid(self, uid: u32) -> Self {
        Self { uid, ..self }
    }

    /// The same film with one more genre.
    pub fn with_genre(mut self, genre: &str) -> Self {
        self.genres.push(genre.to_owned());
        self
    }

    /// The short id of `boxd.it` addresses.
    pub fn lid(&self) -> String {
        lid(self.uid)
    }

    /// `Heat (1995)`, or the bare name of a film without a date.
    pub fn display_name(&self) -> String {
        self.year.map_or_else(|| self.name.clone(), |year| format!("{} ({year})", self.name))
    }
}

/// FNV-1a: small, and the same on every machine.
pub(super) fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A number in base 62, which is how Letterboxd's own ids look.
pub(super) fn lid(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut lid = String::new();
    loop {
        lid.insert(0, char::from(DIGITS[number as usize % 62]));
        number /= 62;
        if number == 0 {
            return lid;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uid_and_lid_are_stable() {
        let film = Film::movie("heat-1995", "Heat", 1995, 949);
        assert_eq!(film.uid, Film::without_id("heat-1995", "Heat", None).uid);
        assert_ne!(film.uid, Film::movie("heat-1986", "Heat", 1986, 1).uid);
        assert_eq!(film.with_uid(62).lid(), "10");
    }

    #[test]
    fn display_name_has_the_year_if_there_is_one() {
        assert_eq!(Film::tv("a", "A", 2001, 1).display_name(), "A (2001)");
        assert_eq!(Film::tv("a", "A", None, 1).display_name(), "A");
    }
}
