//! What a run begins with, and what stays of runs that ended.

use super::*;

fn ended(summary: &str) -> RunEnd<'_> {
    RunEnd { exit_code: 0, is_well: true, summary, problems: &[] }
}

#[test]
fn dates_from_a_clock_that_was_ahead_are_set_right_when_a_run_begins() {
    let mut store = Store::in_memory().unwrap();
    let (now, ahead) = (1000, 1000 + 400 * DAY);
    let uids = list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995"), entry(Some("film:2"), "short")]);
    resolve(&mut store, "ada", 949);
    let request = [("ada".to_owned(), uids[0].clone())];
    store.record_problem("radarr", &request, RequestProblem::Unknown, "unknown", ahead).unwrap();
    let short = film(&store, &["ada"]).remove(0);
    store
        .record_look(&short, &Look::Read { uid: None, lid: None, slug: None, link: Link::Missing }, ahead)
        .unwrap();
    let pending = crate::domain::list::Cursor { pending_at: Some(ahead), ..Default::default() };
    let ada = watchlist(&mut store, "ada");
    store.save_cursor(ada, &pending).unwrap();
    store.begin_cool_down("direct", Duration::from_hours(1), None, ahead).unwrap();
    store.record_ineffective("c", &[JellyfinId::parse("item").unwrap()], ahead).unwrap();

    store.begin_run("sync", now).unwrap();
    assert_eq!(store.requests("radarr").unwrap()[0].next_try_at, 0);
    assert_eq!(store.unresolved("ada", now).unwrap().len(), 1);
    assert_eq!(store.cursor(ada).unwrap().pending_at, Some(now), "the hour begins anew");
    assert_eq!(store.cool_downs().unwrap()[0].until, now);
    assert!(store.ineffective("c").unwrap().is_empty());
}

#[test]
fn waits_that_are_no_longer_than_they_may_be_stay_when_a_run_begins() {
    let mut store = Store::in_memory().unwrap();
    let uids = list(&mut store, "ada", &[entry(Some("film:1"), "heat-1995")]);
    resolve(&mut store, "ada", 949);
    store
        .record_problem(
            "radarr",
            &[("ada".to_owned(), uids[0].clone())],
            RequestProblem::Unknown,
            "unknown",
            1000,
        )
        .unwrap();
    store.begin_cool_down("direct", Duration::from_hours(24), None, 1000).unwrap();
    store.begin_run("sync", 1000).unwrap();
    assert_eq!(store.requests("radarr").unwrap()[0].next_try_at, 1000 + DAILY);
    assert_eq!(store.cool_downs().unwrap()[0].until, 1000 + DAY);
}

#[test]
fn five_years_of_runs_every_ten_minutes_stay_small() {
    const RUNS: i64 = 5 * 365 * 144;
    let mut store = Store::in_memory().unwrap();
    // Older releases kept every run; a third of them failed, each with something to look at.
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {RUNS} - 1)
        INSERT INTO run (command, started_at, ended_at, exit_code, summary, problems)
        SELECT 'sync', i * 600, i * 600 + 5, iif(i % 3 = 0, 4, 0), 'sync: 3 users, nothing to do, in 5 s',
            iif(i % 3 = 0, 'ada: `heat-1995` not added: Radarr has no root folder `/movies`', '') FROM n"
    );
    store.db.execute_batch(&sql).unwrap();
    let count = |store: &Store| -> i64 {
        store.db.query_row("SELECT count(*) FROM run", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count(&store), 262_800);

    let mut now = RUNS * 600;
    for round in 0..300 {
        let run = store.begin_run("sync", now).unwrap();
        store.end_run(run, now + 5, &ended("sync: 3 users, nothing to do, in 5 s")).unwrap();
        assert!(count(&store) <= 1000 + 365, "round {round}: {}", count(&store));
        now += 600;
    }
    // The last thousand, with nothing missing, and of the days before the first run that failed.
    let runs = store.runs(2000).unwrap();
    assert!(runs[..1000].windows(2).all(|pair| pair[0].id == pair[1].id + 1));
    assert!(runs[1000..].iter().all(|run| run.exit_code == Some(4) && run.started_at >= now - 366 * DAY));
    assert!(runs[1000..].windows(2).all(|pair| pair[0].started_at / DAY > pair[1].started_at / DAY));
    assert!(runs.len() > 1000 + 350, "{}", runs.len());
    let pragma = |name| -> i64 { store.db.pragma_query_value(None, name, |row| row.get(0)).unwrap() };
    let used = (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
    assert!(used < 400_000, "{used} bytes");
}

#[test]
fn a_year_of_good_runs_leaves_the_last_thousand() {
    let mut store = Store::in_memory().unwrap();
    for number in 0..1500 {
        let run = store.begin_run("sync", number * 21_000).unwrap();
        // One was killed.
        if number != 100 {
            store.end_run(run, number * 21_000 + 5, &ended("sync")).unwrap();
        }
    }
    let runs = store.runs(2000).unwrap();
    assert_eq!(runs.len(), 1001);
    assert_eq!((runs[1000].started_at, runs[1000].ended_at), (100 * 21_000, None));
}
