//! How the library is read: all of it once, then what changed; and what else an idle run asks.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimePrinter;
use lbjf::exit::Exit;
use standins::jellyfin::{Item, Jellyfin, Version};
use standins::{Change, Fault, Radarr, Reply, Request};

use crate::common::{COLLECTION, World};
use crate::jellyfin::stopped_at;

const VERSIONS: [Version; 5] =
    [Version::V10_8, Version::V10_9, Version::V10_10, Version::V10_11, Version::V12_0];

fn is_delta(request: &Request) -> bool {
    ["minDateLastSaved", "minDateLastSavedForUser"].iter().any(|name| request.param(name).is_some())
}

/// What Jellyfin was asked since the last time, in order.
fn asked(world: &World) -> Vec<&'static str> {
    let kind = |request: &Request| match (request.path.as_str(), request.param("parentId")) {
        ("/System/Info", _) => "info",
        ("/Users", _) => "users",
        (_, Some(_)) => "members",
        _ if request.param("includeItemTypes").as_deref() == Some("BoxSet") => "sets",
        _ if is_delta(request) => "changed",
        _ if request.param("isPlayed").is_some() => "watched",
        _ if request.param("limit").is_some() => "count",
        _ => "whole",
    };
    let requests = world.jellyfin.server.requests();
    let kinds = requests.iter().filter(|request| request.method == "GET").map(kind).collect();
    world.forget_requests();
    kinds
}

/// Everything in the library was saved long ago, as far as the last run is concerned.
fn grow_old(world: &World) {
    world.jellyfin.pass_time(Duration::from_mins(20));
    world.sync();
    world.forget_requests();
}

const IDLE: [&str; 5] = ["users", "changed", "count", "sets", "watched"];
const WHOLE: [&str; 7] = ["users", "info", "whole", "count", "sets", "members", "watched"];

#[test]
fn an_idle_run_asks_four_questions_and_one_for_each_person_on_every_version() {
    for version in VERSIONS {
        let world = World::with(Radarr::start(), Jellyfin::start_version(version))
            .watchlist(&["heat", "alien", "waits"])
            .user("ben", &format!("jellyfin_collection = \"{COLLECTION}\""))
            .user("cleo", "jellyfin_collection = \"Cleo's\"")
            .user("dora", "jellyfin_collection = \"Dora's\"");
        world.letterboxd.set_watchlist("ben", &["ran"]);
        world.letterboxd.set_watchlist("cleo", &["ran", "heat"]);
        world.letterboxd.set_watchlist("dora", &["waits"]);
        let [heat, ..] = world.settle(["heat", "alien", "ran"]);
        grow_old(&world);
        // Of what dora lists the library has nothing, so nothing is asked of her.
        let expected = ["users", "changed", "count", "sets", "watched", "watched", "watched"];
        world.idle();
        assert_eq!(asked(&world), expected, "{version:?}");
        world.jellyfin.watch("ada", &heat, true);
        world.sync();
        world.idle();
        asked(&world);
        world.idle();
        assert_eq!(asked(&world), expected, "{version:?}");
    }
}

#[test]
fn a_film_that_arrives_costs_three_more_requests_on_every_version() {
    for version in VERSIONS {
        let world = World::with(Radarr::start(), Jellyfin::start_version(version));
        let world = world.watchlist(&["heat", "jaws"]);
        world.settle(["heat"]);
        grow_old(&world);
        world.download("jaws");
        world.sync();
        assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]), "{version:?}");
        // What is in the collection is looked at before it is changed, and after.
        let added = ["users", "changed", "count", "sets", "watched", "members", "members"];
        assert_eq!(asked(&world), added, "{version:?}");
        let parameter = |world: &World| {
            let requests = world.jellyfin.server.requests();
            let delta = requests.iter().find(|request| is_delta(request)).expect("it asks what changed");
            (delta.param("minDateLastSaved").is_some(), delta.param("minDateLastSavedForUser").is_some())
        };
        // Its etag is another one now.
        world.idle();
        assert_eq!(parameter(&world), (version >= Version::V10_11, version < Version::V10_11), "{version:?}");
        assert_eq!(asked(&world), ["users", "changed", "count", "sets", "members", "watched"], "{version:?}");
        grow_old(&world);
        world.idle();
        assert_eq!(asked(&world), IDLE, "{version:?}");
    }
}

#[test]
fn a_film_that_is_newly_wanted_is_found_in_what_is_known() {
    let world = World::settled(["heat"]);
    world.letterboxd.set_watchlist("somebody-else", &["alien"]);
    let alien = world.download("alien");
    world.jellyfin.save_long_ago(&alien);
    world.sync();
    grow_old(&world);
    world.letterboxd.push("ada", "alien");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    assert!(!asked(&world).contains(&"whole"));
}

#[test]
fn a_jellyfin_that_cannot_tell_what_changed_is_asked_for_all_of_the_library() {
    let world = World::new().watchlist(&["heat", "jaws"]);
    world.settle(["heat"]);
    let error = Reply::new(500, "text/plain", "Error processing request.");
    world.jellyfin.server.fail(usize::MAX, is_delta, Fault::Instead(error));
    world.download("jaws");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]));
    world.forget_requests();
    world.sync();
    assert_eq!(asked(&world), ["users", "changed", "info", "whole", "count", "sets", "members", "watched"]);
}

#[test]
fn a_jellyfin_of_another_version_than_before_is_asked_in_its_own_way_after_one_refusal() {
    for (version, before, refuses) in [
        (Version::V10_10, "12.0.0", true),
        (Version::V12_0, "10.10.7", false),
        (Version::V10_8, "junk", false),
    ] {
        let world = World::with(Radarr::start(), Jellyfin::start_version(version));
        let world = world.watchlist(&["heat", "jaws"]);
        world.settle(["heat"]);
        grow_old(&world);
        let db = rusqlite::Connection::open(world.database()).expect("a run made the store");
        db.execute("UPDATE library SET version = ?1", [before]).expect("it can be written");
        drop(db);
        world.download("jaws");
        world.sync();
        assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]), "{version:?}");
        assert_eq!(asked(&world).contains(&"whole"), refuses, "{version:?}");
        world.sync();
        grow_old(&world);
        world.idle();
        assert_eq!(asked(&world), IDLE, "{version:?}");
    }
}

#[test]
fn half_an_answer_about_what_changed_changes_nothing_and_the_next_run_makes_up_for_it() {
    let world = World::new().watchlist(&["heat", "jaws"]);
    world.settle(["heat"]);
    grow_old(&world);
    world.download("jaws");
    world.jellyfin.server.fail(usize::MAX, is_delta, Fault::Truncate(60));
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .mentions("lbjf: error: jellyfin: Jellyfin at `http://127.0.0.1:");
    assert_eq!(world.told_jellyfin(), [""; 0]);
    world.jellyfin.server.behave();
    world.jellyfin.pass_time(Duration::from_hours(5));
    asked(&world);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]));
    assert!(!asked(&world).contains(&"whole"));
}

/// A proxy in front of Jellyfin whose clock is ahead of it.
fn clock_ahead(world: &World, by: Duration) {
    let ahead = Change::new(move |mut reply: Reply| {
        reply.headers.retain(|(name, _)| name != "Date");
        let date = jiff::Timestamp::now() + by;
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&date).expect("it is past 1970");
        reply.with_header("Date", &date)
    });
    world.jellyfin.server.fail(usize::MAX, |_| true, Fault::Changed(ahead));
}

#[test]
fn a_proxy_whose_clock_is_ahead_hides_no_film_that_arrives() {
    for (minutes, reads_all) in [(9, false), (55, true)] {
        let world = World::new().watchlist(&["heat", "jaws"]);
        clock_ahead(&world, Duration::from_mins(minutes));
        world.settle(["heat"]);
        world.idle();
        world.download("jaws");
        asked(&world);
        world.sync();
        assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]));
        assert_eq!(asked(&world).contains(&"whole"), reads_all, "{minutes}");
    }
}

#[test]
fn a_server_whose_clock_was_set_back_is_asked_for_all_of_the_library() {
    let world = World::new().watchlist(&["heat", "jaws"]);
    clock_ahead(&world, Duration::from_hours(3));
    world.settle(["heat"]);
    world.jellyfin.server.behave();
    world.download("jaws");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]));
    assert_eq!(asked(&world)[..3], ["users", "info", "whole"]);
    grow_old(&world);
    world.idle();
    assert_eq!(asked(&world), IDLE);
}

#[test]
fn all_of_the_library_is_read_after_a_day_with_full_and_when_its_films_are_others() {
    let world = World::new().watchlist(&["heat", "alien", "waits"]);
    let [heat, alien] = world.settle(["heat", "alien"]);
    let reads_all = |args: &[&str]| {
        world.lbjf(args).exits(Exit::Success);
        asked(&world).contains(&"whole")
    };
    assert!(!reads_all(&["sync"]));
    world.pass_time(Duration::from_hours(22));
    assert!(!reads_all(&["sync"]));
    world.pass_time(Duration::from_hours(1));
    world.idle();
    assert_eq!(asked(&world), WHOLE, "a daily timer may be early");
    assert!(!reads_all(&["sync"]));
    assert!(reads_all(&["sync", "--full"]));

    world.jellyfin.watch("ada", &heat, true);
    assert!(!reads_all(&["sync"]), "what was watched is asked for each time");
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    world.jellyfin.watch("ada", &heat, false);
    assert!(!reads_all(&["sync"]), "all that matters is known");
    assert_eq!(world.collected(), world.tmdb(&["alien", "heat"]));

    let collection = world.jellyfin.collections().remove(0);
    world.jellyfin.take(&collection.id, &alien);
    assert!(!reads_all(&["sync"]));
    assert_eq!(world.collected(), world.tmdb(&["alien", "heat"]));

    // Its new id arrives, and the old one is gone without a word.
    let alien = world.jellyfin.replace_file(&alien);
    assert!(reads_all(&["sync"]));
    assert_eq!(world.collected(), world.tmdb(&["alien", "heat"]));
    world.jellyfin.remove_film(&alien);
    assert!(reads_all(&["sync"]));
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
    assert!(!reads_all(&["sync"]));
}

#[test]
fn a_film_that_gets_another_tmdb_id_or_none_is_another_film_or_none() {
    let world = World::new().watchlist(&["heat", "jaws"]);
    let wrong = world.jellyfin.add_film(4_000_777, "jaws");
    world.settle(["heat"]);
    grow_old(&world);
    world.jellyfin.identify(&wrong, Some(world.letterboxd.tmdb_id("jaws")));
    world.jellyfin.save(&wrong);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]));
    assert!(!asked(&world).contains(&"whole"));
    // Without an id it is a film no more. Nothing is taken out for that, and nothing is put in again.
    grow_old(&world);
    world.jellyfin.identify(&wrong, None);
    world.jellyfin.save(&wrong);
    world.sync();
    assert!(!asked(&world).contains(&"whole"), "what changed says that it has none");
    assert_eq!(world.told_jellyfin(), [""; 0]);
    world.jellyfin.take(&world.jellyfin.collections()[0].id, &wrong);
    world.idle();
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
}

#[test]
fn films_whose_tmdb_id_is_of_no_use_are_counted_as_jellyfin_counts_them() {
    let world = World::settled(["heat"]);
    for (number, id) in ["0", "abc", "-5"].into_iter().enumerate() {
        let ids = vec![("Tmdb".to_owned(), id.to_owned())];
        world.jellyfin.add_item(Item {
            provider_ids: ids,
            path: format!("/odd/{number}"),
            ..Item::default()
        });
    }
    world.sync();
    asked(&world);
    grow_old(&world);
    world.idle();
    assert_eq!(asked(&world), IDLE);
    world.pass_time(Duration::from_hours(25));
    world.idle();
    assert_eq!(asked(&world), WHOLE);
    world.idle();
    assert!(!asked(&world).contains(&"whole"));
}

#[test]
fn while_a_scan_is_under_way_what_was_read_is_used_and_all_of_it_is_read_again() {
    let world = World::new().watchlist(&["heat", "jaws"]);
    world.settle(["heat"]);
    world.download("jaws");
    // There is always one more by the time that they are counted.
    let more = Change::new(|reply: Reply| {
        let count: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
        let total = count["TotalRecordCount"].as_u64().expect("a number") + 1;
        let count = serde_json::json!({ "Items": [], "TotalRecordCount": total, "StartIndex": 0 });
        Reply { body: Reply::json(200, &count).body, ..reply }
    });
    world.jellyfin.server.fail(usize::MAX, |request| request.param("limit").is_some(), Fault::Changed(more));
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]));
    asked(&world);
    world.idle();
    assert_eq!(asked(&world), WHOLE, "nothing is known of when it was read");
    world.jellyfin.server.behave();
    world.idle();
    assert_eq!(asked(&world), WHOLE);
    world.idle();
    assert!(!asked(&world).contains(&"whole"));
}

#[test]
fn a_library_that_never_showed_a_film_is_read_when_it_shows_some() {
    let world = World::new().watchlist(&["heat"]);
    let heat = world.download("heat");
    world.jellyfin.save_long_ago(&heat);
    world.jellyfin.lose_libraries(true);
    world.sync();
    world.idle();
    // Mounted, at last; nothing is saved by that.
    world.jellyfin.lose_libraries(false);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
}

#[test]
fn a_library_that_shows_far_fewer_films_is_believed_a_day_later() {
    let slugs: Vec<String> = (1..=12).map(|number| format!("film-{number}")).collect();
    let world = World::new().watchlist_of(12).user("ben", "jellyfin_collection = \"Ben's\"");
    let items: Vec<String> = slugs.iter().map(|slug| world.download(slug)).collect();
    world.sync();
    assert_eq!(world.collected().len(), 12);
    for item in &items[..8] {
        world.jellyfin.remove_film(item);
    }
    world.jellyfin.watch("ada", &items[11], true);
    world.letterboxd.push("ada", "new");
    world.download("new");
    world.letterboxd.set_watchlist("ben", &["new"]);
    let text = "warning: jellyfin: the library shows 5 films, but it had 12; nothing is created or removed";
    world.forget_requests();
    world
        .sync()
        .says(text)
        .says("hint: check that all its disks are mounted; lbjf accepts the smaller number after a day");
    assert_eq!(world.told_jellyfin(), ["put 1"], "what is there is put in all the same");
    world.pass_time(Duration::from_hours(22));
    world.sync().omits("warning:").omits("removed: ");
    world.pass_time(Duration::from_hours(1));
    world.sync().omits("the library shows").mentions("removed: film-12").says("collection `Ben's`: created");
}

#[test]
fn a_film_that_came_while_the_run_failed_to_put_it_in_is_put_in_by_the_next() {
    let world = World::new().watchlist(&["heat", "jaws"]);
    world.settle(["heat"]);
    world.idle();
    world.download("jaws");
    let is_put = |request: &Request| request.method == "POST" && request.path.ends_with("/Items");
    world.jellyfin.server.fail(1, is_put, Fault::Instead(Reply::empty(500)));
    world.lbjf(&["sync"]).exits(Exit::Partial);
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
    // However long that takes.
    world.jellyfin.pass_time(Duration::from_hours(5));
    world.sync().mentions("Jaws (2000)");
    assert_eq!(world.collected(), world.tmdb(&["heat", "jaws"]));
}

#[test]
fn cleanup_and_runs_for_others_do_not_make_a_film_that_came_look_old() {
    let world =
        World::new().user("ben", "jellyfin_collection = \"Ben's watchlist\"").watchlist(&["heat", "jaws"]);
    world.letterboxd.set_watchlist("ben", &["heat"]);
    world.settle(["heat"]);
    world.idle();
    world.download("jaws");
    world.jellyfin.pass_time(Duration::from_hours(5));
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    world.lbjf(&["sync", "--user", "ben"]).exits(Exit::Success);
    world.jellyfin.pass_time(Duration::from_hours(5));
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    world.sync().mentions("ada: added to collection `Ada's watchlist`: Jaws (2000)");
}

/// Heat's file goes and comes back under the same path before anybody looks: the film is the same, and on 12.0 it is in
/// no collection any more, of which the etag says nothing.
fn gone_and_back(world: &World, heat: &str) {
    grow_old(world);
    world.jellyfin.remove_film(heat);
    assert_eq!(world.download("heat"), heat, "an id follows from the path");
    assert!(!world.collected().contains(&world.letterboxd.tmdb_id("heat")));
}

#[test]
fn a_film_that_went_and_came_back_between_two_runs_is_put_in_again() {
    let world = World::new().watchlist(&["heat", "alien"]);
    let [heat, _] = world.settle(["heat", "alien"]);
    gone_and_back(&world, &heat);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    assert!(!asked(&world).contains(&"whole"));
    // Likewise when other runs came first, which do not look at this collection.
    let world = world.user("ben", "jellyfin_collection = \"Ben's\"");
    world.letterboxd.set_watchlist("ben", &["alien"]);
    world.sync();
    gone_and_back(&world, &heat);
    world.lbjf(&["sync", "--user", "ben"]).exits(Exit::Success);
    world.jellyfin.pass_time(Duration::from_hours(5));
    world.lbjf(&["sync", "--user", "ben"]).exits(Exit::Success);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}

#[test]
fn a_run_that_is_stopped_before_it_looks_at_the_members_loses_nothing() {
    let world = World::new().watchlist(&["heat", "alien"]);
    let [heat, _] = world.settle(["heat", "alien"]);
    gone_and_back(&world, &heat);
    let is_members = |request: &Request| request.param("parentId").is_some();
    stopped_at(&world, is_members).exits(Exit::Terminated);
    world.jellyfin.pass_time(Duration::from_hours(5));
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
}

#[test]
fn a_member_that_is_gone_and_comes_back_is_met_again() {
    // On 10.11 it is a member again at once; of that, too, the etag says nothing.
    let world = World::with(Radarr::start(), Jellyfin::start_version(Version::V10_11));
    let world = world.watchlist(&["heat", "alien"]);
    let [heat, _] = world.settle(["heat", "alien"]);
    grow_old(&world);
    let set = world.jellyfin.collections()[0].id.clone();
    world.jellyfin.remove_film(&heat);
    world.sync();
    assert!(world.remembered().iter().filter(|row| row.starts_with("member:")).count() == 1);
    grow_old(&world);
    world.download("heat");
    world.jellyfin.put(&set, &heat);
    world.sync();
    assert_eq!(world.told_jellyfin(), [""; 0]);
    // It is its own again, so it leaves with the list.
    world.letterboxd.drop_entry("ada", "heat");
    world.sync().mentions("removed: heat");
}

#[test]
fn of_a_jellyfin_without_etags_members_are_asked_for_by_every_run() {
    let world = World::settled(["heat", "alien"]);
    let without = Change::new(|reply: Reply| {
        let body = String::from_utf8(reply.body.clone()).expect("JSON is text");
        Reply { body: body.replace("\"Etag\"", "\"Other\"").into(), ..reply }
    });
    world.jellyfin.server.fail(usize::MAX, |_| true, Fault::Changed(without));
    grow_old(&world);
    for _ in 0..2 {
        world.idle();
        assert_eq!(asked(&world), ["users", "changed", "count", "sets", "members", "watched"]);
    }
}
