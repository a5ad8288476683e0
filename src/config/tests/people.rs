//! `[[users]]` and `[[lists]]`.

use super::*;

#[test]
fn two_collection_names_that_may_be_one_folder_are_refused_and_one_name_may_be_shared() {
    let with = |first: &str, second: &str| {
        let users = format!(
            "{SMALL}\n[[users]]\nletterboxd_username = \"ben\"\njellyfin_username = \"ben\"\n\
             jellyfin_collection = \"{second}\"\n"
        );
        parse(&users.replacen("Ada's watchlist", first, 1))
    };
    for (first, second) in [
        ("Watchlist", "WATCHLIST"),
        ("Films d'Amélie", "Films d'Ame\u{301}lie"),
        ("Élodie", "e\u{301}LODIE"),
        ("Ada: to see", "Ada? to see"),
        ("AC/DC", "ac dc"),
    ] {
        let error = with(first, second).unwrap_err().to_string();
        let text =
            format!("users[1].jellyfin_collection: `{second}` may be one folder in Jellyfin with `{first}`");
        assert!(error.contains(&text), "{error}");
    }
    for (first, second) in [("Both's", "Both's"), ("Ada", "Adah"), ("Amélie", "Amelie")] {
        assert_eq!(with(first, second).unwrap().users.len(), 2, "{first} {second}");
    }
}

#[test]
fn a_collection_name_may_have_what_no_disk_takes_and_is_kept_in_one_form() {
    for (written, name) in
        [("Ada: to see", "Ada: to see"), ("AC/DC <3 *?", "AC/DC <3 *?"), ("Ame\u{301}lie", "Amélie")]
    {
        let config = parse(&SMALL.replace("Ada's watchlist", written)).unwrap();
        assert_eq!(config.users[0].collection, Some(Named::Name(name.to_owned())));
    }
}

#[test]
fn a_collection_id_is_taken_with_dashes_and_capitals() {
    let text = SMALL.replace(
        "jellyfin_collection = \"Ada's watchlist\"",
        "jellyfin_collection_id = \"C1E548B9-BFC9-8BDF-8BBA-E2909EEECA94\"",
    );
    let collection = parse(&text).unwrap().users[0].collection.clone();
    assert_eq!(collection, Some(Named::Id("c1e548b9bfc98bdf8bbae2909eeeca94".to_owned())));
}

#[test]
fn users_are_chosen_by_name_whatever_the_case() {
    let config = parse(&format!("{SMALL}[[users]]\nletterboxd_username = \"ben\"\n")).unwrap();
    assert_eq!(config.chosen_users(&[]).unwrap(), [0, 1]);
    assert_eq!(config.chosen_users(&["BEN".to_owned()]).unwrap(), [1]);
    let refused = config.chosen_users(&["bob".to_owned()]).unwrap_err().to_string();
    assert_eq!(refused, "`--user bob`: the config has no such user; it has `ada`, `ben`");
}

#[test]
fn a_person_has_lists_of_every_kind_and_a_list_may_stand_alone() {
    let text = format!(
        "{SMALL}name = \"Ada L.\"\nletterboxd_lists = [\"dave/best\", \"https://boxd.it/IWJq$s3cr3t\", \"Dave/Best/\"]\n\
        [[users]]\nname = \"Ben\"\nletterboxd_export = \"exports\"\n\
        [[lists]]\nname = \"The best\"\nletterboxd_list = \"dave/best\"\n"
    );
    let config = parse(&text).unwrap();
    let [ada, ben, best] = &config.users[..] else { panic!("{:?}", config.users) };
    assert_eq!((ada.name.as_str(), ada.is_person, ada.wants.lists.len()), ("Ada L.", true, 3));
    assert_eq!(ada.wants.lists[0].key(), crate::domain::list::ListKey::watchlist("ada"));
    assert!(!format!("{ada:?}").contains("s3cr3t"));
    assert!(
        matches!(&ben.wants.lists[..], [crate::domain::list::ListSource::Export { path, member: None, .. }]
        if path == Path::new("/etc/lbjf/exports"))
    );
    assert_eq!(best.collection.as_ref().unwrap().to_string(), "`The best`");
    assert!(!best.is_person && !best.remove_watched && best.jellyfin_username.is_none());
    assert_eq!(config.chosen_users(&["the best".to_owned()]).unwrap(), [2]);
}

#[test]
fn a_playlist_is_named_or_given_by_its_id_and_needs_a_user() {
    use crate::domain::shelf::Named;
    let with = |lines: &str| parse(&format!("{SMALL}{lines}\n"));
    let playlist = |lines: &str| with(lines).unwrap().users[0].playlist.clone();
    assert_eq!(playlist(""), None);
    assert_eq!(
        playlist("jellyfin_playlist = \" Films: mine \""),
        Some(Named::Name("Films: mine".to_owned()))
    );
    let id = "c1e548b9-bfc9-8bdf-8bba-e2909eeeca94";
    let named = playlist(&format!("jellyfin_playlist_id = \"{id}\""));
    assert_eq!(named, Some(Named::Id(id.replace('-', ""))));
    for (lines, text) in [
        (
            "jellyfin_playlist = \"a\"\njellyfin_playlist_id = \"c1e548b9bfc98bdf8bbae2909eeeca94\"",
            "users[0].jellyfin_playlist: cannot be combined with `jellyfin_playlist_id`; set one of them",
        ),
        ("jellyfin_playlist_id = \"7\"", "as in the address of the playlist's page in Jellyfin, found `7`"),
        ("jellyfin_playlist = \"//\"", "users[0].jellyfin_playlist: must contain a letter or a digit"),
        (
            "[[users]]\nletterboxd_username = \"ben\"\njellyfin_playlist = \"Films\"",
            "users[1].jellyfin_username: is missing; a playlist belongs to one Jellyfin user",
        ),
        (
            "[[lists]]\nname = \"Best\"\nletterboxd_list = \"dave/best\"\njellyfin_playlist = \"Best\"",
            "lists[0].jellyfin_username: is missing; a playlist belongs to one Jellyfin user",
        ),
    ] {
        let report = report(&format!("{SMALL}{lines}\n"));
        assert!(report.contains(text), "{text}\n{report}");
    }
    let list = "[[lists]]\nname = \"Best\"\nletterboxd_list = \"dave/best\"\njellyfin_username = \"ada\"\n";
    let of = |lines: &str| {
        let user = with(&format!("{list}{lines}")).unwrap().users.remove(1);
        (user.collection.is_some(), user.playlist.is_some())
    };
    assert_eq!(of(""), (true, false));
    assert_eq!(of("jellyfin_playlist = \"Best\""), (false, true), "in place of the collection");
    assert_eq!(of("jellyfin_playlist = \"Best\"\njellyfin_collection = \"Best\""), (true, true));
}

#[test]
fn watched_by_is_everybody_or_anyone() {
    use crate::domain::shelf::WatchedBy;
    assert_eq!(parse(SMALL).unwrap().users[0].watched_by, WatchedBy::Everybody);
    let with = |value: &str| format!("{SMALL}watched_by = \"{value}\"\n");
    assert_eq!(parse(&with("anyone")).unwrap().users[0].watched_by, WatchedBy::Anyone);
    assert_eq!(parse(&with("everybody")).unwrap().users[0].watched_by, WatchedBy::Everybody);
    let text = "users[0].watched_by: must be `everybody` or `anyone`, found `all`";
    assert!(report(&with("all")).contains(text));
}

#[test]
fn what_is_wrong_with_a_list_is_told_without_its_secret() {
    let text = format!(
        "{SMALL}letterboxd_lists = [\"ada\", \"https://boxd.it/a b$s3cr3t\", \"dave/best/decade/1990s\"]\n\
        [[users]]\nletterboxd_export = \"exports\"\n\
        [[lists]]\nname = \"ADA\"\nletterboxd_list = \"dave/best\"\nremove_watched = true\n[[lists]]\n"
    );
    let report = report(&text);
    for part in [
        "users[0].letterboxd_lists: `ada` is not the address of a Letterboxd list; write `dave/official-top-250`",
        "users[0].letterboxd_lists: `https://boxd.it/a b$…` is not the address",
        "`dave/best/decade/1990s` shows a part of a list only; give the address of the whole list",
        "users[1].name: is missing; without `letterboxd_username`, give this person a name",
        "lists[0].name: duplicate user `ADA`",
        "lists[0].jellyfin_username: is missing; `remove_watched` needs to know whose watched films count",
        "lists[1].name: is missing; give this list a name",
        "lists[1].letterboxd_list: is missing",
    ] {
        assert!(report.contains(part), "{part}\n{report}");
    }
    assert!(!report.contains("s3cr3t"), "{report}");
    let titles = SMALL
        .replace("[radarr]", "[radar]")
        .replace("[jellyfin]", "[letterboxd]\nmatch_titles = true\n[jellyfin]");
    assert!(self::report(&titles).contains("letterboxd.match_titles: needs `[radarr]`"));
}
