//! Troubles that last, and which receiver was told of them: what messages need to know of earlier runs.

use rusqlite::params;

use super::{Store, StoreError};
use crate::domain::message::{Ongoing, Told, TroubleKey};
use crate::domain::text::one_line;

impl Store {
    /// The troubles that last, and those whose end somebody is still to hear of; those that began first come first.
    pub fn troubles(&self) -> Result<Vec<Ongoing>, StoreError> {
        let sql = "SELECT * FROM trouble ORDER BY began_at, kind, about";
        let mut statement = self.db.prepare_cached(sql)?;
        let text = |text: String| one_line(&text).into_owned();
        let troubles = statement.query_map([], |row| {
            Ok(Ongoing {
                key: TroubleKey { kind: row.get("kind")?, about: row.get("about")? },
                word: row.get("word")?,
                about: text(row.get("shown_about")?),
                text: text(row.get("message")?),
                began_at: row.get("began_at")?,
                seen_at: row.get("seen_at")?,
                runs: row.get("runs")?,
                ended_at: row.get("ended_at")?,
            })
        })?;
        Ok(troubles.collect::<Result<_, _>>()?)
    }

    /// What was told to whom.
    pub fn told(&self) -> Result<Vec<Told>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT * FROM told ORDER BY receiver, kind, about")?;
        let told = statement.query_map([], |row| {
            let key = TroubleKey { kind: row.get("kind")?, about: row.get("about")? };
            Ok(Told { receiver: row.get("receiver")?, key, told_at: row.get("told_at")? })
        })?;
        Ok(told.collect::<Result<_, _>>()?)
    }

    /// These are the troubles, and what was told of them, and there are no others.
    pub fn replace_troubles(&mut self, troubles: &[Ongoing], told: &[Told]) -> Result<(), StoreError> {
        self.transact(|db| {
            db.execute_batch("DELETE FROM trouble; DELETE FROM told")?;
            let sql = "INSERT INTO trouble
                    (kind, about, word, shown_about, message, began_at, seen_at, runs, ended_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            let mut statement = db.prepare_cached(sql)?;
            for Ongoing { key, word, about, text, began_at, seen_at, runs, ended_at } in troubles {
                let TroubleKey { kind, about: key } = key;
                statement
                    .execute(params![kind, key, word, about, text, began_at, seen_at, runs, ended_at])?;
            }
            let sql = "INSERT INTO told (receiver, kind, about, told_at) VALUES (?1, ?2, ?3, ?4)";
            let mut statement = db.prepare_cached(sql)?;
            for Told { receiver, key, told_at } in told {
                statement.execute(params![receiver, key.kind, key.about, told_at])?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn troubles_and_what_was_told_are_replaced_as_a_whole() {
        let mut store = Store::in_memory().unwrap();
        let key = |about: &str| TroubleKey { kind: "list".to_owned(), about: about.to_owned() };
        let trouble = |about: &str, began_at| Ongoing {
            key: key(about),
            word: "private".to_owned(),
            about: about.to_owned(),
            text: "the watchlist is private".to_owned(),
            began_at,
            seen_at: 9,
            runs: 2,
            ended_at: None,
        };
        let told = |receiver: &str| Told { receiver: receiver.to_owned(), key: key("ada"), told_at: 7 };
        store
            .replace_troubles(&[trouble("ben", 4), trouble("ada", 3)], &[told("ntfy"), told("ntfy 2")])
            .unwrap();
        assert_eq!(store.troubles().unwrap(), [trouble("ada", 3), trouble("ben", 4)]);
        assert_eq!(store.told().unwrap(), [told("ntfy"), told("ntfy 2")]);
        let ended = Ongoing { ended_at: Some(11), ..trouble("ada", 3) };
        store.replace_troubles(std::slice::from_ref(&ended), &[]).unwrap();
        assert_eq!((store.troubles().unwrap(), store.told().unwrap()), (vec![ended], Vec::new()));
    }
}
