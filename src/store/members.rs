//! Collections: whose members they are and what lbjf put there; and which servers the store belongs to.

use rusqlite::{OptionalExtension, Row, params};

use super::{Place, Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::film::TmdbId;
use crate::domain::ids::JellyfinId;
use crate::domain::library::KnownMember;

/// The last look at a person's library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastLook {
    /// Whose library it was, which collection, and what leaves it.
    pub terms: String,
    /// When all of it was looked at.
    pub whole_at: Timestamp,
    /// By Jellyfin's clock: what was saved before was seen.
    pub since: Timestamp,
}

impl Store {
    /// The last look at this person's library whose outcome is written down.
    pub fn last_look(&self, person: &str) -> Result<Option<LastLook>, StoreError> {
        let sql = "SELECT terms, whole_at, since FROM look WHERE person = ?1";
        let look =
            |row: &Row<'_>| Ok(LastLook { terms: row.get(0)?, whole_at: row.get(1)?, since: row.get(2)? });
        Ok(self.db.prepare_cached(sql)?.query_row([person], look).optional()?)
    }

    /// The members of a collection that were met.
    pub fn members(&self, collection_id: &str) -> Result<Vec<KnownMember>, StoreError> {
        let sql = "SELECT tmdb_id, is_own, was_watched FROM member WHERE collection_id = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map([collection_id], |row| {
            Ok(KnownMember { tmdb: TmdbId(row.get(0)?), is_own: row.get(1)?, was_watched: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes down members: new ones, and those that became lbjf's own.
    pub fn record_members(&mut self, collection_id: &str, members: &[KnownMember]) -> Result<(), StoreError> {
        let sql = "INSERT INTO member (collection_id, tmdb_id, is_own, was_watched) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (collection_id, tmdb_id) DO UPDATE SET is_own = excluded.is_own,
                was_watched = excluded.was_watched";
        self.transact(|db| {
            let mut statement = db.prepare_cached(sql)?;
            for member in members {
                statement.execute(params![
                    collection_id,
                    member.tmdb.0,
                    member.is_own,
                    member.was_watched
                ])?;
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
                statement.execute(params![collection_id, tmdb.0])?;
            }
            Ok(())
        })
    }

    /// Items that did not come to this collection, or did not go, although Jellyfin said so.
    pub fn unstuck(&self, collection_id: &str) -> Result<Vec<JellyfinId>, StoreError> {
        let sql = "SELECT item_id FROM unstuck WHERE collection_id = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let items = statement.query_map([collection_id], |row| row.get::<_, String>(0))?;
        let items = items.collect::<Result<Vec<_>, _>>()?;
        Ok(items.iter().filter_map(|id| JellyfinId::parse(id)).collect())
    }

    /// Forgets those of them that were tried before this time, in all collections, and where their films stand.
    pub fn forget_unstuck(&mut self, before: Timestamp) -> Result<(), StoreError> {
        self.transact(|db| {
            if db.execute("DELETE FROM unstuck WHERE tried_at <= ?1", [before])? > 0 {
                // Which film an item is, only all of a library tells.
                db.execute("UPDATE presence SET state = NULL WHERE state = ?1", [Place::Ineffective.word()])?;
            }
            Ok(())
        })
    }

    /// Remembers such items.
    pub fn record_unstuck(
        &mut self,
        collection_id: &str,
        items: &[JellyfinId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO unstuck (collection_id, item_id, tried_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (collection_id, item_id) DO UPDATE SET tried_at = excluded.tried_at";
        self.transact(|db| {
            let mut statement = db.prepare_cached(sql)?;
            for item in items {
                statement.execute(params![collection_id, item.as_str(), now])?;
            }
            Ok(())
        })
    }

    /// Members of a collection that are an old entry of a film's file, and which film each is.
    pub fn leftovers(&self, collection_id: &str) -> Result<Vec<(JellyfinId, TmdbId)>, StoreError> {
        let mut statement =
            self.db.prepare_cached("SELECT item_id, tmdb_id FROM leftover WHERE collection_id = ?1")?;
        let rows = statement
            .query_map([collection_id], |row| Ok((row.get::<_, String>(0)?, TmdbId(row.get(1)?))))?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(rows.into_iter().filter_map(|(id, tmdb)| Some((JellyfinId::parse(&id)?, tmdb))).collect())
    }

    /// Remembers one of them.
    pub fn record_leftover(
        &mut self,
        collection_id: &str,
        item_id: &JellyfinId,
        tmdb: TmdbId,
    ) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO leftover (collection_id, item_id, tmdb_id) VALUES (?1, ?2, ?3)";
        self.db.execute(sql, params![collection_id, item_id.as_str(), tmdb.0])?;
        Ok(())
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

    /// Forgets a collection that is gone, with everything that was in it.
    pub fn forget_collection(&mut self, id: &str) -> Result<(), StoreError> {
        self.transact(|db| {
            for sql in [
                "DELETE FROM collection WHERE id = ?1",
                "DELETE FROM member WHERE collection_id = ?1",
                "DELETE FROM unstuck WHERE collection_id = ?1",
                "DELETE FROM leftover WHERE collection_id = ?1",
            ] {
                db.execute(sql, [id])?;
            }
            Ok(())
        })
    }

    /// Remembers how the config names this person's collection; returns the name it had before, if another one.
    pub fn record_mapping(&mut self, person: &str, collection: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT collection FROM person WHERE name = ?1";
        let before: Option<String> = self.db.query_row(sql, [person], |row| row.get(0)).optional()?.flatten();
        if before.as_deref() == Some(collection) {
            return Ok(None);
        }
        let sql = "INSERT INTO person (name, collection) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET collection = excluded.collection";
        self.db.execute(sql, [person, collection])?;
        Ok(before)
    }

    /// How many films this Jellyfin user's library had last.
    pub fn films_seen(&self, jellyfin_user_id: &str) -> Result<u32, StoreError> {
        let sql = "SELECT films_seen FROM viewer WHERE jellyfin_user_id = ?1";
        Ok(self.db.query_row(sql, [jellyfin_user_id], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    /// Remembers how many films this Jellyfin user's library has.
    pub fn record_films_seen(&mut self, jellyfin_user_id: &str, count: u32) -> Result<(), StoreError> {
        let sql = "INSERT INTO viewer (jellyfin_user_id, films_seen) VALUES (?1, ?2)
            ON CONFLICT (jellyfin_user_id) DO UPDATE SET films_seen = excluded.films_seen
            WHERE films_seen <> excluded.films_seen";
        self.db.execute(sql, params![jellyfin_user_id, count])?;
        Ok(())
    }

    /// Which server of this name the store belongs to, if to any.
    pub fn server(&self, server: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT identity FROM server WHERE name = ?1";
        Ok(self.db.prepare_cached(sql)?.query_row([server], |row| row.get(0)).optional()?)
    }

    /// Which server of this name the store belongs to; remembers `identity` when it belongs to none yet.
    pub fn server_identity(&mut self, server: &str, identity: &str) -> Result<String, StoreError> {
        let sql =
            "INSERT INTO server (name, kind, identity) VALUES (?1, ?1, ?2) ON CONFLICT (name) DO NOTHING";
        self.db.execute(sql, [server, identity])?;
        let sql = "SELECT identity FROM server WHERE name = ?1";
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
                "DELETE FROM server WHERE name = 'jellyfin';
                DELETE FROM collection; DELETE FROM member; DELETE FROM unstuck; DELETE FROM leftover;
                DELETE FROM viewer; DELETE FROM look;
                DELETE FROM presence;",
            )?;
            Ok(true)
        })
    }
}
