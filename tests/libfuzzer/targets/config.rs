//! A config: read, or explained with lines that exist, and without its secret.
//!
//! The first byte of a case chooses a line with a secret, the second one where it is put in; the rest is the config.
#![no_main]

#[path = "../../slow/fuzz/planted.rs"]
mod planted;

use std::path::Path;

use lbjf::config::{Config, ConfigError};
use libfuzzer_sys::fuzz_target;
use planted::{PLANTED, SECRET, is_shown};

fuzz_target!(|case: &[u8]| {
    let [which, at, text @ ..] = case else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let planted: Vec<&str> = PLANTED.split('¦').collect();
    let planted = planted[usize::from(*which) % planted.len()].replace("SECRET", SECRET);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(usize::from(*at) % (lines.len() + 1), &planted);
    let text = lines.join("\n");
    let env = |name: &str| (name == "HOME").then(|| "/nowhere".to_owned());
    let said = match Config::parse(&text, Path::new("/nowhere/config.toml"), &env) {
        Ok(config) => format!("{config:?}"),
        Err(error) => {
            let ConfigError::Wrong { problems, .. } = &error else { panic!("{error:?}") };
            let last = 1 + text.matches('\n').count();
            assert!(!problems.is_empty(), "{error}");
            assert!(problems.iter().all(|problem| problem.line <= last), "{error}");
            format!("{error} {error:?} {:?}", error.hint())
        }
    };
    assert!(!is_shown(&text, &said), "{text}\n{said}");
});
