//! Rows of the table on the program itself, with its own pauses: the code, the words on stderr, and that no key is
//! in them.

use std::thread;

use standins::{jellyfin, radarr};

use crate::common::{Ran, World};
use crate::faults::door::Door::{
    self, FilmPage, JellyfinMake, JellyfinRead, JellyfinWrite, RadarrAdd, RadarrRead, Watchlist,
};
use crate::faults::expected::case;
use crate::faults::fault::Kind::{self, *};
use crate::faults::fault::When::Before;
use crate::faults::pass::Scene;

const ROWS: &[(Door, Kind)] = &[
    (Watchlist, Redirect(301)),
    (Watchlist, RateLimit),
    (Watchlist, Huge),
    (FilmPage, Challenge200),
    (FilmPage, Status(502)),
    (RadarrRead, Status(401)),
    (RadarrRead, Redirect(307)),
    (RadarrRead, Html),
    (RadarrRead, Locked),
    (RadarrRead, NumbersAsText),
    (RadarrAdd, BadProblem),
    (RadarrAdd, Status(502)),
    (JellyfinRead, Migrating),
    (JellyfinRead, Lacking),
    (JellyfinMake, Truncated),
    (JellyfinWrite, Locked),
    (JellyfinWrite, Status(500)),
];

#[test]
fn sync_itself_ends_as_the_table_says() {
    thread::scope(|scope| {
        for (door, kind) in ROWS {
            scope.spawn(move || {
                let end = kind.ends(*door)[0];
                let row = case(*door, end, *kind, Before).expect("it is in the table");
                let mut scene = Scene::new(end.setting());
                row.kind.begin(&mut scene, end, Before, usize::MAX, 0);
                let ran = sync(&scene.world);
                assert_eq!(ran.code, i32::from(row.exit), "{door:?} × {kind:?}: {}", ran.stderr);
                assert!(ran.stderr.contains(row.says), "{door:?} × {kind:?}: {}", ran.stderr);
                scene.behave();
                scene.world.pass_time(row.heals);
                let ran = sync(&scene.world);
                assert_eq!(ran.code, 0, "{door:?} × {kind:?}, afterwards: {}", ran.stderr);
            });
        }
    });
}

fn sync(world: &World) -> Ran {
    let ran = world.lbjf(&["sync", "-vv"]);
    for key in [radarr::KEY, jellyfin::KEY, "apikey="] {
        assert!(!ran.stderr.contains(key), "a key is shown: {}", ran.stderr);
    }
    ran
}
