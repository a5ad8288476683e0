//! Refusals told apart, and what the recordings of real servers decode to.

use super::*;

fn failure(property: &str, code: Option<&str>, value: &str) -> String {
    let code = code.map(|code| format!(",\"errorCode\":\"{code}\"")).unwrap_or_default();
    format!("{{\"propertyName\":\"{property}\",\"errorMessage\":\"words\",\"attemptedValue\":{value}{code}}}")
}

#[test]
fn every_kind_of_refusal_is_told_apart() {
    let exists = failure("TmdbId", Some("MovieExistsValidator"), "603");
    let profile = failure("QualityProfileId", Some("QualityProfileExistsValidator"), "99");
    let path = failure("Path", Some("MoviePathValidator"), "\"/movies/Twin (2020)\"");
    for (body, expected) in [
        (format!("[{exists}]"), "it is already in Radarr"),
        (format!("[{profile},{exists}]"), "it is already in Radarr"),
        (format!("[{path}]"), "its folder `/movies/Twin (2020)` belongs to another film in Radarr"),
        (format!("[{profile}]"), "Radarr refuses the settings: words"),
        (
            format!(
                "[{}]",
                failure("RootFolderPath", Some("MovieFolderAsRootFolderValidator"), "\"/movies\"")
            ),
            "Radarr refuses it: words",
        ),
        (
            format!("[{}]", failure("TmdbId", None, "9000001")),
            "Radarr's metadata has no film with TMDB id 603",
        ),
        (
            format!("[{}]", failure("Path", Some("SystemFolderValidator"), "\"/\"")),
            "Radarr refuses it: words",
        ),
        (
            "{\"title\":\"t\",\"errors\":{\"$.tmdbId\":[\"no number\"]}}".to_owned(),
            "Radarr refuses it: no number",
        ),
        ("nonsense".to_owned(), "Radarr refuses it: HTTP 400"),
    ] {
        assert_eq!(explain_failures(&body, TmdbId::new(603).unwrap()).to_string(), expected, "{body}");
    }
}

#[test]
fn root_folders_compare_without_the_slash_at_the_end() {
    for path in ["/movies", "/movies/", " /movies "] {
        assert_eq!(trim_folder(path), "/movies");
    }
    assert_eq!(trim_folder("/"), "/");
    assert_eq!(trim_folder("D:"), trim_folder("D:\\"));
    assert_eq!(trim_folder("D:\\films\\"), "D:\\films");
}

/// One recorded exchange with a real Radarr.
#[derive(serde::Deserialize)]
struct Exchange {
    note: String,
    request: Asked,
    response: Answered,
}

#[derive(serde::Deserialize)]
struct Asked {
    method: String,
    path: String,
}

#[derive(serde::Deserialize)]
struct Answered {
    status: u16,
    json: Option<serde_json::Value>,
}

/// The recordings of both versions; empty where they are not at hand.
fn recordings() -> Vec<Exchange> {
    let Some(folder) = standins::shared("recordings") else { return Vec::new() };
    let read = |name: &str| -> Vec<Exchange> {
        let text = std::fs::read_to_string(folder.join(name)).expect(name);
        serde_json::from_str(&text).expect(name)
    };
    ["radarr-4.7.5.json", "radarr-6.0.3.json"].into_iter().flat_map(read).collect()
}

/// Decodes as the door does.
fn decode<T: serde::de::DeserializeOwned>(exchange: &Exchange) -> T {
    let body = exchange.response.json.clone().expect("a body");
    serde_json::from_value(body).unwrap_or_else(|error| panic!("{}: {error}", exchange.note))
}

#[test]
fn every_recorded_success_decodes() {
    let mut decoded = std::collections::BTreeMap::new();
    for exchange in recordings().iter().filter(|exchange| exchange.response.status < 300) {
        let path = exchange.request.path.split('?').next().unwrap_or_default();
        let call = format!("{} {path}", exchange.request.method);
        match call.as_str() {
            "GET /api/v3/system/status" => {
                let status: wire::SystemStatus = decode(exchange);
                assert_eq!(status.app_name.as_deref(), Some("Radarr"));
                assert!(status.version.contains('.'));
            }
            "GET /api/v3/qualityprofile" => {
                assert_eq!(decode::<Vec<wire::QualityProfile>>(exchange)[3].name, "HD-1080p");
            }
            "GET /api/v3/rootfolder" => {
                assert!(
                    decode::<Vec<wire::RootFolder>>(exchange)
                        .iter()
                        .any(|folder| folder.accessible == Some(true))
                );
            }
            "GET /api/v3/tag" => drop(decode::<Vec<wire::Tag>>(exchange)),
            "POST /api/v3/tag" => drop(decode::<wire::Tag>(exchange)),
            "GET /api/v3/exclusions" => drop(decode::<Vec<wire::Exclusion>>(exchange)),
            "GET /api/v3/movie" => {
                let mut films = decode::<Vec<wire::Movie>>(exchange).into_iter().map(radarr_film);
                assert!(films.all(|film| film.path.starts_with('/')));
            }
            "POST /api/v3/movie" => drop(decode::<wire::MovieFacts>(exchange)),
            "GET /api/v3/movie/lookup/tmdb" => {
                assert!(decode::<wire::MovieFacts>(exchange).genres.is_some());
            }
            // Nothing that lbjf calls, or nothing that it reads.
            _ => continue,
        }
        *decoded.entry(call).or_insert(0) += 1;
    }
    assert!(decoded.is_empty() || decoded.len() == 9, "{decoded:?}");
}

#[test]
fn every_recorded_refusal_of_a_film_is_told_apart() {
    let posts = |exchange: &Exchange| {
        exchange.request.method == "POST"
            && exchange.request.path == "/api/v3/movie"
            && exchange.response.status == 400
    };
    for exchange in recordings().into_iter().filter(posts) {
        let Exchange { note, response, .. } = exchange;
        let body = response.json.expect("a 400 has a body").to_string();
        let said = explain_failures(&body, TmdbId::new(603).unwrap()).to_string();
        let expected = match note.as_str() {
            _ if body.contains("MovieExistsValidator") => "it is already in Radarr",
            "unknown TMDB id" => "Radarr's metadata has no film with TMDB id 603",
            "unknown profile" | "no profile" | "foreign root folder" | "no root folder" | "empty object" => {
                "Radarr refuses the settings: "
            }
            "two films of one name and year: second" => {
                "its folder `/movies/Twin (2020)` belongs to another film in Radarr"
            }
            "merged TMDB id: again" => "its folder `/movies/Night Sun Light 888002 (1952)` belongs to",
            "wrong type" | "nonsense availability" => "Radarr refuses it: The JSON value could not be",
            "broken JSON" => "Radarr refuses it: 'n' is an invalid start",
            other => panic!("a new recording: {other}: {said}"),
        };
        assert!(said.starts_with(expected), "{note}: {said}");
    }
}

#[test]
fn recorded_look_up_of_an_unknown_film_is_no_failure_of_the_metadata_service() {
    let is_failure = |exchange: &Exchange| {
        exchange.request.path.starts_with("/api/v3/movie/lookup/tmdb") && exchange.response.status == 500
    };
    for exchange in recordings().into_iter().filter(is_failure) {
        let body = exchange.response.json.expect("a 500 has a body").to_string();
        let is_unknown = message(&body).is_some_and(|text| says_unknown(&text));
        assert_eq!(is_unknown, exchange.note == "unknown film by lookup", "{}: {body}", exchange.note);
    }
}
