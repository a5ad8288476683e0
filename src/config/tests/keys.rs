//! Secrets, and what else is read from files: where they come from, and that no message shows them.

use super::*;
use crate::domain::secret::KeyOrigin;

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
