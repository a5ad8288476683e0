//! A film by its title and year, where no page was to be had (`letterboxd.match_titles`). Pure.
//!
//! A title is a guess: remakes share one, and services write them differently. So it counts only if exactly one film
//! has the same letters and the same year.

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::ids::TmdbId;

/// A film that Radarr's metadata knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which film.
    pub tmdb: TmdbId,
    /// `None` for undated films.
    pub year: Option<u16>,
    /// Its title, its original title, and all others that it goes by.
    pub titles: Vec<String>,
}

/// The one film of this title and year; `None` when there is none, more than one, or nothing to compare.
pub fn only_match(title: &str, year: Option<u16>, candidates: &[Candidate]) -> Option<TmdbId> {
    let (key, year) = (title_key(title)?, year?);
    let is_it = |candidate: &&Candidate| {
        candidate.year == Some(year)
            && candidate.titles.iter().any(|title| title_key(title).is_some_and(|other| other == key))
    };
    let mut found: Vec<TmdbId> = candidates.iter().filter(is_it).map(|candidate| candidate.tmdb).collect();
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// Equal for titles that differ in case, accents and punctuation only; `None` where nothing is left to compare.
fn title_key(title: &str) -> Option<String> {
    let title = title.replace('&', " and ");
    let apart = DecomposingNormalizerBorrowed::new_nfkd().normalize(&title);
    let key: String =
        apart.chars().flat_map(char::to_lowercase).filter(|letter| letter.is_alphanumeric()).collect();
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(tmdb: u32, year: u16, titles: &[&str]) -> Candidate {
        let titles = titles.iter().map(|title| (*title).to_owned()).collect();
        Candidate { tmdb: TmdbId::new(tmdb).unwrap(), year: (year > 0).then_some(year), titles }
    }

    fn found(title: &str, year: u16, candidates: &[Candidate]) -> Option<u32> {
        only_match(title, (year > 0).then_some(year), candidates).map(TmdbId::get)
    }

    #[test]
    fn titles_are_the_same_whatever_their_case_accents_and_marks() {
        for (one, other) in [
            ("1917", "1917"),
            ("2012", "2012"),
            ("[REC]", "REC"),
            ("[REC]²", "[Rec] 2"),
            ("M", "m"),
            ("WALL·E", "WALL-E"),
            ("Amélie", "Ame\u{301}lie"),
            ("Les Misérables", "LES MISERABLES"),
            ("Fast & Furious", "Fast and Furious"),
            ("Mission: Impossible – Fallout", "Mission Impossible - Fallout"),
            ("千と千尋の神隠し", "千と千尋の神隠し"),
            ("ＡＫＩＲＡ", "Akira"),
        ] {
            assert_eq!(found(one, 2000, &[candidate(1, 2000, &[other])]), Some(1), "{one} {other}");
        }
        for (one, other) in [("[REC]", "[REC]²"), ("Se7en", "Seven"), ("Heat", "The Heat"), ("M", "M*A*S*H")]
        {
            assert_eq!(found(one, 2000, &[candidate(1, 2000, &[other])]), None, "{one} {other}");
        }
    }

    #[test]
    fn a_title_of_marks_alone_matches_nothing() {
        assert_eq!(found("…", 2000, &[candidate(1, 2000, &["…"]), candidate(2, 2000, &[""])]), None);
        assert_eq!(found("", 2000, &[candidate(1, 2000, &[""])]), None);
    }

    #[test]
    fn only_the_same_year_counts_and_an_undated_film_never() {
        let candidates =
            [candidate(1, 1995, &["Heat"]), candidate(2, 1986, &["Heat"]), candidate(3, 0, &["Heat"])];
        assert_eq!(found("Heat", 1995, &candidates), Some(1));
        assert_eq!(found("Heat", 1996, &candidates), None);
        assert_eq!(found("Heat", 0, &candidates), None);
    }

    #[test]
    fn two_films_of_one_title_and_year_are_no_answer() {
        let twins =
            [candidate(1, 2006, &["Black Christmas"]), candidate(2, 2006, &["Noel", "Black Christmas"])];
        assert_eq!(found("Black Christmas", 2006, &twins), None);
        let again = [candidate(1, 2006, &["Black Christmas"]), candidate(1, 2006, &["Black Christmas"])];
        assert_eq!(found("Black Christmas", 2006, &again), Some(1));
    }

    #[test]
    fn original_and_alternative_titles_count() {
        let candidates = [candidate(129, 2001, &["Spirited Away", "千と千尋の神隠し", "Chihiros Reise"])];
        assert_eq!(found("Chihiros Reise", 2001, &candidates), Some(129));
        assert_eq!(found("千と千尋の神隠し", 2001, &candidates), Some(129));
    }
}
