//! Lists of the house, and exports of watchlists.

use std::fs;
use std::time::Duration;

use jiff::Timestamp;
use standins::letterboxd::Total;

use super::{Film, Films, House, LIST_NAMES, ListNo, NAMES, Truth, Who, slug};
use crate::common::export;

/// A list at Letterboxd.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Only its owner sees it.
    pub private: bool,
    /// Newest first, or in dave's order.
    pub films: Vec<Film>,
    /// So many more are counted than shown, if such a page can be.
    pub hidden: i64,
    /// Does the page not say how many films there are? Only a list's may.
    pub untold: bool,
    /// Does it have its other name?
    pub renamed: bool,
    /// What went from its end at once, and may come back.
    pub tail: Vec<Film>,
    /// What was put on it, or put on again, since lbjf ran last.
    pub put_on: Films,
}

impl List {
    pub fn has(&self, film: Film) -> bool {
        self.films.contains(&film)
    }

    /// What the pages declare.
    pub fn declared(&self) -> i64 {
        i64::try_from(self.films.len()).expect("36 at most") + self.surplus()
    }

    /// How many more the pages declare than they show. A count without a shown film, or with a page more, would be
    /// another page altogether.
    pub fn surplus(&self) -> i64 {
        let pages = |len: i64| (len + 27) / 28;
        let len = i64::try_from(self.films.len()).expect("36 at most");
        let declared = len + self.hidden;
        if len == 0 || declared <= 0 || pages(len) != pages(declared) { 0 } else { self.hidden }
    }
}

/// A watchlist as it was.
#[derive(Clone, Debug)]
pub struct Export {
    pub films: Vec<Film>,
    /// The minute.
    pub made_at: u32,
    /// The same by the clock of this machine.
    clock: Timestamp,
}

impl Truth {
    /// Which of the five lists one of the config is.
    pub fn place(list: ListNo) -> usize {
        if list > 4 { list - 2 } else { list }
    }

    /// What stands behind an address, whether or not anybody sees it.
    pub fn list(&self, list: ListNo) -> &List {
        &self.lists[Self::place(list)]
    }

    /// Is nothing shown at this address?
    pub fn is_hidden(&self, list: ListNo) -> bool {
        self.list(list).private || (list > 2 && self.list(list).renamed != (list > 4))
    }

    /// What the config says that this person wants.
    pub fn lists_of(&self, who: Who) -> Vec<ListNo> {
        let of_dave = (0..2).filter(|at| self.people[who].wants[*at]);
        [who].into_iter().chain(of_dave.map(|at| 3 + at + 2 * usize::from(self.follows[at]))).collect()
    }

    /// Is it on any of their lists?
    pub fn lists(&self, who: Who, film: Film) -> bool {
        self.lists_of(who).into_iter().any(|list| self.list(list).has(film))
    }

    /// Is this list read from an export, not from its pages?
    pub fn is_by_export(&self, list: ListNo) -> bool {
        self.people.get(list).is_some_and(|person| person.by_export)
    }

    /// That export, as far as it is there to be read.
    pub fn export(&self, list: ListNo) -> Option<&Export> {
        let person = self.people.get(list).filter(|person| person.by_export)?;
        person.exports.get(person.export?)
    }
}

impl House {
    /// Where lbjf looks for the export of this person.
    pub fn export_path(who: Who) -> String {
        format!("export-of-{}.zip", NAMES[who])
    }

    /// This person gets an export, as of now.
    pub fn export(&mut self, who: Who) {
        let films = self.truth.lists[who].films.clone();
        let person = &mut self.truth.people[who];
        person.exports.push(Export { films, made_at: self.now, clock: Timestamp::now() });
        person.export = Some(person.exports.len() - 1);
        self.save_exports();
    }

    /// Exports grow older with everything else, but a file stays the same file.
    pub fn save_exports(&self) {
        for (who, person) in self.truth.people.iter().enumerate() {
            let path = self.world.folder.path().join(Self::export_path(who));
            let Some(number) = person.export else {
                let _ = fs::remove_file(path);
                continue;
            };
            let saved = Duration::from_secs(1_700_000_000 + number as u64);
            let Some(Export { films, made_at, clock }) = person.exports.get(number) else {
                export::save(&path, b"PK half of a file", saved);
                continue;
            };
            let age = jiff::SignedDuration::from_mins(i64::from(self.now - made_at));
            // The oldest come first.
            let films = films.iter().rev().map(|film| self.address(*film));
            let table = export::watchlist_csv(films);
            export::save(&path, &export::archive(&[("watchlist.csv", &table)], *clock - age), saved);
        }
    }

    /// The address of a film in an export: as all have it now, or as old ones have it.
    fn address(&self, film: Film) -> String {
        if film.is_multiple_of(2) {
            format!("https://boxd.it/{}", self.world.letterboxd.lid(&slug(film)))
        } else {
            format!("https://letterboxd.com/film/{}/", slug(film))
        }
    }

    /// Letterboxd shows a list as it is now.
    pub fn show(&self, list: usize) {
        let letterboxd = &self.world.letterboxd;
        let shown = &self.truth.lists[list];
        let slugs: Vec<String> = shown.films.iter().copied().map(slug).collect();
        let slugs: Vec<&str> = slugs.iter().map(String::as_str).collect();
        if list < 3 {
            letterboxd.set_watchlist_and_offset(NAMES[list], &slugs, shown.surplus());
            letterboxd.set_private(NAMES[list], shown.private);
            return;
        }
        let name = |is_other: bool| &LIST_NAMES[list + 2 * usize::from(is_other)]["dave/".len()..];
        let number = 4_000 + u32::try_from(list).expect("one of five");
        let total = match (shown.untold, shown.surplus()) {
            (true, _) => Total::Untold,
            (_, 0) => Total::Told,
            (_, surplus) => Total::Off(surplus),
        };
        let (mut is_same, films) = (false, slugs.iter().copied());
        letterboxd.change_list("dave", name(shown.renamed), |list| {
            is_same = list.entries.iter().map(String::as_str).eq(films);
            (list.number, list.total, list.is_private) = (number, total, shown.private);
        });
        letterboxd.change_list("dave", name(!shown.renamed), |list| list.is_private = true);
        if !is_same {
            letterboxd.set_list("dave", name(shown.renamed), &slugs);
        }
    }
}
