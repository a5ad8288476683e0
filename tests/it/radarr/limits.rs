//! A rate limit in front of a server is waited for within the run, and ends the adding when it lasts too long.

use std::sync::atomic::{AtomicUsize, Ordering};

use lbjf::exit::Exit;
use standins::{Fault, Reply, Request};

use super::{is_add, watchlist_of};
use crate::common::{COLLECTION, World};

/// 429 as limiters send it; nothing is carried out.
fn too_many(retry_after: Option<&str>) -> Fault {
    let page = Reply::html(429, "<html><head><title>429 Too Many Requests</title></head></html>");
    let page = page.with_header("Server", "nginx/1.24.0");
    Fault::Instead(match retry_after {
        Some(pause) => page.with_header("Retry-After", pause),
        None => page,
    })
}

/// Lets so many requests through, then every second one.
fn beyond(burst: usize) -> impl Fn(&Request) -> bool + Send + Sync {
    let count = AtomicUsize::new(0);
    move |_: &Request| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        number >= burst && (number - burst).is_multiple_of(2)
    }
}

#[test]
fn rate_limit_in_front_of_radarr_is_waited_for_until_all_films_are_there() {
    let (world, ids) = watchlist_of(World::new(), 60);
    world.radarr.server.fail(usize::MAX, beyond(20), too_many(Some("0")));
    world.sync().mentions("60 added to Radarr");
    assert_eq!((world.radarr.films().len(), world.radarr.sent_again()), (ids.len(), vec![]));
}

#[test]
fn rate_limit_in_front_of_jellyfin_is_waited_for_whatever_is_asked() {
    let world = World::new().watchlist(&["heat", "alien"]);
    let items = ["heat", "alien"].map(|slug| world.download(slug));
    // Every first question and every first write of a kind, in whatever order they come.
    world.jellyfin.server.fail(usize::MAX, beyond(0), too_many(Some("0")));
    world.sync().mentions("2 added to a collection");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    world.jellyfin.watch("ada", &items[0], true);
    world.sync().mentions("1 removed from a collection");
    assert_eq!(world.jellyfin.members(COLLECTION), world.tmdb(&["alien"]));
}

#[test]
fn rate_limit_without_a_pause_is_given_the_usual_one() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.radarr.server.fail(1, is_add, too_many(None));
    world.sync().mentions("1 added to Radarr");
    assert_eq!(world.radarr.posted().len(), 2);
}

#[test]
fn rate_limit_that_lasts_longer_than_a_run_leaves_the_rest_and_blames_no_film() {
    let (world, ids) = watchlist_of(World::new(), 12);
    let count = AtomicUsize::new(0);
    let is_late = move |request: &Request| is_add(request) && count.fetch_add(1, Ordering::SeqCst) >= 4;
    world.radarr.server.fail(usize::MAX, is_late, too_many(Some("86400")));
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
    let ran = ran.says(
        "lbjf: error: radarr: Radarr answered POST api/v3/movie with HTTP 429: something limits the rate of requests \
         (nginx); the rest is left for the next run",
    );
    ran.mentions("sync: 1 user, 4 added to Radarr, 8 left for later, 1 server failed, in ")
        .omits("not added");
    // It was not tried any more after the first.
    assert_eq!(world.radarr.posted(), ids[..5]);
    world.radarr.server.behave();
    world.forget_requests();
    world.sync().mentions("8 added to Radarr");
    // As if nothing had been tried: the newest first.
    assert_eq!(world.radarr.posted(), ids[4..]);
}

#[test]
fn rate_limit_that_lasts_at_the_first_question_is_told_and_collections_are_kept() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.download("heat-1995");
    world.radarr.server.fail(usize::MAX, |_| true, too_many(Some("3600")));
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .says(
            "lbjf: error: radarr: Radarr answered GET api/v3/system/status with HTTP 429: something limits the rate of \
             requests (nginx)",
        )
        .mentions("1 added to a collection");
    assert_eq!(world.radarr.server.requests().len(), 1);
}
