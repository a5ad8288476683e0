//! What is held against the oracle after a run.

mod collection;
mod radarr;

use rusqlite::Connection;

use crate::oracle::films::{Films, NAMES, Who, film_of_slug};
use crate::oracle::oracle::{Oracle, Ran};
use crate::oracle::troubles::Trouble;

impl Oracle {
    /// The known lists in the store must be possible ones; what else was possible is forgotten.
    pub fn check_known(&mut self) -> Result<(), String> {
        if !self.world.database().exists() {
            return Ok(());
        }
        let db = Connection::open(self.world.database()).expect("a run made the store");
        for (who, name) in NAMES.iter().enumerate() {
            let Some((list, ever, is_accepted)) = stored(&db, name) else { continue };
            let person = &mut self.people[who];
            let before = std::mem::take(&mut person.states);
            for known in &before {
                if known.list == list && known.ever == ever && known.accepted.is_some() == is_accepted {
                    person.states.push(known.clone());
                }
            }
            if person.states.is_empty() {
                return Err(format!(
                    "{name}'s known list became {list:?} (ever {ever:?}, accepted: {is_accepted}), expected: {before:?}"
                ));
            }
        }
        Ok(())
    }

    /// How the run ended.
    pub fn check_exit(&self, ran: &Ran) -> Result<(), String> {
        if ran.is_chaos() {
            return Ok(());
        }
        let is_blocked = self.is_refused() && !ran.run.cleanup;
        let is_private = !ran.run.cleanup && ran.chosen.iter().any(|who: &Who| self.people[*who].private);
        let expected = match () {
            () if is_blocked => &[6][..],
            () if ran.trouble.is_some_and(Trouble::is_told) => &[4],
            () if ran.trouble.is_some() => &[0, 4],
            // Once a day.
            () if is_private => &[0, 4],
            // A collection, or a library, that is not there is told, as long as that matters.
            () if self.is_lacking(ran) => &[0, 4],
            () => &[0],
        };
        if expected.contains(&ran.code) {
            return Ok(());
        }
        Err(format!("exit {} instead of {expected:?}", ran.code))
    }

    /// Is something in Jellyfin not as it should be?
    fn is_lacking(&self, ran: &Ran) -> bool {
        let lacks = |who: usize| self.saw_and_lacks(who).0;
        let collection = |who: &usize| self.people[*who].collection;
        ran.chosen.iter().any(|who| !self.is_usable(collection(who)))
            || (0..3).any(|who| self.people[who].in_config && lacks(who))
    }
}

/// The known list of somebody, everything that ever was on it, and whether a crawl was accepted; `None` for a store
/// that is not ready.
fn stored(db: &Connection, name: &str) -> Option<(Films, Films, bool)> {
    let sql = "SELECT film.slug, entry.is_listed FROM entry JOIN film USING (uid) WHERE person = ?1";
    let mut rows = db.prepare(sql).ok()?;
    let rows = rows.query_map([name], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)));
    let (mut list, mut ever) = (Films::new(), Films::new());
    for row in rows.expect("it can be read") {
        let (slug, is_listed) = row.expect("text and a truth value");
        let film = film_of_slug(&slug).expect("only such films are listed");
        ever.insert(film);
        if is_listed {
            list.insert(film);
        }
    }
    let sql = "SELECT count(*) > 0 FROM person WHERE name = ?1 AND accepted_at IS NOT NULL";
    let is_accepted = db.query_row(sql, [name], |row| row.get(0)).expect("it can be read");
    Some((list, ever, is_accepted))
}
