//! `lbjf status FILM`: where is my film?

mod next;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::iter;

use serde::Serialize;

use crate::config::{self, Config, User};
use crate::domain::clock::Timestamp;
use crate::domain::ids::TmdbId;
use crate::domain::presence::Presence;
use crate::domain::request::RequestProblem;
use crate::domain::shelf::{Named, ShelfKind};
use crate::domain::span::{ago, show_time};
use crate::domain::text::excerpt;
use crate::store::{AnswerStatus, EntryStatus, FilmStatus, Store, StoreError};
use crate::system::layout::{columns, wrap};

/// So many films are shown on the screen; JSON has all.
const SHOWN: usize = 10;

/// What there is to say about the films of this name.
///
/// # Errors
///
/// When the store cannot be read.
pub(super) fn answer(
    text: &str,
    shown: Option<&[String]>,
    store: Option<&Store>,
    config: &Config,
    as_json: bool,
    now: Timestamp,
) -> anyhow::Result<String> {
    let mut films = store.map_or(Ok(Vec::new()), |store| store.find_films(text))?;
    if let Some(shown) = shown {
        films.retain(|film| film.entries.iter().any(|entry| shown.contains(&entry.person)));
    }
    let view = View {
        config,
        shown,
        now,
        blocked_until: blocked_until(store, now)?,
        has_spans: !as_json,
        columns: columns(),
        shelves: store.map_or(Ok(HashMap::new()), |store| shelves(store, config))?,
    };
    if as_json {
        let films = films.iter().map(|film| view.json(film)).collect();
        return Ok(serde_json::to_string(&Json { version: 1, films })? + "\n");
    }
    if films.is_empty() {
        return Ok(format!(
            "no film that is or was on a watchlist matches `{}`; use its slug, its TMDB id, its short link or a part of its title\n",
            excerpt(text, 100)
        ));
    }
    let mut answer = films.iter().take(SHOWN).map(|film| view.screen(film)).collect::<Vec<_>>().join("\n");
    if films.len() > SHOWN {
        let _ = writeln!(answer, "\nand {} more; use more of the title", films.len() - SHOWN);
    }
    Ok(answer)
}

/// Until when Letterboxd is left alone on every way that was refused; `None` when it may be asked.
fn blocked_until(store: Option<&Store>, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let cool_downs = store.map_or(Ok(Vec::new()), Store::cool_downs)?;
    Ok(cool_downs.iter().map(|cool_down| cool_down.until).min().filter(|until| *until > now))
}

/// A collection or playlist of somebody.
struct PersonShelf<'a> {
    kind: ShelfKind,
    named: &'a Named,
    /// The same for all who share it.
    mark: String,
    /// What is in it.
    members: HashSet<TmdbId>,
    /// What stays in it although everybody has watched it.
    stays: HashSet<TmdbId>,
}

/// What each person has.
fn shelves<'a>(
    store: &Store,
    config: &'a Config,
) -> Result<HashMap<&'a str, Vec<PersonShelf<'a>>>, StoreError> {
    let mut shelves: HashMap<&str, Vec<PersonShelf<'_>>> = HashMap::new();
    for user in &config.users {
        let both = [(ShelfKind::Collection, &user.collection), (ShelfKind::Playlist, &user.playlist)];
        for (kind, named) in both {
            let Some(named) = named else { continue };
            // One of them may name it, and another one its id.
            let mark = match (kind, named) {
                (ShelfKind::Collection, Named::Name(name)) => {
                    store.collection_id(name)?.map_or(name.clone(), |id| id.to_string())
                }
                (ShelfKind::Collection, Named::Id(id)) => id.clone(),
                // One that is not there yet is nobody else's.
                (ShelfKind::Playlist, _) => {
                    store.playlist_of(&user.name)?.map_or_else(|| user.name.clone(), |id| id.to_string())
                }
            };
            let rows = store.members(&mark)?;
            let stays = rows.iter().filter(|row| row.was_watched && !row.is_own).map(|row| row.tmdb);
            let members = store.listing(&mark, false)?.into_iter().filter_map(|member| member.tmdb).collect();
            let shelf = PersonShelf { kind, named, members, stays: stays.collect(), mark };
            shelves.entry(&user.name).or_default().push(shelf);
        }
    }
    Ok(shelves)
}

/// What the answer depends on beside the film.
struct View<'a> {
    config: &'a Config,
    /// Whose part is shown; `None`: everybody's.
    shown: Option<&'a [String]>,
    now: Timestamp,
    blocked_until: Option<Timestamp>,
    /// Are times told as spans, for who reads them now?
    has_spans: bool,
    /// Of the terminal, if it is one.
    columns: Option<usize>,
    /// By person.
    shelves: HashMap<&'a str, Vec<PersonShelf<'a>>>,
}

/// Described in docs/json.md.
#[derive(Serialize)]
struct Json {
    version: u32,
    films: Vec<FilmJson>,
}

#[derive(Serialize)]
struct FilmJson {
    slug: String,
    film: String,
    kind: Option<String>,
    tmdb_id: Option<u32>,
    matched_by_title: bool,
    problem: Option<String>,
    users: Vec<UserJson>,
}

#[derive(Serialize)]
struct UserJson {
    user: String,
    is_listed: bool,
    since: String,
    in_radarr_since: Option<String>,
    radarr_problem: Option<String>,
    radarrs: Vec<RadarrJson>,
    place: Option<&'static str>,
    watched: Option<bool>,
    next: String,
}

/// What one Radarr said.
#[derive(Serialize)]
struct RadarrJson {
    radarr: String,
    in_radarr_since: Option<String>,
    radarr_problem: Option<String>,
}

impl View<'_> {
    fn json(&self, film: &FilmStatus) -> FilmJson {
        let user = |entry: &EntryStatus| UserJson {
            user: entry.person.clone(),
            is_listed: entry.is_listed,
            since: show_time(entry.seen_at),
            in_radarr_since: self
                .answers(entry)
                .first()
                .and_then(|(_, answer)| answer.answered_at)
                .map(show_time),
            radarr_problem: self.answers(entry).first().and_then(|(_, answer)| answer.detail.clone()),
            radarrs: self.answers(entry).iter().map(radarr_json).collect(),
            place: entry.place.map(Presence::word),
            watched: entry.place.map(|_| entry.is_watched),
            next: self.next(film, entry),
        };
        FilmJson {
            slug: film.film.address.to_string(),
            film: film.film.to_string(),
            kind: film.kind.clone(),
            tmdb_id: film.tmdb_id,
            matched_by_title: film.is_matched,
            problem: film.problem.clone(),
            users: self.entries(film).map(user).collect(),
        }
    }

    fn screen(&self, film: &FilmStatus) -> String {
        let id = match (film.kind.as_deref(), film.tmdb_id) {
            (Some("movie"), Some(id)) => format!(" tmdb={id}"),
            (Some("tv"), Some(id)) => format!(" tmdb_tv={id}"),
            _ => String::new(),
        };
        let mut text = format!("{} `{}`{id}\n", film.film, film.film.address);
        if film.is_matched {
            let line = format!(
                "  by its title and year; if it is another film, say which: `\"{}\" = ID` under `[films]` in the config",
                film.film.address
            );
            let _ = writeln!(text, "{}", wrap(&line, 4, self.columns));
        }
        for entry in self.entries(film) {
            let _ = writeln!(text, "  {}", entry.person);
            let mut row = |label: &str, value: &str| {
                let _ = writeln!(text, "{}", wrap(&format!("    {label:<12} {value}"), 17, self.columns));
            };
            let since = ago(self.now, entry.seen_at);
            let listed =
                if entry.is_listed { format!("listed, first seen {since}") } else { "left it".to_owned() };
            row("watchlist", &listed);
            if entry.is_listed && film.kind.as_deref() == Some("movie") {
                for (radarr, answer) in self.answers(entry) {
                    let which =
                        radarr.name.of_several().map(|name| format!("`{name}`: ")).unwrap_or_default();
                    row("Radarr", &format!("{which}{}", self.radarr(&answer)));
                }
                for shelf in self.shelves_of(entry) {
                    let place = self.place(shelf, film, entry);
                    row(shelf.kind.word(), &format!("{}: {place}", shelf.named));
                }
            }
            row("next", &self.next(film, entry));
        }
        text
    }

    fn entries<'f>(&'f self, film: &'f FilmStatus) -> impl Iterator<Item = &'f EntryStatus> {
        let is_shown = |entry: &&EntryStatus| self.shown.is_none_or(|shown| shown.contains(&entry.person));
        film.entries.iter().filter(is_shown)
    }

    fn user(&self, entry: &EntryStatus) -> Option<&User> {
        self.config.users.iter().find(|user| user.name == entry.person)
    }

    /// What each Radarr said that this person's films go to, by the config.
    fn answers(&self, entry: &EntryStatus) -> Vec<(&config::Radarr, AnswerStatus)> {
        let Some(user) = self.user(entry) else { return Vec::new() };
        let theirs = self.config.radarrs.iter().filter(|radarr| user.sends_to(&radarr.name));
        let answer = |radarr: &config::Radarr| {
            entry
                .answers
                .iter()
                .find(|answer| answer.server == radarr.name.name())
                .cloned()
                .unwrap_or_default()
        };
        theirs.map(|radarr| (radarr, answer(radarr))).collect()
    }

    fn radarr(&self, answer: &AnswerStatus) -> String {
        match (answer.answered_at, &answer.detail) {
            (None, _) if answer.problem == Some(RequestProblem::Untagged) => {
                "has it, not tagged yet".to_owned()
            }
            (Some(answered_at), _) => format!("has it, first seen {}", ago(self.now, answered_at)),
            (None, Some(detail)) => format!("not yet: {detail}"),
            (None, None) => "not yet".to_owned(),
        }
    }

    fn shelves_of(&self, entry: &EntryStatus) -> &[PersonShelf<'_>] {
        self.shelves.get(entry.person.as_str()).map_or(&[], Vec::as_slice)
    }

    fn has(&self, person: &str, at: &PersonShelf<'_>) -> bool {
        self.shelves.get(person).is_some_and(|shelves| shelves.iter().any(|other| other.mark == at.mark))
    }

    /// Everybody in the config whose films go there.
    fn mapped(&self, at: &PersonShelf<'_>) -> Vec<&User> {
        self.config.users.iter().filter(|user| self.has(&user.name, at)).collect()
    }

    /// Everybody who lists the film and whose films go there, this person first.
    fn sharers<'f>(
        &'f self,
        at: &PersonShelf<'_>,
        film: &'f FilmStatus,
        entry: &'f EntryStatus,
    ) -> Vec<(&'f User, &'f EntryStatus)> {
        let others = film.entries.iter().filter(|other| other.person != entry.person);
        let here = |other: &&EntryStatus| other.place.is_some() && self.has(&other.person, at);
        let all = iter::once(entry).chain(others.filter(here));
        all.filter_map(|entry| Some((self.user(entry)?, entry))).collect()
    }

    /// Where the film was there. Of somebody who has a collection and a playlist, what was seen of both is one state.
    fn presence(&self, at: &PersonShelf<'_>, film: &FilmStatus, entry: &EntryStatus) -> Option<Presence> {
        if self.shelves_of(entry).len() < 2 {
            return entry.place;
        }
        let is_in = film.tmdb_id.and_then(TmdbId::new).is_some_and(|id| at.members.contains(&id));
        match entry.place {
            _ if is_in => Some(Presence::Collection),
            Some(Presence::Collection) if entry.is_watched => Some(Presence::Watched),
            Some(Presence::Collection) => None,
            seen => seen,
        }
    }

    /// Where it stands. Being in a collection is the film's, having watched it each person's.
    fn place(&self, at: &PersonShelf<'_>, film: &FilmStatus, entry: &EntryStatus) -> String {
        let sharers = self.sharers(at, film, entry);
        let names = |is_watched: bool| {
            let who = sharers.iter().filter(|(_, entry)| entry.is_watched == is_watched);
            and(&who.map(|(user, _)| user.name.as_str()).collect::<Vec<_>>())
        };
        let have = |names: &str| if names.contains(" and ") { "have" } else { "has" };
        let presence = self.presence(at, film, entry);
        let place = match presence {
            Some(Presence::Collection) => "in it",
            Some(Presence::Waiting) => "not in it, since the library has no such film yet",
            Some(Presence::Watched) if sharers.len() == 1 => "not in it, since it was watched",
            Some(Presence::Watched) => "not in it",
            Some(Presence::Ineffective) => "not in it, although Jellyfin said it put it in",
            None => "not looked at yet",
        };
        match (names(true), names(false)) {
            _ if presence.is_none() => place.to_owned(),
            (None, _) => place.to_owned(),
            (Some(_), None) if presence == Some(Presence::Watched) && sharers.len() == 1 => place.to_owned(),
            (Some(all), None) => format!("{place}; {all} {} watched it", have(&all)),
            (Some(some), Some(others)) => {
                format!("{place}; {some} {} watched it, {others} {} not", have(&some), have(&others))
            }
        }
    }
}

fn radarr_json((radarr, answer): &(&config::Radarr, AnswerStatus)) -> RadarrJson {
    RadarrJson {
        radarr: radarr.name.name().to_owned(),
        in_radarr_since: answer.answered_at.map(show_time),
        radarr_problem: answer.detail.clone(),
    }
}

/// `ada, ben and cleo`; `None` for nobody.
fn and(names: &[&str]) -> Option<String> {
    let (last, others) = names.split_last()?;
    Some(if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) })
}
