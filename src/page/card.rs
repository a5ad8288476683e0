//! A film: its poster over a drawn card, its title, and where it leads.

use std::fmt::Write as _;

use super::chip::{about, chip};
use super::html::{Message, Text};
use super::{Card, Page, link};
use crate::domain::clock::{DAY, Timestamp};
use crate::domain::film::Film;
use crate::domain::poster::Poster;

/// So many colours are there for drawn cards.
const HUES: u32 = 12;

/// A film that can be watched.
pub(super) fn ready(out: &mut String, card: &Card<'_>, page: &Page<'_>) {
    out.push_str("<li class=\"card\">");
    poster(out, card, page);
    heading(out, card, page);
    if let Some(since) = card.since {
        let _ = write!(out, "<p class=\"meta\">{}</p>", age(page.now, since));
    }
    links(out, card, page);
    out.push_str("</li>\n");
}

/// A film that is not there yet.
pub(super) fn waiting(out: &mut String, card: &Card<'_>, page: &Page<'_>) {
    out.push_str("<li class=\"row\">");
    poster(out, card, page);
    out.push_str("<div>");
    heading(out, card, page);
    for (server, wait) in &card.waits {
        let (tone, word) = chip(wait);
        let at = server.map_or_else(String::new, |name| format!("(`{name}`) "));
        let _ = write!(
            out,
            "<p class=\"{}\"><span class=\"chip\">{}</span> <span class=\"soft\">{}</span></p>",
            tone.class(),
            Text(&word),
            Message(&format!("{at}{}", about(wait, page.now)))
        );
        if let Some(percent) = wait.percent {
            let _ = write!(
                out,
                "<progress class=\"{}\" max=\"100\" value=\"{percent}\" aria-label=\"{percent} % downloaded\"></progress>",
                tone.class()
            );
        }
    }
    links(out, card, page);
    out.push_str("</div></li>\n");
}

/// A drawn card, and over it a picture: where none loads, the card is seen. What can be watched leads to Jellyfin.
fn poster(out: &mut String, card: &Card<'_>, page: &Page<'_>) {
    let item = card.item.and_then(|item| page.links.jellyfin(item));
    let (open, close) = match &item {
        // The title below leads to the same place, so a screen reader needs only one of them.
        Some(address) => (format!("a href=\"{}\" tabindex=\"-1\" aria-hidden=\"true\"", Text(address)), "a"),
        None => ("div aria-hidden=\"true\"".to_owned(), "div"),
    };
    let (tag, attributes) = open.split_once(' ').unwrap_or((&open, ""));
    let _ = write!(
        out,
        "<{tag} class=\"poster h{}\" {attributes}><span class=\"drawn\"><b>{}</b>",
        hue(card.film),
        Text(&card.film.name)
    );
    if let Some(year) = card.film.year {
        let _ = write!(out, "<i>{year}</i>");
    }
    out.push_str("</span>");
    let picture = card.item.and_then(|item| page.links.picture(item));
    if let Some(address) = picture.or_else(|| card.poster.map(Poster::address)) {
        let _ = write!(out, "<img src=\"{}\" alt=\"\" loading=\"lazy\" decoding=\"async\">", Text(&address));
    }
    let _ = write!(out, "</{close}>");
}

/// The title; of what can be watched it leads to Jellyfin.
fn heading(out: &mut String, card: &Card<'_>, page: &Page<'_>) {
    let title = Text(&card.film.name);
    let _ = match card.item.and_then(|item| page.links.jellyfin(item)) {
        Some(address) => {
            write!(out, "<h4><a href=\"{}\" rel=\"noreferrer\"><bdi>{title}</bdi></a>", Text(&address))
        }
        None => write!(out, "<h4><bdi>{title}</bdi>"),
    };
    if let Some(year) = card.film.year {
        let _ = write!(out, " <span class=\"y\">{year}</span>");
    }
    out.push_str("</h4>");
}

fn links(out: &mut String, card: &Card<'_>, page: &Page<'_>) {
    let letterboxd = ("Letterboxd", page.links.letterboxd(&card.film.address));
    let radarr = card.radarr.zip(card.tmdb).map(|(base, tmdb)| ("Radarr", link::radarr(base, tmdb)));
    out.push_str("<p class=\"links\">");
    for (index, (name, address)) in [Some(letterboxd), radarr].into_iter().flatten().enumerate() {
        let _ = write!(
            out,
            "{}<a href=\"{}\" rel=\"noreferrer\" aria-label=\"{} at {name}\">{name}</a>",
            if index == 0 { "" } else { " · " },
            Text(&address),
            Text(&card.film.name)
        );
    }
    out.push_str("</p>");
}

/// `today`, `yesterday`, `3 days ago`
fn age(now: Timestamp, then: Timestamp) -> String {
    match (now - then).max(0) / DAY {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

/// The colour of a drawn card: always the same for a film.
fn hue(film: &Film) -> u32 {
    film.name.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) % HUES
}
