//! `lbjf scrape USER`: prints somebody's watchlist with TMDB ids, to see what is going on. It needs no config, and
//! stores nothing but what films are.

use std::collections::HashSet;
use std::path::Path;

use anyhow::anyhow;
use serde::Serialize;

use crate::cli::ScrapeArgs;
use crate::clients::http::RetryPolicy;
use crate::clients::letterboxd::{Letterboxd, PageError};
use crate::config::Config;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::film::{Film, Link, Overrides, Uid, WatchlistEntry, member_name};
use crate::domain::span::left;
use crate::domain::text;
use crate::domain::text::plural;
use crate::exit::Exit;
use crate::lists::watchlist::{Failure, Reading};
use crate::lists::{Doubt, Looks, lacks_id, look_at, tiles_text};
use crate::run::doors::{left_alone_until, letterboxd, note_routes};
use crate::run::session::{holder, keep};
use crate::store::{Look, Store, StoreError};
use crate::system::interrupt;
use crate::system::layout::{columns, cut, pad, width};
use crate::system::lock::{Lock, LockError};
use crate::system::stdout::print;

/// Prints the watchlist.
///
/// # Errors
///
/// When page 1 cannot be read.
pub fn run(args: &ScrapeArgs, config: &Config, no_store: bool, clock: Clock) -> anyhow::Result<Exit> {
    let Some(user) = member_name(&args.user) else {
        let given = text::excerpt(&args.user, 100);
        return Err(anyhow!("`{given}` is not a valid Letterboxd user name: letters, digits and `_`"));
    };
    let database = config.system.database.as_path();
    let opened = if no_store {
        Shared::nowhere(database, clock)
    } else {
        Shared::open(database, args.no_resolve, clock)
    };
    let (mut shared, start) = (opened?, clock.now());
    let (retry_policy, save_to) = (RetryPolicy::default(), args.save_pages.as_deref());
    let letterboxd =
        letterboxd(&config.letterboxd, &shared.store, start, retry_policy, args.ignore_cool_down, save_to)?;
    if letterboxd.is_stopped() {
        let left = left(start, left_alone_until(&letterboxd, &shared.store, start)?);
        log::error!(
            "Letterboxd is left alone for another {left}, since it refused us\nhint: `--ignore-cool-down` asks all the same"
        );
        return Ok(Exit::Blocked);
    }
    let before = shared.store.cool_downs()?;
    let list = read(&letterboxd, &user, args.limit);
    shared.write(|store| note_routes(&letterboxd, store, start))?;
    if args.no_resolve && !no_store && shared.store.cool_downs()? != before {
        keep("scrape", database, clock.now(), |kept| kept.adopt_cool_downs(&shared.store, &before))?;
    }
    let mut list = match list {
        Ok(list) => list,
        Err(PageError::Stopped) if let Some(signal) = interrupt::requested() => return Ok(signal.into()),
        Err(error) => {
            let hint = match &error {
                // There may be no config to look into, and nothing to lose.
                PageError::NotFound => Some("check the name; a member who changed names needs the new one"),
                PageError::Private => {
                    Some("only the member can let anyone see it, at letterboxd.com/settings/")
                }
                other => other.hint(),
            };
            let hint = hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            log::error!("{user}: {error}{hint}");
            return Ok(if error.is_block() { Exit::Blocked } else { Exit::Failure });
        }
    };
    let told = &config.films;
    let rows = resolve(&letterboxd, &mut shared, &mut list, told, args.no_resolve, start)?;
    print(&match (args.json, args.csv) {
        (true, _) => json(&user, &list, &rows)?,
        (_, true) => csv(&rows)?,
        _ => table(&rows, columns()),
    })?;
    for text in list.failures.iter().chain(&list.skips) {
        log::warn!("{user}: {text}");
    }
    let declared = plural(list.declared as usize, "film");
    log::info!("{user}: {} of {declared} on the watchlist ({})", rows.len(), list.outcome);
    if let Some(signal) = interrupt::requested() {
        return Ok(signal.into());
    }
    Ok(match () {
        () if letterboxd.is_stopped() => Exit::Blocked,
        () if !list.failures.is_empty() => Exit::Partial,
        () => Exit::Success,
    })
}

/// A watchlist as far as it was read.
struct List {
    declared: u32,
    outcome: &'static str,
    entries: Vec<WatchlistEntry>,
    failures: Vec<String>,
    /// Film pages that were read and say nothing of use, and tiles that are no films.
    skips: Vec<String>,
}

/// Reads the pages that are needed for `limit` entries, or all.
fn read(letterboxd: &Letterboxd, user: &str, limit: Option<u32>) -> Result<List, PageError> {
    let mut reading = Reading::begin(letterboxd, user)?;
    let per_page = u32::try_from(reading.entries().len().max(1)).unwrap_or(1);
    reading.read_all(limit.map_or(u32::MAX, |limit| limit.div_ceil(per_page).max(1)), |_| ());
    let (answers, unasked): (Vec<_>, Vec<_>) =
        reading.failures().iter().partition(|failure| failure.error.is_answer());
    let text = |failure: &Failure| format!("watchlist page {}: {}", failure.number, failure.error);
    let mut failures: Vec<String> = answers.into_iter().map(text).collect();
    // Told by what ended the asking.
    if !unasked.is_empty() {
        failures.push(format!("{} not asked", plural(unasked.len(), "more page")));
    }
    let mut skips = Vec::new();
    let is_cut = !reading.is_at_end();
    if failures.is_empty() && !is_cut {
        match reading.hidden_films(0) {
            Some(failure) => failures.push(text(&failure)),
            None if reading.other_tiles() > 0 => skips.push(tiles_text(reading.other_tiles())),
            None => {}
        }
    }
    let mut entries: Vec<_> = reading.entries().into_iter().cloned().collect();
    let limit = limit.map_or(usize::MAX, |limit| limit as usize);
    let outcome = match entries.len() {
        _ if !failures.is_empty() => "incomplete",
        count if is_cut || count > limit => "limited",
        count if reading.has_moved() || count != reading.declared() as usize => "total_moved",
        0 => "empty",
        _ => "complete",
    };
    entries.truncate(limit);
    Ok(List { declared: reading.declared(), outcome, entries, failures, skips })
}

/// An entry as it is printed.
#[derive(Serialize)]
struct Row {
    slug: String,
    uid: Option<String>,
    name: String,
    year: Option<u16>,
    /// `movie`, `tv`, `none` (the film page names no TMDB id), `other` (no film), or nothing: not known.
    kind: Option<&'static str>,
    tmdb_id: Option<u32>,
}

/// The store as a command uses it that is no run: the file, where it may be written, else a copy in memory. Each writing
/// takes the lock for its moment; when a run takes it meanwhile, the rest goes to a copy.
struct Shared<'a> {
    store: Store,
    database: &'a Path,
    is_file: bool,
    clock: Clock,
}

impl<'a> Shared<'a> {
    /// A person debugging may have no right to the store, or no disk. Where no film ids are to be kept, or the file is
    /// of an older schema, which only a run changes, it is copied.
    fn open(database: &'a Path, as_copy: bool, clock: Clock) -> anyhow::Result<Self> {
        let open = || -> anyhow::Result<Option<Store>> {
            let _lock = match Lock::take(database, &holder("scrape", clock.now())) {
                Err(LockError::Held { .. }) => return Ok(None),
                lock => lock?,
            };
            Ok(Store::open_current(database)?)
        };
        let opened = if as_copy { Ok(None) } else { open() };
        if let Ok(Some(store)) = opened {
            return Ok(Self { store, database, is_file: true, clock });
        }
        let copied = opened.and_then(|_| Ok(Store::copy_of(database)?));
        let store = match copied {
            Ok(store) => store,
            Err(error) => {
                log::warn!("store `{}`: {error:#}; film ids are not kept", text::path(database));
                Store::copy_of(database).or_else(|_| Store::in_memory())?
            }
        };
        Ok(Self { store, database, is_file: false, clock })
    }

    /// One that remembers nothing, and keeps nothing.
    fn nowhere(database: &'a Path, clock: Clock) -> anyhow::Result<Self> {
        Ok(Self { store: Store::in_memory()?, database, is_file: false, clock })
    }

    /// Writes, with the lock where it is a file.
    fn write<T>(&mut self, work: impl FnOnce(&mut Store) -> Result<T, StoreError>) -> anyhow::Result<T> {
        let holder = holder("scrape", self.clock.now());
        let lock = if self.is_file { Some(Lock::take(self.database, &holder)) } else { None };
        let lock = match lock.transpose() {
            Err(LockError::Held { .. }) => {
                self.store = Store::copy_of(self.database)?;
                self.is_file = false;
                None
            }
            lock => lock?,
        };
        let done = work(&mut self.store)?;
        drop(lock);
        Ok(done)
    }
}

/// Asks the film pages that the store knows nothing of, and stores what they say.
fn resolve(
    letterboxd: &Letterboxd,
    shared: &mut Shared<'_>,
    list: &mut List,
    told: &Overrides,
    no_resolve: bool,
    start: Timestamp,
) -> anyhow::Result<Vec<Row>> {
    let mut uids = shared.write(|store| store.identify(&list.entries))?;
    let unknown: Vec<(usize, Film)> = list
        .entries
        .iter()
        .zip(&uids)
        .enumerate()
        .filter(|(_, (entry, uid))| {
            let is_film = entry.other_kind.is_none() && !told.contains_key(&entry.slug);
            !no_resolve && is_film && matches!(shared.store.link(uid), Ok(None))
        })
        .map(|(index, (entry, uid))| (index, film(entry, uid)))
        .collect();
    let asked = unknown.iter().map(|(_, film)| film.uid.clone()).collect();
    let mut doubt = Doubt::default();
    let mut todo: Vec<usize> = (0..unknown.len()).collect();
    let mut named = Vec::new();
    while !todo.is_empty() {
        let slugs: Vec<_> = todo.iter().map(|at| &unknown[*at].1.slug).collect();
        let mut answered = HashSet::new();
        let mut stored = Ok(Vec::new());
        let mut looks = Looks::default();
        let (tally, is_open) = (&doubt.tally, doubt.answer.is_none());
        let is_enough = |_, page: &Result<_, _>| {
            tally.note(page, false);
            is_open && tally.is_strong()
        };
        letterboxd.film_pages(&slugs, is_enough, |came| {
            for (number, page) in came {
                let (at, film) = (todo[number], &unknown[todo[number]].1);
                let is_held = is_open && lacks_id(&page, false);
                let Some(look) = look_at(page) else { continue };
                answered.insert(at);
                note_look(list, unknown[at].0, film, &look);
                if is_held {
                    doubt.held.push((at, film.clone(), look));
                } else if looks.add(at, look)
                    && let Ok(named) = &mut stored
                {
                    match shared.write(|store| looks.store(|at| &unknown[at].1, store, start)) {
                        Ok(more) => named.extend(more),
                        Err(error) => stored = Err(error),
                    }
                }
            }
        });
        named.extend(stored?);
        named.extend(shared.write(|store| looks.store(|at| &unknown[at].1, store, start))?);
        if !doubt.is_open_and_strong() || doubt.is_justified(letterboxd, &shared.store, &asked)? {
            break;
        }
        letterboxd.resume_film_pages();
        todo.retain(|at| !answered.contains(at));
    }
    let is_changed = doubt.is_justified(letterboxd, &shared.store, &asked)?;
    if is_changed {
        list.failures.push(format!("{}\nhint: {}", doubt.text(), Doubt::hint()));
    } else if !doubt.held.is_empty() {
        let looks: Vec<_> = doubt.held.iter().map(|(_, film, look)| (film, look)).collect();
        let uids = shared.write(|store| store.record_looks(&looks, start))?;
        named.extend(doubt.held.iter().map(|(at, ..)| *at).zip(uids));
    }
    for (at, uid) in named {
        uids[unknown[at].0] = uid;
    }
    shared.write(|store| note_routes(letterboxd, store, start))?;
    if letterboxd.unasked() > 0 {
        let films = plural(letterboxd.unasked(), "film page");
        let why = if is_changed { "because of that" } else { "since 5 requests in a row failed" };
        list.failures.push(format!("{films} not asked, {why}"));
    }
    let row = |(entry, uid): (&WatchlistEntry, &Uid)| -> anyhow::Result<Row> {
        let (kind, tmdb_id) = match shared.store.link(uid)? {
            _ if let Some(told) = told.get(&entry.slug) => match told {
                Some(id) => (Some("movie"), Some(id.0)),
                None => (Some("other"), None),
            },
            _ if entry.other_kind.is_some() => (Some("other"), None),
            Some(Link::Movie(id)) => (Some("movie"), Some(id.0)),
            Some(Link::Tv(id)) => (Some("tv"), Some(id)),
            Some(Link::Missing) => (Some("none"), None),
            None => (None, None),
        };
        Ok(Row {
            slug: entry.slug.to_string(),
            uid: entry.uid.as_ref().map(ToString::to_string),
            name: entry.name.clone(),
            year: entry.year,
            kind,
            tmdb_id,
        })
    };
    list.entries.iter().zip(&uids).map(row).collect()
}

/// What is said of one film page.
fn note_look(list: &mut List, entry: usize, film: &Film, look: &Look) {
    match look {
        Look::Failed { why, .. } => list.failures.push(format!("`{}`: {why}", film.slug)),
        Look::Useless(why) => list.skips.push(format!("`{}`: {why}", film.slug)),
        Look::Read { uid: Some(uid), .. }
            if list.entries[entry].uid.as_ref().is_some_and(|own| own != uid) =>
        {
            list.skips.push(format!("`{}`: its film page is about another film, `{uid}`", film.slug));
        }
        Look::Read { .. } => {}
    }
}

fn film(entry: &WatchlistEntry, uid: &Uid) -> Film {
    Film { uid: uid.clone(), slug: entry.slug.clone(), name: entry.name.clone(), year: entry.year }
}

/// A row is a line: in a terminal of so many columns titles are cut, since the slug says the same, and what has to be
/// copied is whole as long as that is possible.
fn table(rows: &[Row], columns: Option<usize>) -> String {
    /// So much of a title is shown before a row loses its order.
    const SHORTEST_TITLE: usize = 12;
    let number = |number: Option<u32>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let heading = ["TMDB", "kind", "year", "film", "slug"].map(str::to_owned);
    let cells = |row: &Row| {
        let kind = row.kind.unwrap_or("?").to_owned();
        [number(row.tmdb_id), kind, number(row.year.map(u32::from)), row.name.clone(), row.slug.clone()]
    };
    let lines: Vec<[String; 5]> = std::iter::once(heading).chain(rows.iter().map(cells)).collect();
    let widest = |column: usize| lines.iter().map(|line| width(&line[column])).max().unwrap_or(0);
    let widths = [widest(0), widest(1), widest(2)];
    // What is left for a title, the gap behind it, and the slug.
    let room = columns.map(|columns| columns.saturating_sub(widths.iter().sum::<usize>() + 3 * GAP.len()));
    let title = match room {
        None => widest(3),
        Some(room) => {
            // A single long slug must not cost all others their titles.
            let beside = room.saturating_sub(GAP.len() + widest(4).min(room / 2));
            widest(3).min(beside.max(SHORTEST_TITLE))
        }
    };
    let mut text = String::new();
    for [tmdb, kind, year, name, slug] in &lines {
        for (cell, columns) in [tmdb, kind, year].into_iter().zip(widths) {
            text.push_str(&pad(cell, columns));
            text.push_str(GAP);
        }
        text.push_str(&titled(name, slug, title, room));
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

/// What stands between two columns.
const GAP: &str = "  ";

/// A title in its column and the slug behind it. A slug that is too long for its row moves to the left.
fn titled(name: &str, slug: &str, title: usize, room: Option<usize>) -> String {
    let Some(room) = room else { return pad(name, title) + GAP + slug };
    if title + GAP.len() + width(slug) <= room {
        return pad(&cut(name, title), title) + GAP + slug;
    }
    match room.saturating_sub(GAP.len() + width(slug)) {
        0 => cut(slug, room),
        left => cut(name, left) + GAP + slug,
    }
}

/// Described in docs/json.md.
fn json(user: &str, list: &List, rows: &[Row]) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Json<'a> {
        version: u32,
        user: &'a str,
        outcome: &'a str,
        declared: u32,
        entries: &'a [Row],
    }
    let json = Json { version: 1, user, outcome: list.outcome, declared: list.declared, entries: rows };
    Ok(serde_json::to_string(&json)? + "\n")
}

fn csv(rows: &[Row]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // serde writes the header with the first row; without rows it has to be written here.
    if rows.is_empty() {
        writer.write_record(["slug", "uid", "name", "year", "kind", "tmdb_id"])?;
    }
    for row in rows {
        writer.serialize(row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tmdb_id: Option<u32>, name: &str, slug: &str) -> Row {
        let (slug, name) = (slug.to_owned(), name.to_owned());
        Row { slug, uid: None, name, year: Some(1995), kind: Some("movie"), tmdb_id }
    }

    #[test]
    fn a_row_of_the_table_is_a_line_however_long_a_title_is() {
        let long = "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb";
        let rows = [
            row(Some(949), "Heat", "heat-1995"),
            row(Some(935), long, "dr-strangelove"),
            row(Some(1_234_567), long, "dr-strangelove-or-how-i-learned-to-stop-worrying-and-love"),
            row(None, "千と千尋の神隠し", "spirited-away"),
        ];
        assert_eq!(
            table(&rows[..2], Some(80)),
            "\
TMDB  kind   year  film                                           slug
949   movie  1995  Heat                                           heat-1995
935   movie  1995  Dr. Strangelove or: How I Learned to Stop Wo…  dr-strangelove
"
        );
        assert_eq!(
            table(&rows, Some(80)),
            "\
TMDB     kind   year  film                         slug
949      movie  1995  Heat                         heat-1995
935      movie  1995  Dr. Strangelove or: How I…   dr-strangelove
1234567  movie  1995  dr-strangelove-or-how-i-learned-to-stop-worrying-and-love
-        movie  1995  千と千尋の神隠し             spirited-away
"
        );
        for columns in [20, 30, 40, 60, 79, 100, 200] {
            let text = table(&rows, Some(columns));
            assert_eq!(text.lines().count(), 5);
            for (line, id) in text.lines().zip(["TMDB", "949", "935", "1234567", "-"]) {
                assert!(columns < 30 || width(line) <= columns, "{columns}: {line}");
                assert!(line.starts_with(&format!("{id} ")), "{line}");
            }
        }
        // Whoever reads a file or a pipe gets it whole.
        let whole = table(&rows, None);
        assert_eq!(whole.lines().filter(|line| line.contains(long)).count(), 2, "{whole}");
        assert!(!whole.contains('…'), "{whole}");
    }
}
