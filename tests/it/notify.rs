//! Who is told about runs, of what, and what becomes of a receiver that fails.

use std::time::Duration;

use crate::common::World;
use lbjf::exit::Exit;
use serde_json::Value;
use standins::{Fault, Receiver, Reply};

const KINDS: [&str; 5] = ["ntfy", "gotify", "discord", "apprise", "webhook"];

/// A world in which one film is in ada's collection, and receivers of these kinds.
fn world(kinds: &[&str]) -> (World, Receiver) {
    World::settled(["heat-1995"]).receivers(kinds)
}

/// What a run told, a webhook's JSON each.
fn told(world: &World, receiver: &Receiver, exit: Exit) -> Vec<Value> {
    receiver.server.forget_requests();
    world.lbjf(&["sync"]).exits(exit);
    receiver.messages()
}

fn text<'a>(message: &'a Value, key: &str) -> &'a str {
    message[key].as_str().unwrap_or_else(|| panic!("no {key} in {message}"))
}

#[test]
fn each_kind_of_receiver_is_told_once_of_a_film_that_was_sent_and_of_one_that_is_ready() {
    let (world, receiver) = world(&KINDS);
    world.sync();
    assert!(receiver.server.requests().is_empty(), "a good run without news says nothing");
    world.letterboxd.push("ada", "alien");
    world.sync();
    let sent = "Sent to Radarr:\n- Alien (2000): ada\nsync: 1 user, 1 added to Radarr, in ";
    let messages = receiver.messages();
    assert_eq!(messages.len(), KINDS.len());
    for (message, key) in messages.iter().zip(["message", "message", "content", "body", "message"]) {
        assert!(text(message, key).contains(sent), "{message}");
    }
    for (message, key) in messages.iter().zip(["title", "title", "content", "title", "title"]) {
        assert!(text(message, key).starts_with("lbjf: Alien (2000) sent to Radarr"), "{message}");
    }
    world.download("alien");
    let messages = told(&world, &receiver, Exit::Success);
    assert_eq!(messages.len(), KINDS.len());
    let ready = "Ready in Jellyfin:\n- Alien (2000): Ada's watchlist\nsync: ";
    assert!(text(&messages[0], "message").starts_with(ready), "{}", messages[0]);
    let webhook = &messages[4];
    assert_eq!((text(webhook, "event"), text(webhook, "command")), ("changed", "sync"));
    assert_eq!(webhook["films"][0]["is"], "ready");
    assert_eq!(told(&world, &receiver, Exit::Success), [Value::Null; 0]);
    // What only left is no news.
    world.letterboxd.set_watchlist("ada", &["heat-1995"]);
    assert_eq!(told(&world, &receiver, Exit::Success), [Value::Null; 0]);
}

#[test]
fn a_first_run_is_a_count_and_of_many_films_twenty_are_named() {
    let (world, receiver) = World::new().watchlist_of(30).receivers(&["webhook"]);
    world.download("film-30");
    let first = &told(&world, &receiver, Exit::Success)[0];
    let line = "ada, for the first time: 1 film ready in Jellyfin, 30 sent to Radarr\nsync: ";
    assert!(text(first, "message").starts_with(line), "{first}");
    assert_eq!(first["films"].as_array().map(Vec::len), Some(0));
    let world = world.user("ben", "");
    world.letterboxd.set_watchlist("ben", &["alien"]);
    world.set_watchlist("ada", 60);
    let second = &told(&world, &receiver, Exit::Success)[0];
    let message = text(second, "message");
    assert_eq!(text(second, "title"), "lbjf: 31 films sent to Radarr");
    assert_eq!(message.matches("- Film ").count(), 20, "{message}");
    assert!(
        message.contains("\nand 10 more\nben, for the first time: 1 film sent to Radarr\nsync: 2 users, "),
        "{message}"
    );
}

#[test]
fn a_failure_is_told_when_it_begins_once_a_day_and_when_it_is_over() {
    let (world, receiver) = world(&["webhook"]);
    world.letterboxd.push("ada", "alien");
    world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(401)));
    let began = &told(&world, &receiver, Exit::Partial)[0];
    assert_eq!((text(began, "event"), text(began, "title")), ("failed", "lbjf: 1 problem: radarr"));
    assert!(text(began, "message").starts_with("radarr: Radarr at `http"), "{began}");
    assert_eq!(began["exit_code"], 4);
    assert!(told(&world, &receiver, Exit::Partial).is_empty(), "it was told");
    world.pass_time(Duration::from_hours(23));
    let lasts = &told(&world, &receiver, Exit::Partial)[0];
    assert!(
        text(lasts, "message").contains("refused the API key (HTTP 401) (for 23 h, 3 runs)\n  "),
        "{lasts}"
    );
    // It is told first, with all else that happened.
    world.letterboxd.set_private("ada", true);
    let other = &told(&world, &receiver, Exit::Partial)[0];
    assert_eq!(text(other, "title"), "lbjf: 1 problem: ada");
    world.radarr.server.behave();
    world.letterboxd.set_private("ada", false);
    let over = &told(&world, &receiver, Exit::Success)[0];
    assert_eq!(
        (text(over, "event"), text(over, "title")),
        ("recovered", "lbjf: 2 problems over: radarr, ada")
    );
    let message = text(over, "message");
    assert!(message.starts_with("Over, after 23 h and 4 runs: radarr: Radarr at "), "{message}");
    assert!(message.contains("\nSent to Radarr:\n- Alien (2000): ada\n"), "{message}");
    assert!(told(&world, &receiver, Exit::Success).is_empty());
}

#[test]
fn letterboxd_is_told_in_the_third_run_and_its_end_only_then() {
    for runs in [2, 3] {
        let (world, receiver) = world(&["webhook", "healthchecks"]);
        world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(standins::letterboxd::challenge()));
        for run in 1..=runs {
            receiver.server.forget_requests();
            world.lbjf(&["sync", "--ignore-cool-down"]).exits(Exit::Blocked);
            let messages = receiver.messages();
            assert_eq!(messages.len(), usize::from(run == 3), "{messages:?}");
            let pings = receiver.pings();
            let expected = if run == 3 { "6 sync: 1 user" } else { "log sync: 1 user" };
            assert!(pings[0] == "start" && pings[1].starts_with(expected), "{pings:?}");
        }
        world.letterboxd.server.behave();
        receiver.server.forget_requests();
        world.lbjf(&["sync", "--ignore-cool-down"]).exits(Exit::Success);
        let events: Vec<_> =
            receiver.messages().iter().map(|message| text(message, "event").to_owned()).collect();
        assert_eq!(events, if runs == 3 { vec!["recovered"] } else { vec![] });
        assert!(receiver.pings()[1].starts_with("0 sync: 1 user, nothing to do"));
    }
}
