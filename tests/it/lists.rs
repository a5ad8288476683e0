//! Lists at Letterboxd: beside a watchlist, and as collections of their own.

use lbjf::exit::Exit;
use standins::letterboxd::Total;
use standins::{Fault, Reply};

use crate::common::World;

/// Ada wants what is on her watchlist, and on two lists of Dave's.
fn world() -> World {
    let world = World::new().watchlist(&["heat"]);
    world.letterboxd.set_list("Dave", "best", &["alien", "brazil"]);
    world.letterboxd.set_list("Dave", "more", &["alien", "casino"]);
    world.letterboxd.set_watchlist("dave", &[]);
    world.set("[[users]]", "letterboxd_lists = [\"dave/best\", \"https://letterboxd.com/Dave/list/more/\"]")
}

/// Downloads them all, and gives the item of `alien`.
fn download(world: &World) -> String {
    let items = ["heat", "alien", "brazil", "casino"].map(|slug| world.download(slug));
    items[1].clone()
}

/// The films in the collection of this name.
fn members(world: &World, collection: &str) -> Vec<u32> {
    world.jellyfin.members(collection)
}

#[test]
fn films_of_a_list_go_where_those_of_the_watchlist_go_and_an_idle_list_costs_one_request() {
    let world = world();
    download(&world);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "brazil", "casino"]));
    world.idle();
    assert_eq!(world.letterboxd.pages_asked(), ["/ada/watchlist/"]);
    let mut lists = world.letterboxd.list_pages_asked();
    lists.sort();
    assert_eq!(lists, ["/dave/list/best/", "/dave/list/more/"]);
    assert_eq!(world.letterboxd.server.requests().len(), 3);
}

#[test]
fn a_film_leaves_when_none_of_a_persons_lists_has_it() {
    let world = world();
    download(&world);
    world.sync();
    world.letterboxd.set_list("Dave", "best", &["brazil"]);
    world.sync().says("ada: 1 left `dave/best`");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "brazil", "casino"]));
    world.letterboxd.set_list("Dave", "more", &["casino"]);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "brazil", "casino"]));
    world.idle();
}

#[test]
fn a_list_that_cannot_be_read_takes_nothing_out_and_the_rest_is_done() {
    let world = world();
    let alien = download(&world);
    world.sync();
    world.letterboxd.change_list("dave", "best", |list| list.is_private = true);
    world.letterboxd.set_list("Dave", "more", &["casino"]);
    world.letterboxd.set_watchlist("ada", &["heat", "dune"]);
    world.download("dune");
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
    ran.says("lbjf: error: dave/best: Letterboxd has no such list (HTTP 404)")
        .mentions("hint: check its address");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "brazil", "casino", "dune"]));
    // Only its owner can mend it, so it is told once a day, and makes nobody sick.
    world.sync();
    world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Success);
    // What was on it stays wanted, but for what was watched.
    world.jellyfin.watch("ada", &alien, true);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "brazil", "casino", "dune"]));
}

#[test]
fn a_list_that_was_never_readable_keeps_what_left_the_others() {
    let world = world();
    world.letterboxd.change_list("dave", "best", |list| list.is_private = true);
    download(&world);
    world.lbjf(&["sync"]).exits(Exit::Partial);
    world.letterboxd.set_watchlist("ada", &[]);
    world.lbjf(&["sync", "--full", "--allow-shrink"]).exits(Exit::Success);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "casino"]));
}

#[test]
fn a_list_without_a_total_adds_and_never_removes() {
    let world = world();
    world.letterboxd.change_list("dave", "best", |list| list.total = Total::Untold);
    download(&world);
    world.sync().mentions("warning: dave/best: the list does not say how many films it has; films are added");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "brazil", "casino"]));
    world.idle();
    assert_eq!(world.letterboxd.server.requests().len(), 3);
    world.letterboxd.set_list("Dave", "best", &["alien"]);
    world.letterboxd.change_list("dave", "best", |list| list.total = Total::Untold);
    world.sync().omits("warning");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "brazil", "casino"]));
}

#[test]
fn a_total_that_contradicts_the_films_removes_nothing_and_all_pages_wait() {
    let world = world();
    download(&world);
    world.sync();
    world.letterboxd.set_list("Dave", "best", &["alien"]);
    world.letterboxd.change_list("dave", "best", |list| list.total = Total::Off(2));
    let text =
        "warning: dave/best: the list declares 3 films but shows 1; nothing is removed until that is clear";
    world.sync().says(text);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "brazil", "casino"]));
    world.letterboxd.change_list("dave", "best", |list| list.total = Total::Told);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "casino"]));
}

#[test]
fn a_list_is_a_collection_of_its_own_without_a_person() {
    let mut world = world();
    world.change("letterboxd_lists = [\"dave/best\", \"https://letterboxd.com/Dave/list/more/\"]", "");
    let block = "\n[[lists]]\nname = \"The best\"\nletterboxd_list = \"dave/best\"\n";
    world.change("watchlist\"\n", &format!("watchlist\"\n{block}"));
    let alien = download(&world);
    let ran = world.sync();
    ran.mentions("The best: added to Radarr: ").mentions("The best: added to collection `The best`: Alien");
    assert_eq!(world.collected(), world.tmdb(&["heat"]));
    assert_eq!(members(&world, "The best"), world.tmdb(&["alien", "brazil"]));
    // Whoever watches it, it stays.
    world.jellyfin.watch("ada", &alien, true);
    world.sync();
    assert_eq!(members(&world, "The best"), world.tmdb(&["alien", "brazil"]));
    world.letterboxd.set_list("Dave", "best", &["brazil"]);
    world.lbjf(&["sync", "--user", "the best"]).exits(Exit::Success);
    assert_eq!(members(&world, "The best"), world.tmdb(&["brazil"]));
}

#[test]
fn another_list_under_the_same_address_is_not_taken() {
    let world = world();
    download(&world);
    world.sync();
    world.letterboxd.set_list("Dave", "best", &["dune"]);
    world.letterboxd.change_list("dave", "best", |list| list.number += 1);
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
    ran.mentions("dave/best: the address shows another list now, `dave/best`; nothing of it is taken");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "brazil", "casino"]));
    assert!(world.radarr.film(world.letterboxd.tmdb_id("dune")).is_none());
    world.lbjf(&["sync", "--allow-shrink"]).exits(Exit::Success);
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "casino"]));
}

#[test]
fn a_short_link_is_followed_once_and_again_when_the_page_is_gone() {
    let mut world = world();
    let lid = world.letterboxd.list("dave", "best").lid();
    world.change("\"dave/best\"", &format!("\"https://boxd.it/{lid}\""));
    download(&world);
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "brazil", "casino"]));
    world.idle();
    assert_eq!(world.letterboxd.server.requests().len(), 3, "the link is not asked again");
    world.letterboxd.change_list("dave", "best", |list| list.slug = "best-of-all".to_owned());
    world.forget_requests();
    world.sync();
    assert_eq!(world.letterboxd.server.requests().len(), 5, "the old page, the link, and the new one");
    world.idle();
    assert_eq!(world.letterboxd.server.requests().len(), 3);
}

#[test]
fn a_list_of_250_films_is_three_pages_and_a_film_page_each() {
    let world = World::new().watchlist(&[]);
    let slugs: Vec<String> = (0..250).map(|number| format!("film-{number}")).collect();
    world.letterboxd.set_list("Dave", "long", &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    let world = world.set("[[users]]", "letterboxd_lists = [\"dave/long\"]");
    world.sync();
    assert_eq!(world.letterboxd.list_pages_asked().len(), 3);
    assert_eq!(world.letterboxd.film_pages_asked().len(), 250);
    world.forget_requests();
    world.letterboxd.change_list("dave", "long", |list| list.entries.swap(0, 249));
    world.lbjf(&["sync", "--full"]).exits(Exit::Success).mentions("nothing to do");
    assert_eq!(world.letterboxd.list_pages_asked().len(), 3, "ranked anew asks for nothing again");
    // One for another far down: total and first page are as before, the time is not.
    let slugs: Vec<&str> = slugs[..249].iter().map(String::as_str).chain(["heat"]).collect();
    world.letterboxd.set_list("Dave", "long", &slugs);
    world.sync().mentions("ada: added to Radarr: Heat");
}

#[test]
fn a_list_that_two_people_want_is_read_once_and_one_that_is_dropped_is_wanted_no_more() {
    let mut world = world().user("ben", "letterboxd_lists = [\"dave/best\"]");
    download(&world);
    world.sync();
    world.idle();
    assert_eq!(world.letterboxd.list_pages_asked().len(), 2);
    world.change("letterboxd_lists = [\"dave/best\", \"https", "letterboxd_lists = [\"https");
    world.sync().says(
        "ada: `dave/best` is no longer among the lists in the config; what only it had is no longer wanted",
    );
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "casino"]));
    world.idle();
}

#[test]
fn a_person_with_another_name_in_the_config_is_the_same_person() {
    let mut world = world();
    download(&world);
    world.sync();
    world.radarr.remove(world.letterboxd.tmdb_id("heat"));
    world.change("letterboxd_username = \"ada\"", "name = \"Ada Lovelace\"\nletterboxd_username = \"ada\"");
    world
        .sync()
        .says("Ada Lovelace: is the new name of `ada` in the config; what lbjf knows of them is kept");
    assert!(world.radarr.film(world.letterboxd.tmdb_id("heat")).is_none(), "deleted stays deleted");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "brazil", "casino"]));
    world.idle();
    world.lbjf(&["sync", "--user", "ada lovelace"]).exits(Exit::Success);
}

#[test]
fn who_only_shares_a_list_with_somebody_who_left_is_somebody_else() {
    let mut world = world();
    download(&world);
    world.sync();
    world.radarr.remove(world.letterboxd.tmdb_id("alien"));
    world.letterboxd.set_watchlist("zoe", &[]);
    world.change("letterboxd_username = \"ada\"", "letterboxd_username = \"zoe\"");
    world.sync().omits("the new name");
    assert!(world.radarr.film(world.letterboxd.tmdb_id("alien")).is_some(), "it is Zoe who wants it");
}

#[test]
fn a_list_of_its_own_keeps_what_is_known_of_it_under_another_name() {
    let mut world = world();
    world.change("letterboxd_lists = [\"dave/best\", \"https://letterboxd.com/Dave/list/more/\"]", "");
    let block =
        "\n[[lists]]\nname = \"The best\"\nletterboxd_list = \"dave/best\"\njellyfin_collection = \"Best\"\n";
    world.change("watchlist\"\n", &format!("watchlist\"\n{block}"));
    download(&world);
    world.sync();
    world.radarr.remove(world.letterboxd.tmdb_id("alien"));
    world.change("name = \"The best\"", "name = \"Best of all\"");
    world
        .sync()
        .says("Best of all: is the new name of `The best` in the config; what lbjf knows of them is kept");
    assert!(world.radarr.film(world.letterboxd.tmdb_id("alien")).is_none(), "deleted stays deleted");
    assert_eq!(members(&world, "Best"), world.tmdb(&["alien", "brazil"]));
}

#[test]
fn a_film_that_moves_from_one_list_of_a_person_to_another_is_no_new_request() {
    let world = world();
    download(&world);
    world.sync();
    world.radarr.remove(world.letterboxd.tmdb_id("brazil"));
    world.letterboxd.set_list("Dave", "best", &["alien"]);
    world.letterboxd.set_list("Dave", "more", &["alien", "casino", "brazil"]);
    world.sync();
    assert!(world.radarr.film(world.letterboxd.tmdb_id("brazil")).is_none(), "deleted stays deleted");
    // What left both and comes back is a new one.
    world.letterboxd.set_list("Dave", "more", &["alien", "casino"]);
    world.sync();
    world.letterboxd.set_list("Dave", "more", &["alien", "casino", "brazil"]);
    world.sync();
    assert!(world.radarr.film(world.letterboxd.tmdb_id("brazil")).is_some());
}

#[test]
fn a_list_that_is_dropped_is_wanted_until_the_others_were_read() {
    let mut world = world();
    download(&world);
    world.sync();
    world.letterboxd.set_list("Dave", "new", &["dune"]);
    world.letterboxd.change_list("dave", "new", |list| list.is_private = true);
    world.change("\"dave/best\"", "\"dave/new\"");
    world.lbjf(&["sync"]).exits(Exit::Partial).omits("no longer among the lists");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "brazil", "casino"]));
    world.letterboxd.change_list("dave", "new", |list| list.is_private = false);
    world.sync().mentions("ada: `dave/best` is no longer among the lists in the config");
    assert_eq!(world.collected(), world.tmdb(&["heat", "alien", "casino"]));
}

#[test]
fn lists_that_cannot_be_reached_are_told_once_and_count_for_whoever_wants_them() {
    let mut world = world();
    let block = "\n[[lists]]\nname = \"The best\"\nletterboxd_list = \"dave/best\"\n";
    world.change("watchlist\"\n", &format!("watchlist\"\n{block}"));
    world.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(502)));
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .says(
            "lbjf: error: letterboxd: 3 lists not read: Letterboxd answered with HTTP 502 (ada, dave/best, dave/more)",
        )
        .mentions("sync: 1 user, 1 list, 1 user failed, 1 list failed, in ");
    world.letterboxd.server.behave();
    world.letterboxd.change_list("dave", "more", |list| list.is_private = true);
    world.lbjf(&["sync"]).exits(Exit::Partial).mentions(", 1 user failed, in ");
    world.sync().mentions(", 1 list not read, in ");
}

#[test]
fn a_list_of_more_films_than_lbjf_reads_is_refused_by_name() {
    let world = world();
    let slugs: Vec<String> = (0..10_001).map(|number| format!("film-{number}")).collect();
    world.letterboxd.set_list("Dave", "best", &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = world.lbjf(&["sync"]).exits(Exit::Partial);
    ran.says("lbjf: error: dave/best: the list has 101 pages; lbjf reads lists of up to 100 pages");
    assert_eq!(world.letterboxd.list_pages_asked().len(), 2, "one page of each");
}

#[test]
fn an_empty_list_is_a_list() {
    let world = world();
    world.letterboxd.set_list("Dave", "best", &[]);
    world.download("heat");
    world.sync().omits("warning").omits("`dave/best`");
    world.idle();
    assert_eq!(world.letterboxd.list_pages_asked().len(), 2);
    let lists = world.lbjf(&["status", "--json"]).json();
    assert_eq!(lists["users"][0]["lists"][1]["outcome"], "unchanged");
    // One that loses all of many films is not believed at once.
    let slugs: Vec<String> = (0..20).map(|number| format!("film-{number}")).collect();
    world.letterboxd.set_list("Dave", "best", &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    world.sync();
    world.letterboxd.set_list("Dave", "best", &[]);
    world
        .sync()
        .mentions("warning: dave/best: 20 of 20 films are gone from the list at once; nothing is removed");
}
