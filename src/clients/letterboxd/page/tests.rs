use select::predicate::Any;
use standins::letterboxd::{Film, Markup, pages};

use super::*;
use crate::domain::film::Link;
use crate::domain::ids::{Lid, TmdbId, Uid};

#[test]
fn hostile_pages_are_unexpected_pages() {
    let deep = "<div>".repeat(100_000);
    let many = "<div>".repeat(1000);
    assert_eq!(watchlist(&deep, "ada", 1), Err(Unreadable::LimitExceeded(LimitExceeded::Tags)));
    assert_eq!(watchlist(&many, "ada", 1), Err(Unreadable::LimitExceeded(LimitExceeded::Depth)));
    let foreign = "title `none`, body class `none`, 500000 bytes".to_owned();
    assert_eq!(super::film(&deep), Err(Unreadable::Foreign(foreign)));
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
        assert_eq!((page.declared, page.pages, page.entries.len()), (Some(415), 15, 28));
        assert!(page.entries.iter().all(|entry| entry.uid.is_some() && entry.other_kind.is_none()));
    }
    if let Some(html) = read("film/film_movie_mulholland-drive_2026-01-08.raw.html") {
        let expected = FilmPage {
            uid: Uid::parse("film:51171"),
            lid: Lid::parse("297o"),
            slug: None,
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

/// Name, attributes and their values of whatever has any; browsers order and spell some of them in their own way.
type Marked = Vec<(String, Vec<(String, String)>)>;

fn marked(elements: impl Iterator<Item = (String, Vec<(String, String)>)>) -> Marked {
    let mut marked: Marked = elements.filter(|(_, attributes)| !attributes.is_empty()).collect();
    marked.sort();
    marked
}

#[test]
fn the_tags_of_a_page_are_those_that_a_parser_finds() {
    let small = |name: &str| name.to_ascii_lowercase();
    let by_tags = |html: &str| {
        let mut starts = Vec::new();
        let mut tags = Tags::of(html);
        while let Some(tag) = tags.read() {
            let attributes = tag.attributes.iter();
            let attributes = attributes.map(|(name, value)| (small(name), decoded(value).into_owned()));
            if !tag.is_end {
                starts.push((small(tag.name), attributes.collect()));
            }
        }
        marked(starts.into_iter())
    };
    let by_tree = |html: &str| {
        let document = Document::from(html);
        let nodes = document.find(Any).collect::<Vec<_>>();
        marked(nodes.iter().map(|node| {
            let attributes = node.attrs().map(|(name, value)| (small(name), value.to_owned()));
            (small(node.name().unwrap_or_default()), attributes.collect())
        }))
    };
    let film = Film::movie("heat-1995", "Heat & <Dust>", 1995, 949);
    let mut all: Vec<String> = Markup::ALL.iter().map(|markup| pages::film_page_of(*markup, &film)).collect();
    all.extend(
        Markup::ALL
            .iter()
            .map(|markup| pages::watchlist_page(*markup, "ada", 1, 1, 1, std::slice::from_ref(&film))),
    );
    let captures = [
        "film/film_movie_mulholland-drive_2026-01-08.raw.html",
        "watchlist/watchlist_page1_spazznolo_2026-01-21.rendered.html",
        "error/watchlist_private_403_2026-06-24.raw.html",
    ];
    let read = |name: &&str| std::fs::read_to_string(standins::shared("captures")?.join(name)).ok();
    all.extend(captures.iter().filter_map(read));
    // What is in them is no part of the tree.
    let templates = regex_lite::Regex::new("(?s)<template.*?</template>").unwrap();
    for html in all {
        let html = templates.replace_all(&html, "");
        let (found, expected) = (by_tags(&html), by_tree(&html));
        assert!(expected.len() > 3, "{html}");
        assert_eq!(found, expected);
    }
}
