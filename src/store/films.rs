//! Films: who they are, what their pages said, and when to look again.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::lists::PEOPLE_OF_FILM;
use super::{Store, StoreError};
use crate::domain::clock::{DAILY, DAY, Timestamp};
use crate::domain::film::{Film, Link, Look, Overrides, PageEvidence, Slug, TmdbId, Uid, WatchlistEntry};
use crate::domain::ids::Lid;
use crate::domain::text::one_line;

/// Days until the page of a film without a TMDB id is looked at again, look by look; the last one repeats.
const NEXT_LOOK_DAYS: [Timestamp; 4] = [1, 3, 7, 30];

/// Days until the page of a show is looked at again: TMDB moves some between its films and its shows.
const NEXT_LOOK_AT_SHOW_DAYS: Timestamp = 30;

/// Who looks.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Looks in vain at a page that is wrong itself, each in the next run; after that daily.
const QUICK_LOOKS: u32 = 3;

/// `film.override` while the config says what the film is.
const OVERRIDDEN: u8 = 1;

/// `film.override` after it did, until the page is read.
const WAS_OVERRIDDEN: u8 = 2;

/// A film on a list that no server can take.
#[derive(Clone, Debug)]
pub struct Skip {
    /// Which film.
    pub film: Film,
    /// Why, in words.
    pub why: String,
    /// Is that what the config says, so that nobody has to be told?
    pub is_overridden: bool,
}

/// From the person's entries, since most of the films that are unresolved may be other people's. What another lbjf
/// found no id of is looked at now.
pub(super) const UNRESOLVED: &str = "
    SELECT film.*
    FROM person_list
        CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
        CROSS JOIN film ON film.uid = list_entry.uid
    WHERE person_list.person = ?3 AND list_entry.is_listed = 1
      AND (film.next_look_at <= ?1 OR (film.kind = 'none' AND film.looked_by IS NOT ?2))
      AND (film.kind IS NULL OR film.kind IN ('none', 'tv') OR film.override = 2)
    GROUP BY film.uid
    ORDER BY film.kind IS NULL AND film.tries = 0 DESC, film.tries, min(list_entry.position), film.uid";

/// From the films that are unresolved, which are few as a rule.
pub(super) const UNREAD: &str = "
    SELECT film.rowid AS rowid, person_list.person AS person
    FROM film
        CROSS JOIN list_entry ON list_entry.uid = film.uid
        CROSS JOIN person_list ON person_list.list_id = list_entry.list_id
    WHERE (film.kind IS NULL OR film.kind IN ('none', 'tv') OR film.override = 2)
      AND (film.next_look_at <= ?1 OR (film.kind = 'none' AND film.looked_by IS NOT ?2))
      AND list_entry.is_listed = 1";

/// Films that somebody lists, whose own page named what they are; those that were found last come first.
pub(super) const WITH_ID: &str = "
    SELECT * FROM film
    WHERE kind IN ('movie', 'tv') AND override = 0
      AND EXISTS (SELECT 1 FROM list_entry WHERE list_entry.uid = film.uid AND list_entry.is_listed = 1)
    ORDER BY film.rowid DESC";

/// Likewise; the index needs the first condition in these words.
pub(super) const SKIPS: &str = "
    SELECT film.*, person_list.person AS person
    FROM film
        CROSS JOIN list_entry ON list_entry.uid = film.uid
        CROSS JOIN person_list ON person_list.list_id = list_entry.list_id
    WHERE film.kind IS NOT 'movie' AND film.kind IS NOT NULL AND list_entry.is_listed = 1
    GROUP BY person_list.person, film.uid
    ORDER BY person_list.person, min(list_entry.position), film.uid";

/// Why no server can take a film.
pub(super) fn why_skipped(kind: &str, problem: Option<String>) -> String {
    if kind == "tv" { "it is a TV show on TMDB".to_owned() } else { problem.unwrap_or_default() }
}

/// A text that an early version may have stored as it came.
pub(super) fn clean(text: Option<String>) -> Option<String> {
    text.map(|text| one_line(&text).into_owned())
}

pub(super) fn film_from(row: &Row<'_>) -> rusqlite::Result<Film> {
    // One that an early version stored may be as its page had it.
    let name: String = row.get("name")?;
    Ok(Film {
        uid: Uid(row.get("uid")?),
        slug: Slug(row.get("slug")?),
        name: one_line(&name).into_owned(),
        year: row.get("year")?,
    })
}

impl Store {
    /// The year of the movie with this TMDB id, as far as Letterboxd told.
    pub fn film_year(&self, tmdb: TmdbId) -> Result<Option<u16>, StoreError> {
        let sql = "SELECT year FROM film WHERE tmdb_id = ?1 AND kind = 'movie' AND year IS NOT NULL";
        Ok(self.db.prepare_cached(sql)?.query_row([tmdb.0], |row| row.get(0)).optional()?)
    }

    /// Makes the films of these entries known and says who each one is. An entry without a uid is the film that had
    /// its slug before, or a provisional one that its own page will name.
    pub fn identify<'a>(
        &mut self,
        entries: impl IntoIterator<Item = &'a WatchlistEntry>,
    ) -> Result<Vec<Uid>, StoreError> {
        self.transact(|db| entries.into_iter().map(|entry| identify(db, entry)).collect())
    }

    /// The films on the list of this person whose page has to be asked: the newest entries first, but behind them those
    /// that failed before, which might fail again and end the asking, and those that are looked at again. All of them
    /// are due at the end of all time.
    pub fn unresolved(&self, person: &str, now: Timestamp) -> Result<Vec<Film>, StoreError> {
        let mut statement = self.db.prepare_cached(UNRESOLVED)?;
        let films =
            statement.query_map(params![now, VERSION, person], film_from)?.collect::<Result<_, _>>()?;
        Ok(films)
    }

    /// How many films on the lists of these people have a page that has to be asked, and who lists any.
    pub fn unread(&self, people: &[String], now: Timestamp) -> Result<(usize, HashSet<String>), StoreError> {
        let chosen: HashSet<&str> = people.iter().map(String::as_str).collect();
        let (mut films, mut listers) = (HashSet::new(), HashSet::new());
        let mut statement = self.db.prepare_cached(UNREAD)?;
        let mut rows = statement.query(params![now, VERSION])?;
        while let Some(row) = rows.next()? {
            let person = row.get_ref("person")?.as_str().unwrap_or_default();
            if chosen.contains(person) {
                films.insert(row.get::<_, i64>("rowid")?);
                if !listers.contains(person) {
                    listers.insert(person.to_owned());
                }
            }
        }
        Ok((films.len(), listers))
    }

    /// Did this lbjf see before that the film's page names no id?
    pub fn is_known_without_id(&self, uid: &Uid) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM film WHERE uid = ?1 AND kind = 'none' AND looked_by IS ?2";
        Ok(self.db.prepare_cached(sql)?.exists(params![uid.0, VERSION])?)
    }

    /// What is known of film pages that were read, but for these films.
    pub fn page_evidence(&self, but: &HashSet<Uid>) -> Result<PageEvidence, StoreError> {
        let sql = "SELECT kind FROM film WHERE kind IN ('movie', 'tv', 'none') AND override = 0
            ORDER BY rowid DESC LIMIT ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let kinds = statement.query_map([PageEvidence::LATEST], |row| row.get::<_, String>(0))?;
        let kinds = kinds.collect::<Result<Vec<_>, _>>()?;
        let latest_without_id = kinds.iter().take_while(|kind| *kind == "none").count();
        let mut statement = self.db.prepare_cached(WITH_ID)?;
        let mut rows = statement.query([])?;
        let mut with_id = Vec::new();
        while with_id.len() < PageEvidence::PROBES
            && let Some(row) = rows.next()?
        {
            let film = film_from(row)?;
            if !but.contains(&film.uid) {
                with_id.push(film);
            }
        }
        Ok(PageEvidence { with_id, latest_without_id })
    }

    /// Forgets that the pages of the films that came last name no id, back to the one that had one: they are read again.
    pub fn forget_latest_without_id(&mut self) -> Result<(), StoreError> {
        let sql = "UPDATE film SET kind = NULL, tries = 0, next_look_at = 0, problem = NULL, looked_by = NULL
            WHERE kind = 'none' AND override = 0 AND rowid >
                (SELECT coalesce(max(rowid), 0) FROM film WHERE kind IN ('movie', 'tv') AND override = 0)";
        self.db.execute(sql, [])?;
        Ok(())
    }

    /// Writes down what a look at a film's page brought. Returns who the film is from now on: a provisional film
    /// gets its name here.
    pub fn record_look(&mut self, film: &Film, look: &Look, now: Timestamp) -> Result<Uid, StoreError> {
        Ok(self.record_looks(&[(film, look)], now)?.remove(0))
    }

    /// Writes down what many looks brought, in one transaction.
    pub fn record_looks(&mut self, looks: &[(&Film, &Look)], now: Timestamp) -> Result<Vec<Uid>, StoreError> {
        self.transact(|db| looks.iter().map(|(film, look)| record_look(db, film, look, now)).collect())
    }

    /// Makes films be what the config says they are, by any slug they had. One that it says nothing of any more
    /// stays what it was until its page is read again: no film leaves a collection for a line that was taken out.
    pub fn apply_overrides(&mut self, overrides: &Overrides) -> Result<(), StoreError> {
        self.transact(|db| {
            let mut find = db.prepare_cached("SELECT uid FROM slug WHERE slug = ?1")?;
            let mut said: HashMap<String, Option<TmdbId>> = HashMap::new();
            for (slug, id) in overrides {
                if let Some(uid) = find.query_row([&slug.0], |row| row.get(0)).optional()? {
                    said.insert(uid, *id);
                }
            }
            let mut before = db.prepare_cached("SELECT uid FROM film WHERE override = ?1")?;
            let before =
                before.query_map([OVERRIDDEN], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            for uid in before.iter().filter(|uid| !said.contains_key(*uid)) {
                db.execute(
                    "UPDATE film SET override = ?2, next_look_at = 0 WHERE uid = ?1",
                    params![uid, WAS_OVERRIDDEN],
                )?;
            }
            for (uid, id) in said {
                let (kind, problem) = match id {
                    Some(_) => ("movie", None),
                    None => ("other", Some("`[films]` in the config says never")),
                };
                set_link(db, &uid, kind, id.map(|id| id.0), problem)?;
                db.execute(
                    "UPDATE film SET override = ?2 WHERE uid = ?1 AND override <> ?2",
                    params![uid, OVERRIDDEN],
                )?;
            }
            Ok(())
        })
    }

    /// What `[films]` names and none of these people lists, once the list of each was read as a whole.
    pub fn unlisted(&self, overrides: &Overrides, people: &[String]) -> Result<Vec<Slug>, StoreError> {
        for person in people {
            if !self.has_accepted_reading(person)? {
                return Ok(Vec::new());
            }
        }
        let people = serde_json::to_string(people).expect("strings are JSON");
        let sql = "SELECT 1 FROM slug
                JOIN list_entry ON list_entry.uid = slug.uid
                JOIN person_list ON person_list.list_id = list_entry.list_id
            WHERE slug.slug = ?1 AND list_entry.is_listed = 1 AND person_list.person IN (SELECT value FROM json_each(?2))";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut unlisted = Vec::new();
        for slug in overrides.keys() {
            if !statement.exists([&slug.0, &people])? {
                unlisted.push(slug.clone());
            }
        }
        Ok(unlisted)
    }

    /// What is known of a film's place on TMDB; `None` when its page was never read.
    pub fn link(&self, uid: &Uid) -> Result<Option<Link>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT kind, tmdb_id FROM film WHERE uid = ?1")?;
        let found = statement.query_row([&uid.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (kind, id): (Option<String>, Option<u32>) = found.unwrap_or_default();
        Ok(match (kind.as_deref(), id) {
            (Some("movie"), Some(id)) => Some(Link::Movie(TmdbId(id))),
            (Some("tv"), Some(id)) => Some(Link::Tv(id)),
            (Some(_), _) => Some(Link::Missing),
            (None, _) => None,
        })
    }

    /// The films on anybody's list that no server can take, by person and place on the list.
    pub fn skips(&self) -> Result<Vec<(String, Skip)>, StoreError> {
        let mut statement = self.db.prepare_cached(SKIPS)?;
        let skip = |row: &Row<'_>| {
            let (kind, problem): (String, Option<String>) = (row.get("kind")?, row.get("problem")?);
            let is_overridden = row.get::<_, u8>("override")? == OVERRIDDEN;
            Ok((
                row.get("person")?,
                Skip { film: film_from(row)?, why: why_skipped(&kind, problem), is_overridden },
            ))
        };
        let skips = statement.query_map([], skip)?.collect::<Result<_, _>>()?;
        Ok(skips)
    }

    /// Remembers that TMDB merged one id into another.
    pub fn record_alias(&mut self, asked: TmdbId, answered: TmdbId) -> Result<(), StoreError> {
        self.transact(|db| {
            let sql = "INSERT INTO tmdb_alias (asked, answered) VALUES (?1, ?2)
                ON CONFLICT (asked) DO UPDATE SET answered = excluded.answered";
            db.execute(sql, params![asked.0, answered.0])?;
            // Jellyfin may have had it under the other id all along, or under one that was merged before.
            let sql = "WITH RECURSIVE same (id) AS (
                    VALUES (?1), (?2)
                    UNION SELECT tmdb_alias.asked FROM tmdb_alias JOIN same ON tmdb_alias.answered = same.id
                )
                UPDATE presence SET state = NULL WHERE (person, uid) IN
                    (SELECT person_list.person, film.uid
                    FROM film JOIN list_entry USING (uid) JOIN person_list USING (list_id)
                    WHERE film.kind = 'movie' AND film.tmdb_id IN (SELECT id FROM same))";
            db.execute(sql, params![asked.0, answered.0])?;
            Ok(())
        })
    }

    /// Every id that was merged, with the one it became.
    pub fn aliases(&self) -> Result<Vec<(TmdbId, TmdbId)>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT asked, answered FROM tmdb_alias")?;
        let aliases = statement.query_map([], |row| Ok((TmdbId(row.get(0)?), TmdbId(row.get(1)?))))?;
        Ok(aliases.collect::<Result<_, _>>()?)
    }

    /// Takes over what another store, a dry run's copy, learned about films.
    pub fn adopt_films(&mut self, copy: &Self) -> Result<(), StoreError> {
        let mut statement = copy.db.prepare(
            "SELECT uid, slug, name, year, kind, tmdb_id, next_look_at, lid FROM film
            WHERE kind IN ('movie', 'tv') AND override = 0",
        )?;
        let mut rows = statement.query([])?;
        self.transact(|db| {
            let mut insert = db.prepare(
                "INSERT INTO film (uid, slug, name, year) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (uid) DO NOTHING",
            )?;
            let mut is_news = db.prepare(
                "SELECT override = 0 AND (kind IS NOT ?2 OR tmdb_id IS NOT ?3) FROM film WHERE uid = ?1",
            )?;
            while let Some(row) = rows.next()? {
                let (uid, slug, name): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let (year, kind, id): (Option<u16>, String, Option<u32>) =
                    (row.get(3)?, row.get(4)?, row.get(5)?);
                insert.execute(params![uid, slug, name, year])?;
                remember_slug(db, &slug, &uid)?;
                remember_lid(db, &uid, row.get::<_, Option<String>>(7)?.as_deref())?;
                if is_news.query_row(params![uid, kind, id], |row| row.get(0))? {
                    set_link(db, &uid, &kind, id, None)?;
                    wait_until(db, &uid, row.get(6)?)?;
                }
            }
            Ok(())
        })
    }
}

fn identify(db: &Connection, entry: &WatchlistEntry) -> Result<Uid, StoreError> {
    let slug = &entry.slug.0;
    let by_slug: Option<String> = db
        .prepare_cached("SELECT uid FROM slug WHERE slug = ?1")?
        .query_row([slug], |row| row.get(0))
        .optional()?;
    let by_slug = by_slug.map(Uid);
    let uid = match (&entry.uid, by_slug) {
        (Some(uid), Some(known)) if known.is_provisional() => {
            rename(db, &known, uid)?;
            uid.clone()
        }
        (Some(uid), _) => uid.clone(),
        (None, Some(known)) => known,
        (None, None) => entry.own_uid(),
    };
    // `other` is decided by the list itself; a film page is never asked for those.
    let problem =
        entry.other_kind.as_ref().map(|kind| format!("Letterboxd lists it as `{kind}`, not as a film"));
    let kind = problem.is_some().then_some("other");
    // A word that Letterboxd used for a while, or that is understood by now, is no reason to leave a film alone.
    let sql = "INSERT INTO film (uid, slug, name, year, kind, problem) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (uid) DO UPDATE SET slug = excluded.slug, name = excluded.name, year = excluded.year,
            next_look_at = iif(slug IS NOT excluded.slug AND kind = 'none', 0, next_look_at),
            problem = iif(kind = 'other' AND override = 0, excluded.problem, problem),
            kind = iif(kind = 'other' AND override = 0, excluded.kind, kind)
        WHERE slug IS NOT excluded.slug OR name IS NOT excluded.name OR year IS NOT excluded.year
            OR (kind = 'other' AND override = 0 AND excluded.kind IS NULL)";
    db.prepare_cached(sql)?.execute(params![uid.0, slug, entry.name, entry.year, kind, problem])?;
    remember_slug(db, slug, &uid.0)?;
    remember_lid(db, &uid.0, entry.lid.as_ref().map(Lid::as_str))?;
    Ok(uid)
}

fn remember_slug(db: &Connection, slug: &str, uid: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO slug (slug, uid) VALUES (?1, ?2)
        ON CONFLICT (slug) DO UPDATE SET uid = excluded.uid WHERE uid IS NOT excluded.uid";
    db.prepare_cached(sql)?.execute([slug, uid])?;
    Ok(())
}

/// A short id is one film's; which one, the page that was read last knows. A page without it changes nothing.
fn remember_lid(db: &Connection, uid: &str, lid: Option<&str>) -> Result<(), StoreError> {
    let Some(lid) = lid else { return Ok(()) };
    if db.prepare_cached("SELECT 1 FROM film WHERE uid = ?1 AND lid = ?2")?.exists([uid, lid])? {
        return Ok(());
    }
    db.prepare_cached("UPDATE film SET lid = NULL WHERE lid = ?1")?.execute([lid])?;
    db.prepare_cached("UPDATE film SET lid = ?2 WHERE uid = ?1")?.execute([uid, lid])?;
    Ok(())
}

/// Gives a film its real name wherever the provisional one stands. The film of that name may be known already.
fn rename(db: &Connection, from: &Uid, to: &Uid) -> Result<(), StoreError> {
    for sql in [
        "UPDATE OR IGNORE film SET uid = ?2 WHERE uid = ?1",
        "DELETE FROM film WHERE uid = ?1 AND ?1 <> ?2",
        &format!("UPDATE OR IGNORE request SET uid = ?2 WHERE uid = ?1 AND person IN {PEOPLE_OF_FILM}"),
        &format!("DELETE FROM request WHERE uid = ?1 AND ?1 <> ?2 AND person IN {PEOPLE_OF_FILM}"),
        &format!("UPDATE OR IGNORE presence SET uid = ?2 WHERE uid = ?1 AND person IN {PEOPLE_OF_FILM}"),
        &format!("DELETE FROM presence WHERE uid = ?1 AND ?1 <> ?2 AND person IN {PEOPLE_OF_FILM}"),
        "UPDATE OR IGNORE list_entry SET uid = ?2 WHERE uid = ?1",
        "DELETE FROM list_entry WHERE uid = ?1 AND ?1 <> ?2",
        "UPDATE slug SET uid = ?2 WHERE uid = ?1",
    ] {
        db.prepare_cached(sql)?.execute([&from.0, &to.0])?;
    }
    Ok(())
}

fn record_look(db: &Connection, film: &Film, look: &Look, now: Timestamp) -> Result<Uid, StoreError> {
    match look {
        Look::Read { uid: Some(uid), .. } if *uid != film.uid && !film.uid.is_provisional() => {
            let problem = format!("its film page is about another film, `{uid}`");
            record_useless(db, &film.uid, &problem, now)?;
            Ok(film.uid.clone())
        }
        Look::Read { uid, lid, link } => {
            let uid = match uid {
                Some(uid) if *uid != film.uid => {
                    rename(db, &film.uid, uid)?;
                    uid
                }
                _ => &film.uid,
            };
            record_link(db, uid, *link, now)?;
            remember_lid(db, &uid.0, lid.as_ref().map(Lid::as_str))?;
            Ok(uid.clone())
        }
        Look::Useless(problem) => {
            record_useless(db, &film.uid, problem, now)?;
            Ok(film.uid.clone())
        }
        Look::Failed { why, is_passing } => {
            // A film that is known to have no TMDB id waits for its next look as before.
            let sql = "UPDATE film SET tries = tries + 1, problem = ?2,
                    next_look_at = iif(?3 OR tries < ?4, next_look_at, ?5)
                WHERE uid = ?1 AND kind IS NOT 'none'";
            let next = now + DAILY;
            db.prepare_cached(sql)?.execute(params![film.uid.0, why, is_passing, QUICK_LOOKS, next])?;
            Ok(film.uid.clone())
        }
    }
}

fn record_link(db: &Connection, uid: &Uid, link: Link, now: Timestamp) -> Result<(), StoreError> {
    let (kind, id) = match link {
        Link::Movie(id) => ("movie", id.0),
        Link::Tv(id) => ("tv", id),
        Link::Missing => return record_useless(db, uid, "its film page names no TMDB id", now),
    };
    set_link(db, &uid.0, kind, Some(id), None)?;
    if kind == "tv" {
        wait_until(db, &uid.0, now + NEXT_LOOK_AT_SHOW_DAYS * DAY)?;
    }
    db.prepare_cached("UPDATE film SET override = 0 WHERE uid = ?1 AND override <> 0")?.execute([&uid.0])?;
    Ok(())
}

/// Leaves a film's page alone until then.
fn wait_until(db: &Connection, uid: &str, next_look_at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE film SET next_look_at = ?2 WHERE uid = ?1 AND next_look_at <> ?2";
    db.prepare_cached(sql)?.execute(params![uid, next_look_at])?;
    Ok(())
}

/// Writes down what a film is. Another TMDB id is another film to Radarr: what it answered counts no more.
fn set_link(
    db: &Connection,
    uid: &str,
    kind: &str,
    id: Option<u32>,
    problem: Option<&str>,
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE request SET answered_at = NULL, tries = 0, next_try_at = 0, problem = NULL, detail = NULL
        WHERE uid = ?1 AND person IN {PEOPLE_OF_FILM}
            AND EXISTS (SELECT 1 FROM film WHERE uid = ?1 AND tmdb_id IS NOT NULL AND tmdb_id IS NOT ?2)"
    );
    db.prepare_cached(&sql)?.execute(params![uid, id])?;
    // Until now nobody looked for it: it may have come to Jellyfin's library meanwhile.
    let sql = format!(
        "UPDATE presence SET state = NULL
        WHERE uid = ?1 AND person IN {PEOPLE_OF_FILM} AND EXISTS (SELECT 1 FROM film WHERE uid = ?1
            AND (kind IS NOT ?2 OR (tmdb_id IS NOT NULL AND tmdb_id IS NOT ?3)))"
    );
    db.prepare_cached(&sql)?.execute(params![uid, kind, id])?;
    let sql = "UPDATE film SET kind = ?2, tmdb_id = ?3, tries = 0, next_look_at = 0, problem = ?4
        WHERE uid = ?1 AND (kind IS NOT ?2 OR tmdb_id IS NOT ?3 OR problem IS NOT ?4)";
    db.prepare_cached(sql)?.execute(params![uid, kind, id, problem])?;
    Ok(())
}

fn record_useless(db: &Connection, uid: &Uid, problem: &str, now: Timestamp) -> Result<(), StoreError> {
    // A film that is known stays known: `unresolved` never asks for it again.
    let sql = "SELECT tries FROM film WHERE uid = ?1 AND kind = 'none'";
    let looks: Option<usize> =
        db.query_row(sql, [&uid.0], |row| row.get::<_, u32>(0)).optional()?.map(|n| n as usize);
    let days = NEXT_LOOK_DAYS[looks.unwrap_or(0).min(NEXT_LOOK_DAYS.len() - 1)];
    let sql =
        "UPDATE film SET kind = 'none', tries = ?2, next_look_at = ?3, problem = ?4, override = 0, looked_by = ?5
        WHERE uid = ?1";
    let tries = u32::try_from(looks.unwrap_or(0) + 1).unwrap_or(u32::MAX);
    db.execute(sql, params![uid.0, tries, now + days * DAY, problem, VERSION])?;
    Ok(())
}

#[cfg(test)]
mod tests;
