//! The words of a message: a title, then what failed, what works again, and films. Plain text, in lines.

use std::fmt::Write as _;

use super::news::{FirstRun, News};
use super::plan::{Due, Remembered};
use crate::domain::clock::Timestamp;
use crate::domain::message::{FilmNews, Message, Occasion, Ongoing, ProblemNews, TroubleKey};
use crate::domain::span::lasted;
use crate::domain::text::{excerpt, plural};

/// So many films are named; nobody reads more on a phone.
const NAMED: usize = 20;

/// No receiver takes a longer title.
const LONGEST_TITLE: usize = 200;

/// What is known of the run itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) command: &'static str,
    pub(super) now: Timestamp,
    pub(super) exit_code: u8,
    /// The closing line.
    pub(super) summary: &'a str,
}

/// The message for what is due.
pub(super) fn message(facts: Facts<'_>, due: &Due, news: &News, remembered: &Remembered) -> Message {
    let known = |key: &TroubleKey| remembered.ongoing.iter().find(|known| known.key == *key);
    let mut problems = Vec::new();
    for trouble in due.troubles.iter().filter_map(known) {
        let seen = news.troubles.iter().find(|seen| seen.key == trouble.key);
        for (text, hint) in seen.iter().flat_map(|seen| &seen.texts) {
            problems.push(problem(trouble, text, hint.clone()));
        }
    }
    problems.extend(due.overs.iter().filter_map(known).map(|over| problem(over, &over.text, None)));
    let (films, first) = if due.films { (&news.films[..], Some(&news.first)) } else { (&[][..], None) };
    let occasion = match due {
        Due { troubles, .. } if !troubles.is_empty() => Occasion::Failed,
        Due { overs, .. } if !overs.is_empty() => Occasion::Recovered,
        Due { films: true, .. } => Occasion::Changed,
        _ => Occasion::Run,
    };
    let mut text = String::new();
    for problem in &problems {
        let _ = writeln!(text, "{}", line(problem, facts.now));
    }
    let mut room = NAMED;
    for (heading, is_ready) in [("Ready in Jellyfin:", true), ("Sent to Radarr:", false)] {
        let these: Vec<_> = films.iter().filter(|film| film.collections.is_some() == is_ready).collect();
        let named = these.len().min(room);
        if named > 0 {
            let _ = writeln!(text, "{heading}");
        }
        for film in &these[..named] {
            let _ = writeln!(text, "- {}: {}", film.film, whose(film));
        }
        room -= named;
    }
    if films.len() > NAMED {
        let _ = writeln!(text, "and {} more", films.len() - NAMED);
    }
    for (person, FirstRun { sent, ready }) in first.into_iter().flatten() {
        let _ = writeln!(text, "{person}, for the first time: {}", counts(*ready, *sent));
    }
    let title = match occasion {
        Occasion::Failed => heading("problem", due.troubles.len(), &problems, false),
        Occasion::Recovered => heading("problem over", due.overs.len(), &problems, true),
        Occasion::Changed => film_title(news),
        Occasion::Run | Occasion::Test => "nothing new".to_owned(),
    };
    text.push_str(facts.summary);
    Message {
        occasion,
        command: facts.command,
        time: facts.now,
        exit_code: facts.exit_code,
        title: excerpt(&format!("lbjf: {title}"), LONGEST_TITLE),
        text,
        summary: facts.summary.to_owned(),
        films: films.to_vec(),
        problems,
    }
}

fn problem(trouble: &Ongoing, text: &str, hint: Option<String>) -> ProblemNews {
    ProblemNews {
        about: trouble.about.clone(),
        text: text.to_owned(),
        hint,
        since: trouble.began_at,
        runs: trouble.runs,
        is_over: trouble.ended_at.is_some(),
    }
}

/// A problem in a line, with what to do in another one.
fn line(problem: &ProblemNews, now: Timestamp) -> String {
    let ProblemNews { about, text, hint, since, runs, is_over } = problem;
    let runs = plural(*runs as usize, "run");
    let lasted = lasted(now - since);
    if *is_over {
        return format!("Over, after {lasted} and {runs}: {about}: {text}");
    }
    let since = if now > *since { format!(" (for {lasted}, {runs})") } else { String::new() };
    let hint = hint.as_ref().map(|hint| format!("\n  {}", hint.replace('\n', "\n  "))).unwrap_or_default();
    format!("{about}: {text}{since}{hint}")
}

/// `2 problems: radarr, ada`
fn heading(noun: &str, count: usize, problems: &[ProblemNews], is_over: bool) -> String {
    let mut about: Vec<&str> = Vec::new();
    for problem in problems.iter().filter(|problem| problem.is_over == is_over) {
        if !about.contains(&problem.about.as_str()) {
            about.push(&problem.about);
        }
    }
    let more = if about.len() > 3 { ", …" } else { "" };
    about.truncate(3);
    let noun = if count == 1 { noun.to_owned() } else { noun.replacen("problem", "problems", 1) };
    format!("{count} {noun}: {}{more}", about.join(", "))
}

/// One film by its name, several by their number.
fn film_title(news: &News) -> String {
    if let ([film], true) = (&news.films[..], news.first.is_empty()) {
        let what = if film.collections.is_some() { "ready in Jellyfin" } else { "sent to Radarr" };
        return format!("{} {what}", film.film);
    }
    let ready = news.films.iter().filter(|film| film.collections.is_some()).count();
    let sent = news.films.len() - ready;
    let first = news.first.values();
    let (more_ready, more_sent) =
        first.fold((0, 0), |(ready, sent), first| (ready + first.ready, sent + first.sent));
    counts(ready + more_ready, sent + more_sent)
}

/// `3 films ready in Jellyfin, 2 sent to Radarr`
fn counts(ready: usize, sent: usize) -> String {
    match (ready, sent) {
        (ready, 0) => format!("{} ready in Jellyfin", plural(ready, "film")),
        (0, sent) => format!("{} sent to Radarr", plural(sent, "film")),
        (ready, sent) => format!("{} ready in Jellyfin, {sent} sent to Radarr", plural(ready, "film")),
    }
}

/// Where a film is ready, or for whom it was sent.
fn whose(film: &FilmNews) -> String {
    film.collections.as_ref().unwrap_or(&film.people).join(", ")
}

#[cfg(test)]
mod tests;
