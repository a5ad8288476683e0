//! Films that no server can take, and film pages that fail.

use lbjf::exit::Exit;
use standins::letterboxd::{Film, Link, pages};

use crate::common::World;
use crate::{ALWAYS, DAY, NOTHING, PAGE_1, asked, in_radarr, instead, sync};

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
