//! How a case of the rules is written.
//!
//! Films are numbers, their copies in Jellyfin letters behind the number: `1a` and `1b` are two copies of film 1.
//!
//! * on a list: `1`, and `-1` for one that came off it
//! * in a library: `1a`, watched `1a*`
//! * members: `1a`, `2:1a` for an item with another film's TMDB id, `?1a` for one without
//! * `1a@x`: its file is `x`
//! * a member that stands there twice: `1a!`
//! * remembered: `1=own`, `1=met`, `1=seen` (watched already when it was met), `1=met-60` (not shown for 60 seconds)
//! * the plan: `make`, `put 1a`, `out 1a+1b watched`, and what is written down: `met 1=own`, `gone 1`

use super::super::*;
use crate::domain::film::Film;
use crate::domain::film_name::FilmName;
use crate::domain::ids::Uid;
use crate::domain::shelf::ShelfKind;

/// When it is planned.
const NOW: Timestamp = 1_700_000_000;

pub(super) struct Person {
    name: &'static str,
    listed: Vec<Listed>,
    library: &'static str,
    is_watched_known: bool,
    remove_watched: bool,
    watched_by: WatchedBy,
    has_accepted: bool,
}

pub(super) fn person(name: &'static str, listed: &'static str, library: &'static str) -> Person {
    let listed = listed.split_whitespace().map(|word| {
        let number = word.trim_start_matches('-');
        let film = Film {
            uid: Uid::parse(number).unwrap(),
            address: FilmName::parse(number).unwrap(),
            name: number.into(),
            year: None,
        };
        Listed { film, tmdb: tmdb(number), is_listed: !word.starts_with('-'), is_matched: false }
    });
    Person {
        name,
        listed: listed.collect(),
        library,
        is_watched_known: true,
        remove_watched: true,
        watched_by: WatchedBy::Everybody,
        has_accepted: true,
    }
}

pub(super) fn ada(listed: &'static str, library: &'static str) -> Person {
    person("ada", listed, library)
}

pub(super) fn ben(listed: &'static str, library: &'static str) -> Person {
    person("ben", listed, library)
}

impl Person {
    /// `remove_watched = false`
    pub(super) fn keeps_watched(self) -> Self {
        Self { remove_watched: false, ..self }
    }

    /// `watched_by = "anyone"`
    pub(super) fn by_anyone(self) -> Self {
        Self { watched_by: WatchedBy::Anyone, ..self }
    }

    /// What they watched could not be asked.
    pub(super) fn unread(self) -> Self {
        Self { is_watched_known: false, ..self }
    }

    /// Their list was never read in full.
    pub(super) fn never_accepted(self) -> Self {
        Self { has_accepted: false, ..self }
    }
}

pub(super) fn tmdb(text: &str) -> TmdbId {
    let text = text.split('@').next().unwrap();
    TmdbId::new(text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()).unwrap()
}

pub(super) fn film(word: &str) -> LibraryItem {
    let word = word.trim_end_matches('*');
    LibraryItem {
        item_id: item_id(word.split('@').next().unwrap()),
        path: path(word),
        tmdb: Some(tmdb(word)),
    }
}

pub(super) fn member(word: &str) -> Member {
    let (id, item) = match (word.strip_prefix('?'), word.split_once(':')) {
        (Some(item), _) => (None, item),
        (None, Some((id, item))) => (Some(tmdb(id)), item),
        (None, None) => (Some(tmdb(word)), word),
    };
    let plain = item_id(item.split(['@', '!']).next().unwrap());
    let (name, is_doubled) = (item.to_owned(), item.ends_with('!'));
    Member { item_id: plain, name, tmdb: id, path: path(item), is_leftover: false, is_doubled }
}

/// Of its file, behind an `@`.
pub(super) fn path(word: &str) -> Option<String> {
    Some(word.split_once('@')?.1.to_owned())
}

pub(super) fn item_id(text: &str) -> JellyfinId {
    JellyfinId::parse(text).unwrap()
}

pub(super) fn row(word: &str) -> KnownMember {
    let (id, what) = word.split_once('=').unwrap();
    let (what, ago) = what.split_once('-').map_or((what, None), |(what, ago)| (what, Some(ago)));
    let hidden_since = ago.map(|ago| NOW - ago.parse::<Timestamp>().unwrap());
    KnownMember { tmdb: tmdb(id), is_own: what == "own", was_watched: what == "seen", hidden_since }
}

pub(super) fn show_row(row: KnownMember) -> String {
    let what = match (row.is_own, row.was_watched) {
        (true, _) => "own",
        (false, true) => "seen",
        (false, false) => "met",
    };
    let ago = row.hidden_since.map(|since| format!("-{}", NOW - since)).unwrap_or_default();
    format!("met {}={what}{ago}", row.tmdb)
}

pub(super) fn show_step(step: &Step) -> String {
    match step {
        Step::CreateShelf(_) => "make".to_owned(),
        Step::AddToShelf(put) => format!("put {}", put.item_id),
        Step::RemoveFromShelf(take) => {
            let why = match take.why {
                RemoveReason::Watched => "watched",
                RemoveReason::Unlisted => "unlisted",
                RemoveReason::Doubled => "doubled",
            };
            let items: Vec<_> = take.item_ids.iter().map(ToString::to_string).collect();
            format!("out {} {why}", items.join("+"))
        }
        other => panic!("{other:?} is nothing for a collection"),
    }
}

/// A collection to plan; there is one unless [`Case::missing`].
pub(super) struct Case {
    people: Vec<Person>,
    members: Option<&'static str>,
    rows: &'static str,
    ineffective: &'static str,
    aliases: &'static [(u32, u32)],
    is_library_sure: bool,
    rules: Rules,
    only_remove: bool,
}

pub(super) fn case<const N: usize>(people: [Person; N], members: &'static str, rows: &'static str) -> Case {
    let people = people.into();
    Case {
        people,
        members: Some(members),
        rows,
        ineffective: "",
        aliases: &[],
        is_library_sure: true,
        rules: Rules::default(),
        only_remove: false,
    }
}

impl Case {
    /// A playlist on Jellyfin 10.11, or 10.8: it hides what the library lacks.
    pub(super) fn hides(self) -> Self {
        Self { rules: Rules { can_remove: true, forgets_hidden: true }, ..self }
    }

    /// A playlist on Jellyfin 10.9 or 10.10: nothing can be taken out.
    pub(super) fn only_adds(self) -> Self {
        Self { rules: Rules { can_remove: false, forgets_hidden: true }, ..self }
    }

    pub(super) fn missing(self) -> Self {
        Self { members: None, ..self }
    }

    pub(super) fn ineffective(self, ineffective: &'static str) -> Self {
        Self { ineffective, ..self }
    }

    pub(super) fn aliases(self, aliases: &'static [(u32, u32)]) -> Self {
        Self { aliases, ..self }
    }

    pub(super) fn cleanup(self) -> Self {
        Self { only_remove: true, ..self }
    }

    pub(super) fn aliases_known(&self) -> Aliases {
        Aliases::new(
            self.aliases
                .iter()
                .map(|(asked, answered)| (TmdbId::new(*asked).unwrap(), TmdbId::new(*answered).unwrap())),
        )
    }

    /// The library shows far fewer films than it did.
    pub(super) fn doubtful(self) -> Self {
        Self { is_library_sure: false, ..self }
    }

    pub(super) fn copies(&self) -> Copies {
        let mut copies = Copies::new();
        for word in self.people.iter().flat_map(|person| person.library.split_whitespace()) {
            copies.entry(self.aliases_known().canonical(tmdb(word))).or_default().push(film(word));
        }
        for copies in copies.values_mut() {
            copies.sort_unstable();
            copies.dedup();
        }
        copies
    }

    /// What each of them watched.
    pub(super) fn watched(&self) -> Vec<Option<HashSet<TmdbId>>> {
        let watched = |person: &Person| {
            let words = person.library.split_whitespace().filter(|word| word.ends_with('*'));
            words.map(|word| self.aliases_known().canonical(tmdb(word))).collect()
        };
        self.people.iter().map(|person| person.is_watched_known.then(|| watched(person))).collect()
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&[Viewer<'_>], &ShelfView<'_>) -> T) -> T {
        let (watched, copies) = (self.watched(), self.copies());
        let viewers =
            self.people.iter().zip(&watched).map(|(person, watched)| viewer(person, watched.as_ref()));
        let viewers: Vec<_> = viewers.collect();
        let members: Option<Vec<Member>> =
            self.members.map(|members| members.split_whitespace().map(member).collect());
        let rows: Vec<KnownMember> = self.rows.split_whitespace().map(row).collect();
        let ineffective: Vec<_> = self.ineffective.split_whitespace().map(item_id).collect();
        let view = ShelfView {
            shelf: &Shelf { kind: ShelfKind::Collection, name: "C".to_owned(), person: None },
            members: members.as_deref(),
            rows: &rows,
            ineffective: &ineffective,
            copies: &copies,
            is_library_sure: self.is_library_sure,
            rules: self.rules,
            now: NOW,
        };
        look(&viewers, &view)
    }

    pub(super) fn plan(&self) -> String {
        let plan = self.with(|viewers, view| shelf(viewers, view, &self.aliases_known(), self.only_remove));
        let steps = plan.steps.iter().map(show_step);
        let met = plan.met.iter().copied().map(show_row);
        let gone = plan.gone.iter().map(|id| format!("gone {id}"));
        let kept = [("stuck", plan.stuck), ("waiting", plan.waiting)];
        let kept =
            kept.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{what} {count}"));
        steps.chain(met).chain(gone).chain(kept).collect::<Vec<_>>().join(", ")
    }
}

pub(super) fn viewer<'a>(person: &'a Person, watched: Option<&'a HashSet<TmdbId>>) -> Viewer<'a> {
    Viewer {
        name: person.name,
        remove_watched: person.remove_watched,
        watched_by: person.watched_by,
        has_accepted: person.has_accepted,
        listed: &person.listed,
        watched,
    }
}

pub(super) fn check(cases: impl IntoIterator<Item = (&'static str, Case, &'static str)>) {
    for (what, case, expected) in cases {
        assert_eq!(case.plan(), expected, "{what}");
    }
}
