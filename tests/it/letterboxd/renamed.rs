//! Members who change names, and names that change hands.

use std::time::Duration;

use lbjf::exit::Exit;
use standins::letterboxd::Markup;

use crate::common::World;
use crate::letterboxd::{NONE, NOTHING, sync};

/// A world of 20 films: two are in Jellyfin, one of these was watched since, one is excluded, three were deleted in
/// Radarr.
fn lived_in() -> World {
    let world = World::new().watchlist_of(20);
    world.radarr.exclude(world.letterboxd.tmdb_id("film-9"));
    world.settle(["film-1", "film-2"]);
    for slug in ["film-3", "film-4", "film-5"] {
        world.radarr.remove(world.letterboxd.tmdb_id(slug));
    }
    world.pass_time(Duration::from_mins(10));
    world.sync();
    world
}

/// Gives the first user of the config another name at Letterboxd.
fn call_her(world: &mut World, old: &str, new: &str) {
    world.change(&format!("letterboxd_username = \"{old}\""), &format!("letterboxd_username = \"{new}\""));
}

#[test]
fn a_member_who_changed_names_goes_on_with_all_that_is_known_of_them() {
    let mut world = lived_in();
    world.letterboxd.rename_member("ada", "ada_b");
    sync(&world, &[])
        .exits(Exit::Partial)
        .says("lbjf: error: ada: Letterboxd has no such member (HTTP 404)")
        .mentions("hint: check `letterboxd_username`; if the member was renamed, use the new name");
    let before = world.remembered();
    call_her(&mut world, "ada", "ada_b");
    sync(&world, &[])
        .exits(Exit::Success)
        .says("ada_b: is the new name of `ada`; what lbjf knows of them is kept")
        .omits("new of")
        .omits("skipped")
        .omits("left the watchlist");
    assert_eq!((world.radarr.posted(), world.writes()), (NOTHING.to_vec(), Vec::new()));
    assert_eq!(world.collected(), world.tmdb(&["film-1", "film-2"]));
    // Nothing speaks of the old name any more.
    let entries = |rows: &[String]| rows.iter().filter(|row| row.starts_with("entry: ")).count();
    let after = world.remembered();
    assert_eq!(entries(&after), entries(&before));
    assert!(!after.iter().any(|row| !row.starts_with("run: ") && row.contains("\"ada\"")), "{after:#?}");
    world.idle();
    // The collection is still hers, and what leaves the list leaves it.
    world.letterboxd.drop_entry("ada_b", "film-2");
    world.sync();
    assert_eq!(world.collected(), world.tmdb(&["film-1"]));
    world.letterboxd.push("ada_b", "film-3");
    world.sync();
    assert_eq!(world.radarr.posted(), world.tmdb(&["film-3"]), "put on again");
}

#[test]
fn a_member_who_changed_names_is_known_also_without_a_run_in_between_by_user_alone_and_back_again() {
    let mut world = lived_in().user("ben", "");
    world.sync();
    for (old, new) in [("ada", "ada_b"), ("ada_b", "ada_c"), ("ada_c", "ada")] {
        world.letterboxd.rename_member(old, new);
        call_her(&mut world, old, new);
        sync(&world, &["--user", new, "--dry-run"]).exits(Exit::Success).omits("would");
        sync(&world, &["--user", new]).exits(Exit::Success).omits("new of");
        assert_eq!(world.writes(), NONE, "{new}");
    }
    world.idle();
}

#[test]
fn a_new_name_that_failed_at_first_is_the_same_member_when_it_is_read() {
    let mut world = lived_in();
    world.letterboxd.rename_member("ada", "ada_b");
    call_her(&mut world, "ada", "ada_b");
    world.letterboxd.set_private("ada_b", true);
    sync(&world, &[]).exits(Exit::Partial);
    world.letterboxd.set_private("ada_b", false);
    sync(&world, &[]).exits(Exit::Success).omits("new of");
    assert_eq!(world.radarr.posted(), NOTHING);
}

#[test]
fn two_names_of_one_member_in_the_config_are_told_and_nothing_moves() {
    let mut world = lived_in();
    world = world.user("ada_b", "");
    world.letterboxd.rename_member("ada", "ada_b");
    let text = "ada_b: is the same member as `ada`, who is also in the config";
    sync(&world, &[])
        .exits(Exit::Partial)
        .says(&format!("warning: {text}"))
        .says("ada_b: 20 new of 20 on the watchlist");
    sync(&world, &[]).exits(Exit::Success).says(text);
    let json = world.lbjf(&["status", "--json"]).exits(Exit::Success).json();
    assert_eq!((&json["users"][0]["listed"], &json["users"][1]["listed"]), (&20.into(), &20.into()));
}

#[test]
fn a_name_that_another_member_has_now_takes_nothing_of_theirs_and_removes_nothing() {
    let mut world = lived_in();
    let number = standins::letterboxd::pages::member_number("ada");
    world.letterboxd.rename_member("ada", "ada_b");
    world.letterboxd.set_watchlist("ada", &["film-3", "strange-1", "strange-2"]);
    world.letterboxd.set_member_number("ada", 4711);
    for args in [&[][..], &["--full"]] {
        let ran = sync(&world, args);
        let ran = if args.is_empty() { ran.exits(Exit::Partial) } else { ran.exits(Exit::Success) };
        ran.mentions(&format!(
            "ada: the name is another member's now (number 4711; it was {number}'s); nothing of"
        ));
        assert_eq!(world.writes(), NONE);
        assert_eq!(world.collected(), world.tmdb(&["film-1", "film-2"]));
    }
    world.lbjf(&["status", "--healthy", "30"]).exits(Exit::Success);
    let json = world.lbjf(&["status", "--json"]).json();
    assert_eq!(
        (&json["users"][0]["outcome"], &json["users"][0]["listed"]),
        (&"other_member".into(), &20.into())
    );
    // With the new name all goes on; the other member may be a person of the household, too.
    call_her(&mut world, "ada", "ada_b");
    let world = world.user("ada", "");
    world.letterboxd.set_watchlist("ada", &["film-3", "strange-1", "strange-2"]);
    sync(&world, &[])
        .exits(Exit::Success)
        .says("ada_b: is the new name of `ada`; what lbjf knows of them is kept");
    sync(&world, &[]).exits(Exit::Success).omits("another member");
    let radarr = world.tmdb(&["film-3", "strange-1", "strange-2"]);
    assert!(
        radarr.iter().all(|id| world.radarr.film(*id).is_some()),
        "these are the other member's requests"
    );
    for slug in ["film-4", "film-5"] {
        assert!(world.radarr.film(world.letterboxd.tmdb_id(slug)).is_none(), "{slug}");
    }
}

#[test]
fn allow_shrink_takes_the_new_account_of_the_same_person() {
    let world = lived_in();
    world.letterboxd.set_watchlist("ada", &["film-3", "film-1", "film-21"]);
    world.letterboxd.set_member_number("ada", 4711);
    sync(&world, &[]).exits(Exit::Partial);
    assert_eq!(world.writes(), NONE);
    sync(&world, &["--allow-shrink"]).exits(Exit::Success).says("ada: 18 left the watchlist");
    assert_eq!(world.collected(), world.tmdb(&["film-1"]));
    sync(&world, &[]).exits(Exit::Success).omits("another member");
}

#[test]
fn markup_without_numbers_changes_nothing() {
    let world = World::new().watchlist_of(5);
    let bare = world.page("/ada/watchlist/").replace("data-path=", "data-road=");
    for number in 0..4 {
        if number % 2 == 1 {
            world.fail_page(1, "/ada/watchlist/", crate::letterboxd::instead(200, bare.clone()));
        }
        sync(&world, &["--full"]).exits(Exit::Success).omits("member");
    }
    world.letterboxd.set_markup(Markup::Y2024);
    sync(&world, &["--full"]).exits(Exit::Success);
    assert_eq!(world.radarr.films().len(), 5);
}
