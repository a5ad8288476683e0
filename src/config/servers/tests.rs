//! Several Radarrs: their names, keys, and whose films go to which.

use std::path::Path;

use crate::config::{Config, ConfigError};
use crate::domain::secret::KeyOrigin;

/// Two Radarrs, and ada with these lines.
fn config(main: &str, uhd: &str, ada: &str) -> String {
    let radarr = |url: &str, lines: &str| {
        format!(
            "[[radarr]]\nurl = \"http://{url}\"\nroot_folder_path = \"/m\"\nquality_profile = \"HD\"\n{lines}\n"
        )
    };
    let (main, uhd) = (radarr("main", main), radarr("uhd", uhd));
    format!("{main}{uhd}[[users]]\nletterboxd_username = \"ada\"\n{ada}\n")
}

const MAIN: &str = "name = \"main\"\napi_key = \"k1\"";
const UHD: &str = "name = \"4k-UHD\"\napi_key = \"k2\"";

fn parse(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let env = |name: &str| env(name).or_else(|| (name == "HOME").then(|| "/home/ada".to_owned()));
    Config::parse(text, Path::new("/etc/lbjf/config.toml"), &env)
}

fn no_env(_: &str) -> Option<String> {
    None
}

#[test]
fn films_go_to_the_first_radarr_unless_a_block_names_others() {
    for (ada, expected) in [
        ("", &["main"][..]),
        ("radarr = \"4K-uhd\"", &["4k-UHD"]),
        ("radarr = [\"4k_uhd\", \"main\", \"MAIN\"]", &["4k-UHD", "main"]),
        ("radarr = []", &[]),
        ("radarr = [\"main\"]\nquality_profile = \"Ada's\"", &["main"]),
    ] {
        let config = parse(&config(MAIN, UHD, ada), &no_env).unwrap();
        assert_eq!(config.users[0].radarrs, expected, "{ada}");
        assert_eq!(config.radarrs[1].name.about(), "radarr `4k-UHD`");
    }
    let text = config(MAIN, UHD, "")
        + "[[lists]]\nname = \"Top\"\nletterboxd_list = \"dave/top\"\nradarr = \"main\"\n";
    assert_eq!(parse(&text, &no_env).unwrap().users[1].radarrs, ["main"]);
}

#[test]
fn one_radarr_needs_no_name_and_several_are_told_apart() {
    let one = |lines: &str| {
        config("", lines, "").split_off(config("", "", "").find("[[radarr]]\nurl = \"http://uhd").unwrap())
    };
    let config_of_one = parse(&one("api_key = \"k\""), &no_env).unwrap();
    assert_eq!(
        (config_of_one.radarrs[0].name.about(), &*config_of_one.users[0].radarrs[0]),
        ("radarr".to_owned(), "radarr")
    );
    let named = parse(&one(UHD), &no_env).unwrap();
    assert_eq!((named.radarrs[0].name.about(), &*named.users[0].radarrs[0]), ("radarr".to_owned(), "4k-UHD"));
    for (main, uhd, ada, expected) in [
        ("api_key = \"k\"", UHD, "", "radarr[0].name: is missing; where there are several, each needs one"),
        (
            MAIN,
            "name = \"4k uhd\"\napi_key = \"k\"",
            "",
            "radarr[1].name: must be 1 to 50 letters, digits, `-` or `_`",
        ),
        (MAIN, "name = \"MAIN\"\napi_key = \"k\"", "", "radarr[1].name: duplicate Radarr `MAIN`"),
        ("name = \"4k_uhd\"\napi_key = \"k\"", UHD, "", "radarr[1].name: duplicate Radarr `4k-UHD`"),
        (MAIN, UHD, "radarr = \"hd\"", "users[0].radarr: there is no Radarr `hd`; there is `main`, `4k-UHD`"),
        (MAIN, UHD, "radarr = 5", "users[0].radarr: must be a string or a list of strings, found an integer"),
        (
            MAIN,
            UHD,
            "radarr = [\"main\", \"4k-UHD\"]\nroot_folder_path = \"/ada\"",
            "users[0].root_folder_path: cannot be set where films go to several Radarrs",
        ),
        (
            MAIN,
            "name = \"b\"",
            "",
            "radarr[1].api_key: is missing; set it, `api_key_file` or $LBJF_RADARR_B_API_KEY",
        ),
    ] {
        let error = parse(&config(main, uhd, ada), &no_env).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("has 1 problem\n"), "{expected}: {error}");
    }
    let same = config(MAIN, UHD, "").replace("http://uhd", "http://MAIN:80/");
    let error = parse(&same, &no_env).unwrap_err().to_string();
    assert!(error.contains("radarr[1].url: is also the address of `main`"), "{error}");
    let none = parse("[[users]]\nletterboxd_username = \"ada\"\nradarr = \"main\"\n", &no_env).unwrap_err();
    assert!(none.to_string().contains("users[0].radarr: names a Radarr, but the config has no `[radarr]`"));
}

#[test]
fn the_key_of_each_may_come_from_a_variable_with_its_name() {
    let env = |name: &str| (name == "LBJF_RADARR_4K_UHD_API_KEY").then(|| "from-env".to_owned());
    let config_here = parse(&config(MAIN, "name = \"4k-UHD\"", ""), &env).unwrap();
    let key = &config_here.radarrs[1].api_key;
    assert_eq!(key.reveal(), "from-env");
    assert_eq!(*key.origin(), KeyOrigin::Environment("LBJF_RADARR_4K_UHD_API_KEY".to_owned()));
    let unnamed = |name: &str| (name == "LBJF_RADARR_API_KEY").then(|| "from-env".to_owned());
    let error = parse(&config(MAIN, UHD, ""), &unnamed).unwrap_err().to_string();
    assert!(error.contains("has 2 problems") && !error.contains("from-env"), "{error}");
    let expected = "radarr[1].name: `LBJF_RADARR_API_KEY` in the environment is for a Radarr without a name; use \
                    `LBJF_RADARR_4K_UHD_API_KEY`";
    assert!(error.contains(expected), "{error}");
}
