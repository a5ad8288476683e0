//! Collections and playlists: whose members they are and what lbjf put there; and which servers the store belongs to.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{JellyfinId, TmdbId};
use crate::domain::library::KnownMember;
use crate::domain::shelf::ShelfKind;

impl Store {
    /// The members of a collection that were met.
    pub fn members(&self, collection_id: &str) -> Result<Vec<KnownMember>, StoreError> {
        let sql = "SELECT tmdb_id, is_own, was_watched, hidden_since FROM member WHERE collection_id = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map([collection_id], |row| {
            let (tmdb, is_own) = (row.get(0)?, row.get(1)?);
            Ok(KnownMember { tmdb, is_own, was_watched: row.get(2)?, hidden_since: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes down members: new ones, and those that became lbjf's own.
    pub fn record_members(&mut self, collection_id: &str, members: &[KnownMember]) -> Result<(), StoreError> {
        let sql = "INSERT INTO member (collection_id, tmdb_id, is_own, was_watched, hidden_since)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (collection_id, tmdb_id) DO UPDATE SET is_own = excluded.is_own,
                was_watched = excluded.was_watched, hidden_since = excluded.hidden_since";
        self.transact(|db| {
            let mut statement = db.prepare_cached(sql)?;
            for KnownMember { tmdb, is_own, was_watched, hidden_since } in members {
                statement.execute(params![collection_id, tmdb, is_own, was_watched, hidden_since])?;
            }
            Ok(())
        })
    }

    /// Forgets members that are no longer there.
    pub fn forget_members(&mut self, collection_id: &str, members: &[TmdbId]) -> Result<(), StoreError> {
        self.transact(|db| {
            let mut statement =
                db.prepare_cached("DELETE FROM member WHERE collection_id = ?1 AND tmdb_id = ?2")?;
            for tmdb in members {
                statement.execute(params![collection_id, tmdb])?;
            }
            Ok(())
        })
    }

    /// Items that did not come to this collection, or did not go, although Jellyfin said so.
    pub fn ineffective(&self, collection_id: &str) -> Result<Vec<JellyfinId>, StoreError> {
        let sql = "SELECT item_id FROM ineffective WHERE collection_id = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let items = statement.query_map([collection_id], |row| row.get::<_, String>(0))?;
        let items = items.collect::<Result<Vec<_>, _>>()?;
        Ok(items.iter().filter_map(|id| JellyfinId::parse(id)).collect())
    }

    /// Forgets those of them that were tried before this time, in all collections.
    pub fn forget_ineffective(&mut self, before: Timestamp) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM ineffective WHERE tried_at <= ?1", [before])?;
        Ok(())
    }

    /// Remembers such items.
    pub fn record_ineffective(
        &mut self,
        collection_id: &str,
        items: &[JellyfinId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO ineffective (collection_id, item_id, tried_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (collection_id, item_id) DO UPDATE SET tried_at = excluded.tried_at";
        self.transact(|db| {
            let mut statement = db.prepare_cached(sql)?;
            for item in items {
                statement.execute(params![collection_id, item.as_str(), now])?;
            }
            Ok(())
        })
    }

    /// The id that the collection of this name had last.
    pub fn collection_id(&self, name: &str) -> Result<Option<JellyfinId>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT id FROM collection WHERE name = ?1")?;
        let id = statement.query_row([name], |row| row.get::<_, String>(0)).optional()?;
        Ok(id.and_then(|id| JellyfinId::parse(&id)))
    }

    /// Remembers the id of the collection of this name.
    pub fn record_collection(&mut self, name: &str, id: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO collection (name, id) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET id = excluded.id WHERE id IS NOT excluded.id";
        self.db.execute(sql, [name, id])?;
        Ok(())
    }

    /// Forgets a collection or playlist that is gone, with everything that was in it.
    pub fn forget_collection(&mut self, id: &str) -> Result<(), StoreError> {
        self.transact(|db| {
            for sql in [
                "DELETE FROM collection WHERE id = ?1",
                "DELETE FROM playlist WHERE id = ?1",
                "UPDATE person SET playlist_id = NULL WHERE playlist_id = ?1",
                "DELETE FROM member WHERE collection_id = ?1",
                "DELETE FROM ineffective WHERE collection_id = ?1",
                "DELETE FROM listing WHERE collection_id = ?1",
                "DELETE FROM listing_member WHERE collection_id = ?1",
            ] {
                db.execute(sql, [id])?;
            }
            Ok(())
        })
    }

    /// Remembers how the config names this person's collection or playlist; returns the name it had before, if another
    /// one.
    pub fn record_mapping(
        &mut self,
        person: &str,
        kind: ShelfKind,
        name: &str,
    ) -> Result<Option<String>, StoreError> {
        let column = kind.word();
        let sql = format!("SELECT {column} FROM person WHERE name = ?1");
        let before: Option<String> =
            self.db.query_row(&sql, [person], |row| row.get(0)).optional()?.flatten();
        if before.as_deref() == Some(name) {
            return Ok(None);
        }
        let sql = format!(
            "INSERT INTO person (name, {column}) VALUES (?1, ?2)
                ON CONFLICT (name) DO UPDATE SET {column} = excluded.{column}"
        );
        self.db.execute(&sql, [person, name])?;
        Ok(before)
    }

    /// Which server of this name the store belongs to, if to any.
    pub fn server(&self, server: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT identity FROM server WHERE kind = ?1 AND name = ?1";
        Ok(self.db.prepare_cached(sql)?.query_row([server], |row| row.get(0)).optional()?)
    }

    /// Which server of this name the store belongs to; remembers `identity` when it belongs to none yet.
    pub fn server_identity(&mut self, server: &str, identity: &str) -> Result<String, StoreError> {
        let sql = "INSERT INTO server (name, kind, identity) VALUES (?1, ?1, ?2) ON CONFLICT (kind, name) DO NOTHING";
        self.db.execute(sql, [server, identity])?;
        let sql = "SELECT identity FROM server WHERE kind = ?1 AND name = ?1";
        Ok(self.db.query_row(sql, [server], |row| row.get(0))?)
    }

    /// Forgets all that is known of a Jellyfin which is not this one; is there such? What Radarr has and what is on
    /// lists stays: a film that was deleted there stays deleted.
    pub fn forget_other_jellyfin(&mut self, identity: &str) -> Result<bool, StoreError> {
        if self.server("jellyfin")?.is_none_or(|known| known == identity) {
            return Ok(false);
        }
        self.transact(|db| {
            db.execute_batch(
                "DELETE FROM server WHERE kind = 'jellyfin';
                DELETE FROM collection; DELETE FROM playlist; DELETE FROM member; DELETE FROM ineffective;
                DELETE FROM library; DELETE FROM library_item; DELETE FROM listing; DELETE FROM listing_member;
                DELETE FROM presence;
                UPDATE person SET playlist_id = NULL;",
            )?;
            Ok(true)
        })
    }
}
