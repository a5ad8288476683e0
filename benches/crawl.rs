//! How long a cold `lbjf scrape` takes beside the shortest time there is, and what hostile pages cost in memory:
//! `cargo bench --bench crawl`. Prints a table and asserts nothing.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{World, peak_mb};
use standins::{Fault, Reply};

/// What each answer of the stand-in takes.
const LATENCY: Duration = Duration::from_millis(50);

fn main() {
    println!(
        "{:<44} {:>8} {:>8} {:>8} {:>10} {:>8}",
        "crawl", "requests", "wall", "ideal", "wall/ideal", "peak"
    );
    for (films, workers, per_second) in
        [(100, 4, 0.0), (1000, 4, 0.0), (1000, 32, 0.0), (60, 4, 20.0), (120, 8, 10.0)]
    {
        crawl(films, workers, per_second);
    }
    println!("\n{:<44} {:>8} {:>8}", "hostile page", "wall", "peak");
    for (what, body) in [
        ("100,000 nested tags", "<div>".repeat(100_000)),
        ("60,000 attributes", format!("<p{}>", " a=1".repeat(60_000))),
        ("a megabyte in one attribute", format!("<p title=\"{}\">", "x".repeat(1 << 20))),
        ("4 MB of flat tags", "<p class=x>".repeat(380_000)),
        ("an endless body", "x".repeat(6 << 20)),
    ] {
        hostile(what, body);
    }
}

fn crawl(films: u32, workers: u32, per_second: f64) {
    let slugs: Vec<_> = (1..=films).map(|number| format!("film-{number}")).collect();
    let world = World::new().watchlist(&slugs.iter().map(String::as_str).collect::<Vec<_>>());
    let mut world = world.set("[letterboxd]", &format!("max_concurrent_requests = {workers}"));
    world.change("requests_per_second = 0", &format!("requests_per_second = {per_second}"));
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Delay(LATENCY));
    let (wall, peak_mb) = scrape(&world);
    let requests = world.letterboxd.server.requests().len();
    let ideal = if per_second > 0.0 {
        let requests = u32::try_from(requests).expect("a few thousand");
        Duration::from_secs_f64(f64::from(requests - 1) / per_second) + LATENCY
    } else {
        let rounds = 1 + (films.div_ceil(28) - 1).div_ceil(workers) + films.div_ceil(workers);
        LATENCY * rounds
    };
    let pace = if per_second > 0.0 { format!("{per_second} a second") } else { "no pace".to_owned() };
    println!(
        "{:<44} {requests:>8} {:>7.2}s {:>7.2}s {:>10.3} {peak_mb:>5} MB",
        format!("{films} films, {workers} workers, {pace}"),
        wall.as_secs_f64(),
        ideal.as_secs_f64(),
        wall.as_secs_f64() / ideal.as_secs_f64(),
    );
}

fn hostile(what: &str, body: String) {
    let world = World::new();
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::html(200, body)));
    let (wall, peak_mb) = scrape(&world);
    println!("{what:<44} {:>7.2}s {peak_mb:>5} MB", wall.as_secs_f64());
}

/// Runs `lbjf scrape`; gives its time and its peak memory in MB.
fn scrape(world: &World) -> (Duration, u64) {
    let started = Instant::now();
    let mut command = world.command(&["scrape", "ada", "--csv", "-q"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("lbjf was built");
    let peak_mb = peak_mb(&mut child);
    (started.elapsed(), peak_mb)
}
