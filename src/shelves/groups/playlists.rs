//! Which playlist on the server is meant by the one in the config. Its name does not tell: people have playlists of their
//! own, and Jellyfin makes as many of one name as it is asked for. So lbjf remembers which of them are its own.

use std::collections::HashMap;

use super::{Group, Owner, Place};
use crate::clients::api::{ApiError, chain};
use crate::clients::jellyfin::{Abilities, Jellyfin, JellyfinUser, Playlist, Whose};
use crate::domain::event::Failed;
use crate::domain::ids::JellyfinId;
use crate::domain::problem::Problem;
use crate::domain::shelf::{Named, ShelfKind};
use crate::journal::Journal;
use crate::shelves::{Person, Shelves, viewer};
use crate::store::{KnownPlaylist, Store, StoreError};
use crate::system::interrupt;

/// What to do about a playlist that is somebody's own.
pub(crate) const CHOOSE: &str =
    "choose another name, or let lbjf fill that one by setting `jellyfin_playlist_id` to its id";

/// What a playlist of the config is on the server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    /// There, with this id.
    Is(JellyfinId),
    /// Not there yet: the name it will get.
    New(String),
    /// This one of its name is the user's own, or shown to them: it is left alone, and no second one is made.
    Taken(JellyfinId),
}

/// Why it is not known what is meant, and what to do about it.
#[derive(Debug)]
pub(crate) struct Unclear {
    pub(crate) text: String,
    pub(crate) hint: Option<String>,
}

impl From<ApiError> for Unclear {
    fn from(error: ApiError) -> Self {
        Self { text: chain(&error), hint: error.hint() }
    }
}

/// Where it is looked for.
pub(crate) struct Search<'a> {
    jellyfin: &'a Jellyfin,
    store: &'a Store,
    version: &'a str,
    lists: &'a [Playlist],
    /// By playlist, of all that lbjf knows as somebody's.
    owners: HashMap<JellyfinId, JellyfinId>,
}

impl<'a> Search<'a> {
    /// `lists` is every playlist there is, on a server of this version.
    pub(crate) fn new(
        jellyfin: &'a Jellyfin,
        store: &'a Store,
        version: &'a str,
        lists: &'a [Playlist],
    ) -> Result<Self, StoreError> {
        Ok(Self { jellyfin, store, version, lists, owners: store.playlist_owners()? })
    }

    /// Finds the playlist that the config names for this user. The server is asked whose a playlist is where lbjf does
    /// not know it yet.
    pub(crate) fn find(
        &self,
        named: &Named,
        user_id: &JellyfinId,
    ) -> Result<Result<Meaning, Unclear>, StoreError> {
        let (Named::Id(name) | Named::Name(name)) = named;
        let known = self.store.playlist(user_id, name)?;
        Ok(match (named, known) {
            (Named::Id(id), known) => self.by_id(id, user_id, known.is_some()),
            (Named::Name(name), Some(KnownPlaylist::There(id))) => self.known(id, name, user_id),
            (Named::Name(name), Some(KnownPlaylist::AboutToBeMade { others })) => {
                self.made_since(name, user_id, &others)
            }
            (Named::Name(name), None) => self.by_name(name, user_id),
        })
    }

    fn whose(&self, id: &JellyfinId, user_id: &JellyfinId) -> Result<Whose, ApiError> {
        self.jellyfin.whose_playlist(id, user_id, self.version)
    }

    fn by_id(&self, id: &str, user_id: &JellyfinId, is_known: bool) -> Result<Meaning, Unclear> {
        let Some(list) = self.lists.iter().find(|list| list.id.as_str() == id) else {
            let text = format!("Jellyfin has no playlist `{id}`");
            let hint = "check `jellyfin_playlist_id`: the 32 digits in the address of the playlist's page";
            return Err(Unclear { text, hint: Some(hint.to_owned()) });
        };
        if is_known || self.whose(&list.id, user_id)? == Whose::Theirs {
            return Ok(Meaning::Is(list.id.clone()));
        }
        let text = format!("playlist `{}` ({id}) is another user's; lbjf leaves it alone", list.name);
        let hint = "check `jellyfin_playlist_id`: it must be a playlist of the user in `jellyfin_username`";
        Err(Unclear { text, hint: Some(hint.to_owned()) })
    }

    /// It is known, whatever its name is by now. When it is gone, one that is made again is another one.
    fn known(&self, id: JellyfinId, name: &str, user_id: &JellyfinId) -> Result<Meaning, Unclear> {
        if self.lists.iter().any(|list| list.id == id) {
            return Ok(Meaning::Is(id));
        }
        match self.jellyfin.entries(&id, user_id) {
            Err(ApiError::Status { status: 404, .. }) => self.by_name(name, user_id),
            Err(error) => Err(error.into()),
            // A listing may lack what is there.
            Ok(_) => {
                let text = format!(
                    "Jellyfin does not list playlist `{name}`, but still shows films in it; lbjf leaves it alone"
                );
                Err(Unclear { text, hint: None })
            }
        }
    }

    /// The one playlist of this name that came since lbjf was about to make it. Several may be anybody's.
    fn made_since(
        &self,
        name: &str,
        user_id: &JellyfinId,
        others: &[JellyfinId],
    ) -> Result<Meaning, Unclear> {
        let mut made = Vec::new();
        for list in self.lists.iter().filter(|list| list.is_named(name) && !others.contains(&list.id)) {
            if self.whose(&list.id, user_id)? == Whose::Theirs {
                made.push(&list.id);
            }
        }
        match made[..] {
            [id] => Ok(Meaning::Is(id.clone())),
            _ => self.by_name(name, user_id),
        }
    }

    /// A playlist of this name that lbjf knows by another name in the config is that one. Any other that the user sees is
    /// somebody's own.
    fn by_name(&self, name: &str, user_id: &JellyfinId) -> Result<Meaning, Unclear> {
        for list in self.lists.iter().filter(|list| list.is_named(name)) {
            match self.owners.get(&list.id) {
                Some(owner) if owner == user_id => return Ok(Meaning::Is(list.id.clone())),
                Some(_) => {}
                None if self.whose(&list.id, user_id)? == Whose::Hidden => {}
                None => return Ok(Meaning::Taken(list.id.clone())),
            }
        }
        Ok(Meaning::New(name.to_owned()))
    }
}

impl Shelves<'_> {
    /// The playlists that this run may change, with everybody whose films go there.
    pub(in crate::shelves) fn playlist_groups(
        &self,
        users: &[JellyfinUser],
        journal: &mut Journal,
    ) -> Result<Vec<Group<'_>>, StoreError> {
        let with_playlist = |person: &&Person<'_>| person.playlist.is_some();
        if !self.people.iter().filter(with_playlist).any(|person| person.is_chosen) {
            return Ok(Vec::new());
        }
        let Some(lists) = self.listed(ShelfKind::Playlist, journal, Jellyfin::playlists)? else {
            return Ok(Vec::new());
        };
        let version = journal.store().library_state()?.and_then(|state| state.version).unwrap_or_default();
        let mut found: Vec<((JellyfinId, Meaning), Group<'_>)> = Vec::new();
        for person in &self.people {
            let Some((named, user)) = owner_of(person, users, journal)? else { continue };
            let search = Search::new(self.library.jellyfin, journal.store(), &version, &lists)?;
            let meaning = search.find(named, &user.id)?;
            let Some(meaning) = self.settle(person, named, user, meaning, journal)? else { continue };
            let key = (user.id.clone(), meaning);
            if let Some((_, group)) = found.iter_mut().find(|(known, _)| *known == key) {
                group.add(person);
                continue;
            }
            let (Named::Id(text) | Named::Name(text)) = named;
            let list = match &key.1 {
                Meaning::Is(id) => lists.iter().find(|list| list.id == *id),
                _ => None,
            };
            let owner = Owner {
                user_id: user.id.clone(),
                abilities: Abilities::of(&version),
                version: version.clone(),
                people: vec![person.name.to_owned()],
            };
            let group = Group {
                name: list.map_or(text, |list| &list.name).clone(),
                id: list.map(|list| list.id.clone()),
                etag: list.and_then(|list| list.etag.clone()),
                people: vec![person],
                place: Place::Playlist(owner),
            };
            found.push((key, group));
        }
        let groups = found.into_iter().map(|(_, group)| group);
        Ok(groups.filter(Group::is_chosen).collect())
    }

    /// Writes down what was found, and says what is wrong with it. `None`: it is left alone.
    fn settle(
        &self,
        person: &Person<'_>,
        named: &Named,
        user: &JellyfinUser,
        meaning: Result<Meaning, Unclear>,
        journal: &mut Journal,
    ) -> Result<Option<Meaning>, StoreError> {
        let (Named::Id(name) | Named::Name(name)) = named;
        let about = person.name;
        let meaning = match meaning {
            Ok(meaning) => meaning,
            Err(Unclear { text, hint }) => {
                if person.is_chosen && interrupt::requested().is_none() {
                    let notice = ("playlist", about, text.as_str());
                    journal.failure(Failed::User, notice, about, &text, hint.as_deref())?;
                }
                return Ok(None);
            }
        };
        journal.trouble_over_for("playlist", about)?;
        if person.is_chosen && !self.only_remove {
            tell_mapping(person, named, &meaning, journal)?;
        }
        match &meaning {
            Meaning::Is(id) => {
                journal.playlist_found(&user.id, name, id)?;
                journal.playlist_of(about, id)?;
            }
            Meaning::New(_) => journal.playlist_missing(&user.id, name)?,
            Meaning::Taken(id) => {
                journal.playlist_missing(&user.id, name)?;
                if person.is_chosen {
                    let text = taken(named, id, &user.name);
                    journal.warning(("playlist name", about), about, &text, Some(CHOOSE))?;
                }
                return Ok(None);
            }
        }
        journal.trouble_over_for("playlist name", about)?;
        Ok(Some(meaning))
    }
}

/// This person's playlist, and who owns it in Jellyfin. `None` when there is none, or nobody.
fn owner_of<'p, 'u>(
    person: &'p Person<'_>,
    users: &'u [JellyfinUser],
    journal: &mut Journal,
) -> Result<Option<(&'p Named, &'u JellyfinUser)>, StoreError> {
    let Some((named, name)) = person.playlist.zip(person.jellyfin_username) else { return Ok(None) };
    match viewer(name, users) {
        Ok(user) => Ok(Some((named, user))),
        Err(Problem { message, hint }) => {
            // Who has a collection, too, is told there.
            if person.is_chosen && person.collection.is_none() {
                journal.failure(Failed::User, ("viewer", name), person.name, &message, Some(hint))?;
            }
            Ok(None)
        }
    }
}

/// A playlist that the config no longer names is left as it is; that is said once.
fn tell_mapping(
    person: &Person<'_>,
    named: &Named,
    meaning: &Meaning,
    journal: &mut Journal,
) -> Result<(), StoreError> {
    let was = journal.store().playlist_of(person.name)?;
    let before = journal.shelf_named(person.name, ShelfKind::Playlist, &named.to_string())?;
    let is_same = matches!(meaning, Meaning::Is(id) if Some(id) == was.as_ref());
    if let Some(before) = before.filter(|_| !is_same) {
        journal.note(person.name, &format!("now uses playlist {named}; {before} stays as it is"));
    }
    Ok(())
}

/// What is said of a playlist that is somebody's own.
pub(crate) fn taken(named: &Named, id: &JellyfinId, user: &str) -> String {
    format!(
        "playlist {named} not created: `{user}` has one of this name already ({id}), which lbjf leaves alone"
    )
}
