use std::path::Path;

use super::*;
use crate::config::Config;
use crate::domain::adding::QualityProfile;
use crate::domain::connection::ProxyKind;
use crate::domain::shelf::Named;

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
    let converted = convert(yaml).unwrap();
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
    let radarr = &config.radarrs[0];
    assert_eq!(radarr.url.as_str(), "http://radarr:7878/");
    assert_eq!(radarr.api_key.reveal(), "0123456789012345678901234567890e");
    assert_eq!((radarr.adding.root_folder.as_str(), radarr.timeout.as_secs()), ("/movies", 60));
    assert_eq!(radarr.adding.quality_profile, QualityProfile::Id(4));
    assert_eq!(radarr.adding.animated_root_folder.as_deref(), Some("/movies/Animated \"films\""));
    let jellyfin = config.jellyfin.unwrap();
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
    assert_eq!(ada.collection, Some(Named::Id("12345678901234567890123456789012".to_owned())));
    assert_eq!((grace.name.as_str(), &grace.collection), ("grace", &None));
    notes_mention(
        &converted,
        &[
            "system.sync_interval (15 min): lbjf does one pass",
            "observability: lbjf opens no port",
            "sonarr: lbjf handles films only",
            "letterboxd.max_concurrent_requests: 100 is out of range here; changed to 64",
            "grace: has no jellyfin_collection_id, so films only go to Radarr",
            "users[].favourite_colour: left out; the script does not know this key either",
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
    assert!(config.radarrs.is_empty() && config.letterboxd.proxies.is_empty());
    assert!(config.users[0].collection.is_some());
    notes_mention(&converted, &["system.sync_interval (10 min)"]);
    assert_eq!(converted.notes.len(), 1, "{:#?}", converted.notes);
}

#[test]
fn what_is_not_a_config_is_told_by_its_place_alone() {
    for yaml in [
        "radarr:\n  api_key: [s3cr3t]\n",
        "radarr:\n  api_key: \"s3cr3t\n",
        "radarr: s3cr3t\n",
        "- s3cr3t\n",
        "jellyfin:\n  api_key: s3cr3t: x\n",
    ] {
        let error = format!("{:#}", convert(yaml).expect_err(yaml));
        assert!(error.starts_with("not a config of the script ("), "{error}");
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

#[test]
fn of_a_proxy_file_and_a_list_the_one_that_the_script_uses_is_carried_over() {
    let yaml = "letterboxd:\n  proxy_file: proxies.txt\n  proxies: [\"http://h:1\"]\n  proxy_type: socks5\n";
    let converted = convert(yaml).unwrap();
    assert!(
        converted.toml.contains("proxy_file = \"proxies.txt\"\n") && !converted.toml.contains("http://h:1")
    );
    notes_mention(&converted, &["letterboxd.proxies: left out", "letterboxd.proxy_file: a relative path"]);
}
