use super::*;
use crate::clients::http::Options;

fn route(name: &str) -> Route {
    let options = Options {
        name: "letterboxd",
        timeout: Duration::from_secs(1),
        user_agent: String::new(),
        accept: "text/html",
        max_idle: 1,
        ca_file: None,
        proxy: None,
        secrets: Vec::new(),
        has_last_words: false,
    };
    Route { name: name.to_owned(), http: Http::new(&options).unwrap(), is_fallback: false }
}

fn routes(names: &[&str], standing: Standing) -> Routes {
    Routes::new(names.iter().map(|name| (route(name), standing)).collect(), 0.0)
}

fn take(routes: &Routes) -> Result<&str, NoWay> {
    routes.take(None).map(|(_, route)| route.name.as_str())
}

#[test]
fn proxies_take_turns() {
    let routes = routes(&["a:1", "b:1", "c:1"], Standing::Open);
    let taken: Vec<_> = (0..6).map(|_| take(&routes).unwrap()).collect();
    assert_eq!(taken, ["a:1", "b:1", "c:1", "a:1", "b:1", "c:1"]);
}

#[test]
fn a_refusal_closes_one_way_and_the_last_one_ends_the_asking() {
    let routes = routes(&["a:1", "b:1"], Standing::Open);
    routes.refused(0, None);
    routes.refused(0, None);
    assert_eq!(take(&routes), Ok("b:1"));
    assert!(!routes.is_closed());
    routes.refused(1, Some(Duration::from_secs(5)));
    assert_eq!(take(&routes), Err(NoWay::Closed));
    assert!(routes.is_closed());
    let changes = routes.take_changes();
    assert_eq!(changes.len(), 2, "one a route, however many workers were refused: {changes:?}");
}

#[test]
fn a_failing_proxy_is_set_aside_and_the_way_without_is_taken_only_when_allowed() {
    let routes_left = routes(&["a:1"], Standing::Open);
    routes_left.failed(0, &ProxyError::Closed);
    assert_eq!(take(&routes_left), Err(NoWay::NoProxyLeft));

    let fallback = Route { is_fallback: true, ..route(DIRECT) };
    let routes = Routes::new(vec![(route("a:1"), Standing::Open), (fallback, Standing::Open)], 0.0);
    assert_eq!((take(&routes), take(&routes)), (Ok("a:1"), Ok("a:1")));
    routes.failed(0, &ProxyError::Closed);
    assert_eq!(take(&routes), Ok(DIRECT));
}

#[test]
fn what_may_be_the_pages_trouble_is_no_reason_to_go_without_and_another_proxy_is_tried() {
    let fallback = Route { is_fallback: true, ..route(DIRECT) };
    let all = [route("a:1"), route("b:1"), fallback];
    let routes = Routes::new(all.into_iter().map(|route| (route, Standing::Open)).collect(), 0.0);
    assert_eq!((take(&routes), take(&routes)), (Ok("a:1"), Ok("b:1")));
    for _ in 0..9 {
        routes.missed(0);
        assert_eq!(routes.take(Some(0)).map(|(_, route)| route.name.as_str()), Ok("b:1"));
        routes.missed(1);
    }
    let taken: Vec<_> = (0..4).map(|_| take(&routes).unwrap()).collect();
    assert!(!taken.contains(&DIRECT), "{taken:?}");
}

#[test]
fn a_proxy_that_brings_nothing_again_and_again_is_asked_last_until_it_brings_something() {
    let routes = routes(&["a:1", "b:1"], Standing::Open);
    routes.succeeded(1);
    for _ in 0..Routes::MOST_MISSES {
        routes.missed(0);
    }
    assert_eq!([take(&routes), take(&routes), take(&routes)], [Ok("b:1"); 3]);
    routes.failed(1, &ProxyError::Closed);
    assert_eq!(take(&routes), Ok("a:1"), "it is all that is left");
    routes.succeeded(0);
    assert_eq!(take(&routes), Ok("a:1"));
}

#[test]
fn a_refused_proxy_is_no_reason_to_go_without() {
    let fallback = Route { is_fallback: true, ..route(DIRECT) };
    let routes = Routes::new(vec![(route("a:1"), Standing::Open), (fallback, Standing::Open)], 0.0);
    routes.refused(0, None);
    assert_eq!(take(&routes), Err(NoWay::Closed));
}

#[test]
fn the_first_request_after_a_cool_down_goes_alone() {
    let routes = routes(&[DIRECT], Standing::Probing);
    assert_eq!(take(&routes), Ok(DIRECT));
    std::thread::scope(|scope| {
        let second = scope.spawn(|| take(&routes).map(str::to_owned));
        assert!(!second.is_finished());
        routes.succeeded(0);
        assert_eq!(second.join().unwrap(), Ok(DIRECT.to_owned()));
    });
    assert_eq!(routes.take_changes(), [RouteChange::Opened { route: DIRECT.to_owned() }]);
}

#[test]
fn an_answer_that_decides_nothing_leaves_a_route_on_trial_and_lets_the_next_one_try() {
    let routes = routes(&[DIRECT], Standing::Probing);
    assert_eq!(take(&routes), Ok(DIRECT));
    routes.undecided(0);
    assert!(!routes.is_open(0));
    assert_eq!(take(&routes), Ok(DIRECT));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _under_way = routes.under_way(0);
        panic!("while the page is read");
    }));
    assert!(panicked.is_err());
    assert_eq!(take(&routes), Ok(DIRECT), "nobody waits for a request that is no more");
    assert_eq!(routes.take_changes(), []);
}

#[test]
fn exits_of_one_name_have_one_cool_down_that_begins_when_the_first_is_refused() {
    let mut routes = routes(&["a:1", "a:1", "a:1"], Standing::Probing);
    routes.opened = Instant::now().checked_sub(Duration::from_hours(2)).expect("a clock that began long ago");
    routes.succeeded(0);
    routes.refused(1, None);
    routes.refused(2, None);
    let changes = routes.take_changes();
    let [RouteChange::Opened { .. }, RouteChange::Closed { after, .. }] = changes.as_slice() else {
        panic!("{changes:?}")
    };
    assert_eq!(after.as_secs() / 60, 120);
    assert_eq!(take(&routes), Ok("a:1"), "the first one still works");
}

#[test]
fn a_refusal_stops_those_who_wait_for_their_turn() {
    let routes = Routes::new(vec![(route(DIRECT), Standing::Open)], 2.0);
    assert_eq!(take(&routes), Ok(DIRECT));
    std::thread::scope(|scope| {
        let second = scope.spawn(|| take(&routes).map(str::to_owned));
        // It has its slot by now, half a second after the first.
        std::thread::sleep(Duration::from_millis(100));
        routes.refused(0, None);
        assert_eq!(second.join().unwrap(), Err(NoWay::Closed));
    });
}

#[test]
fn slots_keep_the_mean_pace() {
    let routes = Routes::new(vec![(route(DIRECT), Standing::Open)], 10.0);
    let mut shared = routes.shared();
    let starts: Vec<_> = (0..101).filter_map(|_| routes.reserve(&mut shared.states[0])).collect();
    let took = starts[100].duration_since(starts[0]).as_secs_f64();
    assert!((10.0..=10.06).contains(&took), "100 requests at 10 a second in {took} s");
    assert!(starts.is_sorted(), "no request overtakes another");
}
