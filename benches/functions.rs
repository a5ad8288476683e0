//! What the functions cost that decide what a run costs: time, allocations and peak, by `cargo bench --bench functions`.

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "shared/pages.rs"]
mod pages;
#[path = "../tests/common/scale.rs"]
mod scale;

use std::hint::black_box;

use divan::{AllocProfiler, Bencher};
use lbjf::clients::letterboxd::{html_limits, page};
use lbjf::domain::ids::{JellyfinId, TmdbId};
use lbjf::domain::library::LibraryItem;
use lbjf::domain::shelf::{Shelf, ShelfKind, WatchedBy};
use lbjf::domain::step::Aliases;
use lbjf::shelves::plan::{self, ShelfView, Viewer};
use lbjf::store::Store;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// Pages of Letterboxd, of real size.
mod reading {
    use super::{Bencher, black_box, html_limits, page, pages};

    #[divan::bench]
    fn limits_of_a_watchlist_page(bencher: Bencher<'_, '_>) {
        let (html, _) = pages::watchlist_page();
        bencher.bench(|| html_limits::check(black_box(&html)).is_ok());
    }

    #[divan::bench]
    fn film_page(bencher: Bencher<'_, '_>) {
        let html = pages::film_page();
        bencher.bench(|| page::film(black_box(&html)).expect("it can be read"));
    }

    #[divan::bench]
    fn watchlist_page(bencher: Bencher<'_, '_>) {
        let (html, owner) = pages::watchlist_page();
        bencher.bench(|| page::watchlist(black_box(&html), owner, 1).expect("it can be read"));
    }
}

/// A store of 50 people with 2,000 films each: 100,000 entries.
mod store {
    use super::{Bencher, Store, scale};

    fn path() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let path = folder.path().join("lbjf.db");
        scale::fill_store(&path, 50, 2000);
        (folder, path)
    }

    fn people() -> Vec<String> {
        (0..50).map(scale::name).collect()
    }

    #[divan::bench]
    fn open_to_read(bencher: Bencher<'_, '_>) {
        let (_folder, path) = path();
        bencher.bench_local(|| Store::open_existing(&path).expect("it is whole"));
    }

    #[divan::bench]
    fn requests_when_all_are_answered(bencher: Bencher<'_, '_>) {
        let (_folder, path) = path();
        let store = Store::open(&path).expect("it is whole");
        bencher.bench_local(|| store.requests("radarr").expect("it can be read"));
    }

    #[divan::bench]
    fn unread_when_all_are_known(bencher: Bencher<'_, '_>) {
        let (_folder, path) = path();
        let store = Store::open(&path).expect("it is whole");
        bencher.bench_local(|| store.unread(&people(), 1).expect("it can be read"));
    }

    #[divan::bench]
    fn list_of_one_person(bencher: Bencher<'_, '_>) {
        let (_folder, path) = path();
        let store = Store::open(&path).expect("it is whole");
        bencher.bench_local(|| store.listed("user-7", false).expect("it can be read"));
    }

    #[divan::bench]
    fn status_of_everybody(bencher: Bencher<'_, '_>) {
        let (_folder, path) = path();
        let store = Store::open(&path).expect("it is whole");
        let status = |name: String| store.person_status(&name).expect("it can be read");
        bencher.bench_local(|| people().into_iter().map(status).collect::<Vec<_>>());
    }
}

/// One collection of one person.
mod planning {
    use super::{
        Aliases, Bencher, JellyfinId, LibraryItem, Shelf, ShelfKind, ShelfView, Store, TmdbId, Viewer,
        WatchedBy, black_box, plan, scale,
    };

    /// 2,000 films on the list, half of them in the library.
    #[divan::bench]
    fn collection(bencher: Bencher<'_, '_>) {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let path = folder.path().join("lbjf.db");
        scale::fill_store(&path, 1, 2000);
        let listed = Store::open(&path).and_then(|store| store.listed("user-0", false)).expect("it is whole");
        let aliases = Aliases::default();
        let copy = |number: u32| {
            let item_id = JellyfinId::parse(&format!("{number:032x}")).expect("an id");
            let tmdb = TmdbId::new(number).expect("an id");
            (tmdb, vec![LibraryItem { item_id, tmdb: Some(tmdb), path: None }])
        };
        let copies = (1..=1000).map(copy).collect();
        let watched = (1..=1000).step_by(3).filter_map(TmdbId::new).collect();
        let viewer = Viewer {
            name: "user-0",
            remove_watched: true,
            watched_by: WatchedBy::Everybody,
            has_accepted: true,
            listed: &listed,
            watched: Some(&watched),
        };
        let place = Shelf { kind: ShelfKind::Collection, name: "x".to_owned(), person: None };
        let view = ShelfView {
            shelf: &place,
            members: Some(&[]),
            rows: &[],
            ineffective: &[],
            copies: &copies,
            is_library_sure: true,
            rules: plan::Rules::default(),
            now: 0,
        };
        bencher.bench(|| plan::shelf(black_box(std::slice::from_ref(&viewer)), &view, &aliases, false));
    }
}
