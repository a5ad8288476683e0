//! Whose lists these are. Names at Letterboxd change hands; the number of a member does not.

use std::collections::HashMap;

use super::accept::Terms;
use crate::clients::letterboxd::PageError;
use crate::clients::letterboxd::page::WatchlistPage;
use crate::domain::ids::MemberId;
use crate::domain::list::ListSource;
use crate::journal::Journal;
use crate::store::StoreError;

/// Whose list a page shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// The person's.
    Themselves,
    /// The person's, who is in the config under this name, too.
    Namesake(String),
    /// That of another member, who has the name now.
    Other { known: MemberId, found: MemberId },
}

/// Whose lists these pages show. A member who changed names goes on with what is known of them under the old one, unless
/// the config names that, too, and it is theirs as far as known. `everybody` is whom the config names.
pub(super) fn meet(
    journal: &mut Journal,
    people: &[String],
    pages: &[Result<WatchlistPage, PageError>],
    everybody: &[String],
    terms: Terms,
) -> Result<Vec<Met>, StoreError> {
    let shown = people.iter().zip(pages).filter_map(|(person, page)| {
        let member = page.as_ref().ok().and_then(|page| page.member)?;
        Some((person.as_str(), member))
    });
    let shown: HashMap<&str, MemberId> = shown.collect();
    let mut met: Vec<Met> = people.iter().map(|_| Met::Themselves).collect();
    let mut is_new = Vec::new();
    for person in people {
        is_new.push(member(journal, person)?.is_none());
    }
    // Somebody under a new name first: then the old one is free for whoever has it now.
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by_key(|index| !is_new[*index]);
    for index in order {
        let person = &people[index];
        let Some(found) = shown.get(person.as_str()).copied() else { continue };
        match member(journal, person)? {
            Some(known) if known != found && !terms.allow_shrink => {
                met[index] = Met::Other { known, found };
                continue;
            }
            _ => {}
        }
        let is_theirs = |name: &String| {
            everybody.contains(name) && shown.get(name.as_str()).is_none_or(|number| *number == found)
        };
        let others = journal.store().names_of_member(found, person)?;
        let (there, gone): (Vec<_>, Vec<_>) = others.into_iter().partition(is_theirs);
        if let (true, Some(old)) = (there.is_empty(), gone.first()) {
            journal.member_renamed(old, person)?;
        }
        let list = journal.want_list(person, &ListSource::watchlist(person))?;
        journal.member_known(list, found)?;
        // Said of the later one of the two.
        let place = |name: &String| everybody.iter().position(|one| one == name);
        if let Some(first) = there.into_iter().find(|name| place(name) < place(person)) {
            met[index] = Met::Namesake(first);
        }
    }
    Ok(met)
}

/// Letterboxd's number of this member, as far as known.
fn member(journal: &Journal, person: &str) -> Result<Option<MemberId>, StoreError> {
    let list = journal.store().find_list(&ListSource::watchlist(person))?;
    list.map_or(Ok(None), |list| journal.store().member(list))
}
