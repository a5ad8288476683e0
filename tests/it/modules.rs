//! The rooms of `src` import what the map in `docs/design.md` lets them import, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and what it may import.
fn map() -> BTreeMap<String, BTreeSet<String>> {
    let design = fs::read_to_string("docs/design.md").expect("the map is there");
    let lines = design.lines().filter_map(|line| line.split_once("->"));
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    lines
        .filter_map(|(room, rooms)| match &words(room)[..] {
            [room] => Some((room.clone(), words(rooms).into_iter().collect())),
            _ => None,
        })
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The rooms that a text names after `crate::`, but for tests and comments.
fn imports(text: &str) -> BTreeSet<String> {
    let program = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code = program.lines().filter(|line| !line.trim_start().starts_with("//"));
    let names = code.flat_map(|line| line.split("crate::").skip(1));
    let is_part = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    names.map(|rest| rest.chars().take_while(is_part).collect()).collect()
}

#[test]
fn a_room_imports_only_what_the_map_lets_it() {
    let map = map();
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix("src").expect("it is in src");
        let is_test =
            file.ends_with("tests.rs") || inside.components().any(|part| part.as_os_str() == "tests");
        let room = inside.iter().next().expect("a name").to_string_lossy().replace(".rs", "");
        if is_test || ["lib", "main"].contains(&&*room) {
            continue;
        }
        let allowed = map.get(&room);
        for name in imports(&fs::read_to_string(&file).expect("a source")) {
            if name != room && !allowed.is_some_and(|rooms| rooms.contains(&name)) {
                wrong.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_plan_imports_nothing_but_nouns() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    files.retain(|file| file.ends_with("plan.rs") || file.ends_with("accept.rs"));
    assert!(files.len() >= 4, "{files:?}");
    for plan in files {
        let rooms = imports(&fs::read_to_string(&plan).expect("a plan"));
        assert_eq!(rooms, BTreeSet::from(["domain".to_owned()]), "{}", plan.display());
    }
}
