//! What `status` shows: people, and films.

use rusqlite::{OptionalExtension, Row, params};

use super::films::film_from;
use super::{Place, Store, StoreError, Timestamp, WishProblem};
use crate::film::{Film, Slug};

/// What is known of one person.
#[derive(Clone, Debug, Default)]
pub struct PersonStatus {
    /// At Letterboxd.
    pub name: String,
    /// The last scrape, whatever its outcome.
    pub scraped_at: Option<Timestamp>,
    /// The last scrape that could read the list.
    pub good_at: Option<Timestamp>,
    /// The last crawl that could take entries off.
    pub accepted_at: Option<Timestamp>,
    /// Since when a crawl waits to be believed.
    pub pending_at: Option<Timestamp>,
    /// Of the last scrape, in one word.
    pub outcome: Option<String>,
    /// Of the last scrape, in words.
    pub problem: Option<String>,
    /// Entries, as the page declared last.
    pub declared: Option<u32>,
    /// Entries on the known list.
    pub listed: u32,
    /// Those with a TMDB id.
    pub resolved: u32,
    /// Those that Radarr has.
    pub in_radarr: u32,
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
    /// When Radarr was first seen to have it.
    pub answered_at: Option<Timestamp>,
    /// Why Radarr does not have it, when it was asked.
    pub problem: Option<WishProblem>,
    /// The same in words.
    pub detail: Option<String>,
    /// Radarr is not asked before.
    pub next_try_at: Timestamp,
    /// Where it stood at the last look at Jellyfin.
    pub place: Option<Place>,
}

impl Store {
    /// Everybody this store knows, by name.
    pub fn people(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT name FROM person ORDER BY name")?;
        let names = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(names)
    }

    /// What is known of one person; empty for somebody who was never scraped.
    pub fn person_status(&self, name: &str) -> Result<PersonStatus, StoreError> {
        let read = |row: &Row<'_>| {
            Ok(PersonStatus {
                name: name.to_owned(),
                scraped_at: row.get("scraped_at")?,
                good_at: row.get("good_at")?,
                accepted_at: row.get("accepted_at")?,
                pending_at: row.get("pending_at")?,
                outcome: row.get("outcome")?,
                problem: row.get("problem")?,
                declared: row.get("declared")?,
                ..PersonStatus::default()
            })
        };
        let mut statement = self.db.prepare_cached("SELECT * FROM person WHERE name = ?1")?;
        let person = statement.query_row([name], read).optional()?;
        let mut person =
            person.unwrap_or_else(|| PersonStatus { name: name.to_owned(), ..PersonStatus::default() });
        let sql = "SELECT count(*) AS listed, coalesce(sum(film.kind = 'movie'), 0) AS resolved,
                coalesce(sum(entry.answered_at IS NOT NULL), 0) AS in_radarr,
                coalesce(sum(entry.place = 'collection'), 0) AS in_collection,
                coalesce(sum(entry.place = 'waiting'), 0) AS waiting,
                coalesce(sum(entry.place = 'watched'), 0) AS watched,
                coalesce(sum(film.kind IS NULL), 0) AS unresolved
            FROM entry JOIN film USING (uid) WHERE entry.person = ?1 AND entry.is_listed = 1";
        self.db.query_row(sql, [name], |row| {
            person.listed = row.get("listed")?;
            person.resolved = row.get("resolved")?;
            person.in_radarr = row.get("in_radarr")?;
            person.in_collection = row.get("in_collection")?;
            person.waiting = row.get("waiting")?;
            person.watched = row.get("watched")?;
            person.unresolved = row.get("unresolved")?;
            Ok(())
        })?;
        person.skipped = self.skips(name)?.into_iter().map(|skip| (skip.film, skip.why)).collect();
        person.skipped.extend(self.films_with(name, "entry.problem IN ('excluded', 'unknown')")?);
        let failed =
            "(entry.problem IN ('refused', 'failed') OR (film.kind IS NULL AND film.problem IS NOT NULL))";
        person.failed = self.films_with(name, failed)?;
        person.unclear =
            self.films_with(name, "(film.kind = 'none' OR entry.problem IN ('unknown', 'refused'))")?;
        Ok(person)
    }

    /// The listed films of a person that fulfil a condition, with what is the matter.
    fn films_with(&self, name: &str, condition: &str) -> Result<Vec<(Film, String)>, StoreError> {
        let sql = format!(
            "SELECT film.*, coalesce(entry.detail, film.problem) AS why FROM entry JOIN film USING (uid)
            WHERE entry.person = ?1 AND entry.is_listed = 1 AND {condition} ORDER BY entry.position"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let films = statement.query_map([name], |row| Ok((film_from(row)?, row.get("why")?)))?;
        Ok(films.collect::<Result<_, _>>()?)
    }

    /// The films that go, or went, by this name: the one of that slug, else every one with the text in its title or
    /// slug. By title.
    pub fn find_films(&self, text: &str) -> Result<Vec<FilmStatus>, StoreError> {
        let slug = Slug::parse(text).map(|slug| slug.0.to_lowercase()).unwrap_or_default();
        let by_slug = "SELECT film.* FROM film JOIN slug USING (uid) WHERE slug.slug = ?1";
        let exact =
            self.db.prepare(by_slug)?.query_map([&slug], film_status)?.collect::<Result<Vec<_>, _>>()?;
        let mut films = if exact.is_empty() { self.films_like(text)? } else { exact };
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
        let mut films = statement.query_map([], film_status)?.collect::<Result<Vec<_>, _>>()?;
        films.retain(|status| {
            status.film.name.to_lowercase().contains(&title) || status.film.slug.0.contains(&slug)
        });
        Ok(films)
    }

    fn entries_of(&self, film: &Film) -> Result<Vec<EntryStatus>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT * FROM entry WHERE uid = ?1 ORDER BY person")?;
        let entries = statement.query_map(params![film.uid.0], |row| {
            let word = |name: &str| row.get::<_, Option<String>>(name);
            Ok(EntryStatus {
                person: row.get("person")?,
                is_listed: row.get("is_listed")?,
                seen_at: row.get("seen_at")?,
                answered_at: row.get("answered_at")?,
                problem: word("problem")?.as_deref().and_then(WishProblem::from_word),
                detail: word("detail")?,
                next_try_at: row.get("next_try_at")?,
                place: word("place")?.as_deref().and_then(Place::from_word),
            })
        })?;
        Ok(entries.collect::<Result<_, _>>()?)
    }
}

fn film_status(row: &Row<'_>) -> rusqlite::Result<FilmStatus> {
    Ok(FilmStatus {
        film: film_from(row)?,
        kind: row.get("kind")?,
        tmdb_id: row.get("tmdb_id")?,
        problem: row.get("problem")?,
        next_look_at: row.get("next_look_at")?,
        entries: Vec::new(),
    })
}
