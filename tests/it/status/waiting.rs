//! `lbjf status --waiting`: what each film waits for, as Radarr says.

use std::time::Duration;

use crate::common::{Ran, World};
use lbjf::exit::Exit;
use serde_json::{Value, json};
use standins::radarr::Version;
use standins::{Fault, Jellyfin, Radarr, Reply};

fn ask(world: &World, more: &[&str]) -> Ran {
    world.forget_requests();
    let ran = world.lbjf(&[&["status", "--waiting"], more].concat());
    assert!(world.letterboxd.server.requests().is_empty() && world.jellyfin.server.requests().is_empty());
    assert_eq!(world.writes(), [""; 0]);
    ran
}

fn text(world: &World) -> String {
    ask(world, &[]).exits(Exit::Success).stdout
}

/// What the first user's films wait for: slug, reason, percent.
fn reasons(json: &Value) -> Vec<(String, Value, Value)> {
    let films = json["users"][0]["films"].as_array().expect("films").iter();
    let slug = |film: &Value| film["slug"].as_str().expect("a slug").to_owned();
    films.map(|film| (slug(film), film["reason"].clone(), film["percent"].clone())).collect()
}

/// Films that were sent to Radarr, one there already.
fn sent(slugs: &[&str]) -> World {
    let world = World::new().watchlist(slugs);
    world.download(slugs[0]);
    world.sync();
    world
}

#[test]
fn waiting_says_of_each_film_what_it_waits_for_and_what_comes_next_comes_first() {
    let slugs = ["there", "early", "banned", "hunted", "done", "loading", "ignored", "stuck", "held", "gone"];
    let world = sent(&slugs);
    let radarr = &world.radarr;
    let id = |slug: &str| world.letterboxd.tmdb_id(slug);
    radarr.set_release(id("early"), Some("2099-03-12"));
    radarr.remove(id("banned"));
    radarr.exclude(id("banned"));
    radarr.set_file(id("done"), true);
    radarr.download(id("loading"), &json!({}));
    radarr.download(id("loading"), &json!({"sizeleft": 6_000_000_000_u64}));
    radarr.set_monitored(id("ignored"), false);
    radarr.download(
        id("stuck"),
        &json!({"status": "completed", "trackedDownloadStatus": "warning", "trackedDownloadState": "importPending",
            "sizeleft": 0, "timeleft": "00:00:00", "statusMessages": [{"title": "x", "messages":
                ["No files found are eligible for import in /downloads/secret-folder/x"]}]}),
    );
    radarr.download(
        id("held"),
        &json!({"status": "delay", "trackedDownloadState": null, "size": 0, "sizeleft": 0, "timeleft": "05:00:00"}),
    );
    radarr.remove(id("gone"));
    let done = id("done");
    assert_eq!(
        text(&world),
        format!(
            "ada waits for 9 films
  Loading (2000) `loading`: being downloaded, 50 %, 60 min left
  Held (2000) `held`: found; a delay profile holds it for another 5 h
  Done (2000) `done`: Radarr has its file, Jellyfin does not know it: it has no film with TMDB id {done}
  Stuck (2000) `stuck`: downloaded, but Radarr cannot import it: No files found are eligible for import
  Gone (2000) `gone`: not in Radarr: it was there and is gone, so it is not sent again; `lbjf sync --add-again` sends it
  Hunted (2000) `hunted`: monitored and not found yet; Radarr waits for it in its feeds
  Early (2000) `early`: not released before 2099-03-12
  Ignored (2000) `ignored`: Radarr does not monitor it
  Banned (2000) `banned`: on Radarr's exclusion list
"
        )
    );
    let json = ask(&world, &["--json"]).exits(Exit::Success).json();
    assert_eq!((&json["version"], &json["problems"], &json["exit_code"]), (&json!(1), &json!([]), &json!(0)));
    let films = &json["users"][0]["films"];
    assert_eq!((&films[0]["percent"], &films[0]["radarr"]), (&json!(50), &json!("radarr")));
    assert_eq!(films[6]["until"], json!("2099-03-12T00:00:00Z"));
    let words: Vec<_> = reasons(&json).into_iter().map(|(_, reason, _)| reason).collect();
    assert_eq!(
        Value::from(words),
        json!([
            "downloading",
            "delayed",
            "not_in_jellyfin",
            "import_blocked",
            "not_sent",
            "not_found",
            "not_released",
            "not_monitored",
            "excluded",
        ])
    );
    // It asked each door once, and nothing was written down.
    let mut asked: Vec<_> = world.radarr.server.requests().into_iter().map(|request| request.path).collect();
    asked.sort();
    let doors = ["config/indexer", "exclusions/paged", "health", "movie", "queue", "system/status"];
    assert_eq!(asked, doors.map(|door| format!("/api/v3/{door}")));
}

#[test]
fn recorded_downloads_are_told_as_they_were() {
    let Some(exchanges) = standins::shared("recordings/radarr-6.4.2-next.json") else { return };
    let exchanges: Value =
        serde_json::from_slice(&std::fs::read(exchanges).expect("it can be read")).expect("JSON");
    let queue = exchanges.as_array().expect("exchanges").iter().find(|exchange| {
        exchange["note"].as_str().is_some_and(|note| note.starts_with("queue: downloading, paused"))
    });
    let body = &queue.expect("it was recorded")["response"]["json"];
    let world = World::new().watchlist_of(18);
    world.sync();
    // Films by the number that they have in Radarr here and had there.
    let slugs: Vec<String> = (1..=18)
        .map(|id| {
            let film = world.radarr.films().into_iter().find(|film| film.id == id).expect("it was sent");
            (1..=18)
                .map(|number| format!("film-{number}"))
                .find(|slug| world.letterboxd.tmdb_id(slug) == film.tmdb_id)
        })
        .map(|slug| slug.expect("it is on the list"))
        .collect();
    let reply = Fault::Instead(Reply::json(200, body));
    world.radarr.server.fail(usize::MAX, |request| request.path.ends_with("/queue"), reply);
    let json = ask(&world, &["--json"]).exits(Exit::Success).json();
    let found = reasons(&json);
    for (id, reason, percent) in [
        (1, "downloading", json!(60)),
        (8, "paused", json!(10)),
        (9, "stalled", json!(20)),
        (10, "downloading", Value::Null),
        (11, "downloading", Value::Null),
        (12, "stalled", json!(50)),
        (13, "downloading", json!(43)),
        (14, "import_blocked", Value::Null),
        (16, "stalled", Value::Null),
        (17, "downloading", Value::Null),
        (18, "delayed", Value::Null),
        (2, "not_found", Value::Null),
    ] {
        let expected = (slugs[id - 1].clone(), json!(reason), percent);
        assert!(found.contains(&expected), "{id}: {expected:?} in {found:?}");
    }
}

#[test]
fn an_empty_queue_says_nothing_while_radarr_is_young_or_its_client_away() {
    let world = sent(&["there", "hunted", "early"]);
    world.radarr.set_release(world.letterboxd.tmdb_id("early"), None);
    let young = "note: Radarr has just started and does not know its downloads yet\n";
    let unknown =
        "  Hunted (2000) `hunted`: not known: Radarr has just started and does not know its downloads yet\n";
    let early = "  Early (2000) `early`: not released, and no date is known\n";
    world.radarr.set_uptime(Duration::from_secs(110));
    let told = text(&world);
    assert!(told.starts_with(young) && told.contains(unknown) && told.contains(early), "{told}");
    assert_eq!(ask(&world, &["--json"]).json()["users"][0]["films"][0]["reason"], Value::Null);

    world.radarr.set_uptime(Duration::from_secs(130));
    let told = text(&world);
    assert!(!told.contains("note: ") && told.contains("`hunted`: monitored and not found yet"), "{told}");

    world.radarr.download(world.letterboxd.tmdb_id("hunted"), &json!({}));
    world.radarr.set_client_away(true);
    let told = text(&world);
    assert!(told.contains("`hunted`: not known: Radarr cannot reach a download client"), "{told}");
}

#[test]
fn what_is_only_a_help_may_fail() {
    let world = sent(&["there", "early"]);
    let id = world.letterboxd.tmdb_id("early");
    world.radarr.set_release(id, Some("2099-03-12"));
    world.radarr.set_availability_delay(10);
    assert!(text(&world).contains("not released before 2099-03-22"));
    for path in ["/health", "/config/indexer"] {
        let error = Fault::Instead(Reply::empty(500));
        world.radarr.server.fail(usize::MAX, move |request| request.path.ends_with(path), error);
    }
    assert!(text(&world).contains("not released before 2099-03-12"));
}

#[test]
fn a_radarr_that_cannot_be_asked_is_an_error_and_the_rest_is_told() {
    for (path, expected) in [
        ("/queue", "`hunted`: not known: Radarr's queue cannot be read"),
        ("/exclusions/paged", "`hunted`: monitored and not found yet"),
        ("/movie", "`hunted`: not known: Radarr cannot be asked"),
        ("/system/status", "`hunted`: not known: Radarr cannot be asked"),
    ] {
        let world = sent(&["there", "hunted"]);
        let error = Fault::Instead(Reply::empty(403));
        world.radarr.server.fail(usize::MAX, move |request| request.path.ends_with(path), error);
        let ran = ask(&world, &[]).exits(Exit::Partial).mentions("lbjf: error: radarr: ");
        assert!(ran.stdout.contains(expected), "{path}: {}", ran.stdout);
        let json = ask(&world, &["--json"]).exits(Exit::Partial).json();
        assert_eq!(json["exit_code"], 4);
        assert_eq!(json["problems"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn waiting_works_with_an_old_radarr_and_many_downloads() {
    let world =
        World::with(Radarr::start_version(Version::V4_7), Jellyfin::start()).watchlist(&["there", "early"]);
    world.sync();
    world.radarr.set_release(world.letterboxd.tmdb_id("early"), Some("2099-03-12"));
    for _ in 0..1001 {
        world.radarr.download(world.letterboxd.tmdb_id("there"), &json!({"sizeleft": 8_000_000_000_u64}));
    }
    world.radarr.download(world.letterboxd.tmdb_id("there"), &json!({"sizeleft": 1_000_000_000_u64}));
    let told = text(&world);
    assert!(told.contains("being downloaded, 88 %"), "{told}");
    assert!(told.contains("not released before 2099-03-12"), "{told}");
    let pages =
        world.radarr.server.requests().iter().filter(|request| request.path.ends_with("/queue")).count();
    assert_eq!(pages, 2);
}

#[test]
fn of_several_radarrs_each_says_its_own() {
    let mut world = World::new().another_radarr("uhd").user("ben", "").watchlist(&["heat"]);
    world.change(
        "jellyfin_username = \"ada\"\n",
        "jellyfin_username = \"ada\"\nradarr = [\"main\", \"uhd\"]\n",
    );
    world.letterboxd.set_watchlist("ben", &["alien"]);
    world.sync();
    let [heat, alien] = ["heat", "alien"].map(|slug| world.letterboxd.tmdb_id(slug));
    let uhd = world.radarr_called("uhd");
    world.radarr.set_release(heat, Some("2099-03-12"));
    world.radarr.set_monitored(alien, false);
    uhd.download(heat, &json!({}));
    let told = text(&world);
    assert_eq!(
        told,
        "ada waits for 1 film
  Heat (2000) `heat`: at `uhd`: being downloaded, 50 %, 60 min left
  Heat (2000) `heat`: at `main`: not released before 2099-03-12
ben waits for 1 film
  Alien (2000) `alien`: at `main`: Radarr does not monitor it
"
    );
    uhd.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(403)));
    let ran = ask(&world, &["--json"]).exits(Exit::Partial).mentions("lbjf: error: radarr `uhd`: ");
    let films = &ran.json()["users"][0]["films"];
    let found = [0, 1].map(|index| (films[index]["radarr"].clone(), films[index]["reason"].clone()));
    assert_eq!(found, [(json!("uhd"), Value::Null), (json!("main"), json!("not_released"))]);
    // Nobody else is asked for ben.
    uhd.server.forget_requests();
    ask(&world, &["--user", "ben"]).exits(Exit::Success);
    assert!(uhd.server.requests().is_empty());
}

#[test]
fn waiting_needs_a_radarr_and_works_without_a_store() {
    let world = World::new();
    assert!(text(&world).starts_with("no store yet; "));
    let json = ask(&world, &["--json"]).exits(Exit::Success).json();
    assert_eq!(json["users"], json!([]));
    let world = World::settled(["heat"]).user("ben", "");
    assert_eq!(text(&world), "ada waits for nothing\nben waits for nothing\n");
    assert_eq!(ask(&world, &["--user", "ben"]).stdout, "ben waits for nothing\n");
    let world = World::new().without("[radarr]");
    ask(&world, &[])
        .exits(Exit::Config)
        .mentions("the config has no `[radarr]`, which `--waiting` would ask");
}
