//! Whose lists these are. Names change hands, at Letterboxd and in the config; the number of a member does not, and
//! neither does what a person wants.

use std::collections::{HashMap, HashSet};

use super::accept::Terms;
use crate::domain::ids::{ListId, Number};
use crate::domain::list::{ListKey, ListSource, Wants};
use crate::journal::Journal;
use crate::store::StoreError;

/// A watchlist of which a page was read.
pub(super) struct Shown<'a> {
    /// Who wants it.
    pub(super) person: &'a str,
    /// Whose it is, by name.
    pub(super) member: &'a str,
    /// The same by number, as far as the page tells.
    pub(super) number: Option<Number>,
}

/// Whose list a page shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// That of the member who is meant.
    Themselves,
    /// The same, who is in the config under this name, too.
    Namesake(String),
    /// That of another member, who has the name now.
    Other { known: Number, found: Number },
}

/// People whom the store does not know have another name in the config, if it knows somebody with the same watchlist,
/// or with just the same lists, whom the config no longer names.
pub(super) fn rename_people(journal: &mut Journal, everybody: &[Wants]) -> Result<(), StoreError> {
    for wants in everybody {
        if journal.store().wants_any(&wants.person)? {
            continue;
        }
        let mut lists = Vec::new();
        for source in &wants.lists {
            let key = source.key();
            lists.extend(journal.store().find_list(&key)?.map(|list| (list, key.kind == "watchlist")));
        }
        let all: HashSet<ListId> = lists.iter().map(|(list, _)| *list).collect();
        let mut before = None;
        for (list, is_own) in lists {
            for name in journal.store().people_of_list(list)? {
                let is_same = is_own || journal.store().lists_of_person(&name)? == all;
                if is_same && !is_named(everybody, &name) {
                    before = before.or(Some(name));
                }
            }
        }
        if let Some(before) = before {
            journal.person_renamed(&before, &wants.person)?;
            let text =
                format!("is the new name of `{before}` in the config; what lbjf knows of them is kept");
            journal.note(&wants.person, &text);
        }
    }
    Ok(())
}

/// Whose lists these pages show. A member who changed names goes on with what is known of them under the old one,
/// unless the config names that, too, and it is theirs as far as known. `everybody` is whom the config names.
pub(super) fn meet(
    journal: &mut Journal,
    watchlists: &[Shown<'_>],
    everybody: &[Wants],
    terms: Terms,
) -> Result<Vec<Met>, StoreError> {
    let named: Vec<ListKey> = everybody.iter().flat_map(|wants| &wants.lists).map(ListSource::key).collect();
    let place = |member: &str| named.iter().position(|key| *key == ListKey::watchlist(member));
    let shown: HashMap<&str, Number> =
        watchlists.iter().filter_map(|shown| Some((shown.member, shown.number?))).collect();
    let mut met: Vec<Met> = watchlists.iter().map(|_| Met::Themselves).collect();
    let mut is_new = Vec::new();
    for shown in watchlists {
        is_new.push(number(journal, shown.member)?.is_none());
    }
    // Somebody under a new name first: then the old one is free for whoever has it now.
    let mut order: Vec<usize> = (0..watchlists.len()).collect();
    order.sort_by_key(|index| !is_new[*index]);
    for index in order {
        let Shown { person, member, .. } = watchlists[index];
        let Some(found) = shown.get(member).copied() else { continue };
        match number(journal, member)? {
            Some(known) if known != found && !terms.allow_shrink => {
                met[index] = Met::Other { known, found };
                continue;
            }
            _ => {}
        }
        let is_theirs = |name: &String| {
            place(name).is_some() && shown.get(name.as_str()).is_none_or(|number| *number == found)
        };
        let others = journal.store().names_of_member(found, member)?;
        let (there, gone): (Vec<_>, Vec<_>) = others.into_iter().partition(is_theirs);
        if let (true, Some(old)) = (there.is_empty(), gone.first()) {
            rename_member(journal, old, &watchlists[index], everybody)?;
        }
        let list = journal.want_list(person, &ListKey::watchlist(member))?;
        journal.number_known(list, found)?;
        // Said of the later one of the two.
        if let Some(first) = there.into_iter().find(|name| place(name) < place(member)) {
            met[index] = Met::Namesake(first);
        }
    }
    Ok(met)
}

/// A member has a new name at Letterboxd. Whoever wanted their watchlist under the old one, and went by it or is no
/// longer named by the config, has a new name there, too.
fn rename_member(
    journal: &mut Journal,
    old: &str,
    shown: &Shown<'_>,
    everybody: &[Wants],
) -> Result<(), StoreError> {
    let Some(list) = journal.store().find_list(&ListKey::watchlist(old))? else { return Ok(()) };
    let people = journal.store().people_of_list(list)?;
    if journal.watchlist_renamed(old, shown.member)?
        && !journal.store().wants_any(shown.person)?
        && let Some(before) = people.iter().find(|name| *name == old || !is_named(everybody, name))
    {
        journal.person_renamed(before, shown.person)?;
    }
    Ok(())
}

fn is_named(everybody: &[Wants], name: &str) -> bool {
    everybody.iter().any(|wants| wants.person == name)
}

/// Letterboxd's number of this member, as far as known.
fn number(journal: &Journal, member: &str) -> Result<Option<Number>, StoreError> {
    let list = journal.store().find_list(&ListKey::watchlist(member))?;
    list.map_or(Ok(None), |list| journal.store().number(list))
}
