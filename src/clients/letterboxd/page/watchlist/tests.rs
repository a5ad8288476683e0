use standins::letterboxd::{Film, Markup, pages};

use super::*;
use crate::clients::letterboxd::page::tests::names_on;
use crate::domain::film::ListEntry;
use crate::domain::film_name::FilmName;
use crate::domain::ids::{Lid, Number, Uid};

pub(in crate::clients::letterboxd::page) fn films(count: u32) -> Vec<Film> {
    (1..=count).map(|n| Film::movie(&format!("film-{n}"), &format!("Film {n}"), 1990, 100 + n)).collect()
}

pub(in crate::clients::letterboxd::page) fn page(markup: Markup, films: &[Film]) -> String {
    let total = u32::try_from(films.len()).unwrap();
    pages::watchlist_page(markup, "Ada", 1, 1, total, films)
}

#[test]
fn every_generation_of_markup_gives_the_same_entries() {
    let films = [
        Film::movie("heat-1995", "Heat", 1995, 949),
        Film::movie("schindlers-list", "Schindler's List & more", 1993, 424),
        Film::movie("ray-gunn", "Ray Gunn", None, 1),
    ];
    for markup in Markup::ALL {
        let found = watchlist(&page(markup, &films), "ada", 1).unwrap();
        assert_eq!((found.declared, found.pages), (Some(3), 1), "{markup:?}");
        let slugs: Vec<_> = found.entries.iter().map(|entry| entry.address.to_string()).collect();
        assert_eq!(slugs, ["heat-1995", "schindlers-list", "ray-gunn"], "{markup:?}");
        for (entry, film) in found.entries.iter().zip(&films) {
            assert_eq!(entry.uid, Uid::parse(&format!("film:{}", film.uid)), "{markup:?}");
            assert_eq!(entry.other_kind, None);
            let has_lids = matches!(markup, Markup::January2026 | Markup::May2026);
            assert_eq!(entry.lid, Lid::parse(&film.lid()).filter(|_| has_lids), "{markup:?}");
        }
        assert_eq!(found.entries[1].name, "Schindler's List & more", "{markup:?}");
        assert_eq!(found.entries[2].year, None, "{markup:?}");
    }
}

#[test]
fn the_number_of_pages_comes_from_the_pagination() {
    for (page, total, expected) in [(1, 28, 1), (1, 29, 2), (1, 415, 15), (7, 415, 15), (15, 415, 15)] {
        let last = u32::div_ceil(total, ENTRIES_PER_PAGE);
        let shown = if page == last { total - (last - 1) * ENTRIES_PER_PAGE } else { ENTRIES_PER_PAGE };
        let html = pages::watchlist_page(Markup::May2026, "ada", page, last, total, &films(shown));
        assert_eq!(watchlist(&html, "ada", page).unwrap().pages, expected, "page {page} of {total}");
    }
}

#[test]
fn a_pagination_without_numbers_leaves_the_declared_total() {
    let html = pages::watchlist_page(Markup::May2026, "ada", 1, 3, 60, &films(28));
    let html = html.replace("paginate-page", "renamed");
    assert_eq!(watchlist(&html, "ada", 1).unwrap().pages, 3);
}

#[test]
fn an_empty_watchlist_is_empty_only_when_the_page_says_so() {
    let empty = pages::watchlist_page(Markup::May2026, "ada", 1, 1, 0, &[]);
    assert_eq!(
        watchlist(&empty, "ada", 1),
        Ok(Page {
            shows: Shows::Watchlist(Number::new(pages::member_number("ada"))),
            declared: Some(0),
            updated: None,
            pages: 1,
            entries: Vec::new(),
            other_tiles: 0
        })
    );
    let nothing_on_page_2 = |declared: u32| {
        watchlist(&pages::watchlist_page(Markup::May2026, "ada", 2, 3, declared, &[]), "ada", 2)
    };
    for declared in [60, 29] {
        assert!(matches!(nothing_on_page_2(declared), Err(Unreadable::MarkupChanged { .. })), "{declared}");
    }
    // The list shrank since its pages were counted.
    assert_eq!(nothing_on_page_2(28).map(|page| page.entries), Ok(Vec::new()));
}

#[test]
fn a_full_page_with_most_of_the_list_to_come_is_no_page_to_end_with() {
    let entry = |number: u32| ListEntry {
        uid: None,
        lid: None,
        address: FilmName::parse(&format!("film-{number}")).unwrap(),
        name: "A film".to_owned(),
        year: None,
        other_kind: None,
    };
    let page = |declared, shown| Page {
        shows: Shows::Watchlist(None),
        declared: Some(declared),
        updated: None,
        pages: 1,
        entries: (0..shown).map(entry).collect(),
        other_tiles: 0,
    };
    for (what, pages, is_end) in [
        ("nothing", vec![], true),
        ("an empty list", vec![page(0, 0)], true),
        ("all of it", vec![page(28, 28)], true),
        ("as much as may be hidden", vec![page(33, 28)], true),
        ("more than may be hidden", vec![page(34, 28)], false),
        ("more than may be hidden, of a page that is not full", vec![page(415, 27)], true),
        ("all of two pages", vec![page(56, 28), page(56, 28)], true),
        ("two pages of many", vec![page(415, 28), page(415, 28)], false),
        ("a last page that is not full", vec![page(415, 28), page(415, 27)], true),
        ("pages of another size", vec![page(200, 72), page(200, 72)], false),
        ("a last page that is full for others", vec![page(200, 72), page(200, 40)], true),
        ("what the last page declares counts", vec![page(415, 28), page(56, 28)], true),
    ] {
        assert_eq!(prove_end(&pages).is_ok(), is_end, "{what}");
    }
    let error = prove_end(&[page(415, 28)]).unwrap_err().to_string();
    assert_eq!(error, "the page has no link to the next page, found none behind 28 of 415 films");
}

#[test]
fn a_total_beyond_reason_is_changed_markup_and_never_a_number_of_pages() {
    let read = |total: &str| {
        let html = page(Markup::May2026, &films(1));
        watchlist(&html.replace("data-num-entries=\"1\"", &format!("data-num-entries=\"{total}\"")), "ada", 1)
    };
    for total in [
        "280001",
        "2000000000",
        "4294967294",
        "4294967295",
        "4294967296",
        "18446744073709551615",
        "18446744073709551616",
        "-1",
        "+1",
        "1,234",
        "1.234",
        "1\u{a0}234",
        "1e3",
        "0x10",
        "",
        "\u{661}",
    ] {
        let found = read(total);
        let Err(Unreadable::MarkupChanged { looked_for, found }) = found else {
            panic!("{total}: {found:?}")
        };
        assert!(looked_for.ends_with("number in data-num-entries"), "{looked_for}");
        assert!(found.len() < 100, "{found}");
    }
    assert_eq!(read("28").map(|page| page.declared), Ok(Some(28)));
    assert_eq!(read(" 1 ").map(|page| page.declared), Ok(Some(1)), "as the parser always took it");

    let largest = pages::watchlist_page(Markup::May2026, "ada", 1, MAX_PAGES, 280_000, &films(28));
    assert_eq!(watchlist(&largest, "ada", 1).map(|page| page.pages), Ok(MAX_PAGES));
    // With one film on a page that leads on it would be 280,000 pages.
    let one_each = pages::watchlist_page(Markup::May2026, "ada", 1, 280_000, 280_000, &films(1));
    let error = watchlist(&one_each, "ada", 1).unwrap_err().to_string();
    assert_eq!(error, "the page has no believable number of pages, found 280000");
}

#[test]
fn a_total_of_nothing_on_a_page_that_leads_to_others_is_no_empty_list() {
    let html = pages::watchlist_page(Markup::May2026, "ada", 1, 3, 0, &[]);
    assert!(matches!(watchlist(&html, "ada", 1), Err(Unreadable::MarkupChanged { .. })));
    let shown = pages::watchlist_page(Markup::May2026, "ada", 1, 1, 0, &films(3));
    assert_eq!(watchlist(&shown, "ada", 1).map(|page| page.entries.len()), Ok(3), "what is shown is wanted");
}

#[test]
fn renaming_what_the_parser_needs_is_markup_changed() {
    for (markup, from, to) in [
        (Markup::May2026, "data-num-entries", "data-count"),
        (Markup::May2026, "griditem", "cell"),
        (Markup::May2026, "data-num-entries=\"3\"", "data-num-entries=\"three\""),
        (Markup::Y2023, "poster-container", "cell"),
        (Markup::May2026, " watchlist wide", " wants wide"),
    ] {
        let html = page(markup, &films(3)).replace(from, to);
        let found = watchlist(&html, "ada", 1);
        assert!(matches!(found, Err(Unreadable::MarkupChanged { .. })), "{from}: {found:?}");
    }
}

#[test]
fn renaming_what_the_parser_can_do_without_changes_nothing() {
    let html = page(Markup::May2026, &films(3));
    let expected = watchlist(&html, "ada", 1).unwrap();
    for name in [
        "data-item-link",
        "data-item-slug",
        "data-target-link",
        "LazyPoster",
        "react-component",
        "data-owner",
        "js-watchlist-main-content",
        "poster-grid",
        "js-watchlist-content",
        "data-item-full-display-name",
        "og:url",
    ] {
        let renamed = html.replace(name, "renamed");
        assert!(renamed != html, "{name} is on the page");
        assert_eq!(watchlist(&renamed, "ada", 1).as_ref(), Ok(&expected), "{name}");
    }
}

#[test]
fn a_page_of_somebody_else_is_refused_with_both_names() {
    let error = watchlist(&page(Markup::May2026, &films(1)), "ben", 1).unwrap_err();
    assert_eq!(error, Unreadable::OtherOwner { asked: "ben".to_owned(), found: "Ada".to_owned() });
    let home = watchlist(&pages::foreign_page(), "ada", 1).unwrap_err();
    assert!(home.to_string().starts_with("an unexpected page came instead: title `"), "{home}");
}

#[test]
fn the_last_page_is_told_by_numbers_or_a_next_link_within_what_the_total_fills() {
    let number_as = |last: &str| format!("<li class=\"paginate-page\"><a>{last}</a></li>");
    let number = |last: u32| number_as(&last.to_string());
    let next = "<a class=\"next\">older</a>".to_owned();
    for (what, html, page, declared, shown, expected) in [
        ("nothing to turn", String::new(), 1, 60, 28, 1),
        ("nothing to turn on the third", String::new(), 3, 60, 4, 3),
        ("numbers", number(3), 1, 60, 28, 3),
        ("one more than the total fills", number(4), 1, 60, 28, 4),
        ("far too many", number(99), 1, 60, 28, 4),
        ("far too many, on a short page without a next one", number(99), 1, 60, 10, 4),
        ("far too many, on a short page with a next one", number(99) + &next, 1, 60, 10, 7),
        ("a next link alone", next.clone(), 1, 60, 28, 3),
        ("a next link behind a short page", next.clone(), 1, 60, 20, 3),
        ("a next link behind a shorter page", next.clone(), 1, 61, 20, 4),
        ("a next link behind an empty page", next.clone(), 1, 60, 0, 3),
        ("a next link though the total is reached", next.clone(), 1, 5, 5, 2),
        ("far too many behind an empty page past the end", number(99), 7, 60, 0, 7),
        ("a next link behind an empty page past the end", next.clone(), 7, 60, 0, 7),
        ("a next link behind a page past the end that shows films", next.clone(), 7, 60, 20, 8),
        ("a number with a separator", number_as("1,234"), 1, 40_000, 28, 1234),
        ("a number beyond all", number_as("18446744073709551616"), 1, 60, 28, 4),
        ("a number that is none", number_as("-3"), 1, 60, 28, 1),
        ("a next link on the last page of the numbers", number(3) + &next, 3, 60, 28, 4),
        ("the last of the numbers", number(3), 3, 60, 4, 3),
    ] {
        let total = (declared, ENTRIES_PER_PAGE);
        assert_eq!(last_page(&Document::from(html.as_str()), page, total, shown), expected, "{what}");
    }
}

/// Every attribute name and class on a page is renamed in turn: the list stays what it was, or the page is refused.
#[test]
fn renaming_anything_on_a_page_never_gives_a_shorter_list() {
    let films = films(3);
    for markup in Markup::ALL {
        let html = page(markup, &films);
        let expected = watchlist(&html, "ada", 1).unwrap();
        let slugs = |page: &Page| page.entries.iter().map(|entry| entry.address.clone()).collect::<Vec<_>>();
        for name in names_on(&html) {
            let renamed = html.replace(&name, "renamed");
            if let Ok(found) = watchlist(&renamed, "ada", 1) {
                assert_eq!(slugs(&found), slugs(&expected), "{markup:?}: {name}");
                assert_eq!(found.declared, Some(3), "{markup:?}: {name}");
            }
        }
    }
}

#[test]
fn a_watchlist_names_the_number_of_its_member() {
    for (path, expected) in [
        ("/esi/watchlist/15345230/default/public:3217120/page/1/?esiAllowFilters=true", Some(15_345_230)),
        ("/csi/other/watchlist/7/", Some(7)),
        ("/esi/watchlist/ada/default/", None),
        ("/esi/watchlist/0/", None),
        ("/esi/watchlist/+5/", None),
        ("/esi/watchlist/99999999999999999999/", None),
        ("/esi/watchlist/", None),
        ("/esi/15345230/", None),
        ("", None),
    ] {
        assert_eq!(member_number(path).map(Number::get), expected, "{path}");
    }
    let page = pages::watchlist_page(Markup::May2026, "Ada", 1, 1, 0, &[]);
    let (number, own) =
        (pages::member_number("ada"), |html: &str| watchlist(html, "ada", 1).unwrap().number());
    assert_eq!(own(&page), Number::new(number));
    assert_eq!(
        own(&page.replace("data-path=", "data-road=")),
        None,
        "markup without it is read all the same"
    );
}
