//! `[status] metrics_file`: read by a reader of its own, which knows nothing but Prometheus's text form.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::common::World;
use lbjf::exit::Exit;

/// The samples of a text, by name and labels. Fails where the collector would skip the file, or part of it.
fn read(text: &str) -> BTreeMap<String, String> {
    assert!(text.ends_with('\n'), "the last line has no end: {text}");
    let is_name = |name: &str| {
        let mut letters = name.bytes();
        letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
    };
    let (mut samples, mut begun) = (BTreeMap::new(), Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a name and a help");
            assert!(is_name(name) && !help.is_empty() && !begun.contains(&name), "{line}");
            begun.push(name);
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let last = begun.last().expect("a help before the type");
            assert_eq!(rest, format!("{last} gauge"));
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let name = series.split('{').next().expect("a name");
        assert_eq!(begun.last(), Some(&name), "{line}: samples of one name stand together");
        if let Some(labels) = series.strip_prefix(name).filter(|labels| !labels.is_empty()) {
            let labels =
                labels.strip_prefix('{').and_then(|labels| labels.strip_suffix('}')).expect("braces");
            let mut rest = labels;
            while !rest.is_empty() {
                let (label, behind) = rest.split_once("=\"").expect("a label");
                assert!(is_name(label), "{line}");
                let mut escaped = false;
                let end = behind.find(|letter: char| {
                    let is_end = letter == '"' && !escaped;
                    escaped = letter == '\\' && !escaped;
                    is_end
                });
                rest = behind[end.expect("a quote") + 1..].trim_start_matches(',');
            }
        }
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let known = samples.insert(series.to_owned(), value.to_owned());
        assert!(known.is_none(), "{line} stands there twice");
    }
    samples
}

fn world() -> World {
    World::new().watchlist(&["heat-1995", "alien"]).block("[status]\nmetrics_file = \"metrics/lbjf.prom\"")
}

fn figures(world: &World) -> BTreeMap<String, String> {
    read(&fs::read_to_string(world.folder.path().join("metrics/lbjf.prom")).expect("a run wrote it"))
}

#[test]
fn each_run_writes_its_figures_and_a_failed_one_keeps_the_last_success() {
    let world = world();
    let folder = world.folder.path().join("metrics");
    fs::create_dir(&folder).expect("it is new");
    world.download("alien");
    world.lbjf(&["sync", "--dry-run"]).exits(Exit::Success);
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 0, "a dry run writes nothing");
    world.sync();
    let first = figures(&world);
    assert_eq!(first["lbjf_last_run_exit_code"], "0");
    let success = first["lbjf_last_success_timestamp_seconds"].clone();
    assert_eq!(success, first["lbjf_last_run_timestamp_seconds"]);
    assert_eq!(first["lbjf_films{user=\"ada\",state=\"listed\"}"], "2");
    assert_eq!(first["lbjf_films{user=\"ada\",state=\"collection\"}"], "1");
    assert_eq!(first["lbjf_films_in_radarr{user=\"ada\",radarr=\"radarr\"}"], "2");
    assert_eq!(first["lbjf_letterboxd_refused_addresses"], "0");
    assert_eq!(first[&format!("lbjf_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))], "1");

    let challenge = standins::Fault::Instead(standins::letterboxd::challenge());
    world.letterboxd.server.fail(usize::MAX, |_| true, challenge);
    world.lbjf(&["sync"]).exits(Exit::Blocked);
    let refused = figures(&world);
    assert_eq!(refused["lbjf_last_run_exit_code"], "6");
    assert_eq!(refused["lbjf_letterboxd_refused_addresses"], "1");
    assert_eq!(refused["lbjf_last_success_timestamp_seconds"], success);

    // Without its store a run knows of no films, and of no success but by the file.
    fs::write(world.database(), "a text").expect("it can be written to");
    world.lbjf(&["sync"]).exits(Exit::Failure);
    let lost = figures(&world);
    assert_eq!(lost["lbjf_last_run_exit_code"], "1");
    assert_eq!(lost["lbjf_last_success_timestamp_seconds"], success);
    let modes = fs::metadata(folder.join("lbjf.prom")).expect("it is there").permissions().mode();
    assert_eq!((modes & 0o777, fs::read_dir(&folder).expect("it is there").count()), (0o644, 1));
}

#[test]
fn a_folder_that_is_missing_is_a_warning_once_a_day_and_changes_no_exit_code() {
    let world = world();
    let text = "warning: status: cannot write the metrics `";
    world.sync().mentions(text).mentions("\nhint: make its folder");
    world.sync().omits(text);
    let ran = world.lbjf(&["sync", "--json"]).exits(Exit::Success).json();
    assert!(
        ran["problems"][0]["problem"]
            .as_str()
            .is_some_and(|text| text.starts_with("cannot write the metrics"))
    );
}

#[test]
fn a_file_that_the_collector_does_not_read_is_a_problem_of_the_config() {
    let mut world = world();
    world.change("lbjf.prom", "lbjf.txt");
    world.lbjf(&["sync"]).exits(Exit::Config).mentions("status.metrics_file: must end with `.prom`");
}
