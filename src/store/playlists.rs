//! Playlists: which of them are lbjf's, by their owner in Jellyfin and the name in the config. A name says nothing: people
//! have playlists of their own, and several may have the same.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, params};

use super::{Store, StoreError};
use crate::domain::ids::JellyfinId;

/// What is known of a playlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownPlaylist {
    /// It was made, or found.
    There(JellyfinId),
    /// It was about to be made, when there were these of its name.
    AboutToBeMade {
        /// Somebody else's, whatever they are.
        others: Vec<JellyfinId>,
    },
}

impl Store {
    /// What is known of this user's playlist of this name in the config.
    pub fn playlist(&self, user_id: &str, name: &str) -> Result<Option<KnownPlaylist>, StoreError> {
        let sql = "SELECT id, others FROM playlist WHERE user_id = ?1 AND name = ?2";
        let known = |row: &Row<'_>| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<String>>(1)?));
        let row = self.db.prepare_cached(sql)?.query_row([user_id, name], known).optional()?;
        Ok(row.map(|(id, others)| match id.as_deref().and_then(JellyfinId::parse) {
            Some(id) => KnownPlaylist::There(id),
            None => KnownPlaylist::AboutToBeMade { others: ids(&others.unwrap_or_default()) },
        }))
    }

    /// Every playlist that is known as somebody's, with its owner in Jellyfin.
    pub fn playlist_owners(&self) -> Result<HashMap<JellyfinId, JellyfinId>, StoreError> {
        let sql = "SELECT id, user_id FROM playlist WHERE id IS NOT NULL";
        let mut statement = self.db.prepare_cached(sql)?;
        let pair = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let pairs = statement.query_map([], pair)?.collect::<Result<Vec<_>, _>>()?;
        Ok(pairs
            .iter()
            .filter_map(|(id, owner)| Some((JellyfinId::parse(id)?, JellyfinId::parse(owner)?)))
            .collect())
    }

    /// It is this one.
    pub fn record_playlist(&mut self, user_id: &str, name: &str, id: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO playlist (user_id, name, id) VALUES (?1, ?2, ?3)
            ON CONFLICT (user_id, name) DO UPDATE SET id = excluded.id, others = NULL
            WHERE id IS NOT excluded.id";
        self.db.execute(sql, [user_id, name, id])?;
        Ok(())
    }

    /// It is about to be made, and these of its name are there.
    pub fn record_playlist_to_make(
        &mut self,
        user_id: &str,
        name: &str,
        others: &[JellyfinId],
    ) -> Result<(), StoreError> {
        let others: Vec<&str> = others.iter().map(JellyfinId::as_str).collect();
        let others = serde_json::to_string(&others).expect("texts are JSON");
        let sql = "INSERT OR REPLACE INTO playlist (user_id, name, others) VALUES (?1, ?2, ?3)";
        self.db.execute(sql, params![user_id, name, others])?;
        Ok(())
    }

    /// It was not made.
    pub fn forget_playlist_to_make(&mut self, user_id: &str, name: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM playlist WHERE user_id = ?1 AND name = ?2 AND id IS NULL";
        self.db.execute(sql, [user_id, name])?;
        Ok(())
    }

    /// The playlist of this person as it was found last.
    pub fn playlist_of(&self, person: &str) -> Result<Option<JellyfinId>, StoreError> {
        let sql = "SELECT playlist_id FROM person WHERE name = ?1";
        let id: Option<Option<String>> =
            self.db.prepare_cached(sql)?.query_row([person], |row| row.get(0)).optional()?;
        Ok(id.flatten().as_deref().and_then(JellyfinId::parse))
    }

    /// Remembers it, for who asks where a person's films are.
    pub fn record_playlist_of(&mut self, person: &str, id: &JellyfinId) -> Result<(), StoreError> {
        if self.playlist_of(person)?.as_ref() == Some(id) {
            return Ok(());
        }
        let sql = "INSERT INTO person (name, playlist_id) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET playlist_id = excluded.playlist_id";
        self.db.execute(sql, [person, id.as_str()])?;
        Ok(())
    }
}

/// The ids in a JSON text of lbjf's own.
fn ids(text: &str) -> Vec<JellyfinId> {
    let ids: Vec<String> = serde_json::from_str(text).unwrap_or_default();
    ids.iter().filter_map(|id| JellyfinId::parse(id)).collect()
}
