//! What the Python script remembers, as far as it tells what lbjf's first run will do. Nothing of it is taken over:
//! Radarr and Jellyfin say themselves what they have.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use crate::domain::text;
use crate::store::python_script;

/// The script's state: what it remembers of whom, by the name in lower case.
#[derive(Debug, Default)]
pub(super) struct State(BTreeMap<String, Remembered>);

/// What the script remembers of somebody.
#[derive(Debug, Default)]
struct Remembered {
    /// How many films it has in which state: `completed/radarr_no_file`, `retry_radarr`.
    counts: BTreeMap<String, u64>,
    /// The oldest format tells only which film it read last.
    is_legacy: bool,
}

impl State {
    /// Reads the state in the script's folder, if there is one. As the script does, it takes the database before the
    /// older JSON.
    ///
    /// # Errors
    ///
    /// When there is a file of that name that cannot be read, or that the script has not made.
    pub(super) fn find(folder: &Path) -> anyhow::Result<Option<Self>> {
        let from_database: fn(&Path) -> _ = Self::from_database;
        for (name, read) in [
            ("sync_state.db", from_database),
            ("data/sync_state.db", from_database),
            ("sync_state.json", Self::from_file),
            ("data/sync_state.json", Self::from_file),
        ] {
            let path = folder.join(name);
            if path.exists() {
                let state = read(&path);
                return state.map(Some).with_context(|| format!("`{}`", text::path(&path)));
            }
        }
        Ok(None)
    }

    fn from_file(path: &Path) -> anyhow::Result<Self> {
        Self::from_json(&fs::read_to_string(path).context("cannot be read")?)
    }

    fn from_database(path: &Path) -> anyhow::Result<Self> {
        let mut state = Self::default();
        for row in python_script::films(path).context("not a database of the script")? {
            state.of(&row.username).count(&row.status, row.completion_reason.as_deref(), row.films);
        }
        Ok(state)
    }

    /// `sync_state.json`: version 2, or the oldest, which is `{"name": "TMDB id"}`.
    pub(super) fn from_json(text: &str) -> anyhow::Result<Self> {
        let Ok(Value::Object(root)) = serde_json::from_str(text) else { bail!("not a state of the script") };
        let mut state = Self::default();
        let Some(users) = root.get("users").and_then(Value::as_object) else {
            for (name, value) in &root {
                if !value.is_string() {
                    bail!("not a state of the script");
                }
                state.of(name).is_legacy = true;
            }
            return Ok(state);
        };
        for (name, user) in users {
            let remembered = state.of(name);
            for film in user["movies"].as_object().into_iter().flat_map(Map::values) {
                let status = film["status"].as_str().unwrap_or_default();
                remembered.count(status, film["completion_reason"].as_str(), 1);
            }
        }
        Ok(state)
    }

    fn of(&mut self, name: &str) -> &mut Remembered {
        self.0.entry(name.to_lowercase()).or_default()
    }
}

impl Remembered {
    fn count(&mut self, status: &str, reason: Option<&str>, films: u64) {
        let key = reason.map_or_else(|| status.to_owned(), |reason| format!("{status}/{reason}"));
        *self.counts.entry(key).or_default() += films;
    }

    fn sum(&self, is_meant: impl Fn(&str) -> bool) -> u64 {
        self.counts.iter().filter(|(key, _)| is_meant(key)).map(|(_, count)| count).sum()
    }
}

/// What the first run will do, as far as the script's state tells.
pub(super) fn forecast(state: &State, people: &[String]) -> Vec<String> {
    let mut notes = vec![
        "the first run: the script's state is not carried over, because Radarr and Jellyfin say themselves what they have. \
         The run reads every page of each watchlist and the page of each film once, one page a second; later runs read \
         one page for each person"
            .to_owned(),
    ];
    for (name, remembered) in &state.0 {
        if !people.contains(name) {
            notes.push(format!("{name}: skipped; in the script's state, but not in its config"));
        } else if remembered.is_legacy {
            notes.push(format!(
                "{name}: the state knows only the film that was read last; the first run reads all"
            ));
        } else {
            notes.push(person_forecast(name, remembered));
        }
    }
    for name in people.iter().filter(|name| !state.0.contains_key(*name)) {
        notes.push(format!("{name}: not in the script's state; Radarr gets the whole watchlist"));
    }
    notes
}

fn person_forecast(name: &str, remembered: &Remembered) -> String {
    let films = remembered.sum(|_| true);
    let mut text = format!("{name}: the script knows {films} films");
    for (count, meaning) in [
        (
            remembered.sum(|key| key.starts_with("completed")),
            "are done: Radarr has them, so they are not sent. One that you have removed from Radarr since then is sent \
             again, unless it is on Radarr's exclusion list or no longer on the watchlist",
        ),
        (
            remembered.sum(|key| key == "completed/radarr_no_file"),
            "of these had no file, and the script would not have come back for them: those that Jellyfin has now go into \
             the collection",
        ),
        (
            remembered.sum(|key| key == "completed/jellyfin_not_found"),
            "of these were not found in Jellyfin by their title; lbjf looks for the TMDB id",
        ),
        (remembered.sum(|key| key.ends_with("_radarr")), "wait for Radarr and are sent"),
        (remembered.sum(|key| key.ends_with("_jellyfin")), "wait for Jellyfin and go into the collection"),
        (
            remembered.sum(|key| key == "retry_letterboxd"),
            "could not be read at Letterboxd and are read again",
        ),
    ] {
        if count > 0 {
            let _ = write!(text, "; {count} {meaning}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_version_2_tells_what_the_first_run_will_do() {
        let state = State::from_json(
            r#"{"version": 2, "users": {
                "Ada": {"cursor": {"kind": "letterboxd", "value": "film/heat-1995/"}, "movies": {
                    "film/heat-1995/": {"tmdb_id": "949", "status": "completed", "title": "Heat", "year": 1995, "completion_reason": "jellyfin_added"},
                    "film/alien/": {"tmdb_id": "348", "status": "completed", "title": null, "year": null, "completion_reason": "radarr_no_file"},
                    "film/gone/": {"tmdb_id": null, "status": "retry_letterboxd", "title": null, "year": null, "completion_reason": null},
                    "film/new/": {"tmdb_id": "7", "status": "pending_radarr", "title": null, "year": null, "completion_reason": null}
                }},
                "bob": {"cursor": null, "movies": {}}
            }}"#,
        );
        let notes = forecast(&state.unwrap(), &["ada".to_owned(), "grace".to_owned()]);
        let [all, ada, bob, grace] = &notes[..] else { panic!("{notes:#?}") };
        assert!(all.contains("is not carried over"), "{all}");
        for text in [
            "knows 4 films; 2 are done",
            "; 1 of these had no file",
            "; 1 wait for Radarr",
            "; 1 could not be read",
        ] {
            assert!(ada.contains(text), "{ada}");
        }
        assert!(!ada.contains("wait for Jellyfin"), "{ada}");
        assert!(bob.starts_with("bob: skipped; in the script's state, but not in its config"), "{bob}");
        assert!(grace.starts_with("grace: not in the script's state"), "{grace}");
    }

    #[test]
    fn the_oldest_state_tells_only_that_there_was_one() {
        let notes = forecast(&State::from_json(r#"{"ada": "949"}"#).unwrap(), &["ada".to_owned()]);
        assert!(notes[1].starts_with("ada: the state knows only the film that was read last"), "{notes:?}");
        for text in ["[]", "", "{\"ada\": 1}"] {
            State::from_json(text).expect_err("not a state of the script");
        }
    }
}
