//! What people do to the stand-ins.

use std::collections::BTreeSet;
use std::time::Duration;

use standins::jellyfin::Item;
use standins::letterboxd::Film as Page;

use crate::belief::Fact;
use crate::edits::Edit;
use crate::films::{CHANGED, COLLECTIONS, FILMS, Film, MERGED, NAMES, UNKNOWN, WITHOUT_ID, Who, slug};
use crate::oracle::{Copy, Oracle};

/// The id that [`WITHOUT_ID`] gets.
const GAINED_ID: u32 = 4_700_000;
/// The id that [`CHANGED`] gets.
const CHANGED_ID: u32 = 4_600_000;

impl Oracle {
    /// Does it, as far as it can be done.
    pub fn edit(&mut self, edit: &Edit) {
        match *edit {
            Edit::Download { .. }
            | Edit::Replace { .. }
            | Edit::Swap { .. }
            | Edit::Delete(_)
            | Edit::Identify { .. }
            | Edit::Watch(..)
            | Edit::Show(..)
            | Edit::Library(..) => self.edit_library(edit),
            Edit::Put(..)
            | Edit::PutWatched(..)
            | Edit::Take(..)
            | Edit::Make(_)
            | Edit::RenameCollection(_)
            | Edit::RenameBack(_)
            | Edit::DeleteCollection(_)
            | Edit::Ghost(_)
            | Edit::Scan => self.edit_collections(edit),
            Edit::RadarrAdd(_)
            | Edit::RadarrRemove(_)
            | Edit::RadarrErase(_)
            | Edit::RadarrNew
            | Edit::Exclude(_)
            | Edit::Unexclude(_)
            | Edit::Know
            | Edit::Merge => self.edit_radarr(edit),
            Edit::Config(..)
            | Edit::Move(..)
            | Edit::RemoveWatched(..)
            | Edit::RemoveUnlisted(..)
            | Edit::ClockBack => self.edit_config(edit),
            Edit::GainId if !self.has_gained => {
                self.has_gained = true;
                self.name_id(WITHOUT_ID, GAINED_ID);
            }
            Edit::ChangeId if self.former.is_none() => {
                self.former = self.tmdb.get(&CHANGED).copied();
                self.name_id(CHANGED, CHANGED_ID);
            }
            _ => self.edit_people(edit),
        }
    }

    /// The order of the list may tell that these were put on it again, which is a new wish.
    fn may_be_wished_again(&mut self, who: Who, films: &[Film]) {
        for film in films {
            self.answered.drop(&(who, *film), false);
        }
    }

    fn edit_people(&mut self, edit: &Edit) {
        match *edit {
            Edit::List(who, film) => {
                self.may_be_wished_again(who, &[film]);
                let list = &mut self.people[who].watchlist.entries;
                list.retain(|other| *other != film);
                list.insert(0, film);
                self.publish(who);
            }
            Edit::Exchange(who, film) => {
                self.may_be_wished_again(who, &[film]);
                let list = &mut self.people[who].watchlist.entries;
                list.retain(|other| *other != film);
                list.pop();
                list.insert(0, film);
                self.publish(who);
            }
            Edit::Unlist(who, film) => {
                self.people[who].watchlist.entries.retain(|other| *other != film);
                self.publish(who);
            }
            Edit::Rewrite(who, first, count) => {
                let films: Vec<Film> = (first..(first + count).min(FILMS)).collect();
                self.may_be_wished_again(who, &films);
                self.people[who].watchlist.entries = films;
                self.publish(who);
            }
            Edit::Shrink(who, gone) => {
                let list = &mut self.people[who].watchlist.entries;
                list.truncate(list.len() - gone.of(list.len()));
                self.publish(who);
            }
            Edit::Regrow(who, count) => {
                let person = &mut self.people[who];
                let known = person.states.first().map(|known| known.list.clone()).unwrap_or_default();
                let list = &mut person.watchlist.entries;
                let missing: Vec<Film> = known.into_iter().filter(|film| !list.contains(film)).collect();
                list.extend(missing.into_iter().take(count.into()));
                let films = list.clone();
                self.may_be_wished_again(who, &films);
                self.publish(who);
            }
            Edit::Miscount(who, hidden) => {
                self.people[who].watchlist.hidden = hidden;
                self.publish(who);
            }
            Edit::Private(who, private) => {
                self.people[who].private = private;
                self.world.letterboxd.set_private(NAMES[who], private);
            }
            Edit::Rename(film) => {
                let (first, second) = (slug(film), slug(film) + "-2");
                if self.renamed.insert(film) {
                    self.world.letterboxd.rename_film(&first, &second);
                } else {
                    self.renamed.remove(&film);
                    self.world.letterboxd.rename_film(&second, &first);
                }
            }
            _ => {}
        }
    }

    fn edit_config(&mut self, edit: &Edit) {
        match *edit {
            Edit::Config(who, there) => {
                let others = self.people.iter().enumerate().filter(|(other, _)| *other != who);
                let is_last = !others.into_iter().any(|(_, person)| person.in_config);
                self.people[who].in_config = there || is_last;
            }
            Edit::Move(who, to) => self.people[who].collection = to,
            Edit::RemoveWatched(who, is) => {
                self.note("an option that changed", usize::from(self.people[who].remove_watched != is));
                self.people[who].remove_watched = is;
            }
            Edit::RemoveUnlisted(who, is) => {
                self.note("an option that changed", usize::from(self.people[who].remove_unlisted != is));
                self.people[who].remove_unlisted = is;
            }
            Edit::ClockBack if self.world.database().exists() => {
                self.world.turn_back(Duration::from_hours(400 * 24));
                self.is_clock_back = true;
                self.note("a clock that was set back", 1);
            }
            _ => {}
        }
    }

    /// A film's page names this id from now on.
    fn name_id(&mut self, film: Film, id: u32) {
        let slug = if self.renamed.contains(&film) { slug(film) + "-2" } else { slug(film) };
        let (uid, _) = self.world.letterboxd.film_ids(&slug);
        let name = format!("Film {film}");
        self.world.letterboxd.add_film(Page::movie(&slug, &name, 2000, id).with_uid(uid));
        self.tmdb.insert(film, id);
        if self.excluded.contains(&film) {
            self.world.radarr.exclude(id);
        }
        self.unsure.insert(film);
        self.resolved.remove(&film);
    }

    fn publish(&self, who: Who) {
        let watchlist = &self.people[who].watchlist;
        let slugs: Vec<String> = watchlist.entries.iter().copied().map(slug).collect();
        let slugs: Vec<&str> = slugs.iter().map(String::as_str).collect();
        let offset = i64::from(watchlist.declared()) - i64::try_from(slugs.len()).expect("40 at most");
        self.world.letterboxd.set_watchlist_and_offset(NAMES[who], &slugs, offset);
    }

    fn edit_library(&mut self, edit: &Edit) {
        let now = self.now;
        match *edit {
            Edit::Download { film, quiet } if self.is_movie(film) => self.download(film, quiet),
            Edit::Replace { film, quiet } => {
                if let Some(copy) = self.copies.iter_mut().find(|copy| copy.film == film) {
                    copy.id = self.world.jellyfin.replace_file(&copy.id);
                    copy.identified = Fact::new(copy.identified.is, now, quiet);
                    if quiet {
                        self.world.jellyfin.save_long_ago(&copy.id);
                    }
                }
            }
            Edit::Swap { film, quiet } => {
                if let Some(at) = self.copies.iter().position(|copy| copy.film == film) {
                    self.world.jellyfin.remove_film(&self.copies.remove(at).id);
                    self.download(film, quiet);
                }
            }
            Edit::Delete(film) => {
                for id in self.copies_of(film) {
                    self.world.jellyfin.remove_film(&id);
                }
                self.copies.retain(|copy| copy.film != film);
            }
            Edit::Identify { film, is, quiet } => {
                let id = if self.is_movie(film) { self.id_now(film) } else { 0 };
                let is_merged = film == MERGED && self.is_merged;
                let copy = self.copies.iter_mut().find(|copy| copy.film == film && copy.identified.is != is);
                if let Some(copy) = copy {
                    self.world.jellyfin.identify(&copy.id, is.then_some(id));
                    if !quiet {
                        self.world.jellyfin.save(&copy.id);
                    }
                    copy.is_merged = is_merged;
                    copy.identified = Fact::new(is, now, quiet);
                }
            }
            Edit::Watch(who, film, watched) => {
                if let Some(copy) = self.copies.iter_mut().find(|copy| copy.film == film) {
                    self.world.jellyfin.watch(NAMES[who], &copy.id, watched);
                    copy.watched.remove(&who);
                    if watched {
                        copy.watched.insert(who);
                    }
                }
            }
            Edit::Show(who, film, is) => {
                if let Some(copy) = self.copies.iter_mut().find(|copy| copy.film == film)
                    && copy.shown[who].is != is
                {
                    copy.shown[who] = Fact::new(is, now, true);
                    let names = NAMES.iter().zip(copy.shown).filter(|(_, shown)| shown.is);
                    let names = names.map(|(name, _)| (*name).to_owned()).collect();
                    self.world.jellyfin.show_to(&copy.id, Some(names));
                }
            }
            Edit::Library(who, is) if self.people[who].library.is != is => {
                self.people[who].library = Fact::new(is, now, true);
                self.world.jellyfin.hide_library(NAMES[who], !is);
            }
            _ => {}
        }
    }

    fn copies_of(&self, film: Film) -> Vec<String> {
        self.copies.iter().filter(|copy| copy.film == film).map(|copy| copy.id.clone()).collect()
    }

    fn download(&mut self, film: Film, quiet: bool) {
        if self.copies_of(film).len() >= 2 {
            return;
        }
        let mut item = Item::film(self.id_now(film), &slug(film));
        let others: BTreeSet<_> = self.copies.iter().map(|copy| copy.id.clone()).collect();
        // A path of its own; one from before a replacement may be free again.
        let id = loop {
            item.path.push_str(".copy");
            let id = format!("{:032x}", u128::from(hash(&item.path)));
            if !others.contains(&id) {
                break id;
            }
        };
        item.id = Some(id.clone());
        self.world.jellyfin.add_item(item);
        if quiet {
            self.world.jellyfin.save_long_ago(&id);
        }
        self.copies.push(Copy {
            film,
            id,
            is_merged: film == MERGED && self.is_merged,
            identified: Fact::new(true, self.now, quiet),
            shown: [Fact::new(true, self.now, false); 3],
            watched: BTreeSet::new(),
        });
    }

    fn edit_collections(&mut self, edit: &Edit) {
        match *edit {
            Edit::Put(to, film) => {
                let copy = self.copies_of(film).into_iter().next();
                if let (Some(id), Some(set)) = (copy, self.set(to)) {
                    self.world.jellyfin.put(&set.id, &id);
                }
            }
            Edit::PutWatched(to, film) => {
                self.download(film, false);
                for who in 0..NAMES.len() {
                    self.edit(&Edit::Watch(who, film, true));
                }
                self.edit(&Edit::Put(to, film));
            }
            Edit::Take(of, film) => {
                if let Some(set) = self.set(of) {
                    for id in self.copies_of(film) {
                        self.world.jellyfin.take(&set.id, &id);
                    }
                }
            }
            Edit::Make(which) if self.set(which).is_none() => {
                self.world.jellyfin.add_collection(COLLECTIONS[which]);
            }
            Edit::RenameCollection(which) => {
                if let Some(set) = self.set(which) {
                    self.world.jellyfin.rename_collection(&set.id, &format!("Films {which}"));
                }
            }
            Edit::RenameBack(which) => {
                if let Some(set) = self.set(which) {
                    self.world.jellyfin.rename_collection(&set.id, COLLECTIONS[which]);
                }
            }
            Edit::DeleteCollection(which) => {
                if let Some(set) = self.set(which) {
                    self.world.jellyfin.delete_collection(&set.id);
                    self.ghosts.remove(&which);
                }
            }
            Edit::Ghost(which) => {
                if let Some(set) = self.set(which) {
                    self.world.jellyfin.make_ghost(&set.id);
                    self.ghosts.insert(which);
                }
            }
            Edit::Scan => {
                self.world.jellyfin.scan();
                self.ghosts.clear();
            }
            _ => {}
        }
    }

    fn edit_radarr(&mut self, edit: &Edit) {
        let radarr = &self.world.radarr;
        match *edit {
            Edit::RadarrAdd(film)
                if self.is_movie(film)
                    && !self.in_radarr().contains(&film)
                    && (film != UNKNOWN || self.is_known) =>
            {
                radarr.has(self.tmdb[&film]);
            }
            Edit::RadarrRemove(film) => self.ids(film).into_iter().for_each(|id| radarr.remove(id)),
            Edit::RadarrErase(film) => {
                self.edit(&Edit::RadarrRemove(film));
                self.edit(&Edit::Delete(film));
            }
            Edit::RadarrNew => {
                radarr.films().iter().for_each(|film| radarr.remove(film.tmdb_id));
            }
            Edit::Exclude(film) if self.is_movie(film) => {
                self.ids(film).into_iter().for_each(|id| radarr.exclude(id));
                self.excluded.insert(film);
            }
            Edit::Unexclude(film) if self.is_movie(film) => {
                self.ids(film).into_iter().for_each(|id| radarr.unexclude(id));
                self.excluded.remove(&film);
            }
            Edit::Know => {
                radarr.know(self.tmdb[&UNKNOWN], "Unknown", 2002, &[]);
                self.is_known = true;
            }
            Edit::Merge => self.merge(),
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
