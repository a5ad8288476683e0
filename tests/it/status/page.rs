//! The page: `status --html FILE`, and `[status] html_file` at the end of each run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use crate::common::World;
use lbjf::exit::Exit;
use select::document::Document;
use select::predicate::{Class, Descendant, Name};
use serde_json::json;
use standins::letterboxd::Film;
use standins::{Fault, Reply, jellyfin, radarr};

/// The page as it is now.
pub fn page(world: &World) -> String {
    let path = world.folder.path().join("page.html");
    world.lbjf(&["status", "--html", "page.html"]).exits(Exit::Success).mentions("status: wrote `page.html`");
    fs::read_to_string(path).expect("it was written")
}

fn texts(html: &str, class: &'static str) -> Vec<String> {
    Document::from(html).find(Descendant(Class(class), Name("h4"))).map(|node| node.text()).collect()
}

/// A world whose runs write the page.
fn written() -> World {
    World::new().block("[status]\nhtml_file = \"page.html\"")
}

#[test]
fn the_page_shows_what_is_new_ready_on_the_way_and_skipped() {
    let world = written().watchlist(&["old", "soon", "loading", "a-show"]);
    world.letterboxd.add_film(Film::tv("a-show", "A Show", 2001, 7));
    let item = world.download("old");
    world.sync();
    world.pass_time(Duration::from_hours(72));
    let came = world.download("soon");
    world.radarr.download(world.letterboxd.tmdb_id("loading"), &json!({}));
    world
        .radarr
        .set_poster(world.letterboxd.tmdb_id("loading"), "https://image.tmdb.org/t/p/original/loading.jpg");
    let ran = world.sync();
    let html = fs::read_to_string(world.folder.path().join("page.html")).expect("a run writes it");
    assert_eq!(texts(&html, "new"), ["Soon 2000"]);
    assert_eq!(texts(&html, "grid"), ["Soon 2000", "Old 2000"]);
    assert_eq!(texts(&html, "rows"), ["Loading 2000"]);
    assert!(html.contains("<span class=\"chip\">Downloading 50 %</span>"), "{html}");
    assert!(html.contains("A Show") && html.contains("it is a TV show on TMDB"));
    // The run that wrote it is on it, as it ended.
    let summary =
        ran.stderr.lines().last().and_then(|line| line.split(", in ").next()).expect("a closing line");
    assert!(html.contains(summary), "{summary}");
    for link in [
        format!("{}/web/#/details?id={item}", world.jellyfin.url()),
        format!("{}/Items/{came}/Images/Primary?", world.jellyfin.url()),
        format!("{}/film/loading/", world.letterboxd.url()),
        format!("{}/movie/{}", world.radarr.url(), world.letterboxd.tmdb_id("loading")),
        "https://image.tmdb.org/t/p/w342/loading.jpg".to_owned(),
    ] {
        assert!(html.contains(&link), "{link}");
    }
    assert!(!html.contains("<script"));
    for key in [radarr::KEY, jellyfin::KEY] {
        assert!(!html.contains(key));
    }
    let mode = fs::metadata(world.folder.path().join("page.html")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
}

#[test]
fn pictures_of_jellyfin_need_no_key() {
    let world = World::settled(["heat"]);
    let html = page(&world);
    let document = Document::from(html.as_str());
    let picture = document.find(Name("img")).next().and_then(|node| node.attr("src")).expect("a poster");
    let answer = ureq::get(picture).call().expect("Jellyfin gives it");
    assert_eq!(answer.headers()["content-type"], "image/svg+xml");
}

#[test]
fn without_html_file_an_idle_run_asks_radarr_nothing_and_with_it_each_door_once() {
    let mut world = World::settled(["heat"]);
    world.idle();
    assert!(world.radarr.server.requests().is_empty());
    world = world.block("[status]\nhtml_file = \"page.html\"");
    world.idle();
    let mut asked: Vec<_> = world.radarr.server.requests().into_iter().map(|request| request.path).collect();
    asked.sort();
    let doors = ["config/indexer", "exclusions/paged", "health", "movie", "queue", "system/status"];
    assert_eq!(asked, doors.map(|door| format!("/api/v3/{door}")));
    world.lbjf(&["cleanup"]).exits(Exit::Success);
    fs::remove_file(world.folder.path().join("page.html")).expect("each run wrote it");
    for dry in [["sync", "--dry-run"], ["cleanup", "--dry-run"]] {
        world.lbjf(&dry).exits(Exit::Success);
        assert!(!world.folder.path().join("page.html").exists(), "{dry:?}");
    }
}

#[test]
fn a_radarr_that_is_dead_is_on_the_page_and_changes_nothing_else() {
    let world = written().watchlist(&["heat", "alien"]);
    world.download("heat");
    world.sync();
    world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(403)));
    world.sync().omits("radarr");
    let html = fs::read_to_string(world.folder.path().join("page.html")).expect("it is written all the same");
    assert_eq!(texts(&html, "rows"), ["Alien 2000"]);
    assert!(html.contains("<li class=\"bad\"><p><b>radarr: "), "{html}");
    assert!(html.contains("Radarr cannot be asked"));
    let ran = world.lbjf(&["status", "--html", "page.html"]).exits(Exit::Partial);
    assert!(ran.stderr.contains("lbjf: error: radarr: "), "{}", ran.stderr);
}

#[test]
fn a_folder_that_is_missing_is_a_warning_of_a_run_once_a_day_and_a_failure_of_html() {
    let mut world = World::settled(["heat"]).block("[status]\nhtml_file = \"none/page.html\"");
    let warning = "warning: status: cannot write the page `";
    world.sync().mentions(warning);
    world.sync().omits(warning);
    world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success).omits("page");
    let failed = world.lbjf(&["status", "--html", "none/page.html"]).exits(Exit::Failure);
    assert!(
        failed.stderr.starts_with("lbjf: error: cannot write the page `none/page.html`"),
        "{}",
        failed.stderr
    );
    world.change("none/page.html", "page.html");
    world.sync();
    assert!(world.folder.path().join("page.html").is_file());
}

#[test]
fn the_page_tells_problems_with_what_to_do_and_a_run_that_could_not_go_on() {
    let world = written().watchlist(&["heat"]);
    world.sync();
    world.letterboxd.set_private("ada", true);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    let html = fs::read_to_string(world.folder.path().join("page.html")).expect("it is there");
    let document = Document::from(html.as_str());
    let problem = document.find(Class("problems")).next().map(|node| node.text()).unwrap_or_default();
    assert!(
        problem.contains("ada: the watchlist is private") && problem.contains("ask its owner"),
        "{problem}"
    );
    assert_eq!(problem.matches("private").count(), 1, "{problem}");
}

#[test]
fn what_a_person_excluded_stands_with_what_was_skipped() {
    let world = written().watchlist(&["heat", "alien"]);
    world.download("heat");
    world.sync();
    let alien = world.letterboxd.tmdb_id("alien");
    world.radarr.remove(alien);
    world.radarr.exclude(alien);
    let html = page(&world);
    assert_eq!(texts(&html, "rows"), [""; 0]);
    let why = Document::from(html.as_str()).find(Class("why")).next().map(|node| node.text());
    assert_eq!(why.as_deref().map(str::trim), Some("Alien 2000on Radarr's exclusion list"));
}

#[test]
fn hostile_titles_are_words_on_the_page() {
    let title = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'";
    let world = written();
    world.letterboxd.add_film(Film::movie("evil", title, 2000, 666));
    let world = world.watchlist(&["evil"]);
    world.radarr.know(666, title, 2000, &[]);
    world.sync();
    world.radarr.download(666, &json!({"status": "warning", "errorMessage": title}));
    world.radarr.set_poster(666, "https://evil.example/t/p/original/x.jpg");
    let html = page(&world);
    assert!(!html.contains("<script") && !html.contains("evil.example") && !html.contains("<img"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
}

#[test]
fn html_works_without_a_store_for_one_person_and_for_another_address() {
    let world = World::new();
    assert!(page(&world).contains("Nothing is known yet"));
    let world = World::settled(["heat"])
        .user("ben", "")
        .block("[status]\njellyfin_url = \"https://films.example/jf/web/\"");
    let html = page(&world);
    assert!(html.contains("id=\"p1\"") && html.contains("https://films.example/jf/Items/"), "{html}");
    assert!(
        html.contains("img-src https://films.example https://image.tmdb.org;")
            && !html.contains(&world.jellyfin.url())
    );
    world.lbjf(&["status", "--html", "page.html", "--user", "ada"]).exits(Exit::Success);
    let one = fs::read_to_string(world.folder.path().join("page.html")).expect("it is there");
    assert!(!one.contains("id=\"p1\""));
}
