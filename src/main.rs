//! The `lbjf` program: parses the command line and leaves the rest to the library.

use std::process::ExitCode;

use clap::Parser;
use lbjf::cli::Cli;

fn main() -> ExitCode {
    lbjf::run(&Cli::parse()).into()
}
