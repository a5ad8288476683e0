//! What tests use that may be absent: real pages, recordings and descriptions beside the repository, and tools.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Mutex;

/// Says loudly that something was not tested: past the test runner, which keeps what a test prints to itself. Once a
/// process for each text.
///
/// # Panics
///
/// When a thread panicked while it said something, which none does.
pub fn not_tested(why: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().expect("no thread panics with it").insert(why.to_owned()) {
        // Nobody hears it where there is no stderr.
        let _ = writeln!(io::stderr(), "!!! NOT TESTED: {why}");
    }
}

/// A folder of `../shared`, or of `$LBJF_SHARED`; `None` where it is not, which is said loudly.
///
/// # Panics
///
/// When it is not there although `LBJF_REQUIRE_SHARED=1` demands it.
pub fn shared(name: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let folder = std::env::var_os("LBJF_SHARED").map_or_else(beside, PathBuf::from).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    let why = format!("there is no ../shared/{name}, and no $LBJF_SHARED/{name}");
    assert!(std::env::var_os("LBJF_REQUIRE_SHARED").is_none_or(|value| value != "1"), "{why}");
    not_tested(&why);
    None
}
