//! The way over from the Python script: its configs become ours, key by key, and nothing of a key is told.

#[path = "../../examples/from_letterboxd_jellyfin.rs"]
#[allow(dead_code, missing_docs, reason = "a test needs no `main`")]
mod example;

use std::path::Path;

use example::{Converted, State, convert, forecast};
use lbjf::clients::http::ProxyKind;
use lbjf::config::{Collection, Config, QualityProfile};

const FULL: &str = r#"
system:
  sync_interval: 15
  log_level: WARNING
observability:
  host: "127.0.0.1"
  port: 8000
jellyfin:
  url: "http://jellyfin:8096/"
  api_key: "s3cr3tjellyfin"
radarr:
  url: http://radarr:7878
  api_key: 0123456789012345678901234567890e   # no number
  root_folder_path: "/movies"
  quality_profile_id: 4
  timeout: 60
  animated_movies:
    enabled: yes
    root_folder_path: "/movies/Animated \"films\""
sonarr:
  url: "http://sonarr:8989"
  api_key: "s3cr3tsonarr"
  root_folder_path: "/series"
  quality_profile_id: 1
  animated_tv: { enabled: true, root_folder_path: "/a" }
letterboxd:
  max_concurrent_requests: 100
  proxies:
    - "socks5h://ada:s3cr3tproxy@10.0.0.1:1080"
  validate_proxies_on_startup: true
  allow_direct_fallback: off
users:
  - letterboxd_username: "Ada_L"
    jellyfin_username: "Ada"
    jellyfin_collection_id: 12345678901234567890123456789012
  - letterboxd_username: grace
    jellyfin_username: grace
    jellyfin_collection_id: ""
    favourite_colour: blue
"#;

/// Converts a config; what comes out must be one, and no note may tell a secret.
fn converted(yaml: &str) -> (Config, Converted) {
    let converted = convert(yaml).expect("a config of the script");
    let path = Path::new("/etc/lbjf/config.toml");
    let env = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
    let config =
        Config::parse(&converted.toml, path, &env).unwrap_or_else(|e| panic!("{e}\n{}", converted.toml));
    let notes = converted.notes.join("\n");
    for secret in ["s3cr3t", "0123456789012345678901234567890e"] {
        assert!(!notes.contains(secret), "{notes}");
    }
    (config, converted)
}

#[track_caller]
fn notes_mention(converted: &Converted, texts: &[&str]) {
    for text in texts {
        assert!(
            converted.notes.iter().any(|note| note.contains(text)),
            "no {text:?} in {:#?}",
            converted.notes
        );
    }
}

#[test]
fn every_key_of_the_script_is_carried_over_or_named() {
    let (config, converted) = converted(FULL);
    assert_eq!(config.system.log_level, log::LevelFilter::Warn);
    let radarr = config.radarr.expect("it has one");
    assert_eq!(radarr.url.as_str(), "http://radarr:7878/");
    assert_eq!(radarr.api_key.reveal(), "0123456789012345678901234567890e");
    assert_eq!((radarr.root_folder.as_str(), radarr.timeout.as_secs()), ("/movies", 60));
    assert_eq!(radarr.quality_profile, QualityProfile::Id(4));
    assert_eq!(radarr.animated_root_folder.as_deref(), Some("/movies/Animated \"films\""));
    let jellyfin = config.jellyfin.expect("it has one");
    assert_eq!(
        (jellyfin.url.as_str(), jellyfin.api_key.reveal()),
        ("http://jellyfin:8096/", "s3cr3tjellyfin")
    );
    let letterboxd = config.letterboxd;
    assert_eq!(letterboxd.max_concurrent_requests, 64);
    assert_eq!(letterboxd.proxies.len(), 1);
    assert_eq!(letterboxd.proxies[0].kind, ProxyKind::Socks5h);
    assert!(letterboxd.validate_proxies && !letterboxd.allow_direct_fallback);
    let [ada, grace] = &config.users[..] else { panic!("{:?}", config.users) };
    assert_eq!((ada.name.as_str(), ada.jellyfin_username.as_deref()), ("ada_l", Some("Ada")));
    assert_eq!(ada.collection, Some(Collection::Id("12345678901234567890123456789012".to_owned())));
    assert_eq!((grace.name.as_str(), &grace.collection), ("grace", &None));
    notes_mention(
        &converted,
        &[
            "system.sync_interval (15 min): lbjf does one pass",
            "observability: there is no port",
            "sonarr: lbjf takes films only",
            "letterboxd.max_concurrent_requests: 100 is out of range here; it is 64 now",
            "grace: no jellyfin_collection_id, so only Radarr is fed",
            "users.favourite_colour: the script does not know this key either",
        ],
    );
    assert_eq!(converted.notes.iter().filter(|note| note.contains("does not know")).count(), 1);
}

#[test]
fn a_small_config_without_radarr_and_with_what_people_leave_empty_is_one_too() {
    let (config, converted) = converted(
        "jellyfin:\n  url: http://j\n  api_key: s3cr3t\nsystem:\nletterboxd:\n  proxy_file: \"\"\n  proxies: []\n\
         users:\n- {letterboxd_username: ada, jellyfin_username: ada, jellyfin_collection_id: C1E548B9-BFC9-8BDF-8BBA-E2909EEECA94}\n",
    );
    assert!(config.radarr.is_none() && config.letterboxd.proxies.is_empty());
    assert!(config.users[0].collection.is_some());
    notes_mention(&converted, &["system.sync_interval (10 min)"]);
    assert_eq!(converted.notes.len(), 1, "{:#?}", converted.notes);
}

#[test]
fn what_is_no_config_is_told_by_its_place_alone() {
    for yaml in [
        "radarr:\n  api_key: [s3cr3t]\n",
        "radarr:\n  api_key: \"s3cr3t\n",
        "radarr: s3cr3t\n",
        "- s3cr3t\n",
        "jellyfin:\n  api_key: s3cr3t: x\n",
    ] {
        let error = format!("{:#}", convert(yaml).expect_err(yaml));
        assert!(error.starts_with("this is no config that the script would read"), "{error}");
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

#[test]
fn the_state_of_version_2_tells_what_the_first_run_will_do() {
    let state = State::from_json(
        r#"{"version": 2, "users": {
            "Ada": {"cursor": {"kind": "letterboxd", "value": "film/heat-1995/"}, "movies": {
                "film/heat-1995/": {"tmdb_id": "949", "status": "completed", "title": "Heat", "year": 1995, "completion_reason": "jellyfin_added"},
                "film/alien/": {"tmdb_id": "348", "status": "completed", "title": null, "year": null, "completion_reason": "radarr_no_file"},
                "film/gone/": {"tmdb_id": null, "status": "retry_letterboxd", "title": null, "year": null, "completion_reason": null},
                "film/new/": {"tmdb_id": "7", "status": "pending_radarr", "title": null, "year": null, "completion_reason": null}
            }},
            "bob": {"cursor": null, "movies": {}}
        }}"#,
    );
    let notes = forecast(&state.expect("a state of the script"), &["ada".to_owned(), "grace".to_owned()]);
    let [all, ada, bob, grace] = &notes[..] else { panic!("{notes:#?}") };
    assert!(all.contains("is not taken over"), "{all}");
    for text in [
        "knows 4 films; 2 are done",
        "; 1 of these had no file",
        "; 1 wait for Radarr",
        "; 1 it could not read",
    ] {
        assert!(ada.contains(text), "{ada}");
    }
    assert!(!ada.contains("wait for Jellyfin"), "{ada}");
    assert!(bob.starts_with("bob: in the script's state, but not in its config"), "{bob}");
    assert!(grace.starts_with("grace: not in the script's state"), "{grace}");
}

#[test]
fn the_oldest_state_tells_only_that_there_was_one() {
    let notes = forecast(&State::from_json(r#"{"ada": "949"}"#).expect("a state"), &["ada".to_owned()]);
    assert!(notes[1].starts_with("ada: the state tells only the last film"), "{notes:?}");
    for text in ["[]", "", "{\"ada\": 1}"] {
        State::from_json(text).expect_err("no state of the script");
    }
}
