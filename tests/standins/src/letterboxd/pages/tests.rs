use super::*;

fn watchlist_pagination(page: u32, pages: u32) -> String {
    pagination("/wanda/watchlist/", ["Newer", "Older"], page, pages)
}

fn page(markup: Markup) -> String {
    let films = [
        Film::movie("schindlers-list", "Schindler's List", 1993, 424).with_uid(51),
        Film::without_id("ray-gunn", "Ray & Gunn", None).with_uid(52),
    ];
    watchlist_page(markup, "Ada_L", 1, 1, 2, &films)
}

#[test]
fn every_generation_has_its_attributes_and_no_others() {
    let all = [
        r#"<li class="poster-container">"#,
        r#"<li class="griditem">"#,
        r#"data-film-id="51""#,
        r#"data-film-slug="/film/schindlers-list/""#,
        r#"data-film-slug="schindlers-list""#,
        r#"data-item-uid="film:51""#,
        r#"data-item-slug="schindlers-list""#,
        r#"data-item-link="/film/schindlers-list/""#,
        r#"data-item-name="Schindler&#039;s List (1993)""#,
        r#"data-component-class="LazyPoster""#,
        r#"data-component-class="globals.comps.LazyPoster""#,
        r#"data-postered-identifier='{"lid":"P","uid":"film:51","type":"film","typeName":"film"}'"#,
        "data-postered-identifier='{&quot;lid&quot;:&quot;P&quot;,&quot;uid&quot;:&quot;film:51&quot;,",
    ];
    let has: [&[usize]; 5] =
        [&[0, 2, 3], &[0, 2, 4, 5], &[1, 2, 6, 7, 8, 10], &[1, 2, 6, 7, 8, 9, 11], &[1, 6, 7, 8, 9, 12]];
    for (markup, has) in Markup::ALL.into_iter().zip(has) {
        let page = page(markup);
        let found: Vec<_> = (0..all.len()).filter(|index| page.contains(all[*index])).collect();
        assert_eq!(found, has, "{markup:?}");
        assert!(page.contains(r#"data-target-link="/film/schindlers-list/""#), "{markup:?}");
    }
}

#[test]
fn a_film_without_a_date_has_no_year_and_entities_are_escaped() {
    let page = page(Markup::May2026);
    assert!(page.contains(r#"data-item-name="Ray &amp; Gunn""#));
    assert!(page.contains(r#"alt="Schindler&#039;s List"/>"#));
}

#[test]
fn watchlist_page_has_the_skeleton_of_the_capture() {
    let page = page(Markup::May2026);
    for part in [
        "<title>&lrm;Ada_L’s Watchlist • Letterboxd</title>",
        r#"<body class="screen-member-child-page watchlist wide logged-out show-hide-toggle" data-owner="Ada_L">"#,
        r#"data-num-entries="2">"#,
        r#"<span class="js-watchlist-count">2&nbsp;films</span>"#,
        r#"content="https://letterboxd.com/ada_l/watchlist/""#,
        "Cloned from",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("pagination"));
    let content = page.find("js-watchlist-content").unwrap();
    assert!(page[content..].find("</section>\n</div>").unwrap() < page[content..].find("<aside").unwrap());
}

#[test]
fn empty_watchlist_page_declares_zero_and_has_no_grid() {
    let page = watchlist_page(Markup::May2026, "ada", 1, 1, 0, &[]);
    assert!(page.contains(r#"data-num-entries="0""#));
    assert!(!page.contains("griditem") && !page.contains("pagination"));
}

#[test]
fn counts_have_thousands_separators() {
    assert_eq!(count(1), "1&nbsp;film");
    assert_eq!(count(415), "415&nbsp;films");
    assert_eq!(count(1_234_567), "1,234,567&nbsp;films");
}

#[test]
fn pagination_of_415_films_is_that_of_the_capture() {
    assert_eq!(
        watchlist_pagination(1, 15),
        concat!(
            r#"<div class="pagination"> <div class="paginate-nextprev paginate-disabled"><span class="previous">Newer</span></div> "#,
            r#"<div class="paginate-nextprev"><a class="next" href="/wanda/watchlist/page/2/">Older</a></div> "#,
            r#"<div class="paginate-pages"> <ul> <li class="paginate-page paginate-current"><span>1</span></li> "#,
            r#"<li class="paginate-page"><a href="/wanda/watchlist/page/2/">2</a></li> "#,
            r#"<li class="paginate-page"><a href="/wanda/watchlist/page/3/">3</a></li> "#,
            r#"<li class="paginate-page unseen-pages">…</li> "#,
            r#"<li class="paginate-page"><a href="/wanda/watchlist/page/15/">15</a></li> </ul> </div> </div>"#,
        )
    );
}

#[test]
fn pagination_in_the_middle_has_two_gaps_and_on_the_last_page_a_span() {
    let middle = watchlist_pagination(8, 15);
    assert_eq!(middle.matches("unseen-pages").count(), 2);
    assert!(middle.contains(r#"<a class="previous" href="/wanda/watchlist/page/7/">Newer</a>"#));
    let last = watchlist_pagination(15, 15);
    assert!(last.contains(r#"paginate-disabled"><span class="next">Older</span>"#));
    assert!(last.contains(r#"<a href="/wanda/watchlist/">1</a>"#));
    assert!(!watchlist_pagination(1, 2).contains("unseen-pages"));
}

#[test]
fn film_page_names_tmdb_as_the_link_says() {
    let button = |kind: &str| {
        format!(
            "<a href=\"https://www.themoviedb.org/{kind}/\" class=\"micro-button track-event\" \
             data-track-action=\"TMDB\""
        )
    };
    let page = |link| film_page(&Film::new("a", "A", 2001, link));
    let movie = page(Link::Movie(949));
    assert!(movie.contains(&button("movie/949")) && movie.contains(r#"data-tmdb-id="949""#));
    let tv = page(Link::Tv(87));
    assert!(tv.contains(&button("tv/87")));
    assert!(tv.contains(r#"data-tmdb-type="movie" data-tmdb-id="">"#));
    let none = page(Link::None);
    assert!(!none.contains(r#"data-track-action="TMDB""#) && none.contains(r#"data-tmdb-id="">"#));
    assert!(none.contains(r#"data-track-action="IMDb""#));
    let both = page(Link::Contradiction { button: 1, body: 2 });
    assert!(both.contains(&button("movie/1")) && both.contains(r#"data-tmdb-id="2""#));
    for page in [movie, tv, none, both] {
        assert!(page.contains("themoviedb.org/tv/424242/") && page.contains("decoy-similar-one"));
    }
}

#[test]
fn film_page_has_the_identity_and_the_genres() {
    let film = Film::movie("heat-1995", "Heat", 1995, 949).with_uid(51).with_genre("Science Fiction");
    let new = film_page(&film);
    for part in [
        r#"data-production-uid="film:51""#,
        "name=\"production:identifier\" content=\"{&quot;lid&quot;:&quot;P&quot;,&quot;uid&quot;:&quot;film:51&quot;",
        r#"<meta property="og:url" content="https://letterboxd.com/film/heat-1995/">"#,
        r#"<a href="/films/genre/science-fiction/" class="text-slug">Science Fiction</a>"#,
        "data.viewingable.uid = 'film:51'",
        r#"value="https://boxd.it/P""#,
        r#"id="tab-panel-genres""#,
        r#""genre":["Science Fiction"]"#,
    ] {
        assert!(new.contains(part), "{part}");
    }
    let old = film_page_of(Markup::Y2023, &film);
    assert!(old.contains(r#"data-track-action="TMDb""#) && old.contains(r#"id="tab-genres""#));
    assert!(!old.contains("data-production-uid") && !old.contains("production:identifier"));
}

#[test]
fn only_the_challenge_has_a_challenges_marks() {
    let marks = ["_cf_chl_opt", "Just a moment", "challenges.cloudflare.com", "Enable JavaScript"];
    let others = [private_page(), not_found_page(), rate_limit_page(), foreign_page(), refused_page()];
    for mark in marks {
        assert!(challenge_page().contains(mark), "{mark}");
        assert!(others.iter().all(|page| !page.contains(mark)), "{mark}");
    }
    assert!(private_page().contains("/cdn-cgi/challenge-platform/"));
    assert!(private_page().contains("<title>Letterboxd - Forbidden</title>"));
    assert!(not_found_page().contains("<title>Letterboxd - Not Found</title>"));
    assert!(!refused_page().contains("Letterboxd"));
    assert!(rate_limit_page().contains("<title>Access denied | letterboxd.com"));
    assert!(!foreign_page().contains("js-watchlist-content"));
}
