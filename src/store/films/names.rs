//! Who a film is: every name that it had.

use rusqlite::{Connection, OptionalExtension, params};

use super::looks::take_over_link;
use crate::domain::film::ListEntry;
use crate::domain::film_name::FilmName;
use crate::domain::ids::{Lid, Slug, Uid};
use crate::store::StoreError;
use crate::store::lists::PEOPLE_OF_FILM;

/// The film of this name; of a slug, the one that had it last.
pub(in crate::store) fn find(db: &Connection, name: &FilmName) -> Result<Option<Uid>, StoreError> {
    let (sql, name) = match name {
        FilmName::Slug(slug) => ("SELECT uid FROM slug WHERE slug = ?1", slug.as_str()),
        FilmName::Uid(uid) => ("SELECT uid FROM film WHERE uid = ?1", uid.as_str()),
        FilmName::Lid(lid) => ("SELECT uid FROM film WHERE lid = ?1", lid.as_str()),
    };
    Ok(db.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?)
}

/// Makes the film of an entry known, and says who it is: by its uid, else by its short id, else by its slug.
pub(super) fn identify(db: &Connection, entry: &ListEntry) -> Result<Uid, StoreError> {
    let by_lid = entry.lid.clone().map(|lid| find(db, &FilmName::Lid(lid))).transpose()?.flatten();
    let by_address = find(db, &entry.address)?;
    let uid = entry.uid.clone().or_else(|| by_lid.clone()).or_else(|| by_address.clone());
    let uid = uid.unwrap_or_else(|| entry.own_uid());
    for known in [by_lid, by_address].into_iter().flatten() {
        if known.is_provisional() {
            rename(db, &known, &uid)?;
        }
    }
    let sql = "SELECT address FROM film WHERE uid = ?1";
    let known: Option<FilmName> = db.prepare_cached(sql)?.query_row([&uid], |row| row.get(0)).optional()?;
    // What comes by a worse name, as from an export, is older than what a poster said.
    if known.is_none_or(|known| !entry.address.is_worse_than(&known)) {
        describe(db, &uid, entry)?;
    }
    if let FilmName::Slug(slug) = &entry.address {
        remember_slug(db, slug, &uid)?;
    }
    remember_lid(db, &uid, entry.lid.as_ref())?;
    Ok(uid)
}

/// Writes down what an entry says of a film.
fn describe(db: &Connection, uid: &Uid, entry: &ListEntry) -> Result<(), StoreError> {
    let address = &entry.address;
    // `other` is decided by the list itself; a film page is never asked for those.
    let problem =
        entry.other_kind.as_ref().map(|kind| format!("Letterboxd lists it as `{kind}`, not as a film"));
    let kind = problem.is_some().then_some("other");
    // A word that Letterboxd used for a while, or that is understood by now, is no reason to leave a film alone.
    let sql = "INSERT INTO film (uid, address, name, year, kind, problem) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (uid) DO UPDATE SET address = excluded.address, name = excluded.name, year = excluded.year,
            next_look_at = iif(address IS NOT excluded.address AND kind = 'none', 0, next_look_at),
            problem = iif(kind = 'other' AND origin = 0, excluded.problem, problem),
            kind = iif(kind = 'other' AND origin = 0, excluded.kind, kind)
        WHERE address IS NOT excluded.address OR name IS NOT excluded.name OR year IS NOT excluded.year
            OR (kind = 'other' AND origin = 0 AND excluded.kind IS NULL)";
    db.prepare_cached(sql)?.execute(params![uid, address, entry.name, entry.year, kind, problem])?;
    Ok(())
}

/// A slug is one film's at a time. One that was known by it alone is that film.
pub(super) fn remember_slug(db: &Connection, slug: &Slug, uid: &Uid) -> Result<(), StoreError> {
    if let Some(known) = find(db, &FilmName::Slug(slug.clone()))?.filter(Uid::is_provisional) {
        rename(db, &known, uid)?;
    }
    let sql = "INSERT INTO slug (slug, uid) VALUES (?1, ?2)
        ON CONFLICT (slug) DO UPDATE SET uid = excluded.uid WHERE uid IS NOT excluded.uid";
    db.prepare_cached(sql)?.execute(params![slug, uid])?;
    Ok(())
}

/// A short id is one film's; which one, the page that was read last knows. A page without it changes nothing. A film
/// that was known by it alone is that film.
pub(super) fn remember_lid(db: &Connection, uid: &Uid, lid: Option<&Lid>) -> Result<(), StoreError> {
    let Some(lid) = lid else { return Ok(()) };
    if db.prepare_cached("SELECT 1 FROM film WHERE uid = ?1 AND lid = ?2")?.exists(params![uid, lid])? {
        return Ok(());
    }
    if let Some(known) = find(db, &FilmName::Lid(lid.clone()))?.filter(Uid::is_provisional) {
        rename(db, &known, uid)?;
    }
    db.prepare_cached("UPDATE film SET lid = NULL WHERE lid = ?1")?.execute([lid])?;
    db.prepare_cached("UPDATE film SET lid = ?2 WHERE uid = ?1")?.execute(params![uid, lid])?;
    Ok(())
}

/// What Radarr answered for a film holds for the same film under its real name (`?3`: they are the same on TMDB, too):
/// by the rule for two requests that are one film, see `ANSWERS_OF_TWINS`. It is wanted if either is.
const MERGE_REQUESTS: &str = "
    UPDATE request AS real SET
        answered_at = coalesce(
            iif(real.is_wanted >= old.is_wanted OR real.last_reading >= old.first_reading, real.answered_at, NULL),
            iif(?3 AND (old.is_wanted >= real.is_wanted OR old.last_reading >= real.first_reading),
                old.answered_at, NULL)),
        requested_at = iif(real.is_wanted = old.is_wanted, min(real.requested_at, old.requested_at),
            iif(real.is_wanted, real.requested_at, old.requested_at)),
        first_reading = iif(real.is_wanted = old.is_wanted, min(real.first_reading, old.first_reading),
            iif(real.is_wanted, real.first_reading, old.first_reading)),
        last_reading = iif(real.is_wanted OR old.is_wanted, NULL,
            coalesce(max(real.last_reading, old.last_reading), real.last_reading, old.last_reading)),
        is_wanted = max(real.is_wanted, old.is_wanted)
    FROM request AS old
    WHERE old.uid = ?1 AND real.uid = ?2 AND old.person = real.person AND old.server = real.server";

/// A film is listed if it is under either name.
const MERGE_ENTRIES: &str = "
    UPDATE list_entry AS real SET is_listed = 1, is_missing = min(real.is_missing, old.is_missing)
    FROM list_entry AS old
    WHERE old.uid = ?1 AND real.uid = ?2 AND old.list_id = real.list_id AND old.is_listed = 1";

/// Gives a film its real name wherever the provisional one stands. The film of that name may be known already; then
/// they become one, and nothing that was answered for either is lost.
pub(super) fn rename(db: &Connection, from: &Uid, to: &Uid) -> Result<(), StoreError> {
    if from == to {
        return Ok(());
    }
    let is_same = take_over_link(db, from, to)?;
    let sql = format!("{MERGE_REQUESTS} AND real.person IN {PEOPLE_OF_FILM}");
    db.prepare_cached(&sql)?.execute(params![from, to, is_same])?;
    let lid: Option<Option<Lid>> = db
        .prepare_cached("SELECT lid FROM film WHERE uid = ?1")?
        .query_row([from], |row| row.get(0))
        .optional()?;
    for sql in [
        "UPDATE OR IGNORE film SET uid = ?2 WHERE uid = ?1",
        "DELETE FROM film WHERE uid = ?1 AND ?1 <> ?2",
        &format!("UPDATE OR IGNORE request SET uid = ?2 WHERE uid = ?1 AND person IN {PEOPLE_OF_FILM}"),
        &format!("DELETE FROM request WHERE uid = ?1 AND ?1 <> ?2 AND person IN {PEOPLE_OF_FILM}"),
        &format!("UPDATE OR IGNORE presence SET uid = ?2 WHERE uid = ?1 AND person IN {PEOPLE_OF_FILM}"),
        &format!("DELETE FROM presence WHERE uid = ?1 AND ?1 <> ?2 AND person IN {PEOPLE_OF_FILM}"),
        MERGE_ENTRIES,
        "UPDATE OR IGNORE list_entry SET uid = ?2 WHERE uid = ?1",
        "DELETE FROM list_entry WHERE uid = ?1 AND ?1 <> ?2",
        "UPDATE slug SET uid = ?2 WHERE uid = ?1",
    ] {
        db.prepare_cached(sql)?.execute([from, to])?;
    }
    let sql = "UPDATE film SET lid = ?2 WHERE uid = ?1 AND lid IS NULL";
    db.prepare_cached(sql)?.execute(params![to, lid.flatten()])?;
    Ok(())
}

#[cfg(test)]
mod tests;
