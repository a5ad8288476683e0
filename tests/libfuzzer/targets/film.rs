//! A film page: read, or refused; never a panic, and no number that is none.
#![no_main]

use lbjf::domain::film::{Link};
use lbjf::domain::ids::{TmdbId};
use lbjf::clients::letterboxd::page;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let html = String::from_utf8_lossy(bytes);
    let film = page::film(&html);
    if let Ok(film) = film {
        assert!(!matches!(film.link, Link::Movie(TmdbId::new(0).expect("an id")) | Link::Tv(0)), "{film:?}");
        assert!(film.uid.as_ref().is_none_or(|uid| uid.as_str().contains(':')), "{film:?}");
    }
});
