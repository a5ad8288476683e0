//! Who a film is: every name that it had.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::film::WatchlistEntry;
use crate::domain::ids::{Lid, Slug, Uid};
use crate::store::StoreError;
use crate::store::lists::PEOPLE_OF_FILM;

/// Makes the film of an entry known, and says who it is.
pub(super) fn identify(db: &Connection, entry: &WatchlistEntry) -> Result<Uid, StoreError> {
    let slug = &entry.slug;
    let by_slug: Option<Uid> = db
        .prepare_cached("SELECT uid FROM slug WHERE slug = ?1")?
        .query_row([slug], |row| row.get(0))
        .optional()?;
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
    db.prepare_cached(sql)?.execute(params![uid, slug, entry.name, entry.year, kind, problem])?;
    remember_slug(db, slug, &uid)?;
    remember_lid(db, &uid, entry.lid.as_ref())?;
    Ok(uid)
}

pub(super) fn remember_slug(db: &Connection, slug: &Slug, uid: &Uid) -> Result<(), StoreError> {
    let sql = "INSERT INTO slug (slug, uid) VALUES (?1, ?2)
        ON CONFLICT (slug) DO UPDATE SET uid = excluded.uid WHERE uid IS NOT excluded.uid";
    db.prepare_cached(sql)?.execute(params![slug, uid])?;
    Ok(())
}

/// A short id is one film's; which one, the page that was read last knows. A page without it changes nothing.
pub(super) fn remember_lid(db: &Connection, uid: &Uid, lid: Option<&Lid>) -> Result<(), StoreError> {
    let Some(lid) = lid else { return Ok(()) };
    if db.prepare_cached("SELECT 1 FROM film WHERE uid = ?1 AND lid = ?2")?.exists(params![uid, lid])? {
        return Ok(());
    }
    db.prepare_cached("UPDATE film SET lid = NULL WHERE lid = ?1")?.execute([lid])?;
    db.prepare_cached("UPDATE film SET lid = ?2 WHERE uid = ?1")?.execute(params![uid, lid])?;
    Ok(())
}

/// Gives a film its real name wherever the provisional one stands. The film of that name may be known already.
pub(super) fn rename(db: &Connection, from: &Uid, to: &Uid) -> Result<(), StoreError> {
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
        db.prepare_cached(sql)?.execute([from, to])?;
    }
    Ok(())
}
