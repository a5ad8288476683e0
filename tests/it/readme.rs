//! What is written for readers is true: the README, `config.example.toml`, `docs/` and the comments' links to it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::World;
use clap::Parser;
use lbjf::cli::Cli;
use lbjf::config::{Config, ConfigError};
use lbjf::exit::Exit;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The code blocks of a Markdown text whose language is one of these.
fn blocks(text: &str, languages: &[&str]) -> Vec<String> {
    let mut blocks = Vec::new();
    // What stands between two fences is code every other time.
    for block in text.split("```").skip(1).step_by(2) {
        let (language, code) = block.split_once('\n').expect("a fence ends its line");
        if languages.contains(&language) {
            blocks.push(code.to_owned());
        }
    }
    blocks
}

/// The cells of the Markdown table whose header row contains `header`.
fn table<'a>(text: &'a str, header: &str) -> Vec<Vec<&'a str>> {
    let rows = text.lines().skip_while(|line| !(line.starts_with('|') && line.contains(header))).skip(2);
    let cells = |line: &'a str| line.trim_matches('|').split('|').map(str::trim).collect();
    rows.take_while(|line| line.starts_with('|')).map(cells).collect()
}

#[test]
fn every_config_in_the_texts_is_one() {
    let texts =
        ["README.md", "docs/using.md", "docs/notifications.md"].map(|name| blocks(&read(name), &["toml"]));
    assert!(texts.iter().all(|blocks| !blocks.is_empty()));
    for mut block in texts.concat() {
        if !block.contains("[[users]]") {
            block += "\n[[users]]\nletterboxd_username = \"ada\"\n";
        }
        parse(&block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
}

#[test]
fn the_compose_file_in_the_readme_builds_the_image_that_is_there() {
    let blocks = blocks(&read("README.md"), &["yaml"]);
    assert_eq!(blocks.len(), 1);
    let compose: serde_json::Value = serde_saphyr::from_str(&blocks[0]).expect("YAML");
    let build = &compose["services"]["lbjf"]["build"];
    let dockerfile = read(build["dockerfile"].as_str().expect("it names a file"));
    assert!(dockerfile.contains(&format!(" AS {}\n", build["target"].as_str().expect("it names a stage"))));
}

#[test]
fn what_others_are_to_read_is_yaml() {
    let blocks =
        ["docs/notifications.md", "docs/metrics.md"].map(|name| blocks(&read(name), &["yaml"])).concat();
    assert!(blocks.len() >= 2);
    for block in blocks {
        let parsed: Result<serde_json::Value, _> = serde_saphyr::from_str(&block);
        assert!(parsed.is_ok_and(|value| value.is_object()), "{block}");
    }
}

#[test]
fn the_exit_codes_in_the_readme_are_those_of_the_program() {
    let readme = read("README.md");
    let told: Vec<(u8, String)> = table(&readme, "exit code")
        .into_iter()
        .map(|row| (row[0].parse().expect("a number"), row[1].to_owned()))
        .collect();
    let own: Vec<_> = Exit::TABLE.iter().map(|(code, meaning)| (*code, (*meaning).to_owned())).collect();
    assert_eq!(told, own);
}

#[test]
fn every_command_line_in_the_texts_is_understood() {
    let mut count = 0;
    let mut texts: Vec<(&str, String)> =
        ["contrib/lbjf.cron", "contrib/systemd/lbjf.service"].map(|name| (name, read(name))).into();
    for name in
        ["README.md", "docs/using.md", "docs/install.md", "docs/migrating.md", "docs/notifications.md"]
    {
        texts.push((name, blocks(&read(name), &["sh", "cron"]).join("\n")));
    }
    for (name, code) in texts {
        // In these lines lbjf is a file, a unit, a container or an image.
        let others = ["# ", "install ", "docker ", "journalctl ", "systemctl "];
        let is_other = |line: &&str| others.iter().any(|word| line.starts_with(word));
        for line in code.lines().filter(|line| !is_other(line)) {
            let line = line.split(" # ").next().expect("split gives one part at least");
            let is_program =
                |word: &str| word == "lbjf" || word.ends_with("/lbjf") || word.ends_with("=lbjf");
            let words = line.split_whitespace().skip_while(|word| !is_program(word));
            // What a shell does with the output is not lbjf's.
            let words: Vec<_> =
                words.take_while(|word| !matches!(*word, "|" | ">" | "2>&1" | "&&")).collect();
            if words.len() > 1 {
                Cli::try_parse_from(&words).unwrap_or_else(|error| panic!("{name}: {line}\n{error}"));
                count += 1;
            }
        }
    }
    assert!(count > 5, "{count}");
}

#[test]
fn every_message_that_is_explained_is_one_of_the_program() {
    let mut sources = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src is there") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources += &fs::read_to_string(path).expect("sources are text");
            }
        }
    }
    // A string that goes on in the next line, and what is escaped in it.
    let sources = sources.replace("\\\"", "\"");
    let sources = sources.split("\\\n").map(str::trim_start).collect::<String>();
    let messages = read("docs/messages.md");
    let rows = table(&messages, "what you see");
    assert!(rows.len() > 70);
    for row in rows {
        // `…` stands for what differs from case to case.
        for part in row[0].trim_matches('`').split('…').map(str::trim).filter(|part| part.len() > 3) {
            assert!(sources.contains(part), "nothing in src says {part:?}");
        }
    }
}

/// Parses a config whose keys were filled in.
fn parse(text: &str) -> Result<Config, ConfigError> {
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
fn config_example_states_the_defaults() {
    let as_is = parse_example(&example(str::to_owned));
    let uncommented = example(|line| match key_of(line) {
        Some(("#", _)) => line[1..].to_owned(),
        _ => line.to_owned(),
    });
    assert_ne!(example(str::to_owned), uncommented);
    assert_eq!(format!("{as_is:#?}"), format!("{:#?}", parse_example(&uncommented)));
}

#[test]
fn config_example_has_six_lines_to_change_and_nothing_else_has_to_be() {
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
fn a_first_step_without_a_config_can_be_followed_to_the_letter() {
    let world = World::new();
    let home = world.folder.path();
    let mut command = world.command(&["sync"]);
    // The world wrote one; a new user has none.
    fs::remove_file(home.join("config.toml")).expect("it is there");
    let ran =
        world.ran(command.env_remove("LBJF_CONFIG").output().expect("lbjf was built")).exits(Exit::Config);
    let told: Vec<_> = ran.stderr.lines().collect();
    assert!(told[0].starts_with("lbjf: error: no config found; looked for `./config.toml`, `"), "{told:?}");
    assert!(told[1].starts_with("hint: start with the example"), "{told:?}");
    // The second line of the hint is a command.
    let program = Path::new(env!("CARGO_BIN_EXE_lbjf")).parent().expect("a folder");
    let done = std::process::Command::new("sh")
        .args(["-c", told[2]])
        .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
        .current_dir(home)
        .status();
    assert!(done.expect("sh is there").success(), "{told:?}");
    let written =
        fs::read_to_string(home.join(".config/lbjf/config.toml")).expect("the hint's command wrote it");
    assert_eq!(written, read("config.example.toml"));
}

#[test]
fn config_example_sets_only_what_has_no_default() {
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
fn config_example_gives_values_that_are_accepted() {
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
fn config_example_holds_every_key_that_is_read() {
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

/// `users[].user` and so on: the name of every key in a JSON value, with the way to it.
fn paths(value: &serde_json::Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                found.insert(path.clone());
                paths(value, &path, found);
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                paths(item, &format!("{at}[]"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn json_of_every_command_is_as_documented() {
    let documented: Vec<serde_json::Value> = blocks(&read("docs/json.md"), &["json"])
        .iter()
        .map(|block| serde_json::from_str(block).unwrap_or_else(|error| panic!("{error}\n{block}")))
        .collect();
    let world = World::new().watchlist(&["heat-1995", "alien", "gone", "excluded"]);
    world.letterboxd.add_film(standins::letterboxd::Film::tv("series", "Series", 2020, 7));
    world.letterboxd.push("ada", "series");
    world.letterboxd.remove_film_page("gone");
    world.radarr.exclude(world.letterboxd.tmdb_id("excluded"));
    let item = world.download("alien");
    let mut ran = vec![("sync", world.lbjf(&["sync", "--json"]).json())];
    world.jellyfin.watch("ada", &item, true);
    ran.push(("cleanup", world.lbjf(&["cleanup", "--json", "--dry-run"]).json()));
    ran.push(("scrape", world.lbjf(&["scrape", "ada", "--json"]).json()));
    ran.push(("status", world.lbjf(&["status", "--json"]).json()));
    ran.push(("status FILM", world.lbjf(&["status", "heat", "--json"]).json()));
    ran.push(("status --list", world.lbjf(&["status", "--list", "skipped", "--json"]).json()));
    ran.push(("status --waiting", world.lbjf(&["status", "--waiting", "--json"]).json()));
    ran.push(("status --check", world.lbjf(&["status", "--check", "--json"]).json()));
    let (world, receiver) = world.receivers(&["webhook"]);
    world.letterboxd.push("ada", "heat-2");
    world.radarr.server.fail(usize::MAX, |_| true, standins::Fault::Instead(standins::Reply::empty(401)));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.radarr.server.behave();
    world.letterboxd.push("ada", "heat-3");
    world.lbjf(&["sync"]);
    let mut told = receiver.messages();
    let (last, first) = (told.pop().expect("a message"), told.pop().expect("a message"));
    ran.extend([("webhook", first), ("webhook", last)]);
    let order = [
        "sync",
        "scrape",
        "status",
        "status FILM",
        "status --list",
        "status --waiting",
        "status --check",
        "webhook",
    ];
    assert_eq!(documented.len(), order.len());
    for (command, value) in ran {
        let document = if command == "cleanup" { "sync" } else { command };
        let index = order.iter().position(|known| *known == document).expect("it is documented");
        let (mut told, mut real) = (BTreeSet::new(), BTreeSet::new());
        paths(&documented[index], "", &mut told);
        paths(&value, "", &mut real);
        let untold: Vec<_> = real.difference(&told).collect();
        assert!(untold.is_empty(), "{command}: {untold:?}");
        assert_eq!(documented[index]["version"], value["version"], "{command}");
        // Only what is said to be left out at times may be missing.
        let missing: Vec<_> = told.difference(&real).filter(|path| !path.contains("[].")).collect();
        assert!(missing.is_empty(), "{command}: {missing:?}");
    }
}

#[test]
fn the_table_of_tests_names_files_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = read("tests/README.md");
    let rows = [table(&text, "promise"), table(&text, "what else")].concat();
    let mut count = 0;
    for name in rows.iter().flat_map(|row| row[1].split('`').skip(1).step_by(2)) {
        if name.contains('/') {
            assert!(root.join("tests").join(name).exists() || root.join(name).exists(), "{name}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn what_lies_beside_the_readme_is_named_in_it() {
    let readme = read("README.md");
    for file in [
        "docs/install.md",
        "docs/json.md",
        "docs/messages.md",
        "docs/migrating.md",
        "contrib/lbjf.cron",
        "contrib/systemd",
        "config.example.toml",
        "LICENSE",
    ] {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(PathBuf::from(file)).exists(), "{file}");
        assert!(readme.contains(file), "{file}");
    }
}

/// The texts of the repository: sources, scripts, patches and what people read.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    let mut paths: Vec<PathBuf> = ["src", "tests", "benches", "examples", "contrib", "docs", ".ci"]
        .iter()
        .map(|name| root.join(name))
        .filter(|path| path.exists())
        .collect();
    for entry in fs::read_dir(root).expect("the repository can be listed") {
        let path = entry.expect("the repository can be listed").path();
        if path.extension().is_some_and(|ending| ending == "md" || ending == "toml") {
            paths.push(path);
        }
    }
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let is_made = path.ends_with("target") || path.ends_with("fixtures");
            let entries = fs::read_dir(&path).expect("the repository can be listed");
            paths.extend(entries.filter(|_| !is_made).map(|entry| entry.expect("it can be listed").path()));
        } else if let Ok(text) = fs::read_to_string(&path) {
            let name = path.strip_prefix(root).expect("it is in the repository");
            texts.push((name.display().to_string(), text));
        }
    }
    assert!(texts.len() > 100);
    texts
}

#[test]
fn nothing_refers_to_a_document_that_is_not_in_the_repository() {
    // In parts, since this file is read as well.
    let codes =
        regex_lite::Regex::new(concat!(r"fact", r"s/|\u{a7}|\b[RJ][0-9]{1,2}\b|\b[Tt]he desi", r"gn\b"));
    let codes = codes.expect("a pattern");
    let mut found = Vec::new();
    for (name, text) in texts() {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| codes.is_match(line)) {
            found.push(format!("{name}:{}: {}", number + 1, line.trim()));
        }
    }
    assert!(found.is_empty(), "say it with a link to a heading of docs/:\n{}", found.join("\n"));
}

/// The anchors of a Markdown text's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let (mut anchors, mut is_code) = (BTreeSet::new(), false);
    for line in text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        let heading = line.trim_start_matches('#');
        if is_code || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let letters = heading.trim().to_lowercase().replace(' ', "-");
        let is_kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
        let anchor: String = letters.chars().filter(is_kept).collect();
        assert!(anchors.insert(anchor), "two headings have one name: {heading}");
    }
    anchors
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let in_comments = regex_lite::Regex::new(r"\bdocs/[a-z-]+\.md(?:#[\w-]*)?").expect("a pattern");
    let in_markdown = regex_lite::Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    let (mut found, mut count) = (Vec::new(), 0);
    for (name, text) in texts() {
        // As they stand, seen from the top; in Markdown seen from the file.
        let ends_in_md = Path::new(&name).extension().is_some_and(|ending| ending == "md");
        let folder = root.join(&name).parent().expect("a file is in a folder").to_owned();
        let links: Vec<(&Path, &str)> = if ends_in_md {
            let links =
                in_markdown.captures_iter(&text).map(|link| link.get(1).expect("the target").as_str());
            links.filter(|link| !link.contains("://")).map(|link| (folder.as_path(), link)).collect()
        } else {
            in_comments.find_iter(&text).map(|link| (root, link.as_str())).collect()
        };
        for (folder, link) in links {
            let (file, anchor) = link.split_once('#').map_or((link, None), |(file, at)| (file, Some(at)));
            let target = if file.is_empty() { root.join(&name) } else { folder.join(file) };
            let is_there = match anchor {
                None => target.exists(),
                Some(anchor) => fs::read_to_string(&target).is_ok_and(|text| anchors(&text).contains(anchor)),
            };
            if !is_there {
                found.push(format!("{name}: {link}"));
            }
            count += 1;
        }
    }
    assert!(found.is_empty(), "links that lead nowhere:\n{}", found.join("\n"));
    assert!(count > 100, "{count}");
}
