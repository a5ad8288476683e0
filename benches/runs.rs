//! What whole runs cost, against the stand-ins with injected latency: `cargo bench --bench runs`, or a part of it with
//! `cargo bench --bench runs -- start scrape sync idle scale hostile`. Prints tables and asserts nothing.

#![allow(clippy::print_stdout, reason = "the tables are what a benchmark is for")]
#![allow(clippy::cast_precision_loss, reason = "megabytes with one decimal")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "shared/pages.rs"]
mod pages;
#[path = "../tests/common/scale.rs"]
mod scale;

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use common::{World, peak_mb};
use lbjf::shelves::READS_AT_ONCE;
use standins::{Fault, Reply, Server};

/// What each answer of Letterboxd takes.
const FAR: Duration = Duration::from_millis(50);

/// What each answer of Radarr and Jellyfin takes.
const NEAR: Duration = Duration::from_millis(5);

/// What Jellyfin is asked in a run among many, one after the other: its users, what changed, how many films there are, and
/// its collections.
const FIRST_QUESTIONS: u32 = 4;

/// One run of lbjf.
struct Cost {
    wall: Duration,
    cpu: Duration,
    peak_mb: u64,
    /// By kind, as `watchlist 36`.
    requests: String,
    connections: usize,
    bytes: u64,
}

fn main() {
    let parts: Vec<String> = std::env::args().skip(1).filter(|part| !part.starts_with('-')).collect();
    let is_wanted = |part: &str| parts.is_empty() || parts.iter().any(|one| one == part);
    println!("{} cores; Letterboxd answers in {FAR:?}, Radarr and Jellyfin in {NEAR:?}", cores());
    if is_wanted("start") {
        start();
    }
    if is_wanted("scrape") {
        head("cold scrape");
        for (films, workers, per_second, real) in [
            (100, 4, 0.0, false),
            (1000, 4, 0.0, false),
            (1000, 32, 0.0, false),
            (1000, 32, 0.0, true),
            (5000, 32, 0.0, true),
            (60, 4, 20.0, false),
        ] {
            scrape(films, workers, per_second, real);
        }
    }
    if is_wanted("sync") {
        for (users, films, library) in [
            (1, 100, 1000),
            (1, 1000, 10_000),
            (1, 5000, 50_000),
            (10, 100, 1000),
            (10, 1000, 10_000),
            (100, 100, 1000),
            (100, 500, 10_000),
        ] {
            head(&format!("sync: {users} users, {films} films each, {library} in library and Radarr"));
            sync(users, films, library);
        }
    }
    if is_wanted("idle") {
        head("idle sync: every answer takes 50 ms, and half of the films are still waited for");
        for users in [1, 10, 100] {
            idle_far_away(users);
        }
    }
    if is_wanted("scale") {
        head("sync: 100 users, 2000 films each, half shared, 50000 in library and Radarr (10 KB each)");
        at_scale();
    }
    if is_wanted("hostile") {
        head("hostile page");
        for (what, body) in [
            ("100,000 nested tags", "<div>".repeat(100_000)),
            ("60,000 attributes", format!("<p{}>", " a=1".repeat(60_000))),
            ("a megabyte in one attribute", format!("<p title=\"{}\">", "x".repeat(1 << 20))),
            ("4 MB of flat tags", "<p class=x>".repeat(380_000)),
            ("an endless body", "x".repeat(6 << 20)),
        ] {
            let world = World::new();
            world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::html(200, body)));
            print(what, None, &run(&world, &["scrape", "ada", "--csv", "-q"], &[]));
        }
    }
}

fn cores() -> u32 {
    thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1))
}

fn head(what: &str) {
    println!(
        "\n{what}\n{:<34} {:>8} {:>8} {:>7} {:>8} {:>7} {:>6} {:>9}  requests",
        "", "wall", "ideal", "ratio", "cpu", "peak", "conns", "wire"
    );
}

fn print(what: &str, ideal: Option<Duration>, cost: &Cost) {
    let seconds = |time: Duration| format!("{:.2}s", time.as_secs_f64());
    let ratio = ideal.map(|ideal| format!("{:.2}", cost.wall.as_secs_f64() / ideal.as_secs_f64()));
    println!(
        "{what:<34} {:>8} {:>8} {:>7} {:>8} {:>4} MB {:>6} {:>6.1} MB  {}",
        seconds(cost.wall),
        ideal.map(seconds).unwrap_or_default(),
        ratio.unwrap_or_default(),
        seconds(cost.cpu),
        cost.peak_mb,
        cost.connections,
        cost.bytes as f64 / 1e6,
        cost.requests,
    );
}

/// Runs lbjf to its end. `others` are servers beside the world's.
fn run(world: &World, args: &[&str], others: &[&Server]) -> Cost {
    let servers = || {
        let own = [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server];
        own.into_iter().chain(others.iter().copied())
    };
    servers().for_each(Server::forget_requests);
    let connections = servers().map(Server::connections).sum::<usize>();
    let bytes = servers().map(Server::bytes_sent).sum::<u64>();
    let cpu = cpu_of_children();
    let started = Instant::now();
    let mut command = world.command(args);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("lbjf was built");
    let peak_mb = peak_mb(&mut child);
    let wall = started.elapsed();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for request in servers().flat_map(Server::requests) {
        *kinds.entry(kind(&request)).or_default() += 1;
    }
    Cost {
        wall,
        cpu: cpu_of_children().saturating_sub(cpu),
        peak_mb,
        requests: kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(", "),
        connections: servers().map(Server::connections).sum::<usize>() - connections,
        bytes: servers().map(Server::bytes_sent).sum::<u64>() - bytes,
    }
}

/// `film`, `watchlist`, `POST movie`, `GET Items`, ...
fn kind(request: &standins::Request) -> String {
    let parts: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
    match parts[..] {
        ["film", ..] => "film".to_owned(),
        [_, "watchlist", ..] => "watchlist".to_owned(),
        ["Collections", _, what] => format!("{} Collections/{what}", request.method),
        ["api", "v3", what, ..] | [what, ..] => format!("{} {what}", request.method),
        [] => "/".to_owned(),
    }
}

/// User and system time of all children that ended, as far as the system tells (Linux; in hundredths).
fn cpu_of_children() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(13) + ticks(14)) * 10)
}

/// How often one waits for all workers that fetch first pages, then the other pages of one list after the other, then
/// film pages.
fn rounds(users: u32, films: u32, unread: u32, workers: u32) -> u32 {
    let others = films.div_ceil(28) - 1;
    users.div_ceil(workers) + users * others.div_ceil(workers) + unread.div_ceil(workers)
}

/// A cold `scrape`, the best of three. With `real`, pages have the size and markup of real ones, compressed as they
/// come over the wire; all pages are made beforehand, so that the stand-in costs next to nothing.
fn scrape(films: u32, workers: u32, per_second: f64, real: bool) {
    let site = pages::Site::new(films, real);
    let server = site.serve(FAR);
    let best = (0..3)
        .map(|_| {
            let world = World::new();
            let from = format!("base_url = \"{}\"", world.letterboxd.url());
            let mut world = world.set("[letterboxd]", &format!("max_concurrent_requests = {workers}"));
            world.change(&from, &format!("base_url = \"{}\"", server.url()));
            world.change("requests_per_second = 0", &format!("requests_per_second = {per_second}"));
            run(&world, &["scrape", "ada", "--csv", "-q"], &[&server])
        })
        .min_by_key(|cost| cost.wall)
        .expect("three runs");
    let requests = films.div_ceil(28) + films;
    let ideal = if per_second > 0.0 {
        Duration::from_secs_f64(f64::from(requests - 1) / per_second) + FAR
    } else {
        (FAR * rounds(1, films, films, workers)).max(site.parse_time() / cores())
    };
    let pace = if per_second > 0.0 { format!("{per_second}/s") } else { "no pace".to_owned() };
    let kind = if real { "real pages" } else { "small pages" };
    print(
        &format!("{films} films, {workers} workers, {pace}, {kind}").replace(", no pace", ""),
        Some(ideal),
        &best,
    );
}

fn sync(users: u32, films: u32, library: u32) {
    let world = scale::world(users, films, library);
    for server in [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server] {
        let pause = if std::ptr::eq(server, &raw const world.letterboxd.server) { FAR } else { NEAR };
        server.fail(usize::MAX, |_| true, Fault::Delay(pause));
    }
    // Radarr's six questions and what it lacks, one after the other; Jellyfin's questions, and a write for a hundred
    // films each.
    let sent = 6 + scale::new_to_radarr(users, films, library);
    let puts = users * (1 + films.div_ceil(100));
    let cold = FAR * rounds(users, films, scale::different(users, films), scale::WORKERS);
    print("cold", Some(cold + NEAR * (sent + questions(users) + puts)), &run(&world, &["sync", "-q"], &[]));
    print("idle", Some(idle_answers(users, FAR, NEAR)), &run(&world, &["sync", "-q"], &[]));
}

/// How long the answers of an idle run take at the least: Jellyfin is asked when the lists are read.
fn idle_answers(users: u32, far: Duration, near: Duration) -> Duration {
    far * users.div_ceil(scale::WORKERS) + near * questions(users)
}

/// How often one waits for Jellyfin in a run among many: what each person watched is asked side by side.
fn questions(users: u32) -> u32 {
    FIRST_QUESTIONS + users.div_ceil(u32::try_from(READS_AT_ONCE).expect("a few"))
}

/// All servers are far away.
fn idle_far_away(users: u32) {
    let world = scale::world(users, 40, 10 + 20 * users);
    world.lbjf(&["sync", "-q"]);
    for server in [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server] {
        server.fail(usize::MAX, |_| true, Fault::Delay(FAR));
    }
    let best = (0..5).map(|_| run(&world, &["sync", "-q"], &[])).min_by_key(|cost| cost.wall);
    print(&format!("{users} users"), Some(idle_answers(users, FAR, FAR)), &best.expect("five runs"));
}

/// The store is filled beforehand: what is measured is a run among many.
fn at_scale() {
    let world = scale::settled(100, 2000, 50_000);
    print("nothing new", None, &run(&world, &["sync", "-q"], &[]));
    world.letterboxd.push("user-0", "brand-new");
    print("one new film", None, &run(&world, &["sync", "-q"], &[]));
    print("reads all of it (--full)", None, &run(&world, &["sync", "-q", "--full"], &[]));
    print("cleanup", None, &run(&world, &["cleanup", "-q"], &[]));
}

/// The shortest of many starts.
fn start() {
    println!("\nstart, the best of twenty");
    let (world, _) = scale::people(50, 2000);
    scale::fill_store(&world.database(), 50, 2000);
    let bytes = fs::metadata(world.database()).map_or(0, |about| about.len());
    for args in [&["--version"][..], &["status"], &["status", "--json"], &["status", "film-7-of-3"]] {
        let best = (0..20).map(|_| run(&world, args, &[]).wall).min().expect("twenty runs");
        println!(
            "lbjf {:<28} {:>7.1} ms   (a store of 100,000 entries, {:.1} MB)",
            args.join(" "),
            best.as_secs_f64() * 1e3,
            bytes as f64 / 1e6
        );
    }
    let program = fs::metadata(env!("CARGO_BIN_EXE_lbjf")).map_or(0, |about| about.len());
    println!("the program: {:.2} MB", program as f64 / 1e6);
}
