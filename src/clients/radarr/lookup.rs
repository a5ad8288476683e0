//! Films by title, as Radarr's metadata knows them (docs/radarr.md#looking-a-film-up).

use serde::Deserialize;

use super::Radarr;
use crate::clients::api::{ApiError, Number, plain};
use crate::domain::ids::TmdbId;
use crate::domain::title::Candidate;

/// A film of the answer. In the library or not, the names of its fields are the same.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Movie {
    tmdb_id: Number,
    title: Option<String>,
    original_title: Option<String>,
    alternate_titles: Option<Vec<AlternateTitle>>,
    /// 0 for an undated film.
    year: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct AlternateTitle {
    title: Option<String>,
}

impl Radarr {
    /// The films that Radarr finds under a title and a year, in its metadata service's order. They are a guess: Radarr
    /// reads the words as it reads the name of a release, and `2012` or `[REC]` may become something else.
    ///
    /// # Errors
    ///
    /// When Radarr, or its metadata service, does not answer.
    pub fn find_by_title(&self, title: &str, year: u16) -> Result<Vec<Candidate>, ApiError> {
        let term = format!("{title} ({year})");
        let movies: Vec<Movie> = self.api.get("api/v3/movie/lookup", &[("term", &term)])?;
        Ok(movies.into_iter().filter_map(candidate).collect())
    }
}

/// `None` for a film without an id.
fn candidate(movie: Movie) -> Option<Candidate> {
    let others = movie.alternate_titles.unwrap_or_default().into_iter().map(|other| other.title);
    let titles = [movie.title, movie.original_title].into_iter().chain(others).flatten();
    let titles = titles.map(|title| plain(&title)).collect();
    let year = movie.year.and_then(|year| u16::try_from(year).ok()).filter(|year| *year > 0);
    Some(Candidate { tmdb: TmdbId::new(movie.tmdb_id.0)?, year, titles })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_read_with_every_title_that_it_goes_by() {
        let body = r#"[
            {"title": "Spirited Away", "originalTitle": "千と千尋の神隠し", "year": 2001, "tmdbId": 129,
             "alternateTitles": [{"sourceType": "tmdb", "title": "Chihiros Reise"}, {"sourceType": "tmdb"}], "id": 7},
            {"title": "Undated", "year": 0, "tmdbId": 5},
            {"title": "Without an id", "year": 2001, "tmdbId": 0}
        ]"#;
        let movies: Vec<Movie> = serde_json::from_str(body).unwrap();
        let candidates: Vec<_> = movies.into_iter().filter_map(candidate).collect();
        let titles = ["Spirited Away", "千と千尋の神隠し", "Chihiros Reise"].map(str::to_owned).to_vec();
        assert_eq!(candidates[0], Candidate { tmdb: TmdbId::new(129).unwrap(), year: Some(2001), titles });
        assert_eq!((candidates.len(), candidates[1].year), (2, None));
    }

    #[test]
    fn recorded_answers_decode() {
        for name in ["radarr-4.7.5.json", "radarr-6.0.3.json", "radarr-6.4.2-next.json"] {
            let Some(folder) = standins::shared("recordings") else { return };
            let text = std::fs::read_to_string(folder.join(name)).unwrap();
            let recorded: serde_json::Value = serde_json::from_str(&text).unwrap();
            let exchanges = recorded.as_array().or_else(|| recorded["exchanges"].as_array()).unwrap();
            let is_lookup = |exchange: &&serde_json::Value| {
                let path = exchange["request"]["path"].as_str().unwrap_or_default();
                path.starts_with("/api/v3/movie/lookup?") && exchange["response"]["status"] == 200
            };
            let answers: Vec<_> = exchanges.iter().filter(is_lookup).collect();
            assert!(!answers.is_empty(), "{name}");
            for answer in answers {
                let movies: Vec<Movie> = serde_json::from_value(answer["response"]["json"].clone()).unwrap();
                assert!(movies.into_iter().all(|movie| candidate(movie).is_some()), "{name}");
            }
        }
    }
}
