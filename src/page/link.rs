//! Where the cards lead.

use url::Url;

use crate::domain::film_name::FilmName;
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::poster::TMDB_IMAGES;

/// The addresses of the servers, as a browser in the house sees them.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// Letterboxd.
    pub letterboxd: &'a Url,
    /// Jellyfin, if there is one.
    pub jellyfin: Option<&'a Url>,
}

impl Links<'_> {
    /// A film's page at Letterboxd.
    pub(super) fn letterboxd(&self, film: &FilmName) -> String {
        match film {
            FilmName::Lid(lid) => format!("https://boxd.it/{lid}"),
            FilmName::Uid(uid) => below(self.letterboxd, &["film", uid.as_str(), ""]).to_string(),
            FilmName::Slug(slug) => below(self.letterboxd, &["film", slug.as_str(), ""]).to_string(),
        }
    }

    /// An item's page in Jellyfin's own web client.
    pub(super) fn jellyfin(&self, item: &JellyfinId) -> Option<String> {
        let mut url = below(self.jellyfin?, &["web", ""]);
        url.set_fragment(Some(&format!("/details?id={item}")));
        Some(url.to_string())
    }

    /// An item's poster. Jellyfin gives pictures to whoever knows the item's id, without a key
    /// (docs/jellyfin.md#pictures).
    pub(super) fn picture(&self, item: &JellyfinId) -> Option<String> {
        let mut url = below(self.jellyfin?, &["Items", item, "Images", "Primary"]);
        url.set_query(Some("maxWidth=342&quality=90"));
        Some(url.to_string())
    }

    /// From where the page may load pictures.
    pub(super) fn picture_sources(&self) -> String {
        let jellyfin = self.jellyfin.map(|url| url.origin().ascii_serialization());
        jellyfin.into_iter().chain([TMDB_IMAGES.to_owned()]).collect::<Vec<_>>().join(" ")
    }
}

/// A film's page in a Radarr.
pub(super) fn radarr(base: &Url, tmdb: TmdbId) -> String {
    below(base, &["movie", &tmdb.to_string()]).to_string()
}

/// An address below a base path.
fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_where_they_say_below_any_base_path() {
        let [letterboxd, jellyfin, base] =
            ["https://letterboxd.com", "http://nas:8096/jellyfin/", "http://nas/radarr"]
                .map(|text| Url::parse(text).unwrap());
        let links = Links { letterboxd: &letterboxd, jellyfin: Some(&jellyfin) };
        let item = JellyfinId::parse("a1").unwrap();
        assert_eq!(
            links.letterboxd(&FilmName::parse("heat-1995").unwrap()),
            "https://letterboxd.com/film/heat-1995/"
        );
        assert_eq!(
            links.letterboxd(&FilmName::parse("film:7").unwrap()),
            "https://letterboxd.com/film/film:7/"
        );
        assert_eq!(
            links.letterboxd(&FilmName::parse("https://boxd.it/IWJq").unwrap()),
            "https://boxd.it/IWJq"
        );
        assert_eq!(links.jellyfin(&item).unwrap(), "http://nas:8096/jellyfin/web/#/details?id=a1");
        assert_eq!(
            links.picture(&item).unwrap(),
            "http://nas:8096/jellyfin/Items/a1/Images/Primary?maxWidth=342&quality=90"
        );
        assert_eq!(links.picture_sources(), "http://nas:8096 https://image.tmdb.org");
        assert_eq!(radarr(&base, TmdbId::new(949).unwrap()), "http://nas/radarr/movie/949");
        assert_eq!(Links { jellyfin: None, ..links }.picture_sources(), "https://image.tmdb.org");
    }
}
