//! The library as it was read last, and what is in each collection and playlist.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Store, StoreError};
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::library::{LibraryItem, LibraryState, Member, SavedItem};

const SERVER: &str = "jellyfin";

impl Store {
    /// How far the library was read; `None` before it was read for the first time.
    pub fn library_state(&self) -> Result<Option<LibraryState>, StoreError> {
        let sql =
            "SELECT version, watermark, whole_at, films_seen, doubtful_since FROM library WHERE server = ?1";
        let state = |row: &Row<'_>| {
            Ok(LibraryState {
                version: row.get(0)?,
                watermark: row.get(1)?,
                whole_at: row.get(2)?,
                films_seen: row.get(3)?,
                doubtful_since: row.get(4)?,
            })
        };
        Ok(self.db.prepare_cached(sql)?.query_row([SERVER], state).optional()?)
    }

    /// Remembers how far it was read.
    pub fn record_library_state(&mut self, state: &LibraryState) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO library (server, version, watermark, whole_at, films_seen, doubtful_since)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let LibraryState { version, watermark, whole_at, films_seen, doubtful_since } = state;
        self.db.execute(sql, params![SERVER, version, watermark, whole_at, films_seen, doubtful_since])?;
        Ok(())
    }

    /// How many films it has, by the server's way of counting: also those whose TMDB id is of no use.
    pub fn library_count(&self) -> Result<u32, StoreError> {
        Ok(self.db.query_row("SELECT count(*) FROM library_item", [], |row| row.get(0))?)
    }

    /// Every TMDB id in it.
    pub fn library_ids(&self) -> Result<Vec<TmdbId>, StoreError> {
        let sql = "SELECT DISTINCT tmdb_id FROM library_item WHERE tmdb_id IS NOT NULL";
        let mut statement = self.db.prepare(sql)?;
        let ids = statement.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// The copies of these films.
    pub fn copies(&self, films: impl IntoIterator<Item = TmdbId>) -> Result<Vec<LibraryItem>, StoreError> {
        let sql = "SELECT item_id, tmdb_id, path FROM library_item
            WHERE tmdb_id IN (SELECT value FROM json_each(?1))";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map([json(films)], item_row)?.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.into_iter().filter_map(item).collect())
    }

    /// Only their ids, which an index holds.
    pub fn copy_ids(&self, films: impl IntoIterator<Item = TmdbId>) -> Result<Vec<JellyfinId>, StoreError> {
        let sql = "SELECT item_id FROM library_item WHERE tmdb_id IN (SELECT value FROM json_each(?1))";
        let mut statement = self.db.prepare_cached(sql)?;
        let ids = statement
            .query_map([json(films)], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(ids.iter().filter_map(|id| JellyfinId::parse(id)).collect())
    }

    /// The films of which one of these is the file. No index knows paths: few members are looked for by them, and
    /// seldom.
    pub fn films_at(&self, paths: &HashSet<&str>) -> Result<Vec<LibraryItem>, StoreError> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let sql =
            "SELECT item_id, tmdb_id, path FROM library_item WHERE tmdb_id IS NOT NULL AND path IS NOT NULL";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if paths.contains(row.get_ref(2)?.as_str().unwrap_or_default()) {
                found.extend(item(item_row(row)?));
            }
        }
        Ok(found)
    }

    /// Puts what was read of the whole library in the place of what was known. The members of every collection are to
    /// be read again: what went away and what came back is not told apart.
    pub fn replace_library(&mut self, items: &[LibraryItem]) -> Result<(), StoreError> {
        self.transact(|db| {
            db.execute("DELETE FROM library_item", [])?;
            for item in items {
                put(db, item)?;
            }
            db.execute("UPDATE listing SET etag = NULL WHERE etag IS NOT NULL", [])?;
            Ok(())
        })
    }

    /// Takes over what was saved of late. The members of collections in which such a film is, or was, are to be read
    /// again: in the same transaction, so that no kill comes between.
    pub fn update_library(&mut self, saved: &[SavedItem]) -> Result<(), StoreError> {
        if saved.is_empty() {
            return Ok(());
        }
        self.transact(|db| {
            let mut touched = Touched::default();
            let mut delete = db.prepare_cached("DELETE FROM library_item WHERE item_id = ?1")?;
            for SavedItem { item, has_tmdb_id } in saved {
                if *has_tmdb_id {
                    put(db, item)?;
                } else {
                    delete.execute([item.item_id.as_str()])?;
                }
                touched.add(item);
            }
            let mut forget = db.prepare_cached(
                "UPDATE listing SET etag = NULL WHERE collection_id = ?1 AND etag IS NOT NULL",
            )?;
            for collection_id in touched.collections(db)? {
                forget.execute([collection_id])?;
            }
            Ok(())
        })
    }

    /// Do the members that are known of a collection still hold, given its etag?
    pub fn is_listing_current(&self, collection_id: &str, etag: Option<&str>) -> Result<bool, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT etag FROM listing WHERE collection_id = ?1")?;
        let known: Option<Option<String>> =
            statement.query_row([collection_id], |row| row.get(0)).optional()?;
        Ok(etag.is_some() && known.flatten().as_deref() == etag)
    }

    /// The members of a collection as they were read last; `was_there`: also those that were there once.
    pub fn listing(&self, collection_id: &str, was_there: bool) -> Result<Vec<Member>, StoreError> {
        let sql = "SELECT item_id, name, tmdb_id, path, is_leftover, is_doubled FROM listing_member
            WHERE collection_id = ?1 AND (is_there = 1 OR ?2)";
        let mut statement = self.db.prepare_cached(sql)?;
        let member = |row: &Row<'_>| {
            let item_id = JellyfinId::parse(row.get_ref(0)?.as_str().unwrap_or_default());
            let (name, path, is_leftover) = (row.get(1)?, row.get(3)?, row.get(4)?);
            let (tmdb, is_doubled) = (row.get(2)?, row.get(5)?);
            Ok(item_id.map(|item_id| Member { item_id, name, tmdb, path, is_leftover, is_doubled }))
        };
        let members = statement.query_map(params![collection_id, was_there], member)?;
        Ok(members.filter_map(Result::transpose).collect::<Result<_, _>>()?)
    }

    /// Remembers the members of a collection, and for which etag they hold: for none if they may be others by now.
    pub fn record_listing(
        &mut self,
        collection_id: &str,
        etag: Option<&str>,
        members: &[Member],
    ) -> Result<(), StoreError> {
        self.transact(|db| {
            db.execute(
                "INSERT INTO listing (collection_id, etag) VALUES (?1, ?2)
                    ON CONFLICT (collection_id) DO UPDATE SET etag = excluded.etag",
                params![collection_id, etag],
            )?;
            db.execute("UPDATE listing_member SET is_there = 0 WHERE collection_id = ?1", [collection_id])?;
            let mut insert = db.prepare_cached(
                "INSERT OR REPLACE INTO listing_member
                    (collection_id, item_id, name, tmdb_id, path, is_leftover, is_doubled, is_there)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)",
            )?;
            for Member { item_id, name, tmdb, path, is_leftover, is_doubled } in members {
                let item_id = item_id.as_str();
                insert.execute(params![collection_id, item_id, name, tmdb, path, is_leftover, is_doubled])?;
            }
            Ok(())
        })
    }
}

/// A film of the library, or what it is now.
fn put(db: &Connection, item: &LibraryItem) -> Result<(), StoreError> {
    let sql = "INSERT INTO library_item (item_id, tmdb_id, path) VALUES (?1, ?2, ?3)
        ON CONFLICT (item_id) DO UPDATE SET tmdb_id = excluded.tmdb_id, path = excluded.path
        WHERE tmdb_id IS NOT excluded.tmdb_id OR path IS NOT excluded.path";
    db.prepare_cached(sql)?.execute(params![item.item_id.as_str(), item.tmdb, item.path])?;
    Ok(())
}

/// Numbers as one parameter of a query.
fn json(films: impl IntoIterator<Item = TmdbId>) -> String {
    let numbers: Vec<_> = films.into_iter().map(TmdbId::get).collect();
    serde_json::to_string(&numbers).expect("numbers are JSON")
}

type ItemRow = (String, Option<TmdbId>, Option<String>);

fn item_row(row: &Row<'_>) -> rusqlite::Result<ItemRow> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn item((id, tmdb, path): ItemRow) -> Option<LibraryItem> {
    Some(LibraryItem { item_id: JellyfinId::parse(&id)?, tmdb, path })
}

/// Films that a reading of the library brought.
#[derive(Default)]
struct Touched<'a> {
    items: HashSet<&'a str>,
    ids: HashSet<u32>,
    paths: HashSet<&'a str>,
}

impl<'a> Touched<'a> {
    fn add(&mut self, item: &'a LibraryItem) {
        self.items.insert(item.item_id.as_str());
        self.ids.extend(item.tmdb.map(TmdbId::get));
        self.paths.extend(item.path.as_deref());
    }

    /// The collections in which one of them is, or was.
    fn collections(&self, db: &Connection) -> Result<HashSet<String>, StoreError> {
        let sql = "SELECT collection_id, item_id, tmdb_id, path FROM listing_member";
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut found = HashSet::new();
        while let Some(row) = rows.next()? {
            let is_touched = self.items.contains(row.get_ref(1)?.as_str().unwrap_or_default())
                || row.get::<_, Option<u32>>(2)?.is_some_and(|id| self.ids.contains(&id))
                || row.get_ref(3)?.as_str().is_ok_and(|path| self.paths.contains(path));
            if is_touched {
                found.insert(row.get(0)?);
            }
        }
        Ok(found)
    }
}
