//! `config.example.toml` states every key, and every default.

use std::collections::BTreeSet;
use std::fs;

use super::read;
use lbjf::config::{Config, ConfigError};

/// Parses a config whose keys were filled in.
pub fn parse(text: &str) -> Result<Config, ConfigError> {
    let mine = text
        .replace("put-the-key-here", "0123456789abcdef")
        .replace("put-a-name-here", "Ada's watchlist")
        .replace("put-a-long-random-topic-here", "films-4711");
    let words = ["put-your-letterboxd-name-here", "put-your-jellyfin-name-here"];
    parse_as_it_is(&words.iter().fold(mine, |text, word| text.replace(word, "ada")))
}

/// Parses a config with an environment that has a home and, as systemd would, files for the keys.
fn parse_as_it_is(text: &str) -> Result<Config, ConfigError> {
    let credentials = tempfile::tempdir().expect("a folder for temporary files");
    for name in ["radarr_api_key", "jellyfin_api_key", "ntfy_token"] {
        fs::write(credentials.path().join(name), "0123456789abcdef\n").expect("it can be written to");
    }
    let webhook = "https://discord.com/api/webhooks/1/0123456789abcdef\n";
    fs::write(credentials.path().join("discord_webhook"), webhook).expect("it can be written to");
    for name in ["radarr-ca.pem", "jellyfin-ca.pem"] {
        let pem = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        fs::write(credentials.path().join(name), pem).expect("it can be written to");
    }
    let path = credentials.path().join("config.toml");
    fs::write(credentials.path().join("proxies.txt"), "10.0.0.1:8080\n").expect("it can be written to");
    let env = |name: &str| match name {
        "HOME" => Some("/home/ada".to_owned()),
        "CREDENTIALS_DIRECTORY" => Some(credentials.path().display().to_string()),
        _ => None,
    };
    Config::parse(text, &path, &env).map(|config| Config { path: None, ..config })
}

fn parse_example(text: &str) -> Config {
    parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The key of a line of the example, whether it is commented out or not, and what stands before it.
fn key_of(line: &str) -> Option<(&str, &str)> {
    let key = line.trim_start_matches('#');
    let marks = &line[..line.len() - key.len()];
    let (key, _) = key.split_once(" = ")?;
    let is_key = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-\"".contains(&byte);
    let is_key = !key.is_empty() && key.bytes().all(is_key);
    is_key.then_some((marks, key))
}

/// The example's blocks that are commented out as a whole, and keys of theirs that cannot stand beside the others.
const BLOCKS: [(&str, &[&str]); 2] = [
    ("##[[lists]]", &["jellyfin_collection_id", "jellyfin_playlist_id", "quality_profile_id"]),
    ("##[[notify]]", &["url_file", "token_file"]),
];

/// The example with one of them.
fn with_block(text: &str, header: &str) -> String {
    let (_, rivals) = BLOCKS.iter().find(|(known, _)| *known == header).expect("a block of the example");
    let (before, block) = text.split_once(&format!("\n{header}\n")).expect("the block");
    let (block, after) = block.split_once("\n\n").expect("an end of the block");
    let keys = block.lines().filter_map(|line| line.strip_prefix("##"));
    let keys = keys.filter(|line| key_of(line).is_some_and(|(_, key)| !rivals.contains(&key)));
    format!("{before}\n{}\n{}\n\n{after}", &header[2..], keys.collect::<Vec<_>>().join("\n"))
}

/// The example without any of them.
fn without_blocks(text: &str) -> String {
    BLOCKS.iter().fold(text.to_owned(), |text, (header, _)| {
        let (before, block) = text.split_once(&format!("\n{header}\n")).expect("the block");
        let (_, after) = block.split_once("\n\n").expect("an end of the block");
        format!("{before}\n\n{after}")
    })
}

/// The example with some of its lines changed.
fn example(change: impl Fn(&str) -> String) -> String {
    read("config.example.toml").lines().map(change).collect::<Vec<_>>().join("\n")
}

#[test]
fn it_states_the_defaults() {
    let as_is = parse_example(&example(str::to_owned));
    let uncommented = example(|line| match key_of(line) {
        Some(("#", _)) => line[1..].to_owned(),
        _ => line.to_owned(),
    });
    assert_ne!(example(str::to_owned), uncommented);
    assert_eq!(format!("{as_is:#?}"), format!("{:#?}", parse_example(&uncommented)));
}

#[test]
fn it_has_six_lines_to_change_and_nothing_else_has_to_be() {
    let text = read("config.example.toml");
    let marked: Vec<_> = text.lines().filter(|line| line.ends_with("# <- change")).collect();
    let keys = [
        "api_key",
        "root_folder_path",
        "api_key",
        "letterboxd_username",
        "jellyfin_username",
        "jellyfin_collection",
    ];
    assert_eq!(marked.iter().map(|line| line.split(' ').next().unwrap_or("")).collect::<Vec<_>>(), keys);
    let changed: Vec<String> = text
        .lines()
        .map(|line| match line.split_once(" = ").filter(|_| line.ends_with("# <- change")) {
            Some((key, _)) => format!("{key} = \"changed\""),
            None => line.to_owned(),
        })
        .collect();
    assert!(parse_as_it_is(&changed.join("\n")).is_ok());
    // `/movies` may be right as it is.
    let error = parse_as_it_is(&text).expect_err("names and keys are needed").to_string();
    assert!(
        error.contains("has 5 problems") && error.matches("still has the example's value: ").count() == 5,
        "{error}"
    );
    // Where the keys come from does not make the names somebody's.
    let names = parse_as_it_is(&text.replace("put-the-key-here", "0123456789abcdef"));
    let error = names.expect_err("names are needed").to_string();
    for key in ["letterboxd_username", "jellyfin_username", "jellyfin_collection"] {
        assert!(
            error.contains(&format!("users[0].{key}: still has the example's value: set your own")),
            "{error}"
        );
    }
    assert!(error.contains("has 3 problems"), "{error}");
}

#[test]
fn it_sets_only_what_has_no_default() {
    let text = read("config.example.toml");
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some(("", key)) = key_of(line) else { continue };
        let without = [&lines[..index], &lines[index + 1..]].concat().join("\n");
        // A collection is optional, but an example without one would show little.
        assert_eq!(parse(&without).is_err(), key != "jellyfin_collection", "{key}");
    }
}

#[test]
fn it_gives_values_that_are_accepted() {
    let text = read("config.example.toml");
    let config = parse_example(&with_block(&text, "##[[lists]]"));
    assert_eq!(config.users[1].name, "Top 250");
    let config = parse_example(&with_block(&text, "##[[notify]]"));
    assert_eq!(config.receivers[0].name, "ntfy");
    let text = without_blocks(&text);
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some(("##", key)) = key_of(line) else { continue };
        // The key that cannot stand beside it: the one whose name is the beginning of its name, in the same table.
        let table_of = |index: usize| lines[..index].iter().filter(|line| line.starts_with('[')).count();
        let is_rival = |other: usize| {
            let rival = key_of(lines[other]).filter(|(marks, _)| marks.is_empty());
            rival.is_some_and(|(_, rival)| table_of(other) == table_of(index) && key.starts_with(rival))
        };
        let variant = (0..lines.len()).filter(|other| !is_rival(*other));
        let variant = variant.map(|other| if other == index { &line[2..] } else { lines[other] });
        let variant = variant.collect::<Vec<_>>().join("\n");
        parse_example(&variant);
    }
}

#[test]
fn it_holds_every_key_that_is_read() {
    // A key that nobody knows brings the list of all that are known.
    const NOBODYS: &str = "zzzz = 1";
    let text = read("config.example.toml");
    let known_after = |header: &str| -> BTreeSet<String> {
        let spoiled = match header {
            "" => format!("{NOBODYS}\n{text}"),
            block if block.starts_with("##") => {
                let header = format!("\n{}\n", &block[2..]);
                with_block(&text, block).replacen(&header, &format!("{header}{NOBODYS}\n"), 1)
            }
            header => text.replacen(&format!("\n{header}\n"), &format!("\n{header}\n{NOBODYS}\n"), 1),
        };
        assert_ne!(spoiled, text);
        let error = parse(&spoiled).expect_err("nobody knows the key").to_string();
        let (_, list) = error.split_once("zzzz: is not a key; there are ").expect("the list of keys");
        list.lines().next().unwrap_or("").split(", ").map(|key| key.trim_matches('`').to_owned()).collect()
    };
    let mut headers: BTreeSet<String> = BTreeSet::from([String::new()]);
    let is_header = |line: &&str| line.trim_start_matches("##").starts_with('[');
    headers.extend(text.lines().filter(is_header).map(str::to_owned));
    // The keys of `[films]` are a person's own.
    for header in headers.iter().filter(|header| *header != "[films]") {
        let mut lines = text.lines().skip_while(|line| !header.is_empty() && line != header);
        let mut shown: BTreeSet<String> = BTreeSet::new();
        let section = lines.by_ref().skip(1).take_while(|line| !is_header(line));
        shown.extend(section.filter_map(key_of).map(|(_, key)| key.to_owned()));
        // The tables within this one.
        let name = header.trim_matches(['#', '[', ']']);
        for inner in headers.iter().map(|other| other.trim_matches(['#', '[', ']'])) {
            match inner.rsplit_once('.') {
                Some((outer, inner)) if outer == name => shown.insert(inner.to_owned()),
                None if name.is_empty() && !inner.is_empty() => shown.insert(inner.to_owned()),
                _ => false,
            };
        }
        assert_eq!(shown, known_after(header), "{header}");
    }
}
