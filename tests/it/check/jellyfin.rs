//! Likewise Jellyfin.

use lbjf::exit::Exit;
use serde_json::json;
use standins::{Fault, Reply, Request};

use crate::check::{check, fine, spoiled, tells, wrong};
use crate::common::COLLECTION;

#[test]
fn status_check_tells_every_mistake_about_jellyfin() {
    spoiled(
        |world| world.change(&world.jellyfin.url(), &(world.jellyfin.url() + "/nope")),
        &[
            "WRONG  jellyfin address: Jellyfin answered GET System/Info with HTTP 404",
            "       hint: check the path of `jellyfin.url`",
        ],
    );
    spoiled(
        |world| world.jellyfin.set_base_url("/jellyfin"),
        &[
            "       hint: put the address it redirects to, as far as it is the server's base, into `jellyfin.url`",
        ],
    );
    let old = Reply::json(200, &json!({ "Id": "1", "Version": "10.7.7", "ServerName": "old" }));
    spoiled(
        |world| {
            let is_info = |request: &Request| request.path == "/System/Info";
            world.jellyfin.server.fail(usize::MAX, is_info, Fault::Instead(old));
        },
        &["WRONG  jellyfin version: Jellyfin at `JELLYFIN` is version 10.7.7; lbjf needs 10.8 or newer"],
    );
    spoiled(
        |world| {
            world.jellyfin.add_user("Grace");
            world.change("jellyfin_username = \"ada\"", "jellyfin_username = \"adda\"");
        },
        &[
            "WRONG  ada jellyfin user: Jellyfin has no user `adda`; it has `Grace`, `ada`",
            "       hint: check `jellyfin_username`",
        ],
    );
    spoiled(
        |world| world.jellyfin.disable_user("ada"),
        &["WRONG  ada jellyfin user: Jellyfin's user `ada` is disabled"],
    );
    spoiled(
        |world| {
            world.sync();
            world.jellyfin.lose_libraries(true);
        },
        &[
            "WRONG  jellyfin library: the library shows no films, but it had 1; nothing is created or removed",
            "       hint: check that its disk is mounted",
        ],
    );
    spoiled(
        |world| {
            world.sync();
            world.jellyfin.set_server_id("another");
        },
        &[
            "WRONG  store jellyfin: `stand-in` is not the Jellyfin that this store belongs to",
            "       hint: if it is a new installation for the same household, run `lbjf sync --same-jellyfin` once; \
             otherwise give each Jellyfin its own `system.database`",
        ],
    );
}

#[test]
fn status_check_tells_a_jellyfin_that_starts() {
    spoiled(
        |world| world.jellyfin.starting_up(true),
        &["WRONG  jellyfin address: Jellyfin at `JELLYFIN` is not ready (HTTP 503)"],
    );
}

#[test]
fn status_check_tells_a_token_of_a_person_from_an_api_key() {
    let is_me = |request: &Request| request.path == "/Users/Me";
    let owner = |is_administrator: bool| {
        let policy = json!({ "IsAdministrator": is_administrator, "IsDisabled": false });
        Fault::Instead(Reply::json(200, &json!({ "Id": "1", "Name": "root", "Policy": policy })))
    };
    spoiled(
        |world| world.jellyfin.server.fail(1, is_me, owner(false)),
        &[
            "WRONG  jellyfin key: it is a personal token of `root`, who is not an administrator",
            "       hint: create an API key under Dashboard > API Keys",
        ],
    );
    let world = fine();
    world.jellyfin.server.fail(1, is_me, owner(true));
    let ran = check(&world, &[]).exits(Exit::Success);
    tells(
        &ran,
        &["note   jellyfin key: accepted, but it is a personal token of the administrator `root`: lbjf \
             sees only what they see, and creates no collection or playlist"],
    );
}

#[test]
fn status_check_tells_what_becomes_of_each_collection() {
    let id = "0123456789abcdef0123456789abcdef";
    let world = fine()
        .user("ben", "jellyfin_collection = \"Ben\"")
        .user("cleo", "jellyfin_collection = \"Cleo\"")
        .user("dora", &format!("jellyfin_collection_id = \"{id}\""));
    let ben = world.jellyfin.add_collection("Ben");
    world.jellyfin.rename_collection(&ben, "Ben's films");
    let cleo = world.jellyfin.add_collection("Cleo");
    world.jellyfin.make_ghost(&cleo);
    let ran = check(&world, &[]).exits(Exit::Partial);
    tells(
        &ran,
        &[
            &format!("ok     ada collection: `{COLLECTION}` will be created when the first film goes in"),
            "ok     ben collection: `Ben` is now called `Ben's films`; lbjf goes on using it",
            "WRONG  cleo collection: collection `Cleo` is an invisible leftover of a deleted one",
            "       hint: scan the library in Jellyfin, which brings it back, or choose another name",
            &format!(
                "WRONG  dora collection: Jellyfin has no collection `{id}`; it has `Ben's films` ({ben})"
            ),
            "       hint: check `jellyfin_collection_id`",
        ],
    );
    assert_eq!(wrong(&ran).len(), 2);
}

#[test]
fn status_check_follows_a_collection_by_the_id_it_had() {
    let mut world = fine();
    world.change(&format!("jellyfin_collection = \"{COLLECTION}\""), "jellyfin_collection = \"Mine\"");
    world.sync();
    let id = world.jellyfin.collections()[0].id.clone();
    // In the store of an older config the name stands for a collection with another folder.
    let db = rusqlite::Connection::open(world.database()).expect("a run made the store");
    db.execute("INSERT INTO collection (name, id) VALUES ('Other', ?1)", [&id]).expect("it can be written");
    drop(db);
    world.change("jellyfin_collection = \"Mine\"", "jellyfin_collection = \"Other\"");
    tells(
        &check(&world, &[]).exits(Exit::Success),
        &["ok     ada collection: `Other` is now called `Mine`, known by its id"],
    );
    world.change("jellyfin_collection = \"Other\"", &format!("jellyfin_collection_id = \"{id}\""));
    tells(&check(&world, &[]).exits(Exit::Success), &[&format!("ok     ada collection: `Mine` ({id})")]);
}
