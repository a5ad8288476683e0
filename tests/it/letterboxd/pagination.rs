//! From page to page: links and numbers that changed, pages that do not exist any more, pages that were not read.

use lbjf::exit::Exit;
use standins::{Change, Fault, Reply};

use crate::common::World;
use crate::letterboxd::{ALWAYS, DAY, HOUR, NOTHING, PAGE_1, PAGE_3, asked, in_radarr, instead, sync};

/// Letterboxd's watchlist pages, each with its text changed.
fn change(world: &World, change: impl Fn(&str) -> String + Send + Sync + 'static) {
    let change = Change::new(move |reply: Reply| {
        let body = change(&String::from_utf8_lossy(&reply.body)).into_bytes();
        Reply { body, ..reply }
    });
    let is_list = |request: &standins::Request| request.path.contains("/watchlist/");
    world.letterboxd.server.fail(ALWAYS, is_list, Fault::Changed(change));
}

/// What leads to other pages is there no more, under any name.
fn without_pagination(html: &str) -> String {
    let (before, rest) = html.split_once("<div class=\"pagination\">").unwrap_or((html, ""));
    let (_, after) = rest.split_once("<div class=\"clear\">").unwrap_or(("", ""));
    format!("{before}<div class=\"clear\">{after}")
}

#[test]
fn pages_without_a_way_on_are_no_shorter_list_for_somebody_new() {
    let world = World::new().watchlist_of(60);
    change(&world, without_pagination);
    for _ in 0..4 {
        sync(&world, &[]).exits(Exit::Partial);
        assert_eq!(asked(&world).0, [PAGE_1]);
        world.pass_time(2 * HOUR);
    }
    world.letterboxd.server.behave();
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(in_radarr(&world), 60);
}

#[test]
fn pages_without_a_way_on_take_nothing_off_however_long_it_lasts() {
    for films in [40, 200] {
        let world = World::new().watchlist_of(films);
        world.download(&format!("film-{films}"));
        world.sync();
        let collected = world.tmdb(&[&format!("film-{films}")]);
        world.letterboxd.drop_entry("ada", "film-1");
        change(&world, without_pagination);
        for hours in [0, 1, 1, 24] {
            world.pass_time(hours * HOUR);
            sync(&world, &["--allow-shrink"]).exits(Exit::Partial);
            assert_eq!(world.collected(), collected, "of {films} films");
        }
        world.pass_time(DAY);
        let left = films - 1;
        sync(&world, &[]).exits(Exit::Partial).says(&format!(
            "lbjf: error: ada: the page has no link to the next page, found none behind 28 of {left} films"
        ));
    }
}

#[test]
fn the_last_page_may_not_be_a_full_one_with_most_of_the_list_to_come() {
    let world = World::new().watchlist_of(100);
    change(&world, |html| {
        // As if there were two pages: the second one has no way on.
        let is_second = html.contains("/page/2/?esi");
        let html = html.replace(">3<", ">2<").replace(">4<", ">2<");
        if is_second { without_pagination(&html) } else { html }
    });
    sync(&world, &[]).exits(Exit::Partial).says(
        "lbjf: error: ada: watchlist page 2: the page has no link to the next page, found none behind 56 of 100 films",
    );
    let scraped = world.lbjf(&["scrape", "ada", "--no-resolve", "--csv"]).exits(Exit::Partial);
    assert_eq!(scraped.stdout.lines().count(), 1 + 56);
    assert_eq!(in_radarr(&world), 56, "what was read is wanted");
}

#[test]
fn numbers_that_show_only_the_next_pages_are_followed_to_the_end() {
    let world = World::new().watchlist_of(200);
    change(&world, |html| {
        // The last number is the one after this page.
        let page = (1..=8).find(|page| html.contains(&format!("/page/{page}/?esi"))).unwrap_or(1);
        (page + 2..=8)
            .fold(html.to_owned(), |html, number| html.replace(&format!(">{number}</a></li>"), ">…</a></li>"))
    });
    sync(&world, &[]).exits(Exit::Success).says("ada: 200 new of 200 on the watchlist");
    assert_eq!(asked(&world).0.len(), 8, "each page once");
    assert_eq!(in_radarr(&world), 200);
}

#[test]
fn a_page_that_is_no_more_is_a_total_that_moved() {
    // Page 1 comes from a cache and still leads to a third page.
    let world = World::new().watchlist_of(57);
    let first = world.page(PAGE_1);
    world.letterboxd.drop_entry("ada", "film-1");
    let last = standins::letterboxd::pages::watchlist_page(
        standins::letterboxd::Markup::May2026,
        "ada",
        3,
        2,
        56,
        &[],
    );
    world.fail_page(1, PAGE_1, instead(200, first));
    world.fail_page(1, PAGE_3, instead(200, last));
    sync(&world, &[]).exits(Exit::Success).mentions("do not agree on its total");
    sync(&world, &[]).exits(Exit::Success);
    assert_eq!(world.lbjf(&["status", "--json"]).json()["users"][0]["outcome"], "complete");
}

#[test]
fn a_sum_that_is_right_by_chance_hides_no_page_that_was_not_read() {
    let world = World::new().watchlist_of(60);
    world.sync();
    for number in 0..59 {
        world.letterboxd.push("ada", &format!("new-{number}"));
    }
    for number in 58..=60 {
        world.letterboxd.drop_entry("ada", &format!("film-{number}"));
    }
    world.fail_page(3, PAGE_3, instead(500, ""));
    sync(&world, &[]).exits(Exit::Partial).says("ada: 56 new of 116 on the watchlist");
    sync(&world, &[]).exits(Exit::Success).says("ada: 3 new of 116 on the watchlist");
    assert_eq!(in_radarr(&world), 119);
    assert_eq!(world.collected(), NOTHING);
}
