//! A watchlist page: read, or refused; never a panic, and no entry without a name.
#![no_main]

use lbjf::clients::letterboxd::page;
use lbjf::domain::film_name::FilmName;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let html = String::from_utf8_lossy(bytes);
    page::title(&html);
    if let Ok(list) = page::watchlist(&html, "ada", 1) {
        let most = html.to_ascii_lowercase().matches("<li").count();
        assert!(list.entries.len() <= most, "{} entries in {most} items", list.entries.len());
        for entry in &list.entries {
            let is_path = matches!(&entry.address, FilmName::Slug(slug) if slug.as_str().contains('/'));
            assert!(!is_path, "{entry:?}");
            assert!(entry.uid.as_ref().is_none_or(|uid| uid.as_str().contains(':')), "{entry:?}");
        }
    }
});
