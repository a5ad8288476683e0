//! What people do in the house, done to the stand-ins and to what is truly so.

use std::time::Duration;

use standins::jellyfin::Item;

use super::{COLLECTIONS, Copy, DAY, FILMS, Film, House, List, MERGED, MERGED_INTO, VIEWERS, slug};
use crate::oracle::edits::Edit;

impl House {
    /// Does what a person does, as far as it can be done.
    pub fn edit(&mut self, edit: &Edit) {
        match *edit {
            Edit::List(list, film) | Edit::Exchange(list, film) => self.edit_list(list, |list| {
                if list.films.first() != Some(&film) {
                    list.put_on.insert(film);
                }
                list.films.retain(|other| *other != film);
                if matches!(edit, Edit::Exchange(..)) {
                    list.films.pop();
                }
                list.films.insert(0, film);
            }),
            Edit::Unlist(list, film) => {
                self.edit_list(list, |list| list.films.retain(|other| *other != film));
            }
            Edit::Rewrite(list, first, count) => self.edit_list(list, |list| {
                list.films = (first..(first + count).min(FILMS)).rev().collect();
                list.put_on.extend(&list.films);
            }),
            Edit::Shrink(list, twelfths) => self.edit_list(list, |list| {
                let stays = list.films.len() - list.films.len() * twelfths / 12;
                let tail = list.films.split_off(stays);
                list.tail.splice(0..0, tail);
            }),
            Edit::Regrow(list, count) => self.edit_list(list, |list| {
                let mut back: Vec<Film> = list.tail.drain(..list.tail.len().min(count)).collect();
                back.retain(|film| !list.films.contains(film));
                list.films.append(&mut back);
            }),
            Edit::Miscount(list, hidden) => self.edit_list(list, |list| list.hidden = hidden),
            Edit::Private(list, private) => self.edit_list(list, |list| list.private = private),
            Edit::Untold(list, untold) => self.edit_list(list, |list| list.untold = untold),
            Edit::RenameList(list) => self.edit_list(list, |list| list.renamed = !list.renamed),
            Edit::Follow(list) => self.truth.follows[list - 3] = self.truth.lists[list].renamed,
            Edit::Want(who, list, wants) => self.truth.people[who].wants[list - 3] = wants,
            Edit::ByExport(who, is) => self.truth.people[who].by_export = is,
            Edit::Export(who) => self.export(who),
            Edit::OlderExport(who, older) => {
                let person = &mut self.truth.people[who];
                person.export = person.exports.len().checked_sub(older);
                self.save_exports();
            }
            Edit::Config(who, there) => {
                let mut others = self.truth.people.iter().enumerate().filter(|(other, _)| *other != who);
                let is_last = !others.any(|(_, person)| person.in_config);
                self.truth.people[who].in_config = there || is_last;
            }
            Edit::Move(who, to) => self.truth.people[who].collection = to,
            Edit::RemoveWatched(who, is) => self.truth.people[who].remove_watched = is,
            Edit::RemoveUnlisted(who, is) => self.truth.people[who].remove_unlisted = is,
            Edit::ClockBack => {
                if self.world.database().exists() {
                    self.world.turn_back(Duration::from_hours(400 * 24));
                }
            }
            Edit::Download { .. } | Edit::Replace { .. } | Edit::Identify { .. } => self.edit_copies(edit),
            Edit::Delete(film) => {
                self.truth.copies_of(film).for_each(|copy| self.world.jellyfin.remove_film(&copy.id));
                self.truth.copies.retain(|copy| copy.film != film);
            }
            Edit::Watch(who, film, watched) => {
                if let Some(copy) = self.truth.copies.iter_mut().find(|copy| copy.film == film) {
                    self.world.jellyfin.watch(VIEWERS[who], &copy.id, watched);
                    copy.watched.retain(|other| *other != who);
                    copy.watched.extend(watched.then_some(who));
                }
            }
            Edit::PutNew(to, film, watched) => {
                self.edit(&Edit::Download { film, quiet: false });
                for (who, watched) in watched.into_iter().enumerate() {
                    self.edit(&Edit::Watch(who, film, watched));
                }
                self.edit(&Edit::Put(to, film));
            }
            Edit::Put(which, _)
            | Edit::Take(which, _)
            | Edit::MakeCollection(which)
            | Edit::RenameCollection(which, _)
            | Edit::DeleteCollection(which) => self.edit_collection(which, edit),
            Edit::RadarrAdd(_)
            | Edit::RadarrRemove(_)
            | Edit::RadarrNew
            | Edit::Exclude(..)
            | Edit::Merge => self.edit_radarr(edit),
        }
    }

    fn edit_list(&mut self, list: usize, edit: impl FnOnce(&mut List)) {
        edit(&mut self.truth.lists[list]);
        self.show(list);
    }

    fn edit_copies(&mut self, edit: &Edit) {
        let jellyfin = &self.world.jellyfin;
        let (Edit::Download { film, quiet }
        | Edit::Replace { film, quiet }
        | Edit::Identify { film, quiet, .. }) = *edit
        else {
            return;
        };
        let known_from = if quiet { self.now + DAY + 1 } else { self.now };
        let id_now = if film == MERGED && self.truth.is_merged {
            Some(MERGED_INTO)
        } else {
            self.tmdb.get(&film).copied()
        };
        let Some(id_now) = id_now.filter(|_| Self::is_movie(film)) else { return };
        if let Edit::Download { .. } = edit {
            if self.truth.copies_of(film).count() >= 2 {
                return;
            }
            // A path of its own; one from before a replacement may be free again.
            let mut item = Item::film(id_now, &slug(film));
            while item.id.as_ref().is_none_or(|id| self.truth.film_of(id).is_some()) {
                item.path.push_str(".copy");
                item.id = Some(format!("{:032x}", u128::from(hash(&item.path))));
            }
            let id = jellyfin.add_item(item);
            self.truth.copies.push(Copy {
                film,
                id,
                former: None,
                identified: true,
                known_from,
                watched: Vec::new(),
            });
        }
        let mut copies = self.truth.copies.iter_mut().filter(|copy| copy.film == film);
        let copy = match *edit {
            Edit::Download { .. } => copies.next_back(),
            Edit::Identify { is, .. } => copies.next().filter(|copy| copy.identified != is),
            _ => copies.next(),
        };
        let Some(copy) = copy else { return };
        copy.known_from = known_from;
        match *edit {
            Edit::Identify { is, .. } => {
                jellyfin.identify(&copy.id, is.then_some(id_now));
                copy.identified = is;
                if !quiet {
                    jellyfin.save(&copy.id);
                }
            }
            Edit::Replace { .. } => {
                let new = jellyfin.replace_file(&copy.id);
                copy.former = Some(std::mem::replace(&mut copy.id, new));
            }
            _ => {}
        }
        if quiet && !matches!(edit, Edit::Identify { .. }) {
            jellyfin.save_long_ago(&copy.id);
        }
    }

    fn edit_collection(&mut self, which: usize, edit: &Edit) {
        self.look();
        let jellyfin = &self.world.jellyfin;
        let Some(set) = self.truth.set(which) else {
            if let Edit::MakeCollection(_) = edit {
                jellyfin.add_collection(COLLECTIONS[which]);
            }
            return;
        };
        match *edit {
            Edit::Put(_, film) => {
                if let Some(copy) = self.truth.copies_of(film).next() {
                    jellyfin.put(&set.id, &copy.id);
                }
            }
            Edit::Take(_, film) => {
                self.truth.copies_of(film).for_each(|copy| jellyfin.take(&set.id, &copy.id));
            }
            Edit::RenameCollection(_, true) => jellyfin.rename_collection(&set.id, &format!("Films {which}")),
            Edit::RenameCollection(..) => jellyfin.rename_collection(&set.id, COLLECTIONS[which]),
            Edit::DeleteCollection(_) => jellyfin.delete_collection(&set.id),
            _ => {}
        }
    }

    fn edit_radarr(&mut self, edit: &Edit) {
        let radarr = &self.world.radarr;
        match *edit {
            Edit::RadarrAdd(film) => {
                let is_there = self.ids(film).into_iter().any(|id| radarr.film(id).is_some());
                if Self::is_movie(film) && !is_there {
                    radarr.has(self.tmdb[&film]);
                }
            }
            Edit::RadarrRemove(film) => self.ids(film).into_iter().for_each(|id| radarr.remove(id)),
            Edit::RadarrNew => radarr.films().iter().for_each(|film| radarr.remove(film.tmdb_id)),
            Edit::Exclude(film, true) => {
                self.ids(film).into_iter().for_each(|id| radarr.exclude(id));
                self.truth.excluded.insert(film);
            }
            Edit::Exclude(film, false) => {
                self.ids(film).into_iter().for_each(|id| radarr.unexclude(id));
                self.truth.excluded.remove(&film);
            }
            Edit::Merge => {
                self.truth.is_merged = true;
                radarr.merge(self.tmdb[&MERGED], MERGED_INTO);
            }
            _ => {}
        }
    }
}

/// FNV-1a: any number that depends on the text.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
