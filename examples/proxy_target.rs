//! What `contrib/try-proxies` reads through real proxies: a stand-in Letterboxd with 40 films on ada's watchlist.
//!
//! Prints its address and stops when its standard input ends.

use std::io::{self, Write};

use standins::Letterboxd;

fn main() -> io::Result<()> {
    let letterboxd = Letterboxd::start();
    let slugs: Vec<_> = (1..=40).map(|number| format!("film-{number}")).collect();
    letterboxd.set_watchlist("ada", &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    writeln!(io::stdout(), "{}", letterboxd.url())?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
