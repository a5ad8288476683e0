//! The Radarrs that the config names: which of them are known under which address, whose films go to each, and the
//! numbers that they gave to films.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::lists::OR_AGAIN;
use super::{Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::TmdbId;
use crate::domain::radarr::name_key;

/// Whose films go nowhere sends them to this one, which nobody asks.
const NOWHERE: &str = "";

/// Begins, at `?3`, the requests of the person `?1` for what is on their lists, of the server `?2`. What was answered
/// there before, for as long as it was wanted, stays answered.
const BEGIN_AT_SERVER: &str = "
    INSERT INTO request (person, uid, server, requested_at, first_reading)
    SELECT DISTINCT person.name, list_entry.uid, ?2, ?3, person.readings
    FROM person
        CROSS JOIN person_list ON person_list.person = person.name
        CROSS JOIN list_entry ON list_entry.list_id = person_list.list_id
    WHERE person.name = ?1 AND list_entry.is_listed = 1";

impl Store {
    /// These are the Radarrs now, each with its address, the first one first. A new name at the address of one whose
    /// name is gone is that one: all that is known of it goes on. Returns what got another name, old and new.
    pub fn meet_radarrs(&mut self, radarrs: &[(&str, &str)]) -> Result<Vec<(String, String)>, StoreError> {
        let known = self.known_radarrs()?;
        let is_known =
            |(name, address): &(&str, &str)| known.get(*name).is_some_and(|known| known == address);
        if radarrs.iter().all(is_known) {
            return Ok(Vec::new());
        }
        let mut gone: Vec<(String, String)> = known
            .iter()
            .filter(|(name, _)| radarrs.iter().all(|(there, _)| there != name))
            .map(|(name, address)| (name.clone(), address.clone()))
            .collect();
        gone.sort();
        let mut renamed = Vec::new();
        self.transact(|db| {
            for (index, (name, address)) in radarrs.iter().enumerate() {
                // Before schema 3 no address was written down, and there was one.
                let is_it = |(old, at): &(String, String)| {
                    at == address || (at.is_empty() && index == 0) || name_key(old) == name_key(name)
                };
                if !known.contains_key(*name)
                    && let Some(index) = gone.iter().position(is_it)
                {
                    let (old, _) = gone.remove(index);
                    rename(db, &old, name)?;
                    renamed.push((old, (*name).to_owned()));
                }
                let sql = "INSERT OR REPLACE INTO server (kind, name, identity) VALUES ('radarr', ?1, ?2)";
                db.execute(sql, [name, address])?;
            }
            Ok(())
        })?;
        Ok(renamed)
    }

    fn known_radarrs(&self) -> Result<HashMap<String, String>, StoreError> {
        let mut statement =
            self.db.prepare_cached("SELECT name, identity FROM server WHERE kind = 'radarr'")?;
        let known = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(known.collect::<Result<_, _>>()?)
    }

    /// This person's films go to these servers from now on, or nowhere. A server that is new to them is asked for
    /// everything on their lists; one that they leave is left alone, and keeps its answers.
    pub fn send_to(&mut self, person: &str, servers: &[String], now: Timestamp) -> Result<(), StoreError> {
        let sql = "SELECT server FROM person_server WHERE person = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let known: Vec<String> =
            statement.query_map([person], |row| row.get(0))?.collect::<Result<_, _>>()?;
        drop(statement);
        let wanted: Vec<&str> =
            if servers.is_empty() { vec![NOWHERE] } else { servers.iter().map(String::as_str).collect() };
        if known.len() == wanted.len() && known.iter().all(|server| wanted.contains(&server.as_str())) {
            return Ok(());
        }
        self.transact(|db| {
            for server in known.iter().filter(|server| !wanted.contains(&server.as_str())) {
                let sql = "DELETE FROM person_server WHERE person = ?1 AND server = ?2";
                db.execute(sql, [person, server])?;
            }
            for server in wanted.into_iter().filter(|server| known.iter().all(|known| known != server)) {
                db.execute("INSERT INTO person_server (person, server) VALUES (?1, ?2)", [person, server])?;
                db.execute(&format!("{BEGIN_AT_SERVER} {OR_AGAIN}"), params![person, server, now])?;
            }
            Ok(())
        })
    }

    /// Which films this server's numbers meant when they were met.
    pub fn radarr_films(&self, server: &str) -> Result<HashMap<u32, TmdbId>, StoreError> {
        let mut statement =
            self.db.prepare_cached("SELECT id, tmdb_id FROM radarr_film WHERE server = ?1")?;
        let films = statement.query_map([server], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(films.collect::<Result<_, _>>()?)
    }

    /// Remembers what these numbers mean.
    pub fn record_radarr_films(&mut self, server: &str, films: &[(u32, TmdbId)]) -> Result<(), StoreError> {
        if films.is_empty() {
            return Ok(());
        }
        self.transact(|db| {
            let sql = "INSERT OR REPLACE INTO radarr_film (server, id, tmdb_id) VALUES (?1, ?2, ?3)";
            let mut statement = db.prepare_cached(sql)?;
            for (id, tmdb) in films {
                statement.execute(params![server, id, tmdb])?;
            }
            Ok(())
        })
    }
}

/// All that is known of a server goes on under its new name.
fn rename(db: &Connection, from: &str, to: &str) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM server WHERE kind = 'radarr' AND name = ?1 AND ?1 <> ?2",
        "UPDATE OR REPLACE request SET server = ?2 WHERE server = ?1",
        "UPDATE OR REPLACE person_server SET server = ?2 WHERE server = ?1",
        "UPDATE OR REPLACE radarr_film SET server = ?2 WHERE server = ?1",
        "UPDATE OR REPLACE notice SET about = ?2 WHERE about = ?1 AND kind = 'restored'",
    ] {
        db.execute(sql, [from, to])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
