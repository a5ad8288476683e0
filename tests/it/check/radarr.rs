//! What is wrong with Radarr, or with what the config says of it.

use lbjf::exit::Exit;
use serde_json::json;
use standins::{DEAD, Fault, Reply, Request, radarr};

use crate::check::{NOT_ASKED, check, fine, spoiled, tells, wrong};
use crate::common::{COLLECTION, World};

#[test]
fn status_check_tells_every_mistake_in_the_url_of_radarr() {
    spoiled(
        |world| world.radarr.set_app_name("Sonarr"),
        &[
            "WRONG  radarr address: `RADARR` is Sonarr, not Radarr",
            "       hint: check `radarr.url`",
            NOT_ASKED,
        ],
    );
    spoiled(
        |world| world.change(&world.radarr.url(), &(world.radarr.url() + "/films")),
        &[
            "WRONG  radarr address: `RADARR/films` answered GET api/v3/system/status with an HTML page instead of \
             Radarr's JSON",
            "       hint: check the path of `radarr.url`; a login page or a proxy in front of it also answers like this",
        ],
    );
    spoiled(
        |world| world.radarr.set_url_base("/radarr"),
        &[
            "       hint: put the address it redirects to, as far as it is the server's base, into `radarr.url`",
        ],
    );
    let url = |world: &World| format!("url = \"{}\"", world.radarr.url());
    spoiled(
        |world| world.change(&url(world), &url(world).replace("http://", "https://")),
        &["       hint: check that it is still running, and `http://` or `https://` in `radarr.url`"],
    );
    let page = "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>";
    spoiled(
        |world| world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::html(400, page))),
        &[
            "WRONG  radarr address: Radarr answered GET api/v3/system/status with HTTP 400",
            "       hint: it wants `https://` in `radarr.url`",
        ],
    );
    let moved = Reply::empty(301).with_header("Location", "https://radarr.example/api/v3/system/status?x=1");
    spoiled(
        |world| world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(moved)),
        &[
            "WRONG  radarr address: Radarr at `RADARR` redirects to `https://radarr.example/api/v3/system/status`",
        ],
    );
}

#[test]
fn status_check_tells_a_radarr_that_starts_that_is_down_that_is_old_or_has_another_key() {
    let starting =
        Reply::json(503, &json!({"errorMessage": "Radarr is starting up, please try again later"}));
    spoiled(
        |world| world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(starting)),
        &[
            "WRONG  radarr address: Radarr at `RADARR` is not ready (HTTP 503)",
            "       hint: it is starting or migrating, or blocks this machine; the next run tries again",
        ],
    );
    spoiled(
        |world| world.change(&world.radarr.url(), DEAD),
        &[
            &format!("WRONG  radarr address: Radarr at `{DEAD}` cannot be reached: connection refused"),
            "       hint: is it running? check `radarr.url`",
        ],
    );
    spoiled(
        |world| world.radarr.set_version("3.2.2.5080"),
        &[
            "ok     radarr key: accepted",
            "WRONG  radarr version: Radarr at `RADARR` is version 3.2.2.5080; lbjf needs 4 or newer",
        ],
    );
    spoiled(
        |world| world.change(radarr::KEY, "another-key-of-radarr-0123456789"),
        &[
            "WRONG  radarr key: Radarr at `RADARR` refused the API key (HTTP 401)",
            "       hint: check `radarr.api_key`; Radarr shows its key under Settings > General",
            NOT_ASKED,
        ],
    );
}

#[test]
fn status_check_looks_at_every_profile_folder_and_label_of_the_config() {
    let world = fine()
        .user("ben", "root_folder_path = \"/movies/\"\ntags = [\"kids\"]")
        .user("cleo_x", "root_folder_path = \"/kids\"\nquality_profile_id = 44");
    let mut world = world.set("[radarr]", "tags = [\"letterboxd\"]\nuser_tags = true");
    world.change(
        "[jellyfin]",
        "[radarr.animated_movies]\nenabled = true\nroot_folder_path = \"/anime\"\n\n[jellyfin]",
    );
    world.radarr.set_accessible("/movies", false);
    let ran = check(&world, &[]).exits(Exit::Partial);
    tells(
        &ran,
        &[
            "WRONG  cleo_x quality profile: Radarr has no quality profile `44`; it has `Any` (1), `SD` (2), `HD-720p` \
             (3), `HD-1080p` (4), `Ultra-HD` (5), `HD - 720p/1080p` (6)",
            "WRONG  radarr root folder: Radarr cannot reach its root folder `/movies`; is the disk mounted?",
            "WRONG  ben root folder: Radarr cannot reach its root folder `/movies`; is the disk mounted?",
            "WRONG  cleo_x root folder: Radarr has no root folder `/kids`; it has `/movies`, `/movies-animated`",
            "WRONG  radarr animated root folder: Radarr has no root folder `/anime`; it has `/movies`, \
             `/movies-animated`",
            "ok     radarr tags: `letterboxd` (will be created), `kids` (will be created), `lbjf-ada` (will be created), \
             `lbjf-ben` (will be created), `lbjf-cleo-x` (will be created)",
        ],
    );
    assert_eq!(wrong(&ran).len(), 5);
}

#[test]
fn status_check_a_wrong_default_that_nobody_uses_is_a_note() {
    let mut world = fine();
    world.change("[[users]]\n", "[[users]]\nroot_folder_path = \"/movies-animated\"\n");
    world.change("\"/movies\"", "\"/films\"");
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(
        &ran,
        &[
            "note   radarr root folder: Radarr has no root folder `/films`; it has `/movies`, `/movies-animated`",
            "ok     ada root folder: `/movies-animated`, 77 GiB free",
        ],
    );
    assert_eq!(ran.stderr, "check: no problems, 1 note: lbjf sync will work\n");
    world.sync();
}

#[test]
fn status_check_one_answer_that_fails_hides_none_of_the_others() {
    let world = fine();
    for path in ["/qualityprofile", "/exclusions/paged", "/tag"] {
        let error = Reply::json(500, &json!({"message": "something broke", "description": "at System.Data"}));
        let is_it = move |request: &Request| request.path.ends_with(path);
        world.radarr.server.fail(usize::MAX, is_it, Fault::Instead(error));
    }
    let is_users = |request: &Request| request.path == "/Users";
    world.jellyfin.server.fail(usize::MAX, is_users, Fault::Instead(Reply::empty(500)));
    let ran = check(&world, &[]).exits(Exit::Partial);
    assert_eq!(
        wrong(&ran),
        ["radarr quality profile", "radarr tags", "radarr exclusion list", "jellyfin users"]
    );
    tells(
        &ran,
        &[
            "WRONG  radarr quality profile: Radarr answered GET api/v3/qualityprofile with HTTP 500: something broke",
            "ok     radarr root folder: `/movies`, 77 GiB free",
            "ok     radarr films: 0 films",
            "WRONG  jellyfin users: Jellyfin answered GET Users with HTTP 500",
            &format!("ok     ada collection: `{COLLECTION}` will be created when the first film goes in"),
        ],
    );
}

#[test]
fn status_check_tells_a_radarr_that_lacks_what_it_had() {
    let world = World::new().watchlist_of(7);
    world.sync();
    for film in world.radarr.films() {
        world.radarr.remove(film.tmdb_id);
    }
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(
        &ran,
        &[
            "note   radarr films: 0 films, 0 on the exclusion list; 7 of the 7 films that Radarr had are missing; \
             only new entries are sent",
            "       hint: if Radarr is new, `lbjf sync --add-again` sends all films again",
        ],
    );
}
