use standins::letterboxd::{Film, Link as Says, Markup, pages};

use super::film::tmdb_address;
use super::*;
use crate::domain::film::{Link, TmdbId};
use crate::domain::ids::Lid;

fn films(count: u32) -> Vec<Film> {
    (1..=count).map(|n| Film::movie(&format!("film-{n}"), &format!("Film {n}"), 1990, 100 + n)).collect()
}

fn page(markup: Markup, films: &[Film]) -> String {
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
        assert_eq!((found.declared, found.pages), (3, 1), "{markup:?}");
        let slugs: Vec<_> = found.entries.iter().map(|entry| entry.slug.0.as_str()).collect();
        assert_eq!(slugs, ["heat-1995", "schindlers-list", "ray-gunn"], "{markup:?}");
        for (entry, film) in found.entries.iter().zip(&films) {
            assert_eq!(entry.uid, Some(Uid(format!("film:{}", film.uid))), "{markup:?}");
            assert_eq!(entry.other_kind, None);
            let has_lids = matches!(markup, Markup::January2026 | Markup::May2026);
            assert_eq!(entry.lid, Lid::parse(&film.lid()).filter(|_| has_lids), "{markup:?}");
        }
        assert_eq!(found.entries[1].name, "Schindler's List & more", "{markup:?}");
        assert_eq!(found.entries[2].year, None, "{markup:?}");
    }
}

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
        Ok(page.entries.into_iter().map(|entry| entry.slug.0).collect::<Vec<_>>())
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
        Ok(WatchlistPage {
            declared: 0,
            pages: 1,
            entries: Vec::new(),
            member: Some(pages::member_number("ada").into()),
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
    let entry = |number: u32| WatchlistEntry {
        uid: None,
        lid: None,
        slug: Slug(format!("film-{number}")),
        name: "A film".to_owned(),
        year: None,
        other_kind: None,
    };
    let page = |declared, shown| WatchlistPage {
        declared,
        pages: 1,
        entries: (0..shown).map(entry).collect(),
        member: None,
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
    assert_eq!(read("28").map(|page| page.declared), Ok(28));
    assert_eq!(read(" 1 ").map(|page| page.declared), Ok(1), "as the parser always took it");

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

#[test]
fn slugs_are_read_out_of_every_form_of_address() {
    for text in ["heat-1995", "/film/heat-1995/", "/ada/film/heat-1995/", "film/heat-1995"] {
        assert_eq!(Slug::parse(text), Some(Slug("heat-1995".to_owned())), "{text}");
    }
    assert_eq!(Slug::parse("/film/Heat-1995/"), Some(Slug("heat-1995".to_owned())));
    assert_eq!(Slug::parse("/film/film:1071220/"), Some(Slug("film:1071220".to_owned())));
    for text in ["", "/", "/film/", "/film//", "/list/x/", "a b", "a?b", "/film/a#b/", "a%62", "caf\u{e9}"] {
        assert_eq!(Slug::parse(text), None, "{text}");
    }
    let long = "x".repeat(201);
    for text in
        ["..", "/film/../", "a\u{1b}[2J", "a`b", "a\\b", "a\nb", "a'b", "a|b", "$(a)", "a\u{202e}b", &long]
    {
        assert_eq!(Slug::parse(text), None, "{text:?}");
    }
}

#[test]
fn film_pages_say_movie_tv_or_nothing() {
    for markup in Markup::ALL {
        let read = |film: &Film| film_of(markup, film);
        assert_eq!(
            read(&Film::movie("heat-1995", "Heat", 1995, 949)).link,
            Link::Movie(TmdbId(949)),
            "{markup:?}"
        );
        assert_eq!(
            read(&Film::tv("chernobyl", "Chernobyl", 2019, 87108)).link,
            Link::Tv(87108),
            "{markup:?}"
        );
        assert_eq!(
            read(&Film::without_id("some-short", "Some Short", 2020)).link,
            Link::Missing,
            "{markup:?}"
        );
        let film = Film::movie("heat-1995", "Heat", 1995, 949).with_uid(51171);
        assert_eq!(read(&film).uid, Some(Uid("film:51171".to_owned())), "{markup:?}");
        assert_eq!(read(&film).lid, Lid::parse(&film.lid()), "{markup:?}");
    }
}

#[test]
fn a_short_id_is_that_of_the_film_that_the_page_is_about() {
    let read = |name: &str, rest: &str| {
        let html =
            format!("<html><body class=\"film\" data-tmdb-id=\"\"><div {name}></div>{rest}</body></html>");
        super::film(&html).unwrap().lid.map(|lid| lid.as_str().to_owned())
    };
    let name = "data-production-uid=\"film:7\"";
    let field =
        |number: u32, value: &str| format!("<input id=\"url-field-film-{number}\" value=\"{value}\">");
    let meta = |content: &str| format!("<meta name=\"production:identifier\" content='{content}'>");
    for (rest, expected) in [
        (String::new(), None),
        (field(7, "https://boxd.it/IWJq"), Some("IWJq")),
        (field(7, "https://boxd.it/IWJq$secret"), None),
        (field(7, "https://boxd.it/"), None),
        (field(8, "https://boxd.it/IWJq"), None),
        (field(8, "https://boxd.it/a") + &field(7, "boxd.it/b"), Some("b")),
        (meta(r#"{"lid":"iwjQ","uid":"film:7"}"#), Some("iwjQ")),
        (meta(r#"{"lid":"iwjQ","uid":"film:8"}"#), None),
        (meta(r#"{"uid":"film:7"}"#) + &field(7, "https://boxd.it/IWJq"), Some("IWJq")),
        (meta("IWJq"), None),
    ] {
        assert_eq!(read(name, &rest).as_deref(), expected, "{rest}");
    }
    assert_eq!(read("", &field(7, "https://boxd.it/IWJq")).as_deref(), Some("IWJq"));
}

fn film_of(markup: Markup, film: &Film) -> FilmPage {
    super::film(&pages::film_page_of(markup, film)).unwrap()
}

#[test]
fn a_contradiction_on_a_film_page_is_told_not_guessed() {
    let film = Film::new("x", "X", 2000, Says::Contradiction { button: 1, body: 2 });
    let error = super::film(&pages::film_page(&film)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the film page contradicts itself: its button says TMDB movie/1, its body says movie/2"
    );
}

#[test]
fn a_film_page_is_read_from_either_source() {
    let html = pages::film_page(&Film::movie("heat-1995", "Heat", 1995, 949));
    for name in ["data-track-action", "data-tmdb-id", "data-tmdb-type", "text-footer", "data-production-uid"]
    {
        let renamed = html.replace(name, "renamed");
        assert!(renamed != html, "{name} is on the page");
        assert_eq!(super::film(&renamed).unwrap().link, Link::Movie(TmdbId(949)), "{name}");
    }
    let none_left = ["data-track-action", "data-tmdb-id", "text-footer"]
        .iter()
        .fold(html.clone(), |html, name| html.replace(name, "renamed"));
    let other_body = html.replace("class=\"film", "class=\"work").replace("data-type=\"film\"", "");
    let error = super::film(&other_body).unwrap_err().to_string();
    assert_eq!(error, "the page has no body.film, found body class `work backdropped`");
    assert!(matches!(super::film(&none_left), Err(Unreadable::MarkupChanged { .. })));
    assert!(matches!(super::film(&pages::foreign_page()), Err(Unreadable::Foreign(_))));
}

#[test]
fn hostile_pages_are_unexpected_pages() {
    let deep = "<div>".repeat(100_000);
    let many = "<div>".repeat(1000);
    assert_eq!(watchlist(&deep, "ada", 1), Err(Unreadable::LimitExceeded(LimitExceeded::Tags)));
    assert_eq!(watchlist(&many, "ada", 1), Err(Unreadable::LimitExceeded(LimitExceeded::Memory)));
    assert_eq!(super::film(&deep), Err(Unreadable::LimitExceeded(LimitExceeded::Memory)));
    assert_eq!(title(&deep), None);
}

/// The page of a film that was released in every country five times, and of which everybody wrote.
#[test]
fn a_film_page_may_be_as_large_and_as_deep_as_it_likes_around_what_is_read() {
    let html = pages::film_page(&Film::movie("heat-1995", "Heat", 1995, 949));
    let expected = super::film(&html);
    let attributes = format!("<a data-track-action=x {}></a>", "a ".repeat(600));
    for rest in ["<p>x</p>".repeat(20_000), "<div>".repeat(300), attributes] {
        let large = html.replacen("</body>", &format!("{rest}</body>"), 1);
        assert!(html_limits::check(&large).is_err(), "it is too much for a tree");
        assert_eq!(super::film(&large), expected);
    }
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
        assert_eq!(pages(&Document::from(html.as_str()), page, declared, shown), expected, "{what}");
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

#[test]
fn a_tmdb_link_is_one_of_a_movie_or_a_show_on_their_own_site() {
    for (text, expected) in [
        ("https://www.themoviedb.org/movie/949-heat/", Some(Link::Movie(TmdbId(949)))),
        (" http://themoviedb.org/movie/949 ", Some(Link::Movie(TmdbId(949)))),
        ("https://www.themoviedb.org/tv/87108", Some(Link::Tv(87108))),
        ("https://www.themoviedb.org/person/1", None),
        ("https://www.themoviedb.org/movie/0", None),
        ("https://www.themoviedb.org/movie/heat", None),
        ("https://www.themoviedb.org/movie", None),
        ("https://nothemoviedb.org/movie/949", None),
        ("https://themoviedb.org.example/movie/949", None),
        ("/movie/949", None),
    ] {
        assert_eq!(tmdb_address(text), expected, "{text}");
    }
}

#[test]
fn a_film_page_needs_one_mark_of_a_film_and_one_place_that_would_name_the_id() {
    let head = "<html><head><title>x</title></head>";
    let read = |body: &str| super::film(&format!("{head}{body}</body></html>"));
    let missing = Ok(FilmPage { uid: None, lid: None, link: Link::Missing });
    for body in [
        "<body class=\"film\"><a data-track-action=\"IMDb\">",
        "<body class=\"film\" data-tmdb-id=\"\">",
        "<body class=\"film\"><p class=\"text-footer\">",
        "<body data-type=\"film\" data-tmdb-id=\"\">",
    ] {
        assert_eq!(read(body), missing, "{body}");
    }
    for body in [
        "<body class=\"film\">",
        "<body data-type=\"list\" data-tmdb-id=\"949\">",
        "<body class=\"work\"><a data-track-action=\"TMDB\">",
    ] {
        assert!(matches!(read(body), Err(Unreadable::MarkupChanged { .. })), "{body}: {:?}", read(body));
    }
    assert!(matches!(read("<body class=\"work\">"), Err(Unreadable::Foreign(_))));
    for (script, expected) in [
        ("viewingable.uid = \"film:51171\";", Some("film:51171")),
        ("viewingable.uid =      'film:7'", Some("film:7")),
        ("viewingable.uid =       'film:7'", None),
        ("viewingable.uid = 'show:7'", None),
        ("viewingable.uid = 'film:'", None),
    ] {
        let page = read(&format!("<body class=\"film\" data-tmdb-id=\"\"><script>{script}</script>"));
        assert_eq!(page.unwrap().uid.map(|uid| uid.0).as_deref(), expected, "{script}");
    }
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
            uid: Some(Uid("film:51171".to_owned())),
            lid: Lid::parse("297o"),
            link: Link::Movie(TmdbId(1018)),
        };
        assert_eq!(super::film(&html), Ok(expected));
    }
    if let Some(html) = read("error/watchlist_private_403_2026-06-24.raw.html") {
        assert!(matches!(watchlist(&html, "ada", 1), Err(Unreadable::Foreign(_))));
        assert_eq!(title(&html).as_deref(), Some("Letterboxd - Forbidden"));
    }
}

/// Every attribute name and class on a page is renamed in turn: the list stays what it was, or the page is refused.
#[test]
fn renaming_anything_on_a_page_never_gives_a_shorter_list() {
    let films = films(3);
    for markup in Markup::ALL {
        let html = page(markup, &films);
        let expected = watchlist(&html, "ada", 1).unwrap();
        let slugs =
            |page: &WatchlistPage| page.entries.iter().map(|entry| entry.slug.clone()).collect::<Vec<_>>();
        for name in names_on(&html) {
            let renamed = html.replace(&name, "renamed");
            if let Ok(found) = watchlist(&renamed, "ada", 1) {
                assert_eq!(slugs(&found), slugs(&expected), "{markup:?}: {name}");
                assert_eq!(found.declared, 3, "{markup:?}: {name}");
            }
        }
    }
}

/// Attribute names and classes of a page; not values such as slugs, whose renaming would be another page.
fn names_on(html: &str) -> Vec<String> {
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

/// The page is bent in front of, within and behind what matters: what is read of it is what it said before, or what the
/// piece says, and never anything else.
#[test]
fn a_bent_film_page_says_what_it_says_or_nothing() {
    const PIECES: &[&str] = &[
        "<!--",
        "<!-->",
        "<!--->",
        "--!>",
        "-->",
        "<script>",
        "<script><!--<script></script>",
        "</script>",
        "<script/>",
        "<style>",
        "<title>",
        "<textarea>",
        "<noscript>",
        "</noscript>",
        "<template>",
        "</template>",
        "<select>",
        "</select>",
        "<table><tr>",
        "</table>",
        "<svg>",
        "<svg><style>",
        "<svg><title><a data-track-action=TMDB href=https://www.themoviedb.org/movie/7/></title>",
        "<svg><![CDATA[ > ]]>",
        "</svg>",
        "<math><mi>",
        "<plaintext>",
        "<frameset>",
        "<body class=film data-tmdb-id=5>",
        "</body>",
        "<a title = \"",
        "<a title=x\"y>",
        "<i class=\"a\"\">",
        "<i class='a'\" b='>'>",
        "<i class=\"a\"'b=\">\">",
        "<i \" a=\"\">",
        "\">",
        "'",
        "</div title='>'>",
        "<div data-production-uid=\"film:7\">",
        "<td data-production-uid=\"film:7\">",
        "<option data-production-uid='film:7'>",
        "<DIV DATA-PRODUCTION-UID=film:7>",
        "<a data-track-action=\"TMDB\" href=\"https://www.themoviedb.org/movie/7/\">",
        "<a data-track-action=tmdb href=https://www.themoviedb.org/tv/7>",
        "<li data-track-action=\"TMDB\" href=\"https://www.themoviedb.org/movie/7/\">",
        "<input id=\"url-field-film-7\" value=\"https://boxd.it/Abc\">",
        "<INPUT ID=url-field-film-7 VALUE=boxd.it/Abc>",
        "<meta name='production:identifier' content='{\"lid\":\"Abc\",\"uid\":\"film:7\"}'>",
        "<i id=\"&#117;rl-field-film-7\">",
        "<p class=\"text-footer\"><a href=\"https://www.themoviedb.org/movie/7/\">",
        "<?x",
        "<",
        "ä",
        "\0",
    ];
    let films = [
        Film::movie("heat-1995", "Heat", 1995, 949),
        Film::tv("chernobyl", "Chernobyl", 2019, 87108),
        Film::without_id("some-short", "Some Short", 2020),
        Film::new("x", "X", 2000, Says::Contradiction { button: 1, body: 2 }),
    ];
    let of_pieces = [Link::Movie(TmdbId(7)), Link::Tv(7), Link::Movie(TmdbId(5)), Link::Missing];
    let mut as_before = 0;
    let mut check = |html: &str, expected: &Result<FilmPage, Unreadable>, what: &str| {
        let found = super::film(html);
        as_before += usize::from(found == *expected);
        let Ok(found) = found else { return };
        let is_of = |page: &FilmPage| found.uid.is_none() || found.uid == page.uid;
        let is_uid = found.uid == Some(Uid("film:7".to_owned())) || expected.as_ref().is_ok_and(is_of);
        let is_link = expected.as_ref().is_ok_and(|page| page.link == found.link);
        // A page that contradicts itself has two, of which a piece may hide one.
        let is_link =
            is_link || expected.is_err() && [1, 2].map(|id| Link::Movie(TmdbId(id))).contains(&found.link);
        assert!(is_link || of_pieces.contains(&found.link), "{what}: {found:?}");
        assert!(is_uid || expected.is_err(), "{what}: {found:?}");
    };
    for (film, markup) in
        films.iter().zip([Markup::May2026, Markup::May2026, Markup::January2026, Markup::Y2024])
    {
        let html = pages::film_page_of(markup, film);
        let expected = super::film(&html);
        let places: Vec<usize> = html.match_indices('<').map(|(at, _)| at).collect();
        for (number, piece) in PIECES.iter().enumerate() {
            for at in places.iter().skip(number % 17).step_by(17) {
                let (before, after) = html.split_at(*at);
                check(
                    &format!("{before}{piece}{after}"),
                    &expected,
                    &format!("{piece} at {at} of {film:?}, {markup:?}"),
                );
            }
        }
        for name in names_on(&html) {
            check(&html.replace(&name, "renamed"), &expected, &name);
        }
        for cut in (0..html.len()).step_by(331).filter(|cut| html.is_char_boundary(*cut)) {
            check(&html[..cut], &expected, &format!("the first {cut} bytes"));
        }
    }
    assert!(as_before > 1000, "{as_before} pages said what they said before");
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
        assert_eq!(member_number(path), expected, "{path}");
    }
    let page = pages::watchlist_page(Markup::May2026, "Ada", 1, 1, 0, &[]);
    let (number, own) = (pages::member_number("ada"), |html: &str| watchlist(html, "ada", 1).unwrap().member);
    assert_eq!(own(&page), Some(number.into()));
    assert_eq!(
        own(&page.replace("data-path=", "data-road=")),
        None,
        "markup without it is read all the same"
    );
}
