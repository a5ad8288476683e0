//! What is sent, and to where.

use lbjf::exit::Exit;
use serde_json::json;
use standins::letterboxd::Film;
use standins::{Fault, Reply, Request};

use super::{A_DAY, UNKNOWN, bodies, during, labels, path, requests, watchlist_of, with_animated_folder};
use crate::common::World;

#[test]
fn film_is_sent_in_the_form_that_every_version_takes() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("heat-1995", "Heat", 1995, 949));
    let world = world.watchlist(&["heat-1995"]);
    world.sync().says("ada: added to Radarr: Heat (1995) tmdb=949 root_folder=/movies");
    let expected = json!({
        "tmdbId": 949, "title": "Heat", "year": 1995, "qualityProfileId": 4, "rootFolderPath": "/movies",
        "monitored": true, "minimumAvailability": "released", "tags": [],
        "addOptions": {"searchForMovie": true, "monitor": "movieOnly"},
    });
    assert_eq!(bodies(&world), [expected]);
}

#[test]
fn radarr_settings_are_obeyed() {
    for (lines, pointer, expected) in [
        ("monitored = false", "/monitored", json!(false)),
        ("minimum_availability = \"announced\"", "/minimumAvailability", json!("announced")),
        ("minimum_availability = \"inCinemas\"", "/minimumAvailability", json!("inCinemas")),
        ("search_on_add = false", "/addOptions/searchForMovie", json!(false)),
        ("tags = [\"lbjf\", \"Films\"]", "/tags", json!([1, 2])),
    ] {
        let world = World::new().set("[radarr]", lines).watchlist(&["heat-1995"]);
        world.sync();
        assert_eq!(bodies(&world)[0].pointer(pointer), Some(&expected), "{lines}");
    }
}

#[test]
fn quality_profile_is_found_by_name_in_any_case_and_by_id() {
    for (line, id) in [
        ("quality_profile = \"hd-1080P\"", 4),
        ("quality_profile = \"Ultra-HD\"", 5),
        ("quality_profile_id = 2", 2),
    ] {
        let mut world = World::new().watchlist(&["heat-1995"]);
        world.change("quality_profile = \"HD-1080p\"", line);
        world.sync();
        assert_eq!(bodies(&world)[0]["qualityProfileId"], id, "{line}");
    }
}

#[test]
fn quality_profile_in_the_very_case_wins() {
    let mut world = World::new().watchlist(&["heat-1995"]);
    let profiles = json!([{"id": 1, "name": "hd"}, {"id": 2, "name": "HD"}, {"id": 3, "name": "Höher"}]);
    let is_it = |request: &Request| request.path.ends_with("/qualityprofile");
    world.radarr.server.fail(usize::MAX, is_it, Fault::Instead(Reply::json(200, &profiles)));
    world.change("\"HD-1080p\"", "\"HD\"");
    world.sync();
    world.change("\"HD\"", "\"HÖHER\"");
    world.letterboxd.push("ada", "alien");
    world.sync();
    let ids: Vec<_> = bodies(&world).iter().map(|body| body["qualityProfileId"].clone()).collect();
    assert_eq!(ids, [2, 3]);
}

#[test]
fn root_folder_path_may_end_with_a_slash() {
    let mut world = World::new().watchlist(&["heat-1995"]);
    world.change("root_folder_path = \"/movies\"", "root_folder_path = \"/movies/\"");
    world.sync();
    assert_eq!(bodies(&world)[0]["rootFolderPath"], "/movies");
}

#[test]
fn root_folder_path_is_sent_as_radarr_has_it() {
    for (written, there) in
        [("D:", "D:\\"), ("D:\\", "D:\\"), ("D:\\films\\", "D:\\films"), ("/movies", "/movies/")]
    {
        let mut world = World::new().watchlist(&["heat-1995"]);
        let folders = json!([{"path": there, "accessible": true, "id": 1}]);
        let is_it = |request: &Request| request.path.ends_with("/rootfolder");
        world.radarr.server.fail(usize::MAX, is_it, Fault::Instead(Reply::json(200, &folders)));
        world.change("root_folder_path = \"/movies\"", &format!("root_folder_path = '{written}'"));
        world.lbjf(&["sync"]);
        assert_eq!(bodies(&world)[0]["rootFolderPath"], there, "{written}");
    }
}

#[test]
fn users_have_their_own_root_folder_path_quality_profile_and_tags() {
    let own = "root_folder_path = \"/kids\"\nquality_profile = \"any\"\ntags = [\"kids\"]";
    let world = World::new()
        .set("[radarr]", "tags = [\"lbjf\"]")
        .watchlist(&["heat-1995"])
        .user("ben", own)
        .user("cleo", "quality_profile_id = 3");
    world.radarr.add_root_folder("/kids");
    world.letterboxd.set_watchlist("ben", &["bambi"]);
    world.letterboxd.set_watchlist("cleo", &["alien"]);
    world.sync();
    let film = |slug| world.radarr.film(world.letterboxd.tmdb_id(slug)).expect("it was added");
    let settings = |slug| {
        let film = film(slug);
        (film.root_folder, film.quality_profile_id, film.tags.join(","))
    };
    assert_eq!(settings("heat-1995"), ("/movies".to_owned(), 4, "lbjf".to_owned()));
    assert_eq!(settings("bambi"), ("/kids".to_owned(), 1, "kids,lbjf".to_owned()));
    assert_eq!(settings("alien"), ("/movies".to_owned(), 3, "lbjf".to_owned()));
}

#[test]
fn film_of_several_users_takes_the_settings_of_the_first_and_the_tags_of_all() {
    let world = World::new()
        .user("ben", "root_folder_path = \"/kids\"\nquality_profile = \"SD\"\ntags = [\"ben\"]")
        .user("cleo", "quality_profile = \"Any\"\ntags = [\"cleo\"]");
    world.radarr.add_root_folder("/kids");
    let world = world.watchlist(&["heat-1995"]);
    for user in ["ben", "cleo"] {
        world.letterboxd.set_watchlist(user, &["alien", "heat-1995"]);
    }
    let (heat, alien) = (world.letterboxd.tmdb_id("heat-1995"), world.letterboxd.tmdb_id("alien"));
    let name = "Heat 1995 (2000)";
    world.sync().says(&format!(
        "ada, ben, cleo: added to Radarr: {name} tmdb={heat} root_folder=/movies tags=ben,cleo"
    ));
    assert_eq!(world.radarr.posted(), [heat, alien]);
    let alien = world.radarr.film(alien).expect("it was added");
    assert_eq!((alien.root_folder.as_str(), alien.quality_profile_id), ("/kids", 2));
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
}

#[test]
fn film_that_one_user_lists_already_takes_the_settings_of_the_first_in_the_config() {
    let world = World::new().user("ben", "quality_profile = \"SD\"").watchlist(&["heat-1995"]);
    world.sync();
    let heat = world.letterboxd.tmdb_id("heat-1995");
    world.radarr.remove(heat);
    world.letterboxd.push("ben", "heat-1995");
    world.sync();
    assert_eq!(world.radarr.film(heat).expect("ben's request is new").quality_profile_id, 4);
}

#[test]
fn newest_films_go_first_and_users_share_max_adds_per_run_in_turn() {
    let world = World::new().set("[radarr]", "max_adds_per_run = 9").user("ben", "");
    let world = world.watchlist(&["a1", "both", "a2", "a3"]);
    world.letterboxd.set_watchlist("ben", &["b1", "both", "b2"]);
    world.sync();
    let order = ["a1", "b1", "both", "b2", "a2", "a3"].map(|slug| world.letterboxd.tmdb_id(slug));
    assert_eq!(world.radarr.posted(), order);
}

#[test]
fn two_entries_with_one_tmdb_id_are_one_film() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("heat", "Heat", 1995, 949));
    world.letterboxd.add_film(Film::movie("heat-again", "Heat", 1995, 949));
    let world = world.watchlist(&["heat", "heat-again"]);
    world.sync().says("ada: added to Radarr: Heat (1995) tmdb=949 root_folder=/movies");
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
}

#[test]
fn user_option_sends_the_films_of_that_user_alone() {
    let world = World::new().user("ben", "quality_profile = \"SD\"").watchlist(&["heat-1995", "alien"]);
    world.letterboxd.set_watchlist("ben", &["alien", "akira"]);
    world.lbjf(&["sync", "--user", "ben"]).exits(Exit::Success);
    assert_eq!(world.radarr.posted(), ["alien", "akira"].map(|slug| world.letterboxd.tmdb_id(slug)));
    world.sync().mentions("ada: added to Radarr: Heat 1995");
    assert_eq!(world.radarr.films().len(), 3);
}

#[test]
fn title_is_sent_as_it_is() {
    let world = World::new();
    let title = "Amélie & the \\ \"千と千尋\" 🎬";
    world.letterboxd.add_film(Film::movie("title", title, 2001, 194));
    let world = world.watchlist(&["title"]);
    world.sync();
    assert_eq!(bodies(&world)[0]["title"], title);
}

#[test]
fn undated_film_is_sent_without_a_year() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("soon", "Soon", None, 77));
    let world = world.watchlist(&["soon"]);
    world.sync().says("ada: added to Radarr: Soon tmdb=77 root_folder=/movies");
    assert_eq!(bodies(&world)[0]["year"], 0);
}

#[test]
fn animated_movies_go_to_their_root_folder_and_only_new_films_are_looked_up() {
    let world = with_animated_folder(World::new()).watchlist(&["bambi", "heat-1995", "there"]);
    let id = |slug| world.letterboxd.tmdb_id(slug);
    world.radarr.know(id("bambi"), "Bambi", 1942, &["Family", "ANIMATION"]);
    world.radarr.has(id("there"));
    let line =
        format!("ada: added to Radarr: Bambi (2000) tmdb={} root_folder=/movies-animated", id("bambi"));
    world.sync().says(&line);
    assert_eq!(path(&world, id("bambi")), "/movies-animated/Bambi (1942)");
    assert!(path(&world, id("heat-1995")).starts_with("/movies/"));
    assert_eq!(world.radarr.server.asked("GET", "/api/v3/movie/lookup").len(), 2);
}

#[test]
fn animated_movies_are_not_added_when_the_id_that_the_look_up_answers_is_excluded() {
    let world = with_animated_folder(World::new());
    world.letterboxd.add_film(Film::movie("merged", "Merged", 2000, 888_001));
    world.radarr.merge(888_001, 888_002);
    world.radarr.exclude(888_002);
    let world = world.watchlist(&["merged"]);
    let told = "warning: ada: skipped Merged (2000) `merged`: it is on Radarr's exclusion list";
    world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success).says(told);
    world.sync().says(told);
    world.pass_time(A_DAY);
    world.sync();
    assert_eq!(world.radarr.posted(), [0; 0]);
    assert_eq!(world.radarr.server.asked("GET", "/api/v3/movie/lookup").len(), 2, "the merge is remembered");
}

#[test]
fn animated_movies_of_a_user_with_a_root_folder_path_go_there() {
    let world = with_animated_folder(World::new()).user("ben", "root_folder_path = \"/ben\"");
    world.radarr.add_root_folder("/ben");
    world.letterboxd.set_watchlist("ada", &[]);
    world.letterboxd.set_watchlist("ben", &["bambi"]);
    let bambi = world.letterboxd.tmdb_id("bambi");
    world.radarr.know(bambi, "Bambi", 1942, &["Animation"]);
    world.sync();
    assert_eq!(path(&world, bambi), "/ben/Bambi (1942)");
    assert_eq!(world.radarr.server.asked("GET", "/api/v3/movie/lookup").len(), 0);
}

#[test]
fn animated_movies_that_cannot_be_looked_up_wait_for_the_next_run() {
    let world = with_animated_folder(World::new()).watchlist(&["bambi"]);
    world.letterboxd.add_film(Film::movie("lost", "Lost", 2000, UNKNOWN));
    world.letterboxd.push("ada", "lost");
    world.radarr.metadata_down(true);
    world.lbjf(&["sync", "--dry-run"]).exits(Exit::Partial);
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions(
        "warning: ada: `bambi` not added: Radarr answered GET api/v3/movie/lookup/tmdb with HTTP 500",
    );
    assert_eq!(world.radarr.posted(), [0; 0]);
    world.radarr.metadata_down(false);
    world
        .sync()
        .says("warning: ada: skipped Lost (2000) `lost`: Radarr's metadata has no film with TMDB id 5000001");
    assert_eq!(world.radarr.posted(), world.tmdb(&["bambi"]));
}

#[test]
fn user_tags_label_new_films_and_films_that_are_there() {
    let world = World::new()
        .set("[radarr]", "user_tags = true\ntags = [\"LBJF\"]")
        .user("Ben_B", "")
        .watchlist(&["new", "there", "both"]);
    world.letterboxd.set_watchlist("Ben_B", &["both"]);
    let id = |slug| world.letterboxd.tmdb_id(slug);
    world.radarr.has(id("there"));
    world.radarr.has(id("both"));
    world
        .sync()
        .says(&format!("ada: tagged in Radarr: There (2000) tmdb={} tags=lbjf-ada", id("there")))
        .mentions("1 added to Radarr, 2 tagged in Radarr");
    assert_eq!(labels(&world, id("new")), ["lbjf", "lbjf-ada"]);
    assert_eq!(labels(&world, id("there")), ["lbjf-ada"]);
    assert_eq!(labels(&world, id("both")), ["lbjf-ada", "lbjf-ben-b"]);
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
    // A label is never taken off.
    world.letterboxd.drop_entry("ada", "there");
    world.sync();
    assert_eq!(labels(&world, id("there")), ["lbjf-ada"]);
}

#[test]
fn user_tags_reuse_labels_and_send_many_films_at_once() {
    let (world, ids) = watchlist_of(World::new().set("[radarr]", "user_tags = true"), 130);
    for id in &ids {
        world.radarr.has(*id);
    }
    world.sync();
    // Films go on in batches of 50 while pages are still read.
    assert_eq!(world.writes(), ["radarr POST /api/v3/tag", EDITOR, EDITOR, EDITOR]);
    assert!(world.radarr.films().iter().all(|film| film.tags == ["lbjf-ada"]));
    world.letterboxd.push("ada", "heat-1995");
    world.forget_requests();
    world.sync();
    assert_eq!(world.writes(), ["radarr POST /api/v3/movie"]);
    assert_eq!(world.radarr.tags(), ["lbjf-ada"]);
}

const EDITOR: &str = "radarr PUT /api/v3/movie/editor";

/// A world with `user_tags` and so many films on ada's watchlist that Radarr has already.
fn untagged(count: usize) -> (World, Vec<u32>) {
    let (world, ids) = watchlist_of(World::new().set("[radarr]", "user_tags = true"), count);
    for id in &ids {
        world.radarr.has(*id);
    }
    (world, ids)
}

fn is_edit(request: &Request) -> bool {
    request.method == "PUT"
}

#[test]
fn user_tags_that_cannot_be_set_are_one_failure_and_set_later() {
    let (world, _) = untagged(3);
    let failure = Reply::html(404, "<title>404</title>");
    world.radarr.server.fail(1, is_edit, Fault::Instead(failure));
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("sync: 1 user, 3 films failed, in ").says(
        "warning: radarr: 3 films not tagged `lbjf-ada`: Radarr answered PUT api/v3/movie/editor with HTTP 404",
    );
    let status = world.lbjf(&["status", "film-1"]).exits(Exit::Success);
    assert!(status.stdout.contains("Radarr       has it, not tagged yet\n"), "{}", status.stdout);
    assert!(status.stdout.contains("next         it is tagged in the next run"), "{}", status.stdout);
    world.sync().mentions("3 tagged in Radarr");
}

#[test]
fn user_tags_of_films_that_are_gone_keep_no_other_film_untagged() {
    let (world, ids) = untagged(3);
    let gone = ids[1];
    let is_first_tag = |request: &Request| request.method == "POST" && request.path == "/api/v3/tag";
    let delete = during(world.radarr.deletion(gone, false));
    world.radarr.server.fail(1, is_first_tag, Fault::Changed(delete));
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .mentions("sync: 1 user, 2 tagged in Radarr, 1 film failed, in ")
        .mentions("warning: radarr: 1 film not tagged `lbjf-ada`: Radarr answered PUT api/v3/movie/editor");
    assert_eq!(world.radarr.film(gone), None);
    // It was there, so it is answered: nobody wants it back.
    world.sync();
    world.lbjf(&["sync", "--full"]).exits(Exit::Success);
    assert_eq!(world.radarr.posted(), [0; 0]);
    world.forget_requests();
    world.pass_time(A_DAY);
    world.sync();
    assert_eq!(requests(&world), 0);
}

#[test]
fn film_whose_user_tags_failed_and_that_a_person_deletes_then_stays_deleted() {
    let (world, ids) = untagged(1);
    let world = world.user("ben", "");
    world.radarr.set_locked(true);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.radarr.set_locked(false);
    world.radarr.remove(ids[0]);
    world.sync();
    assert_eq!(world.radarr.posted(), [0; 0]);
    // Somebody else's request is another one.
    world.letterboxd.push("ben", "film-1");
    world.sync();
    assert_eq!(world.radarr.posted(), ids);
}

#[test]
fn user_tags_are_tried_again_three_times_and_then_daily() {
    let (world, _) = untagged(1);
    world.radarr.server.fail(usize::MAX, is_edit, Fault::Instead(Reply::html(404, "")));
    for _ in 0..4 {
        world.lbjf(&["sync"]).exits(Exit::Partial);
    }
    world.forget_requests();
    world.sync();
    assert_eq!(requests(&world), 0);
    world.radarr.server.behave();
    world.pass_time(A_DAY);
    world.sync().mentions("1 tagged in Radarr");
}

#[test]
fn tags_of_the_config_may_be_in_capitals() {
    let world = World::new().set("[radarr]", "tags = [\"Letterboxd\"]").watchlist(&["heat-1995"]);
    world.sync();
    world.letterboxd.push("ada", "alien");
    world.sync();
    assert_eq!(world.radarr.tags(), ["letterboxd"]);
    assert_eq!(labels(&world, world.letterboxd.tmdb_id("alien")), ["letterboxd"]);
}
