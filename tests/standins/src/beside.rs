//! What tests use that may be absent: real pages, recordings and descriptions beside the repository, and tools.
//!
//! What was not tested for want of it is said once, at the end. `cargo test` runs many programs one after the other, so
//! each writes down what it left out, and the last one (`tests/what_was_not_tested.rs` of this package, which
//! alphabetically is the last of all) tells. Where that one is not run, as with `--test`, it is said at once.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Says that something was not tested, past the test runner, which keeps what a test prints to itself.
///
/// # Panics
///
/// When a thread panicked while it said something, which none does.
pub fn not_tested(why: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if !SAID.lock().expect("no thread panics with it").insert(why.to_owned()) {
        return;
    }
    let arguments = fs::read_to_string(format!("/proc/{}/cmdline", parent_id())).unwrap_or_default();
    let is_news = note(why);
    if !has_an_end(&arguments) && is_news {
        // Nobody hears it where there is no stderr.
        let _ = writeln!(io::stderr(), "!!! NOT TESTED: {why}");
    }
}

/// Everything that was not tested under the `cargo test` that runs this program, which is forgotten.
pub fn all_not_tested() -> BTreeSet<String> {
    let Some(notes) = notes() else { return BTreeSet::new() };
    let all = fs::read_to_string(&notes).unwrap_or_default();
    let _ = fs::remove_file(&notes);
    // Runs that failed never came here.
    for left in notes.parent().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten() {
        let name = left.file_name();
        let process = name.to_str().and_then(|name| name.split('-').next()).unwrap_or_default();
        if !Path::new("/proc").join(process).exists() {
            let _ = fs::remove_file(left.path());
        }
    }
    all.lines().map(str::to_owned).collect()
}

/// Writes it down; was it not yet? Where nothing can be written each program says it.
fn note(why: &str) -> bool {
    let note = || -> io::Result<bool> {
        let notes = notes().ok_or(io::ErrorKind::NotFound)?;
        fs::create_dir_all(notes.parent().unwrap_or(Path::new("")))?;
        let mut file = File::options().read(true).append(true).create(true).open(notes)?;
        file.lock()?;
        let mut known = String::new();
        file.read_to_string(&mut known)?;
        let why = why.replace('\n', " ");
        let is_news = !known.lines().any(|line| line == why);
        if is_news {
            writeln!(file, "{why}")?;
        }
        Ok(is_news)
    };
    note().unwrap_or(true)
}

/// A file in the target folder, for all programs that one `cargo test` runs: its process and when that began.
fn notes() -> Option<PathBuf> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", parent_id())).ok()?;
    // The name in brackets may hold blanks; it is the second field, the start the twenty-second.
    let began = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.to_owned();
    let program = std::env::current_exe().ok()?;
    Some(program.parent()?.parent()?.join(format!("not-tested/{}-{began}", parent_id())))
}

/// Does this command, with a NUL behind each argument, run every test program, the last one too?
fn has_an_end(arguments: &str) -> bool {
    const NARROWING: &[&str] =
        &["lib", "bin", "bins", "doc", "test", "tests", "package", "exclude", "manifest-path"];
    let mut arguments = arguments.split('\0');
    let is_cargo = arguments.next().is_some_and(|program| program == "cargo" || program.ends_with("/cargo"));
    let arguments: Vec<_> = arguments.take_while(|argument| *argument != "--").collect();
    let is_test = arguments.iter().any(|argument| matches!(*argument, "test" | "t"));
    let narrows = |argument: &&str| {
        let name = argument.strip_prefix("--").map(|flag| flag.split('=').next().unwrap_or(flag));
        name.is_some_and(|name| NARROWING.contains(&name)) || argument.starts_with("-p")
    };
    is_cargo && is_test && !arguments.iter().any(narrows)
}

/// A folder of `../shared`, or of `$LBJF_SHARED`; `None` where it is not, which is said.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cargo_test_of_everything_reaches_the_last_program() {
        for (arguments, expected) in [
            ("cargo test", true),
            ("/usr/bin/cargo test --locked some_name -- --test-threads 1 --test", true),
            ("cargo t --workspace", true),
            ("cargo test --test it status::", false),
            ("cargo test --lib plan::", false),
            ("cargo test --test=status", false),
            ("cargo test -p lbjf", false),
            ("cargo bench", false),
            ("cargo-nextest test", false),
            ("gdb", false),
            ("", false),
        ] {
            assert_eq!(has_an_end(&arguments.replace(' ', "\0")), expected, "{arguments}");
        }
    }
}
