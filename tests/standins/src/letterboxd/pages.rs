//! The stand-in's HTML: the markup of the real pages, cut down to what a reader may look at or trip over.
//!
//! docs/letterboxd.md tells where all of it comes from. Members, films and texts are invented.

mod errors;

use serde_json::json;

pub use self::errors::{challenge_page, not_found_page, private_page, rate_limit_page, refused_page};
use super::film::{Film, Link, Markup};
use super::lists::{List, Total};

/// Slugs of films that stand on a watchlist page but not on the watchlist: the "Cloned from" posters.
pub const CLONED: [&str; 2] = ["decoy-cloned-one", "decoy-cloned-two"];

/// Slugs of the "similar" films on every film page.
pub const SIMILAR: [&str; 2] = ["decoy-similar-one", "decoy-similar-two"];

/// The TMDB series that a review on every film page links to.
pub const REVIEWED_TV: u32 = 424_242;

/// What Cloudflare adds to every page; it says nothing about a challenge.
const CLOUDFLARE_SCRIPT: &str = "<script>(function(){var a=document.createElement('script');\
    a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js';\
    document.getElementsByTagName('head')[0].appendChild(a);})();</script>";

const FOOTER: &str = r#"<footer id="page-footer" class="page-footer js-page-footer js-hide-in-app">
	<p class="copyright"><a href="https://letterboxd.com/about/film-data/" class="mute">Film data</a> from <a href="https://www.themoviedb.org" class="mute">TMDB</a>.</p>
</footer>"#;

/// One page of a watchlist.
///
/// `declared` is what the page says is the number of all entries, `films` are the posters of this page. With one
/// page there is no pagination block. `owner` is spelled as given, and in lower case in links.
pub fn watchlist_page(
    markup: Markup,
    owner: &str,
    page: u32,
    pages: u32,
    declared: u32,
    films: &[Film],
) -> String {
    watchlist_page_of(markup, (owner, member_number(owner)), page, pages, declared, films)
}

/// The number of a member who never changed names.
pub fn member_number(owner: &str) -> u32 {
    1 + super::film::hash(&owner.to_lowercase()) % 20_000_000
}

/// One page of the watchlist of a member, by name and number.
pub fn watchlist_page_of(
    markup: Markup,
    (owner, number): (&str, u32),
    page: u32,
    pages: u32,
    declared: u32,
    films: &[Film],
) -> String {
    let user = escape(&owner.to_lowercase());
    let owner = escape(owner);
    let grid = if films.is_empty() { String::new() } else { grid(markup, films) };
    let pagination = if pages > 1 {
        pagination(&format!("/{user}/watchlist/"), ["Newer", "Older"], page, pages)
    } else {
        String::new()
    };
    let cloned = decoys(markup, CLONED);
    let count = count(declared);
    let head = format!(
        r#"<meta property="og:url" content="https://letterboxd.com/{user}/watchlist/">
	<meta property="og:title" content="{owner}’s Watchlist">
	<title>&lrm;{owner}’s Watchlist • Letterboxd</title>
	<script>analytic_params['template'] = '/object/watchlist'; person = {{ username: "", loggedIn: false }};</script>"#
    );
    let body = format!(
        r#"<body class="screen-member-child-page watchlist wide logged-out show-hide-toggle" data-owner="{owner}">
<div id="content" class="site-body"><div class="content-wrap">
<section class="profile-header js-profile-header -is-mini-nav" data-person="{owner}">
	<nav class="profile-navigation"><ul class="navlist">
		<li data-owner="{owner}" class="navitem js-page-films"><a class="navlink" href="/{user}/films/">Films</a></li>
		<li class="navitem js-page-watchlist -active" data-owner="{owner}"><a class="navlink" href="/{user}/watchlist/">Watchlist</a></li>
	</ul></nav>
</section>
<div class="cols-2 js-watchlist-content" data-path="/esi/watchlist/{number}/default/public:1/page/{page}/?esiAllowFilters=true" data-num-entries="{declared}">
<section class="section col-24 col-main js-watchlist-main-content">
<div id="content-nav" class="basic"> <h1 class="section-heading"><span class="replace-if-you" data-replacement="You want" data-person="{owner}">{owner} wants</span> to see <span class="js-watchlist-count">{count}</span></h1> </div>
{grid}
{pagination}
<div class="clear"></div>
</section>
</div>
<aside class="sidebar"><section class="section"><h3>Cloned from…</h3><ul class="poster-list -p70 -overlapped">
{cloned}</ul></section></aside>
</div></div>
{FOOTER}
{CLOUDFLARE_SCRIPT}</body>"#
    );
    document(&head, &body)
}

/// One page of a list, for somebody who came by this token. `films` are all of its films; `shown` are those of this
/// page, and how many stand before them.
pub(super) fn list_page(
    list: &List,
    token: Option<&str>,
    (page, pages): (u32, u32),
    films: &[Film],
    (before, shown): (usize, &[Film]),
) -> String {
    let (owner, slug) = (escape(&list.owner), escape(&list.slug));
    let (user, lid, number) = (owner.to_lowercase(), list.lid(), list.number);
    let notes = escape(&list.notes);
    let count = i64::try_from(films.len()).expect("few films");
    let sentence = |count: i64| {
        let films = if count == 1 { "film" } else { "films" };
        let names: Vec<_> = films_named(shown);
        format!(
            "A list of {} {films} compiled on Letterboxd, including {}.",
            thousands(count),
            names.join(", ")
        )
    };
    let description = match list.total {
        Total::Told => format!("{} About this list: {notes}", sentence(count)),
        Total::Off(off) => format!("{} About this list: {notes}", sentence(count + off)),
        Total::Untold => notes.clone(),
    };
    let published =
        r#"<span class="published">Published <time datetime="2020-01-01T10:00:00.000Z"></time></span>"#;
    let updated = list.updated.as_ref().map_or(String::new(), |time| {
        format!(r#" <span class="updated">Updated <time datetime="{time}"></time></span>"#)
    });
    let entry = |(index, film): (usize, &Film)| {
        let (class, rank) = if list.is_ranked {
            (" numbered-list-item", format!(r#"<p class="list-number">{}</p>"#, before + index + 1))
        } else {
            ("", String::new())
        };
        let poster = poster(Markup::May2026, film);
        format!(
            r#"<li class="posteritem{class}" data-owner-rating="0" data-object-id="filmListEntry:{}" data-object-name="list">{poster}{rank}</li>"#,
            film.uid
        )
    };
    let entries: String = shown.iter().enumerate().map(entry).collect();
    let path = list.path(token);
    let pagination =
        if pages > 1 { pagination(&path, ["Previous", "Next"], page, pages) } else { String::new() };
    let head = format!(
        r#"<meta name="description" content="{description}">
	<meta property="og:type" content="letterboxd:list">
	<meta property="og:url" content="https://letterboxd.com/{user}/list/{slug}/">
	<meta property="og:title" content="{slug}">
	<title>&lrm;{slug}, a list of films by {owner} &bull; Letterboxd</title>
	<script>analytic_params['template'] = '/object/filmlist';</script>"#
    );
    let body = format!(
        r#"<body class="list-page backdropped" data-owner="{owner}">
<div id="content" class="site-body"><div class="content-wrap"><div class="cols-2">
<section class="section col-17 col-main overflow clearfix">
<div id="content-nav"><p class="list-date">{published}{updated}</p></div>
<div class="list-title-intro"><h1 class="title-1 prettify">{slug}</h1><div class="body-text"><p>{notes} See <a href="https://boxd.it/yY8wW">another list</a>.</p></div></div>
<ul class="poster-list -p125 -grid">{entries}</ul>
{pagination}
</section>
<aside class="sidebar"><section class="actions-panel"><ul>
<li class="like-link-target react-component" data-component-class="LikeComponent" data-likeable-identifier='{{&quot;lid&quot;:&quot;{lid}&quot;,&quot;uid&quot;:&quot;filmlist:{number}&quot;,&quot;type&quot;:&quot;list&quot;,&quot;typeName&quot;:&quot;list&quot;}}' data-owner="{owner}"></li>
<li><input id="url-field-{number}" type="text" value="https://boxd.it/{lid}" readonly></li></ul></section>
<section class="section"><h3>Cloned from…</h3><ul class="poster-list -p70 -overlapped">{}</ul></section></aside>
</div></div></div>
{FOOTER}
{CLOUDFLARE_SCRIPT}</body>"#,
        decoys(Markup::May2026, CLONED)
    );
    document(&head, &body)
}

/// The first few of them, as the description has them.
fn films_named(films: &[Film]) -> Vec<String> {
    films.iter().take(5).map(|film| escape(&film.display_name())).collect()
}

/// `1,234`
fn thousands(count: i64) -> String {
    let digits = count.max(0).to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// A film's page as it is now.
pub fn film_page(film: &Film) -> String {
    film_page_of(Markup::May2026, film)
}

/// A film's page as it was in one generation.
///
/// The old two say `TMDb` and have no `data-production-uid`; only the newest has `production:identifier` and calls
/// the genres' panel `tab-panel-genres`.
pub fn film_page_of(markup: Markup, film: &Film) -> String {
    document(&film_head(markup, film), &film_body(markup, film))
}

fn film_head(markup: Markup, film: &Film) -> String {
    let (slug, uid) = (escape(&film.slug), film.uid);
    let title = escape(&film.display_name());
    let production = if markup == Markup::May2026 {
        let identifier = identifier(markup, film);
        format!(
            "<meta name=\"production:identifier\" content=\"{identifier}\">\n\t\
             <meta name=\"production:name-and-year\" content=\"{title}\">"
        )
    } else {
        String::new()
    };
    format!(
        r#"<meta property="og:type" content="video.movie">
	<meta property="og:url" content="https://letterboxd.com/film/{slug}/">
	<meta property="og:title" content="{title}">
	{production}
	<title>&lrm;{title} directed by An Invention • Reviews, film + cast &bull; Letterboxd</title>
	<script type="text/javascript"> (function(data) {{ data.viewingable = data.viewingable || {{}}; data.viewingable.uid = 'film:{uid}'; data.viewingable.type = 'film'; }})(window.__BXD_DATA = window.__BXD_DATA || {{}}) </script>"#
    )
}

fn film_body(markup: Markup, film: &Film) -> String {
    let (slug, uid, name, lid) = (escape(&film.slug), film.uid, escape(&film.name), film.lid());
    let body_id = match film.link {
        Link::Movie(id) | Link::Contradiction { body: id, .. } => id.to_string(),
        Link::Tv(_) | Link::None => String::new(),
    };
    let production_uid =
        if markup.is_old() { String::new() } else { format!(" data-production-uid=\"film:{uid}\"") };
    let poster = poster(markup, film);
    let genres = genres(markup, film);
    let tmdb = tmdb_button(markup, film.link);
    let similar = decoys(markup, SIMILAR);
    let data = json!({ "@type": "Movie", "name": film.name, "genre": film.genres })
        .to_string()
        .replace("</", "<\\/");
    format!(
        r#"<body class="film backdropped" data-type="film" data-tmdb-type="movie" data-tmdb-id="{body_id}">
<div class="backdrop-container"> <div id="backdrop" class="backdrop-wrapper backdrop-fade-in"{production_uid} data-offset="40" ></div> </div>
<div id="content" class="site-body -backdrop"><div class="content-wrap">
<div id="film-page-wrapper" class="cols-3 overflow">
<div class="col-6 gutter-right-1 col-poster-large" id="js-poster-col"><section class="poster-list -p230 -single no-hover el col">{poster}</section></div>
<div class="col-17">
<section class="production-masthead -shadowed -productionscreen -film"><h1 class="headline-1 primaryname"><span class="name js-widont prettify">{name}</span></h1></section>
<section class="section col-10 col-main">
{genres}
<p class="text-link text-footer"> 100&nbsp;mins &nbsp; More at <a href="http://www.imdb.com/title/tt{uid:07}/maindetails" class="micro-button track-event" data-track-action="IMDb" target="_blank" >IMDb</a>{tmdb} </p>
</section>
<aside class="sidebar"><div class="urlgroup"> <input id="url-field-film-{uid}" type="text" value="https://boxd.it/{lid}" readonly spellcheck="false"> </div></aside>
<section class="film-recent-reviews -clear"><section class="film-reviews section js-popular-reviews">
<div class="listitem js-listitem"> <article class="production-viewing -viewing js-production-viewing" data-viewing-id="1" data-person="Wanda"> <div class="js-review " > <div class="body-text -prose -reset js-review-body js-collapsible-text" lang="en" > <p>I liked <a href="https://www.themoviedb.org/tv/{REVIEWED_TV}/" rel="nofollow">the series</a> better.</p> </div> </div> </article> </div>
</section></section>
<section class="section related-films -clear"><h2 class="section-heading"><a href="/film/{slug}/similar/">Similar Films</a></h2>
<ul class="poster-list -p110 -horizontal -scaled104">
{similar}</ul></section>
</div></div></div></div>
{FOOTER}
<script type="application/ld+json">
/* <![CDATA[ */
{data}
/* ]]> */
</script>
{CLOUDFLARE_SCRIPT}</body>"#
    )
}

/// A proper page of Letterboxd that is neither a watchlist nor a film: the home page.
pub fn foreign_page() -> String {
    let head = "<meta property=\"og:url\" content=\"https://letterboxd.com/\">\n\t\
                <title>Letterboxd • Social film discovery.</title>";
    let body = format!(
        "<body class=\"screen-home logged-out\">\n<div id=\"content\" class=\"site-body\">\
         <ul class=\"poster-list\">\n{}</ul></div>\n{FOOTER}\n{CLOUDFLARE_SCRIPT}</body>",
        decoys(Markup::May2026, SIMILAR)
    );
    document(head, &body)
}

fn document(head: &str, body: &str) -> String {
    format!(
        r#"
<!DOCTYPE html>

<html id="html" lang="en" class="context-client-unknown no-mobile no-js">
<head>
	<meta charset="UTF-8">
	<meta name="viewport" content="width=1024">
	{head}
</head>

{body}
</html>
"#
    )
}

/// `1&nbsp;film`, `1,234&nbsp;films`.
fn count(films: u32) -> String {
    let digits = films.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}&nbsp;film{}", if films == 1 { "" } else { "s" })
}

fn grid(markup: Markup, films: &[Film]) -> String {
    let class = if markup.is_old() { "poster-list -p125 -grid -scaled128" } else { "grid -p125 -scaled128" };
    let items: String = films.iter().map(|film| item(markup, "griditem", film)).collect();
    format!("<div class=\"poster-grid\">\n<ul class=\"{class}\">\n{items}</ul>\n</div>")
}

/// Posters that belong to nobody's watchlist.
fn decoys(markup: Markup, slugs: [&str; 2]) -> String {
    let films = slugs.map(|slug| Film::movie(slug, "Decoy", 1999, 1));
    films.iter().map(|film| item(markup, "posteritem", film)).collect()
}

fn item(markup: Markup, class: &str, film: &Film) -> String {
    let class = if markup.is_old() { "poster-container" } else { class };
    format!("<li class=\"{class}\">\n\t{}\n</li>\n", poster(markup, film))
}

fn poster(markup: Markup, film: &Film) -> String {
    if markup.is_old() { old_poster(markup, film) } else { new_poster(markup, film) }
}

/// A poster of before August 2025: the slug is a path in 2023, and bare in 2024.
fn old_poster(markup: Markup, film: &Film) -> String {
    let (uid, slug, name) = (film.uid, escape(&film.slug), escape(&film.name));
    let (kind, item_uid, film_slug, details) = if markup == Markup::Y2023 {
        (String::new(), String::new(), format!("/film/{slug}/"), String::new())
    } else {
        (
            " data-type=\"film\" data-type-name=\"film\"".to_owned(),
            format!(" data-item-uid=\"film:{uid}\""),
            slug.clone(),
            format!(" data-details-endpoint=\"/film/{slug}/json/\""),
        )
    };
    format!(
        r#"<div class="really-lazy-load poster film-poster film-poster-{uid} linked-film-poster" data-image-width="125" data-image-height="187"{kind} data-film-id="{uid}"{item_uid} data-film-slug="{film_slug}" data-poster-url="/film/{slug}/image-150/" data-linked="linked" data-target-link="/film/{slug}/" data-target-link-target=""{details} data-cache-busting-key="00000000" data-show-menu="true" > <img src="/static/img/empty-poster-125.png" class="image" width="125" height="187" alt="{name}"/> <span class="frame"><span class="frame-title"></span></span> </div>"#
    )
}

/// A poster since August 2025.
fn new_poster(markup: Markup, film: &Film) -> String {
    let (uid, slug, name) = (film.uid, escape(&film.slug), escape(&film.name));
    let full_name = escape(&film.display_name());
    let component = if markup == Markup::August2025 { "globals.comps.LazyPoster" } else { "LazyPoster" };
    let film_id = if markup == Markup::May2026 { String::new() } else { format!(" data-film-id=\"{uid}\"") };
    let postered = if markup == Markup::August2025 {
        String::new()
    } else {
        format!(" data-postered-identifier='{}'", identifier(markup, film))
    };
    format!(
        r#"<div class="react-component" data-component-class="{component}" data-request-poster-metadata="true" data-likeable="true" data-watchable="true" data-rateable="true" data-image-width="125" data-image-height="187" data-item-name="{full_name}" data-item-slug="{slug}" data-item-link="/film/{slug}/" data-item-full-display-name="{full_name}"{film_id}{postered} data-poster-url="/film/{slug}/image-150/" data-empty-poster-src="/static/img/empty-poster-125.png" data-is-linked="true" data-target-link="/film/{slug}/" data-details-endpoint="/film/{slug}/json/" data-show-menu="true" > <div class="poster film-poster"> <img src="/static/img/empty-poster-125.png" class="image" width="125" height="187" alt="{name}"/> <span class="frame"><span class="frame-title"></span></span> </div> </div>"#
    )
}

/// The JSON that names a film, ready for an attribute: bare quotes until 2026, escaped ones since May.
fn identifier(markup: Markup, film: &Film) -> String {
    let json =
        format!(r#"{{"lid":"{}","uid":"film:{}","type":"film","typeName":"film"}}"#, film.lid(), film.uid);
    if markup == Markup::May2026 { escape(&json) } else { json }
}

fn genres(markup: Markup, film: &Film) -> String {
    let panel = if markup == Markup::May2026 { "tab-panel-genres" } else { "tab-genres" };
    let genre = |name: &String| {
        let slug = escape(&name.to_lowercase().replace(' ', "-"));
        format!(r#"<a href="/films/genre/{slug}/" class="text-slug">{}</a> "#, escape(name))
    };
    let genres: String = film.genres.iter().map(genre).collect();
    format!(
        r#"<div id="{panel}" class="tabbed-content-block column-block"> <h3><span>Genres</span></h3> <div class="text-sluglist capitalize"> <p> {genres}</p> </div> <h3><span>Themes</span></h3> <div class="text-sluglist capitalize"> <p> <a href="/films/theme/invented/by/best-match/" class="text-slug">Invented</a> </p> </div> </div>"#
    )
}

fn tmdb_button(markup: Markup, link: Link) -> String {
    let address = match link {
        Link::Movie(id) | Link::Contradiction { button: id, .. } => format!("movie/{id}"),
        Link::Tv(id) => format!("tv/{id}"),
        Link::None => return String::new(),
    };
    let label = if markup.is_old() { "TMDb" } else { "TMDB" };
    format!(
        r#" <a href="https://www.themoviedb.org/{address}/" class="micro-button track-event" data-track-action="{label}" target="_blank" >{label}</a>"#
    )
}

/// The block under several pages that hang on this path: the first page, two on each side of this one, and the last.
fn pagination(path: &str, labels: [&str; 2], page: u32, pages: u32) -> String {
    let href = |page: u32| match page {
        1 => path.to_owned(),
        _ => format!("{path}page/{page}/"),
    };
    let step = |class: &str, label: &str, to: Option<u32>| match to {
        Some(to) => format!(
            r#"<div class="paginate-nextprev"><a class="{class}" href="{}">{label}</a></div>"#,
            href(to)
        ),
        None => format!(
            r#"<div class="paginate-nextprev paginate-disabled"><span class="{class}">{label}</span></div>"#
        ),
    };
    let newer = step("previous", labels[0], (page > 1).then(|| page - 1));
    let older = step("next", labels[1], (page < pages).then(|| page + 1));
    let mut items = Vec::new();
    let mut last = 0;
    for number in (1..=pages).filter(|n| *n == 1 || *n == pages || n.abs_diff(page) <= 2) {
        if number > last + 1 {
            items.push(r#"<li class="paginate-page unseen-pages">…</li> "#.to_owned());
        }
        items.push(if number == page {
            format!(r#"<li class="paginate-page paginate-current"><span>{number}</span></li> "#)
        } else {
            format!(r#"<li class="paginate-page"><a href="{}">{number}</a></li> "#, href(number))
        });
        last = number;
    }
    let items = items.concat();
    format!(
        r#"<div class="pagination"> {newer} {older} <div class="paginate-pages"> <ul> {items}</ul> </div> </div>"#
    )
}

/// Text as it stands in the real pages' attributes and contents.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#039;")
}

#[cfg(test)]
mod tests;
