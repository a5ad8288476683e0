//! Who is told about runs, of what, and what becomes of a receiver that fails.

use std::time::Duration;

use crate::common::{Signal, World, signal, wait_until, wait_until_heard};
use lbjf::exit::Exit;
use serde_json::{Value, json};
use standins::{Fault, Gate, Receiver, Reply};

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
fn each_film_that_radarr_does_not_take_is_told_and_when_it_does() {
    let (world, receiver) = world(&["webhook"]);
    world.letterboxd.push("ada", "alien");
    let posts = |request: &standins::Request| request.method == "POST" && request.path.ends_with("/movie");
    world.radarr.server.fail(
        usize::MAX,
        posts,
        Fault::Instead(Reply::json(500, &json!({ "message": "no" }))),
    );
    let began = &told(&world, &receiver, Exit::Partial)[0];
    assert!(text(began, "message").starts_with("ada: `alien` not added: "), "{began}");
    world.letterboxd.push("ada", "akira");
    let other = &told(&world, &receiver, Exit::Partial)[0];
    assert_eq!(other["problems"].as_array().map(Vec::len), Some(1), "{other}");
    assert!(text(other, "message").starts_with("ada: `akira` not added: "), "{other}");
    world.radarr.server.behave();
    let over = &told(&world, &receiver, Exit::Success)[0];
    assert_eq!((text(over, "event"), text(over, "title")), ("recovered", "lbjf: 2 problems over: ada"));
    assert_eq!(over["films"].as_array().map(Vec::len), Some(2));
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

#[test]
fn a_receiver_that_fails_is_a_warning_once_a_day_and_changes_nothing_else() {
    let (world, receiver) = world(&KINDS);
    let limited =
        || Reply::json(429, &json!({ "message": "You are being rate limited.", "retry_after": 0.01 }));
    let page = Reply::html(502, "<title>Bad Gateway</title>");
    let huge = Reply::new(400, "text/plain", "x".repeat(5 << 20));
    for (fault, times, warning) in [
        (Fault::Instead(limited()), 1, None),
        (Fault::Instead(page.clone()), 1, None),
        (Fault::Instead(limited()), usize::MAX, Some("answered with HTTP 429: You are being rate limited.")),
        (Fault::Instead(page), usize::MAX, Some("answered with HTTP 502\n")),
        (
            Fault::Instead(Reply::empty(429).with_header("Retry-After", "31")),
            1,
            Some("answered with HTTP 429\n"),
        ),
        (Fault::Instead(Reply::json(400, &json!({ "error": "a\u{1b}[2Jb" }))), 1, Some("HTTP 400: a [2Jb\n")),
        (
            Fault::Instead(Reply::empty(302).with_header("Location", "http://e.example/")),
            1,
            Some(" redirects elsewhere"),
        ),
        (Fault::Instead(huge), 1, Some("answered with HTTP 400\n")),
        (
            Fault::Drop,
            1,
            Some("` cannot be reached: the connection was closed before the answer was complete\n"),
        ),
        (Fault::Hang, 1, Some("` cannot be reached: no complete answer within 10 s\n")),
    ] {
        world.letterboxd.push("ada", &format!("film-{}", another()));
        receiver.server.forget_requests();
        receiver.server.fail(times, |request| request.path == "/message", fault);
        let ran = world.sync();
        receiver.server.behave();
        let asked = receiver.server.asked("POST", "/message").len();
        assert_eq!(receiver.messages().len() - asked, KINDS.len() - 1, "the others heard of it");
        match warning {
            None => {
                ran.omits("warning");
                assert_eq!(asked, 2, "it is tried once more");
            }
            Some(text) => drop(ran.mentions("warning: gotify: not told: `http://127.0.0.1:").mentions(text)),
        }
        // Whoever hears a message is well again: the next failure is news.
        world.letterboxd.push("ada", &format!("film-{}", another()));
        world.sync().omits("warning");
    }
    receiver.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(400)));
    for expected in [KINDS.len(), 0] {
        world.letterboxd.push("ada", &format!("film-{}", another()));
        assert_eq!(world.sync().stderr.matches("warning: ").count(), expected);
    }
}

/// Another number each time.
fn another() -> usize {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(1);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

#[test]
fn success_of_apprise_that_told_nobody_is_a_failure_with_what_to_do() {
    let (world, receiver) = world(&["apprise"]);
    for (status, hint) in [
        (204, "hint: Apprise keeps no addresses under this key, so nobody was told"),
        (424, "hint: Apprise did not reach one of its addresses, or none of them has this `tag`"),
    ] {
        world.letterboxd.push("ada", &format!("film-{status}"));
        world.pass_time(Duration::from_hours(24));
        receiver.server.fail(1, |_| true, Fault::Instead(Reply::empty(status)));
        world.sync().mentions(&format!("answered with HTTP {status}\n{hint}"));
    }
}

#[test]
fn a_failure_that_could_not_be_told_is_told_by_the_next_run_also_after_a_kill() {
    let (world, receiver) = world(&["webhook"]);
    world.letterboxd.set_private("ada", true);
    let gate = Gate::default();
    receiver.server.fail(1, |_| true, Fault::Held(gate.clone()));
    let run = world.begin(&["sync"]);
    wait_until(|| !receiver.server.requests().is_empty());
    signal(&run, Signal::SIGKILL);
    world.end(run);
    gate.open();
    receiver.server.settle();
    // The exit code of a list that only its owner can mend is that of the run that tells it in the log.
    receiver.server.fail(1, |_| true, Fault::Instead(Reply::empty(400)));
    assert_eq!(told(&world, &receiver, Exit::Success).len(), 1, "it is not known whether the first arrived");
    assert_eq!(told(&world, &receiver, Exit::Success).len(), 1, "the second was not taken");
    assert_eq!(told(&world, &receiver, Exit::Success).len(), 0, "the third was");
}

#[test]
fn checks_hear_of_each_sync_and_of_nothing_else() {
    let (world, receiver) = world(&["healthchecks", "webhook"]);
    let pings = |args: &[&str], exit: Exit| {
        receiver.server.forget_requests();
        world.lbjf(args).exits(exit);
        receiver.pings()
    };
    let idle = pings(&["sync"], Exit::Success);
    assert!(idle[0] == "start" && idle[1].starts_with("0 sync: 1 user, nothing to do, in "), "{idle:?}");
    let rids: Vec<_> = receiver.server.requests().iter().map(|request| request.param("rid")).collect();
    assert!(rids.len() == 2 && rids[0].is_some() && rids[0] == rids[1], "{rids:?}");
    for args in [&["sync", "--dry-run"][..], &["sync", "--no-notify"], &["cleanup"], &["status", "--check"]] {
        assert_eq!(pings(args, Exit::Success), [""; 0], "{args:?}");
    }
    world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(401)));
    world.letterboxd.push("ada", "alien");
    assert!(pings(&["sync", "--no-notify"], Exit::Partial).is_empty());
    assert!(receiver.messages().is_empty(), "nobody is told");
    let failed = pings(&["sync"], Exit::Partial);
    assert!(failed[1].starts_with("4 sync: 1 user, 1 server failed, in "), "{failed:?}");
    let body = receiver.server.requests().into_iter().find(|request| request.path.ends_with("/4"));
    assert!(body.is_some_and(|ping| ping.body.contains("\nradarr: Radarr at ")));
    assert_eq!(receiver.messages().len(), 1, "what was kept to oneself is told now");
    world.radarr.server.behave();

    // A run that finds another one going.
    let gate = Gate::default();
    world.letterboxd.server.fail(1, |_| true, Fault::Held(gate.clone()));
    world.letterboxd.server.forget_requests();
    let first = world.begin(&["sync"]);
    wait_until(|| !world.letterboxd.server.requests().is_empty());
    assert_eq!(pings(&["sync"], Exit::Busy), [""; 0]);
    assert!(receiver.server.requests().is_empty());
    gate.open();
    world.end(first).exits(Exit::Success);
}

#[test]
fn checks_hear_of_a_run_that_was_stopped_and_of_one_that_could_not_begin_or_go_on() {
    let (world, receiver) = world(&["healthchecks", "webhook"]);
    let gate = Gate::default();
    world.letterboxd.push("ada", "alien");
    world.letterboxd.server.fail(1, |_| true, Fault::Held(gate.clone()));
    world.letterboxd.server.forget_requests();
    let run = world.begin(&["sync"]);
    wait_until(|| !world.letterboxd.server.requests().is_empty());
    signal(&run, Signal::SIGTERM);
    wait_until_heard(run.id());
    gate.open();
    world.end(run).exits(Exit::Terminated);
    let stopped = receiver.pings();
    assert!(stopped[0] == "start" && stopped[1].starts_with("log sync: 1 user, "), "{stopped:?}");

    let db = rusqlite::Connection::open(world.database()).expect("a run made the store");
    db.execute_batch("CREATE TRIGGER no BEFORE INSERT ON list_entry BEGIN SELECT RAISE(ABORT, 'no'); END")
        .expect("any database takes a trigger");
    world.letterboxd.push("ada", "akira");
    let cut_off = &told(&world, &receiver, Exit::Failure);
    assert_eq!((cut_off.len(), text(&cut_off[0], "title")), (1, "lbjf: 1 problem: lbjf"));
    assert!(receiver.pings()[1].starts_with("1 sync: no: "), "{:?}", receiver.pings());
    db.execute_batch("DROP TRIGGER no").expect("it is there");
    drop(db);
    assert_eq!(text(&told(&world, &receiver, Exit::Success)[0], "event"), "recovered");

    std::fs::write(world.database(), "a text of some person").expect("it can be written to");
    assert!(told(&world, &receiver, Exit::Failure).is_empty(), "nobody knows what was told");
    let pings = receiver.pings();
    assert!(pings[0] == "start" && pings[1].starts_with("1 store `"), "{pings:?}");
}

#[test]
fn status_check_send_test_shows_what_each_receiver_answers_and_without_it_nobody_is_told() {
    let all = ["ntfy", "gotify", "discord", "apprise", "webhook", "healthchecks", "discord"];
    let (world, receiver) = world(&all);
    let ran = world.lbjf(&["status", "--check"]).exits(Exit::Success);
    let line = "-      notify receivers: 7 receivers not tried; `--send-test` sends each a test";
    assert!(ran.stdout.lines().any(|known| known == line), "{}", ran.stdout);
    assert!(receiver.server.requests().is_empty());
    let ran = world.lbjf(&["status", "--check", "--send-test"]).exits(Exit::Success);
    for name in ["ntfy", "gotify", "discord", "apprise", "discord 2"] {
        let line = format!("ok     notify receiver: {name}: `http://127.0.0.1:");
        assert!(ran.stdout.contains(&line) && ran.stdout.contains("took it (HTTP 200)\n"), "{}", ran.stdout);
    }
    assert!(ran.stdout.contains("` took it (HTTP 200): OK\n"), "{}", ran.stdout);
    assert_eq!(receiver.messages().len(), 6);
    assert_eq!(
        receiver.pings(),
        ["log This is a test of lbjf. Runs tell you of films that were sent or are ready, and of \
        failures; a good run without news says nothing."]
    );
    receiver.server.fail(
        2,
        |request| request.path.contains("/webhooks/"),
        Fault::Instead(Reply::json(
            404,
            &json!({
                "message": format!("Unknown Webhook {}", standins::receiver::TOKEN), "code": 10015,
            }),
        )),
    );
    let ran = world.lbjf(&["status", "--check", "--send-test", "--json"]).exits(Exit::Partial).json();
    let failed: Vec<_> = ran["checks"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|check| check["state"] == "problem")
        .collect();
    assert_eq!(failed.len(), 2);
    assert!(
        text(failed[0], "found").ends_with("answered with HTTP 404: Unknown Webhook (redacted)"),
        "{}",
        failed[0]
    );
    assert!(text(failed[0], "hint").starts_with("this webhook is gone"));
    assert_eq!(world.lbjf(&["status", "--send-test"]).code, 2, "it is a part of the check");
}

#[test]
fn receivers_that_repeat_their_addresses_and_tokens_are_masked_at_every_level() {
    let kinds = ["ntfy", "gotify", "discord", "apprise", "webhook", "healthchecks"];
    let (mut world, receiver) = world(&kinds);
    world.change("[letterboxd]", "[system]\nlog_file = \"lbjf.log\"\n\n[letterboxd]");
    let token = standins::receiver::TOKEN;
    let replies = |said: &str| {
        let quoted = said.replace('-', "%2D");
        [
            Reply::html(403, format!("<title>{said}</title>")),
            Reply::new(400, "text/plain", said),
            Reply::new(200, "text/plain", quoted.clone()),
            Reply::json(401, &json!({ "error": said, "errorDescription": quoted, "message": said })),
            Reply::empty(307).with_header("Location", &format!("http://127.0.0.1/{token}")),
            Reply::json(500, &json!({ "message": said })).with_header("Server", token),
        ]
    };
    // Each knows its own secrets only.
    let of_ntfy = replies(&format!("no {token} {}", standins::receiver::TOPIC));
    let of_discord = replies(&format!("no /api/webhooks/4242424242/{token}"));
    let of_others = replies(&format!("no {token}"));
    for ((of_ntfy, of_discord), of_others) in of_ntfy.into_iter().zip(of_discord).zip(of_others) {
        receiver.server.fail(usize::MAX, |request| request.path == "/", Fault::Instead(of_ntfy));
        let is_discord = |request: &standins::Request| request.path.contains("/webhooks/");
        receiver.server.fail(usize::MAX, is_discord, Fault::Instead(of_discord));
        receiver.server.fail(usize::MAX, |_| true, Fault::Instead(of_others));
        world.letterboxd.push("ada", &format!("film-{}", another()));
        for args in [&["sync", "-vv", "--json"][..], &["status", "--check", "--send-test", "-vv"]] {
            let mut command = world.command(args);
            command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
            world.ran(command.output().expect("lbjf was built")).mentions("notify: POST /(redacted)");
        }
        receiver.server.behave();
    }
}
