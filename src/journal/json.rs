//! What `sync --json` and `cleanup --json` print ([the keys](docs/json.md)).

use serde::Serialize;

use super::RunInfo;
use crate::domain::event::{Event, ListReading, Outcome, Trouble};
use crate::domain::problem::with_hint;
use crate::domain::shelf::{Shelf, ShelfKind};
use crate::domain::step::{RootFolder, SkipReason, Step};
use crate::exit::Exit;

/// What was told so far.
#[derive(Debug, Default)]
pub(super) struct Document {
    users: Vec<ListReading>,
    steps: Vec<StepJson>,
    problems: Vec<ProblemJson>,
}

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    command: &'static str,
    dry_run: bool,
    users: &'a [ListReading],
    steps: &'a [StepJson],
    problems: &'a [ProblemJson],
    summary: &'a str,
    exit_code: u8,
}

#[derive(Debug, Default, Serialize)]
struct StepJson {
    #[serde(rename = "do")]
    action: &'static str,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    film: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tmdb_id: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    users: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    radarr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    playlist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root_folder: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Debug, Serialize)]
struct ProblemJson {
    about: String,
    problem: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl StepJson {
    fn name_shelf(&mut self, Shelf { kind, name, person }: &Shelf) {
        self.users = person.iter().cloned().collect();
        let name = Some(name.clone());
        match kind {
            ShelfKind::Collection => self.collection = name,
            ShelfKind::Playlist => self.playlist = name,
        }
    }
}

fn by_kind(shelf: &Shelf, collection: &'static str, playlist: &'static str) -> &'static str {
    match shelf.kind {
        ShelfKind::Collection => collection,
        ShelfKind::Playlist => playlist,
    }
}

impl Document {
    pub(super) fn see(&mut self, event: Event<'_>) {
        match event {
            Event::Trouble(Trouble { about, message, hint, .. }) => self.problem(about, message, hint),
            Event::FilmSkipped { person, film, why } => {
                self.problem(person, &super::skipped(film, why), None);
            }
            Event::ListRead(list) => self.users.push(list.clone()),
            Event::Refused | Event::Over { .. } | Event::Note { .. } => {}
            Event::Step { step, outcome, root_folder } => {
                self.steps.push(step_json(step, outcome, root_folder));
            }
        }
    }

    fn problem(&mut self, about: &str, problem: &str, hint: Option<&str>) {
        let (about, problem, hint) = (about.to_owned(), problem.to_owned(), hint.map(str::to_owned));
        self.problems.push(ProblemJson { about, problem, hint });
    }

    /// What a person should look at, a line each.
    pub(super) fn problems(&self) -> Vec<String> {
        let line = |problem: &ProblemJson| {
            with_hint(&format!("{}: {}", problem.about, problem.problem), problem.hint.as_deref())
        };
        self.problems.iter().map(line).collect()
    }

    /// All of it, in one line.
    pub(super) fn text(&self, run: &RunInfo, summary: &str, exit: Exit) -> String {
        let json = Json {
            version: 1,
            command: run.command,
            dry_run: run.is_dry,
            users: &self.users,
            steps: &self.steps,
            problems: &self.problems,
            summary,
            exit_code: exit.code(),
        };
        serde_json::to_string(&json).expect("strings and numbers are JSON")
    }
}

fn step_json(step: &Step, outcome: Outcome, root_folder: Option<&str>) -> StepJson {
    let mut json = StepJson { result: outcome.word(), ..StepJson::default() };
    let requested = match step {
        Step::AddToRadarr(add) => {
            json.action = "add_to_radarr";
            json.tags.clone_from(&add.tags);
            json.root_folder = root_folder.map(str::to_owned).or(match &add.root_folder {
                RootFolder::Fixed(folder) => Some(folder.clone()),
                RootFolder::ByGenre { .. } => None,
            });
            Some(&add.requested)
        }
        Step::TagInRadarr(tag) => {
            json.action = "tag_in_radarr";
            json.tags.clone_from(&tag.labels);
            Some(&tag.requested)
        }
        Step::AlreadyPresent(requested) => {
            json.action = "in_radarr_already";
            Some(requested)
        }
        Step::GoneFromRadarr(requested) => {
            json.action = "gone_from_radarr";
            Some(requested)
        }
        Step::Skip(skip) => {
            json.action = match skip.why {
                SkipReason::Excluded | SkipReason::WasExcluded => "excluded_in_radarr",
                SkipReason::InLibrary => "in_jellyfin_already",
            };
            Some(&skip.requested)
        }
        Step::CreateShelf(create) => {
            json.action = by_kind(&create.shelf, "create_collection", "create_playlist");
            json.name_shelf(&create.shelf);
            None
        }
        Step::AddToShelf(add) => {
            json.action = by_kind(&add.shelf, "add_to_collection", "add_to_playlist");
            json.film = Some(add.film.to_string());
            json.slug = Some(add.film.address.to_string());
            json.tmdb_id = Some(add.tmdb.get());
            json.name_shelf(&add.shelf);
            json.users = vec![add.person.clone()];
            None
        }
        Step::RemoveFromShelf(remove) => {
            json.action = by_kind(&remove.shelf, "remove_from_collection", "remove_from_playlist");
            json.film = Some(remove.name.clone());
            json.tmdb_id = Some(remove.tmdb.get());
            json.name_shelf(&remove.shelf);
            json.why = Some(remove.why.to_string());
            None
        }
    };
    if let Some(requested) = requested {
        json.film = Some(requested.film.to_string());
        json.slug = Some(requested.film.address.to_string());
        json.tmdb_id = Some(requested.tmdb.get());
        json.radarr = requested.radarr.of_several().map(str::to_owned);
        json.users = requested.requests.iter().map(|(person, _)| person.clone()).collect();
    }
    json
}
