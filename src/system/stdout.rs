//! What was asked for goes to stdout, and nothing else does.

use std::io::{self, Write};

use anyhow::Context;

use crate::system::paint;

/// Prints what was asked for on stdout, with nothing in it that a terminal obeys but our own colours. A reader that went away (`| head`)
/// wants no more; that is no failure.
pub fn print(text: &str) -> anyhow::Result<()> {
    print_raw(paint::finish(text).as_bytes())
}

/// Prints these bytes as they are.
pub fn print_raw(text: &[u8]) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("cannot write to stdout"),
    }
}
