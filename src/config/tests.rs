mod keys;
mod people;
mod proxies;
mod receivers;

use super::*;
use crate::domain::adding::MinimumAvailability;

const SMALL: &str = r#"
[radarr]
url = "http://radarr:7878/"
api_key = "0123456789abcdef"
root_folder_path = "/movies"
quality_profile = "HD-1080p"

[jellyfin]
url = "https://media.example/jellyfin/web/index.html#/home"
api_key = "fedcba9876543210"

[[users]]
letterboxd_username = "Ada"
jellyfin_username = "ada"
jellyfin_collection = "Ada's watchlist"
"#;

fn no_env(name: &str) -> Option<String> {
    (name == "HOME").then(|| "/home/ada".to_owned())
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/etc/lbjf/config.toml"), &no_env)
}

fn report(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn a_small_config_gets_the_polite_defaults() {
    let config = parse(SMALL).unwrap();
    assert_eq!(config.system.database, Path::new("/home/ada/.local/state/lbjf/lbjf.db"));
    assert_eq!(config.letterboxd.max_concurrent_requests, 4);
    assert_eq!(config.letterboxd.full_scan, Some(Duration::from_hours(24)));
    let radarr = config.radarrs[0].clone();
    assert_eq!(radarr.url.as_str(), "http://radarr:7878/");
    let adding = radarr.adding;
    assert_eq!(adding.minimum_availability, MinimumAvailability::Released);
    assert!(adding.is_monitored && adding.search_on_add && !adding.user_tags);
    assert_eq!(adding.max_adds_per_run, None);
    assert_eq!(config.jellyfin.unwrap().url.as_str(), "https://media.example/jellyfin");
    assert_eq!(config.users[0].name, "ada");
    assert!(config.users[0].remove_watched && config.users[0].remove_unlisted);
}

#[test]
fn every_problem_is_reported_at_once_with_line_and_key() {
    let text = r#"
[radarr]
url = "radarr:7878"
api_kye = "0123456789abcdef"
root_folder_path = "/movies"
quality_profile = 4

[letterboxd]
max_concurrent_requests = 0

[[users]]
letterboxd_username = "ada"
jellyfin_collection = "Ada"

[[users]]
letterboxd_username = "ADA"
jellyfin_usernam = "x"
"#;
    assert_eq!(
        report(text),
        "config `/etc/lbjf/config.toml` has 8 problems\n  \
         line 2: radarr.api_key: is missing; set it, `api_key_file` or $LBJF_RADARR_API_KEY\n  \
         line 3: radarr.url: must begin with `http://` or `https://` and a host, found `radarr:7878`\n  \
         line 4: radarr.api_kye: is not a key; did you mean `api_key`?\n  \
         line 6: radarr.quality_profile: must be a string, found an integer\n  \
         line 9: letterboxd.max_concurrent_requests: must be from 1 to 64, found `0`\n  \
         line 11: users[0].jellyfin_username: is missing; a collection needs to know whose watched films count\n  \
         line 16: users[1].letterboxd_username: duplicate user `ada`\n  \
         line 17: users[1].jellyfin_usernam: is not a key; did you mean `jellyfin_username`?"
    );
}

#[test]
fn files_in_another_encoding_are_told_as_such_and_a_byte_order_mark_is_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let (path, key) = (folder.path().join("config.toml"), folder.path().join("radarr.key"));
    let text = SMALL.replace("api_key = \"0123456789abcdef\"", "api_key_file = \"radarr.key\"");
    let load = |config: Vec<u8>, key_bytes: Vec<u8>| {
        std::fs::write(&path, config).unwrap();
        std::fs::write(&key, key_bytes).unwrap();
        Config::load(Some(&path), &no_env).map_err(|error| error.to_string())
    };
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let latin1 = |text: &str| text.chars().map(|letter| u8::try_from(letter).unwrap()).collect::<Vec<u8>>();

    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let config = load(windows.into(), "\u{feff}from-a-file\r\n".into()).unwrap();
    assert_eq!(config.radarrs[0].clone().api_key.reveal(), "from-a-file");
    let (at, key_at) = (path.display(), key.display());
    for bytes in [utf16(&text), utf16(&format!("\u{feff}{text}"))] {
        let report = load(bytes, "key".into()).unwrap_err();
        assert_eq!(report, format!("config `{at}` is not UTF-8 (line 1); save it as UTF-8"));
    }
    let report = load(latin1(&text.replace("Ada's watchlist", "Amélie")), "key".into()).unwrap_err();
    assert_eq!(report, format!("config `{at}` is not UTF-8 (line 15); save it as UTF-8"));
    for bytes in [utf16("s3cr3t\r\n"), utf16("\u{feff}s3cr3t"), latin1("s3cr3té")] {
        let report = load(text.clone().into(), bytes).unwrap_err();
        let line = format!("radarr.api_key_file: `{key_at}` is not UTF-8 (line 1); save it as UTF-8");
        assert!(report.contains(&line), "{report}");
    }
}

#[test]
fn a_windows_path_in_double_quotes_is_told_once_with_what_to_write() {
    let with = |line: &str| report(&SMALL.replace("root_folder_path = \"/movies\"", line));
    for (line, expected) in [
        (r#"root_folder_path = "D:\Movies\New""#, r"'D:\Movies\New'"),
        (r#"root_folder_path = "D:\torrents\new""#, r"'D:\torrents\new'"),
        (r#"root_folder_path = "D:\films\"  # mine"#, r"'D:\films\'"),
        (r#"root_folder_path = "D:\""#, r"'D:\'"),
        (r#"root_folder_path = "\\nas\films\new""#, r"'\\nas\films\new'"),
        (r#"root_folder_path = "D:\backup\encoded\ready""#, r"'D:\backup\encoded\ready'"),
    ] {
        let report = with(line);
        assert!(report.contains("has 1 problem\n  line 5: "), "{line}: {report}");
        assert!(
            report.contains("root_folder_path: ") && report.contains("double quotes"),
            "{line}: {report}"
        );
        assert!(report.ends_with(&format!("; write it in single quotes: {expected}")), "{line}: {report}");
    }
    with_no_problem(&SMALL.replace("\"/movies\"", r"'D:\torrents\new'"));
    with_no_problem(&SMALL.replace("\"/movies\"", r#""D:\\torrents\\new""#));
}

fn with_no_problem(text: &str) {
    parse(text).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn control_characters_in_any_string_are_a_problem_of_the_config() {
    let hostile = "a\\u001b[2J\\nlbjf: error: b";
    for (from, to, key) in [
        ("\"Ada's watchlist\"", format!("\"{hostile}\""), "users[0].jellyfin_collection"),
        ("\"ada\"", format!("\"{hostile}\""), "users[0].jellyfin_username"),
        ("\"Ada\"", format!("\"{hostile}\""), "users[0].letterboxd_username"),
        ("\"HD-1080p\"", format!("\"{hostile}\""), "radarr.quality_profile"),
        ("\"HD-1080p\"", "\"\"\"\nHD-1080p\n\"\"\"".to_owned(), "radarr.quality_profile"),
        ("\"HD-1080p\"", "'HD\t1080p'".to_owned(), "radarr.quality_profile"),
        ("\"HD-1080p\"", format!("\"HD\"\ntags = [\"ok\", \"{hostile}\"]"), "radarr.tags"),
        (
            "[jellyfin]",
            "[radarr.animated_movies]\nroot_folder_path = \"D:\\new\"\n[jellyfin]".to_owned(),
            "radarr.animated_movies.root_folder_path",
        ),
        ("[jellyfin]", "[system]\ndatabase = \"C:\\new\\base.db\"\n[jellyfin]".to_owned(), "system.database"),
        ("[jellyfin]", format!("[films]\n\"{hostile}\" = 5\n[jellyfin]"), "films."),
        ("[jellyfin]", format!("\"{hostile}\" = 5\n[jellyfin]"), "radarr."),
    ] {
        let report = report(&SMALL.replace(from, &to));
        assert!(report.contains("has 1 problem\n  line ") && report.contains(key), "{to}: {report}");
        assert_eq!(report.lines().count(), 2, "{report}");
        assert!(crate::domain::text::is_clean(report.lines().nth(1).unwrap()), "{report:?}");
    }
}

#[test]
fn the_examples_names_are_a_problem_also_where_keys_come_from_the_environment() {
    let example = include_str!("../../config.example.toml");
    let env = |name: &str| match name {
        "LBJF_RADARR_API_KEY" | "LBJF_JELLYFIN_API_KEY" => Some("0123456789abcdef".to_owned()),
        name => no_env(name),
    };
    let path = Path::new("/etc/lbjf/config.toml");
    let report = Config::parse(example, path, &env).unwrap_err().to_string();
    assert!(report.contains("has 3 problems"), "{report}");
    for key in ["letterboxd_username", "jellyfin_username", "jellyfin_collection"] {
        assert!(report.contains(&format!("users[0].{key}: still has the example's value: ")), "{report}");
    }
    let mine =
        example.replace("put-your-letterboxd-name-here", "cleo").replace("put-your-jellyfin-name-here", "c");
    Config::parse(&mine.replace("put-a-name-here", "Cleo's watchlist"), path, &env).unwrap();
}

#[test]
fn what_no_request_can_carry_is_a_problem_of_the_config() {
    for (line, complaint) in [
        ("user_agent = \"\"", "letterboxd.user_agent: must be one line of plain ASCII text, and not empty"),
        ("user_agent = \" \"", "letterboxd.user_agent: must be one line"),
        ("user_agent = \"bücher/1\"", "letterboxd.user_agent: must be one line"),
        ("user_agent = \"a\\nb\"", "letterboxd.user_agent: must be one line"),
        ("requests_per_second = 1e-20", "letterboxd.requests_per_second: must be 0 or at least 0.001"),
        ("requests_per_second = 0.0009", "letterboxd.requests_per_second: must be 0 or at least"),
    ] {
        let report = report(&format!("[letterboxd]\n{line}\n{SMALL}"));
        assert!(report.contains(&format!("1 problem\n  line 2: {complaint}")), "{line}: {report}");
    }
    for line in ["user_agent = \"lbjf (+https://example.org; me)\"", "requests_per_second = 0.001"] {
        parse(&format!("[letterboxd]\n{line}\n{SMALL}")).unwrap();
    }
}

#[test]
fn addresses_are_forgiven_what_people_paste() {
    for (given, kept) in [
        ("http://h:7878", "http://h:7878/"),
        ("http://h:7878/radarr/", "http://h:7878/radarr"),
        ("http://h:7878/radarr/api/v3/", "http://h:7878/radarr"),
        ("http://h:8096/web/#/home.html", "http://h:8096/"),
        (" https://h/web/index.html ", "https://h/"),
        ("http://web", "http://web/"),
        ("http://api/", "http://api/"),
        ("http://api/api/v3?apikey=k#x", "http://api/"),
    ] {
        let config = parse(&SMALL.replace("http://radarr:7878/", given)).unwrap();
        assert_eq!(config.radarrs[0].clone().url.as_str(), kept, "{given}");
    }
}

#[test]
fn what_cannot_work_together_is_refused() {
    for (from, to, complaint) in [
        (
            "quality_profile = \"HD-1080p\"",
            "quality_profile = \"HD\"\nquality_profile_id = 4",
            "radarr.quality_profile_id: cannot be combined with `quality_profile`; set one of them",
        ),
        (
            "quality_profile = \"HD-1080p\"",
            "",
            "radarr.quality_profile: is missing; set the name of a quality profile",
        ),
        (
            "jellyfin_collection =",
            "jellyfin_collection_id = \"7\"\njellyfin_collection =",
            "users[0].jellyfin_collection: cannot be combined with `jellyfin_collection_id`",
        ),
        ("Ada's watchlist", "a\\tb", "users[0].jellyfin_collection: must be one line"),
        ("Ada's watchlist", "?*?", "users[0].jellyfin_collection: must contain a letter or a digit"),
        ("Ada's watchlist", "A [BoxSet]", "users[0].jellyfin_collection: must not contain `[boxset]`"),
        (
            "jellyfin_username = \"ada\"\njellyfin_collection = \"Ada's watchlist\"",
            "jellyfin_collection = \"a\\tb\"",
            "users[0].jellyfin_username: is missing",
        ),
        (
            "jellyfin_username = \"ada\"\njellyfin_collection = \"Ada's watchlist\"",
            "jellyfin_collection_id = \"7\"",
            "users[0].jellyfin_username: is missing",
        ),
        (
            "quality_profile =",
            "tags = [\"Movie Night\", \"ok\", \"\"]\nquality_profile =",
            "radarr.tags: `movie night` is not a valid Radarr tag",
        ),
        (
            "quality_profile =",
            "tags = [\"Movie Night\", \"ok\", \"\"]\nquality_profile =",
            "radarr.tags: `` is not a valid Radarr tag",
        ),
        ("jellyfin_username = \"ada\"", "", "users[0].jellyfin_username: is missing"),
        ("\"Ada\"", "\"ada lovelace\"", "is not a valid Letterboxd user name"),
    ] {
        let report = report(&SMALL.replace(from, to));
        assert!(report.contains(complaint), "{report}");
    }
    let without_jellyfin = "[radarr]\nurl = \"http://r\"\napi_key = \"k\"\nroot_folder_path = \"/m\"\n\
        quality_profile_id = 1\nskip_if_in_library = true\n[[users]]\nletterboxd_username = \"ada\"\n";
    assert!(report(without_jellyfin).contains("line 6: radarr.skip_if_in_library: needs `[jellyfin]`"));
    assert!(report("").contains("users: is missing"));
}
