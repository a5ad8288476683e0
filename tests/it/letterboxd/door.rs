//! The door itself: lists, and short links, of which no command has a page of its own.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use lbjf::clients::http::{self, RetryPolicy};
use lbjf::clients::letterboxd::{Landing, Letterboxd, PageError, Setup};
use lbjf::domain::film_name::FilmName;
use lbjf::domain::ids::{Lid, Slug};
use lbjf::domain::list_address::{ListPage, PageAddress};
use lbjf::domain::secret::ApiKey;
use lbjf::system::logging;
use log::LevelFilter;
use standins::letterboxd::{self, challenge};
use standins::{Fault, Reply};

use crate::common::secrets::{forms, search};

const TOKEN: &str = "Wq7-s3cr3t_token";

/// A door that keeps no pace.
pub fn door(letterboxd: &letterboxd::Letterboxd, save_to: Option<&Path>) -> Letterboxd {
    let setup = Setup {
        base_url: letterboxd.url().parse().expect("an address"),
        user_agent: http::USER_AGENT.to_owned(),
        workers: 2,
        timeout: Duration::from_secs(5),
        retry_policy: RetryPolicy { tries: 1, first_pause: Duration::ZERO },
        per_second: 0.0,
        proxies: Vec::new(),
        direct_fallback: false,
        cool_down: Duration::from_hours(1),
        refused: HashMap::new(),
        save_to: save_to.map(Path::to_owned),
    };
    Letterboxd::new(&setup).expect("a door")
}

fn page(token: Option<&str>) -> ListPage {
    let slug = Slug::parse("best").expect("a slug");
    ListPage { owner: "dave".to_owned(), slug, token: token.map(ApiKey::new) }
}

fn list(token: Option<&str>) -> PageAddress {
    PageAddress::List(page(token))
}

/// A site with a list of so many films, of a member whose list has a share link.
fn site(films: usize) -> letterboxd::Letterboxd {
    let letterboxd = letterboxd::Letterboxd::start();
    let slugs: Vec<String> = (0..films).map(|number| format!("film-{number}")).collect();
    letterboxd.set_list("Dave", "best", &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    letterboxd.change_list("Dave", "best", |list| list.token = Some(TOKEN.to_owned()));
    letterboxd.set_watchlist("dave", &[]);
    letterboxd
}

/// How many films each page has, or the word for why there is none.
fn read(door: &Letterboxd, list: &PageAddress, numbers: &[u32]) -> Vec<Result<usize, &'static str>> {
    let pages: Vec<_> = numbers.iter().map(|number| (list, *number)).collect();
    let mut came = vec![Err("nothing"); pages.len()];
    door.list_pages(&pages, |index, page| {
        came[index] = page.map(|page| page.entries.len()).map_err(|error| error.word());
    });
    came
}

fn paths(letterboxd: &letterboxd::Letterboxd) -> Vec<String> {
    let mut paths: Vec<_> = letterboxd.server.requests().into_iter().map(|request| request.path).collect();
    paths.sort();
    letterboxd.server.forget_requests();
    paths
}

fn lid(text: &str) -> Lid {
    Lid::parse(text).expect("a short id")
}

#[test]
fn each_page_of_a_list_has_its_own_address_and_those_of_a_shared_one_hang_on_its_token() {
    let letterboxd = site(250);
    let door = door(&letterboxd, None);
    assert_eq!(read(&door, &list(None), &[1, 2, 3, 4]), [Ok(100), Ok(100), Ok(50), Err("not_found")]);
    let pages =
        ["/dave/list/best/", "/dave/list/best/page/2/", "/dave/list/best/page/3/", "/dave/list/best/page/4/"];
    assert_eq!(paths(&letterboxd), pages);

    letterboxd.change_list("Dave", "best", |list| list.is_private = true);
    assert_eq!(read(&door, &list(None), &[1]), [Err("not_found")]);
    letterboxd.server.forget_requests();
    assert_eq!(read(&door, &list(Some(TOKEN)), &[1, 3]), [Ok(100), Ok(50)]);
    let first = format!("/dave/list/best/share/{TOKEN}/");
    assert_eq!(paths(&letterboxd), [first.clone(), format!("{first}page/3/")]);
}

#[test]
fn a_list_leads_to_lists_of_the_site_only() {
    let letterboxd = site(3);
    let door = door(&letterboxd, None);
    for (to, expected) in [
        ("/dave/list/best/", Ok(3)),
        ("/dave/", Err("unexpected_page")),
        ("/dave/watchlist/", Err("unexpected_page")),
        ("/film/film-1/", Err("unexpected_page")),
        ("https://example.org/dave/list/best/", Err("unexpected_page")),
    ] {
        let redirect = Fault::Instead(Reply::empty(302).with_header("Location", to));
        letterboxd.server.fail(1, |_| true, redirect);
        assert_eq!(read(&door, &list(None), &[1]), [expected], "{to}");
    }
}

#[test]
fn a_short_link_leads_to_a_film_a_list_or_elsewhere_and_costs_one_request() {
    let letterboxd = site(3);
    let door = door(&letterboxd, None);
    let film = letterboxd.lid("film-1");
    let slug = FilmName::Slug(Slug::parse("film-1").expect("a slug"));
    assert_eq!(door.follow(&lid(&film), None).expect("a film"), Landing::Film(slug));
    assert_eq!(paths(&letterboxd), [format!("/{film}")]);
    let best = letterboxd.list("dave", "best").lid();
    assert_eq!(door.follow(&lid(&best), None).expect("a list"), Landing::List(page(None)));
    letterboxd.server.forget_requests();
    let shared = door.follow(&lid(&best), Some(&ApiKey::new(TOKEN))).expect("a list");
    assert_eq!(shared, Landing::List(page(Some(TOKEN))));
    assert_eq!(paths(&letterboxd), [format!("/{best}${TOKEN}")]);

    for (to, expected) in [
        ("/dave/", "Ok(Elsewhere)"),
        ("/dave/film/film-1/", "Ok(Elsewhere)"),
        ("https://letterboxd.com/dave/", "Ok(Elsewhere)"),
        ("https://example.org/film/film-1/", "Err(Redirected(\"https://example.org/film/film-1/\"))"),
    ] {
        let redirect = Fault::Instead(Reply::empty(302).with_header("Location", to));
        letterboxd.server.fail(1, |_| true, redirect);
        assert_eq!(format!("{:?}", door.follow(&lid("zzz"), None)), expected, "{to}");
    }
    assert!(matches!(door.follow(&lid("zzz"), None), Err(PageError::NotFound)));
}

#[test]
fn a_challenge_at_a_short_link_is_one_at_letterboxd() {
    let letterboxd = site(3);
    let door = door(&letterboxd, None);
    letterboxd.server.fail(1, |_| true, Fault::Instead(challenge()));
    assert!(matches!(door.follow(&lid("zzz"), None), Err(PageError::Challenged)));
    letterboxd.server.forget_requests();
    assert_eq!(read(&door, &list(None), &[1]), [Err("not_asked")]);
    assert!(matches!(door.follow(&lid("zzz"), None), Err(PageError::Stopped)));
    assert!(paths(&letterboxd).is_empty() && door.is_stopped());
}

/// Uses a token in every way that goes wrong, with a log of everything.
#[test]
#[ignore = "the next one runs it and searches what it prints and saves"]
#[expect(clippy::print_stdout, reason = "what it prints is searched")]
fn tokens_in_use() {
    let letterboxd = site(120);
    let folder = std::env::var_os("LBJF_TEST_FOLDER").expect("the next one sets it");
    let door = door(&letterboxd, Some(folder.as_ref()));
    let options = logging::Options { quiet: false, verbose: 2, color: None };
    logging::start(options, LevelFilter::Trace, None).expect("no log before");
    let (best, token) = (lid(&letterboxd.list("dave", "best").lid()), ApiKey::new(TOKEN));
    let shared = list(Some(TOKEN));
    for _ in 0..2 {
        println!("{:?} {:?}", door.follow(&best, Some(&token)), door.follow(&lid("zzz"), Some(&token)));
        door.list_pages(&[(&shared, 1), (&shared, 2), (&shared, 9)], |_, page| match page {
            Ok(page) => println!("{page:?}"),
            Err(error) => println!("{error} {error:?}"),
        });
        let escaped = TOKEN.replace('_', "%5F").replace('-', "%2d");
        for to in [
            format!("https://example.org/dave/list/best/share/{TOKEN}/"),
            format!("https://example.org/dave/list/best/share/{escaped}/?token={TOKEN}#{TOKEN}"),
            format!("https://example.org/zzz${TOKEN}"),
            format!("https://example.org/zzz%24{TOKEN}"),
            format!("/sign-in/?back=/dave/list/best/share/{TOKEN}/"),
        ] {
            let redirect = Reply::empty(302).with_header("Location", &to);
            letterboxd.server.fail(1, |_| true, Fault::Instead(redirect.clone()));
            println!("{:?}", read(&door, &shared, &[1]));
            letterboxd.server.fail(1, |_| true, Fault::Instead(redirect.clone()));
            println!("{:?}", door.follow(&best, Some(&token)));
            letterboxd.server.fail(1, |_| true, Fault::Instead(redirect));
            door.list_pages(&[(&shared, 1)], |_, page| match page {
                Ok(page) => println!("{page:?}"),
                Err(error) => println!("{error} {error:?}"),
            });
        }
        let page = format!("<html><title>share/{TOKEN} zzz%24{TOKEN}</title></html>");
        let page = Reply::html(200, page).with_header("Link", &format!("</dave/list/best/share/{TOKEN}/>"));
        letterboxd.server.fail(3, |_| true, Fault::Instead(page));
        println!("{:?}", door.follow(&best, Some(&token)));
        door.list_pages(&[(&shared, 1), (&shared, 2)], |_, page| println!("{page:?}"));
    }
}

#[test]
fn a_token_is_in_no_log_no_error_no_saved_page_and_no_name_of_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(std::env::current_exe().expect("a test is a program"));
    child.args(["--exact", "letterboxd::door::tokens_in_use", "--ignored", "--nocapture"]);
    let ran = child.env("LBJF_TEST_FOLDER", folder.path()).output().expect("it can be run");
    let shown = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
    assert!(ran.status.success(), "{shown}");
    let in_log = "GET /dave/list/best/share/(redacted)/page/2/ -> 200";
    assert!(shown.contains(in_log) && shown.contains("received <"), "{shown}");
    let hidden = forms(TOKEN);
    search("what it printed", shown.as_bytes(), &hidden);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.path()).expect("it was made").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        search("the name of a saved page", name.as_bytes(), &hidden);
        search(&name, &fs::read(entry.path()).expect("a page"), &hidden);
        names.push(name);
    }
    names.sort();
    assert!(names.contains(&"dave-list-best-page-2.html".to_owned()), "{names:?}");
    assert!(names.iter().any(|name| name.starts_with("boxd-it-")), "{names:?}");
}
