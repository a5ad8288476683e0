//! A guided tour of lbjf for somebody who has none of the servers.
//!
//! `cargo run --release --example sandbox` starts a stand-in Letterboxd, Radarr and Jellyfin on loopback with a small
//! world of their own, writes a config into a temporary folder and runs the real commands: this program starts itself
//! again as lbjf. Nothing leaves the machine. With `--keep` the servers stay up until Ctrl-C, for trying things out; on
//! a terminal, keys let things happen meanwhile.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the tour is what this program is for")]

mod command;
mod draw;
mod films;
mod keys;
mod stay;
mod terminal;
mod tour;
mod world;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lbjf::cli::Cli;

use command::AS_LBJF;
use world::World;

/// A tour of lbjf against servers that this program plays itself; nothing leaves the machine.
#[derive(Parser)]
struct Sandbox {
    /// Leave the servers up at the end, until Ctrl-C
    #[arg(long)]
    keep: bool,
    /// Draw a picture of a terminal into this file, in place of the tour (`contrib/draw-terminal`)
    #[arg(long, value_name = "FILE", conflicts_with = "keep")]
    draw: Option<PathBuf>,
}

fn main() -> ExitCode {
    if env::var_os(AS_LBJF).is_some() {
        // Its own name in the usage lines, not this program's.
        let args = std::iter::once("lbjf".into()).chain(env::args_os().skip(1));
        return lbjf::run(&Cli::parse_from(args)).into();
    }
    let sandbox = Sandbox::parse();
    let world = env::current_exe().map_err(Into::into).and_then(World::new);
    let done = world.and_then(|mut world| match sandbox.draw {
        Some(file) => world.draw(&file),
        None => world.tour(sandbox.keep),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn step(title: &str) {
    println!("\n{}\n{title}", "-".repeat(90));
}

fn say(text: &str) {
    println!("{text}");
}
