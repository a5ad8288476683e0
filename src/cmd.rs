//! The subcommands; each file reads like its man page.

pub mod check;
pub mod cleanup;
pub mod generate;
pub mod scrape;
pub mod status;
pub mod sync;
