//! The lists of the config: page 1 of each that has pages, and each export. A list that several people want is read
//! once.

use super::checks::{Checks, State};
use super::letterboxd::Access;
use crate::clients::export::{Export, ExportError};
use crate::clients::letterboxd::page::{self, Page};
use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::config::User;
use crate::domain::clock::Timestamp;
use crate::domain::film::ListEntry;
use crate::domain::list::{ListKey, ListSource};
use crate::domain::list_address::PageAddress;
use crate::domain::problem::Problem;
use crate::domain::span::show_day;
use crate::domain::text;
use crate::domain::text::plural;
use crate::lists::address::{other_than, page_of};
use crate::lists::reading::{self, Failure};
use crate::lists::{self, bad_rows, old_export, other_list, other_member, tiles_text};
use crate::run::doors::note_routes;
use crate::store::{Store, StoreError};

/// A list of the config, once for everybody who wants it.
pub(super) struct Checked<'a> {
    source: &'a ListSource,
    key: ListKey,
    said: Said,
}

/// What it said.
enum Said {
    /// Page 1, by its address.
    Page(Result<(PageAddress, Page), PageError>),
    /// All of an export.
    Export(Result<Export, ExportError>),
}

impl Checked<'_> {
    /// Is it this list?
    pub(super) fn is(&self, source: &ListSource) -> bool {
        self.key == source.key()
    }

    /// The page that was asked for, if it has any.
    pub(super) fn page(&self) -> Option<Result<&Page, &PageError>> {
        match &self.said {
            Said::Page(page) => Some(page.as_ref().map(|(_, page)| page)),
            Said::Export(_) => None,
        }
    }

    /// The films that it shows, as far as they were read.
    pub(super) fn entries(&self) -> Vec<ListEntry> {
        match &self.said {
            Said::Page(Ok((_, page))) => page.entries.clone(),
            Said::Export(Ok(export)) => lists::export::entries(export),
            Said::Page(Err(_)) | Said::Export(Err(_)) => Vec::new(),
        }
    }

    /// What is the matter with it, if anything.
    pub(super) fn tell(
        &self,
        person: &str,
        access: Access,
        store: &Store,
        now: Timestamp,
        checks: &mut Checks,
    ) -> Result<(), StoreError> {
        let (state, found, hint) = match &self.said {
            Said::Export(Ok(export)) => self.export(export, store, now)?,
            Said::Export(Err(error)) => (State::Problem, error.to_string(), error.hint()),
            Said::Page(Ok((address, page))) => match self.known_as_another(address, page, store)? {
                Some(Problem { message, hint }) => (State::Problem, message, Some(hint)),
                None => first_page(address, page),
            },
            Said::Page(Err(_)) if access == Access::LeftAlone => {
                (State::Skipped, "not asked, since Letterboxd refuses us".to_owned(), None)
            }
            Said::Page(Err(error)) if !error.is_answer() => (State::Skipped, "not asked".to_owned(), None),
            Said::Page(Err(error)) if error.is_block() || access == Access::Unknown => {
                (State::Skipped, "not read".to_owned(), None)
            }
            Said::Page(Err(error)) => {
                let (text, hint) = page_failure(self.noun(), error);
                (State::Problem, text, hint)
            }
        };
        let name = match (self.source, &self.said) {
            (_, Said::Page(Ok((PageAddress::List(landed), _)))) if self.key.address != landed.to_string() => {
                format!("`{}` leads to `{landed}`: ", self.key.address)
            }
            (ListSource::List(address), _) => format!("`{address}`: "),
            _ => String::new(),
        };
        checks.add(state, person, self.noun(), &format!("{name}{found}"), hint);
        Ok(())
    }

    fn noun(&self) -> &'static str {
        match self.source {
            ListSource::Watchlist { .. } => "watchlist",
            ListSource::List(_) => "list",
            ListSource::Export { .. } => "export",
        }
    }

    /// Somebody else may have the name by now, and another list the address; a run takes nothing of theirs.
    fn known_as_another(
        &self,
        address: &PageAddress,
        page: &Page,
        store: &Store,
    ) -> Result<Option<Problem>, StoreError> {
        let list = store.find_list(&self.key)?;
        let known = list.map_or(Ok(None), |list| store.number(list))?;
        Ok(match address {
            PageAddress::List(asked) => other_than(asked, known, page).map(|found| other_list(&found)),
            PageAddress::Watchlist(_) => match (known, page.number()) {
                (Some(known), Some(found)) if known != found => Some(other_member(known, found)),
                _ => None,
            },
        })
    }

    fn export(&self, export: &Export, store: &Store, now: Timestamp) -> Result<Found, StoreError> {
        let list = store.find_list(&self.key)?;
        let cursor = list.map(|list| store.cursor(list)).transpose()?;
        let accepted_at = cursor.and_then(|cursor| cursor.accepted_at);
        let day = match export.as_of {
            Some(as_of) => format!("of {}", show_day(now, as_of)),
            None => "which does not tell its day".to_owned(),
        };
        let found = format!("`{}`: {}, {day}", text::path(&export.file), plural(export.films.len(), "film"));
        let note = |text: String, hint| (State::Note, format!("{found}; {text}"), hint);
        let rows = lists::export::bad_rows(export);
        Ok(match export.as_of {
            _ if !rows.is_empty() => {
                let Problem { message, hint } = bad_rows(&rows);
                note(message, Some(hint))
            }
            None => note("films are added, and none is removed".to_owned(), None),
            Some(as_of) if accepted_at.is_some_and(|then| as_of < then) => {
                note("the list was read at a later day, so this only adds films".to_owned(), None)
            }
            Some(as_of) if lists::export::is_old(as_of, now) => note(
                "lbjf does not know what was added or removed since".to_owned(),
                Some(old_export(as_of, now).hint),
            ),
            Some(_) => (State::Ok, found, None),
        })
    }
}

/// How something stands, what was found, and what to do about it.
type Found = (State, String, Option<&'static str>);

/// Reads page 1 of each list that has pages, and all of each export.
pub(super) fn read<'a>(
    door: &Letterboxd,
    users: &'a [User],
    store: &mut Store,
    now: Timestamp,
) -> Result<Vec<Checked<'a>>, StoreError> {
    let mut lists: Vec<Checked<'a>> = Vec::new();
    let mut addresses = Vec::new();
    for source in users.iter().flat_map(|user| &user.wants.lists) {
        if lists.iter().any(|list| list.is(source)) {
            continue;
        }
        let mut ask = |address| {
            addresses.push((lists.len(), address));
            Said::Page(Err(PageError::Stopped))
        };
        let said = match source {
            ListSource::Watchlist { member } => ask(PageAddress::Watchlist(member.clone())),
            ListSource::List(address) => match page_of(door, address) {
                Ok(page) => ask(PageAddress::List(page)),
                Err(error) => Said::Page(Err(error)),
            },
            ListSource::Export { path, member, .. } => {
                Said::Export(crate::clients::export::read(path, member.as_deref(), now))
            }
        };
        lists.push(Checked { source, key: source.key(), said });
    }
    reading::first_pages(
        door,
        &addresses.iter().map(|(_, address)| address).collect::<Vec<_>>(),
        |at, page| {
            let (index, address) = &addresses[at];
            lists[*index].said = Said::Page(page.map(|page| (address.clone(), page)));
        },
    );
    note_routes(door, store, now)?;
    Ok(lists)
}

/// As a run tells it, which knows a list's own words for some failures.
fn page_failure(noun: &'static str, error: &PageError) -> (String, Option<&'static str>) {
    let own = match error {
        PageError::NotFound => PageError::NotFound,
        PageError::Private => PageError::Private,
        other => return (other.to_string(), other.hint()),
    };
    let failure = Failure { noun, number: 1, error: own };
    (failure.to_string(), failure.hint())
}

fn first_page(address: &PageAddress, page: &Page) -> Found {
    let (noun, one, many) = match address {
        PageAddress::Watchlist(_) => ("watchlist", "1 entry", "entries"),
        PageAddress::List(_) => ("list", "1 film", "films"),
    };
    let visible = match address {
        PageAddress::List(list) if list.token.is_some() => "shared by its link",
        _ => "public",
    };
    let shown = u32::try_from(page.entries.len()).unwrap_or(u32::MAX);
    if page.declared == Some(0) && shown == 0 && page.other_tiles == 0 {
        return (State::Ok, format!("{visible}, empty"), None);
    }
    let note = |text: String| (State::Note, format!("{visible}, {text}"), None);
    let Some(declared) = page.declared else {
        return note(
            "but does not say how many films it has; films are added, and none is removed".to_owned(),
        );
    };
    let count = if declared == 1 { one.to_owned() } else { format!("{declared} {many}") };
    match page::films_in_other_tiles(std::slice::from_ref(page), shown, 0) {
        Some((error, _)) if page.pages == 1 => {
            let error = PageError::from(error);
            (State::Problem, error.to_string(), error.hint())
        }
        _ if shown > declared => note(format!("declares {count} but shows {shown}")),
        None if page.other_tiles > 0 => note(format!("{count}; {}", tiles_text(noun, page.other_tiles))),
        Some(_) => note(format!("{count}; a tile of page 1 names no film")),
        _ => (State::Ok, format!("{visible}, {count}"), None),
    }
}
