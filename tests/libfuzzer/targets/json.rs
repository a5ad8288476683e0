//! What the servers answer, through both doors: read, or explained in one line.
//!
//! The first byte of a case chooses the question, the second one the status; the rest is the body.
#![no_main]

#[path = "../../common/doors.rs"]
mod doors;

use std::error::Error;
use std::sync::{Arc, LazyLock, Mutex};

use doors::{FILM, doors};
use lbjf::clients::{jellyfin, radarr};
use lbjf::domain::ids::{JellyfinId, TmdbId};
use libfuzzer_sys::fuzz_target;
use standins::{Reply, Server};

struct Doors {
    radarr: radarr::Radarr,
    jellyfin: jellyfin::Jellyfin,
    reply: Arc<Mutex<Reply>>,
    server: Server,
}

static DOORS: LazyLock<Doors> = LazyLock::new(|| {
    let reply = Arc::new(Mutex::new(Reply::empty(200)));
    let next = Arc::clone(&reply);
    let server = Server::start(move |_| next.lock().expect("nothing panics with it").clone());
    let (radarr, jellyfin) = doors(&server.url());
    Doors { radarr, jellyfin, reply, server }
});

fn id(text: &str) -> JellyfinId {
    JellyfinId::parse(text).expect("an id")
}

fn said<T>(result: Result<T, impl Error>) -> Option<String> {
    result.err().map(|error| error.to_string())
}

fuzz_target!(|case: &[u8]| {
    let [question, status, body @ ..] = case else { return };
    let doors = &*DOORS;
    let status = [200, 201, 400, 404, 409, 500, 503][usize::from(*status) % 7];
    let body = String::from_utf8_lossy(body).into_owned();
    *doors.reply.lock().expect("nothing panics with it") = Reply::new(status, "application/json", body);
    let (radarr, jellyfin) = (&doors.radarr, &doors.jellyfin);
    let text = match question % 15 {
        0 => said(radarr.check()),
        1 => said(radarr.quality_profiles()),
        2 => said(radarr.root_folders()),
        3 => said(radarr.tags()),
        4 => said(radarr.create_tag("lbjf-ada")),
        5 => said(radarr.exclusions()),
        6 => said(radarr.films()),
        7 => said(radarr.look_up(TmdbId::new(949).expect("an id"))),
        8 => said(radarr.add(&FILM)),
        9 => said(jellyfin.info()),
        10 => said(jellyfin.users()),
        11 => said(jellyfin.collections()),
        12 => said(jellyfin.items()),
        13 => said(jellyfin.members(&id("b2"))),
        _ => said(jellyfin.create("Ada's watchlist")),
    };
    doors.server.forget_requests();
    if let Some(text) = text {
        assert!(text.lines().count() == 1 && text.chars().count() < 1_000, "{text}");
    }
});
