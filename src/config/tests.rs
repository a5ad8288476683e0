use super::*;
use crate::domain::adding::MinimumAvailability;
use crate::domain::secret::KeyOrigin;

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
fn no_message_shows_a_secret() {
    let secrets = ["s3cr3tkey", "p4ssw0rd", "0123456789abcdef0123456789abcdef"];
    for text in [
        "[radarr]\napi_key = s3cr3tkey\n",
        "[radarr]\napi_key = 's3cr3tkey\n",
        "[radarr]\napi_key = ['s3cr3tkey']\n",
        "[radarr]\napi_key = \"s3cr3tkey\\nsecond line\"\n",
        "[radarr]\napi_key = \"s3cr3tkey\"\napi_key_file = \"x\"\n",
        "[radarr]\napi_keyy = \"s3cr3tkey\"\n",
        "[radarr]\nurl = \"http://ada:p4ssw0rd@radarr\"\n",
        "[radarr]\nurl = \"ada:p4ssw0rd@radarr\"\n",
        "[radarr]\nurl = \"http://ada:p4ssw0rd/radarr\"\n",
        "[letterboxd]\nproxy_type = \"socks5://ada:p4ssw0rd@h:1\"\n",
        "[letterboxd]\nbase_url = \"letterboxd.com?p4ssw0rd\"\n",
        "[radarr]\napi_key_file = \"0123456789abcdef0123456789abcdef\"\n",
        "[jellyfin]\napi_key = \"s3cr3tkey\" x\n",
    ] {
        let report = report(text);
        assert!(!secrets.iter().any(|secret| report.contains(secret)), "{report}");
    }
}

#[test]
fn a_wrong_address_is_shown_without_what_may_be_a_secret() {
    for (given, shown) in [
        ("radarr:7878", "radarr:7878"),
        ("radarr", "radarr"),
        ("ftp://radarr:21", "ftp://radarr:21"),
        ("localhost:7878/?apikey=s3cr3t", "localhost:7878…"),
        ("localhost:7878?apikey=s3cr3t@x", "localhost:…"),
        ("localhost:7878#s3cr3t", "localhost:7878…"),
        ("localhost:7878/s3cr3t", "localhost:7878…"),
        ("ada:s3cr3t@radarr:7878", "…@radarr:7878"),
        ("ada@radarr", "…@radarr"),
        ("s3cr3t@:7878", "…@:7878"),
        ("ftp://ada:s3cr3t@radarr", "ftp://…@radarr"),
        ("http://ada:s3cr3t/radarr", "http://ada:…"),
        ("http://ada:1s3cr3t", "http://ada:…"),
        ("http://ada:s3#cr3t@radarr", "http://ada:…"),
        ("http://ada:s3/cr3t@radarr", "http://ada:…"),
        ("ada:s3@cr3t/s3cr3t@radarr", "…"),
        ("0123456789abcdef0123456789abcdef", "…"),
        ("", ""),
    ] {
        let text = SMALL.replace("http://radarr:7878/", given);
        let report = parse(&text).map_or_else(|error| error.to_string(), |config| format!("{config:?}"));
        let expected = match shown {
            "" => "radarr.url: must not be empty".to_owned(),
            _ => format!("must begin with `http://` or `https://` and a host, found `{shown}`\n"),
        };
        assert!((report.clone() + "\n").contains(&expected), "{given}: {report}");
    }
}

#[test]
fn keys_come_from_files_and_the_environment_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("radarr.key"), "from-a-file\n").unwrap();
    let text = SMALL.replace("api_key = \"0123456789abcdef\"", "api_key_file = \"radarr.key\"");
    let path = folder.path().join("config.toml");
    let config = Config::parse(&text, &path, &no_env).unwrap();
    assert_eq!(config.radarrs[0].clone().api_key.reveal(), "from-a-file");

    let credentials = folder.path().to_str().unwrap().to_owned();
    let systemd = |name: &str| match name {
        "CREDENTIALS_DIRECTORY" => Some(credentials.clone()),
        "STATE_DIRECTORY" => Some("/var/lib/lbjf:/var/lib/other".to_owned()),
        "LBJF_JELLYFIN_API_KEY" => Some("from-the-environment".to_owned()),
        _ => None,
    };
    let config = Config::parse(&text, Path::new("/etc/lbjf/config.toml"), &systemd).unwrap();
    assert_eq!(config.radarrs[0].clone().api_key.reveal(), "from-a-file");
    assert_eq!(config.jellyfin.unwrap().api_key.reveal(), "from-the-environment");
    assert_eq!(config.system.database, Path::new("/var/lib/lbjf/lbjf.db"));
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
fn keys_that_no_request_can_carry_are_a_problem_of_the_config_wherever_they_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let file = SMALL.replace("api_key = \"0123456789abcdef\"", "api_key_file = \"radarr.key\"");
    for key in
        ["s3cr3t\nkey", "s3cr3t\nkey\n", "schlüssel-s3cr3t", "s3cr3t key", "s3cr3t\"key", "put-the-key-here"]
    {
        std::fs::write(folder.path().join("radarr.key"), key).unwrap();
        let env =
            |name: &str| if name == "LBJF_RADARR_API_KEY" { Some(key.to_owned()) } else { no_env(name) };
        let (from_file, from_env) = (Config::parse(&file, &path, &no_env), Config::parse(SMALL, &path, &env));
        for (config, named) in
            [(from_file, "radarr.api_key_file: "), (from_env, "radarr.api_key: $LBJF_RADARR_API_KEY ")]
        {
            let report = config.unwrap_err().to_string();
            let is_named = [
                format!("{named}must be one line of plain letters"),
                format!("{named}still has the example's value"),
            ];
            assert!(is_named.iter().any(|named| report.contains(named)), "{key:?}: {report}");
            assert!(!report.contains("s3cr3t"), "{report}");
        }
    }
}

#[test]
fn what_people_put_around_a_key_is_told_before_a_server_refuses_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let given = |key: &str| SMALL.replace("\"0123456789abcdef\"", &format!("{key:?}"));
    let file = SMALL.replace("api_key = \"0123456789abcdef\"", "api_key_file = \"radarr.key\"");
    for (key, complaint) in [
        ("RADARR_API_KEY=s3cr3t", "only the key itself, without a name and `=`"),
        ("export RADARR_API_KEY=\"s3cr3t\"", "only the key itself, without a name and `=`"),
        ("RADARR_API_KEY=s3cr3t\nJELLYFIN_API_KEY=s3cr3t", "only the key itself, without a name and `=`"),
        ("${RADARR_KEY_s3cr3t}", "variables are not expanded"),
        ("$RADARR_KEY_s3cr3t", "variables are not expanded"),
        ("{{ s3cr3t }}", "variables are not expanded"),
        ("%RADARR_KEY_s3cr3t%", "variables are not expanded"),
        ("<s3cr3t>", "variables are not expanded"),
        ("\"s3cr3t\"", "only the key itself, without quotes"),
        ("`s3cr3t`", "only the key itself, without quotes"),
        ("X-Api-Key: s3cr3t", "only the key itself"),
        ("s3cr3t s3cr3t", "only the key itself"),
    ] {
        std::fs::write(folder.path().join("radarr.key"), format!("{key}\n")).unwrap();
        let env =
            |name: &str| if name == "LBJF_RADARR_API_KEY" { Some(key.to_owned()) } else { no_env(name) };
        for config in [
            Config::parse(&file, &path, &no_env),
            Config::parse(SMALL, &path, &env),
            // A line feed in the config is a problem of its own.
            Config::parse(&given(&key.replace('\n', " ")), &path, &no_env),
        ] {
            let report = config.unwrap_err().to_string();
            assert!(report.contains(complaint) && !report.contains("s3cr3t"), "{key}: {report}");
        }
    }
}

#[test]
fn a_key_knows_where_it_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("radarr.key");
    std::fs::write(&file, "from-a-file\n").unwrap();
    let by_file =
        |path: &str| SMALL.replace("api_key = \"0123456789abcdef\"", &format!("api_key_file = \"{path}\""));
    let credentials = folder.path().to_str().unwrap().to_owned();
    let systemd =
        |name: &str| if name == "CREDENTIALS_DIRECTORY" { Some(credentials.clone()) } else { no_env(name) };
    let env = |name: &str| {
        if name == "LBJF_RADARR_API_KEY" { Some("from-the-environment".to_owned()) } else { no_env(name) }
    };
    let path = folder.path().join("config.toml");
    let origin = |text: &str, env: Env<'_>| {
        Config::parse(text, &path, env).unwrap().radarrs.remove(0).api_key.origin().clone()
    };
    assert_eq!(origin(SMALL, &no_env), KeyOrigin::Config);
    assert_eq!(origin(&by_file("radarr.key"), &no_env), KeyOrigin::File(file.clone()));
    assert_eq!(origin(&by_file("radarr.key"), &systemd), KeyOrigin::Credential(file.clone()));
    assert_eq!(
        origin(&by_file("radarr.key"), &env),
        KeyOrigin::Environment("LBJF_RADARR_API_KEY".to_owned())
    );
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(elsewhere.path(), "from-elsewhere").unwrap();
    let absolute = elsewhere.path().to_str().unwrap();
    assert_eq!(origin(&by_file(absolute), &systemd), KeyOrigin::File(elsewhere.path().to_owned()));
}

#[test]
fn certificates_are_read_with_the_config() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let text =
        SMALL.replace("[jellyfin]", "ca_file = \"radarr.pem\"\n[jellyfin]\nca_file = \"jellyfin.pem\"");
    std::fs::write(folder.path().join("jellyfin.pem"), "-----BEGIN PRIVATE KEY-----\n").unwrap();
    let report = Config::parse(&text, &path, &no_env).unwrap_err().to_string();
    let shown = folder.path().display();
    for line in [
        format!("line 8: radarr.ca_file: cannot read `{shown}/radarr.pem`: No such file"),
        format!("line 10: jellyfin.ca_file: `{shown}/jellyfin.pem` contains no certificate in PEM form"),
    ] {
        assert!(report.contains(&line), "{report}");
    }
    let pem = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    for name in ["radarr.pem", "jellyfin.pem"] {
        std::fs::write(folder.path().join(name), pem).unwrap();
    }
    let config = Config::parse(&text, &path, &no_env).unwrap();
    assert!(config.radarrs[0].clone().ca_file.is_some() && config.jellyfin.unwrap().ca_file.is_some());
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

#[test]
fn proxies_are_checked_like_everything_else_and_list_and_file_both_count() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("proxies.txt"), "10.0.0.1:8080\nnonsense\n").unwrap();
    let path = folder.path().join("config.toml");
    let with = |lines: &str| Config::parse(&format!("[letterboxd]\n{lines}\n{SMALL}"), &path, &no_env);
    let config = with("proxies = [\"socks5h://u:p@h:1080\"]\nrequests_per_second = 0.5").unwrap();
    assert_eq!(config.letterboxd.proxies[0].to_string(), "h:1080");
    assert!((config.letterboxd.requests_per_second - 0.5).abs() < f64::EPSILON);
    let report = with("proxies = [\"http://s3cr3t\", \"ftp://u:s3cr3t@h\"]\nproxy_type = \"socks\"\nrequests_per_second = -1")
        .unwrap_err()
        .to_string();
    for line in [
        "line 2: letterboxd.proxies: entry 2 must begin with http, https, socks5 or socks5h",
        "line 3: letterboxd.proxy_type: must be `http`, `https`, `socks5` or `socks5h`, found `socks`",
        "line 4: letterboxd.requests_per_second: must be a number from 0, found an integer",
    ] {
        assert!(report.contains(line), "{report}");
    }
    assert!(!report.contains("s3cr3t"), "{report}");
    let report = with("proxies = [\"http://h:1\"]\nproxy_file = \"proxies.txt\"").unwrap_err().to_string();
    assert!(report.contains("letterboxd.proxy_file: line 2 of `"), "{report}");
    std::fs::write(folder.path().join("proxies.txt"), "10.0.0.1:8080\n").unwrap();
    let config = with("proxies = [\"http://h:1\"]\nproxy_file = \"proxies.txt\"").unwrap();
    let both: Vec<_> = config.letterboxd.proxies.iter().map(ToString::to_string).collect();
    assert_eq!(both, ["h:1", "10.0.0.1:8080"]);
}

#[test]
fn a_proxy_file_that_names_no_proxy_is_a_problem_and_no_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let report = |lines: &str| {
        let config = Config::parse(&format!("[letterboxd]\n{lines}\n{SMALL}"), &path, &no_env);
        config.expect_err("it is wrong").to_string()
    };
    for text in ["", "\n\n \t\n", "# none yet\n  # none\n", "\u{feff}", "\u{feff}# none\r\n"] {
        std::fs::write(folder.path().join("proxies.txt"), text).unwrap();
        for beside in ["", "proxies = [\"http://h:1\"]\n", "allow_direct_fallback = true\n"] {
            let report = report(&format!("{beside}proxy_file = \"proxies.txt\""));
            assert!(
                report.contains("letterboxd.proxy_file: `")
                    && report.contains("proxies.txt` contains no proxy"),
                "{text:?}: {report}"
            );
        }
    }
    std::fs::write(folder.path().join("proxies.txt"), "nonsense\n".repeat(30)).unwrap();
    let text = report("proxy_file = \"proxies.txt\"");
    assert!(text.contains("line 10 of `") && text.contains("has 20 more wrong lines"), "{text}");
    std::fs::write(folder.path().join("proxies.txt"), "h:1\n".repeat(1001)).unwrap();
    assert!(report("proxy_file = \"proxies.txt\"").contains("lists 1001 proxies; the limit is 1000"));
    let list = vec!["\"http://h\""; 1001].join(", ");
    assert!(report(&format!("proxies = [{list}]")).contains("lists 1001 proxies; the limit is 1000"));
    std::fs::write(folder.path().join("proxies.txt"), b"\xff\xfeh\0:\x001\0").unwrap();
    assert!(report("proxy_file = \"proxies.txt\"").contains("is not UTF-8 (line 1); save it as UTF-8"));
    assert!(report("proxy_file = \"/dev/zero\"").contains("is longer than 4 MiB"));
}

#[test]
fn a_proxy_that_is_named_twice_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    // Some providers give each user of one proxy an address of their own.
    std::fs::write(folder.path().join("proxies.txt"), "h:1\nh:1:ada:p\nh:2\nh:1\nh:1:ben:p\nh:1:ada:p\n")
        .unwrap();
    for (line, kept) in [
        ("proxies = [\"http://h:80\", \"socks5://h:80\", \"http://H\", \"http://h\"]", vec!["h:80", "h:80"]),
        ("proxy_file = \"proxies.txt\"", vec!["h:1", "h:1", "h:2", "h:1"]),
    ] {
        let config = Config::parse(&format!("[letterboxd]\n{line}\n{SMALL}"), &path, &no_env).unwrap();
        let proxies: Vec<_> = config.letterboxd.proxies.iter().map(ToString::to_string).collect();
        assert_eq!(proxies, kept, "{line}");
    }
}

#[test]
fn two_collection_names_that_may_be_one_folder_are_refused_and_one_name_may_be_shared() {
    let with = |first: &str, second: &str| {
        let users = format!(
            "{SMALL}\n[[users]]\nletterboxd_username = \"ben\"\njellyfin_username = \"ben\"\n\
             jellyfin_collection = \"{second}\"\n"
        );
        parse(&users.replacen("Ada's watchlist", first, 1))
    };
    for (first, second) in [
        ("Watchlist", "WATCHLIST"),
        ("Films d'Amélie", "Films d'Ame\u{301}lie"),
        ("Élodie", "e\u{301}LODIE"),
        ("Ada: to see", "Ada? to see"),
        ("AC/DC", "ac dc"),
    ] {
        let error = with(first, second).unwrap_err().to_string();
        let text =
            format!("users[1].jellyfin_collection: `{second}` may be one folder in Jellyfin with `{first}`");
        assert!(error.contains(&text), "{error}");
    }
    for (first, second) in [("Both's", "Both's"), ("Ada", "Adah"), ("Amélie", "Amelie")] {
        assert_eq!(with(first, second).unwrap().users.len(), 2, "{first} {second}");
    }
}

#[test]
fn a_collection_name_may_have_what_no_disk_takes_and_is_kept_in_one_form() {
    for (written, name) in
        [("Ada: to see", "Ada: to see"), ("AC/DC <3 *?", "AC/DC <3 *?"), ("Ame\u{301}lie", "Amélie")]
    {
        let config = parse(&SMALL.replace("Ada's watchlist", written)).unwrap();
        assert_eq!(config.users[0].collection, Some(Named::Name(name.to_owned())));
    }
}

#[test]
fn a_collection_id_is_taken_with_dashes_and_capitals() {
    let text = SMALL.replace(
        "jellyfin_collection = \"Ada's watchlist\"",
        "jellyfin_collection_id = \"C1E548B9-BFC9-8BDF-8BBA-E2909EEECA94\"",
    );
    let collection = parse(&text).unwrap().users[0].collection.clone();
    assert_eq!(collection, Some(Named::Id("c1e548b9bfc98bdf8bbae2909eeeca94".to_owned())));
}

#[test]
fn users_are_chosen_by_name_whatever_the_case() {
    let config = parse(&format!("{SMALL}[[users]]\nletterboxd_username = \"ben\"\n")).unwrap();
    assert_eq!(config.chosen_users(&[]).unwrap(), [0, 1]);
    assert_eq!(config.chosen_users(&["BEN".to_owned()]).unwrap(), [1]);
    let refused = config.chosen_users(&["bob".to_owned()]).unwrap_err().to_string();
    assert_eq!(refused, "`--user bob`: the config has no such user; it has `ada`, `ben`");
}

#[test]
fn a_person_has_lists_of_every_kind_and_a_list_may_stand_alone() {
    let text = format!(
        "{SMALL}name = \"Ada L.\"\nletterboxd_lists = [\"dave/best\", \"https://boxd.it/IWJq$s3cr3t\", \"Dave/Best/\"]\n\
        [[users]]\nname = \"Ben\"\nletterboxd_export = \"exports\"\n\
        [[lists]]\nname = \"The best\"\nletterboxd_list = \"dave/best\"\n"
    );
    let config = parse(&text).unwrap();
    let [ada, ben, best] = &config.users[..] else { panic!("{:?}", config.users) };
    assert_eq!((ada.name.as_str(), ada.is_person, ada.wants.lists.len()), ("Ada L.", true, 3));
    assert_eq!(ada.wants.lists[0].key(), crate::domain::list::ListKey::watchlist("ada"));
    assert!(!format!("{ada:?}").contains("s3cr3t"));
    assert!(
        matches!(&ben.wants.lists[..], [crate::domain::list::ListSource::Export { path, member: None, .. }]
        if path == Path::new("/etc/lbjf/exports"))
    );
    assert_eq!(best.collection.as_ref().unwrap().to_string(), "`The best`");
    assert!(!best.is_person && !best.remove_watched && best.jellyfin_username.is_none());
    assert_eq!(config.chosen_users(&["the best".to_owned()]).unwrap(), [2]);
}

#[test]
fn a_playlist_is_named_or_given_by_its_id_and_needs_a_user() {
    use crate::domain::shelf::Named;
    let with = |lines: &str| parse(&format!("{SMALL}{lines}\n"));
    let playlist = |lines: &str| with(lines).unwrap().users[0].playlist.clone();
    assert_eq!(playlist(""), None);
    assert_eq!(
        playlist("jellyfin_playlist = \" Films: mine \""),
        Some(Named::Name("Films: mine".to_owned()))
    );
    let id = "c1e548b9-bfc9-8bdf-8bba-e2909eeeca94";
    let named = playlist(&format!("jellyfin_playlist_id = \"{id}\""));
    assert_eq!(named, Some(Named::Id(id.replace('-', ""))));
    for (lines, text) in [
        (
            "jellyfin_playlist = \"a\"\njellyfin_playlist_id = \"c1e548b9bfc98bdf8bbae2909eeeca94\"",
            "users[0].jellyfin_playlist: cannot be combined with `jellyfin_playlist_id`; set one of them",
        ),
        ("jellyfin_playlist_id = \"7\"", "as in the address of the playlist's page in Jellyfin, found `7`"),
        ("jellyfin_playlist = \"//\"", "users[0].jellyfin_playlist: must contain a letter or a digit"),
        (
            "[[users]]\nletterboxd_username = \"ben\"\njellyfin_playlist = \"Films\"",
            "users[1].jellyfin_username: is missing; a playlist belongs to one Jellyfin user",
        ),
        (
            "[[lists]]\nname = \"Best\"\nletterboxd_list = \"dave/best\"\njellyfin_playlist = \"Best\"",
            "lists[0].jellyfin_username: is missing; a playlist belongs to one Jellyfin user",
        ),
    ] {
        let report = report(&format!("{SMALL}{lines}\n"));
        assert!(report.contains(text), "{text}\n{report}");
    }
    let list = "[[lists]]\nname = \"Best\"\nletterboxd_list = \"dave/best\"\njellyfin_username = \"ada\"\n";
    let of = |lines: &str| {
        let user = with(&format!("{list}{lines}")).unwrap().users.remove(1);
        (user.collection.is_some(), user.playlist.is_some())
    };
    assert_eq!(of(""), (true, false));
    assert_eq!(of("jellyfin_playlist = \"Best\""), (false, true), "in place of the collection");
    assert_eq!(of("jellyfin_playlist = \"Best\"\njellyfin_collection = \"Best\""), (true, true));
}

#[test]
fn watched_by_is_everybody_or_anyone() {
    use crate::domain::shelf::WatchedBy;
    assert_eq!(parse(SMALL).unwrap().users[0].watched_by, WatchedBy::Everybody);
    let with = |value: &str| format!("{SMALL}watched_by = \"{value}\"\n");
    assert_eq!(parse(&with("anyone")).unwrap().users[0].watched_by, WatchedBy::Anyone);
    assert_eq!(parse(&with("everybody")).unwrap().users[0].watched_by, WatchedBy::Everybody);
    let text = "users[0].watched_by: must be `everybody` or `anyone`, found `all`";
    assert!(report(&with("all")).contains(text));
}

#[test]
fn what_is_wrong_with_a_list_is_told_without_its_secret() {
    let text = format!(
        "{SMALL}letterboxd_lists = [\"ada\", \"https://boxd.it/a b$s3cr3t\", \"dave/best/decade/1990s\"]\n\
        [[users]]\nletterboxd_export = \"exports\"\n\
        [[lists]]\nname = \"ADA\"\nletterboxd_list = \"dave/best\"\nremove_watched = true\n[[lists]]\n"
    );
    let report = report(&text);
    for part in [
        "users[0].letterboxd_lists: `ada` is not the address of a Letterboxd list; write `dave/official-top-250`",
        "users[0].letterboxd_lists: `https://boxd.it/a b$…` is not the address",
        "`dave/best/decade/1990s` shows a part of a list only; give the address of the whole list",
        "users[1].name: is missing; without `letterboxd_username`, give this person a name",
        "lists[0].name: duplicate user `ADA`",
        "lists[0].jellyfin_username: is missing; `remove_watched` needs to know whose watched films count",
        "lists[1].name: is missing; give this list a name",
        "lists[1].letterboxd_list: is missing",
    ] {
        assert!(report.contains(part), "{part}\n{report}");
    }
    assert!(!report.contains("s3cr3t"), "{report}");
    let titles = SMALL
        .replace("[radarr]", "[radar]")
        .replace("[jellyfin]", "[letterboxd]\nmatch_titles = true\n[jellyfin]");
    assert!(self::report(&titles).contains("letterboxd.match_titles: needs `[radarr]`"));
}

/// What a config with this `[[notify]]` block says is wrong with it; nothing where it is right.
fn of_receiver(block: &str) -> String {
    parse(&format!("{SMALL}\n[[notify]]\n{block}\n"))
        .map_or_else(|error| error.to_string(), |_| String::new())
}

#[test]
fn a_receiver_has_the_keys_of_its_kind_and_no_others() {
    for (block, expected) in [
        ("kind = \"ntfy\"\nurl = \"https://ntfy.sh/\"\ntopic = \"films\"\npriority = 5\ntag = \"x\"", ""),
        ("kind = \"Gotify\"\nurl = \"http://h/base/\"\ntoken = \"abc.d\"\npriority = 10", ""),
        ("kind = \"discord\"\nurl = \"https://discord.com/api/webhooks/1/x?thread_id=2\"", ""),
        ("kind = \"apprise\"\nurl = \"http://h/notify/key/\"\non = [\"always\"]", ""),
        ("kind = \"webhook\"\nurl = \"http://h\"", ""),
        ("kind = \"healthchecks\"\nurl = \"https://hc-ping.com/0123/start\"", ""),
        ("kind = \"mail\"\nurl = \"http://h\"", "notify[0].kind: must be one of `ntfy`, `gotify`, "),
        ("url = \"http://h\"", "notify[0].kind: is missing"),
        ("kind = \"ntfy\"\nurl = \"http://h\"", "notify[0].topic: is missing"),
        (
            "kind = \"ntfy\"\ntopic = \"films\"",
            "notify[0].url: is missing; set it, `url_file` or $LBJF_NOTIFY_NTFY_URL",
        ),
        (
            "kind = \"gotify\"\nurl = \"http://h\"",
            "notify[0].token: is missing; set it, `token_file` or $LBJF_",
        ),
        (
            "kind = \"ntfy\"\nurl = \"http://h/s3cr3t\"\ntopic = \"x\"",
            "notify[0].url: must be the address of the ntfy",
        ),
        (
            "kind = \"ntfy\"\nurl = \"http://h\"\ntopic = \"s3cr3t/x\"",
            "notify[0].topic: must have up to 64 letters",
        ),
        (
            "kind = \"ntfy\"\nurl = \"http://h\"\ntopic = \"x\"\npriority = 6",
            "must be from 1 to 5, found `6`",
        ),
        (
            "kind = \"ntfy\"\nurl = \"http://ntfy.sh\"\ntopic = \"x\"",
            "notify[0].url: must begin with `https://`",
        ),
        ("kind = \"discord\"\nurl = \"https://h/s3cr3t\"", "notify[0].url: must be the address of a webhook"),
        (
            "kind = \"discord\"\nurl = \"s3cr3t\"",
            "notify[0].url: must begin with `http://` or `https://` and a host",
        ),
        (
            "kind = \"discord\"\nurl = \"http://a:s3cr3t@h/webhooks/1\"",
            "must not contain a user name or password",
        ),
        (
            "kind = \"discord\"\nurl_file = \"https://h/webhooks/s3cr3t\"",
            "looks like the value itself; put it into `url`",
        ),
        ("kind = \"gotify\"\nurl = \"http://h\"\ntoken_file = \"s3cr3t0123456789\"", "put it into `token`"),
        (
            "kind = \"gotify\"\nurl = \"http://h\"\ntoken = \"s3cr3t x\"",
            "notify[0].token: must be one line of plain",
        ),
        (
            "kind = \"apprise\"\nurl = \"http://h/notify/\"",
            "notify[0].url: must end with `/notify/` and the key",
        ),
        ("kind = \"healthchecks\"\nurl = \"http://h\"", "notify[0].url: must be the ping address of a check"),
        ("kind = \"healthchecks\"\nurl = \"http://h/x\"\non = [\"failed\"]", "`on`"),
        (
            "kind = \"discord\"\nurl = \"http://h/webhooks/1\"\ntoken = \"s3cr3t\"",
            "notify[0].token: is not a key of the kind `discord`",
        ),
        (
            "kind = \"webhook\"\nurl = \"http://h\"\non = [\"failure\"]",
            "must have `changed`, `failed`, `recovered` or `always`, found `failure`",
        ),
        ("kind = \"webhook\"\nurl = \"http://h\"\non = []", "notify[0].on: must not be empty"),
        (
            "kind = \"webhook\"\nurl = \"http://h\"\nurls = \"s3cr3t\"",
            "notify[0].urls: is not a key; did you mean `url`?",
        ),
    ] {
        let found = of_receiver(block);
        let expected = expected.replace("`on`", "notify[0].on: is not a key of the kind `healthchecks`");
        assert!(found.contains(&expected) && found.is_empty() == expected.is_empty(), "{block}\n{found}");
        assert!(!found.contains("s3cr3t"), "{found}");
    }
}

#[test]
fn receivers_are_named_by_their_kind_and_the_environment_is_for_the_only_one() {
    let discord = "\n[[notify]]\nkind = \"discord\"\nurl = \"https://h/webhooks/1/s3cr3t\"\n";
    let config = parse(&[SMALL, discord, discord].concat()).unwrap();
    let names: Vec<_> = config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    assert_eq!(names, ["discord", "discord 2"]);
    assert!(!format!("{config:?}").contains("s3cr3t"));
    let env = |name: &str| match name {
        "LBJF_NOTIFY_DISCORD_URL" => Some("https://h/webhooks/2/other\n".to_owned()),
        "HOME" => Some("/home/ada".to_owned()),
        _ => None,
    };
    let parse = |text: &str| Config::parse(text, Path::new("/etc/lbjf/config.toml"), &env);
    let one = parse(&[SMALL, "\n[[notify]]\nkind = \"discord\"\n"].concat()).unwrap();
    assert_eq!(one.receivers[0].url.reveal().path(), "/webhooks/2/other");
    let two = parse(&[SMALL, discord, discord].concat()).expect_err("it cannot be for both").to_string();
    assert!(
        two.contains("$LBJF_NOTIFY_DISCORD_URL says nothing where several receivers are of this kind"),
        "{two}"
    );
}
