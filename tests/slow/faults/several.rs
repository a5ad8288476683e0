//! What fails at one of several Radarrs keeps nothing from the other, and is told by its name.

use standins::{Fault, Radarr, Reply};

use crate::faults::door::Door;
use crate::faults::pass::{Scene, Setting};

/// The ways of failing that are tried: not reached, refused, a fault of its own, and not the API.
fn faults() -> [Fault; 4] {
    [
        Fault::Drop,
        Fault::Instead(Reply::empty(401)),
        Fault::Instead(Reply::empty(500)),
        Fault::Instead(Reply::html(200, "<html><body>Hello</body></html>")),
    ]
}

fn radarrs(scene: &Scene) -> [(&str, &Radarr); 2] {
    [("main", &scene.world.radarr), ("uhd", scene.world.radarr_called("uhd"))]
}

/// TMDB ids, sorted.
fn films(radarr: &Radarr) -> Vec<u32> {
    let mut ids: Vec<_> = radarr.films().iter().map(|film| film.tmdb_id).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn whatever_fails_at_one_radarr_keeps_nothing_from_the_other() {
    let ready = Scene::new(Setting::Several);
    let calm = ready.begin();
    assert_eq!(calm.pass().exit, 0);
    let all = radarrs(&calm).map(|(_, radarr)| films(radarr));
    let ends = [Door::RadarrRead, Door::RadarrAdd].into_iter().flat_map(Door::ends);
    for (turn, end) in ends.copied().enumerate() {
        for (number, fault) in faults().into_iter().enumerate() {
            let failing = (turn + number) % 2;
            let mut scene = ready.begin();
            let [(name, server), (other, healthy)] = {
                let [main, uhd] = radarrs(&scene);
                if failing == 0 { [main, uhd] } else { [uhd, main] }
            };
            server.server.fail(usize::MAX, move |request| end.is(request), fault);
            let ran = scene.pass();
            let case = format!("{end:?} at {name}, fault {number}: {}", ran.said);
            assert_eq!(ran.exit, 4, "{case}");
            assert_eq!(films(healthy), all[1 - failing], "{case}");
            assert!(
                !ran.said.contains(&format!("`{other}`")) && !ran.said.contains("stand-in-key"),
                "{case}"
            );
            assert!(ran.said.contains(&format!("adarr `{name}`: ")), "{case}");
            assert_ne!(films(server), all[failing], "{case}");
            scene.behave();
            let ran = scene.pass();
            assert_eq!((ran.exit, ran.said.as_str()), (0, ""), "{case}");
            let both = radarrs(&scene).map(|(_, radarr)| films(radarr));
            assert_eq!(both, all, "{case}");
            assert!(radarrs(&scene).iter().all(|(_, radarr)| radarr.sent_again().is_empty()), "{case}");
        }
    }
}
