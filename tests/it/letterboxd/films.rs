//! Films that no server can take, and film pages that fail.

use lbjf::exit::Exit;
use standins::letterboxd::{Film, Link, Markup, pages};
use standins::{Change, Fault, Reply};

use crate::common::World;
use crate::letterboxd::{ALWAYS, DAY, NOTHING, PAGE_1, asked, in_radarr, instead, sync};

/// One entry is skipped for this reason, told once, and the other film is done.
fn skipped(world: World, slug: &str, why: &str) -> World {
    world.letterboxd.push("ada", slug);
    world.letterboxd.push("ada", "alien");
    let ran = sync(&world, &["-q"]).exits(Exit::Success);
    let told = format!(" `{slug}`: {why}\n");
    assert!(
        ran.stderr.starts_with("warning: ada: skipped ") && ran.stderr.ends_with(&told),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert_eq!(world.radarr.posted(), world.tmdb(&["alien"]));
    sync(&world, &[]).exits(Exit::Success).omits("skipped");
    assert_eq!(world.letterboxd.server.requests().len(), 1);
    world
}

#[test]
fn a_tv_entry_is_skipped_even_if_a_movie_has_its_number() {
    let world = World::new();
    world.letterboxd.add_film(Film::tv("chernobyl", "Chernobyl", 2019, 87108));
    world.jellyfin.add_film(87108, "some movie");
    let world = skipped(world, "chernobyl", "it is a TV show on TMDB");
    assert_eq!(world.collected(), NOTHING);
    world.letterboxd.add_film(Film::movie("heat-1995", "Heat", 1995, 87108));
    world.letterboxd.push("ada", "heat-1995");
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(world.radarr.posted(), [87108]);
}

#[test]
fn a_film_without_a_tmdb_id_is_asked_again_after_a_day_and_added_when_it_has_one() {
    let world = World::new();
    let film = Film::without_id("some-short", "Some Short", None);
    world.letterboxd.add_film(film.clone());
    let world = skipped(world, "some-short", "its film page names no TMDB id");
    world.pass_time(DAY);
    let ran = sync(&world, &["-q"]).exits(Exit::Success);
    assert_eq!(ran.stderr, "");
    assert_eq!(world.letterboxd.film_pages_asked(), ["some-short"]);

    world.pass_time(DAY);
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).1, 0, "the second look is followed by three days");
    world.letterboxd.add_film(Film { link: Link::Movie(4711), ..film });
    world.pass_time(2 * DAY);
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(world.radarr.posted(), [4711]);
    world.pass_time(40 * DAY);
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).1, 0, "once known, known");
}

#[test]
fn a_film_page_that_contradicts_itself_is_skipped() {
    let world = World::new();
    let link = Link::Contradiction { button: 949, body: 950 };
    world.letterboxd.add_film(Film::new("heat-1995", "Heat", 1995, link));
    let why = "the film page contradicts itself: its button says TMDB movie/949, its body says movie/950";
    skipped(world, "heat-1995", why);
}

#[test]
fn a_film_page_that_is_gone_is_skipped() {
    let world = World::new().watchlist(&["heat-1995"]);
    world.letterboxd.remove_film_page("heat-1995");
    skipped(world, "heat-1995", "its film page is gone (HTTP 404)");
}

#[test]
fn the_page_of_another_film_is_skipped() {
    let world = World::new();
    world.letterboxd.add_film(Film::movie("heat-1995", "Heat", 1995, 949).with_uid(51));
    let other = Film::movie("heat-1995", "Another", 1996, 950).with_uid(52);
    world.fail_page(ALWAYS, "/film/heat-1995/", instead(200, pages::film_page(&other)));
    skipped(world, "heat-1995", "its film page is about another film, `film:52`");
}

#[test]
fn an_entry_that_is_no_film_is_skipped_without_asking_its_page() {
    let world = World::new().watchlist(&["alien", "twin-peaks"]);
    let page = world.page(PAGE_1);
    let (alien, rest) = page.split_once("data-item-slug=\"twin-peaks\"").unwrap();
    let changed = rest.replacen("type&quot;:&quot;film", "type&quot;:&quot;series", 1);
    let page = format!("{alien}data-item-slug=\"twin-peaks\"{changed}");
    world.fail_page(ALWAYS, PAGE_1, instead(200, page));
    for warning in [
        "warning: ada: skipped Twin Peaks (2000) `twin-peaks`: Letterboxd lists it as `series`, not as a film\n",
        "",
    ] {
        let ran = sync(&world, &["-q"]).exits(Exit::Success);
        assert_eq!(ran.stderr, warning);
        assert!(!world.letterboxd.film_pages_asked().contains(&"twin-peaks".to_owned()));
    }
    assert_eq!(in_radarr(&world), 1);
}

#[test]
fn film_pages_that_fail_are_one_line_and_asked_again_in_the_next_run() {
    let world = World::new().watchlist(&["one", "two", "three", "four", "alien"]);
    let fails = |slug: &str| ["one", "two", "three", "four"].contains(&slug);
    world.letterboxd.server.fail(
        ALWAYS,
        move |request| request.path.split('/').nth(2).is_some_and(fails),
        instead(500, ""),
    );
    sync(&world, &[]).exits(Exit::Partial).says(
        "warning: letterboxd: 4 film pages not read: Letterboxd answered with HTTP 500 \
         (`one`, `two`, `three`, …)",
    );
    assert_eq!(world.radarr.posted(), world.tmdb(&["alien"]));

    let ran = sync(&world, &["-q"]).exits(Exit::Partial);
    assert_eq!(ran.stderr, "");
    world.letterboxd.server.behave();
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).1, 4);
    assert_eq!(in_radarr(&world), 5);
}

#[test]
fn film_pages_of_another_kind_fail_with_a_reason() {
    for (fault, why) in [
        (instead(403, pages::private_page()), "Letterboxd shows it to nobody (HTTP 403)"),
        (instead(200, pages::foreign_page()), "an unexpected page came instead: title `Letterboxd • Social"),
        (
            instead(200, "<body class=\"film\"><p>All new!</p></body>"),
            "the page has no a[data-track-action] or body[data-tmdb-id], found neither",
        ),
    ] {
        let world = World::new().watchlist(&["ran", "alien"]);
        world.fail_page(ALWAYS, "/film/ran/", fault);
        sync(&world, &[])
            .exits(Exit::Partial)
            .mentions(&format!("warning: letterboxd: 1 film page not read: {why}"));
        assert_eq!(world.radarr.posted(), world.tmdb(&["alien"]));
        world.letterboxd.server.behave();
        sync(&world, &[]).exits(Exit::Success);
        assert_eq!(world.radarr.posted(), world.tmdb(&["ran"]));
    }
}

/// Letterboxd's film pages as they would be without what names the TMDB id.
fn lose_ids(world: &World) {
    let change = Change::new(|reply: Reply| {
        let mut html = String::from_utf8_lossy(&reply.body).into_owned();
        for (from, to) in
            [("data-track-action", "data-action"), ("data-tmdb-id=\"", "data-tmdb-id=\"\" data-was=\"")]
        {
            html = html.replace(from, to);
        }
        while let Some((before, rest)) = html.split_once("<a href=\"https://www.themoviedb.org/movie/") {
            let (_, after) = rest.split_once("</a>").expect("a button ends");
            html = format!("{before}{after}");
        }
        Reply { body: html.into_bytes(), ..reply }
    });
    world.letterboxd.server.fail(
        ALWAYS,
        |request| request.path.starts_with("/film/"),
        Fault::Changed(change),
    );
}

const HINT: &str = "hint: Letterboxd may have changed its pages: look for a newer lbjf; nothing was removed";

#[test]
fn film_pages_that_all_lost_their_ids_are_changed_markup_and_asked_again_as_soon_as_they_are_mended() {
    let world = World::new().watchlist_of(60).set("[letterboxd]", "max_concurrent_requests = 1");
    lose_ids(&world);
    for days in [0.0, 1.1, 3.2, 7.2] {
        world.lbjf(&["status"]);
        if world.database().exists() {
            world.pass_time(DAY.mul_f64(days));
        }
        let ran = sync(&world, &["--full"]).exits(Exit::Partial);
        ran.mentions(
            "letterboxd: 10 of 10 film pages name no TMDB id; nothing of that was kept, the next run asks again \
             and for 50 pages more",
        )
        .mentions(HINT)
        .omits("skipped");
        assert_eq!(asked(&world).1, 10, "more would say the same");
        let status = world.lbjf(&["status"]);
        assert!(!status.stdout.contains("healthy: "), "{}", status.stdout);
        assert!(status.stdout.contains("60 not read yet"), "{}", status.stdout);
    }
    let check = world.lbjf(&["status", "--check"]).exits(Exit::Partial);
    for line in ["WRONG  letterboxd film pages: 5 of 5 film pages name no TMDB id\n", HINT] {
        assert!(check.stdout.contains(line), "{}", check.stdout);
    }
    let scraped = world.lbjf(&["scrape", "ada", "--json"]).exits(Exit::Partial);
    assert!(scraped.json()["entries"].as_array().unwrap().iter().all(|entry| entry["kind"].is_null()));
    scraped
        .mentions("10 of 10 film pages name no TMDB id")
        .mentions("50 film pages not asked, because of that");

    world.letterboxd.server.behave();
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!((asked(&world).1, in_radarr(&world)), (60, 60));
}

#[test]
fn new_films_that_come_one_by_one_without_an_id_are_changed_markup_when_known_films_lost_theirs() {
    let world = World::new().watchlist_of(20);
    world.download("film-1");
    world.sync();
    lose_ids(&world);
    for number in 1..5 {
        world.letterboxd.push("ada", &format!("new-{number}"));
        sync(&world, &[]).exits(Exit::Success).mentions("its film page names no TMDB id");
        assert_eq!(asked(&world).1, 1);
    }
    let check = world.lbjf(&["status", "--check"]).exits(Exit::Partial);
    assert!(check.stdout.contains("WRONG  letterboxd film pages: "), "{}", check.stdout);
    world.letterboxd.push("ada", "new-5");
    for pages in [1, 5, 5] {
        let said = format!("letterboxd: {pages} of {pages} film page");
        sync(&world, &[]).exits(Exit::Partial).mentions(&said).omits("skipped");
        assert_eq!(asked(&world).1, pages + 2, "and what seemed to be known is asked again");
    }
    assert_eq!(world.collected(), world.tmdb(&["film-1"]), "what is known stays");
    world.letterboxd.server.behave();
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(world.radarr.posted().len(), 5);
    // Where known films still have theirs, the sixth is a film like the five before.
    push_shorts(&world, 6);
    sync(&world, &[]).exits(Exit::Success);
    world.letterboxd.add_film(Film::without_id("the-last", "A Short", None));
    world.letterboxd.push("ada", "the-last");
    sync(&world, &[]).exits(Exit::Success).mentions("`the-last`: its film page names no TMDB id");
}

/// Ada lists so many films that TMDB lacks, in front of everything else.
fn push_shorts(world: &World, count: usize) {
    for number in 0..count {
        let slug = format!("short-{number}");
        world.letterboxd.add_film(Film::without_id(&slug, "A Short", None));
        world.letterboxd.push("ada", &slug);
    }
}

#[test]
fn five_films_that_tmdb_lacks_among_many_others_are_skipped() {
    let world = World::new().watchlist_of(30);
    push_shorts(&world, 5);
    let ran = sync(&world, &[]).exits(Exit::Success);
    assert_eq!(ran.stderr.matches("its film page names no TMDB id").count(), 5, "{}", ran.stderr);
    assert_eq!((asked(&world).1, in_radarr(&world)), (35, 30));
    for days in [1, 3, 7, 30, 30] {
        sync(&world, &[]).exits(Exit::Success);
        assert_eq!(asked(&world).1, 0);
        world.pass_time(days * DAY);
        sync(&world, &[]).exits(Exit::Success);
        assert_eq!(asked(&world).1, 5, "once known, they are no sign of anything");
    }
}

#[test]
fn films_that_tmdb_lacks_are_skipped_when_known_films_still_have_their_ids_however_many_they_are() {
    let world = World::new().watchlist_of(3).set("[letterboxd]", "max_concurrent_requests = 1");
    world.sync();
    push_shorts(&world, 15);
    let ran = sync(&world, &[]).exits(Exit::Success);
    assert_eq!(ran.stderr.matches("its film page names no TMDB id").count(), 15, "{}", ran.stderr);
    assert_eq!(asked(&world).1, 15 + 2, "two known films tell");
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).1, 0);
}

#[test]
fn a_first_list_of_films_without_an_id_is_changed_markup_from_five_on() {
    for (count, exit) in [(4, Exit::Success), (5, Exit::Partial)] {
        let world = World::new();
        push_shorts(&world, count);
        sync(&world, &[]).exits(exit);
        let kept = world.lbjf(&["status", "--json"]).json()["users"][0]["skipped"].as_array().unwrap().len();
        assert_eq!(kept, if count == 4 { 4 } else { 0 });
    }
    // Shows have a link.
    let world = World::new();
    for number in 0..6 {
        let slug = format!("show-{number}");
        world.letterboxd.add_film(Film::tv(&slug, "A Show", 2019, 100 + number));
        world.letterboxd.push("ada", &slug);
    }
    push_shorts(&world, 5);
    sync(&world, &[]).exits(Exit::Success);
}

#[test]
fn full_asks_at_once_for_whatever_has_no_id_and_for_no_other() {
    let world = World::new().watchlist_of(6);
    push_shorts(&world, 1);
    world.letterboxd.add_film(Film::new("odd", "Odd", 2000, Link::Contradiction { button: 1, body: 2 }));
    world.letterboxd.add_film(Film::tv("chernobyl", "Chernobyl", 2019, 87108));
    for slug in ["odd", "chernobyl", "gone"] {
        world.letterboxd.push("ada", slug);
    }
    world.letterboxd.remove_film_page("gone");
    world.sync();
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(asked(&world).1, 0);
    for _ in 0..2 {
        sync(&world, &["--full"]).exits(Exit::Success);
        let mut asked = world.letterboxd.film_pages_asked();
        asked.sort();
        assert_eq!(asked, ["chernobyl", "gone", "odd", "short-0"]);
    }
    world.letterboxd.add_film(Film::movie("short-0", "A Short", None, 4711));
    sync(&world, &["--full"]).exits(Exit::Success);
    assert_eq!(world.radarr.posted(), [4711]);
}

#[test]
fn a_show_that_becomes_a_film_is_seen_after_thirty_days_or_with_full() {
    for args in [[].as_slice(), &["--full"]] {
        let world = World::new();
        let show = Film::tv("short-series", "A Short Series", 2019, 7);
        world.letterboxd.add_film(show.clone());
        world.letterboxd.push("ada", "short-series");
        world.letterboxd.push("ada", "alien");
        world.sync();
        world.pass_time(29 * DAY);
        sync(&world, &[]).exits(Exit::Success);
        assert_eq!(asked(&world).1, 0);
        world.pass_time(DAY);
        sync(&world, &[]).exits(Exit::Success);
        assert_eq!(world.letterboxd.film_pages_asked(), ["short-series"]);
        sync(&world, &[]).exits(Exit::Success);
        assert_eq!(asked(&world).1, 0, "thirty days again");

        world.letterboxd.add_film(Film { link: Link::Movie(600_050), ..show });
        world.jellyfin.add_film(600_050, "A Short Series");
        if args.is_empty() {
            world.pass_time(30 * DAY);
        }
        sync(&world, args).exits(Exit::Success);
        assert_eq!((world.radarr.posted(), world.collected()), (vec![600_050], vec![600_050]));
        world.pass_time(40 * DAY);
        sync(&world, &["--full"]).exits(Exit::Success);
        assert_eq!(asked(&world).1, 0, "a film stays what it is");
    }
}

#[test]
fn a_newer_lbjf_asks_again_for_films_without_an_id() {
    let world = World::new().watchlist_of(6);
    push_shorts(&world, 5);
    world.sync();
    let db = rusqlite::Connection::open(world.database()).unwrap();
    for older in ["NULL", "'0.0.9'"] {
        db.execute(&format!("UPDATE film SET looked_by = {older} WHERE kind = 'none'"), []).unwrap();
        sync(&world, &[]).exits(Exit::Success);
        assert_eq!(asked(&world).1, 5 + 2, "and two known films tell that these are what they seem to be");
        sync(&world, &[]).exits(Exit::Success);
        assert_eq!(asked(&world).1, 0);
    }
}

/// What an export names a film by. A page of May 2026 has it in the poster, one of August 2025 only in the film's own.
#[test]
fn the_short_id_of_a_film_is_kept_from_whichever_page_has_it() {
    for markup in [Markup::August2025, Markup::May2026] {
        let world = World::new().watchlist_of(2);
        world.letterboxd.set_markup(markup);
        world.sync();
        let db = rusqlite::Connection::open(world.database()).unwrap();
        for slug in ["film-1", "film-2"] {
            let lid = |row: &rusqlite::Row<'_>| row.get::<_, Option<String>>(0);
            let kept = db.query_row("SELECT lid FROM film WHERE address = ?1", [slug], lid).unwrap();
            assert_eq!(kept, Some(Film::movie(slug, slug, None, 1).lid()), "{markup:?}: {slug}");
        }
    }
}
