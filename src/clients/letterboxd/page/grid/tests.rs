use standins::letterboxd::{Film, Markup, pages};

use super::*;
use crate::clients::letterboxd::page::watchlist;
use crate::clients::letterboxd::page::watchlist::tests::{films, page};

#[test]
fn posters_outside_the_watchlist_do_not_count() {
    for markup in Markup::ALL {
        let html = page(markup, &films(2));
        assert!(pages::CLONED.iter().any(|slug| html.contains(slug)), "the page shows other posters too");
        assert_eq!(watchlist(&html, "ada", 1).unwrap().entries.len(), 2, "{markup:?}");
    }
}

#[test]
fn posters_beside_the_grid_do_not_count_and_one_in_another_is_one() {
    let item = |slug: &str| format!("<li class=\"griditem\"><div data-item-slug=\"{slug}\"></div></li>");
    let read = |before: &str, inner: &str| {
        let html = format!(
            "<html><body class=\"watchlist\" data-owner=\"ada\">{before}<div class=\"js-watchlist-content\" \
             data-num-entries=\"1\"><div class=\"col-main\"><ul>{inner}</ul></div></div></body></html>"
        );
        let page = watchlist(&html, "ada", 1)?;
        Ok(page.entries.into_iter().map(|entry| entry.address.to_string()).collect::<Vec<_>>())
    };
    let heat = Ok(vec!["heat".to_owned()]);
    assert_eq!(read("", &item("heat")), heat);
    assert_eq!(read("", &format!("{}<aside>{}</aside>", item("heat"), item("other"))), heat);
    assert_eq!(read("<aside>", &item("heat")), heat, "the whole list may stand in one");
    let nested = "<li class=\"griditem\"><div data-item-slug=\"heat\"><p><b data-film-slug=\"heat\"></b></p></div></li>";
    assert_eq!(read("", nested), heat);
    let loose = read("", &format!("{}<div data-item-slug=\"other\"></div>", item("heat")));
    assert!(matches!(loose, Err(Unreadable::MarkupChanged { .. })), "{loose:?}");
}

#[test]
fn texts_of_a_page_are_one_line_without_marks() {
    let hostile = "Nice\u{1b}[2J \u{7}Film\u{202e}\r\nlbjf: error: store is lost\u{2028}\u{9b}31m (1999)";
    let film = Film::movie("film-1", hostile, None, 1);
    let html = page(Markup::May2026, &[film])
        .replace("&quot;type&quot;:&quot;film", "&quot;type&quot;:&quot;s\\u001b[2Jow");
    let entry = watchlist(&html, "ada", 1).unwrap().entries.remove(0);
    assert_eq!(entry.name, "Nice [2J  Film lbjf: error: store is lost  31m");
    assert_eq!((entry.year, entry.other_kind.as_deref()), (Some(1999), Some("s [2Jow")));
    for markup in Markup::ALL {
        let long = Film::movie("film-1", &"x\u{85}".repeat(5000), None, 1);
        let entry = watchlist(&page(markup, &[long]), "ada", 1).unwrap().entries.remove(0);
        assert!(
            crate::domain::text::is_clean(&entry.name) && entry.name.chars().count() <= 500,
            "{markup:?}"
        );
    }
    for (from, to) in [
        ("data-owner=\"Ada\"", "data-owner=\"b\u{1b}[2J\u{202e}en\""),
        ("watchlist wide", "w\u{1b}[2Jide"),
        ("data-num-entries=\"1\"", "data-num-entries=\"\u{1b}]0;x\u{7}\""),
    ] {
        let html = page(Markup::May2026, &films(1)).replace("og:url", "og:x");
        assert!(html.contains(from), "{from}");
        let error = watchlist(&html.replace(from, to), "ada", 1).unwrap_err().to_string();
        assert!(crate::domain::text::is_clean(&error), "{error:?}");
    }
}

#[test]
fn a_slug_or_uid_with_odd_letters_names_no_film() {
    let html = page(Markup::May2026, &films(2));
    for odd in ["film-\u{1b}[2J", "film`2", "..", "film\n2"] {
        let html = html.replace("film-2", odd);
        let found = watchlist(&html, "ada", 1);
        assert!(matches!(found, Err(Unreadable::MarkupChanged { .. })), "{odd:?}: {found:?}");
    }
    let uid = format!("film:{}", films(2)[1].uid);
    let html = html.replace(&uid, "fi\u{1b}[2Jlm:7");
    assert_eq!(watchlist(&html, "ada", 1).unwrap().entries[1].uid, None);
}

#[test]
fn a_tile_without_a_trace_of_a_film_is_counted_apart() {
    let html = page(Markup::May2026, &films(2));
    let with =
        |tile: &str| html.replacen("<li class=\"griditem\">", &format!("{tile}<li class=\"griditem\">"), 1);
    for tile in [
        "<li class=\"griditem\"></li>",
        "<li class=\"griditem -promo\" data-ad-slot=\"7\"><a href=\"/pro/\"><img src=\"/x.png\" alt=\"Go Pro\"></a></li>",
        "<li class=\"posteritem\"><div class=\"banner\"><p>Films of the year: <a href=\"/films/popular/\">see</a></p></div></li>",
    ] {
        let found = watchlist(&with(tile), "ada", 1).unwrap();
        assert_eq!((found.entries.len(), found.other_tiles), (2, 1), "{tile}");
    }
    for tile in [
        "<li class=\"griditem\"><div class=\"poster\"></div></li>",
        "<li class=\"griditem\" data-film-id=\"7\"></li>",
        "<li class=\"griditem\"><div data-item-name=\"Heat (1995)\"></div></li>",
        "<li class=\"griditem\"><div data-postered-identifier='{}'></div></li>",
        "<li class=\"griditem\"><div class=\"react-component\"></div></li>",
        "<li class=\"griditem\"><a href=\"https://boxd.example/film/heat/x\"></a></li>",
    ] {
        let found = watchlist(&with(tile), "ada", 1);
        assert!(matches!(found, Err(Unreadable::MarkupChanged { .. })), "{tile}: {found:?}");
    }
    let nothing_else = pages::watchlist_page(Markup::May2026, "ada", 1, 1, 2, &[]);
    let tile = "<ul><li class=\"griditem\"></li></ul><div class=\"clear\">";
    let nothing_else = nothing_else.replace("<div class=\"clear\">", tile);
    let found = watchlist(&nothing_else, "ada", 1);
    assert!(matches!(found, Err(Unreadable::MarkupChanged { .. })), "{found:?}");
    let empty = nothing_else.replace("data-num-entries=\"2\"", "data-num-entries=\"0\"");
    assert_eq!(watchlist(&empty, "ada", 1).map(|page| (page.entries.len(), page.other_tiles)), Ok((0, 1)));
}

#[test]
fn one_poster_without_a_slug_fails_the_page() {
    let html = page(Markup::May2026, &films(3));
    let mut lost = html.clone();
    for attribute in [
        "data-item-link=\"/film/film-2/\"",
        "data-item-slug=\"film-2\"",
        "data-target-link=\"/film/film-2/\"",
    ] {
        assert!(lost.contains(attribute));
        lost = lost.replace(attribute, "data-gone=\"\"");
    }
    let error = watchlist(&lost, "ada", 1).unwrap_err().to_string();
    assert_eq!(error, "the page has no slug in every grid item, found 2 of 3 grid items that name one");
}

#[test]
fn an_entry_that_is_no_film_is_kept_with_its_kind() {
    let html = page(Markup::May2026, &films(1));
    let html = html.replace("&quot;type&quot;:&quot;film&quot;", "&quot;type&quot;:&quot;show&quot;");
    assert_eq!(watchlist(&html, "ada", 1).unwrap().entries[0].other_kind.as_deref(), Some("show"));
}

#[test]
fn attributes_may_be_quoted_either_way() {
    let html = page(Markup::May2026, &films(1));
    let browser =
        html.replace("data-postered-identifier='", "data-postered-identifier=\"").replace("}'", "}\"");
    assert_eq!(watchlist(&browser, "ada", 1), watchlist(&html, "ada", 1));
}
