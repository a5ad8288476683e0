//! What films are on TMDB: as their pages said, or as the config says.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::matches::is_matched;
use super::names::{find, remember_lid, remember_slug, rename};
use super::{OVERRIDDEN, VERSION};
use crate::domain::clock::{DAILY, DAY, Timestamp};
use crate::domain::film::{Film, Link, Look, Overrides};
use crate::domain::film_name::FilmName;
use crate::domain::ids::{Lid, TmdbId, Uid};
use crate::store::lists::PEOPLE_OF_FILM;
use crate::store::{Store, StoreError};

/// Days until the page of a film without a TMDB id is looked at again, look by look; the last one repeats.
const NEXT_LOOK_DAYS: [Timestamp; 4] = [1, 3, 7, 30];

/// Days until the page of a show is looked at again: TMDB moves some between its films and its shows.
const NEXT_LOOK_AT_SHOW_DAYS: Timestamp = 30;

/// Looks in vain at a page that is wrong itself, each in the next run; after that daily.
const QUICK_LOOKS: u32 = 3;

/// `film.origin` after it did, until the page is read.
const WAS_OVERRIDDEN: u8 = 2;

impl Store {
    /// Forgets that the pages of the films that came last name no id, back to the one that had one: they are read
    /// again.
    pub fn forget_latest_without_id(&mut self) -> Result<(), StoreError> {
        let sql = "UPDATE film SET kind = NULL, tries = 0, next_look_at = 0, problem = NULL, looked_by = NULL
            WHERE kind = 'none' AND origin = 0 AND rowid >
                (SELECT coalesce(max(rowid), 0) FROM film WHERE kind IN ('movie', 'tv') AND origin = 0)";
        self.db.execute(sql, [])?;
        Ok(())
    }

    /// Writes down what many looks brought, in one transaction.
    pub fn record_looks(&mut self, looks: &[(&Film, &Look)], now: Timestamp) -> Result<Vec<Uid>, StoreError> {
        self.transact(|db| looks.iter().map(|(film, look)| record_look(db, film, look, now)).collect())
    }

    /// What the config says of films that are known, by any name that they had.
    pub fn overridden(&self, overrides: &Overrides) -> Result<BTreeMap<Uid, Option<TmdbId>>, StoreError> {
        overridden(&self.db, overrides)
    }

    /// Makes films be what the config says they are, by any name they had. One that it says nothing of any more
    /// stays what it was until its page is read again: no film leaves a collection for a line that was taken out.
    pub fn apply_overrides(&mut self, overrides: &Overrides) -> Result<(), StoreError> {
        self.transact(|db| {
            let said = overridden(db, overrides)?;
            let mut before = db.prepare_cached("SELECT uid FROM film WHERE origin = ?1")?;
            let before =
                before.query_map([OVERRIDDEN], |row| row.get(0))?.collect::<Result<Vec<Uid>, _>>()?;
            for uid in before.iter().filter(|uid| !said.contains_key(*uid)) {
                db.execute(
                    "UPDATE film SET origin = ?2, next_look_at = 0 WHERE uid = ?1",
                    params![uid, WAS_OVERRIDDEN],
                )?;
            }
            for (uid, id) in said {
                let (kind, problem) = match id {
                    Some(_) => ("movie", None),
                    None => ("other", Some("`[films]` in the config says never")),
                };
                set_link(db, &uid, kind, id.map(TmdbId::get), problem)?;
                db.execute(
                    "UPDATE film SET origin = ?2 WHERE uid = ?1 AND origin <> ?2",
                    params![uid, OVERRIDDEN],
                )?;
            }
            Ok(())
        })
    }

    /// Takes over what another store, a dry run's copy, learned about films.
    pub fn adopt_films(&mut self, copy: &Self) -> Result<(), StoreError> {
        let mut statement = copy.db.prepare(
            "SELECT uid, address, name, year, kind, tmdb_id, next_look_at, lid FROM film
            WHERE kind IN ('movie', 'tv') AND origin = 0",
        )?;
        let mut rows = statement.query([])?;
        self.transact(|db| {
            let mut insert = db.prepare(
                "INSERT INTO film (uid, address, name, year) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (uid) DO NOTHING",
            )?;
            let mut is_news = db.prepare(
                "SELECT origin = 0 AND (kind IS NOT ?2 OR tmdb_id IS NOT ?3) FROM film WHERE uid = ?1",
            )?;
            while let Some(row) = rows.next()? {
                let (uid, address, name): (Uid, FilmName, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let (year, kind, id): (Option<u16>, String, Option<u32>) =
                    (row.get(3)?, row.get(4)?, row.get(5)?);
                insert.execute(params![uid, address, name, year])?;
                if let FilmName::Slug(slug) = &address {
                    remember_slug(db, slug, &uid)?;
                }
                remember_lid(db, &uid, row.get::<_, Option<Lid>>(7)?.as_ref())?;
                if is_news.query_row(params![uid, kind, id], |row| row.get(0))? {
                    set_link(db, &uid, &kind, id, None)?;
                    wait_until(db, &uid, row.get(6)?)?;
                }
            }
            Ok(())
        })
    }
}

fn overridden(db: &Connection, overrides: &Overrides) -> Result<BTreeMap<Uid, Option<TmdbId>>, StoreError> {
    let mut said = BTreeMap::new();
    for (name, id) in overrides {
        if let Some(uid) = find(db, name)? {
            said.insert(uid, *id);
        }
    }
    Ok(said)
}

fn record_look(db: &Connection, film: &Film, look: &Look, now: Timestamp) -> Result<Uid, StoreError> {
    match look {
        // What its title said holds until a page says something.
        Look::Useless(_) | Look::Failed { .. } if is_matched(db, &film.uid)? => {
            wait_until(db, &film.uid, now + DAILY)?;
            Ok(film.uid.clone())
        }
        Look::Read { uid: Some(uid), .. } if *uid != film.uid && !film.uid.is_provisional() => {
            let problem = format!("its film page is about another film, `{uid}`");
            record_useless(db, &film.uid, &problem, now)?;
            Ok(film.uid.clone())
        }
        Look::Read { uid, lid, slug, link } => {
            let uid = match uid {
                Some(uid) if *uid != film.uid => {
                    rename(db, &film.uid, uid)?;
                    uid
                }
                _ => &film.uid,
            };
            record_link(db, uid, *link, now)?;
            remember_lid(db, uid, lid.as_ref())?;
            if let Some(slug) = slug {
                remember_slug(db, slug, uid)?;
                // A poster may know a later one.
                let sql = "UPDATE film SET address = ?2 WHERE uid = ?1 AND address = ?3";
                let lid = lid.clone().map(FilmName::Lid);
                db.prepare_cached(sql)?.execute(params![uid, slug, lid])?;
            }
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
            db.prepare_cached(sql)?.execute(params![film.uid, why, is_passing, QUICK_LOOKS, next])?;
            Ok(film.uid.clone())
        }
    }
}

fn record_link(db: &Connection, uid: &Uid, link: Link, now: Timestamp) -> Result<(), StoreError> {
    let (kind, id) = match link {
        Link::Movie(id) => ("movie", id.get()),
        Link::Tv(id) => ("tv", id),
        Link::Missing => return record_useless(db, uid, "its film page names no TMDB id", now),
    };
    set_link(db, uid, kind, Some(id), None)?;
    if kind == "tv" {
        wait_until(db, uid, now + NEXT_LOOK_AT_SHOW_DAYS * DAY)?;
    }
    db.prepare_cached("UPDATE film SET origin = 0 WHERE uid = ?1 AND origin <> 0")?.execute([uid])?;
    Ok(())
}

/// What is known of a provisional film's place on TMDB holds for the film that it is, unless that one's own page was
/// read; what a person says holds in any case. Are both the same film on TMDB, as far as anybody knows?
pub(super) fn take_over_link(db: &Connection, from: &Uid, to: &Uid) -> Result<bool, StoreError> {
    type Known = (Option<String>, Option<u32>, u8, Option<String>);
    let sql = "SELECT kind, tmdb_id, origin, problem FROM film WHERE uid = ?1";
    let mut known = db.prepare_cached(sql)?;
    let mut known = |uid: &Uid| -> rusqlite::Result<Option<Known>> {
        let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        known.query_row([uid], row).optional()
    };
    let (Some(old), Some(real)) = (known(from)?, known(to)?) else { return Ok(true) };
    let (Some(kind), id, is_overridden, problem) = old else { return Ok(true) };
    if real.0.is_none() || (is_overridden == OVERRIDDEN && real.2 != OVERRIDDEN) {
        set_link(db, to, &kind, id, problem.as_deref())?;
        let sql = "UPDATE film SET (tries, next_look_at, origin, looked_by) =
                (SELECT tries, next_look_at, origin, looked_by FROM film WHERE uid = ?1)
            WHERE uid = ?2";
        db.prepare_cached(sql)?.execute([from, to])?;
        return Ok(true);
    }
    Ok(real.1 == id)
}

/// Leaves a film's page alone until then.
pub(super) fn wait_until(db: &Connection, uid: &Uid, next_look_at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE film SET next_look_at = ?2 WHERE uid = ?1 AND next_look_at <> ?2";
    db.prepare_cached(sql)?.execute(params![uid, next_look_at])?;
    Ok(())
}

/// Writes down what a film is. Another TMDB id is another film to Radarr: what it answered counts no more.
pub(super) fn set_link(
    db: &Connection,
    uid: &Uid,
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
        db.query_row(sql, [uid], |row| row.get::<_, u32>(0)).optional()?.map(|n| n as usize);
    let days = NEXT_LOOK_DAYS[looks.unwrap_or(0).min(NEXT_LOOK_DAYS.len() - 1)];
    let sql =
        "UPDATE film SET kind = 'none', tries = ?2, next_look_at = ?3, problem = ?4, origin = 0, looked_by = ?5
        WHERE uid = ?1";
    let tries = u32::try_from(looks.unwrap_or(0) + 1).unwrap_or(u32::MAX);
    db.execute(sql, params![uid, tries, now + days * DAY, problem, VERSION])?;
    Ok(())
}
