//! Everything about one person.

use std::fmt::Write as _;

use super::html::{Message, Text};
use super::top::films;
use super::{Card, MOST_NEW, MOST_READY, MOST_SKIPPED, MOST_WAITING, Page, Person, Skipped, card};
use crate::domain::span::ago;

type Draw = fn(&mut String, &Card<'_>, &Page<'_>);

/// A person's part of the page.
pub(super) fn section(out: &mut String, index: usize, person: &Person<'_>, page: &Page<'_>) {
    let _ = writeln!(
        out,
        "<section class=\"person\" id=\"p{index}\" aria-labelledby=\"n{index}\">\n<h2 id=\"n{index}\"><bdi>{}</bdi></h2>",
        Text(&person.name)
    );
    let _ = writeln!(out, "<p class=\"meta\">{}</p>", Text(&facts(person, page)));
    let command = |state: &str| format!("lbjf status --list {state} --user {}", person.name);
    part(out, "New", &person.new, MOST_NEW, ("grid new", card::ready), &command("collection"), page);
    part(
        out,
        "Ready to watch",
        &person.ready,
        MOST_READY,
        ("grid", card::ready),
        &command("collection"),
        page,
    );
    let waiting = format!("lbjf status --waiting --user {}", person.name);
    part(out, "On the way", &person.waiting, MOST_WAITING, ("rows", card::waiting), &waiting, page);
    if person.new.is_empty() && person.ready.is_empty() && person.waiting.is_empty() {
        let text = match (person.read_at, person.listed) {
            (None, _) => "Their lists were never read. The next run does.",
            (_, 0) => "Nothing is on their lists.",
            _ => "Nothing to watch, and nothing on the way.",
        };
        let _ = writeln!(out, "<p class=\"empty\">{text}</p>");
    }
    skipped(out, &person.skipped, &command("skipped"));
    out.push_str("</section>\n");
}

/// `61 films on the list · 3 watched · read 3 min ago`
fn facts(person: &Person<'_>, page: &Page<'_>) -> String {
    let watched = person.watched.filter(|count| *count > 0).map(|count| format!("{count} watched"));
    let what = if person.is_person { "on the lists" } else { "on this list" };
    let read = match person.read_at {
        Some(at) => format!("read {}", ago(page.now, at.min(page.now))),
        None => "never read".to_owned(),
    };
    let parts = [Some(format!("{} {what}", films(person.listed))), watched, Some(read)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn part(
    out: &mut String,
    title: &str,
    cards: &[Card<'_>],
    most: usize,
    (class, draw): (&str, Draw),
    command: &str,
    page: &Page<'_>,
) {
    if cards.is_empty() {
        return;
    }
    let _ =
        writeln!(out, "<h3>{title} <span class=\"n\">{}</span></h3>\n<ul class=\"{class}\">", cards.len());
    for card in cards.iter().take(most) {
        draw(out, card, page);
    }
    out.push_str("</ul>\n");
    super::more(out, most, cards.len(), command);
}

/// Films that did not come through, folded away, each with why and what to do.
fn skipped(out: &mut String, films: &[Skipped], command: &str) {
    if films.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<details>\n<summary><h3>Skipped <span class=\"n\">{}</span></h3></summary>\n<ul class=\"why\">",
        films.len()
    );
    for Skipped { film, why, is_unclear } in films.iter().take(MOST_SKIPPED) {
        let year = film.year.map_or_else(String::new, |year| format!(" <span class=\"y\">{year}</span>"));
        let _ = write!(out, "<li><b><bdi>{}</bdi></b>{year}<p>{}", Text(&film.name), Message(why));
        if *is_unclear {
            let line = format!("\"{}\" = ID", film.address);
            let _ = write!(
                out,
                "; to correct it, put <code>{}</code> below <code>[films]</code> in the config, with the id that TMDB has \
                 for it, or <code>false</code> for never",
                Text(&line)
            );
        }
        out.push_str("</p></li>\n");
    }
    out.push_str("</ul>\n");
    super::more(out, MOST_SKIPPED, films.len(), command);
    out.push_str("</details>\n");
}
