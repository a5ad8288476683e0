//! SQLite finds rows by an index where a run asks often.

use super::*;

/// How SQLite would find the rows of a query, a step a line.
fn query_plan(store: &Store, sql: &str) -> Vec<String> {
    let mut statement = store.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get("detail").unwrap());
    }
    steps
}

#[test]
fn no_hot_query_scans_what_an_index_can_find() {
    let store = Store::in_memory().unwrap();
    let by_uid = "SEARCH film USING INDEX sqlite_autoindex_film_1 (uid=?)";
    let by_list = "SEARCH list_entry USING PRIMARY KEY (list_id=?)";
    let by_film = "SEARCH list_entry USING INDEX list_entry_by_film (uid=?)";
    let request = "SEARCH request USING PRIMARY KEY (person=? AND uid=?) LEFT-JOIN";
    let position = "SEARCH list_entry USING PRIMARY KEY (list_id=? AND uid=?)";
    let presence_of_film = "SEARCH presence USING PRIMARY KEY (person=? AND uid=?) LEFT-JOIN";
    for (name, sql, expected) in [
        ("known", lists::KNOWN, &[by_list][..]),
        // These two indices hold what is open, and nothing else.
        (
            "requests",
            requests::REQUESTS,
            &["SEARCH request USING INDEX request_unanswered (server=?)", by_uid, position],
        ),
        ("unread", films::UNREAD, &["SCAN film USING INDEX film_unresolved", by_film]),
        ("skips", films::SKIPS, &["SCAN film USING INDEX film_odd", by_film]),
        ("odd films", status::ODD_FILMS, &["SCAN film USING INDEX film_odd", by_film, request]),
        (
            "troubles",
            status::TROUBLED_REQUESTS,
            &["SCAN request USING INDEX request_trouble", by_uid, position],
        ),
        ("unresolved", films::UNRESOLVED, &[by_list, by_uid]),
        ("listed", presence::LISTED, &[by_list, by_uid]),
        ("listed ids", presence::LISTED_IDS, &[by_list, by_uid]),
        ("wanted films", wanted::WANTED_FILMS, &[by_list, by_uid, presence_of_film]),
        ("on a list", status::ON_LIST, &[by_list]),
        ("wanted", status::WANTED, &["SEARCH request USING PRIMARY KEY (person=?)"]),
        (
            "unanswered",
            status::UNANSWERED,
            &["SEARCH request USING INDEX request_unanswered (server=? AND person=?)"],
        ),
        (
            "presence",
            status::PRESENCE,
            &["SEARCH presence USING COVERING INDEX presence_by_state (person=?)"],
        ),
        (
            "presence of ended",
            status::PRESENCE_OF_ENDED,
            &[
                "SEARCH request USING COVERING INDEX request_ended (person=?)",
                "SEARCH request USING PRIMARY KEY (person=? AND uid=?)",
                "SEARCH presence USING PRIMARY KEY (person=? AND uid=?)",
            ],
        ),
    ] {
        let mut steps = query_plan(&store, sql);
        steps.retain(|step| {
            ["list_entry", "film", "request", "presence"]
                .iter()
                .any(|table| step.split(' ').nth(1) == Some(table))
        });
        assert_eq!(steps, expected, "{name}");
    }
}

#[test]
fn answers_of_twins_are_found_from_what_is_unanswered_by_tmdb_id() {
    let store = Store::in_memory().unwrap();
    let mut steps = query_plan(&store, requests::ANSWERS_OF_TWINS);
    steps.retain(|step| {
        ["new", "new_film", "old_film", "old"].iter().any(|name| step.split(' ').nth(1) == Some(name))
    });
    assert_eq!(
        steps,
        [
            "SEARCH new USING INDEX request_unanswered (server=?)",
            "SEARCH new_film USING INDEX sqlite_autoindex_film_1 (uid=?)",
            "SEARCH old_film USING INDEX film_by_tmdb_id (tmdb_id=?)",
            "SEARCH old USING PRIMARY KEY (person=? AND uid=? AND server=?)",
        ]
    );
}

#[test]
fn one_plan_does_for_all_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lbjf.db");
    let written = Store::open(&path).unwrap();
    let read = Store::open_existing(&path).unwrap().unwrap();
    for store in [&written, &read, &Store::copy_of(&path).unwrap()] {
        assert!(store.db.db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG).unwrap());
    }
}
