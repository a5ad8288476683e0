//! The Jellyfin door: the calls lbjf makes, the subset that is safe from 10.8 to 12.0 (docs/jellyfin.md).
//!
//! Only `Authorization: MediaBrowser Token="…"` works everywhere. Every library query says
//! `collapseBoxSetItems=false&hasTmdbId=true`, or the films of lbjf's own collections would be missing from it. An
//! empty `userId` or `ids` means "everything" to Jellyfin, so none is ever sent: a [`JellyfinId`] is never empty.

mod wire;

use serde::Deserialize;
use serde_json::Value;

use crate::clients::api::{Api, ApiError, plain};
use crate::clients::http::Method;
use crate::domain::clock::Timestamp;
use crate::domain::collection::{folder_key, folder_of};
use crate::domain::film::TmdbId;
use crate::domain::ids::JellyfinId;
use crate::domain::library::{LibraryItem, Member, SavedItem};
use crate::domain::text::{name_key, one_line, same_name};

/// The most ids in one call: the request line must stay below 8,192 bytes, and proxies cut at half of that
/// (docs/jellyfin.md#long-requests).
pub const MAX_IDS: usize = 100;

/// Seconds by which two questions for what changed overlap. A film may become visible a little after it was saved, and
/// the `Date` of an answer may be that of a proxy, whose clock need not be right.
const OVERLAP: Timestamp = 3600;

/// The door.
#[derive(Debug)]
pub struct Jellyfin {
    api: Api,
}

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Which installation it is.
    pub id: String,
    /// Three numbers.
    pub version: String,
    /// As its administrator named it.
    pub name: String,
}

/// A person in Jellyfin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JellyfinUser {
    /// Jellyfin's id.
    pub id: JellyfinId,
    /// Unique whatever the case.
    pub name: String,
    /// May they sign in?
    pub is_disabled: bool,
    /// The id of the server, which is that of [`Info`].
    pub server_id: Option<String>,
}

/// Everybody in Jellyfin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// In no order.
    pub users: Vec<JellyfinUser>,
    /// When they were asked for, by the server's clock; `None` where it does not tell. What is saved later is not in any
    /// earlier answer.
    pub asked_at: Option<Timestamp>,
}

/// Whose token a key is, when it is a person's and no API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    /// Their name.
    pub name: String,
    /// May they do everything?
    pub is_administrator: bool,
}

/// A collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxSet {
    /// Jellyfin's id, which follows from the folder.
    pub id: JellyfinId,
    /// As it is shown, in one line.
    pub name: String,
    /// The last part of its path, as in `Ada's watchlist [boxset]`.
    pub folder: String,
    /// Left behind by a deletion: it has members and takes films, but nobody sees it (docs/jellyfin.md#ghosts).
    pub is_ghost: bool,
    /// Changes whenever something is put in or taken out, and not when the film of a member goes away or comes back.
    pub etag: Option<String>,
}

impl BoxSet {
    /// Is this its name? The same letters may be written down in other bytes.
    pub fn is_named(&self, name: &str) -> bool {
        same_name(&self.name, &one_line(name))
    }

    /// Was it made under this name? A person may have renamed it since, which keeps the folder.
    pub fn lies_in_folder_of(&self, name: &str) -> bool {
        same_name(&self.folder, &folder_of(name))
    }

    /// Is its name, or its folder, this one when no case is told apart? Where the disk, or Jellyfin's ids, tell none,
    /// the two are one collection.
    pub fn is_nearly(&self, name: &str) -> bool {
        name_key(&self.name) == name_key(&one_line(name)) || name_key(&self.folder) == folder_key(name)
    }
}

/// A film in somebody's library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibraryFilm {
    /// Changes with the file's path, hence never remembered (docs/jellyfin.md#item-ids). Without a usable one it cannot
    /// be put anywhere.
    pub item_id: Option<JellyfinId>,
    /// Its TMDB id.
    pub tmdb: TmdbId,
    /// Of its file.
    pub path: Option<String>,
    /// Did this person see it?
    pub is_watched: bool,
}

/// Films of somebody's library, and since when to ask for what changed after this.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Films {
    /// In no order.
    pub films: Vec<LibraryFilm>,
    /// By the server's clock; `None` where it does not tell.
    pub until: Option<Timestamp>,
}

/// What is behind the address, and too bad if so.
#[derive(Debug, thiserror::Error)]
pub enum JellyfinError {
    /// Older than 10.8.
    #[error("Jellyfin at `{base}` is version {version}; lbjf needs 10.8 or newer")]
    TooOld {
        /// The address.
        base: String,
        /// Its version.
        version: String,
    },
    /// Anything that went wrong on the way.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl JellyfinError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooOld { .. } => None,
            Self::Api(error) => error.hint(),
        }
    }
}

impl Jellyfin {
    /// Opens the door; asks nothing yet.
    pub fn new(api: Api) -> Self {
        Self { api }
    }

    /// Its address, for messages.
    pub fn base(&self) -> String {
        self.api.base_text()
    }

    /// What server is it? Asked with the key, so that a wrong one shows at once.
    ///
    /// # Errors
    ///
    /// When it is too old, or cannot be asked.
    pub fn info(&self) -> Result<Info, JellyfinError> {
        let info: Result<wire::SystemInfo, _> = self.api.get("System/Info", &[]);
        let info = info.map_err(|error| self.api.who_sent(error))?;
        let (base, shown) = (self.api.base_text(), plain(&self.api.shown(&info.version)));
        let version = numbers(&shown);
        if matches!(version.0, 3 | 4) {
            // Jellyfin's numbers begin with 10.
            let found = format!("Emby {shown}");
            return Err(ApiError::Another { server: "Jellyfin", base, found }.into());
        }
        if version < (10, 8) {
            return Err(JellyfinError::TooOld { base, version: shown });
        }
        let name = info.server_name.unwrap_or_default();
        Ok(Info { id: info.id, version: shown, name: self.api.shown(&name) })
    }

    /// Everybody, disabled people too. What a run asks first: the answer tells the server's time, and which server it is.
    pub fn users(&self) -> Result<Users, ApiError> {
        let users: Result<(Vec<wire::User>, _), _> = self.api.get_dated("Users", &[]);
        let (users, asked_at) = users.map_err(|error| self.api.who_sent(error))?;
        let user = |user: wire::User| JellyfinUser {
            id: user.id,
            name: self.api.shown(&user.name),
            is_disabled: user.policy.is_some_and(|policy| policy.is_disabled == Some(true)),
            server_id: user.server_id.filter(|id| !id.is_empty()),
        };
        Ok(Users { users: users.into_iter().map(user).collect(), asked_at })
    }

    /// Whose token is the key? `None`: nobody's, so it is an API key, to which nothing is closed. Asked about itself,
    /// an API key gets a 400 (docs/jellyfin.md#keys).
    pub fn key_owner(&self) -> Result<Option<KeyOwner>, ApiError> {
        let user: Result<wire::User, _> = self.api.get("Users/Me", &[]);
        match user {
            Ok(user) => {
                let policy = user.policy;
                let is_administrator = policy.is_some_and(|policy| policy.is_administrator == Some(true));
                Ok(Some(KeyOwner { name: self.api.shown(&user.name), is_administrator }))
            }
            Err(ApiError::Status { status: 400 | 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Every collection, also those that some people cannot see.
    pub fn collections(&self) -> Result<Vec<BoxSet>, ApiError> {
        let query = [
            ("includeItemTypes", "BoxSet"),
            ("recursive", "true"),
            ("collapseBoxSetItems", "false"),
            ("enableImages", "false"),
            ("enableUserData", "false"),
            ("fields", "Path,ParentId,Etag"),
        ];
        let items: wire::Items<wire::BoxSet> = self.api.get_library("Items", &query)?;
        let sets = items.items.into_iter().filter(|item| item.kind == "BoxSet");
        Ok(sets.map(box_set).collect())
    }

    /// The films that this person can see, with what they watched. One unpaged request: pages are slower, and go
    /// wrong in several versions (docs/jellyfin.md#the-library).
    pub fn library(&self, user_id: &JellyfinId) -> Result<Films, ApiError> {
        self.films(user_id, &[])
    }

    /// Those of them that were saved since: arrivals, new files, edited ids. It does not see marks of watched, films
    /// that went away, and what a person may see since (docs/jellyfin.md#what-changed).
    ///
    /// Up to 10.10 the condition on `minDateLastSaved` is written with the name of `minDateLastSavedForUser`: alone it
    /// finds nothing, or is an error. From 10.11 on both mean the same. (Read in Jellyfin's `SqliteItemRepository` and
    /// `BaseItemRepository`; jellyfin#17542.)
    pub fn changed(&self, user_id: &JellyfinId, since: Timestamp) -> Result<Films, ApiError> {
        let since = jiff::Timestamp::from_second(since).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string();
        self.films(user_id, &[("minDateLastSaved", &since), ("minDateLastSavedForUser", &since)])
    }

    fn films(&self, user_id: &JellyfinId, filter: &[(&str, &str)]) -> Result<Films, ApiError> {
        let wanted = [("fields", "ProviderIds,Path"), ("enableImages", "false"), ("enableUserData", "true")];
        let query = [&library_query(user_id)[..], filter, &wanted].concat();
        let (items, date): (wire::Items<LibraryRow>, _) = self.api.get_dated("Items", &query)?;
        let until = date.map(|date| date - OVERLAP);
        Ok(Films { films: items.items.into_iter().filter_map(|row| row.0).collect(), until })
    }

    /// The films that this person has watched, of those in their library.
    ///
    /// The filter alone is not believed: it takes any row of several that a film may have since 10.11, and a user who
    /// was deleted is no user to 10.8, which then ignores it. What a film's own data say is what people see.
    pub fn watched(&self, user_id: &JellyfinId) -> Result<Vec<TmdbId>, ApiError> {
        let films = self.films(user_id, &[("isPlayed", "true")])?.films.into_iter();
        Ok(films.filter(|film| film.is_watched).map(|film| film.tmdb).collect())
    }

    /// How many films this person's library has, as the server counts: on some versions also a few that it would not
    /// list for them (docs/jellyfin.md#counting).
    pub fn film_count(&self, user_id: &JellyfinId) -> Result<u32, ApiError> {
        // A limit of 0 has not always meant none.
        let few = [("limit", "1"), ("enableImages", "false"), ("enableUserData", "false")];
        let total: wire::Total = self.api.get("Items", &[&library_query(user_id)[..], &few].concat())?;
        Ok(total.total_record_count.0)
    }

    /// Every film with a TMDB id of every library, whoever may see it: asked without a user, which is cheap on every
    /// version. One unpaged request: pages are slower, and go wrong in several versions.
    pub fn items(&self) -> Result<Vec<LibraryItem>, ApiError> {
        let query = [&EVERY_FILM[..], &[("hasTmdbId", "true")], &SHORT].concat();
        let items: wire::Items<SavedRow> = self.api.get_library("Items", &query)?;
        Ok(items.items.into_iter().filter_map(|row| Some(row.0?.item)).collect())
    }

    /// How many there are.
    pub fn item_count(&self) -> Result<u32, ApiError> {
        let few =
            [("hasTmdbId", "true"), ("limit", "0"), ("enableImages", "false"), ("enableUserData", "false")];
        let total: wire::Total = self.api.get("Items", &[&EVERY_FILM[..], &few].concat())?;
        Ok(total.total_record_count.0)
    }

    /// The films that were saved since: arrivals, new files, other ids. Also those that have no TMDB id: one may have been
    /// taken away. It does not see films that went away; [`Jellyfin::item_count`] does.
    ///
    /// Up to 10.10 `minDateLastSaved` is an error, since its condition is written with the name of
    /// `minDateLastSavedForUser`; from 10.11 on both mean the same (jellyfin#17542).
    pub fn saved_since(&self, since: Timestamp, version: &str) -> Result<Vec<SavedItem>, ApiError> {
        let since = jiff::Timestamp::from_second(since).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string();
        let is_old = numbers(version) < (10, 11);
        let name = if is_old { "minDateLastSavedForUser" } else { "minDateLastSaved" };
        let query = [&EVERY_FILM[..], &[(name, since.as_str())], &SHORT].concat();
        let items: wire::Items<SavedRow> = self.api.get_library("Items", &query)?;
        Ok(items.items.into_iter().filter_map(|row| row.0).collect())
    }

    /// Which of these items, [`MAX_IDS`] at the most, this person has watched. What they may see makes no difference.
    pub fn watched_among(
        &self,
        user_id: &JellyfinId,
        item_ids: &[JellyfinId],
    ) -> Result<Vec<TmdbId>, ApiError> {
        debug_assert!(item_ids.len() <= MAX_IDS, "too long for a request line");
        // An empty list is no list to Jellyfin.
        if item_ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = item_ids.iter().map(JellyfinId::as_str).collect();
        self.watched_by(user_id, &[("ids", &ids.join(","))])
    }

    /// All that this person has watched of what they can see.
    pub fn watched_of_all(&self, user_id: &JellyfinId) -> Result<Vec<TmdbId>, ApiError> {
        self.watched_by(user_id, &[&EVERY_FILM[..], &[("hasTmdbId", "true")]].concat())
    }

    /// The filter alone is not believed: it takes any row of several that a film may have since 10.11, and a user who
    /// was deleted is no user to 10.8, which then ignores it. What a film's own data say is what people see.
    fn watched_by(&self, user_id: &JellyfinId, which: &[(&str, &str)]) -> Result<Vec<TmdbId>, ApiError> {
        let watched = [
            ("userId", user_id.as_str()),
            ("isPlayed", "true"),
            ("fields", "ProviderIds"),
            ("enableImages", "false"),
            ("enableUserData", "true"),
        ];
        let items: wire::Items<WatchedRow> = self.api.get_library("Items", &[which, &watched].concat())?;
        Ok(items.items.into_iter().filter_map(|row| row.0).collect())
    }

    /// What is in a collection: asked without a user and without a type, which would hide members
    /// (docs/jellyfin.md#members).
    pub fn members(&self, collection_id: &JellyfinId) -> Result<Vec<Member>, ApiError> {
        let query = [
            ("parentId", collection_id.as_str()),
            ("recursive", "true"),
            ("fields", "ProviderIds,Path"),
            ("enableImages", "false"),
            ("enableUserData", "false"),
        ];
        let items: wire::Items<MemberRow> = self.api.get_library("Items", &query)?;
        Ok(items.items.into_iter().map(|row| row.0).collect())
    }

    /// Makes a collection, locked and empty; returns its id.
    ///
    /// A name whose folder exists is emptied by this (docs/jellyfin.md#creating-a-collection): look first. Locked,
    /// since an unlocked one is renamed and refilled by metadata refreshes.
    pub fn create(&self, name: &str) -> Result<JellyfinId, ApiError> {
        let created: wire::Created =
            self.api.post_once("Collections", &[("name", name), ("isLocked", "true")], None)?;
        Ok(created.id)
    }

    /// Puts items into a collection; those that are in it stay. The ids must differ and be [`MAX_IDS`] at the most.
    pub fn add(&self, collection_id: &JellyfinId, item_ids: &[&JellyfinId]) -> Result<(), ApiError> {
        self.change(&Method::POST, collection_id, item_ids)
    }

    /// Takes items out of a collection, by the ids its members have; those that are not in it are ignored.
    pub fn remove(&self, collection_id: &JellyfinId, item_ids: &[&JellyfinId]) -> Result<(), ApiError> {
        self.change(&Method::DELETE, collection_id, item_ids)
    }

    fn change(
        &self,
        method: &Method,
        collection_id: &JellyfinId,
        item_ids: &[&JellyfinId],
    ) -> Result<(), ApiError> {
        debug_assert!(item_ids.len() <= MAX_IDS, "too long for a request line");
        // An empty list is no list to Jellyfin.
        if item_ids.is_empty() {
            return Ok(());
        }
        let path = format!("Collections/{collection_id}/Items");
        let ids: Vec<&str> = item_ids.iter().map(|id| id.as_str()).collect();
        self.api.write(method, &path, &[("ids", &ids.join(","))], None)
    }
}

/// The films of every library, also those in collections.
const EVERY_FILM: [(&str, &str); 3] =
    [("recursive", "true"), ("includeItemTypes", "Movie"), ("collapseBoxSetItems", "false")];

/// As little of each as is needed.
const SHORT: [(&str, &str); 3] =
    [("fields", "ProviderIds,Path"), ("enableImages", "false"), ("enableUserData", "false")];

/// The films with a TMDB id that a person can see, also those in collections.
fn library_query(user_id: &JellyfinId) -> [(&str, &str); 5] {
    [
        ("userId", user_id.as_str()),
        ("recursive", "true"),
        ("includeItemTypes", "Movie"),
        ("hasTmdbId", "true"),
        ("collapseBoxSetItems", "false"),
    ]
}

/// One item of a library, cut down to what is kept of it as soon as it is decoded.
#[derive(Deserialize)]
#[serde(from = "wire::Item")]
struct LibraryRow(Option<LibraryFilm>);

impl From<wire::Item> for LibraryRow {
    fn from(item: wire::Item) -> Self {
        let is_watched = item.user_data.as_ref().is_some_and(|data| data.played == Some(true));
        let item_id = item.id.as_deref().and_then(JellyfinId::parse);
        Self(tmdb_of(&item).map(|tmdb| LibraryFilm { tmdb, is_watched, item_id, path: item.path }))
    }
}

/// Likewise, without what somebody did with it.
#[derive(Deserialize)]
#[serde(from = "wire::Item")]
struct SavedRow(Option<SavedItem>);

impl From<wire::Item> for SavedRow {
    fn from(item: wire::Item) -> Self {
        let has_tmdb_id = item.provider_ids.as_ref().is_some_and(|ids| !ids.tmdb.is_null());
        let tmdb = tmdb_of(&item);
        let item_id = item.id.as_deref().and_then(JellyfinId::parse);
        let item = item_id.map(|item_id| LibraryItem { item_id, tmdb, path: item.path });
        Self(item.map(|item| SavedItem { item, has_tmdb_id }))
    }
}

/// Likewise one that somebody watched.
#[derive(Deserialize)]
#[serde(from = "wire::Item")]
struct WatchedRow(Option<TmdbId>);

impl From<wire::Item> for WatchedRow {
    fn from(item: wire::Item) -> Self {
        let is_watched = item.user_data.as_ref().is_some_and(|data| data.played == Some(true));
        Self(tmdb_of(&item).filter(|_| is_watched))
    }
}

/// Likewise one of a collection. One without an id could not be taken out again, so nothing is made of such a list.
#[derive(Deserialize)]
#[serde(try_from = "wire::Item")]
struct MemberRow(Member);

impl TryFrom<wire::Item> for MemberRow {
    type Error = &'static str;

    fn try_from(item: wire::Item) -> Result<Self, Self::Error> {
        let tmdb = tmdb_of(&item);
        let name = one_line(&item.name.unwrap_or_default()).into_owned();
        let name = item.production_year.map_or(name.clone(), |year| format!("{name} ({})", year.0));
        let item_id = item.id.as_deref().and_then(JellyfinId::parse).ok_or("a member has no id")?;
        Ok(Self(Member { item_id, name, tmdb, path: item.path, is_leftover: false }))
    }
}

/// The first two numbers of a version.
fn numbers(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

fn box_set(set: wire::BoxSet) -> BoxSet {
    let path = set.path.unwrap_or_default();
    let folder = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let parent = set.parent_id.filter(|id| id.bytes().any(|byte| byte != b'0' && byte != b'-'));
    let [name, folder] = [&set.name, &folder].map(|text| one_line(text).into_owned());
    let etag = set.etag.filter(|etag| !etag.is_empty());
    BoxSet { id: set.id, name, folder, is_ghost: parent.is_none(), etag }
}

/// The TMDB id of a film. Keys come in any case, values are any text (docs/jellyfin.md#tmdb-ids). A show's id is of
/// another number space, so only films have one here; on 10.11 a better version of a film is a `Video`.
fn tmdb_of(item: &wire::Item) -> Option<TmdbId> {
    if !matches!(item.kind.as_deref(), Some("Movie" | "Video")) {
        return None;
    }
    let id = match &item.provider_ids.as_ref()?.tmdb {
        Value::String(text) => text.trim().parse().ok()?,
        Value::Number(number) => u32::try_from(number.as_u64()?).ok()?,
        _ => return None,
    };
    (id > 0).then_some(TmdbId(id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::time::Duration;

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::clients::api::Secret;
    use crate::clients::http::{Http, Options, RetryPolicy};

    #[test]
    fn tmdb_ids_are_read_in_any_case_and_only_of_films() {
        let item = |kind: &str, key: &str, value: &str| -> wire::Item {
            let text = format!("{{\"Id\":\"1\",\"Type\":\"{kind}\",\"ProviderIds\":{{\"{key}\":{value}}}}}");
            serde_json::from_str(&text).unwrap()
        };
        for (kind, key, value, expected) in [
            ("Movie", "Tmdb", "\"603\"", Some(603)),
            ("Movie", "tmdb", "\" 2009 \"", Some(2009)),
            ("Movie", "TMDB", "\"002010\"", Some(2010)),
            ("Video", "Tmdb", "\"603\"", Some(603)),
            ("Movie", "Tmdb", "\"0\"", None),
            ("Movie", "Tmdb", "\"abc-2008\"", None),
            ("Movie", "Tmdb", "603", Some(603)),
            ("Movie", "Tmdb", "-603", None),
            ("Movie", "Tmdb", "null", None),
            ("Movie", "Tmdb", "[]", None),
            ("Movie", "TmdbCollection", "\"603\"", None),
            ("Series", "Tmdb", "\"603\"", None),
            ("BoxSet", "Tmdb", "\"603\"", None),
        ] {
            assert_eq!(tmdb_of(&item(kind, key, value)), expected.map(TmdbId), "{kind} {key} {value}");
        }
    }

    #[test]
    fn a_collection_without_a_parent_is_a_ghost() {
        let set = |parent: &str| -> BoxSet {
            let text = format!(
                "{{\"Id\":\"1\",\"Name\":\"X\",\"Type\":\"BoxSet\",\"Path\":\"/d/X [boxset]\",\"ParentId\":{parent}}}"
            );
            box_set(serde_json::from_str(&text).unwrap())
        };
        assert_eq!(set("\"8679d105\"").folder, "X [boxset]");
        assert!(!set("\"8679d105\"").is_ghost);
        assert!(set("null").is_ghost);
    }

    #[test]
    fn what_is_only_shown_makes_no_answer_unreadable() {
        let text = r#"{"Items":[
            {"Id":"1","Type":"Movie","Name":"Heat","ProductionYear":-1,"ProviderIds":{"Tmdb":"949"}},
            {"Id":"2","Type":"Movie","Name":7,"ProductionYear":[1995],"ProviderIds":{"Tmdb":"348"}},
            {"Id":"3","Type":"Movie","Name":null,"ProductionYear":19950000000,"ProviderIds":{"Tmdb":"11"}},
            {"Id":"4","Type":"Movie","Name":"Ran","ProductionYear":"1985","ProviderIds":null}]}"#;
        let members: wire::Items<MemberRow> = serde_json::from_str(text).unwrap();
        let shown: Vec<_> = members.items.iter().map(|row| (row.0.name.as_str(), row.0.tmdb)).collect();
        let id = |id| Some(TmdbId(id));
        assert_eq!(shown, [("Heat", id(949)), ("", id(348)), ("", id(11)), ("Ran (1985)", None)]);
        let info = r#"{"Id":"1","Version":"12.0.0","ServerName":["home"]}"#;
        assert_eq!(serde_json::from_str::<wire::SystemInfo>(info).unwrap().server_name, None);
    }

    /// Decodes what lbjf would read of one recorded exchange; returns the kind of it, `None` where lbjf reads no body.
    fn decode(exchange: &Value) -> Option<&'static str> {
        fn read<T: DeserializeOwned>(body: &Value) -> T {
            serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{error} in {body}"))
        }
        let (request, response) = (&exchange["request"], &exchange["response"]);
        let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
        let body = &response["json"];
        match (method, path.split('?').next().unwrap(), response["status"].as_u64().unwrap()) {
            ("GET", "/System/Info", 200) => {
                let info: wire::SystemInfo = read(body);
                assert!(!info.id.is_empty() && info.version.contains('.'), "{info:?}");
                Some("info")
            }
            ("GET", "/Users", 200) => {
                let users: Vec<wire::User> = read(body);
                assert!(users.iter().all(|user| !user.id.is_empty() && user.policy.is_some()), "{users:?}");
                Some("users")
            }
            ("GET", "/Items", 200) => {
                if path.contains("includeItemTypes=BoxSet") {
                    for set in read::<wire::Items<wire::BoxSet>>(body).items.into_iter().map(box_set) {
                        assert!(set.folder.ends_with(" [boxset]") && !set.is_ghost, "{set:?}");
                    }
                    return Some("collections");
                }
                let items = read::<wire::Items<wire::Item>>(body).items;
                let kind = if path.contains("parentId=") { "members" } else { "library" };
                for item in items {
                    let shown = format!("{item:?}");
                    if path.contains("fields=ProviderIds") {
                        assert!(tmdb_of(&item).is_some(), "{shown}");
                    }
                    if path.contains("userId=") && kind == "library" {
                        assert!(item.user_data.is_some(), "{shown}");
                    }
                }
                Some(kind)
            }
            ("POST", "/Collections", 200) => {
                assert_eq!(read::<wire::Created>(body).id.len(), 32);
                Some("created")
            }
            _ => None,
        }
    }

    #[test]
    fn every_recorded_body_that_lbjf_reads_decodes() {
        let Some(folder) = standins::shared("recordings") else { return };
        for file in ["jellyfin-10.11.11.json", "jellyfin-12.0.0.json"] {
            let text = fs::read_to_string(folder.join(file)).unwrap();
            let exchanges: Vec<Value> = serde_json::from_str(&text).unwrap();
            let kinds: BTreeSet<_> = exchanges.iter().filter_map(decode).collect();
            let expected = ["collections", "created", "info", "library", "members", "users"];
            assert_eq!(kinds, BTreeSet::from(expected), "{file}");
        }
    }

    /// What lbjf asks of a library, as both versions answered it.
    #[test]
    fn every_recorded_answer_about_the_library_decodes() {
        let Some(folder) = standins::shared("recordings") else { return };
        for file in ["jellyfin-10.11.11-next.json", "jellyfin-12.0.0-next.json"] {
            let text = fs::read_to_string(folder.join(file)).unwrap();
            let exchanges: Vec<Value> = serde_json::from_str(&text).unwrap();
            let body = |note: &str| {
                let mut noted =
                    exchanges.iter().filter(|one| one["note"].as_str().unwrap().starts_with(note));
                noted.next().unwrap_or_else(|| panic!("{file}: {note}"))["response"]["json"].clone()
            };
            let saved = |note: &str| -> Vec<SavedItem> {
                let items: wire::Items<SavedRow> = serde_json::from_value(body(note)).unwrap();
                items.items.into_iter().filter_map(|row| row.0).collect()
            };
            let total = |note: &str| -> u32 {
                serde_json::from_value::<wire::Total>(body(note)).unwrap().total_record_count.0
            };
            let films = saved("library without a user, with paths");
            assert!(!films.is_empty(), "{file}");
            assert!(films.iter().all(|film| film.has_tmdb_id && film.item.path.is_some()), "{films:?}");
            assert_eq!(total("total without a user"), 397, "{file}");
            assert_eq!(saved("delta, nothing"), [], "{file}");
            let arrived = saved("delta, one film arrived");
            assert_eq!(arrived.len(), 1, "{file}");
            assert_eq!(arrived[0].item.tmdb, Some(TmdbId(543_001)), "{file}");
            let unnamed = saved("the same without hasTmdbId");
            assert!(unnamed.iter().any(|film| !film.has_tmdb_id), "{file}: {unnamed:?}");
            let users: Vec<wire::User> = serde_json::from_value(body("users")).unwrap();
            assert!(users.iter().all(|user| user.server_id.is_some()), "{file}");
            let watched: wire::Items<wire::Item> =
                serde_json::from_value(body("watched of anna among four ids")).unwrap();
            assert!(!watched.items.is_empty(), "{file}");
        }
    }

    fn door(jellyfin: &standins::jellyfin::Jellyfin) -> Jellyfin {
        let http = Http::new(&Options {
            name: "test",
            timeout: Duration::from_secs(20),
            user_agent: "lbjf".to_owned(),
            accept: "application/json",
            max_idle: 1,
            ca_file: None,
            proxy: None,
            secret: None,
        });
        Jellyfin::new(Api {
            server: "Jellyfin",
            base: jellyfin.url().parse().unwrap(),
            http: http.unwrap(),
            auth: ("Authorization", Secret(format!("MediaBrowser Token=\"{}\"", standins::jellyfin::KEY))),
            retry_policy: RetryPolicy { tries: 1, first_pause: Duration::ZERO },
        })
    }

    #[test]
    fn every_version_tells_what_its_library_has_what_was_saved_and_what_was_watched() {
        use standins::jellyfin::{Item, Version};
        for version in [Version::V10_8, Version::V10_9, Version::V10_10, Version::V10_11, Version::V12_0] {
            let jellyfin = standins::jellyfin::Jellyfin::start_version(version);
            jellyfin.add_user("ada");
            let heat = jellyfin.add_film(949, "Heat");
            jellyfin.add_film(348, "Alien");
            let odd = ("Tmdb".to_owned(), "0".to_owned());
            jellyfin.add_item(Item { provider_ids: vec![odd], path: "/odd".into(), ..Item::default() });
            jellyfin.add_item(Item { path: "/none".into(), ..Item::default() });
            let set = jellyfin.add_collection("A");
            jellyfin.put(&set, &heat);
            let door = door(&jellyfin);

            let users = door.users().unwrap();
            let info = door.info().unwrap();
            assert_eq!(users.users[0].server_id.as_deref(), Some(info.id.as_str()));
            let asked_at = users.asked_at.expect("a date");
            // Whoever sees it: also what is in a collection, and what has an id that is of no use.
            jellyfin.hide_library("ada", true);
            let mut found: Vec<_> = door.items().unwrap().into_iter().map(|item| item.tmdb).collect();
            found.sort_unstable();
            assert_eq!(found, [None, Some(TmdbId(348)), Some(TmdbId(949))], "{version:?}");
            assert_eq!(door.item_count().unwrap(), 3, "{version:?}");

            let saved = door.saved_since(asked_at - 600, &info.version).unwrap();
            assert_eq!(saved.len(), 4, "{version:?}");
            assert_eq!(saved.iter().filter(|film| !film.has_tmdb_id).count(), 1, "{version:?}");
            assert_eq!(door.saved_since(asked_at + 3600, &info.version).unwrap(), [], "{version:?}");

            let (ada, items) = (&users.users[0].id, [JellyfinId::parse(&heat).unwrap()]);
            assert_eq!(door.watched_among(ada, &items).unwrap(), [], "{version:?}");
            jellyfin.watch("ada", &heat, true);
            assert_eq!(door.watched_among(ada, &items).unwrap(), [TmdbId(949)], "{version:?}");
            jellyfin.hide_library("ada", false);
            assert_eq!(door.watched_of_all(ada).unwrap(), [TmdbId(949)], "{version:?}");
            let asked = jellyfin.server.requests().len();
            assert_eq!(door.watched_among(ada, &[]).unwrap(), []);
            assert_eq!(jellyfin.server.requests().len(), asked, "no ids, no request");

            let etag = || door.collections().unwrap().remove(0).etag.expect("an etag");
            let before = etag();
            jellyfin.watch("ada", &heat, false);
            assert_eq!(etag(), before, "{version:?}");
            jellyfin.take(&set, &heat);
            assert_ne!(etag(), before, "{version:?}");
        }
    }
}
