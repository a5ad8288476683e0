//! Promise 8, where it is hardest to keep. Every other test searches its runs too: see `common/secrets.rs`.

use std::collections::HashMap;
use std::fmt::Debug;
use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::common::World;
use crate::common::secrets::{encoded, forms, search, search_folder};
use lbjf::clients::api::{Api, Secret};
use lbjf::clients::http::{self, Http, Options, RetryPolicy};
use lbjf::clients::letterboxd::{Letterboxd, PageError, Setup};
use lbjf::config::Config;
use lbjf::domain::connection::{Proxy as ProxySettings, ProxyKind};
use lbjf::domain::list_address::PageAddress;
use lbjf::domain::secret::ApiKey;
use lbjf::exit::Exit;
use serde_json::json;
use standins::{Fault, Proxy, Reply, Request, jellyfin, radarr};

const PASSWORD: &str = "p@ss:/#%w-of-the-proxy";
const COOKIE: &str = "cookie-0123456789-of-letterboxd";

/// Answers that repeat the key where people have been seen to print it.
fn echoes(key: &str) -> Vec<Reply> {
    let page = format!("<html><body>Your request with `{key}` was refused, see /?apikey={key}</body></html>");
    let redirect = |to: &str| Reply::empty(302).with_header("Location", to);
    let basic = format!("Basic realm=\"{key}\"");
    let in_json = key.replace('-', "\\u002d");
    vec![
        Reply::json(500, &json!({ "message": format!("no such key: {key}"), "description": key })),
        Reply::json(400, &json!([{ "propertyName": "Path", "errorMessage": format!("Invalid Path {key}") }])),
        Reply::json(400, &json!({ "title": key, "errors": { key: [key] } })),
        Reply::json(401, &json!({ "error": key })),
        Reply::json(404, &json!(key)),
        Reply::html(200, page.clone()),
        Reply::html(403, page),
        redirect(&format!("/login?apikey={key}")),
        redirect(&format!("/login/{key}/next#{key}")),
        redirect(&format!("https://{key}.example/{}", key.replace('-', "%252d"))),
        Reply::empty(401).with_header("WWW-Authenticate", &basic).with_header("Server", key),
        Reply::html(404, format!("<title>{key}</title>")).with_header("X-Application-Version", key),
        Reply::empty(429).with_header("Server", key).with_header("Retry-After", "9999"),
        Reply::new(500, "application/json", format!("{{\"message\": \"no {in_json}\"}}")),
    ]
}

/// JSON of another shape: what is wrong with it may be told with the value.
fn echoes_in_another_shape(key: &str) -> Vec<Reply> {
    vec![
        Reply::json(200, &json!(key)),
        Reply::json(200, &json!([key])),
        Reply::json(
            200,
            &json!({ "appName": key, "version": key, "Version": key, "Id": key, "ServerName": key }),
        ),
        Reply::json(
            200,
            &json!([{ "id": 1, "Id": "1", "name": key, "Name": key, "path": key, "label": key }]),
        ),
        Reply::json(200, &json!({ "version": [key], "Version": [key], "id": key, "Id": [key], key: key })),
        Reply::json(200, &json!([{ "id": key, "Id": [key], "name": [key], "Name": [key], "tmdbId": key }])),
        Reply::json(200, &json!({ "Items": [{ "Id": [key] }], "TotalRecordCount": key })),
    ]
}

fn with_trace(world: &World, args: &[&str]) -> crate::common::Ran {
    let mut command = world.command(args);
    command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
    world.ran(command.output().expect("lbjf was built"))
}

#[test]
fn a_sync_at_trace_level_with_a_log_file_shows_no_key_even_when_the_servers_repeat_it() {
    each_answer_to_each_request(echoes);
}

#[test]
fn a_key_in_json_of_another_shape_is_not_shown_as_what_is_wrong_with_it() {
    each_answer_to_each_request(echoes_in_another_shape);
}

#[test]
fn the_place_of_a_redirect_and_the_title_of_a_page_are_told_without_the_key() {
    let redirect = |to: String| Reply::empty(302).with_header("Location", &to);
    let key = radarr::KEY;
    for (reply, expected) in [
        (redirect(format!("/login/{key}")), "`/login/(redacted)`"),
        (redirect(format!("/x/{}/y", key.replace('-', "%2D"))), "`/x/(redacted)/y`"),
        (redirect(format!("/x/{}", key.replace('-', "\\u002d"))), "`/x/(redacted)`"),
        (redirect(format!("https://{key}.example/")), "`https://(redacted).example/`"),
        (redirect(format!("https://ada:{key}@auth.example/")), "`https://auth.example/`"),
        (Reply::html(200, format!("<title>The {}</title>", key.replace('-', "&#45;"))), "`The (redacted)`"),
        (Reply::html(400, format!("<title>{key}</title>")), "(\"(redacted)\")"),
        (Reply::html(401, format!("<title>{key}</title>")), "(\"(redacted)\")"),
        (Reply::empty(400).with_header("Server", key), "HTTP 400 ((redacted))"),
    ] {
        let world = World::new().watchlist(&["heat"]);
        world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(reply));
        world.lbjf(&["sync"]).exits(Exit::Partial).mentions(expected);
    }
}

fn each_answer_to_each_request(echoes: fn(&str) -> Vec<Reply>) {
    for (index, (of_radarr, of_jellyfin)) in
        echoes(radarr::KEY).into_iter().zip(echoes(jellyfin::KEY)).enumerate()
    {
        let mut world = World::new().watchlist(&["heat", "alien"]);
        world.change("[letterboxd]", "[system]\nlog_file = \"lbjf.log\"\n\n[letterboxd]");
        let items = world.settle(["heat", "alien"]);
        world.letterboxd.push("ada", "jaws");
        world.jellyfin.watch("ada", &items[0], true);
        world.download("jaws");
        // Each request in turn gets the answer: so each place that reads one has to keep it to itself.
        for at in 0..8 {
            let count = std::sync::atomic::AtomicUsize::new(0);
            let is_turn = move |_: &Request| count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == at;
            world.radarr.server.fail(1, is_turn, Fault::Instead(of_radarr.clone()));
            let count = std::sync::atomic::AtomicUsize::new(0);
            let is_turn = move |_: &Request| count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == at;
            world.jellyfin.server.fail(1, is_turn, Fault::Instead(of_jellyfin.clone()));
            let ran = with_trace(&world, &["sync", "-vv", "--full", "--json"]);
            assert!([0, 4].contains(&ran.code), "answer {index}, request {at}:\n{}", ran.stderr);
            if at == 0 {
                ran.mentions("letterboxd: GET ").mentions("jellyfin: GET ");
            }
            world.radarr.server.behave();
            world.jellyfin.server.behave();
        }
        let log = fs::read_to_string(world.folder.path().join("lbjf.log")).expect("the config names it");
        assert!(log.contains("jellyfin: GET "), "{log}");
        for args in
            [&["status"][..], &["status", "--json"], &["cleanup", "-vv"], &["sync", "--dry-run", "-vv"]]
        {
            with_trace(&world, args);
        }
    }
}

#[test]
fn a_check_at_trace_level_shows_no_key_even_when_the_servers_repeat_it() {
    let all = |key: &str| [echoes(key), echoes_in_another_shape(key)].concat();
    for (of_radarr, of_jellyfin) in all(radarr::KEY).into_iter().zip(all(jellyfin::KEY)) {
        let world = World::new().watchlist(&["heat"]);
        // Every answer, then every answer but the one that says who it is.
        for lets_in in [false, true] {
            let is_it =
                move |request: &Request| !(lets_in && request.path.to_lowercase().contains("system/"));
            world.radarr.server.fail(usize::MAX, is_it, Fault::Instead(of_radarr.clone()));
            world.jellyfin.server.fail(usize::MAX, is_it, Fault::Instead(of_jellyfin.clone()));
            let ran = with_trace(&world, &["status", "--check", "-vv"]).exits(Exit::Partial);
            assert!(ran.stdout.contains("WRONG  "), "{}", ran.stdout);
            world.radarr.server.behave();
            world.jellyfin.server.behave();
        }
    }
}

#[test]
fn no_password_of_a_proxy_and_no_cookie_comes_out_at_trace_level() {
    let encoded = encoded(PASSWORD);
    let cookie = || ("Set-Cookie", format!("cf_clearance={COOKIE}; path=/"));
    for (scheme, given, code) in [
        ("socks5h", encoded.clone(), Exit::Success),
        ("http", encoded.clone(), Exit::Success),
        ("http", format!("{encoded}-mistyped"), Exit::Partial),
        ("socks5", format!("{encoded}-mistyped"), Exit::Partial),
    ] {
        let proxy = Proxy::with_credentials("ada", PASSWORD);
        let world = World::new().watchlist(&["heat"]).secret(PASSWORD).secret(COOKIE);
        let lines = format!("proxies = [\"{scheme}://ada:{given}@{}\"]", proxy.address());
        let world = world.set("[letterboxd]", &lines);
        let (name, value) = cookie();
        let page = Reply::html(200, world.page("/ada/watchlist/")).with_header(name, &value);
        world.letterboxd.server.fail(1, |request| request.path == "/ada/watchlist/", Fault::Instead(page));
        with_trace(&world, &["sync", "-vv"]).exits(code);
        with_trace(&world, &["scrape", "ada", "-vv", "--save-pages", "saved"]);
    }
    // A challenge that sets one, kept for a bug report.
    let world = World::new().watchlist(&["heat"]).secret(COOKIE);
    let (name, value) = cookie();
    let page = Reply::html(403, "<title>Just a moment...</title>").with_header(name, &value);
    let page = page.with_header("cf-mitigated", "challenge");
    world.letterboxd.server.fail(9, |_| true, Fault::Instead(page));
    with_trace(&world, &["scrape", "ada", "-vv", "--save-pages", "saved"]).exits(Exit::Blocked);
    assert!(fs::read_dir(world.folder.path().join("saved")).expect("pages were saved").count() > 0);
}

const TOKEN: &str = "t0ken.of~the-share_link";
const OTHER_TOKEN: &str = "0ther-token-of-a-redirect";

/// What Letterboxd, or whoever stands in its place, may answer to a question with a token in it.
fn answers_with_a_token() -> Vec<Option<Reply>> {
    let redirect = |to: &str| Some(Reply::empty(302).with_header("Location", to));
    vec![
        None,
        redirect(&format!("/dave/list/best/share/{OTHER_TOKEN}/")),
        redirect(&format!("/dave/list/other/share/{TOKEN}/")),
        redirect(&format!("/dave/?then=/list/best/share/{TOKEN}/")),
        redirect(&format!("https://boxd.it/abcd%24{OTHER_TOKEN}")),
        redirect(&format!("http://127.0.0.1:9/{TOKEN}")),
        Some(Reply::html(200, format!("<title>{TOKEN}</title>"))),
        Some(Reply::html(404, format!("<title>No /share/{TOKEN}/</title>"))),
        Some(Reply::html(403, "<title>Just a moment...</title>").with_header("cf-mitigated", "challenge")),
    ]
}

#[test]
fn a_share_link_of_a_list_keeps_its_token_to_itself_wherever_it_leads() {
    for (index, answer) in answers_with_a_token().into_iter().enumerate() {
        let world = World::new().watchlist(&["heat"]).secret(TOKEN).secret(OTHER_TOKEN);
        // Once with a second page.
        let count = if answer.is_some() { 2 } else { 102 };
        let films: Vec<String> = (0..count).map(|number| format!("film-{number}")).collect();
        world.letterboxd.set_list("dave", "best", &films.iter().map(String::as_str).collect::<Vec<_>>());
        world.letterboxd.change_list("dave", "best", |list| {
            (list.is_private, list.token) = (true, Some(TOKEN.to_owned()));
        });
        let lid = world.letterboxd.list("dave", "best").lid();
        let page = format!("https://letterboxd.com/dave/list/best/share/{TOKEN}/");
        let mut world = world.set("[[users]]", &format!("letterboxd_lists = [\"{page}\"]"));
        let links = [format!("https://boxd.it/{lid}${TOKEN}"), format!("boxd.it/{lid}%24{TOKEN}")];
        let told = (0..count)
            .fold("[films]\n".to_owned(), |text, film| text + &format!("\"film-{film}\" = {}\n", 100 + film));
        world.change(
            "[[users]]",
            &format!(
                "{told}\n[[lists]]\nname = \"Best\"\nletterboxd_list = \"{}\"\n\n[[users]]",
                links[index % 2]
            ),
        );
        let has_token = |request: &Request| request.path.contains(TOKEN);
        if let Some(answer) = answer {
            world.letterboxd.server.fail(usize::MAX, has_token, Fault::Instead(answer));
        }
        for args in [
            &["sync", "-vv", "--json"][..],
            &["status", "--json"],
            &["status"],
            &["status", "--check", "-vv"],
        ] {
            let ran = with_trace(&world, args);
            assert!([0, 4, 6].contains(&ran.code), "{args:?}, answer {index}: {}", ran.stderr);
        }
        assert!(world.letterboxd.server.requests().iter().any(has_token), "the link was followed");
        world.letterboxd.server.behave();
        with_trace(&world, &["sync", "-vv", "--full", "--ignore-cool-down"]).exits(Exit::Success);
        let has_second = |path: &String| path.ends_with(&format!("/share/{TOKEN}/page/2/"));
        assert_eq!(world.letterboxd.list_pages_asked().iter().any(has_second), count > 100);
    }
}

#[test]
fn an_address_of_a_list_that_is_wrong_does_not_show_its_token() {
    for wrong in [
        format!("https://letterboxd.com/dave/share/{TOKEN}/"),
        format!("https://letterboxd.com/dave/list/best/share/{TOKEN}/genre/drama/"),
        format!("https://letterboxd.com/dave/list/best/share/{TOKEN}!/"),
        format!("https://boxd.it/list/IWJq${TOKEN}"),
        format!("boxd.it/IW-Jq%24{TOKEN}"),
        format!("https://example.org/dave/list/best/share/{TOKEN}"),
    ] {
        let world = World::new().watchlist(&["heat"]).secret(TOKEN);
        let world = world.set("[[users]]", &format!("letterboxd_lists = [\"dave/best\", \"{wrong}\"]"));
        world.lbjf(&["sync", "-vv"]).exits(Exit::Config);
        world.lbjf(&["status", "--check"]).exits(Exit::Config);
    }
}

#[test]
fn a_config_that_is_wrong_where_a_secret_stands_does_not_show_it() {
    let secret = "hush-0123456789abcdef";
    let line = format!("api_key = \"{}\"", radarr::KEY);
    for wrong in [
        format!("api_key = \"{secret}"),
        format!("api_key = {secret}"),
        format!("api_key = [\"{secret}\"]"),
        format!("api_key = {{ value = \"{secret}\" }}"),
        format!("api_key = \"{secret}\"\napi_key = \"{secret}\""),
        format!("api_key \"{secret}\""),
        format!("api_key = \"{secret}\u{e9}\u{7}\""),
        format!("api_key = \"{secret}\\nX-Other: 1\""),
    ] {
        let mut world = World::new().watchlist(&["heat"]).secret(secret);
        world.change(&line, &wrong);
        let ran = world.lbjf(&["sync", "-vv"]);
        assert_ne!(ran.code, 0, "{wrong}");
        world.lbjf(&["status"]);
    }
    for wrong in [
        format!("ftp://ada:{secret}@127.0.0.1:1"),
        format!("http://ada:{secret}@"),
        format!("http://ada:{secret}@host:port"),
        format!("ada:{secret}@127.0.0.1:1"),
        format!("127.0.0.1:1:ada:{secret}"),
        format!("http://ada:{secret}%zz@127.0.0.1:1/path"),
    ] {
        let world = World::new().watchlist(&["heat"]).secret(secret);
        let world = world.set("[letterboxd]", &format!("proxies = [\"{wrong}\"]"));
        world.lbjf(&["sync", "-vv"]);
        let world = world.declare("proxies.txt");
        fs::write(world.folder.path().join("proxies.txt"), format!("{wrong}\n:{wrong}:x:y\n"))
            .expect("it can be");
        let world = world.set("[letterboxd]", "proxy_file = \"proxies.txt\"");
        world.lbjf(&["sync", "-vv"]);
    }
}

#[test]
#[should_panic(expected = "promise 8")]
fn the_search_finds_a_secret_in_a_file_that_a_run_left() {
    let world = World::new().secret("in plain sight");
    fs::create_dir(world.folder.path().join("saved")).expect("it can be made");
    fs::write(world.folder.path().join("saved/page.html"), "all in plain sight").expect("it can be made");
    world.lbjf(&["status"]);
}

#[test]
fn the_search_finds_a_secret_however_it_is_encoded_and_behind_a_link() {
    let secret = "p@ss & \"w<o>rd\" 'é";
    let finds = |text: &str| {
        let found = || search("a text", text.as_bytes(), &forms(secret));
        std::panic::catch_unwind(found).is_err()
    };
    for text in [
        "it is p@ss & \"w<o>rd\" 'é, really",
        "?apikey=p%40ss%20%26%20%22w%3Co%3Erd%22%20%27%C3%A9&x=1",
        "{\"key\": \"p@ss & \\\"w<o>rd\\\" 'é\"}",
        "<p>p@ss &amp; &quot;w&lt;o&gt;rd&quot; &#39;é</p>",
        // What `ada:`, `bob1:` and `grace:` in front of it make of it.
        "Proxy-Authorization: Basic YWRhOnBAc3MgJiAidzxvPnJkIiAnw6k=",
        "Proxy-Authorization: Basic Ym9iMTpwQHNzICYgInc8bz5yZCIgJ8Op",
        "Proxy-Authorization: Basic Z3JhY2U6cEBzcyAmICJ3PG8+cmQiICfDqQ==",
    ] {
        assert!(finds(text), "{text}");
    }
    assert!(!finds("p@ss & \"w<o>rd\" is only a part of it"));

    let (folder, elsewhere) =
        (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("state")).expect("it is new");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("round")).expect("it is new");
    let look = || search_folder(folder.path(), &[], &forms(secret));
    look();
    fs::write(elsewhere.path().join("lbjf.db"), secret).expect("it can be written to");
    assert!(std::panic::catch_unwind(look).is_err());
}

const KEY: &str = "key-0123456789-abcdef";

fn proxy() -> ProxySettings {
    let credentials = Some(("ada".to_owned(), PASSWORD.to_owned()));
    ProxySettings { kind: ProxyKind::Socks5h, host: "127.0.0.1".to_owned(), port: 1, credentials }
}

fn options() -> Options {
    let (proxy, secrets) = (Some(proxy()), vec![ApiKey::new(KEY)]);
    Options { proxy, secrets, ..Options::json("radarr", Duration::from_secs(1)) }
}

fn api(base: &str) -> Api {
    let http = Http::new(&options()).expect("a client");
    let auth = ("Authorization", Secret(format!("MediaBrowser Token=\"{KEY}\"")));
    Api {
        server: "Jellyfin",
        base: base.parse().expect("an address"),
        http,
        auth,
        retry_policy: RetryPolicy { tries: 1, first_pause: Duration::ZERO },
    }
}

fn setup(base: &str) -> Setup {
    Setup {
        base_url: base.parse().expect("an address"),
        user_agent: http::USER_AGENT.to_owned(),
        workers: 2,
        timeout: Duration::from_secs(1),
        retry_policy: RetryPolicy { tries: 1, first_pause: Duration::ZERO },
        per_second: 0.0,
        proxies: vec![proxy()],
        direct_fallback: false,
        cool_down: Duration::from_hours(1),
        refused: HashMap::new(),
        save_to: None,
    }
}

/// What must not be seen of the values above.
fn hidden() -> Vec<String> {
    let mut hidden = forms(PASSWORD);
    hidden.extend(forms(KEY));
    hidden
}

#[test]
fn nothing_that_holds_a_secret_shows_it_to_debug_or_display() {
    let config = format!(
        "[letterboxd]\nproxies = [\"socks5h://ada:{}@127.0.0.1:1\"]\n\
         [radarr]\nurl = \"http://radarr:7878\"\napi_key = \"{KEY}\"\nroot_folder_path = \"/m\"\n\
         quality_profile = \"Any\"\n[jellyfin]\nurl = \"http://jellyfin:8096\"\napi_key = \"{KEY}\"\n\
         [[users]]\nletterboxd_username = \"ada\"\n",
        encoded(PASSWORD)
    );
    let env = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
    let config = Config::parse(&config, "config.toml".as_ref(), &env).expect("a good config");
    let (held, key) = (&config.letterboxd.proxies[0], &config.radarrs[0].api_key);
    assert_eq!((held, key), (&proxy(), &ApiKey::new(KEY)), "the secrets are in it");

    let unusable = ProxySettings { host: "a b".to_owned(), ..proxy() };
    let refused = Http::new(&Options { proxy: Some(unusable), ..options() }).expect_err("no such host");
    let http = Http::new(&options()).expect("a client");
    let closed = api("http://127.0.0.1:1");
    let unreachable = closed.get::<()>("System/Info", &[]).expect_err("nobody is there");
    let open = standins::Server::start(|_| Reply::html(200, "hello"));
    let direct = Http::new(&Options { proxy: None, ..options() }).expect("a client");
    let url = format!("{}/?apikey=none", open.url()).parse().expect("an address");
    let answer = direct.get(&url, &[("X-Api-Key", KEY)]).expect("an answer");
    let door = Letterboxd::new(&setup("http://127.0.0.1:1")).expect("a door");
    let shown: [(&str, &dyn Debug); 12] = [
        ("ApiKey", &ApiKey::new(KEY)),
        ("Secret", &Secret(KEY.to_owned())),
        ("Proxy", &proxy()),
        ("Options", &options()),
        ("SetupError", &refused),
        ("Http", &http),
        ("Answer", &answer),
        ("Api", &closed),
        ("ApiError", &unreachable),
        ("Setup", &setup("http://127.0.0.1:1")),
        ("Letterboxd", &door),
        ("Config", &config),
    ];
    for (name, value) in shown {
        for text in [format!("{value:?}"), format!("{value:#?}")] {
            search(&format!("`Debug` of {name}"), text.as_bytes(), &hidden());
        }
    }
    for text in [proxy().to_string(), refused.to_string(), lbjf::clients::api::chain(&unreachable)] {
        search("`Display`", text.as_bytes(), &hidden());
    }
}

/// Panics where lbjf would if it had a bug: in a worker that reads pages, and in a call with a key. An address that
/// no config lets through does it.
#[test]
#[ignore = "it panics on purpose; the next one runs it and searches what it prints"]
fn panics_beside_secrets() {
    let door = Letterboxd::new(&setup("data:nothing")).expect("a door");
    let mut panicked = 0;
    let [ada, ben] = ["ada", "ben"].map(|member| PageAddress::Watchlist(member.to_owned()));
    door.list_pages(&[(&ada, 1), (&ben, 1)], |_, page| {
        panicked += usize::from(matches!(page, Err(PageError::Panicked)));
    });
    assert_eq!(panicked, 2, "each panic stays with its page");
    let _ = api("data:nothing").get::<()>("System/Info", &[]);
}

#[test]
fn a_panic_prints_its_own_text_and_no_secret() {
    let mut child = Command::new(std::env::current_exe().expect("a test is a program"));
    child.args(["--exact", "secrets::panics_beside_secrets", "--ignored", "--nocapture"]);
    let ran = child.env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace").output().expect("it can be run");
    let text = [ran.stdout, ran.stderr].concat();
    let shown = String::from_utf8_lossy(&text);
    for (thread, own) in [
        ("letterboxd-", "the base address is http or https"),
        ("secrets::panics_beside_secrets", "the config takes only http and https addresses"),
    ] {
        let is_told =
            |line: &str| line.starts_with(&format!("thread '{thread}")) && line.contains("panicked");
        assert!(shown.lines().any(is_told) && shown.contains(own), "{thread}: {shown}");
    }
    search("what a panic prints", &text, &hidden());
}
