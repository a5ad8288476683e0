//! Prints the entries of a saved watchlist page, as lbjf reads it.
//!
//! `cargo run --example read_watchlist -- page.html ada`; the number of the page follows when it is not the first.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use lbjf::clients::letterboxd::page;

/// Prints the entries of a saved watchlist page.
#[derive(Parser)]
struct Args {
    /// The page as it was saved
    file: PathBuf,
    /// The member whose watchlist it is
    user: String,
    /// Which page of the watchlist it is
    #[arg(default_value_t = 1)]
    page: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let html = std::fs::read_to_string(&args.file)?;
    let page = page::watchlist(&html, &args.user.to_lowercase(), args.page)?;
    for entry in &page.entries {
        let uid = entry.uid.as_ref().map_or("-", |uid| uid.as_str());
        let year = entry.year.map_or_else(|| "-".to_owned(), |year| year.to_string());
        println!("{uid}\t{}\t{}\t{year}", entry.address, entry.name);
    }
    println!(
        "{} entries here; {} declared on {} pages",
        page.entries.len(),
        page.declared.unwrap_or_default(),
        page.pages
    );
    Ok(())
}
