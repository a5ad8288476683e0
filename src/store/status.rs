//! What `status` shows: people, and films.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Row, params};

use super::films::{MATCHED, clean, film_from, find, why_skipped};
use super::{Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::film::Film;
use crate::domain::film_name::FilmName;
use crate::domain::presence::Presence;
use crate::domain::radarr::RadarrName;
use crate::domain::request::RequestProblem;
use crate::domain::text::one_line;

/// What is known of one person.
#[derive(Clone, Debug, Default)]
pub struct PersonStatus {
    /// As in the config.
    pub name: String,
    /// What they want, their own watchlist or export first.
    pub lists: Vec<ListStatus>,
    /// Films on the known lists, each once.
    pub listed: u32,
    /// Those with a TMDB id.
    pub resolved: u32,
    /// Those that each Radarr has which their films go to, by its name.
    pub in_radarr: Vec<(String, u32)>,
    /// Those in the collection.
    pub in_collection: u32,
    /// Those that are not in the library yet.
    pub waiting: u32,
    /// Those that were watched.
    pub watched: u32,
    /// Those whose page could not be read yet.
    pub unresolved: u32,
    /// Films that no server can take, with the reason.
    pub skipped: Vec<(Film, String)>,
    /// Films that a server did not take, with the reason.
    pub failed: Vec<(Film, String)>,
    /// Those of both of which a person may know better what they are.
    pub unclear: Vec<(Film, String)>,
    /// Films that were found by title and year, with what each was taken for.
    pub matched: Vec<(Film, String)>,
}

/// What is known of one list.
#[derive(Clone, Debug, Default)]
pub struct ListStatus {
    id: i64,
    /// `watchlist`, `list`, or `export`.
    pub kind: String,
    /// As in [`ListKey`](crate::domain::list::ListKey).
    pub address: String,
    /// The last reading, whatever its outcome.
    pub read_at: Option<Timestamp>,
    /// The last reading that could read the list.
    pub good_at: Option<Timestamp>,
    /// The last reading that could take entries off; of an export its day.
    pub accepted_at: Option<Timestamp>,
    /// Since when a reading waits to be believed.
    pub pending_at: Option<Timestamp>,
    /// Of the last reading, in one word.
    pub outcome: Option<String>,
    /// Of the last reading, in words.
    pub problem: Option<String>,
    /// Entries, as the list declared last.
    pub declared: Option<u32>,
    /// Entries on the known list.
    pub listed: u32,
}

/// One film, for everybody who lists it or did.
#[derive(Clone, Debug)]
pub struct FilmStatus {
    /// Which film.
    pub film: Film,
    /// `movie`, `tv`, `none` (no TMDB id), `other` (no film); `None`: its page was not read yet.
    pub kind: Option<String>,
    /// Of the movie or the TV show.
    pub tmdb_id: Option<u32>,
    /// Is it only its title and year that says so?
    pub is_matched: bool,
    /// Why there is no TMDB id, or why its page could not be read.
    pub problem: Option<String>,
    /// When its page is looked at again, where it gave no TMDB id.
    pub next_look_at: Timestamp,
    /// By person.
    pub entries: Vec<EntryStatus>,
}

/// One film on one person's list.
#[derive(Clone, Debug)]
pub struct EntryStatus {
    /// At Letterboxd.
    pub person: String,
    /// Does it stand there now, as far as known?
    pub is_listed: bool,
    /// When it was first seen there.
    pub seen_at: Timestamp,
    /// What each Radarr said that this person's films go, or went, to.
    pub answers: Vec<AnswerStatus>,
    /// Where it stood at the last look at Jellyfin.
    pub place: Option<Presence>,
    /// Had this person watched it by then?
    pub is_watched: bool,
}

/// What a Radarr said of one film for one person; by default nothing.
#[derive(Clone, Debug, Default)]
pub struct AnswerStatus {
    /// Its name.
    pub server: String,
    /// When it was first seen to have it.
    pub answered_at: Option<Timestamp>,
    /// Why it does not have it, when it was asked.
    pub problem: Option<RequestProblem>,
    /// The same in words.
    pub detail: Option<String>,
    /// It is not asked before.
    pub next_try_at: Timestamp,
}

impl Store {
    /// Everybody this store knows, by name.
    pub fn people(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT name FROM person ORDER BY name")?;
        let names = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(names)
    }

    /// What is known of one person; empty for somebody whose lists were never read.
    pub fn person_status(&self, name: &str) -> Result<PersonStatus, StoreError> {
        Ok(self.people_status(&[name.to_owned()])?.remove(0))
    }

    /// What is known of these people, in their order: their sums, and those films with which something
    /// is the matter.
    pub fn people_status(&self, names: &[String]) -> Result<Vec<PersonStatus>, StoreError> {
        let mut people: HashMap<&str, PersonStatus> = HashMap::new();
        let mut statement = self.db.prepare_cached(LISTS)?;
        for name in names {
            let lists = statement.query_map([name], list_from)?.collect::<Result<_, _>>()?;
            let mut person = PersonStatus { name: name.clone(), lists, ..PersonStatus::default() };
            self.count(&mut person)?;
            // Whoever has one list wants what is on it; counting again would take as long as all else.
            match &mut person.lists[..] {
                [list] => list.listed = person.listed,
                lists => {
                    for list in lists {
                        let mut statement = self.db.prepare_cached(ON_LIST)?;
                        list.listed = statement.query_row([list.id], |row| row.get(0))?;
                    }
                }
            }
            people.insert(name, person);
        }
        // What is the matter at which of several.
        let sql = "SELECT count(DISTINCT server) > 1 FROM person_server WHERE server <> ''";
        let has_several = self.db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        for sql in [ODD_FILMS, TROUBLED_REQUESTS] {
            let mut statement = self.db.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if let Some(person) = people.get_mut(row.get_ref("person")?.as_str().unwrap_or_default()) {
                    person.note(Odd::from(row, has_several)?);
                }
            }
        }
        let mut statement = self.db.prepare_cached(MATCHED_FILMS)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(person) = people.get_mut(row.get_ref("person")?.as_str().unwrap_or_default()) {
                let why = format!("is taken for TMDB {}", row.get::<_, u32>("tmdb_id")?);
                person.matched.push((film_from(row)?, why));
            }
        }
        Ok(names.iter().filter_map(|name| people.remove(name.as_str())).collect())
    }

    fn count(&self, person: &mut PersonStatus) -> Result<(), StoreError> {
        let mut wanted = self.db.prepare_cached(WANTED)?;
        let listed = wanted.query_row([&person.name], |row| row.get(0))?;
        (person.listed, person.resolved) = (listed, listed);
        let mut servers = self.db.prepare_cached(SERVERS)?;
        let servers = servers.query_map([&person.name], |row| row.get(0))?;
        for server in servers.collect::<Result<Vec<String>, _>>()? {
            let mut unanswered = self.db.prepare_cached(UNANSWERED)?;
            let unanswered: u32 = unanswered.query_row([&server, &person.name], |row| row.get(0))?;
            person.in_radarr.push((server, listed.saturating_sub(unanswered)));
        }
        for (sql, is_wanted) in [(PRESENCE, true), (PRESENCE_OF_ENDED, false)] {
            let mut statement = self.db.prepare_cached(sql)?;
            let mut rows = statement.query([&person.name])?;
            while let Some(row) = rows.next()? {
                let (is_watched, count): (bool, u32) = (row.get("is_watched")?, row.get("count")?);
                let add = |sum: &mut u32| *sum = if is_wanted { *sum + count } else { *sum - count };
                match row.get_ref("state")?.as_str().ok() {
                    Some("collection") => add(&mut person.in_collection),
                    Some("waiting") => add(&mut person.waiting),
                    _ => {}
                }
                if is_watched {
                    add(&mut person.watched);
                }
            }
        }
        Ok(())
    }

    /// Everybody of whom a list was read before.
    pub fn people_read(&self) -> Result<BTreeSet<String>, StoreError> {
        let sql = "SELECT DISTINCT person FROM person_list JOIN list ON list.id = list_id WHERE good_at IS NOT NULL";
        let mut statement = self.db.prepare_cached(sql)?;
        let people = statement.query_map([], |row| row.get(0))?;
        Ok(people.collect::<Result<_, _>>()?)
    }

    /// The films that go, or went, by this name: the one of that slug, uid or short link, else every one with the text
    /// in its title or slug; beside them the one with that TMDB id, since a title may be a number. By title.
    pub fn find_films(&self, text: &str) -> Result<Vec<FilmStatus>, StoreError> {
        let uid = FilmName::parse(text).map(|name| find(&self.db, &name)).transpose()?.flatten();
        let sql = "SELECT * FROM film WHERE uid = ?1";
        let exact = self.db.prepare(sql)?.query_map([uid], film_status)?.collect::<Result<Vec<_>, _>>()?;
        let mut films = if exact.is_empty() { self.films_like(text)? } else { exact };
        if let Some(id) = tmdb_id(text) {
            let by_id = "SELECT * FROM film WHERE tmdb_id = ?1 AND kind IN ('movie', 'tv')";
            for film in self.db.prepare(by_id)?.query_map([id], film_status)? {
                let film = film?;
                if !films.iter().any(|known| known.film.uid == film.film.uid) {
                    films.push(film);
                }
            }
        }
        for film in &mut films {
            film.entries = self.entries_of(&film.film)?;
        }
        films.retain(|film| !film.entries.is_empty());
        films.sort_by(|a, b| (&a.film.name, a.film.year).cmp(&(&b.film.name, b.film.year)));
        Ok(films)
    }

    /// SQLite compares letters of the Latin alphabet only, so this is done here.
    fn films_like(&self, text: &str) -> Result<Vec<FilmStatus>, StoreError> {
        let title = text.trim().to_lowercase();
        let slug = title.replace(' ', "-");
        let mut statement = self.db.prepare("SELECT * FROM film")?;
        let mut rows = statement.query([])?;
        let mut films = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |column| row.get_ref(column).map(|text| text.as_str().unwrap_or_default());
            let address = text("address")?;
            let has_slug =
                address.contains(&slug) && matches!(FilmName::parse(address), Some(FilmName::Slug(_)));
            if has_slug || one_line(text("name")?).to_lowercase().contains(&title) {
                films.push(film_status(row)?);
            }
        }
        Ok(films)
    }

    fn entries_of(&self, film: &Film) -> Result<Vec<EntryStatus>, StoreError> {
        let mut statement = self.db.prepare_cached(ENTRIES_OF_FILM)?;
        let entries = statement.query_map(params![film.uid], |row| {
            let word = |name: &str| row.get::<_, Option<String>>(name);
            Ok(EntryStatus {
                person: row.get("person")?,
                is_listed: row.get("is_listed")?,
                seen_at: row.get("requested_at")?,
                answers: Vec::new(),
                place: word("state")?.as_deref().and_then(Presence::from_word),
                is_watched: row.get("is_watched")?,
            })
        })?;
        let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
        let mut statement = self.db.prepare_cached(ANSWERS_OF_ENTRY)?;
        // What was answered for one that left is kept for another in its place.
        for entry in entries.iter_mut().filter(|entry| entry.is_listed) {
            let answers = statement.query_map(params![entry.person, film.uid], |row| {
                let problem: Option<String> = row.get("problem")?;
                Ok(AnswerStatus {
                    server: row.get("server")?,
                    answered_at: row.get("answered_at")?,
                    problem: problem.as_deref().and_then(RequestProblem::from_word),
                    detail: clean(row.get("detail")?),
                    next_try_at: row.get("next_try_at")?,
                })
            })?;
            entry.answers = answers.collect::<Result<_, _>>()?;
        }
        Ok(entries)
    }
}

/// `949`, as the address of TMDB's page has it, or as lbjf's own messages do (`tmdb=949`).
fn tmdb_id(text: &str) -> Option<u32> {
    let text = text.trim().trim_end_matches('/');
    let text = match text.split_once("themoviedb.org/") {
        // `movie/949-heat`
        Some((_, path)) => path.split('/').nth(1)?.split('-').next()?,
        None => {
            ["tmdb=", "tmdb_tv=", "tmdb:"].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text)
        }
    };
    text.parse().ok()
}

const ENTRIES_OF_FILM: &str = "
    SELECT person_list.person AS person, max(list_entry.is_listed) AS is_listed,
        coalesce(min(request.requested_at), min(list_entry.first_seen_at)) AS requested_at, presence.state AS state,
        coalesce(presence.is_watched, 0) AS is_watched
    FROM list_entry
        CROSS JOIN person_list ON person_list.list_id = list_entry.list_id
        LEFT JOIN request ON request.person = person_list.person AND request.uid = list_entry.uid
        LEFT JOIN presence ON presence.person = person_list.person AND presence.uid = list_entry.uid
    WHERE list_entry.uid = ?1
    GROUP BY person_list.person ORDER BY person_list.person";

const ANSWERS_OF_ENTRY: &str = "SELECT * FROM request WHERE person = ?1 AND uid = ?2 ORDER BY server";

/// A person's own list, then the others.
const LISTS: &str = "
    SELECT list.* FROM person_list JOIN list ON list.id = person_list.list_id
    WHERE person_list.person = ?1 ORDER BY list.kind = 'list', list.id";

/// How many films are on a list.
pub(super) const ON_LIST: &str = "SELECT count(*) FROM list_entry WHERE list_id = ?1 AND is_listed = 1";

/// How many films a person wants. Counting alone is three times as fast as adding up.
pub(super) const WANTED: &str =
    "SELECT count(*) FROM (SELECT 1 FROM request WHERE person = ?1 AND is_wanted = 1 GROUP BY uid)";

/// Where a person's films go.
const SERVERS: &str = "SELECT server FROM person_server WHERE person = ?1 AND server <> '' ORDER BY server";

/// How many of them this server has not been seen to have.
pub(super) const UNANSWERED: &str = "
    SELECT count(*) FROM request INDEXED BY request_unanswered
    WHERE server = ?1 AND person = ?2 AND is_wanted = 1 AND answered_at IS NULL";

pub(super) const PRESENCE: &str = "
    SELECT state, is_watched, count(*) AS count FROM presence WHERE person = ?1 GROUP BY state, is_watched";

/// The same of what the person does not want any more.
pub(super) const PRESENCE_OF_ENDED: &str = "
    SELECT state, is_watched, count(*) AS count
    FROM (SELECT DISTINCT uid FROM request INDEXED BY request_ended WHERE person = ?1 AND is_wanted = 0) AS ended
        CROSS JOIN presence ON presence.person = ?1 AND presence.uid = ended.uid
    WHERE NOT EXISTS (SELECT 1 FROM request WHERE person = ?1 AND uid = ended.uid AND is_wanted = 1)
    GROUP BY state, is_watched";

/// Entries whose film is no movie, as far as known; few as a rule.
pub(super) const ODD_FILMS: &str = "
    SELECT film.*, person_list.person AS person, request.server AS server, request.problem AS trouble,
        request.detail AS detail
    FROM film
        CROSS JOIN list_entry ON list_entry.uid = film.uid
        CROSS JOIN person_list ON person_list.list_id = list_entry.list_id
        LEFT JOIN request ON request.person = person_list.person AND request.uid = film.uid
    WHERE film.kind IS NOT 'movie' AND list_entry.is_listed = 1
    GROUP BY person_list.person, film.uid ORDER BY min(list_entry.position), film.uid";

/// Films that were found by their titles; the index needs the first condition in these words.
pub(super) const MATCHED_FILMS: &str = "
    SELECT film.*, person_list.person AS person
    FROM film
        CROSS JOIN list_entry ON list_entry.uid = film.uid
        CROSS JOIN person_list ON person_list.list_id = list_entry.list_id
    WHERE (film.kind IS NULL OR film.kind IN ('none', 'tv') OR film.origin >= 2) AND film.origin = 3
      AND list_entry.is_listed = 1
    GROUP BY person_list.person, film.uid ORDER BY min(list_entry.position), film.uid";

/// Requests that a Radarr did not take which a person's films go to, of movies; few as a rule. What is in the library is
/// no trouble.
pub(super) const TROUBLED_REQUESTS: &str = "
    SELECT film.*, request.person AS person, request.server AS server, request.problem AS trouble,
        request.detail AS detail,
        (SELECT min(list_entry.position) FROM person_list CROSS JOIN list_entry USING (list_id)
            WHERE person_list.person = request.person AND list_entry.uid = request.uid
                AND list_entry.is_listed = 1) AS position
    FROM request
        CROSS JOIN film ON film.uid = request.uid
        CROSS JOIN person_server ON person_server.person = request.person AND person_server.server = request.server
    WHERE request.problem IS NOT NULL AND request.problem <> 'in_library' AND request.is_wanted = 1
      AND film.kind = 'movie'
    ORDER BY position, film.uid, request.server";

/// An entry with which something is the matter.
struct Odd {
    film: Film,
    kind: Option<String>,
    /// Why the film has no TMDB id.
    problem: Option<String>,
    trouble: Option<RequestProblem>,
    /// The trouble in words.
    detail: Option<String>,
}

impl Odd {
    /// `has_several`: is there more than one Radarr, so that the reason says which?
    fn from(row: &Row<'_>, has_several: bool) -> rusqlite::Result<Self> {
        let trouble: Option<String> = row.get("trouble")?;
        let detail = clean(row.get("detail")?);
        let detail = match row.get::<_, Option<String>>("server")?.filter(|_| has_several) {
            Some(server) => {
                detail.map(|detail| format!("{}: {detail}", RadarrName::new(&server, false).title()))
            }
            None => detail,
        };
        Ok(Self {
            film: film_from(row)?,
            kind: row.get("kind")?,
            problem: clean(row.get("problem")?),
            trouble: trouble.as_deref().and_then(RequestProblem::from_word),
            detail,
        })
    }
}

impl PersonStatus {
    fn note(&mut self, odd: Odd) {
        let Odd { film, kind, problem, trouble, detail } = odd;
        let why = || detail.clone().or_else(|| problem.clone()).unwrap_or_default();
        self.resolved -= u32::from(kind.as_deref() != Some("movie"));
        self.unresolved += u32::from(kind.is_none());
        if kind.as_deref() == Some("none")
            || matches!(trouble, Some(RequestProblem::Unknown | RequestProblem::Refused))
        {
            self.unclear.push((film.clone(), why()));
        }
        let is_unread = kind.is_none() && problem.is_some();
        if is_unread
            || matches!(
                trouble,
                Some(RequestProblem::Refused | RequestProblem::Failed | RequestProblem::Untagged)
            )
        {
            self.failed.push((film.clone(), why()));
        }
        if matches!(trouble, Some(RequestProblem::Excluded | RequestProblem::Unknown)) {
            self.skipped.push((film.clone(), why()));
        }
        if let Some(kind) = kind.filter(|kind| kind != "movie") {
            self.skipped.push((film, why_skipped(&kind, problem)));
        }
    }
}

fn list_from(row: &Row<'_>) -> rusqlite::Result<ListStatus> {
    Ok(ListStatus {
        id: row.get("id")?,
        kind: row.get("kind")?,
        address: row.get("address")?,
        read_at: row.get("read_at")?,
        good_at: row.get("good_at")?,
        accepted_at: row.get("accepted_at")?,
        pending_at: row.get("pending_at")?,
        outcome: row.get("outcome")?,
        problem: clean(row.get("problem")?),
        declared: row.get("declared")?,
        listed: 0,
    })
}

fn film_status(row: &Row<'_>) -> rusqlite::Result<FilmStatus> {
    Ok(FilmStatus {
        film: film_from(row)?,
        kind: row.get("kind")?,
        tmdb_id: row.get("tmdb_id")?,
        is_matched: row.get::<_, u8>("origin")? == MATCHED,
        problem: clean(row.get("problem")?),
        next_look_at: row.get("next_look_at")?,
        entries: Vec::new(),
    })
}
