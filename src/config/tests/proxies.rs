//! The ways out to Letterboxd.

use super::*;

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
