use select::predicate::Any;

use super::*;
use crate::domain::film::Link;
use crate::domain::ids::{Lid, TmdbId, Uid};

#[test]
fn hostile_pages_are_unexpected_pages() {
    let deep = "<div>".repeat(100_000);
    let many = "<div>".repeat(1000);
    assert_eq!(watchlist(&deep, "ada", 1), Err(Unreadable::LimitExceeded(LimitExceeded::Tags)));
    assert_eq!(watchlist(&many, "ada", 1), Err(Unreadable::LimitExceeded(LimitExceeded::Memory)));
    assert_eq!(super::film(&deep), Err(Unreadable::LimitExceeded(LimitExceeded::Memory)));
    assert_eq!(title(&deep), None);
}

#[test]
fn a_uid_is_a_kind_and_a_number() {
    for (text, expected) in [
        ("film:1", true),
        ("show:23", true),
        ("film:", false),
        (":1", false),
        ("film:1x", false),
        ("\u{1b}[2J:1", false),
        ("a b:1", false),
        ("film`:1", false),
        ("film:123456789012345678901", false),
        ("1", false),
    ] {
        assert_eq!(is_uid(text), expected, "{text}");
    }
}

#[test]
fn a_title_is_told_without_its_marks_and_in_a_bearable_length() {
    let titled = |text: &str| title(&format!("<html><head><title>{text}</title></head></html>"));
    assert_eq!(titled("\u{200e} Heat (1995)\u{200e}\n").as_deref(), Some("Heat (1995)"));
    assert_eq!(titled("a\u{7}b\u{1b}[1mc\u{202e}d").as_deref(), Some("a b [1mcd"));
    assert_eq!(titled(&"x".repeat(200)), Some("x".repeat(80)));
    assert_eq!((titled(" \u{200e} "), title("<p>x")), (None, None));
}

/// The real pages, where they are at hand.
#[test]
fn the_captured_pages_parse_to_what_their_manifest_says() {
    let captures = standins::shared("captures");
    let read = |name: &str| std::fs::read_to_string(captures.as_ref()?.join(name)).ok();
    if let Some(html) = read("watchlist/watchlist_page1_spazznolo_2026-01-21.rendered.html") {
        let page = watchlist(&html, "spazznolo", 1).unwrap();
        assert_eq!((page.declared, page.pages, page.entries.len()), (415, 15, 28));
        assert!(page.entries.iter().all(|entry| entry.uid.is_some() && entry.other_kind.is_none()));
    }
    if let Some(html) = read("film/film_movie_mulholland-drive_2026-01-08.raw.html") {
        let expected = FilmPage {
            uid: Uid::parse("film:51171"),
            lid: Lid::parse("297o"),
            link: Link::Movie(TmdbId::new(1018).unwrap()),
        };
        assert_eq!(super::film(&html), Ok(expected));
    }
    if let Some(html) = read("error/watchlist_private_403_2026-06-24.raw.html") {
        assert!(matches!(watchlist(&html, "ada", 1), Err(Unreadable::Foreign(_))));
        assert_eq!(title(&html).as_deref(), Some("Letterboxd - Forbidden"));
    }
}

/// Attribute names and classes of a page; not values such as slugs, whose renaming would be another page.
pub(super) fn names_on(html: &str) -> Vec<String> {
    let document = Document::from(html);
    let mut names = std::collections::BTreeSet::new();
    for node in document.find(Any) {
        for (name, value) in node.attrs() {
            if name.contains('-') || ["class", "property"].contains(&name) {
                names.insert(name.to_owned());
            }
            if name == "class" {
                names.extend(
                    value.split_ascii_whitespace().filter(|class| class.len() > 3).map(str::to_owned),
                );
            }
        }
    }
    assert!(names.len() > 20, "{names:?}");
    names.into_iter().collect()
}
