//! Pages that could not be read, many at once: what is wrong with several in the same way is one line.

use std::collections::{BTreeMap, BTreeSet};

use super::Journal;
use crate::domain::event::Failed;
use crate::domain::text::plural;
use crate::store::StoreError;

/// Pages that could not be read, by what was wrong.
#[derive(Debug, Default)]
pub struct PageFailures(BTreeMap<String, Kind>);

/// Pages with which the same was wrong.
#[derive(Debug)]
struct Kind {
    hint: Option<&'static str>,
    /// Their names, by place.
    names: BTreeMap<usize, String>,
    /// Who goes without.
    people: BTreeSet<String>,
}

impl PageFailures {
    /// One more, without which these people go. `place` is the page's place among all that were asked.
    pub fn note(
        &mut self,
        why: &str,
        hint: Option<&'static str>,
        (place, name): (usize, &str),
        people: &[&str],
    ) {
        let new = || Kind { hint, names: BTreeMap::new(), people: BTreeSet::new() };
        let kind = self.0.entry(why.to_owned()).or_insert_with(new);
        kind.names.insert(place, name.to_owned());
        kind.people.extend(people.iter().map(ToString::to_string));
    }

    /// Was this wrong with any?
    pub fn has(&self, why: &str) -> bool {
        self.0.contains_key(why)
    }

    /// Was nothing wrong with any?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Leaves out what was wrong with one page only.
    pub fn retain_common(&mut self) {
        self.0.retain(|_, kind| kind.names.len() > 1);
    }
}

impl Journal {
    /// These film pages could not be read.
    pub fn film_pages_failed(&mut self, failures: &PageFailures) -> Result<(), StoreError> {
        for (why, Kind { hint, names, .. }) in &failures.0 {
            let (failed, text) = (Failed::Films(names.len()), text(why, "film page", names));
            self.failure(failed, ("films", "", why.as_str()), "letterboxd", &text, *hint)?;
        }
        Ok(())
    }

    /// These lists could not be read; `noun` is what they are.
    pub fn lists_failed(&mut self, noun: &str, failures: &PageFailures) -> Result<(), StoreError> {
        for (why, Kind { hint, names, people }) in &failures.0 {
            let text = text(why, noun, names);
            let people: Vec<&str> = people.iter().map(String::as_str).collect();
            let notice = ("watchlists", "", why.as_str());
            self.failure(Failed::Users(&people), notice, "letterboxd", &text, *hint)?;
        }
        Ok(())
    }
}

fn text(why: &str, what: &str, names: &BTreeMap<usize, String>) -> String {
    let more = if names.len() > 3 { ", …" } else { "" };
    let shown = names.values().take(3).cloned().collect::<Vec<_>>().join(", ");
    format!("{} not read: {why} ({shown}{more})", plural(names.len(), what))
}
