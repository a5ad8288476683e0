//! A film page: read, or refused; never a panic, and no number that is none.
#![no_main]

use lbjf::clients::letterboxd::page;
use lbjf::domain::film::Link;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let html = String::from_utf8_lossy(bytes);
    let film = page::film(&html);
    if let Ok(film) = film {
        // A movie's id is never 0 by its type.
        assert!(!matches!(film.link, Link::Tv(0)), "{film:?}");
        assert!(film.uid.as_ref().is_none_or(|uid| uid.as_str().contains(':')), "{film:?}");
    }
});
