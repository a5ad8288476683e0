//! What is huge takes no memory: the program itself, with little of it.

use std::process::Command;

use lbjf::exit::Exit;
use standins::{Change, Fault, Reply};

use crate::common::{Ran, World};

/// Runs `lbjf sync` where no more than 700 MB of addresses can be had, most of which threads set aside.
fn sync(world: &World) -> Ran {
    let lbjf = world.command(&["sync"]);
    let mut limited = Command::new("/bin/sh");
    limited.env_clear().envs(lbjf.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited
        .env("MALLOC_ARENA_MAX", "1")
        .args(["-c", "ulimit -v 700000; exec \"$0\" sync"])
        .arg(lbjf.get_program());
    Ran::from(limited.output().expect("there is a shell"))
}

/// Many times as much of the answer's films.
fn repeated(reply: Reply, times: usize) -> Reply {
    let text = String::from_utf8(reply.body).expect("text");
    let films = text.trim().trim_start_matches('[').trim_end_matches(']');
    let all = vec![films; times].join(",");
    Reply { body: format!("[{all}]").into_bytes(), ..reply }
}

#[test]
fn sync_reads_many_megabytes_of_films_as_a_stream() {
    let world = World::settled(["heat", "alien"]);
    world.letterboxd.push("ada", "jaws");
    let is_list = |request: &standins::Request| request.path == "/api/v3/movie" && request.method == "GET";
    let many = Change::new(|reply| {
        let times = (120 << 20) / reply.body.len();
        repeated(reply, times)
    });
    world.radarr.server.fail(1, is_list, Fault::Changed(many));
    sync(&world).exits(Exit::Success).mentions("1 added to Radarr");
}

#[test]
fn sync_stops_reading_a_page_that_never_ends() {
    let world = World::settled(["heat", "alien"]);
    let page = Reply::html(200, vec![b'x'; 64 << 20]);
    world.fail_page(usize::MAX, "/ada/watchlist/", Fault::Instead(page));
    sync(&world).exits(Exit::Partial).mentions("the answer is larger than 4 MiB");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}
