//! What lbjf sends to Jellyfin, and what becomes of it when that goes wrong or lbjf is killed.

use std::thread;
use std::time::Duration;

use lbjf::exit::Exit;
use standins::jellyfin::{Jellyfin, KEY, Version};
use standins::{Change, Fault, Gate, Radarr, Reply, Request};

use crate::common::{COLLECTION, World, wait_until};
use crate::jellyfin::stopped_at;

#[test]
fn many_films_are_put_in_and_taken_out_by_a_hundred() {
    let world = World::new().watchlist_of(250);
    let items: Vec<_> = (1..=250).map(|number| world.download(&format!("film-{number}"))).collect();
    world.sync().mentions("250 added to a collection");
    assert_eq!(world.told_jellyfin(), [&format!("make {COLLECTION}"), "put 100", "put 100", "put 50"]);
    assert_eq!(world.collected().len(), 250);
    let mut members = world.jellyfin.collections()[0].members.clone();
    members.sort_unstable();
    members.dedup();
    assert_eq!(members.len(), 250);
    world.idle();

    for item in &items[..130] {
        world.jellyfin.watch("ada", item, true);
    }
    world.sync().mentions("130 removed from a collection");
    assert_eq!(world.collected().len(), 120);
    for request in world.jellyfin.server.writes() {
        let ids = request.param("ids").expect("ids");
        assert!(ids.split(',').count() <= 100 && request.target().len() < 4096, "{}", request.target());
    }
    world.idle();
}

#[test]
fn an_item_that_vanished_meanwhile_does_not_keep_the_rest_out() {
    let world = World::new().watchlist(&["a-film", "b-film", "c-film", "d-film", "e-film"]);
    let items: Vec<_> = world.letterboxd.watchlist("ada").iter().map(|slug| world.download(slug)).collect();
    let vanished = items[3].clone();
    // The file goes while the first call is under way.
    let gate = Gate::default();
    world.jellyfin.server.fail(
        1,
        |request| request.method == "POST" && request.param("ids").is_some(),
        Fault::Held(gate.clone()),
    );
    let run = world.begin(&["sync"]);
    wait_until(|| world.told_jellyfin().len() >= 2);
    world.jellyfin.remove_film(&vanished);
    gate.open();
    // The library is read once more, and the rest is put in by the same run.
    world.end(run).exits(Exit::Success).mentions("4 added to a collection").omits("not added");
    assert_eq!(world.told_jellyfin(), [&format!("make {COLLECTION}"), "put 5", "put 4"]);
    assert_eq!(world.collected().len(), 4);
    world.idle();
    world.download(&world.letterboxd.watchlist("ada")[3]);
    world.sync().mentions("D Film (2000)");
}

#[test]
fn an_item_that_is_listed_and_refused_all_the_same_does_not_keep_the_rest_out() {
    let world = World::new().watchlist(&["a-film", "b-film", "c-film", "d-film", "e-film"]);
    let items: Vec<_> = world.letterboxd.watchlist("ada").iter().map(|slug| world.download(slug)).collect();
    let refused = items[3].clone();
    let is_refused = move |request: &Request| {
        request.method == "POST" && request.param("ids").is_some_and(|ids| ids.contains(&refused))
    };
    let error = Reply::new(400, "text/plain", "Error processing request.");
    world.jellyfin.server.fail(usize::MAX, is_refused, Fault::Instead(error));
    let text = format!(
        "warning: collection `{COLLECTION}`: D Film (2000) not added: it has just vanished from Jellyfin's library"
    );
    world.lbjf(&["sync"]).exits(Exit::Partial).says(&text).mentions("4 added to a collection");
    assert_eq!(world.collected().len(), 4);
    world.jellyfin.server.behave();
    world.sync().mentions("D Film (2000)");
    world.idle();
}

#[test]
fn a_call_refused_since_the_collection_is_gone_is_not_bisected() {
    for version in [Version::V10_8, Version::V12_0] {
        let world = World::with(Radarr::start(), Jellyfin::start_version(version));
        let world = world.watchlist(&["heat", "alien"]);
        world.settle(["heat", "alien"]);
        for slug in ["ran", "tron"] {
            world.letterboxd.push("ada", slug);
            world.download(slug);
        }
        // Somebody deletes it as soon as its members were read, after a day on which nothing is asked ahead.
        world.pass_time(Duration::from_hours(25));
        let delete = world.jellyfin.deletion(&world.jellyfin.collections()[0].id);
        let delete = Change::new(move |reply| {
            delete();
            reply
        });
        let is_members = |request: &Request| request.param("parentId").is_some();
        world.jellyfin.server.fail(1, is_members, Fault::Changed(delete));
        world
            .lbjf(&["sync"])
            .exits(Exit::Partial)
            .mentions("films not added: Jellyfin answered POST Collections/")
            .omits("has just vanished");
        assert_eq!(world.jellyfin.server.asked("POST", "/Collections").len(), 1, "{version:?}");
        world.sync();
        assert_eq!(world.collected().len(), 4, "{version:?}");
    }
}

#[test]
fn json_names_the_steps_that_failed() {
    let world = World::settled(["heat", "alien", "ran"]);
    world.letterboxd.drop_entry("ada", "heat");
    world.letterboxd.push("ada", "jaws");
    world.download("jaws");
    let refusal = Fault::Instead(Reply::new(500, "text/plain", "Error processing request."));
    world.jellyfin.server.fail(usize::MAX, |request| request.method != "GET", refusal);
    let json = world.lbjf(&["sync", "--json"]).exits(Exit::Partial).json();
    let steps = json["steps"].as_array().expect("steps");
    let failed: Vec<_> = steps.iter().filter(|step| step["result"] == "failed").collect();
    assert_eq!(failed.len(), 2, "{json:#}");
    assert_eq!((&failed[0]["do"], &failed[0]["film"]), (&"add_to_collection".into(), &"Jaws (2000)".into()));
    assert_eq!((&failed[1]["do"], &failed[1]["film"]), (&"remove_from_collection".into(), &"heat".into()));
    assert_eq!(json["problems"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_film_that_never_sticks_is_warned_of_once_and_tried_again_tomorrow() {
    let world = World::settled(["heat"]);
    world.letterboxd.push("ada", "alien");
    let alien = world.download("alien");
    world.jellyfin.reject_silently(&alien);
    let warning = format!(
        "warning: collection `{COLLECTION}`: Jellyfin accepted Alien (2000), but does not show it in the collection"
    );
    world.sync().says(&warning).omits("to a collection");
    for _ in 0..2 {
        world.idle().omits("does not show it");
    }
    world.pass_time(Duration::from_hours(25));
    world.forget_requests();
    world.sync().says(&warning);
    assert_eq!(world.told_jellyfin(), ["put 1"]);
    world.idle();
}

#[test]
fn a_film_that_did_not_stick_is_tried_after_a_day_whenever_the_library_was_read_last() {
    let world = World::new().watchlist(&["heat", "alien"]);
    world.settle(["heat"]);
    world.pass_time(Duration::from_hours(12));
    let alien = world.download("alien");
    world.jellyfin.reject_silently(&alien);
    let tries = |hours: u64| {
        world.pass_time(Duration::from_hours(hours));
        world.forget_requests();
        world.sync();
        world.told_jellyfin().len()
    };
    assert_eq!(tries(0), 1);
    world.jellyfin.save_long_ago(&alien);
    // A day after the last look at everything, but not after the try.
    assert_eq!(tries(12), 0);
    assert_eq!(tries(10), 0);
    assert_eq!(tries(1), 1, "a day after the try, as far as a daily timer is concerned");
    assert_eq!(tries(0), 0);
    world.idle();
    let requests = world.jellyfin.server.requests();
    assert!(requests.iter().all(|request| request.path != "/System/Info"), "all of it is not read again");
}

#[test]
fn a_film_linked_twice_is_taken_out_with_a_call_for_each_link() {
    let world = World::new().watchlist(&["heat", "alien"]);
    let heat = world.download("heat");
    world.download("alien");
    let set = world.jellyfin.add_collection(COLLECTION);
    let url = format!("{}/Collections/{set}/Items?ids={heat},{heat}", world.jellyfin.url());
    let key = format!("MediaBrowser Token=\"{KEY}\"");
    ureq::post(url).header("Authorization", key).send_empty().expect("it is taken");
    world.sync();
    assert_eq!(world.jellyfin.collections()[0].members.len(), 3);
    world.jellyfin.watch("ada", &heat, true);
    world.forget_requests();
    world.sync().mentions("removed: heat");
    assert_eq!(world.told_jellyfin(), ["take 1", "take 1"]);
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    world.idle();
}

#[test]
fn a_film_that_stays_although_it_was_taken_out_is_tried_once_a_day() {
    let world = World::settled(["heat"]);
    let heat = world.jellyfin.collections()[0].members[0].clone();
    world.jellyfin.watch("ada", &heat, true);
    world.jellyfin.server.fail(usize::MAX, is_take, Fault::Instead(Reply::empty(204)));
    let text = "collection `Ada's watchlist`: Jellyfin confirmed the removal of heat, but still shows it in the collection";
    world.sync().says(&format!("warning: {text}"));
    world.idle();
    world.jellyfin.server.behave();
    world.pass_time(Duration::from_hours(25));
    world.sync().mentions("removed: heat");
}

/// Takes heat, which is watched, out of ada's collection; the first time Jellyfin only says so.
fn taken_in_words_only() -> World {
    let world = World::settled(["heat", "alien"]);
    let heat = world.jellyfin.collections()[0].members[0].clone();
    world.jellyfin.watch("ada", &heat, true);
    world.jellyfin.server.fail(1, is_take, Fault::Instead(Reply::empty(204)));
    world
}

fn is_take(request: &Request) -> bool {
    request.method == "DELETE"
}

#[test]
fn a_film_that_cannot_be_taken_out_once_more_is_tried_by_the_next_run() {
    let world = taken_in_words_only();
    let error = Reply::new(500, "text/plain", "Error processing request.");
    world.jellyfin.server.fail(usize::MAX, is_take, Fault::Instead(error));
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial).omits("still shows it");
    ran.mentions("films not removed: Jellyfin answered DELETE Collections/")
        .mentions(" 1 collection failed, in ");
    world.jellyfin.server.behave();
    world.sync().mentions("removed: heat");
    world.idle();
}

#[test]
fn a_film_that_a_signal_left_in_is_taken_out_by_the_next_run() {
    let world = taken_in_words_only();
    world.jellyfin.server.fail(usize::MAX, is_take, Fault::Instead(Reply::empty(204)));
    // The first look, then the one after what was taken out.
    let is_members = |request: &Request| request.param("parentId").is_some();
    world.jellyfin.server.fail(1, is_members, Fault::Delay(Duration::ZERO));
    stopped_at(&world, is_members).exits(Exit::Terminated).omits("still shows it");
    world.jellyfin.server.behave();
    world.sync().mentions("removed: heat");
    world.idle();
}

#[test]
fn a_film_that_stayed_in_a_collection_that_was_deleted_leaves_the_new_one() {
    let world = World::settled(["heat"]);
    let collection = world.jellyfin.collections().remove(0);
    let heat = &collection.members[0];
    world.jellyfin.watch("ada", heat, true);
    world.jellyfin.server.fail(usize::MAX, is_take, Fault::Instead(Reply::empty(204)));
    world.sync().mentions("Jellyfin confirmed the removal of heat, but still shows it in the collection");
    world.jellyfin.server.behave();
    world.jellyfin.delete_collection(&collection.id);
    world.jellyfin.watch("ada", heat, false);
    world.sync().says(&format!("collection `{COLLECTION}`: created"));
    assert_eq!(world.jellyfin.collections()[0].id, collection.id);
    world.jellyfin.watch("ada", heat, true);
    world.sync().mentions("removed: heat");
}

/// Lets lbjf be killed while Jellyfin carries out a write, and Jellyfin finish it.
fn kill_during(world: &World, method: &'static str, path_end: &'static str) {
    let gate = Gate::default();
    world.jellyfin.server.fail(
        1,
        move |request| request.method == method && request.path.ends_with(path_end),
        Fault::Held(gate.clone()),
    );
    world.forget_requests();
    let mut run = world.spawn(&["sync"]);
    let is_under_way = || {
        let writes = world.jellyfin.server.writes();
        writes.iter().any(|request| request.method == method && request.path.ends_with(path_end))
    };
    while !is_under_way() && run.try_wait().expect("it can be asked").is_none() {
        thread::sleep(Duration::from_millis(2));
    }
    assert!(is_under_way(), "it ended without {method} {path_end}");
    run.kill().expect("it runs");
    run.wait().expect("it was killed");
    gate.open();
    world.jellyfin.server.settle();
}

#[test]
fn killed_while_a_collection_is_made_the_next_run_fills_it() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    world.download("heat");
    kill_during(&world, "POST", "/Collections");
    assert_eq!(world.jellyfin.collections().len(), 1);
    world.forget_requests();
    world.sync();
    assert_eq!(world.told_jellyfin(), ["put 1"], "it is not made again");
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
    world.idle();
}

#[test]
fn killed_while_films_are_put_in_the_next_run_knows_them_for_its_own() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    world.download("heat");
    world.download("alien");
    kill_during(&world, "POST", "/Items");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    // Off the list before lbjf looks again: still its own, so it leaves.
    world.letterboxd.drop_entry("ada", "heat");
    world.sync().mentions("removed: heat");
    assert_eq!(world.jellyfin.collections()[0].members.len(), 1);
    world.idle();
}

#[test]
fn killed_while_films_are_taken_out_the_next_run_has_nothing_left_to_do() {
    let world = World::settled(["heat", "alien", "ran"]);
    world.letterboxd.drop_entry("ada", "heat");
    kill_during(&world, "DELETE", "/Items");
    assert_eq!(world.collected(), world.tmdb(&["alien", "ran"]));
    world.idle();
}

#[test]
fn a_write_whose_answer_is_lost_is_sent_again_and_doubles_nothing() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    world.download("heat");
    let is_items = |request: &Request| request.path.ends_with("/Items") && request.method != "GET";
    world.jellyfin.server.fail(1, is_items, Fault::DropAfter);
    world.sync();
    assert_eq!(world.told_jellyfin(), [&format!("make {COLLECTION}"), "put 1", "put 1"]);
    assert_eq!(world.jellyfin.collections()[0].members.len(), 1);
    world.letterboxd.drop_entry("ada", "heat");
    world.jellyfin.server.fail(1, is_items, Fault::DropAfter);
    world.sync().mentions("removed: heat");
    world.idle();
}

#[test]
fn making_a_collection_is_never_sent_twice_in_a_run() {
    let world = World::new().watchlist(&["heat"]);
    world.download("heat");
    world.jellyfin.server.fail(1, |request| request.path == "/Collections", Fault::DropAfter);
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
    ran.mentions(&format!("lbjf: error: collection `{COLLECTION}`: not created: Jellyfin at "))
        .mentions("cannot be reached: the connection was closed before the answer was complete");
    world.sync();
    assert_eq!(world.told_jellyfin(), [&format!("make {COLLECTION}"), "put 1"]);
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
}

#[test]
fn a_dry_run_prints_the_steps_that_the_run_then_does() {
    let world = World::settled(["heat", "alien", "ran"]);
    let world = world.user("ben", "jellyfin_collection = \"Ben's\"");
    world.letterboxd.set_watchlist("ben", &["tron"]);
    world.download("tron");
    world.letterboxd.drop_entry("ada", "heat");
    let before = (world.jellyfin.collections(), world.radarr.films());
    world.forget_requests();
    let steps = |args: &[&str], result: &str| {
        let mut json = world.lbjf(args).exits(Exit::Success).json();
        let steps = json["steps"].as_array_mut().expect("steps");
        for step in steps.iter_mut() {
            assert_eq!(step["result"].take(), result, "{step}");
        }
        steps.clone()
    };
    let plan = world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success).mentions("4 steps planned").stdout;
    let tmdb = |slug| world.letterboxd.tmdb_id(slug);
    assert_eq!(
        plan.lines().skip(1).collect::<Vec<_>>(),
        [
            &format!(
                "collection `{COLLECTION}`: would remove: heat (2000) tmdb={} (no longer wanted)",
                tmdb("heat")
            ),
            "collection `Ben's`: would be created",
            &format!("ben: would add to collection `Ben's`: Tron (2000) tmdb={}", tmdb("tron")),
        ]
    );
    let planned = steps(&["sync", "--dry-run", "--json"], "planned");
    assert_eq!(world.writes(), [""; 0]);
    assert_eq!((world.jellyfin.collections(), world.radarr.films()), before);
    assert_eq!(steps(&["sync", "--json"], "done"), planned);
    assert_eq!(world.jellyfin.members("Ben's"), [tmdb("tron")]);
}

#[test]
fn answers_that_are_lost_for_a_whole_run_are_made_up_for_by_the_next() {
    let world = World::new().watchlist(&["heat", "alien", "ran"]);
    world.download("heat");
    world.download("alien");
    let is_items = |request: &Request| request.path.ends_with("/Items") && request.method != "GET";
    world.jellyfin.server.fail(usize::MAX, is_items, Fault::DropAfter);
    let lost = "cannot be reached: the connection was closed before the answer was complete";
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("films not added: Jellyfin at").mentions(lost);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien"]));
    // Still its own: it leaves with the list.
    world.letterboxd.drop_entry("ada", "heat");
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions("films not removed: Jellyfin at").mentions(lost);
    world.jellyfin.server.behave();
    assert_eq!(world.collected(), world.tmdb(&["alien"]));
    world.idle();
}

#[test]
fn an_answer_with_an_empty_id_leads_to_no_request_about_everything() {
    type Is = fn(&Request) -> bool;
    let zeros = "0".repeat(32);
    let answers: [(&str, Is); 5] = [
        ("a user", |request| request.path == "/Users"),
        ("a collection", |request| request.param("includeItemTypes").as_deref() == Some("BoxSet")),
        ("a member", |request| request.param("parentId").is_some()),
        ("a film", |request| request.param("includeItemTypes").as_deref() == Some("Movie")),
        ("a new collection", |request| request.method == "POST" && request.path == "/Collections"),
    ];
    for (what, is_it) in answers {
        for nothing in ["", zeros.as_str()] {
            let world = World::new().watchlist(&["heat", "alien", "ran"]);
            if what == "a new collection" {
                world.download("heat");
            } else {
                world.settle(["heat", "alien"]);
                world.letterboxd.drop_entry("ada", "heat");
                world.download("ran");
                world.pass_time(Duration::from_hours(25));
            }
            let before = world.collected();
            let nothing = nothing.to_owned();
            let emptied = Change::new(move |reply| {
                let body = String::from_utf8(reply.body.clone()).expect("JSON is text");
                // Not every answer names one: an empty list, a count.
                let Some((front, back)) = body.split_once("\"Id\":\"") else { return reply };
                let back = back.split_once('"').expect("it ends").1;
                Reply { body: format!("{front}\"Id\":\"{nothing}\"{back}").into(), ..reply }
            });
            world.jellyfin.server.fail(usize::MAX, is_it, Fault::Changed(emptied));
            world.lbjf(&["sync"]);
            for request in world.jellyfin.server.requests() {
                for name in ["userId", "parentId", "ids"] {
                    let id = request.param(name);
                    let is_something =
                        |id: &str| id.split(',').all(|id| !id.trim_matches(['0', '-']).is_empty());
                    assert!(id.as_deref().is_none_or(is_something), "{what}: {}", request.target());
                }
                assert!(!request.path.contains("//"), "{what}: {}", request.target());
            }
            let told = world.told_jellyfin();
            match what {
                // That copy cannot be put in; the rest is done.
                "a film" => assert!(!told.iter().any(|what| what.starts_with("make")), "{told:?}"),
                "a new collection" => assert_eq!(told, [format!("make {COLLECTION}")]),
                _ => assert_eq!((told, world.collected()), (Vec::new(), before), "{what}"),
            }
            world.jellyfin.server.behave();
            world.pass_time(Duration::from_hours(25));
            world.sync();
            let wanted: &[&str] = if what == "a new collection" { &["heat"] } else { &["alien", "ran"] };
            assert_eq!(world.collected(), world.tmdb(wanted), "{what}");
        }
    }
}
