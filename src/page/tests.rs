use std::collections::HashSet;

use select::document::Document;
use select::predicate::{Any, Attr, Class, Name};

use super::*;
use crate::domain::film_name::FilmName;
use crate::domain::ids::Uid;
use crate::domain::waiting::Reason;

const NOW: Timestamp = 1_795_000_000;

/// What somebody could try in a title, a name, a reason or an answer.
const HOSTILE: &str =
    "<script>alert(1)</script>\"' onerror=alert(1) x='</title></style><img src=//evil.example>`&\u{202e}";

fn film(name: &str) -> Film {
    let (uid, address) = (Uid::parse("film:1").unwrap(), FilmName::parse("heat-1995").unwrap());
    Film { uid, address, name: name.to_owned(), year: Some(1995) }
}

struct House {
    letterboxd: Url,
    jellyfin: Url,
    radarr: Url,
    item: JellyfinId,
    poster: Poster,
    film: Film,
}

impl House {
    fn with(title: &str) -> Self {
        let url = |text: &str| Url::parse(text).unwrap();
        Self {
            letterboxd: url("https://letterboxd.com"),
            jellyfin: url("http://nas:8096/jf"),
            radarr: url("http://nas:7878"),
            item: JellyfinId::parse("a1b2").unwrap(),
            poster: Poster::parse("https://image.tmdb.org/t/p/original/heat.jpg").unwrap(),
            film: film(title),
        }
    }

    fn card(&self) -> Card<'_> {
        Card {
            film: &self.film,
            tmdb: TmdbId::new(949),
            item: None,
            poster: Some(&self.poster),
            radarr: Some(&self.radarr),
            since: Some(NOW - 3 * DAY),
            waits: Vec::new(),
        }
    }

    /// One film in each part, with this text wherever one can stand.
    fn page<'a>(&'a self, text: &'a str) -> Page<'a> {
        let there = Card { item: Some(&self.item), ..self.card() };
        let wait =
            Wait { percent: Some(43), detail: Some(text.to_owned()), ..Wait::new(Reason::Downloading) };
        let waiting = Card { waits: vec![(Some(text), wait)], ..self.card() };
        let person = Person {
            name: text.to_owned(),
            is_person: true,
            read_at: Some(NOW - 60),
            listed: 4,
            watched: Some(1),
            new: vec![there.clone()],
            ready: vec![there],
            waiting: vec![waiting],
            skipped: vec![Skipped { film: self.film.clone(), why: text.to_owned(), is_unclear: true }],
        };
        let problem = Problem { tone: Tone::Bad, text: text.to_owned(), hint: Some(text.to_owned()) };
        let run = Run { started_at: NOW - 60, took: Some(4), tone: Tone::Good, summary: text.to_owned() };
        Page {
            now: NOW,
            version: "0.1.0",
            links: Links { letterboxd: &self.letterboxd, jellyfin: Some(&self.jellyfin) },
            health: (Tone::Good, text.to_owned()),
            problems: vec![problem],
            runs: vec![run],
            people: vec![person.clone(), person],
        }
    }
}

/// Each element's name, and its attributes' names.
fn shape(html: &str) -> Vec<String> {
    let document = Document::from(html);
    let element = |node: select::node::Node<'_>| {
        let attributes: Vec<&str> = node.attrs().map(|(name, _)| name).collect();
        Some(format!("{} {attributes:?}", node.name()?))
    };
    document.find(Any).filter_map(element).collect()
}

#[test]
fn a_text_changes_nothing_about_the_page_but_its_words() {
    let (plain, hostile) = (House::with("Heat"), House::with(HOSTILE));
    let (plain, hostile) = (render(&plain.page("word")), render(&hostile.page(HOSTILE)));
    assert!(!hostile.contains("<script") && !hostile.contains("<img src=//"), "{hostile}");
    // What stands between backticks is code, which is the only thing that a text may make.
    let bare =
        |html: &str| -> Vec<String> { shape(html).into_iter().filter(|one| one != "code []").collect() };
    assert_eq!(bare(&plain), bare(&hostile));
    let document = Document::from(hostile.as_str());
    let titles: Vec<String> = document.find(Name("h4")).map(|node| node.text()).collect();
    let shown = HOSTILE.replace('\u{202e}', "");
    assert!(titles.iter().all(|title| *title == format!("{shown} 1995")), "{titles:?}");
}

#[test]
fn nothing_runs_and_nothing_is_loaded_but_pictures_from_two_places() {
    let house = House::with("Heat");
    let html = render(&house.page("word"));
    let document = Document::from(html.as_str());
    let policy = document.find(Attr("http-equiv", "Content-Security-Policy")).next().unwrap();
    assert_eq!(
        policy.attr("content").unwrap(),
        format!(
            "default-src 'none'; style-src '{}'; img-src http://nas:8096 https://image.tmdb.org; base-uri 'none'; form-action 'none'",
            style::HASH
        )
    );
    for element in document.find(Any) {
        let name = element.name().unwrap_or_default();
        assert!(!["script", "link", "iframe", "object", "embed", "form", "base"].contains(&name), "{name}");
        for (attribute, _) in element.attrs() {
            assert!(!attribute.starts_with("on") && attribute != "style", "{name} {attribute}");
        }
    }
    let pictures: HashSet<&str> = document.find(Name("img")).filter_map(|node| node.attr("src")).collect();
    assert_eq!(
        pictures,
        HashSet::from([
            "http://nas:8096/jf/Items/a1b2/Images/Primary?maxWidth=342&quality=90",
            "https://image.tmdb.org/t/p/w342/heat.jpg",
        ])
    );
}

#[test]
fn every_link_leads_to_a_server_or_to_a_part_that_is_there() {
    let house = House::with("Heat");
    let html = render(&house.page("word"));
    let document = Document::from(html.as_str());
    let ids: Vec<&str> = document.find(Any).filter_map(|node| node.attr("id")).collect();
    assert_eq!(ids.len(), ids.iter().collect::<HashSet<_>>().len(), "{ids:?}");
    let mut links = HashSet::new();
    for link in document.find(Name("a")).filter_map(|node| node.attr("href")) {
        match link.strip_prefix('#') {
            Some(part) => assert!(ids.contains(&part), "{part}"),
            None => drop(links.insert(link)),
        }
    }
    assert_eq!(
        links,
        HashSet::from([
            "http://nas:8096/jf/web/#/details?id=a1b2",
            "https://letterboxd.com/film/heat-1995/",
            "http://nas:7878/movie/949",
        ])
    );
    let labels = document.find(Any).filter_map(|node| node.attr("aria-labelledby"));
    assert!(labels.into_iter().all(|label| ids.contains(&label)));
}

#[test]
fn a_page_of_thousands_is_bounded_and_says_how_to_see_the_rest() {
    let house = House::with("Heat");
    let mut page = house.page("ada");
    let Person { new, ready, waiting, skipped, .. } = &mut page.people[0];
    for cards in [new, ready, waiting] {
        *cards = vec![cards[0].clone(); 3000];
    }
    *skipped = vec![skipped[0].clone(); 3000];
    page.people.truncate(1);
    page.problems = vec![page.problems[0].clone(); 3000];
    page.runs = vec![page.runs[0].clone(); 3000];
    let html = render(&page);
    assert!(html.len() < 250_000, "{}", html.len());
    let document = Document::from(html.as_str());
    let count = |class| document.find(Class(class)).count();
    assert_eq!((count("card"), count("row")), (MOST_NEW + MOST_READY, MOST_WAITING));
    assert_eq!(document.find(Name("rect")).count(), runs::MOST_BARS);
    let more: Vec<String> = document.find(Class("more")).map(|node| node.text()).collect();
    assert_eq!(
        more,
        [
            "and 2980 more: lbjf status names all",
            "and 2988 more: lbjf status --list collection --user ada names all",
            "and 2940 more: lbjf status --list collection --user ada names all",
            "and 2940 more: lbjf status --waiting --user ada names all",
            "and 2940 more: lbjf status --list skipped --user ada names all",
        ]
    );
}

#[test]
fn a_page_says_so_where_there_is_nothing() {
    let house = House::with("Heat");
    let mut page = house.page("ada");
    let texts = |page: &Page<'_>| -> Vec<String> {
        Document::from(render(page).as_str()).find(Class("empty")).map(|node| node.text()).collect()
    };
    assert_eq!(texts(&page), [""; 0]);
    for person in &mut page.people {
        (person.new, person.ready, person.waiting) = (Vec::new(), Vec::new(), Vec::new());
    }
    page.people[1].read_at = None;
    page.runs.clear();
    assert_eq!(
        texts(&page),
        [
            "Nothing to watch, and nothing on the way.",
            "Their lists were never read. The next run does.",
            "None yet.",
        ]
    );
    page.people.clear();
    assert_eq!(texts(&page)[0], "Nothing is known yet. The first run fills this page.");
}
