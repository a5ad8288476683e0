//! `lbjf sync` from outside: the whole pass, on the real binary.

mod common;

use common::World;
use lbjf::exit::Exit;

#[test]
fn a_film_goes_from_the_watchlist_to_radarr_and_when_it_is_downloaded_to_the_collection() {
    let world = World::new().watchlist(&["heat-1995", "alien"]);
    let alien = world.download("alien");
    let _ = alien;
    let ran = world.sync();
    eprintln!("{}", ran.stderr);
    assert_eq!(world.radarr.posted().len(), 2);
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    for _ in 0..2 {
        world.forget_requests();
        let ran = world.sync();
        eprintln!("{}", ran.stderr);
        assert_eq!(world.writes(), [""; 0]);
        assert_eq!(world.letterboxd.server.requests().len(), 1);
        assert_eq!(world.radarr.server.requests().len(), 0);
        assert!(world.jellyfin.server.requests().len() <= 5);
    }
    world.download("heat-1995");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["alien", "heat-1995"]));
    world.lbjf(&["status"]).exits(Exit::Success);
}
