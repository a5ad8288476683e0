//! What Radarr is asked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::domain::ids::{TmdbId, Uid};
use crate::domain::radarr::RadarrName;
use crate::domain::request::{RadarrFilm, Request, RequestProblem};
use crate::domain::step::{
    AddToRadarr, Aliases, RequestedFilm, RootFolder, Skip, SkipReason, Step, TagInRadarr,
};

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
    /// What this Radarr goes by.
    pub radarr: RadarrName,
    /// Everybody whose films can be added, in the order of the config.
    pub people: Vec<Requester>,
    /// Where animated films go, when they go elsewhere.
    pub animated_root_folder: Option<String>,
    /// Labels for every film.
    pub tags: Vec<String>,
}

/// The settings of one person.
#[derive(Clone, Debug)]
pub struct Requester {
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

/// The requests for one film.
struct Group<'a> {
    /// The canonical id.
    tmdb: TmdbId,
    requests: Vec<&'a Request>,
}

impl Group<'_> {
    /// How often it was sent in vain; not at all, as long as it is new for one of them.
    fn attempts(&self) -> u32 {
        self.requests.iter().map(|request| request.attempts()).min().unwrap_or(0)
    }

    fn was_excluded(&self) -> bool {
        self.requests.iter().any(|request| request.problem == Some(RequestProblem::Excluded))
    }
}

/// The film of these requests, which is one.
fn requested(radarr: &RadarrName, requests: &[&Request]) -> RequestedFilm {
    let first = requests[0];
    let request = |request: &&Request| (request.person.clone(), request.film.uid.clone());
    RequestedFilm {
        radarr: radarr.clone(),
        film: first.film.clone(),
        tmdb: first.tmdb,
        requests: requests.iter().map(request).collect(),
    }
}

/// Plans what Radarr is asked for these requests. `listers` tells who else lists a film: that decides its settings.
///
/// Films come in the order of sending: those that were never sent, then those that failed least often; in each of these
/// parts the newest of each person in turn.
pub fn radarr(
    requests: &[Request],
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
    let is_gone = |request: &Request| {
        request.problem == Some(RequestProblem::Untagged)
            && !films.contains_key(&aliases.canonical(request.tmdb))
    };
    let (gone, requests): (Vec<&Request>, Vec<&Request>) =
        requests.iter().partition(|request| is_gone(request));
    steps.extend(gone.into_iter().map(|request| Step::GoneFromRadarr(requested(&terms.radarr, &[request]))));
    for group in groups(&requests, terms, aliases) {
        let leave = |why| Step::Skip(Skip { requested: requested(&terms.radarr, &group.requests), why });
        if let Some(film) = films.get(&group.tmdb) {
            steps.push(there(requested(&terms.radarr, &group.requests), film, terms, view));
        } else if excluded.contains(&group.tmdb) {
            steps.push(leave(SkipReason::Excluded));
        } else if view.is_restored && group.was_excluded() {
            steps.push(leave(SkipReason::WasExcluded));
        } else if view.in_library.contains(&group.tmdb) {
            steps.push(leave(SkipReason::InLibrary));
        } else {
            adds.push(group);
        }
    }
    steps.extend(in_turn(adds, terms).iter().filter_map(|group| add(group, listers, terms)));
    steps
}

/// A film that is there only lacks the labels of the people who request it.
fn there(requested: RequestedFilm, film: &RadarrFilm, terms: &RadarrTerms, view: &RadarrView) -> Step {
    let has = |label: &String| view.tags.get(label).is_some_and(|id| film.tags.contains(id));
    let requesters = terms
        .people
        .iter()
        .filter(|requester| requested.requests.iter().any(|(name, _)| *name == requester.name));
    let labels: BTreeSet<String> =
        requesters.filter_map(|requester| requester.user_tag.clone()).filter(|label| !has(label)).collect();
    if labels.is_empty() {
        return Step::AlreadyPresent(requested);
    }
    Step::TagInRadarr(TagInRadarr { requested, movie_id: film.id, labels: labels.into_iter().collect() })
}

/// Settings of the first lister in the config's order, labels of all.
fn add(group: &Group<'_>, listers: &Listers, terms: &RadarrTerms) -> Option<Step> {
    let lists = |requester: &&Requester| {
        group.requests.iter().any(|request| {
            request.person == requester.name
                || listers.get(&request.film.uid).is_some_and(|names| names.contains(&requester.name))
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
    Some(Step::AddToRadarr(AddToRadarr {
        requested: requested(&terms.radarr, &group.requests),
        root_folder,
        quality_profile_id: lead.quality_profile_id,
        tags: tags.into_iter().collect(),
        was_tried: group.attempts() > 0,
    }))
}

/// One group a film, by person and place on the list.
fn groups<'a>(requests: &[&'a Request], terms: &RadarrTerms, aliases: &Aliases) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut index_of: HashMap<TmdbId, usize> = HashMap::new();
    for requester in &terms.people {
        let own = requests.iter().copied().filter(|request| request.person == requester.name);
        let mut own: Vec<&Request> = own.collect();
        own.sort_by_key(|request| (request.position, &request.film.uid));
        for request in own {
            let tmdb = aliases.canonical(request.tmdb);
            let index = *index_of.entry(tmdb).or_insert(groups.len());
            if index == groups.len() {
                groups.push(Group { tmdb, requests: Vec::new() });
            }
            groups[index].requests.push(request);
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
    let mut lists: HashMap<&str, Vec<(&Request, usize)>> = HashMap::new();
    for (index, group) in groups.iter().enumerate() {
        for request in &group.requests {
            lists.entry(&request.person).or_default().push((request, index));
        }
    }
    let mut queues: Vec<VecDeque<usize>> = Vec::new();
    for requester in &terms.people {
        let mut own = lists.remove(requester.name.as_str()).unwrap_or_default();
        own.sort_by_key(|(request, _)| (request.position, &request.film.uid));
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
