use standins::letterboxd::{Letterboxd, List, Total};

use super::*;
use crate::domain::ids::Lid;

/// The page of a list as the stand-in serves it.
fn page_of(films: usize, number: u32, change: impl FnOnce(&mut List)) -> String {
    let letterboxd = Letterboxd::start();
    let slugs: Vec<_> = (1..=films).map(|number| format!("film-{number}")).collect();
    letterboxd.set_list("Dave", "best-of", &slugs.iter().map(String::as_str).collect::<Vec<_>>());
    letterboxd.change_list("dave", "best-of", change);
    letterboxd.list_page("dave", "best-of", number)
}

fn slugs(page: &Page) -> Vec<String> {
    page.entries.iter().map(|entry| entry.address.to_string()).collect()
}

#[test]
fn a_list_is_read_in_its_owners_order_and_without_the_posters_beside_it() {
    let page = list(&page_of(3, 1, |_| ()), 1).unwrap();
    let Shows::List { owner, slug, .. } = &page.shows else { panic!("{:?}", page.shows) };
    assert_eq!((owner.as_str(), slug.as_str()), ("dave", "best-of"));
    assert_eq!(slugs(&page), ["film-1", "film-2", "film-3"]);
    assert_eq!((page.declared, page.pages, page.other_tiles), (Some(3), 1, 0));
    assert_eq!(page.number(), Number::new(List::new("Dave", "best-of").number));
    assert!(
        page.entries.iter().all(|entry| entry
            .lid
            .as_ref()
            .and_then(|lid| Lid::parse(lid.as_str()))
            .is_some())
    );
    assert!(page.updated.unwrap().starts_with("2026-"));
}

#[test]
fn the_total_is_the_sentences_and_no_other_number() {
    for (description, expected) in [
        (
            "A list of 250 films compiled on Letterboxd, including Heat (1995). About this list: 12 films.",
            Some(250),
        ),
        ("A list of 1 film compiled on Letterboxd, including Heat (1995).", Some(1)),
        ("A list of 0 films compiled on Letterboxd.", Some(0)),
        ("A list of 1,250 films compiled on Letterboxd", Some(1250)),
        ("A list of 1.250 films compiled on Letterboxd", Some(1250)),
        ("A list of 1\u{202f}250 films compiled on Letterboxd", Some(1250)),
        ("A list of 12 films that I saw with my aunt", None),
        ("About this list: A list of 12 films compiled on Letterboxd", None),
        ("A list of many films compiled on Letterboxd", None),
        ("A list of 99999999999 films compiled on Letterboxd", None),
        ("", None),
    ] {
        assert_eq!(total(description), expected, "{description}");
    }
    let untold = list(&page_of(3, 1, |list| list.total = Total::Untold), 1).unwrap();
    assert_eq!((untold.declared, untold.entries.len()), (None, 3));
}

#[test]
fn pages_lead_on_whether_the_total_is_told_or_not() {
    for (total, films, number, pages) in [
        (Total::Told, 250, 1, 3),
        (Total::Told, 250, 3, 3),
        (Total::Untold, 250, 1, 3),
        (Total::Untold, 99, 1, 1),
    ] {
        let page = list(&page_of(films, number, |list| list.total = total), number).unwrap();
        assert_eq!(page.pages, pages, "{total:?}, {films} films, page {number}");
    }
}

#[test]
fn a_rank_that_is_missing_is_a_film_that_was_not_read() {
    let ranked = page_of(120, 2, |list| list.is_ranked = true);
    assert_eq!(list(&ranked, 2).unwrap().entries.len(), 20);
    let gap = ranked.replace(r#"<p class="list-number">110</p>"#, "").replace("film-110", "film-111");
    assert!(list(&gap, 2).unwrap_err().to_string().contains("film for every rank, found 111 behind 109"));
}

#[test]
fn what_is_no_list_or_hides_its_films_is_unreadable() {
    let page = page_of(3, 1, |_| ());
    for (changed, expected) in [
        (
            page.replace("list-page", "film-page").replace("letterboxd:list", "video.movie"),
            "an unexpected page",
        ),
        (page.replace("list-page", "renamed"), "the page has no body.list-page"),
        (page.replace("col-main", "renamed"), "the page has no section.col-main"),
        (page.replace("posteritem", "renamed"), "the page has no li.griditem"),
        (page.replace("og:url", "renamed"), "the page has no list's address in og:url"),
        (
            page.replacen("/film/film-2/", "/x/", 9).replace("film-2", ""),
            "the page has no slug in every grid item",
        ),
        (String::new(), "an unexpected page"),
    ] {
        let error = list(&changed, 1).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_list_of_too_many_pages_is_refused_by_name() {
    let page =
        page_of(150, 1, |_| ()).replace(">2</a>", ">101</a>").replace("A list of 150", "A list of 10,050");
    let error = list(&page, 1).unwrap_err().to_string();
    assert_eq!(error, "the list has 101 pages; lbjf reads lists of up to 100 pages");
}

#[test]
fn the_captured_list_is_read() {
    let Some(captures) = standins::shared("captures") else { return };
    let html =
        std::fs::read_to_string(captures.join("list/list_page1_ranked_2025-12-25.raw.trimmed.html")).unwrap();
    // Trimmed: the ranks between 6 and 99 are not there.
    let gap = list(&html, 1).unwrap_err().to_string();
    assert!(gap.contains("film for every rank, found 99 behind 6"), "{gap}");
    let page = list(&html.replace("list-number", "renamed"), 1).unwrap();
    assert_eq!((page.declared, page.pages, page.entries.len()), (Some(250), 3, 8));
    let Shows::List { owner, number, .. } = &page.shows else { panic!("{:?}", page.shows) };
    assert_eq!((owner.as_str(), *number), ("some_one", Number::new(1_234_567)));
    assert_eq!(page.updated.as_deref(), Some("2025-12-22T14:17:27.617Z"));
}
