//! The `lbjf` program: parses the command line and leaves the rest to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    match lbjf::cli::parse() {
        Ok(cli) => lbjf::run(&cli).into(),
        Err(exit) => exit,
    }
}
