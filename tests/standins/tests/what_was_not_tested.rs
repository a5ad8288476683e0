//! No test: the last program of a `cargo test`, which says what the others left out.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    // Tools ask every test program for a list of its tests.
    if std::env::args().any(|argument| argument == "--list") {
        return Ok(());
    }
    let all = standins::all_not_tested();
    if all.is_empty() {
        return Ok(());
    }
    let mut stderr = io::stderr().lock();
    writeln!(
        stderr,
        "\n!!! NOT TESTED, which is normal where these are not at hand (CONTRIBUTING.md, \"Tests\"):"
    )?;
    for why in all {
        writeln!(stderr, "!!!   {why}")?;
    }
    Ok(())
}
