//! The head of the page: its policy, the first line, problems.

use std::fmt::Write as _;

use super::html::{Message, Text};
use super::{MOST_PROBLEMS, Page, Person, style};
use crate::domain::span::{day, show_time};
use crate::domain::text::plural;

/// Everything that is not seen. Nothing may be loaded but pictures from two places, and the style is known by its hash;
/// an address that is clicked learns nothing of this page.
pub(super) fn head(out: &mut String, page: &Page<'_>) {
    let policy = format!(
        "default-src 'none'; style-src '{}'; img-src {}; base-uri 'none'; form-action 'none'",
        style::HASH,
        page.links.picture_sources()
    );
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Watchlists</title>\n\
         <style>{}</style>\n</head>\n<body>\n",
        // Only the quotes of an attribute matter here, and the policy needs its own.
        policy.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;"),
        style::STYLE
    );
}

/// The name of the page, whether all is well, and ways to each person.
pub(super) fn header(out: &mut String, page: &Page<'_>) {
    let (tone, health) = &page.health;
    let _ = write!(
        out,
        "<header class=\"wrap\">\n<h1>Watchlists</h1>\n<p class=\"pulse {}\">{}</p>\n</header>\n",
        tone.class(),
        Message(&sentence(health))
    );
    if page.people.len() < 2 {
        return;
    }
    out.push_str("<nav aria-label=\"People\"><ul class=\"wrap\">\n");
    for (index, person) in page.people.iter().enumerate() {
        let _ = writeln!(
            out,
            "<li><a href=\"#p{index}\"><bdi>{}</bdi> <span class=\"n\">{}</span></a></li>",
            Text(&person.name),
            plural_ready(person)
        );
    }
    out.push_str("</ul></nav>\n");
}

/// A text of its own, not behind somebody's name.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn plural_ready(person: &Person<'_>) -> String {
    match person.new.len() + person.ready.len() {
        0 => format!("{} on the way", person.waiting.len()),
        ready => format!("{ready} ready"),
    }
}

/// What somebody should look at, each with what to do.
pub(super) fn problems(out: &mut String, page: &Page<'_>) {
    if page.problems.is_empty() {
        return;
    }
    out.push_str("<h2 class=\"sr\">To look at</h2>\n<ul class=\"problems\">\n");
    for problem in page.problems.iter().take(MOST_PROBLEMS) {
        let _ =
            write!(out, "<li class=\"{}\"><p><b>{}</b></p>", problem.tone.class(), Message(&problem.text));
        if let Some(hint) = &problem.hint {
            let _ = write!(out, "<p>{}</p>", Message(hint));
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n");
    super::more(out, MOST_PROBLEMS, page.problems.len(), "lbjf status");
}

/// A time for a reader who may come later: the day and the clock, in UTC.
pub(super) fn moment(time: i64) -> String {
    let shown = show_time(time);
    let clock = shown.split('T').nth(1).and_then(|clock| clock.get(..5)).unwrap_or_default().to_owned();
    format!("{}, {clock} UTC", long_day(time))
}

/// `12 Mar 2027`
pub(super) fn long_day(time: i64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day = day(time);
    let mut parts = day.split('-').map(str::parse::<usize>);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Ok(year)), Some(Ok(month @ 1..=12)), Some(Ok(day))) => {
            format!("{day} {} {year}", MONTHS[month - 1])
        }
        _ => day.clone(),
    }
}

/// How many films there are.
pub(super) fn films(count: usize) -> String {
    plural(count, "film")
}
