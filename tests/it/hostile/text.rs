//! Texts that want to be taken for something else: each is given at one entrance, and looked for at every exit.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;

use lbjf::domain::text::is_clean;
use serde_json::{Value, json};
use standins::letterboxd::{Film, Link};
use standins::{Change, Fault, Reply};

use crate::common::{Ran, World};

const ALWAYS: usize = usize::MAX;

/// Clears a terminal, rings, goes back, colours in two ways, turns the reading direction, ends a line in four ways, and
/// then says what only lbjf says.
const HOSTILE: &str = "Nice\u{1b}[2J\u{7}\u{8}\u{7f}\u{9b}31m\u{202e}\u{2066}\u{200f}\u{feff}\u{85}\u{2028}Film\r\n\
    lbjf: error: the store is lost\nwarning: the store is lost\rhint: the store is lost";

/// The same, for where a line feed ends the text, as in a header.
const IN_A_LINE: &str = "Nice\u{202e}\u{2066}\u{9b}31m\u{85}\u{2028}Film";

/// Is a text that lbjf printed its own, line by line?
#[track_caller]
fn look(what: &str, text: &str) {
    for line in text.lines() {
        assert!(is_clean(line), "{what}: {line:?} in\n{text:?}");
        let start = line.trim_start_matches("<3>").trim_start();
        let is_forged = ["lbjf: error: the store", "warning: the store", "hint: the store"]
            .iter()
            .any(|forged| start.starts_with(forged));
        assert!(!is_forged, "{what}: {line:?} in\n{text:?}");
    }
}

/// Are all texts in a JSON document fit to be shown by whoever reads it?
fn look_at_json(what: &str, value: &Value) {
    match value {
        Value::String(text) => assert!(is_clean(text), "{what}: {text:?}"),
        Value::Array(items) => items.iter().for_each(|item| look_at_json(what, item)),
        Value::Object(fields) => fields.values().for_each(|field| look_at_json(what, field)),
        _ => {}
    }
}

#[track_caller]
fn look_at(what: &str, ran: &Ran) {
    look(what, &ran.stdout);
    look(what, &ran.stderr);
    if let Ok(json) = serde_json::from_str(&ran.stdout) {
        look_at_json(what, &json);
    }
}

/// Everything that a person can ask for.
const COMMANDS: &[&[&str]] = &[
    &["sync", "--dry-run"],
    &["sync", "-vv"],
    &["sync", "--full"],
    &["sync", "--json"],
    &["status"],
    &["status", "--json"],
    &["status", "nice"],
    &["status", "nice", "--json"],
    &["status", "--healthy", "60"],
    &["status", "--check"],
    &["status", "--check", "--json"],
    &["scrape", "ada"],
    &["scrape", "ada", "--csv"],
    &["scrape", "ada", "--json"],
    &["scrape", "ada", "--save-pages", "pages"],
    &["cleanup"],
    &["cleanup", "--json"],
];

/// What shows how a server fails.
const SOME: &[&[&str]] = &[
    &["sync", "-vv"],
    &["sync", "--json"],
    &["status"],
    &["status", "nice"],
    &["status", "--check", "--json"],
];

/// As [`SOME`]; a status after which lbjf waits and asks again is tried once.
fn some(status: u16) -> &'static [&'static [&'static str]] {
    if matches!(status, 403 | 429 | 500..) { &SOME[..1] } else { SOME }
}

/// Runs everything, and looks at all that comes out: both streams, JSON, the log file, names of files.
fn everything(what: &str, world: World) -> String {
    commands(what, world, COMMANDS)
}

fn commands(what: &str, mut world: World, commands: &[&[&str]]) -> String {
    if !world.config().contains("[system]") {
        world.change("[letterboxd]", "[system]\nlog_file = \"lbjf.log\"\n\n[letterboxd]");
    }
    let mut said = String::new();
    for command in commands {
        let ran = world.lbjf(command);
        look_at(&format!("{what}: {command:?}"), &ran);
        said.push_str(&ran.stdout);
        said.push_str(&ran.stderr);
    }
    if let Ok(log) = fs::read_to_string(world.folder.path().join("lbjf.log")) {
        look(&format!("{what}: the log file"), &log);
        assert!(
            log.lines()
                .all(|line| line.starts_with("20") || line.starts_with("  ") || line.starts_with("hint: "))
        );
    }
    look_at_names(what, world.folder.path());
    said
}

/// As [`everything`]; the text must be shown at least once, or nothing was tried.
fn everything_shows(what: &str, world: World) {
    let said = everything(what, world);
    assert!(said.contains("Nice"), "{what}: nothing was shown:\n{said}");
}

fn look_at_names(what: &str, folder: &Path) {
    for entry in fs::read_dir(folder).expect("the world's folder").flatten() {
        let name = entry.file_name();
        assert!(is_clean(&name.to_string_lossy()), "{what}: a file is called {}", name.display());
        if entry.path().is_dir() {
            look_at_names(what, &entry.path());
        }
    }
}

/// Cases that mostly wait, each in a world of its own.
fn side_by_side<C: Send>(cases: impl IntoIterator<Item = C>, check: impl Fn(C) + Sync) {
    let check = &check;
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(move || check(case));
        }
    });
}

/// Answers of a server with one text of its JSON replaced.
fn replaced(field: &'static str, text: &'static str) -> Fault {
    fn replace(value: &mut Value, field: &str, text: &str) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| replace(item, field, text)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    if name == field && value.is_string() {
                        *value = json!(text);
                    } else {
                        replace(value, field, text);
                    }
                }
            }
            _ => {}
        }
    }
    Fault::Changed(Change::new(move |mut reply| {
        if let Ok(mut body) = serde_json::from_slice(&reply.body) {
            replace(&mut body, field, text);
            reply.body = body.to_string().into_bytes();
        }
        reply
    }))
}

#[test]
fn titles_on_letterboxd_come_out_in_one_plain_line() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("nice-1", HOSTILE, 1995, 1));
    world.letterboxd.add_film(Film { link: Link::Tv(7), ..Film::movie("nice-2", HOSTILE, 1996, 2) });
    world.letterboxd.add_film(Film { link: Link::None, ..Film::movie("nice-3", HOSTILE, None, 3) });
    world.letterboxd.add_film(Film::movie("nice-4", HOSTILE, 1998, 4));
    world.letterboxd.add_film(Film::movie("nice-5", HOSTILE, 1999, 5));
    world.letterboxd.remove_film_page("nice-4");
    world.radarr.exclude(5);
    let world = world.watchlist(&["nice-1", "nice-2", "nice-3", "nice-4", "nice-5"]);
    world.jellyfin.add_film(1, "Nice");
    everything_shows("a title", world);
}

#[test]
fn pages_that_come_instead_cannot_write_to_a_terminal() {
    let page = format!(
        "<html><head><title>{HOSTILE}</title></head><body class=\"{HOSTILE}\" data-owner=\"{HOSTILE}\">{HOSTILE}</body></html>"
    );
    for status in [200, 400, 403, 418, 429, 500] {
        for path in ["/ada/watchlist/", "/film/heat-1995/"] {
            let world = World::new().watchlist(&["heat-1995", "nice-film"]);
            let reply = Reply::html(status, page.clone());
            world.letterboxd.server.fail(ALWAYS, move |request| request.path == path, Fault::Instead(reply));
            let what = format!("{path} with {status}");
            commands(&what, world, some(status));
        }
    }
}

#[test]
fn slugs_and_numbers_on_letterboxd_cannot_write_to_a_terminal() {
    let attribute = HOSTILE.replace('"', "");
    for (from, what) in [("nice-film", "a slug"), ("film:77", "a uid"), ("(1995)", "a year")] {
        let world = World::new();
        world.letterboxd.add_film(Film::movie("nice-film", "Nice", 1995, 949).with_uid(77));
        let world = world.watchlist(&["nice-film"]);
        let attribute = attribute.clone();
        let change = Change::new(move |mut reply| {
            let page = String::from_utf8(reply.body).expect("a page is text");
            reply.body = page.replace(from, &attribute).into_bytes();
            reply
        });
        world.letterboxd.server.fail(ALWAYS, |_| true, Fault::Changed(change));
        everything(what, world);
    }
}

#[test]
fn where_a_redirect_leads_cannot_write_to_a_terminal() {
    let location = format!("https://nice.example/{IN_A_LINE}%1b%0a/");
    let raw = |status: u16| {
        let head = format!(
            "HTTP/1.1 {status} Found\r\nLocation: {location}\r\nServer: {IN_A_LINE}\r\nContent-Length: 0\r\n\r\n"
        );
        Fault::Raw(head.into_bytes())
    };
    let letterboxd = World::new().watchlist(&["nice-film"]);
    letterboxd.letterboxd.server.fail(ALWAYS, |_| true, raw(302));
    commands("Letterboxd's redirect", letterboxd, SOME);
    let radarr = World::new().watchlist(&["nice-film"]);
    radarr.radarr.server.fail(ALWAYS, |_| true, raw(301));
    commands("Radarr's redirect", radarr, SOME);
    let jellyfin = World::new().watchlist(&["nice-film"]);
    jellyfin.jellyfin.server.fail(ALWAYS, |_| true, raw(307));
    commands("Jellyfin's redirect", jellyfin, SOME);
}

#[test]
fn names_and_messages_of_radarr_come_out_in_one_plain_line() {
    let world = World::new().watchlist(&["nice-film"]);
    world.radarr.set_app_name(HOSTILE);
    everything_shows("the name of the program", world);
    let world = World::new().watchlist(&["nice-film"]);
    world.radarr.set_version(HOSTILE);
    everything("a version", world);
    let mut world = World::new().watchlist(&["nice-film"]);
    world.change("/movies", "/films");
    world.radarr.add_root_folder(HOSTILE);
    everything_shows("a root folder", world);
    side_by_side(["name", "label", "path", "title", "status"], |field| {
        let mut world = World::new().watchlist(&["nice-film"]);
        world.change("[radarr]", "[radarr]\nuser_tags = true");
        world.radarr.server.fail(ALWAYS, |request| request.method == "GET", replaced(field, HOSTILE));
        everything(field, world);
    });
    let answers = [
        (
            400,
            json!([{ "propertyName": HOSTILE, "errorMessage": HOSTILE, "errorCode": HOSTILE, "severity": HOSTILE }]),
        ),
        (400, json!({ "message": HOSTILE })),
        (409, json!({ "message": HOSTILE, "description": HOSTILE })),
        (500, json!({ "message": HOSTILE, "description": HOSTILE })),
        (503, json!({ "error": HOSTILE, "title": HOSTILE, "errors": { HOSTILE: [HOSTILE] } })),
        (200, json!(HOSTILE)),
        (200, json!({ HOSTILE: HOSTILE, "id": HOSTILE })),
    ];
    side_by_side(answers, |(status, body)| {
        for method in ["GET", "POST"] {
            let world = World::new().watchlist(&["nice-film"]);
            let reply = Reply::json(status, &body);
            world.radarr.server.fail(ALWAYS, move |request| request.method == method, Fault::Instead(reply));
            commands(&format!("Radarr's {status} to a {method}: {body}"), world, some(status));
        }
    });
    side_by_side([200, 401, 403, 404, 502], |status| {
        let world = World::new().watchlist(&["nice-film"]);
        let reply = Reply::html(status, format!("<html><title>{HOSTILE}</title><p>{HOSTILE}</html>"));
        world.radarr.server.fail(ALWAYS, |_| true, Fault::Instead(reply));
        commands("a page in Radarr's place", world, some(status));
    });
}

#[test]
fn names_and_messages_of_jellyfin_come_out_in_one_plain_line() {
    side_by_side(["ServerName", "Version", "Name", "Path", "Type", "ProductName"], |field| {
        let world = World::new().watchlist(&["nice-film", "nice-two"]);
        let heat = world.download("nice-film");
        world.lbjf(&["sync"]);
        world.jellyfin.watch("ada", &heat, true);
        world.download("nice-two");
        world.jellyfin.server.fail(ALWAYS, |request| request.method == "GET", replaced(field, HOSTILE));
        everything(field, world);
    });
    let mut world = World::new().watchlist(&["nice-film"]);
    world.jellyfin.add_user(HOSTILE);
    world.change("jellyfin_username = \"ada\"", "jellyfin_username = \"nobody\"");
    everything_shows("a user", world);
    let answers = [
        (400, HOSTILE.to_owned()),
        (500, HOSTILE.to_owned()),
        (200, format!("<title>{HOSTILE}</title>")),
        (401, HOSTILE.to_owned()),
    ];
    side_by_side(answers, |(status, body)| {
        for method in ["GET", "POST"] {
            let world = World::new().watchlist(&["nice-film"]);
            world.download("nice-film");
            let reply = Reply::html(status, body.clone());
            world.jellyfin.server.fail(
                ALWAYS,
                move |request| request.method == method,
                Fault::Instead(reply),
            );
            commands(&format!("Jellyfin's {status} to a {method}"), world, some(status));
        }
    });
}

#[test]
fn films_that_jellyfin_names_come_out_in_one_plain_line_when_they_are_taken_out() {
    let world = World::new().watchlist(&["nice-film"]);
    let tmdb = world.letterboxd.tmdb_id("nice-film");
    let item = world.jellyfin.add_film(tmdb, HOSTILE);
    world.lbjf(&["sync"]);
    world.jellyfin.watch("ada", &item, true);
    everything_shows("a film of Jellyfin", world);
}

#[test]
fn a_store_of_before_titles_were_cleaned_is_shown_in_plain_lines() {
    let world = World::new().watchlist(&["nice-1", "nice-2"]);
    world.letterboxd.add_film(Film { link: Link::None, ..Film::movie("nice-2", "Nice", 1996, 2) });
    world.sync();
    let db = rusqlite::Connection::open(world.database()).expect("a run made the store");
    for sql in [
        "UPDATE film SET name = ?1",
        "UPDATE request SET detail = ?1, problem = 'failed', answered_at = NULL",
        "UPDATE list SET problem = ?1",
        "UPDATE run SET summary = ?1, problems = json_array(?1)",
    ] {
        db.execute(sql, [HOSTILE]).expect(sql);
    }
    for command in
        [&["status"][..], &["status", "--json"], &["status", "nice"], &["status", "--healthy", "5"]]
    {
        look_at("an old store", &world.lbjf(command));
    }
}

#[test]
fn what_a_wrong_config_holds_is_shown_in_one_plain_line() {
    let text = toml(HOSTILE);
    for (from, to) in [
        ("[radarr]", format!("[radarr]\n{text} = 1")),
        ("[letterboxd]", format!("{text} = 1\n[letterboxd]")),
        ("[letterboxd]", format!("[letterboxd]\nproxy_file = {text}")),
        ("[letterboxd]", format!("[letterboxd]\nproxies = [{text}]")),
        ("[letterboxd]", format!("[letterboxd]\nproxy_type = {text}")),
        ("[letterboxd]", format!("[letterboxd]\nuser_agent = {text}")),
        ("[letterboxd]", format!("[system]\nlog_level = {text}\n[letterboxd]")),
        ("[letterboxd]", format!("[system]\nlog_file = {text}\n[letterboxd]")),
        ("[letterboxd]", format!("[system]\ndatabase = {text}\n[letterboxd]")),
        ("[radarr]", format!("[radarr]\nminimum_availability = {text}")),
        ("[radarr]", format!("[radarr]\nca_file = {text}")),
        ("[radarr]", format!("[radarr]\ntags = [{text}]")),
        ("\"/movies\"", text.clone()),
        ("\"HD-1080p\"", text.clone()),
        ("\"Ada's watchlist\"", text.clone()),
        ("letterboxd_username = \"ada\"", format!("letterboxd_username = {text}")),
        ("jellyfin_username = \"ada\"", format!("jellyfin_username = {text}")),
        ("jellyfin_collection", format!("jellyfin_collection_id = {text}\nroot_folder_path")),
        ("[letterboxd]", format!("[films]\n{text} = 5\n[letterboxd]")),
        ("[letterboxd]", format!("[films]\n\"nice-film\" = {text}\n[letterboxd]")),
        ("[letterboxd]", format!("[[{text}]]\n[letterboxd]")),
        ("[letterboxd]", format!("what is this {HOSTILE}\n[letterboxd]")),
        ("[letterboxd]", format!("[letterboxd]\nbase_url = {text}")),
        ("quality_profile", format!("url = {text}\nquality_profile")),
    ] {
        let mut world = World::new().watchlist(&["nice-film"]);
        world.change(from, &to);
        for command in [&["sync"][..], &["status"], &["status", "--check"], &["cleanup"], &["scrape", "ada"]]
        {
            look_at(&to, &world.lbjf(command));
        }
    }
    let mut world = World::new();
    let key = format!("api_key = \"{}\"", standins::radarr::KEY);
    world.change(&key, &format!("api_key_file = {text}"));
    look_at("api_key_file", &world.lbjf(&["sync"]));
}

#[test]
fn what_a_command_line_holds_is_shown_in_one_plain_line() {
    let world = World::new().watchlist(&["nice-film"]);
    world.sync();
    let option = format!("--{HOSTILE}");
    let color = format!("--color={HOSTILE}");
    let bidi = "--color=auto\u{202e}";
    for args in [
        &[HOSTILE][..],
        &["sync", HOSTILE],
        &["sync", &option],
        &["sync", &color],
        &["sync", bidi],
        &["sync", "--user", HOSTILE],
        &["sync", "--config", HOSTILE],
        &["scrape", HOSTILE],
        &["scrape", "ada", "--limit", HOSTILE],
        &["scrape", "ada", "--save-pages", HOSTILE],
        &["status", HOSTILE],
        &["status", HOSTILE, "--json"],
        &["status", "--healthy", HOSTILE],
        &["status", "--config", HOSTILE],
        &["cleanup", "--user", HOSTILE],
        &["generate", HOSTILE],
        &["help", HOSTILE],
    ] {
        let ran = world.lbjf(args);
        look_at(&format!("{args:?}"), &ran);
    }
    assert_eq!(world.lbjf(&["sync", &option]).code, 2);
    assert_eq!(world.lbjf(&["sync", bidi]).code, 2);
}

#[test]
fn names_of_files_and_what_a_lock_says_are_shown_in_one_plain_line() {
    let world = World::new().watchlist(&["nice-film"]);
    world.sync();
    // Somebody else may write there.
    let lock = fs::File::options()
        .write(true)
        .open(world.database().with_extension("db.lock"))
        .expect("a run made it");
    lock.lock().expect("nobody holds it");
    fs::write(world.database().with_extension("db.lock"), HOSTILE).expect("it can be written");
    let ran = world.lbjf(&["sync"]);
    assert_eq!(ran.code, 5);
    look_at("the lock", &ran.mentions("Nice"));
    look_at("the lock", &world.lbjf(&["status", "--check"]));
    drop(lock);

    for folder in
        [format!("Nice{}", HOSTILE.replace('/', "")), "Nice\nlbjf: error: the store is lost".to_owned()]
    {
        let world = World::new().watchlist(&["nice-film"]);
        let state = world.folder.path().join(&folder);
        let mut said = String::new();
        for is_file in [false, true] {
            // A file where the folder should be lets everything fail.
            let _ = fs::remove_dir_all(&state);
            if is_file {
                fs::write(&state, "no folder").expect("it can be written");
            }
            for args in [&["status"][..], &["sync"], &["status"], &["status", "--check"], &["scrape", "ada"]]
            {
                let mut command = world.command(args);
                command.env("STATE_DIRECTORY", &state);
                let ran = world.ran(command.output().expect("lbjf was built"));
                look_at(&format!("{args:?} in {folder:?}"), &ran);
                said.push_str(&(ran.stdout + &ran.stderr));
            }
        }
        assert!(said.contains("Nice"), "{said}");
        for args in [&["sync"][..], &["status"]] {
            let config = world.folder.path().join("config.toml");
            let ran = world.lbjf(args);
            look_at("a usual run", &ran);
            let named = world.folder.path().join(format!("{folder}.toml"));
            fs::write(&named, "nonsense").expect("it can be written");
            let mut command = world.command(args);
            command.env("LBJF_CONFIG", &named);
            look_at("a config's name", &world.ran(command.output().expect("lbjf was built")));
            fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).expect("it is ours");
        }
    }
}

/// A text as a basic string of TOML, with everything escaped that may not stand there.
fn toml(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|letter| {
            if letter.is_ascii_graphic() && !"\"\\".contains(letter) || letter == ' ' {
                letter.to_string()
            } else {
                format!("\\U{:08X}", u32::from(letter))
            }
        })
        .collect();
    format!("\"{escaped}\"")
}
