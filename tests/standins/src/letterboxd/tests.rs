use super::*;
use crate::server::Fault;
use std::io::{Read, Write};
use std::net::TcpStream;

/// Status, head and body of one GET.
fn get(letterboxd: &Letterboxd, path: &str) -> (u16, String, String) {
    let address = letterboxd.url().replace("http://", "");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                return (head[9..12].parse().unwrap(), head.to_owned(), body.to_owned());
            }
        }
        let count = stream.read(&mut chunk).unwrap();
        assert!(count > 0, "the connection closed early");
        bytes.extend_from_slice(&chunk[..count]);
    }
}

fn status(letterboxd: &Letterboxd, path: &str) -> u16 {
    get(letterboxd, path).0
}

fn slugs(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("film-{number}")).collect()
}

fn with_watchlist(count: usize) -> Letterboxd {
    let letterboxd = Letterboxd::start();
    let slugs = slugs(count);
    letterboxd.set_watchlist("Ada", &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    letterboxd
}

#[test]
fn watchlist_comes_28_a_page_with_slash_and_within_range_only() {
    let letterboxd = with_watchlist(30);
    let (status_one, head, first) = get(&letterboxd, "/ada/watchlist/");
    assert_eq!(status_one, 200);
    assert!(head.contains("x-letterboxd-type: Member") && head.contains("x-letterboxd-identifier: "));
    assert_eq!(first.matches("griditem").count(), 28);
    assert!(first.contains(r#"data-num-entries="30""#) && first.contains(r#"data-owner="Ada""#));
    assert!(first.contains(r#"<a class="next" href="/ada/watchlist/page/2/">"#));
    let (_, _, second) = get(&letterboxd, "/ada/watchlist/page/2/");
    assert_eq!(second.matches("griditem").count(), 2);
    assert!(second.contains(r#"data-item-slug="film-29""#) && !second.contains("film-27\""));
    for refused in ["", "/page/1/", "/page/2", "/page/3/", "/page/x/", "/by/name/"] {
        let (status, _, body) = get(&letterboxd, &format!("/ada/watchlist{refused}"));
        assert_eq!(status, 403, "{refused}");
        assert!(!body.contains("Letterboxd - Forbidden"), "{refused}");
    }
    assert_eq!(letterboxd.pages_asked()[..2], ["/ada/watchlist/", "/ada/watchlist/page/2/"]);
    assert_eq!(letterboxd.pages_asked().len(), 8);
}

#[test]
fn empty_private_and_unknown_lists_are_told_apart() {
    let letterboxd = with_watchlist(0);
    let (status, _, body) = get(&letterboxd, "/ada/watchlist/");
    assert_eq!(status, 200);
    assert!(body.contains(r#"data-num-entries="0""#));
    letterboxd.set_private("ADA", true);
    let (status, _, body) = get(&letterboxd, "/ada/watchlist/");
    assert_eq!(status, 403);
    assert!(body.contains("Letterboxd - Forbidden"));
    letterboxd.set_private("ada", false);
    let (status, _, body) = get(&letterboxd, "/grace/watchlist/");
    assert_eq!(status, 404);
    assert!(body.contains("Letterboxd - Not Found"));
}

#[test]
fn declared_total_can_lie() {
    let letterboxd = with_watchlist(3);
    for (offset, declared) in [(2, "5"), (-1, "2"), (-9, "0")] {
        letterboxd.set_declared_offset("ada", offset);
        let body = get(&letterboxd, "/ada/watchlist/").2;
        assert!(body.contains(&format!("data-num-entries=\"{declared}\"")), "{offset}");
        assert_eq!(body.matches("griditem").count(), 3);
    }
}

#[test]
fn entries_come_and_go_at_the_top() {
    let letterboxd = Letterboxd::start();
    letterboxd.set_watchlist("ada", &["alien", "heat"]);
    letterboxd.push("ada", "ran");
    letterboxd.push("ada", "heat");
    letterboxd.drop_entry("ada", "alien");
    assert_eq!(letterboxd.watchlist("Ada"), ["heat", "ran"]);
    assert!(letterboxd.watchlist("grace").is_empty());
}

#[test]
fn unknown_films_are_invented_with_ids_of_their_own() {
    let letterboxd = with_watchlist(3000);
    let ids: HashSet<u32> = slugs(3000).iter().map(|slug| letterboxd.tmdb_id(slug)).collect();
    assert_eq!(ids.len(), 3000);
    assert!(ids.iter().all(|id| (1..TMDB_LIMIT).contains(id)));
    letterboxd.push("ada", "blue-heron");
    let body = get(&letterboxd, "/ada/watchlist/").2;
    assert!(body.contains(r#"data-item-name="Blue Heron (2000)""#));
    assert_eq!(letterboxd.tmdb_id("film-7"), with_watchlist(3000).tmdb_id("film-7"));
}

#[test]
fn film_page_answers_redirects_and_goes() {
    let letterboxd = Letterboxd::start();
    letterboxd.add_film(Film::movie("fatherland-3", "Fatherland", 2026, 77).with_uid(1_315_318));
    letterboxd.set_watchlist("ada", &["fatherland-3"]);
    let (status_film, head, body) = get(&letterboxd, "/film/fatherland-3/");
    assert_eq!(status_film, 200);
    assert!(head.contains("x-letterboxd-type: Film"));
    assert!(body.contains("themoviedb.org/movie/77/"));
    assert_eq!(status(&letterboxd, "/film/fatherland-3"), 403);
    assert_eq!(status(&letterboxd, "/film/nothing/"), 404);

    letterboxd.rename_film("fatherland-3", "fatherland-2026");
    let (status_old, head, _) = get(&letterboxd, "/film/fatherland-3/");
    assert_eq!(status_old, 302);
    assert!(head.contains("Location: /film/fatherland-2026/"));
    assert!(get(&letterboxd, "/film/fatherland-2026/").2.contains("film:1315318"));
    assert_eq!(letterboxd.watchlist("ada"), ["fatherland-2026"]);
    assert_eq!(letterboxd.tmdb_id("fatherland-3"), 77);

    letterboxd.remove_film_page("fatherland-2026");
    assert_eq!(status(&letterboxd, "/film/fatherland-2026/"), 404);
    assert!(get(&letterboxd, "/ada/watchlist/").2.contains("film:1315318"));
    let asked = letterboxd.film_pages_asked();
    assert_eq!(asked[..3], ["fatherland-3", "fatherland-3", "nothing"]);
    assert_eq!(asked.len(), 6);
}

#[test]
fn a_film_may_get_its_old_slug_back() {
    let letterboxd = Letterboxd::start();
    letterboxd.set_watchlist("ada", &["a"]);
    letterboxd.rename_film("a", "b");
    letterboxd.rename_film("b", "a");
    assert_eq!(status(&letterboxd, "/film/a/"), 200);
    assert_eq!(status(&letterboxd, "/film/b/"), 302);
}

#[test]
fn markup_changes_on_all_pages() {
    let letterboxd = with_watchlist(1);
    letterboxd.set_markup(Markup::Y2023);
    let body = get(&letterboxd, "/ada/watchlist/").2;
    assert!(body.contains(r#"data-film-slug="/film/film-0/""#));
    assert!(get(&letterboxd, "/film/film-0/").2.contains(r#"data-track-action="TMDb""#));
}

#[test]
fn other_addresses_are_other_pages() {
    let letterboxd = with_watchlist(1);
    assert!(get(&letterboxd, "/").2.contains("screen-home"));
    assert_eq!(status(&letterboxd, "/ada/films/"), 404);
    letterboxd.server.fail(1, |_| true, Fault::Instead(challenge()));
    let (status_challenge, head, _) = get(&letterboxd, "/ada/watchlist/");
    assert_eq!(status_challenge, 403);
    assert!(head.contains("cf-mitigated: challenge"));
    assert_eq!(status(&letterboxd, "/ada/watchlist/"), 200);
    letterboxd.server.fail(1, |_| true, Fault::Instead(rate_limit()));
    assert_eq!(status(&letterboxd, "/ada/watchlist/"), 429);
}

fn with_list(count: usize) -> Letterboxd {
    let letterboxd = Letterboxd::start();
    let slugs = slugs(count);
    letterboxd.set_list("Dave", "best", &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    letterboxd
}

#[test]
fn a_list_comes_100_a_page_with_its_total_and_its_time() {
    let letterboxd = with_list(1234);
    let (status_one, _, first) = get(&letterboxd, "/dave/list/best/");
    assert_eq!(status_one, 200);
    assert_eq!(first.matches("filmListEntry").count(), 100);
    assert!(
        first.contains(r#"content="A list of 1,234 films compiled on Letterboxd, including Film 0 (2000)"#)
    );
    assert!(first.contains(r#"<a class="next" href="/dave/list/best/page/2/">Next</a>"#));
    assert!(first.contains(r#"<span class="updated">Updated <time datetime="2026-"#));
    let last = get(&letterboxd, "/dave/list/best/page/13/").2;
    assert_eq!(last.matches("filmListEntry").count(), 34);
    for gone in ["/dave/list/best/page/14/", "/dave/list/other/", "/eve/list/best/"] {
        assert_eq!(status(&letterboxd, gone), 404, "{gone}");
    }
    assert_eq!(status(&letterboxd, "/dave/list/best"), 403);
    let before = letterboxd.list("dave", "best").updated;
    letterboxd.set_list("dave", "best", &["film-1"]);
    assert_ne!(letterboxd.list("dave", "best").updated, before);
    letterboxd.change_list("dave", "best", |list| list.is_ranked = true);
    assert!(get(&letterboxd, "/dave/list/best/").2.contains(r#"<p class="list-number">1</p>"#));
    letterboxd.change_list("dave", "best", |list| list.total = Total::Untold);
    assert!(!get(&letterboxd, "/dave/list/best/").2.contains("compiled on Letterboxd"));
}

#[test]
fn a_private_list_is_seen_with_its_token_only() {
    let letterboxd = with_list(150);
    letterboxd.change_list("dave", "best", |list| {
        (list.is_private, list.token) = (true, Some("s3cr3t".to_owned()));
    });
    assert_eq!(status(&letterboxd, "/dave/list/best/"), 404);
    assert_eq!(status(&letterboxd, "/dave/list/best/share/other/"), 404);
    let page = get(&letterboxd, "/dave/list/best/share/s3cr3t/").2;
    assert!(page.contains(r#"href="/dave/list/best/share/s3cr3t/page/2/""#));
    assert_eq!(status(&letterboxd, "/dave/list/best/share/s3cr3t/page/2/"), 200);
}

#[test]
fn short_links_lead_to_films_lists_and_members() {
    let letterboxd = with_list(2);
    letterboxd.set_watchlist("ada", &["heat-1995"]);
    let list = letterboxd.list("dave", "best").lid();
    let member = film::lid(film::hash("ada"));
    for (short, path) in [
        (letterboxd.lid("heat-1995"), "/film/heat-1995/"),
        (list.clone(), "/dave/list/best/"),
        (format!("{list}$s3cr3t"), "/dave/list/best/share/s3cr3t/"),
        (format!("{list}%24s3cr3t"), "/dave/list/best/share/s3cr3t/"),
        (member, "/ada/"),
    ] {
        let (status, head, _) = get(&letterboxd, &format!("/{short}"));
        assert!(status == 302 && head.contains(&format!("Location: {path}\r\n")), "{short}: {head}");
    }
    assert_eq!(status(&letterboxd, "/nothing0"), 404);
}

#[test]
#[should_panic(expected = "`chernobyl` is no movie with a TMDB id on the stand-in Letterboxd: Tv(87108)")]
fn tmdb_id_of_a_series_panics() {
    let letterboxd = Letterboxd::start();
    letterboxd.add_film(Film::tv("chernobyl", "Chernobyl", 2019, 87108));
    letterboxd.tmdb_id("chernobyl");
}
