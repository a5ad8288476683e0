//! What answers is not the server: something in front of it, another program, or the server under a name that it does
//! not allow. The key is not blamed for that; where it is to blame, its place is named.

use std::fs;

use lbjf::exit::Exit;
use serde_json::json;
use standins::{Fault, Jellyfin, Radarr, Reply, Request, Server, jellyfin, radarr};

use crate::check::{check, fine, spoiled, tells, wrong};
use crate::common::{Ran, World};

/// The check where one of the servers always answers like this; `RADARR` and `JELLYFIN` stand for addresses.
fn answered(server: &str, reply: Reply) -> Ran {
    let world = fine();
    let door = if server == "radarr" { &world.radarr.server } else { &world.jellyfin.server };
    door.fail(usize::MAX, |_| true, Fault::Instead(reply));
    let (radarr, jellyfin) = (world.radarr.url(), world.jellyfin.url());
    let ran = check(&world, &[]).exits(Exit::Partial);
    Ran { stdout: ran.stdout.replace(&radarr, "RADARR").replace(&jellyfin, "JELLYFIN"), ..ran }
}

/// What ASP.NET's host filter sends.
const INVALID_HOSTNAME: &str = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/strict.dtd\">\r\n\
    <HTML><HEAD><TITLE>Bad Request</TITLE></HEAD ><BODY><h2>Bad Request - Invalid Hostname</h2>\r\n\
    <hr><p>HTTP Error 400. The request hostname is invalid.</p>\r\n</BODY></HTML>";

#[test]
fn status_check_names_the_host_that_radarr_does_not_let_in() {
    let ran = answered("radarr", Reply::html(400, INVALID_HOSTNAME));
    tells(
        &ran,
        &[
            "WRONG  radarr address: Radarr does not let the host name `127.0.0.1` in (HTTP 400)",
            "       hint: add it under Settings > General > Allowed Hosts (or RADARR__SERVER__ALLOWEDHOSTS), or use \
             localhost or an allowed name in `radarr.url`",
        ],
    );
}

#[test]
fn status_check_tells_a_400_of_something_in_front_of_radarr() {
    let page = "<html><head><title>400 Bad Request</title></head><center>nginx</center></html>";
    let ran = answered("radarr", Reply::html(400, page).with_header("Server", "nginx/1.24.0"));
    tells(
        &ran,
        &[
            "WRONG  radarr address: `RADARR` answered HTTP 400: something in front of Radarr does not take the request \
             (nginx, \"400 Bad Request\")",
            "       hint: put Radarr's own address into `radarr.url`, or fix what is in front of it",
        ],
    );
    let ran = answered("radarr", Reply::new(400, "text/plain", "no"));
    tells(
        &ran,
        &[
            "WRONG  radarr address: `RADARR` answered HTTP 400: something in front of Radarr does not take the request",
        ],
    );
    // Kestrel's own, for a host that is no host.
    let ran = answered("radarr", Reply::empty(400).with_header("Connection", "close"));
    tells(&ran, &["WRONG  radarr address: Radarr answered GET api/v3/system/status with HTTP 400"]);
}

/// Logins of all kinds, and how they are named.
fn logins() -> Vec<(Reply, &'static str)> {
    let html = |status, title: &str| Reply::html(status, format!("<html><title>{title}</title></html>"));
    let to = |status, location| Reply::empty(status).with_header("Location", location);
    vec![
        (
            html(401, "401 Authorization Required")
                .with_header("Server", "nginx/1.24.0")
                .with_header("WWW-Authenticate", "Basic realm=\"Members only\""),
            "HTTP 401: something in front of SERVER wants a login (nginx, \"Members only\")",
        ),
        (
            Reply::new(401, "text/plain", "401 Unauthorized\n")
                .with_header("WWW-Authenticate", "Basic realm=\"traefik\""),
            "HTTP 401: something in front of SERVER wants a login (\"traefik\")",
        ),
        (
            Reply::empty(401)
                .with_header("Server", "Caddy")
                .with_header("WWW-Authenticate", "Basic realm=\"restricted\""),
            "HTTP 401: something in front of SERVER wants a login (Caddy, \"restricted\")",
        ),
        (
            Reply::empty(401).with_header("WWW-Authenticate", "Basic realm=\"a\u{202e}b\u{9b}31m\tc\""),
            "HTTP 401: something in front of SERVER wants a login (\"ab 31m c\")",
        ),
        (
            Reply::empty(401).with_header("Set-Cookie", "authelia_session=1"),
            "HTTP 401: something in front of SERVER wants a login",
        ),
        (
            Reply::empty(401).with_header("Location", "https://auth.example/"),
            "HTTP 401: something in front of SERVER wants a login",
        ),
        (
            html(401, "Login - Authelia"),
            "HTTP 401: something in front of SERVER wants a login (\"Login - Authelia\")",
        ),
        (Reply::json(401, &json!({"detail": "no"})), "HTTP 401: something in front of SERVER wants a login"),
        (
            html(403, "Just a moment...")
                .with_header("cf-mitigated", "challenge")
                .with_header("Server", "cloudflare"),
            "HTTP 403: something in front of SERVER wants a login or blocks this machine (Cloudflare, \"Just a \
             moment...\")",
        ),
        (
            html(403, "403 Forbidden").with_header("Server", "nginx"),
            "HTTP 403: something in front of SERVER wants a login or blocks this machine (nginx, \"403 Forbidden\")",
        ),
        (
            to(302, "https://auth.home.example/?rd=http%3A%2F%2Fradarr%2F").with_header("Server", "nginx"),
            "HTTP 302: something in front of SERVER wants a login (nginx), at `https://auth.home.example/`",
        ),
        (
            to(307, "//ada:hush@login.example:9443/oauth2/start?rd=x"),
            "HTTP 307: something in front of SERVER wants a login, at `//login.example:9443/oauth2/start`",
        ),
    ]
}

#[test]
fn status_check_tells_a_login_in_front_of_a_server_and_does_not_blame_the_key() {
    for (server, name, hint) in [
        (
            "radarr",
            "Radarr",
            "       hint: put Radarr's own address into `radarr.url`, or let `/api` pass without a login",
        ),
        (
            "jellyfin",
            "Jellyfin",
            "       hint: put Jellyfin's own address into `jellyfin.url`, or let requests with a key pass without a login",
        ),
    ] {
        for (reply, expected) in logins() {
            let ran = answered(server, reply);
            let address = server.to_uppercase();
            let expected = expected.replace("SERVER", name);
            tells(&ran, &[&format!("WRONG  {server} address: `{address}` answered {expected}"), hint]);
            assert_eq!(wrong(&ran), [format!("{server} address")], "{}", ran.stdout);
        }
    }
}

#[test]
fn status_check_tells_a_page_to_sign_in_by_its_form() {
    let page = "<html><title>Home</title><form><input type=\"password\" name=\"p\"></form></html>";
    for server in ["radarr", "jellyfin"] {
        let ran = answered(server, Reply::html(200, page).with_header("Server", "openresty"));
        let said = "wants a login (openresty, \"Home\")";
        assert!(ran.stdout.contains(said), "{}", ran.stdout);
    }
    // On the same host it may be the server's own, under a wrong path.
    let ran = answered("radarr", Reply::empty(302).with_header("Location", "/login?returnUrl=%2Fapi"));
    tells(
        &ran,
        &[
            "WRONG  radarr address: Radarr at `RADARR` redirects to `/login`",
            "       hint: check the path of `radarr.url`; or put Radarr's own address into `radarr.url`, or let `/api` \
             pass without a login",
        ],
    );
}

#[test]
fn status_check_still_blames_the_key_for_what_the_servers_say_themselves() {
    for server in ["radarr", "jellyfin"] {
        for reply in [
            Reply::empty(401),
            Reply::empty(403),
            Reply::empty(401).with_header("Server", "nginx/1.24.0"),
            Reply::empty(401)
                .with_header("Server", "cloudflare")
                .with_header("Set-Cookie", "__cf_bm=1; path=/"),
            Reply::new(403, "text/plain", "Error processing request."),
        ] {
            assert_eq!(wrong(&answered(server, reply)), [format!("{server} key")]);
        }
    }
}

#[test]
fn status_check_names_the_path_beside_a_refused_key_where_the_address_has_one() {
    spoiled(
        |world| {
            let bare = world.radarr.url();
            world.radarr.set_url_base("/radarr");
            world.change(&bare, &world.radarr.url());
            world.change(radarr::KEY, "another-key-of-radarr-0123456789");
        },
        &[
            "WRONG  radarr key: Radarr at `RADARR` refused the API key (HTTP 401)",
            "       hint: check `radarr.api_key` and the path of `radarr.url` (`/radarr`); Radarr shows its key under \
             Settings > General",
        ],
    );
}

#[test]
fn status_check_names_where_a_refused_key_was_found() {
    let stale = "another-key-0123456789";
    for (table, key, variable, place) in [
        ("radarr", radarr::KEY, "LBJF_RADARR_API_KEY", "Radarr shows its key under Settings > General"),
        ("jellyfin", jellyfin::KEY, "LBJF_JELLYFIN_API_KEY", "make one under Dashboard > API Keys"),
    ] {
        let run = |world: &World, env: &[(&str, &str)]| {
            let mut command = world.command(&["status", "--check"]);
            command.envs(env.iter().copied());
            world.ran(command.output().expect("lbjf was built")).exits(Exit::Partial)
        };
        let hint = |origin: &str| format!("       hint: check {origin}; {place}");
        // The one in the file would be right.
        let mut world = fine();
        let ran = run(&world, &[(variable, stale)]);
        tells(&ran, &[&hint(&format!("`{variable}` in the environment, which wins over the config"))]);

        world.change(&format!("api_key = \"{key}\""), "api_key_file = \"the key\"");
        let path = world.folder.path().join("the key");
        fs::write(&path, stale).expect("it can be written");
        let ran = run(&world, &[]);
        tells(&ran, &[&hint(&format!("the key in `{}` (`{table}.api_key_file`)", path.display()))]);
        let folder = world.folder.path().to_str().expect("plain letters");
        let ran = run(&world, &[("CREDENTIALS_DIRECTORY", folder)]);
        let origin = format!(
            "the file that systemd's `LoadCredential` names for `the key` (read from `{}`)",
            path.display()
        );
        tells(&ran, &[&hint(&origin)]);
    }
}

/// Another program at the address of a server.
fn at(table: &str, other: &str) -> Ran {
    let mut world = fine();
    let url = if table == "radarr" { world.radarr.url() } else { world.jellyfin.url() };
    world.change(&format!("url = \"{url}\""), &format!("url = \"{other}\""));
    check(&world, &[]).exits(Exit::Partial)
}

#[test]
fn status_check_names_the_program_that_answers_in_the_place_of_a_server() {
    let page = |title: &str| Reply::html(200, format!("<html><head><title>{title}</title></head></html>"));
    let family = move |title: &'static str, without: Reply| {
        Server::start(move |request: &Request| match request.path.as_str() {
            "/login" => page(title),
            _ => without.clone(),
        })
    };
    let emby = |status: u16| {
        Server::start(move |request: &Request| match request.path.as_str() {
            "/System/Info/Public" => {
                Reply::json(200, &json!({"ServerName": "home", "Version": "4.8.11.0", "Id": "1"}))
            }
            _ => Reply::new(status, "text/plain", "Access token is invalid or expired."),
        })
    };
    let login = Reply::empty(302).with_header("Location", "/login?returnUrl=%2FSystem%2FInfo");
    for (table, server, found) in [
        ("radarr", family("Login - Sonarr", Reply::empty(401)), "Sonarr, not Radarr"),
        ("radarr", family("Login - Lidarr", Reply::empty(404)), "Lidarr, not Radarr"),
        ("radarr", emby(404), "Emby 4.8.11.0, not Radarr"),
        (
            "radarr",
            Server::start(|_| Reply::empty(404).with_header("X-Application-Version", "2.5.3.4341")),
            "another program of Radarr's family (version 2.5.3.4341), not Radarr",
        ),
        ("radarr", Server::start(move |_| page("Overseerr")), "Overseerr, not Radarr"),
        (
            "radarr",
            Server::start(|_| Reply::empty(302).with_header("Location", "/jelly/web/")),
            "Jellyfin, not Radarr",
        ),
        ("jellyfin", emby(401), "Emby 4.8.11.0, not Jellyfin"),
        ("jellyfin", family("Login - Radarr", login), "Radarr, not Jellyfin"),
        ("jellyfin", Server::start(move |_| page("Radarr")), "Radarr, not Jellyfin"),
    ] {
        let ran = at(table, &server.url());
        let line = format!("WRONG  {table} address: `{}` is {found}", server.url());
        tells(&ran, &[&line, &format!("       hint: check `{table}.url`")]);
    }
    // The stand-ins themselves, in one another's place.
    let (radarr, jellyfin) = (Radarr::start(), Jellyfin::start());
    let ran = at("radarr", &jellyfin.url());
    let line = format!("WRONG  radarr address: `{}` is Jellyfin 12.0.0, not Radarr", jellyfin.url());
    tells(&ran, &[&line]);
    let ran = at("jellyfin", &radarr.url());
    tells(&ran, &[&format!("WRONG  jellyfin address: `{}` is Radarr, not Jellyfin", radarr.url())]);
}

#[test]
fn status_check_shows_the_title_of_a_page_that_is_nobodys() {
    let page = "<html><head><title>FRITZ!Box\n 7590\u{1b}[2J</title></head></html>";
    for (status, expected) in [
        (
            200,
            "answered GET api/v3/system/status with an HTML page instead of Radarr's JSON, titled `FRITZ!Box 7590 [2J`",
        ),
        (
            404,
            "answered GET api/v3/system/status with HTTP 404 (lighttpd): a page titled `FRITZ!Box 7590 [2J`",
        ),
    ] {
        let ran = answered("radarr", Reply::html(status, page).with_header("Server", "lighttpd"));
        assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    }
}

#[test]
fn status_check_says_that_localhost_is_the_container_itself() {
    for (url, is_told) in [
        ("http://localhost:1", true),
        ("http://127.0.0.1:1", true),
        ("http://[::1]:1", true),
        ("http://no-such-host.invalid:1", false),
    ] {
        let mut world = fine();
        world.change(&world.radarr.url(), url);
        let mut command = world.command(&["status", "--check"]);
        let ran = world.ran(command.env("container", "podman").output().expect("lbjf was built"));
        tells(&ran, &["       hint: is it running? check `radarr.url`"]);
        let line = "             in a container, `localhost` is the container itself: put the name of Radarr's container \
                    or the address of its machine into `radarr.url`";
        assert_eq!(ran.stdout.lines().any(|known| known == line), is_told, "{}", ran.stdout);
    }
}
