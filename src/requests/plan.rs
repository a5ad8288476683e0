//! What Radarr is asked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::clients::radarr::RadarrFilm;
use crate::domain::film::{TmdbId, Uid};
use crate::domain::step::{Add, Aliases, Leave, RootFolder, Step, Tag, WhyNot, Wished};
use crate::store::{Wish, WishProblem};

/// What is there.
#[derive(Debug, Default)]
pub struct RadarrView {
    /// Every film in Radarr.
    pub films: HashMap<TmdbId, RadarrFilm>,
    /// What must never be added.
    pub excluded: HashSet<TmdbId>,
    /// Its tags: label and number.
    pub tags: HashMap<String, u32>,
    /// Does it lack most of what it had? Then it may lack exclusions, too.
    pub is_restored: bool,
    /// What Jellyfin has, by canonical id, where that keeps films from Radarr.
    pub in_library: HashSet<TmdbId>,
}

impl RadarrView {
    /// What must never be added, by canonical id.
    pub fn exclusions(&self, aliases: &Aliases) -> HashSet<TmdbId> {
        self.excluded.iter().map(|id| aliases.canonical(*id)).collect()
    }
}

/// The settings, checked against Radarr.
#[derive(Debug, Default)]
pub struct RadarrTerms {
    /// Everybody whose films can be added, in the order of the config.
    pub people: Vec<Wisher>,
    /// Where animated films go, when they go elsewhere.
    pub animated_root_folder: Option<String>,
    /// Labels for every film.
    pub tags: Vec<String>,
}

/// The settings of one person.
#[derive(Clone, Debug)]
pub struct Wisher {
    /// At Letterboxd.
    pub name: String,
    /// Where their films go.
    pub root_folder: String,
    /// Is that folder their own choice? Then it beats the one for animated films.
    pub is_own_folder: bool,
    /// Radarr's number of their quality profile.
    pub quality_profile_id: u32,
    /// Labels for their films.
    pub tags: Vec<String>,
    /// The label that films of theirs carry even when they were there before.
    pub user_tag: Option<String>,
}

/// Who lists a film.
pub type Listers = HashMap<Uid, Vec<String>>;

/// The wishes for one film.
struct Group<'a> {
    /// The canonical id.
    tmdb: TmdbId,
    wishes: Vec<&'a Wish>,
}

impl Group<'_> {
    /// How often it was sent in vain; not at all, as long as it is new for one of them.
    fn attempts(&self) -> u32 {
        self.wishes.iter().map(|wish| wish.attempts()).min().unwrap_or(0)
    }

    fn was_excluded(&self) -> bool {
        self.wishes.iter().any(|wish| wish.problem == Some(WishProblem::Excluded))
    }
}

/// The film of these wishes, which is one.
fn wished(wishes: &[&Wish]) -> Wished {
    let first = wishes[0];
    let wish = |wish: &&Wish| (wish.person.clone(), wish.film.uid.clone());
    Wished { film: first.film.clone(), tmdb: first.tmdb, wishes: wishes.iter().map(wish).collect() }
}

/// Plans what Radarr is asked for these wishes. `listers` tells who else lists a film: that decides its settings.
///
/// Films come in the order of sending: those that were never sent, then those that failed least often; in each of these
/// parts the newest of each person in turn.
pub fn radarr(
    wishes: &[Wish],
    listers: &Listers,
    terms: &RadarrTerms,
    view: &RadarrView,
    aliases: &Aliases,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut adds = Vec::new();
    let films: HashMap<TmdbId, &RadarrFilm> =
        view.films.iter().map(|(id, film)| (aliases.canonical(*id), film)).collect();
    let excluded = view.exclusions(aliases);
    let is_gone = |wish: &Wish| {
        wish.problem == Some(WishProblem::Untagged) && !films.contains_key(&aliases.canonical(wish.tmdb))
    };
    let (gone, wishes): (Vec<&Wish>, Vec<&Wish>) = wishes.iter().partition(|wish| is_gone(wish));
    steps.extend(gone.into_iter().map(|wish| Step::Gone(wished(&[wish]))));
    for group in groups(&wishes, terms, aliases) {
        let leave = |why| Step::Leave(Leave { wished: wished(&group.wishes), why });
        if let Some(film) = films.get(&group.tmdb) {
            steps.push(there(wished(&group.wishes), film, terms, view));
        } else if excluded.contains(&group.tmdb) {
            steps.push(leave(WhyNot::Excluded));
        } else if view.is_restored && group.was_excluded() {
            steps.push(leave(WhyNot::WasExcluded));
        } else if view.in_library.contains(&group.tmdb) {
            steps.push(leave(WhyNot::InLibrary));
        } else {
            adds.push(group);
        }
    }
    steps.extend(in_turn(adds, terms).iter().filter_map(|group| add(group, listers, terms)));
    steps
}

/// A film that is there only lacks the labels of the people who wish it.
fn there(wished: Wished, film: &RadarrFilm, terms: &RadarrTerms, view: &RadarrView) -> Step {
    let has = |label: &String| view.tags.get(label).is_some_and(|id| film.tags.contains(id));
    let wishers =
        terms.people.iter().filter(|wisher| wished.wishes.iter().any(|(name, _)| *name == wisher.name));
    let labels: BTreeSet<String> =
        wishers.filter_map(|wisher| wisher.user_tag.clone()).filter(|label| !has(label)).collect();
    if labels.is_empty() {
        return Step::Have(wished);
    }
    Step::Tag(Tag { wished, movie_id: film.id, labels: labels.into_iter().collect() })
}

/// Settings of the first lister in the config's order, labels of all.
fn add(group: &Group<'_>, listers: &Listers, terms: &RadarrTerms) -> Option<Step> {
    let lists = |wisher: &&Wisher| {
        group.wishes.iter().any(|wish| {
            wish.person == wisher.name
                || listers.get(&wish.film.uid).is_some_and(|names| names.contains(&wisher.name))
        })
    };
    let mut people = terms.people.iter().filter(lists).peekable();
    let lead = (*people.peek()?).clone();
    let mut tags: BTreeSet<String> = terms.tags.iter().cloned().collect();
    for person in people {
        tags.extend(person.tags.iter().cloned());
        tags.extend(person.user_tag.clone());
    }
    let root_folder = match &terms.animated_root_folder {
        Some(animated) if !lead.is_own_folder => {
            RootFolder::ByGenre { animated: animated.clone(), other: lead.root_folder }
        }
        _ => RootFolder::Fixed(lead.root_folder),
    };
    Some(Step::Add(Add {
        wished: wished(&group.wishes),
        root_folder,
        quality_profile_id: lead.quality_profile_id,
        tags: tags.into_iter().collect(),
        was_tried: group.attempts() > 0,
    }))
}

/// One group a film, by person and place on the list.
fn groups<'a>(wishes: &[&'a Wish], terms: &RadarrTerms, aliases: &Aliases) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut index_of: HashMap<TmdbId, usize> = HashMap::new();
    for wisher in &terms.people {
        let own = wishes.iter().copied().filter(|wish| wish.person == wisher.name);
        let mut own: Vec<&Wish> = own.collect();
        own.sort_by_key(|wish| (wish.position, &wish.film.uid));
        for wish in own {
            let tmdb = aliases.canonical(wish.tmdb);
            let index = *index_of.entry(tmdb).or_insert(groups.len());
            if index == groups.len() {
                groups.push(Group { tmdb, wishes: Vec::new() });
            }
            groups[index].wishes.push(wish);
        }
    }
    groups
}

/// The order of sending.
fn in_turn<'a>(groups: Vec<Group<'a>>, terms: &RadarrTerms) -> Vec<Group<'a>> {
    let mut parts: BTreeMap<u32, Vec<Group<'a>>> = BTreeMap::new();
    for group in groups {
        parts.entry(group.attempts()).or_default().push(group);
    }
    parts.into_values().flat_map(|part| take_turns(part, terms)).collect()
}

/// The newest of each person in turn.
fn take_turns<'a>(groups: Vec<Group<'a>>, terms: &RadarrTerms) -> Vec<Group<'a>> {
    let mut lists: HashMap<&str, Vec<(&Wish, usize)>> = HashMap::new();
    for (index, group) in groups.iter().enumerate() {
        for wish in &group.wishes {
            lists.entry(&wish.person).or_default().push((wish, index));
        }
    }
    let mut queues: Vec<VecDeque<usize>> = Vec::new();
    for wisher in &terms.people {
        let mut own = lists.remove(wisher.name.as_str()).unwrap_or_default();
        own.sort_by_key(|(wish, _)| (wish.position, &wish.film.uid));
        queues.push(own.into_iter().map(|(_, index)| index).collect());
    }
    let mut waiting: Vec<Option<Group<'a>>> = groups.into_iter().map(Some).collect();
    let mut ordered = Vec::new();
    while queues.iter().any(|queue| !queue.is_empty()) {
        for queue in &mut queues {
            // A film that had its turn on somebody else's list costs this person no turn.
            let next = std::iter::from_fn(|| queue.pop_front()).find_map(|index| waiting[index].take());
            ordered.extend(next);
        }
    }
    ordered
}

#[cfg(test)]
mod tests;
