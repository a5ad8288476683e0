//! What a run brought that may be worth a message: films, troubles, and troubles that are over.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::event::{Event, Outcome, Trouble};
use crate::domain::message::{FilmNews, TroubleKey};
use crate::domain::notice::Notice;
use crate::domain::step::{RequestedFilm, Step};

/// The news of a run so far.
#[derive(Debug, Default)]
pub(super) struct News {
    /// In how many films people are new here who have just begun: a watchlist is no news.
    pub(super) first: BTreeMap<String, FirstRun>,
    pub(super) films: Vec<FilmNews>,
    pub(super) troubles: Vec<Seen>,
    pub(super) overs: Vec<Over>,
    /// What was said of Letterboxd's refusal.
    pub(super) refusal: Option<(String, String, Option<String>)>,
}

/// What the first run of a person did for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FirstRun {
    pub(super) sent: usize,
    pub(super) ready: usize,
}

/// A trouble that was seen in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) key: TroubleKey,
    pub(super) word: String,
    pub(super) about: String,
    /// What was said of it, with what to do; a trouble may have several.
    pub(super) texts: Vec<(String, Option<String>)>,
    /// Does nobody hear of it before it has lasted?
    pub(super) is_patient: bool,
}

/// A kind of trouble that is over, with everybody or with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Over {
    pub(super) kind: &'static str,
    pub(super) about: Option<String>,
}

impl Over {
    pub(super) fn covers(&self, key: &TroubleKey) -> bool {
        self.kind == key.kind && self.about.as_ref().is_none_or(|about| *about == key.about)
    }
}

/// The kind of trouble that a refusal by Letterboxd is.
pub(super) const REFUSED: &str = "block";

/// The kind of trouble that a film is which a Radarr does not take.
const ADD: &str = "add";

/// Which film at which Radarr.
fn of_film(radarr: &str, uid: &str) -> String {
    format!("{radarr}/{uid}")
}

/// What Letterboxd does that passes by itself as a rule: nobody can do anything about it earlier.
const PATIENT: [&str; 4] = [REFUSED, "films", "given_up", "watchlists"];

/// The same of a single list, by the word for how it was read.
const PATIENT_LISTS: [&str; 6] =
    ["challenged", "incomplete", "not_asked", "rate_limited", "unexpected_page", "unreachable"];

impl News {
    /// `is_new`: is it the first run of this person?
    pub(super) fn see(&mut self, event: Event<'_>, is_new: impl Fn(&str) -> bool) {
        match event {
            Event::Trouble(trouble) => self.trouble(trouble),
            Event::Over { kind, about } => {
                // A server without a name is the only one of its kind.
                let about = about.filter(|about| !about.is_empty()).map(str::to_owned);
                self.overs.push(Over { kind, about });
            }
            Event::Step { step, outcome, .. } => self.step(step, outcome, is_new),
            Event::FilmSkipped { .. } | Event::ListRead(_) | Event::Note { .. } | Event::Refused => {}
        }
    }

    fn step(&mut self, step: &Step, outcome: Outcome, is_new: impl Fn(&str) -> bool) {
        match (step, outcome) {
            (Step::AddToRadarr(add), Outcome::Done) => {
                self.taken(&add.requested);
                self.sent(&add.requested, is_new);
            }
            (Step::AddToRadarr(add), Outcome::Skipped) => self.taken(&add.requested),
            (Step::AlreadyPresent(requested) | Step::GoneFromRadarr(requested), _) => self.taken(requested),
            (Step::Skip(skip), _) => self.taken(&skip.requested),
            (Step::AddToShelf(add), Outcome::Done) => {
                self.overs.push(Over { kind: "put", about: Some(add.item_id.as_str().to_owned()) });
                if is_new(&add.person) {
                    self.first.entry(add.person.clone()).or_default().ready += 1;
                } else {
                    let (people, collections) =
                        (vec![add.person.clone()], Some(vec![add.shelf.name.clone()]));
                    let (film, tmdb) = (add.film.clone(), add.tmdb);
                    self.film(FilmNews { film, tmdb, people, collections });
                }
            }
            _ => {}
        }
    }

    /// Nothing keeps this film from its Radarr any more.
    fn taken(&mut self, requested: &RequestedFilm) {
        let about = of_film(requested.radarr.name(), requested.film.uid.as_str());
        self.overs.push(Over { kind: ADD, about: Some(about) });
    }

    fn sent(&mut self, requested: &RequestedFilm, is_new: impl Fn(&str) -> bool) {
        let people: BTreeSet<&String> = requested.requests.iter().map(|(person, _)| person).collect();
        let (new, known): (Vec<_>, Vec<_>) = people.into_iter().partition(|person| is_new(person));
        for person in new {
            self.first.entry(person.clone()).or_default().sent += 1;
        }
        if !known.is_empty() {
            let people = known.into_iter().cloned().collect();
            let (film, tmdb) = (requested.film.clone(), requested.tmdb);
            self.film(FilmNews { film, tmdb, people, collections: None });
        }
    }

    /// One film is one line, in however many collections, or at however many servers.
    fn film(&mut self, news: FilmNews) {
        let same = |known: &&mut FilmNews| {
            known.tmdb == news.tmdb && known.collections.is_some() == news.collections.is_some()
        };
        let Some(known) = self.films.iter_mut().find(same) else { return self.films.push(news) };
        for person in news.people {
            add(&mut known.people, person);
        }
        for name in news.collections.into_iter().flatten() {
            add(known.collections.get_or_insert_default(), name);
        }
    }

    fn trouble(&mut self, trouble: Trouble<'_>) {
        let Trouble { notice: Some(notice), about, message, hint, failed, .. } = trouble else { return };
        let text = (message.to_owned(), hint.map(str::to_owned));
        if notice.kind == REFUSED {
            self.refusal = Some((about.to_owned(), text.0, text.1));
            return;
        }
        if failed.is_none() {
            return;
        }
        // What a detail says may differ from case to case, but for the word of a list.
        let word = if notice.kind == "list" { notice.detail } else { "" };
        let name = match notice {
            Notice { kind: ADD, about, detail } => of_film(about, detail),
            Notice { about: "", .. } => about.to_owned(),
            Notice { about, .. } => about.to_owned(),
        };
        let is_patient =
            PATIENT.contains(&notice.kind) || notice.kind == "list" && PATIENT_LISTS.contains(&word);
        let key = TroubleKey { kind: notice.kind.to_owned(), about: name };
        let (word, about) = (word.to_owned(), about.to_owned());
        match self.troubles.iter_mut().find(|seen| seen.key == key) {
            Some(seen) => add(&mut seen.texts, text),
            None => self.troubles.push(Seen { key, word, about, texts: vec![text], is_patient }),
        }
    }

    /// Something that ended the run.
    pub(super) fn cut_off(&mut self, text: &str) {
        let key = TroubleKey { kind: CUT_OFF.to_owned(), about: String::new() };
        let (about, texts) = ("lbjf".to_owned(), vec![(text.to_owned(), None)]);
        self.troubles.push(Seen { key, word: String::new(), about, texts, is_patient: false });
    }

    /// It went on to its end; did Letterboxd refuse us?
    pub(super) fn went_on(&mut self, is_refused: bool) {
        self.overs.push(Over { kind: CUT_OFF, about: None });
        if !is_refused {
            return;
        }
        let (about, text, hint) = self.refusal.clone().unwrap_or_else(|| {
            ("letterboxd".to_owned(), "refuses us; everything else is done".to_owned(), None)
        });
        let key = TroubleKey { kind: REFUSED.to_owned(), about: String::new() };
        let seen = Seen { key, word: String::new(), about, texts: vec![(text, hint)], is_patient: true };
        self.troubles.push(seen);
    }
}

/// The kind of trouble that ends a run.
const CUT_OFF: &str = "run";

fn add<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}
