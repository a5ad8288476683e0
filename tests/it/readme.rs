//! What is written for readers is true: the README, `config.example.toml`, `docs/` and the comments' links to it.

mod config_example;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::World;
use clap::Parser;
use lbjf::cli::Cli;
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
        config_example::parse(&block).unwrap_or_else(|error| panic!("{error}\n{block}"));
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
