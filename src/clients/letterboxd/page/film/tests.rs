use standins::letterboxd::{Film, Link as Says, Markup, pages};

use super::*;
use crate::clients::letterboxd::html_limits;
use crate::clients::letterboxd::page::tests::names_on;

#[test]
fn film_pages_say_movie_tv_or_nothing() {
    for markup in Markup::ALL {
        let read = |film: &Film| film_of(markup, film);
        assert_eq!(
            read(&Film::movie("heat-1995", "Heat", 1995, 949)).link,
            Link::Movie(TmdbId::new(949).unwrap()),
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
        assert_eq!(read(&film).uid, Uid::parse("film:51171"), "{markup:?}");
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

#[test]
fn a_film_page_says_the_same_in_whatever_order() {
    let mut pieces = [
        "<i data-production-uid=\"film:7\"></i>",
        "<input id=\"url-field-film-8\" value=\"https://boxd.it/other\">",
        "<input id=\"url-field-film-7\" value=\"https://boxd.it/\">",
        "<input id=\"url-field-film-7\" value=\"https://boxd.it/own\">",
        "<a data-track-action=\"TMDB\" href=\"https://www.themoviedb.org/tv/5/\"></a>",
    ];
    let expected =
        FilmPage { uid: Uid::parse("film:7"), lid: Lid::parse("own"), slug: None, link: Link::Tv(5) };
    for turn in 0..2 * pieces.len() {
        let html = format!("<html><body class=\"film\" data-tmdb-id=\"\">{}</body></html>", pieces.concat());
        assert_eq!(super::film(&html).as_ref(), Ok(&expected), "{html}");
        pieces.rotate_left(1);
        if turn == pieces.len() {
            pieces.reverse();
        }
    }
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
        assert_eq!(super::film(&renamed).unwrap().link, Link::Movie(TmdbId::new(949).unwrap()), "{name}");
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
fn a_tmdb_link_is_one_of_a_movie_or_a_show_on_their_own_site() {
    for (text, expected) in [
        ("https://www.themoviedb.org/movie/949-heat/", Some(Link::Movie(TmdbId::new(949).unwrap()))),
        (" http://themoviedb.org/movie/949 ", Some(Link::Movie(TmdbId::new(949).unwrap()))),
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
    let missing = Ok(FilmPage { uid: None, lid: None, slug: None, link: Link::Missing });
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
        assert_eq!(page.unwrap().uid.as_ref().map(Uid::as_str), expected, "{script}");
    }
}

/// What a page is bent with.
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

/// The page is bent in front of, within and behind what matters: what is read of it is what it said before, or what the
/// piece says, and never anything else.
#[test]
fn a_bent_film_page_says_what_it_says_or_nothing() {
    let films = [
        Film::movie("heat-1995", "Heat", 1995, 949),
        Film::tv("chernobyl", "Chernobyl", 2019, 87108),
        Film::without_id("some-short", "Some Short", 2020),
        Film::new("x", "X", 2000, Says::Contradiction { button: 1, body: 2 }),
    ];
    let of_pieces = [
        Link::Movie(TmdbId::new(7).unwrap()),
        Link::Tv(7),
        Link::Movie(TmdbId::new(5).unwrap()),
        Link::Missing,
    ];
    let mut as_before = 0;
    let mut check = |html: &str, expected: &Result<FilmPage, Unreadable>, what: &str| {
        let found = super::film(html);
        as_before += usize::from(found == *expected);
        let Ok(found) = found else { return };
        let is_of = |page: &FilmPage| found.uid.is_none() || found.uid == page.uid;
        let is_uid = found.uid == Uid::parse("film:7") || expected.as_ref().is_ok_and(is_of);
        let is_link = expected.as_ref().is_ok_and(|page| page.link == found.link);
        // A page that contradicts itself has two, of which a piece may hide one.
        let is_link = is_link
            || expected.is_err()
                && [1, 2].map(|id| Link::Movie(TmdbId::new(id).unwrap())).contains(&found.link);
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
