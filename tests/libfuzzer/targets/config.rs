//! A config: read, or explained with lines that exist.
#![no_main]

use std::path::Path;

use lbjf::config::{Config, ConfigError};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let env = |name: &str| (name == "HOME").then(|| "/nowhere".to_owned());
    match Config::parse(text, Path::new("/nowhere/config.toml"), &env) {
        Ok(config) => drop(format!("{config:?}")),
        Err(error) => {
            let ConfigError::Wrong { problems, .. } = &error else { panic!("{error:?}") };
            let last = 1 + text.matches('\n').count();
            assert!(!problems.is_empty(), "{error}");
            assert!(problems.iter().all(|problem| problem.line <= last), "{error}");
            drop(format!("{error} {error:?} {:?}", error.hint()));
        }
    }
});
